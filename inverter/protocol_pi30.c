/* PI30 as most units speak it: HS/MS/MSX (2014-08-22), KS/MKS (2015-09-24), GK/MK and their clones,
 * which often have the longer answers of MAX (2021-02-17) and no word that tells. */
#include "inverter/protocol_pi30.h"

/* clang-format off */
/* MAX II 8 kW; numbers are the document's.
 *  1     2    3     4    5    6    7    8    9    10   11   12   13 14  15
 * (230.0 34.7 230.0 50.0 34.7 8000 8000 48.0 51.0 48.0 55.2 55.0 2  010 040
 *  0  2  3  9  01 0  0  52.0 1  1  480 0  140
 *  16 17 18 19 20 21 22 23   24 25 26  27 28         26 to 28 are missing on many models */
#define QPIRI_SHARED                                                                                               \
    {"grid_rating_voltage",      "V",   FORM_POINT, 1, 0,  3500, RATED_DV, NULL, 4, 5},                            \
    {"grid_rating_current",      "A",   FORM_POINT, 1, 0,  2000, QUANTITY_NONE, NULL, 3, 4},                       \
    {"output_rating_voltage",    "V",   FORM_POINT, 1, 0,  3500, QUANTITY_NONE, NULL, 4, 5},                       \
    {"output_rating_frequency",  "Hz",  FORM_POINT, 1, 0,   700, QUANTITY_NONE, NULL, 4, 4},                       \
    {"output_rating_current",    "A",   FORM_POINT, 1, 0,  2000, RATED_DA, NULL, 3, 4},                            \
    {"output_rating_VA",         "VA",  FORM_PLAIN, 0, 0, 30000, RATED_VA, NULL, 3, 5},                            \
    {"output_rating_power",      "W",   FORM_PLAIN, 0, 0, 30000, RATED_W, NULL, 3, 5},                             \
    {"battery_rating_voltage",   "V",   FORM_POINT, 1, 0,   480, RATED_BATTERY_DV, NULL, 4, 4},                    \
    {"recharge_voltage",         "V",   FORM_POINT, 1, 0,   800, RECHARGE_DV, NULL, 4, 4},                         \
    {"cutoff_voltage",           "V",   FORM_POINT, 1, 0,   800, CUTOFF_DV, NULL, 4, 4},                           \
    {"bulk_voltage",             "V",   FORM_POINT, 1, 0,   800, BULK_DV, NULL, 4, 4},                             \
    {"float_voltage",            "V",   FORM_POINT, 1, 0,   800, FLOAT_DV, NULL, 4, 4},                            \
    {"battery_type",             "",    FORM_PLAIN, 0, 0,    19, BATTERY_TYPE, words_battery_type, 1, 2},          \
    {"ac_charge_current_max",    "A",   FORM_PLAIN, 0, 0,   300, AC_CHARGE_MAX_A, NULL, 1, 3},                     \
    {"charge_current_max",       "A",   FORM_PLAIN, 0, 0,   400, CHARGE_MAX_A, NULL, 1, 3},                        \
    {"input_range",              "",    FORM_PLAIN, 0, 0,     9, INPUT_RANGE, words_input_range, 1, 2},            \
    {"output_priority",          "",    FORM_PLAIN, 0, 0,     9, OUTPUT_PRIORITY, words_output_priority, 1, 2},    \
    {"charger_priority",         "",    FORM_PLAIN, 0, 0,     9, CHARGER_PRIORITY, words_charger_priority, 1, 2},  \
    {"parallel_max",             "",    FORM_DASH,  0, 0,     9, PARALLEL_MAX, NULL, 1, 2},                        \
    {"machine_type",             "",    FORM_PLAIN, 0, 0,    19, MACHINE_TYPE, words_machine_type, 2, 2},          \
    {"topology",                 "",    FORM_PLAIN, 0, 0,     9, TOPOLOGY, words_topology, 1, 2},                  \
    {"output_mode",              "",    FORM_PLAIN, 0, 0,     9, OUTPUT_MODE, words_output_mode, 1, 2},            \
    {"redischarge_voltage",      "V",   FORM_POINT, 1, 0,   800, REDISCHARGE_DV, words_full, 4, 4},                \
    {"pv_ok_condition",          "",    FORM_PLAIN, 0, 0,     9, QUANTITY_NONE, words_pv_ok, 1, 2},                \
    {"pv_power_balance",         "",    FORM_PLAIN, 0, 0,     9, PV_BALANCE, words_pv_balance, 1, 2}
const struct field_row pi30_qpiri[PI30_QPIRI_ROWS] = {
    QPIRI_SHARED,
    {"cv_time_max",              "min", FORM_PLAIN, 0, 0,   999, QUANTITY_NONE, words_automatic_at_0, 1, 3},
    {"operation_logic",          "",    FORM_PLAIN, 0, 0,     9, QUANTITY_NONE, words_logic, 1, 1},
    {"discharge_current_max",    "A",   FORM_PLAIN, 0, 0,   500, DISCHARGE_MAX_A, words_off_at_0, 1, 3},
};

/* Clones of 4.2 kW, 7.2 kW and 10.2 kW end otherwise: two voltages and a number no document names.
 * .. 27.0 0  1  23.5 12 22.0 */
const struct field_row pi30_qpiri_clone[PI30_QPIRI_ROWS] = {
    QPIRI_SHARED,
    {"unnamed_voltage1",         "V",   FORM_POINT, 1, 0,  1000, QUANTITY_NONE, NULL, 4, 4},
    {"unnamed_number",           "",    FORM_PLAIN, 0, 0,   999, QUANTITY_NONE, NULL, 1, 3},
    {"unnamed_voltage2",         "V",   FORM_POINT, 1, 0,  1000, QUANTITY_NONE, NULL, 4, 4},
};

/* VM IV Twin 4 kVA; numbers are the document's.
 *  1     2    3     4    5    6    7   8   9     10  11  12   13   14    15    16
 * (230.0 49.9 230.0 49.9 0805 0751 020 448 29.00 000 100 0037 02.3 271.1 00.00 00007
 *  00010000 00 00 00647 011 0  00 0000
 *  17       18 19 20    21  22 23 24          22 to 24 on MAX and its kin
 * 13 without a point is not the PV current but the charge current to the battery; the heat sink
 * of 1 to 3 kVA models is a raw A/D value. Both are sorted out by who uses them. */
const struct field_row pi30_qpigs[PI30_QPIGS_ROWS] = {
    {"grid_voltage",              "V",   FORM_POINT,  1,   0,   3500, GRID_DV, NULL, 5, 5},
    {"grid_frequency",            "Hz",  FORM_POINT,  1,   0,    700, GRID_DHZ, NULL, 4, 4},
    {"output_voltage",            "V",   FORM_POINT,  1,   0,   3500, OUTPUT_DV, NULL, 5, 5},
    {"output_frequency",          "Hz",  FORM_POINT,  1,   0,    700, OUTPUT_DHZ, NULL, 4, 4},
    {"output_VA",                 "VA",  FORM_PLAIN,  0,   0,  30000, OUTPUT_VA, NULL, 4, 5},
    {"output_power",              "W",   FORM_PLAIN,  0,   0,  30000, OUTPUT_W, NULL, 4, 5},
    {"load_percent",              "%",   FORM_PLAIN,  0,   0,    300, LOAD_PERCENT, NULL, 3, 3},
    {"bus_voltage",               "V",   FORM_PLAIN,  0,   0,    600, BUS_V, NULL, 3, 3},
    {"battery_voltage",           "V",   FORM_POINT,  2,   0,   7999, BATTERY_CV, NULL, 5, 5},
    {"charge_current",            "A",   FORM_PLAIN,  0,   0,    300, CHARGE_MA, NULL, 3, 3},
    {"battery_capacity",          "%",   FORM_PLAIN,  0,   0,    100, CAPACITY_PERCENT, NULL, 3, 3},
    {"heatsink_temperature",      "C",   FORM_PLAIN,  0, -50,   9999, HEATSINK_C, NULL, 4, 4},
    {"pv_current",                "A",   FORM_EITHER, 3,   0, 200000, PV_MA, NULL, 4, 5},
    {"pv_voltage",                "V",   FORM_POINT,  1,   0,   6000, PV_DV, NULL, 5, 5},
    {"scc_battery_voltage",       "V",   FORM_POINT,  2,   0,   7999, QUANTITY_NONE, NULL, 5, 5},
    {"discharge_current",         "A",   FORM_PLAIN,  0,   0,    500, DISCHARGE_MA, NULL, 5, 5},
    {"status",                    "",    FORM_BITS,   0,   8,      8, STATUS_FLAGS, words_status},
    {"fan_offset",                "10mV", FORM_PLAIN, 0,   0,     99, QUANTITY_NONE, NULL, 2, 2},
    {"eeprom_version",            "",    FORM_PLAIN,  0,   0,     99, QUANTITY_NONE, NULL, 2, 2},
    {"pv_power",                  "W",   FORM_PLAIN,  0,   0,  30000, PV_W, NULL, 5, 5},
    {"status2",                   "",    FORM_BITS,   0,   3,      3, STATUS_FLAGS, words_status2},
    {"feed_in",                   "",    FORM_PLAIN,  0,   0,      1, QUANTITY_NONE, words_on, 1, 1},
    {"feed_in_country",           "",    FORM_PLAIN,  0,   0,     99, QUANTITY_NONE, words_country, 2, 2},
    {"feed_in_power",             "W",   FORM_PLAIN,  0,   0,  30000, FEED_W, NULL, 3, 5},
};

/* MAX II 8 kW: (01.0 201.7 00205 <- a space before the CRC */
const struct field_row pi30_qpigs2[PI30_QPIGS2_ROWS] = {
    {"pv2_current",               "A",   FORM_POINT,  3,   0,  99999, PV2_MA, NULL, 4, 4},
    {"pv2_voltage",               "V",   FORM_POINT,  1,   0,   6000, PV2_DV, NULL, 5, 5},
    {"pv2_power",                 "W",   FORM_PLAIN,  0,   0,  30000, PV2_W, NULL, 5, 5},
};

/* 5 kVA: (010 020 030 040 050 060 070 080 */
const struct field_row pi30_amperes[1] = {
    {"current",                   "A",   FORM_PLAIN,  0,   1,    500, QUANTITY_NONE, NULL, 2, 3}};

const struct field_row pi30_protocol[1] = {
    {"protocol",                  "",    FORM_PLAIN,  0,   2,      2}};

/* (92931905106463, 14 digits; 13 were seen */
const struct field_row pi30_serial[1] = {
    {"serial",                    "",    FORM_PLAIN,  0,  13,     16}};

/* (1492932105105335005535: 14 digits of the 20 count */
const struct field_row pi30_serial_long[1] = {
    {"serial",                    "",    FORM_PLAIN,  0,  20,     20}};

const struct field_row pi30_firmware[1] = {
    {"firmware",                  "",    FORM_POINT,  0,   7,      9}};

/* (MKS2-8000 */
const struct field_row pi30_model[1] = {
    {"model",                     "",    FORM_TEXT,   0,   3,     30}};

const struct field_row pi30_mode[1] = {
    {"mode",                      "",    FORM_LETTER, 0,   1,      1, MODE, words_mode_letter}};

/* (00000100000000001000000000000000: 32 characters (2014), 36 (GK, MK, MAX) or 38 */
const struct field_row pi30_warnings[1] = {
    {"warnings",                  "",    FORM_BITS,   0,  32,     40, WARNINGS}};

/* (110 */
const struct field_row pi30_switches[1] = {
    {"charger_switches",          "",    FORM_CODE,   0,   0,    111, CHARGER_OFF, words_switches, 3, 3}};

static const struct question questions[] = {PI30_IDENTITY, PI30_STATUS, PI30_QPIGS2_MAX, PI30_QPGSN,
                                            PI30_MORE};

/* A bare MCHGC has two digits of current after the number in a parallel bank on some units, so it is
 * used up to 99 A only. */
static const struct setter setters[] = {
    PI30_SETTERS,
    {SET_CHARGE_MAX,       {"MNCHGC0###", "MNCHGC###", "MCHGC0##"}, CHARGE_MAX_A,    10, 500, 10, ASK_CHARGE_LIST, WHEN_ALWAYS},
    {SET_AC_CHARGE_MAX,    {"MUCHGC0###", "MUCHGC###"},             AC_CHARGE_MAX_A, 10, 500, 10, ASK_AC_CHARGE_LIST, WHEN_ALWAYS},
    {SET_CHARGER_PRIORITY, {"PCP##"},                               CHARGER_PRIORITY, 0,   3,  1, ASK_OTHER, WHEN_ALWAYS},
};
/* clang-format on */

const struct protocol protocol_pi30 = {"PI30", FRAMING_PI30, ROWS(questions), ROWS(setters)};
