/* The bank: packs in parallel seen as one battery, its charge, its cap, its limits.
 *
 * Packs -> bank_view (sums, worst cells, weakest limits) -> estimator -> bank_limits. */
#ifndef BUSBAR_BMS_BANK_H
#define BUSBAR_BMS_BANK_H

#include <stdbool.h>
#include <stdint.h>

#include "bms/cell.h"
#include "bms/currents.h"
#include "bms/pack.h"
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
};

/* Age limits: a pack older than FRESH tells no current and lets nothing rise; older than
 * CHARGE stops charging; older than GONE stops everything and is no longer counted. */
enum {
    BANK_SHUNT_MS = 1000, BANK_INVERTER_MS = 5000, BANK_FRESH_MS = 3000, BANK_CHARGE_MS = 10000, BANK_GONE_MS = 60000,
    BANK_STABLE_MS = 30000 /* a BMS that came back lets limits rise only after this */
};

/* What is known of the bank at this tick. */
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
    int32_t cvl_mV, dvl_mV;   /* least CVL, greatest DVL; 0 unknown */
    int32_t ccl_mA, dcl_mA;   /* connected packs x the weakest */
    bool charge_ok, discharge_ok, force_charge;
    uint32_t alarms, warnings;
    uint8_t packs_fresh, packs;
    int64_t bms_age_ms;       /* oldest configured pack; INT64_MAX: one was never heard */
};

/* How old a pack's word is: the oldest of voltage, CVL, CCL, DCL and of everything else it has
 * ever told that a limit rests on. One message that stops makes the whole pack old. */
int64_t pack_age_ms(const struct pack_readings *pack, int64_t now_ms);

/* Wires of a currents_config that has a battery: all of it, then its packs. */
enum { BANK_WIRE = 0, BANK_PACK_WIRE = 1 };

/* bank_view of the packs; flow[BANK_WIRE] is the battery's fused current and
 * flow[BANK_PACK_WIRE + i] that of pack i, from what current_from names. Parallel packs share unevenly, so the current
 * limits are the connected packs times the weakest. A configured pack that is silent is still
 * joined to the others: it makes the whole bank old. */
void bank_look(struct bank_view *view, const struct bank_config *config,
               const struct pack_readings packs[], const struct currents_flow flow[],
               const char *current_from, int64_t now_ms);

/* --- charge estimate: the interface every estimator keeps --- */
struct soc_estimate {
    bool known;
    int32_t soc_permille;
    int32_t error_permille;   /* honest bound: the truth lies within +- this */
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
    int32_t cap_request_permille;              /* 0 = none, else owner's one-off cap */
};

/* Default ceiling, floor, release and latch distance of a cell. Permille beyond the cap (below
 * the floor) at which the BMS's own figure stops as well. */
enum {
    CELL_CEILING_LFP_mV = 3500, CELL_CEILING_NMC_mV = 4100, CELL_FLOOR_LFP_mV = 2800,
    CELL_FLOOR_NMC_mV = 3000, CELL_RELEASE_mV = 20, CELL_LATCH_mV = 100,
    FLOOR_HYSTERESIS_PERMILLE = 30, BMS_SOC_ERROR_PERMILLE = 150
};

/* Invariants 22-27: minimum of BMS, cap, temperature, cells, inverters, user, age. Where several
 * forbid a direction, the first of age, alarm, enable, cell, temperature, cap or floor is named.
 *
 * Cap: charging stops where soc + error reaches it. A BMS's own charge is +-15 % off in the
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

/* Part of charge_max allowed at this temperature, 0..1000: the lithium iron phosphate curve. */
int32_t charge_curve_permille(int32_t temp_dC);

#endif
