/* Rules of the wiring, and forbidden layouts. */
#include <string.h>

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

int main(void)
{
    topology_rules();
    layouts();
    return check_done("topology");
}
