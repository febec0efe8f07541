/* The thousand days in short: a few hours of some days with everything days.h can draw, and that its
 * judge is awake. `make days` runs the long form. */
#include "test/check.h"
#include "test/days.h"

static struct day day;
static struct day_plan plan;
static struct day_result result;

/* Afternoons in which faults come upon strings that move. */
static void afternoons(void)
{
    uint32_t faults = 0, transfers = 0, changes = 0, kinds = 0;
    double kWh = 0;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        day_plan(&plan, seed, seed % 3 == 2, 12, 13.5);
        CHECK(day_run(&day, &plan, &result), "seed %d begins", (int)seed);
        CHECK(result.failure[0] == '\0', "seed %d: %s", (int)seed, result.failure);
        for (int f = 0; f < DAY_FAULTS; f++) {
            faults += result.injected[f];
            kinds |= (uint32_t)(result.injected[f] > 0) << f;
        }
        transfers += result.transfers;
        changes += result.ac_changes;
        kWh += result.kWh;
    }
    printf("%u faults of %d kinds, %u transfers, %u changes of source, %.1f kWh\n", faults,
           __builtin_popcount(kinds), transfers, changes, kWh);
    CHECK(faults > 15 && transfers > 15 && changes > 2 && kWh > 5, "something has happened");
}

/* The same seed gives the same day, to the last watt. */
static void a_seed_repeats(void)
{
    struct day_result first;
    day_plan(&plan, 7, false, 12, 13);
    day_run(&day, &plan, &first);
    day_run(&day, &plan, &result);
    CHECK(memcmp(&first, &result, sizeof first) == 0, "twice the same day");
    struct day_plan again;
    day_plan(&again, 7, false, 12, 13);
    CHECK(memcmp(&plan, &again, sizeof plan) == 0, "and the same plan");
}

/* Plain days: one push, nothing random but sun and house. */
static void plain(uint64_t seed, double start_h, double end_h)
{
    day_plan(&plan, seed, false, start_h, end_h);
    sim_uc001(&plan.plant);
    plan.plant.start_h = start_h;
    plan.plant.car_arrive_h = start_h;
    plan.events[0] = (struct day_event){.at_ms = 300000, .act = ACT_PUSH};
    plan.count = 1;
}

static void event(int64_t at_ms, enum day_act act, int fault, int target)
{
    plan.events[plan.count++] =
        (struct day_event){.at_ms = at_ms, .act = act, .fault = fault, .target = target};
}

static void the_judge_is_awake(void)
{
    plain(1, 13, 13.25);
    CHECK(day_run(&day, &plan, &result) && result.failure[0] == '\0', "%s", result.failure);
    CHECK(result.transfers == 4 && result.sessions == 1 && result.kWh > 0.5,
          "bundled and home again: %u transfers, %.2f kWh", result.transfers, result.kWh);

    plain(1, 13, 13.25);
    plan.plant.boards_drop = true;
    event(400000, ACT_FAULT, DAY_KILL, 0);
    event(430000, ACT_REPAIR, DAY_KILL, 0);
    CHECK(day_run(&day, &plan, &result) && result.violations > 0 && result.failure[0],
          "boards that let go under load are told");

    plain(1, 13, 13.25);
    plan.plant.contact[0].operate_ms = 1e9;
    CHECK(day_run(&day, &plan, &result) && result.home_s < 0 && result.violations == 0,
          "a string that never comes home is told: %s", result.failure);
}

/* The latch, the budget and the dwell time survive a kill in the middle of a transfer. */
static void a_kill_forgets_nothing(void)
{
    for (int at_ms = 300500; at_ms < 306000; at_ms += 1100) {
        plain(1, 13, 13.2);
        event(at_ms, ACT_FAULT, DAY_KILL, 0);
        event(at_ms + 5000, ACT_REPAIR, DAY_KILL, 0);
        event(360000, ACT_PUSH, 0, 0);
        CHECK(day_run(&day, &plan, &result) && result.failure[0] == '\0', "killed at %d: %s", at_ms,
              result.failure);
    }
}

/* Pressed while bundled, released; the process dies before anybody resets, or somebody resets too
 * early. */
static void the_stop_latches(void)
{
    plain(1, 13, 13.3);
    event(360000, ACT_FAULT, DAY_STOP, 0);
    event(380000, ACT_REPAIR, DAY_STOP, 0);
    event(420000, ACT_FAULT, DAY_KILL, 0);
    event(430000, ACT_REPAIR, DAY_KILL, 0);
    event(500000, ACT_PUSH, 0, 0);
    CHECK(day_run(&day, &plan, &result) && result.failure[0] == '\0', "stop, then a kill: %s",
          result.failure);
    CHECK(result.transfers == 4, "home after the reset: %u transfers", result.transfers);

    plain(1, 13, 13.3);
    event(360000, ACT_FAULT, DAY_STOP, 0);
    event(361500, ACT_RESET, 0, 0);
    event(364000, ACT_REPAIR, DAY_STOP, 0);
    CHECK(day_run(&day, &plan, &result) && result.failure[0] == '\0',
          "a reset while it is pressed is none: %s", result.failure);
}

/* The contact lands after the router has given it up; 900 s run from then. */
static void a_late_contact_dwells(void)
{
    plain(1, 13, 13.4);
    event(301000, ACT_FAULT, SIM_CONTACT_SLOW, 3);
    event(330000, ACT_REPAIR, SIM_CONTACT_SLOW, 3);
    event(340000, ACT_RESET, 0, 0);
    event(400000, ACT_PUSH, 0, 0);
    CHECK(day_run(&day, &plan, &result) && result.failure[0] == '\0', "a slow contact: %s",
          result.failure);
}

int main(void)
{
    CHECK(day_start(&day) == 0, "starts");
    the_judge_is_awake();
    a_seed_repeats();
    a_kill_forgets_nothing();
    the_stop_latches();
    a_late_contact_dwells();
    afternoons();
    day_end(&day);
    return check_done("days");
}
