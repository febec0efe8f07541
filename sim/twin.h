/* A pack of large LFP cells in series as the physical truth: what estimators are tried on, and not built like them.
 *
 * A single-particle model (sim/spm.h) of the mean cell, with what such a model lacks: hysteresis as play operators
 * of several widths (a Prandtl-Ishlinskii sum, so inner loops are remembered), two relaxations slower than
 * diffusion, entropy, and cells that differ in charge and capacity. Each cell's voltage is the mean cell's under
 * load, moved to its own charge.
 *
 * The graphite's potential follows the rest voltage of a large prismatic cell at 25 C (CccLeo, large-format LFP data
 * set: steps of 30 mV near 24 % and of 37 mV near 60 %); resistances the same cell's impedance, 0.2 mOhm at once
 * and as much again by 10 mHz at 280 Ah; entropy M. Naumann's Sony cell. */
#ifndef BUSBAR_SIM_TWIN_H
#define BUSBAR_SIM_TWIN_H

#include "sim/spm.h"

enum { TWIN_CELLS = 32, TWIN_PLAYS = 4, TWIN_SLOW = 2 };

struct twin_config {
    double capacity_Ah;                   /* fresh */
    double lithium_lost_Ah;               /* bound by ageing; the capacity falls by about as much */
    double resistance;                    /* against the measured cell of this size; 1 */
    double hysteresis_V;                  /* half the gap after a long charge and discharge, mid range; 0.008 */
    double knee_at, knee_width;           /* of the fresh cell's charge; 0.60, 0.016: 63 % of it within +- this */
    double step_s;                        /* of twin_step */
    int cells;                            /* in series, 1..TWIN_CELLS */
    double cell_charge[TWIN_CELLS];       /* ahead of the mean at the start, of charge */
    double cell_capacity[TWIN_CELLS];     /* against the mean; 0 = 1 */
};

struct twin {
    struct twin_config config;
    struct spm spm;
    struct spm_window window;
    struct spm_at at;
    struct spm_state state;
    double temp_C;                        /* that `at` was made for */
    double capacity_Ah;                   /* as aged */
    double charge, began;                 /* of the mean cell, 0..1; now, at twin_rest */
    double play[TWIN_PLAYS];
    double slow_V[TWIN_SLOW], slow_Ohm[TWIN_SLOW], slow_keeps[TWIN_SLOW];
};

void twin_init(struct twin *twin, const struct twin_config *config, double charge, double temp_C);

/* Rested at this charge since long. */
void twin_rest(struct twin *twin, double charge);

/* config.step_s seconds; + charges. Temperatures closer than half a kelvin to the last count as that. */
void twin_step(struct twin *twin, double current_A, double temp_C);

double twin_cell_V(const struct twin *twin, double current_A);    /* of the mean cell */
double twin_Ohm(const struct twin *twin, double current_A);       /* its slope by current, at once */

/* Every cell's voltage, config.cells of them; returns their sum. */
double twin_cells_V(const struct twin *twin, double current_A, double cell_V[]);

#endif
