/* PI18: InfiniSolar V (2017-09-26), LV5048 hybrid, LVX and SV. Integers in tenths between commas;
 * priorities are numbered otherwise than in PI30. */
#include "inverter/protocol_infini.h"

/* clang-format off */
/* Solar, utility, battery is PI30's "solar first". There is no "utility first". */
static const struct field_word words_pi18_output[] = {
    {0, OUTPUT_SOLAR, "solar, utility, battery"}, {1, OUTPUT_SBU, "solar, battery, utility"}, {0}};

static const struct field_word words_pi18_charger[] = {
    {0, CHARGER_SOLAR_FIRST,       "solar first"},
    {1, CHARGER_SOLAR_AND_UTILITY, "solar and utility"},
    {2, CHARGER_SOLAR_ONLY,        "solar only"},
    {0}
};

static const struct field_word words_solar_priority[] = {
    {0, 0, "battery, load, utility"}, {1, 1, "load, battery, utility"}, {0}};

static const struct field_word words_pi18_battery[] = {
    {0, 0, "AGM"}, {1, 1, "flooded"}, {2, 2, "user-defined"}, {0}};

/* Off grid is 1 in PI30, 0 here. */
static const struct field_word words_pi18_machine[] = {{0, 1, "off grid"}, {1, 0, "grid tie"}, {0}};

static const struct field_word words_tracker[] = {
    {0, 0, "abnormal"}, {1, 1, "idle"}, {2, 2, "charging"}, {0}};
static const struct field_word words_load_on[] = {{1, FLAG_LOAD_ON, "connected"}, {0}};
static const struct field_word words_changed[] = {{1, FLAG_CONFIG_CHANGED, "changed"}, {0}};

/* LV5048 hybrid; numbers are the document's.
 *       1    2   3    4   5    6    7   8   9   10  11  12  13  14  15  16  17   18   19   20
 * ^D1062422,499,2305,499,1475,1458,026,526,000,000,000,007,084,046,000,000,1924,0000,2654,0000,
 *  0,2,0,1,1,2,0,1
 *  21    ..      28 */
static const struct field_row gs[] = {
    {"grid_voltage",              "V",  FORM_SCALED, 1,   0,  5000, GRID_DV, NULL, 4, 4},
    {"grid_frequency",            "Hz", FORM_SCALED, 1,   0,   999, GRID_DHZ, NULL, 3, 3},
    {"output_voltage",            "V",  FORM_SCALED, 1,   0,  5000, OUTPUT_DV, NULL, 4, 4},
    {"output_frequency",          "Hz", FORM_SCALED, 1,   0,   999, OUTPUT_DHZ, NULL, 3, 3},
    {"output_VA",                 "VA", FORM_PLAIN,  0,   0, 99999, OUTPUT_VA, NULL, 4, 5},
    {"output_power",              "W",  FORM_PLAIN,  0,   0, 99999, OUTPUT_W, NULL, 4, 5},
    {"load_percent",              "%",  FORM_PLAIN,  0,   0,   300, LOAD_PERCENT, NULL, 3, 3},
    {"battery_voltage",           "V",  FORM_SCALED, 1,   0,  1000, BATTERY_CV, NULL, 3, 3},
    {"scc_battery_voltage",       "V",  FORM_SCALED, 1,   0,  1000, QUANTITY_NONE, NULL, 3, 3},
    {"scc2_battery_voltage",      "V",  FORM_SCALED, 1,   0,  1000, QUANTITY_NONE, NULL, 3, 3},
    {"discharge_current",         "A",  FORM_PLAIN,  0,   0,   999, DISCHARGE_MA, NULL, 3, 3},
    {"charge_current",            "A",  FORM_PLAIN,  0,   0,   500, CHARGE_MA, NULL, 3, 3},
    {"battery_capacity",          "%",  FORM_PLAIN,  0,   0,   100, CAPACITY_PERCENT, NULL, 3, 3},
    {"heatsink_temperature",      "C",  FORM_PLAIN,  0, -50,   250, HEATSINK_C, NULL, 3, 3},
    {"tracker1_temperature",      "C",  FORM_PLAIN,  0, -50,   250, QUANTITY_NONE, NULL, 3, 3},
    {"tracker2_temperature",      "C",  FORM_PLAIN,  0, -50,   250, QUANTITY_NONE, NULL, 3, 3},
    {"pv_power",                  "W",  FORM_PLAIN,  0,   0, 99999, PV_W, NULL, 4, 5},
    {"pv2_power",                 "W",  FORM_PLAIN,  0,   0, 99999, PV2_W, NULL, 4, 5},
    {"pv_voltage",                "V",  FORM_SCALED, 1,   0,  9999, PV_DV, NULL, 4, 4},
    {"pv2_voltage",               "V",  FORM_SCALED, 1,   0,  9999, PV2_DV, NULL, 4, 4},
    {"settings_changed",          "",   FORM_PLAIN,  0,   0,     1, STATUS_FLAGS, words_changed, 1, 1},
    {"tracker1_status",           "",   FORM_PLAIN,  0,   0,     2, QUANTITY_NONE, words_tracker, 1, 1},
    {"tracker2_status",           "",   FORM_PLAIN,  0,   0,     2, QUANTITY_NONE, words_tracker, 1, 1},
    {"load",                      "",   FORM_PLAIN,  0,   0,     1, STATUS_FLAGS, words_load_on, 1, 1},
    {"battery_direction",         "",   FORM_PLAIN,  0,   0,     2, QUANTITY_NONE, words_battery_direction, 1, 1},
    {"dc_ac_direction",           "",   FORM_PLAIN,  0,   0,     2, QUANTITY_NONE, words_dc_ac_direction, 1, 1},
    {"line_direction",            "",   FORM_PLAIN,  0,   0,     2, QUANTITY_NONE, words_line_direction, 1, 1},
    {"parallel_number",           "",   FORM_PLAIN,  0,   0,     9, QUANTITY_NONE, NULL, 1, 1},
};

/* LV5048 hybrid; 26 has no document.
 *       1    2   3    4   5   6    7    8   9   10  11  12  13  14 15  16 17 18 19 20 ..      26
 * ^D0892300,243,2300,500,243,5600,5600,480,500,520,480,554,540,2,010,060,0,0,2,9,1,0,0,0,1,00 */
static const struct field_row piri[] = {
    {"grid_rating_voltage",       "V",  FORM_SCALED, 1, 0,  5000, RATED_DV, NULL, 4, 4},
    {"grid_rating_current",       "A",  FORM_SCALED, 1, 0,  2000, QUANTITY_NONE, NULL, 3, 4},
    {"output_rating_voltage",     "V",  FORM_SCALED, 1, 0,  5000, QUANTITY_NONE, NULL, 4, 4},
    {"output_rating_frequency",   "Hz", FORM_SCALED, 1, 0,   700, QUANTITY_NONE, NULL, 3, 3},
    {"output_rating_current",     "A",  FORM_SCALED, 1, 0,  2000, RATED_DA, NULL, 3, 4},
    {"output_rating_VA",          "VA", FORM_PLAIN,  0, 0, 99999, RATED_VA, NULL, 4, 5},
    {"output_rating_power",       "W",  FORM_PLAIN,  0, 0, 99999, RATED_W, NULL, 4, 5},
    {"battery_rating_voltage",    "V",  FORM_SCALED, 1, 0,  1000, RATED_BATTERY_DV, NULL, 3, 3},
    {"recharge_voltage",          "V",  FORM_SCALED, 1, 0,  1000, RECHARGE_DV, NULL, 3, 3},
    {"redischarge_voltage",       "V",  FORM_SCALED, 1, 0,  1000, REDISCHARGE_DV, words_full, 3, 3},
    {"cutoff_voltage",            "V",  FORM_SCALED, 1, 0,  1000, CUTOFF_DV, NULL, 3, 3},
    {"bulk_voltage",              "V",  FORM_SCALED, 1, 0,  1000, BULK_DV, NULL, 3, 3},
    {"float_voltage",             "V",  FORM_SCALED, 1, 0,  1000, FLOAT_DV, NULL, 3, 3},
    {"battery_type",              "",   FORM_PLAIN,  0, 0,     9, BATTERY_TYPE, words_pi18_battery, 1, 1},
    {"ac_charge_current_max",     "A",  FORM_PLAIN,  0, 0,   500, AC_CHARGE_MAX_A, NULL, 2, 3},
    {"charge_current_max",        "A",  FORM_PLAIN,  0, 0,   500, CHARGE_MAX_A, NULL, 2, 3},
    {"input_range",               "",   FORM_PLAIN,  0, 0,     1, INPUT_RANGE, words_input_range, 1, 1},
    {"output_priority",           "",   FORM_PLAIN,  0, 0,     9, OUTPUT_PRIORITY, words_pi18_output, 1, 1},
    {"charger_priority",          "",   FORM_PLAIN,  0, 0,     9, CHARGER_PRIORITY, words_pi18_charger, 1, 1},
    {"parallel_max",              "",   FORM_PLAIN,  0, 0,     9, PARALLEL_MAX, NULL, 1, 1},
    {"machine_type",              "",   FORM_PLAIN,  0, 0,     9, MACHINE_TYPE, words_pi18_machine, 1, 1},
    {"topology",                  "",   FORM_PLAIN,  0, 0,     1, TOPOLOGY, words_topology, 1, 1},
    {"output_mode",               "",   FORM_PLAIN,  0, 0,     9, OUTPUT_MODE, words_output_mode, 1, 1},
    {"solar_priority",            "",   FORM_PLAIN,  0, 0,     1, QUANTITY_NONE, words_solar_priority, 1, 1},
    {"trackers",                  "",   FORM_PLAIN,  0, 0,     9, QUANTITY_NONE, NULL, 1, 1},
    {"reserved",                  "",   FORM_PLAIN,  0, 0,    99, QUANTITY_NONE, NULL, 1, 2},
};

#define WARNS(bit) (const struct field_word[]){{1, bit, "yes"}, {0}}

/* ^D03900,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0: one more than the document has; the EEPROM bit of
 * two LV5048 in good order was set. */
static const struct field_row fws[] = {
    {"fault_code",                "",   FORM_PLAIN,  0, 0, 99, FAULT_CODE, NULL, 2, 2},
    {"line_fail",                 "",   FORM_PLAIN,  0, 0,  1, WARNINGS, WARNS(WARNING_LINE_FAIL), 1, 1},
    {"output_short",              "",   FORM_PLAIN,  0, 0,  1, WARNINGS, WARNS(WARNING_OUTPUT_SHORT), 1, 1},
    {"over_temperature",          "",   FORM_PLAIN,  0, 0,  1, WARNINGS, WARNS(WARNING_OVER_TEMPERATURE), 1, 1},
    {"fan_locked",                "",   FORM_PLAIN,  0, 0,  1, WARNINGS, WARNS(WARNING_FAN_LOCKED), 1, 1},
    {"battery_high",              "",   FORM_PLAIN,  0, 0,  1, WARNINGS, WARNS(WARNING_BATTERY_HIGH), 1, 1},
    {"battery_low",               "",   FORM_PLAIN,  0, 0,  1, WARNINGS, WARNS(WARNING_BATTERY_LOW), 1, 1},
    {"battery_under",             "",   FORM_PLAIN,  0, 0,  1, WARNINGS, WARNS(WARNING_BATTERY_UNDER), 1, 1},
    {"overload",                  "",   FORM_PLAIN,  0, 0,  1, WARNINGS, WARNS(WARNING_OVERLOAD), 1, 1},
    {"eeprom",                    "",   FORM_PLAIN,  0, 0,  1, WARNINGS, WARNS(WARNING_EEPROM), 1, 1},
    {"power_limit",               "",   FORM_PLAIN,  0, 0,  1, WARNINGS, WARNS(WARNING_POWER_LIMIT), 1, 1},
    {"pv_high",                   "",   FORM_PLAIN,  0, 0,  1, WARNINGS, WARNS(WARNING_PV_HIGH), 1, 1},
    {"pv2_high",                  "",   FORM_PLAIN,  0, 0,  1, WARNINGS, WARNS(WARNING_PV_HIGH), 1, 1},
    {"tracker1_overload",         "",   FORM_PLAIN,  0, 0,  1, WARNINGS, WARNS(WARNING_MPPT_OVERLOAD), 1, 1},
    {"tracker2_overload",         "",   FORM_PLAIN,  0, 0,  1, WARNINGS, WARNS(WARNING_MPPT_OVERLOAD), 1, 1},
    {"battery_too_low",           "",   FORM_PLAIN,  0, 0,  1, WARNINGS, WARNS(WARNING_BATTERY_TOO_LOW), 1, 1},
    {"battery_too_low2",          "",   FORM_PLAIN,  0, 0,  1, WARNINGS, WARNS(WARNING_BATTERY_TOO_LOW), 1, 1},
    {"reserved",                  "",   FORM_PLAIN,  0, 0,  1, QUANTITY_NONE, NULL, 1, 1},
};

/* ^D0201,0,1,0,0,1,1,0,0 */
static const struct field_row flag[] = {
    {"buzzer",                    "",   FORM_PLAIN,  0, 0,  1, QUANTITY_NONE, words_on, 1, 1},
    {"overload_bypass",           "",   FORM_PLAIN,  0, 0,  1, QUANTITY_NONE, words_on, 1, 1},
    {"display_escape",            "",   FORM_PLAIN,  0, 0,  1, QUANTITY_NONE, words_on, 1, 1},
    {"overload_restart",          "",   FORM_PLAIN,  0, 0,  1, QUANTITY_NONE, words_on, 1, 1},
    {"over_temperature_restart",  "",   FORM_PLAIN,  0, 0,  1, QUANTITY_NONE, words_on, 1, 1},
    {"backlight",                 "",   FORM_PLAIN,  0, 0,  1, QUANTITY_NONE, words_on, 1, 1},
    {"alarm_on_source_loss",      "",   FORM_PLAIN,  0, 0,  1, QUANTITY_NONE, words_on, 1, 1},
    {"fault_record",              "",   FORM_PLAIN,  0, 0,  1, QUANTITY_NONE, words_on, 1, 1},
    {"reserved",                  "",   FORM_PLAIN,  0, 0,  9, QUANTITY_NONE, NULL, 1, 1},
};

/*       1    2   3 4   5   6   7   8   9   10 11 ..
 * ^D0682300,500,0,408,540,564,460,540,060,30,0,0,1,0,0,0,1,0,0,1,1,0,1,1 */
static const struct field_row di[] = {
    {"output_voltage",            "V",  FORM_SCALED, 1, 0,  5000, QUANTITY_NONE, NULL, 4, 4},
    {"output_frequency",          "Hz", FORM_SCALED, 1, 0,   700, QUANTITY_NONE, NULL, 3, 3},
    {"input_range",               "",   FORM_PLAIN,  0, 0,     1, QUANTITY_NONE, words_input_range, 1, 1},
    {"cutoff_voltage",            "V",  FORM_SCALED, 1, 0,  1000, QUANTITY_NONE, NULL, 3, 3},
    {"float_voltage",             "V",  FORM_SCALED, 1, 0,  1000, QUANTITY_NONE, NULL, 3, 3},
    {"bulk_voltage",              "V",  FORM_SCALED, 1, 0,  1000, QUANTITY_NONE, NULL, 3, 3},
    {"recharge_voltage",          "V",  FORM_SCALED, 1, 0,  1000, QUANTITY_NONE, NULL, 3, 3},
    {"redischarge_voltage",       "V",  FORM_SCALED, 1, 0,  1000, QUANTITY_NONE, words_full, 3, 3},
    {"charge_current_max",        "A",  FORM_PLAIN,  0, 0,   500, QUANTITY_NONE, NULL, 2, 3},
    {"ac_charge_current_max",     "A",  FORM_PLAIN,  0, 0,   500, QUANTITY_NONE, NULL, 2, 3},
    {"battery_type",              "",   FORM_PLAIN,  0, 0,     9, QUANTITY_NONE, words_pi18_battery, 1, 1},
    {"output_priority",           "",   FORM_PLAIN,  0, 0,     9, QUANTITY_NONE, words_pi18_output, 1, 1},
    {"charger_priority",          "",   FORM_PLAIN,  0, 0,     9, QUANTITY_NONE, words_pi18_charger, 1, 1},
    {"solar_priority",            "",   FORM_PLAIN,  0, 0,     1, QUANTITY_NONE, words_solar_priority, 1, 1},
    {"machine_type",              "",   FORM_PLAIN,  0, 0,     9, QUANTITY_NONE, words_pi18_machine, 1, 1},
    {"output_mode",               "",   FORM_PLAIN,  0, 0,     9, QUANTITY_NONE, words_output_mode, 1, 1},
    {"buzzer",                    "",   FORM_PLAIN,  0, 0,     1, QUANTITY_NONE, words_on, 1, 1},
    {"overload_restart",          "",   FORM_PLAIN,  0, 0,     1, QUANTITY_NONE, words_on, 1, 1},
    {"over_temperature_restart",  "",   FORM_PLAIN,  0, 0,     1, QUANTITY_NONE, words_on, 1, 1},
    {"backlight",                 "",   FORM_PLAIN,  0, 0,     1, QUANTITY_NONE, words_on, 1, 1},
    {"alarm_on_source_loss",      "",   FORM_PLAIN,  0, 0,     1, QUANTITY_NONE, words_on, 1, 1},
    {"fault_record",              "",   FORM_PLAIN,  0, 0,     1, QUANTITY_NONE, words_on, 1, 1},
    {"overload_bypass",           "",   FORM_PLAIN,  0, 0,     1, QUANTITY_NONE, words_on, 1, 1},
    {"display_escape",            "",   FORM_PLAIN,  0, 0,     1, QUANTITY_NONE, words_on, 1, 1},
};

/* SV; numbers are the document's.
 *       1 2 3  4    5   6    7   8    9    10    11    12  13  14  15  16  17  18  19   20
 * ^D1131,5,00,2387,499,2387,499,0716,0165,01232,00505,012,004,518,000,015,031,036,1137,0000,
 *  2088,0000,2,0,1,1,2,1,037
 *  21   22   23   ..     29 */
static const struct field_row pgs[] = {
    {"exists",                    "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_yes, 1, 1},
    {"mode",                      "",   FORM_PLAIN,  0,   0,     99, QUANTITY_NONE, words_infini_mode, 1, 2},
    {"fault_code",                "",   FORM_PLAIN,  0,   0,     99, FAULT_CODE, NULL, 2, 2},
    {"grid_voltage",              "V",  FORM_SCALED, 1,   0,   5000, QUANTITY_NONE, NULL, 4, 4},
    {"grid_frequency",            "Hz", FORM_SCALED, 1,   0,    999, QUANTITY_NONE, NULL, 3, 3},
    {"output_voltage",            "V",  FORM_SCALED, 1,   0,   5000, QUANTITY_NONE, NULL, 4, 4},
    {"output_frequency",          "Hz", FORM_SCALED, 1,   0,    999, QUANTITY_NONE, NULL, 3, 3},
    {"output_VA",                 "VA", FORM_PLAIN,  0,   0,  30000, QUANTITY_NONE, NULL, 4, 5},
    {"output_power",              "W",  FORM_PLAIN,  0,   0,  30000, QUANTITY_NONE, NULL, 4, 5},
    {"total_VA",                  "VA", FORM_PLAIN,  0,   0, 150000, QUANTITY_NONE, NULL, 5, 6},
    {"total_power",               "W",  FORM_PLAIN,  0,   0, 150000, QUANTITY_NONE, NULL, 5, 6},
    {"load_percent",              "%",  FORM_PLAIN,  0,   0,    300, QUANTITY_NONE, NULL, 3, 3},
    {"total_percent",             "%",  FORM_PLAIN,  0,   0,    300, QUANTITY_NONE, NULL, 3, 3},
    {"battery_voltage",           "V",  FORM_SCALED, 1,   0,   1000, QUANTITY_NONE, NULL, 3, 3},
    {"discharge_current",         "A",  FORM_PLAIN,  0,   0,    999, QUANTITY_NONE, NULL, 3, 3},
    {"charge_current",            "A",  FORM_PLAIN,  0,   0,    500, QUANTITY_NONE, NULL, 3, 3},
    {"total_charge_current",      "A",  FORM_PLAIN,  0,   0,   2000, QUANTITY_NONE, NULL, 3, 4},
    {"battery_capacity",          "%",  FORM_PLAIN,  0,   0,    100, QUANTITY_NONE, NULL, 3, 3},
    {"pv_power",                  "W",  FORM_PLAIN,  0,   0,  99999, QUANTITY_NONE, NULL, 4, 5},
    {"pv2_power",                 "W",  FORM_PLAIN,  0,   0,  99999, QUANTITY_NONE, NULL, 4, 5},
    {"pv_voltage",                "V",  FORM_SCALED, 1,   0,   9999, QUANTITY_NONE, NULL, 4, 4},
    {"pv2_voltage",               "V",  FORM_SCALED, 1,   0,   9999, QUANTITY_NONE, NULL, 4, 4},
    {"tracker1_status",           "",   FORM_PLAIN,  0,   0,      2, QUANTITY_NONE, words_tracker, 1, 1},
    {"tracker2_status",           "",   FORM_PLAIN,  0,   0,      2, QUANTITY_NONE, words_tracker, 1, 1},
    {"load",                      "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_on, 1, 1},
    {"battery_direction",         "",   FORM_PLAIN,  0,   0,      2, QUANTITY_NONE, words_battery_direction, 1, 1},
    {"dc_ac_direction",           "",   FORM_PLAIN,  0,   0,      2, QUANTITY_NONE, words_dc_ac_direction, 1, 1},
    {"line_direction",            "",   FORM_PLAIN,  0,   0,      2, QUANTITY_NONE, words_line_direction, 1, 1},
    {"temperature_max",           "C",  FORM_PLAIN,  0, -50,    250, QUANTITY_NONE, NULL, 3, 3},
};

/* ^D0401,14,96132206100410000000,2,060,050,1 */
static const struct field_row pri[] = {
    {"exists",                    "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_yes, 1, 1},
    {"serial_length",             "",   FORM_PLAIN,  0,   1,     20, QUANTITY_NONE, NULL, 2, 2},
    {"serial",                    "",   FORM_DIGITS, 0,  20,     20},
    {"charger_priority",          "",   FORM_PLAIN,  0,   0,      9, QUANTITY_NONE, words_pi18_charger, 1, 1},
    {"charge_current_max",        "A",  FORM_PLAIN,  0,   0,    500, QUANTITY_NONE, NULL, 3, 3},
    {"ac_charge_current_max",     "A",  FORM_PLAIN,  0,   0,    500, QUANTITY_NONE, NULL, 3, 3},
    {"output_mode",               "",   FORM_PLAIN,  0,   0,      9, QUANTITY_NONE, words_output_mode, 1, 1},
};

/* ^D02005402,08025,00000 */
static const struct field_row vfw[] = {
    {"firmware",                  "",   FORM_PLAIN,  0,   0,  99999, QUANTITY_NONE, NULL, 5, 5},
    {"firmware2",                 "",   FORM_PLAIN,  0,   0,  99999, QUANTITY_NONE, NULL, 5, 5},
    {"firmware3",                 "",   FORM_PLAIN,  0,   0,  99999, QUANTITY_NONE, NULL, 5, 5},
};

/* ^D0120000,0000: hours and minutes; from and to the same means all day */
static const struct field_row window[] = {
    {"from",                      "",   FORM_PLAIN,  0,   0,   2359, QUANTITY_NONE, NULL, 4, 4},
    {"to",                        "",   FORM_PLAIN,  0,   0,   2359, QUANTITY_NONE, NULL, 4, 4},
};

static const struct question questions[] = {
    {"PI",       "", ASK_PROTOCOL,       ANSWER_TEXT,    NULL,      ',', false, ROWS(infini_protocol)},
    {"ID",       "", ASK_SERIAL_LONG,    ANSWER_COUNTED, NULL,      ',', false, ROWS(infini_serial)},
    {"VFW",      "", ASK_FIRMWARE,       ANSWER_ROWS,    NULL,      ',', false, ROWS(vfw), 3, true},
    {"PIRI",     "", ASK_RATING,         ANSWER_ROWS,    NULL,      ',', false, ROWS(piri), 25},
    {"GS",       "", ASK_STATUS,         ANSWER_ROWS,    NULL,      ',', false, ROWS(gs), 28},
    {"MOD",      "", ASK_MODE,           ANSWER_ROWS,    NULL,      ',', false, ROWS(infini_mode), 1, true},
    {"FWS",      "", ASK_WARNINGS,       ANSWER_ROWS,    NULL,      ',', false, ROWS(fws), 17},
    {"FLAG",     "", ASK_FLAGS,          ANSWER_ROWS,    NULL,      ',', false, ROWS(flag), 8},
    {"DI",       "", ASK_DEFAULTS,       ANSWER_ROWS,    NULL,      ',', false, ROWS(di), 24},
    {"MCHGCR",   "", ASK_CHARGE_LIST,    ANSWER_LIST,    NULL,      ',', false, ROWS(infini_amperes)},
    {"MUCHGCR",  "", ASK_AC_CHARGE_LIST, ANSWER_LIST,    NULL,      ',', false, ROWS(infini_amperes)},
    {"PGSn",     "", ASK_PARALLEL,       ANSWER_ROWS,    NULL,      ',', false, ROWS(pgs), 29},
    {"PRIn",     "", ASK_OTHER,          ANSWER_ROWS,    NULL,      ',', false, ROWS(pri), 7},
    {"T",        "", ASK_TIME,           ANSWER_TIME,    NULL,      ',', false, ROWS(infini_time)},
    {"ET",       "", ASK_ENERGY_PV,      ANSWER_ROWS,    NULL,      ',', false, ROWS(infini_energy), 1, true},
    {"EYyyyy",     "", ASK_OTHER,        ANSWER_ROWS,    NULL,      ',', false, ROWS(infini_energy_then), 1, true},
    {"EMyyyymm",   "", ASK_OTHER,        ANSWER_ROWS,    NULL,      ',', false, ROWS(infini_energy_then), 1, true},
    {"EDyyyymmdd", "", ASK_OTHER,        ANSWER_ROWS,    NULL,      ',', false, ROWS(infini_energy_day), 1, true},
    {"ACCT",     "", ASK_OTHER,          ANSWER_ROWS,    NULL,      ',', false, ROWS(window), 2},
    {"ACLT",     "", ASK_OTHER,          ANSWER_ROWS,    NULL,      ',', false, ROWS(window), 2},
};

/* MCHGV writes bulk and float, BUCD recharge and redischarge at once. */
static const struct setter setters[] = {
    {SET_CHARGE_MAX,       {"MCHGC0,###"},   CHARGE_MAX_A,     10, 500, 10, ASK_CHARGE_LIST, WHEN_ALWAYS},
    {SET_AC_CHARGE_MAX,    {"MUCHGC0,###"},  AC_CHARGE_MAX_A,  10, 500, 10, ASK_AC_CHARGE_LIST, WHEN_ALWAYS},
    {SET_FLOAT,            {"MCHGV@@@,###"}, FLOAT_DV,        480, 584,  1, ASK_OTHER, WHEN_USER_BATTERY, BULK_DV},
    {SET_BULK,             {"MCHGV###,@@@"}, BULK_DV,         480, 584,  1, ASK_OTHER, WHEN_USER_BATTERY, FLOAT_DV},
    {SET_OUTPUT_PRIORITY,  {"POP#"},         OUTPUT_PRIORITY,   0,   0,  0, ASK_OTHER, WHEN_ALWAYS},
    {SET_CHARGER_PRIORITY, {"PCP0,#"},       CHARGER_PRIORITY,  0,   0,  0, ASK_OTHER, WHEN_ALWAYS},
    {SET_RECHARGE,         {"BUCD###,@@@"},  RECHARGE_DV,     440, 510, 10, ASK_OTHER, WHEN_ALWAYS, REDISCHARGE_DV},
    {SET_REDISCHARGE,      {"BUCD@@@,###"},  REDISCHARGE_DV,  480, 580, 10, ASK_OTHER, WHEN_ALWAYS, RECHARGE_DV},
    {SET_CUTOFF,           {"PSDV###"},      CUTOFF_DV,       400, 480,  1, ASK_OTHER, WHEN_USER_BATTERY},
    {SET_BATTERY_TYPE,     {"PBT#"},         BATTERY_TYPE,      0,   0,  0, ASK_OTHER, WHEN_ALWAYS},
    {SET_INPUT_RANGE,      {"PGR#"},         INPUT_RANGE,       0,   0,  0, ASK_OTHER, WHEN_ALWAYS},
    {SET_OUTPUT_MODE,      {"POPM0,#"},      OUTPUT_MODE,       0,   0,  0, ASK_OTHER, WHEN_STANDBY},
};
/* clang-format on */

const struct protocol protocol_pi18 = {"PI18", FRAMING_PI18, ROWS(questions), ROWS(setters)};
