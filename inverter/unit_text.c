#include "inverter/unit.h"

/* clang-format off */
static const struct {
    const char *name, *label;
} settings[SETTINGS] = {
    [SET_PV_OFF]           = {"pv_off",           "PV input off"},
    [SET_CHARGER_OFF]      = {"charger_off",      "charger off"},
    [SET_CHARGE_MAX]       = {"charge_max_A",     "charge current"},
    [SET_AC_CHARGE_MAX]    = {"ac_charge_max_A",  "charge current from the grid"},
    [SET_FLOAT]            = {"float_dV",         "float voltage"},
    [SET_BULK]             = {"bulk_dV",          "bulk voltage"},
    [SET_OUTPUT_PRIORITY]  = {"output_priority",  "output priority"},
    [SET_CHARGER_PRIORITY] = {"charger_priority", "charger priority"},
    [SET_RECHARGE]         = {"recharge_dV",      "back-to-grid voltage"},
    [SET_REDISCHARGE]      = {"redischarge_dV",   "back-to-battery voltage"},
    [SET_CUTOFF]           = {"cutoff_dV",        "cut-off voltage"},
    [SET_DISCHARGE_MAX]    = {"discharge_max_A",  "discharge current"},
    [SET_PV_BALANCE]       = {"pv_balance",       "PV power balance"},
    [SET_BATTERY_TYPE]     = {"battery_type",     "battery type"},
    [SET_INPUT_RANGE]      = {"input_range",      "input voltage range"},
    [SET_OUTPUT_MODE]      = {"output_mode",      "output mode"},
};

static const char *const states[] = {
    [SETTING_IDLE] = "idle",   [SETTING_WANTED] = "wanted",       [SETTING_SENT] = "sent",
    [SETTING_ACKED] = "acked", [SETTING_CONFIRMED] = "confirmed", [SETTING_REFUSED] = "refused",
};
/* clang-format on */

const char *setting_name(enum setting setting)
{
    return settings[setting].name;
}

const char *setting_label(enum setting setting)
{
    return settings[setting].label;
}

const char *setting_state_name(enum setting_state state)
{
    return states[state];
}
