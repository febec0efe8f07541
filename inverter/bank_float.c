/* Premature float: a charger that holds the float voltage though the battery was never absorbed.
 *
 * docs/axpert.md: with automatic absorb time, a morning whose first 50 s bring less than a fifth of the
 * charge limit leaves the unit in float all day; with fixed minutes they count from 0.5 V below the
 * target on, even if it is never reached. Both lose the charge between float and bulk. Seen here:
 * float stage, sun on an input, charge wanted, for ten minutes, and the battery since the last night
 * never at the bulk voltage. Where bulk equals float there is nothing to lose and no trap. */
#include "inverter/bank.h"

enum {
    FLOAT_SURE_MS = 600000,
    NIGHT_MS = 1800000, /* so long without sun is a night */
    SUN_dV = 600,
    APART_dV = 3,    /* bulk above float by less is one voltage */
    REACHED_cV = 10, /* below the target: reached */
    NEAR_cV = 50     /* below the target: fixed minutes count */
};

static void night_step(struct inverter_float_state *state, const struct inverter_bank_unit *unit,
                       int64_t now_ms)
{
    if (unit->pv_dV >= SUN_dV) {
        state->dark_ms = 0;
        return;
    }
    if (state->dark_ms == 0)
        state->dark_ms = now_ms;
    if (now_ms - state->dark_ms >= NIGHT_MS)
        *state = (struct inverter_float_state){.dark_ms = state->dark_ms};
}

static enum inverter_float trap_of(const struct inverter_float_state *state,
                                   const struct inverter_bank_unit *unit)
{
    int32_t bulk_cV = unit->bulk_dV * 10;
    if (state->best_cV >= bulk_cV - REACHED_cV)
        return FLOAT_WELL;
    return state->best_cV >= bulk_cV - NEAR_cV ? FLOAT_NEAR_TARGET : FLOAT_WITHOUT_ABSORB;
}

void inverter_bank_float(struct inverter_float_state *state, const struct inverter_bank_unit *unit,
                         int64_t now_ms)
{
    if (!unit->heard || unit->stranger || unit->stage == STAGE_UNKNOWN || unit->bulk_dV <= 0 ||
        unit->float_dV <= 0) {
        state->trap = FLOAT_WELL;
        state->float_ms = 0;
        return;
    }
    night_step(state, unit, now_ms);
    if (unit->battery_cV > state->best_cV)
        state->best_cV = unit->battery_cV;
    bool floats = unit->stage == STAGE_FLOAT && unit->charge_wanted && unit->pv_dV >= SUN_dV &&
                  unit->bulk_dV - unit->float_dV >= APART_dV;
    if (!floats) {
        state->trap = FLOAT_WELL;
        state->float_ms = 0;
        return;
    }
    if (state->float_ms == 0)
        state->float_ms = now_ms;
    enum inverter_float trap =
        now_ms - state->float_ms >= FLOAT_SURE_MS ? trap_of(state, unit) : FLOAT_WELL;
    if (trap != FLOAT_WELL && state->trap == FLOAT_WELL)
        state->trap_ms = now_ms;
    state->trap = trap;
}
