/* The cap policy in the whole controller: from a request to the charge limit, the journal and back
 * to the default, on the simulated plant. */
#include <errno.h>
#include <string.h>

#include "app/why.h"
#include "test/check.h"
#include "test/together.h"

enum { MONDAY = 1780304400 /* Mon 2026-06-01 09:00 UTC */, BATTERY_BUS = 1 };

static struct together t;
static char why[160];
static int64_t wall_s;

static void run(int seconds)
{
    for (int i = 0; i < seconds; i++) {
        t.controller->clock.wall_s = wall_s ? ++wall_s : 0;
        together_run(&t, 1000);
    }
}

/* Some record of the policy holds this text. */
static bool journalled(const char *text)
{
    const struct journal *journal = &t.controller->journal;
    char line[256];
    uint32_t first = journal->next > JOURNAL_RING ? journal->next - JOURNAL_RING : 0;
    for (uint32_t i = first; i != journal->next; i++) {
        journal_text(&journal->ring[i % JOURNAL_RING], &t.config, line, sizeof line);
        if (strstr(line, text))
            return true;
    }
    return false;
}

static bool why_says(const char *text)
{
    static struct why lines;
    why_fill(&lines, t.controller, t.now_ms);
    for (size_t i = 0; i < lines.count; i++)
        if (strstr(lines.lines[i], text))
            return true;
    return false;
}

/* What candump reads: line 0 is the charge, line 1 the cap. */
static bool candump_reads(uint8_t line, const char *text)
{
    struct controller *c = t.controller;
    struct outbox before = c->outbox;
    bool found = false;
    c->text_line = line;
    c->summary_ms = 0;
    memset(c->gate.allow_sent_ms, 0, sizeof c->gate.allow_sent_ms); /* not due yet */
    summary_send(c, t.now_ms);
    for (size_t i = before.count; i < c->outbox.count; i++)
        found |= memcmp(c->outbox.frames[i].data, text, strlen(text)) == 0;
    c->outbox = before;
    return found;
}

static void without_a_clock(void)
{
    struct controller *c = t.controller;
    run(20);
    CHECK(c->guard.cap_request_permille == 700 && c->limits.cap_reached, "72 %%: held at 70");
    CHECK(controller_charge_to(c, 1000, MONDAY + 3600, t.now_ms, why, sizeof why) == -EAGAIN, "%s",
          why);
    CHECK(candump_reads(1, "CAP 70.0") && candump_reads(0, "SOC 72"), "as candump reads it");
    CHECK(c->cap_asked == 0 && !journalled("cap policy"), "refused: nothing to tell");
}

static void charge_to(void)
{
    struct controller *c = t.controller;
    wall_s = MONDAY;
    run(2);
    CHECK(controller_charge_to(c, 1000, MONDAY + 600, t.now_ms, why, sizeof why) == 0, "%s", why);
    run(2);
    CHECK(c->guard.cap_request_permille == 1000 && !c->limits.cap_reached &&
              c->limits.charge_mA.cause != LIMIT_CAP,
          "no sun was seen yet: it begins at once, and the battery is charged");
    CHECK(
        journalled("cap policy UC001: 70.0 % -> 100.0 %: 100.0 %: a charge to a time, asked for by "
                   "a person, until Mon 2026-06-01 09:10"),
        "the journal says why and until when");
    CHECK(why_says("cap: 100.0 %: a charge to a time"), "and busbar why");
    CHECK(c->cap_asked == 1, "saved at once");
    CHECK(candump_reads(1, "CAP 100%"), "and candump");
    c->soc.soc_permille = 1000;
    CHECK(candump_reads(0, "SOC 100%"), "a full battery is not empty");
    t.bus_dead[BATTERY_BUS] = true;
    run(12);
    CHECK(c->guard.cap_request_permille == 700 && why_says("is held back: a BMS is silent"),
          "the BMS is silent: the default");
    CHECK(journalled("held back: a BMS is silent or has an alarm"), "told");
    t.bus_dead[BATTERY_BUS] = false;
    run(10);
    CHECK(c->guard.cap_request_permille == 1000, "heard again");
    run(600);
    CHECK(c->guard.cap_request_permille == 700 && c->limits.cap_reached, "its time is over");
    CHECK(journalled("the charge to a time has missed its target"), "ten minutes do not fill it");
    CHECK(why_says("cap: 70.0 %: the default"), "the default again");
}

static void balancing(void)
{
    struct controller *c = t.controller;
    c->cap.memory.full_s = wall_s - 90 * 86400 + 30;
    run(60);
    CHECK(c->cap.out.task == CAP_TASK_BALANCING, "announced");
    CHECK(journalled("cap policy UC001: 70.0 % -> 70.0 %: balancing charge: announced for Tue "
                     "2026-06-02 09:"),
          "with its time");
    CHECK(journalled(": the last full charge is too long ago"), "and its cause");
    CHECK(why_says("cap: balancing charge from Tue 2026-06-02 09:"), "why says it too");
    CHECK(controller_postpone(c, 2 * 86400, t.now_ms, why, sizeof why) == 0, "%s", why);
    run(2);
    CHECK(why_says("cap: balancing charge from Thu 2026-06-04 09:"), "two days later");
    CHECK(journalled("request: the balancing charge begins Thu 2026-06-04 09:"), "told");
}

/* What counts as full: a cell near its ceiling, or the BMS's word. */
static void full(void)
{
    static const struct {
        bool known, cells_known;
        int32_t cell_max_mV, bms_permille;
        bool full;
        const char *what;
    } rows[] = {
        {true, true, 3469, 990, false, "not yet"},
        {true, true, 3470, 990, true, "a cell 30 mV below its ceiling"},
        {true, false, 3600, 990, false, "cells that are not known"},
        {true, false, 0, 995, true, "the BMS says so"},
        {true, false, 0, -1, false, "a BMS without a charge"},
        {false, true, 3500, 1000, false, "nothing is known of the bank"},
    };
    struct controller *c = t.controller;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        c->bank.known = rows[i].known;
        c->bank.cells_known = rows[i].cells_known;
        c->bank.cell_max_mV = c->bank.cell_min_mV = rows[i].cell_max_mV;
        c->bank.bms_soc_min_permille = rows[i].bms_permille;
        c->cap.full_for_ms = 0;
        c->soc.soc_permille = 960;
        c->clock.wall_s = ++wall_s;
        cap_carry(c, t.now_ms += 1000);
        CHECK((c->cap.full_for_ms > 0) == rows[i].full, "%s", rows[i].what);
    }
}

/* What the bank's view tells of BMS and temperature. */
static void well(void)
{
    static const struct {
        uint32_t alarms;
        int64_t age_ms;
        bool temp_known;
        int32_t temp_dC;
        enum cap_block block;
    } rows[] = {
        {0, BANK_CHARGE_MS, true, 50, CAP_FREE},
        {1, 0, true, 200, CAP_BMS},
        {0, BANK_CHARGE_MS + 1, true, 200, CAP_BMS},
        {0, 0, false, 200, CAP_COLD},
        {0, 0, true, 49, CAP_COLD},
    };
    struct controller *c = t.controller;
    cap_ask_manual(&c->cap, &c->cap_config, 850, why, sizeof why);
    c->soc.known = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        c->bank.alarms = rows[i].alarms;
        c->bank.bms_age_ms = rows[i].age_ms;
        c->bank.temp_known = rows[i].temp_known;
        c->bank.temp_min_dC = rows[i].temp_dC;
        cap_carry(c, t.now_ms += 1000);
        CHECK(c->cap.out.block == rows[i].block &&
                  c->guard.cap_request_permille == (rows[i].block ? 700 : 850),
              "row %zu: %s", i, cap_block_text(c->cap.out.block));
    }
}

static void never(void)
{
    struct controller *c = t.controller;
    t.config.cap.never = true;
    cap_setup(c);
    CHECK(controller_cap(c, 800, t.now_ms, why, sizeof why) == -EPERM &&
              strstr(why, "battery.cap_raise"),
          "%s", why);
}

int main(void)
{
    if (together_start(&t) < 0)
        return 1;
    t.plant.battery_soc = 0.72;
    if (together_begin(&t) < 0)
        return 1;
    without_a_clock();
    charge_to();
    balancing();
    full();
    well();
    never();
    return check_done("cap_side");
}
