#include "bms/share.h"

#include <assert.h>

static const int64_t WHOLE_ppm = 1000000;

/* All of one direction's currents, with what is between here and there left to noise. */
static bool currents_tell(const struct bank_view *view, const struct bank_config *config,
                          const struct pack_readings packs[], int64_t now_ms, int64_t *total_mA)
{
    int64_t least_mA = 0, sum_mA = 0;
    bool charges = false, discharges = false;
    for (size_t i = 0; i < config->packs; i++) {
        if (!place_counted(view->pack[i].place))
            continue;
        if (!reading_fresh(&packs[i].current_mA, now_ms, BANK_FRESH_MS))
            return false;
        sum_mA += packs[i].current_mA.value;
        least_mA += config->pack_capacity_mAh[i] / 20;
        charges = charges || packs[i].current_mA.value > PACK_QUIET_mA;
        discharges = discharges || packs[i].current_mA.value < -PACK_QUIET_mA;
    }
    *total_mA = sum_mA;
    return charges != discharges && (sum_mA < 0 ? -sum_mA : sum_mA) >= least_mA && sum_mA != 0;
}

static uint32_t counted_set(const struct bank_view *view)
{
    uint32_t set = 0;
    for (size_t i = 0; i < view->packs; i++)
        set |= place_counted(view->pack[i].place) ? 1u << i : 0;
    return set;
}

static void forget(struct share_memory *share, uint32_t packs)
{
    *share = (struct share_memory){.packs = packs};
}

/* The mean of about 16 s: the packs' words are up to a second apart. */
static void measure(struct bank_view *view, const struct pack_readings packs[], int direction,
                    int64_t total_mA, int64_t now_ms)
{
    struct share_memory *share = &view->share[direction];
    for (size_t i = 0; i < view->packs; i++) {
        if (!(share->packs & 1u << i))
            continue;
        int64_t seen = packs[i].current_mA.value * WHOLE_ppm / total_mA;
        int32_t *mean = &view->pack[i].share_ppm[direction];
        *mean = share->samples ? *mean + (int32_t)(seen - *mean) / 16 : (int32_t)seen;
    }
    share->samples += share->samples < SHARE_RAISES;
    share->newest_ms = now_ms;
}

void share_step(struct bank_view *view, const struct bank_config *config,
                const struct pack_readings packs[], int64_t now_ms)
{
    uint32_t set = counted_set(view);
    int64_t total_mA = 0;
    for (int d = 0; d < 2; d++)
        if (view->share[d].packs != set || now_ms - view->share[d].newest_ms > SHARE_OLD_MS)
            forget(&view->share[d], set);
    if (!currents_tell(view, config, packs, now_ms, &total_mA))
        return;
    int direction = total_mA > 0 ? 0 : 1;
    if (now_ms - view->share[direction].newest_ms >= SHARE_STEP_MS)
        measure(view, packs, direction, total_mA, now_ms);
}

/* Least of limit / share, and whose it is. */
static int64_t carried_mA(const struct bank_view *view, int direction, const int32_t limits_mA[],
                          uint32_t set, uint8_t *binds)
{
    int64_t least_mA = INT64_MAX;
    for (size_t i = 0; i < view->packs; i++) {
        int64_t share = view->pack[i].share_ppm[direction];
        if (!(set & 1u << i) || share <= 0)
            continue;
        int64_t mA = limits_mA[i] * WHOLE_ppm / share;
        if (mA < least_mA) {
            least_mA = mA;
            *binds = (uint8_t)(i + 1);
        }
    }
    return least_mA;
}

int32_t share_limit_mA(const struct bank_view *view, int direction, const int32_t limits_mA[],
                       uint32_t set, int count, uint8_t *binds)
{
    const struct share_memory *share = &view->share[direction];
    int64_t sum_mA = 0, weakest_mA = INT32_MAX;
    int packs = 0;
    *binds = 0;
    for (size_t i = 0; i < view->packs; i++) {
        if (!(set & 1u << i))
            continue;
        packs++;
        sum_mA += limits_mA[i];
        if (*binds == 0 || limits_mA[i] < weakest_mA) {
            weakest_mA = limits_mA[i];
            *binds = (uint8_t)(i + 1);
        }
    }
    if (*binds == 0)
        return 0;
    int64_t rule_mA = weakest_mA * count;
    uint8_t loaded = 0;
    bool whole = share->packs == set && packs == count;
    int64_t carried = carried_mA(view, direction, limits_mA, set, &loaded);
    if (!whole || loaded == 0 || share->samples < SHARE_LOWERS)
        return (int32_t)rule_mA;
    if (carried * 1000 < rule_mA * (1000 - SHARE_NOISE_PERMILLE)) {
        *binds = loaded;
        return (int32_t)(carried > weakest_mA ? carried : weakest_mA);
    }
    int64_t raised = carried * 1000 / SHARE_MARGIN_PERMILLE;
    raised = raised < sum_mA ? raised : sum_mA;
    if (share->samples < SHARE_RAISES || raised <= rule_mA)
        return (int32_t)rule_mA;
    *binds = loaded;
    return (int32_t)raised;
}
