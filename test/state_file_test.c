#include "app/energy_saved.h"
#include "app/state_codec.h"
#include "app/state_file.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test/check.h"

static char dir[] = "/tmp/busbar-state-XXXXXX";

/* Packed by hand after state.proto and the drawing in state_file.h, the CRC by zlib's crc32.
 *  8 magic "BUSBARST" | version 1 | length 88 | sequence 41 | CRC | message: soc 0.625 +- 0.03125,
 *  cap held, cell low latched, cap request 800, day 19675, 12 transfers, contacts.4 1234 times,
 *  s2 moved 3 times and locked, inv4 settings by place {70, 5 today} {} {9}, journal 4242 */
/* clang-format off */
static const uint8_t fixture[] = {
    0x42, 0x55, 0x53, 0x42, 0x41, 0x52, 0x53, 0x54, 0x01, 0x00, 0x00, 0x00, 0x58, 0x00, 0x00, 0x00,
    0x29, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x79, 0xA7, 0x1A, 0x7B, 0x08, 0x80, 0xD0, 0x95,
    0xFF, 0xBC, 0x31, 0x11, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xE4, 0x3F, 0x19, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0xA0, 0x3F, 0x20, 0x01, 0x38, 0x01, 0x40, 0xA0, 0x06, 0x48, 0xDB, 0x99, 0x01,
    0x50, 0x0C, 0x5A, 0x0F, 0x0A, 0x0A, 0x63, 0x6F, 0x6E, 0x74, 0x61, 0x63, 0x74, 0x73, 0x2E, 0x34,
    0x10, 0xD2, 0x09, 0x62, 0x08, 0x0A, 0x02, 0x73, 0x32, 0x10, 0x03, 0x18, 0x01, 0x6A, 0x12, 0x0A,
    0x04, 0x69, 0x6E, 0x76, 0x34, 0x12, 0x04, 0x08, 0x46, 0x10, 0x05, 0x12, 0x00, 0x12, 0x02, 0x08,
    0x09, 0x70, 0x92, 0x21,
};
/* clang-format on */

static const char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void put_file(const char *name, const uint8_t *bytes, size_t count)
{
    FILE *out = fopen(path_of(name), "w");
    if (!out || fwrite(bytes, 1, count, out) != count || fclose(out) != 0)
        abort();
}

static size_t get_file(const char *name, uint8_t *bytes)
{
    FILE *in = fopen(path_of(name), "r");
    size_t count = in ? fread(bytes, 1, STATE_FILE_MAX, in) : 0;
    if (in)
        fclose(in);
    return count;
}

static void clear(void)
{
    unlink(path_of("state.0"));
    unlink(path_of("state.1"));
    unlink(path_of("state.new"));
}

/* A state that differs in every number from the one before. */
static struct saved_state state_number(unsigned n)
{
    struct saved_state state = {
        .saved_wall_ms = 1700000000000 + n,
        .soc_known = true,
        .soc = 0.5 + n / 1000.0,
        .soc_error = 0.01 + n / 1000.0,
        .cap_held = n % 2,
        .day = 19000 + n,
        .transfers = n,
        .contact_count = 2,
        .string_count = 1,
        .inverter_count = 1,
        .contacts = {{"contacts.1", 100 + n}, {"contacts.2", 200 + n}},
        .strings = {{"s1", (uint16_t)n, n % 2}},
        .inverters = {{"inv1", {{n, 1}, {n + 1, 2}, {n + 2, 3}}}},
        .journal_sequence = 1000 + n,
        .journal_hash = {(uint8_t)n, 1, 2, 3},
        .cap = {.manual_permille = 300 + (int32_t)n,
                .target_permille = 900 + (int32_t)n,
                .by_s = 1700000000 + n,
                .begun_s = n,
                .reached = n % 2,
                .task = CAP_TASK_BALANCING,
                .need = CAP_NEED_DAYS,
                .announced_s = 1700000000 + n,
                .due_s = 1700100000 + n,
                .run_s = n,
                .rest_s = n,
                .quiet_s = 1 + n,
                .full_s = 2 + n,
                .seen_s = 3 + n,
                .hour_mA = {-(int32_t)n, 5},
                .hours_known = 3},
        .ageing = {.seconds = {{n, 1}, {2}},
                   .half_cycles = {n, 4},
                   .depth_permille = {5, n},
                   .turn_permille = {100, (uint16_t)(n % 1000)},
                   .turns = 2},
        .pack_count = 2,
        .packs = {{.name = "p1",
                   .charge_known = true,
                   .charge = {0.4 + n / 1000.0, 0.02, n, 0.5, 1.1, 0.9, 0.01},
                   .told_wall_ms = 1600000000000 + n},
                  {.name = "p2", .out = n % 2}},
        .currents = {.version = CURRENTS_LEARNED_VERSION,
                     .sensors = 1,
                     .nodes = 1,
                     .sensor = {{"p1", "bms", {n, 0.01, -2}, {3, 0.001, n}, 1, 5000.0 + n, 7000}},
                     .node = {{"bus", true, n % 2}}},
    };
    return state;
}

static bool same(const struct saved_state *a, const struct saved_state *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static int save(struct state_file *file, unsigned n)
{
    static uint8_t bytes[STATE_FILE_MAX];
    struct saved_state state = state_number(n);
    return state_write(file, bytes, state_encode(file, &state, bytes));
}

static void reads_the_document(void)
{
    struct state_file file;
    struct saved_state state;
    clear();
    put_file("state.1", fixture, sizeof fixture);
    CHECK(state_load(&file, dir, &state), "%s", file.problem[1]);
    CHECK(file.sequence == 41 && file.next == 0, "%llu", (unsigned long long)file.sequence);
    CHECK(state.soc_known && state.soc == 0.625 && state.soc_error == 0.03125, "%g", state.soc);
    CHECK(state.cap_held && !state.low_held && !state.cell_high_latched && state.cell_low_latched,
          "latches");
    CHECK(state.cap.manual_permille == 800 && state.day == 19675 && state.transfers == 12, "top");
    CHECK(state.contact_count == 1 && saved_contact_find(&state, "contacts.4") &&
              saved_contact_find(&state, "contacts.4")->operations == 1234,
          "contacts");
    const struct saved_string *s2 = saved_string_find(&state, "s2");
    CHECK(s2 && s2->moved_today == 3 && s2->locked && !saved_string_find(&state, "s1"), "strings");
    const struct saved_inverter *inv4 = saved_inverter_find(&state, "inv4");
    CHECK(inv4 && inv4->settings[SET_CHARGE_MAX].writes == 70 &&
              inv4->settings[SET_CHARGE_MAX].writes_today == 5 &&
              inv4->settings[SET_CHARGER_OFF].writes == 0 &&
              inv4->settings[SET_OUTPUT_PRIORITY].writes == 9,
          "inverters");
    CHECK(state.journal_sequence == 4242 && state.saved_wall_ms == 1700000000000, "journal");
}

static void alternates(void)
{
    struct state_file file;
    struct saved_state state, wanted;
    clear();
    CHECK(!state_load(&file, dir, &state), "nothing there");
    char text[400];
    state_text(&file, text, sizeof text);
    CHECK(strcmp(text, "saved state: none to be read (state.0: not there; state.1: not there), "
                       "starting afresh") == 0,
          "%s", text);
    for (unsigned n = 1; n <= 5; n++) {
        CHECK(save(&file, n) == 0, "save %u", n);
        CHECK(file.sequence == n, "sequence %llu", (unsigned long long)file.sequence);
        struct state_file again;
        wanted = state_number(n);
        CHECK(state_load(&again, dir, &state) && same(&state, &wanted), "state %u", n);
        CHECK(again.sequence == n && again.next == file.next, "next %d", again.next);
    }
    CHECK(access(path_of("state.new"), F_OK) != 0, "nothing left over");
}

enum damage { TRUNCATED, ZEROS, GARBAGE, DAMAGES };

static size_t damage(uint8_t *bytes, size_t count, size_t from, enum damage how)
{
    if (how == TRUNCATED)
        return from;
    for (size_t i = from; i < count; i++)
        bytes[i] = how == ZEROS ? 0 : (uint8_t)(bytes[i] ^ (0x5A + 7 * i) ^ 1);
    return count;
}

/* What the disk may show after a power cut in the middle of save n + 1, which replaces the older
 * generation: the new file in part, named already or not yet. The other generation is save n. */
static void cut_once(unsigned n, size_t at, enum damage how, bool renamed)
{
    struct state_file file;
    struct saved_state state, older = state_number(n), newer = state_number(n + 1);
    static uint8_t bytes[STATE_FILE_MAX], intact[STATE_FILE_MAX];
    clear();
    state_load(&file, dir, &state);
    for (unsigned i = 1; i <= n; i++)
        save(&file, i);
    size_t count = state_encode(&file, &newer, bytes);
    const char *name = !renamed ? "state.new" : file.next ? "state.1" : "state.0";
    memcpy(intact, bytes, count);
    size_t left = damage(bytes, count, at, how);
    put_file(name, bytes, left);
    bool whole = renamed && left == count && memcmp(bytes, intact, count) == 0;
    bool found = state_load(&file, dir, &state);
    CHECK(found && same(&state, whole ? &newer : &older), "cut %u at %zu, kind %d, renamed %d", n,
          at, how, renamed);
    CHECK(!renamed || whole || *file.problem[file.next], "the damage at %zu is told", at);
    CHECK(save(&file, n + 2) == 0 && state_load(&file, dir, &state), "goes on after %zu", at);
    newer = state_number(n + 2);
    CHECK(same(&state, &newer) && file.sequence == n + 1 + whole, "goes on right after %zu", at);
}

static void survives_power_cuts(void)
{
    static uint8_t bytes[STATE_FILE_MAX];
    struct state_file file = {.sequence = 1};
    struct saved_state state = state_number(2);
    size_t count = state_encode(&file, &state, bytes);
    for (unsigned n = 1; n <= 2; n++)
        for (size_t at = 0; at <= count; at++)
            for (enum damage how = TRUNCATED; how < DAMAGES; how++) {
                cut_once(n, at, how, true);
                if (at % 16 == 0)
                    cut_once(n, at, how, false);
            }
}

static void refuses_every_flipped_bit(void)
{
    static uint8_t bytes[STATE_FILE_MAX];
    struct state_file file;
    struct saved_state state, older = state_number(1);
    clear();
    state_load(&file, dir, &state);
    save(&file, 1);
    save(&file, 2);
    size_t count = get_file("state.1", bytes);
    for (size_t bit = 0; bit < 8 * count; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        put_file("state.1", bytes, count);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CHECK(state_load(&file, dir, &state) && same(&state, &older), "bit %zu", bit);
    }
}

static void says_what_is_wrong(void)
{
    uint8_t zeros[64] = {0}, newer[sizeof fixture];
    memcpy(newer, fixture, sizeof fixture);
    newer[8] = 2;
    const struct {
        const uint8_t *bytes;
        size_t count;
        const char *text;
    } rows[] = {
        {fixture, 0, "empty"},
        {zeros, 64, "filled with zeros"},
        {fixture, 20, "torn: 20 bytes, not even its header of 28"},
        {fixture, 100, "torn: 72 bytes of 88"},
        {fixture + 8, 60, "no state file: it does not begin with BUSBARST"},
        {newer, sizeof newer, "written by a newer busbar: version 2, this one reads up to 1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct state_file file;
        struct saved_state state;
        clear();
        put_file("state.0", rows[i].bytes, rows[i].count);
        CHECK(!state_load(&file, dir, &state), "%s", rows[i].text);
        CHECK(strcmp(file.problem[0], rows[i].text) == 0, "%s", file.problem[0]);
        put_file("state.1", fixture, sizeof fixture);
        CHECK(state_load(&file, dir, &state) && file.next == 0, "the other is taken");
        char text[300], wanted[300];
        state_text(&file, text, sizeof text);
        snprintf(wanted, sizeof wanted, "saved state: state.1, sequence 41; state.0: %s",
                 rows[i].text);
        CHECK(strcmp(text, wanted) == 0, "%s", text);
    }
}

static void energy_largest(struct saved_state *state, int i)
{
    const int64_t most_mJ = INT64_MAX / 1024 - 1, most_Wh = most_mJ / ENERGY_WH - 1;
    struct saved_energy *energy = &state->energy[state->energy_count++];
    memset(energy->name, 'e', NAME_SIZE - 1);
    memset(energy->unit.serial, 'n', ENERGY_SERIAL - 1);
    for (int k = 0; k < ENERGY_KINDS; k++)
        energy->unit.count[k] =
            (struct energy_count){most_mJ, most_mJ, most_mJ, most_mJ,       true,       100000,
                                  most_mJ, most_Wh, most_Wh, 1700000000000, UINT32_MAX, UINT32_MAX};
    energy->name[0] = (char)('a' + i);
    state->energy_day = 30000;
}

/* What cannot be is left out, with what hangs on it. */
static void senseless_energy(void)
{
    static uint8_t bytes[STATE_FILE_MAX];
    static struct saved_state state, back;
    static const struct energy_count good = {5000, 4000, 10, 7, true, 1, 3000, 10, 20, 99, 1, 2};
    for (int n = 0; n < 8; n++) {
        memset(&state, 0, sizeof state);
        state.energy_count = 1;
        struct energy_count *count = &state.energy[0].unit.count[ENERGY_PV];
        *count = good;
        count->total_mJ = n == 1 ? -1 : n == 2 ? INT64_MAX : count->total_mJ;
        count->day_mJ = n == 3 ? 5001 : count->day_mJ;
        count->step_Wh = n == 4 ? 0 : count->step_Wh;
        count->anchor_Wh = n == 5 ? 21 : count->anchor_Wh;
        count->owed_mJ = n == 6 ? -7 : count->owed_mJ;
        count->own_Wh = n == 7 ? INT64_MAX / 2 : count->own_Wh;
        CHECK(state_unpack(&back, bytes, state_pack(&state, bytes, sizeof bytes)), "%d", n);
        const struct energy_count *got = &back.energy[0].unit.count[ENERGY_PV];
        CHECK((got->total_mJ == 5000) == (n == 0 || n > 3), "%d: a total that can be", n);
        CHECK(got->own == (n == 0), "%d: a count that can be followed", n);
    }
}

/* A file from before feed-in was counted has one count less. */
static void fewer_energies(void)
{
    static struct saved_state state, back;
    static struct energy_parts parts;
    SavedState message = SAVED_STATE__INIT;
    memset(&state, 0, sizeof state);
    state.energy_count = 1;
    strcpy(state.energy[0].name, "inv1");
    for (int k = 0; k < ENERGY_KINDS; k++)
        state.energy[0].unit.count[k].total_mJ = 1000 + k;
    energy_pack(&parts, &message, &state);
    CHECK(message.energy[0]->n_counts == ENERGY_FEED + 1, "feed-in is the last");
    message.energy[0]->n_counts = ENERGY_FEED;
    energy_unpack(&back, &message);
    const struct energy_count *got = saved_energy_find(&back, "inv1")->unit.count;
    for (int k = 0; k < ENERGY_KINDS; k++)
        CHECK(got[k].total_mJ == (k == ENERGY_FEED ? 0 : 1000 + k), "%s", energy_kind_name(k));
}

static void largest_fits(void)
{
    static uint8_t bytes[STATE_FILE_MAX];
    static struct saved_state state, back;
    memset(&state, 0, sizeof state);
    state.contact_count = MAX_CONTACTS;
    state.string_count = MAX_STRINGS;
    state.inverter_count = MAX_INVERTERS;
    for (int i = 0; i < MAX_CONTACTS; i++) {
        memset(state.contacts[i].name, 'c', STATE_NAME_SIZE - 1);
        state.contacts[i].operations = UINT32_MAX;
    }
    for (int i = 0; i < MAX_STRINGS; i++) {
        memset(state.strings[i].name, 's', NAME_SIZE - 1);
        state.strings[i].moved_today = UINT16_MAX;
    }
    for (int i = 0; i < MAX_INVERTERS; i++) {
        memset(state.inverters[i].name, 'i', NAME_SIZE - 1);
        state.inverters[i].budget_wall_ms = 1700000000000;
        for (int s = 0; s < SETTINGS; s++)
            state.inverters[i].settings[s] = (struct saved_setting){UINT32_MAX, UINT16_MAX};
        energy_largest(&state, i);
    }
    struct state_file file;
    clear();
    state_load(&file, dir, &back);
    size_t count = state_encode(&file, &state, bytes);
    CHECK(state_write(&file, bytes, count) == 0, "%zu bytes", count);
    CHECK(state_load(&file, dir, &back) && same(&state, &back), "%zu bytes", count);
}

static void failed_write_changes_nothing(void)
{
    struct state_file file;
    struct saved_state state, one = state_number(1);
    clear();
    state_load(&file, dir, &state);
    save(&file, 1);
    mkdir(path_of("state.new"), 0700);
    CHECK(save(&file, 2) < 0 && file.sequence == 1 && file.next == 1, "refused");
    CHECK(state_load(&file, dir, &state) && same(&state, &one), "the first stands");
    rmdir(path_of("state.new"));
}

static struct cap_memory cap_back(const struct cap_memory *cap)
{
    static uint8_t bytes[STATE_FILE_MAX];
    struct saved_state state = {.cap = *cap}, back;
    struct state_file file = {0};
    size_t count = state_encode(&file, &state, bytes);
    CHECK(state_unpack(&back, bytes + 28, count - 28), "read back");
    return back.cap;
}

/* A plan that makes no sense is none: nothing rises because of it. */
static void senseless_plans(void)
{
    const struct cap_memory good = {.target_permille = 900,
                                    .by_s = 1700000000,
                                    .task = CAP_TASK_EXCURSION,
                                    .need = CAP_NEED_BAND,
                                    .announced_s = 1700000000,
                                    .due_s = 1700000000 + CAP_NOTICE_S,
                                    .hour_mA = {[3] = -100000000},
                                    .hours_known = 8};
    struct cap_memory bad = good, back = cap_back(&good);
    CHECK(memcmp(&back, &good, sizeof back) == 0, "a good one comes back");
    bad.due_s--;
    CHECK(cap_back(&bad).task == CAP_NO_TASK, "a notice of less than a day");
    bad = good, bad.announced_s = 0;
    CHECK(cap_back(&bad).task == CAP_NO_TASK, "none at all");
    bad = good, bad.need = CAP_NEEDS;
    CHECK(cap_back(&bad).task == CAP_NO_TASK, "an unknown need");
    bad = good, bad.task = CAP_TASKS;
    CHECK(cap_back(&bad).task == CAP_NO_TASK, "an unknown task");
    bad = good, bad.target_permille = 1001;
    back = cap_back(&bad);
    CHECK(back.target_permille == 0 && back.by_s == 0, "more than full");
    bad = good, bad.by_s = 0;
    CHECK(cap_back(&bad).target_permille == 0, "no time");
    bad = good, bad.hour_mA[3]--;
    CHECK(cap_back(&bad).hours_known == 0, "a current no bank has");
}

static struct saved_pack pack_back(const struct estimator_saved *charge)
{
    static uint8_t bytes[STATE_FILE_MAX];
    struct saved_state state = {.pack_count = 1, .packs = {{.name = "p1", .latched = 1}}}, back;
    struct state_file file = {0};
    state.packs[0].charge_known = true;
    state.packs[0].charge = *charge;
    size_t count = state_encode(&file, &state, bytes);
    CHECK(state_unpack(&back, bytes + 28, count - 28) && back.packs[0].latched == 1, "read back");
    return back.packs[0];
}

/* A charge that cannot be is left out; what else is known of the pack is not. */
static void senseless_charges(void)
{
    const struct estimator_saved good = {0.5, 0.02, -0.3, 0.5, 1.1, 0.9, 0.01, false, {.ahead = 0}};
    struct saved_pack back = pack_back(&good);
    CHECK(back.charge_known && memcmp(&back.charge, &good, sizeof good) == 0,
          "a good one comes back");
    for (size_t i = 0; i < offsetof(struct estimator_saved, whole) / sizeof(double); i++) {
        struct estimator_saved bad = good;
        double nan = NAN;
        memcpy((char *)&bad + i * sizeof(double), &nan, sizeof nan);
        CHECK(!pack_back(&bad).charge_known, "number %zu is none", i);
    }
    struct estimator_saved all = good;
    all.whole = true;
    for (size_t i = 0; i < sizeof all.filter / sizeof(double); i++)
        ((double *)&all.filter)[i] = (double)i / 64;
    back = pack_back(&all);
    CHECK(back.charge.whole && memcmp(&back.charge.filter, &all.filter, sizeof all.filter) == 0,
          "with all that its filter knows");
    struct estimator_saved bad = good;
    bad.charge = 1.01;
    CHECK(!pack_back(&bad).charge_known, "more than full");
    bad = good, bad.charge_sigma = 0;
    CHECK(!pack_back(&bad).charge_known, "too sure");
}

int main(void)
{
    if (!mkdtemp(dir))
        return 1;
    reads_the_document();
    alternates();
    survives_power_cuts();
    refuses_every_flipped_bit();
    says_what_is_wrong();
    largest_fits();
    failed_write_changes_nothing();
    clear();
    rmdir(dir);
    senseless_plans();
    senseless_charges();
    senseless_energy();
    fewer_energies();
    return check_done("state_file");
}
