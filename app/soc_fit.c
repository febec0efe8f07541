#include "app/soc_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double SAME_C = 5; /* series this near share a row */
static const double NEAR_C = 3; /* a curve this near a row needs none of its own */
static const double COLD_GAP = 1.3;
static const double LEAST_V = 2; /* no open-circuit voltage is below it */
static const double GAS = 8.314, KELVIN = 273.15;
/* Activation energies where one temperature alone was measured, J/mol: ohmic part as in the impedance of a large LFP
 * cell at 20..30 C, charge transfer and diffusion of graphite cells as commonly found (45 and 30 kJ/mol). */
const double fit_energy[3] = {12000, 45000, 30000};
static const double ENERGY_MAX = 70000;

struct work {
    const struct fit_job *job;
    int rows;
    struct fit_row row[CELL_TEMPERATURES];
    int of_row[CELL_TEMPERATURES][FIT_SERIES], in_row[CELL_TEMPERATURES];
    struct fit_shape shape;
    int stride, tries;
};

static double clip(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

/* --- rows and what is known of them beforehand --- */

static bool add_row(struct work *w, double temp_C, int series)
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

/* The curves on either side of a temperature and the part of the upper one; -1 without any. */
static int curves_around(const struct fit_job *job, double temp_C, int *upper, double *part)
{
    int low = -1, high = -1;
    for (int c = 0; c < job->curves; c++) {
        double t = job->curve[c].temp_C;
        if (t <= temp_C && (low < 0 || t > job->curve[low].temp_C))
            low = c;
        if (t >= temp_C && (high < 0 || t < job->curve[high].temp_C))
            high = c;
    }
    low = low < 0 ? high : low;
    high = high < 0 ? low : high;
    *upper = high;
    double apart = low < 0 ? 0 : job->curve[high].temp_C - job->curve[low].temp_C;
    *part = apart > 0 ? (temp_C - job->curve[low].temp_C) / apart : 0;
    return low;
}

static double guess_gap(const struct fit_job *job)
{
    if (job->given.hysteresis_V > 0)
        return job->given.hysteresis_V;
    return job->chemistry == CHEMISTRY_LFP ? 0.009 : 0.005;
}

/* Current of the curve at 1/rate hours, + charges. */
static double curve_A(const struct fit_job *job, const struct fit_curve *curve)
{
    return curve->rate * job->capacity_Ah;
}

static double total_Ohm(const struct fit_row *row, double z)
{
    return fit_table(row->found + FIT_R0, CELL_R_POINTS, z) +
           fit_table(row->found + FIT_R1, CELL_R_POINTS, z) +
           fit_table(row->found + FIT_R2, CELL_R_POINTS, z);
}

static double smooth_slope(const double table[CELL_POINTS], int i)
{
    int low = i > 4 ? i - 4 : 0, high = i < CELL_POINTS - 5 ? i + 4 : CELL_POINTS - 1;
    return (table[high] - table[low]) * (CELL_POINTS - 1) / (high - low);
}

/* What the curve's own current made of each direction: resistance, and the surface's lead where it is steep. */
static double polarisation(const struct work *w, const struct fit_row *row,
                           const struct fit_curve *curve, int i)
{
    double lead = w->shape.diffusion_s * curve->rate / 3600;
    return curve_A(w->job, curve) * total_Ohm(row, i / (CELL_POINTS - 1.0)) +
           lead * fmax(0, smooth_slope(curve->ocv_V, i));
}

/* The curve of both directions nearest 25 C. */
static const struct fit_curve *warm_curve(const struct fit_job *job)
{
    const struct fit_curve *best = NULL;
    for (int c = 0; c < job->curves; c++) {
        const struct fit_curve *now = &job->curve[c];
        if (now->both && (!best || fabs(now->temp_C - 25) < fabs(best->temp_C - 25)))
            best = now;
    }
    return best;
}

/* Hysteresis: half the gap less polarisation. In the cold the charging branch is polarised far beyond what resistance
 * under small currents explains, so hysteresis is not more there than COLD_GAP of the warm one. */
static double hysteresis_of(const struct work *w, const struct fit_row *row,
                            const struct fit_curve *curve, int i)
{
    const struct fit_curve *warm = warm_curve(w->job);
    if (!curve->both)
        return guess_gap(w->job);
    double half = curve->half_gap_V[i];
    double left = clip(half - polarisation(w, row, curve, i), 0.3 * half, half);
    return curve->temp_C < warm->temp_C ? fmin(left, COLD_GAP * warm->half_gap_V[i]) : left;
}

/* The middle of both directions, from the discharging one where the charging one is not to be believed. */
static double middle_of(const struct work *w, const struct fit_row *row,
                        const struct fit_curve *curve, int i)
{
    double half = hysteresis_of(w, row, curve, i) + polarisation(w, row, curve, i);
    if (!curve->both)
        return curve->ocv_V[i] + (curve->rate > 0 ? half : 0);
    return curve->ocv_V[i] - curve->half_gap_V[i] + fmin(half, curve->half_gap_V[i]);
}

static void smooth(double table[CELL_POINTS], int reach)
{
    double before[CELL_POINTS];
    memcpy(before, table, sizeof before);
    for (int i = 0; i < CELL_POINTS; i++) {
        int r = reach;
        r = i < r ? i : r;
        r = CELL_POINTS - 1 - i < r ? CELL_POINTS - 1 - i : r;
        double sum = 0;
        for (int k = i - r; k <= i + r; k++)
            sum += before[k] / (2 * r + 1);
        table[i] = sum;
    }
}

static double mean_V(const struct work *w, int row)
{
    double sum = 0;
    size_t count = 0;
    for (int s = 0; s < w->in_row[row]; s++) {
        const struct fit_series *series = &w->job->series[w->of_row[row][s]];
        count += series->log.count;
        for (size_t i = 0; i < series->log.count; i++)
            sum += series->log.rows[i].voltage_V;
    }
    return count ? sum / (double)count : 0;
}

static void set_prior(struct work *w, int at)
{
    struct fit_row *row = &w->row[at];
    double part;
    int high, low = curves_around(w->job, row->temp_C, &high, &part);
    row->curved = low >= 0;
    double level = row->curved ? 0 : mean_V(w, at);
    for (int i = 0; i < CELL_POINTS; i++) {
        if (!row->curved) {
            row->prior_V[i] = level;
            row->hysteresis_V[i] = guess_gap(w->job);
            continue;
        }
        const struct fit_curve *a = &w->job->curve[low], *b = &w->job->curve[high];
        double one = middle_of(w, row, a, i), other = middle_of(w, row, b, i);
        row->prior_V[i] = one + part * (other - one);
        one = hysteresis_of(w, row, a, i);
        other = hysteresis_of(w, row, b, i);
        row->hysteresis_V[i] = one + part * (other - one);
    }
    smooth(row->hysteresis_V, 5);
}

/* Overvoltage of the whole against the current: RMS of fast changes over RMS of the current's. */
static double typical_Ohm(const struct work *w, int row)
{
    double V2 = 0, A2 = 0;
    for (int s = 0; s < w->in_row[row]; s++) {
        const struct fit_series *series = &w->job->series[w->of_row[row][s]];
        for (size_t i = 1; i < series->log.count; i++) {
            double dV = series->log.rows[i].voltage_V - series->log.rows[i - 1].voltage_V;
            double dA = series->log.rows[i].current_A - series->log.rows[i - 1].current_A;
            V2 += dV * dV;
            A2 += dA * dA;
        }
    }
    return A2 > 0 ? 3 * sqrt(V2 / A2) : 0.05;
}

/* --- the search --- */

static double solve_rows(struct work *w)
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

static double read_shape(struct work *w, const double x[])
{
    double *to[4] = {&w->shape.tau1_s, &w->shape.tau2_s, &w->shape.diffusion_s,
                     &w->shape.hysteresis_rate};
    double beyond = 0;
    int n = 0;
    for (; n < 4; n++) {
        double inside = clip(x[n], log(range[n][0]), log(range[n][1]));
        beyond += (x[n] - inside) * (x[n] - inside);
        *to[n] = exp(inside);
    }
    for (int r = 0; r < w->rows; r++) {
        double Ah = w->job->capacity_Ah, inside = clip(x[n], log(Ah * 0.02), log(Ah * 20));
        beyond += (x[n] - inside) * (x[n] - inside);
        w->shape.i0_A[r] = exp(inside);
        n++;
    }
    return beyond;
}

static double cost(void *context, const double x[])
{
    struct work *w = context;
    double beyond = read_shape(w, x);
    w->tries++;
    return solve_rows(w) + 100 * beyond;
}

static double search(struct work *w, double x[], int tries, double size)
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
static void settle(struct work *w)
{
    for (int r = 0; r < w->rows; r++) {
        w->row[r].shift += w->row[r].found[FIT_SHIFT];
        w->row[r].stretch += w->row[r].found[FIT_STRETCH];
        set_prior(w, r);
    }
}

static double fit_rows(struct work *w)
{
    enum { PASSES = 3 };
    double x[4 + FIT_I0] = {log(30), log(900), log(150), log(20)}, best = 0;
    for (int k = 4; k < 4 + FIT_I0; k++)
        x[k] = log(w->job->capacity_Ah);
    for (int r = 0; r < w->rows; r++) {
        w->row[r].typical_Ohm = typical_Ohm(w, r);
        set_prior(w, r);
    }
    for (int pass = 0; pass < PASSES; pass++) {
        w->stride = pass + 1 < PASSES ? 7 : 3;
        best = search(w, x, pass + 1 < PASSES ? 120 : 200, pass ? 0.3 : 0.8);
        w->stride = 1;
        best = solve_rows(w);
        if (pass + 1 < PASSES)
            settle(w);
    }
    return best;
}

/* --- from rows to a cell --- */

static void never_falls(double table[CELL_POINTS])
{
    static const double LEAST = 2e-6; /* V per point: a plateau still rises */
    /* Pool adjacent violators: each stretch that falls becomes its mean. */
    double value[CELL_POINTS];
    int weight[CELL_POINTS], blocks = 0;
    for (int i = 0; i < CELL_POINTS; i++) {
        value[blocks] = table[i] - LEAST * i;
        weight[blocks++] = 1;
        while (blocks > 1 && value[blocks - 1] < value[blocks - 2]) {
            int both = weight[blocks - 2] + weight[blocks - 1];
            value[blocks - 2] =
                (value[blocks - 2] * weight[blocks - 2] + value[blocks - 1] * weight[blocks - 1]) /
                both;
            weight[--blocks - 1] = both;
        }
    }
    for (int b = 0, i = 0; b < blocks; b++)
        for (int k = 0; k < weight[b]; k++, i++)
            table[i] = value[b] + LEAST * i;
}

/* A row of the cell from the unknowns at its temperature. */
static void take_row(struct cell_row *to, const struct fit_row *from)
{
    to->temp_C = from->temp_C;
    for (int i = 0; i < CELL_POINTS; i++) {
        double z = i / (CELL_POINTS - 1.0);
        double shift = from->shift + from->found[FIT_SHIFT];
        double stretch = from->stretch + from->found[FIT_STRETCH];
        double on_curve = z + shift + stretch * (z - 0.5);
        to->ocv_V[i] =
            fit_table(from->prior_V, CELL_POINTS, on_curve) + fit_table(from->found, FIT_KNOTS, z);
        to->hysteresis_V[i] = from->hysteresis_V[i] * from->found[FIT_HYSTERESIS];
        if (on_curve < 0) /* beyond the curve's empty end: as steep as it ended */
            to->ocv_V[i] += on_curve * (from->prior_V[1] - from->prior_V[0]) * (CELL_POINTS - 1);
        to->ocv_V[i] = fmax(to->ocv_V[i], LEAST_V);
    }
    never_falls(to->ocv_V);
    memcpy(to->r0_Ohm, from->found + FIT_R0, sizeof to->r0_Ohm);
    memcpy(to->r1_Ohm, from->found + FIT_R1, sizeof to->r1_Ohm);
    memcpy(to->r2_Ohm, from->found + FIT_R2, sizeof to->r2_Ohm);
}

double fit_arrhenius(double energy, double temp_C, double from_C)
{
    return exp(energy / GAS * (1 / (temp_C + KELVIN) - 1 / (from_C + KELVIN)));
}

/* ln of a positive figure over 1/T through two temperatures, or with an energy from one. */
static double arrhenius(double temp_C, double a_C, double a, double b_C, double b, double energy)
{
    double here = 1 / (temp_C + KELVIN), at_a = 1 / (a_C + KELVIN), at_b = 1 / (b_C + KELVIN);
    double slope = energy / GAS;
    if (fabs(b_C - a_C) > 1)
        slope = clip(log(b / a) / (at_b - at_a), 0, ENERGY_MAX / GAS);
    return a * exp(slope * (here - at_a));
}

/* Where the curve seems to stand and how it is bent are slow diffusion for the most: they go from one temperature to
 * another as that does. 0 = a .. 1 = b. */
static double kinetic_part(double temp_C, double a_C, double b_C)
{
    if (fabs(b_C - a_C) < 1)
        return 0;
    double a = fit_arrhenius(fit_energy[2], a_C, 25), b = fit_arrhenius(fit_energy[2], b_C, 25);
    return clip((fit_arrhenius(fit_energy[2], temp_C, 25) - a) / (b - a), 0, 1);
}

static void mix_found(double to[FIT_UNKNOWNS], const struct fit_row *a, const struct fit_row *b,
                      double temp_C)
{
    double part = kinetic_part(temp_C, a->temp_C, b->temp_C);
    for (int i = 0; i < FIT_R0; i++)
        to[i] = a->found[i] + part * (b->found[i] - a->found[i]);
    const struct fit_row *near = part < 0.5 ? a : b, *far = part < 0.5 ? b : a;
    for (int i = FIT_R0; i < FIT_UNKNOWNS; i++) {
        int kind = (i - FIT_R0) / CELL_R_POINTS;
        to[i] = arrhenius(temp_C, near->temp_C, near->found[i], far->temp_C, far->found[i],
                          fit_energy[kind]);
    }
}

/* The two rows with series around a temperature, or the two last on one side of it. */
static void rows_around(const struct work *w, double temp_C, int *a, int *b)
{
    *a = 0;
    while (*a + 2 < w->rows && w->row[*a + 1].temp_C < temp_C)
        ++*a;
    *b = w->rows > 1 ? *a + 1 : *a;
}

/* A temperature without series: its own curve where there is one, all else by its neighbours. */
static double between_rows(struct work *w, double temp_C, struct fit_row *out)
{
    int a, b;
    rows_around(w, temp_C, &a, &b);
    struct fit_row *one = &w->row[a], *other = &w->row[b];
    *out = (struct fit_row){.temp_C = temp_C, .curved = one->curved};
    mix_found(out->found, one, other, temp_C);
    double part = kinetic_part(temp_C, one->temp_C, other->temp_C);
    out->shift = one->shift + part * (other->shift - one->shift);
    out->stretch = one->stretch + part * (other->stretch - one->stretch);
    w->row[w->rows] = *out;
    set_prior(w, w->rows);
    *out = w->row[w->rows];
    if (w->shape.i0_A[a] <= 0 || w->shape.i0_A[b] <= 0)
        return 0;
    return 1 / arrhenius(temp_C, one->temp_C, 1 / w->shape.i0_A[a], other->temp_C,
                         1 / w->shape.i0_A[b], fit_energy[1]);
}

static void tell_row(struct fit_told *told, const struct fit_row *row, bool fitted)
{
    told->row[told->rows++] = (struct fit_row_told){row->temp_C, row->shift + row->found[FIT_SHIFT],
                                                    row->stretch + row->found[FIT_STRETCH],
                                                    row->found[FIT_HYSTERESIS], fitted};
}

/* All temperatures there are, rising. How many, or -1 for too many. */
static int temperatures(const struct work *w, double temp_C[])
{
    enum { MOST = CELL_TEMPERATURES + FIT_CURVES + CELL_TEMPERATURES };
    double all[MOST];
    int count = 0;
    for (int r = 0; r < w->rows; r++)
        all[count++] = w->row[r].temp_C;
    for (int k = 0; k < w->job->curves + w->job->more; k++) {
        double t =
            k < w->job->curves ? w->job->curve[k].temp_C : w->job->more_C[k - w->job->curves];
        bool known = false;
        for (int i = 0; i < count; i++)
            known |= fabs(all[i] - t) < NEAR_C;
        if (!known)
            all[count++] = t;
    }
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

static void sort_rows(struct work *w)
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

static void take_cell(struct work *w, const double temp_C[], int count, struct cell *cell,
                      struct fit_told *told)
{
    struct fit_row made;
    for (int i = 0; i < count; i++) {
        int r = 0;
        while (r < w->rows && w->row[r].temp_C != temp_C[i])
            r++;
        bool fitted = r < w->rows;
        double i0_A = fitted ? w->shape.i0_A[r] : between_rows(w, temp_C[i], &made);
        take_row(&cell->row[i], fitted ? &w->row[r] : &made);
        cell->row[i].i0_A = i0_A;
        tell_row(told, fitted ? &w->row[r] : &made, fitted);
    }
    cell->rows = count;
}

/* Without series: one row at 25 C as it was given, all others from it. */
static void take_given(struct work *w)
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
    set_prior(w, 0);
}

/* The errors a user of the cell must reckon with, from what the fit left over. */
static void take_errors(const struct fit_job *job, struct cell *cell, bool all_fitted)
{
    double V2 = 0, R2 = 0, z2 = 0, tau = 0;
    int count = 0;
    for (int s = 0; s < job->count; s++) {
        if (job->series[s].check)
            continue;
        struct fit_residual r = fit_residual(cell, &job->series[s]);
        V2 += r.typical_V * r.typical_V;
        R2 += r.resistance_off * r.resistance_off;
        z2 += r.position_off * r.position_off;
        tau = fmax(tau, r.correlation_s);
        count++;
    }
    cell->voltage_sigma_V = clip(sqrt(V2 / count), 0.001, 0.5);
    cell->resistance_sigma = clip(sqrt(R2 / count), all_fitted ? 0.08 : 0.12, 1);
    cell->position_sigma = clip(sqrt(z2 / count), job->least_sigma_z, 0.1);
    cell->correlation_s = clip(tau, 600, 7200);
}

/* The rows of the series, or the given one; all temperatures into temp_C. How many, 0 after a line in errors. */
static int take_rows(struct work *w, double temp_C[], FILE *errors)
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

static void take_dynamics(const struct work *w, struct cell *cell)
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
    cell->correlation_s = job->given.correlation_s;
}

bool soc_fit(const struct fit_job *job, struct cell *cell, struct fit_told *told, FILE *errors)
{
    struct work *w = calloc(1, sizeof *w);
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
        take_cell(w, temp_C, count, cell, told);
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
