/* Names to indices, units to ours, and the rules between entries; the PV side is in config_wiring.c.
 *
 * A value that was wrong by itself has been told already and arrives as 0, "" or its default:
 * the rules here leave it alone. */
#include <string.h>

#include "app/config_file.h"
#include "app/port_find.h"

uint8_t config_index(const void *entries, unsigned count, size_t size, const char *name)
{
    for (unsigned i = 0; *name && i < count; i++)
        if (strcmp((const char *)entries + i * size, name) == 0)
            return (uint8_t)i;
    return CONFIG_NONE;
}

/* --- top, buses, inverters, wallboxes --- */

static void resolve_top(const struct resolver *r)
{
    struct config *c = r->config;
    const struct config_file *raw = r->raw;
    memcpy(c->plant, raw->plant, sizeof c->plant);
    memcpy(c->state_dir, raw->state_dir, sizeof c->state_dir);
    memcpy(c->control, raw->control, sizeof c->control);
    memcpy(c->clock, raw->clock, sizeof c->clock);
    c->controller_node = raw->node;
    c->backbone = CONFIG_INDEX(raw, buses, *raw->backbone ? raw->backbone : "backbone");
    for (unsigned i = 0; i < raw->buses_count; i++) {
        memcpy(c->buses[i].name, raw->buses[i].name, sizeof c->buses[i].name);
        memcpy(c->buses[i].port, raw->buses[i].port, sizeof c->buses[i].port);
    }
    c->bus_count = (uint8_t)raw->buses_count;
    c->pack_count = (uint8_t)raw->packs_count;
    c->shunt_count = (uint8_t)raw->shunts_count;
    c->board_count = (uint8_t)raw->boards_count;
    c->counter_count = (uint8_t)raw->counters_count;
    c->wallbox_count = (uint8_t)raw->wallboxes_count;
    c->button_count = (uint8_t)raw->buttons_count;
    c->inverter_count = (uint8_t)raw->inverters_count;
    c->emulation_count = (uint8_t)raw->emulations_count;
    for (unsigned i = 0; i < raw->boards_count; i++)
        c->board_channels[i] = raw->boards[i].channels;
    for (unsigned i = 0; i < raw->buttons_count; i++)
        c->button_stop[i] = raw->buttons[i].stop;
    for (unsigned i = 0; i < raw->buttons_count; i++)
        c->button_wallbox[i] = CONFIG_INDEX(raw, wallboxes, raw->buttons[i].wallbox);
}

/* One fixed port tells its unit by its place; anything else needs the unit's number. */
static void check_port(const struct resolver *r, unsigned index)
{
    const struct file_inverter *raw = &r->raw->inverters[index];
    char path[YAML_PATH_SIZE];
    bool fixed = port_words_fixed(raw->port), alone = r->raw->inverters_count == 1;
    snprintf(path, sizeof path, "inverters[%u].port", index);
    if (*raw->port && !fixed && !*raw->serial && !alone)
        yaml_file_mistake(r->file, path, "one port, or with serial: the number of the unit");
    for (unsigned i = 0; i < index && *raw->port; i++)
        if (strcmp(r->raw->inverters[i].port, raw->port) == 0 &&
            (!*raw->serial || !*r->raw->inverters[i].serial))
            yaml_file_mistake(
                r->file, path,
                "a port of its own; inverters[%u] has it, and not both have serial:", i);
}

static void resolve_inverters(const struct resolver *r)
{
    r->config->ports =
        (struct config_ports){.hang_s = r->raw->ports.hang_s, .usb_reset = r->raw->ports.usb_reset};
    for (unsigned i = 0; i < r->raw->inverters_count; i++) {
        const struct file_inverter *raw = &r->raw->inverters[i];
        struct config_inverter *out = &r->config->inverters[i];
        memcpy(out->name, raw->name, sizeof out->name);
        memcpy(out->port, raw->port, sizeof out->port);
        memcpy(out->serial, raw->serial, sizeof out->serial);
        check_port(r, i);
        memcpy(out->protocol, raw->protocol, sizeof out->protocol);
        out->phase = raw->phase;
        out->rated_W = raw->rated_W;
        out->rated_dA = config_tenths(raw->rated_A);
        out->charge_max_A = raw->charge_max_A;
        memcpy(out->pv_off_command, raw->pv_off_command, sizeof out->pv_off_command);
        memcpy(out->pv_on_command, raw->pv_on_command, sizeof out->pv_on_command);
        if (!*raw->pv_off_command != !*raw->pv_on_command) {
            char path[YAML_PATH_SIZE];
            snprintf(path, sizeof path, "inverters[%u].%s", i,
                     *raw->pv_off_command ? "pv_off_command" : "pv_on_command");
            yaml_file_mistake(r->file, path, "pv_off_command and pv_on_command together");
        }
    }
}

static void check_wallbox(const struct resolver *r, unsigned index)
{
    char path[YAML_PATH_SIZE];
    const struct config_wallbox *box = &r->config->charge_points[index];
    snprintf(path, sizeof path, "wallboxes[%u].min_A", index);
    if (box->max_dA && box->min_dA > box->max_dA)
        yaml_file_mistake(r->file, path, "at most max_A, %g", box->max_dA / 10.0);
    if (box->inverter == CONFIG_NONE)
        return;
    const struct config_inverter *inverter = &r->config->inverters[box->inverter];
    snprintf(path, sizeof path, "wallboxes[%u].max_A", index);
    if (inverter->rated_dA && box->max_dA > inverter->rated_dA)
        yaml_file_mistake(r->file, path, "at most what inverter %s is rated for, %g",
                          inverter->name, inverter->rated_dA / 10.0);
    snprintf(path, sizeof path, "wallboxes[%u].inverter", index);
    const struct inverter_bank_config *bank = &r->config->inverter_bank;
    if (bank->group[bank->unit[box->inverter].group].units > 1)
        yaml_file_mistake(r->file, path,
                          "an inverter that stands alone: %s is in a group, whose units change "
                          "between grid and battery together",
                          inverter->name);
    for (unsigned i = 0; i < index; i++)
        if (r->config->charge_points[i].inverter == box->inverter)
            yaml_file_mistake(r->file, path, "an inverter of its own; wallboxes[%u] has this one",
                              i);
}

static void resolve_wallboxes(const struct resolver *r)
{
    for (unsigned i = 0; i < r->raw->wallboxes_count; i++) {
        const struct file_wallbox *raw = &r->raw->wallboxes[i];
        struct config_wallbox *out = &r->config->charge_points[i];
        out->device = (uint8_t)i;
        out->inverter = CONFIG_INDEX(r->raw, inverters, raw->inverter);
        out->phase = out->inverter == CONFIG_NONE ? 0 : r->raw->inverters[out->inverter].phase;
        out->min_dA = config_tenths(raw->min_A);
        out->max_dA = config_tenths(raw->max_A);
        out->voltage_V = raw->voltage_V;
        out->strings_wanted = raw->strings_wanted;
        check_wallbox(r, i);
    }
}

/* --- battery --- */

static void check_battery(const struct resolver *r)
{
    const struct file_battery *raw = &r->raw->battery;
    if (!yaml_file_has(r->file, "battery"))
        return;
    if (raw->floor_percent >= raw->cap_percent - raw->cap_hysteresis_percent)
        yaml_file_mistake(r->file, "battery.floor_percent",
                          "less than %g, where charging resumes below the cap",
                          raw->cap_percent - raw->cap_hysteresis_percent);
    if (raw->cell_ceiling_mV && raw->cell_floor_mV >= raw->cell_ceiling_mV)
        yaml_file_mistake(r->file, "battery.cell_floor_mV", "less than cell_ceiling_mV, %d",
                          raw->cell_ceiling_mV);
}

/* Either the BMS tells a limit or the config does: two would contradict each other. */
static int32_t pack_limit(const struct resolver *r, unsigned index, const char *key, double value,
                          size_t reading)
{
    char path[YAML_PATH_SIZE];
    const struct config_device *pack = &r->config->packs[index];
    if (!pack->dialect)
        return 0;
    bool tells = dialect_fills(pack->dialect, reading);
    snprintf(path, sizeof path, "packs[%u].%s", index, key);
    if (tells && value != 0)
        yaml_file_mistake(r->file, path, "none: this BMS tells its own, dialect %s",
                          r->raw->packs[index].device.dialect);
    if (!tells && value == 0 && !yaml_file_has(r->file, path))
        yaml_file_mistake(r->file, path, "missing, it must be given: dialect %s tells none",
                          r->raw->packs[index].device.dialect);
    return config_milli(value);
}

static void resolve_pack(const struct resolver *r, unsigned i)
{
    const struct file_pack *raw = &r->raw->packs[i];
    struct bank_config *bank = &r->config->bank;
    bank->pack_capacity_mAh[i] = config_milli(raw->capacity_Ah);
    bank->capacity_mAh += bank->pack_capacity_mAh[i];
    bank->pack_out[i] = raw->out;
    r->config->pack_limits[i] = (struct config_pack_limits){
        .ccl_mA = pack_limit(r, i, "charge_max_A", raw->charge_max_A,
                             offsetof(struct pack_readings, ccl_mA)),
        .dcl_mA = pack_limit(r, i, "discharge_max_A", raw->discharge_max_A,
                             offsetof(struct pack_readings, dcl_mA)),
        .cvl_mV = pack_limit(r, i, "charge_max_V", raw->charge_max_V,
                             offsetof(struct pack_readings, cvl_mV)),
    };
}

/* A config that has nothing to do with a battery yet still has a bank, one that nobody tells of. */
static void resolve_battery(const struct resolver *r)
{
    enum { CELLS_48V = 16 };
    const struct file_battery *raw = &r->raw->battery;
    struct bank_config *bank = &r->config->bank;
    const char *user = r->raw->packs_count       ? "packs"
                       : r->raw->shunts_count    ? "shunts"
                       : r->raw->inverters_count ? "inverters"
                                                 : NULL;
    bool given = yaml_file_has(r->file, "battery");
    check_battery(r);
    if (!given && user)
        yaml_file_mistake(r->file, "battery", "missing, it must be given with %s", user);
    *bank = (struct bank_config){
        .chemistry = raw->chemistry,
        .cells = given ? raw->cells : CELLS_48V,
        .cap_permille = config_tenths(raw->cap_percent),
        .cap_hysteresis_permille = config_tenths(raw->cap_hysteresis_percent),
        .floor_permille = config_tenths(raw->floor_percent),
        .charge_max_mA = config_milli(raw->charge_max_A),
        .discharge_max_mA = config_milli(raw->discharge_max_A),
        .cell_ceiling_mV = raw->cell_ceiling_mV,
        .cell_floor_mV = raw->cell_floor_mV,
        .self_draw_mA = raw->self_draw_mA,
        .sensor_offset_mA = raw->sensor_offset_mA,
        .sensor_gain_permille = config_tenths(raw->sensor_gain_percent),
        .packs = (uint8_t)r->raw->packs_count,
        .join_mV = config_milli(raw->join_V),
    };
    for (unsigned i = 0; i < r->raw->packs_count; i++)
        resolve_pack(r, i);
}

void config_resolve(const struct resolver *r)
{
    resolve_top(r);
    config_resolve_devices(r);
    resolve_inverters(r);
    config_resolve_groups(r);
    resolve_wallboxes(r);
    resolve_battery(r);
    config_resolve_emulations(r);
    config_resolve_cell(r);
    config_resolve_cap(r);
    config_resolve_wiring(r);
    config_resolve_ac(r);
    config_resolve_currents(r);
    if (!r->file->mistakes)
        config_check_wiring(r);
}
