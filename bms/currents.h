/* All currents: any number of sensors around any number of DC nodes, seen as one network.
 *
 * A wire carries one true current from one node to another, or to or from outside; a sensor
 * measures one wire as y = (1 + gain) i + offset + drift (T - 25 C) + noise. What flows into a node
 * flows out of it (Kirchhoff). From that follow
 *   flow     the current of each wire with its standard deviation: weighted least squares under
 *            the nodes' sums, i = y - W A'(A W A')^-1 A y with the full covariance of what is
 *            not known of the sensors. A wire without a sensor is solved for where the nodes
 *            determine it. Once at the moment of each step, for control, and once as the mean
 *            of each window of charge, because buses that speak at different times disagree on an
 *            instant more than sensors do on an Ah.
 *   learned  offset, gain and drift of each sensor, by a Kalman filter over what the sums leave.
 *            Its prior is the specification, to which it returns within weeks. The absolute
 *            offset is seen when the caller says that a wire is dead (currents_zero).
 *   verdict  when the sums of a part of the network do not close (chi^2 with its degrees of
 *            freedom), each sensor is held out in turn. One whose absence alone explains it, and
 *            which is then out of its specification, is dropped, and taken back after it has
 *            agreed for half an hour where it had failed. A change within the specification is
 *            learned anew. Where no single sensor can be named, the node is opened: its sum
 *            constrains nothing until it closes again, and the difference is told as doubt.
 * What the sums cannot see is the offset common to all, and what is drawn behind the sensors.
 *
 * Nothing is believed beyond its age: an old sensor takes no part. No clock, no heap. The order
 * of the sensors means nothing. Doubles inside, mA and mA^2. */
#ifndef BUSBAR_BMS_CURRENTS_H
#define BUSBAR_BMS_CURRENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/limits.h"

enum {
    CURRENTS_SENSORS = 48, CURRENTS_WIRES = 48, CURRENTS_NODES = 8,
    CURRENTS_OUTSIDE = 0xFF,  /* the end of a wire that is at no node */
    CURRENTS_NOBODY = 0xFF,
    CURRENTS_WINDOW_MS = 10000,
    CURRENTS_AGREE_MS = 1800000,
    CURRENTS_LASTING_MS = 3600000
};

struct currents_wire {
    char name[NAME_SIZE];
    uint8_t from, to;          /* node or CURRENTS_OUTSIDE, not both the same; + flows from -> to */
};

struct currents_sensor {
    char name[NAME_SIZE];
    uint8_t wire;
    bool reversed;             /* mounted the other way round: its reading counts negative */
    int32_t offset_mA;         /* specification, one standard deviation each; offset > 0 */
    int32_t gain_permille;
    int32_t drift_uA_K;        /* of the offset, from 25 C; 0 = none, or no temperature told */
    int32_t noise_mA;          /* of one reading */
    int32_t resolution_mA;     /* its smallest step */
    int32_t age_ms;            /* believed for; > 0 */
};

struct currents_node {
    char name[NAME_SIZE];
    bool unproven;             /* something may be joined here that nobody told: its sum counts only
                                * after it has closed for CURRENTS_AGREE_MS */
};

struct currents_config {
    uint8_t nodes, wires, sensors;
    struct currents_node node[CURRENTS_NODES];
    struct currents_wire wire[CURRENTS_WIRES];
    struct currents_sensor sensor[CURRENTS_SENSORS];
};

/* One wire, now and in the mean of the newest window. */
struct currents_flow {
    bool known, mean_known;
    int32_t mA, sigma_mA;      /* at the newest step */
    int32_t mean_mA, mean_sigma_mA;   /* over CURRENTS_WINDOW_MS up to currents.window_ms */
    int32_t doubt_mA;          /* how far the sums around it do not close, beyond 5 sigma; else 0 */
    uint64_t sensors;          /* bit per sensor that gives it at least 1 % */
};

enum currents_fault {
    CURRENTS_WELL,
    CURRENTS_OFFSET,           /* off by a constant, or not known to be anything else */
    CURRENTS_GAIN,             /* off in proportion */
    CURRENTS_REVERSED,         /* reads the negative */
    CURRENTS_FROZEN,           /* has not changed while the current has */
    CURRENTS_FAULTS
};
const char *currents_fault_text(enum currents_fault fault);

enum { CURRENTS_OFFSET_TERM, CURRENTS_GAIN_TERM, CURRENTS_DRIFT_TERM, CURRENTS_TERMS };

/* y over the current that the others say, from the first window that blamed it. */
struct currents_fit {
    double n, p, y, pp, py, yy, p_low, p_high;
};

struct currents_sensor_state {
    int64_t heard_ms, changed_ms;        /* 0 = never */
    double mA, temp_K;                   /* newest, sign as mounted; kelvin above 25 C */
    double period_ms;                    /* between readings, smoothed */
    double skew_mA;                      /* largest step others took since it was heard */
    double charge, low, high;            /* of the open window: mA ms, and its range */
    int64_t from_ms, covered_ms;
    bool whole;                          /* it covered the newest window; .. */
    double mean_mA, range_mA;            /* .. what it read in it */
    double residual_mA, residual_sigma_mA; /* what it reads beyond the fused current, newest window */
    double span_low, span_high;          /* of the fused current since it changed */
    int blame;                           /* points: it alone explained what did not close */
    int beyond;                          /* windows of these in which it was out of specification */
    struct currents_fit fit;
    enum currents_fault fault;           /* CURRENTS_WELL = in use */
    double fault_mA, fault_at_mA;        /* off by this, when the current was this */
    int64_t fault_ms, agrees_ms;         /* dropped when; agrees since, 0 = does not */
    bool agreed_there;                   /* .. and at such a current as it had failed at */
    double agree_low, agree_high;        /* of the current meanwhile */
    uint32_t drops;
};

struct currents_node_state {
    bool open;                           /* its sum constrains nothing */
    bool doubted;                        /* .. because it did not close */
    double missing_mA, sigma_mA;         /* into it less out of it, newest window */
    bool missing_known;
    int64_t agrees_ms;
    bool agreed_there;
};

struct currents {
    const struct currents_config *config;
    struct currents_sensor_state sensor[CURRENTS_SENSORS];
    struct currents_node_state node[CURRENTS_NODES];
    struct currents_flow flow[CURRENTS_WIRES];
    bool zero[CURRENTS_WIRES];           /* now, as told */
    bool zero_all[CURRENTS_WIRES];       /* .. since the window began */
    double flow_low_mA[CURRENTS_WIRES], flow_high_mA[CURRENTS_WIRES];  /* in the open window */
    int64_t window_from_ms, window_ms;   /* of the open window; end of the newest closed, 0 none */
    int unnamed[CURRENTS_SENSORS];       /* by part: points, but nobody could be named */
    uint32_t windows;
    /* What is learned: estimate and covariance, three terms a sensor: offset mA, gain as a ratio,
     * drift mA/K. */
    double term[CURRENTS_SENSORS * CURRENTS_TERMS];
    double cov[CURRENTS_SENSORS * CURRENTS_TERMS][CURRENTS_SENSORS * CURRENTS_TERMS];
};

/* NULL, or what is wrong with a config. */
const char *currents_config_problem(const struct currents_config *config);

/* The config stays the caller's and must pass currents_config_problem. */
void currents_init(struct currents *currents, const struct currents_config *config);

/* A reading of a sensor; one that is not newer than the last is no reading. */
void currents_hear(struct currents *currents, size_t sensor, int32_t mA, int64_t at_ms);
void currents_temperature(struct currents *currents, size_t sensor, int32_t temp_dC);

/* Whether this wire is known to be dead now, by something else than its current: the sun is
 * down, its contactor open. Restated by the caller. */
void currents_zero(struct currents *currents, size_t wire, bool dead);

/* Fuses what is fresh; closes a window when it is due: learns and judges then. True when a sensor
 * or node was dropped or taken back. */
bool currents_step(struct currents *currents, int64_t now_ms);

/* --- what is worth keeping over a restart --- */
enum { CURRENTS_LEARNED_VERSION = 1 };
struct currents_learned {
    uint8_t version, sensors, nodes;
    struct {
        char name[NAME_SIZE], wire[NAME_SIZE];  /* a sensor is known by both */
        double term[CURRENTS_TERMS], sigma[CURRENTS_TERMS];
        uint8_t fault;
        double fault_mA, fault_at_mA;
    } sensor[CURRENTS_SENSORS];
    struct {
        char name[NAME_SIZE];
        bool open, doubted;
    } node[CURRENTS_NODES];
};
void currents_export(const struct currents *currents, struct currents_learned *out);

/* After currents_init. gap_ms: how old it is; it has aged by that. What does not fit (another
 * version, an unknown name, not finite, beyond the specification) is left out. Returns how many
 * sensors were restored. */
size_t currents_import(struct currents *currents, const struct currents_learned *learned,
                       int64_t gap_ms);

/* --- between currents.c, currents_net.c, currents_fuse.c and currents_judge.c --- */

/* Sum of sign x reading over sensors. */
struct currents_sum {
    uint8_t count;
    uint8_t at[CURRENTS_WIRES];
    int8_t sign[CURRENTS_WIRES];
};

/* The network as these sensors see it. Each row is a sum of readings that must be 0. */
struct currents_net {
    uint8_t rows;
    struct currents_sum row[CURRENTS_SENSORS];
    int8_t row_node[CURRENTS_SENSORS][CURRENTS_NODES];  /* what of a node's sum stands in the row */
    uint8_t part[CURRENTS_SENSORS];      /* of a sensor: rows and sensors that hang together */
    struct currents_sum wire[CURRENTS_WIRES];           /* its current, before the rows are met */
    bool known[CURRENTS_WIRES];
};

/* What the sensors read in one look. */
struct currents_look {
    uint64_t used;
    double mA[CURRENTS_SENSORS];         /* less what was learned */
    double by[CURRENTS_SENSORS][CURRENTS_TERMS];        /* d reading / d term */
    double noise[CURRENTS_SENSORS];      /* variance of what is new in each look, mA^2 */
};

struct currents_fused {
    double mA[CURRENTS_WIRES], var[CURRENTS_WIRES];
    uint64_t used[CURRENTS_WIRES];
    double strain[CURRENTS_WIRES];       /* sigma is larger by this where the sums do not close; >= 1 */
    double left[CURRENTS_SENSORS];       /* by row: what does not close, .. */
    double left_var[CURRENTS_SENSORS];
    double weighed[CURRENTS_SENSORS];    /* .. S^-1 of it, .. */
    double white[CURRENTS_SENSORS];      /* .. L^-1 of it; S = L L' */
    double lower[CURRENTS_SENSORS][CURRENTS_SENSORS];
};

void currents_net_build(struct currents_net *net, const struct currents *currents, uint64_t used,
                        const bool zero[]);
/* by_spec: as if nothing was learned of the sensors' errors. */
void currents_fuse(struct currents_fused *fused, const struct currents_net *net,
                   const struct currents_look *look, const struct currents *currents, bool by_spec);

/* Rows that hang together, by their lowest sensor, and their chi^2; it fails beyond what n degrees of
 * freedom exceed once in 3e6 (Wilson and Hilferty 1931, at 5 sigma). */
struct currents_part {
    uint8_t name;
    size_t rows;
    double chi2;
};
struct currents_part currents_part(const struct currents_net *net,
                                   const struct currents_fused *fused, uint8_t name);
double currents_chi2_limit(size_t n);
bool currents_part_fails(const struct currents_part *part);

/* The estimate of an error that one column of the rows (a sensor's or a node's) could explain, its
 * variance, and how far chi^2 falls when it is left free. False: no row has any of it. */
struct currents_blame { double error, var, gain; };
bool currents_hold_out(struct currents_blame *blame, const struct currents_fused *fused,
                       uint8_t rows, const double column[]);
void currents_learn(struct currents *currents, const struct currents_net *net,
                    const struct currents_look *look, const struct currents_fused *fused);
void currents_age(struct currents *currents, double ms);
void currents_forget(struct currents *currents, size_t sensor);
double currents_prior(const struct currents_sensor *spec, size_t term);  /* sigma */
/* Variance of the part of an error that no averaging takes away, as it lasts for CURRENTS_LASTING_MS:
 * where a still current stands between two steps of a reading; what is not linear. */
double currents_lasting(const struct currents_sensor *spec, size_t term);
bool currents_judge(struct currents *currents, struct currents_net *net,
                    const struct currents_look *look, struct currents_fused *fused,
                    int64_t now_ms);

#endif
