/* Rows and words that PI17 and PI18 share. */
#include "inverter/protocol_infini.h"

/* clang-format off */
/* Hybrid mode is line or grid mode; 06 is PI17's. */
const struct field_word words_infini_mode[] = {
    {0, MODE_POWER_ON, "power on"},
    {1, MODE_STANDBY,  "standby"},
    {2, MODE_BYPASS,   "bypass"},
    {3, MODE_BATTERY,  "battery"},
    {4, MODE_FAULT,    "fault"},
    {5, MODE_LINE,     "hybrid, on the line"},
    {6, MODE_CHARGING, "charging"},
    {0}
};

const struct field_word words_battery_direction[] = {
    {0, 0, "idle"}, {1, 1, "charging"}, {2, 2, "discharging"}, {0}};
const struct field_word words_dc_ac_direction[] = {
    {0, 0, "idle"}, {1, 1, "AC to DC"}, {2, 2, "DC to AC"}, {0}};
const struct field_word words_line_direction[] = {
    {0, 0, "idle"}, {1, 1, "from the line"}, {2, 2, "into the line"}, {0}};

/* ^D00518 */
const struct field_row infini_protocol[1] = {
    {"protocol",                  "",   FORM_PLAIN,  0,   2,      2}};

/* ^D0251496161704100242000000: 14 digits of the 20 count */
const struct field_row infini_serial[1] = {
    {"serial",                    "",   FORM_PLAIN,  0,  20,     20}};

/* ^D00505 */
const struct field_row infini_mode[1] = {
    {"mode",                      "",   FORM_CODE,   0,   0,     99, MODE, words_infini_mode, 2, 2}};

/* ^D01720210521234743 */
const struct field_row infini_time[1] = {
    {"time",                      "",   FORM_DIGITS, 0,  14,     14}};

/* ^D034010,020,030,040,050,060,070,080 */
const struct field_row infini_amperes[1] = {
    {"current",                   "A",  FORM_PLAIN,  0,   1,    500, QUANTITY_NONE, NULL, 2, 3}};

/* ^D01100320400. The documents of PI18 say kWh, captured units count Wh. */
const struct field_row infini_energy[1] = {
    {"pv_energy",                 "Wh", FORM_PLAIN,  0,   0, 99999999, ENERGY_PV_WH, NULL, 8, 8}};

const struct field_row infini_energy_then[1] = {
    {"pv_energy",                 "Wh", FORM_PLAIN,  0,   0, 99999999, QUANTITY_NONE, NULL, 7, 8}};

/* ^D01100003537, PI17 ^D009000091 and, of an hour, ^D008000001 */
const struct field_row infini_energy_day[1] = {
    {"pv_energy",                 "Wh", FORM_PLAIN,  0,   0, 99999999, QUANTITY_NONE, NULL, 5, 8}};
/* clang-format on */
