/* busbar pi30 query and scan as programs, against simulated inverters on ptys in another process. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/cli.h"
#include "app/config.h"
#include "app/sim_ports.h"
#include "check.h"

static char dir[64], said[16384];

static int64_t real_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The plant of UC001 in real time, its inverters at dir/inv1 .. inv4. */
static void plant_run(int ready)
{
    static struct sim_config config;
    struct sim *sim = malloc(sim_size());
    struct sim_ports ports;
    sim_uc001(&config);
    sim_init(sim, &config, real_ms());
    const struct sim_ports_config wires = {
        .sim = sim, .inverters = 4, .serial_dir = dir, .alone = true};
    if (sim_ports_open(&ports, &wires) < 0 || write(ready, "y", 1) != 1)
        _exit(1);
    for (;;) {
        sim_ports_step(&ports, real_ms());
        usleep(2000);
    }
}

/* A line on which something answers the same to all. */
static int odd_open(const char *name)
{
    char slave[64], link[128];
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    snprintf(link, sizeof link, "%s/%s", dir, name);
    if (master < 0 || grantpt(master) || unlockpt(master) ||
        ptsname_r(master, slave, sizeof slave) || symlink(slave, link))
        exit(1);
    return master;
}

/* The command in a process of its own; its output is in said, the exit status is returned. */
static int run(int master, const char *answer, char **words)
{
    int out[2], argc = 0, status = 0;
    size_t count = 0;
    while (words[argc])
        argc++;
    if (pipe(out) != 0)
        exit(1);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        dup2(out[1], 1);
        dup2(out[1], 2);
        int result = strcmp(words[0], "scan") == 0 ? cmd_pi30_scan(argc, words)
                                                   : cmd_pi30_query(argc, words);
        fflush(stdout);
        _exit(result);
    }
    close(out[1]);
    for (;;) {
        struct pollfd watched[2] = {{.fd = out[0], .events = POLLIN},
                                    {.fd = master, .events = POLLIN}};
        char request[64];
        poll(watched, 2, -1);
        if (watched[1].revents & POLLIN && read(master, request, sizeof request) > 0 &&
            write(master, answer, strlen(answer)) < 0)
            break;
        if (!(watched[0].revents & (POLLIN | POLLHUP)))
            continue;
        ssize_t got = read(out[0], said + count, sizeof said - 1 - count);
        if (got <= 0)
            break;
        count += (size_t)got;
    }
    said[count] = '\0';
    close(out[0]);
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define RUN(...) run(-1, "", (char *[]){__VA_ARGS__, NULL})

static char *port(const char *name)
{
    static char urls[4][128];
    static size_t next;
    char *url = urls[next++ % 4];
    snprintf(url, sizeof urls[0], "tty:%s/%s", dir, name);
    return url;
}

static void check_query(void)
{
    CHECK(RUN("query", port("inv1"), "QPIGS") == 0, "%s", said);
    CHECK(strstr(said, "battery_voltage") && strstr(said, " V"), "%s", said);
    CHECK(RUN("query", "--json", port("inv2"), "QID") == 0, "%s", said);
    CHECK(strstr(said, "\"96332409100102\"") && strstr(said, "\"raw\":\"(96332409100102"), "%s",
          said);
    CHECK(RUN("query", port("inv1"), "QNOTHING") == 0 && strstr(said, "NAK"), "%s", said);
    CHECK(RUN("query", port("inv1"), "POP02") == 2 && strstr(said, "--yes"), "%s", said);
    CHECK(RUN("query", port("inv1"), "^S005LON1") == 2 && strstr(said, "--yes"), "%s", said);
    CHECK(RUN("query", "--yes", port("inv1"), "POP02") == 0 && strstr(said, "ACK"), "%s", said);
    CHECK(RUN("query", port("inv1"), "QPIRI") == 0 && strstr(said, "solar, battery, utility"),
          "it was set: %s", said);
    CHECK(RUN("query", "--protocol", "PI99", port("inv1"), "QPI") == 2 && strstr(said, "PI30MAX"),
          "%s", said);
    CHECK(RUN("query", "--protocol", "PI30", port("inv1"), "^P005GS") == 2, "%s", said);
    CHECK(RUN("query", "--timeout", "5", port("inv1"), "QPI") == 2, "%s", said);
    CHECK(RUN("query", port("inv1")) == 2 && strstr(said, "Usage"), "%s", said);
    CHECK(RUN("query", port("nowhere"), "QPI") == 1 && strstr(said, "No such file"), "%s", said);
    CHECK(RUN("query", "usb:/dev/x", "QPI") == 2 && strstr(said, "not allowed"), "%s", said);
    CHECK(RUN("query", "--help") == 0 && strstr(said, "Usage"), "%s", said);
}

/* Somebody else has it; silence; a wrong CRC; noise. */
static void check_odd(void)
{
    char path[128];
    int master = odd_open("odd");
    char *ask[] = {"query", "--timeout", "300", port("odd"), "QMOD", NULL};
    CHECK(run(master, "", ask) == 1 && strstr(said, "no answer within 300 ms"), "%s", said);
    CHECK(run(master, "(B\xE7\xC8\r", ask) == 1, "%s", said);
    CHECK(strstr(said, "CRC") && strstr(said, "6 bytes came: \"(B\\xE7\\xC8\\x0D\"") == NULL &&
              strstr(said, "bytes came: \"(B\\xE7\\xC8\\x0D\""),
          "%s", said);
    CHECK(run(master, "\xFF\xFE\xFF", ask) == 1 && strstr(said, "\\xFF\\xFE\\xFF"), "%s", said);
    CHECK(run(master, "(B\xE7\xC9\r", ask) == 0 && strstr(said, "battery"), "%s", said);
    snprintf(path, sizeof path, "%s/odd", dir);
    int holder = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
    CHECK(flock(holder, LOCK_EX) == 0, "held");
    CHECK(run(master, "", ask) == 1 && strstr(said, "another process has this port"), "%s", said);
    close(holder);
    close(master);
    unlink(path);
}

static void check_scan(void)
{
    CHECK(RUN("scan", port("inv*"), port("gone")) == 0, "%s", said);
    for (int u = 1; u <= 4; u++) {
        char serial[64], lines[64];
        snprintf(serial, sizeof serial, "PI30     9633240910010%d ", u);
        snprintf(lines, sizeof lines, "name: inv%d, port: \"tty:", u);
        CHECK(strstr(said, serial) && strstr(said, lines), "inv%d: %s", u, said);
    }
    CHECK(strstr(said, "rated_W: 8000, rated_A: 34.7") && strstr(said, "No such file"), "%s", said);
    CHECK(RUN("scan", "--json", port("inv3")) == 0 &&
              strstr(said, "\"serial\":\"96332409100103\"") && said[0] == '[',
          "%s", said);
    CHECK(RUN("scan", port("gone")) == 1, "%s", said);
    CHECK(RUN("scan", "ttyUSB0") == 2 && strstr(said, "is no port"), "%s", said);
    CHECK(RUN("scan", "--baud", "7", port("inv1")) == 2 && strstr(said, "300 to 230400"), "%s",
          said);
    CHECK(RUN("scan", "--help") == 0 && strstr(said, "Usage"), "%s", said);
}

/* What scan prints is the inverters' part of a config. */
static void check_paste(void)
{
    char path[128], command[256];
    CHECK(RUN("scan", port("inv*")) == 0, "%s", said);
    const char *yaml = strstr(said, "inverters:");
    snprintf(path, sizeof path, "%s/pasted.yaml", dir);
    FILE *file = fopen(path, "w");
    static const char battery[] =
        "battery: {chemistry: lfp, cells: 16, charge_max_A: 9, discharge_max_A: 9}\n";
    CHECK(file && yaml && fputs(battery, file) >= 0 && fputs(yaml, file) >= 0 && fclose(file) == 0,
          "%s", said);
    static struct config config;
    CHECK(config_load(&config, path, "dbc", stdout) == 0, "well formed");
    CHECK(config.inverter_count == 4 && !strcmp(config.inverters[3].serial, "96332409100104"),
          "four by number");
    config_free(&config);
    snprintf(command, sizeof command, "rm %s", path);
    CHECK(system(command) == 0, "gone");
}

int main(void)
{
    int ready[2];
    char word, command[96];
    snprintf(dir, sizeof dir, "/tmp/busbar-pi30-bench-XXXXXX");
    if (!mkdtemp(dir) || pipe(ready) != 0)
        return 1;
    setenv("BUSBAR_SOCKET", "/nonexistent/busbar.sock", 1);
    pid_t plant = fork();
    if (plant == 0)
        plant_run(ready[1]);
    CHECK(read(ready[0], &word, 1) == 1, "the plant stands");
    check_query();
    check_odd();
    check_scan();
    check_paste();
    kill(plant, SIGKILL);
    waitpid(plant, NULL, 0);
    snprintf(command, sizeof command, "rm -r %s", dir);
    CHECK(system(command) == 0, "tidy");
    return check_done("pi30_bench");
}
