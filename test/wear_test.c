/* Wear of a contact, counted from scripted sightings, and from what the simulated boards say. */
#include "phase-router/wear.h"

#include <string.h>

#include "test/check.h"
#include "test/together.h"

enum { O, X, U }; /* open, closed, neither or both; as enum contact_seen below */
enum { MUTE = -1, QUIET = 0, LOAD = 6000, ZERO_MA = 500, LATE_MS = 700 };

static const enum contact_seen seen_of[] = {CONTACT_OPEN, CONTACT_CLOSED, CONTACT_UNKNOWN};

/* One report of the board. Between two reports of a story the current stands as in the later one,
 * with a sample each 50 ms; MUTE: no samples. Reports further than 100 ms apart are filled up with
 * repetitions of the earlier one, except where a gap is told. */
struct report {
    int at_ms;
    bool asked, gap;
    int seen;
    int current_mA;
};
struct story {
    const char *sentence;
    struct report report[24];
    struct wear_record expected; /* of operate and release only measured and newest_ms */
};

static const struct story stories[] = {
    {"closes and opens without current, both timed",
     {{1000, 0, 0, O},
      {1530, 1, 0, O},
      {1552, 1, 0, X},
      {2500, 0, 0, X},
      {2518, 0, 0, O},
      {3500, 0, 0, O}},
     {.cold = 2,
      .operate = {.measured = 1, .newest_ms = 22},
      .release = {.measured = 1, .newest_ms = 18}}},
    {"in between it is neither open nor closed",
     {{1000, 0, 0, O}, {1530, 1, 0, U}, {1560, 1, 0, U}, {1565, 1, 0, X}, {2500, 1, 0, X}},
     {.cold = 1, .operate = {.measured = 1, .newest_ms = 35}}},
    {"opens under current",
     {{1000, 1, 0, X, LOAD}, {2000, 0, 0, X, LOAD}, {2030, 0, 0, O, QUIET}, {3000, 0, 0, O}},
     {.hot = 1, .release = {.measured = 1, .newest_ms = 30}}},
    {"the current was gone by the time the opening was told: it flowed at the report before",
     {{1000, 1, 0, X, LOAD},
      {1990, 1, 0, X, LOAD},
      {2040, 0, 0, X, QUIET},
      {2060, 0, 0, O},
      {3000, 0, 0, O}},
     {.hot = 1, .release = {.measured = 1, .newest_ms = 20}}},
    {"half an ampere is no current, to either side",
     {{1000, 1, 0, X, ZERO_MA},
      {2000, 0, 0, X, ZERO_MA},
      {2030, 0, 0, O, -ZERO_MA},
      {2600, 1, 0, O, -ZERO_MA},
      {2630, 1, 0, X, -ZERO_MA}},
     {.cold = 2,
      .operate = {.measured = 1, .newest_ms = 30},
      .release = {.measured = 1, .newest_ms = 30}}},
    {"a negative current is one",
     {{1000, 1, 0, X, -ZERO_MA - 1},
      {2000, 0, 0, X, -ZERO_MA - 1},
      {2030, 0, 0, O, QUIET},
      {3000, 0, 0, O}},
     {.hot = 1, .release = {.measured = 1, .newest_ms = 30}}},
    {"a current that is not heard may be there",
     {{1000, 1, 0, X, MUTE}, {2000, 0, 0, X, MUTE}, {2030, 0, 0, O, MUTE}, {3000, 0, 0, O}},
     {.hot = 1, .release = {.measured = 1, .newest_ms = 30}}},
    {"there was none, but then it is not heard",
     {{1000, 1, 0, X}, {2000, 1, 0, X}, {3000, 0, 0, X, MUTE}, {3030, 0, 0, O, MUTE}},
     {.hot = 1, .release = {.measured = 1, .newest_ms = 30}}},
    {"current comes before it is seen open",
     {{1000, 1, 0, X}, {2000, 0, 0, X}, {2030, 0, 0, X, LOAD}, {2060, 0, 0, O}, {3000, 0, 0, O}},
     {.hot = 1, .release = {.measured = 1, .newest_ms = 60}}},
    {"current before it is seen closed: made under current",
     {{1000, 0, 0, O},
      {2000, 1, 0, O},
      {2060, 1, 0, O, LOAD},
      {2080, 1, 0, X, LOAD},
      {3000, 1, 0, X, LOAD}},
     {.hot = 1, .operate = {.measured = 1, .newest_ms = 80}}},
    {"current after it was seen closed is none of its wear",
     {{1000, 0, 0, O},
      {2000, 1, 0, O},
      {2020, 1, 0, X},
      {2070, 1, 0, X, LOAD},
      {3000, 1, 0, X, LOAD}},
     {.cold = 1, .operate = {.measured = 1, .newest_ms = 20}}},
    {"the report of the coil's change is lost: counted, not timed",
     {{1000, 0, 0, O}, {2000, 1, 0, X}, {3000, 1, 0, X}},
     {.cold = 1}},
    {"the report of the closing is lost: as long as until the next",
     {{1000, 0, 0, O}, {2000, 1, 0, O}, {2100, 1, 0, X}, {3000, 1, 0, X}},
     {.cold = 1, .operate = {.measured = 1, .newest_ms = 100}}},
    {"reports are missing before the change is told: counted, not timed",
     {{1000, 0, 0, O}, {1260, 1, 1, O}, {1290, 1, 0, X}, {3000, 1, 0, X}},
     {.cold = 1}},
    {"reports are missing before it is told closed: counted, not timed",
     {{1000, 0, 0, O}, {1500, 1, 0, O}, {1760, 1, 1, X}, {3000, 1, 0, X}},
     {.cold = 1}},
    {"the board starts again and has let go of a contact under load",
     {{1000, 1, 0, X, LOAD}, {4000, 0, 1, O, QUIET}, {5000, 0, 0, O}},
     {.hot = 1}},
    {"the board starts again and has let go, at night",
     {{1000, 1, 0, X}, {1100, 1, 0, X}, {4000, 0, 1, O}, {5000, 0, 0, O}},
     {.cold = 1}},
    {"the board starts again and holds: no operation",
     {{1000, 1, 0, X, LOAD}, {4000, 1, 1, X, LOAD}, {5000, 1, 0, X, LOAD}},
     {0}},
    {"ordered back before it has moved: two operations, one time",
     {{1000, 0, 0, O},
      {2000, 1, 0, O},
      {2030, 0, 0, O},
      {2500, 1, 0, O},
      {2520, 1, 0, X},
      {3000, 1, 0, X}},
     {.cold = 3, .operate = {.measured = 1, .newest_ms = 20}}},
    {"ordered back, but it closes for a moment: no bounce",
     {{1000, 1, 0, X},
      {1500, 0, 0, X},
      {1900, 0, 0, O},
      {2000, 1, 0, O},
      {2030, 0, 0, O},
      {2050, 0, 0, X},
      {2080, 0, 0, O},
      {3000, 0, 0, O}},
     {.cold = 3, .release = {.measured = 2, .newest_ms = 50}}},
    {"two bounces of a closing",
     {{1000, 0, 0, O},
      {2000, 1, 0, O},
      {2020, 1, 0, X},
      {2040, 1, 0, O},
      {2060, 1, 0, X},
      {2080, 1, 0, O},
      {2100, 1, 0, X},
      {3000, 1, 0, X}},
     {.cold = 1, .bounces = 2, .operate = {.measured = 1, .newest_ms = 20}}},
    {"left 250 ms after: still a bounce",
     {{1000, 0, 0, O},
      {2000, 1, 0, O},
      {2020, 1, 0, X},
      {2270, 1, 0, O},
      {2300, 1, 0, X},
      {3000, 1, 0, X}},
     {.cold = 1, .bounces = 1, .operate = {.measured = 1, .newest_ms = 20}}},
    {"left 251 ms after: none",
     {{1000, 0, 0, O},
      {2000, 1, 0, O},
      {2020, 1, 0, X},
      {2271, 1, 0, O},
      {2300, 1, 0, X},
      {3000, 1, 0, X}},
     {.cold = 1, .operate = {.measured = 1, .newest_ms = 20}}},
    {"opened again by order is no bounce",
     {{1000, 0, 0, O},
      {2000, 1, 0, O},
      {2020, 1, 0, X},
      {2100, 0, 0, X},
      {2120, 0, 0, O},
      {3000, 0, 0, O}},
     {.cold = 2,
      .operate = {.measured = 1, .newest_ms = 20},
      .release = {.measured = 1, .newest_ms = 20}}},
    {"stays closed 700 ms after its coil: late, no weld; and no time of an opening that late",
     {{1000, 1, 0, X}, {2000, 0, 0, X}, {2700, 0, 0, X}, {2701, 0, 0, O}, {4000, 0, 0, O}},
     {.cold = 1}},
    {"stays closed for longer: a weld, once",
     {{1000, 1, 0, X}, {2000, 0, 0, X}, {2701, 0, 0, X}, {9000, 0, 0, X}},
     {.cold = 1, .welds = 1}},
    {"comes loose and sticks again: two",
     {{1000, 1, 0, X},
      {2000, 0, 0, X},
      {3000, 0, 0, O},
      {4000, 1, 0, O},
      {4020, 1, 0, X},
      {5000, 0, 0, X},
      {6000, 0, 0, X}},
     {.cold = 3, .welds = 2, .operate = {.measured = 1, .newest_ms = 20}}},
    {"current though all is told open: a weld, once",
     {{1000, 0, 0, O, LOAD}, {1650, 0, 0, O, LOAD}, {1800, 0, 0, O, LOAD}, {6000, 0, 0, O, LOAD}},
     {.welds = 1}},
    {"current for 650 ms though all is open: not yet",
     {{1000, 0, 0, O, QUIET}, {1650, 0, 0, O, LOAD}, {3000, 0, 0, O, QUIET}},
     {0}},
    {"current while the board is silent: what it told last is no proof",
     {{1000, 0, 0, O}, {4000, 1, 1, X, LOAD}, {5000, 1, 0, X, LOAD}},
     {.hot = 1}},
    {"the sensor is silent in between: the same weld",
     {{1000, 0, 0, O, LOAD}, {3000, 0, 0, O, LOAD}, {4000, 0, 0, O, MUTE}, {6000, 0, 0, O, LOAD}},
     {.welds = 1}},
};

struct teller {
    struct contact_wear wear;
    struct reading current_mA;
};

static void tell(struct teller *teller, const struct report *report, int heard_ms, int now_ms)
{
    if (report->current_mA != MUTE)
        reading_set(&teller->current_mA, report->current_mA, now_ms);
    struct wear_sight sight = {
        .seen = seen_of[report->seen],
        .asked = report->asked,
        .heard_ms = heard_ms,
        .current_mA = teller->current_mA,
        .zero_mA = ZERO_MA,
        .string_open = report->seen == O,
        .operate_late_ms = LATE_MS,
        .release_late_ms = LATE_MS,
    };
    wear_observe(&teller->wear, &sight, now_ms);
}

/* The time between two reports, in ticks of 50 ms: the board repeats itself each 100 ms. */
static void between(struct teller *teller, const struct report *a, const struct report *b)
{
    struct report told = *a;
    told.current_mA = b->current_mA;
    int heard_ms = a->at_ms;
    for (int now_ms = a->at_ms + 50; now_ms < b->at_ms; now_ms += 50) {
        if (!b->gap && now_ms - heard_ms >= 100)
            heard_ms = now_ms;
        tell(teller, &told, heard_ms, now_ms);
    }
}

static void reports_tell(struct teller *teller, const struct report *reports, size_t count)
{
    for (size_t i = 0; i < count && reports[i].at_ms; i++) {
        if (i > 0)
            between(teller, &reports[i - 1], &reports[i]);
        tell(teller, &reports[i], reports[i].at_ms, reports[i].at_ms);
    }
}

static void time_check(const char *sentence, const char *what, const struct wear_time *time,
                       const struct wear_time *expected)
{
    CHECK(time->measured == expected->measured && time->newest_ms == expected->newest_ms,
          "%s: %s measured %u, newest %d ms", sentence, what, time->measured, time->newest_ms);
    CHECK(time->measured > 1 || time->mean_us == 1000 * expected->newest_ms, "%s: %s mean %d us",
          sentence, what, time->mean_us);
}

static void stories_are_counted(void)
{
    for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++) {
        const struct story *story = &stories[i];
        const struct wear_record *expected = &story->expected, *record;
        struct teller teller = {0};
        reports_tell(&teller, story->report, sizeof story->report / sizeof story->report[0]);
        record = &teller.wear.record;
        CHECK(record->cold == expected->cold && record->hot == expected->hot, "%s: %u cold, %u hot",
              story->sentence, record->cold, record->hot);
        CHECK(record->bounces == expected->bounces, "%s: %u bounces", story->sentence,
              record->bounces);
        CHECK(record->welds == expected->welds, "%s: %u welds", story->sentence, record->welds);
        time_check(story->sentence, "operate", &record->operate, &expected->operate);
        time_check(story->sentence, "release", &record->release, &expected->release);
    }
}

/* --- life and drift, by hand --- */

static const struct {
    uint32_t life, life_hot, cold, hot, used, left;
    bool told;
    uint8_t marks;
    const char *sentence;
} lives[] = {
    {0, 0, 5000, 5, 0, 0, false, 0, "the data sheet is silent"},
    {100000, 0, 0, 0, 0, 100000, true, 0, "new"},
    {100000, 0, 25000, 0, 250, 75000, true, 0, "without current only"},
    {100000, 0, 25000, 1, 250, 0, false, 0, "under current, and that life is not told"},
    {0, 100, 25000, 1, 10, 0, false, 0, "the life without current is not told"},
    {100000, 1000, 50000, 250, 750, 25000, true, 0, "half of one, a quarter of the other"},
    {100000, 1000, 50000, 300, 800, 20000, true, 0, "80 % is not over 80 %"},
    {100000, 1000, 50000, 301, 801, 19900, true, 1 << WEAR_SOON, "over 80 %"},
    {100000, 1000, 50000, 500, 1000, 0, true, 1 << WEAR_SOON, "all of it"},
    {100000, 1000, 50100, 500, 1001, 0, true, 1 << WEAR_SOON | 1 << WEAR_OVER, "over"},
    {1, 1, UINT32_MAX, UINT32_MAX, UINT32_MAX, 0, true, 1 << WEAR_SOON | 1 << WEAR_OVER, "no wrap"},
};

static void life_is_used(void)
{
    for (size_t i = 0; i < sizeof lives / sizeof lives[0]; i++) {
        struct topology_contact contact = {.life_operations = lives[i].life,
                                           .life_hot_operations = lives[i].life_hot};
        struct wear_record wear = {.cold = lives[i].cold, .hot = lives[i].hot};
        CHECK(wear_used_permille(&wear, &contact) == lives[i].used, "%s: used %u",
              lives[i].sentence, wear_used_permille(&wear, &contact));
        CHECK(wear_life_told(&wear, &contact) == lives[i].told, "%s: told", lives[i].sentence);
        CHECK(wear_remaining(&wear, &contact) == lives[i].left, "%s: left %u", lives[i].sentence,
              wear_remaining(&wear, &contact));
        CHECK(wear_marks(&wear, &contact) == lives[i].marks, "%s: marks %x", lives[i].sentence,
              wear_marks(&wear, &contact));
    }
}

/* One closing and one opening, each with its time. */
static void cycle(struct teller *teller, int *now_ms, int operate_ms, int release_ms)
{
    const struct report reports[] = {{*now_ms, 0, 0, O},
                                     {*now_ms + 600, 1, 0, O},
                                     {*now_ms + 600 + operate_ms, 1, 0, X},
                                     {*now_ms + 1600, 0, 0, X},
                                     {*now_ms + 1600 + release_ms, 0, 0, O}};
    reports_tell(teller, reports, sizeof reports / sizeof reports[0]);
    *now_ms += 1700;
}

static void drift_is_seen(void)
{
    static struct teller teller;
    struct wear_record *wear = &teller.wear.record;
    const struct topology_contact contact = {0};
    int now_ms = 1000;
    int32_t us, permille;
    for (int i = 0; i < WEAR_FIRST; i++)
        cycle(&teller, &now_ms, i % 2 ? 38 : 42, 20);
    CHECK(!wear_drift(&wear->operate, &us, &permille) && us == 0 && permille == 0,
          "the first hundred are the reference");
    CHECK(wear->operate.first_ms == 4000 && wear->release.first_ms == 2000, "%u %u",
          wear->operate.first_ms, wear->release.first_ms);
    cycle(&teller, &now_ms, 40, 20);
    CHECK(wear_drift(&wear->operate, &us, &permille) && abs(permille) <= 10, "%d us %d", us,
          permille);
    CHECK(wear_marks(wear, &contact) == 0, "well");
    int after = 0;
    for (; after < 100 && !wear_marks(wear, &contact); after++)
        cycle(&teller, &now_ms, 80, 20);
    wear_drift(&wear->operate, &us, &permille);
    /* 40 * (1 - (15/16)^n) > 20 from n = 11 on */
    CHECK(after == 11 && permille > 500 && us > 20000, "after %d: %d us %d", after, us, permille);
    CHECK(wear_marks(wear, &contact) == 1 << WEAR_DRIFTS, "it drifts");
    for (int i = 0; i < 200; i++)
        cycle(&teller, &now_ms, 80, 20);
    CHECK(wear_drift(&wear->operate, &us, &permille) && us > 39900 && us <= 40000 &&
              permille >= 997,
          "%d us %d", us, permille);
    CHECK(wear_drift(&wear->release, &us, &permille) && us == 0, "the release does not");
    CHECK(wear->operate.first_ms == 4000, "the reference stands");
    CHECK(wear->cold == 2 * (WEAR_FIRST + 1 + 11 + 200), "%u", wear->cold);
    wear->operate = (struct wear_time){200, 12 * WEAR_FIRST, 21000, 21};
    CHECK(wear_marks(wear, &contact) == 0, "9 ms cannot be told from nothing");
    wear->operate.mean_us = 23000;
    CHECK(wear_marks(wear, &contact) == 1 << WEAR_DRIFTS, "11 ms of 12 can");
    wear->operate = (struct wear_time){200, 40 * WEAR_FIRST, 19000, 19};
    CHECK(wear_marks(wear, &contact) == 1 << WEAR_DRIFTS, "faster by half drifts too");
}

/* --- with the boards and sensors of the simulator --- */

static struct together t;

/* While contacts move, frames come with the time they were sent, and the tick follows as in the loop. */
static void fine_run(int64_t ms)
{
    for (int64_t until = t.now_ms + ms; t.now_ms < until;)
        if (t.controller->router.state == ROUTER_IDLE)
            together_step(&t);
        else
            together_step_by(&t, sim_pace_ms(t.sim));
}

static const struct wear_record *record_of(int c)
{
    return &t.controller->wear[c].record;
}

static void sums(uint32_t *cold, uint32_t *hot)
{
    *cold = *hot = 0;
    for (int c = 0; c < t.config.topology.contacts; c++) {
        *cold += record_of(c)->cold;
        *hot += record_of(c)->hot;
    }
}

/* What the simulated contacts have really done. */
static void truth_is_counted(const char *sentence)
{
    const struct sim_truth *truth = sim_truth(t.sim);
    for (int c = 0; c < t.config.topology.contacts; c++) {
        CHECK(record_of(c)->cold + record_of(c)->hot == truth->contact_operations[c],
              "%s: contact %d: %u cold, %u hot of %u", sentence, c, record_of(c)->cold,
              record_of(c)->hot, truth->contact_operations[c]);
        CHECK(record_of(c)->hot == truth->contact_hot[c], "%s: contact %d: %u hot of %u", sentence,
              c, record_of(c)->hot, truth->contact_hot[c]);
    }
}

/* Within what the header says, and the simulator's own step of 10 ms. */
static void time_is_true(int c, const char *what, const struct wear_time *time, double true_ms)
{
    if (time->measured == 0)
        return;
    double error_ms = time->mean_us / 1000.0 - true_ms;
    CHECK(error_ms >= -10 && error_ms <= 2 * WEAR_RESOLUTION_MS, "contact %d: %s %d us of %.0f ms",
          c, what, time->mean_us, true_ms);
}

/* Latching boards: they start again with their contacts as they were. */
static void reboot_wears_nothing(void)
{
    uint32_t cold, hot, before;
    sums(&before, &hot);
    for (int board = 0; board < 2; board++)
        sim_fault(t.sim, SIM_BOARD_REBOOT, board, true);
    fine_run(20000);
    sums(&cold, &hot);
    CHECK(cold == before && hot == 0, "%u cold, %u hot", cold, hot);
    CHECK(t.controller->router.state == ROUTER_IDLE, "and goes on");
}

static void session_wears(void)
{
    uint32_t cold, hot, transfers = 0;
    together_run(&t, 60000);
    sums(&cold, &hot);
    CHECK(cold == 0 && hot == 0, "nothing has moved yet: %u %u", cold, hot);
    for (int round = 0; round < 2; round++) {
        controller_charge(t.controller, 0, round == 0, (char[160]){0}, 160);
        fine_run(round == 0 ? 60000 : 1200000);
        CHECK(t.controller->router.transfers > transfers, "strings have moved");
        transfers = t.controller->router.transfers;
        sums(&cold, &hot);
        CHECK(cold == 2 * transfers && hot == 0, "%u transfers: %u cold, %u hot", transfers, cold,
              hot);
        truth_is_counted("session");
    }
    CHECK(transfers == 4, "there and back: %u", transfers);
    for (int c = 0; c < t.config.topology.contacts; c++) {
        const struct wear_record *wear = record_of(c);
        CHECK(wear->operate.measured + wear->release.measured == wear->cold, "contact %d: timed",
              c);
        CHECK(wear->bounces == 0 && wear->welds == 0, "contact %d: cleanly", c);
        time_is_true(c, "operate", &wear->operate, t.plant.contact[c].operate_ms);
        time_is_true(c, "release", &wear->release, t.plant.contact[c].release_ms);
    }
    reboot_wears_nothing();
}

/* The first string's switch passes current though it is off: the stop opens it under current. */
static void stop_wears(void)
{
    uint32_t cold, hot;
    together_run(&t, 60000);
    sim_fault(t.sim, SIM_SWITCH_SHORTED, 0, true);
    sim_stop(t.sim, true);
    fine_run(15000);
    sums(&cold, &hot);
    CHECK(hot == 1 && cold == 2, "%u cold, %u hot", cold, hot);
    CHECK(record_of(t.plant.string[0].home_contact)->hot == 1, "its own");
    truth_is_counted("stop");
}

static void weld_is_suspected(void)
{
    int contact = t.plant.string[0].home_contact;
    together_run(&t, 60000);
    sim_fault(t.sim, SIM_CONTACT_WELDED, contact, true);
    controller_charge(t.controller, 0, true, (char[160]){0}, 160);
    fine_run(60000);
    CHECK(t.controller->router.state == ROUTER_HOLD, "it does not open");
    for (int c = 0; c < t.config.topology.contacts; c++)
        CHECK(record_of(c)->welds == (c == contact), "contact %d: %u welds", c,
              record_of(c)->welds);
    CHECK(record_of(contact)->cold == 1 && record_of(contact)->release.measured == 0,
          "its coil has changed");
}

/* What a board says of a normally closed contact: its coil is on while the contact is open. */
static void closed_at_rest(void)
{
    static const struct {
        int64_t at_ms;
        bool coil, closed;
    } said[] = {{100000, true, false}, {100100, true, false}, {100130, false, false},
                {100150, false, true}, {100250, false, true}, {100350, true, true},
                {100362, true, false}, {100450, true, false}};
    struct controller *c = t.controller;
    struct config_channel at = c->config->contact_at[0];
    struct relay_readings *board = &c->plant.boards[at.device];
    t.config.topology.contact[0].normally_closed = true;
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        reading_set(&board->outputs, said[i].coil << at.channel, said[i].at_ms);
        reading_set(&board->closed, said[i].closed << at.channel, said[i].at_ms);
        reading_set(&board->opened, !said[i].closed << at.channel, said[i].at_ms);
        look(c, said[i].at_ms);
    }
    const struct wear_record *wear = record_of(0);
    CHECK(wear->cold + wear->hot == 2 && wear->welds == 0, "%u cold, %u hot, %u welds", wear->cold,
          wear->hot, wear->welds);
    CHECK(wear->operate.measured == 1 && wear->operate.newest_ms == 20,
          "closes as its coil goes off");
    CHECK(wear->release.measured == 1 && wear->release.newest_ms == 12, "opens as it goes on");
}

/* The newest wear record's text after a tick, "" when none was added. */
static const char *told_after_tick(void)
{
    static char text[256];
    struct controller *c = t.controller;
    uint32_t from = c->journal.next;
    together_run(&t, 200);
    text[0] = '\0';
    for (uint32_t i = from; i != c->journal.next; i++)
        if (c->journal.ring[i % JOURNAL_RING].kind == JOURNAL_WEAR)
            journal_text(&c->journal.ring[i % JOURNAL_RING], c->config, text, sizeof text);
    return text;
}

static const struct {
    uint32_t cold, hot;
    const char *told; /* after the time */
} tellings[] = {
    {79, 0, ""},
    {79, 1, "well -> 80 % used: 79 operations without and 1 under current, 89.0 % of its life"},
    {85, 1, ""},
    {95, 1, "80 % used -> used up: 95 operations without and 1 under current, 105.0 % of its life"},
    {200, 9, ""},
};

static void warnings_are_told_once(void)
{
    struct controller *c = t.controller;
    struct wear_record *wear = &c->wear[3].record;
    together_run(&t, 20000);
    t.config.topology.contact[3].life_operations = 100;
    t.config.topology.contact[3].life_hot_operations = 10;
    for (size_t i = 0; i < sizeof tellings / sizeof tellings[0]; i++) {
        wear->cold = tellings[i].cold;
        wear->hot = tellings[i].hot;
        const char *told = told_after_tick();
        CHECK(*tellings[i].told ? strstr(told, tellings[i].told) != NULL : !*told, "%u: \"%s\"",
              wear->cold, told);
    }
    wear->release = (struct wear_time){300, 20 * WEAR_FIRST, 31000, 31};
    const char *told = told_after_tick();
    CHECK(strstr(told, "wear of s1 > inv4.pv1: used up -> drifts: opening takes 31 ms, 20 ms at "
                       "first"),
          "\"%s\"", told);
    CHECK(!*told_after_tick(), "once");
    CHECK(c->router.state == ROUTER_IDLE && !c->router.locked[1], "a warning moves nothing");
}

static int begin(bool stop)
{
    if (together_start(&t) < 0)
        return -1;
    t.config.button_stop[0] = stop;
    return together_begin(&t);
}

int main(void)
{
    static const struct {
        bool stop;
        void (*run)(void);
    } plants[] = {{false, session_wears},
                  {true, stop_wears},
                  {false, weld_is_suspected},
                  {false, closed_at_rest},
                  {false, warnings_are_told_once}};
    for (size_t i = 0; i < sizeof plants / sizeof plants[0]; i++) {
        if (begin(plants[i].stop) < 0)
            return 1;
        plants[i].run();
        together_end(&t);
    }
    stories_are_counted();
    life_is_used();
    drift_is_seen();
    return check_done("wear");
}
