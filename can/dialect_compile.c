/* From the mapping's words to a flat plan. Every wrong name is told with the names that exist. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "can/dialect_plan.h"

struct compiler {
    struct dialect *dialect;
    const struct dbc *dbc;
    const struct field_table *readings, *orders;
    dialect_error_fn *error;
    void *context;
    int mistakes;
};

enum { TEXT_SIZE = 512 };

static void wrong(struct compiler *c, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void wrong(struct compiler *c, int line, const char *format, ...)
{
    char text[TEXT_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    c->error(c->context, line, text);
    c->mistakes++;
}

static void names_add(char *list, const char *name)
{
    size_t used = strlen(list);
    if (used + strlen(name) + 3 < TEXT_SIZE / 2)
        snprintf(list + used, TEXT_SIZE / 2 - used, "%s%s", used ? ", " : "", name);
}

static const struct field *field_find(struct compiler *c, const struct field_table *table,
                                      const char *name, int line)
{
    char list[TEXT_SIZE / 2] = "";
    for (size_t i = 0; table && i < table->count; i++) {
        if (strcmp(table->rows[i].name, name) == 0)
            return &table->rows[i];
        names_add(list, table->rows[i].name);
    }
    wrong(c, line, "field \"%.60s\" is unknown: %s", name, *list ? list : "this kind has none");
    return NULL;
}

static int bit_find(struct compiler *c, const struct field *field, const char *name, int line)
{
    char list[TEXT_SIZE / 2] = "";
    for (int i = 0; field->bits && field->bits[i]; i++) {
        if (strcmp(field->bits[i], name) == 0)
            return i;
        names_add(list, field->bits[i]);
    }
    wrong(c, line, "bit \"%.60s\" of %s is unknown: %s", name, field->name,
          *list ? list : "it has no bits");
    return NO_BIT;
}

static const struct dbc_message *message_find(struct compiler *c, const char *name, int line)
{
    const struct dbc_message *message = dbc_message_by_name(c->dbc, name);
    char list[TEXT_SIZE / 2] = "";
    for (size_t i = 0; !message && i < c->dbc->message_count; i++)
        names_add(list, c->dbc->messages[i].name);
    if (!message)
        wrong(c, line, "message \"%.60s\" is not in the DBC file: %s", name, list);
    return message;
}

static int signal_find(struct compiler *c, const struct dbc_message *message, const char *name,
                       int line)
{
    int index = dbc_signal_index(message, name);
    char list[TEXT_SIZE / 2] = "";
    for (size_t i = 0; index < 0 && i < message->signal_count; i++)
        names_add(list, message->signals[i].name);
    if (index < 0)
        wrong(c, line, "signal \"%.60s\" is not in message %s: %s", name, message->name, list);
    return index;
}

/* "Message.Signal" */
static const struct dbc_message *path_find(struct compiler *c, const char *path, int line,
                                           int *signal)
{
    char name[128];
    const char *dot = strchr(path, '.');
    if (!dot || dot == path || (size_t)(dot - path) >= sizeof name) {
        wrong(c, line, "signal \"%.60s\" is not allowed: Message.Signal", path);
        return NULL;
    }
    memcpy(name, path, (size_t)(dot - path));
    name[dot - path] = '\0';
    const struct dbc_message *message = message_find(c, name, line);
    *signal = message ? signal_find(c, message, dot + 1, line) : NO_SIGNAL;
    return *signal < 0 ? NULL : message;
}

/* The plan of a message in messages, made when it is not there yet. */
static struct dialect_message *plan_of(struct compiler *c, struct dialect_message *messages,
                                       size_t *count, const struct dbc_message *message, int line)
{
    for (size_t i = 0; i < *count; i++)
        if (messages[i].message == message)
            return &messages[i];
    if (*count == DIALECT_MESSAGES || message->signal_count > DIALECT_ROWS * 4) {
        wrong(c, line, "message %s: at most %d messages of %d signals fit", message->name,
              DIALECT_MESSAGES, DIALECT_ROWS * 4);
        return NULL;
    }
    struct dialect_message *plan = &messages[(*count)++];
    *plan = (struct dialect_message){.message = message,
                                     .lengths = {message->length},
                                     .length_count = 1,
                                     .counter = NO_SIGNAL,
                                     .copy = NO_SIGNAL,
                                     .inverse = NO_SIGNAL};
    return plan;
}

static struct dialect_row *row_add(struct compiler *c, struct dialect_message *plan, int signal,
                                   int line)
{
    if (plan->row_count == DIALECT_ROWS) {
        wrong(c, line, "message %s: at most %d rows fit", plan->message->name, DIALECT_ROWS);
        return NULL;
    }
    struct dialect_row *row = &plan->rows[plan->row_count++];
    *row = (struct dialect_row){.signal = &plan->message->signals[signal], .bit = NO_BIT};
    return row;
}

static bool nearly_integer(double value, int64_t *integer)
{
    double nearest = round(value);
    *integer = (int64_t)nearest;
    return fabs(nearest) < 1e9 && fabs(value - nearest) <= fabs(value) * 1e-9;
}

/* The raw values inside the DBC's range, where it gives one. */
static void raw_range(struct dialect_row *row)
{
    const struct dbc_signal *s = row->signal;
    double a = (s->min - s->offset) / s->factor, b = (s->max - s->offset) / s->factor;
    row->ranged = s->kind == DBC_INTEGER && s->min < s->max && fabs(a) < 9e15 && fabs(b) < 9e15;
    if (!row->ranged)
        return;
    row->raw_min = (int64_t)ceil(fmin(a, b) - 1e-6);
    row->raw_max = (int64_t)floor(fmax(a, b) + 1e-6);
}

static uint8_t values_copy(struct compiler *c, int line, const int64_t *from, unsigned count,
                           int64_t to[VALUES])
{
    if (count > VALUES)
        wrong(c, line, "at most %d values fit", VALUES);
    for (unsigned i = 0; i < count && i < VALUES; i++)
        to[i] = from[i];
    return (uint8_t)(count < VALUES ? count : VALUES);
}

/* --- take rows --- */

static void message_row(struct compiler *c, const struct dialect_take *take)
{
    const struct dbc_message *message = message_find(c, take->message, take->line);
    struct dialect_message *plan =
        message ? plan_of(c, c->dialect->takes, &c->dialect->take_count, message, take->line)
                : NULL;
    if (!plan)
        return;
    if (take->length_count > LENGTHS)
        wrong(c, take->line, "message %s: at most %d lengths", message->name, LENGTHS);
    for (unsigned i = 0; i < take->length_count && i < LENGTHS; i++) {
        if (take->length[i] > 64)
            wrong(c, take->line, "length %u is not allowed: 0 to 64", take->length[i]);
        plan->lengths[i] = take->length[i];
        plan->length_count = (uint8_t)(i + 1);
    }
    if (take->age_ms)
        plan->age_ms = take->age_ms;
    if (take->ends_ms)
        plan->ends_ms = take->ends_ms;
    if (take->counter)
        plan->counter = signal_find(c, message, take->counter, take->line);
    if (take->copy_count != 0 && take->copy_count != 2) {
        wrong(c, take->line, "copy needs two signals, the second the inverse of the first");
    } else if (take->copy_count == 2) {
        plan->copy = signal_find(c, message, take->copy[0], take->line);
        plan->inverse = signal_find(c, message, take->copy[1], take->line);
        if (plan->inverse < 0)
            plan->copy = NO_SIGNAL;
    }
}

static void guard_row(struct compiler *c, const struct dialect_take *take)
{
    int signal;
    const struct dbc_message *message = path_find(c, take->signal, take->line, &signal);
    struct dialect_message *plan =
        message ? plan_of(c, c->dialect->takes, &c->dialect->take_count, message, take->line)
                : NULL;
    if (!plan)
        return;
    if (plan->guard_count == GUARDS || take->field) {
        wrong(c, take->line, "signal %.60s: at most %d signals of a message must, without a field",
              take->signal, GUARDS);
        return;
    }
    struct dialect_guard *guard = &plan->guards[plan->guard_count++];
    guard->signal = signal;
    guard->value_count = values_copy(c, take->line, take->must, take->must_count, guard->values);
}

static void row_values(struct compiler *c, const struct dialect_take *take,
                       const struct field *field, struct dialect_row *row)
{
    double times = take->times == 0 ? 1 : take->times;
    const struct dbc_signal *s = row->signal;
    row->offset = field->offset;
    row->min = field->min;
    row->max = field->max;
    row->scale = times;
    row->shift = take->plus;
    row->exact = s->kind == DBC_INTEGER && nearly_integer(s->factor * times, &row->scale_integer) &&
                 nearly_integer(s->offset * times + take->plus, &row->shift_integer);
    raw_range(row);
    if (take->bit)
        row->bit = bit_find(c, field, take->bit, take->line);
    else if ((take->raised != 0 && take->raised != 1) || take->cleared != 0)
        row->bit = 0;
    row->raised = take->raised == 0 && take->cleared == 0 ? 1 : take->raised;
    row->cleared = take->cleared;
    row->absent_count = values_copy(c, take->line, take->absent, take->absent_count, row->absent);
}

static void signal_row(struct compiler *c, const struct dialect_take *take)
{
    int signal;
    const struct dbc_message *message = path_find(c, take->signal, take->line, &signal);
    if (!take->field) {
        wrong(c, take->line, "signal %.60s: a field is missing", take->signal);
        return;
    }
    const struct field *field = field_find(c, c->readings, take->field, take->line);
    struct dialect_message *plan =
        message ? plan_of(c, c->dialect->takes, &c->dialect->take_count, message, take->line)
                : NULL;
    struct dialect_row *row = plan && field ? row_add(c, plan, signal, take->line) : NULL;
    if (row)
        row_values(c, take, field, row);
}

/* --- send rows --- */

static void send_text(struct compiler *c, struct dialect_row *row, const struct dialect_send *send)
{
    size_t bytes = row->signal->length / 8u, given = strlen(send->text);
    if (row->signal->big_endian || row->signal->length % 8 || given > bytes) {
        wrong(c, send->line, "text \"%.60s\" does not fit signal %s of %u bits", send->text,
              row->signal->name, row->signal->length);
        return;
    }
    row->text = true;
    for (size_t i = bytes; i-- > 0;)
        row->text_raw = row->text_raw << 8 | (uint8_t)(i < given ? send->text[i] : ' ');
}

/* A range that the dialect's document gives, in the order's unit. */
static void send_range(struct compiler *c, struct dialect_row *row, const struct dialect_send *send)
{
    if (send->min == 0 && send->max == 0)
        return;
    if (send->min > send->max || send->min < row->min || send->max > row->max)
        wrong(c, send->line, "range %d to %d is not allowed: inside %d to %d", send->min, send->max,
              row->min, row->max);
    row->min = send->min;
    row->max = send->max;
}

/* What a row says of its message. */
static struct dialect_message *send_plan(struct compiler *c, const struct dialect_send *send)
{
    const struct dbc_message *message = message_find(c, send->message, send->line);
    struct dialect_message *plan =
        message ? plan_of(c, c->dialect->sends, &c->dialect->send_count, message, send->line)
                : NULL;
    if (!plan)
        return NULL;
    if (send->every_ms)
        plan->every_ms = send->every_ms;
    if (send->length > 64)
        wrong(c, send->line, "length %u is not allowed: 1 to 64", send->length);
    else if (send->length)
        plan->lengths[0] = send->length;
    plan->fixed |= send->fixed;
    if (send->phase_ms)
        plan->phase_ms = send->phase_ms;
    if (send->node_bit)
        plan->node_bit = send->node_bit;
    return plan;
}

static void send_values(struct compiler *c, const struct dialect_send *send,
                        struct dialect_row *row)
{
    row->scale = send->times == 0 ? 1 : send->times;
    row->shift = send->constant;
    row->inverted = send->inverted;
    row->counter = send->counter;
    if (send->text)
        send_text(c, row, send);
    if (send->turn_count > VALUES)
        wrong(c, send->line, "at most %d values fit", VALUES);
    for (unsigned i = 0; i < send->turn_count && i < VALUES; i++)
        row->turn[row->turn_count++] = send->turn[i];
}

static void send_row(struct compiler *c, const struct dialect_send *send)
{
    char path[160];
    int signal = NO_SIGNAL;
    if (!send->message) {
        wrong(c, send->line, "a message is missing");
        return;
    }
    struct dialect_message *plan = send_plan(c, send);
    if (!plan || !send->signal)
        return;
    snprintf(path, sizeof path, "%.60s.%.60s", send->message, send->signal);
    if (!path_find(c, path, send->line, &signal))
        return;
    struct dialect_row *row = row_add(c, plan, signal, send->line);
    if (!row)
        return;
    send_values(c, send, row);
    if (!send->order)
        return;
    const struct field *field = field_find(c, c->orders, send->order, send->line);
    if (!field)
        return;
    row->order = true;
    row->offset = field->offset;
    row->min = field->min;
    row->max = field->max;
    send_range(c, row, send);
}

static void sends_check(struct compiler *c)
{
    for (size_t i = 0; i < c->dialect->send_count; i++) {
        const struct dialect_message *plan = &c->dialect->sends[i];
        if (plan->every_ms == 0)
            wrong(c, 0, "message %s is sent, but no row says every_ms", plan->message->name);
        for (size_t r = 0; r < plan->row_count; r++)
            if (plan->rows[r].signal->last_byte >= plan->lengths[0])
                wrong(c, 0, "message %s: signal %s lies behind its %u bytes", plan->message->name,
                      plan->rows[r].signal->name, plan->lengths[0]);
    }
}

struct dialect *dialect_compile(const struct dialect_spec *spec, const struct dbc *dbc,
                                const struct field_table *readings,
                                const struct field_table *orders, dialect_error_fn *error,
                                void *context)
{
    struct dialect *dialect = calloc(1, sizeof *dialect);
    struct compiler c = {dialect, dbc, readings, orders, error, context, 0};
    if (!dialect) {
        wrong(&c, 0, "no memory");
        return NULL;
    }
    dialect->node = spec->node;
    for (unsigned i = 0; i < spec->take_count; i++) {
        const struct dialect_take *take = &spec->take[i];
        if (take->signal && take->must_count)
            guard_row(&c, take);
        else if (take->signal)
            signal_row(&c, take);
        else if (take->message)
            message_row(&c, take);
        else
            wrong(&c, take->line, "a row needs a message or a signal");
    }
    for (unsigned i = 0; i < spec->send_count; i++)
        send_row(&c, &spec->send[i]);
    sends_check(&c);
    if (c.mistakes == 0)
        return dialect;
    free(dialect);
    return NULL;
}

void dialect_free(struct dialect *dialect)
{
    free(dialect);
}
