/* DBC files, read at run time and compiled to a flat signal plan.
 *
 * Reads what real files hold: both byte orders, signed, float and double signals, simple and extended
 * multiplexing, value tables, attributes, comments, 29-bit and FD messages, lengths to 64 bytes.
 * Sections it does not know are passed over and counted. Everything is allocated at load and
 * immutable after; decoding (can/codec.h) allocates nothing. */
#ifndef BUSBAR_CAN_DBC_H
#define BUSBAR_CAN_DBC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct dbc_value {
    int64_t raw;
    const char *text;
};

struct dbc_range {
    int64_t from, to;
};

enum dbc_kind { DBC_INTEGER, DBC_FLOAT, DBC_DOUBLE };

enum { DBC_NOT_MUXED = -1 };

/* How the codec reaches the bits: see can/codec.c. */
struct dbc_plan {
    uint8_t byte, up, down, flags;
    uint64_t sign;
};

/* A whole message of up to 8 bytes in one byte order: all signals side by side, DBC_LANES at a time. */
enum { DBC_LANES = 4 };
struct dbc_lanes {
    uint64_t shift[DBC_LANES], mask[DBC_LANES], sign[DBC_LANES];
};

struct dbc_signal {
    const char *name, *unit, *comment;   /* unit and comment "" when absent */
    uint16_t start;                      /* as in the file: LSB (Intel) or MSB (Motorola) */
    uint8_t length;                      /* 1..64 bits */
    bool big_endian, is_signed;
    enum dbc_kind kind;
    double factor, offset, min, max;     /* min = max = 0: no range given */
    bool is_mux;                         /* others are chosen by its raw value */
    int mux_by;                          /* index of the signal that chooses this one */
    const struct dbc_range *mux_ranges;
    size_t mux_range_count;
    const struct dbc_value *values;
    size_t value_count;
    uint8_t last_byte;                   /* highest byte it touches */
    struct dbc_plan plan;
};

struct dbc_message {
    const char *name, *comment;
    uint32_t id;
    bool ext;
    uint8_t length;                      /* bytes, 0..64 */
    uint32_t cycle_ms;                   /* attribute GenMsgCycleTime, 0 = none */
    bool muxed;                          /* any signal is chosen by another */
    struct dbc_signal *signals;
    size_t signal_count;
    const struct dbc_lanes *lanes;       /* NULL where they do not fit: signal by signal then */
    size_t lane_blocks;
    bool lanes_big;                      /* Motorola */
};

struct dbc {
    struct dbc_message *messages;
    size_t message_count;
    unsigned skipped;                    /* sections passed over */
    void *memory;                        /* of everything above */
};

enum { DBC_SIGNALS_MAX = 2048 };         /* of one message */

/* Loads a DBC file. Every mistake is printed to errors as "file:line: what was expected".
 * Returns 0, a negative errno, or the number of mistakes; *out is set only on 0. */
int dbc_load(struct dbc **out, const char *path, FILE *errors);

/* The same from text; name stands in the errors. */
int dbc_parse(struct dbc **out, const char *name, const char *text, size_t length, FILE *errors);

void dbc_free(struct dbc *dbc);

const struct dbc_message *dbc_message_by_id(const struct dbc *dbc, uint32_t id, bool ext);
const struct dbc_message *dbc_message_by_name(const struct dbc *dbc, const char *name);

/* Index of the signal in its message, -1 when there is none of this name. */
int dbc_signal_index(const struct dbc_message *message, const char *name);

/* The table's text for a raw value, or NULL. */
const char *dbc_value_text(const struct dbc_signal *signal, int64_t raw);

#endif
