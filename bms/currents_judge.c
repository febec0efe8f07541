/* Whether the sums close, who is to blame when they do not, and who has earned to be taken back. */
#include <math.h>
#include <string.h>

#include "bms/currents.h"

enum {
    FAIL_POINTS = 2,    /* of a window that does not close; one that closes takes one back, .. */
    ACT_POINTS = 12,    /* .. and at these something is done: a minute */
    BEYOND_WINDOWS = 2, /* of these out of its specification */
    FIT_WINDOWS = 360,
    FROZEN_MS = 60000,
    TOLD_APART = 9,  /* in chi^2: less, and two explanations are as good */
    SPEC_SIGMAS = 5, /* a sensor is out of its specification beyond this */
    AGREE_SIGMAS = 4,
};

static double square(double x)
{
    return x * x;
}

static void sensor_column(double column[], const struct currents_net *net, size_t sensor)
{
    for (size_t r = 0; r < net->rows; r++) {
        column[r] = 0;
        for (size_t i = 0; i < net->row[r].count; i++)
            if (net->row[r].at[i] == sensor)
                column[r] += net->row[r].sign[i];
    }
}

/* The specification's standard deviation when the current is p. */
static double spec_sigma(const struct currents *c, size_t k, double p)
{
    const struct currents_sensor *spec = &c->config->sensor[k];
    return sqrt(square(currents_prior(spec, CURRENTS_OFFSET_TERM)) +
                square(currents_prior(spec, CURRENTS_GAIN_TERM) * p) +
                square(currents_prior(spec, CURRENTS_DRIFT_TERM) * c->sensor[k].temp_K));
}

struct suspect {
    bool there;
    size_t sensor;
    struct currents_blame blame;
    double true_mA; /* what its wire carries, by the others */
    bool within;    /* it may be what it says and within its specification */
};

static struct suspect suspect_of(const struct currents *c, const struct currents_net *net,
                                 const struct currents_look *look, const struct currents_fused *f,
                                 size_t k)
{
    struct suspect s = {.sensor = k};
    double column[CURRENTS_SENSORS];
    sensor_column(column, net, k);
    s.there = currents_hold_out(&s.blame, f, net->rows, column);
    if (!s.there)
        return s;
    s.true_mA = look->mA[k] - s.blame.error;
    double own = 0;
    for (size_t i = 0; i < CURRENTS_TERMS; i++)
        for (size_t j = 0; j < CURRENTS_TERMS; j++)
            own += look->by[k][i] * look->by[k][j] *
                   c->cov[k * CURRENTS_TERMS + i][k * CURRENTS_TERMS + j];
    double sigma = sqrt(square(spec_sigma(c, k, s.true_mA)) + fmax(s.blame.var - own, 0));
    s.within = fabs(c->sensor[k].mean_mA - s.true_mA) <= SPEC_SIGMAS * sigma;
    return s;
}

/* --- what is wrong with one --- */

static void fit_add(struct currents_fit *fit, double p, double y)
{
    double keep = fit->n < FIT_WINDOWS ? 1 : 0.5;
    fit->p_low = fit->n == 0 || p < fit->p_low ? p : fit->p_low;
    fit->p_high = fit->n == 0 || p > fit->p_high ? p : fit->p_high;
    fit->n = fit->n * keep + 1;
    fit->p = fit->p * keep + p;
    fit->y = fit->y * keep + y;
    fit->pp = fit->pp * keep + p * p;
    fit->py = fit->py * keep + p * y;
    fit->yy = fit->yy * keep + y * y;
}

/* What y = p + b leaves of the squares, and y = a p, the better of which says what is wrong. */
static enum currents_fault fault_by_fit(const struct currents_fit *fit)
{
    double off = fit->yy - 2 * fit->py + fit->pp - square(fit->y - fit->p) / fit->n;
    double scaled = fit->yy - square(fit->py) / fit->pp;
    if (scaled >= off)
        return CURRENTS_OFFSET;
    return fit->py < -fit->pp / 2 ? CURRENTS_REVERSED : CURRENTS_GAIN;
}

/* An error seen at one current only looks like an offset, unless it is exactly the negative. */
static enum currents_fault fault_of(const struct currents *c, size_t k, int64_t now_ms)
{
    const struct currents_sensor_state *s = &c->sensor[k];
    const struct currents_fit *fit = &s->fit;
    double p = fit->p / fit->n, y = fit->y / fit->n, sigma = spec_sigma(c, k, p);
    double resolution = c->config->sensor[k].resolution_mA;
    if (now_ms - s->changed_ms >= FROZEN_MS &&
        s->span_high - s->span_low > SPEC_SIGMAS * sigma + 2 * resolution)
        return CURRENTS_FROZEN;
    if (fit->p_high - fit->p_low >= 2 * SPEC_SIGMAS * sigma)
        return fault_by_fit(fit);
    if (fabs(p) > 2 * SPEC_SIGMAS * sigma && fabs(y + p) < SPEC_SIGMAS * sigma)
        return CURRENTS_REVERSED;
    return s->fault ? s->fault : CURRENTS_OFFSET;
}

static void drop(struct currents *c, const struct suspect *suspect, enum currents_fault fault,
                 int64_t now_ms)
{
    struct currents_sensor_state *s = &c->sensor[suspect->sensor];
    s->fault = fault;
    s->fault_mA = s->mean_mA - suspect->true_mA;
    s->fault_at_mA = suspect->true_mA;
    s->fault_ms = now_ms;
    s->agrees_ms = 0;
    s->blame = 0;
    s->span_low = INFINITY;
    s->span_high = -INFINITY;
    s->drops++;
    currents_forget(c, suspect->sensor);
}

/* --- blaming --- */

struct hunt {
    struct suspect best, all[CURRENTS_SENSORS];
    bool clear;    /* nobody else explains it as well */
    bool explains; /* without it the part closes */
};

static void hunt(struct hunt *h, const struct currents *c, const struct currents_net *net,
                 const struct currents_look *look, const struct currents_fused *f,
                 const struct currents_part *part)
{
    memset(h, 0, sizeof *h);
    for (size_t k = 0; k < c->config->sensors; k++) {
        if (!(look->used >> k & 1) || net->part[k] != part->name)
            continue;
        h->all[k] = suspect_of(c, net, look, f, k);
        if (h->all[k].there && (!h->best.there || h->all[k].blame.gain > h->best.blame.gain))
            h->best = h->all[k];
    }
    h->clear = h->best.there;
    for (size_t k = 0; k < c->config->sensors; k++)
        if (h->all[k].there && k != h->best.sensor &&
            h->all[k].blame.gain > h->best.blame.gain - TOLD_APART)
            h->clear = false;
    h->explains =
        h->best.there && part->chi2 - h->best.blame.gain <= currents_chi2_limit(part->rows - 1);
}

/* The node whose sum alone does not close; CURRENTS_NOBODY. */
static size_t node_guilty(const struct currents *c, const struct currents_net *net,
                          const struct currents_fused *f, const struct currents_part *part)
{
    size_t guilty = CURRENTS_NOBODY;
    double gain = 0;
    for (size_t n = 0; n < c->config->nodes; n++) {
        double column[CURRENTS_SENSORS];
        struct currents_blame blame;
        for (size_t r = 0; r < net->rows; r++)
            column[r] = net->part[net->row[r].at[0]] == part->name ? net->row_node[r][n] : 0;
        if (!c->node[n].open && currents_hold_out(&blame, f, net->rows, column) &&
            blame.gain > gain) {
            gain = blame.gain;
            guilty = n;
        }
    }
    return part->chi2 - gain <= currents_chi2_limit(part->rows - 1) ? guilty : CURRENTS_NOBODY;
}

/* Several explain it as well. Those within their specification may have changed; if none is, the
 * sum is not believed. */
static bool act_unnamed(struct currents *c, const struct hunt *h, size_t node)
{
    bool within = false;
    for (size_t k = 0; k < c->config->sensors; k++)
        if (h->all[k].there && h->all[k].within &&
            h->all[k].blame.gain > h->best.blame.gain - TOLD_APART) {
            currents_forget(c, k);
            within = true;
        }
    if (within || node == CURRENTS_NOBODY)
        return false;
    c->node[node].open = c->node[node].doubted = true;
    c->node[node].agrees_ms = 0;
    return true;
}

static bool act_named(struct currents *c, const struct suspect *suspect, int64_t now_ms)
{
    c->sensor[suspect->sensor].blame = 0;
    if (c->sensor[suspect->sensor].beyond < BEYOND_WINDOWS) {
        currents_forget(c, suspect->sensor);
        return false;
    }
    drop(c, suspect, fault_of(c, suspect->sensor, now_ms), now_ms);
    return true;
}

/* Learned beyond its specification, step by small step. */
static bool strayed(struct currents *c, const struct currents_look *look, size_t k, int64_t now_ms)
{
    static const enum currents_fault faults[CURRENTS_TERMS] = {CURRENTS_OFFSET, CURRENTS_GAIN,
                                                               CURRENTS_OFFSET};
    for (size_t i = 0; i < CURRENTS_TERMS; i++) {
        double prior = currents_prior(&c->config->sensor[k], i);
        if (fabs(c->term[k * CURRENTS_TERMS + i]) <= SPEC_SIGMAS * prior)
            continue;
        c->sensor[k].fit = (struct currents_fit){0};
        drop(c, &(struct suspect){.sensor = k, .true_mA = look->mA[k]}, faults[i], now_ms);
        return true;
    }
    return false;
}

static bool blame(struct currents *c, const struct currents_net *net,
                  const struct currents_look *look, const struct currents_fused *f,
                  const struct currents_part *part, int64_t now_ms)
{
    struct hunt h;
    hunt(&h, c, net, look, f, part);
    if (!h.best.there)
        return false;
    if (h.clear && (h.explains || h.best.blame.gain > part->chi2 / 2)) {
        struct currents_sensor_state *s = &c->sensor[h.best.sensor];
        if (s->blame == 0) {
            s->fit = (struct currents_fit){0};
            s->beyond = 0;
        }
        s->blame += FAIL_POINTS;
        s->beyond += !h.best.within;
        fit_add(&s->fit, h.best.true_mA, s->mean_mA);
        return s->blame >= ACT_POINTS && act_named(c, &h.best, now_ms);
    }
    int *unnamed = &c->unnamed[part->name];
    *unnamed += FAIL_POINTS;
    if (*unnamed < ACT_POINTS)
        return false;
    *unnamed = 0;
    return act_unnamed(c, &h, node_guilty(c, net, f, part));
}

static void forgive(struct currents *c, uint8_t part, const struct currents_net *net)
{
    for (size_t k = 0; k < c->config->sensors; k++)
        if (net->part[k] == part && c->sensor[k].blame > 0)
            c->sensor[k].blame--;
    if (c->unnamed[part] > 0)
        c->unnamed[part]--;
}

/* --- taking back --- */

static bool agrees(int64_t *since_ms, bool *there, bool well, bool where_it_failed, int64_t now_ms)
{
    if (!well) {
        *since_ms = 0;
        *there = false;
        return false;
    }
    if (*since_ms == 0)
        *since_ms = now_ms;
    *there = *there || where_it_failed;
    return *there && now_ms - *since_ms >= CURRENTS_AGREE_MS;
}

static bool sensor_back(struct currents *c, size_t k, double p, double var, int64_t now_ms)
{
    struct currents_sensor_state *s = &c->sensor[k];
    double sigma = sqrt(square(spec_sigma(c, k, p)) + var);
    bool well = fabs(s->mean_mA - p) <= AGREE_SIGMAS * sigma;
    if (s->agrees_ms == 0)
        s->agree_low = s->agree_high = p;
    s->agree_low = fmin(s->agree_low, p);
    s->agree_high = fmax(s->agree_high, p);
    bool there = s->fault == CURRENTS_FROZEN
                     ? s->agree_high - s->agree_low >= fabs(s->fault_mA) / 2 &&
                           s->changed_ms > s->agrees_ms && s->agrees_ms
                     : fabs(p) >= fabs(s->fault_at_mA) / 2;
    fit_add(&s->fit, p, s->mean_mA);
    if (!well)
        s->fault = fault_of(c, k, now_ms);
    if (!agrees(&s->agrees_ms, &s->agreed_there, well, there, now_ms))
        return false;
    s->fault = CURRENTS_WELL;
    s->blame = 0;
    return true;
}

static void node_sum(struct currents *c, size_t n, const struct currents_net *net,
                     const struct currents_fused *f, double *largest)
{
    struct currents_node_state *node = &c->node[n];
    double sum = 0, var = 0;
    node->missing_known = true;
    *largest = 0;
    for (size_t w = 0; w < c->config->wires; w++) {
        int sign = (c->config->wire[w].to == n) - (c->config->wire[w].from == n);
        if (!sign)
            continue;
        node->missing_known = node->missing_known && net->known[w];
        sum += sign * f->mA[w];
        var += f->var[w];
        *largest = fmax(*largest, fabs(f->mA[w]));
    }
    node->missing_mA = node->missing_known ? sum : 0;
    node->sigma_mA = node->missing_known ? sqrt(var) : 0;
}

static bool node_back(struct currents *c, size_t n, const struct currents_net *net,
                      const struct currents_fused *f, int64_t now_ms)
{
    struct currents_node_state *node = &c->node[n];
    double largest;
    node_sum(c, n, net, f, &largest);
    if (!node->missing_known) {
        node->agrees_ms = 0;
        return false;
    }
    bool well = fabs(node->missing_mA) <= AGREE_SIGMAS * node->sigma_mA;
    if (!agrees(&node->agrees_ms, &node->agreed_there, well,
                largest >= SPEC_SIGMAS * node->sigma_mA, now_ms))
        return false;
    bool told = node->doubted;
    node->open = node->doubted = false;
    return told;
}

/* --- the window --- */

/* What lasts is new in the first look only: once a term is known as well as that, each further look
 * tells as little as it does. */
static void look_slowly(struct currents_look *look, const struct currents *c)
{
    const double repeats = 2.0 * CURRENTS_LASTING_MS / CURRENTS_WINDOW_MS;
    for (size_t k = 0; k < c->config->sensors; k++)
        for (size_t i = 0; i < CURRENTS_TERMS && look->used >> k & 1; i++) {
            size_t a = k * CURRENTS_TERMS + i;
            double lasting = currents_lasting(&c->config->sensor[k], i);
            if (lasting > 0)
                look->noise[k] +=
                    square(look->by[k][i]) * lasting * repeats * lasting / (lasting + c->cov[a][a]);
        }
}

/* Learns from the parts that close: the rows of the others are left out. */
static void learn(struct currents *c, struct currents_net *net, const struct currents_look *look,
                  struct currents_fused *f, const bool failing[])
{
    struct currents_look slow = *look;
    size_t kept = 0;
    for (size_t r = 0; r < net->rows; r++)
        if (!failing[net->part[net->row[r].at[0]]])
            net->row[kept++] = net->row[r];
    net->rows = (uint8_t)kept;
    look_slowly(&slow, c);
    currents_fuse(f, net, &slow, c, false);
    currents_learn(c, net, &slow, f);
}

bool currents_judge(struct currents *c, struct currents_net *net, const struct currents_look *look,
                    struct currents_fused *f, int64_t now_ms)
{
    bool changed = false, failing[CURRENTS_SENSORS] = {0};
    const struct currents_net whole = *net;
    for (size_t k = 0; k < c->config->sensors; k++)
        if (c->sensor[k].fault && c->sensor[k].whole && net->known[c->config->sensor[k].wire])
            changed |= sensor_back(c, k, f->mA[c->config->sensor[k].wire],
                                   f->var[c->config->sensor[k].wire] + look->noise[k], now_ms);
    for (size_t n = 0; n < c->config->nodes; n++)
        if (c->node[n].open)
            changed |= node_back(c, n, net, f, now_ms);
    const struct currents_fused before = *f;
    for (uint8_t k = 0; k < c->config->sensors; k++) {
        struct currents_part part = currents_part(&whole, &before, k);
        failing[k] = currents_part_fails(&part);
    }
    learn(c, net, look, f, failing);
    for (uint8_t k = 0; k < c->config->sensors; k++) {
        struct currents_part part = currents_part(&whole, &before, k);
        if (failing[k])
            changed |= blame(c, &whole, look, &before, &part, now_ms);
        else if (part.rows)
            forgive(c, k, &whole);
    }
    for (uint8_t k = 0; k < c->config->sensors; k++)
        if (look->used >> k & 1 && !c->sensor[k].fault)
            changed |= strayed(c, look, k, now_ms);
    return changed;
}
