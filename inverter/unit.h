/* One Axpert-style inverter over a byte stream: asks, checks, remembers, sets with proof.
 *
 * inverter/pi30.h knows the words; this is the conversation. It never waits, reads a clock
 * or touches a descriptor: bytes come in, bytes to send come out, time is an argument.
 * Timing and traps: docs/axpert.md, The line.
 *
 * Asking. First who it is (QPI, QID, QVFW, QMCHGCR, QBATCD, QPIRI), then QPIGS, QMOD and, where
 * the unit has it, QPIGS2 each second, QPIWS each 5 s, QPIRI and QBATCD each minute. One request is
 * under way at a time; a reply that does not come or does not check is asked for three times. When
 * a question that every unit can answer stays silent, the unit counts as gone and is identified
 * anew: another one may be there. A NAK is believed the second time, for ten minutes.
 *
 * Setting. Nothing is written before the unit is identified, nor where the unit already has the
 * value. A setter's ACK means parsed, not applied: a second later the setting is read back (QPIRI;
 * QBATCD for the charger switch) and is CONFIRMED only when it is there, tried once more when not,
 * and then REFUSED. A setter without an answer is read back too, never repeated blindly. Each write
 * may cost the inverter's EEPROM, hence:
 * - at most writes_per_day of one setting, dwell_ms apart;
 * - yet towards safety (charge current lower, charger off) without dwell, and up to twice the
 *   budget; a value that was refused waits for the dwell either way;
 * - a command that takes the PV current away (unit_config.pv_command) has no dwell: a string waits;
 *   nothing can be read back of it, its ACK is believed, and the string's current is the proof;
 * - a NAK is no write. A setting whose every form is NAKed twice is unsupported, and asked again
 *   after ten minutes. The charger switch is unsupported where it cannot be read back. */
#ifndef BUSBAR_INVERTER_UNIT_H
#define BUSBAR_INVERTER_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/reading.h"
#include "core/verdict.h"
#include "inverter/protocol.h"

struct unit_readings {
    struct reading grid_dV, grid_dHz;      /* tenths */
    struct reading output_dV, output_dHz;
    struct reading output_VA, output_W, load_percent;
    struct reading battery_cV;             /* hundredths of a volt */
    struct reading charge_mA;              /* >= 0, into the battery, 1 A steps */
    struct reading discharge_mA;           /* >= 0 */
    struct reading pv_mA[2], pv_dV[2], pv_W[2];  /* [1] where there is a second input; [0] current
                                            * from power and voltage where the unit gives none */
    struct reading heatsink_C;
    struct reading mode;                   /* enum unit_mode */
    struct reading warnings_low, warnings_high;  /* QPIWS bits 0-31, 32-63; 31 to 33 stay 0 on
                                            * answers of 36 characters, see pi30.h */
    struct reading output_priority, charger_priority;
    struct reading charge_max_A, ac_charge_max_A;   /* as set, QPIRI 15 and 14 */
    struct reading rated_VA, rated_W, rated_dA;
    struct reading bulk_dV, float_dV;
    struct reading charger_off;            /* 1 after PBATCD110 was confirmed by QBATCD */
    struct reading pv_off;      /* 1 after pv_command[1] was ACKed; never heard: unknown */
    char serial[24];                       /* QID; "" until known */
    char firmware[24];                     /* QVFW */
    char protocol[8];                      /* QPI: "PI30" */
};

/* What is wanted of each setting, in the unit of what reads it back; -1 = leave alone. Written only
 * on change, in the unit's own steps, with dead band and dwell, each confirmed by reading back.
 * SET_CHARGE_MAX is rounded down to an allowed value; below the least one (10 A mostly, there is no
 * 0) it is the least: then use SET_CHARGER_OFF (0/1). SET_PV_OFF (0/1) only where
 * unit_config.pv_command is given. SET_OUTPUT_PRIORITY: enum output_priority. */
struct unit_orders {
    int32_t want[SETTINGS];
};

/* One setter's way. */
enum setting_state {
    SETTING_IDLE,
    SETTING_WANTED,
    SETTING_SENT,
    SETTING_ACKED,
    SETTING_CONFIRMED,
    SETTING_REFUSED
};
const char *setting_state_name(enum setting_state state);   /* "confirmed" */
const char *setting_name(enum setting setting);             /* "charge_max_A" */
const char *setting_label(enum setting setting);            /* for people: "charge current" */

struct unit_config {
    char name[24];
    int32_t answer_ms;       /* whole reply, default 1500 */
    int32_t gap_ms;          /* between bytes, default 100 */
    int32_t pause_ms;        /* after a reply, default 50 */
    int32_t setter_pause_ms; /* after a setter, default 1000 */
    int32_t dwell_ms;        /* between writes of one parameter, default 60000 */
    int32_t writes_per_day;  /* per parameter, default 50 */
    char pv_command[2][16];  /* [1] takes all PV current away, [0] gives it back; "" = none */
};

enum { UNIT_BUFFER = 256, UNIT_LIST = 32 };

struct unit_setting {
    enum setting_state state;
    int32_t want, wrote;         /* as the unit knows it: want is rounded; -1 = nothing */
    uint8_t tries;               /* writes in this attempt */
    int64_t wrote_ms;            /* last sent, 0 = never */
    uint16_t writes_today;       /* in the day that began at day_ms */
    uint32_t writes;             /* since unit_init; the caller may set it from its memory */
    bool unsupported;            /* NAKed twice in every form, or not to be read back */
    bool proven;                 /* ACKed since it was identified: its form is right */
    bool refused;                /* the last write was */
    uint8_t form;                /* of the request, see pi30_set_charge */
    int64_t retry_ms;            /* unsupported until then */
};

/* Further members are the unit's own business; see unit.c. */
struct unit {
    struct unit_config config;
    struct unit_readings readings;
    struct unit_orders orders;
    struct unit_setting settings[SETTINGS];
    int32_t charge_list_A[UNIT_LIST];      /* QMCHGCR */
    uint8_t charge_list_count;
    struct verdict_counts verdicts;
    uint32_t answers, naks, timeouts;
    int64_t heard_ms;                      /* newest good answer */
    /* conversation */
    uint8_t rx[UNIT_BUFFER];
    size_t rx_len;
    int64_t rx_ms, asked_ms, quiet_until_ms;
    uint8_t asking;                        /* enum pi30_command + 1, 0 = none */
    uint8_t again;                         /* the same to be asked again, 0 = none */
    uint8_t tries, refusals;               /* of the request under way: sent, NAKed */
    bool broken;                           /* a reply ended and was no answer */
    uint32_t settled;                      /* bit per command: answered or known to be lacking */
    uint32_t lacking;                      /* bit per command: NAKed twice or silent */
    int64_t due_ms[24];                    /* per command */
    uint8_t setting_now;                   /* setting + 1 being written and proved, 0 = none */
    int64_t day_ms;
    bool identified;
};

/* Zeros in config take the defaults. */
void unit_init(struct unit *unit, const struct unit_config *config, int64_t now_ms);

/* Bytes that came from the port: any, any number. */
void unit_bytes(struct unit *unit, const uint8_t *bytes, size_t count, int64_t now_ms);

/* One step: at most one request to send goes to out (room >= 32); *count is its length, 0 = none.
 * *drain is set when the port's input must be thrown away first. Returns the next wake time, later
 * than now; step also after unit_bytes and unit_order. */
int64_t unit_step(struct unit *unit, uint8_t *out, size_t room, size_t *count, bool *drain,
                  int64_t now_ms);

/* Every setting left alone. */
struct unit_orders unit_orders_none(void);

void unit_order(struct unit *unit, const struct unit_orders *orders);

/* The port came back or was lost: an answer under way is forgotten. */
void unit_port_changed(struct unit *unit, int64_t now_ms);

#endif
