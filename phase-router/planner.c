/* Which string on which input.
 *
 * Taking strings to a charge point's inputs is a matching of strings with free places. The sets of
 * strings that can be matched form a matroid, so taking them greedily in order of worth, each by an
 * augmenting path, gives the most power that k strings can bring (Edmonds; transversal matroids). */
#include <assert.h>
#include <string.h>

#include "phase-router/wiring.h"

enum { PLACES_MAX = 64 };

struct place {
    uint8_t input, string;      /* NO_STRING = free */
};

struct matching {
    const struct topology *topology;
    const struct router_wish *wish;
    const uint8_t *present;
    struct place places[PLACES_MAX];
    uint8_t count;
    bool visited[PLACES_MAX];
};

static void places_find(struct matching *m)
{
    for (uint8_t i = 0; i < m->topology->inputs; i++) {
        const struct topology_input *input = &m->topology->input[i];
        if (input->charge_point != m->wish->charge_point)
            continue;
        for (uint8_t k = 0; k < input->strings_max && m->count < PLACES_MAX; k++)
            m->places[m->count++] = (struct place){i, NO_STRING};
    }
}

/* A place is open to a string when a contact leads there and the currents on the input still fit. */
static bool place_fits(const struct matching *m, uint8_t string, uint8_t place)
{
    uint8_t input = m->places[place].input;
    if (contact_between(m->topology, string, input) == NO_CONTACT)
        return false;
    int32_t isc_mA = m->topology->string[string].isc_mA;
    for (uint8_t p = 0; p < m->count; p++)
        if (p != place && m->places[p].input == input && m->places[p].string != NO_STRING)
            isc_mA += m->topology->string[m->places[p].string].isc_mA;
    return isc_mA <= m->topology->input[input].isc_max_mA;
}

/* Finds string a place, moving others aside where that frees one. */
static bool place_take(struct matching *m, uint8_t string)
{
    for (int already = 1; already >= 0; already--)     /* first where it stands now, then elsewhere */
        for (uint8_t p = 0; p < m->count; p++) {
            if ((m->places[p].input == m->present[string]) != already || m->visited[p] ||
                !place_fits(m, string, p))
                continue;
            m->visited[p] = true;
            if (m->places[p].string == NO_STRING || place_take(m, m->places[p].string)) {
                m->places[p].string = string;
                return true;
            }
        }
    return false;
}

/* Whether a is to be taken before b: more power; a home phase with less load; already there;
 * lower index. */
static bool worth_more(const struct matching *m, uint8_t a, uint8_t b)
{
    const struct topology *t = m->topology;
    int32_t load_a = m->wish->phase_load_W[t->input[t->string[a].home].phase & 3];
    int32_t load_b = m->wish->phase_load_W[t->input[t->string[b].home].phase & 3];
    bool there_a = m->present[a] != t->string[a].home, there_b = m->present[b] != t->string[b].home;
    if (m->wish->string_W[a] != m->wish->string_W[b])
        return m->wish->string_W[a] > m->wish->string_W[b];
    if (load_a != load_b)
        return load_a < load_b;
    if (there_a != there_b)
        return there_a;
    return a < b;
}

static void order_by_worth(const struct matching *m, uint8_t order[MAX_STRINGS])
{
    for (uint8_t s = 0; s < m->topology->strings; s++) {
        uint8_t at = s;
        for (; at > 0 && worth_more(m, s, order[at - 1]); at--)
            order[at] = order[at - 1];
        order[at] = s;
    }
}

static uint8_t strings_wanted(const struct matching *m)
{
    if (m->wish->charge_point == NO_CHARGE_POINT)
        return 0;
    return m->wish->strings_wanted ? m->wish->strings_wanted
                                   : (uint8_t)((2 * m->topology->strings + 2) / 3);
}

void router_plan(struct router_layout *out, const struct topology *topology,
                 const struct router_wish *wish, const uint8_t present[])
{
    struct matching m = {.topology = topology, .wish = wish, .present = present};
    uint8_t order[MAX_STRINGS];
    memset(out, 0, sizeof *out);
    memset(out->input, NO_INPUT, sizeof out->input);
    for (uint8_t s = 0; s < topology->strings; s++)
        out->input[s] = topology->string[s].home;
    uint8_t wanted = strings_wanted(&m);
    if (wanted > 0)
        places_find(&m);
    order_by_worth(&m, order);
    for (uint8_t k = 0; k < topology->strings && out->strings_there < wanted; k++) {
        memset(m.visited, 0, sizeof m.visited);
        out->strings_there += place_take(&m, order[k]);
    }
    for (uint8_t p = 0; p < m.count; p++)
        if (m.places[p].string != NO_STRING) {
            out->input[m.places[p].string] = m.places[p].input;
            out->charge_point_W += wish->string_W[m.places[p].string];
        }
    for (uint8_t s = 0; s < topology->strings; s++)
        if (out->input[s] != present[s])
            out->transfers++;
    assert(layout_forbidden(topology, out->input) == NULL);
}
