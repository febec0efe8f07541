#include "bms/cap.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

enum { DAY_S = 86400, KNOWN_FROM_S = 1704067200 /* 2024-01-01 */ };

void cap_init(struct cap *cap, const struct cap_config *config)
{
    *cap = (struct cap){.hour = -1, .out.cap_permille = config->default_permille};
}

void cap_restore(struct cap *cap, const struct cap_memory *memory)
{
    cap->memory = *memory;
}

/* --- time --- */

int64_t cap_local_s(const struct cap_clock *clock, int64_t wall_s)
{
    bool after = clock->change_s && wall_s >= clock->change_s;
    return wall_s + (after ? clock->offset_after_s : clock->offset_s);
}

int64_t cap_wall_s(const struct cap_clock *clock, int64_t local_s)
{
    int64_t wall_s = local_s - clock->offset_s;
    bool after = clock->change_s && wall_s >= clock->change_s;
    return after ? local_s - clock->offset_after_s : wall_s;
}

bool cap_clock_known(const struct cap *cap, const struct cap_clock *clock)
{
    return clock->wall_s >= KNOWN_FROM_S && cap->unsettled_ms == 0;
}

static void shift(int64_t *wall_s, int64_t by_s)
{
    if (*wall_s)
        *wall_s += by_s;
}

/* Spans of time keep their true length; the one-off's end is what a person's clock shows. */
static void clock_jumped(struct cap *cap, int64_t by_s, int64_t now_ms)
{
    struct cap_memory *m = &cap->memory;
    shift(&m->announced_s, by_s);
    shift(&m->due_s, by_s);
    shift(&m->run_s, by_s);
    shift(&m->rest_s, by_s);
    shift(&m->quiet_s, by_s);
    shift(&m->full_s, by_s);
    shift(&m->begun_s, by_s);
    cap->unsettled_ms = now_ms;
    cap->planned_ms = 0;
    cap->events |= 1u << CAP_CLOCK_JUMPED;
}

/* A clock that stands before what an earlier run has seen has jumped while nobody looked. */
static void clock_step(struct cap *cap, const struct cap_clock *clock, int64_t now_ms)
{
    struct cap_memory *m = &cap->memory;
    if (clock->wall_s < KNOWN_FROM_S)
        return;
    int64_t beside_ms = clock->wall_s * 1000 - now_ms;
    int64_t moved_ms = beside_ms - cap->wall_ms_beside;
    if (cap->wall_ms_beside == 0 && m->seen_s > clock->wall_s + CAP_JUMP_MS / 1000)
        clock_jumped(cap, clock->wall_s - m->seen_s, now_ms);
    else if (cap->wall_ms_beside && (moved_ms > CAP_JUMP_MS || moved_ms < -CAP_JUMP_MS))
        clock_jumped(cap, moved_ms / 1000, now_ms);
    else if (cap->unsettled_ms && now_ms - cap->unsettled_ms >= CAP_SETTLE_MS)
        cap->unsettled_ms = 0;
    cap->wall_ms_beside = beside_ms;
    m->seen_s = clock->wall_s;
    if (m->full_s == 0)
        m->full_s = clock->wall_s;
}

/* --- the schedule --- */

/* The period that stands at this local time, or NULL; where it ends, local. */
static const struct cap_period *period_now(const struct cap_config *config, int64_t local_s,
                                           int64_t *end_s)
{
    int64_t day = local_s / DAY_S;
    int minute = (int)(local_s % DAY_S / 60);
    int weekday = (int)((day + 3) % 7); /* 1970-01-01 was a Thursday */
    for (size_t i = 0; i < config->periods; i++) {
        const struct cap_period *p = &config->period[i];
        bool over_midnight = p->to_min <= p->from_min;
        bool today = p->weekdays >> weekday & 1, yesterday = p->weekdays >> (weekday + 6) % 7 & 1;
        bool begun = today && minute >= p->from_min && (over_midnight || minute < p->to_min);
        bool left = over_midnight && yesterday && minute < p->to_min;
        if (!begun && !left)
            continue;
        *end_s = (day + (begun && over_midnight)) * DAY_S + p->to_min * 60;
        return p;
    }
    return NULL;
}

/* --- what stands --- */

bool cap_kept_low(const struct cap_memory *memory, const struct cap_config *config)
{
    return memory->manual_permille && memory->manual_permille < config->default_permille;
}

struct wish {
    int32_t permille;
    enum cap_reason reason;
    int64_t until_s;
};

static struct wish task_wish(const struct cap *cap, const struct cap_config *config,
                             const struct cap_input *input)
{
    if (cap->memory.task == CAP_TASK_BALANCING)
        return (struct wish){1000, CAP_BALANCING, cap->memory.run_s + CAP_RUN_S};
    /* charging stops where charge + error reaches the cap, so the error is added: the middle of
     * the estimate gets past the knee */
    int32_t to = config->knee_permille + config->past_knee_permille + input->error_permille;
    if (to > CAP_EXCURSION_MAX_PERMILLE)
        to = CAP_EXCURSION_MAX_PERMILLE;
    return (struct wish){to, CAP_EXCURSION, cap->memory.run_s + CAP_RUN_S};
}

static struct wish wish_now(const struct cap *cap, const struct cap_config *config,
                            const struct cap_input *input)
{
    const struct cap_memory *m = &cap->memory;
    int64_t end_s;
    const struct cap_period *period = NULL;
    if (m->target_permille && m->begun_s)
        return (struct wish){m->target_permille, CAP_ONE_OFF, m->by_s};
    if (m->run_s && !cap_kept_low(m, config))
        return task_wish(cap, config, input);
    if (m->manual_permille)
        return (struct wish){m->manual_permille, CAP_MANUAL, 0};
    if (cap_clock_known(cap, &input->clock))
        period = period_now(config, cap_local_s(&input->clock, input->clock.wall_s), &end_s);
    if (period)
        return (struct wish){period->cap_permille, CAP_SCHEDULE, cap_wall_s(&input->clock, end_s)};
    return (struct wish){config->default_permille, CAP_DEFAULT, 0};
}

static enum cap_block block_of(const struct cap *cap, const struct cap_config *config,
                               const struct cap_input *input, enum cap_reason reason)
{
    if (config->never)
        return CAP_NEVER;
    if (reason != CAP_MANUAL && !cap_clock_known(cap, &input->clock))
        return CAP_NO_CLOCK;
    if (!input->soc_known)
        return CAP_NO_CHARGE_KNOWN;
    if (!input->bms_well)
        return CAP_BMS;
    if (!input->temp_known || input->temp_min_dC < config->cold_dC)
        return CAP_COLD;
    return CAP_FREE;
}

static void announce(struct cap *cap, struct cap_decision *out)
{
    const struct cap_memory *m = &cap->memory;
    out->task = (enum cap_task)m->task;
    out->need = (enum cap_need)m->need;
    out->task_from_s = m->run_s ? 0 : m->due_s;
    if (m->target_permille && !m->begun_s) {
        out->one_off_permille = m->target_permille;
        out->one_off_from_s = cap->planned_ms ? cap->begin_s : 0;
        out->one_off_by_s = m->by_s;
        out->one_off_short = cap->is_short;
    }
}

static void decide(struct cap *cap, const struct cap_config *config, const struct cap_input *input)
{
    struct wish wish = wish_now(cap, config, input);
    struct cap_decision out = {.cap_permille = wish.permille,
                               .reason = wish.reason,
                               .wanted = wish.reason,
                               .until_s = wish.until_s};
    bool rises = wish.permille > config->default_permille;
    if (rises)
        out.block = block_of(cap, config, input, wish.reason);
    if (out.block) {
        out.cap_permille = config->default_permille;
        out.reason = CAP_DEFAULT;
        out.until_s = 0;
    }
    /* a low cap of the schedule outlasts its clock */
    int32_t before = cap->out.cap_permille;
    bool unknown = !cap_clock_known(cap, &input->clock) && config->periods;
    if (unknown && out.reason == CAP_DEFAULT && before < out.cap_permille) {
        out.cap_permille = before;
        out.reason = out.wanted = CAP_SCHEDULE;
        out.block = CAP_NO_CLOCK;
    }
    announce(cap, &out);
    out.events = cap->events;
    cap->events = 0;
    cap->out = out;
}

struct cap_decision cap_step(struct cap *cap, const struct cap_config *config,
                             const struct cap_input *input, int64_t now_ms)
{
    assert(cap && config && input && config->default_permille > 0);
    int64_t passed_ms = cap->last_ms ? now_ms - cap->last_ms : 0;
    cap->last_ms = now_ms;
    clock_step(cap, &input->clock, now_ms);
    if (cap_clock_known(cap, &input->clock)) {
        cap_plan_step(cap, config, input, now_ms, passed_ms);
        cap_task_step(cap, config, input, now_ms, passed_ms);
    }
    decide(cap, config, input);
    return cap->out;
}
