/* The saved cap policy, ageing, charges and current sensors as messages, and back. app/state_codec.c alone uses this. */
#ifndef BUSBAR_APP_STATE_PARTS_H
#define BUSBAR_APP_STATE_PARTS_H

#include "app/state.pb-c.h"
#include "bms/ageing.h"
#include "bms/cap.h"
#include "bms/currents.h"
#include "bms/estimator.h"

/* protobuf-c packs messages that hold pointers to their parts. */
struct cap_parts {
    SavedCap message;
    int32_t hour_mA[CAP_HOURS];
};
struct ageing_parts {
    SavedAgeing message;
    uint32_t seconds[AGEING_CHARGES * AGEING_TEMPS];
    uint32_t half_cycles[AGEING_DEPTHS], depth_permille[AGEING_DEPTHS];
    uint32_t turn_permille[AGEING_TURNS];
};
struct currents_parts {
    SavedCurrents message;
    SavedSensor sensors[CURRENTS_SENSORS], *sensor_at[CURRENTS_SENSORS];
    SavedNode nodes[CURRENTS_NODES], *node_at[CURRENTS_NODES];
};

SavedCap *cap_pack(struct cap_parts *parts, const struct cap_memory *memory);
SavedAgeing *ageing_pack(struct ageing_parts *parts, const struct ageing_memory *memory);
SavedCurrents *currents_pack(struct currents_parts *parts, const struct currents_learned *learned);
void charge_pack(SavedPack *to, const struct estimator_saved *charge);

/* from may be NULL: nothing was saved. A value that is not allowed is left out, with all that hangs
 * on it; memory is zero before. */
void cap_unpack(struct cap_memory *memory, const SavedCap *from);
void ageing_unpack(struct ageing_memory *memory, const SavedAgeing *from);
void currents_unpack(struct currents_learned *learned, const SavedCurrents *from);

/* False: not all of it was saved, or a number is none. */
bool charge_unpack(struct estimator_saved *charge, const SavedPack *from);

#endif
