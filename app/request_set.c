#include "app/request_set.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/controller.h"
#include "app/setting.h"

enum { HEARD_AGE_MS = 15000 };

const char setting_driven_why[] = "the controller sets this now: see `busbar why`";

bool setting_is_driven(const struct controller *c, size_t inverter, enum setting setting)
{
    const struct policy_inverter_order *decided = &c->decided.inverter[inverter];
    if (setting == SET_CHARGE_MAX)
        return decided->charge_max_A >= 0 || decided->charger_off == 1;
    if (setting == SET_CHARGER_OFF)
        return decided->charger_off >= 0;
    if (setting == SET_OUTPUT_PRIORITY)
        return decided->output_priority >= 0;
    return setting == SET_PV_OFF;
}

const struct request *request_wish(const struct controller *c, size_t inverter,
                                   enum setting setting)
{
    for (size_t i = 0; i < REQUESTS; i++) {
        const struct request *r = &c->requests.slot[i];
        if (r->ask.id && r->ask.verb == REQUEST_SET && r->ask.index == (int)inverter &&
            r->ask.setting == setting && !request_over(r))
            return r;
    }
    return NULL;
}

/* --- what is asked --- */

int inverter_find(const struct config *config, const char *name, char *why, size_t room)
{
    int used = snprintf(why, room, "no inverter \"%.24s\":", name);
    for (int i = 0; i < config->inverter_count; i++) {
        if (strcmp(config->inverters[i].name, name) == 0)
            return i;
        if (used > 0 && (size_t)used < room)
            used += snprintf(why + used, room - (size_t)used, "%s %s", i ? "," : "",
                             config->inverters[i].name);
    }
    return -ENOENT;
}

static int hazard_check(const struct set_words *words, enum setting setting, char *why, size_t room)
{
    const char *hazard = setting_hazard(setting);
    if (!hazard || words->sure)
        return 0;
    snprintf(why, room, "%s; --yes to do it", hazard);
    return -EPERM;
}

/* What the battery and the config allow, whatever the inverter would take. A step towards it is
 * always allowed. */
static int envelope_check(const struct controller *c, const struct request_ask *ask, char *why,
                          size_t room)
{
    const struct config_inverter *inverter = &c->config->inverters[ask->index];
    const struct limit *ceiling = &c->limits.charge_mV;
    bool charge_V = ask->setting == SET_BULK || ask->setting == SET_FLOAT;
    bool charge_A = ask->setting == SET_CHARGE_MAX || ask->setting == SET_AC_CHARGE_MAX;
    int32_t has = setting_read(&c->plant.units[ask->index], ask->setting);
    bool lower = has >= 0 && ask->value < has, higher = has >= 0 && ask->value > has;
    if (charge_V && !lower && ask->value * 100 > ceiling->value)
        snprintf(why, room, "the battery takes %d.%02d V at most: held by %s",
                 ceiling->value / 1000, ceiling->value % 1000 / 10,
                 limit_cause_text(ceiling->cause));
    else if (charge_A && !lower && ask->value > inverter->charge_max_A)
        snprintf(why, room, "the config gives %s %d A: inverters[].charge_max_A", inverter->name,
                 inverter->charge_max_A);
    else if (ask->setting == SET_CUTOFF && !higher && ask->value * 100 < c->limits.discharge_mV)
        snprintf(why, room, "the battery is not to fall below %d.%02d V",
                 c->limits.discharge_mV / 1000, c->limits.discharge_mV % 1000 / 10);
    else
        return 0;
    return -EPERM;
}

static int release(struct controller *c, const struct request_ask *ask, int64_t now_ms, char *why,
                   size_t room)
{
    const struct request *wish = request_wish(c, (size_t)ask->index, ask->setting);
    if (!wish) {
        snprintf(why, room, "nobody asks for %s of %s", setting_key(ask->setting),
                 c->config->inverters[ask->index].name);
        return -ENOENT;
    }
    request_end(c, wish, REQUEST_REFUSED, "it was released", now_ms);
    snprintf(why, room, "%s of %s is left as it is", setting_key(ask->setting),
             c->config->inverters[ask->index].name);
    return 0;
}

/* Before it has told what it is, no value can be judged. */
static int silence_check(const struct unit *unit, int64_t now_ms, char *why, size_t room)
{
    if (unit->protocol)
        return 0;
    if (unit->heard_ms == 0)
        snprintf(why, room, "%s has not answered yet", unit->config.name);
    else
        snprintf(why, room, "%s has not answered for %lld s", unit->config.name,
                 (long long)(now_ms - unit->heard_ms) / 1000);
    return -EAGAIN;
}

static int wish_check(struct controller *c, const struct set_words *words, struct request_ask *ask,
                      int64_t now_ms, char *why, size_t room)
{
    const struct unit *unit = &c->plant.units[ask->index];
    char text[SETTING_VALUE];
    int status = silence_check(unit, now_ms, why, room);
    if (status < 0)
        return status;
    if (setting_is_driven(c, (size_t)ask->index, ask->setting)) {
        snprintf(why, room, "%s", setting_driven_why);
        return -EPERM;
    }
    status = setting_parse(unit, ask->setting, words->value, &ask->value, why, room);
    if (status == 0)
        status = envelope_check(c, ask, why, room);
    if (status == 0)
        status = hazard_check(words, ask->setting, why, room);
    if (status < 0)
        return status;
    setting_value_text(ask->setting, ask->value, text, sizeof text);
    snprintf(why, room, "%s of %s to %s", setting_key(ask->setting),
             c->config->inverters[ask->index].name, text);
    return 0;
}

int request_set(struct controller *c, const struct set_words *words, struct request_ask *ask,
                int64_t now_ms, char *why, size_t room)
{
    ask->verb = words->release ? REQUEST_RELEASE : REQUEST_SET;
    ask->setting = SETTINGS;
    ask->value = -1;
    ask->index = inverter_find(c->config, words->inverter, why, room);
    if (ask->index < 0)
        return -ENOENT;
    ask->setting = setting_find(words->setting);
    if (ask->setting == SETTINGS) {
        snprintf(why, room, "no setting \"%.24s\": `busbar request set %s` lists them",
                 words->setting, words->inverter);
        return -ENOENT;
    }
    if (words->release)
        return release(c, ask, now_ms, why, room);
    int status = wish_check(c, words, ask, now_ms, why, room);
    const struct request *older = request_wish(c, (size_t)ask->index, ask->setting);
    if (status == 0 && older)
        request_end(c, older, REQUEST_REFUSED, "a newer request took its place", now_ms);
    return status;
}

/* --- what is ordered --- */

/* The unit the config names, and it answers. */
static bool unit_there(const struct controller *c, size_t inverter, int64_t now_ms)
{
    return reading_fresh(&c->plant.units[inverter].readings.output_W, now_ms, HEARD_AGE_MS) &&
           plant_unit_expected(&c->plant, inverter);
}

bool setting_under_way(const struct unit *unit, enum setting setting)
{
    return unit->setting_now == setting + 1;
}

bool request_lease_over(const struct request *request, int64_t now_ms)
{
    return now_ms - request->opened_ms >= request->ask.lease_ms;
}

static void wish_order(struct unit_orders *orders, const struct request_ask *ask)
{
    orders->want[ask->setting] = ask->value;
    orders->person |= 1u << ask->setting;
}

void requests_order(const struct controller *c, size_t inverter, struct unit_orders *orders,
                    int64_t now_ms)
{
    const struct unit *unit = &c->plant.units[inverter];
    if (!unit_there(c, inverter, now_ms))
        return;
    for (size_t i = 0; i < REQUESTS; i++) {
        const struct request *r = &c->requests.slot[i];
        if (r->ask.id == 0 || r->ask.verb != REQUEST_SET || r->ask.index != (int)inverter ||
            request_over(r) || setting_is_driven(c, inverter, r->ask.setting))
            continue;
        if (!request_lease_over(r, now_ms) || setting_under_way(unit, r->ask.setting))
            wish_order(orders, &r->ask);
    }
}
