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
    }
    if (raw->emulations_count)
        check_shares(r);
    if (raw->emulations_count && !raw->packs_count)
        yaml_file_mistake(r->file, "packs",
                          "missing, they must be given: emulations tell what packs do");
}
