#include "bms/pack.h"

#define AT(member) offsetof(struct pack_readings, member)
#define ORDER(member) offsetof(struct pack_orders, member)

/* clang-format off */
const char *const pack_alarm_names[PACK_ALARMS + 1] = {
    [ALARM_GENERAL] = "general",
    [ALARM_CELL_HIGH] = "cell_high",
    [ALARM_CELL_LOW] = "cell_low",
    [ALARM_TEMP_HIGH] = "temp_high",
    [ALARM_TEMP_LOW] = "temp_low",
    [ALARM_CHARGE_TEMP_HIGH] = "charge_temp_high",
    [ALARM_CHARGE_TEMP_LOW] = "charge_temp_low",
    [ALARM_DISCHARGE_CURRENT] = "discharge_current",
    [ALARM_CHARGE_CURRENT] = "charge_current",
    [ALARM_CONTACTOR] = "contactor",
    [ALARM_SHORT] = "short",
    [ALARM_INTERNAL] = "internal",
    [ALARM_IMBALANCE] = "imbalance",
};

/* Ranges let every working pack through and stop the "not available" words (0xFFFF, 0x8000)
 * at any of the usual scales. A cell under 0.5 V is a lost cell board, not a cell. */
static const struct field readings[] = {
    {"voltage_mV",   AT(voltage_mV),          0, 1000000, NULL},
    {"current_mA",   AT(current_mA),   -2000000, 2000000, NULL},
    {"temp_dC",      AT(temp_dC),          -500,    1250, NULL},
    {"soc_permille", AT(soc_permille),        0,    1000, NULL},
    {"soh_permille", AT(soh_permille),        0,    1100, NULL},
    {"cvl_mV",       AT(cvl_mV),              0, 1000000, NULL},
    {"dvl_mV",       AT(dvl_mV),              0, 1000000, NULL},
    {"ccl_mA",       AT(ccl_mA),              0, 2000000, NULL},
    {"dcl_mA",       AT(dcl_mA),              0, 2000000, NULL},
    {"cell_max_mV",  AT(cell_max_mV),       500,    5000, NULL},
    {"cell_min_mV",  AT(cell_min_mV),       500,    5000, NULL},
    {"cell_max_dC",  AT(cell_max_dC),      -500,    1250, NULL},
    {"cell_min_dC",  AT(cell_min_dC),      -500,    1250, NULL},
    {"charge_ok",    AT(charge_ok),           0,       1, NULL},
    {"discharge_ok", AT(discharge_ok),        0,       1, NULL},
    {"force_charge", AT(force_charge),        0,       1, NULL},
    {"full_request", AT(full_request),        0,       1, NULL},
    {"alarms",       AT(alarms),              0, (1 << PACK_ALARMS) - 1, pack_alarm_names},
    {"warnings",     AT(warnings),            0, (1 << PACK_ALARMS) - 1, pack_alarm_names},
    {"capacity_Ah",  AT(capacity_Ah),         0,   10000, NULL},
    {"modules",      AT(modules),             0,     255, NULL},
};

static const struct field orders[] = {
    {"voltage_mV",   ORDER(voltage_mV),          0, 1000000, NULL},
    {"current_mA",   ORDER(current_mA),   -2000000, 2000000, NULL},
    {"temp_dC",      ORDER(temp_dC),          -500,    1250, NULL},
    {"soc_permille", ORDER(soc_permille),        0,    1000, NULL},
};
/* clang-format on */

const struct field_table pack_fields = {readings, sizeof readings / sizeof readings[0]};
const struct field_table pack_order_fields = {orders, sizeof orders / sizeof orders[0]};
