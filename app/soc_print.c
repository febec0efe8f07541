#include "app/soc_print.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>

static void print_pair(const char *name, double estimate, double counting)
{
    if (isfinite(estimate))
        printf("  %-17s %8.2f %%  %7.2f %%\n", name, 100 * estimate, 100 * counting);
    else
        printf("  %-17s %10s  %9s\n", name, "-", "-");
}

/* "7", "min" */
static const char *cell_name(const struct soc_cells *cells, int c, char name[16])
{
    if (cells->extremes)
        return c == 0 ? "min" : "max";
    snprintf(name, 16, "%d", c + 1);
    return name;
}

static void print_end(const char *what, const struct soc_cells *cells, int c)
{
    char name[16];
    const struct cell_delta_estimate *e = &cells->cell[c];
    printf("  %-17s  cell %s, %+.2f %% +- %.2f%s\n", what, cell_name(cells, c, name),
           100 * e->delta, 200 * e->sigma,
           fabs(e->delta) > 2 * e->sigma ? "" : ": its band holds the pack's own");
}

static void print_cells(const struct soc_cells *cells)
{
    char name[16];
    if (!cells->count)
        return;
    puts("  cells against the pack, in charge (2 sigma)");
    for (int c = 0; c < cells->count; c++) {
        const struct cell_delta_estimate *e = &cells->cell[c];
        printf("    cell %-12s %+8.2f %% +- %.2f", cell_name(cells, c, name), 100 * e->delta,
               200 * e->sigma);
        if (!cells->extremes)
            printf("; resistance %+.0f %% +- %.0f", 100 * e->resistance, 200 * e->resistance_sigma);
        putchar('\n');
    }
    print_end("emptiest", cells, cells->emptiest);
    print_end("fullest", cells, cells->fullest);
}

void soc_print_text(const struct soc_result *r)
{
    const struct soc_score *s = &r->score;
    printf("%s: %.1f h, %zu steps, %zu rows judged", r->path, s->seconds / 3600, s->steps,
           s->judged);
    if (r->backwards)
        printf(", %zu left out whose time was not after the one before", r->backwards);
    putchar('\n');
    if (s->judged) {
        printf("                      estimate   counting\n");
        print_pair("RMSE", s->rmse, s->counting_rmse);
        print_pair("of the last 2/3", s->late_rmse, s->counting_late_rmse);
        print_pair("largest", s->largest, s->counting_largest);
        printf("  within 2 sigma     %7.1f %%\n", 100 * s->within_2_sigma);
        printf("  NEES               %7.2f\n", s->nees);
    } else {
        puts(r->reference ? "  soc_ref stays below 5 %: nothing to judge"
                          : "  no column soc_ref: nothing to judge");
    }
    printf("  at the end         %7.2f %% +- %.2f (2 sigma); sensor %+.1f mA +- %.1f\n",
           100 * s->end.charge, 200 * s->end.sigma, 1000 * s->end.offset_A,
           2000 * s->end.offset_sigma_A);
    print_cells(&r->cells);
    printf("  per step           %7.2f us\n", r->us);
}

/* A path need not be UTF-8, JSON is. */
static json_t *path_json(const char *path)
{
    json_t *text = json_string(path);
    char plain[256];
    if (text)
        return text;
    snprintf(plain, sizeof plain, "%s", path);
    for (char *c = plain; *c; c++)
        if ((unsigned char)*c >= 0x80)
            *c = '?';
    return json_string(plain);
}

/* Cells are called as in their columns: "cell_7_V" is "7". */
static void cells_json(json_t *object, const struct soc_cells *cells)
{
    char name[16];
    if (!cells->count)
        return;
    json_t *list = json_array();
    for (int c = 0; c < cells->count; c++) {
        const struct cell_delta_estimate *e = &cells->cell[c];
        json_t *one = json_pack("{s:s, s:f, s:f}", "cell", cell_name(cells, c, name),
                                "delta_percent", 100 * e->delta, "sigma_percent", 100 * e->sigma);
        if (!cells->extremes) {
            json_object_set_new(one, "resistance_percent", json_real(100 * e->resistance));
            json_object_set_new(one, "resistance_sigma_percent",
                                json_real(100 * e->resistance_sigma));
        }
        json_array_append_new(list, one);
    }
    json_object_set_new(object, "cells", list);
    json_object_set_new(object, "emptiest_cell",
                        json_string(cell_name(cells, cells->emptiest, name)));
    json_object_set_new(object, "fullest_cell",
                        json_string(cell_name(cells, cells->fullest, name)));
}

void soc_print_json(const struct soc_result *r)
{
    const struct soc_score *s = &r->score;
    json_t *object = json_pack("{s:o, s:f, s:I, s:I, s:I}", "csv", path_json(r->path), "hours",
                               s->seconds / 3600, "steps", (json_int_t)s->steps, "judged",
                               (json_int_t)s->judged, "backwards", (json_int_t)r->backwards);
    const struct {
        const char *name;
        double value;
        bool judged;
    } figures[] = {
        {"rmse_percent", 100 * s->rmse, true},
        {"late_rmse_percent", 100 * s->late_rmse, true},
        {"max_percent", 100 * s->largest, true},
        {"inside_2_sigma", s->within_2_sigma, true},
        {"nees", s->nees, true},
        {"counting_rmse_percent", 100 * s->counting_rmse, true},
        {"counting_late_rmse_percent", 100 * s->counting_late_rmse, true},
        {"counting_max_percent", 100 * s->counting_largest, true},
        {"end_percent", 100 * s->end.charge, false},
        {"end_sigma_percent", 100 * s->end.sigma, false},
        {"offset_mA", 1000 * s->end.offset_A, false},
        {"offset_sigma_mA", 1000 * s->end.offset_sigma_A, false},
        {"us_per_step", r->us, false},
    };
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        if ((!figures[i].judged || s->judged) && isfinite(figures[i].value))
            json_object_set_new(object, figures[i].name, json_real(figures[i].value));
    cells_json(object, &r->cells);
    json_dumpf(object, stdout, JSON_REAL_PRECISION(6));
    putchar('\n');
    json_decref(object);
}
