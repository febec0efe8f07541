/* What becomes of a request: the ladder a person watches.
 *
 *     accepted -> sent -> acknowledged -> confirmed
 *          \______\___________\_________> refused, with the reason
 *                                         timed out, with what it still waited for
 *
 * accepted      the envelope lets it in; nothing has happened yet
 * sent          an order went out: a setter on its line, strings on their way
 * acknowledged  the other side said yes; believed no further than that
 * confirmed     the fact itself was seen: a setting read back, contacts seen where they should be,
 *               the wallbox's own limit and current
 *
 * A step that has no fact of its own is passed over. Each step is told to the journal once, and
 * kept here for as long as the newest REQUESTS requests, so that whoever asked can come back and
 * ask what became of it. The ladder decides nothing, with one exception: an inverter's setting that a
 * person wants (app/request_set.c) is ordered from here, and only while it is neither proven nor
 * refused, for no longer than its lease allows. What has run out here goes on by itself where it was
 * a state of its own: a session, a cap.
 *
 * A restart forgets all of it: a request is a hint that expires. */
#ifndef BUSBAR_APP_REQUEST_H
#define BUSBAR_APP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/limits.h"
#include "inverter/unit.h"

enum request_step {
    REQUEST_NONE, REQUEST_ACCEPTED, REQUEST_SENT, REQUEST_ACKNOWLEDGED, REQUEST_CONFIRMED,
    REQUEST_REFUSED, REQUEST_TIMED_OUT, REQUEST_STEPS
};

enum request_verb {
    REQUEST_CHARGE, REQUEST_STOP, REQUEST_CAP, REQUEST_CHARGE_TO, REQUEST_POSTPONE, REQUEST_RESET,
    REQUEST_REPLACED, REQUEST_PACK_OUT, REQUEST_PACK_IN, REQUEST_SET, REQUEST_RELEASE, REQUEST_VERBS
};

enum { REQUESTS = 64, REQUEST_SAYS = 160, REQUEST_LADDER = 4, REQUEST_WAIT_MAX_MS = 3600000 };

/* What was asked. index: charge point, pack, contact or inverter, by verb; -1 = none or unknown. */
struct request_ask {
    uint64_t id;             /* not 0 */
    enum request_verb verb;
    int index;
    enum setting setting;    /* REQUEST_SET and _RELEASE */
    int32_t value;           /* REQUEST_SET: in the setting's unit; caps: permille */
    int64_t lease_ms;        /* a setter is not sent later than so long from now */
    int64_t wait_ms;         /* how long the ladder is watched; 0 = as long as the verb usually takes */
};

struct request_reached {
    enum request_step step;
    int64_t at_ms;
    char says[REQUEST_SAYS];
};

struct request {
    struct request_ask ask;  /* id 0 = free */
    int64_t opened_ms;
    uint8_t count;
    struct request_reached reached[REQUEST_LADDER];
    char waits[REQUEST_SAYS];    /* for what, while it is not over */
};

struct requests {
    struct request slot[REQUESTS];
    uint32_t next;
};

struct controller;
struct unit_orders;

/* Takes it into the ladder: accepted when status is 0, else refused, with what was answered. Never
 * fails: the oldest goes, those that are over first. */
const struct request *request_open(struct controller *controller, const struct request_ask *ask,
                                   int status, const char *says, int64_t now_ms);

/* NULL when there is none of that id. */
const struct request *request_find(const struct requests *requests, uint64_t id);
enum request_step request_now(const struct request *request);
bool request_over(const struct request *request);

/* "set inv2 charge-current 30 A", "charge wallbox"; returns out. */
enum { REQUEST_ABOUT = 64 };
const char *request_about(const struct controller *controller, const struct request_ask *ask,
                          char out[REQUEST_ABOUT]);

const char *request_step_name(enum request_step step);   /* "accepted" */
const char *request_verb_name(enum request_verb verb);   /* the CLI's word */

/* --- for tick() --- */
void requests_step(struct controller *controller, int64_t now_ms);

/* --- its parts --- */

/* It is over: refused or timed out, and why. */
void request_end(struct controller *controller, const struct request *request,
                 enum request_step step, const char *says, int64_t now_ms);

/* How far a request can be seen to have come, and what it waits for or why it ended. */
struct request_seen {
    enum request_step step;
    int64_t at_ms;           /* when it came there; 0 = now */
    char says[REQUEST_SAYS];
};
void request_watch(struct controller *controller, const struct request *request,
                   struct request_seen *seen, int64_t now_ms);          /* app/request_watch.c */
/* For its parts: the step, and what is to be said of it. */
void request_saw(struct request_seen *seen, enum request_step step, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
