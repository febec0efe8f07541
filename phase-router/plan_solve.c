/* The best choice of columns: prices, then a search.
 *
 * What couples the places is given a price (Lagrangian relaxation): a string's visit in two places,
 * power that leaves a phase, power beyond what the charge point can use. At any prices the best
 * columns by themselves, with the visitors counted exactly, are worth at least what any layout is;
 * the prices are moved to where that bound is lowest (subgradient steps, Polyak's length). The search
 * then takes place after place, and leaves out whatever the bound shows to be no better than the
 * best; what it has seen in the same state it does not look at again. */
#include <string.h>

#include "phase-router/plan.h"

enum {
    WORK_MAX = 200000,    /* columns looked at in the search */
    ROUNDS_WORK = 300000, /* .. and in all rounds of the prices */
    ROUNDS_MIN = 20,
    ROUNDS_MAX = 600,
    ROUNDS_IDLE = 10,
    MEMO_SIZE = 4096,
};

struct prices {
    int64_t visit[MAX_STRINGS]; /* of strings that have two ways */
    int64_t leave[4];           /* of a step that leaves a phase */
    int64_t beyond;             /* of a step beyond what the charge point can use */
};

struct memo {
    uint64_t strings, rest; /* what is taken that matters later; place, visitors, power, phases */
    uint64_t left;
    int64_t value;
    bool used;
};

/* A choice under way. */
struct choice {
    uint16_t column[MAX_INPUTS];
    uint64_t strings;
    int32_t left[4], steps;
    unsigned visitors;
    int64_t extra, reduced;
};

struct solver {
    struct plan *plan;
    struct prices prices, best_prices;
    double price[MAX_STRINGS + 5];                /* the same, between whole numbers */
    int64_t constant;                             /* what the prices add to every choice */
    int64_t best_of[MAX_INPUTS][MAX_STRINGS + 1]; /* of a place, with so many visitors */
    uint16_t best_at[MAX_INPUTS][MAX_STRINGS + 1];
    int64_t onward[MAX_INPUTS + 1][MAX_STRINGS + 1]; /* of this place and those behind it */
    uint8_t visitors_at[MAX_INPUTS];                 /* at most, in one column of the place */
    uint64_t later[MAX_INPUTS + 1]; /* strings that this place or those behind can take */
    int64_t bound, cost[COLUMNS_MAX];
    uint16_t sorted[COLUMNS_MAX], kept[MAX_INPUTS];
    struct memo memo[MEMO_SIZE];
};

#define NOTHING (INT64_MIN / 4)

/* --- the bound at some prices --- */

static void columns_price(struct solver *solver)
{
    struct plan *plan = solver->plan;
    int64_t worth = POWER_UNIT - solver->prices.beyond, cost[MAX_STRINGS];
    for (size_t s = 0; s < plan->topology->strings; s++) {
        size_t phase = plan->topology->input[plan->topology->string[s].home].phase & 3;
        cost[s] = solver->prices.visit[s] +
                  (plan->visitor[s] ? solver->prices.leave[phase] * plan->steps[s] : 0);
    }
    for (uint16_t c = 0; c < plan->columns; c++) {
        struct column *column = &plan->column[c];
        bool empty = column->parent == NO_COLUMN;
        solver->cost[c] = empty ? 0 : solver->cost[column->parent] + cost[column->last];
        column->reduced = worth * column->steps + column->extra - solver->cost[c];
    }
}

static void places_best(struct solver *solver)
{
    const struct plan *plan = solver->plan;
    for (size_t i = 0; i < plan->places; i++) {
        for (size_t n = 0; n <= plan->visitors_max; n++)
            solver->best_of[i][n] = NOTHING;
        for (unsigned k = 0; k < plan->place[i].count; k++) {
            uint16_t c = (uint16_t)(plan->place[i].first + k);
            const struct column *column = &plan->column[c];
            if (column->reduced > solver->best_of[i][column->visitors]) {
                solver->best_of[i][column->visitors] = column->reduced;
                solver->best_at[i][column->visitors] = c;
            }
        }
    }
}

/* The best of place i with at most n visitors for it and all behind it. */
static int64_t best_with(const struct solver *solver, size_t i, unsigned n, unsigned *takes)
{
    int64_t best = NOTHING;
    for (unsigned own = 0; own <= n && own <= solver->visitors_at[i]; own++) {
        if (solver->best_of[i][own] == NOTHING)
            continue;
        int64_t value = solver->best_of[i][own] + solver->onward[i + 1][n - own];
        if (value > best) {
            best = value;
            *takes = own;
        }
    }
    return best;
}

static void bound_find(struct solver *solver)
{
    const struct plan *plan = solver->plan;
    unsigned takes = 0;
    columns_price(solver);
    places_best(solver);
    memset(solver->onward[plan->places], 0, sizeof solver->onward[0]);
    for (size_t i = plan->places; i-- > 0;)
        for (unsigned n = 0; n <= plan->visitors_max; n++)
            solver->onward[i][n] = best_with(solver, i, n, &takes);
    solver->constant = plan->base;
    for (size_t s = 0; s < plan->topology->strings; s++)
        solver->constant += solver->prices.visit[s];
    for (size_t phase = 1; phase < 4; phase++)
        solver->constant += solver->prices.leave[phase] * plan->slack[phase];
    solver->constant += solver->prices.beyond * plan->most;
    solver->bound = solver->constant + solver->onward[0][plan->visitors_max];
}

/* --- a choice --- */

static bool choice_allows(const struct plan *plan, const struct choice *choice,
                          const struct column *column)
{
    if (column->strings & choice->strings ||
        choice->visitors + column->visitors > plan->visitors_max)
        return false;
    for (size_t phase = 1; phase < 4 && plan->reserved; phase++)
        if (choice->left[phase] + column->left[phase] > plan->slack[phase])
            return false;
    return true;
}

static void choice_add(const struct plan *plan, struct choice *choice, size_t i, uint16_t c)
{
    const struct column *column = &plan->column[c];
    choice->column[i] = c;
    choice->strings |= column->strings;
    choice->visitors += column->visitors;
    choice->steps += column->steps;
    choice->extra += column->extra;
    choice->reduced += column->reduced;
    for (size_t phase = 0; phase < 4; phase++)
        choice->left[phase] += column->left[phase];
}

static int64_t choice_value(const struct plan *plan, const struct choice *choice)
{
    int32_t steps = choice->steps < plan->most ? choice->steps : plan->most;
    return plan->base + POWER_UNIT * steps + choice->extra;
}

static void choice_offer(struct plan *plan, const struct choice *choice)
{
    uint8_t layout[MAX_STRINGS];
    int64_t value = choice_value(plan, choice);
    if (value <= plan->best || (choice->strings & plan->must) != plan->must)
        return;
    plan_layout(plan, choice->column, layout);
    if (layout_forbidden(plan->topology, layout))
        return;
    plan->best = value;
    memcpy(plan->best_column, choice->column, sizeof plan->best_column);
}

/* The best column of the place that is still allowed. */
static uint16_t best_allowed(const struct plan *plan, const struct choice *choice, size_t i)
{
    uint16_t best = NO_COLUMN;
    for (unsigned k = 0; k < plan->place[i].count; k++) {
        uint16_t c = (uint16_t)(plan->place[i].first + k);
        if ((best == NO_COLUMN || plan->column[c].reduced > plan->column[best].reduced) &&
            choice_allows(plan, choice, &plan->column[c]))
            best = c;
    }
    return best;
}

/* Place after place, from another one each time: where the first layouts come from. */
static void choose_greedily(struct solver *solver, unsigned round)
{
    struct plan *plan = solver->plan;
    struct choice choice = {0};
    for (size_t k = 0; k < plan->places; k++) {
        size_t i = (round + (round & 1 ? plan->places - k : k)) % plan->places;
        choice_add(plan, &choice, i, best_allowed(plan, &choice, i));
    }
    choice_offer(plan, &choice);
}

/* --- prices --- */

/* How the best columns by themselves break what couples them. */
struct slope {
    int32_t visit[MAX_STRINGS]; /* visits beyond one */
    double leave[4], beyond;    /* in mean strings */
    double norm;
};

static void slope_of(const struct solver *solver, double mean, struct slope *slope)
{
    const struct plan *plan = solver->plan;
    int32_t left[4] = {0}, steps = 0;
    unsigned n = plan->visitors_max, takes = 0;
    *slope = (struct slope){0};
    for (size_t s = 0; s < plan->topology->strings; s++)
        slope->visit[s] = plan->shared >> s & 1 ? -1 : 0;
    for (size_t i = 0; i < plan->places; i++) {
        best_with(solver, i, n, &takes);
        const struct column *column = &plan->column[solver->best_at[i][takes]];
        n -= takes;
        steps += column->steps;
        for (uint64_t rest = column->strings & plan->shared; rest; rest &= rest - 1)
            slope->visit[__builtin_ctzll(rest)]++;
        for (size_t phase = 1; phase < 4; phase++)
            left[phase] += column->left[phase];
    }
    for (size_t s = 0; s < plan->topology->strings; s++) {
        bool rests = slope->visit[s] < 0 && solver->prices.visit[s] == 0 && !(plan->must >> s & 1);
        slope->visit[s] = rests ? 0 : slope->visit[s];
        slope->norm += slope->visit[s] * slope->visit[s];
    }
    for (size_t phase = 1; phase < 4; phase++) {
        slope->leave[phase] = plan->reserved ? (left[phase] - plan->slack[phase]) / mean : 0;
        if (slope->leave[phase] < 0 && solver->prices.leave[phase] == 0)
            slope->leave[phase] = 0;
        slope->norm += slope->leave[phase] * slope->leave[phase];
    }
    slope->beyond = plan->limited ? (steps - plan->most) / mean : 0;
    if (slope->beyond < 0 && solver->prices.beyond == 0)
        slope->beyond = 0;
    slope->norm += slope->beyond * slope->beyond;
}

static double between(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

static void prices_move(struct solver *solver, const struct slope *slope, double length,
                        double mean)
{
    const struct plan *plan = solver->plan;
    double *price = solver->price;
    for (size_t s = 0; s < plan->topology->strings; s++) {
        double most = (double)POWER_UNIT * (plan->steps[s] + 1);
        price[s] =
            between(price[s] + length * slope->visit[s], plan->must >> s & 1 ? -most : 0, most);
        solver->prices.visit[s] = (int64_t)price[s];
    }
    for (size_t phase = 1; phase < 4; phase++) {
        double *leave = &price[MAX_STRINGS + phase];
        *leave = between(*leave + length * slope->leave[phase] / mean, 0, 2.0 * (double)POWER_UNIT);
        solver->prices.leave[phase] = (int64_t)*leave;
    }
    double *beyond = &price[MAX_STRINGS + 4];
    *beyond = between(*beyond + length * slope->beyond / mean, 0, (double)POWER_UNIT);
    solver->prices.beyond = (int64_t)*beyond;
}

/* The mean power of a string that can visit, in steps. */
static double mean_steps(const struct plan *plan)
{
    int64_t sum = 0, count = 0;
    for (size_t s = 0; s < plan->topology->strings; s++) {
        sum += plan->visitor[s] ? plan->steps[s] : 0;
        count += plan->visitor[s];
    }
    return sum ? (double)sum / (double)count : 1;
}

static void prices_find(struct solver *solver)
{
    struct plan *plan = solver->plan;
    int64_t lowest = INT64_MAX;
    double mean = mean_steps(plan), part = 1;
    unsigned rounds = ROUNDS_WORK / (plan->columns + 1u), idle = 0;
    if (plan->limited) /* a step is worth about what its share of a transfer costs */
        solver->price[MAX_STRINGS + 4] = (double)POWER_UNIT - 2.0 * (double)TRANSFER_UNIT / mean;
    solver->prices.beyond = (int64_t)solver->price[MAX_STRINGS + 4];
    rounds = rounds < ROUNDS_MIN ? ROUNDS_MIN : rounds > ROUNDS_MAX ? ROUNDS_MAX : rounds;
    for (unsigned round = 0; round < rounds; round++) {
        bound_find(solver);
        choose_greedily(solver, round);
        idle = solver->bound < lowest ? 0 : idle + 1;
        if (solver->bound < lowest) {
            lowest = solver->bound;
            solver->best_prices = solver->prices;
        }
        if (lowest <= plan->best)
            break;
        if (idle == ROUNDS_IDLE) {
            part /= 2;
            idle = 0;
        }
        struct slope slope;
        slope_of(solver, mean, &slope);
        if (slope.norm == 0)
            break;
        double gap = (double)solver->bound - (plan->best == INT64_MIN ? 0 : (double)plan->best);
        prices_move(solver, &slope, part * gap / slope.norm, mean);
    }
    solver->prices = solver->best_prices;
    bound_find(solver);
}

/* --- the search --- */

/* The columns that can be in a better layout, the best first. */
static void columns_sort(struct solver *solver)
{
    const struct plan *plan = solver->plan;
    int64_t all = solver->constant, top[MAX_INPUTS];
    for (size_t i = 0; i < plan->places; i++) {
        top[i] = NOTHING;
        for (size_t n = 0; n <= plan->visitors_max; n++)
            top[i] = solver->best_of[i][n] > top[i] ? solver->best_of[i][n] : top[i];
        all += top[i];
    }
    for (size_t i = 0; i < plan->places; i++) {
        uint16_t *sorted = &solver->sorted[plan->place[i].first];
        uint16_t count = 0;
        for (unsigned k = 0; k < plan->place[i].count; k++) {
            uint16_t c = (uint16_t)(plan->place[i].first + k), at = count;
            int64_t reduced = plan->column[c].reduced;
            if (all - top[i] + reduced <= plan->best)
                continue;
            for (; at > 0 && plan->column[sorted[at - 1]].reduced < reduced; at--)
                sorted[at] = sorted[at - 1];
            sorted[at] = c;
            count++;
        }
        solver->kept[i] = count;
    }
}

/* Seen before in this state, with no less worth. */
static bool seen_before(struct solver *solver, const struct choice *choice, size_t i)
{
    const struct plan *plan = solver->plan;
    struct memo now = {.strings = choice->strings & (solver->later[i] | plan->must),
                       .rest = i | (uint64_t)choice->visitors << 8 |
                               (uint64_t)(plan->limited ? choice->steps : 0) << 16,
                       .value = POWER_UNIT * choice->steps + choice->extra,
                       .used = true};
    for (size_t phase = 1; phase < 4 && plan->reserved; phase++)
        now.left = now.left << 16 | (uint64_t)choice->left[phase];
    uint64_t hash = (now.strings * 0x9E3779B97F4A7C15u) ^ (now.rest * 0xC2B2AE3D27D4EB4Fu) ^
                    (now.left * 0x165667B19E3779F9u);
    struct memo *memo = &solver->memo[(hash ^ hash >> 29) % MEMO_SIZE];
    if (memo->used && memo->strings == now.strings && memo->rest == now.rest &&
        memo->left == now.left && memo->value >= now.value)
        return true;
    *memo = now;
    return false;
}

static void search(struct solver *solver, const struct choice *choice, size_t i)
{
    struct plan *plan = solver->plan;
    if (i == plan->places) {
        choice_offer(plan, choice);
        return;
    }
    if (i > 0 && plan->topology->interlocks == 0 && seen_before(solver, choice, i))
        return;
    const uint16_t *sorted = &solver->sorted[plan->place[i].first];
    for (uint16_t k = 0; k < solver->kept[i] && plan->work < WORK_MAX; k++) {
        const struct column *column = &plan->column[sorted[k]];
        int64_t bound = solver->constant + choice->reduced + column->reduced;
        plan->work++;
        if (bound + solver->onward[i + 1][plan->visitors_max - choice->visitors] <= plan->best)
            break;
        if (!choice_allows(plan, choice, column))
            continue;
        unsigned left = plan->visitors_max - choice->visitors - column->visitors;
        if (bound + solver->onward[i + 1][left] <= plan->best)
            continue;
        struct choice with = *choice;
        choice_add(plan, &with, i, sorted[k]);
        search(solver, &with, i + 1);
    }
}

bool plan_solve(struct plan *plan)
{
    struct solver solver;
    struct choice nothing = {0};
    memset(&solver, 0, sizeof solver);
    solver.plan = plan;
    plan->best = INT64_MIN;
    for (size_t i = plan->places; i-- > 0;) {
        solver.later[i] = solver.later[i + 1];
        for (unsigned k = 0; k < plan->place[i].count; k++) {
            const struct column *column = &plan->column[plan->place[i].first + k];
            solver.later[i] |= column->strings;
            if (column->visitors > solver.visitors_at[i])
                solver.visitors_at[i] = column->visitors;
        }
    }
    prices_find(&solver);
    columns_sort(&solver);
    search(&solver, &nothing, 0);
    return plan->best != INT64_MIN && plan->work < WORK_MAX;
}
