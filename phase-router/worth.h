/* Whether moving strings on its own account is worth it.
 *
 * A person's push moves strings at once. What this judges is a better layout found later, while a
 * session runs: the gain over the time it will be used, against the energy lost while the moved
 * strings' trackers start again, and against the wear of their contacts. Clouds move nothing: power
 * is taken as its mean over about smooth_ms, and the new layout must have been better all through
 * stay_ms; then dwell_ms and a budget a day come on top. */
#ifndef BUSBAR_PHASE_ROUTER_WORTH_H
#define BUSBAR_PHASE_ROUTER_WORTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/limits.h"

struct worth_config {
    int32_t smooth_ms;           /* 600000: time constant of the mean */
    int32_t horizon_ms;          /* 3600000: how long a layout is expected to be used */
    int32_t restart_ms;          /* 180000: a moved string delivers nothing for so long: transfer, PV
                                  * detection and the tracker's ramp */
    int32_t transfer_Wh;         /* 20: the price of two contact operations */
    int32_t margin_permille;     /* 500: the gain must exceed the cost by this */
    int32_t stay_ms;             /* 600000 */
    int32_t dwell_ms;            /* 900000 between two changes of the layout */
    int32_t changes_per_day;     /* 6 */
};
extern const struct worth_config worth_defaults;

enum worth_verdict {
    WORTH_MOVE,
    WORTH_NO_GAIN,               /* the layout that stands delivers as much */
    WORTH_TOO_DEAR,              /* restart and wear cost more than is gained */
    WORTH_TOO_NEW,               /* better, but not for long enough: a cloud, perhaps */
    WORTH_DWELL,
    WORTH_BUDGET,
    WORTH_WORN,                  /* a contact that would move has used up its life */
    WORTH_VERDICTS
};
const char *worth_verdict_text(enum worth_verdict verdict);

struct worth {
    struct worth_config config;
    int64_t mean_uW[MAX_STRINGS];
    int64_t seen_ms;             /* 0 = no power seen yet */
    int64_t better_ms;           /* a better layout is known since; 0 = none */
    int64_t changed_ms;          /* of the layout; 0 = never */
    int64_t day_ms;
    int32_t changed_today;
};

struct worth_question {
    int32_t now_W, then_W;       /* what the charge point gets, by the mean power: as it is; moved */
    int32_t moved_W;             /* mean power of the strings that would move */
    uint8_t transfers;
    bool worn;                   /* a contact that would move is at the end of its life */
};
struct worth_answer {
    enum worth_verdict verdict;
    int32_t gain_Wh, cost_Wh;
};

void worth_init(struct worth *worth, const struct worth_config *config);
/* The power of each string, at any pace. */
void worth_see(struct worth *worth, const int32_t string_W[], size_t strings, int64_t now_ms);
/* What each string is expected to deliver for a while. */
void worth_forecast(const struct worth *worth, size_t strings, int32_t string_W[]);
struct worth_answer worth_judge(struct worth *worth, const struct worth_question *question,
                                int64_t now_ms);
/* The layout was changed, by whoever wanted it. */
void worth_changed(struct worth *worth, bool asked, int64_t now_ms);

#endif
