#include "can/dialect.h"

#include <assert.h>
#include <string.h>

#include "can/codec.h"
#include "can/dialect_plan.h"
#include "core/reading.h"

static uint32_t id_of(const struct dialect *dialect, const struct dbc_message *message,
                      uint8_t node)
{
    return dialect->node ? message->id + node - dialect->node : message->id;
}

static size_t ids_fill(const struct dialect *dialect, const struct dialect_message *messages,
                       size_t count, uint8_t node, struct dialect_id *ids, size_t room)
{
    for (size_t i = 0; i < count && i < room; i++)
        ids[i] = (struct dialect_id){.id = id_of(dialect, messages[i].message, node),
                                     .ext = messages[i].message->ext,
                                     .index = (uint8_t)i,
                                     .len = messages[i].lengths[0]};
    return count;
}

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

/* Signals of this frame by the multiplexers; everything where there are none. */
static bool row_applies(const struct dialect_message *plan, const struct dialect_row *row,
                        const int64_t raw[], uint8_t len)
{
    if (row->signal->last_byte >= len)
        return false;
    return !plan->message->muxed ||
           codec_present(plan->message, raw, (int)(row->signal - plan->message->signals));
}

static bool row_value(const struct dialect_row *row, int64_t raw, int32_t *value)
{
    double exact;
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

static int32_t bit_apply(const struct dialect_row *row, int64_t raw, int32_t bits)
{
    int32_t mask = (int32_t)(1u << row->bit);
    bool raised = row->raised == -1 ? raw != row->cleared : raw == row->raised;
    return raised ? bits | mask : raw == row->cleared ? bits & ~mask : bits;
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
        int32_t value =
            row->bit == NO_BIT
                ? values[i]
                : bit_apply(row, raw[row->signal - plan->message->signals], reading->value);
        reading_set(reading, value, now_ms);
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
    if (!rows_value(plan, raw, frame->len, values, applies))
        return VERDICT_RANGE;
    rows_set(plan, raw, values, applies, readings, now_ms);
    state->last_counter[index] = counter;
    state->seen[index] = true;
    state->frozen[index] = 0;
    return VERDICT_TAKEN;
}

enum verdict dialect_take_frame(const struct dialect *dialect, struct dialect_state *state,
                                uint8_t index, const struct frame *frame, void *readings,
                                int64_t now_ms)
{
    assert(index < dialect->take_count);
    enum verdict verdict =
        frame_take(&dialect->takes[index], state, index, frame, readings, now_ms);
    state->verdicts.n[verdict]++;
    return verdict;
}

/* --- sending --- */

static int64_t row_raw(const struct dialect_row *row, const struct dialect_state *state,
                       const void *orders)
{
    if (row->counter)
        return state->counter;
    if (row->text)
        return (int64_t)row->text_raw;
    double value = row->shift;
    if (row->order) {
        int32_t order;
        memcpy(&order, (const char *)orders + row->offset, sizeof order);
        order = order < row->min ? row->min : order > row->max ? row->max : order;
        value += (double)order * row->scale;
    }
    int64_t raw = codec_raw(row->signal, value);
    return row->inverted ? ~raw : raw;
}

static void frame_make(const struct dialect *dialect, const struct dialect_message *plan,
                       struct dialect_state *state, uint8_t node, const void *orders,
                       struct frame *frame)
{
    *frame = (struct frame){.id = id_of(dialect, plan->message, node),
                            .len = plan->lengths[0],
                            .flags = plan->message->ext ? FRAME_EXT : 0};
    state->counter++;
    for (size_t i = 0; i < plan->row_count; i++)
        codec_put(plan->rows[i].signal, row_raw(&plan->rows[i], state, orders), frame->data);
}

size_t dialect_due(const struct dialect *dialect, struct dialect_state *state, uint8_t node,
                   const void *orders, int64_t now_ms, struct frame *due, size_t room)
{
    size_t count = 0;
    for (size_t i = 0; i < dialect->send_count && count < room; i++) {
        const struct dialect_message *plan = &dialect->sends[i];
        if (now_ms < state->due_ms[i])
            continue;
        frame_make(dialect, plan, state, node, orders, &due[count++]);
        state->due_ms[i] = now_ms + plan->every_ms;
    }
    return count;
}

void dialect_hurry(const struct dialect *dialect, struct dialect_state *state)
{
    for (size_t i = 0; i < dialect->send_count; i++)
        state->due_ms[i] = 0;
}
