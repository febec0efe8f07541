/* The words of PI30 (Axpert, VM, MAX and their clones): CRC, frames, requests, answers.
 *
 *     request   QPIGS <crc> <crc> CR
 *     answer    ( 230.0 49.9 .. 011 <crc> <crc> CR         one space between fields
 *     setter    POP02 <crc> <crc> CR   ->   (ACK.. or (NAK..
 *
 * Everything here turns bytes into numbers or numbers into bytes; the conversation is
 * inverter/unit.h. Facts: the vendor's PI30 documents (2014, 2015, GK/MK, MAX 2021) and captured
 * answers; docs/axpert.md.
 *
 * What is believed:
 * - The CRC is CRC16/XMODEM. A CRC byte that equals 0x28, 0x0D or 0x0A is sent one higher; 0x00 is
 *   not. Answers are taken with raw or raised bytes, requests are sent raised.
 * - A frame runs from '(' to a CR (or an LF, where a serial server turned it) whose CRC fits.
 *   Anything before, between or after, and HID zero padding, is passed over.
 * - An answer must have the shape of its question: number, form and range of every documented
 *   field, counted from the left. A late answer to another question has a good CRC but not that
 *   shape.
 * - All or nothing: one wrong field refuses the answer. Fields beyond the least number that every
 *   model sends are taken while they fit; from the first misfit on they are kept as text.
 *
 * To add a question: a row in pi30_commands (pi30_fields.c), a field table under a captured answer,
 * and the enum below. */
#ifndef BUSBAR_INVERTER_PI30_H
#define BUSBAR_INVERTER_PI30_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/verdict.h"

enum pi30_command {
    PI30_QPI,       /* protocol number */
    PI30_QID,       /* serial number, 14 digits */
    PI30_QSID,      /* serial number where it is longer */
    PI30_QVFW,      /* firmware */
    PI30_QMCHGCR,   /* allowed charge currents */
    PI30_QMUCHGCR,  /* allowed charge currents from the grid */
    PI30_QPIRI,     /* ratings and settings */
    PI30_QPIGS,     /* status */
    PI30_QPIGS2,    /* second PV input, MAX layout */
    PI30_QMOD,      /* mode letter */
    PI30_QPIWS,     /* warnings */
    PI30_QBATCD,    /* charger and discharger switches */
    PI30_SETTER,    /* any setter: ACK or NAK */
    PI30_COMMANDS
};

/* Fields of the QPIRI answer. V and A in tenths, W and VA whole, charge currents whole amperes. */
enum qpiri_field {
    QPIRI_GRID_DV, QPIRI_GRID_DA, QPIRI_OUTPUT_DV, QPIRI_OUTPUT_DHZ, QPIRI_OUTPUT_DA,
    QPIRI_OUTPUT_VA, QPIRI_OUTPUT_W, QPIRI_BATTERY_DV, QPIRI_RECHARGE_DV, QPIRI_CUTOFF_DV,
    QPIRI_BULK_DV, QPIRI_FLOAT_DV, QPIRI_BATTERY_TYPE, QPIRI_AC_CHARGE_A, QPIRI_CHARGE_A,
    QPIRI_INPUT_RANGE, QPIRI_OUTPUT_PRIORITY, QPIRI_CHARGER_PRIORITY, QPIRI_PARALLEL_MAX,
    QPIRI_MACHINE_TYPE, QPIRI_TOPOLOGY, QPIRI_OUTPUT_MODE, QPIRI_REDISCHARGE_DV, QPIRI_PV_OK,
    QPIRI_PV_BALANCE, QPIRI_CV_MINUTES, QPIRI_LOGIC, QPIRI_DISCHARGE_A, QPIRI_FIELDS
};

/* Fields of the QPIGS answer. */
enum qpigs_field {
    QPIGS_GRID_DV, QPIGS_GRID_DHZ, QPIGS_OUTPUT_DV, QPIGS_OUTPUT_DHZ, QPIGS_OUTPUT_VA,
    QPIGS_OUTPUT_W, QPIGS_LOAD_PERCENT, QPIGS_BUS_V, QPIGS_BATTERY_CV, QPIGS_CHARGE_A,
    QPIGS_CAPACITY_PERCENT, QPIGS_HEATSINK_C, QPIGS_PV_MA, QPIGS_PV_DV, QPIGS_SCC_CV,
    QPIGS_DISCHARGE_A, QPIGS_STATUS, QPIGS_FAN_OFFSET, QPIGS_EEPROM, QPIGS_PV_W, QPIGS_STATUS2,
    QPIGS_FEED_STATUS, QPIGS_FEED_RULE, QPIGS_FEED_W, QPIGS_FIELDS
};

/* Fields of the QPIGS2 answer in the MAX layout; other layouts have another shape. */
enum qpigs2_field { QPIGS2_PV_MA, QPIGS2_PV_DV, QPIGS2_PV_W, QPIGS2_FIELDS };

enum pi30_answer { PI30_VALUES, PI30_ACK, PI30_NAK };

enum { PI30_VALUES_MAX = 32, PI30_TEXT = 24, PI30_SURPLUS = 48, PI30_REQUEST_MAX = 32 };

/* A parallel-max of "-" (no parallel kit) reads as this. */
enum { PI30_NONE = -1 };

/* One decoded answer. */
struct pi30_fields {
    enum pi30_answer answer;
    uint8_t count;                      /* documented fields present: tells the models apart */
    uint32_t pointed;                   /* bit n: field n was written with a decimal point */
    int32_t value[PI30_VALUES_MAX];     /* by the command's field enum; QMOD: [0] is the letter;
                                         * QPI: [0] is 30; QMCHGCR: ascending amperes; QBATCD: the
                                         * three switches a b c; QPIWS: see bits */
    uint32_t bits[2];                   /* QPIWS bit 0-31, 32-63, bit 0 first in the answer */
    char fault_digits[4];               /* QPIWS of 36 and more: characters 31 to 33, which hold a
                                         * fault code on some models and bits on others */
    char text[PI30_TEXT];               /* QPI "PI30", QID, QSID, QVFW "00072.70" */
    char surplus[PI30_SURPLUS];         /* what followed the fields we know, cut to fit */
};

/* CRC16/XMODEM, raw. */
uint16_t pi30_crc(const uint8_t *bytes, size_t count);

/* Does the frame from '(' to its CR, both included, carry its CRC, raw or raised? */
bool pi30_check(const uint8_t *frame, size_t count);

/* bytes[count - 1] is a CR or LF: true when a whole frame ends there, which starts at *start. */
bool pi30_frame_ends(const uint8_t *bytes, size_t count, size_t *start);

/* The first whole frame in bytes: from *start, *count bytes long. */
bool pi30_find(const uint8_t *bytes, size_t room, size_t *start, size_t *count);

/* Judges one frame ('(' to CR) as the answer to a command. fields are written only when the verdict
 * is VERDICT_TAKEN; ACK and NAK are taken where the command may be answered so. */
enum verdict pi30_decode(enum pi30_command command, const uint8_t *frame, size_t count,
                         struct pi30_fields *fields);

/* "QPIGS" .. and "" for PI30_SETTER. */
const char *pi30_word(enum pi30_command command);

/* "battery_cV" of field QPIGS_BATTERY_CV; NULL past the last one and where fields have no names. */
const char *pi30_field_name(enum pi30_command command, size_t field);

/* word, CRC and CR; returns the length, 0 when it does not fit in room. */
size_t pi30_request(uint8_t *out, size_t room, const char *word);

/* Setters. Each returns the request's length, 0 when it does not fit in room.
 *
 * The charge current has three forms over the years: MNCHGC0nnn (KS from 100 A, King, MAX; 0 is the
 * number in a parallel bank), MNCHGCnnn (GK), MCHGCnnn (2014, up to 99 A). A unit NAKs the forms
 * it does not know. */
enum { PI30_CHARGE_FORMS = 3 };
size_t pi30_set_charge(uint8_t *out, size_t room, unsigned form, int32_t amperes);

/* POP00 utility, POP01 solar, POP02 SBU. */
size_t pi30_set_output_priority(uint8_t *out, size_t room, int32_t priority);

/* PBATCD110: charger off, discharger on. PBATCD000: both back to the unit's own settings. */
size_t pi30_set_charger_off(uint8_t *out, size_t room, bool off);

#endif
