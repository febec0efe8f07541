#include "bms/hypothesis.h"

#include <assert.h>
#include <math.h>

enum { N = EST_STATES };

static const double S_PER_DAY = 86400;
static const double HYSTERESIS_NOISE = 0.3;
static const double RESISTANCE_WALK = 0.02; /* per square root of an hour */
static const double SHAPE = 0.3; /* of the knee's place: how much its shape may be off besides */
static const double COUNT_NOISE = 0.002; /* of the charge moved, by sampling */
static const double REST_WALK = 2e-4;    /* charge per square root of an hour */
static const double NEAR = 0.006,
                    FAR = 0.05; /* the least and most of sigma over which the curve is read */
static const double LOWEST = -0.02, HIGHEST = 1.02,
                    END_SIGMA = 0.01; /* no charge is beyond these */

void hypothesis_spread(const struct estimator *e, struct estimator_hypothesis *h)
{
    double per_A = e->seconds / (S_PER_HOUR * cell_Ah(e));
    double net = e->charge_A_s / (S_PER_HOUR * cell_Ah(e)) - h->x[EST_OFFSET] * per_A;
    double keep = maths_exp(-e->turned);
    for (int turn = 0; turn < 2; turn++) { /* P F', then F of that: P is symmetric */
        for (int a = 0; a < N; a++) {
            double *row = h->P[a];
            row[EST_Z] -= per_A * row[EST_OFFSET] + net * row[EST_CAPACITY];
            row[EST_HYSTERESIS] *= keep;
        }
        for (int a = 0; a < N; a++)
            for (int b = 0; b < a; b++) {
                double swap = h->P[a][b];
                h->P[a][b] = h->P[b][a];
                h->P[b][a] = swap;
            }
    }
    double hours = e->seconds / S_PER_HOUR, days = e->seconds / S_PER_DAY;
    h->P[EST_Z][EST_Z] += square(COUNT_NOISE) * e->moved * 0.01 + square(REST_WALK) * hours;
    h->P[EST_OFFSET][EST_OFFSET] += square(e->config.drift_A / e->config.scale) * days;
    h->P[EST_HYSTERESIS][EST_HYSTERESIS] += (1 - square(keep)) * square(HYSTERESIS_NOISE);
    h->P[EST_RESISTANCE][EST_RESISTANCE] =
        maths_within(h->P[EST_RESISTANCE][EST_RESISTANCE] + square(RESISTANCE_WALK) * hours, 0,
                     square(RESISTANCE_SIGMA));
    h->P[EST_VOLTAGE][EST_VOLTAGE] += square(0.3 * e->config.voltage_V) * days;
}

/* What this hypothesis expects, how that depends on each state, and the variance of one independent reading. The
 * curve is read over the belief's own width, to the second order: beside a knee, not seeing it is news. */
struct expectation {
    double V, H[N], variance;
};

static struct expectation expect(const struct estimator *e, const struct estimator_hypothesis *h,
                                 const struct hypothesis_sight *sight)
{
    const struct cell *cell = e->config.cell;
    double z = h->x[EST_Z], w = e->run.w;
    double sigma = maths_within(sqrt(most(0, h->P[EST_Z][EST_Z])), 0, FAR);
    double reach = sqrt(3) * most(sigma, NEAR);
    struct cell_ocv here = cell_ocv(&e->at, z, w, 1);
    double up = cell_ocv(&e->at, z + reach, w, 1).V, down = cell_ocv(&e->at, z - reach, w, 1).V;
    double slope = (up - down) / (2 * reach);
    double bend = 0.5 * (up + down - 2 * here.V) / square(reach) * square(sigma);
    double steep = most(magnitude(slope), magnitude(here.slope_z));
    struct cell_resistances r = cell_resistances(&e->at, z);
    int knee = z < KNEES_PART ? EST_KNEE_LOW : EST_KNEE_HIGH;
    struct expectation out = {.H = {0}};
    out.H[EST_Z] = slope;
    out.H[EST_OFFSET] = -(r.r0_Ohm + r.r1_Ohm + r.r2_Ohm);
    out.H[EST_HYSTERESIS] = here.hysteresis_V;
    out.H[EST_RESISTANCE] = sight->overvoltage_V;
    out.H[EST_VOLTAGE] = out.H[EST_TABLE] = 1;
    out.H[knee] = -slope;
    out.V = here.V + bend + here.hysteresis_V * h->x[EST_HYSTERESIS] +
            sight->overvoltage_V * (1 + h->x[EST_RESISTANCE]) +
            out.H[EST_OFFSET] * h->x[EST_OFFSET] + h->x[EST_VOLTAGE] - slope * h->x[knee];
    out.variance = square(e->at.voltage_sigma_V) + square(SHAPE * cell->position_sigma * steep) +
                   square(cell->resistance_sigma * sight->overvoltage_V) +
                   square(HYSTERESIS_NOISE * here.hysteresis_V) + 2 * square(bend);
    return out;
}

static bool considered(const struct hypothesis_sight *sight, int state)
{
    return state == EST_TABLE || (state == EST_CAPACITY && !sight->other_knee);
}

/* P = (I - KH) P (I - KH)' + K R K' with any gain K. */
static void correct(struct estimator_hypothesis *h, const double H[N], const double K[N], double R)
{
    double HP[N], HPH = 0;
    for (int b = 0; b < N; b++) {
        HP[b] = 0;
        for (int a = 0; a < N; a++)
            HP[b] += H[a] * h->P[a][b];
    }
    for (int a = 0; a < N; a++)
        HPH += HP[a] * H[a];
    for (int a = 0; a < N; a++)
        for (int b = 0; b <= a; b++) {
            double p = h->P[a][b] - K[a] * HP[b] - HP[a] * K[b] + K[a] * K[b] * (HPH + R);
            h->P[a][b] = h->P[b][a] = p;
        }
}

void hypothesis_bound(struct estimator_hypothesis *h, double information)
{
    double missed = maths_within(h->x[EST_Z], LOWEST, HIGHEST) - h->x[EST_Z];
    if (magnitude(missed) <= 0)
        return;
    double H[N] = {[EST_Z] = 1}, K[N], R = square(END_SIGMA) / information,
           S = h->P[EST_Z][EST_Z] + R;
    for (int a = 0; a < N; a++)
        K[a] = a < EST_TABLE ? h->P[a][EST_Z] / S : 0;
    for (int a = 0; a < N; a++)
        h->x[a] += K[a] * missed;
    correct(h, H, K, R);
    h->weight -= 0.5 * square(missed) / S;
}

double hypothesis_measure(const struct estimator *e, struct estimator_hypothesis *h,
                          const struct hypothesis_sight *sight)
{
    struct expectation expected = expect(e, h, sight);
    double variance = expected.variance * sight->misfit;
    double R = variance / sight->information, S = R, PH[N], K[N];
    for (int a = 0; a < N; a++) {
        PH[a] = 0;
        for (int b = 0; b < N; b++)
            PH[a] += h->P[a][b] * expected.H[b];
        S += expected.H[a] * PH[a];
    }
    double reach = 5 * sqrt(S);
    double off_V = sight->voltage_V - expected.V, missed = maths_within(off_V, -reach, reach);
    for (int a = 0; a < N; a++)
        K[a] = considered(sight, a) ? 0 : PH[a] / S;
    for (int a = 0; a < N; a++)
        h->x[a] += K[a] * missed;
    correct(h, expected.H, K, R);
    h->x[EST_Z] = maths_within(h->x[EST_Z], LOWEST, HIGHEST);
    h->x[EST_HYSTERESIS] = maths_within(h->x[EST_HYSTERESIS], -1, 1);
    h->x[EST_RESISTANCE] =
        maths_within(h->x[EST_RESISTANCE], EST_RESISTANCE_LEAST - 1, EST_RESISTANCE_MOST - 1);
    h->x[EST_CAPACITY] = maths_within(h->x[EST_CAPACITY], EST_CAPACITY_LEAST, EST_CAPACITY_MOST);
    /* The likelihood of as much of a reading as this one is worth. */
    h->weight -=
        0.5 * (square(missed) / S + maths_log(S / R) + sight->information * maths_log(variance));
    return square(off_V) / expected.variance;
}
