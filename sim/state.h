/* The simulated plant's inside, shared by the files of sim/. */
#ifndef BUSBAR_SIM_STATE_H
#define BUSBAR_SIM_STATE_H

#include "sim/sim.h"

enum { SIM_BOARDS = 2, SIM_CHANNELS = 8, SIM_QUEUE = 64, SIM_LINE = 512 };

struct sim_queue {
    struct frame frames[SIM_QUEUE];
    size_t count;
};

/* One string's curve at this second's sun and temperature. */
struct sim_pv {
    double isc_A, voc_V, vmp_V, pmp_W, c1, c2;
};

struct sim_mppt {
    double voltage_since_s;     /* plant seconds since which it sees its start voltage; < 0 = not */
    double share;               /* of the maximum power it has found, 0..1 */
};

struct sim_unit {
    char mode;                  /* QMOD letter */
    int output_priority, charger_priority, charge_max_A, ac_charge_max_A;
    bool charger_off;
    double pv_limit_W;          /* what may be taken this step */
    double ac_in_W, load_W, pv_W, dc_W, grid_W;
    double over_s, trip_s;      /* overload since; restarts at */
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
    bool silent, noisy;
    uint32_t noise;
};

struct sim_contact {
    bool coil, closed, welded, stuck_open, feedback_lost;
    double slow;                /* factor on its times */
    int64_t coil_ms;            /* when the coil last changed */
    int64_t opened_ms;          /* when it last opened, for invariant 5 */
};

struct sim_board {
    uint8_t outputs, counter, command_counter;
    bool commanded;             /* a first command was taken since power-up */
    int64_t up_ms, state_ms, heartbeat_ms;
    bool silent;
    uint8_t sent_closed, sent_opened;
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
    bool switch_shorted[SIM_STRINGS], sensor_frozen, sensor_silent, foreign;
    double frozen_A[SIM_STRINGS];
    int64_t zero_ms[SIM_STRINGS];     /* no current since; 0 = some */
    struct sim_mppt mppt[SIM_INPUTS];
    struct sim_unit unit[SIM_INVERTERS];
    struct sim_contact contact[SIM_CONTACTS];
    struct sim_board board[SIM_BOARDS];

    double soc, v1, v2, battery_V, battery_A, charge_As, house_noise[4];
    bool bms_silent;

    bool plugged, contactor;
    double car_A, limit_A;
    int64_t limit_ms, contactor_open_ms;
    uint8_t wallbox_counter;
    uint8_t presses, lamp;

    int64_t currents_ms, voltages_ms, wallbox_ms, button_ms, shunt_ms, shunt_slow_ms, bms_ms;
    uint8_t currents_counter, voltages_counter, wallbox_state_counter, button_counter, shunt_counter;

    /* invariants */
    int64_t pickup_ms, transfer_ms[SIM_STRINGS];
    int last_input[SIM_STRINGS];
    uint32_t moved_today[SIM_STRINGS];
    int64_t overcap_ms, overcurrent_ms, source_ms;
    char wallbox_mode;
};

double sim_random(struct sim *sim);                     /* 0..1 */
void sim_queue_add(struct sim *sim, enum sim_bus bus, const struct frame *frame);
void sim_violation(struct sim *sim, int number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void sun_second(struct sim *sim);                       /* sun.c */
double pv_current(const struct sim_pv *pv, double volts);
double pv_voltage_for(const struct sim_pv *pv, double watts);
void strings_step(struct sim *sim, double dt_s);        /* strings.c */
void inverters_step(struct sim *sim, double dt_s);      /* inverters.c */
void battery_step(struct sim *sim, double dt_s);        /* battery.c */
double battery_ccl_A(const struct sim *sim);
void contacts_step(struct sim *sim);                    /* contacts.c */
void board_command(struct sim *sim, int board, const struct frame *frame);
bool contacts_moving(const struct sim *sim);
void car_step(struct sim *sim, double dt_s);            /* car.c */
void wallbox_command(struct sim *sim, const struct frame *frame);
void house_second(struct sim *sim);
void frames_step(struct sim *sim);                      /* frames.c */
void pi30_step(struct sim *sim, int inverter);          /* pi30.c */
void invariants_step(struct sim *sim);                  /* invariants.c */
void invariant_open(struct sim *sim, int contact);
void invariant_close(struct sim *sim, int contact);

#endif
