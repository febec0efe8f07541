/* A battery, a sun and two clocks for the cap policy: weeks in steps of a minute.
 *
 * The bank stops charging where charge + error reaches the cap, with the hysteresis of 2 %, as
 * bms/limits.c does; the policy sees nothing but what a controller sees. */
#ifndef BUSBAR_TEST_CAP_PLANT_H
#define BUSBAR_TEST_CAP_PLANT_H

#include <string.h>

#include "bms/cap.h"
#include "test/check.h"

enum {
    MINUTE_MS = 60000, HOUR = 3600, DAY = 86400,
    MONDAY = 1780272000, /* Mon 2026-06-01 00:00 UTC */
    CAPACITY_mAh = 280000
};

struct world {
    struct cap_config config;
    struct cap cap;
    struct cap_decision out;
    struct cap_clock clock;
    int64_t now_ms;
    double soc, error;          /* 0..1 */
    double error_a_day;
    int32_t sun_mA, load_mA;    /* at noon, and always */
    bool held, no_soc, no_temp;
    int32_t temp_dC, delta_mV;
    bool alarm;
    /* what was seen */
    double soc_max;
    int32_t cap_max, events[CAP_EVENTS];
    int64_t event_s[CAP_EVENTS];/* the newest */
    int64_t high_s;             /* seconds with a cap above the default */
};

static inline struct world world_new(void)
{
    struct world w = {
        .config = {.default_permille = 700, .capacity_mAh = CAPACITY_mAh, .full_min = 60,
                   .past_knee_permille = 50, .cold_dC = 50},
        .clock = {.wall_s = MONDAY},
        .now_ms = 12345, .soc = 0.5, .error = 0.02, .sun_mA = 60000, .load_mA = 8000,
        .temp_dC = 200,
    };
    cap_init(&w.cap, &w.config);
    return w;
}

/* Half a sine from 6 to 18 o'clock local. */
static inline int32_t world_sun_mA(const struct world *w)
{
    static const int16_t sine[13] = {0, 131, 259, 383, 500, 609, 707, 793, 866, 924, 966, 991, 1000};
    int64_t half_hours = cap_local_s(&w->clock, w->clock.wall_s) % DAY / 1800 - 12;
    if (half_hours < 0 || half_hours > 24)
        return 0;
    int64_t at = half_hours <= 12 ? half_hours : 24 - half_hours;
    return (int32_t)((int64_t)w->sun_mA * sine[at] / 1000);
}

static inline void world_battery(struct world *w, int32_t *current_mA)
{
    double stop = w->out.cap_permille / 1000.0 - (w->held ? 0.02 : 0);
    w->held = w->no_soc || (w->out.cap_permille < 1000 && w->soc + w->error >= stop);
    *current_mA = world_sun_mA(w) - w->load_mA;
    if (*current_mA > 0 && (w->held || w->soc >= 1))
        *current_mA = 0;
    if (*current_mA < 0 && w->soc <= 0.1)
        *current_mA = 0;
    w->soc += *current_mA / 60.0 / CAPACITY_mAh;
    w->soc = w->soc > 1 ? 1 : w->soc;
    w->error += w->error_a_day / 1440;
}

static inline void world_minute(struct world *w)
{
    int32_t current_mA = 0;
    w->now_ms += MINUTE_MS;
    if (w->clock.wall_s)
        w->clock.wall_s += 60;
    world_battery(w, &current_mA);
    struct cap_input input = {
        .clock = w->clock,
        .soc_known = !w->no_soc,
        .soc_permille = (int32_t)(w->soc * 1000 + 0.5),
        .error_permille = (int32_t)(w->error * 1000 + 0.5),
        .current_known = true, .current_mA = current_mA, .held = w->held,
        .cells_known = true, .cell_delta_mV = current_mA > 0 ? w->delta_mV : 2,
        .temp_known = !w->no_temp, .temp_min_dC = w->temp_dC,
        .bms_well = !w->alarm, .full = w->soc >= 0.9999,
    };
    w->out = cap_step(&w->cap, &w->config, &input, w->now_ms);
    if (w->soc > w->soc_max)
        w->soc_max = w->soc;
    if (w->out.cap_permille > w->cap_max)
        w->cap_max = w->out.cap_permille;
    w->high_s += w->out.cap_permille > w->config.default_permille ? 60 : 0;
    for (int e = 0; e < CAP_EVENTS; e++)
        if (w->out.events >> e & 1) {
            w->events[e]++;
            w->event_s[e] = w->clock.wall_s;
        }
}

static inline void world_run(struct world *w, int64_t seconds)
{
    for (int64_t s = 0; s < seconds; s += 60)
        world_minute(w);
}

/* Until this wall clock. */
static inline void world_until(struct world *w, int64_t wall_s)
{
    while (w->clock.wall_s < wall_s)
        world_minute(w);
}

/* Off and on again after a while: only the memory is left. */
static inline void world_restart(struct world *w, int64_t off_s)
{
    struct cap_memory memory = w->cap.memory;
    w->clock.wall_s += off_s;
    w->now_ms = 777;
    cap_init(&w->cap, &w->config);
    cap_restore(&w->cap, &memory);
}

#endif
