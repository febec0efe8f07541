/* How much the bank may carry so that no pack exceeds its own limit.
 *
 * Parallel packs share by resistance, not by what they are allowed. Unmeasured, the rule is connected
 * packs x the weakest limit: right when all share alike. The shares are measured from the packs' own
 * currents, while all tell one and the bank carries at least C/20, and kept apart by direction:
 *
 *     carries = least of (a pack's limit / its share)
 *
 * Less than the rule by more than the sensors' own error (SHARE_NOISE_PERMILLE), it counts after
 * SHARE_LOWERS s: the pack with the least resistance would be overloaded. It never lowers below the weakest limit itself. More than the rule, it counts after
 * SHARE_RAISES s, less a tenth, and never above the sum of the limits. A pack that joins or leaves, or
 * SHARE_OLD_MS without such a current, makes all of it unknown: shares move with charge and
 * temperature. */
#ifndef BUSBAR_BMS_SHARE_H
#define BUSBAR_BMS_SHARE_H

#include "bms/bank.h"

enum {
    SHARE_LOWERS = 10, SHARE_RAISES = 60, SHARE_MARGIN_PERMILLE = 1100, SHARE_NOISE_PERMILLE = 20,
    SHARE_STEP_MS = 1000, SHARE_OLD_MS = 900000
};

/* Measures, when a second has passed and the currents tell. */
void share_step(struct bank_view *view, const struct bank_config *config,
                const struct pack_readings packs[], int64_t now_ms);

/* limits[i] of the packs in set (bit i); count = how many of them carry. direction 0 = charging.
 * Names the pack that binds, from 1. */
int32_t share_limit_mA(const struct bank_view *view, int direction, const int32_t limits_mA[],
                       uint32_t set, int count, uint8_t *binds);

#endif
