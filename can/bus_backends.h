/* The backends behind can/bus.h. */
#ifndef BUSBAR_CAN_BUS_BACKENDS_H
#define BUSBAR_CAN_BUS_BACKENDS_H

#include "can/bus.h"

extern const struct bus_ops bus_socketcan, bus_local, bus_log, bus_memory;

/* For backends without a kernel that filters. */
bool bus_filter_passes(const struct bus *bus, const struct frame *frame);

/* The local bus on the wire: one packet a frame, host byte order, one machine. */
enum { LOCAL_MAGIC = 0x31425542 };    /* "BUB1": changes with the layout */
struct local_packet {
    uint32_t magic;
    uint32_t lost;                    /* frames the hub dropped for this client before this one */
    struct frame frame;
};

#endif
