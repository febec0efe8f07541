/* The cap policy: how full the bank may be charged now, why, until when, and what is announced.
 *
 * The default is the config's cap. Above it stands, in this order,
 *   a one-off      "100 % by Saturday 8:00", asked for by a person; begins as late as the charge
 *                  seen in the hours of the day allows and ends by itself at its time,
 *   a task         a balancing charge or a calibration excursion that is needed; announced
 *                  CAP_NOTICE_S before it begins, can be postponed, never silent,
 *   a manual cap   asked for by a person, until it is taken back,
 *   the schedule   weekdays and hours of the config.
 * A manual cap below the default keeps tasks waiting.
 *
 * The cap never rises for want of knowledge: while the time, the charge, the temperature or the BMS
 * is unknown, what stands in force is the default, or less where less stood before.
 *
 * Why a cap pays and why an excursion to just past the knee replaces most full charges: the flat
 * part of a lithium iron phosphate cell tells no charge, its knee tells it to a percent, and cells
 * with the knee above the cap must be brought there now and then.
 *
 * Pure: monotonic time and wall clock are arguments. */
#ifndef BUSBAR_BMS_CAP_H
#define BUSBAR_BMS_CAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CAP_PERIODS = 16, CAP_HOURS = 24, CAP_MIN_PERMILLE = 300 };

enum {
    CAP_NOTICE_S = 86400,           /* a task is announced this long before it begins */
    CAP_LEASE_S = 14 * 86400,       /* a one-off lies at most this far ahead */
    CAP_LEAD_S = 2 * 86400,         /* and is in force at most this long */
    CAP_POSTPONE_S = 30 * 86400,    /* a task is postponed at most this long after its notice */
    CAP_RUN_S = 3 * 86400,          /* a task that has not succeeded by then has failed */
    CAP_RETRY_S = 7 * 86400,        /* and is announced anew at the earliest after this */
    CAP_REST_S = 21 * 86400,        /* after a task, none for cell difference or band before this */
    CAP_SETTLE_MS = 60000,          /* a clock that has jumped is believed again after this */
    CAP_JUMP_MS = 2000,             /* it has jumped when it moved so far beside monotonic time */
    CAP_SUN_MARGIN_PERMILLE = 250,      /* a one-off counts on this much less sun, and more load */
    CAP_EXCURSION_MAX_PERMILLE = 950,
};

/* One row of the schedule. Local time; to_min <= from_min reaches past midnight. */
struct cap_period {
    uint8_t weekdays;               /* bits, 0 = Monday .. 6 = Sunday: of its beginning */
    int16_t from_min, to_min;       /* minute of the day, 0..1439; to_min up to 1440 */
    int32_t cap_permille;
};

struct cap_config {
    int32_t default_permille;
    int32_t capacity_mAh;
    uint8_t periods;                /* the first that fits stands */
    struct cap_period period[CAP_PERIODS];
    int32_t full_days;              /* a full charge is needed this long after the last; 0 = never */
    int32_t delta_mV;               /* or when cells differ by more under charge; 0 = never */
    int32_t band_permille;          /* or when the charge is known no better; 0 = never */
    int32_t knee_permille;          /* charge of the cell's knee; 0 = not known: no excursion */
    int32_t past_knee_permille;     /* how far past it an excursion goes */
    int32_t full_min;               /* minutes at full until the cells count as balanced */
    int32_t cold_dC;                /* nothing rises above the default below this */
    bool never;                     /* the owner's word: nothing ever rises above the default */
};

/* Local time is wall_s + offset_s, and + offset_after_s from change_s on (daylight saving). */
struct cap_clock {
    int64_t wall_s;                 /* since 1970, UTC; before 2024 = not known */
    int32_t offset_s, offset_after_s;
    int64_t change_s;               /* the next change of the offset; 0 = none foreseen */
};

struct cap_input {
    struct cap_clock clock;
    bool soc_known;
    int32_t soc_permille, error_permille;
    bool current_known;
    int32_t current_mA;             /* + charges */
    bool held;                      /* the cap stops charging now */
    bool cells_known;
    int32_t cell_delta_mV;
    bool temp_known;
    int32_t temp_min_dC;
    bool bms_well;                  /* heard in time and without an alarm */
    bool full;                      /* BMS or cell voltages say so */
};

enum cap_reason {
    CAP_DEFAULT, CAP_SCHEDULE, CAP_MANUAL, CAP_ONE_OFF, CAP_BALANCING, CAP_EXCURSION, CAP_REASONS
};
/* What keeps a cap down that would stand above the default. */
enum cap_block {
    CAP_FREE, CAP_NO_CLOCK, CAP_NO_CHARGE_KNOWN, CAP_BMS, CAP_COLD, CAP_NEVER, CAP_BLOCKS
};
enum cap_need { CAP_NEED_NONE, CAP_NEED_DAYS, CAP_NEED_DELTA, CAP_NEED_BAND, CAP_NEEDS };
enum cap_task { CAP_NO_TASK, CAP_TASK_BALANCING, CAP_TASK_EXCURSION, CAP_TASKS };

/* Happened in this step; bits of cap_decision.events. */
enum cap_event {
    CAP_TASK_ANNOUNCED, CAP_TASK_WITHDRAWN, CAP_TASK_BEGUN, CAP_TASK_DONE, CAP_TASK_FAILED,
    CAP_ONE_OFF_BEGUN, CAP_ONE_OFF_REACHED, CAP_ONE_OFF_MISSED, CAP_CLOCK_JUMPED, CAP_EVENTS
};

struct cap_decision {
    int32_t cap_permille;
    enum cap_reason reason;
    enum cap_block block;           /* of what would stand else */
    enum cap_reason wanted;         /* what that is; CAP_DEFAULT = nothing */
    int64_t until_s;                /* the reason ends by itself; 0 = it does not */
    /* announced: begins at from_s, unless it is postponed or no longer needed */
    enum cap_task task;             /* announced or running */
    enum cap_need need;
    int64_t task_from_s;            /* 0 = running */
    int32_t one_off_permille;       /* waiting; 0 = none or in force */
    int64_t one_off_from_s;         /* 0 = not planned: the charge is not known */
    int64_t one_off_by_s;
    bool one_off_short;             /* the sun seen so far does not suffice for it */
    uint32_t events;
};

/* What survives a restart. Times are wall clock, seconds since 1970; 0 = never. */
struct cap_memory {
    int32_t manual_permille;        /* 0 = none */
    int32_t target_permille;        /* of the one-off; 0 = none */
    int64_t by_s, begun_s;          /* of the one-off */
    bool reached;
    uint8_t task, need;             /* enum cap_task, enum cap_need */
    int64_t announced_s, due_s, run_s;
    int64_t rest_s;                 /* no task is announced before this */
    int64_t quiet_s;                /* none for cell difference or band before this */
    int64_t full_s;                 /* last full charge; before one was seen, the first start */
    int64_t seen_s;                 /* newest time seen */
    int32_t hour_mA[CAP_HOURS];     /* battery current seen at this local hour, + charges */
    uint32_t hours_known;           /* bits: hour_mA is a figure */
};

struct cap {
    struct cap_memory memory;
    int64_t last_ms;                /* 0 = no step yet */
    int64_t wall_ms_beside;         /* wall clock less monotonic, at the last step */
    int64_t unsettled_ms;           /* the clock jumped then; 0 = it is believed */
    int64_t delta_since_ms, band_since_ms; /* 0 = not */
    int64_t full_for_ms;            /* at full, since it was last well below */
    int64_t planned_ms;             /* the one-off was last planned */
    int64_t begin_s;                /* and begins then */
    bool is_short;
    int8_t hour;                    /* being measured, -1 = none */
    int64_t hour_mAms, hour_ms;
    int64_t before_uA;              /* charge current, mean of the last quarter of an hour of it */
    uint32_t events;
    struct cap_decision out;
};

void cap_init(struct cap *cap, const struct cap_config *config);
/* After cap_init: what an earlier run has left. */
void cap_restore(struct cap *cap, const struct cap_memory *memory);

/* At least once a minute. The decision also stays in cap->out. */
struct cap_decision cap_step(struct cap *cap, const struct cap_config *config,
                             const struct cap_input *input, int64_t now_ms);

/* Requests of a person; now is input's. 0, or a negative errno with the reason in why.
 * -ERANGE: a figure that is not allowed; -EAGAIN: the clock is not known; -EPERM: the owner said
 * never; -ENOENT: there is nothing to cancel or postpone. */
int cap_ask_manual(struct cap *cap, const struct cap_config *config, int32_t cap_permille,
                   char *why, size_t room);
int cap_ask_one_off(struct cap *cap, const struct cap_config *config, int32_t target_permille,
                    int64_t by_s, const struct cap_clock *clock, char *why, size_t room);
int cap_ask_cancel(struct cap *cap, char *why, size_t room);
int cap_ask_postpone(struct cap *cap, int64_t seconds, const struct cap_clock *clock, char *why,
                     size_t room);

/* --- for people --- */
const char *cap_reason_text(enum cap_reason reason);
const char *cap_block_text(enum cap_block block);
const char *cap_need_text(enum cap_need need);
const char *cap_task_text(enum cap_task task);
const char *cap_event_text(enum cap_event event);

/* "Sat 2026-11-28 08:00", local. */
enum { CAP_TIME_SIZE = 24 };
void cap_time_text(char out[CAP_TIME_SIZE], const struct cap_clock *clock, int64_t wall_s);

/* "70.0 %: the default", "100.0 %: one-off until Sat 2026-11-28 08:00". */
void cap_sentence(char *out, size_t room, const struct cap_decision *decision,
                  const struct cap_clock *clock);
/* What is held back, waits and is announced: a line each. */
enum { CAP_NEWS = 3, CAP_NEWS_SIZE = 160 };
struct cap_news {
    size_t count;
    char line[CAP_NEWS][CAP_NEWS_SIZE];
};
void cap_announcements(struct cap_news *news, const struct cap_decision *decision,
                       const struct cap_clock *clock);

/* --- its parts: bms/cap_task.c, bms/cap_plan.c --- */
bool cap_clock_known(const struct cap *cap, const struct cap_clock *clock);
int64_t cap_local_s(const struct cap_clock *clock, int64_t wall_s);
int64_t cap_wall_s(const struct cap_clock *clock, int64_t local_s);
/* A manual cap below the default keeps tasks waiting. */
bool cap_kept_low(const struct cap_memory *memory, const struct cap_config *config);
void cap_task_step(struct cap *cap, const struct cap_config *config, const struct cap_input *input,
                   int64_t now_ms, int64_t passed_ms);
void cap_plan_step(struct cap *cap, const struct cap_config *config, const struct cap_input *input,
                   int64_t now_ms, int64_t passed_ms);

#endif
