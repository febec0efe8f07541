/* The controller's ports: every bus and serial line of the config, opened, watched, retried.
 * A missing one is named and tried again each second; the rest of the plant runs. */
#ifndef BUSBAR_APP_IO_H
#define BUSBAR_APP_IO_H

#include "app/config.h"
#include "app/controller.h"
#include "can/bus.h"
#include "inverter/stream.h"

struct bms_ports;

struct io {
    const struct config *config;
    const struct bms_ports *bms;       /* for status; NULL = none */
    struct bus buses[MAX_BUSES];
    struct stream streams[MAX_INVERTERS];
    int64_t bus_retry_ms[MAX_BUSES], stream_retry_ms[MAX_INVERTERS];
    int32_t bus_wait_ms[MAX_BUSES], stream_wait_ms[MAX_INVERTERS];
    int64_t poll_ms;
    /* Called when a descriptor appears or goes; the loop keeps its sources by it. */
    void (*watch)(void *context, int slot, int fd);
    void *context;
};

/* Slots for watch: buses first, then streams. */
enum { IO_SLOTS = MAX_BUSES + MAX_INVERTERS };

/* Tries to open everything once; whatever fails is retried by io_supervise. */
void io_open(struct io *io, const struct config *config, struct controller *controller,
             int64_t now_ms, void (*watch)(void *context, int slot, int fd), void *context);

/* Takes in everything that has arrived. */
void io_hear(struct io *io, struct controller *controller, int64_t now_ms);

/* Gives the outbox to the buses and each unit's next request to its line. */
void io_speak(struct io *io, struct controller *controller, int64_t now_ms);

/* Reopens what is closed, with backoff, and refreshes bus states; cheap, call each tick. */
void io_supervise(struct io *io, struct controller *controller, int64_t now_ms);

void io_close(struct io *io);

#endif
