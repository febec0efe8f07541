#include "can/bus.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "can/bus_backends.h"

/* The first whose scheme stands before the colon; a name without one is a SocketCAN interface. */
static const struct bus_ops *const backends[] = {&bus_socketcan, &bus_local, &bus_log, &bus_memory};

static const struct bus_ops *backend_of(const char *url, const char **where)
{
    for (size_t i = 0; i < sizeof backends / sizeof backends[0]; i++) {
        size_t length = strlen(backends[i]->scheme);
        if (strncmp(url, backends[i]->scheme, length) == 0 && url[length] == ':') {
            *where = url + length + 1;
            return backends[i];
        }
    }
    *where = url;
    return strpbrk(url, ":/") ? NULL : &bus_socketcan;
}

static int bus_failed(struct bus *bus, int status)
{
    bus->fd = -1;
    bus->state = BUS_DOWN;
    if (bus->problem[0] == '\0')
        snprintf(bus->problem, sizeof bus->problem, "%.80s: %.40s", bus->url, strerror(-status));
    return status;
}

int bus_reopen(struct bus *bus)
{
    const char *where;
    bus_close(bus);
    bus->problem[0] = '\0';
    bus->ops = backend_of(bus->url, &where);
    if (!bus->ops) {
        snprintf(bus->problem, sizeof bus->problem,
                 "%.60s: expected an interface, local:PATH, log:FILE or mem:", bus->url);
        return bus_failed(bus, -EINVAL);
    }
    int status = bus->ops->open(bus, where);
    if (status < 0)
        return bus_failed(bus, status);
    bus->state = BUS_ACTIVE;
    bus->stats.reopened++;
    return 0;
}

int bus_open(struct bus *bus, const char *url, const struct bus_filter *filters, size_t count)
{
    assert(count <= BUS_FILTERS);
    memset(bus, 0, sizeof *bus);
    bus->fd = -1;
    if (count)
        memcpy(bus->filters, filters, count * sizeof *filters);
    bus->filter_count = count;
    if (strlen(url) >= sizeof bus->url) {
        snprintf(bus->problem, sizeof bus->problem, "a bus name has at most %d characters",
                 BUS_URL_SIZE - 1);
        return bus_failed(bus, -EINVAL);
    }
    memcpy(bus->url, url, strlen(url) + 1);
    int status = bus_reopen(bus);
    bus->stats.reopened = 0;
    return status;
}

int bus_recv(struct bus *bus, struct frame *frames, size_t room)
{
    if (!bus->ops || bus->fd < 0)
        return -ENETDOWN;
    int count = bus->ops->recv(bus, frames, room);
    if (count >= 0) {
        bus->stats.rx += (uint64_t)count;
        return count;
    }
    char problem[sizeof bus->problem];
    memcpy(problem, bus->problem, sizeof problem);
    bus_close(bus);
    memcpy(bus->problem, problem, sizeof problem);
    return bus_failed(bus, count);
}

int bus_send(struct bus *bus, const struct frame *frame)
{
    if (!bus->ops || bus->fd < 0) {
        bus->stats.tx_dropped++;
        return -ENETDOWN;
    }
    int status = bus->ops->send(bus, frame);
    if (status == 0)
        bus->stats.tx++;
    else
        bus->stats.tx_dropped++;
    return status;
}

int bus_flush(struct bus *bus)
{
    if (!bus->ops || bus->fd < 0)
        return -ENETDOWN;
    return bus->ops->flush ? bus->ops->flush(bus) : 0;
}

void bus_poll(struct bus *bus)
{
    if (bus->ops && bus->fd >= 0 && bus->ops->poll)
        bus->ops->poll(bus);
}

void bus_close(struct bus *bus)
{
    if (bus->ops && bus->fd >= 0)
        bus->ops->close(bus);
    bus->fd = -1;
    bus->state = BUS_DOWN;
}

const char *bus_state_name(enum bus_state state)
{
    static const char *const names[] = {[BUS_DOWN] = "down",
                                        [BUS_ACTIVE] = "active",
                                        [BUS_WARNING] = "error warning",
                                        [BUS_PASSIVE] = "error passive",
                                        [BUS_OFF] = "bus off",
                                        [BUS_STATE_UNKNOWN] = "state unknown"};
    return names[state];
}

bool bus_filter_passes(const struct bus *bus, const struct frame *frame)
{
    bool ext = frame->flags & FRAME_EXT;
    for (size_t i = 0; i < bus->filter_count; i++) {
        const struct bus_filter *f = &bus->filters[i];
        if (f->ext == ext && (frame->id & f->mask) == (f->id & f->mask))
            return true;
    }
    return bus->filter_count == 0;
}
