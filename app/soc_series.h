/* A measured series of a battery: CSV with a header, as laboratories and `busbar soc` use it.
 *
 *     time_s,current_A,voltage_V,temperature_C,soc_ref
 *     0,-3.2,52.91,24.5,0.95
 *
 * + charges; soc_ref 0..1. Columns in any order, further ones are passed over. temperature_C may lack (25), soc_ref too
 * (then the series has no reference). Single cells stand in cell_1_V .. cell_n_V (or cell1_V ..), or only the lowest and
 * the highest in cell_min_V and cell_max_V; an empty field is a cell that was not read. Commas between, a point in numbers; quotes around a field, a byte order mark and
 * CR LF are taken. Lines that begin with # and empty ones are passed over. */
#ifndef BUSBAR_APP_SOC_SERIES_H
#define BUSBAR_APP_SOC_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct soc_row {
    double time_s, current_A, voltage_V, temp_C;
    double reference;      /* NAN without soc_ref */
    int line;
};

enum { SOC_CELLS_MAX = 1000 };

struct soc_series {
    struct soc_row *rows;  /* time rising */
    size_t count;          /* 2.. */
    double *cell_V;        /* row by row, cells of them; NAN = not read; NULL without cells */
    int cells;             /* of cell_1_V ..; 2 where the lowest and the highest are told; 0 = none */
    bool extremes;         /* the two are the lowest and the highest, whichever cells these are */
    size_t backwards;      /* rows left out: not after the one before, by up to a second; more is refused */
    bool has_reference;
};

/* False after one line FILE:LINE: WHAT is not allowed: WHAT IS in errors: nothing is loaded then. */
bool soc_series_load(struct soc_series *series, const char *path, FILE *errors);
/* The same from an open file that is called path. */
bool soc_series_read(struct soc_series *series, FILE *file, const char *path, FILE *errors);
/* False after a line in errors where its voltage is no pack's of so many cells in series: one taken for the other. */
bool soc_series_cells_fit(const struct soc_series *series, const char *path, double cells, FILE *errors);
/* False after a line in errors where it has another number of cells than the pack. */
bool soc_series_columns_fit(const struct soc_series *series, const char *path, double cells, FILE *errors);
void soc_series_free(struct soc_series *series);

#endif
