/* Energy of each inverter, counted so that it survives a reset of the unit, a lost line and a restart.
 *
 * Where a unit tells a count of its own (QET, QLT: Wh; PI18 ET: kWh) that count is followed by its
 * difference, so that what happened while nobody asked is in it; the power integrated between two of
 * its steps fills in. A count that fell was reset: the total goes on from there. A count that jumps
 * further than the unit can give, or another serial number, begins a new difference and adds nothing.
 * Everything else is integrated from the power the unit tells; a gap in it is not invented but told
 * (gap_ms). A total never falls.
 *
 * How far it may be off: with an own count by one step of it, and one more for each reset; without
 * one by what the unit's power is off, and by the gaps. Integers only. */
#ifndef BUSBAR_INVERTER_ENERGY_H
#define BUSBAR_INVERTER_ENERGY_H

#include <stdbool.h>
#include <stdint.h>

enum energy_kind {
    ENERGY_PV,
    ENERGY_LOAD,
    ENERGY_CHARGE,       /* into the battery, at its terminals */
    ENERGY_DISCHARGE,    /* out of it */
    ENERGY_GRID,         /* taken from the grid; derived, energy_grid_W */
    ENERGY_FEED,         /* into the grid, of units that tell it */
    ENERGY_KINDS         /* saved by these numbers: further ones are appended */
};

enum { ENERGY_GAP_MS = 15000, ENERGY_SERIAL = 24 };
#define ENERGY_WH INT64_C(3600000)      /* millijoule of one watt hour */

struct energy_count {
    int64_t total_mJ;    /* since counting began */
    int64_t day_mJ;      /* of total_mJ when the present day began */
    int64_t gap_ms;      /* heard nothing, not counted; where no own count bridges it */
    int64_t owed_mJ;     /* integrated further than the own count went: not counted twice */
    bool own;            /* the unit's own count is followed */
    int32_t step_Wh;     /* of it */
    int64_t anchor_mJ, anchor_Wh;   /* total and count when following began */
    int64_t own_Wh, own_ms;         /* newest count, and when */
    uint32_t resets, refused;
    /* integration */
    int32_t W;
    int64_t heard_ms;    /* of W, 0 = none */
};

struct energy_unit {
    char serial[ENERGY_SERIAL];      /* whose counts these are */
    struct energy_count count[ENERGY_KINDS];
};

/* A power as it was heard, W >= 0. The same heard_ms again is nothing new. */
void energy_power(struct energy_count *count, int32_t W, int64_t heard_ms);

/* The unit's own count as it was heard; max_W is the most it can be, for what is plausible. */
void energy_own(struct energy_count *count, int64_t Wh, int32_t step_Wh, int32_t max_W,
                int64_t heard_ms);

/* Who answers now: another unit's counts are not compared with this one's. "" = not told yet. */
void energy_serial(struct energy_unit *unit, const char *serial);

/* After a restart: own_ms is in another time, which is shift_ms behind; nothing was heard for gap_ms. */
void energy_restart(struct energy_unit *unit, int64_t shift_ms, int64_t gap_ms);

/* A new day begins. */
void energy_day(struct energy_unit *unit);

/* What a unit takes from the grid by its other powers: only in line mode, where it feeds the load and
 * charges through its input; + battery charges. Its own losses, some percent, are not in it. */
int32_t energy_grid_W(bool line_mode, int32_t load_W, int32_t battery_W, int32_t pv_W);

static inline int64_t energy_Wh(int64_t mJ)
{
    return mJ / ENERGY_WH;
}

const char *energy_kind_name(enum energy_kind kind);   /* "discharge" */

#endif
