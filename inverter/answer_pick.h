/* Which protocol and layout an answer of unknown origin fits. Pure.
 *
 * For people and for finding out what a unit is: all protocols that know the word are tried in their
 * order. The first that leaves nothing over wins, then the first that takes the answer at all; when
 * none does, the refusal that came furthest is told. */
#ifndef BUSBAR_INVERTER_ANSWER_PICK_H
#define BUSBAR_INVERTER_ANSWER_PICK_H

#include "inverter/answer.h"

struct pick {
    enum verdict verdict;
    const struct protocol *protocol;     /* of the answer or of the refusal; NULL = ACK or NAK */
    const struct question *question;     /* NULL = no protocol knows the word: VERDICT_FOREIGN, or
                                          * _CHECK or _LENGTH where the frame is no good either */
    bool setter;                         /* the word is one that sets */
    struct answer answer;                /* when taken */
    struct refusal refusal;              /* when not */
};

/* A request as it stands on the line or on paper ("^P005GS" with or without its CRC and CR, "QPGS1",
 * "PSET120103 56.3 ..") to its bare word; false when it does not fit in room or is empty. */
bool pick_word(char *word, size_t room, const uint8_t *bytes, size_t count);

/* only: no other protocol is tried; NULL = all. frame runs from its first byte to its CR. */
void pick_answer(struct pick *pick, const struct protocol *only, const char *word,
                 const uint8_t *frame, size_t count);

/* Where something stands that may be meant as a frame, whether its check fits or not: from the first
 * printable byte to the first CR or LF after it, or to the end. False when there is none. */
bool pick_frame(const uint8_t *bytes, size_t room, size_t *start, size_t *count);

/* Is it a word that sets something, in any protocol? */
bool pick_setter(const char *word);

/* Words of questions that start alike, separated by spaces: "QPIGS QPIGS2 QPIRI". */
void pick_near(char *out, size_t room, const struct protocol *only, const char *word);

#endif
