/* How large a plant may be. Every array is fixed at these sizes; nothing is
 * allocated after start. */
#ifndef BUSBAR_CORE_LIMITS_H
#define BUSBAR_CORE_LIMITS_H

enum {
    MAX_BUSES = 24,
    MAX_PACKS = 16,
    MAX_SHUNTS = 16,
    MAX_BOARDS = 32, /* relay boards, up to BOARD_CHANNELS channels each */
    BOARD_CHANNELS = 16,
    MAX_COUNTERS = 16,     /* string current counters, COUNTER_CHANNELS strings each */
    COUNTER_CHANNELS = 4,
    MAX_INVERTERS = 16,
    MAX_INPUTS = 32,       /* PV inputs; an inverter may have two */
    MAX_STRINGS = 64,
    MAX_CONTACTS = 128,
    MAX_CHARGE_POINTS = 16,
    MAX_BUTTONS = 16,
    MAX_EMULATIONS = 8,    /* CAN inverters, or parallel groups of them, that hear busbar as battery */
    NAME_SIZE = 24,        /* a name in the config, with its closing NUL */
};

#endif
