#include "bms/bank.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "bms/share.h"

static int64_t older(int64_t age_ms, const struct reading *r, int64_t now_ms)
{
    if (r->heard_ms <= 0)
        return INT64_MAX;
    return now_ms - r->heard_ms > age_ms ? now_ms - r->heard_ms : age_ms;
}

int64_t pack_age_ms(const struct pack_readings *p, int64_t now_ms)
{
    const struct reading *must[] = {&p->voltage_mV, &p->cvl_mV, &p->ccl_mA, &p->dcl_mA};
    const struct reading *once[] = {
        &p->current_mA,  &p->temp_dC,     &p->dvl_mV,    &p->cell_max_mV,  &p->cell_min_mV,
        &p->cell_max_dC, &p->cell_min_dC, &p->charge_ok, &p->discharge_ok, &p->alarms,
    };
    int64_t age_ms = 0;
    for (size_t i = 0; i < sizeof must / sizeof must[0]; i++)
        age_ms = older(age_ms, must[i], now_ms);
    for (size_t i = 0; i < sizeof once / sizeof once[0]; i++)
        if (once[i]->heard_ms > 0)
            age_ms = older(age_ms, once[i], now_ms);
    return age_ms;
}

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t most(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static bool heard(const struct reading *r)
{
    return r->heard_ms > 0;
}

/* One pack as the view sees it. */
struct sight {
    struct bank_view *view;
    const struct pack_readings *pack;
    int64_t now_ms;
    uint8_t number; /* from 1 */
};

static void name(const struct sight *s, enum bank_fact_name fact, const struct reading *r)
{
    s->view->fact[fact] = (struct bank_fact){s->now_ms - r->heard_ms, s->number};
}

/* The worst of two, and whose it is. */
static void worse(const struct sight *s, int32_t *value, const struct reading *r, bool higher,
                  enum bank_fact_name fact)
{
    if (s->view->fact[fact].pack && (higher ? r->value <= *value : r->value >= *value))
        return;
    *value = r->value;
    name(s, fact, r);
}

/* What this pack alone makes worse. Its values are no older than its age. */
static void take_worst(const struct sight *s)
{
    struct bank_view *v = s->view;
    const struct pack_readings *p = s->pack;
    if (p->cvl_mV.value > 0)
        worse(s, &v->cvl_mV, &p->cvl_mV, false, FACT_CVL);
    if (heard(&p->dvl_mV))
        v->dvl_mV = most(v->dvl_mV, p->dvl_mV.value);
    if (heard(&p->cell_max_mV) && heard(&p->cell_min_mV)) {
        worse(s, &v->cell_max_mV, &p->cell_max_mV, true, FACT_CELL_MAX);
        worse(s, &v->cell_min_mV, &p->cell_min_mV, false, FACT_CELL_MIN);
        v->cells_known = true;
    }
}

/* Temperature is known only when every pack tells one. */
static void take_temperature(const struct sight *s)
{
    const struct pack_readings *p = s->pack;
    const struct reading *all[] = {&p->temp_dC, &p->cell_min_dC, &p->cell_max_dC};
    bool any = false;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (!heard(all[i]))
            continue;
        worse(s, &s->view->temp_min_dC, all[i], false, FACT_TEMP_MIN);
        worse(s, &s->view->temp_max_dC, all[i], true, FACT_TEMP_MAX);
        any = true;
    }
    s->view->temp_known = s->view->temp_known && any;
}

static void take_enable(const struct sight *s, bool *ok, const struct reading *r,
                        enum bank_fact_name fact)
{
    if (heard(r) && (s->view->fact[fact].pack == 0 || (*ok && !r->value)))
        name(s, fact, r);
    *ok = *ok && (!heard(r) || r->value);
}

/* An alarm or a refusal stays until the pack itself takes it back, however old it is. */
static void take_word(const struct sight *s)
{
    struct bank_view *v = s->view;
    const struct pack_readings *p = s->pack;
    uint32_t alarms = (uint32_t)p->alarms.value | v->pack[s->number - 1].latched;
    if (heard(&p->alarms) && (v->fact[FACT_ALARMS].pack == 0 || (alarms && !v->alarms)))
        name(s, FACT_ALARMS, &p->alarms);
    v->alarms |= alarms;
    v->warnings |= (uint32_t)p->warnings.value;
    take_enable(s, &v->charge_ok, &p->charge_ok, FACT_CHARGE_OK);
    take_enable(s, &v->discharge_ok, &p->discharge_ok, FACT_DISCHARGE_OK);
}

struct soc_sum {
    int64_t weight, total;
};

static void take_soc(const struct sight *s, struct soc_sum *sum, int32_t capacity_mAh)
{
    struct bank_view *v = s->view;
    const struct pack_memory *m = &v->pack[s->number - 1];
    if (!reading_fresh(&s->pack->soc_permille, s->now_ms, BANK_CHARGE_MS))
        return;
    int32_t soc = s->pack->soc_permille.value;
    int32_t high = m->jump_ms ? most(soc, m->jump_from_permille) : soc;
    int32_t low = m->jump_ms ? least(soc, m->jump_from_permille) : soc;
    bool first = sum->weight == 0;
    int64_t weight = capacity_mAh > 0 ? capacity_mAh : 1;
    sum->weight += weight;
    sum->total += weight * soc;
    v->bms_soc_max_permille = first ? high : most(v->bms_soc_max_permille, high);
    v->bms_soc_min_permille = first ? low : least(v->bms_soc_min_permille, low);
    v->bms_soc_permille = (int32_t)(sum->total / sum->weight);
}

static void take_currents(struct bank_view *v, const struct currents_flow flow[], const char *from)
{
    const struct currents_flow *bank = &flow[BANK_WIRE];
    v->current_known = bank->known;
    v->current_mA = bank->known ? bank->mA : 0;
    v->current_sigma_mA = bank->known ? bank->sigma_mA : 0;
    v->doubt_mA = bank->known ? bank->doubt_mA : 0;
    v->current_from = bank->known ? from : "";
    for (uint8_t i = 0; i < v->packs; i++) {
        const struct currents_flow *pack = &flow[BANK_PACK_WIRE + i];
        v->pack_current_known[i] = pack->known;
        v->pack_mA[i] = pack->known ? pack->mA : 0;
        v->pack_sigma_mA[i] = pack->known ? pack->sigma_mA : 0;
    }
}

static const struct bank_view nothing_known = {
    .current_from = "",
    .temp_known = true,
    .bms_soc_permille = -1,
    .bms_soc_max_permille = -1,
    .bms_soc_min_permille = -1,
    .charge_ok = true,
    .discharge_ok = true,
};

/* The same memory, and nothing known yet. */
static void look_anew(struct bank_view *view, const struct bank_config *config)
{
    struct bank_view before = *view;
    *view = nothing_known;
    memcpy(view->pack, before.pack, sizeof view->pack);
    memcpy(view->share, before.share, sizeof view->share);
    view->packs = config->packs;
    view->bms_age_ms = config->packs ? 0 : INT64_MAX;
}

/* Current limits of the connected packs that are not gone: those that are fresh carry. */
static void look_limits(struct bank_view *view, const struct pack_readings packs[], int64_t now_ms)
{
    int32_t ccl_mA[MAX_PACKS], dcl_mA[MAX_PACKS];
    uint32_t set = 0;
    int there = 0, fresh = 0;
    struct bank_fact *charge = &view->fact[FACT_CCL], *discharge = &view->fact[FACT_DCL];
    for (size_t i = 0; i < view->packs; i++) {
        ccl_mA[i] = packs[i].ccl_mA.value;
        dcl_mA[i] = packs[i].dcl_mA.value;
        int64_t age_ms = pack_age_ms(&packs[i], now_ms);
        if (!place_counted(view->pack[i].place) || age_ms > BANK_GONE_MS)
            continue;
        set |= 1u << i;
        there++;
        fresh += age_ms <= BANK_FRESH_MS;
    }
    int carry = fresh ? fresh : there;
    view->ccl_mA = share_limit_mA(view, 0, ccl_mA, set, carry, &charge->pack);
    view->dcl_mA = share_limit_mA(view, 1, dcl_mA, set, carry, &discharge->pack);
    if (charge->pack)
        charge->age_ms = now_ms - packs[charge->pack - 1].ccl_mA.heard_ms;
    if (discharge->pack)
        discharge->age_ms = now_ms - packs[discharge->pack - 1].dcl_mA.heard_ms;
}

struct sums {
    struct soc_sum soc;
    int64_t mV;
    int32_t voltages;
};

/* A connected pack; one that is gone leaves its word only. */
static void look_pack(const struct sight *s, struct sums *sums, int32_t capacity_mAh,
                      int64_t age_ms)
{
    const struct pack_readings *p = s->pack;
    s->view->packs_in++;
    s->view->capacity_mAh += capacity_mAh;
    s->view->force_charge |= reading_or(&p->force_charge, s->now_ms, BANK_CHARGE_MS, 0) != 0;
    take_word(s);
    take_soc(s, &sums->soc, capacity_mAh);
    if (reading_fresh(&p->voltage_mV, s->now_ms, BANK_FRESH_MS)) {
        sums->mV += p->voltage_mV.value;
        sums->voltages++;
    }
    if (age_ms > BANK_GONE_MS)
        return;
    take_worst(s);
    take_temperature(s);
}

void bank_look(struct bank_view *view, const struct bank_config *config,
               const struct pack_readings packs[], const struct currents_flow flow[],
               const char *current_from, int64_t now_ms)
{
    assert(view && config && flow && current_from && config->packs <= MAX_PACKS);
    look_anew(view, config);
    places_step(view->pack, config, packs, now_ms);
    struct sums sums = {0};
    for (uint8_t i = 0; i < config->packs; i++) {
        struct sight sight = {view, &packs[i], now_ms, (uint8_t)(i + 1)};
        int64_t age_ms = pack_age_ms(&packs[i], now_ms);
        soc_watch(&view->pack[i], &packs[i], config->pack_capacity_mAh[i], now_ms);
        view->packs_fresh = (uint8_t)(view->packs_fresh + (age_ms <= BANK_FRESH_MS));
        if (view->pack[i].place != PLACE_OUT && age_ms > view->bms_age_ms)
            view->bms_age_ms = age_ms;
        if (place_counted(view->pack[i].place))
            look_pack(&sight, &sums, config->pack_capacity_mAh[i], age_ms);
    }
    view->temp_known = view->temp_known && view->fact[FACT_TEMP_MIN].pack;
    if (!view->temp_known)
        view->temp_min_dC = view->temp_max_dC = 0;
    if (view->capacity_mAh == 0)
        view->capacity_mAh = config->capacity_mAh;
    share_step(view, config, packs, now_ms);
    look_limits(view, packs, now_ms);
    view->voltage_mV = sums.voltages ? (int32_t)(sums.mV / sums.voltages) : 0;
    take_currents(view, flow, current_from);
    view->known = view->current_known && sums.voltages > 0;
}

void bank_packs_reset(struct bank_view *view)
{
    assert(view);
    for (size_t i = 0; i < MAX_PACKS; i++)
        view->pack[i].latched = 0;
}
