/* The simulated plant and the controller in one process, in virtual time: what `busbar run` and
 * `busbar sim` do over real ports, without the ports. */
#ifndef BUSBAR_TEST_TOGETHER_H
#define BUSBAR_TEST_TOGETHER_H

#include <stdlib.h>

#include "app/controller.h"
#include "sim/sim.h"

enum { TOGETHER_STEP_MS = 50, TOGETHER_START_MS = 1000 };

struct together {
    struct config config;
    struct sim_config plant;
    struct sim *sim;
    struct controller *controller;
    int64_t now_ms, next_tick_ms;
    bool controller_dead;             /* frames and bytes go nowhere, as after kill -9 */
    bool bus_dead[SIM_BUSES];
    /* frames to buses that the simulated plant does not have; may be NULL */
    void (*elsewhere)(uint8_t bus, const struct frame *frame, int64_t now_ms);
    /* requests to inverters; true = the plant does not hear it. May be NULL */
    bool (*on_request)(int inverter, const uint8_t *request, size_t count, int64_t now_ms);
};

static inline int together_start(struct together *t)
{
    t->controller = calloc(1, sizeof *t->controller);
    t->sim = malloc(sim_size());
    if (config_load(&t->config, "sim/uc001.yaml", "dbc", stderr) != 0)
        return -1;
    sim_uc001(&t->plant);
    t->now_ms = t->next_tick_ms = TOGETHER_START_MS;
    return 0;
}

/* The controller has run before: it knows the charge within 2 %, as its state file would tell it. */
static inline int together_begin(struct together *t)
{
    sim_init(t->sim, &t->plant, t->now_ms);
    int status = controller_init(t->controller, &t->config, t->now_ms, stderr);
    struct estimator_saved saved = {t->plant.battery_soc, 0.01, 0, 0.5, 1, 1, 0.02, false, {.ahead = 0}};
    for (size_t i = 0; status == 0 && i < t->config.pack_count; i++)
        charge_restore(&t->controller->charge, &t->config.bank, i, &saved, 0, t->now_ms);
    if (status == 0)
        soc_counter_restore(&t->controller->charge.counter, &t->config.bank, t->plant.battery_soc, 0.02, 0,
                            t->now_ms);
    return status;
}

/* As after a restart of the process: nothing is remembered. */
static inline void together_restart(struct together *t)
{
    controller_init(t->controller, &t->config, t->now_ms, stderr);
    t->next_tick_ms = t->now_ms;
    t->controller_dead = false;
}

static inline void together_hear(struct together *t)
{
    struct frame frames[64];
    uint8_t bytes[512];
    for (int b = 0; b < SIM_BUSES; b++)
        for (size_t n; (n = sim_frames(t->sim, (enum sim_bus)b, frames, 64)) > 0;)
            for (size_t i = 0; i < n && !t->controller_dead && !t->bus_dead[b]; i++)
                controller_frame(t->controller, (uint8_t)b, &frames[i], t->now_ms);
    for (int u = 0; u < t->config.inverter_count; u++)
        for (size_t n; (n = sim_answer(t->sim, u, bytes, sizeof bytes)) > 0;)
            if (!t->controller_dead)
                unit_bytes(&t->controller->plant.units[u], bytes, n, t->now_ms);
}

static inline void together_speak(struct together *t)
{
    struct outbox *outbox = &t->controller->outbox;
    for (size_t i = 0; i < outbox->count; i++)
        if (outbox->bus[i] >= SIM_BUSES && t->elsewhere)
            t->elsewhere(outbox->bus[i], &outbox->frames[i], t->now_ms);
        else if (outbox->bus[i] < SIM_BUSES && !t->bus_dead[outbox->bus[i]])
            sim_frame(t->sim, (enum sim_bus)outbox->bus[i], &outbox->frames[i]);
    outbox->count = 0;
    for (int u = 0; u < t->config.inverter_count; u++) {
        uint8_t request[64];
        size_t count = 0;
        bool drain = false;
        unit_step(&t->controller->plant.units[u], request, sizeof request, &count, &drain,
                  t->now_ms);
        if (count && !(t->on_request && t->on_request(u, request, count, t->now_ms)))
            sim_bytes(t->sim, u, request, count);
    }
}

static inline void together_step_by(struct together *t, int64_t step_ms)
{
    t->now_ms += step_ms;
    sim_step(t->sim, t->now_ms);
    together_hear(t);
    if (t->controller_dead)
        return;
    struct controller *c = t->controller;
    if (t->now_ms >= t->next_tick_ms || (c->hurry && t->now_ms - c->tick_ms >= TICK_MIN_MS))
        t->next_tick_ms = tick(c, t->now_ms);
    together_speak(t);
}

static inline void together_step(struct together *t)
{
    together_step_by(t, TOGETHER_STEP_MS);
}

static inline void together_run(struct together *t, int64_t ms)
{
    for (int64_t until = t->now_ms + ms; t->now_ms < until;)
        together_step(t);
}

static inline void together_end(struct together *t)
{
    config_free(&t->config);
    free(t->sim);
    free(t->controller);
}

static inline int together_strings_at_wallbox(const struct together *t)
{
    const struct sim_truth *truth = sim_truth(t->sim);
    int count = 0;
    for (int s = 0; s < t->plant.strings; s++) {
        int input = truth->string_input[s];
        count += input >= 0 && truth->switch_on[s] &&
                 t->plant.input[input].inverter == t->plant.wallbox_inverter;
    }
    return count;
}

static inline bool together_home(const struct together *t)
{
    const struct sim_truth *truth = sim_truth(t->sim);
    for (int s = 0; s < t->plant.strings; s++)
        if (truth->string_input[s] != t->plant.contact[t->plant.string[s].home_contact].input ||
            !truth->switch_on[s])
            return false;
    return true;
}

#endif
