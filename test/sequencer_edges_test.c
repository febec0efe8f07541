/* The router between its transfers, to the millisecond: reading back, HOLD, isolating, the day. */
#include "test/desk_edges.h"

static void news(struct desk *d)
{
    hear(d);
    step(d);
}

static void want(struct desk *d, uint8_t a, uint8_t b, uint8_t c)
{
    uint8_t layout[MAX_STRINGS] = {a, b, c};
    router_want(&d->router, layout, NULL);
}

/* --- START --- */

/* Whatever stood in its memory before. */
static void begins_anew(void)
{
    static struct desk clean, dirty;
    begin_at(&clean, 1000000);
    dirty = clean;
    memset(&dirty.router, 0xA5, sizeof dirty.router);
    router_init(&dirty.router, &clean.topology, &clean.router.config, 1000000);
    CHECK(memcmp(&dirty.router, &clean.router, sizeof clean.router) == 0, "the same");
    for (size_t s = 0; s < MAX_STRINGS; s++)
        CHECK(clean.router.target[s] == NO_INPUT && clean.router.dead_input[s] == NO_INPUT,
              "string %zu is wanted where it stands", s + 1);
}

static void reads_back(void)
{
    struct desk d;
    begin_at(&d, 1000000);
    CHECK(d.router.why == WHY_READ_BACK && d.router.string == NO_STRING, "reads back");
    run(&d, 9999);
    CHECK(d.router.state == ROUTER_START && !d.router.orders.valid, "9.999 s after the start");
    run(&d, 1);
    CHECK(d.router.state == ROUTER_IDLE && d.router.orders.valid && d.router.why == WHY_ADOPTED,
          "10 s");
    for (size_t s = 0; s < PLANT_STRINGS; s++)
        CHECK(d.router.target[s] == s && d.router.orders.string_on[s] &&
                  d.router.orders.contact_closed[s] && !d.router.orders.contact_closed[s + 3],
              "string %zu as it was found", s + 1);
    want(&d, 0, 3, 2);
    run(&d, 499);
    CHECK(d.router.state == ROUTER_IDLE, "restated for 499 ms");
    run(&d, 1);
    CHECK(d.router.state == ROUTER_SWITCH_OFF, "500 ms");
}

/* What is found is adopted: off stays off, what is unknown is locked, inputs keep their orders. */
static void adopts_what_it_finds(void)
{
    struct desk d;
    begin_at(&d, 1000000);
    d.topology.string[1].switchless = d.topology.string[2].switchless = true;
    stand(&d, 2, false);
    stand(&d, 3, true);
    d.view.switch_output[0] = d.view.switch_output[1] = false;
    d.view.input_off[4] = true;
    d.view.contact[6] = CONTACT_UNKNOWN;
    run(&d, 10000);
    struct router *r = &d.router;
    CHECK(r->state == ROUTER_IDLE, "adopted");
    CHECK(r->orders.contact_closed[0] && r->orders.contact_closed[3] &&
              !r->orders.contact_closed[2],
          "contacts");
    CHECK(r->locked[0] && r->locked_why[0] == WHY_TWO_INPUTS && r->target[0] == NO_INPUT,
          "on two inputs");
    CHECK(r->locked[2] && r->target[2] == NO_INPUT, "unknown");
    CHECK(!r->orders.string_on[0] && r->orders.string_on[1] && !r->orders.string_on[2],
          "off as found; without a switch: on where it stands");
    CHECK(r->orders.input_off[4] && !r->orders.input_off[3], "an input's order");
    CHECK(!r->locked[1] && r->target[1] == 1, "the other is free");
}

/* Every string without a switch, the first too, is on where it stands. */
static void adopts_strings_without_a_switch(void)
{
    struct desk d;
    begin_at(&d, 1000000);
    for (size_t s = 0; s < PLANT_STRINGS; s++) {
        d.topology.string[s].switchless = true;
        d.view.switch_output[s] = false;
    }
    stand(&d, 2, false);
    run(&d, 10000);
    CHECK(d.router.orders.string_on[0] && d.router.orders.string_on[1] &&
              !d.router.orders.string_on[2],
          "two stand, the third does not");
}

/* A string that was locked before keeps its reason. */
static void keeps_the_reason(void)
{
    struct desk d;
    begin(&d);
    d.router.locked[0] = true;
    d.router.locked_why[0] = WHY_CONTACT_FAULT;
    d.view.switching_locked = true;
    run(&d, 100);
    d.view.contact[0] = CONTACT_UNKNOWN;
    d.view.switching_locked = false;
    run(&d, 2000);
    CHECK(d.router.why == WHY_READ_BACK && d.router.locked_why[0] == WHY_CONTACT_FAULT, "kept");
}

/* Heard before the start is not heard; each contact and sensor alone. */
static void missing_at_the_start(void)
{
    for (unsigned what = 0; what < PLANT_CONTACTS + PLANT_STRINGS; what++) {
        struct desk d;
        begin_at(&d, 1000000);
        hear(&d);
        if (what < PLANT_CONTACTS)
            d.mute_contacts = 1u << what;
        else
            d.mute_currents = 1u << (what - PLANT_CONTACTS);
        for (int64_t late_ms = -1; late_ms < 1; late_ms++) {
            begin_at(&d, 1000000);
            if (late_ms < 0)
                run(&d, 9000);
            int64_t *at = what < PLANT_CONTACTS
                              ? &d.view.contact_ms[what]
                              : &d.view.current_mA[what - PLANT_CONTACTS].heard_ms;
            d.now_ms = 1010000;
            hear(&d);
            *at = late_ms < 0 ? 1008499 : 1008500;
            step(&d);
            CHECK((d.router.state == ROUTER_IDLE) == (late_ms == 0), "%u: %s", what,
                  router_why_text(d.router.why));
            if (late_ms < 0)
                CHECK(d.router.why ==
                          (what < PLANT_CONTACTS ? WHY_BOARD_SILENT : WHY_SENSOR_SILENT),
                      "%u: %s", what, router_why_text(d.router.why));
        }
    }
}

/* After a reset only what is heard since counts, though it is fresh. */
static void heard_since_the_reset(void)
{
    for (unsigned what = 0; what < PLANT_CONTACTS + PLANT_STRINGS; what++)
        for (int64_t late_ms = -1; late_ms < 1; late_ms++) {
            struct desk d;
            begin(&d);
            d.router.config.boot_hold_ms = 1000;
            router_reset(&d.router, d.now_ms);
            CHECK(d.router.state == ROUTER_START && d.router.why == WHY_RESET, "reset");
            int64_t reset_ms = d.now_ms;
            d.now_ms += 1000;
            hear(&d);
            *(what < PLANT_CONTACTS ? &d.view.contact_ms[what]
                                    : &d.view.current_mA[what - PLANT_CONTACTS].heard_ms) =
                reset_ms + late_ms;
            step(&d);
            CHECK((d.router.state == ROUTER_IDLE) == (late_ms == 0), "%u heard %d ms after it",
                  what, (int)late_ms);
        }
}

static void a_reset_forgets(void)
{
    struct desk d;
    begin(&d);
    struct router *r = &d.router;
    for (size_t s = 0; s < PLANT_STRINGS; s++) {
        r->locked[s] = true;
        r->failed_ms[s] = r->flows_ms[s] = r->joined_ms[s] = d.now_ms;
        r->failed_today[s] = 3;
        r->moved_today[s] = 5;
        r->dead_input[s] = 3;
    }
    r->differs_ms[6] = d.now_ms - 5000;
    router_reset(r, d.now_ms);
    for (size_t s = 0; s < PLANT_STRINGS; s++)
        CHECK(!r->locked[s] && r->failed_ms[s] == 0 && r->flows_ms[s] == 0 &&
                  r->joined_ms[s] == 0 && r->failed_today[s] == 0 && r->dead_input[s] == NO_INPUT &&
                  r->moved_today[s] == 5,
              "all but the day's budget");
    CHECK(r->differs_ms[6] == 0 && !r->orders.valid, "nothing is ordered");
    CHECK(r->since_ms == d.now_ms && r->started_ms == d.now_ms, "from now on");
}

/* --- HOLD --- */

/* clang-format off */
static void locked(struct desk *d, bool on) { d->view.switching_locked = on; }
static void no_stop(struct desk *d, bool on) { d->view.stop_silent = on; }
static void no_boards(struct desk *d, bool on) { d->view.boards_heard = !on; }
static void no_switches(struct desk *d, bool on) { d->view.switches_heard = !on; }
static void no_contact(struct desk *d, bool on) { d->mute_contacts = on ? 1u << 6 : 0; }
static void stray(struct desk *d, bool on) { d->view.switch_output[2] = !on; }
/* clang-format on */

static void holds_and_resumes(void)
{
    static const struct {
        void (*change)(struct desk *d, bool on);
        int after_ms;
        enum router_why why;
        int stable_ms; /* from the end of it on; 0 = it was stable all the time */
    } rows[] = {
        {locked, 0, WHY_LOCKED, 0},
        {no_stop, 0, WHY_STOP_SILENT, 0},
        {no_boards, 0, WHY_BOARD_SILENT, 1500},
        {no_switches, 0, WHY_BOARD_SILENT, 1500},
        {no_contact, 1501, WHY_BOARD_SILENT, 1500},
        {stray, 701, WHY_BOARD_STATE, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        begin(&d);
        d.router.string = 1;
        rows[i].change(&d, true);
        if (rows[i].after_ms > 1000) {
            run(&d, rows[i].after_ms - 1);
            CHECK(d.router.state == ROUTER_IDLE, "row %zu: too early", i);
            run(&d, 1);
        } else {
            d.now_ms += 1;
            news(&d);
            run(&d, rows[i].after_ms);
        }
        CHECK(d.router.state == ROUTER_HOLD && d.router.why == rows[i].why, "row %zu: %s", i,
              router_why_text(d.router.why));
        if (rows[i].change == stray) {
            run(&d, 1499);
            CHECK(d.router.state == ROUTER_HOLD, "row %zu: 1499 ms", i);
            run(&d, 1);
            CHECK(d.router.why == WHY_READ_BACK && !d.router.orders.string_on[2],
                  "what is found is adopted");
            continue;
        }
        run(&d, 3000);
        CHECK(d.router.state == ROUTER_HOLD, "row %zu: as long as it lasts", i);
        rows[i].change(&d, false);
        d.now_ms += 1;
        news(&d);
        if (rows[i].stable_ms) {
            run(&d, rows[i].stable_ms - 1);
            CHECK(d.router.state == ROUTER_HOLD, "row %zu: 1499 ms", i);
            run(&d, 1);
        }
        CHECK(d.router.state == ROUTER_IDLE && d.router.why == WHY_READ_BACK, "row %zu: %s", i,
              router_state_name(d.router.state));
        CHECK(d.router.string == NO_STRING, "row %zu: of no string", i);
    }
}

/* HOLD that came with something else stays, whatever is heard. */
static void a_person_looks(void)
{
    struct desk d;
    begin(&d);
    d.router.state = ROUTER_HOLD;
    d.router.why = WHY_NOT_OPEN;
    run(&d, 60000);
    CHECK(d.router.state == ROUTER_HOLD && d.router.why == WHY_NOT_OPEN, "a person is needed");
}

/* A break in being heard begins the stable time anew, and a sensor must be heard too. */
static void breaks_while_it_holds(void)
{
    struct desk d;
    begin(&d);
    locked(&d, true);
    run(&d, 100);
    locked(&d, false);
    run(&d, 1000);
    d.mute_contacts = 1u << 6;
    run(&d, 460);
    d.mute_contacts = 0;
    run(&d, 10);
    run(&d, 1490);
    CHECK(d.router.state == ROUTER_HOLD, "a frame was late: anew");
    run(&d, 20);
    CHECK(d.router.state == ROUTER_IDLE, "then it ends");
    begin(&d);
    d.view.boards_heard = false;
    run(&d, 100);
    d.view.boards_heard = true;
    d.mute_currents = 1u << 2;
    run(&d, 5000);
    CHECK(d.router.state == ROUTER_HOLD, "a string's current is not heard");
    d.mute_currents = 0;
    run(&d, 10);
    CHECK(d.router.state == ROUTER_IDLE, "now it is");
}

/* Order of reasons, when several stop it. */
static void the_first_reason(void)
{
    struct desk d;
    begin(&d);
    d.view.boards_heard = false;
    d.view.switching_locked = d.view.stop_silent = true;
    run(&d, 10);
    CHECK(d.router.why == WHY_BOARD_SILENT, "silent");
    begin(&d);
    d.view.switching_locked = d.view.stop_silent = true;
    run(&d, 10);
    CHECK(d.router.why == WHY_LOCKED, "locked");
}

/* --- isolating and releasing --- */

static void isolates_and_releases(void)
{
    for (uint8_t s = 0; s < PLANT_STRINGS; s++) {
        struct desk d;
        uint8_t home[MAX_STRINGS] = {0, 1, 2};
        bool isolate[MAX_STRINGS] = {false};
        begin(&d);
        isolate[s] = true;
        router_want(&d.router, home, isolate);
        run_obeying(&d, 10);
        CHECK(!d.router.orders.string_on[s] && d.router.string == s &&
                  d.router.why == WHY_ISOLATED && d.router.state == ROUTER_IDLE,
              "string %d is isolated", s + 1);
        CHECK(d.router.orders.string_on[(s + 1) % 3] && d.router.orders.string_on[(s + 2) % 3],
              "the others are not");
        run_obeying(&d, 2000);
        router_want(&d.router, home, NULL);
        run_obeying(&d, 10);
        CHECK(d.router.orders.string_on[s] && d.router.string == s && d.router.why == WHY_RELEASED,
              "string %d is released", s + 1);
        run_obeying(&d, 2000);
        CHECK(d.router.why == WHY_RELEASED, "once");
    }
}

/* A step that isolates does nothing else. */
static void isolates_first(void)
{
    struct desk d;
    begin(&d);
    want(&d, 0, 3, 2);
    d.router.isolate[0] = true;
    run_obeying(&d, 10);
    CHECK(d.router.state == ROUTER_IDLE && d.router.why == WHY_ISOLATED, "isolates");
    run_obeying(&d, 10);
    CHECK(d.router.state == ROUTER_SWITCH_OFF, "then begins a transfer");
}

/* Switched on where it stands on one input and is not locked; what is on and locked stays on. */
static void who_is_switched_on(void)
{
    static const struct {
        bool on, locked, stands, unknown, then;
        const char *sentence;
    } rows[] = {
        {false, false, true, false, true, "off, stands"},
        {false, true, true, false, false, "off, locked"},
        {false, false, false, false, false, "off, nowhere"},
        {false, false, true, true, false, "off, unknown"},
        {true, true, true, false, true, "on, locked"},
        {true, false, true, true, true, "on, unknown for a moment"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        uint8_t nothing[MAX_STRINGS];
        begin(&d);
        memset(nothing, NO_INPUT, sizeof nothing);
        router_want(&d.router, nothing, NULL);
        d.router.orders.string_on[1] = d.view.switch_output[1] = rows[i].on;
        d.router.locked[1] = rows[i].locked;
        if (!rows[i].stands) {
            d.router.orders.contact_closed[1] = false;
            stand(&d, 1, false);
            d.view.current_mA[1].value = 0;
        }
        if (rows[i].unknown)
            d.view.contact[1] = CONTACT_UNKNOWN;
        d.now_ms += 10;
        news(&d);
        CHECK(d.router.orders.string_on[1] == rows[i].then, "%s", rows[i].sentence);
    }
}

/* Off is safe in any state, but not while switching is locked or what was adopted is restated. */
static void isolates_in_hold(void)
{
    struct desk d;
    begin(&d);
    d.router.state = ROUTER_HOLD;
    d.router.why = WHY_NOT_OPEN;
    d.router.isolate[0] = d.router.isolate[2] = true;
    d.view.switching_locked = true;
    run(&d, 10);
    CHECK(d.router.orders.string_on[0] && d.router.orders.string_on[2], "locked: nothing changes");
    d.view.switching_locked = false;
    run(&d, 10);
    CHECK(!d.router.orders.string_on[0] && d.router.orders.string_on[1] &&
              !d.router.orders.string_on[2],
          "off");
    begin_at(&d, 1000000);
    run(&d, 10000);
    d.router.state = ROUTER_HOLD;
    d.router.why = WHY_NOT_OPEN;
    d.router.isolate[0] = true;
    run(&d, 499);
    CHECK(d.router.orders.string_on[0], "restated for 499 ms");
    run(&d, 1);
    CHECK(!d.router.orders.string_on[0], "500 ms: off");
}

/* --- wishes and delays --- */

static void a_delay_is_told_once(void)
{
    struct desk d;
    begin(&d);
    want(&d, 0, 3, 2);
    d.view.input_ready[3] = false;
    run(&d, 10);
    CHECK(d.router.why == WHY_DESTINATION_NOT_READY && d.router.string == 1 &&
              d.router.delayed == WHY_DESTINATION_NOT_READY,
          "told");
    d.router.why = WHY_ADOPTED;
    run(&d, 1000);
    CHECK(d.router.why == WHY_ADOPTED, "once");
    want(&d, 0, 1, 2);
    run(&d, 10);
    CHECK(d.router.why == WHY_NOTHING && d.router.string == NO_STRING, "over");
}

static void wishes(void)
{
    struct desk d;
    begin(&d);
    uint8_t layout[MAX_STRINGS] = {0, 3, 4};
    bool isolate[MAX_STRINGS] = {false, false, true};
    d.router.dead_input[0] = d.router.dead_input[1] = d.router.dead_input[2] = 3;
    d.router.target[3] = d.router.dead_input[3] = 7;
    d.router.isolate[3] = true;
    layout[3] = 9;
    router_want(&d.router, layout, isolate);
    CHECK(d.router.target[0] == 0 && d.router.target[1] == 3 && d.router.target[2] == 4, "targets");
    CHECK(!d.router.isolate[0] && !d.router.isolate[1] && d.router.isolate[2], "isolated");
    CHECK(d.router.dead_input[0] == NO_INPUT && d.router.dead_input[1] == 3 &&
              d.router.dead_input[2] == NO_INPUT,
          "an input that did not draw is forgotten with the wish for it");
    CHECK(d.router.target[3] == 7 && d.router.dead_input[3] == 7 && d.router.isolate[3],
          "strings that are not there are left alone");
    router_want(&d.router, layout, NULL);
    CHECK(!d.router.isolate[2], "none isolated");
}

/* --- the day --- */

static void the_next_day(void)
{
    struct desk d;
    begin_at(&d, 1000000);
    CHECK(d.router.day_ms == 1000000, "the day begins with the start");
    run(&d, 11000);
    for (size_t s = 0; s < PLANT_STRINGS; s++) {
        d.router.moved_today[s] = d.router.failed_today[s] = 3;
        d.router.dead_input[s] = 3;
    }
    d.now_ms = 1000000 + 86399999;
    news(&d);
    CHECK(d.router.moved_today[0] == 3 && d.router.failed_today[2] == 3 &&
              d.router.dead_input[1] == 3,
          "23:59:59.999 later");
    d.now_ms += 1;
    news(&d);
    for (size_t s = 0; s < PLANT_STRINGS; s++)
        CHECK(d.router.moved_today[s] == 0 && d.router.failed_today[s] == 0 &&
                  d.router.dead_input[s] == NO_INPUT,
              "a day later");
    CHECK(d.router.day_ms == d.now_ms, "the next one begins");
}

/* --- when it wants to run --- */

static void wakes(void)
{
    for (int state = ROUTER_START; state < ROUTER_STATES; state++) {
        struct desk d;
        begin(&d);
        d.router.string = d.router.from = d.router.to = 1;
        d.router.state = (enum router_state)state;
        d.router.why = WHY_NOT_OPEN;
        d.router.since_ms = d.router.started_ms = d.now_ms;
        d.router.pickup_ms = d.now_ms;
        d.view.stop = state == ROUTER_STOP;
        d.router.target[1] = 3;
        if (state == ROUTER_SWITCH_OFF || state == ROUTER_CLOSING)
            d.router.to = 3;
        if (state == ROUTER_CLOSING)
            d.router.orders.contact_closed[1] = false;
        if (state == ROUTER_IDLE)
            d.router.target[1] = 1;
        hear(&d);
        int64_t in_ms = router_step(&d.router, &d.view, d.now_ms) - d.now_ms;
        bool moving = d.router.state >= ROUTER_SWITCH_OFF && d.router.state != ROUTER_HOLD;
        CHECK(d.router.state == (enum router_state)state, "stays in %s, %s",
              router_state_name((enum router_state)state), router_state_name(d.router.state));
        CHECK(in_ms == (moving ? 20 : 100), "%s: %d ms", router_state_name(d.router.state),
              (int)in_ms);
    }
}

/* --- the emergency stop takes over --- */

static void stop_takes_over(void)
{
    static const struct {
        enum router_state state, then;
    } rows[] = {
        {ROUTER_START, ROUTER_START},     {ROUTER_IDLE, ROUTER_STOP},
        {ROUTER_HOLD, ROUTER_STOP},       {ROUTER_STOP, ROUTER_STOP},
        {ROUTER_SWITCH_OFF, ROUTER_STOP}, {ROUTER_CLOSING, ROUTER_STOP},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        begin(&d);
        d.router.state = rows[i].state;
        d.router.started_ms = d.now_ms;
        d.view.stop = true;
        run(&d, 10);
        CHECK(d.router.state == rows[i].then, "row %zu: %s", i, router_state_name(d.router.state));
        d.view.stop = false;
        run(&d, 10);
        CHECK(d.router.state == (rows[i].then == ROUTER_STOP ? ROUTER_HOLD : ROUTER_START),
              "row %zu", i);
    }
}

int main(void)
{
    begins_anew();
    reads_back();
    adopts_what_it_finds();
    adopts_strings_without_a_switch();
    keeps_the_reason();
    missing_at_the_start();
    heard_since_the_reset();
    a_reset_forgets();
    holds_and_resumes();
    a_person_looks();
    breaks_while_it_holds();
    the_first_reason();
    isolates_and_releases();
    isolates_first();
    who_is_switched_on();
    isolates_in_hold();
    a_delay_is_told_once();
    wishes();
    the_next_day();
    wakes();
    stop_takes_over();
    return check_done("sequencer_edges");
}
