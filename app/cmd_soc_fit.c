/* busbar soc fit: a cell file from logs and open-circuit curves. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli.h"
#include "app/soc_fit.h"
#include "app/soc_number.h"

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
    "                        OCV: rested at 25 C\n"
    "  --half-cells FILE     the curves as the difference of these two electrodes (x_norm,\n"
    "                        anode_delith_dis, cathode_lith_dis) and a correction\n"
    "  --row TEMP_C          a row at this temperature too, by Arrhenius; default: 0, 10\n"
    "                        and 45 where all was measured at one temperature\n"
    "  --cells N             cells in series in the logs; default 1\n"
    "  --efficiency E        of charging; default 1\n"
    "  --charge-sigma Z      what soc_ref may be wrong by; default 0.005\n"
    "  --source TEXT         which cell, measured by whom; --licence TEXT;\n"
    "  --note TEXT           what a reader of the file must know\n"
    "Without series, or to say what they cannot:\n"
    "  --resistance R0,R1,R2             Ohm at 25 C\n"
    "  --dynamics TAU1,TAU2,DIFFUSION,R  s, s, s, hysteresis rate; default 30,900,160,20\n"
    "  --errors V,R,Z                    sigmas of voltage, resistance, position\n"
    "  --hysteresis V                    half the gap between the directions, where no curve\n"
    "                                    tells it\n"
    "  -o FILE               default: standard output\n";

struct options {
    struct fit_job job;
    struct fit_load load;
    const char *out, *half;
    struct fit_words words;
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

static bool read_number(const char *option, const char *text, struct soc_number is, double *out)
{
    char allowed[SOC_NUMBER_ALLOWED];
    return soc_number_read(text, '\0', &is, out) ||
           mistake(option, text, soc_number_allowed(&is, allowed));
}

/* COUNT numbers with commas between them. */
static bool read_numbers(const char *option, const char *text, int count, double *const out[])
{
    const struct soc_number is = {0, 1e6, false};
    const char *at = text;
    for (int i = 0; i < count && at; i++)
        at = soc_number_read(at, i + 1 < count ? ',' : '\0', &is, out[i]);
    return at || mistake(option, text, "numbers, 0 or more, with commas between them");
}

static bool read_given(struct options *o, int c, const char *text)
{
    struct fit_job *job = &o->job;
    if (c == 'R') {
        job->given.resistance = true;
        return read_numbers(
            "resistance", text, 3,
            (double *const[]){&job->given.Ohm[0], &job->given.Ohm[1], &job->given.Ohm[2]});
    }
    if (c == 'D')
        return read_numbers("dynamics", text, 4,
                            (double *const[]){&job->given.tau1_s, &job->given.tau2_s,
                                              &job->given.diffusion_s,
                                              &job->given.hysteresis_rate});
    job->given.errors = true;
    return read_numbers("errors", text, 3,
                        (double *const[]){&job->given.voltage_sigma_V, &job->given.resistance_sigma,
                                          &job->given.position_sigma});
}

static bool read_chemistry(struct options *o, const char *text)
{
    static const char *const names[CHEMISTRIES] = {"lfp", "nmc", "nca"};
    for (int c = 0; c < CHEMISTRIES; c++)
        if (strcmp(text, names[c]) == 0) {
            o->job.chemistry = (enum chemistry)c;
            o->load.full_V = fit_full_V[c];
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
    if (!read_number("row", text, (struct soc_number){-50, 90, false}, &temp_C))
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
                                      {"note", required_argument, NULL, 't'},
                                      {"half-cells", required_argument, NULL, 'H'},
                                      {"resistance", required_argument, NULL, 'R'},
                                      {"dynamics", required_argument, NULL, 'D'},
                                      {"errors", required_argument, NULL, 'E'},
                                      {"hysteresis", required_argument, NULL, 'M'},
                                      {"out", required_argument, NULL, 'o'},
                                      {"help", no_argument, NULL, 'h'},
                                      {NULL, 0, NULL, 0}};

static bool take_text(struct options *o, int c, char *text)
{
    const struct {
        int letter;
        const char **to;
    } texts[] = {{'n', &o->job.name},   {'s', &o->words.source}, {'l', &o->words.licence},
                 {'t', &o->words.note}, {'o', &o->out},          {'H', &o->half}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].letter == c)
            *texts[i].to = text;
    return c != 'n' || strlen(text) < CELL_NAME || mistake("name", text, "at most 47 characters");
}

static bool take_number(struct options *o, int c, const char *text)
{
    const struct {
        int letter;
        const char *name;
        struct soc_number is;
        double *to;
    } numbers[] = {{'Q', "capacity-Ah", {0.01, 10000, false}, &o->job.capacity_Ah},
                   {'N', "cells", {1, 400, true}, &o->load.cells},
                   {'e', "efficiency", {0.9, 1, false}, &o->job.efficiency},
                   {'z', "charge-sigma", {0.0005, 0.1, false}, &o->job.least_sigma_z},
                   {'M', "hysteresis", {0, 0.2, false}, &o->job.given.hysteresis_V}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (numbers[i].letter == c)
            return read_number(numbers[i].name, text, numbers[i].is, numbers[i].to);
    return false;
}

static bool add_curve(struct options *o, char *text)
{
    if (o->curves == FIT_CURVES)
        return mistake("ocv", text, "at most 16 files");
    o->curve[o->curves++] = text;
    return true;
}

static bool take_option(struct options *o, int c, char *text)
{
    if (c == 'c' || c == 'k')
        return add_series(o, text, c == 'k');
    if (c == 'v')
        return add_curve(o, text);
    if (c == 'r')
        return add_row(o, text);
    if (c == 'y')
        return read_chemistry(o, text);
    if (strchr("RDE", c))
        return read_given(o, c, text);
    if (strchr("nsltoH", c))
        return take_text(o, c, text);
    return take_number(o, c, text);
}

static bool complete(const struct options *o)
{
    const char *missing = o->job.capacity_Ah <= 0 ? "capacity-Ah"
                          : o->load.full_V <= 0   ? "chemistry"
                          : !o->job.name          ? "name"
                                                  : NULL;
    bool fitted = false;
    for (int i = 0; i < o->job.count; i++)
        fitted |= !o->job.series[i].check;
    if (missing)
        fprintf(stderr, "busbar soc fit: --%s must be given\n", missing);
    if (fitted && o->half)
        fputs("busbar soc fit: --half-cells goes with --resistance, not with --csv\n", stderr);
    if (!fitted && !(o->job.given.resistance && o->job.given.errors && o->curves))
        fputs("busbar soc fit: --csv must be given, or --ocv, --resistance and --errors\n", stderr);
    return !missing &&
           (fitted ? !o->half : o->job.given.resistance && o->job.given.errors && o->curves);
}

/* The command as it can be given again, files without their folders; what stands in the file anyway is left out. */
static void note_command(struct options *o, int argc, char **argv)
{
    enum { WIDTH = 100 };
    size_t length = (size_t)snprintf(o->command, sizeof o->command, "busbar soc"), column = length;
    for (int i = 0; i < argc && length + 2 < sizeof o->command; i++) {
        const char *word = argv[i], *slash = strrchr(word, '/');
        if (strcmp(word, "--source") == 0 || strcmp(word, "--licence") == 0 ||
            strcmp(word, "--note") == 0) {
            i++;
            continue;
        }
        word = slash && *word != '-' && !strchr(word, ' ') ? slash + 1 : word;
        bool quote = strpbrk(word, " '\"()&;") != NULL;
        size_t size = strlen(word) + (quote ? 3 : 1);
        bool wrap = column + size > WIDTH;
        length += (size_t)snprintf(o->command + length, sizeof o->command - length,
                                   quote ? "%s'%s'" : "%s%s", wrap ? " \\\n      " : " ", word);
        column = wrap ? size + 6 : column + size;
    }
}

/* FILE=25 or FILE@0.05: cuts the number off. */
static bool cut_number(const char *option, char *text, char mark, struct soc_number is, double *out)
{
    char *at = strrchr(text, mark);
    if (!at)
        return true;
    *at = '\0';
    return read_number(option, at + 1, is, out);
}

static bool load_all(struct options *o)
{
    for (int i = 0; i < o->curves; i++) {
        double rate = 0.05;
        if (!cut_number("ocv", o->curve[i], '@', (struct soc_number){0, 1, false}, &rate))
            return false;
        o->job.curves = fit_curves_load(o->job.curve, o->job.curves, o->curve[i], rate, stderr);
        if (!o->job.curves)
            return false;
    }
    static struct fit_half half;
    if (o->half && !fit_half_load(&half, o->half, stderr))
        return false;
    o->job.half = o->half ? &half : NULL;
    o->load.capacity_Ah = o->job.capacity_Ah;
    for (int i = 0; i < o->job.count; i++) {
        bool check = o->job.series[i].check;
        double temp_C = NAN;
        if (!cut_number("csv", o->series[i], '=', (struct soc_number){-50, 90, false}, &temp_C) ||
            !fit_series_load(&o->job.series[i], o->series[i], &o->load, stderr))
            return false;
        o->job.series[i].check = check;
        if (!isnan(temp_C))
            o->job.series[i].temp_C = temp_C;
    }
    return true;
}

static int write_cell(const struct options *o, const struct cell *cell, const struct fit_told *told)
{
    FILE *out = o->out ? fopen(o->out, "we") : stdout;
    if (!out) {
        fprintf(stderr, "%s: cannot be written: %s\n", o->out, strerror(errno));
        return 1;
    }
    fit_write(out, &o->job, cell, told, &o->words);
    bool well = !ferror(out);
    if (o->out)
        well = fclose(out) == 0 && well;
    return well ? 0 : 1;
}

int cmd_soc_fit(int argc, char **argv)
{
    static struct options o;
    static struct cell cell;
    struct fit_told told;
    o = (struct options){
        .load.cells = 1,
        .job = {.efficiency = 1,
                .least_sigma_z = 0.005,
                .given = {.tau1_s = 30, .tau2_s = 900, .diffusion_s = 160, .hysteresis_rate = 20}}};
    note_command(&o, argc, argv);
    o.words.command = o.command;
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
        fit_print(stderr, &o.job, &cell, &told);
        status = write_cell(&o, &cell, &told);
    }
    for (int i = 0; i < o.job.count; i++)
        fit_series_free(&o.job.series[i]);
    return status;
}
