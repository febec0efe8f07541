/* Frames as the far end makes them, by another road than the code under test takes. */
#ifndef BUSBAR_TEST_FAR_FRAME_H
#define BUSBAR_TEST_FAR_FRAME_H

#include <stddef.h>
#include <stdint.h>

/* The CRC as the rest of a division of one long number. */
static inline uint16_t crc_slow(const char *text, size_t count)
{
    uint32_t rest = 0;
    for (size_t i = 0; i < (count + 2) * 8; i++) {
        unsigned byte = i / 8 < count ? (unsigned char)text[i / 8] : 0;
        unsigned bit = byte >> (7 - i % 8) & 1;
        rest = rest << 1 | bit;
        if (rest & 0x10000)
            rest ^= 0x11021;
    }
    return (uint16_t)rest;
}

static inline char raise_byte(unsigned byte)
{
    return (char)(byte == 0x28 || byte == 0x0D || byte == 0x0A ? byte + 1 : byte);
}

static inline size_t close_frame(char *text, size_t count)
{
    uint16_t crc = crc_slow(text, count);
    text[count] = raise_byte(crc >> 8);
    text[count + 1] = raise_byte(crc & 0xFF);
    text[count + 2] = '\r';
    return count + 3;
}

#endif
