/* What a damaged, late or foreign answer must get through before it is believed.
 *
 * accept_run damages genuine answers as a line does and offers them as the answer to the question
 * that was asked, through the framing and the judgement that serve the real port:
 * - how many pass a check of the CRC alone, against the 2^-16 of a perfect one;
 * - how many pass the CRC and the shape of the question.
 * accept_shape gives damaged bodies a CRC that fits, so that only the shape is in their way: a CRC16
 * lets through what flips four or more bits, an even number, or longer than 16 bits in a row.
 * What is left must have the form of the unit's answers before it (inverter/unit_form.c), here that of
 * the undamaged one.
 * accept_late offers every answer of a protocol to every other question of it: a late answer has a
 * good CRC, the shape alone tells. Where two questions are answered alike, nothing on the line can
 * tell: alike[] names them, and they are why the input is thrown away before each request. */
#ifndef BUSBAR_TEST_ACCEPT_H
#define BUSBAR_TEST_ACCEPT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer_samples.h"
#include "answers.h"
#include "check.h"
#include "inverter/unit_inner.h"

enum { FRAME_ROOM = 512, FRAME_COUNT_MAX = 1024 };

enum damage {
    DAMAGE_FLIPS,      /* 4 to 12 bits, an even number */
    DAMAGE_BURST,      /* 3 to 40 bytes of noise in a row */
    DAMAGE_LOST,       /* 1 to 20 bytes lost in one place */
    DAMAGE_SHIFT,      /* from some byte on sampled one bit late */
    DAMAGE_SPLICE,     /* the head of one answer, the tail of another question's */
    DAMAGE_NOISE,      /* random bytes between ( and CR */
    DAMAGES
};

static const char *const damage_names[DAMAGES] = {"bits flipped", "burst", "bytes lost",
                                                  "bit slip", "two spliced", "noise"};

struct frame {
    const struct protocol *protocol;
    const struct question *question;
    uint8_t bytes[FRAME_ROOM];
    size_t count;
};

/* Every question of every protocol with each of its samples. */
struct frames {
    struct frame frame[FRAME_COUNT_MAX];
    unsigned count;
};

struct accept_tally {
    uint64_t offered[DAMAGES], crc[DAMAGES], shape[DAMAGES], form[DAMAGES];
    uint64_t sums, sums_taken;         /* REVO's answers with one byte of sum, kept apart */
};

/* Words that are answered alike. */
static const char *const alike[] = {
    "QET QEYyyyy QEMyyyymm QEDyyyymmdd QLT QLYyyyy QLMyyyymm QLDyyyymmdd",
    "QMCHGCR QMUCHGCR QMSCHGCR", "QOPPT QCHPT",
    "QBOOT QOPM QCST",           /* one or two digits */
    "QGMN QCVT QBATCD",          /* three digits */
    "QVFW QVFW2 QVFW3 VERFW",    /* some units head all of them VERFW: */
    "MCHGCR MUCHGCR", "ET EYyyyy EMyyyymm EDyyyymmdd EHyyyymmddhh GPMP", "ACCT ACLT",
    "PI MOD",                    /* two digits */
    "DM PI MOD",
};

static inline uint32_t accept_random(uint64_t *state, uint32_t below)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(((*state >> 32) * below) >> 32);
}

static inline void frames_fill(struct frames *frames)
{
    frames->count = 0;
    for (size_t p = 0; p < protocol_count; p++)
        for (size_t q = 0; q < protocols[p]->question_count; q++)
            for (size_t s = 0; s < SAMPLES; s++) {
                const struct question *question = &protocols[p]->questions[q];
                if (!sample_of(&samples[s], protocols[p]) || !sample_asks(&samples[s], question) ||
                    frames->count == FRAME_COUNT_MAX)
                    continue;
                struct frame *frame = &frames->frame[frames->count++];
                frame->protocol = protocols[p];
                frame->question = question;
                frame->count = frame_of(frame->bytes, samples[s].text);
            }
}

static inline void flip_bits(uint8_t *bytes, size_t count, uint64_t *random)
{
    uint32_t flips = 4 + 2 * accept_random(random, 5);
    for (uint32_t i = 0; i < flips; i++) {
        uint32_t bit = accept_random(random, (uint32_t)count * 8);
        bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
}

static inline void add_burst(uint8_t *bytes, size_t count, uint64_t *random)
{
    uint32_t length = 3 + accept_random(random, 38), at = accept_random(random, (uint32_t)count);
    for (uint32_t i = at; i < at + length && i < count; i++)
        bytes[i] = (uint8_t)accept_random(random, 256);
}

static inline size_t lose_bytes(uint8_t *bytes, size_t count, uint64_t *random)
{
    uint32_t lost = 1 + accept_random(random, 20), at = accept_random(random, (uint32_t)count);
    if (at + lost > count)
        lost = (uint32_t)count - at;
    memmove(bytes + at, bytes + at + lost, count - at - lost);
    return count - lost;
}

static inline void slip_bit(uint8_t *bytes, size_t count, uint64_t *random)
{
    uint32_t at = accept_random(random, (uint32_t)count);
    for (size_t i = at; i < count; i++) {
        uint8_t next = i + 1 < count ? bytes[i + 1] : 0x0D;
        bytes[i] = (uint8_t)(bytes[i] >> 1 | next << 7);
    }
}

/* bytes hold count of a frame's body; returns how many they are afterwards. */
static inline size_t damage_body(uint8_t *bytes, size_t count, enum damage damage,
                                 const struct frame *other, uint64_t *random)
{
    switch (damage) {
    case DAMAGE_FLIPS:
        flip_bits(bytes, count, random);
        return count;
    case DAMAGE_BURST:
        add_burst(bytes, count, random);
        return count;
    case DAMAGE_LOST:
        return lose_bytes(bytes, count, random);
    case DAMAGE_SHIFT:
        slip_bit(bytes, count, random);
        return count;
    case DAMAGE_SPLICE: {
        size_t head = accept_random(random, (uint32_t)count);
        size_t from = accept_random(random, (uint32_t)other->count - 3);
        size_t tail = other->count - 3 - from;
        memcpy(bytes + head, other->bytes + from, tail);
        return head + tail;
    }
    case DAMAGE_NOISE:
        for (size_t i = 0; i < count; i++)
            bytes[i] = (uint8_t)accept_random(random, 256);
        return count;
    case DAMAGES:
        break;
    }
    return count;
}

/* A genuine answer of another moment: last digits of some fields change, as far as the question takes
 * them. */
static inline void vary(struct frame *frame, uint64_t *random)
{
    struct frame other = *frame;
    struct answer answer;
    for (size_t i = 1; i + 4 < frame->count; i++) {
        uint8_t *byte = &other.bytes[i];
        bool last = *byte >= '0' && *byte <= '9' && strchr(" ,", byte[1]);
        if (last && byte[1] && accept_random(random, 3) == 0)
            *byte = (uint8_t)('0' + accept_random(random, 10));
    }
    size_t body = frame->count - 3;
    uint16_t crc = answer_crc(other.bytes, body);
    other.bytes[body] = (uint8_t)((crc >> 8) + (crc >> 8 == '\r'));
    other.bytes[body + 1] = (uint8_t)((crc & 0xFF) + ((crc & 0xFF) == '\r'));
    if (answer_judge(frame->question, frame->protocol->framing, other.bytes, other.count, &answer,
                     NULL) == VERDICT_TAKEN)
        *frame = other;
}

/* Another question of the same unit. */
static inline const struct frame *other_frame(const struct frames *frames,
                                              const struct frame *than, uint64_t *random)
{
    for (;;) {
        const struct frame *other = &frames->frame[accept_random(random, frames->count)];
        if (other->protocol == than->protocol && strcmp(other->question->word, than->question->word))
            return other;
    }
}

/* Does a unit that was told the undamaged answer before believe this one too? */
static inline bool has_form(const struct frame *frame, const struct answer *answer,
                            const uint8_t *bytes, size_t count)
{
    static struct unit unit;
    struct answer before;
    enum ask ask = frame->question->ask;
    form_forget(&unit);
    if (answer_judge(frame->question, frame->protocol->framing, frame->bytes, frame->count, &before,
                     NULL) == VERDICT_TAKEN)
        form_believed(&unit, ask, &before, frame->bytes, frame->count);
    return answer->state != ANSWER_IS_VALUES || form_believed(&unit, ask, answer, bytes, count);
}

/* A whole frame is offered as the port hears it; is there one whose CRC fits, and is it believed? An
 * answer that came through unharmed does not count. */
static inline void offer(struct accept_tally *tally, enum damage damage, const struct frame *frame,
                         const uint8_t *bytes, size_t room)
{
    size_t start, count;
    struct answer answer;
    if (room == frame->count && !memcmp(bytes, frame->bytes, room))
        return;
    bool sum = frame->question->sum;
    if (sum)
        tally->sums++;
    else
        tally->offered[damage]++;
    if (!answer_find(bytes, room, &start, &count))
        return;
    if (count == frame->count && !memcmp(bytes + start, frame->bytes, count))
        return;
    enum verdict verdict = answer_judge(frame->question, frame->protocol->framing, bytes + start,
                                        count, &answer, NULL);
    if (sum) {
        tally->sums_taken += verdict == VERDICT_TAKEN;
        return;
    }
    tally->crc[damage] += verdict != VERDICT_CHECK;
    tally->shape[damage] += verdict == VERDICT_TAKEN;
    tally->form[damage] +=
        verdict == VERDICT_TAKEN && has_form(frame, &answer, bytes + start, count);
}

static inline void accept_run(struct accept_tally *tally, const struct frames *frames,
                              uint64_t seed, uint64_t answers)
{
    uint64_t random = seed;
    for (uint64_t i = 0; i < answers; i++) {
        struct frame frame = frames->frame[accept_random(&random, frames->count)];
        enum damage damage = (enum damage)accept_random(&random, DAMAGES);
        uint8_t bytes[2 * FRAME_ROOM];
        vary(&frame, &random);
        memcpy(bytes, frame.bytes, frame.count);
        /* Everything but the CR can be hit; the end comes as it came, or the next answer's does. */
        size_t count = damage_body(bytes, frame.count - 1, damage,
                                   other_frame(frames, &frame, &random), &random);
        bytes[count++] = '\r';
        offer(tally, damage, &frame, bytes, count);
    }
}

/* An answer of ten fields or 32 bits and more that is asked again and again: the status, the ratings
 * and the warnings. */
static inline bool is_long(const struct question *question)
{
    if (!form_kept(question->ask))
        return false;
    return question->count >= 10 || question->kind == ANSWER_BITS || question->kind == ANSWER_FLAGS;
}

/* The same damage under a CRC that fits, to the long answers or to the short ones. */
static inline void accept_shape(struct accept_tally *tally, const struct frames *frames, bool longs,
                                uint64_t seed, uint64_t answers)
{
    uint64_t random = seed;
    for (uint64_t i = 0; i < answers; i++) {
        const struct frame *frame = &frames->frame[accept_random(&random, frames->count)];
        if (is_long(frame->question) != longs)
            continue;
        enum damage damage = (enum damage)accept_random(&random, DAMAGES);
        uint8_t bytes[2 * FRAME_ROOM];
        struct answer answer;
        size_t body = frame->count - 4;
        memcpy(bytes, frame->bytes, frame->count);
        size_t count = 1 + damage_body(bytes + 1, body, damage,
                                       other_frame(frames, frame, &random), &random);
        if (count == 1 + body && !memcmp(bytes, frame->bytes, count))
            continue;
        uint16_t crc = answer_crc(bytes, count);
        bytes[count++] = (uint8_t)((crc >> 8) + (crc >> 8 == '\r'));
        bytes[count++] = (uint8_t)((crc & 0xFF) + ((crc & 0xFF) == '\r'));
        bytes[count++] = '\r';
        tally->offered[damage]++;
        tally->crc[damage]++;
        enum verdict verdict = answer_judge(frame->question, frame->protocol->framing, bytes, count,
                                            &answer, NULL);
        tally->shape[damage] += verdict == VERDICT_TAKEN;
        tally->form[damage] += verdict == VERDICT_TAKEN && has_form(frame, &answer, bytes, count);
    }
}

static inline bool has_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; (at = strstr(at, word)) != NULL; at++)
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
            return true;
    return false;
}

static inline bool are_alike(const char *a, const char *b)
{
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++)
        if (has_word(alike[i], a) && has_word(alike[i], b))
            return true;
    return false;
}

/* Every answer to every other question of its protocol. */
static inline void accept_late(const struct frames *frames)
{
    unsigned offered = 0, explained = 0, taken = 0;
    for (unsigned i = 0; i < frames->count; i++) {
        const struct frame *frame = &frames->frame[i];
        for (size_t q = 0; q < frame->protocol->question_count; q++) {
            const struct question *question = &frame->protocol->questions[q];
            struct answer answer;
            if (!strcmp(question->word, frame->question->word))
                continue;
            offered++;
            if (answer_judge(question, frame->protocol->framing, frame->bytes, frame->count, &answer,
                             NULL) != VERDICT_TAKEN)
                continue;
            bool known = are_alike(question->word, frame->question->word);
            explained += known;
            taken += !known;
            CHECK(known, "%s takes the answer to %s for that to %s", frame->protocol->name,
                  frame->question->word, question->word);
        }
    }
    printf("late answers: %u offered to other questions, all with a good CRC: %u taken, and %u "
           "between questions that are answered alike\n",
           offered, taken, explained);
}

static inline double share(uint64_t part, uint64_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

/* What shape and form let through of what a CRC alone does. */
static inline double accept_print_shape(const struct accept_tally *tally, const char *what)
{
    uint64_t offered = 0, shape = 0, form = 0;
    for (int d = 0; d < DAMAGES; d++) {
        offered += tally->offered[d];
        shape += tally->shape[d];
        form += tally->form[d];
        printf("  %-12s %9llu with a CRC that fits, %7llu have the shape: %.1e, %6llu the form too: "
               "%.1e\n",
               damage_names[d], (unsigned long long)tally->offered[d],
               (unsigned long long)tally->shape[d], share(tally->shape[d], tally->offered[d]),
               (unsigned long long)tally->form[d], share(tally->form[d], tally->offered[d]));
    }
    printf("%s: the shape takes %.1e, shape and form %.1e: 1 of %.0f\n", what,
           share(shape, offered), share(form, offered), form ? share(offered, form) : 0);
    return share(form, offered);
}

/* Bits flipped, bursts, slips and noise: damage that keeps the length. */
static inline double accept_kept_share(const struct accept_tally *tally)
{
    uint64_t offered = 0, taken = 0;
    for (int d = 0; d < DAMAGES; d++)
        if (d != DAMAGE_LOST && d != DAMAGE_SPLICE) {
            offered += tally->offered[d];
            taken += tally->shape[d];
        }
    return share(taken, offered);
}

static inline void accept_judge(uint64_t seed, uint64_t answers)
{
    static struct frames frames;
    static struct accept_tally run, longs, shorts;
    uint64_t offered = 0, crc = 0, form = 0;
    frames_fill(&frames);
    printf("seed %llu, %u answers of %zu protocols\n", (unsigned long long)seed, frames.count,
           protocol_count);
    accept_run(&run, &frames, seed, answers);
    for (int d = 0; d < DAMAGES; d++) {
        printf("  %-12s %10llu damaged, %6llu pass the CRC: %.1e, %4llu the shape too, "
               "%4llu the form too\n",
               damage_names[d], (unsigned long long)run.offered[d], (unsigned long long)run.crc[d],
               share(run.crc[d], run.offered[d]), (unsigned long long)run.shape[d],
               (unsigned long long)run.form[d]);
        offered += run.offered[d];
        crc += run.crc[d];
        form += run.form[d];
    }
    printf("damaged: %llu; a CRC alone takes %llu (%.2f of 2^-16), CRC, shape and form %llu\n",
           (unsigned long long)offered, (unsigned long long)crc, share(crc, offered) * 65536,
           (unsigned long long)form);
    printf("REVO's one byte of sum, for QALL and PQSE: %llu damaged, %llu taken\n",
           (unsigned long long)run.sums, (unsigned long long)run.sums_taken);
    accept_shape(&longs, &frames, true, seed + 1, answers);
    double taken = accept_print_shape(&longs, "status, ratings, warnings");
    accept_shape(&shorts, &frames, false, seed + 2, answers);
    accept_print_shape(&shorts, "other answers");
    accept_late(&frames);
    CHECK(share(crc, offered) * 65536 < 3, "the CRC takes %.2f of 2^-16",
          share(crc, offered) * 65536);
    CHECK(form * 10 <= crc + 10, "shape and form take %llu of %llu", (unsigned long long)form,
          (unsigned long long)crc);
    CHECK(accept_kept_share(&longs) <= 1e-3, "the shape takes %.1e", accept_kept_share(&longs));
    CHECK(taken <= 1e-3, "shape and form take %.1e", taken);
    CHECK(longs.offered[DAMAGE_FLIPS] > answers / 50, "few long answers");
}

#endif
