/* Every collected answer decodes whole or is refused for the reason the collection gives; every
 * request is built byte by byte. */
#include "inverter/answer_pick.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { COLUMNS = 5, FRAME_ROOM = 1024 };
enum { MODEL = 1, COMMAND = 2, RAW = 3, NOTE = 4 };

static struct {
    unsigned whole, answers, requests, sent, bad, reasons, made, computed;
} seen;

/* "\xNN" escapes to bytes; returns the length. */
static size_t unescape(uint8_t *out, size_t room, const char *text, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length && count < room; i++) {
        unsigned byte;
        if (text[i] == '\\' && i + 3 < length && sscanf(text + i, "\\x%2x", &byte) == 1) {
            out[count++] = (uint8_t)byte;
            i += 3;
        } else {
            out[count++] = (uint8_t)text[i];
        }
    }
    return count;
}

static size_t column_bytes(uint8_t *out, size_t room, char **column, int which)
{
    return unescape(out, room, column[which], strlen(column[which]));
}

/* The word asked; a note in place of one is any setter. */
static void command_of(char *word, size_t room, char **column)
{
    uint8_t bytes[256];
    size_t count = column_bytes(bytes, sizeof bytes, column, COMMAND);
    const char *text = column[COMMAND];
    if (*text == '(' || strstr(text, " sent ") || strstr(text, "any ") || strstr(text, "request "))
        count = (size_t)snprintf((char *)bytes, sizeof bytes, "POP02");
    CHECK(pick_word(word, room, bytes, count), "no word in %s", text);
}

/* Decoded, nothing left over, each field with a name of its own. */
static bool is_whole(const struct pick *pick)
{
    const struct question *question = pick->question;
    if (pick->verdict != VERDICT_TAKEN || pick->answer.surplus.length)
        return false;
    bool rows = question->kind == ANSWER_ROWS;
    for (int i = 0; rows && i < pick->answer.count; i++)
        if (!question->rows[i].name || !*question->rows[i].name)
            return false;
    return pick->answer.state != ANSWER_IS_VALUES || pick->answer.count > 0;
}

static void check_answer(char **column, const uint8_t *frame, size_t count, unsigned *answers)
{
    char word[128];
    struct pick pick;
    command_of(word, sizeof word, column);
    pick_answer(&pick, NULL, word, frame, count);
    ++*answers;
    seen.whole += is_whole(&pick);
    CHECK(is_whole(&pick), "%s %s %s: %s, surplus '%.*s'", column[MODEL], column[COMMAND],
          column[RAW], pick.refusal.why, pick.answer.surplus.length,
          (const char *)frame + pick.answer.surplus.at);
}

/* Each frame of a row decodes; between and after them is nothing but padding. */
static void check_good(char **column)
{
    uint8_t bytes[FRAME_ROOM];
    size_t room = column_bytes(bytes, sizeof bytes, column, RAW), at = 0, start, count;
    unsigned frames = 0;
    while (answer_find(bytes + at, room - at, &start, &count)) {
        for (size_t i = 0; i < start; i++)
            CHECK(bytes[at + i] == 0, "bytes before a frame: %s", column[RAW]);
        frames++;
        check_answer(column, bytes + at + start, count, &seen.answers);
        at += start + count;
    }
    CHECK(frames > 0, "no frame: %s %s", column[COMMAND], column[RAW]);
    for (; at < room; at++)
        CHECK(bytes[at] == 0, "bytes left: %s", column[RAW]);
}

/* A text without its CRC gets one. */
static void check_made(char **column)
{
    uint8_t bytes[FRAME_ROOM];
    size_t count = column_bytes(bytes, sizeof bytes - 3, column, RAW);
    uint16_t crc = answer_crc(bytes, count);
    bytes[count++] = (uint8_t)(crc >> 8);
    bytes[count++] = (uint8_t)crc;
    bytes[count++] = '\r';
    check_answer(column, bytes, count, &seen.made);
}

/* Refused, and for what the note says: "CRC-BAD(exp \xNN\xNN)". */
static void check_bad(char **column)
{
    uint8_t bytes[FRAME_ROOM], expected[8];
    size_t room = column_bytes(bytes, sizeof bytes, column, RAW), start, count;
    char word[128], reason[48];
    struct pick pick;
    seen.bad++;
    CHECK(!answer_find(bytes, room, &start, &count), "taken: %s", column[RAW]);
    if (!pick_frame(bytes, room, &start, &count)) {
        CHECK(false, "no frame: %s", column[RAW]);
        return;
    }
    command_of(word, sizeof word, column);
    pick_answer(&pick, NULL, word, bytes + start, count);
    CHECK(pick.verdict == VERDICT_CHECK, "%s: %s", column[RAW], verdict_name(pick.verdict));
    const char *note = strstr(column[NOTE], "CRC-BAD(exp ") + strlen("CRC-BAD(exp ");
    const char *end = strrchr(note, ')');
    CHECK(end && unescape(expected, sizeof expected, note, (size_t)(end - note)) == 2, "%s", note);
    snprintf(reason, sizeof reason, "%02X %02X was expected", expected[0], expected[1]);
    bool same = strstr(pick.refusal.why, reason) != NULL;
    seen.reasons += same;
    CHECK(same, "%s: %s, not %s", column[RAW], pick.refusal.why, reason);
}

static void check_request(char **column)
{
    uint8_t bytes[FRAME_ROOM], out[REQUEST_MAX];
    char word[128];
    size_t count = column_bytes(bytes, sizeof bytes, column, RAW);
    size_t made = answer_request(out, sizeof out, FRAMING_PI30, 'P', column[COMMAND]);
    bool same = made == count && !memcmp(out, bytes, count);
    seen.requests++;
    seen.sent += same;
    CHECK(same, "request %s", column[COMMAND]);
    CHECK(pick_word(word, sizeof word, bytes, count) && !strcmp(word, column[COMMAND]), "%s is %s",
          column[RAW], word);
}

static void check_row(char *line)
{
    char *column[COLUMNS] = {line};
    for (int i = 1; i < COLUMNS; i++) {
        column[i] = strchr(column[i - 1], '\t');
        if (!column[i])
            return;
        *column[i]++ = '\0';
    }
    const char *note = column[NOTE];
    if (strstr(note, "REQUEST vector"))
        check_request(column);
    else if (strstr(note, "CRC-BAD"))
        check_bad(column);
    else if (strstr(note, "CRC-OK") || strstr(note, "CHK-OK") || strstr(note, "SUM-OK"))
        check_good(column);
    else if (strstr(note, "no CRC in source"))
        check_made(column);
    else
        CHECK(strcmp(column[COMMAND], "command") == 0, "a row of another kind: %s", note);
}

int main(void)
{
    const char *shared = getenv("BUSBAR_SHARED");
    char path[512], line[4096];
    snprintf(path, sizeof path, "%s/data/pi30-vectors.tsv", shared ? shared : "../shared");
    FILE *file = fopen(path, "r");
    if (!file) {
        check_skip("no ../shared/data/pi30-vectors.tsv");
        return check_done("answer_vectors");
    }
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        check_row(line);
    }
    fclose(file);
    CHECK(seen.answers > 100 && seen.made > 15 && seen.bad > 15 && seen.requests > 40,
          "few: %u %u %u %u", seen.answers, seen.made, seen.bad, seen.requests);
    printf(
        "vectors: %u of %u answers with and %u without their CRC decode whole, %u of %u requests "
        "are built, %u of %u damaged ones are refused for the reason given\n",
        seen.whole, seen.answers + seen.made, seen.made, seen.sent, seen.requests, seen.reasons,
        seen.bad);
    return check_done("answer_vectors");
}
