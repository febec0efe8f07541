/* Which quirks hold and strike. Each inverter draws from numbers of its own, so that a quirk of one
 * changes nothing on the others. */
#include <string.h>

#include "sim/state.h"

static const double presets[SIM_QUIRKS] = {
    [SIM_QUIRK_LATE] = 1700,     [SIM_QUIRK_NAK] = 3,   [SIM_QUIRK_BACK_DELAY] = 300,
    [SIM_QUIRK_EEPROM] = 100000, [SIM_QUIRK_FAULT] = 7, [SIM_QUIRK_BATTERY_OFFSET] = 4,
};

double quirk_random(struct sim_unit *unit)
{
    /* xorshift32 (Marsaglia 2003) */
    unit->quirk_random ^= unit->quirk_random << 13;
    unit->quirk_random ^= unit->quirk_random >> 17;
    unit->quirk_random ^= unit->quirk_random << 5;
    return (double)unit->quirk_random / 4294967296.0;
}

void quirks_begin(struct sim *sim)
{
    for (int u = 0; u < sim->config.inverters; u++)
        sim->unit[u].quirk_random =
            ((sim->config.seed + 1) * 2246822519u + (uint32_t)u * 40503u) | 1;
}

static bool row_holds(const struct sim *sim, const struct sim_quirk_row *row)
{
    double now_s = (double)(sim->now_ms - sim->start_ms) / 1000;
    return now_s >= row->from_s && (row->to_s <= 0 || now_s < row->to_s);
}

static void amount_give(const struct sim_quirk_row *row, double *amount)
{
    if (amount)
        *amount = row->amount != 0 ? row->amount : presets[row->quirk];
}

bool quirk_holds(const struct sim *sim, int u, enum sim_quirk quirk, double *amount)
{
    const struct sim_inverter_config *config = &sim->config.inverter[u];
    for (int i = 0; i < config->quirks; i++)
        if (config->quirk[i].quirk == quirk && row_holds(sim, &config->quirk[i])) {
            amount_give(&config->quirk[i], amount);
            return true;
        }
    return false;
}

bool quirk_strikes(struct sim *sim, int u, enum sim_quirk quirk, double *amount)
{
    const struct sim_inverter_config *config = &sim->config.inverter[u];
    for (int i = 0; i < config->quirks; i++) {
        const struct sim_quirk_row *row = &config->quirk[i];
        if (row->quirk != quirk || !row_holds(sim, row) || quirk_random(&sim->unit[u]) >= row->rate)
            continue;
        amount_give(row, amount);
        sim->truth.quirks[u][quirk]++;
        return true;
    }
    return false;
}

bool sim_quirk(struct sim *sim, int u, const struct sim_quirk_row *row)
{
    struct sim_inverter_config *config = &sim->config.inverter[u];
    double now_s = (double)(sim->now_ms - sim->start_ms) / 1000;
    if (config->quirks == SIM_QUIRK_ROWS)
        return false;
    config->quirk[config->quirks] = *row;
    config->quirk[config->quirks].from_s += now_s;
    config->quirk[config->quirks++].to_s += row->to_s > 0 ? now_s : 0;
    return true;
}
