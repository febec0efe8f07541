/* Frame layouts, as on the wire (dbc/backbone.dbc), all Intel:
 *
 *   0x180+n  board    byte 0 outputs  1 closed  2 opened  3 faults  4-5 uptime s  6 counter  7 ~byte 0
 *   0x180+n  counter  four currents of 14 bits, signed, 10 mA, from bit 0; byte 7 counter
 *   0x200+n  command  byte 0 outputs  1 ~byte 0  2 counter in the low nibble  3 zero */
#include "devices/gate.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    ZERO_mA = 500,            /* Solis S6 manual: no DC switch above 0.5 A */
    ZERO_HOLD_MS = 500,
    SAMPLE_AGE_MS = 200,
    OPEN_HOLD_MS = 500,
    BOARD_AGE_MS = 1500,
    PICKUP_GAP_MS = 200,
    MISMATCH_MS = 1000,       /* 250 ms for the contact, the rest for order and answer on the bus */
};

void gate_init(struct gate *gate, const struct gate_config *config, int64_t now_ms)
{
    memset(gate, 0, sizeof *gate);
    gate->config = *config;
    gate->start_ms = now_ms;
}

/* --- seeing --- */

static void board_differs(struct gate *gate, size_t b, int64_t now_ms)
{
    const struct gate_board *board = &gate->config.boards[b];
    struct gate_seen_board *seen = &gate->boards[b];
    for (unsigned ch = 0; ch < BOARD_CHANNELS; ch++) {
        unsigned bit = 1u << ch;
        if (!seen->sent_any || !(board->contacts & bit))
            continue;
        bool agrees = seen->sent & bit ? seen->closed & bit && !(seen->opened & bit)
                                       : seen->opened & bit && !(seen->closed & bit);
        if (agrees)
            seen->differs_ms[ch] = 0;
        else if (seen->differs_ms[ch] == 0)
            seen->differs_ms[ch] = now_ms;
        else if (now_ms - seen->differs_ms[ch] > MISMATCH_MS)
            gate->strings[board->string_of[ch]].locked = true;
    }
}

static void board_opened(struct gate_seen_board *seen, bool gap, int64_t now_ms)
{
    for (unsigned ch = 0; ch < BOARD_CHANNELS; ch++) {
        bool open = seen->opened >> ch & 1 && !(seen->closed >> ch & 1);
        if (!open)
            seen->opened_ms[ch] = 0;
        else if (gap || seen->opened_ms[ch] == 0)
            seen->opened_ms[ch] = now_ms;
    }
}

static void board_seen(struct gate *gate, size_t b, const struct frame *frame, int64_t now_ms)
{
    struct gate_seen_board *seen = &gate->boards[b];
    const uint8_t *d = frame->data;
    if (frame->len != 8 || (d[7] ^ d[0]) != 0xFF)
        return;
    uint16_t uptime_s = (uint16_t)(d[4] | d[5] << 8);
    bool gap = seen->heard_ms == 0 || now_ms - seen->heard_ms > BOARD_AGE_MS;
    if (gap || uptime_s < seen->uptime_s)
        seen->sent_any = false;        /* read back before anything is ordered */
    seen->outputs = d[0];
    seen->closed = d[1];
    seen->opened = d[2];
    seen->uptime_s = uptime_s;
    seen->heard_ms = now_ms;
    board_opened(seen, gap, now_ms);
    board_differs(gate, b, now_ms);
}

static int32_t current_at(const uint8_t *d, unsigned channel)
{
    uint64_t bits = 0;
    for (int i = 7; i >= 0; i--)
        bits = bits << 8 | d[i];
    int32_t raw = (int32_t)(bits >> (14 * channel) & 0x3FFF);
    return (raw & 0x2000 ? raw - 0x4000 : raw) * 10;
}

static void counter_seen(struct gate *gate, size_t n, const struct frame *frame, int64_t now_ms)
{
    if (frame->len != 8)
        return;
    for (unsigned ch = 0; ch < COUNTER_CHANNELS; ch++) {
        uint8_t s = gate->config.counters[n].string_of[ch];
        if (s == GATE_NO_STRING)
            continue;
        struct gate_seen_string *string = &gate->strings[s];
        bool gap = string->heard_ms == 0 || now_ms - string->heard_ms > SAMPLE_AGE_MS;
        string->current_mA = current_at(frame->data, ch);
        bool zero = abs(string->current_mA) <= ZERO_mA;
        string->zero_ms = !zero ? 0 : gap || string->zero_ms == 0 ? now_ms : string->zero_ms;
        string->heard_ms = now_ms;
    }
}

/* A frozen counter byte repeats an old picture: not a sighting. */
static bool counter_moves(uint8_t *last, bool *known, uint8_t now)
{
    bool moves = !*known || *last != now;
    *last = now;
    *known = true;
    return moves;
}

/* On a bus with boards, nobody else may send what only we send. */
static bool ours(const struct gate *gate, uint8_t bus, const struct frame *frame)
{
    bool boards = false;
    bool ext = frame->flags & FRAME_EXT;
    for (size_t b = 0; b < gate->config.board_count; b++) {
        const struct gate_board *board = &gate->config.boards[b];
        if (board->bus != bus)
            continue;
        boards = true;
        if (!ext && frame->id == 0x200u + board->node)
            return true;
    }
    for (size_t a = 0; boards && a < gate->config.allow_count; a++) {
        const struct gate_allow *allow = &gate->config.allows[a];
        if (allow->bus == bus && allow->id == frame->id && allow->ext == ext)
            return true;
    }
    return false;
}

void gate_seen(struct gate *gate, uint8_t bus, const struct frame *frame, int64_t now_ms)
{
    if (frame->flags & FRAME_ERR)
        return;
    if (ours(gate, bus, frame)) {
        if (!(frame->flags & FRAME_OWN)) {
            gate->foreign = true;
            gate->foreign_id = frame->id;
        }
        return;
    }
    if (frame->flags & (FRAME_EXT | FRAME_RTR | FRAME_FD | FRAME_OWN))
        return;
    for (size_t b = 0; b < gate->config.board_count; b++) {
        struct gate_seen_board *seen = &gate->boards[b];
        if (gate->config.boards[b].bus == bus && frame->id == 0x180u + gate->config.boards[b].node &&
            counter_moves(&seen->counter, &seen->counter_known, frame->data[6]))
            board_seen(gate, b, frame, now_ms);
    }
    for (size_t n = 0; n < gate->config.counter_count; n++) {
        struct gate_seen_counter *seen = &gate->counters[n];
        if (gate->config.counters[n].bus == bus &&
            frame->id == 0x180u + gate->config.counters[n].node &&
            counter_moves(&seen->counter, &seen->counter_known, frame->data[7]))
            counter_seen(gate, n, frame, now_ms);
    }
}

/* --- judging a relay command --- */

static bool string_zero(const struct gate *gate, uint8_t s, int64_t now_ms)
{
    const struct gate_seen_string *string = &gate->strings[s];
    return string->heard_ms && now_ms - string->heard_ms <= SAMPLE_AGE_MS && string->zero_ms &&
           now_ms - string->zero_ms >= ZERO_HOLD_MS;
}

static bool board_fresh(const struct gate_seen_board *seen, int64_t now_ms)
{
    return seen->heard_ms && now_ms - seen->heard_ms <= BOARD_AGE_MS;
}

/* What all boards together show of one string. */
struct string_seen {
    unsigned closed, open, open_long, unknown;
    bool switch_off;
};

static struct string_seen string_look(const struct gate *gate, uint8_t s, int64_t now_ms)
{
    struct string_seen out = {.switch_off = true};
    for (size_t b = 0; b < gate->config.board_count; b++) {
        const struct gate_board *board = &gate->config.boards[b];
        const struct gate_seen_board *seen = &gate->boards[b];
        bool fresh = board_fresh(seen, now_ms);
        for (unsigned ch = 0; ch < BOARD_CHANNELS; ch++) {
            unsigned bit = 1u << ch;
            if (board->string_of[ch] != s)
                continue;
            if (board->switches & bit)
                out.switch_off &= fresh && !(seen->outputs & bit) && !(seen->sent_any && seen->sent & bit);
            if (!(board->contacts & bit))
                continue;
            bool closed = seen->closed & bit, opened = seen->opened & bit;
            if (!fresh || closed == opened)
                out.unknown++;
            else if (closed)
                out.closed++;
            else
                out.open++;
            out.open_long += fresh && seen->opened_ms[ch] && now_ms - seen->opened_ms[ch] >= OPEN_HOLD_MS;
        }
    }
    return out;
}

static enum gate_verdict open_check(const struct gate *gate, uint8_t s, int64_t now_ms)
{
    return string_zero(gate, s, now_ms) ? GATE_PASS : GATE_CURRENT;
}

static enum gate_verdict close_check(const struct gate *gate, uint8_t s, int64_t now_ms)
{
    struct string_seen seen = string_look(gate, s, now_ms);
    if (gate->pickup_ms && now_ms - gate->pickup_ms < PICKUP_GAP_MS)
        return GATE_PICKUP;
    if (seen.unknown || seen.closed || seen.open_long < seen.open)
        return GATE_EXCLUSIVE;
    if (!seen.switch_off || !string_zero(gate, s, now_ms))
        return GATE_CURRENT;
    return GATE_PASS;
}

/* Off at any time; on only for a string that is joined to exactly one input. */
static enum gate_verdict switch_check(const struct gate *gate, uint8_t s, bool on, int64_t now_ms)
{
    struct string_seen seen = string_look(gate, s, now_ms);
    if (!on)
        return GATE_PASS;
    if (seen.unknown)
        return GATE_UNSEEN;
    return seen.closed == 1 ? GATE_PASS : GATE_EXCLUSIVE;
}

static enum gate_verdict channel_check(const struct gate *gate, size_t b, unsigned ch, bool on,
                                       int64_t now_ms)
{
    const struct gate_board *board = &gate->config.boards[b];
    uint8_t s = board->string_of[ch];
    if (board->switches >> ch & 1)
        return gate->strings[s].locked && on ? GATE_MISMATCH : switch_check(gate, s, on, now_ms);
    if (gate->strings[s].locked)
        return GATE_MISMATCH;
    return on ? close_check(gate, s, now_ms) : open_check(gate, s, now_ms);
}

static enum gate_verdict changes_check(const struct gate *gate, size_t b, uint16_t pattern,
                                       uint16_t changes, int64_t now_ms)
{
    const struct gate_board *board = &gate->config.boards[b];
    if (gate->foreign)
        return GATE_FOREIGN_LOCK;
    unsigned contacts = changes & board->contacts;
    if (contacts & (contacts - 1))
        return GATE_PICKUP;
    for (unsigned ch = 0; ch < BOARD_CHANNELS; ch++) {
        if (!(changes >> ch & 1))
            continue;
        enum gate_verdict verdict = channel_check(gate, b, ch, pattern >> ch & 1, now_ms);
        if (verdict != GATE_PASS)
            return verdict;
    }
    return GATE_PASS;
}

static enum gate_verdict form_check(const struct gate_board *board,
                                    const struct gate_seen_board *seen, const struct frame *frame)
{
    const uint8_t *d = frame->data;
    if (frame->len != 4 || frame->flags || (d[1] ^ d[0]) != 0xFF || d[2] & 0xF0 || d[3])
        return GATE_FORM;
    if (d[0] & ~board->allowed)
        return GATE_FORM;
    if (seen->sent_any && d[2] == seen->sent_counter)
        return GATE_FORM;
    return GATE_PASS;
}

static enum gate_verdict command_check(struct gate *gate, size_t b, const struct frame *frame,
                                       int64_t now_ms)
{
    const struct gate_board *board = &gate->config.boards[b];
    struct gate_seen_board *seen = &gate->boards[b];
    enum gate_verdict verdict = form_check(board, seen, frame);
    if (verdict != GATE_PASS)
        return verdict;
    uint16_t pattern = frame->data[0];
    if (!board_fresh(seen, now_ms))
        return GATE_UNSEEN;
    /* The first command after a start, or after the board was lost, may only restate what is. */
    if (!seen->sent_any && pattern != seen->outputs)
        return GATE_UNSEEN;
    uint16_t changes = seen->sent_any ? pattern ^ seen->sent : 0;
    if (changes)
        verdict = changes_check(gate, b, pattern, changes, now_ms);
    if (verdict != GATE_PASS)
        return verdict;
    if (changes & pattern & board->contacts)
        gate->pickup_ms = now_ms;
    seen->sent = pattern;
    seen->sent_any = true;
    seen->sent_ms = now_ms;
    seen->sent_counter = frame->data[2];
    return GATE_PASS;
}

static enum gate_verdict allow_check(struct gate *gate, uint8_t bus, const struct frame *frame,
                                     int64_t now_ms)
{
    for (size_t a = 0; a < gate->config.allow_count; a++) {
        const struct gate_allow *allow = &gate->config.allows[a];
        bool ext = frame->flags & FRAME_EXT;
        if (allow->bus != bus || allow->id != frame->id || allow->ext != ext)
            continue;
        if (frame->len != allow->len || frame->flags & ~FRAME_EXT)
            return GATE_FORM;
        if (gate->allow_sent_ms[a] && now_ms - gate->allow_sent_ms[a] < allow->every_min_ms)
            return GATE_RATE;
        gate->allow_sent_ms[a] = now_ms;
        return GATE_PASS;
    }
    return GATE_NOT_OURS;
}

enum gate_verdict gate_check(struct gate *gate, uint8_t bus, const struct frame *frame,
                             int64_t now_ms)
{
    enum gate_verdict verdict = GATE_NOT_OURS;
    bool command = false;
    for (size_t b = 0; b < gate->config.board_count && !command; b++) {
        const struct gate_board *board = &gate->config.boards[b];
        command = board->bus == bus && frame->id == 0x200u + board->node;
        if (command)
            verdict = command_check(gate, b, frame, now_ms);
    }
    if (!command)
        verdict = allow_check(gate, bus, frame, now_ms);
    gate->vetoes[verdict]++;
    return verdict;
}

void gate_reset(struct gate *gate)
{
    gate->foreign = false;
    gate->foreign_id = 0;
    for (size_t s = 0; s < MAX_STRINGS; s++)
        gate->strings[s].locked = false;
    for (size_t b = 0; b < MAX_BOARDS; b++) {
        gate->boards[b].sent_any = false;
        memset(gate->boards[b].differs_ms, 0, sizeof gate->boards[b].differs_ms);
    }
}

const char *gate_verdict_text(enum gate_verdict verdict)
{
    static const char *const text[GATE_VERDICTS] = {
        [GATE_PASS] = "may be sent",
        [GATE_NOT_OURS] = "not on the list of what may be sent",
        [GATE_FORM] = "wrong length, inverse, counter or unused bits",
        [GATE_RATE] = "too soon after the last one",
        [GATE_UNSEEN] = "the board has not been read back",
        [GATE_CURRENT] = "the string carries current, or its current is not known",
        [GATE_EXCLUSIVE] = "another contact of the string is not seen open for long enough",
        [GATE_PICKUP] = "one contact at a time, 200 ms apart",
        [GATE_FOREIGN_LOCK] = "somebody else sends on our identifiers",
        [GATE_MISMATCH] = "order and feedback of this string differ",
    };
    assert(verdict < GATE_VERDICTS);
    return text[verdict];
}
