/* Faults of the strings' plant, each by number and target, and random chains of them. */
#ifndef BUSBAR_TEST_ROUTER_FAULTS_H
#define BUSBAR_TEST_ROUTER_FAULTS_H

#include "test/check.h"
#include "test/string_shed.h"

/* Looks at the shed after each step; NULL = nobody does. */
typedef void note_fn(const struct shed *shed);

static inline void shed_run_noted(struct shed *shed, note_fn *note, int64_t ms)
{
    for (int64_t until = shed->plant.now_ms + ms; shed->plant.now_ms < until;) {
        shed_step(shed);
        if (note)
            note(shed);
    }
}

enum fault {
    FAULT_NONE,
    FAULT_WELDED,
    FAULT_STUCK_OPEN,
    FAULT_SLOW,
    FAULT_FEEDBACK,
    FAULT_REBOOT,
    FAULT_BOARD_SILENT,
    FAULT_FRAMES_LOST,
    FAULT_COUNTER_SILENT,
    FAULT_COUNTER_FROZEN,
    FAULT_SWITCH_SHORTED,
    FAULT_LEAK,
    FAULT_RESTART,
    FAULT_CONTROLLER_DEAD,
    FAULT_INPUT,
    FAULT_INSULATION,
    FAULT_FOREIGN,
    FAULT_NIGHT,
    FAULT_ISOLATE,
    FAULT_WISH,
    FAULT_STOP,
    FAULT_BUTTON_SILENT,
    FAULT_RESET,
    FAULT_KINDS
};

static const struct {
    const char *name;
    int targets;
} faults[FAULT_KINDS] = {
    [FAULT_NONE] = {"none", 1},
    [FAULT_WELDED] = {"contact welded", PLANT_CONTACTS},
    [FAULT_STUCK_OPEN] = {"contact stuck open", PLANT_CONTACTS},
    [FAULT_SLOW] = {"contact slow", PLANT_CONTACTS},
    [FAULT_FEEDBACK] = {"feedback lost", PLANT_CONTACTS},
    [FAULT_REBOOT] = {"board reboots", PLANT_BOARDS},
    [FAULT_BOARD_SILENT] = {"board silent", PLANT_BOARDS},
    [FAULT_FRAMES_LOST] = {"commands lost", PLANT_BOARDS},
    [FAULT_COUNTER_SILENT] = {"counter silent", 1},
    [FAULT_COUNTER_FROZEN] = {"counter frozen", 1},
    [FAULT_SWITCH_SHORTED] = {"switch shorted", PLANT_STRINGS},
    [FAULT_LEAK] = {"current by another way", PLANT_STRINGS},
    [FAULT_RESTART] = {"controller restarts", 1},
    [FAULT_CONTROLLER_DEAD] = {"controller dead", 1},
    [FAULT_INPUT] = {"inverter not ready", PLANT_INPUTS},
    [FAULT_INSULATION] = {"insulation fault", 1},
    [FAULT_FOREIGN] = {"foreign command", 1},
    [FAULT_NIGHT] = {"cloud", 1},
    [FAULT_ISOLATE] = {"isolate", PLANT_STRINGS},
    [FAULT_WISH] = {"other wish", 4},
    [FAULT_STOP] = {"emergency stop", 1},
    [FAULT_BUTTON_SILENT] = {"stop button silent", 1},
    [FAULT_RESET] = {"reset", 1},
};

static const uint8_t wishes[4][PLANT_STRINGS] = {{0, 1, 2}, {0, 3, 4}, {3, 4, 2}, {3, 1, 4}};

static inline void copy_shed(struct shed *to, const struct shed *from)
{
    *to = *from;
    to->router.topology = &to->plant.topology;
}

static inline void fault_set(struct shed *shed, enum fault fault, int at, bool on)
{
    struct string_plant *p = &shed->plant;
    switch (fault) {
    case FAULT_WELDED:
        if (p->contact[at].welded && p->contact[at].closed && !on &&
            !p->contact[at].coil) {     /* replaced with the sun away */
            p->contact[at].closed = false;
            p->contact[at].opened_ms = p->now_ms;
        }
        p->contact[at].welded = on;
        break;
    case FAULT_STUCK_OPEN:
        p->contact[at].stuck_open = on;
        break;
    case FAULT_SLOW:
        p->contact[at].travel_ms = on ? 1300 : 30;
        break;
    case FAULT_FEEDBACK:
        p->contact[at].feedback_lost = on;
        break;
    case FAULT_REBOOT:
        if (on)
            board_reboot(p, at);
        break;
    case FAULT_BOARD_SILENT:
        p->board[at].silent = on;
        break;
    case FAULT_FRAMES_LOST:
        shed->drop_frames[at] = on;
        break;
    case FAULT_COUNTER_SILENT:
        p->counter_silent = on;
        break;
    case FAULT_COUNTER_FROZEN:
        p->counter_frozen = on;
        break;
    case FAULT_SWITCH_SHORTED:
        p->switch_shorted[at] = on;
        p->fault_ms[at] = on ? p->now_ms : p->fault_ms[at];
        break;
    case FAULT_LEAK:
        p->leaks[at] = on;
        p->fault_ms[at] = on ? p->now_ms : p->fault_ms[at];
        break;
    case FAULT_RESTART:
        if (on)
            controller_start(shed);
        break;
    case FAULT_CONTROLLER_DEAD:
        if (!on && shed->controller_dead)
            controller_start(shed);
        shed->controller_dead = on;
        break;
    case FAULT_INPUT:
        shed->view.input_ready[at] = !on;
        break;
    case FAULT_INSULATION:
        shed->view.insulation_fault = on;
        break;
    case FAULT_FOREIGN:
        if (on) {
            struct frame f = {.id = 0x200 + NODE_CONTACTS, .len = 4, .data = {0, 0xFF, 3}};
            gate_seen(&shed->gate, 0, &f, p->now_ms);
        }
        break;
    case FAULT_NIGHT:
        for (int s = 0; s < PLANT_STRINGS; s++) /* a short shows only in the sun */
            if (!on && p->sun_mA == 0 && p->switch_shorted[s])
                p->fault_ms[s] = p->now_ms;
        p->sun_mA = on ? 0 : 9000;
        break;
    case FAULT_ISOLATE:
        shed->isolate[at] = on;
        break;
    case FAULT_WISH:
        shed_want(shed, wishes[at][0], wishes[at][1], wishes[at][2]);
        break;
    case FAULT_STOP:
        stop_press(p, on);
        break;
    case FAULT_BUTTON_SILENT:
        p->button_silent = on;
        break;
    case FAULT_RESET:
        if (on) {
            router_reset(&shed->router, p->now_ms);
            gate_reset(&shed->gate);
        }
        break;
    case FAULT_NONE:
    case FAULT_KINDS:
        break;
    }
}

static inline void faults_clear(struct shed *shed)
{
    for (enum fault f = FAULT_NONE; f < FAULT_KINDS; f++)
        for (int at = 0; at < faults[f].targets; at++)
            fault_set(shed, f, at, false);
}

/* Always ends: with the faults gone and a person's reset, everyone gets home. */
static inline bool gets_home(struct shed *shed)
{
    faults_clear(shed);
    shed_want(shed, 0, 1, 2);
    fault_set(shed, FAULT_RESET, 0, true);
    for (int i = 0; i < 4000; i++) {
        shed_step(shed);
        if (shed_stands(shed, 0, 1, 2) && shed->router.state == ROUTER_IDLE)
            break;
    }
    return shed_stands(shed, 0, 1, 2) && shed->router.state == ROUTER_IDLE;
}

static inline void begin(struct shed *shed)
{
    shed_init(shed, 1000000);
    shed->config.boot_hold_ms = 2000; /* its real length is router_test's matter */
    shed->config.zero_wait_ms = 2000;
    shed->config.transfers_per_day = 1000;
    shed->config.retries_per_day = 1000;
    shed->config.retry_ms = 500;
    controller_start(shed);
    shed_run(shed, 3000);
}

/* --- random chains --- */

static inline uint32_t random_next(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static inline void random_walk(struct shed *shed, uint32_t seed, int events, note_fn *note)
{
    uint32_t rnd = seed * 2654435761u + 1;
    shed_want(shed, 0, 3, 4);
    for (int i = 0; i < events; i++) {
        enum fault f = (enum fault)(random_next(&rnd) % FAULT_KINDS);
        int target = (int)(random_next(&rnd) % (uint32_t)faults[f].targets);
        bool on = random_next(&rnd) % 3 != 0;
        /* Restating to a board that has just lost its outputs, or comes back, is the gate's to stop:
         * it sees each frame, the router only ticks. */
        if (!shed->gate_off || (f != FAULT_REBOOT && f != FAULT_BOARD_SILENT))
            fault_set(shed, f, target, on);
        shed_run_noted(shed, note, 10 * (random_next(&rnd) % 150));
    }
}

#endif
