/* PI30REVO: SOROTEC Revo (V03, 2020-11-12). QALL, PQSE and PSET carry one byte of sum; PSET is
 * answered "ACK" without a parenthesis. No setter is offered: PSET writes all settings at once. */
#include "inverter/protocol_pi30.h"

/* clang-format off */
static const struct field_word words_revo_warning[] = {
    { 0,  0, "none"},
    { 1,  1, "battery low"},
    { 2,  2, "mains voltage low"},
    { 3,  3, "mains voltage high"},
    { 4,  4, "overload"},
    { 5,  5, "over temperature"},
    { 6,  6, "fan locked"},
    { 7,  7, "battery voltage high"},
    { 8,  8, "discharge over current"},
    {21, 21, "PV voltage low"},
    {22, 22, "PV voltage high"},
    {23, 23, "PV over current"},
    {24, 24, "PV over temperature"},
    {25, 25, "PV overload"},
    {26, 26, "PV boost failed"},
    {39, 39, "BMS link lost"},
    { 0,  0, NULL}
};

static const struct field_word words_revo_fault[] = {
    { 0,  0, "none"},
    { 1,  1, "bus voltage high"},
    { 2,  2, "inverter voltage high"},
    { 3,  3, "inverter voltage low"},
    { 4,  4, "bus soft start failed"},
    { 5,  5, "overload"},
    { 6,  6, "output short circuit"},
    { 7,  7, "battery voltage low"},
    { 8,  8, "inverter soft start failed"},
    { 9,  9, "bus voltage low"},
    {10, 10, "parallel failure"},
    {11, 11, "over temperature"},
    {12, 12, "battery voltage high"},
    {13, 13, "phase A lost"},
    {14, 14, "phase B lost"},
    {15, 15, "phase C lost"},
    {16, 16, "output settings differ"},
    {17, 17, "inputs differ"},
    {18, 18, "power fed back"},
    {19, 19, "firmware differs"},
    {20, 20, "current sharing"},
    {23, 23, "PV over current"},
    {24, 24, "PV over temperature"},
    { 0,  0, NULL}
};

/* The document's example.
 *  1   2    3   4    5    6   7    8   9   10  11  12   13   14     15     16 17 18
 * (000 00.0 000 00.0 0000 000 00.0 000 000 000 000 00.0 0000 000000 000000 S  00 00 */
static const struct field_row qall[] = {
    {"grid_voltage",              "V",  FORM_PLAIN,  0, 0,    500, QUANTITY_NONE, NULL, 3, 3},
    {"grid_frequency",            "Hz", FORM_POINT,  1, 0,    999, QUANTITY_NONE, NULL, 4, 4},
    {"output_voltage",            "V",  FORM_PLAIN,  0, 0,    500, QUANTITY_NONE, NULL, 3, 3},
    {"output_frequency",          "Hz", FORM_POINT,  1, 0,    999, QUANTITY_NONE, NULL, 4, 4},
    {"output_power",              "W",  FORM_PLAIN,  0, 0,  99999, QUANTITY_NONE, NULL, 4, 5},
    {"load_percent",              "%",  FORM_PLAIN,  0, 0,    300, QUANTITY_NONE, NULL, 3, 3},
    {"battery_voltage",           "V",  FORM_POINT,  1, 0,    999, QUANTITY_NONE, NULL, 4, 4},
    {"battery_capacity",          "%",  FORM_PLAIN,  0, 0,    100, QUANTITY_NONE, NULL, 3, 3},
    {"charge_current",            "A",  FORM_PLAIN,  0, 0,    500, QUANTITY_NONE, NULL, 3, 3},
    {"discharge_current",         "A",  FORM_PLAIN,  0, 0,    999, QUANTITY_NONE, NULL, 3, 3},
    {"pv_voltage",                "V",  FORM_PLAIN,  0, 0,    999, QUANTITY_NONE, NULL, 3, 3},
    {"pv_current",                "A",  FORM_POINT,  1, 0,    999, QUANTITY_NONE, NULL, 4, 4},
    {"pv_power",                  "W",  FORM_PLAIN,  0, 0,  99999, QUANTITY_NONE, NULL, 4, 5},
    {"pv_energy_today",           "Wh", FORM_PLAIN,  0, 0, 999999, QUANTITY_NONE, NULL, 6, 6},
    {"pv_energy_total",           "kWh", FORM_PLAIN, 0, 0, 999999, QUANTITY_NONE, NULL, 6, 6},
    {"mode",                      "",   FORM_LETTER, 0, 1,      1, QUANTITY_NONE, words_mode_letter},
    {"warning_code",              "",   FORM_PLAIN,  0, 0,     99, QUANTITY_NONE, words_revo_warning, 2, 2},
    {"fault_code",                "",   FORM_PLAIN,  0, 0,     99, QUANTITY_NONE, words_revo_fault, 2, 2},
};

static const struct field_word words_language[] = {{0, 0, "English"}, {1, 1, "Chinese"}, {0}};
static const struct field_word words_work_mode[] = {
    {0, 0, "utility first"},
    {1, 1, "solar first"},
    {2, 2, "battery first"},
    {3, 3, "PV and mains, no current transformer"},
    {4, 4, "PV and mains, current transformer"},
    {0}
};
static const struct field_word words_revo_range[] = {{0, 0, "wide"}, {1, 1, "narrow"}, {0}};
static const struct field_word words_revo_voltage[] = {{0, 0, "220 V"}, {1, 1, "230 V"}, {2, 2, "240 V"}, {0}};
static const struct field_word words_revo_hertz[] = {{0, 0, "50 Hz"}, {1, 1, "60 Hz"}, {0}};
static const struct field_word words_revo_battery[] = {
    {0, 0, "lead acid"}, {1, 1, "lithium"}, {2, 2, "none"}, {3, 3, "custom"}, {0}};
static const struct field_word words_buzzer[] = {{0, 0, "no"}, {1, 1, "yes"}, {0}};

/* The document's example.
 *  1-6    7    8    9    10   11  12  13   14 15 16 17 18-19 20
 * (000100 56.0 54.0 44.0 42.0 030 010 2018 06 01 20 00 00    00 */
static const struct field_row pqse[] = {
    {"language",                  "",   FORM_DIGIT,  0, 0,      9, QUANTITY_NONE, words_language},
    {"work_mode",                 "",   FORM_DIGIT,  0, 0,      9, QUANTITY_NONE, words_work_mode},
    {"input_range",               "",   FORM_DIGIT,  0, 0,      9, QUANTITY_NONE, words_revo_range},
    {"output_voltage",            "",   FORM_DIGIT,  0, 0,      9, QUANTITY_NONE, words_revo_voltage},
    {"output_frequency",          "",   FORM_DIGIT,  0, 0,      9, QUANTITY_NONE, words_revo_hertz},
    {"battery_type",              "",   FORM_PLAIN,  0, 0,      9, QUANTITY_NONE, words_revo_battery, 1, 1},
    {"bulk_voltage",              "V",  FORM_POINT,  1, 0,   1000, QUANTITY_NONE, NULL, 4, 4},
    {"float_voltage",             "V",  FORM_POINT,  1, 0,   1000, QUANTITY_NONE, NULL, 4, 4},
    {"low_alarm_voltage",         "V",  FORM_POINT,  1, 0,   1000, QUANTITY_NONE, NULL, 4, 4},
    {"cutoff_voltage",            "V",  FORM_POINT,  1, 0,   1000, QUANTITY_NONE, NULL, 4, 4},
    {"charge_current_max",        "A",  FORM_PLAIN,  0, 0,    500, QUANTITY_NONE, NULL, 3, 3},
    {"ac_charge_current_max",     "A",  FORM_PLAIN,  0, 0,    500, QUANTITY_NONE, NULL, 3, 3},
    {"year",                      "",   FORM_PLAIN,  0, 2000, 2099, QUANTITY_NONE, NULL, 4, 4},
    {"month",                     "",   FORM_PLAIN,  0, 1,     12, QUANTITY_NONE, NULL, 2, 2},
    {"day",                       "",   FORM_PLAIN,  0, 1,     31, QUANTITY_NONE, NULL, 2, 2},
    {"hour",                      "",   FORM_PLAIN,  0, 0,     23, QUANTITY_NONE, NULL, 2, 2},
    {"minute",                    "",   FORM_PLAIN,  0, 0,     59, QUANTITY_NONE, NULL, 2, 2},
    {"silent_buzzer",             "",   FORM_DIGIT,  0, 0,      9, QUANTITY_NONE, words_buzzer},
    {"grid_connected",            "",   FORM_PLAIN,  0, 0,   9999, QUANTITY_NONE, words_yes, 1, 4},
    {"recovery_voltage",          "V",  FORM_EITHER, 1, 0,   1000, QUANTITY_NONE, NULL, 2, 4},
};

static const struct field_word words_bms_alarm[] = {
    {0, 0, "none"},
    {1, 1, "battery voltage high"},
    {2, 2, "battery voltage low"},
    {3, 3, "battery over temperature"},
    {4, 4, "battery too cold"},
    {5, 5, "battery over current"},
    {6, 6, "short circuit"},
    {0}
};

/* Captured:
 *  1     2     3     4   5   6   7     8     9     10    11 12
 * (048.8 000.0 000.9 250 024 000 052.5 010.0 053.5 004.4 0  2 */
static const struct field_row qlith0[] = {
    {"bms_battery_voltage",       "V",  FORM_POINT,  1, 0,   1000, QUANTITY_NONE, NULL, 5, 5},
    {"bms_charge_current",        "A",  FORM_POINT,  1, 0,   9999, QUANTITY_NONE, NULL, 5, 5},
    {"bms_discharge_current",     "A",  FORM_POINT,  1, 0,   9999, QUANTITY_NONE, NULL, 5, 5},
    {"bms_temperature",           "C",  FORM_SCALED, 1, -500, 999, QUANTITY_NONE, NULL, 3, 4},
    {"bms_capacity",              "%",  FORM_PLAIN,  0, 0,    100, QUANTITY_NONE, NULL, 3, 3},
    {"bms_wear",                  "%",  FORM_PLAIN,  0, 0,    100, QUANTITY_NONE, NULL, 3, 3},
    {"bms_charge_current_max",    "A",  FORM_POINT,  1, 0,   9999, QUANTITY_NONE, NULL, 5, 5},
    {"bms_discharge_current_max", "A",  FORM_POINT,  1, 0,   9999, QUANTITY_NONE, NULL, 5, 5},
    {"bms_charge_voltage_max",    "V",  FORM_POINT,  1, 0,   1000, QUANTITY_NONE, NULL, 5, 5},
    {"bms_discharge_voltage_min", "V",  FORM_POINT,  1, 0,   1000, QUANTITY_NONE, NULL, 5, 5},
    {"bms_fault",                 "",   FORM_PLAIN,  0, 0,     99, QUANTITY_NONE, words_bms_alarm, 1, 2},
    {"bms_warning",               "",   FORM_PLAIN,  0, 0,     99, QUANTITY_NONE, words_bms_alarm, 1, 2},
};

/* As PI30's; 13 is PV power, 16 the energy of the day.
 *  1     2    3     4    5    6    7   8   9     10  11  12   13   14    15    16
 * (221.0 49.9 221.0 49.9 0000 0707 012 401 00.10 012 000 0026 0000 000.0 00.10 00000
 *  00010000 00 00 00000 010 */
static const struct field_row qpigs[] = {
    {"grid_voltage",              "V",  FORM_POINT,  1,   0,  5000, GRID_DV, NULL, 5, 5},
    {"grid_frequency",            "Hz", FORM_POINT,  1,   0,   999, GRID_DHZ, NULL, 4, 4},
    {"output_voltage",            "V",  FORM_POINT,  1,   0,  5000, OUTPUT_DV, NULL, 5, 5},
    {"output_frequency",          "Hz", FORM_POINT,  1,   0,   999, OUTPUT_DHZ, NULL, 4, 4},
    {"output_VA",                 "VA", FORM_PLAIN,  0,   0, 99999, OUTPUT_VA, NULL, 4, 5},
    {"output_power",              "W",  FORM_PLAIN,  0,   0, 99999, OUTPUT_W, NULL, 4, 5},
    {"load_percent",              "%",  FORM_PLAIN,  0,   0,   300, LOAD_PERCENT, NULL, 3, 3},
    {"bus_voltage",               "V",  FORM_PLAIN,  0,   0,   999, BUS_V, NULL, 3, 3},
    {"battery_voltage",           "V",  FORM_POINT,  2,   0,  9999, BATTERY_CV, NULL, 5, 5},
    {"charge_current",            "A",  FORM_PLAIN,  0,   0,   500, CHARGE_MA, NULL, 3, 3},
    {"battery_capacity",          "%",  FORM_PLAIN,  0,   0,   100, CAPACITY_PERCENT, NULL, 3, 3},
    {"heatsink_temperature",      "C",  FORM_PLAIN,  0, -50,   250, HEATSINK_C, NULL, 3, 4},
    {"pv_power_short",            "W",  FORM_EITHER, 0,   0, 99999, QUANTITY_NONE, NULL, 4, 5},
    {"pv_voltage",                "V",  FORM_POINT,  1,   0,  9999, PV_DV, NULL, 5, 5},
    {"scc_battery_voltage",       "V",  FORM_POINT,  2,   0,  9999, QUANTITY_NONE, NULL, 5, 5},
    {"pv_energy_today",           "Wh", FORM_PLAIN,  0,   0, 99999, QUANTITY_NONE, NULL, 5, 5},
    {"status",                    "",   FORM_BITS,   0,   8,     8, STATUS_FLAGS, words_status},
    {"reserved1",                 "",   FORM_PLAIN,  0,   0,    99, QUANTITY_NONE, NULL, 2, 2},
    {"reserved2",                 "",   FORM_PLAIN,  0,   0,    99, QUANTITY_NONE, NULL, 2, 2},
    {"pv_power",                  "W",  FORM_PLAIN,  0,   0, 99999, PV_W, NULL, 5, 5},
    {"status2",                   "",   FORM_BITS,   0,   3,     3, STATUS_FLAGS, words_status2},
};

static const struct question questions[] = {
    {"QPI",      "", ASK_PROTOCOL,       ANSWER_TEXT,    "PI",      ' ', false, ROWS(pi30_protocol)},
    {"QPIRI",    "", ASK_RATING,         ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_qpiri), 25},
    {"QPIGS",    "REVO", ASK_STATUS,     ANSWER_ROWS,    NULL,      ' ', false, ROWS(qpigs), 21},
    {"QMOD",     "", ASK_MODE,           ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_mode), 1, true},
    {"QPIWS",    "", ASK_WARNINGS,       ANSWER_BITS,    NULL,      ' ', false, ROWS(pi30_warnings)},
    {"QALL",     "", ASK_OTHER,          ANSWER_ROWS,    NULL,      ' ', true,  ROWS(qall), 18},
    {"PQSE",     "", ASK_SETTINGS,       ANSWER_ROWS,    NULL,      ' ', true,  ROWS(pqse), 19},
    {"QLITH0",   "", ASK_BMS,            ANSWER_ROWS,    NULL,      ' ', false, ROWS(qlith0), 12},
};
/* clang-format on */

const struct protocol protocol_pi30revo = {"PI30REVO", FRAMING_PI30, ROWS(questions), NULL, 0};
