/* Every shipped dialect: random frames, real captures, the words that must stand in its file, and a config
 * that names it. A value outside its documented range is never given out, whatever came in. */
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/dialect_file.h"
#include "bms/emulate.h"
#include "bms/pack.h"
#include "can/text.h"
#include "devices/nodes.h"
#include "test/check.h"

enum { FRAMES_EACH = 3000 };

static const struct field_table *const tables[DIALECT_KINDS] = {
    [KIND_PACK] = &pack_fields,         [KIND_SHUNT] = &shunt_fields,
    [KIND_RELAY] = &relay_fields,       [KIND_COUNTER] = &counter_fields,
    [KIND_WALLBOX] = &wallbox_fields,   [KIND_BUTTON] = &button_fields,
    [KIND_EMULATION] = &emulate_fields,
};

union readings {
    struct pack_readings pack;
    struct shunt_readings shunt;
    struct relay_readings relay;
    struct counter_readings counter;
    struct wallbox_readings wallbox;
    struct button_readings button;
    struct emulate_readings emulation;
};

struct device {
    const char *name; /* its file */
    struct dialect_file file;
    struct dialect_state state;
    struct dialect_id ids[DIALECT_MESSAGES];
    size_t id_count;
    union readings readings;
    unsigned outside, touched; /* values out of range; refused frames that changed something */
};

static bool device_load(struct device *device, const char *path)
{
    *device = (struct device){.name = path};
    if (dialect_file_load(&device->file, path, "dbc", stdout) != 0)
        return false;
    device->id_count = dialect_takes(device->file.dialect, (uint8_t)device->file.node, device->ids,
                                     DIALECT_MESSAGES);
    return true;
}

static void look_at_ranges(struct device *device)
{
    const struct field_table *table = tables[device->file.kind];
    for (size_t i = 0; i < table->count; i++) {
        const struct field *field = &table->rows[i];
        const struct reading *r = (const void *)((const char *)&device->readings + field->offset);
        if (r->heard_ms > 0 && (r->value < field->min || r->value > field->max)) {
            device->outside++;
            printf("%s: %s is %d\n", device->name, field->name, r->value);
        }
    }
}

static enum verdict device_hear(struct device *device, const struct frame *frame, int64_t now_ms)
{
    for (size_t i = 0; i < device->id_count; i++) {
        const struct dialect_id *id = &device->ids[i];
        if (id->id != frame->id || id->ext != ((frame->flags & FRAME_EXT) != 0))
            continue;
        union readings before = device->readings;
        enum verdict verdict = dialect_take_frame(device->file.dialect, &device->state, id->index,
                                                  frame, &device->readings, now_ms);
        look_at_ranges(device);
        device->touched +=
            verdict != VERDICT_TAKEN && memcmp(&before, &device->readings, sizeof before) != 0;
        return verdict;
    }
    return VERDICT_FOREIGN;
}

/* --- random frames --- */

static uint64_t seed = 88172645463325252u;

static uint32_t draw(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 24);
}

/* Half of them of a likely length, half of their bytes likely ones. */
static struct frame any_frame(const struct dialect_id *id)
{
    static const uint8_t likely[] = {0x00, 0xFF, 0x01, 0x7F, 0x80, 0xAA, 0x0D, 0x64};
    struct frame frame = {.id = id->id, .flags = id->ext ? FRAME_EXT : 0};
    frame.len = draw() % 2 ? id->len : (uint8_t)(draw() % 9);
    if (draw() % 64 == 0)
        frame.flags |= draw() % 2 ? FRAME_RTR : FRAME_ERR;
    for (unsigned i = 0; i < frame.len; i++)
        frame.data[i] = draw() % 2 ? likely[draw() % sizeof likely] : (uint8_t)draw();
    return frame;
}

static void random_frames(struct device *device)
{
    for (size_t i = 0; i < device->id_count; i++)
        for (int n = 0; n < FRAMES_EACH; n++) {
            struct frame frame = any_frame(&device->ids[i]);
            device_hear(device, &frame, 1000 + n);
        }
    uint32_t taken = device->state.verdicts.n[VERDICT_TAKEN];
    CHECK(device->outside == 0, "%s: %u values outside", device->name, device->outside);
    CHECK(device->touched == 0, "%s: %u refused and yet changed", device->name, device->touched);
    CHECK(taken > 0 || device->id_count == 0, "%s: takes something", device->name);
    CHECK(taken < device->id_count * FRAMES_EACH, "%s: refuses something", device->name);
}

/* --- what must stand in the file --- */

static void words(const char *path)
{
    static const char *const must[] = {"# Source: ", "# Current: ", "# Sends: ", "# Age: "};
    size_t size;
    char *text = yaml_read_text(path, &size, stdout);
    struct device device;
    bool battery = device_load(&device, path) &&
                   (device.file.kind == KIND_PACK || device.file.kind == KIND_SHUNT);
    for (size_t i = 0; battery && i < sizeof must / sizeof must[0]; i++)
        CHECK(strstr(text, must[i]), "%s: no \"%s\"", path, must[i]);
    dialect_file_free(&device.file);
    free(text);
}

/* Its section in docs/dialects.md. */
static void documented(const char *path, const char *page)
{
    char name[64], row[80];
    snprintf(name, sizeof name, "%.*s", (int)(strlen(path) - 4 - 5), path + 4);
    snprintf(row, sizeof row, "\n| `%s` |", name);
    CHECK(strstr(page, row), "docs/dialects.md has no row of %s", name);
}

/* --- a config that names it --- */

/* What a pack needs whose BMS tells no limits. */
static const char no_limits[] =
    ", capacity_Ah: 100, charge_max_A: 50, discharge_max_A: 50, charge_max_V: 56";

static void checks(const char *path, const char *dir)
{
    char file[128], name[64], command[256], said[4096];
    struct device device;
    if (!device_load(&device, path))
        return;
    enum dialect_kind kind = device.file.kind;
    dialect_file_free(&device.file);
    if (kind != KIND_PACK && kind != KIND_SHUNT)
        return;
    snprintf(name, sizeof name, "%.*s", (int)(strlen(path) - 4 - 5), path + 4);
    snprintf(file, sizeof file, "%s/plant.yaml", dir);
    FILE *out = fopen(file, "w");
    fprintf(out,
            "plant: one\nstate_dir: %s\ncontrol: %s/c.sock\nbuses:\n  - {name: b, port: can0}\n"
            "battery: {chemistry: lfp, cells: 16, charge_max_A: 100, discharge_max_A: 100}\n"
            "%s:\n  - {name: it, bus: b, dialect: %s%s}\n%s",
            dir, dir, kind == KIND_PACK ? "packs" : "shunts", name,
            kind != KIND_PACK                            ? ""
            : strstr(name, "jk") || strstr(name, "daly") ? no_limits
                                                         : ", capacity_Ah: 100",
            kind == KIND_SHUNT ? "packs:\n  - {name: p, bus: b, dialect: pylontech-lv, "
                                 "capacity_Ah: 100}\n"
                               : "");
    fclose(out);
    snprintf(command, sizeof command, "build/san/busbar check %s 2>&1", file);
    FILE *in = popen(command, "r");
    size_t n = in ? fread(said, 1, sizeof said - 1, in) : 0;
    said[n] = '\0';
    int status = in ? pclose(in) : -1;
    CHECK(status == 0 && strstr(said, "well formed"), "busbar check with %s: %s", name, said);
    unlink(file);
}

/* --- captures --- */

/* Frames of these identifiers in the file and on the interface are all taken but `refused`. */
static const struct {
    const char *capture, *interface, *dialect;
    const char *ids;
    unsigned refused;
    const char *why;
} claims[] = {
    {"orion-bms2-first8s.log", "can0", "orion-lv", "351 355 356 379", 0, ""},
    {"orion-bms2-first8s.log", "can0", "lem-cab", "3C2", UINT32_MAX, "a vehicle's switches"},
    {"foxbms2-ivt.log", "can0", "ivt-s", "525 526 528", 0, ""},
    {"lv-bms-snippets.log", "can0", "pylontech-lv", "351 355 356 359 35C", 1,
     "0x356 is 00 01 02 .."},
    {"lv-bms-snippets.log", "can0", "deye-lv", "351 355 356 359 35C", 1, "the same"},
    {"lv-bms-snippets.log", "can0", "seplos-lv", "351 355 356 359 35C", 1, "the same"},
    {"lv-bms-snippets.log", "can1", "pylontech-lv", "351 355 356 35A 35F", 0, ""},
    {"lv-bms-snippets.log", "can2", "byd-lv", "351 355 356 35A 35F 373", 0, ""},
    {"lv-bms-snippets.log", "can2", "victron-lv", "351 355 356 35A 35F 373", 0, ""},
    {"lv-bms-snippets.log", "can3", "sma-lv", "351 355 356 35A 35F", 0, ""},
    {"lv-bms-snippets.log", "can3", "victron-lv", "351 355 356 35A 35F", 0, ""},
    {"lv-bms-snippets.log", "can4", "discover-lv", "351 354 355 356 35A", 0, ""},
    {"lv-bms-snippets.log", "can5", "daly", "18904001 18914001 18924001 18934001 18944001 18954001",
     0, ""},
    {"kona/kona-1.log", "can0", "victron-lv", "", 0, "a car's own frames are foreign"},
    {"kona/kona-2.log", "can0", "foxbms-2", "", 0, "a car's own frames are foreign"},
    {"kona/kona-3.log", "can0", "growatt-lv", "", 0, "a car's own frames are foreign"},
    {"kona/kona-4.log", "can0", "byd-hvs", "", 0, "a car's own frames are foreign"},
    {"n2k-actisense-522.log", "can0", "pylontech-hv", "", 0, "29 bits of another kind"},
};

struct heard {
    unsigned frames, claimed, taken, refused;
};

static struct heard replay(struct device *device, const char *path, const char *interface,
                           const char *ids)
{
    struct heard heard = {0};
    char line[512], name[BUS_NAME_SIZE], id[16];
    FILE *in = fopen(path, "r");
    while (in && fgets(line, sizeof line, in)) {
        struct frame frame;
        const char *error;
        size_t column;
        if (frame_parse_log(&frame, name, line, &error, &column) < 0 ||
            strcmp(name, interface) != 0)
            continue;
        snprintf(id, sizeof id, "%03X", frame.id);
        heard.claimed += strstr(ids, id) != NULL;
        enum verdict verdict = device_hear(device, &frame, 1000 + frame.at_us / 1000 % 1000000);
        heard.taken += verdict == VERDICT_TAKEN;
        heard.refused += verdict != VERDICT_TAKEN && verdict != VERDICT_FOREIGN;
        heard.frames++;
    }
    if (in)
        fclose(in);
    return heard;
}

static void captures(const char *shared)
{
    for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
        char path[512], yaml[64];
        struct device device;
        snprintf(path, sizeof path, "%s/data/captures/%s", shared, claims[i].capture);
        snprintf(yaml, sizeof yaml, "dbc/%s.yaml", claims[i].dialect);
        if (access(path, R_OK) != 0) {
            check_skip(path);
            continue;
        }
        CHECK(device_load(&device, yaml), "%s", yaml);
        struct heard heard = replay(&device, path, claims[i].interface, claims[i].ids);
        unsigned refused = claims[i].refused == UINT32_MAX ? heard.claimed : claims[i].refused;
        CHECK(heard.frames > 0 && (heard.claimed > 0) == (*claims[i].ids != '\0'),
              "%s: %u frames, %u claimed", path, heard.frames, heard.claimed);
        CHECK(heard.taken == heard.claimed - refused && heard.refused == refused,
              "%s by %s: %u of %u taken, %u refused, not %u: %s", claims[i].capture,
              claims[i].dialect, heard.taken, heard.claimed, heard.refused, refused, claims[i].why);
        CHECK(device.outside == 0, "%s by %s: a value outside", claims[i].capture,
              claims[i].dialect);
        dialect_file_free(&device.file);
    }
}

int main(void)
{
    char dir[] = "/tmp/busbar-dialects-XXXXXX";
    glob_t found;
    size_t size;
    char *page = yaml_read_text("docs/dialects.md", &size, stdout);
    if (!mkdtemp(dir) || !page || glob("dbc/*.yaml", 0, NULL, &found) != 0)
        return 1;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct device device;
        bool loaded = device_load(&device, found.gl_pathv[i]);
        CHECK(loaded, "%s loads", found.gl_pathv[i]);
        if (loaded)
            random_frames(&device);
        dialect_file_free(&device.file);
        words(found.gl_pathv[i]);
        documented(found.gl_pathv[i], page);
        checks(found.gl_pathv[i], dir);
    }
    globfree(&found);
    free(page);
    rmdir(dir);
    captures(getenv("BUSBAR_SHARED") ? getenv("BUSBAR_SHARED") : "../shared");
    return check_done("dialect_every");
}
