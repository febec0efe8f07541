#include "sim/spm.h"

#include <math.h>

static const double FARADAY = 96485.33212, GAS = 8.314462618, ZERO_K = 273.15, AT_K = 298.15;
static const double LEAST = 1e-6; /* no surface is emptier, nor fuller than 1 - this */
static const double S_PER_HOUR = 3600;

/* How a shell's volume and its faces grow outwards; the sphere's radius is 1. */
static double face_area(int shell)
{
    double r = (double)shell / SPM_SHELLS;
    return r * r;
}

static double volume(int shell)
{
    double inner = (double)shell / SPM_SHELLS, outer = (double)(shell + 1) / SPM_SHELLS;
    return (outer * outer * outer - inner * inner * inner) / 3;
}

static double within(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

static double arrhenius(double J_mol, double temp_C)
{
    return exp(J_mol / GAS * (1 / AT_K - 1 / (temp_C + ZERO_K)));
}

static double table_V(const struct spm_electrode *electrode, double x)
{
    double at = within(x, 0, 1) * (SPM_POINTS - 1);
    int left = (int)at;
    left = left > SPM_POINTS - 2 ? SPM_POINTS - 2 : left;
    const double *V = &electrode->equilibrium_V[left];
    return V[0] + (at - left) * (V[1] - V[0]);
}

double spm_equilibrium_V(const struct spm *spm, enum spm_side side, double stoichiometry)
{
    return table_V(&spm->side[side], stoichiometry);
}

/* The implicit step's matrix has three diagonals and does not change: it is eliminated here. */
static void prepare_side(struct spm_at *at, enum spm_side side, double temp_C)
{
    const struct spm_electrode *e = &at->spm->side[side];
    double D = e->diffusivity_m2_s * arrhenius(e->diffusivity_J_mol, temp_C);
    double spread = D * at->dt_s / (e->radius_m * e->radius_m);
    double sign = side == SPM_NEGATIVE ? 1 : -1; /* charging fills the negative one */
    double j0 = FARADAY * e->rate_mol_m2_s * arrhenius(e->rate_J_mol, temp_C);
    for (int i = 0; i <= SPM_SHELLS; i++)
        at->face[i][side] = i == SPM_SHELLS ? 0 : spread * face_area(i) * SPM_SHELLS;
    for (int i = 0; i < SPM_SHELLS; i++) {
        double below = at->face[i][side], over = at->face[i + 1][side];
        double carried = i > 0 ? below * at->above[i - 1][side] : 0;
        at->pivot[i][side] = 1 / (volume(i) + below + over - carried);
        at->above[i][side] = over * at->pivot[i][side];
    }
    at->inflow[side] = sign * at->dt_s / (S_PER_HOUR * e->capacity_Ah) / 3;
    at->rise[side] = at->inflow[side] / spread / (2 * SPM_SHELLS);
    at->drive[side] = 1 / (e->surface_m2 * 2 * j0);
}

void spm_at(struct spm_at *at, const struct spm *spm, double temp_C, double dt_s)
{
    at->spm = spm;
    at->dt_s = dt_s;
    for (int side = 0; side < SPM_SIDES; side++)
        prepare_side(at, (enum spm_side)side, temp_C);
    double slower = 1 / arrhenius(spm->electrolyte_J_mol, temp_C);
    at->thermal_V = 2 * GAS * (temp_C + ZERO_K) / FARADAY;
    at->ohmic_Ohm = spm->ohmic_Ohm * slower;
    at->salt_Ohm = spm->salt_Ohm * slower;
    at->salt_keeps = spm->salt_s > 0 ? exp(-dt_s / (spm->salt_s * slower)) : 0;
}

void spm_rest(struct spm_state *state, const struct spm_window *window, double charge)
{
    for (int i = 0; i < SPM_SHELLS; i++)
        for (int s = 0; s < SPM_SIDES; s++)
            state->shell[i][s] = window->empty[s] + charge * (window->full[s] - window->empty[s]);
    state->salt_V = 0;
}

/* Both spheres side by side, as neither waits for the other. The solution of the implicit step gives
 * the flows through the faces; only these change the shells. */
void spm_step(const struct spm_at *at, struct spm_state *state, double current_A)
{
    double next[SPM_SHELLS + 1][SPM_SIDES], flow[SPM_SHELLS + 1][SPM_SIDES];
    const int last = SPM_SHELLS - 1;
    double enters[SPM_SIDES] = {at->inflow[0] * current_A, at->inflow[1] * current_A};
    double before[SPM_SIDES] = {0, 0};
    for (int i = 0; i < SPM_SHELLS; i++)
        for (int s = 0; s < SPM_SIDES; s++) {
            double had = volume(i) * state->shell[i][s] + (i == last ? enters[s] : 0);
            next[i][s] = before[s] = (had + at->face[i][s] * before[s]) * at->pivot[i][s];
        }
    for (int i = last - 1; i >= 0; i--)
        for (int s = 0; s < SPM_SIDES; s++)
            next[i][s] += at->above[i][s] * next[i + 1][s];
    for (int s = 0; s < SPM_SIDES; s++) {
        flow[0][s] = 0;
        flow[SPM_SHELLS][s] = enters[s];
    }
    for (int i = 1; i < SPM_SHELLS; i++)
        for (int s = 0; s < SPM_SIDES; s++)
            flow[i][s] = at->face[i][s] * (next[i][s] - next[i - 1][s]);
    for (int i = 0; i < SPM_SHELLS; i++)
        for (int s = 0; s < SPM_SIDES; s++)
            state->shell[i][s] += (flow[i + 1][s] - flow[i][s]) * (1 / volume(i));
    double target_V = at->salt_Ohm * current_A;
    state->salt_V = target_V + at->salt_keeps * (state->salt_V - target_V);
}

static double surface(const struct spm_at *at, const struct spm_state *state, enum spm_side side,
                      double current_A)
{
    double x = state->shell[SPM_SHELLS - 1][side] + at->rise[side] * current_A;
    return within(x, LEAST, 1 - LEAST);
}

static double asinh_of(double x)
{
    double size = fabs(x), y = log(size + sqrt(size * size + 1));
    return x < 0 ? -y : y;
}

double spm_voltage(const struct spm_at *at, const struct spm_state *state, double current_A)
{
    double over = 0, xs[SPM_SIDES];
    for (int s = 0; s < SPM_SIDES; s++) {
        xs[s] = surface(at, state, (enum spm_side)s, current_A);
        over += asinh_of(current_A * at->drive[s] / sqrt(xs[s] * (1 - xs[s])));
    }
    double rested_V = table_V(&at->spm->side[SPM_POSITIVE], xs[SPM_POSITIVE]) -
                      table_V(&at->spm->side[SPM_NEGATIVE], xs[SPM_NEGATIVE]);
    return rested_V + at->thermal_V * over + at->ohmic_Ohm * current_A + state->salt_V;
}

double spm_mean(const struct spm_state *state, enum spm_side side)
{
    double sum = 0;
    for (int i = 0; i < SPM_SHELLS; i++)
        sum += volume(i) * state->shell[i][side];
    return 3 * sum;
}

double spm_charge(const struct spm_state *state, const struct spm_window *window)
{
    double empty = window->empty[SPM_NEGATIVE], full = window->full[SPM_NEGATIVE];
    return (spm_mean(state, SPM_NEGATIVE) - empty) / (full - empty);
}

double spm_lithium_Ah(const struct spm *spm, const struct spm_window *window)
{
    return spm->side[SPM_NEGATIVE].capacity_Ah * window->empty[SPM_NEGATIVE] +
           spm->side[SPM_POSITIVE].capacity_Ah * window->empty[SPM_POSITIVE];
}

/* Where on the line of constant lithium the rested cell has this voltage; it rises with x. */
static double negative_at(const struct spm *spm, double lithium_Ah, double voltage_V)
{
    const struct spm_electrode *n = &spm->side[SPM_NEGATIVE], *p = &spm->side[SPM_POSITIVE];
    double low = fmax(0, (lithium_Ah - p->capacity_Ah) / n->capacity_Ah);
    double high = fmin(1, lithium_Ah / n->capacity_Ah);
    for (int i = 0; i < 60; i++) {
        double x = (low + high) / 2, y = (lithium_Ah - x * n->capacity_Ah) / p->capacity_Ah;
        if (table_V(p, y) - table_V(n, x) < voltage_V)
            low = x;
        else
            high = x;
    }
    return (low + high) / 2;
}

double spm_window(const struct spm *spm, double lithium_Ah, double empty_V, double full_V,
                  struct spm_window *window)
{
    const struct spm_electrode *n = &spm->side[SPM_NEGATIVE], *p = &spm->side[SPM_POSITIVE];
    double empty = negative_at(spm, lithium_Ah, empty_V),
           full = negative_at(spm, lithium_Ah, full_V);
    window->empty[SPM_NEGATIVE] = empty;
    window->full[SPM_NEGATIVE] = full;
    window->empty[SPM_POSITIVE] = (lithium_Ah - empty * n->capacity_Ah) / p->capacity_Ah;
    window->full[SPM_POSITIVE] = (lithium_Ah - full * n->capacity_Ah) / p->capacity_Ah;
    return (full - empty) * n->capacity_Ah;
}
