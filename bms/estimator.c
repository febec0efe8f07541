#include "bms/hypothesis.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { FIRST_LOST = EST_SENSORS };

static const double MEASURE_S = 10;
static const double NEW_CHARGE = 0.05;   /* after this much moved, a table's error is another one */
static const double NEW_TIME_S = 200000; /* .. or after this long at one place */
static const double WORSE = 5;           /* .. times its specification */
static const double BROKEN_RATE = 1.0 / 20; /* C-rate a broken sensor may be off by */
static const double SENSOR_PRIOR[EST_SENSORS] = {1, 0.4, 0.2};
static const double LOST_PRIOR = 0.002, UNKNOWN_PRIOR = 0.05, DEAD = 1e-9;
static const double SEED_S = 86400; /* so often "is the sensor off now" is asked anew */
static const double SEED_PRIOR[EST_SENSORS] = {1, 0.01, 1e-5}, TAKES_OVER = 0.999, SURE = 0.9;
static const double LOST_SIGMA = 0.13; /* five of these cover the whole charge */
static const double RESTED_RATE = 0.02,
                    PAST_RATE = 0.3;        /* C-rate: at rest below; mean before a start */
static const double STILL_RATE = 1.0 / 500; /* C-rate below which nothing flows */
static const double HYSTERESIS_SIGMA = 0.7;
static const double USUAL_LOW = 0.25, USUAL_HIGH = 0.65;
static const double TABLE = 0.5; /* of a table's error: what is there again at the next pass */
static const double MISFIT_READINGS = 4, MISFIT_MOST = 100;

void estimator_init(struct estimator *e, const struct estimator_config *config)
{
    assert(e && config && config->cell && config->scale > 0);
    memset(e, 0, sizeof *e);
    e->config = *config;
    e->offset_sigma_A = config->offset_A / config->scale;
    e->knee = -1;
}

/* Where the cell has its lowest or highest knee; where such knees are usual when the file marks none. */
static double knee_place(const struct cell *cell, bool high)
{
    for (int k = 0; k < cell->knees; k++)
        if ((cell->knee[k].at >= KNEES_PART) == high)
            return cell->knee[k].at;
    return high ? USUAL_HIGH : USUAL_LOW;
}

/* Lithium lost leaves a knee at its ampere-hours above empty (bms/cell.h): in a smaller whole it stands higher by as
 * large a part of its own place, the high one and the low one together. */
static void seed_knees(const struct estimator *e, struct estimator_hypothesis *h)
{
    const struct cell *cell = e->config.cell;
    double low = e->config.lost * knee_place(cell, false);
    double high = e->config.lost * knee_place(cell, true);
    h->P[EST_KNEE_LOW][EST_KNEE_LOW] = square(cell->position_sigma) + square(low);
    h->P[EST_KNEE_HIGH][EST_KNEE_HIGH] = square(cell->position_sigma) + square(high);
    h->P[EST_KNEE_LOW][EST_KNEE_HIGH] = h->P[EST_KNEE_HIGH][EST_KNEE_LOW] = low * high;
}

static void seed(const struct estimator *e, struct estimator_hypothesis *h, double charge,
                 double sigma, double offset_sigma_A)
{
    const struct cell *cell = e->config.cell;
    memset(h, 0, sizeof *h);
    h->alive = true;
    h->x[EST_Z] = maths_within(charge, 0, 1);
    h->x[EST_CAPACITY] = 1;
    h->P[EST_Z][EST_Z] = square(sigma);
    h->P[EST_OFFSET][EST_OFFSET] = square(offset_sigma_A);
    h->P[EST_HYSTERESIS][EST_HYSTERESIS] = square(HYSTERESIS_SIGMA);
    h->P[EST_RESISTANCE][EST_RESISTANCE] = square(RESISTANCE_SIGMA);
    h->P[EST_VOLTAGE][EST_VOLTAGE] = square(e->config.voltage_V);
    h->P[EST_TABLE][EST_TABLE] = square(TABLE * cell->voltage_sigma_V);
    h->P[EST_CAPACITY][EST_CAPACITY] = square(e->config.capacity) + square(e->config.gain);
    seed_knees(e, h);
}

/* What the sensor may be off by, in the three opinions of it. */
static double offset_sigma_A(const struct estimator *e, int opinion)
{
    double worse = opinion == 0 ? e->offset_sigma_A : WORSE * e->offset_sigma_A;
    return opinion < 2 ? worse : most(BROKEN_RATE * cell_Ah(e), 2 * worse);
}

static double lost_sigma_A(const struct estimator *e)
{
    return most(e->offset_sigma_A, cell_Ah(e) / 400);
}

static void seed_lost(struct estimator *e)
{
    for (int k = 0; k < EST_LOST; k++) {
        struct estimator_hypothesis *h = &e->hypothesis[FIRST_LOST + k];
        seed(e, h, (k + 0.5) / EST_LOST, LOST_SIGMA, lost_sigma_A(e));
        h->weight = maths_log(LOST_PRIOR);
    }
}

/* Nothing counted and nothing seen since the last measurement. */
static void window_begin(struct estimator *e)
{
    e->seconds = e->charge_A_s = e->moved = e->turned = 0;
    e->voltage_s = e->overvoltage_s = e->voltage_seconds = 0;
}

static void begin(struct estimator *e, double charge)
{
    e->run = (struct cell_state){.z = maths_within(charge, 0, 1)};
    e->started = e->fresh = true;
    e->misfit = 1;
    e->since_knee_s = e->since_seed_s = 0;
    window_begin(e);
    seed_lost(e);
}

void estimator_start(struct estimator *e, double charge, double sigma)
{
    assert(sigma > 0);
    for (int k = 0; k < EST_SENSORS; k++) {
        seed(e, &e->hypothesis[k], charge, sigma, offset_sigma_A(e, k));
        e->hypothesis[k].weight = maths_log(SENSOR_PRIOR[k]);
    }
    begin(e, charge);
}

/* Of a battery under load the past is not known, and with it how much of the voltage is still relaxing. */
void estimator_start_unknown(struct estimator *e, const struct estimator_input *first)
{
    const struct cell *cell = e->config.cell;
    struct cell_at at = cell_at(cell, first->temp_C);
    struct cell_resistances r = cell_resistances(&at, 0.5);
    double current_A = first->current_A / e->config.scale;
    bool rested = magnitude(current_A) < RESTED_RATE * cell_Ah(e);
    double past_A = (rested ? RESTED_RATE : PAST_RATE) * cell_Ah(e);
    double over_V = (r.r0_Ohm + r.r1_Ohm / 2) * current_A;
    double V = first->voltage_V - over_V, charge = cell_charge(&at, V);
    double doubt_V = cell_ocv(&at, charge, 0, 1).hysteresis_V + at.voltage_sigma_V +
                     e->config.voltage_V + (r.r1_Ohm + r.r2_Ohm) * past_A +
                     r.r1_Ohm / 2 * magnitude(current_A);
    double up = cell_charge(&at, V + 2 * doubt_V) - charge;
    double down = charge - cell_charge(&at, V - 2 * doubt_V);
    estimator_start(e, charge, maths_within(most(up, down) / 2, 0.02, 0.3));
    if (rested)
        return;
    e->run.v1 = r.r1_Ohm / 2 * current_A;
    e->fresh = false; /* this voltage has told what it can */
    for (int k = FIRST_LOST; k < EST_HYPOTHESES; k++)
        e->hypothesis[k].weight = maths_log(UNKNOWN_PRIOR);
}

/* --- prediction --- */

static void predict(struct estimator *e, double current_A, double dt_s)
{
    const struct cell *cell = e->config.cell;
    double taken = current_A > 0 ? current_A * cell->efficiency : current_A;
    double per_A = dt_s / (S_PER_HOUR * cell_Ah(e));
    /* What the sensor reads of nothing turns no hysteresis and shows no new place. */
    double flows_A = current_A - e->hypothesis[0].x[EST_OFFSET];
    bool still = magnitude(flows_A) < STILL_RATE * cell_Ah(e);
    double moved = still ? 0 : magnitude(flows_A) * per_A;
    double keep = maths_exp(-cell->hysteresis_rate * moved);
    double toward = flows_A > 0 ? 1 : -1;
    for (int k = 0; k < EST_HYPOTHESES; k++) {
        struct estimator_hypothesis *h = &e->hypothesis[k];
        if (!h->alive)
            continue;
        double z = h->x[EST_Z] + (taken - h->x[EST_OFFSET]) * per_A / h->x[EST_CAPACITY];
        h->x[EST_Z] = maths_within(z, -1, 2);
        h->x[EST_HYSTERESIS] = keep * h->x[EST_HYSTERESIS] + (1 - keep) * toward;
    }
    e->moved += moved;
    e->turned += cell->hysteresis_rate * moved;
    e->charge_A_s += taken * dt_s;
}

/* --- measurement --- */

static void weigh(struct estimator *e)
{
    double best = -INFINITY, dead = maths_log(DEAD);
    for (int k = 0; k < EST_HYPOTHESES; k++)
        if (e->hypothesis[k].alive)
            best = most(best, e->hypothesis[k].weight);
    for (int k = 0; k < EST_HYPOTHESES; k++) {
        struct estimator_hypothesis *h = &e->hypothesis[k];
        h->weight -= best;
        h->alive = h->alive && h->weight > dead;
    }
}

void estimator_shares(const struct estimator *e, double share[EST_HYPOTHESES])
{
    double sum = 0;
    for (int k = 0; k < EST_HYPOTHESES; k++) {
        share[k] = e->hypothesis[k].alive ? maths_exp(e->hypothesis[k].weight) : 0;
        sum += share[k];
    }
    for (int k = 0; k < EST_HYPOTHESES; k++)
        share[k] /= sum;
}

/* Whether the sensor is off is asked anew: the other opinions of it begin at what is believed. */
static void doubt_sensor(struct estimator *e)
{
    for (int k = 1; k < EST_SENSORS; k++) {
        e->hypothesis[k] = e->hypothesis[0];
        e->hypothesis[k].P[EST_OFFSET][EST_OFFSET] += square(offset_sigma_A(e, k));
        e->hypothesis[k].weight = e->hypothesis[0].weight + maths_log(SEED_PRIOR[k]);
    }
    e->since_seed_s = 0;
}

/* The hypothesis that has won becomes what is believed; whether the sensor is off is asked anew. */
static void settle(struct estimator *e)
{
    double share[EST_HYPOTHESES];
    estimator_shares(e, share);
    int best = 0;
    for (int k = 1; k < EST_HYPOTHESES; k++)
        best = share[k] > share[best] ? k : best;
    bool won = best != 0 && share[best] > TAKES_OVER;
    bool asked = e->since_seed_s >= SEED_S && share[0] > SURE;
    if (won) {
        e->hypothesis[0] = e->hypothesis[best];
        e->hypothesis[best].alive = false;
    }
    if (won || asked)
        doubt_sensor(e);
}

/* Which steep place this charge is at: 0 low, 1 high, -1 none. */
static int knee_at(const struct cell *cell, double z)
{
    for (int k = 0; k < cell->knees; k++)
        if (z >= cell->knee[k].from && z <= cell->knee[k].to)
            return cell->knee[k].at < KNEES_PART ? 0 : 1;
    return -1;
}

static void look(struct estimator *e)
{
    struct hypothesis_sight sight = {
        .voltage_V = e->voltage_s / e->voltage_seconds,
        .overvoltage_V = e->overvoltage_s / e->voltage_seconds,
        .misfit = e->misfit,
        .information =
            e->fresh ? 1 : maths_within(e->moved / NEW_CHARGE + e->seconds / NEW_TIME_S, 1e-9, 1),
    };
    int knee = knee_at(e->config.cell, e->run.z);
    bool other = knee >= 0 && e->knee >= 0 && knee != e->knee;
    sight.other_knee = other;
    double missed = INFINITY; /* by the hypothesis that is nearest */
    for (int k = 0; k < EST_HYPOTHESES; k++) {
        struct estimator_hypothesis *h = &e->hypothesis[k];
        if (!h->alive)
            continue;
        hypothesis_spread(e, h);
        hypothesis_bound(h, sight.information);
        double off = hypothesis_measure(e, h, &sight);
        missed = off < missed ? off : missed;
    }
    double slowly = maths_within(sight.information / MISFIT_READINGS, 0, 1);
    e->misfit = maths_within(e->misfit + slowly * (missed - e->misfit), 1, MISFIT_MOST);
    e->fresh = false;
    if (knee >= 0)
        e->since_knee_s = 0;
    if (knee >= 0 && !other)
        e->knee = knee;
    weigh(e);
    settle(e);
    e->run.z = maths_within(estimator_estimate(e).charge, 0, 1);
    window_begin(e);
}

void estimator_step(struct estimator *e, const struct estimator_input *input, double dt_s)
{
    assert(e->started && dt_s > 0);
    double current_A = input->current_A / e->config.scale;
    if (e->at.cell == NULL || magnitude(input->temp_C - e->at.temp_C) > 0.1)
        e->at = cell_at(e->config.cell, input->temp_C);
    if (dt_s < e->decay.dt_s || dt_s > e->decay.dt_s)
        e->decay = cell_decay(e->config.cell, dt_s);
    predict(e, current_A, dt_s);
    cell_step(&e->at, &e->decay, &e->run, current_A, 1);
    e->seconds += dt_s;
    e->since_seed_s += dt_s;
    e->since_knee_s += dt_s;
    if (input->voltage_V > 0) {
        struct cell_resistances r = cell_resistances(&e->at, e->run.z);
        e->voltage_s += input->voltage_V * dt_s;
        e->overvoltage_s += (r.r0_Ohm * current_A + e->run.v1 + e->run.v2) * dt_s;
        e->voltage_seconds += dt_s;
    }
    if (e->voltage_seconds >= MEASURE_S || (e->fresh && e->voltage_seconds > 0))
        look(e);
}

/* What was still relaxing goes on; of the rest of the past nothing is known. */
static void relax(struct estimator *e, double seconds)
{
    const struct cell *cell = e->config.cell;
    e->run.w *= maths_exp(-seconds / cell->tau_d_s);
    e->run.v1 *= maths_exp(-seconds / cell->tau1_s);
    e->run.v2 *= maths_exp(-seconds / cell->tau2_s);
}

void estimator_gap(struct estimator *e, double seconds, double charge_A, double discharge_A)
{
    double z = estimator_estimate(e).charge;
    double each = seconds / (S_PER_HOUR * e->config.scale * cell_Ah(e));
    double up = maths_within(charge_A * each, 0, 1 - z),
           down = maths_within(discharge_A * each, 0, z);
    for (int k = 0; k < EST_HYPOTHESES; k++) {
        struct estimator_hypothesis *h = &e->hypothesis[k];
        h->x[EST_Z] = maths_within(h->x[EST_Z] + (up - down) / 2, 0, 1);
        h->P[EST_Z][EST_Z] +=
            square(maths_within((up + down) / 4, 0, 0.3)); /* the ends are two sigma away */
        h->P[EST_HYSTERESIS][EST_HYSTERESIS] = square(HYSTERESIS_SIGMA);
    }
    relax(e, seconds);
    e->run.z = maths_within(estimator_estimate(e).charge, 0, 1);
}

struct estimate estimator_estimate(const struct estimator *e)
{
    double share[EST_HYPOTHESES];
    estimator_shares(e, share);
    struct estimate out = {.trust = share[0], .since_knee_s = e->since_knee_s};
    for (int k = 0; k < EST_HYPOTHESES; k++) {
        const struct estimator_hypothesis *h = &e->hypothesis[k];
        out.charge += share[k] * h->x[EST_Z];
        out.offset_A += share[k] * h->x[EST_OFFSET];
        out.capacity += share[k] * h->x[EST_CAPACITY];
        out.resistance += share[k] * (1 + h->x[EST_RESISTANCE]);
    }
    double charge = 0, offset = 0, capacity = 0;
    for (int k = 0; k < EST_HYPOTHESES; k++) {
        const struct estimator_hypothesis *h = &e->hypothesis[k];
        charge += share[k] * (h->P[EST_Z][EST_Z] + square(h->x[EST_Z] - out.charge));
        offset +=
            share[k] * (h->P[EST_OFFSET][EST_OFFSET] + square(h->x[EST_OFFSET] - out.offset_A));
        capacity += share[k] *
                    (h->P[EST_CAPACITY][EST_CAPACITY] + square(h->x[EST_CAPACITY] - out.capacity));
    }
    out.sigma = sqrt(charge);
    out.offset_A *= e->config.scale;
    out.offset_sigma_A = sqrt(offset) * e->config.scale;
    out.capacity_sigma = sqrt(capacity);
    out.charge = maths_within(out.charge, 0, 1);
    /* A mean of figures at their bound is beyond it by a rounding. */
    out.resistance = maths_within(out.resistance, EST_RESISTANCE_LEAST, EST_RESISTANCE_MOST);
    out.capacity = maths_within(out.capacity, EST_CAPACITY_LEAST, EST_CAPACITY_MOST);
    return out;
}

/* No voltage counts in full while what still relaxes in it is not known. */
void estimator_resume(struct estimator *e)
{
    doubt_sensor(e);
    for (int k = FIRST_LOST; k < EST_HYPOTHESES; k++)
        e->hypothesis[k].weight = maths_log(SEED_PRIOR[1] * LOST_PRIOR);
    e->fresh = false;
}

static void offset_anew(struct estimator_hypothesis *h, double sigma_A)
{
    for (int a = 0; a < EST_STATES; a++)
        h->P[EST_OFFSET][a] = h->P[a][EST_OFFSET] = 0;
    h->x[EST_OFFSET] = 0;
    h->P[EST_OFFSET][EST_OFFSET] = square(sigma_A);
}

void estimator_sensor_new(struct estimator *e)
{
    for (int k = 0; k < EST_HYPOTHESES; k++)
        offset_anew(&e->hypothesis[k], k < FIRST_LOST ? offset_sigma_A(e, 0) : lost_sigma_A(e));
    doubt_sensor(e);
    for (int k = 1; k < EST_SENSORS; k++)
        e->hypothesis[k].weight = e->hypothesis[0].weight + maths_log(SENSOR_PRIOR[k]);
}
