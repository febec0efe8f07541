/* The hub of a local bus: each client's frame goes to all others, at once, and is never queued here. A
 * client that does not read loses frames and is told how many; nobody else waits for it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "can/bus_backends.h"
#include "can/stale.h"

enum { HUB_CLIENTS = 32, HUB_ROUNDS = 256 };

struct bus_hub {
    int listener, epoll;
    int clients[HUB_CLIENTS];   /* -1 = free */
    uint32_t lost[HUB_CLIENTS]; /* not yet told */
    struct sockaddr_un address;
};

static int watch(struct bus_hub *hub, int fd, int slot)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = slot};
    return epoll_ctl(hub->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int hub_listen(struct bus_hub *hub)
{
    int status = stale_remove(&hub->address);
    if (status < 0)
        return status;
    hub->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    hub->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (hub->listener < 0 || hub->epoll < 0)
        return -errno;
    if (bind(hub->listener, (struct sockaddr *)&hub->address, sizeof hub->address) < 0 ||
        listen(hub->listener, HUB_CLIENTS) < 0)
        return -errno;
    return watch(hub, hub->listener, -1);
}

int bus_hub_open(struct bus_hub **out, const char *path)
{
    struct bus_hub *hub = calloc(1, sizeof *hub);
    if (!hub)
        return -ENOMEM;
    hub->listener = hub->epoll = -1;
    for (int i = 0; i < HUB_CLIENTS; i++)
        hub->clients[i] = -1;
    hub->address.sun_family = AF_UNIX;
    int status = strlen(path) >= sizeof hub->address.sun_path ? -ENAMETOOLONG : 0;
    if (status == 0) {
        memcpy(hub->address.sun_path, path, strlen(path) + 1);
        status = hub_listen(hub);
    }
    if (status < 0) {
        if (hub->listener >= 0)
            close(hub->listener);
        if (hub->epoll >= 0)
            close(hub->epoll);
        free(hub);
        return status;
    }
    *out = hub;
    return 0;
}

int bus_hub_fd(const struct bus_hub *hub)
{
    return hub->epoll;
}

static void client_accept(struct bus_hub *hub)
{
    int fd = accept4(hub->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    for (int i = 0; fd >= 0 && i < HUB_CLIENTS; i++)
        if (hub->clients[i] < 0) {
            hub->clients[i] = fd;
            hub->lost[i] = 0;
            if (watch(hub, fd, i) == 0)
                return;
            hub->clients[i] = -1;
            break;
        }
    if (fd >= 0)
        close(fd);
}

static void client_drop(struct bus_hub *hub, int slot)
{
    close(hub->clients[slot]);
    hub->clients[slot] = -1;
}

static void frame_spread(struct bus_hub *hub, int from, struct local_packet *packet)
{
    for (int i = 0; i < HUB_CLIENTS; i++) {
        if (i == from || hub->clients[i] < 0)
            continue;
        packet->lost = hub->lost[i];
        if (send(hub->clients[i], packet, sizeof *packet, MSG_NOSIGNAL) == sizeof *packet)
            hub->lost[i] = 0;
        else if (errno == EAGAIN || errno == ENOBUFS)
            hub->lost[i]++;
        else
            client_drop(hub, i);
    }
}

static void client_hear(struct bus_hub *hub, int slot)
{
    struct timespec now;
    for (int round = 0; round < HUB_ROUNDS && hub->clients[slot] >= 0; round++) {
        struct local_packet packet;
        ssize_t got = recv(hub->clients[slot], &packet, sizeof packet, MSG_TRUNC);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (got != sizeof packet || packet.magic != LOCAL_MAGIC || packet.frame.len > 64) {
            client_drop(hub, slot);
            return;
        }
        clock_gettime(CLOCK_REALTIME, &now);
        packet.frame.at_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
        packet.frame.flags &= (uint8_t)~FRAME_OWN;
        frame_spread(hub, slot, &packet);
    }
}

void bus_hub_pump(struct bus_hub *hub)
{
    struct epoll_event events[HUB_CLIENTS + 1];
    int count = epoll_wait(hub->epoll, events, HUB_CLIENTS + 1, 0);
    for (int i = 0; i < count; i++) {
        if (events[i].data.fd < 0)
            client_accept(hub);
        else if (hub->clients[events[i].data.fd] >= 0)
            client_hear(hub, events[i].data.fd);
    }
}

void bus_hub_close(struct bus_hub *hub)
{
    if (!hub)
        return;
    for (int i = 0; i < HUB_CLIENTS; i++)
        if (hub->clients[i] >= 0)
            close(hub->clients[i]);
    close(hub->listener);
    close(hub->epoll);
    unlink(hub->address.sun_path);
    free(hub);
}
