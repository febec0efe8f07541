/* PI41: LV5048 and LV6048, split phase (2019-02-22). L1 stands where PI30 has its only output, L2 in
 * QPIGS2 and QP2GSn. */
#include "inverter/protocol_pi30.h"

/* clang-format off */
static const struct field_word words_pi41_mode[] = {
    {0, 0, "parallel, 0 degrees"},
    {2, 2, "phase 1 of 3"},
    {3, 3, "phase 2 of 3"},
    {4, 4, "phase 3 of 3"},
    {5, 5, "parallel, 120 degrees"},
    {6, 6, "parallel, 180 degrees"},
    {0}
};

/* As the document has it:
 *  1     2    3     4    5    6    7   8  9     10   11
 * (120.1 59.9 120.1 59.9 0149 0130 005 00 000.0 56.1 01000010 */
static const struct field_word words_l2_status[] = {
    {7, 7, "PV charger 2 in order"},
    {6, 6, "charging from the grid"},
    {5, 5, "charging from PV"},
    {2, 2, "line lost"},
    {1, 1, "load on"},
    {0}
};

static const struct field_row qpigs2[] = {
    {"l2_grid_voltage",           "V",  FORM_POINT,  1, 0,   5000, QUANTITY_NONE, NULL, 5, 5},
    {"l2_grid_frequency",         "Hz", FORM_POINT,  2, 0,   9999, QUANTITY_NONE, NULL, 4, 5},
    {"l2_output_voltage",         "V",  FORM_POINT,  1, 0,   5000, QUANTITY_NONE, NULL, 5, 5},
    {"l2_output_frequency",       "Hz", FORM_POINT,  2, 0,   9999, QUANTITY_NONE, NULL, 4, 5},
    {"l2_output_VA",              "VA", FORM_PLAIN,  0, 0,  99999, QUANTITY_NONE, NULL, 4, 5},
    {"l2_output_power",           "W",  FORM_PLAIN,  0, 0,  99999, QUANTITY_NONE, NULL, 4, 5},
    {"l2_load_percent",           "%",  FORM_PLAIN,  0, 0,    300, QUANTITY_NONE, NULL, 3, 3},
    {"pv2_charge_current",        "A",  FORM_EITHER, 1, 0,   5000, QUANTITY_NONE, NULL, 2, 5},
    {"pv2_voltage",               "V",  FORM_POINT,  1, 0,   9999, PV2_DV, NULL, 5, 5},
    {"l2_battery_voltage",        "V",  FORM_POINT,  2, 0,   9999, QUANTITY_NONE, NULL, 4, 5},
    {"l2_status",                 "",   FORM_BITS,   0, 7,      8, QUANTITY_NONE, words_l2_status},
};

/* LV6048; numbers are the document's.
 *  1  2              3 4  5     6     7     8     9    10   11  12   13  14  15    16 17
 * (11 92911906100045 L 00 124.2 59.98 124.2 59.98 0149 0130 005 56.1 000 100 000.0 00 01000010 */
static const struct field_row qp2gs[] = {
    {"parallel_number",           "",   FORM_PLAIN,  0,  0,    99, QUANTITY_NONE, NULL, 1, 2},
    {"serial",                    "",   FORM_DIGITS, 0, 10,    20},
    {"mode",                      "",   FORM_LETTER, 0,  1,     1, QUANTITY_NONE, words_mode_letter},
    {"fault_code",                "",   FORM_PLAIN,  0,  0,    99, FAULT_CODE, NULL, 2, 2},
    {"l2_grid_voltage",           "V",  FORM_POINT,  1,  0,  5000, QUANTITY_NONE, NULL, 5, 5},
    {"l2_grid_frequency",         "Hz", FORM_POINT,  2,  0,  9999, QUANTITY_NONE, NULL, 5, 5},
    {"l2_output_voltage",         "V",  FORM_POINT,  1,  0,  5000, QUANTITY_NONE, NULL, 5, 5},
    {"l2_output_frequency",       "Hz", FORM_POINT,  2,  0,  9999, QUANTITY_NONE, NULL, 5, 5},
    {"l2_output_VA",              "VA", FORM_PLAIN,  0,  0, 30000, QUANTITY_NONE, NULL, 4, 5},
    {"l2_output_power",           "W",  FORM_PLAIN,  0,  0, 30000, QUANTITY_NONE, NULL, 4, 5},
    {"l2_load_percent",           "%",  FORM_PLAIN,  0,  0,   300, QUANTITY_NONE, NULL, 3, 3},
    {"l2_battery_voltage",        "V",  FORM_POINT,  1,  0,   999, QUANTITY_NONE, NULL, 4, 4},
    {"l2_charge_current",         "A",  FORM_PLAIN,  0,  0,   500, QUANTITY_NONE, NULL, 3, 3},
    {"l2_battery_capacity",       "%",  FORM_PLAIN,  0,  0,   100, QUANTITY_NONE, NULL, 3, 3},
    {"pv2_voltage",               "V",  FORM_POINT,  1,  0,  9999, QUANTITY_NONE, NULL, 5, 5},
    {"pv2_charge_current",        "A",  FORM_PLAIN,  0,  0,   500, QUANTITY_NONE, NULL, 2, 3},
    {"l2_status",                 "",   FORM_BITS,   0,  8,     8, QUANTITY_NONE, words_parallel_status},
};

/* As PI30's, 21 differs.
 *  1 2              3 4  5     6     7     8     9    10   11  12   13  14  15    16  17    18
 * (1 92911906100045 L 00 122.9 59.98 122.9 59.98 0331 0272 013 56.1 004 100 000.0 004 01577 01400
 *  009 01000010 6  0  060 220 40 00 000
 *  19  20       21 22 23  24  25 26 27 */
static const struct field_row qpgs[] = {
    {"exists",                    "",   FORM_PLAIN,  0,  0,     1, QUANTITY_NONE, words_yes, 1, 1},
    {"serial",                    "",   FORM_DIGITS, 0, 10,    20},
    {"mode",                      "",   FORM_LETTER, 0,  1,     1, QUANTITY_NONE, words_mode_letter},
    {"fault_code",                "",   FORM_PLAIN,  0,  0,    99, FAULT_CODE, NULL, 2, 2},
    {"l1_grid_voltage",           "V",  FORM_POINT,  1,  0,  5000, QUANTITY_NONE, NULL, 5, 5},
    {"l1_grid_frequency",         "Hz", FORM_POINT,  2,  0,  9999, QUANTITY_NONE, NULL, 5, 5},
    {"l1_output_voltage",         "V",  FORM_POINT,  1,  0,  5000, QUANTITY_NONE, NULL, 5, 5},
    {"l1_output_frequency",       "Hz", FORM_POINT,  2,  0,  9999, QUANTITY_NONE, NULL, 5, 5},
    {"l1_output_VA",              "VA", FORM_PLAIN,  0,  0, 30000, QUANTITY_NONE, NULL, 4, 5},
    {"l1_output_power",           "W",  FORM_PLAIN,  0,  0, 30000, QUANTITY_NONE, NULL, 4, 5},
    {"l1_load_percent",           "%",  FORM_PLAIN,  0,  0,   300, QUANTITY_NONE, NULL, 3, 3},
    {"battery_voltage",           "V",  FORM_POINT,  1,  0,   999, QUANTITY_NONE, NULL, 4, 4},
    {"charge_current",            "A",  FORM_PLAIN,  0,  0,   500, QUANTITY_NONE, NULL, 3, 3},
    {"battery_capacity",          "%",  FORM_PLAIN,  0,  0,   100, QUANTITY_NONE, NULL, 3, 3},
    {"pv_voltage",                "V",  FORM_POINT,  1,  0,  9999, QUANTITY_NONE, NULL, 5, 5},
    {"total_charge_current",      "A",  FORM_PLAIN,  0,  0,  2000, QUANTITY_NONE, NULL, 3, 4},
    {"total_VA",                  "VA", FORM_PLAIN,  0,  0, 150000, QUANTITY_NONE, NULL, 5, 6},
    {"total_power",               "W",  FORM_PLAIN,  0,  0, 150000, QUANTITY_NONE, NULL, 5, 6},
    {"total_percent",             "%",  FORM_PLAIN,  0,  0,   300, QUANTITY_NONE, NULL, 3, 3},
    {"status",                    "",   FORM_BITS,   0,  8,     8, QUANTITY_NONE, words_parallel_status},
    {"output_mode",               "",   FORM_PLAIN,  0,  0,     9, QUANTITY_NONE, words_pi41_mode, 1, 1},
    {"charger_priority",          "",   FORM_PLAIN,  0,  0,     9, QUANTITY_NONE, words_charger_priority, 1, 1},
    {"charge_current_max",        "A",  FORM_PLAIN,  0,  0,   500, QUANTITY_NONE, NULL, 2, 3},
    {"charge_current_range",      "A",  FORM_PLAIN,  0,  0,   500, QUANTITY_NONE, NULL, 2, 3},
    {"ac_charge_current_max",     "A",  FORM_PLAIN,  0,  0,   500, QUANTITY_NONE, NULL, 1, 3},
    {"pv_charge_current",         "A",  FORM_PLAIN,  0,  0,   500, QUANTITY_NONE, NULL, 2, 3},
    {"discharge_current",         "A",  FORM_PLAIN,  0,  0,  1000, QUANTITY_NONE, NULL, 3, 4},
};

static const struct question questions[] = {
    PI30_IDENTITY, PI30_STATUS,
    {"QPIGS2",   "PI41", ASK_STATUS2,    ANSWER_ROWS,    NULL,      ' ', false, ROWS(qpigs2), 11},
    {"QPGSn",    "PI41", ASK_PARALLEL,   ANSWER_ROWS,    NULL,      ' ', false, ROWS(qpgs), 27},
    {"QP2GSn",   "", ASK_OTHER,          ANSWER_ROWS,    NULL,      ' ', false, ROWS(qp2gs), 17},
    PI30_MORE
};

static const struct setter setters[] = {
    PI30_SETTERS,
    {SET_CHARGE_MAX,       {"MNCHGC0###", "MCHGC0##"},  CHARGE_MAX_A,    10, 500, 10, ASK_CHARGE_LIST, WHEN_ALWAYS},
    {SET_AC_CHARGE_MAX,    {"MUCHGC0###", "MUCHGC0##"}, AC_CHARGE_MAX_A, 10, 500, 10, ASK_AC_CHARGE_LIST, WHEN_ALWAYS},
    {SET_CHARGER_PRIORITY, {"PCP##"},                   CHARGER_PRIORITY, 0,   3,  1, ASK_OTHER, WHEN_ALWAYS},
};
/* clang-format on */

const struct protocol protocol_pi41 = {"PI41", FRAMING_PI30, ROWS(questions), ROWS(setters)};
