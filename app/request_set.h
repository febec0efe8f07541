/* A person's wish for a setting of an inverter.
 *
 * The wish is an open REQUEST_SET of the ladder. It is one-shot: the inverter keeps its settings
 * itself, so the wish ends when the value was read back, when the inverter refused it, or when its
 * lease ran out before it was sent. What the controller sets itself is never a person's, and a
 * unit's dwell, budget and proof (inverter/unit.h) hold for both alike. Nothing is written to a unit that is
 * silent, or another one than the config names. */
#ifndef BUSBAR_APP_REQUEST_SET_H
#define BUSBAR_APP_REQUEST_SET_H

#include "app/request.h"

struct controller;

struct set_words {
    const char *inverter, *setting, *value;   /* as asked */
    bool sure, release;
};

/* Judges the words; fills ask's verb, index, setting and value. 0, or -errno with the reason in why.
 * -ENOENT: no such inverter or setting; -EAGAIN: the inverter is silent; -EPERM: the controller's,
 * more than battery or config allow, or hazardous and not sure; else as setting_parse. An older wish for the same setting ends. */
int request_set(struct controller *controller, const struct set_words *words,
                struct request_ask *ask, int64_t now_ms, char *why, size_t room);

/* What persons want of this inverter goes where the controller leaves alone. */
void requests_order(const struct controller *controller, size_t inverter,
                    struct unit_orders *orders, int64_t now_ms);

/* -ENOENT with the names there are in why. */
struct config;
int inverter_find(const struct config *config, const char *name, char *why, size_t room);

/* The open wish for it; NULL = none. */
const struct request *request_wish(const struct controller *controller, size_t inverter,
                                   enum setting setting);

/* The controller sets this now. */
bool setting_is_driven(const struct controller *controller, size_t inverter, enum setting setting);

/* --- for app/request_set_watch.c --- */
extern const char setting_driven_why[];
bool setting_under_way(const struct unit *unit, enum setting setting);
bool request_lease_over(const struct request *request, int64_t now_ms);

void watch_set(struct controller *controller, const struct request *request,
               struct request_seen *seen, int64_t now_ms);

#endif
