/* The emergency stop: everything off; each contact opens once its string is without current, one
 * after the other; what is left after stop_wait_ms opens under current, all at once. Released, or no
 * longer heard, it becomes HOLD. */
#include "phase-router/wiring.h"

/* The stop has lasted for so long. */
static bool lasted(const struct turn *turn, int32_t wait_ms)
{
    return turn->now_ms - turn->router->since_ms >= wait_ms;
}

/* The order before this one has been carried out. */
static bool settled(const struct turn *turn)
{
    const struct router *r = turn->router;
    for (size_t c = 0; c < r->topology->contacts; c++)
        if (turn->view->contact_output[c] != r->orders.contact_closed[c])
            return false;
    return true;
}

static bool cold(const struct turn *turn, size_t s)
{
    return turn_string_off(turn, s) && turn_string_calm(turn, s) &&
           lasted(turn, turn->router->config.zero_hold_ms);
}

static void contact_open(struct turn *turn, size_t c)
{
    struct router *r = turn->router;
    r->orders.contact_closed[c] = false;
    r->operations[c]++;
    r->hot_openings += !turn_string_calm(turn, r->topology->contact[c].string);
}

static void contacts_open(struct turn *turn)
{
    struct router *r = turn->router;
    bool late = lasted(turn, r->config.stop_wait_ms), free = settled(turn);
    for (size_t c = 0; c < r->topology->contacts; c++) {
        if (!r->orders.contact_closed[c] ||
            !(late || (free && cold(turn, r->topology->contact[c].string))))
            continue;
        contact_open(turn, c);
        free = false;
    }
}

void stop_step(struct turn *turn)
{
    struct router *r = turn->router;
    for (size_t s = 0; s < r->topology->strings; s++)
        r->orders.string_on[s] = false;
    if (turn->view->stop)
        contacts_open(turn);
    else
        router_enter(turn, ROUTER_HOLD, WHY_STOPPED);
}
