#include "app/request.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "app/controller.h"
#include "app/setting.h"

/* A string that has just moved rests for a quarter of an hour (router_config.dwell_ms). */
/* clang-format off */
static const struct {
    const char *name;
    int64_t wait_ms;         /* how long it usually takes, with room */
} verbs[REQUEST_VERBS] = {
    [REQUEST_CHARGE]    = {"charge",            1500000},
    [REQUEST_STOP]      = {"stop",              1500000},
    [REQUEST_CAP]       = {"cap",                 10000},
    [REQUEST_CHARGE_TO] = {"charge-to",           10000},
    [REQUEST_POSTPONE]  = {"postpone-balancing",  10000},
    [REQUEST_RESET]     = {"reset",               60000},
    [REQUEST_REPLACED]  = {"contact-replaced",    10000},
    [REQUEST_PACK_OUT]  = {"pack-out",            30000},
    [REQUEST_PACK_IN]   = {"pack-in",             30000},
    [REQUEST_SET]       = {"set",                120000},
    [REQUEST_RELEASE]   = {"release",             10000},
};
/* clang-format on */

const char *request_verb_name(enum request_verb verb)
{
    assert(verb < REQUEST_VERBS);
    return verbs[verb].name;
}

const char *request_step_name(enum request_step step)
{
    static const char *const names[REQUEST_STEPS] = {
        [REQUEST_NONE] = "asked",          [REQUEST_ACCEPTED] = "accepted",
        [REQUEST_SENT] = "sent",           [REQUEST_ACKNOWLEDGED] = "acknowledged",
        [REQUEST_CONFIRMED] = "confirmed", [REQUEST_REFUSED] = "refused",
        [REQUEST_TIMED_OUT] = "timed out",
    };
    assert(step < REQUEST_STEPS);
    return names[step];
}

enum request_step request_now(const struct request *request)
{
    return request->count ? request->reached[request->count - 1].step : REQUEST_NONE;
}

bool request_over(const struct request *request)
{
    return request_now(request) >= REQUEST_CONFIRMED;
}

const struct request *request_find(const struct requests *requests, uint64_t id)
{
    for (size_t i = 0; i < REQUESTS && id; i++)
        if (requests->slot[i].ask.id == id)
            return &requests->slot[i];
    return NULL;
}

static const char *subject_name(const struct config *config, const struct request_ask *ask)
{
    switch (ask->verb) {
    case REQUEST_CHARGE:
    case REQUEST_STOP:
        return config->wallboxes[config->charge_points[ask->index].device].name;
    case REQUEST_PACK_OUT:
    case REQUEST_PACK_IN:
        return config->packs[ask->index].name;
    case REQUEST_SET:
    case REQUEST_RELEASE:
        return config->inverters[ask->index].name;
    case REQUEST_REPLACED:
        return config->topology.string[config->topology.contact[ask->index].string].name;
    case REQUEST_CAP:
    case REQUEST_CHARGE_TO:
    case REQUEST_POSTPONE:
    case REQUEST_RESET:
    case REQUEST_VERBS:
        break;
    }
    return "";
}

/* " 30 A", " 80.0 %"; "" where a value says nothing. */
static void value_about(const struct request_ask *ask, char *out, size_t room)
{
    char value[SETTING_VALUE];
    out[0] = '\0';
    if (ask->verb == REQUEST_SET && ask->setting < SETTINGS && ask->value >= 0) {
        setting_value_text(ask->setting, ask->value, value, sizeof value);
        snprintf(out, room, " %s", value);
    } else if ((ask->verb == REQUEST_CAP || ask->verb == REQUEST_CHARGE_TO) && ask->value > 0) {
        snprintf(out, room, " %d.%d %%", ask->value / 10, ask->value % 10);
    }
}

const char *request_about(const struct controller *c, const struct request_ask *ask,
                          char out[REQUEST_ABOUT])
{
    const char *subject = ask->index >= 0 ? subject_name(c->config, ask) : "";
    bool setting = ask->verb == REQUEST_SET || ask->verb == REQUEST_RELEASE;
    bool named = setting && ask->setting < SETTINGS;
    char value[SETTING_VALUE + 1];
    value_about(ask, value, sizeof value);
    snprintf(out, REQUEST_ABOUT, "%s%s%s%s%s%s", request_verb_name(ask->verb), *subject ? " " : "",
             subject, named ? " " : "", named ? setting_key(ask->setting) : "", value);
    return out;
}

/* --- the ladder --- */

static void journal_step(struct controller *c, const struct request *request,
                         enum request_step before)
{
    const struct request_ask *ask = &request->ask;
    const struct request_reached *now = &request->reached[request->count - 1];
    struct journal_request told = {.id = ask->id, .value = ask->value};
    request_about(c, ask, told.about);
    if (ask->verb == REQUEST_SET || ask->verb == REQUEST_RELEASE) {
        snprintf(told.inverter, sizeof told.inverter, "%s",
                 ask->index >= 0 ? c->config->inverters[ask->index].name : "");
        snprintf(told.setting, sizeof told.setting, "%s",
                 ask->setting < SETTINGS ? setting_name(ask->setting) : "");
    }
    journal_add_request(&c->journal, &told, (int32_t)before, (int32_t)now->step, now->at_ms,
                        now->says);
}

static void reach(struct controller *c, struct request *request, enum request_step step,
                  const char *says, int64_t at_ms)
{
    enum request_step before = request_now(request);
    assert(request->count < REQUEST_LADDER && step > before);
    struct request_reached *now = &request->reached[request->count++];
    now->step = step;
    now->at_ms = at_ms;
    snprintf(now->says, sizeof now->says, "%s", says);
    request->waits[0] = '\0';
    journal_step(c, request, before);
}

static struct request *slot_take(struct requests *requests)
{
    for (size_t i = 0; i < REQUESTS; i++) {
        struct request *slot = &requests->slot[requests->next++ % REQUESTS];
        if (slot->ask.id == 0 || request_over(slot))
            return slot;
    }
    return &requests->slot[requests->next++ % REQUESTS];
}

const struct request *request_open(struct controller *c, const struct request_ask *ask, int status,
                                   const char *says, int64_t now_ms)
{
    struct request *request = slot_take(&c->requests);
    if (request->ask.id && !request_over(request))
        reach(c, request, REQUEST_TIMED_OUT, "too many newer requests", now_ms);
    *request = (struct request){.ask = *ask, .opened_ms = now_ms};
    if (request->ask.wait_ms <= 0)
        request->ask.wait_ms = verbs[ask->verb].wait_ms;
    if (request->ask.wait_ms > REQUEST_WAIT_MAX_MS)
        request->ask.wait_ms = REQUEST_WAIT_MAX_MS;
    reach(c, request, status == 0 ? REQUEST_ACCEPTED : REQUEST_REFUSED, says, now_ms);
    return request;
}

void request_end(struct controller *c, const struct request *request, enum request_step step,
                 const char *says, int64_t now_ms)
{
    reach(c, &c->requests.slot[request - c->requests.slot], step, says, now_ms);
}

static void request_look(struct controller *c, struct request *request, int64_t now_ms)
{
    struct request_seen seen = {.step = REQUEST_NONE};
    request_watch(c, request, &seen, now_ms);
    while (seen.step > request_now(request)) {
        reach(c, request, seen.step, seen.says, seen.at_ms ? seen.at_ms : now_ms);
        if (request_over(request))
            return;
        seen = (struct request_seen){.step = REQUEST_NONE};
        request_watch(c, request, &seen, now_ms);
    }
    snprintf(request->waits, sizeof request->waits, "%s", seen.says);
    if (now_ms - request->opened_ms >= request->ask.wait_ms)
        reach(c, request, REQUEST_TIMED_OUT, *seen.says ? seen.says : "nothing was seen of it",
              now_ms);
}

void requests_step(struct controller *c, int64_t now_ms)
{
    for (size_t i = 0; i < REQUESTS; i++) {
        struct request *request = &c->requests.slot[i];
        if (request->ask.id && !request_over(request))
            request_look(c, request, now_ms);
    }
}
