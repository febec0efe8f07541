#include "sim/variants.h"

#include <math.h>
#include <string.h>

enum {
    MAX_TAKES = TAKES_PI30 | TAKES_MNCHGC4 | TAKES_MUCHGC4 | TAKES_MAX | TAKES_LOGIC,
    OLD_TAKES = TAKES_PI30 | TAKES_UTILITY | TAKES_MUCHGC3,
};
#define MAX_LETTERS "abdjkuvxyz", "akxyz"

/* Ratings: docs/axpert.md, 4.5. */
/* clang-format off */
const struct variant sim_variants[] = {
    {"max-8kw", "Axpert MAX 8 kW, two trackers", "MAX8000", "00046.05", SIM_PI30,
     230, 50, 34.7, 8000, 8000, 48, 70, 0.93,  2, 500, 90, 450, 18, 4000, 90,  9, 480, 120, 10, 120,
     MAX_TAKES | TAKES_PV, WAY_ALONE_ANSWERS | WAY_DIGITS_32, MAX_LETTERS, {sim_rows_max8, sim_rows_max, sim_rows_pi30}},
    {"max-7.2kw", "Axpert MAX 7.2 kW", "MAX7200", "00046.05", SIM_PI30,
     230, 50, 31.3, 7200, 7200, 48, 70, 0.93,  2, 500, 90, 450, 18, 4000, 90,  9, 480, 80, 10, 80,
     MAX_TAKES, WAY_ALONE_ANSWERS | WAY_DIGITS_32, MAX_LETTERS, {sim_rows_max72, sim_rows_max, sim_rows_pi30}},
    {"max-twin-11kw", "Axpert MAX Twin 11 kW, five-digit powers", "MAX11000", "00079.62", SIM_PI30,
     230, 50, 47.8, 11000, 11000, 48, 75, 0.93,  2, 500, 90, 450, 27, 5500, 90,  9, 480, 150, 10, 150,
     MAX_TAKES & ~TAKES_MAX, WAY_ALONE_ANSWERS | WAY_DIGITS_32, "abdjklnuvxyz", "kuvxyz",
     {sim_rows_twin, sim_rows_max, sim_rows_pi30}},
    {"clone-10.2kw", "10.2 kW clone, prints 0200 for its rated power", "HPV10200", "00094.10", SIM_PI30,
     230, 50, 44.3, 10200, 10200, 48, 75, 0.93,  1, 500, 90, 450, 27, 10200, 90,  0, 0, 160, 10, 120,
     TAKES_PI30 | TAKES_UTILITY | TAKES_MNCHGC4 | TAKES_MUCHGC4, 0, MAX_LETTERS, {sim_rows_clone10, sim_rows_pi30}},
    {"mks-5kva", "Axpert MKS 5 kVA, 145 V tracker", "MKS-5000", "00071.71", SIM_PI30,
     230, 50, 21.7, 4000, 5000, 48, 50, 0.92,  1, 145, 60, 130, 60, 4000, 60,  6, 0, 80, 10, 80,
     OLD_TAKES | TAKES_MCHGC3 | TAKES_SHORT_BATTERIES, 0, "abjkuvxyz", "akxy", {sim_rows_mks, sim_rows_pi30}},
    {"king-5kw", "Axpert King 5 kW (GK/MK), double conversion", "King-5000", "00071.80", SIM_PI30,
     230, 50, 21.7, 5000, 5000, 48, 60, 0.92,  1, 145, 60, 115, 60, 4000, 60,  9, 0, 80, 10, 80,
     OLD_TAKES | TAKES_MNCHGC3 | TAKES_LOGIC, WAY_DIGITS_31, "abdjkuvxyz", "buvyz", {sim_rows_king, sim_rows_mks, sim_rows_pi30}},
    {"vmiii-6kw", "Axpert VM III 6 kW, works alone only", "VMIII-6000", "00041.17", SIM_PI30,
     230, 50, 26.0, 6000, 6000, 48, 55, 0.93,  1, 500, 60, 455, 27, 6000, 60,  1, 0, 120, 10, 100,
     TAKES_PI30 | TAKES_UTILITY | TAKES_MNCHGC4 | TAKES_MUCHGC3, 0, "abdjklnuvxyz", "akxyz", {sim_rows_vm3, sim_rows_pi30}},
    {"pip-24v", "4.2 kW hybrid, 24 V", "PIP-4200", "00061.11", SIM_PI30,
     230, 50, 18.2, 4200, 4200, 24, 45, 0.92,  1, 500, 60, 450, 18, 4500, 60,  1, 0, 100, 10, 80,
     TAKES_PI30 | TAKES_UTILITY | TAKES_MNCHGC4 | TAKES_MUCHGC3, WAY_DIGITS_31, "abdgjkluvxyz", "abdgluvxyz",
     {sim_rows_pip24, sim_rows_pi30}},
    {"powmr-12v", "PowMr 2.3 kW, 12 V", "POW-HVM2.3", "00051.02", SIM_PI30,
     230, 50, 10.0, 2300, 2300, 12, 35, 0.91,  1, 500, 60, 450, 15, 3000, 60,  1, 0, 100, 2, 60,
     TAKES_PI30 | TAKES_UTILITY | TAKES_MNCHGC4 | TAKES_MUCHGC3, 0, "abjkuvxyz", "akxyz", {sim_rows_powmr12, sim_rows_pi30}},
    {"lv5048", "LV5048, split phase 120 V (PI41)", "LV5048", "00021.05", SIM_PI30,
     120, 60, 20.8, 5000, 5000, 48, 60, 0.92,  2, 145, 60, 115, 60, 2000, 60,  9, 60, 80, 10, 60,
     OLD_TAKES | TAKES_MNCHGC4 | TAKES_SHORT_BATTERIES, WAY_SPLIT, "abjkuvxyz", "akxy", {sim_rows_pi41, sim_rows_pi30}},
    {"revo", "SOROTEC Revo 5.5 kW (PI30REVO)", "REVO-5500", "00005.14", SIM_REVO,
     230, 50, 23.9, 5500, 5500, 48, 50, 0.93,  1, 500, 120, 450, 18, 6000, 120,  6, 0, 100, 10, 0,
     TAKES_REVO, 0, "abjkuvxyz", "akxy", {sim_rows_revo, sim_rows_pi30}},
    {"lv5048-v2", "LV5048 hybrid V2, InfiniSolar V (PI18)", "LV5048V2", "05220", SIM_PI18,
     230, 50, 24.3, 5600, 5600, 48, 50, 0.93,  2, 500, 120, 450, 18, 3000, 120,  9, 0, 80, 10, 80,
     TAKES_PI18, 0, "abkuvxyz", "akxy", {sim_rows_pi18}},
    {"infini-10k", "InfiniSolar 10 kW, three phases (PI17)", "INFINI-10K", "00001.01", SIM_PI17,
     230, 50, 14.4, 10000, 10000, 48, 80, 0.93,  2, 900, 350, 850, 18.7, 7500, 320,  6, 0, 200, 10, 200,
     TAKES_PI17, 0, "abc", "a", {sim_rows_pi17}},
};
/* clang-format on */
const size_t sim_variant_count = sizeof sim_variants / sizeof sim_variants[0];

const struct variant *sim_variant_of(const struct sim_inverter_config *config)
{
    return config->variant ? config->variant : &sim_variants[0];
}

const struct variant *sim_variant_named(const char *name)
{
    for (size_t i = 0; i < sim_variant_count; i++)
        if (strcmp(sim_variants[i].name, name) == 0)
            return &sim_variants[i];
    return NULL;
}

size_t sim_charge_list(int least, int most, int list[24])
{
    size_t count = 0;
    if (least < 10 && most > 0)
        list[count++] = least;
    for (int amperes = 10; amperes <= most && count < 24; amperes += 10)
        list[count++] = amperes;
    return count;
}

bool sim_word_fits(const char *text, const char *pattern)
{
    for (; *pattern; pattern++, text++)
        if (strchr("nymdh", *pattern) ? *text < '0' || *text > '9' : *text != *pattern)
            return false;
    return *text == '\0';
}

const struct sim_row *sim_row_find(const struct variant *variant, const char *word, unsigned kinds)
{
    for (size_t t = 0; t < 3 && variant->rows[t]; t++)
        for (const struct sim_row *row = variant->rows[t]; row->word; row++)
            if (kinds >> row->kind & 1 && sim_word_fits(word, row->word))
                return row;
    return NULL;
}

void sim_variant_set(struct sim_config *config, int u, const struct variant *variant)
{
    struct sim_inverter_config *inverter = &config->inverter[u];
    inverter->variant = variant;
    inverter->model = variant->model;
    inverter->rated_W = variant->rated_W;
    inverter->rated_A = variant->rated_A;
    inverter->idle_W = variant->idle_W;
    inverter->efficiency = variant->efficiency;
    for (int i = 0; i < config->inputs; i++) {
        struct sim_input_config *input = &config->input[i];
        if (input->inverter != u)
            continue;
        input->voc_max_V = variant->voc_max_V;
        input->mppt_min_V = variant->mppt_min_V;
        input->mppt_max_V = variant->mppt_max_V;
        input->isc_max_A = variant->isc_max_A;
        input->power_max_W = variant->pv_max_W;
        input->start_V = variant->start_V;
    }
}

/* As many modules as stay below the lowest limit of all inputs the string can come to, a tenth more
 * for a frosty morning. */
static void string_fit(struct sim_config *config, int s)
{
    struct sim_string_config *string = &config->string[s];
    double least_V = HUGE_VAL;
    for (int c = 0; c < config->contacts; c++)
        if (config->contact[c].string == s)
            least_V = fmin(least_V, config->input[config->contact[c].input].voc_max_V);
    int most = (int)(least_V / (string->voc_V * 1.1));
    if (string->modules > most)
        string->modules = most;
}

const char *sim_variants_fit(struct sim_config *config)
{
    double battery_V = sim_variant_of(&config->inverter[0])->battery_V;
    for (int u = 1; u < config->inverters; u++)
        if (fabs(sim_variant_of(&config->inverter[u])->battery_V - battery_V) > 0.5)
            return "all inverters stand on one battery: 12, 24 and 48 V do not go together";
    config->battery_cells = (int)(battery_V / 3);
    for (int s = 0; s < config->strings; s++)
        string_fit(config, s);
    return NULL;
}
