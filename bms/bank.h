/* The bank: packs in parallel seen as one battery, its charge, its cap, its limits.
 *
 * Packs -> places (which are connected, bms/place.h) -> bank_view (sums, worst cells, weakest
 * limits) -> estimator -> bank_limits. */
#ifndef BUSBAR_BMS_BANK_H
#define BUSBAR_BMS_BANK_H

#include <stdbool.h>
#include <stdint.h>

#include "bms/cell.h"
#include "bms/currents.h"
#include "bms/pack.h"
#include "bms/place.h"
#include "core/limit.h"
#include "core/limits.h"

struct bank_config {
    enum chemistry chemistry;        /* no default: charging is refused without it */
    int32_t capacity_mAh;            /* of the whole bank */
    int32_t cells;                   /* in series */
    int32_t cap_permille;            /* default 700 */
    int32_t cap_hysteresis_permille; /* default 20: charging resumes this far below */
    int32_t floor_permille;          /* below: the grid, not the battery */
    int32_t charge_max_mA, discharge_max_mA;  /* owner's */
    int32_t cell_ceiling_mV, cell_floor_mV;   /* 0 = by chemistry */
    int32_t self_draw_mA;            /* BMS and standby drawn behind the sensor, for the bound */
    int32_t sensor_offset_mA;        /* specification of the sensor that counts */
    int32_t sensor_gain_permille;
    uint8_t packs;
    int32_t pack_capacity_mAh[MAX_PACKS];
    bool pack_out[MAX_PACKS];        /* the owner has taken it out */
    int32_t join_mV;                 /* 0 = JOIN_CELL_mV for each cell */
};

/* Age limits: a pack older than FRESH tells no current and lets nothing rise; older than
 * CHARGE stops charging; older than GONE stops everything and is no longer counted. */
enum {
    BANK_SHUNT_MS = 1000, BANK_INVERTER_MS = 5000, BANK_FRESH_MS = 3000, BANK_CHARGE_MS = 10000, BANK_GONE_MS = 60000,
    BANK_STABLE_MS = 30000 /* a BMS that came back lets limits rise only after this */
};

/* What the bank's limits rest on: the pack that tells the worst of it, and how old its word is. */
enum bank_fact_name {
    FACT_CCL, FACT_DCL, FACT_CVL, FACT_CELL_MAX, FACT_CELL_MIN, FACT_TEMP_MIN, FACT_TEMP_MAX,
    FACT_CHARGE_OK, FACT_DISCHARGE_OK, FACT_ALARMS, BANK_FACTS
};
struct bank_fact {
    int64_t age_ms;
    uint8_t pack;             /* from 1; 0 = none tells it */
};

/* What is known of the bank at this tick. Sums, limits, cells and words are those of the connected
 * packs alone. */
struct bank_view {
    bool known;               /* current_known, and a pack's voltage is fresh */
    bool current_known;       /* the fused current of the battery is */
    int32_t voltage_mV;       /* mean of the fresh packs */
    int32_t current_mA;       /* fused of all that measures it (bms/currents.h); + charges */
    int32_t current_sigma_mA; /* its standard deviation */
    int32_t doubt_mA;         /* how far those disagree, beyond 5 sigma; 0 = agree */
    const char *current_from; /* the names of what it is fused of, or "" */
    bool pack_current_known[MAX_PACKS];
    int32_t pack_mA[MAX_PACKS], pack_sigma_mA[MAX_PACKS];  /* of each pack, fused likewise */
    int32_t temp_min_dC, temp_max_dC;
    bool temp_known;
    int32_t cell_min_mV, cell_max_mV;
    bool cells_known;
    int32_t bms_soc_permille; /* weighted by capacity; -1 unknown */
    int32_t bms_soc_max_permille, bms_soc_min_permille;
    int32_t cvl_mV, dvl_mV;   /* least CVL but 0, greatest DVL; 0 unknown */
    int32_t ccl_mA, dcl_mA;   /* share_limit_mA of the connected packs */
    struct bank_fact fact[BANK_FACTS];
    int32_t capacity_mAh;     /* of the connected packs; of all while none is */
    bool charge_ok, discharge_ok, force_charge;
    uint32_t alarms, warnings;
    uint8_t packs_fresh, packs, packs_in;  /* of all; configured; connected */
    int64_t bms_age_ms;       /* oldest pack not taken out; INT64_MAX: one was never heard */

    /* Remembered from one bank_look to the next; all zero at start. */
    struct pack_memory pack[MAX_PACKS];
    struct share_memory share[2];          /* charging, discharging */
};

/* How old a pack's word is: the oldest of voltage, CVL, CCL, DCL and of everything else it has
 * ever told that a limit rests on. One message that stops makes the whole pack old. */
int64_t pack_age_ms(const struct pack_readings *pack, int64_t now_ms);

/* Wires of a currents_config that has a battery: all of it, then its packs. */
enum { BANK_WIRE = 0, BANK_PACK_WIRE = 1 };

/* bank_view of the packs; flow[BANK_WIRE] is the battery's fused current and
 * flow[BANK_PACK_WIRE + i] that of pack i, from what current_from names. Give the same view each time: it remembers
 * which packs are connected. A pack that is silent is still joined to the others: it makes the whole bank
 * old, unless the owner has taken it out. After BANK_FRESH_MS the others must carry its part. */
void bank_look(struct bank_view *view, const struct bank_config *config,
               const struct pack_readings packs[], const struct currents_flow flow[],
               const char *current_from, int64_t now_ms);

/* A person at the plant has looked: clears the packs' latched alarms. */
void bank_packs_reset(struct bank_view *view);

/* --- charge estimate: the interface every estimator keeps --- */
struct soc_estimate {
    bool known;
    int32_t soc_permille;
    int32_t error_permille;   /* honest bound: the truth lies within +- this */
    int32_t margin_permille;  /* what the cap keeps clear of it; 0 = error_permille */
    bool contradicted;        /* two ways of knowing it exclude each other */
    int64_t anchored_ms;      /* when it was last tied to a voltage; 0 never */
};

/* Coulomb counter with a rest-voltage start. All of its memory is here, so that it can be
 * saved and restored (soc, error, and how long ago). Doubles live only in the battery model.
 *
 * The bound is a set, not a sigma: anchors are met with it, and it grows by all that may be wrong:
 * sensor offset, self draw, gain and capacity on the swing since the last anchor, charge
 * efficiency, disagreement of shunt and packs, and whatever could have flowed while nobody
 * looked. Rest-voltage tables and their sources: soc_counter.c. */
struct soc_counter {
    bool started;
    double soc, error;        /* 0..1 */
    double swing;             /* soc moved since the last anchor, signed */
    double hours_since_anchor;
    int64_t last_ms;
    int64_t rest_since_ms;    /* current below C/100 since; 0 = not at rest */
    int64_t end_since_ms;     /* cell at its full or empty voltage under small current since */
    int64_t anchored_ms;
    int64_t tried_ms;         /* the rest voltage was last used */
};

void soc_counter_init(struct soc_counter *counter);

/* From a saved state that is gap_ms old. During the gap the bank may have been charged and
 * discharged at the owner's limits: the bound widens by that. */
void soc_counter_restore(struct soc_counter *counter, const struct bank_config *config, double soc,
                         double error, int64_t gap_ms, int64_t now_ms);
void soc_counter_step(struct soc_counter *counter, const struct bank_config *config,
                      const struct bank_view *view, int64_t now_ms);
struct soc_estimate soc_counter_estimate(const struct soc_counter *counter);

/* The charges a rested cell of this chemistry may have at this voltage, known within doubt_mV:
 * over cell makes and both directions of approach. 0..1. */
struct soc_range { double low, high; };
struct soc_range soc_at_rest(enum chemistry chemistry, double cell_mV, double doubt_mV);

/* --- limits --- */
struct bank_limits {
    struct limit charge_mA;      /* 0.. */
    struct limit discharge_mA;   /* 0.. */
    struct limit charge_mV;      /* voltage set-point ceiling */
    int32_t discharge_mV;        /* voltage to stop discharging at: the greater of DVL and cell floor */
    struct limit_table charge, discharge, voltage;  /* all of them, in the same units */
    bool cap_reached;
    bool low;                    /* at or under the floor: the grid carries */
};

/* Latches and hysteresis between ticks. All zero at start. */
struct bank_guard {
    bool cap_held, low_held;
    bool cell_high_held, cell_low_held;        /* until CELL_RELEASE_mV back inside */
    bool cell_high_latched, cell_low_latched;  /* beyond +-100 mV: until a local reset */
    int32_t charge_mA_before;                  /* for "no increase" while the BMS is 3 s silent */
    int32_t discharge_mA_before;
    bool bms_lost;                             /* silent beyond BANK_CHARGE_MS, not yet stable */
    int64_t bms_back_ms;                       /* fresh without a break since; 0 = not */
    bool charge_ramp, discharge_ramp;          /* back, and still rising to what the others allow */
    int64_t step_ms;                           /* the newest step */
    bool cvl_held;                             /* above the CVL, until back at it */
    bool doubt_seen, doubt_held;               /* the currents contradict each other; for 30 s */
    int64_t doubt_ms;                          /* doubt_seen since */
    int32_t cap_request_permille;              /* in force (bms/cap.h); 0 = the config's */
};

/* Default ceiling, floor, release and latch distance of a cell; over the last CELL_TAPER_mV under the
 * ceiling charging falls to 0. Permille beyond the cap (below the floor) at which the BMS's own
 * figure stops as well. */
enum {
    CELL_CEILING_LFP_mV = 3500, CELL_CEILING_NMC_mV = 4100, CELL_FLOOR_LFP_mV = 2800,
    CELL_FLOOR_NMC_mV = 3000, CELL_RELEASE_mV = 20, CELL_LATCH_mV = 100, CELL_TAPER_mV = 50,
    FLOOR_HYSTERESIS_PERMILLE = 30, BMS_SOC_ERROR_PERMILLE = 150
};

/* A spread of temperatures beyond SPREAD_dC lowers both directions, to 0 at SPREAD_END_dC. Currents of
 * shunt and packs that differ by more than CONTRADICT_PERMILLE for CONTRADICT_MS stop charging until
 * they have agreed for as long. A bank CVL_OVER_PERMILLE above its CVL is not charged until back at
 * it: a charger that holds the CVL stays below. Back after a loss, a limit takes BANK_RAMP_MS to rise
 * from 0 to the owner's. */
enum {
    SPREAD_dC = 150, SPREAD_END_dC = 250, CONTRADICT_PERMILLE = 200, CONTRADICT_MS = 30000,
    CVL_OVER_PERMILLE = 10, BANK_RAMP_MS = 60000
};

/* Invariants 22-27: minimum of BMS, cap, temperature, cells, inverters, user, age. Where several
 * forbid a direction, the first of age, packs, alarm, enable, cell, CVL, temperature, spread, doubt,
 * cap or floor is named.
 *
 * Cap: charging stops where soc + margin reaches it. A BMS's own charge is +-15 % off in the
 * field, so it stands as an upper estimate with that bound: it stops charging too when it
 * stands 15 % above the cap, so that a wrong estimator cannot fill the battery. A cap of 1000
 * leaves the end of charge to the BMS.
 * Floor: a reserve for the house, so the middle of the estimate counts, not its lower bound; cells
 * and DCL protect the battery. A BMS charge 15 % below the floor is low too, and so is its call
 * to be charged.
 * An unknown charge stops both. */
struct bank_limits bank_limits_step(struct bank_guard *guard, const struct bank_config *config,
                                    const struct bank_view *view, const struct soc_estimate *soc,
                                    int32_t inverters_charge_mA, int32_t inverters_discharge_mA,
                                    int64_t now_ms);

/* The cells' own ceiling and floor, by the config or by chemistry. */
int32_t bank_cell_ceiling_mV(const struct bank_config *config);
int32_t bank_cell_floor_mV(const struct bank_config *config);

/* A person at the plant has looked: clears the cells' latches. */
void bank_guard_reset(struct bank_guard *guard);

/* Part of charge_max (discharge_max) allowed at this temperature, this spread, this far below the
 * ceiling: 0..1000. The curves and their sources: bms/curves.c. */
int32_t charge_curve_permille(enum chemistry chemistry, int32_t temp_dC);
int32_t discharge_curve_permille(enum chemistry chemistry, int32_t temp_dC);
int32_t spread_permille(int32_t spread_dC);
int32_t taper_permille(int32_t below_ceiling_mV);

#endif
