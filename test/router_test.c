/* The sequencer, state by state: every way a transfer goes and every way it ends. The plant of
 * string_plant.h answers in frames each 100 ms and on change; times count from a moment after the
 * router has adopted what it saw. */
#include "test/check.h"
#include "test/string_plant.h"

typedef void event_fn(struct shed *shed);

/* At that time this is the state and its reason; then the event happens. */
struct row {
    int at_ms;
    enum router_state state;
    enum router_why why;
    event_fn *event;
    const char *sentence;
};

static void play(const char *name, struct shed *shed, const struct row rows[], size_t count)
{
    int64_t from_ms = shed->plant.now_ms;
    for (size_t i = 0; i < count; i++) {
        shed_run(shed, from_ms + rows[i].at_ms - shed->plant.now_ms);
        CHECK(shed->router.state == rows[i].state && shed->router.why == rows[i].why,
              "%s, %d ms, %s: %s, %s", name, rows[i].at_ms, rows[i].sentence,
              router_state_name(shed->router.state), router_why_text(shed->router.why));
        if (rows[i].event)
            rows[i].event(shed);
    }
    CHECK(shed->plant.violated == 0, "%s: %s", name, shed->plant.first);
}

#define PLAY(name, shed, rows) play(name, shed, rows, sizeof(rows) / sizeof(rows)[0])

/* Adopted 500 ms ago, everyone home, nothing wanted. */
static void begin(struct shed *shed)
{
    shed_init(shed, 1000000);
    shed_run(shed, 10600);
    CHECK(shed->router.state == ROUTER_IDLE, "adopted after the boot hold");
}

/* --- events --- */

/* clang-format off */
static void want_s2(struct shed *s) { shed_want(s, 0, 3, 2); }
static void want_both(struct shed *s) { shed_want(s, 0, 3, 4); }
static void want_home(struct shed *s) { shed_want(s, 0, 1, 2); }
static void weld_2(struct shed *s) { s->plant.contact[1].welded = true; }
static void slow_2(struct shed *s) { s->plant.contact[1].travel_ms = 600; }
static void stuck_5(struct shed *s) { s->plant.contact[4].stuck_open = true; }
static void short_2(struct shed *s) { s->plant.switch_shorted[1] = true; }
static void leak_2(struct shed *s) { s->plant.leaks[1] = true; }
static void counter_off(struct shed *s) { s->plant.counter_silent = true; }
static void counter_on(struct shed *s) { s->plant.counter_silent = false; }
static void contacts_off(struct shed *s) { s->plant.board[0].silent = true; }
static void contacts_on(struct shed *s) { s->plant.board[0].silent = false; }
static void switches_off(struct shed *s) { s->plant.board[1].silent = true; }
static void switches_on(struct shed *s) { s->plant.board[1].silent = false; }
static void reboot_contacts(struct shed *s) { board_reboot(&s->plant, 0); }
static void reboot_switches(struct shed *s) { board_reboot(&s->plant, 1); }
static void lose_contacts(struct shed *s) { s->drop_frames[0] = true; }
static void lose_switches(struct shed *s) { s->drop_frames[1] = true; }
static void lose_none(struct shed *s) { memset(s->drop_frames, 0, sizeof s->drop_frames); }
static void not_ready(struct shed *s) { s->view.input_ready[3] = false; }
static void none_ready(struct shed *s) { s->view.input_ready[3] = s->view.input_ready[1] = false; }
static void ready(struct shed *s) { s->view.input_ready[3] = s->view.input_ready[1] = true; }
static void insulation(struct shed *s) { s->view.insulation_fault = true; }
static void insulated(struct shed *s) { s->view.insulation_fault = false; }
static void isolate_1(struct shed *s) { s->isolate[0] = true; }
static void isolate_all(struct shed *s) { s->isolate[0] = s->isolate[1] = s->isolate[2] = true; }
static void isolate_none(struct shed *s) { memset(s->isolate, 0, sizeof s->isolate); }
static void mirror_2(struct shed *s) { s->plant.contact[1].feedback_lost = true; }
static void mirror_5(struct shed *s) { s->plant.contact[4].feedback_lost = true; }
static void mirrors_back(struct shed *s)
{
    for (int c = 0; c < PLANT_CONTACTS; c++)
        s->plant.contact[c].feedback_lost = false;
}
static void fault_5(struct shed *s) { s->view.contact_fault[4] = true; }
static void foreign(struct shed *s)
{
    struct frame f = {.id = 0x210, .len = 4, .data = {0x07, 0xF8, 1}};
    gate_seen(&s->gate, 0, &f, s->plant.now_ms);
}
static void reset(struct shed *s)
{
    router_reset(&s->router, s->plant.now_ms);
    gate_reset(&s->gate);
}
static void kill_gate_current(struct shed *s)
{
    s->gate.strings[1].locked = true;
}
static void unlock_gate(struct shed *s)
{
    s->gate.strings[1].locked = false;
}

/* clang-format on */

/* --- the good way --- */

static void a_transfer(void)
{
    static const struct row rows[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, want_s2, "adopted"},
        {20, ROUTER_SWITCH_OFF, WHY_WANTED, NULL, "its switch goes off"},
        {590, ROUTER_SWITCH_OFF, WHY_WANTED, NULL, "zero is seen, not for 500 ms yet"},
        {620, ROUTER_OPENING, WHY_ZERO_SEEN, NULL, "opens"},
        {660, ROUTER_DEAD_TIME, WHY_OPEN_SEEN, NULL, "seen open 30 ms later"},
        {1130, ROUTER_DEAD_TIME, WHY_OPEN_SEEN, NULL, "the dead time runs from then"},
        {1150, ROUTER_CLOSING, WHY_DEAD_TIME_OVER, NULL, "closes"},
        {1240, ROUTER_SWITCH_ON, WHY_CLOSED_SEEN, NULL, "seen closed; it may bounce"},
        {1540, ROUTER_IDLE, WHY_DONE, NULL, "its switch is on"},
        {3000, ROUTER_IDLE, WHY_DONE, NULL, "nothing more"},
    };
    struct shed shed;
    begin(&shed);
    PLAY("a transfer", &shed, rows);
    CHECK(shed_stands(&shed, 0, 3, 2), "it stands there");
    CHECK(shed.router.transfers == 1 && shed.router.moved_today[1] == 1, "counted");
    CHECK(shed.router.operations[1] == 1 && shed.router.operations[4] == 1, "each contact once");
    CHECK(shed.vetoes == 0, "the gate had nothing against it");
}

static void slow_contacts(void)
{
    struct shed shed;
    begin(&shed);
    for (int c = 0; c < PLANT_CONTACTS; c++)
        shed.plant.contact[c].travel_ms = 170;
    int64_t from_ms = shed.plant.now_ms;
    want_both(&shed);
    while (!shed_stands(&shed, 0, 3, 4) && shed.plant.now_ms - from_ms < 60000)
        shed_step(&shed);
    int64_t took_ms = shed.plant.now_ms - from_ms;
    printf("router: two transfers in %lld ms with contacts of 170 ms\n", (long long)took_ms);
    CHECK(took_ms > 2000 && took_ms < 12000, "%lld ms for two", (long long)took_ms);
    want_home(&shed);
    shed_run(&shed, 8000);
    CHECK(shed_stands(&shed, 0, 1, 2), "and home");
    CHECK(shed.plant.violated == 0, "%s", shed.plant.first);
}

/* Without a push it waits; two strings want each other's place. */
static void a_ring(void)
{
    struct shed shed;
    begin(&shed);
    shed.plant.topology.contact[3] = (struct topology_contact){0, 1};
    shed.plant.topology.contact[4] = (struct topology_contact){1, 0};
    shed.gate.config.boards[0].input_of[3] = 2;
    shed.gate.config.boards[0].input_of[4] = 1;
    shed_want(&shed, 1, 0, 2);
    shed_run(&shed, 6000);
    CHECK(shed_stands(&shed, 1, 0, 2), "they have changed places: %d %d",
          string_input(&shed.plant, 0), string_input(&shed.plant, 1));
    CHECK(shed.plant.violated == 0, "%s", shed.plant.first);
    CHECK(shed.router.transfers == 2, "%u transfers", shed.router.transfers);
    shed_want(&shed, 0, 1, 2);
    shed.router.locked[1] = true;
    shed.router.locked_why[1] = WHY_NOT_OPEN;
    shed_run(&shed, 6000);
    CHECK(shed_stands(&shed, 1, 0, 2), "when one cannot move, the other is not taken off for it");
    CHECK(shed.router.state == ROUTER_IDLE && shed.router.string == 1, "and it says which");
    shed.router.locked[1] = false;
    shed_run(&shed, 300);
    CHECK(shed.router.to == NO_INPUT && shed.router.state == ROUTER_SWITCH_OFF, "one is taken off");
    shed_want(&shed, 1, 0, 2);
    shed_run(&shed, 1500);
    CHECK(shed_stands(&shed, 1, 0, 2), "unless that is not wanted any more");
    shed_want(&shed, 4, 0, 2);
    shed_run(&shed, 1000);
    CHECK(shed.router.state == ROUTER_IDLE && shed.router.why == WHY_DESTINATION_NOT_READY,
          "a wish for an input without a contact is never started");
}

static void isolated_first(void)
{
    struct shed shed;
    begin(&shed);
    reboot_contacts(&shed);
    want_home(&shed);
    while (shed.router.why != WHY_DONE && shed.plant.now_ms < 1060000)
        shed_step(&shed);
    CHECK(string_input(&shed.plant, 0) == 0 && string_input(&shed.plant, 1) == -1, "one is home");
    shed_want(&shed, 3, 1, 2);
    shed_run(&shed, 200);
    CHECK(shed.router.state == ROUTER_SWITCH_OFF && shed.router.string == 1,
          "who delivers nothing goes before who would only change");
    shed_run(&shed, 9000);
    CHECK(shed_stands(&shed, 3, 1, 2), "then the other");
    CHECK(shed.plant.violated == 0, "%s", shed.plant.first);
}

static void blocked_place(void)
{
    struct shed shed;
    begin(&shed);
    shed_want(&shed, 3, 4, 2);
    shed_run(&shed, 5000);
    CHECK(shed_stands(&shed, 3, 4, 2), "bundled");
    shed_want(&shed, NO_INPUT, 3, 2);
    shed_run(&shed, 3000);
    CHECK(shed_stands(&shed, 3, 4, 2), "the place is taken by one that is wanted nowhere else");
    CHECK(shed.router.why == WHY_DESTINATION_NOT_READY && shed.router.string == 1, "told");
    CHECK(shed.plant.violated == 0, "%s", shed.plant.first);
}

/* Two on one input: the one that stands there is switched off while the other joins. */
static void joining(void)
{
    struct shed shed;
    begin(&shed);
    shed.plant.topology.input[3].strings_max = 2;
    shed.plant.topology.input[3].isc_max_mA = 25000;
    shed_want(&shed, 0, 3, 2);
    shed_run(&shed, 3000);
    shed_want(&shed, 3, 3, 2);
    shed_run(&shed, 200);
    CHECK(!shed.plant.switch_on[0] && !shed.plant.switch_on[1] && shed.plant.switch_on[2],
          "both are switched off");
    shed_run(&shed, 3000);
    CHECK(shed_stands(&shed, 3, 3, 2), "joined, both on");
    CHECK(shed.plant.violated == shed.plant.violations[9], "only the plant's own count of strings");
    shed.router.target[0] = 0;
    shed_want(&shed, 0, 3, 2);
    shed_run(&shed, 300);
    CHECK(shed.plant.switch_on[1], "the one that stays goes on when the other leaves");
    shed_run(&shed, 3000);
    CHECK(shed_stands(&shed, 0, 3, 2), "parted");
}

/* A neighbour that came in between: nobody closes onto it. */
static void a_neighbour_comes(void)
{
    struct shed shed;
    begin(&shed);
    want_s2(&shed);
    shed_run(&shed, 700);
    CHECK(shed.router.state == ROUTER_DEAD_TIME, "open");
    shed.plant.contact[3].coil = shed.plant.contact[3].closed = true; /* by hand, at the board */
    shed.plant.contact[3].opened_ms = 0;
    shed.plant.contact[0].coil = shed.plant.contact[0].closed = false;
    shed.plant.board[0].outputs = (uint8_t)((shed.plant.board[0].outputs | 0x08) & ~0x01);
    shed_run(&shed, 600);
    CHECK(shed.router.state == ROUTER_DEAD_TIME, "not closed onto a live input");
    shed_run(&shed, 2000);
    CHECK(!shed.plant.contact[4].closed, "nor later");
}

/* --- switch off --- */

static void no_zero(void)
{
    static const struct row rows[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, short_2, "the semiconductor is shorted"},
        {100, ROUTER_IDLE, WHY_ADOPTED, want_s2, "unseen so far"},
        {10000, ROUTER_SWITCH_OFF, WHY_WANTED, NULL, "the current goes on"},
        {10200, ROUTER_IDLE, WHY_NO_ZERO, NULL, "10 s later: on again, nothing has moved"},
        {69000, ROUTER_IDLE, WHY_NO_ZERO, NULL, "not tried again at once"},
        {70500, ROUTER_SWITCH_OFF, WHY_WANTED, NULL, "after a minute"},
        {80500, ROUTER_IDLE, WHY_NO_ZERO, NULL, "no"},
        {141000, ROUTER_SWITCH_OFF, WHY_WANTED, NULL, "and a third time"},
        {216000, ROUTER_IDLE, WHY_NO_ZERO, NULL, "then not any more"},
        {300000, ROUTER_IDLE, WHY_NO_ZERO, NULL, "that day"},
    };
    struct shed shed;
    begin(&shed);
    PLAY("no zero", &shed, rows);
    CHECK(shed_stands(&shed, 0, 1, 2), "at home, on");
    shed.router.day_ms = shed.plant.now_ms + 1000 - 86400000;
    shed_run(&shed, 900);
    CHECK(shed.router.state == ROUTER_IDLE, "not one second early");
    shed_run(&shed, 200);
    CHECK(shed.router.state == ROUTER_SWITCH_OFF, "the next day it is tried again");
}

static int32_t seen_mA;

static void show_current(struct shed *shed)
{
    reading_set(&shed->view.current_mA[1], seen_mA, shed->plant.now_ms);
}

static void the_threshold(void)
{
    for (seen_mA = 499; seen_mA <= 501; seen_mA++) {
        struct shed shed;
        begin(&shed);
        shed.doctor = show_current;
        want_s2(&shed);
        shed_run(&shed, 800);
        CHECK((shed.router.state == ROUTER_DEAD_TIME) == (seen_mA <= 500), "%d mA", seen_mA);
    }
}

static void a_cloud_is_no_zero(void)
{
    struct shed shed;
    begin(&shed);
    lose_switches(&shed);
    shed.plant.sun_mA = 0;
    want_s2(&shed);
    shed_run(&shed, 3000);
    CHECK(shed.router.state == ROUTER_SWITCH_OFF, "dark, but the switch was not seen off");
    shed.plant.sun_mA = 9000;
    lose_none(&shed);
    shed_run(&shed, 3000);
    CHECK(shed_stands(&shed, 0, 3, 2), "then it is");
    CHECK(shed.plant.violated == 0, "%s", shed.plant.first);
}

static void the_sensor_is_silent(void)
{
    static const struct row rows[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, counter_off, "the counter falls silent"},
        {2000, ROUTER_IDLE, WHY_ADOPTED, want_s2, "nobody needs it"},
        {2200, ROUTER_IDLE, WHY_SENSOR_SILENT, NULL, "a blind transfer is not begun"},
        {5000, ROUTER_IDLE, WHY_SENSOR_SILENT, counter_on, "nor later"},
        {5200, ROUTER_SWITCH_OFF, WHY_WANTED, counter_off, "it begins; silent again"},
        {6000, ROUTER_SWITCH_OFF, WHY_WANTED, NULL, "waits"},
        {6950, ROUTER_IDLE, WHY_SENSOR_SILENT, counter_on, "no zero without a sensor: on again"},
    };
    struct shed shed;
    begin(&shed);
    PLAY("sensor silent", &shed, rows);
    CHECK(shed_stands(&shed, 0, 1, 2), "at home, on");
    begin(&shed);
    want_s2(&shed);
    shed_run(&shed, 100);
    shed.router.config.node_lost_ms = 20000; /* the voltage counts as fresh: the current alone */
    counter_off(&shed);
    shed_run(&shed, 900);
    CHECK(shed.router.state == ROUTER_SWITCH_OFF, "waits");
    shed_run(&shed, 10000);
    CHECK(shed.router.why == WHY_SENSOR_SILENT, "%s", router_why_text(shed.router.why));
}

static void cancelled(void)
{
    static const struct row rows[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, want_s2, "pushed"},
        {300, ROUTER_SWITCH_OFF, WHY_WANTED, want_home, "pushed again"},
        {320, ROUTER_SWITCH_ON, WHY_CANCELLED, NULL, "on again"},
        {700, ROUTER_IDLE, WHY_CANCELLED, want_s2, "at home; and pushed"},
        {800, ROUTER_SWITCH_OFF, WHY_WANTED, want_home, "a cancelled one is no failed one"},
        {1600, ROUTER_IDLE, WHY_CANCELLED, want_s2, "again"},
        {2400, ROUTER_DEAD_TIME, WHY_OPEN_SEEN, want_home, "too late: it arrives .."},
        {3300, ROUTER_SWITCH_OFF, WHY_BACK_HOME, NULL, ".. and goes home from there"},
        {6000, ROUTER_IDLE, WHY_DONE, NULL, "home"},
    };
    struct shed shed;
    begin(&shed);
    PLAY("cancelled", &shed, rows);
    CHECK(shed_stands(&shed, 0, 1, 2), "at home");
}

static void refused_before_it_moves(void)
{
    static const struct {
        event_fn *event;
        enum router_why why;
    } rows[] = {
        {not_ready, WHY_DESTINATION_NOT_READY},
        {insulation, WHY_INSULATION},
        {fault_5, WHY_CONTACT_FAULT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct shed shed;
        begin(&shed);
        rows[i].event(&shed);
        want_s2(&shed);
        shed_run(&shed, 1000);
        CHECK(shed.router.state == ROUTER_IDLE && shed.router.why == rows[i].why, "not begun: %s",
              router_why_text(shed.router.why));
        begin(&shed);
        want_s2(&shed);
        shed_run(&shed, 300);
        rows[i].event(&shed);
        shed_run(&shed, 500);
        CHECK(shed.router.state == ROUTER_IDLE && shed.router.why == rows[i].why, "given up: %s",
              router_why_text(shed.router.why));
        bool locked = rows[i].why == WHY_CONTACT_FAULT;
        CHECK(string_input(&shed.plant, 1) == 1 && shed.plant.switch_on[1] == !locked,
              "on again, unless it is locked");
    }
}

static int32_t seen_mV;

static void show_voltage(struct shed *shed)
{
    reading_set(&shed->view.voltage_mV[1], seen_mV, shed->plant.now_ms);
}

/* The input takes 500 V: the string's cold voltage up to there, the measured one 2 % below. */
static void the_voltage(void)
{
    static const struct {
        int32_t voc_mV, seen_mV;
        bool moves;
    } rows[] = {{406900, 490000, true},
                {406900, 490001, false},
                {500000, 400000, true},
                {500001, 400000, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct shed shed;
        begin(&shed);
        shed.plant.topology.string[1].voc_mV = rows[i].voc_mV;
        shed.plant.topology.input[1].voc_max_mV = 600000;
        shed.doctor = show_voltage;
        seen_mV = rows[i].seen_mV;
        want_s2(&shed);
        shed_run(&shed, 3000);
        CHECK((string_input(&shed.plant, 1) == 3) == rows[i].moves, "row %zu moves", i);
        CHECK((shed.router.why == WHY_VOLTAGE) == !rows[i].moves, "row %zu: %s", i,
              router_why_text(shed.router.why));
    }
    struct shed shed;
    begin(&shed);
    shed.doctor = show_voltage;
    seen_mV = 340000;
    want_s2(&shed);
    shed_run(&shed, 800);
    seen_mV = 495000;
    shed_run(&shed, 10500);
    CHECK(shed.router.state == ROUTER_DEAD_TIME && shed.router.to == 1, "risen while open: back");
    shed_run(&shed, 2000);
    CHECK(shed.router.state == ROUTER_DEAD_TIME, "home takes no more either");
    seen_mV = 480000;
    shed_run(&shed, 1500);
    CHECK(shed_stands(&shed, 0, 1, 2), "fallen: home");
    CHECK(shed.plant.violated == 0, "%s", shed.plant.first);
}

/* --- opening --- */

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

/* --- dead time --- */

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

/* --- closing and switching on --- */

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

/* --- boards --- */

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

/* --- isolate --- */

static void isolating(void)
{
    struct shed shed;
    begin(&shed);
    isolate_all(&shed);
    shed_run(&shed, 200);
    CHECK(!shed.plant.switch_on[0] && !shed.plant.switch_on[1] && !shed.plant.switch_on[2] &&
              shed.router.why == WHY_ISOLATED,
          "all off at once");
    want_s2(&shed);
    shed_run(&shed, 3000);
    CHECK(string_input(&shed.plant, 1) == 3 && !shed.plant.switch_on[1], "it moves, and stays off");
    isolate_none(&shed);
    shed_run(&shed, 300);
    CHECK(shed_stands(&shed, 0, 3, 2) && shed.router.why == WHY_RELEASED, "on again");
    want_home(&shed);
    shed_run(&shed, 800);
    CHECK(shed.router.state == ROUTER_DEAD_TIME, "under way");
    isolate_1(&shed);
    shed_run(&shed, 150);
    CHECK(!shed.plant.switch_on[0], "another string is isolated while one moves");
    CHECK(shed.plant.violated == 0, "%s", shed.plant.first);
    router_want(&shed.router, shed.target, NULL, false);
    CHECK(!shed.router.isolate[0], "no list: none");
}

/* --- start --- */

static void a_start(void)
{
    struct shed shed;
    shed_init(&shed, 1000000);
    want_s2(&shed);
    isolate_1(&shed);
    shed_run(&shed, 10300);
    CHECK(shed.router.orders.valid && shed.router.orders.string_on[0], "restated before isolated");
    shed_run(&shed, 500);
    CHECK(!shed.router.orders.string_on[0], "then isolated");
    shed_init(&shed, 1000000);
    want_s2(&shed);
    shed_run(&shed, 9900);
    CHECK(shed.router.state == ROUTER_START && !shed.router.orders.valid, "10 s no orders");
    shed_run(&shed, 250);
    CHECK(shed.router.state == ROUTER_IDLE && shed.router.orders.valid &&
              shed.router.orders.contact_closed[1],
          "then what is seen");
    shed_run(&shed, 300);
    CHECK(shed.router.state == ROUTER_IDLE, "which is restated first");
    shed_run(&shed, 400);
    CHECK(shed.router.state == ROUTER_SWITCH_OFF, "then the wish is looked at");

    static const struct {
        event_fn *off, *on;
        enum router_why why;
    } rows[] = {
        {contacts_off, contacts_on, WHY_BOARD_SILENT},
        {switches_off, switches_on, WHY_BOARD_SILENT},
        {counter_off, counter_on, WHY_SENSOR_SILENT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        shed_init(&shed, 1000000);
        rows[i].off(&shed);
        shed_run(&shed, 20000);
        CHECK(shed.router.state == ROUTER_START && shed.router.why == rows[i].why,
              "waits for the missing one: %s", router_why_text(shed.router.why));
        rows[i].on(&shed);
        shed_run(&shed, 300);
        CHECK(shed.router.state == ROUTER_IDLE, "and adopts it when it comes");
    }
}

/* What was heard before a reset does not count as read back after it. */
static void reset_reads_anew(void)
{
    struct shed shed;
    begin(&shed);
    shed.router.config.boot_hold_ms = 0;
    reset(&shed);
    router_step(&shed.router, &shed.view, shed.plant.now_ms + 1);
    CHECK(shed.router.state == ROUTER_START && shed.router.why == WHY_BOARD_SILENT, "boards first");
    for (int c = 0; c < PLANT_CONTACTS; c++)
        shed.view.contact_ms[c] = shed.plant.now_ms + 1;
    router_step(&shed.router, &shed.view, shed.plant.now_ms + 2);
    CHECK(shed.router.why == WHY_SENSOR_SILENT, "then sensors");
    shed_run(&shed, 200);
    CHECK(shed.router.state == ROUTER_IDLE, "then adopted");
}

static void found_otherwise(void)
{
    struct shed shed;
    begin(&shed);
    mirror_2(&shed);
    reset(&shed);
    shed_run(&shed, 11000);
    CHECK(shed.router.locked[1] && shed.router.locked_why[1] == WHY_NOT_CLOSED, "unknown: locked");
    uint8_t layout[MAX_STRINGS];
    CHECK(!router_layout_seen(&shed.router, &shed.view, layout) && layout[0] == 0 &&
              layout[1] == NO_INPUT && layout[2] == 2,
          "the layout is not fully known");
    CHECK(shed.router.orders.contact_closed[1], "its coil is left as it is");
    want_s2(&shed);
    shed_run(&shed, 3000);
    CHECK(shed.router.state == ROUTER_IDLE && shed.router.transfers == 0, "and never ordered");
    shed_want(&shed, 3, NO_INPUT, 2);
    shed_run(&shed, 3000);
    CHECK(shed.router.transfers == 0 && shed.router.why == WHY_DESTINATION_NOT_READY,
          "nobody goes where it might stand");
    mirrors_back(&shed);
    shed_run(&shed, 300);
    CHECK(router_layout_seen(&shed.router, &shed.view, layout) && layout[1] == 1, "known again");
    shed.view.boards_heard = false;
    CHECK(!router_layout_seen(&shed.router, &shed.view, layout), "not with silent boards");

    shed_init(&shed, 1000000);
    shed.plant.contact[4].closed = shed.plant.contact[4].coil = true;
    shed.plant.board[0].outputs = 0x17;
    shed_run(&shed, 12000);
    CHECK(shed.router.locked[1] && shed.router.locked_why[1] == WHY_TWO_INPUTS,
          "on two inputs by its coils");

    shed_init(&shed, 1000000);
    shed.plant.contact[4].closed = shed.plant.contact[4].welded = true;
    shed.plant.switch_on[1] = false;
    shed.plant.board[1].outputs = 0x05;
    shed_run(&shed, 12000);
    CHECK(shed.router.locked[1] && !shed.router.orders.contact_closed[4], "on two inputs: locked");
    CHECK(!shed.plant.switch_on[1], "and not switched on");
}

/* --- what locks while nothing moves --- */

static void locks(void)
{
    static const struct row opens[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, mirror_2, "a mirror contact is lost"},
        {600, ROUTER_IDLE, WHY_ADOPTED, NULL, "700 ms are given"},
        {900, ROUTER_IDLE, WHY_NOT_CLOSED, mirrors_back, "locked"},
        {5000, ROUTER_IDLE, WHY_NOT_CLOSED, want_s2, "though it is back"},
        {8000, ROUTER_IDLE, WHY_NOT_CLOSED, reset, "until a person comes"},
        {22000, ROUTER_IDLE, WHY_DONE, NULL, "then it moves"},
    };
    struct shed shed;
    begin(&shed);
    PLAY("mirror lost", &shed, opens);
    begin(&shed);
    mirror_5(&shed);
    shed_run(&shed, 500);
    mirrors_back(&shed);
    shed_run(&shed, 200);
    mirror_5(&shed);
    shed_run(&shed, 500);
    CHECK(!shed.router.locked[1], "each time too short");
    shed.router.string = NO_STRING;
    fault_5(&shed);
    shed_run(&shed, 200);
    CHECK(shed.router.locked[1] && shed.router.why == WHY_CONTACT_FAULT && shed.router.string == 1,
          "the board's own fault locks at once");
}

/* --- dwell and budget --- */

static void dwell(void)
{
    struct shed shed;
    begin(&shed);
    want_s2(&shed);
    shed_run(&shed, 3000);
    CHECK(shed_stands(&shed, 0, 3, 2), "there");
    shed.asked = false;
    want_home(&shed);
    shed_run(&shed, 890000);
    CHECK(shed.router.state == ROUTER_IDLE && shed.router.why == WHY_DWELL, "it dwells");
    shed_run(&shed, 13000);
    CHECK(shed_stands(&shed, 0, 1, 2), "900 s later it moves");
    want_s2(&shed);
    shed_run(&shed, 3000);
    CHECK(shed.router.why == WHY_DWELL, "it dwells again");
    shed.asked = true;
    shed_run(&shed, 3000);
    CHECK(shed_stands(&shed, 0, 3, 2), "but a person does not wait");
    shed.asked = false;
    want_home(&shed);
    shed_run(&shed, 500);
    CHECK(shed.router.why == WHY_DWELL, "it dwells");
    shed_want(&shed, 0, 3, 2);
    shed_run(&shed, 500);
    CHECK(shed.router.why == WHY_NOTHING, "a withdrawn wish delays nothing any more");
    reboot_contacts(&shed);
    shed_run(&shed, 15000);
    CHECK(shed_stands(&shed, -1, 3, -1) || string_input(&shed.plant, 1) == 3,
          "an isolated string is joined without waiting");
}

static void budget(void)
{
    struct shed shed;
    begin(&shed);
    for (int i = 0; i < 8; i++) {
        want_s2(&shed);
        shed_run(&shed, 2500);
        want_home(&shed);
        shed_run(&shed, 2500);
    }
    CHECK(shed.router.moved_today[1] == 12, "twelve a day: %d", shed.router.moved_today[1]);
    CHECK(shed_stands(&shed, 0, 1, 2), "the last one was the way home");
    want_s2(&shed);
    shed_run(&shed, 3000);
    CHECK(shed.router.why == WHY_BUDGET, "%s", router_why_text(shed.router.why));
    shed.router.day_ms = shed.plant.now_ms + 1000 - 86400000;
    shed_run(&shed, 900);
    CHECK(shed.router.state == ROUTER_IDLE && shed.router.why == WHY_BUDGET, "not early");
    shed_run(&shed, 3000);
    CHECK(shed_stands(&shed, 0, 3, 2), "the next day");
    CHECK(shed.router.operations[4] == 14 - 1, "wear is counted on: %u", shed.router.operations[4]);
}

static void the_words(void)
{
    for (int i = 0; i < ROUTER_STATES; i++)
        CHECK(router_state_name((enum router_state)i)[0] != '\0', "state %d", i);
    for (int i = 0; i < ROUTER_WHYS; i++)
        CHECK(router_why_text((enum router_why)i)[0] != '\0', "why %d", i);
}

int main(void)
{
    a_transfer();
    slow_contacts();
    a_ring();
    isolated_first();
    blocked_place();
    joining();
    a_neighbour_comes();
    no_zero();
    the_threshold();
    a_cloud_is_no_zero();
    the_sensor_is_silent();
    cancelled();
    refused_before_it_moves();
    the_voltage();
    welded();
    commands_lost();
    vetoed();
    mirror_lost_while_opening();
    sensor_lost_while_opening();
    current_while_opening();
    dead_time();
    closing();
    opens_again();
    boards();
    one_of_many();
    switching_locked();
    isolating();
    a_start();
    reset_reads_anew();
    found_otherwise();
    locks();
    dwell();
    budget();
    the_words();
    return check_done("router");
}
