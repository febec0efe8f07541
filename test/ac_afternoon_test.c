/* UC001 with transfer contacts (test/uc001-ac.yaml), simulated plant and controller together: a push
 * moves the wallbox from the house's L1 to inv4's output, the end of the session moves it back. The
 * truth is the simulator's; it checks invariants 16 to 19 at every step. */
#include <string.h>

#include "test/check.h"
#include "test/together.h"

enum { HOUSE, OWN, NONE = -1 };

static struct together t;

static const struct sim_truth *truth(void)
{
    return sim_truth(t.sim);
}

static void start(void)
{
    t.controller = calloc(1, sizeof *t.controller);
    t.sim = malloc(sim_size());
    CHECK(config_load(&t.config, "test/uc001-ac.yaml", "dbc", stdout) == 0, "the config is right");
}

static void begin(void)
{
    sim_uc001_ac(&t.plant);
    t.plant.start_h = 13;
    t.plant.car_arrive_h = 12;
    t.controller_dead = false;
    t.now_ms = t.next_tick_ms = TOGETHER_START_MS;
    CHECK(together_begin(&t) == 0, "starts");
    together_run(&t, 30000);
}

static void check_clean(const char *scenario)
{
    CHECK(truth()->violations_total == 0, "%s: %u invariants broken: %s", scenario,
          truth()->violations_total, truth()->violation);
}

/* Until the source feeds the bus and the car may have it; seconds, -1 after the limit. */
static double until_ready(int source, double limit_s)
{
    int64_t from_ms = t.now_ms;
    while (truth()->ac_source != source || !ac_ready(&t.controller->ac[0])) {
        together_step(&t);
        if ((double)(t.now_ms - from_ms) / 1000 > limit_s)
            return -1;
    }
    return (double)(t.now_ms - from_ms) / 1000;
}

static void run_state(enum ac_state state, double limit_s)
{
    int64_t from_ms = t.now_ms;
    while (t.controller->ac[0].state != state && (double)(t.now_ms - from_ms) / 1000 < limit_s)
        together_step(&t);
    CHECK(t.controller->ac[0].state == state, "reaches %s, is in %s: %s", ac_state_name(state),
          ac_state_name(t.controller->ac[0].state), ac_why_text(t.controller->ac[0].why));
}

static unsigned recorded(void)
{
    unsigned count = 0;
    for (const struct journal_record *record; (record = journal_take(&t.controller->journal));)
        count += record->kind == JOURNAL_AC_CONTACT && record->cause[0];
    return count;
}

static void a_push_and_back(void)
{
    begin();
    CHECK(truth()->ac_source == HOUSE && t.controller->ac[0].source == HOUSE, "found on the house");
    together_run(&t, 400000);
    CHECK(truth()->wallbox_W > 1000, "surplus flows from the house: %.0f W", truth()->wallbox_W);
    sim_press_button(t.sim);
    double took_s = until_ready(OWN, 600);
    CHECK(took_s > 60 && took_s < 200, "on its own inverter after %.0f s", took_s);
    together_run(&t, 300000);
    CHECK(truth()->wallbox_W > 6500, "the bundled strings flow: %.0f W", truth()->wallbox_W);
    CHECK(truth()->load_W[3] > 6500 && truth()->load_W[0] < 2000, "inv4 carries it");
    CHECK(together_strings_at_wallbox(&t) == 2, "two strings stand there");
    sim_press_button(t.sim);
    took_s = until_ready(HOUSE, 600);
    CHECK(took_s > 60 && took_s < 200, "back on the house after %.0f s", took_s);
    CHECK(truth()->ac_changes == 2 && truth()->ac_operations == 8, "%u changes, %u operations",
          truth()->ac_changes, truth()->ac_operations);
    unsigned records = recorded();
    CHECK(records == truth()->ac_operations, "%u records of %u operations", records,
          truth()->ac_operations);
    CHECK(t.controller->bus_vetoes[0] == 0, "the gate had no objection: %u",
          t.controller->bus_vetoes[0]);
    check_clean("a push and back");
}

/* The process dies and comes back in every state of the change. */
static void restarts(void)
{
    for (enum ac_state state = AC_WIND_DOWN; state < AC_HOLD; state++) {
        begin();
        together_run(&t, 200000);
        sim_press_button(t.sim);
        run_state(state, 200);
        uint32_t operations = truth()->ac_operations;
        t.controller_dead = true;
        together_run(&t, 2000);
        operations = truth()->ac_operations;
        together_restart(&t);
        together_run(&t, 9000);
        CHECK(truth()->ac_operations == operations, "a restart in %s moves nothing",
              ac_state_name(state));
        CHECK(until_ready(OWN, 900) >= 0 || until_ready(HOUSE, 900) >= 0,
              "restarted in %s: in %s, %s", ac_state_name(state),
              ac_state_name(t.controller->ac[0].state), ac_why_text(t.controller->ac[0].why));
        check_clean(ac_state_name(state));
    }
}

/* The old line is welded: the bus never falls, and the second source never comes. */
static void a_weld(void)
{
    begin();
    together_run(&t, 100000);
    sim_fault(t.sim, SIM_AC_WELDED, 0, true);
    sim_press_button(t.sim);
    run_state(AC_HOLD, 300);
    CHECK(t.controller->ac[0].why == AC_WHY_NOT_OPEN, "%s", ac_why_text(t.controller->ac[0].why));
    together_run(&t, 600000);
    CHECK(t.controller->ac[0].state == AC_HOLD && truth()->ac_source == HOUSE &&
              truth()->wallbox_W < 1,
          "it holds, and the car gets nothing");
    check_clean("a weld");
}

static void a_silent_board(void)
{
    begin();
    together_run(&t, 400000);
    sim_fault(t.sim, SIM_AC_SILENT, 0, true);
    together_run(&t, 60000);
    CHECK(t.controller->ac[0].state == AC_HOLD && truth()->wallbox_W < 1, "silent: it holds");
    sim_fault(t.sim, SIM_AC_SILENT, 0, false);
    together_run(&t, 5000);
    CHECK(t.controller->ac[0].state == AC_STEADY, "heard again: it goes on, without a lockout");
    CHECK(truth()->ac_operations == 0, "nothing has moved");
    check_clean("a silent board");
}

/* What the plant would say to a controller that does it wrong: its own judgement is not asleep. */
static void the_plant_judges(void)
{
    static const struct {
        uint8_t pattern[2]; /* one after the other, from source 0 standing, the car charging */
        int number;
        const char *sentence;
    } rows[] = {
        {{0x02, 0x02}, 18, "the line opens under the car"},
        {{0x01, 0x01}, 17, "the neutral opens first"},
        {{0x0B, 0x0B}, 19, "a neutral closes while the EVSE is energised"},
        {{0x0B, 0x0F}, 16, "a second source"},
        {{0x00, 0x0C}, 17, "a line at once, its neutral with it"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin();
        together_run(&t, 400000);
        CHECK(truth()->wallbox_W > 1000, "the car charges");
        t.controller_dead = true;
        for (uint8_t k = 0; k < 2; k++) {
            uint8_t pattern = rows[i].pattern[k];
            struct frame frame = {
                .id = 0x215, .len = 4, .data = {pattern, (uint8_t)~pattern, (uint8_t)(14 + k), 0}};
            sim_frame(t.sim, SIM_BACKBONE, &frame);
            together_run(&t, 300);
        }
        CHECK(truth()->violations[rows[i].number] > 0, "%s breaks %d", rows[i].sentence,
              rows[i].number);
    }
}

int main(void)
{
    start();
    the_plant_judges();
    a_push_and_back();
    restarts();
    a_weld();
    a_silent_board();
    together_end(&t);
    return check_done("ac_afternoon");
}
