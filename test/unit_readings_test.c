/* What one inverter's answers become, what setters cost, and what a unit may lack. */
#include "far_end.h"

static void check_readings(void)
{
    start(&(struct unit_config){0});
    run_to(8000);
    const struct unit_readings *r = &unit.readings;
    CHECK(r->battery_cV.value == 5430 && r->grid_dV.value == 2220, "volts");
    CHECK(r->output_W.value == 472 && r->output_VA.value == 529, "load");
    CHECK(r->charge_mA.value == 12000 && r->discharge_mA.value == 3000, "battery current");
    CHECK(r->pv_mA[0].value == 1000 && r->pv_dV[0].value == 2150 && r->pv_W[0].value == 226, "pv");
    CHECK(r->pv_mA[1].value == 2700 && r->pv_dV[1].value == 2712 && r->pv_W[1].value == 736, "pv2");
    CHECK(r->heatsink_C.value == 39, "heat sink");
    CHECK(r->mode.value == MODE_BATTERY, "mode");
    CHECK(r->warnings_low.value == 1 && r->warnings_high.value == 0, "warnings");
    CHECK(r->rated_VA.value == 8000 && r->rated_dA.value == 347, "rating");
    CHECK(r->bulk_dV.value == 552 && r->float_dV.value == 550, "voltages");
    CHECK(r->charger_off.heard_ms > 0 && r->charger_off.value == 0, "charger");
    CHECK(!strcmp(r->serial, "92931905106463"), "serial %s", r->serial);
    CHECK(!strcmp(r->firmware, "00072.70") && !strcmp(r->protocol, "PI30"), "versions");
    CHECK(unit.charge_list_count == 12 && unit.charge_list_A[11] == 120, "list");
    CHECK(!strncmp(far_end.asked, "QPI QID QPIGS QMOD QPIRI QPIGS2 QMCHGCR QBATCD QPIGS QMOD ", 57),
          "%.70s", far_end.asked);
    far_end.has_id = false;
    unit_port_changed(&unit, clock_ms);
    CHECK(r->serial[0] == '\0', "a lost port forgets who it was");
    CHECK(unit.charge_list_count == 0, "and what it allows");
    run_to(clock_ms + 6000);
    CHECK(!strcmp(r->serial, "92932105105335"), "long serial %s", r->serial);
}

/* Reads what one frame does to the readings, out of turn. */
static void give(const char *text)
{
    char frame[256];
    size_t count = strlen(text);
    memcpy(frame, text, count);
    unit_bytes(&unit, (const uint8_t *)frame, close_frame(frame, count), clock_ms);
}

/* An answer of another form than before is believed when it comes twice. */
static void give_twice(const char *text)
{
    give(text);
    run_to(clock_ms + 100);
    give(text);
}

static void ask_for(const char *word)
{
    far_end.plugged = false;
    for (int i = 0; i < 100000 && strcmp(far_end.last, word); i++) {
        far_end.plugged = strcmp(far_end.last, word) != 0;
        run_to(clock_ms + 1);
    }
    memset(far_end.replies, 0, sizeof far_end.replies);
}

static void check_oddities(void)
{
    start(&(struct unit_config){0});
    run_to(8500);
    far_end.last[0] = '\0';
    ask_for("QPIGS");
    give_twice("(232.6 50.0 229.9 49.9 0391 0312 007 402 54.40 042 072 0566 0042 284.6 00.00 00000 "
               "00010010 00 00 02901 010");
    CHECK(unit.readings.pv_mA[0].value == 10193, "2901 W over 284.6 V: %d",
          (int)unit.readings.pv_mA[0].value);
    CHECK(unit.readings.charge_mA.value == 42000, "42 A is the charge current");
    CHECK(unit.readings.heatsink_C.value == 39, "a raw heat sink value is not believed");
    far_end.plugged = true;
    ask_for("QPIRI");
    give_twice(
        "(230.0 44.3 230.0 50.0 44.3 0200 0200 48.0 46.0 41.0 58.4 58.0 3 050 060 1 1 0 1 01 0 0 "
        "54.0 0 1 46.0 10 44.0");
    CHECK(unit.readings.rated_VA.value == 10200 && unit.readings.rated_W.value == 10200,
          "0200 means 10200: %d", (int)unit.readings.rated_VA.value);
}

/* The read-back comes at least a second after the ACK; the budget of a day holds. */
static void check_wear(void)
{
    start(&(struct unit_config){.dwell_ms = 1000, .writes_per_day = 4});
    run_to(5000);
    order_only(SET_CHARGE_MAX, 20);
    run_to(9000);
    CHECK(far_end.prove_after_ms >= 1000, "read back after %" PRId64 " ms", far_end.prove_after_ms);
    for (int i = 0; i < 20; i++) {
        order_only(SET_CHARGE_MAX, i % 2 ? 20 : 50);
        run_to(clock_ms + 5000);
    }
    CHECK(unit.settings[SET_CHARGE_MAX].writes == 5, "%u writes: four, and one more to lower",
          unit.settings[SET_CHARGE_MAX].writes);
    CHECK(far_end.charge_A == 20, "ends low: %d", far_end.charge_A);
    order_only(SET_CHARGE_MAX, 50);
    run_to(86400000 + 3000);
    CHECK(far_end.charge_A == 20 || clock_ms > 86400000, "not today");
    run_to(86400000 + 20000);
    CHECK(far_end.charge_A == 50, "tomorrow: %d", far_end.charge_A);
    far_end.setter_count = 0;
    befalls(LIES, 1000000, "M");
    for (int i = 0; i < 40; i++) {
        order_only(SET_CHARGE_MAX, i % 2 ? 20 : 10);
        run_to(clock_ms + 30000);
    }
    CHECK(far_end.setter_count <= 8, "%d writes: never more than twice the budget",
          far_end.setter_count);
}

static void order_charge(int amperes, int64_t for_ms)
{
    order_only(SET_CHARGE_MAX, amperes);
    run_to(clock_ms + for_ms);
}

/* What is written when, and what is not. */
static void check_writing(void)
{
    start(&(struct unit_config){0});
    run_to(5000);
    order_charge(60, 4000);
    CHECK(far_end.charge_A == 60, "the first write of all needs no dwell");
    befalls(LIES, 1, "M");
    order_charge(30, 300);
    order_charge(20, 6000);
    CHECK(far_end.charge_A == 20 && far_end.setter_count == 3,
          "what is no longer wanted is not "
          "repeated: %d",
          far_end.setter_count);
    befalls(NAK, 2, "M");
    order_charge(10, 4000);
    CHECK(strstr(far_end.asked, "MNCHGC0010 MNCHGC0010 ") && !strstr(far_end.asked, "MNCHGC010 "),
          "a unit that obeyed one form is not asked in another");
    CHECK(unit.settings[SET_CHARGE_MAX].state == SETTING_REFUSED, "refused");
}

/* The charger switch appears when QBATCD does; bytes without a bracket are no burden. */
static void check_late_switch(void)
{
    start(&(struct unit_config){0});
    far_end.has_batcd = false;
    order_only(SET_CHARGER_OFF, 1);
    run_to(500000);
    CHECK(unit.settings[SET_CHARGER_OFF].unsupported && !far_end.charger_off, "not there");
    far_end.has_batcd = true;
    run_to(620000);
    CHECK(far_end.charger_off && unit.readings.charger_off.value == 1, "asked again");
    for (int i = 0; i < 600; i++)
        unit_bytes(&unit, (const uint8_t *)"x", 1, clock_ms);
    CHECK(unit.rx_len <= UNIT_BUFFER && unit.verdicts.n[VERDICT_LENGTH] > 0, "%zu", unit.rx_len);
}

/* A NAK for every form, then ten minutes of rest, then the unit has learnt it. */
static void check_unsupported(void)
{
    start(&(struct unit_config){0});
    run_to(5000);
    befalls(NAK, 6, "M");
    order_only(SET_CHARGE_MAX, 20);
    run_to(9000);
    const struct unit_setting *charge = &unit.settings[SET_CHARGE_MAX];
    CHECK(charge->unsupported && charge->state == SETTING_REFUSED, "three forms, two NAKs each");
    CHECK(strstr(far_end.asked, "MNCHGC0020 MNCHGC0020 MNCHGC020 MNCHGC020 MCHGC020 MCHGC020 "),
          "%s", far_end.asked);
    CHECK(charge->writes == 0, "a NAK is no write");
    run_to(500000);
    CHECK(far_end.charge_A == 40, "rests");
    run_to(620000);
    CHECK(far_end.charge_A == 20 && charge->state == SETTING_CONFIRMED, "asked again");
}

int main(void)
{
    check_readings();
    check_oddities();
    check_wear();
    check_unsupported();
    check_writing();
    check_late_switch();
    return check_done("unit_readings");
}
