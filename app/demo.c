#include "app/demo.h"

#include <errno.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/loop.h"
#include "app/state_file.h"

enum { STEP_MS = 50, DEMO_START_MS = 1000 };

static const char *const bus_names[SIM_BUSES] = {"backbone", "battery", "native"};

/* On vcan where three interfaces vcan0..vcan2 are there, else on local buses in the demo's folder. */
static void ports_choose(struct demo *demo)
{
    struct config *config = &demo->config;
    bool vcan = if_nametoindex("vcan0") && if_nametoindex("vcan1") && if_nametoindex("vcan2");
    for (int b = 0; b < SIM_BUSES; b++) {
        if (vcan)
            snprintf(config->buses[b].port, CONFIG_PATH_SIZE, "vcan%d", b);
        else
            snprintf(config->buses[b].port, CONFIG_PATH_SIZE, "local:%s/%s", demo->dir,
                     bus_names[b]);
    }
    for (size_t i = 0; i < config->inverter_count; i++)
        snprintf(config->inverters[i].port, CONFIG_PATH_SIZE, "tty:%s/inv%zu", demo->dir, i + 1);
    snprintf(config->state_dir, CONFIG_PATH_SIZE, "%s/state", demo->dir);
    snprintf(config->control, CONFIG_PATH_SIZE, "%s/control.sock", demo->dir);
    snprintf(config->clock, CONFIG_PATH_SIZE, "%s/clock", demo->dir);
}

static int config_find(struct demo *demo, const char *data_dir)
{
    char path[256];
    snprintf(path, sizeof path, "%s/uc001.yaml", data_dir);
    if (access(path, R_OK) != 0)
        snprintf(path, sizeof path, "sim/uc001.yaml");
    return config_load(&demo->config, path, data_dir, stderr) == 0 ? 0 : -1;
}

static int plant_start(struct demo *demo)
{
    sim_uc001(&demo->plant);
    demo->now_ms = demo->start_ms = DEMO_START_MS;
    demo->sim = malloc(sim_size());
    if (!demo->sim)
        return -1;
    sim_init(demo->sim, &demo->plant, demo->now_ms);
    struct sim_ports_config ports = {.sim = demo->sim, .inverters = demo->config.inverter_count};
    for (int b = 0; b < SIM_BUSES; b++)
        ports.bus[b] = demo->config.buses[b].port;
    ports.serial_dir = demo->dir;
    ports.clock = demo->config.clock;
    int status = sim_ports_open(&demo->ports, &ports);
    if (status < 0)
        fprintf(stderr, "busbar demo: the plant's ports: %s: %s\n", demo->ports.problem,
                strerror(-status));
    return status;
}

/* The controller has run for a while: its state file holds the charge, known within 2 %. */
static void state_prepare(const struct demo *demo)
{
    static struct state_file file;
    static struct saved_state state;
    static uint8_t bytes[STATE_FILE_MAX];
    mkdir(demo->config.state_dir, 0750);
    state_load(&file, demo->config.state_dir, &state);
    state = (struct saved_state){.soc_known = true,
                                 .soc = demo->plant.battery_soc,
                                 .soc_error = 0.02,
                                 .saved_wall_ms = demo->now_ms};
    state_write(&file, bytes, state_encode(&file, &state, bytes));
}

/* The controller is the same `busbar run`, forked: it shares nothing but the wires. */
static int controller_start(struct demo *demo)
{
    fflush(NULL);
    demo->controller = fork();
    if (demo->controller < 0) {
        perror("busbar demo: fork");
        return -1;
    }
    if (demo->controller == 0) {
        signal(SIGINT, SIG_IGN);
        sim_ports_forget(&demo->ports);
        _exit(loop_run(&demo->config));
    }
    return 0;
}

int demo_start(struct demo *demo, const char *data_dir)
{
    memset(demo, 0, sizeof *demo);
    demo->socket = -1;
    snprintf(demo->dir, sizeof demo->dir, "/tmp/busbar-demo-XXXXXX");
    if (config_find(demo, data_dir) < 0)
        return -1;
    if (!mkdtemp(demo->dir)) {
        perror("busbar demo: a folder in /tmp");
        return -1;
    }
    ports_choose(demo);
    if (plant_start(demo) < 0)
        return -1;
    state_prepare(demo);
    return controller_start(demo);
}

int demo_step(struct demo *demo)
{
    demo->now_ms += STEP_MS;
    if (sim_ports_step(&demo->ports, demo->now_ms) >= 0)
        return 0;
    fprintf(stderr, "busbar demo: the controller does not answer\n");
    return -1;
}

Busbar__Response *demo_ask(struct demo *demo, Busbar__Verb verb)
{
    Busbar__Request request = BUSBAR__REQUEST__INIT;
    if (demo->socket < 0 && access(demo->config.control, F_OK) == 0)
        demo->socket = client_connect(demo->config.control);
    if (demo->socket < 0)
        return NULL;
    request.verb = verb;
    return client_ask(demo->socket, &request);
}

void demo_stop(struct demo *demo)
{
    if (demo->socket >= 0)
        close(demo->socket);
    if (demo->controller > 0) {
        kill(demo->controller, SIGTERM);
        sim_ports_close(&demo->ports);
        waitpid(demo->controller, NULL, 0);
    }
    free(demo->sim);
    config_free(&demo->config);
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", demo->dir);
    if (strncmp(demo->dir, "/tmp/busbar-demo-", 17) == 0 && system(command) != 0)
        fprintf(stderr, "busbar demo: %s was not removed\n", demo->dir);
}

bool demo_home(const struct demo *demo)
{
    const struct sim_truth *truth = sim_truth(demo->sim);
    for (int s = 0; s < demo->plant.strings; s++) {
        int home = demo->plant.contact[demo->plant.string[s].home_contact].input;
        if (truth->string_input[s] != home || !truth->switch_on[s])
            return false;
    }
    return true;
}

int demo_strings_at_wallbox(const struct demo *demo)
{
    const struct sim_truth *truth = sim_truth(demo->sim);
    int count = 0;
    for (int s = 0; s < demo->plant.strings; s++) {
        int input = truth->string_input[s];
        count += input >= 0 && truth->switch_on[s] &&
                 demo->plant.input[input].inverter == demo->plant.wallbox_inverter;
    }
    return count;
}

const char *demo_clock(const struct demo *demo, char out[16])
{
    long day_s = (long)sim_truth(demo->sim)->day_s % 86400;
    snprintf(out, 16, "%02ld:%02ld:%02ld", day_s / 3600, day_s / 60 % 60, day_s % 60);
    return out;
}
