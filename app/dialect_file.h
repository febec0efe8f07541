/* Dialect files: NAME.yaml and the DBC file it names, checked like the config and compiled.
 *
 * The keys stand in can/dialect.h. Every mistake is told with file and line. */
#ifndef BUSBAR_APP_DIALECT_FILE_H
#define BUSBAR_APP_DIALECT_FILE_H

#include <stdint.h>
#include <stdio.h>

#include "app/yaml_check.h"
#include "can/dialect.h"

enum dialect_kind {
    KIND_PACK,
    KIND_SHUNT,
    KIND_RELAY,
    KIND_COUNTER,
    KIND_WALLBOX,
    KIND_BUTTON,
    KIND_EMULATION,
    DIALECT_KINDS
};

struct dialect_file {
    struct dialect *dialect;
    struct dbc *dbc; /* the dialect reads its messages: freed after it */
    enum dialect_kind kind;
    uint32_t node; /* the node its DBC is written for, 0 = none */
};

/* The word in the file: "pack", "shunt", .. */
const char *dialect_kind_name(enum dialect_kind kind);

/* Where FILE is: in the folder of `beside`, else in data_dir. False when in neither; out then
 * holds a list of the places looked at. */
bool dialect_find(char *out, size_t room, const char *file, const char *beside,
                  const char *data_dir);

/* Returns the number of mistakes, each printed to errors; *out is set only on 0. */
unsigned dialect_file_load(struct dialect_file *out, const char *path, const char *data_dir,
                           FILE *errors);

void dialect_file_free(struct dialect_file *file);

extern const struct yaml_schema dialect_schema;

#endif
