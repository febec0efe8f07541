/* The gate on contacts and switches: one transfer, break before make, zero current. */
#include "test/gate_bench.h"

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
        {50, 0x210, 0x06, GATE_CURRENT, 0x07, 0x07, 0x78, 0x06, 6,
         "500 ms of zero, but off by its board's word for 450 ms"},
        {50, 0x210, 0x06, GATE_PASS, 0x06, 0x07, 0x78, 0x06, 6, "500 ms of both: open"},
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
    EXPECT(contacts(&b, 0x07), GATE_PICKUP, "200 ms later: it closes one and takes one back");
    begin_open(&b);
    EXPECT(contacts(&b, 0x0E), GATE_PASS, "close bundle contact");
    pass(&b, 300);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "taken back, never seen closed");
    pass(&b, 450);
    EXPECT(contacts(&b, 0x07), GATE_EXCLUSIVE, "it was ordered closed until 450 ms ago");
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

static void the_texts(void)
{
    for (int i = 0; i < GATE_VERDICTS; i++)
        CHECK(gate_verdict_text((enum gate_verdict)i)[0] != '\0', "verdict %d has a text", i);
}

int main(void)
{
    a_transfer();
    the_switch_first();
    switching_on();
    break_before_make();
    closes_on_their_way();
    the_destination_is_cold();
    pickup_gap();
    zero_current();
    the_threshold();
    the_texts();
    return check_done("gate");
}
