/* The stages of an inverter's charger. Where they are not simulated (sim_inverter_config.staged) it
 * tapers towards its bulk voltage and never floats; the stage shown is what that looks like. */
#include <math.h>

#include "sim/state.h"

enum { ABSORB_LEAST_S = 600, ABSORB_MOST_S = 28800, MORNING_S = 50 };
static const double NEAR_V = 0.4;

double charger_target_V(const struct sim *sim, int u)
{
    const struct sim_unit *unit = &sim->unit[u];
    bool floats = sim->config.inverter[u].staged && unit->stage == SIM_STAGE_FLOAT;
    return floats ? unit->float_V : unit->bulk_V;
}

/* Ten times as long as bulk was, 10 minutes to 8 hours, or what has been set (docs/axpert.md, 4.5). */
double charger_absorb_s(const struct sim_unit *unit)
{
    if (unit->cv_min > 0)
        return unit->cv_min * 60.0;
    return fmin(ABSORB_MOST_S, fmax(ABSORB_LEAST_S, 10 * unit->bulk_s));
}

static void stage_enter(struct sim_unit *unit, enum sim_stage stage)
{
    if (unit->stage == stage)
        return;
    if (unit->stage == SIM_STAGE_BULK)
        unit->bulk_s = unit->stage_s;
    unit->stage = stage;
    unit->stage_s = 0;
}

/* With SIM_QUIRK_EARLY_FLOAT: when within its first 50 s the sun's charging current does not exceed a
 * fifth of what is allowed, the unit floats all day (4.2, item 1). */
static bool floats_early(const struct sim *sim, int u)
{
    const struct sim_unit *unit = &sim->unit[u];
    return quirk_holds(sim, u, SIM_QUIRK_EARLY_FLOAT, NULL) && unit->sun_s >= MORNING_S &&
           unit->sun_s < MORNING_S + 1 && unit->pv_W / sim->battery_V <= unit->charge_max_A / 5.0;
}

static enum sim_stage stage_next(const struct sim *sim, int u)
{
    const struct sim_unit *unit = &sim->unit[u];
    bool well = sim->battery_V > unit->bulk_V - NEAR_V;
    switch (unit->stage) {
    case SIM_STAGE_NONE:
        return SIM_STAGE_BULK;
    case SIM_STAGE_BULK:
        return floats_early(sim, u) ? SIM_STAGE_FLOAT : well ? SIM_STAGE_ABSORB : SIM_STAGE_BULK;
    case SIM_STAGE_ABSORB:
        return unit->stage_s >= charger_absorb_s(unit) ? SIM_STAGE_FLOAT : SIM_STAGE_ABSORB;
    case SIM_STAGE_FLOAT:
        return SIM_STAGE_FLOAT;
    }
    return SIM_STAGE_NONE;
}

/* It starts anew with each source: at sunrise, or when it comes to charge from the grid. */
void charger_step(struct sim *sim, int u, double dt_s)
{
    struct sim_unit *unit = &sim->unit[u];
    bool sun = unit->pv_W > 1, source = sun || unit->grid_W > unit->load_W + 1;
    unit->sun_s = sun ? unit->sun_s + dt_s : 0;
    unit->stage_s += dt_s;
    if (sim->config.inverter[u].staged)
        stage_enter(unit, source ? stage_next(sim, u) : SIM_STAGE_NONE);
    else if (unit->dc_W / sim->battery_V < 0.5)
        stage_enter(unit, SIM_STAGE_NONE);
    else
        stage_enter(unit, sim->battery_V > unit->bulk_V - NEAR_V ? SIM_STAGE_ABSORB : SIM_STAGE_BULK);
}
