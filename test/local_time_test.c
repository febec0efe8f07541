/* Local time in Berlin: the zone's next change, and what a person types. */
#include "app/local_time.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "test/check.h"

/* All expected figures are from GNU date: TZ=Europe/Berlin date -d '2026-03-25 12:00' +%s */
enum { WEDNESDAY = 1774436400 /* 2026-03-25 12:00 +0100 */, SPRING = 1774746000 };

/* clang-format off */
static const struct {
    const char *text;
    int64_t wall_s; /* -1 = refused */
} times[] = {
    {"18:30",                     1774459800},
    {"8:00",                      1774508400}, /* tomorrow: today's is past */
    {"12:00",                     1774522800}, /* now is not after now */
    {"sat 8:00",                  1774681200},
    {"Saturday 8:00",             1774681200},
    {"wed 13:00",                 1774440000}, /* today */
    {"wed 11:00",                 1775034000}, /* a week on, in summer time */
    {"sun 8:00",                  1774764000}, /* after the change */
    {"today 18:30",               1774459800},
    {"today 8:00",                1774422000}, /* past, as it was said */
    {"tomorrow 6:00",             1774501200},
    {"2026-03-28T08:00",          1774681200},
    {"2026-03-28 08:00",          1774681200},
    {"2026-03-28T08:00:00",       1774681200},
    {"2026-03-28T08:00Z",         1774684800},
    {"2026-03-28T08:00+01:00",    1774681200},
    {"2026-03-28T02:00:00-05:00", 1774681200},
    {"sun 2:30",                  -1},         /* skipped by daylight saving */
    {"2026-03-29T02:30",          -1},
    {"2026-02-30T08:00",          -1},
    {"2026-03-28",                -1},
    {"sat",                       -1},
    {"sat 24:00",                 -1},
    {"sat 8:60",                  -1},
    {"sat 8:00 or so",            -1},
    {"sa 8:00",                   -1},
    {"2026-03-28T08:00+1",        -1},
    {"",                          -1},
};
static const struct {
    const char *text;
    int64_t seconds;
} spans[] = {
    {"3d", 259200}, {"36h", 129600}, {"1d12h", 129600}, {"0h", 0},
    {"", -1}, {"3", -1}, {"d", -1}, {"-1d", -1}, {"3w", -1}, {"1001d", -1}, {" 3d", -1},
};
/* clang-format on */

static void parses(void)
{
    char why[160];
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        int64_t wall_s = -1;
        *why = '\0';
        int status = local_parse(times[i].text, WEDNESDAY, &wall_s, why, sizeof why);
        CHECK(wall_s == times[i].wall_s, "\"%s\": %lld", times[i].text, (long long)wall_s);
        CHECK((status == 0) == (times[i].wall_s >= 0) && (status == 0) == !*why, "\"%s\": %s",
              times[i].text, why);
    }
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        int64_t seconds = -1;
        span_parse(spans[i].text, &seconds);
        CHECK(seconds == spans[i].seconds, "\"%s\": %lld", spans[i].text, (long long)seconds);
    }
}

static void zone(void)
{
    struct cap_clock clock = {0};
    local_clock(&clock, WEDNESDAY);
    CHECK(clock.offset_s == 3600 && clock.offset_after_s == 7200 && clock.change_s == SPRING,
          "the change on Sunday is foreseen: %lld", (long long)clock.change_s);
    local_clock(&clock, SPRING - 1);
    CHECK(clock.offset_s == 3600 && clock.wall_s == SPRING - 1, "a second before");
    local_clock(&clock, SPRING);
    CHECK(clock.offset_s == 7200 && clock.change_s == 0, "from it on");
    char text[CAP_TIME_SIZE];
    cap_time_text(text, &clock, WEDNESDAY + 7 * 86400);
    CHECK(strcmp(text, "Wed 2026-04-01 13:00") == 0, "%s", text);
}

int main(void)
{
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1); /* Berlin's rule, without a zone file */
    tzset();
    parses();
    zone();
    return check_done("local_time");
}
