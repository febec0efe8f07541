#include "app/yaml_text.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = YAML_SHOWN_SIZE - 4 };

/* A value as a message quotes it: short and printable. */
const char *yaml_shown(char out[YAML_SHOWN_SIZE], const yaml_node_t *node)
{
    if (node->type != YAML_SCALAR_NODE)
        return node->type == YAML_SEQUENCE_NODE ? "a list" : "a mapping";
    size_t length = node->data.scalar.length;
    if (length == 0)
        return "\"\"";
    size_t n = length > SHOWN ? SHOWN : length;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = node->data.scalar.value[i];
        out[i] = (char)(c < 0x20 || c == 0x7F ? '?' : c);
    }
    strcpy(out + n, length > SHOWN ? ".." : "");
    return out;
}

/* Appends ", word" as long as there is room; then the list ends in "..". */
static void list_add(char list[YAML_LIST_SIZE], const char *word)
{
    size_t length = strlen(list);
    bool room = length + strlen(word) + 8 < YAML_LIST_SIZE;
    bool cut = length >= 2 && strcmp(list + length - 2, "..") == 0;
    if (room)
        snprintf(list + length, YAML_LIST_SIZE - length, "%s%s", length ? ", " : "", word);
    else if (!cut)
        snprintf(list + length, YAML_LIST_SIZE - length, ", ..");
}

/* Levenshtein's distance of two words, of their first letters when they are long. */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[YAML_WORD_SIZE + 1];
    size_t width = strnlen(b, YAML_WORD_SIZE);
    for (unsigned j = 0; j <= width; j++)
        row[j] = j;
    for (unsigned i = 0; a[i] && i < YAML_WORD_SIZE; i++) {
        unsigned corner = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < width; j++) {
            unsigned best = corner + (tolower((unsigned char)a[i]) != tolower((unsigned char)b[j]));
            corner = row[j + 1];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (corner + 1 < best)
                best = corner + 1;
            row[j + 1] = best;
        }
    }
    return row[width];
}

void yaml_words_add(struct yaml_words *words, const char *word)
{
    list_add(words->list, word);
    unsigned apart = distance(words->wrong, word);
    unsigned close = (unsigned)strnlen(word, YAML_WORD_SIZE) / 3 + 1;
    if (apart > close || (*words->nearest && apart >= words->apart))
        return;
    snprintf(words->nearest, sizeof words->nearest, " (did you mean %.*s?)", YAML_WORD_SIZE, word);
    words->apart = apart;
}

/* --- scalars --- */

const char *yaml_scalar(const yaml_node_t *node)
{
    if (node->type != YAML_SCALAR_NODE)
        return NULL;
    const unsigned char *text = node->data.scalar.value;
    for (size_t i = 0; i < node->data.scalar.length; i++)
        if (text[i] < 0x20 || text[i] == 0x7F)
            return NULL;
    return (const char *)text;
}

bool yaml_parse_whole(const char *text, int64_t *value)
{
    const char *digits = text + (*text == '-');
    bool hex = digits[0] == '0' && digits[1] == 'x';
    if (hex ? !isxdigit((unsigned char)digits[2]) : !isdigit((unsigned char)digits[0]))
        return false;
    if (!hex && digits[0] == '0' && digits[1])
        return false;
    char *end;
    errno = 0;
    *value = strtoll(text, &end, hex ? 16 : 10);
    return *end == '\0' && errno == 0;
}

bool yaml_parse_number(const char *text, double *value)
{
    if (!*text || text[strspn(text, "+-.0123456789eE")])
        return false;
    char *end;
    *value = strtod(text, &end);
    return *end == '\0' && isfinite(*value);
}

static bool whole_right(const cyaml_schema_value_t *schema, const struct yaml_note *note,
                        const char *text)
{
    int64_t value;
    (void)schema;
    return yaml_parse_whole(text, &value) && (double)value >= note->min &&
           (double)value <= note->max;
}

static bool number_right(const cyaml_schema_value_t *schema, const struct yaml_note *note,
                         const char *text)
{
    double value;
    (void)schema;
    return yaml_parse_number(text, &value) && value >= note->min && value <= note->max;
}

/* libcyaml takes every word it does not know for true, "off" too. */
static bool bool_right(const cyaml_schema_value_t *schema, const struct yaml_note *note,
                       const char *text)
{
    (void)schema, (void)note;
    return !strcmp(text, "true") || !strcmp(text, "false") || !strcmp(text, "yes") ||
           !strcmp(text, "no");
}

static bool enum_right(const cyaml_schema_value_t *schema, const struct yaml_note *note,
                       const char *text)
{
    (void)note;
    for (uint32_t i = 0; i < schema->enumeration.count; i++)
        if (strcmp(schema->enumeration.strings[i].str, text) == 0)
            return true;
    return false;
}

static bool text_right(const cyaml_schema_value_t *schema, const struct yaml_note *note,
                       const char *text)
{
    size_t length = strlen(text);
    return length >= schema->string.min && length <= schema->string.max &&
           (!note->fits || note->fits(text));
}

typedef bool scalar_right_fn(const cyaml_schema_value_t *schema, const struct yaml_note *note,
                             const char *text);
/* clang-format off */
static scalar_right_fn *const scalar_right[CYAML__TYPE_COUNT] = {
    [CYAML_INT]    = whole_right,
    [CYAML_UINT]   = whole_right,
    [CYAML_FLOAT]  = number_right,
    [CYAML_BOOL]   = bool_right,
    [CYAML_ENUM]   = enum_right,
    [CYAML_STRING] = text_right,
};
/* clang-format on */

bool yaml_scalar_right(const cyaml_schema_value_t *schema, const struct yaml_note *note,
                       const char *text)
{
    return scalar_right[schema->type](schema, note, text);
}

static void allowed_enum(char *out, size_t room, const cyaml_schema_value_t *value)
{
    char list[YAML_LIST_SIZE] = "";
    for (uint32_t i = 0; i < value->enumeration.count; i++)
        list_add(list, value->enumeration.strings[i].str);
    snprintf(out, room, "one of %s", list);
}

static void allowed_text(char *out, size_t room, const cyaml_schema_value_t *value,
                         const struct yaml_note *note)
{
    const char *what = note && note->allowed ? note->allowed : "a text";
    if (value->string.max == CYAML_UNLIMITED)
        snprintf(out, room, "%s", what);
    else
        snprintf(out, room, "%s, %u to %u characters", what, value->string.min, value->string.max);
}

const char *yaml_allowed(char *out, size_t room, const cyaml_schema_value_t *value,
                         const struct yaml_note *note)
{
    if (value->type == CYAML_INT || value->type == CYAML_UINT)
        snprintf(out, room, "a whole number, %.10g to %.10g", note->min, note->max);
    else if (value->type == CYAML_FLOAT)
        snprintf(out, room, "a number, %.10g to %.10g", note->min, note->max);
    else if (value->type == CYAML_BOOL)
        snprintf(out, room, "true or false");
    else if (value->type == CYAML_ENUM)
        allowed_enum(out, room, value);
    else if (value->type == CYAML_STRING)
        allowed_text(out, room, value, note);
    else if (value->type == CYAML_MAPPING)
        snprintf(out, room, "a mapping of keys to values");
    else
        snprintf(out, room, "a list of %u to %u entries", value->sequence.min, value->sequence.max);
    return out;
}
