/* Which packs are connected, and what the bank may carry through them: scenarios on bank_look. */
#include <stdlib.h>
#include <string.h>

#include "bms/share.h"
#include "test/check.h"
#include "test/pack_flows.h"

enum { PACKS = 3, NEVER = -1 };

static struct bank_config config;
static struct pack_readings packs[MAX_PACKS];
static struct bank_view view;
static bool silent[MAX_PACKS];
static int32_t mV[MAX_PACKS], mA[MAX_PACKS], soc[MAX_PACKS], alarms[MAX_PACKS];
static int32_t ccl[MAX_PACKS], dcl[MAX_PACKS], charge_ok[MAX_PACKS], discharge_ok[MAX_PACKS];
static int64_t now_ms;

static void speak(size_t i)
{
    struct pack_readings *p = &packs[i];
    reading_set(&p->voltage_mV, mV[i], now_ms);
    reading_set(&p->current_mA, mA[i], now_ms);
    reading_set(&p->soc_permille, soc[i], now_ms);
    reading_set(&p->temp_dC, 200, now_ms);
    reading_set(&p->cvl_mV, 56000, now_ms);
    reading_set(&p->ccl_mA, ccl[i], now_ms);
    reading_set(&p->dcl_mA, dcl[i], now_ms);
    reading_set(&p->alarms, alarms[i], now_ms);
    reading_set(&p->charge_ok, charge_ok[i], now_ms);
    reading_set(&p->discharge_ok, discharge_ok[i], now_ms);
}

/* Ticks of 100 ms; each pack that is not silent speaks once a second. */
static void run(int64_t ms)
{
    for (int64_t until = now_ms + ms; now_ms < until;) {
        now_ms += 100;
        for (size_t i = 0; i < config.packs; i++)
            if (!silent[i] && now_ms % 1000 == 0)
                speak(i);
        bank_look(&view, &config, packs, pack_flows(packs, config.packs, now_ms), "", now_ms);
    }
}

static void reset(uint8_t count)
{
    memset(&view, 0, sizeof view);
    memset(packs, 0, sizeof packs);
    memset(silent, 0, sizeof silent);
    memset(alarms, 0, sizeof alarms);
    config = (struct bank_config){.cells = 16, .packs = count};
    for (size_t i = 0; i < count; i++) {
        config.pack_capacity_mAh[i] = 100000;
        config.capacity_mAh += 100000;
        mV[i] = 52000;
        mA[i] = 20000;
        soc[i] = 500;
        ccl[i] = 50000;
        dcl[i] = 80000;
        charge_ok[i] = discharge_ok[i] = 1;
    }
    now_ms = 1000000;
}

static void expect_place(size_t i, enum pack_place place, const char *what)
{
    CHECK(view.pack[i].place == place, "%s: pack %zu is %s, not %s", what, i,
          pack_place_text(view.pack[i].place), pack_place_text(place));
}

static void expect_limits(int32_t ccl_mA, int32_t dcl_mA, const char *what)
{
    CHECK(view.ccl_mA == ccl_mA && view.dcl_mA == dcl_mA, "%s: %d and %d mA", what, view.ccl_mA,
          view.dcl_mA);
}

/* Each way to tell that a contactor is open, without current. */
static void opens(void)
{
    for (int way = 0; way < 2; way++) {
        reset(PACKS);
        run(2000);
        expect_limits(150000, 240000, "three carry");
        alarms[1] = way == 0 ? 1 << ALARM_CONTACTOR | 1 << ALARM_GENERAL | 1 << ALARM_INTERNAL : 0;
        charge_ok[1] = discharge_ok[1] = way == 0;
        mA[1] = 0;
        soc[1] = 900;
        run(1000);
        expect_place(1, PLACE_OPEN, "told open, no current");
        expect_limits(100000, 160000, "two carry, within a second");
        CHECK(view.alarms == 0 && view.charge_ok && view.discharge_ok, "its word stops nobody");
        CHECK(view.packs_in == 2 && view.capacity_mAh == 200000, "%d mAh", view.capacity_mAh);
        CHECK(view.current_known && view.current_mA == 40000, "%d mA", view.current_mA);
        CHECK(view.bms_soc_permille == 500 && view.bms_soc_max_permille == 500, "their charge");
        CHECK(view.bms_age_ms <= 1000, "nobody is silent");
        silent[1] = true;
        run(11000);
        expect_place(1, PLACE_OPEN, "then silent");
        CHECK(view.bms_age_ms > 10000, "its last word is not believed for ever");
        silent[1] = false;
        alarms[1] = 0;
        charge_ok[1] = discharge_ok[1] = 1;
        run(3000);
        CHECK(view.pack[1].place != PLACE_IN, "back, not yet sure");
        expect_limits(100000, 160000, "not before");
        run(4000);
        expect_place(1, PLACE_IN, "3 s within the others");
        expect_limits(150000, 240000, "three again");
        CHECK(view.alarms == 0, "what it told while it was open is not held against it");
    }
    reset(PACKS);
    run(2000);
    charge_ok[1] = 0;
    mA[1] = 0;
    run(5000);
    expect_place(1, PLACE_IN, "one direction refused is no open contactor");
    CHECK(!view.charge_ok && view.discharge_ok, "its word counts");
}

/* The alarm comes before the newest current: for less than a second its word stops nobody. */
static void opening(void)
{
    reset(PACKS);
    run(2000);
    now_ms += 100;
    reading_set(&packs[1].alarms, 1 << ALARM_CONTACTOR, now_ms);
    bank_look(&view, &config, packs, pack_flows(packs, config.packs, now_ms), "", now_ms);
    expect_place(1, PLACE_LEAVING, "the alarm alone");
    CHECK(view.alarms == 0, "stops nobody yet");
    expect_limits(100000, 160000, "carries no more");
    mA[1] = 20000;
    alarms[1] = 1 << ALARM_CONTACTOR;
    run(900);
    expect_place(1, PLACE_IN, "current after the alarm: it is stuck");
    CHECK(view.alarms == 1u << ALARM_CONTACTOR, "stops both, within a second");
    mA[1] = 500;
    run(PLACE_STUCK_MS);
    expect_place(1, PLACE_IN, "it may be waiting for the current to end");
    run(1000);
    expect_place(1, PLACE_OPEN, "30 s without current: open at last");
    CHECK(view.alarms == 0, "and stops nobody");
    mA[1] = -20000;
    run(1000);
    expect_place(1, PLACE_IN, "current again: it was not open");
    mA[1] = 0;
    run(300000);
    expect_place(1, PLACE_IN, "not believed twice");
    CHECK(view.alarms == 1u << ALARM_CONTACTOR, "its word stops both");
    alarms[1] = 0;
    run(1000);
    CHECK(view.alarms == 0, "until it takes it back");
    alarms[1] = 1 << ALARM_CONTACTOR;
    run(1000);
    expect_place(1, PLACE_OPEN, "a new word is a new one");
    mA[1] = 20000;
    run(1000);
    mA[1] = 0;
    run(15000);
    mA[1] = 20000;
    run(1000);
    mA[1] = 0;
    run(PLACE_STUCK_MS);
    expect_place(1, PLACE_IN, "30 s without a break");
    run(1000);
    expect_place(1, PLACE_OPEN, "still its first proof");

    reset(PACKS);
    run(2000);
    silent[1] = true;
    reading_set(&packs[1].alarms, 1 << ALARM_CONTACTOR, now_ms + 100);
    run(1000);
    CHECK(view.alarms == 0, "900 ms without a newer current");
    run(100);
    CHECK(view.alarms == 1u << ALARM_CONTACTOR, "no longer");
    packs[1].current_mA = (struct reading){0};
    run(2000);
    expect_place(1, PLACE_IN, "a current nobody tells is not known to be none");
}

/* Both directions refused by all: one bank that is stopped, not no bank. */
static void all_refuse(void)
{
    reset(2);
    run(2000);
    for (size_t i = 0; i < 2; i++)
        mA[i] = charge_ok[i] = discharge_ok[i] = 0;
    run(5000);
    expect_place(0, PLACE_IN, "refuses");
    expect_place(1, PLACE_IN, "refuses");
    CHECK(view.known && view.packs_in == 2 && !view.charge_ok && !view.discharge_ok, "stopped");
    charge_ok[0] = discharge_ok[0] = 1;
    run(1000);
    expect_place(0, PLACE_IN, "goes on");
    expect_place(1, PLACE_OPEN, "the other has gone");
    alarms[0] = 1 << ALARM_CONTACTOR;
    charge_ok[0] = discharge_ok[0] = 0;
    run(1000);
    expect_place(0, PLACE_OPEN, "a contactor is open");
    expect_place(1, PLACE_IN, "the last one refuses");
    alarms[1] = 1 << ALARM_CONTACTOR;
    run(1000);
    CHECK(view.packs_in == 0 && !view.known, "no pack is left");
}

/* Told in the same instant as a current: which was first is not known. */
static void at_once(void)
{
    reset(PACKS);
    run(2900);
    alarms[1] = 1 << ALARM_CONTACTOR;
    run(100);
    expect_place(1, PLACE_LEAVING, "current and alarm at once");
    reset(PACKS);
    mA[0] = mA[1] = mA[2] = 0;
    mV[0] = 48000;
    alarms[2] = 1 << ALARM_CONTACTOR;
    run(1000);
    expect_place(0, PLACE_IN, "an open pack does not decide between two");
    expect_place(1, PLACE_IN, "an open pack does not decide between two");
}

static void fatal_alarms(void)
{
    for (int a = 0; a < PACK_ALARMS; a++) {
        bool fatal = a == ALARM_SHORT || a == ALARM_INTERNAL;
        reset(PACKS);
        run(2000);
        alarms[2] = 1 << a;
        run(1000);
        CHECK(view.alarms == 1u << a || a == ALARM_CONTACTOR, "%s", pack_alarm_names[a]);
        alarms[2] = 0;
        run(1000);
        CHECK(view.alarms == (fatal ? 1u << a : 0), "%s %s", pack_alarm_names[a],
              fatal ? "stays" : "goes");
        mA[2] = 0;
        alarms[2] = 1 << ALARM_CONTACTOR;
        run(1000);
        CHECK(view.alarms == 0, "a pack that has opened does not hold the others");
        alarms[2] = 0;
        run(8000);
        CHECK(view.alarms == (fatal ? 1u << a : 0), "%s: back with it", pack_alarm_names[a]);
        bank_packs_reset(&view);
        run(1000);
        CHECK(view.alarms == 0, "a person has looked");
    }
}

static void taken_out(void)
{
    for (int way = 0; way < 2; way++) {
        reset(PACKS);
        run(2000);
        config.pack_out[0] = way == 0;
        view.pack[0].asked_out = way == 1;
        run(1000);
        expect_place(0, PLACE_IN, "its current proves it connected");
        expect_limits(150000, 240000, "it counts");
        mA[0] = 0;
        run(1000);
        expect_place(0, PLACE_OUT, "out");
        expect_limits(100000, 160000, "two carry");
        silent[0] = true;
        run(70000);
        CHECK(view.bms_age_ms <= 1000, "its silence is nobody's: %lld ms",
              (long long)view.bms_age_ms);
        expect_limits(100000, 160000, "two carry still");
        silent[0] = false;
        mA[0] = -1500;
        run(1000);
        expect_place(0, PLACE_IN, "current: it is not out at all");
        mA[0] = 0;
        config.pack_out[0] = view.pack[0].asked_out = false;
        run(5000);
        expect_place(0, PLACE_IN, "back");
    }
    reset(1);
    silent[0] = true;
    view.pack[0].asked_out = true;
    run(1000);
    CHECK(view.packs_in == 0 && !view.known && view.ccl_mA == 0 && view.capacity_mAh == 100000,
          "no pack is left");
}

static void silence(void)
{
    reset(PACKS);
    run(3000);
    silent[1] = true;
    run(3000);
    expect_limits(150000, 240000, "3 s");
    run(100);
    expect_limits(100000, 160000, "then the others must carry it");
    CHECK(view.bms_age_ms == 3100 && view.packs_in == 3, "it makes the bank old");
    ccl[0] = ccl[2] = 60000;
    run(1000);
    expect_limits(100000, 160000, "its own limit still counts");
    silent[0] = silent[2] = true;
    run(5000);
    expect_limits(150000, 240000, "all silent: nothing new is known");
}

static void apart(void)
{
    static const struct {
        int32_t mV[5], mA; /* of all, 0 mV = no such pack; of the last */
        enum pack_place place[5];
        const char *what;
    } starts[] = {
        {{52000, 52480, 52000, 52000}, 0, {PLACE_IN, PLACE_IN, PLACE_IN, PLACE_IN}, "0.48 V"},
        {{52000, 52481, 52000, 52000}, 0, {PLACE_IN, PLACE_APART, PLACE_IN, PLACE_IN}, "more"},
        {{48000, 52000, 52000, 52000}, 0, {PLACE_APART, PLACE_IN, PLACE_IN, PLACE_IN}, "the first"},
        {{48000, 52000, 52000}, 0, {PLACE_APART, PLACE_IN, PLACE_IN}, "one of three"},
        {{52000, 52480, 51520, 54000, 50000},
         0,
         {PLACE_IN, PLACE_APART, PLACE_APART, PLACE_APART, PLACE_APART},
         "the middle one alone is like half of the others"},
        {{48000, 44000, 40000, 52000}, 0, {PLACE_IN, PLACE_IN, PLACE_IN, PLACE_IN}, "all differ"},
        {{48000, 48000, 52000, 52000}, 0, {PLACE_IN, PLACE_IN, PLACE_IN, PLACE_IN}, "two and two"},
        {{48000, 48000, 48000, 52000},
         9000,
         {PLACE_APART, PLACE_APART, PLACE_APART, PLACE_IN},
         "the last one carries"},
    };
    for (size_t r = 0; r < sizeof starts / sizeof starts[0]; r++) {
        uint8_t count = 0;
        while (count < 5 && starts[r].mV[count])
            count++;
        reset(count);
        memcpy(mV, starts[r].mV, sizeof starts[r].mV);
        memset(mA, 0, sizeof mA);
        mA[count - 1] = starts[r].mA;
        run(1000);
        for (size_t i = 0; i < count; i++)
            expect_place(i, starts[r].place[i], starts[r].what);
        if (r == 1)
            CHECK(view.pack[1].apart_mV == 481, "from the others: %d", view.pack[1].apart_mV);
    }
    CHECK(view.pack[0].apart_mV == -4000, "named with the difference: %d mV",
          view.pack[0].apart_mV);
    expect_limits(50000, 80000, "one carries");
    ccl[0] = 0;
    alarms[1] = 1 << ALARM_CELL_LOW;
    run(1000);
    expect_limits(50000, 80000, "the full one does not stop the others");
    CHECK(view.alarms == 0, "nor the empty one");
    mV[0] = 51600;
    run(3000);
    expect_place(0, PLACE_APART, "within, not yet for 3 s");
    run(1000);
    expect_place(0, PLACE_IN, "joins");
    expect_limits(0, 160000, "and its limits count");
    mA[1] = 1000;
    run(1000);
    expect_place(1, PLACE_APART, "1 A may be the sensor's offset");
    mA[1] = 1001;
    run(1000);
    expect_place(1, PLACE_IN, "current proves it connected");
    CHECK(view.alarms == 1u << ALARM_CELL_LOW, "its alarm counts");
}

/* A step of load: for a second a pack's voltage is the old one. */
static void apart_after_a_while(void)
{
    reset(PACKS);
    run(2000);
    mA[1] = 0;
    mV[1] = 53000;
    run(1000);
    expect_place(1, PLACE_IN, "a second apart is nothing");
    run(2000);
    expect_place(1, PLACE_IN, "just under 3 s");
    run(1000);
    expect_place(1, PLACE_APART, "3 s: its contactor is open, and it does not tell");
    config.join_mV = 1000;
    run(4000);
    expect_place(1, PLACE_IN, "the owner allows more");
}

/* Only packs on the bus bar are compared with. */
static void not_compared(void)
{
    for (int way = 0; way < 4; way++) {
        reset(PACKS);
        mA[0] = mA[1] = mA[2] = 0;
        mV[1] = mV[2] = 50000;
        for (size_t i = 1; i < 3; i++) {
            alarms[i] = way == 0 ? 1 << ALARM_CONTACTOR : 0;
            config.pack_out[i] = way == 1;
            view.pack[i].asked_out = way == 2;
            silent[i] = way == 3;
        }
        run(10000);
        expect_place(0, PLACE_IN, "nobody to be compared with");
        CHECK(view.packs_in == 1 && view.pack[0].apart_mV == 0, "it is the bank");
    }
    reset(2);
    mV[1] = 48000;
    mA[1] = 0;
    run(1000);
    expect_place(1, PLACE_APART, "the other one is under current");
    CHECK(view.pack[1].apart_mV == -4000 && view.pack[0].apart_mV == 0, "and is not compared");
    reset(2);
    config.join_mV = 1;
    mV[1] = 52002;
    mA[1] = 0;
    run(1000);
    expect_place(1, PLACE_APART, "2 mV, where the owner wants 1");
    reset(4);
    mV[2] = 50000;
    mV[3] = 50100;
    mA[2] = mA[3] = 0;
    run(5000);
    expect_place(2, PLACE_APART, "two under current against two at rest");
    CHECK(view.pack[2].apart_mV == -2000, "compared with the loaded alone: %d",
          view.pack[2].apart_mV);
}

static void half_told(void)
{
    for (int way = 0; way < 2; way++) {
        reset(PACKS);
        mA[1] = 0;
        charge_ok[1] = way;
        discharge_ok[1] = !way;
        run(1000);
        (way ? &packs[1].charge_ok : &packs[1].discharge_ok)->heard_ms = 0;
        bank_look(&view, &config, packs, pack_flows(packs, config.packs, now_ms), "", now_ms);
        expect_place(1, PLACE_IN, "a refusal of one direction, the other never told");
    }
}

/* 100 Ah at 50.0 %, then these: is the last a jump? */
static void recalibration(void)
{
    struct word {
        int32_t after_ms, soc, mA;
    };
    static const struct {
        struct word word[2];
        bool jumps;
        const char *what;
    } rows[] = {
        {{{30000, 514, 0}}, false, "a step of 1 % and half a minute's drift"},
        {{{30000, 515, 0}}, true, "more"},
        {{{30000, 485, 0}}, true, "downwards alike"},
        {{{60000, 518, 0}}, false, "a minute's drift"},
        {{{60000, 519, 0}}, true, "more"},
        {{{59999, 518, 0}}, true, "not quite a minute"},
        {{{60000, 524, 36000}}, false, "and what 36 A move"},
        {{{60000, 525, -36000}}, true, "more"},
        {{{60000, 524, 35999}}, true, "with less current"},
        {{{30000, 505, 0}, {20000, 517, 0}}, true, "watched from the minute's start"},
        {{{60000, 510, 0}, {30000, 524, 0}}, false, "a new minute"},
        {{{59999, 510, 0}, {30001, 524, 0}}, true, "none before its end"},
        {{{60000, 505, 36000}, {60000, 524, 0}}, true, "last minute's current is over"},
        {{{20000, 500, 36000}, {40000, 524, 0}}, false, "this minute's is not"},
    };
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        struct pack_memory m = {0};
        struct pack_readings p = {0};
        int64_t at_ms = 1000000;
        reading_set(&p.soc_permille, 500, at_ms);
        soc_watch(&m, &p, 100000, at_ms);
        for (size_t w = 0; w < 2 && rows[r].word[w].after_ms; w++) {
            at_ms += rows[r].word[w].after_ms;
            reading_set(&p.soc_permille, rows[r].word[w].soc, at_ms);
            reading_set(&p.current_mA, rows[r].word[w].mA, at_ms);
            soc_watch(&m, &p, 100000, at_ms);
        }
        CHECK((m.jump_ms != 0) == rows[r].jumps, "row %zu: %s", r, rows[r].what);
        if (!rows[r].jumps)
            continue;
        CHECK(m.jump_ms == at_ms, "%s: when", rows[r].what);
        int32_t last = p.soc_permille.value;
        reading_set(&p.soc_permille, last, at_ms + SOC_DOUBT_MS);
        soc_watch(&m, &p, 100000, at_ms + SOC_DOUBT_MS);
        CHECK(m.jump_ms != 0, "%s: ten minutes", rows[r].what);
        soc_watch(&m, &p, 100000, at_ms + SOC_DOUBT_MS + 1);
        CHECK(m.jump_ms == 0, "%s: over", rows[r].what);
    }
    reset(PACKS);
    run(2000);
    soc[0] = 950;
    run(1000);
    CHECK(view.bms_soc_max_permille == 950 && view.bms_soc_min_permille == 500, "up: high counts");
    soc[0] = 600;
    run(1000);
    CHECK(view.pack[0].jump_from_permille == 950, "the newest jump");
    CHECK(view.bms_soc_max_permille == 950, "down: the old high still counts");
    CHECK(view.bms_soc_permille == 533, "the mean is what they tell: %d", view.bms_soc_permille);
    run(601000);
    CHECK(view.bms_soc_max_permille == 600, "for ten minutes: %d", view.bms_soc_max_permille);
    soc[1] = 0;
    run(1000);
    CHECK(view.bms_soc_min_permille == 0 && view.bms_soc_max_permille == 600, "down to nothing");
}

/* Two packs with limits and shares of their own, alone and together. */
static void shares(void)
{
    static const struct {
        int32_t ccl[2], mA[2], seconds, ccl_mA;
        uint8_t binds;
        const char *what;
    } rows[] = {
        {{50000, 50000}, {20000, 20000}, 100, 100000, 1, "alike"},
        {{50000, 100000}, {20000, 40000}, 9, 100000, 1, "not yet measured"},
        {{50000, 100000}, {20000, 40000}, 59, 100000, 1, "measured for less than a minute"},
        {{50000, 100000}, {20000, 40000}, 62, 136363, 1, "150 A, less a tenth"},
        {{50000, 100000}, {50, 40000}, 62, 100000, 1, "one carries nearly all: not beyond it"},
        {{50000, 100000}, {10000, 40000}, 62, 113636, 2, "125 A, less a tenth"},
        {{50000, 50000}, {30000, 20000}, 5, 100000, 1, "uneven, not yet measured"},
        {{50000, 50000}, {30000, 20000}, 20, 83333, 1, "the first would carry 60 A"},
        {{50000, 50000}, {20000, 30000}, 20, 83333, 2, "the second"},
        {{50000, 50000}, {60000, -300}, 20, 50000, 1, "never below the weakest"},
        {{50000, 50000}, {5000, 2000}, 100, 100000, 1, "less than C/20 tells nothing"},
        {{50000, 50000}, {60000, -20000}, 100, 100000, 1, "one into the other tells nothing"},
    };
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        reset(2);
        for (size_t i = 0; i < 2; i++) {
            ccl[i] = rows[r].ccl[i];
            mA[i] = rows[r].mA[i];
        }
        run(rows[r].seconds * 1000);
        CHECK(view.ccl_mA == rows[r].ccl_mA, "%s: %d mA", rows[r].what, view.ccl_mA);
        CHECK(view.fact[FACT_CCL].pack == rows[r].binds, "%s: pack %d binds", rows[r].what,
              view.fact[FACT_CCL].pack);
        CHECK(view.dcl_mA == 160000, "the other direction is not measured");
    }
    reset(2);
    ccl[1] = 100000;
    mA[1] = 40000;
    run(62000);
    CHECK(view.ccl_mA == 136363, "measured: %d", view.ccl_mA);
    mA[0] = mA[1] = 0;
    run(SHARE_OLD_MS - 1000);
    CHECK(view.ccl_mA == 136363, "remembered");
    run(2000);
    CHECK(view.ccl_mA == 100000, "not for ever: %d", view.ccl_mA);
    for (size_t i = 0; i < 2; i++)
        mA[i] = i ? -60000 : -20000;
    run(20000);
    CHECK(view.dcl_mA == 106666 && view.ccl_mA == 100000, "discharging apart: %d", view.dcl_mA);
    alarms[0] = 1 << ALARM_CONTACTOR;
    mA[0] = 0;
    run(1000);
    expect_limits(100000, 80000, "one left carries its own");
}

/* Pack 0 is out; 1 and 2 share as told, for so many seconds. */
static void share(int32_t first_mA, int32_t second_mA, int64_t seconds)
{
    mA[1] = first_mA;
    mA[2] = second_mA;
    run(seconds * 1000);
}

/* The mean follows with a time of 16 s, and only where the currents tell. */
static void shares_move(void)
{
    reset(3);
    config.pack_out[0] = true;
    mA[0] = 0;
    share(10000, 10000, 30);
    CHECK(view.pack[1].share_ppm[0] == 500000 && view.share[0].samples == 30, "half each: %d, %d",
          view.pack[1].share_ppm[0], view.share[0].samples);
    double mean = 500000;
    for (int s = 0; s < 20; s++)
        mean += (750000 - mean) / 16;
    share(15000, 5000, 20);
    CHECK(abs(view.pack[1].share_ppm[0] - (int32_t)mean) < 20 &&
              abs(view.pack[2].share_ppm[0] - (1000000 - (int32_t)mean)) < 20,
          "%d, not %.0f", view.pack[1].share_ppm[0], mean);
    CHECK(view.pack[0].share_ppm[0] == 0 && view.share[0].packs == 6,
          "the one that is out has none");
    share(20000, 20000, 100);
    CHECK(view.share[0].samples == SHARE_RAISES, "no more are counted");
    int32_t before = view.pack[1].share_ppm[0];
    share(4999, 5000, 5);
    CHECK(view.pack[1].share_ppm[0] == before, "under C/20");
    share(30000, -1001, 5);
    CHECK(view.pack[1].share_ppm[0] == before, "one into the other");
    share(6500, 3500, 1);
    CHECK(view.pack[1].share_ppm[0] > before, "C/20");
    before = view.pack[1].share_ppm[0];
    share(30000, -1000, 5);
    CHECK(view.pack[1].share_ppm[0] > before, "an offset is none");
    before = view.pack[1].share_ppm[0];
    share(-20000, -30000, 30);
    CHECK(view.pack[1].share_ppm[1] == 400000 && view.pack[1].share_ppm[0] == before,
          "discharging is kept apart: %d", view.pack[1].share_ppm[1]);
    silent[1] = true;
    run(3100);
    CHECK(view.share[1].samples > 0 && view.dcl_mA == 80000, "a silent pack: the other's own: %d",
          view.dcl_mA);
}

/* Two packs, so many samples, a share in millionths: what they carry, and who binds. */
static void share_edges(void)
{
    static const struct {
        int32_t limit[2], share[2], samples, count, mA;
        uint8_t binds;
    } rows[] = {
        {{50000, 50000}, {600000, 400000}, SHARE_LOWERS - 1, 2, 100000, 1},
        {{50000, 50000}, {600000, 400000}, SHARE_LOWERS, 2, 83333, 1},
        {{50000, 50000}, {510204, 489796}, SHARE_LOWERS, 2, 100000, 1}, /* 98.000 A */
        {{50000, 50000}, {510210, 489790}, SHARE_LOWERS, 2, 97998, 1},
        {{50000, 50000}, {489790, 510210}, SHARE_LOWERS, 2, 97998, 2},
        {{50000, 50000}, {1000000, 0}, SHARE_LOWERS, 2, 50000, 1},
        {{50000, 50000}, {1100000, -100000}, SHARE_LOWERS, 2, 50000, 1},
        {{50000, 50000}, {0, 0}, SHARE_RAISES, 2, 100000, 1},
        {{40000, 100000}, {250000, 750000}, SHARE_RAISES - 1, 2, 80000, 1},
        {{40000, 100000}, {250000, 750000}, SHARE_RAISES, 2, 121211, 2},
        {{40000, 100000}, {10, 20}, SHARE_RAISES, 2, 140000, 1},        /* never above the sum */
        {{40000, 100000}, {250000, 750000}, SHARE_RAISES, 1, 40000, 1}, /* one is silent */
        {{40000, 40000}, {500000, 500000}, SHARE_RAISES, 2, 80000, 1},
    };
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        struct bank_view v = {.packs = 2};
        uint8_t binds = 99;
        v.share[1] = (struct share_memory){.packs = 3, .samples = rows[r].samples};
        for (size_t i = 0; i < 2; i++)
            v.pack[i].share_ppm[1] = rows[r].share[i];
        int32_t got = share_limit_mA(&v, 1, rows[r].limit, 3, rows[r].count, &binds);
        CHECK(got == rows[r].mA, "row %zu: %d mA, not %d", r, got, rows[r].mA);
        CHECK(binds == rows[r].binds || rows[r].mA == 140000, "row %zu: pack %d binds", r, binds);
        v.share[1].packs = 7;
        got = share_limit_mA(&v, 1, rows[r].limit, 3, rows[r].count, &binds);
        CHECK(got == rows[r].count * (rows[r].limit[0] < rows[r].limit[1] ? rows[r].limit[0]
                                                                          : rows[r].limit[1]),
              "row %zu: measured with others: %d", r, got);
        CHECK(share_limit_mA(&v, 1, rows[r].limit, 0, 0, &binds) == 0 && binds == 0, "no packs");
    }
}

/* Sixteen packs of their own kinds. */
static void sixteen(void)
{
    reset(MAX_PACKS);
    config.capacity_mAh = 0;
    int64_t weighted = 0;
    for (int i = 0; i < MAX_PACKS; i++) {
        config.pack_capacity_mAh[i] = 50000 + 10000 * i;
        config.capacity_mAh += config.pack_capacity_mAh[i];
        soc[i] = 400 + 10 * i;
        mA[i] = 2000 + 100 * i;
        ccl[i] = 60000 - 1000 * i;
        weighted += (int64_t)soc[i] * config.pack_capacity_mAh[i];
    }
    run(2000);
    CHECK(view.packs_in == 16 && view.capacity_mAh == config.capacity_mAh, "all");
    CHECK(view.bms_soc_permille == (int32_t)(weighted / config.capacity_mAh), "weighted: %d",
          view.bms_soc_permille);
    CHECK(view.current_mA == 16 * 2000 + 100 * 120, "%d mA", view.current_mA);
    expect_limits(16 * 45000, 16 * 80000, "sixteen times the weakest");
    CHECK(view.fact[FACT_CCL].pack == 16, "the last is the weakest");
}

int main(void)
{
    opens();
    opening();
    at_once();
    all_refuse();
    fatal_alarms();
    taken_out();
    silence();
    apart();
    apart_after_a_while();
    not_compared();
    half_told();
    recalibration();
    shares();
    shares_move();
    share_edges();
    sixteen();
    return check_done("packs");
}
