/* PI30: frames, CRC, field tables. Expected values were read by hand from the captured text; the
 * CRCs are the captured ones, or (marked) computed with Python's binascii.crc_hqx. */
#include "inverter/pi30.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

/* clang-format off */
static const char MKS_QPIGS[] =
    "(233.8 49.8 230.2 49.8 0277 0250 005 363 52.00 000 028 0045 0000 289.6 00.00 00001 00010010 "
    "00 00 00241 010\xBE" "I\r";
static const char MK_QPIGS[] =
    "(000.0 00.0 120.8 60.0 0000 0000 000 227 25.50 000 066 0033 0000 000.0 00.00 00000 00010000 "
    "00 00 00000 010SI\r";
static const char VM4_QPIGS[] =
    "(230.0 49.9 230.0 49.9 0805 0751 020 448 29.00 000 100 0037 02.3 271.1 00.00 00007 00010000 "
    "00 00 00647 011 0 00 0000\x00\xE7\r";
static const char MAX2_QPIGS[] =
    "(222.0 50.0 230.0 50.0 0529 0472 006 398 54.30 000 061 0039 01.0 215.0 00.00 00000 00010110 "
    "00 00 00226 010#\xBA\r";
static const char PIP8048_QPIGS[] = /* CRC computed */
    "(201.4 49.9 201.4 49.9 03927 03919 035 436 55.60 001 100 0046 00.0 000.0 00.00 00000 00010101 "
    "00 00 00000 110nR\r";
static const char MAX_QPIGS[] =
    "(227.2 50.0 230.3 50.0 0829 0751 010 447 54.50 020 083 0054 02.7 323.6 00.00 00000 00010110 "
    "00 00 00879 010\xF1\x8C\r";
static const char PIP6048_QPIRI[] =
    "(230.0 26.0 230.0 50.0 26.0 6000 6000 48.0 46.0 42.0 56.4 54.0 2 002 120 1 2 1 1 01 0 0 54.0 "
    "0 1mQ\r";
static const char KW10_QPIRI[] =
    "(230.0 44.3 230.0 50.0 44.3 0200 0200 48.0 46.0 41.0 58.4 58.0 3 050 060 1 1 0 1 01 0 0 54.0 "
    "0 1 46.0 10 44.0\xE5\xF5\r";
static const char MAX2_QPIRI[] =
    "(230.0 34.7 230.0 50.0 34.7 8000 8000 48.0 51.0 48.0 55.2 55.0 2 010 040 0 2 3 9 01 0 0 52.0 "
    "1 1 480 0 140\xC0" "1\r";
static const char EASUN_QPIRI[] =
    "(230.0 23.9 230.0 50.0 23.9 5500 5500 48.0 51.0 48.0 55.3 55.3 2 02 100 0 2 3 1 01 0 0 53.0 "
    "0 1\x0E>\r";
static const char US_QPIRI[] =
    "(120.0 25.0 120.0 60.0 25.0 3000 3000 48.0 46.0 44.0 58.4 54.4 2 30 060 1 2 0 9 01 0 6 54.0 "
    "0 1 000 0\x8F\xED\r";
static const char LV_QPIRI[] =
    "(230.0 21.7 230.0 50.0 21.7 5000 4000 48.0 46.0 42.0 56.4 54.0 0 10 010 1 0 0 6 01 0 0 54.0 "
    "0 1 60\x83\xAA\r";
static const char PI16_QPIGS[] =
    "(225.8 000024 49.9 0000.0 000.0 00000 00.0 000.0 000 405.4 405.4 048.8 ---.- 048 00163 00024 "
    "----- 342.6 ---.- ---.- 049.0 A---001010YZ\r";

/* An answer and one of its fields as a person reads it. */
static const struct {
    enum pi30_command command;
    const char *frame;
    size_t count;
    unsigned field;
    int32_t expected;
} decoded[] = {
#define ROW(command, frame, field, expected) {command, frame, sizeof frame - 1, field, expected}
    ROW(PI30_QPIGS, MKS_QPIGS, QPIGS_GRID_DV, 2338),
    ROW(PI30_QPIGS, MKS_QPIGS, QPIGS_GRID_DHZ, 498),
    ROW(PI30_QPIGS, MKS_QPIGS, QPIGS_OUTPUT_DV, 2302),
    ROW(PI30_QPIGS, MKS_QPIGS, QPIGS_OUTPUT_VA, 277),
    ROW(PI30_QPIGS, MKS_QPIGS, QPIGS_OUTPUT_W, 250),
    ROW(PI30_QPIGS, MKS_QPIGS, QPIGS_LOAD_PERCENT, 5),
    ROW(PI30_QPIGS, MKS_QPIGS, QPIGS_BUS_V, 363),
    ROW(PI30_QPIGS, MKS_QPIGS, QPIGS_BATTERY_CV, 5200),
    ROW(PI30_QPIGS, MKS_QPIGS, QPIGS_CHARGE_A, 0),
    ROW(PI30_QPIGS, MKS_QPIGS, QPIGS_HEATSINK_C, 45),
    ROW(PI30_QPIGS, MKS_QPIGS, QPIGS_PV_DV, 2896),
    ROW(PI30_QPIGS, MKS_QPIGS, QPIGS_DISCHARGE_A, 1),
    ROW(PI30_QPIGS, MKS_QPIGS, QPIGS_STATUS, 0x12),
    ROW(PI30_QPIGS, MKS_QPIGS, QPIGS_PV_W, 241),
    ROW(PI30_QPIGS, MKS_QPIGS, QPIGS_STATUS2, 2),
    ROW(PI30_QPIGS, MK_QPIGS, QPIGS_OUTPUT_DV, 1208),
    ROW(PI30_QPIGS, MK_QPIGS, QPIGS_OUTPUT_DHZ, 600),
    ROW(PI30_QPIGS, MK_QPIGS, QPIGS_BATTERY_CV, 2550),
    ROW(PI30_QPIGS, MK_QPIGS, QPIGS_CAPACITY_PERCENT, 66),
    ROW(PI30_QPIGS, VM4_QPIGS, QPIGS_BATTERY_CV, 2900),
    ROW(PI30_QPIGS, VM4_QPIGS, QPIGS_PV_MA, 2300),
    ROW(PI30_QPIGS, VM4_QPIGS, QPIGS_PV_DV, 2711),
    ROW(PI30_QPIGS, VM4_QPIGS, QPIGS_DISCHARGE_A, 7),
    ROW(PI30_QPIGS, VM4_QPIGS, QPIGS_STATUS2, 3),
    ROW(PI30_QPIGS, VM4_QPIGS, QPIGS_FEED_W, 0),
    ROW(PI30_QPIGS, MAX2_QPIGS, QPIGS_PV_MA, 1000),
    ROW(PI30_QPIGS, MAX2_QPIGS, QPIGS_PV_W, 226),
    ROW(PI30_QPIGS, MAX2_QPIGS, QPIGS_STATUS, 0x16),
    ROW(PI30_QPIGS, PIP8048_QPIGS, QPIGS_OUTPUT_VA, 3927),
    ROW(PI30_QPIGS, PIP8048_QPIGS, QPIGS_OUTPUT_W, 3919),
    ROW(PI30_QPIGS, PIP8048_QPIGS, QPIGS_CHARGE_A, 1),
    ROW(PI30_QPIGS, MAX_QPIGS, QPIGS_CHARGE_A, 20),
    ROW(PI30_QPIGS, MAX_QPIGS, QPIGS_PV_DV, 3236),
    ROW(PI30_QPIRI, PIP6048_QPIRI, QPIRI_OUTPUT_W, 6000),
    ROW(PI30_QPIRI, PIP6048_QPIRI, QPIRI_AC_CHARGE_A, 2),
    ROW(PI30_QPIRI, PIP6048_QPIRI, QPIRI_CHARGE_A, 120),
    ROW(PI30_QPIRI, PIP6048_QPIRI, QPIRI_OUTPUT_PRIORITY, 2),
    ROW(PI30_QPIRI, PIP6048_QPIRI, QPIRI_CHARGER_PRIORITY, 1),
    ROW(PI30_QPIRI, PIP6048_QPIRI, QPIRI_BULK_DV, 564),
    ROW(PI30_QPIRI, PIP6048_QPIRI, QPIRI_FLOAT_DV, 540),
    ROW(PI30_QPIRI, PIP6048_QPIRI, QPIRI_PV_BALANCE, 1),
    ROW(PI30_QPIRI, KW10_QPIRI, QPIRI_OUTPUT_VA, 200),
    ROW(PI30_QPIRI, KW10_QPIRI, QPIRI_OUTPUT_DA, 443),
    ROW(PI30_QPIRI, KW10_QPIRI, QPIRI_CHARGE_A, 60),
    ROW(PI30_QPIRI, KW10_QPIRI, QPIRI_BATTERY_TYPE, 3),
    ROW(PI30_QPIRI, MAX2_QPIRI, QPIRI_OUTPUT_DA, 347),
    ROW(PI30_QPIRI, MAX2_QPIRI, QPIRI_PARALLEL_MAX, 9),
    ROW(PI30_QPIRI, MAX2_QPIRI, QPIRI_CV_MINUTES, 480),
    ROW(PI30_QPIRI, MAX2_QPIRI, QPIRI_DISCHARGE_A, 140),
    ROW(PI30_QPIRI, MAX2_QPIRI, QPIRI_REDISCHARGE_DV, 520),
    ROW(PI30_QPIRI, EASUN_QPIRI, QPIRI_AC_CHARGE_A, 2),
    ROW(PI30_QPIRI, EASUN_QPIRI, QPIRI_CHARGE_A, 100),
    ROW(PI30_QPIRI, EASUN_QPIRI, QPIRI_CHARGER_PRIORITY, 3),
    ROW(PI30_QPIRI, US_QPIRI, QPIRI_OUTPUT_DHZ, 600),
    ROW(PI30_QPIRI, US_QPIRI, QPIRI_OUTPUT_MODE, 6),
    ROW(PI30_QPIRI, LV_QPIRI, QPIRI_OUTPUT_W, 4000),
    ROW(PI30_QPIRI, LV_QPIRI, QPIRI_CV_MINUTES, 60),
#undef ROW
};

static const struct {
    enum pi30_command command;
    const char *frame;
    size_t count;
    unsigned fields;
    const char *surplus;
} shapes[] = {
#define ROW(command, frame, fields, surplus) {command, frame, sizeof frame - 1, fields, surplus}
    ROW(PI30_QPIRI, PIP6048_QPIRI, 25, ""),
    ROW(PI30_QPIRI, LV_QPIRI, 26, ""),
    ROW(PI30_QPIRI, US_QPIRI, 27, ""),
    ROW(PI30_QPIRI, MAX2_QPIRI, 28, ""),
    ROW(PI30_QPIRI, KW10_QPIRI, 25, "46.0 10 44.0"),
    ROW(PI30_QPIGS, MKS_QPIGS, 21, ""),
    ROW(PI30_QPIGS, VM4_QPIGS, 24, ""),
#undef ROW
};

/* What becomes of bytes that are not a good answer, or only just. */
static const struct {
    enum pi30_command command;
    const uint8_t *frame;
    size_t count;
    enum verdict expected;
    const char *why;
} judged[] = {
    {PI30_QPIGS, BYTES(VM4_QPIGS), VERDICT_TAKEN, "CRC 00 E7: zero is neither raised nor an end"},
    {PI30_QSID, BYTES("(1492932105105335005535\x94\x0E\r"), VERDICT_TAKEN, "raised CRC byte"},
    {PI30_QSID, BYTES("(1492932105105335005535\x94\r\r"), VERDICT_TAKEN, "the same, raw"},
    {PI30_QPIRI, BYTES(EASUN_QPIRI), VERDICT_TAKEN, "natural 0E, not raised"},
    {PI30_QMOD, BYTES("(B\xE7\xC9\r"), VERDICT_TAKEN, "shortest answer"},
    {PI30_QMOD, BYTES("(B\xE7\r"), VERDICT_CHECK, "a lone CRC byte"},
    {PI30_QMOD, BYTES("(Sd9\r"), VERDICT_CHECK, "a made-up CRC"},
    {PI30_QMOD, BYTES("(C\xF7\xE8\r"), VERDICT_TAKEN, "a mode of one model only"},
    {PI30_QMOD, BYTES("(L\x06\x07\r"), VERDICT_TAKEN, "line"},
    {PI30_QBATCD, BYTES("(NAOss\r"), VERDICT_CHECK, "NAK with a flipped bit"},
    {PI30_SETTER, BYTES("(NAK\rs\r"), VERDICT_CHECK, "the answer to POP02 with a raw CRC"},
    {PI30_SETTER, BYTES("(NAKss\r"), VERDICT_TAKEN, "refused"},
    {PI30_SETTER, BYTES("(ACK9 \r"), VERDICT_TAKEN, "accepted"},
    {PI30_QPIGS, BYTES("(NAKss\r"), VERDICT_TAKEN, "not supported"},
    {PI30_QPIGS, BYTES("(ACK9 \r"), VERDICT_SHAPE, "a late ACK is no status"},
    {PI30_SETTER, BYTES(MKS_QPIGS), VERDICT_SHAPE, "a late status is no ACK"},
    {PI30_QPIGS, BYTES(MAX2_QPIRI), VERDICT_SHAPE, "late ratings are no status"},
    {PI30_QPIRI, BYTES(VM4_QPIGS), VERDICT_SHAPE, "late status is no ratings"},
    {PI30_QPIGS, BYTES(PI16_QPIGS), VERDICT_SHAPE, "another family"},
    {PI30_QPIGS2, BYTES("(01.0 201.7 00205 Q\x9D\r"), VERDICT_TAKEN, "space before the CRC"},
    {PI30_QPIGS2, BYTES(MKS_QPIGS), VERDICT_SHAPE, "QPIGS is no QPIGS2"},
    {PI30_QMOD, BYTES("(PI30\x9A\x0B\r"), VERDICT_SHAPE, "QPI is no QMOD"},
    {PI30_QPI, BYTES("(PI30\x9A\x0B\r"), VERDICT_TAKEN, "PI30"},
    {PI30_QPI, BYTES("(PI34\xDA\x8F\r"), VERDICT_TAKEN, "another family says so itself"},
    {PI30_QID, BYTES("(92931905106463I\xCB\r"), VERDICT_TAKEN, "14 digits"},
    {PI30_QID, BYTES("(9293333010501\xBB\x07\r"), VERDICT_TAKEN, "13 digits"},
    {PI30_QID, BYTES("(1492932105105335005535\x94\x0E\r"), VERDICT_SHAPE, "QSID is no QID"},
    {PI30_QVFW, BYTES("(VERFW:00072.70S\xA7\r"), VERDICT_TAKEN, "firmware"},
    {PI30_QVFW, BYTES("(VERFW2:00000.30\xE3\x88\r"), VERDICT_SHAPE, "the other processor's"},
    {PI30_QMCHGCR, BYTES("(010 020 030 040 050 060 070 080\x91L\r"), VERDICT_TAKEN, "list"},
    {PI30_QMCHGCR, BYTES("(110\x40\xEF\r"), VERDICT_SHAPE, "QBATCD is no list"},
    {PI30_QBATCD, BYTES("(110\x40\xEF\r"), VERDICT_TAKEN, "charger off (CRC computed)"},
    {PI30_QBATCD, BYTES("(044\xC8\xAE\r"), VERDICT_SHAPE, "QGMN is no QBATCD"},
    {PI30_QPIWS, BYTES("(00000110000100000000000000000000\x92s\r"), VERDICT_CHECK, "one bit flipped"},
    {PI30_QPIWS, BYTES("(00000010000100000000000000000000\x92s"), VERDICT_CHECK, "no end"},
    {PI30_QPIWS, BYTES("(000000000000000000000000000000012300\x22\xE7\r"), VERDICT_TAKEN,
     "fault-code digits (CRC computed)"},
    {PI30_QPIGS, BYTES("ACK\xD0\r"), VERDICT_CHECK, "REVO's answer without '('"},
    {PI30_QPIGS, BYTES("^0\x1B\xE3\r"), VERDICT_CHECK, "PI17/18 framing"},
    {PI30_QPIGS, BYTES("\r"), VERDICT_CHECK, "nothing"},
};

/* Requests; bytes from the documents and captures, the last ones computed. */
static const struct {
    const char *word;
    const uint8_t *frame;
    size_t count;
} requests[] = {
    {"QPIGS", BYTES("QPIGS\xB7\xA9\r")},
    {"QPIRI", BYTES("QPIRI\xF8T\r")},
    {"QPIGS2", BYTES("QPIGS2h-\r")},
    {"POP02", BYTES("POP02\xE2\x0B\r")},      /* raw E2 0A */
    {"POPM01", BYTES("POPM01\x0E%\r")},       /* raw 0D 25 */
    {"QBOOT", BYTES("QBOOT\x0B\x88\r")},      /* raw 0A 88 */
    {"PF", BYTES("PF&\xBD\r")},
    {"QBATCD", BYTES("QBATCD\xAA&\r")},
};
/* clang-format on */

static void check_decoding(void)
{
    struct pi30_fields fields;
    for (size_t i = 0; i < sizeof decoded / sizeof *decoded; i++) {
        enum verdict verdict = pi30_decode(decoded[i].command, (const uint8_t *)decoded[i].frame,
                                           decoded[i].count, &fields);
        CHECK(verdict == VERDICT_TAKEN, "row %zu: %s", i, verdict_name(verdict));
        CHECK(fields.value[decoded[i].field] == decoded[i].expected, "row %zu %s: %d, not %d", i,
              pi30_field_name(decoded[i].command, decoded[i].field),
              (int)fields.value[decoded[i].field], (int)decoded[i].expected);
    }
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        pi30_decode(shapes[i].command, (const uint8_t *)shapes[i].frame, shapes[i].count, &fields);
        CHECK(fields.count == shapes[i].fields, "row %zu: %d fields", i, fields.count);
        CHECK(!strcmp(fields.surplus, shapes[i].surplus), "row %zu: '%s'", i, fields.surplus);
    }
}

static void check_verdicts(void)
{
    for (size_t i = 0; i < sizeof judged / sizeof *judged; i++) {
        struct pi30_fields fields;
        memset(&fields, 0x5A, sizeof fields);
        enum verdict verdict =
            pi30_decode(judged[i].command, judged[i].frame, judged[i].count, &fields);
        CHECK(verdict == judged[i].expected, "%s: %s", judged[i].why, verdict_name(verdict));
        CHECK(verdict == VERDICT_TAKEN || fields.count == 0x5A, "%s: fields touched",
              judged[i].why);
    }
}

/* Builds a frame around text the way a unit would, to reach range checks no capture reaches. The
 * CRC routine itself is proved by the captures above. */
static size_t frame_of(uint8_t *out, const char *text)
{
    size_t length = strlen(text);
    memcpy(out, text, length);
    uint16_t crc = pi30_crc(out, length);
    out[length] = (uint8_t)(crc >> 8);
    out[length + 1] = (uint8_t)crc;
    out[length + 2] = '\r';
    return length + 3;
}

static const struct {
    const char *text;
    enum verdict expected;
} ranges[] = {
    {"(900.0 49.8 230.2 49.8 0277 0250 005 363 52.00 000 028 0045 0000 289.6 00.00 00001 00010010 "
     "00 00 00241 010",
     VERDICT_RANGE},
    {"(233.8 49.8 230.2 49.8 0277 0250 005 363 52.00 000 128 0045 0000 289.6 00.00 00001 00010010 "
     "00 00 00241 010",
     VERDICT_RANGE},
    {"(233.8 49.8 230.2 49.8 0277 0250 005 363 52.00 -01 028 0045 0000 289.6 00.00 00001 00010010 "
     "00 00 00241 010",
     VERDICT_RANGE},
    {"(233.8 49.8 230.2 49.8 0277 0250 005 363 52.00 000 028 -005 0000 289.6 00.00 00001 00010010 "
     "00 00 00241 010",
     VERDICT_TAKEN},
    {"(233.8 49.8 230.2 49.8 0277 0250 005 363 52.00 000 028 0045 0000 289.6 00.00 00001 00010010 "
     "00 00 00241",
     VERDICT_SHAPE},
    {"(233.8 49.8 230.2 49.8 0277 0250 005 363 52,00 000 028 0045 0000 289.6 00.00 00001 00010010 "
     "00 00 00241 010",
     VERDICT_SHAPE},
    {"(233.8 49.8 230.2 49.8 0277 0250 005 363 5.2.0 000 028 0045 0000 289.6 00.00 00001 00010010 "
     "00 00 00241 010",
     VERDICT_SHAPE},
    {"(233.8 49.8 230.2 49.8 0277 0250 005 363 9999999999999.0 000 028 0045 0000 289.6 00.00 00001 "
     "00010010 00 00 00241 010",
     VERDICT_SHAPE},
    {"(233.8 49.8 230.2 49.8 0277 0250 005 363 52. 000 028 0045 0000 289.6 00.00 00001 00010010 "
     "00 00 00241 010",
     VERDICT_SHAPE},
    {"(233.8 49.8 230.2 49.8 0277 0250 005 363 52.00 000 028 0045 0000 289.6 00.00 00001 00020010 "
     "00 00 00241 010",
     VERDICT_SHAPE},
};

static void check_ranges(void)
{
    uint8_t frame[256];
    struct pi30_fields fields;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        size_t count = frame_of(frame, ranges[i].text);
        enum verdict verdict = pi30_decode(PI30_QPIGS, frame, count, &fields);
        CHECK(verdict == ranges[i].expected, "row %zu: %s", i, verdict_name(verdict));
    }
    size_t count = frame_of(frame, "(230.0 21.7 230.0 50.0 21.7 5000 4000 48.0 46.0 42.0 56.4 54.0 "
                                   "0 10 010 1 0 0 - 01 0 0 54.0 0 1");
    CHECK(pi30_decode(PI30_QPIRI, frame, count, &fields) == VERDICT_TAKEN, "dash");
    CHECK(fields.value[QPIRI_PARALLEL_MAX] == PI30_NONE, "dash means none");
    count = frame_of(frame, "(010 030 020");
    CHECK(pi30_decode(PI30_QMCHGCR, frame, count, &fields) == VERDICT_SHAPE, "a list ascends");
    count = frame_of(frame, "(010 020 900");
    CHECK(pi30_decode(PI30_QMCHGCR, frame, count, &fields) == VERDICT_RANGE, "900 A");
    count = frame_of(frame, "(11.2 49.9 120.0 230.0 50.0 120 34.7 9 9 1 00000000");
    CHECK(pi30_decode(PI30_QPIGS2, frame, count, &fields) == VERDICT_SHAPE, "another layout");
}

static void check_texts(void)
{
    struct pi30_fields fields;
    pi30_decode(PI30_QSID, BYTES("(1492932105105335005535\x94\x0E\r"), &fields);
    CHECK(!strcmp(fields.text, "92932105105335"), "QSID: %s", fields.text);
    pi30_decode(PI30_QVFW, BYTES("(VERFW:00072.70S\xA7\r"), &fields);
    CHECK(!strcmp(fields.text, "00072.70"), "QVFW: %s", fields.text);
    pi30_decode(PI30_QPI, BYTES("(PI30\x9A\x0B\r"), &fields);
    CHECK(fields.value[0] == 30 && !strcmp(fields.text, "PI30"), "QPI: %s", fields.text);
    pi30_decode(PI30_QMCHGCR, BYTES("(010 020 030 040 050 060 070 080\x91L\r"), &fields);
    CHECK(fields.count == 8 && fields.value[0] == 10 && fields.value[7] == 80, "list");
    pi30_decode(PI30_QBATCD, BYTES("(110\x40\xEF\r"), &fields);
    CHECK(fields.value[0] && fields.value[1] && !fields.value[2], "switches");
    pi30_decode(PI30_QPIGS2, BYTES("(02.7 271.2 00736 \x18\x93\r"), &fields);
    CHECK(fields.value[QPIGS2_PV_MA] == 2700 && fields.value[QPIGS2_PV_DV] == 2712 &&
              fields.value[QPIGS2_PV_W] == 736,
          "QPIGS2");
    CHECK(pi30_field_name(PI30_QMOD, 0) == NULL && pi30_field_name(PI30_QPIGS2, 3) == NULL,
          "no name");
}

static void check_warnings(void)
{
    struct pi30_fields fields;
    pi30_decode(PI30_QPIWS, BYTES("(00000010000100000000000000000000\x92s\r"), &fields);
    CHECK(fields.bits[0] == (1u << 6 | 1u << 11) && fields.count == 32, "%x", fields.bits[0]);
    pi30_decode(PI30_QPIWS, BYTES("(01000000000100000000000000000000\xB0;\r"), &fields);
    CHECK(fields.bits[0] == (1u << 1 | 1u << 11) && fields.bits[1] == 0, "%x", fields.bits[0]);
    pi30_decode(PI30_QPIWS, BYTES("(100000000000000000000000000000000000\x15\xCF\r"), &fields);
    CHECK(fields.bits[0] == 1 && fields.count == 36, "PV loss");
    pi30_decode(PI30_QPIWS, BYTES("(000000000000000000000000000000012300\x22\xE7\r"), &fields);
    CHECK(fields.bits[0] == 0 && fields.bits[1] == 0, "a fault code is no warning");
    CHECK(!strcmp(fields.fault_digits, "123"), "%s", fields.fault_digits);
}

static void check_requests(void)
{
    uint8_t out[PI30_REQUEST_MAX];
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        size_t count = pi30_request(out, sizeof out, requests[i].word);
        CHECK(count == requests[i].count && !memcmp(out, requests[i].frame, count), "%s",
              requests[i].word);
    }
    CHECK(pi30_request(out, 7, "QPIGS") == 0, "no room");
#define SENDS(count, text)                                                                         \
    CHECK((count) == sizeof(text) - 1 && !memcmp(out, text, sizeof(text) - 1), "%s", text)
    SENDS(pi30_set_charge(out, sizeof out, 0, 10), "MNCHGC0010\x12;\r");
    SENDS(pi30_set_charge(out, sizeof out, 0, 120), "MNCHGC0120pX\r");
    SENDS(pi30_set_charge(out, sizeof out, 1, 30), "MNCHGC030+\xDB\r");
    SENDS(pi30_set_charge(out, sizeof out, 2, 20), "MCHGC020\xD1u\r");
    SENDS(pi30_set_output_priority(out, sizeof out, 0), "POP00\xC2H\r");
    SENDS(pi30_set_output_priority(out, sizeof out, 2), "POP02\xE2\x0B\r");
    SENDS(pi30_set_charger_off(out, sizeof out, true), "PBATCD110\xCF\\\r");
    SENDS(pi30_set_charger_off(out, sizeof out, false), "PBATCD000\xCB]\r");
#undef SENDS
}

static void check_framing(void)
{
    static const uint8_t padded[] = "\0\0(B\xE7\xC9\r\0\0\0(L\x06\x07\r\0";
    size_t start, count;
    CHECK(pi30_find(padded, sizeof padded - 1, &start, &count), "padding");
    CHECK(start == 2 && count == 5, "from %zu, %zu bytes", start, count);
    CHECK(pi30_find(padded + 7, sizeof padded - 8, &start, &count) && start == 3 && count == 5,
          "the next one");
    static const uint8_t restarted[] = "(230.0 49.(B\xE7\xC9\r";
    CHECK(pi30_find(restarted, sizeof restarted - 1, &start, &count) && start == 10 && count == 5,
          "a '(' inside restarts");
    static const uint8_t raw_open[] = "(07692 \xAE<\r";
    CHECK(pi30_find(raw_open, sizeof raw_open - 1, &start, &count), "plain");
    static const uint8_t lf[] = "(B\xE7\xC9\n";
    CHECK(pi30_find(lf, sizeof lf - 1, &start, &count) && count == 5, "LF for CR");
    static const uint8_t noise[] = "\xFF\xFF((((\r\r\r\n(\r(\r\xFF";
    CHECK(!pi30_find(noise, sizeof noise - 1, &start, &count), "noise");
    CHECK(!pi30_find(padded, 6, &start, &count), "cut short");
    /* A raw CRC byte 0x28 looks like a restart: search a text whose CRC has one. */
    uint8_t frame[16];
    unsigned found = 0;
    for (int i = 0; i < 100000 && found < 3; i++) {
        char text[16];
        snprintf(text, sizeof text, "(%05d", i);
        uint16_t crc = pi30_crc((const uint8_t *)text, 6);
        if ((crc >> 8) != '(' && (crc & 0xFF) != '(')
            continue;
        found++;
        count = frame_of(frame, text);
        CHECK(pi30_frame_ends(frame, count, &start) && start == 0, "%s with a raw '('", text);
    }
    CHECK(found == 3, "such texts exist");
}

/* "\xNN" escapes to bytes; returns the length. */
static size_t unescape(uint8_t *out, size_t room, const char *text, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length && count < room; i++) {
        unsigned byte;
        if (text[i] == '\\' && i + 3 < length && sscanf(text + i, "\\x%2x", &byte) == 1) {
            out[count++] = (uint8_t)byte;
            i += 3;
        } else {
            out[count++] = (uint8_t)text[i];
        }
    }
    return count;
}

/* One line of the vectors: good frames with '(' are taken whole, bad ones never. */
static void check_vector(const char *line, unsigned *good, unsigned *bad)
{
    const char *column[5] = {line};
    for (int i = 1; i < 5; i++) {
        column[i] = strchr(column[i - 1], '\t');
        if (!column[i]++)
            return;
    }
    uint8_t bytes[512];
    size_t room = unescape(bytes, sizeof bytes, column[3], (size_t)(column[4] - 1 - column[3]));
    size_t start = 0, count = 0;
    bool found = pi30_find(bytes, room, &start, &count);
    if (strstr(column[4], "CRC-BAD")) {
        ++*bad;
        CHECK(!found, "taken: %s", line);
    } else if (strstr(column[4], "CRC-OK") && bytes[0] == '(') {
        ++*good;
        CHECK(found && start == 0, "refused: %s", line);
        for (size_t i = start + count; found && i < room; i++)
            CHECK(bytes[i] == 0, "bytes left: %s", line);
    }
}

/* Every answer of a PI30 unit to a question we know also has that question's shape. */
static void check_vector_shape(const char *line, unsigned *shaped)
{
    char model[128], command[64];
    if (!strstr(line, "CRC-OK") || sscanf(line, "%*[^\t]\t%127[^\t]\t%63[^\t]", model, command) != 2)
        return;
    if (strncmp(model, "PI30REVO", 8) == 0 || strncmp(model, "PI16", 4) == 0)
        return;
    const char *raw = strchr(strchr(strchr(line, '\t') + 1, '\t') + 1, '\t') + 1;
    uint8_t bytes[512];
    size_t room = unescape(bytes, sizeof bytes, raw, strcspn(raw, "\t"));
    size_t start, count;
    if (bytes[0] != '(' || !pi30_find(bytes, room, &start, &count))
        return;
    for (int i = 0; i < PI30_SETTER; i++) {
        struct pi30_fields fields;
        if (strcmp(command, pi30_word((enum pi30_command)i)) != 0)
            continue;
        ++*shaped;
        enum verdict verdict = pi30_decode((enum pi30_command)i, bytes + start, count, &fields);
        CHECK(verdict == VERDICT_TAKEN, "%s: %s", verdict_name(verdict), line);
    }
}

static void check_vectors(void)
{
    const char *shared = getenv("BUSBAR_SHARED");
    char path[512], line[4096];
    snprintf(path, sizeof path, "%s/data/pi30-vectors.tsv", shared ? shared : "../shared");
    FILE *file = fopen(path, "r");
    if (!file) {
        check_skip("no ../shared/data/pi30-vectors.tsv");
        return;
    }
    unsigned good = 0, bad = 0, shaped = 0;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        check_vector(line, &good, &bad);
        check_vector_shape(line, &shaped);
    }
    fclose(file);
    CHECK(good > 80 && bad > 15 && shaped > 40, "%u good, %u bad, %u shaped", good, bad, shaped);
    printf("vectors: %u good, %u bad, %u decoded\n", good, bad, shaped);
}

int main(void)
{
    check_decoding();
    check_verdicts();
    check_ranges();
    check_texts();
    check_warnings();
    check_requests();
    check_framing();
    check_vectors();
    return check_done("pi30");
}
