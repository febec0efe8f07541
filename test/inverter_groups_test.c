/* Simulated inverters that work together, in every layout, and what the bank finds wrong with them. */
#include <math.h>
#include <string.h>

#include "app/status_inverters.h"
#include "sim/quirks.h"
#include "sim/state.h"
#include "test/check.h"
#include "test/together.h"

static struct together t;
static struct status_inverters filled;

enum { UNITS = 4, QUARTER_MS = 900000 };

struct layout {
    const char *says;
    int phase[UNITS], group[UNITS], mode[UNITS];
};
static const struct layout three_and_one = {
    "3 on three phases and one alone", {1, 2, 3, 1}, {1, 1, 1, 0}, {2, 3, 4, 0}};
static const struct layout layouts[] = {
    {"1+1+1+1 separate", {1, 2, 3, 1}, {0, 0, 0, 0}, {0, 0, 0, 0}},
    {"four in parallel", {1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 1, 1}},
    {"2+1+1", {1, 1, 2, 3}, {1, 1, 1, 1}, {2, 2, 3, 4}},
    {"3 on three phases and one alone", {1, 2, 3, 1}, {1, 1, 1, 0}, {2, 3, 4, 0}},
};

static const Busbar__InverterBank *told(void)
{
    return status_inverters(&filled, t.controller, t.now_ms);
}

static const char *news(const char *part)
{
    const Busbar__InverterBank *bank = told();
    for (size_t i = 0; i < bank->n_news; i++)
        if (strstr(bank->news[i], part))
            return bank->news[i];
    return NULL;
}

static const char *any(void)
{
    const Busbar__InverterBank *bank = told();
    return bank->n_news ? bank->news[0] : "nothing";
}

/* The config as a person would have written it for this layout. */
static void configure(const struct layout *layout)
{
    struct inverter_bank_config *bank = &t.config.inverter_bank;
    uint8_t joined = INVERTER_NONE;
    bank->groups = 0;
    memset(bank->group, 0, sizeof bank->group);
    for (int u = 0; u < UNITS; u++) {
        bool new = !layout->group[u] || joined == INVERTER_NONE;
        uint8_t g = new ? bank->groups++ : joined;
        if (layout->group[u])
            joined = g;
        bank->unit[u].group = g;
        bank->unit[u].phase = (uint8_t)layout->phase[u];
        memcpy(bank->group[g].name, bank->unit[u].name, NAME_SIZE);
        bank->group[g].units++;
        bank->group[g].wiring = !layout->group[u]      ? WIRING_SINGLE
                                : layout->mode[u] >= 2 ? WIRING_THREE_PHASE
                                                       : WIRING_PARALLEL;
    }
}

static void begin(const struct layout *layout)
{
    sim_uc001(&t.plant);
    t.plant.wallbox_inverter = 3;
    for (int u = 0; u < UNITS; u++) {
        t.plant.inverter[u].phase = layout->phase[u];
        t.plant.inverter[u].group = layout->group[u];
        t.plant.inverter[u].output_mode = layout->mode[u];
    }
    t.plant.house_W[1] = 900;
    configure(layout);
    t.config.wallbox_count = t.config.button_count = layout->group[3] ? 0 : 1;
    t.now_ms = t.next_tick_ms = TOGETHER_START_MS;
}

static void quirk(int u, enum sim_quirk quirk, double from_s, double amount)
{
    struct sim_inverter_config *config = &t.plant.inverter[u];
    config->quirk[config->quirks++] =
        (struct sim_quirk_row){.quirk = quirk, .rate = 1, .from_s = from_s, .amount = amount};
}

static bool recorded(const char *part)
{
    char line[256];
    const struct journal_record *record;
    bool found = false;
    while ((record = journal_take(&t.controller->journal))) {
        journal_text(record, &t.config, line, sizeof line);
        found |= strstr(line, part) != NULL;
    }
    return found;
}

/* The truth of the neutral, from the simulated loads: pure watts at 230 V. */
static void neutral_check(const struct layout *layout, size_t g, const char *says)
{
    double W[3] = {0}, low, high;
    for (int u = 0; u < UNITS; u++)
        if (t.config.inverter_bank.unit[u].group == g)
            W[layout->phase[u] - 1] += sim_truth(t.sim)->load_W[u];
    double a = W[0] / 230, b = W[1] / 230, c = W[2] / 230;
    double A = sqrt(a * a + b * b + c * c - a * b - b * c - c * a);
    const struct inverter_group_state *state = &t.controller->inverters.bank.group[g];
    low = state->neutral.low_mA / 1000.0, high = state->neutral.high_mA / 1000.0;
    CHECK(state->neutral_known, "%s: the neutral is known", says);
    CHECK(A > low - 1 && A < high + 1, "%s: %.1f A within %.1f to %.1f", says, A, low, high);
}

/* A quarter of an hour with nothing wrong: nothing is told, and phases hold what the truth is. */
static void healthy(const struct layout *layout)
{
    begin(layout);
    CHECK(together_begin(&t) == 0, "%s begins", layout->says);
    for (int u = 0; u < UNITS && layout->group[3]; u++)
        t.sim->unit[u].output_priority = OUTPUT_SBU; /* no wallbox: all work alike */
    for (int n = 0; n < 15; n++) {
        together_run(&t, QUARTER_MS / 15);
        CHECK(!told()->n_news, "%s: %s", layout->says, any());
    }
    for (size_t g = 0; g < t.config.inverter_bank.groups; g++)
        neutral_check(layout, g, layout->says);
    const Busbar__InverterBank *bank = told();
    uint32_t units = 0;
    for (size_t g = 0; g < bank->n_groups; g++)
        for (size_t p = 0; p < bank->groups[g]->n_phases; p++)
            units += bank->groups[g]->phases[p]->running;
    CHECK(units == UNITS, "%s: %u run", layout->says, units);
}

static void wrong(const struct layout *layout, int u, enum sim_quirk what, double amount,
                  const char *expected)
{
    begin(layout);
    quirk(u, what, 120, amount);
    CHECK(together_begin(&t) == 0, "begins");
    together_run(&t, 110000);
    CHECK(!told()->n_news, "%s: before: %s", sim_quirk_name(what), any());
    recorded("");
    together_run(&t, 150000);
    CHECK(news(expected), "%s: told: %s", sim_quirk_name(what), any());
}

static void wrong_from_the_start(void)
{
    struct layout layout = three_and_one;
    begin(&layout);
    layout.mode[1] = 4;
    t.plant.inverter[1].output_mode = 4;
    CHECK(together_begin(&t) == 0, "begins");
    together_run(&t, 120000);
    CHECK(news("inv2: the unit is set to phase 3 of 3, the config has it on L2"), "%s", any());

    begin(&three_and_one);
    t.plant.inverter[2].firmware = "00099.01";
    CHECK(together_begin(&t) == 0, "begins");
    together_run(&t, 120000);
    CHECK(news("inv3: has firmware") && strstr(news("inv3: has firmware"), "00099.01"), "%s",
          any());
    CHECK(news("FAULT 71, firmware differs in the bank"), "and the group's own fault: %s", any());

    begin(&layouts[0]);
    t.plant.inverter[1].serial = t.plant.inverter[0].serial;
    CHECK(together_begin(&t) == 0, "begins");
    together_run(&t, 120000);
    CHECK(news("inv2: unit") && strstr(news("inv2: unit"), "inv1's port too"), "%s", any());
}

/* A morning whose sun begins weakly: float all day, named with its cure; the same without the fault is not. */
static void early_float(bool trapped)
{
    begin(&layouts[0]);
    t.plant.start_h = 4;
    t.plant.cloudiness = 0;
    t.plant.battery_soc = 0.4;
    for (int u = 0; u < UNITS; u++) {
        t.plant.inverter[u].staged = true;
        if (trapped)
            quirk(u, SIM_QUIRK_EARLY_FLOAT, 0, 0);
    }
    CHECK(together_begin(&t) == 0, "begins");
    bool said = false;
    for (int n = 0; n < 33 && !said; n++) {
        together_run(&t, 600000);
        said = news("without having absorbed") != NULL;
    }
    CHECK(said == trapped, "%s: %s", trapped ? "trapped" : "healthy", any());
    if (trapped)
        CHECK(strstr(news("without having absorbed"), "C.V. = float") &&
                  recorded("charging of inv"),
              "with the cure, and in the journal");
}

int main(void)
{
    if (together_start(&t) < 0)
        return 1;
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        healthy(&layouts[i]);
    wrong(&layouts[0], 2, SIM_QUIRK_BATTERY_OFFSET, 1.5, "inv3: sees ");
    wrong(&three_and_one, 1, SIM_QUIRK_BATTERY_OFFSET, 4, "FAULT 83, battery voltage differs");
    wrong(&three_and_one, 1, SIM_QUIRK_FAULT, 8, "FAULT 08, voltage inside too high");
    CHECK(recorded("fault of inv2: no fault -> fault 08"), "the journal has it");
    wrong_from_the_start();
    early_float(true);
    early_float(false);
    together_end(&t);
    return check_done("inverter_groups");
}
