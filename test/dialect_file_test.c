#include "app/dialect_file.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bms/pack.h"
#include "test/check.h"

static char dir[] = "/tmp/busbar-dialect-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void put_file(const char *name, const char *text)
{
    FILE *out = fopen(path_of(name), "w");
    if (!out || fputs(text, out) < 0 || fclose(out) != 0)
        abort();
}

/* Loads DIR/bad.yaml; the text of its mistakes without the folder's name. Caller frees. */
static char *mistakes_of(const char *yaml, unsigned *count)
{
    char *told = NULL;
    size_t size;
    struct dialect_file file = {0};
    put_file("bad.yaml", yaml);
    FILE *errors = open_memstream(&told, &size);
    *count = dialect_file_load(&file, path_of("bad.yaml"), "dbc", errors);
    fclose(errors);
    CHECK(*count == 0 || !file.dialect, "nothing is given out with mistakes");
    dialect_file_free(&file);
    for (char *at = strstr(told, dir); at; at = strstr(at, dir))
        memmove(at, at + strlen(dir) + 1, strlen(at + strlen(dir) + 1) + 1);
    return told;
}

#define RELAY "name: bad\nkind: relay\ndbc: backbone.dbc\nnode: 0x10\n"

/* clang-format off */
static const struct {
    const char *yaml;
    unsigned count;
    const char *told;
} wrong[] = {
    {"kind: rely\ndbc: ../x.dbc\nnode: 200\ntakes: []\n", 5,
     "bad.yaml:1: name: missing, it must be given: a text, 1 to 64 characters\n"
     "bad.yaml:1: kind: rely is not allowed: pack, shunt, relay, counter, wallbox, button or "
     "emulation, 1 to 64 characters\n"
     "bad.yaml:2: dbc: ../x.dbc is not allowed: a file name without /, 1 to 64 characters\n"
     "bad.yaml:3: node: 200 is not allowed: 1 to 127\n"
     "bad.yaml:4: takes: this key is not allowed: one of name, kind, dbc, base, without, node, take, "
     "send (did you mean take?)\n"},
    {RELAY "take:\n  - {signal: RelayState.Outputs, field: outputs, times: big, lenght: 8}\n"
     "  - {message: RelayState, length: [8, 65], copy: [Outputs]}\n"
     "send:\n  - {every_ms: 5, signal: Outputs, inverted: maybe}\n", 7,
     "bad.yaml:6: take[0].times: big is not allowed: a number, -1000000000 to 1000000000\n"
     "bad.yaml:6: take[0].lenght: this key is not allowed: one of message, signal, field, bit, "
     "times, plus, raised, cleared, absent, must, age_ms, ends_ms, length, counter, copy "
     "(did you mean length?)\n"
     "bad.yaml:7: take[1].length[1]: 65 is not allowed: 0 to 64\n"
     "bad.yaml:9: send[0].message: missing, it must be given: a text, 1 to 64 characters\n"
     "bad.yaml:9: send[0].every_ms: 5 is not allowed: 10 to 3600000\n"
     "bad.yaml:9: send[0].inverted: maybe is not allowed: true or false\n"
     "bad.yaml:7: take[1]: copy must name two signals\n"},
    {"name: other\nkind: relay\ndbc: none.dbc\n", 1,
     "bad.yaml:1: name: other is not allowed: the file's own name, bad\n"},
    {"name: bad\nkind: relay\ndbc: none.dbc\n", 1,
     "bad.yaml:3: dbc: none.dbc is not allowed: a file in DIR and dbc\n"},
    {"name: bad\nkind: relay\ndbc: torn.dbc\n", 1, "torn.dbc:1: "},
    {"name: bad\nkind: relay\ndbc: backbone.dbc\nbase: none\n", 1,
     "bad.yaml:4: base: none is not allowed: a dialect, none.yaml in DIR and dbc\n"},
    {"name: bad\nkind: relay\ndbc: backbone.dbc\nbase: ../x\n", 1,
     "bad.yaml:4: base: ../x is not allowed: a dialect's name without /, 1 to 64 characters\n"},
    {"name: bad\nkind: relay\ndbc: backbone.dbc\nbase: bad\n", 1,
     "bad.yaml:4: base: bad is not allowed: at most 3 below each other\n"},
    {"name: bad\nkind: pack\ndbc: lv-battery.dbc\nbase: victron-lv\nwithout: [Cells, Alarms]\n", 1,
     "bad.yaml:5: without[1]: Alarms is not allowed: a message of the base\n"},
    {"name: bad\nkind: pack\ndbc: luxpower-lv.dbc\nbase: orion-lv\n", 3,
     "bad.yaml:4: message \"Installed\" is not in the DBC file: "},
    {RELAY "take:\n  - {signal: RelayState.Outputs, field: outputs, must: [1], absent: [0x100000000]}\n"
     "  - {message: RelayState, age_ms: 5}\n", 2,
     "bad.yaml:6: take[0].absent[0]: 0x100000000 is not allowed: -2147483648 to 4294967295\n"
     "bad.yaml:7: take[1].age_ms: 5 is not allowed: 1000 to 3600000\n"},
    {RELAY "take:\n  - {signal: RelayState.Outputs, field: outputs, must: [1]}\n", 1,
     "bad.yaml:6: signal RelayState.Outputs: at most 4 signals of a message must, without a field\n"},
};
/* clang-format on */

static void tells_mistakes(void)
{
    put_file("torn.dbc", "BO_ 400 RelayState 8 Contacts\n");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        unsigned count;
        char *told = mistakes_of(wrong[i].yaml, &count), expected[1200];
        const char *mark = strstr(wrong[i].told, "DIR");
        snprintf(expected, sizeof expected, "%s", wrong[i].told);
        if (mark) /* the folder itself stands in the text, without the slash that was taken away */
            snprintf(expected, sizeof expected, "%.*s%s", (int)(mark - wrong[i].told),
                     wrong[i].told, mark + 4);
        bool same = strncmp(told, expected, strlen(expected)) == 0;
        CHECK(same && count == wrong[i].count, "row %zu: %u mistakes: %s", i, count, told);
        free(told);
    }
}

/* What only the compiler can see is told with the row's line. */
static void tells_rows(void)
{
    unsigned count;
    char *told =
        mistakes_of(RELAY "take:\n"
                          "  - {signal: RelayState.Outputs, field: outputs}\n"
                          "  - {signal: RelayState.Nonsense, field: closed}\n"
                          "  - {signal: RelayState.Closed, field: nonsense}\n"
                          "send:\n"
                          "  - {message: RelayCommand, every_ms: 100}\n"
                          "  - {message: RelayCommand, signal: Outputs, order: nonsense}\n",
                    &count);
    CHECK(count == 3, "%u mistakes: %s", count, told);
    CHECK(!strncmp(told, "bad.yaml:7: ", 12), "%s", told);
    CHECK(strstr(told, "\nbad.yaml:8: ") && strstr(told, "\nbad.yaml:11: "), "%s", told);
    free(told);
}

static void shipped_load(void)
{
    glob_t found;
    CHECK(glob("dbc/*.yaml", 0, NULL, &found) == 0 && found.gl_pathc >= 6, "dialects are shipped");
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct dialect_file file = {0};
        unsigned mistakes = dialect_file_load(&file, found.gl_pathv[i], "dbc", stdout);
        CHECK(mistakes == 0 && file.dialect, "%s: %u mistakes", found.gl_pathv[i], mistakes);
        dialect_file_free(&file);
    }
    globfree(&found);
}

/* A frame through a shipped file. 0x351 of Pylontech LV V1.2, section 0x351: 0.1 V and 0.1 A,
 * little end first: 53.2 V, 25.0 A, 25.0 A, 45.0 V. */
static void shipped_decodes(void)
{
    static const struct frame limits = {
        .id = 0x351, .len = 8, .data = {0x14, 0x02, 0xFA, 0x00, 0xFA, 0x00, 0xC2, 0x01}};
    struct dialect_file file = {0};
    if (dialect_file_load(&file, "dbc/pylontech-lv.yaml", "dbc", stdout) != 0) {
        CHECK(false, "pylontech-lv");
        return;
    }
    CHECK(file.kind == KIND_PACK && file.node == 0, "kind %d", file.kind);
    struct dialect_id ids[DIALECT_MESSAGES];
    size_t count = dialect_takes(file.dialect, 0, ids, DIALECT_MESSAGES);
    struct pack_readings readings = {0};
    struct dialect_state state = {0};
    for (size_t i = 0; i < count; i++)
        if (ids[i].id == limits.id)
            dialect_take_frame(file.dialect, &state, ids[i].index, &limits, &readings, 1000);
    CHECK(readings.cvl_mV.value == 53200 && readings.cvl_mV.heard_ms == 1000, "%d mV",
          readings.cvl_mV.value);
    CHECK(readings.ccl_mA.value == 25000, "%d mA", readings.ccl_mA.value);
    dialect_file_free(&file);
}

/* An owner's own file beside the config stands on a shipped one: docs/dialects.md. */
static void own_stands_on_shipped(void)
{
    static const struct frame measured = {
        .id = 0x313, .len = 8, .data = {0x14, 0x61, 0xFE, 0xD3, 0x00, 0xEB, 0x3C, 0x62}};
    struct dialect_file file = {0};
    size_t size;
    char *page = yaml_read_text("docs/dialects.md", &size, stdout);
    char *start = page ? strstr(page, "name: my-growatt\n") : NULL;
    char *end = start ? strstr(start, "```") : NULL;
    CHECK(end, "the page shows one");
    if (!end)
        return;
    *end = '\0';
    put_file("my-growatt.yaml", start);
    free(page);
    unsigned mistakes = dialect_file_load(&file, path_of("my-growatt.yaml"), "dbc", stdout);
    CHECK(mistakes == 0 && file.dialect, "%u mistakes", mistakes);
    unlink(path_of("my-growatt.yaml"));
    struct dialect_id ids[DIALECT_MESSAGES];
    size_t count = file.dialect ? dialect_takes(file.dialect, 0, ids, DIALECT_MESSAGES) : 0;
    struct pack_readings readings = {0};
    struct dialect_state state = {0};
    for (size_t i = 0; i < count; i++)
        if (ids[i].id == measured.id)
            dialect_take_frame(file.dialect, &state, ids[i].index, &measured, &readings, 1000);
    CHECK(count == 5, "%zu messages, the base's", count);
    CHECK(readings.current_mA.value == 30100, "%d mA", readings.current_mA.value);
    dialect_file_free(&file);
}

/* What is sent under a name of the base says nothing about what is taken under it. */
static void sending_drops_no_take(void)
{
    struct dialect_file base = {0}, own = {0};
    struct dialect_id ids[DIALECT_MESSAGES];
    put_file("mine.yaml",
             "name: mine\nkind: pack\ndbc: lv-battery.dbc\nbase: pylontech-lv\n"
             "send:\n  - {message: Charge, every_ms: 1000, signal: Soc, constant: 50}\n");
    unsigned mistakes = dialect_file_load(&base, "dbc/pylontech-lv.yaml", "dbc", stdout) +
                        dialect_file_load(&own, path_of("mine.yaml"), "dbc", stdout);
    unlink(path_of("mine.yaml"));
    CHECK(mistakes == 0 && own.dialect, "%u mistakes", mistakes);
    if (mistakes == 0) {
        size_t all = dialect_takes(base.dialect, 0, ids, DIALECT_MESSAGES);
        size_t kept = dialect_takes(own.dialect, 0, ids, DIALECT_MESSAGES);
        CHECK(kept == all && all > 3, "%zu of the base's %zu messages are taken", kept, all);
    }
    dialect_file_free(&base);
    dialect_file_free(&own);
}

int main(void)
{
    if (!mkdtemp(dir))
        return 1;
    tells_mistakes();
    tells_rows();
    shipped_load();
    shipped_decodes();
    own_stands_on_shipped();
    sending_drops_no_take();
    unlink(path_of("bad.yaml"));
    unlink(path_of("torn.dbc"));
    rmdir(dir);
    return check_done("dialect_file");
}
