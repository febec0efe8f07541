/* The fit finds again what a known cell was made of, and leaves little over on real series. */
#include "app/soc_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/cell_file.h"
#include "test/check.h"

enum { HOURS = 14, CURVE_ROWS = CELL_POINTS };

static struct cell known, found;
static struct fit_job job;

static double step_at(double z, double at, double width)
{
    return 0.5 * (1 + tanh((z - at) / width));
}

/* Two plateaus and a knee, as LFP against graphite has. */
static void make_row(struct cell_row *row, double temp_C, double more)
{
    row->temp_C = temp_C;
    for (int i = 0; i < CELL_POINTS; i++) {
        double z = i / (CELL_POINTS - 1.0);
        row->ocv_V[i] = 3.22 + 0.05 * step_at(z, 0.22, 0.05) + 0.036 * step_at(z, 0.62, 0.03) +
                        0.02 * z + 0.12 * exp(60 * (z - 1)) - 0.6 * exp(-35 * z);
        row->hysteresis_V[i] = 0.012 + 0.004 * cos(6 * z);
    }
    for (int k = 0; k < CELL_R_POINTS; k++) {
        row->r0_Ohm[k] = 0.010 * more;
        row->r1_Ohm[k] = (0.015 + 0.002 * cos(k)) * more;
        row->r2_Ohm[k] = 0.025 * more;
    }
}

static void make_cell(void)
{
    known = (struct cell){.chemistry = CHEMISTRY_LFP,
                          .capacity_Ah = 2.5,
                          .efficiency = 1,
                          .tau1_s = 25,
                          .tau2_s = 700,
                          .diffusion_s = 200,
                          .tau_d_s = 200 * 15 / 20.2,
                          .hysteresis_rate = 25,
                          .voltage_sigma_V = 0.004,
                          .rows = 2};
    make_row(&known.row[0], 2, 2.2);
    make_row(&known.row[1], 25, 1);
    known.row[0].i0_A = 1.2;
    known.row[1].i0_A = 12;
}

static unsigned long seed = 7;
static double chance(void)
{
    seed = seed * 6364136223846793005UL + 1442695040888963407UL;
    return (double)(seed >> 33) / (double)(1UL << 31);
}

/* A drive down from full with pulses, rests and some charging, as measured. */
static void make_series(struct fit_series *series, double temp_C)
{
    struct cell_at at = cell_at(&known, temp_C);
    struct cell_decay decay = cell_decay(&known, 1);
    struct cell_state state = {.z = 1, .h = 1};
    double A = 0;
    size_t count = HOURS * 3600;
    *series = (struct fit_series){.temp_C = temp_C};
    series->log.rows = calloc(count, sizeof *series->log.rows);
    for (size_t i = 0; i < count && state.z > 0.03; i++) {
        if (i % 60 == 0)
            A = chance() < 0.25 ? 0 : known.capacity_Ah * (chance() < 0.2 ? 0.4 : -1.1 * chance());
        if (i)
            cell_step(&at, &decay, &state, A, 1);
        series->log.rows[series->log.count++] = (struct soc_row){
            .time_s = (double)i,
            .current_A = i ? A : 0,
            .voltage_V = cell_voltage(&at, &state, i ? A : 0, 1) + 0.001 * (chance() - 0.5),
            .temp_C = temp_C,
            .reference = state.z};
    }
    series->log.has_reference = true;
}

/* What a cycler reads at C/30 in both directions, its charge axis a little off. */
static void make_curve(struct fit_curve *curve, const struct cell_row *row)
{
    double A = known.capacity_Ah / 30;
    *curve = (struct fit_curve){.temp_C = row->temp_C, .rate = 1.0 / 30, .both = true};
    for (int i = 0; i < CELL_POINTS; i++) {
        double z = i / (CELL_POINTS - 1.0) * 1.01;
        double R = row->r0_Ohm[5] + row->r1_Ohm[5] + row->r2_Ohm[5];
        curve->ocv_V[i] = fit_table(row->ocv_V, CELL_POINTS, z);
        curve->half_gap_V[i] = fit_table(row->hysteresis_V, CELL_POINTS, z) + A * R;
    }
}

static void make_job(void)
{
    job = (struct fit_job){.name = "known",
                           .chemistry = CHEMISTRY_LFP,
                           .capacity_Ah = 2.5,
                           .efficiency = 1,
                           .count = 2,
                           .curves = 2,
                           .least_sigma_z = 0.005};
    for (int r = 0; r < 2; r++) {
        make_series(&job.series[r], known.row[r].temp_C);
        make_curve(&job.curve[r], &known.row[r]);
    }
}

static double apart(const double a[], const double b[], int from, int to)
{
    double most = 0;
    for (int i = from; i <= to; i++)
        most = fmax(most, fabs(a[i] - b[i]));
    return most;
}

static void compare_row(const struct cell_row *is, const struct cell_row *was)
{
    CHECK(apart(is->ocv_V, was->ocv_V, 20, 195) < 0.004, "%g C: voltage off by %.1f mV",
          was->temp_C, 1000 * apart(is->ocv_V, was->ocv_V, 20, 195));
    CHECK(apart(is->hysteresis_V, was->hysteresis_V, 20, 190) < 0.004,
          "%g C: hysteresis off by %.1f mV", was->temp_C,
          1000 * apart(is->hysteresis_V, was->hysteresis_V, 20, 190));
    for (int k = 2; k <= 9; k++) {
        double is_all = is->r0_Ohm[k] + is->r1_Ohm[k] + is->r2_Ohm[k];
        double was_all = was->r0_Ohm[k] + was->r1_Ohm[k] + was->r2_Ohm[k];
        CHECK(fabs(is->r0_Ohm[k] / was->r0_Ohm[k] - 1) < 0.1, "%g C, %d: r0 %g", was->temp_C, k,
              is->r0_Ohm[k]);
        CHECK(fabs(is_all / was_all - 1) < 0.15, "%g C, %d: all R %g, was %g", was->temp_C, k,
              is_all, was_all);
    }
}

static void finds_known_cell(void)
{
    struct fit_told told;
    make_cell();
    make_job();
    CHECK(soc_fit(&job, &found, &told, stdout), "it can be fitted");
    fit_print(stdout, &job, &found, &told);
    CHECK(found.rows == 2, "%d rows", found.rows);
    CHECK(fabs(found.tau1_s / known.tau1_s - 1) < 0.25, "tau1 %g", found.tau1_s);
    CHECK(fabs(found.tau2_s / known.tau2_s - 1) < 0.4, "tau2 %g", found.tau2_s);
    CHECK(found.row[0].i0_A > 0.8 && found.row[0].i0_A < 1.8, "i0 in the cold: %g",
          found.row[0].i0_A);
    CHECK(found.row[1].i0_A > 6, "i0 in the warm: %g", found.row[1].i0_A);
    for (int r = 0; r < 2; r++) {
        compare_row(&found.row[r], &known.row[r]);
        CHECK(fabs(told.row[r].shift + 0.5 * 0.01) < 0.01, "the curve's axis was off: %g",
              told.row[r].shift);
        struct fit_residual left = fit_residual(&found, &job.series[r]);
        CHECK(left.rms_V < 0.0015, "%.2f mV left over", 1000 * left.rms_V);
    }
    CHECK(found.knees >= 1 && fabs(found.knee[found.knees - 1].at - 0.62) < 0.015, "knee at %g",
          found.knee[found.knees - 1].at);
}

/* What it has not seen: another drive, in between two temperatures. */
static void foretells(void)
{
    struct fit_series other;
    make_series(&other, 12);
    struct fit_residual left = fit_residual(&found, &other);
    CHECK(left.rms_V < 0.003, "a series left out: %.2f mV", 1000 * left.rms_V);
    fit_series_free(&other);
}

/* Counted from the full charge where there is no reference. */
static void counts_charge(void)
{
    char path[] = "/tmp/busbar-fit-XXXXXX";
    int fd = mkstemp(path);
    FILE *out = fdopen(fd, "w");
    fputs("time_s,current_A,voltage_V\n", out);
    for (int i = 0; i < 400;
         i++) /* 100 charging at 50 A, 100 tapered at 2, 200 discharging at 36 */
        fprintf(out, "%d,%d,%g\n", i * 10, i < 100 ? 50 : i < 200 ? 2 : -36, i < 200 ? 55.4 : 52.8);
    fclose(out);
    struct fit_series s;
    struct fit_load how = {.capacity_Ah = 100, .full_V = 3.45, .cells = 16};
    CHECK(fit_series_load(&s, path, &how, stdout), "a log of a pack of 16 cells");
    CHECK(fabs(s.log.rows[100].voltage_V - 55.4 / 16) < 1e-9, "of one cell");
    CHECK(s.log.rows[100].reference == 1, "full where the current has tapered");
    CHECK(fabs(s.log.rows[300].reference - (1 + 99 * 0.02 / 360 * 10 / 10 - 101 * 36.0 / 36000)) <
              2e-3,
          "counted down to %g", s.log.rows[300].reference);
    CHECK(fabs(s.log.rows[0].reference - (1 - 99 * 500.0 / 360000 - 20.0 / 360000)) < 1e-9,
          "counted back to %g", s.log.rows[0].reference);
    fit_series_free(&s);
    how.full_V = 4.1;
    char *told = NULL;
    size_t size;
    FILE *errors = open_memstream(&told, &size);
    CHECK(!fit_series_load(&s, path, &how, errors), "never full: refused");
    fclose(errors);
    CHECK(strstr(told, "no full charge in it: 4.10 V a cell"), "%s", told);
    free(told);
    remove(path);
}

/* --- real series --- */

/* Shipped cells on what they were fitted to: what stands in their files must come out of them. */
static const struct {
    const char *cell, *series;
    double most_mV;
} shipped[] = {
    {"a123-26650", "lfp_a123_esc_udds_p25C", 4.5},
    {"a123-26650", "lfp_a123_esc_udds_p45C", 4.8},
    {"a123-26650", "lfp_a123_esc_udds_m05C", 5.5},
    {"lg-18650hg2", "nmc_lg_hg2_us06_p25C", 9.5},
    {"lg-18650hg2", "nmc_lg_hg2_us06_p00C", 15},
    {"lg-18650hg2", "nmc_lg_hg2_us06_m20C", 35},
    {"panasonic-18650pf", "nca_panasonic_18650pf_cycle1_p25C", 14},
    {"panasonic-18650pf", "nca_panasonic_18650pf_us06_p25C", 14},
    {"ae-18650-lfp", "lfp_ae_18650_drive_p25C", 27},
    {"ae-pouch-nmc", "nmc_ae_pouch_drive_p25C", 3.5},
    {"ae-pouch-nmc", "nmc_ae_pouch_1c_p25C", 3.8},
};

static bool data_path(char path[512], const char *name)
{
    const char *shared = getenv("BUSBAR_SHARED");
    snprintf(path, 512, "%s/data/soc/%s.csv", shared ? shared : "../shared", name);
    FILE *there = fopen(path, "r");
    if (there)
        fclose(there);
    return there != NULL;
}

/* An owner's case: one log at one temperature and nothing else. Away from it the cell is a guess that says so. */
static void one_log_alone(void)
{
    static struct cell cell;
    struct fit_told told;
    struct fit_job alone = job;
    alone.curves = 0;
    alone.count = 1;
    alone.series[0] = job.series[1];
    CHECK(soc_fit(&alone, &cell, &told, stdout), "fits");
    int measured = 0;
    for (int i = 0; i < cell.rows; i++)
        if (fabs(cell.row[i].temp_C - alone.series[0].temp_C) < 1)
            measured = i;
    CHECK(cell.rows > 1, "rows at other temperatures: %d", cell.rows);
    for (int i = 0; i < cell.rows; i++) {
        double off = 0;
        for (int k = 20; k < CELL_POINTS - 10; k++)
            off = fmax(off, fabs(cell.row[i].ocv_V[k] - cell.row[measured].ocv_V[k]));
        CHECK(off < 0.001, "%g C: its voltage is that of the log, not %.3f V off",
              cell.row[i].temp_C, off);
        CHECK(i == measured ||
                  cell.row[i].voltage_sigma_V > 1.5 * cell.row[measured].voltage_sigma_V,
              "%g C: less sure", cell.row[i].temp_C);
    }
}

static void shipped_cells(void)
{
    char path[512], file[128];
    for (size_t i = 0; i < sizeof shipped / sizeof shipped[0]; i++) {
        struct fit_series s;
        struct fit_load how = {.capacity_Ah = 1, .cells = 1};
        snprintf(file, sizeof file, "bms/cells/%s.yaml", shipped[i].cell);
        CHECK(cell_file_load(file, &found, stdout), "%s", file);
        if (!data_path(path, shipped[i].series)) {
            check_skip(shipped[i].series);
            continue;
        }
        CHECK(fit_series_load(&s, path, &how, stdout), "%s", path);
        double mV = 1000 * fit_residual(&found, &s).rms_V;
        printf("%-20s %-36s %6.2f mV\n", shipped[i].cell, shipped[i].series, mV);
        CHECK(mV < shipped[i].most_mV, "%s on %s: %.2f mV", shipped[i].cell, shipped[i].series, mV);
        fit_series_free(&s);
    }
}

/* Two temperatures teach the third. */
static void foretells_third_temperature(void)
{
    static const char *const series[] = {"lfp_a123_esc_udds_p45C", "lfp_a123_esc_udds_m05C",
                                         "lfp_a123_esc_udds_p25C"};
    char path[512];
    struct fit_load how = {.capacity_Ah = 2.05, .cells = 1};
    struct fit_told told;
    if (!data_path(path, series[0])) {
        check_skip("no ../shared/data");
        return;
    }
    job = (struct fit_job){.name = "A123",
                           .chemistry = CHEMISTRY_LFP,
                           .capacity_Ah = 2.05,
                           .efficiency = 0.99445,
                           .least_sigma_z = 0.008};
    for (; job.count < 3; job.count++)
        CHECK(data_path(path, series[job.count]) &&
                  fit_series_load(&job.series[job.count], path, &how, stdout),
              "%s", path);
    job.series[2].check = true;
    CHECK(data_path(path, "ocv_lfp_a123_esc"), "%s", path);
    job.curves = fit_curves_load(job.curve, 0, path, 0.0374, stdout);
    CHECK(soc_fit(&job, &found, &told, stdout) && found.rows == 8, "eight temperatures");
    double mV = 1000 * fit_residual(&found, &job.series[2]).rms_V;
    printf("fitted to 45 and -5 C: %.2f mV at 25 C\n", mV);
    CHECK(mV < 8, "a temperature it has not seen: %.2f mV", mV);
    CHECK(found.knees == 2 && fabs(found.knee[1].at - 0.73) < 0.02, "knee at %g", found.knee[1].at);
    for (int i = 0; i < job.count; i++)
        fit_series_free(&job.series[i]);
}

int main(void)
{
    finds_known_cell();
    foretells();
    one_log_alone();
    for (int r = 0; r < 2; r++)
        fit_series_free(&job.series[r]);
    counts_charge();
    shipped_cells();
    foretells_third_temperature();
    return check_done("soc_fit");
}
