/* How fast a line is kept busy, and whether a late or damaged reply is ever taken for another. */
#include "far_axpert.h"

static struct far_line line;
static struct far_axpert axpert;

static void begin(uint64_t seed)
{
    memset(&line, 0, sizeof line);
    axpert = far_axpert_new;
    line.tell = axpert_tell;
    line.world = &axpert;
    line_start(&line, &(struct unit_config){.name = "inv1", .dwell_ms = 20000}, seed);
}

/* Four units on four ports, each on its own: a quarter of an hour. */
static void four_ports_keep_pace(void)
{
    enum { PORTS = 4, RUN_MS = 900000 };
    for (uint64_t port = 0; port < PORTS; port++) {
        begin(port + 1);
        line_run(&line, 10000, NULL);
        int64_t from_ms = line.now_ms, physical_ms = line.physical_ms;
        uint32_t asked = axpert.asked_status;
        line_run(&line, from_ms + RUN_MS, NULL);
        double share = (double)(line.physical_ms - physical_ms) / RUN_MS;
        double round_ms = (double)RUN_MS / (axpert.asked_status - asked);
        printf("port %d: busy %.3f of the time its line allows, status each %.0f ms\n",
               (int)port + 1, share, round_ms);
        CHECK(share >= 0.9, "port %d: %.3f", (int)port + 1, share);
        CHECK(round_ms < 1300, "port %d: status each %.0f ms", (int)port + 1, round_ms);
        CHECK(line.unit.statistics.timeouts == 0 && line.unit.statistics.checks == 0, "no fault");
    }
}

static uint32_t wrong, looks, confirmed;

/* What was heard is what the far end says to that question, and to no other of the same shape; and
 * to this asking of it: its status counts how often it was asked. */
static void look(struct far_line *l)
{
    const struct unit *u = &l->unit;
    const struct far_axpert *f = l->world;
    const struct unit_setting *charge = &u->settings[SET_CHARGE_MAX];
    looks++;
    wrong += u->charge_list_count && (u->charge_list_count != 12 || u->charge_list_A[0] != 10);
    wrong +=
        u->ac_charge_list_count && (u->ac_charge_list_count != 13 || u->ac_charge_list_A[0] != 2);
    wrong += u->readings.energy_pv_Wh.heard_ms && u->readings.energy_pv_Wh.value != 123456;
    wrong += u->readings.energy_load_Wh.heard_ms && u->readings.energy_load_Wh.value != 654321;
    wrong += u->readings.output_W.heard_ms == l->now_ms &&
             u->readings.output_W.value != (int32_t)((f->asked_status - 1) % 10000);
    wrong += u->readings.mode.heard_ms && u->readings.mode.value != MODE_BATTERY;
    wrong += u->readings.serial[0] && strcmp(u->readings.serial, "92931905106463") != 0;
    wrong += charge->state == SETTING_ACKED && f->last_value != charge->wrote;
    wrong += u->setting_now == 0 && charge->state == SETTING_CONFIRMED &&
             charge->want == charge->wrote && charge->tries == 0 && f->charge_A != charge->want;
}

struct weather {
    int late, bad, lost, nak, silent;
    int64_t late_ms;
    const char *sentence;
};

static const struct weather weathers[] = {
    {0, 20, 0, 0, 0, 0, "a wrong CRC now and then"},
    {0, 0, 20, 0, 0, 0, "a byte lost now and then"},
    {0, 0, 0, 30, 0, 0, "a NAK now and then"},
    {0, 0, 0, 0, 20, 0, "no answer now and then"},
    {50, 0, 0, 0, 0, 2500, "late by up to a second beyond the limit"},
    {100, 0, 0, 0, 0, 6000, "late by seconds"},
    {400, 0, 0, 0, 0, 6000, "mostly late"},
    {50, 20, 10, 20, 10, 4000, "all of it"},
};

static void play(const struct weather *weather, uint64_t seed)
{
    begin(seed);
    struct unit_orders orders = unit_orders_none();
    line.late = weather->late;
    line.late_ms = weather->late_ms;
    line.bad = weather->bad;
    line.lost = weather->lost;
    line.nak = weather->nak;
    line.silent = weather->silent;
    for (int minute = 1; minute <= 60; minute++) {
        orders.want[SET_CHARGE_MAX] = 10 + 10 * (int32_t)line_random(&line, 5);
        unit_order(&line.unit, &orders);
        line_run(&line, minute * 60000, look);
        confirmed += line.unit.settings[SET_CHARGE_MAX].state == SETTING_CONFIRMED;
    }
}

static void nothing_is_mistaken(void)
{
    for (size_t w = 0; w < sizeof weathers / sizeof *weathers; w++) {
        uint32_t answers = 0, late = 0;
        wrong = confirmed = 0;
        for (uint64_t seed = 1; seed <= 8; seed++) {
            play(&weathers[w], seed);
            answers += line.unit.statistics.answers;
            late += line.unit.statistics.late;
            CHECK(line.now_ms - line.unit.heard_ms < 60000, "%s: heard %" PRId64 " ms ago",
                  weathers[w].sentence, line.now_ms - line.unit.heard_ms);
        }
        printf("%s: %u answers, %u came late, %u taken for another, %u of 480 confirmed\n",
               weathers[w].sentence, answers, late, wrong, confirmed);
        CHECK(wrong == 0, "%s: %u taken for another", weathers[w].sentence, wrong);
        CHECK(answers > 3000, "%s: %u answers", weathers[w].sentence, answers);
        CHECK(weathers[w].late_ms == 0 || late > 100, "%s: %u came late", weathers[w].sentence,
              late);
    }
    CHECK(looks > 100000, "%u looks", looks);
}

int main(void)
{
    four_ports_keep_pace();
    nothing_is_mistaken();
    return check_done("unit_line");
}
