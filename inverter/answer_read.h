/* Inside answer*.c: the checks of a frame, and one field by its row. */
#ifndef BUSBAR_INVERTER_ANSWER_READ_H
#define BUSBAR_INVERTER_ANSWER_READ_H

#include "inverter/answer.h"

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

/* What a field says. */
struct field_value {
    int32_t value;
    bool pointed;
};

/* VERDICT_TAKEN, _SHAPE (another form) or _RANGE. */
enum verdict field_read(struct piece piece, const struct field_row *row, struct field_value *field);

/* "is 700.0, 0.0 to 500.0 is allowed": why the field was not taken. */
void field_refused(char *out, size_t room, struct piece piece, const struct field_row *row,
                   enum verdict verdict);

#endif
