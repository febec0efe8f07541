/* What follows the head of an answer, by the kind its question says. */
#include "inverter/answer_read.h"

#include <string.h>

static struct field_span span_of(const struct trial *trial, struct piece piece)
{
    return (struct field_span){(uint16_t)(piece.at - (const char *)trial->frame),
                               (uint16_t)(piece.end - piece.at)};
}

/* The next field; false past the last one. One space or comma stands between two. */
static bool next_piece(struct piece *rest, struct piece *piece, char separator)
{
    if (!rest->at)
        return false;
    piece->at = rest->at;
    while (rest->at < rest->end && *rest->at != separator)
        rest->at++;
    piece->end = rest->at;
    rest->at = rest->at < rest->end ? rest->at + 1 : NULL;
    return true;
}

static void take(struct trial *trial, uint8_t field, struct piece piece, struct field_value value)
{
    trial->answer.value[field] = value.value;
    trial->answer.pointed |= value.pointed ? (uint64_t)1 << field : 0;
    trial->answer.span[field] = span_of(trial, piece);
    trial->answer.count = (uint8_t)(field + 1);
}

static enum verdict refuse_field(struct trial *trial, uint8_t field, const struct field_row *row,
                                 struct piece piece, enum verdict verdict)
{
    char why[64];
    field_refused(why, sizeof why, piece, row, verdict);
    verdict = verdict == VERDICT_LENGTH ? VERDICT_SHAPE : verdict;
    return answer_refuse(trial, verdict, piece.at, field, "field %d %s: %s", field + 1, row->name,
                         why);
}

/* QPIGS2 of MAX ends in a space. */
static void drop_spaces(struct piece *body)
{
    while (body->end > body->at && body->end[-1] == ' ')
        body->end--;
}

/* The next field by its row: a FORM_DIGIT is not followed by a separator. */
static bool next_field(struct piece *rest, struct piece *piece, const struct question *question,
                       uint8_t field)
{
    if (question->rows[field].form != FORM_DIGIT || !rest->at || rest->at == rest->end)
        return next_piece(rest, piece, question->separator);
    *piece = (struct piece){rest->at, rest->at + 1};
    rest->at++;
    return true;
}

/* Rows that stand in a piece of their own. */
static int pieces_of(const struct question *question, uint8_t rows)
{
    int count = 0;
    for (uint8_t i = 0; i < rows; i++)
        count += question->rows[i].form != FORM_DIGIT;
    return count;
}

static int pieces_in(struct piece body, char separator)
{
    struct piece rest = body, piece;
    int count = 0;
    while (body.at < body.end && next_piece(&rest, &piece, separator))
        count++;
    return count;
}

/* What follows the rows must at least look like fields. */
static enum verdict keep_surplus(struct trial *trial, struct piece surplus)
{
    char separator = trial->question->separator, before = separator;
    for (const char *c = surplus.at; c < surplus.end; before = *c++) {
        bool word = answer_digit(*c) || (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z') ||
                    *c == '.' || *c == '-' || *c == '+';
        if (!word && (*c != separator || before == separator))
            return answer_refuse(trial, VERDICT_SHAPE, c, ANSWER_NO_FIELD,
                                 "after the known fields, byte %02X belongs to no field",
                                 (uint8_t)*c);
    }
    trial->answer.surplus = span_of(trial, surplus);
    return VERDICT_TAKEN;
}

static enum verdict read_rows(struct trial *trial)
{
    const struct question *question = trial->question;
    drop_spaces(&trial->body);
    struct piece rest = trial->body, piece, after;
    int came = pieces_in(rest, question->separator);
    int least = pieces_of(question, question->least), most = pieces_of(question, question->count);
    if (came < least)
        return answer_refuse(trial, VERDICT_SHAPE, rest.at, ANSWER_NO_FIELD,
                             "%d fields at least, %d came", least, came);
    if (question->exact && came > most)
        return answer_refuse(trial, VERDICT_SHAPE, rest.at, ANSWER_NO_FIELD,
                             "%d fields at most, %d came", most, came);
    uint8_t field = 0;
    for (after = rest; field < question->count && next_field(&rest, &piece, question, field);
         field++) {
        const struct field_row *row = &question->rows[field];
        struct field_value value;
        enum verdict verdict = field_read(piece, row, &value);
        if (verdict != VERDICT_TAKEN && (field != question->least || question->exact))
            return refuse_field(trial, field, row, piece, verdict);
        if (verdict != VERDICT_TAKEN)
            break;
        take(trial, field, piece, value);
        after = rest;
    }
    return after.at ? keep_surplus(trial, after) : VERDICT_TAKEN;
}

static enum verdict read_list(struct trial *trial)
{
    enum { LEAST = 2, MOST = 32 };
    const struct field_row *row = trial->question->rows;
    drop_spaces(&trial->body);
    struct piece rest = trial->body, piece;
    uint8_t count = 0;
    int32_t before = INT32_MIN;
    while (next_piece(&rest, &piece, trial->question->separator)) {
        struct field_value value;
        if (count == MOST)
            return answer_refuse(trial, VERDICT_SHAPE, piece.at, count, "%d numbers at most", MOST);
        enum verdict verdict = field_read(piece, row, &value);
        if (verdict != VERDICT_TAKEN)
            return refuse_field(trial, count, row, piece, verdict);
        if (count && value.value <= before)
            return answer_refuse(trial, VERDICT_SHAPE, piece.at, count, "number %d: %d after %d",
                                 count + 1, value.value, before);
        if (count && piece.end - piece.at != trial->answer.span[0].length)
            return answer_refuse(trial, VERDICT_SHAPE, piece.at, count,
                                 "number %d: the first has %d characters", count + 1,
                                 trial->answer.span[0].length);
        before = value.value;
        take(trial, count++, piece, value);
    }
    if (count < LEAST)
        return answer_refuse(trial, VERDICT_SHAPE, trial->body.at, ANSWER_NO_FIELD,
                             "%d numbers at least, %d came", LEAST, count);
    return VERDICT_TAKEN;
}

/* 32 characters (2014), 36 (GK, MK, MAX) or 38. Of the longer ones, two among characters 31 to 33
 * are a fault code in decimal; which two depends on the model, so those three never count. */
static enum verdict read_bits(struct trial *trial)
{
    enum { PLAIN_MOST = 32, CODE_FROM = 31, CODE_TO = 33 };
    const struct field_row *row = trial->question->rows;
    ptrdiff_t length = trial->body.end - trial->body.at;
    if (length < row->min || length > row->max || length % 2)
        return answer_refuse(trial, VERDICT_SHAPE, trial->body.at, 0,
                             "%d characters, an even number from %d to %d is allowed", (int)length,
                             row->min, row->max);
    for (ptrdiff_t i = 0; i < length; i++) {
        const char *c = trial->body.at + i;
        bool code = length > PLAIN_MOST && i >= CODE_FROM && i <= CODE_TO;
        if (code ? !answer_digit(*c) : *c != '0' && *c != '1')
            return answer_refuse(trial, VERDICT_SHAPE, c, 0, "%s, character %d: no %s", row->name,
                                 (int)i, code ? "digit" : "0 or 1");
        if (code)
            trial->answer.digits[i - CODE_FROM] = *c;
        else if (*c == '1')
            trial->answer.bits[i / 32] |= (uint32_t)1 << (i % 32);
    }
    trial->answer.count = (uint8_t)length;
    trial->answer.span[0] = span_of(trial, trial->body);
    return VERDICT_TAKEN;
}

/* E, letters, D, letters: each letter once. Some firmware has a ';' among them. Of the letters, those
 * that every capture has must be there. */
static enum verdict read_flags(struct trial *trial)
{
    static const char everywhere[] = "abkuvxyz";
    struct piece body = trial->body;
    uint32_t seen = 0;
    char side = 0;
    for (const char *c = body.at; c < body.end; c++) {
        if ((*c == 'E' && side == 0) || (*c == 'D' && side != 'D')) {
            side = *c;
            continue;
        }
        uint32_t bit = *c >= 'a' && *c <= 'z' ? (uint32_t)1 << (*c - 'a')
                       : *c == ';'            ? (uint32_t)1 << 26
                                              : 0;
        if (!bit || !side || (seen & bit))
            return answer_refuse(trial, VERDICT_SHAPE, c, ANSWER_NO_FIELD,
                                 "E, letters, D, letters were expected, each letter once");
        seen |= bit;
        if (side == 'E')
            trial->answer.bits[0] |= bit;
        else
            trial->answer.bits[1] |= bit;
    }
    if (side != 'D')
        return answer_refuse(trial, VERDICT_SHAPE, body.end, ANSWER_NO_FIELD,
                             "no D: flags come as E..D..");
    for (const char *c = everywhere; *c; c++)
        if (!(seen >> (*c - 'a') & 1))
            return answer_refuse(trial, VERDICT_SHAPE, body.at, ANSWER_NO_FIELD,
                                 "flag %c is missing", *c);
    trial->answer.count = 1;
    trial->answer.span[0] = span_of(trial, body);
    return VERDICT_TAKEN;
}

static void keep_text(struct trial *trial, struct piece text)
{
    size_t length = (size_t)(text.end - text.at), most = sizeof trial->answer.text - 1;
    memcpy(trial->answer.text, text.at, length < most ? length : most);
    trial->answer.count = 1;
    trial->answer.span[0] = span_of(trial, text);
}

/* 00072.70 */
static bool is_version(struct piece text)
{
    enum { DECIMALS = 2 };
    const char *point = text.end - DECIMALS - 1;
    return point > text.at && *point == '.' && answer_digits((struct piece){text.at, point}) &&
           answer_digits((struct piece){point + 1, text.end});
}

/* MKS2-8000, MAX8000: a series and a size, a dash between or three digits at least. PI30 is none. */
static bool is_name(struct piece text)
{
    enum { SIZE_DIGITS = 3 };
    bool letters = false, dash = false, sized = false;
    int digits = 0;
    for (const char *c = text.at; c < text.end; c++) {
        bool letter = (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z');
        bool other = *c == '-' || *c == '.' || *c == '_' || *c == '/' || *c == ' ';
        if (!letter && !answer_digit(*c) && (!other || c == text.at))
            return false;
        letters |= letter;
        dash |= *c == '-';
        digits = answer_digit(*c) ? digits + 1 : 0;
        sized |= digits >= SIZE_DIGITS;
    }
    return letters && (dash || sized);
}

/* A serial number is no time: that would be the answer to another question. */
static bool text_fits(struct piece text, const struct field_row *row)
{
    enum { TIME_DIGITS = 14 };
    if (row->form == FORM_TEXT)
        return is_name(text);
    if (row->form == FORM_POINT)
        return is_version(text);
    bool time = text.end - text.at == TIME_DIGITS && answer_is_time(text.at);
    return answer_digits(text) && !time;
}

static enum verdict read_text(struct trial *trial)
{
    const struct field_row *row = trial->question->rows;
    struct piece text = trial->body;
    ptrdiff_t length = text.end - text.at;
    if (length < row->min || length > row->max || length >= ANSWER_TEXT_ROOM)
        return answer_refuse(trial, VERDICT_SHAPE, text.at, 0,
                             "%s: %d characters, %d to %d are allowed", row->name, (int)length,
                             row->min, row->max);
    if (!text_fits(text, row))
        return answer_refuse(trial, VERDICT_SHAPE, text.at, 0, "%s: %s was expected", row->name,
                             row->form == FORM_TEXT    ? "a name"
                             : row->form == FORM_PLAIN ? "a number that is no time"
                                                       : "a version as 00072.70");
    keep_text(trial, text);
    return VERDICT_TAKEN;
}

/* 14 92932105105335 005535: 14 of them count. */
static enum verdict read_counted(struct trial *trial)
{
    const struct field_row *row = trial->question->rows;
    struct piece text = trial->body;
    ptrdiff_t length = text.end - text.at - 2;
    if (length < row->min || length > row->max || !answer_digits(text))
        return answer_refuse(trial, VERDICT_SHAPE, text.at, 0,
                             "%s: two digits and %d to %d digits more", row->name, row->min,
                             row->max);
    int valid = (text.at[0] - '0') * 10 + (text.at[1] - '0');
    if (valid < 1 || valid > length)
        return answer_refuse(trial, VERDICT_RANGE, text.at, 0, "%s: %d of its %d digits count",
                             row->name, valid, (int)length);
    keep_text(trial, (struct piece){text.at + 2, text.at + 2 + valid});
    return VERDICT_TAKEN;
}

bool answer_is_time(const char *digits)
{
    static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int part[7];
    for (int i = 0; i < 7; i++) {
        if (!answer_digit(digits[2 * i]) || !answer_digit(digits[2 * i + 1]))
            return false;
        part[i] = (digits[2 * i] - '0') * 10 + (digits[2 * i + 1] - '0');
    }
    if (part[0] != 20 || part[2] < 1 || part[2] > 12 || part[4] > 23 || part[5] > 59 ||
        part[6] > 59)
        return false;
    int leap = part[2] == 2 && part[1] % 4 == 0;
    return part[3] >= 1 && part[3] <= days[part[2] - 1] + leap;
}

static enum verdict read_time(struct trial *trial)
{
    enum { DIGITS = 14 };
    struct piece text = trial->body;
    if (text.end - text.at != DIGITS || !answer_is_time(text.at))
        return answer_refuse(trial, VERDICT_SHAPE, text.at, 0,
                             "a time as YYYYMMDDhhmmss was expected, %d characters came",
                             (int)(text.end - text.at));
    keep_text(trial, text);
    return VERDICT_TAKEN;
}

static enum verdict read_setter(struct trial *trial)
{
    return answer_refuse(trial, VERDICT_SHAPE, trial->body.at, ANSWER_NO_FIELD,
                         "ACK or NAK was expected, an answer with values came");
}

enum verdict answer_read_kind(struct trial *trial)
{
    switch (trial->question->kind) {
    case ANSWER_ROWS:
        return read_rows(trial);
    case ANSWER_LIST:
        return read_list(trial);
    case ANSWER_BITS:
        return read_bits(trial);
    case ANSWER_FLAGS:
        return read_flags(trial);
    case ANSWER_TEXT:
        return read_text(trial);
    case ANSWER_ACK:
        return read_setter(trial);
    case ANSWER_COUNTED:
        return read_counted(trial);
    case ANSWER_TIME:
        return read_time(trial);
    }
    return read_setter(trial);
}
