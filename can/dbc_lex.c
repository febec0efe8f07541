#include "can/dbc_lex.h"

#include <stdlib.h>
#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static void space_skip(struct dbc_lexer *lexer, bool *indented)
{
    *indented = false;
    for (; lexer->at < lexer->end; lexer->at++) {
        if (*lexer->at == '\n') {
            lexer->line++;
            lexer->line_start = true;
            *indented = false;
        } else if (is_space(*lexer->at) || *lexer->at == '\0') {
            *indented = true;
        } else if (*lexer->at == '/' && lexer->at + 1 < lexer->end && lexer->at[1] == '/') {
            while (lexer->at + 1 < lexer->end && lexer->at[1] != '\n') /* not in the format, */
                lexer->at++;                                           /* but in real files */
        } else {
            return;
        }
    }
}

/* "..", in which \" and \\ do not end it, and lines may break. */
static void string_take(struct dbc_lexer *lexer, struct dbc_token *token)
{
    token->kind = DBC_STRING;
    token->text = ++lexer->at;
    while (lexer->at < lexer->end && *lexer->at != '"') {
        if (*lexer->at == '\\' && lexer->at + 1 < lexer->end)
            lexer->at++;
        if (*lexer->at == '\n')
            lexer->line++;
        lexer->at++;
    }
    token->length = (size_t)(lexer->at - token->text);
    if (lexer->at < lexer->end)
        lexer->at++;
}

/* Longest run that strtod takes; the file need not end in NUL, so it works on a copy. */
static bool number_take(struct dbc_lexer *lexer, struct dbc_token *token)
{
    char copy[64];
    size_t n = 0;
    while (n < sizeof copy - 1 && lexer->at + n < lexer->end &&
           (is_digit(lexer->at[n]) || strchr("+-.eE", lexer->at[n])) && lexer->at[n] != '\0') {
        copy[n] = lexer->at[n];
        n++;
    }
    copy[n] = '\0';
    char *end;
    token->number = strtod(copy, &end);
    if (end == copy)
        return false;
    token->kind = DBC_NUMBER;
    token->text = lexer->at;
    token->length = (size_t)(end - copy);
    lexer->at += token->length;
    return true;
}

static void token_take(struct dbc_lexer *lexer)
{
    struct dbc_token *token = &lexer->token;
    bool indented;
    space_skip(lexer, &indented);
    *token = (struct dbc_token){.kind = DBC_END,
                                .text = lexer->at,
                                .line = lexer->line,
                                .first_on_line = lexer->line_start,
                                .indented = lexer->line_start && indented};
    if (lexer->at >= lexer->end)
        return;
    lexer->line_start = false;
    char c = *lexer->at;
    if (c == '"') {
        string_take(lexer, token);
        return;
    }
    bool number = is_digit(c) || c == '-' || c == '+' || c == '.';
    if (number && number_take(lexer, token)) {
        /* m0 and 1abc are words: a number that runs on into letters is none */
        if (lexer->at >= lexer->end || !is_word(*lexer->at))
            return;
        lexer->at = token->text;
    }
    if (is_word(c)) {
        token->kind = DBC_WORD;
        token->text = lexer->at;
        while (lexer->at < lexer->end && is_word(*lexer->at))
            lexer->at++;
        token->length = (size_t)(lexer->at - token->text);
        return;
    }
    token->kind = DBC_MARK;
    token->text = lexer->at++;
    token->length = 1;
}

void dbc_lex_start(struct dbc_lexer *lexer, const char *text, size_t length)
{
    *lexer = (struct dbc_lexer){.at = text, .end = text + length, .line = 1, .line_start = true};
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        lexer->at += 3;
    token_take(lexer);
}

struct dbc_token dbc_lex_next(struct dbc_lexer *lexer)
{
    struct dbc_token token = lexer->token;
    token_take(lexer);
    return token;
}

bool dbc_lex_is(const struct dbc_token *token, const char *word)
{
    return (token->kind == DBC_WORD || token->kind == DBC_MARK) && strlen(word) == token->length &&
           memcmp(token->text, word, token->length) == 0;
}
