/* What a family of inverters says, as tables: a framing, its questions with the shape of each
 * answer, and its setters. No code per model.
 *
 * inverter/answer.h judges an answer by these tables; inverter/unit.h talks by them. A new model is
 * nothing at all where a protocol here fits, else a file inverter/protocol_NAME.c with one row per
 * field under a captured answer, and its name in protocols[] (inverter/protocols.c).
 *
 * Facts: the vendor's documents PI30 (HS/MS/MSX 2014, KS/MKS 2015, GK/MK, MAX 2021, REVO 2020),
 * PI41 (LV5048 2019), PI18 (InfiniSolar V 2017), PI17 (InfiniSolar 2016, 2022) and captured answers;
 * docs/axpert.md. */
#ifndef BUSBAR_INVERTER_PROTOCOL_H
#define BUSBAR_INVERTER_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How requests and answers are wrapped. CRC16/XMODEM everywhere, see inverter/answer.h. */
enum framing {
    FRAMING_PI30,    /* QPIGS crc CR -> (.. crc CR;  ACK and NAK in the same frame */
    FRAMING_PI18,    /* ^P005GS crc CR -> ^Dnnn.. crc CR, ^1 crc CR, ^0 crc CR; nnn counts what
                      * follows it, CRC and CR included */
    FRAMING_PI17,    /* as PI18, its requests without a CRC */
    FRAMINGS
};

/* How a field is written. The width differs from model to model, so it is no part of the form. */
enum field_form {
    FORM_PLAIN,      /* digits */
    FORM_POINT,      /* digits, point, digits */
    FORM_EITHER,
    FORM_DASH,       /* digits, or "-" for none, which reads as -1 */
    FORM_BITS,       /* a row of 0 and 1; the value has the last one as bit 0 */
    FORM_LETTER,     /* one character; the value is its code */
    FORM_TEXT,       /* printable, without a separator; the value is the length */
    FORM_SCALED,     /* digits whose last `decimals` stand behind a point that is not written:
                      * PI18's 2301 is 230.1 V */
    FORM_BLANK,      /* as FORM_SCALED; or nothing, or only '-' and '.', which reads as FIELD_NONE */
    FORM_CODE,       /* digits that are one of the row's words */
    FORM_DIGITS,     /* min to max digits, too many for a number; the value is how many */
    FORM_DIGIT       /* one digit, and the next row follows without a separator */
};

/* Nothing was measured. FORM_DASH reads "-" as -1 instead. */
#define FIELD_NONE INT32_MIN

/* What the controller takes from a field, with the unit it is kept in: DV tenths of a volt, CV
 * hundredths, DHZ tenths of a hertz, DA tenths of an ampere, MA milliamperes. Rows give their own
 * decimals; who reads them scales. */
enum quantity {
    QUANTITY_NONE,
    GRID_DV, GRID_DHZ, OUTPUT_DV, OUTPUT_DHZ, OUTPUT_VA, OUTPUT_W, LOAD_PERCENT, BUS_V,
    BATTERY_CV, CHARGE_MA, DISCHARGE_MA, CAPACITY_PERCENT, HEATSINK_C,
    PV_MA, PV_DV, PV_W, PV2_MA, PV2_DV, PV2_W, FEED_W,
    MODE,                /* enum unit_mode, by words */
    CHARGE_STAGE,        /* enum charge_stage, by words */
    STATUS_FLAGS,        /* numbers of enum status_flag, by words; several rows add up */
    WARNINGS,            /* numbers of enum unit_warning, by words: of a bit that is set, or of the
                          * row's whole value; several rows add up. ANSWER_BITS: see there */
    FAULT_CODE,          /* as the documents number them; 0 = none */
    RATED_DV, RATED_DA, RATED_VA, RATED_W, RATED_BATTERY_DV,
    CHARGE_MAX_A, AC_CHARGE_MAX_A, DISCHARGE_MAX_A, CHARGER_OFF,
    OUTPUT_PRIORITY,     /* enum output_priority, by words: PI18 numbers them otherwise */
    CHARGER_PRIORITY,    /* enum charger_priority, by words */
    BATTERY_TYPE, INPUT_RANGE, OUTPUT_MODE, PARALLEL_MAX, MACHINE_TYPE, TOPOLOGY, PV_BALANCE,
    BULK_DV, FLOAT_DV, CUTOFF_DV, RECHARGE_DV, REDISCHARGE_DV,
    ENERGY_PV_WH, ENERGY_LOAD_WH,   /* since the unit was made, by its own count */
    BATTERY_MA,          /* + charges */
    QUANTITIES
};

/* What the words of a quantity mean. PI30's own numbers where it has one, since most speak it. */
enum unit_mode {
    MODE_UNKNOWN,
    MODE_POWER_ON,
    MODE_STANDBY,
    MODE_LINE,
    MODE_BATTERY,
    MODE_FAULT,
    MODE_SHUTDOWN,
    MODE_SAVING,
    MODE_CHARGING,
    MODE_BYPASS,
    MODE_ECO
};
enum output_priority {
    OUTPUT_UTILITY = 0, OUTPUT_SOLAR = 1, OUTPUT_SBU = 2,
    OUTPUT_OTHER = 3     /* clones print it, no document says what */
};
enum charger_priority {
    CHARGER_UTILITY_FIRST = 0, CHARGER_SOLAR_FIRST = 1, CHARGER_SOLAR_AND_UTILITY = 2,
    CHARGER_SOLAR_ONLY = 3
};
enum charge_stage { STAGE_UNKNOWN, STAGE_NONE, STAGE_BULK, STAGE_ABSORB, STAGE_FLOAT };

/* Bit numbers of QUANTITY STATUS_FLAGS, as b0 to b10 of QPIGS. */
enum status_flag {
    FLAG_AC_CHARGING, FLAG_SCC_CHARGING, FLAG_CHARGING, FLAG_BATTERY_STEADY, FLAG_LOAD_ON,
    FLAG_SCC_UPDATED, FLAG_CONFIG_CHANGED, FLAG_SBU_VERSION,
    FLAG_DUSTPROOF, FLAG_SWITCHED_ON, FLAG_FLOATING
};

/* Bit numbers of QUANTITY WARNINGS: those of QPIWS, the first character is bit 0. Where they stand
 * apart (31 to 33), see struct answer, digits. */
enum unit_warning {
    WARNING_PV_LOSS = 0, WARNING_INVERTER_FAULT = 1, WARNING_BUS_OVER = 2, WARNING_BUS_UNDER = 3,
    WARNING_BUS_SOFT_FAIL = 4, WARNING_LINE_FAIL = 5, WARNING_OUTPUT_SHORT = 6,
    WARNING_OUTPUT_LOW = 7, WARNING_OUTPUT_HIGH = 8, WARNING_OVER_TEMPERATURE = 9,
    WARNING_FAN_LOCKED = 10, WARNING_BATTERY_HIGH = 11, WARNING_BATTERY_LOW = 12,
    WARNING_BATTERY_UNDER = 14, WARNING_DERATING = 15, WARNING_OVERLOAD = 16,
    WARNING_EEPROM = 17, WARNING_OVER_CURRENT = 18, WARNING_SOFT_START = 19,
    WARNING_SELF_TEST = 20, WARNING_DC_ON_OUTPUT = 21, WARNING_BATTERY_OPEN = 22,
    WARNING_CURRENT_SENSOR = 23, WARNING_BATTERY_SHORT = 24, WARNING_POWER_LIMIT = 25,
    WARNING_PV_HIGH = 26, WARNING_MPPT_OVERLOAD_FAULT = 27, WARNING_MPPT_OVERLOAD = 28,
    WARNING_BATTERY_TOO_LOW = 29, WARNING_DCDC_OVER_CURRENT = 30, WARNING_BATTERY_WEAK = 31,
    WARNING_PV_ENERGY_LOW = 33, WARNING_AC_HIGH_AT_START = 34, WARNING_EQUALISING = 35
};

/* What a number, a letter or (FORM_BITS) a bit means. Ends with text NULL. */
struct field_word {
    int32_t code;
    int32_t means;       /* in the quantity's own enum; for bits the number of the bit there */
    const char *text;    /* "battery first" */
};

struct field_row {
    const char *name;    /* "battery_voltage" */
    const char *unit;    /* "V", "" = none */
    enum field_form form;
    uint8_t decimals;    /* of the value kept: 1 = tenths; further ones are cut */
    int32_t min, max;    /* of the value kept; FORM_BITS and FORM_LETTER: number of characters */
    enum quantity is;
    const struct field_word *words;   /* or NULL */
    uint8_t width_min, width_max;     /* characters, where every model writes as many; 0 0 = any */
};

/* Why a question is asked; one purpose has at most one question in a protocol. */
enum ask {
    ASK_PROTOCOL,        /* its answer names the protocol */
    ASK_SERIAL, ASK_SERIAL_LONG, ASK_MODEL, ASK_FIRMWARE, ASK_FIRMWARE2, ASK_FIRMWARE3,
    ASK_RATING,          /* ratings and settings: what most setters are read back from */
    ASK_STATUS, ASK_STATUS2, ASK_MODE, ASK_WARNINGS, ASK_STAGE,
    ASK_CHARGE_LIST, ASK_AC_CHARGE_LIST,
    ASK_CHARGER_SWITCH, ASK_PARALLEL, ASK_FLAGS, ASK_DEFAULTS, ASK_BMS, ASK_TIME,
    ASK_ENERGY_PV, ASK_ENERGY_LOAD,
    ASK_OTHER,           /* for people; any number of them */
    ASK_SETTINGS,        /* PI17 keeps them apart from the ratings */
    ASKS
};

/* What kind of answer it is. */
enum answer_kind {
    ANSWER_ROWS,         /* fields, one row each */
    ANSWER_LIST,         /* ascending numbers of the one row, 2 to 32 of them */
    ANSWER_BITS,         /* one long row of 0 and 1, first character = bit 0: warnings by number */
    ANSWER_FLAGS,        /* E, letters of what is enabled, D, letters of what is not */
    ANSWER_TEXT,         /* after prefix, characters of the row's form, min to max of them */
    ANSWER_ACK,          /* setters: ACK or NAK and nothing else */
    ANSWER_COUNTED,      /* as ANSWER_TEXT; its first two digits say how many of the others count */
    ANSWER_TIME          /* YYYYMMDDhhmmss, a time there is; kept as text */
};

struct question {
    const char *word;    /* "QPIGS", PI18 "GS"; lower-case n, y, m, d stand for digits: "QPGSn" */
    const char *layout;  /* which of several layouts of this word: "MAX"; "" = the only one */
    enum ask ask;
    enum answer_kind kind;
    const char *prefix;  /* text before the fields: "VERFW:"; NULL = none */
    char separator;      /* ' ' or ',' */
    bool sum;            /* REVO: not a CRC but one byte, (sum + 1) & 0xFF */
    const struct field_row *rows;
    uint8_t count;       /* rows */
    uint8_t least;       /* so many fields must be there; the others are taken while they fit */
    bool exact;          /* more than count is another layout */
};

/* What can be set. The order is urgency: what makes safe first. */
enum setting {
    SET_PV_OFF,          /* by the owner's own commands, see unit_config.pv_command */
    SET_CHARGER_OFF, SET_CHARGE_MAX, SET_AC_CHARGE_MAX,
    SET_FLOAT, SET_BULK, SET_OUTPUT_PRIORITY, SET_CHARGER_PRIORITY,
    SET_RECHARGE, SET_REDISCHARGE, SET_CUTOFF, SET_DISCHARGE_MAX, SET_PV_BALANCE,
    SET_BATTERY_TYPE, SET_INPUT_RANGE, SET_OUTPUT_MODE,
    SETTINGS
};

enum { SETTER_FORMS = 4 };

/* What must hold before it is sent. */
enum precondition {
    WHEN_ALWAYS,
    WHEN_USER_BATTERY,   /* the unit ignores it with another battery type, though it says ACK */
    WHEN_STANDBY         /* the output must be off */
};

struct setter {
    enum setting set;
    /* # is a digit of the value, left filled with zeros: "MNCHGC0###", "PCVV##.#". Several: tried in
     * turn while the unit NAKs them, or where the value has more digits than the form. */
    const char *form[SETTER_FORMS];
    enum quantity proof;         /* must read so afterwards; its row's words turn meaning to code */
    int32_t min, max, step;      /* of the quantity; 0 0 0: those of words, or of list. Volts of the
                                  * battery are those of a 48 V unit: a 24 V unit has half. A value
                                  * among the words of the proof's row is allowed besides */
    enum ask list;               /* ASK_CHARGE_LIST: only these values; ASK_OTHER = no list */
    enum precondition when;
    enum quantity partner;       /* the unit sets two at once: @ in the form are digits of this one,
                                  * as it reads now */
};

struct protocol {
    const char *name;            /* "PI30", "PI30MAX", "PI18" */
    enum framing framing;
    const struct question *questions;
    size_t question_count;
    const struct setter *setters;
    size_t setter_count;
};

/* In the order they are tried, a general one before its variants. */
extern const struct protocol *const protocols[];
extern const size_t protocol_count;

/* The question that every setter is: ACK or NAK. */
extern const struct question question_ack;

/* NULL when there is none. */
const struct protocol *protocol_named(const char *name);

/* A setter's form with its value filled in; the length, 0 when it has more digits or no room. */
size_t setter_word(char *out, size_t room, const char *form, int32_t value);

/* The same where the form has a partner's @ too. */
size_t setter_word_with(char *out, size_t room, const char *form, int32_t value, int32_t partner);

/* The code by which row writes a meaning: true and *code, false when it has no word for it. A row
 * without words writes the meaning itself. */
bool field_code(const struct field_row *row, int32_t means, int32_t *code);

/* The row of a protocol's question that gives a quantity, *question is where; NULL = none. */
const struct field_row *protocol_row(const struct protocol *protocol, enum quantity is,
                                     const struct question **question);

/* Does the word asked ("QPGS1", "QED20251222") fit the question's word ("QPGSn", "QEDyyyymmdd")? So
 * does the word without its digits. */
bool question_is(const struct question *question, const char *word);
const struct question *protocol_question(const struct protocol *protocol, enum ask ask);
const struct setter *protocol_setter(const struct protocol *protocol, enum setting set);

#endif
