/* One transfer at a time; HOLD when anything is not as it should be. The states of a transfer are
 * in transfer.c:
 *
 *   START  no orders; everything is read back, fresh, for boot_hold_ms; what is found is adopted
 *   IDLE   switches on unless isolated; the wish is looked at
 *   HOLD   orders stay; a string may still be isolated, which is always safe
 *   STOP   the emergency stop, in stop.c: from any state in which the plant has been read back */
#include <assert.h>
#include <string.h>

#include "phase-router/wiring.h"

const struct router_config router_defaults = {
    .zero_mA = 500,
    .zero_hold_ms = 500,
    .order_hold_ms = 2000,
    .sample_age_ms = 200,
    .zero_wait_ms = 10000,
    .feedback_ms = 250,
    .report_ms = 450,
    .dead_ms = 500,
    .pickup_gap_ms = 200,
    .open_proof_ms = 2000,
    .dusk_ms = 60000,
    .inhibit_ms = 20000,
    .stop_wait_ms = 5000,
    .start_ms = 300000,
    .dwell_ms = 900000,
    .transfers_per_day = 12,
    .retry_ms = 60000,
    .retries_per_day = 3,
    .boot_hold_ms = 10000,
    .stable_ms = 1500,
    .settle_ms = 500,
    .node_lost_ms = 1500,
    .voltage_margin_permille = 20,
};

enum { DAY_MS = 86400000, WAKE_RESTING_MS = 100, WAKE_MOVING_MS = 20 };

static bool moving(enum router_state state)
{
    return (state >= ROUTER_SWITCH_OFF && state <= ROUTER_SWITCH_ON) || state == ROUTER_STOP;
}

/* --- reading back --- */

/* What has not been heard since after_ms, or WHY_NOTHING. */
static enum router_why unheard(const struct turn *turn, int64_t after_ms)
{
    const struct router *r = turn->router;
    if (!turn->heard)
        return WHY_BOARD_SILENT;
    for (size_t c = 0; c < r->topology->contacts; c++)
        if (turn->view->contact_ms[c] < after_ms)
            return WHY_BOARD_SILENT;
    for (size_t s = 0; s < r->topology->strings; s++)
        if (!turn_sensor_fresh(turn, s) || turn->view->current_mA[s].heard_ms < after_ms)
            return WHY_SENSOR_SILENT;
    return WHY_NOTHING;
}

/* The boards' own outputs become the orders, so that restating them changes nothing; a contact that
 * does not follow its coil is then locked by the watch. */
static void adopt(struct turn *turn, enum router_why why)
{
    struct router *r = turn->router;
    memcpy(r->orders.contact_closed, turn->view->contact_output, sizeof r->orders.contact_closed);
    memcpy(r->orders.string_on, turn->view->switch_output, sizeof r->orders.string_on);
    memcpy(r->orders.input_off, turn->view->input_off, sizeof r->orders.input_off);
    for (size_t s = 0; s < r->topology->strings; s++)
        if (r->topology->string[s].switchless)
            r->orders.string_on[s] = turn->seen[s] < r->topology->inputs;
    for (size_t s = 0; s < r->topology->strings; s++)
        if (turn->seen[s] == STRING_UNKNOWN && !r->locked[s]) {
            r->locked[s] = true;
            r->locked_why[s] = WHY_TWO_INPUTS;
        }
    memset(r->group, 0, sizeof r->group);
    memset(r->strays_ms, 0, sizeof r->strays_ms);
    memset(r->switch_strays_ms, 0, sizeof r->switch_strays_ms);
    r->orders.valid = true;
    r->string = NO_STRING;
    r->settled_ms = turn->now_ms + r->config.settle_ms;
    router_enter(turn, ROUTER_IDLE, why);
}

static void start_step(struct turn *turn)
{
    struct router *r = turn->router;
    if (turn->now_ms - r->started_ms < r->config.boot_hold_ms)
        return;
    enum router_why missing = unheard(turn, r->started_ms);
    if (missing != WHY_NOTHING) {
        r->why = missing;
        return;
    }
    for (size_t s = 0; s < r->topology->strings; s++)
        r->target[s] = turn->seen[s] == STRING_UNKNOWN ? NO_INPUT : turn->seen[s];
    adopt(turn, WHY_ADOPTED);
}

/* --- HOLD --- */

/* Nothing is wrong with the plant itself: HOLD ends when everything is heard again. */
static bool resumes(const struct turn *turn)
{
    enum router_why why = turn->router->why;
    if (why == WHY_LOCKED)
        return !turn->view->switching_locked;
    if (why == WHY_STOP_SILENT)
        return !turn->view->stop_silent;
    return why == WHY_BOARD_SILENT || why == WHY_SENSOR_SILENT || why == WHY_BOARD_STATE;
}

static void hold_step(struct turn *turn)
{
    struct router *r = turn->router;
    int64_t from_ms = r->heard_since_ms > r->since_ms ? r->heard_since_ms : r->since_ms;
    if (resumes(turn) && unheard(turn, r->since_ms) == WHY_NOTHING && r->heard_since_ms &&
        turn->now_ms - from_ms >= r->config.stable_ms)
        adopt(turn, WHY_READ_BACK);
}

/* --- IDLE --- */

/* Restates the switches: on where a string stands on one input, off where it is to be isolated.
 * Says whether it changed any. */
static bool switches_settle(struct turn *turn)
{
    struct router *r = turn->router;
    bool changed = false;
    for (size_t s = 0; s < r->topology->strings; s++) {
        bool joined = turn->seen[s] != STRING_UNKNOWN && turn->seen[s] != NO_INPUT;
        bool on = !r->isolate[s] && (r->orders.string_on[s] || (joined && !r->locked[s]));
        if (on == r->orders.string_on[s])
            continue;
        r->orders.string_on[s] = on;
        r->string = (uint8_t)s;
        r->why = on ? WHY_RELEASED : WHY_ISOLATED;
        changed = true;
    }
    return changed;
}

static void idle_step(struct turn *turn)
{
    struct router *r = turn->router;
    struct router_move move;
    if (turn->now_ms < r->settled_ms || switches_settle(turn))
        return;
    if (router_choose(turn, &move)) {
        transfer_begin(turn, &move);
    } else if (move.why != r->delayed) {
        r->why = r->delayed = move.why;
        r->string = move.string;
    }
}

/* --- the owner's side --- */

void router_init(struct router *router, const struct topology *topology,
                 const struct router_config *config, int64_t now_ms)
{
    assert(topology->strings <= MAX_STRINGS && topology->contacts <= MAX_CONTACTS);
    memset(router, 0, sizeof *router);
    router->topology = topology;
    router->config = *config;
    router->day_ms = now_ms;
    router->string = NO_STRING;
    memset(router->target, NO_INPUT, sizeof router->target);
    memset(router->dead_input, NO_INPUT, sizeof router->dead_input);
    router_reset(router, now_ms);
    router->why = WHY_READ_BACK;
}

void router_want(struct router *router, const uint8_t layout[], const bool isolate[])
{
    memcpy(router->target, layout, router->topology->strings);
    for (size_t s = 0; s < router->topology->strings; s++) {
        router->isolate[s] = isolate && isolate[s];
        if (layout[s] != router->dead_input[s])
            router->dead_input[s] = NO_INPUT;
    }
}

void router_reset(struct router *r, int64_t now_ms)
{
    memset(r->locked, 0, sizeof r->locked);
    memset(r->differs_ms, 0, sizeof r->differs_ms);
    memset(r->flows_ms, 0, sizeof r->flows_ms);
    memset(r->failed_ms, 0, sizeof r->failed_ms);
    memset(r->failed_today, 0, sizeof r->failed_today);
    memset(r->joined_ms, 0, sizeof r->joined_ms);
    memset(r->dead_input, NO_INPUT, sizeof r->dead_input);
    r->orders.valid = false;
    r->state = ROUTER_START;
    r->why = WHY_RESET;
    r->since_ms = r->started_ms = now_ms;
}

static void day_turn(struct router *r, int64_t now_ms)
{
    if (now_ms - r->day_ms < DAY_MS)
        return;
    r->day_ms = now_ms;
    memset(r->moved_today, 0, sizeof r->moved_today);
    memset(r->failed_today, 0, sizeof r->failed_today);
    memset(r->dead_input, NO_INPUT, sizeof r->dead_input);
}

/* What stops everything, whatever the state; WHY_NOTHING when nothing does. */
static enum router_why trouble(struct turn *turn)
{
    bool stray = router_watch(turn);
    if (!turn->heard)
        return WHY_BOARD_SILENT;
    if (turn->view->switching_locked)
        return WHY_LOCKED;
    if (turn->view->stop_silent)
        return WHY_STOP_SILENT;
    return stray ? WHY_BOARD_STATE : WHY_NOTHING;
}

/* Off is always safe; but nothing changes at all while switching is locked, and while what was just
 * adopted is restated. */
static void isolate_restate(struct turn *turn)
{
    struct router *r = turn->router;
    if (turn->view->switching_locked || turn->now_ms < r->settled_ms)
        return;
    for (size_t s = 0; s < r->topology->strings; s++)
        r->orders.string_on[s] &= !r->isolate[s];
    router_inputs_order(turn);
}

static void state_step(struct turn *turn, enum router_why wrong)
{
    struct router *r = turn->router;
    if (r->state == ROUTER_START)
        start_step(turn);
    else if (r->state == ROUTER_STOP)
        stop_step(turn);
    else if (turn->view->stop)
        router_enter(turn, ROUTER_STOP, WHY_STOPPED);
    else if (r->state == ROUTER_HOLD)
        hold_step(turn);
    else if (wrong != WHY_NOTHING)
        router_enter(turn, ROUTER_HOLD, wrong);
    else if (r->state == ROUTER_IDLE)
        idle_step(turn);
    else
        transfer_step(turn);
}

int64_t router_step(struct router *r, const struct router_view *view, int64_t now_ms)
{
    struct turn turn = {.router = r, .view = view, .now_ms = now_ms};
    turn_look(&turn);
    day_turn(r, now_ms);
    r->veto_seen |= view->vetoed;
    state_step(&turn, trouble(&turn));
    isolate_restate(&turn);
    return now_ms + (moving(r->state) ? WAKE_MOVING_MS : WAKE_RESTING_MS);
}
