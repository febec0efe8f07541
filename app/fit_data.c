#include "app/fit_data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_ROWS = 100 };

const double fit_full_V[CHEMISTRIES] = {3.45, 4.13, 4.13};
static const double TAPERED_H = 20, S_PER_HOUR = 3600;

/* From the first full charge, both ways through the log. */
static bool count_charge(struct soc_row row[], size_t count, const struct fit_load *how)
{
    size_t full = 0;
    while (full < count && !(row[full].voltage_V >= how->full_V && row[full].current_A >= 0 &&
                             row[full].current_A < how->capacity_Ah / TAPERED_H))
        full++;
    if (full == count)
        return false;
    row[full].reference = 1;
    for (size_t i = full + 1; i < count; i++)
        row[i].reference = row[i - 1].reference + row[i].current_A *
                                                      (row[i].time_s - row[i - 1].time_s) /
                                                      S_PER_HOUR / how->capacity_Ah;
    for (size_t i = full; i-- > 0;)
        row[i].reference = row[i + 1].reference - row[i + 1].current_A *
                                                      (row[i + 1].time_s - row[i].time_s) /
                                                      S_PER_HOUR / how->capacity_Ah;
    return true;
}

static bool finish(struct fit_series *series, const struct fit_load *how, const char *path,
                   FILE *errors)
{
    struct soc_series *log = &series->log;
    if (log->count < LEAST_ROWS) {
        fprintf(errors, "%s: %zu rows are not enough: at least %d\n", path, log->count, LEAST_ROWS);
        return false;
    }
    if (!soc_series_cells_fit(log, path, how->cells, errors))
        return false;
    for (size_t i = 0; i < log->count; i++) {
        log->rows[i].voltage_V /= how->cells;
        series->temp_C += log->rows[i].temp_C / (double)log->count;
    }
    if (log->has_reference || count_charge(log->rows, log->count, how))
        return true;
    fprintf(errors,
            "%s: no column soc_ref and no full charge in it: %.2f V a cell with a current below "
            "%.3g A\n",
            path, how->full_V, how->capacity_Ah / TAPERED_H);
    return false;
}

bool fit_series_load(struct fit_series *series, const char *path, const struct fit_load *how,
                     FILE *errors)
{
    const char *slash = strrchr(path, '/');
    *series = (struct fit_series){0};
    snprintf(series->name, sizeof series->name, "%s", slash ? slash + 1 : path);
    if (!soc_series_load(&series->log, path, errors))
        return false;
    if (finish(series, how, path, errors))
        return true;
    fit_series_free(series);
    return false;
}

void fit_series_free(struct fit_series *series)
{
    soc_series_free(&series->log);
    *series = (struct fit_series){0};
}
