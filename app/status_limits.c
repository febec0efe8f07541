/* The battery's part of a Status: every limit by name, value and age, and every pack. */
#include "app/status.h"

static size_t rows_fill(struct status_rows *out, const struct controller *c,
                        const struct limit_table *table)
{
    uint8_t order[LIMIT_ROWS];
    limit_order(table, order);
    for (size_t i = 0; i < table->count; i++) {
        const struct limit_row *from = &table->row[order[i]];
        Busbar__LimitRow *row = &out->rows[i];
        busbar__limit_row__init(row);
        row->cause = as_text(limit_cause_text(from->cause));
        row->binds = from->value != INT32_MAX;
        row->value = row->binds ? from->value : 0;
        row->age_ms = from->age_ms == INT64_MAX ? -1 : from->age_ms;
        row->from = as_text(from->from && from->from <= c->config->pack_count
                                ? c->config->packs[from->from - 1].name
                                : "");
        out->at[i] = row;
    }
    return table->count;
}

static void pack_fill(struct status *status, const struct controller *c, size_t i, int64_t now_ms)
{
    const struct pack_readings *p = &c->plant.packs[i];
    const struct pack_memory *m = &c->bank.pack[i];
    Busbar__Pack *out = &status->packs[i];
    busbar__pack__init(out);
    int64_t age_ms = pack_age_ms(p, now_ms);
    pack_says(c, i, status->pack_says[i], sizeof status->pack_says[i]);
    out->name = as_text(c->config->packs[i].name);
    out->place = as_text(pack_place_text(m->place));
    out->counted = place_counted(m->place);
    out->says = status->pack_says[i];
    out->age_ms = age_ms == INT64_MAX ? -1 : age_ms;
    out->voltage_mv = p->voltage_mV.value;
    out->current_ma = p->current_mA.value;
    out->soc_permille = p->soc_permille.heard_ms ? p->soc_permille.value : -1;
    out->ccl_ma = p->ccl_mA.value;
    out->dcl_ma = p->dcl_mA.value;
    out->apart_mv = m->apart_mV;
    if (out->counted && c->bank.share[0].samples)
        out->charge_share_ppm = m->share_ppm[0];
    if (out->counted && c->bank.share[1].samples)
        out->discharge_share_ppm = m->share_ppm[1];
    status->pack_at[i] = out;
}

void status_limits(struct status *status, const struct controller *c, int64_t now_ms)
{
    Busbar__Battery *out = &status->battery;
    out->n_charge_limits = rows_fill(&status->charge_rows, c, &c->limits.charge);
    out->charge_limits = status->charge_rows.at;
    out->n_discharge_limits = rows_fill(&status->discharge_rows, c, &c->limits.discharge);
    out->discharge_limits = status->discharge_rows.at;
    out->n_voltage_limits = rows_fill(&status->voltage_rows, c, &c->limits.voltage);
    out->voltage_limits = status->voltage_rows.at;
    out->packs_in = c->bank.packs_in;
    out->capacity_mah = c->bank.capacity_mAh;
    for (size_t i = 0; i < c->config->pack_count; i++)
        pack_fill(status, c, i, now_ms);
    out->n_pack = c->config->pack_count;
    out->pack = status->pack_at;
}
