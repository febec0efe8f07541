/* The gate at its edges: the last millisecond that counts and the first that does not, the first and
 * last row of each table, and rows that the config does not have. */
#include "test/gate_bench.h"

enum { STOP_ONE = 0x13, STOP_TWO = 0x14 };

/* A button's frame: presses, bit 1 of the second byte = stop, counter. */
static void hear_button(struct bench *b, uint8_t node, uint8_t bits)
{
    struct frame f = {.id = 0x180u + node, .len = 4, .data = {0, bits, b->moving++}};
    gate_seen(&b->gate, 0, &f, b->now_ms);
}

/* Time goes on, and the buttons speak each 100 ms as boards and counter do. */
static void pass_pressed(struct bench *b, uint8_t one, uint8_t two, int ms)
{
    for (int i = 0; i < ms; i += 50) {
        pass(b, 50);
        if (b->beat % 2 == 0) {
            hear_button(b, STOP_ONE, one);
            hear_button(b, STOP_TWO, two);
        }
    }
}

static void with_buttons(struct bench *b)
{
    b->gate.config.stop_count = 2;
    b->gate.config.stops[0] = (struct gate_stop){.node = STOP_ONE};
    b->gate.config.stops[1] = (struct gate_stop){.node = STOP_TWO};
}

/* --- how old, how long --- */

static void samples_to_the_millisecond(void)
{
    struct bench b;
    begin_cold(&b);
    b.amperes = 7;
    pass(&b, 50);
    b.amperes = 6;
    pass(&b, 500);
    b.now_ms += 49;
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "zero for 499 ms");
    b.now_ms += 1;
    EXPECT(contacts(&b, 0x06), GATE_PASS, "for 500 ms");
    begin_cold(&b);
    b.mute_counter = true;
    pass(&b, 200);
    b.now_ms += 1;
    EXPECT(contacts(&b, 0x06), GATE_UNSEEN, "a sample of 201 ms ago");
    hear_counter(&b);
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "201 ms between two samples: zero begins anew");
}

static void contacts_to_the_millisecond(void)
{
    struct bench b;
    begin_open(&b);
    b.opened = 0x78;
    hear_contacts(&b);
    b.opened = 0x79;
    hear_contacts(&b);
    pass(&b, 450);
    b.now_ms += 49;
    EXPECT(contacts(&b, 0x0E), GATE_EXCLUSIVE, "seen open for 499 ms");
    b.now_ms += 1;
    EXPECT(contacts(&b, 0x0E), GATE_PASS, "for 500 ms");
    begin_open(&b);
    EXPECT(contacts(&b, 0x0E), GATE_PASS, "one contact ordered closed");
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x06), GATE_PASS, "and taken back, never seen to move");
    pass(&b, 450);
    b.now_ms += 39;
    EXPECT(contacts(&b, 0x07), GATE_EXCLUSIVE, "ordered closed until 499 ms ago");
    b.now_ms += 1;
    EXPECT(contacts(&b, 0x07), GATE_PASS, "until 500 ms ago");
}

static void orders_to_the_millisecond(void)
{
    struct bench b;
    begin_cold(&b);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "ordered open");
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x07), GATE_PASS, "and closed again before it moved");
    pass(&b, 200);
    b.now_ms += 49;
    EXPECT(switches(&b, 0x07), GATE_EXCLUSIVE, "ordered closed for 249 ms: it may bounce");
    b.now_ms += 1;
    EXPECT(switches(&b, 0x07), GATE_PASS, "for 250 ms");
    begin_cold(&b);
    EXPECT(switches(&b, 0x07), GATE_PASS, "switched on");
    b.now_ms += 10;
    EXPECT(switches(&b, 0x06), GATE_PASS, "and off before the board took it");
    pass(&b, 150);
    b.now_ms += 40;
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "on until 200 ms ago by command");
    b.now_ms += 1;
    EXPECT(contacts(&b, 0x06), GATE_PASS, "until 201 ms ago");
}

/* All open and off, one coil ordered on. */
static void one_coil_on(struct bench *b)
{
    begin_synced(b);
    b->now_ms += 10;
    EXPECT(switches(b, 0x00), GATE_PASS, "all off");
    b->switches = b->amperes = 0;
    b->outputs = b->closed = 0;
    b->opened = 0x7F;
    b->uptime = 0;
    pass(b, 1000);
    EXPECT(contacts(b, 0x00), GATE_PASS, "all open, read back");
    b->now_ms += 10;
    EXPECT(contacts(b, 0x01), GATE_PASS, "the first coil");
    b->outputs = b->closed = 0x01;
    b->opened = 0x7E;
}

static void coils_to_the_millisecond(void)
{
    struct bench b;
    one_coil_on(&b);
    pass(&b, 150);
    b.now_ms += 49;
    EXPECT(contacts(&b, 0x03), GATE_PICKUP, "another coil 199 ms later");
    b.now_ms += 1;
    EXPECT(contacts(&b, 0x03), GATE_PASS, "200 ms later");
}

static void boards_to_the_millisecond(void)
{
    struct bench b;
    begin_synced(&b);
    b.mute_contacts = true;
    pass(&b, 1500);
    EXPECT(contacts(&b, 0x07), GATE_PASS, "heard 1500 ms ago");
    begin_synced(&b);
    b.now_ms += 1500;
    hear_contacts(&b);
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "1500 ms between two state frames: judged as ever");
    begin_synced(&b);
    b.now_ms += 1501;
    hear_contacts(&b);
    EXPECT(contacts(&b, 0x06), GATE_UNSEEN, "1501 ms: read back first");
    begin_synced(&b);
    b.now_ms += 1501;
    EXPECT(contacts(&b, 0x07), GATE_UNSEEN, "heard 1501 ms ago");
}

/* --- what locks a string --- */

static void mismatch_to_the_millisecond(void)
{
    struct bench b;
    begin_cold(&b);
    b.closed = 0x06;
    hear_contacts(&b);
    int64_t since_ms = b.now_ms;
    pass(&b, 950);
    b.now_ms = since_ms + 1000;
    hear_contacts(&b);
    CHECK(!b.gate.strings[0].locked, "coil and feedback differ for 1000 ms");
    b.now_ms += 1;
    hear_contacts(&b);
    CHECK(b.gate.strings[0].locked, "for 1001 ms");
    gate_reset(&b.gate);
    b.now_ms += 9;
    hear_contacts(&b);
    since_ms = b.now_ms;
    CHECK(!b.gate.strings[0].locked, "a person's reset gives it a second chance");
    b.now_ms = since_ms + 1000;
    hear_contacts(&b);
    CHECK(!b.gate.strings[0].locked, "as long as the first");
    b.now_ms += 1;
    hear_contacts(&b);
    CHECK(b.gate.strings[0].locked, "and no longer");
}

static void mismatch_over_a_silence(void)
{
    struct bench b;
    begin_cold(&b);
    b.closed = 0x06;
    pass(&b, 900);
    b.now_ms += 1600;
    hear_contacts(&b);
    CHECK(!b.gate.strings[0].locked, "what was in the silence is not known");
    b.now_ms += 1000;
    hear_contacts(&b);
    CHECK(!b.gate.strings[0].locked, "1000 ms after it");
    b.now_ms += 1;
    hear_contacts(&b);
    CHECK(b.gate.strings[0].locked, "1001 ms after it");
}

/* Only contacts have a position to be compared. */
static void other_channels_do_not_lock(void)
{
    struct bench b;
    begin_synced(&b);
    for (int i = 0; i < 20; i++) {
        b.now_ms += 100;
        hear(&b, 0x191, (uint8_t[]){7, 0, 0xFF, 0, 50, 0, b.moving++, 0xF8});
    }
    CHECK(!b.gate.strings[0].locked && !b.gate.strings[2].locked,
          "a semiconductor switch is no contact");
}

/* Current is counted as flowing through open contacts once they are seen open for 500 ms. */
static void current_on_open_to_the_millisecond(void)
{
    struct bench b;
    begin_cold(&b);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "opens");
    b.outputs = b.closed = 0x06;
    b.opened = 0x79;
    b.amperes = 7;
    hear_contacts(&b);
    int64_t open_ms = b.now_ms;
    static const struct {
        int after_ms;
        bool locked;
        const char *sentence;
    } rows[] = {
        {499, false, "open for 499 ms: may be the arc"},
        {500, false, "open for 500 ms: from here it counts"},
        {1500, false, "it counts for 1000 ms"},
        {1501, true, "for 1001 ms"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        b.now_ms = open_ms + rows[i].after_ms;
        if (i == 1)
            hear_contacts(&b);
        hear_counter(&b);
        CHECK(b.gate.strings[0].locked == rows[i].locked, "%s", rows[i].sentence);
    }
}

static void current_on_open_after_a_reset(void)
{
    struct bench b;
    begin_open(&b);
    b.amperes = 7;
    pass(&b, 1000);
    gate_reset(&b.gate);
    pass(&b, 1000);
    CHECK(!b.gate.strings[0].locked, "a person's reset begins it anew");
    pass(&b, 100);
    CHECK(b.gate.strings[0].locked, "and it locks again");
}

static void current_on_open_by_old_news(void)
{
    struct bench b;
    begin_open(&b);
    hear_contacts(&b);
    b.amperes = 7;
    b.now_ms += 500;
    hear_counter(&b);
    b.now_ms += 1000;
    hear_counter(&b);
    CHECK(!b.gate.strings[0].locked, "1000 ms of current");
    b.now_ms += 1;
    hear_counter(&b);
    CHECK(!b.gate.strings[0].locked, "contacts heard 1501 ms ago are not known to be open");
    begin_open(&b);
    hear_contacts(&b);
    b.amperes = 7;
    b.now_ms += 499;
    hear_counter(&b);
    b.now_ms += 1001;
    hear_counter(&b);
    CHECK(b.gate.strings[0].locked, "heard 1500 ms ago they are");
}

/* A string whose contacts are on two boards is open when both say so. */
static void current_over_two_boards(void)
{
    for (uint8_t position = 0; position < 2; position++) {
        struct bench b;
        begin_open(&b);
        b.gate.config.boards[1].contacts = 0x10;
        b.gate.config.boards[1].string_of[4] = 0;
        b.amperes = 7;
        for (int i = 0; i < 30; i++) {
            b.now_ms += 100;
            uint8_t closed = position ? 0x10 : 0, outputs = 6 | closed;
            hear(&b, 0x191,
                 (uint8_t[]){outputs, closed, (uint8_t)~closed, 0, 50, 0, b.moving++,
                             (uint8_t)~outputs});
            hear_contacts(&b);
            hear_counter(&b);
        }
        CHECK(b.gate.strings[0].locked == !position, "the second board's contact is %s",
              position ? "closed: current may flow" : "open too");
    }
}

/* --- the frames' bits --- */

/* Whatever stood in its memory before. */
static void begins_anew(void)
{
    static struct gate clean, dirty;
    struct gate_config config = uc001();
    memset(&dirty, 0xA5, sizeof dirty);
    gate_init(&clean, &config, 1000);
    gate_init(&dirty, &config, 1000);
    CHECK(memcmp(&dirty.boards, &clean.boards, sizeof clean.boards) == 0 && dirty.ac == NULL,
          "nothing seen");
}

/* The first frame after a start has the counter it happens to have, 0 too. */
static void first_frames(void)
{
    struct bench b;
    begin(&b);
    hear(&b, 0x190, (uint8_t[]){7, 7, 0x78, 0, 50, 0, 0, 0xF8});
    CHECK(b.gate.boards[0].heard_ms == b.now_ms, "a board's");
    hear(&b, 0x192, (uint8_t[]){0, 0, 0, 0, 0, 0, 0, 0});
    CHECK(b.gate.strings[0].heard_ms == b.now_ms, "a string counter's");
    with_buttons(&b);
    b.moving = 0;
    hear_button(&b, STOP_ONE, 2);
    CHECK(b.gate.stops[0].pressed_ms == b.now_ms, "a button's");
}

/* A clock that begins at zero: the first millisecond is a time like any other. */
static void the_first_millisecond(void)
{
    struct gate_config config = uc001();
    struct bench b = {.outputs = 7, .closed = 7, .opened = 0x78, .switches = 6, .amperes = 6};
    gate_init(&b.gate, &config, 0);
    b.now_ms = 1;
    hear_counter(&b);
    pass(&b, 500);
    hear_contacts(&b);
    hear_switches(&b);
    EXPECT(contacts(&b, 7), GATE_PASS, "read back");
    EXPECT(switches(&b, 6), GATE_PASS, "read back");
    b.now_ms += 10;
    EXPECT(contacts(&b, 6), GATE_PASS, "zero since the first millisecond");
}

static void uptime_has_sixteen_bits(void)
{
    static const struct {
        uint8_t before[2], after[2];
        bool fell;
        const char *sentence;
    } rows[] = {
        {{0xFF, 0x01}, {0x00, 0x02}, false, "511 s to 512 s"},
        {{0xFF, 0x00}, {0x00, 0x01}, false, "255 s to 256 s"},
        {{0xFF, 0x7F}, {0x00, 0x80}, false, "32767 s to 32768 s"},
        {{0x05, 0x01}, {0x05, 0x01}, false, "the same second"},
        {{0x05, 0x01}, {0x05, 0x00}, true, "261 s to 5 s"},
        {{0x05, 0x00}, {0x04, 0x00}, true, "5 s to 4 s"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench b;
        begin(&b);
        const uint8_t *s = rows[i].before;
        hear(&b, 0x190, (uint8_t[]){7, 7, 0x78, 0, s[0], s[1], 1, 0xF8});
        EXPECT(contacts(&b, 7), GATE_PASS, "read back");
        b.now_ms += 100;
        s = rows[i].after;
        hear(&b, 0x190, (uint8_t[]){7, 7, 0x78, 0, s[0], s[1], 2, 0xF8});
        CHECK(b.gate.boards[0].synced == !rows[i].fell, "%s", rows[i].sentence);
    }
}

/* Four currents of 14 bits: 49 = 0.49 A, 50 = 0.50 A, 51 = 0.51 A, and what is negative, in each. */
static void each_current_alone(void)
{
    static const struct {
        uint16_t raw;
        bool zero;
        const char *sentence;
    } rows[] = {
        {49, true, "0.49 A"},       {50, true, "0.50 A"},       {51, false, "0.51 A"},
        {0x3FCE, true, "-0.50 A"},  {0x3FCD, false, "-0.51 A"}, {0x2000, false, "-81.92 A"},
        {0x1000, false, "40.96 A"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (unsigned n = 0; n < 4; n++) {
            struct bench b;
            begin(&b);
            b.gate.config.counters[0].string_of[3] = 3;
            uint64_t bits = (uint64_t)rows[i].raw << 14 * n;
            uint8_t d[8] = {0};
            for (unsigned k = 0; k < 7; k++)
                d[k] = (uint8_t)(bits >> 8 * k);
            d[7] = 0xFF;
            hear(&b, 0x192, d);
            for (unsigned s = 0; s < 4; s++)
                CHECK((b.gate.strings[s].zero_ms != 0) == (s != n || rows[i].zero),
                      "%s in %u, string %u", rows[i].sentence, n, s);
        }
}

/* A coil that opens its contact: with the coil off it stands closed, with the coil on it stands open. */
static void normally_closed_contacts(void)
{
    struct bench b;
    begin_cold(&b);
    b.gate.config.boards[0].normally_closed = 0x01;
    b.outputs = 0x06;
    pass(&b, 1500);
    CHECK(!b.gate.strings[0].locked, "coil off, closed");
    b.outputs = 0x07;
    b.closed = 0x06;
    b.opened = 0x79;
    pass(&b, 1500);
    CHECK(!b.gate.strings[0].locked, "coil on, open");
    b.outputs = 0x06;
    pass(&b, 1500);
    CHECK(b.gate.strings[0].locked, "coil off, open");
}

/* --- rows the config has and has not --- */

static void rows_beyond_the_config(void)
{
    struct bench b;
    begin_open(&b);
    struct gate_config *config = &b.gate.config;
    config->boards[2] = (struct gate_board){.node = 0x15, .contacts = 1, .string_of = {0}};
    config->allows[3] = (struct gate_allow){.id = 0x333, .len = 1};
    config->counters[1] = (struct gate_counter){.node = 0x16, .string_of = {0, 0xFF, 0xFF, 0xFF}};
    config->stops[0] = (struct gate_stop){.node = STOP_ONE};
    struct frame f = {.id = 0x215, .len = 4};
    gate_seen(&b.gate, 0, &f, b.now_ms);
    f.id = 0x333;
    gate_seen(&b.gate, 0, &f, b.now_ms);
    CHECK(!b.gate.foreign, "no foreign frame: no such row");
    hear(&b, 0x195, (uint8_t[]){1, 1, 0, 0, 0, 0, 1, 0xFE});
    CHECK(b.gate.boards[2].heard_ms == 0, "no board");
    hear(&b, 0x196, (uint8_t[]){0x84, 3, 0, 0, 0, 0, 0, 1});
    CHECK(b.gate.strings[0].current_mA == 0, "no counter");
    hear_button(&b, STOP_ONE, 2);
    CHECK(b.gate.stops[0].heard_ms == 0, "no button");
    b.amperes = 7;
    pass(&b, 1200);
    CHECK(b.gate.strings[0].locked, "the string stands open on the boards there are");
}

static void a_second_counter(void)
{
    struct bench b;
    begin_cold(&b);
    b.gate.config.counter_count = 2;
    b.gate.config.counters[1] =
        (struct gate_counter){.node = 0x16, .string_of = {5, 0xFF, 0xFF, 0xFF}};
    hear(&b, 0x196, (uint8_t[]){0x84, 3, 0, 0, 0, 0, 0, 1});
    CHECK(b.gate.strings[5].current_mA == 9000, "is heard too");
}

/* A counter channel of a string there cannot be touches nothing. */
static void a_string_there_cannot_be(void)
{
    struct bench b;
    begin_cold(&b);
    with_buttons(&b);
    b.gate.config.counters[0].string_of[3] = MAX_STRINGS;
    b.now_ms += 50;
    hear(&b, 0x192, (uint8_t[]){0, 0, 0xE1, 0x40, 0x38, 0xE1, 0, b.moving++});
    EXPECT(switches(&b, 0x07), GATE_PASS, "its current presses no button");
    begin_cold(&b);
    with_buttons(&b);
    b.gate.config.boards[0].string_of[3] = MAX_STRINGS;
    b.closed = 0x0F;
    b.opened = 0x78;
    pass(&b, 1500);
    EXPECT(switches(&b, 0x07), GATE_PASS, "nor does its contact's mismatch");
}

/* An identifier that is listed as ours and is a board's own: foreign, and not believed. */
static void foreign_is_no_sighting(void)
{
    struct bench b;
    begin(&b);
    b.gate.config.allows[1] = (struct gate_allow){.id = 0x190, .len = 8};
    hear_contacts(&b);
    CHECK(b.gate.foreign && b.gate.boards[0].heard_ms == 0, "locked, and nothing learnt");
}

static void a_reset_asks_every_board(void)
{
    struct bench b;
    begin_synced(&b);
    b.now_ms += 10;
    gate_reset(&b.gate);
    EXPECT(contacts(&b, 0x06), GATE_UNSEEN, "the first board is read back");
    EXPECT(switches(&b, 0x06), GATE_UNSEEN, "the second too");
}

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
        with_buttons(&b);
        gate_seen(&b.gate, rows[i].bus, &rows[i].frame, b.now_ms);
        EXPECT(switches(&b, 0x07), rows[i].pressed ? GATE_STOP : GATE_PASS, rows[i].sentence);
    }
}

/* A frame that repeats its counter is no news, neither of a press nor of a release. */
static void a_button_that_froze(void)
{
    struct bench b;
    begin_cold(&b);
    with_buttons(&b);
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

/* String 1 has one more contact, on the switches' board, channel 5. */
static void contacts_on_two_boards(void)
{
    struct bench b;
    begin_open(&b);
    b.gate.config.boards[1].contacts = 0x10;
    b.gate.config.boards[1].string_of[4] = 0;
    EXPECT(contacts(&b, 0x0E), GATE_EXCLUSIVE, "never seen open");
    pass(&b, 600);
    EXPECT(contacts(&b, 0x0E), GATE_PASS, "seen open");
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
        EXPECT(contacts(&b, 0x05), pressed ? GATE_CURRENT : GATE_MISMATCH, "hot and locked");
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
    EXPECT(contacts(&b, 0x0E), GATE_PASS, "nobody stands in its way");
    hear_button(&b, 0x60 + MAX_BUTTONS - 1, 2);
    EXPECT(switches(&b, 0x07), GATE_STOP, "the last button");
    gate_reset(&b.gate);
}

int main(void)
{
    samples_to_the_millisecond();
    contacts_to_the_millisecond();
    orders_to_the_millisecond();
    coils_to_the_millisecond();
    boards_to_the_millisecond();
    mismatch_to_the_millisecond();
    mismatch_over_a_silence();
    other_channels_do_not_lock();
    current_on_open_to_the_millisecond();
    current_on_open_after_a_reset();
    current_on_open_by_old_news();
    current_over_two_boards();
    begins_anew();
    first_frames();
    the_first_millisecond();
    uptime_has_sixteen_bits();
    each_current_alone();
    normally_closed_contacts();
    rows_beyond_the_config();
    a_second_counter();
    a_string_there_cannot_be();
    foreign_is_no_sighting();
    a_reset_asks_every_board();
    a_button_s_frame();
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
    coils_that_let_go();
    the_last_switch();
    stopped_and_locked();
    stopped_and_foreign();
    hot_openings_are_counted();
    first_commands();
    listed_identifiers();
    commands_beyond_the_config();
    hot_openings_of_nobody();
    full_tables();
    return check_done("gate_edges");
}
