/* One field: its form and its range. */
#include "inverter/answer_read.h"

#include <stdio.h>
#include <string.h>

/* Digits with at most one point inside, as a whole number of 10^-decimals; further decimals are
 * cut. At most seven digits before the point and two decimals, or eight without, keep it far from
 * overflow. */
static bool read_number(struct piece piece, uint8_t decimals, struct field_value *field)
{
    enum { DIGITS_MOST = 8, POINTED_MOST = 6 };
    bool negative = *piece.at == '-' || *piece.at == '+';
    bool minus = *piece.at == '-';
    int digits = 0, kept = 0;
    int64_t sum = 0;
    field->pointed = false;
    for (piece.at += negative; piece.at < piece.end; piece.at++) {
        if (*piece.at == '.' && !field->pointed && digits > 0) {
            field->pointed = true;
            continue;
        }
        if (!answer_digit(*piece.at) || (!field->pointed && ++digits > DIGITS_MOST))
            return false;
        if (field->pointed && kept == decimals)
            continue;
        kept += field->pointed;
        sum = sum * 10 + (*piece.at - '0');
    }
    for (; kept < decimals; kept++)
        sum *= 10;
    field->value = (int32_t)(minus ? -sum : sum);
    return digits > 0 && piece.end[-1] != '.' && sum <= INT32_MAX &&
           (!field->pointed || digits <= POINTED_MOST);
}

static bool read_bits(struct piece piece, const struct field_row *row, struct field_value *field)
{
    ptrdiff_t length = piece.end - piece.at;
    field->value = 0;
    for (const char *c = piece.at; c < piece.end; c++) {
        if (*c != '0' && *c != '1')
            return false;
        field->value = (int32_t)((uint32_t)field->value << 1 | (uint32_t)(*c - '0'));
    }
    return length >= row->min && length <= row->max && length <= 31;
}

/* Nothing, or only dashes and points. */
static bool is_blank(struct piece piece)
{
    while (piece.at < piece.end && (*piece.at == '-' || *piece.at == '.'))
        piece.at++;
    return piece.at == piece.end;
}

static bool read_text(struct piece piece, struct field_value *field)
{
    field->value = (int32_t)(piece.end - piece.at);
    for (; piece.at < piece.end; piece.at++)
        if (*piece.at < ' ' || *piece.at > '~')
            return false;
    return true;
}

static bool read_form(struct piece piece, const struct field_row *row, struct field_value *field)
{
    enum field_form form = row->form;
    if (form == FORM_BITS)
        return read_bits(piece, row, field);
    if (form == FORM_TEXT)
        return read_text(piece, field);
    if (form == FORM_DIGITS) {
        field->value = (int32_t)(piece.end - piece.at);
        return answer_digits(piece);
    }
    if (form == FORM_LETTER) {
        field->value = *piece.at;
        return piece.end - piece.at == 1 && *piece.at >= 'A' && *piece.at <= 'Z';
    }
    if ((form == FORM_BLANK || form == FORM_DASH) && is_blank(piece)) {
        field->value = form == FORM_DASH ? -1 : FIELD_NONE;
        return form == FORM_BLANK || piece.end - piece.at == 1;
    }
    if (piece.at == piece.end)
        return false;
    bool scaled = form == FORM_SCALED || form == FORM_BLANK;
    bool number = read_number(piece, scaled ? 0 : row->decimals, field);
    if (number && scaled && field->pointed)
        number = read_number(piece, row->decimals, field);
    return number && (form == FORM_EITHER || scaled || field->pointed == (form == FORM_POINT));
}

static bool in_range(const struct field_row *row, int32_t value)
{
    if (row->form == FORM_BITS || row->form == FORM_LETTER)
        return true;
    bool none =
        (row->form == FORM_DASH && value == -1) || (row->form == FORM_BLANK && value == FIELD_NONE);
    return none || (value >= row->min && value <= row->max);
}

enum verdict field_read(struct piece piece, const struct field_row *row, struct field_value *field)
{
    ptrdiff_t width = piece.end - piece.at;
    bool any = row->width_max == 0 || (row->form == FORM_BLANK && width == 0);
    *field = (struct field_value){0};
    if (!read_form(piece, row, field))
        return VERDICT_SHAPE;
    if (!any && (width < row->width_min || width > row->width_max))
        return VERDICT_LENGTH;
    if (row->form == FORM_CODE && !answer_word(row, field->value))
        return VERDICT_RANGE;
    return in_range(row, field->value) ? VERDICT_TAKEN : VERDICT_RANGE;
}

void field_text(char *out, size_t room, int32_t value, uint8_t decimals)
{
    enum { DECIMALS_MOST = 4 };
    int places = decimals < DECIMALS_MOST ? decimals : DECIMALS_MOST;
    int64_t unit = 1, size = value < 0 ? -(int64_t)value : value;
    for (int i = 0; i < places; i++)
        unit *= 10;
    const char *sign = value < 0 ? "-" : "";
    if (places == 0)
        snprintf(out, room, "%d", value);
    else
        snprintf(out, room, "%s%d.%0*d", sign, (int)(size / unit), places, (int)(size % unit));
}

static const char *form_text(const struct field_row *row)
{
    switch (row->form) {
    case FORM_POINT:
        return "no number with a point";
    case FORM_BITS:
        return "no row of 0 and 1 of that length";
    case FORM_LETTER:
        return "no single capital letter";
    case FORM_TEXT:
        return "no printable text";
    case FORM_DIGIT:
        return "no digit";
    case FORM_PLAIN:
    case FORM_CODE:
    case FORM_DIGITS:
    case FORM_SCALED:
        return "no whole number";
    case FORM_EITHER:
    case FORM_DASH:
    case FORM_BLANK:
        break;
    }
    return "no number";
}

void field_refused(char *out, size_t room, struct piece piece, const struct field_row *row,
                   enum verdict verdict)
{
    char least[FIELD_TEXT_ROOM], most[FIELD_TEXT_ROOM], seen[20];
    size_t length = (size_t)(piece.end - piece.at);
    size_t kept = length < sizeof seen - 1 ? length : sizeof seen - 1;
    for (size_t i = 0; i < kept; i++)
        seen[i] = (char)(piece.at[i] >= ' ' && piece.at[i] <= '~' ? piece.at[i] : '?');
    seen[kept] = '\0';
    if (verdict == VERDICT_SHAPE) {
        snprintf(out, room, "\"%s\" is %s", seen, form_text(row));
        return;
    }
    if (verdict == VERDICT_LENGTH) {
        snprintf(out, room, "\"%s\" has %d characters, %d to %d are allowed", seen, (int)length,
                 row->width_min, row->width_max);
        return;
    }
    if (row->form == FORM_CODE) {
        snprintf(out, room, "\"%s\" is none of its codes", seen);
        return;
    }
    bool counts = row->form == FORM_TEXT || row->form == FORM_DIGITS;
    uint8_t decimals = counts ? 0 : row->decimals;
    field_text(least, sizeof least, row->min, decimals);
    field_text(most, sizeof most, row->max, decimals);
    snprintf(out, room, "is %s, %s to %s is allowed", seen, least, most);
}

const struct field_word *answer_word(const struct field_row *row, int32_t code)
{
    for (const struct field_word *word = row->words; word && word->text; word++)
        if (word->code == code)
            return word;
    return NULL;
}
