/* The router on a desk: everything it sees is put into its view by hand, at its millisecond. */
#ifndef BUSBAR_TEST_DESK_EDGES_H
#define BUSBAR_TEST_DESK_EDGES_H

#include <string.h>

#include "phase-router/wiring.h"
#include "test/check.h"
#include "test/string_plant.h"

/* Every table full: 64 strings, 32 inputs, 128 contacts, 128 interlocks. */
static inline void the_most(struct topology *t)
{
    t->strings = MAX_STRINGS;
    t->inputs = MAX_INPUTS;
    t->contacts = t->interlocks = MAX_CONTACTS;
    for (uint8_t s = 3; s < MAX_STRINGS; s++) {
        t->string[s] = t->string[0];
        t->string[s].home = 0;
    }
    for (uint8_t i = 5; i < MAX_INPUTS; i++)
        t->input[i] = t->input[0];
    t->input[0].strings_max = MAX_STRINGS;
    t->input[0].isc_max_mA = MAX_STRINGS * 11600;
    for (uint8_t s = 0; s < MAX_STRINGS; s++)
        t->string[s].fused = true;
    for (uint8_t c = 7; c < MAX_CONTACTS; c++)
        t->contact[c] = c < MAX_STRINGS + 4
                            ? (struct topology_contact){(uint8_t)(c - 4), 0}
                            : (struct topology_contact){(uint8_t)(c - MAX_STRINGS - 4), 5};
    for (uint8_t i = 0; i < MAX_CONTACTS; i++)
        t->interlock[i] = (struct topology_interlock){{0, i ? i : 3}};
}

struct desk {
    struct topology topology;
    struct router router;
    struct router_view view;
    int64_t now_ms;
    unsigned mute_contacts, mute_currents;  /* bits: these are not heard */
    bool night;                             /* no string has current, whatever it stands on */
};

/* Boards and sensors speak: what stands in the view is news. */
static inline void hear(struct desk *d)
{
    for (size_t c = 0; c < MAX_CONTACTS; c++)
        if (c >= 32 || !(d->mute_contacts >> c & 1))
            d->view.contact_ms[c] = d->now_ms;
    for (size_t s = 0; s < MAX_STRINGS; s++) {
        if (s >= 32 || !(d->mute_currents >> s & 1))
            d->view.current_mA[s].heard_ms = d->now_ms;
        d->view.voltage_mV[s].heard_ms = d->now_ms;
    }
}

static inline void step(struct desk *d)
{
    CHECK(router_step(&d->router, &d->view, d->now_ms) > d->now_ms, "wakes in the future");
}

/* News and a step each 100 ms, the last at the end. */
static inline void run(struct desk *d, int64_t ms)
{
    for (int64_t until_ms = d->now_ms + ms; d->now_ms < until_ms;) {
        d->now_ms = d->now_ms + 100 < until_ms ? d->now_ms + 100 : until_ms;
        hear(d);
        step(d);
    }
}

static inline void stand(struct desk *d, size_t c, bool closed)
{
    d->view.contact[c] = closed ? CONTACT_CLOSED : CONTACT_OPEN;
    d->view.contact_output[c] = closed;
}

static inline void begin_at(struct desk *d, int64_t now_ms)
{
    memset(d, 0, sizeof *d);
    plant_topology(&d->topology);
    d->now_ms = now_ms;
    for (size_t c = 0; c < PLANT_CONTACTS; c++)
        stand(d, c, c < 3);
    for (size_t s = 0; s < PLANT_STRINGS; s++) {
        d->view.switch_output[s] = true;
        d->view.current_mA[s].value = 9000;
        d->view.voltage_mV[s].value = 340000;
    }
    for (size_t i = 0; i < PLANT_INPUTS; i++)
        d->view.input_ready[i] = true;
    d->view.boards_heard = d->view.switches_heard = true;
    router_init(&d->router, &d->topology, &router_defaults, d->now_ms);
    d->router.config.dwell_ms = 0; /* whoever tries it sets it */
}

/* Adopted, settled: everyone home, the sun shines. */
static inline void begin(struct desk *d)
{
    begin_at(d, 1000000);
    run(d, 11000);
    CHECK(d->router.state == ROUTER_IDLE && d->router.orders.valid, "adopted");
}

/* The plant does at once what it is told; the sun shines. */
static inline void obey(struct desk *d)
{
    const struct router_orders *orders = &d->router.orders;
    for (size_t c = 0; c < d->topology.contacts; c++)
        stand(d, c, orders->contact_closed[c]);
    for (size_t s = 0; s < d->topology.strings; s++) {
        bool on = d->topology.string[s].switchless || orders->string_on[s], joined = false;
        for (size_t c = 0; c < d->topology.contacts; c++)
            if (d->topology.contact[c].string == s && orders->contact_closed[c])
                joined |= !orders->input_off[d->topology.contact[c].input] && !d->night;
        d->view.switch_output[s] = orders->string_on[s];
        d->view.current_mA[s].value = on && joined ? 9000 : 0;
    }
    memcpy(d->view.input_off, orders->input_off, sizeof d->view.input_off);
}

static inline void run_obeying(struct desk *d, int64_t ms)
{
    for (int64_t until_ms = d->now_ms + ms; d->now_ms < until_ms;) {
        d->now_ms = d->now_ms + 10 < until_ms ? d->now_ms + 10 : until_ms;
        obey(d);
        hear(d);
        step(d);
    }
}

static inline struct turn turn_of(struct desk *d)
{
    return (struct turn){.router = &d->router, .view = &d->view, .now_ms = d->now_ms};
}

#endif
