/* What is seen of an AC bus, as far as it is fresh, and what of it stops everything. */
#include "phase-router/ac_turn.h"
#include "phase-router/wiring.h"

static bool contact_fresh(const struct ac_turn *turn, const struct ac_contact_view *contact)
{
    return contact->heard_ms > 0 &&
           turn->now_ms - contact->heard_ms <= turn->bus->config.node_lost_ms;
}

/* Position as far as it is known: silent or in neither end is unknown. */
static enum contact_seen seen(const struct ac_turn *turn, size_t source, enum ac_pole pole)
{
    const struct ac_contact_view *contact = &turn->view->contact[source][pole];
    return contact_fresh(turn, contact) ? contact->seen : CONTACT_UNKNOWN;
}

static bool sampled(const struct ac_turn *turn, const struct reading *reading)
{
    return reading_fresh(reading, turn->now_ms, turn->bus->config.sample_age_ms);
}

static bool car_sampled(const struct ac_turn *turn)
{
    return sampled(turn, &turn->view->ev_current_dA) && sampled(turn, &turn->view->evse_contactor);
}

static bool wallbox_heard(const struct ac_turn *turn)
{
    const struct ac_view *view = turn->view;
    int64_t lost_ms = turn->bus->config.node_lost_ms;
    return reading_fresh(&view->ev_current_dA, turn->now_ms, lost_ms) &&
           reading_fresh(&view->evse_contactor, turn->now_ms, lost_ms) &&
           reading_fresh(&view->bus_voltage_dV, turn->now_ms, lost_ms);
}

void ac_look(struct ac_turn *turn)
{
    struct ac_bus *bus = turn->bus;
    const struct ac_view *view = turn->view;
    bool open = true, steady = true;
    turn->boards = true;
    for (size_t s = 0; s < bus->sources; s++)
        for (enum ac_pole pole = AC_LINE; pole < AC_POLES; pole++) {
            const struct ac_contact_view *contact = &view->contact[s][pole];
            turn->boards &= contact_fresh(turn, contact);
            steady &= turn->now_ms - contact->heard_ms <= bus->config.report_ms;
            open &= seen(turn, s, pole) == CONTACT_OPEN && !contact->output;
        }
    turn->wallbox = wallbox_heard(turn);
    bool off = car_sampled(turn) && view->evse_contactor.value == 0 &&
               view->ev_current_dA.value < bus->config.quiet_dA;
    bool dead =
        sampled(turn, &view->bus_voltage_dV) && view->bus_voltage_dV.value < bus->config.dead_dV;
    since_keep(&bus->heard_since_ms, turn->boards && turn->wallbox && steady, turn->now_ms);
    since_keep(&bus->open_ms, open, turn->now_ms);
    since_keep(&bus->quiet_ms, off, turn->now_ms);
    since_keep(&bus->dead_ms, dead, view->bus_voltage_dV.heard_ms);
}

bool ac_car_off(const struct ac_turn *turn)
{
    const struct ac_bus *bus = turn->bus;
    return bus->quiet_ms &&
           turn->view->ev_current_dA.heard_ms - bus->quiet_ms >= bus->config.quiet_ms;
}

bool ac_bus_dead(const struct ac_turn *turn, int64_t for_ms)
{
    const struct ac_bus *bus = turn->bus;
    return bus->dead_ms && turn->view->bus_voltage_dV.heard_ms - bus->dead_ms >= for_ms;
}

bool ac_source_ready(const struct ac_turn *turn, uint8_t source)
{
    return source >= turn->bus->sources || turn->view->source_ready[source];
}

bool ac_heard_since(const struct ac_turn *turn, const struct reading *reading)
{
    return reading->heard_ms >= turn->bus->since_ms;
}

uint8_t ac_source_seen(const struct ac_turn *turn)
{
    uint8_t found = AC_NO_SOURCE;
    for (uint8_t s = 0; s < turn->bus->sources; s++) {
        if (seen(turn, s, AC_LINE) != CONTACT_CLOSED || seen(turn, s, AC_NEUTRAL) != CONTACT_CLOSED)
            continue;
        if (found != AC_NO_SOURCE)
            return AC_NO_SOURCE;
        found = s;
    }
    return found;
}

enum ac_why ac_unheard(const struct ac_turn *turn, int64_t after_ms)
{
    const struct ac_view *view = turn->view;
    if (!turn->wallbox || view->ev_current_dA.heard_ms < after_ms ||
        view->bus_voltage_dV.heard_ms < after_ms || view->evse_contactor.heard_ms < after_ms)
        return AC_WHY_WALLBOX_SILENT;
    for (size_t s = 0; s < turn->bus->sources; s++)
        for (enum ac_pole pole = AC_LINE; pole < AC_POLES; pole++)
            if (!turn->boards || view->contact[s][pole].heard_ms < after_ms)
                return AC_WHY_BOARD_SILENT;
    for (size_t s = 0; s < turn->bus->sources; s++)
        for (enum ac_pole pole = AC_LINE; pole < AC_POLES; pole++)
            if (seen(turn, s, pole) == CONTACT_UNKNOWN)
                return AC_WHY_CONTACT_UNKNOWN;
    return AC_WHY_NOTHING;
}

/* --- trouble --- */

/* Coil and position differ, or order and coil, for too long. What a state has just ordered is judged
 * by that state first: its time began a step earlier. */
static enum ac_why contact_watch(struct ac_turn *turn, size_t s, enum ac_pole pole, bool *stray)
{
    struct ac_bus *bus = turn->bus;
    const struct ac_contact_view *contact = &turn->view->contact[s][pole];
    int64_t limit_ms = bus->config.feedback_ms + bus->config.report_ms;
    bool fresh = contact_fresh(turn, contact);
    bool differs = fresh && contact->seen != (contact->output ? CONTACT_CLOSED : CONTACT_OPEN);
    bool strays = fresh && bus->orders.valid && contact->output != bus->orders.closed[s][pole];
    since_keep(&bus->differs_ms[s][pole], differs, turn->now_ms);
    since_keep(&bus->strays_ms[s][pole], strays, turn->now_ms);
    *stray |= since_over(bus->strays_ms[s][pole], limit_ms, turn->now_ms);
    if (fresh && contact->fault)
        return AC_WHY_CONTACT_FAULT;
    if (!since_over(bus->differs_ms[s][pole], limit_ms, turn->now_ms))
        return AC_WHY_NOTHING;
    return contact->output ? AC_WHY_NOT_CLOSED : AC_WHY_NOT_OPEN;
}

static enum ac_why stand_watch(const struct ac_turn *turn)
{
    unsigned on_bus = 0;
    bool alone = false;
    for (size_t s = 0; s < turn->bus->sources; s++) {
        enum contact_seen line = seen(turn, s, AC_LINE), neutral = seen(turn, s, AC_NEUTRAL);
        on_bus += line == CONTACT_CLOSED || neutral == CONTACT_CLOSED;
        alone |= line == CONTACT_CLOSED && neutral == CONTACT_OPEN;
    }
    return on_bus > 1 ? AC_WHY_TWO_SOURCES : alone ? AC_WHY_LINE_ALONE : AC_WHY_NOTHING;
}

/* The car came back while the bus changes. */
static bool car_back(const struct ac_turn *turn)
{
    enum ac_state state = turn->bus->state;
    bool changing = state >= AC_OPEN_LINE && state <= AC_VERIFY;
    return changing && car_sampled(turn) && turn->bus->quiet_ms == 0;
}

enum ac_why ac_trouble(struct ac_turn *turn)
{
    bool stray = false;
    enum ac_why contacts = AC_WHY_NOTHING, stand = stand_watch(turn);
    for (size_t s = 0; s < turn->bus->sources; s++)
        for (enum ac_pole pole = AC_LINE; pole < AC_POLES; pole++) {
            enum ac_why why = contact_watch(turn, s, pole, &stray);
            contacts = contacts == AC_WHY_NOTHING ? why : contacts;
        }
    const struct {
        bool holds;
        enum ac_why why;
    } rows[] = {
        {stand != AC_WHY_NOTHING, stand},
        {contacts != AC_WHY_NOTHING, contacts},
        {car_back(turn), AC_WHY_CAR_BACK},
        {!turn->boards, AC_WHY_BOARD_SILENT},
        {!turn->wallbox, AC_WHY_WALLBOX_SILENT},
        {turn->view->switching_locked, AC_WHY_LOCKED},
        {stray, AC_WHY_BOARD_STATE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].holds)
            return rows[i].why;
    return AC_WHY_NOTHING;
}
