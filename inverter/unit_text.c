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

static const char *const reasons[REASONS] = {
    [REASON_NONE]         = "",
    [REASON_UNSUPPORTED]  = "the unit does not have it, or does not tell how it stands",
    [REASON_NOT_ALLOWED]  = "the unit does not allow this value",
    [REASON_USER_BATTERY] = "only with the battery type set to user-defined",
    [REASON_STANDBY]      = "only while the output is off",
    [REASON_PERSON]       = "only where a person asks for it",
    [REASON_CONTRADICTED] = "float would be above bulk voltage",
    [REASON_PARTNER]      = "waits for the other one of float and bulk voltage",
    [REASON_DWELL]        = "waits: it was written a short while ago",
    [REASON_BUDGET]       = "waits: it was written too often today",
    [REASON_SMALL]        = "waits: too small a change to be written",
    [REASON_NUMBER]       = "waits until its number among the units in parallel is known",
    [REASON_NAKED]        = "the unit said no twice",
    [REASON_NOT_APPLIED]  = "the unit took it and reads otherwise",
    [REASON_NO_ANSWER]    = "the unit did not answer whether it took it",
};
/* clang-format on */

const char *setting_reason_text(enum setting_reason reason)
{
    return reasons[reason];
}

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
