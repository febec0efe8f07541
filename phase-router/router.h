/* The phase router: which string stands on which PV input, and how it gets there.
 *
 *     topology.c   what is wired, and which layouts are forbidden
 *     planner.c    which layout is wanted: router_plan; its method is in plan.h
 *     sequencer.c  one transfer at a time, break before make at zero current: router_step
 *     choose.c     which string goes next; watch.c  which strings may not be ordered any more
 *
 * It sees no device: the app fills struct router_view from the nodes, and carries
 * struct router_orders to the boards. Safe means HOLD: when anything is unknown the orders stay
 * as they were. Orders follow from the state and are restated on every step.
 * Invariants 1-7, 11-15 and the times of docs/safety.md.
 *
 * One transfer: the current is taken away (of the string, and of those that stand on the
 * destination) -> |I| <= 0.5 A for 500 ms -> open -> seen open -> dead time 500 ms -> close ->
 * seen closed -> current again -> the destination is seen to draw it.
 *
 * Taking the current away: a semiconductor switch of the string; where it has none, by what is
 * proven for the input's inverter (enum inhibit): an order to it, or waiting for the dark.
 *
 * Emergency stop (router_view.stop): everything is taken off; each contact opens when its string
 * has no current, and all that are left open after stop_wait_ms, under current too. It is the only
 * way to that, and counted (hot_openings). Then HOLD, until a person resets.
 *
 * How a transfer ends when something does not happen in its time:
 *   - no contact has moved: the way back, switch on again, with its reason; tried again after
 *     retry_ms, at most retries_per_day times a day;
 *   - the destination alone is refused (inverter not ready, voltage) once the string is open: back
 *     to the input it came from, with the same checks; HOLD when that is refused too;
 *   - a contact has moved, or may have: ROUTER_HOLD, left by router_reset only;
 *   - a board or sensor is silent, a board lost its outputs (reboot), or switching is locked:
 *     ROUTER_HOLD too, but left without a person when all was heard again for stable_ms without a
 *     break: what is read back is adopted, as after a start, and the wish decides anew from there.
 *
 * Dwell and budget: dwell_ms lies between two transfers of a string, transfers_per_day binds them all,
 * and a string leaves home only while its way back is still in the budget. An isolated string is
 * joined without waiting. */
#ifndef BUSBAR_PHASE_ROUTER_ROUTER_H
#define BUSBAR_PHASE_ROUTER_ROUTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/limits.h"
#include "core/reading.h"

enum { NO_INPUT = 0xFF, NO_CONTACT = 0xFF, NO_STRING = 0xFF, NO_CHARGE_POINT = 0xFF };

/* How the current is taken from an input whose strings have no switch of their own. */
enum inhibit {
    INHIBIT_NONE,                /* not at all: such strings do not move */
    INHIBIT_ORDER,               /* router_orders.input_off: a command proven for this inverter */
    INHIBIT_DUSK,                /* it is dark: no current for dusk_ms */
};

struct topology_string {
    char name[NAME_SIZE];
    uint8_t modules;             /* in series */
    int32_t voc_mV;              /* whole string at the site's coldest day */
    int32_t vmp_hot_mV;          /* at the power point on the hottest day; 0 = not told */
    int32_t isc_mA;              /* STC */
    int32_t mpp_W;               /* STC */
    int16_t azimuth_deg;         /* 0 = north, 90 = east, 180 = south; -1 = not told */
    int16_t tilt_deg;            /* 0 = flat; -1 = not told */
    uint8_t home;                /* input */
    bool fused;
    bool switchless;             /* it has no semiconductor switch */
};
struct topology_input {
    char name[NAME_SIZE];
    uint8_t inverter;            /* index, for the reader */
    uint8_t phase;               /* 1..3 */
    uint8_t charge_point;        /* it feeds this wallbox when bundled; NO_CHARGE_POINT */
    int32_t voc_max_mV, isc_max_mA, power_max_W;
    int32_t mppt_low_mV, mppt_high_mV;  /* where it tracks; 0 = not told */
    uint8_t strings_max;         /* how many strings may be joined here */
    enum inhibit inhibit;
};
struct topology_contact {
    uint8_t string, input;
    bool normally_closed;        /* closed while its coil is off */
    bool auxiliary;              /* its feedback is a plain auxiliary contact, no mirror contact */
    uint16_t operate_ms, release_ms;    /* data sheet, at most; 0 = not told */
    int32_t break_mA;            /* what it may break; 0 = not told */
    uint32_t life_operations;    /* without current; 0 = not told */
    uint32_t life_hot_operations;       /* under current; 0 = not told */
};
struct topology_interlock {
    uint8_t contact[2];          /* hardware never lets both close */
};
struct topology {
    uint8_t strings, inputs, contacts, interlocks;
    struct topology_string string[MAX_STRINGS];
    struct topology_input input[MAX_INPUTS];
    struct topology_contact contact[MAX_CONTACTS];
    struct topology_interlock interlock[MAX_CONTACTS];
};

/* Every rule the wiring breaks, one call each; true when there was none. The text names the
 * parts and the rule; where two inputs could be joined, the path. */
typedef void topology_error_fn(void *context, const char *text);
bool topology_check(const struct topology *topology, topology_error_fn *error, void *context);

/* Why a layout is forbidden, or NULL. layout[string] = input or NO_INPUT. Joined strings are of the
 * same type: their cold voltages differ by 3 % at most; three or more must all be fused. */
const char *layout_forbidden(const struct topology *topology, const uint8_t layout[]);

/* A layout is forbidden when, and only when, it holds one of these sets. */
struct forbidden_set {
    uint8_t input;               /* where they stand together; NO_INPUT = two interlocked contacts */
    uint64_t strings;            /* bits */
    uint8_t any;                 /* > 0: any so many of them; 0 = all of them */
    uint8_t contact[2];          /* the interlocked ones */
    const char *rule;
};
typedef void forbidden_fn(void *context, const struct forbidden_set *set);
/* The least of these sets. False when there are too many to tell: then only some were. */
bool topology_forbidden(const struct topology *topology, forbidden_fn *tell, void *context);

/* --- planner --- */
struct router_wish {
    uint8_t charge_point;               /* bundle for this one; NO_CHARGE_POINT = everyone home */
    uint8_t strings_wanted;             /* how many strings; 0 = two thirds of all, rounded up */
    int32_t string_W[MAX_STRINGS];      /* present or forecast power of each string */
    int32_t wish_W;                     /* the charge point cannot use more; 0 = not limited */
    int32_t resolution_W;               /* power counts in whole steps of this; 0 = 1 W. At least
                                         * 1/8192 of the plant's power */
    int32_t phase_load_W[4];            /* [1..3]: house load of each phase: who stays home */
    int32_t phase_reserve_W[4];         /* [1..3]: sun the house keeps on each phase, as far as it
                                         * has so much with all strings at home */
    uint16_t wear_permille[MAX_CONTACTS];       /* used life of each contact; 0 = not known */
    bool stays[MAX_STRINGS];            /* this string is left where it stands now */
};
struct router_layout {
    uint8_t input[MAX_STRINGS];         /* NO_INPUT = isolated */
    int32_t charge_point_W;             /* what stands on the wished charge point's inputs */
    bool proven;                        /* no layout is better */
    uint8_t strings_there;
    uint8_t transfers;                  /* from the present layout */
};
/* The layout that delivers most to the wish, each string at home or on an input of the charge point;
 * by the strings' rating while there is less than a tenth of that in sun. Ties, in this order: fewest
 * transfers, least wear of the contacts that move, those stay home whose phase has the most load.
 * Never a forbidden one; where none is allowed, all stay where they stand. Exact, unless proven is
 * false: then the search ended after a fixed amount of work, with the best seen. Takes 600 kB of
 * stack. */
void router_plan(struct router_layout *out, const struct topology *topology,
                 const struct router_wish *wish, const uint8_t present[]);

/* What the charge point's inputs deliver in a layout, W; not limited by what it can use. */
int32_t router_delivers_W(const struct topology *topology, const struct router_wish *wish,
                          const uint8_t layout[]);

/* --- sequencer --- */
enum contact_seen { CONTACT_UNKNOWN, CONTACT_OPEN, CONTACT_CLOSED };

struct router_view {
    enum contact_seen contact[MAX_CONTACTS];
    int64_t contact_ms[MAX_CONTACTS];           /* when this was heard */
    bool contact_output[MAX_CONTACTS];          /* what its board says it commands the coil */
    bool contact_fault[MAX_CONTACTS];
    bool switch_output[MAX_STRINGS];            /* what its board says of the string's switch */
    bool input_off[MAX_INPUTS];                 /* the inverter confirmed the order to take none */
    struct reading current_mA[MAX_STRINGS];     /* + flows into the inverter */
    struct reading voltage_mV[MAX_STRINGS];
    bool input_ready[MAX_INPUTS];               /* inverter heard, no fault, no PV warning */
    bool switches_heard;                        /* the boards that carry the string switches */
    bool boards_heard;                          /* all boards of contacts */
    bool vetoed;                                /* the gate refused an order since the last step */
    bool switching_locked;                      /* foreign frame or operator */
    bool insulation_fault;
    bool stop;                                  /* the emergency stop is heard to be pressed */
    bool stop_silent; /* .. is not heard: nothing is switched */
};

enum router_state {
    ROUTER_START,         /* reading everything back, orders none */
    ROUTER_IDLE,
    ROUTER_SWITCH_OFF,    /* waiting for zero current */
    ROUTER_OPENING,
    ROUTER_DEAD_TIME,
    ROUTER_CLOSING,
    ROUTER_SWITCH_ON,
    ROUTER_HOLD,          /* something did not happen in its time; orders stay; see above */
    ROUTER_STOP,          /* emergency stop: opening everything */
    ROUTER_STATES
};

enum router_why {
    WHY_NOTHING,
    WHY_READ_BACK,
    WHY_ADOPTED,
    WHY_WANTED,
    WHY_ZERO_SEEN,
    WHY_OPEN_SEEN,
    WHY_DEAD_TIME_OVER,
    WHY_CLOSED_SEEN,
    WHY_DONE,
    WHY_NO_ZERO,
    WHY_NOT_OPEN,
    WHY_NOT_CLOSED,
    WHY_CURRENT_ON_OPEN,
    WHY_BOARD_SILENT,
    WHY_SENSOR_SILENT,
    WHY_VETO,
    WHY_LOCKED,
    WHY_DWELL,
    WHY_BUDGET,
    WHY_DESTINATION_NOT_READY,
    WHY_VOLTAGE,
    WHY_RESET,
    WHY_INSULATION,
    WHY_BACK_HOME,
    WHY_CANCELLED,
    WHY_ISOLATED,
    WHY_RELEASED,
    WHY_CONTACT_FAULT,
    WHY_NOT_SWITCHED,
    WHY_BOARD_STATE,
    WHY_TWO_INPUTS,
    WHY_STOPPED,
    WHY_DAYLIGHT,
    WHY_NO_INHIBIT,
    WHY_NOT_STARTED,
    WHY_STOP_SILENT,
    ROUTER_WHYS
};
const char *router_state_name(enum router_state state);
/* A few words that finish the sentence "the strings hold, because ...". */
const char *router_why_text(enum router_why why);

struct router_config {
    int32_t zero_mA;                 /* 500 */
    int32_t zero_hold_ms;            /* 500 */
    int32_t order_hold_ms;           /* 2000: the same where a string has no switch */
    int32_t sample_age_ms;           /* 200 */
    int32_t zero_wait_ms;            /* 10000: for zero current, and for the destination */
    int32_t feedback_ms;             /* 250: a contact's or switch's own time .. */
    int32_t report_ms;               /* 450: .. and order and answer, each sent each 100 ms */
    int32_t dead_ms;                 /* 500 */
    int32_t pickup_gap_ms;           /* 200 */
    int32_t open_proof_ms;           /* 2000: instead of dead_ms after a contact without mirror */
    int32_t dusk_ms;                 /* 60000 without current: it is dark */
    int32_t inhibit_ms;              /* 20000: an inverter's order to take no current, and back */
    int32_t stop_wait_ms;            /* 5000: then the emergency stop opens under current */
    int32_t start_ms;                /* 300000: the destination must draw current by then */
    int32_t dwell_ms;                /* 900000 */
    int32_t transfers_per_day;       /* 12, per string */
    int32_t retry_ms;                /* 60000 after a way back */
    int32_t retries_per_day;         /* 3, per string */
    int32_t boot_hold_ms;            /* 10000 */
    int32_t stable_ms;               /* 1500: heard again without a break before HOLD resumes */
    int32_t settle_ms;               /* 500: what was adopted is restated before anything changes */
    int32_t node_lost_ms;            /* 1500 */
    int32_t voltage_margin_permille; /* 20: the measured voltage's distance to the limit */
};
extern const struct router_config router_defaults;

struct router_orders {
    bool valid;                              /* false: send nothing to the boards */
    bool contact_closed[MAX_CONTACTS];
    bool string_on[MAX_STRINGS];             /* semiconductor switch; of a switchless string: it
                                              * may deliver */
    bool input_off[MAX_INPUTS];              /* INHIBIT_ORDER: take no current */
};

struct router {
    const struct topology *topology;
    struct router_config config;
    enum router_state state;
    enum router_why why;                     /* of the last transition; in IDLE, of a delay */
    enum router_why delayed;                 /* what was last found to delay it */
    struct router_orders orders;
    uint8_t string, from, to;                /* of the newest transfer (inputs); NO_STRING = none */
    bool group[MAX_STRINGS];                 /* off for it: the string, its new neighbours */
    bool veto_seen;                          /* in this state */
    int64_t since_ms;                        /* state entered */
    int64_t zero_since_ms;                   /* the group draws nothing since; 0 = it does */
    int64_t seen_ms;                         /* the string is seen open everywhere since; 0 = not */
    int64_t pickup_ms, started_ms;
    int64_t heard_since_ms;                  /* all boards heard, no frame late, since; 0 = not */
    int64_t settled_ms;                      /* nothing changes before */
    uint8_t target[MAX_STRINGS];             /* wanted layout; NO_INPUT = where it stands */
    bool isolate[MAX_STRINGS];               /* keep this string's switch off */
    bool locked[MAX_STRINGS];                /* invariant 7, until a local reset */
    uint8_t locked_why[MAX_STRINGS];         /* enum router_why */
    int64_t moved_ms[MAX_STRINGS];           /* last transfer landed; 0 = never */
    uint16_t moved_today[MAX_STRINGS];
    int64_t failed_ms[MAX_STRINGS];          /* last way back; 0 = never */
    uint16_t failed_today[MAX_STRINGS];
    uint8_t failed_why[MAX_STRINGS];         /* enum router_why */
    int64_t day_ms;                          /* when the daily budget started */
    int64_t differs_ms[MAX_CONTACTS];        /* coil and position differ since; 0 = they agree */
    int64_t strays_ms[MAX_CONTACTS];         /* order and coil differ since */
    int64_t switch_strays_ms[MAX_STRINGS];
    int64_t flows_ms[MAX_STRINGS];           /* current though open everywhere since */
    int64_t calm_ms[MAX_STRINGS];            /* no current since; 0 = it flows, or is not heard */
    int64_t joined_ms[MAX_STRINGS];          /* waiting for its new input to draw; 0 = not */
    uint8_t dead_input[MAX_STRINGS];         /* did not draw: not wanted there; NO_INPUT = none */
    uint32_t transfers, operations[MAX_CONTACTS], hot_openings;
};

void router_init(struct router *router, const struct topology *topology,
                 const struct router_config *config, int64_t now_ms);

/* The layout wanted from now on, taken up between transfers; NO_INPUT leaves a string as it is.
 * isolate: strings whose switch is held off, without moving contacts (NULL = none). */
void router_want(struct router *router, const uint8_t layout[], const bool isolate[]);

/* One step. Returns when it next wants to run (always > now_ms). */
int64_t router_step(struct router *router, const struct router_view *view, int64_t now_ms);

/* The layout as seen; layout[string] = input, NO_INPUT when isolated or unknown. False when any
 * string is unknown. */
bool router_layout_seen(const struct router *router, const struct router_view *view,
                        uint8_t layout[]);

/* A person at the plant: leaves HOLD, unlocks strings, reads everything back again. */
void router_reset(struct router *router, int64_t now_ms);

#endif
