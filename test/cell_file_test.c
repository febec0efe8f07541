/* Cell files: what is wrong in one is told with its line, and what is written is read again. */
#include "app/cell_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bms/ageing.h"
#include "test/check.h"

static char dir[] = "/tmp/busbar-cell-XXXXXX";
static char path[64];

static void put(const char *text)
{
    FILE *out = fopen(path, "w");
    if (!out || fputs(text, out) < 0 || fclose(out) != 0)
        abort();
}

static char *told_of(const char *yaml, struct cell *cell, bool *well)
{
    char *told = NULL;
    size_t size, prefix = strlen(dir) + 1;
    put(yaml);
    FILE *errors = open_memstream(&told, &size);
    *well = cell_file_load(path, cell, errors);
    fclose(errors);
    for (char *at = strstr(told, dir); at; at = strstr(at, dir))
        memmove(at, at + prefix, strlen(at + prefix) + 1);
    return told;
}

#define HEAD                                                                                       \
    "name: x\nchemistry: lfp\ncharge: {capacity_Ah: 100}\n"                                        \
    "dynamics: {tau1_s: 30, tau2_s: 900}\n"                                                        \
    "errors: {voltage_sigma_V: 0.004, resistance_sigma: 0.1, position_sigma: 0.01, "               \
    "}\n"
#define R   "    resistance: {r0_Ohm: [0.001], r1_Ohm: [0.001], r2_Ohm: [0.002]}\n"
#define ROW "  - temp_C: 25\n    open_circuit: {charge: [0, 1], voltage_V: [3, 3.4]}\n" R

/* clang-format off */
static const struct {
    const char *yaml, *told, *what;
} wrong[] = {
    {HEAD, "bad.yaml:1: rows: missing, it must be given: a list of 1 to 8 entries\n", "no rows"},
    {"name: x\nchemistry: lead\ncharge: {capacity_Ah: -3, efficency: 1}\n",
     "bad.yaml:1: dynamics: missing, it must be given: a mapping of keys to values\n"
     "bad.yaml:1: errors: missing, it must be given: a mapping of keys to values\n"
     "bad.yaml:1: rows: missing, it must be given: a list of 1 to 8 entries\n"
     "bad.yaml:2: chemistry: lead is not allowed: one of lfp, nmc, nca\n"
     "bad.yaml:3: charge.capacity_Ah: -3 is not allowed: 0.01 to 10000\n"
     "bad.yaml:3: charge.efficency: this key is not allowed: one of capacity_Ah, efficiency, source "
     "(did you mean efficiency?)\n", "every mistake in one run"},
    {HEAD "rows:\n  - temp_C: 25\n    open_circuit: {charge: [0, 0.5, 0.5, 1], voltage_V: [3, 3.3, 3.2, 3.4]}\n" R,
     "bad.yaml:8: rows[0].open_circuit.charge[2]: 0.5 is not allowed: more than the 0.5 before it\n"
     "bad.yaml:8: rows[0].open_circuit.voltage_V[2]: 3.2 is not allowed: not less than the 3.3 before it\n",
     "charge and voltage rise"},
    {HEAD "rows:\n  - temp_C: 25\n    open_circuit: {charge: [0, 1], voltage_V: [3, 3.3, 3.4]}\n" R,
     "bad.yaml:8: rows[0].open_circuit.voltage_V: 3 entries are not allowed: 2, as charge has, or 1\n",
     "as many voltages as charges"},
    {HEAD "rows:\n  - temp_C: 25\n    open_circuit: {voltage_V: [3.3]}\n" R,
     "bad.yaml:8: rows[0].open_circuit: voltage_V must have at least two entries, or half_cells be given\n",
     "one voltage is no curve"},
    {HEAD "rows:\n" ROW "  - temp_C: 20\n    open_circuit: {charge: [0, 1], voltage_V: [3, 3.4]}\n" R,
     "bad.yaml:10: rows[1].temp_C: 20 is not allowed: more than the 25 before it\n", "temperatures rise"},
    {HEAD "knees: [{at: 0.5, from: 0.6, to: 0.7, sigma: 0.01}]\nrows:\n" ROW,
     "bad.yaml:6: knees[0].at: 0.5 is not allowed: more than from, 0.6, and less than to, 0.7\n", "a knee's ends"},
    {HEAD "half_cells: {charge: [0, 1], positive_V: [3.5, 3.4], negative_V: [0.1, 0.2]}\nrows:\n" ROW,
     "bad.yaml:6: half_cells.positive_V[1]: 3.4 is not allowed: not less than the 3.5 before it\n"
     "bad.yaml:6: half_cells.negative_V[1]: 0.2 is not allowed: not more than the 0.1 before it\n",
     "the graphite falls, the other rises"},
    {HEAD "half_cells: {charge: [0, 1], positive_V: [3.4, 3.5]}\nrows:\n" ROW,
     "bad.yaml:6: half_cells.negative_V: missing, it must be given: a list of 1 to 1001 entries\n", "both halves"},
    {HEAD "ageing: {calendar: {loss: 6.6, years: 2.4, charge: 0.5, temp_C: 25, source: x}}\nrows:\n" ROW,
     "bad.yaml:6: ageing.calendar.loss: 6.6 is not allowed: 0.001 to 0.6\n", "a loss in percent"},
    {HEAD "ageing: {cycle: {loss: 0.2, cycles: 6000, current_C: 0.5, temp_C: 25}}\nrows:\n" ROW,
     "bad.yaml:6: ageing.cycle.source: missing, it must be given: a text, 1 to 2000 characters\n", "a figure from nowhere"},
};
/* clang-format on */

static void tells_mistakes(void)
{
    static struct cell cell;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        bool well;
        strcpy(cell.name, "untouched");
        char *told = told_of(wrong[i].yaml, &cell, &well);
        CHECK(!well && strcmp(cell.name, "untouched") == 0, "%s: refused", wrong[i].what);
        CHECK(strcmp(told, wrong[i].told) == 0, "%s:\n%s", wrong[i].what, told);
        free(told);
    }
}

static void reads_small(void)
{
    static struct cell cell;
    bool well;
    char *told = told_of(HEAD "rows:\n" ROW, &cell, &well);
    CHECK(well, "a short file is enough: %s", told);
    free(told);
    CHECK(cell.rows == 1 && !cell.half_cells && cell.knees == 0, "one row");
    CHECK(cell.efficiency == 1 && cell.hysteresis_rate == 20 && cell.diffusion_s == 0, "defaults");
    CHECK(fabs(cell.row[0].ocv_V[100] - 3.2) < 1e-12, "a straight line from 3 to 3.4");
    CHECK(cell.row[0].r2_Ohm[0] == 0.002 && cell.row[0].r2_Ohm[10] == 0.002,
          "one value, everywhere");
    CHECK(cell.row[0].hysteresis_V[50] == 0, "no hysteresis");
    CHECK(cell.ageing.calendar.loss <= 0 && cell.ageing.cycle.loss <= 0, "nobody told how it ages");
    told = told_of(HEAD
                   "ageing: {cycle: {loss: 0.2, cycles: 6000, current_C: 0.5, temp_C: 25, source: "
                   "maker}}\nrows:\n" ROW,
                   &cell, &well);
    CHECK(well && cell.ageing.cycle.cycles == 6000 && cell.ageing.cycle.depth == 1, "%s", told);
    CHECK(cell.ageing.calendar.loss <= 0, "cycles alone");
    free(told);
}

/* A cell with everything in it, curved as real ones are. */
static void make_cell(struct cell *cell)
{
    *cell = (struct cell){.name = "made",
                          .chemistry = CHEMISTRY_NCA,
                          .capacity_Ah = 3.21,
                          .efficiency = 0.9931,
                          .tau1_s = 31.5,
                          .tau2_s = 880,
                          .diffusion_s = 161,
                          .tau_d_s = 120,
                          .hysteresis_rate = 33,
                          .voltage_sigma_V = 0.0042,
                          .resistance_sigma = 0.11,
                          .position_sigma = 0.0093,
                          .half_cells = true,
                          .ageing = {{0.066, 2.4, 0.5, 25}, {0.2, 6000, 0.9, 0.5, 30}},
                          .knees = 2,
                          .rows = 3};
    cell->knee[0] = (struct cell_knee){0.3, 0.2, 0.35, 0.02};
    cell->knee[1] = (struct cell_knee){0.61, 0.56, 0.66, 0.01};
    for (int i = 0; i < CELL_POINTS; i++) {
        double z = i / (CELL_POINTS - 1.0);
        cell->positive_V[i] = 3.4 + 0.02 * z + 0.3 * exp(60 * (z - 1)) - 0.4 * exp(-50 * z);
        cell->negative_V[i] = 0.09 + 0.4 * exp(-25 * z) + 0.035 * 0.5 * (1 - tanh(40 * (z - 0.6)));
        for (int r = 0; r < 3; r++) {
            cell->row[r].ocv_V[i] = 0.003 * sin(7 * z + r) - 0.01;
            cell->row[r].hysteresis_V[i] = 0.012 + 0.006 * cos(5 * z) + 0.002 * r;
        }
    }
    for (int r = 0; r < 3; r++) {
        cell->row[r].temp_C = -5.5 + 15 * r;
        cell->row[r].i0_A = r ? 0 : 0.31;
        for (int i = 0; i < CELL_R_POINTS; i++) {
            cell->row[r].r0_Ohm[i] = 0.011 + 0.002 * r;
            cell->row[r].r1_Ohm[i] = 0.021 + 0.003 * cos(i);
            cell->row[r].r2_Ohm[i] = 0.031 + 0.005 * exp(-i);
        }
    }
}

static double farthest(const double *a, const double *b, int points, bool relative)
{
    double most = 0;
    for (int i = 0; i < points; i++)
        most = fmax(most, fabs(a[i] - b[i]) / (relative ? a[i] : 1));
    return most;
}

static void same_row(const struct cell_row *a, const struct cell_row *b)
{
    CHECK(a->temp_C == b->temp_C && a->i0_A == b->i0_A, "row %g", a->temp_C);
    CHECK(farthest(a->ocv_V, b->ocv_V, CELL_POINTS, false) < 1.2e-4, "voltage at %g", a->temp_C);
    CHECK(farthest(a->hysteresis_V, b->hysteresis_V, CELL_POINTS, false) < 2.2e-4, "hysteresis");
    CHECK(farthest(a->r0_Ohm, b->r0_Ohm, CELL_R_POINTS, true) < 0.006, "r0");
    CHECK(farthest(a->r1_Ohm, b->r1_Ohm, CELL_R_POINTS, true) < 0.006, "r1");
    CHECK(farthest(a->r2_Ohm, b->r2_Ohm, CELL_R_POINTS, true) < 0.006, "r2");
}

static void reads_what_it_writes(void)
{
    static struct cell a, b;
    make_cell(&a);
    FILE *out = fopen(path, "w");
    cell_file_write(out, &a,
                    &(struct cell_sources){.comment = "two\nlines",
                                           .cell = "say \"so\" \\",
                                           .licence = "MIT",
                                           .charge = "counted",
                                           .calendar = "held",
                                           .cycle = "cycled"});
    fclose(out);
    CHECK(cell_file_load(path, &b, stdout), "what is written can be read");
    CHECK(strcmp(a.name, b.name) == 0 && a.chemistry == b.chemistry && a.rows == b.rows, "head");
    CHECK(a.capacity_Ah == b.capacity_Ah && a.efficiency == b.efficiency, "charge");
    CHECK(a.tau1_s == b.tau1_s && a.tau2_s == b.tau2_s && a.tau_d_s == b.tau_d_s, "times");
    CHECK(a.diffusion_s == b.diffusion_s && a.hysteresis_rate == b.hysteresis_rate, "dynamics");
    CHECK(a.voltage_sigma_V == b.voltage_sigma_V && a.resistance_sigma == b.resistance_sigma &&
              a.position_sigma == b.position_sigma,
          "errors");
    CHECK(memcmp(&a.ageing, &b.ageing, sizeof a.ageing) == 0, "ageing");
    CHECK(b.half_cells && farthest(a.positive_V, b.positive_V, CELL_POINTS, false) < 1e-4 &&
              farthest(a.negative_V, b.negative_V, CELL_POINTS, false) < 1e-4,
          "half cells");
    CHECK(b.knees == 2 && memcmp(a.knee, b.knee, sizeof a.knee) == 0, "knees");
    for (int i = 0; i < a.rows; i++)
        same_row(&a.row[i], &b.row[i]);
}

/* Naumann's model is of the Sony cell, and so is the figure in its file. */
static void sony_ages_as_published(void)
{
    static struct cell cell;
    CHECK(cell_file_load("bms/cells/sony-us26650.yaml", &cell, stdout), "the shipped file");
    struct ageing_scale scale =
        ageing_scale_of(ageing_model_find("Naumann LFP 3 Ah"), &cell.ageing);
    CHECK(fabs(scale.calendar - 1) < 0.002 && scale.cycle == 1, "%.4f, %.4f", scale.calendar,
          scale.cycle);
}

int main(void)
{
    if (!mkdtemp(dir))
        return 1;
    snprintf(path, sizeof path, "%s/bad.yaml", dir);
    tells_mistakes();
    reads_small();
    reads_what_it_writes();
    sony_ages_as_published();
    unlink(path);
    rmdir(dir);
    return check_done("cell_file");
}
