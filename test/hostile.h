/* A hostile controller: frames meant to do harm pass the real gate into the plant of string_plant.h,
 * and no invariant of docs/safety.md may break on the truth.
 *
 * The attacker knows the frames, hears what the gate hears, and may send anything at any time. What
 * the gate lets pass is delivered; what the plant then does, the nodes report to the gate. The plant's
 * own faults come and go meanwhile. Watched: 1, 3-6, 9, 11, 14 by the plant, 31 and the pick-ups of
 * coils here; 7 shows as the verdict GATE_MISMATCH.
 *
 * One of TRY_EACH vetoes is tried on a copy of the plant: how many would have broken an invariant says
 * how hard the gate was pressed. */
#ifndef BUSBAR_TEST_HOSTILE_H
#define BUSBAR_TEST_HOSTILE_H

#include "test/hostile_plant.h"

/* --- a frame through the gate --- */

/* What may leave at all, told from docs/safety.md and not by the gate (invariant 31). */
static inline bool may_leave(struct hostile *h, uint8_t bus, const struct frame *f)
{
    static const uint8_t allowed[PLANT_BOARDS] = {0x7F, 0x07};
    const uint8_t *d = f->data;
    int64_t now_ms = h->shed.plant.now_ms + h->ms;
    if (bus != 0 || f->flags || f->dlc)
        return false;
    if (f->id == 0x701) {
        bool slow = h->heartbeat_ms == 0 || now_ms - h->heartbeat_ms >= 400;
        h->heartbeat_ms = now_ms;
        return f->len == 1 && slow;
    }
    return (f->id == 0x210 || f->id == 0x211) && f->len == 4 && (d[0] ^ d[1]) == 0xFF &&
           d[2] < 16 && d[3] == 0 && (d[0] & ~allowed[f->id - 0x210]) == 0;
}

/* Coils of contacts pick up one at a time, 200 ms apart; the emergency stop may hurry. */
static inline void coils_watch(struct hostile *h, uint8_t before)
{
    struct string_plant *p = &h->shed.plant;
    uint8_t rise = (uint8_t)((p->board[0].outputs ^ h->nc[0]) & ~(before ^ h->nc[0]));
    bool waited = p->stop_pressed && p->now_ms - p->stop_ms >= STOP_WAIT;
    if (!rise)
        return;
    if (!waited && (rise & (rise - 1) || (h->coil_ms && p->now_ms - h->coil_ms < 200)))
        violate(p, 11, rise);
    h->coil_ms = p->now_ms;
}

/* How many strings fit an input is not the gate's to know: without an interlock two may stand there,
 * and the gate only sees to it that both are cold when the second comes. */
static inline void shared_forgive(struct hostile *h, const struct string_plant *before)
{
    struct string_plant *p = &h->shed.plant;
    uint32_t shared = p->violations[9] - before->violations[9];
    if (h->kind != KIND_SHARED || shared == 0)
        return;
    h->tally->shared += shared;
    p->violations[9] -= shared;
    p->violated -= shared;
    if (p->violated == 0)
        p->first[0] = '\0';
}

/* To the board. The plant takes closing for picking up, which is not so for NC contacts. */
static inline void hostile_deliver(struct hostile *h, struct frame f)
{
    struct string_plant *p = &h->shed.plant;
    int b = (int)f.id - 0x210;
    if (b < 0 || b >= PLANT_BOARDS || h->shed.drop_frames[b])
        return;
    const struct string_plant was = *p;
    uint8_t before = was.board[b].outputs;
    f.data[0] ^= h->nc[b];
    f.data[1] ^= h->nc[b];
    if (h->nc[b])
        p->pickup_ms = 0;
    if (p->stop_pressed && !(f.data[0] & ~before)) /* off, whichever other board is not read back */
        p->heard[1 - b] = true;
    plant_hear(p, &f);
    shared_forgive(h, &was);
    uint8_t after = p->board[b].outputs;
    if (b == 1) {
        h->tally->switched += after != before;
        return;
    }
    coils_watch(h, before);
    h->tally->closes += (after & ~before) != 0;
    h->tally->opens += (before & ~after) != 0;
    h->tally->moves_of[h->kind] += after != before;
}

/* A well-formed command was refused: what would it have done? */
static inline void hostile_try(struct hostile *h, struct frame f)
{
    static struct string_plant copy;
    copy = h->shed.plant;
    int b = (int)f.id - 0x210;
    f.data[0] ^= h->nc[b];
    f.data[1] ^= h->nc[b];
    if (copy.board[b].command_counter == f.data[2])
        copy.board[b].command_counter ^= 1;
    plant_hear(&copy, &f);
    for (int i = 0; i < 20; i++)
        plant_advance(&copy);
    h->tally->tried++;
    h->tally->harmful += copy.violated != h->shed.plant.violated;
}

static inline void hostile_send(struct hostile *h, enum attack attack, uint8_t bus,
                                const struct frame *f)
{
    struct string_plant *p = &h->shed.plant;
    uint32_t before = p->violated;
    int64_t now_ms = p->now_ms + h->ms;
    enum gate_verdict verdict = gate_check(&h->shed.gate, bus, f, now_ms);
    h->frames++;
    h->tally->sent[attack]++;
    h->tally->let[attack] += verdict == GATE_PASS;
    h->tally->verdicts[verdict]++;
    if (verdict == GATE_PASS) {
        trail_note(h, f, "passed");
        if (!may_leave(h, bus, f))
            violate(p, 31, (int)f->id);
        hostile_deliver(h, *f);
    } else if (verdict > GATE_RATE && h->frames % TRY_EACH == 0) {
        hostile_try(h, *f);
    }
    if (before == 0 && p->violated)
        trail_print(h);
}

#endif
