/* What befalls a simulated inverter's answer on its way, by its quirks. */
#ifndef BUSBAR_SIM_PI30_LINE_H
#define BUSBAR_SIM_PI30_LINE_H

#include "sim/state.h"

/* The unit's answer stands ready to be sent, whole. */
void line_quirks_add(struct sim *sim, int inverter);

#endif
