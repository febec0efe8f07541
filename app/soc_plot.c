#include "app/soc_plot.h"

#include <math.h>
#include <stdlib.h>

enum { WIDTH = 1000, LEFT = 70, RIGHT = 20, TOP = 44, GAP = 46, BOTTOM = 46, COLUMNS = 900 };

static const double STEP_MOST_S = 60;

/* --- collecting --- */

void soc_plot_init(struct soc_plot *plot, const struct soc_trial *trial)
{
    *plot = (struct soc_plot){.trial = trial};
}

static double residual(struct soc_plot *plot, const struct soc_row *row, double charge)
{
    const struct soc_trial *t = plot->trial;
    struct cell_at at = cell_at(t->cell, row->temp_C);
    double A = (row->current_A * t->gain + t->offset_A) * t->cell->capacity_Ah / t->capacity_Ah;
    double dt_s = row->time_s - plot->time_s;
    if (plot->count == 0)
        plot->state = (struct cell_state){.z = charge, .h = charge > 0.95 ? 1 : 0};
    for (double left_s = plot->count ? dt_s : 0; left_s > 1e-9; left_s -= STEP_MOST_S) {
        struct cell_decay decay = cell_decay(t->cell, fmin(left_s, STEP_MOST_S));
        cell_step(&at, &decay, &plot->state, A, 1);
    }
    plot->time_s = row->time_s;
    plot->state.z = charge;
    return row->voltage_V / t->cells - cell_voltage(&at, &plot->state, A, 1);
}

void soc_plot_row(void *to, const struct soc_row *row, const struct estimate *estimate,
                  double counted)
{
    struct soc_plot *plot = to;
    if (plot->count == plot->room && !plot->short_of_memory) {
        size_t room = plot->room ? 2 * plot->room : 4096;
        struct soc_plot_point *more = realloc(plot->points, room * sizeof *more);
        plot->short_of_memory = !more;
        plot->points = more ? more : plot->points;
        plot->room = more ? room : plot->room;
    }
    if (plot->short_of_memory)
        return;
    plot->points[plot->count] = (struct soc_plot_point){row->time_s / 3600,
                                                        estimate->charge,
                                                        estimate->sigma,
                                                        row->reference,
                                                        counted,
                                                        row->current_A,
                                                        residual(plot, row, estimate->charge)};
    plot->count++;
}

void soc_plot_free(struct soc_plot *plot)
{
    free(plot->points);
    *plot = (struct soc_plot){0};
}

/* --- axes --- */

/* A panel: what its lower and upper edge mean, and where they are. */
struct panel {
    const char *title;
    double low, high;
    int top, height;
};

struct picture {
    FILE *out;
    const struct soc_plot *plot;
    double from_h, to_h;
    size_t columns;
};

static double x_of(const struct picture *p, double hours)
{
    double span = p->to_h > p->from_h ? p->to_h - p->from_h : 1;
    return LEFT + (hours - p->from_h) / span * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct panel *panel, double value)
{
    double part = (value - panel->low) / (panel->high - panel->low);
    part = part < -0.02 ? -0.02 : part > 1.02 ? 1.02 : part;
    return panel->top + panel->height * (1 - part);
}

/* 1, 2 or 5 times a power of ten: some count of them make the span. */
static double tick_step(double span, int count)
{
    double ten = pow(10, floor(log10(span / count)));
    double times = span / count / ten;
    return ten * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
}

static void draw_frame(const struct picture *p, const struct panel *panel)
{
    FILE *out = p->out;
    int right = WIDTH - RIGHT, bottom = panel->top + panel->height;
    fprintf(out, "<text class=\"title\" x=\"%d\" y=\"%d\">%s</text>\n", LEFT, panel->top - 8,
            panel->title);
    double step = tick_step(panel->high - panel->low, panel->height > 200 ? 10 : 4);
    for (double v = ceil(panel->low / step - 1e-9) * step; v <= panel->high + step * 1e-6;
         v += step)
        fprintf(out,
                "<line class=\"grid\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>"
                "<text class=\"y\" x=\"%d\" y=\"%.1f\">%.6g</text>\n",
                LEFT, y_of(panel, v), right, y_of(panel, v), LEFT - 6, y_of(panel, v) + 4,
                fabs(v) < step * 1e-6 ? 0 : v);
    step = tick_step(p->to_h > p->from_h ? p->to_h - p->from_h : 1, 10);
    for (double h = ceil(p->from_h / step - 1e-9) * step; h <= p->to_h + step * 1e-6; h += step)
        fprintf(out,
                "<line class=\"grid\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>"
                "<text class=\"x\" x=\"%.1f\" y=\"%d\">%.6g</text>\n",
                x_of(p, h), panel->top, x_of(p, h), bottom, x_of(p, h), bottom + 16,
                fabs(h) < step * 1e-6 ? 0 : h);
    fprintf(out, "<rect class=\"frame\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n", LEFT,
            panel->top, right - LEFT, panel->height);
}

/* --- curves --- */

/* First row of a column; column p->columns is one past the last row. */
static size_t row_of(const struct picture *p, size_t column)
{
    return column * p->plot->count / p->columns;
}

typedef double (*value_of)(const struct soc_plot_point *point);

static double charge_of(const struct soc_plot_point *point)
{
    return 100 * point->charge;
}
static double low_of(const struct soc_plot_point *point)
{
    return 100 * (point->charge - 2 * point->sigma);
}
static double high_of(const struct soc_plot_point *point)
{
    return 100 * (point->charge + 2 * point->sigma);
}
static double reference_of(const struct soc_plot_point *point)
{
    return 100 * point->reference;
}
static double counted_of(const struct soc_plot_point *point)
{
    return 100 * point->counted;
}
static double current_of(const struct soc_plot_point *point)
{
    return point->current_A;
}
static double residual_of(const struct soc_plot_point *point)
{
    return 1000 * point->residual_V;
}

static void draw_line(const struct picture *p, const struct panel *panel, const char *class,
                      value_of value)
{
    fprintf(p->out, "<polyline class=\"%s\" points=\"", class);
    for (size_t c = 0; c < p->columns; c++) {
        const struct soc_plot_point *point = &p->plot->points[row_of(p, c)];
        fprintf(p->out, "%.1f,%.1f ", x_of(p, point->hours), y_of(panel, value(point)));
    }
    fputs("\"/>\n", p->out);
}

static void draw_band(const struct picture *p, const struct panel *panel)
{
    fputs("<polygon class=\"band\" points=\"", p->out);
    for (size_t k = 0; k < 2 * p->columns; k++) {
        bool back = k >= p->columns;
        size_t c = back ? 2 * p->columns - 1 - k : k;
        const struct soc_plot_point *point = &p->plot->points[row_of(p, c)];
        fprintf(p->out, "%.1f,%.1f ", x_of(p, point->hours),
                y_of(panel, (back ? low_of : high_of)(point)));
    }
    fputs("\"/>\n", p->out);
}

static void spread_of(const struct picture *p, size_t column, value_of value, double *least,
                      double *most)
{
    *least = INFINITY;
    *most = -INFINITY;
    for (size_t i = row_of(p, column); i < row_of(p, column + 1); i++) {
        *least = fmin(*least, value(&p->plot->points[i]));
        *most = fmax(*most, value(&p->plot->points[i]));
    }
}

/* Least and most of each column: nothing short is lost by drawing fewer points than rows. */
static void draw_spread(const struct picture *p, const struct panel *panel, const char *class,
                        value_of value)
{
    fprintf(p->out, "<polyline class=\"%s\" points=\"", class);
    for (size_t c = 0; c < p->columns; c++) {
        double least, most, x = x_of(p, p->plot->points[row_of(p, c)].hours);
        spread_of(p, c, value, &least, &most);
        fprintf(p->out, "%.1f,%.1f %.1f,%.1f ", x, y_of(panel, least), x, y_of(panel, most));
    }
    fputs("\"/>\n", p->out);
}

static void draw_mean(const struct picture *p, const struct panel *panel, const char *class,
                      value_of value)
{
    fprintf(p->out, "<polyline class=\"%s\" points=\"", class);
    for (size_t c = 0; c < p->columns; c++) {
        double sum = 0;
        size_t first = row_of(p, c), after = row_of(p, c + 1);
        for (size_t i = first; i < after; i++)
            sum += value(&p->plot->points[i]) / (double)(after - first);
        fprintf(p->out, "%.1f,%.1f ", x_of(p, p->plot->points[first].hours), y_of(panel, sum));
    }
    fputs("\"/>\n", p->out);
}

/* Edges that hold all values but, where cut, the outermost hundredth of columns. */
static void fit_edges(const struct picture *p, struct panel *panel, value_of value,
                      double least_span)
{
    panel->low = -least_span / 2;
    panel->high = least_span / 2;
    for (size_t c = p->columns / 100; c < p->columns - p->columns / 50; c++) {
        double least, most;
        spread_of(p, c, value, &least, &most);
        panel->low = fmin(panel->low, least);
        panel->high = fmax(panel->high, most);
    }
    double step = tick_step(panel->high - panel->low, 4);
    panel->low = floor(panel->low / step) * step;
    panel->high = ceil(panel->high / step) * step;
}

/* --- the picture --- */

static const char style[] =
    "<style>\n"
    "svg{background:#fff;font:12px sans-serif}\n"
    ".head{font-size:15px;font-weight:bold}.title{font-weight:bold}\n"
    ".x{text-anchor:middle}.y{text-anchor:end}\n"
    ".grid{stroke:#ddd}.frame{fill:none;stroke:#555}\n"
    "polyline{fill:none;stroke-width:1.5;stroke-linejoin:round}\n"
    ".estimate{stroke:#0b5cad}.band{fill:#0b5cad;fill-opacity:.2}\n"
    ".reference{stroke:#000}.counting{stroke:#b35c00;stroke-dasharray:5 3}\n"
    ".current{stroke:#2a7d3b;stroke-width:1}.residual{stroke:#8a2a7d}.pale{stroke:#e0bcd9;stroke-"
    "width:1}\n"
    "</style>\n";

static void write_escaped(FILE *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == '<')
            fputs("&lt;", out);
        else if (*c == '&')
            fputs("&amp;", out);
        else if ((unsigned char)*c >= ' ')
            fputc(*c, out);
    }
}

static void draw_legend(FILE *out, bool reference)
{
    static const struct {
        const char *class, *text;
    } entries[] = {{"estimate", "estimate, band: 2 sigma"},
                   {"counting", "plain counting"},
                   {"reference", "reference"}};
    int x = WIDTH - RIGHT - 430;
    for (int i = 0; i < (reference ? 3 : 2); i++) {
        fprintf(
            out,
            "<polyline class=\"%s\" points=\"%d,%d %d,%d\"/><text x=\"%d\" y=\"%d\">%s</text>\n",
            entries[i].class, x, TOP - 12, x + 26, TOP - 12, x + 32, TOP - 8, entries[i].text);
        x += i ? 140 : 190;
    }
}

static void draw_panels(const struct picture *p, const struct panel panel[3], bool reference)
{
    for (int k = 0; k < 3; k++)
        draw_frame(p, &panel[k]);
    draw_legend(p->out, reference);
    draw_band(p, &panel[0]);
    draw_line(p, &panel[0], "counting", counted_of);
    if (reference)
        draw_line(p, &panel[0], "reference", reference_of);
    draw_line(p, &panel[0], "estimate", charge_of);
    draw_spread(p, &panel[1], "current", current_of);
    draw_spread(p, &panel[2], "pale", residual_of);
    draw_mean(p, &panel[2], "residual", residual_of);
}

bool soc_plot_write(FILE *out, const char *title, const struct soc_plot *plot)
{
    if (plot->count < 2 || plot->short_of_memory)
        return false;
    struct picture p = {out, plot, plot->points[0].hours, plot->points[plot->count - 1].hours,
                        plot->count < COLUMNS ? plot->count : COLUMNS};
    struct panel panel[3] = {
        {"Charge, %", 0, 100, TOP, 340},
        {"Current, A (+ charges)", 0, 0, TOP + 340 + GAP, 120},
        {"Voltage of a cell less the cell file's at the estimate, mV", 0, 0, TOP + 460 + 2 * GAP,
         140},
    };
    fit_edges(&p, &panel[1], current_of, 1e-3);
    fit_edges(&p, &panel[2], residual_of, 10);
    int height = panel[2].top + panel[2].height + BOTTOM;
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
            "height=\"%d\">\n%s<text class=\"head\" x=\"%d\" y=\"20\">",
            WIDTH, height, WIDTH, height, style, LEFT);
    write_escaped(out, title);
    fputs("</text>\n", out);
    draw_panels(&p, panel, !isnan(plot->points[0].reference));
    fprintf(out, "<text class=\"x\" x=\"%d\" y=\"%d\">hours</text>\n</svg>\n", (WIDTH + LEFT) / 2,
            height - 12);
    return !ferror(out);
}
