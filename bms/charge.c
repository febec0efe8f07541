#include "bms/charge.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { STEP_MS = 100, LONGEST_STEP_MS = 10000 };
static const double DRIFT = 0.1;       /* of a sensor's specification in a day */
static const double VOLTAGE_V = 0.002; /* what a BMS's cell voltage may be off by */
static const double CAPACITY = 0.02;   /* what a capacity on a label may be off by */
/* What a bank whose age nobody tells may have lost; in the field 2 to 3 % of capacity go in a year (Figgener et al.,
 * Nature Energy 2024). */
static const double LOST = 0.02;
static const double WIDE_SIGMA = 0.03; /* less sure than this: the cap keeps twice as far */
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
        .lost = LOST,
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

void charge_sensor_new(struct charge *charge, size_t pack)
{
    if (charge->pack[pack].estimator.started)
        estimator_sensor_new(&charge->pack[pack].estimator);
}

/* --- one pack --- */

struct sample {
    bool known; /* its current */
    struct estimator_input input;
};

/* What is left of the bank's current for the connected packs that tell none, in A for each Ah of them. */
static double rest_per_h(const struct bank_config *bank, const struct bank_view *view)
{
    double rest_A = view->current_mA * mA, Ah = 0;
    for (size_t i = 0; i < bank->packs; i++) {
        if (!place_counted(view->pack[i].place))
            continue;
        if (view->pack_current_known[i])
            rest_A -= view->pack_mA[i] * mA;
        else
            Ah += capacity_Ah(bank, i);
    }
    return Ah > 0 ? rest_A / Ah : 0;
}

/* Open, taken out and apart are seen by there being no current. */
static bool carries_nothing(enum pack_place place)
{
    return place == PLACE_OPEN || place == PLACE_OUT || place == PLACE_APART;
}

static struct sample sample(const struct bank_config *bank, const struct bank_view *view,
                            const struct pack_readings *pack, size_t i, int64_t now_ms)
{
    enum pack_place place = view->pack[i].place;
    bool shared = place_counted(place) && view->current_known;
    struct sample s = {.known = view->pack_current_known[i] || shared || carries_nothing(place)};
    if (view->pack_current_known[i])
        s.input.current_A = view->pack_mA[i] * mA;
    else if (shared)
        s.input.current_A = capacity_Ah(bank, i) * rest_per_h(bank, view);
    int32_t mV = reading_or(&pack->voltage_mV, now_ms, BANK_FRESH_MS, 0);
    s.input.voltage_V = mV > 0 ? mV * mA / bank->cells : 0;
    double mean_C = view->temp_known ? (view->temp_min_dC + view->temp_max_dC) / 20.0 : 25;
    s.input.temp_C =
        reading_or(&pack->temp_dC, now_ms, BANK_GONE_MS, (int32_t)(mean_C * 10)) / 10.0;
    return s;
}

/* A BMS's word is better than a voltage on the plateau, and worse than one at a knee. It is waited for, and a
 * voltage for longer; a connected pack that tells none has the bank's. */
static void start(struct charge_pack *p, const struct bank_config *bank,
                  const struct bank_view *view, const struct pack_readings *pack, size_t i,
                  struct sample s, int64_t now_ms)
{
    int32_t bms = reading_or(&pack->soc_permille, now_ms, BANK_CHARGE_MS, -1);
    if (p->waits_ms == 0)
        p->waits_ms = now_ms;
    int64_t waited_ms = now_ms - p->waits_ms;
    bool voltage = s.input.voltage_V > 0;
    if (voltage ? bms < 0 && waited_ms < BANK_CHARGE_MS : waited_ms < BANK_GONE_MS)
        return;
    if (!voltage && place_counted(view->pack[i].place))
        s.input.voltage_V = view->voltage_mV * mA / bank->cells;
    if (s.input.voltage_V > 0)
        estimator_start_unknown(&p->estimator, &s.input);
    if (bms >= 0 && (!p->estimator.started || estimator_estimate(&p->estimator).sigma > BMS_SIGMA))
        estimator_start(&p->estimator, bms / 1000.0, BMS_SIGMA);
    p->step_ms = now_ms;
    p->unseen_s = 0;
}

/* By the owner's limits. */
static void gap(struct estimator *e, const struct bank_config *bank, const struct bank_view *view,
                size_t pack, double seconds)
{
    double of_Ah =
        place_counted(view->pack[pack].place) ? view->capacity_mAh * mA : bank->capacity_mAh * mA;
    double part = fmin(capacity_Ah(bank, pack) / of_Ah, 1);
    estimator_gap(e, seconds, bank->charge_max_mA * mA * part,
                  (bank->discharge_max_mA + bank->self_draw_mA) * mA * part);
}

static void pack_step(struct charge_pack *p, const struct bank_config *bank,
                      const struct bank_view *view, const struct sample *s, size_t i,
                      int64_t now_ms)
{
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
        gap(&p->estimator, bank, view, i, p->unseen_s);
    p->unseen_s = 0;
    estimator_step(&p->estimator, &s->input, passed_s);
    if (p->estimator.knee >= 0)
        p->told_ms = now_ms - (int64_t)(p->estimator.since_knee_s / S_PER_MS);
}

void charge_step(struct charge *charge, const struct bank_config *bank,
                 const struct bank_view *view, const struct pack_readings packs[], int64_t now_ms)
{
    assert(charge && bank && view && packs);
    for (size_t i = 0; i < bank->packs; i++) {
        struct charge_pack *p = &charge->pack[i];
        struct sample s = sample(bank, view, &packs[i], i, now_ms);
        if (p->estimator.started)
            pack_step(p, bank, view, &s, i, now_ms);
        else if (s.known)
            start(p, bank, view, &packs[i], i, s, now_ms);
    }
    struct bank_config connected = *bank;
    connected.capacity_mAh = view->capacity_mAh;
    if (connected.capacity_mAh > 0)
        soc_counter_step(&charge->counter, &connected, view, now_ms);
}

/* A pack's estimator with what may have flowed unseen; the estimator itself where nothing may. */
static const struct estimator *later(const struct charge *charge, const struct bank_config *bank,
                                     const struct bank_view *view, size_t pack,
                                     struct estimator *room)
{
    const struct charge_pack *p = &charge->pack[pack];
    if (!(p->unseen_s > 0))
        return &p->estimator;
    *room = p->estimator;
    gap(room, bank, view, pack, p->unseen_s);
    return room;
}

struct estimate charge_pack_estimate(const struct charge *charge, const struct bank_config *bank,
                                     const struct bank_view *view, size_t pack)
{
    struct estimator room;
    assert(pack < bank->packs && charge->pack[pack].estimator.started);
    return estimator_estimate(later(charge, bank, view, pack, &room));
}

bool charge_save(const struct charge *charge, const struct bank_config *bank,
                 const struct bank_view *view, size_t pack, struct estimator_saved *out)
{
    struct estimator room;
    assert(pack < bank->packs);
    if (!charge->pack[pack].estimator.started)
        return false;
    *out = estimator_save(later(charge, bank, view, pack, &room));
    return true;
}

/* --- the whole --- */

struct whole {
    double charge, sigma;
    int64_t told_ms; /* of the one told longest ago; 0 = one never was */
    bool known;
};

/* What the packs' errors have in common, the cell file, does not average away: their sigmas are weighted, not
 * their squares. */
static struct whole whole(const struct charge *charge, const struct bank_config *bank,
                          const struct bank_view *view)
{
    struct whole out = {.known = true, .told_ms = INT64_MAX};
    double Ah = 0;
    bool never = false;
    for (size_t i = 0; i < bank->packs; i++) {
        const struct charge_pack *p = &charge->pack[i];
        if (!place_counted(view->pack[i].place))
            continue;
        out.known = out.known && p->estimator.started;
        if (!p->estimator.started)
            continue;
        struct estimate now = charge_pack_estimate(charge, bank, view, i);
        double of = capacity_Ah(bank, i);
        out.charge += of * now.charge;
        out.sigma += of * now.sigma;
        never = never || p->told_ms == 0;
        out.told_ms = p->told_ms < out.told_ms ? p->told_ms : out.told_ms;
        Ah += of;
    }
    out.known = out.known && Ah > 0;
    if (out.known) {
        out.charge /= Ah;
        out.sigma /= Ah;
        out.told_ms = never ? 0 : out.told_ms;
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

static int32_t permille_up(double part)
{
    return part < 1 ? (int32_t)(part * 1000) + 1 : 1000;
}

int32_t charge_margin_permille(double sigma)
{
    return permille_up(sigma > WIDE_SIGMA ? 2 * sigma : sigma);
}

struct soc_estimate charge_estimate(const struct charge *charge, const struct bank_config *bank,
                                    const struct bank_view *view)
{
    struct soc_estimate counted = soc_counter_estimate(&charge->counter);
    struct whole all = whole(charge, bank, view);
    if (!all.known)
        return counted;
    double beyond = apart(&all, &counted), error = 2 * all.sigma + beyond;
    return (struct soc_estimate){
        .known = true,
        .soc_permille = (int32_t)(all.charge * 1000 + 0.5),
        .error_permille = permille_up(error),
        .margin_permille = beyond > 0 ? permille_up(error) : charge_margin_permille(all.sigma),
        .contradicted = beyond > 0,
        .anchored_ms = all.told_ms,
    };
}
