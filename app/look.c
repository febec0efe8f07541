/* From readings to views: what the router, the policy and the bank see at this tick. */
#include <string.h>

#include "app/controller.h"

enum { STOP_MAX_AGE_MS = 1000, BOARD_MAX_AGE_MS = 1500, UNIT_MAX_AGE_MS = 10000 };

static bool channel_bit(const struct reading *bits, struct config_channel at)
{
    return bits->value >> at.channel & 1;
}

static void contact_look(struct controller *controller, size_t c)
{
    struct config_channel at = controller->config->contact_at[c];
    const struct relay_readings *board = &controller->plant.boards[at.device];
    struct router_view *view = &controller->view;
    bool closed = channel_bit(&board->closed, at), opened = channel_bit(&board->opened, at);
    bool normally_closed = controller->config->topology.contact[c].normally_closed;
    view->contact[c] = closed == opened ? CONTACT_UNKNOWN : closed ? CONTACT_CLOSED : CONTACT_OPEN;
    view->contact_ms[c] = board->closed.heard_ms;
    view->contact_fault[c] = channel_bit(&board->faults, at);
    view->contact_output[c] = channel_bit(&board->outputs, at) != normally_closed;
}

static void string_look(struct controller *controller, size_t s)
{
    struct config_channel counter = controller->config->counter_at[s];
    struct config_channel board = controller->config->switch_at[s];
    struct router_view *view = &controller->view;
    view->current_mA[s] = controller->plant.counters[counter.device].current_mA[counter.channel];
    view->voltage_mV[s] = controller->plant.counters[counter.device].voltage_mV[counter.channel];
    view->switch_output[s] = board.device != CONFIG_NONE &&
                             channel_bit(&controller->plant.boards[board.device].outputs, board);
}

static bool board_heard(const struct controller *controller, size_t board, int64_t now_ms)
{
    return reading_fresh(&controller->plant.boards[board].outputs, now_ms, BOARD_MAX_AGE_MS);
}

/* QPIWS bits 26-28: PV voltage high, MPPT overload (docs/axpert.md, Answers). */
static bool unit_takes_pv(const struct unit *unit, int64_t now_ms)
{
    const struct unit_readings *r = &unit->readings;
    enum unit_mode mode =
        (enum unit_mode)reading_or(&r->mode, now_ms, UNIT_MAX_AGE_MS, MODE_UNKNOWN);
    bool well = mode == MODE_STANDBY || mode == MODE_LINE || mode == MODE_BATTERY ||
                mode == MODE_SAVING || mode == MODE_CHARGING || mode == MODE_BYPASS ||
                mode == MODE_ECO;
    return well && !(r->warnings_low.value & (7 << 26));
}

/* An inverter's command takes the current from all its inputs: one that was not ordered off counts as
 * on all the same while another one is. */
static void inputs_look(struct controller *controller)
{
    const struct topology *t = &controller->config->topology;
    const bool *ordered = controller->router.orders.input_off;
    for (size_t i = 0; i < t->inputs; i++) {
        const struct unit *unit = &controller->plant.units[t->input[i].inverter];
        bool others = false;
        for (size_t k = 0; k < t->inputs; k++)
            others |= k != i && ordered[k] && t->input[k].inverter == t->input[i].inverter;
        bool off = unit->readings.pv_off.heard_ms && unit->readings.pv_off.value;
        controller->view.input_off[i] = off && (ordered[i] || !others);
    }
}

/* A stop that is not heard is not known to be released: nothing is switched until it is. */
static void stops_look(struct controller *controller, int64_t now_ms)
{
    struct router_view *view = &controller->view;
    view->stop = view->stop_silent = false;
    for (size_t b = 0; b < controller->config->button_count; b++) {
        const struct reading *stop = &controller->plant.buttons[b].stop;
        if (!controller->config->button_stop[b])
            continue;
        view->stop |= reading_or(stop, now_ms, STOP_MAX_AGE_MS, 0) != 0;
        view->stop_silent |= !reading_fresh(stop, now_ms, STOP_MAX_AGE_MS);
    }
}

static void router_look(struct controller *controller, int64_t now_ms)
{
    const struct config *config = controller->config;
    struct router_view *view = &controller->view;
    for (size_t c = 0; c < config->topology.contacts; c++)
        contact_look(controller, c);
    for (size_t s = 0; s < config->topology.strings; s++)
        string_look(controller, s);
    view->boards_heard = view->switches_heard = true;
    for (size_t c = 0; c < config->topology.contacts; c++)
        view->boards_heard &= board_heard(controller, config->contact_at[c].device, now_ms);
    for (size_t s = 0; s < config->topology.strings; s++)
        view->switches_heard &= config->switch_at[s].device == CONFIG_NONE ||
                                board_heard(controller, config->switch_at[s].device, now_ms);
    for (size_t i = 0; i < config->topology.inputs; i++)
        view->input_ready[i] =
            plant_unit_expected(&controller->plant, config->topology.input[i].inverter) &&
            unit_takes_pv(&controller->plant.units[config->topology.input[i].inverter], now_ms);
    inputs_look(controller);
    stops_look(controller, now_ms);
    view->vetoed = controller->vetoed;
    view->switching_locked = controller->gate.foreign;
    controller->vetoed = false;
    uint8_t layout[MAX_STRINGS];
    if (router_layout_seen(&controller->router, view, layout))
        memcpy(controller->present, layout, sizeof layout);
}

/* A push is a change of the node's press count; the first count ever heard is where we start. */
static void buttons_look(struct controller *controller)
{
    const struct config *config = controller->config;
    for (size_t b = 0; b < config->button_count; b++) {
        const struct reading *presses = &controller->plant.buttons[b].presses;
        if (presses->heard_ms == 0)
            continue;
        uint8_t count = (uint8_t)presses->value;
        if (controller->presses_known[b] && count != controller->presses[b])
            controller->push[config->button_wallbox[b]] = true;
        controller->presses[b] = count;
        controller->presses_known[b] = true;
    }
}

static void wear_look(struct controller *controller, int64_t now_ms)
{
    const struct topology *topology = &controller->config->topology;
    for (size_t c = 0; c < topology->contacts; c++) {
        struct wear_sight sight =
            wear_sight(topology, &controller->router.config, &controller->view, c);
        wear_observe(&controller->wear[c], &sight, now_ms);
    }
}

/* A BMS that tells no limits: the config's are as fresh as its voltage. */
static void packs_limit(struct controller *controller)
{
    for (size_t i = 0; i < controller->config->pack_count; i++) {
        const struct config_pack_limits *limits = &controller->config->pack_limits[i];
        struct pack_readings *pack = &controller->plant.packs[i];
        int64_t heard_ms = pack->voltage_mV.heard_ms;
        if (limits->ccl_mA)
            reading_set(&pack->ccl_mA, limits->ccl_mA, heard_ms);
        if (limits->dcl_mA)
            reading_set(&pack->dcl_mA, limits->dcl_mA, heard_ms);
        if (limits->cvl_mV)
            reading_set(&pack->cvl_mV, limits->cvl_mV, heard_ms);
    }
}

void look(struct controller *controller, int64_t now_ms)
{
    const struct config *config = controller->config;
    packs_limit(controller);
    currents_look(controller, now_ms);
    bank_look(&controller->bank, &config->bank, controller->plant.packs, controller->currents.flow,
              controller->current_from, now_ms);
    router_look(controller, now_ms);
    wear_look(controller, now_ms);
    buttons_look(controller);
}
