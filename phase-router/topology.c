/* What is wired, and what may never be. */
#include <assert.h>
#include <stdio.h>

#include "phase-router/wiring.h"

uint8_t contact_between(const struct topology *topology, uint8_t string, uint8_t input)
{
    for (uint8_t c = 0; c < topology->contacts; c++)
        if (topology->contact[c].string == string && topology->contact[c].input == input)
            return c;
    return NO_CONTACT;
}

struct check {
    const struct topology *topology;
    topology_error_fn *error;
    void *context;
    bool well;
};

static void wrong(struct check *check, const char *text)
{
    check->error(check->context, text);
    check->well = false;
}

static void contact_check(struct check *check, uint8_t c)
{
    const struct topology *t = check->topology;
    char text[160];
    struct topology_contact at = t->contact[c];
    if (at.string >= t->strings || at.input >= t->inputs) {
        snprintf(text, sizeof text, "contact %u joins string %u and input %u: there are %u and %u",
                 c + 1u, at.string + 1u, at.input + 1u, t->strings, t->inputs);
        wrong(check, text);
        return;
    }
    const struct topology_string *string = &t->string[at.string];
    const struct topology_input *input = &t->input[at.input];
    if (contact_between(t, at.string, at.input) != c) {
        snprintf(text, sizeof text, "string %s has two contacts to input %s: only one is allowed",
                 string->name, input->name);
        wrong(check, text);
    }
    if (string->voc_mV > input->voc_max_mV) {
        snprintf(text, sizeof text, "string %s has %d V on the coldest day: input %s allows %d V",
                 string->name, string->voc_mV / 1000, input->name, input->voc_max_mV / 1000);
        wrong(check, text);
    }
    if (string->isc_mA > input->isc_max_mA) {
        snprintf(text, sizeof text, "string %s has %d.%d A short-circuit current: input %s allows %d.%d A",
                 string->name, string->isc_mA / 1000, string->isc_mA / 100 % 10, input->name,
                 input->isc_max_mA / 1000, input->isc_max_mA / 100 % 10);
        wrong(check, text);
    }
}

static void string_check(struct check *check, uint8_t s)
{
    const struct topology *t = check->topology;
    char text[160];
    if (t->string[s].home < t->inputs && contact_between(t, s, t->string[s].home) != NO_CONTACT)
        return;
    snprintf(text, sizeof text, "string %s has no contact to its home input", t->string[s].name);
    wrong(check, text);
}

bool topology_check(const struct topology *topology, topology_error_fn *error, void *context)
{
    struct check check = {topology, error, context, true};
    uint8_t home[MAX_STRINGS];
    for (uint8_t c = 0; c < topology->contacts; c++)
        contact_check(&check, c);
    for (uint8_t s = 0; s < topology->strings; s++) {
        string_check(&check, s);
        home[s] = topology->string[s].home;
    }
    const char *forbidden = check.well ? layout_forbidden(topology, home) : NULL;
    if (forbidden) {
        char text[160];
        snprintf(text, sizeof text, "with every string at home: %s", forbidden);
        wrong(&check, text);
    }
    return check.well;
}

/* Rules 8 to 10 of the invariants, for one input. */
static const char *input_forbidden(const struct topology *t, const uint8_t layout[], uint8_t i)
{
    int32_t strings = 0, isc_mA = 0, unfused = 0, voc_min_mV = INT32_MAX, voc_max_mV = 0;
    for (uint8_t s = 0; s < t->strings; s++) {
        if (layout[s] != i)
            continue;
        strings++;
        isc_mA += t->string[s].isc_mA;
        unfused += !t->string[s].fused;
        voc_min_mV = t->string[s].voc_mV < voc_min_mV ? t->string[s].voc_mV : voc_min_mV;
        voc_max_mV = t->string[s].voc_mV > voc_max_mV ? t->string[s].voc_mV : voc_max_mV;
    }
    if (strings > t->input[i].strings_max)
        return "more strings on an input than it may take";
    if (isc_mA > t->input[i].isc_max_mA)
        return "the strings' short-circuit current is above the input's limit";
    if (strings > 1 && (int64_t)(voc_max_mV - voc_min_mV) * 100 > 3 * (int64_t)voc_max_mV)
        return "strings on one input whose voltages differ by more than 3 %";
    if (strings >= 3 && unfused > 0)
        return "three strings on one input need fuses";
    return NULL;
}

const char *layout_forbidden(const struct topology *topology, const uint8_t layout[])
{
    for (uint8_t s = 0; s < topology->strings; s++) {
        if (layout[s] == NO_INPUT)
            continue;
        if (layout[s] >= topology->inputs || contact_between(topology, s, layout[s]) == NO_CONTACT)
            return "a string on an input it has no contact to";
    }
    for (uint8_t i = 0; i < topology->inputs; i++) {
        const char *forbidden = input_forbidden(topology, layout, i);
        if (forbidden)
            return forbidden;
    }
    return NULL;
}
