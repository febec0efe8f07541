/* The local bus: a client of a hub (can/bus_hub.c) over a UNIX socket. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "can/bus_backends.h"

static int local_open(struct bus *bus, const char *where)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(where) == 0 || strlen(where) >= sizeof address.sun_path) {
        snprintf(bus->problem, sizeof bus->problem, "local: a path has 1 to %zu characters",
                 sizeof address.sun_path - 1);
        return -EINVAL;
    }
    memcpy(address.sun_path, where, strlen(where) + 1);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        int error = errno;
        snprintf(bus->problem, sizeof bus->problem, "%.70s: no hub answers there (%.30s)", bus->url,
                 strerror(error));
        close(fd);
        return -error;
    }
    bus->fd = fd;
    return 0;
}

static int local_recv(struct bus *bus, struct frame *frames, size_t room)
{
    size_t n = 0;
    while (n < room) {
        struct local_packet packet;
        ssize_t got = recv(bus->fd, &packet, sizeof packet, 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        if (got != sizeof packet || packet.magic != LOCAL_MAGIC) {
            snprintf(bus->problem, sizeof bus->problem, "%.80s: %s", bus->url,
                     got <= 0 ? "the hub has gone" : "the hub speaks another version");
            return n ? (int)n : -ENETDOWN;
        }
        bus->stats.rx_lost += packet.lost;
        frames[n] = packet.frame;
        n += bus_filter_passes(bus, &packet.frame);
    }
    return (int)n;
}

static int local_send(struct bus *bus, const struct frame *frame)
{
    struct local_packet packet = {.magic = LOCAL_MAGIC, .frame = *frame};
    if (send(bus->fd, &packet, sizeof packet, MSG_NOSIGNAL) == sizeof packet)
        return 0;
    return errno == EAGAIN || errno == ENOBUFS ? -ENOBUFS : -ENETDOWN;
}

static void local_close(struct bus *bus)
{
    close(bus->fd);
}

const struct bus_ops bus_local = {.scheme = "local",
                                  .open = local_open,
                                  .recv = local_recv,
                                  .send = local_send,
                                  .close = local_close};
