/* What can be seen of each request: the fact that proves it, or what it still waits for. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/controller.h"
#include "app/request_set.h"
#include "app/why.h"

enum { BOX_AGE_MS = 3000 };

void request_saw(struct request_seen *seen, enum request_step step, const char *format, ...)
{
    va_list args;
    seen->step = step;
    va_start(args, format);
    vsnprintf(seen->says, sizeof seen->says, format, args);
    va_end(args);
}

/* --- charge and stop --- */

/* Every contact seen where the layout wants it, and nothing under way. */
static bool strings_stand(const struct controller *c)
{
    return c->planned && c->router.state == ROUTER_IDLE &&
           memcmp(c->present, c->layout.input, c->config->topology.strings) == 0;
}

static unsigned strings_placed(const struct controller *c)
{
    unsigned placed = 0;
    for (size_t s = 0; s < c->config->topology.strings; s++)
        placed += c->present[s] == c->layout.input[s];
    return placed;
}

/* The router has stopped for a person. */
static bool router_stuck(const struct controller *c, struct request_seen *seen)
{
    if (c->stopped)
        request_saw(seen, REQUEST_REFUSED, "the emergency stop was pressed");
    else if (c->router.state == ROUTER_HOLD)
        request_saw(seen, REQUEST_REFUSED, "the strings hold, because %s",
                    router_why_text(c->router.why));
    else
        return false;
    return true;
}

static void moving_says(const struct controller *c, struct request_seen *seen)
{
    request_saw(seen, REQUEST_NONE, "strings: %s, because %s; %u of %u where they are wanted",
                router_state_name(c->router.state), router_why_text(c->router.why),
                strings_placed(c), c->config->topology.strings);
}

static const char *car_word(int32_t state)
{
    static const char *const words[] = {"no car is there",          "the car waits",
                                        "the car is ready",         "the car is ready",
                                        "the wallbox has no power", "the wallbox has a fault"};
    return state >= 0 && state < 6 ? words[state] : "the wallbox is silent";
}

/* The car's side once the strings stand: current that flows under the limit the wallbox tells back. */
static void car_says(const struct controller *c, size_t point, struct request_seen *seen,
                     int64_t now_ms)
{
    const struct config_wallbox *config = &c->config->charge_points[point];
    const struct wallbox_readings *box = &c->plant.wallboxes[config->device];
    const struct limit *limit = &c->decided.charge_point[point].limit;
    int32_t told_dA = reading_or(&box->limit_dA, now_ms, BOX_AGE_MS, -1);
    int32_t current_dA = reading_or(&box->current_dA, now_ms, BOX_AGE_MS, 0);
    int32_t car = reading_or(&box->car_state, now_ms, BOX_AGE_MS, -1);
    if (told_dA < 0)
        request_saw(seen, REQUEST_NONE, "the wallbox is silent");
    else if (limit->value == 0)
        request_saw(seen, REQUEST_NONE, "%s; no current is offered, held by %s", car_word(car),
                    limit_cause_text(limit->cause));
    else if (told_dA < config->min_dA)
        request_saw(seen, REQUEST_NONE, "the wallbox has not taken its limit of %d.%d A yet",
                    limit->value / 10, limit->value % 10);
    else if (current_dA < config->min_dA / 2) /* its electronics draw a little */
        request_saw(seen, REQUEST_NONE, "it draws %d.%d A, %s", current_dA / 10, current_dA % 10,
                    car_word(car));
    else
        request_saw(seen, REQUEST_CONFIRMED,
                    "the car draws %d.%d A, the wallbox's limit reads %d.%d A", current_dA / 10,
                    current_dA % 10, told_dA / 10, told_dA % 10);
}

static void watch_charge(const struct controller *c, const struct request *request,
                         struct request_seen *seen, int64_t now_ms)
{
    size_t point = (size_t)request->ask.index;
    const struct session *session = &c->sessions[point];
    enum request_step step = request_now(request);
    if (router_stuck(c, seen))
        return;
    if (step >= REQUEST_SENT && !session_active(session))
        request_saw(seen, REQUEST_REFUSED, "the session has ended: %s",
                    session_why_text(session->why));
    else if (step < REQUEST_SENT && session_active(session))
        request_saw(seen, REQUEST_SENT, "the session runs; %u strings to place",
                    c->config->topology.strings - strings_placed(c));
    else if (c->wished != point || !strings_stand(c))
        moving_says(c, seen);
    else if (step < REQUEST_ACKNOWLEDGED)
        request_saw(seen, REQUEST_ACKNOWLEDGED, "contacts seen closed: %u strings at its inverter",
                    c->decided.charge_point[point].strings);
    else
        car_says(c, point, seen, now_ms);
}

static void watch_stop(const struct controller *c, const struct request *request,
                       struct request_seen *seen)
{
    const struct session *session = &c->sessions[request->ask.index];
    enum request_step step = request_now(request);
    if (router_stuck(c, seen))
        return;
    if (step >= REQUEST_SENT && session_active(session))
        request_saw(seen, REQUEST_REFUSED, "a new session has begun: %s",
                    session_why_text(session->why));
    else if (step < REQUEST_SENT && !session_active(session))
        request_saw(seen, REQUEST_SENT, "the session has ended; %u strings to place",
                    c->config->topology.strings - strings_placed(c));
    else if (step < REQUEST_SENT || c->wished == request->ask.index || !strings_stand(c))
        moving_says(c, seen);
    else
        request_saw(seen, REQUEST_CONFIRMED,
                    "contacts seen closed: every string is where it is wanted");
}

/* --- reset --- */

static void watch_reset(const struct controller *c, struct request_seen *seen)
{
    if (c->router.state == ROUTER_STOP || router_stuck(c, seen)) {
        if (c->router.state == ROUTER_STOP)
            request_saw(seen, REQUEST_REFUSED, "the emergency stop is pressed");
        return;
    }
    for (size_t p = 0; p < c->config->wallbox_count; p++)
        if (c->ac[p].sources && c->ac[p].state == AC_HOLD) {
            request_saw(seen, REQUEST_REFUSED, "the wallbox's source is held, because %s",
                        ac_why_text(c->ac[p].why));
            return;
        }
    if (c->router.state == ROUTER_START)
        request_saw(seen, REQUEST_NONE, "reading everything back: %s",
                    router_why_text(c->router.why));
    else
        request_saw(seen, REQUEST_CONFIRMED, "every contact is read back, and agrees");
}

/* --- the cap and the packs --- */

static void watch_cap(const struct controller *c, const struct request *request,
                      struct request_seen *seen)
{
    char text[CAP_NEWS_SIZE];
    int32_t asked = request->ask.value;
    const struct cap_decision *now = &c->cap.out;
    if (c->cap.memory.manual_permille != asked) {
        request_saw(seen, REQUEST_REFUSED, "another request changed it");
        return;
    }
    bool there = asked ? now->cap_permille == asked : now->reason != CAP_MANUAL;
    cap_sentence(text, sizeof text, now, &c->clock);
    if (there)
        request_saw(seen, REQUEST_CONFIRMED, "in force: %.90s", text);
    else if (now->block)
        request_saw(seen, REQUEST_NONE, "it is held back: %s", cap_block_text(now->block));
    else
        request_saw(seen, REQUEST_NONE, "in force is %.90s", text);
}

static void watch_charge_to(const struct controller *c, const struct request *request,
                            struct request_seen *seen)
{
    char time[CAP_TIME_SIZE];
    const struct cap_decision *now = &c->cap.out;
    if (request->ask.value == 0)
        request_saw(seen, REQUEST_CONFIRMED, "cancelled");
    else if (now->reason == CAP_ONE_OFF)
        request_saw(seen, REQUEST_CONFIRMED, "it has begun");
    else if (now->one_off_permille != request->ask.value)
        request_saw(seen, REQUEST_NONE, "it is not planned yet");
    else if (now->one_off_from_s == 0)
        request_saw(seen, REQUEST_CONFIRMED,
                    "it waits; its beginning is not known, as the charge is not");
    else {
        cap_time_text(time, &c->clock, now->one_off_from_s);
        request_saw(seen, REQUEST_CONFIRMED, "it begins %s%s", time,
                    now->one_off_short ? "; the sun seen so far does not suffice" : "");
    }
}

static void watch_pack(const struct controller *c, const struct request *request,
                       struct request_seen *seen)
{
    char says[REQUEST_SAYS] = "";
    size_t pack = (size_t)request->ask.index;
    enum pack_place place = c->bank.pack[pack].place;
    bool out = request->ask.verb == REQUEST_PACK_OUT;
    if (c->bank.pack[pack].asked_out != out) {
        request_saw(seen, REQUEST_REFUSED, "another request took it back");
        return;
    }
    pack_says(c, pack, says, sizeof says);
    request_saw(seen, place == (out ? PLACE_OUT : PLACE_IN) ? REQUEST_CONFIRMED : REQUEST_NONE,
                "%s%s%.80s", pack_place_text(place), *says ? ": " : "", says);
}

void request_watch(struct controller *c, const struct request *request, struct request_seen *seen,
                   int64_t now_ms)
{
    switch (request->ask.verb) {
    case REQUEST_CHARGE:
        watch_charge(c, request, seen, now_ms);
        return;
    case REQUEST_STOP:
        watch_stop(c, request, seen);
        return;
    case REQUEST_CAP:
        watch_cap(c, request, seen);
        return;
    case REQUEST_CHARGE_TO:
        watch_charge_to(c, request, seen);
        return;
    case REQUEST_RESET:
        watch_reset(c, seen);
        return;
    case REQUEST_PACK_OUT:
    case REQUEST_PACK_IN:
        watch_pack(c, request, seen);
        return;
    case REQUEST_SET:
        watch_set(c, request, seen, now_ms);
        return;
    case REQUEST_POSTPONE:
    case REQUEST_REPLACED:
    case REQUEST_RELEASE: /* nothing but memory */
        request_saw(seen, REQUEST_CONFIRMED, "noted");
        return;
    case REQUEST_VERBS:
        break;
    }
}
