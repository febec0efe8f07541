/* Thirty days with a caller who cannot make up its mind, a line with faults and a controller that is
 * started anew now and then: no setting is written more often than its budget allows.
 *
 * What the far end obeyed is counted there. Between the caller's whims time is skipped. */
#include "far_axpert.h"

enum { DAY_MS = 86400000, DAYS = 30, BUDGET = 20 };

static struct far_line line;
static struct far_axpert axpert;

/* clang-format off */
static const struct whim {
    enum setting setting;
    int32_t values[4];
    bool towards_safety;    /* some of its changes are: twice the budget */
} whims[] = {
    {SET_CHARGER_OFF,      {0, 1, 0, 1},         true},
    {SET_CHARGE_MAX,       {10, 37, 60, 120},    true},
    {SET_AC_CHARGE_MAX,    {2, 10, 30, 60},      true},
    {SET_FLOAT,            {530, 535, 540, 545}, true},
    {SET_BULK,             {545, 550, 560, 565}, true},
    {SET_OUTPUT_PRIORITY,  {0, 1, 2, 2},         false},
    {SET_CHARGER_PRIORITY, {0, 1, 2, 3},         false},
    {SET_RECHARGE,         {440, 460, 480, 500}, false},
    {SET_DISCHARGE_MAX,    {0, 30, 100, 150},    false},
};
/* clang-format on */

enum { WHIMS = sizeof whims / sizeof *whims };

static int64_t counted_day_ms;
static uint32_t at_dawn[SETTINGS], most[SETTINGS];

static void look(struct far_line *l)
{
    for (int i = 0; i < SETTINGS; i++) {
        uint32_t today = axpert.written[i] - at_dawn[i];
        most[i] = today > most[i] ? today : most[i];
    }
    if (l->unit.day_ms == counted_day_ms)
        return;
    CHECK(l->unit.day_ms - counted_day_ms >= DAY_MS, "a day of %" PRId64 " ms",
          l->unit.day_ms - counted_day_ms);
    counted_day_ms = l->unit.day_ms;
    memcpy(at_dawn, axpert.written, sizeof at_dawn);
}

/* A new process has what the state file has: counts and the day's beginning. */
static void restart(const struct unit_config *config)
{
    struct unit before = line.unit;
    unit_init(&line.unit, config, line.now_ms);
    for (int i = 0; i < SETTINGS; i++) {
        line.unit.settings[i].writes = before.settings[i].writes;
        line.unit.settings[i].writes_today = before.settings[i].writes_today;
    }
    line.unit.day_ms = before.day_ms;
}

static void change_mind(void)
{
    struct unit_orders orders = line.unit.orders;
    for (uint32_t changes = 1 + line_random(&line, 3); changes > 0; changes--) {
        const struct whim *whim = &whims[line_random(&line, WHIMS)];
        orders.want[whim->setting] = whim->values[line_random(&line, 4)];
    }
    unit_order(&line.unit, &orders);
}

static void fault(void)
{
    line.nak = line_random(&line, 5) == 0 ? 50 : 0;
    line.bad = line_random(&line, 5) == 0 ? 50 : 0;
    line.silent = line_random(&line, 5) == 0 ? 50 : 0;
    line.late = line_random(&line, 5) == 0 ? 50 : 0;
    if (line_random(&line, 20) == 0)
        axpert.deaf = 3;
}

static void month(uint64_t seed)
{
    static const struct unit_config config = {
        .name = "inv1", .writes_per_day = BUDGET, .dwell_ms = 5000};
    memset(&line, 0, sizeof line);
    memset(at_dawn, 0, sizeof at_dawn);
    memset(most, 0, sizeof most);
    axpert = far_axpert_new;
    line.tell = axpert_tell;
    line.world = &axpert;
    line.late_ms = 4000;
    line_start(&line, &config, seed);
    counted_day_ms = line.unit.day_ms;
    while (line.now_ms < (int64_t)DAYS * DAY_MS) {
        for (uint32_t burst = 3 + line_random(&line, 8); burst > 0; burst--) {
            change_mind();
            fault();
            line_run(&line, line.now_ms + 2000 + line_random(&line, 8000), look);
        }
        if (line_random(&line, 10) == 0)
            restart(&config);
        line.now_ms += line_random(&line, 1800000);
    }
}

int main(void)
{
    for (uint64_t seed = 1; seed <= 2; seed++) {
        month(seed);
        for (size_t i = 0; i < WHIMS; i++) {
            uint32_t limit = whims[i].towards_safety ? 2 * BUDGET : BUDGET;
            enum setting setting = whims[i].setting;
            printf("%s: %u writes in %d days, at most %u a day of %u\n", setting_name(setting),
                   axpert.written[setting], DAYS, most[setting], limit);
            CHECK(most[setting] <= limit, "%s: %u a day", setting_name(setting), most[setting]);
            CHECK(axpert.written[setting] <= (DAYS + 1) * limit, "%s: %u", setting_name(setting),
                  axpert.written[setting]);
            CHECK(most[setting] >= BUDGET, "%s: the budget was never needed: %u",
                  setting_name(setting), most[setting]);
        }
    }
    return check_done("unit_wear");
}
