/* The gate on what must be known first and what locks: start, reboot, mismatch, foreign frames. */
#include "test/gate_bench.h"

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

int main(void)
{
    after_a_start();
    slow_board();
    after_a_reboot();
    lost_outputs();
    mismatch_locks();
    current_on_open_locks();
    foreign_frames();
    foreign_lock();
    unknown_strings();
    return check_done("gate_lock");
}
