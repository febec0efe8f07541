#include "inverter/bank.h"

#include <string.h>

#include "inverter/faults.h"
#include "inverter/unit.h"

enum { LOAD_GAP_MS = 15000, WARNING_AWAY_MS = 60000, LIVE_dV = 500 };

void inverter_bank_init(struct inverter_bank *bank, const struct inverter_bank_config *config)
{
    memset(bank, 0, sizeof *bank);
    for (size_t i = 0; i < config->units; i++) {
        bank->unit[i].load_permille = INVERTER_UNKNOWN;
        bank->unit[i].left_ms = OVERLOAD_NEVER;
    }
}

/* --- one unit --- */

/* The unit judges watts and volt-amperes, each by its own rating; so does its load percent. */
static int32_t load_permille(const struct inverter_bank_member *member,
                             const struct inverter_bank_unit *unit)
{
    int32_t rated_W = unit->rated_W > 0 ? unit->rated_W : member->rated_W;
    int32_t rated_VA = unit->rated_VA > rated_W ? unit->rated_VA : rated_W;
    if (!unit->heard || rated_W <= 0)
        return INVERTER_UNKNOWN;
    int64_t W = (int64_t)unit->output_W * 1000 / rated_W;
    int64_t VA = (int64_t)unit->output_VA * 1000 / rated_VA;
    return (int32_t)(W > VA ? W : VA);
}

/* Counted from one heard load to the next; a gap is neither overload nor rest. */
static void overload_step(struct inverter_bank_unit_state *state,
                          const struct inverter_bank_member *member,
                          const struct inverter_bank_unit *unit)
{
    state->curve = member->overload.points ? member->overload : *overload_of_model(unit->model);
    int32_t before = state->load_permille;
    int64_t passed_ms = unit->load_ms - state->load_ms;
    state->load_permille = load_permille(member, unit);
    if (state->load_permille < 0) {
        state->left_ms = OVERLOAD_NEVER;
        return;
    }
    if (state->load_ms && before >= 0 && passed_ms > 0 && passed_ms <= LOAD_GAP_MS)
        state->used_ppm = overload_used_ppm(&state->curve, state->used_ppm, before, passed_ms);
    state->load_ms = unit->load_ms;
    state->left_ms = overload_left_ms(&state->curve, state->used_ppm, state->load_permille);
}

static void faults_step(struct inverter_bank_unit_state *state,
                        const struct inverter_bank_unit *unit, int64_t now_ms)
{
    if (unit->stranger)
        return;
    if (unit->fault_code >= 0)
        state->fault_code = unit->fault_code;
    else if (unit->heard && unit->mode != MODE_FAULT)
        state->fault_code = 0;
    if (!unit->warnings_known)
        return;
    for (int bit = 0; bit < 64; bit++) {
        uint32_t mask = (uint32_t)1 << bit % 32;
        if (unit->warnings[bit / 32] & mask)
            state->warned_ms[bit] = now_ms;
        bool stands = state->warned_ms[bit] && now_ms - state->warned_ms[bit] < WARNING_AWAY_MS;
        if (stands)
            state->warnings[bit / 32] |= mask;
        else
            state->warnings[bit / 32] &= ~mask;
    }
}

/* --- phases --- */

static bool gives_out(const struct inverter_bank_unit *unit)
{
    return unit->output_dV >= LIVE_dV && unit->mode != MODE_STANDBY && unit->mode != MODE_FAULT &&
           unit->mode != MODE_SHUTDOWN && unit->mode != MODE_POWER_ON;
}

struct phase_sum {
    int64_t dV, least_W; /* sum of voltages; headroom of the fullest unit */
};

static void phase_add(struct inverter_phase *phase, struct phase_sum *sum,
                      const struct inverter_bank_member *member,
                      const struct inverter_bank_unit *unit,
                      const struct inverter_bank_unit_state *state)
{
    phase->units++;
    if (!unit->heard)
        return;
    phase->heard++;
    phase->W += unit->output_W;
    phase->VA += unit->output_VA;
    if (!gives_out(unit))
        return;
    int64_t left_W = member->rated_W - unit->output_W;
    if (phase->running == 0 || left_W < sum->least_W)
        sum->least_W = left_W;
    phase->running++;
    phase->rated_W += member->rated_W;
    sum->dV += unit->output_dV;
    if (state->left_ms < phase->left_ms)
        phase->left_ms = state->left_ms;
}

static void phase_close(struct inverter_phase *phase, const struct phase_sum *sum)
{
    int64_t shared_W = sum->least_W * phase->running, whole_W = phase->rated_W - phase->W;
    int64_t head_W = shared_W < whole_W ? shared_W : whole_W;
    phase->headroom_W = head_W > 0 ? (int32_t)head_W : 0;
    int32_t dV = phase->running ? (int32_t)(sum->dV / phase->running) : 0;
    if (phase->heard < phase->units)
        phase->current_mA = INVERTER_UNKNOWN;
    else
        phase->current_mA = dV ? (int32_t)((int64_t)phase->VA * 10000 / dV) : 0;
}

static void group_step(struct inverter_bank *bank, const struct inverter_bank_config *config,
                       const struct inverter_bank_view *view, size_t g)
{
    struct inverter_group_state *group = &bank->group[g];
    struct phase_sum sums[PHASES] = {{0, 0}};
    struct phase_current currents[PHASES];
    memset(group, 0, sizeof *group);
    for (size_t p = 0; p < PHASES; p++)
        group->phase[p].left_ms = OVERLOAD_NEVER;
    for (size_t i = 0; i < config->units; i++)
        if (config->unit[i].group == g) {
            size_t p = config->unit[i].phase - 1u;
            phase_add(&group->phase[p], &sums[p], &config->unit[i], &view->unit[i], &bank->unit[i]);
        }
    group->neutral_known = true;
    for (size_t p = 0; p < PHASES; p++) {
        struct inverter_phase *phase = &group->phase[p];
        phase_close(phase, &sums[p]);
        group->neutral_known &= phase->heard == phase->units;
        int32_t dV = phase->running ? (int32_t)(sums[p].dV / phase->running) : 0;
        currents[p] = phase_current(phase->W, phase->VA, dV);
    }
    if (group->neutral_known)
        group->neutral = neutral_current(config->group[g].wiring, currents);
}

void inverter_bank_step(struct inverter_bank *bank, const struct inverter_bank_config *config,
                        const struct inverter_bank_view *view, int64_t now_ms)
{
    for (size_t i = 0; i < config->units; i++) {
        overload_step(&bank->unit[i], &config->unit[i], &view->unit[i]);
        faults_step(&bank->unit[i], &view->unit[i], now_ms);
        inverter_bank_float(&bank->unit[i].charge, &view->unit[i], now_ms);
    }
    for (size_t g = 0; g < config->groups; g++)
        group_step(bank, config, view, g);
    inverter_bank_check(bank, config, view, now_ms);
    bank->step_ms = now_ms;
}
