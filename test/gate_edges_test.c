/* What the gate has seen, at its edges: the last millisecond that counts and the first that does not, the
 * first and last row of each table, and rows that the config does not have. */
#include "test/gate_edges.h"

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
    pass(&b, 200);
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "200 ms ago: its current may not have been heard");
    b.now_ms += 1;
    EXPECT(contacts(&b, 0x06), GATE_PASS, "201 ms ago: taken back, never seen to move");
    pass(&b, 450);
    b.now_ms += 49;
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
    pass(&b, 450);
    b.now_ms += 49;
    EXPECT(contacts(&b, 0x06), GATE_CURRENT,
           "on until 499 ms ago by command: the counter may miss it");
    b.now_ms += 1;
    EXPECT(contacts(&b, 0x06), GATE_PASS, "until 500 ms ago");
}

/* A board's own word counts from 250 ms after the order on. */
static void words_to_the_millisecond(void)
{
    for (int late_ms = 249; late_ms <= 250; late_ms++) {
        struct bench b;
        begin_cold(&b);
        EXPECT(switches(&b, 0x07), GATE_PASS, "switched on");
        b.now_ms += 10;
        EXPECT(switches(&b, 0x06), GATE_PASS, "and off before the board took it");
        int64_t off_ms = b.now_ms;
        b.mute_switches = true;
        pass(&b, 200);
        b.now_ms = off_ms + late_ms;
        hear_switches(&b);
        pass(&b, 400);
        EXPECT(contacts(&b, 0x06), late_ms < 250 ? GATE_CURRENT : GATE_PASS,
               "its switch's board was heard 249 ms, 250 ms after");
    }
}

/* The order to close, told again while the board has not taken it, may be the one it takes. */
static void closes_told_again(void)
{
    struct bench b;
    begin_open(&b);
    EXPECT(contacts(&b, 0x0E), GATE_PASS, "ordered closed");
    pass(&b, 150);
    EXPECT(contacts(&b, 0x0E), GATE_PASS, "told again");
    pass(&b, 200);
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "200 ms after that");
    b.now_ms += 1;
    EXPECT(contacts(&b, 0x06), GATE_PASS, "201 ms");
}

/* An order taken back is a change until the board has told 450 ms later that it never took it. */
static void taken_back_to_the_millisecond(void)
{
    for (int again = 0; again < 2; again++)
        for (int after_ms = 449; after_ms <= 450; after_ms++) {
            struct bench b;
            begin_cold(&b);
            EXPECT(contacts(&b, 0x06), GATE_PASS, "ordered open");
            pass(&b, 300);
            if (again)
                EXPECT(contacts(&b, 0x06), GATE_PASS, "told again: that one may be taken too");
            int64_t order_ms = again ? b.now_ms : b.now_ms - 300;
            b.mute_contacts = true;
            b.amperes = 7;
            pass(&b, again ? 400 : 100);
            b.now_ms = order_ms + after_ms;
            hear_contacts(&b);
            pass(&b, 100);
            EXPECT(contacts(&b, 0x07), after_ms < 450 ? GATE_CURRENT : GATE_PASS,
                   "closed again: it was heard 449 ms, 450 ms after the last order");
        }
}

/* What the board tells by itself and was not ordered otherwise of late is no change: it has lost it. */
static void lost_is_no_change(void)
{
    struct bench b;
    begin_synced(&b);
    pass(&b, 500);
    EXPECT(contacts(&b, 0x07), GATE_PASS, "restated");
    b.outputs = 0x06;
    pass(&b, 100);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "its coil is off, under current");
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
    gate_init(&clean, &config);
    gate_init(&dirty, &config);
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
    gate_init(&b.gate, &config);
    b.now_ms = 1;
    hear_counter(&b);
    hear_contacts(&b);
    hear_switches(&b);
    EXPECT(contacts(&b, 7), GATE_PASS, "read back");
    EXPECT(switches(&b, 6), GATE_PASS, "read back");
    b.mute_contacts = b.mute_switches = true;
    pass(&b, 450);
    b.now_ms = 500;
    EXPECT(contacts(&b, 6), GATE_CURRENT, "zero, and off, for 499 ms");
    b.now_ms = 501;
    EXPECT(contacts(&b, 6), GATE_PASS, "since the first millisecond");
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
    with_buttons_heard(&b);
    b.gate.config.counters[0].string_of[3] = MAX_STRINGS;
    b.now_ms += 50;
    hear(&b, 0x192, (uint8_t[]){0, 0, 0xE1, 0x40, 0x38, 0xE1, 0, b.moving++});
    EXPECT(switches(&b, 0x07), GATE_PASS, "its current presses no button");
    begin_cold(&b);
    with_buttons_heard(&b);
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

int main(void)
{
    samples_to_the_millisecond();
    contacts_to_the_millisecond();
    orders_to_the_millisecond();
    words_to_the_millisecond();
    closes_told_again();
    taken_back_to_the_millisecond();
    lost_is_no_change();
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
    return check_done("gate_edges");
}
