/* The controller: everything that is decided, without a clock, a port or a file.
 *
 * The owner (app/loop.c live, app/cmd_replay.c from a log, a test in memory) moves frames and
 * bytes in, calls tick() and moves what it wants sent out. The same code runs in all three. */
#ifndef BUSBAR_APP_CONTROLLER_H
#define BUSBAR_APP_CONTROLLER_H

#include "app/inverter_side.h"
#include "app/journal.h"
#include "app/plant.h"
#include "app/policy.h"
#include "app/request.h"
#include "app/session.h"
#include "bms/ageing.h"
#include "bms/bank.h"
#include "bms/lib_port.h"
#include "devices/gate.h"
#include "devices/gate_ac.h"
#include "phase-router/ac.h"
#include "phase-router/router.h"
#include "phase-router/wear.h"
#include "phase-router/worth.h"

enum { TICK_MS = 100, TICK_MIN_MS = 10, OUTBOX_FRAMES = 128 };

/* Frames that passed the gate and wait to be given to their bus. */
struct outbox {
    size_t count;
    struct frame frames[OUTBOX_FRAMES];
    uint8_t bus[OUTBOX_FRAMES];
    uint64_t dropped;
};

struct told_ac {
    bool closed[AC_BUS_SOURCES][AC_POLES], valid;
    uint8_t state, why;
};

/* What is known of the inverter behind an emulation. */
enum inverter_word { INVERTER_LOST, INVERTER_HEARD, INVERTER_DISOBEYS };

struct told_emulation {
    uint8_t state;
    uint8_t inverter;                 /* enum inverter_word */
    int32_t charge_dA, discharge_dA;
};

/* What the controller last told the journal about each actuator. */
struct told {
    bool contact[MAX_CONTACTS], string_on[MAX_STRINGS];
    bool router_valid;
    uint8_t router_state, router_why;
    int32_t limit_dA[MAX_CHARGE_POINTS];
    uint8_t session[MAX_CHARGE_POINTS];
    int32_t lamp[MAX_BUTTONS];
    int32_t setting[MAX_INVERTERS][SETTINGS];
    uint32_t writes[MAX_INVERTERS][SETTINGS];
    bool cap_reached;
    bool charge_contradicted;
    int64_t contradicted_ms;            /* newest moment it was */
    struct cap_decision cap;
    uint32_t vetoes[MAX_BUSES];
    struct told_ac ac[MAX_CHARGE_POINTS];
    struct told_emulation emulation[MAX_EMULATIONS];
    uint8_t current_fault[CURRENTS_SENSORS];
    bool node_doubted[CURRENTS_NODES];
    uint8_t pack_place[MAX_PACKS];
    enum means means[MAX_INVERTERS];
};

struct controller {
    const struct config *config;
    struct plant plant;

    struct currents currents;
    char current_from[64];             /* names of what the battery's current is fused of */
    int64_t dark_since_ms;             /* no inverter has PV voltage since; 0 = one has */
    struct bank_view bank;
    struct charge charge;
    struct soc_estimate soc;
    struct bank_guard guard;
    struct bank_limits limits;
    struct bank_limits serial_limits;  /* what is left of limits for inverters on serial lines */
    struct cap_clock clock;            /* set by the owner before a tick; 0 = not known */
    struct cap_config cap_config;
    struct cap cap;
    uint32_t cap_asked;                /* requests that changed it */
    struct ageing ageing;

    struct requests requests;
    struct session sessions[MAX_CHARGE_POINTS];
    struct policy policy;
    struct policy_output decided;

    struct router router;
    struct router_view view;
    uint8_t present[MAX_STRINGS];      /* layout as seen, the newest that was fully known */
    struct router_layout layout;       /* wanted */
    uint8_t wished;                    /* charge point the layout was planned for */
    bool planned;
    struct worth worth;
    struct worth_answer worth_answer;  /* of the newest judgement, at worth_ms */
    int64_t worth_ms;                  /* 0 = none in this session */
    bool stopped;                      /* the emergency stop was pressed; no reset since */
    bool vetoed;                       /* the gate refused an order since the last router step */
    struct contact_wear wear[MAX_CONTACTS];
    uint32_t replaced;                 /* contacts told to be replaced */

    struct ac_bus ac[MAX_CHARGE_POINTS];   /* sources 0 = this wallbox has no transfer contacts */
    bool board_vetoed[MAX_BOARDS];     /* the gate refused an order to it since the last step */

    struct emulate emulations[MAX_EMULATIONS];
    struct inverter_side inverters;
    struct lib_port lib_ports[MAX_EMULATIONS];   /* of those on a port */

    struct gate gate;
    struct gate_ac gate_ac;
    uint32_t bus_vetoes[MAX_BUSES];
    struct outbox outbox;
    struct journal journal;
    struct told told;

    uint8_t presses[MAX_BUTTONS];
    bool presses_known[MAX_BUTTONS];
    bool push[MAX_CHARGE_POINTS];      /* button pushed since the last tick */
    bool ask_start[MAX_CHARGE_POINTS], ask_stop[MAX_CHARGE_POINTS];

    int64_t start_ms, tick_ms, summary_ms, heartbeat_ms;
    uint8_t text_line;
    uint64_t ticks;
    bool hurry;                        /* something was heard that should not wait for the tick */
};

/* 0, or a negative errno with the reason on errors. */
int controller_init(struct controller *controller, const struct config *config, int64_t now_ms,
                    FILE *errors);

void controller_frame(struct controller *controller, uint8_t bus, const struct frame *frame,
                      int64_t now_ms);

/* Decides; fills outbox and journal. Returns when it next wants to run. */
int64_t tick(struct controller *controller, int64_t now_ms);

/* A person's request, already checked for age and identity. 0, or -errno with the reason in why. */
int controller_charge(struct controller *controller, size_t charge_point, bool start, char *why,
                      size_t room);
int controller_cap(struct controller *controller, int32_t cap_permille, int64_t now_ms, char *why,
                   size_t room);
/* The owner takes a pack out, or back in. */
int controller_pack(struct controller *controller, size_t pack, bool out, int64_t now_ms,
                    char *why, size_t room);
/* One-off: this charge by then, seconds since 1970; 0 permille cancels it. */
int controller_charge_to(struct controller *controller, int32_t target_permille, int64_t by_s,
                         int64_t now_ms, char *why, size_t room);
/* The announced balancing charge or excursion, so much later. */
int controller_postpone(struct controller *controller, int64_t seconds, int64_t now_ms, char *why,
                        size_t room);
void controller_reset(struct controller *controller, int64_t now_ms);
/* This contact is a new one: its wear starts anew. */
void controller_replaced(struct controller *controller, size_t contact, int64_t now_ms);

/* --- its parts, for tick() alone --- */
void look(struct controller *controller, int64_t now_ms);               /* app/look.c */
void currents_look(struct controller *controller, int64_t now_ms);      /* app/look_currents.c */
void policy_digest(struct controller *controller, struct policy_input *input, int64_t now_ms);
void strings_steer(struct controller *controller, const struct policy_input *input,
                   int64_t now_ms);                                     /* app/steer.c */
void orders_carry(struct controller *controller, int64_t now_ms);       /* app/orders.c */
void outbox_offer(struct controller *controller, uint8_t bus, const struct frame *frame,
                  int64_t now_ms);
void gate_configure(struct gate_config *gate, const struct config *config);
void ac_setup(struct controller *controller, int64_t now_ms);           /* app/ac_side.c */
void ac_restart(struct controller *controller, int64_t now_ms);
void ac_steer(struct controller *controller, int64_t now_ms);
void ac_digest(const struct controller *controller, size_t charge_point,
               struct policy_point_view *point);
bool ac_board_valid(const struct controller *controller, size_t board);
void ac_order(struct controller *controller);
void tell_ac(struct controller *controller, int64_t now_ms);
void emulations_setup(struct controller *controller);                   /* app/emulation.c */
void emulations_steer(struct controller *controller, int64_t now_ms);
void tell_emulations(struct controller *controller, int64_t now_ms);
void means_digest(const struct controller *controller, size_t inverter, struct means_input *input,
                  int64_t now_ms);                                      /* app/means_side.c */
void tell_means(struct controller *controller, int64_t now_ms);
void cap_setup(struct controller *controller);                         /* app/cap_side.c */
void cap_carry(struct controller *controller, int64_t now_ms);
void tell_cap_policy(struct controller *controller, int64_t now_ms);
void summary_send(struct controller *controller, int64_t now_ms);       /* app/summary.c */
void sdo_answer(struct controller *controller, const struct frame *frame, int64_t now_ms);
void journal_changes(struct controller *controller, int64_t now_ms);    /* app/tell.c */

#endif
