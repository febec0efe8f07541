/* A home battery's months as a seed draws them: the true pack, its sensors, the weather, what fails, and how wrong
 * the estimator's cell file is.
 *
 * As asked of the proof: the sensor's offset 50 to 200 mA on 280 Ah, drifting, moving with temperature and jumping; gain
 * 0.3 to 0.5 % wrong; 30 mA drawn unmeasured; cell voltages told in steps of 1, 2 or 5 mV; each knee of the cell file
 * off by N(0, 1 %); the capacity by up to 3 %; weeks without sun; silences; restarts; cells that differ. */
#ifndef BUSBAR_TEST_WEEKS_PLAN_H
#define BUSBAR_TEST_WEEKS_PLAN_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/twin.h"

enum { WEEKS_DAYS_MOST = 400 };

struct weeks_scenario {
    const char *name;
    double floor, cap;              /* of charge */
    double knee_sigma, knee_off;    /* of the cell file: drawn, and for sure */
    double lithium_lost;            /* of capacity, that the cell file does not know */
    double told_lost;               /* .. and what it is told that the battery may have lost, one sigma */
    double cloudy;                  /* part of days with next to no sun, beyond the dead weeks */
};

/* clang-format off */
static const struct weeks_scenario weeks_scenarios[] = {
    {"as asked",           0.15, 0.70, 0.01, 0,    0,    0,    0.10},
    {"knee off by 2 %",    0.15, 0.70, 0,    0.02, 0,    0,    0.10},
    {"mostly cloudy",      0.15, 0.70, 0.01, 0,    0,    0,    0.80},
    {"one knee, 40 to 70", 0.40, 0.70, 0.01, 0,    0,    0,    0.10},
    {"no high knee, to 56", 0.35, 0.56, 0.01, 0,   0,    0,    0.10},
    {"aged, not told",     0.15, 0.70, 0.01, 0,    0.05, 0.02, 0.10},
    {"aged, known to be",  0.15, 0.70, 0.01, 0,    0.05, 0.05, 0.10},
};
/* clang-format on */
enum { WEEKS_SCENARIOS = sizeof weeks_scenarios / sizeof weeks_scenarios[0] };

struct weeks_plan {
    uint64_t seed;
    const struct weeks_scenario *scenario;
    int days;
    struct twin_config pack;
    double start;                   /* true charge */
    double told_off;                /* of the charge told at the start; sigma 1 % */
    bool unknown;                   /* nothing is told at the start */
    double capacity_Ah;             /* that the estimator is told */
    double knee_off[2];             /* of its cell file: low, high; of charge */
    double resistance_off, hysteresis_off;   /* of its cell file, relative */
    /* the current sensor and what flows past it */
    double offset_A, drift_A, tempco_A, gain, noise_A, standby_A, loss;   /* drift: in sqrt of a day */
    int jumps, jump_day[4];
    double jump_A[4];
    /* the BMS */
    int step_mV;
    double bias_V, cell_bias_V[TWIN_CELLS], temp_off_C;
    /* weather and house */
    int first_day;                  /* of the year */
    double peak_W, base_W;
    double clear[WEEKS_DAYS_MOST];  /* 0..1 */
    /* how often, a day */
    double silences, voltage_silences, restarts;
    bool right_sensor, right_cell;  /* an oracle's: what is then left is the other's part */
};

struct weeks_dice { uint64_t state; };

static inline double dice(struct weeks_dice *d)
{
    d->state = d->state * 6364136223846793005u + 1442695040888963407u;
    uint64_t x = d->state ^ (d->state >> 33);
    x *= 0xff51afd7ed558ccdu;
    x ^= x >> 33;
    return (double)(x >> 11) / 9007199254740992.0;
}

static inline double dice_in(struct weeks_dice *d, double low, double high)
{
    return low + dice(d) * (high - low);
}

static inline double dice_normal(struct weeks_dice *d)
{
    double u = dice(d) + 1e-300, v = dice(d);
    return sqrt(-2 * log(u)) * cos(2 * M_PI * v);
}

static inline double dice_sign(struct weeks_dice *d)
{
    return dice(d) < 0.5 ? -1 : 1;
}

static inline void plan_pack(struct weeks_plan *plan, struct weeks_dice *d)
{
    double capacity_Ah = 280 * (1 + dice_in(d, -0.03, 0.03));
    plan->pack = (struct twin_config){
        .capacity_Ah = capacity_Ah,
        .lithium_lost_Ah = plan->scenario->lithium_lost * capacity_Ah,
        .resistance = dice_in(d, 0.85, 1.25),
        .hysteresis_V = dice_in(d, 0.004, 0.011),
        .knee_at = 0.60,
        .knee_width = dice_in(d, 0.013, 0.019),
        .step_s = 10,
        .cells = 16,
    };
    plan->capacity_Ah = 280 * (1 - plan->scenario->lithium_lost);
    for (int c = 0; c < plan->pack.cells; c++) {
        plan->pack.cell_charge[c] = 0.006 * dice_normal(d);
        plan->pack.cell_capacity[c] = 1 + 0.005 * dice_normal(d);
        plan->cell_bias_V[c] = 0.001 * dice_normal(d);
    }
}

static inline void plan_sensors(struct weeks_plan *plan, struct weeks_dice *d)
{
    static const int steps_mV[3] = {1, 2, 5};
    plan->offset_A = dice_sign(d) * dice_in(d, 0.05, 0.2);
    plan->drift_A = 0.005;
    plan->tempco_A = 0.001 * dice_normal(d);
    plan->gain = 1 + dice_sign(d) * dice_in(d, 0.003, 0.005);
    plan->noise_A = 0.05;
    plan->standby_A = 0.03;
    plan->loss = dice_in(d, 0, 0.002);
    plan->jumps = (int)dice_in(d, 0, 4);
    for (int j = 0; j < plan->jumps; j++) {
        plan->jump_day[j] = (int)dice_in(d, 5, 120);
        plan->jump_A[j] = 0.04 * dice_normal(d);
    }
    plan->step_mV = steps_mV[(int)dice_in(d, 0, 3)];
    plan->bias_V = 0.001 * dice_normal(d);
    plan->temp_off_C = 1.5 * dice_normal(d);
    plan->silences = 0.2;
    plan->voltage_silences = 0.2;
    plan->restarts = 0.2;
}

/* Days that are like the day before them, and once in a while a week or two without sun. */
static inline void plan_weather(struct weeks_plan *plan, struct weeks_dice *d)
{
    double clear = dice(d);
    int dead = 0;
    for (int day = 0; day < WEEKS_DAYS_MOST; day++) {
        clear = 0.5 * clear + 0.5 * dice_in(d, 0.1, 1.1);
        if (dead == 0 && dice(d) < 1.0 / 60)
            dead = (int)dice_in(d, 6, 15);
        bool dark = dead > 0 || dice(d) < plan->scenario->cloudy;
        dead -= dead > 0;
        plan->clear[day] = dark ? dice_in(d, 0.02, 0.12) : fmin(1, clear);
    }
    plan->first_day = (int)dice_in(d, 0, 365);
    plan->peak_W = dice_in(d, 5000, 10000);
    plan->base_W = dice_in(d, 200, 500);
}

static inline void weeks_plan(struct weeks_plan *plan, uint64_t seed, int scenario, int days)
{
    struct weeks_dice d = {seed * 0x9e3779b97f4a7c15u + 12345};
    for (int k = 0; k < 4; k++)
        dice(&d);
    *plan = (struct weeks_plan){
        .seed = seed, .scenario = &weeks_scenarios[scenario], .days = days};
    plan_pack(plan, &d);
    plan_sensors(plan, &d);
    plan_weather(plan, &d);
    plan->start = dice_in(&d, plan->scenario->floor, plan->scenario->cap - 0.05);
    plan->told_off = 0.01 * dice_normal(&d);
    plan->unknown = seed % 8 == 0;
    for (int k = 0; k < 2; k++)
        plan->knee_off[k] = plan->scenario->knee_off * dice_sign(&d) +
                            plan->scenario->knee_sigma * dice_normal(&d);
    plan->resistance_off = 0.1 * dice_normal(&d);
    plan->hysteresis_off = 0.2 * dice_normal(&d);
}

/* An oracle's plan: the sensor reads what flows and all of it, or the cell file is of this very pack. The draw and the
 * weather stay. */
static inline void weeks_know(struct weeks_plan *plan, bool sensor, bool cell)
{
    plan->right_sensor = sensor;
    plan->right_cell = cell;
    if (sensor) {
        plan->offset_A = plan->drift_A = plan->tempco_A = plan->noise_A = 0;
        plan->standby_A = plan->loss = 0;
        plan->jumps = 0;
        plan->gain = 1;
    }
    if (cell) {
        plan->capacity_Ah = plan->pack.capacity_Ah - plan->pack.lithium_lost_Ah;
        plan->knee_off[0] = plan->knee_off[1] = 0;
        plan->resistance_off = plan->hysteresis_off = 0;
    }
}

#endif
