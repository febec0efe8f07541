/* Units with three trackers (PIP4048MST, KS/MKS document of 2015): PI30 with another QPIGS2. */
#include "inverter/protocol_pi30.h"

/* clang-format off */
/* A PIP4048MST at night; the ruler counts the document's fields.
 *  1    2     3     4     5        6    7    8    9     10    11   12
 * (0000 000.0 00.00 00000 00000000 0000 0000 0000 000.0 00.00 0000 00000 */
static const struct field_row qpigs2[] = {
    {"pv2_current",               "A",  FORM_EITHER, 3, 0, 500000, PV2_MA, NULL, 2, 5},
    {"pv2_voltage",               "V",  FORM_POINT,  1, 0,   9999, PV2_DV, NULL, 5, 5},
    {"scc2_battery_voltage",      "V",  FORM_POINT,  2, 0,   9999, QUANTITY_NONE, NULL, 4, 5},
    {"pv2_power",                 "W",  FORM_PLAIN,  0, 0,  99999, PV2_W, NULL, 4, 5},
    {"status3",                   "",   FORM_BITS,   0, 1,      8},
    {"ac_charge_current",         "A",  FORM_EITHER, 1, 0,   5000, QUANTITY_NONE, NULL, 2, 5},
    {"ac_charge_power",           "W",  FORM_PLAIN,  0, 0,  99999, QUANTITY_NONE, NULL, 4, 5},
    {"pv3_current",               "A",  FORM_EITHER, 3, 0, 500000, QUANTITY_NONE, NULL, 2, 5},
    {"pv3_voltage",               "V",  FORM_POINT,  1, 0,   9999, QUANTITY_NONE, NULL, 5, 5},
    {"scc3_battery_voltage",      "V",  FORM_POINT,  2, 0,   9999, QUANTITY_NONE, NULL, 4, 5},
    {"pv3_power",                 "W",  FORM_PLAIN,  0, 0,  99999, QUANTITY_NONE, NULL, 4, 5},
    {"pv_power_total",            "W",  FORM_PLAIN,  0, 0,  99999, QUANTITY_NONE, NULL, 4, 5},
};

static const struct question questions[] = {
    PI30_IDENTITY, PI30_STATUS,
    {"QPIGS2",   "three trackers", ASK_STATUS2, ANSWER_ROWS, NULL, ' ', false, ROWS(qpigs2), 12},
    PI30_QPGSN, PI30_MORE
};

static const struct setter setters[] = {
    PI30_SETTERS,
    {SET_CHARGE_MAX,       {"MNCHGC0###", "MNCHGC###", "MCHGC0##"}, CHARGE_MAX_A,    10, 500, 10, ASK_CHARGE_LIST, WHEN_ALWAYS},
    {SET_AC_CHARGE_MAX,    {"MUCHGC0###", "MUCHGC###"},             AC_CHARGE_MAX_A, 10, 500, 10, ASK_AC_CHARGE_LIST, WHEN_ALWAYS},
    {SET_CHARGER_PRIORITY, {"PCP##"},                               CHARGER_PRIORITY, 0,   3,  1, ASK_OTHER, WHEN_ALWAYS},
};
/* clang-format on */

const struct protocol protocol_pi30mst = {"PI30MST", FRAMING_PI30, ROWS(questions), ROWS(setters)};
