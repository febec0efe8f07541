#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "app/cli.h"
#include "app/clock.h"
#include "app/sim_file.h"
#include "app/sim_ports.h"
#include "app/sim_tell.h"

enum {
    STEP_MS = 10,
    FAST_STEP_MS = 50,
    FAST = 20,
    TELL_MS = 60000,
    START_MS = 1000,
    SECOND_MS = 1000
};

static const char help[] =
    "Usage: busbar sim [--scenario uc001] [--plant FILE] [--truth FILE] [--speed N] [--start-h H] "
    "[--seed N]\n"
    "                  [--backbone URL] [--battery URL] [--native URL] [--serial DIR|PORT,..]\n"
    "                  [--bms LIST] [--bms-can N=URL] [--clock PATH] [--car-h H] [--soc PERCENT]\n"
    "                  [--push-s S] [--seconds S]\n"
    "       busbar sim --list\n"
    "Runs a simulated plant behind real ports, for busbar run or any other program.\n"
    "  --scenario NAME  uc001: 3 strings, 4 inverters, 600 Ah, a wallbox (the default and only "
    "one)\n"
    "  --plant FILE     YAML: which models its inverters are, their groups and quirks\n"
    "  --truth FILE     a line of JSON into FILE each plant second: what is really so\n"
    "  --list           models and quirks that FILE may name\n"
    "  --speed N        times real time, 0.1 to 100000, default 1\n"
    "  --start-h H      local solar time of the first step, 0 to 24, default 13\n"
    "  --car-h H        when the car comes, default 16\n"
    "  --soc PERCENT    charge of the battery at the start, 1 to 99, default 60\n"
    "  --push-s S       pushes the charge button after S plant seconds\n"
    "  --seconds S      ends after S plant seconds\n"
    "  --seed N         of clouds, loads and answer times, default 1\n"
    "  --backbone URL, --battery URL, --native URL\n"
    "                   CAN buses: can0, local:PATH (hosted here), ..; default\n"
    "                   local:/tmp/busbar/backbone, /battery, /native; none = not connected\n"
    "  --serial DIR     a pty to each inverter, linked as DIR/inv1 ..; default /tmp/busbar\n"
    "  --serial PORT,.. given serial ports, the first for inv1: /dev/ttyS0, tty:PATH, "
    "tcp://host:port\n"
    "  --bms LIST       inverters whose BMS port is wired, as 1,2 or all: a pty to each, linked "
    "as\n"
    "                   DIR/bms1 ..; they charge with no more than they are told there\n"
    "  --bms-can N=URL  inverter N hears its battery on that CAN bus, as 1=local:/tmp/busbar/bms; "
    "once\n"
    "                   for each such inverter, several may be on one bus\n"
    "  --clock PATH     a controller may come here for lock step\n"
    "Keys in a terminal: b pushes the charge button, c brings or takes the car, q quits.\n"
    "Each plant minute a line: time, sun, strings and where they stand, wallbox, house, battery.\n";

struct options {
    double speed, push_s, seconds; /* negative = never */
    struct sim_config plant;
    struct sim_ports_config ports;
    char serial_list[512];
    FILE *truth; /* NULL = is not told */
};

static volatile sig_atomic_t leaving;

static void on_signal(int number)
{
    (void)number;
    leaving = 1;
}

/* --- the command line --- */

static bool number_read(const char *option, const char *text, double low, double high,
                        double *value)
{
    char *end;
    double number = strtod(text, &end);
    if (end != text && *end == '\0' && number >= low && number <= high) {
        *value = number;
        return true;
    }
    fprintf(stderr, "busbar sim: --%s %s is not allowed: a number from %g to %g\n", option, text,
            low, high);
    return false;
}

/* A folder for ptys, or ports separated by commas. */
static bool serial_read(struct options *options, const char *text)
{
    struct stat found;
    bool port = strchr(text, ',') || strchr(text, ':') || strncmp(text, "/dev/", 5) == 0 ||
                (stat(text, &found) == 0 && S_ISCHR(found.st_mode));
    if (!port) {
        options->ports.serial_dir = text;
        return true;
    }
    if (strlen(text) >= sizeof options->serial_list) {
        fprintf(stderr, "busbar sim: --serial: at most %zu characters\n",
                sizeof options->serial_list - 1);
        return false;
    }
    memcpy(options->serial_list, text, strlen(text) + 1);
    options->ports.serial_dir = NULL;
    size_t count = 0;
    for (char *rest = options->serial_list, *one; (one = strsep(&rest, ",")) != NULL; count++) {
        if (count == options->ports.inverters) {
            fprintf(stderr,
                    "busbar sim: --serial: this plant has %zu inverters, more ports given\n",
                    options->ports.inverters);
            return false;
        }
        options->ports.serial[count] = one;
    }
    return true;
}

static bool bms_read(struct options *options, const char *text)
{
    size_t inverters = options->ports.inverters;
    for (size_t u = 0; u < inverters; u++)
        options->ports.bms[u] = strcmp(text, "all") == 0;
    if (strcmp(text, "all") == 0)
        return true;
    for (const char *at = text; *at;) {
        char *end;
        long number = strtol(at, &end, 10);
        if (end == at || number < 1 || (size_t)number > inverters || (*end && *end != ',')) {
            fprintf(stderr, "busbar sim: --bms %s is not allowed: all, or numbers from 1 to %zu\n",
                    text, inverters);
            return false;
        }
        options->ports.bms[number - 1] = true;
        at = *end ? end + 1 : end;
    }
    return true;
}

static bool bms_can_read(struct options *options, const char *text)
{
    size_t inverters = options->ports.inverters;
    char *end;
    long number = strtol(text, &end, 10);
    if (end == text || number < 1 || (size_t)number > inverters || *end != '=' || !end[1]) {
        fprintf(stderr,
                "busbar sim: --bms-can %s is not allowed: N=URL, N from 1 to %zu, as 1=can0\n",
                text, inverters);
        return false;
    }
    options->ports.bms_can[number - 1] = end + 1;
    return true;
}

/* An inverter has one battery link. */
static bool bms_one_each(const struct options *options)
{
    for (size_t u = 0; u < options->ports.inverters; u++)
        if (options->ports.bms_can[u] && options->ports.bms[u]) {
            fprintf(stderr,
                    "busbar sim: --bms-can %zu=%s: the BMS port of inverter %zu is wired already\n",
                    u + 1, options->ports.bms_can[u], u + 1);
            return false;
        }
    return true;
}

static const char *bus_read(const char *text)
{
    return strcmp(text, "none") == 0 ? NULL : text;
}

static bool option_read(struct options *options, int option, const char *text)
{
    double number;
    switch (option) {
    case 'S':
        if (strcmp(text, "uc001") == 0)
            return true;
        fprintf(stderr, "busbar sim: --scenario %s is not known: uc001\n", text);
        return false;
    case 'x':
        return number_read("speed", text, 0.1, 100000, &options->speed);
    case 't':
        return number_read("start-h", text, 0, 24, &options->plant.start_h);
    case 'k':
        return number_read("car-h", text, 0, 48, &options->plant.car_arrive_h);
    case 'o':
        if (!number_read("soc", text, 1, 99, &number))
            return false;
        options->plant.battery_soc = number / 100;
        return true;
    case 'u':
        return number_read("push-s", text, 0, 1e6, &options->push_s);
    case 'e':
        return number_read("seconds", text, 0, 1e9, &options->seconds);
    case 'r':
        if (!number_read("seed", text, 0, 4294967295.0, &number))
            return false;
        options->plant.seed = (uint32_t)number;
        return true;
    case 'p':
        return serial_read(options, text);
    case 'P':
        return sim_file_load(&options->plant, text, stderr) == 0;
    case 'T':
        options->truth = fopen(text, "we");
        if (!options->truth)
            fprintf(stderr, "busbar sim: --truth %s: %s\n", text, strerror(errno));
        return options->truth != NULL;
    case 'B':
        return bms_read(options, text);
    case 'N':
        return bms_can_read(options, text);
    case 'C':
        options->ports.clock = text;
        return true;
    default:
        options->ports.bus[option - '0'] = bus_read(text);
        return true;
    }
}

/* -1 = go on, else the exit status. */
static int options_read(struct options *options, int argc, char **argv)
{
    static const struct option known[] = {{"scenario", required_argument, NULL, 'S'},
                                          {"plant", required_argument, NULL, 'P'},
                                          {"truth", required_argument, NULL, 'T'},
                                          {"list", no_argument, NULL, 'l'},
                                          {"speed", required_argument, NULL, 'x'},
                                          {"start-h", required_argument, NULL, 't'},
                                          {"car-h", required_argument, NULL, 'k'},
                                          {"soc", required_argument, NULL, 'o'},
                                          {"push-s", required_argument, NULL, 'u'},
                                          {"seconds", required_argument, NULL, 'e'},
                                          {"seed", required_argument, NULL, 'r'},
                                          {"backbone", required_argument, NULL, '0' + SIM_BACKBONE},
                                          {"battery", required_argument, NULL, '0' + SIM_BATTERY},
                                          {"native", required_argument, NULL, '0' + SIM_NATIVE},
                                          {"serial", required_argument, NULL, 'p'},
                                          {"bms", required_argument, NULL, 'B'},
                                          {"bms-can", required_argument, NULL, 'N'},
                                          {"clock", required_argument, NULL, 'C'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    int status = -1;
    for (int c; (c = getopt_long(argc, argv, "h", known, NULL)) != -1;) {
        if (c == 'h' || c == '?') {
            fputs(help, c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
        if (c == 'l') {
            sim_file_list(stdout);
            return 0;
        }
        if (!option_read(options, c, optarg))
            status = 2;
    }
    if (optind < argc) {
        fprintf(stderr, "busbar sim: %s is not expected; busbar sim --help\n", argv[optind]);
        status = 2;
    }
    return status;
}

/* --- running --- */

static struct termios terminal_before;

static void terminal_restore(void)
{
    tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
}

static void terminal_raw(void)
{
    if (tcgetattr(STDIN_FILENO, &terminal_before) < 0)
        return;
    struct termios raw = terminal_before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    atexit(terminal_restore);
}

static void keys_obey(struct sim *sim)
{
    for (char key; read(STDIN_FILENO, &key, 1) == 1;) {
        if (key == 'q')
            leaving = 1;
        else if (key == 'b')
            sim_press_button(sim);
        else if (key == 'c')
            sim_car(sim, sim_truth(sim)->car_state == 'A');
        else
            continue;
        printf("key %c\n", key);
    }
}

/* The wall time at which the plant shall stand at this plant time. */
static void wall_wait(int64_t wall_start_ms, double plant_ms, double speed)
{
    int64_t ahead_ms = (int64_t)(plant_ms / speed) - (clock_monotonic_ms() - wall_start_ms);
    if (ahead_ms > 0)
        nanosleep(
            &(struct timespec){.tv_sec = ahead_ms / 1000, .tv_nsec = ahead_ms % 1000 * 1000000},
            NULL);
}

static void plant_run(const struct options *options, struct sim_ports *ports, struct sim *sim)
{
    bool keys = isatty(STDIN_FILENO) == 1;
    if (keys)
        terminal_raw();
    int64_t wall_ms = clock_monotonic_ms(), now_ms = START_MS, tell_ms = START_MS;
    int64_t truth_ms = START_MS;
    int64_t push_ms = START_MS + (int64_t)(options->push_s * 1000);
    bool push = options->push_s >= 0;
    while (!leaving &&
           !(options->seconds >= 0 && (double)(now_ms - START_MS) >= options->seconds * 1000)) {
        bool locked = sim_ports_locked(ports);
        now_ms += options->speed > FAST ? FAST_STEP_MS : STEP_MS;
        if (push && now_ms >= push_ms) {
            sim_press_button(sim);
            push = false;
        }
        if (sim_ports_step(ports, now_ms) < 0)
            fprintf(stderr, "busbar sim: %s; going on alone\n", ports->problem);
        if (!locked && sim_ports_locked(ports))
            fprintf(stderr, "busbar sim: a controller keeps step\n");
        if (keys)
            keys_obey(sim);
        if (now_ms >= tell_ms) {
            sim_tell_minute(&options->plant, sim, stdout);
            tell_ms += TELL_MS;
        }
        if (options->truth && now_ms >= truth_ms) {
            sim_tell_truth(&options->plant, sim, options->truth);
            truth_ms += SECOND_MS;
        }
        wall_wait(wall_ms, (double)(now_ms - START_MS), options->speed);
    }
    sim_tell_minute(&options->plant, sim, stdout);
}

static void defaults_set(struct options *options)
{
    sim_uc001(&options->plant);
    options->speed = 1;
    options->push_s = options->seconds = -1;
    options->ports.inverters = (size_t)options->plant.inverters;
    options->ports.serial_dir = "/tmp/busbar";
    options->ports.bus[SIM_BACKBONE] = "local:/tmp/busbar/backbone";
    options->ports.bus[SIM_BATTERY] = "local:/tmp/busbar/battery";
    options->ports.bus[SIM_NATIVE] = "local:/tmp/busbar/native";
    options->ports.alone = true;
}

int cmd_sim(int argc, char **argv)
{
    static struct options options;
    static struct sim_ports ports;
    defaults_set(&options);
    int status = options_read(&options, argc, argv);
    if (status >= 0)
        return status;
    for (size_t u = 0; u < options.ports.inverters; u++)
        options.ports.bms[u] |= options.plant.inverter[u].bms_port;
    if (!bms_one_each(&options))
        return 2;
    struct sim *sim = malloc(sim_size());
    if (!sim) {
        perror("busbar sim");
        return 1;
    }
    sim_init(sim, &options.plant, START_MS);
    options.ports.sim = sim;
    if (mkdir("/tmp/busbar", 0755) < 0 && errno != EEXIST)
        perror("busbar sim: /tmp/busbar");
    status = sim_ports_open(&ports, &options.ports);
    if (status < 0) {
        fprintf(stderr, "busbar sim: %s\n", ports.problem);
        free(sim);
        return status == -EINVAL ? 2 : 1;
    }
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    plant_run(&options, &ports, sim);
    sim_ports_close(&ports);
    free(sim);
    return 0;
}
