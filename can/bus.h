/* The bus port: one interface, four backends.
 *
 *     can0, vcan0, socketcan:NAME   SocketCAN
 *     local:PATH                    local bus: SOCK_SEQPACKET clients of a hub at PATH
 *     log:FILE                      candump -L file, read only (writing: can/text.h)
 *     mem:NAME                      in memory, for tests: ports opened with one struct bus_mem
 *
 * A port never blocks. bus_recv fills a batch; 0 means nothing now. bus_send takes a
 * deadline: a frame that could not leave by then is dropped and counted, so that an old
 * relay order never leaves a queue late. A port that fails closes itself, returns
 * -ENETDOWN or -ENODEV until bus_reopen succeeds; the loop retries with backoff.
 *
 * To add a backend: fill one struct bus_ops and a row in bus.c's table. */
#ifndef BUSBAR_CAN_BUS_H
#define BUSBAR_CAN_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "can/frame.h"

struct bus;

struct bus_filter {
    uint32_t id, mask;  /* a frame passes when (frame.id & mask) == (id & mask) .. */
    bool ext;           /* .. and its identifier kind is this */
};

enum bus_state { BUS_DOWN, BUS_ACTIVE, BUS_WARNING, BUS_PASSIVE, BUS_OFF, BUS_STATE_UNKNOWN };

struct bus_stats {
    uint64_t rx, tx;           /* frames taken in, frames given to the wire */
    uint64_t rx_lost;          /* dropped by the kernel or the hub before we read them */
    uint64_t tx_dropped;       /* not sent: queue full or dead, or deadline passed */
    uint64_t errors;           /* error frames */
    uint32_t bus_off, restarts, reopened;
    uint16_t tx_errors, rx_errors;  /* controller's counters, SocketCAN only */
};

struct bus_ops {
    const char *scheme;
    int (*open)(struct bus *bus, const char *where);
    int (*recv)(struct bus *bus, struct frame *frames, size_t room);
    int (*send)(struct bus *bus, const struct frame *frame);
    int (*flush)(struct bus *bus);  /* forget everything queued for sending */
    void (*poll)(struct bus *bus);  /* refresh state and counters; slow path, each second */
    void (*close)(struct bus *bus);
};

enum { BUS_FILTERS = 64, BUS_URL_SIZE = 128 };

struct bus {
    const struct bus_ops *ops;
    int fd;                        /* to wait on, -1 while closed */
    char url[BUS_URL_SIZE];
    struct bus_filter filters[BUS_FILTERS];
    size_t filter_count;           /* 0 = take everything */
    enum bus_state state;
    struct bus_stats stats;
    void *impl;                    /* backend's own */
    char problem[128];             /* why it is closed or limited, "" when well */
};

/* Opens; on failure returns -errno, leaves the reason in bus->problem and the struct ready
 * for bus_reopen. -EINVAL: the url itself is wrong. */
int bus_open(struct bus *bus, const char *url, const struct bus_filter *filters, size_t count);
int bus_reopen(struct bus *bus);

/* Number of frames, 0 for none now, -ENETDOWN/-ENODEV when the port has closed itself. */
int bus_recv(struct bus *bus, struct frame *frames, size_t room);

/* 0 when given to the wire; -ENOBUFS/-EAGAIN when dropped (counted), -ENETDOWN when down. */
int bus_send(struct bus *bus, const struct frame *frame);

/* After trouble: nothing queued before this call may leave the machine later. */
int bus_flush(struct bus *bus);

void bus_poll(struct bus *bus);
void bus_close(struct bus *bus);
const char *bus_state_name(enum bus_state state);

/* In-memory bus for tests: every port opened on it hears all others. */
struct bus_mem;
struct bus_mem *bus_mem_new(void);
void bus_mem_free(struct bus_mem *mem);
int bus_open_mem(struct bus *bus, struct bus_mem *mem);

/* The hub of a local bus. One process owns it (the simulator, or `busbar hub`) and pumps it
 * from its loop; every frame goes to all clients but its sender. */
struct bus_hub;
int bus_hub_open(struct bus_hub **hub, const char *path);
int bus_hub_fd(const struct bus_hub *hub);       /* an epoll fd, readable when there is work */
void bus_hub_pump(struct bus_hub *hub);
void bus_hub_close(struct bus_hub *hub);

#endif
