/* The AC side of a tick: what the wallboxes' transfer contacts show, the wished source, the orders. */
#include <string.h>

#include "app/controller.h"
#include "inverter/unit.h"

enum { BOARD_MAX_AGE_MS = 1500, UNIT_MAX_AGE_MS = 15000 };

void ac_setup(struct controller *c, int64_t now_ms)
{
    struct gate_ac_config gate = {0};
    struct ac_config limits = ac_defaults;
    limits.dead_ms = c->config->ac_dead_ms;
    limits.lockout_ms = c->config->ac_lockout_ms;
    for (size_t p = 0; p < c->config->wallbox_count; p++) {
        const struct config_ac *ac = &c->config->ac[p];
        const struct config_device *box = &c->config->wallboxes[c->config->charge_points[p].device];
        struct gate_ac_point *point = &gate.points[gate.point_count];
        if (ac->sources == 0)
            continue;
        ac_init(&c->ac[p], ac->sources, &limits, now_ms);
        *point = (struct gate_ac_point){.bus = box->bus, .node = box->node, .sources = ac->sources};
        for (size_t s = 0; s < ac->sources; s++)
            for (enum ac_pole pole = AC_LINE; pole < AC_POLES; pole++) {
                struct config_channel at = ac->contact[s][pole];
                const struct config_device *board = &c->config->boards[at.device];
                point->contact[s][pole == AC_LINE ? GATE_AC_LINE : GATE_AC_NEUTRAL] =
                    (struct gate_ac_channel){board->bus, board->node, at.channel};
                c->gate.config.boards[at.device].allowed |= (uint16_t)(1u << at.channel);
            }
        gate.point_count++;
    }
    gate_ac_init(&c->gate_ac, &gate);
    c->gate.ac = gate.point_count ? &c->gate_ac : NULL;
}

void ac_restart(struct controller *c, int64_t now_ms)
{
    for (size_t p = 0; p < c->config->wallbox_count; p++)
        if (c->ac[p].sources)
            ac_reset(&c->ac[p], now_ms);
}

/* --- look --- */

static struct ac_contact_view contact_look(struct controller *c, struct config_channel at)
{
    const struct relay_readings *board = &c->plant.boards[at.device];
    bool closed = board->closed.value >> at.channel & 1;
    bool opened = board->opened.value >> at.channel & 1;
    return (struct ac_contact_view){
        .seen = closed == opened ? CONTACT_UNKNOWN
                : closed         ? CONTACT_CLOSED
                                 : CONTACT_OPEN,
        .heard_ms = board->closed.heard_ms,
        .output = board->outputs.value >> at.channel & 1,
        .fault = board->faults.value >> at.channel & 1,
    };
}

/* An inverter that gives out; the grid itself is taken to be there. */
static bool source_look(const struct controller *c, const struct config_source *source,
                        int64_t now_ms)
{
    if (source->inverter == CONFIG_NONE)
        return true;
    const struct reading *mode = &c->plant.units[source->inverter].readings.mode;
    enum unit_mode now = (enum unit_mode)reading_or(mode, now_ms, UNIT_MAX_AGE_MS, MODE_UNKNOWN);
    return plant_unit_expected(&c->plant, source->inverter) &&
           (now == MODE_BATTERY || now == MODE_LINE || now == MODE_BYPASS || now == MODE_ECO);
}

static struct ac_view bus_look(struct controller *c, size_t p, int64_t now_ms)
{
    const struct config_ac *ac = &c->config->ac[p];
    const struct wallbox_readings *box = &c->plant.wallboxes[c->config->charge_points[p].device];
    struct ac_view view = {
        .ev_current_dA = box->current_dA,
        .bus_voltage_dV = box->voltage_dV,
        .evse_contactor = box->contactor,
        .switching_locked = c->gate.foreign,
    };
    for (size_t s = 0; s < ac->sources; s++) {
        view.source_ready[s] = source_look(c, &c->config->sources[ac->source[s]], now_ms);
        for (enum ac_pole pole = AC_LINE; pole < AC_POLES; pole++) {
            view.contact[s][pole] = contact_look(c, ac->contact[s][pole]);
            view.vetoed |= c->board_vetoed[ac->contact[s][pole].device];
        }
    }
    return view;
}

/* --- steer --- */

/* The wish counts once the strings' layout is known: only then is it known whether a session goes
 * on. */
void ac_steer(struct controller *c, int64_t now_ms)
{
    for (size_t p = 0; p < c->config->wallbox_count; p++) {
        const struct config_ac *ac = &c->config->ac[p];
        if (ac->sources == 0)
            continue;
        struct ac_view view = bus_look(c, p, now_ms);
        if (c->stopped)
            ac_want(&c->ac[p], AC_NO_SOURCE);
        else if (c->planned)
            ac_want(&c->ac[p], c->policy.supply[p].source == SUPPLY_OWN ? ac->own : ac->house);
        ac_step(&c->ac[p], &view, now_ms);
    }
    memset(c->board_vetoed, 0, sizeof c->board_vetoed);
}

/* --- orders --- */

bool ac_board_valid(const struct controller *c, size_t board)
{
    for (size_t p = 0; p < c->config->wallbox_count; p++)
        for (size_t s = 0; s < c->config->ac[p].sources; s++)
            for (enum ac_pole pole = AC_LINE; pole < AC_POLES; pole++)
                if (c->config->ac[p].contact[s][pole].device == board && !c->ac[p].orders.valid)
                    return false;
    return true;
}

static bool contact_order(struct controller *c, struct config_channel at, bool closed)
{
    int32_t *outputs = &c->plant.board_orders[at.device].outputs;
    int32_t bit = 1 << at.channel, before = *outputs;
    *outputs = closed ? before | bit : before & ~bit;
    return *outputs != before;
}

void ac_order(struct controller *c)
{
    for (size_t p = 0; p < c->config->wallbox_count; p++)
        for (size_t s = 0; s < c->config->ac[p].sources && c->ac[p].orders.valid; s++)
            for (enum ac_pole pole = AC_LINE; pole < AC_POLES; pole++) {
                struct config_channel at = c->config->ac[p].contact[s][pole];
                if (contact_order(c, at, c->ac[p].orders.closed[s][pole]))
                    dialect_hurry(c->config->boards[at.device].dialect,
                                  &c->plant.dialects[DEVICE_BOARD][at.device]);
            }
}

/* --- what policy and journal see --- */

void ac_digest(const struct controller *c, size_t p, struct policy_point_view *point)
{
    const struct config_ac *ac = &c->config->ac[p];
    const struct ac_bus *bus = &c->ac[p];
    point->transfers = ac->sources > 0;
    if (!point->transfers)
        return;
    uint8_t at = bus->source < ac->sources ? bus->source : ac->own;
    const struct config_source *source = &c->config->sources[ac->source[at]];
    point->ac_state = bus->state;
    point->on_own = bus->source == ac->own;
    point->on_house = bus->source < ac->sources && !point->on_own;
    point->phase = source->phase;
    point->feeding = source->inverter;
    point->source_max_dA = source->max_dA;
    if (source->grid) {
        point->unbalance_dA = c->config->unbalance_max_VA * 10 / point->voltage_V;
        point->neutral_dA = c->config->neutral_max_dA;
    }
}

/* Exactly one record for each contact that is ordered to move; what is adopted is no change. */
void tell_ac(struct controller *c, int64_t now_ms)
{
    for (size_t p = 0; p < c->config->wallbox_count; p++) {
        const struct ac_bus *bus = &c->ac[p];
        struct told_ac *told = &c->told.ac[p];
        bool adopted = bus->why == AC_WHY_ADOPTED || bus->why == AC_WHY_READ_BACK;
        for (size_t s = 0; s < c->config->ac[p].sources && bus->orders.valid; s++)
            for (enum ac_pole pole = AC_LINE; pole < AC_POLES; pole++) {
                bool closed = bus->orders.closed[s][pole];
                if (told->valid && !adopted && told->closed[s][pole] != closed)
                    journal_add(&c->journal, JOURNAL_AC_CONTACT, (int)p, told->closed[s][pole],
                                closed, now_ms, "%s: %s of %s", ac_why_text(bus->why),
                                pole == AC_LINE ? "line" : "neutral",
                                c->config->sources[c->config->ac[p].source[s]].name);
                told->closed[s][pole] = closed;
            }
        told->valid = bus->orders.valid;
        if (bus->sources && (told->state != bus->state || told->why != bus->why))
            journal_add(&c->journal, JOURNAL_AC_STATE, (int)p, told->state, (int32_t)bus->state,
                        now_ms, "%s", ac_why_text(bus->why));
        told->state = (uint8_t)bus->state;
        told->why = (uint8_t)bus->why;
    }
}
