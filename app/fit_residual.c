/* A cell led along a series' known charge, and what its voltage is off. */
#include "app/soc_fit.h"

#include <math.h>
#include <stdlib.h>

enum { WINDOWS = 10, LAGS_STEP_S = 10 };

/* Sums over one tenth of the charge. */
struct window {
    double rv, vv; /* residual by overvoltage */
    double rs, ss; /* residual by slope, where it is steep */
    double rr;     /* residual */
    int rows;
};

static double led(const struct cell *cell, const struct fit_series *series, double residual[],
                  struct window window[WINDOWS])
{
    struct cell_state state = {.z = series->log.rows[0].reference,
                               .h = series->log.rows[0].reference > 0.95 ? 1 : 0};
    struct cell_at at = cell_at(cell, series->log.rows[0].temp_C);
    struct cell_decay decay = cell_decay(cell, 1);
    double steep = cell->chemistry == CHEMISTRY_LFP ? 0.15 : 0.3; /* V per unit of charge */
    residual[0] = 0;
    for (size_t i = 1; i < series->log.count; i++) {
        const struct soc_row *s = &series->log.rows[i];
        double dt_s = s->time_s - s[-1].time_s;
        if (fabs(s->temp_C - at.temp_C) > 0.2)
            at = cell_at(cell, s->temp_C);
        if (dt_s != decay.dt_s)
            decay = cell_decay(cell, dt_s);
        cell_step(&at, &decay, &state, s->current_A, 1);
        state.z = s->reference;
        residual[i] = cell_voltage(&at, &state, s->current_A, 1) - s->voltage_V;
        if (s->reference < 0.05)
            continue;
        struct cell_ocv ocv = cell_ocv(&at, state.z, state.w, 1);
        double over = state.v1 + state.v2 + cell_resistances(&at, state.z).r0_Ohm * s->current_A;
        int n = (int)(s->reference * WINDOWS);
        struct window *to = &window[n < WINDOWS ? n : WINDOWS - 1];
        to->rv += residual[i] * over;
        to->vv += over * over;
        to->rr += residual[i] * residual[i];
        to->rows++;
        if (ocv.slope_z > steep) {
            to->rs += residual[i] * ocv.slope_z;
            to->ss += ocv.slope_z * ocv.slope_z;
        }
    }
    return at.temp_C;
}

/* Integral of the autocorrelation of what is scored up to its first zero: of a mixture of fast and slow errors this
 * is dominated by the slow ones, as their effect on a filter is. */
static double correlation(const double x[], int count, double dt_s)
{
    double mean = 0, zero = 0, sum_s = 0;
    for (int i = 0; i < count; i++)
        mean += x[i] / count;
    for (int i = 0; i < count; i++)
        zero += (x[i] - mean) * (x[i] - mean);
    int step = (int)fmax(1, LAGS_STEP_S / dt_s);
    for (int lag = 0; lag < count && zero > 0; lag += step) {
        double sum = 0;
        for (int i = lag; i < count; i += step)
            sum += (x[i] - mean) * (x[i - lag] - mean) * step;
        if (sum < 0)
            break;
        sum_s += sum / zero * step * dt_s * (lag ? 1 : 0.5);
    }
    return sum_s;
}

static double windows_rms(const struct window window[WINDOWS], bool steep)
{
    double sum = 0, weight = 0;
    for (int i = 0; i < WINDOWS; i++) {
        double by = steep ? window[i].ss : window[i].vv;
        double off = steep ? window[i].rs : window[i].rv;
        if (by > 0) {
            sum += off * off / by;
            weight += by;
        }
    }
    return weight > 0 ? sqrt(sum / weight) : 0;
}

/* Median of the windows' RMS: the ends of the charge, where each volt of a cell file is off, do not count as typical. */
static double typical(const struct window window[WINDOWS])
{
    double rms[WINDOWS];
    int count = 0;
    for (int i = 0; i < WINDOWS; i++) {
        if (!window[i].rows)
            continue;
        double now = sqrt(window[i].rr / window[i].rows);
        int at = count++;
        for (; at > 0 && rms[at - 1] > now; at--)
            rms[at] = rms[at - 1];
        rms[at] = now;
    }
    return count ? (rms[(count - 1) / 2] + rms[count / 2]) / 2 : 0;
}

struct fit_residual fit_residual(const struct cell *cell, const struct fit_series *series)
{
    struct fit_residual told = {0};
    struct window window[WINDOWS] = {{0}};
    double *residual = calloc(series->log.count, sizeof *residual);
    if (!residual)
        return told;
    led(cell, series, residual, window);
    int scored = 0;
    for (size_t i = 0; i < series->log.count; i++) {
        told.all_rms_V += residual[i] * residual[i] / (double)series->log.count;
        if (series->log.rows[i].reference >= 0.05) {
            told.rms_V += residual[i] * residual[i];
            told.mean_V += residual[i];
            residual[scored++] = residual[i];
        }
    }
    if (scored) {
        double span = series->log.rows[series->log.count - 1].time_s - series->log.rows[0].time_s;
        told.mean_V /= scored;
        told.rms_V = sqrt(told.rms_V / scored);
        told.correlation_s = correlation(residual, scored, span / (double)(series->log.count - 1));
    }
    told.all_rms_V = sqrt(told.all_rms_V);
    told.typical_V = typical(window);
    told.resistance_off = windows_rms(window, false);
    told.position_off = windows_rms(window, true);
    free(residual);
    return told;
}
