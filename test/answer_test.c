/* PI30 answers: frames, CRC, field tables. Expected values were read by hand from the captured text; the
 * CRCs are the captured ones, or (marked) computed with Python's binascii.crc_hqx. */
#include "inverter/answer.h"

#include <string.h>

#include "answers.h"
#include "check.h"

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
    const char *word;
    const char *frame;
    size_t count;
    const char *field;
    int32_t expected;
} decoded[] = {
#define ROW(word, frame, field, expected) {word, frame, sizeof frame - 1, field, expected}
    ROW("QPIGS", MKS_QPIGS, "grid_voltage", 2338),
    ROW("QPIGS", MKS_QPIGS, "grid_frequency", 498),
    ROW("QPIGS", MKS_QPIGS, "output_voltage", 2302),
    ROW("QPIGS", MKS_QPIGS, "output_VA", 277),
    ROW("QPIGS", MKS_QPIGS, "output_power", 250),
    ROW("QPIGS", MKS_QPIGS, "load_percent", 5),
    ROW("QPIGS", MKS_QPIGS, "bus_voltage", 363),
    ROW("QPIGS", MKS_QPIGS, "battery_voltage", 5200),
    ROW("QPIGS", MKS_QPIGS, "charge_current", 0),
    ROW("QPIGS", MKS_QPIGS, "heatsink_temperature", 45),
    ROW("QPIGS", MKS_QPIGS, "pv_voltage", 2896),
    ROW("QPIGS", MKS_QPIGS, "discharge_current", 1),
    ROW("QPIGS", MKS_QPIGS, "status", 0x12),
    ROW("QPIGS", MKS_QPIGS, "pv_power", 241),
    ROW("QPIGS", MKS_QPIGS, "status2", 2),
    ROW("QPIGS", MK_QPIGS, "output_voltage", 1208),
    ROW("QPIGS", MK_QPIGS, "output_frequency", 600),
    ROW("QPIGS", MK_QPIGS, "battery_voltage", 2550),
    ROW("QPIGS", MK_QPIGS, "battery_capacity", 66),
    ROW("QPIGS", VM4_QPIGS, "battery_voltage", 2900),
    ROW("QPIGS", VM4_QPIGS, "pv_current", 2300),
    ROW("QPIGS", VM4_QPIGS, "pv_voltage", 2711),
    ROW("QPIGS", VM4_QPIGS, "discharge_current", 7),
    ROW("QPIGS", VM4_QPIGS, "status2", 3),
    ROW("QPIGS", VM4_QPIGS, "feed_in_power", 0),
    ROW("QPIGS", MAX2_QPIGS, "pv_current", 1000),
    ROW("QPIGS", MAX2_QPIGS, "pv_power", 226),
    ROW("QPIGS", MAX2_QPIGS, "status", 0x16),
    ROW("QPIGS", PIP8048_QPIGS, "output_VA", 3927),
    ROW("QPIGS", PIP8048_QPIGS, "output_power", 3919),
    ROW("QPIGS", PIP8048_QPIGS, "charge_current", 1),
    ROW("QPIGS", MAX_QPIGS, "charge_current", 20),
    ROW("QPIGS", MAX_QPIGS, "pv_voltage", 3236),
    ROW("QPIRI", PIP6048_QPIRI, "output_rating_power", 6000),
    ROW("QPIRI", PIP6048_QPIRI, "ac_charge_current_max", 2),
    ROW("QPIRI", PIP6048_QPIRI, "charge_current_max", 120),
    ROW("QPIRI", PIP6048_QPIRI, "output_priority", 2),
    ROW("QPIRI", PIP6048_QPIRI, "charger_priority", 1),
    ROW("QPIRI", PIP6048_QPIRI, "bulk_voltage", 564),
    ROW("QPIRI", PIP6048_QPIRI, "float_voltage", 540),
    ROW("QPIRI", PIP6048_QPIRI, "pv_power_balance", 1),
    ROW("QPIRI", KW10_QPIRI, "output_rating_VA", 200),
    ROW("QPIRI", KW10_QPIRI, "output_rating_current", 443),
    ROW("QPIRI", KW10_QPIRI, "charge_current_max", 60),
    ROW("QPIRI", KW10_QPIRI, "battery_type", 3),
    ROW("QPIRI", MAX2_QPIRI, "output_rating_current", 347),
    ROW("QPIRI", MAX2_QPIRI, "parallel_max", 9),
    ROW("QPIRI", MAX2_QPIRI, "cv_time_max", 480),
    ROW("QPIRI", MAX2_QPIRI, "discharge_current_max", 140),
    ROW("QPIRI", MAX2_QPIRI, "redischarge_voltage", 520),
    ROW("QPIRI", EASUN_QPIRI, "ac_charge_current_max", 2),
    ROW("QPIRI", EASUN_QPIRI, "charge_current_max", 100),
    ROW("QPIRI", EASUN_QPIRI, "charger_priority", 3),
    ROW("QPIRI", US_QPIRI, "output_rating_frequency", 600),
    ROW("QPIRI", US_QPIRI, "output_mode", 6),
    ROW("QPIRI", LV_QPIRI, "output_rating_power", 4000),
    ROW("QPIRI", LV_QPIRI, "cv_time_max", 60),
#undef ROW
};

static const struct {
    const char *word;
    const char *frame;
    size_t count;
    unsigned fields;
    const char *surplus;
} shapes[] = {
#define ROW(word, frame, fields, surplus) {word, frame, sizeof frame - 1, fields, surplus}
    ROW("QPIRI", PIP6048_QPIRI, 25, ""),
    ROW("QPIRI", LV_QPIRI, 26, ""),
    ROW("QPIRI", US_QPIRI, 27, ""),
    ROW("QPIRI", MAX2_QPIRI, 28, ""),
    ROW("QPIRI", KW10_QPIRI, 25, "46.0 10 44.0"),
    ROW("QPIGS", MKS_QPIGS, 21, ""),
    ROW("QPIGS", VM4_QPIGS, 24, ""),
#undef ROW
};

/* What becomes of bytes that are not a good answer, or only just. */
static const struct {
    const char *word;
    const uint8_t *frame;
    size_t count;
    enum verdict expected;
    const char *why;
} judged[] = {
    {"QPIGS", BYTES(VM4_QPIGS), VERDICT_TAKEN, "CRC 00 E7: zero is neither raised nor an end"},
    {"QSID", BYTES("(1492932105105335005535\x94\x0E\r"), VERDICT_TAKEN, "raised CRC byte"},
    {"QSID", BYTES("(1492932105105335005535\x94\r\r"), VERDICT_CHECK, "the same, raw: a CR ends a frame"},
    {"QPIRI", BYTES(EASUN_QPIRI), VERDICT_TAKEN, "natural 0E, not raised"},
    {"QMOD", BYTES("(B\xE7\xC9\r"), VERDICT_TAKEN, "shortest answer"},
    {"QMOD", BYTES("(B\xE7\r"), VERDICT_LENGTH, "a lone CRC byte"},
    {"QMOD", BYTES("(Sd9\r"), VERDICT_CHECK, "a made-up CRC"},
    {"QMOD", BYTES("(C\xF7\xE8\r"), VERDICT_TAKEN, "a mode of one model only"},
    {"QMOD", BYTES("(L\x06\x07\r"), VERDICT_TAKEN, "line"},
    {"QBATCD", BYTES("(NAOss\r"), VERDICT_CHECK, "NAK with a flipped bit"},
    {"POP02", BYTES("(NAK\rs\r"), VERDICT_CHECK, "the answer to POP02 with a raw CRC"},
    {"POP02", BYTES("(NAKss\r"), VERDICT_TAKEN, "refused"},
    {"POP02", BYTES("(ACK9 \r"), VERDICT_TAKEN, "accepted"},
    {"QPIGS", BYTES("(NAKss\r"), VERDICT_TAKEN, "not supported"},
    {"QPIGS", BYTES("(ACK9 \r"), VERDICT_SHAPE, "a late ACK is no status"},
    {"POP02", BYTES(MKS_QPIGS), VERDICT_SHAPE, "a late status is no ACK"},
    {"QPIGS", BYTES(MAX2_QPIRI), VERDICT_SHAPE, "late ratings are no status"},
    {"QPIRI", BYTES(VM4_QPIGS), VERDICT_SHAPE, "late status is no ratings"},
    {"QPIGS", BYTES(PI16_QPIGS), VERDICT_SHAPE, "another family"},
    {"QPIGS2", BYTES("(01.0 201.7 00205 Q\x9D\r"), VERDICT_TAKEN, "space before the CRC"},
    {"QPIGS2", BYTES(MKS_QPIGS), VERDICT_SHAPE, "QPIGS is no QPIGS2"},
    {"QMOD", BYTES("(PI30\x9A\x0B\r"), VERDICT_SHAPE, "QPI is no QMOD"},
    {"QPI", BYTES("(PI30\x9A\x0B\r"), VERDICT_TAKEN, "PI30"},
    {"QPI", BYTES("(PI34\xDA\x8F\r"), VERDICT_TAKEN, "another family says so itself"},
    {"QID", BYTES("(92931905106463I\xCB\r"), VERDICT_TAKEN, "14 digits"},
    {"QID", BYTES("(9293333010501\xBB\x07\r"), VERDICT_TAKEN, "13 digits"},
    {"QID", BYTES("(1492932105105335005535\x94\x0E\r"), VERDICT_SHAPE, "QSID is no QID"},
    {"QVFW", BYTES("(VERFW:00072.70S\xA7\r"), VERDICT_TAKEN, "firmware"},
    {"QVFW", BYTES("(VERFW2:00000.30\xE3\x88\r"), VERDICT_SHAPE, "the other processor's"},
    {"QMCHGCR", BYTES("(010 020 030 040 050 060 070 080\x91L\r"), VERDICT_TAKEN, "list"},
    {"QMCHGCR", BYTES("(110\x40\xEF\r"), VERDICT_SHAPE, "QBATCD is no list"},
    {"QBATCD", BYTES("(110\x40\xEF\r"), VERDICT_TAKEN, "charger off (CRC computed)"},
    {"QBATCD", BYTES("(044\xC8\xAE\r"), VERDICT_RANGE, "QGMN is no QBATCD"},
    {"QPIWS", BYTES("(00000110000100000000000000000000\x92s\r"), VERDICT_CHECK, "a bit flipped"},
    {"QPIWS", BYTES("(00000010000100000000000000000000\x92s"), VERDICT_LENGTH, "no end"},
    {"QPIWS", BYTES("(000000000000000000000000000000012300\x22\xE7\r"), VERDICT_TAKEN,
     "fault-code digits (CRC computed)"},
    {"QPIGS", BYTES("ACK\xD0\r"), VERDICT_SHAPE, "REVO's late ACK without '('"},
    {"POP02", BYTES("ACK\xD0\r"), VERDICT_TAKEN, "REVO's ACK"},
    {"POP02", BYTES("ACK\xD1\r"), VERDICT_CHECK, "its sum is wrong"},
    {"QPIGS", BYTES("^0\x1B\xE3\r"), VERDICT_TAKEN, "a PI17 or PI18 unit refuses"},
    {"QPIGS", BYTES("^D00505\xD9\x9F\r"), VERDICT_SHAPE, "a PI18 unit answers"},
    {"QPIGS", BYTES("\r"), VERDICT_LENGTH, "nothing"},
};

/* clang-format on */

static void check_decoding(void)
{
    struct answer answer;
    for (size_t i = 0; i < sizeof decoded / sizeof *decoded; i++) {
        enum verdict verdict = judged_as(decoded[i].word, (const uint8_t *)decoded[i].frame,
                                         decoded[i].count, &answer, NULL);
        CHECK(verdict == VERDICT_TAKEN, "row %zu: %s", i, verdict_name(verdict));
        int field = field_named(answer.question, decoded[i].field);
        CHECK(field >= 0 && field < answer.count, "row %zu: no %s", i, decoded[i].field);
        CHECK(answer.value[field] == decoded[i].expected, "row %zu %s: %d, not %d", i,
              decoded[i].field, answer.value[field], decoded[i].expected);
    }
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        judged_as(shapes[i].word, (const uint8_t *)shapes[i].frame, shapes[i].count, &answer, NULL);
        CHECK(answer.count == shapes[i].fields, "row %zu: %d fields", i, answer.count);
        const char *surplus = shapes[i].frame + answer.surplus.at;
        CHECK(answer.surplus.length == strlen(shapes[i].surplus) &&
                  !strncmp(surplus, shapes[i].surplus, answer.surplus.length),
              "row %zu: '%.*s'", i, answer.surplus.length, surplus);
    }
}

static void check_verdicts(void)
{
    for (size_t i = 0; i < sizeof judged / sizeof *judged; i++) {
        struct answer answer;
        struct refusal refusal = {.why = ""};
        memset(&answer, 0x5A, sizeof answer);
        enum verdict verdict =
            judged_as(judged[i].word, judged[i].frame, judged[i].count, &answer, &refusal);
        CHECK(verdict == judged[i].expected, "%s: %s, %s", judged[i].why, verdict_name(verdict),
              refusal.why);
        CHECK(verdict == VERDICT_TAKEN || answer.count == 0x5A, "%s: touched", judged[i].why);
        CHECK(verdict == VERDICT_TAKEN || *refusal.why, "%s: no reason", judged[i].why);
    }
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

static enum verdict text_judged(const char *word, const char *text, struct answer *answer)
{
    uint8_t frame[256];
    return judged_as(word, frame, frame_of(frame, text), answer, NULL);
}

static void check_ranges(void)
{
    struct answer answer;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        enum verdict verdict = text_judged("QPIGS", ranges[i].text, &answer);
        CHECK(verdict == ranges[i].expected, "row %zu: %s", i, verdict_name(verdict));
    }
#define JUDGE(word, text) text_judged(word, text, &answer)
    CHECK(JUDGE("QPIRI", "(230.0 21.7 230.0 50.0 21.7 5000 4000 48.0 46.0 42.0 56.4 54.0 0 10 010 "
                         "1 0 0 - 01 0 0 54.0 0 1") == VERDICT_TAKEN,
          "dash");
    CHECK(answer.value[field_named(answer.question, "parallel_max")] == -1, "dash means none");
    CHECK(JUDGE("QMCHGCR", "(010 030 020") == VERDICT_SHAPE, "a list ascends");
    CHECK(JUDGE("QMCHGCR", "(010 020 900") == VERDICT_RANGE, "900 A");
    CHECK(JUDGE("QPIGS2", "(01.0 201.7 00205 000") == VERDICT_SHAPE, "three fields");
    CHECK(JUDGE("QPIWS", "(00000000000000000000000000000001") == VERDICT_TAKEN &&
              answer.bits[0] == 1u << 31,
          "the last of 32 is a bit");
    CHECK(JUDGE("QPIGS", "(233.8  49.8 230.2 49.8 0277 0250 005 363 52.00 000 028 0045 0000 289.6 "
                         "00.00 00001 00010010 00 00 00241 010") == VERDICT_SHAPE,
          "two spaces");
#undef JUDGE
}

static void check_texts(void)
{
    struct answer answer;
    judged_as("QSID", BYTES("(1492932105105335005535\x94\x0E\r"), &answer, NULL);
    CHECK(!strcmp(answer.text, "92932105105335"), "QSID: %s", answer.text);
    judged_as("QVFW", BYTES("(VERFW:00072.70S\xA7\r"), &answer, NULL);
    CHECK(!strcmp(answer.text, "00072.70"), "QVFW: %s", answer.text);
    judged_as("QPI", BYTES("(PI30\x9A\x0B\r"), &answer, NULL);
    CHECK(!strcmp(answer.text, "30"), "QPI: %s", answer.text);
    judged_as("QMCHGCR", BYTES("(010 020 030 040 050 060 070 080\x91L\r"), &answer, NULL);
    CHECK(answer.count == 8 && answer.value[0] == 10 && answer.value[7] == 80, "list");
    judged_as("QBATCD", BYTES("(110\x40\xEF\r"), &answer, NULL);
    const struct field_word *word = answer_word(answer.question->rows, answer.value[0]);
    CHECK(word && word->means == 1, "charger off");
    judged_as("QPIGS2", BYTES("(02.7 271.2 00736 \x18\x93\r"), &answer, NULL);
    CHECK(answer.value[0] == 2700 && answer.value[1] == 2712 && answer.value[2] == 736, "QPIGS2");
}

static void check_warnings(void)
{
    struct answer answer;
    judged_as("QPIWS", BYTES("(00000010000100000000000000000000\x92s\r"), &answer, NULL);
    CHECK(answer.bits[0] == (1u << 6 | 1u << 11) && answer.count == 32, "%x", answer.bits[0]);
    judged_as("QPIWS", BYTES("(01000000000100000000000000000000\xB0;\r"), &answer, NULL);
    CHECK(answer.bits[0] == (1u << 1 | 1u << 11) && answer.bits[1] == 0, "%x", answer.bits[0]);
    judged_as("QPIWS", BYTES("(100000000000000000000000000000000000\x15\xCF\r"), &answer, NULL);
    CHECK(answer.bits[0] == 1 && answer.count == 36, "PV loss");
    judged_as("QPIWS", BYTES("(000000000000000000000000000000012300\x22\xE7\r"), &answer, NULL);
    CHECK(answer.bits[0] == 0 && answer.bits[1] == 0, "a fault code is no warning");
    CHECK(!strcmp(answer.digits, "123"), "%s", answer.digits);
}

static void check_framing(void)
{
    static const uint8_t padded[] = "\0\0(B\xE7\xC9\r\0\0\0(L\x06\x07\r\0";
    size_t start, count;
    CHECK(answer_find(padded, sizeof padded - 1, &start, &count), "padding");
    CHECK(start == 2 && count == 5, "from %zu, %zu bytes", start, count);
    CHECK(answer_find(padded + 7, sizeof padded - 8, &start, &count) && start == 3 && count == 5,
          "the next one");
    static const uint8_t restarted[] = "(230.0 49.(B\xE7\xC9\r";
    CHECK(answer_find(restarted, sizeof restarted - 1, &start, &count) && start == 10 && count == 5,
          "a '(' inside restarts");
    static const uint8_t lf[] = "(B\xE7\xC9\n";
    CHECK(answer_find(lf, sizeof lf - 1, &start, &count) && count == 5, "LF for CR");
    static const uint8_t noise[] = "\xFF\xFF((((\r\r\r\n(\r(\r\xFF";
    CHECK(!answer_find(noise, sizeof noise - 1, &start, &count), "noise");
    CHECK(!answer_find(padded, 6, &start, &count), "cut short");
    /* A raw CRC byte 0x28 looks like a restart: search a text whose CRC has one. */
    uint8_t frame[16];
    unsigned found = 0;
    for (int i = 0; i < 100000 && found < 3; i++) {
        char text[16];
        snprintf(text, sizeof text, "(%05d", i);
        uint16_t crc = answer_crc((const uint8_t *)text, 6);
        if ((crc >> 8) != '(' && (crc & 0xFF) != '(')
            continue;
        found++;
        count = frame_of(frame, text);
        CHECK(answer_ends(frame, count, &start) && start == 0, "%s with a raw '('", text);
    }
    CHECK(found == 3, "such texts exist");
}

int main(void)
{
    check_decoding();
    check_verdicts();
    check_ranges();
    check_texts();
    check_warnings();
    check_framing();
    return check_done("answer");
}
