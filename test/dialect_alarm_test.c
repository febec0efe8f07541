/* Every alarm bit of every document, one at a time: it raises what the document says and nothing else,
 * and a frame without it clears it. */
#include "test/dialect_play.h"

/* clang-format off */
/* Pylontech LV V1.2, section 0x359. */
static const struct row pylontech_bits[] = {
    {"359#0200000001504E", VERDICT_TAKEN, AT(alarms), 1 << ALARM_CELL_HIGH, "0.1 over-voltage"},
    {"359#0400000001504E", VERDICT_TAKEN, AT(alarms), 1 << ALARM_CELL_LOW, "0.2 under-voltage"},
    {"359#0800000001504E", VERDICT_TAKEN, AT(alarms), 1 << ALARM_TEMP_HIGH, "0.3 alone: no under-voltage"},
    {"359#1000000001504E", VERDICT_TAKEN, AT(alarms), 1 << ALARM_TEMP_LOW, "0.4"},
    {"359#8000000001504E", VERDICT_TAKEN, AT(alarms), 1 << ALARM_DISCHARGE_CURRENT, "0.7"},
    {"359#0001000001504E", VERDICT_TAKEN, AT(alarms), 1 << ALARM_CHARGE_CURRENT, "1.0"},
    {"359#0002000001504E", VERDICT_TAKEN, AT(alarms), 1 << ALARM_GENERAL, "1.1 is not documented"},
    {"359#0004000001504E", VERDICT_TAKEN, AT(alarms), 1 << ALARM_GENERAL, "1.2 is not documented"},
    {"359#0008000001504E", VERDICT_TAKEN, AT(alarms), 1 << ALARM_INTERNAL, "1.3 system error, bit 11"},
    {"359#0010000001504E", VERDICT_TAKEN, AT(alarms), 1 << ALARM_IMBALANCE, "1.4 Hybrid V1.0 alone"},
    {"359#0020000001504E", VERDICT_TAKEN, AT(alarms), 1 << ALARM_GENERAL, "1.5 is not documented"},
    {"359#0040000001504E", VERDICT_TAKEN, AT(alarms), 1 << ALARM_GENERAL, "1.6 is not documented"},
    {"359#0080000001504E", VERDICT_TAKEN, AT(alarms), 1 << ALARM_GENERAL, "1.7 as emulators send it"},
    {"359#0000020001504E", VERDICT_TAKEN, AT(warnings), 1 << ALARM_CELL_HIGH, "2.1"},
    {"359#0000040001504E", VERDICT_TAKEN, AT(warnings), 1 << ALARM_CELL_LOW, "2.2"},
    {"359#0000080001504E", VERDICT_TAKEN, AT(warnings), 1 << ALARM_TEMP_HIGH, "2.3"},
    {"359#0000100001504E", VERDICT_TAKEN, AT(warnings), 1 << ALARM_TEMP_LOW, "2.4"},
    {"359#0000800001504E", VERDICT_TAKEN, AT(warnings), 1 << ALARM_DISCHARGE_CURRENT, "2.7"},
    {"359#0000000101504E", VERDICT_TAKEN, AT(warnings), 1 << ALARM_CHARGE_CURRENT, "3.0"},
    {"359#0000000801504E", VERDICT_TAKEN, AT(warnings), 1 << ALARM_INTERNAL, "3.3, bit 27"},
    {"359#0000000001504E", VERDICT_TAKEN, AT(alarms), 0, "nothing clears all"},
};

struct bit_row {
    unsigned bit; /* in little-endian count */
    bool warning;
    enum pack_alarm alarm;
};
/* Growatt V1.04, 0x312: bytes 0 and 1 protect, 2 and 3 warn. */
static const struct bit_row growatt_bits[] = {
    { 0, false, ALARM_GENERAL},
    { 1, false, ALARM_CELL_LOW},
    { 2, false, ALARM_CELL_HIGH},
    { 3, false, ALARM_CELL_LOW},
    { 4, false, ALARM_CELL_HIGH},
    { 5, false, ALARM_SHORT},
    { 6, false, ALARM_CHARGE_CURRENT},
    { 7, false, ALARM_DISCHARGE_CURRENT},
    {10, false, ALARM_IMBALANCE},
    {11, false, ALARM_INTERNAL},
    {12, false, ALARM_CHARGE_TEMP_LOW},
    {13, false, ALARM_TEMP_LOW},
    {14, false, ALARM_CHARGE_TEMP_HIGH},
    {15, false, ALARM_TEMP_HIGH},
    {16, true,  ALARM_GENERAL},
    {17, true,  ALARM_CELL_LOW},
    {18, true,  ALARM_CELL_HIGH},
    {19, true,  ALARM_CELL_LOW},
    {20, true,  ALARM_CELL_HIGH},
    {21, true,  ALARM_SHORT},
    {22, true,  ALARM_CHARGE_CURRENT},
    {23, true,  ALARM_DISCHARGE_CURRENT},
    {24, true,  ALARM_INTERNAL},
    {25, true,  ALARM_GENERAL},
    {26, true,  ALARM_IMBALANCE},
    {27, true,  ALARM_INTERNAL},
    {28, true,  ALARM_CHARGE_TEMP_LOW},
    {29, true,  ALARM_TEMP_LOW},
    {30, true,  ALARM_CHARGE_TEMP_HIGH},
    {31, true,  ALARM_TEMP_HIGH},
};
/* Pylontech HV, 0x4250: byte 3 errors, 4 and 5 alarms that warn, 6 and 7 protections. */
static const struct bit_row pylontech_bits_hv[] = {
    {24, false, ALARM_INTERNAL},
    {25, false, ALARM_INTERNAL},
    {26, false, ALARM_INTERNAL},
    {27, false, ALARM_CELL_HIGH},
    {28, false, ALARM_GENERAL},
    {29, false, ALARM_CONTACTOR},
    {30, false, ALARM_GENERAL},
    {31, false, ALARM_GENERAL},
    {32, true,  ALARM_CELL_LOW},
    {33, true,  ALARM_CELL_HIGH},
    {34, true,  ALARM_CELL_LOW},
    {35, true,  ALARM_CELL_HIGH},
    {36, true,  ALARM_CHARGE_TEMP_LOW},
    {37, true,  ALARM_CHARGE_TEMP_HIGH},
    {38, true,  ALARM_TEMP_LOW},
    {39, true,  ALARM_TEMP_HIGH},
    {40, true,  ALARM_CHARGE_CURRENT},
    {41, true,  ALARM_DISCHARGE_CURRENT},
    {42, true,  ALARM_CELL_LOW},
    {43, true,  ALARM_CELL_HIGH},
    {48, false, ALARM_CELL_LOW},
    {49, false, ALARM_CELL_HIGH},
    {50, false, ALARM_CELL_LOW},
    {51, false, ALARM_CELL_HIGH},
    {52, false, ALARM_CHARGE_TEMP_LOW},
    {53, false, ALARM_CHARGE_TEMP_HIGH},
    {54, false, ALARM_TEMP_LOW},
    {55, false, ALARM_TEMP_HIGH},
    {56, false, ALARM_CHARGE_CURRENT},
    {57, false, ALARM_DISCHARGE_CURRENT},
    {58, false, ALARM_CELL_LOW},
    {59, false, ALARM_CELL_HIGH},
};
/* Schneider V2, 0x325: bytes 2 and 3 are warnings 0 to 8. */
static const struct bit_row schneider_bits[] = {
    {16, true,  ALARM_INTERNAL},
    {24, true,  ALARM_CHARGE_CURRENT},
    {25, true,  ALARM_DISCHARGE_CURRENT},
    {26, true,  ALARM_TEMP_HIGH},
    {27, true,  ALARM_TEMP_LOW},
    {28, true,  ALARM_CELL_HIGH},
    {29, true,  ALARM_CELL_LOW},
    {30, true,  ALARM_IMBALANCE},
    {31, true,  ALARM_INTERNAL},
};
/* foxBMS 2 v1.11.0, f_BmsState, as CANTX_BuildBmsStateMessage is tested to set them. */
static const struct bit_row foxbms_bits[] = {
    {10, false, ALARM_GENERAL},
    {11, false, ALARM_GENERAL},
    {12, false, ALARM_INTERNAL},
    {16, false, ALARM_CONTACTOR},
    {17, false, ALARM_CONTACTOR},
    {18, false, ALARM_INTERNAL},
    {21, false, ALARM_CONTACTOR},
    {22, false, ALARM_CONTACTOR},
    {23, false, ALARM_GENERAL},
    {24, true,  ALARM_INTERNAL},
    {25, false, ALARM_CHARGE_CURRENT},
    {26, false, ALARM_DISCHARGE_CURRENT},
    {27, false, ALARM_INTERNAL},
    {28, false, ALARM_INTERNAL},
    {30, false, ALARM_INTERNAL},
};
/* clang-format on */

static int32_t alarms_of(const char *identifier, uint64_t bytes, const struct reading *word)
{
    char text[FRAME_TEXT_SIZE];
    snprintf(text, sizeof text, "%s#%016llX", identifier, (unsigned long long)bytes);
    CHECK(take(&pack, (uint8_t)file.node, text, 1000) == VERDICT_TAKEN, "%s", text);
    return word->value;
}

/* Bit n of a frame in little-endian count, as it stands in the sixteen digits. */
static uint64_t bit(unsigned n)
{
    return 1ull << (8 * (7 - n / 8) + n % 8);
}

/* SMA FSS-ConnectingBat-TI-en-10, 0x35A: pair n is alarm n, its first bit set is raised, its second
 * cleared; warnings stand 32 bits on. The alarms are numbered in that order. */
static void pairs(void)
{
    load("victron-lv");
    for (unsigned n = 0; n < PACK_ALARMS; n++) {
        CHECK(alarms_of("35A", bit(2 * n), &pack.alarms) == 1 << n, "alarm %u", n);
        CHECK(alarms_of("35A", bit(2 * n) | bit(2 * n + 1), &pack.alarms) == 1 << n, "%u: 11", n);
        CHECK(alarms_of("35A", 0, &pack.alarms) == 1 << n, "%u: 00", n);
        CHECK(alarms_of("35A", bit(2 * n + 1), &pack.alarms) == 0, "%u: 10", n);
        CHECK(alarms_of("35A", bit(32 + 2 * n), &pack.warnings) == 1 << n, "warning %u", n);
        CHECK(alarms_of("35A", bit(33 + 2 * n), &pack.warnings) == 0, "warning %u: 10", n);
    }
    CHECK(alarms_of("35A", bit(26) | bit(28) | bit(30), &pack.alarms) == 0,
          "13 to 15 are reserved");
    dialect_file_free(&file);
}

static void single_bits(const char *dialect, const char *identifier, const struct bit_row *rows,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        load(dialect);
        const struct reading *word = rows[i].warning ? &pack.warnings : &pack.alarms;
        const struct reading *other = rows[i].warning ? &pack.alarms : &pack.warnings;
        int32_t is = alarms_of(identifier, bit(rows[i].bit), word);
        CHECK(is == 1 << rows[i].alarm && other->value == 0, "%s bit %u: %s 0x%X, not %s", dialect,
              rows[i].bit, rows[i].warning ? "warnings" : "alarms", (unsigned)is,
              pack_alarm_names[rows[i].alarm]);
        CHECK(alarms_of(identifier, 0, word) == 0, "%s bit %u: gone", dialect, rows[i].bit);
        dialect_file_free(&file);
    }
}
#define BITS(dialect, identifier, rows)                                                            \
    single_bits(dialect, identifier, rows, sizeof rows / sizeof rows[0])

int main(void)
{
    PLAY("pylontech-lv", pylontech_bits);
    pairs();
    BITS("growatt-lv", "312", growatt_bits);
    BITS("pylontech-hv", "00004250", pylontech_bits_hv);
    BITS("schneider-v2", "00000325", schneider_bits);
    BITS("foxbms-2", "220", foxbms_bits);
    return check_done("dialect_alarm");
}
