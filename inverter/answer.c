/* CRC, frames and requests. */
#include "inverter/answer_read.h"

#include <stdio.h>
#include <string.h>

enum { CR = 0x0D, LF = 0x0A };

/* "(A" or "^0", two CRC bytes and the end; "ACK", one byte of sum and the end. */
enum { FRAME_LEAST = 5 };

uint16_t answer_crc(const uint8_t *bytes, size_t count)
{
    uint16_t crc = 0;
    for (size_t i = 0; i < count; i++) {
        crc = (uint16_t)(crc ^ (bytes[i] << 8));
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1);
    }
    return crc;
}

uint8_t answer_raised(uint8_t byte)
{
    return (uint8_t)(byte == '(' || byte == CR || byte == LF ? byte + 1 : byte);
}

static bool crc_byte_fits(uint8_t got, uint8_t raw)
{
    return got == answer_raised(raw) || (got == raw && raw != CR);
}

bool answer_crc_fits(const uint8_t *frame, size_t count)
{
    if (count < FRAME_LEAST)
        return false;
    uint16_t crc = answer_crc(frame, count - 3);
    return crc_byte_fits(frame[count - 3], (uint8_t)(crc >> 8)) &&
           crc_byte_fits(frame[count - 2], (uint8_t)crc);
}

bool answer_sum_fits(const uint8_t *frame, size_t count)
{
    uint8_t sum = 0;
    if (count < FRAME_LEAST)
        return false;
    for (size_t i = 0; i + 2 < count; i++)
        sum = (uint8_t)(sum + frame[i]);
    uint8_t got = frame[count - 2];
    return got != CR && (got == sum || got == (uint8_t)(sum + 1));
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* Where a frame may begin: '(' or '^'; "Dnnn" without its '^' at the first byte or after an end. */
static bool starts(const uint8_t *bytes, size_t at, size_t count)
{
    if (bytes[at] == '(' || bytes[at] == '^')
        return true;
    bool fresh = at == 0 || bytes[at - 1] == CR || bytes[at - 1] == LF || bytes[at - 1] == 0;
    return fresh && bytes[at] == 'D' && count - at > 4 && is_digit(bytes[at + 1]) &&
           is_digit(bytes[at + 2]) && is_digit(bytes[at + 3]);
}

/* REVO's ACK and NAK have no '('. */
static bool bare_ack(const uint8_t *bytes, size_t count, size_t *start)
{
    enum { LENGTH = 5 };
    if (count < LENGTH)
        return false;
    const uint8_t *last = bytes + count - LENGTH;
    *start = count - LENGTH;
    return (!memcmp(last, "ACK", 3) || !memcmp(last, "NAK", 3)) && answer_sum_fits(last, LENGTH);
}

/* A '(' or '^' restarts the frame, so the last one counts; yet a CRC byte may be one too, and the
 * frame then starts at one of those before. */
bool answer_ends(const uint8_t *bytes, size_t count, size_t *start)
{
    int tried = 0;
    for (size_t i = count; i-- > 0 && tried < 4;) {
        if (!starts(bytes, i, count))
            continue;
        tried++;
        if (answer_crc_fits(bytes + i, count - i) ||
            (bytes[i] == '(' && answer_sum_fits(bytes + i, count - i))) {
            *start = i;
            return true;
        }
    }
    return bare_ack(bytes, count, start);
}

bool answer_find(const uint8_t *bytes, size_t room, size_t *start, size_t *count)
{
    for (size_t end = 1; end <= room; end++) {
        bool ends = bytes[end - 1] == CR || bytes[end - 1] == LF;
        if (ends && answer_ends(bytes, end, start)) {
            *count = end - *start;
            return true;
        }
    }
    return false;
}

/* PI17's questions for the energy of a year, month, day or hour end in three digits: the sum of all
 * before them, modulo 256. */
static bool has_decimal_sum(enum framing framing, char kind, const char *word)
{
    if (framing != FRAMING_PI17 || kind != 'P' || word[0] != 'E' || !word[1] ||
        !strchr("YMDH", word[1]))
        return false;
    return word[2] && answer_digits((struct piece){word + 2, word + strlen(word)});
}

static size_t add_check(uint8_t *out, size_t size, enum framing framing, bool decimal)
{
    if (decimal) {
        uint8_t sum = 0;
        for (size_t i = 0; i < size; i++)
            sum = (uint8_t)(sum + out[i]);
        out[size++] = (uint8_t)('0' + sum / 100);
        out[size++] = (uint8_t)('0' + sum / 10 % 10);
        out[size++] = (uint8_t)('0' + sum % 10);
    } else if (framing != FRAMING_PI17) {
        uint16_t crc = answer_crc(out, size);
        out[size++] = answer_raised((uint8_t)(crc >> 8));
        out[size++] = answer_raised((uint8_t)crc);
    }
    out[size++] = CR;
    return size;
}

size_t answer_request(uint8_t *out, size_t room, enum framing framing, char kind, const char *word)
{
    bool decimal = has_decimal_sum(framing, kind, word);
    size_t tail = decimal ? 4 : framing == FRAMING_PI17 ? 1 : 3;
    size_t head = framing == FRAMING_PI30 ? 0 : 5, length = strlen(word);
    if (length > REQUEST_MAX || head + length + tail > room)
        return 0;
    if (head) {
        char counted[8];
        snprintf(counted, sizeof counted, "^%c%03u", kind, (unsigned)(length + tail) % 1000);
        memcpy(out, counted, head);
    }
    memcpy(out + head, word, length);
    return add_check(out, head + length, framing, decimal);
}
