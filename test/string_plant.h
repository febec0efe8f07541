/* The strings, contacts and nodes of UC001 as the wires see them, for the tests of router and gate:
 * truth on one side, hand-written bytes on the other, faults on demand, and the invariants of
 * docs/safety.md checked on the truth. Bytes follow
 * dbc/backbone.dbc. With the real router and the real gate: string_shed.h. */
#ifndef BUSBAR_TEST_STRING_PLANT_H
#define BUSBAR_TEST_STRING_PLANT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devices/gate.h"
#include "phase-router/router.h"

#ifndef PLANT_STEP_MS
#define PLANT_STEP_MS 10
#endif

enum {
    PLANT_STRINGS = 3, PLANT_INPUTS = 5, PLANT_CONTACTS = 7, PLANT_BOARDS = 2,
    TICK_EACH_MS = 100,
    NODE_CONTACTS = 0x10, NODE_SWITCHES = 0x11, NODE_STRINGS = 0x12, NODE_BUTTON = 0x14,
    STOP_WAIT = 5000,
};

/* sim/uc001.yaml: contacts in the order of their channels. */
static inline void plant_topology(struct topology *t)
{
    static const struct topology_contact contacts[PLANT_CONTACTS] = {
        {0, 0}, {1, 1}, {2, 2}, {0, 3}, {1, 3}, {1, 4}, {2, 4},
    };
    memset(t, 0, sizeof *t);
    t->strings = PLANT_STRINGS;
    t->inputs = PLANT_INPUTS;
    t->contacts = PLANT_CONTACTS;
    for (uint8_t s = 0; s < PLANT_STRINGS; s++) {
        t->string[s] = (struct topology_string){
            .voc_mV = 406900, .isc_mA = 11600, .mpp_W = 3384, .home = s};
        snprintf(t->string[s].name, NAME_SIZE, "s%d", s + 1);
    }
    for (uint8_t i = 0; i < PLANT_INPUTS; i++) {
        bool fourth = i >= 3;
        t->input[i] = (struct topology_input){
            .inverter = fourth ? 3 : i, .phase = fourth ? 1 : (uint8_t)(i + 1),
            .charge_point = fourth ? 0 : NO_CHARGE_POINT, .voc_max_mV = 500000,
            .isc_max_mA = 18000, .power_max_W = 4000, .strings_max = 1};
        snprintf(t->input[i].name, NAME_SIZE, "inv%d.pv%d", fourth ? 4 : i + 1, i == 4 ? 2 : 1);
    }
    memcpy(t->contact, contacts, sizeof contacts);
}

/* --- truth --- */

struct plant_contact {
    bool coil, closed;
    int64_t coil_ms;              /* when the coil changed */
    int64_t opened_ms;            /* truly open since; 0 = closed */
    bool welded, stuck_open, feedback_lost, dropped;
    bool emergency;               /* its coil was let go by the emergency stop, after the wait */
    int32_t travel_ms;
};

struct plant_board {
    uint8_t outputs, counter, told_closed, told_opened, told_outputs;
    int64_t told_ms, booted_ms;
    bool silent;
    int command_counter;          /* of the last command taken, -1 = none */
};

enum { INVARIANTS = 37 };

struct string_plant {
    struct topology topology;
    struct plant_contact contact[PLANT_CONTACTS];
    struct plant_board board[PLANT_BOARDS];
    bool switch_on[PLANT_STRINGS], switch_shorted[PLANT_STRINGS], leaks[PLANT_STRINGS];
    int64_t fault_ms[PLANT_STRINGS];   /* when current came by a fault of the hardware */
    int32_t current_mA[PLANT_STRINGS];
    int64_t zero_ms[PLANT_STRINGS];    /* truly without current since; 0 = it flows */
    int32_t sun_mA;
    bool counter_silent, counter_frozen;
    uint8_t counter;
    int64_t counter_ms;
    bool switchless[PLANT_STRINGS], input_off[PLANT_INPUTS];
    bool stop_pressed, button_silent;
    int64_t stop_ms, released_ms, button_ms;
    uint8_t button_counter;
    uint32_t hot_openings;             /* by the emergency stop */
    int64_t now_ms, pickup_ms, controller_start_ms;
    bool read_back[PLANT_BOARDS];      /* heard since it or the controller started .. */
    bool heard[PLANT_BOARDS];          /* .. since the controller started */
    uint32_t violations[INVARIANTS], violated;
    char first[120];
    uint32_t moves, hardware_drops;
};

static inline int string_input(const struct string_plant *p, int s)
{
    for (int c = 0; c < PLANT_CONTACTS; c++)
        if (p->topology.contact[c].string == s && p->contact[c].closed)
            return p->topology.contact[c].input;
    return -1;
}

static inline void violate(struct string_plant *p, int invariant, int which)
{
    p->violations[invariant]++;
    if (p->violated++ == 0)
        snprintf(p->first, sizeof p->first, "invariant %d at %lld ms, at %d", invariant,
                 (long long)p->now_ms, which);
}

static inline void plant_init(struct string_plant *p, int64_t now_ms)
{
    memset(p, 0, sizeof *p);
    plant_topology(&p->topology);
    p->now_ms = p->controller_start_ms = now_ms;
    p->sun_mA = 9000;
    for (int c = 0; c < PLANT_CONTACTS; c++) {
        bool home = c < PLANT_STRINGS;
        p->contact[c] = (struct plant_contact){
            .coil = home, .closed = home, .opened_ms = home ? 0 : 1, .travel_ms = 30};
    }
    p->board[0].outputs = 0x07;
    p->board[1].outputs = 0x07;
    for (int b = 0; b < PLANT_BOARDS; b++) {
        p->board[b].command_counter = -1;
        p->board[b].booted_ms = now_ms - 3600000;
    }
    for (int s = 0; s < PLANT_STRINGS; s++)
        p->switch_on[s] = true;
}

/* Nobody can see a current sooner than a sample and a tick after it came. */
static inline bool fault_too_new(const struct string_plant *p, int s, int64_t order_ms)
{
    return p->fault_ms[s] && p->fault_ms[s] > order_ms - 300;
}

static inline void contact_advance(struct string_plant *p, int c)
{
    struct plant_contact *k = &p->contact[c];
    bool wants = k->closed ? k->coil || k->welded : k->coil && !k->stuck_open;
    if (wants == k->closed || p->now_ms - k->coil_ms < k->travel_ms)
        return;
    int s = p->topology.contact[c].string;
    if (!wants && abs(p->current_mA[s]) > 500 && !k->dropped && !k->emergency &&
        !fault_too_new(p, s, k->coil_ms))
        violate(p, 3, c);          /* an arc */
    k->closed = wants;
    k->opened_ms = wants ? 0 : p->now_ms;
}

static inline void string_advance(struct string_plant *p, int s)
{
    int closed = 0;
    for (int c = 0; c < PLANT_CONTACTS; c++)
        closed += p->topology.contact[c].string == s && p->contact[c].closed;
    if (closed > 1)
        violate(p, 1, s);
    int input = string_input(p, s);
    bool conducts = p->switchless[s] ? input >= 0 && !p->input_off[input] : p->switch_on[s];
    bool flows = closed > 0 && (conducts || p->switch_shorted[s]);
    p->current_mA[s] = flows && p->sun_mA ? p->sun_mA : p->leaks[s] ? 1500 : 0;
    if (abs(p->current_mA[s]) > 500)
        p->zero_ms[s] = 0;
    else if (p->zero_ms[s] == 0)
        p->zero_ms[s] = p->now_ms;
}

static inline void plant_advance(struct string_plant *p)
{
    p->now_ms += PLANT_STEP_MS;
    for (int c = 0; c < PLANT_CONTACTS; c++)
        contact_advance(p, c);
    for (int s = 0; s < PLANT_STRINGS; s++)
        string_advance(p, s);
}

/* --- a command arrives at a board --- */

static inline void coil_open(struct string_plant *p, int c)
{
    int s = p->topology.contact[c].string;
    bool zero = p->zero_ms[s] && p->now_ms - p->zero_ms[s] >= 500;
    bool waited = p->stop_pressed && p->now_ms - p->stop_ms >= STOP_WAIT;
    p->contact[c].emergency = waited;
    p->hot_openings += waited && !zero;
    if (!zero && !waited && !fault_too_new(p, s, p->now_ms))
        violate(p, 3, c);
}

static inline void coil_close(struct string_plant *p, int c)
{
    int s = p->topology.contact[c].string, input = p->topology.contact[c].input;
    bool live = p->switchless[s] ? p->sun_mA != 0 && !p->input_off[input] : p->switch_on[s];
    if (p->stop_pressed && !p->button_silent && p->now_ms - p->stop_ms > 300)
        violate(p, 4, c);
    if ((live || p->current_mA[s] != 0) && !fault_too_new(p, s, p->now_ms))
        violate(p, 4, c);
    for (int k = 0; k < PLANT_STRINGS; k++)
        if (k != s && string_input(p, k) == input) {
            violate(p, 9, c);
            if ((p->switch_on[k] && !p->switchless[k]) || p->current_mA[k] != 0)
                violate(p, 4, c);
        }
    for (int k = 0; k < PLANT_CONTACTS; k++) {
        if (k == c || p->topology.contact[k].string != s)
            continue;
        if (p->contact[k].closed || p->contact[k].coil)
            violate(p, 6, c);
        else if (p->now_ms - p->contact[k].opened_ms < 500)
            violate(p, 5, c);
    }
    if (p->pickup_ms && p->now_ms - p->pickup_ms < 200)
        violate(p, 11, c);
    p->pickup_ms = p->now_ms;
    p->moves++;
}

static inline void outputs_take(struct string_plant *p, int b, uint8_t outputs)
{
    uint8_t changes = outputs ^ p->board[b].outputs;
    if (changes && !(p->read_back[b] && p->heard[0] && p->heard[1]))
        violate(p, 14, b);
    bool waited = p->stop_pressed && p->now_ms - p->stop_ms >= STOP_WAIT;
    if (b == 0 && changes & (changes - 1) && !(waited && !(changes & outputs)))
        violate(p, 11, 0);
    for (int ch = 0; ch < 8; ch++) {
        if (!(changes >> ch & 1))
            continue;
        bool on = outputs >> ch & 1;
        if (b == 1 && ch < PLANT_STRINGS)
            p->switch_on[ch] = on;
        if (b == 0 && ch < PLANT_CONTACTS) {
            if (on)
                coil_close(p, ch);
            else
                coil_open(p, ch);
            p->contact[ch].coil = on;
            p->contact[ch].dropped = false;
            p->contact[ch].coil_ms = p->now_ms;
        }
    }
    p->board[b].outputs = outputs;
}

static inline void plant_hear(struct string_plant *p, const struct frame *f)
{
    int b = (int)f->id - 0x200 - NODE_CONTACTS;
    if (b < 0 || b >= PLANT_BOARDS || p->board[b].silent || f->len != 4 ||
        (f->data[0] ^ f->data[1]) != 0xFF)
        return;
    int before = p->board[b].command_counter;
    p->board[b].command_counter = f->data[2];
    if (before >= 0 && before != f->data[2])    /* its counter has moved, so two are needed */
        outputs_take(p, b, f->data[0]);
}

/* Supply dip or watchdog: the coils drop, under load or not. That is the hardware's doing. */
static inline void board_reboot(struct string_plant *p, int b)
{
    p->board[b].booted_ms = p->now_ms;
    p->board[b].command_counter = -1;
    p->read_back[b] = false;
    p->hardware_drops++;
    for (int c = 0; b == 0 && c < PLANT_CONTACTS; c++)
        if (p->contact[c].coil) {
            p->contact[c].coil = false;
            p->contact[c].dropped = true;
            p->contact[c].coil_ms = p->now_ms;
        }
    for (int s = 0; b == 1 && s < PLANT_STRINGS; s++)
        p->switch_on[s] = false;
    p->board[b].outputs = 0;
}

/* --- what the nodes say --- */

static inline bool board_speaks(struct string_plant *p, int b, struct frame *f)
{
    struct plant_board *board = &p->board[b];
    uint8_t closed = b == 1 ? board->outputs : 0, opened = b == 1 ? (uint8_t)~board->outputs : 0;
    for (int c = 0; b == 0 && c < PLANT_CONTACTS; c++) {
        if (p->contact[c].feedback_lost)
            continue;
        closed |= (uint8_t)(p->contact[c].closed << c);
        opened |= (uint8_t)(!p->contact[c].closed << c);
    }
    bool changed = closed != board->told_closed || opened != board->told_opened ||
                   board->outputs != board->told_outputs;
    if (board->silent || (!changed && p->now_ms - board->told_ms < 100))
        return false;
    board->told_closed = closed;
    board->told_opened = opened;
    board->told_outputs = board->outputs;
    board->told_ms = p->now_ms;
    unsigned uptime_s = (unsigned)((p->now_ms - board->booted_ms) / 1000);
    *f = (struct frame){.id = 0x180u + NODE_CONTACTS + (unsigned)b, .len = 8,
                        .data = {board->outputs, closed, opened, 0, (uint8_t)uptime_s,
                                 (uint8_t)(uptime_s >> 8), board->counter++,
                                 (uint8_t)~board->outputs}};
    return true;
}

static inline bool counter_speaks(struct string_plant *p, struct frame *f)
{
    if (p->counter_silent || p->now_ms - p->counter_ms < 50)
        return false;
    p->counter_ms = p->now_ms;
    uint64_t bits = 0;
    for (int s = 0; s < PLANT_STRINGS; s++)
        bits |= (uint64_t)((unsigned)(p->current_mA[s] / 10) & 0x3FFF) << (14 * s);
    *f = (struct frame){.id = 0x180u + NODE_STRINGS, .len = 8};
    for (int i = 0; i < 7; i++)
        f->data[i] = (uint8_t)(bits >> (8 * i));
    p->counter += !p->counter_frozen;
    f->data[7] = p->counter;
    return true;
}

/* It latches: nobody turns it free and presses it again within a second. */
static inline void stop_press(struct string_plant *p, bool pressed)
{
    if (pressed && !p->stop_pressed && p->now_ms - p->released_ms > 1100)
        p->stop_ms = p->now_ms;
    if (!pressed && p->stop_pressed)
        p->released_ms = p->now_ms;
    p->stop_pressed = pressed;
}

static inline bool button_speaks(struct string_plant *p, struct frame *f)
{
    if (p->button_silent || p->now_ms - p->button_ms < 100)
        return false;
    p->button_ms = p->now_ms;
    *f = (struct frame){.id = 0x180u + NODE_BUTTON, .len = 4,
                        .data = {0, (uint8_t)(p->stop_pressed << 1), p->button_counter++, 0}};
    return true;
}

#endif
