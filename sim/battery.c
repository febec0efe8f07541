/* LFP cells in series: open-circuit voltage, resistance, two relaxations, a BMS on top. */
#include <math.h>

#include "sim/state.h"

/* A large prismatic LFP cell, charge in steps of 5 %; the step near 60 % is graphite's stage 2. */
static const double ocv_V[21] = {2.70,  3.100,  3.190,  3.210,  3.235,  3.253, 3.269,
                                 3.276, 3.282,  3.288,  3.2895, 3.291,  3.305, 3.323,
                                 3.328, 3.3295, 3.3305, 3.331,  3.3315, 3.335, 3.45};

enum { CCL_A = 200, DCL_A = 300, FAST_S = 30, SLOW_S = 900 };

static double ocv(double soc)
{
    double at = fmin(0.99999, fmax(0, soc)) * 20;
    int i = (int)at;
    return ocv_V[i] + (at - i) * (ocv_V[i + 1] - ocv_V[i]);
}

void battery_step(struct sim *sim, double dt_s)
{
    const struct sim_config *config = &sim->config;
    double capacity_As = config->battery_Ah * config->battery_soh * 3600, watts = 0;
    double r0 = 0.00025 * 280 / config->battery_Ah, r1 = r0, r2 = 1.5 * r0;
    for (int u = 0; u < config->inverters; u++)
        watts += sim->unit[u].dc_W;
    double amperes = watts / sim->battery_V;
    sim->soc = fmin(1, fmax(0, sim->soc + amperes * dt_s / capacity_As));
    sim->v1 += (amperes * r1 - sim->v1) * (1 - exp(-dt_s / FAST_S));
    sim->v2 += (amperes * r2 - sim->v2) * (1 - exp(-dt_s / SLOW_S));
    sim->battery_V = config->battery_cells * (ocv(sim->soc) + amperes * r0 + sim->v1 + sim->v2);
    sim->battery_A = amperes;
    sim->charge_As += amperes * dt_s;
    sim->truth.battery_A = amperes;
    sim->truth.battery_V = sim->battery_V;
    sim->truth.battery_soc = sim->soc;
    sim->truth.battery_soc_max = fmax(sim->truth.battery_soc_max, sim->soc);
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
