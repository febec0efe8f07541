/* An AC bus between its changes: reading back, standing on a source, lockout, HOLD. */
#include "phase-router/ac.h"

#include <assert.h>
#include <string.h>

#include "phase-router/ac_turn.h"
#include "phase-router/wiring.h"

const struct ac_config ac_defaults = {
    .quiet_dA = 5,
    .quiet_ms = 3000,
    .sample_age_ms = 400,
    .wind_down_ms = 20000,
    .dead_dV = 500,
    .dead_ms = 5000,
    .decay_ms = 10000,
    .neutral_ms = 1000,
    .present_dV = 1950,
    .verify_ms = 5000,
    .lockout_ms = 300000,
    .feedback_ms = 250,
    .report_ms = 450,
    .retry_ms = 60000,
    .boot_hold_ms = 10000,
    .stable_ms = 1500,
    .settle_ms = 500,
    .node_lost_ms = 1500,
};

enum { WAKE_RESTING_MS = 100, WAKE_MOVING_MS = 20 };

static bool changing(enum ac_state state)
{
    return state >= AC_WIND_DOWN && state <= AC_VERIFY;
}

void ac_enter(struct ac_turn *turn, enum ac_state state, enum ac_why why)
{
    struct ac_bus *bus = turn->bus;
    bus->resume_steady = state == AC_HOLD && bus->state == AC_STEADY;
    bus->state = state;
    bus->why = why;
    bus->since_ms = turn->now_ms;
    bus->joined_ms = 0;
    bus->veto_seen = false;
}

/* --- reading back --- */

/* The boards' own outputs become the orders, so that restating them changes nothing. A car that was
 * found charging was in no lockout; any other may be. */
static void adopt(struct ac_turn *turn, enum ac_why why)
{
    struct ac_bus *bus = turn->bus;
    bool went_on = bus->resume_steady && ac_source_seen(turn) == bus->source;
    for (size_t s = 0; s < bus->sources; s++)
        for (enum ac_pole pole = AC_LINE; pole < AC_POLES; pole++)
            bus->orders.closed[s][pole] = turn->view->contact[s][pole].output;
    memset(bus->strays_ms, 0, sizeof bus->strays_ms);
    bus->orders.valid = true;
    bus->source = ac_source_seen(turn);
    bus->settled_ms = turn->now_ms + bus->config.settle_ms;
    bool free = bus->source == AC_NO_SOURCE || bus->found_charging || went_on;
    bus->found_charging = false;
    ac_enter(turn, free ? AC_STEADY : AC_LOCKOUT, why);
}

static void start_step(struct ac_turn *turn)
{
    struct ac_bus *bus = turn->bus;
    const struct reading *contactor = &turn->view->evse_contactor;
    bus->found_charging |= contactor->value != 0 && ac_heard_since(turn, contactor);
    if (turn->now_ms - bus->started_ms < bus->config.boot_hold_ms)
        return;
    enum ac_why missing = ac_unheard(turn, bus->started_ms);
    if (missing != AC_WHY_NOTHING)
        bus->why = missing;
    else
        adopt(turn, AC_WHY_ADOPTED);
}

/* --- HOLD --- */

/* What ends by itself, though perhaps not yet. */
static bool passing(enum ac_why why)
{
    return why == AC_WHY_BOARD_SILENT || why == AC_WHY_WALLBOX_SILENT || why == AC_WHY_LOCKED ||
           why == AC_WHY_BOARD_STATE || why == AC_WHY_SOURCE_NOT_READY || why == AC_WHY_NO_VOLTAGE;
}

static bool passed(const struct ac_turn *turn)
{
    const struct ac_bus *bus = turn->bus;
    if (bus->why == AC_WHY_LOCKED)
        return !turn->view->switching_locked;
    if (bus->why == AC_WHY_SOURCE_NOT_READY)
        return ac_source_ready(turn, bus->wanted);
    if (bus->why == AC_WHY_NO_VOLTAGE)
        return bus->wanted != bus->source ||
               turn->view->bus_voltage_dV.value >= bus->config.present_dV;
    return passing(bus->why);
}

/* Something worse may show while it holds; then only a person ends it. */
static void hold_step(struct ac_turn *turn, enum ac_why wrong)
{
    struct ac_bus *bus = turn->bus;
    int64_t from_ms = bus->heard_since_ms > bus->since_ms ? bus->heard_since_ms : bus->since_ms;
    if (wrong != AC_WHY_NOTHING && !passing(wrong) && passing(bus->why)) {
        ac_enter(turn, AC_HOLD, wrong);
    } else if (passed(turn) && ac_unheard(turn, bus->since_ms) == AC_WHY_NOTHING &&
               bus->heard_since_ms && turn->now_ms - from_ms >= bus->config.stable_ms) {
        adopt(turn, AC_WHY_READ_BACK);
    }
}

/* --- standing --- */

static void steady_step(struct ac_turn *turn)
{
    struct ac_bus *bus = turn->bus;
    if (turn->now_ms < bus->settled_ms || bus->wanted == AC_KEEP || bus->wanted == bus->source)
        return;
    bool tried = bus->failed_ms && turn->now_ms - bus->failed_ms < bus->config.retry_ms;
    if (tried && bus->wanted != AC_NO_SOURCE)
        return;
    if (ac_source_ready(turn, bus->wanted))
        ac_enter(turn, AC_WIND_DOWN, AC_WHY_WANTED);
    else
        bus->why = AC_WHY_SOURCE_NOT_READY;
}

static void lockout_step(struct ac_turn *turn)
{
    struct ac_bus *bus = turn->bus;
    if (bus->wanted == AC_NO_SOURCE && turn->now_ms >= bus->settled_ms)
        ac_enter(turn, AC_WIND_DOWN, AC_WHY_WANTED);
    else if (turn->now_ms - bus->since_ms >= bus->config.lockout_ms)
        ac_enter(turn, AC_STEADY, AC_WHY_DONE);
}

/* --- the owner's side --- */

void ac_init(struct ac_bus *bus, uint8_t sources, const struct ac_config *config, int64_t now_ms)
{
    assert(sources > 0 && sources <= AC_BUS_SOURCES);
    assert(config->dead_ms >= AC_DEAD_LEAST_MS && config->lockout_ms >= AC_LOCKOUT_LEAST_MS);
    memset(bus, 0, sizeof *bus);
    bus->config = *config;
    bus->sources = sources;
    bus->wanted = AC_KEEP;
    ac_reset(bus, now_ms);
    bus->why = AC_WHY_READ_BACK;
}

void ac_want(struct ac_bus *bus, uint8_t source)
{
    assert(source < bus->sources || source == AC_NO_SOURCE);
    bus->wanted = source;
}

bool ac_ready(const struct ac_bus *bus)
{
    return bus->state == AC_STEADY && bus->source != AC_NO_SOURCE &&
           (bus->wanted == bus->source || bus->wanted == AC_KEEP);
}

void ac_reset(struct ac_bus *bus, int64_t now_ms)
{
    memset(bus->differs_ms, 0, sizeof bus->differs_ms);
    bus->orders.valid = false;
    bus->source = bus->from = bus->to = AC_NO_SOURCE;
    bus->resume_steady = bus->found_charging = false;
    bus->failed_ms = 0;
    bus->state = AC_START;
    bus->why = AC_WHY_RESET;
    bus->since_ms = bus->started_ms = now_ms;
}

int64_t ac_step(struct ac_bus *bus, const struct ac_view *view, int64_t now_ms)
{
    struct ac_turn turn = {.bus = bus, .view = view, .now_ms = now_ms};
    ac_look(&turn);
    bus->veto_seen |= view->vetoed;
    enum ac_why wrong = ac_trouble(&turn);
    if (bus->state == AC_HOLD)
        hold_step(&turn, wrong);
    else if (bus->state != AC_START && wrong != AC_WHY_NOTHING)
        ac_enter(&turn, AC_HOLD, wrong);
    else if (changing(bus->state))
        ac_change_step(&turn);
    else if (bus->state == AC_START)
        start_step(&turn);
    else if (bus->state == AC_STEADY)
        steady_step(&turn);
    else
        lockout_step(&turn);
    if (ac_ready(bus)) /* the car may start, and be off again, between two reports */
        bus->quiet_ms = 0;
    return now_ms + (changing(bus->state) ? WAKE_MOVING_MS : WAKE_RESTING_MS);
}
