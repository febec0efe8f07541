#include "bms/lib_port.h"

#include <assert.h>
#include <string.h>

enum { READ = 3, FAILED = 128, NO_SUCH_REGISTER = 2, LAST = 0x77, KELVIN_dK = 2731 };

/* 0x0060 to 0x0069 and the cells' and sensors' states */
enum { STATE_NORMAL = 0, STATE_BELOW = 1, STATE_ABOVE = 2, STATE_OTHER = 0xF0 };

/* 0x0074 */
enum { CHARGE_ENABLE = 1 << 7, DISCHARGE_ENABLE = 1 << 6, CHARGE_NOW = 1 << 5 };

uint16_t lib_port_crc(const uint8_t *bytes, size_t count)
{
    uint16_t crc = 0xFFFF;
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1);
    }
    return crc;
}

void lib_port_init(struct lib_port *port, uint8_t address, int32_t cells)
{
    assert(address >= 1 && address <= LIB_ADDRESS_MAX);
    assert(cells >= 1 && cells <= LIB_CELLS_MAX);
    memset(port, 0, sizeof *port);
    port->address = address;
    port->cells = cells;
}

void lib_port_tell(struct lib_port *port, const struct emulate_orders *orders, int64_t now_ms)
{
    port->told_ms = orders ? now_ms : 0;
    if (orders)
        port->told = *orders;
}

void lib_port_changed(struct lib_port *port)
{
    port->rx_len = 0;
    port->said_len = 0;
    port->looked_ms = 0;
}

/* --- registers --- */

static uint16_t word(int64_t value)
{
    return (uint16_t)(value < 0 ? 0 : value > UINT16_MAX ? UINT16_MAX : value);
}

static void put_long(uint16_t *at, int64_t value)
{
    uint32_t all = value < 0 ? 0 : (uint32_t)value;
    at[0] = (uint16_t)(all >> 16);
    at[1] = (uint16_t)all;
}

static uint16_t up(int64_t value, int32_t step)
{
    return word((value + step - 1) / step);
}

static uint16_t state(const struct emulate_orders *told, int32_t above, int32_t below)
{
    return told->alarm_system ? STATE_OTHER
           : above            ? STATE_ABOVE
           : below            ? STATE_BELOW
                              : STATE_NORMAL;
}

/* Single cells are not known here: the lowest comes first, the highest second, the others are told
 * as the mean. */
static void put_cells(uint16_t *at, const struct lib_port *port)
{
    const struct emulate_orders *told = &port->told;
    at[0x10] = at[0x40] = word(port->cells);
    for (int32_t i = 0; i < port->cells; i++)
        at[0x11 + i] = word((told->voltage_mV / port->cells + 50) / 100);
    at[0x11] = word((told->cell_min_mV + 50) / 100);
    if (port->cells > 1)
        at[0x12] = word((told->cell_max_mV + 50) / 100);
    at[0x41] = (uint16_t)(state(told, 0, told->alarm[ALARM_CELL_LOW]) << 8 |
                          state(told, told->alarm[ALARM_CELL_HIGH], 0));
}

static void put_temperatures(uint16_t *at, const struct emulate_orders *told)
{
    at[0x25] = at[0x50] = 2;
    at[0x26] = word(told->temp_min_dC + KELVIN_dK);
    at[0x27] = word(told->temp_max_dC + KELVIN_dK);
    at[0x51] = (uint16_t)(state(told, 0, told->alarm_cold) << 8 | state(told, told->alarm_hot, 0));
}

static void put_module(uint16_t *at, const struct emulate_orders *told)
{
    int64_t full_mAh = (int64_t)told->capacity_Ah * 1000,
            left_mAh = full_mAh * told->soc_permille / 1000;
    at[0x30] = word(told->current_mA / 100);
    at[0x31] = word(-told->current_mA / 100);
    at[0x32] = word((told->voltage_mV + 50) / 100);
    at[0x33] = word(told->soc_permille / 10);
    at[0x36] = word(told->modules);
    put_long(at + 0x34, full_mAh);
    put_long(at + 0x3E, full_mAh);
    put_long(at + 0x76, left_mAh);
    at[0x75] = told->current_mA < 0 ? word(left_mAh * 60 / -(int64_t)told->current_mA) : UINT16_MAX;
}

static void put_alarms(uint16_t *at, const struct emulate_orders *told)
{
    const int32_t *a = told->alarm, *w = told->warning;
    at[0x37] = (uint16_t)(told->warning_hot | w[ALARM_CELL_HIGH] << 1 | told->warning_cold << 2 |
                          w[ALARM_CHARGE_CURRENT] << 3);
    at[0x38] = (uint16_t)(w[ALARM_TEMP_HIGH] | w[ALARM_TEMP_LOW] << 1 | w[ALARM_CELL_LOW] << 3);
    at[0x39] = (uint16_t)(told->alarm_hot << 8 | told->alarm_cold << 9 | a[ALARM_CELL_HIGH] << 10 |
                          a[ALARM_CHARGE_CURRENT] << 11);
    at[0x3B] = (uint16_t)(a[ALARM_CELL_LOW] << 11 | a[ALARM_DISCHARGE_CURRENT] << 12 |
                          a[ALARM_TEMP_LOW] << 13 | a[ALARM_TEMP_HIGH] << 14);
    at[0x60] = at[0x62] = state(told, a[ALARM_CELL_HIGH], 0);
    at[0x61] = at[0x63] = state(told, 0, a[ALARM_CELL_LOW]);
    at[0x64] = state(told, a[ALARM_CHARGE_CURRENT], 0);
    at[0x65] = state(told, a[ALARM_DISCHARGE_CURRENT], 0);
    at[0x66] = at[0x68] = state(told, told->alarm_hot, told->alarm_cold);
    at[0x67] = at[0x69] = state(told, a[ALARM_TEMP_HIGH], a[ALARM_TEMP_LOW]);
}

static int32_t charge_mA(const struct lib_port *port, int64_t now_ms)
{
    return now_ms - port->told_ms > LIB_STALE_MS ? 0 : port->told.ccl_mA;
}

static void put_limits(uint16_t *at, const struct emulate_orders *told, int32_t allowed_mA)
{
    at[0x70] = word(told->cvl_mV / 100);
    at[0x71] = up(told->dvl_mV, 100);
    at[0x72] = word(allowed_mA / 100);
    at[0x73] = word(told->dcl_mA / 100);
    at[0x74] =
        (uint16_t)((at[0x72] ? CHARGE_ENABLE : 0) | (told->discharge_ok ? DISCHARGE_ENABLE : 0) |
                   (at[0x72] && told->force_charge ? CHARGE_NOW : 0));
}

/* Within one of these a request must stay. */
static bool served(uint16_t first, uint16_t count)
{
    static const struct {
        uint16_t first, last;
    } ranges[] = {{0x01, 0x06}, {0x10, 0x3C}, {0x3E, 0x4A},
                  {0x50, 0x55}, {0x60, 0x69}, {0x70, LAST}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (first >= ranges[i].first && first <= ranges[i].last)
            return count >= 1 && count <= LIB_REGISTERS_MAX && first + count - 1 <= ranges[i].last;
    return false;
}

/* --- answers --- */

static size_t seal(struct lib_port *port, uint8_t *out, size_t length, int64_t now_ms)
{
    uint16_t crc = lib_port_crc(out, length);
    out[length] = (uint8_t)crc;
    out[length + 1] = (uint8_t)(crc >> 8);
    memcpy(port->said, out, length + 2);
    port->said_len = length + 2;
    port->said_ms = now_ms;
    return length + 2;
}

static size_t refuse(struct lib_port *port, uint8_t *out, int64_t now_ms)
{
    port->refusals++;
    out[0] = port->address;
    out[1] = READ + FAILED;
    out[2] = NO_SUCH_REGISTER;
    return seal(port, out, 3, now_ms);
}

static size_t answer(struct lib_port *port, uint16_t first, uint16_t count, uint8_t *out,
                     int64_t now_ms)
{
    uint16_t at[LAST + 1] = {0};
    put_cells(at, port);
    put_temperatures(at, &port->told);
    put_module(at, &port->told);
    put_alarms(at, &port->told);
    put_limits(at, &port->told, charge_mA(port, now_ms));
    out[0] = port->address;
    out[1] = READ;
    out[2] = 0;
    out[3] = (uint8_t)count;
    for (uint16_t i = 0; i < count; i++) {
        out[4 + 2 * i] = (uint8_t)(at[first + i] >> 8);
        out[5 + 2 * i] = (uint8_t)at[first + i];
    }
    port->answers++;
    if (first <= 0x72 && first + count > 0x72) {
        port->limit_ms = now_ms;
        port->limit_mA = at[0x72] * 100;
    }
    return seal(port, out, 4u + 2u * count, now_ms);
}

/* --- requests --- */

static uint16_t be16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static bool checks(const uint8_t *frame, size_t length)
{
    return lib_port_crc(frame, length - 2) == (frame[length - 2] | frame[length - 1] << 8);
}

static void forget(struct lib_port *port, enum verdict verdict)
{
    if (port->rx_len)
        port->verdicts.n[verdict]++;
    port->rx_len = 0;
}

static void take_in(struct lib_port *port, const uint8_t *bytes, size_t count, int64_t now_ms)
{
    if (port->rx_len && now_ms - port->rx_ms > LIB_GAP_MS)
        forget(port, port->rx_len < LIB_REQUEST ? VERDICT_LENGTH : VERDICT_CHECK);
    if (count > sizeof port->rx - port->rx_len)
        forget(port, VERDICT_LENGTH);
    if (count > sizeof port->rx) {
        bytes += count - sizeof port->rx;
        count = sizeof port->rx;
    }
    if (count == 0)
        return;
    memcpy(port->rx + port->rx_len, bytes, count);
    port->rx_len += count;
    port->rx_ms = now_ms;
}

/* What was said comes first when it comes back. False while it is still coming. */
static bool echo_passed(struct lib_port *port, int64_t now_ms)
{
    if (port->said_len == 0 || port->rx_len == 0)
        return true;
    size_t both = port->rx_len < port->said_len ? port->rx_len : port->said_len;
    if (now_ms - port->said_ms > LIB_RIVAL_MS || memcmp(port->rx, port->said, both) != 0) {
        port->said_len = 0;
        return true;
    }
    if (port->rx_len < port->said_len)
        return false;
    port->rx_len -= port->said_len;
    memmove(port->rx, port->rx + port->said_len, port->rx_len);
    port->said_len = 0;
    port->echoes++;
    return true;
}

/* An answer of one register that is not ours, soon after a request for one. Values of 1 to 6 would
 * be requests that are served. */
static bool from_rival(const struct lib_port *port, const uint8_t *frame, int64_t now_ms)
{
    return port->asked_ms && now_ms - port->asked_ms <= LIB_RIVAL_MS && port->asked_count == 1 &&
           be16(frame + 2) == 1 && !served(1, be16(frame + 4));
}

static size_t request(struct lib_port *port, const uint8_t *frame, bool late, uint8_t *out,
                      int64_t now_ms)
{
    uint16_t first = be16(frame + 2), count = be16(frame + 4);
    if (frame[0] != port->address || frame[1] != READ) {
        port->verdicts.n[VERDICT_FOREIGN]++;
        return 0;
    }
    if (from_rival(port, frame, now_ms)) {
        port->rival_ms = now_ms;
        return 0;
    }
    port->verdicts.n[VERDICT_TAKEN]++;
    port->asked_ms = now_ms;
    port->asked_count = count;
    port->late += late;
    if (late || !port->told_ms || now_ms - port->told_ms > LIB_SILENT_MS)
        return 0;
    return served(first, count) ? answer(port, first, count, out, now_ms)
                                : refuse(port, out, now_ms);
}

size_t lib_port_hear(struct lib_port *port, const uint8_t *bytes, size_t count, int64_t now_ms,
                     uint8_t out[LIB_ANSWER_MAX])
{
    bool late = port->looked_ms == 0 || now_ms - port->looked_ms > LIB_ANSWER_MS;
    port->looked_ms = now_ms;
    take_in(port, bytes, count, now_ms);
    if (count == 0 || !echo_passed(port, now_ms) || port->rx_len < LIB_REQUEST)
        return 0;
    const uint8_t *frame = port->rx + port->rx_len - LIB_REQUEST;
    if (!checks(frame, LIB_REQUEST))
        return 0;
    size_t before = port->rx_len - LIB_REQUEST;
    port->verdicts.n[VERDICT_SHAPE] += before > 0;
    port->rx_len = 0;
    return request(port, frame, late, out, now_ms);
}
