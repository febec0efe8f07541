/* The words of yaml_check: what a scalar is, what is allowed, what was probably meant. Pure. */
#ifndef BUSBAR_APP_YAML_TEXT_H
#define BUSBAR_APP_YAML_TEXT_H

#include "app/yaml_check.h"

enum { YAML_WORD_SIZE = 32, YAML_LIST_SIZE = 256, YAML_SHOWN_SIZE = 44 };

/* A scalar's text; NULL for anything else, also for a text with control characters. */
const char *yaml_scalar(const yaml_node_t *node);

/* A value as a message quotes it: short and printable. */
const char *yaml_shown(char out[YAML_SHOWN_SIZE], const yaml_node_t *node);

/* Decimal without leading zeros (libcyaml would read octal) or 0x. */
bool yaml_parse_whole(const char *text, int64_t *value);
bool yaml_parse_number(const char *text, double *value);

/* Type, range, length and the note's own rule. */
bool yaml_scalar_right(const cyaml_schema_value_t *schema, const struct yaml_note *note,
                       const char *text);

/* What a key takes, in words: "a whole number, 1 to 40". Returns out. */
const char *yaml_allowed(char *out, size_t room, const cyaml_schema_value_t *value,
                         const struct yaml_note *note);

/* The words a value may be, and the one that was probably meant. */
struct yaml_words {
    const char *wrong;
    char list[YAML_LIST_SIZE];        /* "a, b, c" */
    char nearest[2 * YAML_WORD_SIZE]; /* " (did you mean b?)" or "" */
    unsigned apart;
};
void yaml_words_add(struct yaml_words *words, const char *word);

#endif
