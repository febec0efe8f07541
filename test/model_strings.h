/* The world of the strings: the real router behind the real gate on the strings' plant. At each step of
 * 100 ms at most one thing happens: a fault of the menu comes, each once and at any time, or ends; a
 * person wishes another layout, or resets what holds. */
#ifndef BUSBAR_TEST_MODEL_STRINGS_H
#define BUSBAR_TEST_MODEL_STRINGS_H

#include "test/model_state.h"
#include "test/search.h"

enum { MENU_MAX = 3, WAKE_STEPS = 300, HOME_STEPS = 400 };

struct model_menu {
    struct {
        enum fault fault;
        int at;
    } fault[MENU_MAX];
    int faults, wishes;
};

struct model {
    struct model_menu menu;
    bool gate_off;
    struct shed shed;
    uint8_t used, active;               /* bits of the menu's faults: came; are there */
    uint32_t visits[ROUTER_STATES];
};

/* 0: nothing; a wish; a reset; then each fault: it comes, it ends. */
enum { EVENT_WISH = 1, EVENT_RESET = EVENT_WISH + 4, EVENT_FAULT };

static inline int model_events(const void *world)
{
    return EVENT_FAULT + 2 * ((const struct model *)world)->menu.faults;
}

static inline bool fault_ends(enum fault fault)
{
    return fault != FAULT_REBOOT && fault != FAULT_RESTART && fault != FAULT_FOREIGN &&
           fault != FAULT_RESET;
}

static inline bool model_may(const void *world, int event)
{
    const struct model *model = world;
    const struct router *r = &model->shed.router;
    if (event < EVENT_RESET)
        return event < EVENT_WISH + model->menu.wishes;
    if (event == EVENT_RESET)
        return r->state == ROUTER_HOLD || r->locked[0] || r->locked[1] || r->locked[2];
    int fault = (event - EVENT_FAULT) / 2;
    bool ends = (event - EVENT_FAULT) % 2;
    return ends ? model->active >> fault & 1 && fault_ends(model->menu.fault[fault].fault)
                : !(model->used >> fault & 1);
}

static inline void model_happens(struct model *model, int event)
{
    if (event >= EVENT_WISH && event < EVENT_RESET)
        fault_set(&model->shed, FAULT_WISH, event - EVENT_WISH, true);
    else if (event == EVENT_RESET)
        fault_set(&model->shed, FAULT_RESET, 0, true);
    if (event < EVENT_FAULT)
        return;
    int fault = (event - EVENT_FAULT) / 2;
    bool on = (event - EVENT_FAULT) % 2 == 0;
    fault_set(&model->shed, model->menu.fault[fault].fault, model->menu.fault[fault].at, on);
    model->used = (uint8_t)(model->used | 1u << fault);
    model->active = (uint8_t)(on ? model->active | 1u << fault : model->active & ~(1u << fault));
}

static inline const char *model_step(void *world, int event)
{
    struct model *model = world;
    model->shed.plant.violated = 0;
    model_happens(model, event);
    shed_step(&model->shed);
    model->visits[model->shed.router.state]++;
    return model->shed.plant.violated ? model->shed.plant.first : NULL;
}

static inline void model_begin(void *world)
{
    struct model *model = world;
    begin(&model->shed);
    model->shed.config.start_ms = 1500;
    model->shed.config.boot_hold_ms = 200;
    model->shed.gate_off = model->gate_off;
    controller_start(&model->shed);
    shed_run(&model->shed, 6000);
    shed_want(&model->shed, 0, 1, 2);
    model->used = model->active = 0;
}

static inline void model_load(void *world, const uint8_t *state)
{
    struct model *model = world;
    model->used = state[0];
    model->active = state[1];
    shed_unpack(&model->shed, state + 2);
}

static inline void model_save(void *world, uint8_t *state)
{
    struct model *model = world;
    state[0] = model->used;
    state[1] = model->active;
    if (shed_pack(&model->shed, state + 2) > SEARCH_BYTES - 2)
        abort();
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

/* When nothing more happens, the transfer under way ends; and when the faults are mended and a person
 * resets, all strings get home, and where they are wanted next. */
static inline const char *model_ends(void *world)
{
    struct shed *shed = &((struct model *)world)->shed;
    bool rested = false;
    shed->plant.violated = 0;
    for (int i = 0; i < WAKE_STEPS && !rested; i++) {
        shed_step(shed);
        enum router_state state = shed->router.state;
        rested = state == ROUTER_IDLE || state == ROUTER_HOLD || state == ROUTER_START ||
                 shed->controller_dead || shed->plant.stop_pressed;
    }
    if (!rested)
        return "a transfer does not end";
    faults_clear(shed);
    fault_set(shed, FAULT_RESET, 0, true);
    bool ends = model_reaches(shed, wishes[0]) && model_reaches(shed, wishes[1]);
    if (shed->plant.violated)
        return shed->plant.first;
    return ends ? NULL : "with the faults gone and a reset, a wish is not fulfilled";
}

static inline void model_text(const void *world, int event, char *out, size_t room)
{
    const struct model *model = world;
    if (event < EVENT_RESET)
        snprintf(out, room, event ? "wish %d" : "-", event - EVENT_WISH);
    else if (event == EVENT_RESET)
        snprintf(out, room, "reset");
    else
        snprintf(out, room, "%s %d %s",
                 faults[model->menu.fault[(event - EVENT_FAULT) / 2].fault].name,
                 model->menu.fault[(event - EVENT_FAULT) / 2].at,
                 (event - EVENT_FAULT) % 2 ? "ends" : "comes");
}

static const struct search_kind model_kind = {
    .events = model_events, .may = model_may,   .begin = model_begin,
    .load = model_load,     .save = model_save, .step = model_step,
    .ends = model_ends,     .text = model_text, .step_ms = PLANT_STEP_MS,
};

#endif
