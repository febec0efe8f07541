/* What the planner's search and its bounds share. */
#ifndef BUSBAR_PHASE_ROUTER_PLAN_H
#define BUSBAR_PHASE_ROUTER_PLAN_H

#include "phase-router/wiring.h"

/* Compared from top to bottom; more is better, then fewer transfers, less wear, more load at home. */
struct score {
    int64_t present, rated;             /* at the charge point, in steps of the wish's resolution */
    int64_t transfers, wear_permille;
    int64_t home_load_W;                /* loads of the phases of those who stay home */
};

/* A list of strings in the order of their worth, with the power of its first 0, 1, 2 .. */
struct ranking {
    uint8_t count;
    uint8_t before[MAX_STRINGS + 1];    /* how many of it are among the first k of all */
    int64_t first_W[MAX_STRINGS + 1];
};

struct plan {
    const struct topology *topology;
    const struct router_wish *wish;
    const uint8_t *present;
    int64_t resolution_W, most_W;       /* more than that the charge point cannot use */
    int64_t power_W[MAX_STRINGS], rated_W[MAX_STRINGS], load_W[MAX_STRINGS];
    uint8_t option[MAX_STRINGS][MAX_INPUTS], options[MAX_STRINGS];  /* home last */
    bool visitor[MAX_STRINGS];          /* may stand there though its home is elsewhere */
    uint8_t alike[MAX_STRINGS];         /* one before it that is its equal; NO_STRING */
    uint8_t order[MAX_STRINGS];         /* by worth: the order of decisions */
    uint8_t rated_order[MAX_STRINGS];
    uint8_t rank[MAX_STRINGS];          /* place in order */
    unsigned visitors_max;
    int64_t reserve_W[4], house_W[4];   /* of each phase: to be kept; there is, all at home */

    /* of the strings that are not decided after k decisions */
    struct ranking visitors, newcomers; /* newcomers: visitors that do not stand there now */
    struct ranking reach[MAX_INPUTS];   /* visitors that reach it */
    int64_t natives_W[MAX_STRINGS + 1], natives_rated_W[MAX_STRINGS + 1];   /* home is there */
    int64_t natives_at_W[MAX_INPUTS][MAX_STRINGS + 1];
    int64_t leavers_W[4][MAX_STRINGS + 1];      /* visitors by the phase of their home */
    unsigned forced[MAX_STRINGS + 1];   /* stand where they may not stay: a transfer each */

    /* what is decided */
    uint8_t input[MAX_STRINGS], choice[MAX_STRINGS];
    struct joined joined[MAX_INPUTS];
    int64_t input_W[MAX_INPUTS], input_rated_W[MAX_INPUTS];
    int64_t there_W, there_rated_W;     /* at the charge point's inputs, not cut */
    int64_t left_W[4];                  /* gone from each phase */
    unsigned there;                     /* visitors */
    int64_t transfers, wear_permille, home_load_W;

    uint8_t best[MAX_STRINGS];
    struct score best_score;
    bool found;
    uint32_t work;
};

enum { UNDECIDED = 0xFD };

int score_compare(const struct score *a, const struct score *b);   /* > 0: a is better */

static inline int64_t at_most(int64_t value, int64_t limit)
{
    return value < limit ? value : limit;
}

static inline bool plan_at_point(const struct plan *plan, uint8_t input)
{
    return plan->wish->charge_point != NO_CHARGE_POINT && input < plan->topology->inputs &&
           plan->topology->input[input].charge_point == plan->wish->charge_point;
}

/* plan_bound.c: fills the rankings; then whether a layout that keeps the first k decisions could be
 * better than the best. */
void plan_rank(struct plan *plan);
bool plan_promising(struct plan *plan, size_t k);
/* No layout is better than this; as watts at the charge point. */
int64_t plan_bound_W(struct plan *plan);

#endif
