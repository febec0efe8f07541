/* The bank of inverters: what phases and neutral carry, overload time, disagreements with their
 * hold-off, faults that begin and end, and the premature float, each as a table or a short story. */
#include "inverter/bank.h"

#include <stdlib.h>
#include <string.h>

#include "inverter/unit.h"
#include "test/check.h"

static struct inverter_bank bank;
static struct inverter_bank_config config;
static struct inverter_bank_view view;
static int64_t now_ms;

/* One letter a unit: its group; one digit: its phase. "a1 a2 a3 b1" */
static void plant(const char *layout)
{
    memset(&config, 0, sizeof config);
    memset(&view, 0, sizeof view);
    bool phases[MAX_INVERTERS][PHASES] = {{false}};
    for (const char *at = layout; *at; at += at[2] ? 3 : 2) {
        struct inverter_bank_member *member = &config.unit[config.units];
        member->group = (uint8_t)(at[0] - 'a');
        member->phase = (uint8_t)(at[1] - '0');
        member->rated_W = 8000;
        snprintf(member->name, sizeof member->name, "inv%d", config.units + 1);
        snprintf(config.group[member->group].name, NAME_SIZE, "%c", at[0]);
        config.group[member->group].units++;
        phases[member->group][member->phase - 1] = true;
        if (member->group >= config.groups)
            config.groups = (uint8_t)(member->group + 1);
        config.units++;
    }
    for (size_t g = 0; g < config.groups; g++) {
        int count = phases[g][0] + phases[g][1] + phases[g][2];
        config.group[g].wiring = count == 3                  ? WIRING_THREE_PHASE
                                 : count == 2                ? WIRING_SPLIT
                                 : config.group[g].units > 1 ? WIRING_PARALLEL
                                                             : WIRING_SINGLE;
    }
    inverter_bank_init(&bank, &config);
    now_ms = 1000000;
}

/* What a healthy unit says, set as the config has it. */
static void healthy(size_t i)
{
    static const int32_t modes[][4] = {[WIRING_SINGLE] = {0, 0, 0, 0},
                                       [WIRING_PARALLEL] = {1, 1, 1, 1},
                                       [WIRING_THREE_PHASE] = {0, 2, 3, 4},
                                       [WIRING_SPLIT] = {0, 5, 7, 0}};
    struct inverter_bank_unit *u = &view.unit[i];
    *u = (struct inverter_bank_unit){
        .heard = true,
        .load_ms = now_ms,
        .mode = MODE_BATTERY,
        .output_W = 1000,
        .output_VA = 1000,
        .output_dV = 2300,
        .grid_dV = 2310,
        .grid_dHz = 500,
        .battery_cV = 5200,
        .pv_dV = 3000,
        .output_mode = modes[config.group[config.unit[i].group].wiring][config.unit[i].phase],
        .parallel_max = 9,
        .machine_type = 1,
        .rated_W = 8000,
        .rated_VA = 8000,
        .bulk_dV = 560,
        .float_dV = 540,
        .fault_code = 0,
        .warnings_known = true,
    };
    snprintf(u->serial, sizeof u->serial, "9293230%d", (int)i);
    snprintf(u->firmware, sizeof u->firmware, "00046.05");
}

static void all_healthy(void)
{
    for (size_t i = 0; i < config.units; i++)
        healthy(i);
}

static void pass(int64_t ms)
{
    for (int64_t end_ms = now_ms + ms; now_ms < end_ms;) {
        now_ms += 1000;
        for (size_t i = 0; i < config.units; i++)
            if (view.unit[i].heard)
                view.unit[i].load_ms = now_ms;
        inverter_bank_step(&bank, &config, &view, now_ms);
    }
}

static int doubts(void)
{
    int count = 0;
    for (int c = 0; c < INVERTER_CHECKS; c++)
        for (size_t i = 0; i < config.units; i++)
            count += bank.doubt[c][i].stands;
    return count;
}

static const char *says(enum inverter_check check, size_t unit)
{
    static char text[INVERTER_SENTENCE];
    int length = inverter_doubt_sentence(text, sizeof text, &bank, &config, &view, check, unit);
    CHECK(length < (int)sizeof text, "%s fits", inverter_check_name(check));
    return length > 0 ? text : "";
}

/* --- currents --- */

/* Amperes of three phases and what the neutral carries, by hand. */
static void neutral_test(void)
{
    static const struct {
        enum inverter_wiring wiring;
        int32_t active[3], rest[3], low, high;
        const char *says;
    } rows[] = {
        {WIRING_THREE_PHASE, {10000, 10000, 10000}, {0}, 0, 0, "balanced: nothing"},
        {WIRING_THREE_PHASE, {10000, 0, 0}, {0}, 10000, 10000, "one phase: all of it"},
        {WIRING_THREE_PHASE, {10000, 10000, 0}, {0}, 10000, 10000, "two equal: as much as one"},
        {WIRING_THREE_PHASE, {30000, 20000, 10000}, {0}, 17320, 17320, "10 root 3"},
        {WIRING_THREE_PHASE, {10000, 10000, 10000}, {1000, 2000, 0}, 0, 3000, "rest widens"},
        {WIRING_THREE_PHASE, {10000, 0, 0}, {1000, 0, 0}, 9000, 11000, "on both sides"},
        {WIRING_SPLIT, {30000, 20000, 0}, {0}, 10000, 10000, "split phase: the difference"},
        {WIRING_SPLIT, {20000, 30000, 0}, {0}, 10000, 10000, "whichever is larger"},
        {WIRING_PARALLEL, {30000, 0, 0}, {0}, 30000, 30000, "one phase: all of it"},
        {WIRING_SINGLE,
         {0, 30000, 0},
         {0, 40000, 0},
         30000,
         50000,
         "a unit alone, at right angles"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct phase_current phase[PHASES];
        for (int p = 0; p < PHASES; p++)
            phase[p] = (struct phase_current){rows[i].active[p], rows[i].rest[p]};
        struct neutral_current n = neutral_current(rows[i].wiring, phase);
        CHECK(n.low_mA == rows[i].low && n.high_mA == rows[i].high, "%s: %d to %d", rows[i].says,
              n.low_mA, n.high_mA);
    }
    struct phase_current c = phase_current(2300, 2300, 2300);
    CHECK(c.active_mA == 10000 && c.rest_mA == 0, "2300 W at 230 V: %d", c.active_mA);
    c = phase_current(3000, 5000, 2000);
    CHECK(c.active_mA == 15000 && c.rest_mA == 20000, "3-4-5: %d %d", c.active_mA, c.rest_mA);
    c = phase_current(5000, 3000, 2000);
    CHECK(c.rest_mA == 0, "more W than VA is rounding");
    c = phase_current(100, 100, 0);
    CHECK(c.active_mA == 0, "no voltage, no current");
}

/* Any three real phasors: the truth lies within the bound. */
static void neutral_random_test(void)
{
    srand(1);
    for (int n = 0; n < 20000; n++) {
        struct phase_current phase[PHASES];
        double re = 0, im = 0;
        static const double cosine[] = {1, -0.5, -0.5},
                            sine[] = {0, -0.8660254037844386, 0.8660254037844386};
        for (int p = 0; p < PHASES; p++) {
            phase[p] = (struct phase_current){rand() % 50000, rand() % 3 ? 0 : rand() % 20000};
            double sign = rand() % 2 ? 1 : -1, a = phase[p].active_mA, r = sign * phase[p].rest_mA;
            re += a * cosine[p] - r * sine[p];
            im += a * sine[p] + r * cosine[p];
        }
        struct neutral_current bound = neutral_current(WIRING_THREE_PHASE, phase);
        double square = re * re + im * im, low = bound.low_mA - 2.0, high = bound.high_mA + 2.0;
        CHECK((low < 0 || square >= low * low) && square <= high * high, "%d to %d", bound.low_mA,
              bound.high_mA);
    }
}

/* --- overload --- */

static void overload_test(void)
{
    const struct overload_curve *mks = overload_of_model("MKS2-8000");
    CHECK(overload_limit_ms(mks, 1099) == OVERLOAD_NEVER, "below 110 %% no end");
    CHECK(overload_limit_ms(mks, 1100) == 10000, "10 s at 110 %%");
    CHECK(overload_limit_ms(mks, 1499) == 10000, "10 s below 150 %%");
    CHECK(overload_limit_ms(mks, 1500) == 5000, "5 s from 150 %% on");
    CHECK(overload_limit_ms(overload_of_model("MKS5-6500"), 2000) == 100, "100 ms at 200 %%");
    const struct overload_curve *strict = overload_of_model("");
    for (int32_t load = 0; load < 2500; load += 10)
        CHECK(overload_limit_ms(strict, load) <= overload_limit_ms(mks, load) &&
                  overload_limit_ms(strict, load) <=
                      overload_limit_ms(overload_of_model("KS"), load),
              "an unknown model has the strictest curve at %d", load);
    int32_t used = 0;
    for (int s = 0; s < 6; s++)
        used = overload_used_ppm(mks, used, 1200, 1000);
    CHECK(overload_left_ms(mks, used, 1200) == 4000, "6 of 10 s gone: %d", used);
    CHECK(overload_left_ms(mks, used, 1600) == 2000, "at 160 %% 40 %% of 5 s are left");
    CHECK(overload_left_ms(mks, used, 1000) == OVERLOAD_NEVER, "at 100 %% there is no end");
    used = overload_used_ppm(mks, used, 500, 30000);
    CHECK(used == 100000, "half a minute gives half of it back: %d", used);
    CHECK(overload_used_ppm(mks, used, 1600, 100000) == 1000000, "it ends at all of it");
    CHECK(overload_used_ppm(mks, 100, 0, INT64_MAX / 4) == 0, "a long rest is whole");
}

static void unit_overload_test(void)
{
    plant("a1");
    all_healthy();
    view.unit[0].output_W = 8000;
    view.unit[0].output_VA = 9600;
    config.unit[0].overload = (struct overload_curve){2, {{110, 10000}, {150, 5000}}};
    pass(1000);
    CHECK(bank.unit[0].load_permille == 1200, "volt-amperes count: %d", bank.unit[0].load_permille);
    CHECK(bank.unit[0].left_ms == 10000, "all of it: %d", bank.unit[0].left_ms);
    pass(4000);
    CHECK(bank.unit[0].left_ms == 6000, "4 s later: %d", bank.unit[0].left_ms);
    CHECK(bank.group[0].phase[0].left_ms == 6000, "its phase says so");
    now_ms += 30000;
    pass(1000);
    CHECK(bank.unit[0].left_ms == 6000, "half a minute nobody looked at is not counted: %d",
          bank.unit[0].left_ms);
    view.unit[0].heard = false;
    pass(60000);
    CHECK(bank.unit[0].left_ms == OVERLOAD_NEVER, "silent: not known");
    view.unit[0].heard = true;
    pass(1000);
    CHECK(bank.unit[0].left_ms == 6000, "a gap is neither load nor rest: %d", bank.unit[0].left_ms);
    view.unit[0].output_W = view.unit[0].output_VA = 1000;
    pass(61000);
    CHECK(bank.unit[0].used_ppm == 0, "rested: %d", bank.unit[0].used_ppm);
}

/* --- phases --- */

static void phases_test(void)
{
    plant("a1 a1 a2 a3");
    all_healthy();
    view.unit[0].output_W = view.unit[0].output_VA = 6000;
    view.unit[1].output_W = view.unit[1].output_VA = 2000;
    pass(1000);
    const struct inverter_phase *l1 = &bank.group[0].phase[0];
    CHECK(l1->units == 2 && l1->W == 8000 && l1->rated_W == 16000, "two on L1: %d W", l1->W);
    CHECK(l1->headroom_W == 4000, "the fuller one sets the pace: %d", l1->headroom_W);
    CHECK(l1->current_mA == 34782, "8000 VA at 230 V: %d", l1->current_mA);
    const struct neutral_current *n = &bank.group[0].neutral;
    CHECK(bank.group[0].neutral_known && n->low_mA == 30435 && n->high_mA == 30435,
          "34.8 less 4.3 A: %d to %d", n->low_mA, n->high_mA);
    view.unit[3].heard = false;
    pass(1000);
    CHECK(!bank.group[0].neutral_known, "one silent: the neutral is not known");
    CHECK(bank.group[0].phase[2].current_mA == INVERTER_UNKNOWN, "nor is its phase");
    view.unit[1].mode = MODE_FAULT;
    view.unit[1].output_dV = view.unit[1].output_W = view.unit[1].output_VA = 0;
    pass(1000);
    CHECK(l1->running == 1 && l1->rated_W == 8000 && l1->headroom_W == 2000, "one left: %d W",
          l1->headroom_W);

    plant("a1 a2 a3 b1");
    all_healthy();
    pass(1000);
    CHECK(bank.group[0].neutral.high_mA <= 1, "balanced: %d", bank.group[0].neutral.high_mA);
    CHECK(bank.group[1].neutral.high_mA == 4347, "a unit alone has it all");
    CHECK(bank.group[1].phase[0].units == 1 && bank.group[1].phase[1].units == 0, "its own phase");
}

/* --- disagreements --- */

struct dispute {
    const char *layout;
    enum inverter_check check;
    size_t unit; /* who is named */
    void (*spoil)(void);
    int32_t hold_s;
    const char *says[2]; /* both values */
};

static void wrong_phase(void)
{
    view.unit[1].output_mode = 2;
}
static void alone_in_config(void)
{
    view.unit[0].output_mode = 1;
}
static void too_many(void)
{
    view.unit[2].parallel_max = 2;
}
static void other_type(void)
{
    view.unit[1].machine_type = 10;
}
static void other_firmware(void)
{
    strcpy(view.unit[2].firmware, "00052.30");
}
static void less_rated(void)
{
    view.unit[0].rated_W = 5000;
}
static void other_bulk(void)
{
    view.unit[3].bulk_dV = 576;
}
static void low_battery(void)
{
    view.unit[3].battery_cV = 5020;
}
static void other_mode(void)
{
    view.unit[2].mode = MODE_LINE;
}
static void no_grid(void)
{
    view.unit[0].grid_dV = 0;
}
static void other_hertz(void)
{
    view.unit[1].grid_dHz = 519;
}
static void twice(void)
{
    strcpy(view.unit[1].serial, view.unit[0].serial);
}
static void swapped(void)
{
    strcpy(config.unit[0].serial, "92932301");
    strcpy(config.unit[1].serial, "92932300");
}
static void peer(const char *serial, int32_t W)
{
    view.peer[view.peers] = (struct inverter_bank_peer){.told_by = 0, .output_W = W};
    strcpy(view.peer[view.peers++].serial, serial);
}
static void cross_apart(void)
{
    peer("92932301", 2200);
}
static void unknown_peer(void)
{
    peer("77777777", 100);
}

static const struct dispute disputes[] = {
    {"a1 a2 a3",
     INVERTER_OUTPUT_MODE,
     1,
     wrong_phase,
     10,
     {"phase 1 of 3", "L2 of the three-phase"}},
    {"a1 b2", INVERTER_OUTPUT_MODE, 0, alone_in_config, 10, {"parallel", "alone"}},
    {"a1 a1 a1", INVERTER_PARALLEL_MAX, 2, too_many, 10, {" 2 units", "has 3"}},
    {"a1 a1", INVERTER_MACHINE_TYPE, 1, other_type, 10, {"hybrid", "off grid"}},
    {"a1 a1 a1", INVERTER_FIRMWARE, 2, other_firmware, 10, {"00052.30", "00046.05"}},
    {"a1", INVERTER_RATED, 0, less_rated, 10, {"5000 W", "8000 W"}},
    {"a1 b2 c3 d1", INVERTER_CHARGE_VOLTAGE, 3, other_bulk, 180, {"57.6 V", "56.0 V"}},
    {"a1 b2 c3 d1", INVERTER_BATTERY, 3, low_battery, 60, {"50.20 V", "52.00 V"}},
    {"a1 a2 a3", INVERTER_MODE, 2, other_mode, 60, {"line", "battery"}},
    {"a1 a2 a3", INVERTER_GRID, 0, no_grid, 30, {"0.0 V", "231.0 V"}},
    {"a1 a1 a1", INVERTER_GRID, 1, other_hertz, 30, {"51.9 Hz", "50.0 Hz"}},
    {"a1 b2", INVERTER_PORT, 1, twice, 5, {"92932300", "inv1's port"}},
    {"a1 b2", INVERTER_PORT, 0, swapped, 5, {"92932300", "92932301; that one belongs to inv2"}},
    {"a1 a1", INVERTER_CROSS, 1, cross_apart, 60, {"1000 W", "2200 W"}},
    {"a1 a1", INVERTER_PEER, 0, unknown_peer, 30, {"77777777", "no port"}},
};

static void dispute_test(const struct dispute *d)
{
    const char *name = inverter_check_name(d->check);
    plant(d->layout);
    all_healthy();
    pass(300000);
    CHECK(doubts() == 0, "%s: a healthy bank agrees", name);
    d->spoil();
    pass(d->hold_s * 1000);
    CHECK(!bank.doubt[d->check][d->unit].stands, "%s: held off for %d s", name, d->hold_s);
    pass(1000);
    CHECK(bank.doubt[d->check][d->unit].stands, "%s: then it counts", name);
    const char *text = says(d->check, d->unit);
    for (int k = 0; k < 2; k++)
        CHECK(strstr(text, d->says[k]), "%s: \"%s\" has \"%s\"", name, text, d->says[k]);
    CHECK(strstr(text, config.unit[d->unit].name) == text, "%s: names the unit: %s", name, text);
    int standing = doubts();
    CHECK(standing == 1 || d->check == INVERTER_PORT, "%s: one thing is told once, not %d times",
          name, standing);
    all_healthy();
    memset(config.unit[0].serial, 0, INVERTER_TEXT);
    memset(config.unit[1].serial, 0, INVERTER_TEXT);
    view.peers = 0;
    pass(70000);
    CHECK(doubts() == 0, "%s: and ends", name);
    CHECK(!*says(d->check, d->unit), "%s: with nothing to say", name);
}

/* A change of mode reaches three units within seconds, several times an hour: nothing is told. */
static void mode_change_test(void)
{
    plant("a1 a2 a3");
    all_healthy();
    for (int n = 0; n < 20; n++)
        for (size_t i = 0; i < 3; i++) {
            view.unit[i].mode = n % 2 ? MODE_LINE : MODE_BATTERY;
            pass(15000);
            CHECK(doubts() == 0, "a change of mode does not flash");
        }
}

static void silence_test(void)
{
    plant("a1 a2 a3");
    all_healthy();
    view.unit[2].mode = MODE_LINE;
    pass(70000);
    CHECK(doubts() == 1, "apart");
    view.unit[2].heard = false;
    pass(50000);
    CHECK(doubts() == 1, "silence does not end it at once");
    pass(20000);
    CHECK(doubts() == 0, "after a minute nothing is claimed of a silent unit");
    view.unit[2].stranger = view.unit[2].heard = true;
    pass(100000);
    CHECK(doubts() == 0, "a stranger is not compared");
}

static void modes_test(void)
{
    for (int32_t mode = -1; mode < 10; mode++) {
        int fits = 0;
        for (uint8_t phase = 1; phase <= 3; phase++)
            fits += inverter_output_mode_fits(WIRING_THREE_PHASE, phase, mode);
        CHECK(fits == (mode >= 2 && mode <= 4), "three phases: %d", mode);
        CHECK(inverter_output_mode_fits(WIRING_SINGLE, 2, mode) == (mode == 0), "single: %d", mode);
        CHECK(inverter_output_mode_fits(WIRING_PARALLEL, 1, mode) == (mode == 1), "parallel");
        CHECK(inverter_output_mode_fits(WIRING_SPLIT, 1, mode) == (mode == 5), "split L1");
        CHECK(inverter_output_mode_fits(WIRING_SPLIT, 2, mode) == (mode == 6 || mode == 7),
              "split L2");
    }
}

/* --- faults --- */

static void faults_test(void)
{
    plant("a1");
    all_healthy();
    pass(1000);
    CHECK(bank.unit[0].fault_code == 0 && bank.unit[0].warnings[0] == 0, "well");
    view.unit[0].warnings[0] = 1u << 16;
    view.unit[0].warnings[1] = 1u << 3;
    pass(1000);
    CHECK(bank.unit[0].warnings[0] == 1u << 16 && bank.unit[0].warnings[1] == 1u << 3, "begins");
    view.unit[0].warnings[0] = view.unit[0].warnings[1] = 0;
    pass(59000);
    CHECK(bank.unit[0].warnings[0] == 1u << 16, "away for less than a minute is not away");
    pass(1000);
    CHECK(bank.unit[0].warnings[0] == 0 && bank.unit[0].warnings[1] == 0, "ends");
    view.unit[0].mode = MODE_FAULT;
    view.unit[0].fault_code = 7;
    pass(1000);
    CHECK(bank.unit[0].fault_code == 7, "overload");
    view.unit[0].fault_code = INVERTER_UNKNOWN;
    pass(1000);
    CHECK(bank.unit[0].fault_code == 7, "still in fault mode: it stands");
    view.unit[0].mode = MODE_BATTERY;
    pass(1000);
    CHECK(bank.unit[0].fault_code == 0, "out of fault mode: over");
    view.unit[0].stranger = true;
    view.unit[0].fault_code = 8;
    pass(1000);
    CHECK(bank.unit[0].fault_code == 0, "a stranger's fault is not this unit's");
}

/* --- premature float --- */

static void morning(int32_t best_cV)
{
    plant("a1");
    all_healthy();
    struct inverter_bank_unit *u = &view.unit[0];
    u->charge_wanted = true;
    u->stage = STAGE_NONE;
    u->pv_dV = 0;
    u->battery_cV = 5300;
    pass(3600000);
    u->pv_dV = 3000;
    u->stage = STAGE_BULK;
    pass(60000);
    u->battery_cV = best_cV;
    pass(2000);
    u->battery_cV = 5390;
    u->stage = STAGE_FLOAT;
}

static void float_test(void)
{
    char text[INVERTER_SENTENCE];
    const struct inverter_float_state *state = &bank.unit[0].charge;
    morning(5400);
    pass(600000);
    CHECK(state->trap == FLOAT_WELL, "not one second early");
    pass(2000);
    CHECK(state->trap == FLOAT_WITHOUT_ABSORB, "(a) float all day: %d", state->trap);
    inverter_float_sentence(text, sizeof text, &bank, &config, &view, 0);
    CHECK(strstr(text, "54.00 of 56.0 V") && strstr(text, "C.V. = float"), "%s", text);
    view.unit[0].stage = STAGE_BULK;
    pass(1000);
    CHECK(state->trap == FLOAT_WELL &&
              !inverter_float_sentence(text, sizeof text, &bank, &config, &view, 0),
          "bulk again: over");
    morning(5555);
    pass(602000);
    CHECK(state->trap == FLOAT_NEAR_TARGET, "(b) minutes ran out below the target");
    inverter_float_sentence(text, sizeof text, &bank, &config, &view, 0);
    CHECK(strstr(text, "55.55 of 56.0 V"), "%s", text);
    morning(5595);
    pass(3600000);
    CHECK(state->trap == FLOAT_WELL, "absorbed: float is right");
    morning(5400);
    view.unit[0].float_dV = 560;
    pass(3600000);
    CHECK(state->trap == FLOAT_WELL, "C.V. = float: no trap");
    morning(5400);
    view.unit[0].charge_wanted = false;
    pass(3600000);
    CHECK(state->trap == FLOAT_WELL, "no charge wanted: nothing lost");
    morning(5400);
    view.unit[0].stage = STAGE_UNKNOWN;
    pass(3600000);
    CHECK(state->trap == FLOAT_WELL, "a unit that does not tell its stage is not accused");
    morning(5595);
    view.unit[0].stage = STAGE_NONE;
    view.unit[0].pv_dV = 0;
    pass(3600000);
    view.unit[0].pv_dV = 3000;
    view.unit[0].stage = STAGE_FLOAT;
    pass(602000);
    CHECK(state->trap == FLOAT_WITHOUT_ABSORB, "yesterday's absorb does not count today");
}

int main(void)
{
    neutral_test();
    neutral_random_test();
    overload_test();
    unit_overload_test();
    phases_test();
    for (size_t i = 0; i < sizeof disputes / sizeof *disputes; i++)
        dispute_test(&disputes[i]);
    mode_change_test();
    silence_test();
    modes_test();
    faults_test();
    float_test();
    return check_done("inverter_bank");
}
