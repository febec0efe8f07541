/* What each dialect sends unasked, byte by byte: keep-alives and polls, as their documents print them. */
#include "test/dialect_play.h"

struct sent {
    int64_t at_ms;
    const char *frame; /* NULL: nothing is due */
};

static void sends(const char *name, uint8_t node, const struct sent *rows, size_t count)
{
    const struct pack_orders orders = {
        .voltage_mV = 52000, .current_mA = 10000, .temp_dC = 250, .soc_permille = 700};
    load(name);
    for (size_t i = 0; i < count && file.dialect; i++) {
        struct frame due[4];
        char text[FRAME_TEXT_SIZE] = "";
        size_t n = dialect_due(file.dialect, &state, node, &orders, rows[i].at_ms, due, 4);
        if (n)
            frame_format(text, &due[0]);
        CHECK(n == (rows[i].frame != NULL), "%s at %d: %zu frames", name, (int)rows[i].at_ms, n);
        CHECK(!rows[i].frame || strcmp(text, rows[i].frame) == 0, "%s at %d: %s", name,
              (int)rows[i].at_ms, text);
    }
    dialect_file_free(&file);
}

/* clang-format off */
static const struct sent zeros[] = {
    {1000, "305#0000000000000000"}, {1900, NULL}, {2000, "305#0000000000000000"},
};
static const struct sent measured[] = {
    {1000, "305#08029CFFFA00BC02"},   /* 52.0 V, -10.0 A: - charges there, 25.0 C, 70.0 % */
};
static const struct sent poll_growatt[] = {
    {1000, "301#1122334455667788"}, {1999, NULL}, {2000, "301#1122334455667788"},
};
static const struct sent poll_pylontech[] = {  /* data and equipment by turns, whatever the address */
    {1000, "00004200#0000000000000000"}, {1499, NULL}, {1500, "00004200#0200000000000000"},
    {2000, "00004200#0000000000000000"}, {2500, "00004200#0200000000000000"},
};
static const struct sent hello[] = {
    {2000, "151#0100000000000000"}, {4000, "151#0000000000000000"}, {6000, "151#0000000000000000"},
    {8000, "151#0000000000000000"}, {10000, "151#0100000000000000"},
};
static const struct sent alive[] = {{1000, "00000310#0000000000000000"}, {1500, NULL}};
static const struct sent request[] = {
    {1000, "210#0100000000000000"}, {1099, NULL}, {1100, "210#0100000000000000"},
};
static const struct sent silence[] = {{1000, NULL}, {10000, NULL}};
/* clang-format on */
#define SENDS(name, node, rows) sends(name, node, rows, sizeof rows / sizeof rows[0])

int main(void)
{
    static const char *const low_voltage[] = {
        "pylontech-lv", "deye-lv",  "victron-lv", "byd-lv",    "discover-lv",
        "seplos-lv",    "shoto-lv", "goodwe-lv",  "solark-lv", "luxpower-lv"};
    for (size_t i = 0; i < sizeof low_voltage / sizeof low_voltage[0]; i++)
        SENDS(low_voltage[i], 0, zeros);
    SENDS("sma-lv", 0, measured);
    SENDS("growatt-lv", 0, poll_growatt);
    SENDS("pylontech-hv", 0x10, poll_pylontech);
    SENDS("pylontech-hv", 0x12, poll_pylontech);
    SENDS("byd-hvs", 0, hello);
    SENDS("schneider-v2", 0, alive);
    SENDS("foxbms-2", 0, request);
    SENDS("orion-lv", 0, silence);
    return check_done("dialect_send");
}
