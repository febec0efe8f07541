/* Is this frame the answer to that question? */
#include "inverter/answer_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { CR = 0x0D, LF = 0x0A, NO_FIELD = 0xFF };

/* One judgement under way. */
struct trial {
    const struct question *question;
    const uint8_t *frame;
    struct piece body; /* between head and check */
    struct answer answer;
    struct refusal *refusal;
};

static enum verdict refuse(struct trial *trial, enum verdict verdict, const char *at, int field,
                           const char *why, ...)
{
    struct refusal *refusal = trial->refusal;
    va_list list;
    va_start(list, why);
    refusal->verdict = verdict;
    refusal->at = (uint16_t)(at - (const char *)trial->frame);
    refusal->field = (uint8_t)field;
    vsnprintf(refusal->why, sizeof refusal->why, why, list);
    va_end(list);
    return verdict;
}

static struct field_span span_of(const struct trial *trial, struct piece piece)
{
    return (struct field_span){(uint16_t)(piece.at - (const char *)trial->frame),
                               (uint16_t)(piece.end - piece.at)};
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool all_digits(struct piece piece)
{
    while (piece.at < piece.end && is_digit(*piece.at))
        piece.at++;
    return piece.at == piece.end;
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
    return refuse(trial, verdict, piece.at, field, "field %d %s: %s", field + 1, row->name, why);
}

/* QPIGS2 of MAX ends in a space. */
static void drop_spaces(struct piece *body)
{
    while (body->end > body->at && body->end[-1] == ' ')
        body->end--;
}

static int pieces_in(struct piece body, char separator)
{
    struct piece rest = body, piece;
    int count = 0;
    while (body.at < body.end && next_piece(&rest, &piece, separator))
        count++;
    return count;
}

static enum verdict read_rows(struct trial *trial)
{
    const struct question *question = trial->question;
    drop_spaces(&trial->body);
    struct piece rest = trial->body, piece, after;
    int came = pieces_in(rest, question->separator);
    if (came < question->least)
        return refuse(trial, VERDICT_SHAPE, rest.at, NO_FIELD, "%d fields at least, %d came",
                      question->least, came);
    if (question->exact && came > question->count)
        return refuse(trial, VERDICT_SHAPE, rest.at, NO_FIELD, "%d fields at most, %d came",
                      question->count, came);
    uint8_t field = 0;
    for (after = rest; field < question->count && next_piece(&rest, &piece, question->separator);
         field++) {
        const struct field_row *row = &question->rows[field];
        struct field_value value;
        enum verdict verdict = field_read(piece, row, &value);
        if (verdict != VERDICT_TAKEN && (field < question->least || question->exact))
            return refuse_field(trial, field, row, piece, verdict);
        if (verdict != VERDICT_TAKEN)
            break;
        take(trial, field, piece, value);
        after = rest;
    }
    if (after.at)
        trial->answer.surplus = span_of(trial, after);
    return VERDICT_TAKEN;
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
            return refuse(trial, VERDICT_SHAPE, piece.at, count, "%d numbers at most", MOST);
        enum verdict verdict = field_read(piece, row, &value);
        if (verdict != VERDICT_TAKEN)
            return refuse_field(trial, count, row, piece, verdict);
        if (count && value.value <= before)
            return refuse(trial, VERDICT_SHAPE, piece.at, count, "number %d: %d after %d",
                          count + 1, value.value, before);
        before = value.value;
        take(trial, count++, piece, value);
    }
    if (count < LEAST)
        return refuse(trial, VERDICT_SHAPE, trial->body.at, NO_FIELD,
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
    if (length < row->min || length > row->max)
        return refuse(trial, VERDICT_SHAPE, trial->body.at, 0,
                      "%d characters, %d to %d are allowed", (int)length, row->min, row->max);
    for (ptrdiff_t i = 0; i < length; i++) {
        const char *c = trial->body.at + i;
        bool code = length > PLAIN_MOST && i >= CODE_FROM && i <= CODE_TO;
        if (code ? !is_digit(*c) : *c != '0' && *c != '1')
            return refuse(trial, VERDICT_SHAPE, c, 0, "%s, character %d: no %s", row->name, (int)i,
                          code ? "digit" : "0 or 1");
        if (code)
            trial->answer.digits[i - CODE_FROM] = *c;
        else if (*c == '1')
            trial->answer.bits[i / 32] |= (uint32_t)1 << (i % 32);
    }
    trial->answer.count = (uint8_t)length;
    trial->answer.span[0] = span_of(trial, trial->body);
    return VERDICT_TAKEN;
}

/* E, letters, D, letters: each letter once. Some firmware has a ';' among them. */
static enum verdict read_flags(struct trial *trial)
{
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
            return refuse(trial, VERDICT_SHAPE, c, NO_FIELD,
                          "E, letters, D, letters were expected, each letter once");
        seen |= bit;
        if (side == 'E')
            trial->answer.bits[0] |= bit;
        else
            trial->answer.bits[1] |= bit;
    }
    if (side != 'D')
        return refuse(trial, VERDICT_SHAPE, body.end, NO_FIELD, "no D: flags come as E..D..");
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

static bool text_fits(struct piece text, const struct field_row *row)
{
    bool first = true;
    for (const char *c = text.at; c < text.end; c++, first = false) {
        bool digit = is_digit(*c);
        bool letter = (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z');
        bool other = !first && (*c == '-' || *c == '.' || *c == '_' || *c == '/' || *c == ' ');
        if (row->form == FORM_TEXT ? !digit && !letter && !other
                                   : !digit && !(row->form != FORM_PLAIN && *c == '.'))
            return false;
    }
    return true;
}

static enum verdict read_text(struct trial *trial)
{
    const struct field_row *row = trial->question->rows;
    struct piece text = trial->body;
    ptrdiff_t length = text.end - text.at;
    if (length < row->min || length > row->max || length >= ANSWER_TEXT_ROOM)
        return refuse(trial, VERDICT_SHAPE, text.at, 0, "%s: %d characters, %d to %d are allowed",
                      row->name, (int)length, row->min, row->max);
    if (!text_fits(text, row))
        return refuse(trial, VERDICT_SHAPE, text.at, 0, "%s: %s was expected", row->name,
                      row->form == FORM_TEXT    ? "letters and digits"
                      : row->form == FORM_PLAIN ? "digits"
                                                : "digits and points");
    keep_text(trial, text);
    return VERDICT_TAKEN;
}

/* 14 92932105105335 005535: 14 of them count. */
static enum verdict read_counted(struct trial *trial)
{
    const struct field_row *row = trial->question->rows;
    struct piece text = trial->body;
    ptrdiff_t length = text.end - text.at - 2;
    if (length < row->min || length > row->max || !all_digits(text))
        return refuse(trial, VERDICT_SHAPE, text.at, 0, "%s: two digits and %d to %d digits more",
                      row->name, row->min, row->max);
    int valid = (text.at[0] - '0') * 10 + (text.at[1] - '0');
    if (valid < 1 || valid > length)
        return refuse(trial, VERDICT_RANGE, text.at, 0, "%s: %d of its %d digits count", row->name,
                      valid, (int)length);
    keep_text(trial, (struct piece){text.at + 2, text.at + 2 + valid});
    return VERDICT_TAKEN;
}

bool answer_is_time(const char *digits)
{
    static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int part[7];
    for (int i = 0; i < 7; i++) {
        if (!is_digit(digits[2 * i]) || !is_digit(digits[2 * i + 1]))
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
        return refuse(trial, VERDICT_SHAPE, text.at, 0,
                      "a time as YYYYMMDDhhmmss was expected, %d characters came",
                      (int)(text.end - text.at));
    keep_text(trial, text);
    return VERDICT_TAKEN;
}

static enum verdict read_setter(struct trial *trial)
{
    return refuse(trial, VERDICT_SHAPE, trial->body.at, NO_FIELD,
                  "ACK or NAK was expected, an answer with values came");
}

static enum verdict read_kind(struct trial *trial)
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

static bool has_prefix(struct trial *trial)
{
    const char *prefix = trial->question->prefix;
    size_t length = prefix ? strlen(prefix) : 0;
    struct piece *body = &trial->body;
    if ((size_t)(body->end - body->at) < length ||
        (length && memcmp(body->at, prefix, length) != 0))
        return false;
    body->at += length;
    return true;
}

/* ACK, NAK, ^1, ^0; an ACK answers setters only. */
static bool is_ack(const struct trial *trial, enum answer_state *state)
{
    struct piece body = trial->body;
    size_t length = (size_t)(body.end - body.at);
    if (trial->frame[0] == '^' && length == 1 && (*body.at == '0' || *body.at == '1')) {
        *state = *body.at == '1' ? ANSWER_IS_ACK : ANSWER_IS_NAK;
        return true;
    }
    if (trial->frame[0] == '^' || length != 3 ||
        (memcmp(body.at, "ACK", 3) && memcmp(body.at, "NAK", 3)))
        return false;
    *state = *body.at == 'A' ? ANSWER_IS_ACK : ANSWER_IS_NAK;
    return true;
}

static enum verdict refuse_check(struct trial *trial, size_t count)
{
    const uint8_t *frame = trial->frame;
    const char *at = (const char *)frame + count - 3;
    const char *end = frame[count - 1] == LF ? "ends in LF, not CR; " : "";
    if (trial->question->sum) {
        uint8_t sum = 1;
        for (size_t i = 0; i + 2 < count; i++)
            sum = (uint8_t)(sum + frame[i]);
        return refuse(trial, VERDICT_CHECK, at + 1, NO_FIELD,
                      "%sthe sum is %02X, %02X was expected", end, frame[count - 2], sum);
    }
    uint16_t crc = answer_crc(frame, count - 3);
    return refuse(trial, VERDICT_CHECK, at, NO_FIELD,
                  "%sthe CRC is %02X %02X, %02X %02X was expected", end, frame[count - 3],
                  frame[count - 2], answer_raised((uint8_t)(crc >> 8)),
                  answer_raised((uint8_t)crc));
}

/* Frame, length and check; the body is left between head and check. */
static enum verdict check_frame(struct trial *trial, size_t count)
{
    enum { FRAME_LEAST = 5, CRC_SIZE = 2 };
    const uint8_t *frame = trial->frame;
    const char *text = (const char *)frame;
    bool bare = count == FRAME_LEAST && (!memcmp(frame, "ACK", 3) || !memcmp(frame, "NAK", 3));
    if (count < FRAME_LEAST)
        return refuse(trial, VERDICT_LENGTH, text, NO_FIELD, "%d bytes, a frame has %d at least",
                      (int)count, FRAME_LEAST);
    if (frame[0] != '(' && frame[0] != '^' && frame[0] != 'D' && !bare)
        return refuse(trial, VERDICT_SHAPE, text, NO_FIELD, "a frame starts with ( or ^");
    if (frame[count - 1] != CR && frame[count - 1] != LF)
        return refuse(trial, VERDICT_LENGTH, text + count - 1, NO_FIELD,
                      "the last byte is %02X, not CR", frame[count - 1]);
    bool crc = answer_crc_fits(frame, count);
    bool sum = (trial->question->sum || bare) && answer_sum_fits(frame, count);
    if (!crc && !sum)
        return refuse_check(trial, count);
    trial->body = (struct piece){text + (bare ? 0 : 1), text + count - (crc ? 3 : 2)};
    if (bare)
        trial->body.end = text + 3;
    return VERDICT_TAKEN;
}

/* The head of an answer with values: ( of PI30, ^Dnnn of PI17 and PI18. */
static enum verdict check_head(struct trial *trial, enum framing framing, size_t count)
{
    enum { HEAD = 4, SHORT_MOST = 2 };
    struct piece *body = &trial->body;
    bool counted = trial->frame[0] != '(';
    if (counted != (framing != FRAMING_PI30))
        return refuse(trial, VERDICT_SHAPE, body->at - 1, NO_FIELD, "%s",
                      counted ? "an answer of PI17 or PI18 (^D..); ( was expected"
                              : "an answer of PI30 ((..); ^D was expected");
    if (!counted)
        return VERDICT_TAKEN;
    bool bare = trial->frame[0] == 'D';
    const char *digits = body->at + (bare ? 0 : 1);
    if (body->end - digits < HEAD - 1 || (!bare && *body->at != 'D') ||
        !all_digits((struct piece){digits, digits + 3}))
        return refuse(trial, VERDICT_SHAPE, body->at, NO_FIELD,
                      "^D and three digits were expected");
    int said = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
    int is = (int)count - (int)(digits + 3 - (const char *)trial->frame);
    if (said > is || said < is - SHORT_MOST)
        return refuse(trial, VERDICT_LENGTH, digits, NO_FIELD, "^D%03d: %d bytes follow", said, is);
    body->at = digits + 3;
    return VERDICT_TAKEN;
}

enum verdict answer_judge(const struct question *question, enum framing framing,
                          const uint8_t *frame, size_t count, struct answer *answer,
                          struct refusal *refusal)
{
    struct refusal unasked;
    struct trial trial = {.question = question,
                          .frame = frame,
                          .answer = {.question = question},
                          .refusal = refusal ? refusal : &unasked};
    enum verdict verdict = check_frame(&trial, count);
    if (verdict != VERDICT_TAKEN)
        return verdict;
    if (is_ack(&trial, &trial.answer.state)) {
        if (trial.answer.state == ANSWER_IS_ACK && question->kind != ANSWER_ACK)
            return refuse(&trial, VERDICT_SHAPE, trial.body.at, NO_FIELD,
                          "ACK, which answers a setter and no question");
        *answer = trial.answer;
        return VERDICT_TAKEN;
    }
    verdict = check_head(&trial, framing, count);
    if (verdict == VERDICT_TAKEN && !has_prefix(&trial))
        verdict = refuse(&trial, VERDICT_SHAPE, trial.body.at, NO_FIELD,
                         "the answer does not start with %s", question->prefix);
    if (verdict == VERDICT_TAKEN)
        verdict = read_kind(&trial);
    if (verdict == VERDICT_TAKEN)
        *answer = trial.answer;
    return verdict;
}
