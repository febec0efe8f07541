/* Small questions about the wiring, shared by planner and sequencer. */
#ifndef BUSBAR_PHASE_ROUTER_WIRING_H
#define BUSBAR_PHASE_ROUTER_WIRING_H

#include "phase-router/router.h"

/* The contact that joins them, or NO_CONTACT. */
uint8_t contact_between(const struct topology *topology, uint8_t string, uint8_t input);

#endif
