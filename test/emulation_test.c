/* UC001, and beside its four inverters on serial lines one on CAN that hears busbar as its battery:
 * what is on its wire when the cap is reached, when the battery's own BMS falls silent, when the
 * inverter itself does, and when somebody else plays battery there. Bits: Pylontech LV V1.2. */
#include <string.h>

#include "app/status.h"
#include "test/check.h"
#include "test/together.h"

enum { HYBRID = 3, TEXT_SIZE = 16384, CADENCE_MS = 1000 + TICK_MS };

static struct together t;
static char text[TEXT_SIZE];

/* --- the config: sim/uc001.yaml with rows put in --- */

static void insert(const char *before, const char *rows)
{
    char *at = strstr(text, before);
    size_t add = strlen(rows);
    if (!at || strlen(text) + add + 1 > sizeof text) {
        CHECK(false, "no \"%s\" in the config", before);
        return;
    }
    memmove(at + add, at, strlen(at) + 1);
    memcpy(at, rows, add);
}

static void read_uc001(void)
{
    FILE *file = fopen("sim/uc001.yaml", "r");
    size_t size = file ? fread(text, 1, sizeof text - 1, file) : 0;
    text[size] = '\0';
    if (file)
        fclose(file);
    insert("battery:\n  chem", "  - {name: hybrid, port: can3}\n");
}

static void add_emulation(const char *row)
{
    insert("boards:\n", "emulations:\n");
    insert("boards:\n", row);
}

static const char hybrid[] = "  - {name: hybrid, bus: hybrid, dialect: emulate-pylontech-lv, "
                             "silent_after_s: 20, share_percent: 25}\n";

/* --- the wire --- */

static struct {
    struct frame newest[0x800];
    int64_t at_ms[0x800];
    unsigned count;
    int64_t apart_ms; /* longest silence of 0x351 */
} wire;

static void wire_hear(uint8_t bus, const struct frame *frame, int64_t now_ms)
{
    CHECK(bus == HYBRID && !frame->flags && frame->id < 0x800, "bus %d, 0x%X", bus, frame->id);
    if (frame->id == 0x351 && wire.at_ms[0x351] && now_ms - wire.at_ms[0x351] > wire.apart_ms)
        wire.apart_ms = now_ms - wire.at_ms[0x351];
    wire.newest[frame->id] = *frame;
    wire.at_ms[frame->id] = now_ms;
    wire.count++;
}

static int word(uint32_t id, int byte)
{
    const uint8_t *data = wire.newest[id].data;
    return data[byte] | data[byte + 1] << 8;
}

static int ccl_dA(void)
{
    return word(0x351, 2);
}

static int dcl_dA(void)
{
    return word(0x351, 4);
}

static int requests(void)
{
    return wire.newest[0x35C].data[0];
}

/* --- the inverter --- */

static bool inverter_alive = true;

static void say(uint32_t id, uint8_t first)
{
    struct frame frame = {.id = id, .len = 8, .data = {first}};
    controller_frame(t.controller, HYBRID, &frame, t.now_ms);
}

static void run(int64_t ms)
{
    for (int64_t until = t.now_ms + ms; t.now_ms < until;) {
        together_step(&t);
        if (inverter_alive && t.now_ms % 1000 == 0)
            say(0x305, 0);
    }
}

/* How long until what the wire says changes, at most limit_ms. */
static int64_t wait_for(bool (*is_so)(void), int64_t limit_ms)
{
    int64_t from = t.now_ms;
    while (!is_so() && t.now_ms - from < limit_ms)
        run(TOGETHER_STEP_MS);
    return t.now_ms - from;
}

static bool no_charge(void)
{
    return ccl_dA() == 0 && !(requests() & 0x80);
}

static bool charge(void)
{
    return ccl_dA() > 0 && requests() & 0x80;
}

static bool nothing(void)
{
    return ccl_dA() == 0 && dcl_dA() == 0 && (requests() & 0xF8) == 0;
}

static bool cap_reached(void)
{
    return t.controller->limits.cap_reached;
}

static int journal_count(enum journal_kind kind, int32_t after)
{
    int count = 0;
    for (const struct journal_record *r; (r = journal_take(&t.controller->journal));) {
        char line[256];
        journal_text(r, &t.config, line, sizeof line);
        count += r->kind == kind && r->after == after;
    }
    return count;
}

static const char *hybrid_why(void)
{
    static struct why why;
    why_fill(&why, t.controller, t.now_ms);
    for (size_t i = 0; i < why.count; i++)
        if (strncmp(why.lines[i], "hybrid:", 7) == 0)
            return why.lines[i];
    return "";
}

static const Busbar__Part *status_part(void)
{
    static struct status status;
    status_fill(&status, t.controller, NULL, t.now_ms);
    for (size_t i = 0; i < status.message.n_parts; i++)
        if (strcmp(status.parts[i].kind, "emulation") == 0)
            return &status.parts[i];
    return NULL;
}

static bool begin(void)
{
    read_uc001();
    add_emulation(hybrid);
    memset(&wire, 0, sizeof wire);
    inverter_alive = true;
    config_free(&t.config);
    if (config_load_text(&t.config, "sim/uc001.yaml", text, strlen(text), "dbc", stdout) != 0)
        return false;
    t.elsewhere = wire_hear;
    return together_begin(&t) == 0;
}

/* --- what is told --- */

static void speaks(void)
{
    if (!begin())
        return;
    run(10000);
    const struct bank_limits *limits = &t.controller->limits;
    CHECK(ccl_dA() == limits->charge_mA.value / 400 && ccl_dA() > 0, "a quarter: %d dA of %d mA",
          ccl_dA(), limits->charge_mA.value);
    CHECK(dcl_dA() == limits->discharge_mA.value / 400 && dcl_dA() > 0, "a quarter: %d dA",
          dcl_dA());
    CHECK(word(0x351, 0) * 100 == limits->charge_mV.value / 100 * 100, "CVL %d", word(0x351, 0));
    CHECK(word(0x351, 6) * 100 >= limits->discharge_mV, "DVL %d", word(0x351, 6));
    CHECK(requests() == 0xC0, "both enabled: %02X", requests());
    int volts = word(0x356, 0) * 10 - (int)(sim_truth(t.sim)->battery_V * 1000);
    CHECK(volts > -100 && volts < 100, "%d mV off the truth", volts);
    int soc = word(0x355, 0) - (int)(sim_truth(t.sim)->battery_soc * 100);
    CHECK(soc >= -2 && soc <= 2, "%d %% off the truth", soc);
    CHECK(memcmp(wire.newest[0x35E].data, "PYLON   ", 8) == 0, "its name");
    CHECK(wire.apart_ms >= 1000 && wire.apart_ms <= CADENCE_MS, "each %lld ms",
          (long long)wire.apart_ms);
    unsigned before = wire.count;
    run(10000);
    CHECK(wire.count - before >= 54 && wire.count - before <= 66, "%u frames in 10 s",
          wire.count - before);
    int32_t serial_A = 0;
    for (size_t i = 0; i < t.config.inverter_count; i++)
        serial_A += t.controller->decided.inverter[i].charge_max_A;
    CHECK(serial_A * 1000 <= limits->charge_mA.value * 3 / 4,
          "the serial ones share the rest: %d A of %d mA", serial_A, limits->charge_mA.value);
    CHECK(strstr(hybrid_why(), "hybrid: may charge ") && strstr(hybrid_why(), "heard 0."), "%s",
          hybrid_why());
}

/* --- the cap --- */

static void cap_comes_and_goes(void)
{
    char why[128];
    if (!begin())
        return;
    run(10000);
    CHECK(charge(), "charging is allowed");
    controller_cap(t.controller, 300, t.now_ms, why, sizeof why);
    int64_t took_ms = wait_for(no_charge, 5000);
    CHECK(took_ms <= CADENCE_MS, "0 A on the wire after %lld ms", (long long)took_ms);
    CHECK(dcl_dA() > 0 && requests() == 0x40, "it may still discharge: %02X", requests());
    CHECK(strstr(hybrid_why(), "may charge 0.0 A") && strstr(hybrid_why(), "the charge cap"), "%s",
          hybrid_why());
    run(3000);
    CHECK(no_charge(), "and stays");
    controller_cap(t.controller, 0, t.now_ms, why, sizeof why);
    took_ms = wait_for(charge, 5000);
    CHECK(took_ms <= CADENCE_MS, "back on the wire after %lld ms", (long long)took_ms);
    run(1000);
    CHECK(journal_count(JOURNAL_EMULATED_CHARGE, 0) == 1, "told to the journal once");
}

/* By the sun, not by a request. */
static void cap_is_reached(void)
{
    t.plant.battery_soc = 0.66;
    if (!begin())
        return;
    wait_for(cap_reached, 4 * 3600 * 1000);
    int64_t took_ms = wait_for(no_charge, 5000);
    CHECK(cap_reached() && took_ms <= CADENCE_MS, "0 A on the wire after %lld ms",
          (long long)took_ms);
    CHECK(sim_truth(t.sim)->battery_soc_max < 0.7, "at %.3f", sim_truth(t.sim)->battery_soc_max);
    sim_uc001(&t.plant);
}

/* --- silences --- */

static bool silent(void)
{
    return t.now_ms - wire.at_ms[0x351] > 3000;
}

static void bms_falls_silent(void)
{
    if (!begin())
        return;
    run(10000);
    sim_fault(t.sim, SIM_BMS_SILENT, 0, true);
    int64_t from = t.now_ms;
    wait_for(nothing, 30000);
    int64_t zero_ms = t.now_ms - from;
    CHECK(zero_ms > 9000 && zero_ms <= BANK_CHARGE_MS + CADENCE_MS + 1000, "0 A after %lld ms",
          (long long)zero_ms);
    CHECK(wire.newest[0x359].data[3] == 0x08 || wire.at_ms[0x359] < t.now_ms - 1000,
          "0x359 says why");
    CHECK(strstr(hybrid_why(), "no fresh voltage"), "%s", hybrid_why());
    wait_for(silent, 60000);
    int64_t ended_ms = wire.at_ms[0x351] - from;
    CHECK(ended_ms > 10000 + 19000 && ended_ms <= 10000 + 20000 + CADENCE_MS + 1000,
          "the last frame after %lld ms", (long long)ended_ms);
    CHECK(nothing() && wire.newest[0x359].data[3] == 0x08, "which allowed nothing");
    unsigned before = wire.count;
    run(60000);
    CHECK(wire.count == before, "%u frames in a silent minute", wire.count - before);
    CHECK(strstr(hybrid_why(), "is told nothing") && !status_part()->well, "%s", hybrid_why());
    sim_fault(t.sim, SIM_BMS_SILENT, 0, false);
    from = t.now_ms;
    run(5000);
    CHECK(wire.count > before, "speaks again");
    int64_t took_ms = wait_for(charge, 60000) + 5000;
    CHECK(took_ms >= BANK_STABLE_MS - 1000 && took_ms <= BANK_STABLE_MS + 5000,
          "and allows charging once it is stable: %lld ms", (long long)took_ms);
    CHECK(journal_count(JOURNAL_EMULATION, EMULATE_SILENT) == 1, "told to the journal");
}

static void inverter_falls_silent(void)
{
    if (!begin())
        return;
    run(10000);
    CHECK(status_part() && status_part()->well, "%s", status_part()->problem);
    int before_dA = ccl_dA();
    inverter_alive = false;
    run(EMULATE_INVERTER_MS + 2000);
    CHECK(!status_part()->well && strcmp(status_part()->problem, "its inverter is silent") == 0,
          "%s", status_part()->problem);
    CHECK(ccl_dA() == before_dA && !silent(), "and nothing else: %d dA", ccl_dA());
    CHECK(journal_count(JOURNAL_EMULATED_INVERTER, 0) == 1, "told to the journal");
    inverter_alive = true;
    run(2000);
    CHECK(status_part()->well && journal_count(JOURNAL_EMULATED_INVERTER, 1) == 1, "back");
}

static void another_battery_speaks(void)
{
    if (!begin())
        return;
    run(10000);
    say(0x351, 20);
    unsigned before = wire.count;
    run(30000);
    CHECK(wire.count == before, "%u frames beside another battery", wire.count - before);
    CHECK(strstr(hybrid_why(), "another battery"), "%s", hybrid_why());
    run(EMULATE_RIVAL_MS);
    CHECK(wire.count > before, "speaks again when that one is gone");
}

/* --- refusals --- */

/* clang-format off */
static const struct {
    const char *emulations;
    const char *told;
    const char *sentence;
} refused[] = {
    {"  - {name: hybrid, bus: battery, dialect: emulate-pylontech-lv, share_percent: 25}\n",
     "emulations[0].dialect: emulate-pylontech-lv is not allowed: a device of its own: frame 0x305 is "
     "packs[0]'s on bus battery", "beside a BMS with the same frames"},
    {"  - {name: hybrid, bus: backbone, dialect: emulate-sma-lv, share_percent: 25}\n",
     "emulations[0].bus: backbone is not allowed: a bus of its own; backbone is the backbone", "on the backbone"},
    {"  - {name: one, bus: hybrid, dialect: emulate-pylontech-lv, share_percent: 25}\n"
     "  - {name: two, bus: hybrid, dialect: emulate-sma-lv, share_percent: 25}\n",
     "emulations[1].bus: hybrid is not allowed: a bus of its own: busbar is one's battery on this one already",
     "two on one bus"},
    {"  - {name: hybrid, bus: hybrid, dialect: emulate-pylontech-lv}\n",
     "emulations[0].share_percent: missing, it must be given beside other inverters", "whose current"},
    {"  - {name: one, bus: hybrid, dialect: emulate-pylontech-lv, share_percent: 60}\n"
     "  - {name: two, bus: native, dialect: emulate-pylontech-lv, share_percent: 41}\n",
     "emulations[1].share_percent: 41 is not allowed: at most 100 together with the others'", "too much together"},
    {"  - {name: hybrid, bus: hybrid, dialect: emulate-sma-lv, share_percent: 25}\n",
     "emulations[0].dialect: emulate-sma-lv is not allowed: for a battery of 41 to 63 V charge voltage; "
     "this one's is 28 V", "a battery of 8 cells"},
    {"  - {name: hybrid, bus: hybrid, dialect: pylontech-lv, share_percent: 25}\n",
     "emulations[0].dialect: pylontech-lv is not allowed: a dialect of kind emulation; this one is of kind pack",
     "a battery's dialect"},
};
/* clang-format on */

static void refuses(void)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char *told = NULL;
        size_t size = 0;
        FILE *errors = open_memstream(&told, &size);
        struct config config;
        read_uc001();
        add_emulation(refused[i].emulations);
        if (strstr(refused[i].told, "28 V"))
            memcpy(strstr(text, "cells: 16"), "cells: 8 ", 9);
        int mistakes =
            config_load_text(&config, "sim/uc001.yaml", text, strlen(text), "dbc", errors);
        fclose(errors);
        CHECK(mistakes > 0 && strstr(told, refused[i].told), "%s: %d mistakes: %s",
              refused[i].sentence, mistakes, told);
        config_free(&config);
        free(told);
    }
}

int main(void)
{
    if (together_start(&t) < 0)
        return 1;
    refuses();
    speaks();
    cap_comes_and_goes();
    cap_is_reached();
    bms_falls_silent();
    inverter_falls_silent();
    another_battery_speaks();
    together_end(&t);
    return check_done("emulation");
}
