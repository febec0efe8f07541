/* A simulated plant behind real ports: CAN buses, a serial line to each inverter, and a clock.
 *
 * Buses are can/bus.h urls; the hub of a local: url is hosted here unless somebody else already
 * does. Each inverter's line is a pty with a link to it (serial_dir/inv1, inv2, ..), or a given
 * port (inverter/stream.h url); the BMS port of those that have one is a pty too (serial_dir/bms1,
 * ..), or they hear their battery on a CAN bus (app/sim_can.h). An inverter that hangs is told when a client opens its port again.
 *
 * Lock step, for a controller in another process that must never fall behind an accelerated
 * plant: it connects to the SOCK_SEQPACKET socket `clock`, hears the plant's time (int64_t
 * microseconds, host byte order) and gives the same 8 bytes back when it has done everything for
 * that time. What the plant says is on the wires before the time is sent; what the controller said
 * is taken in after its echo. One controller at a time; the next one waits its turn. */
#ifndef BUSBAR_APP_SIM_PORTS_H
#define BUSBAR_APP_SIM_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/sim_can.h"
#include "can/bus.h"
#include "inverter/stream.h"
#include "sim/sim.h"

enum { SIM_PATH_SIZE = 108 };

struct sim_ports_config {
    struct sim *sim;
    size_t inverters;
    const char *bus[SIM_BUSES];          /* NULL = not connected */
    const char *serial_dir;              /* where the links to the ptys stand; made when missing */
    const char *serial[SIM_INVERTERS];   /* a given port instead of a pty, where not NULL */
    bool bms[SIM_INVERTERS];             /* its BMS port is wired; needs serial_dir */
    const char *bms_can[SIM_INVERTERS];  /* the bus it hears its battery on, NULL = none */
    const char *clock;                   /* NULL = no lock step */
    bool alone;                          /* runs on when no controller is at the clock; else the
                                          * first step waits up to 5 s for one */
};

struct sim_line {
    int master, slave;                   /* of the pty, -1 = a given port */
    int watch;                           /* inotify's number for the slave */
    char link[SIM_PATH_SIZE];            /* "" = none */
    struct stream stream;
};

struct sim_ports {
    struct sim_ports_config config;
    struct bus_hub *hub[SIM_BUSES];
    struct bus bus[SIM_BUSES];
    struct sim_line line[SIM_INVERTERS], bms[SIM_INVERTERS];
    struct sim_can bms_can[SIM_INVERTERS];
    int64_t retry_ms[SIM_BUSES + SIM_INVERTERS];
    int64_t now_ms;
    int openings;                        /* inotify: clients that open a pty */
    int listener, clock;                 /* clock = the connected controller, -1 = none */
    bool waited;
    char clock_path[SIM_PATH_SIZE];
    char problem[192];                   /* what failed, "" when well */
};

/* 0, or -errno with the reason in ports->problem and everything closed again. A bus or given port
 * that is not there yet is no error: it is tried again each second of plant time. */
int sim_ports_open(struct sim_ports *ports, const struct sim_ports_config *config);

/* Takes the plant to now_ms at its own pace (sim_pace_ms), with everything that goes out and comes
 * in on the way. 0, or when the controller at the clock is lost: -EPIPE it has gone, -ETIMEDOUT it
 * did not answer within 2 s of wall time (or none came); the plant is at now_ms all the same. */
int sim_ports_step(struct sim_ports *ports, int64_t now_ms);

/* A controller is in lock step. */
bool sim_ports_locked(const struct sim_ports *ports);

void sim_ports_close(struct sim_ports *ports);

/* In a forked child: lets go of the descriptors, leaves links and sockets to the parent. */
void sim_ports_forget(struct sim_ports *ports);

#endif
