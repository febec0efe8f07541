/* The sequencer before anything moves: zero current, refusals, the start, what locks a string. */
#include "test/router_rows.h"

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

static void a_start(void)
{
    struct shed shed;
    shed_init(&shed, 1000000);
    while (shed.router.state != ROUTER_IDLE && shed.plant.now_ms < 1020000)
        shed_step(&shed);
    CHECK(shed.router.target[0] == 0 && shed.router.target[1] == 1, "wanted is what is seen");
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

int main(void)
{
    no_zero();
    the_threshold();
    a_cloud_is_no_zero();
    the_sensor_is_silent();
    cancelled();
    refused_before_it_moves();
    the_voltage();
    a_start();
    reset_reads_anew();
    found_otherwise();
    locks();
    return check_done("router_refuse");
}
