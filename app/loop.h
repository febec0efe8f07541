/* The loop: the only place that reads a clock. It moves bytes between ports and controller, runs
 * tick() each 100 ms and earlier when a safety reading changed, writes the journal and the state,
 * answers the control socket and feeds the watchdog only after a tick. */
#ifndef BUSBAR_APP_LOOP_H
#define BUSBAR_APP_LOOP_H

#include "app/config.h"

/* Runs until SIGTERM, SIGINT or the simulator's end; contacts stay as they are.
 * Returns the exit status. */
int loop_run(const struct config *config);

#endif
