/* What the router sees, its emergency stop and what locks a string, to the millisecond. */
#include "test/desk_edges.h"

/* --- what is seen, and for how long --- */

static void fresh_to_the_millisecond(void)
{
    static const struct {
        int64_t heard_ms, now_ms;
        bool fresh;
    } rows[] = {{0, 100, false},  {1, 1, true},       {1, 1501, true},
                {1, 1502, false}, {5000, 6500, true}, {5000, 6501, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        begin_at(&d, rows[i].now_ms);
        struct turn turn = turn_of(&d);
        d.view.contact_ms[6] = rows[i].heard_ms;
        CHECK(turn_contact_fresh(&turn, 6) == rows[i].fresh, "row %zu: the contact", i);
        d.view.current_mA[2].heard_ms = d.view.voltage_mV[2].heard_ms = rows[i].heard_ms;
        CHECK(turn_sensor_fresh(&turn, 2) == rows[i].fresh, "row %zu: both sensors", i);
        d.view.current_mA[2].heard_ms = rows[i].now_ms;
        CHECK(turn_sensor_fresh(&turn, 2) == rows[i].fresh, "row %zu: the voltage", i);
        d.view.voltage_mV[2].heard_ms = rows[i].now_ms;
        d.view.current_mA[2].heard_ms = rows[i].heard_ms;
        CHECK(turn_sensor_fresh(&turn, 2) == rows[i].fresh, "row %zu: the current", i);
    }
}

static void zero_to_the_milliampere(void)
{
    static const struct {
        int32_t mA, age_ms;
        bool zero;
    } rows[] = {{500, 0, true},   {501, 0, false}, {-500, 0, true},
                {-501, 0, false}, {0, 200, true},  {0, 201, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        begin(&d);
        struct turn turn = turn_of(&d);
        reading_set(&d.view.current_mA[1], rows[i].mA, d.now_ms - rows[i].age_ms);
        CHECK(turn_string_zero(&turn, 1) == rows[i].zero, "%d mA, %d ms old", rows[i].mA,
              rows[i].age_ms);
    }
}

static void calm_to_the_millisecond(void)
{
    struct desk d;
    begin(&d);
    struct turn turn = turn_of(&d);
    CHECK(!turn_string_calm(&turn, 0) && !turn_string_dark(&turn, 0), "it delivers");
    d.router.calm_ms[0] = d.now_ms - 499;
    CHECK(!turn_string_calm(&turn, 0), "without current for 499 ms");
    d.router.calm_ms[0] = d.now_ms - 500;
    CHECK(turn_string_calm(&turn, 0) && !turn_string_dark(&turn, 0), "for 500 ms: calm");
    d.router.calm_ms[0] = d.now_ms - 59999;
    CHECK(!turn_string_dark(&turn, 0), "for 59.999 s: not dark");
    d.router.calm_ms[0] = d.now_ms - 60000;
    CHECK(turn_string_dark(&turn, 0), "for a minute: dark");
}

/* What takes a string's current away. Of string 2, on input 1. */
static void off_by_what_there_is(void)
{
    static const struct {
        bool switchless, ordered, output, input_ordered, input_off;
        enum inhibit inhibit;
        uint8_t seen;
        int calm_ms;
        bool off;
        const char *sentence;
    } rows[] = {
        {false, false, false, false, false, INHIBIT_NONE, 1, 0, true, "ordered off, told off"},
        {false, true, false, false, false, INHIBIT_NONE, 1, 0, false, "ordered on"},
        {false, false, true, false, false, INHIBIT_NONE, 1, 0, false, "told on"},
        {false, true, true, false, false, INHIBIT_NONE, 1, 0, false, "on"},
        {true, false, false, true, true, INHIBIT_ORDER, 1, 0, true, "its inverter takes none"},
        {true, false, false, false, true, INHIBIT_ORDER, 1, 0, false, "it was not told to"},
        {true, false, false, true, false, INHIBIT_ORDER, 1, 0, false, "it has not confirmed it"},
        {true, false, false, true, true, INHIBIT_DUSK, 1, 59999, false, "not dark for a minute"},
        {true, false, false, false, false, INHIBIT_DUSK, 1, 60000, true, "dark for a minute"},
        {true, false, false, false, false, INHIBIT_ORDER, 1, 60000, false, "dark, but in order"},
        {true, false, false, false, false, INHIBIT_ORDER, NO_INPUT, 0, true, "it stands nowhere"},
        {true, false, false, true, true, INHIBIT_ORDER, STRING_UNKNOWN, 60000, false,
         "nobody knows where it stands"},
        {true, false, false, true, true, INHIBIT_ORDER, 5, 60000, false, "no such input"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        begin(&d);
        struct turn turn = turn_of(&d);
        turn.seen[1] = rows[i].seen;
        d.topology.string[1].switchless = rows[i].switchless;
        d.topology.input[1].inhibit = rows[i].inhibit;
        d.router.orders.string_on[1] = rows[i].ordered;
        d.view.switch_output[1] = rows[i].output;
        d.router.orders.input_off[1] = rows[i].input_ordered;
        d.view.input_off[1] = rows[i].input_off;
        d.router.calm_ms[1] = rows[i].calm_ms ? d.now_ms - rows[i].calm_ms : 0;
        CHECK(turn_string_off(&turn, 1) == rows[i].off, "%s", rows[i].sentence);
    }
}

/* What the contacts say of each string; contact 7 is the last, string 3 by it on input 4. */
static void where_strings_stand(void)
{
    static const struct {
        uint8_t contact;
        enum contact_seen seen;
        int64_t age_ms;
        uint8_t string, stands, known;
        const char *sentence;
    } rows[] = {
        {0, CONTACT_CLOSED, 0, 0, 0, true, "at home"},
        {0, CONTACT_OPEN, 0, 0, NO_INPUT, true, "nowhere"},
        {0, CONTACT_UNKNOWN, 0, 0, STRING_UNKNOWN, false, "unknown"},
        {0, CONTACT_CLOSED, 1500, 0, 0, true, "at home 1500 ms ago"},
        {0, CONTACT_CLOSED, 1501, 0, STRING_UNKNOWN, false, "silent for 1501 ms"},
        {6, CONTACT_CLOSED, 0, 2, STRING_UNKNOWN, false, "by two contacts"},
        {6, CONTACT_UNKNOWN, 0, 2, STRING_UNKNOWN, false, "the last contact is unknown"},
        {6, CONTACT_OPEN, 0, 2, 2, true, "by one"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        begin(&d);
        struct turn turn = turn_of(&d);
        uint8_t layout[MAX_STRINGS];
        d.view.contact[rows[i].contact] = rows[i].seen;
        d.view.contact_ms[rows[i].contact] = d.now_ms - rows[i].age_ms;
        turn_look(&turn);
        CHECK(turn.seen[rows[i].string] == rows[i].stands, "%s", rows[i].sentence);
        CHECK(turn.seen[1] == 1 && turn.seen[3] == NO_INPUT, "%s: others", rows[i].sentence);
        CHECK(turn.heard == (rows[i].age_ms <= 1500), "%s: heard", rows[i].sentence);
        bool known = router_layout_seen(&d.router, &d.view, layout);
        bool late = rows[i].age_ms > 1500; /* a layout as it was last heard is one, too */
        CHECK(known == (rows[i].known || late), "%s: known", rows[i].sentence);
        CHECK(layout[rows[i].string] == (late            ? 0
                                         : rows[i].known ? rows[i].stands
                                                         : NO_INPUT),
              "%s: the layout", rows[i].sentence);
    }
    struct desk d;
    uint8_t layout[MAX_STRINGS];
    begin(&d);
    d.view.contact_ms[6] = 0;
    CHECK(!router_layout_seen(&d.router, &d.view, layout) && layout[2] == NO_INPUT, "never heard");
    d.view.contact_ms[6] = 1;
    CHECK(router_layout_seen(&d.router, &d.view, layout) && layout[2] == 2, "heard once");
    d.view.boards_heard = false;
    CHECK(!router_layout_seen(&d.router, &d.view, layout), "the boards are silent");
}

/* heard_since_ms: everything heard, and no frame later than report_ms. */
static void heard_without_a_break(void)
{
    static const struct {
        int age_ms;
        bool boards, switches, steady, heard;
        const char *sentence;
    } rows[] = {
        {450, true, true, true, true, "a frame of 450 ms ago"},
        {451, true, true, false, true, "of 451 ms ago"},
        {1501, true, true, false, false, "of 1501 ms ago"},
        {0, false, true, false, false, "a contact board is silent"},
        {0, true, false, false, false, "a switch board is silent"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t c = 0; c < PLANT_CONTACTS; c += 3) {
            struct desk d;
            begin(&d);
            struct turn turn = turn_of(&d);
            d.view.contact_ms[c] = d.now_ms - rows[i].age_ms;
            d.view.boards_heard = rows[i].boards;
            d.view.switches_heard = rows[i].switches;
            turn_look(&turn);
            CHECK((d.router.heard_since_ms != 0) == rows[i].steady, "%s", rows[i].sentence);
            CHECK(turn.heard == rows[i].heard, "%s: heard", rows[i].sentence);
        }
}

/* --- the emergency stop --- */

static unsigned closed_orders(const struct desk *d)
{
    unsigned count = 0;
    for (size_t c = 0; c < PLANT_CONTACTS; c++)
        count += d->router.orders.contact_closed[c];
    return count;
}

/* Pressed; the strings are without current since zero_ms after it (of string 3 never). */
static void begin_stop(struct desk *d, int zero_ms)
{
    begin(d);
    d->view.stop = true;
    run(d, 0);
    hear(d);
    step(d);
    CHECK(d->router.state == ROUTER_STOP, "stops");
    for (int at_ms = 0; at_ms < 490; at_ms += 10) {
        for (size_t s = 0; s < PLANT_STRINGS; s++) {
            d->view.switch_output[s] = false;
            d->view.current_mA[s].value = at_ms >= zero_ms && s < 2 ? 0 : 9000;
        }
        hear(d);
        step(d);
        d->now_ms += 10;
    }
}

static void stops_to_the_millisecond(void)
{
    struct desk d;
    begin_stop(&d, 0);
    d.now_ms += 9;
    hear(&d);
    step(&d);
    CHECK(closed_orders(&d) == 3, "499 ms after the stop nothing has opened");
    d.now_ms += 1;
    hear(&d);
    step(&d);
    CHECK(closed_orders(&d) == 2 && !d.router.orders.contact_closed[0], "500 ms: the first");
    d.now_ms += 20;
    hear(&d);
    step(&d);
    CHECK(closed_orders(&d) == 2, "the second waits until the first is carried out");
    d.view.contact_output[0] = false;
    d.now_ms += 10;
    hear(&d);
    step(&d);
    CHECK(closed_orders(&d) == 1 && d.router.orders.contact_closed[2], "then it opens");
    CHECK(d.router.operations[0] == 1 && d.router.operations[1] == 1, "each counted as moved");
    CHECK(d.router.hot_openings == 0, "none under current");
    int64_t pressed_ms = d.router.since_ms;
    while (d.now_ms < pressed_ms + 4990) {
        d.now_ms += 10;
        stand(&d, 0, false);
        stand(&d, 1, false);
        hear(&d);
        step(&d);
    }
    d.now_ms = pressed_ms + 4999;
    hear(&d);
    step(&d);
    CHECK(closed_orders(&d) == 1, "what carries current stays closed for 4999 ms");
    d.now_ms += 1;
    hear(&d);
    step(&d);
    CHECK(closed_orders(&d) == 0 && d.router.hot_openings == 1, "5000 ms: opened under current");
    CHECK(d.router.operations[2] == 1, "counted as moved");
}

/* The last order that the first waits for is any contact's, the last one's too. */
static void stops_one_by_one(void)
{
    for (size_t c = 0; c < PLANT_CONTACTS; c++) {
        struct desk d;
        begin_stop(&d, 0);
        d.view.contact_output[c] = !d.view.contact_output[c];
        d.now_ms += 10;
        hear(&d);
        step(&d);
        CHECK(closed_orders(&d) == 3, "contact %zu is not as ordered: the others wait", c + 1);
        d.view.contact_output[c] = !d.view.contact_output[c];
        d.now_ms += 10;
        hear(&d);
        step(&d);
        CHECK(closed_orders(&d) == 2, "contact %zu is: the first opens", c + 1);
    }
    struct desk d;
    begin_stop(&d, 100);
    d.now_ms += 10;
    hear(&d);
    step(&d);
    CHECK(closed_orders(&d) == 3, "without current for 400 ms");
    d.view.contact_output[7] = true;
    d.now_ms += 100;
    hear(&d);
    step(&d);
    CHECK(closed_orders(&d) == 2, "for 500 ms; a contact that is not there does not count");
    begin_stop(&d, 0);
    d.router.orders.contact_closed[PLANT_CONTACTS] = true;
    d.router.orders.string_on[PLANT_STRINGS] = true;
    run(&d, 6000);
    CHECK(closed_orders(&d) == 0 && d.router.operations[PLANT_CONTACTS] == 0 &&
              d.router.orders.string_on[PLANT_STRINGS],
          "rows that the wiring does not have are left alone");
    begin_stop(&d, 0);
    d.view.switch_output[0] = true;
    d.now_ms += 10;
    hear(&d);
    step(&d);
    CHECK(d.router.orders.contact_closed[0] && !d.router.orders.contact_closed[1],
          "a switch that is on keeps its contact closed");
}

/* --- what locks a string, and what takes a new input from it --- */

/* At that many ms after it began the string is not locked, one later it is. */
static void locks_after(struct desk *d, size_t s, int ms, enum router_why why, const char *sentence)
{
    hear(d);
    step(d);
    CHECK(!d->router.locked[s], "%s: begins", sentence);
    int64_t from_ms = d->now_ms;
    run(d, ms);
    CHECK(!d->router.locked[s], "%s: not within %d ms", sentence, ms);
    d->now_ms = from_ms + ms + 1;
    hear(d);
    step(d);
    CHECK(d->router.locked[s] && d->router.locked_why[s] == why, "%s: %s", sentence,
          router_why_text((enum router_why)d->router.locked_why[s]));
}

static void contacts_are_watched(void)
{
    struct desk d;
    begin(&d);
    d.view.contact[1] = CONTACT_OPEN;
    locks_after(&d, 1, 700, WHY_NOT_CLOSED, "open with its coil on");
    begin(&d);
    d.view.contact[6] = CONTACT_CLOSED;
    locks_after(&d, 2, 700, WHY_NOT_OPEN, "closed with its coil off");
    begin(&d);
    d.view.contact[0] = CONTACT_UNKNOWN;
    locks_after(&d, 0, 700, WHY_NOT_CLOSED, "neither");
    begin(&d);
    d.topology.contact[1].operate_ms = 900;
    d.topology.contact[1].release_ms = 500;
    d.view.contact[1] = CONTACT_OPEN;
    d.view.current_mA[1].value = 0;
    locks_after(&d, 1, 1350, WHY_NOT_CLOSED, "slow to operate by its data sheet");
    begin(&d);
    d.topology.contact[6].operate_ms = 500;
    d.topology.contact[6].release_ms = 900;
    d.view.contact[6] = CONTACT_CLOSED;
    locks_after(&d, 2, 1350, WHY_NOT_OPEN, "slow to release by its data sheet");
    begin(&d);
    d.view.contact_fault[6] = true;
    hear(&d);
    step(&d);
    CHECK(d.router.locked[2] && d.router.locked_why[2] == WHY_CONTACT_FAULT && d.router.string == 2,
          "a contact's own fault at once");
    d.view.contact_fault[6] = false;
    d.view.contact[6] = CONTACT_CLOSED;
    run(&d, 2000);
    CHECK(d.router.locked_why[2] == WHY_CONTACT_FAULT, "the first reason stays");
}

static void current_on_open_contacts(void)
{
    struct desk d;
    begin(&d);
    stand(&d, 2, false);
    d.router.orders.contact_closed[2] = false;
    d.view.current_mA[2].value = 500;
    run(&d, 2000);
    CHECK(!d.router.locked[2], "0.5 A is no current");
    d.view.current_mA[2].value = -501;
    locks_after(&d, 2, 700, WHY_CURRENT_ON_OPEN, "0.501 A back through open contacts");
}

/* String 2 was moved to the input it stands on; who draws, how long ago, what becomes of it. */
static void the_new_input_must_draw(void)
{
    static const struct {
        int32_t mA[3];
        int ago_ms, stale; /* stale: whose sensors are silent, 1 to 3 */
        bool on;
        int64_t joined_after; /* -1 = as it was, 0 = no longer waited for, 1 = from now on */
        uint8_t dead;
        const char *sentence;
    } rows[] = {
        {{9000, 0, 9000}, 300000, 0, true, -1, NO_INPUT, "300 s while others deliver"},
        {{9000, 0, 9000}, 300001, 0, true, 0, 1, "longer: the input is dead"},
        {{9000, 0, 0}, 300001, 0, true, 0, 1, "the first alone delivers"},
        {{0, 0, 9000}, 300001, 0, true, 0, 1, "the last alone delivers"},
        {{0, 0, 0}, 300001, 0, true, 1, NO_INPUT, "nobody delivers: it is dark"},
        {{0, 0, 9000}, 300001, 3, true, 1, NO_INPUT, "who delivers is not heard"},
        {{9000, 0, 9000}, 300001, 3, true, 0, 1, "another one is"},
        {{9000, 9000, 9000}, 300001, 0, true, 0, NO_INPUT, "it delivers"},
        {{0, 9000, 0}, 300001, 0, true, 0, NO_INPUT, "it alone delivers"},
        {{9000, 0, 9000}, 300001, 0, false, 0, NO_INPUT, "it is isolated"},
        {{9000, 9000, 9000}, 300001, 2, true, 0, 1, "it is not heard, others are"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        begin(&d);
        d.router.isolate[1] = !rows[i].on;
        d.router.orders.string_on[1] = rows[i].on;
        for (size_t s = 0; s < PLANT_STRINGS; s++)
            d.view.current_mA[s].value = rows[i].mA[s];
        d.now_ms += 10;
        hear(&d);
        if (rows[i].stale)
            d.view.voltage_mV[rows[i].stale - 1].heard_ms = d.now_ms - 1501;
        int64_t joined_ms = d.router.joined_ms[1] = d.now_ms - rows[i].ago_ms;
        step(&d);
        CHECK(d.router.joined_ms[1] == (rows[i].joined_after < 0    ? joined_ms
                                        : rows[i].joined_after == 1 ? d.now_ms
                                                                    : 0),
              "%s: waited for", rows[i].sentence);
        CHECK(d.router.dead_input[1] == rows[i].dead, "%s: dead", rows[i].sentence);
        CHECK((d.router.why == WHY_NOT_STARTED && d.router.string == 1) ==
                  (rows[i].dead != NO_INPUT),
              "%s: told", rows[i].sentence);
    }
}

/* Only a string that was moved is waited for. */
static void who_was_not_moved(void)
{
    struct desk d;
    begin(&d);
    d.view.current_mA[0].value = d.view.current_mA[1].value = d.view.current_mA[2].value = 0;
    run(&d, 1000);
    CHECK(d.router.joined_ms[1] == 0, "it is dark");
    d.view.current_mA[0].value = 9000;
    run(&d, 310000);
    CHECK(d.router.dead_input[1] == NO_INPUT, "its own input is not dead");
    begin(&d);
    d.view.current_mA[0].value = 0;
    d.router.joined_ms[0] = d.now_ms;
    run(&d, 310000);
    CHECK(d.router.dead_input[0] == 0, "the first string's is, when it was moved there");
}

/* Boards that do not carry out what is ordered: HOLD after 700 ms, whichever contact or switch. */
static void boards_that_stray(void)
{
    for (size_t c = 0; c < PLANT_CONTACTS + PLANT_STRINGS; c++) {
        struct desk d;
        begin(&d);
        if (c < PLANT_CONTACTS)
            stand(&d, c, c >= 3);
        else
            d.view.switch_output[c - PLANT_CONTACTS] = false;
        run(&d, 0);
        hear(&d);
        step(&d);
        int64_t from_ms = d.now_ms;
        run(&d, 700);
        CHECK(d.router.state == ROUTER_IDLE, "%zu: 700 ms", c);
        d.now_ms = from_ms + 701;
        hear(&d);
        step(&d);
        CHECK(d.router.state == ROUTER_HOLD && d.router.why == WHY_BOARD_STATE, "%zu: 701 ms", c);
    }
    struct desk d;
    begin(&d);
    d.topology.string[1].switchless = true;
    d.view.switch_output[1] = false;
    run(&d, 2000);
    CHECK(d.router.state == ROUTER_IDLE, "a string without a switch has none that strays");
    begin(&d);
    d.view.contact_output[PLANT_CONTACTS] = d.view.switch_output[PLANT_STRINGS] = true;
    run(&d, 2000);
    CHECK(d.router.state == ROUTER_IDLE, "nor do rows that the wiring does not have");
}

/* --- the largest plant --- */

/* Every table full: 64 strings, 32 inputs, 128 contacts, as many interlocks. */
static void begin_largest(struct desk *d)
{
    begin_at(d, 1000000);
    the_most(&d->topology);
    d->topology.interlocks = 0;
    for (size_t i = 0; i < MAX_INPUTS; i++)
        d->view.input_ready[i] = true;
    for (size_t c = 0; c < MAX_CONTACTS; c++)
        stand(d, c,
              d->topology.contact[c].input ==
                  d->topology.string[d->topology.contact[c].string].home);
    for (size_t s = 0; s < MAX_STRINGS; s++) {
        d->view.switch_output[s] = true;
        d->view.current_mA[s].value = 9000;
        d->view.voltage_mV[s].value = 340000;
    }
    router_init(&d->router, &d->topology, &router_defaults, d->now_ms);
    run(d, 11000);
    CHECK(d->router.state == ROUTER_IDLE, "adopted");
}

static void the_largest_plant(void)
{
    static struct desk d;
    uint8_t layout[MAX_STRINGS];
    begin_largest(&d);
    CHECK(router_layout_seen(&d.router, &d.view, layout) && layout[MAX_STRINGS - 1] == 0, "seen");
    memset(layout, NO_INPUT, sizeof layout);
    layout[59] = 5;
    router_want(&d.router, layout, NULL);
    run_obeying(&d, 5000);
    CHECK(d.router.state == ROUTER_IDLE && d.router.transfers == 1, "its last contact is closed");
    CHECK(d.view.contact[MAX_CONTACTS - 1] == CONTACT_CLOSED, "that one");
    run_obeying(&d, 1000);
    d.view.stop = true;
    run_obeying(&d, 10000);
    CHECK(d.view.contact[MAX_CONTACTS - 1] == CONTACT_OPEN, "stopped: open");
    CHECK(d.router.hot_openings == 0, "none under current");
}

int main(void)
{
    fresh_to_the_millisecond();
    zero_to_the_milliampere();
    calm_to_the_millisecond();
    off_by_what_there_is();
    where_strings_stand();
    heard_without_a_break();
    stops_to_the_millisecond();
    stops_one_by_one();
    contacts_are_watched();
    current_on_open_contacts();
    the_new_input_must_draw();
    who_was_not_moved();
    boards_that_stray();
    the_largest_plant();
    return check_done("router_edges");
}
