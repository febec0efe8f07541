/* The AC side of the phase router: which source feeds a wallbox.
 *
 * One AC bus is a wallbox with one charge point on a single phase. Each source that can feed it, a
 * phase of the house or an inverter's output, has a line contact and a neutral contact. Sources are
 * not in step with each other, so at most one stands on the bus (invariant 16). Contacts move cold:
 * the car is wound down to zero and its EVSE contactor seen open first (18, 19).
 *
 *     START     no orders; everything is read back, fresh, for boot_hold_ms; what is found is adopted
 *     STEADY    stands on a source, or on none; the car may charge when it is the wanted one
 *     WIND_DOWN charge point held at 0 until EV current < 0.5 A and EVSE open for quiet_ms
 *     OPEN_LINE the line is seen open, and the bus below 50 V while its neutral still holds it: a
 *               welded line shows here
 *     OPEN_NEUTRAL
 *     DEAD      every contact of the bus seen open and the bus below 50 V for dead_ms
 *     CLOSE_NEUTRAL  the new neutral closed for neutral_ms, and still no voltage against it
 *     CLOSE_LINE
 *     VERIFY    line and neutral seen closed, and the source's voltage on the bus
 *     LOCKOUT   charge point held at 0 for lockout_ms
 *     HOLD      orders stay as they are, charge point at 0
 *
 * How a change ends when something does not happen in its time:
 *   - no contact has moved: the way back to STEADY, with its reason; tried again after retry_ms;
 *   - a contact has moved, or may have: HOLD, left by ac_reset only;
 *   - a board or the wallbox is silent, a board lost its outputs, switching is locked or the source
 *     is not ready: HOLD too, left without a person when everything was heard again for stable_ms
 *     without a break: what is read back is adopted. A source without voltage: HOLD until it has
 *     some or another one is wanted.
 *
 * The bus voltage is measured by the wallbox's node, on the supply side of the EVSE contactor,
 * between line and neutral; that node must be supplied from elsewhere than this bus. */
#ifndef BUSBAR_PHASE_ROUTER_AC_H
#define BUSBAR_PHASE_ROUTER_AC_H

#include <stdbool.h>
#include <stdint.h>

#include "core/reading.h"
#include "phase-router/router.h"

enum { AC_BUS_SOURCES = 4, AC_NO_SOURCE = 0xFF, AC_KEEP = 0xFE };
enum ac_pole { AC_LINE, AC_NEUTRAL, AC_POLES };

struct ac_contact_view {
    enum contact_seen seen;
    int64_t heard_ms;                /* when this was heard, 0 = never */
    bool output;                     /* what its board says it commands the coil */
    bool fault;
};
struct ac_view {
    struct ac_contact_view contact[AC_BUS_SOURCES][AC_POLES];
    bool source_ready[AC_BUS_SOURCES];   /* it is there: inverter heard and giving out, or a phase */
    struct reading ev_current_dA;
    struct reading bus_voltage_dV;
    struct reading evse_contactor;   /* 1 = closed */
    bool vetoed;                     /* the gate refused an order since the last step */
    bool switching_locked;           /* foreign frame or operator */
};

enum ac_state {
    AC_START, AC_STEADY, AC_WIND_DOWN, AC_OPEN_LINE, AC_OPEN_NEUTRAL, AC_DEAD, AC_CLOSE_NEUTRAL,
    AC_CLOSE_LINE, AC_VERIFY, AC_LOCKOUT, AC_HOLD, AC_STATES
};
enum ac_why {
    AC_WHY_NOTHING, AC_WHY_READ_BACK, AC_WHY_ADOPTED, AC_WHY_RESET, AC_WHY_WANTED,
    AC_WHY_CANCELLED, AC_WHY_CAR_OFF, AC_WHY_LINE_OPEN, AC_WHY_NEUTRAL_OPEN, AC_WHY_DEAD,
    AC_WHY_NEUTRAL_CLOSED, AC_WHY_LINE_CLOSED, AC_WHY_VOLTAGE_SEEN, AC_WHY_DONE,
    AC_WHY_BOARD_SILENT, AC_WHY_WALLBOX_SILENT, AC_WHY_CONTACT_UNKNOWN, AC_WHY_CAR_STAYS,
    AC_WHY_CAR_BACK, AC_WHY_NOT_OPEN, AC_WHY_NOT_CLOSED, AC_WHY_VOLTAGE_STAYS, AC_WHY_NO_VOLTAGE,
    AC_WHY_TWO_SOURCES, AC_WHY_LINE_ALONE, AC_WHY_CONTACT_FAULT, AC_WHY_VETO, AC_WHY_LOCKED,
    AC_WHY_BOARD_STATE, AC_WHY_SOURCE_NOT_READY, AC_WHYS
};
const char *ac_state_name(enum ac_state state);
/* A few words that finish the sentence "the wallbox's source is held, because ...". */
const char *ac_why_text(enum ac_why why);

struct ac_config {
    int32_t quiet_dA;                /* 5: the car draws less */
    int32_t quiet_ms;                /* 3000 */
    int32_t sample_age_ms;           /* 400: of current, contactor and voltage, told each 200 ms */
    int32_t wind_down_ms;            /* 20000: 10 s for the car, its 3 s, and order and answer */
    int32_t dead_dV;                 /* 500: the bus is dead below */
    int32_t dead_ms;                 /* 5000, at least AC_DEAD_LEAST_MS */
    int32_t decay_ms;                /* 10000: for the bus to fall below it */
    int32_t neutral_ms;              /* 1000: neutral closed before its line */
    int32_t present_dV;              /* 1950: 85 % of 230 V */
    int32_t verify_ms;               /* 5000 */
    int32_t lockout_ms;              /* 300000, at least AC_LOCKOUT_LEAST_MS */
    int32_t feedback_ms;             /* 250: a contact's own time .. */
    int32_t report_ms;               /* 450: .. and order and answer, each sent each 100 ms */
    int32_t retry_ms;                /* 60000 after a way back */
    int32_t boot_hold_ms;            /* 10000 */
    int32_t stable_ms;               /* 1500 */
    int32_t settle_ms;               /* 500: what was adopted is restated before anything changes */
    int32_t node_lost_ms;            /* 1500 */
};
enum { AC_DEAD_LEAST_MS = 1000, AC_LOCKOUT_LEAST_MS = 60000 };
extern const struct ac_config ac_defaults;

struct ac_orders {
    bool valid;                      /* false: send nothing to the boards */
    bool closed[AC_BUS_SOURCES][AC_POLES];
};

struct ac_bus {
    struct ac_config config;
    uint8_t sources;                 /* 0 = this wallbox has no transfer contacts */
    enum ac_state state;
    enum ac_why why;                 /* of the last transition; in STEADY, of a delay */
    struct ac_orders orders;
    uint8_t wanted;                  /* source, AC_NO_SOURCE, or AC_KEEP before any wish */
    uint8_t source;                  /* it stands on; AC_NO_SOURCE = none, or between two */
    uint8_t from, to;                /* of the newest change: what is opened, what is closed */
    bool found_charging;             /* while reading back: no lockout was running */
    bool resume_steady;              /* HOLD came upon STEADY: nothing was under way */
    bool veto_seen;                  /* in this state */
    int64_t since_ms;                /* state entered */
    int64_t started_ms;
    int64_t settled_ms;              /* nothing changes before */
    int64_t heard_since_ms;          /* everything heard, no frame late, since; 0 = not */
    int64_t quiet_ms;                /* heard that the car is off since; 0 = it is not */
    int64_t dead_ms;                 /* heard that the bus is below 50 V since; 0 = it is not */
    int64_t open_ms;                 /* every contact seen open since; 0 = not */
    int64_t joined_ms;               /* the new neutral seen closed since; 0 = not */
    int64_t failed_ms;               /* last way back; 0 = never */
    int64_t differs_ms[AC_BUS_SOURCES][AC_POLES];  /* coil and position differ since; 0 = agree */
    int64_t strays_ms[AC_BUS_SOURCES][AC_POLES];   /* order and coil differ since; 0 = agree */
    uint32_t changes;                /* of source, done */
};

/* sources: 1..AC_BUS_SOURCES; the config's least times are asserted. */
void ac_init(struct ac_bus *bus, uint8_t sources, const struct ac_config *config, int64_t now_ms);

/* The source wanted from now on; AC_NO_SOURCE takes every source off the bus (emergency stop: the
 * car first, then as always). */
void ac_want(struct ac_bus *bus, uint8_t source);

/* One step. Returns when it next wants to run (always > now_ms). */
int64_t ac_step(struct ac_bus *bus, const struct ac_view *view, int64_t now_ms);

/* The car may be offered current: everything known, on the wanted source, no lockout. */
bool ac_ready(const struct ac_bus *bus);

/* A person at the plant: leaves HOLD and reads everything back again. */
void ac_reset(struct ac_bus *bus, int64_t now_ms);

#endif
