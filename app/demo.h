/* The afternoon of UC001: the simulated plant in this process, the controller in another,
 * the same frames and serial lines between them as in a shed, time in lock step. */
#ifndef BUSBAR_APP_DEMO_H
#define BUSBAR_APP_DEMO_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "app/client.h"
#include "app/config.h"
#include "app/sim_ports.h"
#include "sim/sim.h"

struct demo {
    struct config config;             /* the controller's, with ports in dir */
    struct sim_config plant;
    struct sim *sim;
    struct sim_ports ports;
    char dir[64];
    pid_t controller;
    int socket;                       /* control socket, -1 until it answers */
    int64_t now_ms, start_ms;
};

/* What the afternoon is judged by. */
struct demo_result {
    int64_t pushed_ms, bundled_ms;
    double wallbox_Ws, wallbox_s;     /* over the ten minutes */
    double before_W;                  /* the wallbox just before the push: a third of the sun */
    int strings_there;                /* most strings at the wallbox's inverter */
    int64_t done_ms, home_ms;
};

/* 0, or -1 after telling why. */
int demo_start(struct demo *demo, const char *data_dir);
/* One step of plant time; -1 when the controller has died. */
int demo_step(struct demo *demo);
void demo_stop(struct demo *demo);

/* The controller's status; NULL while it does not answer yet. */
Busbar__Response *demo_ask(struct demo *demo, Busbar__Verb verb);

bool demo_home(const struct demo *demo);
int demo_strings_at_wallbox(const struct demo *demo);

/* The live screen, written to stdout. */
void demo_draw(struct demo *demo, double speed, const char *note);

/* Plant time of day as "16:04:30". */
const char *demo_clock(const struct demo *demo, char out[16]);

#endif
