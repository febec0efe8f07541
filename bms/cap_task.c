/* Balancing charges and calibration excursions: needed, announced, postponed, begun, ended. */
#include "bms/cap.h"

enum {
    DAY_S = 86400,
    DELTA_MS = 600000,  /* cells must differ this long under charge */
    BAND_MS = 86400000, /* the band must be too wide for a day: a night's rest may tell more */
    CHARGING_PART = 50  /* a current of at least C/50 is charge */
};

/* Since when something holds without a break; 0 = it does not. */
static void since(int64_t *since_ms, bool holds, int64_t now_ms)
{
    if (!holds)
        *since_ms = 0;
    else if (*since_ms == 0)
        *since_ms = now_ms;
}

static void watch(struct cap *cap, const struct cap_config *config, const struct cap_input *input,
                  int64_t now_ms)
{
    bool charging = input->current_known &&
                    input->current_mA >= config->capacity_mAh / CHARGING_PART && input->bms_well;
    bool apart = config->delta_mV && input->cells_known && input->cell_delta_mV > config->delta_mV;
    bool wide =
        config->band_permille && input->soc_known && input->error_permille > config->band_permille;
    since(&cap->delta_since_ms, apart && charging, now_ms);
    since(&cap->band_since_ms, wide, now_ms);
}

static enum cap_need need_now(const struct cap *cap, const struct cap_config *config, int64_t now_s,
                              int64_t now_ms)
{
    const struct cap_memory *m = &cap->memory;
    if (config->full_days && now_s - m->full_s >= (int64_t)config->full_days * DAY_S)
        return CAP_NEED_DAYS;
    if (now_s < m->quiet_s)
        return CAP_NEED_NONE;
    if (cap->delta_since_ms && now_ms - cap->delta_since_ms >= DELTA_MS)
        return CAP_NEED_DELTA;
    if (cap->band_since_ms && now_ms - cap->band_since_ms >= BAND_MS)
        return CAP_NEED_BAND;
    return CAP_NEED_NONE;
}

/* A knee below the cap is passed each day, and past one far up with a wide band the bank is nearly
 * full: then only the end of charge tells more. */
static bool excursion_helps(const struct cap_config *config, const struct cap_input *input)
{
    int32_t to = config->knee_permille + config->past_knee_permille;
    return config->knee_permille && to > config->default_permille &&
           to + input->error_permille <= CAP_EXCURSION_MAX_PERMILLE;
}

static void task_end(struct cap *cap, enum cap_event event, int64_t rest_s, int64_t quiet_s)
{
    struct cap_memory *m = &cap->memory;
    m->task = CAP_NO_TASK;
    m->need = CAP_NEED_NONE;
    m->announced_s = m->due_s = m->run_s = 0;
    if (rest_s)
        m->rest_s = rest_s;
    if (quiet_s)
        m->quiet_s = quiet_s;
    cap->delta_since_ms = cap->band_since_ms = 0;
    cap->events |= 1u << event;
}

static void task_seek(struct cap *cap, const struct cap_config *config,
                      const struct cap_input *input, int64_t now_ms)
{
    int64_t now_s = input->clock.wall_s;
    struct cap_memory *m = &cap->memory;
    enum cap_need need = need_now(cap, config, now_s, now_ms);
    if (need == CAP_NEED_NONE || now_s < m->rest_s)
        return;
    bool excursion = need == CAP_NEED_BAND && excursion_helps(config, input);
    m->task = excursion ? CAP_TASK_EXCURSION : CAP_TASK_BALANCING;
    m->need = (uint8_t)need;
    m->announced_s = now_s;
    m->due_s = now_s + CAP_NOTICE_S;
    cap->events |= 1u << CAP_TASK_ANNOUNCED;
}

static bool still_needed(const struct cap *cap, const struct cap_config *config,
                         const struct cap_input *input, int64_t now_s)
{
    const struct cap_memory *m = &cap->memory;
    switch ((enum cap_need)m->need) {
    case CAP_NEED_DAYS:
        return now_s - m->full_s >= (int64_t)config->full_days * DAY_S;
    case CAP_NEED_DELTA:
        return m->full_s < m->announced_s;
    case CAP_NEED_BAND:
        /* an anchor brought it back by itself */
        return !input->soc_known || input->error_permille > config->band_permille / 2;
    case CAP_NEED_NONE:
    case CAP_NEEDS:
        break;
    }
    return false;
}

static bool excursion_passed(const struct cap_config *config, const struct cap_input *input)
{
    return input->soc_known &&
           input->soc_permille >= config->knee_permille + config->past_knee_permille;
}

static void task_run(struct cap *cap, const struct cap_config *config,
                     const struct cap_input *input, int64_t now_s)
{
    const struct cap_memory *m = &cap->memory;
    int64_t quiet_s = now_s + CAP_REST_S;
    bool done =
        m->task == CAP_TASK_BALANCING ? m->full_s >= m->run_s : excursion_passed(config, input);
    if (done)
        task_end(cap, CAP_TASK_DONE, 0, quiet_s);
    else if (now_s - m->run_s >= CAP_RUN_S)
        task_end(cap, CAP_TASK_FAILED, now_s + CAP_RETRY_S, 0);
}

/* A charge counts as full once the cells had their minutes at the top. */
static void full_step(struct cap *cap, const struct cap_config *config,
                      const struct cap_input *input, int64_t passed_ms)
{
    enum { LEFT_PERMILLE = 930 };
    if (input->full)
        cap->full_for_ms += passed_ms;
    else if (!input->soc_known || input->soc_permille < LEFT_PERMILLE)
        cap->full_for_ms = 0;
    if (input->full && cap->full_for_ms >= (int64_t)config->full_min * 60000)
        cap->memory.full_s = input->clock.wall_s;
}

void cap_task_step(struct cap *cap, const struct cap_config *config, const struct cap_input *input,
                   int64_t now_ms, int64_t passed_ms)
{
    struct cap_memory *m = &cap->memory;
    int64_t now_s = input->clock.wall_s;
    watch(cap, config, input, now_ms);
    full_step(cap, config, input, passed_ms);
    if (config->never) {
        if (m->task)
            task_end(cap, CAP_TASK_WITHDRAWN, 0, 0);
        return;
    }
    if (m->task == CAP_NO_TASK)
        task_seek(cap, config, input, now_ms);
    else if (m->run_s)
        task_run(cap, config, input, now_s);
    else if (!still_needed(cap, config, input, now_s))
        task_end(cap, CAP_TASK_WITHDRAWN, 0, 0);
    else if (now_s >= m->due_s && !cap_kept_low(m, config)) {
        m->run_s = now_s;
        cap->events |= 1u << CAP_TASK_BEGUN;
    }
}
