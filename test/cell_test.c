/* The cell model alone: tables, half cells, relaxation, and the transcendentals under it. */
#include "bms/cell.h"

#include <math.h>

#include "core/maths.h"
#include "test/check.h"
#include "test/made_cell.h"

static void maths_agrees_with_the_library(void)
{
    double worst = 0, worst_log = 0;
    for (int k = -69000; k <= 69000; k++) {
        double x = k / 100.0 + 1e-5 * k, y = maths_exp(x);
        if (x < 699 && x > -699)
            worst = fmax(worst, fabs(y / exp(x) - 1));
        double up = exp(x / 10);
        worst_log = fmax(worst_log, fabs(maths_log(up) - log(up)) / (1 + fabs(log(up))));
    }
    CHECK(worst < 1e-15, "exp off by %.3g", worst);
    CHECK(worst_log < 1e-15, "log off by %.3g", worst_log);
    CHECK(maths_exp(0) == 1 && maths_log(1) == 0, "exp(0), log(1)");
    CHECK(maths_exp(-1000) == 0, "far below");
    CHECK(fabs(maths_asinh(-3) - asinh(-3)) < 1e-15 && maths_asinh(0) == 0, "asinh");
}

static void tables_are_read_between_their_points(void)
{
    static struct cell cell;
    made_cell(&cell);
    struct cell_at at = cell_at(&cell, 25);
    struct cell_ocv ocv = cell_ocv(&at, 0.525, 0, 1);
    CHECK(fabs(ocv.V - (3.2895 + 3.291) / 2) < 1e-9, "%.6f", ocv.V);
    CHECK(fabs(ocv.slope_z - 0.0015 / 0.05) < 1e-9, "%.6f V per unit", ocv.slope_z);
    CHECK(cell_ocv(&at, -3, 0, 1).V == 2.70 && cell_ocv(&at, 4, 0, 1).V == 3.45, "held outside");
    CHECK(cell_ocv(&at, 0.5, 0.025, 1).V == ocv.V, "diffusion moves the place it is read at");
    for (double z = 0.05; z < 0.99; z += 0.01) {
        double back = cell_charge(&at, cell_ocv(&at, z, 0, 1).V);
        CHECK(fabs(back - z) < 1e-6, "charge %.3f comes back as %.6f", z, back);
    }
    cell.row[1] = cell.row[0];
    cell.rows = 2;
    cell.row[1].temp_C = 35;
    for (int i = 0; i < CELL_POINTS; i++)
        cell.row[1].ocv_V[i] += 0.010;
    at = cell_at(&cell, 28);
    CHECK(fabs(cell_ocv(&at, 0.525, 0, 1).V - ocv.V - 0.003) < 1e-9,
          "3 K of 10 towards the next row");
    at = cell_at(&cell, 60);
    CHECK(fabs(cell_ocv(&at, 0.525, 0, 1).V - ocv.V - 0.010) < 1e-9, "held above the last row");
    at = cell_at(&cell, -20);
    CHECK(fabs(cell_ocv(&at, 0.525, 0, 1).V - ocv.V) < 1e-9, "held below the first row");
}

/* Lithium lost leaves graphite's knee at the same charge above empty, the positive electrode at
 * the same below full. */
static void a_knee_keeps_its_ampere_hours(void)
{
    static struct cell cell;
    made_cell(&cell);
    cell.half_cells = true;
    for (int i = 0; i < CELL_POINTS; i++) {
        double z = i / (CELL_POINTS - 1.0);
        cell.negative_V[i] = z < 0.6 ? 0.12 : 0.085;
        cell.positive_V[i] = 3.40 + (z > 0.97 ? z - 0.97 : 0);
        cell.row[0].ocv_V[i] = 0;
    }
    struct cell_at at = cell_at(&cell, 25);
    double low = 3.40 - 0.12, high = 3.40 - 0.085;
    CHECK(fabs(cell_ocv(&at, 0.58, 0, 1).V - low) < 1e-9, "below the knee of a new cell");
    CHECK(fabs(cell_ocv(&at, 0.62, 0, 1).V - high) < 1e-9, "above it");
    CHECK(fabs(cell_ocv(&at, 0.66, 0, 0.9).V - low) < 1e-9, "an aged cell's stands at 66.7 %%");
    CHECK(fabs(cell_ocv(&at, 0.68, 0, 0.9).V - high) < 1e-9, "66.7 %%");
    CHECK(fabs(cell_ocv(&at, 1, 0, 0.9).V - cell_ocv(&at, 1, 0, 1).V) < 1e-9, "full is full");
    CHECK(cell_ocv(&at, 0.59, 0.02, 1).V > low + 0.01, "the surface is ahead while charging");
}

static void overvoltages_settle(void)
{
    static struct cell cell;
    made_cell(&cell);
    cell.row[0].i0_A = 50;
    struct cell_at at = cell_at(&cell, 25);
    struct cell_decay decay = cell_decay(&cell, 1);
    struct cell_state s = {.z = 0.3};
    for (int k = 0; k < 7200; k++)
        cell_step(&at, &decay, &s, 20, 1);
    CHECK(fabs(s.z - 0.7) < 1e-9, "40 Ah of 100: %.6f", s.z);
    CHECK(fabs(s.v1 - 0.0003 * 50 * asinh(20 / 50.0)) < 1e-7, "charge transfer bends: %.7f", s.v1);
    CHECK(fabs(s.v2 - 0.0005 * 20) < 1e-5, "%.6f", s.v2);
    CHECK(fabs(s.w - 160 * 0.2 / 3600) < 1e-7, "surface ahead by %.6f", s.w);
    CHECK(s.h > 0.99, "hysteresis turned: %.3f", s.h);
    double V = cell_voltage(&at, &s, 20, 1);
    double sum = cell_ocv(&at, s.z, s.w, 1).V + 0.008 * s.h + s.v1 + s.v2 + 0.01;
    CHECK(fabs(V - sum) < 1e-12, "the sum of its parts");
    for (int k = 0; k < 7200; k++)
        cell_step(&at, &decay, &s, 0, 1);
    CHECK(fabs(s.w) < 1e-9 && fabs(s.v1) < 1e-9 && fabs(s.v2) < 1e-5, "gone at rest");
    CHECK(s.h > 0.99, "but hysteresis stays");
}

int main(void)
{
    maths_agrees_with_the_library();
    tables_are_read_between_their_points();
    a_knee_keeps_its_ampere_hours();
    overvoltages_settle();
    return check_done("cell");
}
