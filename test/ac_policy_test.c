/* The allowance of a wallbox with transfer contacts (invariants 20 and 21): what is seen in one row,
 * what the car may have and what binds it. */
#include "app/policy.h"
#include "devices/nodes.h"
#include "inverter/unit.h"
#include "test/check.h"

enum { NO_UNIT = 0xFF };

static struct bank_view bank = {.known = true, .voltage_mV = 52000};
static struct soc_estimate soc;
static struct bank_limits limits = {.charge_mA = {200000, LIMIT_USER},
                                    .discharge_mA = {300000, LIMIT_USER}};
static struct bank_config bank_config = {.capacity_mAh = 600000};

/* inv0 carries the house on L1, inv1 is the wallbox's own; much sun goes into the battery. */
static struct policy_input plant(void)
{
    struct policy_input input = {.now_ms = 1000,
                                 .bank = &bank,
                                 .soc = &soc,
                                 .limits = &limits,
                                 .bank_config = &bank_config,
                                 .inverters = 2,
                                 .points = 1};
    for (int i = 0; i < 2; i++)
        input.inverter[i] = (struct policy_inverter_view){.fresh = true,
                                                          .phase = 1,
                                                          .rated_W = 8000,
                                                          .charge_limit_A = 120,
                                                          .strings = 1,
                                                          .strings_W = 9000,
                                                          .battery_W = 9000,
                                                          .mode = MODE_BATTERY};
    input.inverter[1].feeds_charge_point = true;
    input.point[0] = (struct policy_point_view){.fresh = true,
                                                .car_state = CAR_C,
                                                .inverter = 1,
                                                .phase = 1,
                                                .min_dA = 60,
                                                .max_dA = 400,
                                                .voltage_V = 230,
                                                .transfers = true,
                                                .ac_state = AC_STEADY,
                                                .source_max_dA = 320};
    return input;
}

static const struct {
    bool session, house;
    unsigned feeding;
    int source_max_dA, unbalance_dA, neutral_dA;
    int load_W[4];
    int limit_dA;
    enum limit_cause cause;
    const char *sentence;
} rows[] = {
    {true, false, 1, 400, 0, 0, {0}, 347, LIMIT_INVERTER, "its own inverter's 8 kW"},
    {true, false, 1, 320, 0, 0, {0}, 320, LIMIT_SOURCE_RATING, "its wiring carries 32 A"},
    {false, true, 0, 400, 0, 0, {0, 3000}, 217, LIMIT_INVERTER, "inv0 carries the house too"},
    {false, true, NO_UNIT, 320, 200, 500, {0}, 200, LIMIT_UNBALANCE, "4.6 kVA at the grid"},
    {false,
     true,
     NO_UNIT,
     320,
     200,
     500,
     {0, 900, 900, 900},
     200,
     LIMIT_UNBALANCE,
     "a load of all three is no unbalance"},
    {false,
     true,
     NO_UNIT,
     320,
     200,
     500,
     {0, 1150, 0, 500},
     150,
     LIMIT_UNBALANCE,
     "L1 is 5 A ahead already"},
    {false,
     true,
     NO_UNIT,
     320,
     200,
     500,
     {0, 0, 2300, 2300},
     200,
     LIMIT_UNBALANCE,
     "a phase that lags behind gives no more"},
    {false, true, NO_UNIT, 320, 200, 160, {0}, 160, LIMIT_NEUTRAL, "a neutral of 16 A"},
    {false,
     true,
     NO_UNIT,
     320,
     200,
     160,
     {0, 2760, 0, 0},
     0,
     LIMIT_NEUTRAL,
     "less than 6 A is nothing"},
    {true,
     false,
     1,
     400,
     0,
     0,
     {0, 5000, 0, 0},
     347,
     LIMIT_INVERTER,
     "the house's load is not its own inverter's"},
};

static void what_binds(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static struct policy policy;
        static struct policy_output out;
        struct policy_input input = plant();
        struct policy_point_view *point = &input.point[0];
        policy_init(&policy);
        point->session = rows[i].session;
        point->on_house = rows[i].house;
        point->on_own = !rows[i].house;
        point->feeding = (uint8_t)rows[i].feeding;
        point->source_max_dA = rows[i].source_max_dA;
        point->unbalance_dA = rows[i].unbalance_dA;
        point->neutral_dA = rows[i].neutral_dA;
        for (int phase = 1; phase <= 3; phase++)
            input.phase_load_W[phase] = rows[i].load_W[phase];
        for (int k = 0; k < 60; k++, input.now_ms += 10000) /* the surplus climbs in small steps */
            policy_step(&policy, &input, &out);
        CHECK(out.charge_point[0].limit.value == rows[i].limit_dA &&
                  out.charge_point[0].limit.cause == rows[i].cause,
              "%s: %d, %s", rows[i].sentence, out.charge_point[0].limit.value,
              limit_cause_text(out.charge_point[0].limit.cause));
        CHECK(out.inverter[1].output_priority == OUTPUT_SBU, "%s: its own inverter stands alone",
              rows[i].sentence);
    }
}

/* Whatever the bus does, only a steady one on the wanted source lets the car charge. */
static void only_when_it_stands(void)
{
    for (enum ac_state state = 0; state < AC_STATES; state++)
        for (int there = 0; there < 2; there++) {
            static struct policy policy;
            static struct policy_output out;
            struct policy_input input = plant();
            policy_init(&policy);
            input.point[0].session = true;
            input.point[0].feeding = 1;
            input.point[0].ac_state = state;
            input.point[0].on_own = there;
            input.point[0].on_house = !there;
            policy_step(&policy, &input, &out);
            CHECK((out.charge_point[0].limit.value > 0) == (state == AC_STEADY && there),
                  "%s, %s: %d dA", ac_state_name(state), there ? "there" : "elsewhere",
                  out.charge_point[0].limit.value);
            CHECK(policy.supply[0].source == SUPPLY_OWN, "a session wants its own inverter");
        }
}

int main(void)
{
    what_binds();
    only_when_it_stands();
    return check_done("ac_policy");
}
