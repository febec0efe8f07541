/* From readings to currents: each sensor is heard once a reading, the wires that carry the sun alone are
 * dead in the dark. */
#include <string.h>

#include "app/controller.h"

enum { DARK_MS = 600000, DARK_PV_dV = 300, PV_MAX_AGE_MS = 15000 };

static void shunt_hear(struct controller *c, size_t k, const struct shunt_readings *shunt,
                       int64_t now_ms)
{
    if (reading_fresh(&shunt->temp_dC, now_ms, BANK_GONE_MS))
        currents_temperature(&c->currents, k, shunt->temp_dC.value);
    currents_hear(&c->currents, k, shunt->current_mA.value, shunt->current_mA.heard_ms);
}

static void inverter_hear(struct controller *c, size_t k, size_t i)
{
    const struct unit_readings *r = &c->plant.units[i].readings;
    bool both = r->charge_mA.heard_ms == r->discharge_mA.heard_ms;
    if (both && plant_unit_expected(&c->plant, i))
        currents_hear(&c->currents, k, r->charge_mA.value - r->discharge_mA.value,
                      r->charge_mA.heard_ms);
}

static void sensor_hear(struct controller *c, size_t k, int64_t now_ms)
{
    size_t device = c->config->currents.sensor[k].device;
    const struct reading *pack = &c->plant.packs[device].current_mA;
    switch ((enum current_source)c->config->currents.sensor[k].source) {
    case CURRENT_SHUNT:
        shunt_hear(c, k, &c->plant.shunts[device], now_ms);
        return;
    case CURRENT_PACK:
        currents_hear(&c->currents, k, pack->value, pack->heard_ms);
        return;
    case CURRENT_INVERTER:
        inverter_hear(c, k, device);
        return;
    case CURRENT_SOURCES:
        return;
    }
}

/* Every inverter tells, and none has a PV voltage worth the name. */
static bool is_dark(const struct controller *c, int64_t now_ms)
{
    for (size_t i = 0; i < c->config->inverter_count; i++) {
        const struct unit_readings *r = &c->plant.units[i].readings;
        if (reading_or(&r->pv_dV[0], now_ms, PV_MAX_AGE_MS, INT32_MAX) > DARK_PV_dV ||
            (r->pv_dV[1].heard_ms > 0 &&
             reading_or(&r->pv_dV[1], now_ms, PV_MAX_AGE_MS, INT32_MAX) > DARK_PV_dV))
            return false;
    }
    return c->config->inverter_count > 0;
}

static void zeros_tell(struct controller *c, int64_t now_ms)
{
    if (!is_dark(c, now_ms))
        c->dark_since_ms = 0;
    else if (c->dark_since_ms == 0)
        c->dark_since_ms = now_ms;
    bool dark = c->dark_since_ms && now_ms - c->dark_since_ms >= DARK_MS;
    for (size_t w = 0; w < c->config->currents.net.wires; w++)
        currents_zero(&c->currents, w, dark && c->config->currents.sun[w]);
    for (size_t i = 0; i < c->config->pack_count; i++) {
        enum pack_place place = c->bank.pack[i].place;
        currents_zero(&c->currents, BANK_PACK_WIRE + i, place == PLACE_OPEN || place == PLACE_OUT);
    }
}

/* "shunt + packs + inverters": every shunt by its name. */
static void name_sources(struct controller *c, uint64_t used)
{
    static const char *const kinds[CURRENT_SOURCES] = {
        [CURRENT_PACK] = "packs", [CURRENT_INVERTER] = "inverters"};
    size_t at = 0;
    c->current_from[0] = '\0';
    for (enum current_source kind = 0; kind < CURRENT_SOURCES; kind++) {
        bool told = false;
        for (size_t k = 0; k < c->config->currents.net.sensors; k++) {
            if (!(used >> k & 1) || c->config->currents.sensor[k].source != kind || told)
                continue;
            const char *name = kinds[kind] ? kinds[kind] : c->config->currents.net.sensor[k].name;
            int wrote = snprintf(c->current_from + at, sizeof c->current_from - at, "%s%s",
                                 at ? " + " : "", name);
            at += wrote > 0 && (size_t)wrote < sizeof c->current_from - at ? (size_t)wrote : 0;
            told = kinds[kind] != NULL;
        }
    }
    c->current_from[at] = '\0';
}

void currents_look(struct controller *c, int64_t now_ms)
{
    for (size_t k = 0; k < c->config->currents.net.sensors; k++)
        sensor_hear(c, k, now_ms);
    zeros_tell(c, now_ms);
    currents_step(&c->currents, now_ms);
    name_sources(c, c->currents.flow[BANK_WIRE].sensors);
}
