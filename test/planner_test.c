/* Topology rules, forbidden layouts, and the planner against a brute-force oracle. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "test/check.h"
#include "test/string_plant.h"

/* --- topology --- */

struct told {
    int count;
    char first[200];
};

static void tell(void *context, const char *text)
{
    struct told *told = context;
    if (told->count++ == 0)
        snprintf(told->first, sizeof told->first, "%s", text);
}

enum {
    STRINGS_OF,
    HOME_OF,
    VOC,
    ISC,
    CONTACT_STRING,
    CONTACT_INPUT,
    STRINGS_MAX,
    PHASE,
    TWO_HOME,
    THREE_BARE,
    INPUTS_OF,
    TWO_VOC
};

static void topology_rules(void)
{
    static const struct {
        int change;
        int32_t value;
        int count;
        const char *text;
    } rows[] = {
        {VOC, 406900, 0, ""},
        {VOC, 500000, 0, ""},
        {VOC, 500001, 2,
         "string s1 reaches 500.0 V on the coldest day: input inv1.pv1 takes at most 500.0 V"},
        {ISC, 18000, 0, ""},
        {ISC, 18001, 2,
         "string s1 has 18.0 A short-circuit current: input inv1.pv1 takes at most 18.0 A"},
        {HOME_OF, 5, 1, "string s1: its home input 5 is unknown: 0 to 4"},
        {HOME_OF, 1, 2, "string s1 has no contact to its home input inv2.pv1"},
        {CONTACT_STRING, 3, 1,
         "contact 1: string 3, input 0 are unknown: strings 0 to 2, inputs 0 to 4"},
        {CONTACT_INPUT, 5, 1,
         "contact 1: string 0, input 5 are unknown: strings 0 to 2, inputs 0 to 4"},
        {CONTACT_INPUT, 3, 2,
         "contacts 1 and 4 both join string s1 to input inv4.pv1: one is allowed"},
        {STRINGS_OF, 65, 1,
         "65 strings, 5 inputs, 7 contacts are too many: at most 64, 32, 128 are allowed"},
        {INPUTS_OF, 33, 1,
         "3 strings, 33 inputs, 7 contacts are too many: at most 64, 32, 128 are allowed"},
        {STRINGS_MAX, 0, 1, "input inv1.pv1: it must take at least 1 string"},
        {PHASE, 0, 1, "input inv1.pv1: phase 0 is not allowed: 1 to 3"},
        {PHASE, 4, 1, "input inv1.pv1: phase 4 is not allowed: 1 to 3"},
        {TWO_HOME, 1, 1,
         "input inv1.pv1 is the home of 2 strings: more strings on one input than it may take"},
        {TWO_HOME, 2, 1,
         "input inv1.pv1 is the home of 2 strings: more short-circuit current on one input than it "
         "takes"},
        {TWO_VOC, 394600, 1,
         "input inv1.pv1 is the home of 2 strings: strings joined whose voltages differ by more "
         "than 3 %"},
        {TWO_VOC, 394694, 0, ""},
        {THREE_BARE, 0, 1,
         "input inv4.pv1 may take 3 strings and string s2 is not fused: at most 2 without fuses"},
        {THREE_BARE, 1, 0, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct topology t;
        struct told told = {0};
        plant_topology(&t);
        int32_t value = rows[i].value;
        switch (rows[i].change) {
        case STRINGS_OF:
            t.strings = (uint8_t)value;
            break;
        case INPUTS_OF:
            t.inputs = (uint8_t)value;
            break;
        case HOME_OF:
            t.string[0].home = (uint8_t)value;
            break;
        case VOC:
            t.string[0].voc_mV = value;
            break;
        case ISC:
            t.string[0].isc_mA = value;
            break;
        case CONTACT_STRING:
            t.contact[0].string = (uint8_t)value;
            break;
        case CONTACT_INPUT:
            t.contact[0].input = (uint8_t)value;
            break;
        case STRINGS_MAX:
            t.input[0].strings_max = (uint8_t)value;
            t.string[0].home = 3;
            break;
        case PHASE:
            t.input[0].phase = (uint8_t)value;
            break;
        case TWO_VOC:
            t.string[1].voc_mV = value;
            t.input[0].isc_max_mA = 40000;
            /* fall through */
        case TWO_HOME:
            t.string[1].home = 0;
            t.contact[1].input = 0;
            t.input[0].strings_max = (uint8_t)(rows[i].change == TWO_VOC ? 2 : value);
            break;
        case THREE_BARE:
            t.contact[6].input = 3;
            t.input[3].strings_max = 3;
            t.input[3].isc_max_mA = 60000;
            for (int s = 0; s < 3; s++)
                t.string[s].fused = value == 1 || s != 1;
            break;
        }
        bool clean = topology_check(&t, tell, &told);
        CHECK(clean == (rows[i].count == 0), "row %zu: %s", i, told.first);
        CHECK(told.count == rows[i].count, "row %zu: %d mistakes told", i, told.count);
        CHECK(strcmp(told.first, rows[i].text) == 0, "row %zu: \"%s\"", i, told.first);
        CHECK(topology_check(&t, NULL, NULL) == clean, "row %zu: the same without a listener", i);
    }
}

static void layouts(void)
{
    static const struct {
        uint8_t layout[3];
        uint8_t strings_max;
        int32_t isc_max_mA, voc_mV;
        bool fused;
        const char *rule;
    } rows[] = {
        {{0, 1, 2}, 1, 18000, 406900, false, NULL},
        {{3, 4, 2}, 1, 18000, 406900, false, NULL},
        {{3, NO_INPUT, NO_INPUT}, 1, 18000, 406900, false, NULL},
        {{4, 1, 2}, 1, 18000, 406900, false, "a string on an input it has no contact to"},
        {{7, 1, 2}, 1, 18000, 406900, false, "a string on an input it has no contact to"},
        {{3, 3, 2}, 1, 40000, 406900, false, "more strings on one input than it may take"},
        {{3, 3, 2},
         2,
         18000,
         406900,
         false,
         "more short-circuit current on one input than it takes"},
        {{3, 3, 2}, 2, 23200, 406900, false, NULL},
        {{3, 3, 2},
         2,
         23200,
         394600,
         false,
         "strings joined whose voltages differ by more than 3 %"},
        {{3, 3, 2}, 2, 23200, 419400, false, NULL},
        {{3, 3, 2},
         2,
         23200,
         419500,
         false,
         "strings joined whose voltages differ by more than 3 %"},
        {{3, 3, 2}, 2, 23200, 500001, false, "more voltage on one input than it takes"},
        {{3, 3, 3}, 3, 60000, 406900, false, "three or more strings joined without fuses"},
        {{3, 3, 3}, 3, 60000, 406900, true, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct topology t;
        plant_topology(&t);
        t.contact[t.contacts++] = (struct topology_contact){2, 3};
        t.input[3].strings_max = rows[i].strings_max;
        t.input[3].isc_max_mA = rows[i].isc_max_mA;
        t.string[0].voc_mV = rows[i].voc_mV;
        for (int s = 0; s < 3; s++)
            t.string[s].fused = rows[i].fused;
        const char *rule = layout_forbidden(&t, rows[i].layout);
        CHECK(rule == rows[i].rule || (rule && rows[i].rule && strcmp(rule, rows[i].rule) == 0),
              "row %zu: %s", i, rule ? rule : "allowed");
    }
}

/* --- plans of UC001 --- */

static void plans(void)
{
    static const struct {
        uint8_t point, wanted;
        int32_t W[3], load_W[3];
        uint8_t present[3];
        bool stays[3];
        uint8_t layout[3];
        int32_t there_W;
        uint8_t there, transfers;
        const char *sentence;
    } rows[] = {
        {0xFF,
         2,
         {3000, 3000, 3000},
         {0, 0, 0},
         {3, 4, 2},
         {0},
         {0, 1, 2},
         0,
         0,
         2,
         "nobody charges: everyone home"},
        {0xFF,
         0,
         {3000, 3000, 3000},
         {0, 0, 0},
         {0, 1, 2},
         {0},
         {0, 1, 2},
         0,
         0,
         0,
         "and stays there"},
        {0,
         0,
         {3000, 3000, 3000},
         {900, 300, 300},
         {0, 1, 2},
         {0},
         {0, 3, 4},
         6000,
         2,
         2,
         "two thirds; the one of the loaded phase stays"},
        {0,
         0,
         {3000, 3000, 3000},
         {300, 900, 300},
         {0, 1, 2},
         {0},
         {3, 1, 4},
         6000,
         2,
         2,
         "the load is on L2"},
        {0,
         0,
         {3000, 3000, 3000},
         {300, 300, 900},
         {0, 1, 2},
         {0},
         {3, 4, 2},
         6000,
         2,
         2,
         "the load is on L3"},
        {0,
         0,
         {3100, 3000, 3050},
         {900, 300, 300},
         {0, 1, 2},
         {0},
         {3, 1, 4},
         6150,
         2,
         2,
         "more power comes before load"},
        {0,
         0,
         {0, 0, 0},
         {300, 900, 300},
         {0, 1, 2},
         {0},
         {3, 1, 4},
         0,
         2,
         2,
         "at night by rating, for when the sun comes"},
        {0,
         0,
         {3000, 3000, 3000},
         {300, 300, 300},
         {0, 4, 2},
         {0},
         {3, 4, 2},
         6000,
         2,
         1,
         "fewest transfers"},
        {0,
         0,
         {3000, 3000, 3000},
         {300, 300, 300},
         {0, 3, 2},
         {0},
         {0, 3, 4},
         6000,
         2,
         1,
         "one is there, on the place of another"},
        {0,
         0,
         {3000, 3000, 3000},
         {300, 300, 300},
         {0, 1, 2},
         {0},
         {3, 4, 2},
         6000,
         2,
         2,
         "all the same: the lowest move"},
        {0,
         1,
         {2000, 3000, 1000},
         {300, 300, 300},
         {0, 1, 2},
         {0},
         {0, 3, 2},
         3000,
         1,
         1,
         "one is enough: the strongest"},
        {0,
         3,
         {3000, 3000, 3000},
         {300, 300, 300},
         {0, 1, 2},
         {0},
         {3, 4, 2},
         6000,
         2,
         2,
         "three are wanted, two have a place"},
        {0,
         2,
         {5000, 3000, 3000},
         {300, 300, 300},
         {0, 1, 2},
         {0},
         {3, 4, 2},
         7000,
         2,
         2,
         "an input takes 4000 W at most"},
        {0,
         2,
         {-5, 3000, 3000},
         {300, 300, 300},
         {0, 1, 2},
         {0},
         {0, 3, 4},
         6000,
         2,
         2,
         "a reading below zero is no power"},
        {0,
         2,
         {3000, 1000, 500},
         {300, 300, 300},
         {0, 3, 2},
         {0, 1, 0},
         {0, 3, 4},
         1500,
         2,
         1,
         "what stays is planned around"},
        {0,
         2,
         {3000, 3000, 3000},
         {300, 300, 300},
         {0, 255, 2},
         {0, 1, 0},
         {3, 4, 2},
         6000,
         2,
         2,
         "an isolated string cannot stay"},
        {0xFF,
         2,
         {1, 1, 1},
         {300, 300, 300},
         {3, 4, 2},
         {1, 0, 0},
         {3, 1, 2},
         0,
         0,
         1,
         "stays though nobody charges"},
        {7,
         2,
         {3000, 3000, 3000},
         {300, 300, 300},
         {0, 1, 2},
         {0},
         {0, 1, 2},
         0,
         0,
         0,
         "a charge point without inputs"},
    };
    struct topology t;
    plant_topology(&t);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct router_wish wish = {.charge_point = rows[i].point, .strings_wanted = rows[i].wanted};
        memcpy(wish.string_W, rows[i].W, sizeof rows[i].W);
        memcpy(wish.phase_load_W + 1, rows[i].load_W, sizeof rows[i].load_W);
        memcpy(wish.stays, rows[i].stays, sizeof rows[i].stays);
        struct router_layout out;
        router_plan(&out, &t, &wish, rows[i].present);
        CHECK(memcmp(out.input, rows[i].layout, 3) == 0, "%s: %d %d %d", rows[i].sentence,
              out.input[0], out.input[1], out.input[2]);
        CHECK(out.charge_point_W == rows[i].there_W && out.strings_there == rows[i].there &&
                  out.transfers == rows[i].transfers,
              "%s: %d W, %d there, %d transfers", rows[i].sentence, out.charge_point_W,
              out.strings_there, out.transfers);
        CHECK(out.input[3] == NO_INPUT, "nothing behind the last string");
    }
}

/* --- against brute force --- */

static uint32_t seed = 1;

static uint32_t pick(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % below;
}

static void random_plant(struct topology *t, struct router_wish *wish, uint8_t present[])
{
    memset(t, 0, sizeof *t);
    memset(wish, 0, sizeof *wish);
    t->strings = (uint8_t)(1 + pick(6));
    t->inputs = (uint8_t)(t->strings + pick(4));
    for (uint8_t i = 0; i < t->inputs; i++)
        t->input[i] = (struct topology_input){
            .phase = (uint8_t)(1 + pick(3)),
            .charge_point = i >= t->strings || pick(8) == 0 ? (uint8_t)pick(2) : NO_CHARGE_POINT,
            .voc_max_mV = 500000,
            .isc_max_mA = 12000 * (int32_t)(1 + pick(3)),
            .power_max_W = 2000 + (int32_t)pick(8000),
            .strings_max = (uint8_t)(1 + pick(3))};
    bool same = pick(2), fused = pick(2);
    for (uint8_t s = 0; s < t->strings; s++) {
        t->string[s] =
            (struct topology_string){.voc_mV = same ? 400000 : 390000 + 4000 * (int32_t)pick(5),
                                     .isc_mA = same ? 11000 : 6000 + (int32_t)pick(6000),
                                     .mpp_W = same ? 3300 : 2000 + (int32_t)pick(2000),
                                     .home = s,
                                     .fused = fused};
        wish->string_W[s] = same && pick(2) ? 3000 : (int32_t)pick(4000);
        present[s] = s;
        for (uint8_t i = 0; i < t->inputs; i++)
            if (i == s || (i >= t->strings && pick(4) != 0) || pick(10) == 0) {
                t->contact[t->contacts++] = (struct topology_contact){s, i};
                present[s] = pick(3) == 0 ? i : present[s];
            }
    }
    for (int p = 1; p <= 3; p++)
        wish->phase_load_W[p] = (int32_t)pick(4) * 500;
    wish->strings_wanted = (uint8_t)pick(t->strings + 1u);
}

static int64_t there_W(const struct topology *t, const struct router_wish *wish,
                       const uint8_t layout[], unsigned *there)
{
    int64_t sum = 0;
    *there = 0;
    for (size_t i = 0; i < t->inputs; i++) {
        int64_t W = 0;
        if (t->input[i].charge_point != wish->charge_point)
            continue;
        for (size_t s = 0; s < t->strings; s++)
            if (layout[s] == i) {
                W += wish->string_W[s];
                ++*there;
            }
        sum += W < t->input[i].power_max_W ? W : t->input[i].power_max_W;
    }
    return sum;
}

/* Every way to put each string at home or on any input of the charge point it has a contact to. */
static int64_t brute(const struct topology *t, const struct router_wish *wish, uint8_t layout[],
                     size_t s, unsigned wanted)
{
    unsigned there;
    if (s == t->strings) {
        int64_t W = there_W(t, wish, layout, &there);
        for (size_t k = 0; k < t->strings; k++) /* who is at home there anyway does not count */
            there -= layout[k] == t->string[k].home &&
                     t->input[layout[k]].charge_point == wish->charge_point;
        return layout_forbidden(t, layout) == NULL && there <= wanted ? W : -1;
    }
    layout[s] = t->string[s].home;
    int64_t best = brute(t, wish, layout, s + 1, wanted);
    for (size_t c = 0; c < t->contacts; c++) {
        uint8_t i = t->contact[c].input;
        if (t->contact[c].string != s || t->input[i].charge_point != wish->charge_point)
            continue;
        layout[s] = i;
        int64_t W = brute(t, wish, layout, s + 1, wanted);
        best = W > best ? W : best;
    }
    return best;
}

/* Whose home is an input of the charge point takes part in the count in the planner's order; those
 * plants are compared only for being allowed. */
static bool home_there(const struct topology *t, const struct router_wish *wish)
{
    for (size_t s = 0; s < t->strings; s++)
        if (t->input[t->string[s].home].charge_point == wish->charge_point)
            return true;
    return false;
}

static void against_brute_force(int plants)
{
    int compared = 0, moved = 0;
    for (int n = 0; n < plants; n++) {
        struct topology t;
        struct router_wish wish;
        uint8_t present[MAX_STRINGS] = {0}, layout[MAX_STRINGS];
        random_plant(&t, &wish, present);
        if (!topology_check(&t, NULL, NULL))
            continue;
        struct router_layout out;
        unsigned there,
            wanted = wish.strings_wanted ? wish.strings_wanted : (2u * t.strings + 2) / 3;
        router_plan(&out, &t, &wish, present);
        CHECK(layout_forbidden(&t, out.input) == NULL, "plant %d: forbidden", n);
        CHECK(there_W(&t, &wish, out.input, &there) == out.charge_point_W, "plant %d: power", n);
        CHECK(there == out.strings_there, "plant %d: strings", n);
        if (home_there(&t, &wish))
            continue;
        CHECK(there <= wanted, "plant %d: %u there, %u wanted", n, there, wanted);
        int64_t best = brute(&t, &wish, layout, 0, wanted);
        CHECK(out.charge_point_W == best, "plant %d: %d W, the best is %lld W", n,
              out.charge_point_W, (long long)best);
        compared++;
        moved += out.transfers > 0;
    }
    printf("planner: %d plants compared with brute force, %d with transfers\n", compared, moved);
    CHECK(compared > 1000 && moved > 500, "the random plants are worth comparing");
}

/* 64 strings, 32 inputs, two of three wanted at 12 inputs that take 4: it ends soon, and well. */
static void a_large_plant(void)
{
    static struct topology t;
    struct router_wish wish = {0};
    uint8_t present[MAX_STRINGS];
    t.strings = 64;
    t.inputs = 32;
    for (uint8_t i = 0; i < 32; i++)
        t.input[i] = (struct topology_input){.phase = (uint8_t)(1 + i % 3),
                                             .charge_point = i < 20 ? NO_CHARGE_POINT : 0,
                                             .voc_max_mV = 500000,
                                             .isc_max_mA = 80000,
                                             .power_max_W = 30000,
                                             .strings_max = 4};
    for (uint8_t s = 0; s < 64; s++) {
        t.string[s] = (struct topology_string){.voc_mV = 400000,
                                               .isc_mA = 11000,
                                               .mpp_W = 3300,
                                               .home = (uint8_t)(s % 20),
                                               .fused = true};
        wish.string_W[s] = 1000 + 37 * (s * 7 % 64);
        present[s] = t.string[s].home;
        t.contact[t.contacts++] = (struct topology_contact){s, (uint8_t)(s % 20)};
        t.contact[t.contacts++] = (struct topology_contact){s, (uint8_t)(20 + s % 12)};
    }
    CHECK(topology_check(&t, NULL, NULL), "well wired");
    struct router_layout out;
    clock_t from = clock();
    router_plan(&out, &t, &wish, present);
    double ms = (double)(clock() - from) * 1000 / CLOCKS_PER_SEC;
    printf("planner: 64 strings on 32 inputs in %.1f ms\n", ms);
    CHECK(out.strings_there == 43, "two thirds: %d", out.strings_there);
    CHECK(ms < 2000, "it does not blow up: %.0f ms", ms);
    CHECK(layout_forbidden(&t, out.input) == NULL, "allowed");
}

int main(void)
{
    topology_rules();
    layouts();
    plans();
    against_brute_force(6000);
    a_large_plant();
    return check_done("planner");
}
