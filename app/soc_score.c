#include "app/soc_score.h"

#include <assert.h>
#include <math.h>

static const double LEAST_S = 0.05, STEP_S = 10, S_PER_HOUR = 3600;
static const double DRIFT = 0.1; /* of the sensor's specification in a day */
static const double GAIN = 0.003, VOLTAGE_V = 0.002, CAPACITY = 0.005;

struct run {
    const struct soc_trial *trial;
    struct estimator estimator;
    double counted;
    struct sum {
        double s, A_s, V_s;
    } since; /* what came closer than LEAST_S and is not stepped yet */
    double squares, late_squares, counted_squares, counted_late, nees;
    size_t late, within;
    struct soc_score score;
};

static struct estimator_input input_of(const struct run *run, const struct soc_row *row)
{
    const struct soc_trial *t = run->trial;
    return (struct estimator_input){row->current_A * t->gain + t->offset_A,
                                    row->voltage_V / t->cells, row->temp_C};
}

static void begin(struct run *run, const struct soc_row *first)
{
    const struct soc_trial *t = run->trial;
    struct estimator_config config = {
        .cell = t->cell,
        .scale = t->capacity_Ah / t->cell->capacity_Ah,
        .offset_A = t->sensor_offset_A,
        .drift_A = DRIFT * t->sensor_offset_A,
        .gain = GAIN,
        .voltage_V = VOLTAGE_V,
        .capacity = CAPACITY,
    };
    estimator_init(&run->estimator, &config);
    struct estimator_input input = input_of(run, first);
    if (t->start_told)
        estimator_start(&run->estimator, t->start, t->start_sigma);
    else
        estimator_start_unknown(&run->estimator, &input);
    run->counted = t->start_told ? t->start : estimator_estimate(&run->estimator).charge;
}

static void step(struct run *run, const struct estimator_input *now, double dt_s)
{
    run->since.s += dt_s;
    run->since.A_s += now->current_A * dt_s;
    run->since.V_s += now->voltage_V * dt_s;
    if (run->since.s < LEAST_S)
        return;
    struct sum sum = run->since;
    struct estimator_input mean = {sum.A_s / sum.s, sum.V_s / sum.s, now->temp_C};
    estimator_step(&run->estimator, &mean, sum.s);
    run->counted += sum.A_s / S_PER_HOUR / run->trial->capacity_Ah;
    run->score.steps++;
    run->since = (struct sum){0};
}

/* From the row before to this one; what was not sampled in between is taken as a straight line, a long silence as
 * a gap in which anything up to 1C may have flowed. */
static void advance(struct run *run, const struct soc_row *before, const struct soc_row *row)
{
    double dt_s = row->time_s - before->time_s, C = run->trial->capacity_Ah;
    struct estimator_input from = input_of(run, before), to = input_of(run, row);
    if (dt_s > SOC_GAP_S) {
        estimator_gap(&run->estimator, dt_s, C, C);
        return;
    }
    int steps = (int)ceil(dt_s / STEP_S);
    for (int k = 1; k <= steps; k++) {
        double part = steps == 1 ? 1 : (k - 0.5) / steps;
        struct estimator_input now = {
            from.current_A + part * (to.current_A - from.current_A),
            from.voltage_V + part * (to.voltage_V - from.voltage_V),
            to.temp_C,
        };
        step(run, &now, dt_s / steps);
    }
}

static void judge(struct run *run, const struct soc_row *row, const struct estimate *now, bool late)
{
    double off = now->charge - row->reference, counted = run->counted - row->reference;
    struct soc_score *s = &run->score;
    s->judged++;
    run->squares += off * off;
    run->counted_squares += counted * counted;
    s->largest = fmax(s->largest, fabs(off));
    s->counting_largest = fmax(s->counting_largest, fabs(counted));
    run->within += fabs(off) <= 2 * now->sigma;
    run->nees += off * off / (now->sigma * now->sigma);
    if (late) {
        run->late++;
        run->late_squares += off * off;
        run->counted_late += counted * counted;
    }
}

size_t soc_score_first(const struct soc_series *series, double from)
{
    size_t first = 0;
    while (from < 1 && first < series->count && !(series->rows[first].reference <= from))
        first++;
    return first;
}

struct soc_score soc_score(const struct soc_series *series, const struct soc_trial *trial,
                           const struct soc_watcher *watcher)
{
    assert(trial->cells > 0 && trial->capacity_Ah > 0);
    struct run run = {.trial = trial};
    const struct soc_row *rows = series->rows, *last = &rows[series->count - 1];
    size_t from = soc_score_first(series, trial->from);
    assert(from + 1 < series->count);
    double third_s = rows[from].time_s + (last->time_s - rows[from].time_s) / 3;
    begin(&run, &rows[from]);
    for (size_t i = from; i < series->count; i++) {
        if (i > from)
            advance(&run, &rows[i - 1], &rows[i]);
        struct estimate now = estimator_estimate(&run.estimator);
        if (rows[i].reference > SOC_JUDGED_FROM)
            judge(&run, &rows[i], &now, rows[i].time_s > third_s);
        if (watcher)
            watcher->row(watcher->to, &rows[i], &now, run.counted);
    }
    struct soc_score *s = &run.score;
    if (s->judged) {
        double n = (double)s->judged, late = run.late ? (double)run.late : NAN;
        s->rmse = sqrt(run.squares / n);
        s->late_rmse = sqrt(run.late_squares / late);
        s->counting_rmse = sqrt(run.counted_squares / n);
        s->counting_late_rmse = sqrt(run.counted_late / late);
        s->within_2_sigma = (double)run.within / n;
        s->nees = run.nees / n;
    }
    s->seconds = last->time_s - rows[from].time_s;
    s->end = estimator_estimate(&run.estimator);
    return run.score;
}
