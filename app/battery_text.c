/* The battery's cap and ageing, as JSON and as text. */
#include <stdio.h>

#include "app/client.h"

/* --- JSON --- */

static json_t *band_json(const Busbar__Band *band)
{
    return json_pack("{s:f, s:f}", "low", band->low, "high", band->high);
}

static json_t *ageing_json(const Busbar__Ageing *a)
{
    json_t *models = json_array();
    for (size_t i = 0; i < a->n_models; i++)
        json_array_append_new(models, json_pack("{s:s, s:f}", "name", a->models[i]->name, "with",
                                                a->models[i]->with));
    return json_pack("{s:b, s:f, s:f, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:i, s:o}", "known",
                     a->known, "days", a->days, "cycles_a_year", a->cycles_a_year,
                     "soc_mean_permille", a->soc_mean_permille, "temp_mean_dC", a->temp_mean_dc,
                     "with", band_json(a->with), "full", band_json(a->full), "whole",
                     band_json(a->whole), "by_charge", band_json(a->by_charge), "by_throughput",
                     band_json(a->by_throughput), "throughput_permille", a->throughput_permille,
                     "models", models);
}

void battery_more_json(json_t *object, const Busbar__Battery *b)
{
    json_t *news = json_array();
    for (size_t i = 0; i < b->n_cap_news; i++)
        json_array_append_new(news, json_string(b->cap_news[i]));
    json_object_set_new(object, "cap_why", json_string(b->cap_why));
    json_object_set_new(object, "cap_until_s", json_integer(b->cap_until_s));
    json_object_set_new(object, "cap_news", news);
    if (b->ageing)
        json_object_set_new(object, "ageing", ageing_json(b->ageing));
}

/* --- text --- */

void battery_cap_print(const Busbar__Battery *b)
{
    printf("  cap       %s\n", b->cap_why);
    for (size_t i = 0; i < b->n_cap_news; i++)
        printf("            %s\n", b->cap_news[i]);
}

static void band_print(const char *what, const Busbar__Band *band)
{
    printf("  %-44s %5.2f to %5.2f\n", what, band->low, band->high);
}

void battery_ageing_print(const Busbar__Battery *b)
{
    const Busbar__Ageing *a = b->ageing;
    if (!a)
        return;
    if (!a->known) {
        printf("ageing      %.1f days seen: two weeks are needed to tell a year's loss\n", a->days);
        return;
    }
    printf("ageing      %.0f days seen: %.0f cycles a year, mean charge %.0f %%, mean %.0f C\n",
           a->days, a->cycles_a_year, a->soc_mean_permille / 10.0, a->temp_mean_dc / 10.0);
    puts("  capacity lost, percentage points a year, over these models, mean of ten years:");
    for (size_t i = 0; i < a->n_models; i++)
        printf("    %-42s %5.2f\n", a->models[i]->name, a->models[i]->with);
    band_print("as it is used, with the cap", a->with);
    band_print("the same energy, its top at 100 %", a->full);
    band_print("the whole range", a->whole);
    puts("  what the cap saves of that:");
    band_print("lower charge, the same energy", a->by_charge);
    printf("  %-44s %5.2f to %5.2f  (%.0f %% less energy stored)\n", "less throughput",
           a->by_throughput->low, a->by_throughput->high,
           a->throughput_permille > 0 ? 100 - 100000.0 / a->throughput_permille : 0.0);
    puts("  Laboratory models flatter: home storage in the field loses 2 to 3 points a year.");
}
