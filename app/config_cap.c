/* The cap policy of the config: battery.* of the cap, and cap_schedule. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "app/config_file.h"

static const double KNEE_SIGMA = 0.02; /* of charge: less well known, it is no place to go to */

/* 0 = Monday .. 6 = Sunday of the word at *text, which moves past it; -1 = none. */
static int weekday_read(const char **text)
{
    static const char days[][4] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    for (int i = 0; i < 7; i++)
        if (strncmp(*text, days[i], 3) == 0) {
            *text += 3;
            return i;
        }
    return -1;
}

/* "mon-fri sun" to bits; 0 = not of this form. A span may reach over the end of the week. */
static uint8_t days_read(const char *text)
{
    uint8_t bits = 0;
    if (strcmp(text, "daily") == 0)
        return 0x7F;
    while (*text) {
        int first = weekday_read(&text), last = first;
        if (first >= 0 && *text == '-') {
            text++;
            last = weekday_read(&text);
        }
        if (first < 0 || last < 0 || (*text && *text != ' '))
            return 0;
        for (int day = first; day != last; day = (day + 1) % 7)
            bits |= (uint8_t)(1 << day);
        bits |= (uint8_t)(1 << last);
        text += strspn(text, " ");
    }
    return bits;
}

/* "20:00" to a minute of the day, up to 24:00; -1 = not of this form. */
static int minute_read(const char *text)
{
    char *end;
    if (!isdigit((unsigned char)*text))
        return -1;
    long hour = strtol(text, &end, 10);
    if (*end != ':' || !isdigit((unsigned char)end[1]) || !isdigit((unsigned char)end[2]) || end[3])
        return -1;
    long minute = hour * 60 + (end[1] - '0') * 10 + (end[2] - '0');
    return hour <= 24 && end[1] < '6' && minute <= 1440 ? (int)minute : -1;
}

bool config_days_fit(const char *text)
{
    return days_read(text) != 0;
}

bool config_minute_fits(const char *text)
{
    return minute_read(text) >= 0;
}

static void resolve_period(const struct resolver *r, unsigned index)
{
    const struct file_period *raw = &r->raw->cap_schedule[index];
    struct cap_config *out = &r->config->cap;
    char path[YAML_PATH_SIZE];
    struct cap_period period = {.weekdays = days_read(raw->days),
                                .from_min = (int16_t)minute_read(raw->from),
                                .to_min = (int16_t)minute_read(raw->to),
                                .cap_permille = config_tenths(raw->cap_percent)};
    snprintf(path, sizeof path, "cap_schedule[%u].from", index);
    if (period.from_min == 1440)
        yaml_file_mistake(r->file, path, "0:00 to 23:59");
    snprintf(path, sizeof path, "cap_schedule[%u].cap_percent", index);
    if (r->raw->battery.cap_raise && raw->cap_percent > r->raw->battery.cap_percent)
        yaml_file_mistake(r->file, path, "at most battery.cap_percent, %g, with cap_raise: never",
                          r->raw->battery.cap_percent);
    double least = r->raw->battery.floor_percent + r->raw->battery.cap_hysteresis_percent;
    if (raw->cap_percent > 0 && raw->cap_percent <= least)
        yaml_file_mistake(r->file, path, "more than floor and hysteresis together, %g", least);
    out->period[out->periods++] = period;
}

/* The cell's highest knee, where its place is known. */
static double knee_percent(const struct cell *cell)
{
    const struct cell_knee *upper = NULL;
    for (int k = 0; k < cell->knees; k++)
        if (!upper || cell->knee[k].at > upper->at)
            upper = &cell->knee[k];
    return upper && upper->sigma <= KNEE_SIGMA ? 100 * upper->at : 0;
}

void config_resolve_cap(const struct resolver *r)
{
    const struct file_battery *raw = &r->raw->battery;
    bool knee_told = yaml_file_has(r->file, "battery.knee_percent");
    r->config->cap = (struct cap_config){
        .full_days = raw->full_days,
        .full_min = raw->full_minutes,
        .delta_mV = raw->cell_delta_mV,
        .band_permille = config_tenths(raw->charge_band_percent),
        .knee_permille =
            config_tenths(knee_told ? raw->knee_percent : knee_percent(&r->config->cell)),
        .past_knee_permille = config_tenths(raw->past_knee_percent),
        .cold_dC = config_tenths(raw->raise_min_C),
        .never = raw->cap_raise != 0,
    };
    if (r->raw->cap_schedule_count && !yaml_file_has(r->file, "battery"))
        yaml_file_mistake(r->file, "battery", "missing, it must be given with cap_schedule");
    for (unsigned i = 0; i < r->raw->cap_schedule_count; i++)
        resolve_period(r, i);
}
