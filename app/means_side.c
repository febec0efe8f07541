/* What keeps each inverter's charge: what exists and works, for the chooser, and what it chose, for
 * the journal. */
#include "app/controller.h"

enum { CHARGING_MAX_AGE_MS = 5000 };

/* The links on which inverter i hears busbar as its battery. A port tells that it was told its charge
 * current; a CAN inverter's keep-alive only that it lives. */
static void links_digest(const struct controller *c, size_t i, struct means_input *in)
{
    for (size_t e = 0; e < c->config->emulation_count; e++) {
        const struct config_link *link = &c->config->emulation_link[e];
        const struct lib_port *port = &c->lib_ports[e];
        if (link->inverter != i)
            continue;
        bool told = c->emulations[e].state != EMULATE_SILENT;
        int64_t heard_ms = told && port->limit_ms ? port->limit_ms : port->asked_ms;
        in->bms[*link->port ? 0 : 1] = (struct means_bms){
            .there = true,
            .told = told,
            .heard_ms = *link->port ? heard_ms : c->plant.emulations[e].heartbeat.heard_ms,
        };
    }
}

static struct means_setting setting_digest(const struct unit *unit, enum setting which)
{
    const struct unit_setting *setting = &unit->settings[which];
    return (struct means_setting){
        .refused = setting->state == SETTING_REFUSED,
        .set = -1,
        .spent = setting->writes_today >= 2 * unit->config.writes_per_day,
    };
}

void means_digest(const struct controller *c, size_t i, struct means_input *in, int64_t now_ms)
{
    const struct unit *unit = &c->plant.units[i];
    *in = (struct means_input){
        .charging_mA = reading_or(&unit->readings.charge_mA, now_ms, CHARGING_MAX_AGE_MS, -1),
        .current = setting_digest(unit, SET_CHARGE_MAX),
        .charger = setting_digest(unit, SET_CHARGER_OFF),
        .floating = setting_digest(unit, SET_FLOAT),
        .bulk = setting_digest(unit, SET_BULK),
        .battery_dV = c->bank.known ? c->bank.voltage_mV / 100 : -1,
        .release_dV = c->limits.charge_mV.value / 100,
    };
    if (unit->readings.charger_off.heard_ms)
        in->charger.set = unit->readings.charger_off.value;
    links_digest(c, i, in);
}

void tell_means(struct controller *c, int64_t now_ms)
{
    for (size_t i = 0; i < c->config->inverter_count; i++) {
        const struct means_orders *means = &c->decided.inverter[i].means;
        enum means before = c->told.means[i];
        if (means->by != before)
            journal_add(&c->journal, JOURNAL_MEANS, (int)i, (int32_t)before, (int32_t)means->by,
                        now_ms, "%s: %s", means_name(before),
                        before == MEANS_NONE ? "until now" : means_why_text(means->why[before]));
        c->told.means[i] = means->by;
    }
}
