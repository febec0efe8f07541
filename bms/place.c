#include "bms/place.h"

#include <assert.h>
#include <stddef.h>

#include "bms/bank.h"

static const uint32_t fatal_alarms = 1u << ALARM_SHORT | 1u << ALARM_INTERNAL;

static int32_t size(int32_t x)
{
    return x < 0 ? -x : x;
}

static bool carries(const struct pack_readings *p, int64_t now_ms)
{
    return reading_fresh(&p->current_mA, now_ms, BANK_FRESH_MS) &&
           size(p->current_mA.value) > PACK_QUIET_mA;
}

static bool quiet(const struct pack_readings *p, int64_t now_ms)
{
    return reading_fresh(&p->current_mA, now_ms, BANK_FRESH_MS) && !carries(p, now_ms);
}

static bool tells_open(const struct pack_readings *p, int64_t now_ms)
{
    bool contactor = reading_or(&p->alarms, now_ms, BANK_FRESH_MS, 0) & 1 << ALARM_CONTACTOR;
    bool refuses = !reading_or(&p->charge_ok, now_ms, BANK_FRESH_MS, 1) &&
                   !reading_or(&p->discharge_ok, now_ms, BANK_FRESH_MS, 1);
    return contactor || refuses;
}

/* Every pack with a fresh voltage that stands, or is first seen, on the bus bar. */
static bool on_bar(const struct pack_memory *m, const struct pack_readings *p, int64_t now_ms)
{
    return (m->place == PLACE_IN || m->place == PLACE_UNSEEN) && !m->told && !m->asked_out &&
           reading_fresh(&p->voltage_mV, now_ms, BANK_FRESH_MS);
}

static int32_t join_mV(const struct bank_config *config)
{
    return config->join_mV > 0 ? config->join_mV : config->cells * JOIN_CELL_mV;
}

/* Is pack i apart from most of the others? Without others it is not. */
static bool differs(struct pack_memory memory[], const struct bank_config *config,
                    const struct pack_readings packs[], size_t i, bool loaded, int64_t now_ms)
{
    int32_t others = 0, apart = 0;
    int64_t sum_mV = 0;
    for (size_t k = 0; k < config->packs; k++) {
        if (k == i || config->pack_out[k] || !on_bar(&memory[k], &packs[k], now_ms) ||
            (loaded && !carries(&packs[k], now_ms)))
            continue;
        others++;
        sum_mV += packs[k].voltage_mV.value;
        apart += size(packs[i].voltage_mV.value - packs[k].voltage_mV.value) > join_mV(config);
    }
    memory[i].apart_mV = others ? packs[i].voltage_mV.value - (int32_t)(sum_mV / others) : 0;
    return 2 * apart > others;
}

static bool lasts(int64_t *since_ms, bool so, int64_t for_ms, int64_t now_ms)
{
    *since_ms = !so ? 0 : *since_ms ? *since_ms : now_ms;
    return so && now_ms - *since_ms >= for_ms;
}

static enum pack_place quiet_place(struct pack_memory *m, bool apart, int64_t now_ms)
{
    bool left = lasts(&m->apart_ms, apart, PLACE_APART_MS, now_ms);
    bool fits = lasts(&m->within_ms, !apart, PLACE_JOIN_MS, now_ms);
    switch (m->place) {
    case PLACE_UNSEEN:
        return apart ? PLACE_APART : PLACE_IN;
    case PLACE_IN:
        return left ? PLACE_APART : PLACE_IN;
    case PLACE_LEAVING:
    case PLACE_OPEN:
    case PLACE_OUT:
    case PLACE_APART:
        return fits ? PLACE_IN : PLACE_APART;
    case PLACES:
        break;
    }
    assert(false);
    return PLACE_APART;
}

/* It tells that it is open and carries no current: open, unless current has proved it wrong. */
static enum pack_place told_place(struct pack_memory *m, const struct pack_readings *p,
                                  int64_t now_ms)
{
    bool rests = lasts(&m->quiet_ms, quiet(p, now_ms), PLACE_STUCK_MS, now_ms);
    if (!quiet(p, now_ms))
        return PLACE_IN;
    return m->proofs == 0 || (m->proofs == 1 && rests) ? PLACE_OPEN : m->place;
}

static enum pack_place place_next(struct pack_memory *m, const struct pack_readings *p, bool out,
                                  bool apart, int64_t now_ms)
{
    bool before = p->current_mA.heard_ms <= m->told_ms;
    if (m->told && before && !quiet(p, now_ms) && now_ms - m->told_ms <= PLACE_LEAVING_MS)
        return PLACE_LEAVING;
    if (carries(p, now_ms)) {
        if (m->told && m->place != PLACE_IN && m->proofs < 2)
            m->proofs++;
        m->quiet_ms = 0;
        return PLACE_IN;
    }
    if (out)
        return PLACE_OUT;
    if (m->told)
        return told_place(m, p, now_ms);
    if (pack_age_ms(p, now_ms) > BANK_FRESH_MS)
        return m->place == PLACE_LEAVING ? PLACE_OPEN : m->place;
    return quiet_place(m, apart, now_ms);
}

static void hear(struct pack_memory *m, const struct pack_readings *p, int64_t now_ms)
{
    bool told = tells_open(p, now_ms);
    if (told && !m->told) {
        m->told_ms = now_ms;
        m->proofs = 0;
        m->quiet_ms = 0;
    }
    m->told = told;
}

/* Where no quiet pack would stay, nothing is known of who is apart: all that could stay do. */
static bool any_stays(const bool apart[], const bool on[], size_t packs)
{
    for (size_t i = 0; i < packs; i++)
        if (on[i] && !apart[i])
            return true;
    return false;
}

/* Packs that refuse both directions with no current in any other may well be connected: they are
 * the bank, and their word stops it. A contactor alarm is no refusal. */
static void keep_refusing(struct pack_memory memory[], const struct bank_config *config,
                          const struct pack_readings packs[])
{
    for (size_t i = 0; i < config->packs; i++)
        if (place_counted(memory[i].place))
            return;
    for (size_t i = 0; i < config->packs; i++)
        if (memory[i].place == PLACE_OPEN && memory[i].told &&
            !(packs[i].alarms.value & 1 << ALARM_CONTACTOR))
            memory[i].place = PLACE_IN;
}

void places_step(struct pack_memory memory[], const struct bank_config *config,
                 const struct pack_readings packs[], int64_t now_ms)
{
    assert(memory && config && packs && config->packs <= MAX_PACKS);
    bool apart[MAX_PACKS], on[MAX_PACKS], loaded = false;
    for (size_t i = 0; i < config->packs; i++) {
        hear(&memory[i], &packs[i], now_ms);
        loaded = loaded || carries(&packs[i], now_ms);
    }
    for (size_t i = 0; i < config->packs; i++) {
        on[i] = !config->pack_out[i] && on_bar(&memory[i], &packs[i], now_ms);
        apart[i] = reading_fresh(&packs[i].voltage_mV, now_ms, BANK_FRESH_MS) &&
                   differs(memory, config, packs, i, loaded, now_ms);
    }
    bool known = loaded || any_stays(apart, on, config->packs);
    for (size_t i = 0; i < config->packs; i++) {
        struct pack_memory *m = &memory[i];
        bool out = config->pack_out[i] || m->asked_out;
        m->place = place_next(m, &packs[i], out, apart[i] && (known || !on[i]), now_ms);
    }
    keep_refusing(memory, config, packs);
    for (size_t i = 0; i < config->packs; i++)
        if (place_counted(memory[i].place))
            memory[i].latched |= (uint32_t)packs[i].alarms.value & fatal_alarms;
}

void soc_watch(struct pack_memory *m, const struct pack_readings *p, int32_t capacity_mAh,
               int64_t now_ms)
{
    if (!reading_fresh(&p->soc_permille, now_ms, BANK_CHARGE_MS))
        return;
    int32_t soc = p->soc_permille.value;
    int64_t passed_ms = now_ms - m->soc_ms;
    if (size(p->current_mA.value) > m->most_mA)
        m->most_mA = size(p->current_mA.value);
    int64_t by_current = capacity_mAh > 0 ? passed_ms * m->most_mA / capacity_mAh / 3600 : 0;
    int64_t may = SOC_STEP_PERMILLE + passed_ms * SOC_DRIFT_PERMILLE / 60000 + by_current;
    bool jumped = m->soc_ms && size(soc - m->soc_permille) > may;
    if (jumped) {
        m->jump_ms = now_ms;
        m->jump_from_permille = m->soc_permille;
    }
    if (jumped || m->soc_ms == 0 || passed_ms >= 60000) {
        m->soc_ms = now_ms;
        m->soc_permille = soc;
        m->most_mA = 0;
    }
    if (m->jump_ms && now_ms - m->jump_ms > SOC_DOUBT_MS)
        m->jump_ms = 0;
}

const char *pack_place_text(enum pack_place place)
{
    static const char *const text[PLACES] = {
        [PLACE_UNSEEN] = "never heard",
        [PLACE_IN] = "connected",
        [PLACE_LEAVING] = "opening",
        [PLACE_OPEN] = "disconnected by its BMS",
        [PLACE_OUT] = "taken out by the owner",
        [PLACE_APART] = "apart by its voltage",
    };
    assert((unsigned)place < PLACES);
    return text[place];
}
