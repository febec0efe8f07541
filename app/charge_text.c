/* How the charge is known, as JSON and as text. */
#include <stdio.h>

#include "app/ago_text.h"
#include "app/client.h"

static json_t *ago_json(int64_t ago_ms)
{
    return ago_ms < 0 ? json_null() : json_integer(ago_ms);
}

json_t *pack_charge_json(const Busbar__PackCharge *p)
{
    if (!p)
        return json_null();
    return json_pack("{s:i, s:i, s:o, s:i, s:i, s:i, s:i, s:i, s:i}", "permille", p->permille,
                     "error_permille", p->error_permille, "told_ago_ms", ago_json(p->told_ago_ms),
                     "offset_mA", p->offset_ma, "offset_error_mA", p->offset_error_ma,
                     "capacity_permille", p->capacity_permille, "capacity_error_permille",
                     p->capacity_error_permille, "resistance_permille", p->resistance_permille,
                     "trust_permille", p->trust_permille);
}

void battery_charge_json(json_t *object, const Busbar__Battery *b)
{
    json_t *packs = json_array();
    for (size_t i = 0; i < b->n_pack; i++)
        json_array_append_new(packs, json_pack("{s:s, s:o}", "name", b->pack[i]->name, "charge",
                                               pack_charge_json(b->pack[i]->charge)));
    json_t *known = json_pack(
        "{s:s, s:i, s:i, s:o, s:i, s:i, s:b, s:o}", "cell", b->cell, "permille", b->soc_permille,
        "error_permille", b->soc_error_permille, "told_ago_ms", ago_json(b->told_ago_ms),
        "counted_permille", b->counted_permille, "counted_error_permille",
        b->counted_error_permille, "contradicted", b->contradicted, "packs", packs);
    json_object_set_new(object, "charge", known);
}

static void pack_print(const Busbar__Pack *pack)
{
    const Busbar__PackCharge *p = pack->charge;
    char told[AGO_SIZE];
    if (!p) {
        printf("    %-9s not estimated yet\n", pack->name);
        return;
    }
    printf("    %-9s %.1f +- %.1f %%, last told by the voltage %s; current off by %+d +- %d mA, "
           "sensor believed %.0f %%\n",
           pack->name, p->permille / 10.0, p->error_permille / 10.0, ago_text(p->told_ago_ms, told),
           p->offset_ma, p->offset_error_ma, p->trust_permille / 10.0);
    printf(
        "              capacity %.1f +- %.1f %% of nominal, resistance %.2f of the cell file's\n",
        p->capacity_permille / 10.0, p->capacity_error_permille / 10.0,
        p->resistance_permille / 1000.0);
}

void battery_charge_print(const Busbar__Battery *b)
{
    char told[AGO_SIZE];
    if (b->soc_permille < 0) {
        puts("  estimate  charge unknown");
        return;
    }
    printf("  estimate  %.1f +- %.1f %%, last told by the voltage %s; cell file %s\n",
           b->soc_permille / 10.0, b->soc_error_permille / 10.0, ago_text(b->told_ago_ms, told),
           b->cell);
    if (b->counted_permille >= 0)
        printf("  counted   %.1f +- %.1f %%%s\n", b->counted_permille / 10.0,
               b->counted_error_permille / 10.0,
               b->contradicted ? ": they contradict each other: the cap uses the fuller" : "");
    for (size_t i = 0; i < b->n_pack; i++)
        pack_print(b->pack[i]);
}
