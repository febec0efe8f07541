/* A request's ladder, and an inverter's settings, as the control socket tells them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/control_verbs.h"
#include "app/request_set.h"

static Busbar__Step step_told(enum request_step step)
{
    static const Busbar__Step steps[REQUEST_STEPS] = {
        [REQUEST_NONE] = BUSBAR__STEP__STEP_UNKNOWN,
        [REQUEST_ACCEPTED] = BUSBAR__STEP__STEP_ACCEPTED,
        [REQUEST_SENT] = BUSBAR__STEP__STEP_SENT,
        [REQUEST_ACKNOWLEDGED] = BUSBAR__STEP__STEP_ACKNOWLEDGED,
        [REQUEST_CONFIRMED] = BUSBAR__STEP__STEP_CONFIRMED,
        [REQUEST_REFUSED] = BUSBAR__STEP__STEP_REFUSED,
        [REQUEST_TIMED_OUT] = BUSBAR__STEP__STEP_TIMED_OUT,
    };
    return steps[step];
}

void reply_request(struct reply *reply, const struct controller *controller,
                   const struct request *request)
{
    Busbar__RequestState *to = &reply->request;
    if (!request)
        return;
    busbar__request_state__init(to);
    to->id = request->ask.id;
    to->about = (char *)(uintptr_t)request_about(controller, &request->ask, reply->about);
    to->step = step_told(request_now(request));
    to->over = request_over(request);
    to->waits = (char *)(uintptr_t)request->waits;
    to->n_reached = request->count;
    to->reached = reply->reached_at;
    for (size_t i = 0; i < request->count; i++) {
        Busbar__Reached *reached = reply->reached_at[i] = &reply->reached[i];
        busbar__reached__init(reached);
        reached->step = step_told(request->reached[i].step);
        reached->after_ms = request->reached[i].at_ms - request->opened_ms;
        reached->says = (char *)(uintptr_t)request->reached[i].says;
    }
    reply->message.request = to;
}

int reply_request_status(struct reply *reply, const struct controller *controller,
                         uint64_t about_id, int64_t now_ms)
{
    const struct request *request = request_find(&controller->requests, about_id);
    if (!request) {
        snprintf(reply->reason, sizeof reply->reason,
                 "no request %016llx is known: it is not one of the last %d, or was asked before "
                 "the controller started %lld s ago",
                 (unsigned long long)about_id, REQUESTS,
                 (long long)(now_ms - controller->start_ms) / 1000);
        return -ENOENT;
    }
    reply_request(reply, controller, request);
    return 0;
}

/* --- settings --- */

static void wanted_fill(Busbar__Setting *to, struct reply_setting *texts,
                        const struct controller *c, size_t inverter, enum setting setting)
{
    const struct unit_setting *now = &c->plant.units[inverter].settings[setting];
    const struct request *wish = request_wish(c, inverter, setting);
    bool driven = setting_is_driven(c, inverter, setting);
    to->wanted_by = (char *)(uintptr_t)(driven ? "controller" : wish ? "person" : "");
    if (driven && now->want >= 0)
        setting_value_text(setting, now->want, texts->wanted, sizeof texts->wanted);
    else if (!driven && wish)
        setting_value_text(setting, wish->ask.value, texts->wanted, sizeof texts->wanted);
    to->wanted = texts->wanted;
    if (wish)
        snprintf(texts->says, sizeof texts->says, "%s", wish->waits);
    to->says = texts->says;
}

static void setting_fill(struct reply *reply, const struct controller *c, size_t inverter,
                         enum setting setting)
{
    const struct unit *unit = &c->plant.units[inverter];
    const struct unit_setting *now = &unit->settings[setting];
    size_t n = reply->message.n_settings;
    struct reply_setting *texts = &reply->setting_texts[n];
    int32_t read = setting_read(unit, setting);
    bool allowed = setting_allowed_text(unit, setting, texts->allowed, sizeof texts->allowed);
    if (setting == SET_PV_OFF || (!allowed && read < 0 && now->writes == 0))
        return;
    Busbar__Setting *to = reply->setting_at[n] = &reply->settings[n];
    busbar__setting__init(to);
    to->name = (char *)(uintptr_t)setting_key(setting);
    to->label = (char *)(uintptr_t)setting_label(setting);
    setting_value_text(setting, read, texts->now, sizeof texts->now);
    to->now = texts->now;
    to->allowed = texts->allowed;
    wanted_fill(to, texts, c, inverter, setting);
    to->state = (char *)(uintptr_t)setting_state_name(now->state);
    to->writes_today = now->writes_today;
    to->budget = (uint32_t)unit->config.writes_per_day;
    to->writes = now->writes;
    to->can_set = allowed;
    to->hazardous = setting_hazard(setting) != NULL;
    reply->message.n_settings = n + 1;
}

int reply_settings(struct reply *reply, const struct controller *controller, const char *inverter,
                   int64_t now_ms)
{
    int found = inverter_find(controller->config, inverter, reply->reason, sizeof reply->reason);
    if (found < 0)
        return found;
    const struct unit *unit = &controller->plant.units[found];
    if (unit->heard_ms == 0)
        snprintf(reply->reason, sizeof reply->reason, "%s has not answered yet", inverter);
    else
        snprintf(reply->reason, sizeof reply->reason, "%s %s, heard %.1f s ago", inverter,
                 unit->readings.serial, (double)(now_ms - unit->heard_ms) / 1000.0);
    reply->message.settings = reply->setting_at;
    for (int s = 0; s < SETTINGS; s++)
        setting_fill(reply, controller, (size_t)found, (enum setting)s);
    return 0;
}
