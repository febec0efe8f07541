/* Which strings may not be ordered any more (invariant 7), and whether the boards still carry out
 * what is ordered. A contact is compared with its own coil, so a board that lost its outputs is not
 * taken for a welded contact; the coils are compared with the orders. */
#include <stdlib.h>

#include "phase-router/wiring.h"

static void string_lock(struct turn *turn, size_t s, enum router_why why)
{
    struct router *r = turn->router;
    if (r->locked[s])
        return;
    r->locked[s] = true;
    r->locked_why[s] = (uint8_t)why;
    if (r->state != ROUTER_IDLE)
        return;
    r->string = (uint8_t)s;
    r->why = why;
}

static int64_t limit_ms(const struct turn *turn)
{
    return turn_feedback_ms(turn->router, 0);
}

/* Closed without or open with a current in its coil, or neither or both: for too long. */
static void contact_watch(struct turn *turn, size_t c)
{
    struct router *r = turn->router;
    const struct router_view *view = turn->view;
    bool coil = view->contact_output[c];
    bool differs =
        turn_contact_fresh(turn, c) && view->contact[c] != (coil ? CONTACT_CLOSED : CONTACT_OPEN);
    since_keep(&r->differs_ms[c], differs, turn->now_ms);
    const struct topology_contact *contact = &r->topology->contact[c];
    size_t s = contact->string;
    if (differs && coil && r->moved_ms[s])
        r->moved_ms[s] = turn->now_ms; /* it dwells from when it has landed, however late */
    int64_t late_ms = turn_feedback_ms(r, coil ? contact->operate_ms : contact->release_ms);
    if (view->contact_fault[c])
        string_lock(turn, s, WHY_CONTACT_FAULT);
    else if (since_over(r->differs_ms[c], late_ms, turn->now_ms))
        string_lock(turn, s, coil ? WHY_NOT_CLOSED : WHY_NOT_OPEN);
}

static void string_watch(struct turn *turn, size_t s)
{
    struct router *r = turn->router;
    const struct reading *current = &turn->view->current_mA[s];
    bool flows = turn->seen[s] == NO_INPUT &&
                 reading_fresh(current, turn->now_ms, r->config.sample_age_ms) &&
                 !turn_string_zero(turn, s);
    since_keep(&r->flows_ms[s], flows, turn->now_ms);
    since_keep(&r->calm_ms[s], turn_string_zero(turn, s), turn->now_ms);
    if (since_over(r->flows_ms[s], limit_ms(turn), turn->now_ms))
        string_lock(turn, s, WHY_CURRENT_ON_OPEN);
}

static bool others_draw(const struct turn *turn, size_t s)
{
    for (size_t k = 0; k < turn->router->topology->strings; k++)
        if (k != s && turn->router->calm_ms[k] == 0 && turn_sensor_fresh(turn, k))
            return true;
    return false;
}

/* A string that has moved must be drawn from while others are: else its new input is not wanted
 * for it any more, and it goes home. */
static void start_watch(struct turn *turn, size_t s)
{
    struct router *r = turn->router;
    bool stands = turn->seen[s] < r->topology->inputs && r->orders.string_on[s];
    bool draws = r->calm_ms[s] == 0 && turn_sensor_fresh(turn, s);
    if (r->joined_ms[s] == 0)
        return;
    if (draws || !stands) {
        r->joined_ms[s] = 0;
    } else if (!others_draw(turn, s)) {
        r->joined_ms[s] = turn->now_ms;
    } else if (since_over(r->joined_ms[s], r->config.start_ms, turn->now_ms)) {
        r->joined_ms[s] = 0;
        r->dead_input[s] = turn->seen[s];
        if (r->state == ROUTER_IDLE) {
            r->string = (uint8_t)s;
            r->why = WHY_NOT_STARTED;
        }
    }
}

/* The contact that the transfer moves now, and the switches it has just ordered, are judged by its
 * own time limits. */
static bool contact_moves(const struct router *r, size_t c)
{
    const struct topology_contact *contact = &r->topology->contact[c];
    return contact->string == r->string &&
           (r->state == ROUTER_OPENING || r->state == ROUTER_CLOSING);
}

static bool switch_moves(const struct router *r, size_t s)
{
    return r->group[s] && (r->state == ROUTER_SWITCH_OFF || r->state == ROUTER_SWITCH_ON);
}

static bool contacts_stray(struct turn *turn)
{
    struct router *r = turn->router;
    bool stray = false;
    for (size_t c = 0; c < r->topology->contacts; c++) {
        bool differs = turn->heard && !contact_moves(r, c) &&
                       turn->view->contact_output[c] != r->orders.contact_closed[c];
        since_keep(&r->strays_ms[c], differs, turn->now_ms);
        stray |= since_over(r->strays_ms[c], limit_ms(turn), turn->now_ms);
    }
    return stray;
}

static bool switches_stray(struct turn *turn)
{
    struct router *r = turn->router;
    bool stray = false;
    for (size_t s = 0; s < r->topology->strings; s++) {
        bool differs = turn->heard && !switch_moves(r, s) && !r->topology->string[s].switchless &&
                       turn->view->switch_output[s] != r->orders.string_on[s];
        since_keep(&r->switch_strays_ms[s], differs, turn->now_ms);
        stray |= since_over(r->switch_strays_ms[s], limit_ms(turn), turn->now_ms);
    }
    return stray;
}

bool router_watch(struct turn *turn)
{
    for (size_t c = 0; c < turn->router->topology->contacts; c++)
        contact_watch(turn, c);
    for (size_t s = 0; s < turn->router->topology->strings; s++)
        string_watch(turn, s);
    for (size_t s = 0; s < turn->router->topology->strings; s++)
        start_watch(turn, s);
    bool contacts = contacts_stray(turn), switches = switches_stray(turn);
    return contacts || switches;
}
