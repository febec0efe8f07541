/* Is this frame the answer to that question? */
#include "inverter/answer_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { CR = 0x0D, LF = 0x0A };

enum verdict answer_refuse(struct trial *trial, enum verdict verdict, const char *at, int field,
                           const char *why, ...)
{
    struct refusal *refusal = trial->refusal;
    va_list list;
    va_start(list, why);
    refusal->verdict = verdict;
    refusal->at = (uint16_t)(at - (const char *)trial->frame);
    refusal->field = (uint8_t)field;
    vsnprintf(refusal->why, sizeof refusal->why, why, list);
    va_end(list);
    return verdict;
}

static bool has_prefix(struct trial *trial)
{
    const char *prefix = trial->question->prefix;
    size_t length = prefix ? strlen(prefix) : 0;
    struct piece *body = &trial->body;
    if ((size_t)(body->end - body->at) < length ||
        (length && memcmp(body->at, prefix, length) != 0))
        return false;
    body->at += length;
    return true;
}

/* ACK, NAK, ^1, ^0; an ACK answers setters only. */
static bool is_ack(const struct trial *trial, enum answer_state *state)
{
    struct piece body = trial->body;
    size_t length = (size_t)(body.end - body.at);
    if (trial->frame[0] == '^' && length == 1 && (*body.at == '0' || *body.at == '1')) {
        *state = *body.at == '1' ? ANSWER_IS_ACK : ANSWER_IS_NAK;
        return true;
    }
    if (trial->frame[0] == '^' || length != 3 ||
        (memcmp(body.at, "ACK", 3) && memcmp(body.at, "NAK", 3)))
        return false;
    *state = *body.at == 'A' ? ANSWER_IS_ACK : ANSWER_IS_NAK;
    return true;
}

static enum verdict refuse_check(struct trial *trial, size_t count)
{
    const uint8_t *frame = trial->frame;
    const char *at = (const char *)frame + count - 3;
    const char *end = frame[count - 1] == LF ? "ends in LF, not CR; " : "";
    if (trial->question->sum) {
        uint8_t sum = 1;
        for (size_t i = 0; i + 2 < count; i++)
            sum = (uint8_t)(sum + frame[i]);
        return answer_refuse(trial, VERDICT_CHECK, at + 1, ANSWER_NO_FIELD,
                             "%sthe sum is %02X, %02X was expected", end, frame[count - 2], sum);
    }
    uint16_t crc = answer_crc(frame, count - 3);
    return answer_refuse(trial, VERDICT_CHECK, at, ANSWER_NO_FIELD,
                         "%sthe CRC is %02X %02X, %02X %02X was expected", end, frame[count - 3],
                         frame[count - 2], answer_raised((uint8_t)(crc >> 8)),
                         answer_raised((uint8_t)crc));
}

/* Frame, length and check; the body is left between head and check. */
static enum verdict check_frame(struct trial *trial, size_t count)
{
    enum { FRAME_LEAST = 5, CRC_SIZE = 2 };
    const uint8_t *frame = trial->frame;
    const char *text = (const char *)frame;
    bool bare = count == FRAME_LEAST && (!memcmp(frame, "ACK", 3) || !memcmp(frame, "NAK", 3));
    if (count < FRAME_LEAST)
        return answer_refuse(trial, VERDICT_LENGTH, text, ANSWER_NO_FIELD,
                             "%d bytes, a frame has %d at least", (int)count, FRAME_LEAST);
    if (frame[count - 1] != CR && frame[count - 1] != LF)
        return answer_refuse(trial, VERDICT_LENGTH, text + count - 1, ANSWER_NO_FIELD,
                             "the last byte is %02X, not CR", frame[count - 1]);
    bool crc = answer_crc_fits(frame, count);
    bool sum = (trial->question->sum || bare) && answer_sum_fits(frame, count);
    if (!crc && !sum)
        return refuse_check(trial, count);
    if (frame[0] != '(' && frame[0] != '^' && frame[0] != 'D' && !bare)
        return answer_refuse(trial, VERDICT_SHAPE, text, ANSWER_NO_FIELD,
                             "a frame starts with ( or ^");
    trial->body = (struct piece){text + (bare ? 0 : 1), text + count - (crc ? 3 : 2)};
    if (bare)
        trial->body.end = text + 3;
    return VERDICT_TAKEN;
}

/* The head of an answer with values: ( of PI30, ^Dnnn of PI17 and PI18. */
static enum verdict check_head(struct trial *trial, enum framing framing, size_t count)
{
    enum { HEAD = 4, SHORT_MOST = 2 };
    struct piece *body = &trial->body;
    bool counted = trial->frame[0] != '(';
    if (counted != (framing != FRAMING_PI30))
        return answer_refuse(trial, VERDICT_SHAPE, body->at - 1, ANSWER_NO_FIELD, "%s",
                             counted ? "an answer of PI17 or PI18 (^D..); ( was expected"
                                     : "an answer of PI30 ((..); ^D was expected");
    if (!counted)
        return VERDICT_TAKEN;
    bool bare = trial->frame[0] == 'D';
    const char *digits = body->at + (bare ? 0 : 1);
    if (body->end - digits < HEAD - 1 || (!bare && *body->at != 'D') ||
        !answer_digits((struct piece){digits, digits + 3}))
        return answer_refuse(trial, VERDICT_SHAPE, body->at, ANSWER_NO_FIELD,
                             "^D and three digits were expected");
    int said = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
    int is = (int)count - (int)(digits + 3 - (const char *)trial->frame);
    if (said > is || said < is - SHORT_MOST)
        return answer_refuse(trial, VERDICT_LENGTH, digits, ANSWER_NO_FIELD,
                             "^D%03d: %d bytes follow", said, is);
    body->at = digits + 3;
    return VERDICT_TAKEN;
}

enum verdict answer_judge(const struct question *question, enum framing framing,
                          const uint8_t *frame, size_t count, struct answer *answer,
                          struct refusal *refusal)
{
    struct refusal unasked;
    struct trial trial = {.question = question,
                          .frame = frame,
                          .answer = {.question = question},
                          .refusal = refusal ? refusal : &unasked};
    enum verdict verdict = check_frame(&trial, count);
    if (verdict != VERDICT_TAKEN)
        return verdict;
    if (is_ack(&trial, &trial.answer.state)) {
        if (trial.answer.state == ANSWER_IS_ACK && question->kind != ANSWER_ACK)
            return answer_refuse(&trial, VERDICT_SHAPE, trial.body.at, ANSWER_NO_FIELD,
                                 "ACK, which answers a setter and no question");
        *answer = trial.answer;
        return VERDICT_TAKEN;
    }
    verdict = check_head(&trial, framing, count);
    if (verdict == VERDICT_TAKEN && !has_prefix(&trial))
        verdict = answer_refuse(&trial, VERDICT_SHAPE, trial.body.at, ANSWER_NO_FIELD,
                                "the answer does not start with %s", question->prefix);
    if (verdict == VERDICT_TAKEN)
        verdict = answer_read_kind(&trial);
    if (verdict == VERDICT_TAKEN)
        *answer = trial.answer;
    return verdict;
}
