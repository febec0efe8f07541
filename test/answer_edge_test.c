/* The edges of answers in every framing, byte by byte from captures; what is made up says so. */
#include "inverter/answer_pick.h"

#include <string.h>

#include "answers.h"
#include "check.h"

/* clang-format off */
#define MAX_QPGS "(0 92932105105315 B 00 000.0 00.00 230.0 50.00 0989 0907 012 53.2 009 090 349.8 009 " \
                 "00989 00907 011 10100110 0 1 100 120 030 02 000 275.3 02i]\r"
#define LV_GS "2422,499,2305,499,1475,1458,026,526,000,000,000,007,084,046,000,000,1924,0000,2654,0000," \
              "0,2,0,1,1,2,0,1\\\xE8\r"
static const struct {
    const char *protocol, *word;
    const uint8_t *frame;
    size_t count;
    enum verdict expected;
    const char *reason;      /* of a refusal; of an answer what it is */
} rows[] = {
    {"PI30", "QBMS", BYTES("(0 100 0 0 1 532 532 450 0000 0030\x0E^\r"), VERDICT_TAKEN, "0E is its own, not raised"},
    {"PI30", "QOPM", BYTES("(01\x0C\x80\r"), VERDICT_TAKEN, "a CRC that starts with a zero digit"},
    {"PI30", "QOPM", BYTES("(01\xC8\x00\r"), VERDICT_CHECK, "the CRC is C8 00, 0C 80 was expected"},
    {"PI18", "T", BYTES("^D01720210521234743\x0ER\r"), VERDICT_TAKEN, "0D raised"},
    {"PI18", "T", BYTES("^D01720210521234743\rR\r"), VERDICT_CHECK, "0D as it is"},
    {"PI30", "QPIGS", BYTES("(239.2 50.0 229.8 50.0 0321 0197 005 422 53.20 000 050 0056 01.7 229.2 00.00 00000 00010110 00 00 00407 010\xCF\r"), VERDICT_CHECK, "the CRC is 30 CF, BE 33 was expected"},
    {"PI30", "QPIGS", BYTES("(246.7 4\xF9.6 229.9 49.9 \x8A\x82\x9A\xA2\x02\x82\x82\xCA\xC2\x8A\xAF\r"), VERDICT_CHECK, "was expected"},
    {"PI30", "QBATCD", BYTES("(NAOss\r"), VERDICT_CHECK, "the CRC is 73 73, 33 F7 was expected"},
    {"PI30", "POP02", BYTES("(NAK\r"), VERDICT_CHECK, "the CRC is 41 4B, 26 45 was expected"},
    {"PI30MAX", "QPGS0", BYTES(MAX_QPGS), VERDICT_TAKEN, "exists is 0, the data are there"},
    {"PI30", "QFLAG", BYTES("(EbuvyzDajkxn@\r"), VERDICT_TAKEN, "no letter beyond the usual"},
    {"PI30", "QFLAG", BYTES("(EauxyzlDbjkvgd\x90\xC5\r"), VERDICT_TAKEN, "l, g and d"},
    {"PI30", "QPIWS", BYTES("(100000000000000000000000000000000000\x15\xCF\r"), VERDICT_TAKEN, "36 characters"},
    {"PI30REVO", "PQSE", BYTES("(000100 56.0 54.0 44.0 42.0 030 010 2018 06 01 20 00 00 00<\r"), VERDICT_TAKEN, "one byte of sum and one"},
    {"PI30REVO", "QALL", BYTES("(000 00.0 000 00.0 0000 000 00.0 000 000 000 000 00.0 0000 000000 000000 S 00 00\x03\n"), VERDICT_TAKEN, "the bare sum, and LF"},
    {"PI30REVO", "QALL", BYTES("(000 00.0 000 00.0 0000 000 00.0 000 000 000 000 00.0 0000 000000 000000 S 00 00\x05\r"), VERDICT_CHECK, "the sum is 05, 04 was expected"},
    {"PI30REVO", "QLITH0", BYTES("(048.8 000.0 000.9 250 024 000 052.5 010.0 053.5 004.4 0 2\xFC\x0B\n"), VERDICT_TAKEN, "a CRC among the sums"},
    {"PI18", "GS", BYTES("^D106" LV_GS), VERDICT_TAKEN, "load"},
    {"PI18", "GS", BYTES("D1062232,499,2232,499,0971,0710,019,008,000,000,000,000,000,044,000,000,0520,0000,1941,0000,0,2,0,1,0,2,1,0\x09{\r"), VERDICT_TAKEN, "without its ^"},
    {"PI18", "GS", BYTES("^0\x1B\xE3\r"), VERDICT_TAKEN, "NAK"},
    {"PI18", "GS", BYTES("(NAKss\r"), VERDICT_TAKEN, "NAK in the other frame"},
    {"PI18", "MOD", BYTES("^D00505\xD9\x9F\r"), VERDICT_TAKEN, "hybrid"},
    {"PI18", "GS", BYTES("^D00505\xD9\x9F\r"), VERDICT_SHAPE, "28 fields at least, 1 came"},
    {"PI18", "MOD", BYTES("(B\xE7\xC9\r"), VERDICT_SHAPE, "an answer of PI30"},
    {"PI18", "MCHGCR", BYTES("^D030010,020,030,040,050,060,070\n"), VERDICT_CHECK, "ends in LF, not CR; the CRC is 37 30, 29 71 was expected"},
    {"PI17", "EM", BYTES("^D01000006591Q3\r"), VERDICT_TAKEN, "nnn is one short"},
    {"PI17", "WS", BYTES("^D0471,1,0,0,1,1,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,\x14\x9C\r"), VERDICT_TAKEN, "an empty field at the end"},
    {"PI17", "PS", BYTES("^D10100263,00381,,-00855,-03141,-03156,-07152,0000,0000,0000,00000,0193,0147,0195,00535,003,1,1,1,2,2,12\x1C\r"), VERDICT_TAKEN, "an empty field and signs"},
    {"PI16", "QPIGS", BYTES("(225.8 000024 49.9 0000.0 000.0 00000 00.0 000.0 000 405.4 405.4 048.8 ---.- 048 00163 00024 ----- 342.6 ---.- ---.- 049.0 A---001010YZ\r"), VERDICT_TAKEN, "dashes for what is not there"},
};
/* clang-format on */

static void check_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pick pick;
        pick_answer(&pick, protocol_named(rows[i].protocol), rows[i].word, rows[i].frame,
                    rows[i].count);
        CHECK(pick.verdict == rows[i].expected, "%s %s (%s): %s", rows[i].protocol, rows[i].word,
              rows[i].reason, pick.refusal.why);
        bool refused = rows[i].expected != VERDICT_TAKEN && strstr(rows[i].reason, "was expected");
        CHECK(!refused || strstr(pick.refusal.why, rows[i].reason), "%s: %s", rows[i].reason,
              pick.refusal.why);
    }
}

static struct answer taken(const char *protocol, const char *word, const uint8_t *frame,
                           size_t count)
{
    struct pick pick;
    pick_answer(&pick, protocol_named(protocol), word, frame, count);
    CHECK(pick.verdict == VERDICT_TAKEN, "%s %s: %s", protocol, word, pick.refusal.why);
    return pick.answer;
}

static int32_t value_of(const struct answer *answer, const char *name)
{
    int field = field_named(answer->question, name);
    CHECK(field >= 0 && field < answer->count, "no %s", name);
    return field < 0 ? 0 : answer->value[field];
}

/* Read by hand from the captures. */
static void check_values(void)
{
    struct answer gs = taken("PI18", "GS", BYTES("^D106" LV_GS));
    CHECK(value_of(&gs, "grid_voltage") == 2422 && value_of(&gs, "battery_voltage") == 526,
          "tenths");
    CHECK(value_of(&gs, "pv_power") == 1924 && value_of(&gs, "pv_voltage") == 2654, "PV");
    CHECK(value_of(&gs, "parallel_number") == 1, "the last one");
    struct answer ps = taken("PI17", "PS",
                             BYTES("^D10100263,00381,,-00855,-03141,-03156,-07152,0000,0000,0000,"
                                   "00000,0193,0147,0195,00535,003,1,1,1,2,2,12\x1C\r"));
    CHECK(value_of(&ps, "battery_power") == FIELD_NONE, "nothing measured");
    CHECK(value_of(&ps, "grid_power") == -855 && value_of(&ps, "pv2_power") == 381, "signs");
    struct answer lithium =
        taken("PI30REVO", "QLITH0",
              BYTES("(048.8 000.0 000.9 250 024 000 052.5 010.0 053.5 004.4 0 2\xFC\x0B\n"));
    CHECK(value_of(&lithium, "bms_temperature") == 250 &&
              value_of(&lithium, "bms_discharge_current") == 9,
          "BMS");
    struct answer pqse = taken(
        "PI30REVO", "PQSE", BYTES("(000100 56.0 54.0 44.0 42.0 030 010 2018 06 01 20 00 00 00<\r"));
    CHECK(value_of(&pqse, "output_voltage") == 1 && value_of(&pqse, "battery_type") == 0 &&
              value_of(&pqse, "bulk_voltage") == 560 && value_of(&pqse, "year") == 2018,
          "six digits in one piece");
    struct answer flags = taken("PI30", "QFLAG", BYTES("(EbuvyzDajkxn@\r"));
    CHECK(flags.bits[0] == (1u << 1 | 1u << 20 | 1u << 21 | 1u << 24 | 1u << 25) &&
              flags.bits[1] == (1u << 0 | 1u << 9 | 1u << 10 | 1u << 23),
          "%x %x", flags.bits[0], flags.bits[1]);
    struct answer pgs = taken("PI30MAX", "QPGS0", BYTES(MAX_QPGS));
    CHECK(value_of(&pgs, "exists") == 0 && value_of(&pgs, "pv2_voltage") == 2753 && pgs.count == 29,
          "QPGS");
}

/* Made up: what a CRC that fits does not excuse. */
static void check_shapes(void)
{
#define STATUS                                                                                     \
    "(233.8 49.8 230.2 49.8 0277 0250 005 363 52.00 000 028 0045 0000 289.6 00.00 00001 "          \
    "00010010 00 00 00241 010"
    static const struct {
        const char *word, *text;
        enum verdict expected;
        const char *why;
    } made[] = {
        {"QPIGS", STATUS " 0 00 0000", VERDICT_TAKEN, "MAX's end"},
        {"QPIGS", STATUS " 0 00 00", VERDICT_SHAPE, "MAX's end, damaged"},
        {"QPIGS", STATUS " 46.0 10", VERDICT_TAKEN, "another end"},
        {"QPIGS", STATUS " 46.0\x8F", VERDICT_SHAPE, "an end that is no text"},
        {"QPIGS", STATUS " 46.0  10", VERDICT_SHAPE, "an end with a hole"},
        {"QPIGS", STATUS " 0 00 0000 7", VERDICT_TAKEN, "one more than is known"},
        {"QMCHGCR", "(010 020 30", VERDICT_SHAPE, "one width in a list"},
        {"QMCHGCR", "(02 10 20 30", VERDICT_TAKEN, "two digits each"},
        {"QPIWS", "(000000000000000000000000000000000", VERDICT_SHAPE, "33 characters"},
        {"QPIWS", "(00000000000000000000000000000000001", VERDICT_SHAPE, "35 characters"},
        {"QFLAG", "(EakxyDbjuv", VERDICT_SHAPE, "z is missing"},
        {"QFLAG", "(EakxyDbjuvzz", VERDICT_SHAPE, "z twice"},
        {"QFLAG", "(DbjuvzEakxy", VERDICT_SHAPE, "D before E"},
        {"QID", "(20210726122606", VERDICT_SHAPE, "a time"},
        {"QID", "(20219926122606", VERDICT_TAKEN, "no time"},
        {"QT", "(20210229122606", VERDICT_SHAPE, "no such day"},
        {"QT", "(20240229122606", VERDICT_TAKEN, "a leap day"},
        {"QVFW", "(VERFW:00072.7", VERDICT_SHAPE, "one decimal"},
        {"QVFW", "(VERFW:0007270", VERDICT_SHAPE, "no point"},
        {"QMN", "(PI30", VERDICT_SHAPE, "QPI is no model"},
        {"QSID", "(2192932105105335005535", VERDICT_RANGE, "21 of 20"},
    };
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        uint8_t frame[256];
        struct answer answer;
        struct refusal refusal = {.why = ""};
        enum verdict verdict =
            judged_as(made[i].word, frame, frame_of(frame, made[i].text), &answer, &refusal);
        CHECK(verdict == made[i].expected, "%s %s: %s", made[i].word, made[i].why, refusal.why);
    }
    uint8_t frame[64];
    struct answer answer;
    const struct question *question = protocol_question(protocol_named("PI18"), ASK_MODE);
    CHECK(answer_judge(question, FRAMING_PI18, frame, frame_of(frame, "^D00405"), &answer, NULL) ==
              VERDICT_TAKEN,
          "one less");
    CHECK(answer_judge(question, FRAMING_PI18, frame, frame_of(frame, "^D00205"), &answer, NULL) ==
              VERDICT_LENGTH,
          "three less");
    CHECK(answer_judge(question, FRAMING_PI18, frame, frame_of(frame, "^D00605"), &answer, NULL) ==
              VERDICT_LENGTH,
          "one more");
    CHECK(answer_judge(question, FRAMING_PI18, frame, frame_of(frame, "^D00509"), &answer, NULL) ==
              VERDICT_RANGE,
          "no such mode");
}

/* The choice among layouts, and what is told when none fits. */
static void check_pick(void)
{
    struct pick pick;
    char near[64];
    pick_answer(&pick, NULL, "QPIGS2", BYTES("(01.0 201.7 00205 Q\x9D\r"));
    CHECK(pick.verdict == VERDICT_TAKEN && !strcmp(pick.question->layout, "MAX"), "MAX");
    pick_answer(&pick, NULL, "GS", BYTES("^D106" LV_GS));
    CHECK(pick.verdict == VERDICT_TAKEN && !strcmp(pick.protocol->name, "PI18"), "PI18");
    pick_answer(&pick, NULL, "QXYZ", BYTES("(B\xE7\xC9\r"));
    CHECK(pick.verdict == VERDICT_FOREIGN && !pick.question && !pick.setter, "unknown");
    pick_answer(&pick, NULL, "PBT02", BYTES("(B\xE7\xC9\r"));
    CHECK(pick.verdict == VERDICT_SHAPE && pick.setter, "a setter");
    pick_near(near, sizeof near, NULL, "QPIGX");
    CHECK(strstr(near, "QPIGS") && strstr(near, "QPIRI") && strlen(near) < sizeof near, "%s", near);
    pick_near(near, sizeof near, protocol_named("PI18"), "QPIGX");
    CHECK(!*near, "%s", near);
}

int main(void)
{
    check_rows();
    check_values();
    check_shapes();
    check_pick();
    return check_done("answer_edge");
}
