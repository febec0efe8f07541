/* Helpers of the tests of answers: a word to its question, a text to a frame. */
#ifndef BUSBAR_TEST_ANSWERS_H
#define BUSBAR_TEST_ANSWERS_H

#include <string.h>

#include "inverter/answer.h"

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

/* Judged by PI30's first question of that word that takes it; a word that is none is a setter. The
 * verdict and the reason are those of the last one tried. */
static inline enum verdict judged_as(const char *word, const uint8_t *frame, size_t count,
                                     struct answer *answer, struct refusal *refusal)
{
    const struct protocol *pi30 = protocol_named("PI30");
    enum verdict verdict = VERDICT_FOREIGN;
    for (size_t q = 0; q < pi30->question_count && verdict != VERDICT_TAKEN; q++)
        if (question_is(&pi30->questions[q], word) && pi30->questions[q].ask != ASK_OTHER)
            verdict = answer_judge(&pi30->questions[q], FRAMING_PI30, frame, count, answer, refusal);
    if (verdict == VERDICT_FOREIGN)
        verdict = answer_judge(&question_ack, FRAMING_PI30, frame, count, answer, refusal);
    return verdict;
}

static inline int field_named(const struct question *question, const char *name)
{
    for (int i = 0; question && i < question->count; i++)
        if (strcmp(question->rows[i].name, name) == 0)
            return i;
    return -1;
}

/* Builds a frame around text the way a unit would but for a raw '(' or LF in its CRC, to reach what
 * no capture reaches. The CRC routine itself is proved by the captures. */
static inline size_t frame_of(uint8_t *out, const char *text)
{
    size_t length = strlen(text);
    memcpy(out, text, length);
    uint16_t crc = answer_crc(out, length);
    out[length] = (uint8_t)((crc >> 8) + (crc >> 8 == '\r'));
    out[length + 1] = (uint8_t)((crc & 0xFF) + ((crc & 0xFF) == '\r'));
    out[length + 2] = '\r';
    return length + 3;
}

#endif
