/* The DC network a config gives: without a word about it, with wires of its own, and what is refused. */
#include <stdlib.h>
#include <string.h>

#include "app/config.h"
#include "test/check.h"

static struct config config;
static char told[4096];

static const char head[] =
    "buses: [{name: b1, port: can1}, {name: b2, port: can2}, {name: b3, port: can3}]\n"
    "battery: {chemistry: lfp, cells: 16, charge_max_A: 100, discharge_max_A: 100, "
    "sensor_offset_mA: 70, sensor_gain_percent: 0.4}\n"
    "packs:\n"
    "  - {name: p1, bus: b1, dialect: pylontech-lv, capacity_Ah: 100}\n"
    "  - {name: p2, bus: b2, dialect: pylontech-lv, capacity_Ah: 100, offset_mA: 200, "
    "gain_percent: 2}\n";
#define INVERTER(name, more)                                                                       \
    "  - {name: " name ", port: \"tty:/tmp/" name "\", phase: L1, rated_W: 5000, rated_A: 22, "    \
    "charge_max_A: 80" more "}\n"

static int load(const char *rest)
{
    char text[4096];
    int size = snprintf(text, sizeof text, "%s%s", head, rest);
    config_free(&config);
    memset(told, 0, sizeof told);
    FILE *errors = fmemopen(told, sizeof told - 1, "w");
    int mistakes = config_load_text(&config, "sim/x.yaml", text, (size_t)size, "dbc", errors);
    fclose(errors);
    return mistakes;
}

static const struct currents_wire *wire(const char *name)
{
    for (size_t w = 0; w < config.currents.net.wires; w++)
        if (strcmp(config.currents.net.wire[w].name, name) == 0)
            return &config.currents.net.wire[w];
    return &(struct currents_wire){"", 77, 77};
}

static const struct currents_sensor *sensor(const char *name)
{
    for (size_t k = 0; k < config.currents.net.sensors; k++)
        if (strcmp(config.currents.net.sensor[k].name, name) == 0)
            return &config.currents.net.sensor[k];
    return &(struct currents_sensor){.wire = 77};
}

static void by_itself(void)
{
    int mistakes = load("shunts: [{name: s1, bus: b3, dialect: ivt-s}]\ninverters:\n" INVERTER(
        "i1", "") INVERTER("i2", ", offset_mA: 900, gain_percent: 3"));
    const struct currents_config *net = &config.currents.net;
    CHECK(mistakes == 0, "%s", told);
    CHECK(!currents_config_problem(net), "%s", currents_config_problem(net));
    CHECK(net->nodes == 2 && !net->node[0].unproven && net->node[1].unproven,
          "packs, and a bus that has to prove itself");
    CHECK(net->wires == 5 && net->sensors == 5, "battery, two packs, two inverters");
    CHECK(wire("battery")->from == 1 && wire("battery")->to == 0, "bus to packs: + charges");
    CHECK(wire("battery") == &net->wire[BANK_WIRE] && wire("p2") == &net->wire[BANK_PACK_WIRE + 1],
          "where bank.h looks");
    CHECK(wire("p1")->from == 0 && wire("p1")->to == CURRENTS_OUTSIDE, "into the pack");
    CHECK(wire("i2")->from == CURRENTS_OUTSIDE && wire("i2")->to == 1, "out of the inverter");
    CHECK(sensor("s1")->wire == BANK_WIRE && sensor("s1")->offset_mA == 70 &&
              sensor("s1")->gain_permille == 4,
          "as the battery's sensor");
    CHECK(sensor("p1")->offset_mA == 500 && sensor("p1")->gain_permille == 10, "a BMS");
    CHECK(sensor("p2")->offset_mA == 200 && sensor("p2")->gain_permille == 20, "a better one");
    CHECK(sensor("i1")->offset_mA == 2000 && sensor("i1")->gain_permille == 50, "PI30");
    CHECK(sensor("i2")->offset_mA == 900 && sensor("i2")->gain_permille == 30, "told");
    CHECK(sensor("s1")->age_ms == 1000 && sensor("p1")->age_ms == 3000 &&
              sensor("i1")->age_ms == 5000,
          "ages");
}

static void with_wires(void)
{
    int mistakes =
        load("shunts: [{name: s1, bus: b3, dialect: ivt-s, measures: mppt, reversed: true, "
             "offset_mA: 30, gain_percent: 0.2}]\n"
             "wires: [{name: mppt, to: bus, sun: true}, {name: link, from: bus, to: bus2}]\n"
             "inverters:\n" INVERTER("i1", "") INVERTER("i2", ", at: bus2"));
    const struct currents_config *net = &config.currents.net;
    CHECK(mistakes == 0, "%s", told);
    CHECK(net->nodes == 3 && !net->node[1].unproven && !net->node[2].unproven,
          "who lists wires has listed all");
    CHECK(wire("mppt")->from == CURRENTS_OUTSIDE && wire("mppt")->to == 1, "into the bus");
    CHECK(wire("link")->from == 1 && wire("link")->to == 2, "from bar to bar");
    CHECK(wire("i1")->to == 1 && wire("i2")->to == 2, "each on its own");
    CHECK(&net->wire[sensor("s1")->wire] == wire("mppt") && sensor("s1")->reversed, "the MPPT's");
    CHECK(sensor("s1")->offset_mA == 30 && sensor("s1")->gain_permille == 2, "its own");
    CHECK(config.currents.sun[sensor("s1")->wire] && !config.currents.sun[BANK_WIRE],
          "dead in the dark");
}

static void without_battery(void)
{
    static const char text[] = "plant: none\n";
    config_free(&config);
    int mistakes = config_load_text(&config, "sim/x.yaml", text, strlen(text), "dbc", stdout);
    CHECK(mistakes == 0 && config.currents.net.wires == 0 && config.currents.net.sensors == 0,
          "nothing to measure");
}

static void refused(const char *rest, const char *expected)
{
    int mistakes = load(rest);
    CHECK(mistakes == 1 && strstr(told, expected), "%d, not '%s' but: %s", mistakes, expected,
          told);
}

int main(void)
{
    by_itself();
    with_wires();
    without_battery();
    refused("wires: [{name: w}]\n", "from and to that differ");
    refused("wires: [{name: w, from: bus, to: bus}]\n", "from and to that differ");
    refused("wires: [{name: p1, to: bus}]\n", "a name of its own");
    refused("inverters:\n" INVERTER("i1", ", at: bus9"), "a busbar that wires name");
    refused("shunts: [{name: s1, bus: b3, dialect: ivt-s, measures: roof}]\n",
            "battery, a pack, an inverter or one of wires");
    refused("wires:\n"
            "  - {name: w1, to: n1}\n  - {name: w2, to: n2}\n  - {name: w3, to: n3}\n"
            "  - {name: w4, to: n4}\n  - {name: w5, to: n5}\n  - {name: w6, to: n6}\n"
            "  - {name: w7, from: bus, to: n7}\n",
            "at most 8 busbars");
    config_free(&config);
    return check_done("config_currents");
}
