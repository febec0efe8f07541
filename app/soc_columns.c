#include "app/soc_columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double MOST_V = 6;

/* The number in cell_7_V or cell7_V; 1 and 2 of cell_min_V and cell_max_V; 0: no cell's name. */
static int number_in(const char *text, bool *extreme)
{
    *extreme = strcmp(text, "cell_min_V") == 0 || strcmp(text, "cell_max_V") == 0;
    if (*extreme)
        return strcmp(text, "cell_min_V") == 0 ? 1 : 2;
    if (strncmp(text, "cell", 4) != 0)
        return 0;
    const char *digits = text + 4 + (text[4] == '_');
    char *end;
    if (*digits < '1' || *digits > '9')
        return 0;
    long number = strtol(digits, &end, 10);
    return strcmp(end, "_V") == 0 && number <= SOC_CELLS_MAX ? (int)number : 0;
}

static bool wrong(const struct soc_place *place, const char *what, const char *allowed)
{
    fprintf(place->errors, "%s:%d: %s: %s\n", place->path, place->line, what, allowed);
    return false;
}

bool soc_columns_name(struct soc_columns *columns, const char *text, int at,
                      const struct soc_place *place)
{
    bool extreme;
    int number = number_in(text, &extreme);
    if (!number)
        return true;
    if (at >= SOC_FIELDS_MAX)
        return wrong(place, text, "is not allowed so far right: among the first 2048 columns");
    if (columns->cells && extreme != columns->extremes)
        return wrong(place, text,
                     "is not allowed here: cell_1_V .. cell_n_V, or cell_min_V and cell_max_V");
    for (int i = 0; i < at; i++)
        if (columns->cell_of[i] == number)
            return wrong(place, text, "two columns of this cell: one is allowed");
    columns->cell_of[at] = (short)number;
    columns->extremes = extreme;
    columns->cells++;
    return true;
}

bool soc_columns_whole(const struct soc_columns *columns, const struct soc_place *place)
{
    if (columns->extremes && columns->cells < 2)
        return wrong(place, "cells", "cell_min_V and cell_max_V go together: one of them lacks");
    int highest = 0;
    for (int i = 0; i < SOC_FIELDS_MAX; i++)
        highest = columns->cell_of[i] > highest ? columns->cell_of[i] : highest;
    if (highest == columns->cells)
        return true;
    fprintf(place->errors, "%s:%d: cell_%d_V: %d cells are named: each from cell_1_V to the last\n",
            place->path, place->line, highest, columns->cells);
    return false;
}

void soc_columns_begin(struct soc_columns *columns)
{
    for (int i = 0; i < columns->cells; i++)
        columns->cell_V[i] = NAN;
}

bool soc_columns_value(struct soc_columns *columns, const char *text, int at,
                       const struct soc_place *place)
{
    int number = at < SOC_FIELDS_MAX ? columns->cell_of[at] : 0;
    if (!number || !*text)
        return true;
    char *end, name[16];
    double value = strtod(text, &end);
    columns->cell_V[number - 1] = value;
    if (end != text && *end == '\0' && value >= 0 && value <= MOST_V)
        return true;
    snprintf(name, sizeof name, "%d", number);
    fprintf(place->errors,
            "%s:%d: cell_%s_V: \"%.30s\" is not allowed: a number, 0 to %g, or none\n", place->path,
            place->line,
            !columns->extremes ? name
            : number == 1      ? "min"
                               : "max",
            text, MOST_V);
    return false;
}
