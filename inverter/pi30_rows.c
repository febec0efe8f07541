#include "inverter/pi30_rows.h"

#include <string.h>

bool pi30_next_word(struct pi30_scan *scan, struct pi30_scan *word)
{
    while (scan->at < scan->end && *scan->at == ' ')
        scan->at++;
    word->at = scan->at;
    while (scan->at < scan->end && *scan->at != ' ')
        scan->at++;
    word->end = scan->at;
    return word->at < word->end;
}

/* Digits with at most one point inside, as a whole number of 10^-decimals; further decimals are
 * cut. At most six digits before the point keep it far from overflow. */
static bool read_number(struct pi30_scan word, uint8_t decimals, int32_t *value, bool *pointed)
{
    bool negative = *word.at == '-';
    int digits = 0, kept = 0;
    int32_t sum = 0;
    *pointed = false;
    for (word.at += negative; word.at < word.end; word.at++) {
        if (*word.at == '.' && !*pointed && digits > 0) {
            *pointed = true;
            continue;
        }
        if (!pi30_is_digit(*word.at) || (!*pointed && ++digits > 6))
            return false;
        if (*pointed && kept == decimals)
            continue;
        kept += *pointed;
        sum = sum * 10 + (*word.at - '0');
    }
    for (; kept < decimals; kept++)
        sum *= 10;
    *value = negative ? -sum : sum;
    return digits > 0 && word.end[-1] != '.';
}

bool pi30_read_bits(struct pi30_scan word, int count, int32_t *value)
{
    if (word.end - word.at != count)
        return false;
    *value = 0;
    for (; word.at < word.end; word.at++) {
        if (*word.at != '0' && *word.at != '1')
            return false;
        *value = *value * 2 + (*word.at - '0');
    }
    return true;
}

static bool read_form(struct pi30_scan word, const struct pi30_row *row, int32_t *value,
                      bool *pointed)
{
    *pointed = false;
    switch (row->form) {
    case FORM_PLAIN:
        return read_number(word, row->decimals, value, pointed) && !*pointed;
    case FORM_POINT:
        return read_number(word, row->decimals, value, pointed) && *pointed;
    case FORM_EITHER:
        return read_number(word, row->decimals, value, pointed);
    case FORM_DASH:
        if (word.end - word.at == 1 && *word.at == '-') {
            *value = PI30_NONE;
            return true;
        }
        return read_number(word, row->decimals, value, pointed) && !*pointed;
    case FORM_BITS3:
        return pi30_read_bits(word, 3, value);
    case FORM_BITS8:
        return pi30_read_bits(word, 8, value);
    }
    return false;
}

enum verdict pi30_read_field(struct pi30_scan word, const struct pi30_row *row, int32_t *value,
                             bool *pointed)
{
    if (!read_form(word, row, value, pointed))
        return VERDICT_SHAPE;
    if (row->form == FORM_DASH && *value == PI30_NONE)
        return VERDICT_TAKEN;
    return *value < row->min || *value > row->max ? VERDICT_RANGE : VERDICT_TAKEN;
}

void pi30_keep_text(char *out, size_t room, const char *at, const char *end)
{
    size_t length = (size_t)(end - at);
    if (length > room - 1)
        length = room - 1;
    memcpy(out, at, length);
    out[length] = '\0';
}

enum verdict pi30_read_table(struct pi30_scan scan, const struct pi30_table *table,
                             struct pi30_fields *fields)
{
    struct pi30_scan word, rest = scan;
    for (size_t i = 0; i < table->count; i++) {
        bool pointed = false;
        int32_t value = 0;
        bool must = i < table->least;
        if (!pi30_next_word(&scan, &word) && must)
            return VERDICT_SHAPE;
        if (word.at == word.end)
            break;
        enum verdict verdict = pi30_read_field(word, &table->rows[i], &value, &pointed);
        if (verdict != VERDICT_TAKEN && must)
            return verdict;
        if (verdict != VERDICT_TAKEN)
            break;
        fields->value[i] = value;
        fields->pointed |= pointed ? 1u << i : 0;
        fields->count = (uint8_t)(i + 1);
        rest = scan;
    }
    if (pi30_next_word(&rest, &word))
        pi30_keep_text(fields->surplus, sizeof fields->surplus, word.at, scan.end);
    return VERDICT_TAKEN;
}
