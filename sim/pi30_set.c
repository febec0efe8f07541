/* What a simulated MAX 8 kW lets itself be told: the setters of the vendor's MAX document (2021)
 * with its allowed values for 48 V. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "sim/state.h"

const int pi30_charge_A[12] = {10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120};
const int pi30_ac_charge_A[13] = {2, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120};

/* Digits where the pattern has n, else the same character. */
static bool fits(const char *text, const char *pattern)
{
    for (; *pattern; pattern++, text++)
        if (*pattern == 'n' ? *text < '0' || *text > '9' : *text != *pattern)
            return false;
    return *text == '\0';
}

static bool on_list(const int *list, size_t count, int value)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == value)
            return true;
    return false;
}

static bool set_pop(struct sim_unit *unit, const char *value)
{
    if (atoi(value) > 2)
        return false;
    unit->output_priority = atoi(value);
    return true;
}

static bool set_pcp(struct sim_unit *unit, const char *value)
{
    if (atoi(value) < 1 || atoi(value) > 3)
        return false;
    unit->charger_priority = atoi(value);
    return true;
}

/* The first digit is the unit's number in a parallel bank; a single unit is 0. */
static bool set_charge(struct sim_unit *unit, const char *value)
{
    if (value[0] != '0' || !on_list(pi30_charge_A, COUNT(pi30_charge_A), atoi(value)))
        return false;
    unit->charge_max_A = atoi(value);
    return true;
}

static bool set_ac_charge(struct sim_unit *unit, const char *value)
{
    if (value[0] != '0' || !on_list(pi30_ac_charge_A, COUNT(pi30_ac_charge_A), atoi(value)))
        return false;
    unit->ac_charge_max_A = atoi(value);
    return true;
}

/* PBATCDabc: 111 both on, 011 and 101 discharger off, 110 charger off, 010 and 100 both off, 000
 * the unit's own settings. */
static bool set_batcd(struct sim_unit *unit, const char *value)
{
    static const struct {
        const char *digits;
        bool charger_off, discharger_off;
    } rows[] = {{"111", false, false}, {"011", false, true}, {"101", false, true},
                {"110", true, false},  {"010", true, true},  {"100", true, true},
                {"000", false, false}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (strcmp(value, rows[i].digits) != 0)
            continue;
        memcpy(unit->switches, value, sizeof unit->switches);
        unit->charger_off = rows[i].charger_off;
        unit->discharger_off = rows[i].discharger_off;
        return true;
    }
    return false;
}

static bool set_back_to_grid(struct sim_unit *unit, const char *value)
{
    if (atof(value) < 44 || atof(value) > 51 || value[3] != '0')
        return false;
    unit->to_grid_V = atof(value);
    return true;
}

/* 00.0 = when the battery is full. */
static bool set_back_to_battery(struct sim_unit *unit, const char *value)
{
    double volts = atof(value);
    if ((volts < 48 || volts > 58 || value[3] != '0') && strcmp(value, "00.0") != 0)
        return false;
    unit->to_battery_V = volts;
    return true;
}

static bool set_cut_off(struct sim_unit *unit, const char *value)
{
    if (atof(value) < 40 || atof(value) > 48)
        return false;
    unit->cut_off_V = atof(value);
    return true;
}

static bool set_bulk(struct sim_unit *unit, const char *value)
{
    if (atof(value) < unit->float_V || atof(value) > 58.4)
        return false;
    unit->bulk_V = atof(value);
    return true;
}

static bool set_float(struct sim_unit *unit, const char *value)
{
    if (atof(value) < 48 || atof(value) > unit->bulk_V)
        return false;
    unit->float_V = atof(value);
    return true;
}

/* No document of the family has such a command. It stands for one that an owner has proven on his
 * model: all PV current goes while it is off. */
static bool set_pv(struct sim_unit *unit, const char *value)
{
    unit->pv_off = strcmp(value, "OFF") == 0;
    return true;
}

/* clang-format off */
static const struct {
    const char *pattern;
    size_t value_at;
    bool (*set)(struct sim_unit *unit, const char *value);
} rows[] = {
    {"POPnn",      3, set_pop},
    {"PCPnn",      3, set_pcp},
    {"MNCHGCnnnn", 6, set_charge},
    {"MUCHGCnnnn", 6, set_ac_charge},
    {"PBATCDnnn",  6, set_batcd},
    {"PBCVnn.n",   4, set_back_to_grid},
    {"PBDVnn.n",   4, set_back_to_battery},
    {"PSDVnn.n",   4, set_cut_off},
    {"PCVVnn.n",   4, set_bulk},
    {"PBFTnn.n",   4, set_float},
    {"PPVON",      3, set_pv},
    {"PPVOFF",     3, set_pv},
};
/* clang-format on */

bool pi30_setter(struct sim_unit *unit, const char *word)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (fits(word, rows[i].pattern)) {
            bool set = rows[i].set(unit, word + rows[i].value_at);
            unit->writes += set;
            return set;
        }
    return false;
}
