/* What keeps each inverter's charge: what exists and works, for the chooser, and what it chose, for
 * the journal. */
#include "app/controller.h"

#include "inverter/protocol.h"

enum { CHARGING_MAX_AGE_MS = 5000, NOMINAL_dV = 480, USER_BATTERY = 2 };

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

static const struct setter *setter_of(const struct unit *unit, enum setting which)
{
    return unit->protocol ? protocol_setter(unit->protocol, which) : NULL;
}

/* Its tables have the volts of a 48 V unit. */
static int32_t for_battery(const struct unit *unit, int32_t dV)
{
    int32_t rated_dV = unit->readings.rated_battery_dV.value;
    bool other = rated_dV == NOMINAL_dV / 2 || rated_dV == NOMINAL_dV / 4;
    return other ? dV * rated_dV / NOMINAL_dV : dV;
}

/* Float and bulk as set, and how low they may go. */
static void voltages_digest(const struct unit *unit, struct means_input *in)
{
    const struct unit_readings *r = &unit->readings;
    const struct setter *setters[] = {setter_of(unit, SET_FLOAT), setter_of(unit, SET_BULK)};
    const struct reading *set[] = {&r->float_dV, &r->bulk_dV};
    struct means_setting *out[] = {&in->floating, &in->bulk};
    for (int i = 0; i < 2; i++) {
        out[i]->there = setters[i] && !unit->settings[setters[i]->set].unsupported &&
                        set[i]->heard_ms > 0 && r->rated_battery_dV.heard_ms > 0;
        if (!out[i]->there)
            continue;
        int32_t least_dV = for_battery(unit, setters[i]->min);
        out[i]->set = set[i]->value;
        in->least_dV = least_dV > in->least_dV ? least_dV : in->least_dV;
    }
    in->user_battery = r->battery_type.heard_ms > 0 && r->battery_type.value == USER_BATTERY;
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
    voltages_digest(unit, in);
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
