/* The network of currents in small, by hand: closed form, what is unknown, ties, what is saved. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bms/currents.h"
#include "test/check.h"

enum { BATTERY, ONE, TWO, SECOND_MS = 1000 };

static struct currents_config config;
static struct currents currents;
static int64_t now_ms;

static void sensor(uint8_t wire, int32_t offset_mA, int32_t gain_permille)
{
    struct currents_sensor *s = &config.sensor[config.sensors];
    *s = (struct currents_sensor){.wire = wire,
                                  .offset_mA = offset_mA,
                                  .gain_permille = gain_permille,
                                  .resolution_mA = 1,
                                  .age_ms = 2000};
    snprintf(s->name, sizeof s->name, "s%u", config.sensors++);
}

/* One node: two sources in, the battery out. */
static void one_node(void)
{
    config = (struct currents_config){.nodes = 1,
                                      .wires = 3,
                                      .node[0].name = "bus",
                                      .wire = {{"battery", 0, CURRENTS_OUTSIDE},
                                               {"one", CURRENTS_OUTSIDE, 0},
                                               {"two", CURRENTS_OUTSIDE, 0}}};
    now_ms = 1000;
}

/* Seconds of these readings, one a sensor; INT32_MAX: it is silent. */
static void hear(int seconds, const int32_t reads_mA[])
{
    for (int i = 0; i < seconds; i++) {
        now_ms += SECOND_MS;
        for (size_t k = 0; k < config.sensors; k++)
            if (reads_mA[k] != INT32_MAX)
                currents_hear(&currents, k, reads_mA[k], now_ms);
        currents_step(&currents, now_ms);
    }
}

static bool near(double value, double expected, double within)
{
    return fabs(value - expected) <= within;
}

static void closed_form(void)
{
    one_node();
    sensor(BATTERY, 100, 0);
    sensor(ONE, 200, 0);
    sensor(TWO, 300, 0);
    currents_init(&currents, &config);
    hear(1, (int32_t[]){30700, 10000, 20000});
    double others = 200.0 * 200 + 300.0 * 300, own = 100.0 * 100;
    const struct currents_flow *flow = currents.flow;
    CHECK(near(flow[BATTERY].sigma_mA, sqrt(1 / (1 / own + 1 / others)), 2),
          "soc.md's variance: %d", flow[BATTERY].sigma_mA);
    CHECK(near(flow[BATTERY].mA, 30700 - 700 * own / (own + others), 2), "%d", flow[BATTERY].mA);
    CHECK(near(flow[ONE].mA + flow[TWO].mA, flow[BATTERY].mA, 2), "the sum closes");
    CHECK(near(flow[TWO].mA, 20000 + 700 * 90000 / (own + others), 2), "%d", flow[TWO].mA);
    CHECK(flow[ONE].sensors == 7, "all three tell of each");
    CHECK(!flow[ONE].mean_known, "no window has passed");
}

static void what_is_unknown(void)
{
    one_node();
    sensor(BATTERY, 100, 0);
    sensor(ONE, 100, 0);
    currents_init(&currents, &config);
    hear(11, (int32_t[]){30000, 12000});
    CHECK(currents.flow[TWO].known && near(currents.flow[TWO].mA, 18000, 1), "solved for");
    CHECK(near(currents.flow[TWO].sigma_mA, 142, 2), "of two: %d", currents.flow[TWO].sigma_mA);
    CHECK(currents.flow[TWO].mean_known && near(currents.flow[TWO].mean_mA, 18000, 1), "as a mean");
    hear(3, (int32_t[]){30000, INT32_MAX});
    CHECK(!currents.flow[ONE].known && !currents.flow[TWO].known, "one equation, two unknown");
    CHECK(currents.flow[BATTERY].known && currents.flow[BATTERY].mA == 30000, "the last one left");
    CHECK(currents.flow[ONE].mA == 0 && currents.flow[ONE].sensors == 0,
          "and nothing of the others");
    currents_zero(&currents, ONE, true);
    hear(1, (int32_t[]){30000, INT32_MAX});
    CHECK(currents.flow[TWO].known && currents.flow[TWO].mA == 30000, "a dead wire is known");
    CHECK(currents.flow[ONE].known && currents.flow[ONE].mA == 0, "to be 0");
    CHECK(currents.flow[ONE].sigma_mA == 0, "exactly");
    currents_hear(&currents, 0, 99000, now_ms);
    CHECK(currents.sensor[0].mA == 30000, "the same moment twice is no reading");
    hear(3, (int32_t[]){INT32_MAX, INT32_MAX});
    CHECK(!currents.flow[BATTERY].known, "nothing beyond its age");
}

/* Two unmeasured wires around a loop carry any current; what flows in and out is known. */
static void a_loop(void)
{
    one_node();
    config.nodes = 2;
    config.wires = 4;
    config.wire[ONE] = (struct currents_wire){"one", 0, 1};
    config.wire[TWO] = (struct currents_wire){"two", 0, 1};
    config.wire[3] = (struct currents_wire){"out", 1, CURRENTS_OUTSIDE};
    config.wire[BATTERY] = (struct currents_wire){"battery", CURRENTS_OUTSIDE, 0};
    sensor(BATTERY, 100, 0);
    currents_init(&currents, &config);
    hear(1, (int32_t[]){5000});
    CHECK(currents.flow[3].known && currents.flow[3].mA == 5000, "through both nodes");
    CHECK(!currents.flow[ONE].known && !currents.flow[TWO].known, "not how it parts");
    sensor(ONE, 100, 0);
    currents_init(&currents, &config);
    hear(1, (int32_t[]){5000, 2000});
    CHECK(currents.flow[TWO].known && currents.flow[TWO].mA == 3000, "now it is");
}

static void wrong_configs(void)
{
    one_node();
    sensor(BATTERY, 100, 0);
    CHECK(!currents_config_problem(&config), "a good one");
    struct currents_config good = config;
    config.wire[ONE].to = 1;
    CHECK(currents_config_problem(&config), "no such node");
    config = good;
    config.wire[ONE].to = CURRENTS_OUTSIDE;
    CHECK(currents_config_problem(&config), "from nowhere to nowhere");
    config = good;
    config.sensor[0].wire = 3;
    CHECK(currents_config_problem(&config), "no such wire");
    config = good;
    config.sensor[0].offset_mA = 0;
    CHECK(currents_config_problem(&config), "nobody is without offset");
    config = good;
    config.sensors = CURRENTS_SENSORS + 1;
    CHECK(currents_config_problem(&config), "too many");
}

/* --- learning --- */

static void offset_when_dead(void)
{
    one_node();
    sensor(BATTERY, 50, 5);
    sensor(ONE, 50, 5);
    currents_init(&currents, &config);
    currents_zero(&currents, ONE, true);
    hear(71, (int32_t[]){10000, 73});
    CHECK(near(currents.term[CURRENTS_TERMS], 73, 2), "in a minute: %.1f",
          currents.term[CURRENTS_TERMS]);
    currents_zero(&currents, ONE, false);
    hear(1, (int32_t[]){10000, 5073});
    CHECK(near(currents.flow[ONE].mA, 5000, 2), "taken off: %d", currents.flow[ONE].mA);
}

/* A reading in steps of 1 A that stands still says 1000 mA for anything from 500 to 1500, however often. */
static void no_better_than_its_steps(void)
{
    one_node();
    sensor(BATTERY, 2000, 0);
    config.sensor[0].resolution_mA = 1000;
    currents_init(&currents, &config);
    currents_zero(&currents, BATTERY, true);
    hear(8 * 3600, (int32_t[]){1000});
    CHECK(near(currents.term[0], 1000, 100), "%.0f", currents.term[0]);
    CHECK(sqrt(currents.cov[0][0]) > 200, "known within 1 A / sqrt 12: %.0f",
          sqrt(currents.cov[0][0]));
}

static void drift_with_temperature(void)
{
    one_node();
    sensor(BATTERY, 50, 0);
    config.sensor[0].drift_uA_K = 2000;
    config.sensor[0].resolution_mA = 0;
    currents_init(&currents, &config);
    currents_zero(&currents, BATTERY, true);
    for (int i = 0; i < 640; i++) {
        int32_t temp_dC = 50 + 10 * (i % 80 < 40 ? i % 80 : 80 - i % 80);
        currents_temperature(&currents, 0, temp_dC);
        hear(60, (int32_t[]){20 + (temp_dC - 250) / 10 * 3});
    }
    CHECK(near(currents.term[CURRENTS_DRIFT_TERM], 3, 0.4), "3 mA/K: %.2f",
          currents.term[CURRENTS_DRIFT_TERM]);
    CHECK(near(currents.term[CURRENTS_OFFSET_TERM], 20, 8), "at 25 C: %.1f",
          currents.term[CURRENTS_OFFSET_TERM]);
}

/* Three on one wire: the odd one is known, but it is within its specification. */
static void changed_within(void)
{
    one_node();
    for (int i = 0; i < 3; i++)
        sensor(BATTERY, 500, 0);
    currents_init(&currents, &config);
    hear(3600, (int32_t[]){10000, 10000, 10000});
    hear(1200, (int32_t[]){10000, 10000, 11000});
    CHECK(currents.sensor[2].drops == 0, "2 sigma off is no fault");
    CHECK(near(currents.sensor[2].residual_mA, 0, 100), "learned: %.0f",
          currents.sensor[2].residual_mA);
    hear(1200, (int32_t[]){10000, 10000, 15000});
    CHECK(currents.sensor[2].fault == CURRENTS_OFFSET, "10 sigma is");
    CHECK(near(currents.sensor[2].fault_mA, 5000, 400), "%.0f", currents.sensor[2].fault_mA);
    CHECK(near(currents.flow[BATTERY].mA, 10000, 400), "the others go on");
}

/* Never a step that anybody would notice. */
static void strays_slowly(void)
{
    one_node();
    for (int i = 0; i < 3; i++)
        sensor(BATTERY, 50, 0);
    currents_init(&currents, &config);
    hear(3600, (int32_t[]){10000, 10000, 10000});
    int32_t off_mA = 0;
    while (off_mA < 500 && !currents.sensor[2].fault)
        hear(100, (int32_t[]){10000, 10000, 10000 + ++off_mA});
    CHECK(currents.sensor[2].fault == CURRENTS_OFFSET, "out of its specification");
    CHECK(off_mA > 200 && off_mA < 400, "some 5 sigma beyond the others: %d", off_mA);
    CHECK(!currents.sensor[0].drops && !currents.sensor[1].drops, "the others stand still");
}

static void saved(void)
{
    struct currents_learned learned, wrong;
    changed_within();
    currents_export(&currents, &learned);
    double offset = currents.term[0], sigma = sqrt(currents.cov[0][0]);
    currents_init(&currents, &config);
    CHECK(currents_import(&currents, &learned, 0) == 3, "all three are known");
    CHECK(near(currents.term[0], offset, 1e-9) && near(sqrt(currents.cov[0][0]), sigma, 1e-9),
          "as it was");
    CHECK(currents.sensor[2].fault == CURRENTS_OFFSET, "and who was dropped");
    currents_init(&currents, &config);
    currents_import(&currents, &learned, (int64_t)60 * 86400000);
    CHECK(near(currents.term[0], 0, 1e-9) && near(currents.cov[0][0], 250000, 2000), "too old");
    wrong = learned;
    wrong.version++;
    CHECK(currents_import(&currents, &wrong, 0) == 0, "another version");
    wrong = learned;
    wrong.sensors = CURRENTS_SENSORS + 1;
    CHECK(currents_import(&currents, &wrong, 0) == 0, "too many");
    CHECK(currents_import(&currents, &learned, -1) == 0, "from the future");
    wrong = learned;
    wrong.sensor[0].term[0] = NAN;
    wrong.sensor[1].term[0] = 2501;
    wrong.sensor[2].fault = CURRENTS_FAULTS;
    currents_init(&currents, &config);
    CHECK(currents_import(&currents, &wrong, 0) == 0, "not a number, not of this sensor, no fault");
    CHECK(currents.term[0] == 0 && currents.cov[0][0] == 250000, "all as new");
    wrong = learned;
    strcpy(wrong.sensor[0].name, "other");
    strcpy(wrong.sensor[1].wire, "other");
    CHECK(currents_import(&currents, &wrong, 0) == 1, "another name, on another wire");
}

/* --- judging --- */

/* Two on one wire and nothing else: nobody can say who. */
static void two_that_disagree(void)
{
    one_node();
    sensor(BATTERY, 50, 0);
    sensor(BATTERY, 50, 0);
    currents_init(&currents, &config);
    hear(600, (int32_t[]){10000, 12000});
    CHECK(!currents.sensor[0].fault && !currents.sensor[1].fault, "neither is named");
    CHECK(near(currents.flow[BATTERY].mA, 11000, 10), "the middle: %d", currents.flow[BATTERY].mA);
    CHECK(currents.flow[BATTERY].doubt_mA > 1900, "doubted: %d", currents.flow[BATTERY].doubt_mA);
    CHECK(currents.flow[BATTERY].sigma_mA > 500, "and far from sure: %d",
          currents.flow[BATTERY].sigma_mA);
}

/* A sum with one sensor a wire: the sum is not believed, each wire keeps its own. */
static void a_current_is_missing(void)
{
    one_node();
    sensor(BATTERY, 50, 5);
    sensor(ONE, 500, 10);
    sensor(TWO, 500, 10);
    currents_init(&currents, &config);
    hear(600, (int32_t[]){30000, 10000, 20000});
    CHECK(!currents.node[0].open && currents.flow[BATTERY].doubt_mA == 0, "it adds up");
    hear(30, (int32_t[]){50000, 10000, 20000});
    CHECK(currents.flow[BATTERY].mA > 30000 && currents.flow[BATTERY].mA < 50000,
          "no wire carries what none of its sensors says: %d", currents.flow[BATTERY].mA);
    CHECK(currents.flow[BATTERY].sigma_mA > 5000, "and it is far from sure");
    hear(70, (int32_t[]){50000, 10000, 20000});
    CHECK(currents.node[0].open && currents.node[0].doubted, "20 A come from nowhere");
    CHECK(near(currents.flow[BATTERY].mA, 50000, 60), "the battery's own: %d",
          currents.flow[BATTERY].mA);
    CHECK(near(currents.flow[BATTERY].doubt_mA, 20000, 100), "told as doubt: %d",
          currents.flow[BATTERY].doubt_mA);
    for (size_t k = 0; k < 3; k++)
        CHECK(!currents.sensor[k].fault, "nobody is named");
    hear(CURRENTS_AGREE_MS / 1000 + 30, (int32_t[]){30000, 10000, 20000});
    CHECK(!currents.node[0].open && !currents.node[0].doubted, "it adds up again");
}

static void unproven_node(void)
{
    one_node();
    config.node[0].unproven = true;
    sensor(BATTERY, 50, 5);
    sensor(ONE, 500, 10);
    sensor(TWO, 500, 10);
    currents_init(&currents, &config);
    hear(3600, (int32_t[]){0, 0, 0});
    CHECK(currents.node[0].open, "no current proves nothing");
    hear(3600, (int32_t[]){50000, 10000, 20000});
    CHECK(currents.node[0].open && currents.flow[BATTERY].doubt_mA == 0, "a load nobody listed");
    struct currents_learned learned;
    currents_export(&currents, &learned);
    hear(CURRENTS_AGREE_MS / 1000 + 30, (int32_t[]){30000, 10000, 20000});
    CHECK(!currents.node[0].open && currents.flow[BATTERY].sensors == 7, "proven");
    currents_import(&currents, &learned, 0);
    CHECK(currents.node[0].open && !currents.node[0].doubted, "as it was saved");
    config.node[0].unproven = false;
    currents_import(&currents, &learned, 0);
    CHECK(!currents.node[0].open, "its wires have been listed since");
    learned.node[0].doubted = true;
    currents_import(&currents, &learned, 0);
    CHECK(currents.node[0].open && currents.node[0].doubted, "but doubted is doubted");
    learned.node[0].open = learned.node[0].doubted = false;
    config.node[0].unproven = true;
    currents_import(&currents, &learned, 0);
    CHECK(!currents.node[0].open, "proven stays proven");
}

/* A gain shows under current alone: agreeing at 0 for a night earns nothing. */
static void back_where_it_failed(void)
{
    one_node();
    for (int i = 0; i < 3; i++)
        sensor(BATTERY, 50, 5);
    currents_init(&currents, &config);
    hear(120, (int32_t[]){20000, 20000, 40000});
    CHECK(currents.sensor[2].fault, "twice what the others say");
    hear(120, (int32_t[]){5000, 5000, 10000});
    CHECK(currents.sensor[2].fault == CURRENTS_GAIN, "at any current: %s",
          currents_fault_text(currents.sensor[2].fault));
    hear(8 * 3600, (int32_t[]){0, 0, 0});
    CHECK(currents.sensor[2].fault, "a night does not clear it");
    hear(30, (int32_t[]){20000, 20000, 20000});
    CHECK(!currents.sensor[2].fault && currents.sensor[2].drops == 1, "the first current does");
}

/* A sensor that froze while nothing moved is seen when something does. */
static void frozen(void)
{
    one_node();
    for (int i = 0; i < 3; i++)
        sensor(BATTERY, 50, 5);
    currents_init(&currents, &config);
    hear(300, (int32_t[]){1000, 1000, 1000});
    for (int i = 0; i < 20; i++)
        hear(10, (int32_t[]){20000 + i * 100, 20000 + i * 100, 1000});
    CHECK(currents.sensor[2].fault == CURRENTS_FROZEN, "%s",
          currents_fault_text(currents.sensor[2].fault));
    hear(CURRENTS_AGREE_MS / 1000 * 2, (int32_t[]){1000, 1000, 1000});
    CHECK(currents.sensor[2].fault, "agreeing where it stands proves nothing");
}

static void a_pause(void)
{
    one_node();
    sensor(BATTERY, 50, 5);
    currents_init(&currents, &config);
    hear(25, (int32_t[]){1000});
    uint32_t windows = currents.windows;
    int64_t window_ms = currents.window_ms;
    CHECK(windows == 2 && currents.sensor[0].whole, "two windows");
    now_ms += 3600000;
    hear(1, (int32_t[]){5000});
    CHECK(!currents.sensor[0].whole && currents.flow[BATTERY].mA == 5000, "an hour is no window");
    hear(11, (int32_t[]){5000});
    CHECK(currents.sensor[0].whole && currents.window_ms > window_ms, "the next one is");
    CHECK(currents.flow[BATTERY].mean_mA == 5000, "without the pause");
    for (int i = 0; i < 30; i++)
        hear(1, (int32_t[]){i % 5 == 4 ? 5000 : INT32_MAX});
    CHECK(!currents.sensor[0].whole, "holes beyond its age make no mean");
}

int main(void)
{
    closed_form();
    what_is_unknown();
    a_loop();
    wrong_configs();
    offset_when_dead();
    no_better_than_its_steps();
    drift_with_temperature();
    changed_within();
    strays_slowly();
    saved();
    two_that_disagree();
    a_current_is_missing();
    unproven_node();
    back_where_it_failed();
    frozen();
    a_pause();
    return check_done("currents_edges");
}
