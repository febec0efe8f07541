/* What the gate judges, at its edges: the emergency stop, interlocks, coils that open, inputs, tables. */
#include "test/gate_edges.h"

/* --- the emergency stop --- */

static void a_button_s_frame(void)
{
    static const struct {
        struct frame frame;
        uint8_t bus;
        bool pressed;
        const char *sentence;
    } rows[] = {
        {{.id = 0x193, .len = 4, .data = {0, 2, 9}}, 0, true, "the stop bit"},
        {{.id = 0x193, .len = 4, .data = {1, 1, 9}}, 0, false, "the bit beside it, and a press"},
        {{.id = 0x193, .len = 4, .data = {1, 4, 9}}, 0, false, "the bit above it"},
        {{.id = 0x193, .len = 3, .data = {0, 2, 9}}, 0, false, "three bytes"},
        {{.id = 0x193, .len = 5, .data = {0, 2, 9}}, 0, false, "five bytes"},
        {{.id = 0x193, .len = 4, .data = {0, 2, 9}}, 1, false, "another bus"},
        {{.id = 0x195, .len = 4, .data = {0, 2, 9}}, 0, false, "another node"},
        {{.id = 0x194, .len = 4, .data = {0, 2, 9}}, 0, true, "the second button"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench b;
        begin_cold(&b);
        b.moving = 100;
        with_buttons_heard(&b);
        gate_seen(&b.gate, rows[i].bus, &rows[i].frame, b.now_ms);
        EXPECT(switches(&b, 0x07), rows[i].pressed ? GATE_STOP : GATE_PASS, rows[i].sentence);
    }
}

/* Nothing changes before every board has been heard since the start, and nothing goes on before every
 * button has: what goes off need not wait for a button. */
static void heard_before_anything(void)
{
    static const struct {
        bool one, two, third;
        enum gate_verdict on, off;
        const char *sentence;
    } rows[] = {
        {false, false, true, GATE_UNSEEN, GATE_PASS, "no button"},
        {true, false, true, GATE_UNSEEN, GATE_PASS, "the first button"},
        {false, true, true, GATE_UNSEEN, GATE_PASS, "the second button"},
        {true, true, true, GATE_PASS, GATE_PASS, "both"},
        {true, true, false, GATE_UNSEEN, GATE_UNSEEN, "both, but not the last board"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench b;
        begin_cold(&b);
        with_buttons(&b);
        b.gate.config.board_count = 3;
        b.gate.config.boards[2] = (struct gate_board){.node = 0x15};
        memset(b.gate.config.boards[2].string_of, GATE_NO_STRING, BOARD_CHANNELS);
        if (rows[i].one)
            hear_button(&b, STOP_ONE, 0);
        if (rows[i].two)
            hear_button(&b, STOP_TWO, 0);
        if (rows[i].third)
            hear(&b, 0x195, (uint8_t[]){0, 0, 0xFF, 0, 0, 0, 1, 0xFF});
        EXPECT(switches(&b, 0x06), GATE_PASS, "as it is");
        b.now_ms += 10;
        EXPECT(switches(&b, 0x04), rows[i].off, rows[i].sentence);
        b.now_ms += 10;
        EXPECT(contacts(&b, 0x07), GATE_PASS, "as it is");
        b.now_ms += 10;
        EXPECT(switches(&b, rows[i].off == GATE_PASS ? 0x05 : 0x07), rows[i].on, rows[i].sentence);
    }
}

/* A frame that repeats its counter is no news, neither of a press nor of a release. */
static void a_button_that_froze(void)
{
    struct bench b;
    begin_cold(&b);
    b.moving = 100;
    with_buttons_heard(&b);
    struct frame f = {.id = 0x193, .len = 4, .data = {0, 2, 9, 7}};
    gate_seen(&b.gate, 0, &f, b.now_ms);
    f.data[1] = 0;
    gate_seen(&b.gate, 0, &f, b.now_ms);
    EXPECT(switches(&b, 0x07), GATE_STOP, "the same counter does not release it");
    f.data[2] = 10;
    gate_seen(&b.gate, 0, &f, b.now_ms);
    EXPECT(switches(&b, 0x07), GATE_PASS, "the next one does");
    f.data[1] = 2;
    f.data[3] = 8;
    gate_seen(&b.gate, 0, &f, b.now_ms);
    b.now_ms += 10;
    EXPECT(switches(&b, 0x06), GATE_PASS, "off at any time");
    b.now_ms += 10;
    EXPECT(switches(&b, 0x07), GATE_PASS, "the same counter does not press it");
}

/* 5000 ms of being pressed, heard without a break of more than 1000 ms, and heard 1000 ms ago at most. */
static void the_wait_to_the_millisecond(void)
{
    struct bench b;
    begin_synced(&b);
    with_buttons(&b);
    hear_button(&b, STOP_ONE, 2);
    for (int i = 0; i < 4; i++) {
        pass(&b, 1000);
        hear_button(&b, STOP_ONE, 2);
    }
    pass(&b, 950);
    b.now_ms += 49;
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "pressed for 4999 ms: zero current first");
    b.now_ms += 1;
    EXPECT(contacts(&b, 0x06), GATE_PASS, "for 5000 ms, heard 1000 ms ago: opens under current");
    CHECK(b.gate.hot_openings == 1, "and it is counted");
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "heard longer ago: it is not known to be pressed");
    begin_synced(&b);
    with_buttons(&b);
    pass_pressed(&b, 2, 0, 6000);
    b.now_ms += 1001;
    hear_button(&b, STOP_ONE, 2);
    hear_contacts(&b);
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "silent for 1001 ms: the wait begins anew");
    begin_synced(&b);
    with_buttons(&b);
    pass_pressed(&b, 2, 0, 6000);
    b.now_ms += 1001;
    hear_contacts(&b);
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "heard 1001 ms ago");
}

static void the_second_button(void)
{
    struct bench b;
    begin_synced(&b);
    with_buttons(&b);
    pass_pressed(&b, 0, 2, 5200);
    gate_reset(&b.gate);
    EXPECT(contacts(&b, 0x07), GATE_PASS, "read back after a person's reset");
    b.now_ms += 10;
    EXPECT(switches(&b, 0x0F), GATE_UNSEEN, "the other board is not yet");
    EXPECT(switches(&b, 0x07), GATE_PASS, "as it is");
    b.now_ms += 10;
    EXPECT(switches(&b, 0x0F), GATE_STOP, "a reset does not release the stop");
    EXPECT(contacts(&b, 0x06), GATE_PASS, "nor begin the wait anew");
    CHECK(b.gate.hot_openings == 1, "one opened under current");
}

static void buttons_beyond_the_config(void)
{
    struct bench b;
    begin_cold(&b);
    with_buttons(&b);
    pass_pressed(&b, 0, 2, 5200);
    b.gate.config.stop_count = 1;
    EXPECT(contacts(&b, 0x0F), GATE_EXCLUSIVE, "a button that is not there does not stop");
    EXPECT(contacts(&b, 0x05), GATE_CURRENT, "nor let a contact open under current");
}

/* --- commands --- */

/* What a board was told counts until it has taken it; what it does counts when it was told nothing. */
static void told_and_done(void)
{
    struct bench b;
    begin_cold(&b);
    EXPECT(switches(&b, 0x07), GATE_PASS, "switched on");
    pass(&b, 300);
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "told 300 ms ago, and may still take it");
    begin_cold(&b);
    hear(&b, 0x191, (uint8_t[]){0, 0, 0xFF, 0, 0, 0, b.moving++, 0xFF});
    b.mute_switches = true;
    b.amperes = 0;
    pass(&b, 600);
    EXPECT(contacts(&b, 0x05), GATE_PASS,
           "a restarted board is off: what it was told before is void");
    begin_synced(&b);
    b.now_ms += 10;
    EXPECT(switches(&b, 0x05), GATE_PASS, "told to switch off");
    b.amperes = 5;
    pass(&b, 800);
    EXPECT(contacts(&b, 0x05), GATE_CURRENT, "dark, but not off by its board's own word");
    begin_cold(&b);
    b.outputs = 0x06;
    pass(&b, 300);
    EXPECT(switches(&b, 0x07), GATE_EXCLUSIVE, "closed without its coil: not to be trusted");
}

/* The switches' board tells that its channel 5 is not open. */
static void hear_fifth_closed(struct bench *b)
{
    hear(b, 0x191, (uint8_t[]){6, 0x16, 0xE9, 0, b->uptime, 0, b->moving++, 0xF9});
}

/* String 1 has one more contact, on the switches' board, channel 5. */
static void contacts_on_two_boards(void)
{
    struct bench b;
    begin_open(&b);
    b.gate.config.boards[1].contacts = 0x10;
    b.gate.config.boards[1].string_of[4] = 0;
    hear_fifth_closed(&b);
    EXPECT(contacts(&b, 0x0E), GATE_EXCLUSIVE, "not seen open");
    b.now_ms += 10;
    hear_switches(&b);
    pass(&b, 450);
    b.now_ms += 49;
    EXPECT(contacts(&b, 0x0E), GATE_EXCLUSIVE, "seen open for 499 ms");
    b.now_ms += 1;
    EXPECT(contacts(&b, 0x0E), GATE_CURRENT, "for 500 ms, without current for less");
    pass(&b, 50);
    EXPECT(contacts(&b, 0x0E), GATE_PASS, "both");
    begin_open(&b);
    b.gate.config.board_count = 3;
    b.gate.config.boards[2] = (struct gate_board){.node = 0x15, .contacts = 1, .string_of = {0}};
    memset(b.gate.config.boards[2].string_of + 1, 0xFF, BOARD_CHANNELS - 1);
    EXPECT(contacts(&b, 0x0E), GATE_UNSEEN, "on a board that is silent");
}

/* Who stands on the destination, wherever its contact is. */
static void every_input_is_judged(void)
{
    static const struct {
        uint8_t input[7];
        uint8_t pattern;
        enum gate_verdict verdict;
        const char *sentence;
    } rows[] = {
        {{1, 2, 3, 4, 4, 5, 5}, 0x0E, GATE_PASS, "nobody there"},
        {{1, 2, 3, 2, 4, 5, 5}, 0x0E, GATE_CURRENT, "string 2 by its home contact"},
        {{1, 2, 3, 3, 4, 5, 5}, 0x0E, GATE_CURRENT, "string 3 by its home contact"},
        {{1, 1, 3, 4, 4, 5, 5}, 0x07, GATE_CURRENT, "on the first input"},
        {{1, 0, 3, 0, 4, 5, 5}, 0x0E, GATE_PASS, "an input not told is no input two share"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench b;
        begin_open(&b);
        memcpy(b.gate.config.boards[0].input_of, rows[i].input, 7);
        EXPECT(contacts(&b, rows[i].pattern), rows[i].verdict, rows[i].sentence);
    }
    struct bench b;
    begin_open(&b);
    b.gate.config.boards[1].input_of[1] = 4;
    EXPECT(contacts(&b, 0x0E), GATE_PASS, "a semiconductor switch stands on no input");
    begin_open(&b);
    b.gate.config.boards[1].contacts = 0x10;
    b.gate.config.boards[1].string_of[4] = 1;
    b.gate.config.boards[1].input_of[4] = 4;
    hear_fifth_closed(&b);
    EXPECT(contacts(&b, 0x0E), GATE_CURRENT, "another board's contact does, not seen open");
}

/* The first channel's string stands on the input that the second one wants. */
static void the_first_channel_stands_there(void)
{
    struct bench b;
    begin_synced(&b);
    b.now_ms += 10;
    EXPECT(switches(&b, 0x05), GATE_PASS, "string 2 off");
    b.switches = b.amperes = 0x05;
    pass(&b, 800);
    EXPECT(contacts(&b, 0x05), GATE_PASS, "and open");
    b.outputs = b.closed = 0x05;
    b.opened = 0x7A;
    pass(&b, 700);
    b.gate.config.boards[0].input_of[1] = 1;
    EXPECT(contacts(&b, 0x07), GATE_CURRENT, "string 1 stands there and carries current");
    b.gate.config.boards[0].input_of[1] = 2;
    EXPECT(contacts(&b, 0x07), GATE_PASS, "nobody there");
}

/* Two contacts that the wiring interlocks: string 1 wants channel 4 (its bundle), channels 2 and 3 are closed,
 * the others open; channel 5 of the second board is a contact that is open. */
static void interlocks(void)
{
    static const struct {
        struct gate_interlock lock[2];
        uint8_t count;
        enum gate_verdict verdict;
        const char *sentence;
    } rows[] = {
        {{{{0, 0}, {3, 1}}}, 1, GATE_EXCLUSIVE, "its partner is closed"},
        {{{{0, 0}, {1, 3}}}, 1, GATE_EXCLUSIVE, "named the other way round"},
        {{{{0, 0}, {3, 5}}}, 1, GATE_PASS, "its partner is open"},
        {{{{0, 0}, {5, 3}}}, 1, GATE_PASS, "open, the other way round"},
        {{{{0, 0}, {2, 1}}}, 1, GATE_PASS, "two others are interlocked"},
        {{{{0, 1}, {3, 4}}}, 1, GATE_PASS, "its partner on the other board is open"},
        {{{{1, 0}, {4, 3}}}, 1, GATE_PASS, "open, the other way round"},
        {{{{0, 1}, {3, 1}}}, 1, GATE_EXCLUSIVE, "a partner that is never seen open"},
        {{{{1, 0}, {3, 1}}}, 1, GATE_PASS, "that channel of the other board is interlocked"},
        {{{{0, 1}, {1, 3}}}, 1, GATE_PASS, "the same, the other way round"},
        {{{{0, 2}, {3, 0}}}, 1, GATE_UNSEEN, "its partner's board is silent"},
        {{{{0, 0}, {5, 6}}, {{0, 0}, {3, 1}}}, 2, GATE_EXCLUSIVE, "the second row"},
        {{{{0, 0}, {3, 5}}, {{0, 0}, {3, 1}}}, 2, GATE_EXCLUSIVE, "two partners, one is closed"},
        {{{{0, 0}, {3, 1}}, {{0, 0}, {3, 5}}}, 2, GATE_EXCLUSIVE, "two partners, the first is"},
        {{{{0, 0}, {5, 6}}, {{0, 0}, {3, 1}}}, 1, GATE_PASS, "no such row"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench b;
        begin_open(&b);
        b.gate.config.boards[1].contacts = 0x10;
        b.gate.config.boards[1].string_of[4] = 9;
        pass(&b, 600);
        b.gate.config.interlock_count = rows[i].count;
        memcpy(b.gate.config.interlocks, rows[i].lock, sizeof rows[i].lock);
        EXPECT(contacts(&b, 0x0E), rows[i].verdict, rows[i].sentence);
    }
}

/* Everything cold; string 1 stands at home by a contact that its coil opens, string 2 stands nowhere. */
static void begin_normally_closed(struct bench *b)
{
    begin_synced(b);
    b->now_ms += 10;
    b->gate.config.boards[0].normally_closed = 0x01;
    b->gate.boards[0].synced = false;
    EXPECT(switches(b, 0x00), GATE_PASS, "all off");
    b->switches = b->amperes = 0;
    b->outputs = 0x04;
    b->closed = 0x05;
    b->opened = 0x7A;
    pass(b, 700);
    EXPECT(contacts(b, 0x04), GATE_PASS, "the coils as they are");
    b->now_ms += 10;
}

/* A coil that opens its contact picks up when it opens. */
static void coils_that_open(void)
{
    struct bench b;
    begin_normally_closed(&b);
    EXPECT(contacts(&b, 0x04), GATE_PASS, "restated");
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x06), GATE_PASS, "a contact that rests closed is no coil picking up");
    b.outputs = 0x07;
    b.closed = 0x06;
    b.opened = 0x79;
    pass(&b, 100);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "nor when its board opened it and is told again not to");
    begin_normally_closed(&b);
    EXPECT(contacts(&b, 0x05), GATE_PASS, "opens cold, by its coil");
    b.outputs = 0x05;
    b.closed = 0x04;
    b.opened = 0x7B;
    pass(&b, 150);
    b.now_ms += 49;
    EXPECT(contacts(&b, 0x07), GATE_PICKUP, "another coil 199 ms later");
    b.now_ms += 1;
    EXPECT(contacts(&b, 0x07), GATE_PASS, "200 ms later");
    begin_normally_closed(&b);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "string 2 closes");
    b.outputs = 0x06;
    b.closed = 0x07;
    b.opened = 0x78;
    pass(&b, 100);
    EXPECT(contacts(&b, 0x07), GATE_PICKUP, "the coil that opens, 100 ms later");
    pass(&b, 100);
    EXPECT(contacts(&b, 0x07), GATE_PASS, "200 ms later");
    pass(&b, 100);
    EXPECT(contacts(&b, 0x07), GATE_PASS, "told again, 100 ms after that");
}

/* However cold: one contact a command, unless the emergency stop has waited its time. */
static void two_open_at_once(void)
{
    struct bench b;
    begin_cold(&b);
    EXPECT(contacts(&b, 0x04), GATE_PICKUP, "two cold contacts open in one command");
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x06), GATE_PASS, "one of them");
}

/* Released, the coil lets its contact close: nothing picks up. */
static void coils_that_let_go(void)
{
    struct bench b;
    begin_normally_closed(&b);
    EXPECT(contacts(&b, 0x05), GATE_PASS, "opens cold, by its coil");
    b.outputs = 0x05;
    b.closed = 0x04;
    b.opened = 0x7B;
    pass(&b, 700);
    EXPECT(contacts(&b, 0x07), GATE_PASS, "string 2 closes");
    b.outputs = 0x07;
    b.closed = 0x06;
    b.opened = 0x79;
    pass(&b, 100);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "100 ms later string 1 does, without a coil");
}

/* The order to open, told again while the board has not taken it, is the same pick-up; told again after its
 * board has lost it, it is another one. */
static void coils_that_open_again(void)
{
    struct bench b;
    begin_normally_closed(&b);
    EXPECT(contacts(&b, 0x05), GATE_PASS, "opens cold, by its coil");
    pass(&b, 100);
    EXPECT(contacts(&b, 0x05), GATE_PASS, "told again: not taken yet");
    begin_normally_closed(&b);
    EXPECT(contacts(&b, 0x05), GATE_PASS, "opens cold, by its coil");
    b.now_ms += 10;
    b.outputs = 0x05;
    hear_contacts(&b);
    b.now_ms += 90;
    b.outputs = 0x04;
    hear_contacts(&b);
    hear_counter(&b);
    b.now_ms += 99;
    EXPECT(contacts(&b, 0x05), GATE_PICKUP, "taken, and lost: 199 ms after the first");
    b.now_ms += 1;
    EXPECT(contacts(&b, 0x05), GATE_PASS, "200 ms");
}

/* Another coil that lets go as it was told to has not lost its order. */
static void a_coil_lets_go_beside(void)
{
    struct bench b;
    begin_normally_closed(&b);
    EXPECT(contacts(&b, 0x05), GATE_PASS, "string 1 opens, by its coil");
    b.outputs = 0x05;
    b.closed = 0x04;
    b.opened = 0x7B;
    pass(&b, 700);
    EXPECT(contacts(&b, 0x07), GATE_PASS, "string 2 closes");
    b.now_ms += 150;
    EXPECT(contacts(&b, 0x07), GATE_PASS, "told again, 150 ms later");
    int64_t told_ms = b.now_ms;
    b.outputs = 0x07;
    hear_contacts(&b);
    hear_counter(&b);
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x06), GATE_PASS, "the coil of string 1 lets go");
    b.outputs = 0x06;
    hear_contacts(&b);
    b.now_ms = told_ms + 200;
    hear_counter(&b);
    EXPECT(contacts(&b, 0x04), GATE_CURRENT, "string 2 opens 200 ms after it was told again");
    b.now_ms += 1;
    EXPECT(contacts(&b, 0x04), GATE_PASS, "201 ms");
}

/* A coil ordered off and on again picks up once more, also where its board has never let it go. */
static void coils_taken_back(void)
{
    struct bench b;
    begin_normally_closed(&b);
    EXPECT(contacts(&b, 0x05), GATE_PASS, "opens cold, by its coil");
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x04), GATE_PASS, "its coil lets go");
    hear_counter(&b);
    b.now_ms += 189;
    EXPECT(contacts(&b, 0x05), GATE_PICKUP, "and picks up, 199 ms after the first time");
    b.now_ms += 1;
    hear_counter(&b);
    EXPECT(contacts(&b, 0x05), GATE_CURRENT, "200 ms: it may have closed 190 ms ago");
    b.now_ms += 11;
    EXPECT(contacts(&b, 0x05), GATE_PASS, "201 ms ago");
    begin_normally_closed(&b);
    EXPECT(contacts(&b, 0x05), GATE_PASS, "opens cold, by its coil");
    b.outputs = 0x05;
    b.closed = 0x04;
    b.opened = 0x7B;
    pass(&b, 700);
    EXPECT(contacts(&b, 0x04), GATE_PASS, "its coil lets go");
    pass(&b, 200);
    b.now_ms += 1;
    EXPECT(contacts(&b, 0x05), GATE_PASS,
           "and picks up, though its board tells that it never let go");
    pass(&b, 150);
    b.now_ms += 49;
    EXPECT(contacts(&b, 0x07), GATE_PICKUP, "another coil 199 ms later");
    b.now_ms += 1;
    EXPECT(contacts(&b, 0x07), GATE_PASS, "200 ms");
}

/* Switches at the end of their board's channels, and those of a string that must not have current. */
static void the_last_switch(void)
{
    struct bench b;
    begin_synced(&b);
    b.now_ms += 10;
    EXPECT(switches(&b, 0x03), GATE_PASS, "string 3 off");
    b.switches = b.amperes = 0x03;
    b.closed = 0x03;
    b.opened = 0x7C;
    pass(&b, 300);
    EXPECT(switches(&b, 0x07), GATE_EXCLUSIVE, "it stands nowhere");
}

/* A stop lets a locked string open when it is cold, and only then. */
static void stopped_and_locked(void)
{
    for (uint8_t pressed = 0; pressed <= 2; pressed += 2) {
        struct bench b;
        begin_cold(&b);
        with_buttons(&b);
        b.gate.strings[0].locked = b.gate.strings[1].locked = true;
        hear_button(&b, STOP_ONE, pressed);
        EXPECT(contacts(&b, 0x06), pressed ? GATE_PASS : GATE_MISMATCH, "cold and locked");
        b.now_ms += 10;
        EXPECT(contacts(&b, 0x07), pressed ? GATE_STOP : GATE_PASS,
               "closed again, as it still is: an order taken back is a change");
        b.outputs = b.closed = pressed ? 0x06 : 0x07;
        b.opened = pressed ? 0x79 : 0x78;
        hear_contacts(&b);
        b.now_ms += 10;
        EXPECT(contacts(&b, pressed ? 0x04 : 0x05), pressed ? GATE_CURRENT : GATE_MISMATCH,
               "hot and locked");
    }
}

/* Somebody else on our identifiers does not keep a stop from opening. */
static void stopped_and_foreign(void)
{
    struct bench b;
    begin_cold(&b);
    with_buttons(&b);
    struct frame theirs = {.id = 0x210, .len = 4};
    gate_seen(&b.gate, 0, &theirs, b.now_ms);
    EXPECT(contacts(&b, 0x06), GATE_FOREIGN_LOCK, "not stopped");
    hear_button(&b, STOP_ONE, 2);
    EXPECT(contacts(&b, 0x08), GATE_FOREIGN_LOCK, "stopped: nothing closes");
    EXPECT(contacts(&b, 0x06), GATE_PASS, "stopped: a cold contact opens, others stay");
}

/* String 1 is off and cold, 2 and 3 carry current: after the wait all open at once. */
static void hot_openings_are_counted(void)
{
    struct bench b;
    begin_cold(&b);
    with_buttons(&b);
    pass_pressed(&b, 2, 0, 5200);
    b.gate.config.boards[0].string_of[6] = GATE_NO_STRING;
    EXPECT(contacts(&b, 0x00), GATE_PASS, "all open");
    CHECK(b.gate.hot_openings == 2, "two of them under current: %u", b.gate.hot_openings);
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x00), GATE_PASS, "restated");
    CHECK(b.gate.hot_openings == 2, "each is counted once: %u", b.gate.hot_openings);
}

/* The first command after a start may have the counter 0, and the clock may begin at zero. */
static void first_commands(void)
{
    struct bench b;
    begin(&b);
    pass(&b, 100);
    b.sent = 15;
    EXPECT(contacts(&b, 7), GATE_PASS, "counter 0");
    begin(&b);
    b.now_ms = 100;
    EXPECT(contacts(&b, 0), GATE_UNSEEN, "never heard is not heard 100 ms ago");
    begin(&b);
    b.now_ms = 1;
    hear_contacts(&b);
    EXPECT(contacts(&b, 7), GATE_PASS, "heard in the first millisecond");
}

/* Receive PDOs and SDO writes of our boards are never sent, listed or not; their neighbours' may be. */
static void listed_identifiers(void)
{
    static const uint32_t bases[] = {0x200, 0x300, 0x400, 0x500, 0x600};
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++)
        for (uint32_t node = 0x0F; node <= 0x12; node++) {
            struct bench b;
            begin(&b);
            b.gate.config.allows[1] = (struct gate_allow){.id = bases[i] + node, .len = 2};
            struct frame f = {.id = bases[i] + node, .len = 2};
            bool ours = node == 0x10 || node == 0x11;
            CHECK((gate_check(&b.gate, 0, &f, b.now_ms) == GATE_PASS) == !ours, "%x", f.id);
        }
}

static void commands_beyond_the_config(void)
{
    struct bench b;
    begin_open(&b);
    struct gate_config *config = &b.gate.config;
    config->boards[2] = (struct gate_board){
        .node = 0x15, .contacts = 1, .allowed = 1, .string_of = {1}, .input_of = {4}};
    config->allows[3] = (struct gate_allow){.id = 0x333, .len = 1};
    EXPECT(command(&b, 0x215, 0), GATE_NOT_OURS, "no board");
    struct frame f = {.id = 0x333, .len = 1};
    EXPECT(gate_check(&b.gate, 0, &f, b.now_ms), GATE_NOT_OURS, "not listed");
    config->allows[1] = (struct gate_allow){.id = 0x315, .len = 1};
    f.id = 0x315;
    EXPECT(gate_check(&b.gate, 0, &f, b.now_ms), GATE_PASS, "listed, and no board's");
    EXPECT(contacts(&b, 0x0E), GATE_PASS, "nobody stands on the input by it");
    begin_open(&b);
    config->boards[2] = (struct gate_board){.node = 0x15, .contacts = 1, .string_of = {0}};
    EXPECT(contacts(&b, 0x0E), GATE_PASS, "the string has no such contact");
}

/* A contact of a string there cannot be, already dropped by its board, is nobody's current. */
static void hot_openings_of_nobody(void)
{
    struct bench b;
    begin_cold(&b);
    with_buttons(&b);
    b.gate.config.boards[0].string_of[2] = MAX_STRINGS;
    b.outputs = b.closed = 0x03;
    b.opened = 0x7C;
    for (int i = 0; i < 60; i++) {
        pass(&b, 100);
        hear_button(&b, STOP_TWO, 2);
    }
    EXPECT(contacts(&b, 0x00), GATE_PASS, "all open");
    CHECK(b.gate.hot_openings == 1, "string 2 alone: %u", b.gate.hot_openings);
}

/* Every table full to its last row. */
static void full_tables(void)
{
    struct bench b;
    begin_open(&b);
    struct gate_config *config = &b.gate.config;
    for (uint8_t i = 2; i < MAX_BOARDS; i++) {
        config->boards[i] = (struct gate_board){.node = (uint8_t)(0x20 + i)};
        memset(config->boards[i].string_of, GATE_NO_STRING, BOARD_CHANNELS);
    }
    for (uint8_t i = 1; i < MAX_COUNTERS; i++) {
        config->counters[i] = (struct gate_counter){.node = (uint8_t)(0x50 + i)};
        memset(config->counters[i].string_of, GATE_NO_STRING, COUNTER_CHANNELS);
    }
    for (uint8_t i = 0; i < MAX_BUTTONS; i++)
        config->stops[i] = (struct gate_stop){.node = (uint8_t)(0x60 + i)};
    for (unsigned i = 3; i < GATE_ALLOWS; i++)
        config->allows[i] = (struct gate_allow){.id = 0x480 + i, .len = 1};
    for (unsigned i = 0; i < MAX_CONTACTS; i++)
        config->interlocks[i] = (struct gate_interlock){{9, 9}, {1, 2}};
    config->board_count = MAX_BOARDS;
    config->counter_count = MAX_COUNTERS;
    config->stop_count = MAX_BUTTONS;
    config->allow_count = GATE_ALLOWS;
    config->interlock_count = MAX_CONTACTS;
    struct frame f = {.id = 0x7FF, .len = 1};
    gate_seen(&b.gate, 0, &f, b.now_ms);
    EXPECT(gate_check(&b.gate, 0, &f, b.now_ms), GATE_NOT_OURS, "in no table");
    f.id = 0x480 + GATE_ALLOWS - 1;
    EXPECT(gate_check(&b.gate, 0, &f, b.now_ms), GATE_PASS, "the last identifier");
    hear(&b, 0x180 + 0x20 + MAX_BOARDS - 1, (uint8_t[]){0, 0, 0xFF, 0, 0, 0, 1, 0xFF});
    EXPECT(command(&b, 0x200 + 0x20 + MAX_BOARDS - 1, 0), GATE_PASS, "the last board");
    for (uint8_t i = 0; i < MAX_BUTTONS - 1; i++)
        hear_button(&b, 0x60 + i, 0);
    uint8_t counter = b.sent;
    for (uint8_t i = 2; i < MAX_BOARDS - 1; i++) {
        b.sent = counter;
        EXPECT(contacts(&b, 0x0E), GATE_UNSEEN, "a board has not been heard");
        hear(&b, 0x180u + 0x20 + i, (uint8_t[]){0, 0, 0xFF, 0, 0, 0, 1, 0xFF});
    }
    EXPECT(contacts(&b, 0x0E), GATE_UNSEEN, "the last button has not been heard");
    hear_button(&b, 0x60 + MAX_BUTTONS - 1, 0);
    EXPECT(contacts(&b, 0x0E), GATE_PASS, "nobody stands in its way");
    hear_button(&b, 0x60 + MAX_BUTTONS - 1, 2);
    EXPECT(switches(&b, 0x07), GATE_STOP, "the last button");
    gate_reset(&b.gate);
}

int main(void)
{
    a_button_s_frame();
    heard_before_anything();
    a_button_that_froze();
    the_wait_to_the_millisecond();
    the_second_button();
    buttons_beyond_the_config();
    told_and_done();
    contacts_on_two_boards();
    every_input_is_judged();
    the_first_channel_stands_there();
    interlocks();
    coils_that_open();
    two_open_at_once();
    coils_that_let_go();
    coils_that_open_again();
    a_coil_lets_go_beside();
    coils_taken_back();
    the_last_switch();
    stopped_and_locked();
    stopped_and_foreign();
    hot_openings_are_counted();
    first_commands();
    listed_identifiers();
    commands_beyond_the_config();
    hot_openings_of_nobody();
    full_tables();
    return check_done("gate_order_edges");
}
