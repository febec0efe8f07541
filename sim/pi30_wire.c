#include "sim/pi30_wire.h"

#include <string.h>

uint16_t sim_crc(const char *bytes, size_t length)
{
    uint16_t crc = 0;
    for (size_t i = 0; i < length; i++) {
        crc ^= (uint16_t)((uint8_t)bytes[i] << 8);
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
    }
    return crc;
}

static uint8_t crc_byte(unsigned byte)
{
    return (uint8_t)(byte == 0x28 || byte == 0x0D || byte == 0x0A ? byte + 1 : byte);
}

static uint8_t sum_of(const char *bytes, size_t length)
{
    unsigned sum = 1;
    for (size_t i = 0; i < length; i++)
        sum += (uint8_t)bytes[i];
    return (uint8_t)sum;
}

static bool crc_fits(const char *bytes, size_t length)
{
    uint16_t crc = sim_crc(bytes, length);
    return (uint8_t)bytes[length] == crc_byte(crc >> 8) &&
           (uint8_t)bytes[length + 1] == crc_byte(crc & 0xFF);
}

static enum sim_request word_keep(char *word, size_t room, const char *from, size_t length)
{
    if (length + 1 > room)
        return SIM_REQUEST_DAMAGED;
    memcpy(word, from, length);
    word[length] = '\0';
    return SIM_REQUEST_WORD;
}

/* ^P005GS: the length counts word, CRC and CR. */
static enum sim_request numbered_read(bool crc, const char *text, size_t length, char *word,
                                      size_t room)
{
    size_t tail = crc ? 3 : 1;
    if (length < 5 + tail + 1)
        return SIM_REQUEST_DAMAGED;
    size_t told = 0;
    for (int i = 2; i < 5; i++)
        told = text[i] >= '0' && text[i] <= '9' ? told * 10 + (size_t)(text[i] - '0') : 1000;
    if (told != length - 5 || (crc && !crc_fits(text, length - 3)) || room < 2)
        return SIM_REQUEST_DAMAGED;
    word[0] = text[1];
    return word_keep(word + 1, room - 1, text + 5, length - 5 - tail);
}

bool sim_request_summed(const uint8_t *bytes, size_t length)
{
    const char *text = (const char *)bytes;
    return length >= 3 && bytes[length - 2] == sum_of(text, length - 2) &&
           !(length >= 4 && crc_fits(text, length - 3));
}

enum sim_request sim_request_read(enum sim_framing framing, const uint8_t *bytes, size_t length,
                                  char *word, size_t room)
{
    const char *text = (const char *)bytes;
    bool numbered = length >= 2 && text[0] == '^' && (text[1] == 'P' || text[1] == 'S');
    if (numbered != (framing == SIM_PI18 || framing == SIM_PI17))
        return SIM_REQUEST_FOREIGN;
    if (numbered)
        return numbered_read(framing == SIM_PI18, text, length, word, room);
    if (length >= 4 && crc_fits(text, length - 3))
        return word_keep(word, room, text, length - 3);
    if (framing == SIM_REVO && sim_request_summed(bytes, length))
        return word_keep(word, room, text, length - 2);
    return SIM_REQUEST_DAMAGED;
}

size_t sim_frame_crc(uint8_t *out, const char *text)
{
    size_t length = strlen(text);
    uint16_t crc = sim_crc(text, length);
    memcpy(out, text, length);
    out[length] = crc_byte(crc >> 8);
    out[length + 1] = crc_byte(crc & 0xFF);
    out[length + 2] = '\r';
    return length + 3;
}

size_t sim_frame_sum(uint8_t *out, const char *text)
{
    size_t length = strlen(text);
    memcpy(out, text, length);
    out[length] = sum_of(text, length);
    out[length + 1] = '\r';
    return length + 2;
}
