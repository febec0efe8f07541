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
    uint8_t modules;                    /* of the first */
    bool lengths_differ;
};
void joined_add(struct joined *joined, const struct topology_string *string);
/* The rule it breaks, or NULL. */
const char *joined_forbidden(const struct joined *joined, const struct topology_input *input);

/* Why the string may not be put on the input while the others stand as in layout, or NULL. Entries of
 * layout that are no input count as standing nowhere. */
const char *place_forbidden(const struct topology *topology, const uint8_t layout[], size_t string,
                            uint8_t to);

/* The two may not be closed together: hardware would hold one open. */
bool contacts_interlocked(const struct topology *topology, uint8_t a, uint8_t b);

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
bool turn_string_dark(const struct turn *turn, size_t string);      /* no current for dusk_ms */
bool turn_string_calm(const struct turn *turn, size_t string);      /* .. for zero_hold_ms */
/* What takes its current away is seen to be in force, and is ordered. */
bool turn_string_off(const struct turn *turn, size_t string);

/* Where the string is wanted: its home where the wished input did not draw from it. */
static inline uint8_t turn_target(const struct router *router, size_t string)
{
    uint8_t target = router->target[string];
    return target != NO_INPUT && target == router->dead_input[string]
               ? router->topology->string[string].home
               : target;
}

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

/* How long a contact may take: the greater of the limit for all and its own data sheet, and the way
 * of order and answer. */
static inline int64_t turn_feedback_ms(const struct router *router, uint16_t own_ms)
{
    int32_t limit_ms = router->config.feedback_ms;
    return (own_ms > limit_ms ? own_ms : limit_ms) + router->config.report_ms;
}

/* transfer.c: the states from SWITCH_OFF to SWITCH_ON. */
void router_enter(struct turn *turn, enum router_state state, enum router_why why);
void transfer_begin(struct turn *turn, const struct router_move *move);
void transfer_step(struct turn *turn);
void router_inputs_order(struct turn *turn);      /* router_orders.input_off follows string_on */

/* stop.c: the emergency stop. */
void stop_step(struct turn *turn);

/* watch.c: locks strings (invariant 7). Says whether a board's outputs are not as ordered. */
bool router_watch(struct turn *turn);

/* choose.c: the next transfer, false when none may start; then *why says what delays, or
 * WHY_NOTHING. */
bool router_choose(const struct turn *turn, struct router_move *move);

/* Why the string may not be joined to the input now, or WHY_NOTHING. */
enum router_why router_obstacle(const struct turn *turn, size_t string, uint8_t to);

#endif
