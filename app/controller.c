#include "app/controller.h"

#include <errno.h>
#include <string.h>

enum { LOAD_MAX_AGE_MS = 15000, BOX_MAX_AGE_MS = 3000 };

/* --- digest: what session and policy see --- */

static struct session_input session_digest(struct controller *c, size_t point, int64_t now_ms)
{
    const struct wallbox_readings *box =
        &c->plant.wallboxes[c->config->charge_points[point].device];
    struct session_input input = {
        .push = c->push[point] && !c->stopped,
        .start = c->ask_start[point] && !c->stopped,
        .stop = c->ask_stop[point] || c->stopped,
        .box_fresh = reading_fresh(&box->car_state, now_ms, BOX_MAX_AGE_MS),
        .car_state = reading_or(&box->car_state, now_ms, BOX_MAX_AGE_MS, -1),
        .current_dA = reading_or(&box->current_dA, now_ms, BOX_MAX_AGE_MS, 0),
        .offered = reading_or(&box->limit_dA, now_ms, BOX_MAX_AGE_MS, 0) >=
                   c->config->charge_points[point].min_dA,
    };
    c->push[point] = c->ask_start[point] = c->ask_stop[point] = false;
    return input;
}

static void strings_digest(const struct controller *c, struct policy_input *input)
{
    const struct topology *topology = &c->config->topology;
    for (size_t s = 0; s < topology->strings; s++) {
        if (c->present[s] >= topology->inputs)
            continue;
        struct policy_inverter_view *unit =
            &input->inverter[topology->input[c->present[s]].inverter];
        unit->strings++;
        unit->strings_W +=
            (int32_t)((int64_t)c->view.current_mA[s].value * c->view.voltage_mV[s].value / 1000000);
    }
}

static void inverter_digest(const struct controller *c, size_t i, struct policy_input *input)
{
    const struct config_inverter *config = &c->config->inverters[i];
    const struct unit *unit = &c->plant.units[i];
    const struct unit_readings *r = &unit->readings;
    int64_t now_ms = input->now_ms;
    struct policy_inverter_view *view = &input->inverter[i];
    *view = (struct policy_inverter_view){
        .fresh = reading_fresh(&r->output_W, now_ms, LOAD_MAX_AGE_MS) &&
                 plant_unit_expected(&c->plant, i),
        .phase = config->phase,
        .rated_W = config->rated_W,
        .charge_limit_A = config->charge_max_A,
        .pv_W = reading_or(&r->pv_W[0], now_ms, LOAD_MAX_AGE_MS, 0) +
                reading_or(&r->pv_W[1], now_ms, LOAD_MAX_AGE_MS, 0),
        .output_W = reading_or(&r->output_W, now_ms, LOAD_MAX_AGE_MS, 0),
        .charge_max_A = reading_or(&r->charge_max_A, now_ms, INT64_MAX, -1),
        .charger_off_supported = !unit->settings[SET_CHARGER_OFF].unsupported,
        .charge_list_count = unit->charge_list_count,
        .mode = (uint8_t)reading_or(&r->mode, now_ms, LOAD_MAX_AGE_MS, MODE_UNKNOWN),
    };
    int64_t battery_mA = reading_or(&r->charge_mA, now_ms, LOAD_MAX_AGE_MS, 0) -
                         reading_or(&r->discharge_mA, now_ms, LOAD_MAX_AGE_MS, 0);
    view->battery_W = (int32_t)(battery_mA * r->battery_cV.value / 100000);
    memcpy(view->charge_list_A, unit->charge_list_A, sizeof view->charge_list_A);
    means_digest(c, i, &view->means, now_ms);
    for (size_t p = 0; p < c->config->wallbox_count; p++)
        if (c->config->charge_points[p].inverter == i) {
            view->feeds_charge_point = true;
            view->charge_point = (uint8_t)p;
        }
    if (reading_or(&r->grid_dV, now_ms, LOAD_MAX_AGE_MS, 0) > 1800)
        input->grid_present = true;
}

static void point_digest(const struct controller *c, size_t p, struct policy_input *input)
{
    const struct config_wallbox *config = &c->config->charge_points[p];
    const struct wallbox_readings *box = &c->plant.wallboxes[config->device];
    const struct policy_inverter_view *unit = &input->inverter[config->inverter];
    uint8_t wanted = config->strings_wanted;
    if (wanted == 0)
        wanted = (uint8_t)((2 * c->config->topology.strings + 2) / 3);
    input->point[p] = (struct policy_point_view){
        .fresh = reading_fresh(&box->car_state, input->now_ms, BOX_MAX_AGE_MS),
        .car_state = reading_or(&box->car_state, input->now_ms, BOX_MAX_AGE_MS, -1),
        .current_dA = reading_or(&box->current_dA, input->now_ms, BOX_MAX_AGE_MS, 0),
        .cable_dA = reading_or(&box->cable_dA, input->now_ms, BOX_MAX_AGE_MS, 0),
        .inverter = config->inverter,
        .phase = config->phase,
        .min_dA = config->min_dA,
        .max_dA = config->max_dA,
        .voltage_V = config->voltage_V,
        .session = session_active(&c->sessions[p]),
        .bundled = unit->strings >= wanted,
        .contactor = reading_or(&box->contactor, input->now_ms, BOX_MAX_AGE_MS, 1) != 0,
    };
    ac_digest(c, p, &input->point[p]);
}

/* The house's load of each phase: what the units without a charge point give out, less what a
 * wallbox draws through the bypass of its own unit or through its transfer contacts. */
static void loads_digest(struct policy_input *input)
{
    for (size_t i = 0; i < input->inverters; i++) {
        const struct policy_inverter_view *unit = &input->inverter[i];
        bool bypass = unit->mode == MODE_LINE || unit->mode == MODE_BYPASS;
        if (!unit->feeds_charge_point)
            input->phase_load_W[unit->phase] += unit->output_W;
        else if (bypass)
            input->phase_load_W[unit->phase] -= unit->output_W;
    }
    for (size_t p = 0; p < input->points; p++)
        if (input->point[p].on_house && input->point[p].feeding < input->inverters)
            input->phase_load_W[input->point[p].phase] -=
                input->point[p].current_dA * input->point[p].voltage_V / 10;
    for (size_t phase = 1; phase <= 3; phase++)
        if (input->phase_load_W[phase] < 0)
            input->phase_load_W[phase] = 0;
}

void policy_digest(struct controller *c, struct policy_input *input, int64_t now_ms)
{
    memset(input, 0, sizeof *input);
    input->now_ms = now_ms;
    input->bank = &c->bank;
    input->soc = &c->soc;
    input->limits = &c->serial_limits;
    input->bank_config = &c->config->bank;
    input->inverters = c->config->inverter_count;
    input->points = c->config->wallbox_count;
    input->stopped = c->stopped;
    input->transfer = c->router.state != ROUTER_IDLE && c->router.state != ROUTER_START &&
                      c->router.state != ROUTER_HOLD;
    for (size_t i = 0; i < c->config->inverter_count; i++)
        inverter_digest(c, i, input);
    strings_digest(c, input);
    for (size_t p = 0; p < c->config->wallbox_count; p++)
        point_digest(c, p, input);
    loads_digest(input);
}

/* --- the order of a tick --- */

/* What CAN inverters that are none of inverters can take or give is not known here: then no sum of
 * inverters binds. */
static bool inverters_bind(const struct controller *c)
{
    for (size_t i = 0; i < c->config->emulation_count; i++)
        if (c->config->emulation_link[i].inverter == CONFIG_NONE)
            return false;
    return c->config->inverter_count > 0;
}

static int32_t inverters_charge_mA(const struct controller *c)
{
    int32_t sum = 0;
    for (size_t i = 0; i < c->config->inverter_count; i++)
        sum += c->config->inverters[i].charge_max_A * 1000;
    return inverters_bind(c) ? sum : INT32_MAX;
}

/* At the bank's lowest useful voltage, 40 V of a 16-cell bank (docs/axpert.md, Ratings). */
static int32_t inverters_discharge_mA(const struct controller *c)
{
    int64_t sum_W = 0;
    for (size_t i = 0; i < c->config->inverter_count; i++)
        sum_W += c->config->inverters[i].rated_W;
    int64_t floor_mV = (int64_t)c->config->bank.cells * 2500;
    return inverters_bind(c) && floor_mV ? (int32_t)(sum_W * 1000000 / floor_mV) : INT32_MAX;
}

/* CAN inverters have their share of the bank; what they do with it is not seen here. */
static int32_t serial_part(const struct controller *c, int32_t limit_mA)
{
    return (int32_t)((int64_t)limit_mA * (1000 - c->config->emulated_permille) / 1000);
}

static void battery_step(struct controller *c, int64_t now_ms)
{
    charge_step(&c->charge, &c->config->bank, &c->bank, c->plant.packs, now_ms);
    c->soc = charge_estimate(&c->charge, &c->config->bank, &c->bank);
    cap_carry(c, now_ms);
    c->limits = bank_limits_step(&c->guard, &c->config->bank, &c->bank, &c->soc,
                                 inverters_charge_mA(c), inverters_discharge_mA(c), now_ms);
    c->serial_limits = c->limits;
    c->serial_limits.charge_mA.value = serial_part(c, c->limits.charge_mA.value);
    c->serial_limits.discharge_mA.value = serial_part(c, c->limits.discharge_mA.value);
}

static void sessions_step(struct controller *c, int64_t now_ms)
{
    for (size_t p = 0; p < c->config->wallbox_count; p++) {
        struct session_input input = session_digest(c, p, now_ms);
        session_step(&c->sessions[p], &input, now_ms);
    }
}

int64_t tick(struct controller *c, int64_t now_ms)
{
    struct policy_input input;
    look(c, now_ms);
    c->stopped |= c->view.stop;
    battery_step(c, now_ms);
    inverter_side_step(c, now_ms);
    sessions_step(c, now_ms);
    policy_digest(c, &input, now_ms);
    policy_step(&c->policy, &input, &c->decided);
    strings_steer(c, &input, now_ms);
    ac_steer(c, now_ms);
    emulations_steer(c, now_ms);
    requests_step(c, now_ms);
    orders_carry(c, now_ms);
    summary_send(c, now_ms);
    journal_changes(c, now_ms);
    c->hurry = false;
    c->ticks++;
    c->tick_ms = now_ms;
    return now_ms + TICK_MS;
}

/* --- the owner's side --- */

int controller_init(struct controller *c, const struct config *config, int64_t now_ms, FILE *errors)
{
    memset(c, 0, sizeof *c);
    c->config = config;
    c->start_ms = now_ms;
    int status = plant_init(&c->plant, config, now_ms, errors);
    if (status < 0)
        return status;
    currents_init(&c->currents, &config->currents.net);
    charge_init(&c->charge, &config->cell, &config->charge, &config->bank);
    cap_setup(c);
    policy_init(&c->policy);
    for (size_t p = 0; p < config->wallbox_count; p++)
        session_init(&c->sessions[p], now_ms);
    router_init(&c->router, &config->topology, &router_defaults, now_ms);
    worth_init(&c->worth, &worth_defaults);
    memset(c->present, NO_INPUT, sizeof c->present);
    memset(c->layout.input, NO_INPUT, sizeof c->layout.input);
    c->wished = NO_CHARGE_POINT;
    struct gate_config gate;
    gate_configure(&gate, config);
    gate_init(&c->gate, &gate);
    ac_setup(c, now_ms);
    inverter_side_setup(c);
    emulations_setup(c);
    for (size_t i = 0; i < MAX_INVERTERS; i++)
        for (size_t s = 0; s < SETTINGS; s++)
            c->told.setting[i][s] = -1;
    journal_add(&c->journal, JOURNAL_START, 0, 0, 1, now_ms, "the controller starts; reading back");
    return 0;
}

void controller_frame(struct controller *c, uint8_t bus, const struct frame *frame, int64_t now_ms)
{
    gate_seen(&c->gate, bus, frame, now_ms);
    if (plant_hear(&c->plant, bus, frame, now_ms))
        c->hurry = true;
    if (bus == c->config->backbone)
        sdo_answer(c, frame, now_ms);
}

int controller_charge(struct controller *c, size_t point, bool start, char *why, size_t room)
{
    bool active = session_active(&c->sessions[point]);
    if (start == active) {
        snprintf(why, room, start ? "it is charging already" : "no session is running");
        return -EALREADY;
    }
    if (start && c->stopped) {
        snprintf(why, room,
                 "the emergency stop was pressed; look at the plant, release it, then "
                 "`busbar request reset`");
        return -EBUSY;
    }
    if (start && c->router.state == ROUTER_HOLD) {
        snprintf(why, room, "the router holds: %s; look at the plant, then `busbar request reset`",
                 router_why_text(c->router.why));
        return -EBUSY;
    }
    c->ask_start[point] = start;
    c->ask_stop[point] = !start;
    snprintf(why, room, start ? "strings will move to the charge point" : "strings will go home");
    return 0;
}

void controller_replaced(struct controller *c, size_t contact, int64_t now_ms)
{
    struct wear_record *wear = &c->wear[contact].record;
    journal_add(&c->journal, JOURNAL_WEAR, (int)contact, (int32_t)wear_worst(wear->told),
                WEAR_REPLACED, now_ms, "request: after %u operations without and %u under current",
                wear->cold, wear->hot);
    *wear = (struct wear_record){0};
    c->router.operations[contact] = 0;
    c->replaced++;
}

int controller_pack(struct controller *c, size_t pack, bool out, int64_t now_ms, char *why,
                    size_t room)
{
    struct pack_memory *memory = &c->bank.pack[pack];
    const char *name = c->config->packs[pack].name;
    if (!out && c->config->bank.pack_out[pack]) {
        snprintf(why, room, "%s is taken out in the config: packs[].out", name);
        return -EPERM;
    }
    if (memory->asked_out == out) {
        snprintf(why, room, "%s is %s already", name, out ? "out" : "in");
        return -EALREADY;
    }
    memory->asked_out = out;
    snprintf(why, room, out ? "%s counts only while it carries current" : "%s counts again", name);
    journal_add(&c->journal, JOURNAL_PACK, (int)pack, (int32_t)memory->place,
                (int32_t)memory->place, now_ms, "request: %s", why);
    return 0;
}

void controller_reset(struct controller *c, int64_t now_ms)
{
    c->stopped = false;
    router_reset(&c->router, now_ms);
    ac_restart(c, now_ms);
    gate_reset(&c->gate);
    bank_guard_reset(&c->guard);
    bank_packs_reset(&c->bank);
}
