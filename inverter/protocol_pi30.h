/* Inside protocol_pi*.c: rows and questions of PI30 that its variants share. */
#ifndef BUSBAR_INVERTER_PROTOCOL_PI30_H
#define BUSBAR_INVERTER_PROTOCOL_PI30_H

#include "inverter/protocol_list.h"

enum {
    PI30_QPIRI_ROWS = 28, PI30_QPIGS_ROWS = 24, PI30_QPIGS_2014_ROWS = 17, PI30_QPIGS2_ROWS = 3,
    PI30_QPGS_ROWS = 29, PI30_QDI_ROWS = 27, PI30_QBEQI_ROWS = 10, PI30_QBMS_ROWS = 10,
    PI30_Q1_ROWS = 27, PI30_Q1_SHORT_ROWS = 13, PI30_HOURS_ROWS = 28, PI30_QLED_ROWS = 6
};

/* protocol_pi30.c */
extern const struct field_row pi30_qpiri[PI30_QPIRI_ROWS], pi30_qpiri_clone[PI30_QPIRI_ROWS],
    pi30_qpigs[PI30_QPIGS_ROWS],
    pi30_qpigs2[PI30_QPIGS2_ROWS];
extern const struct field_row pi30_amperes[1], pi30_protocol[1], pi30_serial[1],
    pi30_serial_long[1], pi30_firmware[1], pi30_model[1], pi30_mode[1], pi30_warnings[1],
    pi30_switches[1];

/* protocol_pi30_more.c */
extern const struct field_row pi30_qpgs[PI30_QPGS_ROWS], pi30_qdi[PI30_QDI_ROWS],
    pi30_qbeqi[PI30_QBEQI_ROWS], pi30_qbms[PI30_QBMS_ROWS], pi30_q1[PI30_Q1_ROWS],
    pi30_q1_short[PI30_Q1_SHORT_ROWS], pi30_qoppt[PI30_HOURS_ROWS], pi30_qchpt[PI30_HOURS_ROWS],
    pi30_qled[PI30_QLED_ROWS];
extern const struct field_row pi30_flags[1], pi30_pv_energy[1], pi30_load_energy[1],
    pi30_energy_then[1], pi30_time[1], pi30_model_code[1], pi30_qboot[1], pi30_qopm[1],
    pi30_qcst[1], pi30_qcvt[1];

/* Who it is. */
#define PI30_IDENTITY                                                                                  \
    {"QPI",      "", ASK_PROTOCOL,       ANSWER_TEXT,    "PI",      ' ', false, ROWS(pi30_protocol)},   \
    {"QID",      "", ASK_SERIAL,         ANSWER_TEXT,    NULL,      ' ', false, ROWS(pi30_serial)},     \
    {"QSID",     "", ASK_SERIAL_LONG,    ANSWER_COUNTED, NULL,      ' ', false, ROWS(pi30_serial_long)},\
    {"QMN",      "", ASK_MODEL,          ANSWER_TEXT,    NULL,      ' ', false, ROWS(pi30_model)},      \
    {"QGMN",     "", ASK_OTHER,          ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_model_code), 1, true}, \
    {"QVFW",     "", ASK_FIRMWARE,       ANSWER_TEXT,    "VERFW:",  ' ', false, ROWS(pi30_firmware)},   \
    {"QVFW2",    "", ASK_FIRMWARE2,      ANSWER_TEXT,    "VERFW2:", ' ', false, ROWS(pi30_firmware)},   \
    {"QVFW3",    "", ASK_FIRMWARE3,      ANSWER_TEXT,    "VERFW3:", ' ', false, ROWS(pi30_firmware)},   \
    {"QVFW2",    "VERFW", ASK_OTHER,     ANSWER_TEXT,    "VERFW:",  ' ', false, ROWS(pi30_firmware)},   \
    {"QVFW3",    "VERFW", ASK_OTHER,     ANSWER_TEXT,    "VERFW:",  ' ', false, ROWS(pi30_firmware)},   \
    {"VERFW",    "", ASK_OTHER,          ANSWER_TEXT,    "VERFW:",  ' ', false, ROWS(pi30_firmware)}

/* How it does; QPIGS2 differs from variant to variant. */
#define PI30_STATUS                                                                                    \
    {"QPIRI",    "", ASK_RATING,         ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_qpiri), 25},  \
    {"QPIRI",    "clone", ASK_OTHER,     ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_qpiri_clone), 28, true}, \
    {"QPIGS",    "", ASK_STATUS,         ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_qpigs), 21},  \
    {"QPIGS",    "2014", ASK_OTHER,      ANSWER_ROWS,    NULL,      ' ', false, pi30_qpigs, PI30_QPIGS_2014_ROWS, PI30_QPIGS_2014_ROWS, true}, \
    {"QMOD",     "", ASK_MODE,           ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_mode), 1, true}, \
    {"QPIWS",    "", ASK_WARNINGS,       ANSWER_BITS,    NULL,      ' ', false, ROWS(pi30_warnings)},   \
    {"QMCHGCR",  "", ASK_CHARGE_LIST,    ANSWER_LIST,    NULL,      ' ', false, ROWS(pi30_amperes)},    \
    {"QMUCHGCR", "", ASK_AC_CHARGE_LIST, ANSWER_LIST,    NULL,      ' ', false, ROWS(pi30_amperes)},    \
    {"QMSCHGCR", "", ASK_OTHER,          ANSWER_LIST,    NULL,      ' ', false, ROWS(pi30_amperes)},    \
    {"QBATCD",   "", ASK_CHARGER_SWITCH, ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_switches), 1, true}

/* What else there is to ask; QPGSn differs on PI41. */
#define PI30_MORE                                                                                      \
    {"QFLAG",    "", ASK_FLAGS,          ANSWER_FLAGS,   NULL,      ' ', false, ROWS(pi30_flags)},      \
    {"QDI",      "", ASK_DEFAULTS,       ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_qdi), 25},    \
    {"Q1",       "", ASK_STAGE,          ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_q1), 17},     \
    {"Q1",       "47", ASK_OTHER,        ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_q1_short), 13, true}, \
    {"QBMS",     "", ASK_BMS,            ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_qbms), 10},   \
    {"QBEQI",    "", ASK_OTHER,          ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_qbeqi), 10},  \
    {"QT",       "", ASK_TIME,           ANSWER_TIME,    NULL,      ' ', false, ROWS(pi30_time)},       \
    {"QET",      "", ASK_ENERGY_PV,      ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_pv_energy), 1, true}, \
    {"QEYyyyy",     "", ASK_OTHER,       ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_energy_then), 1, true}, \
    {"QEMyyyymm",   "", ASK_OTHER,       ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_energy_then), 1, true}, \
    {"QEDyyyymmdd", "", ASK_OTHER,       ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_energy_then), 1, true}, \
    {"QLT",      "", ASK_ENERGY_LOAD,    ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_load_energy), 1, true}, \
    {"QLYyyyy",     "", ASK_OTHER,       ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_energy_then), 1, true}, \
    {"QLMyyyymm",   "", ASK_OTHER,       ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_energy_then), 1, true}, \
    {"QLDyyyymmdd", "", ASK_OTHER,       ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_energy_then), 1, true}, \
    {"QOPPT",    "", ASK_OTHER,          ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_qoppt), 28, true}, \
    {"QCHPT",    "", ASK_OTHER,          ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_qchpt), 28, true}, \
    {"QBOOT",    "", ASK_OTHER,          ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_qboot), 1, true}, \
    {"QOPM",     "", ASK_OTHER,          ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_qopm), 1, true}, \
    {"QCST",     "", ASK_OTHER,          ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_qcst), 1, true}, \
    {"QCVT",     "", ASK_OTHER,          ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_qcvt), 1, true}, \
    {"QLED",     "", ASK_OTHER,          ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_qled), 6}

#define PI30_QPIGS2_MAX                                                                                \
    {"QPIGS2",   "MAX", ASK_STATUS2,     ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_qpigs2), 3, true}

#define PI30_QPGSN                                                                                     \
    {"QPGSn",    "", ASK_PARALLEL,       ANSWER_ROWS,    NULL,      ' ', false, ROWS(pi30_qpgs), 27}

/* Setters that all of them have. */
#define PI30_SETTERS                                                                                   \
    {SET_CHARGER_OFF,      {"PBATCD###"},      CHARGER_OFF,      0,   0,  0, ASK_OTHER, WHEN_ALWAYS},    \
    {SET_FLOAT,            {"PBFT##.#"},       FLOAT_DV,       480, 584,  1, ASK_OTHER, WHEN_USER_BATTERY}, \
    {SET_BULK,             {"PCVV##.#"},       BULK_DV,        480, 584,  1, ASK_OTHER, WHEN_USER_BATTERY}, \
    {SET_OUTPUT_PRIORITY,  {"POP##"},          OUTPUT_PRIORITY,  0,   2,  1, ASK_OTHER, WHEN_ALWAYS},    \
    {SET_RECHARGE,         {"PBCV##.#"},       RECHARGE_DV,    440, 510, 10, ASK_OTHER, WHEN_ALWAYS},    \
    {SET_REDISCHARGE,      {"PBDV##.#"},       REDISCHARGE_DV, 480, 580, 10, ASK_OTHER, WHEN_ALWAYS},    \
    {SET_CUTOFF,           {"PSDV##.#"},       CUTOFF_DV,      400, 480,  1, ASK_OTHER, WHEN_USER_BATTERY}, \
    {SET_DISCHARGE_MAX,    {"PBATMAXDISC###"}, DISCHARGE_MAX_A, 30, 150, 10, ASK_OTHER, WHEN_ALWAYS},    \
    {SET_PV_BALANCE,       {"PSPB#"},          PV_BALANCE,       0,   1,  1, ASK_OTHER, WHEN_ALWAYS},    \
    {SET_BATTERY_TYPE,     {"PBT##"},          BATTERY_TYPE,     0,   0,  0, ASK_OTHER, WHEN_ALWAYS},    \
    {SET_INPUT_RANGE,      {"PGR##"},          INPUT_RANGE,      0,   0,  0, ASK_OTHER, WHEN_ALWAYS},    \
    {SET_OUTPUT_MODE,      {"POPM##"},         OUTPUT_MODE,      0,   0,  0, ASK_OTHER, WHEN_STANDBY}

#endif
