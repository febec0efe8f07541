/* A DC network with true currents and sensors that err within their specification, or worse.
 *
 * Nodes form a tree; each has wires to outside and one to its parent; the first wire is the
 * battery, at node 0, and takes what is left. Currents step at random times as loads and clouds do;
 * sensors speak each at its own pace and phase. All is drawn from one seed. */
#ifndef BUSBAR_TEST_CURRENTS_WORLD_H
#define BUSBAR_TEST_CURRENTS_WORLD_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bms/currents.h"

enum world_fault { FAULT_NONE, FAULT_OFFSET, FAULT_GAIN, FAULT_SIGN, FAULT_STUCK, WORLD_FAULTS };

struct world_sensor {
    double offset_mA, gain, stuck_mA;
    int64_t period_ms, due_ms;
    enum world_fault fault;
    double fault_offset_mA;
    bool silent;
};

struct world {
    uint64_t random;
    struct currents_config config;
    struct world_sensor sensor[CURRENTS_SENSORS];
    uint8_t parent_wire[CURRENTS_NODES];   /* of a node but the first: its link */
    bool sun[CURRENTS_WIRES];
    double level_mA[CURRENTS_WIRES];       /* of wires to outside, but the battery */
    double true_mA[CURRENTS_WIRES];
    double charge[CURRENTS_WIRES];         /* mA ms since the caller last looked */
    bool night, calm;
    int64_t now_ms;
};

static inline double world_uniform(struct world *w)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return (double)(w->random >> 11) / 9007199254740992.0;
}

static inline size_t world_pick(struct world *w, size_t count)
{
    return (size_t)(world_uniform(w) * (double)count);
}

static inline double world_normal(struct world *w)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += world_uniform(w);
    return sum;
}

static inline uint8_t world_wire(struct world *w, uint8_t from, uint8_t to)
{
    struct currents_wire *wire = &w->config.wire[w->config.wires];
    snprintf(wire->name, sizeof wire->name, "w%u", w->config.wires);
    wire->from = from;
    wire->to = to;
    return w->config.wires++;
}

static inline void world_sensor(struct world *w, uint8_t wire)
{
    static const struct currents_sensor specs[] = {
        {.offset_mA = 50, .gain_permille = 5, .noise_mA = 20, .resolution_mA = 10, .age_ms = 1000},
        {.offset_mA = 300, .gain_permille = 10, .noise_mA = 50, .resolution_mA = 100, .age_ms = 3000},
        {.offset_mA = 1000, .gain_permille = 20, .noise_mA = 100, .resolution_mA = 1000,
         .age_ms = 6000},
    };
    static const int64_t periods[] = {100, 1000, 2000};
    size_t kind = world_pick(w, 3), k = w->config.sensors++;
    w->config.sensor[k] = specs[kind];
    w->config.sensor[k].wire = wire;
    w->config.sensor[k].reversed = world_pick(w, 4) == 0;
    snprintf(w->config.sensor[k].name, NAME_SIZE, "s%zu", k);
    w->sensor[k] = (struct world_sensor){
        .offset_mA = world_normal(w) * specs[kind].offset_mA,
        .gain = 1 + world_normal(w) * specs[kind].gain_permille / 1000,
        .period_ms = periods[kind],
        .due_ms = 1000 + (int64_t)(world_uniform(w) * (double)periods[kind])};
}

static inline void world_levels(struct world *w)
{
    const struct currents_config *config = &w->config;
    memset(w->true_mA, 0, sizeof w->true_mA);
    for (size_t n = config->nodes; n-- > 0;) {
        uint8_t out = n ? w->parent_wire[n] : 0;
        for (size_t i = 0; i < config->wires; i++) {
            if (i == out)
                continue;
            bool outside = config->wire[i].from == CURRENTS_OUTSIDE ||
                           config->wire[i].to == CURRENTS_OUTSIDE;
            if (outside)
                w->true_mA[i] = w->night && w->sun[i] ? 0 : w->level_mA[i];
            w->true_mA[out] += ((config->wire[i].to == n) - (config->wire[i].from == n)) *
                               w->true_mA[i];
        }
    }
}

static inline void world_init(struct world *w, uint64_t seed, size_t nodes, size_t outside)
{
    memset(w, 0, sizeof *w);
    w->random = seed * 0x9E3779B97F4A7C15u + 1;
    for (int i = 0; i < 8; i++)
        world_uniform(w);
    w->now_ms = 1000;
    w->config.nodes = (uint8_t)nodes;
    world_wire(w, 0, CURRENTS_OUTSIDE);
    for (uint8_t n = 0; n < nodes; n++) {
        if (n)
            w->parent_wire[n] = world_wire(w, n, (uint8_t)world_pick(w, n));
        for (size_t i = 0; i < outside; i++) {
            uint8_t wire = world_wire(w, CURRENTS_OUTSIDE, n);
            w->sun[wire] = world_pick(w, 3) == 0;
            w->level_mA[wire] = (world_uniform(w) - 0.4) * 60000;
        }
    }
    world_levels(w);
}

/* Up to `more` further sensors beside the first on each wire; a share of wires has none. */
static inline void world_sense(struct world *w, double none, size_t more)
{
    for (uint8_t i = 0; i < w->config.wires; i++) {
        if (world_uniform(w) < none)
            continue;
        size_t count = 1 + world_pick(w, more + 1);
        while (count-- > 0 && w->config.sensors < CURRENTS_SENSORS)
            world_sensor(w, i);
    }
}

static inline double world_reads(struct world *w, size_t k)
{
    const struct currents_sensor *spec = &w->config.sensor[k];
    struct world_sensor *s = &w->sensor[k];
    double mA = w->true_mA[spec->wire] * s->gain * (s->fault == FAULT_GAIN ? 2 : 1) + s->offset_mA;
    mA += s->fault == FAULT_OFFSET ? s->fault_offset_mA : 0;
    mA = s->fault == FAULT_SIGN ? -mA : mA;
    mA += world_normal(w) * spec->noise_mA;
    mA = round(mA / spec->resolution_mA) * spec->resolution_mA;
    if (s->fault == FAULT_STUCK)
        return s->stuck_mA;
    s->stuck_mA = mA;
    return mA;
}

/* One step of the truth, and what was said in it. */
static inline void world_step(struct world *w, struct currents *c, int64_t step_ms)
{
    w->now_ms += step_ms;
    double chance = (double)step_ms / 60000;
    bool moved = false;
    for (size_t i = 1; i < w->config.wires && !w->calm; i++)
        if (w->level_mA[i] != 0 && world_uniform(w) < chance) {
            w->level_mA[i] = (world_uniform(w) - 0.4) * 60000;
            moved = true;
        }
    if (moved)
        world_levels(w);
    for (size_t i = 0; i < w->config.wires; i++) {
        w->charge[i] += w->true_mA[i] * (double)step_ms;
        currents_zero(c, i, w->night && w->sun[i]);
    }
    for (size_t k = 0; k < w->config.sensors; k++) {
        struct world_sensor *s = &w->sensor[k];
        if (s->silent || w->now_ms < s->due_ms)
            continue;
        double mA = world_reads(w, k);
        currents_hear(c, k, (int32_t)(w->config.sensor[k].reversed ? -mA : mA), w->now_ms);
        s->due_ms += s->period_ms;
    }
}

#endif
