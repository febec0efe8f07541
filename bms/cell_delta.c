#include "bms/cell_delta.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "core/maths.h"

static const double PRIOR = 0.06; /* one sigma of a cell's delta before anything is seen */
static const double RESISTANCE_PRIOR = 0.3;
static const double READING_V = 0.0015; /* noise of a window's mean, and of one reading */
static const double OFF_WALK_V = 0.0001;
static const double WINDOW = 0.005; /* of charge moved; neighbours closer than that are one */
static const double FIRST_S = 60, DAY_S = 86400;
static const double ALIKE = 4;     /* windows that share an error of the place */
static const double DRIFT = 0.015; /* of a delta, by charge moved; cells differ in capacity */
static const double DRIFT_A_DAY = 0.0005; /* .. by self-discharge and balancing */
static const double SLOW = 0.2;           /* relative, by which cells differ in what relaxes */
static const double STEP_RATE = 1.0 / 20; /* C-rate of a current step that tells a resistance */
static const double STEP_S = 15;
static const double TURNED = 0.5; /* of hysteresis: not known better */
static const double SHAPE = 0.1,
                    MISFIT_MOST = 16;  /* of a delta: the curve's steepness is not known better */
static const double MISFIT_NEW = 0.01; /* of what one window says of it */
static const double OUTLIER = 25, LEAST_ODDS = 1e-9;
enum { PASSES = 2 };

/* The curve under the pack, and what each delta would show there. */
struct view {
    double curve_V[DELTA_GRID];
    double place[DELTA_GRID]; /* odds; sum 1 */
    double shown_V[DELTA_PLACES], shown_var[DELTA_PLACES];
};

static double square(double x)
{
    return x * x;
}

static double delta_of(int k)
{
    return (k - DELTA_SIDE) * DELTA_STEP;
}

static void window_begin(struct cell_deltas *d, struct cell_delta cell[], int cells)
{
    d->moved = d->seconds = d->rest_s = d->relaxing_s = d->at_once_s = 0;
    d->charge_s = d->sigma_s = 0;
    for (int c = 0; c < cells; c++)
        cell[c].V_s = cell[c].A_s = cell[c].seconds = 0;
}

void cell_deltas_init(struct cell_deltas *d, const struct cell_delta_config *config,
                      struct cell_delta cell[], int cells)
{
    assert(d && config && config->cell && config->scale > 0 && cells > 0);
    *d = (struct cell_deltas){.config = *config, .misfit = 1};
    for (int c = 0; c < cells; c++) {
        double sum = 0;
        cell[c] = (struct cell_delta){.resistance_var = square(RESISTANCE_PRIOR), .last_V = NAN};
        for (int k = 0; k < DELTA_PLACES; k++) {
            cell[c].odds[k] = maths_exp(-square(delta_of(k) / PRIOR) / 2);
            cell[c].off_var[k] = square(config->voltage_V);
            sum += cell[c].odds[k];
        }
        for (int k = 0; k < DELTA_PLACES; k++)
            cell[c].odds[k] /= sum;
    }
    window_begin(d, cell, cells);
}

/* --- what the window's place shows --- */

/* Beyond its ends a curve goes on as it ends. */
static double curve_at(const struct view *v, int i)
{
    enum { LAST = DELTA_GRID - 1 };
    if (i < 0)
        return v->curve_V[0] + i * (v->curve_V[1] - v->curve_V[0]);
    if (i > LAST)
        return v->curve_V[LAST] + (i - LAST) * (v->curve_V[LAST] - v->curve_V[LAST - 1]);
    return v->curve_V[i];
}

/* Means over the window. */
struct means {
    double rest_V; /* without what the current causes, hysteresis included */
    double relaxing_V, at_once_V, charge, sigma;
};

/* Where the pack stands; even_V is what its mean voltage lies above the curve because cells differ. */
static void place_find(struct view *v, const struct cell_at *at, const struct means *m,
                       double even_V)
{
    const struct cell *cell = at->cell;
    double charge_var = square(m->sigma) + square(cell->position_sigma), sum = 0;
    double load_var = square(SLOW * (m->relaxing_V + m->at_once_V)) + square(READING_V);
    double place_var = square(at->voltage_sigma_V) + load_var;
    for (int g = 0; g < DELTA_GRID; g++) {
        double z = g * DELTA_STEP;
        double var = place_var + square(TURNED * cell_ocv(at, z, 0, 1).hysteresis_V);
        double miss = square(z - m->charge) / charge_var;
        miss += fmin(OUTLIER, square(m->rest_V - even_V - v->curve_V[g]) / var);
        v->place[g] = miss < 80 ? maths_exp(-miss / 2) : 0;
        sum += v->place[g];
    }
    for (int g = 0; g < DELTA_GRID; g++)
        v->place[g] = sum > 0 ? v->place[g] / sum : 0;
}

static void deltas_show(struct view *v)
{
    for (int k = 0; k < DELTA_PLACES; k++) {
        double mean = 0, squares = 0;
        for (int g = 0; g < DELTA_GRID; g++) {
            if (v->place[g] < LEAST_ODDS)
                continue;
            double V = curve_at(v, g + k - DELTA_SIDE) - v->curve_V[g];
            mean += v->place[g] * V;
            squares += v->place[g] * V * V;
        }
        v->shown_V[k] = mean;
        v->shown_var[k] = fmax(0, squares - mean * mean);
    }
}

/* How far the mean of all cells' voltages lies above the voltage at their mean charge. */
static double even_V(const struct view *v, const struct cell_delta cell[], int cells)
{
    double sum = 0;
    for (int c = 0; c < cells; c++)
        for (int k = 0; k < DELTA_PLACES; k++)
            sum += cell[c].odds[k] * v->shown_V[k];
    return sum / cells;
}

/* How much worse than the file admits the pack's voltage followed its curve lately; 1 = it did follow. */
static double misfit_next(struct cell_deltas *d, const struct view *v, const struct cell_at *at,
                          const struct means *m)
{
    double worst = 1, here_V = curve_at(v, (int)(m->charge / DELTA_STEP + 0.5));
    double turned_V = TURNED / 2 * cell_ocv(at, m->charge, 0, 1).hysteresis_V;
    double var = square(at->voltage_sigma_V) + square(turned_V) + square(SLOW * m->relaxing_V) +
                 square(SLOW * m->at_once_V);
    int count = d->past < DELTA_PAST ? d->past : DELTA_PAST;
    for (int i = 0; i < count; i++) {
        double there_V = curve_at(v, (int)(d->past_charge[i] / DELTA_STEP + 0.5));
        double off_V = m->rest_V - d->past_V[i] - (here_V - there_V);
        worst = fmax(worst, square(off_V) / var);
    }
    d->past_V[d->past % DELTA_PAST] = m->rest_V;
    d->past_charge[d->past % DELTA_PAST] = m->charge;
    d->past = d->past + 1 < 2 * DELTA_PAST ? d->past + 1 : DELTA_PAST;
    d->misfit += MISFIT_NEW * (fmin(worst, MISFIT_MOST) - d->misfit);
    return worst;
}

/* --- one cell --- */

/* What was at k may have moved a place up or down. */
static void drift(struct cell_delta *cell, double var)
{
    double part = fmin(0.25, var / square(DELTA_STEP) / 2);
    struct cell_delta was = *cell;
    for (int k = 0; k < DELTA_PLACES; k++) {
        double sum = 0, off_V = 0, off_var = 0;
        for (int j = k - 1; j <= k + 1; j++) {
            int from = j < 0 ? 0 : j >= DELTA_PLACES ? DELTA_PLACES - 1 : j;
            double odds = was.odds[from] * (j == k ? 1 - 2 * part : part);
            sum += odds;
            off_V += odds * was.off_V[from];
            off_var += odds * was.off_var[from];
        }
        cell->odds[k] = sum;
        cell->off_V[k] = off_V / sum;
        cell->off_var[k] = off_var / sum + square(OFF_WALK_V);
    }
}

/* Its voltage lay above the curve under the pack by this, as a window's mean; one of so many alike. */
static void measure(struct cell_delta *cell, const struct view *v, double above_V, double var,
                    double alike)
{
    double best = 1e300, miss[DELTA_PLACES], sum = 0;
    for (int k = 0; k < DELTA_PLACES; k++) {
        double all = cell->off_var[k] + var + v->shown_var[k];
        double off_V = above_V - v->shown_V[k] - cell->off_V[k];
        miss[k] = fmin(OUTLIER, square(off_V) / all) + maths_log(all);
        best = fmin(best, miss[k]);
        double gain =
            cell->off_var[k] / (cell->off_var[k] + (all - cell->off_var[k]) * alike / ALIKE);
        cell->off_V[k] += gain * off_V;
        cell->off_var[k] *= 1 - gain;
    }
    for (int k = 0; k < DELTA_PLACES; k++) {
        cell->odds[k] = fmax(LEAST_ODDS, cell->odds[k] * maths_exp((best - miss[k]) / 2 / alike));
        sum += cell->odds[k];
    }
    for (int k = 0; k < DELTA_PLACES; k++)
        cell->odds[k] /= sum;
}

/* A step of the current shows at once what the cell has more of resistance. */
static void resistance_learn(struct cell_delta *cell, double step_V, double mean_step_V)
{
    double gain = cell->resistance_var * mean_step_V /
                  (square(mean_step_V) * cell->resistance_var + 2 * square(READING_V));
    cell->resistance += gain * (step_V - mean_step_V * cell->resistance);
    cell->resistance_var *= 1 - gain * mean_step_V;
}

/* --- the string --- */

static void window_end(struct cell_deltas *d, struct cell_delta cell[], int cells,
                       const struct cell_at *at)
{
    struct view v;
    struct means m = {d->rest_s / d->seconds, d->relaxing_s / d->seconds, d->at_once_s / d->seconds,
                      d->charge_s / d->seconds, d->sigma_s / d->seconds};
    double even = 0;
    for (int g = 0; g < DELTA_GRID; g++)
        v.curve_V[g] = cell_ocv(at, g * DELTA_STEP, d->run.w, 1).V;
    for (int pass = 0; pass < PASSES; pass++) {
        place_find(&v, at, &m, even);
        deltas_show(&v);
        even = d->config.all ? even_V(&v, cell, cells) : 0;
    }
    double drift_var = square(DRIFT) * d->moved + square(DRIFT_A_DAY) * d->seconds / DAY_S;
    double r0_Ohm = cell_resistances(at, m.charge).r0_Ohm;
    double alike = ALIKE * square(misfit_next(d, &v, at, &m));
    for (int c = 0; c < cells; c++) {
        drift(&cell[c], drift_var);
        if (!(cell[c].seconds > 0))
            continue;
        double at_once_V = r0_Ohm * cell[c].A_s / cell[c].seconds;
        double var = square(READING_V) + square(SLOW * m.relaxing_V) +
                     cell[c].resistance_var * square(at_once_V);
        double above_V = cell[c].V_s / cell[c].seconds - cell[c].resistance * at_once_V + even;
        measure(&cell[c], &v, above_V, var, alike);
    }
    d->measured = true;
    window_begin(d, cell, cells);
}

/* The mean cell, without what is told of it. */
static void run_on(struct cell_deltas *d, const struct cell_at *at,
                   const struct cell_delta_input *input, double dt_s)
{
    struct cell_decay decay = cell_decay(d->config.cell, dt_s);
    d->run.z = input->charge;
    cell_step(at, &decay, &d->run, input->current_A / d->config.scale, 1);
    d->moved +=
        fabs(input->current_A) * dt_s / (d->config.cell->capacity_Ah * d->config.scale) / 3600;
}

static double mean_of(const struct cell_deltas *d, const struct cell_delta_input *input, int cells)
{
    double sum = 0;
    for (int c = 0; c < cells; c++)
        sum += input->cell_V[c];
    return d->config.all && isfinite(sum) ? sum / cells : input->mean_V;
}

static void cells_take(struct cell_deltas *d, struct cell_delta cell[], int cells,
                       const struct cell_delta_input *input, double dt_s)
{
    struct cell_at at = cell_at(d->config.cell, input->temp_C);
    double A = input->current_A / d->config.scale, mean_V = mean_of(d, input, cells);
    double r0_Ohm = cell_resistances(&at, input->charge).r0_Ohm;
    double step_A = A - d->last_A;
    bool told =
        d->seen && dt_s <= STEP_S && fabs(step_A) >= STEP_RATE * d->config.cell->capacity_Ah;
    for (int c = 0; c < cells; c++) {
        double V = input->cell_V[c] - mean_V;
        if (told && d->config.all && isfinite(V) && isfinite(cell[c].last_V))
            resistance_learn(&cell[c], V - cell[c].last_V, r0_Ohm * step_A);
        cell[c].last_V = V;
        if (!isfinite(V))
            continue;
        cell[c].V_s += V * dt_s;
        cell[c].A_s += A * dt_s;
        cell[c].seconds += dt_s;
    }
    double relaxing_V = d->run.v1 + d->run.v2, at_once_V = r0_Ohm * A;
    double turned_V = cell_ocv(&at, input->charge, 0, 1).hysteresis_V * d->run.h;
    d->rest_s += (mean_V - relaxing_V - at_once_V - turned_V) * dt_s;
    d->relaxing_s += relaxing_V * dt_s;
    d->at_once_s += at_once_V * dt_s;
    d->charge_s += input->charge * dt_s;
    d->sigma_s += input->sigma * dt_s;
    d->seconds += dt_s;
}

void cell_deltas_step(struct cell_deltas *d, struct cell_delta cell[], int cells,
                      const struct cell_delta_input *input, double dt_s)
{
    struct cell_at at = cell_at(d->config.cell, input->temp_C);
    assert(dt_s > 0);
    run_on(d, &at, input, dt_s);
    if (isfinite(input->mean_V) && input->mean_V > 0)
        cells_take(d, cell, cells, input, dt_s);
    d->last_A = input->current_A / d->config.scale;
    d->seen = true;
    bool done = d->moved >= WINDOW || (!d->measured && d->seconds >= FIRST_S);
    if (done && d->seconds > 0)
        window_end(d, cell, cells, &at);
}

void cell_deltas_gap(struct cell_deltas *d, struct cell_delta cell[], int cells)
{
    d->run = (struct cell_state){.z = d->run.z};
    d->seen = false;
    d->past = 0;
    window_begin(d, cell, cells);
}

void cell_deltas_estimate(const struct cell_deltas *d, const struct cell_delta cell[], int cells,
                          struct cell_delta_estimate out[])
{
    double mean = 0;
    for (int c = 0; c < cells; c++) {
        double delta = 0, squares = square(DELTA_STEP) / 12;
        for (int k = 0; k < DELTA_PLACES; k++) {
            delta += cell[c].odds[k] * delta_of(k);
            squares += cell[c].odds[k] * square(delta_of(k));
        }
        double drifted = square(DRIFT) * d->moved + square(SHAPE * delta) * d->misfit;
        out[c] = (struct cell_delta_estimate){delta, sqrt(squares - delta * delta + drifted),
                                              cell[c].resistance, sqrt(cell[c].resistance_var)};
        mean += delta / cells;
    }
    for (int c = 0; c < cells && d->config.all; c++)
        out[c].delta -= mean;
}
