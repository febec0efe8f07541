/* The plant of a hostile controller (hostile.h): what may differ in it, its faults, one step of it. */
#ifndef BUSBAR_TEST_HOSTILE_PLANT_H
#define BUSBAR_TEST_HOSTILE_PLANT_H

#include <inttypes.h>

#include "test/router_faults.h"

enum {
    EPISODE_FRAMES = 20000,            /* then a new plant, by the next seed */
    HOSTILE_SWITCHLESS = 1,            /* the string without a switch, in that kind of episode */
    HOSTILE_CALM_MS = 2000,
    HOSTILE_NC = 0x2A,                 /* contacts that the coil opens, in that kind of episode */
    STRUCK = 3,                        /* faults at once */
    TRAIL = 64, REPLAYS = 64, TRY_EACH = 32,
};

enum kind {
    KIND_SOUND,                        /* nothing fails */
    KIND_FAULTS,                       /* everything fails at times */
    KIND_STOP,                         /* the emergency stop, and little else */
    KIND_SWITCHLESS,
    KIND_NC,
    KIND_SHARED,                       /* contacts of one input without their interlock */
    KINDS
};

enum attack {
    ATTACK_FLIP,                       /* one output changes */
    ATTACK_PAIR,                       /* two */
    ATTACK_RESTATE,
    ATTACK_PATTERN,                    /* any outputs */
    ATTACK_OPEN,                       /* several off */
    ATTACK_REPLAY,                     /* a frame of before */
    ATTACK_BENT,                       /* a flip with something wrong about the frame */
    ATTACK_NOISE,
    ATTACK_PAST,                       /* to a board by other ways: NMT, other PDOs, SDO */
    ATTACK_ALLOWED,                    /* the heartbeat, too fast or wrong */
    ATTACKS
};

static const char *const kind_names[KINDS] = {
    "sound", "faults", "stop", "switchless", "NC contacts", "no interlock",
};
static const char *const attack_names[ATTACKS] = {
    "one bit", "two bits", "restated", "any pattern", "several off",
    "replayed", "bent", "noise", "past the command", "allowed",
};

/* What the attacker is after for a while. */
struct mood {
    int64_t until_ms;
    uint8_t frames;                    /* a plant step */
    uint8_t flips;                     /* of 16 frames; the others are of any sort */
    uint8_t on[PLANT_BOARDS], off[PLANT_BOARDS];  /* outputs it flips on, off */
};

/* What the gate has heard and let pass: all that its next verdict stands on, but for resets. */
struct trail {
    int64_t now_ms;
    struct frame frame;
    const char *what;
};

struct struck {
    enum fault fault;
    int at;
};

struct hostile_tally {
    uint64_t frames, passed, steps, closes, opens, switched, hot, shared, tried, harmful;
    uint64_t verdicts[GATE_VERDICTS], sent[ATTACKS], let[ATTACKS], violations[INVARIANTS];
    uint64_t moves_of[KINDS];
    uint32_t bad_episodes;
};

struct hostile {
    struct shed shed;                  /* plant, gate and faults; its router rests */
    struct gate_config config;
    enum kind kind;
    uint32_t seed, rnd, frames;
    int ms;                            /* within the plant's step */
    uint8_t nc[PLANT_BOARDS];          /* outputs that are inverted on the wire */
    int64_t fault_ms, coil_ms, heartbeat_ms, turn_ms[PLANT_INPUTS];
    struct struck struck[STRUCK];
    struct mood mood;
    struct frame replay[REPLAYS];
    uint8_t replay_bus[REPLAYS];
    struct trail trail[TRAIL];
    uint32_t trails;
    struct hostile_tally *tally;
};

static inline uint32_t pick(struct hostile *h, uint32_t below)
{
    return (uint32_t)(((uint64_t)random_next(&h->rnd) * below) >> 32);
}

static inline void trail_note(struct hostile *h, const struct frame *f, const char *what)
{
    h->trail[h->trails++ % TRAIL] = (struct trail){h->shed.plant.now_ms + h->ms, *f, what};
}

static inline void trail_print(const struct hostile *h)
{
    printf("seed %u (%s), frame %u: %s\n", h->seed, kind_names[h->kind], h->frames,
           h->shed.plant.first);
    for (uint32_t i = h->trails < TRAIL ? 0 : h->trails - TRAIL; i < h->trails; i++) {
        const struct trail *t = &h->trail[i % TRAIL];
        printf("  %" PRId64 " ms %s %03" PRIX32 "#", t->now_ms, t->what, t->frame.id);
        for (int k = 0; k < t->frame.len; k++)
            printf("%02X", t->frame.data[k]);
        printf("\n");
    }
}

/* --- the plant on the wire --- */

/* Interlocks between the contacts of one input: with them no two strings stand on it. */
static inline void hostile_config(struct hostile *h)
{
    static const struct gate_interlock locks[] = {{{0, 0}, {3, 4}}, {{0, 0}, {5, 6}}};
    static const struct gate_allow allows[] = {
        {.id = 0x701, .len = 1, .every_min_ms = 400},
        {.id = 0x000, .len = 2},       /* on the list by mistake: these reach boards, */
        {.id = 0x310, .len = 4},       /* and must not pass all the same */
        {.id = 0x611, .len = 8},
    };
    struct gate_config *g = &h->config;
    plant_gate_config(g);
    memcpy(g->interlocks, locks, sizeof locks);
    g->interlock_count = h->kind == KIND_SHARED ? 0 : 2;
    memcpy(g->allows, allows, sizeof allows);
    g->allow_count = 4;
    if (h->kind == KIND_SWITCHLESS) {
        g->boards[1].switches &= (uint16_t)~(1u << HOSTILE_SWITCHLESS);
        g->boards[1].string_of[HOSTILE_SWITCHLESS] = GATE_NO_STRING;
        g->calm_ms[HOSTILE_SWITCHLESS] = HOSTILE_CALM_MS;
        h->shed.plant.switchless[HOSTILE_SWITCHLESS] = true;
    }
    if (h->kind == KIND_NC)
        g->boards[0].normally_closed = h->nc[0] = HOSTILE_NC;
}

static inline void hostile_init(struct hostile *h, uint32_t seed, struct hostile_tally *tally)
{
    memset(h, 0, sizeof *h);
    h->tally = tally;
    h->seed = seed;
    h->rnd = seed * 2654435761u + 1;
    h->rnd += h->rnd == 0;
    h->kind = (enum kind)(seed % KINDS);
    shed_init(&h->shed, 1000000);
    hostile_config(h);
    gate_init(&h->shed.gate, &h->config);
}

/* The bytes of board 0 with NC contacts: its outputs are coils, the plant's are contacts. */
static inline void hostile_hear(struct hostile *h, int b, struct frame *f)
{
    if (b >= 0) {
        f->data[0] ^= h->nc[b];
        f->data[7] ^= h->nc[b];
        h->shed.plant.read_back[b] = h->shed.plant.heard[b] = true;
    }
    trail_note(h, f, "heard ");
    gate_seen(&h->shed.gate, 0, f, h->shed.plant.now_ms);
}

/* The inverters' side, which a controller has no frames for: an input is off while nobody stands on
 * it, and comes on or goes off at times when somebody does. Nobody can see the current it lets flow
 * sooner than the counter tells it, so the plant takes it for a fault of the hardware. */
static inline void input_advance(struct hostile *h, uint8_t i)
{
    struct string_plant *p = &h->shed.plant;
    bool stands = false, moves = false;
    for (int c = 0; c < PLANT_CONTACTS; c++) {
        bool here = p->topology.contact[c].input == i;
        stands |= here && p->contact[c].closed;
        moves |= here && p->contact[c].closed != p->contact[c].coil;
    }
    bool turns = stands && !moves && p->now_ms >= h->turn_ms[i];
    if (turns)
        h->turn_ms[i] = p->now_ms + 1000 + 10 * pick(h, 600);
    p->input_off[i] = !stands || p->input_off[i] != turns;
    if (turns && !p->input_off[i])
        p->fault_ms[HOSTILE_SWITCHLESS] = p->now_ms;
}

/* --- faults --- */

/* Weights by kind. A contact that fails for long stops all further moves, so resets are frequent. */
static const struct {
    enum fault fault;
    uint8_t weight[KINDS];
} hostile_faults[] = {
    {FAULT_RESET,          {1, 12, 4, 6, 6, 12}},
    {FAULT_STOP,           {0, 2, 8, 3, 3, 2}},
    {FAULT_NIGHT,          {0, 1, 1, 0, 1, 1}},   /* without a switch: as an input goes off */
    {FAULT_FOREIGN,        {0, 1, 1, 1, 1, 1}},
    {FAULT_RESTART,        {1, 2, 1, 2, 2, 2}},
    {FAULT_REBOOT,         {0, 2, 1, 2, 0, 2}},   /* NC contacts would close by themselves */
    {FAULT_BOARD_SILENT,   {0, 2, 1, 1, 1, 2}},
    {FAULT_FRAMES_LOST,    {0, 2, 1, 1, 1, 2}},
    {FAULT_COUNTER_SILENT, {0, 1, 0, 1, 1, 1}},
    {FAULT_COUNTER_FROZEN, {0, 1, 0, 1, 1, 1}},
    {FAULT_WELDED,         {0, 1, 0, 0, 1, 1}},
    {FAULT_STUCK_OPEN,     {0, 1, 0, 0, 1, 1}},
    {FAULT_SLOW,           {0, 2, 1, 1, 1, 2}},
    {FAULT_FEEDBACK,       {0, 1, 0, 0, 1, 1}},
    {FAULT_SWITCH_SHORTED, {0, 1, 0, 0, 0, 0}},   /* a fresh one at the other string .. */
    {FAULT_LEAK,           {0, 1, 0, 0, 0, 0}},   /* .. of an input is not seen yet */
};
enum { HOSTILE_FAULTS = sizeof hostile_faults / sizeof hostile_faults[0] };

static inline enum fault fault_pick(struct hostile *h)
{
    uint32_t sum = 0;
    for (int i = 0; i < HOSTILE_FAULTS; i++)
        sum += hostile_faults[i].weight[h->kind];
    uint32_t at = pick(h, sum);
    for (int i = 0; i < HOSTILE_FAULTS; i++) {
        if (at < hostile_faults[i].weight[h->kind])
            return hostile_faults[i].fault;
        at -= hostile_faults[i].weight[h->kind];
    }
    return FAULT_NONE;
}

static inline void fault_mend(struct hostile *h, struct struck *struck)
{
    struct string_plant *p = &h->shed.plant;
    if (struck->fault == FAULT_STOP)   /* nobody turns one free that cannot be heard */
        p->button_silent = false;
    fault_set(&h->shed, struck->fault, struck->at, false);
    if (struck->fault == FAULT_STOP)   /* it tells its change at once (sim/sim.c, sim_stop) */
        p->button_ms = 0;
    for (int s = 0; s < PLANT_STRINGS && struck->fault == FAULT_NIGHT; s++)
        if (p->switch_shorted[s])      /* its current comes by the fault, with the sun */
            p->fault_ms[s] = p->now_ms;
    struck->fault = FAULT_NONE;
}

/* What nobody could see is left out: only what is closed welds, a button is pressed while it is
 * heard, and a board that has just started does not start again before its uptime could tell. */
static inline bool fault_may(const struct hostile *h, enum fault fault, int at)
{
    const struct string_plant *p = &h->shed.plant;
    bool pressed_unheard = fault == FAULT_STOP && p->button_silent;
    bool starts = fault == FAULT_REBOOT && p->now_ms - p->board[at].booted_ms < 2000;
    return !pressed_unheard && !starts && (fault != FAULT_WELDED || p->contact[at].closed);
}

static inline void fault_begin(struct hostile *h, struct struck *struck)
{
    struct string_plant *p = &h->shed.plant;
    enum fault fault = fault_pick(h);
    int at = (int)pick(h, (uint32_t)faults[fault].targets);
    if (!fault_may(h, fault, at))
        return;
    *struck = (struct struck){fault, at};
    fault_set(&h->shed, fault, at, true);
    if (fault == FAULT_STOP)
        p->button_ms = 0;
    if (fault == FAULT_REBOOT)         /* a node speaks before it takes orders */
        p->board[at].told_ms = 0;
    if (fault == FAULT_RESTART) {
        gate_init(&h->shed.gate, &h->config);
        h->heartbeat_ms = 0;
    }
}

/* One of a few that last is mended, and perhaps another begins. */
static inline void fault_strike(struct hostile *h)
{
    struct struck *struck = &h->struck[pick(h, STRUCK)];
    bool stops = h->kind == KIND_STOP; /* long enough for its wait */
    h->fault_ms = h->shed.plant.now_ms + 100 + 10 * pick(h, stops ? 600 : 200);
    bool released = struck->fault == FAULT_STOP;
    fault_mend(h, struck);
    if (stops && !released && pick(h, 8) == 0)
        h->shed.plant.button_silent = !h->shed.plant.button_silent;
    else if (pick(h, 2))
        fault_begin(h, struck);
    trail_note(h, &(struct frame){0}, faults[struck->fault].name);
}

static inline void hostile_step(struct hostile *h)
{
    struct string_plant *p = &h->shed.plant;
    struct frame f;
    uint32_t before = p->violated;
    h->ms = 0;
    h->tally->steps++;
    if (p->now_ms >= h->fault_ms)
        fault_strike(h);
    for (uint8_t i = 0; i < PLANT_INPUTS && h->kind == KIND_SWITCHLESS; i++)
        input_advance(h, i);
    plant_advance(p);
    if (before == 0 && p->violated)
        trail_print(h);
    for (int b = 0; b < PLANT_BOARDS; b++)
        if (board_speaks(p, b, &f))
            hostile_hear(h, b, &f);
    if (counter_speaks(p, &f))
        hostile_hear(h, -1, &f);
    if (button_speaks(p, &f))
        hostile_hear(h, -1, &f);
}

#endif
