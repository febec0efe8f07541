/* What is known of a cell at one temperature before any series: from its open-circuit curves. */
#include <math.h>
#include <string.h>

#include "app/soc_fit.h"

/* Of the warm hysteresis: more is not believed in the cold. */
static const double COLD_GAP = 1.3;

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
static double polarisation(const struct fit_work *w, const struct fit_row *row,
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
static double hysteresis_of(const struct fit_work *w, const struct fit_row *row,
                            const struct fit_curve *curve, int i)
{
    const struct fit_curve *warm = warm_curve(w->job);
    if (!curve->both)
        return guess_gap(w->job);
    double half = curve->half_gap_V[i];
    double left = maths_within(half - polarisation(w, row, curve, i), 0.3 * half, half);
    return curve->temp_C < warm->temp_C ? fmin(left, COLD_GAP * warm->half_gap_V[i]) : left;
}

/* The middle of both directions, from the discharging one where the charging one is not to be believed. */
static double middle_of(const struct fit_work *w, const struct fit_row *row,
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

static double mean_V(const struct fit_work *w, int row)
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

void fit_prior(struct fit_work *w, int at)
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
double fit_typical_Ohm(const struct fit_work *w, int row)
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

/* --- curves against each other --- */

/* Gauss and Jordan; the solution is a[k][3] / a[k][k]. */
static bool solve3(double a[3][4])
{
    for (int k = 0; k < 3; k++) {
        if (!(a[k][k] > 0))
            return false;
        for (int i = 0; i < 3; i++) {
            double times = i == k ? 0 : a[i][k] / a[k][k];
            for (int j = k; j < 4; j++)
                a[i][j] -= times * a[k][j];
        }
    }
    return true;
}

/* Offset, shift and stretch of a curve against the reference, as found so far. */
struct stand {
    double off_V, shift, stretch;
};

/* One step of Gauss and Newton towards a better stand. */
static bool stand_better(struct stand *s, const struct fit_curve *curve,
                         const struct fit_curve *reference, double sigma_z)
{
    enum { FIRST = CELL_POINTS / 8, LAST = CELL_POINTS * 9 / 10 };
    static const double SIGMA_V =
        0.01; /* of the shape, a tenth of the charge apart; of the offset */
    double weight = 10.0 / (CELL_POINTS * SIGMA_V * SIGMA_V);
    double a[3][4] = {{1 / (SIGMA_V * SIGMA_V)}};
    a[1][1] = 1 / (9 * sigma_z * sigma_z);
    a[2][2] = 1 / (36 * sigma_z * sigma_z);
    a[0][3] = -s->off_V * a[0][0];
    a[1][3] = -s->shift * a[1][1];
    a[2][3] = -s->stretch * a[2][2];
    for (int i = FIRST; i < LAST; i++) {
        double z = i / (CELL_POINTS - 1.0), at = z + s->shift + s->stretch * (z - 0.5);
        double slope =
            smooth_slope(curve->ocv_V, (int)(maths_within(at, 0, 1) * (CELL_POINTS - 1)));
        double y = reference->ocv_V[i] - s->off_V - fit_table(curve->ocv_V, CELL_POINTS, at);
        double x[3] = {1, slope, slope * (z - 0.5)};
        for (int r = 0; r < 3; r++) {
            for (int c = 0; c < 3; c++)
                a[r][c] += weight * x[r] * x[c];
            a[r][3] += weight * x[r] * y;
        }
    }
    if (!solve3(a))
        return false;
    s->off_V += a[0][3] / a[0][0];
    s->shift += a[1][3] / a[1][1];
    s->stretch += a[2][3] / a[2][2];
    return true;
}

/* Where on its own charge axis a curve has what the reference has at z: z + shift + stretch (z - 1/2). Open-circuit
 * voltage keeps its shape over temperature but for an offset, while each curve's axis is its own capacity's. */
static struct stand align(const struct fit_job *job, int curve, const struct fit_curve *reference)
{
    enum { ROUNDS = 8 };
    struct stand s = {0, 0, 0};
    for (int round = 0; round < ROUNDS; round++)
        if (!stand_better(&s, &job->curve[curve], reference, job->least_sigma_z))
            break;
    return s;
}

void fit_align(const struct fit_job *job, double temp_C, double *shift, double *stretch)
{
    const struct fit_curve *reference = warm_curve(job);
    double part;
    int high, low = curves_around(job, temp_C, &high, &part);
    *shift = *stretch = 0;
    if (job->chemistry == CHEMISTRY_LFP || !reference || !job->curve[low].both ||
        !job->curve[high].both)
        return;
    struct stand below = align(job, low, reference), above = align(job, high, reference);
    *shift = below.shift + part * (above.shift - below.shift);
    *stretch = below.stretch + part * (above.stretch - below.stretch);
}
