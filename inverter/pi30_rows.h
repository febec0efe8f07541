/* Reading an answer word by word: the inner tool of pi30_fields.c. */
#ifndef BUSBAR_INVERTER_PI30_ROWS_H
#define BUSBAR_INVERTER_PI30_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inverter/pi30.h"

/* How a field is written. The width differs from model to model, so it is not part of the form. */
enum pi30_form {
    FORM_PLAIN,   /* digits */
    FORM_POINT,   /* digits, point, digits */
    FORM_EITHER,
    FORM_DASH,    /* digits, or a "-" for none */
    FORM_BITS3,   /* three of 0 and 1; value has the last one as bit 0 */
    FORM_BITS8,
};

struct pi30_row {
    const char *name;
    enum pi30_form form;
    uint8_t decimals;    /* of the value kept: 1 = tenths */
    int32_t min, max;
};

/* The part of an answer between '(' and the CRC, and how far it has been read. */
struct pi30_scan {
    const char *at, *end;
};

static inline bool pi30_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The next run without spaces; false at the end. */
bool pi30_next_word(struct pi30_scan *scan, struct pi30_scan *word);

/* Exactly count characters of 0 and 1, the last one as bit 0. */
bool pi30_read_bits(struct pi30_scan word, int count, int32_t *value);

/* One field: VERDICT_TAKEN, _SHAPE or _RANGE. */
enum verdict pi30_read_field(struct pi30_scan word, const struct pi30_row *row, int32_t *value,
                             bool *pointed);

struct pi30_table {
    const struct pi30_row *rows;
    size_t count;
    size_t least;       /* so many must fit, the others are taken as far as they do */
};

/* The fields of a table, and what follows them as fields->surplus. */
enum verdict pi30_read_table(struct pi30_scan scan, const struct pi30_table *table,
                             struct pi30_fields *fields);

/* Copies at..end, cut to fit. */
void pi30_keep_text(char *out, size_t room, const char *at, const char *end);

#endif
