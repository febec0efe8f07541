/* The cap policy over simulated weeks: default, schedule, manual, one-off. */
#include <errno.h>

#include "test/cap_plant.h"

static char why[160];

static void by_default(void)
{
    struct world w = world_new();
    world_run(&w, 14 * DAY);
    CHECK(w.cap_max == 700 && w.out.reason == CAP_DEFAULT, "two weeks at the default");
    CHECK(w.soc_max > 0.67 && w.soc_max <= 0.7, "the bank is charged up to it: %.3f", w.soc_max);
    CHECK(w.out.until_s == 0 && w.out.task == CAP_NO_TASK, "nothing announced");
}

/* clang-format off */
static const struct schedule_row {
    int day, minute;
    int32_t cap;
    const char *what;
} schedule_rows[] = {
    {0, 12 * 60,      700, "Monday: no period"},
    {4, 19 * 60 + 59, 700, "Friday, a minute before"},
    {4, 20 * 60,      950, "Friday 20:00: the night begins"},
    {5,  5 * 60,      950, "over midnight into Saturday"},
    {5,  6 * 60 - 1,  950, "its last minute"},
    {5,  6 * 60,      900, "Saturday's own period"},
    {5, 18 * 60,      700, "is over"},
    {6, 12 * 60,      500, "Sunday: a low one"},
    {6, 23 * 60 + 59, 500, "to the end of the day"},
    {7,  0,           700, "Monday again"},
};
/* clang-format on */

static void schedule(void)
{
    struct world w = world_new();
    w.config.periods = 3;
    w.config.period[0] = (struct cap_period){1 << 4, 1200, 360, 950};
    w.config.period[1] = (struct cap_period){1 << 5, 360, 1080, 900};
    w.config.period[2] = (struct cap_period){1 << 6, 0, 1440, 500};
    for (size_t i = 0; i < sizeof schedule_rows / sizeof schedule_rows[0]; i++) {
        const struct schedule_row *row = &schedule_rows[i];
        world_until(&w, MONDAY + row->day * DAY + row->minute * 60);
        CHECK(w.out.cap_permille == row->cap, "%s: %d", row->what, w.out.cap_permille);
        CHECK((w.out.reason == CAP_SCHEDULE) == (row->cap != 700), "%s: its reason", row->what);
    }
    struct cap_decision friday;
    world_until(&w, MONDAY + 11 * DAY + 22 * HOUR);
    friday = w.out;
    CHECK(friday.until_s == MONDAY + 12 * DAY + 6 * HOUR, "until Saturday 6:00");
}

/* From a minute to the same one is a whole day. */
static void whole_day(void)
{
    struct world w = world_new();
    w.config.periods = 1;
    w.config.period[0] = (struct cap_period){1 << 1, 1200, 1200, 600};
    world_until(&w, MONDAY + DAY + 20 * HOUR - 60);
    CHECK(w.out.cap_permille == 700, "Tuesday 19:59");
    world_until(&w, MONDAY + DAY + 20 * HOUR);
    CHECK(w.out.cap_permille == 600 && w.out.until_s == MONDAY + 2 * DAY + 20 * HOUR, "20:00");
    world_until(&w, MONDAY + 2 * DAY + 20 * HOUR - 60);
    CHECK(w.out.cap_permille == 600, "Wednesday 19:59");
    world_run(&w, 60);
    CHECK(w.out.cap_permille == 700, "20:00");
}

/* Local time is UTC+1, from Sunday 2026-03-29 01:00 UTC on UTC+2: 2:00 to 3:00 is skipped. */
static void daylight_saving(void)
{
    static const int64_t change_s = 1774746000; /* 2026-03-29T01:00Z */
    struct world w = world_new();
    w.clock = (struct cap_clock){change_s - 3 * HOUR, 3600, 7200, change_s};
    w.config.periods = 1;
    w.config.period[0] = (struct cap_period){1 << 6, 60, 300, 900}; /* Sunday 1:00 to 5:00 */
    world_until(&w, change_s - HOUR - 60);
    CHECK(w.out.cap_permille == 700, "0:59");
    world_until(&w, change_s - HOUR);
    CHECK(w.out.cap_permille == 900 && w.out.until_s == change_s + 2 * HOUR,
          "1:00, until 5:00 of summer time: three hours on");
    world_until(&w, change_s + 2 * HOUR - 60);
    CHECK(w.out.cap_permille == 900, "4:59 of summer time");
    world_until(&w, change_s + 2 * HOUR);
    CHECK(w.out.cap_permille == 700, "5:00");
    char text[CAP_TIME_SIZE];
    cap_time_text(text, &w.clock, change_s - 60);
    CHECK(strcmp(text, "Sun 2026-03-29 01:59") == 0, "%s", text);
    cap_time_text(text, &w.clock, change_s);
    CHECK(strcmp(text, "Sun 2026-03-29 03:00") == 0, "%s", text);
    /* and back: an hour is there twice, and the period lasts it twice */
    static const int64_t autumn_s = 1792890000; /* 2026-10-25T01:00Z, 3:00 becomes 2:00 */
    w = world_new();
    w.clock = (struct cap_clock){autumn_s - 3 * HOUR, 7200, 3600, autumn_s};
    w.config.periods = 1;
    w.config.period[0] = (struct cap_period){1 << 6, 120, 180, 900};
    world_until(&w, autumn_s + 2 * HOUR);
    CHECK(w.high_s == 2 * HOUR, "2:00 to 3:00 lasts two hours that night: %lld s",
          (long long)w.high_s);
    /* nothing of this is a jump */
    CHECK(w.events[CAP_CLOCK_JUMPED] == 0, "daylight saving is no jump of the clock");
}

static void manual(void)
{
    struct world w = world_new();
    world_run(&w, HOUR);
    CHECK(cap_ask_manual(&w.cap, &w.config, 850, why, sizeof why) == 0, "%s", why);
    world_run(&w, DAY);
    CHECK(w.out.cap_permille == 850 && w.out.reason == CAP_MANUAL && w.out.until_s == 0, "stands");
    CHECK(cap_ask_manual(&w.cap, &w.config, 299, why, sizeof why) == -ERANGE, "too low");
    CHECK(cap_ask_manual(&w.cap, &w.config, 1001, why, sizeof why) == -ERANGE, "too high");
    CHECK(w.cap.memory.manual_permille == 850, "a refused one changes nothing");
    CHECK(cap_ask_manual(&w.cap, &w.config, 0, why, sizeof why) == 0, "taken back");
    world_run(&w, 60);
    CHECK(w.out.cap_permille == 700, "the default again");
}

/* Sun until Thursday; asked on Thursday for Saturday 8:00. */
static struct world asked(int32_t friday_sun_mA)
{
    struct world w = world_new();
    world_until(&w, MONDAY + 3 * DAY + 20 * HOUR);
    int status = cap_ask_one_off(&w.cap, &w.config, 1000, MONDAY + 5 * DAY + 8 * HOUR, &w.clock,
                                 why, sizeof why);
    CHECK(status == 0 && strstr(why, "Sat 2026-06-06 08:00"), "%s", why);
    world_run(&w, 60);
    w.sun_mA = friday_sun_mA;
    return w;
}

static void one_off_reached(void)
{
    struct world w = asked(60000);
    int64_t saturday_s = MONDAY + 5 * DAY;
    CHECK(w.out.cap_permille == 700 && w.out.one_off_permille == 1000, "it waits");
    CHECK(w.out.one_off_by_s == saturday_s + 8 * HOUR, "for Saturday");
    CHECK(!w.out.one_off_short, "the sun of this week suffices");
    CHECK(w.out.one_off_from_s >= MONDAY + 4 * DAY + 6 * HOUR &&
              w.out.one_off_from_s < MONDAY + 4 * DAY + 14 * HOUR,
          "it begins on Friday in the sun, not before: %lld h of Friday",
          (long long)(w.out.one_off_from_s - MONDAY - 4 * DAY) / HOUR);
    world_until(&w, saturday_s);
    CHECK(w.events[CAP_ONE_OFF_BEGUN] == 1 && w.events[CAP_ONE_OFF_REACHED] == 1, "reached");
    CHECK(w.out.cap_permille == 1000 && w.out.reason == CAP_ONE_OFF, "it stands until its time");
    CHECK(w.out.until_s == saturday_s + 8 * HOUR, "says so");
    world_until(&w, saturday_s + 8 * HOUR);
    CHECK(w.out.cap_permille == 700 && w.out.reason == CAP_DEFAULT, "and is over by itself");
    CHECK(w.events[CAP_ONE_OFF_MISSED] == 0 && w.cap.memory.target_permille == 0, "well");
    CHECK(w.high_s < 27 * HOUR, "no longer above the default than needed: %lld h",
          (long long)w.high_s / HOUR);
}

static void one_off_clouds(void)
{
    struct world w = asked(9000);
    world_until(&w, MONDAY + 5 * DAY + 8 * HOUR);
    CHECK(w.soc_max < 0.95 && w.events[CAP_ONE_OFF_MISSED] == 1, "clouds: missed, and told");
    CHECK(w.events[CAP_ONE_OFF_REACHED] == 0 && w.out.cap_permille == 700, "over all the same");
    world_run(&w, 2 * DAY);
    CHECK(w.out.cap_permille == 700 && w.events[CAP_ONE_OFF_MISSED] == 1, "for good");
}

/* Weak sun all week: it has to begin earlier, and is told that it may not suffice. */
static void one_off_weak_sun(void)
{
    struct world strong = asked(60000), weak = world_new();
    weak.sun_mA = 25000;
    world_until(&weak, MONDAY + 3 * DAY + 20 * HOUR);
    cap_ask_one_off(&weak.cap, &weak.config, 1000, MONDAY + 6 * DAY + 8 * HOUR, &weak.clock, why,
                    sizeof why);
    world_run(&weak, 60);
    CHECK(weak.out.one_off_by_s - weak.out.one_off_from_s >
              strong.out.one_off_by_s - strong.out.one_off_from_s,
          "less sun: earlier");
    struct world dark = world_new();
    dark.sun_mA = 0;
    world_until(&dark, MONDAY + 3 * DAY);
    cap_ask_one_off(&dark.cap, &dark.config, 1000, MONDAY + 8 * DAY, &dark.clock, why, sizeof why);
    world_run(&dark, 60);
    CHECK(dark.out.one_off_short, "no sun: it says that it may not suffice");
    CHECK(dark.out.one_off_from_s == MONDAY + 8 * DAY - CAP_LEAD_S, "and begins at its lead");
    world_run(&dark, DAY);
    CHECK(dark.out.cap_permille == 700, "not days too early");
    cap_ask_one_off(&dark.cap, &dark.config, 1000, MONDAY + 8 * DAY + 1830, &dark.clock, why,
                    sizeof why);
    world_run(&dark, 60);
    CHECK(dark.out.one_off_from_s == MONDAY + 8 * DAY + 1830 - CAP_LEAD_S,
          "to the second, not the full hour before it");
}

static void one_off_refused(void)
{
    struct world w = world_new();
    world_run(&w, HOUR);
    int64_t now_s = w.clock.wall_s;
    static const struct {
        int32_t target;
        int64_t in_s;
        int status;
        const char *what;
    } rows[] = {
        {1000, 0, -ERANGE, "now is too late"},
        {1000, -60, -ERANGE, "the past"},
        {1000, CAP_LEASE_S + 1, -ERANGE, "beyond the lease"},
        {700, DAY, -ERANGE, "not above the default"},
        {1001, DAY, -ERANGE, "more than full"},
        {1000, CAP_LEASE_S, 0, "the last moment of the lease"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK(cap_ask_one_off(&w.cap, &w.config, rows[i].target, now_s + rows[i].in_s, &w.clock,
                              why, sizeof why) == rows[i].status,
              "%s: %s", rows[i].what, why);
    CHECK(cap_ask_cancel(&w.cap, why, sizeof why) == 0, "cancelled");
    CHECK(cap_ask_cancel(&w.cap, why, sizeof why) == -ENOENT, "once");
    world_run(&w, 60);
    CHECK(w.out.one_off_permille == 0, "gone");
    w.config.never = true;
    CHECK(cap_ask_one_off(&w.cap, &w.config, 1000, now_s + DAY, &w.clock, why, sizeof why) ==
              -EPERM,
          "the owner's never");
    CHECK(cap_ask_manual(&w.cap, &w.config, 800, why, sizeof why) == -EPERM,
          "for a manual one too");
    CHECK(cap_ask_manual(&w.cap, &w.config, 600, why, sizeof why) == 0, "lower is always allowed");
}

static void one_off_cancelled(void)
{
    struct world w = asked(60000);
    world_until(&w, MONDAY + 4 * DAY + 15 * HOUR);
    CHECK(w.out.cap_permille == 1000, "under way");
    cap_ask_cancel(&w.cap, why, sizeof why);
    world_run(&w, 60);
    CHECK(w.out.cap_permille == 700 && w.events[CAP_ONE_OFF_MISSED] == 0, "ended, not missed");
}

static void one_off_restart(void)
{
    struct world w = asked(60000);
    world_until(&w, MONDAY + 4 * DAY + 2 * HOUR);
    world_restart(&w, HOUR);
    world_run(&w, 60);
    CHECK(w.out.one_off_permille == 1000, "asked for before the restart");
    world_until(&w, MONDAY + 4 * DAY + 15 * HOUR);
    CHECK(w.out.cap_permille == 1000, "begins after it");
    world_restart(&w, 1800);
    world_run(&w, 60);
    CHECK(w.out.cap_permille == 1000, "goes on after one in its middle");
    world_until(&w, MONDAY + 5 * DAY + 8 * HOUR);
    CHECK(w.out.cap_permille == 700 && w.events[CAP_ONE_OFF_REACHED] == 1, "and ends in time");
    w = asked(60000);
    world_until(&w, MONDAY + 4 * DAY + 15 * HOUR);
    world_restart(&w, DAY);
    world_run(&w, 60);
    CHECK(w.out.cap_permille == 700, "a restart after its time does not begin it again");
}

/* clang-format off */
static const struct block_row {
    bool no_soc, no_temp, alarm;
    int32_t temp_dC;
    enum cap_block block;
} block_rows[] = {
    {true,  false, false, 200, CAP_NO_CHARGE_KNOWN},
    {false, true,  false, 200, CAP_COLD},
    {false, false, false,  49, CAP_COLD},
    {false, false, true,  200, CAP_BMS},
    {false, false, false,  50, CAP_FREE},
};
/* clang-format on */

static void blocked(void)
{
    for (size_t i = 0; i < sizeof block_rows / sizeof block_rows[0]; i++) {
        const struct block_row *row = &block_rows[i];
        struct world w = asked(60000);
        world_until(&w, MONDAY + 4 * DAY + 15 * HOUR);
        w.no_soc = row->no_soc, w.no_temp = row->no_temp, w.alarm = row->alarm;
        w.temp_dC = row->temp_dC;
        world_run(&w, 60);
        CHECK(w.out.block == row->block, "%s", cap_block_text(row->block));
        CHECK(w.out.cap_permille == (row->block ? 700 : 1000), "%s: %d", cap_block_text(row->block),
              w.out.cap_permille);
        CHECK(w.out.wanted == CAP_ONE_OFF &&
                  w.out.reason == (row->block ? CAP_DEFAULT : CAP_ONE_OFF) &&
                  (w.out.until_s == 0) == (row->block != CAP_FREE),
              "%s: what stands and what is wanted", cap_block_text(row->block));
        struct cap_news news;
        cap_announcements(&news, &w.out, &w.clock);
        CHECK((row->block != CAP_FREE) == (news.count && strstr(news.line[0], "held back")),
              "said: %s", news.line[0]);
        w.no_soc = w.no_temp = w.alarm = false, w.temp_dC = 200;
        world_run(&w, 60);
        CHECK(w.out.cap_permille == 1000, "and up again when it is over");
    }
}

static void clock_unknown(void)
{
    struct world w = world_new();
    w.config.periods = 2;
    w.config.period[0] = (struct cap_period){0x3F, 0, 1440, 950};
    w.config.period[1] = (struct cap_period){1 << 6, 0, 1440, 500};
    w.clock.wall_s = 0;
    world_run(&w, 10 * DAY);
    CHECK(w.cap_max == 700, "no clock: never above the default");
    CHECK(cap_ask_one_off(&w.cap, &w.config, 1000, MONDAY, &w.clock, why, sizeof why) == -EAGAIN,
          "and no charge to a time: %s", why);
    w.clock.wall_s = 1000;
    world_run(&w, DAY);
    CHECK(w.cap_max == 700, "a clock that stands in 1970 is none");
    w.clock.wall_s = MONDAY;
    world_run(&w, 3 * 60);
    CHECK(w.out.cap_permille == 950, "one that is set at last is believed");
    /* a low period is kept when the clock is lost: an unknown time does not raise */
    world_until(&w, MONDAY + 6 * DAY + HOUR);
    CHECK(w.out.cap_permille == 500, "Sunday");
    w.clock.wall_s = 0;
    world_run(&w, DAY);
    CHECK(w.out.reason == CAP_SCHEDULE && w.out.wanted == CAP_SCHEDULE, "as the schedule's");
    CHECK(w.out.cap_permille == 500 && w.out.block == CAP_NO_CLOCK, "kept: %d", w.out.cap_permille);
}

static void clock_jumps(void)
{
    struct world w = asked(60000);
    world_until(&w, MONDAY + 4 * DAY + 15 * HOUR);
    CHECK(w.out.cap_permille == 1000, "under way");
    w.clock.wall_s -= 10 * DAY;
    world_minute(&w);
    CHECK(w.out.cap_permille == 700 && w.out.block == CAP_NO_CLOCK, "a jump: not believed at once");
    CHECK(w.events[CAP_CLOCK_JUMPED] == 1, "told");
    world_run(&w, 180);
    CHECK(w.out.cap_permille == 1000, "a minute later it is");
    world_run(&w, CAP_LEAD_S);
    CHECK(w.out.cap_permille == 700, "the lease ends it where its time lies days ahead again");
    w = asked(60000);
    world_until(&w, MONDAY + 4 * DAY + 15 * HOUR);
    w.clock.wall_s += 3 * DAY;
    world_run(&w, 300);
    CHECK(w.out.cap_permille == 700 && w.cap.memory.target_permille == 0, "its time is over");
    w = world_new();
    world_run(&w, DAY);
    for (int i = 0; i < 1000; i++) { /* a clock that is slewed, 500 ppm as NTP may */
        world_minute(&w);
        w.clock.wall_s += i % 33 == 0;
    }
    CHECK(w.events[CAP_CLOCK_JUMPED] == 0, "slewing is no jump");
}

int main(void)
{
    by_default();
    schedule();
    whole_day();
    daylight_saving();
    manual();
    one_off_reached();
    one_off_clouds();
    one_off_weak_sun();
    one_off_refused();
    one_off_cancelled();
    one_off_restart();
    blocked();
    clock_unknown();
    clock_jumps();
    return check_done("cap");
}
