/* The planner's problem, and how it is solved.
 *
 * A layout is put together from columns: a column is a set of strings that may stand on one of the
 * charge point's inputs together, with what they deliver there. One column for each input, no string
 * in two of them, not more visitors than wanted, each phase's reserve kept.
 *
 * All that counts is one number, most significant first: steps of power, transfers, wear, loads. */
#ifndef BUSBAR_PHASE_ROUTER_PLAN_H
#define BUSBAR_PHASE_ROUTER_PLAN_H

#include "phase-router/wiring.h"

enum { STEPS_MAX = 8192, COLUMNS_MAX = 4096, NO_COLUMN = 0xFFFF };

#define WEAR_UNIT     ((int64_t)1 << 21)    /* above 64 loads of 32767 W */
#define TRANSFER_UNIT ((int64_t)1 << 38)    /* above 2 * 64 contacts of 1000 permille */
#define POWER_UNIT    ((int64_t)1 << 45)    /* above 64 transfers */

struct column {
    uint64_t strings;
    int64_t extra;                      /* what it costs and spares besides power */
    int64_t reduced;                    /* its worth at the present prices */
    uint16_t steps;                     /* on the input with those that are settled there, cut */
    uint16_t sum;                       /* of its own strings, not cut */
    uint16_t parent;                    /* the same without its last string */
    uint16_t left[4];                   /* steps that leave each phase */
    uint8_t last, visitors;
};

/* One of the charge point's inputs. */
struct place {
    uint8_t input;
    struct joined settled;              /* strings that stand there whatever is planned */
    uint16_t settled_steps, steps_max;
    uint16_t first, count;              /* its columns; the first is the empty one */
};

struct plan {
    const struct topology *topology;
    const struct router_wish *wish;
    const uint8_t *present;
    int32_t resolution_W;
    uint16_t steps[MAX_STRINGS];
    uint8_t rest[MAX_STRINGS];          /* its input when it does not visit; NO_INPUT = must visit */
    bool visitor[MAX_STRINGS];          /* counted among those wanted */
    uint8_t order[MAX_STRINGS];         /* most power first */
    int64_t base;                       /* all at rest, without power */
    uint64_t must, shared;              /* strings that must visit; that can visit two places */
    unsigned visitors_max;
    int32_t most;                       /* steps the charge point can use */
    int32_t slack[4];                   /* steps that may leave each phase */
    bool limited, reserved;             /* most, slack can bind */

    struct place place[MAX_INPUTS];
    uint8_t places;
    struct column column[COLUMNS_MAX];
    uint16_t columns;
    bool complete;                      /* no column was left out */

    uint16_t best_column[MAX_INPUTS];   /* of each place */
    int64_t best;                       /* INT64_MIN = no layout yet */
    uint32_t work;
};

/* What it is worth that the string stands there, without power. */
int64_t plan_stand(const struct plan *plan, size_t string, uint8_t input);
/* plan_columns.c: every column of every place. */
void plan_columns(struct plan *plan);
/* plan_solve.c: the best choice of columns. True when it is proven. */
bool plan_solve(struct plan *plan);
/* The layout of a choice of columns. */
void plan_layout(const struct plan *plan, const uint16_t columns[], uint8_t layout[]);

#endif
