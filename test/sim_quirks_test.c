/* What simulated inverters do wrong, wear, refuse and do together. */
#include "sim/quirks.h"
#include "sim/variants.h"
#include "test/check.h"
#include "test/sim_line.h"

static struct sim_config plant;

static void plant_begin(double start_h, uint32_t seed)
{
    sim_uc001(&plant);
    plant.start_h = start_h;
    plant.seed = seed;
}

static void go(void)
{
    now_ms = 1000;
    sim_init(sim, &plant, now_ms);
    sim_step(sim, now_ms += 1000);
}

static void wait_s(double seconds)
{
    sim_step(sim, now_ms += (int64_t)(seconds * 1000));
}

static void quirk_add(int u, enum sim_quirk quirk, double rate, double amount)
{
    CHECK(
        sim_quirk(sim, u, &(struct sim_quirk_row){.quirk = quirk, .rate = rate, .amount = amount}),
        "room for %s", sim_quirk_name(quirk));
}

static void begin_with(enum sim_quirk quirk, double amount)
{
    plant_begin(13, 1);
    go();
    if (quirk != SIM_QUIRK_NONE)
        quirk_add(0, quirk, 1, amount);
}

/* --- the line --- */

static void spoilt_answers(void)
{
    static const enum sim_quirk spoilt[] = {SIM_QUIRK_CRC, SIM_QUIRK_LOST_BYTE, SIM_QUIRK_BIT,
                                            SIM_QUIRK_SHIFTED, SIM_QUIRK_LF};
    for (size_t i = 0; i < sizeof spoilt / sizeof spoilt[0]; i++) {
        begin_with(spoilt[i], 0);
        const char *answer = ask(0, "QID");
        CHECK(strcmp(answer, "bad") == 0, "%s: %s", sim_quirk_name(spoilt[i]), answer);
        CHECK(sim_truth(sim)->quirks[0][spoilt[i]] == 1, "%s is counted",
              sim_quirk_name(spoilt[i]));
        CHECK(strcmp(ask(1, "QID"), "(96332409100102") == 0, "its neighbour is well");
    }
}

static void line_ends(void)
{
    char answer[256];
    begin_with(SIM_QUIRK_LF, 0);
    size_t got = exchange(0, "QPI\xBE\xAC\r", 6, answer);
    CHECK(got == 8 && memcmp(answer, "(PI30\x9A\x0B\n", 8) == 0, "LF for CR");
    begin_with(SIM_QUIRK_PADDING, 0);
    got = exchange(0, "QMOD\x49\xC1\r", 7, answer);
    CHECK(got == 8 && memcmp(answer, "(B\xE7\xC9\r\0\0\0", 8) == 0, "as captured over USB: %zu",
          got);
    begin_with(SIM_QUIRK_LOST_BYTE, 0);
    got = exchange(0, "QPI\xBE\xAC\r", 6, answer);
    CHECK(got == 7, "a byte less: %zu", got);
    begin_with(SIM_QUIRK_LATE, 2500);
    int64_t from_ms = now_ms;
    CHECK(strcmp(ask(0, "QPI"), "(PI30") == 0 && now_ms - from_ms > 2500, "late");
}

static void wrong_answers(void)
{
    begin_with(SIM_QUIRK_NONE, 0);
    ask(0, "QID");
    quirk_add(0, SIM_QUIRK_PREVIOUS, 1, 0);
    CHECK(strcmp(ask(0, "QPI"), "(96332409100101") == 0, "the answer to the question before");
    CHECK(strcmp(ask(0, "QMOD"), "(PI30") == 0, "always one behind");
    plant_begin(13, 1);
    go();
    sim_quirk(
        sim, 0,
        &(struct sim_quirk_row){.quirk = SIM_QUIRK_NAK, .rate = 1, .to_s = 0.05, .amount = 4});
    for (int i = 0; i < 4; i++)
        CHECK(strcmp(ask(0, "QPI"), "(NAK") == 0, "burst, answer %d", i);
    CHECK(strcmp(ask(0, "QPI"), "(PI30") == 0, "and over");
    begin_with(SIM_QUIRK_ECHO, 0);
    char answer[256];
    size_t got = exchange(0, "QBMSaD\r", 7, answer);
    CHECK(got == 7 && memcmp(answer, "QBMSaD\r", 7) == 0, "echo of what it does not know");
    CHECK(strcmp(ask(0, "QPI"), "(PI30") == 0, "not of what it knows");
    begin_with(SIM_QUIRK_SILENT, 0);
    CHECK(strcmp(ask(0, "QBMS"), "") == 0 && strcmp(ask(0, "QPI"), "(PI30") == 0, "silence");
}

static void hang(void)
{
    begin_with(SIM_QUIRK_NONE, 0);
    sim_quirk(sim, 0, &(struct sim_quirk_row){.quirk = SIM_QUIRK_HANG, .rate = 1, .to_s = 1});
    CHECK(strcmp(ask(0, "QPI"), "") == 0, "hangs");
    wait_s(60);
    CHECK(strcmp(ask(0, "QPI"), "") == 0, "time does not help");
    sim_reopened(sim, 0);
    CHECK(strcmp(ask(0, "QPI"), "(PI30") == 0, "opening its port does");
}

/* A rate is kept, the same seed strikes the same answers. */
static void rates(void)
{
    char struck[3][201] = {{0}};
    for (int run = 0; run < 3; run++) {
        plant_begin(13, run < 2 ? 7 : 8);
        go();
        quirk_add(0, SIM_QUIRK_CRC, 0.2, 0);
        for (int i = 0; i < 200; i++)
            struck[run][i] = strcmp(ask(0, "QPI"), "bad") == 0 ? 'x' : '.';
        uint32_t count = sim_truth(sim)->quirks[0][SIM_QUIRK_CRC];
        CHECK(count > 20 && count < 62, "%u of 200", count);
    }
    CHECK(strcmp(struck[0], struck[1]) == 0, "a seed repeats");
    CHECK(strcmp(struck[0], struck[2]) != 0, "another does not");
}

static void frozen(void)
{
    char first[256];
    begin_with(SIM_QUIRK_FROZEN, 0);
    snprintf(first, sizeof first, "%s", ask(0, "QPIGS"));
    wait_s(300);
    CHECK(strcmp(ask(0, "QPIGS"), first) == 0, "frozen");
    begin_with(SIM_QUIRK_NONE, 0);
    snprintf(first, sizeof first, "%s", ask(0, "QPIGS"));
    wait_s(300);
    CHECK(strcmp(ask(0, "QPIGS"), first) != 0, "else it lives");
}

/* --- settings --- */

static void acknowledged_only(void)
{
    begin_with(SIM_QUIRK_ACK_ONLY, 0);
    CHECK(strcmp(ask(0, "POP00"), "(ACK") == 0 && field(ask(0, "QPIRI"), 17) == 2, "not applied");
    CHECK(sim_truth(sim)->writes[0][SIM_SET_OUTPUT_PRIORITY] == 0, "nor written");
    CHECK(strcmp(ask(0, "POP07"), "(NAK") == 0, "what is wrong is still refused");
    begin_with(SIM_QUIRK_NONE, 0);
    ask(0, "PCVV57.0");
    CHECK(strcmp(ask(0, "PBT00"), "(ACK") == 0 && field(ask(0, "QPIRI"), 11) == 56.4,
          "a battery type brings its own voltages");
    CHECK(strcmp(ask(0, "PCVV57.0"), "(ACK") == 0 && field(ask(0, "QPIRI"), 11) == 56.4,
          "which only type user can change, though it says ACK");
    CHECK(sim_truth(sim)->writes[0][SIM_SET_BULK] == 1, "one write of two");
    ask(0, "PBT02");
    CHECK(strcmp(ask(0, "PCVV57.0"), "(ACK") == 0 && field(ask(0, "QPIRI"), 11) == 57, "user");
    CHECK(strcmp(ask(0, "POPM01"), "(NAK") == 0, "output mode: not while it works");
    quirk_add(0, SIM_QUIRK_OFF, 1, 0);
    wait_s(1);
    CHECK(strcmp(ask(0, "QMOD"), "(S") == 0 && strcmp(ask(0, "POPM01"), "(ACK") == 0 &&
              field(ask(0, "QPIRI"), 22) == 1,
          "but in standby");
}

static void wear(void)
{
    begin_with(SIM_QUIRK_EEPROM, 3);
    for (int i = 0; i < 3; i++) {
        CHECK(ask(0, "QPIWS")[18] == '0', "%d writes are no wear", i);
        ask(0, i % 2 ? "POP02" : "POP01");
        ask(0, "PCP01");
    }
    CHECK(ask(0, "QPIWS")[18] == '1', "EEPROM fault after three writes of one setting");
    CHECK(sim_truth(sim)->writes[0][SIM_SET_OUTPUT_PRIORITY] == 3 &&
              sim_truth(sim)->writes[0][SIM_SET_CHARGER_PRIORITY] == 3 &&
              sim_truth(sim)->setter_writes[0] == 6,
          "counted by setting");
}

static void energies(void)
{
    begin_with(SIM_QUIRK_NONE, 0);
    wait_s(3600);
    double made = field(ask(0, "QET"), 1);
    CHECK(made > 2000 && field(ask(0, "QED20260621"), 1) >= made &&
              field(ask(0, "QEY2026"), 1) >= made,
          "%.0f Wh in an hour of sun", made);
    CHECK(field(ask(0, "QED20260620"), 1) == 0 && field(ask(0, "QEM202605"), 1) == 0, "not before");
    CHECK(field(ask(0, "QLT"), 1) > 100, "load");
    sim_quirk(sim, 0,
              &(struct sim_quirk_row){.quirk = SIM_QUIRK_ENERGY_RESET, .rate = 1, .to_s = 0.05});
    ask(0, "QPI");
    CHECK(field(ask(0, "QET"), 1) < 10 && field(ask(0, "QED20260621"), 1) < 10, "start at 0 again");
    wait_s(12 * 3600);
    CHECK(field(ask(0, "QED20260622"), 1) == 0 && field(ask(0, "QET"), 1) > 1000, "a new day");
}

/* Setters in each family's own words. */
static void families(void)
{
    static const struct {
        const char *variant, *word, *answer;
    } rows[] = {
        {"mks-5kva", "MCHGC060", "(ACK"},
        {"mks-5kva", "MNCHGC0060", "(NAK"},
        {"mks-5kva", "MCHGC090", "(NAK"},
        {"mks-5kva", "MUCHGC020", "(ACK"},
        {"mks-5kva", "MUCHGC0020", "(NAK"},
        {"mks-5kva", "PCP00", "(ACK"},
        {"mks-5kva", "PBATCD000", "(NAK"},
        {"mks-5kva", "PBT03", "(NAK"},
        {"king-5kw", "MNCHGC060", "(ACK"},
        {"king-5kw", "POPLG01", "(ACK"},
        {"max-8kw", "MCHGC060", "(NAK"},
        {"max-8kw", "PCP00", "(NAK"},
        {"max-8kw", "PBATMAXDISC030", "(ACK"},
        {"max-8kw", "PBATMAXDISC020", "(NAK"},
        {"max-8kw", "PEa", "(ACK"},
        {"max-8kw", "PEq", "(NAK"},
        {"max-twin-11kw", "PBATCD000", "(NAK"},
        {"max-twin-11kw", "MNCHGC0150", "(ACK"},
        {"pip-24v", "PBCV23.5", "(ACK"},
        {"pip-24v", "PBCV46.0", "(NAK"},
        {"powmr-12v", "PCVV14.4", "(ACK"},
        {"powmr-12v", "PCVV15.0", "(NAK"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        plant_begin(13, 1);
        for (int u = 0; u < plant.inverters; u++)
            sim_variant_set(&plant, u, sim_variant_named(rows[i].variant));
        sim_variants_fit(&plant);
        go();
        const char *answer = ask(0, rows[i].word);
        CHECK(strcmp(answer, rows[i].answer) == 0, "%s %s: %s", rows[i].variant, rows[i].word,
              answer);
    }
}

static void numbered_families(void)
{
    plant_begin(13, 1);
    sim_variant_set(&plant, 0, sim_variant_named("lv5048-v2"));
    sim_variant_set(&plant, 1, sim_variant_named("infini-10k"));
    sim_variant_set(&plant, 2, sim_variant_named("revo"));
    go();
    CHECK(strcmp(ask(0, "QPI"), "bad") == 0 || strcmp(ask(0, "QPI"), "^0") == 0, "a PI30 word");
    char answer[256];
    CHECK(exchange(0, "QPI\xBE\xAC\r", 6, answer) == 5 && memcmp(answer, "^0\x1B\xE3\r", 5) == 0,
          "names the framing by its refusal");
    CHECK(exchange(0, "^P005GS\x00\x00\r", 10, answer) == 7 && memcmp(answer, "(NAKss\r", 7) == 0,
          "a damaged request");
    CHECK(strcmp(ask_numbered(0, "SPOP0", true), "^1") == 0 &&
              strcmp(ask_numbered(0, "SMCHGC0,030", true), "^1") == 0 &&
              strcmp(ask_numbered(0, "SMCHGC0,035", true), "^0") == 0 &&
              strcmp(ask_numbered(0, "SMCHGV552,540", true), "^1") == 0 &&
              strcmp(ask_numbered(0, "SBUCD440,480", true), "^1") == 0,
          "PI18 setters");
    CHECK(strstr(ask_numbered(0, "PPIRI", true), ",440,480,440,552,540,2,002,030,0,0,2,"),
          "PIRI: %s", ask_numbered(0, "PPIRI", true));
    CHECK(strcmp(ask_numbered(1, "SMCHGC0500", false), "^1") == 0 &&
              strncmp(ask_numbered(1, "PBATS", false), "0500,", 5) == 0,
          "PI17 setters");
    CHECK(strcmp(ask_sum(2, "PSET010103 56.0 54.0 47.0 43.0 040 020 2026 06 21 13 00 00"), "ACK") ==
              0,
          "REVO, without a parenthesis");
    CHECK(strncmp(ask_sum(2, "PQSE"), "(010103 56.0 54.0 47.0 43.0 040 020 2026 06 21", 46) == 0,
          "%s", ask_sum(2, "PQSE"));
    CHECK(strncmp(ask_sum(2, "PSET090103 56.0 54.0 47.0 43.0 040 020 2026 06 21 13 00 00"), "(NAK",
                  4) == 0,
          "refused");
}

/* --- modes and faults --- */

static void fault_codes(void)
{
    static const struct {
        int code, bit;
    } rows[] = {{1, 10},  {2, 9},   {3, 11}, {5, 6},   {7, 16}, {8, 2},
                {51, 18}, {56, 22}, {58, 7}, {10, -1}, {80, -1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin_with(SIM_QUIRK_FAULT, rows[i].code);
        wait_s(1);
        char warnings[64];
        snprintf(warnings, sizeof warnings, "%s", ask(0, "QPIWS"));
        CHECK(strcmp(ask(0, "QMOD"), "(F") == 0, "code %d: mode F", rows[i].code);
        CHECK(field(ask(0, "QPGS0"), 4) == rows[i].code, "code %d in QPGS", rows[i].code);
        CHECK(warnings[2] == '1' && (rows[i].bit < 0 || warnings[1 + rows[i].bit] == '1'),
              "code %d: %s", rows[i].code, warnings);
        CHECK((warnings[33] - '0') * 10 + warnings[34] - '0' == rows[i].code, "its digits: %s",
              warnings);
        CHECK(sim_truth(sim)->load_W[0] == 0 && sim_truth(sim)->pv_W[0] == 0, "it feeds nothing");
    }
}

static void back_delay(void)
{
    for (int slow = 0; slow < 2; slow++) {
        begin_with(SIM_QUIRK_NONE, 0);
        ask(0, "POP00");
        wait_s(1);
        CHECK(strcmp(ask(0, "QMOD"), "(L") == 0, "on the grid");
        if (slow)
            quirk_add(0, SIM_QUIRK_BACK_DELAY, 1, 120);
        ask(0, "POP02");
        wait_s(100);
        CHECK(strcmp(ask(0, "QMOD"), slow ? "(L" : "(B") == 0, "after 100 s");
        wait_s(30);
        CHECK(strcmp(ask(0, "QMOD"), "(B") == 0, "after 130 s");
    }
}

/* --- the charger --- */

static void stages(void)
{
    plant_begin(9, 1);
    plant.battery_soc = 0.97;
    for (int u = 0; u < 4; u++)
        plant.inverter[u].staged = true;
    go();
    for (int u = 0; u < 4; u++) {
        ask(u, "PBFT53.0");
        ask(u, "PCVV54.0");
        ask(u, "PCVT010");
    }
    int seen = 0, last = 0;
    for (int minute = 0; minute < 240 && last != 13; minute++) {
        wait_s(60);
        int stage = (int)field(ask(0, "Q1"), 17);
        CHECK(stage >= last, "stage %d after %d", stage, last);
        seen |= 1 << (stage - 10);
        last = stage;
    }
    CHECK((seen & 14) == 14, "bulk, absorb and float: %x", (unsigned)seen);
    CHECK(ask(0, "QPIGS")[strlen(ask(0, "QPIGS")) - 3] == '1', "and its flag");
}

/* Strings seen at once, with hardly any sun: premature float; bulk without the quirk. */
static void early_float(void)
{
    for (int early = 0; early < 2; early++) {
        plant_begin(4, 1);
        plant.cloudiness = 0;
        for (int u = 0; u < 4; u++)
            plant.inverter[u].staged = true;
        go();
        if (early)
            quirk_add(0, SIM_QUIRK_EARLY_FLOAT, 1, 0);
        wait_s(5 * 3600);
        double stage = field(ask(0, "Q1"), 17), percent = field(ask(0, "QPIGS"), 11);
        CHECK(stage == (early ? 13 : 11), "stage %.0f at 9 o'clock, battery %.0f %%", stage,
              percent);
    }
}

/* --- in parallel --- */

static void group_begin(uint32_t seed, int count)
{
    plant_begin(13, seed);
    for (int u = 0; u < count; u++) {
        plant.inverter[u].group = 1;
        plant.inverter[u].output_mode = 1;
        plant.inverter[u].phase = 1;
    }
}

static void group_numbers(void)
{
    unsigned masters = 0;
    for (uint32_t seed = 1; seed <= 20; seed++) {
        group_begin(seed, 3);
        go();
        unsigned serials = 0;
        for (int n = 0; n < 3; n++) {
            char from_first[256], word[20];
            snprintf(word, sizeof word, "QPGS%d", n);
            snprintf(from_first, sizeof from_first, "%s", ask(0, word));
            int u = from_first[16] - '1';
            serials |= 1u << u;
            masters |= n == 0 ? 1u << u : 0;
            CHECK(strncmp(from_first, "(1 963324091001", 15) == 0, "%s", from_first);
            CHECK(strncmp(ask(2, word), from_first, 18) == 0, "the same from another port");
        }
        CHECK(serials == 7, "each once");
    }
    CHECK(masters == 7, "any may be master");
}

static void group_shares(void)
{
    group_begin(1, 2);
    go();
    wait_s(5);
    const struct sim_truth *truth = sim_truth(sim);
    CHECK(truth->load_W[0] > 100 && truth->load_W[0] == truth->load_W[1] &&
              truth->load_W[0] * 2 > truth->house_W[1] * 0.9 &&
              truth->load_W[0] * 2 < truth->house_W[1] * 1.1,
          "each has half of the house: %.0f", truth->load_W[0]);
    const char *none = ask(0, "QPGS5");
    double total_W = truth->load_W[0] + truth->load_W[1];
    CHECK(strncmp(none, "(0 00000000000000 P 00 000.0", 28) == 0 &&
              field(none, 18) > total_W * 0.9 && field(none, 18) < total_W * 1.1,
          "no such unit, but live totals: %s", none);
    CHECK(strcmp(ask(2, "QPGS0"), "(NAK") != 0, "one alone tells its own data");
}

static void group_faults(void)
{
    static const struct {
        const char *what;
        int code;
    } rows[] = {{"firmware differs", 71},
                {"output mode differs", 86},
                {"battery differs", 83},
                {"well", 0},
                {"model differs", 72}};
    for (int i = 0; i < 5; i++) {
        group_begin(1, 2);
        if (i == 0)
            plant.inverter[1].firmware = "00046.06";
        if (i == 1)
            plant.inverter[1].output_mode = 2;
        if (i == 4)
            sim_variant_set(&plant, 1, sim_variant_named("max-7.2kw"));
        go();
        if (i == 2)
            quirk_add(1, SIM_QUIRK_BATTERY_OFFSET, 1, 0);
        wait_s(2);
        CHECK(field(ask(0, "QPGS0"), 4) == rows[i].code &&
                  field(ask(0, "QPGS1"), 4) == rows[i].code,
              "%s: %s", rows[i].what, ask(0, "QPGS0"));
        CHECK(strcmp(ask(1, "QMOD"), rows[i].code ? "(F" : "(B") == 0, "%s", rows[i].what);
    }
}

/* Three phases: one lost stops all; which code tells whether the host was on it. */
static void phase_lost(void)
{
    bool seen[2] = {false, false};
    for (uint32_t seed = 1; seed <= 12; seed++) {
        plant_begin(13, seed);
        for (int u = 0; u < 3; u++) {
            plant.inverter[u].group = 1;
            plant.inverter[u].output_mode = 2 + u;
        }
        go();
        CHECK(strcmp(ask(0, "QMOD"), "(B") == 0, "three phases work");
        bool host = ask(0, "QPGS0")[16] == '3';
        sim_quirk(sim, 2,
                  &(struct sim_quirk_row){.quirk = SIM_QUIRK_FAULT, .to_s = 60, .amount = 2});
        wait_s(2);
        int code = host ? 81 : 82;
        char warnings[64];
        snprintf(warnings, sizeof warnings, "%s", ask(0, "QPIWS"));
        CHECK((warnings[33] - '0') * 10 + warnings[34] - '0' == code, "code %d: %s", code,
              warnings);
        seen[host] = true;
        wait_s(70);
        CHECK(strcmp(ask(0, "QMOD"), "(B") == 0, "all work again: %s", ask(0, "QPGS0"));
    }
    CHECK(seen[0] && seen[1], "both codes seen");
}

int main(void)
{
    sim = malloc(sim_size());
    spoilt_answers();
    line_ends();
    wrong_answers();
    hang();
    rates();
    frozen();
    acknowledged_only();
    wear();
    energies();
    families();
    numbered_families();
    fault_codes();
    back_delay();
    stages();
    early_float();
    group_numbers();
    group_shares();
    group_faults();
    phase_lost();
    free(sim);
    return check_done("sim_quirks");
}
