/* A bus in memory: every port hears all others. The descriptor is an eventfd that counts frames. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "can/bus_backends.h"

enum { MEM_PORTS = 16, MEM_ROOM = 1024 };

struct mem_port {
    struct bus_mem *mem;
    struct bus *bus;
    struct frame frames[MEM_ROOM];
    size_t head, count;
};

struct bus_mem {
    struct mem_port *ports[MEM_PORTS];
};

struct bus_mem *bus_mem_new(void)
{
    return calloc(1, sizeof(struct bus_mem));
}

void bus_mem_free(struct bus_mem *mem)
{
    free(mem);
}

static int mem_open(struct bus *bus, const char *where)
{
    (void)where;
    snprintf(bus->problem, sizeof bus->problem, "mem: is opened by tests, not by name");
    return -EINVAL;
}

static int mem_recv(struct bus *bus, struct frame *frames, size_t room)
{
    struct mem_port *port = bus->impl;
    size_t n = 0;
    uint64_t events;
    for (; n < room && port->count; port->count--) {
        frames[n] = port->frames[port->head];
        port->head = (port->head + 1) % MEM_ROOM;
        n += bus_filter_passes(bus, &frames[n]);
    }
    if (port->count == 0 && read(bus->fd, &events, sizeof events) < 0 && errno != EAGAIN)
        return -errno;
    return (int)n;
}

static void port_put(struct mem_port *port, const struct frame *frame)
{
    if (port->count == MEM_ROOM) {
        port->bus->stats.rx_lost++;
        return;
    }
    port->frames[(port->head + port->count++) % MEM_ROOM] = *frame;
    eventfd_write(port->bus->fd, 1);
}

static int mem_send(struct bus *bus, const struct frame *frame)
{
    const struct mem_port *own = bus->impl;
    for (size_t i = 0; i < MEM_PORTS; i++)
        if (own->mem->ports[i] && own->mem->ports[i] != own)
            port_put(own->mem->ports[i], frame);
    return 0;
}

static void mem_close(struct bus *bus)
{
    struct mem_port *port = bus->impl;
    for (size_t i = 0; i < MEM_PORTS; i++)
        if (port->mem->ports[i] == port)
            port->mem->ports[i] = NULL;
    close(bus->fd);
    free(port);
    bus->impl = NULL;
}

const struct bus_ops bus_memory = {
    .scheme = "mem", .open = mem_open, .recv = mem_recv, .send = mem_send, .close = mem_close};

int bus_open_mem(struct bus *bus, struct bus_mem *mem)
{
    memset(bus, 0, sizeof *bus);
    bus->fd = -1;
    for (size_t i = 0; i < MEM_PORTS; i++) {
        if (mem->ports[i])
            continue;
        struct mem_port *port = calloc(1, sizeof *port);
        int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (!port || fd < 0) {
            free(port);
            return -ENOMEM;
        }
        *port = (struct mem_port){.mem = mem, .bus = bus};
        mem->ports[i] = port;
        bus->ops = &bus_memory;
        bus->fd = fd;
        bus->impl = port;
        bus->state = BUS_ACTIVE;
        snprintf(bus->url, sizeof bus->url, "mem:");
        return 0;
    }
    return -ENOSPC;
}
