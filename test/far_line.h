/* A unit and its far end on a line of 2400 baud in virtual time; any number of them.
 *
 * The far end answers one request after the other, as real ones do, with a turnaround of 40 to 80 ms;
 * faults befall its replies by chance from a seed. What it says is the test's: a function from the
 * word asked to the text of the answer. */
#ifndef BUSBAR_TEST_FAR_LINE_H
#define BUSBAR_TEST_FAR_LINE_H

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "far_frame.h"
#include "inverter/unit.h"

enum { LINE_BYTES_PER_S = 240, LINE_PIECES = 64 };

struct far_line;

/* The text of an answer, "(..", "^D" and its count left out; "" for ACK; false for NAK. */
typedef bool far_tell(struct far_line *line, const char *word, char *text, size_t room);

struct far_line {
    struct unit unit;
    enum framing framing;
    far_tell *tell;
    void *world;                 /* the test's */
    int64_t now_ms, free_ms;     /* when the far end has nothing more to say */
    uint64_t random;
    /* chances of 1000, and by how much a reply is late */
    int late, bad, lost, nak, silent;
    int64_t late_ms;
    bool mute;                   /* set by tell: no answer to this one */
    struct far_piece {
        int64_t at_ms;
        size_t count;
        char bytes[300];
    } pieces[LINE_PIECES];
    uint32_t requests, replies, overheard;
    int64_t physical_ms;         /* the exchanges at the line's own speed */
};

static inline uint32_t line_random(struct far_line *line, uint32_t below)
{
    line->random = line->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(line->random >> 33) % below;
}

static inline bool line_chance(struct far_line *line, int permille)
{
    return (int)line_random(line, 1000) < permille;
}

static inline void line_piece(struct far_line *line, int64_t at_ms, const char *bytes, size_t count)
{
    for (size_t i = 0; i < LINE_PIECES; i++) {
        if (line->pieces[i].count)
            continue;
        line->pieces[i].at_ms = at_ms;
        line->pieces[i].count = count;
        memcpy(line->pieces[i].bytes, bytes, count);
        return;
    }
    abort();
}

static inline size_t line_frame(struct far_line *line, bool said, bool setter, char *frame,
                                const char *text)
{
    char body[300];
    if (line->framing == FRAMING_PI30)
        snprintf(body, sizeof body, "(%s", !said ? "NAK" : setter ? "ACK" : text);
    else if (!said || setter)
        snprintf(body, sizeof body, "^%d", said);
    else
        snprintf(body, sizeof body, "^D%03d%s", (int)strlen(text) + 3, text);
    size_t count = strlen(body);
    memcpy(frame, body, count);
    return close_frame(frame, count);
}

/* The request's word; false where it is damaged. PI17 sends no CRC. */
static inline bool line_word(const struct far_line *line, const uint8_t *bytes, size_t count,
                             char *word, bool *setter)
{
    char check[128];
    size_t body = count - (line->framing == FRAMING_PI17 ? 1 : 3), head = 0;
    memcpy(check, bytes, body);
    if (line->framing == FRAMING_PI17)
        check[body] = '\r';
    else
        close_frame(check, body);
    if (memcmp(check, bytes, count) != 0)
        return false;
    check[body] = '\0';
    if (line->framing != FRAMING_PI30) {
        head = 5;
        if (check[0] != '^' || atoi(check + 2) != (int)count - 5)
            return false;
    }
    *setter = line->framing == FRAMING_PI30 ? check[0] != 'Q' : check[1] == 'S';
    strcpy(word, check + head);
    return true;
}

static inline void line_hear(struct far_line *line, const uint8_t *bytes, size_t count)
{
    char word[128], text[280] = "", frame[300];
    bool setter = false;
    int64_t request_ms = (int64_t)count * 1000 / LINE_BYTES_PER_S;
    int64_t turn_ms = 40 + line_random(line, 41);
    line->requests++;
    if (line->now_ms < line->free_ms && line_chance(line, 500)) {
        line->overheard++; /* busy with another one */
        return;
    }
    if (line_chance(line, line->silent))
        return;
    bool said = line_word(line, bytes, count, word, &setter) && !line_chance(line, line->nak) &&
                line->tell(line, word, text, sizeof text);
    if (line->mute) {
        line->mute = false;
        return;
    }
    size_t length = line_frame(line, said, setter, frame, text);
    int64_t from_ms = line->now_ms > line->free_ms ? line->now_ms : line->free_ms;
    from_ms += request_ms + turn_ms;
    line->physical_ms += request_ms + turn_ms + (int64_t)length * 1000 / LINE_BYTES_PER_S;
    if (line_chance(line, line->late))
        from_ms += line_random(line, (uint32_t)line->late_ms + 1);
    if (line_chance(line, line->bad))
        frame[1 + line_random(line, (uint32_t)length - 1)] ^= (char)(1u << line_random(line, 8));
    if (line_chance(line, line->lost))
        memmove(frame + 2, frame + 3, --length - 2);
    size_t half = length / 2;
    line_piece(line, from_ms + (int64_t)half * 1000 / LINE_BYTES_PER_S, frame, half);
    line->free_ms = from_ms + (int64_t)length * 1000 / LINE_BYTES_PER_S;
    line_piece(line, line->free_ms, frame + half, length - half);
    line->replies++;
}

static inline struct far_piece *line_next(struct far_line *line)
{
    struct far_piece *next = NULL;
    for (size_t i = 0; i < LINE_PIECES; i++) {
        struct far_piece *piece = &line->pieces[i];
        if (piece->count && (!next || piece->at_ms < next->at_ms))
            next = piece;
    }
    return next;
}

static inline int64_t line_step(struct far_line *line)
{
    uint8_t out[UNIT_REQUEST];
    size_t count;
    bool drain;
    int64_t wake_ms = unit_step(&line->unit, out, sizeof out, &count, &drain, line->now_ms);
    if (wake_ms <= line->now_ms || drain != (count > 0))
        CHECK(false, "wakes at %" PRId64 ", now %" PRId64, wake_ms, line->now_ms);
    if (count)
        line_hear(line, out, count);
    return wake_ms;
}

/* Runs to a moment, waking only when somebody asked to be woken; looks after each turn. */
static inline void line_run(struct far_line *line, int64_t end_ms, void (*look)(struct far_line *))
{
    while (line->now_ms < end_ms) {
        int64_t wake_ms = line_step(line);
        struct far_piece *piece = line_next(line);
        int64_t to_ms = wake_ms < end_ms ? wake_ms : end_ms;
        if (piece && piece->at_ms <= to_ms) {
            line->now_ms = piece->at_ms > line->now_ms ? piece->at_ms : line->now_ms;
            unit_bytes(&line->unit, (const uint8_t *)piece->bytes, piece->count, line->now_ms);
            piece->count = 0;
        } else {
            line->now_ms = to_ms;
        }
        if (look)
            look(line);
    }
}

static inline void line_start(struct far_line *line, const struct unit_config *config,
                              uint64_t seed)
{
    line->now_ms = 1;
    line->random = seed * 0x9E3779B97F4A7C15u + 1;
    unit_init(&line->unit, config, line->now_ms);
}

#endif
