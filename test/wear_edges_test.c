/* Wear of a contact at the edges: the exact time, count and value at which a judgement turns. */
#include "phase-router/wear.h"

#include "test/check.h"

enum { LOAD = 6000, ZERO_MA = 500, OPERATE_LATE_MS = 300, RELEASE_LATE_MS = 150 };

/* --- what is seen --- */

static struct topology topology = {
    .contacts = 3,
    .contact = {{.string = 0, .operate_ms = 900, .release_ms = 699},
                {.string = 1, .operate_ms = 700, .release_ms = 701},
                {.string = 0},
                {.string = 0}},
};

static bool string_open(enum contact_seen first, enum contact_seen other, enum contact_seen third)
{
    const struct router_config config = {.feedback_ms = 700, .report_ms = 100};
    struct router_view view = {.contact = {first, other, third, CONTACT_CLOSED}};
    bool open = wear_sight(&topology, &config, &view, 0).string_open;
    CHECK(wear_sight(&topology, &config, &view, 2).string_open == open, "one string, one answer");
    return open;
}

static void string_is_open_when_all_its_contacts_are(void)
{
    CHECK(string_open(CONTACT_OPEN, CONTACT_OPEN, CONTACT_OPEN), "the fourth is no contact");
    CHECK(string_open(CONTACT_OPEN, CONTACT_CLOSED, CONTACT_OPEN), "another string's is closed");
    CHECK(!string_open(CONTACT_CLOSED, CONTACT_OPEN, CONTACT_OPEN), "its first is closed");
    CHECK(!string_open(CONTACT_OPEN, CONTACT_OPEN, CONTACT_CLOSED), "its last is closed");
    CHECK(!string_open(CONTACT_UNKNOWN, CONTACT_OPEN, CONTACT_OPEN), "not seen is not open");
}

static void greater_limit_holds(void)
{
    const struct router_config config = {.feedback_ms = 700, .report_ms = 100, .zero_mA = 450};
    const struct router_view view = {
        .contact = {CONTACT_OPEN, CONTACT_CLOSED},
        .contact_output = {false, true},
        .contact_ms = {1000, 2000},
        .current_mA = {{3000, LOAD}, {4000, -LOAD}},
    };
    struct wear_sight sight = wear_sight(&topology, &config, &view, 0);
    CHECK(sight.operate_late_ms == 1000 && sight.release_late_ms == 800, "%d %d",
          sight.operate_late_ms, sight.release_late_ms);
    sight = wear_sight(&topology, &config, &view, 1);
    CHECK(sight.operate_late_ms == 800 && sight.release_late_ms == 801, "%d %d",
          sight.operate_late_ms, sight.release_late_ms);
    CHECK(sight.seen == CONTACT_CLOSED && sight.asked && sight.heard_ms == 2000, "its own");
    CHECK(sight.current_mA.heard_ms == 4000 && sight.current_mA.value == -LOAD, "its string's");
    CHECK(sight.zero_mA == 450, "%d", sight.zero_mA);
}

/* --- current though all is open --- */

static struct wear_sight sight_of(int64_t heard_ms, bool asked, enum contact_seen seen)
{
    return (struct wear_sight){.seen = seen,
                               .asked = asked,
                               .heard_ms = heard_ms,
                               .current_mA = {heard_ms, 0},
                               .zero_mA = ZERO_MA,
                               .operate_late_ms = OPERATE_LATE_MS,
                               .release_late_ms = RELEASE_LATE_MS};
}

/* Load on an open string, as the board told it then and the sensor then. */
static void astray(struct contact_wear *wear, int64_t heard_ms, int64_t sample_ms, int64_t now_ms)
{
    struct wear_sight sight = sight_of(heard_ms, false, CONTACT_OPEN);
    sight.current_mA = (struct reading){sample_ms, LOAD};
    sight.string_open = true;
    wear_observe(wear, &sight, now_ms);
}

static void astray_from_the_first_sample(void)
{
    struct contact_wear wear = {0};
    astray(&wear, 1000, 1000, 1000);
    CHECK(wear.astray_ms == 1000, "%lld", (long long)wear.astray_ms);
    astray(&wear, 1150, 1150, 1150);
    CHECK(wear.record.welds == 0, "as long as an opening may take");
    astray(&wear, 1151, 1151, 1151);
    CHECK(wear.record.welds == 1, "longer");
    astray(&wear, 1251, 1251, 1251);
    CHECK(wear.record.welds == 1, "once");
}

static void silence_begins_it_anew(void)
{
    struct contact_wear wear = {0};
    astray(&wear, 1000, 1000, 1000);
    astray(&wear, 1200, 1000, 1200);
    CHECK(wear.astray_ms == 1000, "a sample of 200 ms ago is known");
    astray(&wear, 1201, 1000, 1201);
    CHECK(wear.astray_ms == 0, "an older one is not: %lld", (long long)wear.astray_ms);
    astray(&wear, 1300, 1300, 1300);
    CHECK(wear.astray_ms == 1300 && wear.record.welds == 0, "it begins again");
    astray(&wear, 1300, 1449, 1550);
    CHECK(wear.astray_ms == 1300, "a report of 250 ms ago is known");
    astray(&wear, 1300, 1451, 1551);
    CHECK(wear.astray_ms == 0 && wear.record.welds == 0, "an older one is not");
    astray(&wear, 0, 150, 200);
    CHECK(wear.astray_ms == 0, "a board never heard, even at the start of time");
}

static void silence_does_not_end_it(void)
{
    struct contact_wear wear = {0};
    astray(&wear, 1000, 1000, 1000);
    astray(&wear, 1151, 1151, 1151);
    astray(&wear, 1400, 1151, 1400);
    CHECK(wear.astray && wear.astray_ms == 1000, "counted, and it lasts");
    struct wear_sight closed = sight_of(1151, false, CONTACT_OPEN);
    wear_observe(&wear, &closed, 1402);
    CHECK(wear.astray && wear.astray_ms == 1000, "an old report of no current proves nothing");
    astray(&wear, 1500, 1500, 1500);
    CHECK(wear.record.welds == 1, "the same one");
}

/* --- operations --- */

static void report(struct contact_wear *wear, int64_t heard_ms, bool asked, enum contact_seen seen)
{
    struct wear_sight sight = sight_of(heard_ms, asked, seen);
    wear_observe(wear, &sight, heard_ms);
}

/* Reports each 100 ms between the coil's change and the contact's. */
static struct contact_wear moved(bool asked, int64_t took_ms)
{
    struct contact_wear wear = {0};
    enum contact_seen from = asked ? CONTACT_OPEN : CONTACT_CLOSED;
    report(&wear, 900, !asked, from);
    for (int64_t at_ms = 0; at_ms < took_ms; at_ms += 100)
        report(&wear, 1000 + at_ms, asked, from);
    report(&wear, 1000 + took_ms, asked, asked ? CONTACT_CLOSED : CONTACT_OPEN);
    return wear;
}

static const struct {
    bool asked;
    int32_t took_ms;
    bool timed;
} times[] = {
    {true, 1, true},  {true, OPERATE_LATE_MS, true},  {true, OPERATE_LATE_MS + 1, false},
    {false, 1, true}, {false, RELEASE_LATE_MS, true}, {false, RELEASE_LATE_MS + 1, false},
};

static void each_way_has_its_limit(void)
{
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        struct contact_wear wear = moved(times[i].asked, times[i].took_ms);
        const struct wear_record *record = &wear.record;
        const struct wear_time *way = times[i].asked ? &record->operate : &record->release;
        const struct wear_time *other = times[i].asked ? &record->release : &record->operate;
        int32_t took_ms = times[i].timed ? times[i].took_ms : 0;
        CHECK(way->measured == times[i].timed && way->newest_ms == took_ms &&
                  way->mean_us == took_ms * 1000 && way->first_ms == (uint32_t)took_ms,
              "%s %d ms: measured %u, newest %d", times[i].asked ? "closing" : "opening",
              times[i].took_ms, way->measured, way->newest_ms);
        CHECK(other->measured == 0, "not the other way");
        CHECK(record->cold == 1 && record->hot == 0, "counted however long");
        CHECK(record->newest_ms == 1000, "when its coil changed: %lld",
              (long long)record->newest_ms);
    }
}

static void gap_is_not_timed(void)
{
    for (int64_t gap_ms = WEAR_GAP_MS; gap_ms <= WEAR_GAP_MS + 1; gap_ms++) {
        struct contact_wear wear = {0};
        report(&wear, 1000, false, CONTACT_OPEN);
        report(&wear, 1100, true, CONTACT_OPEN);
        report(&wear, 1100 + gap_ms, true, CONTACT_CLOSED);
        CHECK(wear.record.operate.measured == (gap_ms == WEAR_GAP_MS), "a gap of %lld ms",
              (long long)gap_ms);
    }
}

static void first_milliseconds_count(void)
{
    struct contact_wear wear = {0};
    report(&wear, 1, false, CONTACT_CLOSED);
    CHECK(wear.heard_ms == 1 && wear.position == CONTACT_CLOSED, "a report of the first one");
    report(&wear, 20, true, CONTACT_CLOSED);
    CHECK(wear.record.cold == 1 && wear.record.newest_ms == 20, "a change against it");
    report(&wear, 40, true, CONTACT_OPEN);
    CHECK(wear.record.bounces == 0, "never reached, thus not left");
    report(&wear, 50, true, CONTACT_CLOSED);
    CHECK(wear.record.operate.newest_ms == 30 && wear.record.bounces == 0, "reached");
    report(&wear, 60, true, CONTACT_OPEN);
    CHECK(wear.record.bounces == 1, "left again");
}

static void board_never_heard_says_nothing(void)
{
    struct contact_wear wear = {0};
    const enum contact_seen position = wear.position;
    report(&wear, 0, true, position == CONTACT_CLOSED ? CONTACT_OPEN : CONTACT_CLOSED);
    CHECK(!wear.asked && wear.position == position && wear.heard_ms == 0, "nothing");
    report(&wear, 1000, false, CONTACT_OPEN);
    report(&wear, 0, true, CONTACT_CLOSED);
    CHECK(!wear.asked && wear.position == CONTACT_OPEN && wear.heard_ms == 1000,
          "nor when it is forgotten");
    CHECK(wear.record.cold == 0 && wear.record.hot == 0, "no operation");
}

/* --- life and drift --- */

static void shares_are_rounded_down(void)
{
    const struct topology_contact contact = {.life_operations = 1000000,
                                             .life_hot_operations = 500000};
    const struct wear_record cold = {.cold = 999999}, hot = {.hot = 499999},
                             all = {.cold = 1000000};
    CHECK(wear_used_permille(&cold, &contact) == 999, "%u", wear_used_permille(&cold, &contact));
    CHECK(wear_used_permille(&hot, &contact) == 999, "%u", wear_used_permille(&hot, &contact));
    CHECK(wear_used_permille(&all, &contact) == 1000, "%u", wear_used_permille(&all, &contact));
    CHECK(wear_remaining(&cold, &contact) == 1 && wear_remaining(&all, &contact) == 0, "the last");
}

static const struct {
    uint32_t measured, first_ms;
    int32_t mean_us;
    bool seen;
    int32_t drift_us, permille;
    uint8_t marks;
    const char *sentence;
} drifts[] = {
    {100, 2000, 90000, false, 0, 0, 0, "the reference itself"},
    {101, 2000, 90000, true, 70000, 3500, 1 << WEAR_DRIFTS, "one more"},
    {101, 0, 90000, false, 0, 0, 0, "a reference of nothing"},
    {101, 1, 15, true, 5, 500, 0, "a reference of one"},
    {200, 4000, 60000, true, 20000, 500, 0, "slower by half"},
    {200, 4000, 60040, true, 20040, 501, 1 << WEAR_DRIFTS, "by more than half"},
    {200, 4000, 20000, true, -20000, -500, 0, "faster by half"},
    {200, 4000, 19960, true, -20040, -501, 1 << WEAR_DRIFTS, "by more than half"},
    {200, 1000, 20000, true, 10000, 1000, 0, "as much as the resolution"},
    {200, 1000, 20001, true, 10001, 1000, 1 << WEAR_DRIFTS, "more than the resolution"},
};

static void drift_is_exact(void)
{
    const struct topology_contact contact = {0};
    for (size_t i = 0; i < sizeof drifts / sizeof drifts[0]; i++) {
        const struct wear_time time = {drifts[i].measured, drifts[i].first_ms, drifts[i].mean_us,
                                       20};
        const struct wear_record slow_on = {.operate = time}, slow_off = {.release = time};
        int32_t us = 1, permille = 1;
        CHECK(wear_drift(&time, &us, &permille) == drifts[i].seen, "%s", drifts[i].sentence);
        CHECK(us == drifts[i].drift_us && permille == drifts[i].permille, "%s: %d us, %d",
              drifts[i].sentence, us, permille);
        CHECK(wear_marks(&slow_on, &contact) == drifts[i].marks, "%s: closing", drifts[i].sentence);
        CHECK(wear_marks(&slow_off, &contact) == drifts[i].marks, "%s: opening",
              drifts[i].sentence);
    }
}

static void latest_mark_is_the_worst(void)
{
    CHECK(wear_worst(0) == WEAR_WELL, "none");
    for (enum wear_mark mark = WEAR_SOON; mark < WEAR_REPLACED; mark++)
        CHECK(wear_worst((uint8_t)((1 << (mark + 1)) - 2)) == mark, "%s", wear_mark_name(mark));
    CHECK(wear_worst(1 << WEAR_REPLACED | 1 << WEAR_SOON) == WEAR_SOON, "being new is no wear");
}

int main(void)
{
    string_is_open_when_all_its_contacts_are();
    greater_limit_holds();
    astray_from_the_first_sample();
    silence_begins_it_anew();
    silence_does_not_end_it();
    each_way_has_its_limit();
    gap_is_not_timed();
    first_milliseconds_count();
    board_never_heard_says_nothing();
    shares_are_rounded_down();
    drift_is_exact();
    latest_mark_is_the_worst();
    return check_done("wear_edges");
}
