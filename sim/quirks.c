/* Which quirks hold and strike. Each inverter draws from numbers of its own, so that a quirk of one
 * changes nothing on the others. */
#include "sim/quirks.h"

#include <string.h>

#include "sim/state.h"

/* clang-format off */
static const struct {
    const char *name;
    double preset;      /* amount where none is given */
    const char *help;
} quirks[SIM_QUIRKS] = {
    [SIM_QUIRK_NONE]           = {"",               0,      ""},
    [SIM_QUIRK_CRC]            = {"crc",            0,      "answers with a wrong CRC"},
    [SIM_QUIRK_LATE]           = {"late",           1700,   "answers amount ms late (1700)"},
    [SIM_QUIRK_PREVIOUS]       = {"previous",       0,      "the answer to the question before"},
    [SIM_QUIRK_NAK]            = {"nak",            3,      "bursts of amount refusals (3)"},
    [SIM_QUIRK_LOST_BYTE]      = {"lost-byte",      0,      "answers that lack a byte"},
    [SIM_QUIRK_BIT]            = {"bit",            0,      "answers with one wrong bit"},
    [SIM_QUIRK_SHIFTED]        = {"shifted",        0,      "answers whose tail was sampled three bits late"},
    [SIM_QUIRK_LF]             = {"lf",             0,      "answers that end in LF instead of CR"},
    [SIM_QUIRK_PADDING]        = {"padding",        0,      "zeros behind answers, up to a multiple of 8 bytes"},
    [SIM_QUIRK_HANG]           = {"hang",           0,      "says nothing more until its port is opened again"},
    [SIM_QUIRK_ACK_ONLY]       = {"ack-only",       0,      "acknowledges a setter and does not apply it"},
    [SIM_QUIRK_ENERGY_RESET]   = {"energy-reset",   0,      "counters of energy start at 0 again"},
    [SIM_QUIRK_FROZEN]         = {"frozen",         0,      "measured values stay as they are"},
    [SIM_QUIRK_ECHO]           = {"echo",           0,      "unknown words come back as they are"},
    [SIM_QUIRK_SILENT]         = {"silent",         0,      "unknown words get no answer"},
    [SIM_QUIRK_BACK_DELAY]     = {"back-delay",     300,    "back from grid to battery after amount s (300)"},
    [SIM_QUIRK_EARLY_FLOAT]    = {"early-float",    0,      "floats all day after a weak sunrise; needs staged"},
    [SIM_QUIRK_EEPROM]         = {"eeprom",         100000, "EEPROM fault after amount writes of one setting (100000)"},
    [SIM_QUIRK_OFF]            = {"off",            0,      "its rear switch is off: standby"},
    [SIM_QUIRK_FAULT]          = {"fault",          7,      "fault code amount (7, overload): mode F"},
    [SIM_QUIRK_BATTERY_OFFSET] = {"battery-offset", 4,      "reads the battery amount V too high (4)"},
};
/* clang-format on */

const char *sim_quirk_name(enum sim_quirk quirk)
{
    return quirks[quirk].name;
}

const char *sim_quirk_help(enum sim_quirk quirk)
{
    return quirks[quirk].help;
}

enum sim_quirk sim_quirk_named(const char *name)
{
    for (enum sim_quirk quirk = SIM_QUIRK_NONE + 1; quirk < SIM_QUIRKS; quirk++)
        if (strcmp(quirks[quirk].name, name) == 0)
            return quirk;
    return SIM_QUIRK_NONE;
}

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
        *amount = row->amount != 0 ? row->amount : quirks[row->quirk].preset;
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
