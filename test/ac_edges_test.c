/* The AC bus to the millisecond: what is seen, how long each state waits and how it ends. Everything the
 * bus sees is put into its view by hand. */
#include <string.h>

#include "phase-router/ac_turn.h"
#include "test/check.h"

enum { SOURCES = 3, OLD = 0, NEW = 2 };

struct desk {
    struct ac_bus bus;
    struct ac_view view;
    int64_t now_ms;
    bool mute_current, mute_voltage, mute_contactor;
    bool mute[AC_BUS_SOURCES][AC_POLES];
};

static void hear(struct desk *d)
{
    for (size_t s = 0; s < SOURCES; s++)
        for (size_t pole = 0; pole < AC_POLES; pole++)
            if (!d->mute[s][pole])
                d->view.contact[s][pole].heard_ms = d->now_ms;
    if (!d->mute_current)
        d->view.ev_current_dA.heard_ms = d->now_ms;
    if (!d->mute_voltage)
        d->view.bus_voltage_dV.heard_ms = d->now_ms;
    if (!d->mute_contactor)
        d->view.evse_contactor.heard_ms = d->now_ms;
}

static void news(struct desk *d)
{
    hear(d);
    CHECK(ac_step(&d->bus, &d->view, d->now_ms) > d->now_ms, "wakes in the future");
}

/* News each 100 ms, the last at the end. */
static void run(struct desk *d, int64_t ms)
{
    for (int64_t until_ms = d->now_ms + ms; d->now_ms < until_ms;) {
        d->now_ms = d->now_ms + 100 < until_ms ? d->now_ms + 100 : until_ms;
        news(d);
    }
}

static void stand(struct desk *d, size_t s, enum ac_pole pole, bool closed)
{
    d->view.contact[s][pole].seen = closed ? CONTACT_CLOSED : CONTACT_OPEN;
    d->view.contact[s][pole].output = closed;
}

/* Contacts follow at once; the bus has voltage while a line and its neutral are closed. */
static void obey(struct desk *d)
{
    d->view.bus_voltage_dV.value = 0;
    for (size_t s = 0; s < SOURCES; s++) {
        for (enum ac_pole pole = AC_LINE; pole < AC_POLES; pole++)
            stand(d, s, pole, d->bus.orders.closed[s][pole]);
        if (d->bus.orders.closed[s][AC_LINE] && d->bus.orders.closed[s][AC_NEUTRAL])
            d->view.bus_voltage_dV.value = 2300;
    }
}

static void car(struct desk *d, bool closed, int32_t current_dA)
{
    d->view.evse_contactor.value = closed;
    d->view.ev_current_dA.value = current_dA;
}

/* Stands on source 0, the car charges. */
static void begin_at(struct desk *d, int64_t now_ms)
{
    memset(d, 0, sizeof *d);
    d->now_ms = now_ms;
    for (size_t s = 0; s < SOURCES; s++)
        for (enum ac_pole pole = AC_LINE; pole < AC_POLES; pole++)
            stand(d, s, pole, s == OLD);
    for (size_t s = 0; s < SOURCES; s++)
        d->view.source_ready[s] = true;
    d->view.bus_voltage_dV.value = 2300;
    car(d, true, 200);
    ac_init(&d->bus, SOURCES, &ac_defaults, d->now_ms);
}

static void begin(struct desk *d)
{
    begin_at(d, 1000000);
    run(d, 11000);
    CHECK(d->bus.state == AC_STEADY && d->bus.source == OLD && ac_ready(&d->bus), "adopted");
}

static void until(struct desk *d, enum ac_state state)
{
    for (int ms = 0; ms < 400000 && d->bus.state != state; ms += 10) {
        d->now_ms += 10;
        obey(d);
        news(d);
    }
    CHECK(d->bus.state == state && d->bus.since_ms == d->now_ms, "enters %s", ac_state_name(state));
}

/* On the way from source 0 to source 2, in this state, entered now. */
static void enter(struct desk *d, enum ac_state state)
{
    begin(d);
    ac_want(&d->bus, NEW);
    until(d, AC_WIND_DOWN);
    if (state == AC_WIND_DOWN)
        return;
    car(d, false, 0);
    until(d, state);
}

typedef void change_fn(struct desk *d);

/* Of the change the first news come a millisecond after the state was entered, then each 100 ms: after
 * this long the state is left, and not a millisecond before. 0 = at once. */
struct wait {
    enum ac_state state;
    change_fn *change;
    int ms;
    enum ac_state then;
    enum ac_why why;
    const char *sentence;
};

static void await(struct desk *d, const struct wait *wait)
{
    int64_t from_ms = d->now_ms;
    if (wait->ms > 0) {
        run(d, 1);
        run(d, wait->ms - 2);
        CHECK(d->bus.state == wait->state && d->bus.since_ms == from_ms, "%s: too early %s, %s",
              wait->sentence, ac_state_name(d->bus.state), ac_why_text(d->bus.why));
    }
    d->now_ms = from_ms + wait->ms;
    news(d);
    CHECK(d->bus.state == wait->then && d->bus.why == wait->why && d->bus.since_ms == d->now_ms,
          "%s: %s, %s", wait->sentence, ac_state_name(d->bus.state), ac_why_text(d->bus.why));
}

/* --- what happens --- */

/* clang-format off */
static void deaf(struct desk *d) { (void)d; }
static void vetoed(struct desk *d) { d->bus.veto_seen = true; }
static void lets_go(struct desk *d) { car(d, false, 4); }
static void draws(struct desk *d) { car(d, false, 5); }
static void stays_joined(struct desk *d) { car(d, true, 0); }
static void cancel(struct desk *d) { ac_want(&d->bus, OLD); }
static void live(struct desk *d) { obey(d); d->view.bus_voltage_dV.value = 500; }
static void almost_live(struct desk *d) { obey(d); d->view.bus_voltage_dV.value = 499; }
static void unseen(struct desk *d, size_t s, enum ac_pole pole)
{
    obey(d);
    d->view.contact[s][pole].seen = CONTACT_UNKNOWN;
}
static void old_line_unseen(struct desk *d) { unseen(d, OLD, AC_LINE); }
static void old_neutral_unseen(struct desk *d) { unseen(d, OLD, AC_NEUTRAL); }
static void new_neutral_unseen(struct desk *d) { unseen(d, NEW, AC_NEUTRAL); }
static void new_line_unseen(struct desk *d) { unseen(d, NEW, AC_LINE); }
static void old_line_silent(struct desk *d) { d->mute[OLD][AC_LINE] = true; }
static void old_neutral_silent(struct desk *d) { d->mute[OLD][AC_NEUTRAL] = true; }
static void new_neutral_silent(struct desk *d) { d->mute[NEW][AC_NEUTRAL] = true; }
static void new_line_silent(struct desk *d) { d->mute[NEW][AC_LINE] = true; }
static void car_returns(struct desk *d) { obey(d); car(d, true, 0); }
static void car_draws(struct desk *d) { obey(d); car(d, false, 5); }
static void unready(struct desk *d) { obey(d); d->view.source_ready[NEW] = false; }
static void others_unready(struct desk *d)
{
    obey(d);
    memset(d->view.source_ready, 0, sizeof d->view.source_ready);
    d->view.source_ready[NEW] = true;
}
static void nothing_wanted(struct desk *d) { obey(d); ac_want(&d->bus, AC_NO_SOURCE); }
static void another_wanted(struct desk *d) { obey(d); ac_want(&d->bus, 1); }
static void no_voltage(struct desk *d) { obey(d); d->view.bus_voltage_dV.value = 1949; }
static void voltage(struct desk *d) { obey(d); d->view.bus_voltage_dV.value = 1950; }
static void locked(struct desk *d) { obey(d); d->view.switching_locked = true; }
static void faulty(struct desk *d) { obey(d); d->view.contact[NEW][AC_NEUTRAL].fault = true; }
static void wallbox_silent(struct desk *d) { obey(d); d->mute_voltage = true; }
static void board_silent(struct desk *d) { obey(d); d->mute[1][AC_NEUTRAL] = true; }
static void coil_strays(struct desk *d) { stand(d, 1, AC_NEUTRAL, true); d->view.contact[1][AC_NEUTRAL].seen = CONTACT_UNKNOWN; }
static void line_strays(struct desk *d) { d->bus.orders.closed[1][AC_NEUTRAL] = true; }
static void two_on_the_bus(struct desk *d) { stand(d, NEW, AC_NEUTRAL, true); }
static void line_alone(struct desk *d) { stand(d, OLD, AC_NEUTRAL, false); }
static void welded(struct desk *d) { d->view.contact[NEW][AC_NEUTRAL].seen = CONTACT_UNKNOWN; }
static void falls_open(struct desk *d) { d->view.contact[OLD][AC_LINE].seen = CONTACT_OPEN; }
/* clang-format on */

static void each_state(void)
{
    static const struct wait waits[] = {
        {AC_WIND_DOWN, lets_go, 3001, AC_OPEN_LINE, AC_WHY_CAR_OFF, "0.4 A, open, for 3 s"},
        {AC_WIND_DOWN, draws, 20001, AC_STEADY, AC_WHY_CAR_STAYS, "0.5 A go on"},
        {AC_WIND_DOWN, stays_joined, 20001, AC_STEADY, AC_WHY_CAR_STAYS, "it stays joined"},
        {AC_WIND_DOWN, cancel, 0, AC_STEADY, AC_WHY_CANCELLED, "not wanted any more"},
        {AC_OPEN_LINE, obey, 0, AC_OPEN_NEUTRAL, AC_WHY_LINE_OPEN, "open and dead"},
        {AC_OPEN_LINE, almost_live, 0, AC_OPEN_NEUTRAL, AC_WHY_LINE_OPEN, "49.9 V"},
        {AC_OPEN_LINE, live, 10001, AC_HOLD, AC_WHY_VOLTAGE_STAYS, "50 V: another line is welded"},
        {AC_OPEN_LINE, deaf, 701, AC_STEADY, AC_WHY_NOT_OPEN, "the order never arrived"},
        {AC_OPEN_LINE, vetoed, 701, AC_STEADY, AC_WHY_VETO, "the gate refused it"},
        {AC_OPEN_LINE, old_line_unseen, 701, AC_HOLD, AC_WHY_NOT_OPEN, "its feedback is lost"},
        {AC_OPEN_LINE, old_line_silent, 701, AC_HOLD, AC_WHY_BOARD_SILENT, "its board is silent"},
        {AC_OPEN_LINE, car_returns, 0, AC_HOLD, AC_WHY_CAR_BACK, "the car joins"},
        {AC_OPEN_LINE, car_draws, 0, AC_HOLD, AC_WHY_CAR_BACK, "the car draws 0.5 A"},
        {AC_OPEN_NEUTRAL, obey, 0, AC_DEAD, AC_WHY_NEUTRAL_OPEN, "open"},
        {AC_OPEN_NEUTRAL, deaf, 701, AC_HOLD, AC_WHY_NOT_OPEN, "the order never arrived"},
        {AC_OPEN_NEUTRAL, vetoed, 701, AC_HOLD, AC_WHY_VETO, "the gate refused it"},
        {AC_OPEN_NEUTRAL, old_neutral_unseen, 701, AC_HOLD, AC_WHY_NOT_OPEN, "feedback lost"},
        {AC_OPEN_NEUTRAL, old_neutral_silent, 701, AC_HOLD, AC_WHY_BOARD_SILENT, "silent"},
        {AC_OPEN_NEUTRAL, car_returns, 0, AC_HOLD, AC_WHY_CAR_BACK, "the car joins"},
        {AC_DEAD, obey, 5000, AC_CLOSE_NEUTRAL, AC_WHY_DEAD, "all open and dead for 5 s"},
        {AC_DEAD, others_unready, 5000, AC_CLOSE_NEUTRAL, AC_WHY_DEAD,
         "the new source alone is there"},
        {AC_DEAD, another_wanted, 5000, AC_CLOSE_NEUTRAL, AC_WHY_DEAD, "the wish changed"},
        {AC_DEAD, nothing_wanted, 5000, AC_STEADY, AC_WHY_DEAD, "no source is wanted"},
        {AC_DEAD, unready, 15001, AC_HOLD, AC_WHY_SOURCE_NOT_READY, "the source is not there"},
        {AC_DEAD, live, 15001, AC_HOLD, AC_WHY_VOLTAGE_STAYS, "50 V"},
        {AC_DEAD, old_neutral_unseen, 702, AC_HOLD, AC_WHY_NOT_OPEN, "feedback lost"},
        {AC_DEAD, car_returns, 0, AC_HOLD, AC_WHY_CAR_BACK, "the car joins"},
        {AC_CLOSE_NEUTRAL, obey, 1001, AC_CLOSE_LINE, AC_WHY_NEUTRAL_CLOSED, "closed for 1 s"},
        {AC_CLOSE_NEUTRAL, nothing_wanted, 1001, AC_OPEN_NEUTRAL, AC_WHY_WANTED,
         "no source wanted"},
        {AC_CLOSE_NEUTRAL, live, 11001, AC_HOLD, AC_WHY_VOLTAGE_STAYS, "50 V against it"},
        {AC_CLOSE_NEUTRAL, deaf, 701, AC_HOLD, AC_WHY_NOT_CLOSED, "the order never arrived"},
        {AC_CLOSE_NEUTRAL, vetoed, 701, AC_HOLD, AC_WHY_VETO, "the gate refused it"},
        {AC_CLOSE_NEUTRAL, new_neutral_unseen, 701, AC_HOLD, AC_WHY_NOT_CLOSED, "feedback lost"},
        {AC_CLOSE_NEUTRAL, new_neutral_silent, 701, AC_HOLD, AC_WHY_BOARD_SILENT, "silent"},
        {AC_CLOSE_NEUTRAL, car_returns, 0, AC_HOLD, AC_WHY_CAR_BACK, "the car joins"},
        {AC_CLOSE_LINE, obey, 0, AC_VERIFY, AC_WHY_LINE_CLOSED, "closed"},
        {AC_CLOSE_LINE, deaf, 701, AC_HOLD, AC_WHY_NOT_CLOSED, "the order never arrived"},
        {AC_CLOSE_LINE, vetoed, 701, AC_HOLD, AC_WHY_VETO, "the gate refused it"},
        {AC_CLOSE_LINE, new_line_unseen, 701, AC_HOLD, AC_WHY_NOT_CLOSED, "feedback lost"},
        {AC_CLOSE_LINE, new_line_silent, 701, AC_HOLD, AC_WHY_BOARD_SILENT, "silent"},
        {AC_CLOSE_LINE, car_returns, 0, AC_HOLD, AC_WHY_CAR_BACK, "the car joins"},
        {AC_VERIFY, voltage, 0, AC_LOCKOUT, AC_WHY_VOLTAGE_SEEN, "195.0 V"},
        {AC_VERIFY, no_voltage, 5001, AC_HOLD, AC_WHY_NO_VOLTAGE, "194.9 V"},
        {AC_VERIFY, new_line_unseen, 702, AC_HOLD, AC_WHY_NOT_CLOSED, "feedback lost"},
        {AC_VERIFY, car_returns, 0, AC_HOLD, AC_WHY_CAR_BACK, "the car joins"},
        {AC_LOCKOUT, obey, 300000, AC_STEADY, AC_WHY_DONE, "300 s"},
        {AC_LOCKOUT, car_returns, 300000, AC_STEADY, AC_WHY_DONE, "a car that is joined"},
        {AC_LOCKOUT, nothing_wanted, 0, AC_WIND_DOWN, AC_WHY_WANTED, "no source is wanted"},
        {AC_LOCKOUT, locked, 0, AC_HOLD, AC_WHY_LOCKED, "switching is locked"},
        {AC_LOCKOUT, faulty, 0, AC_HOLD, AC_WHY_CONTACT_FAULT, "a contact's own fault"},
        {AC_LOCKOUT, wallbox_silent, 1501, AC_HOLD, AC_WHY_WALLBOX_SILENT, "the wallbox is silent"},
        {AC_LOCKOUT, board_silent, 1501, AC_HOLD, AC_WHY_BOARD_SILENT, "a board is silent"},
        {AC_WIND_DOWN, coil_strays, 702, AC_HOLD, AC_WHY_NOT_CLOSED, "a coil on, nothing closes"},
        {AC_WIND_DOWN, line_strays, 702, AC_HOLD, AC_WHY_BOARD_STATE, "a coil not as ordered"},
        {AC_WIND_DOWN, welded, 702, AC_HOLD, AC_WHY_NOT_OPEN, "a coil off, not seen open"},
        {AC_WIND_DOWN, falls_open, 702, AC_HOLD, AC_WHY_NOT_CLOSED, "a coil on, seen open"},
        {AC_WIND_DOWN, two_on_the_bus, 0, AC_HOLD, AC_WHY_TWO_SOURCES, "two sources"},
        {AC_WIND_DOWN, line_alone, 0, AC_HOLD, AC_WHY_LINE_ALONE, "a line without its neutral"},
    };
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        struct desk d;
        enter(&d, waits[i].state);
        waits[i].change(&d);
        await(&d, &waits[i]);
    }
}

/* --- what it leaves behind --- */

static void a_whole_change(void)
{
    struct desk d;
    enter(&d, AC_OPEN_LINE);
    CHECK(!d.bus.orders.closed[OLD][AC_LINE] && d.bus.orders.closed[OLD][AC_NEUTRAL], "the line");
    CHECK(d.bus.from == OLD && d.bus.to == NEW && d.bus.source == AC_NO_SOURCE, "between two");
    until(&d, AC_OPEN_NEUTRAL);
    CHECK(!d.bus.orders.closed[OLD][AC_NEUTRAL] && d.bus.source == AC_NO_SOURCE, "its neutral");
    until(&d, AC_CLOSE_NEUTRAL);
    CHECK(d.bus.orders.closed[NEW][AC_NEUTRAL] && !d.bus.orders.closed[NEW][AC_LINE],
          "the neutral");
    until(&d, AC_CLOSE_LINE);
    CHECK(d.bus.orders.closed[NEW][AC_LINE], "its line");
    until(&d, AC_VERIFY);
    CHECK(d.bus.source == NEW && d.bus.changes == 0, "stands, not verified");
    until(&d, AC_LOCKOUT);
    CHECK(d.bus.source == NEW && d.bus.changes == 1 && !ac_ready(&d.bus), "verified, locked out");
    until(&d, AC_STEADY);
    CHECK(ac_ready(&d.bus) && d.bus.why == AC_WHY_DONE && d.bus.failed_ms == 0, "ready");
}

static void orders_taken_back(void)
{
    static const struct {
        enum ac_state state;
        change_fn *change;
        uint8_t source;
        enum ac_pole pole;
        bool closed;
    } rows[] = {
        {AC_OPEN_LINE, deaf, OLD, AC_LINE, true},
        {AC_OPEN_LINE, old_line_unseen, OLD, AC_LINE, false},
        {AC_OPEN_NEUTRAL, deaf, OLD, AC_NEUTRAL, true},
        {AC_OPEN_NEUTRAL, old_neutral_silent, OLD, AC_NEUTRAL, false},
        {AC_CLOSE_NEUTRAL, deaf, NEW, AC_NEUTRAL, false},
        {AC_CLOSE_NEUTRAL, new_neutral_silent, NEW, AC_NEUTRAL, true},
        {AC_CLOSE_LINE, deaf, NEW, AC_LINE, false},
        {AC_CLOSE_LINE, new_line_unseen, NEW, AC_LINE, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        enter(&d, rows[i].state);
        rows[i].change(&d);
        run(&d, 1);
        run(&d, 700);
        CHECK(d.bus.orders.closed[rows[i].source][rows[i].pole] == rows[i].closed, "row %zu", i);
        if (i == 0)
            CHECK(d.bus.source == OLD && d.bus.failed_ms == d.now_ms, "stands where it stood");
    }
}

/* Nothing stands on the bus: there is nothing to open, and no order of a source that is not there. */
static void from_none(void)
{
    struct desk d;
    begin_at(&d, 1000000);
    for (enum ac_pole pole = AC_LINE; pole < AC_POLES; pole++)
        stand(&d, OLD, pole, false);
    d.view.bus_voltage_dV.value = 0;
    car(&d, false, 0);
    run(&d, 11000);
    d.bus.orders.closed[SOURCES][AC_LINE] = d.bus.orders.closed[SOURCES][AC_NEUTRAL] = true;
    ac_want(&d.bus, NEW);
    run(&d, 1);
    CHECK(d.bus.state == AC_WIND_DOWN, "%s", ac_state_name(d.bus.state));
    run(&d, 1);
    CHECK(d.bus.state == AC_DEAD && d.bus.why == AC_WHY_CAR_OFF, "%s", ac_state_name(d.bus.state));
    until(&d, AC_LOCKOUT);
    CHECK(d.bus.source == NEW, "stands on it");
}

/* After a way back the same is tried again a minute later; taking every source off does not wait. */
static void tried_again(void)
{
    struct desk d;
    enter(&d, AC_WIND_DOWN);
    run(&d, 20001);
    CHECK(d.bus.why == AC_WHY_CAR_STAYS, "the car stays");
    int64_t failed_ms = d.now_ms;
    run(&d, 59999);
    CHECK(d.bus.state == AC_STEADY, "59.999 s");
    run(&d, 1);
    CHECK(d.bus.state == AC_WIND_DOWN && d.now_ms == failed_ms + 60000, "60 s");
    run(&d, 20001);
    ac_want(&d.bus, AC_NO_SOURCE);
    run(&d, 1);
    CHECK(d.bus.state == AC_WIND_DOWN, "off at once");
    begin(&d);
    ac_want(&d.bus, NEW);
    d.view.source_ready[NEW] = false;
    run(&d, 1000);
    CHECK(d.bus.state == AC_STEADY && d.bus.why == AC_WHY_SOURCE_NOT_READY, "it is not there");
}

/* --- told before, heard since, fresh enough --- */

static void a_slow_sensor(void)
{
    static const struct {
        enum ac_state state;
        int hold_ms;
    } rows[] = {{AC_OPEN_LINE, 10001}, {AC_DEAD, 15001}, {AC_CLOSE_NEUTRAL, 11001}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        enter(&d, rows[i].state);
        obey(&d);
        int64_t from_ms = d.now_ms;
        d.mute_current = true;
        d.view.ev_current_dA.heard_ms = d.now_ms - 1001;
        while (d.now_ms < from_ms + rows[i].hold_ms - 1) {
            news(&d);
            d.now_ms += 1;
            if ((d.now_ms - from_ms) % 1200 == 300)
                d.view.ev_current_dA.heard_ms = d.now_ms;
        }
        news(&d);
        CHECK(d.bus.state == rows[i].state, "row %zu: %s", i, ac_why_text(d.bus.why));
        d.now_ms += 1;
        news(&d);
        CHECK(d.bus.state == AC_HOLD && d.bus.why == AC_WHY_CAR_STAYS, "row %zu: %s", i,
              ac_why_text(d.bus.why));
    }
}

static void old_news(void)
{
    static const struct {
        enum ac_state state;
        uint8_t source;
        enum ac_pole pole;
    } rows[] = {{AC_OPEN_LINE, OLD, AC_LINE},
                {AC_OPEN_NEUTRAL, OLD, AC_NEUTRAL},
                {AC_CLOSE_LINE, NEW, AC_LINE}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        enter(&d, rows[i].state);
        int64_t from_ms = d.now_ms;
        obey(&d);
        d.mute[rows[i].source][rows[i].pole] = true;
        d.view.contact[rows[i].source][rows[i].pole].heard_ms = from_ms - 1;
        d.now_ms += 100;
        news(&d);
        CHECK(d.bus.state == rows[i].state, "row %zu: told before it was ordered", i);
        d.view.contact[rows[i].source][rows[i].pole].heard_ms = from_ms;
        news(&d);
        CHECK(d.bus.state != rows[i].state, "row %zu: told since", i);
    }
    struct desk d;
    for (int verify = 0; verify < 2; verify++) {
        enter(&d, verify ? AC_VERIFY : AC_OPEN_LINE);
        int64_t from_ms = d.now_ms;
        obey(&d);
        d.mute_voltage = true;
        d.view.bus_voltage_dV.heard_ms = from_ms - 1;
        d.bus.dead_ms = from_ms - 1;
        d.now_ms += 100;
        news(&d);
        CHECK(d.bus.state == (verify ? AC_VERIFY : AC_OPEN_LINE), "a voltage of before");
        d.view.bus_voltage_dV.heard_ms = from_ms;
        news(&d);
        CHECK(d.bus.state == (verify ? AC_LOCKOUT : AC_OPEN_NEUTRAL), "a voltage of since");
    }
    enter(&d, AC_CLOSE_NEUTRAL);
    int64_t from_ms = d.now_ms;
    obey(&d);
    news(&d);
    d.mute_voltage = true;
    d.bus.config.sample_age_ms = 1000; /* old, but not too old */
    d.view.bus_voltage_dV.heard_ms = from_ms;
    d.now_ms += 1000;
    news(&d);
    CHECK(d.bus.state == AC_CLOSE_NEUTRAL, "no voltage heard since the neutral closed");
    d.view.bus_voltage_dV.heard_ms = from_ms + 1;
    news(&d);
    CHECK(d.bus.state == AC_CLOSE_LINE, "heard");
}

/* A board's newest frame is 450 ms old when its contact is late: not silent; 451 ms: it is. */
static void silent_to_the_millisecond(void)
{
    for (int age_ms = 450; age_ms <= 451; age_ms++) {
        struct desk d;
        enter(&d, AC_OPEN_LINE);
        int64_t from_ms = d.now_ms;
        d.now_ms = from_ms + 701 - age_ms;
        news(&d);
        d.mute[OLD][AC_LINE] = true;
        d.now_ms = from_ms + 701;
        news(&d);
        CHECK((d.bus.why == AC_WHY_BOARD_SILENT) == (age_ms > 450), "%d ms old: %s", age_ms,
              ac_why_text(d.bus.why));
        enter(&d, AC_CLOSE_LINE);
        from_ms = d.now_ms;
        d.now_ms = from_ms + 701 - age_ms;
        news(&d);
        d.mute[NEW][AC_LINE] = true;
        d.now_ms = from_ms + 701;
        news(&d);
        CHECK((d.bus.why == AC_WHY_BOARD_SILENT) == (age_ms > 450), "%d ms old: %s", age_ms,
              ac_why_text(d.bus.why));
    }
}

/* --- start and HOLD --- */

/* Whatever stood in its memory before. */
static void begins_anew(void)
{
    struct desk clean, dirty;
    begin_at(&clean, 1000000);
    memset(&dirty, 0xA5, sizeof dirty);
    ac_init(&dirty.bus, SOURCES, &ac_defaults, 1000000);
    CHECK(memcmp(&dirty.bus, &clean.bus, sizeof clean.bus) == 0, "the same");
    CHECK(clean.bus.why == AC_WHY_READ_BACK && clean.bus.wanted == AC_KEEP &&
              clean.bus.source == AC_NO_SOURCE && clean.bus.from == AC_NO_SOURCE &&
              clean.bus.to == AC_NO_SOURCE,
          "nothing known, nothing wanted");
}

/* A change runs at its own pace. */
static void wakes(void)
{
    static const enum ac_state states[] = {AC_WIND_DOWN, AC_OPEN_LINE,     AC_OPEN_NEUTRAL,
                                           AC_DEAD,      AC_CLOSE_NEUTRAL, AC_CLOSE_LINE,
                                           AC_VERIFY};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        struct desk d;
        enter(&d, states[i]);
        d.view.bus_voltage_dV.value = 0;
        CHECK(ac_step(&d.bus, &d.view, d.now_ms) == d.now_ms + 20 && d.bus.state == states[i], "%s",
              ac_state_name(states[i]));
    }
    struct desk d;
    begin(&d);
    CHECK(ac_step(&d.bus, &d.view, d.now_ms) == d.now_ms + 100, "steady");
    ac_reset(&d.bus, d.now_ms);
    CHECK(ac_step(&d.bus, &d.view, d.now_ms) == d.now_ms + 100, "start");
    locked(&d);
    enter(&d, AC_LOCKOUT);
    CHECK(ac_step(&d.bus, &d.view, d.now_ms) == d.now_ms + 100, "lockout");
}

/* A reset forgets what was under way. */
static void a_reset_forgets(void)
{
    struct desk d;
    enter(&d, AC_DEAD);
    d.bus.failed_ms = d.now_ms;
    d.bus.differs_ms[NEW][AC_NEUTRAL] = d.now_ms - 5000;
    d.bus.found_charging = d.bus.resume_steady = true;
    ac_reset(&d.bus, d.now_ms);
    CHECK(d.bus.state == AC_START && d.bus.why == AC_WHY_RESET && !d.bus.orders.valid,
          "reads back");
    CHECK(d.bus.from == AC_NO_SOURCE && d.bus.to == AC_NO_SOURCE && d.bus.source == AC_NO_SOURCE,
          "stands on none");
    CHECK(d.bus.failed_ms == 0 && d.bus.differs_ms[NEW][AC_NEUTRAL] == 0 && !d.bus.found_charging &&
              !d.bus.resume_steady,
          "nothing failed");
    CHECK(d.bus.since_ms == d.now_ms && d.bus.started_ms == d.now_ms, "from now on");
}

static void reads_back(void)
{
    struct desk d;
    begin_at(&d, 1000000);
    run(&d, 9999);
    CHECK(d.bus.state == AC_START && !d.bus.orders.valid, "9.999 s after the start");
    run(&d, 1);
    CHECK(d.bus.state == AC_STEADY && d.bus.orders.valid && d.bus.why == AC_WHY_ADOPTED, "10 s");
    CHECK(d.bus.orders.closed[OLD][AC_LINE] && d.bus.orders.closed[OLD][AC_NEUTRAL] &&
              !d.bus.orders.closed[NEW][AC_LINE],
          "as the boards say");
    ac_want(&d.bus, NEW);
    run(&d, 499);
    CHECK(d.bus.state == AC_STEADY, "restated for 499 ms");
    run(&d, 1);
    CHECK(d.bus.state == AC_WIND_DOWN, "500 ms");
    begin_at(&d, 1000000);
    car(&d, false, 0);
    run(&d, 10000);
    CHECK(d.bus.state == AC_LOCKOUT && d.bus.source == OLD, "a car found off: perhaps a lockout");
    begin_at(&d, 1000000);
    run(&d, 5000);
    car(&d, false, 0);
    run(&d, 5000);
    CHECK(d.bus.state == AC_STEADY, "a car found charging and then off: none");
    begin_at(&d, 1000000);
    for (enum ac_pole pole = AC_LINE; pole < AC_POLES; pole++)
        stand(&d, OLD, pole, false);
    car(&d, false, 0);
    run(&d, 10000);
    CHECK(d.bus.state == AC_STEADY && d.bus.source == AC_NO_SOURCE && !ac_ready(&d.bus), "on none");
}

/* What is missing at the start: heard before the start is not heard. */
static void missing_at_the_start(void)
{
    for (int what = 0; what < 9; what++) {
        struct desk d;
        begin_at(&d, 1000000);
        if (what == 0)
            d.mute_current = true;
        else if (what == 1)
            d.mute_voltage = true;
        else if (what == 2)
            d.mute_contactor = true;
        else
            d.mute[(what - 3) / 2][(what - 3) % 2] = true;
        run(&d, 12000);
        CHECK(d.bus.state == AC_START &&
                  d.bus.why == (what < 3 ? AC_WHY_WALLBOX_SILENT : AC_WHY_BOARD_SILENT),
              "%d: %s", what, ac_why_text(d.bus.why));
    }
    struct desk d;
    begin_at(&d, 1000000);
    for (uint8_t i = 0; i < SOURCES * AC_POLES; i++) {
        begin_at(&d, 1000000);
        d.view.contact[i / 2][i % 2].seen = CONTACT_UNKNOWN;
        run(&d, 12000);
        CHECK(d.bus.state == AC_START && d.bus.why == AC_WHY_CONTACT_UNKNOWN, "%d unknown", i);
    }
}

static void holds_and_resumes(void)
{
    static const struct {
        change_fn *change;
        bool resumes;
        enum ac_state then;
        const char *sentence;
    } rows[] = {
        {locked, true, AC_STEADY, "switching was locked"},
        {board_silent, true, AC_STEADY, "a board was silent"},
        {wallbox_silent, true, AC_STEADY, "the wallbox was silent"},
        {faulty, false, AC_HOLD, "a contact's fault"},
        {two_on_the_bus, false, AC_HOLD, "two sources"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        begin(&d);
        car(&d, false, 0);
        rows[i].change(&d);
        while (d.bus.state != AC_HOLD)
            run(&d, 100);
        run(&d, 3000);
        CHECK(d.bus.state == AC_HOLD, "%s", rows[i].sentence);
        memset(d.mute, 0, sizeof d.mute);
        d.mute_voltage = d.view.switching_locked = d.view.contact[NEW][AC_NEUTRAL].fault = false;
        obey(&d);
        d.now_ms += 10;
        news(&d);
        if (rows[i].resumes && rows[i].change != locked) {
            run(&d, 1499);
            CHECK(d.bus.state == AC_HOLD, "%s: 1499 ms", rows[i].sentence);
            run(&d, 1);
        }
        CHECK(d.bus.state == rows[i].then, "%s: %s", rows[i].sentence, ac_state_name(d.bus.state));
        CHECK(!rows[i].resumes || (d.bus.why == AC_WHY_READ_BACK && d.bus.source == OLD), "%s: %s",
              rows[i].sentence, ac_why_text(d.bus.why));
        if (rows[i].resumes)
            continue;
        run(&d, 60000);
        CHECK(d.bus.state == AC_HOLD, "%s: a person is needed", rows[i].sentence);
        ac_reset(&d.bus, d.now_ms);
        run(&d, 9999);
        CHECK(d.bus.state == AC_START && !d.bus.orders.valid, "%s: reads back", rows[i].sentence);
        run(&d, 1);
        CHECK(d.bus.state == AC_LOCKOUT && d.bus.source == OLD, "%s: adopted", rows[i].sentence);
    }
}

/* HOLD for want of a source or of its voltage ends with either, or with another wish. */
static void holds_for_the_source(void)
{
    struct desk d;
    enter(&d, AC_DEAD);
    unready(&d);
    news(&d);
    run(&d, 20000);
    CHECK(d.bus.state == AC_HOLD && d.bus.why == AC_WHY_SOURCE_NOT_READY, "not there");
    d.view.source_ready[NEW] = true;
    run(&d, 1);
    CHECK(d.bus.state == AC_STEADY && d.bus.source == AC_NO_SOURCE, "there: it goes on from none");
    for (int i = 0; i < 3; i++) {
        enter(&d, AC_VERIFY);
        no_voltage(&d);
        news(&d);
        run(&d, 9000);
        CHECK(d.bus.state == AC_HOLD && d.bus.why == AC_WHY_NO_VOLTAGE, "no voltage");
        if (i == 1)
            d.view.bus_voltage_dV.value = 1950;
        if (i == 2)
            ac_want(&d.bus, OLD);
        run(&d, 1);
        CHECK((d.bus.state == AC_LOCKOUT) == (i > 0), "%d: %s", i, ac_state_name(d.bus.state));
    }
}

/* Something worse than what it holds for: only a person ends that. */
static void worse_while_it_holds(void)
{
    struct desk d;
    begin(&d);
    locked(&d);
    run(&d, 100);
    CHECK(d.bus.why == AC_WHY_LOCKED, "locked");
    faulty(&d);
    run(&d, 100);
    CHECK(d.bus.why == AC_WHY_CONTACT_FAULT, "a fault too");
    d.view.switching_locked = d.view.contact[NEW][AC_NEUTRAL].fault = false;
    run(&d, 20000);
    CHECK(d.bus.state == AC_HOLD && d.bus.why == AC_WHY_CONTACT_FAULT, "a person looks");
    d.view.switching_locked = true;
    run(&d, 1000);
    CHECK(d.bus.why == AC_WHY_CONTACT_FAULT, "what ends by itself is not told instead");
}

static void ready_or_not(void)
{
    struct desk d;
    begin(&d);
    CHECK(d.bus.wanted == AC_KEEP && ac_ready(&d.bus), "before any wish");
    ac_want(&d.bus, OLD);
    CHECK(ac_ready(&d.bus), "on the wanted one");
    ac_want(&d.bus, NEW);
    CHECK(!ac_ready(&d.bus), "another is wanted");
    ac_want(&d.bus, AC_NO_SOURCE);
    CHECK(!ac_ready(&d.bus), "none is wanted");
    ac_want(&d.bus, OLD);
    locked(&d);
    run(&d, 100);
    CHECK(!ac_ready(&d.bus), "HOLD");
}

/* --- what is seen --- */

static void looks(struct desk *d, struct ac_turn *turn)
{
    *turn = (struct ac_turn){.bus = &d->bus, .view = &d->view, .now_ms = d->now_ms};
    ac_look(turn);
}

static void seen_to_the_millisecond(void)
{
    for (size_t s = 0; s < SOURCES; s++)
        for (size_t pole = 0; pole < AC_POLES; pole++)
            for (int age_ms = 449; age_ms <= 1502; age_ms++) {
                struct desk d;
                struct ac_turn turn;
                if (age_ms > 452 && age_ms < 1499)
                    continue;
                begin_at(&d, 1000000);
                hear(&d);
                d.view.contact[s][pole].heard_ms -= age_ms;
                looks(&d, &turn);
                CHECK(turn.boards == (age_ms <= 1500), "%d ms", age_ms);
                CHECK((d.bus.heard_since_ms != 0) == (age_ms <= 450), "%d ms: a break", age_ms);
                CHECK(ac_source_seen(&turn) == (s != OLD || age_ms <= 1500 ? OLD : AC_NO_SOURCE),
                      "%d ms: where it stands", age_ms);
            }
    static const struct {
        int64_t heard_ms, now_ms;
        bool fresh;
    } rows[] = {{0, 100, false}, {1, 1, true}, {1, 1501, true}, {1, 1502, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        struct ac_turn turn;
        begin_at(&d, rows[i].now_ms);
        hear(&d);
        d.view.contact[NEW][AC_NEUTRAL].heard_ms = rows[i].heard_ms;
        looks(&d, &turn);
        CHECK(turn.boards == rows[i].fresh, "row %zu", i);
    }
}

static void the_wallbox_to_the_millisecond(void)
{
    for (int which = 0; which < 3; which++)
        for (int age_ms = 399; age_ms <= 1502; age_ms++) {
            struct desk d;
            struct ac_turn turn;
            if (age_ms > 402 && age_ms < 1499)
                continue;
            begin_at(&d, 1000000);
            hear(&d);
            car(&d, false, 0);
            d.view.bus_voltage_dV.value = 0;
            struct reading *readings[] = {&d.view.ev_current_dA, &d.view.evse_contactor,
                                          &d.view.bus_voltage_dV};
            readings[which]->heard_ms -= age_ms;
            looks(&d, &turn);
            CHECK(turn.wallbox == (age_ms <= 1500), "%d: %d ms", which, age_ms);
            CHECK((d.bus.heard_since_ms != 0) == (age_ms <= 1500), "%d: %d ms", which, age_ms);
            CHECK((d.bus.quiet_ms != 0) == (which == 2 || age_ms <= 400), "%d: %d ms, car", which,
                  age_ms);
            CHECK((d.bus.dead_ms != 0) == (which != 2 || age_ms <= 400), "%d: %d ms, bus", which,
                  age_ms);
        }
}

static void source_by_source(void)
{
    struct desk d;
    struct ac_turn turn;
    begin_at(&d, 1000000);
    hear(&d);
    looks(&d, &turn);
    CHECK(ac_source_seen(&turn) == OLD && d.bus.open_ms == 0, "on the first");
    for (enum ac_pole pole = AC_LINE; pole < AC_POLES; pole++)
        stand(&d, NEW, pole, true);
    CHECK(ac_source_seen(&turn) == AC_NO_SOURCE, "on two");
    for (enum ac_pole pole = AC_LINE; pole < AC_POLES; pole++)
        stand(&d, OLD, pole, false);
    CHECK(ac_source_seen(&turn) == NEW, "on the last");
    stand(&d, NEW, AC_LINE, false);
    CHECK(ac_source_seen(&turn) == AC_NO_SOURCE, "its neutral alone");
    looks(&d, &turn);
    CHECK(d.bus.open_ms == 0, "not all open");
    stand(&d, NEW, AC_NEUTRAL, false);
    looks(&d, &turn);
    CHECK(d.bus.open_ms == d.now_ms, "all open");
    d.view.contact[NEW][AC_NEUTRAL].output = true;
    looks(&d, &turn);
    CHECK(d.bus.open_ms == 0, "a coil on");
    CHECK(ac_source_ready(&turn, AC_NO_SOURCE) && ac_source_ready(&turn, NEW), "there");
    d.view.source_ready[NEW] = false;
    CHECK(!ac_source_ready(&turn, NEW) && ac_source_ready(&turn, OLD), "not there");
}

/* What has not been heard since a moment, each alone. */
static void heard_since(void)
{
    for (int what = 0; what < 3 + SOURCES * AC_POLES; what++)
        for (int64_t late_ms = 0; late_ms < 2; late_ms++) {
            struct desk d;
            struct ac_turn turn;
            begin_at(&d, 1000000);
            hear(&d);
            int64_t *heard[] = {&d.view.ev_current_dA.heard_ms, &d.view.bus_voltage_dV.heard_ms,
                                &d.view.evse_contactor.heard_ms};
            int64_t *at =
                what < 3 ? heard[what] : &d.view.contact[(what - 3) / 2][(what - 3) % 2].heard_ms;
            *at -= 100;
            looks(&d, &turn);
            enum ac_why wanted = late_ms == 0 ? AC_WHY_NOTHING
                                 : what < 3   ? AC_WHY_WALLBOX_SILENT
                                              : AC_WHY_BOARD_SILENT;
            CHECK(ac_unheard(&turn, d.now_ms - 100 + late_ms) == wanted, "%d", what);
        }
}

/* A refusal, and a neutral seen closed, count in the state they came in. */
static void of_an_earlier_state(void)
{
    struct desk d;
    enter(&d, AC_WIND_DOWN);
    d.view.vetoed = true;
    run(&d, 1);
    d.view.vetoed = false;
    car(&d, false, 0);
    until(&d, AC_OPEN_LINE);
    run(&d, 701);
    CHECK(d.bus.why == AC_WHY_NOT_OPEN, "%s", ac_why_text(d.bus.why));
    enter(&d, AC_OPEN_LINE);
    d.view.vetoed = true;
    run(&d, 1);
    d.view.vetoed = false;
    run(&d, 700);
    CHECK(d.bus.why == AC_WHY_VETO, "%s", ac_why_text(d.bus.why));
    enter(&d, AC_DEAD);
    d.bus.joined_ms = d.now_ms - 5000;
    until(&d, AC_CLOSE_NEUTRAL);
    obey(&d);
    run(&d, 1);
    run(&d, 999);
    CHECK(d.bus.state == AC_CLOSE_NEUTRAL, "closed for 999 ms");
    run(&d, 1);
    CHECK(d.bus.state == AC_CLOSE_LINE, "for 1000 ms");
}

/* A source that the wallbox does not have is not looked at, whatever its row says. */
static void rows_beyond(void)
{
    struct desk d;
    begin_at(&d, 1000000);
    for (int i = 0; i < 110; i++) {
        d.now_ms += 100;
        for (size_t pole = 0; pole < AC_POLES; pole++)
            d.view.contact[SOURCES][pole] =
                (struct ac_contact_view){CONTACT_CLOSED, d.now_ms, true, true};
        news(&d);
    }
    CHECK(d.bus.state == AC_STEADY && d.bus.source == OLD, "stands on the first: %s",
          ac_why_text(d.bus.why));
    CHECK(!d.bus.orders.closed[SOURCES][AC_LINE] && !d.bus.orders.closed[SOURCES][AC_NEUTRAL],
          "nothing of it is ordered");
    for (size_t pole = 0; pole < AC_POLES; pole++)
        d.view.contact[SOURCES][pole].fault = false;
    d.view.contact[SOURCES][AC_NEUTRAL].seen = CONTACT_OPEN;
    run(&d, 100);
    CHECK(d.bus.state == AC_STEADY, "no line alone: %s", ac_why_text(d.bus.why));
}

/* HOLD for want of a source or its voltage ends by itself, but not once a fault shows. */
static void worse_than_no_source(void)
{
    for (int voltage_lacks = 0; voltage_lacks < 2; voltage_lacks++) {
        struct desk d;
        enter(&d, voltage_lacks ? AC_VERIFY : AC_DEAD);
        if (voltage_lacks)
            no_voltage(&d);
        else
            unready(&d);
        run(&d, 20000);
        CHECK(d.bus.why == (voltage_lacks ? AC_WHY_NO_VOLTAGE : AC_WHY_SOURCE_NOT_READY), "holds");
        d.view.contact[NEW][AC_NEUTRAL].fault = true;
        run(&d, 1);
        CHECK(d.bus.why == AC_WHY_CONTACT_FAULT, "a fault is worse: %s", ac_why_text(d.bus.why));
    }
}

/* What was adopted is restated before a lockout ends for want of no source. */
static void off_after_the_start(void)
{
    struct desk d;
    begin_at(&d, 1000000);
    car(&d, false, 0);
    ac_want(&d.bus, AC_NO_SOURCE);
    run(&d, 10000);
    CHECK(d.bus.state == AC_LOCKOUT, "perhaps a lockout");
    run(&d, 499);
    CHECK(d.bus.state == AC_LOCKOUT, "restated for 499 ms");
    run(&d, 1);
    CHECK(d.bus.state == AC_WIND_DOWN, "500 ms");
}

int main(void)
{
    each_state();
    a_whole_change();
    orders_taken_back();
    from_none();
    tried_again();
    a_slow_sensor();
    old_news();
    silent_to_the_millisecond();
    begins_anew();
    wakes();
    a_reset_forgets();
    reads_back();
    missing_at_the_start();
    holds_and_resumes();
    holds_for_the_source();
    worse_while_it_holds();
    ready_or_not();
    seen_to_the_millisecond();
    the_wallbox_to_the_millisecond();
    source_by_source();
    heard_since();
    of_an_earlier_state();
    rows_beyond();
    worse_than_no_source();
    off_after_the_start();
    return check_done("ac_edges");
}
