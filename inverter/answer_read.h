/* Inside answer*.c: the checks of a frame, and one field by its row. */
#ifndef BUSBAR_INVERTER_ANSWER_READ_H
#define BUSBAR_INVERTER_ANSWER_READ_H

#include "inverter/answer.h"

enum { ANSWER_NO_FIELD = 0xFF };

/* As a request or an answer carries it: 0x28, 0x0D and 0x0A one higher. */
uint8_t answer_raised(uint8_t byte);

/* YYYYMMDDhhmmss, fourteen characters: a time of this century? */
bool answer_is_time(const char *digits);

/* Of a frame from its first byte to its CR, both included. */
bool answer_crc_fits(const uint8_t *frame, size_t count);
bool answer_sum_fits(const uint8_t *frame, size_t count);

/* A piece of text that ends at `end`. */
struct piece {
    const char *at, *end;
};

/* One judgement under way. */
struct trial {
    const struct question *question;
    const uint8_t *frame;
    struct piece body; /* between head and check */
    struct answer answer;
    struct refusal *refusal;
};

/* What a field says. */
struct field_value {
    int32_t value;
    bool pointed;
};

/* VERDICT_TAKEN, _SHAPE (another form), _LENGTH (another width) or _RANGE. */
enum verdict field_read(struct piece piece, const struct field_row *row, struct field_value *field);

/* "is 700.0, 0.0 to 500.0 is allowed": why the field was not taken. */
void field_refused(char *out, size_t room, struct piece piece, const struct field_row *row,
                   enum verdict verdict);

/* Fills in the trial's refusal; returns verdict. */
__attribute__((format(printf, 5, 6)))
enum verdict answer_refuse(struct trial *trial, enum verdict verdict, const char *at, int field,
                           const char *why, ...);

/* Reads trial->body as the kind of its question into trial->answer. */
enum verdict answer_read_kind(struct trial *trial);

static inline bool answer_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool answer_digits(struct piece piece)
{
    while (piece.at < piece.end && answer_digit(*piece.at))
        piece.at++;
    return piece.at == piece.end;
}

#endif
