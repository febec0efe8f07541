/* Which string on which input: a greedy plan with moving aside, then branch and bound.
 *
 * Strings are decided one after the other, the one worth most first, each on an input of the charge
 * point or at home. When all inputs take single strings and none is limited in power, taking them
 * greedily, each by an augmenting path, is already the best (matchable sets form a transversal
 * matroid: Edmonds); the search then only proves it. */
#include <string.h>

#include "phase-router/plan.h"

enum { SEARCH_WORK = 1000000, NODE_WORK = 16 };

int score_compare(const struct score *a, const struct score *b)
{
    const int64_t pairs[][2] = {{a->present, b->present},
                                {a->rated, b->rated},
                                {b->transfers, a->transfers},
                                {b->wear_permille, a->wear_permille},
                                {a->home_load_W, b->home_load_W}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (pairs[i][0] != pairs[i][1])
            return pairs[i][0] > pairs[i][1] ? 1 : -1;
    return 0;
}

static int64_t watts(int32_t value)
{
    return value > 0 ? value : 0;
}

/* --- deciding and taking back --- */

static int64_t contact_wear(const struct plan *plan, size_t s, uint8_t input)
{
    uint8_t contact = contact_between(plan->topology, (uint8_t)s, input);
    return contact == NO_CONTACT ? 0 : plan->wish->wear_permille[contact];
}

static int64_t move_wear(const struct plan *plan, size_t s, uint8_t input)
{
    if (input == plan->present[s])
        return 0;
    return contact_wear(plan, s, input) + contact_wear(plan, s, plan->present[s]);
}

static bool interlocked(const struct plan *plan, size_t s, uint8_t input)
{
    const struct topology *t = plan->topology;
    uint8_t own = contact_between(t, (uint8_t)s, input);
    for (size_t i = 0; i < t->interlocks; i++)
        for (size_t side = 0; side < 2; side++) {
            uint8_t other = t->interlock[i].contact[1 - side];
            if (t->interlock[i].contact[side] == own &&
                plan->input[t->contact[other].string] == t->contact[other].input)
                return true;
        }
    return false;
}

static bool fits(const struct plan *plan, size_t s, uint8_t input)
{
    struct joined joined = plan->joined[input];
    joined_add(&joined, &plan->topology->string[s]);
    return joined_forbidden(&joined, &plan->topology->input[input]) == NULL &&
           !interlocked(plan, s, input);
}

/* sign: 1 decides, -1 takes back. */
static void account(struct plan *plan, size_t s, uint8_t input, int sign)
{
    const struct topology *t = plan->topology;
    bool there = plan_at_point(plan, input);
    uint8_t home = t->string[s].home;
    plan->input_W[input] += sign * plan->power_W[s];
    plan->input_rated_W[input] += sign * plan->rated_W[s];
    plan->transfers += sign * (input != plan->present[s]);
    plan->wear_permille += sign * move_wear(plan, s, input);
    if (!there) {
        plan->home_load_W += sign * plan->load_W[s];
        return;
    }
    plan->there_W += sign * plan->power_W[s];
    plan->there_rated_W += sign * plan->rated_W[s];
    if (!plan->visitor[s])
        return;
    plan->there += (unsigned)sign;
    plan->left_W[t->input[home].phase & 3] += sign * plan->power_W[s];
}

static void put(struct plan *plan, size_t s, uint8_t input)
{
    joined_add(&plan->joined[input], &plan->topology->string[s]);
    plan->input[s] = input;
    account(plan, s, input, 1);
}

static void take(struct plan *plan, size_t s)
{
    const struct topology *t = plan->topology;
    uint8_t input = plan->input[s];
    plan->input[s] = UNDECIDED;
    account(plan, s, input, -1);
    plan->joined[input] = (struct joined){0};
    for (size_t k = 0; k < t->strings; k++)
        if (plan->input[k] == input)
            joined_add(&plan->joined[input], &t->string[k]);
}

/* --- what a layout is worth --- */

static int64_t delivered_W(const struct plan *plan, const int64_t input_W[])
{
    int64_t sum_W = 0;
    for (uint8_t i = 0; i < plan->topology->inputs; i++)
        if (plan_at_point(plan, i))
            sum_W += at_most(input_W[i], plan->topology->input[i].power_max_W);
    return at_most(sum_W, plan->most_W);
}

static void house_sum(const struct plan *plan, int64_t house_W[4])
{
    memset(house_W, 0, 4 * sizeof house_W[0]);
    for (uint8_t i = 0; i < plan->topology->inputs; i++) {
        const struct topology_input *input = &plan->topology->input[i];
        if (!plan_at_point(plan, i))
            house_W[input->phase & 3] += at_most(plan->input_W[i], input->power_max_W);
    }
}

static bool reserves_kept(const struct plan *plan)
{
    int64_t house_W[4];
    house_sum(plan, house_W);
    for (size_t phase = 1; phase <= 3; phase++)
        if (house_W[phase] < plan->reserve_W[phase])
            return false;
    return true;
}

/* All strings are decided. */
static void keep_if_better(struct plan *plan)
{
    struct score score = {.present = delivered_W(plan, plan->input_W) / plan->resolution_W,
                          .rated = delivered_W(plan, plan->input_rated_W) / plan->resolution_W,
                          .transfers = plan->transfers,
                          .wear_permille = plan->wear_permille,
                          .home_load_W = plan->home_load_W};
    if (!reserves_kept(plan) || (plan->found && score_compare(&score, &plan->best_score) <= 0))
        return;
    plan->found = true;
    plan->best_score = score;
    memcpy(plan->best, plan->input, sizeof plan->best);
}

/* --- greedy --- */

static bool place(struct plan *plan, size_t s, bool visited[MAX_INPUTS]);

/* Puts s on the input in place of one that finds another. */
static bool displace(struct plan *plan, size_t s, uint8_t input, bool visited[MAX_INPUTS])
{
    for (size_t k = 0; k < plan->topology->strings; k++) {
        if (plan->input[k] != input || plan->options[k] < 2)
            continue;
        take(plan, k);
        if (fits(plan, s, input)) {
            put(plan, s, input);
            if (place(plan, k, visited))
                return true;
            take(plan, s);
        }
        put(plan, k, input);
    }
    return false;
}

/* On one of the charge point's inputs. */
static bool place(struct plan *plan, size_t s, bool visited[MAX_INPUTS])
{
    for (unsigned i = 0; i < plan->options[s]; i++)
        if (plan_at_point(plan, plan->option[s][i]) && fits(plan, s, plan->option[s][i])) {
            put(plan, s, plan->option[s][i]);
            return true;
        }
    for (unsigned i = 0; i < plan->options[s]; i++) {
        uint8_t input = plan->option[s][i];
        if (plan_at_point(plan, input) && !visited[input]) {
            visited[input] = true;
            if (displace(plan, s, input, visited))
                return true;
        }
    }
    return false;
}

static bool phase_can_miss(const struct plan *plan, size_t s)
{
    size_t phase = plan->topology->input[plan->topology->string[s].home].phase & 3;
    return plan->house_W[phase] - plan->left_W[phase] - plan->power_W[s] >= plan->reserve_W[phase];
}

static void take_all(struct plan *plan)
{
    for (size_t s = 0; s < plan->topology->strings; s++)
        if (plan->input[s] != UNDECIDED)
            take(plan, s);
}

static bool put_where_it_must(struct plan *plan)
{
    for (size_t s = 0; s < plan->topology->strings; s++) {
        uint8_t last = plan->option[s][plan->options[s] - 1u];
        if (plan->options[s] > 1 && !plan_at_point(plan, plan->topology->string[s].home))
            continue;
        if (!fits(plan, s, last))
            return false;
        put(plan, s, last);
    }
    return true;
}

static void plan_greedy(struct plan *plan)
{
    const struct topology *t = plan->topology;
    bool well = put_where_it_must(plan);
    for (size_t k = 0; well && k < t->strings && plan->there < plan->visitors_max; k++) {
        bool visited[MAX_INPUTS] = {false};
        size_t s = plan->order[k];
        if (plan->input[s] == UNDECIDED && phase_can_miss(plan, s))
            place(plan, s, visited);
    }
    for (size_t s = 0; s < t->strings; s++)
        if (plan->input[s] == UNDECIDED) {
            well = well && fits(plan, s, t->string[s].home);
            put(plan, s, t->string[s].home);
        }
    if (well)
        keep_if_better(plan);
    take_all(plan);
}

/* --- branch and bound --- */

static void search(struct plan *plan, size_t k);

static void search_with(struct plan *plan, size_t k, uint8_t choice)
{
    size_t s = plan->order[k];
    uint8_t input = plan->option[s][choice];
    if (!fits(plan, s, input))
        return;
    struct joined before = plan->joined[input];
    put(plan, s, input);
    plan->choice[s] = choice;
    search(plan, k + 1);
    plan->input[s] = UNDECIDED;
    account(plan, s, input, -1);
    plan->joined[input] = before;
}

static void search(struct plan *plan, size_t k)
{
    if (plan->work >= SEARCH_WORK || !plan_promising(plan, k))
        return;
    plan->work += NODE_WORK;
    if (k == plan->topology->strings) {
        keep_if_better(plan);
        return;
    }
    size_t s = plan->order[k];
    /* Equals are put in one order only: the later one's choice is not before the earlier one's. */
    uint8_t first = plan->alike[s] == NO_STRING ? 0 : plan->choice[plan->alike[s]];
    bool full = plan->visitor[s] && plan->there >= plan->visitors_max;
    for (uint8_t i = first; i < plan->options[s]; i++)
        if (!full || !plan_at_point(plan, plan->option[s][i]))
            search_with(plan, k, i);
}

/* --- the owner's side --- */

static void options_fill(struct plan *plan, size_t s)
{
    const struct topology *t = plan->topology;
    uint8_t home = t->string[s].home, count = 0;
    bool bound = plan->wish->stays[s] && plan->present[s] < t->inputs;
    for (size_t c = 0; c < t->contacts && !bound; c++) {
        uint8_t input = t->contact[c].input;
        if (t->contact[c].string != s || input == home || !plan_at_point(plan, input))
            continue;
        plan->option[s][count++] = input;
        if (input == plan->present[s]) {
            plan->option[s][count - 1] = plan->option[s][0];
            plan->option[s][0] = input;
        }
    }
    plan->option[s][count++] = bound ? plan->present[s] : home;
    plan->options[s] = count;
    plan->visitor[s] = count > 1 && !plan_at_point(plan, home);
}

static bool same_options(const struct plan *plan, size_t a, size_t b)
{
    for (uint8_t i = 0; i < plan->options[a]; i++)
        if (plan->option[a][i] != plan->option[b][i] ||
            move_wear(plan, a, plan->option[a][i]) != move_wear(plan, b, plan->option[b][i]))
            return false;
    return true;
}

static bool equals(const struct plan *plan, size_t a, size_t b)
{
    const struct topology_string *x = &plan->topology->string[a], *y = &plan->topology->string[b];
    return plan->power_W[a] == plan->power_W[b] && plan->rated_W[a] == plan->rated_W[b] &&
           plan->present[a] == plan->present[b] && x->home == y->home && x->isc_mA == y->isc_mA &&
           x->voc_mV == y->voc_mV && x->modules == y->modules && x->fused == y->fused &&
           plan->options[a] == plan->options[b] && same_options(plan, a, b);
}

static void alike_find(struct plan *plan)
{
    memset(plan->alike, NO_STRING, sizeof plan->alike);
    for (size_t k = 0; k < plan->topology->strings && plan->topology->interlocks == 0; k++)
        for (size_t j = k; j-- > 0 && plan->alike[plan->order[k]] == NO_STRING;)
            if (equals(plan, plan->order[k], plan->order[j]))
                plan->alike[plan->order[k]] = plan->order[j];
}

static bool worth_more(const struct plan *plan, size_t a, size_t b)
{
    int64_t diff = plan->power_W[a] - plan->power_W[b];
    if (diff == 0)
        diff = plan->rated_W[a] - plan->rated_W[b];
    if (diff == 0)
        diff = plan->load_W[b] - plan->load_W[a];
    if (diff == 0)
        diff = plan_at_point(plan, plan->present[a]) - plan_at_point(plan, plan->present[b]);
    return diff > 0;
}

static void strings_order(struct plan *plan)
{
    for (size_t s = 0; s < plan->topology->strings; s++) {
        size_t at = s;
        for (; at > 0 && worth_more(plan, s, plan->order[at - 1]); at--)
            plan->order[at] = plan->order[at - 1];
        plan->order[at] = (uint8_t)s;
        for (at = s; at > 0 && plan->rated_W[plan->rated_order[at - 1]] < plan->rated_W[s]; at--)
            plan->rated_order[at] = plan->rated_order[at - 1];
        plan->rated_order[at] = (uint8_t)s;
    }
    for (size_t k = 0; k < plan->topology->strings; k++)
        plan->rank[plan->order[k]] = (uint8_t)k;
}

static void strings_fill(struct plan *plan)
{
    const struct topology *t = plan->topology;
    const struct router_wish *wish = plan->wish;
    unsigned settled = 0; /* there, and not by this plan */
    for (size_t s = 0; s < t->strings; s++) {
        plan->power_W[s] = watts(wish->string_W[s]);
        plan->rated_W[s] = watts(t->string[s].mpp_W);
        plan->load_W[s] = watts(wish->phase_load_W[t->input[t->string[s].home].phase & 3]);
        options_fill(plan, s);
        settled += !plan->visitor[s] && plan_at_point(plan, plan->option[s][0]);
    }
    unsigned wanted = wish->strings_wanted ? wish->strings_wanted : (2u * t->strings + 2) / 3;
    plan->visitors_max = wanted > settled ? wanted - settled : 0;
}

/* A phase cannot be asked to keep more than it has with all strings at home. */
static void reserves_fill(struct plan *plan)
{
    const struct topology *t = plan->topology;
    int64_t house_W[4];
    for (size_t s = 0; s < t->strings; s++) {
        uint8_t last = plan->option[s][plan->options[s] - 1u];
        put(plan, s, last);
        plan->house_W[t->input[last].phase & 3] +=
            plan_at_point(plan, last) ? 0 : plan->power_W[s];
    }
    house_sum(plan, house_W);
    for (size_t phase = 1; phase <= 3; phase++)
        plan->reserve_W[phase] = at_most(watts(plan->wish->phase_reserve_W[phase]), house_W[phase]);
    take_all(plan);
}

static void plan_begin(struct plan *plan, const struct topology *topology,
                       const struct router_wish *wish, const uint8_t present[])
{
    memset(plan, 0, sizeof *plan);
    plan->topology = topology;
    plan->wish = wish;
    plan->present = present;
    plan->resolution_W = wish->resolution_W > 0 ? wish->resolution_W : 1;
    plan->most_W = wish->wish_W > 0 ? wish->wish_W : INT64_MAX;
    memset(plan->input, UNDECIDED, sizeof plan->input);
    strings_fill(plan);
    reserves_fill(plan);
    strings_order(plan);
    alike_find(plan);
    plan_rank(plan);
}

static void plan_tell(struct plan *plan, struct router_layout *out)
{
    const struct topology *t = plan->topology;
    memset(out, 0, sizeof *out);
    memset(out->input, NO_INPUT, sizeof out->input);
    out->proven = plan->found && plan->work < SEARCH_WORK;
    int64_t bound_W = plan_bound_W(plan);
    for (size_t s = 0; s < t->strings; s++) {
        uint8_t input = plan->found ? plan->best[s] : plan->present[s];
        out->input[s] = input;
        out->strings_there = (uint8_t)(out->strings_there + plan_at_point(plan, input));
        out->transfers = (uint8_t)(out->transfers + (input != plan->present[s]));
        if (input < t->inputs)
            put(plan, s, input);
    }
    out->charge_point_W = (int32_t)at_most(delivered_W(plan, plan->input_W), INT32_MAX);
    out->bound_W = out->proven ? out->charge_point_W : (int32_t)at_most(bound_W, INT32_MAX);
}

void router_plan(struct router_layout *out, const struct topology *topology,
                 const struct router_wish *wish, const uint8_t present[])
{
    struct plan plan;
    plan_begin(&plan, topology, wish, present);
    plan_greedy(&plan);
    search(&plan, 0);
    take_all(&plan);
    plan_tell(&plan, out);
}
