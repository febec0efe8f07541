/* The setters of PI18, PI17 and REVO, where they are said otherwise than PI30's. */
#include <stdlib.h>
#include <string.h>

#include "sim/pi30_set.h"

/* --- PI18 and PI17: amperes whole or in tenths, volts in tenths --- */

bool pi18_pop(struct setter *s, const char *value)
{
    return *value <= '1' && setter_int(&s->unit->output_priority, *value == '1' ? 2 : 1, 0, 2);
}

bool pi18_pcp(struct setter *s, const char *value)
{
    return setter_number(s, *value) &&
           setter_int(&s->unit->charger_priority, atoi(value + 2) + 1, 1, 3);
}

bool pi18_charge(struct setter *s, const char *value)
{
    return setter_number(s, *value) && setter_charge(s, atoi(value + 2));
}

bool pi18_ac_charge(struct setter *s, const char *value)
{
    return setter_number(s, *value) && setter_ac_charge(s, atoi(value + 2));
}

bool pi17_charge(struct setter *s, const char *value)
{
    return atoi(value) % 10 == 0 && setter_charge(s, atoi(value) / 10);
}

bool pi17_ac_charge(struct setter *s, const char *value)
{
    return atoi(value) % 10 == 0 && setter_ac_charge(s, atoi(value) / 10);
}

/* Bulk and float together. */
bool pi18_charge_volts(struct setter *s, const char *value)
{
    double bulk_V = atoi(value) / 10.0, float_V = atoi(strchr(value, ',') + 1) / 10.0;
    bool fits = setter_within(s, bulk_V, 48, 58.4) && setter_within(s, float_V, 48, 58.4) &&
                float_V <= bulk_V;
    return setter_user_volts(s, &s->unit->bulk_V, bulk_V, fits) &&
           setter_user_volts(s, &s->unit->float_V, float_V, fits);
}

bool pi18_cut_off(struct setter *s, const char *value)
{
    double volts = atoi(value) / 10.0;
    return setter_user_volts(s, &s->unit->cut_off_V, volts, setter_within(s, volts, 40, 48));
}

/* Back to grid and back to battery together; 000 = when full. */
bool pi18_back_volts(struct setter *s, const char *value)
{
    double grid_V = atoi(value) / 10.0, battery_V = atoi(value + 4) / 10.0;
    if (!setter_within(s, grid_V, 44, 51) ||
        (battery_V > 0 && !setter_within(s, battery_V, 48, 58)))
        return false;
    s->unit->to_grid_V = grid_V;
    s->unit->to_battery_V = battery_V;
    return true;
}

/* --- REVO: everything at once --- */

/* 120103 56.3 54.6 43.8 42.6 040 020 2020 02 18 17 06 00
 * language, work mode, range, voltage, Hz, battery type; the order of PQSE */
bool revo_all(struct setter *s, const char *value)
{
    static const int types[4] = {0, 3, 0, 2};
    int charge_A = atoi(value + 27), ac_A = atoi(value + 31);
    double bulk_V = atof(value + 7), float_V = atof(value + 12), recharge_V = atof(value + 17);
    if (value[1] > '2' || value[2] > '1' || value[5] > '3' || float_V > bulk_V ||
        !setter_within(s, bulk_V, 48, 58.4) || !setter_within(s, recharge_V, 42, 58) ||
        !setter_within(s, atof(value + 22), 40, 48) || ac_A > charge_A ||
        charge_A > s->variant->charge_max_A)
        return false;
    s->unit->output_priority = value[1] - '0';
    s->unit->input_range = value[2] - '0';
    s->unit->battery_type = types[value[5] - '0'];
    s->unit->bulk_V = bulk_V;
    s->unit->float_V = float_V;
    s->unit->to_grid_V = recharge_V;
    s->unit->cut_off_V = atof(value + 22);
    s->unit->charge_max_A = charge_A;
    s->unit->ac_charge_max_A = ac_A;
    return true;
}
