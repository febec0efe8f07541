#include "inverter/probe.h"

#include <assert.h>
#include <string.h>

#include "inverter/answer.h"

/* A NAK may be a damaged request: believed the second time. */
enum { FIRST_TRIES = 3, TRIES = 4, NAKS = 2, CROSSINGS = 2, UNSENT_MS = 100 };

enum what { PROTOCOL, SERIAL, SERIAL_LONG, MODEL, MODEL_CODE, FIRMWARE, RATING, STATUS };

/* clang-format off */
/* First questions of every framing, then, of the framing that answered, from top to bottom. */
static const struct row {
    enum framing framing;
    const char *word;
    enum what what;
    bool thorough;
} rows[] = {
    {FRAMING_PI30, "QPI",   PROTOCOL,    false},
    {FRAMING_PI18, "PI",    PROTOCOL,    false},
    {FRAMING_PI17, "PI",    PROTOCOL,    false},
    {FRAMING_PI30, "QID",   SERIAL,      false},
    {FRAMING_PI30, "QSID",  SERIAL_LONG, false},
    {FRAMING_PI30, "QMN",   MODEL,       true},
    {FRAMING_PI30, "QGMN",  MODEL_CODE,  true},
    {FRAMING_PI30, "QVFW",  FIRMWARE,    true},
    {FRAMING_PI30, "QPIRI", RATING,      true},
    {FRAMING_PI30, "QPIGS", STATUS,      true},
    {FRAMING_PI18, "ID",    SERIAL_LONG, false},
    {FRAMING_PI18, "VFW",   FIRMWARE,    true},
    {FRAMING_PI18, "PIRI",  RATING,      true},
    {FRAMING_PI18, "GS",    STATUS,      true},
    {FRAMING_PI17, "ID",    SERIAL,      false},
    {FRAMING_PI17, "MD",    MODEL,       true},
    {FRAMING_PI17, "VFW",   FIRMWARE,    true},
    {FRAMING_PI17, "PIRI",  RATING,      true},
    {FRAMING_PI17, "GS",    STATUS,      true},
};
/* clang-format on */

enum { ROWS = sizeof rows / sizeof *rows };

void probe_start(struct probe *probe, bool thorough, int32_t answer_ms, int64_t now_ms)
{
    *probe = (struct probe){.thorough = thorough,
                            .answer_ms = answer_ms > 0 ? answer_ms : PROBE_ANSWER_MS,
                            .found.output_mode = -1,
                            .quiet_until_ms = now_ms};
}

void probe_prove(struct probe *probe, enum framing framing, int64_t now_ms)
{
    probe_start(probe, false, 0, now_ms);
    probe->found.framing = framing;
    while (rows[probe->at].what == PROTOCOL || rows[probe->at].framing != framing)
        probe->at++;
}

static bool is_wanted(const struct probe *probe, const struct row *row)
{
    const struct probe_found *found = &probe->found;
    if (row->framing != found->framing || row->what == PROTOCOL ||
        (row->thorough && !probe->thorough))
        return false;
    if (row->what == SERIAL_LONG)
        return !*found->serial;
    return row->what != MODEL_CODE || !*found->model;
}

static void ask_next(struct probe *probe)
{
    probe->tries = probe->naks = 0;
    do
        probe->at++;
    while (probe->at < ROWS && !is_wanted(probe, &rows[probe->at]));
    if (probe->at >= ROWS)
        probe->state = probe->heard ? PROBE_KNOWN : PROBE_SILENT;
}

/* The first questions go round by framing, that of most units most often; the last one's silence is
 * the end. */
static void first_unanswered(struct probe *probe)
{
    if (probe->at == 0 && probe->tries < FIRST_TRIES)
        return;
    probe->tries = probe->naks = 0;
    probe->at++;
    if (rows[probe->at].what != PROTOCOL)
        probe->state = PROBE_SILENT;
}

static void unanswered(struct probe *probe)
{
    if (rows[probe->at].what == PROTOCOL)
        first_unanswered(probe);
    else if (probe->tries >= TRIES || probe->naks >= NAKS)
        ask_next(probe);
}

/* --- what an answer says --- */

static void keep(char out[24], const char *text, size_t count)
{
    size_t fits = count < 23 ? count : 23;
    for (size_t i = 0; i < fits; i++)
        out[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
    out[fits] = '\0';
}

static bool is_alnum(const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!(text[i] >= '0' && text[i] <= '9') && !(text[i] >= 'A' && text[i] <= 'Z') &&
            !(text[i] >= 'a' && text[i] <= 'z'))
            return false;
    return true;
}

static bool take_serial(struct probe *probe, const char *text, size_t count)
{
    enum { LEAST = 10, MOST = 20 };
    if (count < LEAST || count > MOST || !is_alnum(text, count))
        return false;
    keep(probe->found.serial, text, count);
    return true;
}

/* Two digits how many of the 20 that follow are valid. */
static bool take_serial_long(struct probe *probe, const char *text, size_t count)
{
    enum { LONG = 22 };
    if (count != LONG || !is_alnum(text, count))
        return false;
    size_t valid = (size_t)(text[0] - '0') * 10 + (size_t)(text[1] - '0');
    return valid <= LONG - 2 && take_serial(probe, text + 2, valid);
}

/* "PI30", or of ^D00518 the 18; anything else is an answer to another question. */
static bool take_protocol(struct probe *probe, enum framing framing, const char *text, size_t count)
{
    bool bare = framing != FRAMING_PI30;
    if (count < 2 || count > 5 || !is_alnum(text, count) || (!bare && memcmp(text, "PI", 2) != 0))
        return false;
    char *out = probe->found.protocol;
    memcpy(out, "PI", 2);
    memcpy(out + (bare ? 2 : 0), text, count);
    out[count + (bare ? 2 : 0)] = '\0';
    bool older = bare && (memcmp(text, "16", 2) == 0 || memcmp(text, "17", 2) == 0);
    probe->found.framing = older ? FRAMING_PI17 : framing;
    return true;
}

static bool take_firmware(struct probe *probe, const char *text, size_t count)
{
    static const char before[] = "VERFW:";
    bool named = count > sizeof before && memcmp(text, before, sizeof before - 1) == 0;
    if (named)
        keep(probe->found.firmware, text + sizeof before - 1, count - (sizeof before - 1));
    else if (rows[probe->at].framing != FRAMING_PI30 && count >= 5)
        keep(probe->found.firmware, text, count);
    return *probe->found.firmware;
}

static bool count_fields(uint8_t *fields, char separator, const char *text, size_t count)
{
    enum { LEAST = 15 };
    uint8_t found = 1;
    for (size_t i = 1; i + 1 < count; i++)
        if (text[i] == separator && text[i - 1] != separator)
            found++;
    if (found >= LEAST)
        *fields = found;
    return found >= LEAST;
}

static void keep_rating(struct probe_found *found, const struct answer *answer)
{
    const struct question *question = answer->question;
    for (size_t i = 0; i < answer->count && i < question->count; i++) {
        enum quantity is = question->rows[i].is;
        int32_t value = answer->value[i];
        for (uint8_t d = question->rows[i].decimals; d > (is == RATED_DA); d--)
            value /= 10;
        if (is == RATED_W)
            found->rated_W = value;
        else if (is == RATED_DA && question->rows[i].decimals)
            found->rated_dA = value;
        else if (is == CHARGE_MAX_A)
            found->charge_max_A = value;
        else if (is == OUTPUT_MODE)
            found->output_mode = value;
    }
}

/* By the first protocol whose table the ratings fit. */
static void read_rating(struct probe *probe, const uint8_t *frame, size_t count)
{
    struct answer answer;
    enum framing framing = probe->found.framing;
    for (size_t i = 0; i < protocol_count; i++) {
        const struct question *question = protocol_question(protocols[i], ASK_RATING);
        if (protocols[i]->framing != framing || !question ||
            answer_judge(question, framing, frame, count, &answer, NULL) != VERDICT_TAKEN ||
            answer.state != ANSWER_IS_VALUES)
            continue;
        keep_rating(&probe->found, &answer);
        return;
    }
}

static bool take(struct probe *probe, const char *text, size_t count)
{
    const struct row *row = &rows[probe->at];
    struct probe_found *found = &probe->found;
    char separator = row->framing == FRAMING_PI30 ? ' ' : ',';
    switch (row->what) {
    case PROTOCOL:
        return take_protocol(probe, row->framing, text, count);
    case SERIAL:
        return take_serial(probe, text, count);
    case SERIAL_LONG:
        return take_serial_long(probe, text, count);
    case MODEL:
    case MODEL_CODE:
        if (count < 2 || count > 23 || memchr(text, ' ', count))
            return false;
        keep(found->model, text, count);
        return true;
    case FIRMWARE:
        return take_firmware(probe, text, count);
    case RATING:
        return count_fields(&found->rating_fields, separator, text, count);
    case STATUS:
        return count_fields(&found->status_fields, separator, text, count);
    }
    return false;
}

/* --- the conversation --- */

static void answer_is_over(struct probe *probe, int64_t now_ms)
{
    probe->asking = false;
    probe->rx_len = 0;
    probe->quiet_until_ms = now_ms + PROBE_PAUSE_MS;
}

/* A first question refused in the other family's words: that is a first question of its own. */
static void refused(struct probe *probe, bool caret)
{
    const struct row *row = &rows[probe->at];
    bool crossed = caret != (row->framing != FRAMING_PI30);
    if (row->what == PROTOCOL && crossed && probe->crossings < CROSSINGS) {
        probe->crossings++;
        probe->at = caret ? 1 : 0;
        probe->tries = probe->naks = 0;
    } else {
        unanswered(probe);
    }
}

static void on_frame(struct probe *probe, const char *frame, size_t count, int64_t now_ms)
{
    enum { TAIL = 3, CARET_HEAD = 5 }; /* CRC and CR; "^Dnnn" */
    bool caret = frame[0] == '^';
    const struct row *row = &rows[probe->at];
    bool refusal = caret ? frame[1] == '0' : count == 7 && memcmp(frame, "(NAK", 4) == 0;
    size_t head = caret ? CARET_HEAD : 1;
    if (refusal) {
        probe->heard = true;
        probe->naks++;
        answer_is_over(probe, now_ms);
        refused(probe, caret);
    } else if (caret == (row->framing != FRAMING_PI30) && count > head + TAIL &&
               take(probe, frame + head, count - head - TAIL)) {
        if (row->what == RATING)
            read_rating(probe, (const uint8_t *)frame, count);
        probe->heard = true;
        answer_is_over(probe, now_ms);
        ask_next(probe);
    } /* else an answer to something asked before: ours may follow */
}

static void make_room(struct probe *probe)
{
    size_t half = sizeof probe->rx / 2;
    memmove(probe->rx, probe->rx + half, half);
    probe->rx_len = half;
}

void probe_bytes(struct probe *probe, const uint8_t *bytes, size_t count, int64_t now_ms)
{
    for (size_t i = 0; i < count && probe->asking; i++) {
        size_t start;
        if (probe->rx_len == sizeof probe->rx)
            make_room(probe);
        probe->rx[probe->rx_len++] = bytes[i];
        if ((bytes[i] != '\r' && bytes[i] != '\n') ||
            !answer_ends(probe->rx, probe->rx_len, &start))
            continue;
        size_t length = probe->rx_len - start;
        probe->rx_len = 0;
        on_frame(probe, (const char *)probe->rx + start, length, now_ms);
    }
}

int64_t probe_step(struct probe *probe, uint8_t *out, size_t room, size_t *count, int64_t now_ms)
{
    assert(room >= PROBE_REQUEST);
    *count = 0;
    if (probe->asking && now_ms - probe->asked_ms < probe->answer_ms)
        return probe->asked_ms + probe->answer_ms;
    if (probe->asking) {
        answer_is_over(probe, now_ms);
        unanswered(probe);
    }
    if (probe->state != PROBE_ASKS)
        return INT64_MAX;
    if (now_ms < probe->quiet_until_ms)
        return probe->quiet_until_ms;
    probe->asking = true;
    probe->tries++;
    probe->asked_ms = now_ms;
    probe->rx_len = 0;
    *count = answer_request(out, room, rows[probe->at].framing, 'P', rows[probe->at].word);
    return now_ms + probe->answer_ms;
}

void probe_unsent(struct probe *probe, int64_t now_ms)
{
    probe->asking = false;
    probe->tries--;
    probe->quiet_until_ms = now_ms + UNSENT_MS;
}
