/* A rested cell's curve as the difference of two half cells. */
#include <math.h>
#include <string.h>

#include "app/soc_fit.h"

enum { X0, X100, Y0, Y100, STOICHIOMETRIES, TRIES = 2000 };

/* Where the ends of a cell's charge commonly are on its electrodes; all that holds the positive one on a plateau
 * that was measured without its ends. */
static const double usual[STOICHIOMETRIES] = {0.01, 0.85, 0.06, 0.98};
static const double apart[STOICHIOMETRIES] = {0.03, 0.15, 0.05, 0.03};

struct match {
    const struct fit_half *half;
    const struct fit_job *job;
    double hysteresis_V;
    double offset_V[FIT_CURVES];
    double rms_V;
};

static double read_at(const struct fit_half *half, const double table[], double x)
{
    int right = 1;
    while (right < half->points - 1 && half->x[right] < x)
        right++;
    double left_x = half->x[right - 1], part = (x - left_x) / (half->x[right] - left_x);
    part = part < 0 ? 0 : part > 1 ? 1 : part;
    return table[right - 1] + part * (table[right] - table[right - 1]);
}

static double positive(const struct match *m, const double s[], double z)
{
    return read_at(m->half, m->half->positive_V, s[Y0] + (s[Y100] - s[Y0]) * z);
}

static double negative(const struct match *m, const double s[], double z)
{
    return read_at(m->half, m->half->negative_V, s[X0] + (s[X100] - s[X0]) * z);
}

/* What the curve, moved to the middle of both directions, lies above the half cells. */
static double above(const struct match *m, const double s[], const struct fit_curve *curve, int p)
{
    double z = curve->z[p];
    return curve->V[p] + m->hysteresis_V - positive(m, s, z) + negative(m, s, z);
}

/* Mean square in mV of what is left after one offset for each curve, and how unusual the ends are. */
static double cost(void *context, const double s[])
{
    struct match *m = context;
    double square = 0, strange = 0;
    int points = 0;
    for (int c = 0; c < m->job->curves; c++) {
        const struct fit_curve *curve = &m->job->curve[c];
        double mean = 0;
        for (int p = 0; p < curve->points; p++)
            mean += above(m, s, curve, p) / curve->points;
        for (int p = 0; p < curve->points; p++) {
            double off = 1000 * (above(m, s, curve, p) - mean);
            square += off * off;
        }
        points += curve->points;
        m->offset_V[c] = mean;
    }
    for (int k = 0; k < STOICHIOMETRIES; k++) {
        double off = (s[k] - usual[k]) / apart[k];
        strange += off * off;
        double out = fmax(0, fmax(-s[k], s[k] - 1));
        strange += 1e6 * out * out;
    }
    m->rms_V = sqrt(square / points) / 1000;
    return square / points + 0.3 * strange;
}

/* What is left at the measured points becomes the row's correction, straight between them, held beyond. */
static void correct(const struct match *m, const double s[], const struct fit_curve *curve,
                    double out[CELL_POINTS])
{
    for (int i = 0; i < CELL_POINTS; i++) {
        double z = i / (CELL_POINTS - 1.0);
        int right = 1;
        while (right < curve->points - 1 && curve->z[right] < z)
            right++;
        double part = (z - curve->z[right - 1]) / (curve->z[right] - curve->z[right - 1]);
        part = part < 0 ? 0 : part > 1 ? 1 : part;
        double left = above(m, s, curve, right - 1);
        out[i] = left + part * (above(m, s, curve, right) - left);
    }
}

/* Where the half cells and the correction together fall, the correction keeps them level. */
static void keep_level(const struct cell *cell, double correction[CELL_POINTS])
{
    double before = -INFINITY;
    for (int i = 0; i < CELL_POINTS; i++) {
        double halves = cell->positive_V[i] - cell->negative_V[i];
        correction[i] = fmax(correction[i], before - halves);
        before = halves + correction[i];
    }
}

static const struct fit_curve *nearest(const struct fit_job *job, double temp_C)
{
    const struct fit_curve *best = &job->curve[0];
    for (int c = 1; c < job->curves; c++)
        if (fabs(job->curve[c].temp_C - temp_C) < fabs(best->temp_C - temp_C))
            best = &job->curve[c];
    return best;
}

double fit_half_cells(const struct fit_job *job, struct cell *cell, double ends[4])
{
    static const double step[STOICHIOMETRIES] = {0.01, -0.05, 0.03, -0.02};
    struct match m = {.half = job->half, .job = job, .hysteresis_V = job->given.hysteresis_V};
    memcpy(ends, usual, sizeof usual);
    for (int again = 0; again < 4; again++)
        fit_simplex(cost, &m, ends, step, STOICHIOMETRIES, TRIES);
    cost(&m, ends);
    cell->half_cells = true;
    for (int i = 0; i < CELL_POINTS; i++) {
        double z = i / (CELL_POINTS - 1.0);
        cell->positive_V[i] = positive(&m, ends, z);
        cell->negative_V[i] = negative(&m, ends, z);
        for (int other = i; other > 0 && cell->positive_V[other] < cell->positive_V[other - 1];
             other--)
            cell->positive_V[other - 1] = cell->positive_V[other];
        if (i && cell->negative_V[i] > cell->negative_V[i - 1])
            cell->negative_V[i] = cell->negative_V[i - 1];
    }
    for (int r = 0; r < cell->rows; r++) {
        correct(&m, ends, nearest(job, cell->row[r].temp_C), cell->row[r].ocv_V);
        keep_level(cell, cell->row[r].ocv_V);
    }
    return m.rms_V;
}
