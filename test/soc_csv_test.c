/* A measured series as people save it: what is taken, and what is said of each file that is not. */
#include "app/soc_series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "test/check.h"

#define HEAD "time_s,current_A,voltage_V,temperature_C,soc_ref\n"

static struct soc_series series;
static char *told;
static size_t told_size;

static bool load(const char *text, size_t size)
{
    FILE *in = fmemopen((void *)(size_t)text, size, "r"),
         *errors = open_memstream(&told, &told_size);
    bool well = soc_series_read(&series, in, "a.csv", errors);
    fclose(in);
    fclose(errors);
    return well;
}

static void done(void)
{
    soc_series_free(&series);
    free(told);
}

/* Each the same two rows. */
static const struct {
    const char *what, *text;
} taken[] = {
    {"as it should be", HEAD "0,-1.5,3.3,20,0.9\n10,-2,3.2,21,0.8\n"},
    {"no line end at the end", HEAD "0,-1.5,3.3,20,0.9\n10,-2,3.2,21,0.8"},
    {"CR LF", "time_s,current_A,voltage_V,temperature_C,soc_ref\r\n"
              "0,-1.5,3.3,20,0.9\r\n10,-2,3.2,21,0.8\r\n"},
    {"a byte order mark", "\xEF\xBB\xBF" HEAD "0,-1.5,3.3,20,0.9\n10,-2,3.2,21,0.8\n"},
    {"comments, empty lines", "# log\n\n" HEAD "0,-1.5,3.3,20,0.9\n  \n# x\n10,-2,3.2,21,0.8\n"},
    {"blanks", " time_s , current_A,\tvoltage_V,temperature_C ,soc_ref\n"
               " 0 , -1.5,3.3\t,20,0.9\n10,-2,3.2,21,0.8\n"},
    {"quotes", "\"time_s\",\"current_A\",\"voltage_V\",\"temperature_C\",\"soc_ref\"\n"
               "\"0\",\"-1.5\",\"3.3\",\"20\", \"0.9\" \n10,-2,3.2,21,0.8\n"},
    {"another order, further columns", "soc_ref,note,voltage_V,time_s,x,temperature_C,current_A\n"
                                       "0.9,\"so, \"\"well\"\"\",3.3,0,,20,-1.5\n"
                                       "0.8,it's 5\" off,3.2,10,,21,-2\n"},
    {"exponents", HEAD "0e0,-15e-1,33E-1,2e1,.9\n1e1,-2.,3.20,21,8e-1\n"},
    {"one time twice, and back by less than a second",
     HEAD "0,-1.5,3.3,20,0.9\n0,-9,3,20,0.1\n10,-2,3.2,21,0.8\n9.5,-9,3,20,0.1\n"},
};

static void takes(void)
{
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        const char *what = taken[i].what;
        CHECK(load(taken[i].text, strlen(taken[i].text)), "%s: %s", what, told);
        CHECK(series.count == 2 && series.has_reference, "%s: %zu rows", what, series.count);
        if (series.count == 2) {
            const struct soc_row *a = &series.rows[0], *b = &series.rows[1];
            CHECK(a->time_s == 0 && a->current_A == -1.5 && a->voltage_V == 3.3 &&
                      a->temp_C == 20 && a->reference == 0.9,
                  "%s: first row", what);
            CHECK(b->time_s == 10 && b->current_A == -2 && b->voltage_V == 3.2 && b->temp_C == 21 &&
                      b->reference == 0.8,
                  "%s: second row", what);
        }
        CHECK(series.backwards == (strstr(what, "twice") ? 2 : 0), "%s: %zu left out", what,
              series.backwards);
        CHECK(told_size == 0, "%s: nothing is said, not %s", what, told);
        done();
    }
}

static void takes_less(void)
{
    static const char text[] = "time_s,current_A,voltage_V\n0,1,3\n1,1,3\n";
    CHECK(load(text, strlen(text)), "three columns are enough: %s", told);
    CHECK(!series.has_reference && isnan(series.rows[0].reference), "no reference");
    CHECK(series.rows[1].temp_C == 25 && series.rows[1].line == 3, "25 degrees, line 3");
    done();
}

#define GOOD  "0,-1,3.3,20,0.9\n"
#define FIRST "the first line names time_s, current_A, voltage_V"
static const struct {
    const char *what, *text, *says;
} refused[] = {
    {"empty", "", "a.csv:0: ends after 0 rows: a series has at least two\n"},
    {"a header alone", HEAD, "a.csv:1: ends after 0 rows"},
    {"one row", HEAD GOOD, "a.csv:2: ends after 1 rows"},
    {"one time only", HEAD GOOD GOOD, "a.csv:3: ends after 1 rows"},
    {"no header", GOOD GOOD, "a.csv:1: no column time_s: " FIRST},
    {"a column lacks", "time_s,voltage_V\n0,1\n", "a.csv:1: no column current_A: " FIRST},
    {"a column misspelt", "# x\ntime_s,current_A,voltage_v\n", "a.csv:2: no column voltage_V"},
    {"a column twice", "time_s,time_s,current_A,voltage_V\n", "a.csv:1: two columns time_s"},
    {"semicolons", "time_s;current_A;voltage_V\n0;1;3\n", "with commas between them"},
    {"tabs", "time_s\tcurrent_A\tvoltage_V\n", "with commas between them"},
    {"semicolons below", HEAD "0;-1;3.3;20;0.9\n",
     "a.csv:2: time_s: \"0;-1;3.3;20;0.9\" is not allowed: a number of seconds"},
    {"text", HEAD GOOD "1,-1,abc,20,0.9\n",
     "a.csv:3: voltage_V: \"abc\" is not allowed: a number, 0 to 5000\n"},
    {"a unit", HEAD "0,-1 A,3,20,0.9\n", "a.csv:2: current_A: \"-1 A\" is not allowed: a number"},
    {"nothing", HEAD "0,,3,20,0.9\n", "a.csv:2: current_A: \"\" is not allowed: a number"},
    {"nan", HEAD "0,nan,3,20,0.9\n", "a.csv:2: current_A: \"nan\" is not allowed: a number"},
    {"inf", HEAD "0,1,inf,20,0.9\n", "a.csv:2: voltage_V: \"inf\" is not allowed"},
    {"-inf", HEAD "-inf,1,3,20,0.9\n", "a.csv:2: time_s: \"-inf\" is not allowed"},
    {"too large", HEAD "0,1e999,3,20,0.9\n", "a.csv:2: current_A: \"1e999\" is not allowed"},
    {"a decimal comma", HEAD "0,\"-1,5\",3,20,0.9\n",
     "a.csv:2: current_A: \"-1,5\" is not allowed: a number"},
    {"a quote that stays open", HEAD "0,\"-1,3,20,0.9\n", "current_A: \"\"-1\" is not allowed"},
    {"more than the quotes", HEAD "0,\"1\"5,3,20,0.9\n", "current_A: \"\"1\"5\" is not allowed"},
    {"a date", HEAD "2026-11-21 08:00:00,1,3,20,0.9\n",
     "a.csv:2: time_s: \"2026-11-21 08:00:00\" is not allowed: a number of seconds\n"},
    {"negative voltage", HEAD "0,1,-3,20,0.9\n",
     "a.csv:2: voltage_V: \"-3\" is not allowed: a number, 0"},
    {"kelvin", HEAD "0,1,3,298.15,0.9\n",
     "temperature_C: \"298.15\" is not allowed: a number, -60 to 120"},
    {"percent", HEAD "0,1,3,20,100\n",
     "a.csv:2: soc_ref: \"100\" is not allowed: a number, 0 to 1; percent must be divided by "
     "100\n"},
    {"a short line", HEAD GOOD "1,-1,3.3\n", "a.csv:3: the line ends before temperature_C\n"},
    {"a cell lacks", "time_s,current_A,voltage_V,cell_1_V,cell_3_V\n",
     "a.csv:1: cell_3_V: 2 cells are named: each from cell_1_V to the last\n"},
    {"a cell twice", "time_s,current_A,voltage_V,cell_1_V,cell1_V\n",
     "a.csv:1: cell1_V: two columns of this cell: one is allowed\n"},
    {"a lowest cell alone", "time_s,current_A,voltage_V,cell_min_V\n",
     "a.csv:1: cells: cell_min_V and cell_max_V go together"},
    {"both kinds of cells", "time_s,current_A,voltage_V,cell_min_V,cell_1_V\n",
     "a.csv:1: cell_1_V: is not allowed here: cell_1_V .. cell_n_V, or"},
    {"cells in mV", "time_s,current_A,voltage_V,cell_min_V,cell_max_V\n0,1,3,3.1,3300\n",
     "a.csv:2: cell_max_V: \"3300\" is not allowed: a number, 0 to 6, or none\n"},
    {"time goes back", HEAD "5000,1,3,20,0.9\n4998.5,1,3,20,0.9\n",
     "a.csv:3: time_s: 4998.5 is not allowed: it rises, and stood at 5000\n"},
};

static void check_refused(const char *what, const char *says)
{
    CHECK(strstr(told, says), "%s: says \"%s\", not %s", what, says, told);
    CHECK(told_size && strchr(told, '\n') == told + told_size - 1, "%s: one line: %s", what, told);
    CHECK(!series.rows && !series.count && !series.has_reference, "%s: nothing is left", what);
}

static void refuses(void)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        CHECK(!load(refused[i].text, strlen(refused[i].text)), "%s: refused", refused[i].what);
        check_refused(refused[i].what, refused[i].says);
        done();
    }
}

static void refuses_bytes(void)
{
    static const char utf16[] = "\xFF\xFEt\0i\0m\0e\0_\0s\0,\0";
    static char huge[20000];
    CHECK(!load(utf16, sizeof utf16 - 1), "UTF-16");
    check_refused("UTF-16", "a.csv:1: byte 0x00 is not allowed: plain text");
    done();
    memset(huge, 'x', sizeof huge);
    memcpy(huge, HEAD, strlen(HEAD));
    CHECK(!load(huge, sizeof huge), "a huge line");
    check_refused("a huge line", "a.csv:2: the line is too long: at most 16383 characters");
    done();
}

static void refuses_paths(void)
{
    static const struct {
        const char *path, *says;
    } paths[] = {
        {"no/such.csv", "no/such.csv: cannot be read: No such file or directory\n"},
        {"test", "test: cannot be read: Is a directory\n"},
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        FILE *errors = open_memstream(&told, &told_size);
        CHECK(!soc_series_load(&series, paths[i].path, errors), "%s", paths[i].path);
        fclose(errors);
        check_refused(paths[i].path, paths[i].says);
        done();
    }
}

/* Cells in any order and under both names, one of them not read in the second line. */
static void takes_cells(void)
{
    static const char each[] = "cell2_V,time_s,current_A,voltage_V,cell_1_V,cell_3_V,cell_type\n"
                               "3.2,0,-1,9.9,3.1,3.3,x\n,1,-1,9.9,3.15, 3.35,x\n"
                               "9,0.5,-1,9.9,3,3,x\n";
    CHECK(!load(each, sizeof each - 1), "a cell of 9 V");
    check_refused("a cell of 9 V", "a.csv:4: cell_2_V: \"9\" is not allowed: a number, 0 to 6");
    done();
    CHECK(load(each, sizeof each - 1 - strlen("9,0.5,-1,9.9,3,3,x\n")), "cells: %s", told);
    CHECK(series.cells == 3 && !series.extremes && series.count == 2, "%d cells", series.cells);
    const double expected[] = {3.1, 3.2, 3.3, 3.15, NAN, 3.35};
    for (int i = 0; i < 6 && series.cells == 3; i++)
        CHECK(isnan(expected[i]) ? isnan(series.cell_V[i]) : series.cell_V[i] == expected[i],
              "%d: %g", i, series.cell_V[i]);
    done();
    static const char two[] = "time_s,current_A,voltage_V,cell_max_V,cell_min_V\n"
                              "0,-1,9.9,3.4,3.1\n0,-1,9.9,1,1\n1,-1,9.9,3.5,3.2\n";
    CHECK(load(two, sizeof two - 1), "the lowest and the highest: %s", told);
    CHECK(series.cells == 2 && series.extremes && series.count == 2, "%d", series.cells);
    CHECK(series.cell_V[0] == 3.1 && series.cell_V[1] == 3.4 && series.cell_V[2] == 3.2,
          "lowest first, and the row that is left out takes its cells along");
    done();
}

int main(void)
{
    takes();
    takes_less();
    takes_cells();
    refuses();
    refuses_bytes();
    refuses_paths();
    return check_done("soc_csv");
}
