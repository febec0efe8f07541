/* What the gate has seen on the wire. Frame layouts, all Intel (dbc/backbone.dbc):
 *
 *            byte 0    1          2         3       4 5       6         7
 *   0x180+n  outputs   closed     opened    faults  uptime s  counter   ~outputs   board
 *   0x180+n  <----- four currents of 14 bits, signed, 10 mA ----->      counter    strings
 *   0x180+n  presses   bit 1:     counter                                          button
 *                      stop
 *   0x200+n  outputs   ~outputs   counter   0                                      command
 *                                 (4 bits)
 *
 * A frame whose length, flags, inverted copy or counter is wrong is no sighting at all. */
#include <stdlib.h>
#include <string.h>

#include "devices/gate.h"
#include "devices/gate_ac.h"

enum {
    ZERO_mA = 500, /* Solis S6 manual: no DC switch above 0.5 A (safety.md, section 0) */
    SAMPLE_AGE_MS = 200,
    BOARD_AGE_MS = 1500,
    MISMATCH_MS = 1000, /* 250 ms for the contact, the rest for frames lost and late */
    OPEN_HOLD_MS = 500,
    STOP_AGE_MS = 1000,
};

void gate_init(struct gate *gate, const struct gate_config *config)
{
    memset(gate, 0, sizeof *gate);
    gate->config = *config;
}

void gate_reset(struct gate *gate)
{
    gate->foreign = false;
    gate->foreign_id = 0;
    for (size_t s = 0; s < MAX_STRINGS; s++) {
        gate->strings[s].locked = false;
        gate->strings[s].flows_ms = 0;
    }
    for (size_t b = 0; b < MAX_BOARDS; b++) {
        gate->boards[b].synced = false;
        memset(gate->boards[b].differs_ms, 0, sizeof gate->boards[b].differs_ms);
    }
}

static bool too_long(int64_t *since_ms, bool holds, int64_t now_ms)
{
    *since_ms = !holds ? 0 : *since_ms ? *since_ms : now_ms;
    return *since_ms && now_ms - *since_ms > MISMATCH_MS;
}

static void string_lock(struct gate *gate, uint8_t string)
{
    if (string < MAX_STRINGS)
        gate->strings[string].locked = true;
}

/* --- a board's state --- */

static void open_seen(int64_t *opened_ms, bool open, bool gap, int64_t now_ms)
{
    *opened_ms = !open ? 0 : gap || *opened_ms == 0 ? now_ms : *opened_ms;
}

/* What was heard of the current while the contact was open says nothing now. */
static void contact_closes(struct gate *gate, uint8_t string)
{
    if (string < MAX_STRINGS)
        gate->strings[string].zero_ms = 0;
}

static void contact_seen(struct gate *gate, size_t b, unsigned channel, bool gap, int64_t now_ms)
{
    struct gate_seen_board *seen = &gate->boards[b];
    bool closed = seen->closed >> channel & 1, opened = seen->opened >> channel & 1;
    bool coil = seen->outputs >> channel & 1;
    if (closed && seen->opened_ms[channel])
        contact_closes(gate, gate->config.boards[b].string_of[channel]);
    open_seen(&seen->opened_ms[channel], opened && !closed, gap, now_ms);
    bool differs = closed == opened || closed != coil;
    if (gap)
        seen->differs_ms[channel] = 0;
    if (too_long(&seen->differs_ms[channel], differs, now_ms))
        string_lock(gate, gate->config.boards[b].string_of[channel]);
}

/* Told on and ordered on, and now off: it has lost its outputs, whatever its uptime says. To tell them
 * again is another pick-up. */
static bool coils_lost(const struct gate *gate, size_t b, uint16_t outputs)
{
    const struct gate_seen_board *seen = &gate->boards[b];
    uint16_t inverted = gate->config.boards[b].normally_closed;
    unsigned before = seen->outputs ^ inverted, sent = seen->sent ^ inverted;
    return before & sent & ~(unsigned)(outputs ^ inverted);
}

static void board_seen(struct gate *gate, size_t b, const struct frame *frame, int64_t now_ms)
{
    struct gate_seen_board *seen = &gate->boards[b];
    const uint8_t *d = frame->data;
    uint16_t uptime_s = (uint16_t)(d[4] | d[5] << 8);
    bool first = seen->heard_ms == 0;
    if (frame->len != 8 || (d[0] ^ d[7]) != 0xFF || (!first && d[6] == seen->counter))
        return;
    bool gap = first || now_ms - seen->heard_ms > BOARD_AGE_MS;
    uint16_t outputs = d[0] ^ gate->config.boards[b].normally_closed;
    if (gap || uptime_s < seen->uptime_s)
        seen->synced = false;
    if (coils_lost(gate, b, outputs))
        gate->pickup_board = MAX_BOARDS;
    seen->outputs = outputs;
    seen->closed = d[1];
    seen->opened = d[2];
    seen->uptime_s = uptime_s;
    seen->counter = d[6];
    seen->heard_ms = now_ms;
    for (unsigned channel = 0; channel < BOARD_CHANNELS; channel++) {
        if (gate->config.boards[b].contacts >> channel & 1)
            contact_seen(gate, b, channel, gap, now_ms);
        else
            open_seen(&seen->opened_ms[channel], !(outputs >> channel & 1), gap, now_ms);
    }
}

/* --- a counter's currents --- */

static int32_t current_mA(const uint8_t *d, unsigned channel)
{
    uint64_t bits = 0;
    for (int i = 6; i >= 0; i--)
        bits = bits << 8 | d[i];
    int32_t raw = (int32_t)(bits >> 14 * channel & 0x3FFF);
    return (raw & 0x2000 ? raw - 0x4000 : raw) * 10;
}

static bool string_open(const struct gate *gate, uint8_t string, int64_t now_ms)
{
    bool any = false;
    for (size_t b = 0; b < gate->config.board_count; b++)
        for (unsigned channel = 0; channel < BOARD_CHANNELS; channel++) {
            const struct gate_board *board = &gate->config.boards[b];
            const struct gate_seen_board *seen = &gate->boards[b];
            if (!(board->contacts >> channel & 1) || board->string_of[channel] != string)
                continue;
            if (seen->opened_ms[channel] == 0 || now_ms - seen->heard_ms > BOARD_AGE_MS ||
                now_ms - seen->opened_ms[channel] < OPEN_HOLD_MS)
                return false;
            any = true;
        }
    return any;
}

static void string_seen(struct gate *gate, uint8_t s, int32_t mA, int64_t now_ms)
{
    struct gate_seen_string *string = &gate->strings[s];
    bool zero = abs(mA) <= ZERO_mA;
    bool gap = string->heard_ms == 0 || now_ms - string->heard_ms > SAMPLE_AGE_MS;
    string->zero_ms = !zero ? 0 : gap || string->zero_ms == 0 ? now_ms : string->zero_ms;
    string->current_mA = mA;
    string->heard_ms = now_ms;
    if (too_long(&string->flows_ms, !zero && string_open(gate, s, now_ms), now_ms))
        string->locked = true;
}

static void counter_seen(struct gate *gate, size_t n, const struct frame *frame, int64_t now_ms)
{
    struct gate_seen_counter *seen = &gate->counters[n];
    if (frame->len != 8 || (seen->heard_ms && frame->data[7] == seen->counter))
        return;
    seen->heard_ms = now_ms;
    seen->counter = frame->data[7];
    for (unsigned channel = 0; channel < COUNTER_CHANNELS; channel++) {
        uint8_t s = gate->config.counters[n].string_of[channel];
        if (s < MAX_STRINGS)
            string_seen(gate, s, current_mA(frame->data, channel), now_ms);
    }
}

/* --- a stop button --- */

/* A button that fell silent is not known to have been pressed all the time. */
static void stop_seen(struct gate *gate, size_t n, const struct frame *frame, int64_t now_ms)
{
    struct gate_seen_stop *seen = &gate->stops[n];
    bool first = seen->heard_ms == 0;
    if (frame->len != 4 || (!first && frame->data[2] == seen->counter))
        return;
    bool gap = first || now_ms - seen->heard_ms > STOP_AGE_MS;
    bool pressed = frame->data[1] & 2;
    seen->pressed_ms = !pressed ? 0 : gap || seen->pressed_ms == 0 ? now_ms : seen->pressed_ms;
    seen->heard_ms = now_ms;
    seen->counter = frame->data[2];
}

/* --- every frame --- */

/* Identifiers that only this controller sends. */
static bool only_ours(const struct gate *gate, uint8_t bus, const struct frame *frame)
{
    bool ext = frame->flags & FRAME_EXT;
    for (size_t b = 0; b < gate->config.board_count; b++)
        if (!ext && gate->config.boards[b].bus == bus &&
            frame->id == 0x200u + gate->config.boards[b].node)
            return true;
    for (size_t a = 0; a < gate->config.allow_count; a++) {
        const struct gate_allow *allow = &gate->config.allows[a];
        if (allow->bus == bus && allow->id == frame->id && allow->ext == ext)
            return true;
    }
    return false;
}

void gate_seen(struct gate *gate, uint8_t bus, const struct frame *frame, int64_t now_ms)
{
    if (frame->flags & (FRAME_ERR | FRAME_OWN))
        return;
    if (only_ours(gate, bus, frame)) {
        gate->foreign_id = gate->foreign ? gate->foreign_id : frame->id;
        gate->foreign = true;
        return;
    }
    if (frame->flags || frame->dlc)
        return;
    if (gate->ac)
        gate_ac_frame(gate->ac, bus, frame, now_ms);
    for (size_t b = 0; b < gate->config.board_count; b++)
        if (gate->config.boards[b].bus == bus && frame->id == 0x180u + gate->config.boards[b].node)
            board_seen(gate, b, frame, now_ms);
    for (size_t n = 0; n < gate->config.counter_count; n++)
        if (gate->config.counters[n].bus == bus &&
            frame->id == 0x180u + gate->config.counters[n].node)
            counter_seen(gate, n, frame, now_ms);
    for (size_t n = 0; n < gate->config.stop_count; n++)
        if (gate->config.stops[n].bus == bus && frame->id == 0x180u + gate->config.stops[n].node)
            stop_seen(gate, n, frame, now_ms);
}
