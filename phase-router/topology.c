#include <stdio.h>
#include <string.h>

#include "phase-router/wiring.h"

/* Who reports what: every rule ends in one call of tell(). */
struct inspection {
    const struct topology *topology;
    topology_error_fn *error;
    void *context;
    bool clean;
};

enum { JOINED_UNFUSED_MAX = 2, JOINED_VOC_PERCENT = 3 };

static void tell(struct inspection *in, const char *text)
{
    in->clean = false;
    if (in->error)
        in->error(in->context, text);
}

uint8_t contact_between(const struct topology *t, uint8_t string, uint8_t input)
{
    for (uint8_t c = 0; c < t->contacts; c++)
        if (t->contact[c].string == string && t->contact[c].input == input)
            return c;
    return NO_CONTACT;
}

bool contacts_interlocked(const struct topology *t, uint8_t a, uint8_t b)
{
    for (size_t i = 0; i < t->interlocks; i++)
        if ((t->interlock[i].contact[0] == a && t->interlock[i].contact[1] == b) ||
            (t->interlock[i].contact[0] == b && t->interlock[i].contact[1] == a))
            return true;
    return false;
}

static bool contact_exists(const struct topology *t, size_t string, size_t input)
{
    return contact_between(t, (uint8_t)string, (uint8_t)input) != NO_CONTACT;
}

static bool counts_fit(struct inspection *in)
{
    const struct topology *t = in->topology;
    char text[160];
    if (t->strings <= MAX_STRINGS && t->inputs <= MAX_INPUTS && t->contacts <= MAX_CONTACTS &&
        t->interlocks <= MAX_CONTACTS)
        return true;
    snprintf(text, sizeof text,
             "%d strings, %d inputs, %d contacts are too many: at most %d, %d, %d are allowed",
             t->strings, t->inputs, t->contacts, MAX_STRINGS, MAX_INPUTS, MAX_CONTACTS);
    tell(in, text);
    return false;
}

static bool indices_known(struct inspection *in)
{
    const struct topology *t = in->topology;
    char text[160];
    bool known = true;
    for (size_t s = 0; s < t->strings; s++)
        if (t->string[s].home >= t->inputs) {
            snprintf(text, sizeof text, "string %s: its home input %d is unknown: 0 to %d",
                     t->string[s].name, t->string[s].home, t->inputs - 1);
            tell(in, text);
            known = false;
        }
    for (size_t c = 0; c < t->contacts; c++)
        if (t->contact[c].string >= t->strings || t->contact[c].input >= t->inputs) {
            snprintf(
                text, sizeof text,
                "contact %zu: string %d, input %d are unknown: strings 0 to %d, inputs 0 to %d",
                c + 1, t->contact[c].string, t->contact[c].input, t->strings - 1, t->inputs - 1);
            tell(in, text);
            known = false;
        }
    for (size_t i = 0; i < t->interlocks; i++)
        if (t->interlock[i].contact[0] >= t->contacts ||
            t->interlock[i].contact[1] >= t->contacts ||
            t->interlock[i].contact[0] == t->interlock[i].contact[1]) {
            snprintf(text, sizeof text,
                     "interlock %zu: contacts %d and %d: two different ones of 1 to %d are allowed",
                     i + 1, t->interlock[i].contact[0] + 1, t->interlock[i].contact[1] + 1,
                     t->contacts);
            tell(in, text);
            known = false;
        }
    return known;
}

/* Two contacts side by side: one welded, the other would open without opening the path. */
static void contacts_check(struct inspection *in)
{
    const struct topology *t = in->topology;
    char text[160];
    for (size_t c = 0; c < t->contacts; c++)
        for (size_t d = 0; d < c; d++)
            if (t->contact[c].string == t->contact[d].string &&
                t->contact[c].input == t->contact[d].input) {
                snprintf(text, sizeof text,
                         "contacts %zu and %zu both join string %s to input %s: one is allowed",
                         d + 1, c + 1, t->string[t->contact[c].string].name,
                         t->input[t->contact[c].input].name);
                tell(in, text);
            }
}

/* Two ways of one string that could be closed at once when a board loses its supply: a contact that
 * closes then, and another that needs not have opened. */
static void path_check(struct inspection *in, uint8_t resting, uint8_t other)
{
    const struct topology *t = in->topology;
    const struct topology_contact *a = &t->contact[resting], *b = &t->contact[other];
    char text[240];
    if (!a->normally_closed || a->string != b->string || a->input == b->input ||
        (!b->normally_closed && contacts_interlocked(t, resting, other)))
        return;
    const char *joins = t->input[a->input].name, *with = t->input[b->input].name;
    snprintf(text, sizeof text,
             "string %s could join two inputs: %s --[contact %d, closed without supply]-- %s "
             "--[contact %d%s]-- %s: %s",
             t->string[a->string].name, joins, resting + 1, t->string[a->string].name, other + 1,
             b->normally_closed ? ", closed without supply" : "", with,
             b->normally_closed ? "one of a string's contacts may be normally closed"
                                : "an interlock between them is needed");
    tell(in, text);
}

static void paths_check(struct inspection *in)
{
    const struct topology *t = in->topology;
    for (uint8_t c = 0; c < t->contacts; c++)
        for (uint8_t d = 0; d < t->contacts; d++)
            if (c != d && !(t->contact[d].normally_closed && d < c)) /* each pair once */
                path_check(in, c, d);
}

/* Without supply the strings stand by their normally closed contacts. */
static void rest_check(struct inspection *in)
{
    const struct topology *t = in->topology;
    uint8_t layout[MAX_STRINGS];
    char text[160];
    memset(layout, NO_INPUT, sizeof layout);
    for (size_t c = 0; c < t->contacts; c++)
        if (t->contact[c].normally_closed)
            layout[t->contact[c].string] = t->contact[c].input;
    const char *rule = layout_forbidden(t, layout);
    if (!rule)
        return;
    snprintf(text, sizeof text, "as the contacts stand without supply: %s", rule);
    tell(in, text);
}

static void pair_check(struct inspection *in, size_t c)
{
    const struct topology_string *string = &in->topology->string[in->topology->contact[c].string];
    const struct topology_input *input = &in->topology->input[in->topology->contact[c].input];
    char text[200];
    if (string->voc_mV > input->voc_max_mV) {
        snprintf(text, sizeof text,
                 "string %s reaches %.1f V on the coldest day: input %s takes at most %.1f V",
                 string->name, string->voc_mV / 1000.0, input->name, input->voc_max_mV / 1000.0);
        tell(in, text);
    }
    if (string->vmp_hot_mV && string->vmp_hot_mV < input->mppt_low_mV) {
        snprintf(text, sizeof text,
                 "string %s works at %.1f V on the hottest day: input %s tracks from %.1f V",
                 string->name, string->vmp_hot_mV / 1000.0, input->name,
                 input->mppt_low_mV / 1000.0);
        tell(in, text);
    }
    if (string->isc_mA > input->isc_max_mA) {
        snprintf(text, sizeof text,
                 "string %s has %.1f A short-circuit current: input %s takes at most %.1f A",
                 string->name, string->isc_mA / 1000.0, input->name, input->isc_max_mA / 1000.0);
        tell(in, text);
    }
}

static void strings_check(struct inspection *in)
{
    const struct topology *t = in->topology;
    char text[160];
    for (size_t s = 0; s < t->strings; s++)
        if (!contact_exists(t, s, t->string[s].home)) {
            snprintf(text, sizeof text, "string %s has no contact to its home input %s",
                     t->string[s].name, t->input[t->string[s].home].name);
            tell(in, text);
        }
}

/* An input that may take three needs a fuse in each string that could be one of them. */
static void fuses_check(struct inspection *in, size_t input)
{
    const struct topology *t = in->topology;
    char text[200];
    size_t reach = 0, bare = t->strings;
    for (size_t s = t->strings; s-- > 0;)
        if (contact_exists(t, s, input)) {
            reach++;
            bare = t->string[s].fused ? bare : s;
        }
    if (reach <= JOINED_UNFUSED_MAX || t->input[input].strings_max <= JOINED_UNFUSED_MAX ||
        bare == t->strings)
        return;
    snprintf(text, sizeof text,
             "input %s may take %d strings and string %s is not fused: at most %d without fuses",
             t->input[input].name, t->input[input].strings_max, t->string[bare].name,
             JOINED_UNFUSED_MAX);
    tell(in, text);
}

/* --- what stands together on one input --- */

void joined_add(struct joined *joined, const struct topology_string *string)
{
    if (joined->count == 0) {
        joined->voc_low_mV = joined->voc_high_mV = string->voc_mV;
        joined->modules = string->modules;
    }
    joined->lengths_differ |= string->modules != joined->modules;
    joined->count++;
    joined->bare += !string->fused;
    joined->isc_mA += string->isc_mA;
    if (string->voc_mV < joined->voc_low_mV)
        joined->voc_low_mV = string->voc_mV;
    if (string->voc_mV > joined->voc_high_mV)
        joined->voc_high_mV = string->voc_mV;
}

const char *joined_forbidden(const struct joined *joined, const struct topology_input *input)
{
    if (joined->count == 0)
        return NULL;
    if (joined->count > input->strings_max)
        return "more strings on one input than it may take";
    if (joined->count > JOINED_UNFUSED_MAX && joined->bare)
        return "three or more strings joined without fuses";
    if (joined->isc_mA > input->isc_max_mA)
        return "more short-circuit current on one input than it takes";
    if (joined->voc_high_mV > input->voc_max_mV)
        return "more voltage on one input than it takes";
    if (joined->lengths_differ)
        return "strings joined that differ in length";
    if ((int64_t)(joined->voc_high_mV - joined->voc_low_mV) * 100 >
        (int64_t)joined->voc_high_mV * JOINED_VOC_PERCENT)
        return "strings joined whose voltages differ by more than 3 %";
    return NULL;
}

static bool contact_closed_in(const struct topology *t, uint8_t contact, const uint8_t layout[])
{
    return layout[t->contact[contact].string] == t->contact[contact].input;
}

const char *layout_forbidden(const struct topology *t, const uint8_t layout[])
{
    struct joined joined[MAX_INPUTS];
    memset(joined, 0, sizeof joined);
    for (size_t i = 0; i < t->interlocks; i++)
        if (contact_closed_in(t, t->interlock[i].contact[0], layout) &&
            contact_closed_in(t, t->interlock[i].contact[1], layout))
            return "two contacts closed that are interlocked";
    for (size_t s = 0; s < t->strings; s++) {
        if (layout[s] == NO_INPUT)
            continue;
        if (layout[s] >= t->inputs || !contact_exists(t, s, layout[s]))
            return "a string on an input it has no contact to";
        joined_add(&joined[layout[s]], &t->string[s]);
    }
    for (size_t i = 0; i < t->inputs; i++) {
        const char *rule = joined_forbidden(&joined[i], &t->input[i]);
        if (rule)
            return rule;
    }
    return NULL;
}

const char *place_forbidden(const struct topology *t, const uint8_t layout[], size_t s, uint8_t to)
{
    uint8_t contact = contact_between(t, (uint8_t)s, to);
    struct joined joined = {0};
    if (contact == NO_CONTACT)
        return "a string on an input it has no contact to";
    joined_add(&joined, &t->string[s]);
    for (size_t k = 0; k < t->strings; k++)
        if (k != s && layout[k] == to)
            joined_add(&joined, &t->string[k]);
    for (uint8_t c = 0; c < t->contacts && t->interlocks; c++)
        if (t->contact[c].string != s && contact_closed_in(t, c, layout) &&
            contacts_interlocked(t, contact, c))
            return "two contacts closed that are interlocked";
    return joined_forbidden(&joined, &t->input[to]);
}

static void home_check(struct inspection *in, size_t input)
{
    const struct topology *t = in->topology;
    struct joined joined = {0};
    char text[200];
    for (size_t s = 0; s < t->strings; s++)
        if (t->string[s].home == input)
            joined_add(&joined, &t->string[s]);
    const char *rule = joined_forbidden(&joined, &t->input[input]);
    if (!rule || joined.count < 2) /* of a single string pair_check has told */
        return;
    snprintf(text, sizeof text, "input %s is the home of %u strings: %s", t->input[input].name,
             joined.count, rule);
    tell(in, text);
}

static void input_check(struct inspection *in, size_t i)
{
    const struct topology_input *input = &in->topology->input[i];
    char text[160];
    if (input->phase < 1 || input->phase > 3) {
        snprintf(text, sizeof text, "input %s: phase %d is not allowed: 1 to 3", input->name,
                 input->phase);
        tell(in, text);
    }
    if (input->strings_max < 1) {
        snprintf(text, sizeof text, "input %s: it must take at least 1 string", input->name);
        tell(in, text);
    }
    home_check(in, i);
    fuses_check(in, i);
}

bool topology_check(const struct topology *topology, topology_error_fn *error, void *context)
{
    struct inspection in = {topology, error, context, true};
    if (!counts_fit(&in) || !indices_known(&in))
        return false;
    contacts_check(&in);
    strings_check(&in);
    for (size_t c = 0; c < topology->contacts; c++)
        pair_check(&in, c);
    for (size_t i = 0; i < topology->inputs; i++)
        input_check(&in, i);
    paths_check(&in);
    if (in.clean)
        rest_check(&in);
    return in.clean;
}
