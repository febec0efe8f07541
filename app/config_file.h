/* The config file as libcyaml loads it: keys as they are written, units as they are written.
 *
 * config_schema.c holds the tables, config_resolve.c turns this into struct config. */
#ifndef BUSBAR_APP_CONFIG_FILE_H
#define BUSBAR_APP_CONFIG_FILE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "app/config.h"
#include "app/yaml_check.h"
#include "bms/bank.h"
#include "bms/cap.h"
#include "core/limits.h"

enum { FILE_DAYS_SIZE = 40, FILE_OVERLOAD_SIZE = 64 };

struct file_bus {
    char name[NAME_SIZE], port[CONFIG_PATH_SIZE];
};
struct file_site {
    double coldest_C, hottest_C;
    int32_t phase_reserve_W;
    double neutral_max_A;
    int32_t unbalance_max_VA;
    double ac_dead_s, ac_lockout_s;
};
struct file_battery {
    enum chemistry chemistry;
    char cell[NAME_SIZE];
    int32_t cells;
    double cap_percent, cap_hysteresis_percent, floor_percent;
    double charge_max_A, discharge_max_A;
    int32_t cell_ceiling_mV, cell_floor_mV, self_draw_mA, sensor_offset_mA;
    double sensor_gain_percent, join_V;
    int32_t full_days, cell_delta_mV, full_minutes;
    double charge_band_percent, knee_percent, past_knee_percent, raise_min_C;
    uint8_t cap_raise;
};
struct file_period {
    char days[FILE_DAYS_SIZE], from[8], to[8];
    double cap_percent;
};
/* Packs, shunts, boards, counters, wallboxes and buttons begin alike. */
struct file_device {
    char name[NAME_SIZE], bus[NAME_SIZE], dialect[NAME_SIZE];
    uint8_t node;
};
struct file_pack {
    struct file_device device;
    double capacity_Ah, charge_max_A, discharge_max_A, charge_max_V;
    int32_t offset_mA;
    double gain_percent;
    bool out;
};
struct file_shunt {
    struct file_device device;
    char measures[NAME_SIZE];
    bool reversed;
    int32_t offset_mA;
    double gain_percent;
};
struct file_wire {
    char name[NAME_SIZE], from[NAME_SIZE], to[NAME_SIZE];
    bool sun;
};
struct file_board {
    struct file_device device;
    uint8_t channels;
};
struct file_ports {
    int32_t hang_s;
    bool usb_reset;
};
struct file_inverter {
    char name[NAME_SIZE], port[CONFIG_PATH_SIZE], serial[NAME_SIZE], protocol[PROTOCOL_SIZE];
    uint8_t phase;
    int32_t rated_W;
    double rated_A;
    int32_t charge_max_A;
    char pv_off_command[COMMAND_SIZE], pv_on_command[COMMAND_SIZE];
    char at[NAME_SIZE];
    int32_t offset_mA;
    double gain_percent;
    char group[NAME_SIZE], overload[FILE_OVERLOAD_SIZE];
};
struct file_input {
    char name[NAME_SIZE], inverter[NAME_SIZE];
    double voc_max_V, isc_max_A, mppt_low_V, mppt_high_V;
    int32_t power_max_W;
    uint8_t strings_max;
    enum inhibit inhibit;
};
struct file_switch {
    char board[NAME_SIZE];
    uint8_t channel;
};
struct file_string {
    char name[NAME_SIZE], home[NAME_SIZE], counter[NAME_SIZE];
    int32_t modules;
    double voc_V, isc_A, vmp_V, imp_A, voc_percent_per_K, vmp_percent_per_K;
    int32_t azimuth_deg, tilt_deg;
    bool fused;
    uint8_t channel;
    struct file_switch off;
};
struct file_contact {
    char string[NAME_SIZE], input[NAME_SIZE], board[NAME_SIZE];
    uint8_t channel, feedback;
    bool normally_closed;
    int32_t operate_ms, release_ms, life_operations, life_hot_operations;
    double break_A;
};
struct file_interlock {
    struct file_switch first, second;
};
struct file_wallbox {
    struct file_device device;
    char inverter[NAME_SIZE];
    double min_A, max_A;
    int32_t voltage_V;
    uint8_t strings_wanted;
};
struct file_button {
    struct file_device device;
    char wallbox[NAME_SIZE];
    bool stop;
};
struct file_emulation {
    struct file_device device;
    char port[CONFIG_PATH_SIZE], inverter[NAME_SIZE];
    uint8_t address;
    double silent_after_s, share_percent;
};
struct file_source {
    char name[NAME_SIZE], inverter[NAME_SIZE];
    uint8_t phase, coupled;
    double max_A;
};
struct file_transfer {
    char wallbox[NAME_SIZE], source[NAME_SIZE];
    struct file_switch line, neutral;
};

struct config_file {
    char plant[NAME_SIZE];
    char state_dir[CONFIG_PATH_SIZE], control[CONFIG_PATH_SIZE], clock[CONFIG_PATH_SIZE];
    char backbone[NAME_SIZE];
    uint8_t node;
    struct file_site site;
    struct file_battery battery;
    unsigned buses_count, packs_count, shunts_count, boards_count, counters_count, inverters_count,
        inputs_count, strings_count, contacts_count, wallboxes_count, buttons_count, sources_count,
        transfers_count, interlocks_count, emulations_count, wires_count, cap_schedule_count;
    struct file_bus buses[MAX_BUSES];
    struct file_pack packs[MAX_PACKS];
    struct file_shunt shunts[MAX_SHUNTS];
    struct file_wire wires[CONFIG_WIRES];
    struct file_board boards[MAX_BOARDS];
    struct file_device counters[MAX_COUNTERS];
    struct file_ports ports;
    struct file_inverter inverters[MAX_INVERTERS];
    struct file_input inputs[MAX_INPUTS];
    struct file_string strings[MAX_STRINGS];
    struct file_contact contacts[MAX_CONTACTS];
    struct file_wallbox wallboxes[MAX_CHARGE_POINTS];
    struct file_button buttons[MAX_BUTTONS];
    struct file_emulation emulations[MAX_EMULATIONS];
    struct file_source sources[CONFIG_SOURCES];
    struct file_interlock interlocks[MAX_CONTACTS];
    struct file_transfer transfers[CONFIG_SOURCES * AC_BUS_SOURCES];
    struct file_period cap_schedule[CAP_PERIODS];
};

extern const struct yaml_schema config_schema;

/* One look at the whole file at a time, from its text to struct config. */
struct resolver {
    struct config *config;
    const struct config_file *raw;
    struct yaml_file *file;
    const char *data_dir;
};

/* config_resolve.c: names to indices, units to ours, and the rules between entries. Mistakes are
 * told to file. */
void config_resolve(const struct resolver *r);

/* config_devices.c: everything that speaks through a dialect. */
void config_resolve_devices(const struct resolver *r);

/* config_emulation.c: what stands between busbar and inverters that hear it as their battery. */
void config_resolve_emulations(const struct resolver *r);

/* A dialect that is no file but a conversation in C (bms/lib_port.h), spoken on a serial port. */
bool config_conversation(const char *dialect);

/* config_wiring.c: inputs, strings, contacts and their channels; then the rules of the wiring, which
 * need all of it to be right by itself. */
void config_resolve_wiring(const struct resolver *r);
void config_check_wiring(const struct resolver *r);

/* config_currents.c: DC nodes, wires, and what measures them. */
void config_resolve_currents(const struct resolver *r);

/* config_ac.c: AC sources and transfer contacts. */
void config_resolve_ac(const struct resolver *r);

/* config_inverters.c: which inverters are one group, and how long each bears an overload. */
void config_resolve_groups(const struct resolver *r);
bool config_overload_fits(const char *text);

/* config_cap.c: the cap policy and its schedule. */
void config_resolve_cap(const struct resolver *r);
void config_resolve_cell(const struct resolver *r);
bool config_days_fit(const char *text);
bool config_minute_fits(const char *text);

/* Index of an entry by its name, which is the entry's first member; CONFIG_NONE. */
#define CONFIG_INDEX(raw, list, name)                                                              \
    config_index((raw)->list, (raw)->list##_count, sizeof(raw)->list[0], name)
uint8_t config_index(const void *entries, unsigned count, size_t size, const char *name);

static inline int32_t config_milli(double value)
{
    return (int32_t)lround(value * 1000);
}

static inline int32_t config_tenths(double value)
{
    return (int32_t)lround(value * 10);
}

#endif
