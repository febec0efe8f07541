/* The columns of single cells in a measured series (app/soc_series.h): which stands where, and their values in a line. */
#ifndef BUSBAR_APP_SOC_COLUMNS_H
#define BUSBAR_APP_SOC_COLUMNS_H

#include "app/soc_series.h"

enum { SOC_FIELDS_MAX = 2048 };

struct soc_columns {
    int cells;                         /* named so far */
    bool extremes;                     /* they are the lowest and the highest */
    short cell_of[SOC_FIELDS_MAX];     /* by place in the line; 0 = no cell, else from 1 */
    double cell_V[SOC_CELLS_MAX];      /* of the line; NAN = not read */
};

/* Where a mistake is told. */
struct soc_place { const char *path; int line; FILE *errors; };

/* A field of the first line, of a cell or not; then all of them. False after a line in errors. */
bool soc_columns_name(struct soc_columns *columns, const char *text, int at, const struct soc_place *place);
bool soc_columns_whole(const struct soc_columns *columns, const struct soc_place *place);

/* Of each later line first begin, then each field. False after a line in errors. */
void soc_columns_begin(struct soc_columns *columns);
bool soc_columns_value(struct soc_columns *columns, const char *text, int at, const struct soc_place *place);

#endif
