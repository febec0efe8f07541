#include "bms/cell.h"

#include <assert.h>

#include "core/maths.h"

static const double LEAST_Z = -0.1, MOST_Z = 1.1;
static const double S_PER_HOUR = 3600;

/* Where a table over 0..1 is read: its left point, and how far from there to the next. */
struct spot {
    int left;
    double part;
    bool outside;
};

static struct spot spot_of(double x, int points)
{
    double at = maths_within(x, 0, 1) * (points - 1);
    int left = (int)at;
    left = left > points - 2 ? points - 2 : left;
    return (struct spot){left, at - left, x < 0 || x > 1};
}

static double read_at(const double table[], struct spot s)
{
    return table[s.left] + s.part * (table[s.left + 1] - table[s.left]);
}

static double slope_at(const double table[], struct spot s, int points)
{
    return (table[s.left + 1] - table[s.left]) * (points - 1);
}

struct cell_at cell_at(const struct cell *cell, double temp_C)
{
    assert(cell && cell->rows > 0 && cell->rows <= CELL_TEMPERATURES);
    struct cell_at at = {.cell = cell, .temp_C = temp_C};
    int row = 0;
    while (row < cell->rows - 2 && temp_C > cell->row[row + 1].temp_C)
        row++;
    at.low = row;
    at.high = cell->rows > 1 ? row + 1 : row;
    const struct cell_row *low = &cell->row[at.low], *high = &cell->row[at.high];
    if (high != low)
        at.part = maths_within((temp_C - low->temp_C) / (high->temp_C - low->temp_C), 0, 1);
    double low_V = low->voltage_sigma_V > 0 ? low->voltage_sigma_V : cell->voltage_sigma_V;
    double high_V = high->voltage_sigma_V > 0 ? high->voltage_sigma_V : cell->voltage_sigma_V;
    at.voltage_sigma_V = low_V + at.part * (high_V - low_V);
    /* Where only one of the two rows bends, the bend fades out with the distance. */
    if (low->i0_A > 0 && high->i0_A > 0)
        at.i0_A = low->i0_A + at.part * (high->i0_A - low->i0_A);
    else if (low->i0_A > 0 && at.part < 1)
        at.i0_A = low->i0_A / (1 - at.part);
    else if (high->i0_A > 0 && at.part > 0)
        at.i0_A = high->i0_A / at.part;
    return at;
}

static double mix(const struct cell_at *at, double low, double high)
{
    return low + at->part * (high - low);
}

struct cell_ocv cell_ocv(const struct cell_at *at, double z, double w, double q)
{
    const struct cell *cell = at->cell;
    const struct cell_row *low = &cell->row[at->low], *high = &cell->row[at->high];
    struct cell_ocv ocv;
    if (cell->half_cells) {
        struct spot p = spot_of(1 - (1 - z) * q, CELL_POINTS), n = spot_of(z * q + w, CELL_POINTS);
        struct spot here = spot_of(z, CELL_POINTS);
        double up = slope_at(cell->positive_V, p, CELL_POINTS) * q;
        double un = slope_at(cell->negative_V, n, CELL_POINTS);
        double more = mix(at, slope_at(low->ocv_V, here, CELL_POINTS),
                          slope_at(high->ocv_V, here, CELL_POINTS));
        ocv.V = read_at(cell->positive_V, p) - read_at(cell->negative_V, n) +
                mix(at, read_at(low->ocv_V, here), read_at(high->ocv_V, here));
        ocv.slope_z = up - un * q + more;
        ocv.slope_w = -un;
    } else {
        struct spot s = spot_of(z + w, CELL_POINTS);
        ocv.V = mix(at, read_at(low->ocv_V, s), read_at(high->ocv_V, s));
        ocv.slope_z =
            mix(at, slope_at(low->ocv_V, s, CELL_POINTS), slope_at(high->ocv_V, s, CELL_POINTS));
        ocv.slope_w = ocv.slope_z;
    }
    struct spot s = spot_of(z, CELL_POINTS);
    ocv.hysteresis_V = mix(at, read_at(low->hysteresis_V, s), read_at(high->hysteresis_V, s));
    return ocv;
}

double cell_charge(const struct cell_at *at, double voltage_V)
{
    enum { HALVINGS = 40 };
    double edge[2];
    for (int side = 0; side < 2; side++) { /* the lowest, then the highest charge */
        double low = 0, high = 1;
        for (int i = 0; i < HALVINGS; i++) {
            double z = (low + high) / 2, V = cell_ocv(at, z, 0, 1).V;
            bool below = side ? V <= voltage_V : V < voltage_V;
            *(below ? &low : &high) = z;
        }
        edge[side] = (low + high) / 2;
    }
    return (edge[0] + edge[1]) / 2;
}

struct cell_resistances cell_resistances(const struct cell_at *at, double z)
{
    const struct cell_row *low = &at->cell->row[at->low], *high = &at->cell->row[at->high];
    struct spot s = spot_of(z, CELL_R_POINTS);
    return (struct cell_resistances){
        mix(at, read_at(low->r0_Ohm, s), read_at(high->r0_Ohm, s)),
        mix(at, read_at(low->r1_Ohm, s), read_at(high->r1_Ohm, s)),
        mix(at, read_at(low->r2_Ohm, s), read_at(high->r2_Ohm, s)),
    };
}

double cell_transfer_A(const struct cell_at *at, double current_A)
{
    return at->i0_A > 0 ? at->i0_A * maths_asinh(current_A / at->i0_A) : current_A;
}

struct cell_decay cell_decay(const struct cell *cell, double dt_s)
{
    assert(dt_s > 0);
    return (struct cell_decay){
        dt_s,
        cell->tau_d_s > 0 ? maths_exp(-dt_s / cell->tau_d_s) : 0,
        maths_exp(-dt_s / cell->tau1_s),
        maths_exp(-dt_s / cell->tau2_s),
    };
}

void cell_step(const struct cell_at *at, const struct cell_decay *decay, struct cell_state *state,
               double current_A, double q)
{
    const struct cell *cell = at->cell;
    struct cell_resistances r = cell_resistances(at, state->z);
    double rate =
        current_A / (cell->capacity_Ah * q * S_PER_HOUR); /* of the whole charge a second */
    double moved = rate * decay->dt_s * (current_A > 0 ? cell->efficiency : 1);
    double turn = cell->hysteresis_rate * (moved < 0 ? -moved : moved);
    double keep = turn < 40 ? maths_exp(-turn) : 0;
    state->z = maths_within(state->z + moved, LEAST_Z, MOST_Z);
    state->w = decay->d * state->w + (1 - decay->d) * cell->diffusion_s * rate;
    state->v1 =
        decay->one * state->v1 + (1 - decay->one) * r.r1_Ohm * cell_transfer_A(at, current_A);
    state->v2 = decay->two * state->v2 + (1 - decay->two) * r.r2_Ohm * current_A;
    state->h = keep * state->h + (1 - keep) * (current_A > 0 ? 1 : current_A < 0 ? -1 : 0);
}

double cell_voltage(const struct cell_at *at, const struct cell_state *state, double current_A,
                    double q)
{
    struct cell_ocv ocv = cell_ocv(at, state->z, state->w, q);
    struct cell_resistances r = cell_resistances(at, state->z);
    return ocv.V + ocv.hysteresis_V * state->h + state->v1 + state->v2 + r.r0_Ohm * current_A;
}
