/* Published models of capacity loss, each a sum of what time and what throughput cost.
 *
 * Naumann   M. Naumann et al., Journal of Energy Storage 17 (2018) 153 (calendar) and Journal of
 *           Power Sources 451 (2020) 227666 (cycles): Sony US26650FTC1, 3 Ah LFP.
 * The others are the equations and constants of NREL's BLAST-Lite (BSD-3), its folder blast/models:
 * Sony      the same data, fitted by Gasper et al., J. Electrochem. Soc. 169 (2022) 080518. Its
 *           break-in term acts above three cycles a day only and is left out.
 * 250 Ah    large prismatic LFP, Gasper et al., Journal of Energy Storage 73 (2023) 109042.
 * 75 Ah     NMC pouch "A" of the same paper. The model's reference temperature is 35 C; its file
 *           adds 35 to 293.15, a slip: with 308.15 K it gives the held losses of the test.
 * Kokam     75 Ah NMC pouch, Smith et al., American Control Conference 2017.
 * Sanyo     UR18650E NMC, Schmalstieg et al., Journal of Power Sources 257 (2014) 325.
 * The anode's potential is Safari and Delacourt's, J. Electrochem. Soc. 158 (2011) A562, with the
 * lithiation of Schimpe et al., J. Electrochem. Soc. 165 (2018) A181.
 *
 * Here a use is the same each day, so rates are means over its times and depths, and each term is
 * its closed form. BLAST-Lite steps day by day; the difference is in test/ageing_test.c. */
#include <math.h>
#include <string.h>

#include "bms/ageing.h"

static double tanh_of(double x)
{
    return 1 - 2 / (exp(2 * x) + 1);
}

/* Graphite against lithium at this charge, V. */
static double anode_V(double soc)
{
    double x = 8.5e-3 + soc * (0.78 - 8.5e-3);
    return 0.6379 + 0.5416 * exp(-305.5309 * x) + 0.044 * tanh_of(-(x - 0.1958) / 0.1088) -
           0.1978 * tanh_of((x - 1.0571) / 0.0854) - 0.6875 * tanh_of((x + 0.0117) / 0.0529) -
           0.0175 * tanh_of((x - 0.5692) / 0.0875);
}

/* --- means over a use --- */

typedef double rate_of_time(double soc, double temp_K);

static double mean_of_time(const struct ageing_use *use, rate_of_time *rate)
{
    double sum = 0;
    for (size_t z = 0; z < AGEING_CHARGES; z++)
        for (size_t t = 0; t < AGEING_TEMPS; t++)
            if (use->share[z][t] > 0)
                sum += use->share[z][t] * rate(use->soc[z], use->temp_K[t]);
    return sum;
}

/* A cycle's rate may know its depth, the temperature, and the mean current in C. */
typedef double rate_of_cycle(double depth, double temp_K, double current_C);

static double current_C(const struct ageing_use *use)
{
    return 2 * use->cycles_a_day / 24;
}

static double mean_of_cycles(const struct ageing_use *use, rate_of_cycle *rate)
{
    double sum = 0;
    for (size_t t = 0; t < AGEING_TEMPS; t++) {
        double share = 0;
        for (size_t z = 0; z < AGEING_CHARGES; z++)
            share += use->share[z][t];
        for (size_t d = 0; share > 0 && d < AGEING_DEPTHS; d++)
            if (use->depth_share[d] > 0)
                sum += share * use->depth_share[d] *
                       rate(use->depth[d], use->temp_K[t], current_C(use));
    }
    return sum;
}

static double soc_itself(double soc, double temp_K)
{
    (void)temp_K;
    return soc;
}

static double days_of(double years)
{
    return years * 365.25;
}

static double cycles_of(const struct ageing_use *use, double years)
{
    return use->cycles_a_day * days_of(years);
}

/* 0 at x = 0, to 1. */
static double sigmoid(double x, double power)
{
    return x > 0 ? 1 - 2 / (1 + exp(pow(x, power))) : 0;
}

/* --- LFP --- */

static double naumann_time(double soc, double temp_K)
{
    double d = soc - 0.5;
    return 1.2571e-5 * exp(-17126 / 8.3144 * (1 / temp_K - 1 / 298.15)) *
           (2.8575 * d * d * d + 0.60225);
}

static double naumann_cycle(double depth, double temp_K, double current)
{
    double d = depth - 0.6;
    (void)temp_K;
    return (0.0630 * current + 0.0971) * (4.0253 * d * d * d + 1.0923) / 100;
}

static double naumann(const struct ageing_use *use, double years, const struct ageing_scale *scale)
{
    return scale->calendar * mean_of_time(use, naumann_time) * sqrt(days_of(years) * 86400) +
           scale->cycle * mean_of_cycles(use, naumann_cycle) * sqrt(cycles_of(use, years));
}

static double sony_extent(double soc, double temp_K)
{
    double root = sqrt(anode_V(soc));
    return 0.989687151293590 * exp((-2881067.56019324 / temp_K + 8742.06309157261) / temp_K * root);
}

static double sony_power(double soc, double temp_K)
{
    double u = anode_V(soc), third = pow(u, 1.0 / 3), fourth = sqrt(sqrt(u)), T2 = temp_K * temp_K;
    return 0.000332850281062177 *
           exp((734553185711.369 / temp_K - 3284991315.45121) / (T2 * temp_K) * third +
               (-2.82161575620780e-06 * temp_K + 0.00127227593657290) * T2 * fourth);
}

static double sony_cycle(double depth, double temp_K, double current)
{
    (void)temp_K;
    return fabs(-6.81260579372875e-06 + 2.59615973160844e-05 * depth +
                2.11559710307295e-06 * exp(depth * depth * current * current * current));
}

static double sony(const struct ageing_use *use, double years, const struct ageing_scale *scale)
{
    double at = 0.000130510034211874 * days_of(years);
    return scale->calendar * mean_of_time(use, sony_extent) *
               sigmoid(at, mean_of_time(use, sony_power)) +
           scale->cycle *
               pow(mean_of_cycles(use, sony_cycle) * cycles_of(use, years), 1.12847759334355);
}

static double prismatic_time(double soc, double temp_K)
{
    return 8.37e4 * exp((-5.21e3 - 3.56e3 * anode_V(soc)) / temp_K);
}

static double prismatic_cycle(double depth, double temp_K, double current)
{
    return (4.38e-8 + 1.55e-8 * depth + 1.68e-7 * current) *
           (exp(2.19e3 / temp_K) + exp(-1.55e5 / temp_K));
}

static double prismatic(const struct ageing_use *use, double years,
                        const struct ageing_scale *scale)
{
    return scale->calendar * mean_of_time(use, prismatic_time) * pow(days_of(years), 0.526) +
           scale->cycle * mean_of_cycles(use, prismatic_cycle) * pow(cycles_of(use, years), 0.828);
}

/* --- NMC --- */

enum { SANYO_ROWS = 21 };

static double sanyo_V(double soc)
{
    static const double V[SANYO_ROWS] = {3.331, 3.420, 3.491, 3.544, 3.581, 3.608, 3.627,
                                         3.641, 3.655, 3.673, 3.697, 3.732, 3.775, 3.821,
                                         3.869, 3.915, 3.965, 4.019, 4.073, 4.118, 4.162};
    double at = soc * (SANYO_ROWS - 1);
    size_t i = at < SANYO_ROWS - 2 ? (size_t)at : SANYO_ROWS - 2;
    return V[i] + (V[i + 1] - V[i]) * (at - (double)i);
}

static double sanyo_time(double soc, double temp_K)
{
    return (7.543 * sanyo_V(soc) - 23.75) * 1e6 * exp(-6976 / temp_K);
}

static double sanyo_square(double soc, double temp_K)
{
    (void)temp_K;
    return sanyo_V(soc) * sanyo_V(soc);
}

static double sanyo_depth(double depth, double temp_K, double current)
{
    (void)temp_K, (void)current;
    return depth;
}

static double sanyo(const struct ageing_use *use, double years, const struct ageing_scale *scale)
{
    static const double cell_Ah = 2.15;
    double off = sqrt(mean_of_time(use, sanyo_square)) - 3.667;
    double rate = 7.348e-3 * off * off + 7.6e-4 + 4.081e-3 * mean_of_cycles(use, sanyo_depth);
    return scale->calendar * mean_of_time(use, sanyo_time) * pow(days_of(years), 0.75) +
           scale->cycle * rate * sqrt(cycles_of(use, years) * 2 * cell_Ah);
}

static double kokam_time(double soc, double temp_K)
{
    return 2.66e7 * exp((-17.8 - 5.21 * anode_V(soc) / 0.123) * 308.15 / temp_K);
}

static double kokam_cycle(double depth, double temp_K, double current)
{
    (void)current;
    return 3.80e3 * exp(-18.4 * 308.15 / temp_K) * exp(1.04 * exp(depth * depth));
}

/* Times the mean charge over 0.6; with it, cycles after which the active material gives way. */
static double kokam_strain(double depth, double temp_K, double current)
{
    (void)current;
    return 153 * (temp_K - 273.15 - 55) * depth;
}

/* The lesser of lithium and active material is what is left; there is 1 % too much of the latter. */
static double kokam(const struct ageing_use *use, double years, const struct ageing_scale *scale)
{
    double cycles = cycles_of(use, years);
    double strain = mean_of_cycles(use, kokam_strain) * mean_of_time(use, soc_itself) / 0.6;
    double lithium = scale->calendar * mean_of_time(use, kokam_time) * pow(days_of(years), 0.357) +
                     scale->cycle * mean_of_cycles(use, kokam_cycle) * pow(cycles, 0.778);
    double material = scale->cycle * sigmoid(cycles / (1e4 + strain), 10) - 0.01;
    return lithium > material ? lithium : material;
}

static double pouch_time(double soc, double temp_K)
{
    double T = temp_K / 308.15;
    return 8.71e-7 * exp(10 * T * T * T / pow(anode_V(soc) / 0.123, 1.0 / 3));
}

static double pouch_cycle(double depth, double temp_K, double current)
{
    double T = temp_K / 308.15;
    return fabs(0.0267 + 1.64 * T * T * T * sqrt(depth) + 0.011 * exp(current * current / sqrt(T)) -
                0.44 * exp(sqrt(depth) * T * T * sqrt(current)));
}

static double pouch(const struct ageing_use *use, double years, const struct ageing_scale *scale)
{
    return scale->calendar * mean_of_time(use, pouch_time) * pow(days_of(years) / 1e3, 0.578) +
           scale->cycle * mean_of_cycles(use, pouch_cycle) * pow(cycles_of(use, years) / 1e4, 1.11);
}

enum { LFP = 1 << CHEMISTRY_LFP, NICKEL = 1 << CHEMISTRY_NMC | 1 << CHEMISTRY_NCA };

const struct ageing_model ageing_models[] = {
    {"Naumann LFP 3 Ah", LFP, naumann},       {"Sony LFP 3 Ah", LFP, sony},
    {"prismatic LFP 250 Ah", LFP, prismatic}, {"Sanyo NMC 2 Ah", NICKEL, sanyo},
    {"Kokam NMC 75 Ah", NICKEL, kokam},       {"pouch NMC 75 Ah", NICKEL, pouch},
};
const size_t ageing_model_count = sizeof ageing_models / sizeof ageing_models[0];

const struct ageing_model *ageing_model_find(const char *name)
{
    for (size_t i = 0; i < ageing_model_count; i++)
        if (strcmp(ageing_models[i].name, name) == 0)
            return &ageing_models[i];
    return NULL;
}
