#include "app/supply.h"

#include <assert.h>

enum { STEP_MS = 100 };

static void enter(struct supply *supply, enum supply_state state, int64_t now_ms)
{
    supply->state = state;
    supply->since_ms = now_ms;
    supply->quiet_ms = 0;
}

/* A silent wallbox is not known to be quiet. */
static bool quiet_long(struct supply *supply, const struct supply_input *input, int64_t now_ms)
{
    bool quiet = input->box_fresh && !input->contactor && input->current_dA < SUPPLY_QUIET_dA;
    supply->quiet_ms = !quiet ? 0 : supply->quiet_ms ? supply->quiet_ms : now_ms;
    return supply->quiet_ms && now_ms - supply->quiet_ms >= SUPPLY_QUIET_MS;
}

/* Its AC input has gone: it feeds the car from its battery, and changes back by itself when the input
 * is there again. */
static bool input_lost(const struct supply *supply, const struct supply_input *input)
{
    return supply->source == SUPPLY_BYPASS && input->unit_fresh && input->seen == SUPPLY_OWN;
}

/* A silent unit may still change, as soon as it hears its order; so may one that was told otherwise a
 * moment ago, and another wish waits. Without AC input only another wish ends it. */
static void changing_step(struct supply *supply, const struct supply_input *input, int64_t now_ms)
{
    bool late = now_ms - supply->since_ms >= SUPPLY_CHANGE_MS;
    if (!input->unit_fresh)
        supply->since_ms = now_ms;
    else if (input->seen == supply->source || (late && !input_lost(supply, input)))
        enter(supply, SUPPLY_LOCKOUT, now_ms);
    else if (late)
        supply->source = input->wanted;
}

int64_t supply_step(struct supply *supply, const struct supply_input *input, int64_t now_ms)
{
    switch (supply->state) {
    case SUPPLY_UNKNOWN:
        if (input->unit_fresh) {
            supply->source = input->seen;
            enter(supply, SUPPLY_STEADY, now_ms);
        }
        break;
    case SUPPLY_STEADY:
        if (input->wanted != supply->source)
            enter(supply, SUPPLY_WIND_DOWN, now_ms);
        else if (input_lost(supply, input))
            enter(supply, SUPPLY_CHANGING, now_ms);
        break;
    case SUPPLY_WIND_DOWN:
        if (input->wanted == supply->source) {
            enter(supply, SUPPLY_STEADY, now_ms);
        } else if (quiet_long(supply, input, now_ms)) {
            supply->source = input->wanted;
            enter(supply, SUPPLY_CHANGING, now_ms);
        }
        break;
    case SUPPLY_CHANGING:
        changing_step(supply, input, now_ms);
        break;
    case SUPPLY_LOCKOUT:
        if (now_ms - supply->since_ms >= SUPPLY_LOCKOUT_MS)
            enter(supply, input_lost(supply, input) ? SUPPLY_CHANGING : SUPPLY_STEADY, now_ms);
        break;
    case SUPPLY_STATES:
        assert(false);
    }
    return now_ms + STEP_MS;
}

void supply_follow(struct supply *supply, enum supply_source wanted, enum ac_state ac, bool there,
                   int64_t now_ms)
{
    static const enum supply_state states[AC_STATES] = {
        [AC_START] = SUPPLY_UNKNOWN,          [AC_STEADY] = SUPPLY_STEADY,
        [AC_WIND_DOWN] = SUPPLY_WIND_DOWN,    [AC_OPEN_LINE] = SUPPLY_CHANGING,
        [AC_OPEN_NEUTRAL] = SUPPLY_CHANGING,  [AC_DEAD] = SUPPLY_CHANGING,
        [AC_CLOSE_NEUTRAL] = SUPPLY_CHANGING, [AC_CLOSE_LINE] = SUPPLY_CHANGING,
        [AC_VERIFY] = SUPPLY_CHANGING,        [AC_LOCKOUT] = SUPPLY_LOCKOUT,
        [AC_HOLD] = SUPPLY_UNKNOWN,
    };
    enum supply_state state = ac == AC_STEADY && !there ? SUPPLY_WIND_DOWN : states[ac];
    supply->source = wanted;
    if (supply->state != state)
        enter(supply, state, now_ms);
}
