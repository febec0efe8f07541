/* The world of the AC side: the real ac.c behind the real gate_ac.c on the small AC bus of ac_plant.h.
 * A step is 200 ms, in which everything is told. Times are packed as ages; the long lockout is
 * entered, then skipped up to its last second: nothing changes in between. */
#ifndef BUSBAR_TEST_MODEL_AC_H
#define BUSBAR_TEST_MODEL_AC_H

#include "devices/gate_ac.h"
#include "test/ac_plant.h"
#include "test/search.h"

enum {
    AC_STEP_MS = 200,
    AC_NOW_MS = 1000000,
    AC_MENU = 3,
    AC_ENDS_STEPS = 1500,
    NODE_AC = 0x15,
    NODE_BOX = 0x13,
};

/* Faults, each a bit of struct ac_world's used and active. */
enum ac_fault {
    AC_WELDED_LINE, AC_WELDED_NEUTRAL, AC_WELDED_OWN_LINE, AC_STUCK_LINE, AC_STUCK_NEUTRAL,
    AC_UNKNOWN, AC_UNKNOWN_NEUTRAL, AC_DEAD_SOURCE, AC_UNREADY, AC_CAR_HOLDS, AC_MUTE_BOARD,
    AC_MUTE_BOX, AC_DEAF, AC_LOCKED_OUT, AC_RESTARTS, AC_FAULTS
};
static const char *const ac_fault_names[AC_FAULTS] = {
    "the house's line welded", "the house's neutral welded", "the own line welded",
    "the own line stuck open", "the own neutral stuck open", "the house's line neither open nor closed",
    "the own neutral neither open nor closed", "the own source without voltage",
    "the own source not ready", "the car does not let go", "the board silent", "the wallbox silent",
    "orders lost", "switching locked", "the controller restarts",
};

struct ac_world {
    uint8_t menu[AC_MENU];
    int faults;
    bool gate_off;
    struct ac_plant plant;
    struct ac_bus bus;
    struct gate gate;
    struct gate_ac gate_ac;
    bool allowed;
    uint8_t wanted, used, active;
    uint8_t board_counter, box_counter, command_counter;
    uint32_t visits[AC_STATES];
};

static const struct ac_config ac_short = {
    .quiet_dA = 5, .quiet_ms = 3000, .sample_age_ms = 400, .wind_down_ms = 6000, .dead_dV = 500,
    .dead_ms = AC_DEAD_LEAST_MS, .decay_ms = 3000, .neutral_ms = 1000, .present_dV = 1950,
    .verify_ms = 2000, .lockout_ms = AC_LOCKOUT_LEAST_MS, .feedback_ms = 250, .report_ms = 450,
    .retry_ms = 1000, .boot_hold_ms = 400, .stable_ms = 1500, .settle_ms = 500, .node_lost_ms = 1500,
};

static inline void ac_controller_start(struct ac_world *w)
{
    static const struct gate_config boards = {.board_count = 1,
                                              .boards = {{.node = NODE_AC, .allowed = 0x0F}}};
    static const struct gate_ac_config wiring = {
        .point_count = 1,
        .points = {{.node = NODE_BOX,
                    .sources = PLANT_SOURCES,
                    .contact = {{{0, NODE_AC, 0}, {0, NODE_AC, 1}},
                                {{0, NODE_AC, 2}, {0, NODE_AC, 3}}}}},
    };
    gate_init(&w->gate, &boards);
    gate_ac_init(&w->gate_ac, &wiring);
    w->gate.ac = &w->gate_ac;
    ac_init(&w->bus, PLANT_SOURCES, &ac_short, w->plant.now_ms);
    memset(&w->plant.view.contact, 0, sizeof w->plant.view.contact);
    w->plant.view.ev_current_dA.heard_ms = w->plant.view.bus_voltage_dV.heard_ms = 0;
    w->plant.view.evse_contactor.heard_ms = 0;
    w->allowed = false;
    ac_want(&w->bus, w->wanted);
}

/* --- the wire --- */

static inline void ac_hear(struct ac_world *w, uint32_t id, const uint8_t data[8])
{
    struct frame frame = {.id = id, .len = 8};
    memcpy(frame.data, data, 8);
    gate_seen(&w->gate, 0, &frame, w->plant.now_ms);
}

/* The gate hears what the view was just filled with. */
static inline void ac_told(struct ac_world *w)
{
    const struct ac_plant *p = &w->plant;
    uint8_t outputs = 0, closed = 0, opened = 0;
    for (int s = 0; s < PLANT_SOURCES; s++)
        for (int pole = 0; pole < AC_POLES; pole++) {
            int bit = 1 << (2 * s + pole);
            outputs = (uint8_t)(outputs | (p->coil[s][pole] ? bit : 0));
            enum contact_seen seen = p->view.contact[s][pole].seen;
            closed = (uint8_t)(closed | (seen == CONTACT_CLOSED ? bit : 0));
            opened = (uint8_t)(opened | (seen == CONTACT_OPEN ? bit : 0));
        }
    if (!p->mute_board)
        ac_hear(w, 0x180 + NODE_AC,
                (uint8_t[]){outputs, closed, opened, 0, 9, 0, ++w->board_counter,
                            (uint8_t)~outputs});
    int dA = (int)(p->car_A * 10), dV = (int)(p->bus_V * 10);
    if (!p->mute_box)
        ac_hear(w, 0x180 + NODE_BOX,
                (uint8_t[]){(uint8_t)(p->evse << 3), (uint8_t)dA,
                            (uint8_t)(dA >> 8 | (dV & 15) << 4), (uint8_t)(dV >> 4), 0, 0, 0,
                            ++w->box_counter});
}

/* What the gate lets through. */
static inline struct ac_orders ac_sent(struct ac_world *w)
{
    struct ac_orders sent = w->bus.orders;
    uint8_t pattern = 0;
    for (int s = 0; s < PLANT_SOURCES; s++)
        for (int pole = 0; pole < AC_POLES; pole++)
            pattern = (uint8_t)(pattern | (sent.closed[s][pole] ? 1 << (2 * s + pole) : 0));
    w->command_counter = (w->command_counter + 1) & 15;
    struct frame frame = {.id = 0x200 + NODE_AC,
                          .len = 4,
                          .data = {pattern, (uint8_t)~pattern, w->command_counter, 0}};
    w->plant.view.vetoed = false;
    if (sent.valid && !w->gate_off &&
        gate_check(&w->gate, 0, &frame, w->plant.now_ms) != GATE_PASS) {
        sent.valid = false;
        w->plant.view.vetoed = true;
    }
    return sent;
}

static inline void ac_world_step(struct ac_world *w)
{
    struct ac_orders sent = ac_sent(w), none = {.valid = false};
    bool vetoed = w->plant.view.vetoed;
    for (int ms = 0; ms < AC_STEP_MS; ms += STEP_MS)
        plant_step(&w->plant, ms == 0 ? &sent : &none, w->allowed);
    ac_told(w);
    w->plant.view.vetoed = vetoed;
    ac_want(&w->bus, w->wanted);
    if (ac_step(&w->bus, &w->plant.view, w->plant.now_ms) <= w->plant.now_ms)
        plant_blame(&w->plant, true, "wakes in the past");
    w->allowed = ac_ready(&w->bus);
    w->visits[w->bus.state]++;
}

/* --- faults --- */

static inline void ac_fault_set(struct ac_world *w, enum ac_fault fault, bool on)
{
    struct ac_plant *p = &w->plant;
    bool *const flags[AC_FAULTS] = {
        [AC_WELDED_LINE] = &p->welded[HOUSE][AC_LINE],
        [AC_WELDED_NEUTRAL] = &p->welded[HOUSE][AC_NEUTRAL],
        [AC_WELDED_OWN_LINE] = &p->welded[OWN][AC_LINE],
        [AC_STUCK_LINE] = &p->stuck[OWN][AC_LINE],
        [AC_STUCK_NEUTRAL] = &p->stuck[OWN][AC_NEUTRAL],
        [AC_UNKNOWN] = &p->unknown[HOUSE][AC_LINE],
        [AC_UNKNOWN_NEUTRAL] = &p->unknown[OWN][AC_NEUTRAL],
        [AC_UNREADY] = &p->unready[OWN],
        [AC_CAR_HOLDS] = &p->car_holds,
        [AC_MUTE_BOARD] = &p->mute_board,
        [AC_MUTE_BOX] = &p->mute_box,
        [AC_DEAF] = &p->deaf,
        [AC_LOCKED_OUT] = &p->locked,
    };
    if (fault == AC_RESTARTS && on)
        ac_controller_start(w);
    else if (fault == AC_DEAD_SOURCE)
        p->alive[OWN] = !on;
    else if (flags[fault]) /* a weld holds what is closed; it closes nothing */
        *flags[fault] = on && (fault > AC_WELDED_OWN_LINE ||
                               p->closed[fault == AC_WELDED_OWN_LINE ? OWN : HOUSE]
                                        [fault == AC_WELDED_NEUTRAL ? AC_NEUTRAL : AC_LINE]);
}

/* 0: nothing; the house, its own, no source wanted; a reset; then each fault: it comes, it ends. */
enum { AC_EVENT_WISH = 1, AC_EVENT_RESET = AC_EVENT_WISH + 3, AC_EVENT_FAULT };

static inline int ac_events(const void *world)
{
    return AC_EVENT_FAULT + 2 * ((const struct ac_world *)world)->faults;
}

static inline bool ac_may(const void *world, int event)
{
    const struct ac_world *w = world;
    if (event < AC_EVENT_FAULT)
        return event != AC_EVENT_RESET || w->bus.state == AC_HOLD;
    int fault = (event - AC_EVENT_FAULT) / 2;
    return (event - AC_EVENT_FAULT) % 2 ? w->active >> fault & 1 : !(w->used >> fault & 1);
}

static inline void ac_happens(struct ac_world *w, int event)
{
    static const uint8_t wishes[] = {HOUSE, OWN, AC_NO_SOURCE};
    if (event >= AC_EVENT_WISH && event < AC_EVENT_RESET)
        w->wanted = wishes[event - AC_EVENT_WISH];
    else if (event == AC_EVENT_RESET)
        ac_reset(&w->bus, w->plant.now_ms);
    if (event < AC_EVENT_FAULT)
        return;
    int fault = (event - AC_EVENT_FAULT) / 2;
    bool on = (event - AC_EVENT_FAULT) % 2 == 0;
    ac_fault_set(w, w->menu[fault], on);
    w->used = (uint8_t)(w->used | 1u << fault);
    w->active = (uint8_t)(on ? w->active | 1u << fault : w->active & ~(1u << fault));
}

static inline const char *ac_world_event(void *world, int event)
{
    struct ac_world *w = world;
    w->plant.violations = 0;
    ac_happens(w, event);
    ac_world_step(w);
    return w->plant.violations ? w->plant.violation : NULL;
}

static inline void ac_world_begin(void *world)
{
    struct ac_world *w = world;
    plant_begin(&w->plant);
    w->plant.now_ms = AC_NOW_MS;
    w->wanted = HOUSE;
    w->used = w->active = 0;
    ac_controller_start(w);
    for (int i = 0; i < 30; i++)
        ac_world_step(w);
}

/* --- a state in few bytes --- */

struct ac_times {
    int64_t *at_ms[80];
    int age_max[80];                    /* steps */
    size_t count;
};

static inline void ac_time(struct ac_times *t, int64_t *at_ms, int age_max)
{
    t->at_ms[t->count] = at_ms;
    t->age_max[t->count++] = age_max;
}

static inline void ac_times_fill(struct ac_world *w, struct ac_times *t)
{
    struct ac_bus *b = &w->bus;
    t->count = 0;
    ac_time(t, &b->since_ms, 32);
    ac_time(t, &b->started_ms, 4);
    ac_time(t, &b->settled_ms, 1);
    ac_time(t, &b->heard_since_ms, 9);
    ac_time(t, &b->quiet_ms, 16);
    ac_time(t, &b->dead_ms, 6);
    ac_time(t, &b->open_ms, 6);
    ac_time(t, &b->joined_ms, 6);
    ac_time(t, &b->failed_ms, 6);
    ac_time(t, &w->plant.off_ms, 16);
    ac_time(t, &w->plant.dead_ms, 6);
    ac_time(t, &w->plant.view.ev_current_dA.heard_ms, 9);
    ac_time(t, &w->plant.view.bus_voltage_dV.heard_ms, 9);
    ac_time(t, &w->plant.view.evse_contactor.heard_ms, 9);
    ac_time(t, &w->gate_ac.boxes[0].heard_ms, 6);
    ac_time(t, &w->gate_ac.boxes[0].off_ms, 16);
    ac_time(t, &w->gate_ac.boxes[0].dead_ms, 6);
    ac_time(t, &w->gate.boards[0].heard_ms, 9);
    for (int s = 0; s < PLANT_SOURCES; s++)
        for (int pole = 0; pole < AC_POLES; pole++) {
            struct gate_ac_seen_contact *seen = &w->gate_ac.contacts[0][s][pole];
            ac_time(t, &b->differs_ms[s][pole], 5);
            ac_time(t, &b->strays_ms[s][pole], 5);
            ac_time(t, &w->plant.coil_ms[s][pole], 1);
            ac_time(t, &w->plant.view.contact[s][pole].heard_ms, 9);
            ac_time(t, &seen->heard_ms, 9);
            ac_time(t, &seen->opened_ms, 6);
            ac_time(t, &seen->closed_ms, 6);
            ac_time(t, &seen->on_ms, 16);
            ac_time(t, &seen->off_ms, 16);
        }
}

static inline size_t ac_values(struct ac_world *w, uint8_t *bytes, bool save)
{
    struct ac_plant *p = &w->plant;
    struct ac_bus *b = &w->bus;
    struct gate_seen_board *g = &w->gate.boards[0];
    size_t at = 0;
#define MOVE(member)                                                                               \
    (save ? memcpy(bytes + at, &(member), sizeof(member))                                          \
          : memcpy(&(member), bytes + at, sizeof(member)),                                         \
     at += sizeof(member))
    MOVE(p->coil), MOVE(p->closed), MOVE(p->welded), MOVE(p->stuck), MOVE(p->unknown);
    MOVE(p->alive), MOVE(p->bus_V), MOVE(p->evse), MOVE(p->car_A), MOVE(p->car_holds);
    MOVE(p->mute_board), MOVE(p->mute_box), MOVE(p->deaf), MOVE(p->locked), MOVE(p->unready);
    MOVE(p->view.source_ready), MOVE(p->view.vetoed), MOVE(p->view.switching_locked);
    MOVE(p->view.ev_current_dA.value), MOVE(p->view.bus_voltage_dV.value);
    MOVE(p->view.evse_contactor.value);
    MOVE(b->state), MOVE(b->why), MOVE(b->orders), MOVE(b->source), MOVE(b->from), MOVE(b->to);
    MOVE(b->wanted), MOVE(b->found_charging), MOVE(b->resume_steady), MOVE(b->veto_seen);
    MOVE(w->allowed), MOVE(w->wanted), MOVE(w->used), MOVE(w->active);
    MOVE(g->closed), MOVE(g->opened), MOVE(g->outputs), MOVE(g->synced), MOVE(g->sent);
    MOVE(g->sent_counter), MOVE(g->counter), MOVE(w->command_counter);
    MOVE(w->board_counter), MOVE(w->box_counter), MOVE(w->gate_ac.boxes[0].counter);
    for (int s = 0; s < PLANT_SOURCES; s++)
        for (int pole = 0; pole < AC_POLES; pole++) {
            struct gate_ac_seen_contact *seen = &w->gate_ac.contacts[0][s][pole];
            struct ac_contact_view *view = &p->view.contact[s][pole];
            MOVE(seen->counter), MOVE(seen->output), MOVE(seen->closed), MOVE(seen->opened);
            MOVE(seen->sent), MOVE(view->seen), MOVE(view->output);
        }
#undef MOVE
    return at;
}

/* Counters are told from the newest one; the middle of the lockout is not waited for. */
static inline void ac_settle(struct ac_world *w)
{
    int64_t now_ms = w->plant.now_ms;
    struct gate_seen_board *g = &w->gate.boards[0];
    g->counter = (uint8_t)(g->counter - w->board_counter);
    for (int s = 0; s < PLANT_SOURCES; s++)
        for (int pole = 0; pole < AC_POLES; pole++) {
            struct gate_ac_seen_contact *seen = &w->gate_ac.contacts[0][s][pole];
            seen->counter = (uint8_t)(seen->counter - w->board_counter);
            seen->counter = seen->heard_ms ? seen->counter : 0;
        }
    g->counter = g->heard_ms ? g->counter : 0;
    g->sent_counter = g->sent_ms ? (g->sent_counter - w->command_counter) & 15 : 0;
    w->gate_ac.boxes[0].counter = (uint8_t)(w->gate_ac.boxes[0].counter - w->box_counter);
    w->gate_ac.boxes[0].counter = w->gate_ac.boxes[0].heard_ms ? w->gate_ac.boxes[0].counter : 0;
    w->board_counter = w->box_counter = w->command_counter = 0;
    if (w->plant.bus_V < 1)
        w->plant.bus_V = 0;
    int64_t late_ms = now_ms - w->bus.config.lockout_ms + 1000;
    if (w->bus.state == AC_LOCKOUT && now_ms - w->bus.since_ms >= 1000 &&
        w->bus.since_ms > late_ms)
        w->bus.since_ms = late_ms;
    if (w->bus.state != AC_START)
        w->bus.started_ms = 0;
    if (w->bus.state == AC_STEADY)
        w->bus.since_ms = 0;
}

static inline void ac_world_save(void *world, uint8_t *state)
{
    struct ac_world *w = world;
    struct ac_times times;
    ac_settle(w);
    size_t at = ac_values(w, state, true);
    ac_times_fill(w, &times);
    if (at + 2 * times.count > SEARCH_BYTES)
        abort();
    for (size_t i = 0; i < times.count; i++) {
        int64_t age = (w->plant.now_ms - *times.at_ms[i]) / STEP_MS;
        int64_t most = (int64_t)times.age_max[i] * AC_STEP_MS / STEP_MS;
        bool lockout = i == 0 && w->bus.state == AC_LOCKOUT;
        uint16_t packed =
            *times.at_ms[i] == 0 ? 0 : (uint16_t)(100 + (age > most && !lockout ? most : age));
        memcpy(state + at + 2 * i, &packed, sizeof packed);
    }
}

static inline void ac_world_load(void *world, const uint8_t *state)
{
    struct ac_world *w = world;
    struct ac_times times;
    size_t at = ac_values(w, (uint8_t *)(uintptr_t)state, false);
    ac_times_fill(w, &times);
    w->plant.now_ms = AC_NOW_MS;
    for (size_t i = 0; i < times.count; i++) {
        uint16_t packed;
        memcpy(&packed, state + at + 2 * i, sizeof packed);
        *times.at_ms[i] = packed ? AC_NOW_MS - (int64_t)(packed - 100) * STEP_MS : 0;
    }
    w->gate.boards[0].sent_ms = w->gate.boards[0].synced ? AC_NOW_MS - AC_STEP_MS : 0;
    w->gate.boards[0].uptime_s = 9;
    w->gate.ac = &w->gate_ac;
}

/* With the faults mended and a reset, the wallbox gets onto its own inverter, and back. */
static inline bool ac_reaches(struct ac_world *w, uint8_t source)
{
    w->wanted = source;
    for (int i = 0; i < AC_ENDS_STEPS; i++) {
        ac_world_step(w);
        if (w->bus.state == AC_STEADY && w->bus.source == source && w->plant.evse)
            return true;
    }
    return false;
}

static inline const char *ac_world_ends(void *world)
{
    struct ac_world *w = world;
    w->plant.violations = 0;
    for (int fault = 0; fault < AC_FAULTS; fault++)
        ac_fault_set(w, (enum ac_fault)fault, false);
    ac_reset(&w->bus, w->plant.now_ms);
    bool ends = ac_reaches(w, OWN) && ac_reaches(w, HOUSE);
    if (w->plant.violations)
        return w->plant.violation;
    return ends ? NULL : "with the faults gone and a reset, a wished source is not reached";
}

static inline void ac_event_text(const void *world, int event, char *out, size_t room)
{
    static const char *const wishes[] = {"the house wanted", "its own wanted", "no source wanted"};
    const struct ac_world *w = world;
    if (event < AC_EVENT_RESET)
        snprintf(out, room, "%s", event ? wishes[event - AC_EVENT_WISH] : "-");
    else if (event == AC_EVENT_RESET)
        snprintf(out, room, "reset");
    else
        snprintf(out, room, "%s: %s", ac_fault_names[w->menu[(event - AC_EVENT_FAULT) / 2]],
                 (event - AC_EVENT_FAULT) % 2 ? "ends" : "comes");
}

static const struct search_kind ac_kind = {
    .events = ac_events,   .may = ac_may,           .begin = ac_world_begin,
    .load = ac_world_load, .save = ac_world_save,   .step = ac_world_event,
    .ends = ac_world_ends, .text = ac_event_text,   .step_ms = AC_STEP_MS,
};

#endif
