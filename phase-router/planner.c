/* The wish as a problem of columns (plan.h), and its solution as a layout. */
#include <string.h>

#include "phase-router/plan.h"

enum { WEAR_MAX = 1000, LOAD_MAX_W = 32767, NIGHT_SHARE = 10 };

static int32_t at_least(int32_t value, int32_t limit)
{
    return value > limit ? value : limit;
}

static int32_t at_most(int32_t value, int32_t limit)
{
    return value < limit ? value : limit;
}

static bool at_point(const struct plan *plan, uint8_t input)
{
    return plan->wish->charge_point != NO_CHARGE_POINT && input < plan->topology->inputs &&
           plan->topology->input[input].charge_point == plan->wish->charge_point;
}

static size_t phase_of(const struct plan *plan, size_t s)
{
    return plan->topology->input[plan->topology->string[s].home].phase & 3;
}

/* --- power --- */

/* By the sun of now; while there is too little of it to tell strings apart, by their rating. */
static bool by_rating(const struct plan *plan)
{
    int64_t now_W = 0, rated_W = 0;
    for (size_t s = 0; s < plan->topology->strings; s++) {
        now_W += at_least(plan->wish->string_W[s], 0);
        rated_W += at_least(plan->topology->string[s].mpp_W, 0);
    }
    return now_W * NIGHT_SHARE < rated_W;
}

static void steps_fill(struct plan *plan)
{
    const struct topology *t = plan->topology;
    bool rating = by_rating(plan);
    int64_t sum_W = 0;
    for (size_t s = 0; s < t->strings; s++)
        sum_W += at_least(rating ? t->string[s].mpp_W : plan->wish->string_W[s], 0);
    int64_t least_W = (sum_W + STEPS_MAX - 1) / STEPS_MAX;
    plan->resolution_W = at_least(at_least(plan->wish->resolution_W, 1), (int32_t)least_W);
    for (size_t s = 0; s < t->strings; s++)
        plan->steps[s] =
            (uint16_t)(at_least(rating ? t->string[s].mpp_W : plan->wish->string_W[s], 0) /
                       plan->resolution_W);
}

static void order_fill(struct plan *plan)
{
    for (size_t s = 0; s < plan->topology->strings; s++) {
        size_t at = s;
        for (; at > 0 && plan->steps[s] > plan->steps[plan->order[at - 1]]; at--)
            plan->order[at] = plan->order[at - 1];
        plan->order[at] = (uint8_t)s;
    }
}

/* --- where each may stand --- */

static int64_t worn(const struct plan *plan, size_t s, uint8_t input)
{
    uint8_t contact = contact_between(plan->topology, (uint8_t)s, input);
    return contact == NO_CONTACT ? 0 : at_most(plan->wish->wear_permille[contact], WEAR_MAX);
}

int64_t plan_stand(const struct plan *plan, size_t s, uint8_t input)
{
    int32_t load_W = plan->wish->phase_load_W[phase_of(plan, s)];
    int64_t value = at_point(plan, input) ? 0 : at_most(at_least(load_W, 0), LOAD_MAX_W);
    if (input != plan->present[s])
        value -=
            TRANSFER_UNIT + WEAR_UNIT * (worn(plan, s, input) + worn(plan, s, plan->present[s]));
    return value;
}

static unsigned ways_there(const struct plan *plan, size_t s)
{
    unsigned count = 0;
    for (size_t c = 0; c < plan->topology->contacts; c++)
        count += plan->topology->contact[c].string == s &&
                 at_point(plan, plan->topology->contact[c].input);
    return count;
}

/* One whose home is at the charge point, and that has another way there, must be in a column. */
static void string_fill(struct plan *plan, size_t s, unsigned *settled)
{
    uint8_t home = plan->topology->string[s].home;
    bool bound = plan->wish->stays[s] && plan->present[s] < plan->topology->inputs;
    unsigned ways = bound ? 0 : ways_there(plan, s);
    bool native = at_point(plan, home);
    plan->rest[s] = bound ? plan->present[s] : native && ways > 1 ? NO_INPUT : home;
    plan->visitor[s] = ways > 0 && !native;
    if (ways > 1)
        plan->shared |= (uint64_t)1 << s;
    if (plan->rest[s] == NO_INPUT)
        plan->must |= (uint64_t)1 << s;
    else
        plan->base += plan_stand(plan, s, plan->rest[s]);
    *settled += plan->rest[s] == NO_INPUT || at_point(plan, plan->rest[s]);
}

static void strings_fill(struct plan *plan)
{
    const struct topology *t = plan->topology;
    unsigned settled = 0, wanted = plan->wish->strings_wanted;
    for (size_t s = 0; s < t->strings; s++)
        string_fill(plan, s, &settled);
    wanted = wanted ? wanted : (2u * t->strings + 2) / 3;
    plan->visitors_max = wanted > settled ? wanted - settled : 0;
}

/* --- limits --- */

/* The most that strings leaving this phase can make together within the limit: what fits between is
 * out of reach. */
static int32_t reachable(const struct plan *plan, size_t phase, int32_t limit)
{
    uint64_t sums[STEPS_MAX / 64 + 2] = {1}; /* bit n: some strings make n steps */
    for (size_t s = 0; s < plan->topology->strings; s++) {
        size_t words = plan->steps[s] / 64u, bits = plan->steps[s] % 64u;
        if (!plan->visitor[s] || phase_of(plan, s) != phase)
            continue;
        for (size_t w = STEPS_MAX / 64 + 1; w + 1 > words; w--) {
            uint64_t low = w > words && bits ? sums[w - words - 1] >> (64 - bits) : 0;
            sums[w] |= sums[w - words] << bits | low;
        }
    }
    int32_t most = limit < STEPS_MAX ? limit : STEPS_MAX;
    while (!(sums[most / 64] >> most % 64 & 1))
        most--;
    return most;
}

static void limits_fill(struct plan *plan)
{
    const struct topology *t = plan->topology;
    int32_t home[4] = {0}, leavers[4] = {0}, sum = 0;
    for (size_t s = 0; s < t->strings; s++) {
        sum += plan->steps[s];
        leavers[phase_of(plan, s)] += plan->visitor[s] ? plan->steps[s] : 0;
        if (plan->rest[s] != NO_INPUT && !at_point(plan, plan->rest[s]))
            home[t->input[plan->rest[s]].phase & 3] += plan->steps[s];
    }
    for (size_t phase = 1; phase <= 3; phase++) {
        int32_t reserve = at_least(plan->wish->phase_reserve_W[phase], 0) / plan->resolution_W;
        plan->slack[phase] = at_least(home[phase] - reserve, 0);
        plan->reserved |= plan->slack[phase] < leavers[phase];
        plan->slack[phase] = reachable(plan, phase, plan->slack[phase]);
    }
    plan->slack[0] = STEPS_MAX;
    plan->most = plan->wish->wish_W > 0
                     ? (plan->wish->wish_W + plan->resolution_W - 1) / plan->resolution_W
                     : STEPS_MAX;
    plan->limited = plan->most < sum;
}

static void places_fill(struct plan *plan)
{
    const struct topology *t = plan->topology;
    for (uint8_t i = 0; i < t->inputs; i++) {
        if (!at_point(plan, i))
            continue;
        struct place *place = &plan->place[plan->places++];
        *place = (struct place){
            .input = i,
            .steps_max = (uint16_t)at_most(
                at_least(t->input[i].power_max_W, 0) / plan->resolution_W, STEPS_MAX)};
        for (size_t s = 0; s < t->strings; s++)
            if (plan->rest[s] == i) {
                joined_add(&place->settled, &t->string[s]);
                place->settled_steps = (uint16_t)(place->settled_steps + plan->steps[s]);
            }
    }
}

/* --- the owner's side --- */

void plan_layout(const struct plan *plan, const uint16_t columns[], uint8_t layout[])
{
    memset(layout, NO_INPUT, MAX_STRINGS);
    for (size_t s = 0; s < plan->topology->strings; s++) {
        layout[s] = plan->rest[s];
        for (size_t i = 0; i < plan->places; i++)
            if (plan->column[columns[i]].strings >> s & 1)
                layout[s] = plan->place[i].input;
    }
}

int32_t router_delivers_W(const struct topology *t, const struct router_wish *wish,
                          const uint8_t layout[])
{
    int64_t sum_W = 0;
    for (size_t i = 0; i < t->inputs; i++) {
        int64_t here_W = 0;
        for (size_t s = 0; s < t->strings; s++)
            if (layout[s] == i)
                here_W += at_least(wish->string_W[s], 0);
        if (wish->charge_point != NO_CHARGE_POINT && t->input[i].charge_point == wish->charge_point)
            sum_W += here_W < t->input[i].power_max_W ? here_W : t->input[i].power_max_W;
    }
    return (int32_t)(sum_W < INT32_MAX ? sum_W : INT32_MAX);
}

static void plan_tell(const struct plan *plan, struct router_layout *out)
{
    if (plan->best == INT64_MIN)
        memcpy(out->input, plan->present, plan->topology->strings);
    else
        plan_layout(plan, plan->best_column, out->input);
    for (size_t s = 0; s < plan->topology->strings; s++) {
        out->strings_there = (uint8_t)(out->strings_there + at_point(plan, out->input[s]));
        out->transfers = (uint8_t)(out->transfers + (out->input[s] != plan->present[s]));
    }
    out->charge_point_W = router_delivers_W(plan->topology, plan->wish, out->input);
}

void router_plan(struct router_layout *out, const struct topology *topology,
                 const struct router_wish *wish, const uint8_t present[])
{
    struct plan plan;
    memset(&plan, 0, sizeof plan);
    memset(out, 0, sizeof *out);
    memset(out->input, NO_INPUT, sizeof out->input);
    plan.topology = topology;
    plan.wish = wish;
    plan.present = present;
    steps_fill(&plan);
    order_fill(&plan);
    strings_fill(&plan);
    limits_fill(&plan);
    places_fill(&plan);
    plan_columns(&plan);
    out->proven = plan_solve(&plan) && plan.complete;
    plan_tell(&plan, out);
}
