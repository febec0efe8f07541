#include "app/local_time.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { AHEAD_S = 60 * 86400, HOUR_S = 3600, DAY_S = 86400 };

static int32_t offset_at(int64_t wall_s)
{
    time_t at = (time_t)wall_s;
    struct tm local;
    return localtime_r(&at, &local) ? (int32_t)local.tm_gmtoff : 0;
}

void local_clock(struct cap_clock *clock, int64_t wall_s)
{
    bool same_hour = clock->wall_s && clock->wall_s / HOUR_S == wall_s / HOUR_S;
    bool changed = clock->change_s && wall_s >= clock->change_s;
    clock->wall_s = wall_s;
    if (same_hour && !changed)
        return;
    int64_t low_s = wall_s, high_s = wall_s + AHEAD_S;
    clock->offset_s = clock->offset_after_s = offset_at(wall_s);
    clock->change_s = 0;
    if (offset_at(high_s) == clock->offset_s)
        return;
    while (high_s - low_s > 1) {
        int64_t middle_s = low_s + (high_s - low_s) / 2;
        if (offset_at(middle_s) == clock->offset_s)
            low_s = middle_s;
        else
            high_s = middle_s;
    }
    clock->change_s = high_s;
    clock->offset_after_s = offset_at(high_s);
}

/* --- what a person writes --- */

/* 0..6 = Sunday.., 7 today, 8 tomorrow; -1 no such word. Moves *text past it. */
static int day_word(const char **text)
{
    static const char *const words[] = {"sunday", "monday",   "tuesday", "wednesday", "thursday",
                                        "friday", "saturday", "today",   "tomorrow"};
    size_t count = 0;
    while (isalpha((unsigned char)(*text)[count]))
        count++;
    for (int i = 0; i < (int)(sizeof words / sizeof words[0]); i++) {
        bool whole = strlen(words[i]) == count, brief = i < 7 && count == 3;
        if ((whole || brief) && strncasecmp(*text, words[i], count) == 0) {
            *text += count;
            *text += strspn(*text, " ,");
            return i;
        }
    }
    return -1;
}

/* mktime moves an hour that is skipped: then it does not read as it was written. */
static int64_t wall_of(struct tm want)
{
    struct tm got = want;
    got.tm_isdst = -1;
    time_t at = mktime(&got);
    bool exists = got.tm_hour == want.tm_hour && got.tm_min == want.tm_min;
    return exists ? (int64_t)at : -1;
}

static bool clock_read(const char *text, struct tm *tm, int *used)
{
    *used = 0;
    tm->tm_sec = 0;
    if (sscanf(text, "%2d:%2d%n", &tm->tm_hour, &tm->tm_min, used) != 2)
        return false;
    return *used > 0 && tm->tm_hour >= 0 && tm->tm_hour < 24 && tm->tm_min >= 0 && tm->tm_min < 60;
}

/* After the minutes of an ISO time: seconds, then nothing, Z or +hh:mm. False: neither. */
static bool zone_read(const char *text, bool *given, int64_t *offset_s)
{
    int hours, minutes, used = 0;
    char sign;
    if (sscanf(text, ":%*2d%n", &used) == 0 && used)
        text += used;
    *given = *text != '\0';
    *offset_s = 0;
    if (!*given || strcmp(text, "Z") == 0)
        return true;
    used = 0;
    if (sscanf(text, "%c%2d:%2d%n", &sign, &hours, &minutes, &used) != 3 || text[used])
        return false;
    *offset_s = (sign == '-' ? -1 : 1) * (hours * HOUR_S + minutes * 60);
    return sign == '+' || sign == '-';
}

/* 1: read; 0: not of this form; -1: no such time. */
static int iso_parse(const char *text, int64_t *wall_s)
{
    struct tm tm = {0};
    int used = 0, more = 0;
    bool given;
    int64_t offset_s;
    if (sscanf(text, "%4d-%2d-%2d%*1[T ]%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &used) != 3 ||
        !used)
        return 0;
    if (!clock_read(text + used, &tm, &more) || !zone_read(text + used + more, &given, &offset_s))
        return 0;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    int month = tm.tm_mon, day = tm.tm_mday;
    struct tm check = tm;
    int64_t utc_s = (int64_t)timegm(&check);
    if (check.tm_mon != month || check.tm_mday != day)
        return -1;
    *wall_s = given ? utc_s - offset_s : wall_of(tm);
    return *wall_s < 0 ? -1 : 1;
}

static int day_parse(const char *text, int64_t now_s, int64_t *wall_s)
{
    time_t now = (time_t)now_s;
    struct tm tm;
    int used, day = day_word(&text);
    localtime_r(&now, &tm);
    int weekday = tm.tm_wday;
    if (!clock_read(text, &tm, &used) || text[used])
        return 0;
    if (day >= 0 && day < 7)
        tm.tm_mday += (day - weekday + 7) % 7;
    tm.tm_mday += day == 8;
    *wall_s = wall_of(tm);
    if (*wall_s >= 0 && *wall_s <= now_s && day < 7) {
        tm.tm_mday += day < 0 ? 1 : 7;
        *wall_s = wall_of(tm);
    }
    return *wall_s < 0 ? -1 : 1;
}

int local_parse(const char *text, int64_t now_s, int64_t *wall_s, char *why, size_t room)
{
    int64_t at_s = 0;
    int read = iso_parse(text, &at_s);
    if (read == 0)
        read = day_parse(text, now_s, &at_s);
    if (read == 1) {
        *wall_s = at_s;
        return 0;
    }
    snprintf(why, room,
             read < 0 ? "\"%.40s\" does not exist"
                      : "\"%.40s\" is no time: \"sat 8:00\", 8:00, 2026-11-28T08:00",
             text);
    return -EINVAL;
}

int span_parse(const char *text, int64_t *seconds)
{
    int64_t sum = 0;
    if (!*text)
        return -EINVAL;
    while (*text) {
        char *end;
        if (!isdigit((unsigned char)*text))
            return -EINVAL;
        long count = strtol(text, &end, 10);
        if (count > 1000 || (*end != 'd' && *end != 'h'))
            return -EINVAL;
        sum += count * (*end == 'd' ? DAY_S : HOUR_S);
        text = end + 1;
    }
    *seconds = sum;
    return 0;
}
