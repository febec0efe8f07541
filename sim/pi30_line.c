#include "sim/pi30_line.h"

#include <string.h>

#include "sim/pi30_wire.h"
#include "sim/variants.h"

enum { REPORT = 8 };

static size_t place_random(struct sim_unit *unit)
{
    return (size_t)(quirk_random(unit) * (double)(unit->answer_len - 1));
}

static void nak_burst(struct sim *sim, int u)
{
    struct sim_unit *unit = &sim->unit[u];
    const struct variant *variant = sim_variant_of(&sim->config.inverter[u]);
    bool numbered = variant->framing == SIM_PI18 || variant->framing == SIM_PI17;
    double count;
    if (unit->naks == 0 && quirk_strikes(sim, u, SIM_QUIRK_NAK, &count))
        unit->naks = (int)count;
    if (unit->naks == 0)
        return;
    unit->naks--;
    unit->answer_len = sim_frame_crc(unit->answer, numbered ? "^0" : "(NAK");
}

/* The answer to the question before, with its good CRC. */
static void previous_send(struct sim *sim, int u)
{
    struct sim_unit *unit = &sim->unit[u];
    uint8_t right[SIM_LINE];
    size_t length = unit->answer_len;
    memcpy(right, unit->answer, length);
    if (unit->last_len > 0 && quirk_strikes(sim, u, SIM_QUIRK_PREVIOUS, NULL)) {
        memcpy(unit->answer, unit->last, unit->last_len);
        unit->answer_len = unit->last_len;
    }
    memcpy(unit->last, right, length);
    unit->last_len = length;
}

static void byte_lose(struct sim *sim, int u)
{
    struct sim_unit *unit = &sim->unit[u];
    if (!quirk_strikes(sim, u, SIM_QUIRK_LOST_BYTE, NULL))
        return;
    size_t at = place_random(unit);
    memmove(unit->answer + at, unit->answer + at + 1, unit->answer_len - at - 1);
    unit->answer_len--;
}

static void bytes_spoil(struct sim *sim, int u)
{
    struct sim_unit *unit = &sim->unit[u];
    if (quirk_strikes(sim, u, SIM_QUIRK_CRC, NULL))
        unit->answer[unit->answer_len - 2] ^= 0x55;
    if (quirk_strikes(sim, u, SIM_QUIRK_BIT, NULL))
        unit->answer[place_random(unit)] ^= (uint8_t)(1u << (int)(quirk_random(unit) * 8));
    if (quirk_strikes(sim, u, SIM_QUIRK_SHIFTED, NULL))
        for (size_t i = place_random(unit); i < unit->answer_len; i++)
            unit->answer[i] = (uint8_t)(unit->answer[i] << 3 | 2);
}

static void end_change(struct sim *sim, int u)
{
    struct sim_unit *unit = &sim->unit[u];
    if (quirk_strikes(sim, u, SIM_QUIRK_LF, NULL) && unit->answer[unit->answer_len - 1] == '\r')
        unit->answer[unit->answer_len - 1] = '\n';
    if (quirk_strikes(sim, u, SIM_QUIRK_PADDING, NULL))
        while (unit->answer_len % REPORT != 0)
            unit->answer[unit->answer_len++] = 0;
}

void line_quirks_add(struct sim *sim, int u)
{
    struct sim_unit *unit = &sim->unit[u];
    double late_ms;
    if (quirk_strikes(sim, u, SIM_QUIRK_HANG, NULL)) {
        unit->hung = true;
        unit->answer_len = 0;
        return;
    }
    if (quirk_strikes(sim, u, SIM_QUIRK_ENERGY_RESET, NULL)) {
        unit->pv_base_Ws = unit->pv_Ws;
        unit->load_base_Ws = unit->load_Ws;
    }
    nak_burst(sim, u);
    previous_send(sim, u);
    byte_lose(sim, u);
    bytes_spoil(sim, u);
    end_change(sim, u);
    if (quirk_strikes(sim, u, SIM_QUIRK_LATE, &late_ms))
        unit->answer_ms += (int64_t)late_ms;
}
