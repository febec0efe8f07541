#include <stdarg.h>
#include <string.h>

#include "can/dbc_parser.h"

bool parse_wrong(struct parser *p, unsigned line, const char *format, ...)
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

bool parse_unexpected(struct parser *p, const char *expected)
{
    const struct dbc_token *t = &p->lexer.token;
    if (t->kind == DBC_END)
        return parse_wrong(p, t->line, "the file ends where %s was expected", expected);
    return parse_wrong(p, t->line, "\"%.*s\" where %s was expected",
                       (int)(t->length < 40 ? t->length : 40), t->text, expected);
}

bool parse_mark(struct parser *p, const char *mark)
{
    if (!dbc_lex_is(&p->lexer.token, mark)) {
        char expected[8];
        snprintf(expected, sizeof expected, "\"%s\"", mark);
        return parse_unexpected(p, expected);
    }
    dbc_lex_next(&p->lexer);
    return true;
}

bool parse_number(struct parser *p, const char *what, double *out)
{
    if (p->lexer.token.kind != DBC_NUMBER)
        return parse_unexpected(p, what);
    *out = dbc_lex_next(&p->lexer).number;
    return true;
}

bool parse_integer(struct parser *p, const char *what, double least, double most, int64_t *out)
{
    double number = 0;
    unsigned line = p->lexer.token.line;
    if (!parse_number(p, what, &number))
        return false;
    if (!(number >= least && number <= most) || number != (double)(int64_t)number)
        return parse_wrong(p, line, "%s %g is not allowed: %.0f to %.0f", what, number, least,
                           most);
    *out = (int64_t)number;
    return true;
}

bool parse_name(struct parser *p, const char *what, const char **out)
{
    if (p->lexer.token.kind != DBC_WORD)
        return parse_unexpected(p, what);
    struct dbc_token token = dbc_lex_next(&p->lexer);
    *out = dbc_memory_string(p->memory, token.text, token.length);
    return *out != NULL;
}

bool parse_string(struct parser *p, const char *what, const char **out)
{
    if (p->lexer.token.kind != DBC_STRING)
        return parse_unexpected(p, what);
    struct dbc_token token = dbc_lex_next(&p->lexer);
    *out = dbc_memory_string(p->memory, token.text, token.length);
    return *out != NULL;
}
