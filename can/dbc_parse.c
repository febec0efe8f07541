/* One DBC file into messages and signals. A section that cannot be read is told with its line and
 * passed over to its end, so that all mistakes come in one run. */
#include <errno.h>
#include <string.h>

#include "can/codec.h"
#include "can/dbc_parser.h"

enum section_end { ENDS_BY_MARK, ENDS_BY_LINE };

static const struct section {
    const char *word;
    bool (*take)(struct parser *p); /* NULL: known, and of no use here */
    enum section_end end;
} sections[] = {
    {"BO_", parse_message, ENDS_BY_LINE},
    {"SG_", parse_signal, ENDS_BY_LINE},
    {"CM_", parse_comment, ENDS_BY_MARK},
    {"VAL_", parse_values, ENDS_BY_MARK},
    {"SIG_VALTYPE_", parse_valtype, ENDS_BY_MARK},
    {"SG_MUL_VAL_", parse_mul_val, ENDS_BY_MARK},
    {"BA_", parse_attribute, ENDS_BY_MARK},
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
    parse_unexpected(p, "a section such as BO_, SG_ or VAL_");
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
                parse_wrong(p, 0, "message %s: signal %s is multiplexed, but no signal is marked M",
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
