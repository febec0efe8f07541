#include "app/session.h"

#include <assert.h>

#include "devices/nodes.h"

enum {
    STEP_MS = 1000,
    FULL_MS = 60000,         /* a car that has taken no current for this long is full */
    START_GRACE_MS = 300000, /* a session with no car yet ends after this long */
    NO_CURRENT_dA = 5,
};

static void session_enter(struct session *session, enum session_state state, enum session_why why,
                          int64_t now_ms)
{
    session->state = state;
    session->why = why;
    session->since_ms = now_ms;
    session->idle_ms = 0;
    session->charged = false;
}

void session_init(struct session *session, int64_t now_ms)
{
    session_enter(session, SESSION_NONE, SESSION_WHY_START, now_ms);
}

void session_adopt(struct session *session, int64_t now_ms)
{
    session_enter(session, SESSION_BUNDLED, SESSION_ADOPTED, now_ms);
}

/* The car draws nothing: since when. */
static void idle_watch(struct session *session, const struct session_input *input, int64_t now_ms)
{
    bool draws = input->current_dA > NO_CURRENT_dA;
    if (draws)
        session->charged = true;
    if (draws || !input->box_fresh || !input->offered || input->car_state != CAR_B)
        session->idle_ms = 0;
    else if (session->idle_ms == 0)
        session->idle_ms = now_ms;
}

static void session_watch(struct session *session, const struct session_input *input,
                          int64_t now_ms)
{
    bool grace_over = now_ms - session->since_ms >= START_GRACE_MS;
    idle_watch(session, input, now_ms);
    if (input->push)
        session_enter(session, SESSION_NONE, SESSION_BUTTON_AGAIN, now_ms);
    else if (input->stop)
        session_enter(session, SESSION_NONE, SESSION_STOP, now_ms);
    else if (!input->box_fresh)
        return; /* a silent node: the charge point holds 0, the strings stay */
    else if (input->car_state == CAR_A && (session->charged || grace_over))
        session_enter(session, SESSION_NONE, SESSION_CAR_GONE, now_ms);
    else if (session->idle_ms && now_ms - session->idle_ms >= FULL_MS &&
             (session->charged || grace_over))
        session_enter(session, SESSION_NONE, SESSION_CAR_FULL, now_ms);
}

int64_t session_step(struct session *session, const struct session_input *input, int64_t now_ms)
{
    switch (session->state) {
    case SESSION_NONE:
        if (!input->push && !input->start)
            break;
        session_enter(session, SESSION_BUNDLED, input->push ? SESSION_BUTTON : SESSION_REQUEST,
                      now_ms);
        session->charged = input->current_dA > NO_CURRENT_dA;
        break;
    case SESSION_BUNDLED:
        session_watch(session, input, now_ms);
        break;
    case SESSION_STATES:
        assert(false);
    }
    return now_ms + STEP_MS;
}

const char *session_state_name(enum session_state state)
{
    static const char *const names[SESSION_STATES] = {
        [SESSION_NONE] = "surplus only", [SESSION_BUNDLED] = "bundled charging"};
    assert(state < SESSION_STATES);
    return names[state];
}

const char *session_why_text(enum session_why why)
{
    static const char *const text[SESSION_WHYS] = {
        [SESSION_WHY_START] = "nobody has asked",
        [SESSION_BUTTON] = "the button was pushed",
        [SESSION_REQUEST] = "a request asked for it",
        [SESSION_BUTTON_AGAIN] = "the button was pushed again",
        [SESSION_STOP] = "a request ended it",
        [SESSION_CAR_FULL] = "the car takes no more",
        [SESSION_CAR_GONE] = "the car has gone",
        [SESSION_ADOPTED] = "strings were found at the charge point",
    };
    assert(why < SESSION_WHYS);
    return text[why];
}
