/* The score of a run: what is known beforehand of made-up series must come out of it to the last digit. */
#include "app/soc_score.h"

#include <math.h>
#include <string.h>

#include "test/check.h"
#include "test/made_cell.h"

enum { ROWS = 3000 };
static const double EVERY_S = 10, TINY = 1e-9;

static struct cell cell;
static struct soc_row rows[ROWS];

/* From full at C/10 on average, with rests and some charging, down to about 15 %. */
static struct soc_series drive(void)
{
    struct cell_at at = cell_at(&cell, 25);
    struct cell_decay decay = cell_decay(&cell, EVERY_S);
    struct cell_state state = {.z = 1, .h = 1};
    for (int i = 0; i < ROWS; i++) {
        double A = i == 0 ? 0 : i / 60 % 3 == 0 ? 0 : i / 60 % 3 == 1 ? -40 : 10;
        if (i)
            cell_step(&at, &decay, &state, A, 1);
        rows[i] = (struct soc_row){.time_s = EVERY_S * i,
                                   .current_A = A,
                                   .voltage_V = cell_voltage(&at, &state, A, 1),
                                   .temp_C = 25,
                                   .reference = state.z};
    }
    return (struct soc_series){.rows = rows, .count = ROWS, .has_reference = true};
}

static struct soc_trial trial(void)
{
    return (struct soc_trial){.cell = &cell,
                              .capacity_Ah = 100,
                              .cells = 1,
                              .gain = 1,
                              .from = 1,
                              .start_told = true,
                              .start = 1,
                              .start_sigma = 0.01,
                              .sensor_offset_A = 0.2};
}

static bool near(double is, double should)
{
    return fabs(is - should) < TINY;
}

/* Root of the mean square of 0, 1 .. count - 1. */
static double ramp_rms(double count)
{
    return sqrt((count - 1) * (2 * count - 1) / 6);
}

static void scores_perfect_run(void)
{
    struct soc_series series = drive();
    struct soc_trial t = trial();
    struct soc_score s = soc_score(&series, &t, NULL);
    CHECK(s.steps == ROWS - 1 && s.judged == ROWS, "%zu steps, %zu judged", s.steps, s.judged);
    CHECK(near(s.seconds, EVERY_S * (ROWS - 1)), "%g s", s.seconds);
    CHECK(s.counting_rmse < TINY && s.counting_largest < TINY && s.counting_late_rmse < TINY,
          "counting without error has none: %g", s.counting_rmse);
    CHECK(s.rmse < 0.01 && s.rmse <= s.largest && s.largest < 0.02, "nor the estimate: %g, %g",
          s.rmse, s.largest);
    CHECK(s.within_2_sigma > 0.95 && s.nees < 2, "and it knows: %g, %g", s.within_2_sigma, s.nees);
    CHECK(fabs(s.end.charge - rows[ROWS - 1].reference) <= s.largest, "its end is its last row's");
}

static void counts_offset(void)
{
    struct soc_series series = drive();
    struct soc_trial t = trial();
    t.offset_A = 0.9;
    double per_row = 0.9 * EVERY_S / 3600 / 100;
    struct soc_score s = soc_score(&series, &t, NULL);
    CHECK(near(s.counting_rmse, per_row * ramp_rms(ROWS)), "RMSE %g of an offset, %g by hand",
          s.counting_rmse, per_row * ramp_rms(ROWS));
    CHECK(near(s.counting_largest, per_row * (ROWS - 1)), "largest %g", s.counting_largest);
    double all = ROWS * pow(ramp_rms(ROWS), 2), third = (ROWS - 1) / 3;
    double late = sqrt((all - (third + 1) * pow(ramp_rms(third + 1), 2)) / (ROWS - third - 1));
    CHECK(near(s.counting_late_rmse, per_row * late), "of the last two thirds %g, %g by hand",
          s.counting_late_rmse, per_row * late);
    CHECK(s.rmse < s.counting_rmse / 2, "the estimate finds it out: %g of %g", s.rmse,
          s.counting_rmse);
    CHECK(s.end.offset_A > 0.3, "%g A", s.end.offset_A);
}

static void counts_gain(void)
{
    struct soc_series series = drive();
    struct soc_trial t = trial();
    t.gain = 1.05;
    double sum = 0;
    for (int i = 0; i < ROWS; i++)
        sum += pow(0.05 * (1 - rows[i].reference), 2) / ROWS;
    struct soc_score s = soc_score(&series, &t, NULL);
    CHECK(near(s.counting_rmse, sqrt(sum)), "gain: %g, %g by hand", s.counting_rmse, sqrt(sum));
}

static void counts_start_error(void)
{
    struct soc_series series = drive();
    struct soc_trial t = trial();
    t.start = 0.8;
    struct soc_score s = soc_score(&series, &t, NULL);
    CHECK(near(s.counting_rmse, 0.2) && near(s.counting_largest, 0.2) &&
              near(s.counting_late_rmse, 0.2),
          "counting never learns: %g", s.counting_rmse);
    CHECK(s.largest > 0.15, "the estimate was told the same: %g", s.largest);
    CHECK(s.late_rmse < 0.1, "and gets rid of it: %g", s.late_rmse);
}

static void starts_untold(void)
{
    struct soc_series series = drive();
    struct soc_trial t = trial();
    t.start_told = false;
    t.start = 0.1;
    struct soc_score s = soc_score(&series, &t, NULL);
    CHECK(s.counting_largest < 0.2, "nor is counting told: %g", s.counting_largest);
    CHECK(s.late_rmse < 0.03, "a rested full cell tells its charge: %g", s.late_rmse);
}

static void begins_midway(void)
{
    struct soc_series series = drive();
    struct soc_trial t = trial();
    size_t first = soc_score_first(&series, 0.6);
    CHECK(rows[first].reference <= 0.6 && rows[first - 1].reference > 0.6, "row %zu", first);
    CHECK(soc_score_first(&series, 1) == 0, "from 1: the first row");
    rows[0].reference = 1.01;
    CHECK(soc_score_first(&series, 1) == 0, "even where it is above 1");
    CHECK(soc_score_first(&series, 0.01) == ROWS, "never there");
    t.from = 0.6;
    t.start = rows[first].reference;
    struct soc_score s = soc_score(&series, &t, NULL);
    CHECK(s.judged == ROWS - first && s.steps == ROWS - first - 1, "%zu judged", s.judged);
    CHECK(near(s.seconds, EVERY_S * (double)(ROWS - 1 - first)), "%g s", s.seconds);
    CHECK(s.counting_rmse < TINY, "counting from there: %g", s.counting_rmse);
    for (size_t i = 0; i < ROWS; i++)
        rows[i].reference = NAN;
    CHECK(soc_score_first(&series, 0.5) == ROWS && soc_score_first(&series, 1) == 0, "none");
}

static void judges_above_empty(void)
{
    struct soc_series series = drive();
    struct soc_trial t = trial();
    for (int i = 0; i < 1000; i++)
        rows[i].reference = i < 500 ? 0.05 : NAN;
    struct soc_score s = soc_score(&series, &t, NULL);
    CHECK(s.judged == ROWS - 1000, "%zu judged", s.judged);
    for (int i = 0; i < ROWS; i++)
        rows[i].reference = NAN;
    s = soc_score(&series, &t, NULL);
    CHECK(s.judged == 0 && s.rmse == 0 && s.steps == ROWS - 1, "nothing to judge");
    CHECK(s.end.charge > 0 && s.end.sigma > 0, "it runs nevertheless: %g", s.end.charge);
    rows[0].reference = 1;
    s = soc_score(&series, &t, NULL);
    CHECK(s.judged == 1 && isnan(s.late_rmse) && isnan(s.counting_late_rmse), "none of them late");
}

/* The same battery as a pack of sixteen: the same score. */
static void divides_voltage(void)
{
    struct soc_series series = drive();
    struct soc_trial t = trial();
    struct soc_score one = soc_score(&series, &t, NULL);
    for (int i = 0; i < ROWS; i++)
        rows[i].voltage_V *= 16;
    t.cells = 16;
    struct soc_score many = soc_score(&series, &t, NULL);
    CHECK(near(one.rmse, many.rmse) && near(one.end.charge, many.end.charge), "%g, %g", one.rmse,
          many.rmse);
}

/* Half the capacity, half the currents. */
static void scales_capacity(void)
{
    struct soc_series series = drive();
    struct soc_trial t = trial();
    struct soc_score whole = soc_score(&series, &t, NULL);
    for (int i = 0; i < ROWS; i++)
        rows[i].current_A /= 2;
    t.capacity_Ah /= 2;
    t.sensor_offset_A /= 2;
    struct soc_score half = soc_score(&series, &t, NULL);
    CHECK(near(whole.rmse, half.rmse) && half.counting_rmse < TINY, "%g, %g", whole.rmse,
          half.rmse);
}

static struct soc_score two_rows(double apart_s, double from_A, double to_A)
{
    struct soc_trial t = trial();
    drive();
    struct soc_series series = {.rows = rows, .count = 2, .has_reference = true};
    rows[1].time_s = apart_s;
    rows[0].current_A = from_A;
    rows[1].current_A = to_A;
    rows[0].reference = rows[1].reference = 1;
    return soc_score(&series, &t, NULL);
}

static void fills_between_rows(void)
{
    struct soc_score s = two_rows(60, 0, -36);
    CHECK(s.steps == 6 && near(s.counting_largest, 18 * 60.0 / 360000), "a straight line: %g",
          s.counting_largest);
    s = two_rows(SOC_GAP_S, -36, -36);
    CHECK(s.steps == 30 && near(s.counting_largest, 36.0 * SOC_GAP_S / 360000), "%zu", s.steps);
    s = two_rows(SOC_GAP_S + 1, -36, -36);
    CHECK(s.steps == 0 && s.counting_largest < TINY, "a gap: nothing is known of it");
    CHECK(s.end.sigma > two_rows(SOC_GAP_S, 0, 0).end.sigma, "and so much less is believed");
}

/* A logger at 100 Hz: the estimator sees the mean of what came too soon for it. */
static void joins_rows(void)
{
    struct soc_series series = drive();
    struct soc_trial t = trial();
    for (int i = 0; i < ROWS; i++) {
        rows[i].time_s = 0.01 * i;
        rows[i].current_A = i % 2 ? -72 : 0;
        rows[i].reference = 1 - 36 * 0.01 * i / 360000;
    }
    struct soc_score s = soc_score(&series, &t, NULL);
    CHECK(s.steps >= (ROWS - 1) / 6 && s.steps <= (ROWS - 1) / 5, "%zu steps", s.steps);
    CHECK(s.counting_largest < 1e-5, "and nothing is lost: %g", s.counting_largest);
}

static void believes_specification(void)
{
    struct soc_series series = drive();
    struct soc_trial t = trial();
    struct soc_score worse = soc_score(&series, &t, NULL);
    t.sensor_offset_A /= 100;
    struct soc_score better = soc_score(&series, &t, NULL);
    CHECK(better.end.offset_sigma_A < worse.end.offset_sigma_A / 3, "%g, %g A",
          better.end.offset_sigma_A, worse.end.offset_sigma_A);
}

struct seen {
    size_t count, late, within;
    double largest, squares, late_squares, nees, counted;
};

static void see(void *to, const struct soc_row *row, const struct estimate *now, double counted)
{
    struct seen *seen = to;
    double off = fabs(now->charge - row->reference);
    CHECK(row == &rows[seen->count], "in their order");
    seen->count++;
    seen->squares += off * off;
    seen->late_squares += row->time_s > EVERY_S * (ROWS - 1) / 3 ? off * off : 0;
    seen->late += row->time_s > EVERY_S * (ROWS - 1) / 3;
    seen->within += off <= 2 * now->sigma;
    seen->nees += pow(off / now->sigma, 2);
    seen->largest = fmax(seen->largest, off);
    seen->counted = fmax(seen->counted, fabs(counted - row->reference));
}

/* What a watcher is shown is what is scored. */
static void shows_each_row(void)
{
    struct soc_series series = drive();
    struct soc_trial t = trial();
    struct seen seen = {0};
    t.offset_A = 3;
    t.start = 0.9;
    struct soc_score s = soc_score(&series, &t, &(struct soc_watcher){see, &seen});
    CHECK(seen.count == ROWS, "%zu rows", seen.count);
    CHECK(near(seen.largest, s.largest) && near(seen.counted, s.counting_largest), "largest");
    CHECK(near(sqrt(seen.squares / ROWS), s.rmse), "RMSE %g", s.rmse);
    CHECK(near(sqrt(seen.late_squares / (double)seen.late), s.late_rmse), "late %g", s.late_rmse);
    CHECK(near(seen.nees / ROWS, s.nees), "NEES %g", s.nees);
    CHECK(seen.within && seen.within < ROWS && near((double)seen.within / ROWS, s.within_2_sigma),
          "within 2 sigma: %g, %zu", s.within_2_sigma, seen.within);
}

int main(void)
{
    made_cell(&cell);
    scores_perfect_run();
    counts_offset();
    counts_gain();
    counts_start_error();
    starts_untold();
    begins_midway();
    judges_above_empty();
    divides_voltage();
    scales_capacity();
    fills_between_rows();
    joins_rows();
    believes_specification();
    shows_each_row();
    return check_done("soc_score");
}
