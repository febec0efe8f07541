/* The serial line of a simulated inverter: PI30 frames at 2400 baud, 40 to 80 ms to think, one
 * answer at a time (axpert.md sections 1.2 and 1.4). */
#include <stdio.h>
#include <string.h>

#include "sim/state.h"

enum { BYTES_A_SECOND = 240, LATE_MS = 1700 };

static uint16_t crc16(const char *text, size_t length)
{
    uint16_t crc = 0;
    for (size_t i = 0; i < length; i++) {
        crc ^= (uint16_t)((uint8_t)text[i] << 8);
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
    }
    return crc;
}

/* A CRC byte never looks like "(", CR or LF: it is sent one higher. */
static uint8_t crc_byte(unsigned byte)
{
    return (uint8_t)(byte == 0x28 || byte == 0x0D || byte == 0x0A ? byte + 1 : byte);
}

static void say(struct sim *sim, struct sim_unit *unit, const char *text)
{
    size_t length = strlen(text);
    uint16_t crc = crc16(text, length);
    memcpy(unit->answer, text, length);
    unit->answer[length] = crc_byte(crc >> 8);
    unit->answer[length + 1] = crc_byte(crc & 0xFF);
    unit->answer[length + 2] = '\r';
    unit->answer_len = length + 3;
    double think_ms = 40 + 40 * sim_random(sim);
    double line_ms = 1000.0 * (double)(unit->request_len + unit->answer_len) / BYTES_A_SECOND;
    unit->answer_ms = sim->now_ms + (int64_t)(think_ms + line_ms);
}

/* A request is its word, two CRC bytes and CR; whatever the CRC does not fit is NAKed. */
static void request_answer(struct sim *sim, int u)
{
    struct sim_unit *unit = &sim->unit[u];
    char word[sizeof unit->request], out[256];
    size_t length = unit->request_len - 3;
    memcpy(word, unit->request, length);
    word[length] = '\0';
    uint16_t crc = crc16(word, length);
    bool right = unit->request[length] == crc_byte(crc >> 8) &&
                 unit->request[length + 1] == crc_byte(crc & 0xFF);
    if (right && pi30_question(sim, u, word, out, sizeof out))
        say(sim, unit, out);
    else if (right && pi30_setter(unit, word))
        say(sim, unit, "(ACK");
    else
        say(sim, unit, "(NAK");
    sim->truth.setter_writes[u] = unit->writes;
}

/* Trouble on the line, in turn: a wrong bit, a NAK for nothing, an answer that comes late. */
static void noise_add(struct sim *sim, struct sim_unit *unit)
{
    if (!unit->noisy)
        return;
    switch (unit->noise++ % 4) {
    case 0:
        unit->answer[unit->answer_len / 2] ^= 0x40;
        break;
    case 1:
        say(sim, unit, "(NAK");
        break;
    case 2:
        unit->answer_ms += LATE_MS;
        break;
    default:
        break;
    }
}

/* What comes while an answer is under way is not heard. */
void sim_bytes(struct sim *sim, int u, const uint8_t *bytes, size_t count)
{
    struct sim_unit *unit = &sim->unit[u];
    for (size_t i = 0; i < count; i++) {
        if (unit->request_len == sizeof unit->request)
            unit->request_len = 0;
        unit->request[unit->request_len++] = bytes[i];
        if (bytes[i] != '\r')
            continue;
        if (unit->request_len >= 4 && !unit->silent && unit->answer_len == 0) {
            request_answer(sim, u);
            noise_add(sim, unit);
        }
        unit->request_len = 0;
    }
}

void pi30_step(struct sim *sim, int u)
{
    struct sim_unit *unit = &sim->unit[u];
    if (unit->answer_len == 0 || sim->now_ms < unit->answer_ms)
        return;
    if (unit->out_len + unit->answer_len > sizeof unit->out)
        unit->out_len = 0; /* nobody fetches: the line does not keep it either */
    memcpy(unit->out + unit->out_len, unit->answer, unit->answer_len);
    unit->out_len += unit->answer_len;
    unit->answer_len = 0;
}

size_t sim_answer(struct sim *sim, int u, uint8_t *bytes, size_t room)
{
    struct sim_unit *unit = &sim->unit[u];
    size_t count = unit->out_len < room ? unit->out_len : room;
    memcpy(bytes, unit->out, count);
    memmove(unit->out, unit->out + count, unit->out_len - count);
    unit->out_len -= count;
    return count;
}
