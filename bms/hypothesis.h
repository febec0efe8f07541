/* One Kalman filter of the estimator (bms/estimator.h): how unsure counting makes it, what
 * voltage it foretells, and what the measured one changes in it. Used by the
 * estimator's own files alone. */
#ifndef BUSBAR_BMS_HYPOTHESIS_H
#define BUSBAR_BMS_HYPOTHESIS_H

#include "bms/estimator.h"
#include "core/maths.h"

#define S_PER_HOUR 3600.0
#define KNEES_PART 0.45           /* charge between the low and the high knee */
#define EST_RESISTANCE_LEAST 0.5  /* relative to the cell file */
#define EST_RESISTANCE_MOST 2.0
#define EST_CAPACITY_LEAST 0.5    /* relative to nominal */
#define EST_CAPACITY_MOST 1.2
#define RESISTANCE_SIGMA 0.15     /* relative, before it is learned */

static inline double most(double a, double b)
{
    return a > b ? a : b;
}

static inline double square(double x)
{
    return x * x;
}

static inline double magnitude(double x)
{
    return x < 0 ? -x : x;
}

static inline double cell_Ah(const struct estimator *e)
{
    return e->config.cell->capacity_Ah;
}

struct hypothesis_sight {
    double voltage_V, overvoltage_V; /* means since the last */
    double information;              /* 0..1: how much of an independent reading it is */
    double misfit;
    bool other_knee;                 /* the last one was at another: their distance tells the capacity */
};

/* Covariance over all that was counted since the last measurement. */
void hypothesis_spread(const struct estimator *e, struct estimator_hypothesis *h);

/* Counted beyond full or empty: that is a reading too. It says that the offset is another one.
 * information: 0..1, as of a voltage. */
void hypothesis_bound(struct estimator_hypothesis *h, double information);

/* Returns the square of what it missed by, to what the cell file admits. */
double hypothesis_measure(const struct estimator *e, struct estimator_hypothesis *h,
                          const struct hypothesis_sight *sight);

/* --- bms/estimator.c, for bms/estimator_saved.c --- */

/* Each hypothesis' part of the belief; their sum is 1. */
void estimator_shares(const struct estimator *e, double share[EST_HYPOTHESES]);

/* Hypothesis 0 is what was known before a restart: of sensor and charge that is not asked anew. */
void estimator_resume(struct estimator *e);

#endif
