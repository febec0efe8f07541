#include "app/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "app/bms_port.h"
#include "app/clock.h"
#include "app/control.h"
#include "app/io.h"
#include "app/local_time.h"
#include "app/saved.h"

enum { SAVE_MS = 60000, CLOCK_WAIT_MS = 5000 };

struct loop {
    sd_event *event;
    sd_event_source *timer, *slots[IO_SLOTS], *ports[MAX_EMULATIONS], *clients[CONTROL_CLIENTS];
    int clock_fd; /* -1 = this machine's clock */
    int64_t lockstep_ms;
    int64_t next_tick_ms, save_ms;
    int64_t wake_ms; /* the tick, or an inverter's next question */
    uint64_t watchdog_us;
    struct controller controller;
    struct io io;
    struct bms_ports bms_ports;
    struct control control;
    struct journal_file journal;
    struct saved saved;
};

static int64_t loop_now_ms(const struct loop *loop)
{
    return loop->clock_fd >= 0 ? loop->lockstep_ms : clock_monotonic_ms();
}

/* A simulator's time is its own: what it wrote is never taken for this machine's. */
static int64_t loop_wall_ms(const struct loop *loop)
{
    return loop->clock_fd >= 0 ? loop->lockstep_ms : clock_wall_ms();
}

static void journal_write(struct loop *loop)
{
    for (const struct journal_record *record; (record = journal_take(&loop->controller.journal));)
        journal_file_write(&loop->journal, record, loop_wall_ms(loop));
}

static void loop_tick(struct loop *loop, int64_t now_ms)
{
    if (loop->clock_fd < 0)
        local_clock(&loop->controller.clock, clock_wall_ms() / 1000);
    loop->next_tick_ms = tick(&loop->controller, now_ms);
    io_supervise(&loop->io, &loop->controller, now_ms);
    journal_write(loop);
    if (loop->watchdog_us)
        sd_notify(0, "WATCHDOG=1");
    if (now_ms >= loop->save_ms || saved_urgent(&loop->saved, &loop->controller)) {
        if (saved_write(&loop->saved, &loop->controller, now_ms, loop_wall_ms(loop)))
            loop->save_ms = now_ms + SAVE_MS;
    }
}

static int64_t sooner(int64_t one_ms, int64_t other_ms)
{
    return one_ms < other_ms ? one_ms : other_ms;
}

/* What has arrived at one descriptor, a tick when it is time for one, with everything that has
 * arrived, and everything that is to go out. */
static void loop_turn(struct loop *loop, int fd)
{
    int64_t now_ms = loop_now_ms(loop);
    bms_ports_turn(&loop->bms_ports, &loop->controller, now_ms);
    io_hear(&loop->io, &loop->controller, fd, now_ms);
    bool hurry = loop->controller.hurry && now_ms - loop->controller.tick_ms >= TICK_MIN_MS;
    if (hurry || now_ms >= loop->next_tick_ms) {
        if (fd != IO_EVERYTHING)
            io_hear(&loop->io, &loop->controller, IO_EVERYTHING, now_ms);
        loop_tick(loop, now_ms);
    }
    int64_t asks_ms = io_speak(&loop->io, &loop->controller, now_ms);
    int64_t bms_ms = bms_ports_wake_ms(&loop->bms_ports, now_ms);
    loop->wake_ms = sooner(sooner(asks_ms, bms_ms), loop->next_tick_ms);
}

/* clock_monotonic_ms counts from 1. */
static int wake_set(struct loop *loop)
{
    return loop->timer ? sd_event_source_set_time(loop->timer, (uint64_t)(loop->wake_ms - 1) * 1000)
                       : 0;
}

static int on_port(sd_event_source *source, int fd, uint32_t events, void *data)
{
    (void)source;
    (void)events;
    loop_turn(data, fd);
    return wake_set(data);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *data)
{
    (void)source;
    (void)usec;
    loop_turn(data, IO_EVERYTHING);
    return wake_set(data);
}

static int on_clock(sd_event_source *source, int fd, uint32_t events, void *data)
{
    struct loop *loop = data;
    (void)source;
    (void)events;
    int64_t now_ms = clock_receive(fd);
    if (now_ms == 0)
        return sd_event_exit(loop->event, 0);
    loop->lockstep_ms = now_ms;
    loop_turn(loop, IO_EVERYTHING);
    clock_done(fd, now_ms);
    return 0;
}

static int on_client(sd_event_source *source, int fd, uint32_t events, void *data)
{
    struct loop *loop = data;
    (void)events;
    for (int i = 0; i < CONTROL_CLIENTS; i++) {
        if (loop->control.clients[i] != fd)
            continue;
        if (!control_serve(&loop->control, i, &loop->controller, &loop->io, loop_now_ms(loop))) {
            sd_event_source_disable_unref(source);
            loop->clients[i] = NULL;
        }
        break;
    }
    return 0;
}

static int on_control(sd_event_source *source, int fd, uint32_t events, void *data)
{
    struct loop *loop = data;
    (void)source;
    (void)fd;
    (void)events;
    int slot = control_accept(&loop->control);
    if (slot < 0)
        return 0;
    return sd_event_add_io(loop->event, &loop->clients[slot], loop->control.clients[slot], EPOLLIN,
                           on_client, loop) < 0
               ? -ENOMEM
               : 0;
}

static void source_watch(struct loop *loop, sd_event_source **source, int fd)
{
    if (*source)
        *source = sd_event_source_disable_unref(*source);
    if (fd >= 0 && loop->clock_fd < 0)
        sd_event_add_io(loop->event, source, fd, EPOLLIN, on_port, loop);
}

/* A descriptor came or went. */
static void on_watch(void *context, int slot, int fd)
{
    struct loop *loop = context;
    source_watch(loop, &loop->slots[slot], fd);
}

static void on_watch_port(void *context, int slot, int fd)
{
    struct loop *loop = context;
    source_watch(loop, &loop->ports[slot], fd);
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *data)
{
    struct loop *loop = data;
    (void)source;
    (void)info;
    return sd_event_exit(loop->event, 0);
}

static int signals_add(struct loop *loop)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    int status = sd_event_add_signal(loop->event, NULL, SIGTERM, on_signal, loop);
    return status < 0 ? status : sd_event_add_signal(loop->event, NULL, SIGINT, on_signal, loop);
}

static int clock_add(struct loop *loop)
{
    const char *path = loop->controller.config->clock;
    if (*path == '\0')
        return sd_event_add_time(loop->event, &loop->timer, CLOCK_MONOTONIC,
                                 (uint64_t)clock_monotonic_ms() * 1000, 1000, on_timer, loop);
    loop->clock_fd = clock_connect(path, CLOCK_WAIT_MS);
    if (loop->clock_fd < 0) {
        fprintf(stderr, "busbar: clock %s: %s\n", path, strerror(-loop->clock_fd));
        return loop->clock_fd;
    }
    loop->lockstep_ms = clock_receive(loop->clock_fd);
    return sd_event_add_io(loop->event, NULL, loop->clock_fd, EPOLLIN, on_clock, loop);
}

/* Repeating timer sources are one-shot in sd-event unless told otherwise. */
static int timer_arm(struct loop *loop)
{
    return loop->timer ? sd_event_source_set_enabled(loop->timer, SD_EVENT_ON) : 0;
}

static void ports_tell(const struct loop *loop)
{
    const struct config *config = loop->controller.config;
    for (size_t b = 0; b < config->bus_count; b++)
        if (loop->io.buses[b].fd < 0)
            fprintf(stderr, "busbar: bus %s: %s; trying again\n", config->buses[b].name,
                    loop->io.buses[b].problem);
    for (size_t i = 0; i < MAX_PORTS; i++)
        if (loop->io.ports.port[i].used && loop->io.ports.port[i].stream.fd < 0)
            fprintf(stderr, "busbar: %s; trying again\n", loop->io.ports.port[i].problem);
    for (size_t i = 0; i < config->emulation_count; i++)
        if (*config->emulation_link[i].port && loop->bms_ports.streams[i].fd < 0)
            fprintf(stderr, "busbar: emulation %s: %s; trying again\n", config->emulations[i].name,
                    loop->bms_ports.streams[i].problem);
}

/* Another busbar on the socket means another busbar on the plant: do not start. Any other trouble with it
 * costs the CLI, not the plant. */
static int control_start(struct loop *loop, const char *path)
{
    char dir[CONFIG_PATH_SIZE];
    snprintf(dir, sizeof dir, "%s", path);
    char *slash = strrchr(dir, '/');
    if (slash && slash != dir) {
        *slash = '\0';
        mkdir(dir, 0755);
    }
    int status = control_open(&loop->control, path);
    if (status < 0)
        fprintf(stderr, "busbar: %s%s\n", loop->control.problem,
                status == -EADDRINUSE ? "" : "; going on without it");
    if (status < 0)
        return status == -EADDRINUSE ? status : 0;
    return sd_event_add_io(loop->event, NULL, loop->control.fd, EPOLLIN, on_control, loop);
}

static int loop_start(struct loop *loop, const struct config *config)
{
    loop->controller.config = config;
    int status = sd_event_new(&loop->event);
    if (status >= 0)
        status = signals_add(loop);
    if (status >= 0)
        status = clock_add(loop);
    if (status < 0)
        return status;
    int64_t now_ms = loop_now_ms(loop);
    status = controller_init(&loop->controller, config, now_ms, stderr);
    if (status < 0)
        return status;
    mkdir(config->state_dir, 0750);
    saved_open(&loop->saved, config->state_dir, &loop->controller, now_ms, loop_wall_ms(loop),
               stderr);
    if (journal_file_open(&loop->journal, config->state_dir, stderr) < 0)
        fprintf(stderr, "busbar: %s; going on without it\n", loop->journal.problem);
    loop->save_ms = now_ms + SAVE_MS;
    io_open(&loop->io, config, &loop->controller, now_ms, on_watch, loop);
    bms_ports_open(&loop->bms_ports, config, &loop->controller, now_ms, on_watch_port, loop);
    loop->io.bms = &loop->bms_ports;
    ports_tell(loop);
    status = control_start(loop, config->control);
    return status < 0 ? status : timer_arm(loop);
}

static void loop_stop(struct loop *loop)
{
    sd_notify(0, "STOPPING=1");
    journal_write(loop);
    while (!saved_write(&loop->saved, &loop->controller, loop_now_ms(loop), loop_wall_ms(loop)))
        usleep(1000);
    saved_close(&loop->saved);
    journal_file_close(&loop->journal);
    control_close(&loop->control);
    io_close(&loop->io);
    bms_ports_close(&loop->bms_ports);
}

int loop_run(const struct config *config)
{
    static struct loop loop; /* megabytes of fixed arrays */
    loop.clock_fd = loop.control.fd = loop.journal.fd = -1;
    int status = loop_start(&loop, config);
    if (status < 0) {
        fprintf(stderr, "busbar: cannot start: %s\n", strerror(-status));
        return 1;
    }
    sd_watchdog_enabled(0, &loop.watchdog_us);
    sd_notifyf(0, "READY=1\nSTATUS=%s: %u inverters, %u strings", config->plant,
               config->inverter_count, config->topology.strings);
    if (loop.clock_fd >= 0)
        clock_done(loop.clock_fd, loop.lockstep_ms);
    status = sd_event_loop(loop.event);
    loop_stop(&loop);
    sd_event_unref(loop.event);
    return status < 0 ? 1 : 0;
}
