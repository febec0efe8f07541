/* What a search that has decided the first k strings can still reach.
 *
 * Each bound drops a part of the rules: how many may come at all; what each input takes, as if a
 * string could stand on several; what each phase can miss; and last, dearer and closer, who can be
 * matched to a place at all, as if no input were limited in power. */
#include <string.h>

#include "phase-router/plan.h"

enum { MATCH_WORK = 64 };

/* --- rankings --- */

static void ranking_add(struct ranking *ranking, size_t k, bool belongs, int64_t power_W)
{
    ranking->before[k + 1] = (uint8_t)(ranking->before[k] + belongs);
    if (!belongs)
        return;
    ranking->first_W[ranking->count + 1] = ranking->first_W[ranking->count] + power_W;
    ranking->count++;
}

/* The power of the best of it that are not among the first k, at most so many. */
static int64_t ranking_best_W(const struct ranking *ranking, size_t k, unsigned most)
{
    unsigned from = ranking->before[k], left = ranking->count - from;
    return ranking->first_W[from + (most < left ? most : left)] - ranking->first_W[from];
}

/* How many of it, the best first, make at least this power; one more than there are when they do
 * not. */
static unsigned ranking_needed(const struct ranking *ranking, size_t k, int64_t power_W)
{
    unsigned from = ranking->before[k], count = 0;
    while (from + count < ranking->count &&
           ranking->first_W[from + count] - ranking->first_W[from] < power_W)
        count++;
    bool reached = ranking->first_W[from + count] - ranking->first_W[from] >= power_W;
    return reached ? count : count + 1;
}

static bool reaches(const struct plan *plan, size_t s, uint8_t input)
{
    for (uint8_t i = 0; i < plan->options[s]; i++)
        if (plan->option[s][i] == input)
            return true;
    return false;
}

static void rank_string(struct plan *plan, size_t k)
{
    size_t s = plan->order[k];
    bool there = plan_at_point(plan, plan->present[s]);
    ranking_add(&plan->visitors, k, plan->visitor[s], plan->power_W[s]);
    ranking_add(&plan->newcomers, k, plan->visitor[s] && !there, plan->power_W[s]);
    for (uint8_t i = 0; i < plan->topology->inputs; i++)
        ranking_add(&plan->reach[i], k,
                    plan->visitor[s] && plan_at_point(plan, i) && reaches(plan, s, i),
                    plan->power_W[s]);
}

static void sum_behind(struct plan *plan, size_t k)
{
    const struct topology *t = plan->topology;
    size_t s = plan->order[k];
    uint8_t home = t->string[s].home, last = plan->option[s][plan->options[s] - 1u];
    bool native = plan_at_point(plan, last) && !plan->visitor[s];
    plan->natives_W[k] = plan->natives_W[k + 1] + (native ? plan->power_W[s] : 0);
    plan->natives_rated_W[k] = plan->natives_rated_W[k + 1] + (native ? plan->rated_W[s] : 0);
    for (uint8_t i = 0; i < t->inputs; i++)
        plan->natives_at_W[i][k] =
            plan->natives_at_W[i][k + 1] + (native && reaches(plan, s, i) ? plan->power_W[s] : 0);
    for (uint8_t phase = 0; phase < 4; phase++)
        plan->leavers_W[phase][k] =
            plan->leavers_W[phase][k + 1] +
            (plan->visitor[s] && phase == (t->input[home].phase & 3) ? plan->power_W[s] : 0);
    bool may_stay = plan->present[s] < t->inputs && reaches(plan, s, plan->present[s]);
    plan->forced[k] = plan->forced[k + 1] + !may_stay;
}

void plan_rank(struct plan *plan)
{
    for (size_t k = 0; k < plan->topology->strings; k++)
        rank_string(plan, k);
    for (size_t k = plan->topology->strings; k-- > 0;)
        sum_behind(plan, k);
}

/* --- delivered power --- */

static unsigned visitors_left(const struct plan *plan)
{
    return plan->visitors_max > plan->there ? plan->visitors_max - plan->there : 0;
}

static unsigned places_left(const struct plan *plan, size_t i)
{
    unsigned most = plan->topology->input[i].strings_max, count = plan->joined[i].count;
    return most > count ? most - count : 0;
}

static int64_t by_count_W(const struct plan *plan, size_t k)
{
    return plan->there_W + plan->natives_W[k] +
           ranking_best_W(&plan->visitors, k, visitors_left(plan));
}

static int64_t by_input_W(const struct plan *plan, size_t k)
{
    int64_t sum_W = 0;
    for (uint8_t i = 0; i < plan->topology->inputs; i++)
        if (plan_at_point(plan, i))
            sum_W += at_most(plan->input_W[i] + plan->natives_at_W[i][k] +
                                 ranking_best_W(&plan->reach[i], k, places_left(plan, i)),
                             plan->topology->input[i].power_max_W);
    return sum_W;
}

static int64_t by_reserve_W(const struct plan *plan, size_t k)
{
    int64_t sum_W = plan->there_W + plan->natives_W[k] + plan->leavers_W[0][k];
    for (uint8_t phase = 1; phase < 4; phase++)
        sum_W += at_most(plan->leavers_W[phase][k],
                         plan->house_W[phase] - plan->left_W[phase] - plan->reserve_W[phase]);
    return sum_W;
}

static bool reserves_possible(const struct plan *plan)
{
    for (size_t phase = 1; phase < 4; phase++)
        if (plan->house_W[phase] - plan->left_W[phase] < plan->reserve_W[phase])
            return false;
    return true;
}

static int64_t cheap_bound_W(const struct plan *plan, size_t k)
{
    int64_t bound_W = by_count_W(plan, k);
    bound_W = at_most(bound_W, by_input_W(plan, k));
    bound_W = at_most(bound_W, by_reserve_W(plan, k));
    return at_most(bound_W, plan->most_W);
}

/* --- who can be matched to a place --- */

struct match {
    const struct plan *plan;
    uint8_t at[MAX_STRINGS];            /* UNDECIDED = nowhere yet */
    unsigned places[MAX_INPUTS];
    bool visited[MAX_INPUTS];
};

static bool match_add(struct match *match, size_t s)
{
    const struct plan *plan = match->plan;
    for (uint8_t i = 0; i < plan->options[s]; i++) {
        uint8_t input = plan->option[s][i];
        if (!plan_at_point(plan, input) || match->visited[input])
            continue;
        match->visited[input] = true;
        if (match->places[input]) {
            match->places[input]--;
            match->at[s] = input;
            return true;
        }
        for (size_t other = 0; other < plan->topology->strings; other++)
            if (match->at[other] == input && match_add(match, other)) {
                match->at[s] = input;
                return true;
            }
    }
    return false;
}

static int64_t by_match_W(struct plan *plan, size_t k)
{
    struct match match = {.plan = plan};
    unsigned count = 0, most = visitors_left(plan);
    int64_t sum_W = plan->there_W + plan->natives_W[k];
    memset(match.at, UNDECIDED, sizeof match.at);
    for (size_t i = 0; i < plan->topology->inputs; i++)
        match.places[i] = places_left(plan, i);
    for (size_t j = k; j < plan->topology->strings && count < most; j++) {
        size_t s = plan->order[j];
        if (!plan->visitor[s])
            continue;
        memset(match.visited, 0, sizeof match.visited);
        if (match_add(&match, s)) {
            sum_W += plan->power_W[s];
            count++;
        }
    }
    plan->work += MATCH_WORK;
    return at_most(sum_W, plan->most_W);
}

/* --- what decides between equals --- */

static int64_t rated_bound_W(const struct plan *plan, size_t k)
{
    int64_t sum_W = plan->there_rated_W + plan->natives_rated_W[k], limit_W = 0;
    unsigned left = visitors_left(plan);
    for (size_t j = 0; j < plan->topology->strings && left > 0; j++) {
        size_t s = plan->rated_order[j];
        if (plan->rank[s] < k || !plan->visitor[s])
            continue;
        sum_W += plan->rated_W[s];
        left--;
    }
    for (uint8_t i = 0; i < plan->topology->inputs; i++)
        limit_W += plan_at_point(plan, i) ? plan->topology->input[i].power_max_W : 0;
    return at_most(at_most(sum_W, limit_W), plan->most_W);
}

/* What is missing for as much as the best delivers. */
static int64_t missing_W(const struct plan *plan, size_t k)
{
    return plan->best_score.present * plan->resolution_W - plan->there_W - plan->natives_W[k];
}

static int64_t transfers_bound(const struct plan *plan, size_t k)
{
    int64_t standing_W = ranking_best_W(&plan->visitors, k, MAX_STRINGS) -
                         ranking_best_W(&plan->newcomers, k, MAX_STRINGS);
    int64_t newcomers = ranking_needed(&plan->newcomers, k, missing_W(plan, k) - standing_W);
    int64_t forced = plan->forced[k];
    return plan->transfers + (newcomers > forced ? newcomers : forced);
}

/* The least loads go with those that must leave for as much as the best delivers. */
static int64_t home_load_bound_W(const struct plan *plan, size_t k)
{
    const struct topology *t = plan->topology;
    int64_t sum_W = plan->home_load_W, phase_W[4] = {0};
    unsigned of_phase[4] = {0}, leave = ranking_needed(&plan->visitors, k, missing_W(plan, k));
    for (size_t j = k; j < t->strings; j++) {
        size_t s = plan->order[j], phase = t->input[t->string[s].home].phase & 3;
        bool home = !plan_at_point(plan, plan->option[s][plan->options[s] - 1u]);
        sum_W += home ? plan->load_W[s] : 0;
        of_phase[phase] += plan->visitor[s] && home;
        phase_W[phase] = plan->load_W[s];
    }
    while (leave > 0) {
        size_t least = 4;
        for (size_t phase = 0; phase < 4; phase++)
            if (of_phase[phase] && (least == 4 || phase_W[phase] < phase_W[least]))
                least = phase;
        if (least == 4)
            break;
        unsigned gone = of_phase[least] < leave ? of_phase[least] : leave;
        sum_W -= gone * phase_W[least];
        of_phase[least] = 0;
        leave -= gone;
    }
    return sum_W;
}

static bool tie_promising(const struct plan *plan, size_t k)
{
    const struct score *best = &plan->best_score;
    int64_t rated = rated_bound_W(plan, k) / plan->resolution_W;
    int64_t transfers = transfers_bound(plan, k);
    if (rated != best->rated)
        return rated > best->rated;
    if (transfers != best->transfers)
        return transfers < best->transfers;
    if (plan->wear_permille != best->wear_permille)
        return plan->wear_permille < best->wear_permille;
    return home_load_bound_W(plan, k) > best->home_load_W;
}

bool plan_promising(struct plan *plan, size_t k)
{
    if (!reserves_possible(plan))
        return false;
    if (!plan->found)
        return true;
    int64_t bound = cheap_bound_W(plan, k) / plan->resolution_W;
    if (bound > plan->best_score.present)
        bound = at_most(bound, by_match_W(plan, k) / plan->resolution_W);
    if (bound != plan->best_score.present)
        return bound > plan->best_score.present;
    return tie_promising(plan, k);
}

int64_t plan_bound_W(struct plan *plan)
{
    return at_most(cheap_bound_W(plan, 0), by_match_W(plan, 0));
}
