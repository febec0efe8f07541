/* Who gets what: surplus arbitration and source policy. Sun first, then battery, then grid.
 *
 * Pure: a snapshot goes in, an order for each charge point and inverter comes out, each with
 * the one cause that binds it. policy_*_sentence say it in words for `busbar why`.
 *
 * The plant it knows: each charge point has the inverter that feeds it, and a home inverter, the
 * lowest other one on the same phase, that carries that phase of the house. While the charge
 * point's inverter is on utility it passes on what its AC input gets from the home inverter's
 * output; on SBU it stands on its own PV inputs and the battery.
 *
 *   session (button, request)   everything: its own PV and the battery; the grid when the battery
 *                               may not discharge, and the sun alone where there is no grid either
 *   car plugged, no session     the surplus of its phase: home inverter's PV less the house's load
 *                               there, 6 A or more, never on purpose from the battery */
#ifndef BUSBAR_APP_POLICY_H
#define BUSBAR_APP_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/session.h"
#include "bms/bank.h"
#include "core/limit.h"
#include "core/limits.h"
#include "devices/nodes.h"
#include "inverter/unit.h"

enum source { SOURCE_NONE, SOURCE_SOLAR, SOURCE_BATTERY, SOURCE_GRID };
const char *source_name(enum source source);

enum {
    POLICY_ENABLE_MS = 60000,       /* surplus must last this long before the car starts */
    POLICY_DISABLE_MS = 180000,     /* and be too little this long before it stops */
    POLICY_STEP_MS = 5000,          /* between two changes of a charge point's current */
    POLICY_PROBE_MS = 900000,       /* between two tries where the sun cannot be seen */
    POLICY_GRID_MS = 3000,          /* battery forbidden this long before the grid is taken */
    POLICY_BATTERY_MS = 60000,      /* battery must be well this long before the grid is left */
    POLICY_STILL_dA = 5, POLICY_STILL_MS = 3000,   /* a car that draws nothing */
    POLICY_LOCKOUT_MS = 60000,      /* between two changes of the source behind a car */
    POLICY_BATTERY_mA = 5000,       /* less discharge than this carries nothing */
    POLICY_SHARE_UP_MS = 60000,     /* and of the first use of a risen limit */
    POLICY_SHARE_MS = 300000,       /* between two better distributions of the charge current */
    POLICY_ISOLATE_MS = 60000,      /* charging although forbidden, before strings are isolated */
    POLICY_ISOLATED_MS = 900000,    /* isolated at least this long */
    POLICY_ISOLATE_mA = 5000,
    POLICY_EFFICIENCY_PERMILLE = 930,  /* from PV or battery to AC */
    NO_INVERTER = 0xFF
};

struct policy_inverter_config {
    uint8_t phase;                  /* 1..3 */
    int32_t rated_W;
    int32_t charge_max_A;
};
struct policy_point_config {
    uint8_t inverter;               /* that feeds it */
    uint8_t phase;
    int32_t min_dA, max_dA;         /* 60 .. 800 */
    int32_t voltage_V;              /* nominal, until one is measured */
};
struct policy_config {
    uint8_t inverter_count, point_count;
    struct policy_inverter_config inverters[MAX_INVERTERS];
    struct policy_point_config points[MAX_CHARGE_POINTS];
    int32_t capacity_mAh;           /* of the bank */
};

/* Readings are digested by the app: heard = all of a line's values are within their age limit. */
struct policy_inverter_input {
    bool heard;
    int32_t pv_W, output_W;
    enum unit_mode mode;
    bool grid_ok;                   /* AC input voltage is that of a living grid */
    int32_t charge_set_A;           /* as read back; -1 unknown */
    int32_t charge_least_A;         /* least value its list allows; 0 unknown */
    bool charger_off;               /* as confirmed by the unit */
};
struct policy_point_input {
    bool session;                   /* session.state != SESSION_NONE */
    bool stopped;                   /* a request forbids charging here */
    int32_t user_max_dA;            /* owner's request; 0 = none */
    bool heard;
    enum car_state car;
    bool contactor;                 /* the wallbox's own is closed */
    int32_t current_dA;
    int32_t voltage_dV;             /* 0 unknown */
    int32_t cable_dA;               /* 0 unknown */
    bool fault;
    bool transfer;                  /* a string is on its way to or from this inverter */
    uint8_t strings_here;           /* on the inputs of its inverter, as seen */
};
struct policy_input {
    const struct bank_view *bank;
    const struct bank_limits *limits;
    struct policy_inverter_input inverters[MAX_INVERTERS];
    struct policy_point_input points[MAX_CHARGE_POINTS];
};

struct policy_point_output {
    int32_t limit_dA;               /* 0, or min_dA and more */
    struct limit limit_W;           /* what binds, and its amount before it became amperes */
    enum source source;             /* that gives the greater part */
};
struct policy_inverter_output {
    int32_t charge_max_A;           /* the sum over all with a charger on is within the bank's limit.
                                     * While off: the least its list allows, should it refuse */
    bool charger_off;
    enum output_priority output_priority;
    enum source source;             /* behind its output */
    struct limit charge_mA;         /* the bank's limit this is a share of */
};
struct policy_output {
    struct policy_point_output points[MAX_CHARGE_POINTS];
    struct policy_inverter_output inverters[MAX_INVERTERS];
    bool isolate_strings;           /* charging goes on although it must be 0 */
    bool on_grid;                   /* the battery may not carry the house */
    struct limit discharge_mA;      /* why */
};

struct policy_point_state {
    bool surplus_on;
    bool alone;                     /* its inverter is ordered to stand on sun and battery */
    bool adopted;                   /* alone was taken over from the inverter as it was found */
    int32_t limit_dA;
    int64_t changed_ms;             /* of limit_dA */
    int64_t enough_ms, little_ms, probed_ms;
    int64_t still_ms, source_ms;    /* drawing nothing since; source last changed */
};
struct policy {
    struct policy_config config;
    struct policy_point_state points[MAX_CHARGE_POINTS];
    int32_t charge_A[MAX_INVERTERS];
    int64_t shared_ms;
    bool on_grid;
    int64_t battery_well_ms, battery_bad_ms, over_ms, isolated_ms;
};

void policy_init(struct policy *policy, const struct policy_config *config);

/* One decision. Returns when it next wants to run. */
int64_t policy_step(struct policy *policy, const struct policy_input *input,
                    struct policy_output *output, int64_t now_ms);

/* The part of policy_step that gives each charger its share of the bank's charge limit. */
void policy_share_charge(struct policy *policy, const struct policy_input *input,
                         struct policy_output *output, int64_t now_ms);

/* The inverter that carries the phase of the house at this charge point; its own where no
 * other one is on that phase. */
uint8_t policy_home(const struct policy_config *config, uint8_t point);

/* One sentence each, always closed with a NUL; returns its length as snprintf does. */
int policy_point_sentence(char *out, size_t room, const char *name,
                          const struct policy_point_output *point);
int policy_inverter_sentence(char *out, size_t room, const char *name,
                             const struct policy_inverter_output *inverter);
int policy_bank_sentence(char *out, size_t room, const struct bank_limits *limits);

#endif
