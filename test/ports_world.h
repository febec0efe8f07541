/* Simulated inverters on ptys that are pulled out, put in elsewhere, hang and come back; the port
 * keeper on the other ends. Time is the test's: a day passes in seconds. */
#ifndef BUSBAR_TEST_PORTS_WORLD_H
#define BUSBAR_TEST_PORTS_WORLD_H

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "app/ports.h"
#include "check.h"
#include "sim/sim.h"

enum { WORLD_UNITS = 4, STEP_MS = 10 };

struct world_unit {
    int master;              /* -1 = not plugged in */
    char link[96];           /* where it is plugged in */
    bool deaf;               /* its adapter is open, but nothing comes through */
    uint32_t noise_percent;  /* of its answers have a wrong bit */
    const char *mute_to;     /* "QMC QB": questions that begin so get no answer; NULL = none */
    uint32_t strange;        /* setters of another role that reached it */
    uint32_t setters;
};

static struct config config;
static struct plant plant;
static struct ports ports;
static struct sim *sim;
static struct world_unit units[WORLD_UNITS];
static char dir[64];
static int64_t now_ms;

static void world_watch(void *context, int slot, int fd)
{
    (void)context;
    (void)slot;
    (void)fd;
}

static void unit_pull(size_t u)
{
    if (units[u].master < 0)
        return;
    close(units[u].master);
    units[u].master = -1;
    unlink(units[u].link);
}

/* Into the socket with this name, e.g. "dev3". */
static void unit_plug(size_t u, const char *name)
{
    char slave[64];
    unit_pull(u);
    struct world_unit *unit = &units[u];
    snprintf(unit->link, sizeof unit->link, "%s/%s", dir, name);
    unit->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (unit->master < 0 || grantpt(unit->master) || unlockpt(unit->master) ||
        ptsname_r(unit->master, slave, sizeof slave) || symlink(slave, unit->link)) {
        perror(unit->link);
        exit(1);
    }
}

/* What role a setter comes from: each wants a charge current of its own. */
static int32_t role_A(size_t role)
{
    return 20 + 10 * (int32_t)role;
}

static void unit_heard(size_t u, const uint8_t *bytes, size_t count)
{
    char wanted[16];
    if (bytes[0] == 'Q' || bytes[0] == '^')
        return;
    units[u].setters++;
    snprintf(wanted, sizeof wanted, "MNCHGC0%03d", (int)role_A(u));
    bool own = count > strlen(wanted) && !memcmp(bytes, wanted, strlen(wanted));
    bool other = count > 7 && !memcmp(bytes, "MNCHGC0", 7) && !own;
    units[u].strange += other;
}

static bool is_muted(const char *words, const uint8_t *bytes, size_t count)
{
    for (; words && *words; words += strspn(words, " ")) {
        size_t length = strcspn(words, " ");
        if (count >= length && !memcmp(bytes, words, length))
            return true;
        words += length;
    }
    return false;
}

static uint32_t world_seed = 1;

static uint32_t random_below(uint32_t limit)
{
    world_seed = world_seed * 1664525u + 1013904223u;
    return (world_seed >> 8) % limit;
}

static void unit_turn(size_t u)
{
    uint8_t bytes[256];
    struct world_unit *unit = &units[u];
    size_t said = sim_answer(sim, (int)u, bytes, sizeof bytes);
    if (unit->master < 0)
        return;
    if (said && random_below(100) < unit->noise_percent)
        bytes[random_below((uint32_t)said - 1)] ^= (uint8_t)(1u << random_below(8));
    if (said && !unit->deaf && write(unit->master, bytes, said) < 0 && errno != EAGAIN)
        return;
    ssize_t count = read(unit->master, bytes, sizeof bytes);
    if (count <= 0 || unit->deaf || is_muted(unit->mute_to, bytes, (size_t)count))
        return;
    unit_heard(u, bytes, (size_t)count);
    sim_bytes(sim, (int)u, bytes, (size_t)count);
}

static void world_step(void)
{
    now_ms += STEP_MS;
    sim_step(sim, now_ms);
    for (size_t u = 0; u < WORLD_UNITS; u++)
        unit_turn(u);
    ports_hear(&ports, &plant, -1, now_ms);
    ports_supervise(&ports, &plant, now_ms);
    ports_speak(&ports, &plant, now_ms);
}

static void world_run(int64_t span_ms)
{
    for (int64_t end_ms = now_ms + span_ms; now_ms < end_ms;)
        world_step();
}

/* The unit of this number answers its role's questions, on whichever port. */
static bool at_home(size_t u)
{
    return units[u].master >= 0 && ports_of(&ports, u) && plant.units[u].identified &&
           !strcmp(plant.units[u].readings.serial, config.inverters[u].serial);
}

/* Runs until it is at home; how long that took, or limit_ms when it is not. */
static int64_t world_wait(size_t u, int64_t limit_ms)
{
    int64_t from_ms = now_ms;
    while (!at_home(u) && now_ms - from_ms < limit_ms)
        world_step();
    return now_ms - from_ms;
}

static void world_start(size_t inverters, const char *words, bool named)
{
    static struct sim_config plant_config;
    sim_uc001(&plant_config);
    now_ms = 1;
    sim = sim ? sim : malloc(sim_size());
    sim_init(sim, &plant_config, now_ms);
    memset(&config, 0, sizeof config);
    config.inverter_count = (uint8_t)inverters;
    config.ports.hang_s = 60;
    config.backbone = CONFIG_NONE;
    for (size_t i = 0; i < inverters; i++) {
        struct config_inverter *inverter = &config.inverters[i];
        snprintf(inverter->name, sizeof inverter->name, "inv%zu", i + 1);
        snprintf(inverter->port, sizeof inverter->port, words, dir, (int)i);
        if (named)
            snprintf(inverter->serial, sizeof inverter->serial, "%s",
                     plant_config.inverter[i].serial);
    }
    CHECK(plant_init(&plant, &config, now_ms, stderr) == 0, "plant");
    for (size_t i = 0; i < inverters; i++) {
        struct unit_orders orders = unit_orders_none();
        orders.want[SET_CHARGE_MAX] = role_A(i);
        unit_order(&plant.units[i], &orders);
    }
    for (size_t u = 0; u < WORLD_UNITS; u++)
        units[u] = (struct world_unit){.master = -1};
    memset(&ports, 0, sizeof ports);
    ports.root = "";
    ports.watch = world_watch;
    ports_open(&ports, &config, &plant, now_ms);
}

static void world_end(void)
{
    ports_close(&ports);
    for (size_t u = 0; u < WORLD_UNITS; u++)
        unit_pull(u);
}

static void world_dir(void)
{
    snprintf(dir, sizeof dir, "/tmp/busbar-ports-XXXXXX");
    if (!mkdtemp(dir))
        exit(1);
}

#endif
