/* Deltas of single cells against simulated packs whose cells are known: what is found, how good the band is, and where
 * nothing can be found. */
#include "bms/cell_delta.h"

#include <stdlib.h>
#include <string.h>

#include "app/cell_file.h"
#include "test/check.h"
#include "test/weeks_cell.h"

enum { CELLS = 16, PACKS = 5 };

static struct cell make;
static struct cell_deltas deltas;
static struct cell_delta cells[CELLS];
static struct cell_delta_estimate found[CELLS];
static struct weeks_dice seed;

/* A pack and how it is used and read. */
struct play {
    struct twin_config pack;
    double floor, cap, start;
    int hours, cells;
    double knee_off[2];                       /* of the cell file */
    double charge_off, sigma;                 /* of the pack's charge as told */
    double cell_off_V, noise_V, step_V;       /* of each reading */
    double cell_off[CELLS], cell_more[CELLS]; /* drawn: V; resistance, relative */
    double lead_Ohm;                          /* that only the voltage of the pack sees, a cell */
    bool extremes;
    const struct cell *file; /* NULL: the make's, its knees moved */
};

static struct play usual(void)
{
    struct play p = {.pack = weeks_make(),
                     .floor = 0.15,
                     .cap = 0.9,
                     .start = 0.5,
                     .hours = 54,
                     .sigma = 0.015,
                     .noise_V = 0.001,
                     .step_V = 0.001};
    p.pack.cells = CELLS;
    return p;
}

/* One that nobody chose: what differs is drawn as cells and readings of one make differ. */
static struct play drawn(double delta_sigma)
{
    struct play p = usual();
    p.start = 0.2 + 0.6 * dice(&seed);
    p.pack.hysteresis_V = 0.005 + 0.006 * dice(&seed);
    for (int k = 0; k < 2; k++)
        p.knee_off[k] = 0.01 * dice_normal(&seed);
    p.charge_off = 0.015 * dice_normal(&seed);
    for (int c = 0; c < CELLS; c++) {
        p.pack.cell_charge[c] = fmax(-0.15, fmin(0.15, delta_sigma * dice_normal(&seed)));
        p.pack.cell_capacity[c] = 1 + 0.01 * dice_normal(&seed);
        p.cell_off[c] = 0.002 * dice_normal(&seed);
        p.cell_more[c] = 0.15 * dice_normal(&seed);
    }
    return p;
}

static double true_delta(const struct twin *twin, int c)
{
    const struct twin_config *config = &twin->config;
    double moved = twin->charge - twin->began, own = 0, all = 0;
    for (int i = 0; i < config->cells; i++) {
        double z = config->cell_charge[i] + moved / config->cell_capacity[i] - moved;
        all += z / config->cells;
        own = i == c ? z : own;
    }
    return own - all;
}

static double read_V(const struct play *p, double V)
{
    V += p->noise_V * dice_normal(&seed);
    return p->step_V > 0 ? p->step_V * floor(V / p->step_V + 0.5) : V;
}

/* Sun by day, house by night, between floor and cap. */
static double current_of(const struct play *p, const struct twin *twin, long k)
{
    double hour = (double)k / 360, day = sin((hour - 6) / 24 * 2 * M_PI);
    double A = day > 0 ? 90 * day : -45;
    A += k / 18 % 7 == 3 ? -40 : 0;
    if ((A > 0 && twin->charge >= p->cap) || (A < 0 && twin->charge <= p->floor))
        A = 0;
    return A;
}

static struct twin twin;

static void cells_read(const struct play *p, double A, double V[CELLS])
{
    double cell_V[TWIN_CELLS], Ohm = twin_Ohm(&twin, A);
    twin_cells_V(&twin, A, cell_V);
    for (int c = 0; c < CELLS; c++)
        V[c] = read_V(p, cell_V[c] + p->cell_off[c] + p->cell_more[c] * Ohm * A);
}

/* The make's file, its knees moved. */
static void file_of(struct cell *cell, const struct play *p)
{
    struct weeks_plan plan = {.knee_off = {p->knee_off[0], p->knee_off[1]}};
    weeks_cell(cell, &make, &plan);
}

static void run(const struct play *p)
{
    static struct cell file;
    double V[CELLS], ends[2];
    if (p->file)
        file = *p->file;
    else
        file_of(&file, p);
    struct cell_delta_config config = {&file, 1, 0.003, !p->extremes};
    int count = p->extremes ? 2 : CELLS;
    cell_deltas_init(&deltas, &config, cells, count);
    twin_init(&twin, &p->pack, p->start, 20);
    for (long k = 0; k < p->hours * 360L; k++) {
        double A = current_of(p, &twin, k), mean_V = 0;
        twin_step(&twin, A, 20);
        cells_read(p, A, V);
        ends[0] = ends[1] = V[0];
        for (int c = 0; c < CELLS; c++) {
            mean_V += V[c] / CELLS;
            ends[0] = fmin(ends[0], V[c]);
            ends[1] = fmax(ends[1], V[c]);
        }
        struct cell_delta_input in = {
            twin.charge + p->charge_off, p->sigma, A, 20, mean_V + p->lead_Ohm * A,
            p->extremes ? ends : V};
        cell_deltas_step(&deltas, cells, count, &in, 10);
    }
    cell_deltas_estimate(&deltas, cells, count, found);
}

/* What cells of so many packs are found to be. */
struct many {
    const char *what;
    double delta_sigma, cap, floor, most;
    const struct cell *file;
};

static void many_packs(const struct many *m)
{
    double squares = 0, nees = 0, prior = 0, sigma = 0, worst = 0;
    int within = 0, all = 0, named = 0;
    seed = (struct weeks_dice){7};
    for (int i = 0; i < PACKS; i++) {
        struct play p = drawn(m->delta_sigma);
        p.cap = m->cap, p.floor = m->floor, p.file = m->file;
        run(&p);
        int low = 0, low_true = 0;
        for (int c = 0; c < CELLS; c++, all++) {
            double truth = true_delta(&twin, c), off = found[c].delta - truth;
            squares += off * off, prior += truth * truth, sigma += found[c].sigma;
            nees += off * off / (found[c].sigma * found[c].sigma);
            within += fabs(off) <= 2 * found[c].sigma;
            worst = fmax(worst, fabs(off));
            low = found[c].delta < found[low].delta ? c : low;
            low_true = truth < true_delta(&twin, low_true) ? c : low_true;
        }
        named += true_delta(&twin, low) - true_delta(&twin, low_true) < 0.005;
    }
    double rmse = sqrt(squares / all);
    printf("  %-28s RMSE %.2f %% of true %.2f %%, worst %.2f %%, sigma %.2f %%, NEES %.2f, "
           "within 2 sigma %.1f %%, emptiest named %d of %d\n",
           m->what, 100 * rmse, 100 * sqrt(prior / all), 100 * worst, 100 * sigma / all, nees / all,
           100.0 * within / all, named, PACKS);
    CHECK(rmse < m->most, "%s: RMSE %.2f %%", m->what, 100 * rmse);
    CHECK(within >= 0.93 * all, "%s: within 2 sigma %.1f %%", m->what, 100.0 * within / all);
}

/* One cell is 6 % behind and one 4 % ahead; a third has twice the resistance, a fourth reads 4 mV low. */
static struct play known(void)
{
    struct play p = usual();
    p.pack.cell_charge[2] = -0.06;
    p.pack.cell_charge[9] = 0.04;
    p.cell_more[5] = 1;
    p.cell_off[7] = -0.004;
    return p;
}

static void near(const char *what, int cell, double truth, double most)
{
    const struct cell_delta_estimate *e = &found[cell];
    CHECK(fabs(e->delta - truth) < most, "%s: %.2f %%, not %.2f %%", what, 100 * e->delta,
          100 * truth);
    CHECK(e->sigma < 0.015, "%s: sigma %.2f %%", what, 100 * e->sigma);
}

static void known_cells(void)
{
    struct play p = known();
    p.lead_Ohm = 1e-3;
    run(&p);
    near("the cell behind", 2, true_delta(&twin, 2), 0.015);
    near("the cell ahead", 9, true_delta(&twin, 9), 0.012);
    near("the cell of much resistance", 5, true_delta(&twin, 5), 0.012);
    near("the cell that reads low", 7, true_delta(&twin, 7), 0.012);
    CHECK(fabs(found[5].resistance - 1) < 0.25, "its resistance: %+.0f %%",
          100 * found[5].resistance);
    CHECK(fabs(found[2].resistance) < 0.15, "another's: %+.0f %%", 100 * found[2].resistance);
}

/* Only the lowest and the highest are told: with two that stand out, these are they. */
static void extremes(void)
{
    struct play p = known();
    p.cell_more[5] = p.cell_off[7] = 0;
    p.extremes = true;
    run(&p);
    double low = true_delta(&twin, 2), high = true_delta(&twin, 9);
    printf("  extremes: %.2f +- %.2f %% of %.2f, %.2f +- %.2f %% of %.2f\n", 100 * found[0].delta,
           200 * found[0].sigma, 100 * low, 100 * found[1].delta, 200 * found[1].sigma, 100 * high);
    CHECK(fabs(found[0].delta - low) < 2 * found[0].sigma + 0.005, "the lowest");
    CHECK(fabs(found[1].delta - high) < 2 * found[1].sigma + 0.005, "the highest");
    CHECK(found[0].delta < -0.03 && found[1].delta > 0.02, "both stand out");
}

/* At rest in the middle of a plateau nobody can tell, however long. */
static void plateau_tells_nothing(void)
{
    static double V[2] = {3.296, 3.304};
    struct cell_delta_config config = {&make, 1, 0.003, true};
    cell_deltas_init(&deltas, &config, cells, 2);
    struct cell_delta_input in = {0.45, 0.01, 0, 20, 3.3, V};
    for (int k = 0; k < 100000; k++)
        cell_deltas_step(&deltas, cells, 2, &in, 10);
    cell_deltas_estimate(&deltas, cells, 2, found);
    CHECK(found[0].sigma > 0.02 && found[1].sigma > 0.02, "sigma %.2f %%", 100 * found[0].sigma);
}

/* A cell that is never read, and one without sense: bounded, and the others are found. */
static void bad_readings(void)
{
    static double V[4] = {3.3, NAN, 5.9, 3.3};
    struct cell_delta_config config = {&make, 1, 0.003, true};
    cell_deltas_init(&deltas, &config, cells, 4);
    for (int k = 0; k < 5000; k++) {
        struct cell_delta_input in = {0.2 + 0.0001 * k, 0.01, 28, 20, 3.3, V};
        cell_deltas_step(&deltas, cells, 4, &in, 10);
    }
    cell_deltas_gap(&deltas, cells, 4);
    cell_deltas_estimate(&deltas, cells, 4, found);
    for (int c = 0; c < 4; c++)
        CHECK(fabs(found[c].delta) < 0.4 && found[c].sigma > 0.0005 && found[c].sigma < 0.2,
              "cell %d: %.3f +- %.3f", c, found[c].delta, found[c].sigma);
    CHECK(found[1].sigma > 0.05, "never read: %.3f", found[1].sigma);
}

int main(void)
{
    weeks_measure(&make);
    known_cells();
    extremes();
    plateau_tells_nothing();
    bad_readings();
    static struct cell shipped;
    CHECK(cell_file_load("bms/cells/large-prismatic-lfp.yaml", &shipped, stdout), "the file");
    const struct many all[] = {
        {"both knees, 2 %", 0.02, 0.9, 0.15, 0.005, NULL},
        {"both knees, 5 %", 0.05, 0.9, 0.15, 0.008, NULL},
        {"both knees, 0.5 %", 0.005, 0.9, 0.15, 0.004, NULL},
        {"high knee, 40..70 %, 2 %", 0.02, 0.7, 0.4, 0.005, NULL},
        {"plateau, 32..50 %, 2 %", 0.02, 0.5, 0.32, 0.018, NULL},
        {"the shipped file, 3 %", 0.03, 0.9, 0.15, 0.014, &shipped},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        many_packs(&all[i]);
    return check_done("cell_delta");
}
