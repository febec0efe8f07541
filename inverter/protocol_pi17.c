/* PI17: InfiniSolar 2 to 15 kW (2016-03-09, 10 to 15 kW and TWIN 2022-09-20). Requests carry no CRC;
 * EY, EM, ED and EH carry a decimal sum instead. */
#include "inverter/protocol_infini.h"

/* clang-format off */
/* ^D037000,010000,99,3,3,2300,2300,04,120 */
static const struct field_row md[] = {
    {"machine_number",            "",   FORM_PLAIN,  0,   0,    999, QUANTITY_NONE, NULL, 3, 3},
    {"output_rating_VA",          "VA", FORM_PLAIN,  0,   0, 999999, RATED_VA, NULL, 6, 6},
    {"power_factor",              "%",  FORM_PLAIN,  0,   0,    100, QUANTITY_NONE, NULL, 2, 3},
    {"input_phases",              "",   FORM_PLAIN,  0,   1,      3, QUANTITY_NONE, NULL, 1, 1},
    {"output_phases",             "",   FORM_PLAIN,  0,   1,      3, QUANTITY_NONE, NULL, 1, 1},
    {"output_rating_voltage",     "V",  FORM_SCALED, 1,   0,   5000, QUANTITY_NONE, NULL, 4, 4},
    {"grid_rating_voltage",       "V",  FORM_SCALED, 1,   0,   5000, QUANTITY_NONE, NULL, 4, 4},
    {"batteries",                 "",   FORM_PLAIN,  0,   0,     99, QUANTITY_NONE, NULL, 2, 2},
    {"battery_unit_voltage",      "V",  FORM_SCALED, 1,   0,   1000, QUANTITY_NONE, NULL, 3, 3},
};

static const struct field_word words_parallel[] = {{0, 0, "single"}, {1, 1, "parallel"}, {0}};

/* ^D0452400,500,0416,2400,0416,0187,0480,2,10,0,1 */
static const struct field_row piri[] = {
    {"grid_rating_voltage",       "V",  FORM_SCALED, 1,   0,   5000, RATED_DV, NULL, 4, 4},
    {"grid_rating_frequency",     "Hz", FORM_SCALED, 1,   0,    999, QUANTITY_NONE, NULL, 3, 3},
    {"grid_rating_current",       "A",  FORM_SCALED, 1,   0,   9999, QUANTITY_NONE, NULL, 4, 4},
    {"output_rating_voltage",     "V",  FORM_SCALED, 1,   0,   5000, QUANTITY_NONE, NULL, 4, 4},
    {"output_rating_current",     "A",  FORM_SCALED, 1,   0,   9999, RATED_DA, NULL, 4, 4},
    {"pv_rating_current",         "A",  FORM_SCALED, 1,   0,   9999, QUANTITY_NONE, NULL, 4, 4},
    {"battery_rating_voltage",    "V",  FORM_SCALED, 1,   0,   9999, RATED_BATTERY_DV, NULL, 4, 4},
    {"trackers",                  "",   FORM_PLAIN,  0,   0,      9, QUANTITY_NONE, NULL, 1, 1},
    {"machine_type",              "",   FORM_PLAIN,  0,   0,     99, MACHINE_TYPE, words_machine_type, 2, 2},
    {"topology",                  "",   FORM_PLAIN,  0,   0,      1, TOPOLOGY, words_topology, 1, 1},
    {"parallel",                  "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_parallel, 1, 1},
};

static const struct field_word words_refresh[] = {{1, FLAG_CONFIG_CHANGED, "changed"}, {0}};

/* 10 kW of three phases; 19 to 21 empty.
 *       1    2    3    4    5    6   7      8    9    10   11   12   13   14   15   16   17   18
 * ^D1100000,0000,0000,0000,0394,000,+00000,2389,2427,2459,5002,0000,0000,0000,2378,2434,2455,5001,
 *  ,,,029,029,000,0
 *  19 22  23  24  25 */
static const struct field_row gs[] = {
    {"pv_voltage",                "V",  FORM_BLANK,  1,    0,   9999, PV_DV, NULL, 4, 5},
    {"pv2_voltage",               "V",  FORM_BLANK,  1,    0,   9999, PV2_DV, NULL, 4, 5},
    {"pv_current",                "A",  FORM_BLANK,  1,    0,   9999, PV_MA, NULL, 4, 5},
    {"pv2_current",               "A",  FORM_BLANK,  1,    0,   9999, PV2_MA, NULL, 4, 5},
    {"battery_voltage",           "V",  FORM_BLANK,  1,    0,   9999, BATTERY_CV, NULL, 4, 4},
    {"battery_capacity",          "%",  FORM_BLANK,  0,    0,    100, CAPACITY_PERCENT, NULL, 3, 3},
    {"battery_current",           "A",  FORM_BLANK,  1, -9999,  9999, BATTERY_MA, NULL, 5, 6},
    {"grid_voltage",              "V",  FORM_BLANK,  1,    0,   5000, GRID_DV, NULL, 4, 4},
    {"grid_voltage_s",            "V",  FORM_BLANK,  1,    0,   5000, QUANTITY_NONE, NULL, 4, 4},
    {"grid_voltage_t",            "V",  FORM_BLANK,  1,    0,   5000, QUANTITY_NONE, NULL, 4, 4},
    {"grid_frequency",            "Hz", FORM_BLANK,  2,    0,   9999, GRID_DHZ, NULL, 4, 4},
    {"grid_current",              "A",  FORM_BLANK,  1, -9999,  9999, QUANTITY_NONE, NULL, 4, 6},
    {"grid_current_s",            "A",  FORM_BLANK,  1, -9999,  9999, QUANTITY_NONE, NULL, 4, 6},
    {"grid_current_t",            "A",  FORM_BLANK,  1, -9999,  9999, QUANTITY_NONE, NULL, 4, 6},
    {"output_voltage",            "V",  FORM_BLANK,  1,    0,   5000, OUTPUT_DV, NULL, 4, 4},
    {"output_voltage_s",          "V",  FORM_BLANK,  1,    0,   5000, QUANTITY_NONE, NULL, 4, 4},
    {"output_voltage_t",          "V",  FORM_BLANK,  1,    0,   5000, QUANTITY_NONE, NULL, 4, 4},
    {"output_frequency",          "Hz", FORM_BLANK,  2,    0,   9999, OUTPUT_DHZ, NULL, 4, 4},
    {"output_current",            "A",  FORM_BLANK,  1, -9999,  9999, QUANTITY_NONE, NULL, 4, 6},
    {"output_current_s",          "A",  FORM_BLANK,  1, -9999,  9999, QUANTITY_NONE, NULL, 4, 6},
    {"output_current_t",          "A",  FORM_BLANK,  1, -9999,  9999, QUANTITY_NONE, NULL, 4, 6},
    {"inner_temperature",         "C",  FORM_BLANK,  0,  -50,    250, HEATSINK_C, NULL, 3, 4},
    {"component_temperature",     "C",  FORM_BLANK,  0,  -50,    250, QUANTITY_NONE, NULL, 3, 4},
    {"battery_temperature",       "C",  FORM_BLANK,  0,  -50,    250, QUANTITY_NONE, NULL, 3, 4},
    {"settings_changed",          "",   FORM_BLANK,  0,    0,      1, STATUS_FLAGS, words_refresh, 1, 1},
};

static const struct field_word words_working[] = {{0, 0, "idle"}, {1, 1, "working"}, {0}};
static const struct field_word words_output_on[] = {{1, FLAG_LOAD_ON, "connected"}, {0}};

/*       1     2     3 4      5      6      7      8    9    10   11    12   13   14   15    16  17 ..
 * ^D10100263,00381,,-00855,-03141,-03156,-07152,0000,0000,0000,00000,0193,0147,0195,00535,003,1,1,
 *  1,2,2,1
 *  .. 22 */
static const struct field_row ps[] = {
    {"pv_power",                  "W",  FORM_BLANK,  0,      0,  99999, PV_W, NULL, 5, 5},
    {"pv2_power",                 "W",  FORM_BLANK,  0,      0,  99999, PV2_W, NULL, 5, 5},
    {"battery_power",             "W",  FORM_BLANK,  0, -99999,  99999, QUANTITY_NONE, NULL, 5, 6},
    {"grid_power",                "W",  FORM_BLANK,  0, -99999,  99999, QUANTITY_NONE, NULL, 5, 6},
    {"grid_power_s",              "W",  FORM_BLANK,  0, -99999,  99999, QUANTITY_NONE, NULL, 5, 6},
    {"grid_power_t",              "W",  FORM_BLANK,  0, -99999,  99999, QUANTITY_NONE, NULL, 5, 6},
    {"grid_power_total",          "W",  FORM_BLANK,  0, -99999,  99999, QUANTITY_NONE, NULL, 5, 6},
    {"output_power_r",            "W",  FORM_BLANK,  0,      0,  99999, QUANTITY_NONE, NULL, 4, 5},
    {"output_power_s",            "W",  FORM_BLANK,  0,      0,  99999, QUANTITY_NONE, NULL, 4, 5},
    {"output_power_t",            "W",  FORM_BLANK,  0,      0,  99999, QUANTITY_NONE, NULL, 4, 5},
    {"output_power",              "W",  FORM_BLANK,  0,      0,  99999, OUTPUT_W, NULL, 5, 5},
    {"output_VA_r",               "VA", FORM_BLANK,  0,      0,  99999, QUANTITY_NONE, NULL, 4, 5},
    {"output_VA_s",               "VA", FORM_BLANK,  0,      0,  99999, QUANTITY_NONE, NULL, 4, 5},
    {"output_VA_t",               "VA", FORM_BLANK,  0,      0,  99999, QUANTITY_NONE, NULL, 4, 5},
    {"output_VA",                 "VA", FORM_BLANK,  0,      0,  99999, OUTPUT_VA, NULL, 5, 5},
    {"load_percent",              "%",  FORM_BLANK,  0,      0,    300, LOAD_PERCENT, NULL, 3, 3},
    {"output",                    "",   FORM_BLANK,  0,      0,      1, STATUS_FLAGS, words_output_on, 1, 1},
    {"tracker1_status",           "",   FORM_BLANK,  0,      0,      2, QUANTITY_NONE, words_working, 1, 1},
    {"tracker2_status",           "",   FORM_BLANK,  0,      0,      2, QUANTITY_NONE, words_working, 1, 1},
    {"battery_direction",         "",   FORM_BLANK,  0,      0,      2, QUANTITY_NONE, words_battery_direction, 1, 1},
    {"dc_ac_direction",           "",   FORM_BLANK,  0,      0,      2, QUANTITY_NONE, words_dc_ac_direction, 1, 1},
    {"line_direction",            "",   FORM_BLANK,  0,      0,      2, QUANTITY_NONE, words_line_direction, 1, 1},
};

#define WARNS(bit) (const struct field_word[]){{1, bit, "yes"}, {0}}
#define YES (const struct field_word[]){{1, -1, "yes"}, {0}}

/* ^D0471,1,0,0,1,1,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0, and an empty one at the end. Grid out of its
 * window is the line's failure of PI30. */
static const struct field_row ws[] = {
    {"pv_loss",                   "",   FORM_BLANK,  0, 0, 1, WARNINGS, WARNS(WARNING_PV_LOSS), 1, 1},
    {"pv2_loss",                  "",   FORM_BLANK,  0, 0, 1, WARNINGS, WARNS(WARNING_PV_LOSS), 1, 1},
    {"pv_high",                   "",   FORM_BLANK,  0, 0, 1, WARNINGS, WARNS(WARNING_PV_HIGH), 1, 1},
    {"pv2_high",                  "",   FORM_BLANK,  0, 0, 1, WARNINGS, WARNS(WARNING_PV_HIGH), 1, 1},
    {"battery_under",             "",   FORM_BLANK,  0, 0, 1, WARNINGS, WARNS(WARNING_BATTERY_UNDER), 1, 1},
    {"battery_low",               "",   FORM_BLANK,  0, 0, 1, WARNINGS, WARNS(WARNING_BATTERY_LOW), 1, 1},
    {"battery_open",              "",   FORM_BLANK,  0, 0, 1, WARNINGS, WARNS(WARNING_BATTERY_OPEN), 1, 1},
    {"battery_high",              "",   FORM_BLANK,  0, 0, 1, WARNINGS, WARNS(WARNING_BATTERY_HIGH), 1, 1},
    {"battery_low_hybrid",        "",   FORM_BLANK,  0, 0, 1, WARNINGS, WARNS(WARNING_BATTERY_LOW), 1, 1},
    {"grid_voltage_high",         "",   FORM_BLANK,  0, 0, 1, WARNINGS, WARNS(WARNING_LINE_FAIL), 1, 1},
    {"grid_voltage_low",          "",   FORM_BLANK,  0, 0, 1, WARNINGS, WARNS(WARNING_LINE_FAIL), 1, 1},
    {"grid_frequency_high",       "",   FORM_BLANK,  0, 0, 1, WARNINGS, WARNS(WARNING_LINE_FAIL), 1, 1},
    {"grid_frequency_low",        "",   FORM_BLANK,  0, 0, 1, WARNINGS, WARNS(WARNING_LINE_FAIL), 1, 1},
    {"grid_average_high",         "",   FORM_BLANK,  0, 0, 1, WARNINGS, WARNS(WARNING_LINE_FAIL), 1, 1},
    {"grid_voltage_loss",         "",   FORM_BLANK,  0, 0, 1, WARNINGS, WARNS(WARNING_LINE_FAIL), 1, 1},
    {"grid_frequency_loss",       "",   FORM_BLANK,  0, 0, 1, WARNINGS, WARNS(WARNING_LINE_FAIL), 1, 1},
    {"grid_island",               "",   FORM_BLANK,  0, 0, 1, WARNINGS, WARNS(WARNING_LINE_FAIL), 1, 1},
    {"grid_phase",                "",   FORM_BLANK,  0, 0, 1, WARNINGS, WARNS(WARNING_LINE_FAIL), 1, 1},
    {"over_temperature",          "",   FORM_BLANK,  0, 0, 1, WARNINGS, WARNS(WARNING_OVER_TEMPERATURE), 1, 1},
    {"overload",                  "",   FORM_BLANK,  0, 0, 1, WARNINGS, WARNS(WARNING_OVERLOAD), 1, 1},
    {"emergency_off",             "",   FORM_BLANK,  0, 0, 1, QUANTITY_NONE, YES, 1, 1},
    {"grid_wave_loss",            "",   FORM_BLANK,  0, 0, 1, WARNINGS, WARNS(WARNING_LINE_FAIL), 1, 1},
    {"reserved1",                 "",   FORM_BLANK,  0, 0, 1},
    {"reserved2",                 "",   FORM_BLANK,  0, 0, 1},
    {"reserved3",                 "",   FORM_BLANK,  0, 0, 1},
    {"reserved4",                 "",   FORM_BLANK,  0, 0, 1},
};

/* ^D0120,0,1,0,1 */
static const struct field_row flag[] = {
    {"silent_buzzer",             "",   FORM_PLAIN,  0, 0, 1, QUANTITY_NONE, words_on, 1, 1},
    {"silent_in_standby",         "",   FORM_PLAIN,  0, 0, 1, QUANTITY_NONE, words_on, 1, 1},
    {"silent_on_battery",         "",   FORM_PLAIN,  0, 0, 1, QUANTITY_NONE, words_on, 1, 1},
    {"generator_input",           "",   FORM_PLAIN,  0, 0, 1, QUANTITY_NONE, words_on, 1, 1},
    {"wide_input",                "",   FORM_PLAIN,  0, 0, 1, QUANTITY_NONE, words_on, 1, 1},
    {"ng_relay",                  "",   FORM_PLAIN,  0, 0, 1, QUANTITY_NONE, words_on, 1, 1},
    {"reserved1",                 "",   FORM_PLAIN,  0, 0, 1},
    {"reserved2",                 "",   FORM_PLAIN,  0, 0, 1},
};

static const struct field_word words_infini_battery[] = {{0, 0, "ordinary"}, {1, 1, "LiFe"}, {0}};

/*       1    2    3    4    5   6    7    8    9    10   11 14 15  16  17   18
 * ^D0941750,0560,0540,0000,060,0530,0420,0480,0480,0540,0,,,0,0480,000,0100,0175,
 *  010,020,020,080,0
 *  19  20  21  22  23       19 on from 2017; five of capacity on some, EPS and two voltages on others */
static const struct field_row bats[] = {
    {"charge_current_max",        "A",  FORM_SCALED, 1,   0,   9999, CHARGE_MAX_A, NULL, 4, 4},
    {"bulk_voltage",              "V",  FORM_SCALED, 1,   0,   9999, BULK_DV, NULL, 4, 4},
    {"float_voltage",             "V",  FORM_SCALED, 1,   0,   9999, FLOAT_DV, NULL, 4, 4},
    {"float_stop_current",        "A",  FORM_SCALED, 1,   0,   9999, QUANTITY_NONE, NULL, 4, 4},
    {"float_stop_time",           "min", FORM_PLAIN, 0,   0,    999, QUANTITY_NONE, NULL, 3, 3},
    {"float_restart_voltage",     "V",  FORM_SCALED, 1,   0,   9999, QUANTITY_NONE, NULL, 4, 4},
    {"cutoff_voltage",            "V",  FORM_SCALED, 1,   0,   9999, CUTOFF_DV, NULL, 4, 4},
    {"cutoff_back_voltage",       "V",  FORM_SCALED, 1,   0,   9999, QUANTITY_NONE, NULL, 4, 4},
    {"recharge_voltage",          "V",  FORM_SCALED, 1,   0,   9999, RECHARGE_DV, NULL, 4, 4},
    {"redischarge_voltage",       "V",  FORM_SCALED, 1,   0,   9999, REDISCHARGE_DV, NULL, 4, 4},
    {"battery_type",              "",   FORM_PLAIN,  0,   0,      9, BATTERY_TYPE, words_infini_battery, 1, 1},
    {"reserved1",                 "",   FORM_BLANK,  0,   0,  99999},
    {"battery_installed",         "",   FORM_BLANK,  0,   0, 99999999},
    {"ac_keeps_voltage",          "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_on, 1, 1},
    {"ac_keep_voltage",           "V",  FORM_SCALED, 1,   0,   9999, QUANTITY_NONE, NULL, 4, 4},
    {"temperature_compensation",  "mV", FORM_SCALED, 1,   0,    999, QUANTITY_NONE, NULL, 3, 3},
    {"ac_charge_current_max",     "A",  FORM_SCALED, 1,   0,   9999, AC_CHARGE_MAX_A, NULL, 4, 4},
    {"discharge_current_max",     "A",  FORM_PLAIN,  0,   0,   9999, DISCHARGE_MAX_A, NULL, 4, 4},
    {"cutoff_capacity",           "%",  FORM_PLAIN,  0,   0,    100, QUANTITY_NONE, NULL, 3, 3},
    {"cutoff_back_capacity",      "%",  FORM_PLAIN,  0,   0,    100, QUANTITY_NONE, NULL, 3, 3},
    {"recharge_capacity",         "%",  FORM_PLAIN,  0,   0,    100, QUANTITY_NONE, NULL, 3, 3},
    {"redischarge_capacity",      "%",  FORM_PLAIN,  0,   0,    100, QUANTITY_NONE, NULL, 3, 3},
    {"reserved2",                 "",   FORM_PLAIN,  0,   0,      9, QUANTITY_NONE, NULL, 1, 1},
};

static const struct field_word words_solar_to[] = {
    {0, 0, "battery, load, grid"}, {1, 1, "load, battery, grid"}, {2, 2, "load, grid, battery"}, {0}};

/* ^D01900,0,0,0,0,0,0,0,0 */
static const struct field_row hecs[] = {
    {"solar_to",                  "",   FORM_CODE,   0, 0, 2, QUANTITY_NONE, words_solar_to, 2, 2},
    {"solar_charges",             "",   FORM_PLAIN,  0, 0, 1, QUANTITY_NONE, words_on, 1, 1},
    {"ac_charges",                "",   FORM_PLAIN,  0, 0, 1, QUANTITY_NONE, words_on, 1, 1},
    {"feed_in",                   "",   FORM_PLAIN,  0, 0, 1, QUANTITY_NONE, words_on, 1, 1},
    {"discharge_with_solar",      "",   FORM_PLAIN,  0, 0, 1, QUANTITY_NONE, words_on, 1, 1},
    {"discharge_without_solar",   "",   FORM_PLAIN,  0, 0, 1, QUANTITY_NONE, words_on, 1, 1},
    {"feed_in_with_solar",        "",   FORM_PLAIN,  0, 0, 1, QUANTITY_NONE, words_on, 1, 1},
    {"feed_in_without_solar",     "",   FORM_PLAIN,  0, 0, 1, QUANTITY_NONE, words_on, 1, 1},
    {"reserved",                  "",   FORM_PLAIN,  0, 0, 1, QUANTITY_NONE, NULL, 1, 1},
};

/* Three currents of the inverter, three of the output, four half buses:
 * ^D0560020,0019,0021,0002,0004,0005,3809,3809,3810,3807,000 */
static const struct field_row ings[] = {
    {"inverter_current",          "A",  FORM_BLANK,  1, -9999, 9999, QUANTITY_NONE, NULL, 4, 5},
    {"inverter_current_s",        "A",  FORM_BLANK,  1, -9999, 9999, QUANTITY_NONE, NULL, 4, 5},
    {"inverter_current_t",        "A",  FORM_BLANK,  1, -9999, 9999, QUANTITY_NONE, NULL, 4, 5},
    {"output_current",            "A",  FORM_BLANK,  1, -9999, 9999, QUANTITY_NONE, NULL, 4, 5},
    {"output_current_s",          "A",  FORM_BLANK,  1, -9999, 9999, QUANTITY_NONE, NULL, 4, 5},
    {"output_current_t",          "A",  FORM_BLANK,  1, -9999, 9999, QUANTITY_NONE, NULL, 4, 5},
    {"bus_voltage_positive",      "V",  FORM_BLANK,  1,     0, 9999, QUANTITY_NONE, NULL, 4, 4},
    {"bus_voltage_negative",      "V",  FORM_BLANK,  1,     0, 9999, QUANTITY_NONE, NULL, 4, 4},
    {"bus_average_positive",      "V",  FORM_BLANK,  1,     0, 9999, QUANTITY_NONE, NULL, 4, 4},
    {"bus_average_negative",      "V",  FORM_BLANK,  1,     0, 9999, QUANTITY_NONE, NULL, 4, 4},
    {"neutral_current",           "A",  FORM_BLANK,  0,     0,  999, QUANTITY_NONE, NULL, 3, 4},
};

/* ^D0301,10000,00005,00010,00000,1 */
static const struct field_row eminfo[] = {
    {"meter",                     "",   FORM_PLAIN,  0, 0,     9, QUANTITY_NONE, words_yes, 1, 1},
    {"feed_in_power_max",         "W",  FORM_PLAIN,  0, 0, 99999, QUANTITY_NONE, NULL, 5, 5},
    {"pv_power_now",              "W",  FORM_PLAIN,  0, 0, 99999, QUANTITY_NONE, NULL, 5, 5},
    {"feed_in_power_now",         "W",  FORM_PLAIN,  0, 0, 99999, QUANTITY_NONE, NULL, 5, 5},
    {"reserved_power",            "W",  FORM_PLAIN,  0, 0, 99999, QUANTITY_NONE, NULL, 5, 5},
    {"meter_status",              "",   FORM_PLAIN,  0, 0,     9, QUANTITY_NONE, NULL, 1, 1},
};

/* ^D051BMS0522,100,-0000,0,0568,0568,00000,0 1 0455 0500: the link writes its last four with spaces */
static const struct field_row bms[] = {
    {"bms_battery_voltage",       "V",  FORM_SCALED, 1,     0,  9999, QUANTITY_NONE, NULL, 4, 4},
    {"bms_capacity",              "%",  FORM_PLAIN,  0,     0,   100, QUANTITY_NONE, NULL, 3, 3},
    {"bms_battery_current",       "A",  FORM_SCALED, 1, -9999,  9999, QUANTITY_NONE, NULL, 4, 6},
    {"bms_force_charge",          "",   FORM_PLAIN,  0,     0,     9, QUANTITY_NONE, words_yes, 1, 1},
    {"bms_bulk_voltage",          "V",  FORM_SCALED, 1,     0,  9999, QUANTITY_NONE, NULL, 4, 4},
    {"bms_float_voltage",         "V",  FORM_SCALED, 1,     0,  9999, QUANTITY_NONE, NULL, 4, 4},
    {"bms_charge_current_max",    "A",  FORM_SCALED, 1,     0, 99999, QUANTITY_NONE, NULL, 4, 5},
    {"bms_tail",                  "",   FORM_TEXT,   0,     1,    40},
};

/* ^D006050 */
static const struct field_row dm[] = {
    {"device_model",              "",   FORM_PLAIN,  0, 0, 999, QUANTITY_NONE, NULL, 3, 3}};

/* ^D00815000 */
static const struct field_row gpmp[] = {
    {"feed_in_power_max",         "W",  FORM_PLAIN,  0, 0, 999999, QUANTITY_NONE, NULL, 5, 6}};

static const struct field_row firmware[] = {
    {"firmware",                  "",   FORM_POINT,  0, 7, 9}};

static const struct question questions[] = {
    {"PI",       "", ASK_PROTOCOL,       ANSWER_TEXT,    NULL,      ',', false, ROWS(infini_protocol)},
    {"ID",       "", ASK_SERIAL_LONG,    ANSWER_COUNTED, NULL,      ',', false, ROWS(infini_serial)},
    {"VFW",      "", ASK_FIRMWARE,       ANSWER_TEXT,    "VERFW:",  ',', false, ROWS(firmware)},
    {"VFW2",     "", ASK_FIRMWARE2,      ANSWER_TEXT,    "VERFW2:", ',', false, ROWS(firmware)},
    {"MD",       "", ASK_OTHER,          ANSWER_ROWS,    NULL,      ',', false, ROWS(md), 9},
    {"DM",       "", ASK_OTHER,          ANSWER_ROWS,    NULL,      ',', false, ROWS(dm), 1, true},
    {"PIRI",     "", ASK_RATING,         ANSWER_ROWS,    NULL,      ',', false, ROWS(piri), 11},
    {"GS",       "", ASK_STATUS,         ANSWER_ROWS,    NULL,      ',', false, ROWS(gs), 25},
    {"PS",       "", ASK_STATUS2,        ANSWER_ROWS,    NULL,      ',', false, ROWS(ps), 22},
    {"MOD",      "", ASK_MODE,           ANSWER_ROWS,    NULL,      ',', false, ROWS(infini_mode), 1, true},
    {"WS",       "", ASK_WARNINGS,       ANSWER_ROWS,    NULL,      ',', false, ROWS(ws), 22},
    {"FLAG",     "", ASK_FLAGS,          ANSWER_ROWS,    NULL,      ',', false, ROWS(flag), 5, true},
    {"BATS",     "", ASK_SETTINGS,       ANSWER_ROWS,    NULL,      ',', false, ROWS(bats), 18},
    {"HECS",     "", ASK_OTHER,          ANSWER_ROWS,    NULL,      ',', false, ROWS(hecs), 9},
    {"INGS",     "", ASK_OTHER,          ANSWER_ROWS,    NULL,      ',', false, ROWS(ings), 11},
    {"EMINFO",   "", ASK_OTHER,          ANSWER_ROWS,    NULL,      ',', false, ROWS(eminfo), 6},
    {"BMS",      "", ASK_BMS,            ANSWER_ROWS,    "BMS",     ',', false, ROWS(bms), 8},
    {"GPMP",     "", ASK_OTHER,          ANSWER_ROWS,    NULL,      ',', false, ROWS(gpmp), 1, true},
    {"T",        "", ASK_TIME,           ANSWER_TIME,    NULL,      ',', false, ROWS(infini_time)},
    {"ET",       "", ASK_ENERGY_PV,      ANSWER_ROWS,    NULL,      ',', false, ROWS(infini_energy), 1, true},
    {"EYyyyy",       "", ASK_OTHER,      ANSWER_ROWS,    NULL,      ',', false, ROWS(infini_energy_then), 1, true},
    {"EMyyyymm",     "", ASK_OTHER,      ANSWER_ROWS,    NULL,      ',', false, ROWS(infini_energy_then), 1, true},
    {"EDyyyymmdd",   "", ASK_OTHER,      ANSWER_ROWS,    NULL,      ',', false, ROWS(infini_energy_day), 1, true},
    {"EHyyyymmddhh", "", ASK_OTHER,      ANSWER_ROWS,    NULL,      ',', false, ROWS(infini_energy_day), 1, true},
};

/* MCHGV writes bulk and float at once. */
static const struct setter setters[] = {
    {SET_CHARGE_MAX,       {"MCHGC###0"},      CHARGE_MAX_A,    10, 200,  1, ASK_OTHER, WHEN_ALWAYS},
    {SET_AC_CHARGE_MAX,    {"MUCHGC###0"},     AC_CHARGE_MAX_A, 10, 200,  1, ASK_OTHER, WHEN_ALWAYS},
    {SET_FLOAT,            {"MCHGV0@@@,0###"}, FLOAT_DV,       500, 600,  1, ASK_OTHER, WHEN_ALWAYS, BULK_DV},
    {SET_BULK,             {"MCHGV0###,0@@@"}, BULK_DV,        500, 600,  1, ASK_OTHER, WHEN_ALWAYS, FLOAT_DV},
    {SET_BATTERY_TYPE,     {"BT#"},            BATTERY_TYPE,     0,   0,  0, ASK_OTHER, WHEN_ALWAYS},
};
/* clang-format on */

const struct protocol protocol_pi17 = {"PI17", FRAMING_PI17, ROWS(questions), ROWS(setters)};
