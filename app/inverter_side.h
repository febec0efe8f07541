/* Joins the bank of inverters to the tick: what it sees of the units, their energy, and what the journal is
 * told. Nothing here orders anything. Pure. */
#ifndef BUSBAR_APP_INVERTER_SIDE_H
#define BUSBAR_APP_INVERTER_SIDE_H

#include "inverter/bank.h"
#include "inverter/energy.h"

struct controller;

/* What the journal was told last of each unit. */
struct told_inverters {
    int32_t fault[MAX_INVERTERS];
    uint32_t warnings[MAX_INVERTERS][2];
    bool doubt[INVERTER_CHECKS][MAX_INVERTERS];
    uint8_t trap[MAX_INVERTERS];
};

struct inverter_side {
    struct inverter_bank bank;
    struct inverter_bank_view view;
    struct energy_unit energy[MAX_INVERTERS];
    int64_t day;                       /* local days since 1970 of day_mJ; 0 = not known */
    int64_t next_ms;
    struct told_inverters told;
};

void inverter_side_setup(struct controller *controller);
void inverter_side_step(struct controller *controller, int64_t now_ms);
void tell_inverter_bank(struct controller *controller, int64_t now_ms);

/* The owner's sums over all units, Wh, and since midnight. P: produced by the sun. L: given to loads.
 * T: through the battery, in and out. V: what is lost between, P + taken from the grid + discharge -
 * L - charge - fed into it; it also holds what the units measure wrong. */
struct plant_energy {
    int64_t P, L, T, V;
};
struct plant_energy plant_energy(const struct inverter_side *side, size_t units, bool today);

#endif
