/* Inverters that hear busbar as their battery: which, by what wire, and their shares. */
#include <string.h>

#include "app/config_file.h"
#include "bms/lib_port.h"

static const char LIB[] = "voltronic-lib";

bool config_conversation(const char *dialect)
{
    return strcmp(dialect, LIB) == 0;
}

static void mistake(const struct resolver *r, unsigned index, const char *key, const char *allowed)
{
    char path[YAML_PATH_SIZE];
    snprintf(path, sizeof path, "emulations[%u].%s", index, key);
    yaml_file_mistake(r->file, path, "%s", allowed);
}

/* --- the wire --- */

static void check_port(const struct resolver *r, unsigned index)
{
    const struct file_emulation *own = &r->raw->emulations[index];
    const struct bank_config *bank = &r->config->bank;
    char text[128];
    if (*own->device.bus)
        mistake(r, index, "bus", "bus or port, not both");
    if (*own->device.dialect && !config_conversation(own->device.dialect))
        mistake(r, index, "dialect", "voltronic-lib, on a port");
    if (!*own->inverter)
        mistake(r, index, "inverter", "missing, it must be given with port");
    for (unsigned i = 0; i < r->raw->inverters_count; i++)
        if (strcmp(r->raw->inverters[i].port, own->port) == 0) {
            snprintf(text, sizeof text, "a line of its own; inverters[%u] has this one", i);
            mistake(r, index, "port", text);
        }
    snprintf(text, sizeof text, "for a battery of at most %d cells; this one has %d", LIB_CELLS_MAX,
             bank->cells);
    if (bank->cells > LIB_CELLS_MAX)
        mistake(r, index, "dialect", text);
}

/* Two links that told one inverter different things would be believed in turn; a parallel bank's
 * own inverters have a link each. */
static void check_inverter(const struct resolver *r, unsigned index)
{
    const struct config_link *links = r->config->emulation_link;
    const struct file_emulation *raw = r->raw->emulations;
    char path[YAML_PATH_SIZE], text[128];
    snprintf(path, sizeof path, "emulations[%u].share_percent", index);
    if (links[index].inverter == CONFIG_NONE)
        return;
    if (yaml_file_has(r->file, path))
        mistake(r, index, "share_percent", "none with inverter: it is told its part");
    for (unsigned i = 0; i < index; i++)
        if (links[i].inverter == links[index].inverter && !*raw[i].port == !*raw[index].port) {
            snprintf(text, sizeof text,
                     "an inverter of its own: emulations[%u] speaks to it already", i);
            mistake(r, index, "inverter", text);
        }
}

static void resolve_link(const struct resolver *r, unsigned index)
{
    const struct file_emulation *own = &r->raw->emulations[index];
    struct config_link *out = &r->config->emulation_link[index];
    memcpy(out->port, own->port, sizeof out->port);
    out->address = own->address;
    out->inverter = CONFIG_INDEX(r->raw, inverters, own->inverter);
    if (*own->port)
        check_port(r, index);
    else if (config_conversation(own->device.dialect))
        mistake(r, index, "port", "missing, it must be given with this dialect");
    else if (!*own->device.bus)
        mistake(r, index, "bus", "missing, it must be given, or a port");
    check_inverter(r, index);
}

/* Two batteries on one bus would both be believed in turn. */
static void check_bus(const struct resolver *r, unsigned index)
{
    char path[YAML_PATH_SIZE];
    const struct config *config = r->config;
    uint8_t bus = config->emulations[index].bus;
    if (bus == CONFIG_NONE)
        return;
    snprintf(path, sizeof path, "emulations[%u].bus", index);
    if (bus == config->backbone)
        yaml_file_mistake(r->file, path, "a bus of its own; %s is the backbone",
                          config->buses[bus].name);
    for (unsigned i = 0; i < index; i++)
        if (config->emulations[i].bus == bus)
            yaml_file_mistake(r->file, path,
                              "a bus of its own: busbar is %s's battery on this one already",
                              config->emulations[i].name);
}

/* A voltage that a dialect cannot hold would be told as the end of its range. */
static void check_voltages(const struct resolver *r, unsigned index)
{
    const struct bank_config *bank = &r->config->bank;
    const struct dialect *dialect = r->config->emulations[index].dialect;
    const struct {
        const char *what;
        size_t order;
        int32_t mV;
    } both[] = {
        {"charge", offsetof(struct emulate_orders, cvl_mV),
         bank_cell_ceiling_mV(bank) * bank->cells},
        {"discharge", offsetof(struct emulate_orders, dvl_mV),
         bank_cell_floor_mV(bank) * bank->cells},
    };
    char path[YAML_PATH_SIZE];
    snprintf(path, sizeof path, "emulations[%u].dialect", index);
    bool frames = dialect && dialect != &dialect_none;
    for (size_t i = 0; frames && bank->cells && i < 2; i++) {
        int32_t min_mV, max_mV;
        if (!dialect_tells(dialect, both[i].order, &min_mV, &max_mV))
            yaml_file_mistake(r->file, path, "a dialect that tells the %s voltage", both[i].what);
        else if (both[i].mV < min_mV || both[i].mV > max_mV)
            yaml_file_mistake(r->file, path,
                              "for a battery of %g to %g V %s voltage; this one's is %g V",
                              min_mV / 1000.0, max_mV / 1000.0, both[i].what, both[i].mV / 1000.0);
    }
}

/* --- shares --- */

static void check_shares(const struct resolver *r)
{
    const struct config_file *raw = r->raw;
    char path[YAML_PATH_SIZE];
    snprintf(path, sizeof path, "emulations[%u].share_percent", raw->emulations_count - 1);
    if (r->config->emulated_permille > 1000)
        yaml_file_mistake(r->file, path, "at most 100 together with the others'");
}

static void resolve_share(const struct resolver *r, unsigned index)
{
    const struct config_file *raw = r->raw;
    struct emulate_config *out = &r->config->emulate[index];
    double percent = raw->emulations[index].share_percent;
    bool alone = raw->emulations_count == 1 && raw->inverters_count == 0;
    char path[YAML_PATH_SIZE];
    snprintf(path, sizeof path, "emulations[%u].share_percent", index);
    out->share_permille = percent == 0 ? 1000 : config_tenths(percent);
    if (*raw->emulations[index].inverter)
        return;
    if (percent == 0 && !alone && !yaml_file_has(r->file, path))
        yaml_file_mistake(r->file, path, "missing, it must be given beside other inverters");
    r->config->emulated_permille += percent == 0 && !alone ? 0 : out->share_permille;
}

void config_resolve_emulations(const struct resolver *r)
{
    const struct config_file *raw = r->raw;
    for (unsigned i = 0; i < raw->emulations_count; i++) {
        r->config->emulate[i].silent_after_ms = config_milli(raw->emulations[i].silent_after_s);
        resolve_link(r, i);
        resolve_share(r, i);
        check_bus(r, i);
        check_voltages(r, i);
    }
    if (raw->emulations_count)
        check_shares(r);
    if (raw->emulations_count && !raw->packs_count)
        yaml_file_mistake(r->file, "packs",
                          "missing, they must be given: emulations tell what packs do");
}
