/* The config file, read once: names resolved to indices, every mistake told in one run.
 *
 * One schema table serves libcyaml (loading), the checks (file, line, key, value, what is
 * allowed) and the reference page. `busbar check` prints the errors; nothing starts with any. */
#ifndef BUSBAR_APP_CONFIG_H
#define BUSBAR_APP_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "app/dialect_file.h"
#include "bms/bank.h"
#include "bms/charge.h"
#include "bms/emulate.h"
#include "bms/currents.h"
#include "bms/cap.h"
#include "can/dialect.h"
#include "core/limits.h"
#include "inverter/bank.h"
#include "phase-router/ac.h"
#include "phase-router/router.h"

enum {
    COMMAND_SIZE = 16, PROTOCOL_SIZE = 16, CONFIG_PATH_SIZE = 128, CONFIG_DIALECTS = 32,
    CONFIG_NONE = 0xFF
};

struct config_bus {
    char name[NAME_SIZE];
    char port[CONFIG_PATH_SIZE];       /* can/bus.h url */
};

/* Anything that speaks through a dialect. */
struct config_device {
    char name[NAME_SIZE];
    uint8_t bus;
    uint8_t node;                      /* the dialect's own by default; 0 where it has none */
    const struct dialect *dialect;
};

/* Of a pack whose BMS does not tell them; 0 = it does. */
struct config_pack_limits {
    int32_t ccl_mA, dcl_mA, cvl_mV;
};

/* A dialect used by several devices is loaded and compiled once. */
struct config_dialect {
    char name[NAME_SIZE];
    struct dialect_file file;          /* its dialect is NULL when the file has mistakes */
};

struct config_channel {
    uint8_t device;                    /* board or counter index */
    uint8_t channel;                   /* 0-based */
};

struct config_inverter {
    char name[NAME_SIZE];
    char port[CONFIG_PATH_SIZE];       /* app/port_find.h words */
    char serial[NAME_SIZE];            /* expected QID or QSID, "" = any */
    char protocol[PROTOCOL_SIZE];      /* one of inverter/protocol.h, "" = found by asking */
    uint8_t phase;                     /* 1..3 */
    int32_t rated_W;
    int32_t rated_dA;
    int32_t charge_max_A;              /* per unit */
    char pv_off_command[COMMAND_SIZE]; /* it takes no PV current after the first, and again after */
    char pv_on_command[COMMAND_SIZE];  /* the second; "" = it has no such command */
};

/* How an inverter hears busbar as its battery. */
struct config_link {
    char port[CONFIG_PATH_SIZE];       /* inverter/stream.h url of its BMS port; "" = on a CAN bus */
    uint8_t address;                   /* there */
    uint8_t inverter;                  /* which; CONFIG_NONE: none of inverters, it has a share of its own */
};

/* What heals the inverters' ports (app/ports.h). */
struct config_ports {
    int32_t hang_s;                    /* 0 = never */
    bool usb_reset;
};

struct config_wallbox {
    uint8_t device;                    /* index in wallboxes */
    uint8_t inverter;                  /* that feeds it when bundled */
    uint8_t phase;
    int32_t min_dA, max_dA;            /* 60 .. 800 */
    int32_t voltage_V;                 /* nominal */
    uint8_t strings_wanted;            /* 0 = two thirds of all, rounded up */
};

/* What can stand on an AC bus: a phase of the house, or an inverter's output. */
enum { CONFIG_SOURCES = 16 };
struct config_source {
    char name[NAME_SIZE];
    uint8_t phase;                     /* 1..3 */
    bool grid;                         /* coupled to the grid: unbalance and neutral count */
    int32_t max_dA;                    /* of the source's own wiring and breaker */
    uint8_t inverter;                  /* whose output it is; CONFIG_NONE = the grid itself */
};
/* The transfer contacts of one wallbox. */
struct config_ac {
    uint8_t sources;                   /* 0 = none: its inverter changes over inside itself */
    uint8_t own, house;                /* place in source[]: its own inverter, and the first other */
    uint8_t source[AC_BUS_SOURCES];    /* index in config's sources */
    struct config_channel contact[AC_BUS_SOURCES][AC_POLES];
};

/* What measures DC currents, and where (docs/currents.md). */
enum { CONFIG_WIRES = CURRENTS_WIRES - 1 - MAX_PACKS - MAX_INVERTERS };
enum current_source { CURRENT_SHUNT, CURRENT_PACK, CURRENT_INVERTER, CURRENT_SOURCES };
struct config_currents {
    struct currents_config net;        /* its first wires: BANK_WIRE, then the packs' */
    struct { uint8_t source, device; } sensor[CURRENTS_SENSORS];
    bool sun[CURRENTS_WIRES];
};

struct config {
    char plant[NAME_SIZE];
    char state_dir[CONFIG_PATH_SIZE];
    char control[CONFIG_PATH_SIZE];
    char clock[CONFIG_PATH_SIZE];      /* "" = this machine's; else a UNIX socket of a simulator
                                        * that gives the time in lock step */
    uint8_t bus_count, pack_count, shunt_count, board_count, counter_count, wallbox_count,
        button_count, inverter_count, emulation_count;
    struct config_bus buses[MAX_BUSES];
    struct config_device packs[MAX_PACKS];
    struct config_pack_limits pack_limits[MAX_PACKS];
    struct config_device shunts[MAX_SHUNTS];
    struct config_device boards[MAX_BOARDS];
    uint8_t board_channels[MAX_BOARDS];
    struct config_device counters[MAX_COUNTERS];
    struct config_device wallboxes[MAX_CHARGE_POINTS];
    struct config_device buttons[MAX_BUTTONS];
    uint8_t button_wallbox[MAX_BUTTONS];
    bool button_stop[MAX_BUTTONS]; /* carries the emergency stop */
    struct config_device emulations[MAX_EMULATIONS];
    struct emulate_config emulate[MAX_EMULATIONS];
    struct config_link emulation_link[MAX_EMULATIONS];
    int32_t emulated_permille;     /* sum of their shares; the rest is for inverters on serial lines */
    struct config_inverter inverters[MAX_INVERTERS];
    struct inverter_bank_config inverter_bank;   /* the same inverters, by group */
    struct config_ports ports;
    struct config_wallbox charge_points[MAX_CHARGE_POINTS];
    struct bank_config bank;
    struct cell cell;                  /* battery.cell */
    struct charge_config charge;
    struct config_currents currents;
    struct cap_config cap;             /* all of it but what bank tells */
    struct topology topology;
    struct config_channel contact_at[MAX_CONTACTS];   /* board and channel of each contact */
    struct config_channel switch_at[MAX_STRINGS];   /* board and channel of each string switch;
                                                       * device CONFIG_NONE: it has none */
    struct config_channel counter_at[MAX_STRINGS];    /* counter and channel of each string */
    uint8_t backbone;                                 /* bus index for summary and SDO; CONFIG_NONE */
    uint8_t controller_node;                          /* default 1 */
    uint8_t dialect_count;
    struct config_dialect dialects[CONFIG_DIALECTS];
    uint8_t source_count;
    struct config_source sources[CONFIG_SOURCES];
    struct config_ac ac[MAX_CHARGE_POINTS];           /* by wallbox */
    bool board_ac[MAX_BOARDS];                        /* carries transfer contacts, and nothing else */
    int32_t phase_reserve_W;           /* sun each house phase keeps while strings are bundled */
    int32_t neutral_max_dA, unbalance_max_VA;         /* of grid-coupled sources */
    int32_t ac_dead_ms, ac_lockout_ms;
};

/* Loads the file and the dialects and DBC files it names (searched beside the file, then in
 * `data_dir`, e.g. /usr/share/busbar). Every mistake is printed to `errors` as
 *     busbar.yaml:12: strings[1].modules: 0 is not allowed: 1 to 40
 * Returns 0, or the number of mistakes (config is then not to be used). */
int config_load(struct config *config, const char *path, const char *data_dir, FILE *errors);

/* The same for a text already read; path is its name and where dialects are looked for. */
int config_load_text(struct config *config, const char *path, const char *text, size_t size,
                     const char *data_dir, FILE *errors);

/* Frees the dialects; a config that failed to load needs it too. */
void config_free(struct config *config);

#endif
