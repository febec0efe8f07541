/* Axpert-style inverters on one common battery: sources, modes, overload. Priorities as PI30 numbers
 * them: 0 utility, 1 solar, 2 solar-battery-utility. */
#include <math.h>

#include "sim/state.h"

static const double BULK_V = 56.4, BACK_TO_GRID_V = 46, BACK_TO_BATTERY_V = 51;

static bool ac_in_present(const struct sim *sim, int u)
{
    int from = sim->config.inverter[u].ac_from;
    return from < 0 || (sim->unit[from].mode != 'F' && sim->unit[from].mode != 'S');
}

static void mode_choose(struct sim *sim, int u)
{
    struct sim_unit *unit = &sim->unit[u];
    bool battery_well = sim->battery_V > (unit->mode == 'B' ? BACK_TO_GRID_V : BACK_TO_BATTERY_V);
    unit->ac_present = ac_in_present(sim, u);
    if (unit->trip_s > 0)
        unit->mode = 'F';
    else if (!unit->ac_present)
        unit->mode = 'B';
    else if (unit->output_priority == 0)
        unit->mode = 'L';
    else if (unit->output_priority == 1)
        unit->mode = unit->pv_W > unit->load_W * 1.1 + 100 ? 'B' : 'L';
    else
        unit->mode = battery_well ? 'B' : 'L';
}

/* Above 110 % for seven seconds it trips, and comes back after ten. */
static void overload_watch(struct sim *sim, int u, double dt_s)
{
    struct sim_unit *unit = &sim->unit[u];
    double rated = sim->config.inverter[u].rated_W;
    if (unit->trip_s > 0)
        unit->trip_s -= dt_s;
    unit->over_s = unit->load_W > 1.1 * rated ? unit->over_s + dt_s : 0;
    if (unit->over_s > 7 || unit->load_W > 2 * rated) {
        unit->trip_s = 10;
        unit->over_s = 0;
    }
}

/* What this unit may put into the battery: its own setting, its switch, the bulk voltage. */
static double charge_room_W(const struct sim *sim, const struct sim_unit *unit)
{
    if (unit->charger_off)
        return 0;
    double taper = fmin(1, fmax(0, (BULK_V - sim->battery_V) / 0.4));
    return unit->charge_max_A * sim->battery_V * taper;
}

static void power_flow(struct sim *sim, int u)
{
    struct sim_unit *unit = &sim->unit[u];
    const struct sim_inverter_config *config = &sim->config.inverter[u];
    double need_W = unit->mode == 'F' ? 0 : config->idle_W;
    unit->grid_W = 0;
    if (unit->mode == 'B')
        need_W += unit->load_W / config->efficiency;
    else if (unit->mode == 'L')
        unit->grid_W = unit->load_W;
    unit->pv_limit_W = unit->mode == 'F' ? 0 : (need_W + charge_room_W(sim, unit)) / 0.98;
    unit->dc_W = unit->pv_W * 0.98 - need_W;
    sim->truth.load_W[u] = unit->load_W;
    sim->truth.grid_W[u] = config->ac_from < 0 ? unit->grid_W : 0;
    sim->truth.dc_A[u] = unit->dc_W / sim->battery_V;
    sim->truth.mode[u] = unit->mode;
}

/* Units that hang on another's output first, so that their draw is part of its load. */
void inverters_step(struct sim *sim, double dt_s)
{
    for (int u = 0; u < sim->config.inverters; u++) {
        bool box = u == sim->config.wallbox_inverter;
        sim->unit[u].load_W = box ? sim->truth.wallbox_W
                                  : sim->truth.house_W[sim->config.inverter[u].phase];
    }
    for (int u = sim->config.inverters - 1; u >= 0; u--) {
        int from = sim->config.inverter[u].ac_from;
        overload_watch(sim, u, dt_s);
        mode_choose(sim, u);
        if (sim->unit[u].mode == 'F')
            sim->unit[u].load_W = 0;
        if (from >= 0 && sim->unit[u].mode == 'L')
            sim->unit[from].load_W += sim->unit[u].load_W;
    }
    for (int u = 0; u < sim->config.inverters; u++)
        power_flow(sim, u);
}
