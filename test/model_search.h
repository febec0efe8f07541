/* Every behaviour of the real router behind the real gate, breadth first: at each step of 100 ms at most
 * one thing happens out of a menu of faults, each of which may come once, at any time, and those that
 * can end may end at any time; and a person may wish another layout or reset at any time. A menu is
 * searched until no new state is left. What was visited is kept as 64-bit hashes. */
#ifndef BUSBAR_TEST_MODEL_SEARCH_H
#define BUSBAR_TEST_MODEL_SEARCH_H

#include "test/model_state.h"

enum { MENU_MAX = 3, EVENTS_MAX = 16, TRACE_MAX = 4096, WAKE_STEPS = 300, HOME_STEPS = 400 };

struct model_event {
    enum fault fault;
    int at;
    bool on;
};

struct model_menu {
    struct model_event fault[MENU_MAX];
    int faults, wishes;
};

struct model_node {
    struct packed state;
    uint32_t id;
    uint8_t used, active;               /* bits of the menu's faults: came once; are there */
    bool asks_reset;                    /* it holds, or a string is locked */
};

struct model_layer {
    struct model_node *node;
    size_t count, room;
};

struct model {
    struct model_menu menu;
    bool gate_off;
    uint64_t *seen;                     /* open addressing; 0 = free */
    size_t seen_room, seen_count;
    uint32_t *parent;                   /* of each state, by id */
    uint8_t *event;                     /* that led to it */
    size_t states, room;
    struct model_layer layer[2];
    struct shed shed;
    uint64_t transitions, healed;
    uint32_t depth, heal_each;
    size_t states_max;                  /* then the search stops, and says so */
    bool complete, violated;
    char what[200];
    uint32_t bad;                       /* the state before the violation .. */
    int bad_event;                      /* .. and what happened then */
    uint32_t state_visits[ROUTER_STATES];
};

/* --- events of a menu --- */

/* 0: nothing; 1-4: a wish; 5: a reset; then a fault comes, or ends. */
enum { EVENT_NONE, EVENT_WISH, EVENT_RESET = EVENT_WISH + 4, EVENT_FAULT };

static inline bool fault_ends(enum fault fault)
{
    return fault != FAULT_REBOOT && fault != FAULT_RESTART && fault != FAULT_FOREIGN &&
           fault != FAULT_RESET;
}

static inline int model_events(const struct model *model)
{
    return EVENT_FAULT + 2 * model->menu.faults;
}

static inline bool event_may(const struct model *model, const struct model_node *node, int event)
{
    if (event == EVENT_RESET)
        return node->asks_reset;
    if (event < EVENT_FAULT)
        return event < EVENT_WISH + model->menu.wishes;
    int fault = (event - EVENT_FAULT) / 2;
    bool ends = (event - EVENT_FAULT) % 2;
    if (ends)
        return node->active >> fault & 1 && fault_ends(model->menu.fault[fault].fault);
    return !(node->used >> fault & 1);
}

/* Events are applied before the step; restoring a state costs a copy of what is packed. */
static inline void event_apply(struct model *model, struct model_node *node, int event)
{
    struct shed *shed = &model->shed;
    if (event >= EVENT_WISH && event < EVENT_RESET)
        fault_set(shed, FAULT_WISH, event - EVENT_WISH, true);
    else if (event == EVENT_RESET)
        fault_set(shed, FAULT_RESET, 0, true);
    else if (event >= EVENT_FAULT) {
        int fault = (event - EVENT_FAULT) / 2;
        bool on = (event - EVENT_FAULT) % 2 == 0;
        fault_set(shed, model->menu.fault[fault].fault, model->menu.fault[fault].at, on);
        node->used = (uint8_t)(node->used | 1u << fault);
        node->active = (uint8_t)(on ? node->active | 1u << fault : node->active & ~(1u << fault));
    }
}

static inline void event_text(const struct model *model, int event, char *out, size_t room)
{
    if (event == EVENT_NONE)
        snprintf(out, room, "-");
    else if (event < EVENT_RESET)
        snprintf(out, room, "wish %d", event - EVENT_WISH);
    else if (event == EVENT_RESET)
        snprintf(out, room, "reset");
    else {
        const struct model_event *fault = &model->menu.fault[(event - EVENT_FAULT) / 2];
        snprintf(out, room, "%s %d %s", faults[fault->fault].name, fault->at,
                 (event - EVENT_FAULT) % 2 ? "ends" : "comes");
    }
}

/* --- what was seen --- */

static inline uint64_t node_hash(const struct model_node *node)
{
    uint64_t h = 0x9E3779B97F4A7C15u ^ ((uint64_t)node->used << 8 | node->active), word;
    for (size_t i = 0; i < MODEL_BYTES; i += sizeof word) {
        memcpy(&word, node->state.byte + i, sizeof word);
        h = (h ^ word) * 0xFF51AFD7ED558CCDu;
        h ^= h >> 32;
    }
    return h ? h : 1;
}

static inline void *model_grow(void *memory, size_t bytes)
{
    memory = realloc(memory, bytes);
    if (!memory)
        abort();
    return memory;
}

static inline void seen_double(struct model *model)
{
    size_t room = model->seen_room ? model->seen_room * 2 : 1 << 16;
    uint64_t *seen = calloc(room, sizeof *seen);
    if (!seen)
        abort();
    for (size_t i = 0; i < model->seen_room; i++) {
        size_t at = model->seen[i] & (room - 1);
        while (model->seen[i] && seen[at])
            at = (at + 1) & (room - 1);
        if (model->seen[i])
            seen[at] = model->seen[i];
    }
    free(model->seen);
    model->seen = seen;
    model->seen_room = room;
}

static inline bool seen_add(struct model *model, uint64_t hash)
{
    if (model->seen_count * 2 >= model->seen_room)
        seen_double(model);
    size_t at = hash & (model->seen_room - 1);
    while (model->seen[at] && model->seen[at] != hash)
        at = (at + 1) & (model->seen_room - 1);
    if (model->seen[at])
        return false;
    model->seen[at] = hash;
    model->seen_count++;
    return true;
}

static inline void layer_add(struct model_layer *layer, const struct model_node *node)
{
    if (layer->count == layer->room) {
        layer->room = layer->room ? layer->room * 2 : 1024;
        layer->node = model_grow(layer->node, layer->room * sizeof *layer->node);
    }
    layer->node[layer->count++] = *node;
}

/* Packs what the shed is now; a new state joins the next layer. */
static inline bool model_add(struct model *model, struct model_node *node, uint32_t parent,
                             int event, struct model_layer *next)
{
    const struct router *router = &model->shed.router;
    node->asks_reset = router->state == ROUTER_HOLD || router->locked[0] || router->locked[1] ||
                       router->locked[2];
    shed_pack(&model->shed, &node->state);
    if (!seen_add(model, node_hash(node)))
        return false;
    if (model->states == model->room) {
        model->room = model->room ? model->room * 2 : 1024;
        model->parent = model_grow(model->parent, model->room * sizeof *model->parent);
        model->event = model_grow(model->event, model->room * sizeof *model->event);
    }
    node->id = (uint32_t)model->states++;
    model->parent[node->id] = parent;
    model->event[node->id] = (uint8_t)event;
    model->state_visits[model->shed.router.state]++;
    layer_add(next, node);
    return true;
}

/* --- what must hold --- */

static inline bool model_fails(struct model *model, uint32_t id, int event, const char *what)
{
    if (!model->violated)
        snprintf(model->what, sizeof model->what, "%s", what);
    model->violated = true;
    model->bad = id;
    model->bad_event = event;
    return false;
}

static inline bool rests(const struct router *router)
{
    return router->state == ROUTER_IDLE || router->state == ROUTER_HOLD ||
           router->state == ROUTER_START;
}

static inline bool model_reaches(struct shed *shed, const uint8_t layout[])
{
    bool there = false;
    shed_want(shed, layout[0], layout[1], layout[2]);
    for (int i = 0; i < HOME_STEPS && !there; i++) {
        shed_step(shed);
        there = shed_stands(shed, layout[0], layout[1], layout[2]) &&
                shed->router.state == ROUTER_IDLE;
    }
    return there;
}

/* From here, when nothing more happens, the transfer under way ends; and when the faults are mended and a
 * person resets, all strings get home, and where they are wanted next. */
static inline bool model_ends(struct model *model, const struct model_node *node)
{
    struct shed *shed = &model->shed;
    bool rested = false;
    shed_unpack(shed, &node->state);
    for (int i = 0; i < WAKE_STEPS && !rested; i++) {
        shed_step(shed);
        rested = rests(&shed->router) || shed->controller_dead || shed->plant.stop_pressed;
    }
    if (!rested)
        return model_fails(model, node->id, EVENT_NONE, "a transfer does not end");
    faults_clear(shed);
    fault_set(shed, FAULT_RESET, 0, true);
    model->healed++;
    bool ends = model_reaches(shed, wishes[0]) && model_reaches(shed, wishes[1]);
    if (shed->plant.violated)
        return model_fails(model, node->id, EVENT_NONE, shed->plant.first);
    return ends || model_fails(model, node->id, EVENT_NONE,
                               "with the faults gone and a reset, a wish is not fulfilled");
}

/* --- the search --- */

static inline void model_begin(struct model *model)
{
    struct model_node first = {0};
    begin(&model->shed);
    model->shed.config.start_ms = 1500;
    model->shed.config.boot_hold_ms = 200;
    model->shed.gate_off = model->gate_off;
    controller_start(&model->shed);
    shed_run(&model->shed, 6000);
    shed_want(&model->shed, 0, 1, 2);
    model->shed.plant.violated = 0;
    model_add(model, &first, 0, EVENT_NONE, &model->layer[0]);
}

static inline bool model_expand(struct model *model, const struct model_node *node,
                                struct model_layer *next)
{
    for (int event = 0; event < model_events(model); event++) {
        struct model_node after = {.used = node->used, .active = node->active};
        if (!event_may(model, node, event))
            continue;
        shed_unpack(&model->shed, &node->state);
        model->shed.plant.violated = 0;
        event_apply(model, &after, event);
        shed_step(&model->shed);
        model->transitions++;
        if (model->shed.plant.violated)
            return model_fails(model, node->id, event, model->shed.plant.first);
        model_add(model, &after, node->id, event, next);
    }
    return (node->id + 1) % model->heal_each != 0 || model_ends(model, node);
}

static inline void model_search(struct model *model)
{
    model_begin(model);
    for (unsigned now = 0; model->layer[now].count && !model->violated; now = !now) {
        struct model_layer *next = &model->layer[!now];
        next->count = 0;
        for (size_t i = 0; i < model->layer[now].count && !model->violated; i++)
            model_expand(model, &model->layer[now].node[i], next);
        model->depth++;
        if (model->states >= model->states_max)
            return;
    }
    model->complete = !model->violated;
}

static inline void model_free(struct model *model)
{
    free(model->seen);
    free(model->parent);
    free(model->event);
    free(model->layer[0].node);
    free(model->layer[1].node);
}

/* The shortest way to the violation, one line for each run of steps in which nothing else happens. */
static inline void trace_print(struct model *model)
{
    static uint8_t events[TRACE_MAX];
    size_t count = 0;
    events[count++] = (uint8_t)model->bad_event;
    for (uint32_t id = model->bad; id != 0 && count < TRACE_MAX; id = model->parent[id])
        events[count++] = model->event[id];
    printf("  %zu steps to: %s\n", count, model->what);
    for (size_t i = count, still = 0; i-- > 0;) {
        char text[80];
        event_text(model, events[i], text, sizeof text);
        if (events[i] == EVENT_NONE && i > 0) {
            still++;
            continue;
        }
        printf("  %5zu ms %s\n", (count - i) * PLANT_STEP_MS, text);
        still = 0;
    }
}

#endif
