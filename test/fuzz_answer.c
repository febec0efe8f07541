/* Foreign bytes against the framing, every question of every protocol, and the choice among them. The
 * first byte picks the question. */
#include <stdlib.h>
#include <string.h>

#include "inverter/answer_pick.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void require_inside(struct field_span span, size_t count)
{
    require((size_t)span.at + span.length <= count);
}

/* What was taken stands inside the frame and in its ranges; what was not left nothing behind. */
static void judge(const struct question *question, enum framing framing, const uint8_t *frame,
                  size_t count)
{
    struct answer answer;
    struct refusal refusal = {.verdict = VERDICT_TAKEN};
    memset(&answer, 0xEE, sizeof answer);
    enum verdict verdict = answer_judge(question, framing, frame, count, &answer, &refusal);
    if (verdict != VERDICT_TAKEN) {
        require(refusal.verdict == verdict && refusal.at <= count);
        require(memchr(refusal.why, '\0', sizeof refusal.why) && refusal.why[0]);
        require(answer.count == 0xEE);
        return;
    }
    require(answer.question == question);
    require(memchr(answer.text, '\0', sizeof answer.text) && answer.digits[3] == '\0');
    require_inside(answer.surplus, count);
    if (answer.state != ANSWER_IS_VALUES || question->kind == ANSWER_BITS)
        return;
    require(answer.count <= ANSWER_VALUES);
    for (int i = 0; i < answer.count; i++)
        require_inside(answer.span[i], count);
    for (int i = 0; question->kind == ANSWER_ROWS && i < answer.count; i++) {
        const struct field_row *row = &question->rows[i];
        bool number = row->form == FORM_PLAIN || row->form == FORM_POINT ||
                      row->form == FORM_EITHER || row->form == FORM_SCALED;
        require(!number || (answer.value[i] >= row->min && answer.value[i] <= row->max));
    }
}

static void judge_every(const uint8_t *frame, size_t count)
{
    for (size_t p = 0; p < protocol_count; p++)
        for (size_t q = 0; q < protocols[p]->question_count; q++)
            judge(&protocols[p]->questions[q], protocols[p]->framing, frame, count);
}

/* The bytes as the body of a frame whose CRC fits, so that the shape is reached. */
static void judge_made(uint8_t first, const uint8_t *body, size_t size)
{
    uint8_t frame[512];
    size_t count = 0;
    if (size + 4 > sizeof frame)
        return;
    frame[count++] = first & 1 ? '^' : '(';
    memcpy(frame + count, body, size);
    count += size;
    uint16_t crc = answer_crc(frame, count);
    frame[count++] = (uint8_t)((crc >> 8) + (crc >> 8 == '\r'));
    frame[count++] = (uint8_t)((crc & 0xFF) + ((crc & 0xFF) == '\r'));
    frame[count++] = '\r';
    judge_every(frame, count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t start, count;
    char word[64], near[64];
    struct pick pick;
    if (size < 2 || size > 1024)
        return 0;
    if (answer_find(data + 1, size - 1, &start, &count)) {
        require(start + count <= size - 1);
        judge_every(data + 1 + start, count);
    }
    judge_made(data[0], data + 1, size - 1);
    if (pick_frame(data + 1, size - 1, &start, &count)) {
        require(start + count <= size - 1);
        pick_answer(&pick, NULL, "QPIGS", data + 1 + start, count);
        require(pick.verdict != VERDICT_TAKEN || pick.question);
    }
    if (pick_word(word, sizeof word, data + 1, size - 1)) {
        pick_near(near, sizeof near, NULL, word);
        require(strlen(word) < sizeof word && strlen(near) < sizeof near);
    }
    return 0;
}
