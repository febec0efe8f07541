#include "app/request_set.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/controller.h"
#include "app/setting.h"

enum { HEARD_AGE_MS = 15000, SILENT_MS = 4000 };

static const char driven_why[] = "the controller sets this now: see `busbar why`";

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
    snprintf(why, room, "%s; --yes if that is what you want", hazard);
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
        snprintf(why, room, "%s", driven_why);
        return -EPERM;
    }
    status = setting_parse(unit, ask->setting, words->value, &ask->value, why, room);
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

static bool under_way(const struct unit *unit, enum setting setting)
{
    return unit->setting_now == setting + 1;
}

static bool lease_over(const struct request *request, int64_t now_ms)
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
        if (!lease_over(r, now_ms) || under_way(unit, r->ask.setting))
            wish_order(orders, &r->ask);
    }
}

/* --- what is seen of it --- */

static void saw(struct request_seen *seen, enum request_step step, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void saw(struct request_seen *seen, enum request_step step, const char *format, ...)
{
    va_list args;
    seen->step = step;
    va_start(args, format);
    vsnprintf(seen->says, sizeof seen->says, format, args);
    va_end(args);
}

/* What a wish that was not sent yet waits for. */
static void waits_say(const struct controller *c, const struct request *request,
                      struct request_seen *seen, int64_t now_ms)
{
    const struct unit *unit = &c->plant.units[request->ask.index];
    const struct unit_setting *setting = &unit->settings[request->ask.setting];
    int64_t again_ms = setting->wrote_ms + unit->config.dwell_ms;
    bool wanted = setting->want == request->ask.value;
    if (!plant_unit_expected(&c->plant, (size_t)request->ask.index))
        saw(seen, REQUEST_NONE, "on its line is inverter %s, not the one of the config",
            unit->readings.serial);
    else if (unit->heard_ms == 0)
        saw(seen, REQUEST_NONE, "the inverter has not answered yet");
    else if (now_ms - unit->heard_ms >= SILENT_MS)
        saw(seen, REQUEST_NONE, "the inverter has not answered for %lld s",
            (long long)(now_ms - unit->heard_ms) / 1000);
    else if (wanted && setting->reason == REASON_BUDGET)
        saw(seen, REQUEST_NONE, "it was written %u times today, %d are allowed",
            setting->writes_today, unit->config.writes_per_day);
    else if (wanted && setting->wrote_ms && again_ms > now_ms)
        saw(seen, REQUEST_NONE, "writes of a setting are %d s apart, the next in %lld s",
            unit->config.dwell_ms / 1000, (long long)(again_ms - now_ms + 999) / 1000);
    else if (wanted && setting->reason != REASON_NONE)
        saw(seen, REQUEST_NONE, "%s", setting_reason_text(setting->reason));
    else
        saw(seen, REQUEST_NONE, "its turn on the line");
}

/* The unit rules it out as it stands now; waiting would not help. */
static bool ruled_out(const struct unit_setting *setting, int32_t value)
{
    if (setting->want != value || setting->state != SETTING_REFUSED)
        return false;
    return setting->unsupported || setting->reason == REASON_UNSUPPORTED ||
           setting->reason == REASON_NOT_ALLOWED || setting->reason == REASON_USER_BATTERY ||
           setting->reason == REASON_STANDBY || setting->reason == REASON_PERSON ||
           setting->reason == REASON_CONTRADICTED;
}

static void watch_unsent(const struct controller *c, const struct request *request,
                         struct request_seen *seen, int64_t now_ms)
{
    const struct unit *unit = &c->plant.units[request->ask.index];
    const struct unit_setting *setting = &unit->settings[request->ask.setting];
    char value[SETTING_VALUE];
    setting_value_text(request->ask.setting, request->ask.value, value, sizeof value);
    if (setting->wrote == request->ask.value && setting->wrote_ms >= request->opened_ms) {
        saw(seen, REQUEST_SENT, "%s; written %u of %d times today before", value,
            setting->writes_today, unit->config.writes_per_day);
        seen->at_ms = setting->wrote_ms;
    } else if (setting_is_driven(c, (size_t)request->ask.index, request->ask.setting)) {
        saw(seen, REQUEST_REFUSED, "%s", driven_why);
    } else if (setting->want == request->ask.value && setting->state == SETTING_CONFIRMED) {
        saw(seen, REQUEST_CONFIRMED, "it reads %s already, nothing was written", value);
    } else if (ruled_out(setting, request->ask.value)) {
        saw(seen, REQUEST_REFUSED, "%s", setting_reason_text(setting->reason));
    } else {
        waits_say(c, request, seen, now_ms);
        if (lease_over(request, now_ms))
            seen->step = REQUEST_TIMED_OUT;
    }
}

static void refusal_says(const struct unit *unit, const struct request *request,
                         struct request_seen *seen)
{
    const struct unit_setting *setting = &unit->settings[request->ask.setting];
    bool acked = request_now(request) >= REQUEST_ACKNOWLEDGED;
    char value[SETTING_VALUE];
    setting_value_text(request->ask.setting, setting_read(unit, request->ask.setting), value,
                       sizeof value);
    if (setting->state == SETTING_REFUSED && setting->reason != REASON_NOT_APPLIED)
        saw(seen, REQUEST_REFUSED, "%s", setting_reason_text(setting->reason));
    else
        saw(seen, REQUEST_REFUSED, "%s, but it reads %s still",
            acked ? "the unit said ACK" : "no answer", value);
}

static void watch_sent(const struct controller *c, const struct request *request,
                       struct request_seen *seen)
{
    const struct unit *unit = &c->plant.units[request->ask.index];
    const struct unit_setting *setting = &unit->settings[request->ask.setting];
    const struct reading *reading = setting_reading(unit, request->ask.setting);
    bool read = reading && reading->heard_ms >= setting->wrote_ms;
    char value[SETTING_VALUE];
    setting_value_text(request->ask.setting, request->ask.value, value, sizeof value);
    if (read && reading->value == request->ask.value)
        saw(seen, REQUEST_CONFIRMED, "it reads %s", value);
    else if (setting->state == SETTING_ACKED && request_now(request) < REQUEST_ACKNOWLEDGED)
        saw(seen, REQUEST_ACKNOWLEDGED, "the unit said ACK");
    else if (under_way(unit, request->ask.setting))
        saw(seen, REQUEST_NONE, "it is read back");
    else if (setting->state == SETTING_REFUSED || read)
        refusal_says(unit, request, seen);
    else
        saw(seen, REQUEST_NONE, "the inverter has not been heard since");
}

void watch_set(struct controller *c, const struct request *request, struct request_seen *seen,
               int64_t now_ms)
{
    if (request_now(request) < REQUEST_SENT)
        watch_unsent(c, request, seen, now_ms);
    else
        watch_sent(c, request, seen);
}
