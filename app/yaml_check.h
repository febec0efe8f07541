/* A YAML file against a libcyaml schema, every mistake told in one run.
 *
 * libcyaml stops at the first mistake and knows no lines afterwards. So the document is first
 * walked with libyaml along the same schema tables, and each wrong value is printed as
 *     FILE:LINE: path.key: VALUE is not allowed: WHAT IS
 * What is right is then loaded by libcyaml, so that a second look at how the entries fit
 * together can tell its mistakes in the same run: a value that was wrong arrives as its default,
 * or as 0 or "" where it has none.
 *
 * A schema is a libcyaml table, all of whose fields are CYAML_FLAG_OPTIONAL, and one table of
 * notes with a row for each key: required, range, default, meaning. The notes also give the
 * reference page. To add a key: a member, a field row, a note row.
 *
 * Stricter than YAML where a slip would pass unseen: no aliases, no leading zeros (octal), and
 * true, false, yes and no are the only booleans. */
#ifndef BUSBAR_APP_YAML_CHECK_H
#define BUSBAR_APP_YAML_CHECK_H

#include <cyaml/cyaml.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <yaml.h>

enum { YAML_PATH_SIZE = 160 };

struct yaml_note {
    const char *path;               /* "strings[].modules" */
    bool must;                      /* required wherever the mapping around it is there */
    double min, max;                /* of a number; min == max: not a number */
    const char *preset;             /* the value when absent; NULL = 0, "" or no entries */
    const char *refers;             /* the value is a name given at this path: "inputs[].name" */
    bool unique;                    /* no two entries of the list have the same */
    bool (*fits)(const char *text); /* a further rule for a text .. */
    const char *allowed;            /* .. in words */
    const char *help;
};

struct yaml_schema {
    const cyaml_schema_value_t *top; /* a CYAML_MAPPING with CYAML_FLAG_POINTER */
    const struct yaml_note *notes;
    size_t note_count;
};

struct yaml_file {
    const char *name; /* as it stands before the line number; owned by the caller */
    const struct yaml_schema *schema;
    FILE *errors;
    unsigned mistakes;
    yaml_document_t document;
    bool parsed;    /* document is there */
    uint8_t *marks; /* by node index: enum yaml_mark */
};

/* Reads and checks text. False when there is nothing to load at all: no YAML, or no mapping.
 * yaml_file_close is due in both cases. */
bool yaml_file_open(struct yaml_file *file, const char *name, const struct yaml_schema *schema,
                    const char *text, size_t size, FILE *errors);
void yaml_file_close(struct yaml_file *file);

/* What was right, in the schema's struct, defaults filled in. NULL is a counted mistake. */
void *yaml_file_load(struct yaml_file *file);
void yaml_file_free(const struct yaml_schema *schema, void *data);

/* One more mistake, at a path of this document: its line and value are looked up there. */
void yaml_file_mistake(struct yaml_file *file, const char *path, const char *allowed_format, ...)
    __attribute__((format(printf, 3, 4)));

/* The line of a path, or of what is there of it: "packs[1].node" without a node is the pack's. */
int yaml_file_line(struct yaml_file *file, const char *path);
bool yaml_file_has(struct yaml_file *file, const char *path);

/* The note of "strings[2].modules" or "strings[].modules"; NULL when there is none. */
const struct yaml_note *yaml_note_find(const struct yaml_schema *schema, const char *path);

/* The whole file, NUL-terminated, or NULL after an error was printed. At most 1 MiB. */
char *yaml_read_text(const char *path, size_t *size, FILE *errors);

/* Every key of a schema as rows of a Markdown table. */
void yaml_schema_print(const struct yaml_schema *schema, FILE *out);

/* --- between yaml_check.c, yaml_file.c and yaml_load.c --- */
enum yaml_mark { YAML_UNREACHED, YAML_WRONG, YAML_RIGHT, YAML_WRITTEN };

void yaml_check(struct yaml_file *file);
void yaml_tell(struct yaml_file *file, int line, const char *path, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The node at a path, or NULL. */
const yaml_node_t *yaml_find(struct yaml_file *file, const char *path);
const cyaml_schema_field_t *yaml_field_find(const cyaml_schema_field_t *fields, const char *key);
int yaml_node_index(struct yaml_file *file, const yaml_node_t *node);
const yaml_node_t *yaml_child(struct yaml_file *file, const yaml_node_t *mapping, const char *key);

#endif
