#include "can/dialect.h"

#include <assert.h>
#include <string.h>

#include "can/codec.h"
#include "can/dialect_plan.h"
#include "core/reading.h"

static uint32_t id_of(const struct dialect *dialect, const struct dialect_message *plan,
                      uint8_t node)
{
    uint32_t id = plan->message->id;
    return dialect->node && !plan->fixed ? id + ((node - dialect->node) << plan->node_bit) : id;
}

static size_t ids_fill(const struct dialect *dialect, const struct dialect_message *messages,
                       size_t count, uint8_t node, struct dialect_id *ids, size_t room)
{
    for (size_t i = 0; i < count && i < room; i++)
        ids[i] = (struct dialect_id){.id = id_of(dialect, &messages[i], node),
                                     .ext = messages[i].message->ext,
                                     .index = (uint8_t)i,
                                     .len = messages[i].lengths[0]};
    return count;
}

const struct dialect dialect_none = {0};

size_t dialect_takes(const struct dialect *dialect, uint8_t node, struct dialect_id *ids,
                     size_t room)
{
    return ids_fill(dialect, dialect->takes, dialect->take_count, node, ids, room);
}

size_t dialect_sends(const struct dialect *dialect, uint8_t node, struct dialect_id *ids,
                     size_t room)
{
    return ids_fill(dialect, dialect->sends, dialect->send_count, node, ids, room);
}

bool dialect_fills(const struct dialect *dialect, size_t offset)
{
    for (size_t i = 0; i < dialect->take_count; i++)
        for (size_t r = 0; r < dialect->takes[i].row_count; r++)
            if (dialect->takes[i].rows[r].offset == offset)
                return true;
    return false;
}

bool dialect_tells(const struct dialect *dialect, size_t offset, int32_t *min, int32_t *max)
{
    bool tells = false;
    *min = INT32_MIN;
    *max = INT32_MAX;
    for (size_t i = 0; i < dialect->send_count; i++)
        for (size_t r = 0; r < dialect->sends[i].row_count; r++) {
            const struct dialect_row *row = &dialect->sends[i].rows[r];
            if (!row->order || row->offset != offset)
                continue;
            *min = row->min > *min ? row->min : *min;
            *max = row->max < *max ? row->max : *max;
            tells = true;
        }
    return tells;
}

/* --- taking --- */

static bool length_allowed(const struct dialect_message *plan, uint8_t len)
{
    for (size_t i = 0; i < plan->length_count; i++)
        if (plan->lengths[i] == len)
            return true;
    return false;
}

static uint64_t low_bits(const struct dbc_signal *signal)
{
    return UINT64_MAX >> (64 - signal->length);
}

static bool copy_agrees(const struct dialect_message *plan, const uint8_t *data)
{
    if (plan->copy == NO_SIGNAL)
        return true;
    const struct dbc_signal *a = &plan->message->signals[plan->copy];
    const struct dbc_signal *b = &plan->message->signals[plan->inverse];
    return (((uint64_t)codec_signal(a, data) ^ (uint64_t)codec_signal(b, data)) & low_bits(a)) ==
           low_bits(a);
}

/* True when the frame is new. Remembers nothing: a frame refused for another reason must not count. */
static bool counter_moved(const struct dialect_message *plan, const struct dialect_state *state,
                          uint8_t index, const uint8_t *data, uint64_t *now)
{
    *now = 0;
    if (plan->counter == NO_SIGNAL)
        return true;
    *now = (uint64_t)codec_signal(&plan->message->signals[plan->counter], data);
    return !state->seen[index] || *now != state->last_counter[index];
}

static bool among(int64_t value, const int64_t values[], uint8_t count)
{
    for (uint8_t i = 0; i < count; i++)
        if (values[i] == value)
            return true;
    return false;
}

/* Signals of this frame by its length and the multiplexers. */
static bool in_frame(const struct dialect_message *plan, int signal, const int64_t raw[],
                     uint8_t len)
{
    return plan->message->signals[signal].last_byte < len &&
           (!plan->message->muxed || codec_present(plan->message, raw, signal));
}

static bool guards_agree(const struct dialect_message *plan, const int64_t raw[], uint8_t len)
{
    for (uint8_t i = 0; i < plan->guard_count; i++) {
        const struct dialect_guard *guard = &plan->guards[i];
        if (in_frame(plan, guard->signal, raw, len) &&
            !among(raw[guard->signal], guard->values, guard->value_count))
            return false;
    }
    return true;
}

static bool row_applies(const struct dialect_message *plan, const struct dialect_row *row,
                        const int64_t raw[], uint8_t len)
{
    int signal = (int)(row->signal - plan->message->signals);
    return in_frame(plan, signal, raw, len) && !among(raw[signal], row->absent, row->absent_count);
}

static bool row_value(const struct dialect_row *row, int64_t raw, int32_t *value)
{
    double exact;
    if (row->ranged && (raw < row->raw_min || raw > row->raw_max))
        return false;
    if (row->exact && raw > INT32_MIN && raw < INT32_MAX) {
        int64_t wide = raw * row->scale_integer + row->shift_integer;
        if (wide < row->min || wide > row->max)
            return false;
        *value = (int32_t)wide;
        return true;
    }
    exact = codec_physical(row->signal, raw) * row->scale + row->shift;
    exact += exact < 0 ? -0.5 : 0.5;
    if (!(exact > (double)row->min - 1 && exact < (double)row->max + 1))
        return false;
    *value = (int32_t)exact;
    return *value >= row->min && *value <= row->max;
}

static bool bit_raised(const struct dialect_row *row, int64_t raw)
{
    return row->raised == -1 ? raw != row->cleared : raw == row->raised;
}

static struct reading *reading_at(void *readings, const struct dialect_row *row)
{
    return (struct reading *)(void *)((char *)readings + row->offset);
}

/* Every mapped value first, into values; false when one is out of range. */
static bool rows_value(const struct dialect_message *plan, const int64_t raw[], uint8_t len,
                       int32_t values[DIALECT_ROWS], bool applies[DIALECT_ROWS])
{
    for (size_t i = 0; i < plan->row_count; i++) {
        const struct dialect_row *row = &plan->rows[i];
        applies[i] = row_applies(plan, row, raw, len);
        if (applies[i] && row->bit == NO_BIT &&
            !row_value(row, raw[row->signal - plan->message->signals], &values[i]))
            return false;
    }
    return true;
}

static void rows_set(const struct dialect_message *plan, const int64_t raw[],
                     const int32_t values[DIALECT_ROWS], const bool applies[DIALECT_ROWS],
                     void *readings, int64_t now_ms)
{
    for (size_t i = 0; i < plan->row_count; i++) {
        const struct dialect_row *row = &plan->rows[i];
        if (!applies[i])
            continue;
        struct reading *reading = reading_at(readings, row);
        int32_t value = row->bit == NO_BIT ? values[i] : reading->value;
        if (row->bit != NO_BIT && raw[row->signal - plan->message->signals] == row->cleared)
            value &= ~(int32_t)(1u << row->bit);
        reading_set(reading, value, now_ms);
    }
}

/* After all that clear: where signals share a bit, one that raises it is enough. */
static void bits_raise(const struct dialect_message *plan, const int64_t raw[],
                       const bool applies[DIALECT_ROWS], void *readings)
{
    for (size_t i = 0; i < plan->row_count; i++) {
        const struct dialect_row *row = &plan->rows[i];
        if (applies[i] && row->bit != NO_BIT &&
            bit_raised(row, raw[row->signal - plan->message->signals]))
            reading_at(readings, row)->value |= (int32_t)(1u << row->bit);
    }
}

static enum verdict frame_take(const struct dialect_message *plan, struct dialect_state *state,
                               uint8_t index, const struct frame *frame, void *readings,
                               int64_t now_ms)
{
    int64_t raw[DIALECT_ROWS * 4];
    int32_t values[DIALECT_ROWS];
    bool applies[DIALECT_ROWS];
    uint64_t counter;
    if (frame->flags & (FRAME_RTR | FRAME_ERR | FRAME_OWN))
        return VERDICT_FOREIGN;
    if (!length_allowed(plan, frame->len))
        return VERDICT_LENGTH;
    if (!copy_agrees(plan, frame->data))
        return VERDICT_CHECK;
    if (!counter_moved(plan, state, index, frame->data, &counter)) {
        if (state->frozen[index] < UINT8_MAX)
            state->frozen[index]++;
        return VERDICT_FROZEN;
    }
    codec_decode(plan->message, frame->data, raw);
    if (!guards_agree(plan, raw, frame->len))
        return VERDICT_CHECK;
    if (!rows_value(plan, raw, frame->len, values, applies))
        return VERDICT_RANGE;
    rows_set(plan, raw, values, applies, readings, now_ms);
    bits_raise(plan, raw, applies, readings);
    state->last_counter[index] = counter;
    state->seen[index] = true;
    state->frozen[index] = 0;
    state->heard_ms[index] = now_ms;
    return VERDICT_TAKEN;
}

/* Values of messages that come seldom, while the device talks: what was set or restated since the
 * message came stays as new as the device's newest frame. */
static void seldom_restate(const struct dialect *dialect, const struct dialect_state *state,
                           void *readings, int64_t now_ms)
{
    for (size_t i = 0; i < dialect->take_count; i++) {
        const struct dialect_message *plan = &dialect->takes[i];
        if (plan->age_ms == 0 || !state->seen[i] || now_ms - state->heard_ms[i] > plan->age_ms)
            continue;
        for (size_t r = 0; r < plan->row_count; r++) {
            struct reading *reading = reading_at(readings, &plan->rows[r]);
            if (reading->heard_ms >= state->heard_ms[i])
                reading->heard_ms = now_ms;
        }
    }
}

/* A device that talks, but not of trouble any more. */
static void ended_clear(const struct dialect *dialect, const struct dialect_state *state,
                        void *readings, int64_t now_ms)
{
    for (size_t i = 0; i < dialect->take_count; i++) {
        const struct dialect_message *plan = &dialect->takes[i];
        if (plan->ends_ms == 0 || !state->seen[i] || now_ms - state->heard_ms[i] <= plan->ends_ms)
            continue;
        for (size_t r = 0; r < plan->row_count; r++) {
            const struct dialect_row *row = &plan->rows[r];
            struct reading *reading = reading_at(readings, row);
            if (row->bit != NO_BIT)
                reading_set(reading, reading->value & ~(int32_t)(1u << row->bit), now_ms);
        }
    }
}

enum verdict dialect_take_frame(const struct dialect *dialect, struct dialect_state *state,
                                uint8_t index, const struct frame *frame, void *readings,
                                int64_t now_ms)
{
    assert(index < dialect->take_count);
    enum verdict verdict =
        frame_take(&dialect->takes[index], state, index, frame, readings, now_ms);
    state->verdicts.n[verdict]++;
    if (verdict == VERDICT_TAKEN) {
        seldom_restate(dialect, state, readings, now_ms);
        ended_clear(dialect, state, readings, now_ms);
    }
    return verdict;
}

/* --- sending --- */

/* sent: how many frames of this message left before. */
static int64_t row_raw(const struct dialect_row *row, const struct dialect_state *state,
                       uint32_t sent, const void *orders)
{
    if (row->counter)
        return state->counter;
    if (row->text)
        return (int64_t)row->text_raw;
    double value = row->turn_count ? row->turn[sent % row->turn_count] : row->shift;
    if (row->order) {
        int32_t order;
        memcpy(&order, (const char *)orders + row->offset, sizeof order);
        order = order < row->min ? row->min : order > row->max ? row->max : order;
        value += (double)order * row->scale;
    }
    int64_t raw = codec_raw(row->signal, value);
    return row->inverted ? ~raw : raw;
}

static void frame_make(const struct dialect *dialect, size_t index, struct dialect_state *state,
                       uint8_t node, const void *orders, struct frame *frame)
{
    const struct dialect_message *plan = &dialect->sends[index];
    uint32_t sent = state->sent[index]++;
    *frame = (struct frame){.id = id_of(dialect, plan, node),
                            .len = plan->lengths[0],
                            .flags = plan->message->ext ? FRAME_EXT : 0};
    state->counter++;
    for (size_t i = 0; i < plan->row_count; i++)
        codec_put(plan->rows[i].signal, row_raw(&plan->rows[i], state, sent, orders), frame->data);
}

/* When the message is next due after now. */
static int64_t due_next(const struct dialect_message *plan, int64_t now_ms)
{
    if (plan->phase_ms == 0)
        return now_ms + plan->every_ms;
    return now_ms - (now_ms - plan->phase_ms) % plan->every_ms + plan->every_ms;
}

size_t dialect_due(const struct dialect *dialect, struct dialect_state *state, uint8_t node,
                   const void *orders, int64_t now_ms, struct frame *due, size_t room)
{
    size_t count = 0;
    for (size_t i = 0; i < dialect->send_count && count < room; i++) {
        const struct dialect_message *plan = &dialect->sends[i];
        if (plan->phase_ms && state->due_ms[i] == 0)
            state->due_ms[i] = due_next(plan, now_ms);
        if (now_ms < state->due_ms[i])
            continue;
        frame_make(dialect, i, state, node, orders, &due[count++]);
        state->due_ms[i] = due_next(plan, now_ms);
    }
    return count;
}

void dialect_hurry(const struct dialect *dialect, struct dialect_state *state)
{
    for (size_t i = 0; i < dialect->send_count; i++)
        state->due_ms[i] = 0;
}
