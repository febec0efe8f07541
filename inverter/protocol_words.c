/* What numbers, letters and bits mean, where several protocols agree. */
#include "inverter/protocol_list.h"

/* clang-format off */
/* QMOD. MKS2-8000 answers C while it charges with its output off; Y and E come from clones; G is
 * PI16's. */
const struct field_word words_mode_letter[] = {
    {'P', MODE_POWER_ON, "power on"},
    {'S', MODE_STANDBY,  "standby"},
    {'L', MODE_LINE,     "line"},
    {'B', MODE_BATTERY,  "battery"},
    {'F', MODE_FAULT,    "fault"},
    {'D', MODE_SHUTDOWN, "shutdown"},
    {'H', MODE_SAVING,   "power saving"},
    {'C', MODE_CHARGING, "charging, output off"},
    {'Y', MODE_BYPASS,   "bypass"},
    {'E', MODE_ECO,      "eco"},
    {'G', MODE_LINE,     "grid"},
    {0}
};

const struct field_word words_output_priority[] = {
    {0, OUTPUT_UTILITY, "utility first"},
    {1, OUTPUT_SOLAR,   "solar first"},
    {2, OUTPUT_SBU,     "solar, battery, utility"},
    {3, OUTPUT_OTHER,   "another one of this model's"},
    {0}
};

const struct field_word words_charger_priority[] = {
    {0, CHARGER_UTILITY_FIRST,     "utility first"},
    {1, CHARGER_SOLAR_FIRST,       "solar first"},
    {2, CHARGER_SOLAR_AND_UTILITY, "solar and utility"},
    {3, CHARGER_SOLAR_ONLY,        "solar only"},
    {0}
};

/* The later ones are those of PBT in the MAX document of 2021. */
const struct field_word words_battery_type[] = {
    {0, 0, "AGM"},
    {1, 1, "flooded"},
    {2, 2, "user-defined"},
    {3, 3, "Pylontech; lithium on some clones"},
    {4, 4, "Shinheung"},
    {5, 5, "Weco"},
    {6, 6, "Soltaro"},
    {7, 7, "BAK"},
    {8, 8, "Lib"},
    {9, 9, "Lic"},
    {0}
};

const struct field_word words_input_range[] = {{0, 0, "appliance"}, {1, 1, "UPS"}, {0}};

const struct field_word words_machine_type[] = {
    {0, 0, "grid tie"}, {1, 1, "off grid"}, {10, 10, "hybrid"}, {0}};

const struct field_word words_topology[] = {
    {0, 0, "without transformer"}, {1, 1, "with transformer"}, {0}};

const struct field_word words_output_mode[] = {
    {0, 0, "single"},
    {1, 1, "parallel"},
    {2, 2, "phase 1 of 3"},
    {3, 3, "phase 2 of 3"},
    {4, 4, "phase 3 of 3"},
    {5, 5, "split phase 1"},
    {6, 6, "split phase 2, 120 degrees"},
    {7, 7, "split phase 2, 180 degrees"},
    {0}
};

const struct field_word words_pv_ok[] = {
    {0, 0, "one unit's PV is enough"}, {1, 1, "every unit needs PV"}, {0}};

const struct field_word words_pv_balance[] = {
    {0, 0, "PV up to the charge current"}, {1, 1, "PV up to charge and load"}, {0}};

const struct field_word words_logic[] = {{0, 0, "automatic"}, {1, 1, "on-line"}, {2, 2, "eco"}, {0}};

const struct field_word words_full[] = {{0, 0, "when full"}, {0}};

const struct field_word words_off_at_0[] = {{0, 0, "off"}, {0}};

const struct field_word words_automatic_at_0[] = {{0, 0, "automatic"}, {255, 0, "automatic"}, {0}};

const struct field_word words_yes[] = {{0, 0, "no"}, {1, 1, "yes"}, {0}};

const struct field_word words_on[] = {{0, 0, "off"}, {1, 1, "on"}, {0}};

/* b7 to b0 of QPIGS. */
const struct field_word words_status[] = {
    {7, FLAG_SBU_VERSION,    "SBU priority version"},
    {6, FLAG_CONFIG_CHANGED, "settings changed"},
    {5, FLAG_SCC_UPDATED,    "charger firmware updated"},
    {4, FLAG_LOAD_ON,        "load on"},
    {3, FLAG_BATTERY_STEADY, "battery voltage steady"},
    {2, FLAG_CHARGING,       "charging"},
    {1, FLAG_SCC_CHARGING,   "charging from PV"},
    {0, FLAG_AC_CHARGING,    "charging from the grid"},
    {0}
};

/* b10, b9, b8 of QPIGS. */
const struct field_word words_status2[] = {
    {2, FLAG_FLOATING,    "charging to float"},
    {1, FLAG_SWITCHED_ON, "switched on"},
    {0, FLAG_DUSTPROOF,   "dustproof"},
    {0}
};

/* The letters of PBATCDabc, as a number. No vendor document or capture shows QBATCD's answer; two
 * independent public decoders read it so. */
const struct field_word words_switches[] = {
    {110, 1, "charger off"},
    {  0, 0, "as set"},
    {111, 0, "charger and discharger on"},
    { 10, 1, "charger and discharger off, standby"},
    {100, 1, "charger and discharger off"},
    { 11, 0, "discharger off, shutdown"},
    {101, 0, "discharger off, standby"},
    {  0, 0, NULL}
};
/* QPGSn. Bits 4 and 3 are one number: 0 normal, 1 under voltage, 2 open. */
const struct field_word words_parallel_status[] = {
    {7, 7, "PV charger in order"},
    {6, 6, "charging from the grid"},
    {5, 5, "charging from PV"},
    {4, 4, "battery open"},
    {3, 3, "battery under voltage"},
    {2, 2, "line lost"},
    {1, 1, "load on"},
    {0, 0, "settings changed"},
    {0}
};

const struct field_word words_parallel_role[] = {{0, 0, "new"}, {1, 1, "slave"}, {2, 2, "master"}, {0}};

const struct field_word words_stage[] = {
    {10, STAGE_NONE,   "not charging"},
    {11, STAGE_BULK,   "bulk"},
    {12, STAGE_ABSORB, "absorb"},
    {13, STAGE_FLOAT,  "float"},
    {0}
};

const struct field_word words_country[] = {
    {0, 0, "India"}, {1, 1, "Germany"}, {2, 2, "South America"}, {0}};

/* QFLAG. */
const struct field_word words_flags[] = {
    {'a', 'a', "buzzer"},
    {'b', 'b', "overload_bypass"},
    {'d', 'd', "solar_feed_in"},
    {'j', 'j', "power_saving"},
    {'k', 'k', "display_escape"},
    {'l', 'l', "data_log_pop_up"},
    {'m', 'm', "bms_commands_float"},
    {'u', 'u', "overload_restart"},
    {'v', 'v', "over_temperature_restart"},
    {'x', 'x', "backlight"},
    {'y', 'y', "alarm_on_source_loss"},
    {'z', 'z', "fault_record"},
    {0}
};

/* clang-format on */
