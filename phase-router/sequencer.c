/* One transfer at a time, break before make at zero current.
 *
 * Orders follow from the state and are restated on every step:
 *
 *   state        string's switch   its contacts                 leaves when
 *   START        (no orders)                                    all read back for boot_hold_ms
 *   IDLE         on unless isolated    as they are              another layout is wanted
 *   SWITCH_OFF   off                   as they are              |I| <= zero_mA for zero_hold_ms
 *   OPENING      off                   all open                 seen open
 *   DEAD_TIME    off                   all open                 dead_ms since seen open, way is clear
 *   CLOSING      off                   destination closed       seen closed
 *   SWITCH_ON    on                    destination closed       at once
 *   HOLD         as they were          as they were             router_reset
 *
 * A silent board leads back to START: nothing is ordered until everything is read back, and what is
 * found then is adopted. Nothing is ever opened because something is unknown. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "phase-router/wiring.h"

const struct router_config router_defaults = {
    .zero_mA = 500,
    .zero_hold_ms = 500,
    .sample_age_ms = 200,
    .zero_wait_ms = 10000,
    .feedback_ms = 250,
    .frame_ms = 450,
    .dead_ms = 500,
    .pickup_gap_ms = 200,
    .dwell_ms = 900000,
    .transfers_per_day = 12,
    .boot_hold_ms = 10000,
    .node_lost_ms = 1500,
    .destination_wait_ms = 10000,
    .retry_ms = 900000,
};

enum { STEP_MS = 100, DAY_MS = 86400000, GIVE_UPS_A_DAY = 3 };

static void enter(struct router *r, enum router_state state, enum router_why why, int64_t now_ms)
{
    r->state = state;
    r->why = why;
    r->since_ms = now_ms;
    r->vetoed = false;
}

/* --- what is seen --- */

static bool contact_fresh(const struct router *r, const struct router_view *v, uint8_t c,
                          int64_t now_ms)
{
    return v->contact_ms[c] > 0 && now_ms - v->contact_ms[c] <= r->config.node_lost_ms;
}

static bool boards_heard(const struct router *r, const struct router_view *v, int64_t now_ms)
{
    for (uint8_t c = 0; c < r->topology->contacts; c++)
        if (!contact_fresh(r, v, c, now_ms))
            return false;
    return v->boards_heard && v->switches_heard;
}

static bool current_zero(const struct router *r, const struct router_view *v, uint8_t s,
                         int64_t now_ms)
{
    return reading_fresh(&v->current_mA[s], now_ms, r->config.sample_age_ms) &&
           abs(v->current_mA[s].value) <= r->config.zero_mA;
}

/* Every contact of the string seen open, save one (NO_CONTACT: none is spared). */
static bool others_open(const struct router *r, const struct router_view *v, uint8_t s, uint8_t save)
{
    for (uint8_t c = 0; c < r->topology->contacts; c++)
        if (r->topology->contact[c].string == s && c != save && v->contact[c] != CONTACT_OPEN)
            return false;
    return true;
}

/* The input a string is ordered to, NO_INPUT when to none. */
static uint8_t ordered_input(const struct router *r, uint8_t s)
{
    for (uint8_t c = 0; c < r->topology->contacts; c++)
        if (r->topology->contact[c].string == s && r->orders.contact_closed[c])
            return r->topology->contact[c].input;
    return NO_INPUT;
}

bool router_layout_seen(const struct router *r, const struct router_view *v, uint8_t layout[])
{
    bool known = true;
    memset(layout, NO_INPUT, MAX_STRINGS);
    for (uint8_t c = 0; c < r->topology->contacts; c++) {
        uint8_t s = r->topology->contact[c].string;
        known &= v->contact[c] != CONTACT_UNKNOWN && v->contact_ms[c] > 0;
        if (v->contact[c] != CONTACT_CLOSED)
            continue;
        known &= layout[s] == NO_INPUT;
        layout[s] = r->topology->contact[c].input;
    }
    return known;
}

/* --- supervision: what locks a string (invariant 7) --- */

static int64_t since(int64_t before_ms, bool holds, int64_t now_ms)
{
    return !holds ? 0 : before_ms ? before_ms : now_ms;
}

static void string_lock(struct router *r, uint8_t s, enum router_why why, int64_t now_ms)
{
    if (r->locked[s])
        return;
    r->locked[s] = true;
    if (r->state == ROUTER_IDLE)
        r->why = why;
    else if (r->string == s)
        enter(r, ROUTER_HOLD, why, now_ms);
}

static void contact_watch(struct router *r, const struct router_view *v, uint8_t c, int64_t now_ms)
{
    enum contact_seen wanted = r->orders.contact_closed[c] ? CONTACT_CLOSED : CONTACT_OPEN;
    int64_t limit_ms = r->config.feedback_ms + r->config.frame_ms;
    r->differs_ms[c] = since(r->differs_ms[c], v->contact[c] != wanted, now_ms);
    bool late = r->differs_ms[c] && now_ms - r->differs_ms[c] > limit_ms;
    if (late || v->contact_fault[c])
        string_lock(r, r->topology->contact[c].string,
                    r->vetoed ? WHY_VETO : wanted == CONTACT_CLOSED ? WHY_NOT_CLOSED : WHY_NOT_OPEN,
                    now_ms);
}

static void leak_watch(struct router *r, const struct router_view *v, uint8_t s, int64_t now_ms)
{
    bool leaks = others_open(r, v, s, NO_CONTACT) &&
                 reading_fresh(&v->current_mA[s], now_ms, r->config.sample_age_ms) &&
                 abs(v->current_mA[s].value) > r->config.zero_mA;
    r->leaks_ms[s] = since(r->leaks_ms[s], leaks, now_ms);
    if (leaks && now_ms - r->leaks_ms[s] > r->config.feedback_ms + r->config.frame_ms)
        string_lock(r, s, WHY_CURRENT_ON_OPEN, now_ms);
}

static void supervise(struct router *r, const struct router_view *v, int64_t now_ms)
{
    r->vetoed |= v->vetoed;
    for (uint8_t c = 0; c < r->topology->contacts; c++)
        contact_watch(r, v, c, now_ms);
    for (uint8_t s = 0; s < r->topology->strings; s++)
        leak_watch(r, v, s, now_ms);
}

/* --- START --- */

static bool read_back(const struct router *r, const struct router_view *v, int64_t now_ms)
{
    if (!boards_heard(r, v, now_ms))
        return false;
    for (uint8_t s = 0; s < r->topology->strings; s++)
        if (!reading_fresh(&v->current_mA[s], now_ms, r->config.node_lost_ms))
            return false;
    return true;
}

/* The boards' own outputs become the orders, so that restating them changes nothing. A string that is
 * seen otherwise than ordered, or on two inputs, is locked. */
static void adopt(struct router *r, const struct router_view *v, int64_t now_ms)
{
    uint8_t closed[MAX_STRINGS] = {0};
    memcpy(r->orders.contact_closed, v->contact_output, sizeof r->orders.contact_closed);
    memcpy(r->orders.string_on, v->switch_output, sizeof r->orders.string_on);
    memset(r->differs_ms, 0, sizeof r->differs_ms);
    for (uint8_t c = 0; c < r->topology->contacts; c++) {
        uint8_t s = r->topology->contact[c].string;
        if (v->contact_output[c] || v->contact[c] != CONTACT_OPEN)
            closed[s]++;
        if ((v->contact[c] == CONTACT_CLOSED) != v->contact_output[c] ||
            v->contact[c] == CONTACT_UNKNOWN || closed[s] > 1)
            r->locked[s] = true;
    }
    r->orders.valid = true;
    enter(r, ROUTER_IDLE, WHY_ADOPTED, now_ms);
}

static void step_start(struct router *r, const struct router_view *v, int64_t now_ms)
{
    r->read_since_ms = since(r->read_since_ms, read_back(r, v, now_ms), now_ms);
    if (r->read_since_ms && now_ms - r->read_since_ms >= r->config.boot_hold_ms)
        adopt(r, v, now_ms);
}

/* --- IDLE --- */

static uint8_t strings_on(const struct router *r, uint8_t input)
{
    uint8_t count = 0;
    for (uint8_t s = 0; s < r->topology->strings; s++)
        if (ordered_input(r, s) == input)
            count++;
    return count;
}

/* Why string s may not start for its target now; WHY_WANTED when it may. */
static enum router_why start_refused(const struct router *r, const struct router_view *v, uint8_t s,
                                     int64_t now_ms)
{
    uint8_t to = r->target[s];
    bool outward = to != r->topology->string[s].home;
    if (v->switching_locked || r->locked[s])
        return WHY_LOCKED;
    if (v->insulation_fault)
        return WHY_INSULATION;
    if (r->moved_ms[s] && now_ms - r->moved_ms[s] < r->config.dwell_ms)
        return WHY_DWELL;
    if (r->moved_today[s] + (outward ? 2 : 1) > r->config.transfers_per_day)
        return WHY_BUDGET;
    if (now_ms < r->retry_ms[s] || r->given_up[s] >= GIVE_UPS_A_DAY)
        return WHY_NO_ZERO;
    if (!reading_fresh(&v->current_mA[s], now_ms, r->config.sample_age_ms))
        return WHY_SENSOR_SILENT;
    if (to != NO_INPUT && (!v->input_ready[to] || strings_on(r, to) >= r->topology->input[to].strings_max))
        return WHY_DESTINATION_NOT_READY;
    return WHY_WANTED;
}

static void switches_restate(struct router *r, const struct router_view *v)
{
    for (uint8_t s = 0; s < r->topology->strings; s++) {
        uint8_t input = ordered_input(r, s);
        uint8_t contact = input == NO_INPUT ? NO_CONTACT : contact_between(r->topology, s, input);
        bool joined = contact != NO_CONTACT && v->contact[contact] == CONTACT_CLOSED &&
                      others_open(r, v, s, contact);
        if (r->isolate[s])
            r->orders.string_on[s] = false;
        else if (joined && !r->locked[s])
            r->orders.string_on[s] = true;
    }
}

static void step_idle(struct router *r, const struct router_view *v, int64_t now_ms)
{
    enum router_why waits = WHY_NOTHING;
    switches_restate(r, v);
    for (uint8_t s = 0; s < r->topology->strings; s++) {
        if (ordered_input(r, s) == r->target[s])
            continue;
        enum router_why why = start_refused(r, v, s, now_ms);
        if (why != WHY_WANTED) {
            waits = waits == WHY_NOTHING ? why : waits;
            continue;
        }
        r->string = s;
        r->from = ordered_input(r, s);
        r->to = r->target[s];
        r->zero_since_ms = 0;
        r->orders.string_on[s] = false;
        enter(r, ROUTER_SWITCH_OFF, WHY_WANTED, now_ms);
        return;
    }
    if (waits != WHY_NOTHING)
        r->why = waits;
    else if (r->why != WHY_ADOPTED && r->why != WHY_DONE && r->why != WHY_BACK_HOME)
        r->why = WHY_NOTHING;
}

/* --- the transfer --- */

static void contacts_open(struct router *r, uint8_t s)
{
    for (uint8_t c = 0; c < r->topology->contacts; c++)
        if (r->topology->contact[c].string == s)
            r->orders.contact_closed[c] = false;
}

static void give_up(struct router *r, enum router_why why, int64_t now_ms)
{
    if (why == WHY_NO_ZERO) {
        r->retry_ms[r->string] = now_ms + r->config.retry_ms;
        r->given_up[r->string]++;
    }
    enter(r, ROUTER_IDLE, why, now_ms);
}

static void step_switch_off(struct router *r, const struct router_view *v, int64_t now_ms)
{
    uint8_t s = r->string;
    r->orders.string_on[s] = false;
    r->zero_since_ms = since(r->zero_since_ms, current_zero(r, v, s, now_ms), now_ms);
    if (v->switching_locked) {
        enter(r, ROUTER_HOLD, WHY_LOCKED, now_ms);
    } else if (r->target[s] == r->from) {
        give_up(r, WHY_CANCELLED, now_ms);
    } else if (r->zero_since_ms && now_ms - r->zero_since_ms >= r->config.zero_hold_ms) {
        contacts_open(r, s);
        r->seen_ms = 0;
        enter(r, ROUTER_OPENING, WHY_ZERO_SEEN, now_ms);
    } else if (now_ms - r->since_ms >= r->config.zero_wait_ms) {
        give_up(r, WHY_NO_ZERO, now_ms);
    }
}

static void step_opening(struct router *r, const struct router_view *v, int64_t now_ms)
{
    if (others_open(r, v, r->string, NO_CONTACT) && current_zero(r, v, r->string, now_ms)) {
        r->seen_ms = now_ms;
        enter(r, ROUTER_DEAD_TIME, WHY_OPEN_SEEN, now_ms);
    } else if (now_ms - r->since_ms > r->config.feedback_ms + r->config.frame_ms) {
        r->locked[r->string] = true;
        enter(r, ROUTER_HOLD, r->vetoed ? WHY_VETO : WHY_NOT_OPEN, now_ms);
    }
}

/* Other strings on the destination have their switches off while one joins them (invariant 4).
 * True when none of them carries current. */
static bool destination_quiet(struct router *r, const struct router_view *v, int64_t now_ms)
{
    bool quiet = true;
    for (uint8_t s = 0; s < r->topology->strings; s++) {
        if (s == r->string || ordered_input(r, s) != r->to)
            continue;
        r->orders.string_on[s] = false;
        quiet &= current_zero(r, v, s, now_ms);
    }
    return quiet;
}

/* Why the destination may not be joined now; WHY_DEAD_TIME_OVER when it may. */
static enum router_why join_refused(const struct router *r, const struct router_view *v)
{
    uint8_t s = r->string, to = r->to;
    const struct topology_input *input = &r->topology->input[to];
    if (v->switching_locked)
        return WHY_LOCKED;
    if (v->insulation_fault)
        return WHY_INSULATION;
    if (r->topology->string[s].voc_mV > input->voc_max_mV ||
        v->voltage_mV[s].value > input->voc_max_mV)
        return WHY_VOLTAGE;
    if (strings_on(r, to) >= input->strings_max)
        return WHY_DESTINATION_NOT_READY;
    return v->input_ready[to] || to == r->from ? WHY_DEAD_TIME_OVER : WHY_DESTINATION_NOT_READY;
}

/* Where a string with nothing closed goes when its destination is refused: where it came from, else
 * home. */
static uint8_t way_back(const struct router *r)
{
    return r->from != NO_INPUT ? r->from : r->topology->string[r->string].home;
}

static void step_dead_time(struct router *r, const struct router_view *v, int64_t now_ms)
{
    uint8_t s = r->string;
    if (r->to == NO_INPUT) {
        enter(r, ROUTER_IDLE, WHY_DONE, now_ms);
        return;
    }
    bool clear = destination_quiet(r, v, now_ms) && others_open(r, v, s, NO_CONTACT) &&
                 current_zero(r, v, s, now_ms);
    r->seen_ms = since(r->seen_ms, clear, now_ms);
    bool waited = r->seen_ms && now_ms - r->seen_ms >= r->config.dead_ms &&
                  now_ms - r->pickup_ms >= r->config.pickup_gap_ms;
    enum router_why why = join_refused(r, v);
    if (why == WHY_LOCKED) {
        enter(r, ROUTER_HOLD, WHY_LOCKED, now_ms);
    } else if (waited && why == WHY_DEAD_TIME_OVER) {
        uint8_t contact = contact_between(r->topology, s, r->to);
        r->orders.contact_closed[contact] = true;
        r->operations[contact]++;
        r->pickup_ms = now_ms;
        enter(r, ROUTER_CLOSING, WHY_DEAD_TIME_OVER, now_ms);
    } else if (now_ms - r->since_ms >= r->config.destination_wait_ms) {
        if (r->to == way_back(r))
            enter(r, ROUTER_HOLD, why == WHY_DEAD_TIME_OVER ? WHY_SENSOR_SILENT : why, now_ms);
        r->to = way_back(r);
        r->since_ms = now_ms;
    }
}

static void step_closing(struct router *r, const struct router_view *v, int64_t now_ms)
{
    uint8_t contact = contact_between(r->topology, r->string, r->to);
    if (v->contact[contact] == CONTACT_CLOSED && others_open(r, v, r->string, contact)) {
        enter(r, ROUTER_SWITCH_ON, WHY_CLOSED_SEEN, now_ms);
    } else if (now_ms - r->since_ms > r->config.feedback_ms + r->config.frame_ms) {
        r->locked[r->string] = true;
        enter(r, ROUTER_HOLD, r->vetoed ? WHY_VETO : WHY_NOT_CLOSED, now_ms);
    }
}

static void step_switch_on(struct router *r, int64_t now_ms)
{
    uint8_t s = r->string;
    r->orders.string_on[s] = !r->isolate[s];
    r->moved_ms[s] = now_ms;
    r->moved_today[s]++;
    r->transfers++;
    enter(r, ROUTER_IDLE, r->to == r->from ? WHY_BACK_HOME : WHY_DONE, now_ms);
}

/* --- the owner's side --- */

void router_init(struct router *router, const struct topology *topology,
                 const struct router_config *config, int64_t now_ms)
{
    memset(router, 0, sizeof *router);
    router->topology = topology;
    router->config = *config;
    router->day_ms = now_ms;
    for (uint8_t s = 0; s < topology->strings; s++)
        router->target[s] = topology->string[s].home;
    router->string = NO_STRING;
    enter(router, ROUTER_START, WHY_READ_BACK, now_ms);
}

void router_want(struct router *router, const uint8_t layout[], const bool isolate[])
{
    memcpy(router->target, layout, router->topology->strings);
    for (uint8_t s = 0; s < router->topology->strings; s++)
        router->isolate[s] = isolate && isolate[s];
}

static void day_turn(struct router *r, int64_t now_ms)
{
    if (now_ms - r->day_ms < DAY_MS)
        return;
    r->day_ms = now_ms;
    memset(r->moved_today, 0, sizeof r->moved_today);
    memset(r->given_up, 0, sizeof r->given_up);
}

/* Back to reading: nothing is ordered until everything has been heard again for long enough. */
static void start_again(struct router *r, enum router_why why, int64_t now_ms)
{
    r->orders.valid = false;
    r->read_since_ms = 0;
    enter(r, ROUTER_START, why, now_ms);
}

int64_t router_step(struct router *r, const struct router_view *v, int64_t now_ms)
{
    day_turn(r, now_ms);
    if (r->state != ROUTER_START && r->state != ROUTER_HOLD && !boards_heard(r, v, now_ms))
        start_again(r, WHY_BOARD_SILENT, now_ms);
    if (r->state != ROUTER_START && r->state != ROUTER_HOLD)
        supervise(r, v, now_ms);
    switch (r->state) {
    case ROUTER_START:
        step_start(r, v, now_ms);
        break;
    case ROUTER_IDLE:
        step_idle(r, v, now_ms);
        break;
    case ROUTER_SWITCH_OFF:
        step_switch_off(r, v, now_ms);
        break;
    case ROUTER_OPENING:
        step_opening(r, v, now_ms);
        break;
    case ROUTER_DEAD_TIME:
        step_dead_time(r, v, now_ms);
        break;
    case ROUTER_CLOSING:
        step_closing(r, v, now_ms);
        break;
    case ROUTER_SWITCH_ON:
        step_switch_on(r, now_ms);
        break;
    case ROUTER_HOLD:
        break;
    case ROUTER_STATES:
        assert(!"no such state");
    }
    return now_ms + STEP_MS;
}

void router_reset(struct router *router, int64_t now_ms)
{
    memset(router->locked, 0, sizeof router->locked);
    memset(router->differs_ms, 0, sizeof router->differs_ms);
    memset(router->leaks_ms, 0, sizeof router->leaks_ms);
    memset(router->given_up, 0, sizeof router->given_up);
    memset(router->retry_ms, 0, sizeof router->retry_ms);
    start_again(router, WHY_RESET, now_ms);
}
