/* A cell as a cell file. */
#include "app/cell_file.h"

#include <math.h>
#include <string.h>

static const char *const chemistry_names[CHEMISTRIES] = {"lfp", "nmc", "nca"};

enum { LINE_WIDTH = 100, TABLES = 3 };

/* Tables over the same charges, and what a straight line may be off between the points written. */
struct group {
    const char *key[TABLES];
    const double *value[TABLES];
    double off[TABLES]; /* in V, or relative */
    bool relative;
    int tables, points, digits;
};

static void write_text(FILE *out, const char *key, const char *text)
{
    fprintf(out, "%s: \"", key);
    for (const char *c = text; *c; c++)
        fprintf(out, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c > 0 && *c < ' ' ? ' ' : *c);
    fputs("\"\n", out);
}

static void write_source(FILE *out, const char *indent, const char *source)
{
    if (!source)
        return;
    fputs(indent, out);
    write_text(out, "source", source);
}

static void write_list(FILE *out, const char *indent, const char *key, int count,
                       const double value[], int digits)
{
    int column = fprintf(out, "%s%s: [", indent, key);
    for (int i = 0; i < count; i++) {
        char text[32];
        int length = snprintf(text, sizeof text, "%.*f", digits, value[i]);
        if (strchr(text, '.'))
            while (text[length - 1] == '0')
                text[--length] = '\0';
        if (text[length - 1] == '.')
            text[--length] = '\0';
        if (strcmp(text, "-0") == 0)
            length = snprintf(text, sizeof text, "0");
        if (column + length + 3 > LINE_WIDTH)
            column = fprintf(out, "\n%s  ", indent) - 1;
        column += fprintf(out, "%s%s", text, i + 1 < count ? ", " : "]\n");
    }
}

static bool line_fits(const struct group *g, int left, int right)
{
    for (int t = 0; t < g->tables; t++)
        for (int i = left + 1; i < right; i++) {
            const double *v = g->value[t];
            double line = v[left] + (v[right] - v[left]) * (i - left) / (right - left);
            if (fabs(line - v[i]) > g->off[t] * (g->relative ? v[i] : 1))
                return false;
        }
    return true;
}

/* The points that are needed, each line as long as it fits. */
static int thin(const struct group *g, int kept[])
{
    int count = 0, left = 0;
    kept[count++] = 0;
    while (left < g->points - 1) {
        int right = left + 1;
        while (right + 1 < g->points && line_fits(g, left, right + 1))
            right++;
        kept[count++] = left = right;
    }
    return count;
}

static void write_group(FILE *out, const char *indent, const struct group *g)
{
    int kept[CELL_POINTS];
    double column[CELL_POINTS];
    int count = thin(g, kept);
    for (int i = 0; i < count; i++)
        column[i] = (double)kept[i] / (g->points - 1);
    write_list(out, indent, "charge", count, column, 3);
    for (int t = 0; t < g->tables; t++) {
        for (int i = 0; i < count; i++)
            column[i] = g->value[t][kept[i]];
        write_list(out, indent, g->key[t], count, column, g->digits);
    }
}

static void write_half_cells(FILE *out, const struct cell *cell, const struct cell_sources *s)
{
    struct group g = {{"positive_V", "negative_V"},
                      {cell->positive_V, cell->negative_V},
                      {5e-5, 5e-5},
                      false,
                      2,
                      CELL_POINTS,
                      5};
    fputs("half_cells:\n", out);
    write_group(out, "  ", &g);
    write_source(out, "  ", s->half_cells);
}

static void write_row(FILE *out, const struct cell_row *row, const struct cell_sources *s)
{
    static const char indent[] = "      ";
    struct group ocv = {{"voltage_V", "hysteresis_V"},
                        {row->ocv_V, row->hysteresis_V},
                        {1e-4, 2e-4},
                        false,
                        2,
                        CELL_POINTS,
                        5};
    struct group r = {{"r0_Ohm", "r1_Ohm", "r2_Ohm"},
                      {row->r0_Ohm, row->r1_Ohm, row->r2_Ohm},
                      {0.005, 0.005, 0.005},
                      true,
                      3,
                      CELL_R_POINTS,
                      7};
    fprintf(out, "  - temp_C: %g\n", row->temp_C);
    if (row->voltage_sigma_V > 0)
        fprintf(out, "    voltage_sigma_V: %.4g\n", row->voltage_sigma_V);
    fputs("    open_circuit:\n", out);
    write_group(out, indent, &ocv);
    write_source(out, indent, s->open_circuit);
    fputs("    resistance:\n", out);
    write_group(out, indent, &r);
    fprintf(out, "%si0_A: %.5g\n", indent, row->i0_A);
    write_source(out, indent, s->resistance);
}

static void write_ageing(FILE *out, const struct cell_ageing *a, const struct cell_sources *s)
{
    if (a->calendar.loss > 0 || a->cycle.loss > 0)
        fputs("ageing:\n", out);
    if (a->calendar.loss > 0) {
        fprintf(
            out,
            "  calendar:\n    loss: %.4g\n    years: %.4g\n    charge: %.4g\n    temp_C: %.4g\n",
            a->calendar.loss, a->calendar.years, a->calendar.charge, a->calendar.temp_C);
        write_source(out, "    ", s->calendar);
    }
    if (a->cycle.loss > 0) {
        fprintf(out, "  cycle:\n    loss: %.4g\n    cycles: %.6g\n    depth: %.4g\n", a->cycle.loss,
                a->cycle.cycles, a->cycle.depth);
        fprintf(out, "    current_C: %.4g\n    temp_C: %.4g\n", a->cycle.current_C,
                a->cycle.temp_C);
        write_source(out, "    ", s->cycle);
    }
}

static void write_scalars(FILE *out, const struct cell *cell, const struct cell_sources *s)
{
    fprintf(out, "charge:\n  capacity_Ah: %.6g\n  efficiency: %.6g\n", cell->capacity_Ah,
            cell->efficiency);
    write_source(out, "  ", s->charge);
    fprintf(out,
            "dynamics:\n  tau1_s: %.5g\n  tau2_s: %.5g\n  diffusion_s: %.5g\n  tau_d_s: %.5g\n",
            cell->tau1_s, cell->tau2_s, cell->diffusion_s, cell->tau_d_s);
    fprintf(out, "  hysteresis_rate: %.5g\n", cell->hysteresis_rate);
    write_source(out, "  ", s->dynamics);
    fprintf(out, "errors:\n  voltage_sigma_V: %.4g\n  resistance_sigma: %.4g\n",
            cell->voltage_sigma_V, cell->resistance_sigma);
    fprintf(out, "  position_sigma: %.4g\n", cell->position_sigma);
    write_source(out, "  ", s->errors);
}

static void write_comment(FILE *out, const char *comment)
{
    while (comment && *comment) {
        size_t length = strcspn(comment, "\n");
        fprintf(out, "#%s%.*s\n", length ? " " : "", (int)length, comment);
        comment += length + (comment[length] == '\n');
    }
}

void cell_file_write(FILE *out, const struct cell *cell, const struct cell_sources *sources)
{
    write_comment(out, sources->comment);
    write_text(out, "name", cell->name);
    fprintf(out, "chemistry: %s\n", chemistry_names[cell->chemistry]);
    write_source(out, "", sources->cell);
    if (sources->licence)
        write_text(out, "licence", sources->licence);
    write_scalars(out, cell, sources);
    write_ageing(out, &cell->ageing, sources);
    if (cell->half_cells)
        write_half_cells(out, cell, sources);
    if (cell->knees)
        fputs("knees:\n", out);
    for (int i = 0; i < cell->knees; i++) {
        const struct cell_knee *k = &cell->knee[i];
        fprintf(out, "  - at: %.4g\n    from: %.4g\n    to: %.4g\n    sigma: %.4g\n", k->at,
                k->from, k->to, k->sigma);
        write_source(out, "    ", sources->knees);
    }
    fputs("rows:\n", out);
    for (int i = 0; i < cell->rows; i++)
        write_row(out, &cell->row[i], sources);
}
