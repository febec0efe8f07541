#include "app/session.h"

#include <assert.h>

enum { STEP_MS = 1000 };

void session_init(struct session *session)
{
    assert(session);
    *session = (struct session){0};
}

const char *session_end_text(enum session_end end)
{
    static const char *const text[SESSION_ENDS] = {
        [SESSION_END_NONE] = "none has run yet",
        [SESSION_END_FULL] = "the car is full",
        [SESSION_END_GONE] = "the car has left",
        [SESSION_END_BUTTON] = "the button was pushed again",
        [SESSION_END_REQUEST] = "a request stopped it",
        [SESSION_END_NO_CAR] = "no car was plugged in",
        [SESSION_END_NO_DRAW] = "the car took no current",
        [SESSION_END_NODE] = "the wallbox is silent",
        [SESSION_END_FAULT] = "the wallbox or the car tells a fault",
    };
    assert((unsigned)end < SESSION_ENDS);
    return text[end];
}

static void begin(struct session *s, bool by_button, int64_t now_ms)
{
    *s = (struct session){
        .state = SESSION_WAITING, .ended = s->ended, .ended_ms = s->ended_ms,
        .by_button = by_button, .started_ms = now_ms,
    };
}

static void end(struct session *s, enum session_end why, int64_t now_ms)
{
    s->state = SESSION_NONE;
    s->ended = why;
    s->ended_ms = now_ms;
}

/* Remembers since when, as long as it is so. */
static bool lasted(bool so, int64_t *since_ms, int64_t now_ms, int64_t limit_ms)
{
    if (!so)
        *since_ms = 0;
    else if (*since_ms == 0)
        *since_ms = now_ms;
    return so && now_ms - *since_ms >= limit_ms;
}

/* Why a running session must end now, by what the car and the wallbox tell. Without an offer
 * a still car says nothing: it may only be waiting for us. */
static enum session_end car_ends(struct session *s, const struct session_input *in, int64_t now_ms)
{
    if (lasted(!in->heard, &s->silent_ms, now_ms, SESSION_NODE_MS))
        return SESSION_END_NODE;
    if (!in->heard)
        return SESSION_END_NONE;
    bool charging = s->state == SESSION_CHARGING;
    if (in->fault || in->car == CAR_E || in->car == CAR_F)
        return SESSION_END_FAULT;
    if (in->car == CAR_A && charging)
        return SESSION_END_GONE;
    if (lasted(in->car == CAR_A, &s->unplugged_ms, now_ms, SESSION_PLUG_MS))
        return SESSION_END_NO_CAR;
    bool still = in->car == CAR_B && in->offered && in->current_dA < SESSION_FULL_dA;
    if (lasted(still, &s->still_ms, now_ms, charging ? SESSION_FULL_MS : SESSION_DRAW_MS))
        return charging ? SESSION_END_FULL : SESSION_END_NO_DRAW;
    return SESSION_END_NONE;
}

int64_t session_step(struct session *session, const struct session_input *input, int64_t now_ms)
{
    assert(session && input);
    if (session->state == SESSION_NONE) {
        if ((input->pressed || input->start) && !input->stop)
            begin(session, input->pressed, now_ms);
        return now_ms + STEP_MS;
    }
    enum session_end why = input->stop      ? SESSION_END_REQUEST
                           : input->pressed ? SESSION_END_BUTTON
                                            : car_ends(session, input, now_ms);
    if (why != SESSION_END_NONE)
        end(session, why, now_ms);
    else if (input->heard && (input->car == CAR_C || input->car == CAR_D))
        session->state = SESSION_CHARGING;
    return now_ms + STEP_MS;
}
