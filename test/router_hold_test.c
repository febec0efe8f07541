/* The sequencer once a contact may have moved: what ends in HOLD, and how HOLD ends. */
#include "test/router_rows.h"

static void welded(void)
{
    static const struct row rows[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, weld_2, "its home contact welds"},
        {10, ROUTER_IDLE, WHY_ADOPTED, want_s2, "unseen so far"},
        {1300, ROUTER_OPENING, WHY_ZERO_SEEN, NULL, "the contact stays closed"},
        {1420, ROUTER_HOLD, WHY_NOT_OPEN, want_home, "700 ms after the order"},
        {60000, ROUTER_HOLD, WHY_NOT_OPEN, reset, "until a person comes"},
        {60100, ROUTER_START, WHY_RESET, NULL, "then everything is read back"},
        {71500, ROUTER_IDLE, WHY_ADOPTED, NULL, "and it is still welded"},
    };
    struct shed shed;
    begin(&shed);
    PLAY("welded", &shed, rows);
    CHECK(shed.router.locked[1] && !shed.router.locked[0], "the string alone");
    CHECK(!shed.plant.switch_on[1] && shed.plant.switch_on[0], "off, the others on");
    want_both(&shed);
    shed_run(&shed, 4000);
    CHECK(string_input(&shed.plant, 2) == 4, "another string still moves");
}

static void commands_lost(void)
{
    static const struct row rows[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, want_s2, "pushed"},
        {300, ROUTER_SWITCH_OFF, WHY_WANTED, lose_contacts, "the contacts' board hears nothing"},
        {1300, ROUTER_OPENING, WHY_ZERO_SEEN, NULL, "its coil stays on"},
        {1420, ROUTER_SWITCH_ON, WHY_NOT_OPEN, lose_none, "nothing has moved: the way back"},
        {2000, ROUTER_IDLE, WHY_NOT_OPEN, NULL, "on at home"},
        {61300, ROUTER_IDLE, WHY_NOT_OPEN, NULL, "a minute"},
        {65000, ROUTER_IDLE, WHY_DONE, NULL, "then again, and there"},
    };
    struct shed shed;
    begin(&shed);
    PLAY("commands lost", &shed, rows);
    CHECK(shed_stands(&shed, 0, 3, 2), "there");
}

static void vetoed(void)
{
    static const struct row rows[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, want_s2, "pushed"},
        {300, ROUTER_SWITCH_OFF, WHY_WANTED, kill_gate_current, "the gate refuses its contacts"},
        {1300, ROUTER_OPENING, WHY_ZERO_SEEN, NULL, "the order is refused again and again"},
        {1420, ROUTER_SWITCH_ON, WHY_VETO, unlock_gate, "the way back"},
        {2000, ROUTER_IDLE, WHY_VETO, NULL, "on at home"},
    };
    struct shed shed;
    begin(&shed);
    PLAY("vetoed", &shed, rows);
    CHECK(shed_stands(&shed, 0, 1, 2), "at home, on");
    begin(&shed);
    want_s2(&shed);
    shed_run(&shed, 300);
    kill_gate_current(&shed);
    shed_run(&shed, 3500);
    CHECK(shed.router.state == ROUTER_HOLD && shed.router.why == WHY_VETO,
          "when even switching on is refused it holds: %s", router_why_text(shed.router.why));
    begin(&shed);
    want_s2(&shed);
    shed_run(&shed, 800);
    kill_gate_current(&shed);
    shed_run(&shed, 1200);
    CHECK(shed.router.state == ROUTER_HOLD && shed.router.why == WHY_VETO &&
              !shed.router.orders.contact_closed[4],
          "a refused close is taken back, and holds");
    shed_run(&shed, 3000);
    unlock_gate(&shed);
    shed_run(&shed, 3000);
    CHECK(string_input(&shed.plant, 1) == -1, "nothing closes by itself later");
}

static void mirror_lost_while_opening(void)
{
    static const struct row rows[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, want_s2, "pushed"},
        {600, ROUTER_SWITCH_OFF, WHY_WANTED, slow_2, "the contact has become slow"},
        {640, ROUTER_OPENING, WHY_ZERO_SEEN, mirror_2, "its mirror contact is lost"},
        {1420, ROUTER_HOLD, WHY_NOT_OPEN, mirrors_back, "not seen open"},
        {9000, ROUTER_HOLD, WHY_NOT_OPEN, NULL, "a person must look"},
    };
    struct shed shed;
    begin(&shed);
    PLAY("mirror lost", &shed, rows);
}

static void sensor_lost_while_opening(void)
{
    struct shed shed;
    begin(&shed);
    slow_2(&shed);
    shed.plant.contact[1].travel_ms = 400;
    want_s2(&shed);
    shed_run(&shed, 650);
    CHECK(shed.router.state == ROUTER_OPENING, "opening");
    counter_off(&shed);
    shed_run(&shed, 800);
    CHECK(shed.router.state == ROUTER_HOLD && shed.router.why == WHY_SENSOR_SILENT,
          "open, but without evidence: %s", router_why_text(shed.router.why));
    shed_run(&shed, 5000);
    CHECK(shed.router.state == ROUTER_HOLD, "holds while the sensor is silent");
    counter_on(&shed);
    shed_run(&shed, 200);
    CHECK(shed.router.state == ROUTER_IDLE && shed.router.why == WHY_READ_BACK,
          "heard again, boards heard all along: read back");
    shed_run(&shed, 4000);
    CHECK(shed_stands(&shed, 0, 3, 2), "and it goes on");
    CHECK(shed.plant.violated == 0, "%s", shed.plant.first);
}

static void current_while_opening(void)
{
    struct shed shed;
    begin(&shed);
    shed.plant.contact[1].travel_ms = 300;
    want_s2(&shed);
    shed_run(&shed, 650);
    CHECK(shed.router.state == ROUTER_OPENING, "opening");
    leak_2(&shed);
    shed.plant.fault_ms[1] = shed.plant.now_ms;
    shed_run(&shed, 800);
    CHECK(shed.router.state == ROUTER_HOLD && shed.router.why == WHY_CURRENT_ON_OPEN &&
              shed.router.locked[1],
          "current though open: %s", router_why_text(shed.router.why));
}

static void dead_time(void)
{
    static const struct row flicker[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, want_s2, "pushed"},
        {900, ROUTER_DEAD_TIME, WHY_OPEN_SEEN, mirror_5,
         "the destination's mirror is lost for a moment"},
        {1000, ROUTER_DEAD_TIME, WHY_OPEN_SEEN, mirrors_back, "and comes back"},
        {1480, ROUTER_DEAD_TIME, WHY_OPEN_SEEN, NULL, "the dead time runs from then"},
        {1520, ROUTER_CLOSING, WHY_DEAD_TIME_OVER, NULL, "closes"},
    };
    static const struct row refused[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, want_s2, "pushed"},
        {900, ROUTER_DEAD_TIME, WHY_OPEN_SEEN, not_ready, "the inverter reports a fault"},
        {10600, ROUTER_DEAD_TIME, WHY_OPEN_SEEN, NULL, "10 s"},
        {10700, ROUTER_DEAD_TIME, WHY_DESTINATION_NOT_READY, NULL,
         "then back to where it came from"},
        {11500, ROUTER_IDLE, WHY_DESTINATION_NOT_READY, ready, "at home"},
        {12000, ROUTER_IDLE, WHY_DESTINATION_NOT_READY, NULL, "and it is not tried again at once"},
    };
    static const struct row both[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, want_s2, "pushed"},
        {900, ROUTER_DEAD_TIME, WHY_OPEN_SEEN, none_ready, "both inverters"},
        {10700, ROUTER_DEAD_TIME, WHY_DESTINATION_NOT_READY, NULL, "the way back"},
        {20800, ROUTER_HOLD, WHY_DESTINATION_NOT_READY, ready, "is refused too"},
        {40000, ROUTER_HOLD, WHY_DESTINATION_NOT_READY, reset, "until a person comes"},
        {60000, ROUTER_IDLE, WHY_DONE, NULL, "then it is joined"},
    };
    static const struct row earth[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, want_s2, "pushed"},
        {900, ROUTER_DEAD_TIME, WHY_OPEN_SEEN, insulation, "insulation fault"},
        {10800, ROUTER_HOLD, WHY_INSULATION, insulated, "nothing is closed"},
        {20000, ROUTER_HOLD, WHY_INSULATION, NULL, "until a person comes"},
    };
    static const struct row blind[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, want_s2, "pushed"},
        {900, ROUTER_DEAD_TIME, WHY_OPEN_SEEN, counter_off, "the counter falls silent"},
        {10800, ROUTER_HOLD, WHY_SENSOR_SILENT, counter_on, "nothing is closed"},
        {11000, ROUTER_HOLD, WHY_SENSOR_SILENT, NULL, "heard again, not for long"},
        {12400, ROUTER_IDLE, WHY_READ_BACK, NULL, "read back"},
        {16000, ROUTER_IDLE, WHY_DONE, NULL, "and goes on"},
    };
    static const struct row unknown[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, want_s2, "pushed"},
        {900, ROUTER_DEAD_TIME, WHY_OPEN_SEEN, mirror_5, "the destination's mirror is lost"},
        {10800, ROUTER_HOLD, WHY_NOT_OPEN, NULL, "locked, nothing is closed"},
    };
    static const struct row current[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, want_s2, "pushed"},
        {900, ROUTER_DEAD_TIME, WHY_OPEN_SEEN, leak_2, "current by another way"},
        {10800, ROUTER_HOLD, WHY_CURRENT_ON_OPEN, NULL, "locked, nothing is closed"},
    };
    struct shed shed;
    begin(&shed);
    PLAY("flicker", &shed, flicker);
    begin(&shed);
    PLAY("destination refused", &shed, refused);
    CHECK(shed_stands(&shed, 0, 1, 2) && shed.router.transfers == 0, "home, and no transfer");
    begin(&shed);
    PLAY("both refused", &shed, both);
    begin(&shed);
    PLAY("insulation", &shed, earth);
    begin(&shed);
    PLAY("blind", &shed, blind);
    begin(&shed);
    PLAY("unknown", &shed, unknown);
    CHECK(shed.router.locked[1], "locked");
    begin(&shed);
    PLAY("current", &shed, current);
}

static void closing(void)
{
    static const struct row stuck[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, stuck_5, "the bundle contact sticks"},
        {10, ROUTER_IDLE, WHY_ADOPTED, want_s2, "unseen so far"},
        {1800, ROUTER_CLOSING, WHY_DEAD_TIME_OVER, NULL, "it does not close"},
        {2050, ROUTER_HOLD, WHY_NOT_CLOSED, NULL, "700 ms after the order"},
        {60000, ROUTER_HOLD, WHY_NOT_CLOSED, NULL, "until a person comes"},
    };
    static const struct row lost[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, want_s2, "pushed"},
        {900, ROUTER_DEAD_TIME, WHY_OPEN_SEEN, lose_contacts, "the board hears nothing"},
        {1930, ROUTER_HOLD, WHY_NOT_CLOSED, lose_none, "the order is taken back"},
        {5000, ROUTER_HOLD, WHY_NOT_CLOSED, reset, "nothing closes later"},
        {20000, ROUTER_IDLE, WHY_DONE, NULL, "after a person's reset it goes on"},
    };
    static const struct row dark[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, want_s2, "pushed"},
        {900, ROUTER_DEAD_TIME, WHY_OPEN_SEEN, lose_switches, "the switches' board hears nothing"},
        {1240, ROUTER_SWITCH_ON, WHY_CLOSED_SEEN, NULL, "the contact is there"},
        {3300, ROUTER_SWITCH_ON, WHY_CLOSED_SEEN, NULL, "2.2 s are given"},
        {3600, ROUTER_HOLD, WHY_NOT_SWITCHED, reset, "the switch does not follow; a person"},
        {13700, ROUTER_IDLE, WHY_ADOPTED, lose_none, "what is seen: off"},
        {14800, ROUTER_IDLE, WHY_RELEASED, NULL, "on"},
    };
    struct shed shed;
    begin(&shed);
    PLAY("stuck", &shed, stuck);
    CHECK(shed.router.locked[1] && shed.router.orders.contact_closed[4], "locked; the order stays");
    begin(&shed);
    PLAY("lost", &shed, lost);
    begin(&shed);
    PLAY("switch dark", &shed, dark);
    CHECK(shed_stands(&shed, 0, 3, 2), "there, on");
}

/* The order stays when the contact is given up: it may land at any time, and dwells from then. */
static void lands_late(void)
{
    struct shed shed;
    begin(&shed);
    shed.plant.contact[4].travel_ms = 20000;
    want_s2(&shed);
    shed_run(&shed, 3000);
    CHECK(shed.router.state == ROUTER_HOLD && shed.router.why == WHY_NOT_CLOSED, "given up");
    int64_t ordered_ms = shed.router.pickup_ms;
    shed_run(&shed, ordered_ms + 25000 - shed.plant.now_ms);
    CHECK(string_input(&shed.plant, 1) == 3, "landed 20 s after the order");
    shed.plant.contact[4].travel_ms = 30;
    reset(&shed);
    shed.router.config.dwell_ms = router_defaults.dwell_ms;
    want_home(&shed);
    shed_run(&shed, ordered_ms + 20000 + 899000 - shed.plant.now_ms);
    CHECK(shed.router.state == ROUTER_IDLE && shed.router.why == WHY_DWELL &&
              string_input(&shed.plant, 1) == 3,
          "it dwells from when it landed: %s", router_why_text(shed.router.why));
    shed_run(&shed, 6000);
    CHECK(shed_stands(&shed, 0, 1, 2), "900 s later it goes home");
    CHECK(shed.plant.violated == 0, "%s", shed.plant.first);
}

static void opens_again(void)
{
    struct shed shed;
    begin(&shed);
    want_s2(&shed);
    while (shed.router.state != ROUTER_SWITCH_ON)
        shed_step(&shed);
    mirror_5(&shed);
    shed_run(&shed, 2500);
    CHECK(shed.router.state == ROUTER_HOLD && shed.router.why == WHY_NOT_CLOSED &&
              !shed.plant.switch_on[1],
          "no current through a contact that is not seen closed: %s",
          router_why_text(shed.router.why));
}

static void boards(void)
{
    static const struct row idle[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, contacts_off, "the contacts' board falls silent"},
        {1400, ROUTER_IDLE, WHY_ADOPTED, NULL, "1.4 s"},
        {1700, ROUTER_HOLD, WHY_BOARD_SILENT, isolate_1,
         "orders stay; but a string may be isolated"},
        {2000, ROUTER_HOLD, WHY_BOARD_SILENT, isolate_none, "off"},
        {9000, ROUTER_HOLD, WHY_BOARD_SILENT, contacts_on, "heard again"},
        {10000, ROUTER_HOLD, WHY_BOARD_SILENT, contacts_off, "not for long enough"},
        {13000, ROUTER_HOLD, WHY_BOARD_SILENT, contacts_on, "heard again"},
        {14400, ROUTER_HOLD, WHY_BOARD_SILENT, NULL, "for 1.4 s"},
        {14700, ROUTER_IDLE, WHY_READ_BACK, NULL, "for 1.5 s: what is seen is adopted"},
        {15400, ROUTER_IDLE, WHY_RELEASED, NULL, "and the isolated string goes on"},
    };
    static const struct row moving[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, want_s2, "pushed"},
        {900, ROUTER_DEAD_TIME, WHY_OPEN_SEEN, switches_off, "the switches' board falls silent"},
        {4000, ROUTER_HOLD, WHY_BOARD_SILENT, switches_on, "hold"},
        {5400, ROUTER_HOLD, WHY_BOARD_SILENT, NULL, "not for long enough"},
        {5700, ROUTER_IDLE, WHY_READ_BACK, NULL, "what is seen is adopted"},
        {9000, ROUTER_IDLE, WHY_RELEASED, NULL, "it had just closed: it goes on"},
    };
    static const struct row reboot[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, want_home, "everyone is wanted home"},
        {10, ROUTER_IDLE, WHY_ADOPTED, reboot_contacts, "the coils drop"},
        {600, ROUTER_IDLE, WHY_BOARD_STATE, NULL, "not commanded blindly"},
        {900, ROUTER_HOLD, WHY_BOARD_STATE, NULL, "but read back"},
        {2600, ROUTER_IDLE, WHY_READ_BACK, NULL, "read back"},
        {12000, ROUTER_IDLE, WHY_DONE, NULL, "one after the other is joined again"},
    };
    static const struct row dark[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, reboot_switches, "the switches drop"},
        {900, ROUTER_HOLD, WHY_BOARD_STATE, NULL, "not commanded blindly"},
        {2600, ROUTER_IDLE, WHY_READ_BACK, NULL, "read back"},
        {3500, ROUTER_IDLE, WHY_RELEASED, NULL, "on again"},
    };
    struct shed shed;
    begin(&shed);
    PLAY("board silent", &shed, idle);
    CHECK(shed_stands(&shed, 0, 1, 2), "nothing has moved");
    begin(&shed);
    PLAY("board silent under way", &shed, moving);
    CHECK(shed_stands(&shed, 0, 3, 2), "there");
    CHECK(shed.router.moved_today[1] == 1 && shed.router.transfers == 1, "and counted");
    shed.router.config.dwell_ms = router_defaults.dwell_ms;
    want_home(&shed);
    shed_run(&shed, 880000);
    CHECK(shed_stands(&shed, 0, 3, 2) && shed.router.why == WHY_DWELL, "it dwells like any other");
    shed_run(&shed, 30000);
    CHECK(shed_stands(&shed, 0, 1, 2), "and goes home then");
    begin(&shed);
    PLAY("board reboots", &shed, reboot);
    CHECK(shed_stands(&shed, 0, 1, 2), "all home again");
    begin(&shed);
    PLAY("switches reboot", &shed, dark);
    CHECK(shed_stands(&shed, 0, 1, 2), "all on again");
}

static void stale_contact(struct shed *shed)
{
    shed->view.contact_ms[6] = 1005000;
}

static void stale_voltage(struct shed *shed)
{
    shed->view.voltage_mV[1].heard_ms = 1005000;
}

static void one_of_many(void)
{
    struct shed shed;
    begin(&shed);
    shed.doctor = stale_contact;
    shed_run(&shed, 200);
    CHECK(shed.router.state == ROUTER_HOLD && shed.router.why == WHY_BOARD_SILENT, "one contact");
    begin(&shed);
    shed.doctor = stale_voltage;
    want_s2(&shed);
    shed_run(&shed, 200);
    CHECK(shed.router.state == ROUTER_IDLE && shed.router.why == WHY_SENSOR_SILENT, "one voltage");
    reset(&shed);
    shed_run(&shed, 12000);
    CHECK(shed.router.state == ROUTER_START && shed.router.why == WHY_SENSOR_SILENT,
          "nothing is adopted without it");
    begin(&shed);
    shed.plant.switch_on[0] = false;
    shed.plant.board[1].outputs = 0x06;
    shed.drop_frames[1] = true;
    shed_run(&shed, 900);
    CHECK(shed.router.state == ROUTER_HOLD && shed.router.why == WHY_BOARD_STATE, "one switch");
}

static void switching_locked(void)
{
    static const struct row rows[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, want_s2, "pushed"},
        {900, ROUTER_DEAD_TIME, WHY_OPEN_SEEN, foreign, "somebody else commands relays"},
        {1100, ROUTER_HOLD, WHY_LOCKED, isolate_all, "hold; nothing changes at all"},
        {30000, ROUTER_HOLD, WHY_LOCKED, isolate_none, "until a person comes"},
        {30010, ROUTER_HOLD, WHY_LOCKED, reset, "who looks"},
        {50000, ROUTER_IDLE, WHY_DONE, NULL, "and it goes on"},
    };
    struct shed shed;
    begin(&shed);
    PLAY("locked", &shed, rows);
    CHECK(shed_stands(&shed, 0, 3, 2), "there");
    begin(&shed);
    foreign(&shed);
    isolate_all(&shed);
    shed_run(&shed, 1000);
    CHECK(shed.router.orders.string_on[0], "not even a switch is ordered while locked");
    isolate_none(&shed);
    shed_run(&shed, 2000);
    shed.gate.foreign = false;
    shed_run(&shed, 300);
    CHECK(shed.router.state == ROUTER_IDLE && shed.router.why == WHY_READ_BACK,
          "a lock that an operator lifts: what is seen is adopted");
}

int main(void)
{
    welded();
    commands_lost();
    vetoed();
    mirror_lost_while_opening();
    sensor_lost_while_opening();
    current_while_opening();
    dead_time();
    closing();
    lands_late();
    opens_again();
    boards();
    one_of_many();
    switching_locked();
    return check_done("router_hold");
}
