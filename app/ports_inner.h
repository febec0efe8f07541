/* Between app/ports.c (devices) and app/ports_roles.c (whose unit is there). */
#ifndef BUSBAR_APP_PORTS_INNER_H
#define BUSBAR_APP_PORTS_INNER_H

#include "app/ports.h"

/* Asks an open port who is there, from the start. */
void port_ask(struct port *port, int64_t now_ms);

/* Closes it, to that state. It is nobody's. */
void port_shut(struct ports *ports, struct port *port, enum port_state state);

/* A probe is over: its unit becomes an inverter's, or not. */
void role_offer(struct ports *ports, struct plant *plant, struct port *port, int64_t now_ms);

/* Whether the unit on an owned port still is its inverter's; disowns it when not. */
void role_check(struct ports *ports, struct plant *plant, struct port *port, int64_t now_ms);

/* Asks the unit of an owned port for its number once more. */
void role_prove(struct port *port, int64_t now_ms);

/* The port is nobody's any more; nothing when it was nobody's. */
void role_leave(struct ports *ports, struct plant *plant, struct port *port, int64_t now_ms);

#endif
