#include "sim/twin.h"

#include <math.h>
#include <stddef.h>

static const double EMPTY_X = 0.01, SPAN_X = 0.80; /* graphite, fresh */
static const double EMPTY_Y = 0.95, SPAN_Y = 0.92; /* iron phosphate, fresh */
static const double OF_Ah = 280;                   /* the resistances are of a cell of this size */
static const double SLOW_Ohm[TWIN_SLOW] = {0.10e-3, 0.12e-3}, SLOW_S[TWIN_SLOW] = {700, 6500};
static const double SLOW_J_MOL = 22000, GAS = 8.314462618, ZERO_K = 273.15, AT_C = 25;
static const double SAME_K = 0.5;

/* Half widths of the plays in charge, and their parts of the whole. */
static const double PLAY_WIDTH[TWIN_PLAYS] = {0.003, 0.015, 0.05, 0.12};
static const double PLAY_PART[TWIN_PLAYS] = {0.2, 0.35, 0.3, 0.15};

static double logistic(double x)
{
    return 1 / (1 + exp(x));
}

static double graphite_V(const struct twin_config *config, double z)
{
    return 0.083 - 0.008 * (z - 0.6) +
           0.037 * logistic((z - config->knee_at) / config->knee_width) +
           0.030 * logistic((z - 0.24) / 0.02) + 0.10 * exp(-z / 0.07) + 0.62 * exp(-z / 0.022);
}

static double iron_V(double y)
{
    return 3.416 + 0.6 * exp(-110 * y) - 0.8 * exp(-90 * (1 - y));
}

static double entropy_V_K(double z)
{
    return z < 0.35 ? -0.30e-3 + z / 0.35 * 0.45e-3 : 0.15e-3;
}

static void cell_put(struct twin *twin)
{
    const struct twin_config *config = &twin->config;
    double sizes = config->capacity_Ah / OF_Ah, Ohm = config->resistance / sizes;
    twin->spm = (struct spm){.side = {{.radius_m = 5.5e-6,
                                       .diffusivity_m2_s = 7e-15,
                                       .diffusivity_J_mol = 30000,
                                       .rate_mol_m2_s = 3e-5,
                                       .rate_J_mol = 45000,
                                       .capacity_Ah = config->capacity_Ah / SPAN_X,
                                       .surface_m2 = 260 * sizes / config->resistance},
                                      {.radius_m = 0.5e-6,
                                       .diffusivity_m2_s = 7e-17,
                                       .diffusivity_J_mol = 50000,
                                       .rate_mol_m2_s = 3e-6,
                                       .rate_J_mol = 35000,
                                       .capacity_Ah = config->capacity_Ah / SPAN_Y,
                                       .surface_m2 = 3600 * sizes / config->resistance}},
                             .ohmic_Ohm = 0.17e-3 * Ohm,
                             .salt_Ohm = 0.08e-3 * Ohm,
                             .salt_s = 60,
                             .electrolyte_J_mol = 14000};
    for (int i = 0; i < SPM_POINTS; i++) {
        double x = (double)i / (SPM_POINTS - 1);
        double z = fmax(-0.01, (x - EMPTY_X) / SPAN_X);
        twin->spm.side[SPM_NEGATIVE].equilibrium_V[i] = graphite_V(config, z);
        twin->spm.side[SPM_POSITIVE].equilibrium_V[i] = iron_V(x);
    }
}

static double rested_V(const struct twin *twin, double charge)
{
    const struct spm_window *w = &twin->window;
    double x = w->empty[SPM_NEGATIVE] + charge * (w->full[SPM_NEGATIVE] - w->empty[SPM_NEGATIVE]);
    double y = w->empty[SPM_POSITIVE] + charge * (w->full[SPM_POSITIVE] - w->empty[SPM_POSITIVE]);
    return spm_equilibrium_V(&twin->spm, SPM_POSITIVE, y) -
           spm_equilibrium_V(&twin->spm, SPM_NEGATIVE, x);
}

/* What is lost was the cell's to give: the voltages at rest, empty and full, stay. */
static void age(struct twin *twin)
{
    twin->window = (struct spm_window){{EMPTY_X, EMPTY_Y}, {EMPTY_X + SPAN_X, EMPTY_Y - SPAN_Y}};
    double empty_V = rested_V(twin, 0), full_V = rested_V(twin, 1);
    double lithium_Ah = spm_lithium_Ah(&twin->spm, &twin->window) - twin->config.lithium_lost_Ah;
    twin->capacity_Ah = spm_window(&twin->spm, lithium_Ah, empty_V, full_V, &twin->window);
}

static void warm(struct twin *twin, double temp_C)
{
    double sizes = twin->config.capacity_Ah / OF_Ah, dt_s = twin->config.step_s;
    double slower = exp(SLOW_J_MOL / GAS * (1 / (temp_C + ZERO_K) - 1 / (AT_C + ZERO_K)));
    spm_at(&twin->at, &twin->spm, temp_C, dt_s);
    for (int k = 0; k < TWIN_SLOW; k++) {
        twin->slow_Ohm[k] = SLOW_Ohm[k] * twin->config.resistance * slower / sizes;
        twin->slow_keeps[k] = exp(-dt_s / SLOW_S[k]);
    }
    twin->temp_C = temp_C;
}

void twin_rest(struct twin *twin, double charge)
{
    spm_rest(&twin->state, &twin->window, charge);
    twin->charge = twin->began = charge;
    for (int k = 0; k < TWIN_PLAYS; k++)
        twin->play[k] = charge;
    for (int k = 0; k < TWIN_SLOW; k++)
        twin->slow_V[k] = 0;
}

void twin_init(struct twin *twin, const struct twin_config *config, double charge, double temp_C)
{
    *twin = (struct twin){.config = *config};
    for (int c = 0; c < TWIN_CELLS; c++)
        if (!(twin->config.cell_capacity[c] > 0))
            twin->config.cell_capacity[c] = 1;
    cell_put(twin);
    age(twin);
    warm(twin, temp_C);
    twin_rest(twin, charge);
}

void twin_step(struct twin *twin, double current_A, double temp_C)
{
    if (fabs(temp_C - twin->temp_C) > SAME_K)
        warm(twin, temp_C);
    spm_step(&twin->at, &twin->state, current_A);
    double z = twin->charge = spm_charge(&twin->state, &twin->window);
    for (int k = 0; k < TWIN_PLAYS; k++) {
        double low = z - PLAY_WIDTH[k], high = z + PLAY_WIDTH[k], was = twin->play[k];
        twin->play[k] = was < low ? low : was > high ? high : was;
    }
    for (int k = 0; k < TWIN_SLOW; k++) {
        double target_V = twin->slow_Ohm[k] * current_A;
        twin->slow_V[k] = target_V + twin->slow_keeps[k] * (twin->slow_V[k] - target_V);
    }
}

double twin_cell_V(const struct twin *twin, double current_A)
{
    double turned = 0, slow_V = 0, z = twin->charge;
    for (int k = 0; k < TWIN_PLAYS; k++)
        turned += PLAY_PART[k] * (z - twin->play[k]) / PLAY_WIDTH[k];
    for (int k = 0; k < TWIN_SLOW; k++)
        slow_V += twin->slow_V[k];
    double hysteresis_V = twin->config.hysteresis_V * (z < 0.3 ? 1 + 3 * (0.3 - z) : 1);
    return spm_voltage(&twin->at, &twin->state, current_A) + slow_V + turned * hysteresis_V +
           (twin->temp_C - AT_C) * entropy_V_K(z);
}

double twin_Ohm(const struct twin *twin, double current_A)
{
    const double apart_A = twin->config.capacity_Ah * 1e-3;
    return (spm_voltage(&twin->at, &twin->state, current_A + apart_A) -
            spm_voltage(&twin->at, &twin->state, current_A - apart_A)) /
           (2 * apart_A);
}

double twin_cells_V(const struct twin *twin, double current_A, double cell_V[])
{
    const struct twin_config *config = &twin->config;
    double mean_V = twin_cell_V(twin, current_A), sum_V = 0;
    double over_V = mean_V - rested_V(twin, twin->charge), moved = twin->charge - twin->began;
    for (int c = 0; c < config->cells; c++) {
        double z = twin->began + config->cell_charge[c] + moved / config->cell_capacity[c];
        cell_V[c] = over_V + rested_V(twin, z);
        sum_V += cell_V[c];
    }
    return sum_V;
}
