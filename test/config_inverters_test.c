/* The groups of inverters a config gives, how each is wired, the overload curves, and what is refused. */
#include <string.h>

#include "app/config.h"
#include "test/check.h"

static struct config config;
static char told[4096];

#define UNIT(name, phase, more)                                                                    \
    "  - {name: " name ", port: \"tty:/tmp/" name "\", phase: " phase                              \
    ", rated_W: 5000, rated_A: 22, charge_max_A: 80" more "}\n"
#define WALLBOX(inverter)                                                                          \
    "buses: [{name: backbone, port: can0}]\nwallboxes:\n  - {name: w, bus: backbone, dialect: "    \
    "wallbox-node, node: 0x13, inverter: " inverter ", max_A: 20}\n"
#define IN(name, phase, group) UNIT(name, phase, ", group: " group)

static int load(const char *inverters)
{
    char text[4096];
    int size =
        snprintf(text, sizeof text,
                 "battery: {chemistry: lfp, cells: 16, charge_max_A: 9, discharge_max_A: 9}\n"
                 "inverters:\n%s",
                 inverters);
    config_free(&config);
    memset(told, 0, sizeof told);
    FILE *errors = fmemopen(told, sizeof told - 1, "w");
    int mistakes = config_load_text(&config, "sim/x.yaml", text, (size_t)size, "dbc", errors);
    fclose(errors);
    return mistakes;
}

static const struct {
    const char *inverters;
    int groups;
    enum inverter_wiring first; /* of the first unit's group */
    const char *refused;        /* part of the mistake, NULL = none */
    const char *says;
} rows[] = {
    {UNIT("i1", "L1", "") UNIT("i2", "L2", "") UNIT("i3", "L3", "") UNIT("i4", "L1", ""), 4,
     WIRING_SINGLE, NULL, "1+1+1+1 separate"},
    {IN("i1", "L1", "a") IN("i2", "L1", "a") IN("i3", "L1", "a") IN("i4", "L1", "a"), 1,
     WIRING_PARALLEL, NULL, "four in parallel"},
    {IN("i1", "L1", "a") IN("i2", "L1", "a") IN("i3", "L2", "a") IN("i4", "L3", "a"), 1,
     WIRING_THREE_PHASE, NULL, "2+1+1"},
    {IN("i1", "L1", "a") IN("i2", "L2", "a") IN("i3", "L3", "a") UNIT("i4", "L1", ""), 2,
     WIRING_THREE_PHASE, NULL, "three phases and one alone"},
    {IN("i1", "L1", "a") IN("i2", "L2", "a"), 1, WIRING_SPLIT, NULL, "split phase"},
    {IN("i1", "L1", "i2") UNIT("i2", "L1", "") IN("i3", "L1", "i2"), 2, WIRING_PARALLEL, NULL,
     "a group named as a unit that stands alone"},
    {IN("i1", "L1", "a") UNIT("i2", "L1", ""), 2, WIRING_SINGLE,
     "sim/x.yaml:3: inverters[0].group: a is not allowed: two units or more", "a group of one"},
    {IN("i1", "L1", "a") IN("i2", "L3", "a"), 1, WIRING_PARALLEL, "on L1 and L2 (split phase)",
     "two phases that are no split phase"},
    {IN("i1", "L1", "a") IN("i2", "L1", "a") IN("i3", "L1", "a") IN("i4", "L1", "a")
         IN("i5", "L1", "a") IN("i6", "L1", "a") IN("i7", "L1", "a") IN("i8", "L1", "a")
             IN("i9", "L1", "a") IN("i10", "L1", "a"),
     1, WIRING_PARALLEL, "at most 9 units", "ten in one"},
    {IN("i1", "L1", "a") IN("i2", "L1", "a") UNIT("i3", "L1", "") WALLBOX("i3"), 2, WIRING_PARALLEL,
     NULL, "a wallbox on the unit that stands alone"},
    {IN("i1", "L1", "a") IN("i2", "L1", "a") WALLBOX("i2"), 1, WIRING_PARALLEL,
     "an inverter that stands alone: i2 is in a group", "a wallbox in a group"},
    {UNIT("i1", "L1", ", group: \"a b\""), 1, WIRING_SINGLE, "inverters[0].group", "no name"},
};

static const struct {
    const char *text;
    int points; /* 0 = refused */
} curves[] = {
    {"110:10 150:5", 2},
    {"105:10  130:5 200:0.1", 3},
    {"110:10", 1},
    {"100:3600", 1},
    {"110:10 150:10", 0},
    {"150:5 110:10", 0},
    {"110", 0},
    {"110:", 0},
    {":5", 0},
    {"110:10,150:5", 0},
    {"99:10", 0},
    {"110:0", 0},
    {"110:nan", 0},
    {"nan:5", 0},
    {"110:4000", 0},
    {"500:1", 0},
    {"110:9 120:8 130:7 140:6 150:5", 0},
    {"110:10 x", 0},
};

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int mistakes = load(rows[i].inverters);
        const struct inverter_bank_config *bank = &config.inverter_bank;
        CHECK(!mistakes == !rows[i].refused, "%s: %s", rows[i].says, told);
        if (rows[i].refused) {
            CHECK(strstr(told, rows[i].refused), "%s: %s", rows[i].says, told);
            continue;
        }
        CHECK(bank->groups == rows[i].groups, "%s: %d groups", rows[i].says, bank->groups);
        CHECK(bank->group[bank->unit[0].group].wiring == rows[i].first, "%s: %s", rows[i].says,
              inverter_wiring_name(bank->group[bank->unit[0].group].wiring));
        for (size_t u = 0; u < bank->units; u++)
            CHECK(bank->unit[u].group < bank->groups && bank->unit[u].rated_W == 5000, "unit %zu",
                  u);
    }
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
        char text[512];
        snprintf(text, sizeof text, UNIT("i1", "L1", ", overload: \"%s\""), curves[i].text);
        int mistakes = load(text);
        CHECK(!mistakes == (curves[i].points > 0), "\"%s\": %s", curves[i].text, told);
        if (!mistakes)
            CHECK(config.inverter_bank.unit[0].overload.points == curves[i].points, "\"%s\"",
                  curves[i].text);
    }
    load(UNIT("i1", "L1", ", overload: \"110:10 150:0.5\""));
    const struct overload_curve *curve = &config.inverter_bank.unit[0].overload;
    CHECK(curve->point[0].percent == 110 && curve->point[0].ms == 10000, "first point");
    CHECK(curve->point[1].percent == 150 && curve->point[1].ms == 500, "second point");
    load(UNIT("i1", "L1", ""));
    CHECK(config.inverter_bank.unit[0].overload.points == 0, "none given: by the model");
    config_free(&config);
    return check_done("config_inverters");
}
