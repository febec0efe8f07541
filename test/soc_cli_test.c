/* `busbar soc` as its user meets it: what it prints, what it refuses and in which words. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/cell_file.h"
#include "app/cli.h"
#include "test/check.h"

#define CELL "--cell test/corpus/cell/little.yaml "

enum { ROWS = 361, WORDS = 24, PATH = 128, TEXT = 1 << 16 };
static const double EVERY_S = 10, PACK_A = -40;

static char folder[] = "/tmp/busbar-soc-XXXXXX";
static char said[TEXT], told[TEXT]; /* standard output and error of the last run */

static void path_of(char path[PATH], const char *name)
{
    snprintf(path, PATH, "%s/%s", folder, name);
}

static void slurp(const char *name, char text[TEXT])
{
    char path[PATH];
    path_of(path, name);
    FILE *in = fopen(path, "r");
    size_t size = in ? fread(text, 1, TEXT - 1, in) : 0;
    text[size] = '\0';
    if (in)
        fclose(in);
}

/* Runs "soc " and these words; @ is the folder. The exit status. */
static int soc(const char *words)
{
    char text[2048] = "", out[PATH], err[PATH], *argv[WORDS] = {"soc"}, *at = text;
    size_t size = 0;
    for (; *words && size + sizeof folder < sizeof text; words++)
        size += (size_t)snprintf(text + size, sizeof text - size, *words == '@' ? "%s" : "%.1s",
                                 *words == '@' ? folder : words);
    int argc = 1;
    while (argc < WORDS - 1 && (argv[argc] = strsep(&at, " ")))
        argc += *argv[argc] != '\0';
    argv[argc] = NULL;
    path_of(out, "out");
    path_of(err, "err");
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        if (!freopen(out, "w", stdout) || !freopen(err, "w", stderr))
            _exit(99);
        exit(cmd_soc(argc, argv));
    }
    int status;
    waitpid(child, &status, 0);
    slurp("out", said);
    slurp("err", told);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct written {
    const char *name, *head;
    double cells;
    bool reference;
    double every_s;
};

/* An hour at 0.4 C down from full, of one cell or a pack. */
static void write_series(const struct written *w)
{
    static struct cell cell;
    char path[PATH];
    path_of(path, w->name);
    FILE *out = fopen(path, "w");
    CHECK(out && cell_file_load("test/corpus/cell/little.yaml", &cell, stdout), "%s", path);
    struct cell_at at = cell_at(&cell, 25);
    struct cell_decay decay = cell_decay(&cell, EVERY_S);
    struct cell_state state = {.z = 1};
    fprintf(out, "%s\n", w->head);
    for (int i = 0; i < ROWS; i++) {
        double A = i ? PACK_A : 0;
        if (i)
            cell_step(&at, &decay, &state, A, 1);
        fprintf(out, "%g,%g,%.6f", i * w->every_s, A, cell_voltage(&at, &state, A, 1) * w->cells);
        fprintf(out, w->reference ? ",%.9f\n" : "\n", state.z);
    }
    fclose(out);
}

/* The same discharge of four cells, the third 4 % behind the others; whole or only its lowest and highest. */
static void write_cells(const char *name, bool extremes)
{
    static struct cell cell;
    char path[PATH];
    path_of(path, name);
    FILE *out = fopen(path, "w");
    CHECK(out && cell_file_load("test/corpus/cell/little.yaml", &cell, stdout), "%s", path);
    struct cell_at at = cell_at(&cell, 25);
    struct cell_decay decay = cell_decay(&cell, EVERY_S);
    struct cell_state even = {.z = 1}, behind = {.z = 0.96};
    fprintf(out, "time_s,current_A,voltage_V,soc_ref,%s\n",
            extremes ? "cell_max_V,cell_min_V" : "cell1_V,cell2_V,cell3_V,cell4_V");
    for (int i = 0; i < ROWS; i++) {
        double A = i ? PACK_A : 0;
        if (i) {
            cell_step(&at, &decay, &even, A, 1);
            cell_step(&at, &decay, &behind, A, 1);
        }
        double V = cell_voltage(&at, &even, A, 1), low_V = cell_voltage(&at, &behind, A, 1);
        fprintf(out, "%g,%g,%.6f,%.9f,", i * EVERY_S, A, 3 * V + low_V, even.z - 0.01);
        if (extremes)
            fprintf(out, "%.4f,%.4f\n", V, low_V);
        else
            fprintf(out, "%.4f,%.4f,%.4f,%.4f\n", V, V, low_V, V);
    }
    fclose(out);
}

static void write_text(const char *name, const char *text)
{
    char path[PATH];
    path_of(path, name);
    FILE *out = fopen(path, "w");
    fputs(text, out);
    fclose(out);
}

#define PLAIN "time_s,current_A,voltage_V"
static void write_all(void)
{
    static const struct written all[] = {
        {"one.csv", PLAIN ",soc_ref", 1, true, 10},
        {"pack.csv", PLAIN ",soc_ref", 16, true, 10},
        {"bare.csv", PLAIN, 1, false, 10},
        {"bare-pack.csv", PLAIN, 16, false, 10},
        {"ms.csv", PLAIN ",soc_ref", 1, true, 10000},
        {"\xE4.csv", PLAIN ",soc_ref", 1, true, 10},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        write_series(&all[i]);
    write_cells("cells.csv", false);
    write_cells("ends.csv", true);
    write_text("bad.csv", PLAIN "\n0,1,3\n1,x,3\n");
    write_text("short.csv", PLAIN "\n0,1,3\n1,1,3\n");
    write_text("percent.csv", PLAIN ",soc_ref\n0,1,3,99.5\n1,1,3,99.5\n");
    write_text("low.csv", PLAIN ",soc_ref\n0,-1,2.8,0.04\n10,-1,2.8,0.04\n");
}

static double figure(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static json_t *object_said(void)
{
    json_error_t error;
    json_t *object = json_loads(said, 0, &error);
    CHECK(object, "JSON: %s: %s", error.text, said);
    CHECK(strchr(said, '\n') == said + strlen(said) - 1, "one line: %s", said);
    return object;
}

static void is_figure(const json_t *object, const char *key, double should, double within)
{
    double is = figure(object, key);
    CHECK(fabs(is - should) <= within, "%s: %g, not %g", key, is, should);
}

/* --- what it prints --- */

static void says_figures(void)
{
    CHECK(soc(CELL "--csv @/one.csv --json --offset-mA 1000") == 0, "%s", told);
    CHECK(!*told, "nothing told: %s", told);
    json_t *o = object_said();
    is_figure(o, "hours", 1, 1e-9);
    is_figure(o, "steps", ROWS - 1, 0);
    is_figure(o, "judged", ROWS, 0);
    is_figure(o, "backwards", 0, 0);
    is_figure(o, "counting_max_percent", 1, 1e-5); /* 1 A for an hour of 100 Ah */
    is_figure(o, "counting_rmse_percent", 1 / sqrt(3), 1e-3);
    is_figure(o, "end_percent", 60, 2);
    CHECK(figure(o, "rmse_percent") <= figure(o, "max_percent"), "%s", said);
    CHECK(figure(o, "inside_2_sigma") > 0.9 && figure(o, "nees") >= 0, "%s", said);
    CHECK(figure(o, "late_rmse_percent") > 0 && figure(o, "end_sigma_percent") > 0, "%s", said);
    CHECK(figure(o, "us_per_step") > 0 && !isnan(figure(o, "offset_mA")), "%s", said);
    json_decref(o);
}

static void obeys_options(void)
{
    static const struct {
        const char *options, *key;
        double should, within;
    } all[] = {
        {"--offset-mA=-500", "counting_max_percent", 0.5, 1e-5},
        {"--gain-permille 100", "counting_max_percent", 4, 1e-4},
        {"--capacity-Ah 200", "counting_max_percent", 20, 1e-4},
        {"--start-error-permille=-200", "counting_rmse_percent", 20, 1e-4},
        {"--start-error-permille=-200", "max_percent", 20, 2},
        {"--from-permille 800", "hours", 0.5, 0.01},
        {"--from-permille 800", "counting_max_percent", 0, 1e-5},
        {"--from-permille 800 --start-error-permille 50", "counting_rmse_percent", 5, 1e-4},
        {"--start-unknown", "counting_max_percent", 5.01, 5}, /* not told, and not far off */
    };
    char words[256];
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        snprintf(words, sizeof words, CELL "--csv @/one.csv --json %s", all[i].options);
        CHECK(soc(words) == 0, "%s: %s", words, told);
        json_t *o = object_said();
        CHECK(fabs(figure(o, all[i].key) - all[i].should) <= all[i].within, "%s: %s: %g, not %g",
              all[i].options, all[i].key, figure(o, all[i].key), all[i].should);
        json_decref(o);
    }
    CHECK(soc(CELL "--csv @/one.csv --json --sensor-mA 1") == 0, "%s", told);
    json_t *sure = object_said();
    CHECK(soc(CELL "--csv @/one.csv --json --sensor-mA 1000") == 0, "%s", told);
    json_t *unsure = object_said();
    CHECK(figure(sure, "offset_sigma_mA") < figure(unsure, "offset_sigma_mA"), "--sensor-mA");
    json_decref(sure);
    json_decref(unsure);
}

static void divides_pack(void)
{
    CHECK(soc(CELL "--csv @/one.csv --json") == 0, "%s", told);
    json_t *one = object_said();
    CHECK(soc(CELL "--csv @/pack.csv --cells 16 --json") == 0, "%s", told);
    json_t *pack = object_said();
    is_figure(pack, "rmse_percent", figure(one, "rmse_percent"), 1e-3);
    json_decref(one);
    json_decref(pack);
}

/* The line with this name has this number first, as the other way of telling has it. */
static void text_agrees(const char *text, const json_t *o, const char *name, const char *key,
                        double times)
{
    const char *at = strstr(text, name);
    at = at ? at + strlen(name) : "";
    double is = strtod(at + strcspn(at, "-0123456789"), NULL);
    CHECK(*at && fabs(is - times * figure(o, key)) < 0.051, "%s: %g, JSON has %g", name, is,
          times * figure(o, key));
}

static void text_and_json_agree(void)
{
    static char text[TEXT];
    CHECK(soc(CELL "--csv @/one.csv --offset-mA 2000 --start-error-permille 30") == 0, "%s", told);
    memcpy(text, said, sizeof text);
    CHECK(soc(CELL "--csv @/one.csv --offset-mA 2000 --start-error-permille 30 --json") == 0, "%s",
          told);
    json_t *o = object_said();
    text_agrees(text, o, ".csv: ", "hours", 1);
    text_agrees(text, o, " h, ", "steps", 1);
    text_agrees(text, o, "steps, ", "judged", 1);
    text_agrees(text, o, "  RMSE ", "rmse_percent", 1);
    text_agrees(text, o, "  of the last 2/3 ", "late_rmse_percent", 1);
    text_agrees(text, o, "  largest ", "max_percent", 1);
    text_agrees(text, o, "within 2 sigma ", "inside_2_sigma", 100);
    text_agrees(text, o, "NEES ", "nees", 1);
    text_agrees(text, o, "at the end ", "end_percent", 1);
    text_agrees(text, o, "+- ", "end_sigma_percent", 2);
    text_agrees(text, o, "sensor ", "offset_mA", 1);
    const char *second = strstr(strstr(text, "  RMSE "), "%");
    CHECK(fabs(strtod(second + 1, NULL) - figure(o, "counting_rmse_percent")) < 0.0051, "%s", text);
    json_decref(o);
}

static void says_without_reference(void)
{
    CHECK(soc(CELL "--csv @/bare.csv --json") == 0, "%s", told);
    json_t *o = object_said();
    is_figure(o, "judged", 0, 0);
    is_figure(o, "end_percent", 60, 20);
    CHECK(!json_object_get(o, "rmse_percent") && !json_object_get(o, "nees") &&
              !json_object_get(o, "counting_max_percent"),
          "no score: %s", said);
    json_decref(o);
    CHECK(soc(CELL "--csv @/bare.csv") == 0, "%s", told);
    CHECK(strstr(said, "no column soc_ref: nothing to judge") && !strstr(said, "RMSE"), "%s", said);
    CHECK(strstr(said, "at the end") && !strstr(said, "nan"), "%s", said);
    CHECK(soc(CELL "--csv @/low.csv") == 0, "%s", told);
    CHECK(strstr(said, "soc_ref stays below 5 %: nothing to judge"), "%s", said);
}

/* An owner's log has no reference: its own full charge is one. */
static void counts_from_full(void)
{
    CHECK(soc(CELL "--csv @/bare.csv --json --counted --offset-mA 1000") == 0, "%s", told);
    json_t *o = object_said();
    is_figure(o, "judged", ROWS, 0);
    is_figure(o, "counting_max_percent", 1, 1e-5);
    CHECK(figure(o, "rmse_percent") > 0 && figure(o, "rmse_percent") < 5, "%s", said);
    json_decref(o);
    CHECK(soc(CELL "--csv @/bare.csv --json --counted --from-permille 800") == 0, "%s", told);
    o = object_said();
    is_figure(o, "hours", 0.5, 0.01);
    json_decref(o);
    CHECK(soc(CELL "--csv @/bare-pack.csv --cells 16 --json --counted") == 0, "%s", told);
    o = object_said();
    is_figure(o, "counting_max_percent", 0, 1e-5);
    json_decref(o);
}

static void says_several(void)
{
    CHECK(soc(CELL "--json --csv @/one.csv --csv @/bare.csv --csv @/one.csv") == 0, "%s", told);
    char *at = said, *line;
    int lines = 0;
    while ((line = strsep(&at, "\n")) && *line) {
        json_t *o = json_loads(line, 0, NULL);
        CHECK(o, "an object on its line: %s", line);
        CHECK(strstr(json_string_value(json_object_get(o, "csv")), lines == 1 ? "bare" : "one"),
              "in the order asked: %s", line);
        json_decref(o);
        lines++;
    }
    CHECK(lines == 3, "%d lines", lines);
    CHECK(soc(CELL "--json --csv @/\xE4.csv") == 0, "%s", told);
    json_t *o = object_said();
    CHECK(strstr(json_string_value(json_object_get(o, "csv")), "/?.csv"), "%s", said);
    json_decref(o);
}

/* --- what it refuses --- */

#define ONE CELL "--csv @/one.csv "
static const struct {
    const char *words, *says;
} refused[] = {
    {"", "busbar soc: --cell must be given\n"},
    {"--csv @/one.csv", "busbar soc: --cell must be given\n"},
    {CELL, "busbar soc: --csv must be given\n"},
    {ONE "more", "busbar soc: \"more\" is not allowed: options only"},
    {ONE "--best", "busbar soc: \"--best\" is not allowed: --help lists the options\n"},
    {ONE "-x", "busbar soc: \"-x\" is not allowed: --help lists the options\n"},
    {ONE "--json=yes", "busbar soc: \"--json=yes\" is not allowed"},
    {"--cell", "busbar soc: --cell needs a value\n"},
    {ONE "--cells 0", "busbar soc: --cells: \"0\" is not allowed: a whole number, 1 to 1000\n"},
    {ONE "--cells 1.5", "--cells: \"1.5\" is not allowed: a whole number, 1 to 1000\n"},
    {ONE "--cells 16S", "--cells: \"16S\" is not allowed: a whole number, 1 to 1000\n"},
    {ONE "--cells nan", "--cells: \"nan\" is not allowed"},
    {ONE "--capacity-Ah 0", "--capacity-Ah: \"0\" is not allowed: a number, 0.01 to 1e+06\n"},
    {ONE "--capacity-Ah inf", "--capacity-Ah: \"inf\" is not allowed"},
    {ONE "--capacity-Ah 2,05", "--capacity-Ah: \"2,05\" is not allowed"},
    {ONE "--offset-mA x", "--offset-mA: \"x\" is not allowed: a number, -1e+07 to 1e+07\n"},
    {ONE "--gain-permille -1000", "--gain-permille: \"-1000\" is not allowed: a number, -900 to"},
    {ONE "--start-error-permille 1001", "--start-error-permille: \"1001\" is not allowed"},
    {ONE "--from-permille 0", "--from-permille: \"0\" is not allowed: a number, 1 to 1000\n"},
    {ONE "--sensor-mA -1", "--sensor-mA: \"-1\" is not allowed: a number, 0.001 to 1e+07\n"},
    {ONE "--start-unknown --start-error-permille 5", "does not go with --start-unknown\n"},
    {ONE "-o x.svg", "--out goes with \"busbar soc plot\"\n"},
    {"--cell @/none.yaml --csv @/one.csv", "none.yaml: cannot be read: No such file"},
    {"--cell test/corpus/cell/wrong.yaml --csv @/one.csv", "chemistry: lead is not allowed"},
    {CELL "--csv @/none.csv", "/none.csv: cannot be read: No such file or directory\n"},
    {CELL "--csv @/bad.csv", "/bad.csv:3: current_A: \"x\" is not allowed: a number"},
    {ONE "--csv @/bad.csv", "/bad.csv:3: current_A: \"x\" is not allowed: a number"},
    {CELL "--csv @/bad.csv --csv @/one.csv",
     "/bad.csv:3: current_A: \"x\" is not allowed: a number"},
    {ONE "--json --csv @/bad.csv", "/bad.csv:3: current_A: \"x\" is not allowed: a number"},
    {CELL "--csv @/percent.csv", "/percent.csv:2: soc_ref: \"99.5\" is not allowed: a number, 0 to "
                                 "1; percent must be divided by 100\n"},
    {CELL "--csv @/pack.csv", "/pack.csv: voltage_V: a mean of "},
    {CELL "--csv @/pack.csv", " V a cell is not allowed: 1 to 5; --cells is 1\n"},
    {ONE "--cells 16", " V a cell is not allowed: 1 to 5; --cells is 16\n"},
    {"fit --csv @/bare-pack.csv --capacity-Ah 50 --chemistry lfp --name x",
     " V a cell is not allowed: 1 to 5; --cells is 1\n"},
    {"fit --cells 1.5", "fit: --cells: \"1.5\" is not allowed: a whole number, 1 to 400\n"},
    {"fit --errors 1,x,2", "--errors: \"1,x,2\" is not allowed: numbers, 0 or more, with commas"},
    {"fit --row 99", "fit: --row: \"99\" is not allowed: a number, -50 to 90\n"},
    {CELL "--csv @/ms.csv", "/ms.csv: time_s: no two rows within 300 s: is it in seconds?\n"},
    {CELL "--csv @/short.csv --counted", "/short.csv: 2 rows are not enough: at least 100\n"},
    {CELL "--csv @/bare-pack.csv --cells 20 --counted", "no full charge in it: 3.45 V a cell"},
    {CELL "--csv @/bare.csv --from-permille 900", "no column soc_ref: --from-permille needs one\n"},
    {CELL "--csv @/bare.csv --start-error-permille 9", "--start-error-permille needs one\n"},
    {ONE "--from-permille 500", "soc_ref: --from-permille 500 is not reached before its last"},
    {"plot " CELL "--csv @/one.csv", "busbar soc plot: -o must be given\n"},
    {"plot " ONE "-o", "busbar soc plot: -o needs a value\n"},
    {"plot " ONE "--json -o @/x.svg", "busbar soc plot: --json does not go with a picture\n"},
    {"plot " ONE "--csv @/one.csv -o @/x.svg",
     "busbar soc plot: --csv: one file for one picture\n"},
    {"plot " CELL "--csv @/bad.csv -o @/x.svg", "/bad.csv:3: current_A"},
};

static void refuses(void)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        const char *words = refused[i].words;
        int status = soc(words);
        CHECK(status == 2, "\"%s\": exit status %d", words, status);
        CHECK(strstr(told, refused[i].says), "\"%s\": says \"%s\", not %s", words, refused[i].says,
              told);
        CHECK(!*said, "\"%s\": prints nothing, not %s", words, said);
        CHECK(strstr(words, "wrong.yaml") || strchr(told, '\n') == told + strlen(told) - 1,
              "\"%s\": one line: %s", words, told);
    }
    slurp("x.svg", said);
    CHECK(!*said, "no picture was begun");
}

static void refuses_more_files(void)
{
    char *argv[200] = {"soc"};
    int argc = 1;
    for (; argc < 140; argc++)
        argv[argc] = argc % 2 ? "--csv" : "x";
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        fclose(stderr);
        exit(cmd_soc(argc, argv));
    }
    int status;
    waitpid(child, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 2, "70 files");
}

static void draws(void)
{
    CHECK(soc("plot " CELL "--csv @/one.csv -o @/one.svg") == 0 && !*told && !*said, "%s", told);
    slurp("one.svg", said);
    CHECK(strstr(said, "<svg") && strstr(said, "one.csv: little"), "a picture with its title");
    CHECK(soc("plot " CELL "--csv @/bare.csv -o -") == 0 && strstr(said, "</svg>"),
          "to the output");
    CHECK(soc("plot " CELL "--csv @/one.csv -o @/none/one.svg") == 1, "no such folder");
    CHECK(strstr(told, "one.svg: cannot be written: No such file"), "%s", told);
}

static void helps(void)
{
    CHECK(soc("--help") == 0 && strstr(said, "--start-error-permille N") && !*told, "%s", told);
    CHECK(soc("plot --help") == 0 && strstr(said, "busbar soc plot"), "%s", told);
    CHECK(soc("fit --help") == 0 && strstr(said, "busbar soc fit"), "%s", told);
}

static const char *word(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void tells_cells(void)
{
    CHECK(soc(CELL "--csv @/cells.csv --cells 4 --json") == 0, "%s", told);
    json_t *o = object_said(), *list = json_object_get(o, "cells");
    CHECK(json_array_size(list) == 4, "%s", said);
    CHECK(strcmp(word(o, "emptiest_cell"), "3") == 0, "%s", said);
    for (size_t c = 0; c < json_array_size(list); c++) {
        const json_t *cell = json_array_get(list, c);
        double should = c == 2 ? -3 : 1, sigma = figure(cell, "sigma_percent");
        is_figure(cell, "delta_percent", should, 1);
        CHECK(sigma > 0.05 && sigma < 1.5, "%zu: sigma %g", c, sigma);
        CHECK(word(cell, "cell")[0] == (char)('1' + c), "%s", said);
    }
    json_decref(o);
    CHECK(soc(CELL "--csv @/cells.csv --cells 4") == 0, "%s", told);
    CHECK(strstr(said, "\n  emptiest           cell 3, -"), "%s", said);
    CHECK(strstr(said, "\n    cell 4            "), "%s", said);
    CHECK(soc(CELL "--csv @/ends.csv --cells 4 --json") == 0, "%s", told);
    o = object_said(), list = json_object_get(o, "cells");
    CHECK(json_array_size(list) == 2 && strcmp(word(o, "emptiest_cell"), "min") == 0, "%s", said);
    is_figure(json_array_get(list, 0), "delta_percent", -3, 1.2);
    CHECK(!json_object_get(json_array_get(list, 0), "resistance_percent"), "%s", said);
    json_decref(o);
    CHECK(soc(CELL "--csv @/one.csv --json") == 0 && !strstr(said, "cells"), "%s", said);
    CHECK(soc(CELL "--csv @/cells.csv --cells 5") == 2 &&
              strstr(told, "cells.csv: cell_1_V to cell_4_V are not allowed: --cells is 5\n"),
          "%s", told);
}

int main(void)
{
    char remove[PATH];
    if (!mkdtemp(folder))
        return 1;
    write_all();
    says_figures();
    obeys_options();
    divides_pack();
    text_and_json_agree();
    says_without_reference();
    counts_from_full();
    says_several();
    tells_cells();
    refuses();
    refuses_more_files();
    draws();
    helps();
    snprintf(remove, sizeof remove, "rm -r %s", folder);
    CHECK(system(remove) == 0, "%s", remove);
    return check_done("soc_cli");
}
