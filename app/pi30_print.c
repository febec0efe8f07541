#include "app/pi30_print.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "inverter/faults.h"

enum { TEXT_ROOM = 512, NO_FIELD = 0xFF };

/* One field as it is told: what value is depends on the kind. */
struct told {
    const char *name, *unit;
    char value[64];       /* as people read it */
    char text[TEXT_ROOM]; /* what it means */
    bool number;          /* value is one, for JSON too */
    bool none;            /* nothing was measured */
};

/* The byte that text starts with and how many characters stand for it. */
static size_t unescape_one(uint8_t *byte, const char *text)
{
    static const char plain[] = "rnt\\", meant[] = "\r\n\t\\";
    const char *known = text[0] == '\\' && text[1] ? strchr(plain, text[1]) : NULL;
    *byte = (uint8_t)(known ? meant[known - plain] : text[0]);
    if (known)
        return 2;
    if (text[0] != '\\' || text[1] != 'x' || !isxdigit((unsigned char)text[2]) ||
        !isxdigit((unsigned char)text[3]))
        return 1;
    *byte = (uint8_t)strtol((char[]){text[2], text[3], '\0'}, NULL, 16);
    return 4;
}

size_t pi30_unescape(uint8_t *out, size_t room, const char *text)
{
    size_t count = 0;
    while (*text && count < room)
        text += unescape_one(&out[count++], text);
    return count;
}

static void add_text(char *out, const char *text)
{
    size_t used = strlen(out);
    snprintf(out + used, TEXT_ROOM - used, "%s%s", used ? ", " : "", text);
}

static void bits_told(struct told *told, const struct field_row *row, int32_t value)
{
    for (const struct field_word *word = row->words; word && word->text; word++)
        if (value >> word->code & 1)
            add_text(told->text, word->text);
}

static void word_told(struct told *told, const struct field_row *row, int32_t value)
{
    const struct field_word *word = answer_word(row, value);
    const char *fault = row->is == FAULT_CODE ? fault_text(value) : NULL;
    if (word)
        add_text(told->text, word->text);
    else if (row->is == FAULT_CODE)
        add_text(told->text, value == 0 ? "none" : fault ? fault : "not in the documents");
    else if (row->words && !row->unit[0] && row->is != WARNINGS && row->is != STATUS_FLAGS)
        add_text(told->text, "not in the documents");
}

static bool is_counted(const struct field_row *row)
{
    return row->form == FORM_TEXT || row->form == FORM_DIGITS;
}

static void field_told(struct told *told, const struct answer *answer, int field,
                       const uint8_t *frame)
{
    const struct field_row *row = &answer->question->rows[field];
    int32_t value = answer->value[field];
    struct field_span span = answer->span[field];
    *told = (struct told){.name = row->name, .unit = row->unit};
    told->none =
        (row->form == FORM_BLANK && value == FIELD_NONE) || (row->form == FORM_DASH && value == -1);
    if (row->form == FORM_BITS || row->form == FORM_LETTER || is_counted(row)) {
        snprintf(told->value, sizeof told->value, "%.*s", span.length,
                 (const char *)frame + span.at);
        if (row->form == FORM_BITS)
            bits_told(told, row, value);
        else if (row->form == FORM_LETTER)
            word_told(told, row, value);
        return;
    }
    told->number = true;
    if (told->none)
        snprintf(told->value, sizeof told->value, "-");
    else
        field_text(told->value, sizeof told->value, value, row->decimals);
    if (!told->none)
        word_told(told, row, value);
}

/* With or without a point, as the unit wrote it, but for the zeros in front: which it was can tell
 * what the field is. */
static void either_told(struct told *told, struct field_span span, const uint8_t *frame)
{
    const char *at = (const char *)frame + span.at;
    int length = span.length;
    for (; length > 1 && at[0] == '0' && at[1] != '.'; at++)
        length--;
    snprintf(told->value, sizeof told->value, "%.*s", length, at);
}

static void warnings_told(struct told *told, const struct answer *answer, const uint8_t *frame)
{
    struct field_span span = answer->span[0];
    *told = (struct told){.name = answer->question->rows[0].name, .unit = ""};
    snprintf(told->value, sizeof told->value, "%.*s", span.length, (const char *)frame + span.at);
    for (int bit = 0; bit < span.length; bit++) {
        char number[16];
        if (!(answer->bits[bit / 32] >> (bit % 32) & 1))
            continue;
        const char *text = warning_text(bit);
        snprintf(number, sizeof number, "bit %d", bit);
        add_text(told->text, text ? text : number);
    }
    if (!told->text[0])
        add_text(told->text, "none");
}

/* The letter that stands at `field` of all letters of a QFLAG answer; false past the last. */
static bool flag_told(struct told *told, const struct answer *answer, int field, char *name,
                      size_t room)
{
    for (int letter = 0; letter <= 26; letter++) {
        uint32_t bit = (uint32_t)1 << letter;
        bool on = answer->bits[0] & bit, off = answer->bits[1] & bit;
        if ((!on && !off) || field-- > 0)
            continue;
        const struct field_word *word = answer_word(answer->question->rows, 'a' + letter);
        if (word)
            snprintf(name, room, "%s", word->text);
        else
            snprintf(name, room, letter < 26 ? "flag_%c" : "flag_semicolon", 'a' + letter);
        *told = (struct told){.name = name, .unit = "", .number = true};
        snprintf(told->value, sizeof told->value, "%d", on);
        add_text(told->text, on ? "enabled" : "disabled");
        return true;
    }
    return false;
}

static void text_told(struct told *told, const struct answer *answer)
{
    *told = (struct told){.name = answer->question->rows[0].name, .unit = ""};
    snprintf(told->value, sizeof told->value, "%s", answer->text);
    const char *t = answer->text;
    if (answer->question->kind == ANSWER_TIME)
        snprintf(told->text, sizeof told->text, "%.4s-%.2s-%.2s %.2s:%.2s:%.2s", t, t + 4, t + 6,
                 t + 8, t + 10, t + 12);
}

/* Field n of the answer as it is told; false past the last. name is room for a made one. */
static bool tell(struct told *told, const struct answer *answer, int n, const uint8_t *frame,
                 char *name, size_t room)
{
    switch (answer->question->kind) {
    case ANSWER_ROWS:
        if (n >= answer->count)
            return false;
        field_told(told, answer, n, frame);
        if (answer->question->rows[n].form == FORM_EITHER)
            either_told(told, answer->span[n], frame);
        return true;
    case ANSWER_FLAGS:
        return flag_told(told, answer, n, name, room);
    case ANSWER_BITS:
        if (n == 1 && answer->digits[0]) {
            *told = (struct told){.name = "fault_code_digits", .unit = ""};
            snprintf(told->value, sizeof told->value, "%.3s", answer->digits);
            add_text(told->text,
                     strcmp(answer->digits, "000") == 0
                         ? "none"
                         : "characters 31 to 33: a fault code on some models, bits on others");
            return true;
        }
        if (n == 0)
            warnings_told(told, answer, frame);
        return n == 0;
    case ANSWER_LIST:
        if (n >= answer->count)
            return false;
        *told = (struct told){.name = answer->question->rows[0].name,
                              .unit = answer->question->rows[0].unit,
                              .number = true};
        field_text(told->value, sizeof told->value, answer->value[n],
                   answer->question->rows[0].decimals);
        return true;
    case ANSWER_TEXT:
    case ANSWER_COUNTED:
    case ANSWER_TIME:
        if (n == 0)
            text_told(told, answer);
        return n == 0;
    case ANSWER_ACK:
        break;
    }
    return false;
}

/* What ACK and NAK say, by the bytes they came in. */
static const char *ack_text(const struct answer *answer, const uint8_t *frame)
{
    if (answer->state == ANSWER_IS_ACK)
        return "ACK: parsed; whether it took effect must be read back";
    if (frame[0] == '^')
        return "NAK (^0): the command, its value or its frame is not to this unit's liking; a unit "
               "that answers so to PI30's words speaks PI17 or PI18";
    return "NAK: unknown command, a value it does not allow, not now, or a damaged request";
}

void pi30_print_answer(FILE *out, const char *word, const struct protocol *protocol,
                       const struct answer *answer, const uint8_t *frame)
{
    struct told told;
    char name[32];
    if (answer->state != ANSWER_IS_VALUES) {
        fprintf(out, "%s: %s\n", word, ack_text(answer, frame));
        return;
    }
    const struct question *question = answer->question;
    fprintf(out, "%s: %s", word, protocol ? protocol->name : "");
    if (*question->layout)
        fprintf(out, ", layout %s", question->layout);
    if (question->kind == ANSWER_ROWS && question->count > 1)
        fprintf(out, ", %d of %d fields", answer->count, question->count);
    fputc('\n', out);
    for (int n = 0; tell(&told, answer, n, frame, name, sizeof name); n++) {
        char value[96];
        snprintf(value, sizeof value, "%s%s%s", told.value, *told.unit ? " " : "", told.unit);
        if (*told.text)
            fprintf(out, "%3d  %-26s %-16s %s\n", n + 1, told.name, value, told.text);
        else
            fprintf(out, "%3d  %-26s %s\n", n + 1, told.name, value);
    }
    if (answer->surplus.length)
        fprintf(out, "surplus: \"%.*s\"\n", answer->surplus.length,
                (const char *)frame + answer->surplus.at);
}

static json_t *told_json(const struct told *told)
{
    json_t *value = told->none                 ? json_null()
                    : !told->number            ? json_string(told->value)
                    : strchr(told->value, '.') ? json_real(strtod(told->value, NULL))
                                               : json_integer(strtol(told->value, NULL, 10));
    return json_pack("{s:s, s:o, s:s, s:s}", "name", told->name, "value",
                     value ? value : json_null(), "unit", told->unit, "text", told->text);
}

static json_t *fields_json(const struct answer *answer, const uint8_t *frame)
{
    json_t *fields = json_array();
    struct told told;
    char name[32];
    bool list = answer->question->kind == ANSWER_LIST;
    json_t *numbers = json_array();
    for (int n = 0; tell(&told, answer, n, frame, name, sizeof name); n++)
        if (list)
            json_array_append_new(numbers, json_integer(answer->value[n]));
        else
            json_array_append_new(fields, told_json(&told));
    if (list)
        json_array_append_new(fields,
                              json_pack("{s:s, s:O, s:s, s:s}", "name", told.name, "value", numbers,
                                        "unit", told.unit, "text", "allowed values"));
    json_decref(numbers);
    return fields;
}

json_t *pi30_answer_json(const char *word, const struct protocol *protocol,
                         const struct answer *answer, const uint8_t *frame)
{
    static const char *const names[] = {"values", "ACK", "NAK"};
    bool values = answer->state == ANSWER_IS_VALUES;
    json_t *fields = values ? fields_json(answer, frame) : json_array();
    json_t *out = json_pack(
        "{s:s, s:s?, s:s, s:b, s:s, s:o, s:s%}", "command", word, "protocol",
        protocol ? protocol->name : NULL, "layout", values ? answer->question->layout : "",
        "accepted", 1, "answer", names[answer->state], "fields", fields, "surplus",
        (const char *)frame + answer->surplus.at, (size_t)answer->surplus.length);
    if (!values)
        json_object_set_new(out, "text", json_string(ack_text(answer, frame)));
    return out;
}

static const char *refused_field(const struct question *question, const struct refusal *refusal)
{
    bool named = question && refusal->field != NO_FIELD && refusal->field < question->count;
    return named ? question->rows[refusal->field].name : NULL;
}

void pi30_print_refusal(FILE *out, const char *word, const struct question *question,
                        const struct refusal *refusal)
{
    fprintf(out, "%s refused at byte %d: %s\n", word, refusal->at, refusal->why);
    if (question && *question->layout)
        fprintf(out, "the closest was layout %s of %s\n", question->layout, question->word);
}

json_t *pi30_refusal_json(const char *word, const struct question *question,
                          const struct refusal *refusal)
{
    return json_pack("{s:s, s:b, s:s, s:i, s:s?}", "command", word, "accepted", 0, "reason",
                     refusal->why, "byte", refusal->at, "field", refused_field(question, refusal));
}

void pi30_json_show(json_t *object)
{
    json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(9));
    putchar('\n');
    json_decref(object);
}
