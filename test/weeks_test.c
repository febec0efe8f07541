/* The weeks' proof in short: some days of some seeds, and that its judge is awake. `make weeks` runs the long form. */
#include <stdio.h>

#include "test/check.h"
#include "test/weeks.h"

enum { ESTIMATOR = 1 };

static struct weeks weeks;
static struct cell make;
static struct weeks_plan plan;
static struct weeks_result result;

/* Estimates that are no estimates: the truth, a lie, and one that errs in one direction. */
static double off;

static void judge_begin(struct weeks_guess *g, double charge, double sigma, int64_t now_ms)
{
    (void)g, (void)charge, (void)sigma, (void)now_ms;
}

static void judge_step(struct weeks_guess *g, const struct bank_view *view, double dt_s,
                       int64_t now_ms)
{
    (void)g, (void)view, (void)dt_s, (void)now_ms;
}

static void judge_restart(struct weeks_guess *g, double away_s, int64_t now_ms)
{
    (void)g, (void)away_s, (void)now_ms;
}

static struct weeks_said true_said(const struct weeks_guess *g)
{
    (void)g;
    return (struct weeks_said){true, weeks.truth.charge + off, 0.002, 0};
}

static struct weeks_said half_said(const struct weeks_guess *g)
{
    (void)g;
    return (struct weeks_said){true, 0.5, 0.002, 0};
}

static const struct weeks_guesser knows = {"knows", judge_begin, judge_step, judge_restart,
                                           true_said};
static const struct weeks_guesser lies = {"lies", judge_begin, judge_step, judge_restart,
                                          half_said};

static void play(uint64_t seed, int days, const struct weeks_guesser *guesser)
{
    weeks_plan(&plan, seed, 0, days);
    plan.first_day = 150; /* there shall be sun */
    weeks_run(&weeks, &plan, &make, guesser, &result, NULL);
}

static void the_judge_is_awake(void)
{
    off = 0;
    play(3, 6, &knows);
    CHECK(weeks_rmse(&result) < 1e-9 && result.inside == result.known, "the truth is right");
    CHECK(result.above_cap < 0.005, "and keeps the cap: %.4f", result.above_cap);
    CHECK(result.stops > 2 && fabs(result.stopped_sum / result.stops - 0.696) < 0.005,
          "which stops it %d times, at %.4f", result.stops, result.stopped_sum / result.stops);
    CHECK(result.counted_most > 0.005, "counting drifts: %.4f", result.counted_most);

    off = -0.05;
    play(3, 6, &knows);
    CHECK(fabs(weeks_rmse(&result) - 0.05) < 1e-6 && fabs(result.most - 0.05) < 1e-6,
          "5 %% too low is told: %.4f", weeks_rmse(&result));
    CHECK(result.inside == 0 && fabs(result.nees / (double)result.known - 625) < 1,
          "and is outside its band");
    CHECK(result.above_cap > 0.03, "and fills the battery: %.4f above", result.above_cap);

    play(3, 6, &lies);
    CHECK(weeks_rmse(&result) > 0.1 && result.inside * 10 < result.known && result.above_cap > 0.2,
          "one that says a half: %.3f, %.3f above", weeks_rmse(&result), result.above_cap);
}

static void a_seed_repeats(void)
{
    struct weeks_result first;
    play(5, 2, &weeks_guessers[ESTIMATOR]);
    first = result;
    play(5, 2, &weeks_guessers[ESTIMATOR]);
    CHECK(memcmp(&first, &result, sizeof first) == 0, "twice the same days");
    play(6, 2, &weeks_guessers[ESTIMATOR]);
    CHECK(fabs(first.square - result.square) > 0, "and another seed is another");
}

static void charge_adds_up(void)
{
    off = 0;
    weeks_plan(&plan, 4, 0, 3);
    plan.first_day = 150;
    plan.offset_A = plan.drift_A = plan.tempco_A = plan.noise_A = plan.standby_A = plan.loss = 0;
    plan.jumps = 0;
    plan.gain = 1;
    plan.silences = plan.restarts = plan.told_off = 0;
    plan.capacity_Ah = plan.pack.capacity_Ah;
    weeks_run(&weeks, &plan, &make, &knows, &result, NULL);
    CHECK(result.counted_most < 2e-4 && result.charged_Ah > 100,
          "a perfect sensor counts right: %.6f over %.0f Ah", result.counted_most,
          result.charged_Ah);
}

/* Who errs how much over some days; the estimator is asked more than the counter. */
static void short_weeks(int guesser, double rmse_most, double most, double inside_least)
{
    struct weeks_result all = {0};
    int trouble = 0;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        play(seed, 8, &weeks_guessers[guesser]);
        all.square += result.square;
        all.known += result.known;
        all.steps += result.steps;
        all.inside += result.inside;
        all.stops += result.stops;
        all.most = fmax(all.most, result.most);
        all.above_cap = fmax(all.above_cap, result.above_cap);
        trouble += result.silences + result.restarts;
    }
    double inside = (double)all.inside / (double)all.known;
    printf("  %-9s RMSE %.2f %%, most %.2f %%, %.1f %% inside 2 sigma, %.2f %% above the cap\n",
           weeks_guessers[guesser].name, 100 * weeks_rmse(&all), 100 * all.most, 100 * inside,
           100 * all.above_cap);
    CHECK(all.known == all.steps && all.steps > 200000, "judged %ld of %ld", all.known, all.steps);
    CHECK(trouble > 5 && all.stops > 5, "something has happened: %d, %d", trouble, all.stops);
    CHECK(weeks_rmse(&all) <= rmse_most, "RMSE %.4f", weeks_rmse(&all));
    CHECK(all.most <= most, "most %.4f", all.most);
    CHECK(inside >= inside_least, "%.3f inside 2 sigma", inside);
    CHECK(all.above_cap <= 0.03, "%.4f above the cap", all.above_cap);
}

int main(void)
{
    weeks_measure(&make);
    the_judge_is_awake();
    charge_adds_up();
    a_seed_repeats();
    short_weeks(0, 0.12, 0.25, 0.5);
    short_weeks(ESTIMATOR, 0.02, 0.08, 0.9);
    return check_done("weeks");
}
