/* Open-circuit curves and half cells: read, joined, extended, and a cell made of them alone. */
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/cell_file.h"
#include "app/cli.h"
#include "app/soc_fit.h"
#include "test/check.h"

static char path[] = "/tmp/busbar-curves-XXXXXX";
static struct fit_curve curve[FIT_CURVES];
static struct fit_half half;
static struct fit_job job;
static struct cell cell;

static void put(const char *text)
{
    FILE *out = fopen(path, "w");
    if (!out || fputs(text, out) < 0 || fclose(out) != 0)
        abort();
}

static const char *told_by(bool (*load)(FILE *errors))
{
    static char line[400];
    char *told = NULL;
    size_t size;
    FILE *errors = open_memstream(&told, &size);
    bool well = load(errors);
    fclose(errors);
    CHECK(!well, "refused");
    snprintf(line, sizeof line, "%s", strstr(told, path) == told ? told + strlen(path) : told);
    free(told);
    return line;
}

static bool load_curves(FILE *errors)
{
    return fit_curves_load(curve, 0, path, 0.05, errors) > 0;
}

static bool load_half(FILE *errors)
{
    return fit_half_load(&half, path, errors);
}

static void reads_curves(void)
{
    /* charge ends early, discharge begins late: between them both are known at 0.25 .. 0.75 */
    put("soc,dis_-5C,chg_-5C,dis_25C,other\n"
        "0,,3.0,2.5,x\n0.25,3.1,3.2,3.0,x\n0.5,3.2,3.3,3.2,x\n0.75,3.3,3.5,3.3,x\n1,3.4,,3.4,x\n");
    CHECK(fit_curves_load(curve, 0, path, 0.05, stdout) == 2, "two temperatures");
    CHECK(curve[0].temp_C == -5 && curve[0].both && curve[0].rate == 0.05, "both directions");
    CHECK(fabs(curve[0].ocv_V[100] - 3.25) < 1e-9, "the middle: %g", curve[0].ocv_V[100]);
    CHECK(fabs(curve[0].half_gap_V[100] - 0.05) < 1e-9, "half the gap");
    CHECK(fabs(curve[0].ocv_V[0] - 2.95) < 1e-9, "empty: charge less the gap nearby: %g",
          curve[0].ocv_V[0]);
    CHECK(fabs(curve[0].ocv_V[200] - 3.5) < 1e-9, "full: discharge and the gap nearby: %g",
          curve[0].ocv_V[200]);
    CHECK(curve[1].temp_C == 25 && !curve[1].both, "one direction");
    CHECK(fabs(curve[1].ocv_V[50] - 3.0) < 1e-9 && curve[1].points == 5, "as it was");
    put("soc,25degC\n20,3.2\n60,3.3\n95,3.33\n");
    CHECK(fit_curves_load(curve, 2, path, 0, stdout) == 3, "appended");
    CHECK(fabs(curve[2].ocv_V[80] - 3.25) < 1e-9, "percent: %g", curve[2].ocv_V[80]);
    CHECK(curve[2].ocv_V[0] == 3.2 && curve[2].ocv_V[200] == 3.33, "held beyond what was measured");
    put("SOC,OCV\n0,3\n1,3.4\n");
    CHECK(fit_curves_load(curve, 0, path, 0, stdout) == 1 && curve[0].temp_C == 25, "OCV alone");
}

static void refuses_curves(void)
{
    put("soc,dis_25C\n0,3\n0.5,3.2\n0.4,3.3\n");
    CHECK(strcmp(told_by(load_curves), ":4: numbers, charge rising\n") == 0, "falls");
    put("soc,volts\n0,3\n1,3.2\n");
    CHECK(strcmp(told_by(load_curves),
                 ":1: a column dis_25C or 25degC or the like must be there\n") == 0,
          "no curve");
    put("x_norm,anode_delith_dis\n0,1\n");
    CHECK(strncmp(told_by(load_half), ":1: columns x_norm,", 19) == 0, "one electrode");
    put("x_norm,anode_delith_dis,cathode_lith_dis\n0,1,3\n0.5,0.1\n1,0.1,3.5\n");
    CHECK(strncmp(told_by(load_half), ":3: columns", 11) == 0, "half a line");
}

/* Graphite with a step, LFP with ends. */
static double graphite(double x)
{
    return 0.09 + 0.035 * 0.5 * (1 - tanh(40 * (x - 0.52))) + 0.06 * exp(-20 * x) +
           0.7 * exp(-90 * x);
}

static double lfp(double y)
{
    return 3.41 + 0.01 * y - 0.4 * exp(-40 * y) + 0.3 * exp(60 * (y - 1));
}

static void finds_half_cells(void)
{
    static const double ends[4] = {0.008, 0.87, 0.05, 0.985};
    half.points = 400;
    for (int i = 0; i < half.points; i++) {
        half.x[i] = i / (half.points - 1.0);
        half.negative_V[i] = graphite(half.x[i]);
        half.positive_V[i] = lfp(half.x[i]);
    }
    job = (struct fit_job){.name = "halves",
                           .chemistry = CHEMISTRY_LFP,
                           .capacity_Ah = 100,
                           .efficiency = 1,
                           .half = &half,
                           .curves = 1,
                           .given = {.resistance = true,
                                     .errors = true,
                                     .tau1_s = 30,
                                     .tau2_s = 900,
                                     .hysteresis_rate = 20,
                                     .Ohm = {0.001, 0.0005, 0.0007},
                                     .voltage_sigma_V = 0.004,
                                     .resistance_sigma = 0.3,
                                     .position_sigma = 0.02,
                                     .hysteresis_V = 0.008}};
    job.curve[0] = (struct fit_curve){.temp_C = 25};
    for (int z = 10; z <= 95; z += 5) { /* rested after discharge: 8 mV below the middle */
        struct fit_curve *c = &job.curve[0];
        c->z[c->points] = z / 100.0;
        c->V[c->points++] = lfp(ends[2] + (ends[3] - ends[2]) * z / 100) -
                            graphite(ends[0] + (ends[1] - ends[0]) * z / 100) - 0.008;
    }
    struct fit_told told;
    CHECK(soc_fit(&job, &cell, &told, stdout), "made of curves alone");
    CHECK(told.half_rms_V < 0.0004, "%.2f mV left over", 1000 * told.half_rms_V);
    CHECK(fabs(told.half_ends[0] - ends[0]) < 0.01 && fabs(told.half_ends[1] - ends[1]) < 0.02,
          "graphite %.3f .. %.3f", told.half_ends[0], told.half_ends[1]);
    CHECK(cell.half_cells && cell.rows == 4, "half cells, and rows by Arrhenius: %d", cell.rows);
    struct cell_at at = cell_at(&cell, 25);
    for (int z = 12; z <= 94; z += 2) {
        double was = lfp(ends[2] + (ends[3] - ends[2]) * z / 100) -
                     graphite(ends[0] + (ends[1] - ends[0]) * z / 100);
        double is = cell_ocv(&at, z / 100.0, 0, 1).V;
        CHECK(fabs(is - was) < 0.001, "%d %%: %.2f mV off", z, 1000 * (is - was));
    }
    CHECK(cell.knees == 1 && fabs(cell.knee[0].at - (0.52 - ends[0]) / (ends[1] - ends[0])) < 0.015,
          "the graphite's step is the knee: %d at %g", cell.knees, cell.knee[0].at);
    CHECK(cell.row[0].r1_Ohm[5] > 1.5 * cell.row[2].r1_Ohm[5], "more resistance in the cold");
}

/* Lithium lost to ageing: the step keeps its place in ampere-hours. */
static void knee_stays_in_Ah(void)
{
    struct cell_at at = cell_at(&cell, 25);
    double steepest[2] = {0, 0}, where[2] = {0, 0};
    for (int aged = 0; aged < 2; aged++)
        for (double z = 0.4; z < 0.9; z += 0.002) {
            double slope = cell_ocv(&at, z, 0, aged ? 0.9 : 1).slope_z;
            if (slope > steepest[aged]) {
                steepest[aged] = slope;
                where[aged] = z;
            }
        }
    CHECK(fabs(where[1] * 0.9 - where[0]) < 0.02, "%g of 100 %%, %g of 90 %%", where[0], where[1]);
}

/* A curve whose charge axis is another capacity's, 3 mV higher, is read where it belongs. */
static void aligns_curves(void)
{
    static const double shift = -0.02, stretch = 0.04;
    job = (struct fit_job){.chemistry = CHEMISTRY_NMC, .curves = 2, .least_sigma_z = 0.01};
    for (int i = 0; i < CELL_POINTS; i++) {
        double on_axis = i / (CELL_POINTS - 1.0),
               z = (on_axis - shift + stretch / 2) / (1 + stretch);
        double at[2] = {on_axis, z};
        for (int c = 0; c < 2; c++)
            job.curve[c].ocv_V[i] = 3.4 + 0.7 * at[c] + 0.06 * sin(9 * at[c]) + 0.003 * c;
    }
    job.curve[0].temp_C = 25;
    job.curve[0].both = job.curve[1].both = true;
    double found[2];
    fit_align(&job, 0, &found[0], &found[1]);
    CHECK(fabs(found[0] - shift) < 0.004 && fabs(found[1] - stretch) < 0.008, "%g, %g", found[0],
          found[1]);
    fit_align(&job, 25, &found[0], &found[1]);
    CHECK(fabs(found[0]) < 1e-6 && fabs(found[1]) < 1e-6, "the reference as it is: %g, %g",
          found[0], found[1]);
    fit_align(&job, 12.5, &found[0], &found[1]);
    CHECK(fabs(found[0] - shift / 2) < 0.002, "half way: %g", found[0]);
    job.chemistry = CHEMISTRY_LFP;
    fit_align(&job, 0, &found[0], &found[1]);
    CHECK(found[0] == 0 && found[1] == 0, "plateaus tell no axis");
}

/* --- the command --- */

static int command(int argc, const char *const argv[])
{
    char *words[24];
    for (int i = 0; i < argc; i++)
        words[i] = strdup(argv[i]);
    words[argc] = NULL;
    char *given[24];
    memcpy(given, words, sizeof given);
    optind = 0; /* glibc: begin anew */
    int status = cmd_soc_fit(argc, given);
    for (int i = 0; i < argc; i++)
        free(words[i]);
    return status;
}

static void commands(void)
{
    static const char *const usual[] = {
        "fit", "--name",       "by hand",        "--chemistry", "nmc",          "--capacity-Ah",
        "50",  "--resistance", "1e-3,5e-4,1e-3", "--errors",    "0.02,0.3,0.02"};
    enum { USUAL = sizeof usual / sizeof usual[0] };
    const char *argv[24];
    char rested[64], out[] = "/tmp/busbar-curves-out-XXXXXX";
    int fd = mkstemp(out);
    close(fd);
    memcpy(argv, usual, sizeof usual);
    put("soc,25degC\n0,3\n0.5,3.7\n1,4.2\n");
    snprintf(rested, sizeof rested, "%s@0", path);
    argv[USUAL] = "--ocv";
    argv[USUAL + 1] = rested;
    argv[USUAL + 2] = "-o";
    argv[USUAL + 3] = out;
    CHECK(command(USUAL + 4, argv) == 0, "a cell of one rested curve");
    CHECK(cell_file_load(out, &cell, stdout), "what it wrote is a cell file");
    CHECK(strcmp(cell.name, "by hand") == 0 && cell.capacity_Ah == 50 && cell.rows == 4, "as told");
    CHECK(fabs(cell.row[2].ocv_V[100] - 3.7) < 1e-4 && fabs(cell.row[2].r0_Ohm[5] - 1e-3) < 1e-9,
          "%g V, %g Ohm", cell.row[2].ocv_V[100], cell.row[2].r0_Ohm[5]);
    CHECK(command(USUAL, argv) == 2, "no curve, no series: refused");
    argv[4] = "lead";
    CHECK(command(USUAL + 4, argv) == 2, "no such chemistry");
    argv[4] = "nmc";
    argv[10] = "0.02,0.3";
    CHECK(command(USUAL + 4, argv) == 2, "two errors instead of three");
    remove(out);
}

int main(void)
{
    int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    close(fd);
    reads_curves();
    refuses_curves();
    finds_half_cells();
    knee_stays_in_Ah();
    aligns_curves();
    commands();
    remove(path);
    return check_done("fit_curves");
}
