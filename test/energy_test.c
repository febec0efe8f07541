/* Energy counters against the truth: a unit that counts, is reset, is not heard, while the controller
 * restarts and forgets what it had not saved. The totals never fall and stay within what
 * inverter/energy.h promises. */
#include "inverter/energy.h"

#include <stdlib.h>
#include <string.h>

#include "test/check.h"

enum { SECOND = 1000, MINUTE = 60000 };

static struct energy_count count;
static int64_t at;

static int64_t Wh(void)
{
    return energy_Wh(count.total_mJ);
}

static void run(int32_t W, int64_t seconds)
{
    for (int64_t s = 0; s < seconds; s++) {
        at += SECOND;
        energy_power(&count, W, at);
    }
}

static void fresh(void)
{
    count = (struct energy_count){0};
    at = 1000000;
    energy_power(&count, 0, at);
}

static void integration_test(void)
{
    fresh();
    count.W = 3600;
    run(3600, 10);
    CHECK(Wh() == 10, "3600 W for 10 s: %lld", (long long)Wh());
    energy_power(&count, 3600, at);
    CHECK(Wh() == 10, "the same reading again is nothing");
    energy_power(&count, 9999, at - 1);
    CHECK(Wh() == 10, "an older one neither");
    energy_power(&count, -5, at + 1);
    CHECK(count.heard_ms == at, "a negative power is no power");
    at += ENERGY_GAP_MS;
    energy_power(&count, 3600, at);
    CHECK(Wh() == 25 && count.gap_ms == 0, "15 s are bridged");
    at += ENERGY_GAP_MS + 1;
    energy_power(&count, 3600, at);
    CHECK(Wh() == 25 && count.gap_ms == ENERGY_GAP_MS + 1, "more is a gap: told, not invented");
}

static void own_test(void)
{
    fresh();
    energy_own(&count, 500000, 1, 8000, at);
    CHECK(Wh() == 0, "following begins: %lld", (long long)Wh());
    at += 3600 * SECOND;
    energy_own(&count, 504000, 1, 8000, at);
    CHECK(Wh() == 3999, "an hour nobody heard is in the count: %lld", (long long)Wh());
    energy_power(&count, 0, at);
    int64_t before = count.total_mJ;
    energy_own(&count, 100, 1, 8000, at + MINUTE);
    CHECK(count.resets == 1 && energy_Wh(count.total_mJ - before) == 101,
          "a reset: the 100 Wh since then, and the step: %lld",
          (long long)energy_Wh(count.total_mJ - before));
    before = count.total_mJ;
    energy_own(&count, 900, 1, 8000, at + 7 * MINUTE);
    CHECK(energy_Wh(count.total_mJ - before) == 799, "and on");
    before = count.total_mJ;
    energy_own(&count, 900000, 1, 8000, at + 8 * MINUTE);
    CHECK(count.refused == 1 && count.total_mJ == before, "899 kWh in a minute are not believed");
    energy_own(&count, 900100, 1, 8000, at + 9 * MINUTE);
    CHECK(energy_Wh(count.total_mJ - before) == 99, "but followed from there");
    before = count.total_mJ;
    energy_own(&count, -1, 1, 8000, at + 10 * MINUTE);
    energy_own(&count, 5, 0, 8000, at + 10 * MINUTE);
    CHECK(count.total_mJ == before && count.resets == 1, "nonsense changes nothing");
}

/* Integration that runs ahead of the count waits for it; the total does not fall. */
static void owed_test(void)
{
    fresh();
    count.W = 4000;
    energy_own(&count, 1000, 1, 8000, at);
    run(4000, 3600);
    CHECK(Wh() == 4000, "integrated: %lld", (long long)Wh());
    energy_own(&count, 4500, 1, 8000, at);
    CHECK(Wh() == 4000 && energy_Wh(count.owed_mJ) == 499, "the unit says 3500: 499 are owed");
    run(4000, 400);
    CHECK(Wh() == 4000, "they are waited for: %lld", (long long)Wh());
    run(4000, 500);
    CHECK(Wh() == 4501, "1000 Wh more, 499 of them owed: %lld", (long long)Wh());
}

static void serial_test(void)
{
    struct energy_unit unit = {{0}, {{0}}};
    energy_serial(&unit, "");
    energy_serial(&unit, "9293");
    energy_own(&unit.count[ENERGY_PV], 100, 1, 8000, 1000);
    energy_own(&unit.count[ENERGY_PV], 200, 1, 8000, 4000000);
    energy_serial(&unit, "9293");
    CHECK(unit.count[ENERGY_PV].own, "the same unit");
    energy_serial(&unit, "7777");
    energy_own(&unit.count[ENERGY_PV], 90000, 1, 80000000, 5000000);
    CHECK(energy_Wh(unit.count[ENERGY_PV].total_mJ) == 99, "another unit's life is not added");
    energy_own(&unit.count[ENERGY_PV], 90050, 1, 8000, 9000000);
    CHECK(energy_Wh(unit.count[ENERGY_PV].total_mJ) == 148, "its energy from now on is");
    energy_serial(&unit, "a serial number that is longer than can be kept");
    energy_serial(&unit, "a serial number that is longer than can be kept");
    energy_own(&unit.count[ENERGY_PV], 7, 1, 8000, 9500000);
    energy_serial(&unit, "a serial number that is longer than can be kept");
    CHECK(unit.count[ENERGY_PV].own, "cut, and still the same");
}

static void grid_test(void)
{
    CHECK(energy_grid_W(true, 3000, 1000, 500) == 3500, "load and charger less sun");
    CHECK(energy_grid_W(true, 1000, -200, 2000) == 0, "more sun than needed");
    CHECK(energy_grid_W(false, 3000, 1000, 500) == 0, "on battery nothing comes from the grid");
    for (int k = 0; k < ENERGY_KINDS; k++)
        CHECK(strlen(energy_kind_name((enum energy_kind)k)) > 1, "kind %d has a name", k);
}

/* --- against the truth --- */

struct world {
    double truth_Wh, unit_Wh; /* since the start; of the unit's own count */
    int32_t W, step_Wh;
    int64_t now_ms;
    int resets, restarts, gaps;
    double unheard_Wh; /* given since the own count was asked, and not integrated */
    double lost_Wh;    /* what no count could know */
};

static int32_t next_W(int32_t W)
{
    W += rand() % 801 - 400;
    return W < 0 ? 0 : W > 8000 ? 8000 : W;
}

/* Days of one second a step; own: whether the unit counts. Returns the error, Wh. */
static double days(struct world *w, struct energy_unit *unit, bool own, int64_t seconds)
{
    struct energy_unit saved = *unit;
    struct energy_count *c = &unit->count[ENERGY_PV];
    int64_t saved_ms = w->now_ms, silent_until_ms = 0, highest = 0;
    for (int64_t s = 0; s < seconds; s++) {
        w->now_ms += SECOND;
        w->W = next_W(w->W);
        w->truth_Wh += w->W / 3600.0;
        w->unit_Wh += w->W / 3600.0;
        if (rand() % 40000 == 0 && own) {
            /* what the unit forgot before anybody asked; what was heard of it is integrated */
            w->lost_Wh += w->unheard_Wh;
            w->unit_Wh = w->unheard_Wh = 0;
            w->resets++;
        }
        if (rand() % 30000 == 0) {
            silent_until_ms = w->now_ms + rand() % 3600 * SECOND;
            w->gaps++;
        }
        bool heard = w->now_ms >= silent_until_ms;
        if (heard)
            energy_power(c, w->W, w->now_ms);
        else if (!own)
            w->lost_Wh += w->W / 3600.0;
        else
            w->unheard_Wh += w->W / 3600.0;
        if (heard && own && s % 60 == 0) {
            w->unheard_Wh = 0;
            energy_own(c, (int64_t)(w->unit_Wh / w->step_Wh) * w->step_Wh, w->step_Wh, 8000,
                       w->now_ms);
        }
        CHECK(c->total_mJ >= highest, "it never falls");
        highest = c->total_mJ;
        if (s % 60 == 30) {
            saved = *unit;
            saved_ms = w->now_ms;
        }
        if (rand() % 50000 == 0) {
            double before = (double)c->total_mJ;
            *unit = saved; /* as the state file has it, saved each minute */
            energy_restart(unit, 0, w->now_ms - saved_ms);
            double forgot_Wh = (before - (double)c->total_mJ) / ENERGY_WH + w->W / 3600.0;
            *(own ? &w->unheard_Wh : &w->lost_Wh) += forgot_Wh;
            highest = c->total_mJ;
            w->restarts++;
        }
    }
    return (double)c->total_mJ / ENERGY_WH - w->truth_Wh;
}

/* Each reset between two counts hides at most what the unit gave in that time; the part that was heard is
 * integrated, a reset within a silence is not. */
static void truth_test(bool own, int32_t step_Wh, const char *says)
{
    double worst = 0, sum = 0, lost = 0;
    for (unsigned seed = 1; seed <= 12; seed++) {
        struct world w = {
            .W = 3000, .step_Wh = step_Wh, .now_ms = 1000000, .unit_Wh = seed * 1000.0};
        struct energy_unit unit = {{0}, {{0}}};
        srand(seed);
        double error = days(&w, &unit, own, 3 * 86400);
        double bound = own ? step_Wh * (2.0 + w.resets) + 0.002 * w.truth_Wh : 0.002 * w.truth_Wh;
        double off = error + w.lost_Wh;
        CHECK(off < bound && off > -bound,
              "%s, seed %u: off by %.1f of %.0f Wh, %d resets, %d gaps, %d cuts, lost %.1f", says,
              seed, error, w.truth_Wh, w.resets, w.gaps, w.restarts, w.lost_Wh);
        double size = off < 0 ? -off : off;
        worst = size > worst ? size : worst;
        sum += w.truth_Wh;
        lost += w.lost_Wh;
    }
    printf(
        "energy: %s: off by %.1f Wh at worst of %.0f Wh a run, beside %.0f Wh nobody could hear\n",
        says, worst, sum / 12, lost / 12);
}

int main(void)
{
    integration_test();
    own_test();
    owed_test();
    serial_test();
    grid_test();
    truth_test(true, 1, "own count in Wh");
    truth_test(true, 1000, "own count in kWh");
    truth_test(false, 1, "integrated alone");
    return check_done("energy");
}
