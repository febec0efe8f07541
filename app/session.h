/* A charge session: from the push of the button (or a request) until the car is full, gone, or
 * somebody stops it. While one runs, the strings stand at the wallbox's inverter.
 *
 *     NONE --push, request--> WAITING --car draws (C, D)--> CHARGING --ends--> NONE */
#ifndef BUSBAR_APP_SESSION_H
#define BUSBAR_APP_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "devices/nodes.h"

enum session_state { SESSION_NONE, SESSION_WAITING, SESSION_CHARGING };

/* Why the last session ended. */
enum session_end {
    SESSION_END_NONE,      /* none has ended yet */
    SESSION_END_FULL,      /* offered current, stayed in B for SESSION_FULL_MS drawing none */
    SESSION_END_GONE,      /* unplugged */
    SESSION_END_BUTTON,
    SESSION_END_REQUEST,
    SESSION_END_NO_CAR,    /* nobody plugged in within SESSION_PLUG_MS */
    SESSION_END_NO_DRAW,   /* offered current for SESSION_DRAW_MS, never drew */
    SESSION_END_NODE,      /* wallbox silent for SESSION_NODE_MS */
    SESSION_END_FAULT,     /* wallbox tells a fault, or the car is in E or F */
    SESSION_ENDS
};

enum {
    SESSION_FULL_MS = 60000, SESSION_FULL_dA = 5, SESSION_PLUG_MS = 300000,
    SESSION_DRAW_MS = 420000, SESSION_NODE_MS = 60000
};

struct session_input {
    bool pressed;              /* the button was pushed since the last step */
    bool start, stop;          /* requests */
    bool heard;                /* the wallbox's readings below are fresh */
    enum car_state car;
    int32_t current_dA;
    bool fault;
    bool offered;              /* the node has taken a limit of 6 A or more */
};

struct session {
    enum session_state state;
    enum session_end ended;    /* the last one's end */
    bool by_button;            /* who asked */
    int64_t started_ms;
    int64_t ended_ms;
    int64_t still_ms;          /* plugged, offered, drawing none since; 0 = not */
    int64_t unplugged_ms;      /* waiting for a plug since; 0 = plugged */
    int64_t silent_ms;         /* wallbox silent since; 0 = heard */
};

void session_init(struct session *session);

/* One step; returns when it next wants to run. */
int64_t session_step(struct session *session, const struct session_input *input, int64_t now_ms);

/* "the car is full", ... finishes the sentence "the session ended because ..." */
const char *session_end_text(enum session_end end);

#endif
