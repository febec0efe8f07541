/* One step's picture of an AC bus, shared by ac.c and ac_change.c (what is done) and ac_seen.c
 * (what is seen). */
#ifndef BUSBAR_PHASE_ROUTER_AC_TURN_H
#define BUSBAR_PHASE_ROUTER_AC_TURN_H

#include "phase-router/ac.h"

struct ac_turn {
    struct ac_bus *bus;
    const struct ac_view *view;
    int64_t now_ms;
    bool boards;                     /* every contact heard within node_lost_ms */
    bool wallbox;                    /* .. and the wallbox */
};

void ac_look(struct ac_turn *turn);  /* fills boards and wallbox, keeps the since-whens */

/* Whatever the state: what must not be so, or AC_WHY_NOTHING. */
enum ac_why ac_trouble(struct ac_turn *turn);

/* What has not been heard or is not known since after_ms, or AC_WHY_NOTHING. */
enum ac_why ac_unheard(const struct ac_turn *turn, int64_t after_ms);

bool ac_car_off(const struct ac_turn *turn);        /* for quiet_ms, heard frame by frame */
bool ac_bus_dead(const struct ac_turn *turn, int64_t for_ms);

/* The source whose line and neutral are seen closed; AC_NO_SOURCE when none is, or several. */
uint8_t ac_source_seen(const struct ac_turn *turn);

bool ac_source_ready(const struct ac_turn *turn, uint8_t source);   /* AC_NO_SOURCE always is */
bool ac_heard_since(const struct ac_turn *turn, const struct reading *reading);  /* in this state */

void ac_enter(struct ac_turn *turn, enum ac_state state, enum ac_why why);   /* ac.c */
void ac_change_step(struct ac_turn *turn);                                   /* ac_change.c */

#endif
