/* PI30MAX: Axpert MAX, MAX II, VM III and IV, King by its second document (2021-02-17). The answers
 * are PI30's longer ones; the setters have four digits of current, a parallel number first. */
#include "inverter/protocol_pi30.h"

/* clang-format off */
static const struct question questions[] = {
    {"QPI",      "", ASK_PROTOCOL,       ANSWER_TEXT,    "PI",      ' ', false, ROWS(pi30_protocol)},
    {"QID",      "", ASK_SERIAL,         ANSWER_TEXT,    NULL,      ' ', false, ROWS(pi30_serial)},
    {"QSID",     "", ASK_SERIAL_LONG,    ANSWER_COUNTED, NULL,      ' ', false, ROWS(pi30_serial_long)},
    {"QMN",      "", ASK_MODEL,          ANSWER_TEXT,    NULL,      ' ', false, ROWS(pi30_model)},
    {"QVFW",     "", ASK_FIRMWARE,       ANSWER_TEXT,    "VERFW:",  ' ', false, ROWS(pi30_firmware)},
    {"QVFW3",    "", ASK_FIRMWARE3,      ANSWER_TEXT,    "VERFW:",  ' ', false, ROWS(pi30_firmware)},
    {"QPIRI",    "", ASK_RATING,         ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_qpiri), 25},
    {"QPIGS",    "", ASK_STATUS,         ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_qpigs), 21},
    {"QPIGS2",   "MAX", ASK_STATUS2,     ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_qpigs2), 3, true},
    {"QMOD",     "", ASK_MODE,           ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_mode), 1, true},
    {"QPIWS",    "", ASK_WARNINGS,       ANSWER_BITS,    NULL,      ' ', false, ROWS(pi30_warnings)},
    {"QMCHGCR",  "", ASK_CHARGE_LIST,    ANSWER_LIST,    NULL,      ' ', false, ROWS(pi30_amperes)},
    {"QMUCHGCR", "", ASK_AC_CHARGE_LIST, ANSWER_LIST,    NULL,      ' ', false, ROWS(pi30_amperes)},
    {"QBATCD",   "", ASK_CHARGER_SWITCH, ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_switches), 1, true},
};

static const struct setter setters[] = {
    {SET_CHARGER_OFF,      {"PBATCD###"},      CHARGER_OFF,      0,   0,  0, ASK_OTHER, WHEN_ALWAYS},
    {SET_CHARGE_MAX,       {"MNCHGC0###"},     CHARGE_MAX_A,    10, 500, 10, ASK_CHARGE_LIST, WHEN_ALWAYS},
    {SET_AC_CHARGE_MAX,    {"MUCHGC0###"},     AC_CHARGE_MAX_A, 10, 500, 10, ASK_AC_CHARGE_LIST, WHEN_ALWAYS},
    {SET_FLOAT,            {"PBFT##.#"},       FLOAT_DV,       480, 584,  1, ASK_OTHER, WHEN_USER_BATTERY},
    {SET_BULK,             {"PCVV##.#"},       BULK_DV,        480, 584,  1, ASK_OTHER, WHEN_USER_BATTERY},
    {SET_OUTPUT_PRIORITY,  {"POP##"},          OUTPUT_PRIORITY,  0,   2,  1, ASK_OTHER, WHEN_ALWAYS},
    {SET_CHARGER_PRIORITY, {"PCP##"},          CHARGER_PRIORITY, 1,   3,  1, ASK_OTHER, WHEN_ALWAYS},
    {SET_RECHARGE,         {"PBCV##.#"},       RECHARGE_DV,    440, 510, 10, ASK_OTHER, WHEN_ALWAYS},
    {SET_REDISCHARGE,      {"PBDV##.#"},       REDISCHARGE_DV, 480, 580, 10, ASK_OTHER, WHEN_ALWAYS},
    {SET_CUTOFF,           {"PSDV##.#"},       CUTOFF_DV,      400, 480,  1, ASK_OTHER, WHEN_USER_BATTERY},
    {SET_DISCHARGE_MAX,    {"PBATMAXDISC###"}, DISCHARGE_MAX_A, 30, 150, 10, ASK_OTHER, WHEN_ALWAYS},
    {SET_PV_BALANCE,       {"PSPB#"},          PV_BALANCE,       0,   1,  1, ASK_OTHER, WHEN_ALWAYS},
    {SET_BATTERY_TYPE,     {"PBT##"},          BATTERY_TYPE,     0,   0,  0, ASK_OTHER, WHEN_ALWAYS},
    {SET_INPUT_RANGE,      {"PGR##"},          INPUT_RANGE,      0,   0,  0, ASK_OTHER, WHEN_ALWAYS},
    {SET_OUTPUT_MODE,      {"POPM##"},         OUTPUT_MODE,      0,   0,  0, ASK_OTHER, WHEN_STANDBY},
};
/* clang-format on */

const struct protocol protocol_pi30max = {"PI30MAX", FRAMING_PI30, ROWS(questions), ROWS(setters)};
