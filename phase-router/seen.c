/* What the view shows, as far as it is fresh: a contact that is silent is unknown. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "phase-router/wiring.h"

bool turn_contact_fresh(const struct turn *turn, size_t c)
{
    int64_t heard_ms = turn->view->contact_ms[c];
    return heard_ms > 0 && turn->now_ms - heard_ms <= turn->router->config.node_lost_ms;
}

bool turn_string_zero(const struct turn *turn, size_t s)
{
    const struct router_config *config = &turn->router->config;
    const struct reading *current = &turn->view->current_mA[s];
    return reading_fresh(current, turn->now_ms, config->sample_age_ms) &&
           abs(current->value) <= config->zero_mA;
}

bool turn_sensor_fresh(const struct turn *turn, size_t s)
{
    int64_t lost_ms = turn->router->config.node_lost_ms;
    return reading_fresh(&turn->view->current_mA[s], turn->now_ms, lost_ms) &&
           reading_fresh(&turn->view->voltage_mV[s], turn->now_ms, lost_ms);
}

static bool calm_for(const struct turn *turn, size_t s, int64_t hold_ms)
{
    int64_t calm_ms = turn->router->calm_ms[s];
    return calm_ms && turn->now_ms - calm_ms >= hold_ms;
}

bool turn_string_dark(const struct turn *turn, size_t s)
{
    return calm_for(turn, s, turn->router->config.dusk_ms);
}

bool turn_string_calm(const struct turn *turn, size_t s)
{
    return calm_for(turn, s, turn->router->config.zero_hold_ms);
}

static bool input_off(const struct turn *turn, uint8_t input)
{
    return turn->router->orders.input_off[input] && turn->view->input_off[input];
}

bool turn_string_off(const struct turn *turn, size_t s)
{
    const struct router *r = turn->router;
    if (!r->topology->string[s].switchless)
        return !r->orders.string_on[s] && !turn->view->switch_output[s];
    if (turn->seen[s] >= r->topology->inputs) /* nowhere, or unknown */
        return turn->seen[s] == NO_INPUT;
    return r->topology->input[turn->seen[s]].inhibit == INHIBIT_ORDER
               ? input_off(turn, turn->seen[s])
               : turn_string_dark(turn, s);
}

/* One closed contact after the other: a second one makes the string unknown. */
static void string_place(uint8_t *seen, enum contact_seen contact, uint8_t input)
{
    switch (contact) {
    case CONTACT_OPEN:
        break;
    case CONTACT_CLOSED:
        *seen = *seen == NO_INPUT ? input : STRING_UNKNOWN;
        break;
    case CONTACT_UNKNOWN:
        *seen = STRING_UNKNOWN;
        break;
    }
}

void turn_look(struct turn *turn)
{
    const struct topology *t = turn->router->topology;
    const struct router_view *view = turn->view;
    memset(turn->seen, NO_INPUT, sizeof turn->seen);
    turn->heard = view->boards_heard && view->switches_heard;
    bool steady = turn->heard;
    for (size_t c = 0; c < t->contacts; c++) {
        bool fresh = turn_contact_fresh(turn, c);
        turn->heard &= fresh;
        steady &= fresh && turn->now_ms - view->contact_ms[c] <= turn->router->config.report_ms;
        string_place(&turn->seen[t->contact[c].string], fresh ? view->contact[c] : CONTACT_UNKNOWN,
                     t->contact[c].input);
    }
    since_keep(&turn->router->heard_since_ms, steady, turn->now_ms);
}

bool router_layout_seen(const struct router *router, const struct router_view *view,
                        uint8_t layout[])
{
    const struct topology *t = router->topology;
    bool known = view->boards_heard;
    memset(layout, NO_INPUT, MAX_STRINGS);
    for (size_t c = 0; c < t->contacts; c++)
        string_place(&layout[t->contact[c].string],
                     view->contact_ms[c] > 0 ? view->contact[c] : CONTACT_UNKNOWN,
                     t->contact[c].input);
    for (size_t s = 0; s < t->strings; s++)
        if (layout[s] == STRING_UNKNOWN) {
            layout[s] = NO_INPUT;
            known = false;
        }
    return known;
}
