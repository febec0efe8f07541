/* The battery's limits and packs as JSON and as a table. */
#include <stdio.h>

#include "app/client.h"

static json_t *rows_json(Busbar__LimitRow *const *rows, size_t count)
{
    json_t *out = json_array();
    for (size_t i = 0; i < count; i++) {
        const Busbar__LimitRow *r = rows[i];
        json_t *row =
            json_pack("{s:s, s:o, s:o, s:s}", "cause", r->cause, "value",
                      r->binds ? json_integer(r->value) : json_null(), "age_ms",
                      r->age_ms < 0 ? json_null() : json_integer(r->age_ms), "from", r->from);
        json_array_append_new(out, row);
    }
    return out;
}

static json_t *pack_json(const Busbar__Pack *p)
{
    return json_pack("{s:s, s:s, s:b, s:s, s:I, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:o}",
                     "name", p->name, "place", p->place, "counted", p->counted, "says", p->says,
                     "age_ms", (json_int_t)p->age_ms, "voltage_mV", p->voltage_mv, "current_mA",
                     p->current_ma, "soc_permille", p->soc_permille, "ccl_mA", p->ccl_ma, "dcl_mA",
                     p->dcl_ma, "apart_mV", p->apart_mv, "charge_share_ppm", p->charge_share_ppm,
                     "discharge_share_ppm", p->discharge_share_ppm, "charge",
                     pack_charge_json(p->charge));
}

json_t *limits_json(const Busbar__Battery *b)
{
    json_t *packs = json_array();
    for (size_t i = 0; i < b->n_pack; i++)
        json_array_append_new(packs, pack_json(b->pack[i]));
    return json_pack("{s:o, s:o, s:o, s:i, s:i, s:o}", "charge_mA",
                     rows_json(b->charge_limits, b->n_charge_limits), "discharge_mA",
                     rows_json(b->discharge_limits, b->n_discharge_limits), "charge_mV",
                     rows_json(b->voltage_limits, b->n_voltage_limits), "packs_in", b->packs_in,
                     "capacity_mAh", b->capacity_mah, "packs", packs);
}

static void rows_print(const char *title, const char *unit, Busbar__LimitRow *const *rows,
                       size_t count)
{
    printf("%-10s %-9s %-9s %s\n", title, unit, "age", "limit");
    for (size_t i = 0; i < count; i++) {
        const Busbar__LimitRow *r = rows[i];
        char value[16] = "-", age[16] = "-";
        if (r->binds)
            snprintf(value, sizeof value, "%.1f", r->value / 1000.0);
        if (r->age_ms >= 0)
            snprintf(age, sizeof age, "%.1f s", (double)r->age_ms / 1000.0);
        printf("%-10s %-9s %-9s %s%s%s\n", i == 0 && r->binds ? "  binds" : "", value, age,
               r->cause, *r->from ? ", " : "", r->from);
    }
}

void limits_print(const Busbar__Status *s)
{
    const Busbar__Battery *b = s->battery;
    rows_print("charge", "A", b->charge_limits, b->n_charge_limits);
    rows_print("discharge", "A", b->discharge_limits, b->n_discharge_limits);
    rows_print("voltage", "V", b->voltage_limits, b->n_voltage_limits);
    printf("packs      %u of %zu connected, %.1f Ah\n", b->packs_in, b->n_pack,
           b->capacity_mah / 1000.0);
    for (size_t i = 0; i < b->n_pack; i++) {
        const Busbar__Pack *p = b->pack[i];
        printf("  %-12s %7.2f V %+8.1f A  CCL %6.1f A  DCL %6.1f A  %s%s%s\n", p->name,
               p->voltage_mv / 1000.0, p->current_ma / 1000.0, p->ccl_ma / 1000.0,
               p->dcl_ma / 1000.0, p->place, *p->says ? ": " : "", p->says);
    }
}
