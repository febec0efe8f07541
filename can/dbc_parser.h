/* The parser's inside, shared by the files that read a DBC's sections. Every parse_ function leaves the
 * lexer behind what it took; false when something was wrong, which it has told. */
#ifndef BUSBAR_CAN_DBC_PARSER_H
#define BUSBAR_CAN_DBC_PARSER_H

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

/* dbc_take.c: single words, with what was expected in the error */
bool parse_wrong(struct parser *p, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool parse_unexpected(struct parser *p, const char *expected);
bool parse_mark(struct parser *p, const char *mark);
bool parse_number(struct parser *p, const char *what, double *out);
bool parse_integer(struct parser *p, const char *what, double least, double most, int64_t *out);
bool parse_name(struct parser *p, const char *what, const char **out);
bool parse_string(struct parser *p, const char *what, const char **out);

/* dbc_signals.c: BO_ and SG_ */
bool parse_message(struct parser *p);
bool parse_signal(struct parser *p);
/* The message with this number as it stands in the file (bit 31: 29-bit identifier), or NULL. */
struct dbc_message *parse_message_find(struct parser *p, int64_t number);

/* dbc_notes.c: sections that speak of messages and signals */
bool parse_comment(struct parser *p);
bool parse_values(struct parser *p);
bool parse_valtype(struct parser *p);
bool parse_mul_val(struct parser *p);
bool parse_attribute(struct parser *p);

#endif
