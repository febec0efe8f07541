/* Small questions about the wiring and about what is seen of it, shared by the router's parts. */
#ifndef BUSBAR_PHASE_ROUTER_WIRING_H
#define BUSBAR_PHASE_ROUTER_WIRING_H

#include "phase-router/router.h"

/* The contact that joins them, or NO_CONTACT. */
uint8_t contact_between(const struct topology *topology, uint8_t string, uint8_t input);

/* What stands together on one input, one string added after the other. */
struct joined {
    unsigned count, bare;               /* bare: without a fuse */
    int64_t isc_mA;
    int32_t voc_low_mV, voc_high_mV;
};
void joined_add(struct joined *joined, const struct topology_string *string);
/* The rule it breaks, or NULL. */
const char *joined_forbidden(const struct joined *joined, const struct topology_input *input);

/* A string of which it is not known where it stands: a contact unknown or silent, or two closed. */
enum { STRING_UNKNOWN = 0xFE };

/* One step's picture: the view, the time and where each string is seen. */
struct turn {
    struct router *router;
    const struct router_view *view;
    int64_t now_ms;
    bool heard;                         /* every board */
    uint8_t seen[MAX_STRINGS];          /* input, NO_INPUT or STRING_UNKNOWN */
};

void turn_look(struct turn *turn);    /* fills heard and seen */
bool turn_contact_fresh(const struct turn *turn, size_t contact);
bool turn_string_zero(const struct turn *turn, size_t string);
bool turn_sensor_fresh(const struct turn *turn, size_t string);

/* Keeps a since-when: 0 while it does not hold. */
static inline void since_keep(int64_t *since_ms, bool holds, int64_t now_ms)
{
    *since_ms = !holds ? 0 : *since_ms ? *since_ms : now_ms;
}

static inline bool since_over(int64_t since_ms, int64_t limit_ms, int64_t now_ms)
{
    return since_ms != 0 && now_ms - since_ms > limit_ms;
}

/* A string's way to another input; to NO_INPUT takes it off. */
struct router_move {
    uint8_t string, to;
    enum router_why why;
};

/* transfer.c: the states from SWITCH_OFF to SWITCH_ON. */
void router_enter(struct turn *turn, enum router_state state, enum router_why why);
void transfer_begin(struct turn *turn, const struct router_move *move);
void transfer_step(struct turn *turn);

/* watch.c: locks strings (invariant 7). Says whether a board's outputs are not as ordered. */
bool router_watch(struct turn *turn);

/* choose.c: the next transfer, false when none may start; then *why says what delays, or
 * WHY_NOTHING. */
bool router_choose(const struct turn *turn, struct router_move *move);

/* Why the string may not be joined to the input now, or WHY_NOTHING. */
enum router_why router_obstacle(const struct turn *turn, size_t string, uint8_t to);

#endif
