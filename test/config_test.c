#include "app/config.h"

#include <stdlib.h>
#include <string.h>

#include "app/config_file.h"
#include "app/config_page.h"
#include "inverter/protocol.h"
#include "test/check.h"

/* A line of a config file and what must be told about it. */
struct row {
    const char *yaml;
    const char *told[4];
};

#define NAME "letters, digits and . _ -, 1 to 23 characters"
#define STREAM                                                                                     \
    "auto, serial:DEVICE, tty:DEVICE, hidraw:DEVICE, tcp://HOST:PORT or /dev/..; a pattern "       \
    "(/dev/ttyUSB*), or several with spaces between, 1 to 127 characters"

/* clang-format off */
static const struct row wrong_values[] = {
    {"plant: UC001", {0}},
    {"state_dir: \"\"", {"state_dir: \"\" is not allowed: a text, 1 to 127 characters"}},
    {"contrl: /run/x.sock",
     {"contrl: this key is not allowed: one of plant, state_dir, control, clock, backbone, node, "
      "site, buses, battery, cap_schedule, packs, shunts, wires, boards, counters, ports, inverters, inputs, strings, "
      "contacts, interlocks, wallboxes, buttons, emulations, sources, transfers (did you mean control?)"}},
    {"node: 16", {"node: 16 is not allowed: 1 to 15"}},
    {"node: 2", {"node: this key is not allowed twice: it stands on line 4"}},
    {"site: {coldest_C: -15,5}",
     {"site.5: this key is not allowed: one of coldest_C, hottest_C, phase_reserve_W, neutral_max_A, unbalance_max_VA, "
      "ac_dead_s, ac_lockout_s"}},
    {"buses:", {0}},
    {"  - {name: backbone, port: \"can:0\"}",
     {"buses[0].port: can:0 is not allowed: an interface (can0), socketcan:NAME, local:PATH, "
      "log:FILE or mem:NAME, 1 to 127 characters"}},
    {"  - {name: battery, port: can0}", {0}},
    {"  - {name: battery, port: can0}",
     {"buses[2].name: battery is not allowed: each name once, and line 9 has it",
      "buses[2].port: can0 is not allowed: each port once, and line 9 has it"}},
    {"battery:", {"battery.discharge_max_A: missing, it must be given: a number, 0 to 2000"}},
    {"  chemistry: lead", {"battery.chemistry: lead is not allowed: one of lfp, nmc, nca"}},
    {"  cells: 16.5", {"battery.cells: 16.5 is not allowed: a whole number, 1 to 400"}},
    {"  cap_procent: 70",
     {"battery.cap_procent: this key is not allowed: one of chemistry, cell, cells, cap_percent, "
      "cap_hysteresis_percent, floor_percent, charge_max_A, discharge_max_A, cell_ceiling_mV, "
      "cell_floor_mV, self_draw_mA, sensor_offset_mA, sensor_gain_percent, join_V, cap_raise, full_days, "
      "full_minutes, cell_delta_mV, .. (did you mean cap_percent?)"}},
    {"  floor_percent: 95", {"battery.floor_percent: 95 is not allowed: 0 to 90"}},
    {"  charge_max_A: 200A", {"battery.charge_max_A: 200A is not allowed: a number, 0 to 2000"}},
    {"packs:", {0}},
    {"  - {name: rack, bus: batery, dialect: pylontech-lv, capacity_Ah: 0}",
     {"packs[0].bus: batery is not allowed: a name in buses: backbone, battery, battery "
      "(did you mean battery?)",
      "packs[0].capacity_Ah: 0 is not allowed: 1 to 20000"}},
    {"boards:", {0}},
    {"  - {name: two words, bus: backbone, dialect: relay-8, node: 010}",
     {"boards[0].name: two words is not allowed: " NAME,
      "boards[0].node: 010 is not allowed: a whole number, 1 to 127"}},
    {"  - {name: switches, bus: [backbone], dialect: relay-8, node: 0x11}",
     {"boards[1].bus: a list is not allowed: a text, 1 to 23 characters"}},
    {"  - just a word", {"boards[2]: just a word is not allowed: a mapping of keys to values"}},
    {"counters: {name: strings}", {"counters: a mapping is not allowed: a list of 0 to 16 "
     "entries"}},
    {"inverters:", {0}},
    {"  - {name: inv1, port: \"usb:/dev/x\", phase: L4, rated_W: 8000, rated_A: 34.7, "
     "charge_max_A: 9}",
     {"inverters[0].port: usb:/dev/x is not allowed: " STREAM,
      "inverters[0].phase: L4 is not allowed: one of L1, L2, L3"}},
    {"  - {name: inv2, port: \"tcp://host\", phase: L2, rated_W: -1, rated_A: 1e999, "
     "charge_max_A: 9}",
     {"inverters[1].port: tcp://host is not allowed: " STREAM,
      "inverters[1].rated_W: -1 is not allowed: 100 to 100000",
      "inverters[1].rated_A: 1e999 is not allowed: a number, 1 to 500"}},
    {"inputs: &inputs", {0}},
    {"  - {name: inv1.pv1, inverter: inv1, voc_max_V: 500, isc_max_A: 18, power_max_W: 4000}", {0}},
    {"strings:", {0}},
    {"  - {name: s1, modules: 0, voc_V: 41.1, isc_A: 11.6, vmp_V: 34.5, imp_A: 10.9, fused: on,",
     {"strings[0].modules: 0 is not allowed: 1 to 40",
      "strings[0].fused: on is not allowed: true or false"}},
    {"     home: inv1.pv9, counter: strings, channel: 5,",
     {"strings[0].home: inv1.pv9 is not allowed: a name in inputs: inv1.pv1 (did you mean "
      "inv1.pv1?)",
      "strings[0].counter: strings is not allowed: a name in counters, which has none",
      "strings[0].channel: 5 is not allowed: 1 to 4"}},
    {"     switch: {board: switches}}",
     {"strings[0].switch.channel: missing, it must be given: a whole number, 1 to 16"}},
    {"contacts: *inputs", {"contacts: an alias is not allowed: the value itself"}},
    {"wallboxes:", {0}},
    {"  - {name: a-name-that-is-far-too-long, bus: backbone, dialect: ../x, node: 0x13, "
     "inverter: inv1, max_A: 5}",
     {"wallboxes[0].name: a-name-that-is-far-too-long is not allowed: " NAME,
      "wallboxes[0].dialect: ../x is not allowed: " NAME,
      "wallboxes[0].max_A: 5 is not allowed: 6 to 80"}},
    {"buttons: ~", {"buttons: ~ is not allowed: a list of 0 to 16 entries"}},
};

/* Each value is right by itself; they do not fit together. The one wrong value does not keep
 * the rest from being told. */
static const struct row wrong_together[] = {
    {"node: 99", {"node: 99 is not allowed: 1 to 15"}},
    {"buses:", {0}},
    {"  - {name: backbone, port: can0}", {0}},
    {"  - {name: battery, port: can1}", {0}},
    {"battery: {chemistry: lfp, cells: 16, cap_percent: 50, floor_percent: 49, charge_max_A: 200,",
     {"battery.floor_percent: 49 is not allowed: less than 48, where charging resumes below "
      "the cap"}},
    {"  discharge_max_A: 300, cell_ceiling_mV: 3000, cell_floor_mV: 3100}",
     {"battery.cell_floor_mV: 3100 is not allowed: less than cell_ceiling_mV, 3000"}},
    {"packs:", {0}},
    {"  - {name: rack1, bus: battery, dialect: pylontech-lv, capacity_Ah: 600}", {0}},
    {"  - {name: rack2, bus: battery, dialect: pylontech-lv, capacity_Ah: 600, node: 3}",
     {"packs[1].node: 3 is not allowed: none, dialect pylontech-lv has no node ids",
      "packs[1].node: 3 is not allowed: a device of its own: frame 0x351 is packs[0]'s on bus "
      "battery"}},
    {"shunts:", {0}},
    {"  - {name: shunt, bus: battery, dialect: no-such}",
     {"shunts[0].dialect: no-such is not allowed: a dialect, no-such.yaml in . and dbc"}},
    {"boards:", {0}},
    {"  - {name: contacts, bus: backbone, dialect: relay-8, node: 0x10}", {0}},
    {"  - {name: switches, bus: backbone, dialect: relay-8, node: 0x10, channels: 2}",
     {"boards[1].node: 0x10 is not allowed: a device of its own: frame 0x190 is boards[0]'s on "
      "bus backbone"}},
    {"  - {name: more, bus: backbone, dialect: string-counter, node: 0x18}",
     {"boards[2].dialect: string-counter is not allowed: a dialect of kind relay; this one is "
      "of kind counter"}},
    {"  - {name: far, bus: backbone, dialect: relay-8, node: 0x20}",
     {"boards[3].node: 0x20 is not allowed: 0x10 to 0x1F on the backbone"}},
    {"counters:", {0}},
    {"  - {name: strings, bus: backbone, dialect: string-counter, node: 0x12}", {0}},
    {"inverters:", {0}},
    {"  - {name: inv1, port: \"tty:/a\", phase: L1, rated_W: 8000, rated_A: 34.7, "
     "charge_max_A: 120}", {0}},
    {"inputs:", {0}},
    {"  - {name: inv1.pv1, inverter: inv1, voc_max_V: 500, isc_max_A: 18, power_max_W: 4000}", {0}},
    {"strings:", {0}},
    {"  - {name: s1, modules: 9, voc_V: 34, isc_A: 11.6, vmp_V: 34.5, imp_A: 11.6, home: inv1.pv1,",
     {"strings[0].vmp_V: 34.5 is not allowed: less than voc_V, 34",
      "strings[0].imp_A: 11.6 is not allowed: less than isc_A, 11.6"}},
    {"     counter: strings, channel: 1, switch: {board: switches, channel: 1}}", {0}},
    {"  - {name: s2, modules: 9, voc_V: 41.1, isc_A: 11.6, vmp_V: 34.5, imp_A: 10.9, home: "
     "inv1.pv1,", {0}},
    {"     counter: strings, channel: 1, switch: {board: switches, channel: 3}}",
     {"strings[1].channel: 1 is not allowed: a channel of its own; line 25 has this one",
      "strings[1].switch.channel: 3 is not allowed: 1 to 2, what the board has"}},
    {"contacts:", {0}},
    {"  - {string: s1, input: inv1.pv1, board: contacts, channel: 1}", {0}},
    {"  - {string: s2, input: inv1.pv1, board: contacts, channel: 1}",
     {"contacts[1].channel: 1 is not allowed: a channel of its own; line 29 has this one"}},
    {"  - {string: s2, input: inv1.pv1, board: switches, channel: 1}",
     {"contacts[2].channel: 1 is not allowed: a channel of its own; line 25 has this one"}},
    {"wallboxes:", {0}},
    {"  - {name: w1, bus: backbone, dialect: wallbox-node, node: 0x13, inverter: inv1, min_A: "
     "10, max_A: 9}",
     {"wallboxes[0].min_A: 10 is not allowed: at most max_A, 9"}},
    {"  - {name: w2, bus: backbone, dialect: wallbox-node, node: 0x15, inverter: inv1, max_A: 35}",
     {"wallboxes[1].max_A: 35 is not allowed: at most what inverter inv1 is rated for, 34.7",
      "wallboxes[1].inverter: inv1 is not allowed: an inverter of its own; wallboxes[0] has "
      "this one"}},
};

/* The router's own rules, told at the string they name. */
static const struct row wrong_wiring[] = {
    {"battery: {chemistry: lfp, cells: 16, charge_max_A: 100, discharge_max_A: 100}", {0}},
    {"buses: [{name: backbone, port: can0}]", {0}},
    {"boards: [{name: relays, bus: backbone, dialect: relay-8, node: 0x10}]", {0}},
    {"counters: [{name: strings, bus: backbone, dialect: string-counter, node: 0x12}]", {0}},
    {"inverters:", {0}},
    {"  - {name: inv1, port: \"tty:/a\", phase: L1, rated_W: 8000, rated_A: 34.7, charge_max_A: 9}",
     {0}},
    {"inputs:", {0}},
    {"  - {name: pv1, inverter: inv1, voc_max_V: 500, isc_max_A: 18, power_max_W: 4000}", {0}},
    {"  - {name: pv2, inverter: inv1, voc_max_V: 400, isc_max_A: 18, power_max_W: 4000}", {0}},
    {"strings:", {0}},
    {"  - {name: s1, modules: 9, voc_V: 41.1, isc_A: 11.6, vmp_V: 34.5, imp_A: 10.9, home: pv1,",
     {"strings[0]: string s1 reaches 412.8 V on the coldest day: input pv2 takes at most 400.0 V"}},
    {"     counter: strings, channel: 1, switch: {board: relays, channel: 1}}", {0}},
    {"  - {name: s2, modules: 4, voc_V: 41.1, isc_A: 11.6, vmp_V: 34.5, imp_A: 10.9, home: pv2,",
     {"strings[1]: string s2 has no contact to its home input pv2"}},
    {"     counter: strings, channel: 2, switch: {board: relays, channel: 2}}", {0}},
    {"contacts:", {0}},
    {"  - {string: s1, input: pv1, board: relays, channel: 3}", {0}},
    {"  - {string: s1, input: pv2, board: relays, channel: 4}", {0}},
};
/* One fixed port tells its unit by its place; else the number of the unit must. */
static const struct row ports_alike[] = {
    {"battery: {chemistry: lfp, cells: 16, charge_max_A: 100, discharge_max_A: 100}", {0}},
    {"inverters:", {0}},
    {"  - {name: a, port: auto, serial: 96332409100101, phase: L1, rated_W: 8000, rated_A: 34.7, "
     "charge_max_A: 9}",
     {0}},
    {"  - {name: b, port: auto, serial: 96332409100102, phase: L2, rated_W: 8000, rated_A: 34.7, "
     "charge_max_A: 9}",
     {0}},
    {"  - {name: c, port: auto, phase: L3, rated_W: 8000, rated_A: 34.7, charge_max_A: 9}",
     {"inverters[2].port: auto is not allowed: one port, or with serial: the number of the unit",
      "inverters[2].port: auto is not allowed: a port of its own; inverters[0] has it, and not both "
      "have serial:",
      "inverters[2].port: auto is not allowed: a port of its own; inverters[1] has it, and not both "
      "have serial:"}},
    {"  - {name: d, port: /dev/ttyS0, serial: 96332409100101, phase: L3, rated_W: 8000, rated_A: "
     "34.7, charge_max_A: 9}",
     {"inverters[3].serial: 96332409100101 is not allowed: each serial once, and line 3 has it"}},
};
static const struct row entry_lost[] = {
    {"buses: [{name: backbone, port: can0}, {name: other, port: can1}]", {0}},
    {"boards:", {0}},
    {"  - word", {"boards[0]: word is not allowed: a mapping of keys to values"}},
    {"  - {name: a, bus: backbone, dialect: relay-8, node: 0x10}", {0}},
    {"  - {name: b, bus: other, dialect: relay-8, node: 0x10}", {0}},
    {"  - {name: c, bus: backbone, dialect: relay-8, node: 0x10}",
     {"boards[3].node: 0x10 is not allowed: a device of its own: frame 0x190 is boards[1]'s "
      "on bus backbone"}},
};
static const struct row no_battery[] = {
    {"buses: [{name: battery, port: can1}]", {"battery: missing, it must be given with packs"}},
    {"packs: [{name: rack, bus: battery, dialect: pylontech-lv, capacity_Ah: 600}]", {0}},
};
static const struct row inverters_alone[] = {
    {"inverters: [{name: a, port: \"tty:/a\", phase: L1, rated_W: 8000, rated_A: 34.7,",
     {"battery: missing, it must be given with inverters"}},
    {"  charge_max_A: 9}]", {0}},
};
static const struct row no_yaml[] = {
    {"plant: [1,", {0}},
    {"node: 2", {"not YAML at column 1: did not find expected ',' or ']' while parsing a flow "
     "sequence"}},
};
static const struct row no_mapping[] = {{"- 1", {"something else is not allowed: a mapping of "
"keys to values"}}};
static const struct row two_documents[] = {
    {"plant: one", {0}}, {"---", {0}},
    {"plant: two", {"a second document is not allowed: one in a file"}},
};
static const struct row cyclic[] = {
    {"plant: &a one", {0}},
    {"site: &b", {0}},
    {"  coldest_C: *a", {"site.coldest_C: an alias is not allowed: the value itself"}},
    {"battery: *b", {"battery: an alias is not allowed: the value itself"}},
    {"control: \"a\\0b\"", {"control: a?b is not allowed: a socket path, 1 to 107 characters"}},
};
/* clang-format on */

/* The whole output line for line; NULL-terminated text of the rows. */
static char *join(const struct row *rows, size_t count)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s\n", rows[i].yaml);
    fclose(out);
    return text;
}

/* Takes one line out of the output; false when it is not there. */
static bool strike(char *told, const char *line)
{
    size_t length = strlen(line);
    for (char *at = strstr(told, line); at; at = strstr(at + 1, line)) {
        bool whole = (at == told || at[-1] == '\n') && at[length] == '\n';
        if (!whole)
            continue;
        memmove(at, at + length + 1, strlen(at + length + 1) + 1);
        return true;
    }
    return false;
}

static void tells(const char *what, const struct row *rows, size_t count)
{
    char *text = join(rows, count), *told = NULL;
    size_t size;
    FILE *errors = open_memstream(&told, &size);
    struct config config;
    int mistakes = config_load_text(&config, "wrong.yaml", text, strlen(text), "dbc", errors);
    fclose(errors);
    int expected = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < 4 && rows[i].told[j]; j++, expected++) {
            char line[600];
            /* A text that ends too early is told where it ends. */
            snprintf(line, sizeof line, "wrong.yaml:%zu: %s", i + 1 + (rows == no_yaml),
                     rows[i].told[j]);
            CHECK(strike(told, line), "%s: not told: %s", what, line);
        }
    CHECK(*told == '\0', "%s: told too much: %s", what, told);
    CHECK(mistakes == expected, "%s: %d mistakes, expected %d", what, mistakes, expected);
    config_free(&config);
    free(told);
    free(text);
}
#define TELLS(rows) tells(#rows, rows, sizeof rows / sizeof rows[0])

static void loads_uc001(void)
{
    struct config c;
    int mistakes = config_load(&c, "sim/uc001.yaml", "dbc", stdout);
    CHECK(mistakes == 0, "%d mistakes", mistakes);
    if (mistakes)
        return;
    CHECK(!strcmp(c.plant, "UC001") && !strcmp(c.control, "/run/busbar/control.sock") && !*c.clock,
          "%s", c.plant);
    CHECK(c.bus_count == 3 && !strcmp(c.buses[1].port, "can1") && c.backbone == 0, "buses");
    CHECK(c.controller_node == 1, "node %u", c.controller_node);
    CHECK(c.bank.chemistry == CHEMISTRY_LFP && c.bank.cells == 16, "battery");
    CHECK(c.bank.cap_permille == 700 && c.bank.cap_hysteresis_permille == 20 &&
              c.bank.floor_permille == 200,
          "cap %d", c.bank.cap_permille);
    CHECK(c.bank.charge_max_mA == 200000 && c.bank.discharge_max_mA == 300000, "limits");
    CHECK(c.bank.packs == 1 && c.bank.capacity_mAh == 600000 &&
              c.bank.pack_capacity_mAh[0] == 600000 && !c.bank.pack_out[0] && c.bank.join_mV == 0,
          "capacity %d", c.bank.capacity_mAh);
    CHECK(c.bank.sensor_gain_permille == 5 && c.bank.sensor_offset_mA == 50, "defaults");
    CHECK(c.pack_count == 1 && c.packs[0].bus == 1 && c.packs[0].node == 0 && c.packs[0].dialect,
          "pack");
    CHECK(c.shunt_count == 1 && c.shunts[0].bus == 2 && c.shunts[0].dialect, "shunt");
    CHECK(c.board_count == 2 && c.boards[1].node == 0x11 && c.board_channels[1] == 8, "boards");
    CHECK(c.boards[0].dialect == c.boards[1].dialect, "a dialect is compiled once");
    CHECK(c.counter_count == 1 && c.counters[0].node == 0x12, "counter");
    CHECK(c.inverter_count == 4 && c.inverters[2].phase == 3 && c.inverters[3].phase == 1 &&
              c.inverters[3].rated_dA == 347 && c.inverters[0].rated_W == 8000 &&
              c.inverters[0].charge_max_A == 120,
          "inverters");
    CHECK(!strcmp(c.inverters[3].port, "tty:/tmp/busbar/inv4"), "%s", c.inverters[3].port);
    const struct topology *t = &c.topology;
    CHECK(t->strings == 3 && t->inputs == 5 && t->contacts == 7, "topology");
    /* 9 x 41.1 V x (1 + 0.0029 x 40 K) = 412.808 V; 9 x 34.5 V x 10.9 A = 3384 W */
    CHECK(t->string[0].voc_mV == 412808, "%d mV", t->string[0].voc_mV);
    CHECK(t->string[1].isc_mA == 11600 && t->string[1].mpp_W == 3384, "%d W", t->string[1].mpp_W);
    CHECK(t->string[2].home == 2 && !t->string[2].fused, "home");
    CHECK(t->input[4].inverter == 3 && t->input[4].phase == 1 && t->input[4].charge_point == 0 &&
              t->input[4].strings_max == 1,
          "inv4.pv2");
    CHECK(t->input[0].charge_point == NO_CHARGE_POINT && t->input[0].voc_max_mV == 500000 &&
              t->input[0].isc_max_mA == 18000 && t->input[0].power_max_W == 4000,
          "inv1.pv1");
    CHECK(t->contact[5].string == 1 && t->contact[5].input == 4, "contact 6 of the file");
    CHECK(c.contact_at[5].device == 0 && c.contact_at[5].channel == 5, "its channel");
    CHECK(c.switch_at[2].device == 1 && c.switch_at[2].channel == 2, "switch of s3");
    CHECK(c.counter_at[1].device == 0 && c.counter_at[1].channel == 1, "counter of s2");
    CHECK(c.charge_points[0].inverter == 3 && c.charge_points[0].phase == 1 &&
              c.charge_points[0].min_dA == 60 && c.charge_points[0].max_dA == 347 &&
              c.charge_points[0].voltage_V == 230 && c.charge_points[0].strings_wanted == 0,
          "wallbox");
    CHECK(c.button_count == 1 && c.button_wallbox[0] == 0 && c.buttons[0].node == 0x14, "button");
    config_free(&c);
}

static void loads_little(void)
{
    struct config c;
    static const char text[] = "buses: [{name: main, port: can0}]\nbackbone: main\nnode: 0x2\n";
    int mistakes = config_load_text(&c, "little.yaml", text, strlen(text), "dbc", stdout);
    CHECK(mistakes == 0, "%d mistakes", mistakes);
    CHECK(c.backbone == 0 && c.controller_node == 2 && c.pack_count == 0 && c.wallbox_count == 0 &&
              c.topology.strings == 0,
          "sections may be absent");
    CHECK(!strcmp(c.plant, "plant") && !strcmp(c.state_dir, "/var/lib/busbar"), "%s", c.plant);
    config_free(&c);
    mistakes = config_load_text(&c, "less.yaml", "plant: x\n", 9, "dbc", stdout);
    CHECK(mistakes == 0 && c.backbone == CONFIG_NONE, "no backbone");
    config_free(&c);
}

static int mistakes_of(const char *text, char **told)
{
    size_t size;
    struct config config;
    FILE *errors = open_memstream(told, &size);
    int mistakes = config_load_text(&config, "x.yaml", text, strlen(text), "dbc", errors);
    fclose(errors);
    config_free(&config);
    return mistakes;
}

/* What can/bus.h and inverter/stream.h name as urls. */
static void ports_have_a_scheme(void)
{
    static const struct {
        bool bus;
        const char *url;
        bool right;
    } rows[] = {
        {true, "can0", true},
        {true, "vcan-long.name1", true},
        {true, "sixteen-letters1", false},
        {true, "socketcan:can0", true},
        {true, "local:/run/busbar/bus", true},
        {true, "log:a b.log", true},
        {true, "mem:x", true},
        {true, "mem:", false},
        {true, "/dev/can0", false},
        {true, "tty:/dev/pts/3", false},
        {false, "serial:/dev/ttyUSB0,baud=2400", true},
        {false, "tty:/dev/pts/3", true},
        {false, "hidraw:/dev/hidraw0", true},
        {false, "/dev/ttyUSB0", true},
        {false, "tcp://10.0.0.7:8899", true},
        {false, "tcp://host", false},
        {false, "tcp://:8899", false},
        {false, "tcp://host:", false},
        {false, "tcp://host:1234567", false},
        {false, "tcp://host:12a", false},
        {false, "auto", true},
        {false, "/dev/ttyUSB* auto", true},
        {false, "ttyUSB*", false},
        {false, "ttyUSB0", false},
        {false, "can0", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[256], *told = NULL;
        const char *format = rows[i].bus
                                 ? "buses: [{name: a, port: \"%s\"}]\n"
                                 : "battery: {chemistry: lfp, cells: 16, charge_max_A: 9, "
                                   "discharge_max_A: 9}\n"
                                   "inverters: [{name: a, port: \"%s\", phase: L1, rated_W: 8000, "
                                   "rated_A: 34.7, charge_max_A: 9}]\n";
        snprintf(text, sizeof text, format, rows[i].url);
        CHECK((mistakes_of(text, &told) == 0) == rows[i].right, "%s: %s", rows[i].url, told);
        free(told);
    }
}

static void too_many(void)
{
    char text[64 * (MAX_BUSES + 2)] = "buses:\n", *told = NULL, expected[128];
    for (int i = 0; i <= MAX_BUSES; i++)
        sprintf(text + strlen(text), "  - {name: bus%d, port: can%d}\n", i, i);
    snprintf(expected, sizeof expected,
             "x.yaml:2: buses: %d entries are not allowed: a list of 0 to %d entries\n",
             MAX_BUSES + 1, MAX_BUSES);
    CHECK(mistakes_of(text, &told) == 1 && !strcmp(told, expected), "%s", told);
    free(told);
}

/* Every key has its note with a range that its member can hold, and every note its key. */
static size_t count_keys(const struct yaml_schema *schema, const cyaml_schema_value_t *value,
                         const char *path)
{
    const struct yaml_note *note = yaml_note_find(schema, path);
    bool number =
        value->type == CYAML_INT || value->type == CYAML_UINT || value->type == CYAML_FLOAT;
    CHECK(note || !*path || strstr(path + strlen(path) - 2, "[]"), "no note for %s", path);
    CHECK(!note || (note->help && *note->help), "no help for %s", path);
    CHECK(!number || (note && note->min < note->max), "no range for %s", path);
    CHECK(!number || value->data_size > 1 || note->max <= 255, "range of %s", path);
    CHECK(value->type != CYAML_UINT || note->min >= 0, "sign of %s", path);
    CHECK(!note || !(note->must && note->preset), "%s cannot be required and have a default", path);
    size_t count = note != NULL;
    char inner[YAML_PATH_SIZE];
    if (value->type == CYAML_SEQUENCE) {
        CHECK(value->sequence.min == 0, "%s: what is left of a list must load", path);
        snprintf(inner, sizeof inner, "%s[]", path);
        return count + count_keys(schema, value->sequence.entry, inner);
    }
    for (const cyaml_schema_field_t *f = value->mapping.fields;
         value->type == CYAML_MAPPING && f->key; f++) {
        CHECK(f->value.flags & CYAML_FLAG_OPTIONAL, "%s.%s", path, f->key);
        snprintf(inner, sizeof inner, "%s%s%s", path, *path ? "." : "", f->key);
        count += count_keys(schema, &f->value, inner);
    }
    return count;
}

/* docs/config.md is what `busbar check --schema` prints. */
static void page_is_current(void)
{
    char *page = NULL;
    size_t size, length;
    FILE *out = open_memstream(&page, &size);
    config_page_print(out);
    fclose(out);
    char *text = yaml_read_text("docs/config.md", &length, stdout);
    CHECK(text && length == size && !memcmp(text, page, size),
          "docs/config.md is old: busbar check --schema > docs/config.md");
    for (size_t i = 0; i < protocol_count; i++)
        CHECK(strstr(page, protocols[i]->name), "inverters[].protocol names no %s",
              protocols[i]->name);
    free(text);
    free(page);
}

int main(void)
{
    CHECK(count_keys(&config_schema, config_schema.top, "") == config_schema.note_count, "notes");
    TELLS(wrong_values);
    TELLS(wrong_together);
    TELLS(wrong_wiring);
    TELLS(ports_alike);
    TELLS(entry_lost);
    TELLS(no_battery);
    TELLS(inverters_alone);
    TELLS(no_yaml);
    TELLS(no_mapping);
    TELLS(two_documents);
    TELLS(cyclic);
    ports_have_a_scheme();
    too_many();
    page_is_current();
    loads_little();
    loads_uc001();
    return check_done("config");
}
