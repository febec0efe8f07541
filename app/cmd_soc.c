/* busbar soc: the charge estimator over a measured series, and what makes and draws such things. */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/cell_file.h"
#include "app/cli.h"
#include "app/soc_plot.h"

static const char help[] =
    "Usage: busbar soc --cell FILE --csv FILE [OPTIONS]\n"
    "The charge estimator over a series with a reference (CSV: time_s, current_A, voltage_V,\n"
    "temperature_C, soc_ref; + charges), and plain counting beside it.\n"
    "  --cell FILE                a cell file (bms/cells/)\n"
    "  --csv FILE                 the series; several, one after the other\n"
    "  --capacity-Ah X            of the battery in the series; default: the cell file's\n"
    "  --cells N                  in series: the voltage is divided by N; default 1\n"
    "  --offset-mA N              added to the measured current, to see it found out\n"
    "  --gain-permille N          the current is multiplied by 1 + N/1000\n"
    "  --start-error-permille N   the charge told at the start is wrong by this much\n"
    "  --start-unknown            nothing is told: the start is from the first voltage\n"
    "  --from-permille N          begins where the reference first falls to N\n"
    "  --sensor-mA X              the current sensor's offset by its specification, one sigma;\n"
    "                             default: capacity / 500 h\n"
    "  --json                     one object per series\n"
    "busbar soc plot --cell FILE --csv FILE [OPTIONS] -o FILE.svg draws the same run.\n"
    "busbar soc fit --help tells how a cell file is made.\n";

enum { FILES_MAX = 64 };
static const double SENSOR_H = 500, START_SIGMA = 0.01;

struct options {
    const char *cell, *picture;
    const char *csv[FILES_MAX];
    int files;
    double capacity_Ah, cells, offset_mA, gain_permille, start_permille, from_permille, sensor_mA;
    bool start_unknown, json;
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void print_text(const char *path, const struct soc_series *series, const struct soc_score *s,
                       double us)
{
    printf("%s: %.1f h, %zu steps", path, s->seconds / 3600, s->steps);
    if (series->backwards)
        printf(", %zu rows left out whose time was not after the one before", series->backwards);
    putchar('\n');
    if (s->judged) {
        printf("                      estimate   counting\n");
        printf("  RMSE               %7.2f %%  %7.2f %%\n", 100 * s->rmse, 100 * s->counting_rmse);
        printf("  of the last 2/3    %7.2f %%  %7.2f %%\n", 100 * s->late_rmse,
               100 * s->counting_late_rmse);
        printf("  largest            %7.2f %%  %7.2f %%\n", 100 * s->largest,
               100 * s->counting_largest);
        printf("  within 2 sigma     %7.1f %%\n", 100 * s->within_2_sigma);
        printf("  NEES               %7.2f\n", s->nees);
    }
    printf("  at the end         %7.2f %% +- %.2f (2 sigma); sensor %+.1f mA +- %.1f\n",
           100 * s->end.charge, 200 * s->end.sigma, 1000 * s->end.offset_A,
           2000 * s->end.offset_sigma_A);
    printf("  per step           %7.2f us\n", us);
}

static void print_json(const char *path, const struct soc_series *series, const struct soc_score *s,
                       double us)
{
    json_t *object = json_pack("{s:s, s:f, s:I, s:I, s:I}", "csv", path, "hours", s->seconds / 3600,
                               "steps", (json_int_t)s->steps, "judged", (json_int_t)s->judged,
                               "backwards", (json_int_t)series->backwards);
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
        {"us_per_step", us, false},
    };
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        if ((!figures[i].judged || s->judged) && isfinite(figures[i].value))
            json_object_set_new(object, figures[i].name, json_real(figures[i].value));
    json_dumpf(object, stdout, JSON_REAL_PRECISION(6));
    putchar('\n');
    json_decref(object);
}

static bool draw(const char *picture, const char *path, const struct soc_series *series,
                 const struct soc_trial *trial)
{
    char title[256];
    struct soc_plot plot;
    soc_plot_init(&plot, trial);
    soc_score(series, trial, &(struct soc_watcher){soc_plot_row, &plot});
    FILE *out = strcmp(picture, "-") == 0 ? stdout : fopen(picture, "we");
    const char *slash = strrchr(path, '/');
    snprintf(title, sizeof title, "%.100s: %s", slash ? slash + 1 : path, trial->cell->name);
    bool well = out && soc_plot_write(out, title, &plot);
    if (out && out != stdout)
        well = fclose(out) == 0 && well;
    if (!well)
        fprintf(stderr, "busbar soc plot: %s: %s\n", picture,
                errno ? strerror(errno) : "no memory for so many rows");
    soc_plot_free(&plot);
    return well;
}

static bool run(const struct options *o, const struct cell *cell, const char *path)
{
    struct soc_series series;
    if (!soc_series_load(&series, path, stderr))
        return false;
    double capacity_Ah = o->capacity_Ah > 0 ? o->capacity_Ah : cell->capacity_Ah;
    struct soc_trial trial = {
        .cell = cell,
        .capacity_Ah = capacity_Ah,
        .cells = (int)o->cells,
        .offset_A = o->offset_mA / 1000,
        .gain = 1 + o->gain_permille / 1000,
        .from = o->from_permille / 1000,
        .start_told = series.has_reference && !o->start_unknown,
        .start = fmin(1, fmax(0, fmin(series.rows[0].reference, o->from_permille / 1000) +
                                     o->start_permille / 1000)),
        .start_sigma = START_SIGMA,
        .sensor_offset_A = o->sensor_mA > 0 ? o->sensor_mA / 1000 : capacity_Ah / SENSOR_H,
    };
    if (o->picture) {
        bool drawn = draw(o->picture, path, &series, &trial);
        soc_series_free(&series);
        return drawn;
    }
    double begin_s = now_s();
    struct soc_score score = soc_score(&series, &trial, NULL);
    double us = (now_s() - begin_s) / (double)(score.steps ? score.steps : 1) * 1e6;
    (o->json ? print_json : print_text)(path, &series, &score, us);
    soc_series_free(&series);
    return true;
}

static bool number(const char *name, const char *text, double low, double high, double *value)
{
    char *end;
    *value = strtod(text, &end);
    if (end != text && *end == '\0' && *value >= low && *value <= high)
        return true;
    fprintf(stderr, "busbar soc: --%s: \"%s\" is not allowed: a number, %g to %g\n", name, text,
            low, high);
    return false;
}

static const struct option known[] = {
    {"cell", required_argument, NULL, 'c'},
    {"csv", required_argument, NULL, 'f'},
    {"capacity-Ah", required_argument, NULL, 'q'},
    {"cells", required_argument, NULL, 'n'},
    {"offset-mA", required_argument, NULL, 'O'},
    {"gain-permille", required_argument, NULL, 'g'},
    {"start-error-permille", required_argument, NULL, 's'},
    {"from-permille", required_argument, NULL, 'p'},
    {"start-unknown", no_argument, NULL, 'u'},
    {"sensor-mA", required_argument, NULL, 'm'},
    {"json", no_argument, NULL, 'j'},
    {"out", required_argument, NULL, 'o'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const char *name_of(int letter)
{
    for (const struct option *o = known; o->name; o++)
        if (o->val == letter)
            return o->name;
    return "";
}

static bool option(struct options *o, int letter, const char *text)
{
    const struct {
        int letter;
        double *value, low, high;
    } numbers[] = {
        {'q', &o->capacity_Ah, 0.01, 1e6},      {'n', &o->cells, 1, 1000},
        {'O', &o->offset_mA, -1e7, 1e7},        {'g', &o->gain_permille, -900, 1000},
        {'s', &o->start_permille, -1000, 1000}, {'p', &o->from_permille, 1, 1000},
        {'m', &o->sensor_mA, 1e-3, 1e7},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (letter == numbers[i].letter)
            return number(name_of(letter), text, numbers[i].low, numbers[i].high, numbers[i].value);
    if (letter == 'f' && o->files == FILES_MAX) {
        fprintf(stderr, "busbar soc: more than %d files\n", FILES_MAX);
        return false;
    }
    if (letter == 'f')
        o->csv[o->files++] = text;
    else if (letter == 'c')
        o->cell = text;
    else if (letter == 'o')
        o->picture = text;
    else if (letter == 'u')
        o->start_unknown = true;
    else
        o->json = true;
    return true;
}

int cmd_soc(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "fit") == 0)
        return cmd_soc_fit(argc - 1, argv + 1);
    bool plot = argc > 1 && strcmp(argv[1], "plot") == 0;
    argc -= plot;
    argv += plot;
    struct options o = {.cells = 1, .from_permille = 1000};
    for (int c; (c = getopt_long(argc, argv, "ho:", known, NULL)) != -1;) {
        if (c == 'h' || c == '?') {
            fputs(help, c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
        if (!option(&o, c, optarg))
            return 2;
    }
    if (optind < argc || !o.cell || !o.files || plot != (o.picture != NULL) ||
        (plot && o.files > 1)) {
        fputs(help, stderr);
        return 2;
    }
    static struct cell cell;
    if (!cell_file_load(o.cell, &cell, stderr))
        return 2;
    bool well = true;
    for (int i = 0; i < o.files; i++)
        well &= run(&o, &cell, o.csv[i]);
    return well ? 0 : 2;
}
