/* One transfer, from switch off to switch on: break before make at zero current.
 *
 *   state        switches of the group   the string's contacts   leaves when
 *   SWITCH_OFF   off                     as they are             zero current for zero_hold_ms
 *   OPENING      off                     all open                seen open
 *   DEAD_TIME    off                     all open                dead_ms seen open, way clear
 *   CLOSING      off                     destination closed      seen closed
 *   SWITCH_ON    on, unless isolated     destination closed      the switches are seen on
 *
 * The group is the string and those that stand on its destination: nothing is closed onto a live
 * input (invariant 4). */
#include <assert.h>
#include <string.h>

#include "phase-router/wiring.h"

void router_enter(struct turn *turn, enum router_state state, enum router_why why)
{
    struct router *r = turn->router;
    r->state = state;
    r->why = why;
    r->since_ms = turn->now_ms;
    r->delayed = WHY_NOTHING;
    r->veto_seen = false;
}

static bool waited(const struct turn *turn, int64_t limit_ms)
{
    return turn->now_ms - turn->router->since_ms >= limit_ms;
}

/* A contact that by its data sheet is slower than others gets its time. */
static bool feedback_late(const struct turn *turn, uint8_t contact, bool operates)
{
    const struct topology_contact *k = &turn->router->topology->contact[contact];
    return waited(turn, turn_feedback_ms(turn->router, operates ? k->operate_ms : k->release_ms));
}

/* Nothing heard of a contact for longer than a frame may take: its board is falling silent. */
static bool contact_silent(const struct turn *turn, uint8_t contact)
{
    return turn->now_ms - turn->view->contact_ms[contact] > turn->router->config.report_ms;
}

static uint8_t contact_at(const struct router *r, uint8_t input)
{
    uint8_t contact = contact_between(r->topology, r->string, input);
    assert(contact != NO_CONTACT);
    return contact;
}

/* --- the group --- */

/* Inputs that take no current by order: of switchless strings that are off, and where one goes. */
void router_inputs_order(struct turn *turn)
{
    struct router *r = turn->router;
    const struct topology *t = r->topology;
    bool goes = r->state >= ROUTER_SWITCH_OFF && r->state <= ROUTER_CLOSING &&
                t->string[r->string].switchless;
    for (uint8_t i = 0; i < t->inputs; i++) {
        bool off = goes && r->to == i, known = true;
        for (size_t s = 0; s < t->strings; s++) {
            off |= t->string[s].switchless && turn->seen[s] == i && !r->orders.string_on[s];
            known &= turn->seen[s] != STRING_UNKNOWN;
        }
        if (known && t->input[i].inhibit == INHIBIT_ORDER)
            r->orders.input_off[i] = off;
    }
}

static void group_switch(struct turn *turn, bool on)
{
    struct router *r = turn->router;
    for (size_t s = 0; s < r->topology->strings; s++) {
        bool joined = turn->seen[s] != NO_INPUT && turn->seen[s] != STRING_UNKNOWN;
        if (r->group[s])
            r->orders.string_on[s] = on && joined && !r->isolate[s] && !r->locked[s];
    }
    router_inputs_order(turn);
}

/* The string and who stands where it goes; those gathered before stay off too. */
static void group_gather(struct turn *turn)
{
    struct router *r = turn->router;
    for (size_t s = 0; s < r->topology->strings; s++)
        r->group[s] |= s == r->string || (r->to != NO_INPUT && turn->seen[s] == r->to);
    group_switch(turn, false);
}

static bool string_as_ordered(const struct turn *turn, size_t s)
{
    const struct router *r = turn->router;
    if (!r->topology->string[s].switchless)
        return turn->view->switch_output[s] == r->orders.string_on[s];
    return r->orders.string_on[s] || turn_string_off(turn, s);
}

static bool input_as_ordered(const struct turn *turn, uint8_t input)
{
    const struct router *r = turn->router;
    return input >= r->topology->inputs || r->topology->input[input].inhibit != INHIBIT_ORDER ||
           turn->view->input_off[input] == r->orders.input_off[input];
}

static bool group_switched(const struct turn *turn)
{
    const struct router *r = turn->router;
    for (size_t s = 0; s < r->topology->strings; s++)
        if (r->group[s] && !string_as_ordered(turn, s))
            return false;
    return input_as_ordered(turn, r->from) && input_as_ordered(turn, r->to);
}

static bool group_switchless(const struct router *r)
{
    for (size_t s = 0; s < r->topology->strings; s++)
        if (r->group[s] && r->topology->string[s].switchless)
            return true;
    return false;
}

/* An inverter takes longer to confirm than a switch. */
static int64_t inhibit_ms(const struct turn *turn)
{
    return group_switchless(turn->router) ? turn->router->config.inhibit_ms : 0;
}

static bool group_sensed(const struct turn *turn)
{
    const struct router *r = turn->router;
    for (size_t s = 0; s < r->topology->strings; s++)
        if (r->group[s] &&
            !reading_fresh(&turn->view->current_mA[s], turn->now_ms, r->config.sample_age_ms))
            return false;
    return true;
}

/* Switched off and without current, for how long; restarts when any of it breaks. */
static bool group_zero(struct turn *turn)
{
    struct router *r = turn->router;
    bool zero = group_switched(turn);
    for (size_t s = 0; s < r->topology->strings; s++)
        zero &= !r->group[s] || turn_string_zero(turn, s);
    since_keep(&r->zero_since_ms, zero, turn->now_ms);
    int32_t hold_ms = group_switchless(r) ? r->config.order_hold_ms : r->config.zero_hold_ms;
    return zero && turn->now_ms - r->zero_since_ms >= hold_ms;
}

static enum router_why no_zero_why(const struct turn *turn)
{
    return group_sensed(turn) ? WHY_NO_ZERO : WHY_SENSOR_SILENT;
}

/* --- how it ends --- */

static void failed(struct turn *turn, enum router_why why)
{
    struct router *r = turn->router;
    r->failed_ms[r->string] = turn->now_ms;
    r->failed_today[r->string]++;
    r->failed_why[r->string] = (uint8_t)why;
}

/* Nothing has moved: the switches go on again where they were. */
static void way_back(struct turn *turn, enum router_why why)
{
    turn->router->to = turn->router->from;
    if (why != WHY_CANCELLED)
        failed(turn, why);
    router_enter(turn, ROUTER_SWITCH_ON, why);
}

static void hold_locked(struct turn *turn, enum router_why why)
{
    struct router *r = turn->router;
    r->locked[r->string] = true;
    r->locked_why[r->string] = (uint8_t)why;
    router_enter(turn, ROUTER_HOLD, why);
}

static void finish(struct turn *turn)
{
    struct router *r = turn->router;
    if (r->to == r->from) {
        bool moved = r->why == WHY_CLOSED_SEEN;
        router_enter(turn, ROUTER_IDLE, moved ? (enum router_why)r->failed_why[r->string] : r->why);
        return;
    }
    if (r->to != NO_INPUT)
        r->joined_ms[r->string] = r->moved_ms[r->string] = turn->now_ms;
    router_enter(turn, ROUTER_IDLE, WHY_DONE);
}

/* --- the states --- */

void transfer_begin(struct turn *turn, const struct router_move *move)
{
    struct router *r = turn->router;
    r->string = move->string;
    r->from = turn->seen[move->string];
    r->to = move->to;
    r->zero_since_ms = 0;
    r->seen_ms = 0;
    memset(r->group, 0, sizeof r->group);
    group_gather(turn);
    router_enter(turn, ROUTER_SWITCH_OFF, move->why);
}

/* A string that is taken off for another's sake may be wanted anywhere but where it stands. */
static bool still_wanted(const struct router *r)
{
    uint8_t target = turn_target(r, r->string);
    return r->to == NO_INPUT ? target != r->from && target != NO_INPUT : target == r->to;
}

static void switch_off_step(struct turn *turn)
{
    struct router *r = turn->router;
    enum router_why obstacle = router_obstacle(turn, r->string, r->to);
    group_switch(turn, false);
    bool zero = group_zero(turn);
    if (!still_wanted(r)) {
        way_back(turn, WHY_CANCELLED);
    } else if (r->locked[r->string]) {
        way_back(turn, (enum router_why)r->locked_why[r->string]);
    } else if (obstacle != WHY_NOTHING) {
        way_back(turn, obstacle);
    } else if (zero && turn->seen[r->string] == NO_INPUT) {
        router_enter(turn, ROUTER_DEAD_TIME, WHY_ZERO_SEEN);
    } else if (zero && turn->seen[r->string] == r->from) {
        uint8_t contact = contact_at(r, r->from);
        r->orders.contact_closed[contact] = false;
        r->operations[contact]++;
        router_enter(turn, ROUTER_OPENING, WHY_ZERO_SEEN);
    } else if (waited(turn, r->config.zero_wait_ms + inhibit_ms(turn))) {
        way_back(turn, no_zero_why(turn));
    }
}

/* The coil still on: the order never arrived, and nothing has moved. It is taken back. */
static void opening_late(struct turn *turn, uint8_t contact)
{
    struct router *r = turn->router;
    if (contact_silent(turn, contact)) {
        router_enter(turn, ROUTER_HOLD, WHY_BOARD_SILENT);
    } else if (turn->view->contact_output[contact] &&
               turn->view->contact[contact] == CONTACT_CLOSED) {
        r->orders.contact_closed[contact] = true;
        r->pickup_ms = turn->now_ms;
        way_back(turn, r->veto_seen ? WHY_VETO : WHY_NOT_OPEN);
    } else if (turn->seen[r->string] != NO_INPUT) {
        hold_locked(turn, WHY_NOT_OPEN);
    } else if (group_sensed(turn)) {
        hold_locked(turn, WHY_CURRENT_ON_OPEN);
    } else {
        router_enter(turn, ROUTER_HOLD, WHY_SENSOR_SILENT);
    }
}

/* Open by its mirror contact, told after the order, and by the evidence of no current. */
static void opening_step(struct turn *turn)
{
    struct router *r = turn->router;
    uint8_t contact = contact_at(r, r->from);
    group_zero(turn);
    bool open = turn->seen[r->string] == NO_INPUT &&
                turn->view->contact_ms[contact] >= r->since_ms && turn_string_zero(turn, r->string);
    if (open) {
        r->seen_ms = turn->now_ms;
        router_enter(turn, r->to == NO_INPUT ? ROUTER_SWITCH_ON : ROUTER_DEAD_TIME, WHY_OPEN_SEEN);
    } else if (feedback_late(turn, contact, false)) {
        opening_late(turn, contact);
    }
}

static bool others_seen_off(const struct turn *turn)
{
    const struct router *r = turn->router;
    for (size_t s = 0; s < r->topology->strings; s++)
        if (turn->seen[s] == r->to && !r->group[s])
            return false;
    return true;
}

static enum router_why dead_time_obstacle(const struct turn *turn)
{
    const struct router *r = turn->router;
    if (r->locked[r->string])
        return (enum router_why)r->locked_why[r->string];
    enum router_why why = router_obstacle(turn, r->string, r->to);
    return why == WHY_NOTHING && !others_seen_off(turn) ? WHY_DESTINATION_NOT_READY : why;
}

static void dead_time_late(struct turn *turn, enum router_why obstacle)
{
    struct router *r = turn->router;
    bool refused = obstacle == WHY_DESTINATION_NOT_READY || obstacle == WHY_VOLTAGE;
    if (refused && r->from != NO_INPUT && r->to != r->from) {
        failed(turn, obstacle);
        r->to = r->from;
        group_gather(turn);
        router_enter(turn, ROUTER_DEAD_TIME, obstacle);
    } else {
        router_enter(turn, ROUTER_HOLD,
                     obstacle != WHY_NOTHING ? obstacle
                     : r->seen_ms == 0       ? WHY_NOT_OPEN
                                             : no_zero_why(turn));
    }
}

/* Counted when it is ordered: whatever comes then, HOLD or a restart, it has its dwell time and its
 * place in the budget. */
static void close_order(struct turn *turn)
{
    struct router *r = turn->router;
    uint8_t contact = contact_at(r, r->to);
    r->orders.contact_closed[contact] = true;
    r->operations[contact]++;
    r->pickup_ms = turn->now_ms;
    if (r->to == r->from)
        return;
    r->moved_ms[r->string] = turn->now_ms;
    r->moved_today[r->string]++;
    r->transfers++;
}

/* A contact without a mirror may stand closed and tell it is open: its string must have carried
 * no current for longer. */
static int64_t dead_ms(const struct router *r)
{
    for (size_t c = 0; c < r->topology->contacts; c++)
        if (r->topology->contact[c].string == r->string && r->topology->contact[c].auxiliary)
            return r->config.open_proof_ms;
    return r->config.dead_ms;
}

static void dead_time_step(struct turn *turn)
{
    struct router *r = turn->router;
    int64_t now_ms = turn->now_ms;
    bool zero = group_zero(turn);
    enum router_why obstacle = dead_time_obstacle(turn);
    since_keep(&r->seen_ms, turn->seen[r->string] == NO_INPUT, now_ms);
    bool over = r->seen_ms && now_ms - r->seen_ms >= dead_ms(r) &&
                now_ms - r->pickup_ms >= r->config.pickup_gap_ms;
    if (over && zero && obstacle == WHY_NOTHING) {
        close_order(turn);
        router_enter(turn, ROUTER_CLOSING, WHY_DEAD_TIME_OVER);
    } else if (waited(turn, r->config.zero_wait_ms + inhibit_ms(turn))) {
        dead_time_late(turn, obstacle);
    }
}

/* The coil still off: the order never arrived. It is taken back, so that nothing closes later. */
static void closing_late(struct turn *turn, uint8_t contact)
{
    struct router *r = turn->router;
    if (contact_silent(turn, contact)) {
        router_enter(turn, ROUTER_HOLD, WHY_BOARD_SILENT);
    } else if (turn->view->contact_output[contact]) {
        hold_locked(turn, WHY_NOT_CLOSED);
    } else {
        r->orders.contact_closed[contact] = false;
        router_enter(turn, ROUTER_HOLD, r->veto_seen ? WHY_VETO : WHY_NOT_CLOSED);
    }
}

static void closing_step(struct turn *turn)
{
    struct router *r = turn->router;
    uint8_t contact = contact_at(r, r->to);
    if (turn->seen[r->string] == r->to && turn->view->contact_ms[contact] >= r->since_ms)
        router_enter(turn, ROUTER_SWITCH_ON, WHY_CLOSED_SEEN);
    else if (feedback_late(turn, contact, true))
        closing_late(turn, contact);
}

/* The contact has stopped bouncing before it gets current: feedback_ms after its coil was ordered.
 * The limit leaves time to tell a board that does not switch from one that is silent. */
static void switch_on_step(struct turn *turn)
{
    struct router *r = turn->router;
    bool settled = turn->now_ms - r->pickup_ms >= r->config.feedback_ms;
    bool left = r->to == r->from && r->locked[r->string]; /* stays off; its neighbours go on */
    bool there = turn->seen[r->string] == r->to || left;
    if (settled && there) {
        group_switch(turn, true);
        if (group_switched(turn)) {
            finish(turn);
            return;
        }
    }
    if (waited(turn, r->config.node_lost_ms + r->config.feedback_ms + r->config.report_ms +
                         inhibit_ms(turn)))
        router_enter(turn, ROUTER_HOLD,
                     r->veto_seen ? WHY_VETO
                     : there      ? WHY_NOT_SWITCHED
                                  : WHY_NOT_CLOSED);
}

void transfer_step(struct turn *turn)
{
    static void (*const steps[ROUTER_STATES])(struct turn *) = {
        [ROUTER_SWITCH_OFF] = switch_off_step, [ROUTER_OPENING] = opening_step,
        [ROUTER_DEAD_TIME] = dead_time_step,   [ROUTER_CLOSING] = closing_step,
        [ROUTER_SWITCH_ON] = switch_on_step,
    };
    steps[turn->router->state](turn);
}
