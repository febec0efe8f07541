/* The plant's battery: the twin (sim/twin.h) each second, a tangent in between, a BMS on top. */
#include <math.h>

#include "sim/state.h"

enum { CCL_A = 200, DCL_A = 300 };
static const double SECOND_S = 1;

/* Between two of the twin's steps the voltage follows the current along what the cell does at once. */
static void look(struct sim *sim, double amperes)
{
    const struct twin *twin = &sim->twin;
    double charge = twin->charge + sim->pending_As / (twin->capacity_Ah * 3600);
    sim->soc = fmin(1, fmax(0, charge));
    sim->battery_V =
        sim->config.battery_cells * (sim->cell_V + sim->cell_Ohm * (amperes - sim->mean_A));
    sim->battery_A = amperes;
    sim->truth.battery_A = amperes;
    sim->truth.battery_V = sim->battery_V;
    sim->truth.battery_soc = sim->soc;
    sim->truth.battery_soc_max = fmax(sim->truth.battery_soc_max, sim->soc);
}

static void second(struct sim *sim)
{
    sim->mean_A = sim->pending_As / SECOND_S;
    twin_step(&sim->twin, sim->mean_A, sim->config.battery_C);
    sim->pending_As = sim->pending_s = 0;
    sim->cell_V = twin_cell_V(&sim->twin, sim->mean_A);
    sim->cell_Ohm = twin_Ohm(&sim->twin, sim->mean_A);
}

void battery_begin(struct sim *sim)
{
    const struct sim_config *config = &sim->config;
    struct twin_config twin = {
        .capacity_Ah = config->battery_Ah,
        .lithium_lost_Ah = config->battery_Ah * (1 - config->battery_soh),
        .resistance = 1.1,
        .hysteresis_V = 0.008,
        .knee_at = 0.60,
        .knee_width = 0.017,
        .step_s = SECOND_S,
    };
    twin_init(&sim->twin, &twin, config->battery_soc, config->battery_C);
    /* All scales with the size: so it has what its state of health says. */
    double size = config->battery_Ah * config->battery_soh / sim->twin.capacity_Ah;
    twin.capacity_Ah *= size;
    twin.lithium_lost_Ah *= size;
    twin_init(&sim->twin, &twin, config->battery_soc, config->battery_C);
    battery_put(sim, config->battery_soc);
}

void battery_put(struct sim *sim, double soc)
{
    twin_rest(&sim->twin, soc);
    sim->pending_As = sim->pending_s = 0;
    sim->mean_A = 0;
    sim->cell_V = twin_cell_V(&sim->twin, 0);
    sim->cell_Ohm = twin_Ohm(&sim->twin, 0);
    sim->truth.battery_soc_max = soc;
    look(sim, 0);
}

void battery_step(struct sim *sim, double dt_s)
{
    double watts = 0;
    for (int u = 0; u < sim->config.inverters; u++)
        watts += sim->unit[u].dc_W;
    double amperes = watts / sim->battery_V;
    sim->pending_As += amperes * dt_s;
    sim->pending_s += dt_s;
    sim->charge_As += amperes * dt_s;
    if (sim->pending_s >= SECOND_S)
        second(sim);
    look(sim, amperes);
}

double battery_ccl_A(const struct sim *sim)
{
    double C = sim->config.battery_C;
    double warm = C < 0 ? 0 : C < 10 ? C / 10 : C < 45 ? 1 : C < 55 ? (55 - C) / 10 : 0;
    double full = sim->soc > 0.98 ? 0 : sim->soc > 0.95 ? 0.25 : 1;
    return CCL_A * warm * full;
}

double battery_dcl_A(const struct sim *sim)
{
    double C = sim->config.battery_C;
    return sim->soc < 0.05 || C < -20 || C > 60 ? 0 : sim->soc < 0.10 ? DCL_A / 3.0 : DCL_A;
}
