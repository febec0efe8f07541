/* The picture of an estimator's run: XML that any viewer takes, and curves where they belong. */
#include "app/soc_plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "test/check.h"
#include "test/made_cell.h"

enum { ROWS = 5000, DEEPEST = 16, NAME = 32 };

static struct soc_row rows[ROWS];

/* Names, quotes and nesting of an XML text; NULL or what is wrong. No CDATA, no comments. */
static const char *xml_wrong(const char *at)
{
    char open[DEEPEST][NAME];
    int depth = 0;
    while (*at) {
        if (*at == '&' && strncmp(at, "&lt;", 4) != 0 && strncmp(at, "&amp;", 5) != 0)
            return "a bare &";
        if (*at++ != '<')
            continue;
        bool closing = *at == '/';
        at += closing;
        size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyz");
        if (length == 0 || length >= NAME)
            return "no name after <";
        if (closing) {
            if (depth == 0 || strncmp(open[--depth], at, length) != 0 || open[depth][length])
                return "closed what was not open";
            at += length;
        } else {
            if (depth == DEEPEST)
                return "too deep";
            snprintf(open[depth++], NAME, "%.*s", (int)length, at);
            at += length;
            while (*at == ' ') { /* name="value" */
                at++;
                at += strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
                if (at[0] != '=' || at[1] != '"')
                    return "an attribute without =\"";
                at += 2;
                at += strcspn(at, "\"<");
                if (*at++ != '"')
                    return "an attribute that does not end";
            }
            if (*at == '/') {
                at++;
                depth--;
            }
        }
        if (*at++ != '>')
            return "a tag that does not end";
    }
    return depth ? "not closed" : NULL;
}

static void knows_bad_xml(void)
{
    CHECK(!xml_wrong("<a b=\"1\"><c/>x &amp; y</a>"), "well-formed");
    CHECK(xml_wrong("<a><b></a></b>"), "crossed");
    CHECK(xml_wrong("<a>x & y</a>"), "bare &");
    CHECK(xml_wrong("<a b=1></a>"), "no quotes");
    CHECK(xml_wrong("<a>"), "open");
}

static struct soc_series make_series(const struct cell *cell, bool reference)
{
    struct cell_at at = cell_at(cell, 25);
    struct cell_decay decay = cell_decay(cell, 10);
    struct cell_state state = {.z = 1, .h = 1};
    for (size_t i = 0; i < ROWS; i++) {
        double A = i ? -cell->capacity_Ah / 20 * (1 + sin((double)i / 50)) : 0;
        if (i)
            cell_step(&at, &decay, &state, A, 1);
        rows[i] = (struct soc_row){.time_s = 10.0 * (double)i,
                                   .current_A = A,
                                   .voltage_V = cell_voltage(&at, &state, A, 1),
                                   .temp_C = 25,
                                   .reference = reference ? state.z : NAN};
    }
    return (struct soc_series){.rows = rows, .count = ROWS, .has_reference = reference};
}

static char *draw(const struct cell *cell, bool reference)
{
    struct soc_series series = make_series(cell, reference);
    struct soc_trial trial = {.cell = cell,
                              .capacity_Ah = cell->capacity_Ah,
                              .cells = 1,
                              .gain = 1,
                              .from = 1,
                              .start_told = true,
                              .start = 1,
                              .start_sigma = 0.01,
                              .sensor_offset_A = 0.01};
    struct soc_plot plot;
    char *text = NULL;
    size_t size;
    soc_plot_init(&plot, &trial);
    soc_score(&series, &trial, &(struct soc_watcher){soc_plot_row, &plot});
    CHECK(plot.count == ROWS, "each row: %zu", plot.count);
    double off = 0;
    for (size_t i = 0; i < ROWS; i++)
        off += fabs(plot.points[i].residual_V) / ROWS;
    CHECK(off < 0.002, "a cell that fits leaves nothing over: %.2f mV", 1000 * off);
    FILE *out = open_memstream(&text, &size);
    CHECK(soc_plot_write(out, "a < b & c", &plot), "drawn");
    fclose(out);
    soc_plot_free(&plot);
    return text;
}

/* First and last point of the curve of a class. */
static bool ends_of(const char *text, const char *class, double end[4])
{
    char start[64];
    snprintf(start, sizeof start, "class=\"%s\" points=\"70.0,", class); /* not the legend's */
    const char *at = strstr(text, start);
    if (!at)
        return false;
    at = strstr(at, "points=\"") + 8;
    const char *last = at + strcspn(at, "\"") - 1;
    while (last > at && last[-1] != ' ')
        last--;
    return sscanf(at, "%lf,%lf", &end[0], &end[1]) == 2 &&
           sscanf(last, "%lf,%lf", &end[2], &end[3]) == 2;
}

static void draws(void)
{
    static struct cell cell;
    made_cell(&cell);
    char *text = draw(&cell, true);
    double end[4];
    const char *wrong = xml_wrong(text);
    CHECK(!wrong, "XML: %s", wrong);
    CHECK(!strstr(text, "nan") && !strstr(text, "inf"), "numbers only");
    CHECK(strstr(text, "a &lt; b &amp; c"), "its title");
    CHECK(ends_of(text, "reference", end), "the reference is there");
    /* the charge panel is 340 high, from 44: 100 % above, 0 % below */
    double last = 44 + 340 * (1 - rows[ROWS - ROWS / 900 - 1].reference);
    CHECK(end[0] == 70 && end[1] == 44, "from the upper left: %g, %g", end[0], end[1]);
    CHECK(end[2] > 975 && end[2] <= 980, "to the right: %g", end[2]);
    CHECK(fabs(end[3] - last) < 2, "as far down as it fell: %g, %g", end[3], last);
    CHECK(ends_of(text, "estimate", end) && fabs(end[3] - last) < 8, "the estimate beside it");
    CHECK(ends_of(text, "residual", end), "what is left over");
    free(text);
    text = draw(&cell, false);
    CHECK(!xml_wrong(text) && !ends_of(text, "reference", end), "no reference, none drawn");
    free(text);
}

int main(void)
{
    knows_bad_xml();
    draws();
    return check_done("soc_plot");
}
