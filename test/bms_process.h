/* The controller as a process of its own beside the simulated plant, every wire between them real:
 * local buses, a pty to each inverter and one to the BMS port of each. */
#ifndef BUSBAR_TEST_BMS_PROCESS_H
#define BUSBAR_TEST_BMS_PROCESS_H

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/client.h"
#include "app/clock.h"
#include "app/loop.h"
#include "app/sim_ports.h"
#include "app/state_file.h"

static char process_dir[64];
static struct {
    struct config config;
    struct sim_config plant;
    struct sim *sim;
    struct sim_ports ports;
    pid_t child;
    int64_t now_ms, wall_ms;      /* of the plant; when the plant's time was 0 */
    bool locked;
} process;

static char process_text[16384];

static inline void process_insert(const char *before, const char *rows)
{
    char *at = strstr(process_text, before);
    size_t add = strlen(rows);
    if (!at || strlen(process_text) + add + 1 > sizeof process_text)
        exit(3);
    memmove(at + add, at, strlen(at) + 1);
    memcpy(at, rows, add);
}

static inline int process_config(void)
{
    char row[256];
    FILE *file = fopen("sim/uc001.yaml", "r");
    size_t size = file ? fread(process_text, 1, sizeof process_text - 1, file) : 0;
    process_text[size] = '\0';
    if (file)
        fclose(file);
    process_insert("boards:\n", "emulations:\n");
    for (int u = 1; u <= 4; u++) {
        snprintf(row, sizeof row,
                 "  - {name: lib%d, port: \"tty:%s/bms%d\", dialect: voltronic-lib, inverter: inv%d}\n",
                 u, process_dir, u, u);
        process_insert("boards:\n", row);
    }
    struct config *config = &process.config;
    if (config_load_text(config, "sim/uc001.yaml", process_text, strlen(process_text), "dbc", stderr))
        return -1;
    static const char *const buses[] = {"backbone", "battery", "native"};
    for (int b = 0; b < SIM_BUSES; b++)
        snprintf(config->buses[b].port, CONFIG_PATH_SIZE, "local:%s/%s", process_dir, buses[b]);
    for (size_t i = 0; i < config->inverter_count; i++)
        snprintf(config->inverters[i].port, CONFIG_PATH_SIZE, "tty:%s/inv%zu", process_dir, i + 1);
    snprintf(config->state_dir, CONFIG_PATH_SIZE, "%s/state", process_dir);
    snprintf(config->control, CONFIG_PATH_SIZE, "%s/control.sock", process_dir);
    if (process.locked)
        snprintf(config->clock, CONFIG_PATH_SIZE, "%s/clock", process_dir);
    return 0;
}

/* It has run before: it knows the charge within 2 %. */
static inline void process_state(void)
{
    static struct state_file file;
    static struct saved_state state;
    static uint8_t bytes[STATE_FILE_MAX];
    mkdir(process.config.state_dir, 0750);
    state_load(&file, process.config.state_dir, &state);
    state = (struct saved_state){
        .soc_known = true,
        .soc = process.plant.battery_soc,
        .soc_error = 0.02,
        .saved_wall_ms = process.locked ? process.now_ms : clock_wall_ms(),
    };
    state_write(&file, bytes, state_encode(&file, &state, bytes));
}

static inline int process_begin(bool locked)
{
    process.locked = locked;
    process.now_ms = 1000;
    snprintf(process_dir, sizeof process_dir, "/tmp/busbar-bms-XXXXXX");
    process.sim = malloc(sim_size());
    if (!process.sim || !mkdtemp(process_dir) || process_config() < 0)
        return -1;
    sim_uc001(&process.plant);
    process.plant.battery_soc = 0.45; /* far enough under the cap for the estimator's first bound */
    process_state();
    sim_init(process.sim, &process.plant, process.now_ms);
    struct sim_ports_config ports = {
        .sim = process.sim, .inverters = 4, .serial_dir = process_dir, .alone = true,
        .bms = {true, true, true, true}, .clock = locked ? process.config.clock : NULL};
    for (int b = 0; b < SIM_BUSES; b++)
        ports.bus[b] = process.config.buses[b].port;
    if (sim_ports_open(&process.ports, &ports) < 0)
        return -1;
    fflush(NULL);
    process.child = fork();
    if (process.child == 0) {
        sim_ports_forget(&process.ports);
        _exit(loop_run(&process.config));
    }
    process.wall_ms = clock_monotonic_ms() - process.now_ms;
    return 0;
}

/* The plant goes on by ms: as the wall clock does, or as fast as the controller keeps step. */
static inline void process_run(int64_t ms)
{
    for (int64_t until = process.now_ms + ms; process.now_ms < until;) {
        process.now_ms += process.locked ? 50 : 10;
        sim_ports_step(&process.ports, process.now_ms);
        int64_t ahead_ms = process.wall_ms + process.now_ms - clock_monotonic_ms();
        if (!process.locked && ahead_ms > 0)
            usleep((useconds_t)ahead_ms * 1000);
    }
}

static inline int64_t process_until(bool (*is_so)(void), int64_t limit_ms)
{
    int64_t from_ms = process.now_ms;
    while (!is_so() && process.now_ms - from_ms < limit_ms)
        process_run(10);
    return process.now_ms - from_ms;
}

/* Asked by another process, as a person does: the plant must go on meanwhile. */
static inline int process_cap(uint32_t permille)
{
    fflush(NULL);
    pid_t asking = fork();
    if (asking == 0) {
        Busbar__Request request = BUSBAR__REQUEST__INIT;
        int status = 1;
        sim_ports_forget(&process.ports);
        request.verb = BUSBAR__VERB__CAP;
        request.cap_permille = permille;
        client_once(process.config.control, &request, &status);
        _exit(status);
    }
    int status = -1;
    while (waitpid(asking, &status, WNOHANG) == 0)
        process_run(10);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline uint32_t process_writes(void)
{
    uint32_t writes = 0;
    for (int u = 0; u < process.plant.inverters; u++)
        writes += sim_truth(process.sim)->setter_writes[u];
    return writes;
}

static inline void process_kill(void)
{
    kill(process.child, SIGKILL);
    waitpid(process.child, NULL, 0);
    process.child = 0;
}

static inline void process_end(void)
{
    char command[128];
    if (process.child)
        process_kill();
    sim_ports_close(&process.ports);
    snprintf(command, sizeof command, "rm -rf %s", process_dir);
    if (system(command) != 0)
        fprintf(stderr, "%s is left\n", process_dir);
    config_free(&process.config);
    free(process.sim);
}

#endif
