/* The estimator's cell file in the weeks' proof: what commissioning one cell of the make would have written, then made
 * wrong as the plan says. A fresh pack of the make is charged and discharged slowly at four temperatures, and pulsed;
 * the installed pack has other resistances, hysteresis and steepness. */
#ifndef BUSBAR_TEST_WEEKS_CELL_H
#define BUSBAR_TEST_WEEKS_CELL_H

#include <string.h>

#include "bms/cell.h"
#include "test/weeks_plan.h"

static inline struct twin_config weeks_make(void)
{
    return (struct twin_config){.capacity_Ah = 280,
                                .resistance = 1,
                                .hysteresis_V = 0.0075,
                                .knee_at = 0.60,
                                .knee_width = 0.016,
                                .step_s = 10,
                                .cells = 1};
}

/* One direction at C/25, the load's own voltage taken off as commissioning would: by a pulse. */
static inline void weeks_slow(struct twin *twin, double current_A, double temp_C, double V[CELL_POINTS])
{
    int left = CELL_POINTS;
    bool seen[CELL_POINTS] = {false};
    double loss_V = 0;
    for (long k = 0; left > 0 && k < 25 * 360 + 2000; k++) {
        twin_step(twin, current_A, temp_C);
        int row = (int)lround(twin->charge * (CELL_POINTS - 1));
        if (row < 0 || row >= CELL_POINTS || seen[row])
            continue;
        loss_V = twin_Ohm(twin, current_A) * current_A + twin->slow_V[0] + twin->slow_V[1] +
                 twin->state.salt_V;
        V[row] = twin_cell_V(twin, current_A) - loss_V;
        seen[row] = true;
        left--;
    }
    for (int row = 1; row < CELL_POINTS; row++)
        if (!seen[row])
            V[row] = V[row - 1];
}

/* What is left of the load's voltage when only the charge and its history are kept. */
static inline double weeks_over_Ohm(const struct twin *twin, double current_A)
{
    struct twin rested = *twin;
    twin_rest(&rested, twin->charge);
    memcpy(rested.play, twin->play, sizeof rested.play);
    return (twin_cell_V(twin, current_A) - twin_cell_V(&rested, 0)) / current_A;
}

/* C/10 for five minutes and for an hour, on a plateau: at a knee a pulse would find diffusion again, which the cell
 * file tells apart. */
static inline void weeks_pulse(struct twin *twin, double temp_C, struct cell_row *row)
{
    const double current_A = -28, charge = 0.50;
    double Ohm[2] = {0, 0};
    twin_rest(twin, charge);
    double r0_Ohm = twin_Ohm(twin, current_A);
    for (int s = 0; s < 360; s++) {
        twin_step(twin, current_A, temp_C);
        if (s == 30 || s == 359)
            Ohm[s > 30] = weeks_over_Ohm(twin, current_A);
    }
    for (int r = 0; r < CELL_R_POINTS; r++) {
        row->r0_Ohm[r] = r0_Ohm;
        row->r1_Ohm[r] = Ohm[0] - r0_Ohm;
        row->r2_Ohm[r] = (Ohm[1] - Ohm[0]) / (1 - exp(-3300 / 2000.0));
    }
}

static inline void weeks_measure_of(struct cell *cell, const struct twin_config *make)
{
    static const double temps_C[4] = {0, 10, 20, 30};
    static struct twin twin;
    static double up[CELL_POINTS], down[CELL_POINTS];
    *cell = (struct cell){.name = "the make", .chemistry = CHEMISTRY_LFP,
                          .capacity_Ah = make->capacity_Ah,
                          .efficiency = 0.999, .tau1_s = 120, .tau2_s = 2000, .diffusion_s = 260,
                          .tau_d_s = 200, .hysteresis_rate = 25, .voltage_sigma_V = 0.003,
                          .resistance_sigma = 0.12, .position_sigma = 0.01,
                          .knees = 2, .knee = {{0.24, 0.18, 0.33, 0.01}, {0.60, 0.54, 0.66, 0.01}},
                          .rows = 4};
    for (int t = 0; t < 4; t++) {
        struct cell_row *row = &cell->row[t];
        row->temp_C = temps_C[t];
        twin_init(&twin, make, 0, temps_C[t]);
        weeks_slow(&twin, 11.2, temps_C[t], up);
        twin_rest(&twin, 1);
        weeks_slow(&twin, -11.2, temps_C[t], down);
        for (int i = 0; i < CELL_POINTS; i++) {
            row->ocv_V[i] = (up[i] + down[i]) / 2;
            row->hysteresis_V[i] = fmin(0.03, fmax(0, (up[i] - down[i]) / 2));
        }
        weeks_pulse(&twin, temps_C[t], row);
    }
}

static inline void weeks_measure(struct cell *cell)
{
    struct twin_config make = weeks_make();
    weeks_measure_of(cell, &make);
}

static inline double weeks_table(const double table[CELL_POINTS], double z)
{
    double at = fmin(1, fmax(0, z)) * (CELL_POINTS - 1);
    int i = (int)fmin(at, CELL_POINTS - 2);
    return table[i] + (at - i) * (table[i + 1] - table[i]);
}

/* Where the file says z, the truth is at z - this: nothing at the ends, each knee's own error at the knee. */
static inline double weeks_warp(const struct weeks_plan *plan, double z)
{
    double low = plan->knee_off[0], high = plan->knee_off[1];
    if (z < 0.24)
        return low * z / 0.24;
    if (z < 0.60)
        return low + (high - low) * (z - 0.24) / 0.36;
    return high * (1 - z) / 0.40;
}

static inline void weeks_cell(struct cell *cell, const struct cell *make, const struct weeks_plan *plan)
{
    if (plan->right_cell) {
        struct twin_config pack = plan->pack;
        pack.cells = 1;
        weeks_measure_of(cell, &pack);
        cell->position_sigma = 0.002;
        return;
    }
    *cell = *make;
    for (int t = 0; t < cell->rows; t++) {
        struct cell_row *row = &cell->row[t];
        for (int i = 0; i < CELL_POINTS; i++) {
            double z = (double)i / (CELL_POINTS - 1), at = z - weeks_warp(plan, z);
            row->ocv_V[i] = weeks_table(make->row[t].ocv_V, at);
            row->hysteresis_V[i] =
                weeks_table(make->row[t].hysteresis_V, at) * (1 + plan->hysteresis_off);
        }
        for (int r = 0; r < CELL_R_POINTS; r++) {
            row->r0_Ohm[r] *= 1 + plan->resistance_off;
            row->r1_Ohm[r] *= 1 + plan->resistance_off;
            row->r2_Ohm[r] *= 1 + plan->resistance_off;
        }
    }
}

#endif
