/* The estimator over a measured series, judged by its reference; and what plain counting makes of the same. */
#ifndef BUSBAR_APP_SOC_SCORE_H
#define BUSBAR_APP_SOC_SCORE_H

#include "app/soc_series.h"
#include "bms/estimator.h"

struct soc_trial {
    const struct cell *cell;
    double capacity_Ah;       /* of the battery in the series */
    int cells;                /* in series: its voltage is divided by this */
    double offset_A, gain;    /* what the sensor read, times gain, and offset_A more */
    double from;              /* begins where the reference first falls to this; 1 = with the first row */
    bool start_told;          /* else the first row's voltage is the start */
    double start;             /* charge, told to both */
    double start_sigma;
    double sensor_offset_A;   /* the sensor's specification, one sigma */
};

/* Rows with a reference above this are judged: below, a series' own 0 % is not known well enough. */
#define SOC_JUDGED_FROM 0.05
/* Rows further apart than this have a gap between them, and nothing is known of what flowed in it. s */
#define SOC_GAP_S 300

/* Errors in charge, 0..1; 0 where judged is. */
struct soc_score {
    size_t judged;            /* rows */
    double rmse, largest;
    double late_rmse;         /* of the last two thirds of the time; NAN where none of them is judged */
    double within_2_sigma;    /* part of the rows, 0..1 */
    double nees;              /* mean of (error / sigma)^2; 1 = sigma is right */
    double counting_rmse, counting_largest, counting_late_rmse;
    size_t steps;             /* of the estimator; 0 = all rows are further apart than SOC_GAP_S */
    double seconds;           /* of the series */
    struct estimate end;
};

/* Called after each row, e.g. to draw it. */
struct soc_watcher {
    void (*row)(void *to, const struct soc_row *row, const struct estimate *estimate, double counted);
    void *to;
};

/* The row a run from this charge begins with; series->count where there is none. */
size_t soc_score_first(const struct soc_series *series, double from);

/* At least two rows from there on. */
struct soc_score soc_score(const struct soc_series *series, const struct soc_trial *trial,
                           const struct soc_watcher *watcher);

#endif
