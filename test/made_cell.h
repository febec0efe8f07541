/* A made-up large LFP cell, 100 Ah: two plateaus, a knee at 60 %, one slope at 25 %. */
#ifndef BUSBAR_TEST_MADE_CELL_H
#define BUSBAR_TEST_MADE_CELL_H

#include <string.h>

#include "bms/cell.h"

static inline void made_cell(struct cell *cell)
{
    static const double V[21] = {2.70,  3.100, 3.190,  3.210, 3.235, 3.253, 3.269,
                                 3.276, 3.282, 3.288,  3.2895, 3.291, 3.305, 3.323,
                                 3.328, 3.3295, 3.3305, 3.331, 3.3315, 3.335, 3.45};
    memset(cell, 0, sizeof *cell);
    strcpy(cell->name, "made up");
    cell->capacity_Ah = 100;
    cell->efficiency = 1;
    cell->tau1_s = 30;
    cell->tau2_s = 900;
    cell->diffusion_s = 160;
    cell->tau_d_s = 119;
    cell->hysteresis_rate = 20;
    cell->voltage_sigma_V = 0.002;
    cell->resistance_sigma = 0.1;
    cell->position_sigma = 0.005;
    cell->knees = 2;
    cell->knee[0] = (struct cell_knee){0.25, 0.15, 0.32, 0.01};
    cell->knee[1] = (struct cell_knee){0.60, 0.56, 0.66, 0.005};
    cell->rows = 1;
    cell->row[0].temp_C = 25;
    for (int i = 0; i < CELL_POINTS; i++) {
        int left = i / 10 < 20 ? i / 10 : 19;
        double part = (i - 10 * left) / 10.0;
        cell->row[0].ocv_V[i] = V[left] + part * (V[left + 1] - V[left]);
        cell->row[0].hysteresis_V[i] = 0.008;
    }
    for (int i = 0; i < CELL_R_POINTS; i++) {
        cell->row[0].r0_Ohm[i] = 0.0005;
        cell->row[0].r1_Ohm[i] = 0.0003;
        cell->row[0].r2_Ohm[i] = 0.0005;
    }
}

#endif
