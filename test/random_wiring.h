/* Random plants for the planner: small ones to be searched by brute force, large ones for speed. */
#ifndef BUSBAR_TEST_RANDOM_WIRING_H
#define BUSBAR_TEST_RANDOM_WIRING_H

#include <stdio.h>
#include <string.h>

#include "phase-router/router.h"

struct random_plant {
    struct topology topology;
    struct router_wish wish;
    uint8_t present[MAX_STRINGS];
};

struct random_size {
    uint8_t strings, house_inputs, point_inputs, contacts;
    bool equal;                  /* strings of one kind, with the same sun */
    bool scarce;                 /* few places at the charge point */
};

static inline uint32_t random_next(uint32_t *seed, uint32_t below)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed % below;
}

static inline void random_inputs(struct random_plant *p, const struct random_size *size,
                                 uint32_t *seed)
{
    struct topology *t = &p->topology;
    t->inputs = (uint8_t)(size->house_inputs + size->point_inputs);
    for (uint8_t i = 0; i < t->inputs; i++) {
        bool point = i >= size->house_inputs;
        uint8_t most = (uint8_t)(1 + random_next(seed, size->scarce ? 2 : 4));
        unsigned house = ((unsigned)size->strings + size->house_inputs - 1) / size->house_inputs;
        t->input[i] = (struct topology_input){
            .inverter = (uint8_t)(i / 2),
            .phase = (uint8_t)(1 + i % 3),
            .charge_point = point ? (uint8_t)(random_next(seed, 8) == 0) : NO_CHARGE_POINT,
            .voc_max_mV = 500000,
            .isc_max_mA = 12000 * (int32_t)(point ? 1 + random_next(seed, most) : house),
            .power_max_W = point ? 2000 + (int32_t)random_next(seed, 12000) : 30000,
            .strings_max = point ? most : (uint8_t)house};
        snprintf(t->input[i].name, NAME_SIZE, "in%d", i);
    }
}

static inline void random_strings(struct random_plant *p, const struct random_size *size,
                                  uint32_t *seed)
{
    struct topology *t = &p->topology;
    t->strings = size->strings;
    bool fused = size->strings > 2u * size->house_inputs || random_next(seed, 2);
    for (uint8_t s = 0; s < t->strings; s++) {
        t->string[s] = (struct topology_string){
            .modules = 10,
            .voc_mV = size->equal ? 400000 : 392000 + 2000 * (int32_t)random_next(seed, 5),
            .isc_mA = size->equal ? 11000 : 6000 + (int32_t)random_next(seed, 6000),
            .mpp_W = size->equal ? 3300 : 2000 + (int32_t)random_next(seed, 2000),
            .home = (uint8_t)(s % size->house_inputs),
            .fused = fused};
        snprintf(t->string[s].name, NAME_SIZE, "s%d", s);
        p->wish.string_W[s] = size->equal ? 3000 : (int32_t)random_next(seed, 4000);
        p->present[s] = t->string[s].home;
        t->contact[t->contacts++] = (struct topology_contact){s, t->string[s].home};
    }
}

static inline bool random_joined(const struct topology *t, uint8_t string, uint8_t input)
{
    for (size_t c = 0; c < t->contacts; c++)
        if (t->contact[c].string == string && t->contact[c].input == input)
            return true;
    return false;
}

static inline void random_contacts(struct random_plant *p, const struct random_size *size,
                                   uint32_t *seed)
{
    struct topology *t = &p->topology;
    for (unsigned tries = 0; t->contacts < size->contacts && tries < 4000; tries++) {
        uint8_t s = (uint8_t)random_next(seed, t->strings);
        uint8_t i = (uint8_t)(size->house_inputs + random_next(seed, size->point_inputs));
        if (random_joined(t, s, i))
            continue;
        t->contact[t->contacts++] = (struct topology_contact){s, i};
        p->present[s] = random_next(seed, 4) ? p->present[s] : i;
    }
    for (size_t c = 0; c < t->contacts; c++)
        p->wish.wear_permille[c] = size->equal ? 0 : (uint16_t)random_next(seed, 50);
}

static inline void random_plant(struct random_plant *p, const struct random_size *size,
                                uint32_t *seed)
{
    memset(p, 0, sizeof *p);
    random_inputs(p, size, seed);
    random_strings(p, size, seed);
    random_contacts(p, size, seed);
    for (int phase = 1; phase <= 3; phase++) {
        p->wish.phase_load_W[phase] = (int32_t)random_next(seed, 4) * 500;
        p->wish.phase_reserve_W[phase] =
            random_next(seed, 2) ? (int32_t)random_next(seed, 1500u * size->strings) : 0;
    }
    p->wish.wish_W = random_next(seed, 2) ? 1000 + (int32_t)random_next(seed, 12000) : 0;
    p->wish.resolution_W = random_next(seed, 2) ? 50 : 0;
    p->wish.strings_wanted = (uint8_t)random_next(seed, size->strings + 1u);
}

#endif
