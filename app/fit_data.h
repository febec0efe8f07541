/* What a cell is fitted to: cycler or commissioning logs, and low-rate open-circuit curves. Heap; offline only. */
#ifndef BUSBAR_APP_FIT_DATA_H
#define BUSBAR_APP_FIT_DATA_H

#include <stdbool.h>
#include <stdio.h>

#include "app/soc_series.h"
#include "bms/cell.h"

enum { FIT_SERIES = 24, FIT_CURVES = 16, FIT_NAME = 64, FIT_POINTS = 512 };

struct fit_series {
    char name[FIT_NAME];        /* the file's, without its folder */
    bool check;                 /* is kept out of the fit */
    double temp_C;              /* as given, else the mean of the column */
    struct soc_series log;      /* of one cell; the reference is its charge */
};

/* The voltage is divided by cells, the number in series. Without soc_ref charge is counted from the first full
 * charge in the log: full_V a cell with the current tapered below capacity / 20 h. False after a line in errors. */
struct fit_load { double capacity_Ah, full_V, cells; };
extern const double fit_full_V[CHEMISTRIES];   /* the usual full_V */
bool fit_series_load(struct fit_series *series, const char *path, const struct fit_load *how, FILE *errors);
void fit_series_free(struct fit_series *series);

/* Open-circuit curves at one temperature, over the curve's own charge. */
struct fit_curve {
    double temp_C, rate;            /* rate: current it was taken at, of the capacity per hour; 0 = rested */
    bool both;                      /* both directions were measured */
    double ocv_V[CELL_POINTS];      /* mean of both; of one direction alone: that */
    double half_gap_V[CELL_POINTS]; /* half the gap between the directions, polarisation included; 0 = unknown */
    int points;                     /* as measured: rested, or on discharge */
    double z[FIT_POINTS], V[FIT_POINTS];
};

/* Appends the curves of a file: first column soc (0..1 or percent), then dis_25C, chg_25C or 25degC .. columns, or
 * OCV: rested, at 25 C;
 * empty cells are not reached. Returns how many curves there are then, 0 after a line in errors. */
int fit_curves_load(struct fit_curve curve[FIT_CURVES], int count, const char *path, double rate, FILE *errors);

/* Both electrodes against lithium, on discharge: columns x_norm, anode_delith_dis, cathode_lith_dis. */
struct fit_half {
    int points;
    double x[FIT_POINTS], positive_V[FIT_POINTS], negative_V[FIT_POINTS];
};
bool fit_half_load(struct fit_half *half, const char *path, FILE *errors);

#endif
