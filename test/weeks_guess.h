/* Who estimates in the weeks' proof: each behind the same few functions. */
#ifndef BUSBAR_TEST_WEEKS_GUESS_H
#define BUSBAR_TEST_WEEKS_GUESS_H

#include "bms/bank.h"
#include "bms/estimator.h"

struct weeks_guess {
    const struct bank_config *bank;
    const struct cell *cell;
    double capacity_sigma, lost;     /* that the estimator is told */
    struct soc_counter counter;
    struct estimator estimator;
    double unseen_s;                 /* nobody saw a current since */
    double unseen_in_A, unseen_out_A;/* .. and what may have flowed */
};

struct weeks_said {
    bool known;
    double charge, sigma;            /* 0..1 */
    double offset_A;                 /* what it makes of the sensor; 0 where it has no opinion */
};

struct weeks_guesser {
    const char *name;
    /* sigma 0: nothing is told */
    void (*begin)(struct weeks_guess *g, double charge, double sigma, int64_t now_ms);
    void (*step)(struct weeks_guess *g, const struct bank_view *view, double dt_s, int64_t now_ms);
    /* The process has been away for so long, and has only what it saved. */
    void (*restart)(struct weeks_guess *g, double away_s, int64_t now_ms);
    struct weeks_said (*said)(const struct weeks_guess *g);
};

/* --- the counter with a rest-voltage start (bms/bank.h) --- */

static void counter_begin(struct weeks_guess *g, double charge, double sigma, int64_t now_ms)
{
    soc_counter_init(&g->counter);
    if (sigma > 0)
        soc_counter_restore(&g->counter, g->bank, charge, 2 * sigma, 0, now_ms);
}

static void counter_step(struct weeks_guess *g, const struct bank_view *view, double dt_s,
                         int64_t now_ms)
{
    (void)dt_s;
    soc_counter_step(&g->counter, g->bank, view, now_ms);
}

static void counter_restart(struct weeks_guess *g, double away_s, int64_t now_ms)
{
    double charge = g->counter.soc, error = g->counter.error;
    bool started = g->counter.started;
    soc_counter_init(&g->counter);
    if (started)
        soc_counter_restore(&g->counter, g->bank, charge, error, (int64_t)(away_s * 1000), now_ms);
}

static struct weeks_said counter_said(const struct weeks_guess *g)
{
    return (struct weeks_said){g->counter.started, g->counter.soc, g->counter.error / 2 + 5e-4, 0};
}

/* --- the estimator (bms/estimator.h) --- */


/* In a silence the controller orders nothing to flow; without a controller the inverters carry the house. */
static const double SILENT_A = 14, AWAY_IN_A = 20, AWAY_OUT_A = 60;

static void estimator_ready(struct weeks_guess *g)
{
    const struct bank_config *bank = g->bank;
    struct estimator_config config = {
        .cell = g->cell,
        .scale = bank->capacity_mAh / 1000.0 / g->cell->capacity_Ah,
        .offset_A = bank->sensor_offset_mA / 1000.0,
        .drift_A = fmin(0.02, bank->sensor_offset_mA / 1000.0),
        .gain = bank->sensor_gain_permille / 1000.0,
        .voltage_V = 0.002,
        .capacity = g->capacity_sigma,
        .lost = g->lost,
    };
    estimator_init(&g->estimator, &config);
}

static void filter_begin(struct weeks_guess *g, double charge, double sigma, int64_t now_ms)
{
    (void)now_ms;
    estimator_ready(g);
    if (sigma > 0)
        estimator_start(&g->estimator, charge, sigma);
}

static void filter_step(struct weeks_guess *g, const struct bank_view *view, double dt_s,
                        int64_t now_ms)
{
    (void)now_ms;
    struct estimator_input input = {view->current_mA / 1000.0, 0,
                                    (view->temp_min_dC + view->temp_max_dC) / 20.0};
    if (view->known)
        input.voltage_V = view->voltage_mV / 1000.0 / g->bank->cells;
    if (!view->current_known) {
        g->unseen_s += dt_s;
        g->unseen_in_A = g->unseen_out_A = SILENT_A;
        return;
    }
    if (!g->estimator.started) {
        if (view->known)
            estimator_start_unknown(&g->estimator, &input);
        g->unseen_s = 0;
        return;
    }
    if (g->unseen_s > 0)
        estimator_gap(&g->estimator, g->unseen_s, g->unseen_in_A, g->unseen_out_A);
    g->unseen_s = 0;
    estimator_step(&g->estimator, &input, dt_s);
}

static void filter_restart(struct weeks_guess *g, double away_s, int64_t now_ms)
{
    (void)now_ms;
    bool started = g->estimator.started;
    struct estimator_saved saved = started ? estimator_save(&g->estimator) : (struct estimator_saved){0};
    estimator_ready(g);
    if (started && estimator_restore(&g->estimator, &saved))
        g->unseen_s = away_s;
    g->unseen_in_A = AWAY_IN_A;
    g->unseen_out_A = AWAY_OUT_A;
}

static struct weeks_said filter_said(const struct weeks_guess *g)
{
    if (!g->estimator.started)
        return (struct weeks_said){0};
    struct estimate now = estimator_estimate(&g->estimator);
    return (struct weeks_said){true, now.charge, now.sigma, now.offset_A};
}

static const struct weeks_guesser weeks_guessers[] = {
    {"counter", counter_begin, counter_step, counter_restart, counter_said},
    {"estimator", filter_begin, filter_step, filter_restart, filter_said},
};
enum { WEEKS_GUESSERS = sizeof weeks_guessers / sizeof weeks_guessers[0] };

#endif
