/* The charge of the bank: an estimator for each pack, and beside them a plain counter of the whole.
 *
 * The two share nothing but the readings. The estimators say the charge and how sure they are; the counter's bound
 * (bms/bank.h) holds whatever the cell is. Where the two exclude each other one is wrong: then both stay
 * possible, and the cap meets the fuller of them.
 *
 * A connected pack that tells no current has its part, by capacity, of what the others leave of the bank's. One that
 * tells no voltage is counted alone, from its BMS's word or the bank's voltage. What flowed while nothing was heard
 * is bounded by the owner's limits. */
#ifndef BUSBAR_BMS_CHARGE_H
#define BUSBAR_BMS_CHARGE_H

#include "bms/bank.h"
#include "bms/estimator.h"

struct charge_config {
    int32_t pack_offset_mA[MAX_PACKS];   /* specification of what measures its current, one sigma */
};

struct charge_pack {
    struct estimator estimator;
    int64_t waits_ms;         /* its current is known since, for a start; 0 = not yet */
    int64_t step_ms;          /* the estimator has come to here */
    double unseen_s;          /* of that, without a current */
    int64_t told_ms;          /* when voltage last told its charge at a steep place; 0 = never */
};

struct charge {
    const struct cell *cell;
    const struct charge_config *config;
    struct charge_pack pack[MAX_PACKS];
    struct soc_counter counter;
};

void charge_init(struct charge *charge, const struct cell *cell, const struct charge_config *config,
                 const struct bank_config *bank);

/* gap_ms old; a pack whose figures cannot be right begins anew. */
void charge_restore(struct charge *charge, const struct bank_config *bank, size_t pack,
                    const struct estimator_saved *saved, int64_t gap_ms, int64_t now_ms);

/* After charge_restore: its current is measured by another sensor than then. */
void charge_sensor_new(struct charge *charge, size_t pack);

/* As of now, with what may have flowed unseen. False: it has not started, and out is as it was. */
bool charge_save(const struct charge *charge, const struct bank_config *bank, const struct bank_view *view,
                 size_t pack, struct estimator_saved *out);

void charge_step(struct charge *charge, const struct bank_config *bank, const struct bank_view *view,
                 const struct pack_readings packs[], int64_t now_ms);

/* Now, with what may have flowed unseen. Its estimator has started. */
struct estimate charge_pack_estimate(const struct charge *charge, const struct bank_config *bank,
                                     const struct bank_view *view, size_t pack);

/* What the cap keeps clear of a charge known to this sigma: one, where it is known well, else two. The cap then holds
 * statistically; nothing in a cell ends at it. */
int32_t charge_margin_permille(double sigma);

/* Of the connected packs, weighted by capacity. error_permille is two sigma, and no less than what the counter
 * contradicts. */
struct soc_estimate charge_estimate(const struct charge *charge, const struct bank_config *bank,
                                    const struct bank_view *view);

#endif
