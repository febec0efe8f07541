/* How far each cell of a string is ahead of the pack or behind it, in charge.
 *
 * The same current flows through all cells, so what differs between their voltages is charge, resistance and what the
 * readings are off by. Where the open-circuit curve is flat a reading's error is many percent of charge; where it is
 * steep, at a knee or near an end, a percent of charge is many millivolts. So each cell keeps the odds of every delta
 * it may have, and beside each of them how much its voltage would then be off for good. On a plateau only the latter
 * is learned; the odds move where the curve moves. Bounded, and honest where two deltas explain a voltage alike: a
 * Gaussian would not be.
 *
 * Where on the curve the pack stands is told by its charge and by its mean voltage together, each no better than it
 * is; what is left unknown of it widens what a voltage says. Neighbouring readings share these errors and are worth
 * one only (bms/estimator.h has the same rule). Of a cell's own resistance the part that acts at once is learned from
 * steps of the current and taken off.
 *
 * The pack's own voltage, going up and down the curve, shows whether the file's curve is its. Where it rose or fell
 * otherwise than foretold by more than the file admits, what single cells show there counts for less, by the square
 * of that; and a delta is known to no better than a part of itself that grows with it.
 *
 * Deltas drift with the charge that is moved, for cells differ in capacity too: what was seen at one knee is worth
 * less at the next. No allocation, no clock, the same bits on every machine. */
#ifndef BUSBAR_BMS_CELL_DELTA_H
#define BUSBAR_BMS_CELL_DELTA_H

#include <stdbool.h>

#include "bms/cell.h"

enum {
    DELTA_SIDE = 80,                   /* deltas to either side */
    DELTA_PLACES = 2 * DELTA_SIDE + 1,
    DELTA_GRID = 401,                  /* places on the curve: charge 0, DELTA_STEP .. 1 */
    DELTA_PAST = 12                    /* windows */
};
#define DELTA_STEP 0.0025              /* of charge: deltas of -20 .. 20 % */

/* One cell, or the lowest and the highest of a string, whichever these are. */
struct cell_delta {
    double odds[DELTA_PLACES];         /* sum 1 */
    double off_V[DELTA_PLACES];        /* its voltage's lasting error, if that were its delta */
    double off_var[DELTA_PLACES];
    double resistance, resistance_var; /* more than the mean cell's at once, by the cell file's */
    double last_V;                     /* against the mean, at the last step; NAN = not read */
    double V_s, A_s, seconds;          /* of the window, while it was read: against the mean; current */
};

struct cell_delta_config {
    const struct cell *cell;
    double scale;                      /* battery's capacity in cells of the cell file */
    double voltage_V;                  /* lasting error of one cell's reading, one sigma */
    bool all;                          /* the cells are all of the string, not its extremes */
};

/* What all cells of a string share. */
struct cell_deltas {
    struct cell_delta_config config;
    struct cell_state run;             /* of the mean cell; z as told */
    double past_V[DELTA_PAST], past_charge[DELTA_PAST];   /* at rest, of the mean cell; the last windows */
    int past;
    double misfit;                     /* square of how much worse than the file admits the pack follows; from 1 */
    double last_A;
    bool seen, measured;               /* a step; a window */
    double moved, seconds, rest_s, relaxing_s, at_once_s, charge_s, sigma_s;  /* of the window */
};

void cell_deltas_init(struct cell_deltas *deltas, const struct cell_delta_config *config,
                      struct cell_delta cell[], int cells);

struct cell_delta_input {
    double charge, sigma;              /* of the pack, 0..1 */
    double current_A;                  /* the battery's; + charges */
    double temp_C;
    double mean_V;                     /* of all its cells */
    const double *cell_V;              /* NAN: not read */
};
/* One sample that held for dt_s, up to 60 s. */
void cell_deltas_step(struct cell_deltas *deltas, struct cell_delta cell[], int cells,
                      const struct cell_delta_input *input, double dt_s);

/* Time nobody saw lies between the last sample and the next one. */
void cell_deltas_gap(struct cell_deltas *deltas, struct cell_delta cell[], int cells);

struct cell_delta_estimate {
    double delta, sigma;               /* charge ahead of the pack, -0.2..0.2; one sigma */
    double resistance, resistance_sigma;
};
/* To the mean of all where config.all, else to the pack. */
void cell_deltas_estimate(const struct cell_deltas *deltas, const struct cell_delta cell[], int cells,
                          struct cell_delta_estimate out[]);

#endif
