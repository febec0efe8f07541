/* UC001 in virtual time: the afternoon, and what can go wrong in it. Every figure comes from the
 * simulated truth, none from what the controller says of itself. */
#include <string.h>

#include "test/check.h"
#include "test/together.h"

static struct together t;

static const struct sim_truth *truth(void)
{
    return sim_truth(t.sim);
}

static void begin_at(double start_h, double car_h, double soc)
{
    sim_uc001(&t.plant);
    t.plant.start_h = start_h;
    t.plant.car_arrive_h = car_h;
    t.plant.battery_soc = soc;
    memset(t.bus_dead, 0, sizeof t.bus_dead);
    t.controller_dead = false;
    t.now_ms = t.next_tick_ms = TOGETHER_START_MS;
    CHECK(together_begin(&t) == 0, "starts");
}

static void check_clean(const char *scenario)
{
    CHECK(truth()->violations_total == 0, "%s: %u invariants broken: %s", scenario,
          truth()->violations_total, truth()->violation);
    for (int c = 0; c < t.plant.contacts; c++)
        CHECK(truth()->contact_hot[c] == 0, "%s: contact %d moved under current", scenario, c);
}

/* Runs until count strings stand at the wallbox; returns the seconds it took, -1 after limit_s. */
static double wait_strings(int count, double limit_s)
{
    int64_t from_ms = t.now_ms;
    while (together_strings_at_wallbox(&t) != count) {
        together_step(&t);
        if ((double)(t.now_ms - from_ms) / 1000 > limit_s)
            return -1;
    }
    return (double)(t.now_ms - from_ms) / 1000;
}

static void journal_read(void);

static double wallbox_mean_W(int64_t ms)
{
    double sum = 0;
    journal_read();
    int64_t from_ms = t.now_ms;
    while (t.now_ms - from_ms < ms) {
        together_step(&t);
        sum += truth()->wallbox_W * TOGETHER_STEP_MS;
    }
    return sum / (double)ms;
}

/* --- invariant 36: each actuator change has exactly one record with its cause --- */

static unsigned recorded[JOURNAL_KINDS], causeless;

static void journal_read(void)
{
    for (const struct journal_record *record; (record = journal_take(&t.controller->journal));) {
        recorded[record->kind]++;
        causeless += record->cause[0] == '\0';
    }
}

static void check_journal(void)
{
    unsigned operations = 0, writes = 0;
    journal_read();
    for (int c = 0; c < t.plant.contacts; c++)
        operations += truth()->contact_operations[c];
    for (int u = 0; u < t.plant.inverters; u++)
        writes += truth()->setter_writes[u];
    CHECK(operations > 0 && recorded[JOURNAL_CONTACT] == operations,
          "%u records of contacts, %u operations seen", recorded[JOURNAL_CONTACT], operations);
    CHECK(writes > 0 && recorded[JOURNAL_CHARGE_MAX] + recorded[JOURNAL_CHARGER_OFF] +
                                recorded[JOURNAL_OUTPUT_PRIORITY] ==
                            writes,
          "%u records of settings, %u writes taken by the inverters",
          recorded[JOURNAL_CHARGE_MAX] + recorded[JOURNAL_CHARGER_OFF] +
              recorded[JOURNAL_OUTPUT_PRIORITY],
          writes);
    CHECK(causeless == 0 && t.controller->journal.lost == 0, "every record has its cause");
}

static void the_afternoon(void)
{
    begin_at(13, 16, 0.6);
    for (int minute = 0; minute < 3 * 60 + 5; minute++) {
        together_run(&t, 60000);
        journal_read();
    }
    CHECK(truth()->car_state != 'A', "the car has come at 16:00");
    double before_W = truth()->wallbox_W;
    CHECK(before_W < 4500, "a third of the sun before the push, %.0f W", before_W);
    CHECK(together_home(&t) && truth()->transfers == 0, "nothing has moved before the push");

    sim_press_button(t.sim);
    double bundled_s = wait_strings(2, 120);
    CHECK(bundled_s > 0 && bundled_s <= 60, "button to both strings moved: %.1f s", bundled_s);
    together_run(&t, 120000);
    double mean_W = wallbox_mean_W(600000);
    CHECK(mean_W >= 7900, "wallbox over ten minutes: %.0f W", mean_W);
    printf("bundled after %.1f s, wallbox %.0f W (before %.0f W)\n", bundled_s, mean_W, before_W);

    for (int i = 0; i < 4 * 60 && !together_home(&t); i++) {
        together_run(&t, 60000);
        journal_read();
    }
    check_journal();
    CHECK(together_home(&t), "the strings are home after the car is full");
    CHECK(truth()->transfers == 4, "%u transfers", truth()->transfers);
    CHECK(truth()->battery_soc_max <= t.plant.cap + 0.01, "highest charge %.3f",
          truth()->battery_soc_max);
    check_clean("afternoon");
}

static void the_button_again(void)
{
    begin_at(15.9, 15.92, 0.6);
    together_run(&t, 120000);
    sim_press_button(t.sim);
    CHECK(wait_strings(2, 120) > 0, "bundled");
    together_run(&t, 60000);
    sim_press_button(t.sim);
    double home_s = wait_strings(0, 1200);
    CHECK(home_s > 800 && home_s < 1000,
          "a second push sends them home once they have dwelt 15 minutes: %.0f s", home_s);
    together_run(&t, 5000);
    CHECK(together_home(&t), "home");
    check_clean("button again");
}

static void the_car_leaves(void)
{
    begin_at(15.9, 15.92, 0.6);
    together_run(&t, 120000);
    sim_press_button(t.sim);
    CHECK(wait_strings(2, 120) > 0, "bundled");
    together_run(&t, 120000);
    sim_car(t.sim, false);
    CHECK(wait_strings(0, 1200) > 0, "the strings go home when the car leaves");
    check_clean("car leaves");
}

/* kill -9 at every tenth of a second of a bundling: the contacts stay as they are while it is dead,
 * and after the restart everything is read back and the session goes on. */
static void killed_at_any_time(void)
{
    for (int at_ms = 0; at_ms <= 12000; at_ms += 300) {
        begin_at(15.9, 15.92, 0.6);
        together_run(&t, 120000);
        sim_press_button(t.sim);
        together_run(&t, at_ms + TOGETHER_STEP_MS);
        t.controller_dead = true;
        together_run(&t, 1000);
        bool closed[SIM_CONTACTS];
        memcpy(closed, truth()->contact_closed, sizeof closed);
        together_run(&t, 20000);
        CHECK(memcmp(closed, truth()->contact_closed, sizeof closed) == 0,
              "killed at %d ms: contacts hold while it is dead", at_ms);
        together_restart(&t);
        together_run(&t, 9000);
        CHECK(memcmp(closed, truth()->contact_closed, sizeof closed) == 0,
              "killed at %d ms: a restart alone moves nothing", at_ms);
        together_run(&t, 60000);
        check_clean("killed");
    }
}

static void the_bus_is_lost(void)
{
    for (int at_ms = 0; at_ms <= 12000; at_ms += 1500) {
        begin_at(15.9, 15.92, 0.6);
        together_run(&t, 120000);
        sim_press_button(t.sim);
        together_run(&t, at_ms + TOGETHER_STEP_MS);
        t.bus_dead[SIM_BACKBONE] = true;
        together_run(&t, 1000);
        bool closed[SIM_CONTACTS];
        memcpy(closed, truth()->contact_closed, sizeof closed);
        together_run(&t, 30000);
        CHECK(memcmp(closed, truth()->contact_closed, sizeof closed) == 0,
              "bus lost at %d ms: contacts hold", at_ms);
        t.bus_dead[SIM_BACKBONE] = false;
        together_run(&t, 120000);
        check_clean("bus lost");
    }
}

static void single_faults(void)
{
    static const struct {
        enum sim_fault fault;
        int target;
        const char *name;
    } faults[] = {
        {SIM_CONTACT_WELDED, 0, "home contact of s1 welded"},
        {SIM_CONTACT_WELDED, 1, "home contact of s2 welded"},
        {SIM_CONTACT_STUCK_OPEN, 3, "bundle contact stuck open"},
        {SIM_CONTACT_SLOW, 1, "slow contact"},
        {SIM_FEEDBACK_LOST, 1, "feedback lost"},
        {SIM_SWITCH_SHORTED, 0, "semiconductor shorted"},
        {SIM_SWITCH_SHORTED, 1, "semiconductor shorted"},
        {SIM_SENSOR_FROZEN, 0, "string counter frozen"},
        {SIM_SENSOR_SILENT, 0, "string counter silent"},
        {SIM_BOARD_SILENT, 0, "contact board silent"},
        {SIM_BOARD_SILENT, 1, "switch board silent"},
        {SIM_BOARD_REBOOT, 0, "contact board reboots"},
        {SIM_BMS_SILENT, 0, "BMS silent"},
        {SIM_INVERTER_SILENT, 3, "inv4 silent"},
        {SIM_INVERTER_NOISE, 3, "noise on inv4's line"},
        {SIM_FOREIGN_FRAME, 0, "somebody else commands relays"},
    };
    for (size_t f = 0; f < sizeof faults / sizeof faults[0]; f++)
        for (int at_ms = 0; at_ms <= 8000; at_ms += 2000) {
            begin_at(15.9, 15.92, 0.6);
            together_run(&t, 120000);
            sim_press_button(t.sim);
            together_run(&t, at_ms + TOGETHER_STEP_MS);
            sim_fault(t.sim, faults[f].fault, faults[f].target, true);
            together_run(&t, 90000);
            sim_fault(t.sim, faults[f].fault, faults[f].target, false);
            together_run(&t, 60000);
            check_clean(faults[f].name);
        }
}

static void a_silent_bms_stops_charging(void)
{
    begin_at(12, 23, 0.5);
    together_run(&t, 300000);
    CHECK(truth()->battery_A > 20, "charges at noon: %.1f A", truth()->battery_A);
    sim_fault(t.sim, SIM_BMS_SILENT, 0, true);
    together_run(&t, 9000);
    CHECK(t.controller->limits.charge_mA.value > 0, "still charging after 9 s");
    together_run(&t, 3000);
    CHECK(t.controller->limits.charge_mA.value == 0 &&
              t.controller->limits.charge_mA.cause == LIMIT_BMS_AGE,
          "charge 0 after 10 s, because of %s",
          limit_cause_text(t.controller->limits.charge_mA.cause));
    check_clean("BMS silent");
}

/* Two units exchanged on their lines: neither is set, nor does a string move to the wrong one. */
static void a_stranger_on_the_line(void)
{
    begin_at(15.9, 15.92, 0.6);
    snprintf(t.config.inverters[3].serial, NAME_SIZE, "%s", t.plant.inverter[2].serial);
    together_run(&t, 120000);
    CHECK(t.controller->plant.units[3].readings.serial[0] != '\0' &&
              !plant_unit_expected(&t.controller->plant, 3),
          "another serial number than the config's");
    sim_press_button(t.sim);
    together_run(&t, 60000);
    CHECK(truth()->setter_writes[3] == 0, "it is not set");
    CHECK(together_home(&t), "no string goes to it");
    t.config.inverters[3].serial[0] = '\0';
    CHECK(wait_strings(2, 60) > 0, "known again, they go");
    check_clean("stranger");
}

int main(void)
{
    if (together_start(&t) < 0)
        return 1;
    the_afternoon();
    the_button_again();
    the_car_leaves();
    killed_at_any_time();
    the_bus_is_lost();
    single_faults();
    a_silent_bms_stops_charging();
    a_stranger_on_the_line();
    together_end(&t);
    return check_done("afternoon");
}
