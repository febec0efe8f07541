/* From what was fitted at some temperatures to the rows of a cell at all. */
#include <math.h>
#include <string.h>

#include "app/soc_fit.h"

static const double LEAST_V = 2; /* no open-circuit voltage is below it */
static const double GAS = 8.314, KELVIN = 273.15;
/* Activation energies where one temperature alone was measured, J/mol: as found where there were several (A123 LFP
 * -5..45 C: 10..24, 14..18, 12..24 kJ/mol; LG NMC -17..25 C: 14..21, 25..30, 25 kJ/mol). */
const double fit_energy[3] = {14000, 22000, 22000};
static const double ENERGY_MAX = 70000;

static void never_falls(double table[CELL_POINTS])
{
    static const double LEAST = 2e-6; /* V per point: a plateau still rises */
    /* Pool adjacent violators: each stretch that falls becomes its mean. */
    double value[CELL_POINTS];
    int weight[CELL_POINTS], blocks = 0;
    for (int i = 0; i < CELL_POINTS; i++) {
        value[blocks] = table[i] - LEAST * i;
        weight[blocks++] = 1;
        while (blocks > 1 && value[blocks - 1] < value[blocks - 2]) {
            int both = weight[blocks - 2] + weight[blocks - 1];
            value[blocks - 2] =
                (value[blocks - 2] * weight[blocks - 2] + value[blocks - 1] * weight[blocks - 1]) /
                both;
            weight[--blocks - 1] = both;
        }
    }
    for (int b = 0, i = 0; b < blocks; b++)
        for (int k = 0; k < weight[b]; k++, i++)
            table[i] = value[b] + LEAST * i;
}

/* A row of the cell from the unknowns at its temperature. */
static void take_row(struct cell_row *to, const struct fit_row *from)
{
    to->temp_C = from->temp_C;
    for (int i = 0; i < CELL_POINTS; i++) {
        double z = i / (CELL_POINTS - 1.0);
        double shift = from->shift + from->found[FIT_SHIFT];
        double stretch = from->stretch + from->found[FIT_STRETCH];
        double on_curve = z + shift + stretch * (z - 0.5);
        to->ocv_V[i] =
            fit_table(from->prior_V, CELL_POINTS, on_curve) + fit_table(from->found, FIT_KNOTS, z);
        to->hysteresis_V[i] = from->hysteresis_V[i] * from->found[FIT_HYSTERESIS];
        if (on_curve < 0) /* beyond the curve's empty end: as steep as it ended */
            to->ocv_V[i] += on_curve * (from->prior_V[1] - from->prior_V[0]) * (CELL_POINTS - 1);
        to->ocv_V[i] = fmax(to->ocv_V[i], LEAST_V);
    }
    never_falls(to->ocv_V);
    memcpy(to->r0_Ohm, from->found + FIT_R0, sizeof to->r0_Ohm);
    memcpy(to->r1_Ohm, from->found + FIT_R1, sizeof to->r1_Ohm);
    memcpy(to->r2_Ohm, from->found + FIT_R2, sizeof to->r2_Ohm);
}

double fit_arrhenius(double energy, double temp_C, double from_C)
{
    return exp(energy / GAS * (1 / (temp_C + KELVIN) - 1 / (from_C + KELVIN)));
}

/* ln of a positive figure over 1/T through two temperatures, or with an energy from one. */
static double arrhenius(double temp_C, double a_C, double a, double b_C, double b, double energy)
{
    double here = 1 / (temp_C + KELVIN), at_a = 1 / (a_C + KELVIN), at_b = 1 / (b_C + KELVIN);
    double slope = energy / GAS;
    if (fabs(b_C - a_C) > 1)
        slope = maths_within(log(b / a) / (at_b - at_a), 0, ENERGY_MAX / GAS);
    if (temp_C <
        fmin(a_C, b_C)) /* resistance turns up towards the cold: at least the common energy */
        slope = fmax(slope, energy / GAS);
    return a * exp(slope * (here - at_a));
}

/* Where the curve seems to stand and how it is bent are slow diffusion for the most: they go from one temperature to
 * another as that does. 0 = a .. 1 = b. */
static double kinetic_part(double temp_C, double a_C, double b_C)
{
    if (fabs(b_C - a_C) < 1)
        return 0;
    double a = fit_arrhenius(fit_energy[2], a_C, 25), b = fit_arrhenius(fit_energy[2], b_C, 25);
    return maths_within((fit_arrhenius(fit_energy[2], temp_C, 25) - a) / (b - a), 0, 1);
}

static void mix_found(double to[FIT_UNKNOWNS], const struct fit_row *a, const struct fit_row *b,
                      double temp_C)
{
    double part = kinetic_part(temp_C, a->temp_C, b->temp_C);
    for (int i = 0; i < FIT_R0; i++)
        to[i] = a->found[i] + part * (b->found[i] - a->found[i]);
    const struct fit_row *near = part < 0.5 ? a : b, *far = part < 0.5 ? b : a;
    for (int i = FIT_R0; i < FIT_UNKNOWNS; i++) {
        int kind = (i - FIT_R0) / CELL_R_POINTS;
        to[i] = arrhenius(temp_C, near->temp_C, near->found[i], far->temp_C, far->found[i],
                          fit_energy[kind]);
    }
}

/* The two rows with series around a temperature, or the two last on one side of it. */
static void rows_around(const struct fit_work *w, double temp_C, int *a, int *b)
{
    *a = 0;
    while (*a + 2 < w->rows && w->row[*a + 1].temp_C < temp_C)
        ++*a;
    *b = w->rows > 1 ? *a + 1 : *a;
}

/* A temperature without series: its own curve where there is one, all else by its neighbours. */
static double between_rows(struct fit_work *w, double temp_C, struct fit_row *out)
{
    int a, b;
    rows_around(w, temp_C, &a, &b);
    struct fit_row *one = &w->row[a], *other = &w->row[b];
    *out = (struct fit_row){.temp_C = temp_C, .curved = one->curved};
    mix_found(out->found, one, other, temp_C);
    double part = kinetic_part(temp_C, one->temp_C, other->temp_C);
    double shift[2] = {one->shift - one->usual_shift, other->shift - other->usual_shift};
    double stretch[2] = {one->stretch - one->usual_stretch, other->stretch - other->usual_stretch};
    fit_align(w->job, temp_C, &out->usual_shift, &out->usual_stretch);
    out->shift = out->usual_shift + shift[0] + part * (shift[1] - shift[0]);
    out->stretch = out->usual_stretch + stretch[0] + part * (stretch[1] - stretch[0]);
    w->row[w->rows] = *out;
    fit_prior(w, w->rows);
    *out = w->row[w->rows];
    for (int i = 0; i < CELL_POINTS && !out->curved; i++) /* what they were fitted on top of */
        out->prior_V[i] = one->prior_V[i] + part * (other->prior_V[i] - one->prior_V[i]);
    if (w->shape.i0_A[a] <= 0 || w->shape.i0_A[b] <= 0)
        return 0;
    return 1 / arrhenius(temp_C, one->temp_C, 1 / w->shape.i0_A[a], other->temp_C,
                         1 / w->shape.i0_A[b], fit_energy[1]);
}

static void tell_row(struct fit_told *told, const struct fit_row *row, bool fitted)
{
    told->row[told->rows++] = (struct fit_row_told){row->temp_C, row->shift + row->found[FIT_SHIFT],
                                                    row->stretch + row->found[FIT_STRETCH],
                                                    row->found[FIT_HYSTERESIS], fitted};
}

void fit_take_rows(struct fit_work *w, const double temp_C[], int count, struct cell *cell,
                   struct fit_told *told)
{
    struct fit_row made;
    for (int i = 0; i < count; i++) {
        int r = 0;
        while (r < w->rows && w->row[r].temp_C != temp_C[i])
            r++;
        bool fitted = r < w->rows;
        double i0_A = fitted ? w->shape.i0_A[r] : between_rows(w, temp_C[i], &made);
        take_row(&cell->row[i], fitted ? &w->row[r] : &made);
        cell->row[i].i0_A = i0_A;
        tell_row(told, fitted ? &w->row[r] : &made, fitted);
    }
    cell->rows = count;
}
