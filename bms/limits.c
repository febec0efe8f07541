#include <assert.h>
#include <stddef.h>

#include "bms/bank.h"

#define BIT(alarm) (1u << (alarm))

/* An empty cell must not stop the charging that saves it, nor a full one the discharge. */
static const uint32_t alarms_of_both = BIT(ALARM_GENERAL) | BIT(ALARM_TEMP_HIGH) |
                                       BIT(ALARM_TEMP_LOW) | BIT(ALARM_CONTACTOR) |
                                       BIT(ALARM_SHORT) | BIT(ALARM_INTERNAL);
static const uint32_t alarms_of_charge = BIT(ALARM_CELL_HIGH) | BIT(ALARM_CHARGE_TEMP_HIGH) |
                                         BIT(ALARM_CHARGE_TEMP_LOW) | BIT(ALARM_CHARGE_CURRENT) |
                                         BIT(ALARM_IMBALANCE);
static const uint32_t alarms_of_discharge = BIT(ALARM_CELL_LOW) | BIT(ALARM_DISCHARGE_CURRENT);

/* clang-format off */
static const struct curve_row { int16_t dC, permille; } charge_curve[] = {
    {  0,    0},
    { 20,  250},
    { 50,  500},
    {100, 1000},
    {400, 1000},
    {450,  500},
    {500,  250},
    {550,    0},
};
/* clang-format on */

int32_t charge_curve_permille(int32_t temp_dC)
{
    const size_t rows = sizeof charge_curve / sizeof charge_curve[0];
    if (temp_dC <= charge_curve[0].dC || temp_dC >= charge_curve[rows - 1].dC)
        return 0;
    size_t i = 1;
    while (temp_dC > charge_curve[i].dC)
        i++;
    const struct curve_row *a = &charge_curve[i - 1], *b = &charge_curve[i];
    return a->permille + (b->permille - a->permille) * (temp_dC - a->dC) / (b->dC - a->dC);
}

static void stop_if(bool stop, struct limit *limit, enum limit_cause cause)
{
    if (stop)
        limit_lower(limit, 0, cause);
}

int32_t bank_cell_ceiling_mV(const struct bank_config *config)
{
    bool lfp = config->chemistry == CHEMISTRY_LFP;
    return config->cell_ceiling_mV ? config->cell_ceiling_mV
           : lfp                   ? CELL_CEILING_LFP_mV
                                   : CELL_CEILING_NMC_mV;
}

int32_t bank_cell_floor_mV(const struct bank_config *config)
{
    bool lfp = config->chemistry == CHEMISTRY_LFP;
    return config->cell_floor_mV ? config->cell_floor_mV
           : lfp                 ? CELL_FLOOR_LFP_mV
                                 : CELL_FLOOR_NMC_mV;
}

/* Without cells' own voltages the mean cell stands for them; a bank whose voltage is not known
 * either is stopped by age. */
static void look_cells(struct bank_guard *g, const struct bank_config *config,
                       const struct bank_view *view)
{
    if (!view->cells_known && view->voltage_mV <= 0)
        return;
    int32_t mean_mV = view->voltage_mV / config->cells;
    int32_t high_mV = view->cells_known ? view->cell_max_mV : mean_mV;
    int32_t low_mV = view->cells_known ? view->cell_min_mV : mean_mV;
    int32_t ceiling_mV = bank_cell_ceiling_mV(config), floor_mV = bank_cell_floor_mV(config);
    g->cell_high_held = high_mV >= ceiling_mV - (g->cell_high_held ? CELL_RELEASE_mV - 1 : 0);
    g->cell_low_held = low_mV <= floor_mV + (g->cell_low_held ? CELL_RELEASE_mV - 1 : 0);
    g->cell_high_latched |= high_mV >= ceiling_mV + CELL_LATCH_mV;
    g->cell_low_latched |= low_mV <= floor_mV - CELL_LATCH_mV;
}

static void look_cap(struct bank_guard *g, const struct bank_config *config,
                     const struct bank_view *view, const struct soc_estimate *soc)
{
    int32_t cap = g->cap_request_permille > 0 ? g->cap_request_permille : config->cap_permille;
    int32_t stop = cap - (g->cap_held ? config->cap_hysteresis_permille : 0);
    bool above = soc->soc_permille + soc->error_permille >= stop;
    bool bms_above = view->bms_soc_max_permille >= stop + BMS_SOC_ERROR_PERMILLE;
    g->cap_held = !soc->known || (cap < 1000 && (above || bms_above));
}

static void look_floor(struct bank_guard *g, const struct bank_config *config,
                       const struct bank_view *view, const struct soc_estimate *soc)
{
    int32_t stop = config->floor_permille + (g->low_held ? FLOOR_HYSTERESIS_PERMILLE : 0);
    bool below = soc->soc_permille <= stop;
    bool bms_below = view->bms_soc_min_permille >= 0 &&
                     view->bms_soc_min_permille <= stop - BMS_SOC_ERROR_PERMILLE;
    g->low_held = !soc->known || below || bms_below || view->force_charge;
}

/* A BMS that was lost is believed again only after it stayed for BANK_STABLE_MS. */
static void look_bms(struct bank_guard *g, const struct bank_view *view, int64_t now_ms)
{
    bool known_before = g->bms_back_ms != 0 || g->bms_lost;
    if (view->bms_age_ms > BANK_CHARGE_MS && known_before)
        g->bms_lost = true;
    if (view->bms_age_ms > BANK_FRESH_MS) {
        if (g->bms_lost)
            g->bms_back_ms = 0;
        return;
    }
    if (g->bms_back_ms == 0)
        g->bms_back_ms = now_ms;
    if (now_ms - g->bms_back_ms >= BANK_STABLE_MS)
        g->bms_lost = false;
}

/* Part of charge_max that coldest and hottest cell allow; nothing while unknown. */
static int32_t temperature_permille(const struct bank_view *view)
{
    if (!view->temp_known)
        return 0;
    int32_t cold = charge_curve_permille(view->temp_min_dC);
    int32_t hot = charge_curve_permille(view->temp_max_dC);
    return cold < hot ? cold : hot;
}

static void lower_charge(struct limit *charge, const struct bank_guard *g,
                         const struct bank_config *config, const struct bank_view *view)
{
    stop_if(view->bms_age_ms > BANK_CHARGE_MS, charge, LIMIT_BMS_AGE);
    stop_if(view->alarms & (alarms_of_both | alarms_of_charge), charge, LIMIT_BMS_ALARM);
    stop_if(!view->charge_ok, charge, LIMIT_BMS_ENABLE);
    stop_if(g->cell_high_held || g->cell_high_latched, charge, LIMIT_CELL);
    int32_t part = temperature_permille(view);
    if (part < 1000)
        limit_lower(charge, (int32_t)((int64_t)config->charge_max_mA * part / 1000), LIMIT_TEMP);
    stop_if(g->cap_held, charge, LIMIT_CAP);
    limit_lower(charge, view->ccl_mA, LIMIT_BMS);
}

static void lower_discharge(struct limit *discharge, const struct bank_guard *g,
                            const struct bank_view *view)
{
    stop_if(view->bms_age_ms > BANK_GONE_MS, discharge, LIMIT_BMS_AGE);
    stop_if(view->alarms & (alarms_of_both | alarms_of_discharge), discharge, LIMIT_BMS_ALARM);
    stop_if(!view->discharge_ok, discharge, LIMIT_BMS_ENABLE);
    stop_if(g->cell_low_held || g->cell_low_latched, discharge, LIMIT_CELL);
    stop_if(g->low_held, discharge, LIMIT_FLOOR);
    limit_lower(discharge, view->dcl_mA, LIMIT_BMS);
}

static struct limit voltage_limit(const struct bank_config *config, const struct bank_view *view)
{
    struct limit limit = limit_none();
    if (view->cvl_mV > 0)
        limit_lower(&limit, view->cvl_mV, LIMIT_BMS);
    limit_lower(&limit, bank_cell_ceiling_mV(config) * config->cells, LIMIT_CELL);
    return limit;
}

static int32_t voltage_floor(const struct bank_config *config, const struct bank_view *view)
{
    int32_t cells_mV = bank_cell_floor_mV(config) * config->cells;
    return view->dvl_mV > cells_mV ? view->dvl_mV : cells_mV;
}

/* What stands at last: never below zero, never more than before while the BMS is in doubt. */
static void settle(struct limit *limit, int32_t *before, bool frozen)
{
    if (frozen)
        limit_lower(limit, *before, LIMIT_BMS_AGE);
    if (limit->value < 0)
        limit->value = 0;
    *before = limit->value;
}

struct bank_limits bank_limits_step(struct bank_guard *guard, const struct bank_config *config,
                                    const struct bank_view *view, const struct soc_estimate *soc,
                                    int32_t inverters_charge_mA, int32_t inverters_discharge_mA,
                                    int64_t now_ms)
{
    assert(guard && config && view && soc && config->cells > 0);
    assert((unsigned)config->chemistry < CHEMISTRIES);
    look_cells(guard, config, view);
    look_cap(guard, config, view, soc);
    look_floor(guard, config, view, soc);
    look_bms(guard, view, now_ms);
    struct limit charge = limit_none(), discharge = limit_none();
    lower_charge(&charge, guard, config, view);
    lower_discharge(&discharge, guard, view);
    limit_lower(&charge, inverters_charge_mA, LIMIT_INVERTER);
    limit_lower(&charge, config->charge_max_mA, LIMIT_USER);
    limit_lower(&discharge, inverters_discharge_mA, LIMIT_INVERTER);
    limit_lower(&discharge, config->discharge_max_mA, LIMIT_USER);
    bool frozen = view->bms_age_ms > BANK_FRESH_MS || guard->bms_lost;
    settle(&charge, &guard->charge_mA_before, frozen);
    settle(&discharge, &guard->discharge_mA_before, frozen);
    return (struct bank_limits){
        .charge_mA = charge,
        .discharge_mA = discharge,
        .charge_mV = voltage_limit(config, view),
        .discharge_mV = voltage_floor(config, view),
        .cap_reached = guard->cap_held,
        .low = guard->low_held,
    };
}

void bank_guard_reset(struct bank_guard *guard)
{
    assert(guard);
    guard->cell_high_latched = guard->cell_low_latched = false;
}
