/* PI30: what a person or a check asks beside the status. */
#include "inverter/protocol_pi30.h"

/* clang-format off */
/* QPGSn of a MAX; numbers are the document's.
 *  1 2              3 4  5     6     7     8     9    10   11  12   13  14  15    16  17    18
 * (0 92932105105315 B 00 000.0 00.00 230.0 50.00 0989 0907 012 53.2 009 090 349.8 009 00989 00907
 *  011 10100110 0  1  100 120 030 02 000 275.3 02
 *  19  20       21 22 23  24  25  26 27  28    29        28 and 29 on MAX
 * 1 is 0 on a single MAX though the data are there; of a missing unit the totals are live. Which
 * unit n is changes from start to start: go by the serial number. */
const struct field_row pi30_qpgs[PI30_QPGS_ROWS] = {
    {"exists",                    "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_yes, 1, 1},
    {"serial",                    "",   FORM_DIGITS, 0,  10,     20},
    {"mode",                      "",   FORM_LETTER, 0,   1,      1, QUANTITY_NONE, words_mode_letter},
    {"fault_code",                "",   FORM_PLAIN,  0,   0,     99, FAULT_CODE, NULL, 2, 2},
    {"grid_voltage",              "V",  FORM_POINT,  1,   0,   3500, QUANTITY_NONE, NULL, 5, 5},
    {"grid_frequency",            "Hz", FORM_POINT,  2,   0,   7000, QUANTITY_NONE, NULL, 4, 5},
    {"output_voltage",            "V",  FORM_POINT,  1,   0,   3500, QUANTITY_NONE, NULL, 5, 5},
    {"output_frequency",          "Hz", FORM_POINT,  2,   0,   7000, QUANTITY_NONE, NULL, 4, 5},
    {"output_VA",                 "VA", FORM_PLAIN,  0,   0,  30000, QUANTITY_NONE, NULL, 4, 5},
    {"output_power",              "W",  FORM_PLAIN,  0,   0,  30000, QUANTITY_NONE, NULL, 4, 5},
    {"load_percent",              "%",  FORM_PLAIN,  0,   0,    300, QUANTITY_NONE, NULL, 3, 3},
    {"battery_voltage",           "V",  FORM_POINT,  1,   0,    799, QUANTITY_NONE, NULL, 4, 4},
    {"charge_current",            "A",  FORM_PLAIN,  0,   0,    300, QUANTITY_NONE, NULL, 2, 3},
    {"battery_capacity",          "%",  FORM_PLAIN,  0,   0,    100, QUANTITY_NONE, NULL, 3, 3},
    {"pv_voltage",                "V",  FORM_POINT,  1,   0,   6000, QUANTITY_NONE, NULL, 5, 5},
    {"total_charge_current",      "A",  FORM_PLAIN,  0,   0,   2000, QUANTITY_NONE, NULL, 3, 4},
    {"total_VA",                  "VA", FORM_PLAIN,  0,   0, 150000, QUANTITY_NONE, NULL, 5, 6},
    {"total_power",               "W",  FORM_PLAIN,  0,   0, 150000, QUANTITY_NONE, NULL, 5, 6},
    {"total_percent",             "%",  FORM_PLAIN,  0,   0,    300, QUANTITY_NONE, NULL, 3, 3},
    {"status",                    "",   FORM_BITS,   0,   8,      8, QUANTITY_NONE, words_parallel_status},
    {"output_mode",               "",   FORM_PLAIN,  0,   0,      9, QUANTITY_NONE, words_output_mode, 1, 1},
    {"charger_priority",          "",   FORM_PLAIN,  0,   0,      9, QUANTITY_NONE, words_charger_priority, 1, 1},
    {"charge_current_max",        "A",  FORM_PLAIN,  0,   0,    400, QUANTITY_NONE, NULL, 2, 3},
    {"charge_current_range",      "A",  FORM_PLAIN,  0,   0,    400, QUANTITY_NONE, NULL, 2, 3},
    {"ac_charge_current_max",     "A",  FORM_PLAIN,  0,   0,    300, QUANTITY_NONE, NULL, 1, 3},
    {"pv_current",                "A",  FORM_EITHER, 1,   0,   1000, QUANTITY_NONE, NULL, 2, 4},
    {"discharge_current",         "A",  FORM_PLAIN,  0,   0,    500, QUANTITY_NONE, NULL, 3, 4},
    {"pv2_voltage",               "V",  FORM_POINT,  1,   0,   6000, QUANTITY_NONE, NULL, 5, 5},
    {"pv2_current",               "A",  FORM_EITHER, 1,   0,   1000, QUANTITY_NONE, NULL, 2, 4},
};

/* QDI: what PF sets. 8 is the whole charge current.
 *  1     2    3    4    5    6    7    8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23   24 25 26
 * (230.0 50.0 0030 44.0 54.0 56.4 46.0 60 0 0  2  0  0  0  0  0  1  1  1  0  1  0  54.0 0  1  224 */
const struct field_row pi30_qdi[PI30_QDI_ROWS] = {
    {"output_voltage",            "V",  FORM_POINT,  1,   0,   5000, QUANTITY_NONE, NULL, 5, 5},
    {"output_frequency",          "Hz", FORM_POINT,  1,   0,    999, QUANTITY_NONE, NULL, 4, 4},
    {"ac_charge_current_max",     "A",  FORM_PLAIN,  0,   0,    500, QUANTITY_NONE, NULL, 2, 4},
    {"cutoff_voltage",            "V",  FORM_POINT,  1,   0,   1000, QUANTITY_NONE, NULL, 4, 4},
    {"float_voltage",             "V",  FORM_POINT,  1,   0,   1000, QUANTITY_NONE, NULL, 4, 4},
    {"bulk_voltage",              "V",  FORM_POINT,  1,   0,   1000, QUANTITY_NONE, NULL, 4, 4},
    {"recharge_voltage",          "V",  FORM_POINT,  1,   0,   1000, QUANTITY_NONE, NULL, 4, 4},
    {"charge_current_max",        "A",  FORM_PLAIN,  0,   0,    500, QUANTITY_NONE, NULL, 2, 3},
    {"input_range",               "",   FORM_PLAIN,  0,   0,      9, QUANTITY_NONE, words_input_range, 1, 2},
    {"output_priority",           "",   FORM_PLAIN,  0,   0,      9, QUANTITY_NONE, words_output_priority, 1, 2},
    {"charger_priority",          "",   FORM_PLAIN,  0,   0,      9, QUANTITY_NONE, words_charger_priority, 1, 2},
    {"battery_type",              "",   FORM_PLAIN,  0,   0,     99, QUANTITY_NONE, words_battery_type, 1, 2},
    {"silent_buzzer",             "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_on, 1, 1},
    {"power_saving",              "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_on, 1, 1},
    {"overload_restart",          "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_on, 1, 1},
    {"over_temperature_restart",  "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_on, 1, 1},
    {"backlight",                 "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_on, 1, 1},
    {"alarm_on_source_loss",      "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_on, 1, 1},
    {"fault_record",              "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_on, 1, 1},
    {"overload_bypass",           "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_on, 1, 1},
    {"display_escape",            "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_on, 1, 1},
    {"output_mode",               "",   FORM_PLAIN,  0,   0,      9, QUANTITY_NONE, words_output_mode, 1, 1},
    {"redischarge_voltage",       "V",  FORM_POINT,  1,   0,   1000, QUANTITY_NONE, words_full, 4, 4},
    {"pv_ok_condition",           "",   FORM_PLAIN,  0,   0,      9, QUANTITY_NONE, words_pv_ok, 1, 1},
    {"pv_power_balance",          "",   FORM_PLAIN,  0,   0,      9, QUANTITY_NONE, words_pv_balance, 1, 1},
    {"cv_time_max",               "min", FORM_PLAIN, 0,   0,    999, QUANTITY_NONE, words_automatic_at_0, 1, 3},
    {"discharge_current_max",     "A",  FORM_PLAIN,  0,   0,    999, QUANTITY_NONE, words_off_at_0, 1, 3},
};

/* (EakxyDbjuvz: enabled letters, disabled letters */
const struct field_row pi30_flags[1] = {
    {"flag",                      "",   FORM_LETTER, 0,   1,      1, QUANTITY_NONE, words_flags}};

/* QET, QLT and their years, months and days: (00238800 */
const struct field_row pi30_pv_energy[1] = {
    {"pv_energy",                 "Wh", FORM_PLAIN,  0,   0, 99999999, ENERGY_PV_WH, NULL, 8, 8}};
const struct field_row pi30_load_energy[1] = {
    {"load_energy",               "Wh", FORM_PLAIN,  0,   0, 99999999, ENERGY_LOAD_WH, NULL, 8, 8}};
const struct field_row pi30_energy_then[1] = {
    {"energy",                    "Wh", FORM_PLAIN,  0,   0, 99999999, QUANTITY_NONE, NULL, 8, 8}};

/* (20210726122606 */
const struct field_row pi30_time[1] = {
    {"time",                      "",   FORM_DIGITS, 0,  14,     14}};

/* (044 */
const struct field_row pi30_model_code[1] = {
    {"model_code",                "",   FORM_PLAIN,  0,   0,    999, QUANTITY_NONE, NULL, 3, 3}};

/* (1 030 030 080 021 55.40 224 030 0 0234 */
const struct field_row pi30_qbeqi[PI30_QBEQI_ROWS] = {
    {"equalising",                "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_on, 1, 1},
    {"equalise_time",             "min", FORM_PLAIN, 0,   0,    999, QUANTITY_NONE, NULL, 3, 3},
    {"equalise_period",           "d",  FORM_PLAIN,  0,   0,    999, QUANTITY_NONE, NULL, 3, 3},
    {"equalise_current_max",      "A",  FORM_PLAIN,  0,   0,    500, QUANTITY_NONE, NULL, 3, 3},
    {"reserved1",                 "",   FORM_PLAIN,  0,   0,    999, QUANTITY_NONE, NULL, 3, 3},
    {"equalise_voltage",          "V",  FORM_POINT,  2,   0,   9999, QUANTITY_NONE, NULL, 5, 5},
    {"reserved2",                 "",   FORM_PLAIN,  0,   0,    999, QUANTITY_NONE, NULL, 3, 3},
    {"equalise_over_time",        "min", FORM_PLAIN, 0,   0,    999, QUANTITY_NONE, NULL, 3, 3},
    {"equalising_now",            "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_yes, 1, 1},
    {"equalise_elapsed",          "h",  FORM_PLAIN,  0,   0,   9999, QUANTITY_NONE, NULL, 4, 4},
};

static const struct field_word words_connected[] = {{0, 0, "connected"}, {1, 1, "not connected"}, {0}};
static const struct field_word words_stopped[] = {{0, 0, "allowed"}, {1, 1, "stopped"}, {0}};

/* MKS2-8000: (0 100 0 0 1 532 532 450 0000 0030 */
const struct field_row pi30_qbms[PI30_QBMS_ROWS] = {
    {"bms_link",                  "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_connected, 1, 1},
    {"bms_capacity",              "%",  FORM_PLAIN,  0,   0,    100, QUANTITY_NONE, NULL, 3, 3},
    {"bms_force_charge",          "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_yes, 1, 1},
    {"bms_discharge",             "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_stopped, 1, 1},
    {"bms_charge",                "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_stopped, 1, 1},
    {"bms_bulk_voltage",          "V",  FORM_SCALED, 1,   0,   1000, QUANTITY_NONE, NULL, 3, 4},
    {"bms_float_voltage",         "V",  FORM_SCALED, 1,   0,   1000, QUANTITY_NONE, NULL, 3, 4},
    {"bms_cutoff_voltage",        "V",  FORM_SCALED, 1,   0,   1000, QUANTITY_NONE, NULL, 3, 4},
    {"bms_charge_current_max",    "A",  FORM_PLAIN,  0,   0,   9999, QUANTITY_NONE, NULL, 3, 4},
    {"bms_discharge_current_max", "A",  FORM_PLAIN,  0,   0,   9999, QUANTITY_NONE, NULL, 3, 4},
};

/* Q1 has no document. 17 fields; firmware from 74.40 goes on with those of QBEQI.
 *  1     2     3  4  5  6   7   8   9   10 11 12  13   14   15   16    17
 * (00001 00006 00 00 07 037 039 043 038 02 00 000 0036 0000 0000 60.00 11
 *  0 060 030 120 030 58.40 000 120 0 0000 */
const struct field_row pi30_q1[PI30_Q1_ROWS] = {
    {"absorb_left",               "s",  FORM_PLAIN,  0,   0,  99999, QUANTITY_NONE, NULL, 5, 5},
    {"float_left",                "s",  FORM_PLAIN,  0,   0,  99999, QUANTITY_NONE, NULL, 5, 5},
    {"scc_link",                  "",   FORM_PLAIN,  0,   0,     99, QUANTITY_NONE, words_yes, 2, 2},
    {"scc_may_charge",            "",   FORM_PLAIN,  0,   0,     99, QUANTITY_NONE, words_yes, 2, 2},
    {"charge_current_average",    "A",  FORM_PLAIN,  0,   0,    999, QUANTITY_NONE, NULL, 2, 3},
    {"scc_temperature",           "C",  FORM_PLAIN,  0, -50,    250, QUANTITY_NONE, NULL, 3, 3},
    {"inverter_temperature",      "C",  FORM_PLAIN,  0, -50,    250, QUANTITY_NONE, NULL, 3, 3},
    {"battery_side_temperature",  "C",  FORM_PLAIN,  0, -50,    250, QUANTITY_NONE, NULL, 3, 3},
    {"transformer_temperature",   "C",  FORM_PLAIN,  0, -50,    250, QUANTITY_NONE, NULL, 3, 3},
    {"parallel_role",             "",   FORM_PLAIN,  0,   0,     99, QUANTITY_NONE, words_parallel_role, 2, 2},
    {"fan_locked",                "",   FORM_PLAIN,  0,   0,     99, QUANTITY_NONE, words_yes, 2, 2},
    {"reserved1",                 "",   FORM_PLAIN,  0,   0,    999, QUANTITY_NONE, NULL, 3, 3},
    {"fan_speed",                 "%",  FORM_PLAIN,  0,   0,    100, QUANTITY_NONE, NULL, 4, 4},
    {"scc_power",                 "W",  FORM_PLAIN,  0,   0,   9999, QUANTITY_NONE, NULL, 4, 5},
    {"parallel_warning",          "",   FORM_PLAIN,  0,   0,   9999, QUANTITY_NONE, NULL, 4, 4},
    {"sync_frequency",            "Hz", FORM_POINT,  2,   0,   9999, QUANTITY_NONE, NULL, 5, 5},
    {"charge_stage",              "",   FORM_PLAIN,  0,   0,     99, CHARGE_STAGE, words_stage, 2, 2},
    {"equalising",                "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_on, 1, 1},
    {"equalise_time",             "min", FORM_PLAIN, 0,   0,    999, QUANTITY_NONE, NULL, 3, 3},
    {"equalise_period",           "d",  FORM_PLAIN,  0,   0,    999, QUANTITY_NONE, NULL, 3, 3},
    {"equalise_current_max",      "A",  FORM_PLAIN,  0,   0,    500, QUANTITY_NONE, NULL, 3, 3},
    {"reserved2",                 "",   FORM_PLAIN,  0,   0,    999, QUANTITY_NONE, NULL, 3, 3},
    {"equalise_voltage",          "V",  FORM_POINT,  2,   0,   9999, QUANTITY_NONE, NULL, 5, 5},
    {"reserved3",                 "",   FORM_PLAIN,  0,   0,    999, QUANTITY_NONE, NULL, 3, 3},
    {"equalise_over_time",        "min", FORM_PLAIN, 0,   0,    999, QUANTITY_NONE, NULL, 3, 3},
    {"equalising_now",            "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_yes, 1, 1},
    {"equalise_elapsed",          "h",  FORM_PLAIN,  0,   0,   9999, QUANTITY_NONE, NULL, 4, 4},
};

/* Older firmware: 13 fields in 47 characters.
 * (00 00 00 000 042 030 043 00 00 000 0030 0000 13 */
const struct field_row pi30_q1_short[PI30_Q1_SHORT_ROWS] = {
    {"absorb_left",               "s",  FORM_PLAIN,  0,   0,  99999, QUANTITY_NONE, NULL, 2, 5},
    {"float_left",                "s",  FORM_PLAIN,  0,   0,  99999, QUANTITY_NONE, NULL, 2, 5},
    {"scc_link",                  "",   FORM_PLAIN,  0,   0,     99, QUANTITY_NONE, words_yes, 2, 2},
    {"scc_temperature",           "C",  FORM_PLAIN,  0, -50,    250, QUANTITY_NONE, NULL, 3, 3},
    {"inverter_temperature",      "C",  FORM_PLAIN,  0, -50,    250, QUANTITY_NONE, NULL, 3, 3},
    {"battery_side_temperature",  "C",  FORM_PLAIN,  0, -50,    250, QUANTITY_NONE, NULL, 3, 3},
    {"transformer_temperature",   "C",  FORM_PLAIN,  0, -50,    250, QUANTITY_NONE, NULL, 3, 3},
    {"reserved1",                 "",   FORM_PLAIN,  0,   0,     99, QUANTITY_NONE, NULL, 2, 2},
    {"reserved2",                 "",   FORM_PLAIN,  0,   0,     99, QUANTITY_NONE, NULL, 2, 2},
    {"reserved3",                 "",   FORM_PLAIN,  0,   0,    999, QUANTITY_NONE, NULL, 3, 3},
    {"fan_speed",                 "%",  FORM_PLAIN,  0,   0,    100, QUANTITY_NONE, NULL, 4, 4},
    {"reserved4",                 "",   FORM_PLAIN,  0,   0,   9999, QUANTITY_NONE, NULL, 4, 4},
    {"charge_stage",              "",   FORM_CODE,   0,   0,     99, CHARGE_STAGE, words_stage, 2, 2},
};

/* QOPPT and QCHPT: an hour each, then the setting itself and three selections.
 * (2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 0 2 1 */
#define HOURS(of)                                                                                  \
    {"hour00", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour01", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour02", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour03", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour04", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour05", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour06", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour07", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour08", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour09", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour10", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour11", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour12", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour13", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour14", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour15", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour16", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour17", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour18", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour19", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour20", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour21", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour22", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"hour23", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                  \
    {"setting", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, of, 1, 1},                                 \
    {"selection1", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, NULL, 1, 1},                            \
    {"selection2", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, NULL, 1, 1},                            \
    {"selection3", "", FORM_PLAIN, 0, 0, 9, QUANTITY_NONE, NULL, 1, 1},
const struct field_row pi30_qoppt[PI30_HOURS_ROWS] = {HOURS(words_output_priority)};
const struct field_row pi30_qchpt[PI30_HOURS_ROWS] = {HOURS(words_charger_priority)};

static const struct field_word words_boot[] = {{0, 0, "no bootstrap"}, {1, 1, "DSP has a bootstrap"}, {0}};

const struct field_row pi30_qboot[1] = {
    {"bootstrap",                 "",   FORM_CODE,   0,   0,      1, QUANTITY_NONE, words_boot, 1, 2}};

const struct field_row pi30_qopm[1] = {
    {"output_mode",               "",   FORM_CODE,   0,   0,      7, QUANTITY_NONE, words_output_mode, 1, 2}};

static const struct field_word words_charge_stages[] = {
    {0, 0, "automatic"}, {1, 1, "two stages"}, {2, 2, "three stages"}, {0}};

const struct field_row pi30_qcst[1] = {
    {"charge_stages",             "",   FORM_CODE,   0,   0,      2, QUANTITY_NONE, words_charge_stages, 2, 2}};

/* 2015: 000 010 020 040 060 090 120 150 180 210 240, 255 automatic */
const struct field_row pi30_qcvt[1] = {
    {"cv_time",                   "min", FORM_PLAIN, 0,   0,    255, QUANTITY_NONE, words_automatic_at_0, 3, 3}};

static const struct field_word words_led_speed[] = {{0, 0, "low"}, {1, 1, "medium"}, {2, 2, "fast"}, {0}};
static const struct field_word words_led_effect[] = {
    {0, 0, "breathing"}, {2, 2, "steady"}, {3, 3, "scrolling"}, {0}};

/* (1 1 2 5 3 148000211255255255000255255: three colours of three times three digits */
const struct field_row pi30_qled[PI30_QLED_ROWS] = {
    {"led",                       "",   FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_on, 1, 1},
    {"led_speed",                 "",   FORM_PLAIN,  0,   0,      9, QUANTITY_NONE, words_led_speed, 1, 1},
    {"led_effect",                "",   FORM_PLAIN,  0,   0,      9, QUANTITY_NONE, words_led_effect, 1, 1},
    {"led_brightness",            "",   FORM_PLAIN,  0,   0,      9, QUANTITY_NONE, NULL, 1, 1},
    {"led_colours",               "",   FORM_PLAIN,  0,   1,      9, QUANTITY_NONE, NULL, 1, 1},
    {"led_rgb",                   "",   FORM_DIGITS, 0,   9,     27},
};

/* clang-format on */
