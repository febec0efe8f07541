/* Messages and their signals. */
#include <limits.h>
#include <string.h>

#include "can/codec.h"
#include "can/dbc_parser.h"

struct dbc_message *parse_message_find(struct parser *p, int64_t number)
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
        return parse_wrong(p, line,
                           "message %s: identifier %u is not allowed: 0 to 2047, or bit 31 set for "
                           "29 bits",
                           name, id);
    if (parse_message_find(p, number))
        return parse_wrong(p, line, "message %s: identifier 0x%X is taken by %s", name, id,
                           parse_message_find(p, number)->name);
    return true;
}

bool parse_message(struct parser *p)
{
    int64_t number, length;
    const char *name;
    unsigned line = dbc_lex_next(&p->lexer).line;
    p->message = NULL;
    if (!parse_integer(p, "identifier", 0, UINT32_MAX, &number) ||
        !parse_name(p, "a message name", &name) || !parse_mark(p, ":") ||
        !parse_integer(p, "length", 0, independent(number) ? INT_MAX : 64, &length) ||
        (p->lexer.token.kind != DBC_WORD && !parse_unexpected(p, "a sender")))
        return false;
    dbc_lex_next(&p->lexer);
    if (independent(number))
        return true;
    if (!message_check(p, name, number, line))
        return false;
    struct dbc_message *message =
        dbc_memory_grow(p->memory, (void **)&p->dbc->messages, &p->message_room,
                        p->dbc->message_count, sizeof *message);
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
                     value < INT32_MAX;
             at++)
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
        return parse_wrong(p, token.line, "multiplexer \"%.*s\" is not allowed: M, m0 or m0M",
                           (int)token.length, token.text);
    return true;
}

/* "0|16@1+": start, length, byte order (1 = Intel), sign. */
static bool layout_take(struct parser *p, struct dbc_signal *signal)
{
    int64_t start, length, order;
    if (!parse_integer(p, "start bit", 0, 511, &start) || !parse_mark(p, "|") ||
        !parse_integer(p, "signal length", 1, 64, &length) || !parse_mark(p, "@"))
        return false;
    /* "1+" and "0-" may have been read as one mark after a number, or as 1 then + */
    if (!parse_integer(p, "byte order", 0, 1, &order))
        return false;
    if (dbc_lex_is(&p->lexer.token, "-"))
        signal->is_signed = true;
    else if (!dbc_lex_is(&p->lexer.token, "+"))
        return parse_unexpected(p, "\"+\" or \"-\"");
    dbc_lex_next(&p->lexer);
    signal->start = (uint16_t)start;
    signal->length = (uint8_t)length;
    signal->big_endian = order == 0;
    return true;
}

static bool scale_take(struct parser *p, struct dbc_signal *signal)
{
    unsigned line = p->lexer.token.line;
    if (!parse_mark(p, "(") || !parse_number(p, "factor", &signal->factor) || !parse_mark(p, ",") ||
        !parse_number(p, "offset", &signal->offset) || !parse_mark(p, ")") || !parse_mark(p, "[") ||
        !parse_number(p, "minimum", &signal->min) || !parse_mark(p, "|") ||
        !parse_number(p, "maximum", &signal->max) || !parse_mark(p, "]"))
        return false;
    return signal->factor != 0 ||
           parse_wrong(p, line, "signal %s: factor 0 is not allowed", signal->name);
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
            return parse_unexpected(p, "a receiver");
        dbc_lex_next(&p->lexer);
    }
    return true;
}

static bool signal_check(struct parser *p, const struct dbc_signal *signal, unsigned line)
{
    struct dbc_message *message = p->message;
    if (dbc_signal_index(message, signal->name) >= 0)
        return parse_wrong(p, line, "signal %s is in message %s twice", signal->name,
                           message->name);
    if (message->signal_count == DBC_SIGNALS_MAX)
        return parse_wrong(p, line, "message %s has more than %d signals", message->name,
                           DBC_SIGNALS_MAX);
    return true;
}

bool parse_signal(struct parser *p)
{
    struct dbc_signal signal = {.comment = "", .mux_by = DBC_NOT_MUXED};
    unsigned line = dbc_lex_next(&p->lexer).line;
    if (!parse_name(p, "a signal name", &signal.name) || !mux_take(p, &signal) ||
        !parse_mark(p, ":") || !layout_take(p, &signal) || !scale_take(p, &signal) ||
        !parse_string(p, "a unit in quotes", &signal.unit) || !receivers_skip(p))
        return false;
    if (!p->message)
        return true;
    if (!signal_check(p, &signal, line))
        return false;
    if (!codec_plan(&signal, p->message->length))
        return parse_wrong(p, line, "signal %s: %u bits from %u do not fit into the %u bytes of %s",
                           signal.name, signal.length, signal.start, p->message->length,
                           p->message->name);
    struct dbc_signal *slot =
        dbc_memory_grow(p->memory, (void **)&p->message->signals, &p->signal_room,
                        p->message->signal_count, sizeof signal);
    if (!slot)
        return false;
    *slot = signal;
    p->message->signal_count++;
    return true;
}
