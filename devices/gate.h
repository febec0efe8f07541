/* The gate: last door for every frame that can move a contact.
 *
 * It reads the finished bytes with its own hand-written masks and keeps its own small
 * view of what was last seen on the wire. It shares no code with dialects, encoders or
 * router, and it can only veto. Invariants 1, 3-7, 11, 14, 27, 31 of docs/safety.md.
 *
 * Inside, a bit means closed (contact) or on (string switch), whether its coil opens or closes it.
 *
 * The emergency stop: while a stop button is seen pressed nothing closes and no string is switched
 * on. Pressed for STOP_WAIT_MS without a break, any contact may open, under current too: the one
 * exception from zero current first. Each opening under current is counted.
 *
 * A change is every bit in which a command differs from the outputs the board itself reports, so a
 * restated order is judged again until the board has taken it, and a board that lost its outputs is
 * not blindly commanded. An order taken back before the board had time to answer is a change too.
 * The first command after a start, after a silence, or after the board's uptime fell must equal what
 * the board reports. Nothing changes before every board has been heard since the start, and nothing
 * goes on before every stop button has; but for the emergency stop.
 *
 * Frame layouts (dbc/backbone.dbc): relay state 0x180+n, relay command 0x200+n, string
 * counter 0x180+n; see the ruler in gate_seen.c. */
#ifndef BUSBAR_DEVICES_GATE_H
#define BUSBAR_DEVICES_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "can/frame.h"
#include "core/limits.h"

enum gate_verdict {
    GATE_PASS,           /* may be sent */
    GATE_NOT_OURS,       /* not in the white list: never sent */
    GATE_FORM,           /* length, inverted copy, counter or unused bits wrong */
    GATE_RATE,           /* too soon after the last one */
    GATE_UNSEEN,         /* board or sensor not heard, too old, or not read back since start */
    GATE_CURRENT,        /* would move a contact under current, or zero not long enough */
    GATE_EXCLUSIVE,      /* another contact of the string is not seen open for long enough */
    GATE_PICKUP,         /* more than one contact at once, or too soon after the last */
    GATE_FOREIGN_LOCK,   /* somebody else sends on our identifiers: switching is locked */
    GATE_MISMATCH,       /* commanded and seen differ for too long on this string */
    GATE_STOP,           /* the emergency stop is pressed: nothing closes */
    GATE_AC_CAR,         /* AC: the car is not seen off for 3 s */
    GATE_AC_SOURCE,      /* AC: another source's contact is not seen open for 1 s */
    GATE_AC_ORDER,       /* AC: a neutral before its line, or a line before its neutral */
    GATE_AC_LIVE,        /* AC: the bus is not seen dead */
    GATE_VERDICTS
};

enum { GATE_NO_STRING = 0xFF };

struct gate_board {
    uint8_t bus, node;
    uint16_t contacts;                    /* channels that are string contacts */
    uint16_t switches;                    /* channels that are semiconductor string switches */
    uint16_t allowed;                     /* channels that may be on at all */
    uint16_t normally_closed;             /* contacts that the coil opens */
    uint8_t string_of[BOARD_CHANNELS];    /* string of each contact or switch channel */
    uint8_t input_of[BOARD_CHANNELS];     /* each contact's input, counted from 1; others that stand
                                           * there must be cold for a close. 0 = not told */
};

struct gate_counter {
    uint8_t bus, node;
    uint8_t string_of[COUNTER_CHANNELS];  /* GATE_NO_STRING where unused */
};

/* A button with an emergency stop. */
struct gate_stop {
    uint8_t bus, node;
};

/* Contacts that hardware never lets close together: the other is seen open before one closes. */
struct gate_interlock {
    uint8_t board[2], channel[2];
};

/* Other frames that may be sent: identifier, bus, length, shortest distance. */
struct gate_allow {
    uint8_t bus;
    uint32_t id;
    bool ext;
    uint8_t len;
    int32_t every_min_ms;
};

enum { GATE_ALLOWS = 240 };

struct gate_config {
    uint8_t board_count, counter_count, allow_count, stop_count, interlock_count;
    uint16_t calm_ms[MAX_STRINGS];        /* a string without a switch: without current for this
                                           * long counts as cold; 0 = never without its switch */
    struct gate_board boards[MAX_BOARDS];
    struct gate_counter counters[MAX_COUNTERS];
    struct gate_allow allows[GATE_ALLOWS];
    struct gate_stop stops[MAX_BUTTONS];
    struct gate_interlock interlocks[MAX_CONTACTS];
};

struct gate_seen_board {
    int64_t heard_ms;                    /* newest good state frame, 0 = never */
    uint16_t closed, opened, outputs;
    int64_t opened_ms[BOARD_CHANNELS];   /* seen open, or its output off where there is no contact,
                                          * without a break since; 0 = not */
    int64_t differs_ms[BOARD_CHANNELS];  /* position and its own output differ since; 0 = not */
    uint16_t uptime_s;
    uint8_t counter;                     /* of its newest state frame */
    bool synced;                         /* told what it is since it was (re)started or lost */
    uint16_t sent;                       /* last pattern passed; holds while synced */
    int64_t sent_ms;                     /* 0 = never */
    uint8_t sent_counter;
    int64_t on_ms[BOARD_CHANNELS];       /* commanded on until then; 0 = never */
    int64_t on_since_ms[BOARD_CHANNELS]; /* commanded on without a break since; 0 = is off */
    int64_t changed_ms[BOARD_CHANNELS];  /* last commanded otherwise than before, or than the
                                          * board tells; 0 = never */
};

struct gate_seen_counter {
    int64_t heard_ms;
    uint8_t counter;
};

struct gate_seen_string {
    int64_t heard_ms;
    int32_t current_mA;
    int64_t zero_ms;                     /* |I| <= 0.5 A without a break since; 0 = not */
    int64_t flows_ms;                    /* current though open everywhere since; 0 = not */
    bool locked;
};

struct gate_seen_stop {
    int64_t heard_ms;                    /* 0 = never */
    int64_t pressed_ms;                  /* without a break since; 0 = not pressed */
    uint8_t counter;
};

struct gate_ac;

struct gate {
    struct gate_config config;
    struct gate_ac *ac;                  /* judges AC contacts (gate_ac.h); NULL = there are none */
    struct gate_seen_board boards[MAX_BOARDS];
    struct gate_seen_counter counters[MAX_COUNTERS];
    struct gate_seen_string strings[MAX_STRINGS];
    struct gate_seen_stop stops[MAX_BUTTONS];
    int64_t allow_sent_ms[GATE_ALLOWS];
    int64_t pickup_ms;                   /* last coil ordered on; 0 = none yet */
    uint8_t pickup_board, pickup_channel;  /* which: it may be told again; MAX_BOARDS = none */
    bool foreign;                        /* latched until gate_reset */
    uint32_t foreign_id;
    uint32_t vetoes[GATE_VERDICTS];
    uint32_t hot_openings;               /* contacts opened under current by the emergency stop */
};

void gate_init(struct gate *gate, const struct gate_config *config);

/* Every received frame passes here, own echoes (FRAME_OWN) too. */
void gate_seen(struct gate *gate, uint8_t bus, const struct frame *frame, int64_t now_ms);

/* Every frame to be sent passes here last. Anything but GATE_PASS: it must not be sent. */
enum gate_verdict gate_check(struct gate *gate, uint8_t bus, const struct frame *frame,
                             int64_t now_ms);

/* A person at the plant has looked: clears the foreign lock and the strings' locks. */
void gate_reset(struct gate *gate);

const char *gate_verdict_text(enum gate_verdict verdict);

#endif
