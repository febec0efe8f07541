/* How full one battery is: the cell model corrected by what the voltage can tell, and never by
 * more.
 *
 * Charge is counted from the current; where the open-circuit curve is steep, and only there, the
 * measured voltage says how far the count has drifted. What may be wrong is carried along: the
 * sensor's offset (with whatever else draws unseen), hysteresis, resistance, the voltage
 * reading, the place of each knee, the capacity.
 *
 * Several hypotheses run side by side, each an extended Kalman filter, weighted by how well each
 * foretold the voltage: the sensor keeps its specification; it is worse; it is broken; the
 * charge at the start was wrong. So a good sensor is trusted like one, and a bad one found out,
 * without a threshold. (Gaussian sum: Alspach and Sorenson, IEEE Trans. Automatic Control 17
 * (1972) 439.)
 *
 * Three rules keep the band honest. Where the voltage misses what is foretold by more than the
 * cell file admits, the file is of another cell, and its voltage counts for as much less. A
 * table's error lasts: it is new only after some charge has moved, so ten readings at one place
 * are worth one (information is paid by moved charge, not by seconds). The table's own voltage
 * is considered, not estimated (Schmidt's filter): no number of passes makes it better known.
 *
 * The places of the low and the high knee and the charge counted between them are learned
 * together: each passage tells their sum, and what all of them may be off by is shared by how well
 * each was known. Capacity is learned only where another knee than the last one is passed: with one
 * knee alone it would take the sensor's errors for its own.
 *
 * Works on one cell of the cell file's size: currents are divided by estimator_config.scale. No
 * allocation, no clock, the same bits on every machine. */
#ifndef BUSBAR_BMS_ESTIMATOR_H
#define BUSBAR_BMS_ESTIMATOR_H

#include <stdbool.h>

#include "bms/cell.h"

enum estimator_state {
    EST_Z,           /* charge, 0..1 */
    EST_OFFSET,      /* A, of the cell's current: read minus true */
    EST_HYSTERESIS,  /* h */
    EST_RESISTANCE,  /* relative to the cell file */
    EST_VOLTAGE,     /* V, reading minus true */
    EST_TABLE,       /* V, by which the open-circuit table lies too low; considered */
    EST_CAPACITY,    /* relative to nominal */
    EST_KNEE_LOW, EST_KNEE_HIGH,   /* charge by which the low and the high steep places lie higher */
    EST_STATES
};
enum { EST_SENSORS = 3, EST_LOST = 5, EST_HYPOTHESES = EST_SENSORS + EST_LOST };

/* All one sigma. */
struct estimator_config {
    const struct cell *cell;
    double scale;            /* battery's capacity in cells of the cell file */
    double offset_A;         /* of the battery's current sensor, unmeasured consumers included */
    double drift_A;          /* its random walk in a day */
    double gain;             /* of that sensor, relative */
    double voltage_V;        /* of the cell voltage read */
    double capacity;         /* relative */
    double lost;             /* capacity the battery may have lost since it was what the cell file tells; relative */
};

struct estimator_hypothesis {
    double x[EST_STATES], P[EST_STATES][EST_STATES];
    double weight;           /* natural logarithm; the best has 0 */
    bool alive;
};

struct estimator {
    struct estimator_config config;
    bool started;
    double offset_sigma_A;            /* of one cell */
    struct cell_state run;            /* z of the estimate; w, v1, v2 as the current makes them */
    struct cell_decay decay;
    struct cell_at at;
    struct estimator_hypothesis hypothesis[EST_HYPOTHESES];  /* 0: as it is believed */
    /* since the last measurement */
    double seconds, charge_A_s, moved, turned, voltage_s, overvoltage_s, voltage_seconds;
    double since_seed_s;
    bool fresh;                       /* nothing was measured since the start: the first counts in full */
    double misfit;                    /* mean square of what the nearest hypothesis misses, to what the cell file admits */
    double since_knee_s;              /* voltage was worth something; since the start if it never was */
    int knee;                         /* where voltage was last worth something: 0 low, 1 high, -1 nowhere yet */
};

struct estimate {
    double charge, sigma;             /* 0..1 */
    double offset_A, offset_sigma_A;  /* of the battery's sensor */
    double capacity, capacity_sigma;  /* relative to nominal */
    double resistance;                /* relative to the cell file */
    double since_knee_s;              /* since voltage last told the charge at a steep place */
    double trust;                     /* weight of "the sensor keeps its specification", 0..1 */
};

void estimator_init(struct estimator *e, const struct estimator_config *config);

/* Told the charge and how far it may be off. The hypotheses that it is something else entirely
 * stand beside it. */
void estimator_start(struct estimator *e, double charge, double sigma);

struct estimator_input {
    double current_A;        /* the battery's; + charges */
    double voltage_V;        /* mean of its cells; NAN or <= 0: not known */
    double temp_C;
};
/* Knows nothing but a first sample: the charge where a cell has this voltage without what its
 * current causes. A rested cell tells more than one under load. */
void estimator_start_unknown(struct estimator *e, const struct estimator_input *first);

/* One sample that held for dt_s, 0.05..60 s. */
void estimator_step(struct estimator *e, const struct estimator_input *input, double dt_s);

/* Seconds nobody saw: up to charge_A in or discharge_A out may have flowed, no further than to full and to empty. */
void estimator_gap(struct estimator *e, double seconds, double charge_A, double discharge_A);

/* From now on another sensor measures its current: what was learned of the last one's offset is not this one's. The
 * charge and what is known of the cell stay. */
void estimator_sensor_new(struct estimator *e);

struct estimate estimator_estimate(const struct estimator *e);

enum { EST_PAIRS = EST_STATES * (EST_STATES + 1) / 2 };

/* The filter itself, doubles only. How one error comes with another is known to it alone: without, each restart would
 * take a knee's place for news. */
struct estimator_filter {
    double state[EST_STATES];               /* of enum estimator_state */
    double covariance[EST_PAIRS];           /* rows of its lower triangle */
    double ahead, relaxing_V[2];            /* w, v1, v2 of struct cell_state */
};

/* What survives a restart; restored, it is aged by the gap. */
struct estimator_saved {
    double charge, charge_sigma, offset_A, offset_sigma_A, resistance, capacity, capacity_sigma;
    bool whole;                             /* filter is there too, and that of these figures */
    struct estimator_filter filter;
};
struct estimator_saved estimator_save(const struct estimator *e);
/* False, and nothing changed, where a number cannot be right. */
bool estimator_restore(struct estimator *e, const struct estimator_saved *saved);

#endif
