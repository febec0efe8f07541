/* Frame layouts, all Intel (dbc/backbone.dbc):
 *
 *            byte 0            1        2               3         4 5       6        7
 *   0x180+n  outputs           closed   opened          faults    uptime s  counter  ~outputs  board
 *   0x180+n  state, contactor  current  current volts   volts     limit     cable    counter   box
 *            (bits 0-2, 3)     (12 bits of 0.1 A, then 12 bits of 0.1 V)
 *
 * A frame whose length, flags, inverted copy or counter is wrong is no sighting at all. */
#include "devices/gate_ac.h"

#include <string.h>

enum {
    CAR_OFF_dA = 5, /* the car draws less */
    CAR_OFF_MS = 3000,
    BOX_AGE_MS = 1000,
    BOX_GAP_MS = 600,  /* longer between two frames: the car may have been on in between */
    BUS_DEAD_dV = 500, /* the bus has less */
    BUS_DEAD_MS = 1000,
    CONTACT_AGE_MS = 1500,
    CONTACT_HOLD_MS = 1000, /* seen open or closed for so long */
    LATENCY_MS = 20,        /* of a command: a state frame that old may still tell of before it */
};

void gate_ac_init(struct gate_ac *ac, const struct gate_ac_config *config)
{
    memset(ac, 0, sizeof *ac);
    ac->config = *config;
}

static void since(int64_t *since_ms, bool holds, bool gap, int64_t now_ms)
{
    *since_ms = !holds ? 0 : gap || *since_ms == 0 ? now_ms : *since_ms;
}

/* --- what was seen --- */

static void contact_seen(struct gate_ac_seen_contact *seen, unsigned channel, const uint8_t *d,
                         int64_t now_ms)
{
    bool first = seen->heard_ms == 0;
    if (!first && d[6] == seen->counter)
        return;
    bool gap = first || now_ms - seen->heard_ms > CONTACT_AGE_MS;
    seen->output = d[0] >> channel & 1;
    seen->closed = d[1] >> channel & 1;
    seen->opened = d[2] >> channel & 1;
    seen->counter = d[6];
    seen->heard_ms = now_ms;
    since(&seen->opened_ms, seen->opened && !seen->closed && !seen->output, gap, now_ms);
    since(&seen->closed_ms, seen->closed && !seen->opened && seen->output, gap, now_ms);
}

static void box_seen(struct gate_ac_seen_box *seen, const uint8_t *d, int64_t now_ms)
{
    bool first = seen->heard_ms == 0;
    if (!first && d[7] == seen->counter)
        return;
    bool gap = first || now_ms - seen->heard_ms > BOX_GAP_MS;
    int current_dA = d[1] | (d[2] & 15) << 8, voltage_dV = d[2] >> 4 | d[3] << 4;
    seen->counter = d[7];
    seen->heard_ms = now_ms;
    since(&seen->off_ms, !(d[0] & 8) && current_dA < CAR_OFF_dA, gap, now_ms);
    since(&seen->dead_ms, voltage_dV < BUS_DEAD_dV, gap, now_ms);
}

void gate_ac_frame(struct gate_ac *ac, uint8_t bus, const struct frame *frame, int64_t now_ms)
{
    const uint8_t *d = frame->data;
    if (frame->flags || frame->dlc || frame->len != 8)
        return;
    for (size_t p = 0; p < ac->config.point_count; p++) {
        const struct gate_ac_point *point = &ac->config.points[p];
        if (point->bus == bus && frame->id == 0x180u + point->node)
            box_seen(&ac->boxes[p], d, now_ms);
        for (size_t s = 0; s < point->sources; s++)
            for (size_t pole = 0; pole < GATE_AC_POLES; pole++) {
                const struct gate_ac_channel *at = &point->contact[s][pole];
                if (at->bus == bus && frame->id == 0x180u + at->node && (d[0] ^ d[7]) == 0xFF)
                    contact_seen(&ac->contacts[p][s][pole], at->channel, d, now_ms);
            }
    }
}

/* --- how a contact stands --- */

static bool recent(int64_t at_ms, int64_t limit_ms, int64_t now_ms)
{
    return at_ms != 0 && now_ms - at_ms <= limit_ms;
}

static enum gate_verdict open_long(const struct gate_ac_seen_contact *seen, int64_t now_ms)
{
    if (!recent(seen->heard_ms, CONTACT_AGE_MS, now_ms))
        return GATE_UNSEEN;
    bool ordered = seen->sent || (seen->on_ms && now_ms - seen->on_ms < CONTACT_HOLD_MS);
    bool open = seen->opened_ms && now_ms - seen->opened_ms >= CONTACT_HOLD_MS && !ordered;
    return open ? GATE_PASS : GATE_AC_SOURCE;
}

static enum gate_verdict closed_long(const struct gate_ac_seen_contact *seen, int64_t now_ms)
{
    if (!recent(seen->heard_ms, CONTACT_AGE_MS, now_ms))
        return GATE_UNSEEN;
    bool closed = seen->closed_ms && now_ms - seen->closed_ms >= CONTACT_HOLD_MS && seen->sent;
    return closed ? GATE_PASS : GATE_AC_ORDER;
}

/* Open now: its own board says so after it was last told to close. */
static enum gate_verdict open_now(const struct gate_ac_seen_contact *seen, int64_t now_ms)
{
    if (!recent(seen->heard_ms, CONTACT_AGE_MS, now_ms))
        return GATE_UNSEEN;
    bool told_since = seen->heard_ms > seen->on_ms + LATENCY_MS;
    return seen->opened_ms && !seen->sent && told_since ? GATE_PASS : GATE_AC_ORDER;
}

/* --- a change --- */

struct change {
    const struct gate_ac *ac;
    size_t point, source, pole;
    int64_t now_ms;
};

static enum gate_verdict car_off(const struct change *change)
{
    const struct gate_ac_seen_box *box = &change->ac->boxes[change->point];
    if (!recent(box->heard_ms, BOX_AGE_MS, change->now_ms))
        return GATE_UNSEEN;
    return box->off_ms && box->heard_ms - box->off_ms >= CAR_OFF_MS ? GATE_PASS : GATE_AC_CAR;
}

static enum gate_verdict bus_dead(const struct change *change, int64_t for_ms)
{
    const struct gate_ac_seen_box *box = &change->ac->boxes[change->point];
    return box->dead_ms && box->heard_ms - box->dead_ms >= for_ms ? GATE_PASS : GATE_AC_LIVE;
}

/* Every contact of the bus, except the two that are judged apart. */
static enum gate_verdict others_open(const struct change *change)
{
    const struct gate_ac *ac = change->ac;
    for (size_t s = 0; s < ac->config.points[change->point].sources; s++)
        for (size_t pole = 0; pole < GATE_AC_POLES && s != change->source; pole++) {
            enum gate_verdict open =
                open_long(&ac->contacts[change->point][s][pole], change->now_ms);
            if (open != GATE_PASS)
                return open;
        }
    return GATE_PASS;
}

static enum gate_verdict close_judge(const struct change *change)
{
    const struct gate_ac_seen_contact *own = change->ac->contacts[change->point][change->source];
    const struct gate_ac_seen_contact *mover = &own[change->pole];
    const enum gate_verdict rules[] = {
        others_open(change),
        mover->sent ? GATE_PASS : open_long(mover, change->now_ms), /* restated, or a new close */
        change->pole == GATE_AC_LINE ? closed_long(&own[GATE_AC_NEUTRAL], change->now_ms)
                                     : open_long(&own[GATE_AC_LINE], change->now_ms),
        bus_dead(change, BUS_DEAD_MS),
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i] != GATE_PASS)
            return rules[i];
    return GATE_PASS;
}

static enum gate_verdict open_judge(const struct change *change)
{
    const struct gate_ac_seen_contact *own = change->ac->contacts[change->point][change->source];
    if (change->pole == GATE_AC_LINE)
        return GATE_PASS;
    enum gate_verdict line = open_now(&own[GATE_AC_LINE], change->now_ms);
    return line != GATE_PASS ? line : bus_dead(change, 0);
}

/* A bit that was last sent off is a close again, as long as the board may have carried that out. */
static bool changes(const struct gate_ac_seen_contact *seen, bool on)
{
    bool maybe_off = seen->off_ms && !seen->sent && seen->heard_ms <= seen->off_ms + LATENCY_MS;
    return on != seen->output || (on && maybe_off);
}

enum gate_verdict gate_ac_check(const struct gate_ac *ac, uint8_t bus, uint8_t node,
                                uint16_t pattern, int64_t now_ms)
{
    enum gate_verdict verdict = GATE_PASS;
    unsigned moved = 0;
    for (size_t p = 0; p < ac->config.point_count; p++)
        for (size_t s = 0; s < ac->config.points[p].sources; s++)
            for (size_t pole = 0; pole < GATE_AC_POLES; pole++) {
                const struct gate_ac_channel *at = &ac->config.points[p].contact[s][pole];
                bool on = pattern >> at->channel & 1;
                if (at->bus != bus || at->node != node || !changes(&ac->contacts[p][s][pole], on))
                    continue;
                struct change change = {ac, p, s, pole, now_ms};
                verdict = car_off(&change);
                if (verdict == GATE_PASS)
                    verdict = on ? close_judge(&change) : open_judge(&change);
                if (verdict != GATE_PASS || ++moved > 1)
                    return verdict != GATE_PASS ? verdict : GATE_PICKUP;
            }
    return GATE_PASS;
}

void gate_ac_sent(struct gate_ac *ac, uint8_t bus, uint8_t node, uint16_t pattern, int64_t now_ms)
{
    for (size_t p = 0; p < ac->config.point_count; p++)
        for (size_t s = 0; s < ac->config.points[p].sources; s++)
            for (size_t pole = 0; pole < GATE_AC_POLES; pole++) {
                const struct gate_ac_channel *at = &ac->config.points[p].contact[s][pole];
                struct gate_ac_seen_contact *seen = &ac->contacts[p][s][pole];
                if (at->bus != bus || at->node != node)
                    continue;
                seen->sent = pattern >> at->channel & 1;
                if (seen->sent)
                    seen->on_ms = now_ms;
                else
                    seen->off_ms = now_ms;
            }
}
