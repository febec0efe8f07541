/* The gate on form: command bytes, the white list, rates, and frames that are no sightings. */
#include "test/gate_bench.h"

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

int main(void)
{
    the_form();
    the_rate();
    ways_round();
    not_sightings();
    return check_done("gate_form");
}
