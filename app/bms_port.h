/* The serial lines to inverters' BMS ports: bytes between a stream and its bms/lib_port.h.
 *
 * A line that is missing or lost is tried again each second; the rest of the plant runs. They are
 * looked at each BMS_PORTS_LOOK_MS, for a request that may have waited longer than LIB_ANSWER_MS is
 * not answered. An answer that a hanging adapter has not sent is thrown away on tty: ports, whose
 * descriptor is the line's own; serial: ports do not show what waits in them. */
#ifndef BUSBAR_APP_BMS_PORT_H
#define BUSBAR_APP_BMS_PORT_H

#include "app/config.h"
#include "app/controller.h"
#include "inverter/stream.h"

enum { BMS_PORTS_LOOK_MS = 20 };

struct bms_ports {
    const struct config *config;
    uint8_t count;                     /* of emulations; those on a bus have no stream */
    bool any;
    struct stream streams[MAX_EMULATIONS];
    int64_t retry_ms[MAX_EMULATIONS];
    int64_t said_ms[MAX_EMULATIONS];   /* an answer may still be on its way out since; 0 = none */
    uint32_t thrown_away;
    /* As io.h's: called when a descriptor appears or goes, slot = number of the emulation. */
    void (*watch)(void *context, int slot, int fd);
    void *context;
};

/* Tries to open all; whatever fails is named in its stream's problem and tried again. */
void bms_ports_open(struct bms_ports *ports, const struct config *config,
                    struct controller *controller, int64_t now_ms,
                    void (*watch)(void *context, int slot, int fd), void *context);

/* Takes in what has arrived and answers it at once; reopens what is lost. */
void bms_ports_turn(struct bms_ports *ports, struct controller *controller, int64_t now_ms);

/* When they are to be looked at again, INT64_MAX without any. */
int64_t bms_ports_wake_ms(const struct bms_ports *ports, int64_t now_ms);

void bms_ports_close(struct bms_ports *ports);

#endif
