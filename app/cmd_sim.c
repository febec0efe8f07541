#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/cli.h"
#include "app/clock.h"
#include "app/sim_ports.h"

enum { STEP_MS = 10, REPORT_MS = 60000 };

static const char help[] =
    "Usage: busbar sim [--speed N] [--backbone BUS] [--battery BUS] [--native BUS]\n"
    "                  [--serial DIR | --serial PORT,PORT,..] [--clock PATH] [--start-h H] [--car-h H]\n"
    "                  [--soc PERCENT] [--seed N] [--push-s S] [--seconds S]\n"
    "The plant of UC001 alone: frames on the buses, PI30 on the serial lines. Any PI30 client or candump\n"
    "may talk to it. local:PATH buses are hosted here. A DIR gets one pty per inverter, linked as inv1 ..\n"
    "  --clock PATH   lock step for a controller with `clock: PATH` in its config\n"
    "  --push-s S     push the charge button after S seconds\n"
    "  --seconds S    end after S seconds\n";

struct options {
    struct sim_config plant;
    struct sim_ports_config ports;
    double speed, push_s, seconds;
};

static volatile sig_atomic_t ended;

static void on_signal(int number)
{
    (void)number;
    ended = 1;
}

/* One word is a folder for ptys; several, or one with a colon, are ports. */
static void serial_read(struct sim_ports_config *ports, char *word)
{
    if (!strpbrk(word, ",:")) {
        ports->serial_dir = word;
        return;
    }
    int u = 0;
    for (char *port = strtok(word, ","); port && u < SIM_INVERTERS; port = strtok(NULL, ","))
        ports->serial[u++] = port;
}

static int options_read(int argc, char **argv, struct options *o)
{
    static const struct option known[] = {
        {"speed", required_argument, NULL, 'x'},    {"backbone", required_argument, NULL, 'b'},
        {"battery", required_argument, NULL, 'a'},  {"native", required_argument, NULL, 'n'},
        {"serial", required_argument, NULL, 's'},   {"clock", required_argument, NULL, 'c'},
        {"start-h", required_argument, NULL, 't'},  {"car-h", required_argument, NULL, 'k'},
        {"soc", required_argument, NULL, 'S'},      {"seed", required_argument, NULL, 'r'},
        {"push-s", required_argument, NULL, 'p'},   {"seconds", required_argument, NULL, 'e'},
        {"help", no_argument, NULL, 'h'},           {NULL, 0, NULL, 0}};
    for (int c; (c = getopt_long(argc, argv, "h", known, NULL)) != -1;) {
        switch (c) {
        case 'x': o->speed = atof(optarg); break;
        case 'b': o->ports.bus[SIM_BACKBONE] = optarg; break;
        case 'a': o->ports.bus[SIM_BATTERY] = optarg; break;
        case 'n': o->ports.bus[SIM_NATIVE] = optarg; break;
        case 's': serial_read(&o->ports, optarg); break;
        case 'c': o->ports.clock = optarg; break;
        case 't': o->plant.start_h = atof(optarg); break;
        case 'k': o->plant.car_arrive_h = atof(optarg); break;
        case 'S': o->plant.battery_soc = atof(optarg) / 100; break;
        case 'r': o->plant.seed = (uint32_t)strtoul(optarg, NULL, 0); break;
        case 'p': o->push_s = atof(optarg); break;
        case 'e': o->seconds = atof(optarg); break;
        case 'h': fputs(help, stdout); return 0;
        default: fputs(help, stderr); return 2;
        }
    }
    if (o->speed > 0 && o->speed <= 10000 && o->plant.battery_soc > 0 && o->plant.battery_soc < 1)
        return -1;
    fputs("busbar sim: --speed 0.1 to 10000, --soc 1 to 99\n", stderr);
    return 2;
}

static void report(const struct sim *sim)
{
    const struct sim_truth *truth = sim_truth(sim);
    double pv_W = 0;
    for (int u = 0; u < SIM_INVERTERS; u++)
        pv_W += truth->pv_W[u];
    long day_s = (long)truth->day_s % 86400;
    printf("%02ld:%02ld  sun %5.0f W  battery %5.1f %% %+6.1f A  car %c %5.0f W  transfers %u  "
           "broken invariants %u %s\n",
           day_s / 3600, day_s / 60 % 60, pv_W, truth->battery_soc * 100, truth->battery_A,
           truth->car_state, truth->wallbox_W, truth->transfers, truth->violations_total,
           truth->violation);
    fflush(stdout);
}

static int play(struct options *o, struct sim *sim)
{
    static struct sim_ports ports;
    int64_t start_ms = clock_monotonic_ms(), plant_ms = 1000, report_ms = 0;
    bool pushed = false;
    o->ports.sim = sim;
    o->ports.inverters = o->plant.inverters;
    int status = sim_ports_open(&ports, &o->ports);
    if (status < 0)
        fprintf(stderr, "busbar sim: %s\n", ports.problem);
    sim_init(sim, &o->plant, plant_ms);
    while (status == 0 && !ended) {
        int64_t until_ms = 1000 + (int64_t)((double)(clock_monotonic_ms() - start_ms) * o->speed);
        for (; plant_ms < until_ms && status == 0 && !ended;) {
            plant_ms += STEP_MS;
            status = sim_ports_step(&ports, plant_ms);
        }
        double seconds = (double)(plant_ms - 1000) / 1000;
        if (!pushed && o->push_s >= 0 && seconds >= o->push_s) {
            pushed = true;
            sim_press_button(sim);
        }
        if (o->seconds > 0 && seconds >= o->seconds)
            break;
        if (plant_ms >= report_ms) {
            report_ms = plant_ms + REPORT_MS;
            report(sim);
        }
        usleep(2000);
    }
    report(sim);
    sim_ports_close(&ports);
    return status == 0 || status == -EPIPE ? 0 : 1;
}

int cmd_sim(int argc, char **argv)
{
    struct options o = {.speed = 1, .push_s = -1};
    sim_uc001(&o.plant);
    int status = options_read(argc, argv, &o);
    if (status >= 0)
        return status;
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    struct sim *sim = malloc(sim_size());
    if (!sim)
        return 1;
    status = play(&o, sim);
    free(sim);
    return status;
}
