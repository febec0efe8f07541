/* One Axpert-style inverter over a byte stream: asks, checks, remembers, sets with proof.
 *
 * inverter/protocol.h has the words as tables, one for each family of models; this is the
 * conversation, the same for all. It never waits, reads a clock or touches a descriptor: bytes come
 * in, bytes to send come out, time is an argument. Timing and traps: docs/axpert.md, The line.
 *
 * Who is it? The protocol's question is asked in each framing in turn, PI30's most often. Of the
 * protocols that take its answer, the one whose layouts fit the answers to ratings and status best
 * is spoken (unit.protocol); of equals the more general one. unit_config.protocol overrides that.
 *
 * Asking. Status, mode and second input in turn, as fast as the line goes; warnings each 5 s;
 * settings and counters each minute; a fault mode or a new warning has both read at once. One
 * request is under way at a time; what does not come or does not check is asked for three times. A
 * late reply is never taken for another's: units answer in order, so after any missing reply a
 * question is asked first whose answer looks like no other, and nothing is believed until it came.
 * An answer to a question that is repeated keeps its form (length, which characters are digits);
 * one of another form is asked for again at once and believed when the next one is alike. So is
 * another mode, but for a fault.
 * When a question that every unit can answer stays silent, the unit counts as gone and is
 * identified anew. A NAK is believed the second time, and what a unit lacks for ten minutes.
 *
 * Setting. Nothing is written before the unit is identified, nor where the unit already has the
 * value, nor what the protocol's table, the unit's own list or the setter's precondition rules out.
 * A setter's ACK means parsed, not applied: a second later the setting is read back and is CONFIRMED
 * only when it is there, tried once more when not, and then REFUSED, with the reason. A setter
 * without an answer is read back too, never repeated blindly. Each write may cost the inverter's
 * EEPROM, hence:
 * - at most writes_per_day of one setting, dwell_ms apart; a current rises by 2 A or more at a time;
 * - yet towards safety (charge current or voltage lower, charger off) without dwell, and up to twice
 *   the budget; a value that was refused waits for the dwell either way;
 * - a command that takes the PV current away (unit_config.pv_command) has no dwell: a string waits;
 *   nothing can be read back of it, its ACK is believed, and the string's current is the proof;
 * - a NAK is no write. A setting whose every form is NAKed twice is unsupported, and asked again
 *   after ten minutes, as is one whose proof cannot be read;
 * - float and bulk voltage are written in the order that keeps float at or below bulk;
 * - battery type, input range and output mode only where unit_orders.person says that a person asked.
 *
 * Units in parallel answer for each other (QPGSn): see struct unit_parallel. */
#ifndef BUSBAR_INVERTER_UNIT_H
#define BUSBAR_INVERTER_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/reading.h"
#include "core/verdict.h"
#include "inverter/protocol.h"

/* Values as the unit tells them; those of enums by inverter/protocol.h. */
struct unit_readings {
    struct reading grid_dV, grid_dHz;      /* tenths */
    struct reading output_dV, output_dHz;
    struct reading output_VA, output_W, load_percent;
    struct reading bus_V;
    struct reading battery_cV;             /* hundredths of a volt */
    struct reading charge_mA;              /* >= 0, into the battery, 1 A steps mostly */
    struct reading discharge_mA;           /* >= 0 */
    struct reading capacity_percent;       /* by voltage: worth little */
    struct reading pv_mA[2], pv_dV[2], pv_W[2];  /* [1] where there is a second input; current from
                                            * power and voltage where the unit gives none */
    struct reading feed_W;                 /* into the grid */
    struct reading heatsink_C;
    struct reading mode;                   /* enum unit_mode */
    struct reading charge_stage;           /* enum charge_stage */
    struct reading status_flags;           /* bits of enum status_flag */
    struct reading warnings_low, warnings_high;  /* bits of enum unit_warning, 0-31 and 32-63; 31 to
                                            * 33 stay 0 on answers of 36 characters, see answer.h */
    struct reading fault_code;             /* as the documents number them, 0 = none; of a unit alone
                                            * from the warnings, where their place is certain */
    struct reading output_priority, charger_priority;   /* enums of those names */
    struct reading charge_max_A, ac_charge_max_A, discharge_max_A;   /* as set */
    struct reading rated_dV, rated_dA, rated_VA, rated_W, rated_battery_dV;
    struct reading bulk_dV, float_dV, cutoff_dV, recharge_dV, redischarge_dV;
    struct reading battery_type, input_range, output_mode, pv_balance;   /* PI30 numbering */
    struct reading parallel_max, machine_type, topology;
    struct reading energy_pv_Wh, energy_load_Wh;   /* since it was made, by its own count */
    struct reading charger_off;            /* 1 after it was confirmed */
    struct reading pv_off;      /* 1 after pv_command[1] was ACKed; never heard: unknown */
    char serial[24];                       /* "" until known, as the others */
    char firmware[24];
    char protocol[8];                      /* as it calls its own: "PI30" */
    char model[24];                        /* "VMIII-6000"; "unknown" where it tells none */
};

/* What is wanted of each setting, in the unit of the quantity that reads it back; -1 = leave alone.
 * SET_CHARGE_MAX, SET_AC_CHARGE_MAX and SET_DISCHARGE_MAX are rounded down to an allowed value;
 * below the least one (10 A mostly, there is no 0) it is the least: then use SET_CHARGER_OFF (0/1).
 * SET_PV_OFF (0/1) only where unit_config.pv_command is given. */
struct unit_orders {
    int32_t want[SETTINGS];
    uint32_t person;             /* bit per setting: a person asked for it */
};

/* One setter's way, and why it goes no further. */
enum setting_state {
    SETTING_IDLE,
    SETTING_WANTED,
    SETTING_SENT,
    SETTING_ACKED,
    SETTING_CONFIRMED,
    SETTING_REFUSED
};
enum setting_reason {
    REASON_NONE,
    REASON_UNSUPPORTED,          /* no such setter, or nothing to read it back by */
    REASON_NOT_ALLOWED,          /* not among the values of the unit's list or the setter's range */
    REASON_USER_BATTERY,         /* only with battery type "user" */
    REASON_STANDBY,              /* only while the output is off */
    REASON_PERSON,               /* only on a person's request */
    REASON_CONTRADICTED,         /* another order is against it: float above bulk */
    REASON_PARTNER,              /* waits until float or bulk made room */
    REASON_DWELL,                /* waits: it was written a short while ago */
    REASON_BUDGET,               /* waits: written too often today */
    REASON_SMALL,                /* waits: too little to be worth a write; never a person's */
    REASON_NUMBER,               /* waits a moment: its number in parallel is not known yet */
    REASON_NAKED,                /* NAKed twice */
    REASON_NOT_APPLIED,          /* ACKed or silent, and reads otherwise */
    REASON_NO_ANSWER,            /* what reads it back stayed silent */
    REASONS
};
const char *setting_state_name(enum setting_state state);      /* "confirmed" */
const char *setting_reason_text(enum setting_reason reason);   /* "the unit said no twice"; "" */
const char *setting_name(enum setting setting);                /* "charge_max_A" */
const char *setting_label(enum setting setting);               /* for people: "charge current" */

struct unit_config {
    char name[24];
    char protocol[16];       /* of protocols[]; "" = whichever fits */
    uint8_t parallel;        /* units to ask after by QPGSn while it is in parallel, 0 = none */
    int32_t answer_ms;       /* whole reply, default 1500 */
    int32_t gap_ms;          /* between bytes, default 100 */
    int32_t pause_ms;        /* after a reply, default 25: its own turnaround is 40 and more */
    int32_t setter_pause_ms; /* after a setter, default 1000 */
    int32_t dwell_ms;        /* between writes of one parameter, default 60000 */
    int32_t writes_per_day;  /* per parameter, default 50 */
    char pv_command[2][16];  /* [1] takes all PV current away, [0] gives it back; "" = none */
};

enum { UNIT_BUFFER = 256, UNIT_REQUEST = 64, UNIT_LIST = 32, UNIT_PARALLELS = 10, UNIT_SYNCS = 4 };

struct unit_setting {
    enum setting_state state;
    enum setting_reason reason;
    int32_t want, wrote;         /* as the unit knows it: want is rounded; -1 = nothing */
    uint8_t tries;               /* writes in this attempt */
    int64_t wrote_ms;            /* last sent, 0 = never */
    uint16_t writes_today;       /* sent and not NAKed in the day that began at day_ms */
    uint32_t writes;             /* ACKed or silent; the caller may set it from its memory */
    bool unsupported;            /* NAKed twice in every form, or not to be read back */
    bool proven;                 /* ACKed since it was identified: its form is right */
    bool refused;                /* the last write was, */
    enum setting_reason verdict; /* for this reason */
    uint8_t form;                /* of the setter's forms */
    int64_t retry_ms;            /* unsupported until then */
};

/* What this unit says of one unit in parallel, itself among them. Kept by serial number: the number
 * asked with is dealt anew at each start (docs/axpert.md). */
struct unit_parallel {
    char serial[24];             /* "" = none here */
    uint8_t number;              /* n, this time */
    int64_t heard_ms;
    bool exists;                 /* 0 was captured with good values: judge by those */
    int32_t mode, fault_code;
    int32_t grid_dV, output_dV, output_VA, output_W, load_percent;
    int32_t battery_cV, charge_mA, discharge_mA;
    int32_t output_mode, charger_priority;
    int32_t total_charge_A, total_VA, total_W, total_percent;   /* of all units */
};

/* How the answers to a question that is repeated are written, as fingerprints; 0 = none. Power and
 * current have one digit more at times, hence two that are known. */
struct unit_form {
    uint32_t known[2];           /* the newest believed first */
    uint32_t fresh;              /* told once */
};

/* Of the port, since unit_init. */
struct unit_statistics {
    uint32_t requests, answers;
    uint32_t naks, timeouts;
    uint32_t checks;             /* replies whose CRC does not fit */
    uint32_t shapes;             /* good CRC, yet not of this question: shape, range or form */
    uint32_t late;               /* came after their time, and were passed over */
    int32_t round_ms;            /* between the last two status answers, 0 = unknown */
};

/* Further members are the unit's own business; see unit.c. */
struct unit {
    struct unit_config config;
    const struct protocol *protocol;       /* as spoken; NULL until known */
    bool fitted;                           /* protocol by its layouts, not by name */
    struct unit_readings readings;
    struct unit_orders orders;
    struct unit_setting settings[SETTINGS];
    int32_t charge_list_A[UNIT_LIST], ac_charge_list_A[UNIT_LIST];   /* what it allows */
    uint8_t charge_list_count, ac_charge_list_count;
    struct unit_parallel parallel[UNIT_PARALLELS];
    struct unit_statistics statistics;
    struct verdict_counts verdicts;
    int64_t heard_ms;                      /* newest good answer */
    int64_t day_ms;                        /* the day of writes_today began; the caller may set it */
    bool identified;
    int64_t since_ms;                      /* when asking who it is began */
    /* conversation */
    uint8_t rx[UNIT_BUFFER];
    size_t rx_len;
    int64_t rx_ms, asked_ms, quiet_until_ms, status_ms;
    uint8_t asking;                        /* enum ask + 1, 0 = none */
    uint8_t again;                         /* the same to be asked again, 0 = none */
    uint8_t tries, refusals;               /* of the question under way: sent, NAKed */
    uint8_t sync_tries;
    bool broken;                           /* a reply ended and was no answer */
    bool unsure;                           /* a reply is missing: first get in step again */
    bool syncing;                          /* asked for that only */
    bool doubt;                            /* its answer may be one to the same asked before */
    bool wary;                             /* a NAK may be one to something asked before */
    int64_t owed_ms[UNIT_SYNCS];           /* see unit_sync.c */
    uint8_t probe;                         /* which framing is tried next */
    uint8_t parallel_n;                    /* of QPGSn */
    uint32_t settled;                      /* bit per ask: answered or known to be lacking */
    uint32_t lacking;                      /* bit per ask: NAKed twice or silent */
    uint32_t candidates;                   /* bit per protocol that may be it */
    int32_t fit[16];                       /* of each protocol: how well its layouts fit */
    int64_t due_ms[ASKS];
    uint8_t missed[ASKS];                  /* silent so often in a row */
    struct unit_form forms[ASKS], parallel_forms[UNIT_PARALLELS];
    uint8_t setting_now;                   /* setting + 1 being written and proved, 0 = none */
};

/* Zeros in config take the defaults. */
void unit_init(struct unit *unit, const struct unit_config *config, int64_t now_ms);

/* Bytes that came from the port: any, any number. */
void unit_bytes(struct unit *unit, const uint8_t *bytes, size_t count, int64_t now_ms);

/* One step: at most one request to send goes to out (room >= UNIT_REQUEST); *count is its length, 0 = none.
 * *drain is set when the port's input must be thrown away first. Returns the next wake time, later
 * than now; step also after unit_bytes and unit_order. */
int64_t unit_step(struct unit *unit, uint8_t *out, size_t room, size_t *count, bool *drain,
                  int64_t now_ms);

/* What this unit takes of a setting: numbers of its list, or min to max in steps; and what the row
 * has words for, only that where words_only is set. False where it has no such setting. */
struct setting_allowed {
    const struct field_row *row;
    const int32_t *list;
    uint8_t count;               /* of list; 0 = min to max */
    int32_t min, max, step;      /* in the setting's unit, for this unit's battery */
    bool words_only;
};
bool unit_allows(const struct unit *unit, enum setting setting, struct setting_allowed *allowed);

/* Every setting left alone. */
struct unit_orders unit_orders_none(void);

void unit_order(struct unit *unit, const struct unit_orders *orders);

/* The port came back or was lost: an answer under way is forgotten. */
void unit_port_changed(struct unit *unit, int64_t now_ms);

#endif
