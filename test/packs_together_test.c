/* Three packs of three makers under one plant, in virtual time: what happens when one of them goes.
 * Their frames are written here from the documents; currents and voltage are the simulated truth's. */
#include <math.h>
#include <string.h>

#include "app/status.h"
#include "app/why.h"
#include "test/check.h"
#include "test/together.h"

enum { PACKS = 3, PYLON = 0, SMA = 1, VICTRON = 2 };

static struct together t;
static const uint8_t pack_bus[PACKS] = {SIM_BATTERY, 3, 4};
static bool opened[PACKS], silent[PACKS];
static int64_t said_ms;

static const struct sim_truth *truth(void)
{
    return sim_truth(t.sim);
}

static struct frame frame_of(uint32_t id, uint8_t len)
{
    return (struct frame){.id = id, .len = len};
}

static void put(struct frame *frame, int byte, double value)
{
    int16_t raw = (int16_t)lround(value);
    frame->data[byte] = (uint8_t)(raw & 0xFF);
    frame->data[byte + 1] = (uint8_t)((uint16_t)raw >> 8);
}

static void say(size_t pack, const struct frame *frame)
{
    if (!silent[pack])
        controller_frame(t.controller, pack_bus[pack], frame, t.now_ms);
}

/* 0x351 and 0x355, 0x356 alike; Pylontech 0x359 and 0x35C, SMA and Victron pairs in 0x35A. */
static void pack_say(size_t pack, int connected)
{
    double amperes = opened[pack] ? 0 : truth()->battery_A / connected;
    struct frame limits = frame_of(0x351, 8), charge = frame_of(0x355, 4);
    struct frame measured = frame_of(0x356, 6);
    put(&limits, 0, 568);
    put(&limits, 2, 1000);
    put(&limits, 4, 1000);
    put(&limits, 6, 460);
    put(&charge, 0, truth()->battery_soc * 100);
    put(&charge, 2, 99);
    put(&measured, 0, truth()->battery_V * 100);
    put(&measured, 2, amperes * 10);
    put(&measured, 4, 230);
    say(pack, &limits);
    say(pack, &charge);
    if (pack == PYLON) {
        struct frame alarms = frame_of(0x359, 7), requests = frame_of(0x35C, 2);
        memcpy(alarms.data + 4, "\6PN", 3);
        requests.data[0] = opened[pack] ? 0 : 0xC0;
        say(pack, &alarms);
        say(pack, &requests);
    } else {
        struct frame pairs = frame_of(0x35A, 8);
        memset(pairs.data, 0xAA, 8);
        if (opened[pack])
            pairs.data[2] = 0xA6; /* contactor: bits 18 and 19 */
        say(pack, &pairs);
    }
    say(pack, &measured);
}

static void packs_say(void)
{
    int connected = 0;
    if (t.now_ms - said_ms < 1000)
        return;
    said_ms = t.now_ms;
    for (size_t i = 0; i < PACKS; i++)
        connected += !opened[i];
    for (size_t i = 0; i < PACKS; i++)
        pack_say(i, connected);
}

/* together_step, with these packs in the place of the simulated BMS. */
static void step(void)
{
    t.bus_dead[SIM_BATTERY] = true;
    t.now_ms += TOGETHER_STEP_MS;
    sim_step(t.sim, t.now_ms);
    together_hear(&t);
    packs_say();
    struct controller *c = t.controller;
    if (t.now_ms >= t.next_tick_ms || (c->hurry && t.now_ms - c->tick_ms >= TICK_MIN_MS))
        t.next_tick_ms = tick(c, t.now_ms);
    size_t kept = 0;
    for (size_t i = 0; i < c->outbox.count; i++)
        if (c->outbox.bus[i] < SIM_BUSES) {
            c->outbox.frames[kept] = c->outbox.frames[i];
            c->outbox.bus[kept++] = c->outbox.bus[i];
        }
    c->outbox.count = kept;
    together_speak(&t);
}

/* The router never holds, nothing latches, the session goes on. */
static void run(int64_t ms, const char *what)
{
    bool held = false, latched = false, ended = false,
         session = session_active(&t.controller->sessions[0]);
    for (int64_t until = t.now_ms + ms; t.now_ms < until;) {
        const struct controller *c = t.controller;
        step();
        held |= c->router.state == ROUTER_HOLD;
        latched |= c->guard.cell_high_latched || c->guard.cell_low_latched;
        for (size_t i = 0; i < PACKS; i++)
            latched |= c->bank.pack[i].latched != 0;
        ended |= session && !session_active(&c->sessions[0]);
    }
    CHECK(!held, "%s: HOLD", what);
    CHECK(!latched, "%s: latched", what);
    CHECK(!ended, "%s: the session ended", what);
    CHECK(truth()->violations_total == 0, "%s: %s", what, truth()->violation);
}

static void expect(int32_t charge_A, enum limit_cause cause, const char *what)
{
    const struct limit *limit = &t.controller->limits.charge_mA;
    CHECK(limit->value / 1000 == charge_A && limit->cause == cause, "%s: %d mA by %s", what,
          limit->value, limit_cause_text(limit->cause));
    CHECK(t.controller->limits.discharge_mA.value >= 190000, "%s: discharging %d mA", what,
          t.controller->limits.discharge_mA.value);
}

/* At noon; with a session two strings leave the battery for the car. */
static void begin(bool with_session)
{
    sim_uc001(&t.plant);
    t.plant.start_h = 12;
    t.plant.car_arrive_h = 12.01;
    t.plant.battery_soc = 0.5;
    memset(opened, 0, sizeof opened);
    memset(silent, 0, sizeof silent);
    said_ms = 0;
    t.now_ms = t.next_tick_ms = TOGETHER_START_MS;
    CHECK(together_begin(&t) == 0, "starts");
    run(120000, "start");
    CHECK(t.controller->bank.packs_in == 3 && t.controller->bank.capacity_mAh == 600000, "three");
    CHECK(t.controller->bank.packs == 4 && t.controller->bank.pack[3].place == PLACE_OUT,
          "the fourth is away, and its silence is nobody's");
    CHECK(t.config.bank.join_mV == 600 && t.config.bank.pack_out[3] && !t.config.bank.pack_out[0],
          "as the config tells");
    expect(300, LIMIT_BMS, "three packs");
    CHECK(truth()->battery_A > 20, "charges at noon: %.1f A", truth()->battery_A);
    if (!with_session)
        return;
    sim_press_button(t.sim);
    run(60000, "a session");
    CHECK(session_active(&t.controller->sessions[0]), "the car charges");
}

static void a_contactor_opens(void)
{
    for (size_t round = 0; round < 2 * PACKS; round++) {
        size_t pack = round / 2;
        bool with_session = round % 2;
        begin(with_session);
        opened[pack] = true;
        run(1000 + TOGETHER_STEP_MS, "it opens");
        CHECK(t.controller->bank.packs_in == 2 && t.controller->bank.pack[pack].place == PLACE_OPEN,
              "%s is open", t.config.packs[pack].name);
        expect(200, LIMIT_BMS, "two packs, within a second");
        CHECK(t.controller->bank.known && t.controller->bank.doubt_mA == 0, "the current is known");
        run(60000, "two carry on");
        expect(200, LIMIT_BMS, "two packs");
        CHECK(with_session || truth()->battery_A > 20, "still charging: %.1f A",
              truth()->battery_A);
        opened[pack] = false;
        run(10000, "it closes");
        CHECK(t.controller->bank.packs_in == 3, "%s is back", t.config.packs[pack].name);
        expect(300, LIMIT_BMS, "three packs again");
    }
}

/* Its BMS dies: no increase, then no charging; taken out by a person, the others go on. */
static void a_bms_dies(void)
{
    char why[128];
    begin(true);
    silent[SMA] = true;
    run(4500, "silent");
    expect(200, LIMIT_BMS, "the others must carry it");
    run(8000, "silent for 12 s");
    CHECK(t.controller->limits.charge_mA.value == 0 &&
              t.controller->limits.charge_mA.cause == LIMIT_BMS_AGE,
          "a silent pack makes the bank old");
    opened[SMA] = true;
    CHECK(controller_pack(t.controller, SMA, true, t.now_ms, why, sizeof why) == 0, "%s", why);
    run(100000, "taken out");
    expect(200, LIMIT_BMS, "two packs, and its silence is nobody's");
    opened[SMA] = silent[SMA] = false;
    CHECK(controller_pack(t.controller, SMA, false, t.now_ms, why, sizeof why) == 0, "%s", why);
    run(10000, "repaired");
    expect(300, LIMIT_BMS, "three packs again");
}

static void away_by_config(void)
{
    char why[128];
    begin(false);
    CHECK(controller_pack(t.controller, 3, false, t.now_ms, why, sizeof why) < 0 &&
              strstr(why, "away is taken out in the config"),
          "%s", why);
}

static void is_journaled(void)
{
    char text[256];
    bool told = false;
    begin(false);
    opened[VICTRON] = true;
    run(2000, "opens");
    for (const struct journal_record *r; (r = journal_take(&t.controller->journal));)
        if (r->kind == JOURNAL_PACK && r->index == VICTRON && r->after == PLACE_OPEN) {
            journal_text(r, &t.config, text, sizeof text);
            told = strstr(text, "pack victron: connected -> disconnected by its BMS: a contactor "
                                "alarm, and no current") != NULL;
            CHECK(told, "%s", text);
        }
    CHECK(told, "the journal tells who left and why");
}

static bool line_with(const struct why *why, const char *words)
{
    for (size_t i = 0; i < why->count; i++)
        if (strstr(why->lines[i], words))
            return true;
    printf("no line with \"%s\" in:\n", words);
    for (size_t i = 0; i < why->count; i++)
        printf("  %s\n", why->lines[i]);
    return false;
}

static void is_shown(void)
{
    static struct why why;
    static struct status status;
    begin(false);
    opened[VICTRON] = true;
    run(2000, "opens");
    why_fill(&why, t.controller, t.now_ms);
    CHECK(line_with(&why, "charging is allowed up to 200.0 A, held by the BMS's current limit "
                          "of pylon (SoC"),
          "what binds");
    CHECK(line_with(&why, "battery: without that, charging up to 400.0 A by the owner's limit, "
                          "then 480.0 A by the inverter"),
          "what would bind next");
    CHECK(line_with(&why, "pack victron: disconnected by its BMS: a contactor alarm, and no"),
          "which pack has gone");
    status_fill(&status, t.controller, NULL, t.now_ms);
    const Busbar__Battery *b = &status.battery;
    CHECK(b->n_charge_limits == 13 && b->n_discharge_limits == 11 && b->n_voltage_limits == 2,
          "every limit: %zu, %zu, %zu", b->n_charge_limits, b->n_discharge_limits,
          b->n_voltage_limits);
    const Busbar__LimitRow *first = b->charge_limits[0], *last = b->charge_limits[12];
    CHECK(strcmp(first->cause, "the BMS's current limit") == 0 && first->value == 200000 &&
              first->age_ms >= 0 && first->age_ms <= 1000 && strcmp(first->from, "pylon") == 0,
          "%s: %d, %lld ms, %s", first->cause, first->value, (long long)first->age_ms, first->from);
    CHECK(!last->binds, "%s does not limit", last->cause);
    CHECK(b->packs_in == 2 && b->n_pack == 4 && b->capacity_mah == 400000, "%d mAh",
          b->capacity_mah);
    CHECK(b->pack[SMA]->counted && !b->pack[VICTRON]->counted && b->pack[VICTRON]->says[0] &&
              !b->pack[SMA]->says[0] && b->pack[SMA]->charge_share_ppm > 450000 &&
              b->pack[SMA]->charge_share_ppm < 550000 && b->pack[VICTRON]->charge_share_ppm == 0,
          "the packs: two share, %d", b->pack[SMA]->charge_share_ppm);
}

int main(void)
{
    if (together_start(&t) < 0)
        return 1;
    config_free(&t.config);
    if (config_load(&t.config, "test/uc001-packs.yaml", "dbc", stderr) != 0)
        return 1;
    a_contactor_opens();
    a_bms_dies();
    away_by_config();
    is_journaled();
    is_shown();
    together_end(&t);
    return check_done("packs_together");
}
