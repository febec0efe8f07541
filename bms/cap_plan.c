/* The one-off: how late it may begin, from what the battery was seen to take at each hour. */
#include "bms/cap.h"

enum {
    HOUR_S = 3600,
    HOUR_MS = 3600000,
    WEIGHT = 4, /* days an hour's figure is the mean of, weighted exponentially */
    PLAN_MS = 60000,
    BEFORE_MS = 900000,
    REST_PART = 200 /* less than C/200 is no discharge */
};

static int hour_of(const struct cap_clock *clock, int64_t wall_s)
{
    return (int)(cap_local_s(clock, wall_s) / HOUR_S % CAP_HOURS);
}

/* An hour of which less than half was measured tells nothing. */
static void hour_close(struct cap *cap)
{
    struct cap_memory *m = &cap->memory;
    int h = cap->hour;
    if (h >= 0 && cap->hour_ms >= HOUR_MS / 2) {
        int32_t mean_mA = (int32_t)(cap->hour_mAms / cap->hour_ms);
        bool known = m->hours_known >> h & 1;
        m->hour_mA[h] = known ? m->hour_mA[h] + (mean_mA - m->hour_mA[h]) / WEIGHT : mean_mA;
        m->hours_known |= 1u << h;
    }
    cap->hour_mAms = cap->hour_ms = 0;
}

/* While the cap keeps the sun out nobody sees how much there is. Half of what flowed just before is
 * taken: half a sine cut at any time before three quarters of it brings more than that on average
 * in what is left of it. A discharge is seen as it is. */
static int32_t seen_mA(struct cap *cap, const struct cap_config *config,
                       const struct cap_input *input, int64_t passed_ms)
{
    int32_t mA = input->current_mA, half_mA = (int32_t)(cap->before_uA / 2000);
    if (input->held && mA > -config->capacity_mAh / REST_PART)
        return mA > half_mA ? mA : half_mA;
    if (!input->held && mA > 0)
        cap->before_uA += (mA * 1000LL - cap->before_uA) * passed_ms / (passed_ms + BEFORE_MS);
    return mA;
}

static void hour_step(struct cap *cap, const struct cap_config *config,
                      const struct cap_input *input, int64_t passed_ms)
{
    int hour = hour_of(&input->clock, input->clock.wall_s);
    if (hour != cap->hour) {
        hour_close(cap);
        cap->hour = (int8_t)hour;
    }
    if (!input->current_known)
        return;
    cap->hour_mAms += seen_mA(cap, config, input, passed_ms) * passed_ms;
    cap->hour_ms += passed_ms;
}

/* Charge that a stretch of one local hour brings, mAs; with the margin always on the bad side. An
 * hour never seen brings nothing. */
static int64_t brings_mAs(const struct cap_memory *m, int hour, int64_t seconds)
{
    if (!(m->hours_known >> hour & 1))
        return 0;
    int64_t mA = m->hour_mA[hour];
    int32_t part = mA > 0 ? 1000 - CAP_SUN_MARGIN_PERMILLE : 1000 + CAP_SUN_MARGIN_PERMILLE;
    return mA * part / 1000 * seconds;
}

/* Walks back from the end hour by hour until what comes after an hour covers what is missing, at
 * the best moment up to the end: what the house takes after that, no earlier charge makes good. */
static void plan(struct cap *cap, const struct cap_config *config, const struct cap_input *input)
{
    const struct cap_memory *m = &cap->memory;
    int64_t now_s = input->clock.wall_s, at_s = m->by_s, best_mAs = 0;
    int64_t earliest_s = m->by_s - CAP_LEAD_S > now_s ? m->by_s - CAP_LEAD_S : now_s;
    int32_t low = input->soc_permille - input->error_permille;
    int64_t missing_mAs =
        (int64_t)(m->target_permille - low) * config->capacity_mAh / 1000 * HOUR_S;
    while (best_mAs < missing_mAs && at_s > earliest_s) {
        int64_t slot_s = at_s - 1 - (cap_local_s(&input->clock, at_s - 1) % HOUR_S);
        if (slot_s < earliest_s)
            slot_s = earliest_s;
        best_mAs += brings_mAs(m, hour_of(&input->clock, slot_s), at_s - slot_s);
        if (best_mAs < 0)
            best_mAs = 0;
        at_s = slot_s;
    }
    cap->begin_s = at_s;
    cap->is_short = best_mAs < missing_mAs;
}

static void one_off_end(struct cap *cap)
{
    if (!cap->memory.reached)
        cap->events |= 1u << CAP_ONE_OFF_MISSED;
    cap->memory.target_permille = 0;
    cap->memory.by_s = cap->memory.begun_s = 0;
    cap->memory.reached = false;
    cap->planned_ms = 0;
}

static void one_off_step(struct cap *cap, const struct cap_config *config,
                         const struct cap_input *input, int64_t now_ms)
{
    struct cap_memory *m = &cap->memory;
    int64_t now_s = input->clock.wall_s;
    /* the lease holds even where the clock went back */
    if (now_s >= m->by_s || (m->begun_s && now_s - m->begun_s >= CAP_LEAD_S)) {
        one_off_end(cap);
        return;
    }
    if (!m->begun_s && input->soc_known &&
        (cap->planned_ms == 0 || now_ms - cap->planned_ms >= PLAN_MS)) {
        plan(cap, config, input);
        cap->planned_ms = now_ms;
    }
    if (!m->begun_s && cap->planned_ms && now_s >= cap->begin_s) {
        m->begun_s = now_s;
        cap->events |= 1u << CAP_ONE_OFF_BEGUN;
    }
    bool at_target = input->soc_permille + input->error_permille >= m->target_permille;
    bool reached = m->target_permille < 1000 ? at_target : input->full;
    if (m->begun_s && !m->reached && input->soc_known && reached) {
        m->reached = true;
        cap->events |= 1u << CAP_ONE_OFF_REACHED;
    }
}

void cap_plan_step(struct cap *cap, const struct cap_config *config, const struct cap_input *input,
                   int64_t now_ms, int64_t passed_ms)
{
    hour_step(cap, config, input, passed_ms);
    if (cap->memory.target_permille)
        one_off_step(cap, config, input, now_ms);
}
