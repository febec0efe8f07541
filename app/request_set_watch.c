/* What can be seen of a person's wish for a setting. */
#include "app/controller.h"
#include "app/request_set.h"
#include "app/setting.h"

enum { SILENT_MS = 4000 };

/* What a wish that was not sent yet waits for. */
static void waits_say(const struct controller *c, const struct request *request,
                      struct request_seen *seen, int64_t now_ms)
{
    const struct unit *unit = &c->plant.units[request->ask.index];
    const struct unit_setting *setting = &unit->settings[request->ask.setting];
    int64_t again_ms = setting->wrote_ms + unit->config.dwell_ms;
    bool wanted = setting->want == request->ask.value;
    if (!plant_unit_expected(&c->plant, (size_t)request->ask.index))
        request_saw(seen, REQUEST_NONE, "on its line is inverter %s, not the one of the config",
                    unit->readings.serial);
    else if (unit->heard_ms == 0)
        request_saw(seen, REQUEST_NONE, "the inverter has not answered yet");
    else if (now_ms - unit->heard_ms >= SILENT_MS)
        request_saw(seen, REQUEST_NONE, "the inverter has not answered for %lld s",
                    (long long)(now_ms - unit->heard_ms) / 1000);
    else if (wanted && setting->reason == REASON_BUDGET)
        request_saw(seen, REQUEST_NONE, "it was written %u times today, %d are allowed",
                    setting->writes_today, unit->config.writes_per_day);
    else if (wanted && setting->wrote_ms && again_ms > now_ms)
        request_saw(seen, REQUEST_NONE, "writes of a setting are %d s apart, the next in %lld s",
                    unit->config.dwell_ms / 1000, (long long)(again_ms - now_ms + 999) / 1000);
    else if (wanted && setting->reason != REASON_NONE)
        request_saw(seen, REQUEST_NONE, "%s", setting_reason_text(setting->reason));
    else
        request_saw(seen, REQUEST_NONE, "its turn on the line");
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
        request_saw(seen, REQUEST_SENT, "%s", value);
        seen->at_ms = setting->wrote_ms;
    } else if (setting_is_driven(c, (size_t)request->ask.index, request->ask.setting)) {
        request_saw(seen, REQUEST_REFUSED, "%s", setting_driven_why);
    } else if (setting->want == request->ask.value && setting->state == SETTING_CONFIRMED) {
        request_saw(seen, REQUEST_CONFIRMED, "it reads %s already, nothing was written", value);
    } else if (ruled_out(setting, request->ask.value)) {
        request_saw(seen, REQUEST_REFUSED, "%s", setting_reason_text(setting->reason));
    } else {
        waits_say(c, request, seen, now_ms);
        if (request_lease_over(request, now_ms))
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
        request_saw(seen, REQUEST_REFUSED, "%s", setting_reason_text(setting->reason));
    else
        request_saw(seen, REQUEST_REFUSED, "%s, but it reads %s still",
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
        request_saw(seen, REQUEST_CONFIRMED, "it reads %s", value);
    else if (setting->state == SETTING_ACKED && request_now(request) < REQUEST_ACKNOWLEDGED)
        request_saw(seen, REQUEST_ACKNOWLEDGED, "the unit said ACK");
    else if (setting_under_way(unit, request->ask.setting))
        request_saw(seen, REQUEST_NONE, "it is read back");
    else if (setting->state == SETTING_REFUSED || read)
        refusal_says(unit, request, seen);
    else
        request_saw(seen, REQUEST_NONE, "the inverter has not been heard since");
}

void watch_set(struct controller *c, const struct request *request, struct request_seen *seen,
               int64_t now_ms)
{
    if (request_now(request) < REQUEST_SENT)
        watch_unsent(c, request, seen, now_ms);
    else
        watch_sent(c, request, seen);
}
