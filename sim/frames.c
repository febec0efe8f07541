/* What the plant's nodes say, byte by byte from the documents: dbc/backbone.dbc, Pylontech LV V1.2
 * (2018-04-08), IVT-S result messages. */
#include <math.h>
#include <string.h>

#include "sim/state.h"

static void put_bits(uint8_t *data, unsigned start, unsigned length, int64_t value)
{
    for (unsigned i = 0; i < length; i++) {
        unsigned at = start + i;
        uint8_t bit = (uint8_t)(1u << at % 8);
        data[at / 8] = (uint8_t)(value >> i & 1 ? data[at / 8] | bit : data[at / 8] & ~bit);
    }
}

static bool due(int64_t *next_ms, int64_t every_ms, int64_t now_ms)
{
    if (now_ms < *next_ms)
        return false;
    *next_ms = now_ms + every_ms;
    return true;
}

static struct frame frame_of(uint32_t id, uint8_t len)
{
    return (struct frame){.id = id, .len = len};
}

static void board_seen(const struct sim *sim, int b, uint8_t *closed, uint8_t *opened)
{
    *closed = *opened = 0;
    for (int c = 0; c < sim->config.contacts; c++) {
        if (sim->config.contact[c].board != b || sim->contact[c].feedback_lost)
            continue;
        uint8_t bit = (uint8_t)(1 << sim->config.contact[c].channel);
        if (sim->contact[c].closed)
            *closed |= bit;
        else
            *opened |= bit;
    }
}

static void board_say(struct sim *sim, int b)
{
    struct sim_board *board = &sim->board[b];
    uint8_t closed, opened;
    if (board->silent)
        return;
    board_seen(sim, b, &closed, &opened);
    bool changed = closed != board->sent_closed || opened != board->sent_opened;
    if (due(&board->heartbeat_ms, 500, sim->now_ms)) {
        struct frame heartbeat = frame_of(0x710u + (uint32_t)b, 1);
        heartbeat.data[0] = 5;
        sim_queue_add(sim, SIM_BACKBONE, &heartbeat);
    }
    if (!changed && sim->now_ms < board->state_ms)
        return;
    board->state_ms = sim->now_ms + 100;
    board->sent_closed = closed;
    board->sent_opened = opened;
    struct frame frame = frame_of(0x190u + (uint32_t)b, 8);
    frame.data[0] = board->outputs;
    frame.data[1] = closed;
    frame.data[2] = opened;
    put_bits(frame.data, 32, 16, (sim->now_ms - board->up_ms) / 1000);
    frame.data[6] = board->counter++;
    frame.data[7] = (uint8_t)~board->outputs;
    sim_queue_add(sim, SIM_BACKBONE, &frame);
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
    if (!due(&sim->wallbox_ms, 200, sim->now_ms))
        return;
    struct frame frame = frame_of(0x193, 8);
    put_bits(frame.data, 0, 3, sim->truth.car_state - 'A');
    put_bits(frame.data, 3, 1, sim->contactor);
    put_bits(frame.data, 8, 12, lround(sim->car_A * 10));
    put_bits(frame.data, 20, 12, 2300);
    put_bits(frame.data, 32, 12, lround(sim->limit_A * 10));
    put_bits(frame.data, 44, 12, 630);
    frame.data[7] = sim->wallbox_state_counter++;
    sim_queue_add(sim, SIM_BACKBONE, &frame);
}

static void button_say(struct sim *sim)
{
    if (!due(&sim->button_ms, 100, sim->now_ms))
        return;
    struct frame frame = frame_of(0x194, 4);
    frame.data[0] = sim->presses;
    frame.data[2] = sim->button_counter++;
    sim_queue_add(sim, SIM_BACKBONE, &frame);
}

/* Bytes 2 to 5, most significant first; byte 0 the channel, byte 1 a counter in its low nibble. */
static void shunt_frame(struct sim *sim, uint32_t id, double value)
{
    struct frame frame = frame_of(id, 6);
    uint32_t bits = (uint32_t)(int32_t)lround(value);
    frame.data[0] = (uint8_t)(id - 0x521);
    frame.data[1] = sim->shunt_counter & 15;
    for (int i = 0; i < 4; i++)
        frame.data[2 + i] = (uint8_t)(bits >> (24 - 8 * i));
    sim_queue_add(sim, SIM_NATIVE, &frame);
}

static void shunt_say(struct sim *sim)
{
    double seen_mA = sim->battery_A * 1000 * sim->config.shunt_gain + sim->config.shunt_offset_mA;
    if (due(&sim->shunt_ms, 100, sim->now_ms)) {
        sim->shunt_counter++;
        shunt_frame(sim, 0x521, seen_mA);
    }
    if (due(&sim->shunt_slow_ms, 1000, sim->now_ms)) {
        shunt_frame(sim, 0x522, sim->battery_V * 1000);
        shunt_frame(sim, 0x525, sim->config.battery_C * 10);
        shunt_frame(sim, 0x527, sim->charge_As);
    }
}

static void bms_say(struct sim *sim)
{
    if (sim->bms_silent || !due(&sim->bms_ms, 1000, sim->now_ms))
        return;
    struct frame limits = frame_of(0x351, 8), charge = frame_of(0x355, 4), measured = frame_of(0x356, 6);
    struct frame alarms = frame_of(0x359, 7), requests = frame_of(0x35C, 2), maker = frame_of(0x35E, 8);
    put_bits(limits.data, 0, 16, 568);
    put_bits(limits.data, 16, 16, lround(battery_ccl_A(sim) * 10));
    put_bits(limits.data, 32, 16, sim->soc > 0.05 ? 3000 : 0);
    put_bits(limits.data, 48, 16, 460);
    put_bits(charge.data, 0, 16, lround(sim->soc * 100));
    put_bits(charge.data, 16, 16, lround(sim->config.battery_soh * 100));
    put_bits(measured.data, 0, 16, lround(sim->battery_V * 100));
    put_bits(measured.data, 16, 16, lround(sim->battery_A * 10));
    put_bits(measured.data, 32, 16, lround(sim->config.battery_C * 10));
    alarms.data[4] = 6;
    alarms.data[5] = 'P';
    alarms.data[6] = 'N';
    requests.data[0] = (uint8_t)((sim->soc < 0.98 ? 0x80 : 0) | 0x40);
    memcpy(maker.data, "PYLON   ", 8);
    const struct frame *all[] = {&limits, &charge, &measured, &alarms, &requests, &maker};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        sim_queue_add(sim, SIM_BATTERY, all[i]);
}

/* Somebody else orders relays: all off, each second. */
static void foreign_say(struct sim *sim)
{
    if (!sim->foreign || sim->now_ms % 1000 >= 50)
        return;
    struct frame frame = frame_of(0x210, 4);
    frame.data[1] = 0xFF;
    frame.data[2] = (uint8_t)(sim->now_ms / 1000 & 15);
    sim_queue_add(sim, SIM_BACKBONE, &frame);
}

void frames_step(struct sim *sim)
{
    for (int b = 0; b < SIM_BOARDS; b++)
        board_say(sim, b);
    strings_say(sim);
    wallbox_say(sim);
    button_say(sim);
    shunt_say(sim);
    bms_say(sim);
    foreign_say(sim);
}
