/* The plant as the wires see it: sun, strings, contacts, inverters, battery, car, house, grid.
 *
 * It speaks the same frames and PI30 lines as real parts, with encoders of its own written from
 * the documents. Stepped in memory by tests, or run by `busbar sim` behind real ports. It knows
 * the truth, and checks the invariants of docs/safety.md on it at every step.
 *
 * Everything the controller sends comes in by sim_frame and sim_bytes; everything the plant says
 * goes out by sim_frames and sim_answer; what nobody fetches is lost after 64 frames a bus. No
 * clock, heap, descriptor or print.
 *
 * Checked, by number: 1 2 3 4 5 6 8 9 11 12 15 16 17 18 19 20 22 23 24 31. Numbers 16, 17 and 19
 * need transfer contacts: without them no contact joins two AC outputs. */
#ifndef BUSBAR_SIM_SIM_H
#define BUSBAR_SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "can/frame.h"
#include "core/limits.h"

enum sim_bus { SIM_BACKBONE, SIM_BATTERY, SIM_NATIVE, SIM_BUSES };

/* The plant of UC001 has these sizes; the arrays are no larger than needed. */
enum {
    SIM_STRINGS = 8,
    SIM_INPUTS = 16,
    SIM_CONTACTS = 16,
    SIM_INVERTERS = 8,
    SIM_INVARIANTS = 37     /* by number, 0 unused */
};

struct sim_string_config {
    double tilt_deg, azimuth_deg;                         /* azimuth 180 = south */
    int modules;
    double voc_V, isc_A, vmp_V, imp_A;                    /* one module, STC */
    double voc_per_K, isc_per_K;                          /* relative */
    int home_contact;
};
struct sim_input_config {
    int inverter;
    double voc_max_V, mppt_min_V, mppt_max_V, isc_max_A, power_max_W, start_V;
    double detect_s, ramp_s;                              /* docs/axpert.md, Ratings */
};

/* What an inverter of the family is known to do wrong, or what wears it (docs/axpert.md, sources
 * there). The first group befalls single answers, at a rate; the second is a state. */
enum sim_quirk {
    SIM_QUIRK_NONE,
    SIM_QUIRK_CRC,              /* a wrong CRC */
    SIM_QUIRK_LATE,             /* after amount ms, when the host has given up */
    SIM_QUIRK_PREVIOUS,         /* the answer to the question before */
    SIM_QUIRK_NAK,              /* this and the next answers, amount in all, are NAK */
    SIM_QUIRK_LOST_BYTE,
    SIM_QUIRK_BIT,              /* one bit is wrong */
    SIM_QUIRK_SHIFTED,          /* the tail sampled three bits late, as captured on an 11 kW unit */
    SIM_QUIRK_LF,               /* LF for CR, as a terminal in its wrong mode makes it */
    SIM_QUIRK_PADDING,          /* zeros up to a multiple of 8, as USB reports carry them */
    SIM_QUIRK_HANG,             /* says nothing until its port is opened again */
    SIM_QUIRK_ACK_ONLY,         /* a setter is acknowledged and not applied */
    SIM_QUIRK_ENERGY_RESET,     /* its counters of energy start at 0 again */
    SIM_QUIRK_LAST_RATE = SIM_QUIRK_ENERGY_RESET,
    SIM_QUIRK_FROZEN,           /* measured values stay as they are */
    SIM_QUIRK_ECHO,             /* unknown words come back as they are, not as NAK */
    SIM_QUIRK_SILENT,           /* unknown words get no answer */
    SIM_QUIRK_BACK_DELAY,       /* from the grid to the battery only after amount seconds */
    SIM_QUIRK_EARLY_FLOAT,      /* floats all day when the sun starts weakly (4.2 item 1) */
    SIM_QUIRK_EEPROM,           /* worn after amount writes of one parameter: warning bit 17 */
    SIM_QUIRK_OFF,              /* its rear switch is off: standby */
    SIM_QUIRK_FAULT,            /* fault code amount: mode F */
    SIM_QUIRK_BATTERY_OFFSET,   /* it reads the battery amount volts too high */
    SIM_QUIRKS
};
struct sim_quirk_row {
    enum sim_quirk quirk;
    double rate;               /* of answers, 0..1; only of the first group */
    double from_s, to_s;       /* since the start; to_s 0 = for good */
    double amount;
};
enum { SIM_QUIRK_ROWS = 12 };

struct variant;                /* sim/variants.h */
struct sim_inverter_config {
    const char *serial, *model;
    int phase;                 /* 1..3 */
    int ac_from;               /* -1 = grid, -2 = none, else on this inverter's output */
    double rated_W, rated_A, idle_W, efficiency;
    const struct variant *variant;  /* NULL = MAX 8 kW */
    const char *firmware;      /* digits, NULL = the variant's */
    int group;                 /* works in parallel with those of the same number; 0 = alone */
    int output_mode;           /* QPIRI: 0 single, 1 parallel, 2 3 4 phase of three */
    bool staged;               /* its charger has bulk, absorb and float; else it only tapers */
    bool bms_port;             /* its BMS port is wired: sim_bms_wire */
    int quirks;
    struct sim_quirk_row quirk[SIM_QUIRK_ROWS];
};
/* What is written into an inverter's EEPROM, by parameter. */
enum sim_setting {
    SIM_SET_OUTPUT_PRIORITY, SIM_SET_CHARGER_PRIORITY, SIM_SET_CHARGE, SIM_SET_AC_CHARGE,
    SIM_SET_RECHARGE, SIM_SET_REDISCHARGE, SIM_SET_CUT_OFF, SIM_SET_BULK, SIM_SET_FLOAT,
    SIM_SET_BATTERY_TYPE, SIM_SET_INPUT_RANGE, SIM_SET_OUTPUT_MODE, SIM_SET_BALANCE,
    SIM_SET_FLAGS, SIM_SET_CV_TIME, SIM_SET_DISCHARGE, SIM_SET_SWITCHES, SIM_SET_OTHER,
    SIM_SETTINGS
};
struct sim_contact_config {
    int string, input, board, channel;   /* board 0 = node 0x10 */
    double operate_ms, release_ms;
};
/* Transfer contacts of the wallbox, on a board at node 0x15: source s has its line on channel 2s and
 * its neutral on 2s + 1, and is found standing on the first. */
struct sim_ac_config {
    int sources;               /* 0 = none */
    int inverter[4];           /* whose output each is */
};
struct sim_config {
    uint32_t seed;
    double latitude_deg;
    int day_of_year;
    double start_h;                    /* local solar time of the first step */
    double ambient_min_C, ambient_max_C;
    double cloudiness;                 /* 0 clear sky .. 1 */
    int strings, inputs, inverters, contacts;
    struct sim_string_config string[SIM_STRINGS];
    struct sim_input_config input[SIM_INPUTS];
    struct sim_inverter_config inverter[SIM_INVERTERS];
    struct sim_contact_config contact[SIM_CONTACTS];
    int switch_board, switch_channel[SIM_STRINGS]; /* -1 = this string has no switch */
    bool boards_drop;                  /* relay boards as delivered: let go when commands cease */
    double battery_Ah, battery_soc, battery_soh, battery_C;
    int battery_cells;
    double shunt_offset_mA, shunt_gain;   /* reading = truth * gain + offset */
    double cap;                        /* invariant 23 is checked against this + 0.01 */
    double house_W[4];                 /* [1..3] mean load of each phase */
    int wallbox_inverter;              /* feeds the wallbox */
    double car_arrive_h, car_leave_h;  /* local time; a negative leave = stays */
    struct sim_ac_config ac;
    double car_Ah_kWh, car_soc, car_target_soc, car_max_A;
};

/* The plant and afternoon of UC001: 3 strings, 4 inverters, 7 contacts, 600 Ah LFP. */
void sim_uc001(struct sim_config *config);
/* The same with transfer contacts (test/uc001-ac.yaml): inverter 3 stands alone, the wallbox is fed by
 * inverter 0's output or by its own. */
void sim_uc001_ac(struct sim_config *config);

enum sim_fault {
    SIM_FAULT_NONE,
    SIM_CONTACT_WELDED,
    SIM_CONTACT_STUCK_OPEN,
    SIM_CONTACT_SLOW,
    SIM_FEEDBACK_LOST,
    SIM_SWITCH_SHORTED,                /* semiconductor passes current though off */
    SIM_SENSOR_FROZEN,
    SIM_SENSOR_SILENT,
    SIM_BOARD_SILENT,
    SIM_BOARD_REBOOT,
    SIM_BMS_SILENT,
    SIM_INVERTER_SILENT,
    SIM_INVERTER_NOISE, /* bad CRC, late answers, NAKs */
    SIM_FOREIGN_FRAME,             /* somebody commands the contact board too, its own outputs */
    SIM_AC_WELDED,                 /* target: channel of the AC board; welds where it is closed */
    SIM_AC_SILENT,                 /* the AC board */
    SIM_BUS_LOSSY,                 /* target: bus; each fifth frame is lost, both ways */
    SIM_WALLBOX_SILENT,            /* hears, but says nothing */
    SIM_BUTTON_SILENT,             /* the emergency stop is on its node */
    SIM_SHUNT_SILENT,
    SIM_INVERTER_FAULT,            /* mode F: neither output nor sun while it lasts */
    SIM_FAULTS
};

/* What is really so, for views and checks. */
struct sim_truth {
    int64_t now_ms;
    double day_s;                      /* local time of day, seconds; runs past 86400 */
    double irradiance_Wm2;             /* on the first string's plane */
    double string_W[SIM_STRINGS], string_A[SIM_STRINGS], string_V[SIM_STRINGS];
    int string_input[SIM_STRINGS];     /* -1 isolated */
    bool contact_closed[SIM_CONTACTS];
    bool switch_on[SIM_STRINGS];
    double pv_W[SIM_INVERTERS], load_W[SIM_INVERTERS], grid_W[SIM_INVERTERS], dc_A[SIM_INVERTERS];
    char mode[SIM_INVERTERS];          /* QMOD letter */
    double battery_A, battery_V, battery_soc, battery_soc_max;  /* + charges; soc 0..1 */
    double wallbox_W, car_soc;
    char car_state;                    /* 'A'..'F' */
    double house_W[4];
    uint32_t violations[SIM_INVARIANTS];   /* by invariant number */
    uint32_t violations_total;
    char violation[160];               /* the first one, in words */
    uint32_t contact_operations[SIM_CONTACTS], contact_hot[SIM_CONTACTS];
    uint32_t stop_hot;  /* openings under current that the emergency stop may do */
    uint32_t transfers;                /* a string closed to another input than before */
    uint32_t setter_writes[SIM_INVERTERS];
    uint32_t writes[SIM_INVERTERS][SIM_SETTINGS];   /* the same by parameter: its EEPROM's wear */
    uint32_t quirks[SIM_INVERTERS][SIM_QUIRKS];     /* how often each has struck */
    uint32_t zero_crc[SIM_INVERTERS];  /* answers sent whose CRC has a byte 00 */
    uint32_t answers[SIM_INVERTERS];
    int ac_source;                     /* that feeds the wallbox's bus, -1 none */
    double ac_bus_V;
    uint32_t ac_changes, ac_operations;    /* to another source than before; of contacts */
};

struct sim;   /* sizeof in sim_size(); the caller owns the memory */
size_t sim_size(void);
void sim_init(struct sim *sim, const struct sim_config *config, int64_t now_ms);

/* Advances the plant to now_ms: in steps of 10 ms for a second after any relay output has changed,
 * else of at most 50 ms. */
void sim_step(struct sim *sim, int64_t now_ms);

/* How far it wants to go at a stretch: 10 or 50 ms. Frames about a contact come that much late. */
int64_t sim_pace_ms(const struct sim *sim);

void sim_frame(struct sim *sim, enum sim_bus bus, const struct frame *frame);
size_t sim_frames(struct sim *sim, enum sim_bus bus, struct frame *frames, size_t room);
void sim_bytes(struct sim *sim, int inverter, const uint8_t *bytes, size_t count);
size_t sim_answer(struct sim *sim, int inverter, uint8_t *bytes, size_t room);
/* Somebody has opened this inverter's port: what hung hangs no more. */
void sim_reopened(struct sim *sim, int inverter);
/* Adds a quirk from now on, in the config's terms; false when there is no room for it. */
bool sim_quirk(struct sim *sim, int inverter, const struct sim_quirk_row *row);

void sim_press_button(struct sim *sim);
/* The emergency stop on the button's node; it latches. */
void sim_stop(struct sim *sim, bool pressed);
void sim_car(struct sim *sim, bool plugged);
/* A person has reset the controller: what was under way is over, wherever it stands. */
void sim_reset(struct sim *sim);
void sim_cloud(struct sim *sim, double cloudiness);
void sim_set_soc(struct sim *sim, double soc);
/* target: contact, string, board or inverter index, as the fault needs. A contact welds or sticks
 * at once when it is closed (open), else when it next is. */
void sim_fault(struct sim *sim, enum sim_fault fault, int target, bool on);

/* --- how an inverter hears its battery: sim/bms_port.c --- */

/* None: it goes by its own settings. Port: RS-485, battery type LIB; it asks each second, and each
 * question waits 200 ms for its answer. CAN: it hears 0x351, 0x355, 0x35C and says 0x305 each second. */
enum sim_bms_link { SIM_BMS_NONE, SIM_BMS_PORT, SIM_BMS_CAN };
enum sim_bms_fault { SIM_BMS_WELL, SIM_BMS_CUT, SIM_BMS_DISOBEYS };
struct sim_bms_seen {
    int64_t heard_ms;          /* its battery's newest word, 0 = never had one */
    double limit_A;            /* its newest charge limit, INFINITY before the first */
    bool charge, discharge;
    int error;                 /* 61: its battery is lost; it neither charges nor discharges it */
    uint32_t asked, answered, refused, timeouts;
    uint32_t mistaken;         /* another question's answer: its number of cells is not the battery's */
    int64_t slowest_ms;        /* the longest wait for an answer that came */
};
void sim_bms_wire(struct sim *sim, int inverter, enum sim_bms_link link);
void sim_bms_fault(struct sim *sim, int inverter, enum sim_bms_fault fault);
void sim_bms_bytes(struct sim *sim, int inverter, const uint8_t *bytes, size_t count);
size_t sim_bms_says(struct sim *sim, int inverter, uint8_t *bytes, size_t room);
void sim_can_hear(struct sim *sim, int inverter, const struct frame *frame);
bool sim_can_says(struct sim *sim, int inverter, struct frame *frame);
const struct sim_bms_seen *sim_bms_seen(const struct sim *sim, int inverter);

const struct sim_truth *sim_truth(const struct sim *sim);

#endif
