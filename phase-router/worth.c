#include "phase-router/worth.h"

#include <assert.h>
#include <string.h>

enum { DAY_MS = 86400000, HOUR_MS = 3600000, uW_PER_W = 1000000, PERMILLE = 1000 };

const struct worth_config worth_defaults = {
    .smooth_ms = 600000,
    .horizon_ms = 3600000,
    .restart_ms = 180000,
    .transfer_Wh = 20,
    .margin_permille = 500,
    .stay_ms = 600000,
    .dwell_ms = 900000,
    .changes_per_day = 6,
};

const char *worth_verdict_text(enum worth_verdict verdict)
{
    static const char *const text[WORTH_VERDICTS] = {
        [WORTH_MOVE] = "it gains more than it costs",
        [WORTH_NO_GAIN] = "the strings stand where they deliver most",
        [WORTH_TOO_DEAR] = "the trackers' restart and the wear cost more than it gains",
        [WORTH_TOO_NEW] = "it has not been better for long enough",
        [WORTH_DWELL] = "the layout was changed not long ago",
        [WORTH_BUDGET] = "it was changed often enough today",
        [WORTH_WORN] = "a contact that would move is at the end of its life",
    };
    assert((unsigned)verdict < WORTH_VERDICTS);
    return text[verdict];
}

void worth_init(struct worth *worth, const struct worth_config *config)
{
    memset(worth, 0, sizeof *worth);
    worth->config = *config;
}

/* A step towards the new value by the share of the time constant that has passed. */
void worth_see(struct worth *worth, const int32_t string_W[], size_t strings, int64_t now_ms)
{
    int64_t passed_ms = now_ms - worth->seen_ms;
    bool first = worth->seen_ms == 0 || passed_ms >= worth->config.smooth_ms;
    for (size_t s = 0; s < strings; s++) {
        int64_t uW = (int64_t)(string_W[s] > 0 ? string_W[s] : 0) * uW_PER_W;
        int64_t step = (uW - worth->mean_uW[s]) / worth->config.smooth_ms * passed_ms;
        worth->mean_uW[s] = first ? uW : worth->mean_uW[s] + step;
    }
    worth->seen_ms = now_ms;
}

void worth_forecast(const struct worth *worth, size_t strings, int32_t string_W[])
{
    for (size_t s = 0; s < strings; s++)
        string_W[s] = (int32_t)(worth->mean_uW[s] / uW_PER_W);
}

static int32_t energy_Wh(int64_t W, int64_t for_ms)
{
    return (int32_t)(W * for_ms / HOUR_MS);
}

static void day_turn(struct worth *worth, int64_t now_ms)
{
    if (worth->day_ms && now_ms - worth->day_ms < DAY_MS)
        return;
    worth->day_ms = now_ms;
    worth->changed_today = 0;
}

static bool dwells(const struct worth *worth, int64_t now_ms)
{
    return worth->changed_ms && now_ms - worth->changed_ms < worth->config.dwell_ms;
}

static enum worth_verdict verdict_of(struct worth *worth, const struct worth_question *question,
                                     const struct worth_answer *answer, int64_t now_ms)
{
    const struct worth_config *config = &worth->config;
    int64_t needed_Wh = answer->cost_Wh * (int64_t)(PERMILLE + config->margin_permille) / PERMILLE;
    bool gains = question->then_W > question->now_W && question->transfers > 0;
    bool better = gains && answer->gain_Wh > needed_Wh;
    worth->better_ms = !better ? 0 : worth->better_ms ? worth->better_ms : now_ms;
    if (!better)
        return gains ? WORTH_TOO_DEAR : WORTH_NO_GAIN;
    if (question->worn)
        return WORTH_WORN;
    if (worth->changed_today >= config->changes_per_day)
        return WORTH_BUDGET;
    if (dwells(worth, now_ms))
        return WORTH_DWELL;
    return now_ms - worth->better_ms < config->stay_ms ? WORTH_TOO_NEW : WORTH_MOVE;
}

struct worth_answer worth_judge(struct worth *worth, const struct worth_question *question,
                                int64_t now_ms)
{
    const struct worth_config *config = &worth->config;
    struct worth_answer answer = {
        .gain_Wh = energy_Wh(question->then_W - question->now_W, config->horizon_ms),
        .cost_Wh = energy_Wh(question->moved_W, config->restart_ms) +
                   config->transfer_Wh * question->transfers,
    };
    day_turn(worth, now_ms);
    answer.verdict = verdict_of(worth, question, &answer, now_ms);
    return answer;
}

void worth_changed(struct worth *worth, bool asked, int64_t now_ms)
{
    day_turn(worth, now_ms);
    worth->changed_ms = now_ms;
    worth->better_ms = 0;
    worth->changed_today += !asked;
}
