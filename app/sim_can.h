/* The CAN bus on which a simulated inverter hears its battery, for app/sim_ports.c: a can/bus.h url,
 * the hub of a local: one is hosted here unless somebody else already does. Several inverters may
 * be on one bus. */
#ifndef BUSBAR_APP_SIM_CAN_H
#define BUSBAR_APP_SIM_CAN_H

#include "can/bus.h"
#include "sim/sim.h"

struct sim_can {
    const char *url;             /* NULL = none */
    struct bus_hub *hub;         /* NULL = hosted elsewhere, or no local: */
    struct bus bus;
    int64_t retry_ms;
};

/* Of url NULL nothing. 0, or -errno with the reason in problem; a bus that is not there yet is tried
 * again each second of plant time. */
int sim_can_open(struct sim_can *can, const char *url, char *problem, size_t room);

/* What the inverter says goes out; what came goes to it. */
void sim_can_talk(struct sim_can *can, struct sim *sim, int inverter, int64_t now_ms);
void sim_can_listen(struct sim_can *can, struct sim *sim, int inverter);
void sim_can_pump(struct sim_can *can);

/* In a forked child: the bus alone. */
void sim_can_forget(struct sim_can *can);
void sim_can_close(struct sim_can *can);

#endif
