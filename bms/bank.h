/* The bank: packs in parallel seen as one battery, its charge, its cap, its limits.
 *
 * Packs -> bank_view (sums, worst cells, weakest limits) -> estimator -> bank_limits. */
#ifndef BUSBAR_BMS_BANK_H
#define BUSBAR_BMS_BANK_H

#include <stdbool.h>
#include <stdint.h>

#include "bms/pack.h"
#include "core/limit.h"
#include "core/limits.h"

enum chemistry { CHEMISTRY_LFP, CHEMISTRY_NMC, CHEMISTRY_NCA, CHEMISTRIES };

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

/* What is known of the bank at this tick. valid = false where nothing fresh is known. */
struct bank_view {
    bool known;               /* voltage and current of at least one connected pack are fresh */
    int32_t voltage_mV;
    int32_t current_mA;       /* fused: shunt when fresh, else the packs' sum; + charges */
    const char *current_from; /* "shunt bank", "packs" */
    int32_t temp_min_dC, temp_max_dC;
    bool temp_known;
    int32_t cell_min_mV, cell_max_mV;
    bool cells_known;
    int32_t bms_soc_permille; /* weighted by capacity; -1 unknown */
    int32_t bms_soc_max_permille, bms_soc_min_permille;
    int32_t cvl_mV, dvl_mV;   /* least CVL, greatest DVL */
    int32_t ccl_mA, dcl_mA;   /* connected packs x the weakest */
    bool charge_ok, discharge_ok, force_charge;
    uint32_t alarms, warnings;
    uint8_t packs_fresh, packs;
    int64_t bms_age_ms;       /* of the oldest pack that counts; INT64_MAX when none was ever heard */
};

/* bank_view of the packs; shunt_mA may be NULL. */
void bank_look(struct bank_view *view, const struct bank_config *config,
               const struct pack_readings packs[], const struct reading *shunt_mA,
               const char *shunt_name, int64_t now_ms);

/* --- charge estimate: the interface every estimator keeps --- */
struct soc_estimate {
    bool known;
    int32_t soc_permille;
    int32_t error_permille;   /* honest bound: the truth lies within +- this */
    int64_t anchored_ms;      /* when it was last tied to a voltage; 0 never */
};

/* Coulomb counter with a rest-voltage start. All of its memory is here, so that it can be
 * saved and restored. Doubles live only in the battery model. */
struct soc_counter {
    bool started;
    double soc, error;        /* 0..1 */
    double hours_since_anchor;
    int64_t last_ms;
    int64_t rest_since_ms;    /* current below C/100 since; 0 = not at rest */
    int64_t anchored_ms;
};

void soc_counter_init(struct soc_counter *counter);
void soc_counter_restore(struct soc_counter *counter, double soc, double error, int64_t now_ms);
void soc_counter_step(struct soc_counter *counter, const struct bank_config *config,
                      const struct bank_view *view, int64_t now_ms);
struct soc_estimate soc_counter_estimate(const struct soc_counter *counter);

/* --- limits --- */
struct bank_limits {
    struct limit charge_mA;      /* 0.. */
    struct limit discharge_mA;   /* 0.. */
    struct limit charge_mV;      /* voltage set-point ceiling */
    bool cap_reached;
    bool low;                    /* at or under the floor: the grid carries */
};

/* Latches and hysteresis between ticks. */
struct bank_guard {
    bool cap_held, low_held;
    bool cell_high_latched, cell_low_latched;  /* beyond +-100 mV: until a local reset */
    int32_t charge_mA_before;                  /* for "no increase" while the BMS is 3 s silent */
    int32_t discharge_mA_before;
    int64_t bms_back_ms;
    int32_t cap_request_permille;              /* 0 = none, else owner's one-off cap */
};

/* Invariants 22-27: minimum of BMS, cap, temperature, cells, inverters, user, age. */
struct bank_limits bank_limits_step(struct bank_guard *guard, const struct bank_config *config,
                                    const struct bank_view *view, const struct soc_estimate *soc,
                                    int32_t inverters_charge_mA, int32_t inverters_discharge_mA,
                                    int64_t now_ms);

#endif
