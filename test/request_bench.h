/* A bench for requests: the control socket's bytes, the controller and the simulated plant in one process.
 * Inverter 4 has no string and the battery takes what comes, so that its charge current is a
 * person's; its line can be made to misbehave. */
#ifndef BUSBAR_TEST_REQUEST_BENCH_H
#define BUSBAR_TEST_REQUEST_BENCH_H

#include <string.h>

#include "app/control.h"
#include "app/control.pb-c.h"
#include "app/request_set.h"
#include "test/check.h"
#include "test/together.h"

static struct together t;
static struct control control;
static uint64_t next_id = 1000;

/* --- the line of inverter 4 --- */

enum line { GOOD, NAKS, ACKS_ONLY, MUTE_TO_SETTERS, SILENT };

static enum line line;
static enum line after_setter = GOOD; /* the line is so once a setter has come through */
static char heard[512];               /* setters that came to its end */

/* (ACK and (NAK with their CRCs as captured, docs/axpert.md. */
static const uint8_t ack[] = {'(', 'A', 'C', 'K', 0x39, 0x20, '\r'};
static const uint8_t nak[] = {'(', 'N', 'A', 'K', 0x73, 0x73, '\r'};

static inline bool on_request(int inverter, const uint8_t *request, size_t count, int64_t now_ms)
{
    if (inverter != 3 || line == SILENT)
        return inverter == 3;
    if (request[0] == 'Q' || request[0] == '^') /* a question, or who are you in another framing */
        return false;
    size_t used = strlen(heard);
    snprintf(heard + used, sizeof heard - used, "%s%.*s", used ? " " : "", (int)count - 3,
             (const char *)request);
    struct unit *unit = &t.controller->plant.units[3];
    enum line now = line;
    if (after_setter != GOOD)
        line = after_setter;
    if (now == NAKS)
        unit_bytes(unit, nak, sizeof nak, now_ms);
    if (now == ACKS_ONLY)
        unit_bytes(unit, ack, sizeof ack, now_ms);
    return now != GOOD;
}

/* --- asking --- */

static inline Busbar__Response *send_request(Busbar__Request *request)
{
    static uint8_t bytes[1024], answer[CONTROL_PACKET];
    request->version = 1;
    size_t got =
        control_answer(&control, t.controller, NULL, bytes, busbar__request__pack(request, bytes),
                       answer, sizeof answer, t.now_ms);
    return busbar__response__unpack(NULL, got, answer);
}

struct asked {
    const char *inverter, *setting, *value;
    uint32_t lease_ms, wait_ms;
    bool sure, release;
};

static char reason[256]; /* of the newest answer */

/* Its id when it was accepted, else 0. */
static inline uint64_t ask_set(struct asked asked)
{
    Busbar__Request request = BUSBAR__REQUEST__INIT;
    request.verb = BUSBAR__VERB__SET;
    request.id = next_id++;
    request.lease_ms = asked.lease_ms ? asked.lease_ms : 60000;
    request.wait_ms = asked.wait_ms;
    request.inverter = (char *)(uintptr_t)asked.inverter;
    request.setting = (char *)(uintptr_t)asked.setting;
    request.value = (char *)(uintptr_t)(asked.value ? asked.value : "");
    request.sure = asked.sure;
    request.release = asked.release;
    Busbar__Response *response = send_request(&request);
    snprintf(reason, sizeof reason, "%s", response->reason);
    bool accepted = response->accepted;
    CHECK(response->request && response->request->id == request.id, "its ladder comes with it");
    busbar__response__free_unpacked(response, NULL);
    return accepted ? request.id : 0;
}

static inline uint64_t ask_verb(Busbar__Verb verb, uint32_t cap, const char *pack)
{
    Busbar__Request request = BUSBAR__REQUEST__INIT;
    request.verb = verb;
    request.id = next_id++;
    request.lease_ms = 1000;
    request.cap_permille = cap;
    request.pack = (char *)(uintptr_t)pack;
    Busbar__Response *response = send_request(&request);
    snprintf(reason, sizeof reason, "%s", response->reason);
    bool accepted = response->accepted;
    busbar__response__free_unpacked(response, NULL);
    return accepted ? request.id : 0;
}

/* "accepted sent acknowledged confirmed: it reads 30 A": every step, and the last one's words; of
 * one that is not over what it waits for. */
static inline const char *became(uint64_t id)
{
    static char text[256];
    Busbar__Request request = BUSBAR__REQUEST__INIT;
    request.verb = BUSBAR__VERB__REQUEST_STATUS;
    request.about_id = id;
    Busbar__Response *response = send_request(&request);
    const Busbar__RequestState *state = response->request;
    text[0] = '\0';
    for (size_t i = 0; state && i < state->n_reached; i++) {
        const char *words[] = {"?",         "accepted", "sent",     "acknowledged",
                               "confirmed", "refused",  "timed out"};
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s", used ? " " : "",
                 words[state->reached[i]->step]);
    }
    size_t used = strlen(text);
    snprintf(text + used, sizeof text - used, "%s%s", used ? ": " : "",
             !state        ? response->reason
             : state->over ? state->reached[state->n_reached - 1]->says
                           : state->waits);
    busbar__response__free_unpacked(response, NULL);
    return text;
}

static inline bool is_over(uint64_t id)
{
    const struct request *request = request_find(&t.controller->requests, id);
    return request && request_over(request);
}

static inline void until_over(uint64_t id)
{
    for (int64_t until_ms = t.now_ms + 1000000; t.now_ms < until_ms && !is_over(id);)
        together_step(&t);
}

#define BECAME(id, want, ...) became_check(__LINE__, id, want, __VA_ARGS__)

static inline void became_check(int at, uint64_t id, const char *want, const char *sentence)
{
    const char *got = became(id);
    CHECK(strstr(got, want) == got, "line %d, %s: \"%s\", not \"%s\"", at, sentence, got, want);
}

/* Inverter 4 is a person's: the battery is low enough to take what comes, the car comes when asked. */
static inline void bench_begin(void)
{
    if (together_start(&t) < 0)
        exit(1);
    t.plant.battery_soc = 0.2;
    t.plant.start_h = 11;
    t.plant.car_arrive_h = 30;
    t.on_request = on_request;
    t.config.inverters[1].charge_max_A = 100;
    if (together_begin(&t) < 0)
        exit(1);
    together_run(&t, 60000);
    heard[0] = '\0';
}

/* A fresh hour: the line is good, no dwell runs. */
static inline void calm(void)
{
    line = after_setter = GOOD;
    together_run(&t, 120000);
    heard[0] = '\0';
}

#endif
