/* One temperature of a cell as regularised linear least squares. */
#include "app/soc_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = FIT_UNKNOWNS, TERMS = 7 + 2 * CELL_R_POINTS };

static const double TAU_C = 1000;    /* s: residuals further apart count as independent */
static const double SIGMA_V = 0.004; /* of one independent residual */
static const double LEVEL_V = 0.002; /* of a measured curve as a whole */
static const double BEND_V = 0.0013; /* .. of one knot against the next; EMPTY: below 5 % charge */
static const double EMPTY_BEND_V = 0.02;
static const double FREE_V = 0.5; /* where no curve was measured */
static const double LOW_Z = 0.06; /* below it the voltage dives: a fifth of the weight */
static const double NORMALS_MIN = 1e-9;

struct normals {
    double a[N][N]; /* lower triangle */
    double b[N], yy;
};

/* One equation: sum value[i] x[at[i]] = y. */
struct equation {
    int terms, at[TERMS];
    double value[TERMS], y;
};

static void put(struct equation *e, int at, double value)
{
    if (fabs(value) < NORMALS_MIN)
        return;
    e->at[e->terms] = at;
    e->value[e->terms++] = value;
}

static void add(struct normals *n, const struct equation *e, double weight)
{
    for (int i = 0; i < e->terms; i++) {
        double w = weight * e->value[i];
        n->b[e->at[i]] += w * e->y;
        for (int j = 0; j <= i; j++) {
            int row = e->at[i], column = e->at[j];
            if (row < column) {
                row = e->at[j];
                column = e->at[i];
            }
            n->a[row][column] += w * e->value[j];
        }
    }
    n->yy += weight * e->y * e->y;
}

/* x[at] = mean, with sigma. */
static void expect(struct normals *n, int at, double mean, double sigma)
{
    struct equation e = {1, {at}, {1}, mean};
    add(n, &e, 1 / (sigma * sigma));
}

static void expect_equal(struct normals *n, int one, int other, double sigma)
{
    struct equation e = {2, {one, other}, {1, -1}, 0};
    add(n, &e, 1 / (sigma * sigma));
}

static void expect_straight(struct normals *n, int first, double sigma)
{
    struct equation e = {3, {first, first + 1, first + 2}, {1, -2, 1}, 0};
    add(n, &e, 1 / (sigma * sigma));
}

/* --- reading tables --- */

double fit_table(const double table[], int points, double z)
{
    double at = maths_within(z, 0, 1) * (points - 1);
    int left = at >= points - 1 ? points - 2 : (int)at;
    return table[left] + (at - left) * (table[left + 1] - table[left]);
}

static double slope_of(const double table[], double z)
{
    double h = 1.0 / (CELL_POINTS - 1);
    return (fit_table(table, CELL_POINTS, z + h) - fit_table(table, CELL_POINTS, z - h)) / (2 * h);
}

static void put_hat(struct equation *e, int first, int points, double z, double value)
{
    double at = maths_within(z, 0, 1) * (points - 1);
    int left = at >= points - 1 ? points - 2 : (int)at;
    put(e, first + left, value * (1 - (at - left)));
    put(e, first + left + 1, value * (at - left));
}

/* --- running along a series --- */

/* All that follows the current, each resistance's response by the knot that gives it its size. */
struct state {
    double w, h, one[CELL_R_POINTS], two[CELL_R_POINTS];
};

/* Factors of one step, and what resistances are at the temperature of now against the row's. */
struct pace {
    double dt_s, one, two, d;
    double temp_C, warm[3];
};

static void follow(struct state *s, const struct pace *p, const struct fit_job *job,
                   const struct fit_shape *shape, double z, double A, double i0_A)
{
    double rate = A / (job->capacity_Ah * 3600),
           turn = fabs(rate) * p->dt_s * shape->hysteresis_rate;
    double keep = exp(-turn), at = maths_within(z, 0, 1) * (CELL_R_POINTS - 1);
    double seen = i0_A > 0 ? i0_A * asinh(A / i0_A) : A;
    int left = at >= CELL_R_POINTS - 1 ? CELL_R_POINTS - 2 : (int)at;
    for (int k = 0; k < CELL_R_POINTS; k++) {
        double hat = k == left ? 1 - (at - left) : k == left + 1 ? at - left : 0;
        s->one[k] = p->one * s->one[k] + (1 - p->one) * hat * seen * p->warm[1];
        s->two[k] = p->two * s->two[k] + (1 - p->two) * hat * A * p->warm[2];
    }
    s->w = p->d * s->w + (1 - p->d) * shape->diffusion_s * rate;
    s->h = keep * s->h + (1 - keep) * (A > 0 ? 1 : A < 0 ? -1 : 0);
}

static void equation_of(struct equation *e, const struct fit_row *row, const struct state *s,
                        const struct pace *p, const struct soc_row *sample)
{
    double surface = sample->reference + s->w;
    double on_curve = surface + row->shift + row->stretch * (surface - 0.5);
    double slope = slope_of(row->prior_V, on_curve);
    e->terms = 0;
    put_hat(e, 0, FIT_KNOTS, surface, 1);
    put(e, FIT_SHIFT, slope);
    put(e, FIT_STRETCH, slope * (surface - 0.5));
    put(e, FIT_HYSTERESIS, fit_table(row->hysteresis_V, CELL_POINTS, sample->reference) * s->h);
    put_hat(e, FIT_R0, CELL_R_POINTS, sample->reference, sample->current_A * p->warm[0]);
    for (int k = 0; k < CELL_R_POINTS; k++) {
        put(e, FIT_R1 + k, s->one[k]);
        put(e, FIT_R2 + k, s->two[k]);
    }
    e->y = sample->voltage_V - fit_table(row->prior_V, CELL_POINTS, on_curve);
}

static void pace_set(struct pace *p, const struct fit_shape *shape, double dt_s, double temp_C,
                     double row_C)
{
    double tau_d_s = shape->diffusion_s * 15 / 20.2;
    if (p->dt_s != dt_s) {
        p->dt_s = dt_s;
        p->one = exp(-dt_s / shape->tau1_s);
        p->two = exp(-dt_s / shape->tau2_s);
        p->d = exp(-dt_s / tau_d_s);
    }
    if (p->temp_C == temp_C)
        return;
    p->temp_C = temp_C;
    for (int k = 0; k < 3; k++)
        p->warm[k] = fit_arrhenius(fit_energy[k], temp_C, row_C);
}

static void add_series(struct normals *n, const struct fit_row *row, const struct fit_job *job,
                       const struct fit_series *series, const struct fit_shape *shape, double i0_A,
                       int stride)
{
    struct state s = {.h = series->log.rows[0].reference > 0.95 ? 1 : 0};
    struct pace p = {.temp_C = -1000};
    struct equation e;
    for (size_t i = 1; i < series->log.count; i++) {
        const struct soc_row *sample = &series->log.rows[i];
        double dt_s = sample->time_s - sample[-1].time_s;
        pace_set(&p, shape, dt_s, sample->temp_C, row->temp_C);
        follow(&s, &p, job, shape, sample[-1].reference, sample->current_A, i0_A);
        if (i % (size_t)stride || sample->reference < 0.005 || sample->reference > 1.02)
            continue;
        equation_of(&e, row, &s, &p, sample);
        double weight = maths_within(dt_s, 0, 60) * stride / (2 * TAU_C * SIGMA_V * SIGMA_V);
        add(n, &e, sample->reference < LOW_Z ? weight / 5 : weight);
    }
}

/* What is believed before anything was measured under current. A measured curve keeps its place and shape: a slow
 * overvoltage that hardly changes through a drive looks like a lower open-circuit voltage, and is not one. */
static void add_beliefs(struct normals *n, const struct fit_row *row, double sigma_z)
{
    double r = row->typical_Ohm;
    for (int k = 0; k < FIT_KNOTS; k++)
        expect(n, k, 0, row->curved ? LEVEL_V * sqrt(FIT_KNOTS) : FREE_V);
    for (int k = 0; k + 1 < FIT_KNOTS && row->curved; k++)
        expect_equal(n, k, k + 1, k < 2 ? EMPTY_BEND_V : BEND_V);
    for (int k = 0; k + 2 < FIT_KNOTS && !row->curved; k++)
        expect_straight(n, k, k < 4 ? 0.05 : 0.004);
    expect(n, FIT_SHIFT, row->usual_shift - row->shift, row->curved ? 3 * sigma_z : 1e-4);
    expect(n, FIT_STRETCH, row->usual_stretch - row->stretch, row->curved ? 6 * sigma_z : 1e-4);
    expect(n, FIT_HYSTERESIS, 1, 0.15);
    for (int k = 0; k < CELL_R_POINTS; k++) {
        expect(n, FIT_R0 + k, r * 0.4, r * 2);
        expect(n, FIT_R1 + k, r * 0.3, r * 2);
        expect(n, FIT_R2 + k, r * 0.3, r * 1);
    }
    for (int k = 0; k + 1 < CELL_R_POINTS; k++) {
        double sigma = k == 0 ? 1 : k == 1 ? 0.3 : 0.1; /* resistance soars towards empty */
        expect_equal(n, FIT_R0 + k, FIT_R0 + k + 1, r * sigma);
        expect_equal(n, FIT_R1 + k, FIT_R1 + k + 1, r * sigma);
        expect_equal(n, FIT_R2 + k, FIT_R2 + k + 1, r * sigma);
    }
}

/* --- solving --- */

/* In place, lower triangle. */
static bool cholesky(double a[N][N])
{
    for (int j = 0; j < N; j++) {
        for (int k = 0; k < j; k++)
            a[j][j] -= a[j][k] * a[j][k];
        if (!(a[j][j] > 0))
            return false;
        a[j][j] = sqrt(a[j][j]);
        for (int i = j + 1; i < N; i++) {
            for (int k = 0; k < j; k++)
                a[i][j] -= a[i][k] * a[j][k];
            a[i][j] /= a[j][j];
        }
    }
    return true;
}

static bool solve(const struct normals *n, double x[N])
{
    static double a[N][N];
    memcpy(a, n->a, sizeof a);
    if (!cholesky(a))
        return false;
    for (int i = 0; i < N; i++) {
        x[i] = n->b[i];
        for (int k = 0; k < i; k++)
            x[i] -= a[i][k] * x[k];
        x[i] /= a[i][i];
    }
    for (int i = N - 1; i >= 0; i--) {
        for (int k = i + 1; k < N; k++)
            x[i] -= a[k][i] * x[k];
        x[i] /= a[i][i];
    }
    return true;
}

static double cost_of(const struct normals *n, const double x[N])
{
    double cost = n->yy;
    for (int i = 0; i < N; i++) {
        cost += x[i] * (n->a[i][i] * x[i] - 2 * n->b[i]);
        for (int k = 0; k < i; k++)
            cost += 2 * x[i] * n->a[i][k] * x[k];
    }
    return cost;
}

static double least(const struct fit_row *row, int at)
{
    if (at == FIT_HYSTERESIS)
        return 0.1;
    return at >= FIT_R0 ? 0.01 * row->typical_Ohm : -INFINITY;
}

/* What falls below its least is held there, until nothing more does. */
static bool solve_bounded(struct normals *n, const struct fit_row *row, double x[N])
{
    static struct normals held;
    bool at_least[N] = {false};
    for (int round = 0; round < N; round++) {
        held = *n;
        for (int i = 0; i < N; i++)
            if (at_least[i])
                expect(&held, i, least(row, i), least(row, i) * 1e-4);
        if (!solve(&held, x))
            return false;
        bool more = false;
        for (int i = 0; i < N; i++)
            if (!at_least[i] && x[i] < least(row, i))
                more = at_least[i] = true;
        if (!more)
            break;
    }
    return true;
}

double fit_row_solve(struct fit_row *row, const struct fit_job *job, const int series[], int count,
                     const struct fit_shape *shape, double i0_A, int stride)
{
    static struct normals n;
    n = (struct normals){0};
    for (int i = 0; i < count; i++)
        add_series(&n, row, job, &job->series[series[i]], shape, i0_A, stride);
    add_beliefs(&n, row, job->least_sigma_z);
    if (!solve_bounded(&n, row, row->found))
        return -1;
    return cost_of(&n, row->found);
}
