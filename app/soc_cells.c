#include "app/soc_cells.h"

#include <math.h>
#include <stdlib.h>

static const double STEP_S = 10;
static const double READING_V = 0.003; /* what the reading of one cell is off by for good */

struct run {
    const struct soc_series *series;
    const struct soc_trial *trial;
    struct cell_deltas deltas;
    struct cell_delta *cell;
    const struct soc_row *before;
};

static void row_take(void *to, const struct soc_row *row, const struct estimate *estimate,
                     double counted)
{
    struct run *run = to;
    const struct soc_series *series = run->series;
    double dt_s = run->before ? row->time_s - run->before->time_s : 0;
    (void)counted;
    run->before = row;
    if (dt_s > SOC_GAP_S)
        cell_deltas_gap(&run->deltas, run->cell, series->cells);
    if (!(dt_s > 0) || dt_s > SOC_GAP_S)
        return;
    struct cell_delta_input input = {
        .charge = estimate->charge,
        .sigma = estimate->sigma,
        .current_A = row->current_A * run->trial->gain + run->trial->offset_A,
        .temp_C = row->temp_C,
        .mean_V = row->voltage_V / run->trial->cells,
        .cell_V = series->cell_V + (row - series->rows) * series->cells,
    };
    int steps = (int)ceil(dt_s / STEP_S);
    for (int k = 0; k < steps; k++)
        cell_deltas_step(&run->deltas, run->cell, series->cells, &input, dt_s / steps);
}

bool soc_cells_find(struct soc_cells *cells, const struct soc_series *series,
                    const struct soc_trial *trial)
{
    size_t count = (size_t)series->cells;
    *cells = (struct soc_cells){.count = series->cells, .extremes = series->extremes};
    if (!count)
        return true;
    struct run run = {.series = series, .trial = trial};
    run.cell = calloc(count, sizeof *run.cell);
    cells->cell = calloc(count, sizeof *cells->cell);
    bool well = run.cell && cells->cell;
    if (well) {
        struct cell_delta_config config = {trial->cell,
                                           trial->capacity_Ah / trial->cell->capacity_Ah, READING_V,
                                           !series->extremes};
        cell_deltas_init(&run.deltas, &config, run.cell, series->cells);
        soc_score(series, trial, &(struct soc_watcher){row_take, &run});
        cell_deltas_estimate(&run.deltas, run.cell, series->cells, cells->cell);
        for (int c = 1; c < cells->count; c++) {
            double delta = cells->cell[c].delta;
            cells->emptiest = delta < cells->cell[cells->emptiest].delta ? c : cells->emptiest;
            cells->fullest = delta > cells->cell[cells->fullest].delta ? c : cells->fullest;
        }
    }
    free(run.cell);
    return well;
}

void soc_cells_free(struct soc_cells *cells)
{
    free(cells->cell);
    *cells = (struct soc_cells){0};
}
