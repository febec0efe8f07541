/* Overload time, and what phases and neutral carry. Integers only: the same bits everywhere. */
#include <string.h>

#include "inverter/bank.h"

enum { RECOVER_MS = 60000, WHOLE_PPM = 1000000 };

/* Inverter mode specifications of the manuals, "Overload Protection":
 *   MKS, KS, Power-M 5 kW:  5s@>=150% load; 10s@110%~150% load
 *   1.5/3/5 kW with PF 1:   5s@>=130% load; 10s@105%~130% load
 *   MKS5 Twin 6.5 kW:       100ms@>=200% load; 5s@>=150% load; 10s@110~150% load */
/* clang-format off */
static const struct {
    const char *model;   /* how QMN begins */
    struct overload_curve curve;
} models[] = {
    {"MKS5", {3, {{110, 10000}, {150, 5000}, {200, 100}}}},
    {"MKS",  {2, {{110, 10000}, {150, 5000}}}},
    {"KS",   {2, {{110, 10000}, {150, 5000}}}},
};
static const struct overload_curve strictest = {3, {{105, 10000}, {130, 5000}, {200, 100}}};
/* clang-format on */

const struct overload_curve *overload_of_model(const char *model)
{
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        if (strncmp(model, models[i].model, strlen(models[i].model)) == 0)
            return &models[i].curve;
    return &strictest;
}

int32_t overload_limit_ms(const struct overload_curve *curve, int32_t permille)
{
    int32_t limit_ms = OVERLOAD_NEVER;
    for (size_t i = 0; i < curve->points && i < OVERLOAD_POINTS; i++)
        if (permille >= curve->point[i].percent * 10)
            limit_ms = curve->point[i].ms;
    return limit_ms;
}

int32_t overload_used_ppm(const struct overload_curve *curve, int32_t used_ppm, int32_t permille,
                          int64_t passed_ms)
{
    int32_t limit_ms = overload_limit_ms(curve, permille);
    int64_t passed = passed_ms < RECOVER_MS ? passed_ms : RECOVER_MS;
    int64_t used = used_ppm;
    if (limit_ms == OVERLOAD_NEVER)
        used -= passed * WHOLE_PPM / RECOVER_MS;
    else
        used += passed * WHOLE_PPM / (limit_ms > 0 ? limit_ms : 1);
    return used < 0 ? 0 : used > WHOLE_PPM ? WHOLE_PPM : (int32_t)used;
}

int32_t overload_left_ms(const struct overload_curve *curve, int32_t used_ppm, int32_t permille)
{
    int32_t limit_ms = overload_limit_ms(curve, permille);
    if (limit_ms == OVERLOAD_NEVER)
        return OVERLOAD_NEVER;
    return (int32_t)((int64_t)(WHOLE_PPM - used_ppm) * limit_ms / WHOLE_PPM);
}

/* The largest integer whose square is at most x. */
static int64_t square_root(int64_t x)
{
    int64_t root = 0;
    for (int64_t bit = (int64_t)1 << 31; bit; bit >>= 1)
        if ((root + bit) * (root + bit) <= x)
            root += bit;
    return root;
}

struct phase_current phase_current(int64_t W, int64_t VA, int32_t dV)
{
    if (dV <= 0)
        return (struct phase_current){0};
    int64_t rest_VA = VA > W ? square_root(VA * VA - W * W) : 0;
    return (struct phase_current){
        .active_mA = (int32_t)(W * 10000 / dV),
        .rest_mA = (int32_t)(rest_VA * 10000 / dV),
    };
}

/* |a + b u + c u^2| with u a third of a turn. */
static int64_t three_phase_mA(int64_t a, int64_t b, int64_t c)
{
    return square_root(a * a + b * b + c * c - a * b - b * c - c * a);
}

struct neutral_current neutral_current(enum inverter_wiring wiring,
                                       const struct phase_current phase[PHASES])
{
    int64_t a = phase[0].active_mA, b = phase[1].active_mA, c = phase[2].active_mA;
    int64_t rest = (int64_t)phase[0].rest_mA + phase[1].rest_mA + phase[2].rest_mA;
    int64_t sum = a + b + c;
    if (wiring == WIRING_THREE_PHASE)
        sum = three_phase_mA(a, b, c);
    else if (wiring == WIRING_SPLIT)
        sum = a > b ? a - b : b - a;
    else
        return (struct neutral_current){(int32_t)sum,
                                        (int32_t)square_root(sum * sum + rest * rest)};
    return (struct neutral_current){
        .low_mA = (int32_t)(sum > rest ? sum - rest : 0),
        .high_mA = (int32_t)(sum + rest),
    };
}
