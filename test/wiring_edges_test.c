/* The wiring's rules at their edges: contacts that rest closed, interlocks, and each limit by one. */
#include "test/desk_edges.h"

/* --- what the wiring breaks --- */

struct told {
    int count;
    char text[8][240];
};

static void tell(void *context, const char *text)
{
    struct told *told = context;
    if (told->count < 8)
        snprintf(told->text[told->count], sizeof told->text[0], "%s", text);
    told->count++;
}

/* clang-format off */
static void as_it_is(struct topology *t) { (void)t; }
static void contacts_129(struct topology *t) { t->contacts = 129; }
static void interlocks_129(struct topology *t) { t->interlocks = 129; }
static void voc_home(struct topology *t) { t->string[2].voc_mV = 500001; }
static void two_strangers(struct topology *t) { t->string[1].home = 5; t->string[2].home = 9; }
static void last_home(struct topology *t) { t->string[2].home = 9; }
static void last_contact(struct topology *t) { t->contact[6].string = 3; }
static void last_contact_input(struct topology *t) { t->contact[6].input = 5; }
static void lock(struct topology *t, uint8_t a, uint8_t b)
{
    t->interlock[t->interlocks++] = (struct topology_interlock){{a, b}};
}
static void lock_ends(struct topology *t) { lock(t, 0, 6); }
static void lock_first_out(struct topology *t) { lock(t, 7, 6); }
static void lock_second_out(struct topology *t) { lock(t, 0, 3); lock(t, 6, 7); }
static void lock_itself(struct topology *t) { lock(t, 2, 2); }
static void lock_of_nothing(struct topology *t)
{
    t->interlock[0] = (struct topology_interlock){{9, 9}};
}
static void twice(struct topology *t) { t->contact[4] = t->contact[6]; }
static void same_string_other_input(struct topology *t) { t->contact[4].input = 2; }
static void hot_day(struct topology *t)
{
    for (int s = 0; s < 3; s++)
        t->string[s].vmp_hot_mV = 300000;
    for (int i = 0; i < 5; i++)
        t->input[i].mppt_low_mV = 300000;
}
static void too_hot_a_day(struct topology *t) { hot_day(t); t->string[1].vmp_hot_mV = 299999; }
static void hot_day_not_told(struct topology *t) { hot_day(t); t->string[1].vmp_hot_mV = 0; }
static void last_home_apart(struct topology *t) { t->contact[2].input = 3; }
static void nc(struct topology *t, int c) { t->contact[c].normally_closed = true; }
static void nc_alone(struct topology *t) { nc(t, 0); }
static void nc_locked(struct topology *t) { nc(t, 0); lock(t, 0, 3); }
static void nc_locked_reverse(struct topology *t) { nc(t, 3); lock(t, 0, 3); }
static void nc_other_lock(struct topology *t) { nc(t, 0); lock(t, 0, 4); lock(t, 1, 3); }
static void nc_second_lock(struct topology *t) { nc(t, 0); lock(t, 1, 4); lock(t, 3, 0); }
static void nc_both(struct topology *t) { nc(t, 0); nc(t, 3); lock(t, 0, 3); }
static void nc_last(struct topology *t) { nc(t, 6); lock(t, 0, 3); }
static void nc_middle(struct topology *t) { nc(t, 1); lock(t, 1, 4); }
static void nc_homes(struct topology *t)
{
    nc(t, 0), nc(t, 1), nc(t, 2);
    lock(t, 0, 3), lock(t, 1, 4), lock(t, 1, 5), lock(t, 2, 6);
}
static void nc_joined(struct topology *t)
{
    nc(t, 3), nc(t, 4);
    lock(t, 0, 3), lock(t, 1, 4), lock(t, 4, 5);
}
static void phase_1(struct topology *t) { t->input[4].phase = 0; }
static void phase_3(struct topology *t) { t->input[4].phase = 3; }
static void phase_4(struct topology *t) { t->input[4].phase = 4; }
static void two_at_home(struct topology *t)
{
    t->string[1].home = 0;
    t->contact[1].input = 0;
}
static void third_home(struct topology *t)
{
    t->string[2].home = 1;
    t->contact[2].input = 1;
}
static void three_reach(struct topology *t)
{
    t->contact[6].input = 3;
    t->input[3].strings_max = 3;
}
static void three_reach_two_may(struct topology *t) { three_reach(t); t->input[3].strings_max = 2; }
static void three_reach_last_bare(struct topology *t)
{
    three_reach(t);
    t->string[0].fused = t->string[1].fused = true;
}
static void three_reach_first_bare(struct topology *t)
{
    three_reach(t);
    t->string[1].fused = t->string[2].fused = true;
}
static void two_reach_three_may(struct topology *t) { t->input[3].strings_max = 3; }
static void lock_out_and_more(struct topology *t) { lock(t, 7, 6); phase_1(t); nc_alone(t); }
static void nc_fourth(struct topology *t) { nc(t, 3); }
static void nc_beyond(struct topology *t)
{
    t->contact[7] = (struct topology_contact){0, 3, .normally_closed = true};
}
static void nc_first_two(struct topology *t)
{
    t->contact[1].input = 0;
    t->string[1].home = 3;
    nc(t, 0), nc(t, 1);
    lock(t, 0, 3), lock(t, 1, 4), lock(t, 1, 5);
}
/* clang-format on */

static const struct {
    void (*change)(struct topology *t);
    int count;
    const char *first;
} rules[] = {
    {as_it_is, 0, ""},
    {the_most, 0, ""},
    {contacts_129, 1,
     "3 strings, 5 inputs, 129 contacts are too many: at most 64, 32, 128 are allowed"},
    {interlocks_129, 1,
     "3 strings, 5 inputs, 7 contacts are too many: at most 64, 32, 128 are allowed"},
    {voc_home, 2,
     "string s3 reaches 500.0 V on the coldest day: input inv3.pv1 takes at most 500.0 V"},
    {two_strangers, 2, "string s2: its home input 5 is unknown: 0 to 4"},
    {last_home, 1, "string s3: its home input 9 is unknown: 0 to 4"},
    {last_contact, 1, "contact 7: string 3, input 4 are unknown: strings 0 to 2, inputs 0 to 4"},
    {last_contact_input, 1,
     "contact 7: string 2, input 5 are unknown: strings 0 to 2, inputs 0 to 4"},
    {lock_ends, 0, ""},
    {lock_first_out, 1, "interlock 1: contacts 8 and 7: two different ones of 1 to 7 are allowed"},
    {lock_second_out, 1, "interlock 2: contacts 7 and 8: two different ones of 1 to 7 are allowed"},
    {lock_itself, 1, "interlock 1: contacts 3 and 3: two different ones of 1 to 7 are allowed"},
    {lock_of_nothing, 0, ""},
    {twice, 1, "contacts 5 and 7 both join string s3 to input inv4.pv2: one is allowed"},
    {same_string_other_input, 0, ""},
    {hot_day, 0, ""},
    {too_hot_a_day, 3,
     "string s2 works at 300.0 V on the hottest day: input inv2.pv1 tracks from 300.0 V"},
    {hot_day_not_told, 0, ""},
    {last_home_apart, 1, "string s3 has no contact to its home input inv3.pv1"},
    {nc_alone, 1,
     "string s1 could join two inputs: inv1.pv1 --[contact 1, closed without supply]-- s1 "
     "--[contact 4]-- inv4.pv1: an interlock between them is needed"},
    {nc_locked, 0, ""},
    {nc_locked_reverse, 0, ""},
    {nc_other_lock, 1,
     "string s1 could join two inputs: inv1.pv1 --[contact 1, closed without supply]-- s1 "
     "--[contact 4]-- inv4.pv1: an interlock between them is needed"},
    {nc_second_lock, 0, ""},
    {nc_both, 1,
     "string s1 could join two inputs: inv1.pv1 --[contact 1, closed without supply]-- s1 "
     "--[contact 4, closed without supply]-- inv4.pv1: one of a string's contacts may be normally "
     "closed"},
    {nc_last, 1,
     "string s3 could join two inputs: inv4.pv2 --[contact 7, closed without supply]-- s3 "
     "--[contact 3]-- inv3.pv1: an interlock between them is needed"},
    {nc_middle, 1,
     "string s2 could join two inputs: inv2.pv1 --[contact 2, closed without supply]-- s2 "
     "--[contact 6]-- inv4.pv2: an interlock between them is needed"},
    {nc_homes, 0, ""},
    {nc_joined, 1,
     "as the contacts stand without supply: more strings on one input than it may take"},
    {phase_1, 1, "input inv4.pv2: phase 0 is not allowed: 1 to 3"},
    {phase_3, 0, ""},
    {phase_4, 1, "input inv4.pv2: phase 4 is not allowed: 1 to 3"},
    {two_at_home, 1,
     "input inv1.pv1 is the home of 2 strings: more strings on one input than it may take"},
    {third_home, 1,
     "input inv2.pv1 is the home of 2 strings: more strings on one input than it may take"},
    {three_reach, 1,
     "input inv4.pv1 may take 3 strings and string s1 is not fused: at most 2 without fuses"},
    {three_reach_two_may, 0, ""},
    {three_reach_last_bare, 1,
     "input inv4.pv1 may take 3 strings and string s3 is not fused: at most 2 without fuses"},
    {three_reach_first_bare, 1,
     "input inv4.pv1 may take 3 strings and string s1 is not fused: at most 2 without fuses"},
    {two_reach_three_may, 0, ""},
    {lock_out_and_more, 1,
     "interlock 1: contacts 8 and 7: two different ones of 1 to 7 are allowed"},
    {nc_fourth, 1,
     "string s1 could join two inputs: inv4.pv1 --[contact 4, closed without supply]-- s1 "
     "--[contact 1]-- inv1.pv1: an interlock between them is needed"},
    {nc_beyond, 0, ""},
    {nc_first_two, 1,
     "as the contacts stand without supply: more strings on one input than it may take"},
};

static void the_rules(void)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct topology t;
        struct told told = {0};
        plant_topology(&t);
        rules[i].change(&t);
        bool clean = topology_check(&t, tell, &told);
        CHECK(clean == (rules[i].count == 0) && told.count == rules[i].count,
              "row %zu: %d told: %s", i, told.count, told.text[0]);
        CHECK(strcmp(told.text[0], rules[i].first) == 0, "row %zu: %s", i, told.text[0]);
    }
}

/* --- layouts --- */

static void contacts_of_a_string(void)
{
    struct topology t;
    plant_topology(&t);
    t.contact[7] = (struct topology_contact){2, 3};
    CHECK(contact_between(&t, 0, 0) == 0 && contact_between(&t, 2, 4) == 6, "first and last");
    CHECK(contact_between(&t, 1, 0) == NO_CONTACT && contact_between(&t, 0, 4) == NO_CONTACT,
          "none between these");
    CHECK(contact_between(&t, 2, 3) == NO_CONTACT, "a row the wiring does not have");
    t.interlock[0] = (struct topology_interlock){{1, 2}};
    t.interlock[1] = (struct topology_interlock){{4, 3}};
    t.interlock[2] = (struct topology_interlock){{5, 6}};
    t.interlocks = 2;
    static const struct {
        uint8_t a, b;
        bool locked;
    } rows[] = {{1, 2, true},  {2, 1, true},  {3, 4, true},  {4, 3, true},
                {1, 4, false}, {1, 1, false}, {2, 3, false}, {3, 2, false},
                {5, 6, false}, {0, 0, false}, {4, 1, false}, {2, 2, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK(contacts_interlocked(&t, rows[i].a, rows[i].b) == rows[i].locked, "%d with %d",
              rows[i].a, rows[i].b);
}

static bool same_rule(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Interlocks: contacts 3 and 4 (input 3 by s1 and s2), 2 and 5 (s3 at home, s2 on input 4). */
static void interlocked_layouts(void)
{
    static const char interlocked[] = "two contacts closed that are interlocked";
    static const struct {
        uint8_t layout[3], string, to;
        const char *rule, *place;
    } rows[] = {
        {{0, 1, 2}, 0, 3, NULL, NULL},
        {{0, 1, 2}, 1, 4, NULL, interlocked},
        {{0, 4, 2}, 1, 1, interlocked, NULL},
        {{0, 4, NO_INPUT}, 2, 2, NULL, interlocked},
        {{0, 4, NO_INPUT}, 2, 4, NULL, "more strings on one input than it may take"},
        {{0, 4, NO_INPUT}, 0, 4, NULL, "a string on an input it has no contact to"},
        {{3, 1, 2}, 1, 3, NULL, interlocked},
        {{NO_INPUT, 1, NO_INPUT}, 1, 4, NULL, NULL},
        {{NO_INPUT, NO_INPUT, NO_INPUT}, 1, 3, NULL, NULL},
    };
    struct topology t;
    plant_topology(&t);
    t.interlock[0] = (struct topology_interlock){{3, 4}};
    t.interlock[1] = (struct topology_interlock){{2, 5}};
    t.interlock[2] = (struct topology_interlock){{0, 1}};
    t.interlocks = 2;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *rule = layout_forbidden(&t, rows[i].layout);
        const char *place = place_forbidden(&t, rows[i].layout, rows[i].string, rows[i].to);
        CHECK(same_rule(rule, rows[i].rule), "row %zu: %s", i, rule ? rule : "allowed");
        CHECK(same_rule(place, rows[i].place), "row %zu: %s", i, place ? place : "free");
    }
}

/* Three strings on input 3, each value by one: the layout, and putting each of them there last. */
static void joined_by_one(void)
{
    static const struct {
        int32_t voc_mV[3], isc_mA[3], isc_max_mA, voc_max_mV;
        uint8_t modules[3], strings_max, bare; /* bare: bits */
        const char *rule;
    } rows[] = {
        {{400000, 400000, 400000}, {10, 20, 30}, 60, 400000, {9, 9, 9}, 3, 0, NULL},
        {{400000, 400000, 400000},
         {10, 20, 30},
         59,
         400000,
         {9, 9, 9},
         3,
         0,
         "more short-circuit current on one input than it takes"},
        {{400000, 400000, 400000},
         {10, 20, 30},
         60,
         400000,
         {9, 9, 9},
         2,
         0,
         "more strings on one input than it may take"},
        {{400000, 400000, 400000},
         {10, 20, 30},
         60,
         400000,
         {9, 9, 9},
         3,
         4,
         "three or more strings joined without fuses"},
        {{400000, 400000, 400000},
         {10, 20, 30},
         60,
         400000,
         {9, 9, 9},
         3,
         1,
         "three or more strings joined without fuses"},
        {{400000, 400000, 400000},
         {10, 20, 30},
         60,
         399999,
         {9, 9, 9},
         3,
         0,
         "more voltage on one input than it takes"},
        {{399999, 400000, 399999},
         {10, 20, 30},
         60,
         399999,
         {9, 9, 9},
         3,
         0,
         "more voltage on one input than it takes"},
        {{400000, 400000, 400000},
         {10, 20, 30},
         60,
         400000,
         {9, 8, 9},
         3,
         0,
         "strings joined that differ in length"},
        {{400000, 388000, 400000}, {10, 20, 30}, 60, 400000, {9, 9, 9}, 3, 0, NULL},
        {{400000, 387999, 400000},
         {10, 20, 30},
         60,
         400000,
         {9, 9, 9},
         3,
         0,
         "strings joined whose voltages differ by more than 3 %"},
        {{387999, 390000, 400000},
         {10, 20, 30},
         60,
         400000,
         {9, 9, 9},
         3,
         0,
         "strings joined whose voltages differ by more than 3 %"},
    };
    static const uint8_t all_there[] = {3, 3, 3};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct topology t;
        plant_topology(&t);
        t.contact[t.contacts++] = (struct topology_contact){2, 3};
        t.input[3].strings_max = rows[i].strings_max;
        t.input[3].isc_max_mA = rows[i].isc_max_mA;
        t.input[3].voc_max_mV = rows[i].voc_max_mV;
        for (int s = 0; s < 3; s++) {
            t.string[s].voc_mV = rows[i].voc_mV[s];
            t.string[s].isc_mA = rows[i].isc_mA[s];
            t.string[s].modules = rows[i].modules[s];
            t.string[s].fused = !(rows[i].bare >> s & 1);
        }
        const char *rule = layout_forbidden(&t, all_there);
        CHECK(same_rule(rule, rows[i].rule), "row %zu: %s", i, rule ? rule : "allowed");
        for (size_t s = 0; s < 3; s++) {
            uint8_t before[] = {3, 3, 3};
            before[s] = NO_INPUT;
            rule = place_forbidden(&t, before, s, 3);
            CHECK(same_rule(rule, rows[i].rule), "row %zu, string %zu last: %s", i, s,
                  rule ? rule : "free");
        }
    }
}

/* Each row of the interlocks alone, and the first contact. */
static void each_interlock(void)
{
    static const uint8_t layout[] = {0, 4, 2}, home[] = {0, 1, 2};
    for (unsigned row = 0; row < 3; row++) {
        struct topology t;
        plant_topology(&t);
        for (unsigned i = 0; i < 3; i++)
            t.interlock[i] = i == row ? (struct topology_interlock){{0, 5}}
                                      : (struct topology_interlock){{3, 6}};
        t.interlocks = 3;
        CHECK(same_rule(layout_forbidden(&t, layout), "two contacts closed that are interlocked"),
              "row %u", row);
        CHECK(
            same_rule(place_forbidden(&t, home, 1, 4), "two contacts closed that are interlocked"),
            "row %u: the first contact is closed", row);
    }
}

/* Every table full: no rule reads behind it. */
static void full_tables(void)
{
    static struct topology t;
    uint8_t layout[MAX_STRINGS];
    plant_topology(&t);
    the_most(&t);
    memset(layout, NO_INPUT, sizeof layout);
    CHECK(layout_forbidden(&t, layout) == NULL, "all off");
    layout[59] = 5;
    CHECK(layout_forbidden(&t, layout) == NULL, "one by the last contact");
    layout[59] = NO_INPUT;
    CHECK(place_forbidden(&t, layout, 59, 5) == NULL, "may be put there");
    CHECK(contact_between(&t, 60, 5) == NO_CONTACT, "no contact between them");
    CHECK(!contacts_interlocked(&t, 1, 2), "not interlocked");
}

/* A string alone on its input is judged like two. */
static void alone_on_its_input(void)
{
    static const uint8_t home[] = {0, NO_INPUT, NO_INPUT};
    struct topology t;
    plant_topology(&t);
    t.string[0].voc_mV = 500001;
    CHECK(same_rule(layout_forbidden(&t, home), "more voltage on one input than it takes"),
          "500 V");
}

/* The last input is judged like the first. */
static void the_last_input(void)
{
    struct topology t;
    plant_topology(&t);
    static const uint8_t both[] = {0, 4, 4}, beyond[] = {0, 1, 5};
    CHECK(same_rule(layout_forbidden(&t, both), "more strings on one input than it may take"),
          "two on the last input");
    t.contact[7] = (struct topology_contact){2, 5};
    t.contacts = 8;
    CHECK(layout_forbidden(&t, beyond) != NULL, "an input that is not there");
}

int main(void)
{
    the_rules();
    contacts_of_a_string();
    interlocked_layouts();
    joined_by_one();
    each_interlock();
    full_tables();
    alone_on_its_input();
    the_last_input();
    return check_done("wiring_edges");
}
