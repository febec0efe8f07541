/* A compiled dialect, as dialect_compile.c makes it and dialect.c runs it. */
#ifndef BUSBAR_CAN_DIALECT_PLAN_H
#define BUSBAR_CAN_DIALECT_PLAN_H

#include "can/dialect.h"

enum { NO_SIGNAL = -1, NO_BIT = -1, LENGTHS = 8, VALUES = 4, GUARDS = 4 };

/* value = raw * scale + shift, exactly in integers where the DBC's factors allow it. */
struct dialect_row {
    const struct dbc_signal *signal;
    size_t offset;                   /* of the struct reading or the order */
    int32_t min, max;
    bool exact;
    int64_t scale_integer, shift_integer;
    double scale, shift;
    int bit;
    int64_t raised, cleared;
    bool ranged;                     /* the DBC gives a range: */
    int64_t raw_min, raw_max;
    int64_t absent[VALUES];
    uint8_t absent_count;
    double turn[VALUES];             /* sending only */
    uint8_t turn_count;
    bool inverted, counter;          /* sending only */
    bool order;                      /* sending: value comes from the orders, else shift alone */
    bool text;                       /* sending: the bytes of text_raw */
    uint64_t text_raw;
};

/* A frame is taken only while this signal has one of these values. */
struct dialect_guard {
    int signal;
    int64_t values[VALUES];
    uint8_t value_count;
};

struct dialect_message {
    const struct dbc_message *message;
    uint8_t lengths[LENGTHS], length_count;
    int counter, copy, inverse;      /* signal indices, NO_SIGNAL = none */
    struct dialect_guard guards[GUARDS];
    uint8_t guard_count;
    uint32_t every_ms;
    uint32_t age_ms;
    uint32_t ends_ms;
    uint32_t phase_ms;
    bool fixed;
    uint8_t node_bit;
    struct dialect_row rows[DIALECT_ROWS];
    size_t row_count;
};

struct dialect {
    uint32_t node;                   /* the DBC's identifiers are written for it; 0 = fixed */
    struct dialect_message takes[DIALECT_MESSAGES], sends[DIALECT_MESSAGES];
    size_t take_count, send_count;
};

#endif
