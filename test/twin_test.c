/* The simulated pack against the cell it is drawn from, and what it must have that estimators lack. */
#include "sim/twin.h"

#include "test/check.h"
#include "test/spm_cells.h"

static struct twin twin;
static double cell_V[TWIN_CELLS];

static struct twin_config pack(void)
{
    return (struct twin_config){.capacity_Ah = 280,
                                .resistance = 1,
                                .hysteresis_V = 0.008,
                                .knee_at = 0.60,
                                .knee_width = 0.016,
                                .step_s = 10,
                                .cells = 16};
}

static void run(double current_A, double hours)
{
    for (int k = 0; k < (int)lround(hours * 360); k++)
        twin_step(&twin, current_A, 25);
}

static void charge_is_counted(void)
{
    struct twin_config config = pack();
    twin_init(&twin, &config, 0.5, 25);
    CHECK(fabs(twin.capacity_Ah - 280) < 0.01, "%.4f Ah", twin.capacity_Ah);
    double Ah = 0;
    for (int k = 0; k < 100000; k++) {
        double current_A = 60 * sin(k * 0.003) + 5 * cos(k * 1.7);
        twin_step(&twin, current_A, 15 + 10 * sin(k * 0.0007));
        Ah += current_A / 360;
    }
    CHECK(fabs(twin.charge - 0.5 - Ah / twin.capacity_Ah) < 1e-9, "%.9f moved, %.9f counted",
          twin.charge - 0.5, Ah / twin.capacity_Ah);
}

/* Rested an hour on the way down, as it was measured. */
static void rests_as_measured(void)
{
    static struct curve rest;
    if (!curve_read(&rest, "ocv_lfp_large_prismatic_rest1h_discharge_direction", 2)) {
        check_skip("ocv_lfp_large_prismatic_rest1h_discharge_direction");
        return;
    }
    struct twin_config config = pack();
    double square = 0, worst = 0;
    int rows = 0;
    for (int r = rest.rows - 1; r >= 0; r--) {
        double z = rest.x[r] / 100;
        if (rest.y[r] < 3)
            continue;
        twin_init(&twin, &config, z + 0.05, 25);
        run(-28, 0.5);
        run(0, 1);
        double off = twin_cell_V(&twin, 0) - rest.y[r];
        square += off * off;
        worst = fmax(worst, fabs(off));
        rows++;
    }
    double rmse = 1000 * sqrt(square / rows);
    printf("  rest of a large prismatic cell, %d places: RMSE %.1f mV, worst %.1f mV\n", rows, rmse,
           1000 * worst);
    CHECK(rows > 10 && rmse < 10 && worst < 0.015, "RMSE %.1f mV, worst %.1f mV", rmse,
          1000 * worst);
}

static double rested_at(double from, double current_A, double hours)
{
    struct twin_config config = pack();
    twin_init(&twin, &config, from, 25);
    run(current_A, hours);
    double V_loaded = twin_cell_V(&twin, current_A);
    run(0, 24);
    double V = twin_cell_V(&twin, 0);
    CHECK(fabs(V - V_loaded) > 0.005, "the load has left: %.4f V, %.4f V", V_loaded, V);
    return V;
}

static void history_stays(void)
{
    double up = rested_at(0.10, 28, 3.5), down = rested_at(0.80, -28, 3.5);
    CHECK(fabs(up - down - 0.016) < 0.001, "45 %% from below and from above: %.1f mV apart",
          1000 * (up - down));
    struct twin_config config = pack();
    twin_init(&twin, &config, 0.10, 25);
    run(28, 3.5);
    run(-28, 0.1);
    run(28, 0.1);
    run(0, 24);
    CHECK(fabs(twin_cell_V(&twin, 0) - up) < 1e-4, "an inner loop closes: %.5f and %.5f V",
          twin_cell_V(&twin, 0), up);
    run(-28, 0.1);
    run(0, 24);
    double middle = twin_cell_V(&twin, 0);
    CHECK(middle < up - 0.002 && middle > down + 0.002,
          "and a short way back is not the whole: %.4f", middle);
}

static void load_costs(void)
{
    struct twin_config config = pack();
    twin_init(&twin, &config, 0.5, 25);
    double rest = twin_cell_V(&twin, 0);
    double at_once = (twin_cell_V(&twin, 140) - rest) / 140, tangent = twin_Ohm(&twin, 0);
    run(-140, 0.5);
    double later = (twin_cell_V(&twin, -140) - rest) / -140;
    printf("  0.5 C: %.3f mOhm at once, %.3f mOhm after half an hour\n", at_once * 1e3,
           later * 1e3);
    CHECK(at_once > 0.2e-3 && at_once < 0.45e-3, "%.3f mOhm at once", at_once * 1e3);
    CHECK(later > at_once + 0.1e-3 && later < 0.9e-3, "%.3f mOhm later", later * 1e3);
    CHECK(fabs(tangent / at_once - 1) < 0.15, "tangent %.3f mOhm", tangent * 1e3);
    run(0, 1);
    double hour_V = twin_cell_V(&twin, 0);
    run(0, 10);
    double after_V = twin_cell_V(&twin, 0) - hour_V;
    CHECK(after_V > 0.0015 && after_V < 0.004, "an hour of rest is not all: %.2f mV follow",
          1000 * after_V);
    twin_init(&twin, &config, 0.5, 0);
    CHECK(twin_Ohm(&twin, 0) > 1.3 * tangent, "cold: %.3f mOhm", twin_Ohm(&twin, 0) * 1e3);
}

static void cells_differ(void)
{
    struct twin_config config = pack();
    config.cell_charge[3] = 0.02;
    config.cell_charge[4] = -0.02;
    config.cell_capacity[5] = 0.95;
    twin_init(&twin, &config, 0.60, 25);
    double sum = twin_cells_V(&twin, 0, cell_V);
    CHECK(cell_V[3] > cell_V[0] + 0.005 && cell_V[4] < cell_V[0] - 0.005, "ahead and behind");
    CHECK(fabs(cell_V[5] - cell_V[0]) < 1e-9, "equal where it began");
    CHECK(fabs(sum - 16 * cell_V[0]) < 0.003, "the mean stays: %.4f V", sum - 16 * cell_V[0]);
    run(-28, 4.4);
    twin_cells_V(&twin, 0, cell_V);
    CHECK(cell_V[5] < cell_V[0] - 0.002, "the small cell is emptier: %.4f and %.4f V", cell_V[5],
          cell_V[0]);
}

static double knee_Ah(void)
{
    double best = 0, at_Ah = 0;
    for (double z = 0.4; z < 0.8; z += 0.002) {
        twin_rest(&twin, z);
        double low = twin_cell_V(&twin, 0);
        twin_rest(&twin, z + 0.002);
        double rise = twin_cell_V(&twin, 0) - low;
        if (rise > best) {
            best = rise;
            at_Ah = (z + 0.001) * twin.capacity_Ah;
        }
    }
    return at_Ah;
}

static void ageing_moves_the_knee(void)
{
    struct twin_config config = pack();
    twin_init(&twin, &config, 0.5, 25);
    double fresh_Ah = knee_Ah(), capacity_Ah = twin.capacity_Ah;
    config.lithium_lost_Ah = 28;
    twin_init(&twin, &config, 0.5, 25);
    CHECK(capacity_Ah - twin.capacity_Ah > 24 && capacity_Ah - twin.capacity_Ah < 29,
          "%.1f Ah left", twin.capacity_Ah);
    CHECK(fabs(knee_Ah() - fresh_Ah) < 2.5, "knee at %.1f Ah, fresh %.1f Ah", knee_Ah(), fresh_Ah);
}

int main(void)
{
    charge_is_counted();
    rests_as_measured();
    history_stays();
    load_costs();
    cells_differ();
    ageing_moves_the_knee();
    return check_done("twin");
}
