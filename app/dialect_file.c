#include "app/dialect_file.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bms/emulate.h"
#include "bms/pack.h"
#include "devices/nodes.h"

enum { WORD_MAX = 64, ROWS_MAX = 256, FILE_PATH_SIZE = 512, LENGTHS_MAX = 8 };

static const struct field_table no_orders = {NULL, 0};

/* clang-format off */
static const struct {
    const char *name;
    const struct field_table *readings, *orders;
} kinds[DIALECT_KINDS] = {
    [KIND_PACK]    = {"pack",    &pack_fields,    &pack_order_fields},
    [KIND_SHUNT]   = {"shunt",   &shunt_fields,   &no_orders},
    [KIND_RELAY]   = {"relay",   &relay_fields,   &relay_order_fields},
    [KIND_COUNTER] = {"counter", &counter_fields, &no_orders},
    [KIND_WALLBOX] = {"wallbox", &wallbox_fields, &wallbox_order_fields},
    [KIND_BUTTON]  = {"button",  &button_fields,  &button_order_fields},
    [KIND_EMULATION] = {"emulation", &emulate_fields, &emulate_order_fields},
};

#define O CYAML_FLAG_OPTIONAL
#define TEXT(key, type, member) CYAML_FIELD_STRING_PTR(key, O, type, member, 1, WORD_MAX)
#define ROWS(key, type, member, entry, max) \
    CYAML_FIELD_SEQUENCE(key, O | CYAML_FLAG_POINTER, type, member, entry, 0, max)

static const cyaml_schema_value_t length_entry = {CYAML_VALUE_UINT(CYAML_FLAG_DEFAULT, uint8_t)};
static const cyaml_schema_value_t text_entry = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, WORD_MAX)
};
static const cyaml_schema_field_t take_fields[] = {
    TEXT("message", struct dialect_take, message),
    TEXT("signal", struct dialect_take, signal),
    TEXT("field", struct dialect_take, field),
    TEXT("bit", struct dialect_take, bit),
    CYAML_FIELD_FLOAT("times", O, struct dialect_take, times),
    CYAML_FIELD_FLOAT("plus", O, struct dialect_take, plus),
    CYAML_FIELD_INT("raised", O, struct dialect_take, raised),
    CYAML_FIELD_INT("cleared", O, struct dialect_take, cleared),
    ROWS("length", struct dialect_take, length, &length_entry, LENGTHS_MAX),
    TEXT("counter", struct dialect_take, counter),
    ROWS("copy", struct dialect_take, copy, &text_entry, 2),
    CYAML_FIELD_END
};
static const cyaml_schema_field_t send_fields[] = {
    TEXT("message", struct dialect_send, message),
    CYAML_FIELD_UINT("every_ms", O, struct dialect_send, every_ms),
    TEXT("signal", struct dialect_send, signal),
    TEXT("order", struct dialect_send, order),
    CYAML_FIELD_FLOAT("times", O, struct dialect_send, times),
    CYAML_FIELD_FLOAT("constant", O, struct dialect_send, constant),
    CYAML_FIELD_BOOL("inverted", O, struct dialect_send, inverted),
    CYAML_FIELD_BOOL("counter", O, struct dialect_send, counter),
    CYAML_FIELD_INT("min", O, struct dialect_send, min),
    CYAML_FIELD_INT("max", O, struct dialect_send, max),
    CYAML_FIELD_UINT("length", O, struct dialect_send, length),
    TEXT("text", struct dialect_send, text),
    CYAML_FIELD_END
};
static const cyaml_schema_value_t take_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct dialect_take, take_fields)
};
static const cyaml_schema_value_t send_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct dialect_send, send_fields)
};
static const cyaml_schema_field_t top_fields[] = {
    TEXT("name", struct dialect_spec, name),
    TEXT("kind", struct dialect_spec, kind),
    TEXT("dbc", struct dialect_spec, dbc),
    CYAML_FIELD_UINT("node", O, struct dialect_spec, node),
    ROWS("take", struct dialect_spec, take, &take_entry, ROWS_MAX),
    ROWS("send", struct dialect_spec, send, &send_entry, ROWS_MAX),
    CYAML_FIELD_END
};
static const cyaml_schema_value_t top_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct dialect_spec, top_fields)
};

static bool kind_fits(const char *text)
{
    for (size_t i = 0; i < DIALECT_KINDS; i++)
        if (strcmp(kinds[i].name, text) == 0)
            return true;
    return false;
}

static bool file_fits(const char *text)
{
    return *text != '.' && !strchr(text, '/');
}

static const struct yaml_note notes[] = {
    {"name", .must = true, .help = "name of the dialect: the file's own, without .yaml"},
    {"kind", .must = true, .fits = kind_fits,
     .allowed = "pack, shunt, relay, counter, wallbox, button or emulation", .help = "kind of device"},
    {"dbc", .must = true, .fits = file_fits, .allowed = "a file name without /",
     .help = "DBC file, beside this one"},
    {"node", .min = 1, .max = 127, .help = "node id the DBC's identifiers are written for"},
    {"take", .help = "frames the device sends"},
    {"take[].message", .help = "message the row is about"},
    {"take[].signal", .help = "Message.Signal to take"},
    {"take[].field", .help = "reading it fills"},
    {"take[].bit", .help = "named bit of the field, instead of the whole field"},
    {"take[].times", .min = -1e9, .max = 1e9, .preset = "1",
     .help = "physical value * times + plus"},
    {"take[].plus", .min = -1e9, .max = 1e9, .help = "see times"},
    {"take[].raised", .min = -1, .max = INT32_MAX, .preset = "1",
     .help = "raw value that sets the bit; -1 = each but cleared"},
    {"take[].cleared", .min = 0, .max = INT32_MAX, .help = "raw value that clears the bit"},
    {"take[].length", .help = "frame lengths accepted; default: the DBC's"},
    {"take[].length[]", .min = 0, .max = 64, .help = "bytes"},
    {"take[].counter", .help = "signal of the message that must move"},
    {"take[].copy",
     .help = "two signals of the message, the second the bitwise inverse of the first"},
    {"take[].copy[]", .help = "signal"},
    {"send", .help = "frames we send to the device"},
    {"send[].message", .must = true, .help = "message to send"},
    {"send[].every_ms", .min = 10, .max = 3600000, .help = "period, ms; on one row of the message"},
    {"send[].signal", .help = "signal of the message"},
    {"send[].order", .help = "order that gives its value"},
    {"send[].times", .min = -1e9, .max = 1e9, .preset = "1",
     .help = "order * times = physical value"},
    {"send[].constant", .min = -1e9, .max = 1e9, .help = "fixed physical value"},
    {"send[].inverted", .help = "the raw value bitwise inverted; default: false"},
    {"send[].counter", .help = "counts up with every frame; default: false"},
    {"send[].min", .min = INT32_MIN, .max = INT32_MAX,
     .help = "least value of the order that is sent, in the order's unit; default: the field's"},
    {"send[].max", .min = INT32_MIN, .max = INT32_MAX, .help = "highest, see min"},
    {"send[].length", .min = 1, .max = 64, .help = "bytes of the frame; default: the DBC's"},
    {"send[].text", .help = "ASCII for a signal of whole bytes, filled up with spaces"},
};
/* clang-format on */

const struct yaml_schema dialect_schema = {
    .top = &top_value,
    .notes = notes,
    .note_count = sizeof notes / sizeof notes[0],
};

const char *dialect_kind_name(enum dialect_kind kind)
{
    assert((unsigned)kind < DIALECT_KINDS);
    return kinds[kind].name;
}

bool dialect_find(char *out, size_t room, const char *file, const char *beside,
                  const char *data_dir)
{
    const char *slash = strrchr(beside, '/');
    int folder = slash ? (int)(slash - beside) : 1;
    const char *start = slash ? beside : ".";
    snprintf(out, room, "%.*s/%s", folder, start, file);
    if (access(out, R_OK) == 0)
        return true;
    snprintf(out, room, "%s/%s", data_dir, file);
    if (access(out, R_OK) == 0)
        return true;
    snprintf(out, room, "%.*s and %s", folder, start, data_dir);
    return false;
}

/* --- compiling --- */

static void tell_line(void *context, int line, const char *text)
{
    yaml_tell(context, line, "", "%s", text);
}

static void check_name(struct yaml_file *file, const char *name)
{
    const char *slash = strrchr(file->name, '/');
    const char *base = slash ? slash + 1 : file->name;
    size_t length = strlen(base);
    if (length > 5 && strcmp(base + length - 5, ".yaml") == 0)
        length -= 5;
    if (strlen(name) != length || strncmp(name, base, length) != 0)
        yaml_file_mistake(file, "name", "the file's own name, %.*s", (int)length, base);
}

static void number_lines(struct yaml_file *file, struct dialect_spec *spec)
{
    char path[YAML_PATH_SIZE];
    for (unsigned i = 0; i < spec->take_count; i++) {
        snprintf(path, sizeof path, "take[%u]", i);
        spec->take[i].line = yaml_file_line(file, path);
        if (spec->take[i].copy_count == 1)
            yaml_tell(file, spec->take[i].line, path, "copy must name two signals");
    }
    for (unsigned i = 0; i < spec->send_count; i++) {
        snprintf(path, sizeof path, "send[%u]", i);
        spec->send[i].line = yaml_file_line(file, path);
    }
}

static struct dbc *load_dbc(struct yaml_file *file, const struct dialect_spec *spec,
                            const char *data_dir)
{
    char path[FILE_PATH_SIZE];
    struct dbc *dbc = NULL;
    if (!dialect_find(path, sizeof path, spec->dbc, file->name, data_dir)) {
        yaml_file_mistake(file, "dbc", "a file in %s", path);
        return NULL;
    }
    int mistakes = dbc_load(&dbc, path, file->errors);
    if (mistakes < 0)
        yaml_file_mistake(file, "dbc", "a readable file: %s", strerror(-mistakes));
    else
        file->mistakes += (unsigned)mistakes;
    return mistakes ? NULL : dbc;
}

static void compile(struct dialect_file *out, struct yaml_file *file,
                    const struct dialect_spec *spec, const char *data_dir)
{
    enum dialect_kind kind = KIND_PACK;
    while (strcmp(kinds[kind].name, spec->kind) != 0)
        kind++;
    struct dbc *dbc = load_dbc(file, spec, data_dir);
    if (!dbc)
        return;
    struct dialect *dialect =
        dialect_compile(spec, dbc, kinds[kind].readings, kinds[kind].orders, tell_line, file);
    if (!dialect && !file->mistakes)
        yaml_tell(file, 1, "", "this dialect could not be compiled");
    *out = (struct dialect_file){dialect, dbc, kind, spec->node};
}

unsigned dialect_file_load(struct dialect_file *out, const char *path, const char *data_dir,
                           FILE *errors)
{
    size_t size;
    char *text = yaml_read_text(path, &size, errors);
    if (!text)
        return 1;
    struct dialect_file loaded = {0};
    struct yaml_file file;
    struct dialect_spec *spec = NULL;
    if (yaml_file_open(&file, path, &dialect_schema, text, size, errors))
        spec = yaml_file_load(&file);
    if (spec && spec->name)
        check_name(&file, spec->name);
    if (spec)
        number_lines(&file, spec);
    if (spec && !file.mistakes)
        compile(&loaded, &file, spec, data_dir);
    unsigned mistakes = file.mistakes;
    yaml_file_free(&dialect_schema, spec);
    yaml_file_close(&file);
    free(text);
    if (mistakes)
        dialect_file_free(&loaded);
    else
        *out = loaded;
    return mistakes;
}

void dialect_file_free(struct dialect_file *file)
{
    if (file->dialect)
        dialect_free(file->dialect);
    if (file->dbc)
        dbc_free(file->dbc);
    *file = (struct dialect_file){0};
}
