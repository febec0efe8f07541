/* From the fields of an answer to the unit's readings. Inner to unit.c. */
#ifndef BUSBAR_INVERTER_UNIT_READ_H
#define BUSBAR_INVERTER_UNIT_READ_H

#include "inverter/pi30.h"
#include "inverter/unit.h"

/* Do we drive a unit that answers QPI so? */
bool unit_speaks(const struct pi30_fields *qpi);

void unit_read(struct unit *unit, enum pi30_command command, const struct pi30_fields *fields,
               int64_t now_ms);

#endif
