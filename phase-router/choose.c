/* Which string goes next, and what stands in its way.
 *
 * Isolated strings first, since they deliver nothing; then the lowest index whose place is free.
 * Strings that wait for each other's place in a ring: one of them is taken off first (to NO_INPUT),
 * but only when all of them may move now, so that none is left off. */
#include <string.h>

#include "phase-router/wiring.h"

enum { VOLTAGE_AGE_MS = 1000, PERMILLE = 1000 };

static bool voltage_fits(const struct turn *turn, size_t s, uint8_t to)
{
    const struct router *r = turn->router;
    const struct topology_string *string = &r->topology->string[s];
    const struct topology_input *input = &r->topology->input[to];
    int64_t highest_mV =
        (int64_t)input->voc_max_mV * (PERMILLE - r->config.voltage_margin_permille) / PERMILLE;
    return string->voc_mV <= input->voc_max_mV && turn->view->voltage_mV[s].value <= highest_mV;
}

/* Strings that are not seen elsewhere may stand on the input: they count as neighbours. */
static bool neighbours_known(const struct turn *turn, size_t s, uint8_t to)
{
    const struct topology *t = turn->router->topology;
    for (size_t c = 0; c < t->contacts; c++)
        if (t->contact[c].input == to && t->contact[c].string != s &&
            turn->seen[t->contact[c].string] == STRING_UNKNOWN)
            return false;
    return true;
}

/* What takes the current from a string on this input is not there, or not yet. */
static enum router_why inhibit_obstacle(const struct turn *turn, size_t s, uint8_t input)
{
    const struct router *r = turn->router;
    if (!r->topology->string[s].switchless || input >= r->topology->inputs)
        return WHY_NOTHING;
    switch (r->topology->input[input].inhibit) {
    case INHIBIT_NONE:
        return WHY_NO_INHIBIT;
    case INHIBIT_ORDER:
        return WHY_NOTHING;
    case INHIBIT_DUSK:
        return turn_string_dark(turn, s) ? WHY_NOTHING : WHY_DAYLIGHT;
    }
    return WHY_NO_INHIBIT;
}

/* Of the string where it stands and where it goes, and of those that stand there. */
static enum router_why inhibits_obstacle(const struct turn *turn, size_t s, uint8_t to)
{
    enum router_why why = inhibit_obstacle(turn, s, turn->seen[s]);
    if (why == WHY_NOTHING)
        why = inhibit_obstacle(turn, s, to);
    for (size_t k = 0; k < turn->router->topology->strings && why == WHY_NOTHING; k++)
        if (k != s && turn->seen[k] == to && to != NO_INPUT)
            why = inhibit_obstacle(turn, k, to);
    return why;
}

enum router_why router_obstacle(const struct turn *turn, size_t s, uint8_t to)
{
    const struct router_view *view = turn->view;
    enum router_why inhibit = inhibits_obstacle(turn, s, to);
    if (view->insulation_fault)
        return WHY_INSULATION;
    if (inhibit != WHY_NOTHING)
        return inhibit;
    if (to == NO_INPUT)
        return WHY_NOTHING;
    if (!view->input_ready[to] || !neighbours_known(turn, s, to))
        return WHY_DESTINATION_NOT_READY;
    if (!reading_fresh(&view->voltage_mV[s], turn->now_ms, VOLTAGE_AGE_MS))
        return WHY_SENSOR_SILENT;
    return voltage_fits(turn, s, to) ? WHY_NOTHING : WHY_VOLTAGE;
}

static bool wants_move(const struct turn *turn, size_t s)
{
    const struct router *r = turn->router;
    uint8_t target = turn_target(r, s);
    return target != NO_INPUT && turn->seen[s] != STRING_UNKNOWN && target != turn->seen[s];
}

/* A string leaves home only while its way back is still in the day's budget. */
static bool budget_left(const struct router *r, size_t s, uint8_t from)
{
    bool leaves = from != NO_INPUT && turn_target(r, s) != r->topology->string[s].home;
    return r->moved_today[s] + (leaves ? 2 : 1) <= r->config.transfers_per_day;
}

static bool dwells(const struct turn *turn, size_t s)
{
    const struct router *r = turn->router;
    return turn->seen[s] != NO_INPUT && r->moved_ms[s] &&
           turn->now_ms - r->moved_ms[s] < r->config.dwell_ms;
}

/* A coil is not as ordered: its board is being found out about. */
static bool strays(const struct router *r, size_t s)
{
    for (size_t c = 0; c < r->topology->contacts; c++)
        if (r->topology->contact[c].string == s && r->strays_ms[c])
            return true;
    return false;
}

/* What delays the string, whether or not its place is free. */
static enum router_why delay(const struct turn *turn, size_t s)
{
    const struct router *r = turn->router;
    if (r->locked[s])
        return (enum router_why)r->locked_why[s];
    if (r->failed_today[s] >= r->config.retries_per_day ||
        (r->failed_ms[s] && turn->now_ms - r->failed_ms[s] < r->config.retry_ms))
        return (enum router_why)r->failed_why[s];
    if (strays(r, s))
        return WHY_BOARD_STATE;
    if (!budget_left(r, s, turn->seen[s]))
        return WHY_BUDGET;
    if (dwells(turn, s))
        return WHY_DWELL;
    if (!turn_sensor_fresh(turn, s))
        return WHY_SENSOR_SILENT;
    return router_obstacle(turn, s, turn_target(r, s));
}

/* The layout as it is, unknown strings left out: router_obstacle keeps others away from them. */
static void layout_now(const struct turn *turn, uint8_t layout[])
{
    for (size_t s = 0; s < turn->router->topology->strings; s++)
        layout[s] = turn->seen[s] == STRING_UNKNOWN ? NO_INPUT : turn->seen[s];
}

static bool place_free(const struct turn *turn, size_t s, const uint8_t layout[])
{
    const struct router *r = turn->router;
    return place_forbidden(r->topology, layout, s, turn_target(r, s)) == NULL;
}

static struct router_move move_to(const struct turn *turn, size_t s, uint8_t to)
{
    bool home = to == turn->router->topology->string[s].home;
    return (struct router_move){(uint8_t)s, to, home ? WHY_BACK_HOME : WHY_WANTED};
}

struct choice {
    size_t ready;   /* may go now */
    size_t blocked; /* may go, but its place is taken */
    size_t delayed;
    enum router_why why;
};

static struct choice look_round(const struct turn *turn, const uint8_t now[], uint8_t after[])
{
    size_t none = turn->router->topology->strings;
    struct choice choice = {none, none, none, WHY_NOTHING};
    for (size_t s = 0; s < none; s++) {
        if (!wants_move(turn, s))
            continue;
        enum router_why why = delay(turn, s);
        if (why != WHY_NOTHING) {
            choice.why = choice.delayed == none ? why : choice.why;
            choice.delayed = choice.delayed == none ? s : choice.delayed;
            continue;
        }
        after[s] = turn_target(turn->router, s);
        if (!place_free(turn, s, now))
            choice.blocked = choice.blocked == none && now[s] != NO_INPUT ? s : choice.blocked;
        else if (choice.ready == none || (now[s] == NO_INPUT && now[choice.ready] != NO_INPUT))
            choice.ready = s;
    }
    return choice;
}

bool router_choose(const struct turn *turn, struct router_move *move)
{
    const struct topology *t = turn->router->topology;
    uint8_t now[MAX_STRINGS], after[MAX_STRINGS];
    layout_now(turn, now);
    memcpy(after, now, sizeof after);
    struct choice choice = look_round(turn, now, after);
    if (choice.ready < t->strings) {
        *move = move_to(turn, choice.ready, turn_target(turn->router, choice.ready));
        return true;
    }
    if (choice.blocked < t->strings && layout_forbidden(t, after) == NULL) {
        *move = move_to(turn, choice.blocked, NO_INPUT);
        return true;
    }
    *move = (struct router_move){NO_STRING, NO_INPUT, choice.why};
    if (choice.delayed < t->strings)
        move->string = (uint8_t)choice.delayed;
    else if (choice.blocked < t->strings)
        *move = (struct router_move){(uint8_t)choice.blocked, NO_INPUT, WHY_DESTINATION_NOT_READY};
    return false;
}
