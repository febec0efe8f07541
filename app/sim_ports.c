#include "app/sim_ports.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "app/clock.h"

enum { ECHO_MS = 2000, FIRST_WAIT_MS = 5000, RETRY_MS = 1000, BATCH = 64 };

static const char LOCAL[] = "local:";

static int failed(struct sim_ports *ports, const char *what, const char *where, int status)
{
    snprintf(ports->problem, sizeof ports->problem, "%s %.100s: %.50s", what, where,
             strerror(-status));
    return status;
}

/* --- buses --- */

static int bus_start(struct sim_ports *ports, int b)
{
    const char *url = ports->config.bus[b];
    if (!url)
        return 0;
    if (strncmp(url, LOCAL, sizeof LOCAL - 1) == 0) {
        int status = bus_hub_open(&ports->hub[b], url + sizeof LOCAL - 1);
        if (status < 0 && status != -EADDRINUSE)
            return failed(ports, "bus", url, status);
    }
    int status = bus_open(&ports->bus[b], url, NULL, 0);
    if (status == -EINVAL)
        snprintf(ports->problem, sizeof ports->problem, "%.180s", ports->bus[b].problem);
    return status == -EINVAL ? status : 0;
}

static void hubs_pump(struct sim_ports *ports)
{
    for (int b = 0; b < SIM_BUSES; b++)
        if (ports->hub[b])
            bus_hub_pump(ports->hub[b]);
    for (size_t u = 0; u < ports->config.inverters; u++)
        sim_can_pump(&ports->bms_can[u]);
}

static void bus_say(struct sim_ports *ports, int b)
{
    struct frame frames[BATCH];
    size_t count;
    while ((count = sim_frames(ports->config.sim, (enum sim_bus)b, frames, BATCH)) > 0)
        for (size_t i = 0; i < count && ports->bus[b].fd >= 0; i++)
            if (bus_send(&ports->bus[b], &frames[i]) == -ENETDOWN)
                bus_close(&ports->bus[b]);
}

static void bus_hear(struct sim_ports *ports, int b)
{
    struct frame frames[BATCH];
    int count = 0;
    do {
        if (ports->bus[b].fd < 0)
            return;
        count = bus_recv(&ports->bus[b], frames, BATCH);
        for (int i = 0; i < count; i++)
            if (!(frames[i].flags & FRAME_OWN))
                sim_frame(ports->config.sim, (enum sim_bus)b, &frames[i]);
    } while (count == BATCH);
}

/* --- serial lines --- */

/* The slave stays open here, so that the line lives while no client is on it. */
static int pty_make(struct sim_ports *ports, struct sim_line *line)
{
    char name[64];
    struct termios raw;
    line->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (line->master < 0 || grantpt(line->master) < 0 || unlockpt(line->master) < 0)
        return -errno;
    int status = ptsname_r(line->master, name, sizeof name);
    if (status != 0)
        return -status;
    line->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (line->slave < 0 || tcgetattr(line->slave, &raw) < 0)
        return -errno;
    line->watch = inotify_add_watch(ports->openings, name, IN_OPEN);
    cfmakeraw(&raw);
    cfsetspeed(&raw, B2400);
    if (tcsetattr(line->slave, TCSANOW, &raw) < 0)
        return -errno;
    if (unlink(line->link) < 0 && errno != ENOENT)
        return -errno;
    return symlink(name, line->link) < 0 ? -errno : 0;
}

static int pty_start(struct sim_ports *ports, struct sim_line *line, const char *name, size_t u)
{
    const char *dir = ports->config.serial_dir;
    int length = snprintf(line->link, sizeof line->link, "%s/%s%zu", dir, name, u + 1);
    if (length < 0 || (size_t)length >= sizeof line->link) {
        line->link[0] = '\0';
        return failed(ports, "serial folder", dir, -ENAMETOOLONG);
    }
    int status = pty_make(ports, line);
    return status < 0 ? failed(ports, "serial line", line->link, status) : 0;
}

static int line_start(struct sim_ports *ports, size_t u)
{
    struct sim_line *line = &ports->line[u];
    const struct sim_ports_config *config = &ports->config;
    if (config->serial[u]) {
        int status = stream_open(&line->stream, config->serial[u]);
        if (status == -EINVAL)
            snprintf(ports->problem, sizeof ports->problem, "%.180s", line->stream.problem);
        return status == -EINVAL ? status : 0;
    }
    return config->serial_dir ? pty_start(ports, line, "inv", u) : 0;
}

static int bms_start(struct sim_ports *ports, size_t u)
{
    if (ports->config.bms_can[u]) {
        sim_bms_wire(ports->config.sim, (int)u, SIM_BMS_CAN);
        return sim_can_open(&ports->bms_can[u], ports->config.bms_can[u], ports->problem,
                            sizeof ports->problem);
    }
    if (!ports->config.bms[u] || !ports->config.serial_dir)
        return 0;
    sim_bms_wire(ports->config.sim, (int)u, SIM_BMS_PORT);
    return pty_start(ports, &ports->bms[u], "bms", u);
}

static void bms_say(struct sim_ports *ports, size_t u)
{
    uint8_t bytes[64];
    sim_can_talk(&ports->bms_can[u], ports->config.sim, (int)u, ports->now_ms);
    size_t count = sim_bms_says(ports->config.sim, (int)u, bytes, sizeof bytes);
    if (count && ports->bms[u].master >= 0 && write(ports->bms[u].master, bytes, count) < 0)
        return; /* nobody reads and the line is full: as on a real wire, lost */
}

static void bms_hear(struct sim_ports *ports, size_t u)
{
    uint8_t bytes[256];
    for (ssize_t count; ports->bms[u].master >= 0 &&
                        (count = read(ports->bms[u].master, bytes, sizeof bytes)) > 0;)
        sim_bms_bytes(ports->config.sim, (int)u, bytes, (size_t)count);
    sim_can_listen(&ports->bms_can[u], ports->config.sim, (int)u);
}

static void openings_hear(struct sim_ports *ports)
{
    _Alignas(struct inotify_event) char events[1024];
    ssize_t count;
    while ((count = read(ports->openings, events, sizeof events)) > 0)
        for (ssize_t at = 0; at < count;) {
            struct inotify_event event;
            memcpy(&event, events + at, sizeof event);
            at += (ssize_t)(sizeof event + event.len);
            for (size_t u = 0; u < ports->config.inverters; u++)
                if (ports->line[u].slave >= 0 && ports->line[u].watch == event.wd)
                    sim_reopened(ports->config.sim, (int)u);
        }
}

static void line_say(struct sim_ports *ports, size_t u)
{
    struct sim_line *line = &ports->line[u];
    uint8_t bytes[512];
    size_t count = sim_answer(ports->config.sim, (int)u, bytes, sizeof bytes);
    if (count == 0)
        return;
    if (line->stream.fd >= 0)
        stream_write(&line->stream, bytes, count);
    else if (line->master >= 0 && write(line->master, bytes, count) < 0)
        return; /* nobody reads and the line is full: as on a real wire, lost */
}

static void line_hear(struct sim_ports *ports, size_t u)
{
    struct sim_line *line = &ports->line[u];
    uint8_t bytes[256];
    for (;;) {
        ssize_t count = line->stream.fd >= 0 ? stream_read(&line->stream, bytes, sizeof bytes)
                        : line->master >= 0  ? read(line->master, bytes, sizeof bytes)
                                             : 0;
        if (count <= 0)
            return;
        sim_bytes(ports->config.sim, (int)u, bytes, (size_t)count);
    }
}

/* --- the clock --- */

static int clock_listen(struct sim_ports *ports)
{
    const char *path = ports->config.clock;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!path)
        return 0;
    if (strlen(path) >= sizeof address.sun_path)
        return failed(ports, "clock", path, -ENAMETOOLONG);
    memcpy(address.sun_path, path, strlen(path) + 1);
    struct stat found;
    if (lstat(path, &found) == 0 && S_ISSOCK(found.st_mode))
        unlink(path);
    ports->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (ports->listener < 0 ||
        bind(ports->listener, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(ports->listener, 4) < 0)
        return failed(ports, "clock", path, -errno);
    memcpy(ports->clock_path, path, strlen(path) + 1);
    return 0;
}

static void clock_accept(struct sim_ports *ports)
{
    if (ports->listener < 0 || ports->clock >= 0)
        return;
    bool wait = !ports->config.alone && !ports->waited;
    ports->waited = true;
    struct pollfd watched = {.fd = ports->listener, .events = POLLIN};
    if (wait)
        poll(&watched, 1, FIRST_WAIT_MS);
    ports->clock = accept4(ports->listener, NULL, NULL, SOCK_CLOEXEC);
}

static int clock_lost(struct sim_ports *ports, int status)
{
    if (ports->clock >= 0)
        close(ports->clock);
    ports->clock = -1;
    return failed(ports, "clock", ports->config.clock, status);
}

/* The frames the controller sends meanwhile are passed on, so that no queue fills up. */
static int echo_wait(struct sim_ports *ports, int64_t now_us)
{
    int64_t until_ms = clock_monotonic_ms() + ECHO_MS, echo = 0;
    struct pollfd watched[1 + SIM_BUSES] = {{.fd = ports->clock, .events = POLLIN}};
    for (int b = 0; b < SIM_BUSES; b++)
        watched[1 + b] =
            (struct pollfd){.fd = ports->hub[b] ? bus_hub_fd(ports->hub[b]) : -1, .events = POLLIN};
    for (int64_t left_ms; (left_ms = until_ms - clock_monotonic_ms()) > 0;) {
        if (poll(watched, 1 + SIM_BUSES, (int)left_ms) < 0 && errno != EINTR)
            return -errno;
        for (int b = 0; b < SIM_BUSES; b++)
            if (watched[1 + b].revents)
                bus_hub_pump(ports->hub[b]);
        if (!watched[0].revents)
            continue;
        if (recv(ports->clock, &echo, sizeof echo, 0) != sizeof echo)
            return -EPIPE;
        if (echo == now_us)
            return 0;
    }
    return -ETIMEDOUT;
}

static int clock_turn(struct sim_ports *ports)
{
    bool first = !ports->waited;
    clock_accept(ports);
    if (ports->clock < 0)
        return first && ports->listener >= 0 && !ports->config.alone ? clock_lost(ports, -ETIMEDOUT)
                                                                     : 0;
    int64_t now_us = ports->now_ms * 1000;
    int status = send(ports->clock, &now_us, sizeof now_us, MSG_NOSIGNAL) == sizeof now_us
                     ? echo_wait(ports, now_us)
                     : -EPIPE;
    return status < 0 ? clock_lost(ports, status) : 0;
}

bool sim_ports_locked(const struct sim_ports *ports)
{
    return ports->clock >= 0;
}

/* --- all of it --- */

int sim_ports_open(struct sim_ports *ports, const struct sim_ports_config *config)
{
    memset(ports, 0, sizeof *ports);
    ports->config = *config;
    ports->listener = ports->clock = -1;
    ports->openings = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    ports->now_ms = sim_truth(config->sim)->now_ms;
    for (int b = 0; b < SIM_BUSES; b++)
        ports->bus[b].fd = -1;
    for (size_t u = 0; u < SIM_INVERTERS; u++) {
        ports->line[u].master = ports->line[u].slave = ports->line[u].stream.fd = -1;
        ports->bms[u].master = ports->bms[u].slave = -1;
        ports->bms_can[u].bus.fd = -1;
    }
    int status = clock_listen(ports);
    for (int b = 0; b < SIM_BUSES && status >= 0; b++)
        status = bus_start(ports, b);
    if (config->serial_dir && mkdir(config->serial_dir, 0755) < 0 && errno != EEXIST && status >= 0)
        status = failed(ports, "serial folder", config->serial_dir, -errno);
    for (size_t u = 0; u < config->inverters && status >= 0; u++)
        status = line_start(ports, u);
    for (size_t u = 0; u < config->inverters && status >= 0; u++)
        status = bms_start(ports, u);
    hubs_pump(ports);
    if (status < 0)
        sim_ports_close(ports);
    return status;
}

static bool retry_due(struct sim_ports *ports, size_t slot)
{
    if (ports->now_ms < ports->retry_ms[slot])
        return false;
    ports->retry_ms[slot] = ports->now_ms + RETRY_MS;
    return true;
}

static void line_reopen(struct sim_ports *ports, size_t u)
{
    if (stream_reopen(&ports->line[u].stream) >= 0)
        sim_reopened(ports->config.sim, (int)u);
}

static void ports_retry(struct sim_ports *ports)
{
    for (size_t b = 0; b < SIM_BUSES; b++)
        if (ports->config.bus[b] && ports->bus[b].fd < 0 && retry_due(ports, b))
            bus_reopen(&ports->bus[b]);
    for (size_t u = 0; u < ports->config.inverters; u++)
        if (ports->config.serial[u] && ports->line[u].stream.fd < 0 &&
            retry_due(ports, SIM_BUSES + u))
            line_reopen(ports, u);
}

static int one_step(struct sim_ports *ports)
{
    sim_step(ports->config.sim, ports->now_ms);
    ports_retry(ports);
    for (int b = 0; b < SIM_BUSES; b++)
        bus_say(ports, b);
    for (size_t u = 0; u < ports->config.inverters; u++)
        line_say(ports, u);
    for (size_t u = 0; u < ports->config.inverters; u++)
        bms_say(ports, u);
    hubs_pump(ports);
    int status = clock_turn(ports);
    hubs_pump(ports);
    for (int b = 0; b < SIM_BUSES; b++)
        bus_hear(ports, b);
    openings_hear(ports);
    for (size_t u = 0; u < ports->config.inverters; u++)
        line_hear(ports, u);
    for (size_t u = 0; u < ports->config.inverters; u++)
        bms_hear(ports, u);
    return status;
}

int sim_ports_step(struct sim_ports *ports, int64_t now_ms)
{
    int status = 0;
    while (ports->now_ms < now_ms) {
        int64_t step_ms = now_ms - ports->now_ms, pace_ms = sim_pace_ms(ports->config.sim);
        ports->now_ms += step_ms < pace_ms ? step_ms : pace_ms;
        int turn = one_step(ports);
        status = turn < 0 ? turn : status;
    }
    return status;
}

static void fd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void sim_ports_forget(struct sim_ports *ports)
{
    for (int b = 0; b < SIM_BUSES; b++)
        bus_close(&ports->bus[b]);
    for (size_t u = 0; u < SIM_INVERTERS; u++) {
        fd_close(&ports->line[u].master);
        fd_close(&ports->line[u].slave);
        fd_close(&ports->bms[u].master);
        fd_close(&ports->bms[u].slave);
        sim_can_forget(&ports->bms_can[u]);
        fd_close(&ports->line[u].stream.fd); /* not stream_close: its lock is the parent's too */
    }
    fd_close(&ports->openings);
    fd_close(&ports->clock);
    fd_close(&ports->listener);
}

void sim_ports_close(struct sim_ports *ports)
{
    for (size_t u = 0; u < SIM_INVERTERS; u++)
        stream_close(&ports->line[u].stream);
    sim_ports_forget(ports);
    for (size_t u = 0; u < SIM_INVERTERS; u++)
        sim_can_close(&ports->bms_can[u]);
    for (int b = 0; b < SIM_BUSES; b++) {
        bus_hub_close(ports->hub[b]);
        ports->hub[b] = NULL;
    }
    for (size_t u = 0; u < SIM_INVERTERS; u++)
        if (ports->line[u].link[0])
            unlink(ports->line[u].link);
    for (size_t u = 0; u < SIM_INVERTERS; u++)
        if (ports->bms[u].link[0])
            unlink(ports->bms[u].link);
    if (ports->clock_path[0])
        unlink(ports->clock_path);
}
