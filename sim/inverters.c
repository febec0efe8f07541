/* Axpert-style inverters on one common battery: sources, modes, overload, chargers. Priorities as
 * PI30 numbers them. Output: 0 utility (sun only charges), 1 solar, then utility, 2 solar,
 * battery, utility. Charger: 1 solar first, 2 solar and utility, 3 only solar. */
#include <math.h>

#include "sim/state.h"

enum { OVER_S = 7, TRIP_S = 10, FAULT_OVERLOAD = 7 };

static const double PV_EFFICIENCY = 0.98;

static bool output_alive(char mode)
{
    return mode == 'B' || mode == 'L';
}

static bool ac_in_present(const struct sim *sim, int u)
{
    int from = sim->config.inverter[u].ac_from;
    return from == -1 || (from >= 0 && output_alive(sim->unit[from].mode));
}

/* Its own fault first: one injected by its code, an overload, then what its group found. */
static int code_of(const struct sim *sim, int u)
{
    const struct sim_unit *unit = &sim->unit[u];
    double code;
    if (quirk_holds(sim, u, SIM_QUIRK_FAULT, &code))
        return (int)code;
    return unit->trip_s > 0 || unit->failed ? FAULT_OVERLOAD : unit->group_code;
}

/* A unit that may go back to the battery takes its time, where it is known to. */
static char back_late(const struct sim *sim, int u)
{
    const struct sim_unit *unit = &sim->unit[u];
    double delay_s;
    return unit->mode == 'L' && quirk_holds(sim, u, SIM_QUIRK_BACK_DELAY, &delay_s) &&
                   unit->back_s < delay_s
               ? 'L'
               : 'B';
}

/* Below its back-to-grid voltage a unit leaves the battery by itself, and comes back late; set to
 * 0, only when the battery is full. */
static char mode_of(struct sim *sim, int u, double dt_s)
{
    struct sim_unit *unit = &sim->unit[u];
    if (unit->code)
        return 'F';
    if (quirk_holds(sim, u, SIM_QUIRK_OFF, NULL))
        return 'S';
    double back_V = unit->to_battery_V > 0 ? unit->to_battery_V : unit->bulk_V - 0.4;
    double wanted_V = unit->mode == 'B' ? unit->to_grid_V : back_V;
    bool may = !unit->discharger_off && bms_discharges(sim, u);
    bool battery_well = sim->battery_V > wanted_V && may;
    if (!unit->ac_present)
        return sim->battery_V > unit->cut_off_V && may ? 'B' : 'S';
    battery_well = battery_well && unit->output_priority == 2;
    unit->back_s = battery_well ? unit->back_s + dt_s : 0;
    return battery_well ? back_late(sim, u) : 'L';
}

/* Above 110 % for seven seconds it trips, above 200 % at once, and comes back after ten. */
static void overload_watch(struct sim *sim, int u, double dt_s)
{
    struct sim_unit *unit = &sim->unit[u];
    double rated = sim->config.inverter[u].rated_W;
    if (unit->trip_s > 0)
        unit->trip_s -= dt_s;
    unit->over_s = unit->load_W > 1.1 * rated ? unit->over_s + dt_s : 0;
    if (unit->over_s <= OVER_S && unit->load_W <= 2 * rated)
        return;
    sim_violation(sim, 20, "inverter %d tripped at %.0f W", u, unit->load_W);
    unit->trip_s = TRIP_S;
    unit->over_s = 0;
}

/* What this unit may put into the battery: its own setting, its switch, what the battery itself
 * tells it, the bulk voltage. */
static double charge_room_W(const struct sim *sim, int u)
{
    const struct sim_unit *unit = &sim->unit[u];
    if (unit->charger_off || unit->mode == 'S')
        return 0;
    double taper = fmin(1, fmax(0, (charger_target_V(sim, u) - sim->battery_V) / 0.4));
    return fmin(unit->charge_max_A, bms_charge_A(sim, u)) * sim->battery_V * taper;
}

/* What it charges from its AC input, beside what the sun leaves of the room. */
static double ac_charge_W(const struct sim *sim, const struct sim_unit *unit, double room_W,
                          double sun_W)
{
    bool sun = unit->pv_W > 50;
    if (unit->mode != 'L' || unit->charger_priority == 3 || (unit->charger_priority == 1 && sun))
        return 0;
    double left_W = room_W - sun_W;
    return fmin(fmax(0, left_W), unit->ac_charge_max_A * sim->battery_V);
}

/* Sun first; the lack comes from the battery in mode B, from the AC input in mode L. */
static void power_flow(struct sim *sim, int u, double dt_s)
{
    struct sim_unit *unit = &sim->unit[u];
    const struct sim_inverter_config *config = &sim->config.inverter[u];
    double idle_W = unit->mode == 'F' ? 0 : config->idle_W;
    double sun_W = unit->pv_W * PV_EFFICIENCY, load_W = unit->load_W / config->efficiency;
    bool sun_serves = unit->mode == 'B' || (unit->mode == 'L' && unit->output_priority != 0);
    double room_W = charge_room_W(sim, u), own_W = idle_W + (sun_serves ? load_W : 0);
    double from_grid_W = 0;
    unit->dc_W = sun_W - idle_W;
    if (unit->mode == 'B') {
        unit->dc_W -= load_W;
    } else if (unit->mode == 'L') {
        double by_sun_W = sun_serves ? fmin(load_W, fmax(0, sun_W - idle_W)) : 0;
        double charge_W = ac_charge_W(sim, unit, room_W, sun_W - idle_W - by_sun_W);
        unit->dc_W += charge_W - by_sun_W;
        from_grid_W = unit->load_W - by_sun_W * config->efficiency + charge_W / config->efficiency;
    }
    unit->pv_limit_W = unit->mode == 'F' ? 0 : (own_W + room_W) / PV_EFFICIENCY;
    unit->grid_W = from_grid_W;
    unit->pv_Ws += unit->pv_W * dt_s;
    unit->pv_day_Ws += unit->pv_W * dt_s;
    unit->load_Ws += unit->load_W * dt_s;
    sim->truth.load_W[u] = unit->load_W;
    sim->truth.grid_W[u] = config->ac_from < 0 ? from_grid_W : 0;
    sim->truth.dc_A[u] = unit->dc_W / sim->battery_V;
    sim->truth.mode[u] = unit->mode;
}

/* Units that hang on another's output first, so that their draw is part of its load. */
void inverters_step(struct sim *sim, double dt_s)
{
    for (int u = 0; u < sim->config.inverters; u++) {
        bool box = u == sim->config.wallbox_inverter;
        sim->unit[u].load_W = box ? 0 : sim->truth.house_W[sim->config.inverter[u].phase];
        sim->unit[u].load_W += sim_wallbox_loads(sim, u) ? sim->truth.wallbox_W : 0;
    }
    groups_share(sim);
    groups_watch(sim);
    for (int u = sim->config.inverters - 1; u >= 0; u--) {
        struct sim_unit *unit = &sim->unit[u];
        int from = sim->config.inverter[u].ac_from;
        overload_watch(sim, u, dt_s);
        unit->ac_present = ac_in_present(sim, u);
        unit->code = code_of(sim, u);
        unit->mode = mode_of(sim, u, dt_s);
        if (!output_alive(unit->mode))
            unit->load_W = 0;
        power_flow(sim, u, dt_s);
        charger_step(sim, u, dt_s);
        if (from >= 0 && unit->mode == 'L')
            sim->unit[from].load_W += unit->grid_W;
    }
}
