/* CAN inverters that hear busbar as their battery: their shares, and whose bus it may be. */
#include <string.h>

#include "app/config_file.h"

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
    for (size_t i = 0; dialect && bank->cells && i < 2; i++) {
        int32_t min_mV, max_mV;
        if (!dialect_tells(dialect, both[i].order, &min_mV, &max_mV))
            yaml_file_mistake(r->file, path, "a dialect that tells the %s voltage", both[i].what);
        else if (both[i].mV < min_mV || both[i].mV > max_mV)
            yaml_file_mistake(r->file, path,
                              "for a battery of %g to %g V %s voltage; this one's is %g V",
                              min_mV / 1000.0, max_mV / 1000.0, both[i].what, both[i].mV / 1000.0);
    }
}

static void check_shares(const struct resolver *r)
{
    const struct config_file *raw = r->raw;
    char path[YAML_PATH_SIZE];
    snprintf(path, sizeof path, "emulations[%u].share_percent", raw->emulations_count - 1);
    if (r->config->emulated_permille > 1000)
        yaml_file_mistake(r->file, path, "at most 100 together with the others'");
}

void config_resolve_emulations(const struct resolver *r)
{
    const struct config_file *raw = r->raw;
    char path[YAML_PATH_SIZE];
    bool alone = raw->emulations_count == 1 && raw->inverters_count == 0;
    for (unsigned i = 0; i < raw->emulations_count; i++) {
        const struct file_emulation *own = &raw->emulations[i];
        struct emulate_config *out = &r->config->emulate[i];
        snprintf(path, sizeof path, "emulations[%u].share_percent", i);
        if (own->share_percent == 0 && !alone && !yaml_file_has(r->file, path))
            yaml_file_mistake(r->file, path, "missing, it must be given beside other inverters");
        out->share_permille = own->share_percent == 0 ? 1000 : config_tenths(own->share_percent);
        out->silent_after_ms = config_milli(own->silent_after_s);
        r->config->emulated_permille += own->share_percent == 0 && !alone ? 0 : out->share_permille;
        check_bus(r, i);
        check_voltages(r, i);
    }
    if (raw->emulations_count)
        check_shares(r);
    if (raw->emulations_count && !raw->packs_count)
        yaml_file_mistake(r->file, "packs",
                          "missing, they must be given: emulations tell what packs do");
}
