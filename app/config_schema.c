/* The keys of the config file: libcyaml's tables, then one row of notes for each key. */
#include <ctype.h>
#include <string.h>

#include "app/config_file.h"
#include "app/port_find.h"
#include "bms/lib_port.h"
#include "inverter/protocol.h"

enum { SOCKET_PATH_MAX = 107, INTERFACE_MAX = 15 };

/* clang-format off */
#define O CYAML_FLAG_OPTIONAL
#define MAP(type, fields) {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, type, fields)}
#define LIST(key, member, entry, max) \
    CYAML_FIELD_SEQUENCE(key, O, struct config_file, member, entry, 0, max)

static const cyaml_strval_t chemistries[] = {
    {"lfp", CHEMISTRY_LFP}, {"nmc", CHEMISTRY_NMC}, {"nca", CHEMISTRY_NCA},
};
static const cyaml_strval_t inhibits[] = {
    {"none", INHIBIT_NONE}, {"command", INHIBIT_ORDER}, {"dusk", INHIBIT_DUSK},
};
static const cyaml_strval_t feedbacks[] = {{"mirror", 0}, {"auxiliary", 1}};
static const cyaml_strval_t couplings[] = {{"island", 0}, {"grid", 1}};
static const cyaml_strval_t raises[] = {{"allowed", 0}, {"never", 1}};
static const cyaml_strval_t phases[] = {{"L1", 1}, {"L2", 2}, {"L3", 3}};

static const cyaml_schema_field_t bus_fields[] = {
    CYAML_FIELD_STRING("name", O, struct file_bus, name, 1),
    CYAML_FIELD_STRING("port", O, struct file_bus, port, 1),
    CYAML_FIELD_END
};
static const cyaml_schema_field_t site_fields[] = {
    CYAML_FIELD_FLOAT("coldest_C", O, struct file_site, coldest_C),
    CYAML_FIELD_FLOAT("hottest_C", O, struct file_site, hottest_C),
    CYAML_FIELD_INT("phase_reserve_W", O, struct file_site, phase_reserve_W),
    CYAML_FIELD_FLOAT("neutral_max_A", O, struct file_site, neutral_max_A),
    CYAML_FIELD_INT("unbalance_max_VA", O, struct file_site, unbalance_max_VA),
    CYAML_FIELD_FLOAT("ac_dead_s", O, struct file_site, ac_dead_s),
    CYAML_FIELD_FLOAT("ac_lockout_s", O, struct file_site, ac_lockout_s),
    CYAML_FIELD_END
};
static const cyaml_schema_field_t battery_fields[] = {
    CYAML_FIELD_ENUM("chemistry", O | CYAML_FLAG_STRICT, struct file_battery, chemistry,
     chemistries, CYAML_ARRAY_LEN(chemistries)),
    CYAML_FIELD_STRING("cell", O, struct file_battery, cell, 1),
    CYAML_FIELD_INT("cells", O, struct file_battery, cells),
    CYAML_FIELD_FLOAT("cap_percent", O, struct file_battery, cap_percent),
    CYAML_FIELD_FLOAT("cap_hysteresis_percent", O, struct file_battery, cap_hysteresis_percent),
    CYAML_FIELD_FLOAT("floor_percent", O, struct file_battery, floor_percent),
    CYAML_FIELD_FLOAT("charge_max_A", O, struct file_battery, charge_max_A),
    CYAML_FIELD_FLOAT("discharge_max_A", O, struct file_battery, discharge_max_A),
    CYAML_FIELD_INT("cell_ceiling_mV", O, struct file_battery, cell_ceiling_mV),
    CYAML_FIELD_INT("cell_floor_mV", O, struct file_battery, cell_floor_mV),
    CYAML_FIELD_INT("self_draw_mA", O, struct file_battery, self_draw_mA),
    CYAML_FIELD_INT("sensor_offset_mA", O, struct file_battery, sensor_offset_mA),
    CYAML_FIELD_FLOAT("sensor_gain_percent", O, struct file_battery, sensor_gain_percent),
    CYAML_FIELD_FLOAT("join_V", O, struct file_battery, join_V),
    CYAML_FIELD_ENUM("cap_raise", O | CYAML_FLAG_STRICT, struct file_battery, cap_raise, raises,
     CYAML_ARRAY_LEN(raises)),
    CYAML_FIELD_INT("full_days", O, struct file_battery, full_days),
    CYAML_FIELD_INT("full_minutes", O, struct file_battery, full_minutes),
    CYAML_FIELD_INT("cell_delta_mV", O, struct file_battery, cell_delta_mV),
    CYAML_FIELD_FLOAT("charge_band_percent", O, struct file_battery, charge_band_percent),
    CYAML_FIELD_FLOAT("knee_percent", O, struct file_battery, knee_percent),
    CYAML_FIELD_FLOAT("past_knee_percent", O, struct file_battery, past_knee_percent),
    CYAML_FIELD_FLOAT("raise_min_C", O, struct file_battery, raise_min_C),
    CYAML_FIELD_END
};
static const cyaml_schema_field_t period_fields[] = {
    CYAML_FIELD_STRING("days", O, struct file_period, days, 1),
    CYAML_FIELD_STRING("from", O, struct file_period, from, 1),
    CYAML_FIELD_STRING("to", O, struct file_period, to, 1),
    CYAML_FIELD_FLOAT("cap_percent", O, struct file_period, cap_percent),
    CYAML_FIELD_END
};
#define DEVICE_FIELDS(type, at) \
    CYAML_FIELD_STRING("name", O, type, at name, 1), \
    CYAML_FIELD_STRING("bus", O, type, at bus, 1), \
    CYAML_FIELD_STRING("dialect", O, type, at dialect, 1), \
    CYAML_FIELD_UINT("node", O, type, at node)
static const cyaml_schema_field_t device_fields[] = {
    DEVICE_FIELDS(struct file_device, ),
    CYAML_FIELD_END
};
static const cyaml_schema_field_t pack_keys[] = {
    DEVICE_FIELDS(struct file_pack, device.),
    CYAML_FIELD_FLOAT("capacity_Ah", O, struct file_pack, capacity_Ah),
    CYAML_FIELD_FLOAT("charge_max_A", O, struct file_pack, charge_max_A),
    CYAML_FIELD_FLOAT("discharge_max_A", O, struct file_pack, discharge_max_A),
    CYAML_FIELD_FLOAT("charge_max_V", O, struct file_pack, charge_max_V),
    CYAML_FIELD_INT("offset_mA", O, struct file_pack, offset_mA),
    CYAML_FIELD_FLOAT("gain_percent", O, struct file_pack, gain_percent),
    CYAML_FIELD_BOOL("out", O, struct file_pack, out),
    CYAML_FIELD_END
};
static const cyaml_schema_field_t shunt_keys[] = {
    DEVICE_FIELDS(struct file_shunt, device.),
    CYAML_FIELD_STRING("measures", O, struct file_shunt, measures, 1),
    CYAML_FIELD_BOOL("reversed", O, struct file_shunt, reversed),
    CYAML_FIELD_INT("offset_mA", O, struct file_shunt, offset_mA),
    CYAML_FIELD_FLOAT("gain_percent", O, struct file_shunt, gain_percent),
    CYAML_FIELD_END
};
static const cyaml_schema_field_t wire_fields[] = {
    CYAML_FIELD_STRING("name", O, struct file_wire, name, 1),
    CYAML_FIELD_STRING("from", O, struct file_wire, from, 1),
    CYAML_FIELD_STRING("to", O, struct file_wire, to, 1),
    CYAML_FIELD_BOOL("sun", O, struct file_wire, sun),
    CYAML_FIELD_END
};
static const cyaml_schema_field_t board_fields[] = {
    DEVICE_FIELDS(struct file_board, device.),
    CYAML_FIELD_UINT("channels", O, struct file_board, channels),
    CYAML_FIELD_END
};
static const cyaml_schema_field_t wallbox_keys[] = {
    DEVICE_FIELDS(struct file_wallbox, device.),
    CYAML_FIELD_STRING("inverter", O, struct file_wallbox, inverter, 1),
    CYAML_FIELD_FLOAT("min_A", O, struct file_wallbox, min_A),
    CYAML_FIELD_FLOAT("max_A", O, struct file_wallbox, max_A),
    CYAML_FIELD_INT("voltage_V", O, struct file_wallbox, voltage_V),
    CYAML_FIELD_UINT("strings_wanted", O, struct file_wallbox, strings_wanted),
    CYAML_FIELD_END
};
static const cyaml_schema_field_t button_keys[] = {
    DEVICE_FIELDS(struct file_button, device.),
    CYAML_FIELD_STRING("wallbox", O, struct file_button, wallbox, 1),
    CYAML_FIELD_BOOL("stop", O, struct file_button, stop),
    CYAML_FIELD_END
};
static const cyaml_schema_field_t emulation_keys[] = {
    CYAML_FIELD_STRING("name", O, struct file_emulation, device.name, 1),
    CYAML_FIELD_STRING("bus", O, struct file_emulation, device.bus, 1),
    CYAML_FIELD_STRING("port", O, struct file_emulation, port, 1),
    CYAML_FIELD_UINT("address", O, struct file_emulation, address),
    CYAML_FIELD_STRING("dialect", O, struct file_emulation, device.dialect, 1),
    CYAML_FIELD_STRING("inverter", O, struct file_emulation, inverter, 1),
    CYAML_FIELD_FLOAT("silent_after_s", O, struct file_emulation, silent_after_s),
    CYAML_FIELD_FLOAT("share_percent", O, struct file_emulation, share_percent),
    CYAML_FIELD_END
};
static const cyaml_schema_field_t ports_fields[] = {
    CYAML_FIELD_INT("hang_s", O, struct file_ports, hang_s),
    CYAML_FIELD_BOOL("usb_reset", O, struct file_ports, usb_reset),
    CYAML_FIELD_END
};
static const cyaml_schema_field_t inverter_fields[] = {
    CYAML_FIELD_STRING("name", O, struct file_inverter, name, 1),
    CYAML_FIELD_STRING("port", O, struct file_inverter, port, 1),
    CYAML_FIELD_STRING("serial", O, struct file_inverter, serial, 0),
    CYAML_FIELD_STRING("protocol", O, struct file_inverter, protocol, 0),
    CYAML_FIELD_ENUM("phase", O | CYAML_FLAG_STRICT, struct file_inverter, phase, phases,
     CYAML_ARRAY_LEN(phases)),
    CYAML_FIELD_INT("rated_W", O, struct file_inverter, rated_W),
    CYAML_FIELD_FLOAT("rated_A", O, struct file_inverter, rated_A),
    CYAML_FIELD_INT("charge_max_A", O, struct file_inverter, charge_max_A),
    CYAML_FIELD_STRING("pv_off_command", O, struct file_inverter, pv_off_command, 0),
    CYAML_FIELD_STRING("pv_on_command", O, struct file_inverter, pv_on_command, 0),
    CYAML_FIELD_STRING("at", O, struct file_inverter, at, 1),
    CYAML_FIELD_STRING("group", O, struct file_inverter, group, 1),
    CYAML_FIELD_STRING("overload", O, struct file_inverter, overload, 1),
    CYAML_FIELD_INT("offset_mA", O, struct file_inverter, offset_mA),
    CYAML_FIELD_FLOAT("gain_percent", O, struct file_inverter, gain_percent),
    CYAML_FIELD_END
};
static const cyaml_schema_field_t input_fields[] = {
    CYAML_FIELD_STRING("name", O, struct file_input, name, 1),
    CYAML_FIELD_STRING("inverter", O, struct file_input, inverter, 1),
    CYAML_FIELD_FLOAT("voc_max_V", O, struct file_input, voc_max_V),
    CYAML_FIELD_FLOAT("isc_max_A", O, struct file_input, isc_max_A),
    CYAML_FIELD_INT("power_max_W", O, struct file_input, power_max_W),
    CYAML_FIELD_UINT("strings_max", O, struct file_input, strings_max),
    CYAML_FIELD_FLOAT("mppt_low_V", O, struct file_input, mppt_low_V),
    CYAML_FIELD_FLOAT("mppt_high_V", O, struct file_input, mppt_high_V),
    CYAML_FIELD_ENUM("inhibit", O | CYAML_FLAG_STRICT, struct file_input, inhibit, inhibits,
     CYAML_ARRAY_LEN(inhibits)),
    CYAML_FIELD_END
};
static const cyaml_schema_field_t switch_fields[] = {
    CYAML_FIELD_STRING("board", O, struct file_switch, board, 1),
    CYAML_FIELD_UINT("channel", O, struct file_switch, channel),
    CYAML_FIELD_END
};
static const cyaml_schema_field_t string_fields[] = {
    CYAML_FIELD_STRING("name", O, struct file_string, name, 1),
    CYAML_FIELD_INT("modules", O, struct file_string, modules),
    CYAML_FIELD_FLOAT("voc_V", O, struct file_string, voc_V),
    CYAML_FIELD_FLOAT("isc_A", O, struct file_string, isc_A),
    CYAML_FIELD_FLOAT("vmp_V", O, struct file_string, vmp_V),
    CYAML_FIELD_FLOAT("imp_A", O, struct file_string, imp_A),
    CYAML_FIELD_FLOAT("voc_percent_per_K", O, struct file_string, voc_percent_per_K),
    CYAML_FIELD_FLOAT("vmp_percent_per_K", O, struct file_string, vmp_percent_per_K),
    CYAML_FIELD_INT("azimuth_deg", O, struct file_string, azimuth_deg),
    CYAML_FIELD_INT("tilt_deg", O, struct file_string, tilt_deg),
    CYAML_FIELD_BOOL("fused", O, struct file_string, fused),
    CYAML_FIELD_STRING("home", O, struct file_string, home, 1),
    CYAML_FIELD_STRING("counter", O, struct file_string, counter, 1),
    CYAML_FIELD_UINT("channel", O, struct file_string, channel),
    CYAML_FIELD_MAPPING("switch", O, struct file_string, off, switch_fields),
    CYAML_FIELD_END
};
static const cyaml_schema_field_t contact_fields[] = {
    CYAML_FIELD_STRING("string", O, struct file_contact, string, 1),
    CYAML_FIELD_STRING("input", O, struct file_contact, input, 1),
    CYAML_FIELD_STRING("board", O, struct file_contact, board, 1),
    CYAML_FIELD_UINT("channel", O, struct file_contact, channel),
    CYAML_FIELD_BOOL("normally_closed", O, struct file_contact, normally_closed),
    CYAML_FIELD_ENUM("feedback", O | CYAML_FLAG_STRICT, struct file_contact, feedback, feedbacks,
     CYAML_ARRAY_LEN(feedbacks)),
    CYAML_FIELD_INT("operate_ms", O, struct file_contact, operate_ms),
    CYAML_FIELD_INT("release_ms", O, struct file_contact, release_ms),
    CYAML_FIELD_FLOAT("break_A", O, struct file_contact, break_A),
    CYAML_FIELD_INT("life_operations", O, struct file_contact, life_operations),
    CYAML_FIELD_INT("life_hot_operations", O, struct file_contact, life_hot_operations),
    CYAML_FIELD_END
};
static const cyaml_schema_field_t interlock_fields[] = {
    CYAML_FIELD_MAPPING("first", O, struct file_interlock, first, switch_fields),
    CYAML_FIELD_MAPPING("second", O, struct file_interlock, second, switch_fields),
    CYAML_FIELD_END
};
static const cyaml_schema_field_t source_fields[] = {
    CYAML_FIELD_STRING("name", O, struct file_source, name, 1),
    CYAML_FIELD_ENUM("phase", O | CYAML_FLAG_STRICT, struct file_source, phase, phases,
     CYAML_ARRAY_LEN(phases)),
    CYAML_FIELD_ENUM("coupled", O | CYAML_FLAG_STRICT, struct file_source, coupled, couplings,
     CYAML_ARRAY_LEN(couplings)),
    CYAML_FIELD_FLOAT("max_A", O, struct file_source, max_A),
    CYAML_FIELD_STRING("inverter", O, struct file_source, inverter, 1),
    CYAML_FIELD_END
};
static const cyaml_schema_field_t transfer_fields[] = {
    CYAML_FIELD_STRING("wallbox", O, struct file_transfer, wallbox, 1),
    CYAML_FIELD_STRING("source", O, struct file_transfer, source, 1),
    CYAML_FIELD_MAPPING("line", O, struct file_transfer, line, switch_fields),
    CYAML_FIELD_MAPPING("neutral", O, struct file_transfer, neutral, switch_fields),
    CYAML_FIELD_END
};

static const cyaml_schema_value_t
    bus_entry      = MAP(struct file_bus, bus_fields),
    period_entry   = MAP(struct file_period, period_fields),
    pack_entry     = MAP(struct file_pack, pack_keys),
    shunt_entry    = MAP(struct file_shunt, shunt_keys),
    wire_entry     = MAP(struct file_wire, wire_fields),
    device_entry   = MAP(struct file_device, device_fields),
    board_entry    = MAP(struct file_board, board_fields),
    inverter_entry = MAP(struct file_inverter, inverter_fields),
    input_entry    = MAP(struct file_input, input_fields),
    string_entry   = MAP(struct file_string, string_fields),
    contact_entry  = MAP(struct file_contact, contact_fields),
    wallbox_entry  = MAP(struct file_wallbox, wallbox_keys),
    button_entry   = MAP(struct file_button, button_keys),
    emulation_entry = MAP(struct file_emulation, emulation_keys),
    interlock_entry = MAP(struct file_interlock, interlock_fields),
    source_entry   = MAP(struct file_source, source_fields),
    transfer_entry = MAP(struct file_transfer, transfer_fields);

/* The kernel takes shorter paths for sockets than the member has room for. */
#define SOCKET(key_, member)                                                                       \
    {.key = key_, .data_offset = offsetof(struct config_file, member),                             \
     .value = {CYAML_VALUE_STRING(O, char[CONFIG_PATH_SIZE], 1, SOCKET_PATH_MAX)}}
static const cyaml_schema_field_t top_fields[] = {
    CYAML_FIELD_STRING("plant", O, struct config_file, plant, 1),
    CYAML_FIELD_STRING("state_dir", O, struct config_file, state_dir, 1),
    SOCKET("control", control),
    SOCKET("clock", clock),
    CYAML_FIELD_STRING("backbone", O, struct config_file, backbone, 1),
    CYAML_FIELD_UINT("node", O, struct config_file, node),
    CYAML_FIELD_MAPPING("site", O, struct config_file, site, site_fields),
    LIST("buses", buses, &bus_entry, MAX_BUSES),
    CYAML_FIELD_MAPPING("battery", O, struct config_file, battery, battery_fields),
    LIST("cap_schedule", cap_schedule, &period_entry, CAP_PERIODS),
    LIST("packs", packs, &pack_entry, MAX_PACKS),
    LIST("shunts", shunts, &shunt_entry, MAX_SHUNTS),
    LIST("wires", wires, &wire_entry, CONFIG_WIRES),
    LIST("boards", boards, &board_entry, MAX_BOARDS),
    LIST("counters", counters, &device_entry, MAX_COUNTERS),
    CYAML_FIELD_MAPPING("ports", O, struct config_file, ports, ports_fields),
    LIST("inverters", inverters, &inverter_entry, MAX_INVERTERS),
    LIST("inputs", inputs, &input_entry, MAX_INPUTS),
    LIST("strings", strings, &string_entry, MAX_STRINGS),
    LIST("contacts", contacts, &contact_entry, MAX_CONTACTS),
    LIST("interlocks", interlocks, &interlock_entry, MAX_CONTACTS),
    LIST("wallboxes", wallboxes, &wallbox_entry, MAX_CHARGE_POINTS),
    LIST("buttons", buttons, &button_entry, MAX_BUTTONS),
    LIST("emulations", emulations, &emulation_entry, MAX_EMULATIONS),
    LIST("sources", sources, &source_entry, CONFIG_SOURCES),
    LIST("transfers", transfers, &transfer_entry, CONFIG_SOURCES * AC_BUS_SOURCES),
    CYAML_FIELD_END
};
static const cyaml_schema_value_t top_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct config_file, top_fields),
};
/* clang-format on */

/* --- texts that have a form --- */

static bool name_fits(const char *text)
{
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && !strchr("._-", *text))
            return false;
    return true;
}

/* Dialects are file names: no way out of their folder. */
static bool dialect_fits(const char *text)
{
    return *text != '.' && name_fits(text);
}

static bool starts(const char *text, const char *const words[])
{
    for (; *words; words++)
        if (strncmp(text, *words, strlen(*words)) == 0 && text[strlen(*words)])
            return true;
    return false;
}

static bool bus_port_fits(const char *text)
{
    static const char *const schemes[] = {"socketcan:", "local:", "log:", "mem:", NULL};
    if (strchr(text, ':') || strchr(text, '/'))
        return starts(text, schemes);
    return strlen(text) <= INTERFACE_MAX && name_fits(text);
}

/* A network's delay is not seen, and a late answer is a wrong one. */
static bool bms_port_fits(const char *text)
{
    static const char *const schemes[] = {"serial:", "tty:", "/dev/", NULL};
    return port_words_fixed(text) && starts(text, schemes);
}

/* What a PI30 unit is asked: no CR, no CRC, those are added. */
static bool command_fits(const char *text)
{
    for (; *text; text++)
        if (!isupper((unsigned char)*text) && !isdigit((unsigned char)*text) && *text != '.')
            return false;
    return true;
}

static bool protocol_fits(const char *text)
{
    return protocol_named(text) != NULL;
}

/* --- notes --- */

#define NAME_WORDS    "letters, digits and . _ -"
#define COMMAND_WORDS "capital letters, digits and ."
#define PROTOCOL_WORDS "PI30, PI30MAX, PI30MST, PI30REVO, PI41, PI34, PI16, PI18 or PI17"
#define NAME_RULE     .must = true, .fits = name_fits, .allowed = NAME_WORDS
#define SPEAKER_NOTES(list, kind)                                                                  \
    {list "[].name", NAME_RULE, .unique = true, .help = "name of the " kind},                      \
        {list "[].bus", .must = true, .refers = "buses[].name", .help = "bus it is wired to"},     \
    {                                                                                              \
        list "[].dialect", .must = true, .fits = dialect_fits, .allowed = NAME_WORDS,              \
                           .help = "its dialect file without .yaml"                                \
    }
#define DEVICE_NOTES(list, kind)                                                                   \
    SPEAKER_NOTES(list, kind),                                                                     \
    {                                                                                              \
        list "[].node",                                                                            \
            .min = 1, .max = 127,                                                                  \
            .help = "node id; on the backbone 0x10 to 0x1F; default: the dialect's own"            \
    }

/* clang-format off */
static const struct yaml_note notes[] = {
    {"plant", .preset = "plant", .help = "name of the plant, for people"},
    {"state_dir", .preset = "/var/lib/busbar", .help = "folder of the saved state and the journal"},
    {"control", .preset = "/run/busbar/control.sock", .allowed = "a socket path",
     .help = "UNIX socket for the CLI"},
    {"clock", .allowed = "a socket path",
     .help = "UNIX socket of a simulator that gives the time; default: this machine's clock"},
    {"backbone", .refers = "buses[].name",
     .help = "bus for the summary and SDO; default: the bus called backbone, if any"},
    {"node", .min = 1, .max = 15, .preset = "1", .help = "the controller's own node id"},

    {"site", .help = "where the plant stands"},
    {"site.coldest_C", .min = -60, .max = 40, .preset = "-15",
     .help = "coldest day, °C: strings have their highest voltage then"},
    {"site.hottest_C", .min = 20, .max = 100, .preset = "70",
     .help = "modules on the hottest day, °C: strings have their lowest voltage then"},
    {"site.phase_reserve_W", .max = 50000,
     .help = "sun each phase of the house keeps while strings are bundled, W; default: 0"},
    {"site.neutral_max_A", .min = 6, .max = 500,
     .help = "rating of the house's neutral, A; required with a source coupled to the grid"},
    {"site.unbalance_max_VA", .min = 1000, .max = 50000, .preset = "4600",
     .help = "highest difference between phases at the grid, VA (Germany: VDE-AR-N 4100)"},
    {"site.ac_dead_s", .min = 1, .max = 60, .preset = "5",
     .help = "a wallbox's AC bus is dead this long between two sources, s"},
    {"site.ac_lockout_s", .min = 60, .max = 3600, .preset = "300",
     .help = "no charging this long after the source has changed, s"},

    {"buses", .help = "CAN buses"},
    {"buses[].name", NAME_RULE, .unique = true, .help = "name of the bus"},
    {"buses[].port", .must = true, .unique = true, .fits = bus_port_fits,
     .allowed = "an interface (can0), socketcan:NAME, local:PATH, log:FILE or mem:NAME",
     .help = "where it is"},

    {"battery", .help = "the bank as a whole; required with packs, shunts or inverters"},
    {"battery.chemistry", .must = true, .help = "cell chemistry"},
    {"battery.cell", .fits = name_fits, .allowed = NAME_WORDS,
     .help = "its cell file without .yaml (docs/cells.md), sought beside this file, in its cells/ and among those that"
             " come with busbar; default: lfp, nmc or nca, with wide errors"},
    {"battery.cells", .must = true, .min = 1, .max = 400, .help = "cells in series"},
    {"battery.cap_percent", .min = 10, .max = 100, .preset = "70",
     .help = "charge cap, % of capacity"},
    {"battery.cap_hysteresis_percent", .min = 0.5, .max = 20, .preset = "2",
     .help = "charging resumes this far below the cap, % of capacity"},
    {"battery.floor_percent", .min = 0, .max = 90, .preset = "20",
     .help = "below this the grid carries, % of capacity"},
    {"battery.charge_max_A", .must = true, .min = 0, .max = 2000,
     .help = "owner's charge limit, A"},
    {"battery.discharge_max_A", .must = true, .min = 0, .max = 2000,
     .help = "owner's discharge limit, A"},
    {"battery.cell_ceiling_mV", .min = 2000, .max = 4300,
     .help = "highest cell voltage, mV; default: by chemistry"},
    {"battery.cell_floor_mV", .min = 1500, .max = 4000,
     .help = "lowest cell voltage, mV; default: by chemistry"},
    {"battery.self_draw_mA", .min = 0, .max = 10000, .preset = "30",
     .help = "drawn behind the sensor (BMS, standby), mA"},
    {"battery.sensor_offset_mA", .min = 0, .max = 10000, .preset = "50",
     .help = "offset the current sensor may have, mA"},
    {"battery.sensor_gain_percent", .min = 0, .max = 10, .preset = "0.5",
     .help = "gain error the current sensor may have, %"},
    {"battery.join_V", .min = 0.05, .max = 20,
     .help = "a pack without current counts as connected within this voltage of the others, V; "
             "default: 0.03 V for each cell"},
    {"battery.cap_raise", .preset = "allowed",
     .help = "never: nothing and nobody charges above cap_percent"},
    {"battery.full_days", .min = 0, .max = 730, .preset = "90",
     .help = "days after a full charge until a balancing charge is announced; 0 = never by days"},
    {"battery.full_minutes", .min = 0, .max = 600, .preset = "60",
     .help = "minutes at full until the cells count as balanced"},
    {"battery.cell_delta_mV", .min = 0, .max = 500, .preset = "50",
     .help = "a balancing charge is announced when cells differ by more under charge, mV; 0 = never"},
    {"battery.charge_band_percent", .min = 0, .max = 50, .preset = "10",
     .help = "an excursion past the knee, or a full charge, is announced when the charge is known no"
             " better for a day, %; 0 = never"},
    {"battery.knee_percent", .min = 0, .max = 95, .preset = "0",
     .help = "charge at which the cell's voltage has its upper knee, %; 0 = not known; without this "
             "key the cell file's, where that knows it to 2 %"},
    {"battery.past_knee_percent", .min = 1, .max = 20, .preset = "5",
     .help = "how far past the knee an excursion charges, %"},
    {"battery.raise_min_C", .min = 0, .max = 30, .preset = "5",
     .help = "colder cells are never charged above cap_percent, °C"},

    {"cap_schedule", .help = "hours of the week with another cap; the first that fits stands"},
    {"cap_schedule[].days", .must = true, .fits = config_days_fit,
     .allowed = "daily, or mon, tue .. sun and spans such as mon-fri, with spaces between",
     .help = "days it begins on"},
    {"cap_schedule[].from", .must = true, .fits = config_minute_fits, .allowed = "0:00 to 23:59",
     .help = "local time it begins"},
    {"cap_schedule[].to", .must = true, .fits = config_minute_fits, .allowed = "0:00 to 24:00",
     .help = "local time it ends, on the next day where it is not after from"},
    {"cap_schedule[].cap_percent", .must = true, .min = 30, .max = 100,
     .help = "charge cap, % of capacity"},

    {"packs", .help = "battery packs in parallel, one BMS each"},
    DEVICE_NOTES("packs", "pack"),
    {"packs[].capacity_Ah", .must = true, .min = 1, .max = 20000, .help = "capacity, Ah"},
    {"packs[].charge_max_A", .min = 1, .max = 2000,
     .help = "its charge limit, A; required where its BMS tells none, and only there"},
    {"packs[].discharge_max_A", .min = 1, .max = 2000,
     .help = "its discharge limit, A; required where its BMS tells none, and only there"},
    {"packs[].charge_max_V", .min = 1, .max = 1000,
     .help = "its charge voltage limit, V; required where its BMS tells none, and only there"},
    {"packs[].offset_mA", .min = 1, .max = 20000, .preset = "500",
     .help = "offset its current sensor may have (one standard deviation), mA"},
    {"packs[].gain_percent", .min = 0, .max = 50, .preset = "1",
     .help = "gain error it may have (one standard deviation), %"},
    {"packs[].out",
     .help = "taken out: counts only while it carries current; default: false"},
    {"shunts", .help = "current sensors on DC wires (docs/currents.md)"},
    DEVICE_NOTES("shunts", "shunt"),
    {"shunts[].measures", .fits = name_fits, .allowed = NAME_WORDS,
     .help = "battery, a pack, an inverter or one of wires; default: the first measures the battery,"
             " another counts for nothing"},
    {"shunts[].reversed", .help = "mounted the other way round; default: false"},
    {"shunts[].offset_mA", .min = 1, .max = 20000,
     .help = "offset it may have (one standard deviation), mA; default: battery.sensor_offset_mA"},
    {"shunts[].gain_percent", .min = 0, .max = 50,
     .help = "gain error it may have, %; default: battery.sensor_gain_percent"},
    {"wires", .help = "DC wires beside those of the battery, its packs and the inverters: MPPT chargers,"
                      " loads, links between busbars (docs/currents.md)"},
    {"wires[].name", NAME_RULE, .unique = true, .help = "name of the wire"},
    {"wires[].from", .fits = name_fits, .allowed = NAME_WORDS,
     .help = "busbar its current leaves: bus, packs, or a further one of this name; default: outside"},
    {"wires[].to", .fits = name_fits, .allowed = NAME_WORDS,
     .help = "busbar its current enters; default: outside"},
    {"wires[].sun", .help = "carries solar current alone: none in the dark; default: false"},
    {"boards", .help = "relay boards that carry contacts and string switches"},
    DEVICE_NOTES("boards", "board"),
    {"boards[].channels", .min = 1, .max = BOARD_CHANNELS, .preset = "8",
     .help = "channels it has"},
    {"counters", .help = "string current counters"},
    DEVICE_NOTES("counters", "counter"),

    {"ports", .help = "what heals the inverters' ports"},
    {"ports.hang_s", .min = 0, .max = 3600, .preset = "120",
     .help = "a port is closed and opened anew when it was silent so long while another inverter"
             " answers, s; 0 = never"},
    {"ports.usb_reset",
     .help = "its USB device is switched off and on, too; the service needs the right to do so (60-busbar.rules);"
             " default: false"},
    {"inverters", .help = "inverters"},
    {"inverters[].name", NAME_RULE, .unique = true, .help = "name of the inverter"},
    {"inverters[].port", .must = true, .fits = port_words_fit,
     .allowed = "auto, serial:DEVICE, tty:DEVICE, hidraw:DEVICE, tcp://HOST:PORT or /dev/..; a pattern"
                " (/dev/ttyUSB*), or several with spaces between",
     .help = "its serial line, or those it may be on; auto: any USB chip 0665:5161. The inverters"
             " with a serial number are looked for on every port of this list"},
    {"inverters[].serial", .unique = true, .fits = name_fits, .allowed = NAME_WORDS,
     .help = "serial number it answers (`busbar pi30 scan` tells it); required with a port that is"
             " more than one; default: any"},
    {"inverters[].protocol", .fits = protocol_fits, .allowed = PROTOCOL_WORDS,
     .help = "protocol it speaks; default: found by asking, all but PI30REVO"},
    {"inverters[].phase", .must = true, .help = "AC phase it feeds"},
    {"inverters[].rated_W", .must = true, .min = 100, .max = 100000, .help = "rated output, W"},
    {"inverters[].rated_A", .must = true, .min = 1, .max = 500, .help = "rated output current, A"},
    {"inverters[].charge_max_A", .must = true, .min = 0, .max = 500,
     .help = "highest charge current, A"},
    {"inverters[].pv_off_command", .fits = command_fits, .allowed = COMMAND_WORDS,
     .help = "command after which its PV inputs take no current, proven on this very model"},
    {"inverters[].pv_on_command", .fits = command_fits, .allowed = COMMAND_WORDS,
     .help = "command that ends that"},
    {"inverters[].at", .fits = name_fits, .allowed = NAME_WORDS, .preset = "bus",
     .help = "busbar its DC side is joined to: bus, packs or one that wires name"},
    {"inverters[].group", .fits = name_fits, .allowed = NAME_WORDS,
     .help = "units whose outputs are joined have the same word here: on one phase in parallel, on L1 L2 L3 three-phase,"
             " on L1 L2 split-phase; default: it stands alone"},
    {"inverters[].overload", .fits = config_overload_fits,
     .allowed = "percent:seconds from the least overload on, up to 4, as \"110:10 150:5\"",
     .help = "how long it bears which overload, by its manual; default: by the model it tells, else the strictest known"},
    {"inverters[].offset_mA", .min = 1, .max = 50000, .preset = "2000",
     .help = "offset its battery current may have (one standard deviation), mA"},
    {"inverters[].gain_percent", .min = 0, .max = 50, .preset = "5",
     .help = "gain error it may have, %"},

    {"inputs", .help = "PV inputs of the inverters"},
    {"inputs[].name", NAME_RULE, .unique = true, .help = "name of the input"},
    {"inputs[].inverter", .must = true, .refers = "inverters[].name",
     .help = "inverter it belongs to"},
    {"inputs[].voc_max_V", .must = true, .min = 10, .max = 1500,
     .help = "highest voltage it bears, V"},
    {"inputs[].isc_max_A", .must = true, .min = 1, .max = 200,
     .help = "highest short-circuit current, A"},
    {"inputs[].power_max_W", .must = true, .min = 10, .max = 100000, .help = "highest PV power, W"},
    {"inputs[].strings_max", .min = 1, .max = MAX_STRINGS, .preset = "1",
     .help = "strings that may be joined here"},
    {"inputs[].mppt_low_V", .min = 10, .max = 1500,
     .help = "lowest voltage it tracks, V; default: not checked"},
    {"inputs[].mppt_high_V", .min = 10, .max = 1500,
     .help = "highest voltage it tracks, V; default: not checked"},
    {"inputs[].inhibit", .preset = "none",
     .help = "what takes the current from strings without a switch: the inverter's pv_off_command,"
             " the dark, or nothing: then they do not move"},

    {"strings", .help = "PV strings; electrical values are of one module at STC"},
    {"strings[].name", NAME_RULE, .unique = true, .help = "name of the string"},
    {"strings[].modules", .must = true, .min = 1, .max = 40, .help = "modules in series"},
    {"strings[].voc_V", .must = true, .min = 1, .max = 200, .help = "open-circuit voltage, V"},
    {"strings[].isc_A", .must = true, .min = 0.1, .max = 50, .help = "short-circuit current, A"},
    {"strings[].vmp_V", .must = true, .min = 1, .max = 200,
     .help = "voltage at the power point, V"},
    {"strings[].imp_A", .must = true, .min = 0.1, .max = 50,
     .help = "current at the power point, A"},
    {"strings[].voc_percent_per_K", .min = -0.6, .max = 0, .preset = "-0.29",
     .help = "temperature coefficient of the open-circuit voltage, %/K"},
    {"strings[].vmp_percent_per_K", .min = -0.8, .max = 0, .preset = "-0.35",
     .help = "temperature coefficient of the voltage at the power point, %/K"},
    {"strings[].azimuth_deg", .min = 0, .max = 359,
     .help = "where it looks: 0 north, 90 east, 180 south, 270 west"},
    {"strings[].tilt_deg", .min = 0, .max = 90, .help = "0 lies flat, 90 stands"},
    {"strings[].fused",
     .help = "has its own fuse; needed where three or more are joined; default: false"},
    {"strings[].home", .must = true, .refers = "inputs[].name",
     .help = "input it feeds by default"},
    {"strings[].counter", .must = true, .refers = "counters[].name",
     .help = "counter that measures it"},
    {"strings[].channel", .must = true, .min = 1, .max = COUNTER_CHANNELS,
     .help = "the counter's channel"},
    {"strings[].switch",
     .help = "semiconductor switch that takes its current away; without one inputs[].inhibit does"},
    {"strings[].switch.board", .must = true, .refers = "boards[].name",
     .help = "board that carries it"},
    {"strings[].switch.channel", .must = true, .min = 1, .max = BOARD_CHANNELS,
     .help = "the board's channel"},

    {"contacts", .help = "contacts, each joins a string to an input with both poles"},
    {"contacts[].string", .must = true, .refers = "strings[].name", .help = "the string"},
    {"contacts[].input", .must = true, .refers = "inputs[].name", .help = "the input"},
    {"contacts[].board", .must = true, .refers = "boards[].name", .help = "board that carries it"},
    {"contacts[].channel", .must = true, .min = 1, .max = BOARD_CHANNELS,
     .help = "the board's channel"},

    {"contacts[].normally_closed",
     .help = "closed while its coil is off; default: false. Refused where that could join two inputs"},
    {"contacts[].feedback", .preset = "mirror",
     .help = "mirror: a contact mechanically linked by IEC 60947-4-1 Annex F; auxiliary: a plain one,"
             " which proves less: the string must be without current for 2 s more"},
    {"contacts[].operate_ms", .min = 1, .max = 2000,
     .help = "data sheet: closed so long after its coil, ms; default: 250 at most"},
    {"contacts[].release_ms", .min = 1, .max = 2000,
     .help = "data sheet: open so long after its coil, ms; default: 250 at most"},
    {"contacts[].break_A", .min = 0.1, .max = 1000,
     .help = "direct current it breaks at the string's voltage, A; default: none, for cold switching"},
    {"contacts[].life_operations", .min = 1, .max = 100000000,
     .help = "operations without current it is made for"},
    {"contacts[].life_hot_operations", .min = 1, .max = 1000000,
     .help = "openings under current it is made for"},
    {"interlocks", .help = "pairs of contacts of which hardware never lets both close"},
    {"interlocks[].first", .must = true, .help = "one contact"},
    {"interlocks[].first.board", .must = true, .refers = "boards[].name",
     .help = "board that carries it"},
    {"interlocks[].first.channel", .must = true, .min = 1, .max = BOARD_CHANNELS,
     .help = "the board's channel"},
    {"interlocks[].second", .must = true, .help = "the other"},
    {"interlocks[].second.board", .must = true, .refers = "boards[].name",
     .help = "board that carries it"},
    {"interlocks[].second.channel", .must = true, .min = 1, .max = BOARD_CHANNELS,
     .help = "the board's channel"},

    {"wallboxes", .help = "charge points"},
    DEVICE_NOTES("wallboxes", "wallbox"),
    {"wallboxes[].inverter", .must = true, .refers = "inverters[].name",
     .help = "inverter that feeds it"},
    {"wallboxes[].min_A", .min = 6, .max = 80, .preset = "6",
     .help = "least charge current, A (IEC 61851-1)"},
    {"wallboxes[].max_A", .must = true, .min = 6, .max = 80, .help = "highest charge current, A"},
    {"wallboxes[].voltage_V", .min = 100, .max = 260, .preset = "230",
     .help = "nominal voltage, V"},
    {"wallboxes[].strings_wanted", .min = 0, .max = MAX_STRINGS, .preset = "0",
     .help = "strings to bundle for it; 0 = two thirds of all"},

    {"buttons", .help = "charge buttons"},
    DEVICE_NOTES("buttons", "button"),
    {"buttons[].wallbox", .must = true, .refers = "wallboxes[].name",
     .help = "wallbox it starts and stops"},
    {"buttons[].stop",
     .help = "its node carries the plant's emergency stop, by a break contact; default: false"},

    {"emulations", .help = "inverters that hear busbar as their battery: the bank as a whole,"
                           " with its capped limits; on a CAN bus or on their BMS port (docs/means.md)"},
    {"emulations[].name", NAME_RULE, .unique = true,
     .help = "name of the inverter, or of its parallel group, as a hearer"},
    {"emulations[].bus", .refers = "buses[].name", .help = "CAN bus it listens on; or port"},
    {"emulations[].port", .unique = true, .fits = bms_port_fits,
     .allowed = "serial:DEVICE,baud=9600, tty:DEVICE or /dev/..",
     .help = "serial line to its BMS port; or bus"},
    {"emulations[].address", .min = 1, .max = LIB_ADDRESS_MAX, .preset = "1",
     .help = "what busbar answers to on that line"},
    {"emulations[].dialect", .must = true, .fits = dialect_fits, .allowed = NAME_WORDS,
     .help = "its dialect file without .yaml; on a port: voltronic-lib, battery type LIB or LIC"},
    {"emulations[].inverter", .refers = "inverters[].name",
     .help = "the inverter it is, where busbar has its own line to it too: it is told its part of the"
             " charge, and its charge current setting is left alone; required with port"},
    {"emulations[].silent_after_s", .min = 5, .max = 60, .preset = "30",
     .help = "when the bank is not known any more: so long 0 A, then no frame, s"},
    {"emulations[].share_percent", .min = 1, .max = 100,
     .help = "its part of the bank's current limits, %; default: 100 where it is the only inverter;"
             " not with inverter"},

    {"sources", .help = "AC sources that transfer contacts can put on a wallbox"},
    {"sources[].name", NAME_RULE, .unique = true, .help = "name of the source"},
    {"sources[].phase", .must = true, .help = "its phase"},
    {"sources[].coupled", .must = true,
     .help = "grid: unbalance and neutral are the grid's; island: an inverter gives it alone"},
    {"sources[].max_A", .must = true, .min = 6, .max = 500,
     .help = "what its wiring and breaker carry, A"},
    {"sources[].inverter", .refers = "inverters[].name",
     .help = "inverter whose output it is; default: none, the grid itself"},

    {"transfers", .help = "transfer contacts: each puts a source on a wallbox's AC bus"},
    {"transfers[].wallbox", .must = true, .refers = "wallboxes[].name", .help = "the wallbox"},
    {"transfers[].source", .must = true, .refers = "sources[].name", .help = "the source"},
    {"transfers[].line", .must = true, .help = "contact of the line"},
    {"transfers[].line.board", .must = true, .refers = "boards[].name",
     .help = "board that carries it, and AC contacts only"},
    {"transfers[].line.channel", .must = true, .min = 1, .max = BOARD_CHANNELS,
     .help = "the board's channel"},
    {"transfers[].neutral", .must = true, .help = "contact of the neutral"},
    {"transfers[].neutral.board", .must = true, .refers = "boards[].name",
     .help = "board that carries it, and AC contacts only"},
    {"transfers[].neutral.channel", .must = true, .min = 1, .max = BOARD_CHANNELS,
     .help = "the board's channel"},
};
/* clang-format on */

const struct yaml_schema config_schema = {
    .top = &top_value,
    .notes = notes,
    .note_count = sizeof notes / sizeof notes[0],
};
