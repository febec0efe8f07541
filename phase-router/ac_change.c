/* The states of a change of source, from WIND_DOWN to VERIFY; ac.h draws their order. Every order is
 * given on entry of the state that waits for it, so what a state waits for was heard after since_ms. */
#include "phase-router/ac_turn.h"
#include "phase-router/wiring.h"

static void hold(struct ac_turn *turn, enum ac_why why)
{
    ac_enter(turn, AC_HOLD, why);
}

static bool waited(const struct ac_turn *turn, int64_t limit_ms)
{
    return turn->now_ms - turn->bus->since_ms > limit_ms;
}

static bool feedback_late(const struct ac_turn *turn)
{
    return waited(turn, turn->bus->config.feedback_ms + turn->bus->config.report_ms);
}

/* The contact this state has ordered. */
struct moved {
    uint8_t source;
    enum ac_pole pole;
};
static struct moved moved_by(const struct ac_bus *bus)
{
    bool opens = bus->state == AC_OPEN_LINE || bus->state == AC_OPEN_NEUTRAL;
    bool line = bus->state == AC_OPEN_LINE || bus->state == AC_CLOSE_LINE;
    return (struct moved){opens ? bus->from : bus->to, line ? AC_LINE : AC_NEUTRAL};
}

/* It is seen where it was ordered to be, told after the order. */
static bool arrived(const struct ac_turn *turn)
{
    struct moved at = moved_by(turn->bus);
    const struct ac_contact_view *contact = &turn->view->contact[at.source][at.pole];
    bool closed = turn->bus->orders.closed[at.source][at.pole];
    return contact->seen == (closed ? CONTACT_CLOSED : CONTACT_OPEN) && contact->output == closed &&
           contact->heard_ms >= turn->bus->since_ms;
}

/* The coil never followed, so the order never arrived: it is taken back, that nothing moves later. */
static bool taken_back(const struct ac_turn *turn)
{
    struct moved at = moved_by(turn->bus);
    const struct ac_contact_view *contact = &turn->view->contact[at.source][at.pole];
    bool *order = &turn->bus->orders.closed[at.source][at.pole];
    if (contact->output == *order || contact->seen != (*order ? CONTACT_OPEN : CONTACT_CLOSED))
        return false;
    *order = !*order;
    return true;
}

/* What was ordered has not been seen, and will not be: the board that would tell is silent. */
static bool silent(const struct ac_turn *turn)
{
    struct moved at = moved_by(turn->bus);
    return turn->now_ms - turn->view->contact[at.source][at.pole].heard_ms >
           turn->bus->config.report_ms;
}

/* A contact has moved before this one, so there is no way back. */
static void hold_late(struct ac_turn *turn, enum ac_why late)
{
    bool veto = turn->bus->veto_seen;
    if (silent(turn))
        hold(turn, AC_WHY_BOARD_SILENT);
    else
        hold(turn, taken_back(turn) && veto ? AC_WHY_VETO : late);
}

/* --- opening --- */

static uint8_t ordered_closed(const struct ac_bus *bus, enum ac_pole pole)
{
    for (uint8_t s = 0; s < bus->sources; s++)
        if (bus->orders.closed[s][pole])
            return s;
    return AC_NO_SOURCE;
}

static void open_begin(struct ac_turn *turn, enum ac_pole pole, enum ac_why why)
{
    struct ac_bus *bus = turn->bus;
    uint8_t from = ordered_closed(bus, pole);
    if (from == AC_NO_SOURCE && pole == AC_LINE) {
        open_begin(turn, AC_NEUTRAL, why);
    } else if (from == AC_NO_SOURCE) {
        ac_enter(turn, AC_DEAD, why);
    } else {
        bus->from = from;
        bus->source = AC_NO_SOURCE;
        bus->orders.closed[from][pole] = false;
        ac_enter(turn, pole == AC_LINE ? AC_OPEN_LINE : AC_OPEN_NEUTRAL, why);
    }
}

/* Nothing has moved: it goes on where it was. */
static void way_back(struct ac_turn *turn, enum ac_why why)
{
    turn->bus->failed_ms = turn->now_ms;
    ac_enter(turn, AC_STEADY, why);
}

static void wind_down_step(struct ac_turn *turn)
{
    struct ac_bus *bus = turn->bus;
    bus->to = bus->wanted;
    if (bus->wanted == bus->source)
        ac_enter(turn, AC_STEADY, AC_WHY_CANCELLED);
    else if (ac_car_off(turn))
        open_begin(turn, AC_LINE, AC_WHY_CAR_OFF);
    else if (waited(turn, bus->config.wind_down_ms))
        way_back(turn, AC_WHY_CAR_STAYS);
}

static void open_line_late(struct ac_turn *turn)
{
    struct ac_bus *bus = turn->bus;
    if (silent(turn)) {
        hold(turn, AC_WHY_BOARD_SILENT);
    } else if (taken_back(turn)) {
        bus->source = bus->from;
        way_back(turn, bus->veto_seen ? AC_WHY_VETO : AC_WHY_NOT_OPEN);
    } else {
        hold(turn, AC_WHY_NOT_OPEN);
    }
}

static void open_line_step(struct ac_turn *turn)
{
    struct ac_bus *bus = turn->bus;
    bool dead = ac_bus_dead(turn, 0) && ac_heard_since(turn, &turn->view->bus_voltage_dV);
    if (arrived(turn) && dead && ac_car_off(turn)) {
        open_begin(turn, AC_NEUTRAL, AC_WHY_LINE_OPEN);
    } else if (!arrived(turn) && feedback_late(turn)) {
        open_line_late(turn);
    } else if (waited(turn, bus->config.decay_ms)) {
        hold(turn, dead ? AC_WHY_CAR_STAYS : AC_WHY_VOLTAGE_STAYS);
    }
}

static void open_neutral_step(struct ac_turn *turn)
{
    if (arrived(turn))
        ac_enter(turn, AC_DEAD, AC_WHY_NEUTRAL_OPEN);
    else if (feedback_late(turn))
        hold_late(turn, AC_WHY_NOT_OPEN);
}

/* --- dead --- */

static void dead_late(struct ac_turn *turn, bool open)
{
    const struct ac_bus *bus = turn->bus;
    hold(turn, !open                                     ? AC_WHY_NOT_OPEN
               : !ac_bus_dead(turn, bus->config.dead_ms) ? AC_WHY_VOLTAGE_STAYS
               : !ac_car_off(turn)                       ? AC_WHY_CAR_STAYS
                                                         : AC_WHY_SOURCE_NOT_READY);
}

/* Between two sources the wish may still change. */
static void dead_step(struct ac_turn *turn)
{
    struct ac_bus *bus = turn->bus;
    bus->to = bus->wanted;
    bool open = bus->open_ms && turn->now_ms - bus->open_ms >= bus->config.dead_ms;
    bool over = open && ac_bus_dead(turn, bus->config.dead_ms) && ac_car_off(turn);
    if (over && bus->to == AC_NO_SOURCE) {
        ac_enter(turn, AC_STEADY, AC_WHY_DEAD);
    } else if (over && ac_source_ready(turn, bus->to)) {
        bus->orders.closed[bus->to][AC_NEUTRAL] = true;
        ac_enter(turn, AC_CLOSE_NEUTRAL, AC_WHY_DEAD);
    } else if (waited(turn, bus->config.decay_ms + bus->config.dead_ms)) {
        dead_late(turn, open);
    }
}

/* --- closing --- */

/* A line of another source that is welded shows as voltage against the new neutral. */
static void close_neutral_step(struct ac_turn *turn)
{
    struct ac_bus *bus = turn->bus;
    const struct ac_config *config = &bus->config;
    since_keep(&bus->joined_ms, arrived(turn), turn->now_ms);
    bool joined = bus->joined_ms && turn->now_ms - bus->joined_ms >= config->neutral_ms &&
                  turn->view->bus_voltage_dV.heard_ms > bus->joined_ms;
    bool dead = ac_bus_dead(turn, config->dead_ms);
    if (!bus->joined_ms && feedback_late(turn)) {
        hold_late(turn, AC_WHY_NOT_CLOSED);
    } else if (joined && bus->wanted == AC_NO_SOURCE && ac_car_off(turn)) {
        open_begin(turn, AC_NEUTRAL, AC_WHY_WANTED);
    } else if (joined && dead && ac_car_off(turn)) {
        bus->orders.closed[bus->to][AC_LINE] = true;
        ac_enter(turn, AC_CLOSE_LINE, AC_WHY_NEUTRAL_CLOSED);
    } else if (waited(turn, config->neutral_ms + config->decay_ms)) {
        hold(turn, dead ? AC_WHY_CAR_STAYS : AC_WHY_VOLTAGE_STAYS);
    }
}

static void close_line_step(struct ac_turn *turn)
{
    struct ac_bus *bus = turn->bus;
    if (arrived(turn)) {
        bus->source = bus->to;
        ac_enter(turn, AC_VERIFY, AC_WHY_LINE_CLOSED);
    } else if (feedback_late(turn)) {
        hold_late(turn, AC_WHY_NOT_CLOSED);
    }
}

static void verify_step(struct ac_turn *turn)
{
    struct ac_bus *bus = turn->bus;
    const struct reading *volts = &turn->view->bus_voltage_dV;
    bool stands = ac_source_seen(turn) == bus->source;
    if (stands && ac_heard_since(turn, volts) && volts->value >= bus->config.present_dV) {
        bus->changes++;
        ac_enter(turn, AC_LOCKOUT, AC_WHY_VOLTAGE_SEEN);
    } else if (waited(turn, bus->config.verify_ms)) {
        hold(turn, stands ? AC_WHY_NO_VOLTAGE : AC_WHY_NOT_CLOSED);
    }
}

void ac_change_step(struct ac_turn *turn)
{
    static void (*const steps[AC_STATES])(struct ac_turn *) = {
        [AC_WIND_DOWN] = wind_down_step,
        [AC_OPEN_LINE] = open_line_step,
        [AC_OPEN_NEUTRAL] = open_neutral_step,
        [AC_DEAD] = dead_step,
        [AC_CLOSE_NEUTRAL] = close_neutral_step,
        [AC_CLOSE_LINE] = close_line_step,
        [AC_VERIFY] = verify_step,
    };
    steps[turn->bus->state](turn);
}
