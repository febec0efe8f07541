/* A state of router, gate and plant as few bytes: what their next steps depend on, and nothing else.
 *
 * A time is its age in steps, and no older than the longest limit it is compared with. Counters of
 * frames are told from the newest one sent. Two sheds with the same bytes do the same from now on;
 * model_test.c tries that on random walks, against sheds that were never packed. */
#ifndef BUSBAR_TEST_MODEL_STATE_H
#define BUSBAR_TEST_MODEL_STATE_H

#define PLANT_STEP_MS 100

#include <stddef.h>

#include "test/router_faults.h"

enum { MODEL_NOW_MS = 1000000 };

/* What a row holds: bytes as they are, or times by their age in steps, no older than its limit. */
enum { VALUE = 0, AGE_AHEAD = 6 };

struct row {
    const char *name;
    size_t offset, stride, width;
    unsigned count;
    int age_max;                        /* VALUE, or the longest age that matters */
};

#define M(member) (((struct shed *)0)->member)
#define ONE(kind, member) {#member, offsetof(struct shed, member), 0, sizeof M(member), 1, kind}
#define LIST(kind, member, n)                                                                      \
    {#member, offsetof(struct shed, member), sizeof M(member[0]), sizeof M(member[0]), n, kind}
#define EACH(kind, array, n, field)                                                                \
    {#array "." #field, offsetof(struct shed, array[0].field), sizeof M(array[0]), sizeof M(array[0].field), n, kind}
#define GRID(kind, array, field, i, n)                                                             \
    {#array "." #field, offsetof(struct shed, array[i].field), sizeof M(array[i].field[0]),                           \
     sizeof M(array[i].field[0]), n, kind}

static const struct row rows[] = {
    /* the plant */
    EACH(VALUE, plant.contact, PLANT_CONTACTS, coil),
    EACH(VALUE, plant.contact, PLANT_CONTACTS, closed),
    EACH(17, plant.contact, PLANT_CONTACTS, coil_ms),
    EACH(6, plant.contact, PLANT_CONTACTS, opened_ms),
    EACH(VALUE, plant.contact, PLANT_CONTACTS, welded),
    EACH(VALUE, plant.contact, PLANT_CONTACTS, stuck_open),
    EACH(VALUE, plant.contact, PLANT_CONTACTS, feedback_lost),
    EACH(VALUE, plant.contact, PLANT_CONTACTS, dropped),
    EACH(VALUE, plant.contact, PLANT_CONTACTS, emergency),
    EACH(VALUE, plant.contact, PLANT_CONTACTS, travel_ms),
    EACH(VALUE, plant.board, PLANT_BOARDS, outputs),
    EACH(32, plant.board, PLANT_BOARDS, booted_ms),
    EACH(VALUE, plant.board, PLANT_BOARDS, silent),
    EACH(VALUE, plant.board, PLANT_BOARDS, command_counter),
    LIST(VALUE, plant.switch_on, PLANT_STRINGS),
    LIST(VALUE, plant.switch_shorted, PLANT_STRINGS),
    LIST(VALUE, plant.leaks, PLANT_STRINGS),
    LIST(20, plant.fault_ms, PLANT_STRINGS),
    LIST(VALUE, plant.current_mA, PLANT_STRINGS),
    LIST(6, plant.zero_ms, PLANT_STRINGS),
    ONE(VALUE, plant.sun_mA),
    ONE(VALUE, plant.counter_silent),
    ONE(VALUE, plant.counter_frozen),
    ONE(VALUE, plant.stop_pressed),
    ONE(VALUE, plant.button_silent),
    ONE(52, plant.stop_ms),
    ONE(12, plant.released_ms),
    ONE(3, plant.pickup_ms),
    LIST(VALUE, plant.read_back, PLANT_BOARDS),
    LIST(VALUE, plant.heard, PLANT_BOARDS),
    /* what the app keeps */
    LIST(VALUE, target, PLANT_STRINGS),
    LIST(VALUE, isolate, PLANT_STRINGS),
    ONE(VALUE, vetoed),
    ONE(VALUE, controller_dead),
    LIST(VALUE, drop_frames, PLANT_BOARDS),
    ONE(VALUE, heard_counter),
    ONE(12, stop_heard_ms),
    LIST(VALUE, view.contact, PLANT_CONTACTS),
    LIST(17, view.contact_ms, PLANT_CONTACTS),
    LIST(VALUE, view.contact_output, PLANT_CONTACTS),
    LIST(VALUE, view.switch_output, PLANT_STRINGS),
    EACH(VALUE, view.current_mA, PLANT_STRINGS, value),
    EACH(17, view.current_mA, PLANT_STRINGS, heard_ms),
    EACH(VALUE, view.voltage_mV, PLANT_STRINGS, value),
    EACH(17, view.voltage_mV, PLANT_STRINGS, heard_ms),
    LIST(VALUE, view.input_ready, PLANT_INPUTS),
    ONE(VALUE, view.insulation_fault),
    ONE(VALUE, view.stop),
    /* the router */
    ONE(VALUE, router.state),
    ONE(VALUE, router.why),
    ONE(VALUE, router.orders.valid),
    LIST(VALUE, router.orders.contact_closed, PLANT_CONTACTS),
    LIST(VALUE, router.orders.string_on, PLANT_STRINGS),
    ONE(VALUE, router.string),
    ONE(VALUE, router.from),
    ONE(VALUE, router.to),
    LIST(VALUE, router.group, PLANT_STRINGS),
    ONE(VALUE, router.veto_seen),
    ONE(52, router.since_ms),
    ONE(6, router.zero_since_ms),
    ONE(6, router.seen_ms),
    ONE(4, router.pickup_ms),
    ONE(22, router.started_ms),
    ONE(17, router.heard_since_ms),
    ONE(1, router.settled_ms),
    LIST(VALUE, router.target, PLANT_STRINGS),
    LIST(VALUE, router.isolate, PLANT_STRINGS),
    LIST(VALUE, router.locked, PLANT_STRINGS),
    LIST(VALUE, router.locked_why, PLANT_STRINGS),
    LIST(6, router.failed_ms, PLANT_STRINGS),
    LIST(VALUE, router.failed_why, PLANT_STRINGS),
    LIST(9, router.differs_ms, PLANT_CONTACTS),
    LIST(9, router.strays_ms, PLANT_CONTACTS),
    LIST(9, router.switch_strays_ms, PLANT_STRINGS),
    LIST(9, router.flows_ms, PLANT_STRINGS),
    LIST(6, router.calm_ms, PLANT_STRINGS),
    LIST(17, router.joined_ms, PLANT_STRINGS),
    LIST(VALUE, router.dead_input, PLANT_STRINGS),
    /* the gate */
    EACH(17, gate.boards, PLANT_BOARDS, heard_ms),
    EACH(VALUE, gate.boards, PLANT_BOARDS, closed),
    EACH(VALUE, gate.boards, PLANT_BOARDS, opened),
    EACH(VALUE, gate.boards, PLANT_BOARDS, outputs),
    GRID(6, gate.boards, opened_ms, 0, PLANT_CONTACTS),
    GRID(12, gate.boards, differs_ms, 0, PLANT_CONTACTS),
    GRID(22, gate.boards, on_ms, 0, PLANT_CONTACTS),
    GRID(4, gate.boards, on_since_ms, 0, PLANT_CONTACTS),
    GRID(22, gate.boards, changed_ms, 0, PLANT_CONTACTS),
    GRID(22, gate.boards, changed_ms, 1, PLANT_STRINGS),
    GRID(6, gate.boards, opened_ms, 1, PLANT_STRINGS),
    GRID(22, gate.boards, on_ms, 1, PLANT_STRINGS),
    GRID(4, gate.boards, on_since_ms, 1, PLANT_STRINGS),
    EACH(VALUE, gate.boards, PLANT_BOARDS, uptime_s),
    EACH(VALUE, gate.boards, PLANT_BOARDS, counter),
    EACH(VALUE, gate.boards, PLANT_BOARDS, synced),
    EACH(VALUE, gate.boards, PLANT_BOARDS, sent),
    EACH(1, gate.boards, PLANT_BOARDS, sent_ms),
    EACH(VALUE, gate.boards, PLANT_BOARDS, sent_counter),
    EACH(1, gate.counters, 1, heard_ms),
    EACH(VALUE, gate.counters, 1, counter),
    EACH(4, gate.strings, PLANT_STRINGS, heard_ms),
    EACH(6, gate.strings, PLANT_STRINGS, zero_ms),
    EACH(12, gate.strings, PLANT_STRINGS, flows_ms),
    EACH(VALUE, gate.strings, PLANT_STRINGS, locked),
    EACH(12, gate.stops, 1, heard_ms),
    EACH(52, gate.stops, 1, pressed_ms),
    EACH(VALUE, gate.stops, 1, counter),
    ONE(3, gate.pickup_ms),
    ONE(VALUE, gate.pickup_board),
    ONE(VALUE, gate.pickup_channel),
    ONE(VALUE, gate.foreign),
};

/* Counters from the newest sent; a board that has run for three seconds has run for long. */
static inline void counters_shift(struct shed *shed)
{
    struct string_plant *p = &shed->plant;
    for (int b = 0; b < PLANT_BOARDS; b++) {
        struct gate_seen_board *seen = &shed->gate.boards[b];
        seen->counter = (uint8_t)(seen->counter - p->board[b].counter);
        p->board[b].counter = 0;
        seen->sent_counter = (seen->sent_counter - shed->counter[b]) & 0x0F;
        if (p->board[b].command_counter >= 0)
            p->board[b].command_counter = (p->board[b].command_counter - shed->counter[b]) & 0x0F;
        shed->counter[b] = 0;
        if (p->now_ms - p->board[b].booted_ms > 3000)
            p->board[b].booted_ms = p->now_ms - 3000;
        seen->uptime_s = seen->uptime_s > 3 ? 3 : seen->uptime_s;
    }
    shed->gate.counters[0].counter = (uint8_t)(shed->gate.counters[0].counter - p->counter);
    shed->heard_counter = (uint8_t)(shed->heard_counter - p->counter);
    p->counter = 0;
    shed->gate.stops[0].counter = (uint8_t)(shed->gate.stops[0].counter - p->button_counter);
    p->button_counter = 0;
}

/* What nobody looks at before it is set again. */
static inline void rest_forget(struct shed *shed)
{
    struct router *r = &shed->router;
    struct string_plant *p = &shed->plant;
    struct gate *gate = &shed->gate;
    for (int b = 0; b < PLANT_BOARDS; b++) {
        if (gate->boards[b].sent_ms == 0)
            gate->boards[b].sent_counter = 0;
        if (gate->boards[b].heard_ms == 0)
            gate->boards[b].counter = 0;
    }
    for (int b = 0; b < PLANT_BOARDS; b++)
        for (int channel = 0; channel < PLANT_CONTACTS; channel++) {
            struct gate_seen_board *seen = &gate->boards[b];
            int64_t *on_ms = &seen->on_ms[channel], *changed_ms = &seen->changed_ms[channel];
            if (p->now_ms - *on_ms >= 500 && seen->heard_ms - *on_ms >= 250)
                *on_ms = 0;
            if (seen->heard_ms - *changed_ms >= 450)
                *changed_ms = 0;
        }
    if (gate->counters[0].heard_ms == 0)
        gate->counters[0].counter = 0;
    if (gate->stops[0].heard_ms == 0)
        gate->stops[0].counter = 0;
    if (r->state < ROUTER_SWITCH_OFF || r->state > ROUTER_SWITCH_ON) {
        r->string = NO_STRING;
        r->from = r->to = NO_INPUT;
        r->zero_since_ms = r->seen_ms = 0;
        r->veto_seen = false;
        memset(r->group, 0, sizeof r->group);
    }
    if (r->state == ROUTER_IDLE) {
        r->since_ms = 0;
        r->why = WHY_NOTHING;
    }
    if (r->state == ROUTER_START) { /* what is found will be adopted */
        r->since_ms = 0;
        r->why = WHY_NOTHING;
        memset(&r->orders, 0, sizeof r->orders);
        memset(r->strays_ms, 0, sizeof r->strays_ms);
        memset(r->switch_strays_ms, 0, sizeof r->switch_strays_ms);
    } else {
        r->started_ms = 0;
    }
    for (int c = 0; c < PLANT_CONTACTS; c++) {
        struct plant_contact *k = &p->contact[c];
        bool wants = k->closed ? k->coil || k->welded : k->coil && !k->stuck_open;
        if (wants != k->closed || k->welded)
            continue;
        k->coil_ms = 0;
        k->dropped = k->emergency = false;
    }
    if (!p->stop_pressed)
        p->stop_ms = 0;
}

static inline uint8_t age_pack(int64_t at_ms, int64_t now_ms, int age_max)
{
    int64_t age = (now_ms - at_ms) / PLANT_STEP_MS;
    return at_ms == 0 ? 0 : (uint8_t)(1 + AGE_AHEAD + (age > age_max ? age_max : age));
}

/* Returns how many bytes it took. */
static inline size_t shed_pack(struct shed *shed, uint8_t *out)
{
    uint8_t *to = out;
    counters_shift(shed);
    rest_forget(shed);
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++)
        for (unsigned i = 0; i < rows[r].count; i++) {
            const uint8_t *from = (const uint8_t *)shed + rows[r].offset + i * rows[r].stride;
            if (rows[r].age_max == VALUE) {
                memcpy(to, from, rows[r].width);
                to += rows[r].width;
                continue;
            }
            int64_t at_ms;
            memcpy(&at_ms, from, sizeof at_ms);
            *to++ = age_pack(at_ms, shed->plant.now_ms, rows[r].age_max);
        }
    return (size_t)(to - out);
}

/* Into a shed of the same kind: what is not packed is taken from it as it is. */
static inline void shed_unpack(struct shed *shed, const uint8_t *from)
{
    shed->plant.now_ms = MODEL_NOW_MS;
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++)
        for (unsigned i = 0; i < rows[r].count; i++) {
            uint8_t *to = (uint8_t *)shed + rows[r].offset + i * rows[r].stride;
            if (rows[r].age_max == VALUE) {
                memcpy(to, from, rows[r].width);
                from += rows[r].width;
                continue;
            }
            int64_t at_ms = *from ? MODEL_NOW_MS - (*from - 1 - AGE_AHEAD) * (int64_t)PLANT_STEP_MS : 0;
            memcpy(to, &at_ms, sizeof at_ms);
            from++;
        }
    for (int b = 0; b < PLANT_BOARDS; b++) {
        shed->plant.board[b].counter = shed->counter[b] = 0;
        shed->plant.board[b].told_ms = shed->sent_ms[b] = 0; /* each step everybody speaks */
    }
    shed->tick_ms = 0;
    shed->plant.counter = shed->plant.button_counter = 0;
    shed->plant.counter_ms = shed->plant.button_ms = 0;
    shed->router.day_ms = MODEL_NOW_MS;
    memset(shed->router.moved_today, 0, sizeof shed->router.moved_today);
    memset(shed->router.failed_today, 0, sizeof shed->router.failed_today);
    memset(shed->router.moved_ms, 0, sizeof shed->router.moved_ms);
}

#endif
