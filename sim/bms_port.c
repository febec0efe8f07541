/* The inverters' BMS links: a port that asks its battery each second as a Modbus master does, and a
 * CAN port that hears 0x351. Both charge with no more than they were told; without a battery's word
 * they go on with its last one, and in the end show an error and leave the battery alone. */
#include <math.h>
#include <string.h>

#include "sim/state.h"

enum {
    ROUND_MS = 1000,
    PAUSE_MS = 20,         /* after an answer */
    WINDOW_MS = 200,       /* for it */
    PORT_LOST_MS = 600000, /* docs/means.md: error 61 */
    CAN_LOST_MS = 60000,   /* SMA FSS-ConnectingBat-TI-en-10: after the last 0x355 */
    ERROR_LOST = 61
};

/* clang-format off */
static const uint8_t questions[] = {0x10, 0x32, 0x33, 0x70, 0x71, 0x72, 0x73, 0x74};
/* clang-format on */
enum { QUESTIONS = sizeof questions };

static uint16_t crc16(const uint8_t *bytes, size_t count)
{
    uint16_t crc = 0xFFFF;
    while (count--) {
        crc ^= *bytes++;
        for (int i = 0; i < 8; i++)
            crc = (uint16_t)((crc >> 1) ^ (crc & 1 ? 0xA001 : 0));
    }
    return crc;
}

/* --- the port --- */

static void ask(struct sim_bms *bms, int64_t now_ms)
{
    uint8_t *out = bms->out;
    const uint8_t plain[] = {1, 3, 0, questions[bms->question], 0, 1};
    memcpy(out, plain, sizeof plain);
    uint16_t crc = crc16(out, sizeof plain);
    out[6] = (uint8_t)crc;
    out[7] = (uint8_t)(crc >> 8);
    bms->out_len = 8;
    bms->asked_ms = now_ms;
    bms->waits = true;
    bms->seen.asked++;
}

/* Nothing in an answer says to which question it belongs: it is taken for the one that waits. */
static void take(struct sim *sim, struct sim_bms *bms, int value)
{
    int question = questions[bms->question];
    int64_t now_ms = sim->now_ms;
    bms->seen.mistaken += question == 0x10 && value != sim->config.battery_cells;
    bms->seen.answered++;
    bms->seen.heard_ms = now_ms;
    bms->seen.error = 0;
    if (now_ms - bms->asked_ms > bms->seen.slowest_ms)
        bms->seen.slowest_ms = now_ms - bms->asked_ms;
    if (question == 0x72)
        bms->seen.limit_A = value / 10.0;
    if (question == 0x74) {
        bms->seen.charge = value >> 7 & 1;
        bms->seen.discharge = value >> 6 & 1;
    }
}

static void answer_look(struct sim *sim, struct sim_bms *bms)
{
    const uint8_t *rx = bms->rx;
    if (bms->rx_len < 8)
        return;
    bool good = rx[0] == 1 && rx[1] == 3 && rx[2] == 0 && rx[3] == 1 &&
                crc16(rx, 6) == (rx[6] | rx[7] << 8);
    if (good && bms->waits)
        take(sim, bms, rx[4] << 8 | rx[5]);
    else
        bms->seen.refused++;
    bms->rx_len = 0;
    bms->waits = false;
    bms->pause_ms = sim->now_ms + PAUSE_MS;
}

static void next_question(struct sim_bms *bms, int64_t now_ms)
{
    if (bms->question == QUESTIONS - 1) {
        bms->question = 0;
        bms->round_ms += ROUND_MS;
        bms->pause_ms = bms->round_ms;
    } else {
        bms->question++;
    }
    if (bms->pause_ms < now_ms)
        bms->pause_ms = now_ms;
}

static void port_step(struct sim *sim, struct sim_bms *bms)
{
    int64_t now_ms = sim->now_ms;
    bool waited = bms->waits;
    answer_look(sim, bms);
    if (bms->waits && now_ms - bms->asked_ms > WINDOW_MS) {
        bms->seen.timeouts++;
        bms->waits = false;
        bms->pause_ms = now_ms;
    }
    if (waited && !bms->waits)
        next_question(bms, now_ms);
    if (bms->round_ms == 0)
        bms->round_ms = bms->pause_ms = now_ms;
    if (!bms->waits && now_ms >= bms->pause_ms)
        ask(bms, now_ms);
}

/* --- CAN --- */

static void can_step(struct sim_bms *bms, int64_t now_ms)
{
    if (now_ms < bms->round_ms)
        return;
    bms->round_ms = now_ms + ROUND_MS;
    bms->seen.asked++;
    bms->alive = true;
}

void sim_can_hear(struct sim *sim, int inverter, const struct frame *frame)
{
    struct sim_bms *bms = &sim->bms[inverter];
    if (bms->link != SIM_BMS_CAN || bms->fault == SIM_BMS_CUT || frame->flags)
        return;
    const uint8_t *data = frame->data;
    if (frame->id == 0x351 && frame->len >= 6)
        bms->seen.limit_A = (data[2] | data[3] << 8) / 10.0;
    if (frame->id == 0x355) {
        bms->seen.heard_ms = sim->now_ms;
        bms->seen.error = 0;
    }
    if (frame->id == 0x35C && frame->len >= 1) {
        bms->seen.charge = data[0] >> 7 & 1;
        bms->seen.discharge = data[0] >> 6 & 1;
    }
    bms->seen.answered++;
}

bool sim_can_says(struct sim *sim, int inverter, struct frame *frame)
{
    struct sim_bms *bms = &sim->bms[inverter];
    if (!bms->alive)
        return false;
    bms->alive = false;
    *frame = (struct frame){.id = 0x305, .len = 8};
    return bms->fault != SIM_BMS_CUT;
}

/* --- both --- */

void sim_bms_wire(struct sim *sim, int inverter, enum sim_bms_link link)
{
    struct sim_bms *bms = &sim->bms[inverter];
    *bms = (struct sim_bms){.link = link};
    bms->seen.limit_A = INFINITY;
    bms->seen.charge = bms->seen.discharge = true;
}

void sim_bms_fault(struct sim *sim, int inverter, enum sim_bms_fault fault)
{
    sim->bms[inverter].fault = fault;
}

void sim_bms_bytes(struct sim *sim, int inverter, const uint8_t *bytes, size_t count)
{
    struct sim_bms *bms = &sim->bms[inverter];
    if (bms->link != SIM_BMS_PORT || bms->fault == SIM_BMS_CUT)
        return;
    for (size_t i = 0; i < count && bms->rx_len < sizeof bms->rx; i++)
        bms->rx[bms->rx_len++] = bytes[i];
}

size_t sim_bms_says(struct sim *sim, int inverter, uint8_t *bytes, size_t room)
{
    struct sim_bms *bms = &sim->bms[inverter];
    size_t count = bms->fault == SIM_BMS_CUT || bms->out_len > room ? 0 : bms->out_len;
    memcpy(bytes, bms->out, count);
    bms->out_len = 0;
    return count;
}

const struct sim_bms_seen *sim_bms_seen(const struct sim *sim, int inverter)
{
    return &sim->bms[inverter].seen;
}

void bms_links_step(struct sim *sim)
{
    for (int u = 0; u < sim->config.inverters; u++) {
        struct sim_bms *bms = &sim->bms[u];
        int64_t lost_ms = bms->link == SIM_BMS_CAN ? CAN_LOST_MS : PORT_LOST_MS;
        if (bms->link == SIM_BMS_PORT)
            port_step(sim, bms);
        else if (bms->link == SIM_BMS_CAN)
            can_step(bms, sim->now_ms);
        if (bms->seen.heard_ms && sim->now_ms - bms->seen.heard_ms > lost_ms)
            bms->seen.error = ERROR_LOST;
    }
}

/* One that has never had a battery's word goes by its own settings. */
double bms_charge_A(const struct sim *sim, int u)
{
    const struct sim_bms *bms = &sim->bms[u];
    if (bms->link == SIM_BMS_NONE || bms->seen.heard_ms == 0 || bms->fault == SIM_BMS_DISOBEYS)
        return INFINITY;
    return bms->seen.error || !bms->seen.charge ? 0 : bms->seen.limit_A;
}

bool bms_discharges(const struct sim *sim, int u)
{
    const struct sim_bms *bms = &sim->bms[u];
    bool heard = bms->link != SIM_BMS_NONE && bms->seen.heard_ms;
    return !heard || (!bms->seen.error && bms->seen.discharge);
}
