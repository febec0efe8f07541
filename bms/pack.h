/* One pack: what a BMS tells, each value with its age.
 *
 * Filled through a dialect (can/dialect.h) by the names in pack_readings; a new BMS is
 * a DBC file and a mapping, no C. Scales and alarm bits: Pylontech LV V1.2 (2018-04-08),
 * SMA FSS-ConnectingBat-TI-en-10. */
#ifndef BUSBAR_BMS_PACK_H
#define BUSBAR_BMS_PACK_H

#include "core/field.h"
#include "core/reading.h"

/* Bits of alarms and warnings; names in pack_alarm_names. */
enum pack_alarm {
    ALARM_GENERAL, ALARM_CELL_HIGH, ALARM_CELL_LOW, ALARM_TEMP_HIGH, ALARM_TEMP_LOW,
    ALARM_CHARGE_TEMP_HIGH, ALARM_CHARGE_TEMP_LOW, ALARM_DISCHARGE_CURRENT,
    ALARM_CHARGE_CURRENT, ALARM_CONTACTOR, ALARM_SHORT, ALARM_INTERNAL, ALARM_IMBALANCE,
    PACK_ALARMS
};
extern const char *const pack_alarm_names[PACK_ALARMS + 1];

struct pack_readings {
    struct reading voltage_mV;
    struct reading current_mA;        /* + charges the pack */
    struct reading temp_dC;           /* tenths of a degree Celsius */
    struct reading soc_permille;
    struct reading soh_permille;
    struct reading cvl_mV;            /* charge voltage limit */
    struct reading dvl_mV;            /* discharge voltage limit */
    struct reading ccl_mA;            /* charge current limit, >= 0 */
    struct reading dcl_mA;            /* discharge current limit, >= 0 */
    struct reading cell_max_mV, cell_min_mV;
    struct reading cell_max_dC, cell_min_dC;
    struct reading charge_ok;         /* 0/1; a BMS that never sends it does not forbid */
    struct reading discharge_ok;
    struct reading force_charge;      /* 0/1 */
    struct reading full_request;      /* 0/1 */
    struct reading alarms;            /* bits of enum pack_alarm */
    struct reading warnings;
    struct reading capacity_Ah;
    struct reading modules;
};
extern const struct field_table pack_fields;

/* Orders a dialect may send to a BMS (keep-alive with measured values, SMA 0x305). */
struct pack_orders {
    int32_t voltage_mV, current_mA, temp_dC, soc_permille;
};
extern const struct field_table pack_order_fields;

#endif
