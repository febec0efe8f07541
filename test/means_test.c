/* The chooser: what exists and what works in one row, the means it must take, and when. */
#include "inverter/means.h"

#include <string.h>

#include "test/check.h"

static const int32_t list_A[] = {10, 20, 40, 60, 100, 120};
static struct means_chooser chooser;
static struct means_input in;
static const struct means_orders *out;
static int64_t now_ms;

/* An inverter that has everything: both links, settings, a user battery at 53 V. */
static void begin(void)
{
    memset(&chooser, 0, sizeof chooser);
    now_ms = 1000;
    in = (struct means_input){
        .fresh = true,
        .wanted_mA = 30000,
        .charging_mA = 0,
        .most_A = 120,
        .bms = {{true, true, 0}, {true, true, 0}},
        .current = {.there = true, .set = 120},
        .charger = {.there = true, .set = 0},
        .floating = {.there = true, .set = 540},
        .bulk = {.there = true, .set = 552},
        .list_A = list_A,
        .list_count = sizeof list_A / sizeof list_A[0],
        .user_battery = true,
        .battery_dV = 530,
        .least_dV = 480,
        .release_dV = 544,
    };
}

enum { PORT = 1, CAN = 2 };

/* Each 100 ms, with the inverter heard each second where it listens. */
static void run(int64_t ms, int heard)
{
    for (int64_t until = now_ms + ms; now_ms < until;) {
        now_ms += 100;
        for (int link = 0; link < 2; link++)
            if (heard >> link & 1 && now_ms % 1000 == 0)
                in.bms[link].heard_ms = now_ms;
        out = means_step(&chooser, &in, now_ms);
    }
}

/* What a well-behaved inverter does with its orders. */
static void obey(void)
{
    if (out->charge_max_A >= 0)
        in.current.set = out->charge_max_A;
    if (out->charger_off >= 0)
        in.charger.set = out->charger_off;
    if (out->float_dV >= 0)
        in.floating.set = out->float_dV;
    if (out->bulk_dV >= 0)
        in.bulk.set = out->bulk_dV;
}

static void the_gentlest(void)
{
    static const struct {
        bool port, can, current, charger, user;
        int32_t wanted_mA;
        enum means by;
        int32_t charge_max_A, charger_off;
        const char *sentence;
    } rows[] = {
        {true, true, true, true, true, 30000, MEANS_BMS_PORT, -1, 0, "the port before all"},
        {true, true, true, true, true, 0, MEANS_BMS_PORT, -1, 0, "0 A too, and nothing is written"},
        {false, true, true, true, true, 7000, MEANS_BMS_CAN, -1, 0, "then CAN"},
        {false, false, true, true, true, 30000, MEANS_CURRENT, 20, 0,
         "then its list, rounded down"},
        {false, false, true, true, true, 500000, MEANS_CURRENT, 120, 0, "no more than it may"},
        {false, false, true, true, true, 9000, MEANS_CHARGER, -1, 1, "less than its least step"},
        {false, false, true, true, true, 0, MEANS_CHARGER, -1, 1, "nothing at all"},
        {false, false, false, true, true, 30000, MEANS_CHARGER, -1, 1, "no list at all"},
        {false, false, true, false, true, 0, MEANS_VOLTAGE, 10, -1, "no charger switch"},
        {false, false, true, false, false, 0, MEANS_STRINGS, 10, -1, "another battery type"},
        {false, false, false, false, false, 0, MEANS_STRINGS, -1, -1, "nothing is left"},
        {true, true, true, true, true, -1, MEANS_NONE, -1, 0, "nothing is wanted"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin();
        in.bms[0].there = rows[i].port;
        in.bms[1].there = rows[i].can;
        in.current.there = rows[i].current;
        in.charger.there = rows[i].charger;
        in.user_battery = rows[i].user;
        in.wanted_mA = rows[i].wanted_mA;
        in.current.set = 200;
        run(1000, PORT | CAN);
        CHECK(out->by == rows[i].by, "%s: by %s", rows[i].sentence, means_name(out->by));
        CHECK(out->charge_max_A == rows[i].charge_max_A && out->charger_off == rows[i].charger_off,
              "%s: %d A, off %d", rows[i].sentence, out->charge_max_A, out->charger_off);
        CHECK(out->bms_mA == rows[i].wanted_mA, "%s: told %d", rows[i].sentence, out->bms_mA);
        CHECK(out->by == MEANS_NONE || out->why[out->by] == MEANS_SERVES, "%s: says so",
              rows[i].sentence);
    }
}

/* What is said of each that is passed over. */
static void reasons(void)
{
    begin();
    in.bms[1].there = false;
    in.current.spent = true;
    in.wanted_mA = 0;
    in.charger.spent = true;
    in.battery_dV = 489;
    run(16000, 0);
    static const enum means_why expected[MEANS_COUNT] = {
        [MEANS_BMS_PORT] = MEANS_SILENT, [MEANS_BMS_CAN] = MEANS_LACKING,
        [MEANS_CURRENT] = MEANS_COARSE,  [MEANS_CHARGER] = MEANS_SPENT,
        [MEANS_VOLTAGE] = MEANS_ILLEGAL, [MEANS_STRINGS] = MEANS_SERVES};
    for (enum means m = MEANS_BMS_PORT; m < MEANS_COUNT; m++)
        CHECK(out->why[m] == expected[m], "%s: %s", means_name(m), means_why_text(out->why[m]));
    in.bms[0].told = false;
    in.wanted_mA = 30000;
    in.charger.spent = false;
    run(2000, PORT);
    CHECK(out->why[MEANS_BMS_PORT] == MEANS_MUTE && out->why[MEANS_CURRENT] == MEANS_SPENT &&
              out->by == MEANS_CHARGER,
          "nothing to say there, no writes left: %s, %s", means_why_text(out->why[MEANS_BMS_PORT]),
          means_why_text(out->why[MEANS_CURRENT]));
    in.current.set = 20;
    run(100, PORT);
    CHECK(out->by == MEANS_CURRENT, "set low enough already: no write is needed");
    in.fresh = false;
    run(100, PORT);
    CHECK(out->why[MEANS_CURRENT] == MEANS_SILENT && out->charge_max_A == -1 &&
              out->charger_off == -1,
          "it does not answer: nothing is written");
}

static void the_start_waits_for_a_link(void)
{
    begin();
    run(5000, 0);
    CHECK(out->by == MEANS_NONE && out->why[MEANS_BMS_PORT] == MEANS_WAITED, "waits");
    CHECK(out->charge_max_A == -1 && out->charger_off == -1 && out->bms_mA == 30000,
          "writes nothing");
    run(1000, PORT);
    CHECK(out->by == MEANS_BMS_PORT && means_exact(&chooser), "at once when it is heard");
    begin();
    run(MEANS_START_MS - 100, 0);
    CHECK(out->by == MEANS_NONE, "not one step early");
    run(200, 0);
    CHECK(out->by == MEANS_CURRENT && out->charge_max_A == 20, "then without");
    run(1000, PORT);
    CHECK(out->by == MEANS_BMS_PORT, "a first word needs no steadiness");
}

/* How long until another means is ordered. */
static int64_t until(enum means by, int heard, int64_t limit_ms)
{
    int64_t from_ms = now_ms;
    while ((!out || out->by != by) && now_ms - from_ms < limit_ms)
        run(100, heard);
    return now_ms - from_ms;
}

static void a_link_is_lost(void)
{
    begin();
    in.bms[1].there = false;
    run(20000, PORT);
    in.wanted_mA = 0;
    int64_t took_ms = until(MEANS_CHARGER, 0, 60000);
    CHECK(took_ms <= 5000 && out->charger_off == 1, "the next one after %lld ms",
          (long long)took_ms);
    CHECK(out->bms_mA == 0, "and is told all the same");
    obey();
    for (int i = 0; i < 5; i++) { /* heard for 10 s, silent for 10 s */
        run(10000, PORT);
        CHECK(out->by == MEANS_CHARGER && out->why[MEANS_BMS_PORT] == MEANS_UNSTEADY,
              "does not flap");
        run(10000, 0);
    }
    took_ms = until(MEANS_BMS_PORT, PORT, 60000);
    CHECK(took_ms >= MEANS_STEADY_MS && took_ms <= MEANS_STEADY_MS + 1500 && out->charger_off == 0,
          "back after %lld ms, and the charger released", (long long)took_ms);
}

static void a_link_is_not_obeyed(void)
{
    begin();
    in.bms[1].there = false;
    in.charging_mA = 30000;
    run(20000, PORT);
    CHECK(out->by == MEANS_BMS_PORT, "as it is told");
    in.wanted_mA = 0;
    run(4000, PORT);
    CHECK(out->by == MEANS_BMS_PORT, "it may take some seconds");
    in.charging_mA = 0;
    run(20000, PORT);
    CHECK(out->by == MEANS_BMS_PORT, "and has obeyed");
    in.charging_mA = 2900;
    run(20000, PORT);
    CHECK(out->by == MEANS_BMS_PORT, "a little is its own measurement");
    in.charging_mA = 25000;
    int64_t took_ms = until(MEANS_CHARGER, PORT, 60000);
    CHECK(took_ms <= 2 * MEANS_OBEY_PORT_MS + MEANS_OVER_MS, "takes over after %lld ms",
          (long long)took_ms);
    CHECK(out->why[MEANS_BMS_PORT] == MEANS_DISOBEYED, "and says why");
    obey();
    in.charging_mA = 0;
    took_ms = until(MEANS_BMS_PORT, PORT, 2 * MEANS_DISOBEYED_MS);
    CHECK(took_ms >= MEANS_DISOBEYED_MS - MEANS_OBEY_PORT_MS - 1000 &&
              took_ms <= MEANS_DISOBEYED_MS,
          "tried again after %lld ms", (long long)took_ms);

    /* the sun falls, the limit with it: it is always a little late and never disobeys */
    begin();
    in.bms[1].there = false;
    for (int32_t A = 100; A >= 0; A--) {
        in.wanted_mA = A * 1000;
        in.charging_mA = (A + 12) * 1000;
        run(300, PORT);
    }
    CHECK(chooser.failed_ms[MEANS_BMS_PORT] == 0, "three seconds late is not against it");
}

static void a_setting_is_not_confirmed(void)
{
    begin();
    in.bms[0].there = in.bms[1].there = false;
    run(1000, 0);
    CHECK(out->by == MEANS_CURRENT && out->charge_max_A == 20, "written");
    run(MEANS_PROVE_MS - 1000, 0);
    CHECK(out->by == MEANS_CURRENT, "is given its time");
    int64_t took_ms = until(MEANS_CHARGER, 0, 60000);
    CHECK(took_ms <= 1000 && out->charger_off == 1, "then the next: %lld ms", (long long)took_ms);
    in.charger.refused = true;
    took_ms = until(MEANS_VOLTAGE, 0, 60000);
    CHECK(took_ms <= MEANS_SAID_NO_MS + 200, "sooner where it says no: %lld ms",
          (long long)took_ms);
    CHECK(out->float_dV == 480 && out->bulk_dV == -1 && out->charge_max_A == 10, "float first");
    CHECK(out->charger_off == 1, "and the charger is to be off all the same");
    in.floating.set = 480;
    run(100, 0);
    CHECK(out->bulk_dV == 480, "then bulk");
    in.bulk.set = 480;
    run(30000, 0);
    CHECK(out->by == MEANS_VOLTAGE, "and stays");
    in.charger.refused = false;
    took_ms = until(MEANS_CURRENT, 0, 2 * MEANS_REFUSED_MS);
    CHECK(took_ms > MEANS_REFUSED_MS / 2, "tried again after %lld ms", (long long)took_ms);
    CHECK(out->bulk_dV == 552 && out->float_dV == -1, "bulk goes up first");
    obey();
    run(100, 0);
    CHECK(out->float_dV == 540, "then float, as they were");
    obey();
    run(200, 0);
    CHECK(out->float_dV == -1 && out->bulk_dV == -1, "and are left alone");
}

/* The controller was restarted while it had lowered them. */
static void voltages_found_low(void)
{
    begin();
    in.floating.set = in.bulk.set = in.least_dV;
    run(2000, PORT);
    CHECK(out->by == MEANS_BMS_PORT && out->bulk_dV == 544, "released to what the bank allows");
    obey();
    run(100, PORT);
    CHECK(out->float_dV == 544, "both");
    begin();
    in.floating.set = in.bulk.set = in.least_dV;
    in.user_battery = false;
    run(2000, PORT);
    CHECK(out->bulk_dV == -1, "of another battery type they are not ours");
}

static void a_low_setting_is_raised(void)
{
    begin();
    in.current.set = 20;
    run(120000, PORT);
    CHECK(out->by == MEANS_BMS_PORT && out->charge_max_A == -1, "it holds nothing back: no write");
    in.charging_mA = 20000;
    run(MEANS_BINDS_MS - 1000, PORT);
    CHECK(out->charge_max_A == -1, "for a minute");
    run(2000, PORT);
    CHECK(out->charge_max_A == 120, "then it is raised once, to what the owner allows");
    obey();
    run(1000, PORT);
    CHECK(out->charge_max_A == -1, "and left alone");

    begin();
    in.bms[1].there = false;
    run(20000, 0);
    CHECK(out->by == MEANS_CURRENT && out->charge_max_A == 20, "lowered while the port is silent");
    obey();
    run(20000, PORT);
    CHECK(out->by == MEANS_BMS_PORT && out->charge_max_A == 120, "and raised at once with it");
    in.wanted_mA = 15000;
    run(1000, PORT);
    CHECK(out->charge_max_A == -1, "not while it does not bind");
}

int main(void)
{
    the_gentlest();
    reasons();
    the_start_waits_for_a_link();
    a_link_is_lost();
    a_link_is_not_obeyed();
    a_setting_is_not_confirmed();
    voltages_found_low();
    a_low_setting_is_raised();
    return check_done("means");
}
