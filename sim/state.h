/* The simulated plant's inside, shared by the files of sim/. */
#ifndef BUSBAR_SIM_STATE_H
#define BUSBAR_SIM_STATE_H

#include "sim/pi30_look.h"
#include "sim/sim.h"
#include "sim/twin.h"

enum {
    SIM_NODES = 5,
    SIM_BOARDS = 2,
    SIM_CHANNELS = 8,
    SIM_QUEUE = 64,
    SIM_LINE = 512,
    SIM_SHUNT_FRAMES = 4
};

struct sim_queue {
    struct frame frames[SIM_QUEUE];
    size_t count;
};

/* One string's curve at this second's sun and temperature. */
struct sim_pv {
    double isc_A, voc_V, c1, c2;
};

struct sim_mppt {
    double cap_V;               /* of its input capacitor */
    int64_t voltage_ms;         /* sees its start voltage since; 0 = not */
    double share;               /* of the maximum power it has found, 0..1 */
    unsigned strings;           /* bits: those that feed it */
    double best_V, best_W;      /* its working point with them, within its limits */
    bool stale;                 /* .. is to be sought again */
};

enum sim_stage { SIM_STAGE_NONE = 10, SIM_STAGE_BULK, SIM_STAGE_ABSORB, SIM_STAGE_FLOAT };   /* as Q1 numbers them */

struct sim_unit {
    char mode;                  /* QMOD letter */
    int code;                   /* its fault code, 0 = none */
    int group_code, number;     /* the fault its group gives it; its number there, 0 = master */
    double back_s;              /* the battery would be well enough for so long */
    int battery_type, input_range, output_mode, pv_ok, balance, cv_min, logic, discharge_max_A;
    uint32_t flags;             /* of QFLAG: bit 0 = a */
    enum sim_stage stage;
    double stage_s, bulk_s;     /* in it for so long; how long bulk was */
    double sun_s;               /* the sun is on it for so long, 0 = is not */
    int output_priority, charger_priority, charge_max_A, ac_charge_max_A;
    double to_grid_V, to_battery_V, cut_off_V, bulk_V, float_V;   /* PBCV PBDV PSDV PCVV PBFT */
    char switches[4];           /* PBATCD's digits as last set */
    bool charger_off, discharger_off;
    bool pv_off;       /* told to take no PV current */
    double pv_limit_W;          /* what may be taken next step */
    double load_W, pv_W, dc_W, grid_W;
    double pv_Ws, load_Ws;      /* since the start */
    double pv_day_Ws;           /* since midnight */
    double pv_base_Ws, load_base_Ws;   /* at which its counters were reset */
    double over_s, trip_s;      /* overload for so long; back in so long */
    bool ac_present;
    /* its serial line */
    uint8_t request[64];
    size_t request_len;
    uint8_t answer[SIM_LINE];
    size_t answer_len;
    int64_t answer_ms;          /* when it has left the line */
    uint8_t out[SIM_LINE];
    size_t out_len;
    uint32_t writes;
    bool silent, noisy, failed;
    uint32_t noise;
    uint8_t last[SIM_LINE];     /* its last answer as it should have been */
    size_t last_len;
    int naks;                   /* so many more in this burst */
    bool hung;                  /* until its port is opened again */
    uint32_t quirk_random;
    bool frozen_held;
    struct look frozen;
};

struct sim_contact {
    bool coil, closed, feedback_lost;
    bool welds, welded;         /* welds when it is next closed; has */
    bool stuck_open;            /* once open it stays open */
    double slow;                /* factor on its times */
    int64_t coil_ms;            /* when the coil last changed */
    double needs_ms;            /* its time for this movement, bounce included */
    bool moving;                /* neither mirror contact is made */
    int64_t opened_ms;          /* when it last opened, for invariant 5 */
};

struct sim_board {
    uint8_t outputs, counter, command_counter;
    bool commanded;             /* a first command was taken since power-up */
    bool alone, told_alone;     /* no command for a second; .. has been said by EMCY */
    int64_t command_ms, changed_ms, up_ms, state_ms;
    bool silent, booted;
    uint8_t sent_closed, sent_opened;
};

enum { SIM_AC_LINE, SIM_AC_NEUTRAL, SIM_AC_CONTACTS = 8 };
struct sim_ac {
    struct sim_contact contact[SIM_AC_CONTACTS];
    struct sim_board board;
    double bus_V;
    int64_t dead_ms;            /* below 50 V since; 0 = is not */
    int64_t changed_ms;         /* its source has come since; 0 = never, or told */
    int last_source;
    bool two;
};

struct sim_bms {
    enum sim_bms_link link;
    enum sim_bms_fault fault;
    struct sim_bms_seen seen;
    uint8_t rx[64], out[8];
    size_t rx_len, out_len;
    int question;
    bool waits, alive;          /* for an answer; a keep-alive is to be fetched */
    int64_t asked_ms, pause_ms, round_ms;
};

struct sim {
    struct sim_config config;
    struct sim_truth truth;
    int64_t now_ms, start_ms, second_ms;
    uint32_t random;
    struct sim_queue queue[SIM_BUSES];

    double cloud, cloud_target, ambient_C;
    struct sim_pv pv[SIM_STRINGS];
    double cell_C[SIM_STRINGS];
    int64_t shorted_ms[SIM_STRINGS];  /* that switch failed; 0 = never */
    bool switch_shorted[SIM_STRINGS], sensor_frozen, sensor_silent, foreign;
    double frozen_A[SIM_STRINGS];
    int64_t foreign_ms;
    uint8_t foreign_counter;
    int64_t zero_ms[SIM_STRINGS];     /* no current since; 0 = some */
    struct sim_mppt mppt[SIM_INPUTS];
    struct sim_unit unit[SIM_INVERTERS];
    int day;                          /* midnights since the start's day */
    struct sim_bms bms[SIM_INVERTERS];
    struct sim_contact contact[SIM_CONTACTS];
    struct sim_board board[SIM_BOARDS];

    struct sim_ac ac;
    struct twin twin;
    double pending_As, pending_s;     /* since the twin's last step */
    double cell_V, cell_Ohm, mean_A;  /* of that step */
    double soc, battery_V, battery_A, charge_As, house_noise[4];
    bool bms_silent, shunt_silent, wallbox_silent, button_silent;
    bool lossy[SIM_BUSES];

    bool plugged, contactor;
    double car_A, limit_A;
    int64_t limit_ms, contactor_open_ms;
    uint8_t wallbox_counter;
    uint8_t presses, lamp;
    int64_t pressed_ms, stop_ms; /* since when the stop is as it is */
    bool stop_pressed;

    int64_t heartbeat_ms[SIM_NODES];
    int64_t currents_ms, voltages_ms, wallbox_ms, button_ms, bms_ms;
    int64_t shunt_ms[SIM_SHUNT_FRAMES];
    uint8_t currents_counter, voltages_counter, wallbox_state_counter, button_counter;
    uint8_t shunt_counter[SIM_SHUNT_FRAMES];

    /* invariants */
    int64_t pickup_ms, transfer_ms[SIM_STRINGS];
    int last_input[SIM_STRINGS];
    uint32_t moved_today[SIM_STRINGS];
    int moved_day[SIM_STRINGS];
    int64_t overcap_ms, charge_ms, discharge_ms, temperature_ms, source_ms;
    int64_t alone_ms;           /* the wallbox's inverter lost its AC input */
    int64_t moving_ms[SIM_STRINGS];   /* its transfer is under way since; 0 = none is */
    bool input_over[SIM_INPUTS];
    char wallbox_mode;
};

double sim_random(struct sim *sim);                     /* 0..1 */
bool sim_frame_lost(struct sim *sim, enum sim_bus bus);
void sim_queue_add(struct sim *sim, enum sim_bus bus, const struct frame *frame);
void sim_violation(struct sim *sim, int number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void sun_second(struct sim *sim);                       /* sun.c */
double pv_current(const struct sim_pv *pv, double volts);
void strings_step(struct sim *sim, double dt_s);        /* strings.c */
void inverters_step(struct sim *sim, double dt_s);      /* inverters.c */
void bms_links_step(struct sim *sim);                   /* bms_port.c */
double bms_charge_A(const struct sim *sim, int inverter);   /* that its battery allows it */
bool bms_discharges(const struct sim *sim, int inverter);
void battery_begin(struct sim *sim);                    /* battery.c */
void battery_put(struct sim *sim, double soc);          /* rested there since long */
void battery_step(struct sim *sim, double dt_s);
double battery_ccl_A(const struct sim *sim);          /* what the BMS allows */
double battery_dcl_A(const struct sim *sim);
void contacts_step(struct sim *sim);                    /* contacts.c */
void board_command(struct sim *sim, int board, const struct frame *frame);
void board_start(struct sim *sim, int board);
bool contacts_moving(const struct sim *sim);
void car_step(struct sim *sim, double dt_s);            /* car.c */
double wallbox_limit_A(const struct sim *sim);          /* in force; 0 after the deadman time */
void wallbox_command(struct sim *sim, const struct frame *frame);
void house_second(struct sim *sim);
void frames_step(struct sim *sim);                      /* frames.c */
void pi30_step(struct sim *sim, int inverter);          /* pi30.c */

/* pi30_set.c: what became of a setter. */
struct sim_written {
    bool acknowledged, applied;
    enum sim_setting setting;
};
struct sim_written pi30_setter(struct sim *sim, int inverter, const char *word);
void pi30_settings_begin(struct sim *sim, int inverter);    /* as delivered */

/* quirks.c: a state holds now; an answer is struck now, which is counted. *amount may be NULL. */
bool quirk_holds(const struct sim *sim, int inverter, enum sim_quirk quirk, double *amount);
bool quirk_strikes(struct sim *sim, int inverter, enum sim_quirk quirk, double *amount);
double quirk_random(struct sim_unit *unit);             /* 0..1, of its own */
void quirks_begin(struct sim *sim);

/* groups.c: inverters in parallel. */
void groups_begin(struct sim *sim);
void groups_share(struct sim *sim);                     /* the load of a phase among its units */
void groups_watch(struct sim *sim);                     /* what they find wrong with each other */
int group_member(const struct sim *sim, int inverter, int number);    /* -1 none */
double unit_battery_V(const struct sim *sim, int inverter);   /* as it reads it */

/* charger.c */
void charger_step(struct sim *sim, int inverter, double dt_s);
double charger_target_V(const struct sim *sim, int inverter);
double charger_absorb_s(const struct sim_unit *unit);   /* how long absorb shall last */

#define COUNT(array) (sizeof(array) / sizeof (array)[0])
/* ac.c: transfer contacts of the wallbox; without any, what its inverter's mode says. */
void transfers_begin(struct sim *sim);
void transfers_step(struct sim *sim, double dt_s);
void transfers_command(struct sim *sim, const struct frame *frame);
bool transfers_moving(const struct sim *sim);
int sim_ac_source(const struct sim *sim);               /* -1 none */
bool sim_wallbox_live(const struct sim *sim);
double sim_wallbox_V(const struct sim *sim);
bool sim_wallbox_loads(const struct sim *sim, int inverter);
void invariants_step(struct sim *sim);                  /* invariants.c */
void invariant_open(struct sim *sim, int contact);
void invariant_close(struct sim *sim, int contact);
void invariant_moved(struct sim *sim, int contact);   /* it has closed or opened */

#endif
