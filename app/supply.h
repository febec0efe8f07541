/* What feeds a charge point: its inverter's AC input (bypass) or the inverter's own sun and battery.
 *
 * The inverter changes over inside itself, between two sources that are not in step. A car must not
 * see that under load (invariant 18): first the car is wound down and its contactor open for 3 s, then
 * the priority is set, then the inverter is seen in its new mode, then 60 s pass before the car may
 * charge again.
 *
 * Without AC input an inverter in bypass feeds the car from its battery by itself, and changes back by
 * itself: the car is held off from when that is seen until it is back in bypass, and its 60 s.
 *
 * A charge point with transfer contacts is moved by phase-router/ac.h instead, with the same promise:
 * supply_follow then says what is wanted and where that stands. */
#ifndef BUSBAR_APP_SUPPLY_H
#define BUSBAR_APP_SUPPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "phase-router/ac.h"

enum supply_source { SUPPLY_BYPASS, SUPPLY_OWN };
enum supply_state {
    SUPPLY_UNKNOWN,     /* the inverter has not told its mode yet */
    SUPPLY_STEADY,
    SUPPLY_WIND_DOWN,   /* charging held at 0 until the car is off */
    SUPPLY_CHANGING,    /* priority set, waiting for the inverter's mode: as long as it is silent */
    SUPPLY_LOCKOUT,
    SUPPLY_STATES
};

enum { SUPPLY_QUIET_MS = 3000, SUPPLY_LOCKOUT_MS = 60000, SUPPLY_CHANGE_MS = 180000,
       SUPPLY_QUIET_dA = 5 };

struct supply_input {
    enum supply_source wanted;
    bool unit_fresh;
    enum supply_source seen;     /* from the inverter's mode; of no meaning while not fresh */
    bool box_fresh;
    bool contactor;              /* the wallbox's, closed */
    int32_t current_dA;
};

struct supply {
    enum supply_state state;
    enum supply_source source;   /* ordered */
    int64_t since_ms;
    int64_t quiet_ms;            /* car off since; 0 = not */
};

/* Returns when it next wants to run. */
int64_t supply_step(struct supply *supply, const struct supply_input *input, int64_t now_ms);

/* With transfer contacts: the state of its AC bus, and whether that stands on the wanted source. */
void supply_follow(struct supply *supply, enum supply_source wanted, enum ac_state ac, bool there,
                   int64_t now_ms);

/* The car may be offered current. */
static inline bool supply_ready(const struct supply *supply)
{
    return supply->state == SUPPLY_STEADY;
}

#endif
