#include "bms/bank.h"

#include <assert.h>
#include <stddef.h>

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

/* What this pack alone makes worse. Its values are no older than its age. */
static void take_worst(struct bank_view *v, const struct pack_readings *p, bool first)
{
    v->cvl_mV = first ? p->cvl_mV.value : least(v->cvl_mV, p->cvl_mV.value);
    v->ccl_mA = first ? p->ccl_mA.value : least(v->ccl_mA, p->ccl_mA.value);
    v->dcl_mA = first ? p->dcl_mA.value : least(v->dcl_mA, p->dcl_mA.value);
    if (heard(&p->dvl_mV))
        v->dvl_mV = most(v->dvl_mV, p->dvl_mV.value);
    if (heard(&p->cell_max_mV) && heard(&p->cell_min_mV)) {
        v->cell_max_mV =
            v->cells_known ? most(v->cell_max_mV, p->cell_max_mV.value) : p->cell_max_mV.value;
        v->cell_min_mV =
            v->cells_known ? least(v->cell_min_mV, p->cell_min_mV.value) : p->cell_min_mV.value;
        v->cells_known = true;
    }
}

/* Temperature is known only when every pack tells one. */
static void take_temperature(struct bank_view *v, const struct pack_readings *p)
{
    const struct reading *all[] = {&p->temp_dC, &p->cell_min_dC, &p->cell_max_dC};
    bool any = false;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (!heard(all[i]))
            continue;
        v->temp_min_dC = least(v->temp_min_dC, all[i]->value);
        v->temp_max_dC = most(v->temp_max_dC, all[i]->value);
        any = true;
    }
    v->temp_known = v->temp_known && any;
}

/* An alarm or a refusal stays until the pack itself takes it back, however old it is. */
static void take_word(struct bank_view *v, const struct pack_readings *p)
{
    v->alarms |= (uint32_t)p->alarms.value;
    v->warnings |= (uint32_t)p->warnings.value;
    v->charge_ok = v->charge_ok && (!heard(&p->charge_ok) || p->charge_ok.value);
    v->discharge_ok = v->discharge_ok && (!heard(&p->discharge_ok) || p->discharge_ok.value);
}

struct soc_sum {
    int64_t weight, total;
};

static void take_soc(struct bank_view *v, struct soc_sum *sum, const struct pack_readings *p,
                     int32_t capacity_mAh, int64_t now_ms)
{
    if (!reading_fresh(&p->soc_permille, now_ms, BANK_CHARGE_MS))
        return;
    int32_t soc = p->soc_permille.value;
    bool first = sum->weight == 0;
    int64_t weight = capacity_mAh > 0 ? capacity_mAh : 1;
    sum->weight += weight;
    sum->total += weight * soc;
    v->bms_soc_max_permille = first ? soc : most(v->bms_soc_max_permille, soc);
    v->bms_soc_min_permille = first ? soc : least(v->bms_soc_min_permille, soc);
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
    .temp_min_dC = INT32_MAX,
    .temp_max_dC = INT32_MIN,
    .bms_soc_permille = -1,
    .bms_soc_max_permille = -1,
    .bms_soc_min_permille = -1,
    .charge_ok = true,
    .discharge_ok = true,
};

void bank_look(struct bank_view *view, const struct bank_config *config,
               const struct pack_readings packs[], const struct currents_flow flow[],
               const char *current_from, int64_t now_ms)
{
    assert(view && config && flow && current_from && config->packs <= MAX_PACKS);
    *view = nothing_known;
    view->packs = config->packs;
    view->bms_age_ms = config->packs ? 0 : INT64_MAX;
    struct soc_sum soc = {0};
    int64_t sum_mV = 0;
    int32_t connected = 0, voltages = 0;
    for (uint8_t i = 0; i < config->packs; i++) {
        const struct pack_readings *p = &packs[i];
        int64_t age_ms = pack_age_ms(p, now_ms);
        view->bms_age_ms = age_ms > view->bms_age_ms ? age_ms : view->bms_age_ms;
        view->packs_fresh = (uint8_t)(view->packs_fresh + (age_ms <= BANK_FRESH_MS));
        take_word(view, p);
        view->force_charge |= reading_or(&p->force_charge, now_ms, BANK_CHARGE_MS, 0) != 0;
        take_soc(view, &soc, p, config->pack_capacity_mAh[i], now_ms);
        if (reading_fresh(&p->voltage_mV, now_ms, BANK_FRESH_MS)) {
            sum_mV += p->voltage_mV.value;
            voltages++;
        }
        if (age_ms <= BANK_GONE_MS) {
            take_worst(view, p, connected == 0);
            take_temperature(view, p);
            connected++;
        }
    }
    view->temp_known = view->temp_known && connected > 0;
    if (!view->temp_known)
        view->temp_min_dC = view->temp_max_dC = 0;
    view->ccl_mA *= connected;
    view->dcl_mA *= connected;
    view->voltage_mV = voltages ? (int32_t)(sum_mV / voltages) : 0;
    take_currents(view, flow, current_from);
    view->known = view->current_known && voltages > 0;
}
