/* How the charge of the battery and its packs is known, in a Status. */
#include <math.h>

#include "app/status.h"

static int32_t permille(double part)
{
    return (int32_t)lround(part * 1000);
}

static int32_t milli(double A)
{
    return (int32_t)lround(A * 1000);
}

static int64_t ago(int64_t told_ms, int64_t now_ms)
{
    return told_ms ? now_ms - told_ms : -1;
}

static void pack_charge(struct status *status, const struct controller *c, size_t i, int64_t now_ms)
{
    const struct charge_pack *pack = &c->charge.pack[i];
    Busbar__PackCharge *out = &status->pack_charges[i];
    if (!pack->estimator.started)
        return;
    struct estimate now = charge_pack_estimate(&c->charge, &c->config->bank, &c->bank, i);
    busbar__pack_charge__init(out);
    out->permille = permille(now.charge);
    out->error_permille = permille(2 * now.sigma);
    out->told_ago_ms = ago(pack->told_ms, now_ms);
    out->offset_ma = milli(now.offset_A);
    out->offset_error_ma = milli(2 * now.offset_sigma_A);
    out->capacity_permille = permille(now.capacity);
    out->capacity_error_permille = permille(2 * now.capacity_sigma);
    out->resistance_permille = permille(now.resistance);
    out->trust_permille = permille(now.trust);
    status->packs[i].charge = out;
}

void status_charge(struct status *status, const struct controller *c, int64_t now_ms)
{
    Busbar__Battery *out = &status->battery;
    struct soc_estimate counted = soc_counter_estimate(&c->charge.counter);
    out->cell = as_text(c->config->cell.name);
    out->told_ago_ms = ago(c->soc.anchored_ms, now_ms);
    out->counted_permille = counted.known ? counted.soc_permille : -1;
    out->counted_error_permille = counted.error_permille;
    out->contradicted = c->soc.contradicted;
    for (size_t i = 0; i < c->config->pack_count; i++)
        pack_charge(status, c, i, now_ms);
}
