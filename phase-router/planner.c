/* Which string on which input: greedy with moving aside first, then branch and bound.
 *
 * Strings are decided one after the other, the one worth most first. When all inputs take single
 * strings and none is limited in power, taking them greedily, each by an augmenting path, is
 * already the best (matchable sets form a transversal matroid: Edmonds); the search then only
 * proves it. */
#include <assert.h>
#include <string.h>

#include "phase-router/wiring.h"

enum { SEARCH_NODES = 100000, UNDECIDED = 0xFD };

/* Compared from top to bottom, more is better. */
struct score {
    int64_t present_W, rated_W; /* at the charge point's inputs, each cut at what the input takes */
    int64_t home_load_W;        /* loads of the phases of those who stay */
    int64_t stays;              /* strings that do not move */
};

struct plan {
    const struct topology *topology;
    const struct router_wish *wish;
    const uint8_t *present;
    unsigned wanted, there;
    int64_t power_max_W;        /* of the charge point's inputs together */
    uint8_t order[MAX_STRINGS]; /* by worth */
    uint8_t rank[MAX_STRINGS];  /* its place in that */
    uint8_t rated[MAX_STRINGS]; /* by rating */
    uint8_t input[MAX_STRINGS], best[MAX_STRINGS];
    struct score best_score;
    uint32_t nodes;
};

static int score_compare(const struct score *a, const struct score *b)
{
    const int64_t pairs[][2] = {{a->present_W, b->present_W},
                                {a->rated_W, b->rated_W},
                                {a->home_load_W, b->home_load_W},
                                {a->stays, b->stays}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (pairs[i][0] != pairs[i][1])
            return pairs[i][0] > pairs[i][1] ? 1 : -1;
    return 0;
}

static bool at_point(const struct plan *plan, uint8_t input)
{
    return plan->wish->charge_point != NO_CHARGE_POINT &&
           plan->topology->input[input].charge_point == plan->wish->charge_point;
}

static int32_t home_load_W(const struct plan *plan, size_t s)
{
    const struct topology *t = plan->topology;
    return plan->wish->phase_load_W[t->input[t->string[s].home].phase & 3];
}

static int64_t watts(int32_t value)
{
    return value > 0 ? value : 0;
}

static int64_t at_most(int64_t value, int64_t limit)
{
    return value < limit ? value : limit;
}

static struct score score_of(const struct plan *plan, const uint8_t layout[])
{
    const struct topology *t = plan->topology;
    int64_t present_W[MAX_INPUTS] = {0}, rated_W[MAX_INPUTS] = {0};
    struct score score = {0};
    for (size_t s = 0; s < t->strings; s++) {
        score.stays += layout[s] == plan->present[s];
        if (!at_point(plan, layout[s])) {
            score.home_load_W += home_load_W(plan, s);
            continue;
        }
        present_W[layout[s]] += watts(plan->wish->string_W[s]);
        rated_W[layout[s]] += watts(t->string[s].mpp_W);
    }
    for (size_t i = 0; i < t->inputs; i++) {
        score.present_W += at_most(present_W[i], t->input[i].power_max_W);
        score.rated_W += at_most(rated_W[i], t->input[i].power_max_W);
    }
    return score;
}

/* Where it may not leave, or NO_INPUT. */
static uint8_t bound_to(const struct plan *plan, size_t s)
{
    return plan->wish->stays[s] ? plan->present[s] : NO_INPUT;
}

/* --- order of worth --- */

static bool worth_more(const struct plan *plan, size_t a, size_t b)
{
    const struct topology *t = plan->topology;
    int64_t diff = watts(plan->wish->string_W[a]) - watts(plan->wish->string_W[b]);
    if (diff == 0)
        diff = watts(t->string[a].mpp_W) - watts(t->string[b].mpp_W);
    if (diff == 0)
        diff = (int64_t)home_load_W(plan, b) - home_load_W(plan, a);
    if (diff == 0)
        diff = (plan->present[a] != t->string[a].home) - (plan->present[b] != t->string[b].home);
    return diff > 0;
}

static void order_by_worth(struct plan *plan)
{
    for (size_t s = 0; s < plan->topology->strings; s++) {
        size_t at = s;
        for (; at > 0 && worth_more(plan, s, plan->order[at - 1]); at--)
            plan->order[at] = plan->order[at - 1];
        plan->order[at] = (uint8_t)s;
    }
}

/* --- what fits --- */

static bool fits(const struct plan *plan, size_t s, uint8_t input)
{
    const struct topology *t = plan->topology;
    struct joined joined = {0};
    joined_add(&joined, &t->string[s]);
    for (size_t k = 0; k < t->strings; k++)
        if (k != s && plan->input[k] == input)
            joined_add(&joined, &t->string[k]);
    return joined_forbidden(&joined, &t->input[input]) == NULL;
}

/* The inputs of the charge point a string can reach: where it stands now first. */
static unsigned reach(const struct plan *plan, size_t s, uint8_t inputs[MAX_INPUTS])
{
    const struct topology *t = plan->topology;
    unsigned count = 0;
    for (size_t c = 0; c < t->contacts; c++) {
        uint8_t input = t->contact[c].input;
        if (t->contact[c].string != s || !at_point(plan, input) || count == MAX_INPUTS)
            continue;
        inputs[count++] = input;
        if (input == plan->present[s]) {
            inputs[count - 1] = inputs[0];
            inputs[0] = input;
        }
    }
    return count;
}

/* --- greedy --- */

static bool place(struct plan *plan, size_t s, bool visited[MAX_INPUTS]);

/* Puts s on the input in place of one that finds another. */
static bool displace(struct plan *plan, size_t s, uint8_t input, bool visited[MAX_INPUTS])
{
    for (size_t k = 0; k < plan->topology->strings; k++) {
        if (plan->input[k] != input || bound_to(plan, k) != NO_INPUT)
            continue;
        plan->input[k] = UNDECIDED;
        if (fits(plan, s, input)) {
            plan->input[s] = input;
            if (place(plan, k, visited))
                return true;
            plan->input[s] = UNDECIDED;
        }
        plan->input[k] = input;
    }
    return false;
}

static bool place(struct plan *plan, size_t s, bool visited[MAX_INPUTS])
{
    uint8_t inputs[MAX_INPUTS];
    unsigned count = reach(plan, s, inputs);
    for (unsigned i = 0; i < count; i++)
        if (fits(plan, s, inputs[i])) {
            plan->input[s] = inputs[i];
            return true;
        }
    for (unsigned i = 0; i < count; i++)
        if (!visited[inputs[i]]) {
            visited[inputs[i]] = true;
            if (displace(plan, s, inputs[i], visited))
                return true;
        }
    return false;
}

static void keep_if_better(struct plan *plan)
{
    struct score score = score_of(plan, plan->input);
    if (score_compare(&score, &plan->best_score) <= 0)
        return;
    plan->best_score = score;
    memcpy(plan->best, plan->input, sizeof plan->best);
}

static void plan_greedy(struct plan *plan)
{
    const struct topology *t = plan->topology;
    unsigned there = 0;
    memset(plan->input, UNDECIDED, sizeof plan->input);
    for (size_t s = 0; s < t->strings; s++)
        if (bound_to(plan, s) != NO_INPUT) {
            plan->input[s] = plan->present[s];
            there += at_point(plan, plan->present[s]);
        }
    for (size_t k = 0; k < t->strings && there < plan->wanted; k++) {
        bool visited[MAX_INPUTS] = {false};
        if (plan->input[plan->order[k]] == UNDECIDED)
            there += place(plan, plan->order[k], visited);
    }
    for (size_t s = 0; s < t->strings; s++)
        if (plan->input[s] == UNDECIDED)
            plan->input[s] = t->string[s].home;
    if (layout_forbidden(t, plan->input) == NULL)
        keep_if_better(plan);
}

/* --- branch and bound --- */

/* No layout that keeps the first k decisions is better than this. */
static struct score best_possible(const struct plan *plan, size_t k)
{
    const struct topology *t = plan->topology;
    struct score score = {.stays = (int64_t)(t->strings - k)};
    size_t room = plan->wanted > plan->there ? plan->wanted - plan->there : 0;
    for (size_t i = 0; i < t->strings; i++) {
        size_t s = plan->order[i];
        bool there = i < k && at_point(plan, plan->input[s]);
        score.stays += i < k && plan->input[s] == plan->present[s];
        score.home_load_W += there ? 0 : i < k ? home_load_W(plan, s) : watts(home_load_W(plan, s));
        score.present_W += there ? watts(plan->wish->string_W[s]) : 0;
        score.rated_W += there ? watts(t->string[s].mpp_W) : 0;
        bool bound = bound_to(plan, s) != NO_INPUT;
        room += i >= k && at_point(plan, bound ? plan->present[s] : t->string[s].home);
    }
    for (size_t i = k; i < t->strings && i - k < room; i++)
        score.present_W += watts(plan->wish->string_W[plan->order[i]]);
    for (size_t i = 0, taken = 0; i < t->strings && taken < room; i++) {
        size_t s = plan->rated[i];
        score.rated_W += plan->rank[s] >= k ? watts(t->string[s].mpp_W) : 0;
        taken += plan->rank[s] >= k;
    }
    score.present_W = at_most(score.present_W, plan->power_max_W);
    score.rated_W = at_most(score.rated_W, plan->power_max_W);
    return score;
}

static void search(struct plan *plan, size_t k);

static void search_with(struct plan *plan, size_t k, uint8_t input)
{
    size_t s = plan->order[k];
    bool there = at_point(plan, input);
    if (!fits(plan, s, input))
        return;
    plan->input[s] = input;
    plan->there += there;
    search(plan, k + 1);
    plan->there -= there;
    plan->input[s] = UNDECIDED;
}

static void search(struct plan *plan, size_t k)
{
    const struct topology *t = plan->topology;
    struct score best = best_possible(plan, k);
    if (plan->nodes == SEARCH_NODES || score_compare(&best, &plan->best_score) <= 0)
        return;
    plan->nodes++;
    if (k == t->strings) {
        keep_if_better(plan);
        return;
    }
    uint8_t inputs[MAX_INPUTS], home = t->string[plan->order[k]].home;
    uint8_t bound = bound_to(plan, plan->order[k]);
    if (bound != NO_INPUT) {
        search_with(plan, k, bound);
        return;
    }
    unsigned count = plan->there < plan->wanted ? reach(plan, plan->order[k], inputs) : 0;
    for (unsigned i = 0; i < count; i++)
        if (inputs[i] != home)
            search_with(plan, k, inputs[i]);
    search_with(plan, k, home);
}

/* --- the owner's side --- */

static void plan_begin(struct plan *plan)
{
    static const struct score nothing = {-1, 0, 0, 0}; /* any layout is better */
    const struct topology *t = plan->topology;
    if (plan->wish->charge_point != NO_CHARGE_POINT)
        plan->wanted =
            plan->wish->strings_wanted ? plan->wish->strings_wanted : (2u * t->strings + 2) / 3;
    for (size_t i = 0; i < t->inputs; i++)
        plan->power_max_W += at_point(plan, (uint8_t)i) ? t->input[i].power_max_W : 0;
    order_by_worth(plan);
    for (size_t s = 0; s < t->strings; s++) {
        plan->rank[plan->order[s]] = (uint8_t)s;
        size_t at = s;
        for (; at > 0 && t->string[plan->rated[at - 1]].mpp_W < t->string[s].mpp_W; at--)
            plan->rated[at] = plan->rated[at - 1];
        plan->rated[at] = (uint8_t)s;
        plan->input[s] = plan->best[s] = t->string[s].home;
        if (bound_to(plan, s) != NO_INPUT)
            plan->input[s] = plan->present[s];
    }
    plan->best_score = nothing;
    if (layout_forbidden(t, plan->input) == NULL)
        keep_if_better(plan);
}

void router_plan(struct router_layout *out, const struct topology *topology,
                 const struct router_wish *wish, const uint8_t present[])
{
    struct plan plan = {.topology = topology, .wish = wish, .present = present};
    plan_begin(&plan);
    plan_greedy(&plan);
    memset(plan.input, UNDECIDED, sizeof plan.input);
    search(&plan, 0);
    memset(out, 0, sizeof *out);
    memset(out->input, NO_INPUT, sizeof out->input);
    for (size_t s = 0; s < topology->strings; s++) {
        out->input[s] = plan.best[s];
        out->strings_there = (uint8_t)(out->strings_there + at_point(&plan, plan.best[s]));
        out->transfers = (uint8_t)(out->transfers + (plan.best[s] != present[s]));
    }
    out->charge_point_W = (int32_t)at_most(score_of(&plan, plan.best).present_W, INT32_MAX);
    assert(layout_forbidden(topology, out->input) == NULL);
}
