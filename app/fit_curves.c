#include "app/fit_data.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 4096, COLUMNS = 64, POINTS_MAX = FIT_POINTS };

/* Splits a line in place. Empty cells stay. */
static int split(char *line, char *cell[COLUMNS])
{
    int count = 0;
    line[strcspn(line, "\r\n")] = '\0';
    for (char *at = line; at && count < COLUMNS;) {
        cell[count++] = at;
        at = strchr(at, ',');
        if (at)
            *at++ = '\0';
    }
    return count;
}

static double number(const char *text)
{
    char *end;
    double value = strtod(text, &end);
    return end == text || *end ? NAN : value;
}

struct raw {
    int columns, points;
    double temp_C[COLUMNS];
    char direction[COLUMNS]; /* d, c, r = rested; 0 = not a curve */
    double z[POINTS_MAX], V[COLUMNS][POINTS_MAX];
};

/* dis_-5C, chg_25C, 20degC */
static char direction_of(const char *title, double *temp_C)
{
    char direction = 'r', unit[8];
    if (strncmp(title, "dis_", 4) == 0 || strncmp(title, "chg_", 4) == 0) {
        direction = *title;
        title += 4;
    }
    if (strcmp(title, "OCV") == 0) {
        *temp_C = 25;
        return 'r';
    }
    if (sscanf(title, "%lf%7s", temp_C, unit) != 2)
        return 0;
    return strcmp(unit, "C") == 0 || strcmp(unit, "degC") == 0 ? direction : 0;
}

static bool read_raw(FILE *in, struct raw *raw)
{
    char line[LINE_SIZE], *cell[COLUMNS];
    if (!fgets(line, sizeof line, in))
        return false;
    raw->columns = split(line, cell);
    for (int c = 1; c < raw->columns; c++)
        raw->direction[c] = direction_of(cell[c], &raw->temp_C[c]);
    while (fgets(line, sizeof line, in) && raw->points < POINTS_MAX) {
        int count = split(line, cell), p = raw->points;
        raw->z[p] = number(cell[0]);
        if (isnan(raw->z[p]) || (p && raw->z[p] <= raw->z[p - 1]))
            return false;
        for (int c = 1; c < raw->columns; c++)
            raw->V[c][p] = c < count ? number(cell[c]) : NAN;
        raw->points++;
    }
    double scale = raw->points && raw->z[raw->points - 1] > 1.5 ? 0.01 : 1;
    for (int p = 0; p < raw->points; p++)
        raw->z[p] *= scale;
    return raw->points >= 2;
}

/* A column at the points of a cell's table; NAN where it does not reach. */
static void resample(const struct raw *raw, int c, double out[CELL_POINTS])
{
    for (int i = 0; i < CELL_POINTS; i++) {
        double z = i / (CELL_POINTS - 1.0);
        int left = -1;
        out[i] = NAN;
        for (int p = 0; p < raw->points && isnan(out[i]); p++) {
            if (isnan(raw->V[c][p]))
                continue;
            if (fabs(raw->z[p] - z) < 1e-9)
                out[i] = raw->V[c][p];
            else if (raw->z[p] > z && left >= 0)
                out[i] = raw->V[c][left] + (raw->V[c][p] - raw->V[c][left]) * (z - raw->z[left]) /
                                               (raw->z[p] - raw->z[left]);
            else if (raw->z[p] > z)
                break;
            left = p;
        }
    }
}

/* Beyond the known points: held, or straight on with the last slope. */
static void extend(double table[CELL_POINTS], bool slope)
{
    int first = 0, last = CELL_POINTS - 1;
    while (first < last && isnan(table[first]))
        first++;
    while (last > first && isnan(table[last]))
        last--;
    double low = slope && last - first > 2 ? table[first + 1] - table[first] : 0;
    double high = slope && last - first > 2 ? table[last] - table[last - 1] : 0;
    for (int i = first - 1; i >= 0; i--)
        table[i] = table[i + 1] - low;
    for (int i = last + 1; i < CELL_POINTS; i++)
        table[i] = table[i - 1] + high;
}

/* Where one direction alone was reached, the other is as far off as where both last were. */
static void join(struct fit_curve *curve, const double dis[CELL_POINTS],
                 const double chg[CELL_POINTS])
{
    curve->both = true;
    for (int i = 0; i < CELL_POINTS; i++)
        curve->half_gap_V[i] = (chg[i] - dis[i]) / 2;
    extend(curve->half_gap_V, false);
    for (int i = 0; i < CELL_POINTS; i++) {
        double gap = curve->half_gap_V[i];
        curve->ocv_V[i] = isnan(dis[i]) ? chg[i] - gap : dis[i] + gap;
    }
    extend(curve->ocv_V, true);
}

static int add_curves(struct fit_curve curve[FIT_CURVES], int count, const struct raw *raw,
                      double rate)
{
    double dis[CELL_POINTS], chg[CELL_POINTS];
    for (int c = 1; c < raw->columns && count < FIT_CURVES; c++) {
        if (raw->direction[c] == 0 || raw->direction[c] == 'c')
            continue;
        int other = 0;
        for (int d = 1; d < raw->columns; d++)
            if (raw->direction[d] == 'c' && raw->temp_C[d] == raw->temp_C[c])
                other = d;
        struct fit_curve *to = &curve[count++];
        *to = (struct fit_curve){.temp_C = raw->temp_C[c], .rate = rate};
        for (int p = 0; p < raw->points; p++)
            if (!isnan(raw->V[c][p])) {
                to->z[to->points] = raw->z[p];
                to->V[to->points++] = raw->V[c][p];
            }
        resample(raw, c, dis);
        if (other) {
            resample(raw, other, chg);
            join(to, dis, chg);
        } else {
            memcpy(to->ocv_V, dis, sizeof dis);
            extend(to->ocv_V, raw->direction[c] == 'd');
        }
    }
    return count;
}

int fit_curves_load(struct fit_curve curve[FIT_CURVES], int count, const char *path, double rate,
                    FILE *errors)
{
    FILE *in = fopen(path, "re");
    struct raw *raw = in ? calloc(1, sizeof *raw) : NULL;
    int now = 0;
    if (!raw)
        fprintf(errors, "%s: cannot be read: %s\n", path, strerror(errno));
    else if (!read_raw(in, raw))
        fprintf(errors, "%s:%d: numbers, charge rising\n", path, raw->points + 2);
    else if ((now = add_curves(curve, count, raw, rate)) == count)
        fprintf(errors, "%s:1: a column dis_25C or 25degC or the like must be there\n", path);
    if (now == count)
        now = 0;
    free(raw);
    if (in)
        fclose(in);
    return now;
}

/* --- half cells --- */

static int column_of(char *cell[COLUMNS], int count, const char *title)
{
    for (int c = 0; c < count; c++)
        if (strcmp(cell[c], title) == 0)
            return c;
    return -1;
}

/* 0, or the number of the line that cannot be read. */
static int read_half(FILE *in, struct fit_half *half)
{
    char line[LINE_SIZE], *cell[COLUMNS];
    if (!fgets(line, sizeof line, in))
        return 1;
    int count = split(line, cell), x = column_of(cell, count, "x_norm");
    int negative = column_of(cell, count, "anode_delith_dis");
    int positive = column_of(cell, count, "cathode_lith_dis");
    if (x < 0 || negative < 0 || positive < 0)
        return 1;
    while (fgets(line, sizeof line, in) && half->points < FIT_POINTS) {
        int p = half->points++;
        count = split(line, cell);
        for (int c = count; c < COLUMNS; c++)
            cell[c] = line + strlen(line);
        half->x[p] = number(cell[x]);
        half->positive_V[p] = number(cell[positive]);
        half->negative_V[p] = number(cell[negative]);
        if (isnan(half->x[p] + half->positive_V[p] + half->negative_V[p]) ||
            (p && half->x[p] <= half->x[p - 1]))
            return p + 2;
    }
    return half->points < 3 ? 1 : 0;
}

bool fit_half_load(struct fit_half *half, const char *path, FILE *errors)
{
    half->points = 0;
    FILE *in = fopen(path, "re");
    if (!in) {
        fprintf(errors, "%s: cannot be read: %s\n", path, strerror(errno));
        return false;
    }
    int wrong = read_half(in, half);
    if (wrong)
        fprintf(
            errors,
            "%s:%d: columns x_norm, anode_delith_dis and cathode_lith_dis must be there, numbers "
            "in each, x_norm rising\n",
            path, wrong);
    fclose(in);
    return !wrong;
}
