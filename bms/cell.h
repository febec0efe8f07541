/* A cell type as a physical model: what a cell file (bms/cells/) says, and the cell's voltage from its state.
 *
 *   v = U(z) + M(z) h + R0 i + v1 + v2          i: + charges; all of one cell
 *   U = Up(1 - (1 - z) q) - Un(z q + w)         half cells, or U = OCV(z + w) where only that was measured
 *
 * z charge, w how far the graphite's surface is ahead of its mean (diffusion), h hysteresis in -1..1, v1 and v2
 * relaxing overvoltages, q capacity against nominal. Lithium lost to ageing leaves the graphite at the same charge
 * above empty and the positive electrode at the same charge below full: that is where q stands above, and why a
 * knee keeps its place in ampere-hours. Structure: single-particle model with measured equilibrium potentials,
 * G. Plett's enhanced self-correcting cell model (Battery Management Systems, vol. 1, ch. 2) for the rest.
 *
 * Everything a table does not reach is held at its nearest value. No allocation, no library transcendental. */
#ifndef BUSBAR_BMS_CELL_H
#define BUSBAR_BMS_CELL_H

#include <stdbool.h>

enum chemistry { CHEMISTRY_LFP, CHEMISTRY_NMC, CHEMISTRY_NCA, CHEMISTRIES };

enum {
    CELL_NAME = 48,
    CELL_POINTS = 201,    /* of an open-circuit table: charge 0, 0.005 .. 1 */
    CELL_R_POINTS = 11,   /* of a resistance table: charge 0, 0.1 .. 1 */
    CELL_TEMPERATURES = 8, CELL_KNEES = 4
};

/* All that was measured at one temperature. */
struct cell_row {
    double temp_C;
    double ocv_V[CELL_POINTS];          /* mean of both directions; of half cells: the correction to them */
    double hysteresis_V[CELL_POINTS];   /* M: half the gap between the directions, >= 0 */
    double r0_Ohm[CELL_R_POINTS];       /* at once */
    double r1_Ohm[CELL_R_POINTS];       /* after some tau1: charge transfer */
    double r2_Ohm[CELL_R_POINTS];       /* after some tau2: electrolyte and slow diffusion */
    double voltage_sigma_V;             /* as the cell's, at this temperature; 0 = the cell's */
    double i0_A;                        /* r1 sees i0 asinh(i/i0); 0 = sees i */
};

/* A steep place between two plateaus, where voltage tells the charge. */
struct cell_knee { double at, from, to, sigma; };    /* charge 0..1; sigma: how well its place is known */

/* What tests of this very cell lost, of its capacity, 0..1; loss 0 = nobody told. */
struct cell_ageing {
    struct { double loss, years, charge, temp_C; } calendar;              /* held so */
    struct { double loss, cycles, depth, current_C, temp_C; } cycle;      /* in all, the time they took included */
};

struct cell {
    char name[CELL_NAME];
    enum chemistry chemistry;
    double capacity_Ah;                 /* what charge 0..1 means */
    double efficiency;                  /* of charging, 0.9..1 */
    double tau1_s, tau2_s;
    double diffusion_s, tau_d_s;        /* w settles at diffusion_s * C-rate / 3600 within some tau_d_s; R^2/15D, R^2/20.2D */
    double hysteresis_rate;             /* h turns by e in Q / rate of charge moved */
    double voltage_sigma_V;             /* what the tables may be wrong by, as fitted */
    double resistance_sigma;            /* .. and the resistances, relative */
    double position_sigma;              /* .. and the place of all that is steep, in charge: never averages away */
    bool half_cells;
    double positive_V[CELL_POINTS];     /* Up over charge, of a new cell */
    double negative_V[CELL_POINTS];     /* Un over charge, of a new cell */
    int knees;
    struct cell_knee knee[CELL_KNEES];
    struct cell_ageing ageing;
    int rows;                           /* 1.. */
    struct cell_row row[CELL_TEMPERATURES];   /* temperatures rising */
};

/* A cell's tables between two temperatures, chosen once for many steps. */
struct cell_at {
    const struct cell *cell;
    double temp_C;
    int low, high;                      /* rows */
    double part;                        /* 0 = low .. 1 = high */
    double voltage_sigma_V;
    double i0_A;
};
struct cell_at cell_at(const struct cell *cell, double temp_C);

struct cell_state { double z, w, v1, v2, h; };

/* Open-circuit voltage, its slope by z and by w (V per unit of charge), half the hysteresis gap. */
struct cell_ocv { double V, slope_z, slope_w, hysteresis_V; };
struct cell_ocv cell_ocv(const struct cell_at *at, double z, double w, double q);

/* Charge at which a rested cell without hysteresis has this voltage; the middle where several have. 0..1 */
double cell_charge(const struct cell_at *at, double voltage_V);

struct cell_resistances { double r0_Ohm, r1_Ohm, r2_Ohm; };
struct cell_resistances cell_resistances(const struct cell_at *at, double z);

/* What r1 sees of a current. */
double cell_transfer_A(const struct cell_at *at, double current_A);

/* Factors of one step of dt_s seconds: x' = a x + (1 - a) target. */
struct cell_decay { double dt_s, d, one, two; };
struct cell_decay cell_decay(const struct cell *cell, double dt_s);

/* dt seconds at this current; q as above. Charge stays within -0.1..1.1. */
void cell_step(const struct cell_at *at, const struct cell_decay *decay, struct cell_state *state, double current_A,
               double q);
double cell_voltage(const struct cell_at *at, const struct cell_state *state, double current_A, double q);

#endif
