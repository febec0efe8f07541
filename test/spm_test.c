/* The single-particle model against what mathematics and measured cells say of it. */
#include "sim/spm.h"

#include <stdint.h>

#include "test/check.h"
#include "test/spm_cells.h"

static struct spm spm;
static struct spm_at at;
static struct spm_state state;

/* Made up: tables need no data to be conserved. */
static void plain_cell(void)
{
    spm = (struct spm){.side = {{.radius_m = 5e-6,
                                 .diffusivity_m2_s = 1e-14,
                                 .diffusivity_J_mol = 30000,
                                 .rate_mol_m2_s = 6e-6,
                                 .rate_J_mol = 50000,
                                 .capacity_Ah = 2.5,
                                 .surface_m2 = 1.9},
                                {.radius_m = 1e-6,
                                 .diffusivity_m2_s = 1e-16,
                                 .diffusivity_J_mol = 30000,
                                 .rate_mol_m2_s = 1e-6,
                                 .rate_J_mol = 30000,
                                 .capacity_Ah = 2.4,
                                 .surface_m2 = 20}},
                       .ohmic_Ohm = 0.01,
                       .salt_Ohm = 0.01,
                       .salt_s = 30,
                       .electrolyte_J_mol = 17000};
    for (int i = 0; i < SPM_POINTS; i++) {
        double x = (double)i / (SPM_POINTS - 1);
        spm.side[SPM_NEGATIVE].equilibrium_V[i] = 0.12 - 0.036 * (x > 0.5) + exp(-40 * x);
        spm.side[SPM_POSITIVE].equilibrium_V[i] =
            3.42 - 0.01 * x - exp(-60 * (1 - x)) + exp(-60 * x);
    }
}

static const struct spm_window plain_window = {{0.02, 0.95}, {0.80, 0.95 - 0.78 * 2.5 / 2.4}};

static double random_1(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(*seed >> 11) / 9007199254740992.0;
}

/* A million steps of all sizes and lengths at all temperatures: not one ion is lost. */
static void lithium_is_conserved(void)
{
    plain_cell();
    spm_rest(&state, &plain_window, 0.5);
    uint64_t seed = 7;
    double lithium = spm_lithium_Ah(&spm, &plain_window), sum_As = 0, lag_As = 0, worst = 0;
    double n0 = spm_mean(&state, SPM_NEGATIVE);
    for (long k = 0; k < 1000000; k++) {
        if (k % 1000 == 0)
            spm_at(&at, &spm, -20 + 70 * random_1(&seed), k % 3000 ? 1 : 10);
        double bias = spm_mean(&state, SPM_NEGATIVE) > n0 ? -0.5 : 0.5;
        double current_A = 4 * (random_1(&seed) - 0.5) + bias;
        spm_step(&at, &state, current_A);
        double add = current_A * at.dt_s - lag_As, sum = sum_As + add;
        lag_As = sum - sum_As - add;
        sum_As = sum;
        double n = spm_mean(&state, SPM_NEGATIVE), p = spm_mean(&state, SPM_POSITIVE);
        worst = fmax(worst, fabs(n - n0 - sum_As / 3600 / 2.5));
        worst = fmax(worst, fabs(n * 2.5 + p * 2.4 - lithium) / lithium);
    }
    printf("a million steps: %.1e of the lithium and of the charge lost at worst\n", worst);
    CHECK(worst < 1e-12, "conserved to %.1e", worst);
}

/* A sphere filled at a constant rate: its surface runs ahead of its mean by jR/5D (J. Crank, The Mathematics of
 * Diffusion, 2nd ed., eq. 6.45), of which 20 shells make 0.42 % more. */
static void diffusion_is_crank(void)
{
    plain_cell();
    spm_at(&at, &spm, 25, 1);
    spm_rest(&state, &plain_window, 0.5);
    const double R = 5e-6, D = 1e-14, rate_1_s = 0.25 / 3600 / 2.5;
    for (int k = 0; k < 3600; k++)
        spm_step(&at, &state, 0.25);
    double ahead = state.shell[SPM_SHELLS - 1][0] + at.rise[0] * 0.25 - spm_mean(&state, 0);
    double exact = rate_1_s * R * R / (15 * D);
    CHECK(fabs(ahead / exact - 1.0042) < 0.001, "surface ahead by %.6f, exact %.6f", ahead, exact);
    double was = ahead;
    for (int k = 0; k < 120; k++)
        spm_step(&at, &state, 0);
    double left = (state.shell[SPM_SHELLS - 1][0] - spm_mean(&state, 0)) / was;
    /* sum over roots of tan q = q of 10/q^2 exp(-q^2 D t/R^2), q = 4.4934, 7.7253, 10.9041 .. */
    double slow = D * 120 / R / R, series = 0;
    for (int n = 1; n < 40; n++) {
        double q = (n + 0.5) * M_PI;
        for (int i = 0; i < 50; i++)
            q = n * M_PI + atan(q);
        series += 10 / q / q * exp(-q * q * slow);
    }
    CHECK(fabs(left - series) < 0.02, "after 120 s of rest %.4f of it, exact %.4f", left, series);
}

/* Steps of 10 s tell the same as steps of 1 s. */
static void length_does_not_matter(void)
{
    double V[2];
    plain_cell();
    for (int k = 0; k < 2; k++) {
        double dt_s = k ? 10 : 1;
        spm_at(&at, &spm, 15, dt_s);
        spm_rest(&state, &plain_window, 0.9);
        for (double t = 0; t < 1800; t += dt_s)
            spm_step(&at, &state, -1);
        V[k] = spm_voltage(&at, &state, -1);
    }
    CHECK(fabs(V[0] - V[1]) < 2e-4, "%.5f and %.5f V", V[0], V[1]);
}

static void cold_is_slower(void)
{
    double sag[3];
    plain_cell();
    for (int k = 0; k < 3; k++) {
        spm_at(&at, &spm, 25.0 - 20 * k, 10);
        spm_rest(&state, &plain_window, 0.4);
        double rested = spm_voltage(&at, &state, 0);
        for (int n = 0; n < 30; n++)
            spm_step(&at, &state, -2);
        sag[k] = rested - spm_voltage(&at, &state, -2);
    }
    CHECK(sag[0] > 0.03 && sag[1] > 1.3 * sag[0] && sag[2] > 1.3 * sag[1], "%.3f %.3f %.3f V",
          sag[0], sag[1], sag[2]);
}

/* Where the graphite's step is, in Ah above empty. */
static double step_Ah(const struct spm_window *window)
{
    return (0.5 - window->empty[SPM_NEGATIVE]) * 2.5;
}

static void lost_lithium_moves_the_window(void)
{
    struct spm_window fresh, aged;
    plain_cell();
    double lithium = spm_lithium_Ah(&spm, &plain_window);
    double was = spm_window(&spm, lithium, 2.5, 3.5, &fresh);
    double is = spm_window(&spm, lithium - 0.2, 2.5, 3.5, &aged);
    CHECK(fabs(spm_lithium_Ah(&spm, &aged) - lithium + 0.2) < 1e-9,
          "the lithium is what was asked");
    CHECK(was > 1.8 && fabs(was - is - 0.2) < 0.02, "%.3f Ah, then %.3f Ah", was, is);
    CHECK(fabs(step_Ah(&fresh) - step_Ah(&aged)) < 0.02,
          "the knee keeps its ampere-hours: %.3f %.3f", step_Ah(&fresh), step_Ah(&aged));
    spm_rest(&state, &aged, 1);
    spm_at(&at, &spm, 25, 1);
    CHECK(fabs(spm_voltage(&at, &state, 0) - 3.5) < 1e-3, "full is full");
}

struct measured {
    const char *series;
    double most_mV; /* RMSE from 10 to 98 % */
};

static void against_series(const struct measured *m, const struct spm_window *window)
{
    FILE *file = shared_open(m->series);
    if (!file) {
        check_skip(m->series);
        return;
    }
    char line[256];
    double t, current, voltage, temp, truth, last = 0, square = 0, mean = 0;
    long rows = 0;
    spm_at(&at, &spm, 25, 1);
    spm_rest(&state, window, 1);
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "%lf,%lf,%lf,%lf,%lf", &t, &current, &voltage, &temp, &truth) != 5)
            continue;
        if (t > last) {
            if (t - last != at.dt_s)
                spm_at(&at, &spm, temp, t - last);
            spm_step(&at, &state, current);
        }
        last = t;
        if (truth < 0.10 || truth > 0.98)
            continue;
        double off = spm_voltage(&at, &state, current) - voltage;
        square += off * off;
        mean += off;
        rows++;
    }
    fclose(file);
    double rmse = rows ? 1000 * sqrt(square / (double)rows) : 1e9;
    printf("  %-28s RMSE %5.1f mV, mean %+5.1f mV over %ld rows\n", m->series, rmse,
           1000 * mean / (double)rows, rows);
    CHECK(rmse <= m->most_mV, "%s: RMSE %.1f mV", m->series, rmse);
}

/* The slow discharge from another maker's half cells. */
static void against_c20(void)
{
    static struct curve c20;
    if (!curve_read(&c20, "ocv_lfp_ae_18650_c20_discharge", 1)) {
        check_skip("ocv_lfp_ae_18650_c20_discharge");
        return;
    }
    double square = 0;
    int rows = 0;
    spm_at(&at, &spm, 25, 10);
    spm_rest(&state, &lfp_window, 1);
    for (int k = 0; k < 7200; k++) {
        spm_step(&at, &state, -2.0745 / 20);
        double z = spm_charge(&state, &lfp_window);
        if (z < 0.02 || z > 0.98)
            continue;
        double off = spm_voltage(&at, &state, -2.0745 / 20) - curve_at(&c20, z);
        square += off * off;
        rows++;
    }
    double rmse = 1000 * sqrt(square / rows);
    printf("  %-28s RMSE %5.1f mV\n", "lfp_ae_18650 C/20", rmse);
    CHECK(rmse <= 10, "C/20: RMSE %.1f mV", rmse);
}

int main(void)
{
    lithium_is_conserved();
    diffusion_is_crank();
    length_does_not_matter();
    cold_is_slower();
    lost_lithium_moves_the_window();
    if (lfp_cell(&spm)) {
        against_c20();
        against_series(&(struct measured){"lfp_ae_18650_drive_p25C", 40}, &lfp_window);
        against_series(&(struct measured){"lfp_ae_18650_1c_p25C", 80}, &lfp_window);
    } else {
        check_skip("no half cells in ../shared/data/soc");
    }
    if (nmc_cell(&spm)) {
        against_series(&(struct measured){"nmc_ae_pouch_drive_p25C", 20}, &nmc_window);
        against_series(&(struct measured){"nmc_ae_pouch_1c_p25C", 20}, &nmc_window);
    } else {
        check_skip("no NMC curve in ../shared/data/soc");
    }
    return check_done("spm");
}
