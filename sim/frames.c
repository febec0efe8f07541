/* What the plant's nodes say, byte by byte from the documents: dbc/backbone.dbc, Pylontech LV V1.2
 * (2018-04-08), IVT-S result messages. */
#include <math.h>
#include <string.h>

#include "sim/state.h"

enum { HELD_MS = 250 };

static const struct shunt_row {
    uint32_t id;
    int64_t every_ms;
} shunt_rows[SIM_SHUNT_FRAMES] = {
    {0x521, 20},   /* mA */
    {0x522, 100},  /* mV */
    {0x525, 1000}, /* 0.1 C */
    {0x527, 1000}, /* As */
};

static void put_bits(uint8_t *data, unsigned start, unsigned length, int64_t value)
{
    for (unsigned i = 0; i < length; i++) {
        unsigned at = start + i;
        uint8_t bit = (uint8_t)(1u << at % 8);
        data[at / 8] = (uint8_t)(value >> i & 1 ? data[at / 8] | bit : data[at / 8] & ~bit);
    }
}

/* On its own beat: a step that comes late does not move the next one. */
static bool due(int64_t *next_ms, int64_t every_ms, int64_t now_ms)
{
    if (now_ms < *next_ms)
        return false;
    *next_ms = *next_ms + every_ms > now_ms - every_ms ? *next_ms + every_ms : now_ms + every_ms;
    return true;
}

static struct frame frame_of(uint32_t id, uint8_t len)
{
    return (struct frame){.id = id, .len = len};
}

/* Node n of the backbone: 0x700+n, CANopen boot-up when it starts, then operational each 500 ms. */
static void heartbeat_say(struct sim *sim, int node, uint8_t state)
{
    struct frame heartbeat = frame_of(0x710u + (uint32_t)node, 1);
    heartbeat.data[0] = state;
    sim_queue_add(sim, SIM_BACKBONE, &heartbeat);
}

/* EMCY 0x080+n, CiA 301: the consumer's heartbeat, here the command, has ceased; or all is well. */
static void emergency_say(struct sim *sim, int b, bool alone)
{
    struct frame emergency = frame_of(0x090u + (uint32_t)b, 8);
    put_bits(emergency.data, 0, 16, alone ? 0x8130 : 0);
    emergency.data[2] = alone ? 0x11 : 0; /* error register: generic, communication */
    sim_queue_add(sim, SIM_BACKBONE, &emergency);
}

static void board_seen(const struct sim *sim, int b, uint8_t *closed, uint8_t *opened)
{
    *closed = *opened = 0;
    for (int c = 0; c < sim->config.contacts; c++) {
        const struct sim_contact *contact = &sim->contact[c];
        if (sim->config.contact[c].board != b || contact->feedback_lost || contact->moving)
            continue;
        uint8_t bit = (uint8_t)(1 << sim->config.contact[c].channel);
        if (contact->closed)
            *closed |= bit;
        else
            *opened |= bit;
    }
}

static void board_state_say(struct sim *sim, int b, uint8_t closed, uint8_t opened)
{
    struct sim_board *board = &sim->board[b];
    struct frame frame = frame_of(0x190u + (uint32_t)b, 8);
    frame.data[0] = board->outputs;
    frame.data[1] = closed;
    frame.data[2] = opened;
    put_bits(frame.data, 32, 16, (sim->now_ms - board->up_ms) / 1000);
    frame.data[6] = board->counter++;
    frame.data[7] = (uint8_t)~board->outputs;
    sim_queue_add(sim, SIM_BACKBONE, &frame);
    board->sent_closed = closed;
    board->sent_opened = opened;
}

static void board_say(struct sim *sim, int b)
{
    struct sim_board *board = &sim->board[b];
    uint8_t closed, opened;
    if (board->silent || sim->now_ms < board->up_ms)
        return;
    if (!board->booted) {
        board->booted = true;
        heartbeat_say(sim, b, 0);
    }
    if (board->alone != board->told_alone) {
        board->told_alone = board->alone;
        emergency_say(sim, b, board->alone);
    }
    board_seen(sim, b, &closed, &opened);
    bool changed = closed != board->sent_closed || opened != board->sent_opened;
    if (due(&board->state_ms, 100, sim->now_ms) || changed)
        board_state_say(sim, b, closed, opened);
}

static bool node_silent(const struct sim *sim, int node)
{
    if (node < SIM_BOARDS)
        return sim->board[node].silent || sim->now_ms < sim->board[node].up_ms;
    return (node == 2 && sim->sensor_silent) || (node == 3 && sim->wallbox_silent) ||
           (node == 4 && sim->button_silent);
}

static void heartbeats_say(struct sim *sim)
{
    for (int node = 0; node < SIM_NODES; node++)
        if (due(&sim->heartbeat_ms[node], 500, sim->now_ms) && !node_silent(sim, node))
            heartbeat_say(sim, node, 5);
}

static void strings_say(struct sim *sim)
{
    if (sim->sensor_silent)
        return;
    if (due(&sim->currents_ms, 50, sim->now_ms)) {
        struct frame frame = frame_of(0x192, 8);
        for (int s = 0; s < 4 && s < sim->config.strings; s++) {
            double amperes = sim->sensor_frozen ? sim->frozen_A[s] : sim->truth.string_A[s];
            put_bits(frame.data, 14u * (unsigned)s, 14, lround(amperes * 100));
        }
        frame.data[7] = sim->sensor_frozen ? sim->currents_counter : sim->currents_counter++;
        sim_queue_add(sim, SIM_BACKBONE, &frame);
    }
    if (due(&sim->voltages_ms, 200, sim->now_ms)) {
        struct frame frame = frame_of(0x292, 8);
        for (int s = 0; s < 4 && s < sim->config.strings; s++)
            put_bits(frame.data, 14u * (unsigned)s, 14, lround(sim->truth.string_V[s] * 10));
        frame.data[7] = sim->voltages_counter++;
        sim_queue_add(sim, SIM_BACKBONE, &frame);
    }
}

static void wallbox_say(struct sim *sim)
{
    if (sim->wallbox_silent || !due(&sim->wallbox_ms, 200, sim->now_ms))
        return;
    struct frame frame = frame_of(0x193, 8);
    put_bits(frame.data, 0, 3, sim->truth.car_state - 'A');
    put_bits(frame.data, 3, 1, sim->contactor);
    put_bits(frame.data, 8, 12, lround(sim->car_A * 10));
    put_bits(frame.data, 20, 12, lround(sim_wallbox_V(sim) * 10));
    put_bits(frame.data, 32, 12, lround(wallbox_limit_A(sim) * 10));
    put_bits(frame.data, 44, 12, 630);
    frame.data[7] = sim->wallbox_state_counter++;
    sim_queue_add(sim, SIM_BACKBONE, &frame);
}

static void button_say(struct sim *sim)
{
    if (sim->button_silent || !due(&sim->button_ms, 100, sim->now_ms))
        return;
    struct frame frame = frame_of(0x194, 4);
    frame.data[0] = sim->presses;
    frame.data[1] = sim->pressed_ms && sim->now_ms - sim->pressed_ms < HELD_MS;
    frame.data[1] |= (uint8_t)(sim->stop_pressed << 1);
    frame.data[2] = sim->button_counter++;
    sim_queue_add(sim, SIM_BACKBONE, &frame);
}

/* IVT-S results: byte 0 the channel, byte 1 a counter in its low nibble, bytes 2 to 5 the value,
 * most significant first. Frames that fell due within one step carry the same value. */
static void shunt_frame(struct sim *sim, const struct shunt_row *row, size_t i, double value)
{
    struct frame frame = frame_of(row->id, 6);
    uint32_t bits = (uint32_t)(int32_t)lround(value);
    while (sim->now_ms >= sim->shunt_ms[i]) {
        frame.data[0] = (uint8_t)(row->id - 0x521);
        frame.data[1] = sim->shunt_counter[i]++ & 15;
        for (int k = 0; k < 4; k++)
            frame.data[2 + k] = (uint8_t)(bits >> (24 - 8 * k));
        if (!sim->shunt_silent)
            sim_queue_add(sim, SIM_NATIVE, &frame);
        sim->shunt_ms[i] += row->every_ms;
    }
}

static void shunt_say(struct sim *sim)
{
    const double values[SIM_SHUNT_FRAMES] = {
        sim->battery_A * 1000 * sim->config.shunt_gain + sim->config.shunt_offset_mA,
        sim->battery_V * 1000, sim->config.battery_C * 10, sim->charge_As};
    for (size_t i = 0; i < SIM_SHUNT_FRAMES; i++)
        shunt_frame(sim, &shunt_rows[i], i, values[i]);
}

/* Bits of 0x359: a protection, and its warning sixteen higher. */
static void alarms_raise(const struct sim *sim, uint8_t *data)
{
    double cell_V = sim->battery_V / sim->config.battery_cells, C = sim->config.battery_C;
    const struct {
        unsigned bit;
        bool protection, warning;
    } rows[] = {
        {1, cell_V > 3.65, cell_V > 3.55},
        {2, cell_V < 2.50, cell_V < 2.90},
        {3, C > 55, C > 50},
        {4, C < -20, C < 0},
        {7, -sim->battery_A > 1.1 * battery_dcl_A(sim) + 5,
         -sim->battery_A > battery_dcl_A(sim) + 5},
        {8, sim->battery_A > 1.1 * battery_ccl_A(sim) + 5, sim->battery_A > battery_ccl_A(sim) + 5},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        put_bits(data, rows[i].bit, 1, rows[i].protection);
        put_bits(data, rows[i].bit + 16, 1, rows[i].warning);
    }
}

static void bms_say(struct sim *sim)
{
    if (sim->bms_silent || !due(&sim->bms_ms, 1000, sim->now_ms))
        return;
    struct frame limits = frame_of(0x351, 8), charge = frame_of(0x355, 4),
                 measured = frame_of(0x356, 6);
    struct frame alarms = frame_of(0x359, 7), requests = frame_of(0x35C, 2),
                 maker = frame_of(0x35E, 8);
    put_bits(limits.data, 0, 16, 568);
    put_bits(limits.data, 16, 16, lround(battery_ccl_A(sim) * 10));
    put_bits(limits.data, 32, 16, lround(battery_dcl_A(sim) * 10));
    put_bits(limits.data, 48, 16, 460);
    put_bits(charge.data, 0, 16, lround(sim->soc * 100));
    put_bits(charge.data, 16, 16, lround(sim->config.battery_soh * 100));
    put_bits(measured.data, 0, 16, lround(sim->battery_V * 100));
    put_bits(measured.data, 16, 16, lround(sim->battery_A * 10));
    put_bits(measured.data, 32, 16, lround(sim->config.battery_C * 10));
    alarms_raise(sim, alarms.data);
    alarms.data[4] = 6;
    alarms.data[5] = 'P';
    alarms.data[6] = 'N';
    requests.data[0] =
        (uint8_t)((battery_ccl_A(sim) > 0 ? 0x80 : 0) | (battery_dcl_A(sim) > 0 ? 0x40 : 0) |
                  (sim->soc < 0.10 ? 0x20 : 0));
    memcpy(maker.data, "PYLON   ", 8);
    const struct frame *all[] = {&limits, &charge, &measured, &alarms, &requests, &maker};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        sim_queue_add(sim, SIM_BATTERY, all[i]);
}

/* Somebody else commands the contact board too, with a counter of its own. The board obeys. */
static void foreign_say(struct sim *sim)
{
    if (!sim->foreign || !due(&sim->foreign_ms, 1000, sim->now_ms))
        return;
    struct frame frame = frame_of(0x210, 4);
    frame.data[0] = sim->board[0].outputs;
    frame.data[1] = (uint8_t)~frame.data[0];
    frame.data[2] = sim->foreign_counter++ & 15;
    sim_queue_add(sim, SIM_BACKBONE, &frame);
    board_command(sim, 0, &frame);
}

void frames_step(struct sim *sim)
{
    for (int b = 0; b < SIM_BOARDS; b++)
        board_say(sim, b);
    heartbeats_say(sim);
    strings_say(sim);
    wallbox_say(sim);
    button_say(sim);
    shunt_say(sim);
    bms_say(sim);
    foreign_say(sim);
}
