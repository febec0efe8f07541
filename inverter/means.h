/* The gentlest means that keeps an inverter's charge at what is wanted.
 *
 *     BMS port     its RS-485 BMS port hears busbar as battery: any current, nothing is written
 *     BMS on CAN   the same by 0x351 frames
 *     current      its charge current setting, in the steps of its list: a write each
 *     charger off  its charger switch: a write
 *     voltage      float and bulk below the battery's voltage: two writes, battery type user only
 *     strings      the sun is taken away by the router; the caller does it, after its own look
 *
 * They are tried in that order. One that cannot reach what is wanted, is not there, is silent, is not
 * obeyed, is not confirmed or has no writes left is passed over, with the reason; the next one is
 * ordered in the same step. A gentler one goes on being told meanwhile, so that the inverter finds
 * it when it listens again.
 *
 * It does not flap: one that was lost must be heard for MEANS_STEADY_MS without a break, one that was
 * refused is tried again after MEANS_REFUSED_MS, one that was disobeyed after MEANS_DISOBEYED_MS. At the
 * start a BMS link is waited for during MEANS_START_MS before anything is written for lack of it.
 *
 * What each does when the controller dies: docs/means.md. */
#ifndef BUSBAR_INVERTER_MEANS_H
#define BUSBAR_INVERTER_MEANS_H

#include <stdbool.h>
#include <stdint.h>

enum means {
    MEANS_NONE,               /* nothing is wanted, or nothing can be done */
    MEANS_BMS_PORT, MEANS_BMS_CAN, MEANS_CURRENT, MEANS_CHARGER, MEANS_VOLTAGE, MEANS_STRINGS,
    MEANS_COUNT
};

enum means_why {
    MEANS_SERVES,             /* it is the one */
    MEANS_SPARE,              /* a gentler one serves */
    MEANS_LACKING,            /* not configured, or the inverter does not have it */
    MEANS_MUTE,               /* busbar says nothing there: the battery is not known, or another speaks */
    MEANS_WAITED,             /* not heard yet, still waited for */
    MEANS_SILENT,             /* the inverter does not listen there */
    MEANS_UNSTEADY,           /* heard again, not yet for long enough */
    MEANS_DISOBEYED,          /* it charges more than it was told */
    MEANS_REFUSED,            /* written and not confirmed */
    MEANS_SPENT,              /* its writes of the day are used up */
    MEANS_COARSE,             /* its least step is more than wanted */
    MEANS_ILLEGAL,            /* this battery type or voltage pair does not allow it */
    MEANS_WHYS
};

/* An inverter asks its battery each second: two missed requests are no silence yet. It follows it
 * within a few seconds, within ten on CAN (SMA FSS-ConnectingBat-TI-en-10); its own current comes in
 * steps of 1 A. A setting is read back within 2 s. */
enum {
    MEANS_SILENT_MS = 4000, MEANS_STEADY_MS = 15000, MEANS_START_MS = 15000,
    MEANS_OBEY_PORT_MS = 5000, MEANS_OBEY_CAN_MS = 10000, MEANS_OVER_MS = 3000, MEANS_OVER_mA = 3000,
    MEANS_PROVE_MS = 10000, MEANS_SAID_NO_MS = 3000, MEANS_REFUSED_MS = 600000, MEANS_DISOBEYED_MS = 3600000,
    MEANS_BINDS_mA = 1500, MEANS_BINDS_MS = 60000,   /* it charges as much as it is set to */
    MEANS_BELOW_dV = 10       /* bulk and float that far under the battery's voltage end charging */
};

struct means_bms {
    bool there;
    bool told;                /* busbar says something there */
    int64_t heard_ms;         /* the inverter's newest sign of life there, 0 = never */
};

/* A setting that is written. */
struct means_setting {
    bool there;               /* the inverter has it and it can be read back */
    bool refused;             /* it was not confirmed, and is not under way again */
    int32_t set;              /* as read back, -1 = not known */
    bool spent;               /* no writes are left today, not even towards less charge */
};

struct means_input {
    bool fresh;               /* the inverter answers on its own line: settings can be written */
    int32_t wanted_mA;        /* may charge so much; -1 = leave alone */
    int32_t charging_mA;      /* what it puts into the battery, -1 = not known */
    int32_t most_A;           /* what this inverter may ever be set to */
    struct means_bms bms[2];  /* port, CAN */
    struct means_setting current, charger, floating, bulk;
    const int32_t *list_A;    /* of charge currents, ascending */
    uint8_t list_count;       /* 0 = not known */
    bool user_battery;        /* only then float and bulk count for something */
    int32_t battery_dV;       /* -1 = not known */
    int32_t least_dV;         /* lowest legal float and bulk; 0 = not known */
    int32_t release_dV;       /* float and bulk afterwards, where those before are not known */
};

struct means_orders {
    enum means by;
    enum means_why why[MEANS_COUNT];
    int32_t bms_mA;           /* to be told wherever it listens; -1 = no word on that */
    int32_t charge_max_A, charger_off, float_dV, bulk_dV;    /* -1 = leave */
};

/* Charge it was allowed in this stretch of time and in the one before: it may lag that much. */
struct means_allowed {
    int64_t from_ms;
    int32_t newer_mA, older_mA;
};

/* Remembered from step to step, all zero at start. */
struct means_chooser {
    int64_t start_ms;                 /* of the first step, 0 = none */
    int64_t heard_since_ms[2];        /* each link, without a break; 0 = not heard now */
    bool lost[2];                     /* was heard, then not */
    struct means_allowed allowed;
    int64_t over_ms;                  /* charges more than that since, 0 = does not */
    int64_t failed_ms[MEANS_COUNT];   /* 0 = has not */
    enum means_why failed_why[MEANS_COUNT];
    int64_t unproven_ms;              /* what is ordered is not read back since, 0 = it is */
    bool lowered;                     /* the charge current setting is less than it need be */
    int64_t binds_ms;                 /* it holds the charge back since, 0 = does not */
    int32_t kept_dV[2];               /* float, bulk before they were lowered; 0 = were not */
    struct means_orders orders;       /* of the newest step */
};

const struct means_orders *means_step(struct means_chooser *means, const struct means_input *input,
                                      int64_t now_ms);

/* Whether its charge is told exactly, not by a list: the newest step's means is a BMS link. */
bool means_exact(const struct means_chooser *means);

const char *means_name(enum means means);         /* "the BMS port" */
const char *means_why_text(enum means_why why);   /* "its inverter is silent there" */

#endif
