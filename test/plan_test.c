/* The plant on paper: every forbidden layout holds one of the sets told, and no other does; the three
 * forms say what is wired. */
#include <jansson.h>
#include <stdlib.h>

#include "app/layouts.h"
#include "app/plan_show.h"
#include "test/check.h"
#include "test/random_wiring.h"

enum { SETS = 4096 };

struct sets {
    struct forbidden_set set[SETS];
    size_t count;
};

static void keep(void *context, const struct forbidden_set *set)
{
    struct sets *sets = context;
    if (sets->count < SETS)
        sets->set[sets->count++] = *set;
}

static bool on(const struct topology *t, const uint8_t layout[], uint8_t contact)
{
    return layout[t->contact[contact].string] == t->contact[contact].input;
}

static bool holds(const struct topology *t, const uint8_t layout[], const struct forbidden_set *set)
{
    unsigned there = 0, all = 0;
    if (set->input == NO_INPUT)
        return on(t, layout, set->contact[0]) && on(t, layout, set->contact[1]);
    for (size_t s = 0; s < t->strings; s++) {
        bool member = set->strings >> s & 1;
        all += member;
        there += member && layout[s] == set->input;
    }
    return there >= (set->any ? set->any : all);
}

static void sets_say_all(int plants)
{
    static struct random_plant p;
    static struct sets sets;
    static struct layouts layouts;
    uint32_t seed = 5, forbidden = 0, allowed = 0;
    for (int n = 0; n < plants; n++) {
        struct random_size size = {.strings = (uint8_t)(2 + random_next(&seed, 4)),
                                   .house_inputs = (uint8_t)(1 + random_next(&seed, 3)),
                                   .point_inputs = (uint8_t)(1 + random_next(&seed, 2))};
        size.contacts = (uint8_t)(size.strings + random_next(&seed, 8));
        random_plant(&p, &size, &seed);
        struct topology *t = &p.topology;
        for (size_t s = 0; s < t->strings; s++)
            t->string[s].modules = (uint8_t)(10 + (random_next(&seed, 5) == 0));
        if (t->contacts > 2 && n % 4 == 0)
            t->interlock[t->interlocks++] = (struct topology_interlock){{0, 1}};
        sets.count = 0;
        CHECK(topology_forbidden(t, keep, &sets), "plant %d: few enough to tell", n);
        layouts_first(&layouts, t);
        do {
            bool told = false;
            for (size_t i = 0; i < sets.count && !told; i++)
                told = holds(t, layouts.layout, &sets.set[i]);
            bool is = layout_forbidden(t, layouts.layout) != NULL;
            CHECK(is == told, "plant %d: %s", n, is ? "not told" : "told, but allowed");
            forbidden += is;
            allowed += !is;
        } while (layouts_next(&layouts));
    }
    CHECK(forbidden > 1000 && allowed > 1000, "%u forbidden, %u allowed", forbidden, allowed);
}

/* Each set is needed: with any string less it is allowed. */
static void sets_are_least(void)
{
    static struct random_plant p;
    static struct sets sets;
    uint32_t seed = 11;
    struct random_size size = {.strings = 10, .house_inputs = 3, .point_inputs = 2, .contacts = 30};
    random_plant(&p, &size, &seed);
    topology_forbidden(&p.topology, keep, &sets);
    for (size_t i = 0; i < sets.count; i++) {
        const struct forbidden_set *set = &sets.set[i];
        for (uint64_t left = set->any ? 0 : set->strings; left; left &= left - 1) {
            uint8_t layout[MAX_STRINGS];
            uint64_t fewer = set->strings & ~(left & -left);
            memset(layout, NO_INPUT, sizeof layout);
            for (size_t s = 0; s < p.topology.strings; s++)
                layout[s] = fewer >> s & 1 ? set->input : NO_INPUT;
            CHECK(layout_forbidden(&p.topology, layout) == NULL, "set %zu is not the least", i);
        }
    }
    CHECK(sets.count > 3, "%zu sets", sets.count);
}

/* One input that takes so many strings, each with a contact to it; all alike. */
static void one_input(struct topology *t, uint8_t strings, uint8_t most)
{
    memset(t, 0, sizeof *t);
    t->strings = t->contacts = strings;
    t->inputs = 1;
    t->input[0] = (struct topology_input){.phase = 1,
                                          .charge_point = NO_CHARGE_POINT,
                                          .voc_max_mV = 500000,
                                          .isc_max_mA = 1000000,
                                          .strings_max = most};
    for (uint8_t s = 0; s < strings; s++) {
        t->string[s] = (struct topology_string){
            .modules = 10, .voc_mV = 400000, .isc_mA = 10000, .fused = true};
        t->contact[s] = (struct topology_contact){.string = s, .input = 0};
    }
}

static void set_is(const struct sets *sets, size_t i, uint64_t strings, uint8_t any,
                   const char *rule)
{
    const struct forbidden_set *set = &sets->set[i];
    CHECK(i < sets->count && set->input == 0 && set->strings == strings && set->any == any &&
              strcmp(set->rule, rule) == 0,
          "set %zu: %llx, any %d, %s", i, (unsigned long long)set->strings, set->any, set->rule);
}

/* Each once, in order, and none that holds another. */
static void sets_are_exact(void)
{
    static struct topology t;
    static struct sets sets;
    one_input(&t, 4, 3);
    t.string[2].modules = 9;
    t.interlocks = 2;
    t.interlock[0] = (struct topology_interlock){{0, 1}};
    t.interlock[1] = (struct topology_interlock){{3, 2}};
    sets.count = 0;
    CHECK(topology_forbidden(&t, keep, &sets), "all told");
    CHECK(sets.count == 6, "%zu sets", sets.count);
    set_is(&sets, 0, 15, 4, "more strings on one input than it may take");
    set_is(&sets, 1, 5, 0, "strings joined that differ in length");
    set_is(&sets, 2, 6, 0, "strings joined that differ in length");
    set_is(&sets, 3, 12, 0, "strings joined that differ in length");
    for (size_t i = 4; i < 6; i++) {
        const struct forbidden_set *set = &sets.set[i];
        CHECK(set->input == NO_INPUT && set->any == 0 && set->strings == (i == 4 ? 3 : 12) &&
                  set->contact[0] == (i == 4 ? 0 : 3) && set->contact[1] == (i == 4 ? 1 : 2),
              "interlock %zu", i - 3);
    }
}

/* So many sets that not all are told; so many strings that not all are tried. */
static void too_many(void)
{
    static struct topology t;
    static struct sets sets;
    one_input(&t, 13, 13);
    for (uint8_t s = 0; s < 13; s++)
        t.string[s].modules = (uint8_t)(10 + s);
    sets.count = 0;
    CHECK(!topology_forbidden(&t, keep, &sets) && sets.count == 64, "%zu of 78 pairs", sets.count);
    one_input(&t, 16, 16);
    sets.count = 0;
    CHECK(!topology_forbidden(&t, keep, &sets) && sets.count == 0, "65536 sets are not all tried");
    one_input(&t, 14, 14);
    CHECK(topology_forbidden(&t, keep, &sets) && sets.count == 0, "16384 are");
    one_input(&t, 10, 10);
    t.inputs = 2;
    t.input[1] = t.input[0];
    for (uint8_t s = 0; s < 10; s++) {
        t.string[s].modules = (uint8_t)(10 + s);
        t.contact[t.contacts++] = (struct topology_contact){.string = s, .input = 1};
    }
    CHECK(topology_forbidden(&t, keep, &sets) && sets.count == 90, "45 pairs on each of two: %zu",
          sets.count);
}

static char *shown(void (*show)(FILE *, const struct config *), const struct config *config)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    show(out, config);
    fclose(out);
    return text;
}

static void three_forms(void)
{
    static struct config config;
    CHECK(config_load(&config, "test/uc001-ac.yaml", "dbc", stderr) == 0, "loads");
    static const char *const lines[] = {
        "s2: 9 modules, 3384 W, 413 V cold, 11.6 A; counter strings 2, switch switches 2\n",
        "   |--/[contacts 5]-- inv4.pv1, inv4 L1, to the charge point\n",
        "   `--/[contacts 6]-- inv4.pv2, inv4 L1, to the charge point\n",
        "   inv4.pv2: up to 500 V, 18.0 A, 4000 W, 1 string\n",
        "   `-/[L ac 3]-/[N ac 4]-- inv4-out, L1, 35 A, island, its own inverter\n",
        "   any 2 of s2, s3 on inv4.pv2: more strings on one input than it may take\n",
        "   s1>inv1.pv1 s2>inv4.pv1 s3>inv4.pv2: L1 10152 W, L2 0 W, L3 0 W; at the charge point "
        "6768 W, 66 % of the sun\n",
        "s1>inv4.pv1 s2>inv4.pv1 s3>inv3.pv1: forbidden: more strings on one input than it may "
        "take\n",
    };
    char *text = shown(plan_text, &config), *dot = shown(plan_dot, &config);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        CHECK(strstr(text, lines[i]), "missing: %s", lines[i]);
    static const char *const edges[] = {
        "  \"s2\" -- \"inv4.pv1\" [label=\"contacts 5\"];\n",
        "  \"s1\" -- \"inv1.pv1\" [label=\"contacts 1\", style=bold];\n",
        "  \"house-L1\" -- \"wallbox\" [label=\"ac 1\"];\n",
        "  \"inv4 AC\" -- \"inv4-out\";\n",
    };
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++)
        CHECK(strstr(dot, edges[i]), "missing: %s", edges[i]);
    char *json = shown(plan_json, &config);
    json_t *plan = json_loads(json, 0, NULL);
    CHECK(json_array_size(json_object_get(plan, "strings")) == 3, "strings");
    CHECK(json_array_size(json_object_get(plan, "inputs")) == 5, "inputs");
    CHECK(json_array_size(json_object_get(plan, "transfers")) == 2, "transfer contacts");
    CHECK(json_array_size(json_object_get(plan, "forbidden")) == 2, "forbidden sets");
    json_t *layouts = json_object_get(plan, "layouts");
    size_t forbidden = 0;
    for (size_t i = 0; i < json_array_size(layouts); i++)
        forbidden += json_is_string(json_object_get(json_array_get(layouts, i), "forbidden"));
    CHECK(json_array_size(layouts) == 12 && forbidden == 4, "%zu of %zu layouts forbidden",
          forbidden, json_array_size(layouts));
    json_decref(plan);
    free(json);
    free(text);
    free(dot);
    config_free(&config);
}

int main(void)
{
    sets_say_all(300);
    sets_are_least();
    sets_are_exact();
    too_many();
    three_forms();
    return check_done("plan");
}
