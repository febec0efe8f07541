/* Joins the cap policy to the tick: what it sees, what a person asks of it, what the journal is told.
 */
#include <errno.h>

#include "app/controller.h"

enum {
    FULL_BELOW_CEILING_mV = 30, /* a cell this near to its ceiling is full: charging ends there */
    FULL_BMS_PERMILLE = 995,
    TOLD_SIZE = JOURNAL_CAUSE_SIZE
};

void cap_setup(struct controller *c)
{
    c->cap_config = c->config->cap;
    c->cap_config.default_permille = c->config->bank.cap_permille;
    c->cap_config.capacity_mAh = c->config->bank.capacity_mAh;
    cap_init(&c->cap, &c->cap_config);
    c->told.cap = c->cap.out;
}

/* The BMS says so, or a cell stands where charging ends. */
static bool is_full(const struct controller *c)
{
    const struct bank_config *config = &c->config->bank;
    const struct bank_view *bank = &c->bank;
    int32_t ceiling_mV = config->cell_ceiling_mV              ? config->cell_ceiling_mV
                         : config->chemistry == CHEMISTRY_LFP ? CELL_CEILING_LFP_mV
                                                              : CELL_CEILING_NMC_mV;
    bool cell = bank->cells_known && bank->cell_max_mV >= ceiling_mV - FULL_BELOW_CEILING_mV;
    return bank->known && (cell || bank->bms_soc_min_permille >= FULL_BMS_PERMILLE);
}

void cap_carry(struct controller *c, int64_t now_ms)
{
    const struct bank_view *bank = &c->bank;
    if (c->cap_config.default_permille <= 0)
        return;
    struct cap_input input = {
        .clock = c->clock,
        .soc_known = c->soc.known,
        .soc_permille = c->soc.soc_permille,
        .error_permille = c->soc.error_permille,
        .current_known = bank->current_known,
        .current_mA = bank->current_mA,
        .held = c->guard.cap_held,
        .cells_known = bank->cells_known,
        .cell_delta_mV = bank->cell_max_mV - bank->cell_min_mV,
        .temp_known = bank->temp_known,
        .temp_min_dC = bank->temp_min_dC,
        .bms_well = bank->bms_age_ms <= BANK_CHARGE_MS && bank->alarms == 0,
        .full = is_full(c),
    };
    c->guard.cap_request_permille = cap_step(&c->cap, &c->cap_config, &input, now_ms).cap_permille;
    ageing_note(&c->ageing, bank->known && c->soc.known, c->soc.soc_permille, bank->temp_known,
                bank->temp_max_dC, now_ms);
}

/* --- requests --- */

static int asked(struct controller *c, int status, int64_t now_ms, const char *why)
{
    int32_t cap = c->cap.out.cap_permille;
    if (status < 0)
        return status;
    c->cap_asked++;
    journal_add(&c->journal, JOURNAL_CAP_POLICY, 0, cap, cap, now_ms, "request: %s", why);
    return 0;
}

int controller_cap(struct controller *c, int32_t cap_permille, int64_t now_ms, char *why,
                   size_t room)
{
    int32_t before = c->cap.memory.manual_permille;
    int status = cap_ask_manual(&c->cap, &c->cap_config, cap_permille, why, room);
    return before == cap_permille ? status : asked(c, status, now_ms, why);
}

int controller_charge_to(struct controller *c, int32_t target_permille, int64_t by_s,
                         int64_t now_ms, char *why, size_t room)
{
    int status = target_permille ? cap_ask_one_off(&c->cap, &c->cap_config, target_permille, by_s,
                                                   &c->clock, why, room)
                                 : cap_ask_cancel(&c->cap, why, room);
    return asked(c, status, now_ms, why);
}

int controller_postpone(struct controller *c, int64_t seconds, int64_t now_ms, char *why,
                        size_t room)
{
    return asked(c, cap_ask_postpone(&c->cap, seconds, &c->clock, why, room), now_ms, why);
}

/* --- the journal --- */

static void tell_event(struct controller *c, enum cap_event event, int64_t now_ms)
{
    const struct cap_decision *now = &c->cap.out, *told = &c->told.cap;
    char text[TOLD_SIZE], time[CAP_TIME_SIZE];
    bool task = event <= CAP_TASK_FAILED;
    enum cap_task which = now->task ? now->task : told->task;
    cap_time_text(time, &c->clock, now->task_from_s);
    if (event == CAP_TASK_ANNOUNCED)
        snprintf(text, sizeof text, " for %s: %s", time, cap_need_text(now->need));
    journal_add(&c->journal, JOURNAL_CAP_POLICY, 0, told->cap_permille, now->cap_permille, now_ms,
                "%s%s%s%s", task ? cap_task_text(which) : "", task ? ": " : "",
                cap_event_text(event), event == CAP_TASK_ANNOUNCED ? text : "");
}

/* An excursion's cap follows the band: told once. */
static bool cap_changed(const struct cap_decision *now, const struct cap_decision *told)
{
    bool follows = now->reason == CAP_EXCURSION && told->reason == CAP_EXCURSION;
    return now->reason != told->reason || now->block != told->block ||
           (now->cap_permille != told->cap_permille && !follows);
}

void tell_cap_policy(struct controller *c, int64_t now_ms)
{
    const struct cap_decision *now = &c->cap.out;
    char text[TOLD_SIZE], held[CAP_NEWS_SIZE] = "";
    for (int event = 0; event < CAP_EVENTS; event++)
        if (now->events >> event & 1)
            tell_event(c, (enum cap_event)event, now_ms);
    if (cap_changed(now, &c->told.cap)) {
        cap_sentence(text, sizeof text, now, &c->clock);
        if (now->block)
            snprintf(held, sizeof held, "; %s is held back: %s", cap_reason_text(now->wanted),
                     cap_block_text(now->block));
        journal_add(&c->journal, JOURNAL_CAP_POLICY, 0, c->told.cap.cap_permille, now->cap_permille,
                    now_ms, "%s%s", text, held);
    }
    c->told.cap = *now;
}
