/* The least sets of strings that may not stand together: found by adding one string after the other to
 * sets that are allowed, and told when each string of the set is needed for the rule to be broken. */
#include <string.h>

#include "phase-router/wiring.h"

enum { SETS_MAX = 64, WORK_MAX = 20000 }; /* of one input */

struct hunt {
    const struct topology *topology;
    forbidden_fn *tell;
    void *context;
    uint8_t input;
    uint8_t candidate[MAX_STRINGS], candidates;
    uint8_t most; /* any more are too many: told once */
    unsigned sets, work;
    bool cut;
};

static struct joined joined_of(const struct topology *t, uint64_t strings)
{
    struct joined joined = {0};
    for (size_t s = 0; s < t->strings; s++)
        if (strings >> s & 1)
            joined_add(&joined, &t->string[s]);
    return joined;
}

static const char *set_rule(const struct hunt *hunt, uint64_t strings)
{
    struct joined joined = joined_of(hunt->topology, strings);
    return joined_forbidden(&joined, &hunt->topology->input[hunt->input]);
}

static bool least(const struct hunt *hunt, uint64_t strings)
{
    for (uint64_t left = strings; left; left &= left - 1)
        if (set_rule(hunt, strings & ~(left & -left)))
            return false;
    return true;
}

static void grow(struct hunt *hunt, uint64_t strings, uint8_t count, uint8_t from)
{
    for (uint8_t k = from; k < hunt->candidates && count < hunt->most; k++) {
        uint64_t with = strings | (uint64_t)1 << hunt->candidate[k];
        const char *rule = set_rule(hunt, with);
        if (hunt->work++ >= WORK_MAX || hunt->sets >= SETS_MAX) {
            hunt->cut = true;
            return;
        }
        if (!rule) {
            grow(hunt, with, (uint8_t)(count + 1), (uint8_t)(k + 1));
        } else if (least(hunt, with)) {
            struct forbidden_set set = {.input = hunt->input, .strings = with, .rule = rule};
            hunt->sets++;
            hunt->tell(hunt->context, &set);
        }
    }
}

/* "Any so many of these", where it is the number alone. */
static void tell_number(struct hunt *hunt, uint64_t strings, uint8_t number, const char *rule)
{
    struct forbidden_set set = {hunt->input, strings, number, {NO_CONTACT, NO_CONTACT}, rule};
    hunt->tell(hunt->context, &set);
}

static void hunt_input(struct hunt *hunt)
{
    const struct topology *t = hunt->topology;
    uint64_t all = 0;
    hunt->candidates = 0;
    hunt->sets = hunt->work = 0;
    for (size_t s = 0; s < t->strings; s++)
        if (contact_between(t, (uint8_t)s, hunt->input) != NO_CONTACT) {
            hunt->candidate[hunt->candidates++] = (uint8_t)s;
            all |= (uint64_t)1 << s;
        }
    hunt->most = t->input[hunt->input].strings_max;
    if (hunt->candidates > hunt->most)
        tell_number(hunt, all, (uint8_t)(hunt->most + 1),
                    "more strings on one input than it may take");
    grow(hunt, 0, 0, 0);
}

bool topology_forbidden(const struct topology *topology, forbidden_fn *tell, void *context)
{
    struct hunt hunt = {.topology = topology, .tell = tell, .context = context};
    for (hunt.input = 0; hunt.input < topology->inputs; hunt.input++)
        hunt_input(&hunt);
    for (size_t i = 0; i < topology->interlocks; i++) {
        const uint8_t *contact = topology->interlock[i].contact;
        struct forbidden_set set = {NO_INPUT,
                                    (uint64_t)1 << topology->contact[contact[0]].string |
                                        (uint64_t)1 << topology->contact[contact[1]].string,
                                    0,
                                    {contact[0], contact[1]},
                                    "two contacts closed that are interlocked"};
        tell(context, &set);
    }
    return !hunt.cut;
}
