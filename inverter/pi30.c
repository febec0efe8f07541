/* CRC, frames and requests. */
#include "inverter/pi30.h"

#include <assert.h>
#include <string.h>

enum { CR = 0x0D, LF = 0x0A, OPEN = '(' };

/* '(' and one character, two CRC bytes, the end. */
enum { FRAME_MIN = 5 };

uint16_t pi30_crc(const uint8_t *bytes, size_t count)
{
    uint16_t crc = 0;
    for (size_t i = 0; i < count; i++) {
        crc = (uint16_t)(crc ^ (bytes[i] << 8));
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1);
    }
    return crc;
}

static uint8_t raised(uint8_t byte)
{
    return (uint8_t)(byte == OPEN || byte == CR || byte == LF ? byte + 1 : byte);
}

static bool crc_byte_fits(uint8_t got, uint8_t raw)
{
    return got == raw || got == raised(raw);
}

bool pi30_check(const uint8_t *frame, size_t count)
{
    if (count < FRAME_MIN || frame[0] != OPEN || (frame[count - 1] != CR && frame[count - 1] != LF))
        return false;
    uint16_t crc = pi30_crc(frame, count - 3);
    return crc_byte_fits(frame[count - 3], (uint8_t)(crc >> 8)) &&
           crc_byte_fits(frame[count - 2], (uint8_t)crc);
}

/* A '(' restarts the frame, so the last one counts; yet a raw CRC byte may be a '(' too, and the
 * frame then starts at one of the two before. */
bool pi30_frame_ends(const uint8_t *bytes, size_t count, size_t *start)
{
    int tried = 0;
    for (size_t i = count; i-- > 0 && tried < 3;) {
        if (bytes[i] != OPEN)
            continue;
        tried++;
        if (pi30_check(bytes + i, count - i)) {
            *start = i;
            return true;
        }
    }
    return false;
}

bool pi30_find(const uint8_t *bytes, size_t room, size_t *start, size_t *count)
{
    for (size_t end = 1; end <= room; end++) {
        bool ends = bytes[end - 1] == CR || bytes[end - 1] == LF;
        if (ends && pi30_frame_ends(bytes, end, start)) {
            *count = end - *start;
            return true;
        }
    }
    return false;
}

size_t pi30_request(uint8_t *out, size_t room, const char *word)
{
    size_t length = strlen(word);
    if (length + 3 > room)
        return 0;
    memcpy(out, word, length);
    uint16_t crc = pi30_crc(out, length);
    out[length] = raised((uint8_t)(crc >> 8));
    out[length + 1] = raised((uint8_t)crc);
    out[length + 2] = CR;
    return length + 3;
}

/* prefix and a decimal number of so many digits, zeros in front. */
static size_t request_number(uint8_t *out, size_t room, const char *prefix, int digits,
                             int32_t number)
{
    char word[PI30_REQUEST_MAX] = "";
    size_t length = strlen(prefix);
    assert(length + (size_t)digits < sizeof word && number >= 0);
    memcpy(word, prefix, length);
    for (int i = digits; i-- > 0; number /= 10)
        word[length + (size_t)i] = (char)('0' + number % 10);
    assert(number == 0);
    return pi30_request(out, room, word);
}

size_t pi30_set_charge(uint8_t *out, size_t room, unsigned form, int32_t amperes)
{
    static const char *const prefix[PI30_CHARGE_FORMS] = {"MNCHGC0", "MNCHGC", "MCHGC"};
    assert(form < PI30_CHARGE_FORMS);
    return request_number(out, room, prefix[form], 3, amperes);
}

size_t pi30_set_output_priority(uint8_t *out, size_t room, int32_t priority)
{
    return request_number(out, room, "POP", 2, priority);
}

size_t pi30_set_charger_off(uint8_t *out, size_t room, bool off)
{
    return pi30_request(out, room, off ? "PBATCD110" : "PBATCD000");
}
