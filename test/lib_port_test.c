/* The BMS port of a Voltronic inverter, battery type LIB: bytes as documented and captured, when
 * there is an answer and when there must be none, and a million damaged requests. */
#include "bms/lib_port.h"

#include <stdlib.h>
#include <string.h>

#include "test/check.h"

static struct lib_port port;
static uint8_t out[LIB_ANSWER_MAX];
static int64_t now_ms;

static const struct emulate_orders charging = {
    .cvl_mV = 56000,
    .dvl_mV = 44800,
    .ccl_mA = 60000,
    .dcl_mA = 150000,
    .soc_permille = 655,
    .voltage_mV = 53120,
    .current_mA = 42300,
    .temp_min_dC = 185,
    .temp_max_dC = 231,
    .cell_min_mV = 3290,
    .cell_max_mV = 3370,
    .capacity_Ah = 600,
    .modules = 2,
    .charge_ok = 1,
    .discharge_ok = 1,
};

/* --- the other side of the wire: its own CRC, most significant bit first, bits turned round --- */

static unsigned mirror(unsigned value, int bits)
{
    unsigned turned = 0;
    for (int i = 0; i < bits; i++)
        turned |= (value >> i & 1) << (bits - 1 - i);
    return turned;
}

static unsigned wire_crc(const uint8_t *bytes, size_t count)
{
    unsigned crc = 0xFFFF;
    for (size_t i = 0; i < count; i++) {
        crc ^= mirror(bytes[i], 8) << 8;
        for (int b = 0; b < 8; b++)
            crc = (crc << 1 ^ (crc & 0x8000 ? 0x8005 : 0)) & 0xFFFF;
    }
    return mirror(crc, 16);
}

static void seal(uint8_t *frame, size_t length)
{
    unsigned crc = wire_crc(frame, length);
    frame[length] = (uint8_t)crc;
    frame[length + 1] = (uint8_t)(crc >> 8);
}

static void ask(uint8_t *frame, int address, int function, int first, int count)
{
    const uint8_t plain[] = {(uint8_t)address, (uint8_t)function,     (uint8_t)(first >> 8),
                             (uint8_t)first,   (uint8_t)(count >> 8), (uint8_t)count};
    memcpy(frame, plain, sizeof plain);
    seal(frame, sizeof plain);
}

/* Looked at and empty, then after_ms later these bytes. */
static size_t hear_after(int64_t after_ms, const uint8_t *bytes, size_t count)
{
    lib_port_hear(&port, NULL, 0, now_ms, out);
    now_ms += after_ms;
    size_t length = lib_port_hear(&port, bytes, count, now_ms, out);
    return length;
}

static void begin(int cells, const struct emulate_orders *orders)
{
    now_ms = 10000;
    lib_port_init(&port, LIB_ADDRESS, cells);
    lib_port_tell(&port, orders, now_ms);
    lib_port_hear(&port, NULL, 0, now_ms, out);
}

/* The registers of an answer; -1 = none, -2 = not of the documented form. */
static int value_of(int first, int count, int which)
{
    uint8_t frame[LIB_REQUEST];
    now_ms += 1000;
    lib_port_tell(&port, port.told_ms ? &port.told : NULL, now_ms);
    ask(frame, LIB_ADDRESS, 3, first, count);
    size_t length = hear_after(5, frame, sizeof frame);
    if (length == 0)
        return -1;
    if (length != 6u + 2u * (unsigned)count || out[0] != LIB_ADDRESS || out[1] != 3 ||
        out[2] != 0 || out[3] != count ||
        wire_crc(out, length - 2) != (unsigned)(out[length - 2] | out[length - 1] << 8))
        return -2;
    return out[4 + 2 * which] << 8 | out[5 + 2 * which];
}

static void documented_bytes(void)
{
    static const uint8_t cells[] = {0x01, 0x03, 0x00, 0x10, 0x00, 0x01, 0x85, 0xCF};
    static const uint8_t eight[] = {0x01, 0x03, 0x00, 0x01, 0x00, 0x08, 0x15, 0xCC};
    static const uint8_t refused[] = {0x01, 0x83, 0x02, 0xC0, 0xF1};
    uint8_t frame[LIB_REQUEST];
    begin(8, &charging);
    size_t length = hear_after(3, cells, sizeof cells);
    CHECK(length == sizeof eight && memcmp(out, eight, sizeof eight) == 0, "as captured: 8 cells");
    ask(frame, 1, 3, 0x1000, 1);
    length = hear_after(1000, NULL, 0);
    lib_port_tell(&port, &charging, now_ms);
    length = hear_after(3, frame, sizeof frame);
    CHECK(length == sizeof refused && memcmp(out, refused, sizeof refused) == 0,
          "no such register: %zu bytes", length);
}

static void registers(void)
{
    static const struct {
        int first, count, which, expected;
        const char *what;
    } rows[] = {
        {0x10, 1, 0, 16, "cells"},
        {0x11, 20, 0, 33, "lowest cell, 0.1 V"},
        {0x11, 20, 1, 34, "highest cell"},
        {0x11, 20, 15, 33, "the last cell"},
        {0x11, 20, 16, 0, "there is no 17th"},
        {0x25, 1, 0, 2, "sensors"},
        {0x26, 2, 0, 2916, "18.5 degC in 0.1 K"},
        {0x26, 2, 1, 2962, "23.1 degC"},
        {0x30, 1, 0, 423, "charge current, 0.1 A"},
        {0x31, 1, 0, 0, "discharge current"},
        {0x32, 1, 0, 531, "0.1 V"},
        {0x33, 1, 0, 65, "%, rounded down"},
        {0x34, 2, 0, 600000 >> 16, "600 Ah in mAh, high word first"},
        {0x34, 2, 1, 600000 & 0xFFFF, "low word"},
        {0x60, 10, 9, 0, "all normal"},
        {0x70, 5, 0, 560, "charge voltage limit, 0.1 V"},
        {0x70, 5, 1, 448, "discharge voltage limit"},
        {0x70, 5, 2, 600, "charge current limit, 0.1 A"},
        {0x70, 5, 3, 1500, "discharge current limit"},
        {0x70, 5, 4, 0xC0, "charge and discharge enabled"},
        {0x75, 1, 0, 65535, "run time: it charges"},
    };
    begin(16, &charging);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int value = value_of(rows[i].first, rows[i].count, rows[i].which);
        CHECK(value == rows[i].expected, "0x%02X+%d: %d for %d: %s", (unsigned)rows[i].first,
              rows[i].which, value, rows[i].expected, rows[i].what);
    }
    CHECK(port.limit_mA == 60000 && port.limit_ms > 0, "told its charge current: %d mA",
          port.limit_mA);
}

static void nothing_allowed(void)
{
    struct emulate_orders orders = charging;
    orders.ccl_mA = orders.charge_ok = 0;
    orders.current_mA = -30000;
    orders.force_charge = 1;
    orders.alarm[ALARM_CELL_LOW] = 1;
    orders.alarm_hot = 1;
    begin(16, &orders);
    CHECK(value_of(0x72, 1, 0) == 0, "0 A");
    CHECK(value_of(0x74, 1, 0) == 0x40, "discharging only, whatever is forced: 0x%02X",
          (unsigned)value_of(0x74, 1, 0));
    CHECK(value_of(0x31, 1, 0) == 300 && value_of(0x30, 1, 0) == 0, "it discharges");
    CHECK(value_of(0x75, 1, 0) == 786, "393 Ah at 30 A: %d min", value_of(0x75, 1, 0));
    CHECK(value_of(0x61, 1, 0) == 1 && value_of(0x66, 1, 0) == 2, "below, above");
    CHECK(value_of(0x39, 1, 0) == 0x0100 && value_of(0x3B, 1, 0) == 0x0800, "and by bits");
    orders.force_charge = 1;
    orders.ccl_mA = 5000;
    begin(16, &orders);
    CHECK(value_of(0x74, 1, 0) == 0xE0, "charge now");
    orders.ccl_mA = 99;
    begin(16, &orders);
    CHECK(value_of(0x72, 1, 0) == 0 && value_of(0x74, 1, 0) == 0x40, "less than 0.1 A is none");
}

/* An answer at once or none. */
static void never_late(void)
{
    uint8_t frame[LIB_REQUEST], both[2 * LIB_REQUEST];
    ask(frame, 1, 3, 0x72, 1);
    begin(16, &charging);
    CHECK(hear_after(LIB_ANSWER_MS, frame, sizeof frame) == 8, "within its time");
    begin(16, &charging);
    CHECK(hear_after(LIB_ANSWER_MS + 1, frame, sizeof frame) == 0,
          "it may be a millisecond too old");
    CHECK(port.late == 1 && port.asked_ms == now_ms && port.limit_ms == 0, "counted, and heard");
    lib_port_init(&port, LIB_ADDRESS, 16);
    lib_port_tell(&port, &charging, now_ms);
    CHECK(lib_port_hear(&port, frame, sizeof frame, now_ms, out) == 0, "found at the first look");
    begin(16, &charging);
    lib_port_changed(&port);
    CHECK(lib_port_hear(&port, frame, sizeof frame, now_ms, out) == 0,
          "found when the port came back");

    begin(16, &charging);
    memcpy(both, frame, sizeof frame);
    ask(both + LIB_REQUEST, 1, 3, 0x70, 1);
    CHECK(hear_after(5, both, sizeof both) == 8 && (out[4] << 8 | out[5]) == 560,
          "the newer one of two");
    begin(16, &charging);
    CHECK(hear_after(5, both, LIB_REQUEST + 3) == 0, "the next one has begun");
    CHECK(hear_after(5, both + LIB_REQUEST + 3, 5) == 8 && (out[4] << 8 | out[5]) == 560,
          "and is answered");
    begin(16, &charging);
    CHECK(hear_after(5, frame, 3) == 0 && hear_after(20, frame + 3, 5) == 8, "in two parts");
    begin(16, &charging);
    CHECK(hear_after(5, frame, 3) == 0 && hear_after(LIB_GAP_MS + 1, frame + 3, 5) == 0,
          "too far apart");
    begin(16, &charging);
    CHECK(hear_after(5, (const uint8_t *)"\0", 1) == 0 && hear_after(5, frame, 8) == 8,
          "noise before it");
}

static void nobody_restates(void)
{
    uint8_t frame[LIB_REQUEST];
    static const struct {
        int64_t at_ms;
        int amperes; /* -1 = silent */
    } rows[] = {{0, 600}, {3000, 600}, {3001, 0}, {10000, 0}, {10001, -1}, {60000, -1}};
    ask(frame, 1, 3, 0x72, 1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin(16, &charging);
        now_ms += rows[i].at_ms;
        size_t length = hear_after(0, frame, sizeof frame);
        int got = length ? out[4] << 8 | out[5] : -1;
        CHECK(got == rows[i].amperes, "%lld ms: %d", (long long)rows[i].at_ms, got);
    }
    begin(16, NULL);
    CHECK(hear_after(1, frame, sizeof frame) == 0 && port.asked_ms == now_ms,
          "silent, yet it hears");
}

static void not_ours(void)
{
    static const struct {
        int address, function, first, count;
        size_t length;
        const char *what;
    } rows[] = {
        {2, 3, 0x72, 1, 0, "another address"},  {0, 3, 0x72, 1, 0, "broadcast"},
        {1, 4, 0x72, 1, 0, "another function"}, {1, 6, 0x72, 1, 0, "a write"},
        {1, 3, 0x72, 0, 5, "no register"},      {1, 3, 0x70, 9, 5, "beyond the last"},
        {1, 3, 0x3C, 2, 5, "across a gap"},     {1, 3, 0x11, 41, 5, "too many"},
        {1, 3, 0x07, 1, 5, "between"},          {1, 3, 0x172, 1, 5, "another page"},
        {1, 3, 0x70, 0x100, 5, "far too many"}, {1, 3, 0x70, 8, 22, "all limits at once"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t frame[LIB_REQUEST];
        begin(16, &charging);
        ask(frame, rows[i].address, rows[i].function, rows[i].first, rows[i].count);
        size_t length = hear_after(5, frame, sizeof frame);
        CHECK(length == rows[i].length, "%s: %zu bytes", rows[i].what, length);
    }
}

static void echo_and_rival(void)
{
    uint8_t frame[LIB_REQUEST], said[LIB_ANSWER_MAX];
    begin(16, &charging);
    ask(frame, 1, 3, 0x10, 1);
    size_t length = hear_after(5, frame, sizeof frame);
    memcpy(said, out, length);
    CHECK(hear_after(10, said, 5) == 0 && hear_after(5, said + 5, length - 5) == 0,
          "its own words");
    CHECK(port.echoes == 1 && port.rival_ms == 0, "are no request and no rival");
    ask(frame, 1, 3, 0x72, 1);
    CHECK(hear_after(500, frame, 0) == 0 && hear_after(5, frame, sizeof frame) == 8,
          "and the next is answered");

    /* an adapter that gives request and echo in one piece */
    uint8_t joined[2 * LIB_REQUEST];
    memcpy(joined, out, 8);
    ask(joined + 8, 1, 3, 0x70, 1);
    CHECK(hear_after(20, joined, sizeof joined) == 8 && (out[4] << 8 | out[5]) == 560,
          "echo and request");

    begin(16, &charging);
    ask(frame, 1, 3, 0x32, 1);
    hear_after(5, frame, sizeof frame);
    uint8_t foreign[] = {1, 3, 0, 1, 0x02, 0x0F, 0, 0};
    seal(foreign, 6);
    CHECK(hear_after(20, foreign, sizeof foreign) == 0, "another battery answers too");
    CHECK(port.rival_ms == now_ms, "and is told");
}

/* --- a million damaged requests --- */

static uint64_t seed = 0x9E3779B97F4A7C15;

static uint32_t draw(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32) % below;
}

/* One way a wire damages 8 bytes; the new length. */
static size_t damage(uint8_t *frame, unsigned way)
{
    size_t at = draw(LIB_REQUEST);
    switch (way) {
    case 0: /* one to three bits */
        for (uint32_t i = 0, bits = 1 + draw(3); i < bits; i++)
            frame[draw(LIB_REQUEST)] ^= (uint8_t)(1 << draw(8));
        return LIB_REQUEST;
    case 1: /* a burst of at most 16 bits */
        for (uint32_t first = draw(LIB_REQUEST * 8 - 16), i = 0; i < 16; i++)
            frame[(first + i) / 8] ^= (uint8_t)(draw(2) << (first + i) % 8);
        return LIB_REQUEST;
    case 2: /* a byte lost */
        memmove(frame + at, frame + at + 1, LIB_REQUEST - 1 - at);
        return LIB_REQUEST - 1;
    case 3: /* a byte doubled */
        memmove(frame + at + 1, frame + at, LIB_REQUEST - at);
        return LIB_REQUEST + 1;
    case 4: /* another byte */
        frame[at] = (uint8_t)draw(256);
        return LIB_REQUEST;
    case 5: /* two bytes changed places */
        if (at < LIB_REQUEST - 1) {
            uint8_t other = frame[at];
            frame[at] = frame[at + 1];
            frame[at + 1] = other;
        }
        return LIB_REQUEST;
    case 6: /* everything shifted by a bit */
        for (size_t i = 0; i < LIB_REQUEST; i++)
            frame[i] = (uint8_t)(frame[i] << 1 | (i + 1 < LIB_REQUEST ? frame[i + 1] >> 7 : 0));
        return LIB_REQUEST;
    default: /* noise */
        for (size_t i = 0; i < LIB_REQUEST; i++)
            frame[i] = (uint8_t)draw(256);
        return LIB_REQUEST;
    }
}

static void damaged(void)
{
    enum { REQUESTS = 1000000, WAYS = 8 };
    uint32_t tried = 0, answered = 0, answered_well = 0, well = 0;
    begin(16, &charging);
    while (tried < REQUESTS) {
        static const int starts[] = {0x10, 0x11, 0x25, 0x26, 0x30, 0x32,
                                     0x33, 0x34, 0x60, 0x70, 0x72, 0x74};
        uint8_t good[LIB_REQUEST], frame[LIB_REQUEST + 1];
        ask(good, 1, 3, starts[draw(12)], 1 + (int)draw(2));
        memcpy(frame, good, sizeof good);
        size_t length = damage(frame, draw(WAYS));
        now_ms += 200; /* the gap that ends whatever was before */
        lib_port_tell(&port, &charging, now_ms);
        /* a byte doubled at the very front leaves the request whole behind it */
        bool whole =
            length >= LIB_REQUEST && memcmp(frame + length - LIB_REQUEST, good, LIB_REQUEST) == 0;
        if (whole) {
            well++;
            answered_well += hear_after(5, frame, length) > 0;
            continue;
        }
        tried++;
        answered += hear_after(5, frame, length) > 0;
    }
    printf("lib_port: %u damaged requests, %u answered; %u whole ones, %u answered\n", tried,
           answered, well, answered_well);
    CHECK(answered == 0, "%u damaged requests were answered", answered);
    CHECK(answered_well == well && well > 0, "%u of %u whole ones", answered_well, well);
}

int main(void)
{
    documented_bytes();
    registers();
    nothing_allowed();
    never_late();
    nobody_restates();
    not_ours();
    echo_and_rival();
    damaged();
    return check_done("lib_port");
}
