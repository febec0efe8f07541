/* The attacker of hostile.h: which frame comes next. */
#ifndef BUSBAR_TEST_HOSTILE_ATTACK_H
#define BUSBAR_TEST_HOSTILE_ATTACK_H

#include "test/hostile.h"

static const uint8_t board_outputs[PLANT_BOARDS] = {0x7F, 0x07};

/* --- what it is after --- */

/* Pauses let contacts settle and currents flow; bursts come without time passing. */
static inline void mood_change(struct hostile *h)
{
    static const struct {
        uint8_t frames;
        uint16_t length_ms;
    } paces[] = {{0, 300}, {0, 2500}, {1, 300}, {1, 1500}, {2, 800}, {3, 800}, {10, 100}, {40, 30}};
    struct mood *m = &h->mood;
    uint32_t pace = pick(h, sizeof paces / sizeof paces[0]);
    m->frames = paces[pace].frames;
    m->flips = (uint8_t)(4 + pick(h, 12));
    m->until_ms = h->shed.plant.now_ms + 10 + pick(h, paces[pace].length_ms);
    bool focus = pick(h, 2);           /* on one string */
    uint32_t s = pick(h, PLANT_STRINGS);
    for (int b = 0; b < PLANT_BOARDS; b++) {
        uint8_t outputs = board_outputs[b];
        for (int c = 0; b == 0 && focus && c < PLANT_CONTACTS; c++)
            if (h->shed.plant.topology.contact[c].string != s)
                outputs &= (uint8_t)~(1u << c);
        if (b == 1 && focus)
            outputs = (uint8_t)(1u << s);
        m->on[b] = pick(h, 4) ? outputs : 0;
        m->off[b] = pick(h, 3) ? outputs : 0;
    }
}

/* --- commands --- */

static inline struct frame command_frame(struct hostile *h, uint32_t b, uint8_t contacts)
{
    uint8_t outputs = contacts ^ h->nc[b];
    uint32_t ahead = pick(h, 16) ? 1 : pick(h, 16);
    uint8_t counter = (uint8_t)(h->shed.gate.boards[b].sent_counter + ahead);
    return (struct frame){.id = 0x210u + b, .len = 4,
                          .data = {outputs, (uint8_t)~outputs, counter & 15, 0}};
}

static inline uint32_t board_pick(struct hostile *h)
{
    return pick(h, 3) == 0;
}

/* As the board stands, or as it was told last. */
static inline uint8_t outputs_now(struct hostile *h, uint32_t b)
{
    uint8_t sent = (uint8_t)h->shed.gate.boards[b].sent;
    return pick(h, 8) ? h->shed.plant.board[b].outputs : sent & board_outputs[b];
}

/* None where it would only be told to restate first. */
static inline uint8_t flip(struct hostile *h, uint32_t b, uint8_t outputs)
{
    uint8_t may = (uint8_t)((~outputs & h->mood.on[b]) | (outputs & h->mood.off[b]));
    if (may == 0 || (!h->shed.gate.boards[b].synced && pick(h, 4)))
        return 0;
    for (uint32_t i = pick(h, 8);; i = (i + 1) % 8)
        if (may >> i & 1)
            return (uint8_t)(1u << i);
}

static inline struct frame flip_frame(struct hostile *h, int bits)
{
    uint32_t b = board_pick(h);
    uint8_t outputs = outputs_now(h, b), next = outputs;
    for (int i = 0; i < bits; i++)
        next ^= flip(h, b, next);
    return command_frame(h, b, next);
}

/* --- frames that are wrong --- */

static inline struct frame bent_frame(struct hostile *h, uint8_t *bus)
{
    struct frame f = flip_frame(h, 1);
    switch (pick(h, 8)) {
    case 0:
        f.len = (uint8_t)pick(h, 9);
        break;
    case 1:
        f.flags = (uint8_t)(1u << pick(h, 7));
        break;
    case 2:
        f.dlc = (uint8_t)(9 + pick(h, 7));
        break;
    case 3:
        f.id ^= 1u << pick(h, 11);
        break;
    case 4:
        *bus = (uint8_t)(1 + pick(h, 3));
        break;
    case 5:
        f.data[2] = (uint8_t)pick(h, 256);
        break;
    default:
        f.data[pick(h, 8)] ^= (uint8_t)(1u << pick(h, 8));
        break;
    }
    return f;
}

static inline struct frame noise_frame(struct hostile *h, uint8_t *bus)
{
    struct frame f = {.len = (uint8_t)pick(h, 9)};
    f.id = pick(h, 2) ? 0x200 + pick(h, 32) : random_next(&h->rnd) >> pick(h, 2) * 18 & 0x1FFFFFFF;
    f.flags = pick(h, 4) ? 0 : (uint8_t)pick(h, 128);
    f.dlc = pick(h, 8) ? 0 : (uint8_t)(9 + pick(h, 7));
    *bus = pick(h, 8) ? 0 : (uint8_t)pick(h, 256);
    for (int i = 0; i < 8; i++)
        f.data[i] = (uint8_t)pick(h, 256);
    return f;
}

/* Ways to a board's outputs past its command: node reset and stop, other PDOs, an SDO write of
 * object 6200 (CiA 301, CiA 401). */
static inline struct frame past_frame(struct hostile *h)
{
    uint32_t b = board_pick(h);
    struct frame f = command_frame(h, b, (uint8_t)pick(h, 256));
    uint32_t way = pick(h, 5);
    if (way == 0) {
        static const uint8_t orders[] = {0x01, 0x02, 0x80, 0x81, 0x82};
        return (struct frame){.len = 2, .data = {orders[pick(h, 5)], (uint8_t)(0x10 + b)}};
    }
    f.id = (uint32_t[]){0x300, 0x400, 0x500, 0x600}[way - 1] + 0x10 + b;
    if (way == 4) {
        f.len = 8;
        memcpy(f.data, (uint8_t[]){0x2F, 0x00, 0x62, 0x01, f.data[0], 0, 0, 0}, 8);
    }
    return f;
}

/* --- the next one --- */

static inline enum attack attack_pick(struct hostile *h)
{
    if (pick(h, 16) < h->mood.flips)
        return ATTACK_FLIP;
    return (enum attack)pick(h, ATTACKS);
}

static inline struct frame attack_frame(struct hostile *h, enum attack attack, uint8_t *bus)
{
    uint32_t b = board_pick(h), old = pick(h, REPLAYS);
    switch (attack) {
    case ATTACK_FLIP:
        return flip_frame(h, 1);
    case ATTACK_PAIR:
        return flip_frame(h, 2);
    case ATTACK_RESTATE:
        return command_frame(h, b, outputs_now(h, b));
    case ATTACK_PATTERN:
        return command_frame(h, b, (uint8_t)pick(h, pick(h, 4) ? board_outputs[b] + 1u : 256));
    case ATTACK_OPEN:
        return command_frame(h, 0, outputs_now(h, 0) & (uint8_t)(pick(h, 2) ? 0 : pick(h, 128)));
    case ATTACK_REPLAY:
        *bus = h->replay_bus[old];
        return h->replay[old];
    case ATTACK_BENT:
        return bent_frame(h, bus);
    case ATTACK_NOISE:
        return noise_frame(h, bus);
    case ATTACK_PAST:
        return past_frame(h);
    case ATTACK_ALLOWED:
        return (struct frame){.id = 0x701, .len = pick(h, 8) ? 1 : 2, .data = {5}};
    case ATTACKS:
        break;
    }
    return (struct frame){0};
}

static inline void attack_one(struct hostile *h)
{
    uint8_t bus = 0;
    enum attack attack = attack_pick(h);
    struct frame f = attack_frame(h, attack, &bus);
    if (h->ms < PLANT_STEP_MS - 1 && pick(h, 4) == 0)
        h->ms++;
    hostile_send(h, attack, bus, &f);
    if (pick(h, 16) == 0) {
        uint32_t at = pick(h, REPLAYS);
        h->replay[at] = f;
        h->replay_bus[at] = bus;
    }
}

/* --- an episode, and a run --- */

static inline void episode_run(struct hostile *h, uint32_t frames)
{
    while (h->frames < frames) {
        hostile_step(h);
        if (h->shed.plant.now_ms >= h->mood.until_ms)
            mood_change(h);
        for (int i = 0; i < h->mood.frames && h->frames < frames; i++)
            attack_one(h);
    }
    struct hostile_tally *t = h->tally;
    t->frames += h->frames;
    t->hot += h->shed.plant.hot_openings;
    t->bad_episodes += h->shed.plant.violated != 0;
    for (int i = 0; i < INVARIANTS; i++)
        t->violations[i] += h->shed.plant.violations[i];
}

static inline void hostile_run(struct hostile_tally *tally, uint32_t seed, uint64_t frames)
{
    static struct hostile hostile;
    for (; tally->frames < frames && tally->bad_episodes < 5; seed++) {
        uint64_t left = frames - tally->frames;
        hostile_init(&hostile, seed, tally);
        episode_run(&hostile, left < EPISODE_FRAMES ? (uint32_t)left : EPISODE_FRAMES);
    }
    tally->passed = tally->verdicts[GATE_PASS];
}

/* --- what came of it --- */

static inline void hostile_print(const struct hostile_tally *t)
{
    printf("%" PRIu64 " frames, %" PRIu64 " passed, %.1f h of plant time\n", t->frames, t->passed,
           (double)t->steps * PLANT_STEP_MS / 3600000);
    printf("contacts closed %" PRIu64 ", opened %" PRIu64 ", %" PRIu64
           " under current by the emergency stop; switches %" PRIu64 "\n",
           t->closes, t->opens, t->hot, t->switched);
    for (int i = 0; i < KINDS; i++)
        printf("  %-18s %10" PRIu64 " moves\n", kind_names[i], t->moves_of[i]);
    for (int i = 0; i < ATTACKS; i++)
        printf("  %-18s %10" PRIu64 " sent %10" PRIu64 " passed\n", attack_names[i], t->sent[i],
               t->let[i]);
    for (int i = 0; i < GATE_AC_CAR; i++)
        printf("  %10" PRIu64 "  %s\n", t->verdicts[i], gate_verdict_text((enum gate_verdict)i));
    printf("vetoes tried on a copy %" PRIu64 ", would have broken an invariant %" PRIu64 "\n",
           t->tried, t->harmful);
    printf("second strings that came cold to an input without an interlock %" PRIu64 "\n",
           t->shared);
    for (int i = 0; i < INVARIANTS; i++)
        if (t->violations[i])
            printf("  invariant %d broken %" PRIu64 " times\n", i, t->violations[i]);
}

static inline void hostile_judge(const struct hostile_tally *t)
{
    uint64_t moves = t->closes + t->opens;
    CHECK(t->bad_episodes == 0, "%u plants broken", t->bad_episodes);
    CHECK(moves > t->frames / 2000, "%" PRIu64 " moves prove little", moves);
    CHECK(t->harmful > 0, "no veto was needed");
    for (int i = 0; i < GATE_AC_CAR; i++)
        CHECK(t->verdicts[i] > 0, "never met: %s", gate_verdict_text((enum gate_verdict)i));
    for (int i = 0; i < KINDS; i++)
        CHECK(t->moves_of[i] > 0, "nothing moved: %s", kind_names[i]);
    for (int i = 0; i < ATTACKS; i++)
        CHECK(t->sent[i] > 0, "never sent: %s", attack_names[i]);
}

#endif
