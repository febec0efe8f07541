/* Models of inverters that the simulator can be, each as a table of answers under what was captured
 * from that model (docs/axpert.md), with its ratings, lists and setters.
 *
 * To add one: a row in variants[] of sim/variants.c, and its answers in a table beside the others.
 * test/sim_variants_test.c compares every answer with the captured one of that model. */
#ifndef BUSBAR_SIM_VARIANTS_H
#define BUSBAR_SIM_VARIANTS_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/pi30_wire.h"
#include "sim/sim.h"

enum sim_row_kind {
    ROW_ANSWER,
    ROW_SUM,        /* REVO: one byte for a CRC */
    ROW_MEMBER,     /* the last digit of the word is a unit's number in its group */
    ROW_NO_MEMBER   /* the same where there is no such unit: zeros, and live totals */
};

struct sim_row {
    const char *word;      /* n, y, m, d, h stand for digits */
    const char *answer;    /* sim/pi30_look.h */
    enum sim_row_kind kind;
};

/* Which setters a model takes (sim/pi30_set.c); voltages are those of its battery. */
enum sim_takes {
    TAKES_PI30     = 1 << 0,    /* what all of the family take */
    TAKES_UTILITY  = 1 << 1,    /* PCP00: charging from the grid first */
    TAKES_MCHGC3   = 1 << 2,    /* MCHGCnnn */
    TAKES_MNCHGC3  = 1 << 3,    /* MNCHGCnnn */
    TAKES_MNCHGC4  = 1 << 4,    /* MNCHGCmnnn, m = its number in a group */
    TAKES_MUCHGC3  = 1 << 5,
    TAKES_MUCHGC4  = 1 << 6,
    TAKES_MAX      = 1 << 7,    /* PBATCD, PBATMAXDISC, PCVT */
    TAKES_LOGIC    = 1 << 8,    /* POPLG */
    TAKES_PV       = 1 << 9,    /* PPVON, PPVOFF: an owner's own command */
    TAKES_REVO     = 1 << 10,   /* PSET */
    TAKES_PI18     = 1 << 11,
    TAKES_PI17     = 1 << 12,
    TAKES_SHORT_BATTERIES = 1 << 13   /* battery types 0 to 2 only */
};

enum sim_way {
    WAY_ALONE_ANSWERS = 1,      /* without a group QPGS0 says 0 and then its data */
    WAY_DIGITS_31     = 2,      /* QPIWS: fault code in characters 31 and 32 */
    WAY_DIGITS_32     = 4,
    WAY_SPLIT         = 8       /* two legs of half the power each */
};

struct variant {
    const char *name;           /* "max-8kw" */
    const char *help;           /* for people, one line */
    const char *model, *firmware;
    enum sim_framing framing;
    double out_V, out_Hz, rated_A, rated_W, rated_VA, battery_V, idle_W, efficiency;
    int inputs;
    double voc_max_V, mppt_min_V, mppt_max_V, isc_max_A, pv_max_W, start_V;   /* of each input */
    int parallel_max;
    int cv_min;                 /* minutes at constant voltage as delivered; 0 = by itself */
    int charge_max_A;           /* 10, 20, .. of QMCHGCR */
    int charge_least_A;
    int ac_charge_max_A;        /* 2, 10, 20, .. of QMUCHGCR; 0 = no list */
    unsigned takes, ways;
    const char *letters, *letters_on;   /* of QFLAG */
    const struct sim_row *rows[3];      /* in this order; each ends with word NULL */
};

extern const struct variant sim_variants[];
extern const size_t sim_variant_count;

/* Of an inverter's config; the MAX 8 kW where none is named. */
const struct variant *sim_variant_of(const struct sim_inverter_config *config);
const struct variant *sim_variant_named(const char *name);

/* Gives an inverter of the plant this model: its ratings and those of its PV inputs. */
void sim_variant_set(struct sim_config *config, int inverter, const struct variant *variant);

/* After the last sim_variant_set: fits battery and strings to the models; NULL, or what cannot be. */
const char *sim_variants_fit(struct sim_config *config);

/* The row that answers a word, as far as kinds (bits of 1 << enum sim_row_kind) allow. */
const struct sim_row *sim_row_find(const struct variant *variant, const char *word, unsigned kinds);

/* True when the text has digits where the pattern has n y m d h, else the same characters. */
bool sim_word_fits(const char *text, const char *pattern);

/* Amperes allowed: 2, 10, 20 .. most; how many. */
size_t sim_charge_list(int least, int most, int list[24]);

/* Tables, in sim/variants_*.c. */
extern const struct sim_row sim_rows_pi30[], sim_rows_max[], sim_rows_max8[], sim_rows_max72[], sim_rows_twin[];
extern const struct sim_row sim_rows_mks[], sim_rows_king[], sim_rows_vm3[], sim_rows_clone10[];
extern const struct sim_row sim_rows_pip24[], sim_rows_powmr12[], sim_rows_pi41[], sim_rows_revo[];
extern const struct sim_row sim_rows_pi18[], sim_rows_pi17[], sim_rows_none[];

#endif
