/* What a person may ask of the cap: a manual cap, a one-off, its end, a later balancing. */
#include <errno.h>
#include <stdio.h>

#include "bms/cap.h"

static int allowed(int32_t permille, char *why, size_t room)
{
    if (permille >= CAP_MIN_PERMILLE && permille <= 1000)
        return 0;
    snprintf(why, room, "%d permille is not allowed: %d to 1000", permille, CAP_MIN_PERMILLE);
    return -ERANGE;
}

static int refuse_never(char *why, size_t room)
{
    snprintf(why, room, "the config says that the cap never rises: battery.cap_raise");
    return -EPERM;
}

static int refuse_clock(char *why, size_t room)
{
    snprintf(why, room, "the clock is not known, or has just jumped: try again in a minute");
    return -EAGAIN;
}

int cap_ask_manual(struct cap *cap, const struct cap_config *config, int32_t cap_permille,
                   char *why, size_t room)
{
    int status = cap_permille ? allowed(cap_permille, why, room) : 0;
    if (status < 0)
        return status;
    if (config->never && cap_permille > config->default_permille)
        return refuse_never(why, room);
    cap->memory.manual_permille = cap_permille;
    int32_t now = cap_permille ? cap_permille : config->default_permille;
    snprintf(why, room, "the cap is %d.%d %% now%s", now / 10, now % 10,
             cap_permille ? "" : ", as configured");
    return 0;
}

int cap_ask_one_off(struct cap *cap, const struct cap_config *config, int32_t target_permille,
                    int64_t by_s, const struct cap_clock *clock, char *why, size_t room)
{
    char time[CAP_TIME_SIZE];
    int status = allowed(target_permille, why, room);
    if (status < 0)
        return status;
    if (config->never)
        return refuse_never(why, room);
    if (!cap_clock_known(cap, clock))
        return refuse_clock(why, room);
    if (target_permille <= config->default_permille) {
        snprintf(why, room, "%d.%d %% is not above the cap of %d.%d %%", target_permille / 10,
                 target_permille % 10, config->default_permille / 10,
                 config->default_permille % 10);
        return -ERANGE;
    }
    cap_time_text(time, clock, by_s);
    if (by_s <= clock->wall_s || by_s - clock->wall_s > CAP_LEASE_S) {
        snprintf(why, room, "%s is not allowed: later than now, within %d days", time,
                 CAP_LEASE_S / 86400);
        return -ERANGE;
    }
    cap->memory.target_permille = target_permille;
    cap->memory.by_s = by_s;
    cap->memory.begun_s = 0;
    cap->memory.reached = false;
    cap->planned_ms = 0;
    snprintf(why, room, "%d.%d %% by %s; begins as late as the sun seen so far allows",
             target_permille / 10, target_permille % 10, time);
    return 0;
}

int cap_ask_cancel(struct cap *cap, char *why, size_t room)
{
    if (!cap->memory.target_permille) {
        snprintf(why, room, "no charge to a time was asked for");
        return -ENOENT;
    }
    cap->memory.target_permille = 0;
    cap->memory.by_s = cap->memory.begun_s = 0;
    cap->memory.reached = false;
    snprintf(why, room, "cancelled");
    return 0;
}

int cap_ask_postpone(struct cap *cap, int64_t seconds, const struct cap_clock *clock, char *why,
                     size_t room)
{
    struct cap_memory *m = &cap->memory;
    char time[CAP_TIME_SIZE];
    if (m->task == CAP_NO_TASK) {
        snprintf(why, room, "none is announced");
        return -ENOENT;
    }
    if (!cap_clock_known(cap, clock))
        return refuse_clock(why, room);
    int64_t from_s = m->due_s > clock->wall_s ? m->due_s : clock->wall_s;
    int64_t latest_s = m->announced_s + CAP_POSTPONE_S;
    if (seconds <= 0 || seconds > CAP_POSTPONE_S || from_s + seconds > latest_s) {
        cap_time_text(time, clock, latest_s);
        snprintf(why, room, "not later than %s, %d days after it was announced", time,
                 CAP_POSTPONE_S / 86400);
        return -ERANGE;
    }
    m->due_s = from_s + seconds;
    m->run_s = 0;
    cap_time_text(time, clock, m->due_s);
    snprintf(why, room, "the %s begins %s at the earliest", cap_task_text((enum cap_task)m->task),
             time);
    return 0;
}
