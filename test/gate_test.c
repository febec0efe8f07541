/* The gate, frame by frame. Bytes are written by hand from dbc/backbone.dbc:
 *
 *   190  outputs closed opened faults uptime uptime counter ~outputs   contacts, channels as UC001
 *   191  the same                                                        switches s1 s2 s3
 *   192  14 bits a string, 10 mA; 9.00 A = 900 = 0x384                   counter in byte 7
 *   210, 211  outputs ~outputs counter 0                                 commands */
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

static struct gate_config uc001(void)
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

static void hear(struct bench *b, uint32_t id, const uint8_t data[8])
{
    struct frame f = {.id = id, .len = 8};
    memcpy(f.data, data, 8);
    gate_seen(&b->gate, 0, &f, b->now_ms);
}

static void hear_contacts(struct bench *b)
{
    hear(b, 0x190,
         (uint8_t[]){b->outputs, b->closed, b->opened, 0, b->uptime, 0, b->moving++,
                     (uint8_t)~b->outputs});
}

static void hear_switches(struct bench *b)
{
    hear(b, 0x191,
         (uint8_t[]){b->switches, b->switches, (uint8_t)~b->switches, 0, b->uptime, 0, b->moving++,
                     (uint8_t)~b->switches});
}

/* 900 at bit 0, 14 and 28: 84 03 | 00 E1 00 | 00 00 00 40 38 */
static void hear_counter(struct bench *b)
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
static void pass(struct bench *b, int ms)
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

static enum gate_verdict command(struct bench *b, uint32_t id, uint8_t pattern)
{
    b->sent = (b->sent + 1) & 15;
    struct frame f = {.id = id, .len = 4, .data = {pattern, (uint8_t)~pattern, b->sent, 0}};
    return gate_check(&b->gate, 0, &f, b->now_ms);
}

static enum gate_verdict contacts(struct bench *b, uint8_t pattern)
{
    return command(b, 0x210, pattern);
}

static enum gate_verdict switches(struct bench *b, uint8_t pattern)
{
    return command(b, 0x211, pattern);
}

/* Everyone home, the sun shines, nothing heard yet. */
static void begin(struct bench *b)
{
    struct gate_config config = uc001();
    *b = (struct bench){.now_ms = 100000,
                        .outputs = 0x07,
                        .closed = 0x07,
                        .opened = 0x78,
                        .switches = 0x07,
                        .amperes = 7,
                        .uptime = 50};
    gate_init(&b->gate, &config, b->now_ms);
}

/* .. and both boards read back. */
static void begin_synced(struct bench *b)
{
    begin(b);
    pass(b, 1000);
    CHECK(contacts(b, 0x07) == GATE_PASS && switches(b, 0x07) == GATE_PASS, "restating passes");
}

/* .. and string 1 switched off and cold, so that its contacts may move. */
static void begin_cold(struct bench *b)
{
    begin_synced(b);
    pass(b, 50);
    CHECK(switches(b, 0x06) == GATE_PASS, "off at any time");
    b->switches = 0x06;
    b->amperes = 6;
    pass(b, 800);
}

/* .. and open everywhere. */
static void begin_open(struct bench *b)
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

/* --- one transfer, as it should be --- */

static void a_transfer(void)
{
    static const struct {
        int wait_ms; /* passes first, in the state of the line before */
        uint32_t id;
        uint8_t pattern;
        enum gate_verdict verdict;
        uint8_t outputs, closed, opened, switches, amperes; /* the plant after it */
        const char *sentence;
    } rows[] = {
        {1000, 0x210, 0x07, GATE_PASS, 0x07, 0x07, 0x78, 0x07, 7, "first the outputs as they are"},
        {0, 0x211, 0x07, GATE_PASS, 0x07, 0x07, 0x78, 0x07, 7, "on both boards"},
        {100, 0x210, 0x06, GATE_CURRENT, 0x07, 0x07, 0x78, 0x07, 7, "not open under 9 A"},
        {100, 0x211, 0x06, GATE_PASS, 0x07, 0x07, 0x78, 0x06, 6, "switch off"},
        {500, 0x210, 0x06, GATE_CURRENT, 0x07, 0x07, 0x78, 0x06, 6,
         "zero seen from 50 ms on: 450 ms are too short"},
        {50, 0x210, 0x06, GATE_PASS, 0x06, 0x07, 0x78, 0x06, 6, "500 ms of zero: open"},
        {100, 0x210, 0x06, GATE_PASS, 0x06, 0x06, 0x79, 0x06, 6, "restated"},
        {100, 0x210, 0x0E, GATE_EXCLUSIVE, 0x06, 0x06, 0x79, 0x06, 6, "open is just seen"},
        {400, 0x210, 0x0E, GATE_EXCLUSIVE, 0x06, 0x06, 0x79, 0x06, 6, "seen open for 450 ms"},
        {100, 0x210, 0x0E, GATE_PASS, 0x0E, 0x06, 0x79, 0x06, 6, "seen open for 500 ms: close"},
        {100, 0x211, 0x07, GATE_EXCLUSIVE, 0x0E, 0x0E, 0x71, 0x06, 6,
         "not switched on before it is seen closed"},
        {100, 0x211, 0x07, GATE_EXCLUSIVE, 0x0E, 0x0E, 0x71, 0x06, 6, "nor while it may bounce"},
        {100, 0x211, 0x07, GATE_PASS, 0x0E, 0x0E, 0x71, 0x07, 7,
         "ordered closed for 300 ms and seen closed: on"},
        {100, 0x211, 0x06, GATE_PASS, 0x0E, 0x0E, 0x71, 0x06, 6, "off again at any time"},
    };
    struct bench b;
    begin(&b);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pass(&b, rows[i].wait_ms);
        EXPECT(command(&b, rows[i].id, rows[i].pattern), rows[i].verdict, rows[i].sentence);
        b.outputs = rows[i].outputs;
        b.closed = rows[i].closed;
        b.opened = rows[i].opened;
        b.switches = rows[i].switches;
        b.amperes = rows[i].amperes;
    }
}

/* --- form --- */

static void the_form(void)
{
    static const struct {
        struct frame frame;
        enum gate_verdict verdict;
        const char *sentence;
    } rows[] = {
        {{.id = 0x210, .len = 4, .data = {0x07, 0xF8, 0x05, 0}}, GATE_PASS, "well formed"},
        {{.id = 0x210, .len = 3, .data = {0x07, 0xF8, 0x06, 0}}, GATE_FORM, "three bytes"},
        {{.id = 0x210, .len = 5, .data = {0x07, 0xF8, 0x06, 0}}, GATE_FORM, "five bytes"},
        {{.id = 0x210, .len = 4, .dlc = 9, .data = {0x07, 0xF8, 0x06, 0}},
         GATE_FORM,
         "raw length code"},
        {{.id = 0x210, .len = 4, .flags = FRAME_RTR, .data = {0x07, 0xF8, 0x06, 0}},
         GATE_FORM,
         "remote request"},
        {{.id = 0x210, .len = 4, .flags = FRAME_FD, .data = {0x07, 0xF8, 0x06, 0}},
         GATE_FORM,
         "CAN FD"},
        {{.id = 0x210, .len = 4, .data = {0x07, 0xF9, 0x06, 0}},
         GATE_FORM,
         "second byte not the inverse"},
        {{.id = 0x210, .len = 4, .data = {0x07, 0xF8, 0x16, 0}},
         GATE_FORM,
         "high nibble of the counter"},
        {{.id = 0x210, .len = 4, .data = {0x07, 0xF8, 0x06, 1}}, GATE_FORM, "last byte not zero"},
        {{.id = 0x210, .len = 4, .data = {0x07, 0xF8, 0x05, 0}},
         GATE_FORM,
         "counter has not moved"},
        {{.id = 0x210, .len = 4, .data = {0x87, 0x78, 0x06, 0}},
         GATE_FORM,
         "channel 8 is not wired"},
        {{.id = 0x210, .len = 4, .data = {0x07, 0xF8, 0x06, 0}},
         GATE_PASS,
         "the refused ones left no trace"},
        {{.id = 0x211, .len = 4, .data = {0x07, 0xF8, 0x06, 0}},
         GATE_PASS,
         "each board has its own counter"},
        {{.id = 0x210, .len = 4, .flags = FRAME_EXT, .data = {0x07, 0xF8, 0x07, 0}},
         GATE_NOT_OURS,
         "the number as a 29-bit identifier"},
        {{.id = 0x212, .len = 4, .data = {0x07, 0xF8, 0x07, 0}},
         GATE_NOT_OURS,
         "a node that is no board"},
        {{.id = 0x181, .len = 8}, GATE_NOT_OURS, "not listed"},
        {{.id = 0x701, .len = 1, .data = {5}}, GATE_PASS, "listed"},
        {{.id = 0x213, .len = 4}, GATE_PASS, "listed, another one"},
        {{.id = 0x213, .len = 3}, GATE_FORM, "listed with another length"},
        {{.id = 0x213, .len = 4, .flags = FRAME_RTR}, GATE_FORM, "listed, but a remote request"},
        {{.id = 0x213, .len = 4, .dlc = 12}, GATE_FORM, "listed, raw length code"},
        {{.id = 0x18FF01, .len = 8, .flags = FRAME_EXT}, GATE_NOT_OURS, "listed for another bus"},
    };
    struct bench b;
    begin(&b);
    pass(&b, 500);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pass(&b, 50);
        EXPECT(gate_check(&b.gate, 0, &rows[i].frame, b.now_ms), rows[i].verdict, rows[i].sentence);
    }
    CHECK(b.gate.vetoes[GATE_FORM] == 13, "refusals are counted: %u", b.gate.vetoes[GATE_FORM]);
    struct frame other = {.id = 0x18FF01, .len = 8, .flags = FRAME_EXT};
    EXPECT(gate_check(&b.gate, 1, &other, b.now_ms), GATE_PASS, "29-bit, on its bus");
    EXPECT(gate_check(&b.gate, 1, &other, b.now_ms + 99), GATE_RATE, "99 ms after");
    EXPECT(gate_check(&b.gate, 1, &other, b.now_ms + 100), GATE_PASS, "100 ms after");
    other.flags = 0;
    EXPECT(gate_check(&b.gate, 1, &other, b.now_ms + 300), GATE_NOT_OURS, "11-bit of that number");
    struct frame relay = {.id = 0x210, .len = 4, .data = {0x07, 0xF8, 0x09, 0}};
    EXPECT(gate_check(&b.gate, 1, &relay, b.now_ms), GATE_NOT_OURS,
           "a relay command on another bus");
}

static void the_rate(void)
{
    struct bench b;
    begin_synced(&b);
    EXPECT(contacts(&b, 0x07), GATE_RATE, "twice in a millisecond");
    b.now_ms += 4;
    EXPECT(contacts(&b, 0x07), GATE_RATE, "4 ms after the one that passed");
    b.now_ms += 1;
    EXPECT(contacts(&b, 0x07), GATE_PASS, "5 ms after");
}

/* Identifiers that move a board's outputs past the judgement are never sent, listed or not. */
static void ways_round(void)
{
    static const uint32_t ids[] = {0x000, 0x310, 0x410, 0x510, 0x610, 0x311, 0x611};
    struct bench b;
    begin(&b);
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        b.gate.config.allows[1] = (struct gate_allow){.id = ids[i], .len = 2};
        struct frame f = {.id = ids[i], .len = 2};
        EXPECT(gate_check(&b.gate, 0, &f, b.now_ms), GATE_NOT_OURS, "reaches a board");
    }
    b.gate.config.allows[1] = (struct gate_allow){.id = 0x612, .len = 2};
    struct frame f = {.id = 0x612, .len = 2};
    EXPECT(gate_check(&b.gate, 0, &f, b.now_ms), GATE_PASS, "SDO to a node that is no board");
    b.gate.config.allows[1] = (struct gate_allow){.id = 0x610, .len = 2, .bus = 1};
    f.id = 0x610;
    EXPECT(gate_check(&b.gate, 1, &f, b.now_ms), GATE_PASS, "that number on a bus without boards");
    b.gate.config.allows[1] = (struct gate_allow){.id = 0x610, .len = 2, .ext = true};
    f.flags = FRAME_EXT;
    EXPECT(gate_check(&b.gate, 0, &f, b.now_ms), GATE_PASS, "that number with 29 bits");
}

/* --- reading back --- */

static void after_a_start(void)
{
    struct bench b;
    begin(&b);
    EXPECT(contacts(&b, 0x07), GATE_UNSEEN, "nothing heard");
    pass(&b, 100);
    EXPECT(contacts(&b, 0x06), GATE_UNSEEN, "the first command may not change a contact");
    b.now_ms += 10;
    EXPECT(switches(&b, 0x06), GATE_UNSEEN, "nor a switch");
    EXPECT(contacts(&b, 0x07), GATE_PASS, "it may say what is");
    b.mute_contacts = true;
    b.now_ms -= 10;
    pass(&b, 1500);
    EXPECT(contacts(&b, 0x07), GATE_PASS, "heard 1.5 s ago");
    pass(&b, 50);
    EXPECT(contacts(&b, 0x07), GATE_UNSEEN, "heard longer ago");
    b.mute_contacts = false;
    pass(&b, 100);
    EXPECT(contacts(&b, 0x06), GATE_UNSEEN, "after a silence it is read back first");
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x07), GATE_PASS, "as it is");
}

/* 1.5 s between two state frames are no silence yet. */
static void slow_board(void)
{
    struct bench b;
    begin_cold(&b);
    b.mute_contacts = true;
    pass(&b, 1400);
    b.mute_contacts = false;
    pass(&b, 100);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "it need not be read back again");
}

static void after_a_reboot(void)
{
    struct bench b;
    begin_synced(&b);
    b.outputs = b.closed = 0;
    b.opened = 0x7F;
    b.uptime = 0;
    pass(&b, 100);
    EXPECT(contacts(&b, 0x07), GATE_UNSEEN, "uptime fell: not blindly commanded again");
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x00), GATE_PASS, "as it is now");
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x07), GATE_PICKUP, "three contacts at once");
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x01), GATE_CURRENT, "its switch is still on");
    b.uptime = 1;
    pass(&b, 100);
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x00), GATE_PASS, "uptime that rises is no reboot");
}

/* A board whose uptime does not tell: the outputs do. */
static void lost_outputs(void)
{
    struct bench b;
    begin_synced(&b);
    b.outputs = b.closed = 0x06;
    b.opened = 0x79;
    pass(&b, 800);
    EXPECT(contacts(&b, 0x07), GATE_CURRENT, "restating is a close under a switch that is on");
}

/* --- sightings that are none --- */

static void not_sightings(void)
{
    static const struct {
        struct frame frame;
        uint8_t bus;
        const char *sentence;
    } rows[] = {
        {{.id = 0x190, .len = 7, .data = {7, 7, 0x78, 0, 0, 0, 9, 0xF8}}, 0, "short"},
        {{.id = 0x190, .len = 8, .data = {7, 7, 0x78, 0, 0, 0, 9, 0xF9}}, 0, "inverse wrong"},
        {{.id = 0x190, .len = 8, .flags = FRAME_RTR, .data = {7, 7, 0x78, 0, 0, 0, 9, 0xF8}},
         0,
         "remote request"},
        {{.id = 0x190, .len = 8, .flags = FRAME_EXT, .data = {7, 7, 0x78, 0, 0, 0, 9, 0xF8}},
         0,
         "29 bits"},
        {{.id = 0x190, .len = 8, .flags = FRAME_FD, .data = {7, 7, 0x78, 0, 0, 0, 9, 0xF8}},
         0,
         "CAN FD"},
        {{.id = 0x190, .len = 8, .flags = FRAME_ERR, .data = {7, 7, 0x78, 0, 0, 0, 9, 0xF8}},
         0,
         "error frame"},
        {{.id = 0x190, .len = 8, .flags = FRAME_OWN, .data = {7, 7, 0x78, 0, 0, 0, 9, 0xF8}},
         0,
         "sent by ourselves"},
        {{.id = 0x190, .len = 8, .dlc = 10, .data = {7, 7, 0x78, 0, 0, 0, 9, 0xF8}},
         0,
         "raw length code"},
        {{.id = 0x190, .len = 8, .data = {7, 7, 0x78, 0, 0, 0, 9, 0xF8}}, 1, "another bus"},
        {{.id = 0x195, .len = 8, .data = {7, 7, 0x78, 0, 0, 0, 9, 0xF8}}, 0, "another node"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench b;
        begin(&b);
        gate_seen(&b.gate, rows[i].bus, &rows[i].frame, b.now_ms);
        EXPECT(contacts(&b, 0x07), GATE_UNSEEN, rows[i].sentence);
        CHECK(!b.gate.foreign, "%s: not foreign", rows[i].sentence);
    }
    struct bench b;
    begin_synced(&b);
    for (int i = 0; i < 17; i++) {
        b.now_ms += 100;
        b.moving = 200;
        hear_contacts(&b);
    }
    EXPECT(contacts(&b, 0x07), GATE_UNSEEN, "a frozen counter is not a sighting");
}

/* --- zero current --- */

static void zero_current(void)
{
    struct bench b;
    begin_cold(&b);
    b.mute_counter = true;
    pass(&b, 200);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "a sample of 200 ms ago");
    begin_cold(&b);
    b.mute_counter = true;
    pass(&b, 250);
    EXPECT(contacts(&b, 0x06), GATE_UNSEEN, "a sample of 250 ms ago");
    b.mute_counter = false;
    pass(&b, 500);
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "after a gap the 500 ms begin anew");
    pass(&b, 50);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "and end");
    begin_cold(&b);
    b.now_ms += 150;
    pass(&b, 50);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "200 ms between samples are no gap");
    begin_cold(&b);
    b.amperes = 7;
    pass(&b, 50);
    b.amperes = 6;
    pass(&b, 500);
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "a single sample of current begins them anew");
    begin_cold(&b);
    for (int i = 0; i < 20; i++) {
        b.now_ms += 50;
        hear(&b, 0x192, (uint8_t[]){0, 0, 0, 0, 0, 0, 0, 7});
    }
    EXPECT(contacts(&b, 0x06), GATE_UNSEEN, "a frozen counter is not a sample");
}

/* 50 = 0x32 is 0.50 A, 51 is too much; 0x3FCE is -0.50 A, 0x3FCD is -0.51 A. */
static void the_threshold(void)
{
    static const struct {
        uint8_t low, high;
        enum gate_verdict verdict;
        const char *sentence;
    } rows[] = {
        {0x32, 0x00, GATE_PASS, "0.50 A"},      {0x33, 0x00, GATE_CURRENT, "0.51 A"},
        {0xCE, 0x3F, GATE_PASS, "-0.50 A"},     {0xCD, 0x3F, GATE_CURRENT, "-0.51 A"},
        {0x00, 0x20, GATE_CURRENT, "-81.92 A"}, {0xFF, 0x1F, GATE_CURRENT, "81.91 A"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench b;
        begin_cold(&b);
        for (int k = 0; k < 12; k++) {
            b.now_ms += 50;
            hear(&b, 0x192,
                 (uint8_t[]){rows[i].low, rows[i].high, 0xE1, 0x40, 0x38, 0, 0, b.moving++});
        }
        hear_contacts(&b);
        hear_switches(&b);
        EXPECT(contacts(&b, 0x06), rows[i].verdict, rows[i].sentence);
    }
    struct bench b;
    begin_cold(&b);
    struct frame shorter = {.id = 0x192, .len = 7, .data = {0, 0, 0, 0, 0, 0, 0}};
    b.now_ms += 250;
    gate_seen(&b.gate, 0, &shorter, b.now_ms);
    EXPECT(contacts(&b, 0x06), GATE_UNSEEN, "a short frame is not a sample");
}

/* --- the switch guards the contacts --- */

static void the_switch_first(void)
{
    struct bench b;
    begin_synced(&b);
    b.amperes = 0;
    pass(&b, 1000);
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "dark, but the switch is on: the sun may come out");
    begin_cold(&b);
    EXPECT(switches(&b, 0x07), GATE_PASS, "on again");
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "on its way to being on");
    b.now_ms += 10;
    EXPECT(switches(&b, 0x06), GATE_PASS, "and off");
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "it may be on for a moment");
    begin_cold(&b);
    b.mute_switches = true;
    pass(&b, 1600);
    EXPECT(contacts(&b, 0x06), GATE_UNSEEN, "its board is silent");
    begin_cold(&b);
    b.gate.config.boards[1].switches = 0;
    EXPECT(contacts(&b, 0x06), GATE_UNSEEN, "a string without a switch is never moved");
}

static void switching_on(void)
{
    struct bench b;
    begin_synced(&b);
    b.now_ms += 10;
    EXPECT(switches(&b, 0x05), GATE_PASS, "string 2 off");
    b.switches = 0x05;
    pass(&b, 300);
    EXPECT(switches(&b, 0x07), GATE_PASS, "and on: one contact closed, two open");
    begin_synced(&b);
    b.now_ms += 10;
    EXPECT(switches(&b, 0x05), GATE_PASS, "string 2 off");
    b.switches = 0x05;
    b.closed = 0x27;
    b.opened = 0x58;
    pass(&b, 300);
    EXPECT(switches(&b, 0x07), GATE_EXCLUSIVE, "two of its three are closed");
    begin_open(&b);
    EXPECT(switches(&b, 0x07), GATE_EXCLUSIVE, "a string that stands nowhere");
    begin_cold(&b);
    b.closed = 0x0F;
    b.opened = 0x70;
    pass(&b, 100);
    EXPECT(switches(&b, 0x07), GATE_EXCLUSIVE, "a string that stands on two inputs");
    begin_cold(&b);
    b.opened = 0x70;
    pass(&b, 100);
    EXPECT(switches(&b, 0x07), GATE_EXCLUSIVE, "one of its contacts is unknown");
    begin_cold(&b);
    b.closed = 0x06;
    pass(&b, 100);
    EXPECT(switches(&b, 0x07), GATE_EXCLUSIVE, "its only contact is unknown");
    begin_cold(&b);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "ordered open, still seen closed");
    EXPECT(switches(&b, 0x07), GATE_EXCLUSIVE, "it is about to open");
    begin_cold(&b);
    b.mute_contacts = true;
    pass(&b, 1600);
    EXPECT(switches(&b, 0x07), GATE_EXCLUSIVE, "the contacts are silent");
    begin_cold(&b);
    EXPECT(switches(&b, 0x0E), GATE_PASS, "an allowed channel that is no string's is free");
    begin_cold(&b);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "ordered open");
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x07), GATE_PASS, "taken back before it was taken");
    EXPECT(switches(&b, 0x07), GATE_EXCLUSIVE, "it may bounce");
    pass(&b, 250);
    EXPECT(switches(&b, 0x07), GATE_PASS, "250 ms later it does not");
}

/* --- break before make --- */

static void break_before_make(void)
{
    struct bench b;
    begin_cold(&b);
    EXPECT(contacts(&b, 0x0F), GATE_EXCLUSIVE, "two contacts of a string");
    EXPECT(contacts(&b, 0x0E), GATE_PICKUP, "open and close in one frame");
    begin_open(&b);
    b.opened = 0x69; /* string 2's bundle contact */
    pass(&b, 100);
    EXPECT(contacts(&b, 0x0E), GATE_CURRENT, "who stands there is not known, and carries current");
    begin_open(&b);
    b.mute_contacts = true;
    pass(&b, 1600);
    b.mute_contacts = false;
    pass(&b, 100);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "read back after a silence");
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x0E), GATE_EXCLUSIVE, "a break in being seen open begins it anew");
    pass(&b, 500);
    EXPECT(contacts(&b, 0x0E), GATE_PASS, "and ends");
    begin_open(&b);
    b.opened = 0x78;
    pass(&b, 100);
    b.opened = 0x79;
    pass(&b, 400);
    EXPECT(contacts(&b, 0x0E), GATE_EXCLUSIVE, "a flicker of the mirror contact begins it anew");
}

/* A close on its way, not yet seen: the next may not rely on what is seen. */
static void closes_on_their_way(void)
{
    struct bench b;
    begin_open(&b);
    EXPECT(contacts(&b, 0x0E), GATE_PASS, "close bundle contact");
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x0E), GATE_PASS, "restated while on its way");
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x0F), GATE_PICKUP, "two on their way");
    EXPECT(contacts(&b, 0x07), GATE_PICKUP, "another one 20 ms later");
    b.now_ms += 180;
    EXPECT(contacts(&b, 0x07), GATE_EXCLUSIVE, "200 ms later, the first may have closed unseen");
    begin_open(&b);
    EXPECT(contacts(&b, 0x0E), GATE_PASS, "close bundle contact");
    pass(&b, 300);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "taken back, never seen closed");
    pass(&b, 150);
    EXPECT(contacts(&b, 0x07), GATE_EXCLUSIVE, "it was ordered closed 450 ms ago");
    pass(&b, 50);
    EXPECT(contacts(&b, 0x07), GATE_PASS, "500 ms ago");
}

/* Another string stands on the destination: it must be cold too (invariant 4). */
static void the_destination_is_cold(void)
{
    struct bench b;
    begin_open(&b);
    b.outputs = b.closed = 0x14;
    b.opened = 0x6B;
    pass(&b, 600);
    EXPECT(contacts(&b, 0x14), GATE_PASS, "string 2 stands on input 4");
    pass(&b, 200);
    EXPECT(contacts(&b, 0x1C), GATE_CURRENT, "and carries current");
    b.now_ms += 10;
    EXPECT(switches(&b, 0x04), GATE_PASS, "off");
    b.switches = 0x04;
    b.amperes = 4;
    pass(&b, 600);
    EXPECT(contacts(&b, 0x1C), GATE_PASS, "cold: may be joined");
    begin_open(&b);
    b.gate.config.boards[0].input_of[3] = 0;
    b.outputs = b.closed = 0x14;
    b.opened = 0x6B;
    pass(&b, 600);
    EXPECT(contacts(&b, 0x14), GATE_PASS, "as it is");
    pass(&b, 200);
    EXPECT(contacts(&b, 0x1C), GATE_PASS, "an input that was not told is not checked");
}

static void pickup_gap(void)
{
    struct bench b;
    begin_synced(&b);
    EXPECT((b.now_ms += 10, switches(&b, 0x00)), GATE_PASS, "all off");
    b.switches = 0;
    b.amperes = 0;
    b.outputs = b.closed = 0;
    b.opened = 0x7F;
    b.uptime = 0;
    pass(&b, 1000);
    EXPECT(contacts(&b, 0x00), GATE_PASS, "all open");
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x01), GATE_PASS, "the first coil");
    b.outputs = b.closed = 0x01;
    b.opened = 0x7E;
    pass(&b, 150);
    EXPECT(contacts(&b, 0x03), GATE_PICKUP, "150 ms after");
    pass(&b, 50);
    EXPECT(contacts(&b, 0x03), GATE_PASS, "200 ms after");
}

/* --- what locks --- */

static void mismatch_locks(void)
{
    static const struct {
        uint8_t outputs, closed, opened;
        const char *sentence;
    } rows[] = {
        {0x06, 0x07, 0x78, "closed without a coil: welded"},
        {0x07, 0x06, 0x79, "open with a coil"},
        {0x07, 0x06, 0x78, "neither closed nor open"},
        {0x07, 0x07, 0x79, "both"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench b;
        begin_cold(&b);
        b.outputs = rows[i].outputs;
        b.closed = rows[i].closed;
        b.opened = rows[i].opened;
        pass(&b, 1100);
        CHECK(!b.gate.strings[0].locked, "%s: not yet", rows[i].sentence);
        pass(&b, 100);
        CHECK(b.gate.strings[0].locked && !b.gate.strings[1].locked, "%s", rows[i].sentence);
        uint8_t other = rows[i].outputs ^ 1;
        EXPECT(contacts(&b, other), GATE_MISMATCH, "no change of a locked string");
        EXPECT(switches(&b, 0x07), GATE_MISMATCH, "nor its switch on");
        EXPECT(contacts(&b, rows[i].outputs), GATE_PASS, "restating goes on");
        pass(&b, 100);
        EXPECT(switches(&b, 0x02), GATE_PASS, "off is always allowed");
        gate_reset(&b.gate);
        CHECK(!b.gate.strings[0].locked, "a person's reset unlocks");
    }
    struct bench b;
    begin_cold(&b);
    b.closed = 0x06;
    pass(&b, 900);
    b.closed = 0x07;
    pass(&b, 100);
    b.closed = 0x06;
    pass(&b, 900);
    CHECK(!b.gate.strings[0].locked, "each time too short");
}

static void current_on_open_locks(void)
{
    struct bench b;
    begin_open(&b);
    b.amperes = 7;
    pass(&b, 1000);
    CHECK(!b.gate.strings[0].locked, "not yet");
    pass(&b, 100);
    CHECK(b.gate.strings[0].locked, "current though all contacts are open");
    begin_open(&b);
    begin_cold(&b);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "opens");
    b.outputs = b.closed = 0x06;
    b.opened = 0x79;
    b.amperes = 7;
    pass(&b, 1400);
    CHECK(!b.gate.strings[0].locked, "open for 500 ms before current counts");
    pass(&b, 300);
    CHECK(b.gate.strings[0].locked, "then it does");
    begin_open(&b);
    b.gate.config.counters[0].string_of[0] = 9;
    b.amperes = 7;
    pass(&b, 3000);
    CHECK(!b.gate.strings[9].locked, "a string without contacts is not open");
    begin_open(&b);
    b.mute_contacts = true;
    pass(&b, 1600);
    b.amperes = 7;
    pass(&b, 3000);
    CHECK(!b.gate.strings[0].locked, "silent contacts are not open ones");
}

static void foreign_frames(void)
{
    static const struct {
        struct frame frame;
        uint8_t bus;
        bool foreign;
        const char *sentence;
    } rows[] = {
        {{.id = 0x210, .len = 4, .data = {7, 0xF8, 1}},
         0,
         true,
         "our relay command from somebody else"},
        {{.id = 0x211, .len = 0}, 0, true, "whatever it says"},
        {{.id = 0x210, .flags = FRAME_RTR}, 0, true, "even a remote request"},
        {{.id = 0x701, .len = 1}, 0, true, "our heartbeat: a second controller"},
        {{.id = 0x18FF01, .len = 8, .flags = FRAME_EXT}, 1, true, "listed with 29 bits"},
        {{.id = 0x210, .len = 4, .flags = FRAME_OWN, .data = {7, 0xF8, 1}},
         0,
         false,
         "our own, seen back"},
        {{.id = 0x210, .len = 4, .flags = FRAME_ERR},
         0,
         false,
         "an error frame's number is no identifier"},
        {{.id = 0x210, .len = 4, .flags = FRAME_EXT, .data = {7, 0xF8, 1}},
         0,
         false,
         "that number with 29 bits"},
        {{.id = 0x210, .len = 4, .data = {7, 0xF8, 1}}, 1, false, "on another bus"},
        {{.id = 0x212, .len = 4, .data = {7, 0xF8, 1}}, 0, false, "not our board"},
        {{.id = 0x18FF01, .len = 8}, 1, false, "11 bits of that number"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench b;
        begin_cold(&b);
        gate_seen(&b.gate, rows[i].bus, &rows[i].frame, b.now_ms);
        CHECK(b.gate.foreign == rows[i].foreign, "%s", rows[i].sentence);
        CHECK(b.gate.foreign_id == (rows[i].foreign ? rows[i].frame.id : 0), "%s: which",
              rows[i].sentence);
    }
}

static void foreign_lock(void)
{
    struct bench b;
    begin_cold(&b);
    struct frame theirs = {.id = 0x210, .len = 4, .data = {0x0F, 0xF0, 1}};
    gate_seen(&b.gate, 0, &theirs, b.now_ms);
    theirs.id = 0x211;
    gate_seen(&b.gate, 0, &theirs, b.now_ms);
    CHECK(b.gate.foreign_id == 0x210, "the first is kept");
    EXPECT(contacts(&b, 0x06), GATE_FOREIGN_LOCK, "no change");
    EXPECT(switches(&b, 0x07), GATE_FOREIGN_LOCK, "of any kind");
    EXPECT(contacts(&b, 0x07), GATE_PASS, "the node is kept alive with what stands");
    b.outputs = 0x0F;
    pass(&b, 100);
    EXPECT(contacts(&b, 0x07), GATE_FOREIGN_LOCK, "what they closed is not opened by restating");
    EXPECT(contacts(&b, 0x0F), GATE_FOREIGN_LOCK, "nor confirmed");
    b.outputs = 0x07;
    pass(&b, 100);
    gate_reset(&b.gate);
    CHECK(!b.gate.foreign && b.gate.foreign_id == 0, "a person's reset");
    EXPECT(contacts(&b, 0x06), GATE_UNSEEN, "then it is read back");
    EXPECT(contacts(&b, 0x07), GATE_PASS, "as it is");
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x06), GATE_PASS, "and goes on");
    begin(&b);
    pass(&b, 1000);
    theirs.id = 0x210;
    gate_seen(&b.gate, 0, &theirs, b.now_ms);
    EXPECT(contacts(&b, 0x07), GATE_FOREIGN_LOCK, "locked before the first command: none");
}

/* Channels that are wired wrongly in the config are never moved. */
static void unknown_strings(void)
{
    struct bench b;
    begin_cold(&b);
    b.gate.config.boards[0].string_of[0] = GATE_NO_STRING;
    b.gate.config.boards[0].string_of[3] = 64;
    EXPECT(contacts(&b, 0x06), GATE_UNSEEN, "a contact of no string");
    EXPECT(contacts(&b, 0x0F), GATE_UNSEEN, "a contact of a string there cannot be");
    b.outputs = 0x06;
    pass(&b, 1500);
    CHECK(!b.gate.strings[1].locked, "its mismatch locks nobody else");
    begin_open(&b);
    b.gate.config.boards[0].string_of[4] = GATE_NO_STRING;
    EXPECT(contacts(&b, 0x0E), GATE_PASS, "nobody stands on the input by a contact of no string");
    begin_open(&b);
    b.gate.config.boards[0].string_of[4] = 64;
    b.opened = 0x69;
    pass(&b, 100);
    EXPECT(contacts(&b, 0x0E), GATE_UNSEEN, "somebody may");
    b.gate.config.counters[0].string_of[3] = 64;
    pass(&b, 100);
}

static void the_texts(void)
{
    for (int i = 0; i < GATE_VERDICTS; i++)
        CHECK(gate_verdict_text((enum gate_verdict)i)[0] != '\0', "verdict %d has a text", i);
}

int main(void)
{
    a_transfer();
    the_form();
    the_rate();
    ways_round();
    after_a_start();
    slow_board();
    after_a_reboot();
    lost_outputs();
    not_sightings();
    zero_current();
    the_threshold();
    the_switch_first();
    switching_on();
    break_before_make();
    closes_on_their_way();
    the_destination_is_cold();
    pickup_gap();
    mismatch_locks();
    current_on_open_locks();
    foreign_frames();
    foreign_lock();
    unknown_strings();
    the_texts();
    return check_done("gate");
}
