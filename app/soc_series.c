#include "app/soc_columns.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double LEAST_CELL_V = 1, MOST_CELL_V = 5;

enum {
    TIME,
    CURRENT,
    VOLTAGE,
    TEMPERATURE,
    REFERENCE,
    COLUMNS,
    LINE_SIZE = 16384,
    ROWS_MAX = 1 << 24
};

static const struct column {
    const char *name;
    double low, high;
    const char *allowed;
} columns[COLUMNS] = {
    {"time_s", -1e12, 1e12, "a number of seconds"},
    {"current_A", -1e6, 1e6, "a number, -1e6 to 1e6; + charges"},
    {"voltage_V", 0, 5000, "a number, 0 to 5000"},
    {"temperature_C", -60, 120, "a number, -60 to 120"},
    {"soc_ref", -0.2, 1.2, "a number, 0 to 1; percent must be divided by 100"},
};
static const double TEMPERATURE_ELSE = 25, BACK_S = 1;

struct reader {
    const char *path;
    FILE *file, *errors;
    int line;
    int column[COLUMNS]; /* where in the line; -1 nowhere */
    struct soc_columns singles;
    size_t room;
};

/* One line without its end. False with *more at the file's end; with a line in errors where it is no text. */
static bool line_read(struct reader *r, char line[LINE_SIZE], bool *more)
{
    size_t size = 0;
    int c = getc(r->file);
    *more = c != EOF;
    r->line += *more;
    for (; c != EOF && c != '\n'; c = getc(r->file)) {
        if (c < ' ' && c != '\t' && c != '\r') {
            fprintf(r->errors, "%s:%d: byte 0x%02X is not allowed: plain text (UTF-8 or ASCII)\n",
                    r->path, r->line, (unsigned)c);
            return false;
        }
        if (size + 1 == LINE_SIZE) {
            fprintf(r->errors, "%s:%d: the line is too long: at most %d characters\n", r->path,
                    r->line, LINE_SIZE - 1);
            return false;
        }
        line[size++] = (char)c;
    }
    while (size && line[size - 1] == '\r')
        size--;
    line[size] = '\0';
    return *more;
}

/* What stands between two quotes; NULL where more than that stands in the field. */
static char *quoted(char *text, char **rest)
{
    char *end = strchr(text, '"');
    while (end && end[1] == '"')
        end = strchr(end + 2, '"');
    if (!end)
        return NULL;
    char *next = end + 1 + strspn(end + 1, " \t");
    if (*next && *next != ',')
        return NULL;
    *end = '\0';
    *rest = *next ? next + 1 : NULL;
    return text;
}

/* The next comma-separated field without its quotes and the blanks around it; NULL at the end of the line. */
static char *field(char **rest)
{
    if (!*rest)
        return NULL;
    char *text = *rest + strspn(*rest, " \t");
    char *inside = *text == '"' ? quoted(text + 1, rest) : NULL;
    if (inside)
        return inside;
    *rest = text;
    strsep(rest, ",");
    for (char *end = text + strlen(text); end > text && strchr(" \t", end[-1]);)
        *--end = '\0';
    return text;
}

static bool header_wrong(const struct reader *r, const char *name, const char *other)
{
    fprintf(r->errors,
            "%s:%d: no column %s: the first line names time_s, current_A, voltage_V and, where "
            "measured, temperature_C and soc_ref%s\n",
            r->path, r->line, name, other ? "; with commas between them" : "");
    return false;
}

static bool header_read(struct reader *r, char *line)
{
    const char *other = strchr(line, ',') ? NULL : strpbrk(line, ";\t|");
    for (int c = 0; c < COLUMNS; c++)
        r->column[c] = -1;
    char *rest = line, *text;
    for (int at = 0; (text = field(&rest)); at++) {
        if (!soc_columns_name(&r->singles, text, at,
                              &(struct soc_place){r->path, r->line, r->errors}))
            return false;
        for (int c = 0; c < COLUMNS; c++) {
            if (strcmp(text, columns[c].name) != 0)
                continue;
            if (r->column[c] >= 0) {
                fprintf(r->errors, "%s:%d: two columns %s: one is allowed\n", r->path, r->line,
                        columns[c].name);
                return false;
            }
            r->column[c] = at;
        }
    }
    for (int c = TIME; c <= VOLTAGE; c++)
        if (r->column[c] < 0)
            return header_wrong(r, columns[c].name, other);
    return soc_columns_whole(&r->singles, &(struct soc_place){r->path, r->line, r->errors});
}

static bool value_read(const struct reader *r, int column, const char *text, double *value)
{
    const struct column *c = &columns[column];
    char *end;
    *value = strtod(text, &end);
    if (end != text && *end == '\0' && *value >= c->low && *value <= c->high)
        return true;
    fprintf(r->errors, "%s:%d: %s: \"%.30s\" is not allowed: %s\n", r->path, r->line, c->name, text,
            c->allowed);
    return false;
}

static bool row_read(struct reader *r, char *line, struct soc_row *row)
{
    double value[COLUMNS] = {[TEMPERATURE] = TEMPERATURE_ELSE, [REFERENCE] = NAN};
    bool found[COLUMNS] = {false};
    char *rest = line, *text;
    soc_columns_begin(&r->singles);
    for (int at = 0; (text = field(&rest)); at++) {
        if (!soc_columns_value(&r->singles, text, at,
                               &(struct soc_place){r->path, r->line, r->errors}))
            return false;
        for (int c = 0; c < COLUMNS; c++) {
            if (r->column[c] != at)
                continue;
            if (!value_read(r, c, text, &value[c]))
                return false;
            found[c] = true;
        }
    }
    for (int c = 0; c < COLUMNS; c++)
        if (r->column[c] >= 0 && !found[c]) {
            fprintf(r->errors, "%s:%d: the line ends before %s\n", r->path, r->line,
                    columns[c].name);
            return false;
        }
    *row = (struct soc_row){value[TIME],        value[CURRENT],   value[VOLTAGE],
                            value[TEMPERATURE], value[REFERENCE], r->line};
    return true;
}

static bool room_make(struct reader *r, struct soc_series *series)
{
    if (series->count < r->room)
        return true;
    size_t room = r->room ? 2 * r->room : 4096;
    size_t cells = (size_t)r->singles.cells;
    struct soc_row *more = room > ROWS_MAX ? NULL : realloc(series->rows, room * sizeof *more);
    if (more)
        series->rows = more;
    double *single = more && cells ? realloc(series->cell_V, room * cells * sizeof *single) : NULL;
    if (single)
        series->cell_V = single;
    if (!more || (cells && !single)) {
        fprintf(r->errors, "%s:%d: more rows than fit: at most %d, and as memory allows\n", r->path,
                r->line, ROWS_MAX);
        return false;
    }
    r->room = room;
    return true;
}

static bool row_keep(struct reader *r, struct soc_series *series, const struct soc_row *row)
{
    const struct soc_row *last = series->count ? &series->rows[series->count - 1] : NULL;
    if (last && row->time_s < last->time_s - BACK_S) {
        fprintf(r->errors, "%s:%d: time_s: %.10g is not allowed: it rises, and stood at %.10g\n",
                r->path, r->line, row->time_s, last->time_s);
        return false;
    }
    if (last && row->time_s <= last->time_s) {
        series->backwards++;
        return true;
    }
    if (!room_make(r, series))
        return false;
    size_t cells = (size_t)r->singles.cells;
    if (cells)
        memcpy(series->cell_V + series->count * cells, r->singles.cell_V,
               cells * sizeof *r->singles.cell_V);
    series->rows[series->count++] = *row;
    return true;
}

static bool lines_read(struct reader *r, struct soc_series *series)
{
    static const char bom[] = "\xEF\xBB\xBF";
    char text[LINE_SIZE];
    bool header = false, more;
    while (line_read(r, text, &more)) {
        struct soc_row row;
        char *line = text + (r->line == 1 && strncmp(text, bom, 3) == 0 ? 3 : 0);
        if (line[0] == '#' || line[strspn(line, " \t")] == '\0')
            continue;
        if (!header) {
            header = true;
            if (!header_read(r, line))
                return false;
        } else if (!row_read(r, line, &row) || !row_keep(r, series, &row)) {
            return false;
        }
    }
    if (more)
        return false;
    if (ferror(r->file))
        fprintf(r->errors, "%s: cannot be read: %s\n", r->path, strerror(errno));
    else if (series->count < 2)
        fprintf(r->errors, "%s:%d: ends after %zu rows: a series has at least two\n", r->path,
                r->line, series->count);
    return !ferror(r->file) && series->count >= 2;
}

bool soc_series_read(struct soc_series *series, FILE *file, const char *path, FILE *errors)
{
    assert(series && file && path && errors);
    *series = (struct soc_series){0};
    struct reader r = {.path = path, .file = file, .errors = errors};
    bool well = lines_read(&r, series);
    if (!well)
        soc_series_free(series);
    series->has_reference = well && r.column[REFERENCE] >= 0;
    series->cells = well ? r.singles.cells : 0;
    series->extremes = well && r.singles.extremes;
    return well;
}

bool soc_series_load(struct soc_series *series, const char *path, FILE *errors)
{
    *series = (struct soc_series){0};
    FILE *file = fopen(path, "re");
    if (!file) {
        fprintf(errors, "%s: cannot be read: %s\n", path, strerror(errno));
        return false;
    }
    bool well = soc_series_read(series, file, path, errors);
    fclose(file);
    return well;
}

bool soc_series_cells_fit(const struct soc_series *series, const char *path, double cells,
                          FILE *errors)
{
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < series->count; i++) {
        sum += series->rows[i].voltage_V;
        count += series->rows[i].voltage_V > 0;
    }
    double cell_V = sum / (double)(count ? count : 1) / cells;
    if (count == 0 || (cell_V >= LEAST_CELL_V && cell_V <= MOST_CELL_V))
        return true;
    fprintf(errors,
            "%s: voltage_V: a mean of %.4g V a cell is not allowed: %g to %g; --cells is %g\n",
            path, cell_V, LEAST_CELL_V, MOST_CELL_V, cells);
    return false;
}

bool soc_series_columns_fit(const struct soc_series *series, const char *path, double cells,
                            FILE *errors)
{
    if (!series->cells || series->extremes || series->cells == (int)cells)
        return true;
    fprintf(errors, "%s: cell_1_V to cell_%d_V are not allowed: --cells is %g\n", path,
            series->cells, cells);
    return false;
}

void soc_series_free(struct soc_series *series)
{
    free(series->cell_V);
    free(series->rows);
    *series = (struct soc_series){0};
}
