/* One charging session of a charge point: asked for by button or request, ended with a cause. */
#ifndef BUSBAR_APP_SESSION_H
#define BUSBAR_APP_SESSION_H

#include <stdbool.h>
#include <stdint.h>

enum session_state {
    SESSION_NONE,       /* nobody asked: the car gets surplus only; strings at home */
    SESSION_BUNDLED,    /* asked: strings are wanted at the charge point */
    SESSION_STATES
};
enum session_why {
    SESSION_WHY_START, SESSION_BUTTON, SESSION_REQUEST, SESSION_BUTTON_AGAIN, SESSION_STOP,
    SESSION_CAR_FULL, SESSION_CAR_GONE, SESSION_ADOPTED, SESSION_WHYS
};
struct session_input {
    bool push;                    /* the button was pushed since the last step */
    bool start, stop;             /* requests since the last step */
    bool box_fresh;               /* wallbox node heard in time */
    int32_t car_state;            /* enum car_state (devices/nodes.h), -1 unknown */
    int32_t current_dA;
    bool offered;                 /* the node has taken a limit the car could use */
};
struct session {
    enum session_state state;
    enum session_why why;
    int64_t since_ms;
    int64_t idle_ms;              /* car in B, no current, since; 0 = not */
    bool charged;                 /* current has flowed in this session */
};
/* Found at a restart: strings stand at the charge point already. */
void session_adopt(struct session *session, int64_t now_ms);
void session_init(struct session *session, int64_t now_ms);
/* Returns when it next wants to run. */
int64_t session_step(struct session *session, const struct session_input *input, int64_t now_ms);
static inline bool session_active(const struct session *session)
{
    return session->state == SESSION_BUNDLED;
}
const char *session_state_name(enum session_state state);
const char *session_why_text(enum session_why why);

#endif
