/* The bank of inverters in the simulated plant: what `busbar inverters` tells of it, its energy
 * against the truth, and how a fault, a silence, an overload and a disagreement begin and end. */
#include <string.h>

#include "app/client.h"
#include "app/control.h"
#include "app/status.h"
#include "app/status_inverters.h"
#include "sim/state.h"
#include "test/check.h"
#include "test/together.h"

static struct together t;
static struct status_inverters filled;

static const Busbar__InverterBank *told(void)
{
    return status_inverters(&filled, t.controller, t.now_ms);
}

static bool news(const char *part)
{
    const Busbar__InverterBank *bank = told();
    for (size_t i = 0; i < bank->n_news; i++)
        if (strstr(bank->news[i], part))
            return true;
    return false;
}

/* Records of one kind since the last look, and the newest one's line. */
static char newest[256];
static int records(enum journal_kind kind)
{
    int count = 0;
    const struct journal_record *record;
    while ((record = journal_take(&t.controller->journal)))
        if (record->kind == kind) {
            journal_text(record, &t.config, newest, sizeof newest);
            count++;
        }
    return count;
}

static void a_healthy_plant(void)
{
    together_run(&t, 600000);
    const Busbar__InverterBank *bank = told();
    CHECK(bank->n_units == 4 && bank->n_groups == 4, "four units, each alone");
    CHECK(bank->n_news == 0, "nothing to tell: %s", bank->n_news ? bank->news[0] : "");
    for (size_t i = 0; i < bank->n_units; i++) {
        const Busbar__InverterUnit *u = bank->units[i];
        CHECK(u->heard && u->rated_w == 8000 && u->overload_left_ms == -1, "%s is well", u->name);
        CHECK(strcmp(u->serial, t.plant.inverter[i].serial) == 0, "%s: %s", u->name, u->serial);
        CHECK(u->load_permille >= 0 && u->load_permille < 1000, "%s: load %d", u->name,
              u->load_permille);
    }
    CHECK(bank->groups[1]->n_phases == 1 && bank->groups[1]->phases[0]->phase == 2, "inv2 on L2");
    double W = sim_truth(t.sim)->load_W[1];
    CHECK(bank->groups[1]->phases[0]->output_w > 0.8 * W - 60, "its load is told");
    records(JOURNAL_UNIT_DOUBT);
    CHECK(t.controller->journal.lost == 0, "no flood");
}

/* Against what the simulated units gave: they count exactly, the controller from whole watts and amperes. */
static void energy_against_truth(void)
{
    double pv_Ws = 0, load_Ws = 0;
    struct plant_energy before = plant_energy(&t.controller->inverters, 4, false);
    for (int u = 0; u < 4; u++) {
        pv_Ws -= t.sim->unit[u].pv_Ws;
        load_Ws -= t.sim->unit[u].load_Ws;
    }
    together_run(&t, 3600000);
    for (int u = 0; u < 4; u++) {
        pv_Ws += t.sim->unit[u].pv_Ws;
        load_Ws += t.sim->unit[u].load_Ws;
    }
    struct plant_energy after = plant_energy(&t.controller->inverters, 4, false);
    double P = (double)(after.P - before.P), L = (double)(after.L - before.L);
    printf("inverter_side: an hour: P %.0f Wh of %.0f, L %.0f of %.0f, T %lld, V %lld\n", P,
           pv_Ws / 3600, L, load_Ws / 3600, (long long)(after.T - before.T),
           (long long)(after.V - before.V));
    CHECK(P > 0.98 * pv_Ws / 3600 - 5 && P < 1.02 * pv_Ws / 3600 + 5, "PV");
    CHECK(L > 0.98 * load_Ws / 3600 - 5 && L < 1.02 * load_Ws / 3600 + 5, "load");
    CHECK(after.V - before.V > 0 && (double)(after.V - before.V) < 0.25 * (P + L),
          "losses are some part of it: %lld", (long long)(after.V - before.V));
}

/* What each simulated unit gave since the start, whatever its own count was set back to. */
static double given_Ws[4][2], seen_Ws[4][2];
static void truth_follow(void)
{
    for (int u = 0; u < 4; u++) {
        const double now[2] = {t.sim->unit[u].pv_Ws, t.sim->unit[u].load_Ws};
        for (int k = 0; k < 2; k++) {
            given_Ws[u][k] += now[k] < seen_Ws[u][k] ? now[k] : now[k] - seen_Ws[u][k];
            seen_Ws[u][k] = now[k];
        }
    }
}

/* The process is killed: the state of the last whole minute is all that is left. */
static void killed(const struct energy_unit saved[MAX_INVERTERS], int64_t saved_ms)
{
    static struct energy_unit kept[MAX_INVERTERS];
    memcpy(kept, saved, sizeof kept);
    controller_init(t.controller, &t.config, t.now_ms, stderr);
    memcpy(t.controller->inverters.energy, kept, sizeof kept);
    for (int u = 0; u < 4; u++)
        energy_restart(&t.controller->inverters.energy[u], 0, t.now_ms - saved_ms);
    t.next_tick_ms = t.now_ms;
}

/* Six hours in which units forget their counts, lines fail for up to ten minutes and the controller is killed. */
static void energy_through_trouble(void)
{
    static struct energy_unit saved[MAX_INVERTERS];
    int64_t saved_ms = t.now_ms, silent_until[4] = {0};
    int resets = 0, gaps = 0, kills = 0;
    truth_follow();
    memset(given_Ws, 0, sizeof given_Ws);
    struct plant_energy before = plant_energy(&t.controller->inverters, 4, false);
    srand(7);
    for (int s = 0; s < 6 * 3600; s++) {
        together_run(&t, 1000);
        truth_follow();
        int u = rand() % 4;
        if (rand() % 1200 == 0 && t.now_ms >= silent_until[u]) {
            t.sim->unit[u].pv_Ws = t.sim->unit[u].load_Ws = seen_Ws[u][0] = seen_Ws[u][1] = 0;
            resets++;
        }
        if (rand() % 1000 == 0 && t.now_ms >= silent_until[u]) {
            silent_until[u] = t.now_ms + 60000 + rand() % 540 * 1000;
            sim_fault(t.sim, SIM_INVERTER_SILENT, u, true);
            gaps++;
        }
        for (int i = 0; i < 4; i++)
            if (silent_until[i] && t.now_ms >= silent_until[i]) {
                sim_fault(t.sim, SIM_INVERTER_SILENT, i, false);
                silent_until[i] = 0;
            }
        if (s % 60 == 0) {
            memcpy(saved, t.controller->inverters.energy, sizeof saved);
            saved_ms = t.now_ms;
        }
        if (rand() % 3000 == 0) {
            killed(saved, saved_ms);
            kills++;
        }
    }
    for (int i = 0; i < 4; i++)
        sim_fault(t.sim, SIM_INVERTER_SILENT, i, false);
    together_run(&t, 180000);
    truth_follow();
    struct plant_energy after = plant_energy(&t.controller->inverters, 4, false);
    double truth[2] = {0}, got[2] = {(double)(after.P - before.P), (double)(after.L - before.L)};
    for (int u = 0; u < 4; u++)
        for (int k = 0; k < 2; k++)
            truth[k] += given_Ws[u][k] / 3600;
    printf("inverter_side: six hours, %d resets, %d silences, %d kills: P %.0f Wh of %.0f, L %.0f "
           "of %.0f\n",
           resets, gaps, kills, got[0], truth[0], got[1], truth[1]);
    CHECK(resets > 3 && gaps > 3 && kills > 1, "there was trouble");
    for (int k = 0; k < 2; k++)
        CHECK(got[k] > 0.99 * truth[k] && got[k] < 1.01 * truth[k] + 10, "%s: %.0f of %.0f Wh",
              k ? "load" : "PV", got[k], truth[k]);
    for (int u = 0; u < 4; u++)
        CHECK(t.controller->inverters.energy[u].count[ENERGY_PV].own,
              "inv%d's own count is followed", u + 1);
}

/* 1200 W into the grid for ten minutes, told by one unit of the four. */
static void feed_in(void)
{
    enum { FED_W = 1200, MINUTES = 10 };
    struct energy_count *count = &t.controller->inverters.energy[0].count[ENERGY_FEED];
    CHECK(count->total_mJ == 0, "no unit has told any");
    for (int s = 0; s <= MINUTES * 60; s++) {
        reading_set(&t.controller->plant.units[0].readings.feed_W, FED_W, t.now_ms);
        together_run(&t, 1000);
    }
    struct plant_energy after = plant_energy(&t.controller->inverters, 4, false);
    CHECK(labs((long)energy_Wh(count->total_mJ) - FED_W * MINUTES / 60) <= 2, "%lld Wh",
          (long long)energy_Wh(count->total_mJ));
    int64_t rest_mJ = 0;
    for (int u = 0; u < 4; u++) {
        const struct energy_count *c = t.controller->inverters.energy[u].count;
        rest_mJ += c[ENERGY_PV].total_mJ + c[ENERGY_GRID].total_mJ + c[ENERGY_DISCHARGE].total_mJ -
                   c[ENERGY_LOAD].total_mJ - c[ENERGY_CHARGE].total_mJ;
    }
    CHECK(energy_Wh(rest_mJ - count->total_mJ) == after.V, "what is fed in is not lost");
    const Busbar__Energy *fed = told()->units[0]->energy[ENERGY_FEED];
    CHECK(!strcmp(fed->name, "feed-in") && labs((long)fed->total_wh - 200) <= 2, "and told");
    CHECK(t.controller->inverters.energy[1].count[ENERGY_FEED].total_mJ == 0, "by that unit alone");
}

static void a_fault_begins_and_ends(void)
{
    records(JOURNAL_UNIT_FAULT);
    sim_fault(t.sim, SIM_INVERTER_FAULT, 2, true);
    together_run(&t, 20000);
    CHECK(news("inv3: FAULT, the unit has a fault"), "the fault bit is told");
    CHECK(news("inv3: FAULT, overload"), "with what goes with it");
    CHECK(records(JOURNAL_UNIT_WARNING) >= 1 && strstr(newest, "warning of inv3: none -> stands"),
          "%s", newest);
    const Busbar__InverterUnit *u = told()->units[2];
    CHECK(u->n_faults > 0 && strcmp(u->faults[0]->severity, "fault") == 0, "in words");
    CHECK(told()->groups[2]->phases[0]->running == 0, "its phase gives nothing");
    sim_fault(t.sim, SIM_INVERTER_FAULT, 2, false);
    together_run(&t, 90000);
    CHECK(!news("inv3"), "over");
    CHECK(records(JOURNAL_UNIT_WARNING) >= 1 && strstr(newest, "stands -> none") &&
              strstr(newest, "over"),
          "%s", newest);
}

static void a_silent_unit(void)
{
    sim_fault(t.sim, SIM_INVERTER_SILENT, 1, true);
    together_run(&t, 30000);
    const Busbar__InverterBank *bank = told();
    CHECK(!bank->units[1]->heard && bank->groups[1]->phases[0]->current_ma == -1 &&
              !bank->groups[1]->neutral_known,
          "nothing is claimed of it");
    int64_t before = t.controller->inverters.energy[1].count[ENERGY_LOAD].total_mJ;
    together_run(&t, 60000);
    CHECK(t.controller->inverters.energy[1].count[ENERGY_LOAD].total_mJ == before,
          "nor counted for it");
    sim_fault(t.sim, SIM_INVERTER_SILENT, 1, false);
    together_run(&t, 120000);
    const struct energy_count *count = &t.controller->inverters.energy[1].count[ENERGY_CHARGE];
    CHECK(told()->units[1]->heard && count->gap_ms > 80000, "the gap is told: %lld",
          (long long)count->gap_ms);
}

/* Units whose bulk voltages differ: told after three minutes with both values, and its end. */
static void a_disagreement(void)
{
    records(JOURNAL_UNIT_DOUBT);
    double was_V = t.sim->unit[3].bulk_V;
    t.sim->unit[3].bulk_V = was_V + 1.6;
    together_run(&t, 400000);
    CHECK(news("inv4: charges to"), "two bulk voltages on one battery");
    CHECK(records(JOURNAL_UNIT_DOUBT) == 1 &&
              strstr(newest, "agreement of inv4: agrees -> disagrees"),
          "%s", newest);
    struct status *status = calloc(1, sizeof *status);
    status_fill(status, t.controller, NULL, t.now_ms);
    CHECK(status->message.inverter_news_count == 1, "status has the line");
    bool why = false;
    for (size_t i = 0; i < status->message.n_why; i++)
        why |= strstr(status->message.why[i], "inv4: charges to") != NULL;
    CHECK(why, "and so has why");
    free(status);
    t.sim->unit[3].bulk_V = was_V;
    together_run(&t, 150000);
    CHECK(!news("inv4: charges to") && records(JOURNAL_UNIT_DOUBT) == 1, "and ends once");
}

/* A load that is too large: told with the seconds that are left, before the unit gives up. */
static void an_overload(void)
{
    double was_W = t.sim->config.house_W[2];
    t.sim->house_noise[2] = 0.5;
    together_run(&t, 2000);
    t.sim->config.house_W[2] *= 9500 / t.sim->truth.house_W[2];
    int64_t warned_ms = 0;
    for (int64_t until = t.now_ms + 60000; t.now_ms < until && !warned_ms;) {
        t.sim->house_noise[2] = 0.5;
        together_run(&t, 100);
        if (news("OVERLOAD"))
            warned_ms = t.now_ms;
    }
    CHECK(warned_ms && t.sim->unit[1].mode != 'F', "told before it trips");
    CHECK(t.controller->inverters.bank.unit[1].left_ms <= 10000, "within the curve");
    t.sim->config.house_W[2] = was_W;
    together_run(&t, 300000);
    CHECK(!news("OVERLOAD"), "over");
}

static void run_clock(int seconds)
{
    for (int s = 0; s < seconds; s++) {
        t.controller->clock.wall_s++;
        together_run(&t, 1000);
    }
}

static void at_midnight(void)
{
    enum { NOON_UTC = 20000 * 86400 + 12 * 3600 };
    struct inverter_side *side = &t.controller->inverters;
    t.controller->clock = (struct cap_clock){.wall_s = NOON_UTC - 600, .offset_s = 12 * 3600};
    run_clock(590);
    CHECK(side->day == 20000 && told()->day_known, "the local day is known");
    struct plant_energy before = plant_energy(side, 4, true);
    CHECK(before.P > 1000, "no day has ended yet: all of it is today's: %lld", (long long)before.P);
    run_clock(12);
    CHECK(side->day == 20001 && plant_energy(side, 4, true).P <= 3,
          "a new day begins with nothing");
    CHECK(plant_energy(side, 4, false).P >= before.P, "the total goes on");
    t.controller->clock.wall_s -= 3600;
    run_clock(900);
    CHECK(side->day == 20001, "a clock set back begins no day again");
    t.controller->clock = (struct cap_clock){0};
}

/* As many units, faults, warnings and disagreements as there can be. */
static void largest_answer_fits(void)
{
    static struct config config;
    struct controller *c = calloc(1, sizeof *c);
    c->config = c->plant.config = &config;
    config.inverter_count = config.inverter_bank.units = config.inverter_bank.groups =
        MAX_INVERTERS;
    struct inverter_side *side = &c->inverters;
    for (size_t i = 0; i < MAX_INVERTERS; i++) {
        struct inverter_bank_member *member = &config.inverter_bank.unit[i];
        memset(member->name, 'n', NAME_SIZE - 1);
        memset(config.inverter_bank.group[i].name, 'g', NAME_SIZE - 1);
        member->group = (uint8_t)i;
        side->bank.unit[i].fault_code = 61;
        side->bank.unit[i].warnings[0] = side->bank.unit[i].warnings[1] = UINT32_MAX;
        side->bank.unit[i].curve = (struct overload_curve){
            4, {{111, 3599999}, {222, 1111111}, {333, 999999}, {400, 99999}}};
        for (size_t p = 0; p < PHASES; p++)
            side->bank.group[i].phase[p] = (struct inverter_phase){
                9, 9, 9, INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN, 1};
        for (int k = 0; k < ENERGY_KINDS; k++)
            side->energy[i].count[k] = (struct energy_count){.total_mJ = INT64_MAX / 64,
                                                             .gap_ms = INT64_MAX / 64,
                                                             .own = true,
                                                             .resets = UINT32_MAX};
        memset(side->view.unit[i].serial, 's', INVERTER_TEXT - 1);
        memset(side->view.unit[i].model, 'm', INVERTER_TEXT - 1);
        memset(side->view.unit[i].firmware, 'f', INVERTER_TEXT - 1);
    }
    Busbar__Response response = BUSBAR__RESPONSE__INIT;
    response.inverters = status_inverters(&filled, c, 1000000);
    size_t count = busbar__response__get_packed_size(&response);
    printf("inverter_side: the largest answer has %zu of %d bytes\n", count, CONTROL_PACKET);
    CHECK(count <= CONTROL_PACKET, "%zu bytes", count);
    json_t *json = inverters_json(response.inverters);
    CHECK(json_array_size(json_object_get(json, "inverters")) == MAX_INVERTERS, "as JSON");
    json_decref(json);
    free(c);
}

int main(void)
{
    if (together_start(&t) < 0)
        return 1;
    if (together_begin(&t) < 0)
        return 1;
    a_healthy_plant();
    energy_against_truth();
    energy_through_trouble();
    feed_in();
    a_fault_begins_and_ends();
    a_silent_unit();
    a_disagreement();
    an_overload();
    at_midnight();
    largest_answer_fits();
    together_end(&t);
    return check_done("inverter_side");
}
