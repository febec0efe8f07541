/* Who is there, told by captured answers of several families. */
#include "inverter/probe.h"

#include <string.h>

#include "check.h"
#include "inverter/answer.h"

struct says {
    const char *word;   /* of the request, as sent: "QID", "^P005PI" */
    const char *answer; /* without CRC and CR; NULL: silence */
};

/* clang-format off */
static const struct says max2[] = {   /* Axpert MAX II 8 kW */
    {"QPI",   "(PI30"},
    {"QID",   "(92931905106463"},
    {"QMN",   "(MKS2-8000"},
    {"QVFW",  "(VERFW:00072.70"},
    {"QPIRI", "(230.0 34.7 230.0 50.0 34.7 8000 8000 48.0 46.0 42.0 56.4 54.0 2 10 010 1 1 2 1 01 0 0 54.0 0 1 480 0 140"},
    {"QPIGS", "(222.0 50.0 230.0 50.0 0529 0472 006 398 54.30 012 061 0039 01.0 215.0 00.00 00003 00010110 00 00 00226 010"},
    {NULL, NULL},
};
static const struct says long_number[] = {
    {"QPI",  "(PI30"},
    {"QID",  "(NAK"},
    {"QSID", "(1492932105105335005535"},
    {NULL, NULL},
};
static const struct says pi18[] = {   /* answers any PI30 question so */
    {"QPI",      "^0"},
    {"^P005PI",  "^D00518"},
    {"^P005ID",  "^D0251496132404100001000000"},
    {"^P006VFW", "^D02005220,00000,00000"},
    {NULL, NULL},
};
static const struct says pi17[] = {
    {"QPI",     "^0"},
    {"^P003PI", "^D00517"},
    {"^P003ID", "^D01712345678901234"},
    {NULL, NULL},
};
static const struct says no_number[] = {{"QPI", "(PI30"}, {"*", "(NAK"}, {NULL, NULL}};
static const struct says ups[] = {{"*", "(NAK"}, {NULL, NULL}};
static const struct says nobody[] = {{NULL, NULL}};
static const struct says garbled[] = {   /* another question's late answers are no serial number */
    {"QPI",  "(PI30"},
    {"QID",  "(PI30"},
    {"QSID", "(222.0 50.0 230.0 50.0"},
    {NULL, NULL},
};

static const struct {
    const char *name;
    const struct says *unit;
    bool thorough;
    enum probe_state state;
    const char *protocol, *serial, *model, *firmware;
    uint8_t rating, status;
    int32_t least_ms, most_ms;
} cases[] = {
    {"MAX II",         max2,        true,  PROBE_KNOWN,  "PI30", "92931905106463", "MKS2-8000", "00072.70", 28, 21, 500, 5000},
    {"in short",       max2,        false, PROBE_KNOWN,  "PI30", "92931905106463", "", "", 0, 0, 100, 400},
    {"long number",    long_number, false, PROBE_KNOWN,  "PI30", "92932105105335", "", "", 0, 0, 100, 700},
    {"PI18",           pi18,        true,  PROBE_KNOWN,  "PI18", "96132404100001", "", "05220,00000,00000", 0, 0, 300, 9000},
    {"PI17",           pi17,        false, PROBE_KNOWN,  "PI17", "12345678901234", "", "", 0, 0, 300, 3000},
    {"no number",      no_number,   false, PROBE_KNOWN,  "PI30", "", "", "", 0, 0, 100, 3000},
    {"a UPS",          ups,         false, PROBE_SILENT, "", "", "", "", 0, 0, 100, 5000},
    {"nobody",         nobody,      true,  PROBE_SILENT, "", "", "", "", 0, 0, 3500, 3900},
    {"late answers",   garbled,     false, PROBE_KNOWN,  "PI30", "", "", "", 0, 0, 5600, 6300},
};
/* clang-format on */

static size_t frame_of(const char *text, uint8_t *out)
{
    size_t count = strlen(text);
    memcpy(out, text, count);
    uint16_t crc = answer_crc(out, count);
    out[count] = (uint8_t)(crc >> 8);
    out[count + 1] = (uint8_t)crc;
    for (size_t i = count; i < count + 2; i++)
        out[i] = (uint8_t)(out[i] + (out[i] == '(' || out[i] == '\r' || out[i] == '\n'));
    out[count + 2] = '\r';
    return count + 3;
}

/* The unit's answer to the request, at the pace of its line. */
static size_t answer_of(const struct says *unit, const uint8_t *request, size_t count,
                        uint8_t *answer)
{
    for (; unit->word; unit++) {
        size_t length = strlen(unit->word);
        bool whole = count == length + 3 || count == length + 1; /* PI17 asks without a CRC */
        if (*unit->word != '*' && (!whole || memcmp(request, unit->word, length) != 0))
            continue;
        return unit->answer ? frame_of(unit->answer, answer) : 0;
    }
    return 0;
}

/* Runs a probe against a unit; garbage comes before each answer. Returns how long it took. */
static int64_t probe_run(struct probe *probe, const struct says *unit, bool thorough)
{
    int64_t now_ms = 1, answer_ms = 0;
    uint8_t out[PROBE_REQUEST], answer[300];
    size_t answer_count = 0, count;
    probe_start(probe, thorough, 0, now_ms);
    for (; probe->state == PROBE_ASKS && now_ms < 60000; now_ms++) {
        if (answer_count && now_ms >= answer_ms) {
            probe_bytes(probe, (const uint8_t *)"\xFF(\r", 3, now_ms);
            probe_bytes(probe, answer, answer_count / 2, now_ms);
            probe_bytes(probe, answer + answer_count / 2, answer_count - answer_count / 2, now_ms);
            answer_count = 0;
        }
        int64_t wake_ms = probe_step(probe, out, sizeof out, &count, now_ms);
        CHECK(wake_ms > now_ms, "wakes later");
        if (count == 0)
            continue;
        CHECK(out[0] == 'Q' || (out[0] == '^' && out[1] == 'P'), "only questions");
        answer_count = answer_of(unit, out, count, answer);
        answer_ms = now_ms + 60 + (int64_t)(count + answer_count) * 1000 / 240;
    }
    return now_ms;
}

static void check_prove(void)
{
    struct probe probe;
    uint8_t out[PROBE_REQUEST], answer[64];
    size_t count;
    probe_prove(&probe, FRAMING_PI18, 1);
    probe_step(&probe, out, sizeof out, &count, 1);
    CHECK(count > 7 && !memcmp(out, "^P005ID", 7), "the number at once");
    probe_prove(&probe, FRAMING_PI30, 1);
    probe_step(&probe, out, sizeof out, &count, 1);
    CHECK(count > 3 && !memcmp(out, "QID", 3), "the number at once");
    probe_bytes(&probe, answer, frame_of("(92931905106463", answer), 200);
    CHECK(probe.state == PROBE_KNOWN && !strcmp(probe.found.serial, "92931905106463"), "%s",
          probe.found.serial);
    probe_prove(&probe, FRAMING_PI30, 1);
    for (int64_t now_ms = 1; now_ms < 10000 && probe.state == PROBE_ASKS; now_ms++)
        probe_step(&probe, out, sizeof out, &count, now_ms);
    CHECK(probe.state == PROBE_SILENT, "silence is no number");
}

/* What cannot be sent yet is asked again and counts for nothing. */
static void check_unsent(void)
{
    struct probe probe;
    uint8_t out[PROBE_REQUEST];
    size_t count, asked = 0;
    probe_start(&probe, false, 0, 1);
    for (int64_t now_ms = 1; now_ms < 20000; now_ms++) {
        probe_step(&probe, out, sizeof out, &count, now_ms);
        if (count)
            probe_unsent(&probe, now_ms);
        asked += count > 0;
    }
    CHECK(probe.state == PROBE_ASKS && asked > 100, "%zu", asked);
}

int main(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct probe probe;
        int64_t took_ms = probe_run(&probe, cases[i].unit, cases[i].thorough);
        const struct probe_found *f = &probe.found;
        const char *name = cases[i].name;
        CHECK(probe.state == cases[i].state, "%s: state %d", name, (int)probe.state);
        CHECK(!strcmp(f->protocol, cases[i].protocol), "%s: %s", name, f->protocol);
        CHECK(!strcmp(f->serial, cases[i].serial), "%s: %s", name, f->serial);
        CHECK(!strcmp(f->model, cases[i].model), "%s: %s", name, f->model);
        CHECK(!strcmp(f->firmware, cases[i].firmware), "%s: %s", name, f->firmware);
        CHECK(f->rating_fields == cases[i].rating && f->status_fields == cases[i].status,
              "%s: %u %u fields", name, f->rating_fields, f->status_fields);
        CHECK(took_ms >= cases[i].least_ms && took_ms <= cases[i].most_ms, "%s: %d ms", name,
              (int)took_ms);
        if (cases[i].rating)
            CHECK(f->rated_W == 8000 && f->rated_dA == 347 && f->charge_max_A == 10 &&
                      f->output_mode == 0,
                  "%s: %d W %d dA %d A mode %d", name, f->rated_W, f->rated_dA, f->charge_max_A,
                  f->output_mode);
    }
    check_prove();
    check_unsent();
    return check_done("probe");
}
