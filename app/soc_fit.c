#include "app/soc_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double GUESS_C = 8;  /* so far from a measured temperature a guess is twice as wrong */
static const double UNSEEN = 1.5; /* how much further a series not fitted to is from the tables */
static const double SAME_C = 5;   /* series this near share a row */
static const double NEAR_C = 3;   /* a curve this near a row needs none of its own */
static const double COUNTED_SIGMA = 0.01; /* of a charge that was only counted */
/* Where one temperature was measured and no other asked for, resistance is told at these too. */
static const double ONE_MORE_C[] = {0, 10, 45};

static bool add_row(struct fit_work *w, double temp_C, int series)
{
    int row = 0;
    while (row < w->rows && fabs(w->row[row].temp_C - temp_C) > SAME_C)
        row++;
    if (row == CELL_TEMPERATURES)
        return false;
    if (row == w->rows) {
        w->row[row] = (struct fit_row){.temp_C = temp_C};
        w->rows++;
    }
    int n = w->in_row[row];
    w->row[row].temp_C = (w->row[row].temp_C * n + temp_C) / (n + 1);
    w->of_row[row][w->in_row[row]++] = series;
    return true;
}

/* --- the search --- */

static double solve_rows(struct fit_work *w)
{
    double cost = 0;
    for (int r = 0; r < w->rows; r++) {
        double one = fit_row_solve(&w->row[r], w->job, w->of_row[r], w->in_row[r], &w->shape,
                                   w->shape.i0_A[r], w->stride);
        if (one < 0)
            return 1e30;
        cost += one;
    }
    return cost;
}

/* Logarithms: tau1, tau2, diffusion, hysteresis rate, then i0 of each row. Beyond the range costs. */
static const double range[4][2] = {{4, 150}, {60, 5000}, {1, 1200}, {4, 150}};

static double read_shape(struct fit_work *w, const double x[])
{
    double *to[4] = {&w->shape.tau1_s, &w->shape.tau2_s, &w->shape.diffusion_s,
                     &w->shape.hysteresis_rate};
    double beyond = 0;
    int n = 0;
    for (; n < 4; n++) {
        double inside = maths_within(x[n], log(range[n][0]), log(range[n][1]));
        beyond += (x[n] - inside) * (x[n] - inside);
        *to[n] = exp(inside);
    }
    for (int r = 0; r < w->rows; r++) {
        double Ah = w->job->capacity_Ah, inside = maths_within(x[n], log(Ah * 0.02), log(Ah * 20));
        beyond += (x[n] - inside) * (x[n] - inside);
        w->shape.i0_A[r] = exp(inside);
        n++;
    }
    return beyond;
}

static double cost(void *context, const double x[])
{
    struct fit_work *w = context;
    double beyond = read_shape(w, x);
    w->tries++;
    return solve_rows(w) + 100 * beyond;
}

static double search(struct fit_work *w, double x[], int tries, double size)
{
    double step[4 + FIT_I0];
    int n = 4 + w->rows;
    for (int k = 0; k < n; k++)
        step[k] = size * (k % 2 ? 1 : -1);
    double best = fit_simplex(cost, w, x, step, n, tries);
    read_shape(w, x);
    return best;
}

/* What was found of the curve's charge axis moves into how the curve is read. */
static void settle(struct fit_work *w)
{
    for (int r = 0; r < w->rows; r++) {
        w->row[r].shift += w->row[r].found[FIT_SHIFT];
        w->row[r].stretch += w->row[r].found[FIT_STRETCH];
        fit_prior(w, r);
    }
}

static double fit_rows(struct fit_work *w)
{
    enum { PASSES = 3 };
    double x[4 + FIT_I0] = {log(30), log(900), log(150), log(20)}, best = 0;
    for (int k = 4; k < 4 + FIT_I0; k++)
        x[k] = log(w->job->capacity_Ah);
    for (int r = 0; r < w->rows; r++) {
        w->row[r].typical_Ohm = fit_typical_Ohm(w, r);
        fit_align(w->job, w->row[r].temp_C, &w->row[r].usual_shift, &w->row[r].usual_stretch);
        w->row[r].shift = w->row[r].usual_shift;
        w->row[r].stretch = w->row[r].usual_stretch;
        fit_prior(w, r);
    }
    for (int pass = 0; pass < PASSES; pass++) {
        w->stride = pass + 1 < PASSES ? 7 : 3;
        best = search(w, x, pass + 1 < PASSES ? 300 : 500, pass ? 0.3 : 0.8);
        w->stride = 1;
        best = solve_rows(w);
        if (pass + 1 < PASSES)
            settle(w);
    }
    return best;
}

static int add_temperature(double all[], int count, double temp_C)
{
    for (int i = 0; i < count; i++)
        if (fabs(all[i] - temp_C) < NEAR_C)
            return count;
    all[count] = temp_C;
    return count + 1;
}

/* All temperatures there are, rising. How many, or -1 for too many. */
static int temperatures(const struct fit_work *w, double temp_C[])
{
    enum { MOST = 2 * CELL_TEMPERATURES + FIT_CURVES };
    double all[MOST + 1];
    int count = 0;
    for (int r = 0; r < w->rows; r++)
        all[count++] = w->row[r].temp_C;
    for (int c = 0; c < w->job->curves; c++)
        count = add_temperature(all, count, w->job->curve[c].temp_C);
    for (int m = 0; m < w->job->more; m++)
        count = add_temperature(all, count, w->job->more_C[m]);
    for (int m = 0; m < 3 && count <= 1 + m && !w->job->more; m++)
        count = add_temperature(all, count, ONE_MORE_C[m]);
    if (count > CELL_TEMPERATURES)
        return -1;
    for (int i = 0; i < count; i++) {
        int at = i;
        for (; at > 0 && temp_C[at - 1] > all[i]; at--)
            temp_C[at] = temp_C[at - 1];
        temp_C[at] = all[i];
    }
    return count;
}

static void sort_rows(struct fit_work *w)
{
    for (int i = 1; i < w->rows; i++)
        for (int j = i; j > 0 && w->row[j].temp_C < w->row[j - 1].temp_C; j--) {
            struct fit_row row = w->row[j];
            w->row[j] = w->row[j - 1];
            w->row[j - 1] = row;
            int of[FIT_SERIES], in = w->in_row[j];
            memcpy(of, w->of_row[j], sizeof of);
            memcpy(w->of_row[j], w->of_row[j - 1], sizeof of);
            memcpy(w->of_row[j - 1], of, sizeof of);
            w->in_row[j] = w->in_row[j - 1];
            w->in_row[j - 1] = in;
        }
}

/* Without series: one row at 25 C as it was given, all others from it. */
static void take_given(struct fit_work *w)
{
    struct fit_row *row = &w->row[0];
    *row = (struct fit_row){.temp_C = 25};
    row->found[FIT_HYSTERESIS] = 1;
    for (int k = 0; k < CELL_R_POINTS; k++) {
        row->found[FIT_R0 + k] = w->job->given.Ohm[0];
        row->found[FIT_R1 + k] = w->job->given.Ohm[1];
        row->found[FIT_R2 + k] = w->job->given.Ohm[2];
    }
    w->rows = 1;
    w->shape = (struct fit_shape){
        .tau1_s = w->job->given.tau1_s,
        .tau2_s = w->job->given.tau2_s,
        .diffusion_s = w->job->given.diffusion_s,
        .hysteresis_rate = w->job->given.hysteresis_rate,
    };
    fit_prior(w, 0);
}

/* Each row's voltage error: of its own series, else of the nearer rows that have some. Without a curve of its own a row
 * is a guess that gets worse with the distance. */
static void take_row_errors(const struct fit_job *job, struct cell *cell, const double V2[],
                            const int count[])
{
    for (int i = 0; i < cell->rows; i++) {
        int low = i, high = i;
        while (low > 0 && !count[low])
            low--;
        while (high < cell->rows - 1 && !count[high])
            high++;
        double below = count[low] ? V2[low] / count[low] : 0;
        double above = count[high] ? V2[high] / count[high] : 0;
        double away_C = fmin(count[low] ? cell->row[i].temp_C - cell->row[low].temp_C : 1000,
                             count[high] ? cell->row[high].temp_C - cell->row[i].temp_C : 1000);
        double guess = job->curves ? 1 : 1 + away_C / GUESS_C;
        cell->row[i].voltage_sigma_V =
            maths_within(guess * UNSEEN * sqrt(fmax(below, above)), 0.001, 0.5);
    }
}

/* The errors a user of the cell must reckon with, from what the fit left over. */
static void take_errors(const struct fit_job *job, struct cell *cell, bool all_fitted)
{
    double V2 = 0, R2 = 0, z2 = 0, counted = 0, row_V2[CELL_TEMPERATURES] = {0};
    int count = 0, row_count[CELL_TEMPERATURES] = {0};
    for (int s = 0; s < job->count; s++) {
        if (job->series[s].check)
            continue;
        struct fit_residual r = fit_residual(cell, &job->series[s]);
        V2 += r.typical_V * r.typical_V;
        R2 += r.resistance_off * r.resistance_off;
        z2 += r.position_off * r.position_off;
        for (int i = 0; i < cell->rows; i++)
            if (fabs(cell->row[i].temp_C - job->series[s].temp_C) < NEAR_C) {
                row_V2[i] += r.typical_V * r.typical_V;
                row_count[i]++;
            }
        count++;
        counted = job->series[s].log.has_reference ? counted : COUNTED_SIGMA;
    }
    cell->voltage_sigma_V = maths_within(UNSEEN * sqrt(V2 / count), 0.001, 0.5);
    cell->resistance_sigma = maths_within(sqrt(R2 / count), all_fitted ? 0.08 : 0.12, 1);
    cell->position_sigma = maths_within(sqrt(z2 / count), fmax(job->least_sigma_z, counted), 0.1);
    take_row_errors(job, cell, row_V2, row_count);
}

/* The rows of the series, or the given one; all temperatures into temp_C. How many, 0 after a line in errors. */
static int take_rows(struct fit_work *w, double temp_C[], FILE *errors)
{
    bool room = true;
    for (int s = 0; s < w->job->count && room; s++)
        room = w->job->series[s].check || add_row(w, w->job->series[s].temp_C, s);
    if (room && !w->rows) {
        if (!w->job->curves) {
            fputs("no series to fit to, and no curves\n", errors);
            return 0;
        }
        take_given(w);
    }
    sort_rows(w);
    int count = room ? temperatures(w, temp_C) : -1;
    if (count > 0 && w->rows < CELL_TEMPERATURES)
        return count;
    fprintf(errors, "more temperatures than the %d rows of a cell\n", CELL_TEMPERATURES);
    return 0;
}

static void take_dynamics(const struct fit_work *w, struct cell *cell)
{
    *cell = (struct cell){.chemistry = w->job->chemistry,
                          .capacity_Ah = w->job->capacity_Ah,
                          .efficiency = w->job->efficiency,
                          .tau1_s = w->shape.tau1_s,
                          .tau2_s = w->shape.tau2_s,
                          .diffusion_s = w->shape.diffusion_s,
                          .tau_d_s = w->shape.diffusion_s * 15 / 20.2,
                          .hysteresis_rate = w->shape.hysteresis_rate};
    snprintf(cell->name, sizeof cell->name, "%s", w->job->name);
}

static void take_given_errors(const struct fit_job *job, struct cell *cell)
{
    cell->voltage_sigma_V = job->given.voltage_sigma_V;
    cell->resistance_sigma = job->given.resistance_sigma;
    cell->position_sigma = job->given.position_sigma;
}

bool soc_fit(const struct fit_job *job, struct cell *cell, struct fit_told *told, FILE *errors)
{
    struct fit_work *w = calloc(1, sizeof *w);
    double temp_C[3 * CELL_TEMPERATURES];
    if (!w)
        return false;
    w->job = job;
    int count = take_rows(w, temp_C, errors);
    if (count) {
        bool series = w->in_row[0] > 0;
        *told = (struct fit_told){.cost = series ? fit_rows(w) : 0};
        told->tries = w->tries;
        take_dynamics(w, cell);
        fit_take_rows(w, temp_C, count, cell, told);
        if (job->half)
            told->half_rms_V = fit_half_cells(job, cell, told->half_ends);
        if (job->given.errors)
            take_given_errors(job, cell);
        else
            take_errors(job, cell, w->rows == cell->rows);
        fit_knees(cell);
    }
    free(w);
    return count > 0;
}
