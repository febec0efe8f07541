#include "bms/currents.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { DOUBT_SIGMAS = 5 };

/* A step somewhere between two readings, taken as half way: a period / sqrt 12, and more
 * than one of them. */
static const double SKEW = 0.4;

/* A step larger than this many of its noise is one. */
static const double STEP_NOISE = 4;

static double larger(double a, double b)
{
    return a > b ? a : b;
}

const char *currents_fault_text(enum currents_fault fault)
{
    static const char *const texts[CURRENTS_FAULTS] = {
        [CURRENTS_WELL] = "well",
        [CURRENTS_OFFSET] = "its offset is wrong",
        [CURRENTS_GAIN] = "its gain is wrong",
        [CURRENTS_REVERSED] = "its sign is reversed",
        [CURRENTS_FROZEN] = "it is frozen",
    };
    assert(fault < CURRENTS_FAULTS);
    return texts[fault];
}

const char *currents_config_problem(const struct currents_config *config)
{
    if (config->nodes > CURRENTS_NODES || config->wires > CURRENTS_WIRES ||
        config->sensors > CURRENTS_SENSORS)
        return "too many nodes, wires or sensors";
    for (size_t w = 0; w < config->wires; w++) {
        const struct currents_wire *wire = &config->wire[w];
        if (wire->from == wire->to)
            return "a wire needs two ends that differ";
        if ((wire->from >= config->nodes && wire->from != CURRENTS_OUTSIDE) ||
            (wire->to >= config->nodes && wire->to != CURRENTS_OUTSIDE))
            return "a wire ends at a node that is not there";
    }
    for (size_t k = 0; k < config->sensors; k++) {
        const struct currents_sensor *sensor = &config->sensor[k];
        if (sensor->wire >= config->wires)
            return "a sensor measures a wire that is not there";
        if (sensor->offset_mA <= 0 || sensor->gain_permille < 0 || sensor->drift_uA_K < 0 ||
            sensor->noise_mA < 0 || sensor->resolution_mA < 0 || sensor->age_ms <= 0)
            return "a sensor's specification is negative, or without offset or age";
    }
    return NULL;
}

void currents_init(struct currents *c, const struct currents_config *config)
{
    assert(currents_config_problem(config) == NULL);
    memset(c, 0, sizeof *c);
    c->config = config;
    for (size_t k = 0; k < config->sensors; k++)
        currents_forget(c, k);
    for (size_t n = 0; n < config->nodes; n++)
        c->node[n].open = config->node[n].unproven;
}

/* --- hearing --- */

/* Charge up to at_ms, over which the current went from the newest reading to mA. A pause longer than
 * the reading's age is no part of it. */
static void charge_until(struct currents_sensor_state *s, const struct currents_sensor *spec,
                         double mA, int64_t at_ms)
{
    if (s->heard_ms && at_ms - s->heard_ms <= spec->age_ms && at_ms > s->from_ms) {
        s->charge += (s->mA + mA) / 2 * (double)(at_ms - s->from_ms);
        s->covered_ms += at_ms - s->from_ms;
    }
    s->from_ms = at_ms > s->from_ms ? at_ms : s->from_ms;
}

static void step_seen(struct currents *c, size_t sensor, double step_mA)
{
    const struct currents_sensor *spec = &c->config->sensor[sensor];
    if (step_mA <= STEP_NOISE * spec->noise_mA + 2.0 * spec->resolution_mA)
        return;
    for (size_t k = 0; k < c->config->sensors; k++)
        if (k != sensor && c->sensor[k].heard_ms < c->sensor[sensor].heard_ms)
            c->sensor[k].skew_mA = larger(c->sensor[k].skew_mA, step_mA);
}

void currents_hear(struct currents *c, size_t sensor, int32_t reading_mA, int64_t at_ms)
{
    assert(sensor < c->config->sensors);
    const struct currents_sensor *spec = &c->config->sensor[sensor];
    struct currents_sensor_state *s = &c->sensor[sensor];
    double mA = spec->reversed ? -(double)reading_mA : (double)reading_mA;
    if (at_ms <= s->heard_ms)
        return;
    bool first = s->heard_ms == 0;
    double step_mA = first ? 0 : fabs(mA - s->mA);
    double gap_ms = first ? 0 : (double)(at_ms - s->heard_ms);
    charge_until(s, spec, mA, at_ms);
    s->period_ms = s->period_ms > 0 ? s->period_ms + (gap_ms - s->period_ms) / 8 : gap_ms;
    if (first || step_mA > 0) {
        s->changed_ms = at_ms;
        s->span_low = INFINITY;
        s->span_high = -INFINITY;
    }
    s->low = first || mA < s->low ? mA : s->low;
    s->high = first || mA > s->high ? mA : s->high;
    s->mA = mA;
    s->heard_ms = at_ms;
    s->skew_mA = 0;
    step_seen(c, sensor, step_mA);
}

void currents_temperature(struct currents *c, size_t sensor, int32_t temp_dC)
{
    assert(sensor < c->config->sensors);
    c->sensor[sensor].temp_K = temp_dC / 10.0 - 25;
}

void currents_zero(struct currents *c, size_t wire, bool dead)
{
    assert(wire < c->config->wires);
    c->zero[wire] = dead;
}

/* --- one look --- */

static void look_add(struct currents_look *look, const struct currents *c, size_t k, double mA,
                     double noise)
{
    const struct currents_sensor *spec = &c->config->sensor[k];
    const double *term = &c->term[k * CURRENTS_TERMS];
    double temp_K = c->sensor[k].temp_K;
    double known_mA = (mA - term[CURRENTS_OFFSET_TERM] - term[CURRENTS_DRIFT_TERM] * temp_K) /
                      larger(1 + term[CURRENTS_GAIN_TERM], 0.1);
    look->mA[k] = known_mA;
    look->by[k][CURRENTS_OFFSET_TERM] = 1;
    look->by[k][CURRENTS_GAIN_TERM] = known_mA;
    look->by[k][CURRENTS_DRIFT_TERM] = temp_K;
    look->noise[k] = noise + 1;
    for (size_t i = 0; i < CURRENTS_TERMS; i++)
        look->noise[k] += look->by[k][i] * look->by[k][i] * currents_lasting(spec, i);
    look->used |= (uint64_t)1 << k;
}

static void look_now(struct currents_look *look, const struct currents *c, int64_t now_ms)
{
    look->used = 0;
    for (size_t k = 0; k < c->config->sensors; k++) {
        const struct currents_sensor *spec = &c->config->sensor[k];
        const struct currents_sensor_state *s = &c->sensor[k];
        if (s->fault || !s->heard_ms || now_ms - s->heard_ms > spec->age_ms)
            continue;
        look_add(look, c, k, s->mA,
                 (double)spec->noise_mA * spec->noise_mA + s->skew_mA * s->skew_mA);
    }
}

/* A mean over the window. Two sensors see its ends up to a period apart. */
static void look_window(struct currents_look *look, const struct currents *c, double window_ms)
{
    look->used = 0;
    for (size_t k = 0; k < c->config->sensors; k++) {
        const struct currents_sensor *spec = &c->config->sensor[k];
        const struct currents_sensor_state *s = &c->sensor[k];
        if (!s->whole)
            continue;
        double part = s->period_ms < window_ms ? s->period_ms / window_ms : 1;
        double moved = c->flow_high_mA[spec->wire] - c->flow_low_mA[spec->wire];
        double skew = SKEW * part * larger(s->range_mA, moved);
        look_add(look, c, k, s->mean_mA,
                 (double)spec->noise_mA * spec->noise_mA * part + skew * skew);
    }
}

static uint64_t in_use(const struct currents *c, uint64_t seen)
{
    for (size_t k = 0; k < c->config->sensors; k++)
        if (c->sensor[k].fault)
            seen &= ~((uint64_t)1 << k);
    return seen;
}

/* --- flows --- */

static int32_t whole_mA(double mA)
{
    return (int32_t)lround(mA > INT32_MAX ? INT32_MAX : mA < -INT32_MAX ? -INT32_MAX : mA);
}

static double doubt_of(const struct currents *c, const struct currents_net *net,
                       const struct currents_fused *f, size_t w)
{
    double doubt = 0;
    const struct currents_wire *wire = &c->config->wire[w];
    for (size_t r = 0; r < net->rows; r++)
        if (net->wire[w].count && net->part[net->row[r].at[0]] == net->part[net->wire[w].at[0]] &&
            f->left[r] * f->left[r] > DOUBT_SIGMAS * DOUBT_SIGMAS * f->left_var[r])
            doubt = larger(doubt, fabs(f->left[r]));
    for (size_t n = 0; n < c->config->nodes; n++) {
        const struct currents_node_state *node = &c->node[n];
        if ((wire->from == n || wire->to == n) && node->doubted && node->missing_known &&
            fabs(node->missing_mA) > DOUBT_SIGMAS * node->sigma_mA)
            doubt = larger(doubt, fabs(node->missing_mA));
    }
    return doubt;
}

/* What was learned ties the sensors' errors together so closely that a fault would be spread over all of
 * them, beyond any of their readings. Where the sums do not close, the specification alone weighs. */
static void fuse_soberly(struct currents_fused *f, const struct currents_net *net,
                         const struct currents_look *look, const struct currents *c)
{
    bool fails = false;
    currents_fuse(f, net, look, c, false);
    for (uint8_t k = 0; k < c->config->sensors; k++) {
        struct currents_part part = currents_part(net, f, k);
        fails = fails || currents_part_fails(&part);
    }
    if (fails)
        currents_fuse(f, net, look, c, true);
    for (size_t w = 0; w < c->config->wires; w++) {
        f->strain[w] = 1;
        if (!fails || !net->wire[w].count)
            continue;
        struct currents_part part = currents_part(net, f, net->part[net->wire[w].at[0]]);
        if (part.chi2 > (double)part.rows)
            f->strain[w] = sqrt(part.chi2 / (double)part.rows);
    }
}

static void flows_now(struct currents *c, int64_t now_ms)
{
    struct currents_look look;
    struct currents_net net;
    struct currents_fused fused;
    look_now(&look, c, now_ms);
    currents_net_build(&net, c, look.used, c->zero);
    fuse_soberly(&fused, &net, &look, c);
    for (size_t w = 0; w < c->config->wires; w++) {
        struct currents_flow *flow = &c->flow[w];
        flow->known = net.known[w];
        flow->mA = flow->known ? whole_mA(fused.mA[w]) : 0;
        flow->sigma_mA = flow->known ? whole_mA(ceil(sqrt(fused.var[w]) * fused.strain[w])) : 0;
        flow->doubt_mA = flow->known ? whole_mA(doubt_of(c, &net, &fused, w)) : 0;
        flow->sensors = flow->known ? fused.used[w] : 0;
        bool first = c->window_from_ms == now_ms;
        c->flow_low_mA[w] = first ? flow->mA : fmin(c->flow_low_mA[w], flow->mA);
        c->flow_high_mA[w] = first ? flow->mA : fmax(c->flow_high_mA[w], flow->mA);
    }
}

/* --- windows --- */

static void window_open(struct currents *c, int64_t now_ms)
{
    c->window_from_ms = now_ms;
    memcpy(c->zero_all, c->zero, sizeof c->zero_all);
    for (size_t k = 0; k < c->config->sensors; k++) {
        struct currents_sensor_state *s = &c->sensor[k];
        s->from_ms = now_ms;
        s->charge = 0;
        s->covered_ms = 0;
        s->low = s->high = s->mA;
    }
}

static void window_close(struct currents *c, int64_t now_ms)
{
    int64_t window_ms = now_ms - c->window_from_ms;
    for (size_t k = 0; k < c->config->sensors; k++) {
        struct currents_sensor_state *s = &c->sensor[k];
        charge_until(s, &c->config->sensor[k], s->mA, now_ms);
        s->whole = s->covered_ms == window_ms;
        s->mean_mA = s->whole ? s->charge / (double)window_ms : 0;
        s->range_mA = s->high - s->low;
    }
    c->window_ms = now_ms;
    c->windows++;
}

/* A gain acts on the true current. The fused ones meet the nodes' sums, so that a gain common to all,
 * which nothing tells, is not pulled along by the noise of the readings. */
static void look_by_fused(struct currents_look *look, const struct currents *c,
                          const struct currents_net *net, const struct currents_fused *f)
{
    for (size_t k = 0; k < c->config->sensors; k++)
        if (look->used >> k & 1 && net->known[c->config->sensor[k].wire])
            look->by[k][CURRENTS_GAIN_TERM] = f->mA[c->config->sensor[k].wire];
}

static void residuals(struct currents *c, const struct currents_net *net,
                      const struct currents_look *look, const struct currents_fused *f)
{
    for (size_t k = 0; k < c->config->sensors; k++) {
        struct currents_sensor_state *s = &c->sensor[k];
        uint8_t w = c->config->sensor[k].wire;
        if (!s->whole || !net->known[w])
            continue;
        s->residual_mA = look->mA[k] - f->mA[w];
        s->residual_sigma_mA = sqrt(look->noise[k] + f->var[w]);
        if (s->changed_ms <= c->window_from_ms) {
            s->span_low = fmin(s->span_low, f->mA[w]);
            s->span_high = fmax(s->span_high, f->mA[w]);
        }
    }
}

static bool window_use(struct currents *c, double window_ms, int64_t now_ms)
{
    struct currents_look look;
    struct currents_net net;
    struct currents_fused fused;
    currents_age(c, window_ms);
    look_window(&look, c, window_ms);
    uint64_t seen = look.used;
    look.used = in_use(c, seen);
    currents_net_build(&net, c, look.used, c->zero_all);
    fuse_soberly(&fused, &net, &look, c);
    look_by_fused(&look, c, &net, &fused);
    fuse_soberly(&fused, &net, &look, c);
    for (size_t w = 0; w < c->config->wires; w++) {
        struct currents_flow *flow = &c->flow[w];
        flow->mean_known = net.known[w];
        flow->mean_mA = flow->mean_known ? whole_mA(fused.mA[w]) : 0;
        flow->mean_sigma_mA =
            flow->mean_known ? whole_mA(ceil(sqrt(fused.var[w]) * fused.strain[w])) : 0;
    }
    residuals(c, &net, &look, &fused);
    currents_fuse(&fused, &net, &look, c, false);
    return currents_judge(c, &net, &look, &fused, now_ms);
}

bool currents_step(struct currents *c, int64_t now_ms)
{
    bool changed = false;
    for (size_t w = 0; w < c->config->wires; w++)
        c->zero_all[w] = c->zero_all[w] && c->zero[w];
    if (c->window_from_ms == 0) {
        window_open(c, now_ms);
    } else if (now_ms - c->window_from_ms >= CURRENTS_WINDOW_MS) {
        bool whole = now_ms - c->window_from_ms < 2 * CURRENTS_WINDOW_MS;
        double window_ms = (double)(now_ms - c->window_from_ms);
        window_close(c, now_ms);
        if (whole)
            changed = window_use(c, window_ms, now_ms);
        window_open(c, now_ms);
    }
    flows_now(c, now_ms);
    return changed;
}
