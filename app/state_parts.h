/* The saved cap policy and ageing as messages, and back. app/state_codec.c alone uses this. */
#ifndef BUSBAR_APP_STATE_PARTS_H
#define BUSBAR_APP_STATE_PARTS_H

#include "app/state.pb-c.h"
#include "bms/ageing.h"
#include "bms/cap.h"

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

SavedCap *cap_pack(struct cap_parts *parts, const struct cap_memory *memory);
SavedAgeing *ageing_pack(struct ageing_parts *parts, const struct ageing_memory *memory);

/* from may be NULL: nothing was saved. A value that is not allowed is left out, with all that hangs
 * on it; memory is zero before. */
void cap_unpack(struct cap_memory *memory, const SavedCap *from);
void ageing_unpack(struct ageing_memory *memory, const SavedAgeing *from);

#endif
