/* Nelder and Mead's simplex (Computer Journal 7, 1965, 308). */
#include "app/soc_fit.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { MOST = 16 };

struct corner {
    double x[MOST], cost;
};

struct simplex {
    double (*cost)(void *context, const double x[]);
    void *context;
    int n, tries;
    struct corner corner[MOST + 1];
};

static void sort(struct simplex *s)
{
    for (int i = 1; i <= s->n; i++)
        for (int j = i; j > 0 && s->corner[j].cost < s->corner[j - 1].cost; j--) {
            struct corner swap = s->corner[j];
            s->corner[j] = s->corner[j - 1];
            s->corner[j - 1] = swap;
        }
}

static double look(struct simplex *s, const double x[])
{
    s->tries++;
    return s->cost(s->context, x);
}

/* The worst corner seen from the middle of the others, this many times as far on the other side. */
static struct corner beyond(struct simplex *s, double times)
{
    struct corner c;
    for (int k = 0; k < s->n; k++) {
        double middle = 0;
        for (int i = 0; i < s->n; i++)
            middle += s->corner[i].x[k] / s->n;
        c.x[k] = middle + times * (middle - s->corner[s->n].x[k]);
    }
    c.cost = look(s, c.x);
    return c;
}

static void shrink(struct simplex *s)
{
    for (int i = 1; i <= s->n; i++) {
        for (int k = 0; k < s->n; k++)
            s->corner[i].x[k] = (s->corner[i].x[k] + s->corner[0].x[k]) / 2;
        s->corner[i].cost = look(s, s->corner[i].x);
    }
}

static void turn(struct simplex *s)
{
    struct corner *worst = &s->corner[s->n], there = beyond(s, 1);
    if (there.cost < s->corner[0].cost) {
        struct corner further = beyond(s, 2);
        *worst = further.cost < there.cost ? further : there;
    } else if (there.cost < s->corner[s->n - 1].cost) {
        *worst = there;
    } else {
        struct corner nearer = beyond(s, there.cost < worst->cost ? 0.5 : -0.5);
        if (nearer.cost < fmin(worst->cost, there.cost))
            *worst = nearer;
        else
            shrink(s);
    }
    sort(s);
}

double fit_simplex(double (*cost)(void *context, const double x[]), void *context, double x[],
                   const double step[], int n, int tries)
{
    struct simplex s = {.cost = cost, .context = context, .n = n};
    assert(n > 0 && n <= MOST);
    for (int i = 0; i <= n; i++) {
        memcpy(s.corner[i].x, x, (size_t)n * sizeof *x);
        if (i)
            s.corner[i].x[i - 1] += step[i - 1];
        s.corner[i].cost = look(&s, s.corner[i].x);
    }
    sort(&s);
    while (s.tries < tries && s.corner[n].cost - s.corner[0].cost > 1e-4 * (1 + s.corner[0].cost))
        turn(&s);
    memcpy(x, s.corner[0].x, (size_t)n * sizeof *x);
    return s.corner[0].cost;
}
