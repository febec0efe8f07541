/* The cap policy to the second and the milliampere: clock, plan, texts. */
#include <errno.h>

#include "test/cap_plant.h"

static char why[160];

/* A bank at half, well, in the sun; seconds and figures are the rows' own. */
static struct cap_input input_at(int64_t wall_s)
{
    return (struct cap_input){.clock = {.wall_s = wall_s},
                              .soc_known = true,
                              .soc_permille = 500,
                              .error_permille = 20,
                              .current_known = true,
                              .temp_known = true,
                              .temp_min_dC = 200,
                              .bms_well = true};
}

/* --- the clock --- */

static void settles(void)
{
    static const struct {
        int64_t jump_s;
        bool told;
    } rows[] = {{2, false}, {-2, false}, {3, true}, {-3, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world w = world_new();
        struct cap_input input = input_at(MONDAY);
        cap_step(&w.cap, &w.config, &input, 1000);
        input.clock.wall_s += 1 + rows[i].jump_s;
        struct cap_decision out = cap_step(&w.cap, &w.config, &input, 2000);
        CHECK((out.events >> CAP_CLOCK_JUMPED & 1) == rows[i].told, "%d s", (int)rows[i].jump_s);
        CHECK(cap_clock_known(&w.cap, &input.clock) == !rows[i].told, "believed");
        input.clock.wall_s += 59;
        cap_step(&w.cap, &w.config, &input, 61000);
        CHECK(cap_clock_known(&w.cap, &input.clock) == !rows[i].told, "59 s later");
        input.clock.wall_s += 1;
        cap_step(&w.cap, &w.config, &input, 62000);
        CHECK(cap_clock_known(&w.cap, &input.clock), "a minute later");
    }
    struct cap cap = {0};
    CHECK(!cap_clock_known(&cap, &(struct cap_clock){.wall_s = 1704067199}) &&
              cap_clock_known(&cap, &(struct cap_clock){.wall_s = 1704067200}),
          "known from 2024");
}

/* Off while the clock went back: by more than the tolerance, and not. */
static void went_back(void)
{
    for (int back_s = 1; back_s <= 4; back_s++) {
        struct world w = world_new();
        struct cap_memory memory = {.seen_s = MONDAY + back_s,
                                    .full_s = MONDAY - 100,
                                    .announced_s = MONDAY - 90,
                                    .due_s = MONDAY + 90000,
                                    .run_s = MONDAY - 80,
                                    .rest_s = MONDAY + 70,
                                    .quiet_s = MONDAY + 60,
                                    .task = CAP_TASK_BALANCING,
                                    .need = CAP_NEED_DAYS};
        cap_restore(&w.cap, &memory);
        struct cap_input input = input_at(MONDAY);
        cap_step(&w.cap, &w.config, &input, 1000);
        const struct cap_memory *m = &w.cap.memory;
        int64_t by_s = back_s > 2 ? -back_s : 0;
        CHECK(m->full_s == memory.full_s + by_s && m->announced_s == memory.announced_s + by_s &&
                  m->due_s == memory.due_s + by_s && m->run_s == memory.run_s + by_s &&
                  m->rest_s == memory.rest_s + by_s && m->quiet_s == memory.quiet_s + by_s,
              "%d s back: all spans keep their length", back_s);
    }
}

static void local(void)
{
    const struct cap_clock clock = {MONDAY, 3600, 7200, MONDAY + 1000};
    CHECK(cap_local_s(&clock, MONDAY + 999) == MONDAY + 999 + 3600 &&
              cap_local_s(&clock, MONDAY + 1000) == MONDAY + 1000 + 7200,
          "from the change on");
    CHECK(cap_wall_s(&clock, MONDAY + 999 + 3600) == MONDAY + 999 &&
              cap_wall_s(&clock, MONDAY + 1000 + 7200) == MONDAY + 1000,
          "and back");
    const struct cap_clock west = {MONDAY, -18000, 0, 0};
    CHECK(cap_wall_s(&west, cap_local_s(&west, MONDAY)) == MONDAY, "without a change");
}

/* --- what the hours bring --- */

static int32_t hour_after(const int32_t mA[], size_t days, int seconds_a_day)
{
    struct world w = world_new();
    int64_t now_ms = 1000;
    for (size_t d = 0; d < days; d++)
        for (int s = 0; s <= seconds_a_day; s += 60) {
            struct cap_input input = input_at(MONDAY + (int64_t)d * DAY + s);
            input.current_mA = mA[d];
            now_ms = input.clock.wall_s * 1000 - MONDAY * 1000LL + 1000;
            cap_step(&w.cap, &w.config, &input, now_ms);
            if (s == seconds_a_day && s < HOUR) { /* unknown until the next hour */
                input.current_known = false;
                input.clock.wall_s += HOUR - s;
                cap_step(&w.cap, &w.config, &input, now_ms + (HOUR - s) * 1000LL);
            }
        }
    return w.cap.memory.hours_known & 1 ? w.cap.memory.hour_mA[0] : INT32_MIN;
}

static void hours(void)
{
    CHECK(hour_after((int32_t[]){10000}, 1, HOUR) == 10000, "an hour's mean");
    CHECK(hour_after((int32_t[]){-8000}, 1, HOUR) == -8000, "of a discharge");
    CHECK(hour_after((int32_t[]){10000, 20000}, 2, HOUR) == 12500, "a quarter of each new day");
    CHECK(hour_after((int32_t[]){10000}, 1, HOUR / 2) == 10000, "half of an hour is enough");
    CHECK(hour_after((int32_t[]){10000}, 1, HOUR / 2 - 60) == INT32_MIN, "less tells nothing");
}

/* While the cap holds: half of what flowed before; a discharge as it is. */
static void held_hours(void)
{
    static const struct {
        int32_t before_mA, held_mA, want_mA;
        const char *what;
    } rows[] = {
        {40000, 0, 20000, "half of it"},
        {40000, 30000, 30000, "what flows all the same, where it is more"},
        {40000, -1399, 20000, "under C/200 is no discharge"},
        {40000, -1400, -1400, "C/200 is"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world w = world_new();
        w.cap.before_uA = rows[i].before_mA * 1000LL;
        for (int s = 0; s <= HOUR; s += 60) {
            struct cap_input input = input_at(MONDAY + s);
            input.current_mA = rows[i].held_mA;
            input.held = true;
            cap_step(&w.cap, &w.config, &input, 1000 + s * 1000LL);
        }
        CHECK(w.cap.memory.hour_mA[0] == rows[i].want_mA, "%s: %d", rows[i].what,
              w.cap.memory.hour_mA[0]);
        CHECK(w.cap.before_uA == rows[i].before_mA * 1000LL, "what was before stays");
    }
    for (int step_ms = 100; step_ms <= 60000; step_ms *= 600) {
        struct world w = world_new();
        for (int64_t ms = 0; ms <= 900000; ms += step_ms) {
            struct cap_input input = input_at(MONDAY + ms / 1000);
            input.current_mA = 40000;
            cap_step(&w.cap, &w.config, &input, 1000 + ms);
        }
        CHECK(w.cap.before_uA > 24500000 && w.cap.before_uA < 25400000,
              "a mean of a quarter of an hour, 1 - 1/e of it after one, in steps of %d ms: %lld uA",
              step_ms, (long long)w.cap.before_uA);
    }
}

/* 280 Ah at 50 +- 2 %, to a target by Tuesday 8:00; hours bring what the row says. Expected beginnings
 * are reckoned by hand: missing Ah over 0.75 of each hour's charge, 1.25 of its discharge. */
static const struct plan_row {
    int32_t target;
    int32_t mA[CAP_HOURS];
    int32_t known; /* 0 = all hours */
    int begin_h;   /* of Monday 0:00 */
    bool is_short;
    const char *what;
} plan_rows[] = {
    {1000, {[12] = 200000}, 0, 12, false, "145.6 Ah: one hour brings 150"},
    {1000, {[12] = 194133}, 0, 0, true, "145.599 Ah do not suffice"},
    {900, {[12] = 160000, [11] = 100000}, 0, 12, false, "117.6 Ah: the last hour brings 120"},
    {900, {[12] = 150000, [11] = 100000}, 0, 11, false, "112.5: the one before is needed"},
    {900,
     {[13] = -10000, [12] = 150000, [11] = 10000},
     0,
     11,
     false,
     "what is drawn after the last charge does not count"},
    {900,
     {[14] = 100000, [13] = -10000, [12] = 80000, [11] = 6800},
     0,
     12,
     false,
     "75 - 12.5 + 60 = 122.5: what is drawn between charges does"},
    {900, {[14] = 100000, [13] = -10000, [12] = 73000, [11] = 6800}, 0, 11, false, "117.25 + 5.1"},
    {900, {[14] = 100000, [13] = -20000, [12] = 70000, [11] = 6800}, 0, 0, true, "75 - 25 + 57.6"},
    {1000, {[12] = 200000, [13] = 200000}, 1 << 12, 12, false, "an hour never seen brings nothing"},
    {1000, {[7] = 200000}, 0, 24 + 7, false, "Tuesday's 7:00 is before 8:00"},
    {1000, {[8] = 200000}, 0, 8, false, "its 8:00 is not, so Monday's"},
    {400, {[12] = 200000}, 0, 24 + 8, false, "nothing is missing"},
};

static void plans(void)
{
    for (size_t i = 0; i < sizeof plan_rows / sizeof plan_rows[0]; i++) {
        const struct plan_row *row = &plan_rows[i];
        struct world w = world_new();
        memcpy(w.cap.memory.hour_mA, row->mA, sizeof row->mA);
        w.cap.memory.hours_known = row->known ? (uint32_t)row->known : 0xFFFFFF;
        w.cap.memory.target_permille = row->target;
        w.cap.memory.by_s = MONDAY + DAY + 8 * HOUR;
        struct cap_input input = input_at(MONDAY);
        cap_step(&w.cap, &w.config, &input, 1000);
        CHECK(w.cap.begin_s == MONDAY + row->begin_h * HOUR, "%s: %g h", row->what,
              (double)(w.cap.begin_s - MONDAY) / HOUR);
        CHECK(w.cap.is_short == row->is_short, "%s", row->what);
    }
}

/* The cell's local hours: at UTC+1 the sun of 12:00 stands at 11:00 UTC. */
static void plan_is_local(void)
{
    struct world w = world_new();
    w.cap.memory.hour_mA[12] = 200000;
    w.cap.memory.hours_known = 0xFFFFFF;
    w.cap.memory.target_permille = 1000;
    w.cap.memory.by_s = MONDAY + DAY;
    struct cap_input input = input_at(MONDAY);
    input.clock.offset_s = 3600;
    cap_step(&w.cap, &w.config, &input, 1000);
    CHECK(w.cap.begin_s == MONDAY + 11 * HOUR, "%g", (double)(w.cap.begin_s - MONDAY) / HOUR);
    input.clock.offset_s = 5400; /* half an hour: slots begin at its own full hours */
    w.cap.planned_ms = 0;
    cap_step(&w.cap, &w.config, &input, 2000);
    CHECK(w.cap.begin_s == MONDAY + 10 * HOUR + 1800, "%g",
          (double)(w.cap.begin_s - MONDAY) / HOUR);
}

/* It is planned anew each minute, and not while the charge is unknown. */
static void replanned(void)
{
    struct world w = world_new();
    w.cap.memory.hours_known = 0xFFFFFF;
    w.cap.memory.hour_mA[12] = 400000;
    struct cap_input input = input_at(MONDAY);
    cap_step(&w.cap, &w.config, &input, 1000);
    CHECK(cap_ask_one_off(&w.cap, &w.config, 900, MONDAY + DAY, &input.clock, why, sizeof why) == 0,
          "%s", why);
    input.soc_known = false;
    struct cap_decision out = cap_step(&w.cap, &w.config, &input, 1100);
    CHECK(out.one_off_permille == 900 && out.one_off_from_s == 0, "no charge, no plan");
    struct cap_news news;
    cap_announcements(&news, &out, &input.clock);
    CHECK(strcmp(news.line[0], "90.0 % by Tue 2026-06-02 00:00: begins when the charge is known") ==
              0,
          "%s", news.line[0]);
    input.soc_known = true;
    out = cap_step(&w.cap, &w.config, &input, 1200);
    CHECK(out.one_off_from_s == MONDAY + 12 * HOUR, "planned at once");
    cap_announcements(&news, &out, &input.clock);
    CHECK(strcmp(news.line[0],
                 "90.0 % by Tue 2026-06-02 00:00: begins about Mon 2026-06-01 12:00") == 0,
          "%s", news.line[0]);
    w.cap.memory.hour_mA[12] = 100000;
    w.cap.memory.hour_mA[11] = 100000;
    input.clock.wall_s += 59;
    out = cap_step(&w.cap, &w.config, &input, 61199);
    CHECK(out.one_off_from_s == MONDAY + 12 * HOUR, "the plan stands for a minute");
    out = cap_step(&w.cap, &w.config, &input, 61200);
    CHECK(out.one_off_from_s == MONDAY + 11 * HOUR, "then it is made anew");
}

/* A target below full is reached where charging stops; asking again begins anew. */
static void target(void)
{
    struct world w = world_new();
    struct cap_input input = input_at(MONDAY);
    cap_step(&w.cap, &w.config, &input, 1000);
    cap_ask_one_off(&w.cap, &w.config, 900, MONDAY + HOUR, &input.clock, why, sizeof why);
    cap_step(&w.cap, &w.config, &input, 1100);
    CHECK(w.cap.out.reason == CAP_ONE_OFF && w.cap.out.cap_permille == 900, "no sun is known: now");
    input.soc_permille = 879;
    input.full = true;
    cap_step(&w.cap, &w.config, &input, 1200);
    CHECK(!w.cap.memory.reached, "87.9 + 2 %%: not yet, whatever is full");
    input.soc_permille = 880;
    CHECK(cap_step(&w.cap, &w.config, &input, 1300).events == 1 << CAP_ONE_OFF_REACHED, "reached");
    CHECK(cap_step(&w.cap, &w.config, &input, 1400).events == 0, "told once");
    w.cap.memory.hour_mA[0] = 400000;
    w.cap.memory.hour_mA[23] = 400000;
    w.cap.memory.hours_known = 0xFFFFFF;
    cap_ask_one_off(&w.cap, &w.config, 1000, MONDAY + DAY, &input.clock, why, sizeof why);
    struct cap_decision out = cap_step(&w.cap, &w.config, &input, 1500);
    CHECK(out.reason == CAP_DEFAULT && out.one_off_from_s == MONDAY + 23 * HOUR &&
              !w.cap.memory.reached,
          "another one waits for its own time");
    input.full = false;
    input.clock.wall_s = MONDAY + 23 * HOUR;
    cap_step(&w.cap, &w.config, &input, 1500 + 23 * 3600000LL);
    CHECK(w.cap.out.reason == CAP_ONE_OFF, "begins");
    input.soc_permille = 985;
    cap_step(&w.cap, &w.config, &input, 1600 + 23 * 3600000LL);
    CHECK(!w.cap.memory.reached, "98.5 + 2 %% is not full");
}

/* --- texts --- */

/* clang-format off */
static const struct {
    int64_t wall_s; /* date -u -d .. +%s */
    const char *text;
} times[] = {
    {0,          "Thu 1970-01-01 00:00"},
    {-5,         "Thu 1970-01-01 00:00"},
    {INT64_MIN,  "Thu 1970-01-01 00:00"},
    {INT64_MAX,  "Fri 9999-12-31 00:00"},
    {951782399,  "Mon 2000-02-28 23:59"},
    {951868799,  "Tue 2000-02-29 23:59"},
    {951868800,  "Wed 2000-03-01 00:00"},
    {1704067200, "Mon 2024-01-01 00:00"},
    {1735689599, "Tue 2024-12-31 23:59"},
    {1772323200, "Sun 2026-03-01 00:00"},
    {1772323199, "Sat 2026-02-28 23:59"},
    {1798675200, "Thu 2026-12-31 00:00"},
    {4107542400, "Mon 2100-03-01 00:00"},
    {4107542399, "Sun 2100-02-28 23:59"},
};
static const struct {
    struct cap_decision decision;
    const char *sentence, *news;
} sentences[] = {
    {{.cap_permille = 700}, "70.0 %: the default", NULL},
    {{.cap_permille = 905, .reason = CAP_SCHEDULE, .until_s = MONDAY + 60},
     "90.5 %: the schedule, until Mon 2026-06-01 00:01", NULL},
    {{.cap_permille = 1000, .reason = CAP_BALANCING, .until_s = MONDAY, .task = CAP_TASK_BALANCING,
      .need = CAP_NEED_DELTA},
     "100.0 %: a balancing charge, until it is done, at the latest Mon 2026-06-01 00:00",
     "balancing charge under way, because the cells differ too much under charge"},
    {{.cap_permille = 860, .reason = CAP_EXCURSION, .until_s = MONDAY, .task = CAP_TASK_EXCURSION,
      .need = CAP_NEED_BAND},
     "86.0 %: an excursion past the knee, until it is done, at the latest Mon 2026-06-01 00:00",
     "excursion past the knee under way, because the charge is not known well enough"},
    {{.cap_permille = 700, .block = CAP_NEVER, .wanted = CAP_SCHEDULE},
     "70.0 %: the default", "the schedule is held back: the config says never"},
    {{.cap_permille = 700, .one_off_permille = 955, .one_off_from_s = MONDAY,
      .one_off_by_s = MONDAY + HOUR, .one_off_short = true},
     "70.0 %: the default",
     "95.5 % by Mon 2026-06-01 01:00: begins about Mon 2026-06-01 00:00, and the sun seen so far "
     "may not suffice"},
};
/* clang-format on */

static void texts(void)
{
    const struct cap_clock clock = {.wall_s = MONDAY};
    char out[160];
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        cap_time_text(out, &clock, times[i].wall_s);
        CHECK(strcmp(out, times[i].text) == 0, "%s: %s", times[i].text, out);
    }
    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
        struct cap_news news;
        cap_sentence(out, sizeof out, &sentences[i].decision, &clock);
        CHECK(strcmp(out, sentences[i].sentence) == 0, "%s", out);
        cap_announcements(&news, &sentences[i].decision, &clock);
        CHECK(news.count == (sentences[i].news != NULL) &&
                  (!news.count || strcmp(news.line[0], sentences[i].news) == 0),
              "%s", news.line[0]);
    }
}

static void answers(void)
{
    static const int64_t ends[] = {INT64_MIN, INT64_MAX};
    struct world w = world_new();
    struct cap_input input = input_at(MONDAY);
    cap_step(&w.cap, &w.config, &input, 1000);
    cap_ask_one_off(&w.cap, &w.config, 655, MONDAY + DAY, &input.clock, why, sizeof why);
    CHECK(strcmp(why, "65.5 % is not above the cap of 70.0 %") == 0, "%s", why);
    cap_ask_one_off(&w.cap, &w.config, 955, MONDAY + DAY, &input.clock, why, sizeof why);
    CHECK(strncmp(why, "95.5 % by Tue 2026-06-02 00:00; ", 32) == 0, "%s", why);
    cap_ask_one_off(&w.cap, &w.config, 955, MONDAY, &input.clock, why, sizeof why);
    CHECK(strcmp(why, "Mon 2026-06-01 00:00 is not allowed: later than now, within 14 days") == 0,
          "%s", why);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        CHECK(cap_ask_one_off(&w.cap, &w.config, 955, ends[i], &input.clock, why, sizeof why) ==
                  -ERANGE,
              "no time at all: %s", why);
    w.config.never = true;
    CHECK(cap_ask_manual(&w.cap, &w.config, 700, why, sizeof why) == 0 &&
              strcmp(why, "the cap is 70.0 % now") == 0,
          "never is not lower than the default");
    w.cap.memory.task = CAP_TASK_EXCURSION;
    w.cap.memory.announced_s = MONDAY - DAY;
    w.cap.memory.due_s = MONDAY;
    CHECK(cap_ask_postpone(&w.cap, CAP_POSTPONE_S - DAY + 1, &input.clock, why, sizeof why) ==
                  -ERANGE &&
              strcmp(why, "not later than Tue 2026-06-30 00:00, 30 days after it was "
                          "announced") == 0,
          "%s", why);
    CHECK(cap_ask_postpone(&w.cap, CAP_POSTPONE_S - DAY, &input.clock, why, sizeof why) == 0 &&
              strcmp(why, "the excursion past the knee begins Tue 2026-06-30 00:00 at the "
                          "earliest") == 0,
          "%s", why);
}

int main(void)
{
    settles();
    went_back();
    local();
    hours();
    held_hours();
    plans();
    plan_is_local();
    replanned();
    target();
    texts();
    answers();
    return check_done("cap_edges");
}
