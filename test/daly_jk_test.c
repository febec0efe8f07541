/* JK and Daly on their own CAN protocols.
 *
 * Daly frames are those that users quoted from their packs; 0x98 is put together from the V1.0
 * document, bit by bit. JK frames: the maker's example (27.5 V, 56.7 A in discharge, 51 %), others
 * by its table. A test runs each through a controller, so that the bank knows what they say. */
#include <stdlib.h>
#include <string.h>

#include "app/controller.h"
#include "can/codec.h"
#include "test/check.h"

static struct config config;
static struct controller *c;
static int64_t now_ms;

static const char plant[] =
    "buses:\n"
    "  - {name: native, port: can0}\n"
    "battery: {chemistry: lfp, cells: %d, charge_max_A: 300, discharge_max_A: 300}\n"
    "packs:\n"
    "  - {name: pack, bus: native, dialect: %s, capacity_Ah: 200%s%s}\n";
static const char limits[] = ", charge_max_A: 100, discharge_max_A: 150, charge_max_V: 28.8";

static bool begin(int cells, const char *dialect, const char *node)
{
    char text[1024];
    snprintf(text, sizeof text, plant, cells, dialect, node, limits);
    config_free(&config);
    now_ms = 1000;
    return config_load_text(&config, "dbc/plant.yaml", text, strlen(text), "dbc", stdout) == 0 &&
           controller_init(c, &config, now_ms, stdout) == 0;
}

/* "2F4#1301D71133" */
static void hear(const char *text)
{
    struct frame frame = {0};
    const char *hash = strchr(text, '#');
    frame.id = (uint32_t)strtoul(text, NULL, 16);
    frame.flags = hash - text > 3 ? FRAME_EXT : 0;
    for (const char *p = hash + 1; *p; p += 2) {
        char byte[3] = {p[0], p[1], 0};
        frame.data[frame.len++] = (uint8_t)strtoul(byte, NULL, 16);
    }
    controller_frame(c, 0, &frame, now_ms);
}

static void hear_all(const char *const frames[])
{
    for (; *frames; frames++)
        hear(*frames);
}

static const struct pack_readings *pack(void)
{
    return &c->plant.packs[0];
}

static uint32_t verdicts(enum verdict verdict)
{
    return c->plant.dialects[DEVICE_PACK][0].verdicts.n[verdict];
}

/* --- JK --- */

/* 3338 and 3329 mV by the table: max at byte 0, its cell, min at byte 3; 28, 24 and 26 degC. */
static const char *const jk_well[] = {"2F4#1301D71133000000", "4F4#0A0D03010D070000",
                                      "5F4#4E034A014C000000", "18F528F4#0300000000000000", NULL};

static void jk_reads(void)
{
    CHECK(begin(8, "jk", ""), "config");
    hear_all(jk_well);
    hear("18F128F4#D007E80300000500");
    const struct pack_readings *p = pack();
    CHECK(p->voltage_mV.value == 27500 && p->current_mA.value == -56700, "%d mV %d mA",
          p->voltage_mV.value, p->current_mA.value);
    CHECK(p->soc_permille.value == 510, "%d", p->soc_permille.value);
    CHECK(p->cell_max_mV.value == 3338 && p->cell_min_mV.value == 3329, "%d %d mV",
          p->cell_max_mV.value, p->cell_min_mV.value);
    CHECK(p->cell_max_dC.value == 280 && p->cell_min_dC.value == 240 && p->temp_dC.value == 260,
          "temperatures");
    CHECK(p->charge_ok.value == 1 && p->discharge_ok.value == 1, "switches");
    CHECK(verdicts(VERDICT_TAKEN) == 4, "%u taken", verdicts(VERDICT_TAKEN));
    hear("2F4#1301D71133");
    CHECK(verdicts(VERDICT_TAKEN) == 5, "five bytes, as in the example");
    hear("18F528F4#0200000000000000");
    CHECK(p->charge_ok.value == 0 && p->discharge_ok.value == 1, "charging switched off");
    hear("2F4#1301D71165000000");
    CHECK(verdicts(VERDICT_RANGE) == 1, "101 %% refused");
}

/* Byte by byte: two bits each from bit 0, 1 is the worst level. */
static const struct {
    const char *frame;
    uint32_t alarms, warnings;
} jk_alarms[] = {
    {"7F4#0100000000000000", 1u << ALARM_CELL_HIGH, 1u << ALARM_CELL_HIGH},
    {"7F4#0200000000000000", 1u << ALARM_CELL_HIGH, 1u << ALARM_CELL_HIGH},
    {"7F4#0300000000000000", 0, 1u << ALARM_CELL_HIGH},
    {"7F4#1000000000000000", 1u << ALARM_CELL_HIGH, 1u << ALARM_CELL_HIGH},
    {"7F4#4400000000000000", 1u << ALARM_CELL_LOW, 1u << ALARM_CELL_LOW},
    {"7F4#0006000000000000", 1u << ALARM_IMBALANCE | 1u << ALARM_DISCHARGE_CURRENT,
     1u << ALARM_IMBALANCE | 1u << ALARM_DISCHARGE_CURRENT},
    {"7F4#0090000000000000", 1u << ALARM_CHARGE_CURRENT | 1u << ALARM_TEMP_HIGH,
     1u << ALARM_CHARGE_CURRENT | 1u << ALARM_TEMP_HIGH},
    {"7F4#0000010000000000", 1u << ALARM_TEMP_LOW, 1u << ALARM_TEMP_LOW},
    {"7F4#0000100000000000", 0, 1u << ALARM_GENERAL},
    {"7F4#0000400000000000", 1u << ALARM_GENERAL, 1u << ALARM_GENERAL},
    {"7F4#0000001100000000", 1u << ALARM_CONTACTOR | 1u << ALARM_INTERNAL,
     1u << ALARM_CONTACTOR | 1u << ALARM_INTERNAL},
    {"7F4#0000000000000000", 0, 0},
};

static void jk_alarms_read(void)
{
    CHECK(begin(8, "jk", ""), "config");
    for (size_t i = 0; i < sizeof jk_alarms / sizeof jk_alarms[0]; i++) {
        hear("7F4#0000000000000000");
        hear(jk_alarms[i].frame);
        CHECK((uint32_t)pack()->alarms.value == jk_alarms[i].alarms &&
                  (uint32_t)pack()->warnings.value == jk_alarms[i].warnings,
              "%s: %X %X", jk_alarms[i].frame, (unsigned)pack()->alarms.value,
              (unsigned)pack()->warnings.value);
    }
}

static void jk_runs(int64_t ms)
{
    for (int64_t until = now_ms + ms; now_ms < until;) {
        now_ms += TICK_MS;
        hear_all(jk_well);
        tick(c, now_ms);
        c->outbox.count = 0;
    }
}

/* The alarm frame ceases when its alarm is over; a BMS that ceases altogether is another thing. */
static void jk_alarm_ends(void)
{
    CHECK(begin(8, "jk", ""), "config");
    jk_runs(2000);
    CHECK(c->limits.charge_mA.value == 100000 && c->limits.discharge_mA.value == 150000,
          "the config's limits: %d %d", c->limits.charge_mA.value, c->limits.discharge_mA.value);
    CHECK(c->limits.charge_mV.value == 28000, "of 28.8 V and 8 cells of 3.5 V: %d",
          c->limits.charge_mV.value);
    CHECK(c->bank.current_mA == -56700 && c->bank.bms_age_ms <= TICK_MS, "the bank");
    hear("7F4#0100000000000000");
    jk_runs(TICK_MS);
    CHECK(c->limits.charge_mA.value == 0 && c->limits.charge_mA.cause == LIMIT_BMS_ALARM, "%s",
          limit_cause_text(c->limits.charge_mA.cause));
    jk_runs(2800);
    CHECK(c->limits.charge_mA.value == 0, "within 3 s of the frame");
    jk_runs(300);
    CHECK(c->limits.charge_mA.value == 100000 && pack()->alarms.value == 0, "over");
    jk_runs(60000);
    CHECK(c->limits.charge_mA.value == 100000, "a minute on, the alarm is no old reading: %s",
          limit_cause_text(c->limits.charge_mA.cause));
    hear("7F4#0100000000000000");
    for (int i = 0; i < 50; i++) {
        now_ms += TICK_MS;
        tick(c, now_ms);
    }
    CHECK(pack()->alarms.value != 0, "nothing heard at all: the alarm stands");
}

static void jk_addresses(void)
{
    CHECK(begin(8, "jk-plus-charges", ", node: 3"), "config");
    hear("2F4#1301D71133000000");
    CHECK(pack()->voltage_mV.heard_ms == 0, "address 0 is another pack");
    hear("2F6#1301D71133000000");
    hear("18F528F6#0100000000000000");
    CHECK(pack()->voltage_mV.value == 27500 && pack()->current_mA.value == 56700, "+ charges");
    CHECK(pack()->charge_ok.value == 1 && pack()->discharge_ok.value == 0, "29-bit ones too");
}

/* --- Daly --- */

static const char *const daly_well[] = {"18904001#01070000753002BC", "18914001#0CE0010CDE04FFFF",
                                        "18924001#3D023B01FFFFFFFF", "18934001#0001014500022858",
                                        "18944001#0802000000000040", "18954001#010CE00CDF0CDF00",
                                        "18984001#0000000000000000", NULL};

static void daly_reads(void)
{
    CHECK(begin(8, "daly", ""), "config");
    hear_all(daly_well);
    const struct pack_readings *p = pack();
    CHECK(p->voltage_mV.value == 26300 && p->current_mA.value == 0, "%d mV %d mA",
          p->voltage_mV.value, p->current_mA.value);
    CHECK(p->soc_permille.value == 700, "%d", p->soc_permille.value);
    CHECK(p->cell_max_mV.value == 3296 && p->cell_min_mV.value == 3294, "%d %d mV",
          p->cell_max_mV.value, p->cell_min_mV.value);
    CHECK(p->cell_max_dC.value == 210 && p->cell_min_dC.value == 190, "temperatures");
    CHECK(p->charge_ok.value == 1 && p->discharge_ok.value == 1, "switches");
    CHECK(verdicts(VERDICT_TAKEN) == 7 && c->plant.foreign[0] == 0, "%u taken",
          verdicts(VERDICT_TAKEN));
    /* 0x7594 = 30100: 10.0 A */
    hear("18904001#01070000759402BC");
    CHECK(p->current_mA.value == -10000, "above 30000 it discharges: %d", p->current_mA.value);
    CHECK(begin(8, "daly-plus-charges", ""), "config");
    hear("18904001#01070000759402BC");
    CHECK(pack()->current_mA.value == 10000, "or charges: %d", pack()->current_mA.value);
    hear("18934001#0000014500022858");
    CHECK(pack()->charge_ok.value == 0 && pack()->discharge_ok.value == 1, "charging switched off");
}

/* Daly V1.0, 0x98: byte, bit, what it raises. */
static const struct {
    int byte, bit;
    enum pack_alarm alarm;
    bool warns;
} faults[] = {
    {0, 0, ALARM_CELL_HIGH, true},
    {0, 1, ALARM_CELL_HIGH, false},
    {0, 2, ALARM_CELL_LOW, true},
    {0, 3, ALARM_CELL_LOW, false},
    {0, 4, ALARM_CELL_HIGH, true},
    {0, 5, ALARM_CELL_HIGH, false},
    {0, 6, ALARM_CELL_LOW, true},
    {0, 7, ALARM_CELL_LOW, false},
    {1, 0, ALARM_CHARGE_TEMP_HIGH, true},
    {1, 1, ALARM_CHARGE_TEMP_HIGH, false},
    {1, 2, ALARM_CHARGE_TEMP_LOW, true},
    {1, 3, ALARM_CHARGE_TEMP_LOW, false},
    {1, 4, ALARM_TEMP_HIGH, true},
    {1, 5, ALARM_TEMP_HIGH, false},
    {1, 6, ALARM_TEMP_LOW, true},
    {1, 7, ALARM_TEMP_LOW, false},
    {2, 0, ALARM_CHARGE_CURRENT, true},
    {2, 1, ALARM_CHARGE_CURRENT, false},
    {2, 2, ALARM_DISCHARGE_CURRENT, true},
    {2, 3, ALARM_DISCHARGE_CURRENT, false},
    {2, 4, ALARM_GENERAL, true},
    {2, 7, ALARM_GENERAL, true},
    {3, 0, ALARM_IMBALANCE, true},
    {3, 1, ALARM_IMBALANCE, false},
    {3, 3, ALARM_GENERAL, false},
    {3, 6, ALARM_GENERAL, true},
    {4, 0, ALARM_CHARGE_TEMP_HIGH, false},
    {4, 1, ALARM_TEMP_HIGH, false},
    {4, 3, ALARM_INTERNAL, false},
    {4, 4, ALARM_CONTACTOR, false},
    {4, 7, ALARM_CONTACTOR, false},
    {5, 0, ALARM_INTERNAL, false},
    {5, 3, ALARM_INTERNAL, true},
    {5, 5, ALARM_CONTACTOR, false},
    {5, 7, ALARM_INTERNAL, false},
    {6, 0, ALARM_INTERNAL, false},
    {6, 2, ALARM_SHORT, false},
    {6, 3, ALARM_CHARGE_CURRENT, false},
    {6, 5, ALARM_GENERAL, true},
    {7, 2, ALARM_GENERAL, true},
};

static void daly_faults(void)
{
    CHECK(begin(8, "daly", ""), "config");
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct frame frame = {.id = 0x18984001, .len = 8, .flags = FRAME_EXT};
        controller_frame(c, 0, &frame, now_ms);
        frame.data[faults[i].byte] = (uint8_t)(1 << faults[i].bit);
        controller_frame(c, 0, &frame, now_ms);
        int32_t bit = 1 << faults[i].alarm;
        CHECK(pack()->alarms.value == (faults[i].warns ? 0 : bit) &&
                  pack()->warnings.value == (faults[i].warns ? bit : 0),
              "%d.%d: %X %X", faults[i].byte, faults[i].bit, (unsigned)pack()->alarms.value,
              (unsigned)pack()->warnings.value);
    }
    hear("18984001#0200000000000000");
    hear("18984001#2000000000000000");
    CHECK(pack()->alarms.value == 1 << ALARM_CELL_HIGH, "one of two that share a bit is enough");
}

/* Which request, how often in 20 s, and never two at once. */
static void daly_asks(const char *node, uint32_t address)
{
    unsigned count[0x100] = {0}, together = 0;
    CHECK(begin(8, "daly", node), "config");
    for (int i = 0; i < 20000 / TICK_MS; i++) {
        now_ms += TICK_MS;
        tick(c, now_ms);
        together += c->outbox.count > 1;
        for (size_t k = 0; k < c->outbox.count; k++) {
            const struct frame *frame = &c->outbox.frames[k];
            static const uint8_t zeros[8];
            CHECK((frame->id & 0xFF00FFFF) == (0x18000040 | address << 8) && frame->len == 8 &&
                      frame->flags == FRAME_EXT && memcmp(frame->data, zeros, 8) == 0,
                  "%08X", frame->id);
            count[frame->id >> 16 & 0xFF]++;
        }
        c->outbox.count = 0;
    }
    CHECK(together == 0, "%u ticks with more than one", together);
    for (unsigned id = 0x90; id <= 0x98; id++) {
        unsigned expected = id <= 0x93 || id == 0x98 ? 20 : 2;
        CHECK(count[id] >= expected - 1 && count[id] <= expected + 1, "%02X: %u times", id,
              count[id]);
    }
}

/* As many as a plant may have, on one bus: each is asked, and the gate lets every request pass. */
static void daly_many(void)
{
    static char text[8192];
    bool asked[MAX_PACKS][0x100] = {{false}};
    unsigned all = 0;
    int at = snprintf(text, sizeof text, plant, 8, "daly", "", limits);
    for (int i = 2; i <= MAX_PACKS; i++)
        at += snprintf(
            text + at, sizeof text - (size_t)at,
            "  - {name: pack%d, bus: native, dialect: daly, capacity_Ah: 200, node: %d%s}\n", i, i,
            limits);
    config_free(&config);
    bool good =
        config_load_text(&config, "dbc/plant.yaml", text, strlen(text), "dbc", stdout) == 0 &&
        controller_init(c, &config, now_ms, stdout) == 0;
    CHECK(good, "16 packs");
    if (!good)
        return;
    for (int i = 0; i < 20000 / TICK_MS; i++) {
        now_ms += TICK_MS;
        tick(c, now_ms);
        for (size_t k = 0; k < c->outbox.count; k++) {
            uint32_t id = c->outbox.frames[k].id;
            asked[((id >> 8 & 0xFF) - 1) % MAX_PACKS][id >> 16 & 0xFF] = true;
        }
        c->outbox.count = 0;
    }
    for (int p = 0; p < MAX_PACKS; p++)
        for (int id = 0; id < 0x100; id++)
            all += asked[p][id];
    CHECK(all == 9 * MAX_PACKS && c->bus_vetoes[0] == 0 && c->outbox.dropped == 0,
          "%u requests, %u refused by the gate", all, c->bus_vetoes[0]);
}

/* Nine replies with one identifier, told apart by their first byte. */
static void daly_cells(void)
{
    struct dbc *dbc = NULL;
    CHECK(dbc_load(&dbc, "dbc/daly.dbc", stdout) == 0, "dbc");
    const struct dbc_message *cells = dbc_message_by_id(dbc, 0x18954001, true);
    const struct frame frames[] = {{.len = 8, .data = {1, 0x0C, 0xE0, 0x0C, 0xDF, 0x0C, 0xDF}},
                                   {.len = 8, .data = {3, 0x0C, 0xFD, 0x0D, 0x03, 0x0D, 0x04}}};
    static const struct {
        int frame;
        const char *name;
        int64_t mV;
    } rows[] = {{0, "Cell1", 3296}, {0, "Cell2", 3295}, {0, "Cell3", 3295},
                {1, "Cell7", 3325}, {1, "Cell8", 3331}, {1, "Cell9", 3332}};
    for (size_t i = 0; cells && i < sizeof rows / sizeof rows[0]; i++) {
        int64_t raw[CODEC_RAW(64)];
        int signal = dbc_signal_index(cells, rows[i].name);
        codec_decode(cells, frames[rows[i].frame].data, raw);
        CHECK(signal >= 0 && codec_present(cells, raw, signal) && raw[signal] == rows[i].mV &&
                  codec_present(cells, raw, dbc_signal_index(cells, "Cell1")) ==
                      (rows[i].frame == 0),
              "%s", rows[i].name);
    }
    CHECK(cells, "0x95");
    dbc_free(dbc);
}

/* --- limits that the BMS does not tell --- */

static void limits_by_config(void)
{
    static const struct {
        const char *dialect, *keys, *told;
    } rows[] = {
        {"daly", "", "packs[0].charge_max_A: missing, it must be given: dialect daly tells none"},
        {"daly", ", charge_max_A: 100, discharge_max_A: 150",
         "packs[0].charge_max_V: missing, it must be given: dialect daly tells none"},
        {"pylontech-lv", ", charge_max_A: 100",
         "packs[0].charge_max_A: 100 is not allowed: none: this BMS tells its own, dialect "
         "pylontech-lv"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[1024], *told = NULL;
        size_t size;
        struct config wrong;
        FILE *errors = open_memstream(&told, &size);
        snprintf(text, sizeof text, plant, 8, rows[i].dialect, rows[i].keys, "");
        int mistakes =
            config_load_text(&wrong, "dbc/plant.yaml", text, strlen(text), "dbc", errors);
        fclose(errors);
        CHECK(mistakes > 0 && strstr(told, rows[i].told), "%s%s: %s", rows[i].dialect, rows[i].keys,
              told);
        config_free(&wrong);
        free(told);
    }
}

int main(void)
{
    c = calloc(1, sizeof *c);
    jk_reads();
    jk_alarms_read();
    jk_alarm_ends();
    jk_addresses();
    daly_reads();
    daly_faults();
    daly_asks("", 1);
    daly_asks(", node: 2", 2);
    daly_many();
    daly_cells();
    limits_by_config();
    config_free(&config);
    free(c);
    return check_done("daly_jk");
}
