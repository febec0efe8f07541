/* Surplus arbitration and source policy: sun first, then battery, then grid. Pure. */
#ifndef BUSBAR_APP_POLICY_H
#define BUSBAR_APP_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/supply.h"
#include "bms/bank.h"
#include "core/limit.h"
#include "core/limits.h"
#include "inverter/means.h"

enum source { SOURCE_NONE, SOURCE_SOLAR, SOURCE_BATTERY, SOURCE_GRID, SOURCES };
const char *source_name(enum source source);

struct policy_inverter_view {
    bool fresh;
    uint8_t phase;                /* 1..3 */
    bool feeds_charge_point;      /* one hangs on its output */
    uint8_t charge_point;
    int32_t rated_W, charge_limit_A;   /* of the unit, from the config */
    int32_t pv_W, output_W;
    int32_t charge_max_A;         /* as set now, -1 unknown */
    int32_t charge_list_A[32];    /* QMCHGCR; count 0 unknown */
    uint8_t charge_list_count;
    bool charger_off_supported;   /* false once the unit refused PBATCD */
    uint8_t mode;                 /* enum unit_mode of inverter/unit.h, as a number */
    uint8_t strings;              /* strings joined to its inputs now */
    int32_t strings_W;            /* what they give, from the string counters */
    int32_t battery_W;            /* + this unit charges the battery */
    struct means_input means;     /* what app/means_side.c knows of it; the rest is policy's */
};
struct policy_point_view {
    bool fresh;                   /* its node */
    int32_t car_state;            /* enum car_state, -1 unknown */
    int32_t current_dA, cable_dA; /* cable 0 = unknown */
    uint8_t inverter, phase;
    int32_t min_dA, max_dA, voltage_V;
    bool session;                 /* bundling asked for */
    bool bundled;                 /* the wanted strings stand at its inverter */
    bool contactor;               /* closed */
    bool transfers;               /* transfer contacts choose its source; the rest is theirs: */
    enum ac_state ac_state;
    bool on_own, on_house;        /* stands on its own inverter, on another source */
    uint8_t feeding;              /* inverter whose output that is; none: inverters or more */
    int32_t source_max_dA;
    int32_t unbalance_dA, neutral_dA;   /* of a grid-coupled source; 0 = it is none */
};
struct policy_input {
    int64_t now_ms;
    const struct bank_view *bank;
    const struct soc_estimate *soc;
    const struct bank_limits *limits;
    const struct bank_config *bank_config;
    uint8_t inverters, points;
    struct policy_inverter_view inverter[MAX_INVERTERS];
    struct policy_point_view point[MAX_CHARGE_POINTS];
    bool transfer;                /* a string is under way */
    int32_t phase_load_W[4];      /* [1..3], house only */
    bool stopped;            /* the emergency stop was pressed; no reset since */
    bool grid_present;            /* some unit sees grid voltage */
};
struct policy_inverter_order {
    int32_t charge_max_A, charger_off, output_priority;   /* -1 = leave */
    const char *cause;            /* a few words for the journal */
    struct means_orders means;    /* how its charge is kept; float and bulk to be set */
    int32_t bms_mA;               /* what it may charge, where it hears busbar as its battery */
};
struct policy_point_order {
    struct limit limit;           /* dA; 0 = no charging */
    int32_t power_W;              /* what the car draws now */
    enum source source;
    uint8_t strings;              /* joined at its inverter */
};
struct policy_output {
    struct policy_inverter_order inverter[MAX_INVERTERS];
    struct policy_point_order charge_point[MAX_CHARGE_POINTS];
    bool isolate;                 /* switch all strings off: charging must be 0 and is not */
    bool bundle[MAX_CHARGE_POINTS];
};
/* Timers and hysteresis between steps. */
struct policy {
    int64_t enough_ms[MAX_CHARGE_POINTS], lack_ms[MAX_CHARGE_POINTS], step_ms[MAX_CHARGE_POINTS];
    bool surplus_on[MAX_CHARGE_POINTS];
    int64_t overcharge_ms;
    bool isolated;
    int32_t limit_dA[MAX_CHARGE_POINTS];
    struct supply supply[MAX_CHARGE_POINTS];
    struct means_chooser means[MAX_INVERTERS];
};
void policy_init(struct policy *policy);
void policy_step(struct policy *policy, const struct policy_input *input,
                 struct policy_output *out);

/* What each inverter may charge: 0 = nothing, -1 = no string stands on it. Such a one may take from its
 * AC input what the others leave: *rest_mA. */
void policy_parts(const struct policy *policy, const struct policy_input *input,
                  int32_t part_mA[MAX_INVERTERS], int32_t *rest_mA);

/* Sentences for `busbar why`. */
void policy_point_sentence(char *out, size_t room, const char *name,
                           const struct policy_input *input, const struct policy_output *decided,
                           size_t point);
void policy_means_passed(char *out, size_t room, const struct means_orders *means, enum means which);
/* False where nothing was passed over: then there is no need for it. */
bool policy_means_sentence(char *out, size_t room, const char *name,
                           const struct means_orders *means);
void policy_inverter_sentence(char *out, size_t room, const char *name,
                              const struct policy_input *input, const struct policy_output *decided,
                              size_t inverter);

#endif
