/* The serial side of a simulated MAX 8 kW: PI30 as the vendor's MAX document (2021) and captured
 * answers show it. 2400 baud, 40 to 80 ms to think, answers one at a time. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/state.h"

enum { BYTES_A_SECOND = 240 };

static const int charge_list_A[] = {10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120};
static const int ac_list_A[] = {2, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120};

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
    unit->answer_ms = sim->now_ms + (int64_t)(think_ms + 1000.0 * (double)unit->answer_len / BYTES_A_SECOND);
}

/* --- questions --- */

static int inputs_of(const struct sim *sim, int u, int found[2])
{
    int count = 0;
    for (int i = 0; i < sim->config.inputs && count < 2; i++)
        if (sim->config.input[i].inverter == u)
            found[count++] = i;
    return count;
}

/* Volts, amperes and watts of one PV input: several strings share the voltage. */
static void input_read(const struct sim *sim, int input, double *volts, double *amperes, double *watts)
{
    *volts = *amperes = *watts = 0;
    for (int s = 0; s < sim->config.strings; s++) {
        if (sim->truth.string_input[s] != input || !sim->truth.switch_on[s])
            continue;
        *volts = sim->truth.string_V[s];
        *amperes += sim->truth.string_A[s];
        *watts += sim->truth.string_W[s];
    }
}

static void answer_qpigs(const struct sim *sim, int u, char *out, size_t room)
{
    const struct sim_unit *unit = &sim->unit[u];
    int inputs[2];
    double volts = 0, amperes = 0, watts = 0;
    if (inputs_of(sim, u, inputs) > 0)
        input_read(sim, inputs[0], &volts, &amperes, &watts);
    double dc_A = unit->dc_W / sim->battery_V;
    double load = unit->load_W;
    int percent = (int)lround(100 * load / sim->config.inverter[u].rated_W);
    snprintf(out, room,
             "(%05.1f %04.1f %05.1f %04.1f %04d %04d %03d %03d %05.2f %03d %03d %04d %04.1f %05.1f "
             "%05.2f %05d 000%d0%d%d0 00 00 %05d 0%d0 0 00 0000",
             unit->ac_present ? 231.0 : 0.0, unit->ac_present ? 50.0 : 0.0, 230.0, 50.0,
             (int)lround(load * 1.02), (int)lround(load), percent > 999 ? 999 : percent, 402,
             sim->battery_V, dc_A > 0 ? (int)lround(dc_A) : 0, (int)lround(sim->soc * 100), 38,
             amperes, volts, 0.0, dc_A < 0 ? (int)lround(-dc_A) : 0, load > 20, dc_A > 0.5,
             watts > 1, (int)lround(watts), 1);
}

static void answer_qpigs2(const struct sim *sim, int u, char *out, size_t room)
{
    int inputs[2];
    double volts = 0, amperes = 0, watts = 0;
    if (inputs_of(sim, u, inputs) > 1)
        input_read(sim, inputs[1], &volts, &amperes, &watts);
    snprintf(out, room, "(%04.1f %05.1f %05d ", amperes, volts, (int)lround(watts));
}

static void answer_qpiri(const struct sim *sim, int u, char *out, size_t room)
{
    const struct sim_unit *unit = &sim->unit[u];
    const struct sim_inverter_config *config = &sim->config.inverter[u];
    snprintf(out, room,
             "(230.0 %04.1f 230.0 50.0 %04.1f %04d %04d 48.0 46.0 44.0 56.4 54.0 2 %03d %03d 0 %d %d "
             "9 01 0 0 51.0 0 1 000 0 120",
             config->rated_A, config->rated_A, (int)config->rated_W, (int)config->rated_W,
             unit->ac_charge_max_A, unit->charge_max_A, unit->output_priority, unit->charger_priority);
}

static void answer_list(const int *list, size_t count, char *out, size_t room)
{
    size_t at = (size_t)snprintf(out, room, "(");
    for (size_t i = 0; i < count && at < room; i++)
        at += (size_t)snprintf(out + at, room - at, "%s%03d", i ? " " : "", list[i]);
}

static void answer_qtime(const struct sim *sim, char *out, size_t room)
{
    long day_s = (long)sim->truth.day_s % 86400;
    snprintf(out, room, "(20260621%02ld%02ld%02ld", day_s / 3600, day_s / 60 % 60, day_s % 60);
}

/* False when the word is no question of this unit. */
static bool question(const struct sim *sim, int u, const char *word, char *out, size_t room)
{
    const struct sim_unit *unit = &sim->unit[u];
    if (strcmp(word, "QPI") == 0)
        snprintf(out, room, "(PI30");
    else if (strcmp(word, "QID") == 0)
        snprintf(out, room, "(%s", sim->config.inverter[u].serial);
    else if (strcmp(word, "QSID") == 0)
        snprintf(out, room, "(14%s000000", sim->config.inverter[u].serial);
    else if (strcmp(word, "QVFW") == 0)
        snprintf(out, room, "(VERFW:00046.05");
    else if (strcmp(word, "QMN") == 0)
        snprintf(out, room, "(%s", sim->config.inverter[u].model);
    else if (strcmp(word, "QMOD") == 0)
        snprintf(out, room, "(%c", unit->mode);
    else if (strcmp(word, "QPIWS") == 0)
        snprintf(out, room, "(00000000000000000000000000000000000%d", 0);
    else if (strcmp(word, "QPIGS") == 0)
        answer_qpigs(sim, u, out, room);
    else if (strcmp(word, "QPIGS2") == 0)
        answer_qpigs2(sim, u, out, room);
    else if (strcmp(word, "QPIRI") == 0)
        answer_qpiri(sim, u, out, room);
    else if (strcmp(word, "QMCHGCR") == 0)
        answer_list(charge_list_A, sizeof charge_list_A / sizeof charge_list_A[0], out, room);
    else if (strcmp(word, "QMUCHGCR") == 0)
        answer_list(ac_list_A, sizeof ac_list_A / sizeof ac_list_A[0], out, room);
    else if (strcmp(word, "QBATCD") == 0)
        snprintf(out, room, "(%s", unit->charger_off ? "110" : "000");
    else if (strcmp(word, "QFLAG") == 0)
        snprintf(out, room, "(EakxyzDbdjuv");
    else if (strcmp(word, "QT") == 0)
        answer_qtime(sim, out, room);
    else
        return false;
    return true;
}

/* --- setters --- */

static bool on_list(const int *list, size_t count, int value)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == value)
            return true;
    return false;
}

static bool digits(const char *text, size_t count)
{
    return strlen(text) == count && strspn(text, "0123456789") == count;
}

static bool setter(struct sim_unit *unit, const char *word)
{
    const char *value;
    if (strncmp(word, "POP", 3) == 0 && digits(value = word + 3, 2) && atoi(value) <= 2) {
        unit->output_priority = atoi(value);
    } else if (strncmp(word, "PCP", 3) == 0 && digits(value = word + 3, 2) && atoi(value) >= 1 &&
               atoi(value) <= 3) {
        unit->charger_priority = atoi(value);
    } else if (strncmp(word, "MNCHGC", 6) == 0 && digits(value = word + 6, 4) &&
               on_list(charge_list_A, sizeof charge_list_A / sizeof charge_list_A[0],
                       atoi(value + 1))) {
        unit->charge_max_A = atoi(value + 1);
    } else if (strncmp(word, "MUCHGC", 6) == 0 && digits(value = word + 6, 4) &&
               on_list(ac_list_A, sizeof ac_list_A / sizeof ac_list_A[0], atoi(value + 1))) {
        unit->ac_charge_max_A = atoi(value + 1);
    } else if (strcmp(word, "PBATCD110") == 0 || strcmp(word, "PBATCD000") == 0) {
        unit->charger_off = word[6] == '1';
    } else {
        return false;
    }
    unit->writes++;
    return true;
}

/* --- the line --- */

/* A request is its word, two CRC bytes and CR; whatever the CRC does not fit is NAKed. */
static void request_answer(struct sim *sim, int u)
{
    struct sim_unit *unit = &sim->unit[u];
    char word[64], out[256];
    size_t length = unit->request_len - 3;
    memcpy(word, unit->request, length);
    word[length] = '\0';
    uint16_t crc = crc16(word, length);
    bool fits = unit->request[length] == crc_byte(crc >> 8) &&
                unit->request[length + 1] == crc_byte(crc & 0xFF);
    if (fits && question(sim, u, word, out, sizeof out))
        say(sim, unit, out);
    else if (fits && setter(unit, word))
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
        unit->answer_ms += 1700;
        break;
    default:
        break;
    }
}

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
    if (unit->answer_len == 0 || sim->now_ms < unit->answer_ms ||
        unit->out_len + unit->answer_len > sizeof unit->out)
        return;
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
