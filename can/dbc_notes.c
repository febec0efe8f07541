/* What a DBC says of its messages and signals behind them: comments, value tables, value types, multiplexer
 * ranges, attributes. A message or signal that was never declared is passed over, as real files have it. */
#include <string.h>

#include "can/codec.h"
#include "can/dbc_parser.h"

/* The message a later section names; one that was never declared is passed over as real files do. */
static bool target_take(struct parser *p, struct dbc_message **message)
{
    int64_t number;
    if (!parse_integer(p, "identifier", 0, UINT32_MAX, &number))
        return false;
    *message = parse_message_find(p, number);
    return true;
}

static bool signal_target_take(struct parser *p, struct dbc_message **message,
                               struct dbc_signal **signal)
{
    const char *name;
    if (!target_take(p, message) || !parse_name(p, "a signal name", &name))
        return false;
    int index = *message ? dbc_signal_index(*message, name) : -1;
    *signal = index < 0 ? NULL : &(*message)->signals[index];
    return true;
}

bool parse_comment(struct parser *p)
{
    struct dbc_message *message = NULL;
    struct dbc_signal *signal = NULL;
    const char *text;
    dbc_lex_next(&p->lexer);
    if (dbc_lex_is(&p->lexer.token, "BO_")) {
        dbc_lex_next(&p->lexer);
        if (!target_take(p, &message))
            return false;
    } else if (dbc_lex_is(&p->lexer.token, "SG_")) {
        dbc_lex_next(&p->lexer);
        if (!signal_target_take(p, &message, &signal))
            return false;
        message = NULL;
    } else if (p->lexer.token.kind == DBC_WORD) {
        dbc_lex_next(&p->lexer);
        if (p->lexer.token.kind == DBC_WORD)
            dbc_lex_next(&p->lexer);
    }
    if (!parse_string(p, "a comment in quotes", &text) || !parse_mark(p, ";"))
        return false;
    if (signal)
        signal->comment = text;
    else if (message)
        message->comment = text;
    return true;
}

bool parse_values(struct parser *p)
{
    struct dbc_message *message;
    struct dbc_signal *signal = NULL;
    struct dbc_value *values = NULL;
    size_t count = 0, room = 0;
    dbc_lex_next(&p->lexer);
    if (p->lexer.token.kind == DBC_NUMBER) {
        if (!signal_target_take(p, &message, &signal))
            return false;
    } else {
        const char *environment;
        if (!parse_name(p, "an identifier", &environment))
            return false;
    }
    while (p->lexer.token.kind == DBC_NUMBER) {
        struct dbc_value *value =
            dbc_memory_grow(p->memory, (void **)&values, &room, count, sizeof *value);
        int64_t raw;
        if (!value || !parse_integer(p, "value", -9.2e18, 9.2e18, &raw) ||
            !parse_string(p, "a text in quotes", &value->text))
            return false;
        value->raw = raw;
        count++;
    }
    if (signal) {
        signal->values = values;
        signal->value_count = count;
    }
    return parse_mark(p, ";");
}

bool parse_valtype(struct parser *p)
{
    struct dbc_message *message;
    struct dbc_signal *signal;
    int64_t kind;
    unsigned line = dbc_lex_next(&p->lexer).line;
    if (!signal_target_take(p, &message, &signal))
        return false;
    if (dbc_lex_is(&p->lexer.token, ":"))
        dbc_lex_next(&p->lexer);
    if (!parse_integer(p, "value type", 0, 3, &kind) || !parse_mark(p, ";"))
        return false;
    if (!signal || kind == 0 || kind == 3)
        return true;
    if (signal->length != (kind == 1 ? 32 : 64))
        return parse_wrong(p, line, "signal %s: a %s has %d bits, not %u", signal->name,
                           kind == 1 ? "float" : "double", kind == 1 ? 32 : 64, signal->length);
    signal->kind = kind == 1 ? DBC_FLOAT : DBC_DOUBLE;
    signal->is_signed = false;
    codec_plan(signal, message->length);
    return true;
}

/* SG_MUL_VAL_ 100 Signal Multiplexer 0-3, 7-7; */
bool parse_mul_val(struct parser *p)
{
    struct dbc_message *message;
    struct dbc_signal *signal;
    const char *chooser;
    struct dbc_range *ranges = NULL;
    size_t count = 0, room = 0;
    unsigned line = dbc_lex_next(&p->lexer).line;
    if (!signal_target_take(p, &message, &signal) || !parse_name(p, "a multiplexer", &chooser))
        return false;
    do {
        struct dbc_range *range =
            dbc_memory_grow(p->memory, (void **)&ranges, &room, count, sizeof *range);
        int64_t from, to;
        if (dbc_lex_is(&p->lexer.token, ","))
            dbc_lex_next(&p->lexer);
        if (!range || !parse_integer(p, "value", 0, 9.2e18, &from) ||
            !parse_integer(p, "a range such as 0-3", -9.2e18, 0, &to))
            return false;
        *range = (struct dbc_range){from, -to};
        count++;
    } while (dbc_lex_is(&p->lexer.token, ","));
    if (!signal)
        return parse_mark(p, ";");
    signal->mux_by = dbc_signal_index(message, chooser);
    if (signal->mux_by < 0)
        return parse_wrong(p, line, "signal %s: multiplexer %s is not in message %s", signal->name,
                           chooser, message->name);
    signal->mux_ranges = ranges;
    signal->mux_range_count = count;
    return parse_mark(p, ";");
}

static bool cycle_take(struct parser *p, struct dbc_message *message, struct dbc_signal *signal)
{
    double value = 0;
    (void)signal;
    if (!parse_number(p, "a time in ms", &value))
        return false;
    if (message && value >= 0 && value <= UINT32_MAX)
        message->cycle_ms = (uint32_t)value;
    return true;
}

/* Names above 32 characters stand shortened in BO_ and SG_, whole in these attributes. */
static bool message_name_take(struct parser *p, struct dbc_message *message,
                              struct dbc_signal *signal)
{
    const char *name = NULL;
    (void)signal;
    if (!parse_string(p, "a name in quotes", &name))
        return false;
    if (message)
        message->name = name;
    return true;
}

static bool signal_name_take(struct parser *p, struct dbc_message *message,
                             struct dbc_signal *signal)
{
    const char *name = NULL;
    (void)message;
    if (!parse_string(p, "a name in quotes", &name))
        return false;
    if (signal)
        signal->name = name;
    return true;
}

/* Attributes that mean something here; others are passed over. */
static const struct attribute {
    const char *name, *of;
    bool (*take)(struct parser *p, struct dbc_message *message, struct dbc_signal *signal);
} attributes[] = {
    {"GenMsgCycleTime", "BO_", cycle_take},
    {"SystemMessageLongSymbol", "BO_", message_name_take},
    {"SystemSignalLongSymbol", "SG_", signal_name_take},
};

/* BA_ "GenMsgCycleTime" BO_ 100 1000; */
bool parse_attribute(struct parser *p)
{
    const char *name;
    struct dbc_message *message = NULL;
    struct dbc_signal *signal = NULL;
    dbc_lex_next(&p->lexer);
    if (!parse_string(p, "an attribute name in quotes", &name))
        return false;
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
        const struct attribute *a = &attributes[i];
        if (strcmp(name, a->name) != 0 || !dbc_lex_is(&p->lexer.token, a->of))
            continue;
        bool of_signal = dbc_lex_is(&p->lexer.token, "SG_");
        dbc_lex_next(&p->lexer);
        bool found =
            of_signal ? signal_target_take(p, &message, &signal) : target_take(p, &message);
        return found && a->take(p, message, signal) && parse_mark(p, ";");
    }
    while (p->lexer.token.kind != DBC_END && !dbc_lex_is(&p->lexer.token, ";"))
        dbc_lex_next(&p->lexer);
    return parse_mark(p, ";");
}
