/* What `busbar sim` tells about its plant: a line for people each minute, a line of JSON each second. */
#ifndef BUSBAR_APP_SIM_TELL_H
#define BUSBAR_APP_SIM_TELL_H

#include <stdio.h>

#include "sim/sim.h"

void sim_tell_minute(const struct sim_config *plant, const struct sim *sim, FILE *out);

/* One object: time, battery, and for each inverter its name, model, serial, mode and powers, how many
 * answers it has given, how many of their CRCs had a byte 00, and how often each quirk has struck. */
void sim_tell_truth(const struct sim_config *plant, const struct sim *sim, FILE *out);

#endif
