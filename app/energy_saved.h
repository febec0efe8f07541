/* The energy counts in the state file. */
#ifndef BUSBAR_APP_ENERGY_SAVED_H
#define BUSBAR_APP_ENERGY_SAVED_H

#include "app/controller.h"
#include "app/state.pb-c.h"
#include "app/state_file.h"

/* app/saved.c: between controller and state; an inverter that is new in the config starts at nothing. */
void energy_save(struct saved_state *state, const struct controller *controller, int64_t now_ms,
                 int64_t wall_ms);
void energy_restore(const struct saved_state *state, struct controller *controller, int64_t now_ms,
                    int64_t wall_ms);

/* app/state_codec.c: between state and message. protobuf-c packs messages that hold pointers to their
 * parts. A count that cannot be is left out. */
struct energy_parts {
    SavedEnergyUnit units[MAX_INVERTERS], *unit_at[MAX_INVERTERS];
    SavedEnergy counts[MAX_INVERTERS][ENERGY_KINDS], *count_at[MAX_INVERTERS][ENERGY_KINDS];
};
void energy_pack(struct energy_parts *parts, SavedState *message, const struct saved_state *state);
void energy_unpack(struct saved_state *state, const SavedState *from);

#endif
