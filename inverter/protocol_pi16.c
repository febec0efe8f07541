/* PI16: older hybrids on the grid. Its words are PI30's, most of its answers are not; only reading. */
#include "inverter/protocol_pi30.h"

/* clang-format off */
/* Captured; dashes stand for what the unit does not have.
 *  1     2      3    4      5     6     7    8     9   10    11    12    13    14  15    16    17
 * (224.6 000000 49.9 0006.8 232.4 01594 49.9 006.8 029 415.0 415.0 057.9 ---.- 100 00000 00000 -----
 *  000.0 000.0 ---.- 035.0 D---110001
 *  18    19    20    21    22 */
static const struct field_row qpigs[] = {
    {"grid_voltage",              "V",  FORM_BLANK,  1,   0,  5000, GRID_DV, NULL, 5, 5},
    {"grid_power",                "W",  FORM_BLANK,  0, -99999, 999999, QUANTITY_NONE, NULL, 5, 6},
    {"grid_frequency",            "Hz", FORM_BLANK,  1,   0,   999, GRID_DHZ, NULL, 4, 4},
    {"grid_current",              "A",  FORM_BLANK,  1, -9999, 99999, QUANTITY_NONE, NULL, 5, 6},
    {"output_voltage",            "V",  FORM_BLANK,  1,   0,  5000, OUTPUT_DV, NULL, 5, 5},
    {"output_power",              "W",  FORM_BLANK,  0,   0, 99999, OUTPUT_W, NULL, 5, 6},
    {"output_frequency",          "Hz", FORM_BLANK,  1,   0,   999, OUTPUT_DHZ, NULL, 4, 4},
    {"output_current",            "A",  FORM_BLANK,  1,   0,  9999, QUANTITY_NONE, NULL, 5, 6},
    {"load_percent",              "%",  FORM_BLANK,  0,   0,   300, LOAD_PERCENT, NULL, 3, 3},
    {"bus_voltage_positive",      "V",  FORM_BLANK,  1,   0,  9999, QUANTITY_NONE, NULL, 5, 5},
    {"bus_voltage_negative",      "V",  FORM_BLANK,  1,   0,  9999, QUANTITY_NONE, NULL, 5, 5},
    {"battery_voltage",           "V",  FORM_BLANK,  1,   0,  9999, BATTERY_CV, NULL, 5, 5},
    {"battery_voltage_negative",  "V",  FORM_BLANK,  1,   0,  9999, QUANTITY_NONE, NULL, 5, 5},
    {"battery_capacity",          "%",  FORM_BLANK,  0,   0,   100, CAPACITY_PERCENT, NULL, 3, 3},
    {"pv_power",                  "W",  FORM_BLANK,  0,   0, 99999, PV_W, NULL, 5, 5},
    {"pv2_power",                 "W",  FORM_BLANK,  0,   0, 99999, PV2_W, NULL, 5, 5},
    {"pv3_power",                 "W",  FORM_BLANK,  0,   0, 99999, QUANTITY_NONE, NULL, 5, 5},
    {"pv_voltage",                "V",  FORM_BLANK,  1,   0,  9999, PV_DV, NULL, 5, 5},
    {"pv2_voltage",               "V",  FORM_BLANK,  1,   0,  9999, PV2_DV, NULL, 5, 5},
    {"pv3_voltage",               "V",  FORM_BLANK,  1,   0,  9999, QUANTITY_NONE, NULL, 5, 5},
    {"heatsink_temperature",      "C",  FORM_BLANK,  1, -500, 2500, HEATSINK_C, NULL, 4, 5},
    {"status",                    "",   FORM_TEXT,   0,  10,    10},
};

/* (230.0 50.0 013.0 230.0 013.0 18.0 048.0 1 10 0 */
static const struct field_row qpiri[] = {
    {"grid_rating_voltage",       "V",  FORM_POINT,  1,   0,  5000, RATED_DV, NULL, 5, 5},
    {"grid_rating_frequency",     "Hz", FORM_POINT,  1,   0,   999, QUANTITY_NONE, NULL, 4, 4},
    {"grid_rating_current",       "A",  FORM_POINT,  1,   0,  9999, QUANTITY_NONE, NULL, 5, 5},
    {"output_rating_voltage",     "V",  FORM_POINT,  1,   0,  5000, QUANTITY_NONE, NULL, 5, 5},
    {"output_rating_current",     "A",  FORM_POINT,  1,   0,  9999, RATED_DA, NULL, 5, 5},
    {"pv_rating_current",         "A",  FORM_POINT,  1,   0,   999, QUANTITY_NONE, NULL, 4, 5},
    {"battery_rating_voltage",    "V",  FORM_POINT,  1,   0,  9999, RATED_BATTERY_DV, NULL, 5, 5},
    {"trackers",                  "",   FORM_PLAIN,  0,   0,     9, QUANTITY_NONE, NULL, 1, 1},
    {"machine_type",              "",   FORM_PLAIN,  0,   0,    99, MACHINE_TYPE, words_machine_type, 2, 2},
    {"topology",                  "",   FORM_PLAIN,  0,   0,     9, TOPOLOGY, words_topology, 1, 1},
};

/* (0 6 1234 12 43; two of the five are not known. */
static const struct field_row qpibi[] = {
    {"reserved1",                 "",   FORM_PLAIN,  0,   0,   999},
    {"batteries",                 "",   FORM_PLAIN,  0,   0,   999},
    {"battery_total_capacity",    "Ah", FORM_PLAIN,  0,   0, 99999},
    {"reserved2",                 "",   FORM_PLAIN,  0,   0,   999},
    {"battery_time_left",         "min", FORM_PLAIN, 0,   0, 99999},
};

/* (012345 */
static const struct field_row energy[] = {
    {"pv_energy",                 "Wh", FORM_PLAIN,  0,   0, 999999, QUANTITY_NONE, NULL, 6, 6}};

static const struct question questions[] = {
    {"QPI",      "", ASK_PROTOCOL,       ANSWER_TEXT,    "PI",      ' ', false, ROWS(pi30_protocol)},
    {"QID",      "", ASK_SERIAL,         ANSWER_TEXT,    NULL,      ' ', false, ROWS(pi30_serial)},
    {"QGMN",     "", ASK_OTHER,          ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_model_code), 1, true},
    {"QVFW",     "", ASK_FIRMWARE,       ANSWER_TEXT,    "VERFW:",  ' ', false, ROWS(pi30_firmware)},
    {"QVFW2",    "", ASK_FIRMWARE2,      ANSWER_TEXT,    "VERFW2:", ' ', false, ROWS(pi30_firmware)},
    {"QPIGS",    "PI16", ASK_STATUS,     ANSWER_ROWS,    NULL,      ' ', false, ROWS(qpigs), 22},
    {"QPIRI",    "PI16", ASK_RATING,     ANSWER_ROWS,    NULL,      ' ', false, ROWS(qpiri), 10, true},
    {"QMOD",     "", ASK_MODE,           ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_mode), 1, true},
    {"QPIBI",    "", ASK_OTHER,          ANSWER_ROWS,    NULL,      ' ', false, ROWS(qpibi), 5},
    {"QEDyyyymmdd", "", ASK_OTHER,       ANSWER_ROWS,    NULL,      ' ', false, ROWS(energy), 1, true},
};
/* clang-format on */

const struct protocol protocol_pi16 = {"PI16", FRAMING_PI30, ROWS(questions), NULL, 0};
