/* What a controller knows survives its restart: through the real state file, into a new controller. */
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/saved.h"
#include "app/state_codec.h"
#include "test/check.h"
#include "test/together.h"

static struct together t;
static struct saved saved, again;
static char dir[64];

enum { WALL_S = 1800000000 };

/* Each number another one, so that none can stand for another. */
static struct wear_record worn(uint32_t n, int64_t newest_ms)
{
    return (struct wear_record){
        .cold = 1000 + n,
        .hot = 10 + n,
        .bounces = 20 + n,
        .welds = 30 + n,
        .operate = {40 + n, 50 + n, (int32_t)(60000 + n), (int32_t)(70 + n)},
        .release = {80 + n, 90 + n, (int32_t)(100000 + n), (int32_t)(110 + n)},
        .newest_ms = newest_ms,
        .told = (uint8_t)(1 + n),
    };
}

static bool time_same(const struct wear_time *a, const struct wear_time *b)
{
    return a->measured == b->measured && a->first_ms == b->first_ms && a->mean_us == b->mean_us &&
           a->newest_ms == b->newest_ms;
}

static bool wear_same(const struct wear_record *a, const struct wear_record *b)
{
    return a->cold == b->cold && a->hot == b->hot && a->bounces == b->bounces &&
           a->welds == b->welds && time_same(&a->operate, &b->operate) &&
           time_same(&a->release, &b->release) && a->newest_ms == b->newest_ms &&
           a->told == b->told;
}

/* Saves what is worn at now_ms, and restores it into a new process 100 s later by the wall clock. */
static void wear_save_again(int64_t now_ms, int64_t later_ms, int64_t wall_ms, FILE *quiet)
{
    saved_open(&again, dir, t.controller, now_ms, wall_ms, quiet);
    for (uint32_t k = 0; k < t.config.topology.contacts; k++)
        t.controller->wear[k].record = worn(k, now_ms - 1000 * (int64_t)k);
    t.controller->replaced++;
    CHECK(saved_urgent(&again, t.controller), "a replaced contact should not wait");
    CHECK(saved_write(&again, t.controller, now_ms, wall_ms), "handed over");
    CHECK(!saved_urgent(&again, t.controller), "known to the file");
    saved_close(&again);
    controller_init(t.controller, &t.config, later_ms, quiet);
    saved_open(&again, dir, t.controller, later_ms, wall_ms + 100000, quiet);
    saved_close(&again);
}

static void wear_is_kept(int64_t wall_ms, FILE *quiet)
{
    enum { NOW_MS = 90000, LATER_MS = 5000 };
    struct config_channel *at = t.config.contact_at;
    wear_save_again(NOW_MS, LATER_MS, wall_ms, quiet);
    for (uint32_t k = 0; k < t.config.topology.contacts; k++) {
        struct wear_record expected = worn(k, LATER_MS - 100000 - 1000 * (int64_t)k);
        CHECK(wear_same(&t.controller->wear[k].record, &expected),
              "contact %u: all of it, as long ago as it was", k);
    }
    /* the config changes: two contacts change places, one moves to a free channel */
    struct config_channel first = at[0];
    at[0] = at[1], at[1] = first;
    at[2].channel = 7;
    controller_init(t.controller, &t.config, LATER_MS, quiet);
    saved_open(&again, dir, t.controller, LATER_MS, wall_ms + 100000, quiet);
    saved_close(&again);
    CHECK(t.controller->wear[0].record.cold == 1001 && t.controller->wear[1].record.cold == 1000,
          "the wear goes with the relay");
    CHECK(t.controller->wear[2].record.cold == 0 && t.controller->wear[2].record.told == 0,
          "another relay has none of it");
    CHECK(t.controller->wear[3].record.cold == 1003, "the others have theirs");
    /* the clock was set back: just now, not in the future */
    controller_init(t.controller, &t.config, LATER_MS, quiet);
    saved_open(&again, dir, t.controller, LATER_MS, wall_ms - 50000, quiet);
    saved_close(&again);
    CHECK(t.controller->wear[3].record.newest_ms == LATER_MS, "just now");
}

/* The counts go on where they were; what followed a unit's own count takes in the time between. */
static void energy_is_kept(int64_t wall_ms, FILE *quiet)
{
    enum { NOW_MS = 50000000, LATER_MS = 9000 };
    struct energy_unit *energy = t.controller->inverters.energy;
    controller_init(t.controller, &t.config, NOW_MS, quiet);
    saved_open(&again, dir, t.controller, NOW_MS, wall_ms, quiet);
    memset(energy, 0, sizeof t.controller->inverters.energy);
    t.controller->inverters.day = 20000;
    strcpy(energy[1].serial, "9293");
    energy_own(&energy[1].count[ENERGY_PV], 1000, 1, 8000, NOW_MS - 7200000);
    energy_own(&energy[1].count[ENERGY_PV], 5000, 1, 8000, NOW_MS - 1000);
    energy[1].count[ENERGY_CHARGE].total_mJ = 77 * ENERGY_WH;
    energy_day(&energy[2]);
    CHECK(saved_write(&again, t.controller, NOW_MS, wall_ms), "saved");
    saved_close(&again);
    controller_init(t.controller, &t.config, LATER_MS, quiet);
    saved_open(&again, dir, t.controller, LATER_MS, wall_ms + 600000, quiet);
    saved_close(&again);
    CHECK(t.controller->inverters.day == 20000, "the day");
    CHECK(strcmp(energy[1].serial, "9293") == 0, "whose counts they are");
    CHECK(energy_Wh(energy[1].count[ENERGY_PV].total_mJ) == 3999, "the total");
    CHECK(energy[1].count[ENERGY_PV].own_ms == LATER_MS - 601000, "told as long ago as it was");
    CHECK(energy[1].count[ENERGY_PV].gap_ms == 0 && energy[1].count[ENERGY_CHARGE].gap_ms == 600000,
          "ten minutes nobody counted, but the unit");
    energy_own(&energy[1].count[ENERGY_PV], 6000, 1, 8000, LATER_MS + 1000);
    CHECK(energy_Wh(energy[1].count[ENERGY_PV].total_mJ) == 4999,
          "the unit's ten minutes are in it");
    CHECK(energy_Wh(energy[1].count[ENERGY_CHARGE].total_mJ) == 77, "what is integrated goes on");
}

/* The newest generation is cut short at each eighth byte: the one before it is taken, whole. */
static void torn_wear(int64_t wall_ms, FILE *quiet)
{
    char path[96];
    static uint8_t bytes[STATE_FILE_MAX];
    for (int generation = 0; generation < STATE_GENERATIONS; generation++) {
        snprintf(path, sizeof path, "%s/state.%d", dir, generation);
        unlink(path);
    }
    for (uint32_t n = 5; n <= 6; n++) {
        controller_init(t.controller, &t.config, 1000, quiet);
        saved_open(&again, dir, t.controller, 1000, wall_ms, quiet);
        t.controller->wear[3].record = worn(n, 1000);
        CHECK(saved_write(&again, t.controller, 1000, wall_ms), "generation %u", n);
        saved_close(&again);
    }
    snprintf(path, sizeof path, "%s/state.%u", dir, !again.file.next);
    FILE *file = fopen(path, "r+");
    size_t count = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    CHECK(count > 200, "%zu bytes in %s", count, path);
    for (size_t cut = 0; cut < count; cut += 8) {
        CHECK(truncate(path, (off_t)cut) == 0, "cut");
        controller_init(t.controller, &t.config, 1000, quiet);
        saved_open(&again, dir, t.controller, 1000, wall_ms, quiet);
        saved_close(&again);
        CHECK(t.controller->wear[3].record.cold == 1005 &&
                  t.controller->wear[3].record.release.measured == 85,
              "cut at %zu: %u", cut, t.controller->wear[3].record.cold);
        rewind(file);
        CHECK(fwrite(bytes, 1, count, file) == count && fflush(file) == 0, "put back");
    }
    if (file)
        fclose(file);
}

/* As many contacts, strings and inverters as there can be, with the greatest numbers: it fits. */
static void largest_fits(void)
{
    static struct saved_state state, back;
    static struct state_file file;
    static uint8_t bytes[STATE_FILE_MAX];
    memset(&state, 0xFF, sizeof state);
    state.soc_known = true;
    state.soc = state.soc_error = 1;
    state.cap_held = state.low_held = state.cell_high_latched = state.stopped =
        state.cell_low_latched = true;
    state.cap.reached = true;
    state.ageing.turns = AGEING_TURNS;
    memset(state.ageing.turn_permille, 0, sizeof state.ageing.turn_permille);
    state.contact_count = MAX_CONTACTS;
    state.string_count = MAX_STRINGS;
    state.inverter_count = MAX_INVERTERS;
    state.pack_count = MAX_PACKS;
    for (size_t i = 0; i < MAX_PACKS; i++) {
        memset(state.packs[i].name, 'p', NAME_SIZE - 1);
        state.packs[i].name[NAME_SIZE - 1] = '\0';
        state.packs[i].out = state.packs[i].charge_known = true;
        state.packs[i].charge = (struct estimator_saved){1, 1, 1, 1, 1, 1, 1, true, {.ahead = 1}};
    }
    state.currents.version = CURRENTS_LEARNED_VERSION;
    state.currents.sensors = CURRENTS_SENSORS, state.currents.nodes = CURRENTS_NODES;
    for (size_t i = 0; i < CURRENTS_SENSORS; i++) {
        memset(state.currents.sensor[i].name, 'c', NAME_SIZE - 1);
        memset(state.currents.sensor[i].wire, 'w', NAME_SIZE - 1);
        state.currents.sensor[i].name[NAME_SIZE - 1] =
            state.currents.sensor[i].wire[NAME_SIZE - 1] = '\0';
    }
    for (size_t i = 0; i < CURRENTS_NODES; i++) {
        memset(state.currents.node[i].name, 'n', NAME_SIZE - 1);
        state.currents.node[i].name[NAME_SIZE - 1] = '\0';
        state.currents.node[i].open = state.currents.node[i].doubted = true;
    }
    for (size_t i = 0; i < MAX_CONTACTS; i++) {
        memset(state.contacts[i].name, 'c', STATE_NAME_SIZE - 1);
        state.contacts[i].name[STATE_NAME_SIZE - 1] = '\0';
        state.contacts[i].wear.operate.mean_us = state.contacts[i].wear.release.mean_us = INT32_MAX;
        state.contacts[i].wear.operate.newest_ms = INT32_MAX;
        state.contacts[i].wear.release.newest_ms = INT32_MAX;
    }
    for (size_t i = 0; i < MAX_STRINGS; i++) {
        memset(state.strings[i].name, 's', NAME_SIZE - 1);
        state.strings[i].name[NAME_SIZE - 1] = '\0';
        state.strings[i].locked = true;
    }
    for (size_t i = 0; i < MAX_INVERTERS; i++) {
        memset(state.inverters[i].name, 'i', NAME_SIZE - 1);
        state.inverters[i].name[NAME_SIZE - 1] = '\0';
        memset(state.energy[i].name, 'e', NAME_SIZE - 1);
        state.energy[i].name[NAME_SIZE - 1] = state.energy[i].unit.serial[ENERGY_SERIAL - 1] = '\0';
        for (int k = 0; k < ENERGY_KINDS; k++)
            state.energy[i].unit.count[k].own = true;
    }
    state.energy_count = MAX_INVERTERS;
    size_t count = state_encode(&file, &state, bytes);
    printf("the largest state has %zu of %d bytes\n", count, STATE_FILE_MAX);
    CHECK(state_unpack(&back, bytes + 28, count - 28), "and is read back");
    CHECK(back.contact_count == MAX_CONTACTS &&
              time_same(&back.contacts[MAX_CONTACTS - 1].wear.release,
                        &state.contacts[MAX_CONTACTS - 1].wear.release),
          "to the last");
    CHECK(back.packs[MAX_PACKS - 1].charge_known && back.currents.sensors == CURRENTS_SENSORS &&
              back.currents.nodes == CURRENTS_NODES,
          "charges and sensors");
    CHECK(back.ageing.seconds[AGEING_CHARGES - 1][AGEING_TEMPS - 1] == UINT32_MAX, "and ageing");
}

/* --- the charge over a restart --- */

static struct estimate pack_estimate(void)
{
    return charge_pack_estimate(&t.controller->charge, &t.config.bank, &t.controller->bank, 0);
}

static const char *other_sensor; /* the first one's name from the next restart on */

/* A new process after gap_ms, by a wall clock that says it was wall_gap_ms. */
static void charge_again(int64_t wall_ms, int64_t gap_ms, int64_t wall_gap_ms, FILE *quiet)
{
    CHECK(saved_write(&again, t.controller, t.now_ms, wall_ms), "handed over");
    saved_close(&again);
    memset(t.controller, 0, sizeof *t.controller);
    if (other_sensor)
        snprintf(t.config.currents.net.sensor[0].name, NAME_SIZE, "%s", other_sensor);
    for (int64_t until = t.now_ms + gap_ms; t.now_ms < until;)
        sim_step(t.sim, t.now_ms += TOGETHER_STEP_MS);
    controller_init(t.controller, &t.config, t.now_ms, quiet);
    saved_open(&again, dir, t.controller, t.now_ms, wall_ms + wall_gap_ms, quiet);
    t.next_tick_ms = t.now_ms;
}

static void start_of_afternoon(int64_t wall_ms, FILE *quiet)
{
    struct estimator_saved known = {
        sim_truth(t.sim)->battery_soc, 0.01, 1.5, 0.2, 1.1, 0.95, 0.01, false, {.ahead = 0}};
    controller_init(t.controller, &t.config, t.now_ms, quiet);
    t.next_tick_ms = t.now_ms;
    saved_open(&again, dir, t.controller, t.now_ms, wall_ms, quiet);
    charge_restore(&t.controller->charge, &t.config.bank, 0, &known, 0, t.now_ms);
}

static void charge_goes_on(int64_t wall_ms, FILE *quiet)
{
    enum { MINUTE_MS = 60000, DAY_MS = 86400000 };
    start_of_afternoon(wall_ms, quiet);
    together_run(&t, 10 * MINUTE_MS);
    t.controller->charge.pack[0].told_ms = t.now_ms - 5 * MINUTE_MS;
    t.controller->currents.term[0] = 123;
    struct estimate was = pack_estimate();
    charge_again(wall_ms, MINUTE_MS, MINUTE_MS, quiet);
    struct estimate now = pack_estimate();
    CHECK(fabs(now.offset_A - was.offset_A) < 0.05 && fabs(was.offset_A) > 0.5,
          "offset %.3f, was %.3f A", now.offset_A, was.offset_A);
    CHECK(fabs(now.capacity - was.capacity) < 0.003, "capacity %.4f, was %.4f", now.capacity,
          was.capacity);
    CHECK(now.sigma > was.sigma && now.sigma < was.sigma + 0.02 &&
              fabs(now.charge - was.charge) < 2 * now.sigma,
          "charge %.4f +- %.4f, was %.4f +- %.4f", now.charge, now.sigma, was.charge, was.sigma);
    CHECK(t.now_ms - t.controller->charge.pack[0].told_ms == 6 * MINUTE_MS, "told by the voltage");
    CHECK(fabs(t.controller->currents.term[0] - 123) < 1, "what was learned of a sensor");
    together_run(&t, 10 * MINUTE_MS);
    struct soc_estimate soc = t.controller->soc;
    int32_t truth = (int32_t)(sim_truth(t.sim)->battery_soc * 1000);
    CHECK(soc.known && soc.error_permille < 200 &&
              abs(soc.soc_permille - truth) <= soc.error_permille,
          "it goes on: %d +- %d, is %d", soc.soc_permille, soc.error_permille, truth);
    /* beyond a day, and after a clock that jumped back: all is possible, the sensor is still known */
    for (int i = 0; i < 2; i++) {
        struct estimator_saved known = {0.7, 0.01, 1.5, 0.2, 1.1, 0.95, 0.01, false, {.ahead = 0}};
        charge_restore(&t.controller->charge, &t.config.bank, 0, &known, 0, t.now_ms);
        charge_again(wall_ms, 1000, i ? -3600 * 1000 : 3 * (int64_t)DAY_MS, quiet);
        now = pack_estimate();
        CHECK(now.charge - 2 * now.sigma < 0.01 && now.charge + 2 * now.sigma > 0.99,
              "any charge: %.3f +- %.3f", now.charge, now.sigma);
        CHECK(fabs(now.offset_A - was.offset_A) < 0.3, "offset %.3f A", now.offset_A);
    }
    /* the owner has changed the sensor, and named it so: its offset is not the last one's */
    struct estimator_saved before = {0.7, 0.01, 1.5, 0.05, 1.1, 0.95, 0.01, false, {.ahead = 0}};
    charge_restore(&t.controller->charge, &t.config.bank, 0, &before, 0, t.now_ms);
    other_sensor = "another";
    charge_again(wall_ms, 1000, 1000, quiet);
    now = pack_estimate();
    CHECK(fabs(now.offset_A) < 0.1 && now.offset_sigma_A > 0.06, "another sensor: %.3f +- %.3f A",
          now.offset_A, now.offset_sigma_A);
    CHECK(fabs(now.charge - 0.7) < 0.02 && fabs(now.capacity - 0.95) < 0.003,
          "of the same battery: %.3f, capacity %.3f", now.charge, now.capacity);
    saved_close(&again);
}

int main(void)
{
    int64_t wall_ms = (int64_t)WALL_S * 1000;
    FILE *quiet = fopen("/dev/null", "w");
    snprintf(dir, sizeof dir, "/tmp/busbar-saved-%d", (int)getpid());
    mkdir(dir, 0700);
    if (together_start(&t) < 0 || together_begin(&t) < 0)
        return 1;
    saved_open(&saved, dir, t.controller, t.now_ms, wall_ms, quiet);
    together_run(&t, 60000);
    controller_charge(t.controller, 0, true, (char[64]){0}, 64);
    together_run(&t, 30000);
    CHECK(t.controller->router.transfers == 2, "two transfers were made");
    CHECK(saved_urgent(&saved, t.controller), "that should not wait");
    t.controller->router.locked[2] = true;
    t.controller->ageing.memory.seconds[3][4] = 77;
    CHECK(saved_write(&saved, t.controller, t.now_ms, wall_ms), "handed over");
    CHECK(!saved_urgent(&saved, t.controller), "known to the file");
    t.controller->bank.pack[0].latched = 1 << ALARM_SHORT;
    CHECK(saved_urgent(&saved, t.controller), "nor should a latched alarm");
    while (!saved_write(&saved, t.controller, t.now_ms, wall_ms))
        usleep(1000);
    t.controller->bank.pack[0].asked_out = true;
    CHECK(saved_urgent(&saved, t.controller), "nor a pack taken out");
    while (!saved_write(&saved, t.controller, t.now_ms, wall_ms))
        usleep(1000);
    CHECK(!saved_urgent(&saved, t.controller), "both are known");
    controller_cap(t.controller, 850, t.now_ms, (char[64]){0}, 64);
    CHECK(saved_urgent(&saved, t.controller), "a person's cap should not wait either");
    while (!saved_write(&saved, t.controller, t.now_ms, wall_ms))
        usleep(1000);
    saved_close(&saved);
    CHECK(saved.status == 0, "written");

    struct controller *before = calloc(1, sizeof *before);
    *before = *t.controller;
    int64_t later_ms = 5000; /* a new process, 100 s later by the wall clock */
    controller_init(t.controller, &t.config, later_ms, quiet);
    saved_open(&again, dir, t.controller, later_ms, wall_ms + 100000, quiet);
    const struct router *router = &t.controller->router;
    CHECK(router->transfers == 2 && router->locked[2] && !router->locked[0], "transfers and locks");
    CHECK(t.controller->cap.memory.manual_permille == 850, "the manual cap");
    CHECK(t.controller->bank.pack[0].latched == 1 << ALARM_SHORT &&
              t.controller->bank.pack[0].asked_out,
          "the pack's alarm and place");
    CHECK(!saved_urgent(&again, t.controller), "what is restored is not news");
    CHECK(t.controller->ageing.memory.seconds[3][4] == 77, "what ages the battery");
    for (int s = 0; s < 2; s++) {
        CHECK(router->moved_today[s] == 1, "string %d: the day's budget", s);
        CHECK(router->moved_ms[s] > 0, "string %d: it has moved", s);
        int64_t ago_ms = later_ms - router->moved_ms[s];
        CHECK(ago_ms <= 100000 + 90000, "string %d: not longer ago than it was: %lld", s,
              (long long)ago_ms);
    }
    CHECK(router->moved_today[2] == 0 && router->moved_ms[2] == 0, "the third has not");
    for (int c = 0; c < t.config.topology.contacts; c++) {
        CHECK(router->operations[c] == before->router.operations[c], "contact %d: its orders", c);
        CHECK(t.controller->wear[c].record.cold == before->wear[c].record.cold &&
                  before->wear[c].record.cold == before->router.operations[c],
              "contact %d: its wear, %u seen", c, before->wear[c].record.cold);
    }
    uint32_t writes = 0;
    for (int u = 0; u < t.config.inverter_count; u++)
        for (int k = 0; k < SETTINGS; k++) {
            CHECK(t.controller->plant.units[u].settings[k].writes ==
                      before->plant.units[u].settings[k].writes,
                  "unit %d: its writes", u);
            writes += before->plant.units[u].settings[k].writes;
        }
    CHECK(writes > 0, "there were writes");
    CHECK(t.controller->plant.units[0].settings[SET_CHARGER_OFF].writes_today ==
              before->plant.units[0].settings[SET_CHARGER_OFF].writes_today,
          "and they count as today's");
    CHECK(later_ms - t.controller->plant.units[0].day_ms ==
              t.now_ms - before->plant.units[0].day_ms + 100000,
          "in a day that goes on: %lld ms of it",
          (long long)(later_ms - t.controller->plant.units[0].day_ms));
    struct soc_estimate counted = soc_counter_estimate(&t.controller->charge.counter);
    struct soc_estimate was = soc_counter_estimate(&before->charge.counter);
    CHECK(counted.known && counted.error_permille >= was.error_permille &&
              abs(counted.soc_permille - was.soc_permille) <=
                  counted.error_permille - was.error_permille,
          "counted %d +- %d, was %d +- %d", counted.soc_permille, counted.error_permille,
          was.soc_permille, was.error_permille);
    CHECK(t.controller->journal.next == before->journal.next, "the journal goes on");
    saved_close(&again);

    /* tomorrow the budgets are new, the wear is not */
    controller_init(t.controller, &t.config, later_ms, quiet);
    saved_open(&again, dir, t.controller, later_ms, wall_ms + 90000000, quiet);
    CHECK(router->moved_today[0] == 0 && router->operations[3] + router->operations[4] > 0,
          "a new day");
    CHECK(!soc_counter_estimate(&t.controller->charge.counter).known,
          "what was counted yesterday is not believed");
    saved_close(&again);
    charge_goes_on(wall_ms, quiet);
    wear_is_kept(wall_ms, quiet);
    energy_is_kept(wall_ms, quiet);
    torn_wear(wall_ms, quiet);
    largest_fits();
    char command[96];
    snprintf(command, sizeof command, "rm -r %s", dir);
    CHECK(system(command) == 0, "clean");
    free(before);
    fclose(quiet);
    together_end(&t);
    return check_done("saved");
}
