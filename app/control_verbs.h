/* One answer of the control socket while it is made. Inner to app/control.c. */
#ifndef BUSBAR_APP_CONTROL_VERBS_H
#define BUSBAR_APP_CONTROL_VERBS_H

#include "app/control.pb-c.h"
#include "app/controller.h"
#include "app/io.h"
#include "app/setting.h"
#include "app/status.h"
#include "app/status_inverters.h"
#include "app/why.h"

struct reply_setting {
    char now[SETTING_VALUE], allowed[SETTING_ALLOWED], wanted[SETTING_VALUE], says[REQUEST_SAYS];
};

struct reply {
    Busbar__Response message;
    struct why lines;
    char *line_at[WHY_LINES];
    struct status status;
    struct status_inverters inverters;
    char reason[160];
    struct request_ask ask;           /* what becomes a request's ladder */
    char about[REQUEST_ABOUT];
    Busbar__RequestState request;
    Busbar__Reached reached[REQUEST_LADDER], *reached_at[REQUEST_LADDER];
    Busbar__Setting settings[SETTINGS], *setting_at[SETTINGS];
    struct reply_setting setting_texts[SETTINGS];
};

/* Changes the plant or what is wanted of it: needs an id and a lease, and has a ladder. */
bool verb_changes(Busbar__Verb verb);

/* 0, or -errno with the reason in reply->reason. */
int verb_carry_out(struct reply *reply, struct controller *controller, const struct io *io,
                   const Busbar__Request *request, int64_t now_ms);

/* app/control_request.c: the request's ladder, and an inverter's settings, into the answer. */
void reply_request(struct reply *reply, const struct controller *controller,
                    const struct request *request);
int reply_request_status(struct reply *reply, const struct controller *controller,
                          uint64_t about_id, int64_t now_ms);
int reply_settings(struct reply *reply, const struct controller *controller,
                    const char *inverter, int64_t now_ms);

#endif
