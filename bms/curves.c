/* Which part of the owner's limit temperature, spread and the nearness of a full cell leave.
 *
 * Charging, lithium iron phosphate: docs/safety.md, Battery (the default of serialbattery). Charging,
 * nickel: cell makers allow 0 to 45 C, and lithium plates below 10 C at the usual rates. Discharging:
 * both are allowed from -20 to 60 C, half below 0 C (Alpha APL48-50LFP manual, table 4.4; EPEver ends
 * at -20 C too). */
#include <assert.h>
#include <stddef.h>

#include "bms/bank.h"

enum { CURVE_ROWS = 8 };

/* clang-format off */
struct curve_row { int16_t dC, permille; };
struct curve { size_t count; struct curve_row row[CURVE_ROWS]; };

static const struct curve lfp_charge = {8, {
    {  0,    0},
    { 20,  250},
    { 50,  500},
    {100, 1000},
    {400, 1000},
    {450,  500},
    {500,  250},
    {550,    0},
}};
static const struct curve nickel_charge = {6, {
    {  0,    0},
    { 50,  250},
    {100,  500},
    {150, 1000},
    {400, 1000},
    {450,    0},
}};
static const struct curve discharge = {6, {
    {-200,    0},
    {-100,  250},
    {   0,  500},
    { 100, 1000},
    { 450, 1000},
    { 600,    0},
}};
/* clang-format on */

static int32_t between(int32_t x, int32_t low, int32_t high)
{
    return x <= low ? 0 : x >= high ? 1000 : 1000 * (x - low) / (high - low);
}

static int32_t curve_permille(const struct curve *curve, int32_t temp_dC)
{
    const struct curve_row *row = curve->row;
    if (temp_dC <= row[0].dC || temp_dC >= row[curve->count - 1].dC)
        return 0;
    size_t i = 1;
    while (temp_dC > row[i].dC)
        i++;
    const struct curve_row *a = &row[i - 1], *b = &row[i];
    return a->permille + (b->permille - a->permille) * (temp_dC - a->dC) / (b->dC - a->dC);
}

int32_t charge_curve_permille(enum chemistry chemistry, int32_t temp_dC)
{
    assert((unsigned)chemistry < CHEMISTRIES);
    return curve_permille(chemistry == CHEMISTRY_LFP ? &lfp_charge : &nickel_charge, temp_dC);
}

int32_t discharge_curve_permille(enum chemistry chemistry, int32_t temp_dC)
{
    assert((unsigned)chemistry < CHEMISTRIES);
    return curve_permille(&discharge, temp_dC);
}

int32_t spread_permille(int32_t spread_dC)
{
    return 1000 - between(spread_dC, SPREAD_dC, SPREAD_END_dC);
}

int32_t taper_permille(int32_t below_ceiling_mV)
{
    return between(below_ceiling_mV, 0, CELL_TAPER_mV);
}
