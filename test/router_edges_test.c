/* The wiring's rules at their edges: contacts that rest closed, interlocks, and each limit by one. */
#include <string.h>

#include "phase-router/wiring.h"
#include "test/check.h"
#include "test/string_plant.h"

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
static void the_most(struct topology *t)
{
    t->strings = MAX_STRINGS;
    t->inputs = MAX_INPUTS;
    t->contacts = t->interlocks = MAX_CONTACTS;
    for (uint8_t s = 3; s < MAX_STRINGS; s++) {
        t->string[s] = t->string[0];
        t->string[s].home = 0;
    }
    for (uint8_t i = 5; i < MAX_INPUTS; i++)
        t->input[i] = t->input[0];
    t->input[0].strings_max = MAX_STRINGS;
    t->input[0].isc_max_mA = MAX_STRINGS * 11600;
    for (uint8_t s = 0; s < MAX_STRINGS; s++)
        t->string[s].fused = true;
    for (uint8_t c = 7; c < MAX_CONTACTS; c++)
        t->contact[c] = c < MAX_STRINGS + 4
                            ? (struct topology_contact){(uint8_t)(c - 4), 0}
                            : (struct topology_contact){(uint8_t)(c - MAX_STRINGS - 4), 5};
    for (uint8_t i = 0; i < MAX_CONTACTS; i++)
        t->interlock[i] = (struct topology_interlock){{0, i ? i : 3}};
}
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

/* --- the router on a desk: everything it sees is put there by hand, at its millisecond --- */

struct desk {
    struct topology topology;
    struct router router;
    struct router_view view;
    int64_t now_ms;
};

/* Boards and sensors speak: what stands in the view is news. */
static void hear(struct desk *d)
{
    for (size_t c = 0; c < MAX_CONTACTS; c++)
        d->view.contact_ms[c] = d->now_ms;
    for (size_t s = 0; s < MAX_STRINGS; s++) {
        d->view.current_mA[s].heard_ms = d->now_ms;
        d->view.voltage_mV[s].heard_ms = d->now_ms;
    }
}

static void step(struct desk *d)
{
    CHECK(router_step(&d->router, &d->view, d->now_ms) > d->now_ms, "wakes in the future");
}

/* News and a step each 100 ms, the last at the end. */
static void run(struct desk *d, int64_t ms)
{
    for (int64_t until_ms = d->now_ms + ms; d->now_ms < until_ms;) {
        d->now_ms = d->now_ms + 100 < until_ms ? d->now_ms + 100 : until_ms;
        hear(d);
        step(d);
    }
}

static void stand(struct desk *d, size_t c, bool closed)
{
    d->view.contact[c] = closed ? CONTACT_CLOSED : CONTACT_OPEN;
    d->view.contact_output[c] = closed;
}

static void begin_at(struct desk *d, int64_t now_ms)
{
    memset(d, 0, sizeof *d);
    plant_topology(&d->topology);
    d->now_ms = now_ms;
    for (size_t c = 0; c < PLANT_CONTACTS; c++)
        stand(d, c, c < 3);
    for (size_t s = 0; s < PLANT_STRINGS; s++) {
        d->view.switch_output[s] = true;
        d->view.current_mA[s].value = 9000;
        d->view.voltage_mV[s].value = 340000;
    }
    for (size_t i = 0; i < PLANT_INPUTS; i++)
        d->view.input_ready[i] = true;
    d->view.boards_heard = d->view.switches_heard = true;
    router_init(&d->router, &d->topology, &router_defaults, d->now_ms);
}

/* Adopted, settled: everyone home, the sun shines. */
static void begin(struct desk *d)
{
    begin_at(d, 1000000);
    run(d, 11000);
    CHECK(d->router.state == ROUTER_IDLE && d->router.orders.valid, "adopted");
}

/* The plant does at once what it is told; the sun shines. */
static void obey(struct desk *d)
{
    const struct router_orders *orders = &d->router.orders;
    for (size_t c = 0; c < d->topology.contacts; c++)
        stand(d, c, orders->contact_closed[c]);
    for (size_t s = 0; s < d->topology.strings; s++) {
        bool on = d->topology.string[s].switchless || orders->string_on[s], joined = false;
        for (size_t c = 0; c < d->topology.contacts; c++)
            if (d->topology.contact[c].string == s && orders->contact_closed[c])
                joined |= !orders->input_off[d->topology.contact[c].input];
        d->view.switch_output[s] = orders->string_on[s];
        d->view.current_mA[s].value = on && joined ? 9000 : 0;
    }
    memcpy(d->view.input_off, orders->input_off, sizeof d->view.input_off);
}

static void run_obeying(struct desk *d, int64_t ms)
{
    for (int64_t until_ms = d->now_ms + ms; d->now_ms < until_ms;) {
        d->now_ms = d->now_ms + 10 < until_ms ? d->now_ms + 10 : until_ms;
        obey(d);
        hear(d);
        step(d);
    }
}

/* --- what is seen, and for how long --- */

static struct turn turn_of(struct desk *d)
{
    return (struct turn){.router = &d->router, .view = &d->view, .now_ms = d->now_ms};
}

static void fresh_to_the_millisecond(void)
{
    static const struct {
        int64_t heard_ms, now_ms;
        bool fresh;
    } rows[] = {{0, 100, false},  {1, 1, true},       {1, 1501, true},
                {1, 1502, false}, {5000, 6500, true}, {5000, 6501, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        begin_at(&d, rows[i].now_ms);
        struct turn turn = turn_of(&d);
        d.view.contact_ms[6] = rows[i].heard_ms;
        CHECK(turn_contact_fresh(&turn, 6) == rows[i].fresh, "row %zu: the contact", i);
        d.view.current_mA[2].heard_ms = d.view.voltage_mV[2].heard_ms = rows[i].heard_ms;
        CHECK(turn_sensor_fresh(&turn, 2) == rows[i].fresh, "row %zu: both sensors", i);
        d.view.current_mA[2].heard_ms = rows[i].now_ms;
        CHECK(turn_sensor_fresh(&turn, 2) == rows[i].fresh, "row %zu: the voltage", i);
        d.view.voltage_mV[2].heard_ms = rows[i].now_ms;
        d.view.current_mA[2].heard_ms = rows[i].heard_ms;
        CHECK(turn_sensor_fresh(&turn, 2) == rows[i].fresh, "row %zu: the current", i);
    }
}

static void zero_to_the_milliampere(void)
{
    static const struct {
        int32_t mA, age_ms;
        bool zero;
    } rows[] = {{500, 0, true},   {501, 0, false}, {-500, 0, true},
                {-501, 0, false}, {0, 200, true},  {0, 201, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        begin(&d);
        struct turn turn = turn_of(&d);
        reading_set(&d.view.current_mA[1], rows[i].mA, d.now_ms - rows[i].age_ms);
        CHECK(turn_string_zero(&turn, 1) == rows[i].zero, "%d mA, %d ms old", rows[i].mA,
              rows[i].age_ms);
    }
}

static void calm_to_the_millisecond(void)
{
    struct desk d;
    begin(&d);
    struct turn turn = turn_of(&d);
    CHECK(!turn_string_calm(&turn, 0) && !turn_string_dark(&turn, 0), "it delivers");
    d.router.calm_ms[0] = d.now_ms - 499;
    CHECK(!turn_string_calm(&turn, 0), "without current for 499 ms");
    d.router.calm_ms[0] = d.now_ms - 500;
    CHECK(turn_string_calm(&turn, 0) && !turn_string_dark(&turn, 0), "for 500 ms: calm");
    d.router.calm_ms[0] = d.now_ms - 59999;
    CHECK(!turn_string_dark(&turn, 0), "for 59.999 s: not dark");
    d.router.calm_ms[0] = d.now_ms - 60000;
    CHECK(turn_string_dark(&turn, 0), "for a minute: dark");
}

/* What takes a string's current away. Of string 2, on input 1. */
static void off_by_what_there_is(void)
{
    static const struct {
        bool switchless, ordered, output, input_ordered, input_off;
        enum inhibit inhibit;
        uint8_t seen;
        int calm_ms;
        bool off;
        const char *sentence;
    } rows[] = {
        {false, false, false, false, false, INHIBIT_NONE, 1, 0, true, "ordered off, told off"},
        {false, true, false, false, false, INHIBIT_NONE, 1, 0, false, "ordered on"},
        {false, false, true, false, false, INHIBIT_NONE, 1, 0, false, "told on"},
        {false, true, true, false, false, INHIBIT_NONE, 1, 0, false, "on"},
        {true, false, false, true, true, INHIBIT_ORDER, 1, 0, true, "its inverter takes none"},
        {true, false, false, false, true, INHIBIT_ORDER, 1, 0, false, "it was not told to"},
        {true, false, false, true, false, INHIBIT_ORDER, 1, 0, false, "it has not confirmed it"},
        {true, false, false, true, true, INHIBIT_DUSK, 1, 59999, false, "not dark for a minute"},
        {true, false, false, false, false, INHIBIT_DUSK, 1, 60000, true, "dark for a minute"},
        {true, false, false, false, false, INHIBIT_ORDER, 1, 60000, false, "dark, but in order"},
        {true, false, false, false, false, INHIBIT_ORDER, NO_INPUT, 0, true, "it stands nowhere"},
        {true, false, false, true, true, INHIBIT_ORDER, STRING_UNKNOWN, 60000, false,
         "nobody knows where it stands"},
        {true, false, false, true, true, INHIBIT_ORDER, 5, 60000, false, "no such input"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        begin(&d);
        struct turn turn = turn_of(&d);
        turn.seen[1] = rows[i].seen;
        d.topology.string[1].switchless = rows[i].switchless;
        d.topology.input[1].inhibit = rows[i].inhibit;
        d.router.orders.string_on[1] = rows[i].ordered;
        d.view.switch_output[1] = rows[i].output;
        d.router.orders.input_off[1] = rows[i].input_ordered;
        d.view.input_off[1] = rows[i].input_off;
        d.router.calm_ms[1] = rows[i].calm_ms ? d.now_ms - rows[i].calm_ms : 0;
        CHECK(turn_string_off(&turn, 1) == rows[i].off, "%s", rows[i].sentence);
    }
}

/* What the contacts say of each string; contact 7 is the last, string 3 by it on input 4. */
static void where_strings_stand(void)
{
    static const struct {
        uint8_t contact;
        enum contact_seen seen;
        int64_t age_ms;
        uint8_t string, stands, known;
        const char *sentence;
    } rows[] = {
        {0, CONTACT_CLOSED, 0, 0, 0, true, "at home"},
        {0, CONTACT_OPEN, 0, 0, NO_INPUT, true, "nowhere"},
        {0, CONTACT_UNKNOWN, 0, 0, STRING_UNKNOWN, false, "unknown"},
        {0, CONTACT_CLOSED, 1500, 0, 0, true, "at home 1500 ms ago"},
        {0, CONTACT_CLOSED, 1501, 0, STRING_UNKNOWN, false, "silent for 1501 ms"},
        {6, CONTACT_CLOSED, 0, 2, STRING_UNKNOWN, false, "by two contacts"},
        {6, CONTACT_UNKNOWN, 0, 2, STRING_UNKNOWN, false, "the last contact is unknown"},
        {6, CONTACT_OPEN, 0, 2, 2, true, "by one"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        begin(&d);
        struct turn turn = turn_of(&d);
        uint8_t layout[MAX_STRINGS];
        d.view.contact[rows[i].contact] = rows[i].seen;
        d.view.contact_ms[rows[i].contact] = d.now_ms - rows[i].age_ms;
        turn_look(&turn);
        CHECK(turn.seen[rows[i].string] == rows[i].stands, "%s", rows[i].sentence);
        CHECK(turn.seen[1] == 1 && turn.seen[3] == NO_INPUT, "%s: others", rows[i].sentence);
        CHECK(turn.heard == (rows[i].age_ms <= 1500), "%s: heard", rows[i].sentence);
        bool known = router_layout_seen(&d.router, &d.view, layout);
        bool late = rows[i].age_ms > 1500; /* a layout as it was last heard is one, too */
        CHECK(known == (rows[i].known || late), "%s: known", rows[i].sentence);
        CHECK(layout[rows[i].string] == (late            ? 0
                                         : rows[i].known ? rows[i].stands
                                                         : NO_INPUT),
              "%s: the layout", rows[i].sentence);
    }
    struct desk d;
    uint8_t layout[MAX_STRINGS];
    begin(&d);
    d.view.contact_ms[6] = 0;
    CHECK(!router_layout_seen(&d.router, &d.view, layout) && layout[2] == NO_INPUT, "never heard");
    d.view.contact_ms[6] = 1;
    CHECK(router_layout_seen(&d.router, &d.view, layout) && layout[2] == 2, "heard once");
    d.view.boards_heard = false;
    CHECK(!router_layout_seen(&d.router, &d.view, layout), "the boards are silent");
}

/* heard_since_ms: everything heard, and no frame later than report_ms. */
static void heard_without_a_break(void)
{
    static const struct {
        int age_ms;
        bool boards, switches, steady, heard;
        const char *sentence;
    } rows[] = {
        {450, true, true, true, true, "a frame of 450 ms ago"},
        {451, true, true, false, true, "of 451 ms ago"},
        {1501, true, true, false, false, "of 1501 ms ago"},
        {0, false, true, false, false, "a contact board is silent"},
        {0, true, false, false, false, "a switch board is silent"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t c = 0; c < PLANT_CONTACTS; c += 3) {
            struct desk d;
            begin(&d);
            struct turn turn = turn_of(&d);
            d.view.contact_ms[c] = d.now_ms - rows[i].age_ms;
            d.view.boards_heard = rows[i].boards;
            d.view.switches_heard = rows[i].switches;
            turn_look(&turn);
            CHECK((d.router.heard_since_ms != 0) == rows[i].steady, "%s", rows[i].sentence);
            CHECK(turn.heard == rows[i].heard, "%s: heard", rows[i].sentence);
        }
}

/* --- the emergency stop --- */

static unsigned closed_orders(const struct desk *d)
{
    unsigned count = 0;
    for (size_t c = 0; c < PLANT_CONTACTS; c++)
        count += d->router.orders.contact_closed[c];
    return count;
}

/* Pressed; the strings are without current since zero_ms after it (of string 3 never). */
static void begin_stop(struct desk *d, int zero_ms)
{
    begin(d);
    d->view.stop = true;
    run(d, 0);
    hear(d);
    step(d);
    CHECK(d->router.state == ROUTER_STOP, "stops");
    for (int at_ms = 0; at_ms < 490; at_ms += 10) {
        for (size_t s = 0; s < PLANT_STRINGS; s++) {
            d->view.switch_output[s] = false;
            d->view.current_mA[s].value = at_ms >= zero_ms && s < 2 ? 0 : 9000;
        }
        hear(d);
        step(d);
        d->now_ms += 10;
    }
}

static void stops_to_the_millisecond(void)
{
    struct desk d;
    begin_stop(&d, 0);
    d.now_ms += 9;
    hear(&d);
    step(&d);
    CHECK(closed_orders(&d) == 3, "499 ms after the stop nothing has opened");
    d.now_ms += 1;
    hear(&d);
    step(&d);
    CHECK(closed_orders(&d) == 2 && !d.router.orders.contact_closed[0], "500 ms: the first");
    d.now_ms += 20;
    hear(&d);
    step(&d);
    CHECK(closed_orders(&d) == 2, "the second waits until the first is carried out");
    d.view.contact_output[0] = false;
    d.now_ms += 10;
    hear(&d);
    step(&d);
    CHECK(closed_orders(&d) == 1 && d.router.orders.contact_closed[2], "then it opens");
    CHECK(d.router.operations[0] == 1 && d.router.operations[1] == 1, "each counted as moved");
    CHECK(d.router.hot_openings == 0, "none under current");
    int64_t pressed_ms = d.router.since_ms;
    while (d.now_ms < pressed_ms + 4990) {
        d.now_ms += 10;
        stand(&d, 0, false);
        stand(&d, 1, false);
        hear(&d);
        step(&d);
    }
    d.now_ms = pressed_ms + 4999;
    hear(&d);
    step(&d);
    CHECK(closed_orders(&d) == 1, "what carries current stays closed for 4999 ms");
    d.now_ms += 1;
    hear(&d);
    step(&d);
    CHECK(closed_orders(&d) == 0 && d.router.hot_openings == 1, "5000 ms: opened under current");
    CHECK(d.router.operations[2] == 1, "counted as moved");
}

/* The last order that the first waits for is any contact's, the last one's too. */
static void stops_one_by_one(void)
{
    for (size_t c = 0; c < PLANT_CONTACTS; c++) {
        struct desk d;
        begin_stop(&d, 0);
        d.view.contact_output[c] = !d.view.contact_output[c];
        d.now_ms += 10;
        hear(&d);
        step(&d);
        CHECK(closed_orders(&d) == 3, "contact %zu is not as ordered: the others wait", c + 1);
        d.view.contact_output[c] = !d.view.contact_output[c];
        d.now_ms += 10;
        hear(&d);
        step(&d);
        CHECK(closed_orders(&d) == 2, "contact %zu is: the first opens", c + 1);
    }
    struct desk d;
    begin_stop(&d, 100);
    d.now_ms += 10;
    hear(&d);
    step(&d);
    CHECK(closed_orders(&d) == 3, "without current for 400 ms");
    d.view.contact_output[7] = true;
    d.now_ms += 100;
    hear(&d);
    step(&d);
    CHECK(closed_orders(&d) == 2, "for 500 ms; a contact that is not there does not count");
    begin_stop(&d, 0);
    d.router.orders.contact_closed[PLANT_CONTACTS] = true;
    d.router.orders.string_on[PLANT_STRINGS] = true;
    run(&d, 6000);
    CHECK(closed_orders(&d) == 0 && d.router.operations[PLANT_CONTACTS] == 0 &&
              d.router.orders.string_on[PLANT_STRINGS],
          "rows that the wiring does not have are left alone");
    begin_stop(&d, 0);
    d.view.switch_output[0] = true;
    d.now_ms += 10;
    hear(&d);
    step(&d);
    CHECK(d.router.orders.contact_closed[0] && !d.router.orders.contact_closed[1],
          "a switch that is on keeps its contact closed");
}

/* --- what locks a string, and what takes a new input from it --- */

/* At that many ms after it began the string is not locked, one later it is. */
static void locks_after(struct desk *d, size_t s, int ms, enum router_why why, const char *sentence)
{
    hear(d);
    step(d);
    CHECK(!d->router.locked[s], "%s: begins", sentence);
    int64_t from_ms = d->now_ms;
    run(d, ms);
    CHECK(!d->router.locked[s], "%s: not within %d ms", sentence, ms);
    d->now_ms = from_ms + ms + 1;
    hear(d);
    step(d);
    CHECK(d->router.locked[s] && d->router.locked_why[s] == why, "%s: %s", sentence,
          router_why_text((enum router_why)d->router.locked_why[s]));
}

static void contacts_are_watched(void)
{
    struct desk d;
    begin(&d);
    d.view.contact[1] = CONTACT_OPEN;
    locks_after(&d, 1, 700, WHY_NOT_CLOSED, "open with its coil on");
    begin(&d);
    d.view.contact[6] = CONTACT_CLOSED;
    locks_after(&d, 2, 700, WHY_NOT_OPEN, "closed with its coil off");
    begin(&d);
    d.view.contact[0] = CONTACT_UNKNOWN;
    locks_after(&d, 0, 700, WHY_NOT_CLOSED, "neither");
    begin(&d);
    d.topology.contact[1].operate_ms = 900;
    d.topology.contact[1].release_ms = 500;
    d.view.contact[1] = CONTACT_OPEN;
    d.view.current_mA[1].value = 0;
    locks_after(&d, 1, 1350, WHY_NOT_CLOSED, "slow to operate by its data sheet");
    begin(&d);
    d.topology.contact[6].operate_ms = 500;
    d.topology.contact[6].release_ms = 900;
    d.view.contact[6] = CONTACT_CLOSED;
    locks_after(&d, 2, 1350, WHY_NOT_OPEN, "slow to release by its data sheet");
    begin(&d);
    d.view.contact_fault[6] = true;
    hear(&d);
    step(&d);
    CHECK(d.router.locked[2] && d.router.locked_why[2] == WHY_CONTACT_FAULT && d.router.string == 2,
          "a contact's own fault at once");
    d.view.contact_fault[6] = false;
    d.view.contact[6] = CONTACT_CLOSED;
    run(&d, 2000);
    CHECK(d.router.locked_why[2] == WHY_CONTACT_FAULT, "the first reason stays");
}

static void current_on_open_contacts(void)
{
    struct desk d;
    begin(&d);
    stand(&d, 2, false);
    d.router.orders.contact_closed[2] = false;
    d.view.current_mA[2].value = 500;
    run(&d, 2000);
    CHECK(!d.router.locked[2], "0.5 A is no current");
    d.view.current_mA[2].value = -501;
    locks_after(&d, 2, 700, WHY_CURRENT_ON_OPEN, "0.501 A back through open contacts");
}

/* String 2 was moved to the input it stands on; who draws, how long ago, what becomes of it. */
static void the_new_input_must_draw(void)
{
    static const struct {
        int32_t mA[3];
        int ago_ms, stale; /* stale: whose sensors are silent, 1 to 3 */
        bool on;
        int64_t joined_after; /* -1 = as it was, 0 = no longer waited for, 1 = from now on */
        uint8_t dead;
        const char *sentence;
    } rows[] = {
        {{9000, 0, 9000}, 300000, 0, true, -1, NO_INPUT, "300 s while others deliver"},
        {{9000, 0, 9000}, 300001, 0, true, 0, 1, "longer: the input is dead"},
        {{9000, 0, 0}, 300001, 0, true, 0, 1, "the first alone delivers"},
        {{0, 0, 9000}, 300001, 0, true, 0, 1, "the last alone delivers"},
        {{0, 0, 0}, 300001, 0, true, 1, NO_INPUT, "nobody delivers: it is dark"},
        {{0, 0, 9000}, 300001, 3, true, 1, NO_INPUT, "who delivers is not heard"},
        {{9000, 0, 9000}, 300001, 3, true, 0, 1, "another one is"},
        {{9000, 9000, 9000}, 300001, 0, true, 0, NO_INPUT, "it delivers"},
        {{0, 9000, 0}, 300001, 0, true, 0, NO_INPUT, "it alone delivers"},
        {{9000, 0, 9000}, 300001, 0, false, 0, NO_INPUT, "it is isolated"},
        {{9000, 9000, 9000}, 300001, 2, true, 0, 1, "it is not heard, others are"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        begin(&d);
        d.router.isolate[1] = !rows[i].on;
        d.router.orders.string_on[1] = rows[i].on;
        for (size_t s = 0; s < PLANT_STRINGS; s++)
            d.view.current_mA[s].value = rows[i].mA[s];
        d.now_ms += 10;
        hear(&d);
        if (rows[i].stale)
            d.view.voltage_mV[rows[i].stale - 1].heard_ms = d.now_ms - 1501;
        int64_t joined_ms = d.router.joined_ms[1] = d.now_ms - rows[i].ago_ms;
        step(&d);
        CHECK(d.router.joined_ms[1] == (rows[i].joined_after < 0    ? joined_ms
                                        : rows[i].joined_after == 1 ? d.now_ms
                                                                    : 0),
              "%s: waited for", rows[i].sentence);
        CHECK(d.router.dead_input[1] == rows[i].dead, "%s: dead", rows[i].sentence);
        CHECK((d.router.why == WHY_NOT_STARTED && d.router.string == 1) ==
                  (rows[i].dead != NO_INPUT),
              "%s: told", rows[i].sentence);
    }
}

/* Boards that do not carry out what is ordered: HOLD after 700 ms, whichever contact or switch. */
static void boards_that_stray(void)
{
    for (size_t c = 0; c < PLANT_CONTACTS + PLANT_STRINGS; c++) {
        struct desk d;
        begin(&d);
        if (c < PLANT_CONTACTS)
            stand(&d, c, c >= 3);
        else
            d.view.switch_output[c - PLANT_CONTACTS] = false;
        run(&d, 0);
        hear(&d);
        step(&d);
        int64_t from_ms = d.now_ms;
        run(&d, 700);
        CHECK(d.router.state == ROUTER_IDLE, "%zu: 700 ms", c);
        d.now_ms = from_ms + 701;
        hear(&d);
        step(&d);
        CHECK(d.router.state == ROUTER_HOLD && d.router.why == WHY_BOARD_STATE, "%zu: 701 ms", c);
    }
    struct desk d;
    begin(&d);
    d.topology.string[1].switchless = true;
    d.view.switch_output[1] = false;
    run(&d, 2000);
    CHECK(d.router.state == ROUTER_IDLE, "a string without a switch has none that strays");
    begin(&d);
    d.view.contact_output[PLANT_CONTACTS] = d.view.switch_output[PLANT_STRINGS] = true;
    run(&d, 2000);
    CHECK(d.router.state == ROUTER_IDLE, "nor do rows that the wiring does not have");
}

/* --- the largest plant --- */

/* Every table full: 64 strings, 32 inputs, 128 contacts, as many interlocks. */
static void begin_largest(struct desk *d)
{
    begin_at(d, 1000000);
    the_most(&d->topology);
    d->topology.interlocks = 0;
    for (size_t i = 0; i < MAX_INPUTS; i++)
        d->view.input_ready[i] = true;
    for (size_t c = 0; c < MAX_CONTACTS; c++)
        stand(d, c,
              d->topology.contact[c].input ==
                  d->topology.string[d->topology.contact[c].string].home);
    for (size_t s = 0; s < MAX_STRINGS; s++) {
        d->view.switch_output[s] = true;
        d->view.current_mA[s].value = 9000;
        d->view.voltage_mV[s].value = 340000;
    }
    router_init(&d->router, &d->topology, &router_defaults, d->now_ms);
    run(d, 11000);
    CHECK(d->router.state == ROUTER_IDLE, "adopted");
}

static void the_largest_plant(void)
{
    static struct desk d;
    uint8_t layout[MAX_STRINGS];
    begin_largest(&d);
    CHECK(router_layout_seen(&d.router, &d.view, layout) && layout[MAX_STRINGS - 1] == 0, "seen");
    memset(layout, NO_INPUT, sizeof layout);
    layout[59] = 5;
    router_want(&d.router, layout, NULL, true);
    run_obeying(&d, 5000);
    CHECK(d.router.state == ROUTER_IDLE && d.router.transfers == 1, "its last contact is closed");
    CHECK(d.view.contact[MAX_CONTACTS - 1] == CONTACT_CLOSED, "that one");
    run_obeying(&d, 1000);
    d.view.stop = true;
    run_obeying(&d, 10000);
    CHECK(d.view.contact[MAX_CONTACTS - 1] == CONTACT_OPEN, "stopped: open");
    CHECK(d.router.hot_openings == 0, "none under current");
}

/* --- which string goes next --- */

/* clang-format off */
static void untouched(struct desk *d) { (void)d; }
static void insulation_fault(struct desk *d) { d->view.insulation_fault = true; }
static void unready(struct desk *d) { d->view.input_ready[3] = false; }
static void others_unready(struct desk *d)
{
    memset(d->view.input_ready, 0, sizeof d->view.input_ready);
    d->view.input_ready[3] = true;
}
static void neighbour_unknown(struct desk *d) { d->view.contact[0] = CONTACT_UNKNOWN; }
static void stranger_unknown(struct desk *d) { d->view.contact[2] = CONTACT_UNKNOWN; }
static void itself_unknown(struct desk *d) { d->view.contact[5] = CONTACT_UNKNOWN; }
static void voltage_1000(struct desk *d) { d->view.voltage_mV[1].heard_ms = d->now_ms - 1000; }
static void voltage_1001(struct desk *d) { d->view.voltage_mV[1].heard_ms = d->now_ms - 1001; }
static void voltage_within(struct desk *d) { d->view.voltage_mV[1].value = 490000; }
static void voltage_beyond(struct desk *d) { d->view.voltage_mV[1].value = 490001; }
static void cold_day_within(struct desk *d) { d->topology.string[1].voc_mV = 500000; }
static void cold_day_beyond(struct desk *d) { d->topology.string[1].voc_mV = 500001; }
static void bare_between(struct desk *d, enum inhibit from, enum inhibit to)
{
    d->topology.string[1].switchless = true;
    d->topology.input[1].inhibit = from;
    d->topology.input[3].inhibit = to;
}
static void dark(struct desk *d, size_t s, int ms) { d->router.calm_ms[s] = d->now_ms - ms; }
static void bare_no_way(struct desk *d) { bare_between(d, INHIBIT_NONE, INHIBIT_ORDER); }
static void bare_no_way_there(struct desk *d) { bare_between(d, INHIBIT_ORDER, INHIBIT_NONE); }
static void bare_by_order(struct desk *d) { bare_between(d, INHIBIT_ORDER, INHIBIT_ORDER); }
static void bare_by_day(struct desk *d) { bare_between(d, INHIBIT_DUSK, INHIBIT_ORDER); }
static void bare_by_day_there(struct desk *d) { bare_between(d, INHIBIT_ORDER, INHIBIT_DUSK); }
static void bare_at_dusk(struct desk *d) { bare_by_day(d); dark(d, 1, 59999); }
static void bare_at_night(struct desk *d)
{
    bare_between(d, INHIBIT_DUSK, INHIBIT_DUSK);
    dark(d, 1, 60000);
}
static void bare_unheard_of(struct desk *d) { bare_between(d, (enum inhibit)7, INHIBIT_ORDER); }
static void bare_nowhere(struct desk *d)
{
    bare_between(d, INHIBIT_NONE, INHIBIT_ORDER);
    stand(d, 1, false);
}
static void neighbour_bare(struct desk *d)
{
    d->topology.string[0].switchless = true;
    stand(d, 0, false);
    stand(d, 3, true);
}
static void neighbour_bare_by_day(struct desk *d)
{
    neighbour_bare(d);
    d->topology.input[3].inhibit = INHIBIT_DUSK;
}
static void neighbour_bare_at_night(struct desk *d)
{
    neighbour_bare_by_day(d);
    dark(d, 0, 60000);
}
static void neighbour_bare_at_home(struct desk *d) { d->topology.string[0].switchless = true; }
static void last_neighbour_bare(struct desk *d)
{
    d->topology.contact[7] = (struct topology_contact){2, 3};
    d->topology.contacts = 8;
    d->topology.string[2].switchless = true;
    stand(d, 2, false);
    stand(d, 7, true);
}
/* clang-format on */

static void what_stands_in_the_way(void)
{
    static const struct {
        void (*change)(struct desk *d);
        uint8_t to;
        enum router_why why;
    } rows[] = {
        {untouched, 3, WHY_NOTHING},
        {insulation_fault, 3, WHY_INSULATION},
        {insulation_fault, NO_INPUT, WHY_INSULATION},
        {unready, 3, WHY_DESTINATION_NOT_READY},
        {unready, 4, WHY_NOTHING},
        {unready, NO_INPUT, WHY_NOTHING},
        {others_unready, 3, WHY_NOTHING},
        {neighbour_unknown, 3, WHY_DESTINATION_NOT_READY},
        {neighbour_unknown, 4, WHY_NOTHING},
        {stranger_unknown, 3, WHY_NOTHING},
        {stranger_unknown, 4, WHY_DESTINATION_NOT_READY},
        {itself_unknown, 3, WHY_NOTHING},
        {voltage_1000, 3, WHY_NOTHING},
        {voltage_1001, 3, WHY_SENSOR_SILENT},
        {voltage_1001, NO_INPUT, WHY_NOTHING},
        {voltage_within, 3, WHY_NOTHING},
        {voltage_beyond, 3, WHY_VOLTAGE},
        {cold_day_within, 3, WHY_NOTHING},
        {cold_day_beyond, 3, WHY_VOLTAGE},
        {bare_no_way, 3, WHY_NO_INHIBIT},
        {bare_no_way, NO_INPUT, WHY_NO_INHIBIT},
        {bare_no_way_there, 3, WHY_NO_INHIBIT},
        {bare_no_way_there, NO_INPUT, WHY_NOTHING},
        {bare_by_order, 3, WHY_NOTHING},
        {bare_by_day, 3, WHY_DAYLIGHT},
        {bare_by_day_there, 3, WHY_DAYLIGHT},
        {bare_at_dusk, 3, WHY_DAYLIGHT},
        {bare_at_night, 3, WHY_NOTHING},
        {bare_unheard_of, 3, WHY_NO_INHIBIT},
        {bare_nowhere, 3, WHY_NOTHING},
        {neighbour_bare, 3, WHY_NO_INHIBIT},
        {neighbour_bare, 4, WHY_NOTHING},
        {neighbour_bare_by_day, 3, WHY_DAYLIGHT},
        {neighbour_bare_at_night, 3, WHY_NOTHING},
        {neighbour_bare_at_home, 3, WHY_NOTHING},
        {last_neighbour_bare, 3, WHY_NO_INHIBIT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        begin(&d);
        struct turn turn = turn_of(&d);
        hear(&d);
        rows[i].change(&d);
        turn_look(&turn);
        enum router_why why = router_obstacle(&turn, 1, rows[i].to);
        CHECK(why == rows[i].why, "row %zu: %s", i, router_why_text(why));
    }
}

/* clang-format off */
static void target(struct desk *d, uint8_t a, uint8_t b, uint8_t c)
{
    d->router.target[0] = a, d->router.target[1] = b, d->router.target[2] = c;
    d->router.asked = true;
}
static void off(struct desk *d, size_t s)
{
    for (size_t c = 0; c < d->topology.contacts; c++)
        if (d->topology.contact[c].string == s)
            stand(d, c, false);
}
static void on(struct desk *d, size_t s, uint8_t input)
{
    off(d, s);
    stand(d, contact_between(&d->topology, (uint8_t)s, input), true);
}
static void home(struct desk *d) { target(d, 0, 1, 2); }
static void nothing_wanted(struct desk *d) { target(d, NO_INPUT, NO_INPUT, NO_INPUT); }
static void one_away(struct desk *d) { target(d, 0, 3, 2); }
static void last_away(struct desk *d) { target(d, 0, 1, 4); }
static void two_away(struct desk *d) { target(d, 3, 4, 2); }
static void unknown_away(struct desk *d) { one_away(d); d->view.contact[5] = CONTACT_UNKNOWN; }
static void second_isolated(struct desk *d) { two_away(d); off(d, 1); }
static void first_isolated(struct desk *d) { two_away(d); off(d, 0); }
static void both_isolated(struct desk *d) { two_away(d); off(d, 0); off(d, 1); }
static void away_comes_home(struct desk *d) { home(d); on(d, 1, 3); }
static void isolated_comes_home(struct desk *d) { home(d); off(d, 2); }
static void away_budget(struct desk *d) { one_away(d); d->router.moved_today[1] = 10; }
static void away_no_budget(struct desk *d) { one_away(d); d->router.moved_today[1] = 11; }
static void back_budget(struct desk *d) { away_comes_home(d); d->router.moved_today[1] = 11; }
static void back_no_budget(struct desk *d) { away_comes_home(d); d->router.moved_today[1] = 12; }
static void joined_budget(struct desk *d) { away_budget(d); off(d, 1); d->router.moved_today[1] = 11; }
static void joined_no_budget(struct desk *d) { joined_budget(d); d->router.moved_today[1] = 12; }
static void unasked(struct desk *d, int ago_ms)
{
    one_away(d);
    d->router.asked = false;
    d->router.moved_ms[1] = ago_ms ? d->now_ms - ago_ms : 0;
}
static void dwells(struct desk *d) { unasked(d, 899999); }
static void has_dwelt(struct desk *d) { unasked(d, 900000); }
static void never_moved(struct desk *d) { unasked(d, 0); }
static void dwells_but_asked(struct desk *d) { unasked(d, 1000); d->router.asked = true; }
static void dwells_but_isolated(struct desk *d) { unasked(d, 1000); off(d, 1); }
static void another_dwells(struct desk *d)
{
    unasked(d, 0);
    d->router.moved_ms[0] = d->router.moved_ms[2] = d->now_ms;
}
static void coil_strays(struct desk *d) { one_away(d); d->router.strays_ms[5] = d->now_ms; }
static void another_coil_strays(struct desk *d) { one_away(d); d->router.strays_ms[6] = d->now_ms; }
static void no_coil_strays(struct desk *d)
{
    one_away(d);
    d->topology.contact[7] = (struct topology_contact){1, 2};
    d->router.strays_ms[7] = d->now_ms;
}
static void failed_before(struct desk *d, uint16_t times, int ago_ms)
{
    one_away(d);
    d->router.failed_why[1] = WHY_NO_ZERO;
    d->router.failed_today[1] = times;
    d->router.failed_ms[1] = ago_ms ? d->now_ms - ago_ms : 0;
}
static void failed_twice(struct desk *d) { failed_before(d, 2, 60000); }
static void failed_just_now(struct desk *d) { failed_before(d, 2, 59999); }
static void failed_thrice(struct desk *d) { failed_before(d, 3, 70000); }
static void never_failed(struct desk *d) { failed_before(d, 0, 0); }
static void locked_away(struct desk *d)
{
    two_away(d);
    d->router.locked[0] = true;
    d->router.locked_why[0] = WHY_NOT_OPEN;
}
static void both_locked(struct desk *d)
{
    locked_away(d);
    d->router.locked[1] = true;
    d->router.locked_why[1] = WHY_NOT_CLOSED;
}
static void silent_away(struct desk *d)
{
    one_away(d);
    d->view.current_mA[1].heard_ms = d->now_ms - 1501;
}
static void obstructed(struct desk *d) { one_away(d); unready(d); }
static void place_taken(struct desk *d) { target(d, 3, 1, 2); on(d, 1, 3); d->router.target[1] = 3; }
static void place_cleared(struct desk *d) { target(d, 3, 1, 2); on(d, 1, 3); }
static void isolated_place_taken(struct desk *d) { place_taken(d); off(d, 0); }
/* Strings 2 and 3 on each other's inputs. */
static void ring(struct desk *d)
{
    d->topology.contact[7] = (struct topology_contact){2, 3};
    d->topology.contacts = 8;
    target(d, 0, 4, 3);
    stand(d, 7, false);
    on(d, 1, 3);
    on(d, 2, 4);
}
static void broken_ring(struct desk *d)
{
    ring(d);
    d->router.locked[2] = true;
    d->router.locked_why[2] = WHY_NOT_OPEN;
}
static void dead_input(struct desk *d)
{
    one_away(d);
    d->router.dead_input[1] = 3;
}
static void dead_input_on_it(struct desk *d) { dead_input(d); on(d, 1, 3); }
/* clang-format on */

static void who_goes_next(void)
{
    static const struct {
        void (*change)(struct desk *d);
        bool goes;
        uint8_t string, to;
        enum router_why why;
        const char *sentence;
    } rows[] = {
        {home, false, NO_STRING, NO_INPUT, WHY_NOTHING, "everyone stands as wanted"},
        {nothing_wanted, false, NO_STRING, NO_INPUT, WHY_NOTHING, "nothing is wanted"},
        {one_away, true, 1, 3, WHY_WANTED, "one goes"},
        {last_away, true, 2, 4, WHY_WANTED, "the last string by the last contact"},
        {two_away, true, 0, 3, WHY_WANTED, "the first of two"},
        {unknown_away, false, NO_STRING, NO_INPUT, WHY_NOTHING, "nobody knows where it stands"},
        {second_isolated, true, 1, 4, WHY_WANTED, "who delivers nothing goes first"},
        {first_isolated, true, 0, 3, WHY_WANTED, "as the first"},
        {both_isolated, true, 0, 3, WHY_WANTED, "the first of two that deliver nothing"},
        {away_comes_home, true, 1, 1, WHY_BACK_HOME, "home"},
        {isolated_comes_home, true, 2, 2, WHY_BACK_HOME, "home from nowhere"},
        {away_budget, true, 1, 3, WHY_WANTED, "two transfers are left: there and back"},
        {away_no_budget, false, 1, NO_INPUT, WHY_BUDGET, "one is left: it could not come back"},
        {back_budget, true, 1, 1, WHY_BACK_HOME, "one is left for the way back"},
        {back_no_budget, false, 1, NO_INPUT, WHY_BUDGET, "none is left"},
        {joined_budget, true, 1, 3, WHY_WANTED, "one is left for who stands nowhere"},
        {joined_no_budget, false, 1, NO_INPUT, WHY_BUDGET, "none is left for who stands nowhere"},
        {dwells, false, 1, NO_INPUT, WHY_DWELL, "moved 899.999 s ago"},
        {has_dwelt, true, 1, 3, WHY_WANTED, "moved 900 s ago"},
        {never_moved, true, 1, 3, WHY_WANTED, "never moved"},
        {dwells_but_asked, true, 1, 3, WHY_WANTED, "a person asked"},
        {dwells_but_isolated, true, 1, 3, WHY_WANTED, "it stands nowhere"},
        {another_dwells, true, 1, 3, WHY_WANTED, "others moved just now"},
        {coil_strays, false, 1, NO_INPUT, WHY_BOARD_STATE, "a coil of it is not as ordered"},
        {another_coil_strays, true, 1, 3, WHY_WANTED, "a coil of another"},
        {no_coil_strays, true, 1, 3, WHY_WANTED, "a coil that is not there"},
        {failed_twice, true, 1, 3, WHY_WANTED, "failed twice, a minute ago"},
        {failed_just_now, false, 1, NO_INPUT, WHY_NO_ZERO, "59.999 s ago"},
        {failed_thrice, false, 1, NO_INPUT, WHY_NO_ZERO, "three times"},
        {never_failed, true, 1, 3, WHY_WANTED, "never"},
        {locked_away, true, 1, 4, WHY_WANTED, "the first is locked: the other one"},
        {both_locked, false, 0, NO_INPUT, WHY_NOT_OPEN, "both are: the first one's reason"},
        {silent_away, false, 1, NO_INPUT, WHY_SENSOR_SILENT, "not heard"},
        {obstructed, false, 1, NO_INPUT, WHY_DESTINATION_NOT_READY, "the inverter is not ready"},
        {place_taken, false, 0, NO_INPUT, WHY_DESTINATION_NOT_READY, "its place is taken"},
        {place_cleared, true, 1, 1, WHY_BACK_HOME, "who stands there goes first"},
        {isolated_place_taken, false, NO_STRING, NO_INPUT, WHY_NOTHING,
         "who stands nowhere is not taken off"},
        {ring, true, 1, NO_INPUT, WHY_WANTED, "each in the other's place: the first is taken off"},
        {broken_ring, false, 2, NO_INPUT, WHY_NOT_OPEN, "the other could not follow: nobody is"},
        {dead_input, false, NO_STRING, NO_INPUT, WHY_NOTHING, "an input that did not draw"},
        {dead_input_on_it, true, 1, 1, WHY_BACK_HOME, "is left"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        struct router_move move;
        begin(&d);
        struct turn turn = turn_of(&d);
        hear(&d);
        rows[i].change(&d);
        turn_look(&turn);
        bool goes = router_choose(&turn, &move);
        CHECK(goes == rows[i].goes && move.string == rows[i].string && move.to == rows[i].to &&
                  move.why == rows[i].why,
              "%s: %d, string %d to %d, %s", rows[i].sentence, goes, move.string, move.to,
              router_why_text(move.why));
    }
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
    fresh_to_the_millisecond();
    zero_to_the_milliampere();
    calm_to_the_millisecond();
    off_by_what_there_is();
    where_strings_stand();
    heard_without_a_break();
    stops_to_the_millisecond();
    stops_one_by_one();
    contacts_are_watched();
    current_on_open_contacts();
    the_new_input_must_draw();
    boards_that_stray();
    the_largest_plant();
    what_stands_in_the_way();
    who_goes_next();
    return check_done("router_edges");
}
