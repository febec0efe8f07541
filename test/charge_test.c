/* The bank's charge: packs of unequal size, with what each of them does not tell. The packs are cells of the cell
 * file itself (test/made_cell.h), so what is left is what bms/charge.c makes of them. */
#include <math.h>
#include <stdlib.h>

#include "bms/charge.h"
#include "test/check.h"
#include "test/made_cell.h"

enum { PACKS = 3, CELLS = 16, SECOND_MS = 1000, NOW_MS = 1000000 };

static struct cell cell;
static const struct charge_config sensors = {.pack_offset_mA = {100, 100, 100}};

/* What is, what of it is told, and what is made of that. */
static struct world {
    struct bank_config bank;
    struct bank_view view;
    struct pack_readings told[PACKS];
    struct cell_state truth[PACKS];
    double pack_A[PACKS];
    bool no_voltage[PACKS];
    int bms_permille[PACKS]; /* -1 = tells none */
    bool silent;             /* no current is known, of anything */
    int64_t now_ms;
    struct charge charge;
} w;

static double Ah(size_t pack)
{
    return w.bank.pack_capacity_mAh[pack] / 1000.0;
}

static void world(double charge_0, double charge_1, double charge_2)
{
    w = (struct world){
        .bank = {.chemistry = CHEMISTRY_LFP,
                 .capacity_mAh = 400000,
                 .cells = CELLS,
                 .charge_max_mA = 40000,
                 .discharge_max_mA = 80000,
                 .sensor_offset_mA = 100,
                 .sensor_gain_permille = 5,
                 .packs = PACKS,
                 .pack_capacity_mAh = {100000, 100000, 200000}},
        .view = {.current_known = true,
                 .known = true,
                 .packs = PACKS,
                 .bms_soc_permille = -1,
                 .capacity_mAh = 400000,
                 .pack_current_known = {true, true, true}},
        .bms_permille = {-1, -1, -1},
        .truth = {{.z = charge_0}, {.z = charge_1}, {.z = charge_2}},
        .now_ms = NOW_MS,
    };
    for (int i = 0; i < PACKS; i++)
        w.view.pack[i].place = PLACE_IN;
    charge_init(&w.charge, &cell, &sensors, &w.bank);
}

/* All of them know their charge within one percent. */
static void known(void)
{
    for (size_t i = 0; i < PACKS; i++) {
        struct estimator_saved saved = {w.truth[i].z, 0.01,  0,           0.05, 1, 1,
                                        0.02,         false, {.ahead = 0}};
        charge_restore(&w.charge, &w.bank, i, &saved, 0, w.now_ms);
    }
}

static void tell(struct cell_at *at)
{
    double bank_A = 0;
    for (size_t i = 0; i < PACKS; i++) {
        double A = w.pack_A[i], V = cell_voltage(at, &w.truth[i], A * 100 / Ah(i), 1);
        bank_A += place_counted(w.view.pack[i].place) ? A : 0;
        w.view.pack_mA[i] = w.view.pack_current_known[i] ? (int32_t)lround(A * 1000) : 0;
        if (!w.no_voltage[i])
            reading_set(&w.told[i].voltage_mV, (int32_t)lround(V * 1000 * CELLS), w.now_ms);
        if (w.bms_permille[i] >= 0)
            reading_set(&w.told[i].soc_permille, w.bms_permille[i], w.now_ms);
        w.view.voltage_mV = w.told[0].voltage_mV.value;
    }
    w.view.current_mA = w.silent ? 0 : (int32_t)lround(bank_A * 1000);
}

static void run(double seconds)
{
    struct cell_at at = cell_at(&cell, 25);
    struct cell_decay decay = cell_decay(&cell, 1);
    for (double s = 0; s < seconds; s++) {
        w.now_ms += SECOND_MS;
        for (size_t i = 0; i < PACKS; i++)
            cell_step(&at, &decay, &w.truth[i], w.pack_A[i] * 100 / Ah(i), 1);
        tell(&at);
        charge_step(&w.charge, &w.bank, &w.view, w.told, w.now_ms);
    }
}

static void currents(double A_0, double A_1, double A_2)
{
    w.pack_A[0] = A_0, w.pack_A[1] = A_1, w.pack_A[2] = A_2;
}

static void silence(bool silent)
{
    w.silent = silent;
    w.view.current_known = w.view.known = !silent;
    for (int i = 0; i < PACKS; i++)
        w.view.pack_current_known[i] = !silent;
}

static struct estimate of(size_t pack)
{
    return charge_pack_estimate(&w.charge, &w.bank, &w.view, pack);
}

static struct soc_estimate bank(void)
{
    return charge_estimate(&w.charge, &w.bank, &w.view);
}

static bool near(double a, double b, double within)
{
    return fabs(a - b) <= within;
}

static void packs_are_weighted(void)
{
    world(0.40, 0.45, 0.80);
    known();
    currents(10, 10, 20);
    run(1800);
    for (size_t i = 0; i < PACKS; i++)
        CHECK(near(of(i).charge, w.truth[i].z, 0.015), "pack %zu: %.3f, is %.3f", i, of(i).charge,
              w.truth[i].z);
    double charge = (of(0).charge + of(1).charge + 2 * of(2).charge) / 4;
    double sigma = (of(0).sigma + of(1).sigma + 2 * of(2).sigma) / 4;
    CHECK(near(bank().soc_permille, charge * 1000, 1), "by capacity: %d", bank().soc_permille);
    CHECK(near(bank().error_permille, 2000 * sigma, 1), "two sigma, errors do not average: %d",
          bank().error_permille);
    CHECK(bank().known && !bank().contradicted, "no contradiction");
}

static void open_pack_has_no_part(void)
{
    world(0.40, 0.45, 0.80);
    known();
    w.view.pack[2].place = PLACE_OPEN;
    w.view.pack_current_known[2] = false;
    w.view.capacity_mAh = 200000;
    currents(20, 20, 0);
    w.view.pack_current_known[0] = w.view.pack_current_known[1] = false;
    run(1800);
    CHECK(near(of(0).charge, 0.50, 0.015), "the connected carry all of it: %.3f", of(0).charge);
    CHECK(near(of(2).charge, 0.80, 0.01) && of(2).sigma < 0.02,
          "the open one nothing: %.3f +- %.3f", of(2).charge, of(2).sigma);
    CHECK(near(bank().soc_permille, 500 * (of(0).charge + of(1).charge), 1),
          "and it is not of the bank: %d", bank().soc_permille);
    w.view.pack[0].place = w.view.pack[1].place = PLACE_OPEN;
    struct soc_estimate counted = soc_counter_estimate(&w.charge.counter);
    CHECK(bank().known == counted.known && bank().soc_permille == counted.soc_permille,
          "none connected: the counter");
}

static void untold_current_is_shared(void)
{
    world(0.40, 0.40, 0.40);
    known();
    w.view.pack_current_known[1] = w.view.pack_current_known[2] = false;
    currents(-20, 16, 32); /* by capacity they would have 7, 7 and 14 A */
    run(1800);
    CHECK(near(of(0).charge, 0.30, 0.01), "it tells its own: %.3f", of(0).charge);
    CHECK(near(of(1).charge, 0.48, 0.01) && near(of(2).charge, 0.48, 0.01),
          "they have the rest: %.3f %.3f", of(1).charge, of(2).charge);
}

static void no_voltage_counts(void)
{
    world(0.45, 0.45, 0.45);
    known();
    w.no_voltage[2] = true;
    currents(10, 10, 20);
    run(5400);
    CHECK(near(of(2).charge, 0.60, 0.002) && of(2).sigma >= 0.0099,
          "counted, and nothing learned: %.4f +- %.4f", of(2).charge, of(2).sigma);
    CHECK(of(0).sigma < 0.9 * of(2).sigma, "one with a voltage learned at the knee: %.4f",
          of(0).sigma);

    world(0.45, 0.45, 0.70);
    w.no_voltage[2] = true;
    w.bms_permille[2] = 720;
    run(50);
    CHECK(!w.charge.pack[2].estimator.started, "a voltage is waited for");
    run(20);
    CHECK(w.charge.pack[2].estimator.started && near(of(2).charge, 0.72, 0.003) &&
              near(of(2).sigma, 0.075, 0.01),
          "then it starts from its BMS's word: %.3f +- %.3f", of(2).charge, of(2).sigma);
}

static void bms_where_voltage_says_little(void)
{
    world(0.45, 0.04, 0.45);
    currents(15, 5, 30);
    w.bms_permille[1] = 200;
    run(8);
    CHECK(!w.charge.pack[0].estimator.started, "a BMS's word is waited for");
    w.bms_permille[0] = 480;
    run(1);
    CHECK(near(of(0).charge, 0.48, 0.005) && near(of(0).sigma, 0.075, 0.015),
          "on the plateau it is taken: %.3f +- %.3f", of(0).charge, of(0).sigma);
    CHECK(near(of(1).charge, 0.04, 0.02), "where it is steep the voltage: %.3f +- %.3f",
          of(1).charge, of(1).sigma);
    CHECK(!bank().known ||
              bank().error_permille == soc_counter_estimate(&w.charge.counter).error_permille,
          "not before all have begun");
    run(10);
    CHECK(w.charge.pack[2].estimator.started && bank().known, "nor longer than ten seconds");
    CHECK(of(2).sigma > 0.1, "without it the plateau is wide: %.3f", of(2).sigma);
}

/* Half an hour: 20 Ah into 400 may have flowed, or 40 out of it. */
static void gap_is_bounded(bool by_tick)
{
    world(0.45, 0.45, 0.45);
    known();
    run(60);
    struct estimate before = of(1);
    if (by_tick) {
        w.now_ms += 1800000 - SECOND_MS;
    } else {
        silence(true);
        run(1799);
        struct estimator_saved saved;
        CHECK(charge_save(&w.charge, &w.bank, &w.view, 1, &saved) &&
                  near(saved.charge_sigma, of(1).sigma, 1e-9) &&
                  near(saved.charge, of(1).charge, 1e-9),
              "what is saved is as wide");
        CHECK(near(of(1).sigma, hypot(before.sigma, 0.15 / 4), 0.001), "meanwhile it is wide: %.4f",
              of(1).sigma);
        silence(false);
    }
    run(1);
    run(1);
    CHECK(near(of(1).charge, before.charge + (0.05 - 0.10) / 2, 0.004), "the middle: %.4f",
          of(1).charge);
    CHECK(near(of(1).sigma, hypot(before.sigma, 0.15 / 4), 0.002),
          "the ends are two sigma away: %.4f", of(1).sigma);
    CHECK(near(bank().error_permille, 2000 * of(1).sigma, 5), "in the bank's: %d",
          bank().error_permille);
}

static void gap_in_half_a_bank(void)
{
    world(0.45, 0.45, 0.45);
    known();
    w.view.pack[2].place = PLACE_OPEN;
    w.view.capacity_mAh = 200000;
    run(60);
    struct estimate before = of(1);
    w.now_ms += 900000;
    run(2);
    CHECK(near(of(1).sigma, hypot(before.sigma, 0.15 / 4), 0.002),
          "what is connected may have had all of it: %.4f", of(1).sigma);
}

static void long_gap_leaves_everything(void)
{
    world(0.90, 0.10, 0.45);
    known();
    run(60);
    silence(true);
    for (int day = 0; day < 3; day++) {
        w.now_ms += 86400000;
        run(1);
        for (size_t i = 0; i < PACKS; i++)
            CHECK(of(i).charge - 2 * of(i).sigma < 0.01 && of(i).charge + 2 * of(i).sigma > 0.99,
                  "pack %zu: all is possible: %.3f +- %.3f", i, of(i).charge, of(i).sigma);
    }
}

static void contradiction_widens(void)
{
    world(0.45, 0.45, 0.45);
    known();
    run(60);
    soc_counter_restore(&w.charge.counter, &w.bank, 0.75, 0.05, 0, w.now_ms);
    double high =
        2 * (of(0).sigma + of(1).sigma + 2 * of(2).sigma) / 4 + bank().soc_permille / 1000.0;
    CHECK(high < 0.6 && bank().contradicted, "they exclude each other");
    CHECK(near(bank().soc_permille + bank().error_permille, 700, 4),
          "wide to the counter: %d +- %d", bank().soc_permille, bank().error_permille);
    soc_counter_restore(&w.charge.counter, &w.bank, 0.15, 0.05, 0, w.now_ms);
    CHECK(bank().contradicted && near(bank().soc_permille - bank().error_permille, 200, 4),
          "below too: %d +- %d", bank().soc_permille, bank().error_permille);
    soc_counter_restore(&w.charge.counter, &w.bank, 0.75, 0.29, 0, w.now_ms);
    CHECK(!bank().contradicted && bank().error_permille < 150,
          "where they overlap the counter says nothing: %d", bank().error_permille);
}

static void restored(void)
{
    world(0.45, 0.45, 0.45);
    struct estimator_saved saved = {0.45, 0.02, 0.3, 0.05, 1.2, 0.9, 0.01, false, {.ahead = 0}},
                           bad = saved;
    charge_restore(&w.charge, &w.bank, 0, &saved, 1800000, w.now_ms);
    bad.offset_A = NAN;
    charge_restore(&w.charge, &w.bank, 1, &bad, 0, w.now_ms);
    bad = saved, bad.charge = 1.2;
    charge_restore(&w.charge, &w.bank, 2, &bad, 0, w.now_ms);
    CHECK(!w.charge.pack[1].estimator.started && !w.charge.pack[2].estimator.started,
          "what cannot be right begins anew");
    CHECK(!charge_save(&w.charge, &w.bank, &w.view, 1, &bad), "and has nothing to save");
    CHECK(near(of(0).charge, 0.425, 0.003) && near(of(0).sigma, hypot(0.02, 0.15 / 4), 0.002),
          "aged by the gap: %.3f +- %.3f", of(0).charge, of(0).sigma);
    CHECK(near(of(0).offset_A, 0.3, 0.02) && near(of(0).capacity, 0.9, 1e-9) &&
              near(of(0).resistance, 1.2, 1e-9),
          "what was learned is kept: %.3f A", of(0).offset_A);
}

static void told_by_the_voltage(void)
{
    world(0.45, 0.45, 0.45);
    known();
    run(60);
    CHECK(bank().known && bank().anchored_ms == 0, "never on the plateau: %lld",
          (long long)bank().anchored_ms);
    w.charge.pack[0].told_ms = -1000; /* before the machine was started */
    CHECK(bank().anchored_ms == 0, "one of them never");
    currents(10, 10, 20);
    run(5400);
    CHECK(w.now_ms - bank().anchored_ms < 20000, "at the knee: now");
    currents(20, 20, 20); /* the large one stays behind, in its knee */
    run(1800);
    int64_t ago_ms = w.now_ms - bank().anchored_ms;
    CHECK(ago_ms > 300000 && ago_ms < 1800000, "by the one longest ago: %lld", (long long)ago_ms);
    CHECK(w.charge.pack[2].told_ms > w.charge.pack[0].told_ms, "the other was told since");
}

int main(void)
{
    made_cell(&cell);
    packs_are_weighted();
    open_pack_has_no_part();
    untold_current_is_shared();
    no_voltage_counts();
    bms_where_voltage_says_little();
    gap_is_bounded(false);
    gap_is_bounded(true);
    gap_in_half_a_bank();
    long_gap_leaves_everything();
    contradiction_widens();
    restored();
    told_by_the_voltage();
    return check_done("charge");
}
