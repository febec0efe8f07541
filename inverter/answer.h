/* From the bytes of an answer to its fields: framing, CRC, shape and range. Pure.
 *
 * What is believed:
 * - The CRC is CRC16/XMODEM over everything before it. A CRC byte that equals 0x28, 0x0D or 0x0A is
 *   sent one higher; 0x00 is not (vendor's CRC.c; captured frame ending in 00 E7). Answers are taken
 *   with raw or raised bytes, but never a raw CR: that ends a frame. Requests are sent raised.
 * - A frame runs from '(' or '^' to a CR (or an LF, where a serial server turned it) whose check fits.
 *   Anything before, between or after, and HID zero padding, is passed over. "D106.." without its
 *   '^' was captured, its CRC counted without it too. REVO answers setters "ACK" and one byte of
 *   sum, without '('; of sums both (sum + 1) & 0xFF and the bare sum were captured.
 * - nnn of ^Dnnn counts what follows it. Captures with up to two less are about; more is refused.
 * - An answer must have the shape of its question: number, form and range of every documented
 *   field, counted from the left. A late answer to another question has a good CRC but not that
 *   shape.
 * - All or nothing: one wrong field refuses the answer. What follows the least number of fields is
 *   either what the rows say, or, where the first of it does not fit, kept as text; so is what
 *   follows the last row. */
#ifndef BUSBAR_INVERTER_ANSWER_H
#define BUSBAR_INVERTER_ANSWER_H

#include "core/verdict.h"
#include "inverter/protocol.h"

enum { ANSWER_VALUES = 48, ANSWER_TEXT_ROOM = 48, REQUEST_MAX = 96 };

enum answer_state { ANSWER_IS_VALUES, ANSWER_IS_ACK, ANSWER_IS_NAK };

/* A piece of the frame; text past its end is not ours. */
struct field_span {
    uint16_t at, length;
};

struct answer {
    enum answer_state state;
    const struct question *question;
    uint8_t count;                       /* documented fields present: tells the models apart */
    uint64_t pointed;                    /* bit n: field n was written with a decimal point */
    int32_t value[ANSWER_VALUES];        /* by row; ANSWER_LIST: ascending */
    struct field_span span[ANSWER_VALUES];  /* where field n stands in the frame */
    uint32_t bits[2];                    /* ANSWER_BITS: bit 0-31, 32-63; ANSWER_FLAGS: enabled
                                          * letters, bit 0 = 'a' */
    char digits[4];                      /* ANSWER_BITS of 36 and more: characters 31 to 33, a fault
                                          * code on some models and bits on others */
    char text[ANSWER_TEXT_ROOM];         /* ANSWER_TEXT, without its prefix */
    struct field_span surplus;           /* what followed the fields we know */
};

/* Why an answer is not believed: what, and where. */
struct refusal {
    enum verdict verdict;                /* VERDICT_CHECK, _LENGTH, _SHAPE, _RANGE */
    uint16_t at;                         /* byte of the frame */
    uint8_t field;                       /* from 0; 0xFF = none in particular */
    char why[96];                        /* "field 9 battery_voltage: \"5x.30\" is no number" */
};

uint16_t answer_crc(const uint8_t *bytes, size_t count);

/* Word, framing, CRC and CR; the length, 0 when it does not fit. Of PI17 and PI18 the kind is 'P' (a
 * question) or 'S' (a setter), PI30 ignores it. */
size_t answer_request(uint8_t *out, size_t room, enum framing framing, char kind, const char *word);

/* bytes[count - 1] is a CR or LF: true when a whole frame whose check fits ends there, from *start. */
bool answer_ends(const uint8_t *bytes, size_t count, size_t *start);

/* The first whole frame in bytes: from *start, *count long. */
bool answer_find(const uint8_t *bytes, size_t room, size_t *start, size_t *count);

/* Judges one frame ('(' or '^' to CR) as the answer to a question. *answer is written only when the
 * verdict is VERDICT_TAKEN. refusal may be NULL. */
enum verdict answer_judge(const struct question *question, enum framing framing,
                          const uint8_t *frame, size_t count, struct answer *answer,
                          struct refusal *refusal);

/* A kept value as people write it: 5430 of two decimals is "54.30". room >= FIELD_TEXT_ROOM. */
enum { FIELD_TEXT_ROOM = 32 };
void field_text(char *out, size_t room, int32_t value, uint8_t decimals);

/* What the value of field n means by its row's words; NULL = no word for it. */
const struct field_word *answer_word(const struct field_row *row, int32_t code);

#endif
