/* What is asked when: each question has a time when it is due, the longest due is next. On a slow
 * line the live ones are always due, so they take turns and the others slip in between. */
#include "inverter/unit_inner.h"

enum {
    ONCE = 0,
    LIVE_MS = 500, /* less than 2400 baud allow for status, mode and second input */
    MINUTE_MS = 60000,
    HURRY_MS = 1000,  /* warnings in a fault; others in parallel, until its own number is known;
                       * what was silent */
    RETRY_MS = 10000, /* what every unit has, and this one refused */
    LATER_MS = 1000,  /* when what identifies nobody begins */
    APART_MS = 250
};

/* clang-format off */
/* In the order of the first round. A needed one that stays silent means that the unit is gone. */
static const struct poll {
    enum ask ask;
    int32_t period_ms;
    bool needed, identifies;
} polls[] = {
    {ASK_PROTOCOL,       ONCE,      true,  true},
    {ASK_SERIAL,         ONCE,      false, true},
    {ASK_SERIAL_LONG,    ONCE,      false, true},    /* where there is no short one */
    {ASK_STATUS,         LIVE_MS,   true,  true},
    {ASK_MODE,           LIVE_MS,   true,  true},
    {ASK_RATING,         MINUTE_MS, true,  true},
    {ASK_SETTINGS,       MINUTE_MS, false, true},
    {ASK_STATUS2,        LIVE_MS,   false, true},
    {ASK_CHARGE_LIST,    ONCE,      false, true},
    {ASK_CHARGER_SWITCH, MINUTE_MS, false, true},
    {ASK_WARNINGS,       5000,      false, false},
    {ASK_PARALLEL,       5000,      false, false},
    {ASK_FIRMWARE,       ONCE,      false, false},
    {ASK_AC_CHARGE_LIST, ONCE,      false, false},
    {ASK_MODEL,          ONCE,      false, false},
    {ASK_STAGE,          10000,     false, false},
    {ASK_ENERGY_PV,      MINUTE_MS, false, false},
    {ASK_ENERGY_LOAD,    MINUTE_MS, false, false},
};
/* clang-format on */

enum { POLLS = sizeof polls / sizeof *polls };

static const struct poll *poll_of(enum ask ask)
{
    for (size_t i = 0; i < POLLS; i++)
        if (polls[i].ask == ask)
            return &polls[i];
    return NULL;
}

bool plan_needed(enum ask ask)
{
    const struct poll *poll = poll_of(ask);
    return poll && poll->needed;
}

void plan_begin(struct unit *unit, int64_t now_ms)
{
    for (size_t i = 0; i < POLLS; i++)
        unit->due_ms[polls[i].ask] =
            now_ms + (int64_t)i + (polls[i].identifies ? 0 : LATER_MS + (int64_t)i * APART_MS);
}

static bool has(const struct unit *unit, enum ask ask)
{
    return ask == ASK_PROTOCOL || (unit->protocol && protocol_question(unit->protocol, ask));
}

/* May be asked at all. */
static bool is_open(const struct unit *unit, enum ask ask)
{
    if (ask == ASK_PROTOCOL)
        return true;
    if (!unit_settled(unit, ASK_PROTOCOL) || !has(unit, ask))
        return false;
    if (ask == ASK_SERIAL_LONG)
        return unit_lacks(unit, ASK_SERIAL) || !has(unit, ASK_SERIAL);
    if (ask == ASK_PARALLEL)
        return unit->config.parallel > 0 && unit->readings.output_mode.value > 0;
    return true;
}

/* Answered, or known to be lacking: the first round goes on. */
static void settle(struct unit *unit, enum ask ask)
{
    bool all = true;
    unit->settled |= 1u << ask;
    for (size_t i = 0; i < POLLS; i++)
        all = all && (!polls[i].identifies || !is_open(unit, polls[i].ask) ||
                      unit_settled(unit, polls[i].ask));
    unit->identified = unit->protocol && all;
}

/* The status goes before the next try; what was silent for ten minutes has one. */
bool plan_missed(struct unit *unit, enum ask ask, int64_t now_ms)
{
    int tries = unit->identified ? 3 : 2;
    unit->due_ms[ask] = now_ms + HURRY_MS;
    unit->due_ms[ASK_STATUS] = 0;
    if (++unit->missed[ask] < tries && !unit_lacks(unit, ask))
        return false;
    unit->missed[ask] = 0;
    return true;
}

void plan_answered(struct unit *unit, enum ask ask)
{
    unit->missed[ask] = 0;
    const struct poll *poll = poll_of(ask);
    bool hurry = (ask == ASK_WARNINGS && unit->readings.mode.value == MODE_FAULT) ||
                 (ask == ASK_PARALLEL && parallel_number(unit) < 0);
    int32_t period_ms = hurry ? HURRY_MS : poll ? poll->period_ms : ONCE;
    unit->lacking &= ~(1u << ask);
    unit->due_ms[ask] = period_ms ? unit->asked_ms + period_ms : INT64_MAX;
    settle(unit, ask);
}

/* A NAK may have been a damaged request, so it is not believed for ever, and not for long where every
 * unit has it. */
void plan_lacking(struct unit *unit, enum ask ask, int64_t now_ms)
{
    unit->lacking |= 1u << ask;
    unit->due_ms[ask] = now_ms + (plan_needed(ask) ? RETRY_MS : UNIT_LACKING_MS);
    settle(unit, ask);
}

enum ask plan_next(const struct unit *unit, int64_t *due_ms)
{
    enum ask found = ASK_PROTOCOL;
    for (size_t i = 0; i < POLLS; i++) {
        enum ask ask = polls[i].ask;
        if (is_open(unit, ask) && unit->due_ms[ask] < unit->due_ms[found])
            found = ask;
    }
    *due_ms = unit->due_ms[found];
    return found;
}
