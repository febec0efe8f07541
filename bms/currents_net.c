/* The network as linear algebra: which sums of readings must be 0, what follows for each wire, what
 * is learned from it. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "bms/currents.h"

enum { TERMS = CURRENTS_SENSORS * CURRENTS_TERMS };

static const double RETURN_MS = 30.0 * 86400000; /* to the specification: sigma / 4 in a day */

static const double LASTING = 0.05, LASTING_MS = CURRENTS_LASTING_MS;

static bool bit(uint64_t mask, size_t at)
{
    return mask >> at & 1;
}

/* --- from nodes to rows --- */

/* The nodes' sums over the living wires, brought to reduced echelon form. A network's incidence is
 * totally unimodular: all of it stays -1, 0 and 1. Wires without a sensor come first, so that they
 * are solved for wherever a sum can be spent on them. */
struct echelon {
    uint8_t rows, columns;
    uint8_t order[CURRENTS_WIRES]; /* of the columns: wires */
    uint8_t pivot[CURRENTS_NODES]; /* of a row: wire; CURRENTS_NOBODY = the row is spent */
    int8_t a[CURRENTS_NODES][CURRENTS_WIRES];
    int8_t of[CURRENTS_NODES][CURRENTS_NODES]; /* which nodes' sums make a row */
};

static void echelon_fill(struct echelon *e, const struct currents *c, const uint8_t first[],
                         const bool zero[])
{
    const struct currents_config *config = c->config;
    memset(e, 0, sizeof *e);
    for (int measured = 0; measured < 2; measured++)
        for (size_t w = 0; w < config->wires; w++)
            if (!zero[w] && (first[w] != CURRENTS_NOBODY) == measured)
                e->order[e->columns++] = (uint8_t)w;
    for (size_t n = 0; n < config->nodes; n++) {
        if (c->node[n].open)
            continue;
        for (size_t w = 0; w < config->wires; w++)
            e->a[e->rows][w] =
                (int8_t)(zero[w] ? 0 : (config->wire[w].to == n) - (config->wire[w].from == n));
        e->of[e->rows][n] = 1;
        e->pivot[e->rows++] = CURRENTS_NOBODY;
    }
}

static void row_take(struct echelon *e, size_t row, size_t other, int times)
{
    for (size_t w = 0; w < CURRENTS_WIRES; w++)
        e->a[row][w] = (int8_t)(e->a[row][w] - times * e->a[other][w]);
    for (size_t n = 0; n < CURRENTS_NODES; n++)
        e->of[row][n] = (int8_t)(e->of[row][n] - times * e->of[other][n]);
}

static void echelon_reduce(struct echelon *e)
{
    for (size_t i = 0; i < e->columns; i++) {
        uint8_t wire = e->order[i];
        size_t row = 0;
        while (row < e->rows && (e->pivot[row] != CURRENTS_NOBODY || !e->a[row][wire]))
            row++;
        if (row == e->rows)
            continue;
        e->pivot[row] = wire;
        for (size_t other = 0; other < e->rows; other++)
            if (other != row && e->a[other][wire])
                row_take(e, other, row, e->a[other][wire] * e->a[row][wire]);
    }
}

static void sum_add(struct currents_sum *sum, uint8_t sensor, int sign)
{
    sum->at[sum->count] = sensor;
    sum->sign[sum->count++] = (int8_t)sign;
}

/* A row whose pivot has a sensor is a sum that must be 0; one whose pivot has none says what that
 * wire carries, unless another wire without a sensor stands in it. */
static void row_use(struct currents_net *net, const struct echelon *e, size_t row,
                    const uint8_t first[])
{
    uint8_t pivot = e->pivot[row];
    bool spent = pivot != CURRENTS_NOBODY && first[pivot] == CURRENTS_NOBODY;
    struct currents_sum sum = {0};
    for (size_t i = 0; i < e->columns; i++) {
        uint8_t w = e->order[i];
        if (!e->a[row][w] || (spent && w == pivot))
            continue;
        if (first[w] == CURRENTS_NOBODY)
            return;
        sum_add(&sum, first[w], spent ? -e->a[row][w] * e->a[row][pivot] : e->a[row][w]);
    }
    if (spent) {
        net->wire[pivot] = sum;
        net->known[pivot] = true;
    } else if (sum.count) {
        memcpy(net->row_node[net->rows], e->of[row], sizeof e->of[row]);
        net->row[net->rows++] = sum;
    }
}

/* --- parts --- */

static uint8_t part_of(const struct currents_net *net, uint8_t sensor)
{
    while (net->part[sensor] != sensor)
        sensor = net->part[sensor];
    return sensor;
}

static void parts_join(struct currents_net *net)
{
    for (uint8_t k = 0; k < CURRENTS_SENSORS; k++)
        net->part[k] = k;
    for (size_t r = 0; r < net->rows; r++)
        for (size_t i = 1; i < net->row[r].count; i++) {
            uint8_t a = part_of(net, net->row[r].at[0]), b = part_of(net, net->row[r].at[i]);
            net->part[a > b ? a : b] = a > b ? b : a;
        }
    for (uint8_t k = 0; k < CURRENTS_SENSORS; k++)
        net->part[k] = part_of(net, k);
}

void currents_net_build(struct currents_net *net, const struct currents *c, uint64_t used,
                        const bool zero[])
{
    const struct currents_config *config = c->config;
    uint8_t first[CURRENTS_WIRES];
    struct echelon e;
    memset(net, 0, sizeof *net);
    memset(first, CURRENTS_NOBODY, sizeof first);
    for (uint8_t k = config->sensors; k-- > 0;)
        if (bit(used, k))
            first[config->sensor[k].wire] = k;
    echelon_fill(&e, c, first, zero);
    echelon_reduce(&e);
    for (size_t w = 0; w < config->wires; w++) {
        net->known[w] = zero[w] || first[w] != CURRENTS_NOBODY;
        if (!zero[w] && first[w] != CURRENTS_NOBODY)
            sum_add(&net->wire[w], first[w], 1);
    }
    for (size_t row = 0; row < e.rows; row++)
        row_use(net, &e, row, first);
    for (uint8_t k = 0; k < config->sensors; k++) {
        uint8_t wire = config->sensor[k].wire;
        if (!bit(used, k) || (!zero[wire] && first[wire] == k))
            continue;
        struct currents_sum *sum = &net->row[net->rows++];
        sum_add(sum, k, 1);
        if (!zero[wire])
            sum_add(sum, first[wire], -1);
    }
    parts_join(net);
}

/* --- fusing --- */

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
    double renewed = ms < LASTING_MS ? ms / LASTING_MS : 1;
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
