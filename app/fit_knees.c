#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/soc_fit.h"

static const double FROM_Z = 0.12, TO_Z = 0.92, REACH_Z = 0.015, LOOK_Z = 0.25;
static const double STEEP = 0.12; /* V per unit of charge: less is no knee */
static const double TIMES = 2.5;  /* .. and this many times the flattest on both sides */

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

static bool is_knee(const double slope[], int i)
{
    int reach = point_of(LOOK_Z);
    int low = i - reach < point_of(0.05) ? point_of(0.05) : i - reach;
    int high = i + reach > point_of(0.96) ? point_of(0.96) : i + reach;
    for (int k = i - point_of(0.05); k <= i + point_of(0.05); k++)
        if (slope[k] > slope[i] || (slope[k] == slope[i] && k < i))
            return false;
    return slope[i] > STEEP && slope[i] > TIMES * flattest(slope, low, i) &&
           slope[i] > TIMES * flattest(slope, i, high);
}

void fit_knees(struct cell *cell)
{
    double slope[CELL_POINTS];
    cell->knees = 0;
    if (cell->chemistry != CHEMISTRY_LFP)
        return;
    struct cell_at at = cell_at(cell, 25);
    slopes(&at, slope);
    int from = point_of(FROM_Z), to = point_of(TO_Z);
    for (int i = from; i <= to && cell->knees < CELL_KNEES; i++) {
        if (!is_knee(slope, i))
            continue;
        int left = i, right = i;
        while (left > 0 && slope[left] > slope[i] / 3)
            left--;
        while (right < CELL_POINTS - 1 && slope[right] > slope[i] / 3)
            right++;
        double n = CELL_POINTS - 1;
        cell->knee[cell->knees++] =
            (struct cell_knee){i / n, left / n, right / n, cell->position_sigma};
    }
}
