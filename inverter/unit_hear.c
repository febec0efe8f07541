/* What comes from the port: bytes to frames, frames to answers, answers to where they belong. */
#include "inverter/unit_inner.h"

#include <string.h>

/* clang-format off */
static const struct question setter_question = {.word = "", .ask = ASK_OTHER, .kind = ANSWER_ACK};
/* clang-format on */

void unit_reply_over(struct unit *unit, int32_t pause_ms, int64_t now_ms)
{
    unit->asking = 0;
    unit->rx_len = 0;
    unit->broken = false;
    unit->quiet_until_ms = now_ms + pause_ms;
}

/* Every unit in parallel in turn; the first one that is refused is past the last. */
static void next_parallel(struct unit *unit, bool refused, int64_t now_ms)
{
    bool past = unit->parallel_n > 0 && refused;
    int next = past ? 0 : (unit->parallel_n + 1) % unit->config.parallel;
    unit->parallel_n = (uint8_t)next;
    if (past)
        unit->due_ms[ASK_PARALLEL] = now_ms;
}

void unit_lack(struct unit *unit, enum ask ask, int64_t now_ms)
{
    enum { REST_MS = 3000 };
    bool past = ask == ASK_PARALLEL && unit->parallel_n > 0;
    if (ask != ASK_PROTOCOL && plan_needed(ask) && !unit->identified) {
        unit_forget(unit, now_ms); /* who refuses what every unit answers is not known yet */
        unit->quiet_until_ms = now_ms + REST_MS;
        return;
    }
    if (ask == ASK_PROTOCOL)
        identify_named(unit, NULL);
    if (!past)
        plan_lacking(unit, ask, now_ms);
    if (ask == ASK_PARALLEL)
        next_parallel(unit, true, now_ms);
    if (unit->setting_now && unit_set_proof(unit) == ask)
        unit_set_unproved(unit);
}

/* Told off in one framing the unit is asked in another, yet not for ever. */
static void on_misnamed(struct unit *unit, const uint8_t *frame, int64_t now_ms)
{
    enum { MOST = 4, REST_MS = 10000 };
    identify_refused(unit, frame);
    unit->again = ASK_PROTOCOL + 1;
    if (unit->refusals < MOST)
        return;
    unit_forget(unit, now_ms);
    unit->quiet_until_ms = now_ms + REST_MS;
}

static void on_nak(struct unit *unit, enum ask ask, const uint8_t *frame, int64_t now_ms)
{
    unit->statistics.naks++;
    if (unit->syncing || (unit->wary && unit->protocol))
        return;
    if (!unit->wary)
        sync_refused(unit);
    unit->refusals++;
    unit_reply_over(unit, unit->config.pause_ms, now_ms);
    if (ask == UNIT_SETTER)
        unit_set_not_written(unit);
    bool other = frame[0] == '^' || identify_protocol(unit)->framing != FRAMING_PI30;
    if (!unit->protocol && other && !protocol_named(unit->config.protocol))
        on_misnamed(unit, frame, now_ms);
    else if (unit->refusals < 2)
        unit->again = (uint8_t)(ask + 1);
    else if (ask == UNIT_SETTER)
        unit_set_nakked(unit, now_ms);
    else
        unit_lack(unit, ask, now_ms);
}

static void on_ack(struct unit *unit, int64_t now_ms)
{
    unit->heard_ms = now_ms;
    unit->statistics.answers++;
    unit_set_acked(unit, now_ms);
    unit_reply_over(unit, unit->config.setter_pause_ms, now_ms);
}

static void on_values(struct unit *unit, enum ask ask, const struct answer *answer,
                      const uint8_t *frame, int64_t now_ms)
{
    unit->heard_ms = now_ms;
    unit->statistics.answers++;
    unit_reply_over(unit, unit->config.pause_ms, now_ms);
    sync_answered(unit, ask);
    if (ask == ASK_PROTOCOL && !unit->protocol)
        identify_named(unit, answer);
    if (ask == ASK_STATUS) {
        unit->statistics.round_ms = unit->status_ms ? (int32_t)(now_ms - unit->status_ms) : 0;
        unit->status_ms = now_ms;
    }
    unit_read(unit, ask, answer, frame, now_ms);
    plan_answered(unit, ask);
    if (ask == ASK_PARALLEL)
        next_parallel(unit, false, now_ms);
    if (unit->setting_now && unit_set_proof(unit) == ask)
        unit_set_read_back(unit, now_ms);
}

/* Its form is new, or its mode: the same is asked again, and what was heard is no answer yet. */
static void on_unlike(struct unit *unit, enum ask ask, int64_t now_ms)
{
    unit_reply_over(unit, unit->config.pause_ms, now_ms);
    unit->tries = unit->refusals = 0;
    unit->again = (uint8_t)(ask + 1);
    if (ask == ASK_MODE)
        return;
    unit->verdicts.n[VERDICT_TAKEN]--;
    unit->verdicts.n[VERDICT_SHAPE]++;
    unit->statistics.shapes++;
}

static bool is_fitting(const struct unit *unit, enum ask ask)
{
    return unit->protocol && !unit->identified &&
           (ask == ASK_STATUS || ask == ASK_STATUS2 || ask == ASK_RATING);
}

static enum verdict judge(struct unit *unit, enum ask ask, const uint8_t *frame, size_t count,
                          struct answer *answer)
{
    const struct protocol *protocol = identify_protocol(unit);
    const struct question *question =
        ask == UNIT_SETTER ? &setter_question : protocol_question(protocol, ask);
    if (is_fitting(unit, ask))
        return identify_judge(unit, ask, frame, count, answer);
    return answer_judge(question, protocol->framing, frame, count, answer, NULL);
}

static void count_refused(struct unit *unit, enum verdict verdict)
{
    if (verdict == VERDICT_CHECK)
        unit->statistics.checks++;
    else if (unit->syncing)
        unit->statistics.late++;
    else
        unit->statistics.shapes++;
}

static void on_frame(struct unit *unit, const uint8_t *frame, size_t count, int64_t now_ms)
{
    struct answer answer;
    if (!unit->asking) {
        unit->verdicts.n[VERDICT_FOREIGN]++;
        unit->statistics.late++;
        return;
    }
    enum ask ask = (enum ask)(unit->asking - 1);
    enum verdict verdict = judge(unit, ask, frame, count, &answer);
    unit->verdicts.n[verdict]++;
    if (verdict != VERDICT_TAKEN) {
        count_refused(unit, verdict);
        unit->broken |= verdict == VERDICT_RANGE || verdict == VERDICT_CHECK;
        return;
    }
    switch (answer.state) {
    case ANSWER_IS_VALUES:
        if (form_believed(unit, ask, &answer, frame, count))
            on_values(unit, ask, &answer, frame, now_ms);
        else
            on_unlike(unit, ask, now_ms);
        break;
    case ANSWER_IS_ACK:
        on_ack(unit, now_ms);
        break;
    case ANSWER_IS_NAK:
        on_nak(unit, ask, frame, now_ms);
        break;
    }
}

/* No room: what follows the last beginning of a frame may still become one. */
static void make_room(struct unit *unit)
{
    size_t from = unit->rx_len - 1;
    while (from > 0 && unit->rx[from] != '(' && unit->rx[from] != '^')
        from--;
    if (from == 0)
        from = unit->rx_len;
    unit->verdicts.n[VERDICT_LENGTH]++;
    unit->rx_len -= from;
    memmove(unit->rx, unit->rx + from, unit->rx_len);
}

/* A reply came to its end and does not check. */
static void on_bad_end(struct unit *unit)
{
    if (!unit->broken &&
        (memchr(unit->rx, '(', unit->rx_len) || memchr(unit->rx, '^', unit->rx_len))) {
        unit->broken = true;
        unit->verdicts.n[VERDICT_CHECK]++;
        unit->statistics.checks++;
    }
}

void unit_bytes(struct unit *unit, const uint8_t *bytes, size_t count, int64_t now_ms)
{
    for (size_t i = 0; i < count; i++) {
        size_t start;
        if (unit->rx_len == UNIT_BUFFER)
            make_room(unit);
        unit->rx[unit->rx_len++] = bytes[i];
        unit->rx_ms = now_ms;
        if (bytes[i] != '\r' && bytes[i] != '\n')
            continue;
        if (answer_ends(unit->rx, unit->rx_len, &start)) {
            on_frame(unit, unit->rx + start, unit->rx_len - start, now_ms);
            unit->rx_len = 0;
        } else {
            on_bad_end(unit);
        }
    }
}
