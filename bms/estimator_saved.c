#include "bms/estimator.h"

#include <assert.h>
#include <math.h>

#include "bms/hypothesis.h"

static const double SAME = 1e-3; /* the figures and the filter: of one sigma */

/* Mean and covariance over the hypotheses. */
static void mean(const struct estimator *e, double state[EST_STATES], double covariance[EST_PAIRS])
{
    double share[EST_HYPOTHESES];
    estimator_shares(e, share);
    for (int a = 0; a < EST_STATES; a++) {
        state[a] = 0;
        for (int k = 0; k < EST_HYPOTHESES; k++)
            state[a] += share[k] * e->hypothesis[k].x[a];
    }
    for (int a = 0, pair = 0; a < EST_STATES; a++)
        for (int b = 0; b <= a; b++, pair++) {
            covariance[pair] = 0;
            for (int k = 0; k < EST_HYPOTHESES; k++) {
                const struct estimator_hypothesis *h = &e->hypothesis[k];
                covariance[pair] +=
                    share[k] * (h->P[a][b] + (h->x[a] - state[a]) * (h->x[b] - state[b]));
            }
        }
}

struct estimator_saved estimator_save(const struct estimator *e)
{
    struct estimate now = estimator_estimate(e);
    struct estimator_saved out = {
        .charge = now.charge,
        .charge_sigma = now.sigma,
        .offset_A = now.offset_A,
        .offset_sigma_A = now.offset_sigma_A,
        .resistance = now.resistance,
        .capacity = now.capacity,
        .capacity_sigma = now.capacity_sigma,
        .whole = true,
        .filter = {.ahead = e->run.w, .relaxing_V = {e->run.v1, e->run.v2}}};
    mean(e, out.filter.state, out.filter.covariance);
    return out;
}

static bool possible(const struct estimator *e, const struct estimator_saved *saved)
{
    double C_A = e->config.scale * cell_Ah(e), rate = magnitude(saved->offset_A) / C_A;
    return saved->charge >= 0 && saved->charge <= 1 && saved->charge_sigma > 0 &&
           saved->charge_sigma <= 1 && rate <= 1 && saved->offset_sigma_A > 0 &&
           saved->offset_sigma_A <= C_A && saved->resistance >= EST_RESISTANCE_LEAST &&
           saved->resistance <= EST_RESISTANCE_MOST && saved->capacity >= EST_CAPACITY_LEAST &&
           saved->capacity <= EST_CAPACITY_MOST && saved->capacity_sigma > 0 &&
           saved->capacity_sigma <= 0.5;
}

static bool about(double is, double should, double sigma)
{
    return magnitude(is - should) <= SAME * sigma;
}

/* The square root of a covariance is real, row by row (Cholesky): one that is no covariance is not taken. */
static bool is_covariance(double P[EST_STATES][EST_STATES])
{
    double root[EST_STATES][EST_STATES];
    for (int a = 0; a < EST_STATES; a++)
        for (int b = 0; b <= a; b++) {
            double left = P[a][b];
            for (int k = 0; k < b; k++)
                left -= root[a][k] * root[b][k];
            if (a == b && !(left > 0 && left < 1e3))
                return false;
            root[a][b] = a == b ? sqrt(left) : left / root[b][b];
        }
    return true;
}

/* The filter as it was; false where it is not that of the figures beside it. */
static bool take_whole(const struct estimator *e, const struct estimator_saved *saved,
                       struct estimator_hypothesis *h)
{
    struct estimator_hypothesis was = *h;
    for (int a = 0, pair = 0; a < EST_STATES; a++) {
        was.x[a] = saved->filter.state[a];
        if (!(magnitude(was.x[a]) <= 2))
            return false;
        for (int b = 0; b <= a; b++, pair++)
            was.P[a][b] = was.P[b][a] = saved->filter.covariance[pair];
    }
    double scale = e->config.scale, z_sigma = sqrt(most(0, was.P[EST_Z][EST_Z]));
    double offset_sigma = sqrt(most(0, was.P[EST_OFFSET][EST_OFFSET]));
    bool same = about(maths_within(was.x[EST_Z], 0, 1), saved->charge, saved->charge_sigma) &&
                about(z_sigma, saved->charge_sigma, saved->charge_sigma) &&
                about(was.x[EST_OFFSET] * scale, saved->offset_A, saved->offset_sigma_A) &&
                about(offset_sigma * scale, saved->offset_sigma_A, saved->offset_sigma_A);
    if (!same || !is_covariance(was.P))
        return false;
    *h = was;
    return true;
}

static bool relaxing(const struct estimator_saved *saved)
{
    return magnitude(saved->filter.ahead) <= 0.5 && magnitude(saved->filter.relaxing_V[0]) <= 1 &&
           magnitude(saved->filter.relaxing_V[1]) <= 1;
}

static void take_figures(struct estimator *e, const struct estimator_saved *saved)
{
    for (int k = 0; k < EST_HYPOTHESES; k++) {
        struct estimator_hypothesis *h = &e->hypothesis[k];
        h->x[EST_OFFSET] = saved->offset_A / e->config.scale;
        h->x[EST_RESISTANCE] = saved->resistance - 1;
        h->x[EST_CAPACITY] = saved->capacity;
        h->P[EST_CAPACITY][EST_CAPACITY] = square(saved->capacity_sigma);
    }
    double sigma_A = saved->offset_sigma_A / e->config.scale;
    e->hypothesis[0].P[EST_OFFSET][EST_OFFSET] = square(sigma_A);
}

bool estimator_restore(struct estimator *e, const struct estimator_saved *saved)
{
    if (!possible(e, saved))
        return false;
    estimator_start(e, saved->charge, saved->charge_sigma);
    take_figures(e, saved);
    if (saved->whole && relaxing(saved) && take_whole(e, saved, &e->hypothesis[0])) {
        e->run.w = saved->filter.ahead;
        e->run.v1 = saved->filter.relaxing_V[0];
        e->run.v2 = saved->filter.relaxing_V[1];
    }
    estimator_resume(e);
    return true;
}
