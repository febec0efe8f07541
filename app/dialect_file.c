#include "app/dialect_file.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bms/emulate.h"
#include "bms/pack.h"
#include "devices/nodes.h"

enum { WORD_MAX = 64, ROWS_MAX = 256, FILE_PATH_SIZE = 512, LENGTHS_MAX = 8, VALUES_MAX = 4 };
enum { BASES_MAX = 4 }; /* a dialect, its base, the base's base .. */

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
static const cyaml_schema_value_t raw_entry = {CYAML_VALUE_INT(CYAML_FLAG_DEFAULT, int64_t)};
static const cyaml_schema_value_t number_entry = {CYAML_VALUE_FLOAT(CYAML_FLAG_DEFAULT, double)};
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
    ROWS("absent", struct dialect_take, absent, &raw_entry, VALUES_MAX),
    ROWS("must", struct dialect_take, must, &raw_entry, VALUES_MAX),
    CYAML_FIELD_UINT("age_ms", O, struct dialect_take, age_ms),
    CYAML_FIELD_UINT("ends_ms", O, struct dialect_take, ends_ms),
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
    ROWS("turn", struct dialect_send, turn, &number_entry, VALUES_MAX),
    CYAML_FIELD_BOOL("fixed", O, struct dialect_send, fixed),
    CYAML_FIELD_BOOL("inverted", O, struct dialect_send, inverted),
    CYAML_FIELD_BOOL("counter", O, struct dialect_send, counter),
    CYAML_FIELD_UINT("phase_ms", O, struct dialect_send, phase_ms),
    CYAML_FIELD_UINT("node_bit", O, struct dialect_send, node_bit),
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
    TEXT("base", struct dialect_spec, base),
    ROWS("without", struct dialect_spec, without, &text_entry, ROWS_MAX),
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
    {"base", .fits = file_fits, .allowed = "a dialect's name without /",
     .help = "dialect whose rows hold for every message that no row here names"},
    {"without", .help = "messages of the base that this device does not send or take"},
    {"without[]", .help = "message"},
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
    {"take[].absent", .help = "raw values that say nothing: the row is passed over"},
    {"take[].absent[]", .min = INT32_MIN, .max = UINT32_MAX, .help = "raw value"},
    {"take[].must", .help = "raw values of a good frame; instead of field"},
    {"take[].must[]", .min = INT32_MIN, .max = UINT32_MAX, .help = "raw value"},
    {"take[].age_ms", .min = 1000, .max = 3600000,
     .help = "of a message that comes seldom: its values stand so long while others come, ms"},
    {"take[].ends_ms", .min = 1000, .max = 3600000,
     .help = "of a message that is sent only while something is raised: this long without it, while"
             " the device talks, clears its bits"},
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
    {"send[].turn", .help = "physical values, one a frame in turn"},
    {"send[].turn[]", .min = -1e9, .max = 1e9, .help = "physical value"},
    {"send[].fixed", .help = "the message's identifier does not follow the node; default: false"},
    {"send[].inverted", .help = "the raw value bitwise inverted; default: false"},
    {"send[].counter", .help = "counts up with every frame; default: false"},
    {"send[].phase_ms", .min = 0, .max = 3600000,
     .help = "of the message: sent so long after each multiple of every_ms; default: at any time"},
    {"send[].node_bit", .min = 0, .max = 21,
     .help = "of the message: lowest bit of the node id in its identifier; default: 0"},
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

/* --- one file and its bases --- */

struct source {
    char path[FILE_PATH_SIZE];
    char *text;
    struct yaml_file file;
    struct dialect_spec *spec;
};

/* True when the file alone has no mistake. */
static bool source_open(struct source *s, FILE *errors)
{
    size_t size;
    s->text = yaml_read_text(s->path, &size, errors);
    if (!s->text)
        return false;
    if (yaml_file_open(&s->file, s->path, &dialect_schema, s->text, size, errors))
        s->spec = yaml_file_load(&s->file);
    if (s->spec && s->spec->name)
        check_name(&s->file, s->spec->name);
    if (s->spec)
        number_lines(&s->file, s->spec);
    return s->spec && !s->file.mistakes;
}

static void source_close(struct source *s)
{
    if (!s->text)
        return;
    yaml_file_free(&dialect_schema, s->spec);
    yaml_file_close(&s->file);
    free(s->text);
}

/* The base that the last of count names; false with a mistake told. */
static bool base_open(struct source sources[BASES_MAX], unsigned *count, const char *data_dir,
                      FILE *errors)
{
    struct source *last = &sources[*count - 1];
    char file[WORD_MAX + 8], where[FILE_PATH_SIZE];
    snprintf(file, sizeof file, "%s.yaml", last->spec->base);
    if (*count == BASES_MAX) {
        yaml_file_mistake(&last->file, "base", "at most %d below each other", BASES_MAX - 1);
        return false;
    }
    if (!dialect_find(where, sizeof where, file, last->path, data_dir)) {
        yaml_file_mistake(&last->file, "base", "a dialect, %s in %s", file, where);
        return false;
    }
    memcpy(sources[*count].path, where, sizeof where);
    return source_open(&sources[(*count)++], errors);
}

static bool same_message(const char *message, const char *signal, const char *name)
{
    size_t length = strlen(name);
    return (message && strcmp(message, name) == 0) ||
           (signal && strncmp(signal, name, length) == 0 && signal[length] == '.');
}

static bool left_out(const struct dialect_spec *spec, const char *message, const char *signal)
{
    for (unsigned i = 0; i < spec->without_count; i++)
        if (same_message(message, signal, spec->without[i]))
            return true;
    return false;
}

/* Whether top says itself what this row of its base says: of the message, or of its signals. */
static bool take_replaced(const struct dialect_spec *top, const struct dialect_take *row)
{
    char name[WORD_MAX + 1];
    const char *about = row->signal ? row->signal : row->message;
    if (!about || left_out(top, row->message, row->signal))
        return true;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(about, "."), about);
    for (unsigned i = 0; i < top->take_count; i++)
        if (row->signal ? same_message(NULL, top->take[i].signal, name)
                        : same_message(top->take[i].message, NULL, name))
            return true;
    return false;
}

static bool send_replaced(const struct dialect_spec *top, const struct dialect_send *row)
{
    for (unsigned i = 0; i < top->send_count; i++)
        if (strcmp(top->send[i].message, row->message) == 0)
            return true;
    return left_out(top, row->message, NULL);
}

/* A message in without that no row of the base is about is a slip. */
static void check_without(struct source *source, const struct dialect_spec *below)
{
    for (unsigned w = 0; w < source->spec->without_count; w++) {
        char path[YAML_PATH_SIZE];
        bool found = false;
        for (unsigned i = 0; i < below->take_count && !found; i++)
            found = same_message(below->take[i].message, below->take[i].signal,
                                 source->spec->without[w]);
        for (unsigned i = 0; i < below->send_count && !found; i++)
            found = same_message(below->send[i].message, NULL, source->spec->without[w]);
        snprintf(path, sizeof path, "without[%u]", w);
        if (!found)
            yaml_file_mistake(&source->file, path, "a message of the base");
    }
}

/* Puts the rows of top on those of whole. Rows that come from a base are told at line. */
static void rows_join(struct dialect_spec *whole, const struct dialect_spec *top, int line)
{
    unsigned takes = 0, sends = 0;
    for (unsigned i = 0; i < whole->take_count; i++)
        if (!take_replaced(top, &whole->take[i]))
            whole->take[takes++] = whole->take[i];
    for (unsigned i = 0; i < whole->send_count; i++)
        if (!send_replaced(top, &whole->send[i]))
            whole->send[sends++] = whole->send[i];
    for (unsigned i = 0; i < top->take_count && takes < ROWS_MAX; i++) {
        whole->take[takes] = top->take[i];
        whole->take[takes++].line = line ? line : top->take[i].line;
    }
    for (unsigned i = 0; i < top->send_count && sends < ROWS_MAX; i++) {
        whole->send[sends] = top->send[i];
        whole->send[sends++].line = line ? line : top->send[i].line;
    }
    whole->take_count = takes;
    whole->send_count = sends;
}

static void join_and_compile(struct dialect_file *out, struct source sources[BASES_MAX],
                             unsigned count, const char *data_dir)
{
    struct dialect_spec whole = *sources[0].spec;
    whole.take = calloc(ROWS_MAX, sizeof *whole.take);
    whole.send = calloc(ROWS_MAX, sizeof *whole.send);
    whole.take_count = whole.send_count = 0;
    if (whole.take && whole.send) {
        for (unsigned i = count; i-- > 0;) {
            check_without(&sources[i], &whole);
            rows_join(&whole, sources[i].spec, i ? yaml_file_line(&sources[0].file, "base") : 0);
        }
        compile(out, &sources[0].file, &whole, data_dir);
    } else {
        yaml_tell(&sources[0].file, 1, "", "no memory");
    }
    free(whole.take);
    free(whole.send);
}

unsigned dialect_file_load(struct dialect_file *out, const char *path, const char *data_dir,
                           FILE *errors)
{
    struct source sources[BASES_MAX] = {0};
    struct dialect_file loaded = {0};
    unsigned count = 1, mistakes = 0;
    snprintf(sources[0].path, sizeof sources[0].path, "%s", path);
    bool good = source_open(&sources[0], errors);
    while (good && sources[count - 1].spec->base)
        good = base_open(sources, &count, data_dir, errors);
    if (good)
        join_and_compile(&loaded, sources, count, data_dir);
    for (unsigned i = 0; i < count; i++) {
        mistakes += sources[i].text ? sources[i].file.mistakes : 1;
        source_close(&sources[i]);
    }
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
