/* The gate's own judgement of AC contacts: which source stands at a wallbox.
 *
 * It knows only the bytes seen on the wire and the commands that passed, and shares nothing with
 * phase-router/ac.c. It can only say no. Invariants 16 to 19 of docs/safety.md, with these rules:
 *
 *   whatever moves   one AC contact a command; the wallbox heard within 1 s, its contactor open and
 *                    its current below 0.5 A for 3 s
 *   a line opens     nothing more
 *   a neutral opens  its line is open, and the bus below 50 V
 *   a neutral closes it, its line and every contact of the other sources have been open for 1 s, and
 *                    the bus below 50 V for 1 s
 *   a line closes    it and every contact of the other sources have been open for 1 s, its neutral
 *                    closed for 1 s, and the bus below 50 V for 1 s
 *
 * Open and closed are by the mirror contact, by the board's own coil and by what was commanded.
 *
 * Frame layouts (dbc/backbone.dbc): relay state 0x180+n and wallbox state 0x180+n; the rulers are in
 * gate_ac.c. */
#ifndef BUSBAR_DEVICES_GATE_AC_H
#define BUSBAR_DEVICES_GATE_AC_H

#include "devices/gate.h"

enum { GATE_AC_SOURCES = 4, GATE_AC_LINE = 0, GATE_AC_NEUTRAL = 1, GATE_AC_POLES = 2 };

struct gate_ac_channel {
    uint8_t bus, node, channel;          /* of a relay board, channel from 0 */
};
/* One AC bus: the wallbox's node and two contacts for each source. */
struct gate_ac_point {
    uint8_t bus, node;
    uint8_t sources;
    struct gate_ac_channel contact[GATE_AC_SOURCES][GATE_AC_POLES];
};
struct gate_ac_config {
    uint8_t point_count;
    struct gate_ac_point points[MAX_CHARGE_POINTS];
};

struct gate_ac_seen_contact {
    int64_t heard_ms;                    /* newest good state frame of its board; 0 = never */
    uint8_t counter;                     /* of that frame */
    bool output, closed, opened;
    int64_t opened_ms, closed_ms;        /* seen so without a break since; 0 = is not */
    bool sent;                           /* last commanded on */
    int64_t on_ms, off_ms;               /* last commanded on, off; 0 = never */
};
struct gate_ac_seen_box {
    int64_t heard_ms;
    uint8_t counter;
    int64_t off_ms;                      /* car off since; 0 = is not */
    int64_t dead_ms;                     /* bus below 50 V since; 0 = is not */
};

struct gate_ac {
    struct gate_ac_config config;
    struct gate_ac_seen_contact contacts[MAX_CHARGE_POINTS][GATE_AC_SOURCES][GATE_AC_POLES];
    struct gate_ac_seen_box boxes[MAX_CHARGE_POINTS];
};

void gate_ac_init(struct gate_ac *ac, const struct gate_ac_config *config);

/* Every frame others have sent. */
void gate_ac_frame(struct gate_ac *ac, uint8_t bus, const struct frame *frame, int64_t now_ms);

/* The AC side of a command to board `node`: GATE_PASS when it moves none of its AC contacts. */
enum gate_verdict gate_ac_check(const struct gate_ac *ac, uint8_t bus, uint8_t node,
                                uint16_t pattern, int64_t now_ms);

/* That command has passed everything and is sent. */
void gate_ac_sent(struct gate_ac *ac, uint8_t bus, uint8_t node, uint16_t pattern, int64_t now_ms);

#endif
