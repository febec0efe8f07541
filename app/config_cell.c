/* The cell file of the battery, and what its charge is estimated from. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/cell_file.h"
#include "app/config_file.h"

static const char *const generic[CHEMISTRIES] = {"lfp", "nmc", "nca"};

/* Beside the config, in its cells/, among those installed, in the source tree. */
static bool cell_find(const struct resolver *r, const char *name, char *out, size_t room)
{
    const char *slash = strrchr(r->file->name, '/');
    int folder = slash ? (int)(slash - r->file->name) : 1;
    const char *beside = slash ? r->file->name : ".";
    const struct {
        int length;
        const char *folder, *below;
    } places[] = {
        {folder, beside, ""},
        {folder, beside, "cells/"},
        {(int)strlen(r->data_dir), r->data_dir, "cells/"},
        {(int)strlen(r->data_dir), r->data_dir, "../bms/cells/"},
    };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        snprintf(out, room, "%.*s/%s%s.yaml", places[i].length, places[i].folder, places[i].below,
                 name);
        if (access(out, R_OK) == 0)
            return true;
    }
    snprintf(out, room, "%.*s and %s/cells", folder, beside, r->data_dir);
    return false;
}

static void cell_load(const struct resolver *r)
{
    struct config *config = r->config;
    const struct file_battery *raw = &r->raw->battery;
    const char *name = *raw->cell ? raw->cell : generic[raw->chemistry];
    char where[512];
    if (!cell_find(r, name, where, sizeof where)) {
        yaml_file_mistake(r->file, "battery.cell", "there is no %s.yaml in %s", name, where);
        return;
    }
    if (!cell_file_load(where, &config->cell, r->file->errors))
        yaml_file_mistake(r->file, "battery.cell", "a cell file without a mistake");
    else if (config->cell.chemistry != raw->chemistry)
        yaml_file_mistake(r->file, "battery.cell", "a cell of battery.chemistry, %s; %s is of %s",
                          generic[raw->chemistry], where, generic[config->cell.chemistry]);
}

void config_resolve_cell(const struct resolver *r)
{
    struct config *config = r->config;
    if (!yaml_file_has(r->file, "battery"))
        return;
    cell_load(r);
    for (unsigned i = 0; i < r->raw->packs_count; i++) {
        int32_t own_mA = r->raw->packs[i].offset_mA, shunt_mA = r->raw->battery.sensor_offset_mA;
        bool alone = r->raw->packs_count == 1 && r->raw->shunts_count && shunt_mA < own_mA;
        config->charge.pack_offset_mA[i] = alone ? shunt_mA : own_mA;
    }
}
