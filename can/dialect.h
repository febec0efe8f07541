/* A dialect: a DBC file plus a mapping, so that a BMS, shunt, relay board or node that
 * speaks plain frames needs no C.
 *
 * The mapping file (dbc/NAME.yaml) joins DBC signals to the named readings of a device
 * kind, and the kind's orders to the signals of frames we send. The app parses the YAML
 * into struct dialect_spec; dialect_compile checks every name and turns it into a flat
 * plan. Decoding is all or nothing per frame: one value outside its range (the DBC's or the
 * field's), a wrong length, a frozen counter, a wrong inverted copy or a device that says its own
 * measurement is wrong, and no reading changes.
 *
 *     name: pylontech-lv
 *     kind: pack                   # pack, shunt, relay, counter, wallbox, button
 *     dbc: lv-battery.dbc
 *     base: victron-lv             # another dialect, whose rows hold too, except of the messages
 *     without: [Cells]             # named here. A row here about a message replaces the base's
 *                                  # about it, rows about its signals replace all about them
 *     node: 0x10                   # node id the DBC's identifiers are written for, if any:
 *                                  # a device with node 0x12 listens 2 higher
 *     take:
 *       - {message: Limits, length: [6, 8]}          # lengths accepted; default the DBC's
 *       - {signal: Limits.CVL, field: cvl_mV, times: 1000}
 *       - {signal: Limits.DVL, field: dvl_mV, times: 1000, absent: [65535]}   # says nothing
 *       - {signal: Alarms.OverVoltage, field: alarms, bit: cell_high, raised: 1, cleared: 2}
 *       - {signal: Alarms.Forbidden, field: charge_ok, raised: 0, cleared: 0xAA}
 *       - {message: Identity, age_ms: 25000}         # sent seldom: stands this long
 *       - {message: Trouble, ends_ms: 3000}          # sent only while something is raised
 *       - {signal: State.Error, must: [0]}           # else the frame is not to be used
 *       - {message: State, counter: Counter}         # must move from frame to frame
 *       - {message: State, copy: [Outputs, OutputsInverted]}
 *     send:
 *       - {message: Heartbeat, every_ms: 1000}
 *       - {message: Command, every_ms: 100, signal: Outputs, order: outputs}
 *       - {message: Command, signal: OutputsInverted, order: outputs, inverted: true}
 *       - {message: Command, signal: Counter, counter: true}
 *       - {message: Limits, signal: CVL, order: cvl_mV, times: 0.001, min: 41000, max: 63000}
 *       - {message: Measured, length: 8}             # zero behind the signals; default the DBC's
 *       - {message: Maker, signal: Name, text: BUSBAR}   # ASCII, filled up with spaces
 *       - {message: AskCells, every_ms: 1000, phase_ms: 100}    # in turn with others
 *       - {message: AskCells, node_bit: 8}           # where the node id stands in the identifier
 *       - {message: Request, every_ms: 1000, fixed: true, signal: What, turn: [0, 0, 0, 2]}
 *
 * age_ms: values of a message that comes more seldom than their users accept. While the device's
 * other messages are taken, they are as old as the newest of those, until the message itself is
 * older than age_ms. The others age from their own frame.
 *
 * ends_ms: when the message has not come for this long while the device's other messages are taken,
 * the bits it raised are cleared.
 */
#ifndef BUSBAR_CAN_DIALECT_H
#define BUSBAR_CAN_DIALECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "can/dbc.h"
#include "can/frame.h"
#include "core/field.h"
#include "core/verdict.h"

/* As parsed from YAML, strings owned by the parser. A row has a message or a signal
 * ("Message.Signal"); unset members are NULL or 0, times 0 means 1. */
struct dialect_take {
    const char *message;
    const char *signal;
    const char *field;
    const char *bit;        /* this named bit of field */
    double times, plus;     /* physical * times + plus = the field's unit */
    int raised, cleared;    /* raw values that set and clear the bit; both 0 means 1 and 0; other
                             * raw values leave it. raised -1: every value but cleared sets it.
                             * Other values than 1 and 0 without a bit: they make the field 1 and
                             * 0. Where several signals of a frame share a bit, one that sets it is
                             * enough */
    int64_t *absent;        /* raw values that say nothing: the row is passed over */
    unsigned absent_count;
    int64_t *must;          /* raw values of a good frame; a row with these has no field */
    unsigned must_count;
    uint32_t age_ms;        /* of a message: see above; 0 = its values age from their own frame */
    uint32_t ends_ms;       /* of a message: see above; 0 = what it raised stays */
    uint8_t *length;        /* accepted frame lengths */
    unsigned length_count;
    const char *counter;    /* signal that must move */
    const char **copy;      /* two signals, the second the bitwise inverse of the first */
    unsigned copy_count;
    int line;               /* in the YAML file, for errors */
};

struct dialect_send {
    const char *message;
    uint32_t every_ms;
    const char *signal, *order;
    double times;           /* order * times = physical */
    double constant;
    double *turn;           /* physical values, one a frame in turn */
    unsigned turn_count;
    bool inverted, counter;
    int32_t min, max;       /* narrows the order's range; both 0 = as the field's */
    uint8_t length;         /* of the frame; 0 = the DBC's */
    const char *text;       /* for a little-endian signal of whole bytes */
    bool fixed;             /* of the message: the DBC's identifier, whatever the node */
    uint32_t phase_ms;      /* of the message: sent when the time is so far beyond a multiple of every_ms */
    uint8_t node_bit;       /* of the message: lowest bit of the node id in the identifier */
    int line;
};

struct dialect_spec {
    const char *name, *kind, *dbc, *base;
    const char **without;
    unsigned without_count;
    uint32_t node;
    struct dialect_take *take;
    unsigned take_count;
    struct dialect_send *send;
    unsigned send_count;
};

struct dialect;  /* compiled, immutable, shared by devices */

/* What one device of this dialect needs to remember. */
enum { DIALECT_MESSAGES = 24, DIALECT_ROWS = 64 };  /* rows: of one message */
struct dialect_state {
    uint64_t last_counter[DIALECT_MESSAGES];
    uint8_t frozen[DIALECT_MESSAGES];        /* frames since the counter moved */
    bool seen[DIALECT_MESSAGES];
    int64_t heard_ms[DIALECT_MESSAGES];      /* newest that was taken */
    int64_t due_ms[DIALECT_MESSAGES];        /* next sending */
    uint32_t sent[DIALECT_MESSAGES];
    uint8_t counter;
    struct verdict_counts verdicts;
};

/* Called once for each mistake, so that all are told in one run. */
typedef void dialect_error_fn(void *context, int line, const char *text);

/* NULL when there was any mistake. Allocates; start-up only. */
struct dialect *dialect_compile(const struct dialect_spec *spec, const struct dbc *dbc,
                                const struct field_table *readings,
                                const struct field_table *orders,
                                dialect_error_fn *error, void *context);
void dialect_free(struct dialect *dialect);

/* Takes and sends no frame: of devices that have a conversation of their own instead. */
extern const struct dialect dialect_none;

/* The identifiers a device at `node` listens to and sends: fills up to room, returns how many. */
struct dialect_id {
    uint32_t id;
    bool ext;
    uint8_t index, len;
};
size_t dialect_takes(const struct dialect *dialect, uint8_t node, struct dialect_id *ids,
                     size_t room);
size_t dialect_sends(const struct dialect *dialect, uint8_t node, struct dialect_id *ids,
                     size_t room);

/* Whether any message fills the reading at this offset of the kind's struct. */
bool dialect_fills(const struct dialect *dialect, size_t offset);

/* What the sent messages can hold of the order at this offset, in its unit; false: none tells it. */
bool dialect_tells(const struct dialect *dialect, size_t offset, int32_t *min, int32_t *max);

/* One frame into the readings struct (the kind's own, as its field table describes it).
 * index: from dialect_takes. Counts its verdict in state. Allocates nothing. */
enum verdict dialect_take_frame(const struct dialect *dialect, struct dialect_state *state,
                                uint8_t index, const struct frame *frame, void *readings,
                                int64_t now_ms);

/* Frames due now, from the orders struct. Returns how many were written to due. */
size_t dialect_due(const struct dialect *dialect, struct dialect_state *state, uint8_t node,
                   const void *orders, int64_t now_ms, struct frame *due, size_t room);

/* Makes every message of the dialect due at the next dialect_due: an order changed. */
void dialect_hurry(const struct dialect *dialect, struct dialect_state *state);

#endif
