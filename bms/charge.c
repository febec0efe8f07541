#include "bms/charge.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { STEP_MS = 100, LONGEST_STEP_MS = 10000 };
static const double DRIFT = 0.1;       /* of a sensor's specification in a day */
static const double VOLTAGE_V = 0.002; /* what a BMS's cell voltage may be off by */
static const double CAPACITY = 0.02;   /* what a capacity on a label may be off by */
static const double BMS_SIGMA = 0.075; /* a BMS's own charge is within 15 % in the field */
static const double mA = 1e-3, S_PER_MS = 1e-3;

static double capacity_Ah(const struct bank_config *bank, size_t pack)
{
    int32_t mAh = bank->pack_capacity_mAh[pack];
    return (mAh > 0 ? mAh : bank->capacity_mAh) * mA;
}

static void begin(struct charge *charge, const struct bank_config *bank, size_t pack)
{
    const struct cell *cell = charge->cell;
    double Ah = capacity_Ah(bank, pack), part = Ah / (bank->capacity_mAh * mA);
    double offset_A = charge->config->pack_offset_mA[pack] * mA;
    double draw_A = bank->self_draw_mA * mA * part;
    struct estimator_config config = {
        .cell = cell,
        .scale = Ah / cell->capacity_Ah,
        .offset_A = sqrt(offset_A * offset_A + draw_A * draw_A),
        .drift_A = DRIFT * offset_A,
        .gain = bank->sensor_gain_permille * 1e-3,
        .voltage_V = VOLTAGE_V,
        .capacity = CAPACITY,
    };
    estimator_init(&charge->pack[pack].estimator, &config);
}

void charge_init(struct charge *charge, const struct cell *cell, const struct charge_config *config,
                 const struct bank_config *bank)
{
    assert(charge && cell && config && bank && bank->packs <= MAX_PACKS);
    memset(charge, 0, sizeof *charge);
    charge->cell = cell;
    charge->config = config;
    soc_counter_init(&charge->counter);
    for (size_t i = 0; i < bank->packs; i++)
        begin(charge, bank, i);
}

void charge_restore(struct charge *charge, const struct bank_config *bank, size_t pack,
                    const struct estimator_saved *saved, int64_t gap_ms, int64_t now_ms)
{
    assert(pack < bank->packs && gap_ms >= 0);
    struct charge_pack *p = &charge->pack[pack];
    if (!estimator_restore(&p->estimator, saved))
        return;
    p->step_ms = now_ms;
    p->unseen_s = (double)gap_ms * S_PER_MS;
}

/* --- one pack --- */

struct sample {
    bool known; /* its current */
    struct estimator_input input;
};

static struct sample sample(const struct bank_config *bank, const struct bank_view *view,
                            const struct pack_readings *pack, size_t i, int64_t now_ms)
{
    double part = capacity_Ah(bank, i) / (bank->capacity_mAh * mA);
    struct sample s = {.known = view->pack_current_known[i] || view->current_known};
    s.input.current_A =
        view->pack_current_known[i] ? view->pack_mA[i] * mA : view->current_mA * mA * part;
    int32_t mV = reading_or(&pack->voltage_mV, now_ms, BANK_FRESH_MS, 0);
    s.input.voltage_V = mV > 0 ? mV * mA / bank->cells : 0;
    double mean_C = view->temp_known ? (view->temp_min_dC + view->temp_max_dC) / 20.0 : 25;
    s.input.temp_C =
        reading_or(&pack->temp_dC, now_ms, BANK_GONE_MS, (int32_t)(mean_C * 10)) / 10.0;
    return s;
}

/* A BMS's word is better than a voltage on the plateau, and worse than one at a knee. */
static void start(struct charge_pack *p, const struct pack_readings *pack, const struct sample *s,
                  int64_t now_ms)
{
    int32_t bms = reading_or(&pack->soc_permille, now_ms, BANK_CHARGE_MS, -1);
    estimator_start_unknown(&p->estimator, &s->input);
    if (bms >= 0 && estimator_estimate(&p->estimator).sigma > BMS_SIGMA)
        estimator_start(&p->estimator, bms / 1000.0, BMS_SIGMA);
    p->step_ms = now_ms;
    p->unseen_s = 0;
}

static void pack_step(struct charge_pack *p, const struct bank_config *bank,
                      const struct pack_readings *pack, const struct sample *s, double part,
                      int64_t now_ms)
{
    if (!p->estimator.started) {
        if (s->known && s->input.voltage_V > 0)
            start(p, pack, s, now_ms);
        return;
    }
    int64_t passed_ms = now_ms - p->step_ms;
    if (passed_ms < STEP_MS)
        return;
    p->step_ms = now_ms;
    double passed_s = (double)passed_ms * S_PER_MS;
    if (!s->known || passed_ms > LONGEST_STEP_MS) {
        p->unseen_s += passed_s;
        return;
    }
    if (p->unseen_s > 0)
        estimator_gap(&p->estimator, p->unseen_s, bank->charge_max_mA * mA * part,
                      (bank->discharge_max_mA + bank->self_draw_mA) * mA * part);
    p->unseen_s = 0;
    estimator_step(&p->estimator, &s->input, passed_s);
}

void charge_step(struct charge *charge, const struct bank_config *bank,
                 const struct bank_view *view, const struct pack_readings packs[], int64_t now_ms)
{
    assert(charge && bank && view && packs);
    for (size_t i = 0; i < bank->packs; i++) {
        struct sample s = sample(bank, view, &packs[i], i, now_ms);
        double part = capacity_Ah(bank, i) / (bank->capacity_mAh * mA);
        pack_step(&charge->pack[i], bank, &packs[i], &s, part, now_ms);
    }
    struct bank_config connected = *bank;
    connected.capacity_mAh = view->capacity_mAh;
    soc_counter_step(&charge->counter, &connected, view, now_ms);
    charge->now_ms = now_ms;
}

/* --- the whole --- */

struct whole {
    double charge, sigma, since_knee_s;
    bool known;
};

/* What the packs' errors have in common, the cell file, does not average away: their sigmas are weighted, not
 * their squares. */
static struct whole whole(const struct charge *charge, const struct bank_config *bank,
                          const struct bank_view *view)
{
    struct whole out = {.known = true};
    double Ah = 0;
    for (size_t i = 0; i < bank->packs; i++) {
        const struct charge_pack *p = &charge->pack[i];
        if (!place_counted(view->pack[i].place))
            continue;
        out.known = out.known && p->estimator.started;
        if (!p->estimator.started)
            continue;
        struct estimate now = estimator_estimate(&p->estimator);
        double of = capacity_Ah(bank, i);
        out.charge += of * now.charge;
        out.sigma += of * now.sigma;
        out.since_knee_s = fmax(out.since_knee_s, now.since_knee_s);
        Ah += of;
    }
    out.known = out.known && Ah > 0;
    if (out.known) {
        out.charge /= Ah;
        out.sigma /= Ah;
    }
    return out;
}

/* How far what the counter holds possible lies outside what the estimators do. */
static double apart(const struct whole *all, const struct soc_estimate *counted)
{
    double low = all->charge - 2 * all->sigma, high = all->charge + 2 * all->sigma;
    double from = (counted->soc_permille - counted->error_permille) / 1000.0;
    double to = (counted->soc_permille + counted->error_permille) / 1000.0;
    if (!counted->known)
        return 0;
    return from > high ? from - high : to < low ? low - to : 0;
}

bool charge_contradicted(const struct charge *charge, const struct bank_config *bank,
                         const struct bank_view *view)
{
    struct soc_estimate counted = soc_counter_estimate(&charge->counter);
    struct whole all = whole(charge, bank, view);
    return all.known && apart(&all, &counted) > 0;
}

struct soc_estimate charge_estimate(const struct charge *charge, const struct bank_config *bank,
                                    const struct bank_view *view)
{
    struct soc_estimate counted = soc_counter_estimate(&charge->counter);
    struct whole all = whole(charge, bank, view);
    if (!all.known)
        return counted;
    double error = 2 * all.sigma + apart(&all, &counted);
    return (struct soc_estimate){
        .known = true,
        .soc_permille = (int32_t)(all.charge * 1000 + 0.5),
        .error_permille = error < 1 ? (int32_t)(error * 1000) + 1 : 1000,
        .anchored_ms = charge->now_ms - (int64_t)(all.since_knee_s * 1000),
    };
}
