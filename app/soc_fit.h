/* Fits a cell (bms/cell.h) to logs with known charge and to low-rate open-circuit curves. Offline: heap and libm.
 *
 * With the charge known at each sample the cell's voltage is linear in its open-circuit voltage (a correction to the
 * measured curve, and where on the curve's own charge axis it stands), in its hysteresis and in its resistances; these
 * are regularised least squares, one set for each temperature. The five figures that are not linear - tau1, tau2,
 * diffusion, hysteresis rate, and i0 for each cold row - are found around that by Nelder and Mead's simplex.
 *
 * Neighbouring residuals are not independent: a sample counts dt / 2 tau_c of one measurement (TAU_C). That is what
 * keeps the shape of a plateau from being bent to the noise of a drive. */
#ifndef BUSBAR_APP_SOC_FIT_H
#define BUSBAR_APP_SOC_FIT_H

#include "app/fit_data.h"
#include "core/maths.h"

struct fit_job {
    const char *name;
    enum chemistry chemistry;
    double capacity_Ah, efficiency;
    int count;                      /* series; those marked check take no part */
    struct fit_series series[FIT_SERIES];
    int curves;
    struct fit_curve curve[FIT_CURVES];
    int more;                       /* rows wanted at temperatures without a measurement, by Arrhenius */
    double more_C[CELL_TEMPERATURES];
    double least_sigma_z;           /* position_sigma is never less: the charge reference's own doubt */
    const struct fit_half *half;    /* the curves become half cells and a correction; NULL = tables */
    /* Without series these are taken as they are; hysteresis_V also for rested curves. */
    struct {
        bool dynamics, resistance, errors;
        double tau1_s, tau2_s, diffusion_s, hysteresis_rate;
        double Ohm[3];                                                  /* r0, r1, r2 at 25 C, at all charges */
        double voltage_sigma_V, resistance_sigma, position_sigma;
        double hysteresis_V;                                            /* half the gap; 0 = not given */
    } given;
};

struct fit_row_told { double temp_C, shift, stretch, hysteresis_scale; bool fitted; };
struct fit_told {
    int tries;
    double cost;
    int rows;
    struct fit_row_told row[CELL_TEMPERATURES];
    double half_rms_V, half_ends[4];
};

/* False with a line in errors when there is nothing to fit, or more temperatures than a cell has rows. */
bool soc_fit(const struct fit_job *job, struct cell *cell, struct fit_told *told, FILE *errors);

/* What the cell says with its charge led along the series', less what was measured. Scored above 5 % charge;
 * all: of the whole. correlation_s: integral of the residual's autocorrelation up to its first zero. */
struct fit_residual {
    double rms_V, all_rms_V, mean_V, correlation_s;
    double typical_V;       /* median over tenths of the charge */
    double resistance_off;  /* relative, RMS over windows: what part of the overvoltage the residual follows */
    double position_off;    /* RMS over windows of what is steep: by how much charge that is misplaced */
};
struct fit_residual fit_residual(const struct cell *cell, const struct fit_series *series);

/* What a person needs to judge a fit; and the cell file with that, the command and these words. */
struct fit_words { const char *command, *source, *licence, *note; };
void fit_print(FILE *out, const struct fit_job *job, const struct cell *cell, const struct fit_told *told);
void fit_write(FILE *out, const struct fit_job *job, const struct cell *cell, const struct fit_told *told,
               const struct fit_words *words);

/* Marks the cell's knees: steep between two plateaus. Cells without plateaus have none. */
void fit_knees(struct cell *cell);

/* The cell's open-circuit curves as half cells, their ends (graphite's and positive's filling at charge 0 and 1) fitted
 * to the rested or discharged curves of the job. Returns the RMS of what the correction then takes up, V. */
double fit_half_cells(const struct fit_job *job, struct cell *cell, double ends[4]);

/* --- between fit_prior.c, fit_linear.c, fit_search.c, fit_rows.c and soc_fit.c --- */
enum { FIT_KNOTS = 41, FIT_I0 = CELL_TEMPERATURES };

/* The figures that are not linear. */
struct fit_shape { double tau1_s, tau2_s, diffusion_s, hysteresis_rate, i0_A[FIT_I0]; };

/* The unknowns of one temperature. Their order is what fit_linear.c solves for. */
enum {
    FIT_SHIFT = FIT_KNOTS,          /* curve's charge = z + shift + stretch (z - 1/2) */
    FIT_STRETCH,
    FIT_HYSTERESIS,                 /* times the row's hysteresis */
    FIT_R0,
    FIT_R1 = FIT_R0 + CELL_R_POINTS,
    FIT_R2 = FIT_R1 + CELL_R_POINTS,
    FIT_UNKNOWNS = FIT_R2 + CELL_R_POINTS
};

/* A temperature with series: what is known beforehand, then what was found. */
struct fit_row {
    double temp_C;
    bool curved;                    /* a measured curve is the prior */
    double prior_V[CELL_POINTS];
    double hysteresis_V[CELL_POINTS];
    double typical_Ohm;             /* size of all resistance, for the smoothness of its tables */
    double usual_shift, usual_stretch; /* as the curves stand to each other: believed before the fit */
    double shift, stretch;          /* already in prior_V's reading */
    double found[FIT_UNKNOWNS];
};

/* A fit at work. Rows by temperature, rising, each with the series that are of it. */
struct fit_work {
    const struct fit_job *job;
    int rows;
    struct fit_row row[CELL_TEMPERATURES];
    int of_row[CELL_TEMPERATURES][FIT_SERIES], in_row[CELL_TEMPERATURES];
    struct fit_shape shape;
    int stride, tries;
};

/* What is known of a row before the fit, from the curves and what was found so far; the size of its resistance. */
void fit_prior(struct fit_work *w, int row);
/* How the curve of this temperature is read against the one nearest 25 C; 0 without curves of both
 * directions, and for LFP, where polarisation bends the plateaus more than the axes differ. */
void fit_align(const struct fit_job *job, double temp_C, double *shift, double *stretch);
double fit_typical_Ohm(const struct fit_work *w, int row);

/* The cell's rows at these temperatures: the fit's own, and all others between or beyond them. */
void fit_take_rows(struct fit_work *w, const double temp_C[], int count, struct cell *cell, struct fit_told *told);

/* Solves one row; series[] are those of this row. stride: each how manyth sample is taken.
 * Returns the cost, < 0 if the equations cannot be solved. */
double fit_row_solve(struct fit_row *row, const struct fit_job *job, const int series[], int count,
                     const struct fit_shape *shape, double i0_A, int stride);
/* How much more a resistance of this energy, J/mol, is at temp_C than at from_C. */
extern const double fit_energy[3]; /* of r0, r1, r2 */
double fit_arrhenius(double energy, double temp_C, double from_C);
double fit_table(const double table[], int points, double z);

/* Minimum of cost over x[n] from the start in x with these first steps; tries at most. x is the best afterwards. */
double fit_simplex(double (*cost)(void *context, const double x[]), void *context, double x[], const double step[],
                   int n, int tries);

#endif
