/* One DBC file into messages and signals. A section that cannot be read is told with its line and
 * passed over to its end, so that all mistakes come in one run. */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "can/codec.h"
#include "can/dbc.h"
#include "can/dbc_lex.h"
#include "can/dbc_memory.h"

struct parser {
    struct dbc_lexer lexer;
    struct dbc *dbc;
    struct dbc_memory *memory;
    const char *name;
    FILE *errors;
    int mistakes;
    size_t message_room, signal_room;
    struct dbc_message *message;        /* SG_ lines belong to it; NULL when it was refused */
};

static bool wrong(struct parser *p, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool wrong(struct parser *p, unsigned line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(p->errors, "%s:%u: ", p->name, line);
    vfprintf(p->errors, format, args);
    fputc('\n', p->errors);
    va_end(args);
    p->mistakes++;
    return false;
}

static bool unexpected(struct parser *p, const char *expected)
{
    const struct dbc_token *t = &p->lexer.token;
    if (t->kind == DBC_END)
        return wrong(p, t->line, "the file ends where %s was expected", expected);
    return wrong(p, t->line, "\"%.*s\" where %s was expected",
                 (int)(t->length < 40 ? t->length : 40), t->text, expected);
}

static bool mark_take(struct parser *p, const char *mark)
{
    if (!dbc_lex_is(&p->lexer.token, mark)) {
        char expected[8];
        snprintf(expected, sizeof expected, "\"%s\"", mark);
        return unexpected(p, expected);
    }
    dbc_lex_next(&p->lexer);
    return true;
}

static bool number_take(struct parser *p, const char *what, double *out)
{
    if (p->lexer.token.kind != DBC_NUMBER)
        return unexpected(p, what);
    *out = dbc_lex_next(&p->lexer).number;
    return true;
}

static bool integer_take(struct parser *p, const char *what, double least, double most, int64_t *out)
{
    double number = 0;
    unsigned line = p->lexer.token.line;
    if (!number_take(p, what, &number))
        return false;
    if (!(number >= least && number <= most) || number != (double)(int64_t)number)
        return wrong(p, line, "%s %g is not allowed: %.0f to %.0f", what, number, least, most);
    *out = (int64_t)number;
    return true;
}

static bool name_take(struct parser *p, const char *what, const char **out)
{
    if (p->lexer.token.kind != DBC_WORD)
        return unexpected(p, what);
    struct dbc_token token = dbc_lex_next(&p->lexer);
    *out = dbc_memory_string(p->memory, token.text, token.length);
    return *out != NULL;
}

static bool string_take(struct parser *p, const char *what, const char **out)
{
    if (p->lexer.token.kind != DBC_STRING)
        return unexpected(p, what);
    struct dbc_token token = dbc_lex_next(&p->lexer);
    *out = dbc_memory_string(p->memory, token.text, token.length);
    return *out != NULL;
}

/* --- BO_ and SG_ --- */

static struct dbc_message *message_find(struct parser *p, int64_t number)
{
    uint32_t id = (uint32_t)number & 0x1FFFFFFF;
    bool ext = number >> 31 & 1;
    for (size_t i = 0; i < p->dbc->message_count; i++)
        if (p->dbc->messages[i].id == id && p->dbc->messages[i].ext == ext)
            return &p->dbc->messages[i];
    return NULL;
}

/* Vector's place for signals that belong to no message. */
static bool independent(int64_t number)
{
    return number == 0xC0000000;
}

static bool message_check(struct parser *p, const char *name, int64_t number, unsigned line)
{
    uint32_t id = (uint32_t)number & 0x1FFFFFFF;
    if (!(number >> 31 & 1) && id > 0x7FF)
        return wrong(p, line, "message %s: identifier %u is not allowed: 0 to 2047, or bit 31 set for "
                              "29 bits", name, id);
    if (message_find(p, number))
        return wrong(p, line, "message %s: identifier 0x%X is taken by %s", name, id,
                     message_find(p, number)->name);
    return true;
}

static bool message_take(struct parser *p)
{
    int64_t number, length;
    const char *name;
    unsigned line = dbc_lex_next(&p->lexer).line;
    p->message = NULL;
    if (!integer_take(p, "identifier", 0, UINT32_MAX, &number) ||
        !name_take(p, "a message name", &name) || !mark_take(p, ":") ||
        !integer_take(p, "length", 0, independent(number) ? INT_MAX : 64, &length) ||
        (p->lexer.token.kind != DBC_WORD && !unexpected(p, "a sender")))
        return false;
    dbc_lex_next(&p->lexer);
    if (independent(number))
        return true;
    if (!message_check(p, name, number, line))
        return false;
    struct dbc_message *message = dbc_memory_grow(p->memory, (void **)&p->dbc->messages,
                                                  &p->message_room, p->dbc->message_count,
                                                  sizeof *message);
    if (!message)
        return false;
    *message = (struct dbc_message){.name = name,
                                    .comment = "",
                                    .id = (uint32_t)number & 0x1FFFFFFF,
                                    .ext = number >> 31 & 1,
                                    .length = (uint8_t)length};
    p->dbc->message_count++;
    p->message = message;
    p->signal_room = 0;
    return true;
}

/* "M", "m3", "m3M": how the multiplexer column reads. The chooser is found when all are known. */
static bool mux_take(struct parser *p, struct dbc_signal *signal)
{
    if (p->lexer.token.kind != DBC_WORD)
        return true;
    struct dbc_token token = dbc_lex_next(&p->lexer);
    size_t at = 0;
    if (token.text[0] == 'm') {
        int64_t value = 0;
        for (at = 1; at < token.length && token.text[at] >= '0' && token.text[at] <= '9' &&
                     value < INT32_MAX; at++)
            value = value * 10 + token.text[at] - '0';
        struct dbc_range *range = dbc_memory_get(p->memory, sizeof *range);
        if (!range)
            return false;
        *range = (struct dbc_range){value, value};
        signal->mux_ranges = range;
        signal->mux_range_count = 1;
    }
    if (at < token.length && token.text[at] == 'M') {
        signal->is_mux = true;
        at++;
    }
    if (at != token.length || token.length == 0 || (at == 1 && token.text[0] == 'm'))
        return wrong(p, token.line, "multiplexer \"%.*s\" is not allowed: M, m0 or m0M",
                     (int)token.length, token.text);
    return true;
}

/* "0|16@1+": start, length, byte order (1 = Intel), sign. */
static bool layout_take(struct parser *p, struct dbc_signal *signal)
{
    int64_t start, length, order;
    if (!integer_take(p, "start bit", 0, 511, &start) || !mark_take(p, "|") ||
        !integer_take(p, "signal length", 1, 64, &length) || !mark_take(p, "@"))
        return false;
    /* "1+" and "0-" may have been read as one mark after a number, or as 1 then + */
    if (!integer_take(p, "byte order", 0, 1, &order))
        return false;
    if (dbc_lex_is(&p->lexer.token, "-"))
        signal->is_signed = true;
    else if (!dbc_lex_is(&p->lexer.token, "+"))
        return unexpected(p, "\"+\" or \"-\"");
    dbc_lex_next(&p->lexer);
    signal->start = (uint16_t)start;
    signal->length = (uint8_t)length;
    signal->big_endian = order == 0;
    return true;
}

static bool scale_take(struct parser *p, struct dbc_signal *signal)
{
    unsigned line = p->lexer.token.line;
    if (!mark_take(p, "(") || !number_take(p, "factor", &signal->factor) || !mark_take(p, ",") ||
        !number_take(p, "offset", &signal->offset) || !mark_take(p, ")") || !mark_take(p, "[") ||
        !number_take(p, "minimum", &signal->min) || !mark_take(p, "|") ||
        !number_take(p, "maximum", &signal->max) || !mark_take(p, "]"))
        return false;
    return signal->factor != 0 || wrong(p, line, "signal %s: factor 0 is not allowed", signal->name);
}

static bool receivers_skip(struct parser *p)
{
    if (p->lexer.token.kind != DBC_WORD)
        return true;
    if (p->lexer.token.first_on_line)
        return true;
    dbc_lex_next(&p->lexer);
    while (dbc_lex_is(&p->lexer.token, ",")) {
        dbc_lex_next(&p->lexer);
        if (p->lexer.token.kind != DBC_WORD)
            return unexpected(p, "a receiver");
        dbc_lex_next(&p->lexer);
    }
    return true;
}

static bool signal_check(struct parser *p, const struct dbc_signal *signal, unsigned line)
{
    struct dbc_message *message = p->message;
    if (dbc_signal_index(message, signal->name) >= 0)
        return wrong(p, line, "signal %s is in message %s twice", signal->name, message->name);
    if (message->signal_count == DBC_SIGNALS_MAX)
        return wrong(p, line, "message %s has more than %d signals", message->name, DBC_SIGNALS_MAX);
    return true;
}

static bool signal_take(struct parser *p)
{
    struct dbc_signal signal = {.comment = "", .mux_by = DBC_NOT_MUXED};
    unsigned line = dbc_lex_next(&p->lexer).line;
    if (!name_take(p, "a signal name", &signal.name) || !mux_take(p, &signal) ||
        !mark_take(p, ":") || !layout_take(p, &signal) || !scale_take(p, &signal) ||
        !string_take(p, "a unit in quotes", &signal.unit) || !receivers_skip(p))
        return false;
    if (!p->message)
        return true;
    if (!signal_check(p, &signal, line))
        return false;
    if (!codec_plan(&signal, p->message->length))
        return wrong(p, line, "signal %s: %u bits from %u do not fit into the %u bytes of %s",
                     signal.name, signal.length, signal.start, p->message->length, p->message->name);
    struct dbc_signal *slot = dbc_memory_grow(p->memory, (void **)&p->message->signals,
                                              &p->signal_room, p->message->signal_count,
                                              sizeof signal);
    if (!slot)
        return false;
    *slot = signal;
    p->message->signal_count++;
    return true;
}

/* --- the sections that speak of messages and signals --- */

/* The message a later section names; one that was never declared is passed over as real files do. */
static bool target_take(struct parser *p, struct dbc_message **message)
{
    int64_t number;
    if (!integer_take(p, "identifier", 0, UINT32_MAX, &number))
        return false;
    *message = message_find(p, number);
    return true;
}

static bool signal_target_take(struct parser *p, struct dbc_message **message,
                               struct dbc_signal **signal)
{
    const char *name;
    if (!target_take(p, message) || !name_take(p, "a signal name", &name))
        return false;
    int index = *message ? dbc_signal_index(*message, name) : -1;
    *signal = index < 0 ? NULL : &(*message)->signals[index];
    return true;
}

static bool comment_take(struct parser *p)
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
    if (!string_take(p, "a comment in quotes", &text) || !mark_take(p, ";"))
        return false;
    if (signal)
        signal->comment = text;
    else if (message)
        message->comment = text;
    return true;
}

static bool values_take(struct parser *p)
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
        if (!name_take(p, "an identifier", &environment))
            return false;
    }
    while (p->lexer.token.kind == DBC_NUMBER) {
        struct dbc_value *value =
            dbc_memory_grow(p->memory, (void **)&values, &room, count, sizeof *value);
        int64_t raw;
        if (!value || !integer_take(p, "value", -9.2e18, 9.2e18, &raw) ||
            !string_take(p, "a text in quotes", &value->text))
            return false;
        value->raw = raw;
        count++;
    }
    if (signal) {
        signal->values = values;
        signal->value_count = count;
    }
    return mark_take(p, ";");
}

static bool valtype_take(struct parser *p)
{
    struct dbc_message *message;
    struct dbc_signal *signal;
    int64_t kind;
    unsigned line = dbc_lex_next(&p->lexer).line;
    if (!signal_target_take(p, &message, &signal))
        return false;
    if (dbc_lex_is(&p->lexer.token, ":"))
        dbc_lex_next(&p->lexer);
    if (!integer_take(p, "value type", 0, 3, &kind) || !mark_take(p, ";"))
        return false;
    if (!signal || kind == 0 || kind == 3)
        return true;
    if (signal->length != (kind == 1 ? 32 : 64))
        return wrong(p, line, "signal %s: a %s has %d bits, not %u", signal->name,
                     kind == 1 ? "float" : "double", kind == 1 ? 32 : 64, signal->length);
    signal->kind = kind == 1 ? DBC_FLOAT : DBC_DOUBLE;
    signal->is_signed = false;
    codec_plan(signal, message->length);
    return true;
}

/* SG_MUL_VAL_ 100 Signal Multiplexer 0-3, 7-7; */
static bool mul_val_take(struct parser *p)
{
    struct dbc_message *message;
    struct dbc_signal *signal;
    const char *chooser;
    struct dbc_range *ranges = NULL;
    size_t count = 0, room = 0;
    unsigned line = dbc_lex_next(&p->lexer).line;
    if (!signal_target_take(p, &message, &signal) || !name_take(p, "a multiplexer", &chooser))
        return false;
    do {
        struct dbc_range *range =
            dbc_memory_grow(p->memory, (void **)&ranges, &room, count, sizeof *range);
        int64_t from, to;
        if (dbc_lex_is(&p->lexer.token, ","))
            dbc_lex_next(&p->lexer);
        if (!range || !integer_take(p, "value", 0, 9.2e18, &from) ||
            !integer_take(p, "a range such as 0-3", -9.2e18, 0, &to))
            return false;
        *range = (struct dbc_range){from, -to};
        count++;
    } while (dbc_lex_is(&p->lexer.token, ","));
    if (!signal)
        return mark_take(p, ";");
    signal->mux_by = dbc_signal_index(message, chooser);
    if (signal->mux_by < 0)
        return wrong(p, line, "signal %s: multiplexer %s is not in message %s", signal->name, chooser,
                     message->name);
    signal->mux_ranges = ranges;
    signal->mux_range_count = count;
    return mark_take(p, ";");
}

static bool cycle_take(struct parser *p, struct dbc_message *message, struct dbc_signal *signal)
{
    double value = 0;
    (void)signal;
    if (!number_take(p, "a time in ms", &value))
        return false;
    if (message && value >= 0 && value <= UINT32_MAX)
        message->cycle_ms = (uint32_t)value;
    return true;
}

/* Names above 32 characters stand shortened in BO_ and SG_, whole in these attributes. */
static bool message_name_take(struct parser *p, struct dbc_message *message, struct dbc_signal *signal)
{
    const char *name = NULL;
    (void)signal;
    if (!string_take(p, "a name in quotes", &name))
        return false;
    if (message)
        message->name = name;
    return true;
}

static bool signal_name_take(struct parser *p, struct dbc_message *message, struct dbc_signal *signal)
{
    const char *name = NULL;
    (void)message;
    if (!string_take(p, "a name in quotes", &name))
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
static bool attribute_take(struct parser *p)
{
    const char *name;
    struct dbc_message *message = NULL;
    struct dbc_signal *signal = NULL;
    dbc_lex_next(&p->lexer);
    if (!string_take(p, "an attribute name in quotes", &name))
        return false;
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
        const struct attribute *a = &attributes[i];
        if (strcmp(name, a->name) != 0 || !dbc_lex_is(&p->lexer.token, a->of))
            continue;
        bool of_signal = dbc_lex_is(&p->lexer.token, "SG_");
        dbc_lex_next(&p->lexer);
        bool found = of_signal ? signal_target_take(p, &message, &signal) : target_take(p, &message);
        return found && a->take(p, message, signal) && mark_take(p, ";");
    }
    while (p->lexer.token.kind != DBC_END && !dbc_lex_is(&p->lexer.token, ";"))
        dbc_lex_next(&p->lexer);
    return mark_take(p, ";");
}

/* --- sections --- */

enum section_end { ENDS_BY_MARK, ENDS_BY_LINE };

static const struct section {
    const char *word;
    bool (*take)(struct parser *p);     /* NULL: known, and of no use here */
    enum section_end end;
} sections[] = {
    {"BO_", message_take, ENDS_BY_LINE},
    {"SG_", signal_take, ENDS_BY_LINE},
    {"CM_", comment_take, ENDS_BY_MARK},
    {"VAL_", values_take, ENDS_BY_MARK},
    {"SIG_VALTYPE_", valtype_take, ENDS_BY_MARK},
    {"SG_MUL_VAL_", mul_val_take, ENDS_BY_MARK},
    {"BA_", attribute_take, ENDS_BY_MARK},
    {"VERSION", NULL, ENDS_BY_LINE},
    {"NS_", NULL, ENDS_BY_LINE},
    {"BS_", NULL, ENDS_BY_LINE},
    {"BU_", NULL, ENDS_BY_LINE},
    {"VAL_TABLE_", NULL, ENDS_BY_MARK},
    {"BA_DEF_", NULL, ENDS_BY_MARK},
    {"BA_DEF_DEF_", NULL, ENDS_BY_MARK},
    {"BA_DEF_REL_", NULL, ENDS_BY_MARK},
    {"BA_DEF_DEF_REL_", NULL, ENDS_BY_MARK},
    {"BA_REL_", NULL, ENDS_BY_MARK},
    {"BO_TX_BU_", NULL, ENDS_BY_MARK},
    {"SIG_GROUP_", NULL, ENDS_BY_MARK},
};

/* To the end of a section: its ";", or the next word that stands at the start of a line. */
static void section_skip(struct parser *p, enum section_end end)
{
    for (;;) {
        const struct dbc_token *t = &p->lexer.token;
        if (t->kind == DBC_END)
            return;
        bool starts = t->kind == DBC_WORD && t->first_on_line && !t->indented;
        if (starts || (t->kind == DBC_WORD && t->first_on_line && dbc_lex_is(t, "SG_")))
            return;
        bool mark = dbc_lex_is(t, ";");
        dbc_lex_next(&p->lexer);
        if (mark && end == ENDS_BY_MARK)
            return;
    }
}

static void section_take(struct parser *p)
{
    const struct dbc_token token = p->lexer.token;
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        const struct section *section = &sections[i];
        if (!dbc_lex_is(&token, section->word))
            continue;
        if (!section->take)
            dbc_lex_next(&p->lexer);
        if (!section->take || !section->take(p))
            section_skip(p, section->end);
        return;
    }
    if (token.kind == DBC_WORD) {
        p->dbc->skipped++;
        dbc_lex_next(&p->lexer);
        section_skip(p, ENDS_BY_MARK);
        return;
    }
    unexpected(p, "a section such as BO_, SG_ or VAL_");
    dbc_lex_next(&p->lexer);
    section_skip(p, ENDS_BY_MARK);
}

/* Simple multiplexing: an mN signal without SG_MUL_VAL_ is chosen by the message's one plain M. */
static void muxes_join(struct parser *p)
{
    for (size_t i = 0; i < p->dbc->message_count; i++) {
        struct dbc_message *message = &p->dbc->messages[i];
        int chooser = DBC_NOT_MUXED;
        for (size_t s = 0; s < message->signal_count && chooser < 0; s++)
            if (message->signals[s].is_mux && message->signals[s].mux_range_count == 0)
                chooser = (int)s;
        for (size_t s = 0; s < message->signal_count; s++) {
            struct dbc_signal *signal = &message->signals[s];
            if (signal->mux_range_count == 0)
                continue;
            message->muxed = true;
            if (signal->mux_by == DBC_NOT_MUXED)
                signal->mux_by = chooser;
            if (signal->mux_by == DBC_NOT_MUXED)
                wrong(p, 0, "message %s: signal %s is multiplexed, but no signal is marked M",
                      message->name, signal->name);
        }
    }
}

static void lanes_plan(struct parser *p)
{
    for (size_t i = 0; i < p->dbc->message_count; i++) {
        struct dbc_message *message = &p->dbc->messages[i];
        size_t blocks = CODEC_RAW(message->signal_count) / DBC_LANES;
        struct dbc_lanes *lanes = dbc_memory_get(p->memory, (blocks ? blocks : 1) * sizeof *lanes);
        if (!lanes || !codec_lanes(message, lanes))
            continue;
        message->lanes = lanes;
        message->lane_blocks = blocks;
        message->lanes_big = message->signals[0].big_endian;
    }
}

int dbc_parse(struct dbc **out, const char *name, const char *text, size_t length, FILE *errors)
{
    struct dbc_memory *memory = dbc_memory_new();
    struct dbc *dbc = memory ? dbc_memory_get(memory, sizeof *dbc) : NULL;
    if (!dbc) {
        dbc_memory_free(memory);
        return -ENOMEM;
    }
    *dbc = (struct dbc){.memory = memory};
    struct parser p = {.dbc = dbc, .memory = memory, .name = name, .errors = errors};
    dbc_lex_start(&p.lexer, text, length);
    while (p.lexer.token.kind != DBC_END && !memory->failed)
        section_take(&p);
    muxes_join(&p);
    lanes_plan(&p);
    if (p.mistakes || memory->failed) {
        int status = memory->failed ? -ENOMEM : p.mistakes;
        dbc_memory_free(memory);
        return status;
    }
    *out = dbc;
    return 0;
}
