/* Balancing and excursions over simulated months: needed, announced a day before, postponed. */
#include <errno.h>

#include "test/cap_plant.h"

static char why[160];

/* A full charge was seen 80 days ago; one is needed each 90. */
static struct world due_in_ten_days(void)
{
    struct world w = world_new();
    w.config.full_days = 90;
    w.cap.memory.full_s = MONDAY - 80 * DAY;
    return w;
}

static void by_days(void)
{
    struct world w = due_in_ten_days();
    world_until(&w, MONDAY + 10 * DAY - 60);
    CHECK(w.events[CAP_TASK_ANNOUNCED] == 0, "not a minute early");
    world_run(&w, 60);
    CHECK(w.events[CAP_TASK_ANNOUNCED] == 1 && w.out.task == CAP_TASK_BALANCING &&
              w.out.need == CAP_NEED_DAYS,
          "announced with its cause");
    CHECK(w.out.task_from_s == w.clock.wall_s + CAP_NOTICE_S, "and when it begins");
    struct cap_news news;
    cap_announcements(&news, &w.out, &w.clock);
    CHECK(news.count == 1 &&
              strcmp(news.line[0], "balancing charge from Fri 2026-06-12 00:00, because the last "
                                   "full charge is too long ago") == 0,
          "%s", news.line[0]);
    world_until(&w, MONDAY + 11 * DAY - 60);
    CHECK(w.cap_max == 700 && w.events[CAP_TASK_BEGUN] == 0, "nothing rises within the day");
    world_run(&w, 60);
    CHECK(w.events[CAP_TASK_BEGUN] == 1 && w.out.cap_permille == 1000 &&
              w.out.reason == CAP_BALANCING,
          "then it begins");
    CHECK(w.out.until_s == w.clock.wall_s + CAP_RUN_S, "and says how long it tries");
    world_until(&w, MONDAY + 14 * DAY);
    CHECK(w.soc_max >= 0.9999 && w.events[CAP_TASK_DONE] == 1, "full, and done");
    CHECK(w.out.cap_permille == 700 && w.out.task == CAP_NO_TASK, "the default again");
    CHECK(w.cap.memory.full_s > MONDAY + 11 * DAY, "the count begins anew");
    CHECK(w.high_s < 20 * HOUR, "high for less than a day: %lld h", (long long)w.high_s / HOUR);
    world_until(&w, MONDAY + 11 * DAY + 90 * DAY);
    CHECK(w.events[CAP_TASK_ANNOUNCED] == 1, "none in the next 90 days");
    world_run(&w, 2 * DAY);
    CHECK(w.events[CAP_TASK_ANNOUNCED] == 2, "but then");
}

static void first_start(void)
{
    struct world w = world_new();
    w.config.full_days = 30;
    world_run(&w, 30 * DAY - 60);
    CHECK(w.events[CAP_TASK_ANNOUNCED] == 0 && w.cap_max == 700,
          "no full charge is known: the count begins with the first start");
    world_run(&w, 180);
    CHECK(w.events[CAP_TASK_ANNOUNCED] == 1, "and ends");
    w = world_new();
    w.config.full_days = 0;
    world_run(&w, 100 * DAY);
    CHECK(w.events[CAP_TASK_ANNOUNCED] == 0, "0 days: never by days");
}

static void postponed(void)
{
    struct world w = due_in_ten_days();
    CHECK(cap_ask_postpone(&w.cap, 3 * DAY, &w.clock, why, sizeof why) == -ENOENT, "%s", why);
    world_until(&w, MONDAY + 10 * DAY + HOUR);
    CHECK(cap_ask_postpone(&w.cap, 3 * DAY, &w.clock, why, sizeof why) == 0, "%s", why);
    world_until(&w, MONDAY + 14 * DAY - 60);
    CHECK(w.cap_max == 700, "three days later than announced");
    world_run(&w, 60);
    CHECK(w.events[CAP_TASK_BEGUN] == 1, "to the minute");
    world_run(&w, HOUR);
    CHECK(cap_ask_postpone(&w.cap, 2 * DAY, &w.clock, why, sizeof why) == 0, "under way: %s", why);
    world_run(&w, 60);
    CHECK(w.out.cap_permille == 700 && w.out.task == CAP_TASK_BALANCING, "it stops at once");
    world_run(&w, 2 * DAY);
    CHECK(w.events[CAP_TASK_BEGUN] == 2, "and begins again");
    CHECK(cap_ask_postpone(&w.cap, 27 * DAY, &w.clock, why, sizeof why) == -ERANGE &&
              strstr(why, "30 days"),
          "not without end: %s", why);
    CHECK(cap_ask_postpone(&w.cap, 0, &w.clock, why, sizeof why) == -ERANGE, "nor by nothing");
}

static void failed(void)
{
    struct world w = due_in_ten_days();
    w.sun_mA = 15000;
    w.load_mA = 4000;
    world_until(&w, MONDAY + 11 * DAY + CAP_RUN_S - 60);
    CHECK(w.events[CAP_TASK_FAILED] == 0 && w.out.cap_permille == 1000, "clouds: it tries");
    world_run(&w, 60);
    CHECK(w.events[CAP_TASK_FAILED] == 1 && w.out.cap_permille == 700, "for three days");
    world_run(&w, CAP_RETRY_S - 60);
    CHECK(w.events[CAP_TASK_ANNOUNCED] == 1, "rests for a week");
    world_run(&w, 120);
    CHECK(w.events[CAP_TASK_ANNOUNCED] == 2 && w.out.cap_permille == 700,
          "and is announced anew, a day before as well");
}

static void by_delta(void)
{
    struct world w = world_new();
    w.config.delta_mV = 50;
    w.delta_mV = 50;
    world_run(&w, 2 * DAY);
    CHECK(w.events[CAP_TASK_ANNOUNCED] == 0, "50 mV is allowed");
    world_until(&w, MONDAY + 2 * DAY + 10 * HOUR);
    w.delta_mV = 51;
    world_run(&w, 9 * 60);
    w.delta_mV = 10;
    world_run(&w, 5 * 60);
    w.delta_mV = 51;
    world_run(&w, 9 * 60);
    CHECK(w.events[CAP_TASK_ANNOUNCED] == 0, "nine minutes twice are not ten");
    world_run(&w, 5 * 60);
    CHECK(w.events[CAP_TASK_ANNOUNCED] == 1 && w.out.need == CAP_NEED_DELTA &&
              w.out.task == CAP_TASK_BALANCING,
          "ten are");
    w.delta_mV = 10;
    world_run(&w, 3 * DAY);
    CHECK(w.events[CAP_TASK_DONE] == 1, "balanced");
    w.delta_mV = 90;
    world_run(&w, CAP_REST_S - 2 * DAY);
    CHECK(w.events[CAP_TASK_ANNOUNCED] == 1, "if that has not helped, no second one at once");
    world_run(&w, 3 * DAY);
    CHECK(w.events[CAP_TASK_ANNOUNCED] == 2, "but after three weeks");
}

/* Under charge means at least C/50 with a BMS that is well. */
static void what_is_charge(void)
{
    static const struct {
        int32_t mA;
        bool alarm, needed;
        const char *what;
    } rows[] = {
        {CAPACITY_mAh / 50, false, true, "C/50 is charge"},
        {CAPACITY_mAh / 50 - 1, false, false, "less is none"},
        {CAPACITY_mAh / 10, true, false, "a BMS with an alarm proves nothing"},
        {-CAPACITY_mAh / 10, false, false, "nor does a discharge"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world w = world_new();
        w.config.delta_mV = 50;
        struct cap_input input = {.clock = w.clock,
                                  .soc_known = true,
                                  .soc_permille = 500,
                                  .current_known = true,
                                  .current_mA = rows[i].mA,
                                  .cells_known = true,
                                  .cell_delta_mV = 60,
                                  .bms_well = !rows[i].alarm};
        for (int minute = 0; minute <= 10; minute++, input.clock.wall_s += 60)
            w.out = cap_step(&w.cap, &w.config, &input, w.now_ms += MINUTE_MS);
        CHECK((w.out.task != CAP_NO_TASK) == rows[i].needed, "%s", rows[i].what);
    }
}

/* full: charge in permille and whether it counts as full, minute by minute. */
static void at_full(struct world *w, int32_t soc_permille, bool full, int minutes)
{
    struct cap_input input = {.soc_known = true,
                              .soc_permille = soc_permille,
                              .full = full,
                              .current_known = true,
                              .bms_well = true,
                              .temp_known = true,
                              .temp_min_dC = 200};
    for (int i = 0; i < minutes; i++) {
        input.clock.wall_s = w->clock.wall_s += 60;
        w->out = cap_step(&w->cap, &w->config, &input, w->now_ms += MINUTE_MS);
    }
}

static void minutes_at_full(void)
{
    struct world w = world_new();
    int64_t before_s = w.cap.memory.full_s = MONDAY - DAY;
    at_full(&w, 990, false, 1);
    at_full(&w, 1000, true, 59);
    CHECK(w.cap.memory.full_s == before_s, "59 minutes are not an hour");
    at_full(&w, 960, false, 30);
    CHECK(w.cap.memory.full_s == before_s, "nor 59 and a rest");
    at_full(&w, 1000, true, 1);
    CHECK(w.cap.memory.full_s == w.clock.wall_s, "59, a rest near the top, and one");
    before_s = w.cap.memory.full_s;
    at_full(&w, 929, false, 1);
    at_full(&w, 1000, true, 59);
    CHECK(w.cap.memory.full_s == before_s, "under 93 %% it begins anew");
    at_full(&w, 1000, true, 1);
    CHECK(w.cap.memory.full_s == w.clock.wall_s, "an hour again");
}

static void never_withdraws(void)
{
    struct world w = due_in_ten_days();
    world_until(&w, MONDAY + 10 * DAY + HOUR);
    CHECK(w.out.task == CAP_TASK_BALANCING, "announced");
    w.config.never = true; /* the config was changed, and busbar started anew */
    world_restart(&w, 60);
    world_minute(&w);
    CHECK(w.out.task == CAP_NO_TASK && w.events[CAP_TASK_WITHDRAWN] == 1, "withdrawn, and told");
    world_minute(&w);
    CHECK(w.events[CAP_TASK_WITHDRAWN] == 1, "once");
}

/* A knee at 76 %: the cap ends below it, so the band grows day by day. */
static struct world knee_above(void)
{
    struct world w = world_new();
    w.config.knee_permille = 760;
    w.config.band_permille = 80;
    w.error_a_day = 0.006;
    return w;
}

static void excursion(void)
{
    struct world w = knee_above();
    world_run(&w, 11 * DAY + 12 * HOUR);
    CHECK(w.events[CAP_TASK_ANNOUNCED] == 1 && w.out.task == CAP_TASK_EXCURSION &&
              w.out.need == CAP_NEED_BAND,
          "the band is too wide: an excursion is announced");
    int64_t announced_s = w.event_s[CAP_TASK_ANNOUNCED];
    world_run(&w, 2 * DAY);
    CHECK(w.events[CAP_TASK_BEGUN] == 1 && w.event_s[CAP_TASK_BEGUN] - announced_s >= CAP_NOTICE_S,
          "a day later it begins");
    CHECK(w.cap_max >= 890 && w.cap_max <= 920, "knee + 5 %% + the band: %d", w.cap_max);
    CHECK(w.events[CAP_TASK_DONE] == 1 && w.soc_max >= 0.81 && w.soc_max < 0.83,
          "it went past the knee and no further: %.3f", w.soc_max);
    w.error = 0.02;
    world_run(&w, 9 * DAY);
    CHECK(w.events[CAP_TASK_ANNOUNCED] == 1, "the knee has told the charge");
    w.error = 0.2;
    world_run(&w, 9 * DAY);
    CHECK(w.events[CAP_TASK_ANNOUNCED] == 1, "three weeks between two, whatever the band");
    CHECK(w.soc_max < 0.83, "never full");
}

static void excursion_withdrawn(void)
{
    struct world w = knee_above();
    world_run(&w, 11 * DAY + 12 * HOUR);
    CHECK(w.out.task == CAP_TASK_EXCURSION, "announced");
    w.error = 0.03; /* an anchor of its own */
    w.error_a_day = 0;
    world_run(&w, 120);
    CHECK(w.events[CAP_TASK_WITHDRAWN] == 1 && w.out.task == CAP_NO_TASK, "no longer needed");
    world_run(&w, 2 * DAY);
    CHECK(w.cap_max == 700, "so nothing rises");
}

/* Under way while the band runs away: it stays below full, and gives up. */
static void excursion_wide(void)
{
    struct world w = knee_above();
    while (w.events[CAP_TASK_BEGUN] == 0)
        world_minute(&w);
    CHECK(w.out.until_s == w.clock.wall_s + CAP_RUN_S, "says how long it tries");
    w.error = 0.25;
    world_run(&w, CAP_RUN_S - 60);
    CHECK(w.cap_max == CAP_EXCURSION_MAX_PERMILLE && w.events[CAP_TASK_DONE] == 0, "%d", w.cap_max);
    world_run(&w, 60);
    CHECK(w.events[CAP_TASK_FAILED] == 1 && w.out.cap_permille == 700, "it has failed");
}

/* clang-format off */
static const struct {
    int32_t knee;
    enum cap_task task;
    const char *what;
} knees[] = {
    {  0, CAP_TASK_BALANCING, "no knee is known: a full charge"},
    {600, CAP_TASK_BALANCING, "it lies below the cap and is passed each day: a full charge"},
    {660, CAP_TASK_EXCURSION, "knee + 5 % above the cap: an excursion"},
    {810, CAP_TASK_EXCURSION, "as far as 95 % with its band"},
    {811, CAP_TASK_BALANCING, "beyond, a full charge"},
};
/* clang-format on */

static void which_knee(void)
{
    for (size_t i = 0; i < sizeof knees / sizeof knees[0]; i++) {
        struct world w = knee_above();
        w.config.knee_permille = knees[i].knee;
        w.error = 0.09;
        w.error_a_day = 0;
        world_run(&w, 23 * HOUR);
        CHECK(w.out.task == CAP_NO_TASK, "less than a day: %s", knees[i].what);
        world_run(&w, 2 * HOUR);
        CHECK(w.out.task == knees[i].task, "%s", knees[i].what);
    }
}

static void restarts(void)
{
    struct world w = due_in_ten_days();
    world_until(&w, MONDAY + 10 * DAY + 12 * HOUR);
    world_restart(&w, HOUR);
    world_minute(&w);
    CHECK(w.out.task == CAP_TASK_BALANCING && w.out.task_from_s == MONDAY + 11 * DAY,
          "announced before the restart, at the same time after it");
    world_until(&w, MONDAY + 11 * DAY + 6 * HOUR);
    CHECK(w.out.cap_permille == 1000, "under way");
    world_restart(&w, 600);
    world_minute(&w);
    CHECK(w.out.cap_permille == 1000 && w.events[CAP_TASK_BEGUN] == 1, "goes on, not begun anew");
    world_run(&w, 2 * DAY);
    CHECK(w.events[CAP_TASK_DONE] == 1, "and is done");
    world_restart(&w, 5 * DAY);
    world_run(&w, 3 * DAY);
    CHECK(w.events[CAP_TASK_ANNOUNCED] == 1, "the full charge is remembered");
}

static void clock_jumps(void)
{
    struct world w = due_in_ten_days();
    world_until(&w, MONDAY + 10 * DAY + HOUR);
    w.clock.wall_s += 5 * DAY;
    world_run(&w, 22 * HOUR);
    CHECK(w.cap_max == 700, "a clock that jumps forward does not shorten the notice");
    world_run(&w, 2 * HOUR);
    CHECK(w.events[CAP_TASK_BEGUN] == 1, "a day of true time after it");
    w = due_in_ten_days();
    world_run(&w, DAY);
    w.clock.wall_s += 365 * (int64_t)DAY;
    world_run(&w, 8 * DAY);
    CHECK(w.events[CAP_TASK_ANNOUNCED] == 0, "nor make the last full charge older");
    w = due_in_ten_days();
    world_until(&w, MONDAY + 10 * DAY + HOUR);
    struct cap_memory memory = w.cap.memory;
    cap_init(&w.cap, &w.config);
    cap_restore(&w.cap, &memory);
    w.clock.wall_s -= 400 * (int64_t)DAY; /* an empty battery-backed clock, while off */
    w.now_ms = 1000;
    world_run(&w, 22 * HOUR);
    CHECK(w.cap_max == 700 && w.events[CAP_CLOCK_JUMPED] == 1, "nor one that went back meanwhile");
    world_run(&w, 2 * HOUR);
    CHECK(w.events[CAP_TASK_BEGUN] == 1, "and it still comes");
}

static void kept_down(void)
{
    struct world w = due_in_ten_days();
    w.temp_dC = 20;
    world_until(&w, MONDAY + 12 * DAY);
    CHECK(w.cap_max == 700 && w.out.block == CAP_COLD && w.out.wanted == CAP_BALANCING, "too cold");
    w.temp_dC = 120;
    world_minute(&w);
    CHECK(w.out.cap_permille == 1000, "warm enough");
    w = due_in_ten_days();
    world_run(&w, 60);
    cap_ask_manual(&w.cap, &w.config, 500, why, sizeof why);
    world_run(&w, 20 * DAY);
    CHECK(w.cap_max <= 700 && w.out.cap_permille == 500 && w.out.task == CAP_TASK_BALANCING,
          "a low manual cap keeps it waiting, announced");
    cap_ask_manual(&w.cap, &w.config, 0, why, sizeof why);
    world_minute(&w);
    world_minute(&w);
    CHECK(w.out.cap_permille == 1000, "until it is taken back");
    w = due_in_ten_days();
    w.config.never = true;
    world_run(&w, 60 * DAY);
    CHECK(w.cap_max == 700 && w.events[CAP_TASK_ANNOUNCED] == 0, "the owner's never");
}

/* A person's charge to a time made it full: the balancing that was announced is not needed. */
static void one_off_serves(void)
{
    struct world w = due_in_ten_days();
    world_until(&w, MONDAY + 9 * DAY + 20 * HOUR);
    cap_ask_one_off(&w.cap, &w.config, 1000, MONDAY + 10 * DAY + 20 * HOUR, &w.clock, why,
                    sizeof why);
    world_until(&w, MONDAY + 10 * DAY + HOUR);
    CHECK(w.out.task == CAP_TASK_BALANCING, "announced");
    world_until(&w, MONDAY + 12 * DAY);
    CHECK(w.events[CAP_ONE_OFF_REACHED] == 1 && w.events[CAP_TASK_WITHDRAWN] == 1 &&
              w.events[CAP_TASK_BEGUN] == 0,
          "no longer needed");
}

int main(void)
{
    by_days();
    first_start();
    postponed();
    failed();
    by_delta();
    what_is_charge();
    minutes_at_full();
    never_withdraws();
    excursion();
    excursion_withdrawn();
    excursion_wide();
    which_knee();
    restarts();
    clock_jumps();
    kept_down();
    one_off_serves();
    return check_done("cap_task");
}
