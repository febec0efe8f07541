/* The serial side of the simulated inverters: requests with the CRCs of documents and captures,
 * answers in the layouts of a captured MAX II 8 kW, refusals, timing, noise. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sim.h"
#include "test/check.h"
#include "test/sim_line.h"

static struct sim_config plant;

static void begin_at(double start_h)
{
    sim_uc001(&plant);
    plant.start_h = start_h;
    now_ms = 1000;
    sim_init(sim, &plant, now_ms);
}

/* --- the byte layer --- */

#define BYTES(text) text, sizeof text - 1

static void captured_requests(void)
{
    static const struct {
        const char *bytes;
        size_t length;
        const char *answer;
        size_t answer_length;
        const char *what;
    } rows[] = {
        /* request frames of the logic-level captures and documents; NAK 73 73, ACK 39 20 */
        {BYTES("QPI\xBE\xAC\r"), BYTES("(PI30\x9A\x0B\r"), "QPI"},
        {BYTES("POP02\xE2\x0B\r"), BYTES("(ACK9 \r"), "POP02 with its adjusted CRC"},
        {BYTES("POP02\xE2\x0A\r"), BYTES("(NAKss\r"), "POP02 with its raw CRC"},
        {BYTES("MUCHGC0002\x56\x0E\r"), BYTES("(ACK9 \r"), "a CRC of 0D is sent as 0E"},
        {BYTES("QMOD\x49\xC0\r"), BYTES("(NAKss\r"), "a wrong CRC"},
        {BYTES("QPIWS\xB4\xDA\r"), NULL, 40, "36 warnings"},
        {BYTES("QPIGS\xB7\xA9\r"), NULL, 110, "QPIGS as long as the captured one"},
        {BYTES("QPIGS2h-\r"), NULL, 21, "QPIGS2 too"},
        {BYTES("QPIRI\xF8T\r"), NULL, 109, "QPIRI too"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char answer[256];
        begin_at(13);
        size_t got = exchange(3, rows[i].bytes, rows[i].length, answer);
        CHECK(got == rows[i].answer_length, "%s: %zu bytes, expected %zu: %s", rows[i].what, got,
              rows[i].answer_length, answer);
        CHECK(!rows[i].answer || memcmp(answer, rows[i].answer, got) == 0, "%s: %s", rows[i].what,
              answer);
    }
}

static void captured_shapes(void)
{
    static const struct {
        const char *word, *captured;
    } rows[] = {
        /* MAX II 8 kW, logic-level capture */
        {"QPIGS",
         "(222.0 50.0 230.0 50.0 0529 0472 006 398 54.30 000 061 0039 01.0 215.0 00.00 00000 "
         "00010110 00 00 00226 010"},
        {"QPIGS2", "(01.0 201.7 00205 "},
        {"QPIRI",
         "(230.0 34.7 230.0 50.0 34.7 8000 8000 48.0 51.0 48.0 55.2 55.0 2 010 040 0 2 3 9 01 0 "
         "0 52.0 1 1 480 0 140"},
        /* other units of the family */
        {"QMOD", "(S"},
        {"QID", "(92931905106463"},
        {"QSID", "(1492932105105335005535"},
        {"QVFW", "(VERFW:00072.70"},
        {"QPIWS", "(000000000000000000000000000000000000"},
        {"QMUCHGCR", "(002 010 020 030 040 050 060 070 080 090 100 110 120"},
        {"QMCHGCR", "(010 020 030 040 050 060 070 080 090 100 110 120"},
        {"QDI", "(230.0 50.0 0030 44.0 54.0 56.4 46.0 60 0 0 2 0 0 0 0 0 1 1 1 0 1 0 54.0 0 1 224"},
        {"QT", "(20210726122606"},
        {"QET", "(00238800"},
        {"QLT", "(00238800"},
        {"QBATCD", "(000"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char expected[256], got[256];
        begin_at(13);
        shape(rows[i].captured, expected);
        shape(ask(0, rows[i].word), got);
        CHECK(strcmp(expected, got) == 0, "%s: %s, captured %s", rows[i].word, got, expected);
    }
    begin_at(13);
    CHECK(strncmp(ask(0, "QPGS0"), "(0 96332409100101 B ", 20) == 0, "alone: 0, and its data");
    CHECK(strcmp(ask(0, "QBOGUS"), "(NAK") == 0, "unknown");
    CHECK(strcmp(ask(0, "QT"), "(20260621") > 0, "21 June");
}

/* --- what the answers say --- */

static void answers_are_true(void)
{
    begin_at(13);
    for (int i = 0; i < 600; i++)
        sim_step(sim, now_ms += 100);
    const struct sim_truth *truth = sim_truth(sim);
    const char *status = ask(0, "QPIGS");
    CHECK(field(status, 9) > truth->battery_V - 0.1 && field(status, 9) < truth->battery_V + 0.1,
          "battery voltage");
    CHECK(field(status, 20) > truth->pv_W[0] * 0.98 && field(status, 20) < truth->pv_W[0] * 1.02,
          "PV power %.0f of %.0f", field(status, 20), truth->pv_W[0]);
    double watts = field(status, 13) * field(status, 14);
    CHECK(watts > truth->pv_W[0] * 0.97 && watts < truth->pv_W[0] * 1.03,
          "PV current times voltage");
    CHECK(field(status, 10) > truth->dc_A[0] - 1 && field(status, 10) < truth->dc_A[0] + 1,
          "charging current");
    CHECK(field(status, 16) == 0 && field(status, 11) == 60 && field(status, 6) > 100,
          "and the rest");
    CHECK(strcmp(ask(0, "QMOD"), "(B") == 0 && strcmp(ask(3, "QMOD"), "(L") == 0, "modes");
    CHECK(strcmp(ask(1, "QID"), "(96332409100102") == 0, "its own serial number");
    CHECK(strcmp(ask(0, "QPIWS"), "(000000000000000000000000000000000000") == 0, "no warning");
    begin_at(23);
    sim_step(sim, now_ms += 5000);
    status = ask(0, "QPIGS");
    CHECK(field(status, 20) == 0 && field(status, 10) == 0 && field(status, 16) > 0, "night: %s",
          status);
    CHECK(ask(0, "QPIWS")[1] == '1', "PV loss");
}

static void setters(void)
{
    static const struct {
        const char *word, *answer;
        int place; /* of QPIRI that shows it, 0 = none */
        double value;
    } rows[] = {
        {"POP00", "(ACK", 17, 0},        {"POP01", "(ACK", 17, 1},
        {"POP03", "(NAK", 17, 1},        {"POP2", "(NAK", 17, 1},
        {"PCP02", "(ACK", 18, 2},        {"PCP00", "(NAK", 18, 2},
        {"MNCHGC0010", "(ACK", 15, 10},  {"MNCHGC0120", "(ACK", 15, 120},
        {"MNCHGC0000", "(NAK", 15, 120}, {"MNCHGC0015", "(NAK", 15, 120},
        {"MNCHGC0130", "(NAK", 15, 120}, {"MNCHGC010", "(NAK", 15, 120},
        {"MNCHGC1010", "(NAK", 15, 120}, {"MUCHGC0030", "(ACK", 14, 30},
        {"MUCHGC0005", "(NAK", 14, 30},  {"PBCV48.0", "(ACK", 9, 48},
        {"PBCV48.5", "(NAK", 9, 48},     {"PBDV00.0", "(ACK", 23, 0},
        {"PBDV47.0", "(NAK", 23, 0},     {"PSDV42.0", "(ACK", 10, 42},
        {"PSDV39.0", "(NAK", 10, 42},    {"PCVV58.4", "(ACK", 11, 58.4},
        {"PCVV58.5", "(NAK", 11, 58.4},  {"PBFT55.0", "(ACK", 12, 55},
        {"PBFT58.5", "(NAK", 12, 55},    {"PCVV54.0", "(NAK", 11, 58.4},
        {"PF", "(ACK", 12, 54},          {"PF1", "(NAK", 12, 54},
    };
    begin_at(13);
    uint32_t written = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(strcmp(ask(2, rows[i].word), rows[i].answer) == 0, "%s: %s", rows[i].word,
              rows[i].answer);
        written += rows[i].answer[1] == 'A';
        if (rows[i].place) {
            double value = field(ask(2, "QPIRI"), rows[i].place);
            CHECK(value == rows[i].value, "%s: QPIRI shows %.1f", rows[i].word, value);
        }
    }
    CHECK(sim_truth(sim)->setter_writes[2] == written, "refused ones are no writes");
    static const char *const switches[] = {"111", "011", "101", "110", "010", "100", "000"};
    for (size_t i = 0; i < 7; i++) {
        char word[16], answer[16];
        snprintf(word, sizeof word, "PBATCD%s", switches[i]);
        snprintf(answer, sizeof answer, "(%s", switches[i]);
        CHECK(strcmp(ask(2, word), "(ACK") == 0 && strcmp(ask(2, "QBATCD"), answer) == 0, "%s",
              word);
    }
    CHECK(strcmp(ask(2, "PBATCD001"), "(NAK") == 0, "no such switch");
    CHECK(strcmp(ask(2, "QBATCD"), "(000") == 0, "and nothing set");
}

/* --- the line --- */

static void timing(void)
{
    /* 40-80 ms to think, then request and answer at 240 bytes a second, in 10 ms steps */
    static const struct {
        const char *word;
        int64_t bytes;
    } rows[] = {{"QMOD", 7 + 5}, {"QPIGS", 8 + 110}, {"QPIRI", 8 + 109}};
    begin_at(13);
    for (size_t i = 0; i < 3; i++)
        for (int again = 0; again < 20; again++) {
            int64_t from_ms = now_ms;
            ask(0, rows[i].word);
            int64_t took_ms = now_ms - from_ms, line_ms = rows[i].bytes * 1000 / 240;
            CHECK(took_ms >= 39 + line_ms && took_ms <= 91 + line_ms, "%s took %lld ms",
                  rows[i].word, (long long)took_ms);
        }
}

static void one_at_a_time(void)
{
    char answer[256];
    begin_at(13);
    sim_bytes(sim, 0, (const uint8_t *)"QPI\xBE\xAC\r", 6);
    size_t got = exchange(0, "QPIGS\xB7\xA9\r", 8, answer);
    CHECK(got == 8 && memcmp(answer, "(PI30", 5) == 0, "the second request was not heard: %s",
          answer);
    got = exchange(0, "", 0, answer);
    CHECK(got == 0, "no answer to it");
    sim_bytes(sim, 0, (const uint8_t *)"QP", 2);
    got = exchange(0, "I\xBE\xAC\r", 4, answer);
    CHECK(got == 8, "bytes may come one by one");
    memset(answer, 'x', 200);
    sim_bytes(sim, 0, (const uint8_t *)answer, 200);
    got = exchange(0, "\r", 1, answer);
    CHECK(got == 7 && memcmp(answer, "(NAK", 4) == 0, "rubbish is refused");
    CHECK(strcmp(ask(0, "QPI"), "(PI30") == 0, "and does no harm");
}

static void faults(void)
{
    begin_at(13);
    sim_fault(sim, SIM_INVERTER_SILENT, 1, true);
    CHECK(strcmp(ask(1, "QPI"), "") == 0 && strcmp(ask(0, "QPI"), "(PI30") == 0, "one is silent");
    sim_fault(sim, SIM_INVERTER_SILENT, 1, false);
    CHECK(strcmp(ask(1, "QPI"), "(PI30") == 0, "speaks again");
    sim_fault(sim, SIM_INVERTER_NOISE, 1, true);
    CHECK(strcmp(ask(1, "QID"), "bad") == 0, "a wrong bit");
    CHECK(strcmp(ask(1, "QID"), "(NAK") == 0, "a NAK for nothing");
    int64_t from_ms = now_ms;
    CHECK(strcmp(ask(1, "QID"), "(96332409100102") == 0 && now_ms - from_ms > 1700, "late");
    CHECK(strcmp(ask(1, "QID"), "(96332409100102") == 0, "well for once");
}

int main(void)
{
    sim = malloc(sim_size());
    captured_requests();
    captured_shapes();
    answers_are_true();
    setters();
    timing();
    one_at_a_time();
    faults();
    free(sim);
    return check_done("sim_pi30");
}
