/* The policy, output by output: what is seen in one row, what it must order. */
#include <string.h>

#include "app/policy.h"
#include "devices/nodes.h"
#include "inverter/unit.h"
#include "test/check.h"

static struct bank_view bank;
static struct soc_estimate soc;
static struct bank_limits limits;
static struct bank_config bank_config;
static struct policy policy;
static struct policy_output out;

/* UC001 in short: inv0 carries the house on L1, inv1 feeds the wallbox on L1; one string each way. */
static struct policy_input plant(int64_t now_ms)
{
    struct policy_input input = {.now_ms = now_ms,
                                 .bank = &bank,
                                 .soc = &soc,
                                 .limits = &limits,
                                 .bank_config = &bank_config,
                                 .inverters = 2,
                                 .points = 1,
                                 .grid_present = true};
    bank = (struct bank_view){.known = true, .voltage_mV = 52000};
    bank_config.capacity_mAh = 600000;
    limits.charge_mA = (struct limit){200000, LIMIT_USER};
    limits.discharge_mA = (struct limit){300000, LIMIT_USER};
    limits.low = false;
    for (int i = 0; i < 2; i++)
        input.inverter[i] = (struct policy_inverter_view){.fresh = true,
                                                          .phase = 1,
                                                          .rated_W = 8000,
                                                          .charge_limit_A = 120,
                                                          .charge_max_A = 60,
                                                          .charge_list_A = {10, 20, 60, 100, 120},
                                                          .charge_list_count = 5,
                                                          .charger_off_supported = true,
                                                          .mode = MODE_BATTERY};
    input.inverter[0].strings = 1;
    input.inverter[0].strings_W = 3000;
    input.inverter[1].feeds_charge_point = true;
    input.inverter[1].mode = MODE_LINE;
    input.point[0] = (struct policy_point_view){.fresh = true,
                                                .car_state = CAR_B,
                                                .inverter = 1,
                                                .phase = 1,
                                                .min_dA = 60,
                                                .max_dA = 347,
                                                .voltage_V = 230};
    return input;
}

static void decide(const struct policy_input *input)
{
    policy_step(&policy, input, &out);
}

static void surplus_waits(void)
{
    policy_init(&policy);
    struct policy_input input = plant(1000);
    input.inverter[0].battery_W = 1500;
    decide(&input);
    CHECK(out.charge_point[0].limit.value == 0, "not at once");
    CHECK(out.charge_point[0].limit.cause == LIMIT_SUN, "held by the sun");
    input.now_ms = 60999;
    decide(&input);
    CHECK(out.charge_point[0].limit.value == 0, "not one ms early");
    input.now_ms = 61000;
    decide(&input);
    CHECK(out.charge_point[0].limit.value == 60, "6 A after a minute of enough");

    /* it draws 6 A; 700 W still go into the battery: 2080 W are 9.0 A, in steps of 2 A */
    input.point[0].car_state = CAR_C;
    input.point[0].current_dA = 60;
    input.inverter[0].battery_W = 700;
    input.now_ms = 70999;
    decide(&input);
    CHECK(out.charge_point[0].limit.value == 60, "a step each ten seconds");
    input.now_ms = 71000;
    decide(&input);
    CHECK(out.charge_point[0].limit.value == 80, "2 A up: %d", out.charge_point[0].limit.value);

    /* a cloud: the unit discharges 900 W, so 480 W remain: too little, but patience of 180 s */
    input.inverter[0].battery_W = -900;
    input.now_ms = 81000;
    decide(&input);
    CHECK(out.charge_point[0].limit.value == 60, "down to the least at once");
    input.now_ms = 81000 + 179999;
    decide(&input);
    CHECK(out.charge_point[0].limit.value == 60, "still on");
    input.now_ms = 81000 + 180000;
    decide(&input);
    CHECK(out.charge_point[0].limit.value == 0, "off after three minutes of too little");
}

static void a_held_back_sun_is_asked(void)
{
    policy_init(&policy);
    struct policy_input input = plant(1000);
    limits.charge_mA = (struct limit){0, LIMIT_CAP};
    decide(&input);
    input.now_ms = 61000;
    decide(&input);
    CHECK(out.charge_point[0].limit.value == 60, "at the cap the sun is there though unused");
    CHECK(out.inverter[0].charger_off == 1, "charger off at the cap");
    CHECK(out.inverter[0].charge_max_A == -1, "its charge maximum is left alone");
}

static const struct {
    int strings_W, other_W, discharge_mA;
    bool low, grid;
    int limit_dA;
    enum limit_cause cause;
    const char *sentence;
} session_rows[] = {
    {6000, 0, 300000, false, true, 347, LIMIT_BREAKER, "sun and battery give all it takes"},
    {0, 0, 300000, false, true, 347, LIMIT_BREAKER, "no sun: the battery"},
    {0, 0, 100000, false, true, 210, LIMIT_BMS, "100 A at 52 V, 93 %: 4836 W"},
    {0, -1200, 100000, false, true, 161, LIMIT_BMS, "the house draws 1200 W of it"},
    {3000, 0, 0, true, false, 121, LIMIT_BMS, "battery low, no grid: what the sun gives"},
    {3000, 0, 0, true, true, 330, LIMIT_INVERTER,
     "battery low: the grid, through the house's unit"},
    {1000, 0, 0, true, false, 0, LIMIT_BMS, "less than 6 A is nothing"},
};

static void a_session_takes_sun_battery_grid(void)
{
    for (size_t i = 0; i < sizeof session_rows / sizeof session_rows[0]; i++) {
        policy_init(&policy);
        struct policy_input input = plant(1000);
        input.point[0].session = true;
        input.grid_present = session_rows[i].grid;
        input.phase_load_W[1] = 400;
        input.inverter[1].mode =
            session_rows[i].low && session_rows[i].grid ? MODE_LINE : MODE_BATTERY;
        input.inverter[1].strings = 2;
        input.inverter[1].strings_W = session_rows[i].strings_W;
        input.inverter[0].battery_W = session_rows[i].other_W;
        limits.discharge_mA = (struct limit){session_rows[i].discharge_mA, LIMIT_BMS};
        limits.low = session_rows[i].low;
        decide(&input);
        CHECK(out.charge_point[0].limit.value == session_rows[i].limit_dA, "%s: %d",
              session_rows[i].sentence, out.charge_point[0].limit.value);
        CHECK(out.charge_point[0].limit.cause == session_rows[i].cause, "%s: %s",
              session_rows[i].sentence, limit_cause_text(out.charge_point[0].limit.cause));
        CHECK(out.bundle[0], "%s: bundles", session_rows[i].sentence);
        CHECK(out.inverter[1].output_priority ==
                  (session_rows[i].low && session_rows[i].grid ? OUTPUT_UTILITY : OUTPUT_SBU),
              "%s: priority %d", session_rows[i].sentence, out.inverter[1].output_priority);
    }
}

static const struct {
    bool fresh;
    int car_state, cable_dA;
    int limit_dA;
    enum limit_cause cause;
    const char *sentence;
} ceiling_rows[] = {
    {true, CAR_C, 0, 347, LIMIT_BREAKER, "the installation"},
    {true, CAR_C, 200, 200, LIMIT_CAR, "a 20 A cable"},
    {true, CAR_A, 0, 0, LIMIT_CAR, "no car"},
    {true, CAR_F, 0, 0, LIMIT_CAR, "a fault"},
    {false, -1, 0, 0, LIMIT_NODE, "a silent node"},
};

/* The push comes while the car charges from the bypass: invariant 18. */
static void the_source_changes_without_the_car(void)
{
    policy_init(&policy);
    struct policy_input input = plant(1000);
    input.point[0].car_state = CAR_C;
    input.point[0].current_dA = 100;
    input.point[0].contactor = true;
    decide(&input);
    CHECK(out.inverter[1].output_priority == OUTPUT_UTILITY, "in bypass");
    input.point[0].session = true;
    input.now_ms = 2000;
    decide(&input);
    CHECK(out.charge_point[0].limit.value == 0 && out.charge_point[0].limit.cause == LIMIT_SOURCE,
          "the car is wound down first");
    CHECK(out.inverter[1].output_priority == OUTPUT_UTILITY, "its source stays");
    CHECK(out.bundle[0], "the strings need not wait");
    input.point[0].current_dA = 0;
    input.point[0].contactor = false;
    input.now_ms = 3000;
    decide(&input);
    input.now_ms = 6000;
    decide(&input);
    CHECK(out.inverter[1].output_priority == OUTPUT_SBU, "then it changes");
    input.inverter[1].mode = MODE_BATTERY;
    input.now_ms = 7000;
    decide(&input);
    input.now_ms = 66999;
    decide(&input);
    CHECK(out.charge_point[0].limit.value == 0, "a minute of lockout");
    input.now_ms = 67000;
    decide(&input);
    CHECK(out.charge_point[0].limit.value == 347, "then 8 kW");
}

static void what_holds_always(void)
{
    for (size_t i = 0; i < sizeof ceiling_rows / sizeof ceiling_rows[0]; i++) {
        policy_init(&policy);
        struct policy_input input = plant(1000);
        input.point[0].session = true;
        input.inverter[1].mode = MODE_BATTERY;
        input.point[0].fresh = ceiling_rows[i].fresh;
        input.point[0].car_state = ceiling_rows[i].car_state;
        input.point[0].cable_dA = ceiling_rows[i].cable_dA;
        decide(&input);
        CHECK(out.charge_point[0].limit.value == ceiling_rows[i].limit_dA &&
                  out.charge_point[0].limit.cause == ceiling_rows[i].cause,
              "%s: %d, %s", ceiling_rows[i].sentence, out.charge_point[0].limit.value,
              limit_cause_text(out.charge_point[0].limit.cause));
    }
}

static void charge_is_shared_by_strings(void)
{
    policy_init(&policy);
    struct policy_input input = plant(1000);
    input.point[0].session = true;
    input.inverter[1].strings = 2;
    limits.charge_mA = (struct limit){90000, LIMIT_TEMP};
    decide(&input);
    CHECK(out.inverter[0].charge_max_A == 20, "a third of 90 A, from the list: %d",
          out.inverter[0].charge_max_A);
    CHECK(out.inverter[1].charge_max_A == 60, "two thirds: %d", out.inverter[1].charge_max_A);
    CHECK(out.inverter[0].charger_off == 0, "charger on");
    input.inverter[0].fresh = false;
    decide(&input);
    CHECK(out.inverter[0].charge_max_A == -1 && out.inverter[0].output_priority == -1,
          "a silent unit is left alone");
}

/* No unit goes below 10 A: what the bank may take goes to as many as it feeds. */
static void a_limit_below_the_least_settings(void)
{
    static const struct {
        int32_t limit_mA, strings[2], charge_A[2]; /* 0 = its charger is off */
        int32_t pv_W;                              /* of the first */
        const char *sentence;
    } rows[] = {
        {40000, {1, 1}, {20, 20}, 3000, "enough for both"},
        {20000, {1, 1}, {10, 10}, 3000, "just enough for both"},
        {19000, {1, 1}, {10, 0}, 3000, "for the first alone"},
        {10000, {1, 1}, {10, 0}, 3000, "just for the first"},
        {9900, {1, 1}, {0, 0}, 3000, "for none"},
        {22000,
         {1, 2},
         {10, 10},
         3000,
         "the first takes more than its third, the second what is left"},
        {15000, {0, 2}, {-1, 10}, 50, "one without strings is left as it is"},
        {15000, {0, 2}, {10, 0}, 51, "one that delivers has a string, though nobody knows which"},
        {9000, {0, 0}, {0, -1}, 51, "and is off where the limit is below its least"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        policy_init(&policy);
        struct policy_input input = plant(1000);
        limits.charge_mA = (struct limit){rows[i].limit_mA, LIMIT_BMS};
        for (int u = 0; u < 2; u++)
            input.inverter[u].strings = (uint8_t)rows[i].strings[u];
        input.inverter[0].pv_W = rows[i].pv_W;
        decide(&input);
        for (int u = 0; u < 2; u++) {
            int32_t wanted = rows[i].charge_A[u];
            CHECK(out.inverter[u].charger_off == (wanted == 0), "%s: charger %d off %d",
                  rows[i].sentence, u, out.inverter[u].charger_off);
            CHECK(out.inverter[u].charge_max_A == (wanted == 0 ? -1 : wanted), "%s: unit %d %d A",
                  rows[i].sentence, u, out.inverter[u].charge_max_A);
        }
    }
}

static void isolation_is_the_last_means(void)
{
    policy_init(&policy);
    struct policy_input input = plant(1000);
    limits.charge_mA = (struct limit){0, LIMIT_CAP};
    bank.current_mA = 6001;
    decide(&input);
    CHECK(!out.isolate, "not at once");
    input.now_ms = 60999;
    decide(&input);
    CHECK(!out.isolate, "not one ms early");
    input.now_ms = 61000;
    decide(&input);
    CHECK(out.isolate, "charged against the limit for a minute: strings off");
    bank.current_mA = -1000;
    input.now_ms = 62000;
    decide(&input);
    CHECK(out.isolate, "stays until charging is allowed again");
    limits.charge_mA = (struct limit){10000, LIMIT_CAP};
    decide(&input);
    CHECK(!out.isolate, "and then ends");
}

static void sentences_name_limit_and_amount(void)
{
    char text[192];
    policy_init(&policy);
    struct policy_input input = plant(1000);
    input.point[0].session = input.point[0].bundled = true;
    input.inverter[1].mode = MODE_BATTERY;
    input.point[0].current_dA = 340;
    decide(&input);
    policy_point_sentence(text, sizeof text, "wallbox", &input, &out, 0);
    CHECK(strcmp(text, "wallbox: up to 34.7 A (7981 W), held by the breaker; draws 7820 W from the "
                       "battery, strings bundled") == 0,
          "%s", text);
    policy_inverter_sentence(text, sizeof text, "inv0", &input, &out, 0);
    CHECK(strcmp(text,
                 "inv0: charges up to 120 A, its part of the 200.0 A held by the owner's limit; "
                 "sun first, then battery") == 0,
          "%s", text);
}

int main(void)
{
    surplus_waits();
    a_held_back_sun_is_asked();
    a_session_takes_sun_battery_grid();
    the_source_changes_without_the_car();
    what_holds_always();
    charge_is_shared_by_strings();
    a_limit_below_the_least_settings();
    isolation_is_the_last_means();
    sentences_name_limit_and_amount();
    return check_done("policy");
}
