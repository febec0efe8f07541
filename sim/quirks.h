/* The quirks of simulated inverters by name (enum sim_quirk in sim/sim.h). */
#ifndef BUSBAR_SIM_QUIRKS_H
#define BUSBAR_SIM_QUIRKS_H

#include "sim/sim.h"

const char *sim_quirk_name(enum sim_quirk quirk);      /* "late" */
const char *sim_quirk_help(enum sim_quirk quirk);      /* with what its amount means */
enum sim_quirk sim_quirk_named(const char *name);      /* SIM_QUIRK_NONE when there is none */

#endif
