/* How fast the bank ages, as far as laboratories know: for people, never for a decision.
 *
 * From the running plant two things are kept: the time at each charge and temperature, and half
 * cycles by their depth (rainflow, ASTM E1049-85 section 5.4.4, as a stream). Published models turn
 * them into the capacity a new bank would lose in a year of this use, mean of ten years. They differ
 * by factors, so a band over all of one chemistry is told, never one figure.
 *
 * They also flatter: 106 system years of home storage in the field lost 2 to 3 percentage points of
 * usable capacity a year (Figgener et al., Nature Energy 2024). Nothing is told in years gained.
 *
 * Where the cell file tells what tests of the bank's own cell lost, each model is made to lose that in these tests, time
 * and cycles apart: the band is then only of what the models do not agree on.
 *
 * To add a model: a function and a row in bms/ageing_models.c, its figures in the test. */
#ifndef BUSBAR_BMS_AGEING_H
#define BUSBAR_BMS_AGEING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bms/bank.h"
#include "bms/cell.h"

enum {
    AGEING_CHARGES = 20,            /* rows of 5 % */
    AGEING_TEMPS = 14,              /* columns of 5 K from -10 C */
    AGEING_DEPTHS = 20,             /* half cycles up to 5 %, 10 % .. */
    AGEING_TURNS = 64,              /* turning points that wait for their counterpart */
    AGEING_DEAD_PERMILLE = 10,      /* less is no turn */
    AGEING_NOTE_MS = 60000, AGEING_GAP_MS = 600000,
    AGEING_DAYS_MIN = 14,           /* no figure before so much was seen */
    AGEING_MODELS_MAX = 4
};

/* What survives a restart. */
struct ageing_memory {
    uint32_t seconds[AGEING_CHARGES][AGEING_TEMPS];
    uint32_t half_cycles[AGEING_DEPTHS];
    uint32_t depth_permille[AGEING_DEPTHS];  /* their sum */
    uint16_t turn_permille[AGEING_TURNS];    /* rainflow's rest, the newest still moving */
    uint8_t turns;
};
struct ageing {
    struct ageing_memory memory;
    int64_t noted_ms;               /* 0 = never */
};

/* As often as one likes; unknown charge or temperature adds nothing. */
void ageing_note(struct ageing *ageing, bool soc_known, int32_t soc_permille, bool temp_known,
                 int32_t temp_dC, int64_t now_ms);

/* A use of the bank, the same each day. */
struct ageing_use {
    double days;                    /* seen */
    double cycles_a_day;            /* equivalent full cycles */
    double share[AGEING_CHARGES][AGEING_TEMPS];  /* of the time; sum 1 */
    double soc[AGEING_CHARGES];     /* 0..1, what a row stands for */
    double temp_K[AGEING_TEMPS];
    double depth[AGEING_DEPTHS];    /* 0..1 */
    double depth_share[AGEING_DEPTHS];           /* of the throughput; sum 1, or 0 */
};
struct ageing_use ageing_use_of(const struct ageing_memory *memory);
/* The same in another window: charge z becomes low + (z - from) * gain, at most 1; depth and
 * throughput grow by gain. */
struct ageing_use ageing_moved(const struct ageing_use *use, double from, double low, double gain);

/* How much more than the model's own cell another loses with time and by cycles; 1 = as much. */
struct ageing_scale {
    double calendar, cycle;
};
struct ageing_model {
    const char *name;
    uint8_t chemistries;            /* bits of enum chemistry */
    /* capacity lost after so many years of this use from new, 0..1 */
    double (*loss)(const struct ageing_use *use, double years, const struct ageing_scale *scale);
};
/* Such that the model loses what the cell's own tests lost; 1 where there are none. The model keeps the word on how
 * charge, temperature, depth and time act. At least 0, at most 100. */
struct ageing_scale ageing_scale_of(const struct ageing_model *model, const struct cell_ageing *cell);

extern const struct ageing_model ageing_models[];
extern const size_t ageing_model_count;
const struct ageing_model *ageing_model_find(const char *name);

/* Over the models of the chemistry. */
struct ageing_band {
    double low, high;
};
/* Percentage points of capacity a year. */
struct ageing_report {
    bool known;                     /* AGEING_DAYS_MIN were seen */
    double days, cycles_a_year, soc_mean, temp_mean_C;
    struct ageing_band with;        /* as the bank is used */
    struct ageing_band full;        /* the same energy with its top at 100 % */
    struct ageing_band whole;       /* all of the range, and so more energy */
    struct ageing_band by_charge;   /* full less with, model by model */
    struct ageing_band by_throughput;  /* whole less full */
    double throughput_gain;         /* of whole, 1 = the same */
    size_t models;
    const char *model[AGEING_MODELS_MAX];
    double model_with[AGEING_MODELS_MAX];
};
/* cell: what is known of the bank's own. */
struct ageing_report ageing_report(const struct ageing_memory *memory, enum chemistry chemistry,
                                   const struct cell_ageing *cell, int32_t cap_permille);

#endif
