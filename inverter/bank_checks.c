/* Whether the units agree with the config and with each other: one function a check, one row each. */
#include <stdlib.h>
#include <string.h>

#include "inverter/bank.h"
#include "inverter/unit.h"

enum { SILENT_CLEAR_MS = 60000, MODES_SPLIT_L2 = 7 };

enum found { FOUND_NOTHING, FOUND_WELL, FOUND_APART }; /* nothing: too little is known */

struct look {
    const struct inverter_bank_config *config;
    const struct inverter_bank_view *view;
};

struct finding {
    int32_t here, there;
    uint8_t other;
};

/* --- units compared with each other --- */

/* A value of one unit to compare; false = not known. */
typedef bool value_of(const struct inverter_bank_unit *unit, int32_t *value);

static bool joins(const struct look *l, size_t unit, size_t other, bool group)
{
    return !l->view->unit[other].stranger &&
           (!group || l->config->unit[other].group == l->config->unit[unit].group);
}

/* How many units say the same as this one, within tolerance. */
static int supporters(const struct look *l, size_t unit, bool group, value_of *value,
                      int32_t within)
{
    int32_t mine, theirs;
    int count = 0;
    if (!value(&l->view->unit[unit], &mine))
        return 0;
    for (size_t i = 0; i < l->config->units; i++)
        count += joins(l, unit, i, group) && value(&l->view->unit[i], &theirs) &&
                 abs(mine - theirs) <= within;
    return count;
}

/* The unit whose value most share; of equals the first in the config. */
static size_t most_shared(const struct look *l, size_t unit, bool group, value_of *value,
                          int32_t within)
{
    size_t best = unit;
    int most = 0;
    for (size_t i = 0; i < l->config->units; i++) {
        int count = joins(l, unit, i, group) ? supporters(l, i, group, value, within) : 0;
        if (count > most) {
            most = count;
            best = i;
        }
    }
    return best;
}

static enum found compare(const struct look *l, size_t unit, bool group, value_of *value,
                          int32_t within, struct finding *out)
{
    if (l->view->unit[unit].stranger || !value(&l->view->unit[unit], &out->here))
        return FOUND_NOTHING;
    out->other = (uint8_t)most_shared(l, unit, group, value, within);
    value(&l->view->unit[out->other], &out->there);
    return abs(out->here - out->there) <= within ? FOUND_WELL : FOUND_APART;
}

static bool told(int32_t value, int32_t *out)
{
    *out = value;
    return value != INVERTER_UNKNOWN;
}

static bool machine_type_of(const struct inverter_bank_unit *unit, int32_t *value)
{
    return told(unit->machine_type, value);
}

static bool bulk_of(const struct inverter_bank_unit *unit, int32_t *value)
{
    return told(unit->bulk_dV, value);
}

static bool float_of(const struct inverter_bank_unit *unit, int32_t *value)
{
    return told(unit->float_dV, value);
}

static bool battery_of(const struct inverter_bank_unit *unit, int32_t *value)
{
    return unit->heard && told(unit->battery_cV, value);
}

static bool mode_of(const struct inverter_bank_unit *unit, int32_t *value)
{
    return unit->heard && unit->mode != MODE_UNKNOWN && told(unit->mode, value);
}

static bool grid_of(const struct inverter_bank_unit *unit, int32_t *value)
{
    enum { PRESENT_dV = 1000 };
    *value = unit->grid_dV >= PRESENT_dV;
    return unit->heard && unit->grid_dV != INVERTER_UNKNOWN;
}

static bool frequency_of(const struct inverter_bank_unit *unit, int32_t *value)
{
    return unit->heard && unit->grid_dHz > 0 && told(unit->grid_dHz, value);
}

static enum found machine_type_finds(const struct look *l, size_t unit, struct finding *out)
{
    return compare(l, unit, true, machine_type_of, 0, out);
}

static enum found charge_voltage_finds(const struct look *l, size_t unit, struct finding *out)
{
    enum found bulk = compare(l, unit, false, bulk_of, 1, out);
    return bulk == FOUND_APART ? bulk : compare(l, unit, false, float_of, 1, out);
}

/* Cables and the last digit account for less. */
static enum found battery_finds(const struct look *l, size_t unit, struct finding *out)
{
    enum { APART_cV = 100 };
    return compare(l, unit, false, battery_of, APART_cV, out);
}

static enum found mode_finds(const struct look *l, size_t unit, struct finding *out)
{
    return compare(l, unit, true, mode_of, 0, out);
}

static enum found grid_finds(const struct look *l, size_t unit, struct finding *out)
{
    enum { APART_dHZ = 5 };
    enum found there = compare(l, unit, true, grid_of, 0, out);
    if (there != FOUND_WELL)
        return there;
    enum found frequency = compare(l, unit, true, frequency_of, APART_dHZ, out);
    return frequency == FOUND_APART ? frequency : FOUND_WELL;
}

/* Versions have no order: only same or not. */
static enum found firmware_finds(const struct look *l, size_t unit, struct finding *out)
{
    const char *mine = l->view->unit[unit].firmware;
    int most = 0, count;
    if (!*mine || l->view->unit[unit].stranger)
        return FOUND_NOTHING;
    out->other = (uint8_t)unit;
    for (size_t i = 0; i<l->config->units; i++, most = count> most ? count : most) {
        count = 0;
        const char *theirs = l->view->unit[i].firmware;
        for (size_t k = 0; k < l->config->units && *theirs && joins(l, unit, i, true); k++)
            count += joins(l, unit, k, true) && strcmp(theirs, l->view->unit[k].firmware) == 0;
        if (count > most)
            out->other = (uint8_t)i;
    }
    return strcmp(mine, l->view->unit[out->other].firmware) ? FOUND_APART : FOUND_WELL;
}

/* --- units compared with the config --- */

bool inverter_output_mode_fits(enum inverter_wiring wiring, uint8_t phase, int32_t output_mode)
{
    enum { SINGLE = 0, PARALLEL = 1, THREE_PHASE = 2, SPLIT_L1 = 5 };
    switch (wiring) {
    case WIRING_SINGLE:
        return output_mode == SINGLE;
    case WIRING_PARALLEL:
        return output_mode == PARALLEL;
    case WIRING_THREE_PHASE:
        return output_mode == THREE_PHASE + phase - 1;
    case WIRING_SPLIT:
        return phase == 1 ? output_mode == SPLIT_L1
                          : output_mode > SPLIT_L1 && output_mode <= MODES_SPLIT_L2;
    }
    return false;
}

static enum found output_mode_finds(const struct look *l, size_t unit, struct finding *out)
{
    const struct inverter_bank_member *member = &l->config->unit[unit];
    const struct inverter_bank_unit *v = &l->view->unit[unit];
    enum inverter_wiring wiring = l->config->group[member->group].wiring;
    if (v->stranger || v->output_mode == INVERTER_UNKNOWN)
        return FOUND_NOTHING;
    out->here = v->output_mode;
    out->there = (int32_t)wiring;
    return inverter_output_mode_fits(wiring, member->phase, v->output_mode) ? FOUND_WELL
                                                                            : FOUND_APART;
}

/* A unit that stands alone may print anything here: single-only models print 1. */
static enum found parallel_max_finds(const struct look *l, size_t unit, struct finding *out)
{
    out->there = l->config->group[l->config->unit[unit].group].units;
    out->here = l->view->unit[unit].parallel_max;
    if (l->view->unit[unit].stranger || out->here == INVERTER_UNKNOWN || out->there == 1)
        return FOUND_NOTHING;
    return out->here < out->there ? FOUND_APART : FOUND_WELL;
}

static enum found rated_finds(const struct look *l, size_t unit, struct finding *out)
{
    out->here = l->view->unit[unit].rated_W;
    out->there = l->config->unit[unit].rated_W;
    if (l->view->unit[unit].stranger || out->here <= 0 || out->there <= 0)
        return FOUND_NOTHING;
    return abs(out->here - out->there) > out->there / 20 ? FOUND_APART : FOUND_WELL;
}

/* Ports are told apart by what answers there. here: 1 = not the config's, 2 = also on another port. */
static enum found port_finds(const struct look *l, size_t unit, struct finding *out)
{
    const char *serial = l->view->unit[unit].serial;
    if (!*serial)
        return FOUND_NOTHING;
    for (size_t i = 0; i < l->config->units; i++)
        if (i != unit && strcmp(serial, l->view->unit[i].serial) == 0) {
            *out = (struct finding){.here = 2, .other = (uint8_t)i};
            return FOUND_APART;
        }
    const char *expected = l->config->unit[unit].serial;
    if (!*expected || strcmp(serial, expected) == 0)
        return FOUND_WELL;
    for (size_t i = 0; i < l->config->units; i++)
        if (strcmp(serial, l->config->unit[i].serial) == 0)
            out->other = (uint8_t)i;
    out->here = 1;
    return FOUND_APART;
}

/* --- what the units tell of each other --- */

static const struct inverter_bank_peer *peer_of(const struct look *l, size_t unit)
{
    const char *serial = l->view->unit[unit].serial;
    for (size_t p = 0; p < l->view->peers && *serial; p++)
        if (l->view->peer[p].told_by != unit && strcmp(serial, l->view->peer[p].serial) == 0)
            return &l->view->peer[p];
    return NULL;
}

/* Both are up to some seconds old: only a difference that stays counts. */
static enum found cross_finds(const struct look *l, size_t unit, struct finding *out)
{
    enum { APART_W = 300, APART_PARTS = 10 };
    const struct inverter_bank_peer *peer = peer_of(l, unit);
    const struct inverter_bank_unit *v = &l->view->unit[unit];
    if (!peer || !v->heard || v->stranger)
        return FOUND_NOTHING;
    *out = (struct finding){.here = v->output_W, .there = peer->output_W, .other = peer->told_by};
    int32_t most = out->here > out->there ? out->here : out->there;
    return abs(out->here - out->there) > APART_W + most / APART_PARTS ? FOUND_APART : FOUND_WELL;
}

static bool has_port(const struct look *l, const char *serial)
{
    for (size_t i = 0; i < l->config->units; i++)
        if (strcmp(serial, l->view->unit[i].serial) == 0 ||
            strcmp(serial, l->config->unit[i].serial) == 0)
            return true;
    return false;
}

/* Only once every port has told its own number: before, any unit looks like a stranger. */
static enum found peer_finds(const struct look *l, size_t unit, struct finding *out)
{
    enum found found = FOUND_NOTHING;
    for (size_t i = 0; i < l->config->units; i++)
        if (!*l->view->unit[i].serial)
            return FOUND_NOTHING;
    for (size_t p = 0; p < l->view->peers; p++) {
        if (l->view->peer[p].told_by != unit || !*l->view->peer[p].serial)
            continue;
        out->here = (int32_t)p;
        if (!has_port(l, l->view->peer[p].serial))
            return FOUND_APART;
        found = FOUND_WELL;
    }
    return found;
}

/* --- hold-off --- */

static const struct {
    enum found (*finds)(const struct look *l, size_t unit, struct finding *out);
    int32_t hold_ms, clear_ms;
} checks[INVERTER_CHECKS] = {
    [INVERTER_PORT] = {port_finds, 5000, 5000},
    [INVERTER_OUTPUT_MODE] = {output_mode_finds, 10000, 5000},
    [INVERTER_PARALLEL_MAX] = {parallel_max_finds, 10000, 5000},
    [INVERTER_MACHINE_TYPE] = {machine_type_finds, 10000, 5000},
    [INVERTER_FIRMWARE] = {firmware_finds, 10000, 5000},
    [INVERTER_RATED] = {rated_finds, 10000, 5000},
    [INVERTER_CHARGE_VOLTAGE] = {charge_voltage_finds, 180000, 5000}, /* QPIRI each minute */
    [INVERTER_BATTERY] = {battery_finds, 60000, 10000},
    [INVERTER_MODE] = {mode_finds, 60000, 10000},
    [INVERTER_GRID] = {grid_finds, 30000, 10000},
    [INVERTER_CROSS] = {cross_finds, 60000, 20000},
    [INVERTER_PEER] = {peer_finds, 30000, 20000},
};

static void doubt_step(struct inverter_doubt *doubt, enum found found,
                       const struct finding *finding, enum inverter_check check, int64_t now_ms)
{
    if (found == FOUND_APART) {
        doubt->well_ms = 0;
        if (doubt->since_ms == 0)
            doubt->since_ms = now_ms;
        doubt->here = finding->here;
        doubt->there = finding->there;
        doubt->other = finding->other;
        doubt->stands |= now_ms - doubt->since_ms >= checks[check].hold_ms;
        return;
    }
    if (!doubt->stands)
        doubt->since_ms = 0;
    if (doubt->well_ms == 0)
        doubt->well_ms = now_ms;
    int32_t clear_ms = found == FOUND_WELL ? checks[check].clear_ms : SILENT_CLEAR_MS;
    if (now_ms - doubt->well_ms >= clear_ms)
        *doubt = (struct inverter_doubt){.well_ms = doubt->well_ms};
}

void inverter_bank_check(struct inverter_bank *bank, const struct inverter_bank_config *config,
                         const struct inverter_bank_view *view, int64_t now_ms)
{
    struct look l = {config, view};
    for (size_t c = 0; c < INVERTER_CHECKS; c++)
        for (size_t i = 0; i < config->units; i++) {
            struct finding finding = {.other = INVERTER_NONE};
            enum found found = checks[c].finds(&l, i, &finding);
            doubt_step(&bank->doubt[c][i], found, &finding, (enum inverter_check)c, now_ms);
        }
}
