#include "app/io.h"

#include <errno.h>
#include <string.h>

enum { RETRY_FIRST_MS = 250, RETRY_MAX_MS = 1000, POLL_MS = 1000, BATCH = 32, BATCHES = 64 };

static int32_t backoff(int32_t wait_ms)
{
    return wait_ms == 0 ? RETRY_FIRST_MS : wait_ms * 2 > RETRY_MAX_MS ? RETRY_MAX_MS : wait_ms * 2;
}

static void bus_lost(struct io *io, size_t b, int64_t now_ms)
{
    io->watch(io->context, (int)b, -1);
    io->bus_wait_ms[b] = backoff(io->bus_wait_ms[b]);
    io->bus_retry_ms[b] = now_ms + io->bus_wait_ms[b];
}

/* A bus that comes back starts empty: nothing queued before it went may leave now. */
static void bus_found(struct io *io, size_t b)
{
    bus_flush(&io->buses[b]);
    io->bus_wait_ms[b] = 0;
    io->watch(io->context, (int)b, io->buses[b].fd);
}

void io_open(struct io *io, const struct config *config, struct controller *controller,
             int64_t now_ms, void (*watch)(void *context, int slot, int fd), void *context)
{
    memset(io, 0, sizeof *io);
    io->config = config;
    io->watch = watch;
    io->context = context;
    for (size_t b = 0; b < config->bus_count; b++) {
        if (bus_open(&io->buses[b], config->buses[b].port, NULL, 0) == 0)
            bus_found(io, b);
        else
            bus_lost(io, b, now_ms);
    }
    io->ports.root = "";
    io->ports.watch = watch;
    io->ports.context = context;
    io->ports.slot = MAX_BUSES;
    ports_open(&io->ports, config, &controller->plant, now_ms);
}

static void bus_hear(struct io *io, struct controller *controller, size_t b, int64_t now_ms)
{
    struct frame frames[BATCH];
    for (int batch = 0; batch < BATCHES && io->buses[b].fd >= 0; batch++) {
        int count = bus_recv(&io->buses[b], frames, BATCH);
        if (count < 0) {
            bus_lost(io, b, now_ms);
            return;
        }
        for (int i = 0; i < count; i++)
            controller_frame(controller, (uint8_t)b, &frames[i], now_ms);
        if (count < BATCH)
            return;
    }
}

void io_hear(struct io *io, struct controller *controller, int fd, int64_t now_ms)
{
    for (size_t b = 0; b < io->config->bus_count; b++)
        if (io->buses[b].fd >= 0 && (fd == IO_EVERYTHING || fd == io->buses[b].fd))
            bus_hear(io, controller, b, now_ms);
    ports_hear(&io->ports, &controller->plant, fd, now_ms);
}

int64_t io_speak(struct io *io, struct controller *controller, int64_t now_ms)
{
    struct outbox *outbox = &controller->outbox;
    for (size_t i = 0; i < outbox->count; i++) {
        struct bus *bus = &io->buses[outbox->bus[i]];
        if (bus->fd >= 0 && bus_send(bus, &outbox->frames[i]) == -ENETDOWN)
            bus_lost(io, outbox->bus[i], now_ms);
    }
    outbox->count = 0;
    return ports_speak(&io->ports, &controller->plant, now_ms);
}

void io_supervise(struct io *io, struct controller *controller, int64_t now_ms)
{
    for (size_t b = 0; b < io->config->bus_count; b++) {
        if (io->buses[b].fd >= 0 || now_ms < io->bus_retry_ms[b])
            continue;
        if (bus_reopen(&io->buses[b]) == 0)
            bus_found(io, b);
        else
            bus_lost(io, b, now_ms);
    }
    ports_supervise(&io->ports, &controller->plant, now_ms);
    if (now_ms < io->poll_ms)
        return;
    io->poll_ms = now_ms + POLL_MS;
    for (size_t b = 0; b < io->config->bus_count; b++)
        if (io->buses[b].fd >= 0)
            bus_poll(&io->buses[b]);
}

void io_close(struct io *io)
{
    for (size_t b = 0; b < io->config->bus_count; b++)
        bus_close(&io->buses[b]);
    ports_close(&io->ports);
}
