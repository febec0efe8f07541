/* The gate's judgement of AC contacts: each rule as a row, then a hostile controller against a small
 * plant whose truth is judged. Bytes are written by hand from dbc/backbone.dbc:
 *
 *   19A 19B  outputs closed opened faults uptime uptime counter ~outputs   source 0 and 1; source 2
 *   193      contactor 08; 12 bits 0.1 A from bit 8; 12 bits 0.1 V from bit 20; counter in byte 7
 *   21A 21B  outputs ~outputs counter 0                                    commands
 *
 * Channels: source 0 line 0, neutral 1; source 1 line 2, neutral 3; source 2 line 0, neutral 1. */
#include <string.h>

#include "devices/gate_ac.h"
#include "test/check.h"

enum { SOURCES = 3, BOARDS = 2, CHANNELS = 4 };
enum { L0 = 1, N0 = 2, L1 = 4, N1 = 8 };
enum { TOLD_MS = 1000 }; /* some frame has told it by then */

static const struct gate_ac_config wiring = {
    .point_count = 1,
    .points = {{.node = 0x13,
                .sources = SOURCES,
                .contact = {{{0, 0x1A, 0}, {0, 0x1A, 1}},
                            {{0, 0x1A, 2}, {0, 0x1A, 3}},
                            {{0, 0x1B, 0}, {0, 0x1B, 1}}}}},
};
static const struct gate_config boards = {
    .board_count = BOARDS,
    .boards = {{.node = 0x1A, .allowed = 0x0F}, {.node = 0x1B, .allowed = 0x03}},
};

struct bench {
    struct gate gate;
    struct gate_ac ac;
    int64_t now_ms;
    uint8_t outputs[BOARDS], closed[BOARDS], opened[BOARDS], uptime[BOARDS];
    bool contactor, mute_box, mute_board[BOARDS], stuck_counter;
    int current_dA, voltage_dV;
    uint8_t counter, box_counter, sent;
    unsigned beat;
};

static void hear(struct bench *b, uint32_t id, const uint8_t data[8])
{
    struct frame frame = {.id = id, .len = 8};
    memcpy(frame.data, data, 8);
    gate_seen(&b->gate, 0, &frame, b->now_ms);
}

static void hear_board(struct bench *b, size_t i)
{
    uint8_t outputs = b->outputs[i];
    hear(b, 0x19A + (uint32_t)i,
         (uint8_t[]){outputs, b->closed[i], b->opened[i], 0, b->uptime[i], 0, b->counter++,
                     (uint8_t)~outputs});
}

static void hear_box(struct bench *b)
{
    hear(b, 0x193,
         (uint8_t[]){(uint8_t)(b->contactor << 3), (uint8_t)b->current_dA,
                     (uint8_t)(b->current_dA >> 8 | (b->voltage_dV & 15) << 4),
                     (uint8_t)(b->voltage_dV >> 4), 0, 0, 0,
                     b->stuck_counter ? b->box_counter : ++b->box_counter});
}

static void pass(struct bench *b, int ms)
{
    for (int i = 0; i < ms; i += 100) {
        b->now_ms += 100;
        for (size_t k = 0; k < BOARDS; k++)
            if (!b->mute_board[k])
                hear_board(b, k);
        if (++b->beat % 2 == 0 && !b->mute_box)
            hear_box(b);
    }
}

static enum gate_verdict command(struct bench *b, size_t board, uint8_t pattern)
{
    b->sent = (b->sent + 1) & 15;
    struct frame frame = {
        .id = 0x21A + (uint32_t)board, .len = 4, .data = {pattern, (uint8_t)~pattern, b->sent, 0}};
    return gate_check(&b->gate, 0, &frame, b->now_ms);
}

/* The board carries it out at once and says so. */
static void follow(struct bench *b, size_t board, uint8_t pattern)
{
    b->outputs[board] = b->closed[board] = pattern;
    b->opened[board] = (uint8_t)~pattern;
}

/* Stands on source 0, the car charges. */
static void begin(struct bench *b)
{
    *b = (struct bench){.now_ms = 100000, .contactor = true, .current_dA = 200, .voltage_dV = 2300};
    gate_init(&b->gate, &boards);
    gate_ac_init(&b->ac, &wiring);
    b->gate.ac = &b->ac;
    follow(b, 0, L0 | N0);
    follow(b, 1, 0);
    pass(b, 1000);
    CHECK(command(b, 0, L0 | N0) == GATE_PASS && command(b, 1, 0) == GATE_PASS, "restating passes");
    pass(b, 200);
}

#define EXPECT(actual, wanted, sentence)                                                           \
    do {                                                                                           \
        enum gate_verdict got = (actual);                                                          \
        CHECK(got == (wanted), "%s: %s", sentence, gate_verdict_text(got));                        \
    } while (0)

static void car_leaves(struct bench *b)
{
    b->contactor = false;
    b->current_dA = 0;
    pass(b, 3600);
}

static void order(struct bench *b, size_t board, uint8_t pattern, const char *sentence)
{
    EXPECT(command(b, board, pattern), GATE_PASS, sentence);
    follow(b, board, pattern);
    pass(b, 200);
}

static void line_open(struct bench *b)
{
    begin(b);
    car_leaves(b);
    order(b, 0, N0, "the line opens");
    b->voltage_dV = 20;
    pass(b, 200);
}

static void all_open(struct bench *b)
{
    line_open(b);
    order(b, 0, 0, "the neutral opens");
}

static void neutral_closed(struct bench *b)
{
    all_open(b);
    pass(b, 1000);
    order(b, 0, N1, "the new neutral closes");
}

/* --- rules --- */

static void opening_a_line(void)
{
    struct bench b;
    begin(&b);
    EXPECT(command(&b, 0, N0), GATE_AC_CAR, "under the car");
    b.contactor = false;
    b.current_dA = 5;
    pass(&b, 5000);
    EXPECT(command(&b, 0, N0), GATE_AC_CAR, "0.5 A is too much");
    b.current_dA = 4;
    pass(&b, 3000);
    EXPECT(command(&b, 0, N0), GATE_AC_CAR, "not 200 ms early");
    pass(&b, 200);
    EXPECT(command(&b, 0, N0), GATE_PASS, "three seconds off");
    begin(&b);
    b.current_dA = 0;
    pass(&b, 5000);
    EXPECT(command(&b, 0, N0), GATE_AC_CAR, "the contactor is closed");
    car_leaves(&b);
    EXPECT(command(&b, 0, 0), GATE_AC_ORDER, "not both at once");
    EXPECT(command(&b, 0, L0), GATE_AC_ORDER, "the neutral never first");
    b.mute_box = true;
    pass(&b, 1200);
    EXPECT(command(&b, 0, N0), GATE_UNSEEN, "a silent wallbox");
    b.mute_box = false;
    pass(&b, 1000);
    EXPECT(command(&b, 0, N0), GATE_AC_CAR, "its seconds start anew");
    begin(&b);
    car_leaves(&b);
    b.stuck_counter = true;
    pass(&b, 1400);
    CHECK(command(&b, 0, N0) != GATE_PASS, "a frozen wallbox is no sighting");
}

static void opening_a_neutral(void)
{
    struct bench b;
    begin(&b);
    car_leaves(&b);
    EXPECT(command(&b, 0, N0), GATE_PASS, "the line");
    pass(&b, 200);
    EXPECT(command(&b, 0, 0), GATE_AC_ORDER, "the line is not seen open");
    follow(&b, 0, N0);
    pass(&b, 200);
    EXPECT(command(&b, 0, 0), GATE_AC_LIVE, "the bus is still live: a welded line");
    b.voltage_dV = 500;
    pass(&b, 400);
    EXPECT(command(&b, 0, 0), GATE_AC_LIVE, "50 V is too much");
    b.voltage_dV = 499;
    pass(&b, 200);
    EXPECT(command(&b, 0, 0), GATE_PASS, "line open, bus dead");
}

static void taking_back(void)
{
    struct bench b;
    begin(&b);
    car_leaves(&b);
    EXPECT(command(&b, 0, N0), GATE_PASS, "the line is told to open");
    b.now_ms += 10;
    CHECK(command(&b, 0, L0 | N0) != GATE_PASS, "it may have opened by now");
    pass(&b, 300);
    EXPECT(command(&b, 0, L0 | N0), GATE_PASS, "its board still says closed: never arrived");
}

static void closing_a_neutral(void)
{
    struct bench b;
    line_open(&b);
    EXPECT(command(&b, 0, N0 | N1), GATE_AC_SOURCE, "the old neutral still stands");
    order(&b, 0, 0, "the neutral opens");
    pass(&b, 500);
    EXPECT(command(&b, 0, N1), GATE_AC_SOURCE, "not yet open for a second");
    pass(&b, 500);
    EXPECT(command(&b, 0, L1), GATE_AC_ORDER, "never the line first");
    b.voltage_dV = 600;
    pass(&b, 200);
    EXPECT(command(&b, 0, N1), GATE_AC_LIVE, "voltage on the bus");
    b.voltage_dV = 20;
    pass(&b, 1000);
    EXPECT(command(&b, 0, N1), GATE_AC_LIVE, "dead, but not for a second");
    pass(&b, 400);
    EXPECT(command(&b, 0, N1), GATE_PASS, "then it closes");
    EXPECT(command(&b, 1, N0), GATE_AC_SOURCE, "another board's may not follow");
    all_open(&b);
    b.mute_board[1] = true;
    pass(&b, 1600);
    EXPECT(command(&b, 0, N1), GATE_UNSEEN, "another source's board is silent");
    all_open(&b);
    b.closed[1] = L0;
    pass(&b, 1500);
    EXPECT(command(&b, 0, N1), GATE_AC_SOURCE, "another source's line in both ends");
}

static void closing_a_line(void)
{
    struct bench b;
    neutral_closed(&b);
    EXPECT(command(&b, 0, N1 | L1), GATE_AC_ORDER, "its neutral closed a moment ago");
    pass(&b, 1000);
    b.voltage_dV = 900;
    pass(&b, 200);
    EXPECT(command(&b, 0, N1 | L1), GATE_AC_LIVE, "voltage against the new neutral");
    b.voltage_dV = 20;
    pass(&b, 1400);
    b.contactor = true;
    pass(&b, 200);
    EXPECT(command(&b, 0, N1 | L1), GATE_AC_CAR, "the EVSE has closed");
    b.contactor = false;
    pass(&b, 3200);
    EXPECT(command(&b, 0, N1 | L1 | N0), GATE_AC_SOURCE, "one contact, and not the other source's");
    EXPECT(command(&b, 0, N1 | L1), GATE_PASS, "neutral first, then line");
    pass(&b, 200);
    EXPECT(command(&b, 0, N1 | L1), GATE_PASS, "restated until the board has taken it");
    b.now_ms += 10;
    EXPECT(command(&b, 0, N1), GATE_PASS, "and may be taken back");
    EXPECT(command(&b, 0, N1 | L1), GATE_RATE, "not in the same breath");
    b.now_ms += 10;
    EXPECT(command(&b, 0, N1 | L1), GATE_AC_SOURCE, "told to close a moment ago");
    neutral_closed(&b);
    pass(&b, 1000);
    b.closed[0] = 0;
    pass(&b, 200);
    EXPECT(command(&b, 0, N1 | L1), GATE_AC_ORDER, "its neutral is not seen closed");
}

/* A close that was lost and taken back is no bar for opening the neutral again. */
static void a_lost_close(void)
{
    struct bench b;
    neutral_closed(&b);
    pass(&b, 1200);
    EXPECT(command(&b, 0, N1 | L1), GATE_PASS, "the line is told to close");
    b.now_ms += 10;
    EXPECT(command(&b, 0, 0), GATE_AC_ORDER, "it may close any moment");
    EXPECT(command(&b, 0, N1), GATE_PASS, "taken back");
    b.now_ms += 10;
    EXPECT(command(&b, 0, 0), GATE_AC_ORDER, "it may have closed");
    pass(&b, 200);
    EXPECT(command(&b, 0, 0), GATE_PASS, "its board says open since: never arrived");
}

static void one_at_a_time(void)
{
    struct bench b;
    neutral_closed(&b);
    pass(&b, 1200);
    EXPECT(command(&b, 0, L1), GATE_PICKUP, "line on and neutral off in one command");
}

/* What is no sighting, and what is none of its business. */
static void sightings(void)
{
    struct bench b;
    begin(&b);
    car_leaves(&b);
    order(&b, 0, N0, "the line opens");
    b.voltage_dV = 20;
    struct frame box = {.id = 0x193, .len = 8, .data = {0, 0, 0x40, 1, 0, 0, 0, 200}};
    gate_ac_frame(&b.ac, 1, &box, b.now_ms);
    EXPECT(command(&b, 0, 0), GATE_AC_LIVE, "another bus says the wallbox is dead");
    b.now_ms += 10;
    box.len = 7;
    gate_ac_frame(&b.ac, 0, &box, b.now_ms);
    EXPECT(command(&b, 0, 0), GATE_AC_LIVE, "a short frame");
    b.now_ms += 10;
    box.len = 8;
    box.flags = FRAME_EXT;
    gate_ac_frame(&b.ac, 0, &box, b.now_ms);
    EXPECT(command(&b, 0, 0), GATE_AC_LIVE, "an extended identifier");
    b.now_ms += 10;
    box.flags = 0;
    box.dlc = 15;
    gate_ac_frame(&b.ac, 0, &box, b.now_ms);
    EXPECT(command(&b, 0, 0), GATE_AC_LIVE, "a length code of its own");
    b.now_ms += 10;
    box.dlc = 0;
    gate_ac_frame(&b.ac, 0, &box, b.now_ms);
    EXPECT(command(&b, 0, 0), GATE_PASS, "the wallbox itself");
}

/* A board that was silent, or whose counter stands still, has not been seen open meanwhile. */
static void stale_boards(void)
{
    struct bench b;
    all_open(&b);
    pass(&b, 1000);
    for (int i = 0; i < 18; i++) { /* the same frame again and again */
        b.now_ms += 100;
        hear_board(&b, 0);
        uint8_t counter = b.counter;
        b.counter = 77;
        hear_board(&b, 1);
        b.counter = counter;
        if (i % 2)
            hear_box(&b);
    }
    EXPECT(command(&b, 0, N1), GATE_UNSEEN, "another source's board is frozen");
    all_open(&b);
    pass(&b, 1000);
    b.mute_board[1] = true;
    pass(&b, 1600);
    b.mute_board[1] = false;
    pass(&b, 500);
    EXPECT(command(&b, 0, N1), GATE_AC_SOURCE, "its second starts anew after a gap");
    pass(&b, 600);
    EXPECT(command(&b, 0, N1), GATE_PASS, "and then counts");
}

/* A command to one board is not one to another of the same channels. */
static void whose_command(void)
{
    struct bench b;
    all_open(&b);
    pass(&b, 1000);
    EXPECT(command(&b, 1, N0), GATE_PASS, "source 2's neutral");
    follow(&b, 1, N0);
    pass(&b, 1200);
    EXPECT(command(&b, 0, 0), GATE_PASS, "board 0 restated");
    EXPECT(command(&b, 1, N0 | L0), GATE_PASS, "its line: channel 1 of board 0 is another contact");
}

/* --- hostile --- */

static uint32_t dice_state;
static uint32_t dice(uint32_t sides)
{
    dice_state ^= dice_state << 13; /* xorshift32 (Marsaglia 2003) */
    dice_state ^= dice_state >> 17;
    dice_state ^= dice_state << 5;
    return dice_state % sides;
}

struct truth {
    struct bench bench;
    bool coil[BOARDS][CHANNELS], closed[BOARDS][CHANNELS], welded[BOARDS][CHANNELS];
    int64_t coil_ms[BOARDS][CHANNELS];
    int64_t silent_until_ms[BOARDS];
    bool alive[SOURCES], car_wants;
    double volts;
    int64_t car_ms;  /* the car was last on, long enough to be told */
    int64_t on_ms;   /* it is on since; 0 = is not */
    int64_t live_ms; /* the bus was last at 50 V or more */
    uint32_t line_closes, line_opens, neutral_moves, broken, vetoes;
    const char *rule;
};

static void blame(struct truth *t, bool broken, const char *rule)
{
    t->rule = broken && !t->broken ? rule : t->rule;
    t->broken += broken;
}

static bool *closed_at(struct truth *t, int source, int pole)
{
    return &t->closed[source == 2][source == 2 ? pole : 2 * source + pole];
}

/* A board takes a pattern: what moves is judged by the truth, as old as a wallbox frame may be. */
static void board_takes(struct truth *t, int board, uint8_t pattern)
{
    int64_t now_ms = t->bench.now_ms;
    for (int ch = 0; ch < CHANNELS; ch++) {
        bool on = pattern >> ch & 1;
        if (t->coil[board][ch] == on)
            continue;
        t->coil[board][ch] = on;
        t->coil_ms[board][ch] = now_ms;
        blame(t, now_ms - t->car_ms < 2700 && now_ms - t->car_ms > 1050, "18, 19: under the car");
        if (ch % 2 == 0 && on)
            blame(t, now_ms - t->live_ms < 800, "17: onto a live bus");
        t->line_closes += ch % 2 == 0 && on;
        t->line_opens += ch % 2 == 0 && !on;
        t->neutral_moves += ch % 2 == 1;
    }
    t->bench.outputs[board] = pattern;
}

static void contacts_move(struct truth *t)
{
    unsigned on_bus = 0, lines = 0;
    for (int b = 0; b < BOARDS; b++) {
        t->bench.closed[b] = t->bench.opened[b] = 0;
        for (int ch = 0; ch < CHANNELS; ch++) {
            bool rested = t->bench.now_ms - t->coil_ms[b][ch] >= (t->coil[b][ch] ? 30 : 60);
            if (rested)
                t->closed[b][ch] = t->coil[b][ch] || t->welded[b][ch];
            uint8_t bit = (uint8_t)(1 << ch);
            if (t->closed[b][ch])
                t->bench.closed[b] |= bit;
            else if (rested)
                t->bench.opened[b] |= bit;
        }
    }
    for (int s = 0; s < SOURCES; s++) {
        bool line = *closed_at(t, s, GATE_AC_LINE), neutral = *closed_at(t, s, GATE_AC_NEUTRAL);
        on_bus += line || neutral;
        lines += line;
        blame(t, line && !neutral, "17: a line without its neutral");
    }
    blame(t, lines > 0 && on_bus > 1, "16: two sources");
}

static void bus_and_car(struct truth *t)
{
    bool fed = false;
    for (int s = 0; s < SOURCES; s++)
        fed |= *closed_at(t, s, GATE_AC_LINE) && *closed_at(t, s, GATE_AC_NEUTRAL) && t->alive[s];
    t->volts = fed ? 230 : t->volts * 0.97;
    if (dice(600) == 0)
        t->car_wants = dice(3) == 0;
    bool on = t->car_wants && t->volts > 180;
    t->bench.contactor = on;
    t->bench.current_dA = on ? 200 : 0;
    t->bench.voltage_dV = (int)(t->volts * 10);
    t->on_ms = !on ? 0 : t->on_ms ? t->on_ms : t->bench.now_ms;
    if (on && t->bench.now_ms - t->on_ms >= TOLD_MS)
        t->car_ms = t->bench.now_ms;
    t->live_ms = t->volts >= 50 ? t->bench.now_ms : t->live_ms;
}

static void mischief(struct truth *t)
{
    int b = (int)dice(BOARDS), ch = (int)dice(CHANNELS);
    uint32_t what = dice(20000);
    if (what == 0)
        t->welded[b][ch] = t->closed[b][ch];
    else if (what < 6)
        memset(t->welded, 0, sizeof t->welded);
    else if (what < 10)
        t->alive[dice(SOURCES)] ^= true;
    else if (what < 12)
        t->silent_until_ms[b] = t->bench.now_ms + dice(3000);
    else if (what == 12)
        t->bench.uptime[b] = 0;
}

static void frames_go(struct truth *t)
{
    struct bench *b = &t->bench;
    for (size_t i = 0; i < BOARDS; i++) {
        b->mute_board[i] = b->now_ms < t->silent_until_ms[i];
        if ((b->now_ms + 30 * (int64_t)i) % 100 == 0 && !b->mute_board[i] && dice(30))
            hear_board(b, i);
    }
    if (b->now_ms % 1000 == 0)
        for (size_t i = 0; i < BOARDS; i++)
            b->uptime[i] = (uint8_t)(b->uptime[i] < 255 ? b->uptime[i] + 1 : 255);
    if (b->now_ms % 200 == 70 && dice(30))
        hear_box(b);
}

/* Sometimes one bit, held for a while; sometimes anything. */
static uint8_t hostile_pattern(struct truth *t, int board, uint8_t *wish)
{
    if (dice(150) == 0)
        *wish = (uint8_t)(t->bench.outputs[board] ^ 1u << dice(CHANNELS));
    uint32_t mood = dice(20);
    uint8_t pattern = mood == 0 ? (uint8_t)dice(16) : mood == 1 ? t->bench.outputs[board] : *wish;
    return board ? pattern & 3 : pattern;
}

static void hostile(uint32_t seed, uint32_t frames)
{
    struct truth t = {.alive = {true, true, true}};
    uint8_t wish[BOARDS] = {0};
    dice_state = seed;
    begin(&t.bench);
    t.bench.outputs[0] = 0;
    gate_init(&t.bench.gate, &boards);
    gate_ac_init(&t.bench.ac, &wiring);
    t.bench.gate.ac = &t.bench.ac;
    for (uint32_t i = 0; i < frames; i++) {
        t.bench.now_ms += 10;
        mischief(&t);
        contacts_move(&t);
        bus_and_car(&t);
        frames_go(&t);
        int board = (int)dice(BOARDS);
        uint8_t pattern = hostile_pattern(&t, board, &wish[board]);
        if (command(&t.bench, (size_t)board, pattern) != GATE_PASS)
            t.vetoes++;
        else if (!t.bench.mute_board[board] && dice(20))
            board_takes(&t, board, pattern);
    }
    printf("hostile: %u frames, %u refused; lines closed %u, opened %u; neutrals moved %u\n",
           frames, t.vetoes, t.line_closes, t.line_opens, t.neutral_moves);
    CHECK(t.broken == 0, "%u times, first: %s", t.broken, t.rule);
    CHECK(t.line_closes > 30 && t.line_opens > 30 && t.neutral_moves > 100, "it got somewhere");
}

int main(void)
{
    opening_a_line();
    opening_a_neutral();
    taking_back();
    closing_a_neutral();
    closing_a_line();
    a_lost_close();
    one_at_a_time();
    sightings();
    stale_boards();
    whose_command();
    for (uint32_t seed = 1; seed <= 4; seed++)
        hostile(2463534242u * seed, 1000000);
    return check_done("gate_ac");
}
