/* The list of protocols, and looking things up in their tables. */
#include "inverter/protocol_list.h"

#include <assert.h>
#include <string.h>

const struct protocol *const protocols[] = {
    &protocol_pi30, &protocol_pi30max, &protocol_pi30mst, &protocol_pi30revo, &protocol_pi41,
    &protocol_pi34, &protocol_pi16,    &protocol_pi18,    &protocol_pi17,
};

const size_t protocol_count = sizeof protocols / sizeof *protocols;

const struct question question_ack = {"", "", ASK_OTHER, ANSWER_ACK};

const struct protocol *protocol_named(const char *name)
{
    for (size_t i = 0; i < protocol_count; i++)
        if (strcmp(protocols[i]->name, name) == 0)
            return protocols[i];
    return NULL;
}

const struct question *protocol_question(const struct protocol *protocol, enum ask ask)
{
    assert(ask < ASKS);
    for (size_t i = 0; ask != ASK_OTHER && i < protocol->question_count; i++)
        if (protocol->questions[i].ask == ask)
            return &protocol->questions[i];
    return NULL;
}

const struct setter *protocol_setter(const struct protocol *protocol, enum setting set)
{
    for (size_t i = 0; i < protocol->setter_count; i++)
        if (protocol->setters[i].set == set)
            return &protocol->setters[i];
    return NULL;
}

const struct field_row *protocol_row(const struct protocol *protocol, enum quantity is,
                                     const struct question **question)
{
    for (size_t i = 0; i < protocol->question_count; i++) {
        *question = &protocol->questions[i];
        for (size_t row = 0; row < (*question)->count; row++)
            if ((*question)->ask != ASK_OTHER && (*question)->rows[row].is == is)
                return &(*question)->rows[row];
    }
    *question = NULL;
    return NULL;
}

bool field_code(const struct field_row *row, int32_t means, int32_t *code)
{
    *code = means;
    for (const struct field_word *word = row->words; word && word->text; word++) {
        *code = word->code;
        if (word->means == means)
            return true;
    }
    return !row->words;
}

/* Lower-case letters of a question's word stand for digits; words are capitals. All the digits may
 * be missing. */
bool question_is(const struct question *question, const char *word)
{
    const char *form = question->word;
    size_t length = strlen(word);
    if (strncmp(form, word, length) == 0 && form[length] >= 'a' && form[length] <= 'z')
        return true;
    for (; *form && *word; form++, word++) {
        bool digit = *word >= '0' && *word <= '9', lower = *form >= 'a' && *form <= 'z';
        if (lower ? !digit : *form != *word)
            return false;
    }
    return !*form && !*word;
}

/* Fills the digits marked so from the right; what of value does not fit is returned. */
static int32_t fill(char *text, size_t length, char mark, int32_t value)
{
    for (size_t i = length; i-- > 0;)
        if (text[i] == mark) {
            text[i] = (char)('0' + value % 10);
            value /= 10;
        }
    return value;
}

size_t setter_word(char *out, size_t room, const char *form, int32_t value)
{
    return strchr(form, '@') ? 0 : setter_word_with(out, room, form, value, 0);
}

size_t setter_word_with(char *out, size_t room, const char *form, int32_t value, int32_t partner)
{
    size_t length = strlen(form);
    if (length + 1 > room || value < 0 || partner < 0)
        return 0;
    memcpy(out, form, length + 1);
    bool fits = fill(out, length, '#', value) == 0 && fill(out, length, '@', partner) == 0;
    return fits ? length : 0;
}
