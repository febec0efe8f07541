/* SocketCAN: raw socket for frames, libsocketcan (netlink) for state, counters and restart.
 *
 * A frame given to the kernel cannot be called back: with nobody to acknowledge, it waits in the queue
 * and leaves when a peer returns, however old. So at most IN_FLIGHT frames are ever unconfirmed (each
 * comes back as MSG_CONFIRM when it was on the wire), and DEAD_MS after the last confirmation nothing
 * more is given until one comes or anything is heard: no more than one tick's frames can ever wait. */
#include <errno.h>
#include <fcntl.h>
#include <libsocketcan.h>
#include <linux/can.h>
#include <linux/can/error.h>
#include <linux/can/netlink.h>
#include <linux/can/raw.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "can/bus_backends.h"

enum { BATCH = 32, IN_FLIGHT = 16, DEAD_MS = 50, CONTROL_SIZE = 128 };

struct sock {
    char name[IFNAMSIZ];
    int in_flight;
    int64_t unconfirmed_ms; /* the oldest unconfirmed frame was sent then */
    uint32_t lost;          /* SO_RXQ_OVFL so far */
    bool no_netlink;        /* vcan, or a kernel that answers nothing: do not ask again */
    bool restart_refused;
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- opening --- */

static int set(int fd, int level, int option, const void *value, size_t size)
{
    return setsockopt(fd, level, option, value, (socklen_t)size) < 0 ? -errno : 0;
}

static int filters_set(struct bus *bus, int fd)
{
    struct can_filter filters[BUS_FILTERS];
    if (bus->filter_count == 0)
        return 0;
    for (size_t i = 0; i < bus->filter_count; i++) {
        const struct bus_filter *f = &bus->filters[i];
        filters[i].can_id = f->id | (f->ext ? CAN_EFF_FLAG : 0);
        filters[i].can_mask = f->mask | CAN_EFF_FLAG;
    }
    return set(fd, SOL_CAN_RAW, CAN_RAW_FILTER, filters, bus->filter_count * sizeof filters[0]);
}

static int options_set(struct bus *bus, int fd)
{
    int on = 1;
    can_err_mask_t errors = CAN_ERR_MASK & ~(can_err_mask_t)CAN_ERR_BUSERROR;
    set(fd, SOL_CAN_RAW, CAN_RAW_FD_FRAMES, &on, sizeof on); /* refused where there is no FD */
    int status = set(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    if (status == 0)
        status = set(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
    if (status == 0)
        status = set(fd, SOL_CAN_RAW, CAN_RAW_RECV_OWN_MSGS, &on, sizeof on);
    if (status == 0)
        status = set(fd, SOL_CAN_RAW, CAN_RAW_ERR_FILTER, &errors, sizeof errors);
    return status == 0 ? filters_set(bus, fd) : status;
}

/* Up, or why not. */
static int interface_check(struct bus *bus, int fd, const char *name)
{
    struct ifreq request = {0};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (ioctl(fd, SIOCGIFFLAGS, &request) < 0) {
        snprintf(bus->problem, sizeof bus->problem, "interface %s: %s", name, strerror(errno));
        return -errno;
    }
    if (request.ifr_flags & IFF_UP)
        return 0;
    snprintf(bus->problem, sizeof bus->problem, "interface %s is down", name);
    return -ENETDOWN;
}

static int socket_bind(struct bus *bus, int fd, const char *name)
{
    struct sockaddr_can address = {.can_family = AF_CAN};
    int status = interface_check(bus, fd, name);
    if (status < 0)
        return status;
    address.can_ifindex = (int)if_nametoindex(name);
    status = options_set(bus, fd);
    if (status == 0 && bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
        status = -errno;
    return status;
}

static int socketcan_open(struct bus *bus, const char *where)
{
    if (strlen(where) == 0 || strlen(where) >= IFNAMSIZ) {
        snprintf(bus->problem, sizeof bus->problem,
                 "\"%.40s\": an interface has 1 to %d characters", where, IFNAMSIZ - 1);
        return -EINVAL;
    }
    int fd = socket(PF_CAN, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, CAN_RAW);
    if (fd < 0) {
        snprintf(bus->problem, sizeof bus->problem,
                 "%.20s: this kernel has no CAN (%.40s); local:PATH is a bus without it", where,
                 strerror(errno));
        return -errno;
    }
    int status = socket_bind(bus, fd, where);
    struct sock *sock = status == 0 ? calloc(1, sizeof *sock) : NULL;
    if (!sock) {
        close(fd);
        return status < 0 ? status : -ENOMEM;
    }
    memcpy(sock->name, where, strlen(where) + 1);
    bus->fd = fd;
    bus->impl = sock;
    return 0;
}

static void socketcan_close(struct bus *bus)
{
    close(bus->fd);
    free(bus->impl);
    bus->impl = NULL;
}

/* --- receiving --- */

/* Error frames tell state changes at once; linux/can/error.h. */
static void error_take(struct bus *bus, const struct canfd_frame *frame)
{
    bus->stats.errors++;
    if (frame->can_id & CAN_ERR_CNT) {
        bus->stats.tx_errors = frame->data[6];
        bus->stats.rx_errors = frame->data[7];
    }
    if (frame->can_id & CAN_ERR_BUSOFF) {
        bus->stats.bus_off++;
        bus->state = BUS_OFF;
    } else if (frame->can_id & CAN_ERR_RESTARTED) {
        bus->stats.restarts++;
        bus->state = BUS_ACTIVE;
    } else if (frame->can_id & CAN_ERR_CRTL) {
        uint8_t what = frame->data[1];
        if (what & (CAN_ERR_CRTL_RX_OVERFLOW | CAN_ERR_CRTL_TX_OVERFLOW))
            bus->stats.rx_lost++;
        if (what & (CAN_ERR_CRTL_RX_PASSIVE | CAN_ERR_CRTL_TX_PASSIVE))
            bus->state = BUS_PASSIVE;
        else if (what & (CAN_ERR_CRTL_RX_WARNING | CAN_ERR_CRTL_TX_WARNING))
            bus->state = BUS_WARNING;
        else if (what & CAN_ERR_CRTL_ACTIVE)
            bus->state = BUS_ACTIVE;
    }
}

static void control_take(struct bus *bus, struct msghdr *message, struct frame *frame)
{
    struct sock *sock = bus->impl;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level != SOL_SOCKET)
            continue;
        if (c->cmsg_type == SO_TIMESTAMPNS) {
            struct timespec at;
            memcpy(&at, CMSG_DATA(c), sizeof at);
            frame->at_us = (int64_t)at.tv_sec * 1000000 + at.tv_nsec / 1000;
        } else if (c->cmsg_type == SO_RXQ_OVFL) {
            uint32_t lost;
            memcpy(&lost, CMSG_DATA(c), sizeof lost);
            bus->stats.rx_lost += lost - sock->lost;
            sock->lost = lost;
        }
    }
}

static void frame_take(struct frame *out, const struct canfd_frame *in, size_t size)
{
    out->flags = 0;
    out->len = in->len > 64 ? 64 : in->len;
    out->dlc = 0;
    if (in->can_id & CAN_ERR_FLAG) {
        out->flags = FRAME_ERR;
        out->id = in->can_id & CAN_ERR_MASK;
    } else if (in->can_id & CAN_EFF_FLAG) {
        out->flags = FRAME_EXT;
        out->id = in->can_id & CAN_EFF_MASK;
    } else {
        out->id = in->can_id & CAN_SFF_MASK;
    }
    if (in->can_id & CAN_RTR_FLAG && !(in->can_id & CAN_ERR_FLAG))
        out->flags |= FRAME_RTR;
    if (size == CANFD_MTU)
        out->flags |= (uint8_t)(FRAME_FD | (in->flags & CANFD_BRS ? FRAME_BRS : 0) |
                                (in->flags & CANFD_ESI ? FRAME_ESI : 0));
    memset(out->data, 0, sizeof out->data);
    if (!(out->flags & FRAME_RTR))
        memcpy(out->data, in->data, out->len);
}

static void confirmed(struct sock *sock)
{
    sock->in_flight = sock->in_flight > 0 ? sock->in_flight - 1 : 0;
    sock->unconfirmed_ms = now_ms();
}

static int batch_take(struct bus *bus, struct mmsghdr *messages, int count,
                      const struct canfd_frame *raw, struct frame *frames)
{
    struct sock *sock = bus->impl;
    int taken = 0;
    for (int i = 0; i < count; i++) {
        size_t size = messages[i].msg_len;
        struct frame *frame = &frames[taken];
        if (size != CAN_MTU && size != CANFD_MTU)
            continue;
        frame->at_us = 0;
        control_take(bus, &messages[i].msg_hdr, frame);
        frame_take(frame, &raw[i], size);
        if (frame->flags & FRAME_ERR)
            error_take(bus, &raw[i]);
        if (messages[i].msg_hdr.msg_flags & MSG_CONFIRM) {
            frame->flags |= FRAME_OWN;
            confirmed(sock);
        } else if (!(frame->flags & FRAME_ERR)) {
            sock->in_flight = 0; /* somebody is there: what we sent has had its turn */
        }
        taken++;
    }
    return taken;
}

static int socketcan_recv(struct bus *bus, struct frame *frames, size_t room)
{
    struct sock *sock = bus->impl;
    struct canfd_frame raw[BATCH];
    struct mmsghdr messages[BATCH];
    struct iovec vectors[BATCH];
    _Alignas(16) char control[BATCH][CONTROL_SIZE];
    unsigned want = room < BATCH ? (unsigned)room : BATCH;
    memset(messages, 0, sizeof messages);
    for (unsigned i = 0; i < want; i++) {
        vectors[i] = (struct iovec){&raw[i], sizeof raw[i]};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i],
                                              .msg_iovlen = 1,
                                              .msg_control = control[i],
                                              .msg_controllen = sizeof control[i]};
    }
    int count = recvmmsg(bus->fd, messages, want, MSG_DONTWAIT, NULL);
    if (count >= 0)
        return batch_take(bus, messages, count, raw, frames);
    if (errno == EAGAIN || errno == EINTR)
        return 0;
    snprintf(bus->problem, sizeof bus->problem, "interface %s: %s", sock->name, strerror(errno));
    return errno == ENETDOWN ? -ENETDOWN : -ENODEV;
}

/* --- sending --- */

static bool queue_dead(struct sock *sock)
{
    return sock->in_flight >= IN_FLIGHT ||
           (sock->in_flight > 0 && now_ms() - sock->unconfirmed_ms > DEAD_MS);
}

static int socketcan_send(struct bus *bus, const struct frame *frame)
{
    struct sock *sock = bus->impl;
    struct canfd_frame out = {.can_id = frame->id, .len = frame->len};
    size_t size = frame->flags & FRAME_FD ? CANFD_MTU : CAN_MTU;
    if (queue_dead(sock))
        return -ENOBUFS;
    if (frame->flags & FRAME_EXT)
        out.can_id |= CAN_EFF_FLAG;
    if (frame->flags & FRAME_RTR)
        out.can_id |= CAN_RTR_FLAG;
    if (frame->flags & FRAME_BRS)
        out.flags |= CANFD_BRS;
    memcpy(out.data, frame->data, frame->len);
    if (write(bus->fd, &out, size) == (ssize_t)size) {
        if (sock->in_flight++ == 0)
            sock->unconfirmed_ms = now_ms();
        return 0;
    }
    return errno == ENOBUFS || errno == EAGAIN ? -ENOBUFS : errno == ENETDOWN ? -ENETDOWN : -errno;
}

/* What we gave the kernel is at most IN_FLIGHT frames; a new socket forgets what came in and waits for
 * no old confirmation. */
static int socketcan_flush(struct bus *bus)
{
    struct sock *sock = bus->impl;
    struct frame frames[BATCH];
    while (socketcan_recv(bus, frames, BATCH) > 0)
        ;
    sock->in_flight = 0;
    return 0;
}

/* --- state, once a second --- */

static enum bus_state state_of(int state)
{
    switch (state) {
    case CAN_STATE_ERROR_ACTIVE:
        return BUS_ACTIVE;
    case CAN_STATE_ERROR_WARNING:
        return BUS_WARNING;
    case CAN_STATE_ERROR_PASSIVE:
        return BUS_PASSIVE;
    case CAN_STATE_BUS_OFF:
        return BUS_OFF;
    default:
        return BUS_DOWN;
    }
}

/* libsocketcan tells its troubles on stderr; ours go to problem. */
static int stderr_hush(void)
{
    int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3),
        null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (saved >= 0 && null >= 0)
        dup2(null, STDERR_FILENO);
    if (null >= 0)
        close(null);
    return saved;
}

static void stderr_restore(int saved)
{
    if (saved < 0)
        return;
    dup2(saved, STDERR_FILENO);
    close(saved);
}

/* The kernel restarts by itself where restart-ms is set; else we may, or say that we may not. */
static void restart_try(struct bus *bus, struct sock *sock)
{
    __u32 restart_ms = 0;
    if (can_get_restart_ms(sock->name, &restart_ms) == 0 && restart_ms > 0)
        return;
    if (can_do_restart(sock->name) == 0) {
        bus->stats.restarts++;
        return;
    }
    sock->restart_refused = true;
    snprintf(bus->problem, sizeof bus->problem,
             "%s is bus off and busbar may not restart it: set RestartSec= in its [CAN] section",
             sock->name);
}

static void socketcan_poll(struct bus *bus)
{
    struct sock *sock = bus->impl;
    struct can_berr_counter counter;
    int state;
    if (sock->no_netlink)
        return;
    int saved = stderr_hush();
    if (can_get_state(sock->name, &state) < 0) {
        sock->no_netlink = true;
    } else {
        bus->state = state_of(state);
        if (can_get_berr_counter(sock->name, &counter) == 0) {
            bus->stats.tx_errors = counter.txerr;
            bus->stats.rx_errors = counter.rxerr;
        }
        if (bus->state == BUS_OFF && !sock->restart_refused)
            restart_try(bus, sock);
    }
    stderr_restore(saved);
}

const struct bus_ops bus_socketcan = {.scheme = "socketcan",
                                      .open = socketcan_open,
                                      .recv = socketcan_recv,
                                      .send = socketcan_send,
                                      .flush = socketcan_flush,
                                      .poll = socketcan_poll,
                                      .close = socketcan_close};
