/* The currents of a whole plant, simulated truth against the controller's: UC001 without a word about
 * busbars in its config. */
#include <math.h>
#include <string.h>

#include "sim/state.h"
#include "test/check.h"
#include "test/together.h"

enum { MINUTE_MS = 60000 };

static struct together t;

struct seen {
    int count, inside, doubted;
    double squares;
};

static struct seen watch(int minutes)
{
    struct seen seen = {0};
    for (int second = 0; second < minutes * 60; second++) {
        together_run(&t, 1000);
        const struct bank_view *bank = &t.controller->bank;
        double error = bank->current_mA - sim_truth(t.sim)->battery_A * 1000;
        if (!bank->current_known)
            continue;
        seen.count++;
        seen.inside += fabs(error) <= 2 * bank->current_sigma_mA;
        seen.doubted += bank->doubt_mA > 0;
        seen.squares += error * error;
    }
    return seen;
}

static void told(const char *subject)
{
    const struct journal *journal = &t.controller->journal;
    char line[256] = "";
    for (uint32_t i = journal->next > JOURNAL_RING ? journal->next - JOURNAL_RING : 0;
         i < journal->next; i++) {
        journal_text(&journal->ring[i % JOURNAL_RING], &t.config, line, sizeof line);
        if (strstr(line, subject)) {
            printf("  %s\n", line);
            return;
        }
    }
    CHECK(false, "the journal tells: %s", subject);
}

static void print(const char *what, const struct seen *seen)
{
    printf("%s: %.1f %% within 2 sigma, rms %.0f mA, from %s, doubt in %d of %d s\n", what,
           100.0 * seen->inside / seen->count, sqrt(seen->squares / seen->count),
           t.controller->current_from, seen->doubted, seen->count);
}

static void one_afternoon(void)
{
    struct currents *c = &t.controller->currents;
    CHECK(c->config->sensors == 6 && c->config->nodes == 2, "pack, shunt, four inverters");
    struct seen seen = watch(20);
    print("first 20 min", &seen);
    CHECK(c->node[1].open && !c->node[1].doubted, "the inverters' busbar has to prove itself");
    watch(25);
    CHECK(!c->node[1].open, "its currents have added up for half an hour");
    seen = watch(30);
    print("then 30 min", &seen);
    CHECK(seen.inside >= 0.93 * seen.count, "the truth lies in its 2 sigma");
    CHECK(seen.doubted < seen.count / 100, "and nothing is doubted: %d", seen.doubted);
    CHECK(strcmp(t.controller->current_from, "shunt + packs") == 0 ||
              strcmp(t.controller->current_from, "shunt + packs + inverters") == 0,
          "from %s", t.controller->current_from);
    for (size_t k = 0; k < c->config->sensors; k++)
        CHECK(c->sensor[k].drops == 0, "%s is well", c->config->sensor[k].name);
}

static void shunt_turned(void)
{
    struct currents *c = &t.controller->currents;
    t.sim->config.shunt_gain = -1.002;
    watch(10);
    size_t shunt = 5;
    CHECK(strcmp(c->config->sensor[shunt].name, "shunt") == 0, "the last one");
    CHECK(c->sensor[shunt].fault != CURRENTS_WELL, "dropped: %s",
          currents_fault_text(c->sensor[shunt].fault));
    told("current sensor shunt: used -> dropped");
    struct seen seen = watch(10);
    print("without the shunt", &seen);
    CHECK(seen.inside >= 0.9 * seen.count && seen.count == 600, "known all the same");
    t.sim->config.shunt_gain = 1.002;
    watch(45);
    CHECK(c->sensor[shunt].fault == CURRENTS_WELL, "taken back");
    told("current sensor shunt: dropped -> used");
    for (size_t k = 0; k < shunt; k++)
        CHECK(c->sensor[k].drops == 0, "%s was never in doubt", c->config->sensor[k].name);
}

/* Every inverter has to say that there is no sun, for ten minutes. */
static bool dead_after(int seconds, int32_t pv_dV, int told)
{
    struct controller *c = t.controller;
    for (int s = 0; s < seconds; s++) {
        t.now_ms += 1000;
        for (int u = 0; u < told; u++)
            reading_set(&c->plant.units[u].readings.pv_dV[0], u ? 0 : pv_dV, t.now_ms);
        for (int u = 0; u < told; u++)
            reading_set(&c->plant.units[u].readings.pv_dV[1], 0, t.now_ms);
        currents_look(c, t.now_ms);
    }
    return c->currents.zero[2];
}

static void in_the_dark(void)
{
    int all = t.config.inverter_count;
    t.config.currents.sun[2] = true;
    CHECK(!dead_after(600, 0, all), "not one second early");
    CHECK(dead_after(2, 0, all), "ten minutes");
    CHECK(!t.controller->currents.zero[3], "the others may carry anything");
    CHECK(dead_after(10, 300, all), "30 V are dusk");
    CHECK(!dead_after(1, 301, all), "more is day");
    CHECK(!dead_after(600, 0, all) && dead_after(2, 0, all), "from the start again");
    CHECK(!dead_after(17, 0, all - 1), "one that is silent may stand in the sun");
}

int main(void)
{
    if (together_start(&t) < 0)
        return 1;
    t.plant.battery_soc =
        0.4; /* the sun fills it to the cap before the shunt is turned: what fails can come again */
    if (together_begin(&t) < 0)
        return 1;
    one_afternoon();
    shunt_turned();
    in_the_dark();
    together_end(&t);
    return check_done("currents_plant");
}
