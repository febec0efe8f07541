/* The controller's ports: every bus of the config and the inverters' lines (app/ports.h), opened,
 * watched, retried. A missing one is named and tried again; the rest of the plant runs. */
#ifndef BUSBAR_APP_IO_H
#define BUSBAR_APP_IO_H

#include "app/config.h"
#include "app/controller.h"
#include "app/ports.h"
#include "can/bus.h"

struct bms_ports;

struct io {
    const struct config *config;
    const struct bms_ports *bms;       /* for status; NULL = none */
    struct bus buses[MAX_BUSES];
    struct ports ports;
    int64_t bus_retry_ms[MAX_BUSES];
    int32_t bus_wait_ms[MAX_BUSES];
    int64_t poll_ms;
    /* Called when a descriptor appears or goes; the loop keeps its sources by it. */
    void (*watch)(void *context, int slot, int fd);
    void *context;
};

/* Slots for watch: buses first, then ports. */
enum { IO_SLOTS = MAX_BUSES + MAX_PORTS };

/* Tries to open everything once; whatever fails is retried by io_supervise. */
void io_open(struct io *io, const struct config *config, struct controller *controller,
             int64_t now_ms, void (*watch)(void *context, int slot, int fd), void *context);

/* Takes in what has arrived at this descriptor, one that watch was told of, or everything. */
enum { IO_EVERYTHING = -1 };
void io_hear(struct io *io, struct controller *controller, int fd, int64_t now_ms);

/* Gives the outbox to the buses and each unit's next request to its line. Returns when a unit wants
 * to be asked next. */
int64_t io_speak(struct io *io, struct controller *controller, int64_t now_ms);

/* Reopens what is closed, with backoff, and refreshes bus states; cheap, call each tick. */
void io_supervise(struct io *io, struct controller *controller, int64_t now_ms);

void io_close(struct io *io);

#endif
