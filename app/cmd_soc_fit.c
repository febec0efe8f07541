/* busbar soc fit: a cell file from logs and open-circuit curves. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/cell_file.h"
#include "app/cli.h"
#include "app/soc_fit.h"

static const char help[] =
    "Usage: busbar soc fit --csv FILE[=TEMP_C] .. --capacity-Ah X --chemistry lfp|nmc|nca\n"
    "                      --name NAME [OPTIONS]\n"
    "Makes a cell file (bms/cells/) from a commissioning log or a laboratory series.\n\n"
    "  --csv FILE[=TEMP_C]   columns time_s, current_A (+ charges), voltage_V, and where there "
    "are\n"
    "                        such temperature_C and soc_ref (0..1); without soc_ref charge is\n"
    "                        counted from the full charge in the log\n"
    "  --check FILE[=TEMP_C] the same, but kept out of the fit: its residual is printed\n"
    "  --ocv FILE[@RATE]     low-rate curves: soc, dis_25C, chg_25C ..; or 25degC: rested.\n"
    "                        RATE: their current in capacities per hour; default 0.05\n"
    "  --row TEMP_C          a row at this temperature too, by Arrhenius\n"
    "  --cells N             cells in series in the logs; default 1\n"
    "  --efficiency E        of charging; default 1\n"
    "  --charge-sigma Z      what soc_ref may be wrong by; default 0.005\n"
    "  --source TEXT         which cell, measured by whom; --licence TEXT\n"
    "  -o FILE               default: standard output\n";

struct options {
    struct fit_job job;
    struct fit_load load;
    const char *out, *source, *licence;
    char *series[FIT_SERIES];
    char *curve[FIT_CURVES];
    int curves;
    char command[2000];
};

static bool mistake(const char *option, const char *value, const char *allowed)
{
    fprintf(stderr, "busbar soc fit: --%s: \"%s\" is not allowed: %s\n", option, value, allowed);
    return false;
}

static bool read_number(const char *option, const char *text, double low, double high, double *out)
{
    char *end, allowed[64];
    double value = strtod(text, &end);
    if (end != text && !*end && value >= low && value <= high) {
        *out = value;
        return true;
    }
    snprintf(allowed, sizeof allowed, "a number, %g to %g", low, high);
    return mistake(option, text, allowed);
}

static bool read_chemistry(struct options *o, const char *text)
{
    static const char *const names[CHEMISTRIES] = {"lfp", "nmc", "nca"};
    static const double full_V[CHEMISTRIES] = {3.45, 4.13, 4.13};
    for (int c = 0; c < CHEMISTRIES; c++)
        if (strcmp(text, names[c]) == 0) {
            o->job.chemistry = (enum chemistry)c;
            o->load.full_V = full_V[c];
            return true;
        }
    return mistake("chemistry", text, "lfp, nmc or nca");
}

static bool add_series(struct options *o, char *text, bool check)
{
    if (o->job.count == FIT_SERIES)
        return mistake("csv", text, "at most 24 series");
    o->job.series[o->job.count].check = check;
    o->series[o->job.count++] = text;
    return true;
}

static bool add_row(struct options *o, const char *text)
{
    double temp_C;
    if (!read_number("row", text, -50, 90, &temp_C))
        return false;
    if (o->job.more == CELL_TEMPERATURES)
        return mistake("row", text, "at most 8 rows");
    o->job.more_C[o->job.more++] = temp_C;
    return true;
}

static const struct option known[] = {{"csv", required_argument, NULL, 'c'},
                                      {"check", required_argument, NULL, 'k'},
                                      {"ocv", required_argument, NULL, 'v'},
                                      {"capacity-Ah", required_argument, NULL, 'Q'},
                                      {"chemistry", required_argument, NULL, 'y'},
                                      {"name", required_argument, NULL, 'n'},
                                      {"row", required_argument, NULL, 'r'},
                                      {"cells", required_argument, NULL, 'N'},
                                      {"efficiency", required_argument, NULL, 'e'},
                                      {"charge-sigma", required_argument, NULL, 'z'},
                                      {"source", required_argument, NULL, 's'},
                                      {"licence", required_argument, NULL, 'l'},
                                      {"out", required_argument, NULL, 'o'},
                                      {"help", no_argument, NULL, 'h'},
                                      {NULL, 0, NULL, 0}};

static bool take_option(struct options *o, int c, char *text)
{
    double cells = 1;
    switch (c) {
    case 'c':
        return add_series(o, text, false);
    case 'k':
        return add_series(o, text, true);
    case 'v':
        if (o->curves == FIT_CURVES)
            return mistake("ocv", text, "at most 16 files");
        o->curve[o->curves++] = text;
        return true;
    case 'Q':
        return read_number("capacity-Ah", text, 0.01, 10000, &o->job.capacity_Ah);
    case 'y':
        return read_chemistry(o, text);
    case 'n':
        o->job.name = text;
        return strlen(text) < CELL_NAME || mistake("name", text, "at most 47 characters");
    case 'r':
        return add_row(o, text);
    case 'N':
        if (!read_number("cells", text, 1, 400, &cells))
            return false;
        o->load.cells = (int)cells;
        return true;
    case 'e':
        return read_number("efficiency", text, 0.9, 1, &o->job.efficiency);
    case 'z':
        return read_number("charge-sigma", text, 0.0005, 0.1, &o->job.least_sigma_z);
    case 's':
        o->source = text;
        return true;
    case 'l':
        o->licence = text;
        return true;
    case 'o':
        o->out = text;
        return true;
    default:
        return false;
    }
}

static bool complete(const struct options *o)
{
    const char *missing = !o->job.count         ? "csv"
                          : !o->job.capacity_Ah ? "capacity-Ah"
                          : !o->load.full_V     ? "chemistry"
                          : !o->job.name        ? "name"
                                                : NULL;
    if (missing)
        fprintf(stderr, "busbar soc fit: --%s must be given\n", missing);
    return !missing;
}

/* The command as it can be given again, files without their folders. */
static void note_command(struct options *o, int argc, char **argv)
{
    size_t length = (size_t)snprintf(o->command, sizeof o->command, "busbar soc");
    size_t column = length;
    for (int i = 0; i < argc && length + 2 < sizeof o->command; i++) {
        const char *word = argv[i], *slash = strrchr(word, '/');
        word = slash && *word != '-' && !strchr(word, ' ') ? slash + 1 : word;
        bool quote = strpbrk(word, " '\"()&;") != NULL;
        size_t room = strlen(word) + (quote ? 3 : 1);
        bool wrap = column + room > 110;
        int put = snprintf(o->command + length, sizeof o->command - length,
                           quote ? "%s'%s'" : "%s%s", wrap ? " \\\n    " : " ", word);
        length += (size_t)put;
        column = wrap ? room + 4 : column + room;
    }
}

/* FILE=25 or FILE@0.05: cuts the number off. */
static bool cut_number(const char *option, char *text, char mark, double low, double high,
                       double *out)
{
    char *at = strrchr(text, mark);
    if (!at)
        return true;
    *at = '\0';
    return read_number(option, at + 1, low, high, out);
}

static bool load_all(struct options *o)
{
    for (int i = 0; i < o->curves; i++) {
        double rate = 0.05;
        if (!cut_number("ocv", o->curve[i], '@', 0, 1, &rate))
            return false;
        o->job.curves = fit_curves_load(o->job.curve, o->job.curves, o->curve[i], rate, stderr);
        if (!o->job.curves)
            return false;
    }
    o->load.capacity_Ah = o->job.capacity_Ah;
    for (int i = 0; i < o->job.count; i++) {
        bool check = o->job.series[i].check;
        double temp_C = NAN;
        if (!cut_number("csv", o->series[i], '=', -50, 90, &temp_C) ||
            !fit_series_load(&o->job.series[i], o->series[i], &o->load, stderr))
            return false;
        o->job.series[i].check = check;
        if (!isnan(temp_C))
            o->job.series[i].temp_C = temp_C;
    }
    return true;
}

static int series_line(char *out, size_t room, const struct cell *cell,
                       const struct fit_series *series)
{
    struct fit_residual r = fit_residual(cell, series);
    return snprintf(out, room,
                    "%-9s %-44s %5.1f C  RMS %6.2f mV (whole %6.2f), mean %+6.2f, correlated %5.0f "
                    "s, R %.3f, z %.4f\n",
                    series->check ? "checked" : "fitted", series->name, series->temp_C,
                    1000 * r.rms_V, 1000 * r.all_rms_V, 1000 * r.mean_V, r.correlation_s,
                    r.resistance_off, r.position_off);
}

static void print_told(const struct options *o, const struct cell *cell,
                       const struct fit_told *told, char *note, size_t room)
{
    size_t length =
        (size_t)snprintf(note, room, "Made by\n  %s\n\nResidual above 5 %% charge:\n", o->command);
    for (int i = 0; i < o->job.count && length < room; i++)
        length += (size_t)series_line(note + length, room - length, cell, &o->job.series[i]);
    fputs(strstr(note, "Residual"), stderr);
    fprintf(stderr,
            "%d tries, cost %.1f; tau1 %.1f s, tau2 %.0f s, diffusion %.0f s, hysteresis "
            "rate %.1f\n",
            told->tries, told->cost, cell->tau1_s, cell->tau2_s, cell->diffusion_s,
            cell->hysteresis_rate);
    for (int i = 0; i < told->rows; i++) {
        const struct fit_row_told *r = &told->row[i];
        const struct cell_row *row = &cell->row[i];
        fprintf(stderr,
                "%6.1f C %-7s curve's charge %+.4f %+.4f (z - 1/2), hysteresis x %.2f, at 0.5: "
                "R %.4g %.4g %.4g Ohm, i0 %.3g A\n",
                r->temp_C, r->fitted ? "fitted" : "between", r->shift, r->stretch,
                r->hysteresis_scale, row->r0_Ohm[5], row->r1_Ohm[5], row->r2_Ohm[5], row->i0_A);
    }
    for (int i = 0; i < cell->knees; i++)
        fprintf(stderr, "knee at %.3f, %.3f .. %.3f\n", cell->knee[i].at, cell->knee[i].from,
                cell->knee[i].to);
}

static int write_cell(const struct options *o, const struct cell *cell, const char *note)
{
    FILE *out = o->out ? fopen(o->out, "we") : stdout;
    if (!out) {
        fprintf(stderr, "%s: cannot be written: %s\n", o->out, strerror(errno));
        return 1;
    }
    cell_file_write(out, cell,
                    &(struct cell_sources){
                        .comment = note,
                        .cell = o->source,
                        .licence = o->licence,
                        .charge = "as given to the fit",
                        .dynamics = "fitted to the series above",
                        .errors = "residuals of the fit, above 5 % charge",
                        .knees = "steepest place of the table nearest 25 C",
                        .open_circuit = o->curves ? "low-rate curves, corrected by the fit"
                                                  : "fitted to the series above",
                        .resistance = "fitted; where no series was taken, ln R over 1 / T",
                    });
    bool well = !ferror(out);
    if (o->out)
        well = fclose(out) == 0 && well;
    return well ? 0 : 1;
}

int cmd_soc_fit(int argc, char **argv)
{
    static struct options o;
    static struct cell cell;
    static char note[8000];
    struct fit_told told;
    o = (struct options){.load.cells = 1, .job = {.efficiency = 1, .least_sigma_z = 0.005}};
    note_command(&o, argc, argv);
    bool well = true;
    for (int c; (c = getopt_long(argc, argv, "o:h", known, NULL)) != -1;) {
        if (c == 'h' || c == '?') {
            fputs(help, c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
        well = take_option(&o, c, optarg) && well;
    }
    int status = 2;
    if (well && complete(&o) && load_all(&o) && soc_fit(&o.job, &cell, &told, stderr)) {
        print_told(&o, &cell, &told, note, sizeof note);
        status = write_cell(&o, &cell, note);
    }
    for (int i = 0; i < o.job.count; i++)
        fit_series_free(&o.job.series[i]);
    return status;
}
