/* Every set of strings that may stand on one input together, each string added to a set that is
 * allowed already: what a set may not, no greater one may. */
#include "phase-router/plan.h"

enum { COLUMNS_LEAST = 64 }; /* left for each place that is still to come */

struct filler {
    struct plan *plan;
    struct place *place;
    uint8_t candidate[MAX_STRINGS];
    uint8_t candidates;
    unsigned columns_max; /* for this place */
};

static bool candidate_here(const struct plan *plan, size_t s, uint8_t input)
{
    return (plan->visitor[s] || plan->must >> s & 1) &&
           contact_between(plan->topology, (uint8_t)s, input) != NO_CONTACT;
}

/* Of two that can visit this place alone and are alike, the second comes only with the first. */
static bool alike(const struct plan *plan, size_t a, size_t b, uint8_t input)
{
    const struct topology *t = plan->topology;
    const struct topology_string *x = &t->string[a], *y = &t->string[b];
    return !((plan->shared | plan->must) >> a & 1) && !((plan->shared | plan->must) >> b & 1) &&
           t->interlocks == 0 && plan->steps[a] == plan->steps[b] &&
           (t->input[x->home].phase & 3) == (t->input[y->home].phase & 3) &&
           x->isc_mA == y->isc_mA && x->voc_mV == y->voc_mV && x->modules == y->modules &&
           x->fused == y->fused &&
           plan_stand(plan, a, input) - plan_stand(plan, a, x->home) ==
               plan_stand(plan, b, input) - plan_stand(plan, b, y->home);
}

static bool first_is_missing(const struct filler *filler, const struct column *set, uint8_t at)
{
    const struct plan *plan = filler->plan;
    for (uint8_t k = 0; k < at; k++)
        if (!(set->strings >> filler->candidate[k] & 1) &&
            alike(plan, filler->candidate[k], filler->candidate[at], filler->place->input))
            return true;
    return false;
}

static struct column grown(const struct filler *filler, uint16_t parent, size_t s)
{
    const struct plan *plan = filler->plan;
    const struct place *place = filler->place;
    struct column column = plan->column[parent];
    unsigned sum = column.sum + plan->steps[s], steps = sum + place->settled_steps;
    uint8_t rest = plan->rest[s];
    column.strings |= (uint64_t)1 << s;
    column.extra +=
        plan_stand(plan, s, place->input) - (rest == NO_INPUT ? 0 : plan_stand(plan, s, rest));
    column.sum = (uint16_t)sum;
    column.steps = (uint16_t)(steps < place->steps_max ? steps : place->steps_max);
    column.parent = parent;
    column.last = (uint8_t)s;
    if (plan->visitor[s]) {
        size_t phase = plan->topology->input[plan->topology->string[s].home].phase & 3;
        column.left[phase] = (uint16_t)(column.left[phase] + plan->steps[s]);
        column.visitors++;
    }
    return column;
}

static bool column_possible(const struct plan *plan, const struct column *column)
{
    for (size_t phase = 1; phase < 4; phase++)
        if (column->left[phase] > plan->slack[phase])
            return false;
    return column->visitors <= plan->visitors_max;
}

static void fill(struct filler *filler, uint16_t parent, const struct joined *joined, uint8_t from)
{
    struct plan *plan = filler->plan;
    const struct topology *t = plan->topology;
    for (uint8_t k = from; k < filler->candidates; k++) {
        size_t s = filler->candidate[k];
        struct joined with = *joined;
        joined_add(&with, &t->string[s]);
        if (joined_forbidden(&with, &t->input[filler->place->input]) ||
            first_is_missing(filler, &plan->column[parent], k))
            continue;
        struct column column = grown(filler, parent, s);
        if (!column_possible(plan, &column))
            continue;
        if (filler->place->count >= filler->columns_max) {
            plan->complete = false;
            return;
        }
        uint16_t own = plan->columns++;
        plan->column[own] = column;
        filler->place->count++;
        fill(filler, own, &with, (uint8_t)(k + 1));
    }
}

void plan_columns(struct plan *plan)
{
    plan->complete = true;
    for (uint8_t i = 0; i < plan->places; i++) {
        struct place *place = &plan->place[i];
        struct filler filler = {.plan = plan, .place = place};
        filler.columns_max = COLUMNS_MAX - plan->columns - (plan->places - i - 1u) * COLUMNS_LEAST;
        for (size_t k = 0; k < plan->topology->strings; k++)
            if (candidate_here(plan, plan->order[k], place->input))
                filler.candidate[filler.candidates++] = plan->order[k];
        uint16_t steps =
            place->settled_steps < place->steps_max ? place->settled_steps : place->steps_max;
        place->first = plan->columns++;
        place->count = 1;
        plan->column[place->first] =
            (struct column){.steps = steps, .parent = NO_COLUMN, .last = NO_STRING};
        fill(&filler, place->first, &place->settled, 0);
    }
}
