/* The DC network: busbars and wires from what is listed, sensors from what can measure. Without
 * a word in the config the packs hang on one busbar, the inverters on another, and the battery's
 * wire joins the two. */
#include <string.h>

#include "app/config_file.h"

enum { NODE_PACKS, NODE_BUS };

/* What a sensor is that is not specified: of one reading. A BMS tells tenths of an ampere, PI30
 * whole ones. */
static const struct currents_sensor sensors[CURRENT_SOURCES] = {
    [CURRENT_SHUNT] = {.noise_mA = 50, .resolution_mA = 10, .age_ms = BANK_SHUNT_MS},
    [CURRENT_PACK] = {.noise_mA = 100, .resolution_mA = 100, .age_ms = BANK_FRESH_MS},
    [CURRENT_INVERTER] = {.noise_mA = 300, .resolution_mA = 1000, .age_ms = BANK_INVERTER_MS},
};

static uint8_t node_find(const struct currents_config *net, const char *name)
{
    return config_index(net->node, net->nodes, sizeof net->node[0], name);
}

static uint8_t node_make(const struct resolver *r, const char *path, const char *name)
{
    struct currents_config *net = &r->config->currents.net;
    if (!*name)
        return CURRENTS_OUTSIDE;
    uint8_t found = node_find(net, name);
    if (found != CONFIG_NONE)
        return found;
    if (net->nodes == CURRENTS_NODES) {
        yaml_file_mistake(r->file, path, "at most %d busbars", CURRENTS_NODES);
        return CURRENTS_OUTSIDE;
    }
    memcpy(net->node[net->nodes].name, name, NAME_SIZE);
    return net->nodes++;
}

static uint8_t wire_add(const struct resolver *r, const char *name, uint8_t from, uint8_t to)
{
    struct currents_config *net = &r->config->currents.net;
    struct currents_wire *wire = &net->wire[net->wires];
    memcpy(wire->name, name, NAME_SIZE);
    wire->from = from;
    wire->to = to;
    return net->wires++;
}

static void sensor_add(const struct resolver *r, enum current_source source, unsigned device,
                       struct currents_sensor spec)
{
    struct config_currents *currents = &r->config->currents;
    uint8_t k = currents->net.sensors++;
    spec.noise_mA = sensors[source].noise_mA;
    spec.resolution_mA = sensors[source].resolution_mA;
    spec.age_ms = sensors[source].age_ms;
    spec.offset_mA = spec.offset_mA > 0 ? spec.offset_mA : 1;
    currents->net.sensor[k] = spec;
    currents->sensor[k].source = (uint8_t)source;
    currents->sensor[k].device = (uint8_t)device;
}

static void resolve_packs(const struct resolver *r)
{
    for (unsigned i = 0; i < r->raw->packs_count; i++) {
        const struct file_pack *raw = &r->raw->packs[i];
        struct currents_sensor spec = {.offset_mA = raw->offset_mA,
                                       .gain_permille = config_tenths(raw->gain_percent)};
        memcpy(spec.name, raw->device.name, NAME_SIZE);
        spec.wire = wire_add(r, raw->device.name, NODE_PACKS, CURRENTS_OUTSIDE);
        sensor_add(r, CURRENT_PACK, i, spec);
    }
}

/* Who lists the wires of a busbar has listed all: its sum is believed at once. */
static void resolve_wires(const struct resolver *r)
{
    struct currents_config *net = &r->config->currents.net;
    net->node[NODE_BUS].unproven = true;
    for (unsigned i = 0; i < r->raw->wires_count; i++) {
        const struct file_wire *raw = &r->raw->wires[i];
        char path[YAML_PATH_SIZE];
        snprintf(path, sizeof path, "wires[%u]", i);
        uint8_t from = node_make(r, path, raw->from), to = node_make(r, path, raw->to);
        if (from == to)
            yaml_file_mistake(r->file, path, "from and to that differ, one of them at least");
        if (from != to &&
            config_index(net->wire, net->wires, sizeof net->wire[0], raw->name) != CONFIG_NONE)
            yaml_file_mistake(r->file, path, "a name of its own, not the battery's or a pack's");
        r->config->currents.sun[net->wires] = raw->sun;
        wire_add(r, raw->name, from, to);
        for (uint8_t n = 0; n < net->nodes; n++)
            if (n == from || n == to)
                net->node[n].unproven = false;
    }
}

/* + charges the battery: out of the inverter, into the busbar. */
static void resolve_inverters(const struct resolver *r)
{
    struct currents_config *net = &r->config->currents.net;
    for (unsigned i = 0; i < r->raw->inverters_count; i++) {
        const struct file_inverter *raw = &r->raw->inverters[i];
        uint8_t node = node_find(net, raw->at);
        struct currents_sensor spec = {.offset_mA = raw->offset_mA,
                                       .gain_permille = config_tenths(raw->gain_percent)};
        char path[YAML_PATH_SIZE];
        snprintf(path, sizeof path, "inverters[%u].at", i);
        if (node == CONFIG_NONE)
            yaml_file_mistake(r->file, path, "bus, packs or a busbar that wires name");
        memcpy(spec.name, raw->name, NAME_SIZE);
        spec.wire = wire_add(r, raw->name, CURRENTS_OUTSIDE, node == CONFIG_NONE ? NODE_BUS : node);
        sensor_add(r, CURRENT_INVERTER, i, spec);
    }
}

static void resolve_shunts(const struct resolver *r)
{
    const struct currents_config *net = &r->config->currents.net;
    const struct file_battery *battery = &r->raw->battery;
    for (unsigned i = 0; i < r->raw->shunts_count; i++) {
        const struct file_shunt *raw = &r->raw->shunts[i];
        const char *measures = *raw->measures ? raw->measures : i == 0 ? "battery" : "";
        if (!*measures)
            continue;
        uint8_t wire = config_index(net->wire, net->wires, sizeof net->wire[0], measures);
        char path[YAML_PATH_SIZE];
        snprintf(path, sizeof path, "shunts[%u].measures", i);
        if (wire == CONFIG_NONE) {
            yaml_file_mistake(r->file, path, "battery, a pack, an inverter or one of wires");
            continue;
        }
        struct currents_sensor spec = {
            .wire = wire,
            .reversed = raw->reversed,
            .offset_mA = raw->offset_mA ? raw->offset_mA : battery->sensor_offset_mA,
            .gain_permille = config_tenths(raw->gain_percent > 0 ? raw->gain_percent
                                                                 : battery->sensor_gain_percent),
        };
        memcpy(spec.name, raw->device.name, NAME_SIZE);
        sensor_add(r, CURRENT_SHUNT, i, spec);
    }
}

void config_resolve_currents(const struct resolver *r)
{
    static const char battery[NAME_SIZE] = "battery";
    struct currents_config *net = &r->config->currents.net;
    if (!r->raw->packs_count && !r->raw->shunts_count)
        return;
    strcpy(net->node[NODE_PACKS].name, "packs");
    strcpy(net->node[NODE_BUS].name, "bus");
    net->nodes = 2;
    wire_add(r, battery, NODE_BUS, NODE_PACKS);
    resolve_packs(r);
    resolve_wires(r);
    resolve_inverters(r);
    resolve_shunts(r);
}
