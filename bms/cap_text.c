#include <assert.h>
#include <stdio.h>

#include "bms/cap.h"

const char *cap_reason_text(enum cap_reason reason)
{
    static const char *const text[CAP_REASONS] = {
        [CAP_DEFAULT] = "the default",
        [CAP_SCHEDULE] = "the schedule",
        [CAP_MANUAL] = "asked for by a person",
        [CAP_ONE_OFF] = "a charge to a time, asked for by a person",
        [CAP_BALANCING] = "a balancing charge",
        [CAP_EXCURSION] = "an excursion past the knee",
    };
    assert(reason < CAP_REASONS);
    return text[reason];
}

const char *cap_block_text(enum cap_block block)
{
    static const char *const text[CAP_BLOCKS] = {
        [CAP_FREE] = "nothing",
        [CAP_NO_CLOCK] = "the time is not known",
        [CAP_NO_CHARGE_KNOWN] = "the charge is not known",
        [CAP_BMS] = "a BMS is silent or has an alarm",
        [CAP_COLD] = "the cells are too cold, or their temperature is not known",
        [CAP_NEVER] = "the config says never",
    };
    assert(block < CAP_BLOCKS);
    return text[block];
}

const char *cap_need_text(enum cap_need need)
{
    static const char *const text[CAP_NEEDS] = {
        [CAP_NEED_NONE] = "it is not needed",
        [CAP_NEED_DAYS] = "the last full charge is too long ago",
        [CAP_NEED_DELTA] = "the cells differ too much under charge",
        [CAP_NEED_BAND] = "the charge is not known well enough",
    };
    assert(need < CAP_NEEDS);
    return text[need];
}

const char *cap_task_text(enum cap_task task)
{
    static const char *const text[CAP_TASKS] = {
        [CAP_NO_TASK] = "nothing",
        [CAP_TASK_BALANCING] = "balancing charge",
        [CAP_TASK_EXCURSION] = "excursion past the knee",
    };
    assert(task < CAP_TASKS);
    return text[task];
}

const char *cap_event_text(enum cap_event event)
{
    static const char *const text[CAP_EVENTS] = {
        [CAP_TASK_ANNOUNCED] = "announced",
        [CAP_TASK_WITHDRAWN] = "no longer needed",
        [CAP_TASK_BEGUN] = "begun",
        [CAP_TASK_DONE] = "done",
        [CAP_TASK_FAILED] = "not reached in its time",
        [CAP_ONE_OFF_BEGUN] = "the charge to a time begins",
        [CAP_ONE_OFF_REACHED] = "the charge to a time has reached its target",
        [CAP_ONE_OFF_MISSED] = "the charge to a time has missed its target",
        [CAP_CLOCK_JUMPED] = "the clock has jumped",
    };
    assert(event < CAP_EVENTS);
    return text[event];
}

/* Days since 1970 to a date, after H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
void cap_time_text(char out[CAP_TIME_SIZE], const struct cap_clock *clock, int64_t wall_s)
{
    static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const int64_t last_s = 253402214400; /* 9999-12-31 */
    int64_t local_s = wall_s < 0 ? 0 : cap_local_s(clock, wall_s < last_s ? wall_s : last_s);
    if (local_s < 0)
        local_s = 0;
    uint32_t day = (uint32_t)(local_s / 86400), minute = (uint32_t)(local_s % 86400) / 60;
    uint32_t since_march = day + 719468, of_era = since_march % 146097;
    uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint32_t of_year = of_era - (365 * year + year / 4 - year / 100);
    uint32_t month = (5 * of_year + 2) / 153, date = of_year - (153 * month + 2) / 5 + 1;
    month = month < 10 ? month + 3 : month - 9;
    year += since_march / 146097 * 400 + (month <= 2);
    snprintf(out, CAP_TIME_SIZE, "%s %04u-%02u-%02u %02u:%02u", days[day % 7], year % 10000,
             month % 100, date % 100, minute / 60 % 100, minute % 60);
}

void cap_sentence(char *out, size_t room, const struct cap_decision *decision,
                  const struct cap_clock *clock)
{
    char time[CAP_TIME_SIZE];
    bool task = decision->reason == CAP_BALANCING || decision->reason == CAP_EXCURSION;
    cap_time_text(time, clock, decision->until_s);
    snprintf(out, room, "%d.%d %%: %s%s%s", decision->cap_permille / 10,
             decision->cap_permille % 10, cap_reason_text(decision->reason),
             !decision->until_s ? ""
             : task             ? ", until it is done, at the latest "
                                : ", until ",
             decision->until_s ? time : "");
}

static char *line_add(struct cap_news *news)
{
    return news->line[news->count++];
}

void cap_announcements(struct cap_news *news, const struct cap_decision *d,
                       const struct cap_clock *clock)
{
    char from[CAP_TIME_SIZE], by[CAP_TIME_SIZE];
    news->count = 0;
    if (d->block)
        snprintf(line_add(news), CAP_NEWS_SIZE, "%s is held back: %s", cap_reason_text(d->wanted),
                 cap_block_text(d->block));
    if (d->one_off_permille) {
        cap_time_text(by, clock, d->one_off_by_s);
        cap_time_text(from, clock, d->one_off_from_s);
        snprintf(line_add(news), CAP_NEWS_SIZE, "%d.%d %% by %s: begins %s%s%s",
                 d->one_off_permille / 10, d->one_off_permille % 10, by,
                 d->one_off_from_s ? "about " : "when the charge is known",
                 d->one_off_from_s ? from : "",
                 d->one_off_short ? ", and the sun seen so far may not suffice" : "");
    }
    if (d->task && d->task_from_s) {
        cap_time_text(from, clock, d->task_from_s);
        snprintf(line_add(news), CAP_NEWS_SIZE, "%s from %s, because %s", cap_task_text(d->task),
                 from, cap_need_text(d->need));
    } else if (d->task) {
        snprintf(line_add(news), CAP_NEWS_SIZE, "%s under way, because %s", cap_task_text(d->task),
                 cap_need_text(d->need));
    }
}
