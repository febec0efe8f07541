/* A simulated inverter's line for tests: requests with a CRC of their own, answers without. */
#ifndef BUSBAR_TEST_SIM_LINE_H
#define BUSBAR_TEST_SIM_LINE_H

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sim.h"

static struct sim *sim;
static int64_t now_ms;

/* Sends bytes as they are and waits for the answer; returns its length, 0 for none within 3 s. */
static inline size_t exchange(int inverter, const void *request, size_t length, char answer[256])
{
    sim_bytes(sim, inverter, request, length);
    for (int waited = 0; waited < 3000; waited += 10) {
        sim_step(sim, now_ms += 10);
        size_t got = sim_answer(sim, inverter, (uint8_t *)answer, 255);
        answer[got] = '\0';
        if (got)
            return got;
    }
    answer[0] = '\0';
    return 0;
}

/* The vendor's table-driven CRC (PI30 documents, cal_crc_half), the adjusted bytes in order. */
static inline void crc_of(const char *text, size_t length, uint8_t crc_bytes[2])
{
    static const uint16_t table[16] = {0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50a5,
                                       0x60c6, 0x70e7, 0x8108, 0x9129, 0xa14a, 0xb16b,
                                       0xc18c, 0xd1ad, 0xe1ce, 0xf1ef};
    uint16_t crc = 0;
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = (uint8_t)text[i];
        crc = (uint16_t)(crc << 4 ^ table[(crc >> 12) ^ (byte >> 4)]);
        crc = (uint16_t)(crc << 4 ^ table[(crc >> 12) ^ (byte & 15)]);
    }
    crc_bytes[0] = (uint8_t)(crc >> 8);
    crc_bytes[1] = (uint8_t)crc;
    for (int i = 0; i < 2; i++)
        if (crc_bytes[i] == 0x28 || crc_bytes[i] == 0x0D || crc_bytes[i] == 0x0A)
            crc_bytes[i]++;
}

/* Asks a word; gives the answer without CRC and CR, "" for none, "bad" for a wrong CRC. */
static inline const char *ask(int inverter, const char *word)
{
    static char answer[256];
    char request[96];
    size_t length = strlen(word);
    memcpy(request, word, length);
    crc_of(word, length, (uint8_t *)request + length);
    request[length + 2] = '\r';
    size_t got = exchange(inverter, request, length + 3, answer);
    if (got < 4)
        return "";
    uint8_t crc[2];
    crc_of(answer, got - 3, crc);
    if (memcmp(answer + got - 3, crc, 2) != 0 || answer[got - 1] != '\r')
        return "bad";
    answer[got - 3] = '\0';
    return answer;
}

/* The number in the place of the first field is 1. */
static inline double field(const char *answer, int place)
{
    const char *at = answer + 1;
    while (--place > 0 && *at)
        at += strcspn(at, " "), at += *at == ' ';
    return atof(at);
}

/* The same in PI18's framing and, without a CRC, in PI17's: "PGS" is sent as ^P005GS. The answer is what
 * follows its length, "^1" or "^0"; "bad" when length or CRC are wrong. */
static inline const char *ask_numbered(int inverter, const char *word, bool crc)
{
    static char answer[256];
    char request[96];
    int length = snprintf(request, sizeof request, "^%c%03zu%s", word[0],
                          strlen(word) - 1 + (crc ? 3 : 1), word + 1);
    if (crc) {
        crc_of(request, (size_t)length, (uint8_t *)request + length);
        length += 2;
    }
    request[length++] = '\r';
    size_t got = exchange(inverter, request, (size_t)length, answer);
    uint8_t check[2];
    if (got < 5)
        return "";
    crc_of(answer, got - 3, check);
    if (memcmp(answer + got - 3, check, 2) != 0 || answer[got - 1] != '\r')
        return "bad";
    answer[got - 3] = '\0';
    if (strncmp(answer, "^D", 2) != 0)
        return answer;
    char number[4] = {answer[2], answer[3], answer[4], '\0'};
    return (size_t)atoi(number) == got - 5 ? answer + 5 : "bad";
}

/* REVO's words that end in (sum + 1) & 0xFF. */
static inline const char *ask_sum(int inverter, const char *word)
{
    static char answer[256];
    char request[96];
    size_t length = strlen(word);
    uint8_t sum = 1, check = 1;
    memcpy(request, word, length);
    for (size_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + (uint8_t)word[i]);
    request[length] = (char)sum;
    request[length + 1] = '\r';
    size_t got = exchange(inverter, request, length + 2, answer);
    if (got < 3)
        return "";
    for (size_t i = 0; i + 2 < got; i++)
        check = (uint8_t)(check + (uint8_t)answer[i]);
    if ((uint8_t)answer[got - 2] != check || answer[got - 1] != '\r')
        return "bad";
    answer[got - 2] = '\0';
    return answer;
}

/* A captured answer's digits become 9, letters A: the shape that a client relies on. */
static inline void shape(const char *text, char out[256])
{
    size_t i = 0;
    for (; text[i] && i < 255; i++)
        out[i] = isdigit((unsigned char)text[i])   ? '9'
                 : isalpha((unsigned char)text[i]) ? 'A'
                                                   : text[i];
    out[i] = '\0';
}

#endif
