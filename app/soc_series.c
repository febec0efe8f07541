#include "app/soc_series.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    TIME,
    CURRENT,
    VOLTAGE,
    TEMPERATURE,
    REFERENCE,
    COLUMNS,
    LINE_SIZE = 4096,
    ROWS_MAX = 20000000
};
static const char *const names[COLUMNS] = {"time_s", "current_A", "voltage_V", "temperature_C",
                                           "soc_ref"};
static const double TEMPERATURE_ELSE = 25;

struct reader {
    const char *path;
    FILE *errors;
    int line;
    int column[COLUMNS]; /* where in the line; -1 nowhere */
    size_t room;
};

/* The next comma-separated field, blanks around it cut off; NULL at the end of the line. */
static char *field(char **rest)
{
    if (!*rest)
        return NULL;
    char *text = strsep(rest, ",");
    text += strspn(text, " \t\"");
    text[strcspn(text, " \t\r\n\"")] = '\0';
    return text;
}

static bool header_read(struct reader *r, char *line)
{
    for (int c = 0; c < COLUMNS; c++)
        r->column[c] = -1;
    char *rest = line, *text;
    for (int at = 0; (text = field(&rest)); at++)
        for (int c = 0; c < COLUMNS; c++)
            if (strcmp(text, names[c]) == 0)
                r->column[c] = at;
    for (int c = TIME; c <= VOLTAGE; c++)
        if (r->column[c] < 0) {
            fprintf(r->errors,
                    "%s:%d: no column %s; a header names time_s, current_A, voltage_V and, where "
                    "measured, "
                    "temperature_C and soc_ref\n",
                    r->path, r->line, names[c]);
            return false;
        }
    return true;
}

static bool row_read(struct reader *r, char *line, struct soc_row *row)
{
    double value[COLUMNS] = {[TEMPERATURE] = TEMPERATURE_ELSE, [REFERENCE] = NAN};
    bool found[COLUMNS] = {false};
    char *rest = line, *text;
    for (int at = 0; (text = field(&rest)); at++)
        for (int c = 0; c < COLUMNS; c++) {
            if (r->column[c] != at)
                continue;
            char *end;
            value[c] = strtod(text, &end);
            found[c] = end != text && *end == '\0' && isfinite(value[c]);
            if (!found[c]) {
                fprintf(r->errors, "%s:%d: %s: \"%.20s\" is not allowed: a number\n", r->path,
                        r->line, names[c], text);
                return false;
            }
        }
    for (int c = 0; c < COLUMNS; c++)
        if (r->column[c] >= 0 && !found[c]) {
            fprintf(r->errors, "%s:%d: the line ends before %s\n", r->path, r->line, names[c]);
            return false;
        }
    *row = (struct soc_row){value[TIME],        value[CURRENT],   value[VOLTAGE],
                            value[TEMPERATURE], value[REFERENCE], r->line};
    return true;
}

static bool row_keep(struct reader *r, struct soc_series *series, const struct soc_row *row)
{
    if (series->count && row->time_s <= series->rows[series->count - 1].time_s) {
        series->backwards++;
        return true;
    }
    if (series->count == r->room) {
        size_t room = r->room ? 2 * r->room : 4096;
        struct soc_row *more = room > ROWS_MAX ? NULL : realloc(series->rows, room * sizeof *more);
        if (!more) {
            fprintf(r->errors, "%s:%d: more rows than fit\n", r->path, r->line);
            return false;
        }
        series->rows = more;
        r->room = room;
    }
    series->rows[series->count++] = *row;
    return true;
}

static bool lines_read(struct reader *r, struct soc_series *series, FILE *file)
{
    char line[LINE_SIZE];
    bool header = false;
    while (fgets(line, sizeof line, file)) {
        r->line++;
        struct soc_row row;
        if (!strchr(line, '\n') && strlen(line) + 1 == sizeof line) {
            fprintf(r->errors, "%s:%d: longer than %d characters\n", r->path, r->line,
                    LINE_SIZE - 2);
            return false;
        }
        if (line[0] == '#' || line[strspn(line, " \t\r\n")] == '\0')
            continue;
        if (!header) {
            header = true;
            if (!header_read(r, line))
                return false;
        } else if (!row_read(r, line, &row) || !row_keep(r, series, &row)) {
            return false;
        }
    }
    if (series->count < 2) {
        fprintf(r->errors, "%s:%d: ends after %zu rows; a series has at least two\n", r->path,
                r->line, series->count);
        return false;
    }
    return true;
}

bool soc_series_load(struct soc_series *series, const char *path, FILE *errors)
{
    assert(series && path && errors);
    *series = (struct soc_series){0};
    FILE *file = fopen(path, "r");
    if (!file) {
        fprintf(errors, "%s: %s\n", path, strerror(errno));
        return false;
    }
    struct reader r = {.path = path, .errors = errors};
    bool well = lines_read(&r, series, file);
    if (well && ferror(file)) {
        fprintf(errors, "%s: cannot be read to its end\n", path);
        well = false;
    }
    fclose(file);
    if (!well)
        soc_series_free(series);
    series->has_reference = well && r.column[REFERENCE] >= 0;
    return well;
}

void soc_series_free(struct soc_series *series)
{
    free(series->rows);
    *series = (struct soc_series){0};
}
