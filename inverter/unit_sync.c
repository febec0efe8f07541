/* Getting in step again after a missing reply, so that a late one is never taken for another's.
 *
 * A unit answers in order. So once a question is answered, nothing asked before it is still on its
 * way: provided that the answer is its own, and not a late one to the same question asked before.
 * Hence the questions here, whose answers look like no other and never change, and hence none of
 * them is used again while an answer to it may still come. */
#include "inverter/unit_inner.h"

enum { LATE_MS = 30000 }; /* what has not come by then is lost */

static const enum ask steps[UNIT_SYNCS] = {ASK_PROTOCOL, ASK_SERIAL, ASK_SERIAL_LONG, ASK_FIRMWARE};

static bool is_owed(const struct unit *unit, size_t step, int64_t now_ms)
{
    return unit->owed_ms[step] && now_ms - unit->owed_ms[step] < LATE_MS;
}

static bool is_usable(const struct unit *unit, size_t step)
{
    return unit_settled(unit, steps[step]) && !unit_lacks(unit, steps[step]);
}

enum ask sync_next(const struct unit *unit, int64_t *due_ms, int64_t now_ms)
{
    enum ask found = ASK_PROTOCOL;
    *due_ms = INT64_MAX;
    for (size_t i = 0; i < UNIT_SYNCS; i++) {
        if (i > 0 && !is_usable(unit, i))
            continue;
        int64_t at_ms = is_owed(unit, i, now_ms) ? unit->owed_ms[i] + LATE_MS : now_ms;
        if (at_ms < *due_ms) {
            *due_ms = at_ms;
            found = steps[i];
        }
    }
    return found;
}

void sync_asked(struct unit *unit, enum ask ask, int64_t now_ms)
{
    unit->wary = false;
    for (size_t i = 0; i < UNIT_SYNCS; i++)
        unit->wary |= is_owed(unit, i, now_ms);
    for (size_t i = 0; i < UNIT_SYNCS; i++) {
        if (steps[i] != ask)
            continue;
        unit->doubt = is_owed(unit, i, now_ms);
        unit->owed_ms[i] = now_ms;
    }
}

void sync_answered(struct unit *unit, enum ask ask)
{
    for (size_t i = 0; i < UNIT_SYNCS; i++) {
        if (steps[i] != ask || unit->doubt)
            continue;
        unit->unsure = false;
        unit->sync_tries = 0;
        for (size_t k = 0; k < UNIT_SYNCS; k++)
            unit->owed_ms[k] = 0;
    }
}

/* It was believed, so nothing older was on its way. */
void sync_refused(struct unit *unit)
{
    for (size_t i = 0; i < UNIT_SYNCS; i++)
        unit->owed_ms[i] = 0;
}
