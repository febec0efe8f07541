/* The estimator against a made-up cell whose truth is known: what it finds out, and what it admits. */
#include "bms/estimator.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "test/check.h"
#include "test/made_cell.h"

static struct cell cell;

/* The truth: a cell with errors of its own, cycled between two charges at 0.1C to 0.25C. */
struct world {
    struct cell_state state;
    double offset_A, r, knee, noise_V;
    double current_A;
    unsigned random;
    bool charging;
    double low, high;
    double rest_s;
};

static double uniform(struct world *w)
{
    w->random = w->random * 1664525u + 1013904223u;
    return (w->random >> 8) / 16777216.0 - 0.5;
}

static struct estimator_input world_step(struct world *w, double dt_s)
{
    struct cell_at at = cell_at(&cell, 25);
    struct cell_decay decay = cell_decay(&cell, dt_s);
    if (w->state.z >= w->high && w->charging) {
        w->charging = false;
        w->rest_s = 3600;
    } else if (w->state.z <= w->low && !w->charging) {
        w->charging = true;
        w->rest_s = 3600;
    }
    w->rest_s -= dt_s;
    w->current_A = w->rest_s > 0 ? 0 : w->charging ? 25 : -10;
    cell_step(&at, &decay, &w->state, w->current_A, 1);
    struct cell_state seen = w->state;
    seen.z -= w->knee;
    seen.v1 *= w->r;
    seen.v2 *= w->r;
    double V = cell_voltage(&at, &seen, w->current_A * w->r, 1);
    V = round((V + 0.004 * uniform(w)) * 1000) / 1000;
    return (struct estimator_input){w->current_A + w->offset_A, V, 25};
}

static const struct estimator_config sensor = {
    .cell = &cell,
    .scale = 1,
    .offset_A = 0.05,
    .drift_A = 0.005,
    .gain = 0.003,
    .voltage_V = 0.002,
    .capacity = 0.01,
};

struct verdict {
    double rmse, largest, within, end_sigma, steps;
    struct estimate end;
};

static struct verdict days(struct estimator *e, struct world *w, double count,
                           double judged_from_day)
{
    struct verdict v = {0};
    double squares = 0, within = 0;
    for (double s = 0; s < count * 86400; s += 10) {
        struct estimator_input input = world_step(w, 10);
        estimator_step(e, &input, 10);
        if (s < judged_from_day * 86400)
            continue;
        struct estimate now = estimator_estimate(e);
        double off = now.charge - w->state.z;
        squares += off * off;
        v.largest = fmax(v.largest, fabs(off));
        within += fabs(off) <= 2 * now.sigma;
        v.steps++;
    }
    v.rmse = sqrt(squares / v.steps);
    v.within = within / v.steps;
    v.end = estimator_estimate(e);
    return v;
}

static void begin(struct estimator *e, struct world *w, double told, double sigma)
{
    estimator_init(e, &sensor);
    estimator_start(e, told, sigma);
    *w = (struct world){
        .state = {.z = 0.5}, .r = 1, .low = 0.15, .high = 0.70, .random = 1, .charging = true};
}

static void a_good_sensor_is_trusted(void)
{
    struct estimator e;
    struct world w;
    begin(&e, &w, 0.5, 0.01);
    struct verdict v = days(&e, &w, 5, 0);
    CHECK(v.rmse < 0.006, "RMSE %.4f", v.rmse);
    CHECK(v.within > 0.95, "inside the band %.3f", v.within);
    CHECK(v.end.trust > 0.8, "trust %.2f", v.end.trust);
}

static void an_offset_in_its_specification_is_found(void)
{
    struct estimator e;
    struct world w;
    begin(&e, &w, 0.5, 0.01);
    w.offset_A = 0.08; /* 1.9 % a day */
    struct verdict v = days(&e, &w, 30, 5);
    CHECK(v.rmse < 0.01, "RMSE %.4f where counting is off by 50 %%", v.rmse);
    CHECK(fabs(v.end.offset_A - 0.08) < 0.02, "offset %.3f A", v.end.offset_A);
    CHECK(v.within > 0.93, "inside the band %.3f", v.within);
}

/* Told, the other sensor is met like a first one; untold, as one that has gone wrong. */
static void another_sensor_is_learned_anew(void)
{
    struct estimator e;
    struct world w;
    double known_A[2], rmse[2];
    for (int told = 0; told < 2; told++) {
        begin(&e, &w, 0.5, 0.01);
        w.offset_A = 0.09;
        days(&e, &w, 20, 0);
        w.offset_A = -0.09;
        known_A[told] = estimator_estimate(&e).offset_sigma_A;
        if (told) {
            struct estimate was = estimator_estimate(&e);
            estimator_sensor_new(&e);
            struct estimate now = estimator_estimate(&e);
            CHECK(fabs(now.charge - was.charge) < 0.002 && fabs(now.sigma - was.sigma) < 0.002,
                  "the charge stays: %.4f +- %.4f, was %.4f +- %.4f", now.charge, now.sigma,
                  was.charge, was.sigma);
            CHECK(fabs(now.offset_A) < 0.02 && now.offset_sigma_A > 2 * known_A[1],
                  "offset %.3f +- %.3f A, was known to %.3f A", now.offset_A, now.offset_sigma_A,
                  known_A[1]);
        }
        struct verdict v = days(&e, &w, 15, 0);
        rmse[told] = v.rmse;
        CHECK(fabs(v.end.offset_A + 0.09) < 0.03 && (!told || v.within > 0.9),
              "told %d: inside %.3f, offset %.3f A", told, v.within, v.end.offset_A);
    }
    CHECK(rmse[1] < rmse[0], "RMSE %.4f, untold %.4f", rmse[1], rmse[0]);
}

static void a_sensor_gone_wrong_is_found_out(void)
{
    struct estimator e;
    struct world w;
    begin(&e, &w, 0.5, 0.01);
    days(&e, &w, 10, 0);
    w.offset_A = 1.5; /* 30 sigma: 36 % a day */
    struct verdict v = days(&e, &w, 8, 4);
    CHECK(v.rmse < 0.03, "RMSE %.4f", v.rmse);
    CHECK(fabs(v.end.offset_A - 1.5) < 0.2, "offset %.2f A", v.end.offset_A);
    CHECK(v.within > 0.9, "inside the band %.3f", v.within);
}

static void a_wrong_start_is_found_out(void)
{
    for (double wrong = -0.4; wrong < 0.45; wrong += 0.2) {
        struct estimator e;
        struct world w;
        begin(&e, &w, 0.5 + wrong, 0.01);
        struct verdict v = days(&e, &w, 4, 1.5);
        CHECK(v.rmse < 0.012, "started %+.0f %% wrong: RMSE %.4f after a day and a half",
              100 * wrong, v.rmse);
        CHECK(v.within > 0.9, "started %+.0f %% wrong: inside the band %.3f", 100 * wrong,
              v.within);
    }
}

/* A battery that stays on the plateau learns nothing: the band has to say so. */
static void the_plateau_teaches_nothing(void)
{
    struct estimator e;
    struct world w;
    begin(&e, &w, 0.86, 0.01);
    w.state.z = 0.86;
    w.low = 0.80;
    w.high = 0.92;
    w.offset_A = 0.05;
    struct verdict v = days(&e, &w, 20, 0);
    CHECK(v.end.sigma > 0.02, "sigma %.4f after 20 days on the plateau", v.end.sigma);
    CHECK(v.within > 0.95, "inside the band %.3f", v.within);
}

/* A knee that is elsewhere than the file says: crossing it a hundred times makes nobody surer. */
static void a_knee_is_no_better_known_by_crossing_it(void)
{
    struct estimator e;
    struct world w;
    begin(&e, &w, 0.5, 0.01);
    w.knee = 0.008;
    struct verdict v = days(&e, &w, 60, 5);
    CHECK(v.end.sigma > 0.8 * cell.position_sigma, "sigma %.4f, the knee's is %.4f", v.end.sigma,
          cell.position_sigma);
    CHECK(v.within > 0.9, "inside the band %.3f", v.within);
}

static void resistance_is_learned(void)
{
    struct estimator e;
    struct world w;
    begin(&e, &w, 0.5, 0.01);
    w.r = 1.3;
    struct verdict v = days(&e, &w, 20, 5);
    CHECK(v.rmse < 0.01, "RMSE %.4f", v.rmse);
    CHECK(v.end.resistance > 1.1 && v.end.resistance < 1.5, "resistance %.2f", v.end.resistance);
}

static void capacity_is_learned_between_two_knees_only(void)
{
    struct estimator e;
    struct world w;
    for (int both = 0; both < 2; both++) {
        begin(&e, &w, 0.5, 0.01);
        e.config.capacity = 0.05;
        estimator_start(&e, 0.5, 0.01);
        e.config.scale = 1 / 0.95; /* told 5 % more than it has */
        w.low = both ? 0.15 : 0.40;
        struct verdict v = days(&e, &w, 60, 0);
        if (both)
            CHECK(fabs(v.end.capacity - 0.95) < 0.015 && v.end.capacity_sigma < 0.03,
                  "capacity %.3f +- %.3f", v.end.capacity, v.end.capacity_sigma);
        else
            CHECK(fabs(v.end.capacity - 1) < 1e-9 && v.end.capacity_sigma > 0.049,
                  "capacity %.3f +- %.3f", v.end.capacity, v.end.capacity_sigma);
    }
}

static void a_gap_widens_the_band(void)
{
    struct estimator e;
    struct world w;
    begin(&e, &w, 0.5, 0.01);
    days(&e, &w, 1, 0);
    struct estimate before = estimator_estimate(&e);
    estimator_gap(&e, 1800, 25, 25);
    struct estimate after = estimator_estimate(&e);
    CHECK(fabs(after.charge - before.charge) < 0.001, "in and out alike: the middle stays");
    CHECK(2 * after.sigma > 0.12 && 2 * after.sigma < 0.16, "12.5 %% either way: 2 sigma %.3f",
          2 * after.sigma);
    estimator_gap(&e, 3600, 0, 10);
    CHECK(fabs(estimator_estimate(&e).charge - after.charge + 0.05) < 0.002,
          "only out: the middle of it");
}

static void a_restart_goes_on_where_it_was(void)
{
    struct estimator e, again;
    struct world w;
    begin(&e, &w, 0.5, 0.01);
    w.offset_A = 0.08;
    days(&e, &w, 12, 0);
    struct estimator_saved saved = estimator_save(&e);
    estimator_init(&again, &sensor);
    CHECK(estimator_restore(&again, &saved), "what was saved is taken");
    struct estimate a = estimator_estimate(&e), b = estimator_estimate(&again);
    CHECK(fabs(a.charge - b.charge) < 0.01, "charge %.4f, was %.4f", b.charge, a.charge);
    CHECK(fabs(a.offset_A - b.offset_A) < 0.005, "offset %.4f, was %.4f", b.offset_A, a.offset_A);
    struct verdict v = days(&again, &w, 10, 0);
    CHECK(v.rmse < 0.012 && v.within > 0.93, "RMSE %.4f, inside %.3f", v.rmse, v.within);
    const double bad[] = {NAN, -1, 2, INFINITY};
    for (size_t field = 0; field < offsetof(struct estimator_saved, whole) / sizeof(double);
         field++)
        for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
            struct estimator_saved wrong = saved;
            double *at = (double *)&wrong + field;
            bool may_be = (field == 2 && (k == 1 || k == 2)) || (field == 3 && k == 2) ||
                          (field == 4 && k == 2);
            *at = bad[k];
            estimator_init(&again, &sensor);
            CHECK(estimator_restore(&again, &wrong) == may_be, "field %zu as %g", field, bad[k]);
        }
}

/* As one that was never away; and what cannot be a filter's is left for the figures. */
static void a_restart_keeps_how_errors_hang_together(void)
{
    struct estimator e, again;
    struct world w;
    begin(&e, &w, 0.5, 0.01);
    days(&e, &w, 12, 0);
    const struct estimator_saved saved = estimator_save(&e);
    estimator_init(&again, &sensor);
    CHECK(estimator_restore(&again, &saved), "taken");
    for (int a = 0; a < EST_STATES; a++) {
        double is = again.hypothesis[0].x[a], was = e.hypothesis[0].x[a];
        CHECK(fabs(is - was) < 0.02 * sqrt(e.hypothesis[0].P[a][a]), "state %d: %g, was %g", a, is,
              was);
    }
    double tied = e.hypothesis[0].P[EST_Z][EST_KNEE_LOW];
    CHECK(tied > 1e-6 && fabs(again.hypothesis[0].P[EST_Z][EST_KNEE_LOW] / tied - 1) < 0.05,
          "charge and knee %g, were %g", again.hypothesis[0].P[EST_Z][EST_KNEE_LOW], tied);
    CHECK(fabs(again.run.v2 - e.run.v2) < 1e-12 && fabs(e.run.v2) > 1e-4, "v2 %g", again.run.v2);
    struct estimator_saved wrong[5] = {saved, saved, saved, saved, saved};
    wrong[0].filter.state[EST_KNEE_LOW] = NAN;
    wrong[1].filter.covariance[1] = 1; /* more than both have */
    wrong[2].filter.relaxing_V[1] = INFINITY;
    wrong[3].charge = fmin(1, saved.charge + 0.05);
    wrong[4].whole = false;
    for (size_t k = 0; k < sizeof wrong / sizeof wrong[0]; k++) {
        estimator_init(&again, &sensor);
        CHECK(estimator_restore(&again, &wrong[k]), "its figures are taken: %zu", k);
        struct estimate now = estimator_estimate(&again);
        CHECK(fabs(again.hypothesis[0].P[EST_Z][EST_KNEE_LOW]) <= 0 && fabs(again.run.v2) <= 0,
              "and its filter is not: %zu", k);
        CHECK(fabs(now.charge - wrong[k].charge) < 1e-3, "charge %.4f", now.charge);
    }
}

/* Weights that do not sum to 1 in the last bit: a figure at its bound is still one. */
static void a_figure_at_its_bound_is_restored(void)
{
    struct estimator e, again;
    struct world w;
    begin(&e, &w, 0.5, 0.01);
    days(&e, &w, 1, 0);
    for (int step = 0; step < 2000; step++) {
        for (int k = 0; k < EST_HYPOTHESES; k++) {
            e.hypothesis[k].alive = true;
            e.hypothesis[k].weight = -0.01 * step * k;
            e.hypothesis[k].x[EST_RESISTANCE] = 1;
            e.hypothesis[k].x[EST_CAPACITY] = 1.2;
        }
        struct estimator_saved saved = estimator_save(&e);
        estimator_init(&again, &sensor);
        if (!estimator_restore(&again, &saved)) {
            CHECK(false, "step %d: resistance 2 + %g, capacity 1.2 + %g", step,
                  saved.resistance - 2, saved.capacity - 1.2);
            return;
        }
    }
    CHECK(again.started, "all of them");
}

/* The same battery as two cells side by side, and sampled ten times as often. */
static void size_and_rate_do_not_matter(void)
{
    struct estimator one, two, often;
    struct world w;
    begin(&one, &w, 0.6, 0.05);
    struct estimator_config doubled = sensor;
    doubled.scale = 2;
    doubled.offset_A *= 2;
    doubled.drift_A *= 2;
    estimator_init(&two, &doubled);
    estimator_start(&two, 0.6, 0.05);
    estimator_init(&often, &sensor);
    estimator_start(&often, 0.6, 0.05);
    double apart = 0, rate = 0;
    for (double s = 0; s < 3 * 86400; s += 1) {
        struct estimator_input input = world_step(&w, 1), twice = input;
        twice.current_A *= 2;
        estimator_step(&one, &input, 1);
        estimator_step(&two, &twice, 1);
        for (int k = 0; k < 10; k++)
            estimator_step(&often, &input, 0.1);
        apart =
            fmax(apart, fabs(estimator_estimate(&one).charge - estimator_estimate(&two).charge));
        rate =
            fmax(rate, fabs(estimator_estimate(&one).charge - estimator_estimate(&often).charge));
    }
    CHECK(apart < 1e-9, "twice the size differs by %.3g", apart);
    CHECK(rate < 0.001, "ten times as often differs by %.5f", rate);
}

static void without_voltage_it_counts(void)
{
    struct estimator e;
    estimator_init(&e, &sensor);
    estimator_start(&e, 0.5, 0.01);
    for (int s = 0; s < 3600; s++)
        estimator_step(&e, &(struct estimator_input){10, NAN, 25}, 1);
    struct estimate now = estimator_estimate(&e);
    CHECK(fabs(now.charge - 0.6) < 1e-6, "%.6f", now.charge);
}

static void a_first_sample_is_a_start(void)
{
    struct estimator e;
    estimator_init(&e, &sensor);
    struct cell_at at = cell_at(&cell, 25);
    estimator_start_unknown(&e, &(struct estimator_input){0, cell_ocv(&at, 0.61, 0, 1).V, 25});
    struct estimate now = estimator_estimate(&e);
    CHECK(fabs(now.charge - 0.61) < 0.03, "at the knee: %.3f", now.charge);
    double loaded_V = cell_ocv(&at, 0.25, 0, 1).V - 50 * 0.0010;
    estimator_start_unknown(&e, &(struct estimator_input){-50, loaded_V, 25});
    now = estimator_estimate(&e);
    CHECK(fabs(now.charge - 0.25) < 2 * now.sigma, "under load: %.3f +- %.3f", now.charge,
          now.sigma);
    estimator_start_unknown(&e, &(struct estimator_input){0, cell_ocv(&at, 0.85, 0, 1).V, 25});
    now = estimator_estimate(&e);
    CHECK(fabs(now.charge - 0.85) < 2 * now.sigma && now.sigma > 0.04,
          "on the plateau: %.3f +- %.3f", now.charge, now.sigma);
}

int main(void)
{
    made_cell(&cell);
    a_good_sensor_is_trusted();
    an_offset_in_its_specification_is_found();
    another_sensor_is_learned_anew();
    a_sensor_gone_wrong_is_found_out();
    a_wrong_start_is_found_out();
    the_plateau_teaches_nothing();
    a_knee_is_no_better_known_by_crossing_it();
    resistance_is_learned();
    capacity_is_learned_between_two_knees_only();
    a_gap_widens_the_band();
    a_restart_goes_on_where_it_was();
    a_restart_keeps_how_errors_hang_together();
    a_figure_at_its_bound_is_restored();
    size_and_rate_do_not_matter();
    without_voltage_it_counts();
    a_first_sample_is_a_start();
    return check_done("estimator");
}
