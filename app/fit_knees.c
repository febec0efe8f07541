#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/soc_fit.h"

static const double FROM_Z = 0.12, TO_Z = 0.92, REACH_Z = 0.015, LOOK_Z = 0.25, LOW_Z = 0.35;
static const double STEEP = 0.12; /* V per unit of charge: less is no knee */
static const double LOW_TIMES = 1.3,
                    TIMES = 2.5; /* .. and this many times the flattest on both sides */

static int point_of(double z)
{
    return (int)lround(z * (CELL_POINTS - 1));
}

/* Slope of a straight line over REACH_Z on both sides. */
static void slopes(const struct cell_at *at, double out[CELL_POINTS])
{
    for (int i = 0; i < CELL_POINTS; i++) {
        double z = i / (CELL_POINTS - 1.0);
        double low = fmax(0, z - REACH_Z), high = fmin(1, z + REACH_Z);
        out[i] = (cell_ocv(at, high, 0, 1).V - cell_ocv(at, low, 0, 1).V) / (high - low);
    }
}

static double flattest(const double slope[], int from, int to)
{
    double least = INFINITY;
    for (int i = from; i <= to; i++)
        least = fmin(least, slope[i]);
    return least;
}

/* Below LOW_Z the graphite's dilute stages slope: a dip on the empty side is enough there. */
static bool is_knee(const double slope[], int i)
{
    int reach = point_of(LOOK_Z), near = point_of(0.05);
    int low = i - reach < near ? near : i - reach;
    int high = i + reach > point_of(0.96) ? point_of(0.96) : i + reach;
    for (int k = i - near; k <= i + near; k++)
        if (slope[k] > slope[i] || (slope[k] == slope[i] && k < i))
            return false;
    double times = i < point_of(LOW_Z) ? LOW_TIMES : TIMES;
    return slope[i] > STEEP && slope[i] > times * flattest(slope, low, i) &&
           slope[i] > TIMES * flattest(slope, i, high);
}

/* Where a summit ends: at a third of it, or in the dip before the next rise. */
static int edge(const double slope[], int summit, int step)
{
    int at = summit, dip = summit;
    while (at > 0 && at < CELL_POINTS - 1 && slope[at] > slope[summit] / 3 &&
           slope[at] < 1.3 * slope[dip]) {
        at += step;
        dip = slope[at] < slope[dip] ? at : dip;
    }
    return slope[at] > slope[summit] / 3 ? dip : at;
}

/* One steep place with two summits is one knee, at the steeper. */
static void add_knee(struct cell *cell, struct cell_knee knee, const double slope[])
{
    struct cell_knee *last = cell->knees ? &cell->knee[cell->knees - 1] : NULL;
    if (last && knee.from < last->to) {
        if (slope[point_of(knee.at)] > slope[point_of(last->at)])
            last->at = knee.at;
        last->from = fmin(last->from, knee.from);
        last->to = fmax(last->to, knee.to);
    } else if (cell->knees < CELL_KNEES) {
        cell->knee[cell->knees++] = knee;
    }
}

void fit_knees(struct cell *cell)
{
    double slope[CELL_POINTS], n = CELL_POINTS - 1;
    cell->knees = 0;
    if (cell->chemistry != CHEMISTRY_LFP)
        return;
    struct cell_at at = cell_at(cell, 25);
    slopes(&at, slope);
    for (int i = point_of(FROM_Z); i <= point_of(TO_Z); i++) {
        if (!is_knee(slope, i))
            continue;
        double from = edge(slope, i, -1) / n, to = edge(slope, i, 1) / n;
        add_knee(cell, (struct cell_knee){i / n, from, to, cell->position_sigma}, slope);
    }
}
