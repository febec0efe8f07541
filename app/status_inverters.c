#include "app/status_inverters.h"

#include "app/status.h"

#include <stdio.h>
#include <string.h>

#include "inverter/faults.h"

/* protobuf-c wants char * though it only reads. */
static const char *severity_name(enum severity severity)
{
    static const char *const names[] = {"none", "usual", "warning", "fault"};
    return names[severity];
}

static int32_t left_told(int32_t left_ms)
{
    return left_ms == OVERLOAD_NEVER ? -1 : left_ms;
}

static const char *stage_name(enum charge_stage stage)
{
    static const char *const names[] = {
        [STAGE_UNKNOWN] = "unknown", [STAGE_NONE] = "none",   [STAGE_BULK] = "bulk",
        [STAGE_ABSORB] = "absorb",   [STAGE_FLOAT] = "float",
    };
    return names[stage];
}

/* --- one unit --- */

static void fault_add(struct status_inverter *out, const struct fault_words *words,
                      enum severity severity, int32_t code, int bit)
{
    size_t n = out->message.n_faults;
    if (n == STATUS_FAULTS)
        return;
    Busbar__InverterFault *fault = out->fault_at[n] = &out->faults[n];
    busbar__inverter_fault__init(fault);
    fault->severity = as_text(severity_name(severity));
    fault->text = as_text(words ? words->text : "a code no document names");
    fault->means = as_text(words ? words->means : "");
    fault->first = as_text(words ? words->first : "look it up in the manual of this very model");
    fault->code = code;
    fault->bit = bit;
    out->message.n_faults++;
}

/* The fault, then what goes with it, then warnings, then what is usual. */
static void faults_fill(struct status_inverter *out, const struct inverter_bank_unit_state *state)
{
    bool fault = state->fault_code || state->warnings[0] >> WARNING_INVERTER_FAULT & 1;
    if (state->fault_code)
        fault_add(out, fault_words(state->fault_code), SEVERITY_FAULT, state->fault_code, -1);
    for (int severity = SEVERITY_FAULT; severity > SEVERITY_NONE; severity--)
        for (int bit = 0; bit < WARNING_BITS; bit++)
            if (state->warnings[bit / 32] >> bit % 32 & 1 &&
                (int)warning_severity(bit, fault) == severity)
                fault_add(out, warning_words(bit), (enum severity)severity, 0, bit);
    out->message.faults = out->fault_at;
}

static void energy_fill(struct status_inverter *out, const struct energy_unit *energy)
{
    for (int k = 0; k < ENERGY_KINDS; k++) {
        const struct energy_count *count = &energy->count[k];
        Busbar__Energy *to = out->energy_at[k] = &out->energy[k];
        busbar__energy__init(to);
        to->name = as_text(energy_kind_name((enum energy_kind)k));
        to->total_wh = energy_Wh(count->total_mJ);
        to->today_wh = energy_Wh(count->total_mJ - count->day_mJ);
        to->own_count = count->own;
        to->gap_s = count->gap_ms / 1000;
        to->resets = count->resets;
    }
    out->message.n_energy = ENERGY_KINDS;
    out->message.energy = out->energy_at;
}

static void overload_fill(struct status_inverter *out, const struct inverter_bank_unit_state *state)
{
    int at = 0;
    out->message.load_permille = state->load_permille;
    out->message.overload_left_ms = left_told(state->left_ms);
    out->message.overload_used_permille = state->used_ppm / 1000;
    *out->curve = '\0';
    for (size_t i = 0; i < state->curve.points && at < STATUS_CURVE_SIZE; i++)
        at += snprintf(out->curve + at, sizeof out->curve - (size_t)at, "%s%d:%g", i ? " " : "",
                       state->curve.point[i].percent, state->curve.point[i].ms / 1000.0);
    out->message.overload_curve = out->curve;
}

static void unit_fill(struct status_inverter *out, const struct controller *c, size_t i,
                      int64_t now_ms)
{
    enum { HEATSINK_MS = 15000 };
    const struct inverter_bank_unit *v = &c->inverters.view.unit[i];
    const struct inverter_bank_member *member = &c->config->inverter_bank.unit[i];
    const struct unit_readings *r = &c->plant.units[i].readings;
    Busbar__InverterUnit *to = &out->message;
    busbar__inverter_unit__init(to);
    to->name = as_text(member->name);
    to->serial = as_text(v->serial);
    to->model = as_text(v->model);
    to->protocol = as_text(r->protocol);
    to->firmware = as_text(v->firmware);
    to->heard = v->heard;
    to->mode = as_text(unit_mode_name(v->mode));
    to->phase = member->phase;
    to->group = as_text(c->config->inverter_bank.group[member->group].name);
    to->output_w = v->output_W;
    to->output_va = v->output_VA;
    to->rated_w = v->rated_W > 0 ? v->rated_W : member->rated_W;
    to->battery_ma = v->battery_mA;
    to->battery_mv = v->battery_cV > 0 ? v->battery_cV * 10 : 0;
    to->pv_w = v->pv_W;
    to->heatsink_known = reading_fresh(&r->heatsink_C, now_ms, HEATSINK_MS);
    to->heatsink_c = r->heatsink_C.value;
    to->fault_code = c->inverters.bank.unit[i].fault_code;
    to->charge_stage = as_text(stage_name(v->stage));
    faults_fill(out, &c->inverters.bank.unit[i]);
    overload_fill(out, &c->inverters.bank.unit[i]);
    energy_fill(out, &c->inverters.energy[i]);
}

/* --- groups and phases --- */

static void phase_fill(Busbar__InverterPhase *to, size_t p, const struct inverter_phase *from)
{
    busbar__inverter_phase__init(to);
    to->phase = (uint32_t)p + 1;
    to->units = from->units;
    to->running = from->running;
    to->output_w = from->W;
    to->output_va = from->VA;
    to->rated_w = from->rated_W;
    to->headroom_w = from->headroom_W;
    to->current_ma = from->current_mA;
    to->overload_left_ms = left_told(from->left_ms);
}

static void group_fill(struct status_inverter_group *out, const struct controller *c, size_t g)
{
    const struct inverter_bank_group *group = &c->config->inverter_bank.group[g];
    const struct inverter_group_state *state = &c->inverters.bank.group[g];
    Busbar__InverterGroup *to = &out->message;
    busbar__inverter_group__init(to);
    to->name = as_text(group->name);
    to->wiring = as_text(inverter_wiring_name(group->wiring));
    for (size_t p = 0; p < PHASES; p++)
        if (state->phase[p].units) {
            out->phase_at[to->n_phases] = &out->phases[to->n_phases];
            phase_fill(&out->phases[to->n_phases++], p, &state->phase[p]);
        }
    to->phases = out->phase_at;
    to->neutral_known = state->neutral_known;
    to->neutral_low_ma = state->neutral.low_mA;
    to->neutral_high_ma = state->neutral.high_mA;
}

/* --- what a person should know --- */

static void code_line(struct why *news, const char *name, int32_t code)
{
    const struct fault_words *words = fault_words(code);
    snprintf(why_line(news), WHY_SIZE, "%s: FAULT %02d, %s; first: %s", name, code,
             words ? words->text : "a code no document names",
             words ? words->first : "look it up in the manual of this very model");
}

static void warning_lines(struct why *news, const char *name,
                          const struct inverter_bank_unit_state *state)
{
    bool fault = state->fault_code || state->warnings[0] >> WARNING_INVERTER_FAULT & 1;
    for (int bit = 0; bit < WARNING_BITS; bit++) {
        enum severity severity = warning_severity(bit, fault);
        if (severity >= SEVERITY_WARNING && state->warnings[bit / 32] >> bit % 32 & 1)
            snprintf(why_line(news), WHY_SIZE, "%s: %s, %s; first: %s", name,
                     severity == SEVERITY_FAULT ? "FAULT" : "warning", warning_text(bit),
                     warning_words(bit)->first);
    }
}

static void unit_news(struct why *news, const struct controller *c, size_t i)
{
    const struct inverter_side *side = &c->inverters;
    const struct inverter_bank_config *config = &c->config->inverter_bank;
    const struct inverter_bank_unit_state *state = &side->bank.unit[i];
    char line[INVERTER_SENTENCE];
    if (state->fault_code)
        code_line(news, config->unit[i].name, state->fault_code);
    if (state->left_ms != OVERLOAD_NEVER)
        snprintf(why_line(news), WHY_SIZE, "%s: OVERLOAD, at %d.%d %% it switches off in %d.%d s",
                 config->unit[i].name, state->load_permille / 10, state->load_permille % 10,
                 state->left_ms / 1000, state->left_ms % 1000 / 100);
    warning_lines(news, config->unit[i].name, state);
    for (int k = 0; k < INVERTER_CHECKS; k++)
        if (inverter_doubt_sentence(line, sizeof line, &side->bank, config, &side->view,
                                    (enum inverter_check)k, i) > 0)
            snprintf(why_line(news), WHY_SIZE, "%s", line);
    if (inverter_float_sentence(line, sizeof line, &side->bank, config, &side->view, i) > 0)
        snprintf(why_line(news), WHY_SIZE, "%s", line);
}

void inverter_news(struct why *news, const struct controller *c)
{
    for (size_t i = 0; i < c->config->inverter_count; i++)
        unit_news(news, c, i);
}

/* --- all of it --- */

static void plant_fill(Busbar__PlantEnergy *to, struct plant_energy energy)
{
    busbar__plant_energy__init(to);
    to->p = energy.P;
    to->l = energy.L;
    to->t = energy.T;
    to->v = energy.V;
}

Busbar__InverterBank *status_inverters(struct status_inverters *status, const struct controller *c,
                                       int64_t now_ms)
{
    Busbar__InverterBank *out = &status->message;
    busbar__inverter_bank__init(out);
    out->n_units = c->config->inverter_count;
    out->units = status->unit_at;
    for (size_t i = 0; i < out->n_units; i++) {
        status->unit_at[i] = &status->units[i].message;
        unit_fill(&status->units[i], c, i, now_ms);
    }
    out->n_groups = c->config->inverter_bank.groups;
    out->groups = status->group_at;
    for (size_t g = 0; g < out->n_groups; g++) {
        status->group_at[g] = &status->groups[g].message;
        group_fill(&status->groups[g], c, g);
    }
    plant_fill(&status->energy, plant_energy(&c->inverters, out->n_units, false));
    plant_fill(&status->today, plant_energy(&c->inverters, out->n_units, true));
    out->energy = &status->energy;
    out->today = &status->today;
    out->day_known = c->inverters.day != 0;
    status->news.count = 0;
    inverter_news(&status->news, c);
    for (size_t i = 0; i < status->news.count; i++)
        status->news_at[i] = status->news.lines[i];
    out->n_news = status->news.count;
    out->news = status->news_at;
    return out;
}
