/* Invariants 22 to 27, each by the limit and the cause it must name. */
#include "bms/bank.h"

#include "test/check.h"

static struct bank_config config;
static struct bank_view view;
static struct soc_estimate soc;
static struct bank_guard guard;
static int32_t inverters_charge_mA, inverters_discharge_mA;
static int64_t now_ms;

/* clang-format off */
static const struct bank_config uc001 = {
    .chemistry = CHEMISTRY_LFP, .capacity_mAh = 600000, .cells = 16, .cap_permille = 700,
    .cap_hysteresis_permille = 20, .floor_permille = 200, .charge_max_mA = 200000,
    .discharge_max_mA = 300000,
};
static const struct bank_view well = {
    .known = true, .current_known = true, .voltage_mV = 52800, .temp_known = true,
    .temp_min_dC = 200, .temp_max_dC = 250, .cells_known = true, .cell_max_mV = 3310,
    .cell_min_mV = 3290, .bms_soc_permille = 500, .bms_soc_max_permille = 500,
    .bms_soc_min_permille = 500, .cvl_mV = 55200, .dvl_mV = 46000, .ccl_mA = 300000,
    .dcl_mA = 400000, .charge_ok = true, .discharge_ok = true, .packs = 1, .packs_fresh = 1,
    .bms_age_ms = 500,
};
/* clang-format on */

static void reset(void)
{
    config = uc001;
    view = well;
    soc = (struct soc_estimate){.known = true, .soc_permille = 500, .error_permille = 30};
    guard = (struct bank_guard){0};
    inverters_charge_mA = 480000;
    inverters_discharge_mA = 600000;
    now_ms = 1000000;
}

static struct bank_limits step(void)
{
    now_ms += 100;
    return bank_limits_step(&guard, &config, &view, &soc, inverters_charge_mA,
                            inverters_discharge_mA, now_ms);
}

static void expect(const char *what, int32_t charge_mA, enum limit_cause charge,
                   int32_t discharge_mA, enum limit_cause discharge)
{
    struct bank_limits l = step();
    CHECK(l.charge_mA.value == charge_mA && l.charge_mA.cause == charge, "%s: charge %d by %s",
          what, l.charge_mA.value, limit_cause_text(l.charge_mA.cause));
    CHECK(l.discharge_mA.value == discharge_mA && l.discharge_mA.cause == discharge,
          "%s: discharge %d by %s", what, l.discharge_mA.value,
          limit_cause_text(l.discharge_mA.cause));
}

static void the_least_wins(void)
{
    reset();
    expect("owner", 200000, LIMIT_USER, 300000, LIMIT_USER);
    inverters_charge_mA = 150000;
    inverters_discharge_mA = 250000;
    expect("inverters", 150000, LIMIT_INVERTER, 250000, LIMIT_INVERTER);
    view.ccl_mA = 100000;
    view.dcl_mA = 120000;
    expect("BMS", 100000, LIMIT_BMS, 120000, LIMIT_BMS);
    struct bank_limits l = step();
    CHECK(l.charge_mV.value == 55200 && l.charge_mV.cause == LIMIT_BMS, "CVL");
    view.cvl_mV = 57600;
    l = step();
    CHECK(l.charge_mV.value == 56000 && l.charge_mV.cause == LIMIT_CELL, "16 x 3.50 V");
    view.cvl_mV = 0;
    l = step();
    CHECK(l.charge_mV.value == 56000 && l.charge_mV.cause == LIMIT_CELL, "no CVL known");
    inverters_charge_mA = -1;
    CHECK(step().charge_mA.value == 0, "never below zero");
}

static void enable_bits(void)
{
    reset();
    view.charge_ok = false;
    expect("charge forbidden", 0, LIMIT_BMS_ENABLE, 300000, LIMIT_USER);
    view.charge_ok = true;
    view.discharge_ok = false;
    expect("discharge forbidden", 200000, LIMIT_USER, 0, LIMIT_BMS_ENABLE);
}

/* Each alarm bit stops its direction in the very step it is seen. */
static void alarms(void)
{
    enum { CHARGE = 1, DISCHARGE = 2, BOTH = 3 };
    static const int stops[PACK_ALARMS] = {
        [ALARM_GENERAL] = BOTH,
        [ALARM_CELL_HIGH] = CHARGE,
        [ALARM_CELL_LOW] = DISCHARGE,
        [ALARM_TEMP_HIGH] = BOTH,
        [ALARM_TEMP_LOW] = BOTH,
        [ALARM_CHARGE_TEMP_HIGH] = CHARGE,
        [ALARM_CHARGE_TEMP_LOW] = CHARGE,
        [ALARM_DISCHARGE_CURRENT] = DISCHARGE,
        [ALARM_CHARGE_CURRENT] = CHARGE,
        [ALARM_CONTACTOR] = BOTH,
        [ALARM_SHORT] = BOTH,
        [ALARM_INTERNAL] = BOTH,
        [ALARM_IMBALANCE] = CHARGE,
    };
    for (int i = 0; i < PACK_ALARMS; i++) {
        reset();
        step();
        view.alarms = 1u << i;
        struct bank_limits l = step();
        CHECK((l.charge_mA.value == 0) == ((stops[i] & CHARGE) != 0), "%s: charge %d",
              pack_alarm_names[i], l.charge_mA.value);
        CHECK((l.discharge_mA.value == 0) == ((stops[i] & DISCHARGE) != 0), "%s: discharge %d",
              pack_alarm_names[i], l.discharge_mA.value);
        CHECK(l.charge_mA.cause == (stops[i] & CHARGE ? LIMIT_BMS_ALARM : LIMIT_USER) &&
                  l.discharge_mA.cause == (stops[i] & DISCHARGE ? LIMIT_BMS_ALARM : LIMIT_USER),
              "%s: causes", pack_alarm_names[i]);
    }
    reset();
    view.warnings = (1u << PACK_ALARMS) - 1;
    expect("warnings stop nothing", 200000, LIMIT_USER, 300000, LIMIT_USER);
}

static void ages(void)
{
    reset();
    view.ccl_mA = 80000;
    view.dcl_mA = 90000;
    expect("fresh", 80000, LIMIT_BMS, 90000, LIMIT_BMS);
    view.bms_age_ms = 3000;
    view.ccl_mA = 90000;
    view.dcl_mA = 100000;
    expect("3 s may rise", 90000, LIMIT_BMS, 100000, LIMIT_BMS);
    view.bms_age_ms = 3001;
    view.ccl_mA = view.dcl_mA = 150000;
    expect("3.001 s may not rise", 90000, LIMIT_BMS_AGE, 100000, LIMIT_BMS_AGE);
    view.ccl_mA = 50000;
    expect("but fall", 50000, LIMIT_BMS, 100000, LIMIT_BMS_AGE);
    view.ccl_mA = 150000;
    expect("and stays fallen", 50000, LIMIT_BMS_AGE, 100000, LIMIT_BMS_AGE);
    view.bms_age_ms = 10000;
    expect("10 s", 50000, LIMIT_BMS_AGE, 100000, LIMIT_BMS_AGE);
    view.bms_age_ms = 10001;
    expect("10.001 s", 0, LIMIT_BMS_AGE, 100000, LIMIT_BMS_AGE);
    view.bms_age_ms = 60000;
    expect("60 s", 0, LIMIT_BMS_AGE, 100000, LIMIT_BMS_AGE);
    view.bms_age_ms = 60001;
    expect("60.001 s", 0, LIMIT_BMS_AGE, 0, LIMIT_BMS_AGE);
    view.bms_age_ms = INT64_MAX;
    expect("for ever", 0, LIMIT_BMS_AGE, 0, LIMIT_BMS_AGE);
}

static void returns_slowly(void)
{
    reset();
    step();
    view.bms_age_ms = 10001;
    step();
    view.bms_age_ms = 100;
    expect("back", 0, LIMIT_BMS_AGE, 300000, LIMIT_USER);
    now_ms += 29800;
    expect("29.9 s later", 0, LIMIT_BMS_AGE, 300000, LIMIT_USER);
    view.bms_age_ms = 3500;
    step();
    view.bms_age_ms = 100;
    step();
    now_ms += 29800;
    expect("a break starts it anew", 0, LIMIT_BMS_AGE, 300000, LIMIT_USER);
    expect("30 s without a break", 200000, LIMIT_USER, 300000, LIMIT_USER);
    view.bms_age_ms = 5000;
    expect("a short silence", 200000, LIMIT_USER, 300000, LIMIT_USER);
    view.bms_age_ms = 100;
    config.charge_max_mA = 210000;
    expect("needs no waiting", 210000, LIMIT_USER, 300000, LIMIT_USER);

    reset();
    step();
    view.bms_age_ms = 10000;
    step();
    view.bms_age_ms = 100;
    config.charge_max_mA = 210000;
    expect("10 s are not lost", 210000, LIMIT_USER, 300000, LIMIT_USER);
    view.bms_age_ms = 10001;
    step();
    view.bms_age_ms = 100;
    step();
    now_ms += 29900;
    view.bms_age_ms = 3000;
    expect("3 s old is no break", 210000, LIMIT_USER, 300000, LIMIT_USER);

    reset();
    view.bms_age_ms = INT64_MAX;
    expect("start: none heard", 0, LIMIT_BMS_AGE, 0, LIMIT_BMS_AGE);
    view.bms_age_ms = 100;
    expect("the first word counts at once", 200000, LIMIT_USER, 300000, LIMIT_USER);
}

static void cap(void)
{
    static const struct {
        int32_t soc, error;
        bool held;
        const char *what;
    } rows[] = {
        {669, 30, false, "0.1 % under the cap with its bound"},
        {670, 30, true, "soc + error reaches the cap"},
        {660, 30, true, "held within the hysteresis"},
        {650, 30, true, "at cap - hysteresis still"},
        {649, 30, false, "resumes below"},
        {660, 30, false, "and stays on within the hysteresis"},
        {600, 100, true, "a wide bound stops earlier"},
        {690, 5, true, "held: 695 is not below 680"},
    };
    reset();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        soc.soc_permille = rows[i].soc;
        soc.error_permille = rows[i].error;
        struct bank_limits l = step();
        CHECK(l.cap_reached == rows[i].held, "%s", rows[i].what);
        CHECK(l.charge_mA.value == (rows[i].held ? 0 : 200000), "%s: %d", rows[i].what,
              l.charge_mA.value);
        CHECK(!rows[i].held || l.charge_mA.cause == LIMIT_CAP, "%s: cause", rows[i].what);
    }
    reset();
    view.bms_soc_max_permille = 849;
    CHECK(!step().cap_reached, "a BMS 14.9 %% above the cap is in its error");
    view.bms_soc_max_permille = 850;
    CHECK(step().cap_reached, "15 %% is not");
    view.bms_soc_max_permille = 830;
    CHECK(step().cap_reached, "with the same hysteresis");
    view.bms_soc_max_permille = 829;
    CHECK(!step().cap_reached, "released");
    soc.known = false;
    expect("charge unknown", 0, LIMIT_CAP, 0, LIMIT_FLOOR);
}

static void cap_request(void)
{
    reset();
    soc.soc_permille = 800;
    CHECK(step().cap_reached, "above the cap");
    guard.cap_request_permille = 900;
    CHECK(!step().cap_reached, "the owner's one-off cap replaces it");
    soc.soc_permille = 870;
    CHECK(step().cap_reached, "and is kept");
    guard.cap_request_permille = 1000;
    soc.soc_permille = 990;
    view.bms_soc_max_permille = 1000;
    CHECK(!step().cap_reached, "a full charge is ended by the BMS");
    view.bms_soc_max_permille = 500;
    guard.cap_request_permille = 400;
    soc.soc_permille = 500;
    CHECK(step().cap_reached, "a lower one holds too");
    guard.cap_request_permille = 0;
    CHECK(!step().cap_reached, "and is gone with the request");
}

static void temperature(void)
{
    static const struct {
        int32_t dC, permille;
    } rows[] = {
        {-100, 0},  {-1, 0},    {0, 0},      {10, 125},   {20, 250},   {35, 375},
        {50, 500},  {75, 750},  {100, 1000}, {250, 1000}, {400, 1000}, {425, 750},
        {450, 500}, {500, 250}, {525, 125},  {549, 5},    {550, 0},    {700, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(charge_curve_permille(rows[i].dC) == rows[i].permille, "%d dC: %d", rows[i].dC,
              charge_curve_permille(rows[i].dC));
        reset();
        view.temp_min_dC = rows[i].dC < 250 ? rows[i].dC : 250;
        view.temp_max_dC = rows[i].dC > 250 ? rows[i].dC : 250;
        struct bank_limits l = step();
        CHECK(l.charge_mA.value == 200 * rows[i].permille, "%d dC: %d mA", rows[i].dC,
              l.charge_mA.value);
        CHECK(l.charge_mA.cause == (rows[i].permille < 1000 ? LIMIT_TEMP : LIMIT_USER), "%d dC",
              rows[i].dC);
        CHECK(l.discharge_mA.value == 300000, "the curve is for charging");
    }
    reset();
    view.temp_known = false;
    expect("unknown temperature", 0, LIMIT_TEMP, 300000, LIMIT_USER);
}

static void cells(void)
{
    static const struct {
        int32_t max_mV, min_mV;
        bool charge, discharge;
        const char *what;
    } rows[] = {
        {3499, 2801, true, true, "inside"},
        {3500, 2801, false, true, "at the ceiling"},
        {3481, 2801, false, true, "19 mV back is not enough"},
        {3480, 2801, true, true, "20 mV is"},
        {3499, 2801, true, true, "free up to the ceiling again"},
        {3499, 2800, true, false, "at the floor"},
        {3499, 2819, true, false, "19 mV back"},
        {3499, 2820, true, true, "20 mV back"},
        {3600, 2820, false, true, "100 mV above"},
        {3300, 2820, false, true, "latched"},
        {3300, 2700, false, false, "100 mV below"},
        {3300, 3300, false, false, "latched too"},
    };
    reset();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        view.cell_max_mV = rows[i].max_mV;
        view.cell_min_mV = rows[i].min_mV;
        expect(rows[i].what, rows[i].charge ? 200000 : 0, rows[i].charge ? LIMIT_USER : LIMIT_CELL,
               rows[i].discharge ? 300000 : 0, rows[i].discharge ? LIMIT_USER : LIMIT_CELL);
    }
    bank_guard_reset(&guard);
    expect("a person has looked", 200000, LIMIT_USER, 300000, LIMIT_USER);

    config.chemistry = CHEMISTRY_NMC;
    view.cell_max_mV = 4099;
    expect("NMC 4.10 V", 200000, LIMIT_USER, 300000, LIMIT_USER);
    view.cell_max_mV = 4100;
    view.cell_min_mV = 3000;
    expect("NMC ends", 0, LIMIT_CELL, 0, LIMIT_CELL);
    reset();
    config.chemistry = CHEMISTRY_NCA;
    config.cell_ceiling_mV = 4000;
    config.cell_floor_mV = 3200;
    view.cell_max_mV = 4000;
    view.cell_min_mV = 3200;
    expect("owner's own ends", 0, LIMIT_CELL, 0, LIMIT_CELL);
    reset();
    view.cells_known = false;
    view.voltage_mV = 16 * 3500;
    expect("mean cell where none is told", 0, LIMIT_CELL, 300000, LIMIT_USER);
    view.voltage_mV = 0;
    expect("held while the voltage is unknown", 0, LIMIT_CELL, 300000, LIMIT_USER);
    view.voltage_mV = 16 * 3300;
    expect("released by a voltage", 200000, LIMIT_USER, 300000, LIMIT_USER);
}

static void floor_of_the_bank(void)
{
    reset();
    soc.soc_permille = 201;
    CHECK(!step().low, "above the floor");
    soc.soc_permille = 200;
    CHECK(step().low, "at the floor");
    expect("charging goes on", 200000, LIMIT_USER, 0, LIMIT_FLOOR);
    soc.soc_permille = 230;
    CHECK(step().low, "3 %% hysteresis");
    soc.soc_permille = 231;
    CHECK(!step().low, "above it");
    view.bms_soc_min_permille = 50;
    CHECK(step().low, "a BMS 15 %% below the floor");
    view.bms_soc_min_permille = 0;
    CHECK(step().low, "an empty one too");
    view.bms_soc_min_permille = 81;
    CHECK(!step().low, "hysteresis there too");
    view.bms_soc_min_permille = -1;
    CHECK(!step().low, "no BMS charge is no low charge");
    view.force_charge = true;
    CHECK(step().low, "the BMS calls for charge");
}

static void one_cause_each(void)
{
    reset();
    view.bms_age_ms = 20000;
    view.alarms = 1u << ALARM_GENERAL;
    view.charge_ok = false;
    view.cell_max_mV = 3550;
    view.temp_min_dC = -10;
    soc.soc_permille = 900;
    CHECK(step().charge_mA.cause == LIMIT_BMS_AGE, "age before all");
    view.bms_age_ms = 0;
    CHECK(step().charge_mA.cause == LIMIT_BMS_ALARM, "then the alarm");
    view.alarms = 0;
    CHECK(step().charge_mA.cause == LIMIT_BMS_ENABLE, "then the enable bit");
    view.charge_ok = true;
    CHECK(step().charge_mA.cause == LIMIT_CELL, "then the cell");
    view.cell_max_mV = 3300;
    CHECK(step().charge_mA.cause == LIMIT_TEMP, "then the temperature");
    view.temp_min_dC = 200;
    CHECK(step().charge_mA.cause == LIMIT_CAP, "then the cap");
}

int main(void)
{
    the_least_wins();
    enable_bits();
    alarms();
    ages();
    returns_slowly();
    cap();
    cap_request();
    temperature();
    cells();
    floor_of_the_bank();
    one_cause_each();
    return check_done("limits");
}
