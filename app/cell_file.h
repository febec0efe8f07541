/* Cell files (bms/cells/NAME.yaml): a cell type as YAML, in the terms of bms/cell.h.
 *
 *     name: A123 26650                     what is measured, not who sells it
 *     chemistry: lfp
 *     charge: {capacity_Ah: 2.05, efficiency: 0.995, source: ..}
 *     dynamics: {tau1_s: 40, tau2_s: 900, diffusion_s: 160, tau_d_s: 119, hysteresis_rate: 20, source: ..}
 *     errors: {voltage_sigma_V: 0.004, resistance_sigma: 0.12, position_sigma: 0.008, source: ..}
 *     ageing:                                                                         optional, each part too
 *       calendar: {loss: 0.066, years: 2.4, charge: 0.5, temp_C: 25, source: ..}
 *       cycle: {loss: 0.2, cycles: 6000, depth: 1, current_C: 0.5, temp_C: 25, source: ..}
 *     half_cells: {charge: [..], positive_V: [..], negative_V: [..], source: ..}      optional
 *     knees: [{at: 0.73, from: 0.68, to: 0.78, sigma: 0.01, source: ..}]              optional
 *     rows:                                                                           one per temperature, rising
 *       - temp_C: 25
 *         open_circuit: {charge: [0, .., 1], voltage_V: [..], hysteresis_V: [..], source: ..}
 *         resistance: {charge: [..], r0_Ohm: [..], r1_Ohm: [..], r2_Ohm: [..], i0_A: 0, source: ..}
 *
 * A table stands at any rising charges 0..1: straight lines between them, held beyond the first and the last. A list
 * of one value holds everywhere. With half cells voltage_V is the correction to them. `busbar soc fit` writes such
 * files. */
#ifndef BUSBAR_APP_CELL_FILE_H
#define BUSBAR_APP_CELL_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "app/yaml_check.h"
#include "bms/cell.h"

extern const struct yaml_schema cell_schema;

/* False with at least one line FILE:LINE: KEY: .. in errors; cell is untouched then. */
bool cell_file_load(const char *path, struct cell *cell, FILE *errors);

/* Where the figures of a written file are from; NULL = nothing is said. */
struct cell_sources {
    const char *comment;                  /* before all keys; lines, each becomes a # line */
    const char *cell, *licence;
    const char *charge, *dynamics, *errors, *half_cells, *knees;
    const char *open_circuit, *resistance;
    const char *calendar, *cycle;         /* of the figures of ageing, where the cell has them */
};

/* Tables are thinned to the points that straight lines need to stay within 0.1 mV, 0.5 % of a resistance. */
void cell_file_write(FILE *out, const struct cell *cell, const struct cell_sources *sources);

#endif
