/* A simulated plant behind real ports: buses, serial lines, and the clock it shares.
 *
 * Local buses are hosted here (the hub lives in this process). Each inverter gets a pty with a link
 * serial_dir/inv1, inv2, .., or an existing serial port. With a clock socket and a controller on it,
 * time goes in lock step: frames are put on the buses, the time is sent, the controller answers when
 * it has done everything for it, and what it sent is heard before the next step. */
#ifndef BUSBAR_APP_SIM_PORTS_H
#define BUSBAR_APP_SIM_PORTS_H

#include "can/bus.h"
#include "inverter/stream.h"
#include "sim/sim.h"

struct sim_ports_config {
    struct sim *sim;
    int inverters;
    const char *bus[SIM_BUSES];          /* can/bus.h names; NULL = not connected */
    const char *serial_dir;              /* ptys with links there, NULL = none .. */
    const char *serial[SIM_INVERTERS];   /* .. or ports of one's own, inverter/stream.h names */
    const char *clock;                   /* path of the lock-step socket, NULL = none */
};

struct sim_ports {
    struct sim_ports_config config;
    struct bus_hub *hubs[SIM_BUSES];
    struct bus buses[SIM_BUSES];
    int pty[SIM_INVERTERS], pty_far[SIM_INVERTERS];   /* far: kept open so that the pty lives on */
    char link[SIM_INVERTERS][128];
    struct stream streams[SIM_INVERTERS];
    int listener, controller;            /* clock socket, -1 = none */
    bool had_controller;
    char problem[160];
};

/* 0, or -errno with ports->problem. */
int sim_ports_open(struct sim_ports *ports, const struct sim_ports_config *config);

/* The plant to now_ms, and everything in and out. -EPIPE when a controller was there in lock step
 * and has gone or does not answer within 5 s. */
int sim_ports_step(struct sim_ports *ports, int64_t now_ms);

/* In a forked child: drops the descriptors, removes nothing. */
void sim_ports_forget(struct sim_ports *ports);
void sim_ports_close(struct sim_ports *ports);

#endif
