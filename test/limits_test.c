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
    .dcl_mA = 400000, .charge_ok = true, .discharge_ok = true, .packs = 1, .packs_fresh = 1, .packs_in = 1,
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
    CHECK(l.charge_mV.value == 55200 && l.charge_mV.cause == LIMIT_CVL, "CVL");
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
    expect("30 s without a break: a slow rise", 333 + 1, LIMIT_BMS_AGE, 300000, LIMIT_USER);
    now_ms += 29900;
    expect("half of it after 30 s", 334 + 100001, LIMIT_BMS_AGE, 300000, LIMIT_USER);
    view.bms_age_ms = 4000;
    now_ms += 900;
    expect("silent: no rise", 334 + 100001, LIMIT_BMS_AGE, 300000, LIMIT_USER);
    view.bms_age_ms = 100;
    now_ms += 29800;
    expect("risen", 200000, LIMIT_USER, 300000, LIMIT_USER);
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
    expect("3 s old is no break", 105000 + 1, LIMIT_BMS_AGE, 300000, LIMIT_USER);
    now_ms += 29900;
    expect("risen", 210000, LIMIT_USER, 300000, LIMIT_USER);

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
    soc = (struct soc_estimate){
        .known = true, .soc_permille = 680, .error_permille = 40, .margin_permille = 19};
    CHECK(!step().cap_reached, "a margin told apart from the error is what counts");
    soc.margin_permille = 20;
    CHECK(step().cap_reached, "0.1 %% more: reached");
    soc.margin_permille = 0;
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
        int32_t curve = charge_curve_permille(CHEMISTRY_LFP, rows[i].dC);
        CHECK(curve == rows[i].permille, "%d dC: %d", rows[i].dC, curve);
        reset();
        view.temp_min_dC = rows[i].dC < 250 ? rows[i].dC : rows[i].dC - 50;
        view.temp_max_dC = rows[i].dC > 250 ? rows[i].dC : rows[i].dC + 50;
        struct bank_limits l = step();
        CHECK(l.charge_mA.value == 200 * rows[i].permille, "%d dC: %d mA", rows[i].dC,
              l.charge_mA.value);
        CHECK(l.charge_mA.cause == (rows[i].permille < 1000 ? LIMIT_TEMP : LIMIT_USER), "%d dC",
              rows[i].dC);
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
        {3450, 2801, true, true, "inside"},         {3450, 2800, true, false, "at the floor"},
        {3450, 2819, true, false, "19 mV back"},    {3450, 2820, true, true, "20 mV back"},
        {3600, 2820, false, true, "100 mV above"},  {3300, 2820, false, true, "latched"},
        {3300, 2700, false, false, "100 mV below"}, {3300, 3300, false, false, "latched too"},
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
    view.cell_max_mV = 4050;
    expect("NMC 4.05 V", 200000, LIMIT_USER, 300000, LIMIT_USER);
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

/* Over the last 50 mV charging falls to nothing; once at the ceiling, it stays off for 20 mV. */
static void taper(void)
{
    static const struct {
        int32_t max_mV, charge_mA;
    } rows[] = {
        {3450, 200000}, {3451, 196000}, {3475, 100000}, {3499, 4000},   {3500, 0},
        {3481, 0},      {3480, 80000},  {3499, 4000},   {3450, 200000},
    };
    reset();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        view.cell_max_mV = rows[i].max_mV;
        struct bank_limits l = step();
        CHECK(l.charge_mA.value == rows[i].charge_mA, "%d mV: %d mA", rows[i].max_mV,
              l.charge_mA.value);
        CHECK(l.charge_mA.cause == (rows[i].charge_mA < 200000 ? LIMIT_CELL : LIMIT_USER),
              "%d mV: cause", rows[i].max_mV);
        CHECK(l.discharge_mA.value == 300000, "a full cell may be discharged");
    }
    view.cells_known = false;
    view.voltage_mV = 16 * 3475;
    config.cell_ceiling_mV = 3500;
    view.cvl_mV = 57000;
    expect("the mean cell", 100000, LIMIT_CELL, 300000, LIMIT_USER);
}

static void discharge_temperature(void)
{
    static const struct {
        int32_t dC, permille;
    } rows[] = {{-201, 0},   {-200, 0},   {-150, 125}, {-100, 250}, {-1, 497}, {0, 500}, {50, 750},
                {100, 1000}, {450, 1000}, {525, 500},  {599, 7},    {600, 0},  {700, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (enum chemistry c = CHEMISTRY_LFP; c < CHEMISTRIES; c++)
            CHECK(discharge_curve_permille(c, rows[i].dC) == rows[i].permille, "%d dC: %d",
                  rows[i].dC, discharge_curve_permille(c, rows[i].dC));
        reset();
        view.temp_min_dC = view.temp_max_dC = rows[i].dC;
        struct bank_limits l = step();
        CHECK(l.discharge_mA.value == 300 * rows[i].permille, "%d dC: %d mA", rows[i].dC,
              l.discharge_mA.value);
        CHECK(l.discharge_mA.cause == (rows[i].permille < 1000 ? LIMIT_TEMP : LIMIT_USER), "%d dC",
              rows[i].dC);
    }
    static const struct {
        int32_t dC, permille;
    } nickel[] = {{-1, 0},     {0, 0},      {50, 250},  {75, 375}, {100, 500},
                  {150, 1000}, {400, 1000}, {425, 500}, {450, 0}};
    for (size_t i = 0; i < sizeof nickel / sizeof nickel[0]; i++) {
        CHECK(charge_curve_permille(CHEMISTRY_NMC, nickel[i].dC) == nickel[i].permille,
              "NMC %d dC: %d", nickel[i].dC, charge_curve_permille(CHEMISTRY_NMC, nickel[i].dC));
        CHECK(charge_curve_permille(CHEMISTRY_NCA, nickel[i].dC) == nickel[i].permille, "NCA");
    }
}

static void spread(void)
{
    static const struct {
        int32_t dC, permille;
    } rows[] = {{150, 1000}, {151, 990}, {200, 500}, {249, 10}, {250, 0}, {300, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        reset();
        view.temp_min_dC = 100;
        view.temp_max_dC = 100 + rows[i].dC;
        struct bank_limits l = step();
        CHECK(l.charge_mA.value == 200 * rows[i].permille &&
                  l.discharge_mA.value == 300 * rows[i].permille,
              "spread %d dC: %d and %d mA", rows[i].dC, l.charge_mA.value, l.discharge_mA.value);
        CHECK(l.charge_mA.cause == (rows[i].permille < 1000 ? LIMIT_SPREAD : LIMIT_USER),
              "spread %d dC: cause", rows[i].dC);
    }
    reset();
    view.temp_known = false;
    view.temp_min_dC = -300;
    expect("no spread where nothing is known", 0, LIMIT_TEMP, 300000, LIMIT_USER);
}

/* More than 20 % for 30 s stops charging; agreement as long releases it. */
static void contradiction(void)
{
    static const struct {
        int32_t wait_ms, current_mA, doubt_mA;
        bool held;
        const char *what;
    } rows[] = {
        {100, 100000, 20000, false, "20 % is the edge"},
        {60000, 100000, 20000, false, "for ever"},
        {100, 100000, 20001, false, "more"},
        {29900, 100000, 20001, false, "for 29.9 s"},
        {100, 100000, 20001, true, "for 30 s"},
        {100, 100000, 0, true, "agreement"},
        {29900, 100000, 0, true, "for 29.9 s"},
        {100, 100000, 0, false, "for 30 s"},
        {100, -50000, 11000, false, "discharging counts alike"},
        {30000, -50000, 11000, true, "for 30 s"},
    };
    reset();
    step();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        now_ms += rows[i].wait_ms - 100;
        view.current_mA = rows[i].current_mA;
        view.doubt_mA = rows[i].doubt_mA;
        expect(rows[i].what, rows[i].held ? 0 : 200000, rows[i].held ? LIMIT_DOUBT : LIMIT_USER,
               300000, LIMIT_USER);
    }
}

static void above_the_cvl(void)
{
    static const struct {
        int32_t mV;
        bool held;
    } rows[] = {{55200, false}, {55752, false}, {55753, true},
                {55201, true},  {55200, false}, {55700, false}};
    reset();
    config.cell_ceiling_mV = 3600;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        view.voltage_mV = rows[i].mV;
        expect("CVL", rows[i].held ? 0 : 200000, rows[i].held ? LIMIT_CVL : LIMIT_USER, 300000,
               LIMIT_USER);
    }
    view.voltage_mV = 55800;
    step();
    view.cvl_mV = 0;
    expect("held while no CVL is known", 0, LIMIT_CVL, 300000, LIMIT_USER);
    view.cvl_mV = 55200;
    view.voltage_mV = 0;
    expect("and while no voltage is", 0, LIMIT_CVL, 300000, LIMIT_USER);
    reset();
    view.cvl_mV = 0;
    expect("no CVL is no limit", 200000, LIMIT_USER, 300000, LIMIT_USER);
}

static void no_pack(void)
{
    reset();
    view.packs_in = 0;
    expect("no pack is connected", 0, LIMIT_PACKS, 0, LIMIT_PACKS);
}

static const struct limit_row *row_of(const struct limit_table *table, enum limit_cause cause)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->row[i].cause == cause)
            return &table->row[i];
    return NULL;
}

/* Each limit has its row, also those that do not bind, with the age of what it rests on. */
static void the_whole_table(void)
{
    reset();
    view.fact[FACT_CCL] = (struct bank_fact){400, 2};
    view.fact[FACT_TEMP_MIN] = (struct bank_fact){700, 3};
    view.fact[FACT_CVL] = (struct bank_fact){300, 1};
    view.ccl_mA = 148000;
    view.temp_min_dC = 60;
    view.temp_max_dC = 200;
    soc.soc_permille = 800;
    struct bank_limits l = step();
    uint8_t order[LIMIT_ROWS];
    limit_order(&l.charge, order);
    const struct limit_row *r[4];
    for (size_t i = 0; i < 4; i++)
        r[i] = &l.charge.row[order[i]];
    CHECK(r[0]->cause == LIMIT_CAP && r[0]->value == 0, "the cap binds");
    CHECK(r[1]->cause == LIMIT_TEMP && r[1]->value == 120000 && r[1]->age_ms == 700 &&
              r[1]->from == 3,
          "then the cold: %d", r[1]->value);
    CHECK(r[2]->cause == LIMIT_BMS && r[2]->value == 148000 && r[2]->age_ms == 400 &&
              r[2]->from == 2,
          "then the BMS: %d", r[2]->value);
    CHECK(r[3]->cause == LIMIT_USER && r[3]->age_ms == LIMIT_AGELESS && r[3]->from == 0,
          "then the owner");
    CHECK(r[0]->age_ms == 0 && r[0]->from == 0, "the cap is of this tick");
    static const enum limit_cause charge[] = {
        LIMIT_BMS_AGE, LIMIT_PACKS,    LIMIT_BMS_ALARM, LIMIT_BMS_ENABLE, LIMIT_CELL,
        LIMIT_CVL,     LIMIT_TEMP,     LIMIT_SPREAD,    LIMIT_DOUBT,      LIMIT_CAP,
        LIMIT_BMS,     LIMIT_INVERTER, LIMIT_USER};
    for (size_t i = 0; i < sizeof charge / sizeof charge[0]; i++)
        CHECK(row_of(&l.charge, charge[i]), "charge: %s", limit_cause_text(charge[i]));
    static const enum limit_cause discharge[] = {
        LIMIT_BMS_AGE, LIMIT_PACKS, LIMIT_BMS_ALARM, LIMIT_BMS_ENABLE, LIMIT_CELL, LIMIT_TEMP,
        LIMIT_SPREAD,  LIMIT_FLOOR, LIMIT_BMS,       LIMIT_INVERTER,   LIMIT_USER};
    for (size_t i = 0; i < sizeof discharge / sizeof discharge[0]; i++)
        CHECK(row_of(&l.discharge, discharge[i]), "discharge: %s", limit_cause_text(discharge[i]));
    CHECK(row_of(&l.voltage, LIMIT_CVL)->age_ms == 300 && row_of(&l.voltage, LIMIT_CELL),
          "voltage");
    CHECK(l.charge.count == sizeof charge / sizeof charge[0] &&
              l.discharge.count == sizeof discharge / sizeof discharge[0],
          "and none else: %d, %d", l.charge.count, l.discharge.count);
    view.bms_age_ms = 4000;
    l = step();
    CHECK(row_of(&l.charge, LIMIT_BMS_AGE)->age_ms == 4000, "how long the BMS is silent");
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
    taper();
    discharge_temperature();
    spread();
    contradiction();
    above_the_cvl();
    no_pack();
    the_whole_table();
    floor_of_the_bank();
    one_cause_each();
    return check_done("limits");
}
