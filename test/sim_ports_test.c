/* The plant behind real ports, with a controller in another process in lock step: what it hears for
 * each time, what it says, what is left behind. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/sim_ports.h"
#include "test/check.h"

static char dir[64], backbone[96], clock_path[96];
static struct sim *sim;
static struct sim_config plant;
static struct sim_ports ports;
static struct sim_ports_config config;

enum child { ECHOES, MUTE, LEAVES };

/* The controller: hears, says, echoes. Exit status 0 when it heard what it should have. */
static int controller_run(enum child kind)
{
    struct bus bus;
    struct stream line;
    struct frame frames[64];
    char url[96];
    uint8_t answer[64];
    int currents = 0, steps = 0, got = 0;
    int clock = clock_connect(clock_path, 2000);
    snprintf(url, sizeof url, "tty:%s/inv2", dir);
    int opened = bus_open(&bus, backbone, NULL, 0);
    if (clock < 0 || opened < 0 || stream_open(&line, url) < 0)
        return 10;
    for (int64_t now_ms, last_ms = 0; (now_ms = clock_receive(clock)) > 0;
         last_ms = now_ms, steps++) {
        for (int n; (n = bus_recv(&bus, frames, 64)) > 0;)
            for (int i = 0; i < n; i++)
                currents += frames[i].id == 0x192;
        for (int n; (n = stream_read(&line, answer + got, sizeof answer - (size_t)got)) > 0;)
            got += n;
        if (last_ms && (now_ms <= last_ms || now_ms - last_ms > 50))
            return 11;
        if (steps == 20) {
            struct frame order = {.id = 0x211, .len = 4, .data = {0x06, 0xF9, 1, 0}};
            bus_send(&bus, &order);
            stream_write(&line, (const uint8_t *)"QPI\xBE\xAC\r", 6);
        }
        if (kind == LEAVES && steps == 30)
            return 0;
        if (kind != MUTE)
            clock_done(clock, now_ms);
    }
    /* 5 s of plant time from its first step on: a frame of currents each 50 ms, none lost */
    if (kind == ECHOES && (currents < 95 || got != 8 || memcmp(answer, "(PI30\x9A\x0B\r", 8) != 0))
        return currents < 95 ? 12 : 13;
    return 0;
}

static void begin(enum child kind, pid_t *child)
{
    snprintf(dir, sizeof dir, "/tmp/busbar-ports-XXXXXX");
    if (!mkdtemp(dir))
        exit(1);
    snprintf(backbone, sizeof backbone, "local:%s/backbone", dir);
    snprintf(clock_path, sizeof clock_path, "%s/clock", dir);
    sim_uc001(&plant);
    sim_init(sim, &plant, 1000);
    config = (struct sim_ports_config){
        .sim = sim, .inverters = 4, .serial_dir = dir, .clock = clock_path};
    config.bus[SIM_BACKBONE] = backbone;
    CHECK(sim_ports_open(&ports, &config) == 0, "opens: %s", ports.problem);
    fflush(NULL);
    *child = fork();
    if (*child == 0) {
        sim_ports_forget(&ports);
        _exit(controller_run(kind));
    }
}

static int end(pid_t child)
{
    int status = -1;
    sim_ports_close(&ports);
    waitpid(child, &status, 0);
    CHECK(rmdir(dir) == 0, "nothing is left in %s", dir);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void lock_step(void)
{
    pid_t child;
    begin(ECHOES, &child);
    CHECK(sim_ports_step(&ports, 6000) == 0, "kept step: %s", ports.problem);
    CHECK(sim_ports_locked(&ports), "locked");
    CHECK(sim_truth(sim)->now_ms == 6000, "the plant stands at its time");
    CHECK(!sim_truth(sim)->switch_on[0], "the order came through");
    int status = end(child);
    CHECK(status == 0, "the controller heard everything: %d", status);
}

static void controller_lost(void)
{
    pid_t child;
    begin(LEAVES, &child);
    CHECK(sim_ports_step(&ports, 6000) == -EPIPE, "it has gone: %s", ports.problem);
    CHECK(!sim_ports_locked(&ports) && sim_truth(sim)->now_ms == 6000, "the plant goes on");
    CHECK(sim_ports_step(&ports, 7000) == 0, "and on");
    CHECK(end(child) == 0, "left in peace");
    begin(MUTE, &child);
    int64_t from_ms = clock_monotonic_ms();
    CHECK(sim_ports_step(&ports, 1050) == -ETIMEDOUT, "no echo: %s", ports.problem);
    int64_t took_ms = clock_monotonic_ms() - from_ms;
    CHECK(took_ms >= 1900 && took_ms < 4000, "after two seconds, %lld ms", (long long)took_ms);
    kill(child, SIGTERM);
    end(child);
}

static void wrong_ports(void)
{
    static const struct {
        const char *bus, *serial_dir, *clock;
        int status;
    } rows[] = {
        {"strange:thing", NULL, NULL, -EINVAL},
        {"local:/nowhere/at/all", NULL, NULL, -ENOENT},
        {NULL, "/nowhere/at/all", NULL, -ENOENT},
        {NULL, NULL, "/nowhere/at/all", -ENOENT},
    };
    sim_uc001(&plant);
    sim_init(sim, &plant, 1000);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        config = (struct sim_ports_config){.sim = sim, .inverters = 4, .alone = true};
        config.bus[SIM_BACKBONE] = rows[i].bus;
        config.serial_dir = rows[i].serial_dir;
        config.clock = rows[i].clock;
        int status = sim_ports_open(&ports, &config);
        CHECK(status == rows[i].status && ports.problem[0], "%d: %s", status, ports.problem);
    }
}

/* An interface that is not there yet is no error, and nobody at the clock is none when alone. */
static void alone(void)
{
    sim_uc001(&plant);
    sim_init(sim, &plant, 1000);
    config = (struct sim_ports_config){
        .sim = sim, .inverters = 4, .alone = true, .clock = "/tmp/busbar-ports-clock"};
    config.bus[SIM_NATIVE] = "nosuchcan9";
    CHECK(sim_ports_open(&ports, &config) == 0, "opens: %s", ports.problem);
    CHECK(sim_ports_step(&ports, 3000) == 0 && sim_truth(sim)->now_ms == 3000, "runs");
    sim_ports_close(&ports);
    CHECK(access(config.clock, F_OK) != 0, "the socket is gone");
}

static bool line_says(struct stream *line, const char *request, size_t length)
{
    uint8_t answer[64];
    int got = 0;
    stream_write(line, (const uint8_t *)request, length);
    for (int64_t until_ms = ports.now_ms + 3000; ports.now_ms < until_ms;) {
        sim_ports_step(&ports, ports.now_ms + 10);
        int n = (int)stream_read(line, answer + got, sizeof answer - (size_t)got);
        got += n > 0 ? n : 0;
    }
    return got == 8 && memcmp(answer, "(PI30\x9A\x0B\r", 8) == 0;
}

/* An inverter that hangs speaks again when its port is opened anew, as a USB one does. */
static void hung_and_opened(void)
{
    struct stream line;
    char url[96];
    snprintf(dir, sizeof dir, "/tmp/busbar-ports-XXXXXX");
    CHECK(mkdtemp(dir) != NULL, "folder");
    sim_uc001(&plant);
    sim_init(sim, &plant, 1000);
    sim_quirk(sim, 0, &(struct sim_quirk_row){.quirk = SIM_QUIRK_HANG, .rate = 1, .to_s = 3});
    config =
        (struct sim_ports_config){.sim = sim, .inverters = 4, .alone = true, .serial_dir = dir};
    CHECK(sim_ports_open(&ports, &config) == 0, "opens: %s", ports.problem);
    snprintf(url, sizeof url, "tty:%s/inv1", dir);
    CHECK(stream_open(&line, url) == 0, "client: %s", line.problem);
    CHECK(!line_says(&line, "QPI\xBE\xAC\r", 6), "it hangs");
    CHECK(!line_says(&line, "QPI\xBE\xAC\r", 6), "still");
    stream_close(&line);
    CHECK(stream_open(&line, url) == 0, "client: %s", line.problem);
    CHECK(line_says(&line, "QPI\xBE\xAC\r", 6), "no more");
    stream_close(&line);
    sim_ports_close(&ports);
    CHECK(rmdir(dir) == 0, "nothing is left behind");
}

int main(void)
{
    sim = malloc(sim_size());
    hung_and_opened();
    lock_step();
    controller_lost();
    wrong_ports();
    alone();
    free(sim);
    return check_done("sim_ports");
}
