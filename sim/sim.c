#include <string.h>

#include "sim/state.h"

enum { STEP_MS = 10, CALM_MS = 50 };

size_t sim_size(void)
{
    return sizeof(struct sim);
}

double sim_random(struct sim *sim)
{
    /* xorshift32 (Marsaglia 2003) */
    sim->random ^= sim->random << 13;
    sim->random ^= sim->random >> 17;
    sim->random ^= sim->random << 5;
    return (double)sim->random / 4294967296.0;
}

bool sim_frame_lost(struct sim *sim, enum sim_bus bus)
{
    return sim->lossy[bus] && sim_random(sim) < 0.2;
}

void sim_queue_add(struct sim *sim, enum sim_bus bus, const struct frame *frame)
{
    struct sim_queue *queue = &sim->queue[bus];
    if (queue->count < SIM_QUEUE && !sim_frame_lost(sim, bus)) {
        queue->frames[queue->count] = *frame;
        queue->frames[queue->count++].at_us = sim->now_ms * 1000;
    }
}

/* Nodes do not speak in step: each on its own beat from the start. */
static void beats_init(struct sim *sim)
{
    int64_t now_ms = sim->now_ms;
    for (int node = 0; node < SIM_NODES; node++)
        sim->heartbeat_ms[node] = now_ms + 100 * node;
    for (int i = 0; i < SIM_SHUNT_FRAMES; i++)
        sim->shunt_ms[i] = now_ms;
    sim->currents_ms = sim->voltages_ms = sim->wallbox_ms = sim->button_ms = sim->bms_ms = now_ms;
}

static void units_init(struct sim *sim)
{
    for (int u = 0; u < sim->config.inverters; u++) {
        bool box = u == sim->config.wallbox_inverter;
        pi30_settings_begin(sim, u);
        sim->unit[u].mode = box ? 'L' : 'B';
        sim->unit[u].output_priority = box ? 0 : 2;
        sim->unit[u].pv_limit_W = 1e6;
        sim->unit[u].stage = SIM_STAGE_NONE;
    }
    quirks_begin(sim);
    groups_begin(sim);
    sim->wallbox_mode = sim->unit[sim->config.wallbox_inverter].mode;
}

static void contacts_init(struct sim *sim)
{
    for (int c = 0; c < sim->config.contacts; c++)
        sim->contact[c].slow = 1;
    for (int s = 0; s < sim->config.strings; s++) {
        int c = sim->config.string[s].home_contact;
        sim->contact[c].coil = sim->contact[c].closed = true;
        sim->truth.contact_closed[c] = true;
        sim->board[sim->config.contact[c].board].outputs |=
            (uint8_t)(1 << sim->config.contact[c].channel);
        if (sim->config.switch_channel[s] >= 0)
            sim->board[sim->config.switch_board].outputs |=
                (uint8_t)(1 << sim->config.switch_channel[s]);
        sim->last_input[s] = sim->config.contact[c].input;
    }
}

/* The plant has run for long: what has sun is tracked. */
static void trackers_init(struct sim *sim)
{
    for (int s = 0; s < sim->config.strings; s++) {
        struct sim_mppt *mppt = &sim->mppt[sim->last_input[s]];
        if (sim->pv[s].voc_V < sim->config.input[sim->last_input[s]].start_V)
            continue;
        mppt->cap_V = sim->pv[s].voc_V;
        mppt->voltage_ms = sim->now_ms;
        mppt->share = 1;
    }
}

void sim_init(struct sim *sim, const struct sim_config *config, int64_t now_ms)
{
    memset(sim, 0, sizeof *sim);
    sim->config = *config;
    sim->now_ms = sim->truth.now_ms = sim->start_ms = sim->second_ms = now_ms;
    sim->random = config->seed * 2654435761u + 1;
    sim->cloud = sim->cloud_target = 0.5;
    battery_begin(sim);
    sim->truth.day_s = config->start_h * 3600;
    sim->truth.car_soc = config->car_soc;
    sim->truth.car_state = 'A';
    sim->plugged = config->car_arrive_h <= config->start_h;
    sim->contactor_open_ms = now_ms - 600000;
    for (int b = 0; b < SIM_BOARDS; b++)
        sim->board[b] = (struct sim_board){.up_ms = now_ms - 60000, .booted = true};
    for (int s = 0; s < config->strings; s++)
        sim->cell_C[s] = config->ambient_max_C + 20;
    beats_init(sim);
    units_init(sim);
    contacts_init(sim);
    transfers_begin(sim);
    for (int u = 0; u < config->inverters; u++)
        sim_bms_wire(sim, u, config->inverter[u].bms_port ? SIM_BMS_PORT : SIM_BMS_NONE);
    sun_second(sim);
    house_second(sim);
    trackers_init(sim);
}

static void midnight_pass(struct sim *sim)
{
    int day = (int)(sim->truth.day_s / 86400);
    for (int u = 0; u < sim->config.inverters && day != sim->day; u++)
        sim->unit[u].pv_day_Ws = 0;
    sim->day = day;
}

static void plant_step(struct sim *sim, double dt_s)
{
    sim->truth.now_ms = sim->now_ms;
    sim->truth.day_s += dt_s;
    contacts_step(sim);
    transfers_step(sim, dt_s);
    strings_step(sim, dt_s);
    inverters_step(sim, dt_s);
    battery_step(sim, dt_s);
    car_step(sim, dt_s);
    invariants_step(sim);
    frames_step(sim);
    for (int u = 0; u < sim->config.inverters; u++)
        pi30_step(sim, u);
    midnight_pass(sim);
    bms_links_step(sim);
}

int64_t sim_pace_ms(const struct sim *sim)
{
    return contacts_moving(sim) || transfers_moving(sim) ? STEP_MS : CALM_MS;
}

void sim_step(struct sim *sim, int64_t now_ms)
{
    while (sim->now_ms < now_ms) {
        int64_t step = sim_pace_ms(sim);
        if (step > now_ms - sim->now_ms)
            step = now_ms - sim->now_ms;
        sim->now_ms += step;
        if (sim->now_ms >= sim->second_ms) {
            sim->second_ms += 1000;
            sun_second(sim);
            house_second(sim);
        }
        plant_step(sim, (double)step / 1000);
    }
}

void sim_frame(struct sim *sim, enum sim_bus bus, const struct frame *frame)
{
    bool backbone_id = frame->id >= 0x180 && frame->id < 0x300;
    if (bus != SIM_BACKBONE && backbone_id && !frame->flags)
        sim_violation(sim, 31, "backbone frame %03X on another bus", frame->id);
    if (bus != SIM_BACKBONE || frame->flags || sim_frame_lost(sim, bus))
        return;
    if (frame->id == 0x210 || frame->id == 0x211)
        board_command(sim, (int)(frame->id - 0x210), frame);
    else if (frame->id == 0x215)
        transfers_command(sim, frame);
    else if (frame->id == 0x213)
        wallbox_command(sim, frame);
    else if (frame->id == 0x214 && frame->len == 2)
        sim->lamp = frame->data[0] & 3;
}

size_t sim_frames(struct sim *sim, enum sim_bus bus, struct frame *frames, size_t room)
{
    struct sim_queue *queue = &sim->queue[bus];
    size_t count = queue->count < room ? queue->count : room;
    memcpy(frames, queue->frames, count * sizeof *frames);
    memmove(queue->frames, queue->frames + count, (queue->count - count) * sizeof *frames);
    queue->count -= count;
    return count;
}

void sim_press_button(struct sim *sim)
{
    sim->presses++;
    sim->pressed_ms = sim->now_ms;
    sim->button_ms = 0;
}

void sim_stop(struct sim *sim, bool pressed)
{
    if (pressed != sim->stop_pressed)
        sim->stop_ms = sim->now_ms;
    sim->stop_pressed = pressed;
    sim->button_ms = 0;
}

void sim_reset(struct sim *sim)
{
    for (int s = 0; s < sim->config.strings; s++)
        sim->moving_ms[s] = 0;
}

void sim_car(struct sim *sim, bool plugged)
{
    sim->plugged = plugged;
}

void sim_cloud(struct sim *sim, double cloudiness)
{
    sim->config.cloudiness = cloudiness;
}

void sim_set_soc(struct sim *sim, double soc)
{
    battery_put(sim, soc);
}

/* What most faults are: a flag. NULL for those that do more. */
static bool *fault_flag(struct sim *sim, enum sim_fault fault, int target)
{
    switch (fault) {
    case SIM_CONTACT_STUCK_OPEN:
        return &sim->contact[target].stuck_open;
    case SIM_FEEDBACK_LOST:
        return &sim->contact[target].feedback_lost;
    case SIM_SWITCH_SHORTED:
        return &sim->switch_shorted[target];
    case SIM_SENSOR_SILENT:
        return &sim->sensor_silent;
    case SIM_BOARD_SILENT:
        return &sim->board[target].silent;
    case SIM_BMS_SILENT:
        return &sim->bms_silent;
    case SIM_INVERTER_SILENT:
        return &sim->unit[target].silent;
    case SIM_INVERTER_NOISE:
        return &sim->unit[target].noisy;
    case SIM_FOREIGN_FRAME:
        return &sim->foreign;
    case SIM_AC_SILENT:
        return &sim->ac.board.silent;
    case SIM_BUS_LOSSY:
        return &sim->lossy[target];
    case SIM_WALLBOX_SILENT:
        return &sim->wallbox_silent;
    case SIM_BUTTON_SILENT:
        return &sim->button_silent;
    case SIM_SHUNT_SILENT:
        return &sim->shunt_silent;
    case SIM_INVERTER_FAULT:
        return &sim->unit[target].failed;
    case SIM_FAULT_NONE:
    case SIM_CONTACT_WELDED:
    case SIM_CONTACT_SLOW:
    case SIM_SENSOR_FROZEN:
    case SIM_BOARD_REBOOT:
    case SIM_AC_WELDED:
    case SIM_FAULTS:
        return NULL;
    }
    return NULL;
}

void sim_fault(struct sim *sim, enum sim_fault fault, int target, bool on)
{
    bool *flag = fault_flag(sim, fault, target);
    if (fault == SIM_SWITCH_SHORTED && on)
        sim->shorted_ms[target] = sim->now_ms;
    if (flag) {
        *flag = on;
    } else if (fault == SIM_CONTACT_WELDED) {
        sim->contact[target].welds = on;
        sim->contact[target].welded = on && sim->contact[target].closed;
    } else if (fault == SIM_CONTACT_SLOW) {
        sim->contact[target].slow = on ? 40 : 1;
    } else if (fault == SIM_SENSOR_FROZEN) {
        sim->sensor_frozen = on;
        for (int s = 0; s < sim->config.strings; s++)
            sim->frozen_A[s] = sim->truth.string_A[s];
    } else if (fault == SIM_BOARD_REBOOT && on) {
        board_start(sim, target);
    } else if (fault == SIM_AC_WELDED) {
        sim->ac.contact[target].welded = on && sim->ac.contact[target].closed;
    }
}

const struct sim_truth *sim_truth(const struct sim *sim)
{
    return &sim->truth;
}
