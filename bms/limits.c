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

/* Charging or discharging, as far as one tick has got. */
struct side {
    struct limit_table *table;
    const struct bank_view *view;
    int32_t owner_mA;
};

/* The age of what a fact rests on; a fact that no pack tells has none. */
static struct limit_row rest_on(const struct bank_view *view, enum bank_fact_name fact)
{
    const struct bank_fact *f = &view->fact[fact];
    return (struct limit_row){
        .value = INT32_MAX, .from = f->pack, .age_ms = f->pack ? f->age_ms : LIMIT_AGELESS};
}

static void say(const struct side *side, int32_t value, enum limit_cause cause,
                enum bank_fact_name fact)
{
    struct limit_row row = rest_on(side->view, fact);
    row.value = value;
    row.cause = cause;
    limit_say(side->table, row);
}

static void stop_if(const struct side *side, bool stop, enum limit_cause cause,
                    enum bank_fact_name fact)
{
    say(side, stop ? 0 : INT32_MAX, cause, fact);
}

/* Of no one reading: the bank's state at this tick. */
static void stop_now(const struct side *side, bool stop, enum limit_cause cause, int64_t age_ms)
{
    limit_say(side->table,
              (struct limit_row){.value = stop ? 0 : INT32_MAX, .cause = cause, .age_ms = age_ms});
}

/* A part of the owner's limit; the whole of it is no limit of its own. */
static void say_part(const struct side *side, int32_t permille, enum limit_cause cause,
                     enum bank_fact_name fact)
{
    int64_t mA = (int64_t)side->owner_mA * permille / 1000;
    say(side, permille < 1000 ? (int32_t)mA : INT32_MAX, cause, fact);
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
    int32_t margin = soc->margin_permille > 0 ? soc->margin_permille : soc->error_permille;
    bool above = soc->soc_permille + margin >= stop;
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

/* Contradiction and agreement count after CONTRADICT_MS each. */
static void look_doubt(struct bank_guard *g, const struct bank_view *view, int64_t now_ms)
{
    int64_t mA = view->current_mA < 0 ? -(int64_t)view->current_mA : view->current_mA;
    bool doubt = view->doubt_mA * 1000LL > mA * CONTRADICT_PERMILLE;
    if (doubt != g->doubt_seen)
        g->doubt_ms = now_ms;
    g->doubt_seen = doubt;
    if (now_ms - g->doubt_ms >= CONTRADICT_MS)
        g->doubt_held = doubt;
}

static void look_cvl(struct bank_guard *g, const struct bank_view *view)
{
    int64_t cvl_mV = view->cvl_mV;
    if (cvl_mV <= 0 || view->voltage_mV <= 0)
        return;
    int64_t over = g->cvl_held ? 0 : cvl_mV * CVL_OVER_PERMILLE / 1000;
    g->cvl_held = view->voltage_mV > cvl_mV + over;
}

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* Part of charge_max that coldest and hottest cell allow; nothing while unknown. */
static void say_temperatures(const struct side *side, enum chemistry chemistry, bool charge)
{
    const struct bank_view *view = side->view;
    int32_t (*curve)(enum chemistry, int32_t) =
        charge ? charge_curve_permille : discharge_curve_permille;
    int32_t cold = curve(chemistry, view->temp_min_dC), hot = curve(chemistry, view->temp_max_dC);
    enum bank_fact_name worst = cold < hot ? FACT_TEMP_MIN : FACT_TEMP_MAX;
    int32_t unknown = charge ? 0 : 1000;
    int32_t spread_dC = view->temp_max_dC - view->temp_min_dC;
    say_part(side, view->temp_known ? smaller(cold, hot) : unknown, LIMIT_TEMP, worst);
    say_part(side, view->temp_known ? spread_permille(spread_dC) : 1000, LIMIT_SPREAD,
             FACT_TEMP_MAX);
}

static void say_cells(const struct side *side, const struct bank_guard *g,
                      const struct bank_config *config)
{
    const struct bank_view *view = side->view;
    int32_t high_mV = view->cells_known ? view->cell_max_mV : view->voltage_mV / config->cells;
    if (g->cell_high_held || g->cell_high_latched)
        stop_if(side, true, LIMIT_CELL, FACT_CELL_MAX);
    else
        say_part(side, taper_permille(bank_cell_ceiling_mV(config) - high_mV), LIMIT_CELL,
                 FACT_CELL_MAX);
}

static void say_charge(const struct side *side, const struct bank_guard *g,
                       const struct bank_config *config)
{
    const struct bank_view *view = side->view;
    stop_now(side, view->bms_age_ms > BANK_CHARGE_MS, LIMIT_BMS_AGE, view->bms_age_ms);
    stop_now(side, view->packs_in == 0, LIMIT_PACKS, LIMIT_AGELESS);
    stop_if(side, view->alarms & (alarms_of_both | alarms_of_charge), LIMIT_BMS_ALARM, FACT_ALARMS);
    stop_if(side, !view->charge_ok, LIMIT_BMS_ENABLE, FACT_CHARGE_OK);
    say_cells(side, g, config);
    stop_if(side, g->cvl_held, LIMIT_CVL, FACT_CVL);
    say_temperatures(side, config->chemistry, true);
    stop_now(side, g->doubt_held, LIMIT_DOUBT, 0);
    stop_now(side, g->cap_held, LIMIT_CAP, 0);
    say(side, view->ccl_mA, LIMIT_BMS, FACT_CCL);
}

static void say_discharge(const struct side *side, const struct bank_guard *g,
                          const struct bank_config *config)
{
    const struct bank_view *view = side->view;
    stop_now(side, view->bms_age_ms > BANK_GONE_MS, LIMIT_BMS_AGE, view->bms_age_ms);
    stop_now(side, view->packs_in == 0, LIMIT_PACKS, LIMIT_AGELESS);
    stop_if(side, view->alarms & (alarms_of_both | alarms_of_discharge), LIMIT_BMS_ALARM,
            FACT_ALARMS);
    stop_if(side, !view->discharge_ok, LIMIT_BMS_ENABLE, FACT_DISCHARGE_OK);
    stop_if(side, g->cell_low_held || g->cell_low_latched, LIMIT_CELL, FACT_CELL_MIN);
    say_temperatures(side, config->chemistry, false);
    stop_now(side, g->low_held, LIMIT_FLOOR, 0);
    say(side, view->dcl_mA, LIMIT_BMS, FACT_DCL);
}

/* What no battery decides. */
static void say_plant(const struct side *side, int32_t inverters_mA)
{
    struct limit_row inverters = {inverters_mA, LIMIT_INVERTER, 0, LIMIT_AGELESS};
    struct limit_row owner = {side->owner_mA, LIMIT_USER, 0, LIMIT_AGELESS};
    limit_say(side->table, inverters);
    limit_say(side->table, owner);
}

static int32_t voltage_floor(const struct bank_config *config, const struct bank_view *view)
{
    int32_t cells_mV = bank_cell_floor_mV(config) * config->cells;
    return view->dvl_mV > cells_mV ? view->dvl_mV : cells_mV;
}

static void say_voltage(const struct side *side, const struct bank_config *config)
{
    struct limit_row ceiling = rest_on(side->view, FACT_CELL_MAX);
    ceiling.value = bank_cell_ceiling_mV(config) * config->cells;
    ceiling.cause = LIMIT_CELL;
    say(side, side->view->cvl_mV > 0 ? side->view->cvl_mV : INT32_MAX, LIMIT_CVL, FACT_CVL);
    limit_say(side->table, ceiling);
}

/* What a BMS in doubt leaves of one direction between two ticks. */
struct hold {
    int32_t *before_mA;
    bool *ramp;
    bool lost;   /* and not yet stable */
    bool frozen; /* no word for BANK_FRESH_MS */
    int64_t passed_ms;
};

/* Not more than before while the BMS is in doubt; back after a loss, slowly more. */
static struct limit settle(const struct side *side, const struct hold *hold)
{
    int64_t rise_mA = side->owner_mA * hold->passed_ms / BANK_RAMP_MS + (hold->passed_ms > 0);
    int64_t ramp_mA = *hold->before_mA + (hold->frozen || hold->lost ? 0 : rise_mA);
    struct limit_row row = {INT32_MAX, LIMIT_BMS_AGE, 0, side->view->bms_age_ms};
    struct limit free = limit_least(side->table);
    *hold->ramp = hold->lost || (*hold->ramp && free.value > ramp_mA);
    row.value = ramp_mA < INT32_MAX ? (int32_t)ramp_mA : INT32_MAX;
    if (hold->frozen || *hold->ramp)
        limit_say(side->table, row);
    struct limit limit = limit_least(side->table);
    if (limit.value < 0)
        limit.value = 0;
    *hold->before_mA = limit.value;
    return limit;
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
    look_doubt(guard, view, now_ms);
    look_cvl(guard, view);
    struct bank_limits out = {.cap_reached = guard->cap_held, .low = guard->low_held};
    struct side charge = {&out.charge, view, config->charge_max_mA};
    struct side discharge = {&out.discharge, view, config->discharge_max_mA};
    struct side voltage = {&out.voltage, view, 0};
    say_charge(&charge, guard, config);
    say_plant(&charge, inverters_charge_mA);
    say_discharge(&discharge, guard, config);
    say_plant(&discharge, inverters_discharge_mA);
    say_voltage(&voltage, config);
    struct hold hold = {&guard->charge_mA_before, &guard->charge_ramp, guard->bms_lost,
                        view->bms_age_ms > BANK_FRESH_MS,
                        guard->step_ms ? now_ms - guard->step_ms : 0};
    out.charge_mA = settle(&charge, &hold);
    hold.before_mA = &guard->discharge_mA_before;
    hold.ramp = &guard->discharge_ramp;
    out.discharge_mA = settle(&discharge, &hold);
    out.charge_mV = limit_least(&out.voltage);
    out.discharge_mV = voltage_floor(config, view);
    guard->step_ms = now_ms;
    return out;
}

void bank_guard_reset(struct bank_guard *guard)
{
    assert(guard);
    guard->cell_high_latched = guard->cell_low_latched = false;
}
