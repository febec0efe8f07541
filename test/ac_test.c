/* The AC bus state by state: the way through, what happens when a step does not happen in its time,
 * and a restart anywhere. The truth of the small plant judges invariants 16 to 19 at every step. */
#include "test/ac_plant.h"

struct run {
    struct ac_plant plant;
    struct ac_bus bus;
    bool allowed;
};

static void step(struct run *run)
{
    plant_step(&run->plant, &run->bus.orders, run->allowed);
    int64_t wake_ms = ac_step(&run->bus, &run->plant.view, run->plant.now_ms);
    if (wake_ms <= run->plant.now_ms)
        CHECK(false, "wakes later");
    run->allowed = ac_ready(&run->bus);
}

static void pass(struct run *run, int64_t ms)
{
    for (int64_t end_ms = run->plant.now_ms + ms; run->plant.now_ms < end_ms;)
        step(run);
}

/* Until the state is entered; how long that took, or -1. */
static int64_t until(struct run *run, enum ac_state state, int64_t limit_ms)
{
    int64_t from_ms = run->plant.now_ms;
    while (run->bus.state != state && run->plant.now_ms - from_ms < limit_ms)
        step(run);
    return run->bus.state == state ? run->plant.now_ms - from_ms : -1;
}

static void start(struct run *run)
{
    memset(run, 0, sizeof *run);
    plant_begin(&run->plant);
    run->allowed = true;
    ac_init(&run->bus, PLANT_SOURCES, &ac_defaults, run->plant.now_ms);
}

/* Stands on the house's phase, the car charges. */
static void begin(struct run *run)
{
    start(run);
    until(run, AC_STEADY, 20000);
    pass(run, 2000);
}

static void judge(const struct run *run, const char *sentence)
{
    CHECK(run->plant.violations == 0, "%s: %u times, first: %s", sentence, run->plant.violations,
          run->plant.violation);
}

/* --- the way through --- */

static void way_through(void)
{
    static const struct {
        enum ac_state state;
        int64_t least_ms, most_ms; /* in the state before */
        enum ac_why why;
    } way[] = {
        {AC_WIND_DOWN, 0, 100, AC_WHY_WANTED},
        {AC_OPEN_LINE, 3000, 4000, AC_WHY_CAR_OFF},
        {AC_OPEN_NEUTRAL, 500, 1600, AC_WHY_LINE_OPEN},
        {AC_DEAD, 50, 300, AC_WHY_NEUTRAL_OPEN},
        {AC_CLOSE_NEUTRAL, 5000, 5500, AC_WHY_DEAD},
        {AC_CLOSE_LINE, 1000, 1500, AC_WHY_NEUTRAL_CLOSED},
        {AC_VERIFY, 50, 300, AC_WHY_LINE_CLOSED},
        {AC_LOCKOUT, 0, 300, AC_WHY_VOLTAGE_SEEN},
        {AC_STEADY, 300000, 300100, AC_WHY_DONE},
    };
    struct run run;
    begin(&run);
    CHECK(run.bus.source == HOUSE && run.bus.why == AC_WHY_ADOPTED && ac_ready(&run.bus),
          "found on the house, and charging: no lockout");
    ac_want(&run.bus, OWN);
    for (size_t i = 0; i < sizeof way / sizeof way[0]; i++) {
        int64_t took_ms = until(&run, way[i].state, way[i].most_ms);
        CHECK(took_ms >= way[i].least_ms, "%s after %lld ms, is %s", ac_state_name(way[i].state),
              (long long)took_ms, ac_state_name(run.bus.state));
        CHECK(run.bus.why == way[i].why, "%s: %s", ac_state_name(way[i].state),
              ac_why_text(run.bus.why));
        CHECK(ac_ready(&run.bus) == (way[i].state == AC_STEADY), "held at 0 on the way");
    }
    pass(&run, 3000);
    CHECK(run.bus.source == OWN && plant_feeds(&run.plant, OWN) && !plant_feeds(&run.plant, HOUSE),
          "stands on its own inverter");
    CHECK(run.plant.moves == 4 && run.plant.car_A > 10 && run.bus.changes == 1,
          "four contacts have moved, the car charges again");
    ac_want(&run.bus, HOUSE);
    CHECK(until(&run, AC_LOCKOUT, 30000) > 0 && run.bus.source == HOUSE, "and back");
    judge(&run, "there and back");
}

/* --- a change of mind --- */

static void wishes(void)
{
    struct run run;
    begin(&run);
    pass(&run, 100000);
    CHECK(run.plant.moves == 0 && run.bus.state == AC_STEADY, "no wish, no change");
    ac_want(&run.bus, OWN);
    until(&run, AC_WIND_DOWN, 1000);
    ac_want(&run.bus, HOUSE);
    pass(&run, 100);
    CHECK(run.bus.state == AC_STEADY && run.bus.why == AC_WHY_CANCELLED && ac_ready(&run.bus),
          "withdrawn before a contact moved: no lockout");
    ac_want(&run.bus, OWN);
    until(&run, AC_DEAD, 20000);
    ac_want(&run.bus, HOUSE);
    CHECK(until(&run, AC_LOCKOUT, 20000) > 0 && run.bus.source == HOUSE,
          "between two sources the wish still counts");
    ac_want(&run.bus, OWN);
    pass(&run, 290000);
    CHECK(run.bus.state == AC_LOCKOUT, "a wish waits for the lockout");
    judge(&run, "wishes");
}

/* Emergency stop: the car first, from every state. */
static void stops(void)
{
    for (enum ac_state state = AC_STEADY; state < AC_HOLD; state++) {
        struct run run;
        begin(&run);
        ac_want(&run.bus, OWN);
        until(&run, state, 40000);
        ac_want(&run.bus, AC_NO_SOURCE);
        pass(&run, 60);
        CHECK(!run.allowed, "%s: the wallbox at once", ac_state_name(state));
        pass(&run, 30000);
        bool off = !plant_feeds(&run.plant, 0) && !plant_feeds(&run.plant, 1);
        CHECK(off && run.bus.state == AC_STEADY && run.bus.source == AC_NO_SOURCE,
              "stopped in %s: %s", ac_state_name(state), ac_why_text(run.bus.why));
        CHECK(!ac_ready(&run.bus), "no source, no charging");
        judge(&run, "stop");
    }
}

/* --- what does not happen in its time --- */

enum fault {
    DEAF,
    VETOED,
    CAR_HOLDS,
    CAR_RETURNS,
    LINE_WELDS,
    LINE_SIGNAL,
    NEUTRAL_WELDS,
    OTHER_NEUTRAL_STICKS,
    OTHER_LINE_STICKS,
    BUS_LIVE,
    SOURCE_DEAD,
    SOURCE_UNREADY,
    BOARD_MUTE,
    BOX_MUTE,
    LOCK,
    FAULTY,
    OTHER_CLOSES
};

static void break_it(struct run *run, enum fault fault, bool on)
{
    struct ac_plant *plant = &run->plant;
    switch (fault) {
    case DEAF:
        plant->deaf = on;
        return;
    case VETOED:
        plant->vetoes = on;
        return;
    case CAR_HOLDS:
        plant->car_holds = on;
        return;
    case CAR_RETURNS:
        run->plant.view.evse_contactor.value = on;
        plant->mute_box = on;
        return;
    case LINE_WELDS:
        plant->welded[HOUSE][AC_LINE] = on;
        return;
    case LINE_SIGNAL:
        plant->unknown[HOUSE][AC_LINE] = on;
        return;
    case NEUTRAL_WELDS:
        plant->welded[HOUSE][AC_NEUTRAL] = on;
        return;
    case OTHER_NEUTRAL_STICKS:
        plant->stuck[OWN][AC_NEUTRAL] = on;
        return;
    case OTHER_LINE_STICKS:
        plant->stuck[OWN][AC_LINE] = on;
        return;
    case BUS_LIVE:
        plant->bus_V = on ? 230 : 0;
        plant->mute_box = false;
        return;
    case SOURCE_DEAD:
        plant->alive[OWN] = !on;
        return;
    case SOURCE_UNREADY:
        plant->unready[OWN] = on;
        return;
    case BOARD_MUTE:
        plant->mute_board = on;
        return;
    case BOX_MUTE:
        plant->mute_box = on;
        return;
    case LOCK:
        plant->locked = on;
        return;
    case FAULTY:
        plant->faulty = on;
        return;
    case OTHER_CLOSES:
        plant->closed[OWN][AC_NEUTRAL] = plant->coil[OWN][AC_NEUTRAL] =
            plant->welded[OWN][AC_NEUTRAL] = plant->deaf = on;
        return;
    }
}

enum { ENDS = true, STAYS = false };
/* clang-format off */
static const struct mishap {
    enum ac_state in;
    enum fault fault;
    int64_t least_ms, most_ms; /* until it is noticed */
    enum ac_state state;
    enum ac_why why;
    bool resumes;              /* once it is mended, without a person */
    const char *sentence;
} mishaps[] = {
    {AC_WIND_DOWN, CAR_HOLDS, 20000, 20200, AC_STEADY, AC_WHY_CAR_STAYS, ENDS, "the car does not let go: way back"},
    {AC_WIND_DOWN, BOX_MUTE, 1300, 2000, AC_HOLD, AC_WHY_WALLBOX_SILENT, ENDS, "the wallbox is silent"},
    {AC_WIND_DOWN, DEAF, 3000, 6000, AC_STEADY, AC_WHY_NOT_OPEN, ENDS, "the order does not arrive: taken back"},
    {AC_WIND_DOWN, VETOED, 3000, 6000, AC_STEADY, AC_WHY_VETO, ENDS, "the gate says no: taken back"},
    {AC_STEADY, BOARD_MUTE, 1300, 2000, AC_HOLD, AC_WHY_BOARD_SILENT, ENDS, "a silent board"},
    {AC_STEADY, BOX_MUTE, 1300, 2000, AC_HOLD, AC_WHY_WALLBOX_SILENT, ENDS, "a silent wallbox"},
    {AC_STEADY, LOCK, 0, 100, AC_HOLD, AC_WHY_LOCKED, ENDS, "switching is locked"},
    {AC_STEADY, FAULTY, 0, 200, AC_HOLD, AC_WHY_CONTACT_FAULT, STAYS, "a board reports a fault"},
    {AC_STEADY, OTHER_CLOSES, 0, 200, AC_HOLD, AC_WHY_TWO_SOURCES, STAYS, "a second source"},
    {AC_STEADY, LINE_SIGNAL, 700, 900, AC_HOLD, AC_WHY_NOT_CLOSED, STAYS, "the mirror contact is lost"},
    {AC_OPEN_LINE, LINE_WELDS, 700, 900, AC_HOLD, AC_WHY_NOT_OPEN, STAYS, "the line is welded"},
    {AC_OPEN_LINE, BOARD_MUTE, 700, 900, AC_HOLD, AC_WHY_BOARD_SILENT, ENDS, "silent while it opens"},
    {AC_OPEN_LINE, CAR_RETURNS, 0, 100, AC_HOLD, AC_WHY_CAR_BACK, STAYS, "the EVSE closes under way"},
    {AC_OPEN_NEUTRAL, DEAF, 700, 900, AC_HOLD, AC_WHY_NOT_OPEN, STAYS, "the neutral's order does not arrive"},
    {AC_OPEN_NEUTRAL, VETOED, 700, 900, AC_HOLD, AC_WHY_VETO, STAYS, "the gate refuses it"},
    {AC_OPEN_NEUTRAL, NEUTRAL_WELDS, 700, 900, AC_HOLD, AC_WHY_NOT_OPEN, STAYS, "the neutral is welded"},
    {AC_DEAD, SOURCE_UNREADY, 15000, 15200, AC_HOLD, AC_WHY_SOURCE_NOT_READY, ENDS, "the source went away"},
    {AC_DEAD, BOX_MUTE, 1300, 2000, AC_HOLD, AC_WHY_WALLBOX_SILENT, ENDS, "silent while dead"},
    {AC_DEAD, CAR_RETURNS, 0, 100, AC_HOLD, AC_WHY_CAR_BACK, STAYS, "the EVSE closes while dead"},
    {AC_DEAD, OTHER_NEUTRAL_STICKS, 5700, 6100, AC_HOLD, AC_WHY_NOT_CLOSED, STAYS, "the new neutral sticks"},
    {AC_DEAD, DEAF, 5700, 6100, AC_HOLD, AC_WHY_NOT_CLOSED, STAYS, "the close order does not arrive"},
    {AC_DEAD, VETOED, 5700, 6100, AC_HOLD, AC_WHY_VETO, STAYS, "the gate refuses the close order"},
    {AC_CLOSE_NEUTRAL, OTHER_LINE_STICKS, 1700, 2200, AC_HOLD, AC_WHY_NOT_CLOSED, STAYS, "the new line sticks"},
    {AC_CLOSE_NEUTRAL, BOARD_MUTE, 700, 900, AC_HOLD, AC_WHY_BOARD_SILENT, ENDS, "silent while it closes"},
    {AC_CLOSE_LINE, SOURCE_DEAD, 5000, 5300, AC_HOLD, AC_WHY_NO_VOLTAGE, ENDS, "the source gives nothing"},
    {AC_CLOSE_LINE, VETOED, 700, 900, AC_HOLD, AC_WHY_VETO, STAYS, "the gate refuses the line"},
    {AC_LOCKOUT, BOARD_MUTE, 1300, 2000, AC_HOLD, AC_WHY_BOARD_SILENT, ENDS, "silent in the lockout"},
};
/* clang-format on */

/* Steps until it holds, or is back in STEADY with a reason. */
static int64_t until_noticed(struct run *run, const struct mishap *row)
{
    int64_t from_ms = run->plant.now_ms;
    bool noticed = false;
    while (!noticed && run->plant.now_ms - from_ms < row->most_ms) {
        step(run);
        noticed = run->bus.state == row->state && run->bus.why == row->why;
    }
    return noticed ? run->plant.now_ms - from_ms : -1;
}

static void mishap(const struct mishap *row)
{
    struct run run;
    begin(&run);
    if (row->in != AC_STEADY)
        ac_want(&run.bus, OWN);
    until(&run, row->in, 40000);
    break_it(&run, row->fault, true);
    int64_t took_ms = until_noticed(&run, row);
    CHECK(took_ms >= row->least_ms, "%s: after %lld ms %s, %s", row->sentence, (long long)took_ms,
          ac_state_name(run.bus.state), ac_why_text(run.bus.why));
    CHECK(!ac_ready(&run.bus), "%s: no charging", row->sentence);
    struct ac_orders held = run.bus.orders;
    if (row->state == AC_HOLD) {
        pass(&run, 400000);
        CHECK(run.bus.state == AC_HOLD && memcmp(&held, &run.bus.orders, sizeof held) == 0,
              "%s: it holds, orders stay", row->sentence);
    }
    break_it(&run, row->fault, false);
    pass(&run, 3000);
    if (row->state == AC_HOLD)
        CHECK((run.bus.state != AC_HOLD) == row->resumes, "%s: mended, %s", row->sentence,
              ac_state_name(run.bus.state));
    else
        CHECK(until(&run, AC_OPEN_LINE, 70000) > 50000, "%s: tried again", row->sentence);
    judge(&run, row->sentence);
}

/* The bus stays live though the line is seen open: a weld that the mirror contact does not show. */
static void voltage_stays(void)
{
    static const enum ac_state states[] = {AC_OPEN_LINE, AC_OPEN_NEUTRAL, AC_DEAD,
                                           AC_CLOSE_NEUTRAL};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        struct run run;
        begin(&run);
        ac_want(&run.bus, OWN);
        until(&run, states[i], 40000);
        for (int64_t ms = 0; ms < 20000 && run.bus.state != AC_HOLD; ms += STEP_MS) {
            run.plant.bus_V = 230;
            step(&run);
        }
        CHECK(run.bus.state == AC_HOLD && run.bus.why == AC_WHY_VOLTAGE_STAYS, "live in %s: %s, %s",
              ac_state_name(states[i]), ac_state_name(run.bus.state), ac_why_text(run.bus.why));
        CHECK(!run.plant.closed[OWN][AC_LINE], "the second source never came");
        pass(&run, 100000);
        CHECK(run.bus.state == AC_HOLD, "a person must look");
    }
}

/* 0.5 A is too much, a gap in the frames starts the three seconds anew. */
static void quiet_edges(void)
{
    struct run run;
    begin(&run);
    ac_want(&run.bus, OWN);
    until(&run, AC_WIND_DOWN, 1000);
    run.plant.charges = false;
    for (int i = 0; i < 100; i++) {
        plant_step(&run.plant, &run.bus.orders, false);
        run.plant.view.ev_current_dA.value = 5;
        ac_step(&run.bus, &run.plant.view, run.plant.now_ms);
    }
    CHECK(run.bus.state == AC_WIND_DOWN, "0.5 A is too much");
    pass(&run, 2000);
    run.plant.mute_box = true;
    pass(&run, 1100);
    run.plant.mute_box = false;
    pass(&run, 2500);
    CHECK(run.bus.state == AC_WIND_DOWN, "the count starts anew after a gap");
    CHECK(until(&run, AC_OPEN_LINE, 1200) > 0, "and then goes on");
}

/* A board that starts again without its outputs: what it says is adopted, and the wish decides. */
static void board_loses(void)
{
    struct run run;
    begin(&run);
    ac_want(&run.bus, HOUSE);
    run.plant.deaf = true;
    run.plant.coil[HOUSE][AC_LINE] = run.plant.coil[HOUSE][AC_NEUTRAL] = false;
    CHECK(until(&run, AC_HOLD, 1000) > 600 && run.bus.why == AC_WHY_BOARD_STATE,
          "its outputs are not as ordered");
    CHECK(run.bus.orders.closed[HOUSE][AC_LINE], "orders stay");
    CHECK(until(&run, AC_STEADY, 3000) > 0 && run.bus.source == AC_NO_SOURCE, "adopted: none");
    run.plant.deaf = false;
    CHECK(until(&run, AC_LOCKOUT, 30000) > 0 && run.bus.source == HOUSE, "and the way there again");
    judge(&run, "board loses");
}

/* Silence of any one part, at rest and in a lockout: what was under way decides how it goes on. */
static void silences(void)
{
    for (int part = 0; part < 4; part++)
        for (int locked_out = 0; locked_out < 2; locked_out++) {
            struct run run;
            begin(&run);
            ac_want(&run.bus, locked_out ? OWN : HOUSE);
            if (locked_out)
                until(&run, AC_LOCKOUT, 40000);
            struct ac_view *view = &run.plant.view;
            int64_t *parts[] = {&view->contact[HOUSE][AC_LINE].heard_ms,
                                &view->contact[OWN][AC_NEUTRAL].heard_ms,
                                &view->ev_current_dA.heard_ms, &view->evse_contactor.heard_ms};
            for (int i = 0; i < 60; i++) {
                int64_t before_ms = *parts[part];
                plant_step(&run.plant, &run.bus.orders, run.allowed);
                *parts[part] = before_ms;
                ac_step(&run.bus, view, run.plant.now_ms);
            }
            CHECK(run.bus.state == AC_HOLD &&
                      run.bus.why == (part < 2 ? AC_WHY_BOARD_SILENT : AC_WHY_WALLBOX_SILENT),
                  "part %d is silent: %s", part, ac_why_text(run.bus.why));
            pass(&run, 900);
            run.plant.mute_board = true;
            pass(&run, 600);
            run.plant.mute_board = false;
            pass(&run, 1200);
            CHECK(run.bus.state == AC_HOLD, "part %d heard again, but with a gap: %s, %s", part,
                  ac_state_name(run.bus.state), ac_why_text(run.bus.why));
            int64_t took_ms = until(&run, locked_out ? AC_LOCKOUT : AC_STEADY, 1000);
            CHECK(took_ms > 0, "goes on after 1.5 s: %s", ac_state_name(run.bus.state));
            CHECK(run.bus.state == AC_STEADY || run.bus.since_ms == run.plant.now_ms,
                  "a lockout starts anew");
            CHECK(run.plant.moves == (locked_out ? 4u : 0u), "nothing has moved");
        }
}

/* The bus, not only the contacts, is dead for the whole time; a contact in neither end is no way
 * back; one veto is remembered. */
static void slow_parts(void)
{
    struct run run;
    begin(&run);
    ac_want(&run.bus, OWN);
    until(&run, AC_DEAD, 20000);
    for (int i = 0; i < 60; i++) {
        run.plant.bus_V = 60;
        step(&run);
    }
    CHECK(until(&run, AC_CLOSE_NEUTRAL, 10000) >= 4900, "dead for five seconds from when it is");
    judge(&run, "slow bus");

    begin(&run);
    ac_want(&run.bus, OWN);
    until(&run, AC_WIND_DOWN, 1000);
    run.plant.deaf = true;
    until(&run, AC_OPEN_LINE, 10000);
    run.plant.unknown[HOUSE][AC_LINE] = true;
    pass(&run, 1000);
    CHECK(run.bus.state == AC_HOLD && run.bus.why == AC_WHY_NOT_OPEN,
          "in neither end: it may have moved");

    begin(&run);
    ac_want(&run.bus, OWN);
    until(&run, AC_WIND_DOWN, 1000);
    run.plant.vetoes = true;
    until(&run, AC_OPEN_LINE, 10000);
    pass(&run, 100);
    run.plant.vetoes = false;
    run.plant.deaf = true;
    until(&run, AC_STEADY, 2000);
    CHECK(run.bus.why == AC_WHY_VETO, "a veto is remembered: %s", ac_why_text(run.bus.why));
}

/* --- source without voltage --- */

static void dead_source(void)
{
    struct run run;
    begin(&run);
    ac_want(&run.bus, OWN);
    run.plant.alive[OWN] = false;
    CHECK(until(&run, AC_HOLD, 60000) > 0 && run.bus.why == AC_WHY_NO_VOLTAGE, "no voltage");
    ac_want(&run.bus, HOUSE);
    CHECK(until(&run, AC_LOCKOUT, 5000) > 0, "another one is wanted");
    CHECK(until(&run, AC_CLOSE_LINE, 330000) > 0, "and taken");
    pass(&run, 5000);
    CHECK(run.bus.source == HOUSE && plant_feeds(&run.plant, HOUSE), "it has the house again");
    judge(&run, "dead source");
    begin(&run);
    run.plant.unready[OWN] = true;
    ac_want(&run.bus, OWN);
    pass(&run, 10000);
    CHECK(run.bus.state == AC_STEADY && run.bus.why == AC_WHY_SOURCE_NOT_READY &&
              run.plant.moves == 0,
          "a source that is not ready is not gone to");
}

/* --- restart --- */

static void restart_anywhere(void)
{
    for (enum ac_state state = AC_STEADY; state < AC_HOLD; state++)
        for (int late_ms = 0; late_ms < 1500; late_ms += 50) {
            struct run run;
            begin(&run);
            ac_want(&run.bus, OWN);
            until(&run, state, 40000);
            pass(&run, late_ms);
            enum ac_state left = run.bus.state;
            unsigned moves = run.plant.moves;
            ac_init(&run.bus, PLANT_SOURCES, &ac_defaults, run.plant.now_ms);
            run.allowed = left == AC_STEADY; /* the wallbox keeps its limit for 30 s */
            for (int64_t ms = 0; ms < 9900; ms += STEP_MS) {
                plant_step(&run.plant, &run.bus.orders, run.allowed);
                ac_step(&run.bus, &run.plant.view, run.plant.now_ms);
            }
            CHECK(run.plant.moves == moves && !run.bus.orders.valid,
                  "a restart alone moves nothing");
            pass(&run, 1000);
            CHECK(run.plant.moves == moves && run.bus.orders.valid, "nor does adopting");
            bool stands = plant_feeds(&run.plant, 0) || plant_feeds(&run.plant, 1);
            if (left == AC_LOCKOUT || left == AC_VERIFY)
                CHECK(run.bus.state == AC_LOCKOUT, "a lockout starts anew");
            else if (stands)
                CHECK(run.bus.source < PLANT_SOURCES, "what stands is adopted");
            ac_want(&run.bus, OWN);
            CHECK(until(&run, AC_STEADY, 400000) >= 0, "restart in %s", ac_state_name(left));
            pass(&run, 400000);
            CHECK(ac_ready(&run.bus) && run.bus.source == OWN && plant_feeds(&run.plant, OWN),
                  "restarted in %s (+%d ms): %s, %s", ac_state_name(left), late_ms,
                  ac_state_name(run.bus.state), ac_why_text(run.bus.why));
            judge(&run, "restart");
        }
}

static void found_wrong(void)
{
    struct run run;
    start(&run);
    run.plant.unknown[OWN][AC_LINE] = true;
    pass(&run, 60000);
    CHECK(run.bus.state == AC_START && run.bus.why == AC_WHY_CONTACT_UNKNOWN &&
              !run.bus.orders.valid,
          "nothing is ordered until all is known");
    start(&run);
    run.plant.coil[OWN][AC_LINE] = run.plant.coil[OWN][AC_NEUTRAL] = true;
    run.plant.alive[OWN] = false;
    pass(&run, 60000);
    CHECK(run.bus.state == AC_HOLD && run.bus.why == AC_WHY_TWO_SOURCES, "two found: hold");
    ac_reset(&run.bus, run.plant.now_ms);
    pass(&run, 60000);
    CHECK(run.bus.state == AC_HOLD && run.bus.why == AC_WHY_TWO_SOURCES,
          "a reset does not help while they stand");
    run.plant.deaf = true;
    run.plant.coil[OWN][AC_LINE] = run.plant.coil[OWN][AC_NEUTRAL] = false;
    pass(&run, 60000);
    CHECK(run.bus.state == AC_HOLD, "left by a person only");
    ac_reset(&run.bus, run.plant.now_ms);
    run.plant.deaf = false;
    pass(&run, 400000);
    CHECK(run.bus.state == AC_STEADY && run.bus.source == HOUSE, "by hand and reset");
    start(&run);
    run.plant.coil[HOUSE][AC_NEUTRAL] = false;
    pass(&run, 60000);
    CHECK(run.bus.state == AC_HOLD && run.bus.why == AC_WHY_LINE_ALONE, "a line without neutral");
}

static void worse_while_holding(void)
{
    struct run run;
    begin(&run);
    run.plant.mute_box = true;
    until(&run, AC_HOLD, 3000);
    run.plant.closed[OWN][AC_NEUTRAL] = run.plant.welded[OWN][AC_NEUTRAL] = true;
    pass(&run, 1000);
    run.plant.mute_box = false;
    pass(&run, 10000);
    CHECK(run.bus.state == AC_HOLD && run.bus.why == AC_WHY_TWO_SOURCES,
          "what is worse shows while it holds, and stays");
}

/* A car that may charge for a moment, unheard, starts its three seconds anew. */
static void starts_between_reports(void)
{
    struct run run;
    begin(&run);
    ac_want(&run.bus, OWN);
    until(&run, AC_WIND_DOWN, 1000);
    pass(&run, 2800); /* nearly the three seconds of a car that went off at once */
    run.plant.mute_box = true;
    ac_want(&run.bus, HOUSE);
    pass(&run, 100);
    CHECK(run.bus.state == AC_STEADY && run.allowed, "the way back: it may charge again");
    ac_want(&run.bus, OWN);
    pass(&run, 200);
    run.plant.mute_box = false;
    CHECK(!run.plant.evse && run.plant.now_ms - run.plant.off_ms < 200, "it did, and nobody heard");
    CHECK(until(&run, AC_OPEN_LINE, 10000) > 2500, "the three seconds are counted anew");
    judge(&run, "a car that starts between two reports");
}

static void texts(void)
{
    for (enum ac_state state = 0; state < AC_STATES; state++)
        CHECK(*ac_state_name(state), "each state has a name");
    for (enum ac_why why = 0; why < AC_WHYS; why++)
        CHECK(*ac_why_text(why), "each reason has words");
}

int main(void)
{
    way_through();
    wishes();
    stops();
    for (size_t i = 0; i < sizeof mishaps / sizeof mishaps[0]; i++)
        mishap(&mishaps[i]);
    voltage_stays();
    quiet_edges();
    board_loses();
    silences();
    slow_parts();
    dead_source();
    restart_anywhere();
    found_wrong();
    worse_while_holding();
    starts_between_reports();
    texts();
    return check_done("ac");
}
