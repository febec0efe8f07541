#include "app/sim_ports.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

enum { BATCH = 64, LOCKSTEP_WAIT_MS = 5000 };

static int failed(struct sim_ports *ports, int status, const char *what, const char *where)
{
    snprintf(ports->problem, sizeof ports->problem, "%.40s %.80s: %.30s", what, where,
             strerror(-status));
    return status;
}

static int bus_start(struct sim_ports *ports, int b)
{
    const char *url = ports->config.bus[b];
    if (!url)
        return 0;
    if (strncmp(url, "local:", 6) == 0) {
        int status = bus_hub_open(&ports->hubs[b], url + 6);
        if (status < 0)
            return failed(ports, status, "hub", url + 6);
    }
    int status = bus_open(&ports->buses[b], url, NULL, 0);
    if (ports->hubs[b])
        bus_hub_pump(ports->hubs[b]);
    return status < 0 ? failed(ports, status, "bus", url) : 0;
}

static int pty_start(struct sim_ports *ports, int u)
{
    struct termios raw;
    char *link = ports->link[u];
    snprintf(link, sizeof ports->link[u], "%.110s/inv%d", ports->config.serial_dir, u + 1);
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || grantpt(fd) < 0 || unlockpt(fd) < 0)
        return failed(ports, -errno, "pty", link);
    const char *name = ptsname(fd);
    ports->pty[u] = fd;
    ports->pty_far[u] = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (ports->pty_far[u] < 0)
        return failed(ports, -errno, "pty", name);
    tcgetattr(ports->pty_far[u], &raw);
    cfmakeraw(&raw);
    tcsetattr(ports->pty_far[u], TCSANOW, &raw);
    unlink(link);
    return symlink(name, link) < 0 ? failed(ports, -errno, "link", link) : 0;
}

static int serial_start(struct sim_ports *ports, int u)
{
    const char *url = ports->config.serial[u];
    if (!url)
        return ports->config.serial_dir ? pty_start(ports, u) : 0;
    int status = stream_open(&ports->streams[u], url);
    return status < 0 ? failed(ports, status, "serial port", url) : 0;
}

static int clock_start(struct sim_ports *ports)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = ports->config.clock;
    if (!path)
        return 0;
    if (strlen(path) >= sizeof address.sun_path)
        return failed(ports, -ENAMETOOLONG, "clock", path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    unlink(path);
    ports->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (ports->listener < 0 ||
        bind(ports->listener, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(ports->listener, 1) < 0)
        return failed(ports, -errno, "clock", path);
    return 0;
}

int sim_ports_open(struct sim_ports *ports, const struct sim_ports_config *config)
{
    memset(ports, 0, sizeof *ports);
    ports->config = *config;
    ports->listener = ports->controller = -1;
    for (int b = 0; b < SIM_BUSES; b++)
        ports->buses[b].fd = -1;
    for (int u = 0; u < SIM_INVERTERS; u++)
        ports->pty[u] = ports->pty_far[u] = ports->streams[u].fd = -1;
    int status = clock_start(ports);
    for (int b = 0; b < SIM_BUSES && status == 0; b++)
        status = bus_start(ports, b);
    for (int u = 0; u < config->inverters && status == 0; u++)
        status = serial_start(ports, u);
    return status;
}

static void hubs_pump(struct sim_ports *ports)
{
    for (int b = 0; b < SIM_BUSES; b++)
        if (ports->hubs[b])
            bus_hub_pump(ports->hubs[b]);
}

static void buses_hear(struct sim_ports *ports)
{
    struct frame frames[BATCH];
    hubs_pump(ports);
    for (int b = 0; b < SIM_BUSES; b++)
        for (int n = BATCH; ports->buses[b].fd >= 0 && n == BATCH;) {
            n = bus_recv(&ports->buses[b], frames, BATCH);
            for (int i = 0; i < n; i++)
                if (!(frames[i].flags & (FRAME_OWN | FRAME_ERR)))
                    sim_frame(ports->config.sim, (enum sim_bus)b, &frames[i]);
        }
}

static void buses_speak(struct sim_ports *ports)
{
    struct frame frames[BATCH];
    for (int b = 0; b < SIM_BUSES; b++)
        for (size_t n; (n = sim_frames(ports->config.sim, (enum sim_bus)b, frames, BATCH)) > 0;)
            for (size_t i = 0; i < n && ports->buses[b].fd >= 0; i++)
                bus_send(&ports->buses[b], &frames[i]);
    hubs_pump(ports);
}

static int line_read(struct sim_ports *ports, int u, uint8_t *bytes, size_t room)
{
    if (ports->streams[u].fd >= 0)
        return stream_read(&ports->streams[u], bytes, room);
    return ports->pty[u] >= 0 ? (int)read(ports->pty[u], bytes, room) : 0;
}

static void line_write(struct sim_ports *ports, int u, const uint8_t *bytes, size_t count)
{
    if (ports->streams[u].fd >= 0)
        stream_write(&ports->streams[u], bytes, count);
    else if (ports->pty[u] >= 0 && write(ports->pty[u], bytes, count) < 0)
        return;     /* nobody reads this line: an inverter does not care */
}

static void lines_pump(struct sim_ports *ports)
{
    uint8_t bytes[256];
    for (int u = 0; u < ports->config.inverters; u++) {
        for (int n; (n = line_read(ports, u, bytes, sizeof bytes)) > 0;)
            sim_bytes(ports->config.sim, u, bytes, (size_t)n);
        for (size_t n; (n = sim_answer(ports->config.sim, u, bytes, sizeof bytes)) > 0;)
            line_write(ports, u, bytes, n);
    }
}

/* Buses that went away (an interface taken down) come back by themselves. */
static void buses_supervise(struct sim_ports *ports, int64_t now_ms)
{
    for (int b = 0; b < SIM_BUSES; b++)
        if (ports->config.bus[b] && ports->buses[b].fd < 0 && now_ms % 500 < 50)
            bus_reopen(&ports->buses[b]);
}

static int lockstep(struct sim_ports *ports, int64_t now_ms)
{
    int64_t now_us = now_ms * 1000, done_us = 0;
    if (ports->listener < 0)
        return 0;
    if (ports->controller < 0) {
        if (ports->had_controller)
            return -EPIPE;
        ports->controller = accept4(ports->listener, NULL, NULL, SOCK_CLOEXEC);
        if (ports->controller < 0)
            return 0;
        ports->had_controller = true;
    }
    struct pollfd wait = {.fd = ports->controller, .events = POLLIN};
    if (send(ports->controller, &now_us, sizeof now_us, MSG_NOSIGNAL) == sizeof now_us &&
        poll(&wait, 1, LOCKSTEP_WAIT_MS) == 1 &&
        recv(ports->controller, &done_us, sizeof done_us, 0) == sizeof done_us && done_us == now_us)
        return 0;
    close(ports->controller);
    ports->controller = -1;
    return -EPIPE;
}

int sim_ports_step(struct sim_ports *ports, int64_t now_ms)
{
    buses_hear(ports);
    lines_pump(ports);
    sim_step(ports->config.sim, now_ms);
    buses_speak(ports);
    lines_pump(ports);
    buses_supervise(ports, now_ms);
    int status = lockstep(ports, now_ms);
    buses_hear(ports);
    return status;
}

static void shut(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void sim_ports_forget(struct sim_ports *ports)
{
    shut(&ports->listener);
    shut(&ports->controller);
    for (int b = 0; b < SIM_BUSES; b++)
        bus_close(&ports->buses[b]);
    for (int u = 0; u < SIM_INVERTERS; u++) {
        shut(&ports->pty[u]);
        shut(&ports->pty_far[u]);
    }
}

void sim_ports_close(struct sim_ports *ports)
{
    sim_ports_forget(ports);
    for (int b = 0; b < SIM_BUSES; b++) {
        bus_hub_close(ports->hubs[b]);
        ports->hubs[b] = NULL;
    }
    for (int u = 0; u < SIM_INVERTERS; u++) {
        if (ports->streams[u].fd >= 0)
            stream_close(&ports->streams[u]);
        if (ports->link[u][0])
            unlink(ports->link[u]);
    }
    if (ports->config.clock)
        unlink(ports->config.clock);
}
