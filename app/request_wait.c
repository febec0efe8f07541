/* Watching a request from outside, and what is printed of it. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/request_cli.h"

enum { LOOK_EACH_MS = 200, LOST_MS = 15000, LEASE_MS = 10000 };

static const char *step_word(Busbar__Step step)
{
    static const char *const words[] = {"unknown",   "accepted", "sent",     "acknowledged",
                                        "confirmed", "refused",  "timed out"};
    return (unsigned)step < sizeof words / sizeof words[0] ? words[step] : "?";
}

static void reached_print(const Busbar__RequestState *state, const Busbar__Reached *reached,
                          bool json)
{
    if (!json) {
        printf("%7.1f s  %s: %s\n", (double)reached->after_ms / 1000.0, step_word(reached->step),
               reached->says);
        return;
    }
    char id[24];
    snprintf(id, sizeof id, "%016" PRIx64, state->id);
    json_t *object = json_object();
    json_object_set_new(object, "id", json_string(id));
    json_object_set_new(object, "about", json_string(state->about));
    json_object_set_new(object, "step", json_string(step_word(reached->step)));
    json_object_set_new(object, "after_ms", json_integer(reached->after_ms));
    json_object_set_new(object, "says", json_string(reached->says));
    json_show(object);
}

void ladder_print(const Busbar__RequestState *state, bool json)
{
    if (!json)
        printf("%016" PRIx64 " %s\n", state->id, state->about);
    for (size_t i = 0; i < state->n_reached; i++)
        reached_print(state, state->reached[i], json);
    if (!json && !state->over && *state->waits)
        printf("           waits: %s\n", state->waits);
}

/* --- watching --- */

struct watch {
    const struct request_options *options;
    uint64_t id;
    int fd; /* -1 = lost */
    int64_t heard_ms;
    size_t shown;    /* steps */
    char waits[160]; /* told last */
    Busbar__Step step;
    bool over;
};

/* The same but for its figures, which count on. */
static bool same_words(const char *a, const char *b)
{
    while (*a || *b) {
        while (isdigit((unsigned char)*a))
            a++;
        while (isdigit((unsigned char)*b))
            b++;
        if (*a != *b)
            return false;
        if (*a)
            a++, b++;
    }
    return true;
}

static void watch_show(struct watch *watch, const Busbar__RequestState *state)
{
    while (watch->shown < state->n_reached)
        reached_print(state, state->reached[watch->shown++], watch->options->json);
    if (!watch->options->json && !state->over && *state->waits &&
        !same_words(state->waits, watch->waits))
        printf("           waits: %s\n", state->waits);
    snprintf(watch->waits, sizeof watch->waits, "%s", state->waits);
    watch->step = state->step;
    watch->over = state->over;
    fflush(stdout);
}

/* What the controller does not know any more is over. */
static void watch_take(struct watch *watch, const Busbar__Response *response)
{
    watch->heard_ms = clock_monotonic_ms();
    if (response->request) {
        watch_show(watch, response->request);
        return;
    }
    fprintf(stderr, "busbar: %s\n", response->reason);
    watch->over = true;
}

static void watch_lose(struct watch *watch, const char *problem)
{
    if (watch->fd >= 0) {
        close(watch->fd);
        fprintf(stderr, "busbar: %s; trying again\n", problem);
    }
    watch->fd = -1;
}

static void watch_ask(struct watch *watch, Busbar__Request *request)
{
    const char *problem = "the controller has gone";
    if (watch->fd < 0)
        watch->fd = client_try(client_path(watch->options->socket));
    Busbar__Response *response =
        watch->fd >= 0 ? client_exchange(watch->fd, request, &problem) : NULL;
    if (response) {
        watch_take(watch, response);
        busbar__response__free_unpacked(response, NULL);
    } else {
        watch_lose(watch, problem);
    }
}

static void watch_run(struct watch *watch)
{
    while (!watch->over) {
        Busbar__Request request = BUSBAR__REQUEST__INIT;
        request.verb = BUSBAR__VERB__REQUEST_STATUS;
        request.about_id = watch->id;
        usleep(LOOK_EACH_MS * 1000);
        watch_ask(watch, &request);
        if (clock_monotonic_ms() - watch->heard_ms < LOST_MS)
            continue;
        fprintf(stderr, "busbar: the controller does not answer any more: what became of the "
                        "request is not known\n");
        return;
    }
}

int request_wait(Busbar__Request *request, const struct request_options *options)
{
    struct watch watch = {.options = options, .fd = -1};
    if (getrandom(&request->id, sizeof request->id, 0) != sizeof request->id)
        return 1;
    bool earlier = request->verb == BUSBAR__VERB__REQUEST_STATUS;
    watch.id = earlier ? request->about_id : request->id;
    if (request->lease_ms == 0)
        request->lease_ms = LEASE_MS;
    watch.fd = client_connect(client_path(options->socket));
    if (watch.fd < 0)
        return 1;
    watch.heard_ms = clock_monotonic_ms();
    watch_ask(&watch, request);
    watch_run(&watch);
    if (watch.fd >= 0)
        close(watch.fd);
    return watch.step == BUSBAR__STEP__STEP_CONFIRMED ? 0 : 1;
}

/* --- settings --- */

static json_t *setting_json(const Busbar__Setting *s)
{
    json_t *o = json_object();
    json_object_set_new(o, "name", json_string(s->name));
    json_object_set_new(o, "label", json_string(s->label));
    json_object_set_new(o, "now", json_string(s->now));
    json_object_set_new(o, "allowed", json_string(s->allowed));
    json_object_set_new(o, "wanted_by", json_string(s->wanted_by));
    json_object_set_new(o, "wanted", json_string(s->wanted));
    json_object_set_new(o, "state", json_string(s->state));
    json_object_set_new(o, "says", json_string(s->says));
    json_object_set_new(o, "writes_today", json_integer(s->writes_today));
    json_object_set_new(o, "budget", json_integer(s->budget));
    json_object_set_new(o, "writes", json_integer(s->writes));
    json_object_set_new(o, "can_set", json_boolean(s->can_set));
    json_object_set_new(o, "hazardous", json_boolean(s->hazardous));
    return o;
}

/* What cannot be set, and never was, is only shown. */
static void setting_print(const Busbar__Setting *s)
{
    printf("%-24s %-10s %s%s\n", s->name, s->now, s->allowed, s->hazardous ? "; needs --yes" : "");
    if (!s->can_set && s->writes == 0)
        return;
    printf("%25swritten %u of %u times today, %u ever", "", s->writes_today, s->budget, s->writes);
    if (*s->wanted_by)
        printf("; set by the %s%s%s", s->wanted_by, *s->wanted ? ": " : "", s->wanted);
    printf("%s%s\n", *s->says ? "; " : "", s->says);
}

void settings_print(const Busbar__Response *response, bool json)
{
    json_t *list = json_array();
    if (!json)
        printf("%s\n", response->reason);
    for (size_t i = 0; i < response->n_settings; i++) {
        if (json)
            json_array_append_new(list, setting_json(response->settings[i]));
        else
            setting_print(response->settings[i]);
    }
    if (json)
        json_show(list);
    else
        json_decref(list);
}
