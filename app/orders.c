/* From decisions to frames: orders into the boards, frames through the gate, into the outbox. */
#include <string.h>

#include "app/controller.h"
#include "app/request_set.h"

void outbox_offer(struct controller *controller, uint8_t bus, const struct frame *frame,
                  int64_t now_ms)
{
    struct outbox *outbox = &controller->outbox;
    if (gate_check(&controller->gate, bus, frame, now_ms) != GATE_PASS) {
        controller->bus_vetoes[bus]++;
        return;
    }
    if (outbox->count == OUTBOX_FRAMES) {
        outbox->dropped++;
        return;
    }
    outbox->bus[outbox->count] = bus;
    outbox->frames[outbox->count++] = *frame;
}

static bool board_bit(int32_t *outputs, struct config_channel at, bool on)
{
    int32_t bit = 1 << at.channel;
    int32_t before = *outputs;
    *outputs = on ? before | bit : before & ~bit;
    return *outputs != before;
}

/* The router's pattern into the boards' orders; a changed board speaks at once. */
static void boards_order(struct controller *controller)
{
    const struct config *config = controller->config;
    const struct router_orders *orders = &controller->router.orders;
    struct plant *plant = &controller->plant;
    bool changed[MAX_BOARDS] = {false};
    for (size_t c = 0; c < config->topology.contacts; c++) {
        struct config_channel at = config->contact_at[c];
        changed[at.device] |=
            board_bit(&plant->board_orders[at.device].outputs, at,
                      orders->contact_closed[c] != config->topology.contact[c].normally_closed);
    }
    for (size_t s = 0; s < config->topology.strings; s++) {
        struct config_channel at = config->switch_at[s];
        if (at.device == CONFIG_NONE)
            continue;
        changed[at.device] |=
            board_bit(&plant->board_orders[at.device].outputs, at, orders->string_on[s]);
    }
    for (size_t b = 0; b < config->board_count; b++)
        if (changed[b])
            dialect_hurry(config->boards[b].dialect, &plant->dialects[DEVICE_BOARD][b]);
}

static void wallboxes_order(struct controller *controller)
{
    const struct config *config = controller->config;
    for (size_t w = 0; w < config->wallbox_count; w++) {
        size_t device = config->charge_points[w].device;
        int32_t *limit = &controller->plant.wallbox_orders[device].limit_dA;
        int32_t wanted = controller->decided.charge_point[w].limit.value;
        if (*limit != wanted)
            dialect_hurry(config->wallboxes[device].dialect,
                          &controller->plant.dialects[DEVICE_WALLBOX][device]);
        *limit = wanted;
    }
}

static void lamps_order(struct controller *controller)
{
    const struct config *config = controller->config;
    for (size_t b = 0; b < config->button_count; b++) {
        const struct session *session = &controller->sessions[config->button_wallbox[b]];
        bool moving = controller->router.state != ROUTER_IDLE;
        controller->plant.button_orders[b].lamp = !session_active(session) ? LAMP_OFF
                                                  : moving                 ? LAMP_BLINK
                                                                           : LAMP_ON;
    }
}

/* -1 = the router orders nothing yet. */
static int32_t unit_pv_off(const struct controller *controller, size_t inverter)
{
    const struct topology *t = &controller->config->topology;
    bool off = false;
    for (size_t i = 0; i < t->inputs; i++)
        off |= t->input[i].inverter == inverter && controller->router.orders.input_off[i];
    return controller->router.orders.valid ? off : -1;
}

static void units_order(struct controller *controller, int64_t now_ms)
{
    for (size_t i = 0; i < controller->config->inverter_count; i++) {
        const struct policy_inverter_order *decided = &controller->decided.inverter[i];
        struct unit_orders orders = unit_orders_none();
        orders.want[SET_CHARGE_MAX] = decided->charge_max_A;
        orders.want[SET_CHARGER_OFF] = decided->charger_off;
        orders.want[SET_FLOAT] = decided->means.float_dV;
        orders.want[SET_BULK] = decided->means.bulk_dV;
        orders.want[SET_OUTPUT_PRIORITY] = decided->output_priority;
        orders.want[SET_PV_OFF] = unit_pv_off(controller, i);
        requests_order(controller, i, &orders, now_ms);
        unit_order(&controller->plant.units[i], &orders);
    }
}

/* A frame a board did not get through the gate is an order not carried out: the router must know.
 * The first frames after a board was lost are refused until it is read back; that is no veto of a
 * decision, and the router waits for the board anyway. */
static void device_speak(struct controller *controller, enum device_kind kind, size_t index,
                         const struct config_device *device, int64_t now_ms)
{
    struct frame due[8];
    struct plant *plant = &controller->plant;
    size_t count =
        dialect_due(device->dialect, &plant->dialects[kind][index], device->node,
                    plant_orders(plant, kind, index), now_ms, due, sizeof due / sizeof due[0]);
    for (size_t i = 0; i < count; i++) {
        uint32_t vetoes = controller->bus_vetoes[device->bus];
        outbox_offer(controller, device->bus, &due[i], now_ms);
        if (kind == DEVICE_BOARD && controller->bus_vetoes[device->bus] != vetoes)
            *(controller->config->board_ac[index] ? &controller->board_vetoed[index]
                                                  : &controller->vetoed) = true;
    }
}

static bool device_speaks(const struct controller *controller, enum device_kind kind, size_t i)
{
    if (kind == DEVICE_EMULATION)
        return controller->emulations[i].state != EMULATE_SILENT;
    if (kind != DEVICE_BOARD)
        return true;
    return controller->config->board_ac[i] ? ac_board_valid(controller, i)
                                           : controller->router.orders.valid;
}

void orders_carry(struct controller *controller, int64_t now_ms)
{
    if (controller->router.orders.valid)
        boards_order(controller);
    ac_order(controller);
    wallboxes_order(controller);
    lamps_order(controller);
    units_order(controller, now_ms);
    for (enum device_kind kind = 0; kind < DEVICE_KINDS; kind++) {
        size_t count;
        const struct config_device *devices = plant_devices(controller->config, kind, &count);
        for (size_t i = 0; i < count; i++)
            if (device_speaks(controller, kind, i))
                device_speak(controller, kind, i, &devices[i], now_ms);
    }
}

static void gate_allow_add(struct gate_config *gate, uint8_t bus, uint32_t id, bool ext,
                           uint8_t len, int32_t every_min_ms)
{
    if (gate->allow_count < GATE_ALLOWS)
        gate->allows[gate->allow_count++] = (struct gate_allow){
            .bus = bus, .id = id, .ext = ext, .len = len, .every_min_ms = every_min_ms};
}

/* What the controller itself may send on the backbone: heartbeat, summary, text, SDO answers. */
static void gate_allow_own(struct gate_config *gate, const struct config *config)
{
    uint8_t node = config->controller_node;
    gate_allow_add(gate, config->backbone, 0x700u + node, false, 1, 400);
    gate_allow_add(gate, config->backbone, 0x180u + node, false, 8, 500);
    gate_allow_add(gate, config->backbone, 0x280u + node, false, 8, 200);
    gate_allow_add(gate, config->backbone, 0x580u + node, false, 8, 1);
}

static void gate_allow_devices(struct gate_config *gate, const struct config *config)
{
    for (enum device_kind kind = 0; kind < DEVICE_KINDS; kind++) {
        size_t count;
        const struct config_device *devices = plant_devices(config, kind, &count);
        for (size_t i = 0; i < count && kind != DEVICE_BOARD; i++) {
            struct dialect_id ids[DIALECT_MESSAGES];
            size_t n = dialect_sends(devices[i].dialect, devices[i].node, ids, DIALECT_MESSAGES);
            for (size_t k = 0; k < n; k++)
                gate_allow_add(gate, devices[i].bus, ids[k].id, ids[k].ext, ids[k].len,
                               TICK_MIN_MS);
        }
    }
}

static void gate_contacts(struct gate_config *gate, const struct config *config)
{
    for (size_t c = 0; c < config->topology.contacts; c++) {
        struct config_channel at = config->contact_at[c];
        struct gate_board *board = &gate->boards[at.device];
        uint16_t bit = (uint16_t)(1u << at.channel);
        board->contacts |= bit;
        if (config->topology.contact[c].normally_closed)
            board->normally_closed |= bit;
        board->string_of[at.channel] = config->topology.contact[c].string;
        board->input_of[at.channel] = (uint8_t)(config->topology.contact[c].input + 1);
    }
    gate->interlock_count = config->topology.interlocks;
    for (size_t i = 0; i < config->topology.interlocks; i++)
        for (size_t side = 0; side < 2; side++) {
            struct config_channel at =
                config->contact_at[config->topology.interlock[i].contact[side]];
            gate->interlocks[i].board[side] = at.device;
            gate->interlocks[i].channel[side] = at.channel;
        }
}

/* How long without current counts as cold for a string without a switch: by the slowest means of
 * the inputs it can stand on; one without any means never does. */
static uint16_t gate_calm_ms(const struct config *config, size_t string)
{
    static const uint16_t means_ms[] = {
        [INHIBIT_NONE] = 0, [INHIBIT_ORDER] = 2000, [INHIBIT_DUSK] = 60000};
    const struct topology *t = &config->topology;
    uint16_t calm_ms = 0;
    for (size_t c = 0; c < t->contacts; c++) {
        uint16_t own_ms = means_ms[t->input[t->contact[c].input].inhibit];
        if (t->contact[c].string != string)
            continue;
        if (own_ms == 0)
            return 0;
        calm_ms = own_ms > calm_ms ? own_ms : calm_ms;
    }
    return calm_ms;
}

static void gate_strings(struct gate_config *gate, const struct config *config)
{
    for (size_t s = 0; s < config->topology.strings; s++) {
        struct config_channel at = config->switch_at[s], counter = config->counter_at[s];
        gate->counters[counter.device].string_of[counter.channel] = (uint8_t)s;
        if (at.device == CONFIG_NONE) {
            gate->calm_ms[s] = gate_calm_ms(config, s);
            continue;
        }
        gate->boards[at.device].switches |= (uint16_t)(1u << at.channel);
        gate->boards[at.device].string_of[at.channel] = (uint8_t)s;
    }
}

void gate_configure(struct gate_config *gate, const struct config *config)
{
    memset(gate, 0, sizeof *gate);
    for (size_t b = 0; b < config->board_count; b++) {
        struct gate_board *board = &gate->boards[gate->board_count++];
        *board = (struct gate_board){.bus = config->boards[b].bus, .node = config->boards[b].node};
        memset(board->string_of, GATE_NO_STRING, sizeof board->string_of);
    }
    for (size_t n = 0; n < config->counter_count; n++) {
        struct gate_counter *counter = &gate->counters[gate->counter_count++];
        *counter =
            (struct gate_counter){.bus = config->counters[n].bus, .node = config->counters[n].node};
        memset(counter->string_of, GATE_NO_STRING, sizeof counter->string_of);
    }
    for (size_t b = 0; b < config->button_count; b++)
        if (config->button_stop[b])
            gate->stops[gate->stop_count++] =
                (struct gate_stop){.bus = config->buttons[b].bus, .node = config->buttons[b].node};
    gate_contacts(gate, config);
    gate_strings(gate, config);
    for (size_t b = 0; b < config->board_count; b++)
        gate->boards[b].allowed = gate->boards[b].contacts | gate->boards[b].switches;
    if (config->backbone < config->bus_count)
        gate_allow_own(gate, config);
    gate_allow_devices(gate, config);
}
