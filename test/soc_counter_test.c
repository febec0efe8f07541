/* The coulomb counter, rule by rule; on real series: soc_series_test.c. */
#include "bms/bank.h"

#include <math.h>
#include <stdlib.h>

#include "test/check.h"
#include "test/soc_bank.h"

/* Runs until `hours` later in steps of one second. */
static int64_t run(struct soc_counter *c, const struct bank_config *config,
                   const struct bank_view *view, int64_t now_ms, double hours)
{
    int64_t end_ms = now_ms + (int64_t)(hours * 3600000);
    for (; now_ms < end_ms; now_ms += 1000)
        soc_counter_step(c, config, view, now_ms);
    return now_ms;
}

static int32_t low(const struct soc_counter *c)
{
    struct soc_estimate e = soc_counter_estimate(c);
    return e.soc_permille - e.error_permille;
}

static int32_t high(const struct soc_counter *c)
{
    struct soc_estimate e = soc_counter_estimate(c);
    return e.soc_permille + e.error_permille;
}

/* The rest tables against cells they must hold for, read off the sources' own curves. */
static void rest_table_holds(void)
{
    static const struct {
        enum chemistry chemistry;
        double mV, soc;
        const char *cell;
    } rows[] = {
        {CHEMISTRY_LFP, 3248.57, 0.20, "prismatic, 1 h rest, 25 C"},
        {CHEMISTRY_LFP, 3327.28, 0.95, "prismatic, 1 h rest, 25 C"},
        {CHEMISTRY_LFP, 3324.32, 0.95, "prismatic, 1 h rest, no interval"},
        {CHEMISTRY_LFP, 3501.6, 0.995, "A123, C/30 discharge, 25 C"},
        {CHEMISTRY_LFP, 2758.7, 0.01, "A123, C/30 charge, 25 C"},
        {CHEMISTRY_LFP, 3352, 0.995, "18650, C/20 discharge, 25 C"},
        {CHEMISTRY_NMC, 4161.7, 0.995, "LG HG2, C/20 discharge, 25 C"},
        {CHEMISTRY_NMC, 3116.7, 0.01, "LG HG2, C/20 charge, 25 C"},
        {CHEMISTRY_NCA, 4154.5, 0.995, "18650PF, C/20 discharge, 25 C"},
        {CHEMISTRY_NCA, 3116.4, 0.01, "18650PF, C/20 charge, 25 C"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct soc_range r = soc_at_rest(rows[i].chemistry, rows[i].mV, 3);
        CHECK(r.low <= rows[i].soc && rows[i].soc <= r.high, "%s: %.3f not in %.3f..%.3f",
              rows[i].cell, rows[i].soc, r.low, r.high);
        CHECK(r.high - r.low < 0.7, "%s: %.3f..%.3f says nothing", rows[i].cell, r.low, r.high);
    }
    for (int chemistry = 0; chemistry < CHEMISTRIES; chemistry++)
        for (double mV = 1900; mV < 4400; mV += 1) {
            struct soc_range a = soc_at_rest((enum chemistry)chemistry, mV, 0);
            struct soc_range b = soc_at_rest((enum chemistry)chemistry, mV + 1, 0);
            CHECK(a.low <= a.high && a.low <= b.low && a.high <= b.high, "rises at %.0f mV", mV);
        }
}

static void starts_under_load_from_the_bms(void)
{
    struct soc_counter c;
    soc_counter_init(&c);
    CHECK(!soc_counter_estimate(&c).known, "nothing known yet");
    struct bank_view view = look(53000, -50000, -1);
    run(&c, &lfp, &view, 1000, 1);
    CHECK(!soc_counter_estimate(&c).known, "load and no BMS: nothing known");
    view = look(53000, -50000, 500);
    soc_counter_step(&c, &lfp, &view, 4000000);
    struct soc_estimate e = soc_counter_estimate(&c);
    CHECK(e.known && e.soc_permille == 500, "BMS charge %d", e.soc_permille);
    CHECK(e.error_permille >= 150 && e.error_permille <= 152, "bound %d", e.error_permille);
    CHECK(e.anchored_ms == 0, "never tied to a voltage");
}

static void rest_narrows_only(void)
{
    struct soc_counter c;
    struct bank_view rest = look(16 * 3250, 0, -1);
    soc_counter_restore(&c, &lfp, 0.25, 0.14, 0, 1000);
    int64_t now_ms = run(&c, &lfp, &rest, 2000, 0.4);
    CHECK(soc_counter_estimate(&c).anchored_ms == 0, "24 minutes are no rest");
    run(&c, &lfp, &rest, now_ms, 0.2);
    struct soc_estimate e = soc_counter_estimate(&c);
    CHECK(e.anchored_ms > 1800000, "tied to the voltage after 30 min: %lld",
          (long long)e.anchored_ms);
    CHECK(e.error_permille < 120 && low(&c) <= 170 && high(&c) >= 300,
          "3.250 V holds 16 %% to 30.5 %%: %d..%d", low(&c), high(&c));

    soc_counter_restore(&c, &lfp, 0.5, 0.02, 0, 1000);
    rest = look(16 * 3300, 0, -1);
    run(&c, &lfp, &rest, 2000, 2);
    e = soc_counter_estimate(&c);
    CHECK(e.soc_permille == 500 && e.error_permille <= 22 && e.anchored_ms == 0,
          "the plateau teaches nothing: %d +- %d", e.soc_permille, e.error_permille);
}

/* A battery of which next to nothing is known is read after one minute, with a wide doubt. */
static void first_look(void)
{
    struct soc_counter c;
    soc_counter_init(&c);
    struct bank_view rest = look(16 * 3250, 0, -1);
    int64_t now_ms = run(&c, &lfp, &rest, 1000, 0.016);
    CHECK(!soc_counter_estimate(&c).known, "57 s are too short");
    run(&c, &lfp, &rest, now_ms, 0.01);
    CHECK(soc_counter_estimate(&c).known && low(&c) <= 130 && high(&c) >= 500,
          "3.225 to 3.275 V: %d..%d", low(&c), high(&c));
}

static void thin_overlap_is_luck(void)
{
    struct soc_counter c;
    soc_counter_restore(&c, &lfp, 0.385, 0.05, 0, 1000);
    struct bank_view rest = look(16 * 3250, 0, -1); /* 0.14..0.345 */
    run(&c, &lfp, &rest, 2000, 0.6);
    CHECK(soc_counter_estimate(&c).error_permille >= 50, "not narrower than either: %d",
          soc_counter_estimate(&c).error_permille);
}

static void contradiction_keeps_both(void)
{
    struct soc_counter c;
    soc_counter_restore(&c, &lfp, 0.8, 0.02, 0, 1000);
    struct bank_view rest = look(16 * 3240, 0, -1);
    int64_t now_ms = run(&c, &lfp, &rest, 2000, 0.51);
    CHECK(low(&c) <= 140 && high(&c) >= 820, "one is wrong, both are possible: %d..%d", low(&c),
          high(&c));
    run(&c, &lfp, &rest, now_ms, 0.6);
    CHECK(high(&c) < 400 && high(&c) > 250, "the second look of the same rest decides: %d..%d",
          low(&c), high(&c));
}

static void contradiction_from_below(void)
{
    struct soc_counter c;
    soc_counter_restore(&c, &lfp, 0.1, 0.02, 0, 1000);
    struct bank_view rest = look(16 * 3400, 0, -1);
    run(&c, &lfp, &rest, 2000, 0.51);
    CHECK(low(&c) <= 80 && high(&c) >= 990, "both stay possible: %d..%d", low(&c), high(&c));
}

/* A wide bound is met with the BMS's own, unless they exclude each other. */
static void bms_where_nothing_better_is(void)
{
    static const struct {
        double soc;
        int32_t bms, low, high;
        const char *what;
    } rows[] = {
        {0.5, 600, 449, 751, "20 % bound, BMS 60 %"},
        {0.5, 900, 299, 701, "BMS far above: not taken"},
        {0.5, 100, 299, 701, "BMS far below: not taken"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct soc_counter c;
        soc_counter_restore(&c, &lfp, rows[i].soc, 0.2, 0, 1000);
        struct bank_view view = look(53000, -50000, rows[i].bms);
        soc_counter_step(&c, &lfp, &view, 2000);
        CHECK(low(&c) >= rows[i].low - 55 && high(&c) <= rows[i].high && high(&c) - low(&c) >= 298,
              "%s: %d..%d", rows[i].what, low(&c), high(&c));
        CHECK((high(&c) - low(&c) < 310) == (i == 0), "%s: %d..%d", rows[i].what, low(&c),
              high(&c));
    }
}

/* C/100 is no rest, C/20 no small current; the end voltages themselves count. */
static void edges(void)
{
    struct soc_counter c;
    soc_counter_init(&c);
    struct bank_view view = look(16 * 3250, 6000, -1);
    int64_t now_ms = run(&c, &lfp, &view, 1000, 0.6);
    CHECK(!c.started, "C/100 is no rest");
    view.current_mA = 5999;
    run(&c, &lfp, &view, now_ms, 0.02);
    CHECK(c.started && c.rest_since_ms > 0, "a little less is");
    run(&c, &lfp, &view, now_ms + 72000, 0.5);
    CHECK(soc_counter_estimate(&c).error_permille < 120, "read again when it has settled: %d",
          soc_counter_estimate(&c).error_permille);

    soc_counter_restore(&c, &lfp, 0.9, 0.1, 0, 1000);
    view = look(16 * 3550, 30000, -1);
    run(&c, &lfp, &view, 1000, 0.05);
    CHECK(low(&c) < 900, "C/20 is not small");
    view.current_mA = 20000;
    run(&c, &lfp, &view, 200000, 0.05);
    CHECK(low(&c) > 940, "3.55 V is full: %d", low(&c));
    soc_counter_restore(&c, &lfp, 0.9, 0.1, 0, 1000);
    view.temp_known = false;
    run(&c, &lfp, &view, 1000, 0.05);
    CHECK(low(&c) < 900, "not while the temperature is unknown");
    soc_counter_restore(&c, &lfp, 0.1, 0.1, 0, 1000);
    view = look(16 * 2700, -20000, -1);
    run(&c, &lfp, &view, 1000, 0.05);
    CHECK(high(&c) < 60, "2.70 V is empty: %d", high(&c));
}

static void counts_and_widens(void)
{
    struct soc_counter c;
    struct bank_config plain = lfp;
    plain.self_draw_mA = 0;
    soc_counter_restore(&c, &plain, 0.5, 0, 0, 1000);
    struct bank_view view = look(53000, 60000, -1); /* C/10 for an hour: +10 % */
    int64_t now_ms = run(&c, &plain, &view, 1000, 1);
    struct soc_estimate e = soc_counter_estimate(&c);
    CHECK(abs(e.soc_permille - 600) <= 1, "a tenth more: %d", e.soc_permille);
    /* 0.2 A offset 0.033 %, 2.5 % of the 10 % swing 0.25 %, half of 0.5 % charge loss 0.025 % */
    CHECK(c.error > 0.0029 && c.error < 0.0033, "bound %.5f", c.error);
    view.current_mA = -60000;
    run(&c, &plain, &view, now_ms, 1);
    CHECK(c.error > 0.0007 && c.error < 0.0011, "gain cancels on the way back: %.5f", c.error);

    soc_counter_restore(&c, &lfp, 0.5, 0, 0, 1000);
    view = look(53000, -10000, -1);
    view.doubt_mA = 30000;
    run(&c, &lfp, &view, 1000, 1);
    CHECK(c.error > 0.05, "shunt and packs 30 A apart: %.4f", c.error);

    soc_counter_restore(&c, &lfp, 0.5, 0, 0, 1000);
    struct bank_config drawing = lfp;
    drawing.self_draw_mA = 6000;
    view = look(53000, -20000, -1);
    view.current_mA = 0;
    view.known = false; /* no voltage: no rest anchor */
    run(&c, &drawing, &view, 1000, 1);
    CHECK(low(&c) <= 490 && high(&c) >= 499, "self draw of 1 %%: %d..%d", low(&c), high(&c));
    CHECK(c.soc < 0.4955 && c.soc > 0.4945, "half of it is taken for drawn: %.4f", c.soc);
    soc_counter_restore(&c, &drawing, 0.5, 0, 3600000, 1000);
    CHECK(c.soc - c.error <= 0.0 && c.soc + c.error > 0.83, "an hour away");
    soc_counter_restore(&c, &drawing, 0.5, 0, 1800000, 1000);
    CHECK(c.soc - c.error < 0.246 && c.soc - c.error > 0.244,
          "300 A and 6 A for half an hour: %.4f", c.soc - c.error);
}

static void gaps_integrate_nothing(void)
{
    struct soc_counter c;
    soc_counter_restore(&c, &lfp, 0.5, 0.01, 0, 1000);
    struct bank_view view = look(53000, -100000, -1);
    soc_counter_step(&c, &lfp, &view, 1000);
    soc_counter_step(&c, &lfp, &view, 11000);
    CHECK(c.soc < 0.49955 && c.soc > 0.4995, "10 s count: %.5f", c.soc);
    double before = c.soc;
    struct bank_view deaf = view;
    deaf.known = deaf.current_known = false;
    for (int64_t t = 12000; t < 371000; t += 1000)
        soc_counter_step(&c, &lfp, &deaf, t);
    CHECK(c.soc == before, "nothing is counted while nothing is heard");
    soc_counter_step(&c, &lfp, &view, 371000); /* 6 min: +3.3 % at 200 A, -5 % at 300 A */
    CHECK(high(&c) >= 542 && high(&c) <= 545, "up by what could have flowed: %d", high(&c));
    CHECK(low(&c) <= 440 && low(&c) >= 437, "down by what could have flowed: %d", low(&c));
}

static void restores_with_the_gap(void)
{
    struct soc_counter c;
    soc_counter_restore(&c, &lfp, 0.5, 0.02, 0, 1000);
    CHECK(low(&c) <= 480 && low(&c) >= 478 && high(&c) <= 522, "as saved: %d..%d", low(&c),
          high(&c));
    soc_counter_restore(&c, &lfp, 0.5, 0.02, 360000, 1000);
    CHECK(high(&c) >= 553 && low(&c) <= 430, "6 min away: %d..%d", low(&c), high(&c));
    soc_counter_restore(&c, &lfp, NAN, 0.02, 0, 1000);
    CHECK(!c.started, "not a number is not restored");
    soc_counter_restore(&c, &lfp, 0.5, 0.02, -1, 1000);
    CHECK(!c.started, "a clock that went back is not restored");
    soc_counter_restore(&c, &lfp, 1.5, 0.02, 0, 1000);
    CHECK(!c.started, "150 %% is not restored");
}

static void ends_anchor(void)
{
    struct soc_counter c;
    soc_counter_restore(&c, &lfp, 0.8, 0.1, 0, 1000);
    struct bank_view view = look(16 * 3450, 20000, -1);
    view.cells_known = true;
    view.cell_max_mV = 3560;
    view.cell_min_mV = 3400;
    int64_t now_ms = run(&c, &lfp, &view, 1000, 0.016);
    CHECK(low(&c) < 750, "57 s are too short: %d", low(&c));
    now_ms = run(&c, &lfp, &view, now_ms, 0.05);
    CHECK(high(&c) >= 1000, "full is possible after a minute: %d..%d", low(&c), high(&c));
    run(&c, &lfp, &view, now_ms, 0.05);
    CHECK(low(&c) >= 945, "and known after two: %d..%d", low(&c), high(&c));
    soc_counter_restore(&c, &lfp, 0.8, 0.1, 0, 1000);
    view.temp_min_dC = 50;
    run(&c, &lfp, &view, 1000, 0.2);
    CHECK(low(&c) < 750, "not in the cold: %d", low(&c));
    soc_counter_restore(&c, &lfp, 0.8, 0.1, 0, 1000);
    view.temp_min_dC = 250;
    view.current_mA = 100000;
    run(&c, &lfp, &view, 1000, 0.1);
    CHECK(low(&c) < 750, "not under a large current: %d", low(&c));
    soc_counter_restore(&c, &lfp, 0.1, 0.08, 0, 1000);
    view = look(16 * 2800, -20000, -1);
    view.cells_known = true;
    view.cell_max_mV = 2900;
    view.cell_min_mV = 2690;
    run(&c, &lfp, &view, 1000, 0.05);
    CHECK(high(&c) <= 62, "empty: %d..%d", low(&c), high(&c));
}

int main(void)
{
    rest_table_holds();
    starts_under_load_from_the_bms();
    rest_narrows_only();
    first_look();
    thin_overlap_is_luck();
    contradiction_keeps_both();
    contradiction_from_below();
    bms_where_nothing_better_is();
    edges();
    counts_and_widens();
    gaps_integrate_nothing();
    restores_with_the_gap();
    ends_anchor();
    return check_done("soc_counter");
}
