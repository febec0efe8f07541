/* The gate's judgement of AC contacts to the millisecond and the bit. Bytes are written by hand from
 * dbc/backbone.dbc:
 *
 *   19A 19B  outputs closed opened faults uptime uptime counter ~outputs   source 0 and 1; source 2
 *   193      contactor 08; 12 bits 0.1 A from bit 8; 12 bits 0.1 V from bit 20; counter in byte 7
 *
 * Channels: source 0 line 0, neutral 1; source 1 line 2, neutral 3; source 2 line 0, neutral 1. */
#include <string.h>

#include "devices/gate_ac.h"
#include "test/check.h"

enum { L0 = 1, N0 = 2, L1 = 4, N1 = 8, FIRST = 0x1A, SECOND = 0x1B, BOX = 0x13 };

struct desk {
    struct gate_ac ac;
    int64_t now_ms;
    uint8_t counter;
    uint8_t closed[2]; /* by board: what is closed, with its coil on */
    int current_dA, voltage_dV;
    uint8_t state; /* the wallbox's first byte */
};

static const struct gate_ac_config wiring = {
    .point_count = 1,
    .points = {{.node = BOX,
                .sources = 3,
                .contact = {{{0, FIRST, 0}, {0, FIRST, 1}},
                            {{0, FIRST, 2}, {0, FIRST, 3}},
                            {{0, SECOND, 0}, {0, SECOND, 1}}}}},
};

static void hear(struct desk *d, uint32_t id, const uint8_t data[8])
{
    struct frame frame = {.id = id, .len = 8};
    memcpy(frame.data, data, 8);
    gate_ac_frame(&d->ac, 0, &frame, d->now_ms);
}

static void board(struct desk *d, uint8_t node, uint8_t outputs, uint8_t closed, uint8_t opened)
{
    hear(d, 0x180u + node,
         (uint8_t[]){outputs, closed, opened, 0, 0, 0, d->counter++, (uint8_t)~outputs});
}

static void boards(struct desk *d)
{
    for (uint8_t i = 0; i < 2; i++)
        board(d, FIRST + i, d->closed[i], d->closed[i], (uint8_t)~d->closed[i]);
}

static void box(struct desk *d)
{
    hear(d, 0x180 + BOX,
         (uint8_t[]){d->state, (uint8_t)d->current_dA,
                     (uint8_t)(d->current_dA >> 8 | (d->voltage_dV & 15) << 4),
                     (uint8_t)(d->voltage_dV >> 4), 0, 0, 0, d->counter++});
}

/* Everything is heard each 500 ms, the last at the end. */
static void pass(struct desk *d, int64_t ms)
{
    for (int64_t until_ms = d->now_ms + ms; d->now_ms < until_ms;) {
        d->now_ms = d->now_ms + 500 < until_ms ? d->now_ms + 500 : until_ms;
        boards(d);
        box(d);
    }
}

/* The wallbox alone, each 500 ms. */
static void boxes(struct desk *d, int64_t ms)
{
    for (; ms > 0; ms -= 500) {
        d->now_ms += 500;
        box(d);
    }
}

static enum gate_verdict check(const struct desk *d, uint8_t node, uint8_t pattern)
{
    return gate_ac_check(&d->ac, 0, node, pattern, d->now_ms);
}

static void send(struct desk *d, uint8_t node, uint8_t pattern)
{
    gate_ac_sent(&d->ac, 0, node, pattern, d->now_ms);
}

/* Off, dead and open for long: a neutral may close. */
static void begin(struct desk *d)
{
    memset(d, 0, sizeof *d);
    gate_ac_init(&d->ac, &wiring);
    d->now_ms = 100000;
    send(d, FIRST, 0);
    send(d, SECOND, 0);
    pass(d, 5000);
}

/* The neutral of source 1 stands closed for long: its line may close. */
static void begin_neutral(struct desk *d)
{
    begin(d);
    send(d, FIRST, N1);
    d->closed[0] = N1;
    pass(d, 5000);
}

#define EXPECT(actual, wanted, ...)                                                                \
    do {                                                                                           \
        enum gate_verdict got = (actual);                                                          \
        CHECK(got == (wanted), __VA_ARGS__);                                                       \
    } while (0)

/* --- the wallbox --- */

static void the_car(void)
{
    static const struct {
        int dA;
        uint8_t state;
        bool off;
    } rows[] = {{0, 0, true},      {4, 0, true},  {5, 0, false},   {256, 0, false},
                {0x800, 0, false}, {0, 8, false}, {0, 0xF7, true}, {0, 0xFF, false},
                {4, 0x10, true},   {0, 4, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        begin(&d);
        d.current_dA = rows[i].dA;
        d.state = rows[i].state;
        pass(&d, 100);
        EXPECT(check(&d, FIRST, N1), rows[i].off ? GATE_PASS : GATE_AC_CAR, "row %zu", i);
    }
}

static void the_voltage(void)
{
    static const int dead[] = {0, 1, 15, 16, 240, 255, 256, 496, 499};
    static const int live[] = {500, 511, 512, 1024, 2048, 4080, 4095};
    for (size_t i = 0; i < sizeof dead / sizeof dead[0]; i++) {
        struct desk d;
        begin(&d);
        d.voltage_dV = dead[i];
        pass(&d, 100);
        EXPECT(check(&d, FIRST, N1), GATE_PASS, "%d dV", dead[i]);
    }
    for (size_t i = 0; i < sizeof live / sizeof live[0]; i++) {
        struct desk d;
        begin(&d);
        d.voltage_dV = live[i];
        pass(&d, 100);
        EXPECT(check(&d, FIRST, N1), GATE_AC_LIVE, "%d dV", live[i]);
        CHECK(d.ac.boxes[0].off_ms != 0, "%d dV are no current", live[i]);
    }
}

static void the_car_to_the_millisecond(void)
{
    struct desk d;
    begin(&d);
    d.state = 8;
    pass(&d, 100);
    d.state = 0;
    pass(&d, 100);
    pass(&d, 2999);
    EXPECT(check(&d, FIRST, N1), GATE_AC_CAR, "off for 2999 ms");
    d.now_ms += 1;
    EXPECT(check(&d, FIRST, N1), GATE_AC_CAR, "3000 ms, but heard for 2999 ms");
    box(&d);
    EXPECT(check(&d, FIRST, N1), GATE_PASS, "heard for 3000 ms");
    d.now_ms += 1000;
    EXPECT(check(&d, FIRST, N1), GATE_PASS, "a wallbox heard 1000 ms ago");
    d.now_ms += 1;
    EXPECT(check(&d, FIRST, N1), GATE_UNSEEN, "1001 ms ago");
    box(&d);
    EXPECT(check(&d, FIRST, N1), GATE_AC_CAR, "after 1001 ms of silence it begins anew");
    begin(&d);
    d.now_ms += 600;
    box(&d);
    EXPECT(check(&d, FIRST, N1), GATE_PASS, "600 ms are no silence");
    d.now_ms += 601;
    box(&d);
    EXPECT(check(&d, FIRST, N1), GATE_AC_CAR, "601 ms are");
}

static void the_bus_to_the_millisecond(void)
{
    struct desk d;
    begin(&d);
    d.voltage_dV = 500;
    pass(&d, 100);
    d.voltage_dV = 499;
    pass(&d, 100);
    pass(&d, 999);
    EXPECT(check(&d, FIRST, N1), GATE_AC_LIVE, "dead for 999 ms");
    d.now_ms += 1;
    box(&d);
    EXPECT(check(&d, FIRST, N1), GATE_PASS, "for 1000 ms");
}

/* --- contacts that must be open --- */

static void open_to_the_millisecond(void)
{
    static const struct {
        uint8_t node, bit;
    } rows[] = {{FIRST, L0}, {FIRST, N0}, {FIRST, L1}, {FIRST, N1}, {SECOND, L0}, {SECOND, N0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        enum gate_verdict wanted = GATE_AC_SOURCE;
        begin(&d);
        board(&d, rows[i].node, 0, rows[i].bit, (uint8_t)~rows[i].bit);
        d.now_ms += 1;
        EXPECT(check(&d, FIRST, N1), wanted, "row %zu: closed", i);
        boards(&d);
        pass(&d, 999);
        EXPECT(check(&d, FIRST, N1), wanted, "row %zu: open for 999 ms", i);
        d.now_ms += 1;
        EXPECT(check(&d, FIRST, N1), GATE_PASS, "row %zu: for 1000 ms", i);
        begin(&d);
        board(&d, rows[i].node, 0, rows[i].bit, 0xFF);
        EXPECT(check(&d, FIRST, N1), wanted, "row %zu: in both ends", i);
        begin(&d);
        board(&d, rows[i].node, 0, 0, (uint8_t)~rows[i].bit);
        EXPECT(check(&d, FIRST, N1), wanted, "row %zu: in neither", i);
        begin(&d);
        board(&d, rows[i].node, rows[i].bit, 0, 0xFF);
        if (rows[i].bit != N1 || rows[i].node != FIRST)
            EXPECT(check(&d, FIRST, N1), wanted, "row %zu: its coil is on", i);
    }
}

static void heard_to_the_millisecond(void)
{
    for (uint8_t i = 0; i < 2; i++) {
        struct desk d;
        begin(&d);
        d.now_ms += 500;
        box(&d);
        board(&d, i ? FIRST : SECOND, 0, 0, 0xFF);
        boxes(&d, 1000);
        EXPECT(check(&d, FIRST, N1), GATE_PASS, "board %d heard 1500 ms ago", i);
        d.now_ms += 1;
        box(&d);
        EXPECT(check(&d, FIRST, N1), GATE_UNSEEN, "1501 ms ago");
        boards(&d);
        EXPECT(check(&d, FIRST, N1), GATE_AC_SOURCE, "after 1501 ms of silence it begins anew");
        begin(&d);
        boxes(&d, 1500);
        boards(&d);
        EXPECT(check(&d, FIRST, N1), GATE_PASS, "1500 ms are no silence");
    }
}

static void ordered_to_the_millisecond(void)
{
    static const struct {
        uint8_t node, pattern;
    } rows[] = {{FIRST, L0}, {FIRST, N0}, {FIRST, L1}, {FIRST, N1}, {SECOND, L0}, {SECOND, N0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        bool itself = rows[i].node == FIRST && rows[i].pattern == N1;
        begin(&d);
        send(&d, rows[i].node, rows[i].pattern);
        EXPECT(check(&d, FIRST, N1), itself ? GATE_PASS : GATE_AC_SOURCE,
               "row %zu: ordered closed now", i);
        send(&d, rows[i].node, 0);
        pass(&d, 999);
        EXPECT(check(&d, FIRST, N1), GATE_AC_SOURCE, "row %zu: until 999 ms ago", i);
        d.now_ms += 1;
        EXPECT(check(&d, FIRST, N1), GATE_PASS, "row %zu: until 1000 ms ago", i);
    }
}

/* --- a line closes --- */

static void a_line_closes(void)
{
    struct desk d;
    begin_neutral(&d);
    EXPECT(check(&d, FIRST, N1 | L1), GATE_PASS, "its neutral is closed for long");
    board(&d, FIRST, N1, 0, 0xFF);
    boards(&d);
    pass(&d, 999);
    EXPECT(check(&d, FIRST, N1 | L1), GATE_AC_ORDER, "closed for 999 ms");
    d.now_ms += 1;
    EXPECT(check(&d, FIRST, N1 | L1), GATE_PASS, "for 1000 ms");
    begin_neutral(&d);
    board(&d, FIRST, N1, N1, 0xFF);
    EXPECT(check(&d, FIRST, N1 | L1), GATE_AC_ORDER, "its neutral in both ends");
    begin_neutral(&d);
    send(&d, FIRST, 0);
    EXPECT(check(&d, FIRST, N1 | L1), GATE_AC_ORDER, "its neutral was told to open");
    begin(&d);
    send(&d, FIRST, N1);
    board(&d, FIRST, 0, N1, (uint8_t)~N1);
    d.now_ms += 500;
    board(&d, FIRST, 0, N1, (uint8_t)~N1);
    box(&d);
    d.now_ms += 600;
    box(&d);
    EXPECT(check(&d, FIRST, N1 | L1), GATE_AC_ORDER, "closed without its coil");
    begin_neutral(&d);
    boxes(&d, 1500);
    board(&d, SECOND, 0, 0, 0xFF);
    EXPECT(check(&d, FIRST, N1 | L1), GATE_PASS, "its board heard 1500 ms ago");
    d.now_ms += 1;
    box(&d);
    EXPECT(check(&d, FIRST, N1 | L1), GATE_UNSEEN, "1501 ms ago");
    boards(&d);
    EXPECT(check(&d, FIRST, N1 | L1), GATE_AC_SOURCE, "after that it begins anew");
    begin(&d);
    send(&d, SECOND, N0);
    d.closed[1] = N0;
    pass(&d, 5000);
    EXPECT(check(&d, SECOND, N0 | L0), GATE_PASS, "the last source's line");
    EXPECT(check(&d, FIRST, N1), GATE_AC_SOURCE, "keeps others away");
}

/* A restated close is not judged by its own feedback, which is on its way. */
static void a_close_restated(void)
{
    struct desk d;
    begin(&d);
    send(&d, FIRST, N1);
    d.now_ms += 10;
    board(&d, FIRST, 0, 0, (uint8_t)~N1);
    EXPECT(check(&d, FIRST, N1), GATE_PASS, "on its way");
    send(&d, FIRST, 0);
    EXPECT(check(&d, FIRST, N1), GATE_AC_SOURCE, "taken back, and again");
}

/* --- a neutral opens --- */

static void a_neutral_opens(void)
{
    struct desk d;
    begin_neutral(&d);
    EXPECT(check(&d, FIRST, 0), GATE_PASS, "its line is open");
    d.voltage_dV = 500;
    box(&d);
    EXPECT(check(&d, FIRST, 0), GATE_AC_LIVE, "50 V");
    d.voltage_dV = 499;
    d.now_ms += 1;
    box(&d);
    EXPECT(check(&d, FIRST, 0), GATE_PASS, "49.9 V, this moment");
    send(&d, FIRST, N1 | L1);
    EXPECT(check(&d, FIRST, 0), GATE_AC_ORDER, "its line was told to close");
    int64_t on_ms = d.now_ms;
    d.now_ms += 1;
    send(&d, FIRST, N1);
    d.now_ms = on_ms + 20;
    boards(&d);
    EXPECT(check(&d, FIRST, 0), GATE_AC_ORDER, "told 20 ms after: perhaps before");
    d.now_ms = on_ms + 21;
    boards(&d);
    EXPECT(check(&d, FIRST, 0), GATE_PASS, "told 21 ms after");
    begin_neutral(&d);
    board(&d, FIRST, N1, N1 | L1, (uint8_t) ~(N1 | L1));
    EXPECT(check(&d, FIRST, 0), GATE_AC_ORDER, "its line is closed");
    begin_neutral(&d);
    boxes(&d, 1500);
    EXPECT(check(&d, FIRST, 0), GATE_PASS, "its line's board heard 1500 ms ago");
    d.now_ms += 1;
    box(&d);
    EXPECT(check(&d, FIRST, 0), GATE_UNSEEN, "1501 ms ago");
}

/* --- what is a change --- */

static void what_is_a_change(void)
{
    struct desk d;
    begin_neutral(&d);
    d.state = 8;
    box(&d);
    EXPECT(check(&d, FIRST, N1), GATE_PASS, "as its board says: none");
    int64_t off_ms = d.now_ms;
    send(&d, FIRST, 0);
    EXPECT(check(&d, FIRST, N1), GATE_AC_CAR, "told off: it may have gone off");
    d.now_ms = off_ms + 20;
    boards(&d);
    box(&d);
    EXPECT(check(&d, FIRST, N1), GATE_AC_CAR, "told on 20 ms after: perhaps before");
    d.now_ms = off_ms + 21;
    boards(&d);
    box(&d);
    EXPECT(check(&d, FIRST, N1), GATE_PASS, "told on 21 ms after: it never arrived");
    EXPECT(check(&d, FIRST, 0), GATE_AC_CAR, "off is a change");
    EXPECT(check(&d, FIRST, N1 | 0xF0), GATE_PASS, "channels that are no contacts are none");
    EXPECT(check(&d, 0x1C, 0xFF), GATE_PASS, "another board");
    EXPECT(gate_ac_check(&d.ac, 1, FIRST, 0, d.now_ms), GATE_PASS, "another bus");
    begin_neutral(&d);
    send(&d, FIRST, N1);
    d.state = 8;
    box(&d);
    EXPECT(check(&d, FIRST, N1), GATE_PASS, "restated");
    gate_ac_sent(&d.ac, 1, FIRST, 0, d.now_ms);
    gate_ac_sent(&d.ac, 0, 0x1C, 0, d.now_ms);
    EXPECT(check(&d, FIRST, N1), GATE_PASS, "sent to others");
}

static void one_a_command(void)
{
    struct desk d;
    begin_neutral(&d);
    EXPECT(check(&d, FIRST, L1), GATE_PICKUP, "a line closes and its neutral opens");
    begin(&d);
    EXPECT(check(&d, FIRST, N1 | N0), GATE_PICKUP, "two neutrals");
    EXPECT(check(&d, FIRST, 0), GATE_PASS, "none");
}

/* --- frames --- */

static void first_frames(void)
{
    struct desk d;
    begin(&d);
    gate_ac_init(&d.ac, &wiring);
    CHECK(d.ac.boxes[0].heard_ms == 0 && d.ac.contacts[0][2][1].heard_ms == 0 &&
              d.ac.contacts[0][0][0].opened_ms == 0,
          "begins with nothing heard");
    d.counter = 0;
    board(&d, SECOND, 0, 0, 0xFF);
    CHECK(d.ac.contacts[0][2][0].opened_ms == d.now_ms, "a board's counter may be 0");
    d.counter = 0;
    box(&d);
    CHECK(d.ac.boxes[0].off_ms == d.now_ms, "a wallbox's too");
    d.now_ms += 10;
    d.counter = 0;
    box(&d);
    d.counter = 0;
    board(&d, SECOND, 0, 0, 0xFF);
    CHECK(d.ac.boxes[0].heard_ms == d.now_ms - 10 &&
              d.ac.contacts[0][2][0].heard_ms == d.now_ms - 10,
          "the same counter is no news");
    memset(&d, 0, sizeof d);
    gate_ac_init(&d.ac, &wiring);
    d.now_ms = 1;
    boards(&d);
    box(&d);
    d.now_ms = 2;
    boards(&d);
    box(&d);
    CHECK(d.ac.boxes[0].off_ms == 1 && d.ac.contacts[0][0][0].opened_ms == 1,
          "the first millisecond counts");
    EXPECT(check(&d, FIRST, 0), GATE_PASS, "no change");
    memset(&d, 0, sizeof d);
    gate_ac_init(&d.ac, &wiring);
    d.now_ms = 100;
    EXPECT(check(&d, FIRST, N1), GATE_UNSEEN, "never heard is not heard 100 ms ago");
    d.now_ms = 1;
    box(&d);
    EXPECT(check(&d, FIRST, N1), GATE_AC_CAR, "a wallbox heard in the first millisecond");
}

static void no_sightings(void)
{
    static const struct {
        struct frame frame;
        uint8_t bus;
    } rows[] = {
        {{.id = 0x19B, .len = 7, .data = {0, 3, 0xFC, 0, 0, 0, 200, 0xFF}}, 0},
        {{.id = 0x19B, .len = 8, .dlc = 9, .data = {0, 3, 0xFC, 0, 0, 0, 200, 0xFF}}, 0},
        {{.id = 0x19B, .len = 8, .flags = FRAME_EXT, .data = {0, 3, 0xFC, 0, 0, 0, 200, 0xFF}}, 0},
        {{.id = 0x19B, .len = 8, .data = {0, 3, 0xFC, 0, 0, 0, 200, 0xFE}}, 0},
        {{.id = 0x19B, .len = 8, .data = {0, 3, 0xFC, 0, 0, 0, 200, 0xFF}}, 1},
        {{.id = 0x19B, .len = 8, .data = {3, 3, 0xFC, 0, 0, 0, 200, 0xFF}}, 0},
        {{.id = 0x19C, .len = 8, .data = {0, 3, 0xFC, 0, 0, 0, 200, 0xFF}}, 0},
        {{.id = 0x193, .len = 8, .data = {8, 9, 0, 0, 0, 0, 0, 200}}, 1},
        {{.id = 0x194, .len = 8, .data = {8, 9, 0, 0, 0, 0, 0, 200}}, 0},
        {{.id = 0x193, .len = 7, .data = {8, 9, 0, 0, 0, 0, 0, 200}}, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        begin(&d);
        gate_ac_frame(&d.ac, rows[i].bus, &rows[i].frame, d.now_ms);
        EXPECT(check(&d, FIRST, N1), GATE_PASS, "row %zu", i);
    }
}

/* Every table full: the last wallbox, its last source. */
static void full_tables(void)
{
    static struct desk d;
    memset(&d, 0, sizeof d);
    struct gate_ac_config config = {.point_count = MAX_CHARGE_POINTS};
    for (uint8_t p = 0; p < MAX_CHARGE_POINTS; p++) {
        config.points[p] =
            (struct gate_ac_point){.node = (uint8_t)(0x40 + p), .sources = GATE_AC_SOURCES};
        for (uint8_t s = 0; s < GATE_AC_SOURCES; s++)
            for (uint8_t pole = 0; pole < GATE_AC_POLES; pole++)
                config.points[p].contact[s][pole] =
                    (struct gate_ac_channel){0, (uint8_t)(0x50 + p), (uint8_t)(2 * s + pole)};
    }
    gate_ac_init(&d.ac, &config);
    d.now_ms = 100000;
    for (int i = 0; i < 10; i++) {
        d.now_ms += 500;
        board(&d, 0x50 + MAX_CHARGE_POINTS - 1, 0, 0, 0xFF);
        hear(&d, 0x180 + 0x40 + MAX_CHARGE_POINTS - 1,
             (uint8_t[]){0, 0, 0, 0, 0, 0, 0, d.counter++});
    }
    EXPECT(check(&d, 0x50 + MAX_CHARGE_POINTS - 1, 0x80), GATE_PASS, "its last neutral may close");
    EXPECT(check(&d, 0x50 + MAX_CHARGE_POINTS - 1, 0x40), GATE_AC_ORDER, "not its line");
    send(&d, 0x50 + MAX_CHARGE_POINTS - 1, 0x80);
    EXPECT(check(&d, 0x50 + MAX_CHARGE_POINTS - 1, 0x02), GATE_AC_SOURCE, "it was told to");
    EXPECT(check(&d, 0x50, 0x80), GATE_UNSEEN, "the first wallbox is not heard");
}

/* A source's line on one board, its neutral on another. */
static void on_two_boards(void)
{
    struct desk d;
    begin(&d);
    d.ac.config.points[0].sources = 2;
    d.ac.config.points[0].contact[1][GATE_AC_NEUTRAL] = (struct gate_ac_channel){0, SECOND, 1};
    send(&d, SECOND, N0);
    d.closed[1] = N0;
    pass(&d, 5000);
    EXPECT(check(&d, FIRST, L1), GATE_PASS, "its line may close");
    boxes(&d, 500);
    board(&d, FIRST, 0, 0, 0xFF);
    boxes(&d, 1000);
    d.now_ms += 1;
    box(&d);
    EXPECT(check(&d, FIRST, L1), GATE_UNSEEN, "its neutral's board is silent");
}

/* Rows that the config does not have. */
static void rows_beyond(void)
{
    struct desk d;
    begin(&d);
    d.ac.config.points[1] = d.ac.config.points[0];
    d.ac.config.points[1].node = 0x14;
    d.ac.config.points[0].contact[3][0] = (struct gate_ac_channel){0, SECOND, 5};
    d.ac.config.points[0].contact[3][1] = (struct gate_ac_channel){0, SECOND, 6};
    hear(&d, 0x194, (uint8_t[]){0, 0, 0, 0, 0, 0, 0, 9});
    CHECK(d.ac.boxes[1].heard_ms == 0, "no second wallbox");
    boards(&d);
    CHECK(d.ac.contacts[0][3][0].heard_ms == 0 && d.ac.contacts[1][0][0].heard_ms == 0,
          "no fourth source");
    EXPECT(check(&d, FIRST, N1), GATE_PASS, "which is not judged");
    EXPECT(check(&d, SECOND, 0x60), GATE_PASS, "nor commanded");
    send(&d, FIRST, N1);
    send(&d, SECOND, 0x60);
    CHECK(!d.ac.contacts[0][3][0].sent && !d.ac.contacts[1][1][1].sent, "nor noted");
}

int main(void)
{
    the_car();
    the_voltage();
    the_car_to_the_millisecond();
    the_bus_to_the_millisecond();
    open_to_the_millisecond();
    heard_to_the_millisecond();
    ordered_to_the_millisecond();
    a_line_closes();
    a_close_restated();
    a_neutral_opens();
    what_is_a_change();
    one_a_command();
    first_frames();
    no_sightings();
    full_tables();
    on_two_boards();
    rows_beyond();
    return check_done("gate_ac_edges");
}
