/* The bench for the gate, frame by frame. Bytes are written by hand from dbc/backbone.dbc:
 *
 *   190  outputs closed opened faults uptime uptime counter ~outputs   contacts, channels as UC001
 *   191  the same                                                        switches s1 s2 s3
 *   192  14 bits a string, 10 mA; 9.00 A = 900 = 0x384                   counter in byte 7
 *   210, 211  outputs ~outputs counter 0                                 commands */
#ifndef BUSBAR_TEST_GATE_BENCH_H
#define BUSBAR_TEST_GATE_BENCH_H

#include <string.h>

#include "devices/gate.h"
#include "test/check.h"

/* The bench: a gate that hears boards and counter at their pace, in the state set here. */
struct bench {
    struct gate gate;
    int64_t now_ms;
    uint8_t outputs, closed, opened; /* contacts board */
    uint8_t switches;                /* switch board's outputs */
    uint8_t amperes;                 /* byte patterns below: which strings carry 9 A */
    bool mute_contacts, mute_switches, mute_counter;
    uint8_t moving; /* frame counter */
    uint8_t uptime;
    uint8_t sent; /* command counter */
    unsigned beat;
};

static inline struct gate_config uc001(void)
{
    struct gate_config config = {
        .board_count = 2,
        .counter_count = 1,
        .allow_count = 3,
        .boards = {{.node = 0x10,
                    .contacts = 0x7F,
                    .allowed = 0x7F,
                    .string_of = {0, 1, 2, 0, 1, 1, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                  0xFF, 0xFF},
                    .input_of = {1, 2, 3, 4, 4, 5, 5}},
                   {.node = 0x11,
                    .switches = 0x07,
                    .allowed = 0x0F,
                    .string_of = {0, 1, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                  0xFF, 0xFF, 0xFF, 0xFF}}},
        .counters = {{.node = 0x12, .string_of = {0, 1, 2, 0xFF}}},
        .allows = {{.id = 0x701, .len = 1, .every_min_ms = 400},
                   {.id = 0x213, .len = 4, .every_min_ms = 10},
                   {.id = 0x18FF01, .ext = true, .bus = 1, .len = 8, .every_min_ms = 100}},
    };
    return config;
}

static inline void hear(struct bench *b, uint32_t id, const uint8_t data[8])
{
    struct frame f = {.id = id, .len = 8};
    memcpy(f.data, data, 8);
    gate_seen(&b->gate, 0, &f, b->now_ms);
}

static inline void hear_contacts(struct bench *b)
{
    hear(b, 0x190,
         (uint8_t[]){b->outputs, b->closed, b->opened, 0, b->uptime, 0, b->moving++,
                     (uint8_t)~b->outputs});
}

static inline void hear_switches(struct bench *b)
{
    hear(b, 0x191,
         (uint8_t[]){b->switches, b->switches, (uint8_t)~b->switches, 0, b->uptime, 0, b->moving++,
                     (uint8_t)~b->switches});
}

/* 900 at bit 0, 14 and 28: 84 03 | 00 E1 00 | 00 00 00 40 38 */
static inline void hear_counter(struct bench *b)
{
    uint8_t d[8] = {0, 0, 0, 0, 0, 0, 0, b->moving++};
    if (b->amperes & 1) {
        d[0] |= 0x84;
        d[1] |= 0x03;
    }
    if (b->amperes & 2)
        d[2] |= 0xE1;
    if (b->amperes & 4) {
        d[3] |= 0x40;
        d[4] |= 0x38;
    }
    hear(b, 0x192, d);
}

/* Lets time pass: the counter speaks each 50 ms, the boards each 100 ms. */
static inline void pass(struct bench *b, int ms)
{
    for (int i = 0; i < ms; i += 50) {
        b->now_ms += 50;
        if (!b->mute_counter)
            hear_counter(b);
        bool boards = ++b->beat % 2 == 0;
        if (boards && !b->mute_contacts)
            hear_contacts(b);
        if (boards && !b->mute_switches)
            hear_switches(b);
    }
}

static inline enum gate_verdict command(struct bench *b, uint32_t id, uint8_t pattern)
{
    b->sent = (b->sent + 1) & 15;
    struct frame f = {.id = id, .len = 4, .data = {pattern, (uint8_t)~pattern, b->sent, 0}};
    return gate_check(&b->gate, 0, &f, b->now_ms);
}

static inline enum gate_verdict contacts(struct bench *b, uint8_t pattern)
{
    return command(b, 0x210, pattern);
}

static inline enum gate_verdict switches(struct bench *b, uint8_t pattern)
{
    return command(b, 0x211, pattern);
}

/* Everyone home, the sun shines, nothing heard yet. */
static inline void begin(struct bench *b)
{
    struct gate_config config = uc001();
    *b = (struct bench){.now_ms = 100000,
                        .outputs = 0x07,
                        .closed = 0x07,
                        .opened = 0x78,
                        .switches = 0x07,
                        .amperes = 7,
                        .uptime = 50};
    gate_init(&b->gate, &config);
}

/* .. and both boards read back. */
static inline void begin_synced(struct bench *b)
{
    begin(b);
    pass(b, 1000);
    CHECK(contacts(b, 0x07) == GATE_PASS && switches(b, 0x07) == GATE_PASS, "restating passes");
}

/* .. and string 1 switched off and cold, so that its contacts may move. */
static inline void begin_cold(struct bench *b)
{
    begin_synced(b);
    pass(b, 50);
    CHECK(switches(b, 0x06) == GATE_PASS, "off at any time");
    b->switches = 0x06;
    b->amperes = 6;
    pass(b, 800);
}

/* .. and open everywhere. */
static inline void begin_open(struct bench *b)
{
    begin_cold(b);
    CHECK(contacts(b, 0x06) == GATE_PASS, "opens cold");
    b->outputs = b->closed = 0x06;
    b->opened = 0x79;
    pass(b, 700);
}

#define EXPECT(actual, wanted, sentence)                                                           \
    do {                                                                                           \
        enum gate_verdict got = (actual);                                                          \
        CHECK(got == (wanted), "%s: %s", sentence, gate_verdict_text(got));                        \
    } while (0)

#endif
