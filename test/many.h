/* A plant with count of everything, for benches: each bus has one pack, shunt, board, counter,
 * wallbox and button, beside one inverter with a home input and a charge input, and one string. */
#ifndef BUSBAR_TEST_MANY_H
#define BUSBAR_TEST_MANY_H

#include <stdio.h>
#include <string.h>

#include "app/controller.h"

static inline void many_rows(FILE *out, const char *section, int count, const char *row)
{
    fprintf(out, "%s:\n", section);
    for (int i = 1; i <= count; i++) {
        fputs("  - {", out);
        for (const char *c = row; *c; c++)
            if (*c == '#')
                fprintf(out, "%d", i);
            else
                fputc(*c, out);
        fputs("}\n", out);
    }
}

/* The config file of such a plant. */
static inline int many_write(const char *path, int count)
{
    FILE *out = fopen(path, "w");
    if (!out)
        return -1;
    fputs("plant: many\nstate_dir: /tmp\ncontrol: /tmp/many.sock\n"
          "battery: {chemistry: lfp, cells: 16, charge_max_A: 400, discharge_max_A: 400}\n", out);
    many_rows(out, "buses", count, "name: b#, port: \"local:/tmp/busbar-many-#\"");
    many_rows(out, "packs", count, "name: pack#, bus: b#, dialect: pylontech-lv, capacity_Ah: 100");
    many_rows(out, "shunts", count, "name: shunt#, bus: b#, dialect: ivt-s");
    many_rows(out, "boards", count, "name: board#, bus: b#, dialect: relay-8, node: 0x10");
    many_rows(out, "counters", count, "name: counter#, bus: b#, dialect: string-counter, node: 0x12");
    many_rows(out, "inverters", count,
              "name: inv#, port: \"tty:/tmp/busbar-many-inv#\", phase: L1, rated_W: 8000, "
              "rated_A: 34.7, charge_max_A: 120");
    fputs("inputs:\n", out);
    for (int i = 1; i <= count; i++)
        for (int k = 1; k <= 2; k++)
            fprintf(out, "  - {name: inv%d.pv%d, inverter: inv%d, voc_max_V: 500, isc_max_A: 18, "
                         "power_max_W: 4000}\n", i, k, i);
    many_rows(out, "strings", count,
              "name: s#, modules: 9, voc_V: 41.1, isc_A: 11.6, vmp_V: 34.5, imp_A: 10.9, "
              "home: inv#.pv1, counter: counter#, channel: 1, switch: {board: board#, channel: 3}");
    fputs("contacts:\n", out);
    for (int i = 1; i <= count; i++)
        for (int k = 1; k <= 2; k++)
            fprintf(out, "  - {string: s%d, input: inv%d.pv%d, board: board%d, channel: %d}\n", i, i,
                    k, i, k);
    many_rows(out, "wallboxes", count,
              "name: wallbox#, bus: b#, dialect: wallbox-node, node: 0x13, inverter: inv#, "
              "min_A: 6, max_A: 32");
    many_rows(out, "buttons", count,
              "name: button#, bus: b#, dialect: button-node, node: 0x14, wallbox: wallbox#");
    return fclose(out);
}

static inline void many_frame(struct controller *c, uint8_t bus, uint32_t id, const char *hex,
                              uint8_t counter_at, uint8_t counter, int64_t now_ms)
{
    struct frame frame = {.id = id, .len = (uint8_t)(strlen(hex) / 2)};
    for (size_t i = 0; i < frame.len; i++) {
        unsigned byte;
        sscanf(hex + 2 * i, "%2x", &byte);
        frame.data[i] = (uint8_t)byte;
    }
    if (counter_at < 8)
        frame.data[counter_at] = counter;
    controller_frame(c, bus, &frame, now_ms);
}

/* What every node says in 100 ms: closed at home with 3.00 A, pack at 52 V and 60 %. */
static inline void many_hear(struct controller *c, int count, uint8_t round, int64_t now_ms)
{
    for (uint8_t b = 0; b < count; b++) {
        many_frame(c, b, 0x190, "0501020064000AFA", 6, round, now_ms);
        many_frame(c, b, 0x192, "2C01000000000000", 7, round, now_ms);
        many_frame(c, b, 0x292, "6E0D000000000000", 7, round, now_ms);
        many_frame(c, b, 0x193, "0200000000000000", 7, round, now_ms);
        many_frame(c, b, 0x194, "00000000", 2, round, now_ms);
        many_frame(c, b, 0x521, "000000001388", 1, round & 15, now_ms);
        many_frame(c, b, 0x351, "4002E803E803C201", 9, 0, now_ms);
        many_frame(c, b, 0x355, "3C006400", 9, 0, now_ms);
        many_frame(c, b, 0x356, "501400009600", 9, 0, now_ms);
        many_frame(c, b, 0x359, "00000000015000", 9, 0, now_ms);
    }
}

#endif
