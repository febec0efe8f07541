/* Two cells as single-particle models, from public parameters and measured half cells.
 *
 * Scalars: About:Energy, BPX parameterisation of a 2 Ah LFP 18650 and a 12.5 Ah NMC111 pouch cell (2022): radius,
 * diffusivity, rate, maximum concentration, surface, window. Electrolyte: Nyman et al. 2008 at 1 mol/l through the
 * same sets' thicknesses and transport efficiencies. Potentials: tum-ees/PyDMA, half cells of another LFP 18650 at
 * C/50; the NMC electrode is what its cell's C/20 discharge leaves over above that graphite. */
#ifndef BUSBAR_TEST_SPM_CELLS_H
#define BUSBAR_TEST_SPM_CELLS_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/spm.h"

enum { CURVE_ROWS = 512 };

/* A measured curve, first column rising. */
struct curve {
    int rows;
    double x[CURVE_ROWS], y[CURVE_ROWS];
};

static inline FILE *shared_open(const char *name)
{
    const char *shared = getenv("BUSBAR_SHARED");
    char path[512];
    snprintf(path, sizeof path, "%s/data/soc/%s.csv", shared ? shared : "../shared", name);
    return fopen(path, "r");
}

/* This column over the first; false where the file is not there. */
static inline int curve_read(struct curve *curve, const char *name, int column)
{
    FILE *file = shared_open(name);
    char line[256];
    curve->rows = 0;
    if (!file)
        return 0;
    while (fgets(line, sizeof line, file) && curve->rows < CURVE_ROWS) {
        double cell[8];
        int n = 0;
        for (char *at = line, *end; n < 8; at = end + 1) {
            cell[n] = strtod(at, &end);
            if (end == at)
                break;
            n++;
            if (*end != ',')
                break;
        }
        if (n <= column)
            continue;
        curve->x[curve->rows] = cell[0];
        curve->y[curve->rows++] = cell[column];
    }
    fclose(file);
    return curve->rows > 1;
}

static inline double curve_at(const struct curve *curve, double x)
{
    int i = 1;
    while (i < curve->rows - 1 && x > curve->x[i])
        i++;
    double part = (x - curve->x[i - 1]) / (curve->x[i] - curve->x[i - 1]);
    part = fmin(1, fmax(0, part));
    return curve->y[i - 1] + part * (curve->y[i] - curve->y[i - 1]);
}

/* area_m2: of the electrode; the other two per volume of it. */
struct sheet {
    double area_m2, thickness_m, surface_1_m, concentration_mol_m3;
};

static inline void sheet_put(struct spm_electrode *e, struct sheet sheet)
{
    double volume_m3 = sheet.area_m2 * sheet.thickness_m;
    double active = sheet.surface_1_m * e->radius_m / 3;
    e->surface_m2 = volume_m3 * sheet.surface_1_m;
    e->capacity_Ah = volume_m3 * active * sheet.concentration_mol_m3 * 96485.33212 / 3600;
}

static inline void table_put(struct spm_electrode *e, const struct curve *curve, int mirrored)
{
    for (int i = 0; i < SPM_POINTS; i++) {
        double x = (double)i / (SPM_POINTS - 1);
        e->equilibrium_V[i] = curve_at(curve, mirrored ? 1 - x : x);
    }
}

static const struct spm_window lfp_window = {{0.0016261, 0.95038}, {0.82258, 0.0875}};
static const struct spm_window nmc_window = {{0.005504, 0.96210}, {0.75668, 0.42424}};

/* Mean of both directions at C/50: half of the gap between them is what the counter electrode loses. */
static inline int graphite_read(struct curve *graphite)
{
    static struct curve back;
    const char *name = "ocp_halfcell_lfp_graphite_haidi18650_C50";
    if (!curve_read(graphite, name, 2) || !curve_read(&back, name, 1))
        return 0;
    for (int i = 0; i < graphite->rows; i++)
        graphite->y[i] = (graphite->y[i] + back.y[i]) / 2;
    return 1;
}

/* False without the half cells. */
static inline int lfp_cell(struct spm *spm)
{
    static struct curve graphite, iron;
    *spm = (struct spm){
        .side = {{.radius_m = 4.8e-6, .diffusivity_m2_s = 9.6e-15, .diffusivity_J_mol = 30000,
                  .rate_mol_m2_s = 6.872e-6, .rate_J_mol = 55000},
                 {.radius_m = 0.5e-6, .diffusivity_m2_s = 6.873e-17, .diffusivity_J_mol = 80000,
                  .rate_mol_m2_s = 9.736e-7, .rate_J_mol = 35000}},
        .ohmic_Ohm = 5.33e-3, .salt_Ohm = 8.3e-3, .salt_s = 20, .electrolyte_J_mol = 17100};
    sheet_put(&spm->side[SPM_NEGATIVE], (struct sheet){0.0896, 44.4e-6, 473004, 31400});
    sheet_put(&spm->side[SPM_POSITIVE], (struct sheet){0.0896, 64.3e-6, 4418460, 21200});
    if (!graphite_read(&graphite) ||
        !curve_read(&iron, "ocp_halfcell_lfp_graphite_haidi18650_C50", 4))
        return 0;
    table_put(&spm->side[SPM_NEGATIVE], &graphite, 0);
    table_put(&spm->side[SPM_POSITIVE], &iron, 1);
    return 1;
}

/* What the model loses between its potentials at rest and its terminals on this discharge, over charge. */
static inline void lost_on_discharge(const struct spm *spm, const struct spm_window *window,
                                     double current_A, double capacity_Ah, struct curve *lost)
{
    enum { STEPS = 4000 };
    struct spm_at at;
    struct spm_state state;
    spm_at(&at, spm, 25, capacity_Ah * 3600 / -current_A / STEPS);
    spm_rest(&state, window, 1);
    for (int k = 0; k < STEPS; k++) {
        spm_step(&at, &state, current_A);
        double n = spm_mean(&state, SPM_NEGATIVE), p = spm_mean(&state, SPM_POSITIVE);
        int row = (int)lround(spm_charge(&state, window) * (lost->rows - 1));
        if (row >= 0 && row < lost->rows)
            lost->y[row] = spm_voltage(&at, &state, current_A) -
                           spm_equilibrium_V(spm, SPM_POSITIVE, p) +
                           spm_equilibrium_V(spm, SPM_NEGATIVE, n);
    }
}

/* The positive potential from a cell's slow discharge: first as if it lost nothing, then corrected by what the model
 * loses. */
static inline void positive_left_over(struct spm *spm, const struct spm_window *window,
                                      const struct curve *cell, double current_A, double capacity_Ah)
{
    static struct curve lost;
    lost = *cell;
    memset(lost.y, 0, sizeof lost.y);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < SPM_POINTS; i++) {
            double y = (double)i / (SPM_POINTS - 1);
            double z = (y - window->empty[1]) / (window->full[1] - window->empty[1]);
            double x = window->empty[0] + z * (window->full[0] - window->empty[0]);
            spm->side[SPM_POSITIVE].equilibrium_V[i] =
                curve_at(cell, z) - curve_at(&lost, z) + spm_equilibrium_V(spm, SPM_NEGATIVE, x);
        }
        lost_on_discharge(spm, window, current_A, capacity_Ah, &lost);
    }
}

static inline int nmc_cell(struct spm *spm)
{
    static struct curve graphite, cell;
    *spm = (struct spm){
        .side = {{.radius_m = 4.12e-6, .diffusivity_m2_s = 2.728e-14, .diffusivity_J_mol = 30000,
                  .rate_mol_m2_s = 5.199e-6, .rate_J_mol = 55000},
                 {.radius_m = 4.6e-6, .diffusivity_m2_s = 3.2e-14, .diffusivity_J_mol = 15000,
                  .rate_mol_m2_s = 2.305e-5, .rate_J_mol = 35000}},
        .ohmic_Ohm = 0.604e-3, .salt_Ohm = 0.9e-3, .salt_s = 20, .electrolyte_J_mol = 17100};
    sheet_put(&spm->side[SPM_NEGATIVE], (struct sheet){34 * 0.016808, 56.2e-6, 499522, 29730});
    sheet_put(&spm->side[SPM_POSITIVE], (struct sheet){34 * 0.016808, 52.3e-6, 432072, 46200});
    if (!graphite_read(&graphite) ||
        !curve_read(&cell, "ocv_nmc_ae_pouch_c20_discharge", 1))
        return 0;
    table_put(&spm->side[SPM_NEGATIVE], &graphite, 0);
    positive_left_over(spm, &nmc_window, &cell, -13.0974 / 20, 13.0974);
    return 1;
}

#endif
