/* The network as linear algebra: what follows from the rows for each wire, whether they close, and what
 * is learned of the sensors. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "bms/currents.h"

enum { TERMS = CURRENTS_SENSORS * CURRENTS_TERMS };

static const double RETURN_MS = 30.0 * 86400000; /* to the specification: sigma / 4 in a day */
static const double LASTING = 0.05;

static bool bit(uint64_t mask, size_t at)
{
    return mask >> at & 1;
}

static double covariance(const struct currents *c, const struct currents_look *look, size_t k,
                         size_t l, bool by_spec)
{
    double sum = k == l ? look->noise[k] : 0;
    for (size_t i = 0; i < CURRENTS_TERMS && by_spec && k == l; i++) {
        double part = look->by[k][i] * currents_prior(&c->config->sensor[k], i);
        sum += part * part;
    }
    if (by_spec)
        return sum;
    for (size_t i = 0; i < CURRENTS_TERMS; i++)
        for (size_t j = 0; j < CURRENTS_TERMS; j++)
            sum += look->by[k][i] * look->by[l][j] *
                   c->cov[k * CURRENTS_TERMS + i][l * CURRENTS_TERMS + j];
    return sum;
}

struct spread {
    double sensors[CURRENTS_SENSORS][CURRENTS_SENSORS]; /* R */
    double rows[CURRENTS_SENSORS][CURRENTS_SENSORS];    /* R V', by sensor and row */
};

static void spread_fill(struct spread *s, const struct currents_net *net,
                        const struct currents_look *look, const struct currents *c, bool by_spec)
{
    size_t count = c->config->sensors;
    for (size_t k = 0; k < count; k++)
        for (size_t l = 0; l <= k; l++)
            s->sensors[k][l] = s->sensors[l][k] =
                bit(look->used, k) && bit(look->used, l) ? covariance(c, look, k, l, by_spec) : 0;
    for (size_t k = 0; k < count; k++)
        for (size_t r = 0; r < net->rows; r++) {
            double sum = 0;
            for (size_t i = 0; i < net->row[r].count; i++)
                sum += net->row[r].sign[i] * s->sensors[k][net->row[r].at[i]];
            s->rows[k][r] = sum;
        }
}

/* L of S = V R V' = L L'. S is positive definite: each row has noise of its own. */
static void factor(struct currents_fused *f, const struct currents_net *net, const struct spread *s)
{
    for (size_t r = 0; r < net->rows; r++) {
        for (size_t q = 0; q <= r; q++) {
            double sum = 0;
            for (size_t i = 0; i < net->row[q].count; i++)
                sum += net->row[q].sign[i] * s->rows[net->row[q].at[i]][r];
            if (q == r)
                f->left_var[r] = sum;
            for (size_t i = 0; i < q; i++)
                sum -= f->lower[r][i] * f->lower[q][i];
            assert(q < r || sum > 0);
            f->lower[r][q] = q == r ? sqrt(sum) : sum / f->lower[q][q];
        }
    }
}

/* x = L^-1 x */
static void forward(const struct currents_fused *f, size_t rows, double x[])
{
    for (size_t r = 0; r < rows; r++) {
        for (size_t i = 0; i < r; i++)
            x[r] -= f->lower[r][i] * x[i];
        x[r] /= f->lower[r][r];
    }
}

/* x = L'^-1 x */
static void backward(const struct currents_fused *f, size_t rows, double x[])
{
    for (size_t r = rows; r-- > 0;) {
        for (size_t i = r + 1; i < rows; i++)
            x[r] -= f->lower[i][r] * x[i];
        x[r] /= f->lower[r][r];
    }
}

static double dot(const double a[], const double b[], size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

static uint64_t weights_of(const struct currents_net *net, const struct currents_sum *wire,
                           const double row_weight[])
{
    double weight[CURRENTS_SENSORS] = {0};
    uint64_t used = 0;
    for (size_t i = 0; i < wire->count; i++)
        weight[wire->at[i]] += wire->sign[i];
    for (size_t r = 0; r < net->rows; r++)
        for (size_t i = 0; i < net->row[r].count; i++)
            weight[net->row[r].at[i]] -= net->row[r].sign[i] * row_weight[r];
    for (size_t k = 0; k < CURRENTS_SENSORS; k++)
        used |= (uint64_t)(fabs(weight[k]) >= 0.01) << k;
    return used;
}

static void wire_fuse(struct currents_fused *f, const struct currents_net *net,
                      const struct currents_look *look, const struct spread *s, size_t w)
{
    const struct currents_sum *sum = &net->wire[w];
    double x[CURRENTS_SENSORS] = {0};
    f->mA[w] = f->var[w] = 0;
    for (size_t i = 0; i < sum->count; i++) {
        f->mA[w] += sum->sign[i] * look->mA[sum->at[i]];
        for (size_t j = 0; j < sum->count; j++)
            f->var[w] += sum->sign[i] * sum->sign[j] * s->sensors[sum->at[i]][sum->at[j]];
        for (size_t r = 0; r < net->rows; r++)
            x[r] += sum->sign[i] * s->rows[sum->at[i]][r];
    }
    f->mA[w] -= dot(x, f->weighed, net->rows);
    forward(f, net->rows, x);
    f->var[w] = fmax(f->var[w] - dot(x, x, net->rows), 0);
    backward(f, net->rows, x);
    f->used[w] = weights_of(net, sum, x);
}

void currents_fuse(struct currents_fused *f, const struct currents_net *net,
                   const struct currents_look *look, const struct currents *c, bool by_spec)
{
    struct spread s;
    spread_fill(&s, net, look, c, by_spec);
    factor(f, net, &s);
    for (size_t r = 0; r < net->rows; r++) {
        f->left[r] = 0;
        for (size_t i = 0; i < net->row[r].count; i++)
            f->left[r] += net->row[r].sign[i] * look->mA[net->row[r].at[i]];
    }
    memcpy(f->white, f->left, net->rows * sizeof f->left[0]);
    forward(f, net->rows, f->white);
    memcpy(f->weighed, f->white, net->rows * sizeof f->white[0]);
    backward(f, net->rows, f->weighed);
    for (size_t w = 0; w < c->config->wires; w++)
        if (net->known[w])
            wire_fuse(f, net, look, &s, w);
}

/* --- do the sums close --- */

double currents_chi2_limit(size_t n)
{
    double v = n ? 2.0 / (9.0 * (double)n) : 0, root = 1 - v + 5 * sqrt(v);
    return n ? (double)n * root * root * root : 1;
}

struct currents_part currents_part(const struct currents_net *net, const struct currents_fused *f,
                                   uint8_t name)
{
    struct currents_part part = {.name = name};
    for (size_t r = 0; r < net->rows; r++)
        if (net->part[net->row[r].at[0]] == name) {
            part.rows++;
            part.chi2 += f->white[r] * f->white[r];
        }
    return part;
}

bool currents_part_fails(const struct currents_part *part)
{
    return part->rows && part->chi2 > currents_chi2_limit(part->rows);
}

bool currents_hold_out(struct currents_blame *blame, const struct currents_fused *f, uint8_t rows,
                       const double column[])
{
    double x[CURRENTS_SENSORS];
    memcpy(x, column, rows * sizeof x[0]);
    if (dot(x, x, rows) <= 0)
        return false;
    forward(f, rows, x);
    double size = dot(x, x, rows), along = dot(x, f->white, rows);
    *blame = (struct currents_blame){along / size, 1 / size, along * along / size};
    return true;
}

/* --- learning --- */

double currents_prior(const struct currents_sensor *spec, size_t term)
{
    const double sigma[CURRENTS_TERMS] = {
        [CURRENTS_OFFSET_TERM] = spec->offset_mA,
        [CURRENTS_GAIN_TERM] = spec->gain_permille / 1000.0,
        [CURRENTS_DRIFT_TERM] = spec->drift_uA_K / 1000.0,
    };
    return sigma[term];
}

/* How each term hangs together with what each row leaves: P H', then L^-1 of it. */
static void terms_of_rows(double out[CURRENTS_SENSORS], const struct currents *c,
                          const struct currents_net *net, const struct currents_look *look,
                          size_t term)
{
    for (size_t r = 0; r < net->rows; r++) {
        double sum = 0;
        for (size_t i = 0; i < net->row[r].count; i++) {
            size_t k = net->row[r].at[i];
            sum += net->row[r].sign[i] *
                   dot(look->by[k], &c->cov[term][k * CURRENTS_TERMS], CURRENTS_TERMS);
        }
        out[r] = sum;
    }
}

void currents_learn(struct currents *c, const struct currents_net *net,
                    const struct currents_look *look, const struct currents_fused *f)
{
    double way[TERMS][CURRENTS_SENSORS];
    size_t terms = c->config->sensors * (size_t)CURRENTS_TERMS;
    for (size_t a = 0; a < terms; a++) {
        if (c->cov[a][a] <= 0)
            continue;
        terms_of_rows(way[a], c, net, look, a);
        forward(f, net->rows, way[a]);
        c->term[a] += dot(way[a], f->white, net->rows);
    }
    for (size_t a = 0; a < terms; a++)
        for (size_t b = 0; b <= a && c->cov[a][a] > 0; b++)
            if (c->cov[b][b] > 0 && a != b)
                c->cov[a][b] = c->cov[b][a] = c->cov[a][b] - dot(way[a], way[b], net->rows);
    for (size_t a = 0; a < terms; a++)
        if (c->cov[a][a] > 0)
            c->cov[a][a] -= fmin(dot(way[a], way[a], net->rows), c->cov[a][a] * (1 - 1e-9));
}

double currents_lasting(const struct currents_sensor *spec, size_t term)
{
    double part = LASTING * currents_prior(spec, term);
    double step = term == CURRENTS_OFFSET_TERM ? spec->resolution_mA : 0;
    return part * part + step * step / 12;
}

void currents_age(struct currents *c, double ms)
{
    double keep = ms < RETURN_MS ? 1 - ms / RETURN_MS : 0;
    double renewed = ms < CURRENTS_LASTING_MS ? ms / CURRENTS_LASTING_MS : 1;
    size_t terms = c->config->sensors * (size_t)CURRENTS_TERMS;
    for (size_t a = 0; a < terms; a++) {
        const struct currents_sensor *spec = &c->config->sensor[a / CURRENTS_TERMS];
        double prior = currents_prior(spec, a % CURRENTS_TERMS);
        double lasting = prior > 0 ? currents_lasting(spec, a % CURRENTS_TERMS) : 0;
        c->term[a] *= keep;
        for (size_t b = 0; b < terms; b++)
            c->cov[a][b] *= keep * keep;
        c->cov[a][a] += (1 - keep * keep) * prior * prior + renewed * lasting;
    }
}

void currents_forget(struct currents *c, size_t sensor)
{
    size_t terms = c->config->sensors * (size_t)CURRENTS_TERMS;
    for (size_t i = 0; i < CURRENTS_TERMS; i++) {
        size_t a = sensor * CURRENTS_TERMS + i;
        double sigma = currents_prior(&c->config->sensor[sensor], i);
        c->term[a] = 0;
        for (size_t b = 0; b < terms; b++)
            c->cov[a][b] = c->cov[b][a] = 0;
        c->cov[a][a] = sigma * sigma;
    }
}
