/* The real router and the real gate on the plant of string_plant.h, stepped in virtual time: what the
 * app does between the wires and them, written again for the tests. */
#ifndef BUSBAR_TEST_STRING_SHED_H
#define BUSBAR_TEST_STRING_SHED_H

#include "test/string_plant.h"

static inline void plant_gate_config(struct gate_config *g)
{
    memset(g, 0, sizeof *g);
    g->board_count = PLANT_BOARDS;
    g->counter_count = 1;
    for (int b = 0; b < PLANT_BOARDS; b++) {
        g->boards[b] = (struct gate_board){.node = (uint8_t)(NODE_CONTACTS + b)};
        memset(g->boards[b].string_of, GATE_NO_STRING, BOARD_CHANNELS);
    }
    struct topology t;
    plant_topology(&t);
    for (int c = 0; c < PLANT_CONTACTS; c++) {
        g->boards[0].string_of[c] = t.contact[c].string;
        g->boards[0].input_of[c] = (uint8_t)(t.contact[c].input + 1);
    }
    g->boards[0].contacts = g->boards[0].allowed = 0x7F;
    for (int s = 0; s < PLANT_STRINGS; s++)
        g->boards[1].string_of[s] = (uint8_t)s;
    g->boards[1].switches = g->boards[1].allowed = 0x07;
    g->counters[0] = (struct gate_counter){.node = NODE_STRINGS, .string_of = {0, 1, 2, 0xFF}};
    g->stop_count = 1;
    g->stops[0] = (struct gate_stop){.node = NODE_BUTTON};
    g->allow_count = 1;
    g->allows[0] = (struct gate_allow){.id = 0x701, .len = 1, .every_min_ms = 400};
}

struct shed {
    struct string_plant plant;
    struct router router;
    struct gate gate;
    struct router_view view;
    struct router_config config;
    uint8_t target[MAX_STRINGS];
    bool isolate[MAX_STRINGS];
    bool vetoed, hurry, controller_dead;
    bool gate_off;                     /* the router alone, for what it must do without the gate */
    bool drop_frames[PLANT_BOARDS];    /* commands to this board are lost */
    int64_t tick_ms, sent_ms[PLANT_BOARDS];
    uint8_t counter[PLANT_BOARDS];
    uint8_t pattern[PLANT_BOARDS];
    uint32_t visits[ROUTER_STATES], whys[ROUTER_WHYS], steps, vetoes;
    void (*doctor)(struct shed *);     /* changes the view before the router sees it */
    void (*meddle)(struct shed *, uint8_t pattern[]);  /* changes what is sent */
    uint8_t heard_counter;
    int64_t stop_heard_ms;
    int64_t input_changed_ms[PLANT_INPUTS];  /* the inverter takes an order after INPUT_TAKES_MS */
    bool inverter_deaf;
};

enum { INPUT_TAKES_MS = 2500 };

/* Orders to inverters go over their own lines, and are confirmed when they are in force. */
static inline void shed_inverters(struct shed *shed)
{
    for (int i = 0; i < PLANT_INPUTS; i++) {
        bool wanted = shed->router.orders.valid && shed->router.orders.input_off[i];
        int64_t *since_ms = &shed->input_changed_ms[i];
        *since_ms = wanted == shed->plant.input_off[i] || shed->inverter_deaf ? 0
                    : *since_ms                                             ? *since_ms
                                                                            : shed->plant.now_ms;
        if (*since_ms && shed->plant.now_ms - *since_ms >= INPUT_TAKES_MS)
            shed->plant.input_off[i] = wanted;
        shed->view.input_off[i] = shed->plant.input_off[i];
    }
}

static inline void shed_hear(struct shed *shed, const struct frame *f)
{
    struct router_view *v = &shed->view;
    int64_t now_ms = shed->plant.now_ms;
    gate_seen(&shed->gate, 0, f, now_ms);
    const uint8_t *d = f->data;
    if (f->id == 0x180 + NODE_CONTACTS) {
        for (int c = 0; c < PLANT_CONTACTS; c++) {
            bool closed = d[1] >> c & 1, opened = d[2] >> c & 1;
            v->contact[c] = closed == opened ? CONTACT_UNKNOWN
                            : closed         ? CONTACT_CLOSED
                                             : CONTACT_OPEN;
            v->contact_output[c] = d[0] >> c & 1;
            v->contact_ms[c] = now_ms;
        }
        shed->hurry = true;
    } else if (f->id == 0x180 + NODE_SWITCHES) {
        for (int s = 0; s < PLANT_STRINGS; s++)
            v->switch_output[s] = d[0] >> s & 1;
        shed->hurry = true;
    } else if (f->id == 0x180 + NODE_BUTTON) {
        v->stop = d[1] & 2;
        shed->stop_heard_ms = now_ms;
    } else if (f->id == 0x180 + NODE_STRINGS) {
        if (d[7] == shed->heard_counter)
            return;
        shed->heard_counter = d[7];
        for (int s = 0; s < PLANT_STRINGS; s++) {
            reading_set(&v->current_mA[s], shed->plant.current_mA[s], now_ms);
            reading_set(&v->voltage_mV[s], 340000, now_ms);
        }
    }
}

static inline void shed_speak(struct shed *shed, int b, uint8_t pattern)
{
    int64_t now_ms = shed->plant.now_ms;
    if (pattern == shed->pattern[b] && now_ms - shed->sent_ms[b] < 100)
        return;
    shed->pattern[b] = pattern;
    shed->sent_ms[b] = now_ms;
    shed->counter[b] = (shed->counter[b] + 1) & 0x0F;
    struct frame f = {.id = 0x200u + NODE_CONTACTS + (unsigned)b, .len = 4,
                      .data = {pattern, (uint8_t)~pattern, shed->counter[b], 0}};
    if (!shed->gate_off && gate_check(&shed->gate, 0, &f, now_ms) != GATE_PASS) {
        shed->vetoed = true;
        shed->vetoes++;
        return;
    }
    if (!shed->drop_frames[b])
        plant_hear(&shed->plant, &f);
}

static inline void shed_tick(struct shed *shed)
{
    struct router_view *v = &shed->view;
    int64_t now_ms = shed->plant.now_ms;
    v->boards_heard = v->contact_ms[0] && now_ms - v->contact_ms[0] <= 1500;
    v->switches_heard = shed->gate.boards[1].heard_ms &&
                        now_ms - shed->gate.boards[1].heard_ms <= 1500;
    v->stop_silent = now_ms - shed->stop_heard_ms > 1000;
    v->stop &= !v->stop_silent;
    v->switching_locked = shed->gate.foreign;
    v->vetoed = shed->vetoed;
    shed->vetoed = false;
    if (shed->doctor)
        shed->doctor(shed);
    router_want(&shed->router, shed->target, shed->isolate);
    int64_t wake_ms = router_step(&shed->router, v, now_ms);
    if (wake_ms <= now_ms)
        violate(&shed->plant, 0, 0);
    shed->visits[shed->router.state]++;
    shed->whys[shed->router.why]++;
    shed->steps++;
    const struct router_orders *orders = &shed->router.orders;
    if (!orders->valid)
        return;
    uint8_t pattern[PLANT_BOARDS] = {0};
    for (int c = 0; c < PLANT_CONTACTS; c++)
        pattern[0] |= (uint8_t)(orders->contact_closed[c] << c);
    for (int s = 0; s < PLANT_STRINGS; s++)
        pattern[1] |= (uint8_t)(orders->string_on[s] << s);
    if (shed->meddle)
        shed->meddle(shed, pattern);
    for (int b = 0; b < PLANT_BOARDS; b++)
        shed_speak(shed, b, pattern[b]);
}

static inline void shed_step(struct shed *shed)
{
    struct frame f;
    plant_advance(&shed->plant);
    for (int b = 0; b < PLANT_BOARDS; b++)
        if (board_speaks(&shed->plant, b, &f) && !shed->controller_dead) {
            shed->plant.read_back[b] = shed->plant.heard[b] = true;
            shed_hear(shed, &f);
        }
    if (counter_speaks(&shed->plant, &f) && !shed->controller_dead)
        shed_hear(shed, &f);
    if (button_speaks(&shed->plant, &f) && !shed->controller_dead)
        shed_hear(shed, &f);
    shed_inverters(shed);
    if (shed->controller_dead ||
        (!shed->hurry && shed->plant.now_ms - shed->tick_ms < TICK_EACH_MS))
        return;
    shed->hurry = false;
    shed->tick_ms = shed->plant.now_ms;
    shed_tick(shed);
}

static inline void shed_run(struct shed *shed, int64_t ms)
{
    for (int64_t until = shed->plant.now_ms + ms; shed->plant.now_ms < until;)
        shed_step(shed);
}

/* As after kill -9 and a new start: nothing is remembered. */
static inline void controller_start(struct shed *shed)
{
    struct gate_config config;
    plant_gate_config(&config);
    gate_init(&shed->gate, &config);
    router_init(&shed->router, &shed->plant.topology, &shed->config, shed->plant.now_ms);
    bool ready[MAX_INPUTS];
    memcpy(ready, shed->view.input_ready, sizeof ready);
    bool insulation = shed->view.insulation_fault;
    memset(&shed->view, 0, sizeof shed->view);
    memcpy(shed->view.input_ready, ready, sizeof ready);
    shed->view.insulation_fault = insulation;
    memset(shed->pattern, 0, sizeof shed->pattern);
    memset(shed->sent_ms, 0, sizeof shed->sent_ms);
    memset(shed->plant.read_back, 0, sizeof shed->plant.read_back);
    memset(shed->plant.heard, 0, sizeof shed->plant.heard);
    shed->controller_dead = shed->vetoed = false;
}

static inline void shed_init(struct shed *shed, int64_t now_ms)
{
    memset(shed, 0, sizeof *shed);
    plant_init(&shed->plant, now_ms);
    shed->config = router_defaults;
    shed->config.dwell_ms = 0; /* whoever tries it sets it */
    memset(shed->target, NO_INPUT, sizeof shed->target);
    for (int i = 0; i < PLANT_INPUTS; i++)
        shed->view.input_ready[i] = true;
    controller_start(shed);
}

static inline void shed_want(struct shed *shed, uint8_t a, uint8_t b, uint8_t c)
{
    shed->target[0] = a;
    shed->target[1] = b;
    shed->target[2] = c;
}

static inline bool shed_stands(const struct shed *shed, int a, int b, int c)
{
    const struct string_plant *p = &shed->plant;
    return string_input(p, 0) == a && string_input(p, 1) == b && string_input(p, 2) == c &&
           p->switch_on[0] && p->switch_on[1] && p->switch_on[2];
}

#endif
