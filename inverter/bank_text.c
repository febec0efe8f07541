/* What disagrees, as sentences with both values. */
#include <stdio.h>

#include "inverter/bank.h"
#include "inverter/unit.h"

const char *inverter_check_name(enum inverter_check check)
{
    static const char *const names[INVERTER_CHECKS] = {
        [INVERTER_PORT] = "port",
        [INVERTER_OUTPUT_MODE] = "output mode",
        [INVERTER_PARALLEL_MAX] = "parallel max",
        [INVERTER_MACHINE_TYPE] = "machine type",
        [INVERTER_FIRMWARE] = "firmware",
        [INVERTER_RATED] = "rated power",
        [INVERTER_CHARGE_VOLTAGE] = "charge voltage",
        [INVERTER_BATTERY] = "battery voltage",
        [INVERTER_MODE] = "mode",
        [INVERTER_GRID] = "grid",
        [INVERTER_CROSS] = "cross-check",
        [INVERTER_PEER] = "unknown unit",
    };
    return names[check];
}

const char *inverter_wiring_name(enum inverter_wiring wiring)
{
    static const char *const names[] = {"single", "parallel", "three-phase", "split-phase"};
    return names[wiring];
}

const char *inverter_float_name(enum inverter_float trap)
{
    static const char *const names[] = {"well", "float without absorb", "float near the target"};
    return names[trap];
}

const char *inverter_output_mode_name(int32_t output_mode)
{
    static const char *const names[] = {
        "single",       "parallel",     "phase 1 of 3",           "phase 2 of 3",
        "phase 3 of 3", "phase 1 of 2", "phase 2 of 2 (120 deg)", "phase 2 of 2 (180 deg)"};
    return output_mode >= 0 && output_mode < 8 ? names[output_mode] : "unknown";
}

static const char *machine_type_name(int32_t type)
{
    enum { GRID_TIE = 0, OFF_GRID = 1, HYBRID = 10 };
    return type == GRID_TIE   ? "grid tie"
           : type == OFF_GRID ? "off grid"
           : type == HYBRID   ? "hybrid"
                              : "of an unknown type";
}

static const char *mode_word(int32_t mode)
{
    static const char *const names[] = {"unknown",  "power on", "standby", "line",
                                        "battery",  "fault",    "off",     "saving",
                                        "charging", "bypass",   "eco"};
    return mode >= 0 && mode <= MODE_ECO ? names[mode] : "unknown";
}

struct words {
    const struct inverter_doubt *doubt;
    const struct inverter_bank_config *config;
    const struct inverter_bank_view *view;
    size_t unit;
    const char *name, *other;
    char *out;
    size_t room;
};

static int port_says(const struct words *w)
{
    const char *serial = w->view->unit[w->unit].serial;
    if (w->doubt->here == 2)
        return snprintf(
            w->out, w->room,
            "%s: unit %s answers here and on %s's port too: one of the cables is on the "
            "wrong unit",
            w->name, serial, w->other);
    return snprintf(w->out, w->room, "%s: unit %s answers here, the config expects %s%s%s", w->name,
                    serial, w->config->unit[w->unit].serial,
                    *w->other ? "; that one belongs to " : "", w->other);
}

static int output_mode_says(const struct words *w)
{
    const struct inverter_bank_member *member = &w->config->unit[w->unit];
    const struct inverter_bank_group *group = &w->config->group[member->group];
    if (group->wiring == WIRING_SINGLE)
        return snprintf(w->out, w->room,
                        "%s: the unit is set to %s, the config has it alone (inverters[].group)",
                        w->name, inverter_output_mode_name(w->doubt->here));
    return snprintf(w->out, w->room,
                    "%s: the unit is set to %s, the config has it on L%u of the %s group %s",
                    w->name, inverter_output_mode_name(w->doubt->here), member->phase,
                    inverter_wiring_name(group->wiring), group->name);
}

static int grid_says(const struct words *w)
{
    const struct inverter_bank_unit *here = &w->view->unit[w->unit],
                                    *there = &w->view->unit[w->doubt->other];
    return snprintf(
        w->out, w->room, "%s: sees the grid at %d.%d V %d.%d Hz, %s at %d.%d V %d.%d Hz", w->name,
        here->grid_dV / 10, here->grid_dV % 10, here->grid_dHz / 10, here->grid_dHz % 10, w->other,
        there->grid_dV / 10, there->grid_dV % 10, there->grid_dHz / 10, there->grid_dHz % 10);
}

static int charge_voltage_says(const struct words *w)
{
    const struct inverter_bank_unit *here = &w->view->unit[w->unit],
                                    *there = &w->view->unit[w->doubt->other];
    return snprintf(
        w->out, w->room,
        "%s: charges to %d.%d V and floats at %d.%d V, %s to %d.%d V and %d.%d V; on one "
        "battery they should be set alike",
        w->name, here->bulk_dV / 10, here->bulk_dV % 10, here->float_dV / 10, here->float_dV % 10,
        w->other, there->bulk_dV / 10, there->bulk_dV % 10, there->float_dV / 10,
        there->float_dV % 10);
}

static int peer_says(const struct words *w)
{
    if (w->doubt->here < 0 || w->doubt->here >= w->view->peers)
        return 0;
    return snprintf(w->out, w->room,
                    "%s: tells of unit %s in parallel with it, which no port here has", w->name,
                    w->view->peer[w->doubt->here].serial);
}

static int pair_says(const struct words *w, enum inverter_check check)
{
    int32_t here = w->doubt->here, there = w->doubt->there;
    switch (check) {
    case INVERTER_PARALLEL_MAX:
        return snprintf(w->out, w->room, "%s: takes part in groups of %d units at most, its has %d",
                        w->name, here, there);
    case INVERTER_MACHINE_TYPE:
        return snprintf(w->out, w->room, "%s: is %s, %s is %s; one group needs one type", w->name,
                        machine_type_name(here), w->other, machine_type_name(there));
    case INVERTER_RATED:
        return snprintf(w->out, w->room,
                        "%s: is rated %d W by itself, %d W in the config (rated_W)", w->name, here,
                        there);
    case INVERTER_BATTERY:
        return snprintf(w->out, w->room,
                        "%s: sees %d.%02d V of battery, %s %d.%02d V: look at its battery cable, "
                        "fuse and breaker",
                        w->name, here / 100, here % 100, w->other, there / 100, there % 100);
    case INVERTER_MODE:
        return snprintf(w->out, w->room, "%s: is in mode %s, %s in mode %s; a group has one mode",
                        w->name, mode_word(here), w->other, mode_word(there));
    case INVERTER_CROSS:
        return snprintf(w->out, w->room,
                        "%s: tells %d W on its own port, %d W by way of %s: one of them is old or "
                        "not this unit",
                        w->name, here, there, w->other);
    case INVERTER_FIRMWARE:
        return snprintf(w->out, w->room, "%s: has firmware %s, %s has %s; one group needs one",
                        w->name, w->view->unit[w->unit].firmware, w->other,
                        w->view->unit[w->doubt->other].firmware);
    case INVERTER_PORT:
    case INVERTER_OUTPUT_MODE:
    case INVERTER_CHARGE_VOLTAGE:
    case INVERTER_GRID:
    case INVERTER_PEER:
    case INVERTER_CHECKS:
        break;
    }
    return 0;
}

int inverter_doubt_sentence(char *out, size_t room, const struct inverter_bank *bank,
                            const struct inverter_bank_config *config,
                            const struct inverter_bank_view *view, enum inverter_check check,
                            size_t unit)
{
    const struct inverter_doubt *doubt = &bank->doubt[check][unit];
    struct words w = {
        .doubt = doubt,
        .config = config,
        .view = view,
        .unit = unit,
        .name = config->unit[unit].name,
        .other = doubt->other < config->units ? config->unit[doubt->other].name : "",
        .out = out,
        .room = room,
    };
    if (!doubt->stands)
        return 0;
    if (check == INVERTER_PORT)
        return port_says(&w);
    if (check == INVERTER_OUTPUT_MODE)
        return output_mode_says(&w);
    if (check == INVERTER_PEER)
        return peer_says(&w);
    if (check == INVERTER_CHARGE_VOLTAGE)
        return charge_voltage_says(&w);
    if (check == INVERTER_GRID)
        return grid_says(&w);
    return pair_says(&w, check);
}

int inverter_float_sentence(char *out, size_t room, const struct inverter_bank *bank,
                            const struct inverter_bank_config *config,
                            const struct inverter_bank_view *view, size_t unit)
{
    const struct inverter_float_state *state = &bank->unit[unit].charge;
    const struct inverter_bank_unit *v = &view->unit[unit];
    const char *name = config->unit[unit].name;
    if (state->trap == FLOAT_WELL)
        return 0;
    int32_t best_cV = state->best_cV;
    if (state->trap == FLOAT_NEAR_TARGET)
        return snprintf(out, room,
                        "%s: floats at %d.%d V though the battery reached only %d.%02d of %d.%d V: "
                        "its absorb minutes ran out below the target; set C.V. = float for lithium",
                        name, v->float_dV / 10, v->float_dV % 10, best_cV / 100, best_cV % 100,
                        v->bulk_dV / 10, v->bulk_dV % 10);
    return snprintf(
        out, room,
        "%s: floats at %d.%d V without having absorbed (%d.%02d of %d.%d V seen) and "
        "leaves sun unused; set C.V. = float for lithium, or raise float to C.V. and back",
        name, v->float_dV / 10, v->float_dV % 10, best_cV / 100, best_cV % 100, v->bulk_dV / 10,
        v->bulk_dV % 10);
}
