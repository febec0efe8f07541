/* The coulomb counter on real cycler series (shared data): the bound must hold the reference. */
#include "bms/bank.h"

#include <math.h>
#include <stdlib.h>

#include "test/check.h"
#include "test/soc_bank.h"

/* floor: the reference's own doubt, the difference between the series' integral and the cycler's
 * own counter in the data's README. Below it no estimator can be judged. */
struct series {
    const char *file;
    enum chemistry chemistry;
    double Ah, offset_A, floor;
    double bms_off;  /* error of the BMS charge it is given; NAN = no BMS */
    double start;    /* s into the series: 0 begins full, at rest or nearly so */
    double rmse_max; /* of the time it is started */
};

/* clang-format off */
static const struct series all_series[] = {
    {"lfp_a123_esc_udds_p25C",            CHEMISTRY_LFP, 2.05,   0.004, 0.014,   NAN,     0, 0.010},
    {"lfp_a123_esc_udds_p45C",            CHEMISTRY_LFP, 2.05,   0.004, 0.008,   NAN,     0, 0.012},
    {"lfp_a123_esc_udds_m05C",            CHEMISTRY_LFP, 2.05,   0.004, 0.008,   NAN,     0, 0.015},
    {"lfp_ae_18650_drive_p25C",           CHEMISTRY_LFP, 2.0745, 0.002, 0,       0.1,     0, 0.085},
    {"lfp_ae_18650_1c_p25C",              CHEMISTRY_LFP, 2.0745, 0.002, 0,      -0.1,     0, 0.130},
    {"lfp_a123_esc_udds_p25C",            CHEMISTRY_LFP, 2.05,   0.004, 0.014,  0.12,  9000, 0.125},
    {"nmc_lg_hg2_us06_p25C",              CHEMISTRY_NMC, 2.7782, 0.003, 0.0025,  0.1,     0, 0.080},
    {"nmc_lg_hg2_us06_p00C",              CHEMISTRY_NMC, 2.7782, 0.003, 0.0025, -0.1,     0, 0.130},
    {"nmc_lg_hg2_us06_m20C",              CHEMISTRY_NMC, 2.7782, 0.003, 0.0025, -0.1,     0, 0.130},
    {"nmc_ae_pouch_drive_p25C",           CHEMISTRY_NMC, 13.0974, 0.01, 0,       NAN,     0, 0.015},
    {"nmc_ae_pouch_1c_p25C",              CHEMISTRY_NMC, 13.0974, 0.01, 0,       0.1,     0, 0.080},
    {"nca_panasonic_18650pf_us06_p25C",   CHEMISTRY_NCA, 2.9949, 0.003, 0.001,   0.1,     0, 0.080},
    {"nca_panasonic_18650pf_cycle1_p25C", CHEMISTRY_NCA, 2.9949, 0.003, 0.001,  -0.1,     0, 0.130},
};
/* clang-format on */

static FILE *open_series(const char *name)
{
    const char *shared = getenv("BUSBAR_SHARED");
    char path[512];
    snprintf(path, sizeof path, "%s/data/soc/%s.csv", shared ? shared : "../shared", name);
    return fopen(path, "r");
}

struct score {
    double square, worst, bound, beyond;
    long rows, outside, started;
};

static void score_row(struct score *score, const struct soc_counter *c, double truth, double floor)
{
    score->rows++;
    if (!c->started)
        return;
    struct soc_estimate e = soc_counter_estimate(c);
    double off = e.soc_permille / 1000.0 - truth;
    score->started++;
    score->square += off * off;
    score->worst = fmax(score->worst, fabs(off));
    score->bound = e.error_permille / 1000.0;
    score->outside += fabs(off) > score->bound + floor;
    score->beyond = fmax(score->beyond, fabs(off) - score->bound);
}

static void run_series(const struct series *s)
{
    FILE *file = open_series(s->file);
    if (!file) {
        check_skip(s->file);
        return;
    }
    struct bank_config config = lfp;
    config.chemistry = s->chemistry;
    config.cells = 1;
    config.capacity_mAh = (int32_t)(s->Ah * 1000);
    config.charge_max_mA = config.discharge_max_mA = config.capacity_mAh;
    config.self_draw_mA = 0;
    config.sensor_offset_mA = (int32_t)(s->offset_A * 1000);
    struct soc_counter c;
    soc_counter_init(&c);
    struct score score = {0};
    char line[256];
    double t, current, voltage, temp, truth;
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "%lf,%lf,%lf,%lf,%lf", &t, &current, &voltage, &temp, &truth) != 5)
            continue;
        if (t < s->start)
            continue;
        double bms = isnan(s->bms_off) ? -0.001 : fmin(fmax(truth + s->bms_off, 0), 1);
        struct bank_view view = look((int32_t)lround(voltage * 1000),
                                     (int32_t)lround(current * 1000), (int32_t)lround(bms * 1000));
        view.temp_min_dC = view.temp_max_dC = (int32_t)(temp * 10);
        soc_counter_step(&c, &config, &view, 1000 + (int64_t)(t * 1000));
        score_row(&score, &c, truth, s->floor);
    }
    fclose(file);
    double rmse = score.started ? sqrt(score.square / (double)score.started) : 1;
    printf("  %-34s from %5.0f s: RMSE %5.2f %%, worst %5.2f %%, bound at the end %5.2f %%\n",
           s->file, s->start, rmse * 100, score.worst * 100, score.bound * 100);
    CHECK(score.started * 10 > score.rows * 9, "%s: started only for %ld of %ld rows", s->file,
          score.started, score.rows);
    CHECK(score.outside == 0, "%s: truth outside the bound in %ld rows, by %.4f", s->file,
          score.outside, score.beyond);
    CHECK(rmse <= s->rmse_max, "%s: RMSE %.4f", s->file, rmse);
    CHECK(score.bound < 0.30, "%s: bound %.3f says nothing", s->file, score.bound);
}

int main(void)
{
    for (size_t i = 0; i < sizeof all_series / sizeof all_series[0]; i++)
        run_series(&all_series[i]);
    return check_done("soc_series");
}
