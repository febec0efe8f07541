/* One transfer to the millisecond: how long each state waits, for what, and how it ends. */
#include "test/desk_edges.h"

static void want(struct desk *d, size_t s, uint8_t input)
{
    uint8_t layout[MAX_STRINGS];
    memset(layout, NO_INPUT, sizeof layout);
    layout[s] = input;
    router_want(&d->router, layout, NULL);
}

/* Whatever stands where it stands. */
static void want_nothing(struct desk *d)
{
    want(d, 0, NO_INPUT);
}

/* Step by step until this state, entered now. What the view shows was ordered 10 ms before. */
static void until(struct desk *d, enum router_state state)
{
    for (int ms = 0; ms < 40000 && d->router.state != state; ms += 10)
        run_obeying(d, 10);
    CHECK(d->router.state == state && d->router.since_ms == d->now_ms, "enters %s",
          router_state_name(state));
}

/* String 2 goes from home to input 3; the others are at home. */
static void enter(struct desk *d, enum router_state state)
{
    begin(d);
    want(d, 1, 3);
    until(d, state);
}

typedef void change_fn(struct desk *d);

/* From the change on, everything is heard each 100 ms: after this long the state is left, and not a
 * millisecond before. 0 = at once. */
struct wait {
    enum router_state state;
    change_fn *change;
    int ms;
    enum router_state then;
    enum router_why why;
    const char *sentence;
};

static void news(struct desk *d)
{
    hear(d);
    step(d);
}

static void await(struct desk *d, const struct wait *wait)
{
    int64_t from_ms = d->now_ms;
    if (wait->ms > 0) {
        news(d);
        run(d, wait->ms - 1);
        CHECK(d->router.state == wait->state && d->router.since_ms == from_ms,
              "%s: too early %s, %s", wait->sentence, router_state_name(d->router.state),
              router_why_text(d->router.why));
    }
    d->now_ms = from_ms + wait->ms;
    news(d);
    CHECK(d->router.state == wait->then && d->router.why == wait->why &&
              d->router.since_ms == d->now_ms,
          "%s: %s, %s", wait->sentence, router_state_name(d->router.state),
          router_why_text(d->router.why));
}

static void await_all(const struct wait waits[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct desk d;
        enter(&d, waits[i].state);
        waits[i].change(&d);
        await(&d, &waits[i]);
    }
}
#define AWAIT(waits) await_all(waits, sizeof(waits) / sizeof(waits)[0])

/* --- what happens --- */

/* clang-format off */
static void deaf(struct desk *d) { (void)d; }
static void vetoed(struct desk *d) { d->router.veto_seen = true; }
static void trickle(struct desk *d) { obey(d); d->view.current_mA[1].value = 501; }
static void no_sensor(struct desk *d) { obey(d); d->mute_currents = 2; }
static void cancel(struct desk *d) { obey(d); want(d, 1, 1); }
static void elsewhere(struct desk *d) { obey(d); want(d, 1, 4); }
static void lock(struct desk *d)
{
    obey(d);
    d->router.locked[1] = true;
    d->router.locked_why[1] = WHY_CONTACT_FAULT;
}
static void unready(struct desk *d) { obey(d); d->view.input_ready[3] = false; }
static void insulation(struct desk *d) { obey(d); d->view.insulation_fault = true; }
static void drops(struct desk *d) { obey(d); stand(d, 1, false); d->router.orders.contact_closed[1] = false; }
static void other_switch(struct desk *d) { d->view.switch_output[2] = false; }
static void other_contact(struct desk *d) { d->view.contact_output[6] = true; }
static void auxiliary(struct desk *d) { obey(d); d->topology.contact[5].auxiliary = true; }
static void other_auxiliary(struct desk *d) { obey(d); d->topology.contact[6].auxiliary = true; }
static void no_auxiliary(struct desk *d)
{
    obey(d);
    d->topology.contact[7] = (struct topology_contact){1, 0, .auxiliary = true};
}
static void coil_before(struct desk *d) { obey(d); d->router.pickup_ms = d->now_ms + 400; }
static void high_voltage(struct desk *d) { obey(d); d->view.voltage_mV[1].value = 490001; }
static void newcomer(struct desk *d)
{
    obey(d);
    stand(d, 0, false), stand(d, 3, true);
    d->router.orders.contact_closed[0] = false;
    d->router.orders.contact_closed[3] = true;
}
static void newcomer_last(struct desk *d)
{
    obey(d);
    d->topology.contact[7] = (struct topology_contact){2, 3};
    d->topology.contacts = 8;
    stand(d, 2, false), stand(d, 7, true);
    d->router.orders.contact_closed[2] = false;
    d->router.orders.contact_closed[7] = true;
}
static void trickle_beyond(struct desk *d)
{
    trickle(d);
    d->router.group[PLANT_STRINGS] = true;
    d->mute_currents = 1u << PLANT_STRINGS;
}
static void unseen(struct desk *d) { obey(d); d->view.contact[1] = CONTACT_UNKNOWN; }
static void open_with_coil(struct desk *d) { d->view.contact[1] = CONTACT_OPEN; d->view.current_mA[1].value = 9000; }
static void arcs_unheard(struct desk *d) { trickle(d); d->mute_currents = 2; }
static void from_silent(struct desk *d) { d->mute_contacts = 1u << 1; }
static void to_silent(struct desk *d) { d->mute_contacts = 1u << 4; }
static void slow_to_release(struct desk *d)
{
    d->topology.contact[1].release_ms = 400;
    d->topology.contact[1].operate_ms = 900;
}
static void slow_and_other_contact(struct desk *d) { slow_to_release(d); other_contact(d); }
static void never_closes(struct desk *d) { obey(d); d->view.contact[4] = CONTACT_OPEN; }
static void slow_to_operate(struct desk *d)
{
    never_closes(d);
    d->topology.contact[4].operate_ms = 400;
    d->topology.contact[4].release_ms = 900;
}
static void falls_open(struct desk *d) { obey(d); d->view.contact[4] = CONTACT_UNKNOWN; }
static void falls_open_vetoed(struct desk *d) { falls_open(d); vetoed(d); }
/* clang-format on */

/* --- the states --- */

static void each_state(void)
{
    static const struct wait waits[] = {
        {ROUTER_SWITCH_OFF, obey, 500, ROUTER_OPENING, WHY_ZERO_SEEN, "zero"},
        {ROUTER_SWITCH_OFF, trickle, 10000, ROUTER_SWITCH_ON, WHY_NO_ZERO, "0.501 A goes on"},
        {ROUTER_SWITCH_OFF, no_sensor, 10000, ROUTER_SWITCH_ON, WHY_SENSOR_SILENT, "unheard"},
        {ROUTER_SWITCH_OFF, deaf, 10000, ROUTER_SWITCH_ON, WHY_NO_ZERO, "it stays on"},
        {ROUTER_SWITCH_OFF, other_switch, 701, ROUTER_HOLD, WHY_BOARD_STATE, "another goes off"},
        {ROUTER_SWITCH_OFF, cancel, 0, ROUTER_SWITCH_ON, WHY_CANCELLED, "not wanted any more"},
        {ROUTER_SWITCH_OFF, elsewhere, 0, ROUTER_SWITCH_ON, WHY_CANCELLED, "wanted elsewhere"},
        {ROUTER_SWITCH_OFF, lock, 0, ROUTER_SWITCH_ON, WHY_CONTACT_FAULT, "locked"},
        {ROUTER_SWITCH_OFF, unready, 0, ROUTER_SWITCH_ON, WHY_DESTINATION_NOT_READY, "not ready"},
        {ROUTER_SWITCH_OFF, insulation, 0, ROUTER_SWITCH_ON, WHY_INSULATION, "insulation"},
        {ROUTER_SWITCH_OFF, drops, 500, ROUTER_DEAD_TIME, WHY_ZERO_SEEN, "open by itself"},
        {ROUTER_OPENING, obey, 0, ROUTER_DEAD_TIME, WHY_OPEN_SEEN, "open"},
        {ROUTER_OPENING, deaf, 700, ROUTER_SWITCH_ON, WHY_NOT_OPEN, "the order never arrived"},
        {ROUTER_OPENING, vetoed, 700, ROUTER_SWITCH_ON, WHY_VETO, "the gate refused it"},
        {ROUTER_OPENING, slow_to_release, 850, ROUTER_SWITCH_ON, WHY_NOT_OPEN, "a slow contact"},
        {ROUTER_OPENING, slow_and_other_contact, 701, ROUTER_HOLD, WHY_BOARD_STATE,
         "another contact's coil comes on"},
        {ROUTER_OPENING, unseen, 700, ROUTER_HOLD, WHY_NOT_OPEN, "its feedback is lost"},
        {ROUTER_OPENING, open_with_coil, 700, ROUTER_HOLD, WHY_CURRENT_ON_OPEN,
         "open with its coil, and current flows"},
        {ROUTER_OPENING, trickle, 700, ROUTER_HOLD, WHY_CURRENT_ON_OPEN, "open, 0.501 A flow"},
        {ROUTER_OPENING, arcs_unheard, 700, ROUTER_HOLD, WHY_SENSOR_SILENT, "open, unheard"},
        {ROUTER_OPENING, from_silent, 700, ROUTER_HOLD, WHY_BOARD_SILENT, "its board is silent"},
        {ROUTER_DEAD_TIME, obey, 500, ROUTER_CLOSING, WHY_DEAD_TIME_OVER, "dead time"},
        {ROUTER_DEAD_TIME, auxiliary, 2000, ROUTER_CLOSING, WHY_DEAD_TIME_OVER,
         "one of its contacts has no mirror"},
        {ROUTER_DEAD_TIME, other_auxiliary, 500, ROUTER_CLOSING, WHY_DEAD_TIME_OVER,
         "another string's has none"},
        {ROUTER_DEAD_TIME, no_auxiliary, 500, ROUTER_CLOSING, WHY_DEAD_TIME_OVER,
         "a contact that is not there has none"},
        {ROUTER_DEAD_TIME, coil_before, 600, ROUTER_CLOSING, WHY_DEAD_TIME_OVER,
         "200 ms after another coil"},
        {ROUTER_DEAD_TIME, unready, 10000, ROUTER_DEAD_TIME, WHY_DESTINATION_NOT_READY,
         "not ready: back to where it came from"},
        {ROUTER_DEAD_TIME, high_voltage, 10000, ROUTER_DEAD_TIME, WHY_VOLTAGE,
         "too much voltage: back to where it came from"},
        {ROUTER_DEAD_TIME, newcomer, 10000, ROUTER_DEAD_TIME, WHY_DESTINATION_NOT_READY,
         "another string came onto its place"},
        {ROUTER_DEAD_TIME, newcomer_last, 10000, ROUTER_DEAD_TIME, WHY_DESTINATION_NOT_READY,
         "the last string came onto its place"},
        {ROUTER_SWITCH_OFF, trickle_beyond, 10000, ROUTER_SWITCH_ON, WHY_NO_ZERO,
         "a string that is not there is not heard"},
        {ROUTER_DEAD_TIME, insulation, 10000, ROUTER_HOLD, WHY_INSULATION, "insulation"},
        {ROUTER_DEAD_TIME, lock, 10000, ROUTER_HOLD, WHY_CONTACT_FAULT, "locked"},
        {ROUTER_DEAD_TIME, trickle, 10000, ROUTER_HOLD, WHY_CURRENT_ON_OPEN, "0.501 A flow"},
        {ROUTER_DEAD_TIME, no_sensor, 10000, ROUTER_HOLD, WHY_SENSOR_SILENT, "unheard"},
        {ROUTER_CLOSING, obey, 0, ROUTER_SWITCH_ON, WHY_CLOSED_SEEN, "closed"},
        {ROUTER_CLOSING, never_closes, 700, ROUTER_HOLD, WHY_NOT_CLOSED, "it stays open"},
        {ROUTER_CLOSING, slow_to_operate, 850, ROUTER_HOLD, WHY_NOT_CLOSED, "a slow contact"},
        {ROUTER_CLOSING, deaf, 700, ROUTER_HOLD, WHY_NOT_CLOSED, "the order never arrived"},
        {ROUTER_CLOSING, vetoed, 700, ROUTER_HOLD, WHY_VETO, "the gate refused it"},
        {ROUTER_CLOSING, to_silent, 700, ROUTER_HOLD, WHY_BOARD_SILENT, "its board is silent"},
        {ROUTER_SWITCH_ON, obey, 2200, ROUTER_HOLD, WHY_NOT_SWITCHED, "it stays off"},
        {ROUTER_SWITCH_ON, vetoed, 2200, ROUTER_HOLD, WHY_VETO, "the gate refused it"},
        {ROUTER_SWITCH_ON, falls_open, 2200, ROUTER_HOLD, WHY_NOT_CLOSED, "it fell open"},
        {ROUTER_SWITCH_ON, falls_open_vetoed, 2200, ROUTER_HOLD, WHY_VETO, "and was refused"},
        {ROUTER_SWITCH_ON, other_switch, 701, ROUTER_HOLD, WHY_BOARD_STATE, "another goes off"},
    };
    AWAIT(waits);
}

/* --- what it leaves behind --- */

static void a_whole_transfer(void)
{
    struct desk d;
    enter(&d, ROUTER_OPENING);
    CHECK(!d.router.orders.contact_closed[1] && d.router.operations[1] == 1, "opens, counted");
    CHECK(!d.router.orders.string_on[1] && d.router.orders.string_on[0], "its switch alone is off");
    until(&d, ROUTER_CLOSING);
    CHECK(d.router.orders.contact_closed[4] && d.router.operations[4] == 1, "closes, counted");
    CHECK(d.router.pickup_ms == d.now_ms && d.router.string == 1 && d.router.from == 1 &&
              d.router.to == 3,
          "told what it does");
    int64_t coil_ms = d.now_ms;
    until(&d, ROUTER_SWITCH_ON);
    obey(&d);
    d.now_ms = coil_ms + 249;
    news(&d);
    CHECK(!d.router.orders.string_on[1], "no current for 249 ms after its coil");
    d.now_ms++;
    news(&d);
    CHECK(d.router.orders.string_on[1] && d.router.state == ROUTER_SWITCH_ON,
          "250 ms: switched on");
    obey(&d);
    d.now_ms += 10;
    news(&d);
    CHECK(d.router.state == ROUTER_IDLE && d.router.why == WHY_DONE, "seen on: done");
    CHECK(d.router.transfers == 1 && d.router.moved_today[1] == 1 &&
              d.router.failed_today[1] == 0 && d.router.moved_ms[1] == d.now_ms &&
              d.router.joined_ms[1] == d.now_ms,
          "counted once");
}

static void ways_back(void)
{
    static const struct {
        enum router_state state;
        change_fn *change;
        unsigned failures;
        enum router_why why;
    } rows[] = {
        {ROUTER_SWITCH_OFF, cancel, 0, WHY_CANCELLED},
        {ROUTER_SWITCH_OFF, trickle, 1, WHY_NO_ZERO},
        {ROUTER_OPENING, deaf, 1, WHY_NOT_OPEN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        enter(&d, rows[i].state);
        rows[i].change(&d);
        news(&d);
        while (d.router.state == rows[i].state)
            run(&d, 10);
        struct router *r = &d.router;
        CHECK(r->state == ROUTER_SWITCH_ON && r->to == 1, "row %zu: back on", i);
        CHECK(r->failed_today[1] == rows[i].failures, "row %zu: %u failures", i,
              r->failed_today[1]);
        CHECK(r->orders.contact_closed[1], "row %zu: closed", i);
        if (rows[i].failures)
            CHECK(r->failed_ms[1] == d.now_ms && r->failed_why[1] == rows[i].why, "row %zu: why",
                  i);
        if (rows[i].state == ROUTER_OPENING)
            CHECK(r->pickup_ms == d.now_ms, "its coil may pick up again");
        run_obeying(&d, 300);
        CHECK(r->state == ROUTER_IDLE && r->why == rows[i].why && r->orders.string_on[1],
              "row %zu: %s", i, router_why_text(r->why));
        CHECK(r->transfers == 0 && r->moved_today[1] == 0, "row %zu: no transfer", i);
    }
}

static void what_holds_and_locks(void)
{
    static const struct {
        enum router_state state;
        change_fn *change;
        bool locked, from_closed, to_closed;
    } rows[] = {
        {ROUTER_OPENING, unseen, true, false, false},
        {ROUTER_OPENING, trickle, true, false, false},
        {ROUTER_OPENING, arcs_unheard, false, false, false},
        {ROUTER_OPENING, from_silent, false, false, false},
        {ROUTER_CLOSING, never_closes, true, false, true},
        {ROUTER_CLOSING, deaf, false, false, false},
        {ROUTER_CLOSING, to_silent, false, false, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        enter(&d, rows[i].state);
        rows[i].change(&d);
        news(&d);
        run(&d, 700);
        CHECK(d.router.state == ROUTER_HOLD && d.router.locked[1] == rows[i].locked, "row %zu", i);
        CHECK(!rows[i].locked || d.router.locked_why[1] == d.router.why, "row %zu: why", i);
        CHECK(d.router.orders.contact_closed[1] == rows[i].from_closed &&
                  d.router.orders.contact_closed[4] == rows[i].to_closed,
              "row %zu: orders", i);
    }
}

/* A board's newest frame is 450 ms old when its contact is late: not silent; 451 ms: it is. */
static void silent_to_the_millisecond(void)
{
    for (int age_ms = 450; age_ms <= 451; age_ms++)
        for (int closing = 0; closing < 2; closing++) {
            struct desk d;
            enter(&d, closing ? ROUTER_CLOSING : ROUTER_OPENING);
            int64_t from_ms = d.now_ms;
            if (closing)
                never_closes(&d);
            else
                unseen(&d);
            d.now_ms = from_ms + 700 - age_ms;
            news(&d);
            d.mute_contacts = closing ? 1u << 4 : 1u << 1;
            d.now_ms = from_ms + 700;
            news(&d);
            CHECK(d.router.state == ROUTER_HOLD &&
                      (d.router.why == WHY_BOARD_SILENT) == (age_ms > 450),
                  "%d ms old: %s", age_ms, router_why_text(d.router.why));
        }
}

/* What was told before the order tells nothing of it. */
static void old_news(void)
{
    struct desk d;
    enter(&d, ROUTER_OPENING);
    int64_t from_ms = d.now_ms;
    obey(&d);
    d.mute_contacts = 1u << 1;
    d.view.contact_ms[1] = from_ms - 1;
    d.now_ms += 100;
    news(&d);
    CHECK(d.router.state == ROUTER_OPENING, "open, told before it was ordered");
    d.view.contact_ms[1] = from_ms;
    news(&d);
    CHECK(d.router.state == ROUTER_DEAD_TIME && d.router.seen_ms == d.now_ms, "told since");
    enter(&d, ROUTER_CLOSING);
    from_ms = d.now_ms;
    obey(&d);
    d.mute_contacts = 1u << 4;
    d.view.contact_ms[4] = from_ms - 1;
    d.now_ms += 100;
    news(&d);
    CHECK(d.router.state == ROUTER_CLOSING, "closed, told before it was ordered");
    d.view.contact_ms[4] = from_ms;
    news(&d);
    CHECK(d.router.state == ROUTER_SWITCH_ON, "told since");
}

/* Refused twice: not where it goes, and not where it came from. */
static void refused_both_ways(void)
{
    struct desk d;
    enter(&d, ROUTER_DEAD_TIME);
    obey(&d);
    d.view.input_ready[3] = d.view.input_ready[1] = false;
    news(&d);
    run(&d, 10000);
    CHECK(d.router.to == 1 && d.router.failed_today[1] == 1, "back to where it came from");
    run(&d, 9999);
    CHECK(d.router.state == ROUTER_DEAD_TIME, "which is tried for as long");
    run(&d, 1);
    CHECK(d.router.state == ROUTER_HOLD && d.router.why == WHY_DESTINATION_NOT_READY, "then HOLD");
    enter(&d, ROUTER_DEAD_TIME);
    unready(&d);
    news(&d);
    run(&d, 10000);
    until(&d, ROUTER_IDLE);
    CHECK(d.router.orders.contact_closed[1] && d.router.orders.string_on[1] &&
              d.router.transfers == 0,
          "at home again, on");
    CHECK(d.router.why == WHY_DESTINATION_NOT_READY, "with the reason: %s",
          router_why_text(d.router.why));
}

/* A string that stood nowhere has no way back. */
static void refused_from_nowhere(void)
{
    struct desk d;
    begin(&d);
    want_nothing(&d);
    d.router.orders.contact_closed[1] = false;
    run_obeying(&d, 20);
    want(&d, 1, 3);
    until(&d, ROUTER_DEAD_TIME);
    CHECK(d.router.from == NO_INPUT, "from nowhere");
    unready(&d);
    news(&d);
    run(&d, 10000);
    CHECK(d.router.state == ROUTER_HOLD && d.router.why == WHY_DESTINATION_NOT_READY, "HOLD");
}

/* Not seen open for long enough when its time is over. */
static void not_seen_open_again(void)
{
    struct desk d;
    enter(&d, ROUTER_DEAD_TIME);
    obey(&d);
    d.router.pickup_ms = d.now_ms + 9900;
    news(&d);
    run(&d, 9500);
    d.view.contact[1] = CONTACT_UNKNOWN;
    run(&d, 499);
    CHECK(d.router.state == ROUTER_DEAD_TIME, "waits");
    run(&d, 1);
    CHECK(d.router.state == ROUTER_HOLD && d.router.why == WHY_NOT_OPEN, "%s",
          router_why_text(d.router.why));
    enter(&d, ROUTER_DEAD_TIME);
    obey(&d);
    news(&d);
    run(&d, 300);
    d.view.contact[1] = CONTACT_UNKNOWN;
    run(&d, 10);
    d.view.contact[1] = CONTACT_OPEN;
    run(&d, 100);
    int64_t open_ms = d.router.seen_ms;
    CHECK(open_ms == d.now_ms, "a flicker of its mirror contact");
    run(&d, 499);
    CHECK(d.router.state == ROUTER_DEAD_TIME, "begins the dead time anew");
    run(&d, 1);
    CHECK(d.router.state == ROUTER_CLOSING, "which ends");
}

/* --- who goes off with it --- */

/* Input 3 takes two; string 1 stands there already. */
static void enter_joining(struct desk *d, enum router_state state)
{
    begin(d);
    want_nothing(d);
    d->topology.input[3].strings_max = 2;
    d->topology.input[3].isc_max_mA = 30000;
    d->router.orders.contact_closed[0] = false;
    d->router.orders.contact_closed[3] = true;
    run_obeying(d, 20);
    want(d, 1, 3);
    until(d, state);
}

static void neighbours_go_off_too(void)
{
    struct desk d;
    enter_joining(&d, ROUTER_SWITCH_OFF);
    CHECK(!d.router.orders.string_on[0] && !d.router.orders.string_on[1] &&
              d.router.orders.string_on[2],
          "who stands there, and who goes");
    obey(&d);
    d.view.current_mA[0].value = 501;
    news(&d);
    run(&d, 9999);
    CHECK(d.router.state == ROUTER_SWITCH_OFF, "its neighbour still carries current");
    run(&d, 1);
    CHECK(d.router.why == WHY_NO_ZERO && d.router.state == ROUTER_SWITCH_ON, "not moved");
    obey(&d);
    run(&d, 300);
    CHECK(d.router.orders.string_on[0] && d.router.orders.string_on[1], "both on again");
    enter_joining(&d, ROUTER_DEAD_TIME);
    obey(&d);
    d.mute_currents = 1;
    news(&d);
    run(&d, 10000);
    CHECK(d.router.state == ROUTER_HOLD && d.router.why == WHY_SENSOR_SILENT, "unheard: %s",
          router_why_text(d.router.why));
    enter_joining(&d, ROUTER_DEAD_TIME);
    obey(&d);
    d.view.current_mA[0].value = 501;
    news(&d);
    run(&d, 10000);
    CHECK(d.router.state == ROUTER_HOLD && d.router.why == WHY_NO_ZERO, "current: %s",
          router_why_text(d.router.why));
    enter_joining(&d, ROUTER_SWITCH_ON);
    until(&d, ROUTER_IDLE);
    CHECK(d.router.orders.string_on[0] && d.router.orders.string_on[1] && d.router.transfers == 1,
          "joined, all on");
}

/* Isolated or locked, a string stays off at the end; its neighbour goes on. */
static void who_stays_off(void)
{
    for (int locked = 0; locked < 2; locked++) {
        struct desk d;
        enter_joining(&d, ROUTER_CLOSING);
        d.router.locked[0] = locked;
        d.router.isolate[0] = !locked;
        until(&d, ROUTER_IDLE);
        CHECK(!d.router.orders.string_on[0] && d.router.orders.string_on[1], "locked %d", locked);
    }
    struct desk d;
    enter(&d, ROUTER_SWITCH_OFF);
    lock(&d);
    news(&d);
    run_obeying(&d, 300);
    CHECK(d.router.state == ROUTER_IDLE && !d.router.orders.string_on[1], "locked on its way: off");
}

/* --- strings without a switch: their inverters take no current --- */

static void enter_bare(struct desk *d, enum router_state state)
{
    begin(d);
    d->topology.string[1].switchless = true;
    for (size_t i = 0; i < PLANT_INPUTS; i++)
        d->topology.input[i].inhibit = INHIBIT_ORDER;
    want(d, 1, 3);
    until(d, state);
}

static unsigned inputs_off(const struct desk *d)
{
    unsigned bits = 0;
    for (size_t i = 0; i < PLANT_INPUTS; i++)
        bits |= (unsigned)d->router.orders.input_off[i] << i;
    return bits;
}

static void inverters_take_none(void)
{
    struct desk d;
    enter_bare(&d, ROUTER_SWITCH_OFF);
    CHECK(inputs_off(&d) == 0x0A, "where it stands and where it goes: %x", inputs_off(&d));
    obey(&d);
    news(&d);
    run(&d, 1999);
    CHECK(d.router.state == ROUTER_SWITCH_OFF, "without current for 1999 ms");
    run(&d, 1);
    CHECK(d.router.state == ROUTER_OPENING, "for 2000 ms");
    until(&d, ROUTER_CLOSING);
    CHECK(inputs_off(&d) == 0x08, "where it goes: %x", inputs_off(&d));
    until(&d, ROUTER_IDLE);
    CHECK(inputs_off(&d) == 0 && d.router.transfers == 1, "all may take current again");
    for (size_t i = 1; i <= 3; i += 2) {
        enter_bare(&d, ROUTER_SWITCH_OFF);
        obey(&d);
        d.view.input_off[i] = false;
        news(&d);
        run(&d, 29999);
        CHECK(d.router.state == ROUTER_SWITCH_OFF, "input %zu has not confirmed it", i);
        run(&d, 1);
        CHECK(d.router.state == ROUTER_SWITCH_ON && d.router.why == WHY_NO_ZERO,
              "30 s: the way back");
    }
    enter_bare(&d, ROUTER_DEAD_TIME);
    obey(&d);
    d.view.input_off[3] = false;
    news(&d);
    run(&d, 29999);
    CHECK(d.router.state == ROUTER_DEAD_TIME, "the destination has not confirmed it");
    run(&d, 1);
    CHECK(d.router.state == ROUTER_HOLD && d.router.why == WHY_NO_ZERO, "30 s: %s",
          router_why_text(d.router.why));
    enter_bare(&d, ROUTER_SWITCH_ON);
    obey(&d);
    d.view.input_off[3] = true;
    int64_t from_ms = d.now_ms;
    news(&d);
    run(&d, 22199);
    CHECK(d.router.state == ROUTER_SWITCH_ON, "it has not taken the order back");
    run(&d, 1);
    CHECK(d.router.state == ROUTER_HOLD && d.router.why == WHY_NOT_SWITCHED &&
              d.now_ms == from_ms + 22200,
          "22.2 s: HOLD");
}

/* Inputs whose inverters are not ordered are not; nor is any while a string's place is not known. */
static void which_inputs_are_ordered(void)
{
    struct desk d;
    begin(&d);
    d.topology.string[1].switchless = true;
    d.topology.input[1].inhibit = INHIBIT_ORDER;
    d.topology.input[3].inhibit = INHIBIT_DUSK;
    d.router.calm_ms[1] = d.now_ms - 70000;
    d.view.current_mA[1].value = 0;
    want(&d, 1, 3);
    d.now_ms += 10;
    news(&d);
    CHECK(d.router.state == ROUTER_SWITCH_OFF && inputs_off(&d) == 0x02, "the ordered one: %x",
          inputs_off(&d));
    begin(&d);
    d.topology.string[1].switchless = true;
    d.topology.input[1].inhibit = INHIBIT_ORDER;
    d.router.isolate[1] = true;
    d.view.contact[2] = CONTACT_UNKNOWN;
    d.now_ms += 10;
    news(&d);
    CHECK(inputs_off(&d) == 0, "string 3 might stand anywhere");
    d.view.contact[2] = CONTACT_CLOSED;
    d.now_ms += 10;
    news(&d);
    CHECK(inputs_off(&d) == 0x02, "isolated by order: %x", inputs_off(&d));
    d.router.isolate[1] = false;
    d.now_ms += 10;
    news(&d);
    CHECK(inputs_off(&d) == 0, "and released: %x", inputs_off(&d));
}

/* Taken off for another's sake: to NO_INPUT, and it ends there. */
static void taken_off(void)
{
    struct desk d;
    begin(&d);
    want_nothing(&d);
    d.topology.contact[7] = (struct topology_contact){2, 3};
    d.topology.contacts = 8;
    stand(&d, 7, false);
    d.router.orders.contact_closed[1] = d.router.orders.contact_closed[2] = false;
    d.router.orders.contact_closed[4] = d.router.orders.contact_closed[6] = true;
    run_obeying(&d, 20);
    uint8_t layout[MAX_STRINGS] = {0, 4, 3};
    router_want(&d.router, layout, NULL);
    until(&d, ROUTER_SWITCH_OFF);
    CHECK(d.router.to == NO_INPUT && d.router.string == 1, "in each other's place");
    layout[1] = NO_INPUT;
    struct desk left = d;
    left.router.topology = &left.topology;
    router_want(&left.router, layout, NULL);
    run_obeying(&left, 10);
    CHECK(left.router.why == WHY_CANCELLED, "not wanted anywhere else any more");
    layout[1] = 3;
    left = d;
    left.router.topology = &left.topology;
    router_want(&left.router, layout, NULL);
    run_obeying(&left, 10);
    CHECK(left.router.why == WHY_CANCELLED, "wanted where it stands");
    until(&d, ROUTER_OPENING);
    run_obeying(&d, 10);
    CHECK(d.router.state == ROUTER_SWITCH_ON && d.router.why == WHY_OPEN_SEEN,
          "open: no dead time");
    until(&d, ROUTER_IDLE);
    CHECK(d.router.transfers == 0 && d.router.moved_today[1] == 0 && d.router.joined_ms[1] == 0,
          "not counted: it has not arrived");
    run_obeying(&d, 10000);
    CHECK(d.router.transfers == 2 && d.view.contact[5] == CONTACT_CLOSED &&
              d.view.contact[7] == CONTACT_CLOSED,
          "both arrive");
}

/* A refusal counts in the state it came in. */
static void an_old_refusal(void)
{
    struct desk d;
    enter(&d, ROUTER_SWITCH_OFF);
    d.view.vetoed = true;
    run_obeying(&d, 10);
    d.view.vetoed = false;
    until(&d, ROUTER_OPENING);
    news(&d);
    run(&d, 700);
    CHECK(d.router.why == WHY_NOT_OPEN, "%s", router_why_text(d.router.why));
    enter(&d, ROUTER_OPENING);
    d.view.vetoed = true;
    news(&d);
    d.view.vetoed = false;
    run(&d, 700);
    CHECK(d.router.why == WHY_VETO, "%s", router_why_text(d.router.why));
}

/* The first string goes like any other, with a switch and without, from and to the first input. */
static void the_first_string(void)
{
    struct desk d;
    begin(&d);
    want(&d, 0, 3);
    until(&d, ROUTER_SWITCH_OFF);
    d.view.current_mA[0].value = 0;
    news(&d);
    run(&d, 9999);
    CHECK(d.router.state == ROUTER_SWITCH_OFF, "dark, but not off by its board's own word");
    run(&d, 1);
    CHECK(d.router.state == ROUTER_SWITCH_ON && d.router.why == WHY_NO_ZERO, "the way back");
    begin(&d);
    d.topology.contact[0].auxiliary = true;
    want(&d, 0, 3);
    until(&d, ROUTER_DEAD_TIME);
    run_obeying(&d, 1990);
    CHECK(d.router.state == ROUTER_DEAD_TIME, "the first contact has no mirror");
    begin(&d);
    d.topology.string[0].switchless = true;
    d.topology.input[0].inhibit = d.topology.input[3].inhibit = INHIBIT_ORDER;
    want(&d, 0, 3);
    until(&d, ROUTER_SWITCH_OFF);
    CHECK(inputs_off(&d) == 0x09, "where it stands and where it goes: %x", inputs_off(&d));
    obey(&d);
    news(&d);
    run(&d, 1999);
    CHECK(d.router.state == ROUTER_SWITCH_OFF, "without current for 1999 ms");
    until(&d, ROUTER_IDLE);
    CHECK(inputs_off(&d) == 0 && d.router.transfers == 1, "stands there, and may deliver");
    want(&d, 0, 0);
    until(&d, ROUTER_CLOSING);
    CHECK(inputs_off(&d) == 0x01, "and back: %x", inputs_off(&d));
    until(&d, ROUTER_IDLE);
    CHECK(inputs_off(&d) == 0 && d.router.transfers == 2, "home");
}

/* Zero counts from the beginning of this transfer, though the string is off for long. */
static void off_for_long(void)
{
    struct desk d;
    begin(&d);
    d.router.isolate[1] = true;
    run_obeying(&d, 5000);
    bool isolate[MAX_STRINGS] = {false, true, false};
    uint8_t layout[MAX_STRINGS] = {0, 3, 2};
    d.router.zero_since_ms = d.now_ms - 4000;
    router_want(&d.router, layout, isolate);
    until(&d, ROUTER_SWITCH_OFF);
    d.now_ms += 1;
    news(&d);
    run(&d, 499);
    CHECK(d.router.state == ROUTER_SWITCH_OFF, "499 ms");
    run(&d, 1);
    CHECK(d.router.state == ROUTER_OPENING, "500 ms");
}

/* Current that came back while its contact opened: without a switch that is 2 s of zero anew. */
static void current_while_opening(void)
{
    struct desk d;
    enter_bare(&d, ROUTER_OPENING);
    obey(&d);
    d.view.current_mA[1].value = 501;
    d.now_ms += 10;
    news(&d);
    CHECK(d.router.state == ROUTER_OPENING && inputs_off(&d) == 0x08, "open, current flows");
    obey(&d);
    d.now_ms += 10;
    news(&d);
    CHECK(d.router.state == ROUTER_DEAD_TIME, "open");
    run(&d, 1999);
    CHECK(d.router.state == ROUTER_DEAD_TIME, "1999 ms");
    run(&d, 1);
    CHECK(d.router.state == ROUTER_CLOSING, "2000 ms");
}

/* The dead time of a string that stands nowhere counts from its own transfer. */
static void dead_time_from_nowhere(void)
{
    struct desk d;
    begin(&d);
    want_nothing(&d);
    d.router.orders.contact_closed[1] = false;
    run_obeying(&d, 20);
    d.router.seen_ms = d.now_ms - 5000;
    want(&d, 1, 3);
    until(&d, ROUTER_DEAD_TIME);
    obey(&d);
    d.now_ms += 1;
    news(&d);
    run(&d, 499);
    CHECK(d.router.state == ROUTER_DEAD_TIME, "499 ms");
    run(&d, 1);
    CHECK(d.router.state == ROUTER_CLOSING, "500 ms");
}

/* Refused, it goes back to where another string still delivers: that one goes off. */
static void back_to_a_neighbour(void)
{
    struct desk d;
    enter_joining(&d, ROUTER_SWITCH_OFF);
    until(&d, ROUTER_IDLE);
    want(&d, 1, 4);
    until(&d, ROUTER_DEAD_TIME);
    CHECK(d.router.orders.string_on[0], "who stays delivers");
    obey(&d);
    d.view.input_ready[4] = false;
    d.now_ms += 1;
    news(&d);
    run(&d, 10000);
    CHECK(d.router.state == ROUTER_DEAD_TIME && d.router.to == 3, "back");
    CHECK(!d.router.orders.string_on[0], "who stands there goes off");
}

int main(void)
{
    each_state();
    a_whole_transfer();
    ways_back();
    what_holds_and_locks();
    silent_to_the_millisecond();
    old_news();
    refused_both_ways();
    refused_from_nowhere();
    not_seen_open_again();
    neighbours_go_off_too();
    who_stays_off();
    inverters_take_none();
    which_inputs_are_ordered();
    taken_off();
    an_old_refusal();
    the_first_string();
    off_for_long();
    current_while_opening();
    dead_time_from_nowhere();
    back_to_a_neighbour();
    return check_done("transfer_edges");
}
