/* busbar soc: the charge estimator over a measured series, and what makes and draws such things. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/cell_file.h"
#include "app/cli.h"
#include "app/fit_data.h"
#include "app/soc_number.h"
#include "app/soc_plot.h"
#include "app/soc_print.h"

static const char help[] =
    "Usage: busbar soc --cell FILE --csv FILE [OPTIONS]\n"
    "The charge estimator over a series with a reference (CSV: time_s, current_A, voltage_V,\n"
    "temperature_C, soc_ref; + charges), and plain counting beside it. Without temperature_C\n"
    "25 C are taken, without soc_ref (0..1) nothing is judged: the estimate is told alone.\n"
    "With single cells (cell_1_V .. cell_n_V, n as --cells; or cell_min_V and cell_max_V) each\n"
    "cell's charge against the pack is told with its band, and the emptiest and the fullest.\n"
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
    "  --counted                  a log without soc_ref is judged by the charge counted from its\n"
    "                             first full charge, as busbar soc fit counts it\n"
    "  --json                     one object per series, each on a line\n"
    "busbar soc plot --cell FILE --csv FILE [OPTIONS] -o FILE.svg draws the same run.\n"
    "busbar soc fit --help tells how a cell file is made.\n"
    "Exit status: 0 well, 1 it could not be written, 2 an option or a file is wrong.\n";

enum { FILES_MAX = 64 };
static const double SENSOR_H = 500, START_SIGMA = 0.01;

struct options {
    const char *cell, *picture;
    const char *csv[FILES_MAX];
    int files;
    double capacity_Ah, cells, offset_mA, gain_permille, start_permille, from_permille, sensor_mA;
    bool plot, start_unknown, counted, json;
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* 0, or 1 where it could not be written. */
static int draw(const char *picture, const char *path, const struct soc_series *series,
                const struct soc_trial *trial)
{
    char title[256];
    struct soc_plot plot;
    soc_plot_init(&plot, trial);
    soc_score(series, trial, &(struct soc_watcher){soc_plot_row, &plot});
    errno = 0;
    FILE *out = strcmp(picture, "-") == 0 ? stdout : fopen(picture, "we");
    const char *slash = strrchr(path, '/');
    snprintf(title, sizeof title, "%.100s: %s", slash ? slash + 1 : path, trial->cell->name);
    bool well = out && soc_plot_write(out, title, &plot) && fflush(out) == 0;
    if (!well)
        fprintf(stderr, "busbar soc plot: %s: cannot be written: %s\n", picture,
                errno ? strerror(errno) : "no memory for so many rows");
    if (out && out != stdout)
        fclose(out);
    soc_plot_free(&plot);
    return well ? 0 : 1;
}

static double capacity_of(const struct options *o, const struct cell *cell)
{
    return o->capacity_Ah > 0 ? o->capacity_Ah : cell->capacity_Ah;
}

static bool series_load(const struct options *o, const struct cell *cell, const char *path,
                        struct soc_series *series)
{
    if (!o->counted)
        return soc_series_load(series, path, stderr);
    struct fit_series counted;
    struct fit_load how = {.capacity_Ah = capacity_of(o, cell),
                           .full_V = fit_full_V[cell->chemistry],
                           .cells = o->cells};
    if (!fit_series_load(&counted, path, &how, stderr))
        return false;
    *series = counted.log;
    series->has_reference = true;
    for (size_t i = 0; i < series->count; i++)
        series->rows[i].voltage_V *= o->cells; /* the pack's again */
    return true;
}

/* What is asked of a series needs what it has. */
static bool series_serves(const struct options *o, const char *path,
                          const struct soc_series *series)
{
    const char *asked = series->has_reference     ? NULL
                        : o->from_permille < 1000 ? "from-permille"
                        : o->start_permille != 0  ? "start-error-permille"
                                                  : NULL;
    if (asked) {
        fprintf(stderr, "%s: no column soc_ref: --%s needs one\n", path, asked);
        return false;
    }
    if (soc_score_first(series, o->from_permille / 1000) + 2 > series->count) {
        fprintf(stderr, "%s: soc_ref: --from-permille %g is not reached before its last row\n",
                path, o->from_permille);
        return false;
    }
    return soc_series_cells_fit(series, path, o->cells, stderr) &&
           soc_series_columns_fit(series, path, o->cells, stderr);
}

static struct soc_trial trial_of(const struct options *o, const struct cell *cell,
                                 const struct soc_series *series)
{
    double capacity_Ah = capacity_of(o, cell);
    double first = series->rows[soc_score_first(series, o->from_permille / 1000)].reference;
    return (struct soc_trial){
        .cell = cell,
        .capacity_Ah = capacity_Ah,
        .cells = (int)o->cells,
        .offset_A = o->offset_mA / 1000,
        .gain = 1 + o->gain_permille / 1000,
        .from = o->from_permille / 1000,
        .start_told = series->has_reference && !o->start_unknown,
        .start = fmin(1, fmax(0, first + o->start_permille / 1000)),
        .start_sigma = START_SIGMA,
        .sensor_offset_A = o->sensor_mA > 0 ? o->sensor_mA / 1000 : capacity_Ah / SENSOR_H,
    };
}

/* Exit status; well is the result there, or the picture drawn. */
static int run(const struct options *o, const struct cell *cell, struct soc_result *r)
{
    struct soc_series series;
    if (!series_load(o, cell, r->path, &series))
        return 2;
    int status = series_serves(o, r->path, &series) ? 0 : 2;
    if (status == 0) {
        struct soc_trial trial = trial_of(o, cell, &series);
        double begin_s = now_s();
        r->score = soc_score(&series, &trial, NULL);
        r->us = (now_s() - begin_s) / (double)(r->score.steps ? r->score.steps : 1) * 1e6;
        r->reference = series.has_reference;
        r->backwards = series.backwards;
        if (!r->score.steps) {
            fprintf(stderr, "%s: time_s: no two rows within %d s: is it in seconds?\n", r->path,
                    SOC_GAP_S);
            status = 2;
        } else if (o->plot) {
            status = draw(o->picture, r->path, &series, &trial);
        } else if (!soc_cells_find(&r->cells, &series, &trial)) {
            fprintf(stderr, "%s: no memory for %d cells\n", r->path, series.cells);
            status = 1;
        }
    }
    soc_series_free(&series);
    return status;
}

__attribute__((format(printf, 2, 3))) static bool mistake(const struct options *o,
                                                          const char *format, ...)
{
    va_list more;
    va_start(more, format);
    fprintf(stderr, "busbar soc%s: ", o->plot ? " plot" : "");
    vfprintf(stderr, format, more);
    fputc('\n', stderr);
    va_end(more);
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
    {"counted", no_argument, NULL, 'C'},
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

static bool number(struct options *o, int letter, const char *text)
{
    const struct {
        int letter;
        double *value;
        struct soc_number is;
    } numbers[] = {
        {'q', &o->capacity_Ah, {0.01, 1e6, false}},
        {'n', &o->cells, {1, 1000, true}},
        {'O', &o->offset_mA, {-1e7, 1e7, false}},
        {'g', &o->gain_permille, {-900, 1000, false}},
        {'s', &o->start_permille, {-1000, 1000, false}},
        {'p', &o->from_permille, {1, 1000, false}},
        {'m', &o->sensor_mA, {1e-3, 1e7, false}},
    };
    size_t i = 0;
    while (numbers[i].letter != letter)
        i++;
    char allowed[SOC_NUMBER_ALLOWED];
    return soc_number_read(text, '\0', &numbers[i].is, numbers[i].value) ||
           mistake(o, "--%s: \"%s\" is not allowed: %s", name_of(letter), text,
                   soc_number_allowed(&numbers[i].is, allowed));
}

static bool option(struct options *o, int letter, const char *text)
{
    if (letter == 'f' && o->files == FILES_MAX)
        return mistake(o, "--csv: \"%s\" is not allowed: at most %d files", text, FILES_MAX);
    if (letter == 'f')
        o->csv[o->files++] = text;
    else if (letter == 'c')
        o->cell = text;
    else if (letter == 'o')
        o->picture = text;
    else if (letter == 'u')
        o->start_unknown = true;
    else if (letter == 'C')
        o->counted = true;
    else if (letter == 'j')
        o->json = true;
    else
        return number(o, letter, text);
    return true;
}

/* -1, or the exit status. */
static int options_read(struct options *o, int argc, char **argv)
{
    for (int c; (c = getopt_long(argc, argv, ":ho:", known, NULL)) != -1;) {
        const char *word = argv[optind - 1];
        bool is_long = strncmp(word, "--", 2) == 0;
        if (c == 'h') {
            fputs(help, stdout);
            return 0;
        }
        if (c == ':')
            mistake(o, "%s needs a value", word);
        else if (c == '?' && is_long)
            mistake(o, "\"%s\" is not allowed: --help lists the options", word);
        else if (c == '?')
            mistake(o, "\"-%c\" is not allowed: --help lists the options", optopt);
        if (c == ':' || c == '?' || !option(o, c, optarg))
            return 2;
    }
    if (optind < argc)
        mistake(o, "\"%s\" is not allowed: options only, --help lists them", argv[optind]);
    return optind < argc ? 2 : -1;
}

static bool options_fit(const struct options *o)
{
    if (!o->cell || !o->files)
        return mistake(o, "--%s must be given", o->cell ? "csv" : "cell");
    if (o->start_unknown && o->start_permille != 0)
        return mistake(o, "--start-error-permille does not go with --start-unknown");
    if (!o->plot && o->picture)
        return mistake(o, "--out goes with \"busbar soc plot\"");
    if (o->plot && !o->picture)
        return mistake(o, "-o must be given");
    if (o->plot && o->json)
        return mistake(o, "--json does not go with a picture");
    if (o->plot && o->files > 1)
        return mistake(o, "--csv: one file for one picture");
    return true;
}

/* All or nothing: what is printed is of every file asked for. */
static int run_all(const struct options *o, const struct cell *cell)
{
    static struct soc_result results[FILES_MAX];
    int status = 0;
    for (int i = 0; i < o->files; i++) {
        results[i] = (struct soc_result){.path = o->csv[i]};
        int one = run(o, cell, &results[i]);
        status = one > status ? one : status;
    }
    for (int i = 0; i < o->files && status == 0 && !o->plot; i++)
        (o->json ? soc_print_json : soc_print_text)(&results[i]);
    for (int i = 0; i < o->files; i++)
        soc_cells_free(&results[i].cells);
    if (fflush(stdout) != 0) {
        mistake(o, "standard output: %s", strerror(errno));
        return 1;
    }
    return status;
}

int cmd_soc(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "fit") == 0)
        return cmd_soc_fit(argc - 1, argv + 1);
    struct options o = {.cells = 1, .from_permille = 1000};
    o.plot = argc > 1 && strcmp(argv[1], "plot") == 0;
    int status = options_read(&o, argc - o.plot, argv + o.plot);
    if (status >= 0)
        return status;
    static struct cell cell;
    if (!options_fit(&o) || !cell_file_load(o.cell, &cell, stderr))
        return 2;
    return run_all(&o, &cell);
}
