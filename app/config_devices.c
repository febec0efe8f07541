/* Everything that speaks through a dialect: its bus, its node, its dialect, its frames. */
#include <assert.h>
#include <string.h>

#include "app/config_file.h"
#include "app/dialect_file.h"

enum { NODE_FIRST = 0x10, NODE_LAST = 0x1F, FRAMES_MAX = 2 * DIALECT_MESSAGES };

#define SECTION(list, kind)                                                                        \
    {                                                                                              \
#list, kind, offsetof(struct config_file, list),                                           \
            sizeof(((struct config_file *)0)->list[0]),                                            \
            offsetof(struct config_file, list##_count), offsetof(struct config, list)              \
    }

/* Every raw entry begins with its struct file_device. */
static const struct section {
    const char *list;
    enum dialect_kind kind;
    size_t raw, raw_size, raw_count, out;
} sections[] = {
    SECTION(packs, KIND_PACK),           SECTION(shunts, KIND_SHUNT),
    SECTION(boards, KIND_RELAY),         SECTION(counters, KIND_COUNTER),
    SECTION(wallboxes, KIND_WALLBOX),    SECTION(buttons, KIND_BUTTON),
    SECTION(emulations, KIND_EMULATION),
};
enum { SECTIONS = sizeof sections / sizeof sections[0] };

static unsigned count_of(const struct resolver *r, const struct section *section)
{
    unsigned count;
    memcpy(&count, (const char *)r->raw + section->raw_count, sizeof count);
    return count;
}

static const struct file_device *raw_of(const struct resolver *r, const struct section *section,
                                        unsigned index)
{
    return (const void *)((const char *)r->raw + section->raw + index * section->raw_size);
}

static struct config_device *device_of(const struct resolver *r, const struct section *section,
                                       unsigned index)
{
    return (struct config_device *)(void *)((char *)r->config + section->out) + index;
}

/* --- dialects --- */

static void load_dialect(const struct resolver *r, const char *path, struct config_dialect *out)
{
    char file[NAME_SIZE + 8], where[512];
    snprintf(file, sizeof file, "%s.yaml", out->name);
    if (!dialect_find(where, sizeof where, file, r->file->name, r->data_dir)) {
        yaml_file_mistake(r->file, path, "a dialect, %s in %s", file, where);
        return;
    }
    r->file->mistakes += dialect_file_load(&out->file, where, r->data_dir, r->file->errors);
}

/* NULL after a mistake that was told, now or at an earlier device. */
static const struct dialect_file *dialect_of(const struct resolver *r, const char *path,
                                             const char *name)
{
    struct config *config = r->config;
    for (uint8_t i = 0; i < config->dialect_count; i++)
        if (strcmp(config->dialects[i].name, name) == 0)
            return config->dialects[i].file.dialect ? &config->dialects[i].file : NULL;
    if (config->dialect_count == CONFIG_DIALECTS) {
        yaml_file_mistake(r->file, path, "at most %d dialects in a plant", CONFIG_DIALECTS);
        return NULL;
    }
    struct config_dialect *out = &config->dialects[config->dialect_count++];
    strcpy(out->name, name);
    load_dialect(r, path, out);
    return out->file.dialect ? &out->file : NULL;
}

/* --- one device --- */

static void resolve_dialect(const struct resolver *r, const struct section *section,
                            const struct file_device *raw, unsigned index)
{
    char path[YAML_PATH_SIZE];
    struct config_device *device = device_of(r, section, index);
    if (!*raw->dialect)
        return;
    if (section->kind == KIND_EMULATION && config_conversation(raw->dialect)) {
        device->dialect = &dialect_none;
        return;
    }
    snprintf(path, sizeof path, "%s[%u].dialect", section->list, index);
    const struct dialect_file *dialect = dialect_of(r, path, raw->dialect);
    if (!dialect)
        return;
    if (dialect->kind != section->kind) {
        yaml_file_mistake(r->file, path, "a dialect of kind %s; this one is of kind %s",
                          dialect_kind_name(section->kind), dialect_kind_name(dialect->kind));
        return;
    }
    device->dialect = dialect->dialect;
    device->node = raw->node ? raw->node : (uint8_t)dialect->node;
    snprintf(path, sizeof path, "%s[%u].node", section->list, index);
    if (raw->node && !dialect->node)
        yaml_file_mistake(r->file, path, "none, dialect %s has no node ids", raw->dialect);
}

static void resolve_device(const struct resolver *r, const struct section *section, unsigned index)
{
    char path[YAML_PATH_SIZE];
    const struct file_device *raw = raw_of(r, section, index);
    struct config_device *device = device_of(r, section, index);
    memcpy(device->name, raw->name, sizeof device->name);
    device->bus = CONFIG_INDEX(r->raw, buses, raw->bus);
    resolve_dialect(r, section, raw, index);
    bool ours = device->bus != CONFIG_NONE && device->bus == r->config->backbone;
    snprintf(path, sizeof path, "%s[%u].node", section->list, index);
    if (ours && device->node && (device->node < NODE_FIRST || device->node > NODE_LAST))
        yaml_file_mistake(r->file, path, "0x%02X to 0x%02X on the backbone", NODE_FIRST, NODE_LAST);
}

/* --- frames of two devices --- */

static size_t frames_of(const struct config_device *device, struct dialect_id ids[FRAMES_MAX])
{
    size_t takes = dialect_takes(device->dialect, device->node, ids, DIALECT_MESSAGES);
    return takes + dialect_sends(device->dialect, device->node, ids + takes, DIALECT_MESSAGES);
}

/* A frame that both devices claim, or NULL. */
static const struct dialect_id *shared_frame(const struct dialect_id *a, size_t a_count,
                                             const struct dialect_id *b, size_t b_count)
{
    for (size_t i = 0; i < a_count; i++)
        for (size_t j = 0; j < b_count; j++)
            if (a[i].id == b[j].id && a[i].ext == b[j].ext)
                return &a[i];
    return NULL;
}

struct place {
    const struct section *section;
    unsigned index;
};

static void check_pair(const struct resolver *r, struct place mine, struct place other)
{
    const struct config_device *a = device_of(r, mine.section, mine.index);
    const struct config_device *b = device_of(r, other.section, other.index);
    if (!a->dialect || !b->dialect || a->bus != b->bus || a->bus == CONFIG_NONE)
        return;
    struct dialect_id a_ids[FRAMES_MAX], b_ids[FRAMES_MAX];
    size_t a_count = frames_of(a, a_ids), b_count = frames_of(b, b_ids);
    const struct dialect_id *shared = shared_frame(a_ids, a_count, b_ids, b_count);
    if (!shared)
        return;
    char path[YAML_PATH_SIZE];
    snprintf(path, sizeof path, "%s[%u].%s", mine.section->list, mine.index,
             a->node ? "node" : "dialect");
    yaml_file_mistake(r->file, path, "a device of its own: frame 0x%0*X is %s[%u]'s on bus %s",
                      shared->ext ? 8 : 3, shared->id, other.section->list, other.index,
                      r->raw->buses[a->bus].name);
}

static void check_frames(const struct resolver *r, struct place mine)
{
    for (size_t s = 0; s < SECTIONS; s++) {
        const struct section *section = &sections[s];
        unsigned count = section == mine.section ? mine.index : count_of(r, section);
        for (unsigned i = 0; i < count; i++)
            check_pair(r, mine, (struct place){section, i});
        if (section == mine.section)
            return;
    }
}

void config_resolve_devices(const struct resolver *r)
{
    for (size_t s = 0; s < SECTIONS; s++)
        for (unsigned i = 0; i < count_of(r, &sections[s]); i++)
            resolve_device(r, &sections[s], i);
    for (size_t s = 0; s < SECTIONS; s++)
        for (unsigned i = 0; i < count_of(r, &sections[s]); i++)
            check_frames(r, (struct place){&sections[s], i});
}
