/* Any bytes as a measured series: no crash, and what is loaded holds what soc_series.h promises; the estimator
 * survives it with a charge from 0 to 1. Seeds: test/corpus/series. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/soc_score.h"
#include "test/made_cell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_rows(const struct soc_series *series)
{
    if (series->count < 2)
        abort();
    for (size_t i = 0; i < series->count; i++) {
        const struct soc_row *row = &series->rows[i];
        if (!isfinite(row->time_s) || !isfinite(row->current_A) || !isfinite(row->voltage_V) ||
            !isfinite(row->temp_C) || isfinite(row->reference) != series->has_reference ||
            (i && !(row->time_s > row[-1].time_s)))
            abort();
    }
}

static void run(const struct soc_series *series)
{
    static struct cell cell;
    made_cell(&cell);
    struct soc_trial trial = {
        .cell = &cell,
        .capacity_Ah = 100,
        .cells = 1,
        .gain = 1,
        .from = 1,
        .start_told = series->has_reference,
        .start = fmin(1, fmax(0, series->rows[0].reference)),
        .start_sigma = 0.01,
        .sensor_offset_A = 0.2,
    };
    struct soc_score score = soc_score(series, &trial, NULL);
    if (!(score.end.charge >= -0.1 && score.end.charge <= 1.1) || !isfinite(score.end.sigma) ||
        !isfinite(score.rmse) || score.judged > series->count)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct soc_series series;
    char *told = NULL;
    size_t told_size;
    FILE *in = size ? fmemopen((void *)(uintptr_t)data, size, "r") : fopen("/dev/null", "r");
    FILE *errors = open_memstream(&told, &told_size);
    bool well = soc_series_read(&series, in, "fuzz.csv", errors);
    fclose(in);
    fclose(errors);
    /* one line, or none */
    if (well ? told_size != 0 : !told_size || strchr(told, '\n') != told + told_size - 1)
        abort();
    if (well) {
        check_rows(&series);
        run(&series);
    } else if (series.rows || series.count) {
        abort();
    }
    soc_series_free(&series);
    free(told);
    return 0;
}
