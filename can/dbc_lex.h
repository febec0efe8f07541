/* The words of a DBC file: names, numbers, strings, single marks. */
#ifndef BUSBAR_CAN_DBC_LEX_H
#define BUSBAR_CAN_DBC_LEX_H

#include <stdbool.h>
#include <stddef.h>

enum dbc_token_kind { DBC_END, DBC_WORD, DBC_NUMBER, DBC_STRING, DBC_MARK };

struct dbc_token {
    enum dbc_token_kind kind;
    const char *text;           /* into the file; a string without its quotes, escapes as they stand */
    size_t length;
    double number;
    unsigned line;
    bool first_on_line;         /* nothing but white space before it */
    bool indented;              /* first on its line, with white space before it */
};

struct dbc_lexer {
    const char *at, *end;
    unsigned line;
    bool line_start;
    struct dbc_token token;     /* the one to be looked at next */
};

void dbc_lex_start(struct dbc_lexer *lexer, const char *text, size_t length);

/* Moves on to the next token and returns the one that was current. */
struct dbc_token dbc_lex_next(struct dbc_lexer *lexer);

bool dbc_lex_is(const struct dbc_token *token, const char *word);

#endif
