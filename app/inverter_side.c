#include "app/inverter_side.h"

#include <string.h>

#include "app/controller.h"
#include "inverter/faults.h"

enum {
    STEP_MS = 1000, /* units are asked once a second */
    LOAD_MS = 15000,
    SETTING_MS = 200000, /* asked each minute, three tries */
    WARNING_MS = 20000,
    STAGE_MS = 60000,
    PEER_MS = 60000,
    CHARGE_WANTED_mA = 5000, /* less is not worth a word */
    DAY_S = 86400
};

/* --- what the units say --- */

static int32_t told(const struct reading *r, int64_t now_ms, int64_t max_age_ms)
{
    return reading_or(r, now_ms, max_age_ms, INVERTER_UNKNOWN);
}

static void settings_look(struct inverter_bank_unit *out, const struct unit_readings *r,
                          int64_t now_ms)
{
    out->rated_W = told(&r->rated_W, now_ms, SETTING_MS);
    out->rated_VA = told(&r->rated_VA, now_ms, SETTING_MS);
    out->bulk_dV = told(&r->bulk_dV, now_ms, SETTING_MS);
    out->float_dV = told(&r->float_dV, now_ms, SETTING_MS);
    out->output_mode = told(&r->output_mode, now_ms, SETTING_MS);
    out->parallel_max = told(&r->parallel_max, now_ms, SETTING_MS);
    out->machine_type = told(&r->machine_type, now_ms, SETTING_MS);
}

static void powers_look(struct inverter_bank_unit *out, const struct unit_readings *r,
                        int64_t now_ms)
{
    out->load_ms = r->output_W.heard_ms;
    out->mode = reading_or(&r->mode, now_ms, LOAD_MS, MODE_UNKNOWN);
    out->output_W = reading_or(&r->output_W, now_ms, LOAD_MS, 0);
    out->output_VA = reading_or(&r->output_VA, now_ms, LOAD_MS, 0);
    out->output_dV = reading_or(&r->output_dV, now_ms, LOAD_MS, 0);
    out->grid_dV = told(&r->grid_dV, now_ms, LOAD_MS);
    out->grid_dHz = told(&r->grid_dHz, now_ms, LOAD_MS);
    out->battery_cV = told(&r->battery_cV, now_ms, LOAD_MS);
    out->battery_mA = reading_or(&r->charge_mA, now_ms, LOAD_MS, 0) -
                      reading_or(&r->discharge_mA, now_ms, LOAD_MS, 0);
    int32_t first = reading_or(&r->pv_dV[0], now_ms, LOAD_MS, 0),
            second = reading_or(&r->pv_dV[1], now_ms, LOAD_MS, 0);
    out->pv_dV = first > second ? first : second;
    out->pv_W =
        reading_or(&r->pv_W[0], now_ms, LOAD_MS, 0) + reading_or(&r->pv_W[1], now_ms, LOAD_MS, 0);
}

/* Q1 tells the stage; the float flag of QPIGS at least that one. */
static enum charge_stage stage_look(const struct unit_readings *r, int64_t now_ms)
{
    int32_t stage = reading_or(&r->charge_stage, now_ms, STAGE_MS, STAGE_UNKNOWN);
    if (stage != STAGE_UNKNOWN)
        return (enum charge_stage)stage;
    int32_t flags = told(&r->status_flags, now_ms, LOAD_MS);
    if (flags == INVERTER_UNKNOWN)
        return STAGE_UNKNOWN;
    return flags >> FLAG_FLOATING & 1 ? STAGE_FLOAT : STAGE_NONE;
}

/* What each unit tells of the others; what it tells of itself is of no use to a comparison. */
static void peers_look(struct controller *c, int64_t now_ms)
{
    struct inverter_bank_view *view = &c->inverters.view;
    view->peers = 0;
    for (size_t i = 0; i < c->config->inverter_count; i++)
        for (size_t n = 0; n < UNIT_PARALLELS && view->peers < INVERTER_PEERS; n++) {
            const struct unit_parallel *p = &c->plant.units[i].parallel[n];
            if (!*p->serial || now_ms - p->heard_ms > PEER_MS || !plant_unit_expected(&c->plant, i))
                continue;
            struct inverter_bank_peer *out = &view->peer[view->peers++];
            *out = (struct inverter_bank_peer){
                .told_by = (uint8_t)i,
                .mode = p->mode,
                .output_W = p->output_W,
                .battery_cV = p->battery_cV,
                .fault_code = p->fault_code,
            };
            memcpy(out->serial, p->serial, sizeof out->serial - 1);
        }
}

static void unit_look(struct controller *c, size_t i, int64_t now_ms)
{
    const struct unit_readings *r = &c->plant.units[i].readings;
    struct inverter_bank_unit *out = &c->inverters.view.unit[i];
    memset(out, 0, sizeof *out);
    memcpy(out->serial, r->serial, sizeof out->serial - 1);
    memcpy(out->firmware, r->firmware, sizeof out->firmware - 1);
    memcpy(out->model, r->model, sizeof out->model - 1);
    out->stranger = !plant_unit_expected(&c->plant, i);
    out->heard = reading_fresh(&r->output_W, now_ms, LOAD_MS) &&
                 reading_fresh(&r->battery_cV, now_ms, LOAD_MS) && !out->stranger;
    powers_look(out, r, now_ms);
    settings_look(out, r, now_ms);
    out->fault_code = told(&r->fault_code, now_ms, WARNING_MS);
    out->warnings_known = reading_fresh(&r->warnings_low, now_ms, WARNING_MS);
    out->warnings[0] = (uint32_t)r->warnings_low.value;
    out->warnings[1] = (uint32_t)r->warnings_high.value;
    out->stage = stage_look(r, now_ms);
    out->charge_wanted = c->limits.charge_mA.value > CHARGE_WANTED_mA &&
                         reading_or(&r->charger_off, now_ms, INT64_MAX, 0) == 0;
}

/* --- energy --- */

/* PI18 tells whole kilowatt hours, the others watt hours (docs/axpert.md). */
static void own_step(struct energy_count *count, const struct reading *Wh, const char *protocol,
                     int32_t rated_W)
{
    enum { KILO = 1000 };
    int32_t step_Wh = strcmp(protocol, "PI18") == 0 ? KILO : 1;
    if (Wh->heard_ms)
        energy_own(count, Wh->value, step_Wh, rated_W, Wh->heard_ms);
}

static void energy_step(struct controller *c, size_t i)
{
    const struct inverter_bank_unit *v = &c->inverters.view.unit[i];
    const struct unit_readings *r = &c->plant.units[i].readings;
    struct energy_unit *energy = &c->inverters.energy[i];
    int32_t rated_W = c->config->inverter_bank.unit[i].rated_W;
    if (v->stranger)
        return;
    energy_serial(energy, v->serial);
    if (!v->heard)
        return;
    own_step(&energy->count[ENERGY_PV], &r->energy_pv_Wh, r->protocol, rated_W);
    own_step(&energy->count[ENERGY_LOAD], &r->energy_load_Wh, r->protocol, rated_W);
    int32_t battery_W = (int32_t)((int64_t)v->battery_mA * v->battery_cV / 100000);
    bool line = v->mode == MODE_LINE || v->mode == MODE_BYPASS;
    const int32_t W[ENERGY_FEED] = {
        [ENERGY_PV] = v->pv_W,
        [ENERGY_LOAD] = v->output_W,
        [ENERGY_CHARGE] = battery_W > 0 ? battery_W : 0,
        [ENERGY_DISCHARGE] = battery_W < 0 ? -battery_W : 0,
        [ENERGY_GRID] = energy_grid_W(line, v->output_W, battery_W, v->pv_W),
    };
    for (int k = 0; k < ENERGY_FEED; k++)
        energy_power(&energy->count[k], W[k], v->load_ms);
    energy_power(&energy->count[ENERGY_FEED], r->feed_W.value, r->feed_W.heard_ms);
}

/* The day changes at local midnight; while the time is not known it does not. */
static void day_step(struct controller *c)
{
    struct inverter_side *side = &c->inverters;
    if (!cap_clock_known(&c->cap, &c->clock))
        return;
    int64_t day = cap_local_s(&c->clock, c->clock.wall_s) / DAY_S;
    if (side->day && day > side->day)
        for (size_t i = 0; i < c->config->inverter_count; i++)
            energy_day(&side->energy[i]);
    if (day > side->day)
        side->day = day;
}

struct plant_energy plant_energy(const struct inverter_side *side, size_t units, bool today)
{
    int64_t mJ[ENERGY_KINDS] = {0};
    for (size_t i = 0; i < units; i++)
        for (int k = 0; k < ENERGY_KINDS; k++) {
            const struct energy_count *count = &side->energy[i].count[k];
            mJ[k] += count->total_mJ - (today ? count->day_mJ : 0);
        }
    int64_t lost_mJ = mJ[ENERGY_PV] + mJ[ENERGY_GRID] + mJ[ENERGY_DISCHARGE] - mJ[ENERGY_LOAD] -
                      mJ[ENERGY_CHARGE] - mJ[ENERGY_FEED];
    return (struct plant_energy){
        .P = energy_Wh(mJ[ENERGY_PV]),
        .L = energy_Wh(mJ[ENERGY_LOAD]),
        .T = energy_Wh(mJ[ENERGY_CHARGE] + mJ[ENERGY_DISCHARGE]),
        .V = energy_Wh(lost_mJ),
    };
}

/* --- the step --- */

void inverter_side_setup(struct controller *c)
{
    inverter_bank_init(&c->inverters.bank, &c->config->inverter_bank);
}

void inverter_side_step(struct controller *c, int64_t now_ms)
{
    struct inverter_side *side = &c->inverters;
    if (now_ms < side->next_ms)
        return;
    side->next_ms = now_ms + STEP_MS;
    day_step(c);
    for (size_t i = 0; i < c->config->inverter_count; i++) {
        unit_look(c, i, now_ms);
        energy_step(c, i);
    }
    peers_look(c, now_ms);
    inverter_bank_step(&side->bank, &c->config->inverter_bank, &side->view, now_ms);
}

/* --- what the journal is told --- */

static void tell_fault(struct controller *c, size_t i, int64_t now_ms)
{
    int32_t now = c->inverters.bank.unit[i].fault_code, *before = &c->inverters.told.fault[i];
    const struct fault_words *words = fault_words(now ? now : *before);
    if (now == *before)
        return;
    if (!words)
        journal_add(&c->journal, JOURNAL_UNIT_FAULT, (int)i, *before, now, now_ms,
                    "a code no document names");
    else if (now)
        journal_add(&c->journal, JOURNAL_UNIT_FAULT, (int)i, *before, now, now_ms, "%s; first: %s",
                    words->text, words->first);
    else
        journal_add(&c->journal, JOURNAL_UNIT_FAULT, (int)i, *before, now, now_ms, "%s: over",
                    words->text);
    *before = now;
}

/* What comes and goes by itself each day, no sun and no grid, is not told. */
static void tell_warnings(struct controller *c, size_t i, int64_t now_ms)
{
    const uint32_t *now = c->inverters.bank.unit[i].warnings;
    uint32_t *before = c->inverters.told.warnings[i];
    for (int bit = 0; bit < WARNING_BITS; bit++) {
        uint32_t mask = (uint32_t)1 << bit % 32;
        bool stands = now[bit / 32] & mask, stood = before[bit / 32] & mask;
        if (stands == stood || warning_severity(bit, false) < SEVERITY_WARNING)
            continue;
        const struct fault_words *words = warning_words(bit);
        if (stands)
            journal_add(&c->journal, JOURNAL_UNIT_WARNING, (int)i, stood, stands, now_ms,
                        "%s; first: %s", words->text, words->first);
        else
            journal_add(&c->journal, JOURNAL_UNIT_WARNING, (int)i, stood, stands, now_ms,
                        "%s: over", words->text);
    }
    before[0] = now[0];
    before[1] = now[1];
}

/* The sentence begins with the unit's name, which the record says already. */
static const char *past_name(const struct controller *c, size_t i, const char *sentence)
{
    size_t length = strlen(c->config->inverter_bank.unit[i].name);
    return strlen(sentence) > length + 2 ? sentence + length + 2 : sentence;
}

static void tell_doubts(struct controller *c, size_t i, int64_t now_ms)
{
    const struct inverter_side *side = &c->inverters;
    char text[INVERTER_SENTENCE];
    for (int k = 0; k < INVERTER_CHECKS; k++) {
        enum inverter_check check = (enum inverter_check)k;
        bool now = side->bank.doubt[k][i].stands, before = side->told.doubt[k][i];
        if (now == before)
            continue;
        if (inverter_doubt_sentence(text, sizeof text, &side->bank, &c->config->inverter_bank,
                                    &side->view, check, i) > 0)
            journal_add(&c->journal, JOURNAL_UNIT_DOUBT, (int)i, before, now, now_ms, "%s",
                        past_name(c, i, text));
        else
            journal_add(&c->journal, JOURNAL_UNIT_DOUBT, (int)i, before, now, now_ms,
                        "%s: it agrees, or is silent", inverter_check_name(check));
        c->inverters.told.doubt[k][i] = now;
    }
}

static void tell_trap(struct controller *c, size_t i, int64_t now_ms)
{
    const struct inverter_side *side = &c->inverters;
    char text[INVERTER_SENTENCE];
    uint8_t now = (uint8_t)side->bank.unit[i].charge.trap, *before = &c->inverters.told.trap[i];
    if (now == *before)
        return;
    if (inverter_float_sentence(text, sizeof text, &side->bank, &c->config->inverter_bank,
                                &side->view, i) > 0)
        journal_add(&c->journal, JOURNAL_UNIT_FLOAT, (int)i, *before, now, now_ms, "%s",
                    past_name(c, i, text));
    else
        journal_add(&c->journal, JOURNAL_UNIT_FLOAT, (int)i, *before, now, now_ms,
                    "it charges again, or nothing is wanted of it");
    *before = now;
}

void tell_inverter_bank(struct controller *c, int64_t now_ms)
{
    if (c->inverters.bank.step_ms != now_ms)
        return;
    for (size_t i = 0; i < c->config->inverter_count; i++) {
        tell_fault(c, i, now_ms);
        tell_warnings(c, i, now_ms);
        tell_doubts(c, i, now_ms);
        tell_trap(c, i, now_ms);
    }
}
