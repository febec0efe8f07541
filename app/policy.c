#include "app/policy.h"

#include <string.h>

#include "devices/nodes.h"
#include "inverter/unit.h"

enum {
    ENABLE_MS = 60000,   /* surplus must suffice this long before the car starts .. */
    DISABLE_MS = 180000, /* .. and lack this long before it stops (evcc's defaults) */
    STEP_MS = 10000,     /* between two surplus steps: the car needs 5 s, the units 2 s */
    STEP_UP_dA = 20,
    PROBE_W = 300,         /* a held-back sun shows itself only when it is asked for more */
    DISCHARGE_SEEN_W = 60, /* units tell their battery current in whole amperes */
    OVERCHARGE_MS = 60000,
    OVERCHARGE_MIN_mA = 5000,
    EFFICIENCY_PERCENT = 93, /* PV to AC (docs/axpert.md, Ratings) */
};

const char *source_name(enum source source)
{
    static const char *const names[SOURCES] = {[SOURCE_NONE] = "nothing",
                                               [SOURCE_SOLAR] = "the sun",
                                               [SOURCE_BATTERY] = "the battery",
                                               [SOURCE_GRID] = "the grid"};
    return names[source];
}

void policy_init(struct policy *policy)
{
    memset(policy, 0, sizeof *policy);
}

/* --- charge points --- */

static int32_t point_W(const struct policy_point_view *point)
{
    return point->current_dA * point->voltage_V / 10;
}

static int32_t dA_of(int64_t watts, int32_t voltage_V)
{
    int64_t dA = watts > 0 && voltage_V > 0 ? watts * 10 / voltage_V : 0;
    return dA > INT32_MAX ? INT32_MAX : (int32_t)dA;
}

/* What holds in every mode: the node, the car, its cable, the installation, the inverter. */
static struct limit point_ceiling(const struct policy_input *input, size_t p)
{
    const struct policy_point_view *point = &input->point[p];
    struct limit limit = limit_none();
    limit_lower(&limit, point->max_dA, LIMIT_BREAKER);
    if (point->cable_dA > 0)
        limit_lower(&limit, point->cable_dA, LIMIT_CAR);
    size_t feeding = point->transfers ? point->feeding : point->inverter;
    if (feeding < input->inverters)
        limit_lower(&limit, dA_of(input->inverter[feeding].rated_W, point->voltage_V),
                    LIMIT_INVERTER);
    if (point->transfers)
        limit_lower(&limit, point->source_max_dA, LIMIT_SOURCE_RATING);
    if (point->car_state != CAR_B && point->car_state != CAR_C && point->car_state != CAR_D)
        limit_lower(&limit, 0, LIMIT_CAR);
    if (!point->fresh)
        limit_lower(&limit, -1, LIMIT_NODE);
    return limit;
}

/* The unit that carries the house on the point's phase: where the surplus of a third shows. */
static const struct policy_inverter_view *home_unit(const struct policy_input *input, size_t p)
{
    for (size_t i = 0; i < input->inverters; i++)
        if (input->inverter[i].phase == input->point[p].phase &&
            !input->inverter[i].feeds_charge_point)
            return &input->inverter[i];
    return NULL;
}

/* Surplus is what the car draws already plus what its phase's unit puts into the battery. */
static int32_t surplus_W(const struct policy_input *input, size_t p)
{
    const struct policy_inverter_view *unit = home_unit(input, p);
    if (!unit || !unit->fresh)
        return 0;
    int32_t surplus = point_W(&input->point[p]) + unit->battery_W;
    bool held_back = input->limits->charge_mA.value == 0;
    if (held_back && unit->strings > 0 && unit->battery_W > -DISCHARGE_SEEN_W)
        surplus += input->point[p].current_dA ? PROBE_W : unit->strings_W > 0 ? 1500 : 0;
    return surplus;
}

/* On and off with evcc's patience; between them small steps up, any step down. */
static int32_t surplus_step(struct policy *policy, const struct policy_input *input, size_t p)
{
    const struct policy_point_view *point = &input->point[p];
    int64_t now_ms = input->now_ms;
    int32_t dA = dA_of(surplus_W(input, p), point->voltage_V);
    bool enough = dA >= point->min_dA;
    policy->enough_ms[p] = !enough ? 0 : policy->enough_ms[p] ? policy->enough_ms[p] : now_ms;
    policy->lack_ms[p] = enough ? 0 : policy->lack_ms[p] ? policy->lack_ms[p] : now_ms;
    if (!policy->surplus_on[p] && enough && now_ms - policy->enough_ms[p] >= ENABLE_MS) {
        policy->surplus_on[p] = true;
        policy->limit_dA[p] = point->min_dA;
        policy->step_ms[p] = now_ms;
    }
    if (policy->surplus_on[p] && !enough && now_ms - policy->lack_ms[p] >= DISABLE_MS)
        policy->surplus_on[p] = false;
    if (!policy->surplus_on[p])
        return 0;
    if (now_ms - policy->step_ms[p] >= STEP_MS) {
        int32_t up = policy->limit_dA[p] + STEP_UP_dA;
        int32_t next = dA > up ? up : dA;
        policy->limit_dA[p] = next < point->min_dA ? point->min_dA : next;
        policy->step_ms[p] = now_ms;
    }
    return policy->limit_dA[p];
}

/* What the battery may give the charge point: its limit less what the other units draw. */
static int32_t battery_share_W(const struct policy_input *input, size_t feeding)
{
    int64_t allowed =
        (int64_t)input->limits->discharge_mA.value * input->bank->voltage_mV / 1000000;
    for (size_t i = 0; i < input->inverters; i++)
        if (i != feeding && input->inverter[i].battery_W < 0)
            allowed += input->inverter[i].battery_W;
    return allowed < 0 ? 0 : allowed > INT32_MAX ? INT32_MAX : (int32_t)allowed;
}

static void session_limit(const struct policy_input *input, size_t p, struct limit *limit)
{
    const struct policy_point_view *point = &input->point[p];
    const struct policy_inverter_view *unit = &input->inverter[point->inverter];
    if (input->limits->low && input->grid_present)
        return; /* the unit takes what the sun lacks from its AC input */
    int32_t sun_W = unit->strings_W * EFFICIENCY_PERCENT / 100;
    int32_t battery_W =
        (int32_t)((int64_t)battery_share_W(input, point->inverter) * EFFICIENCY_PERCENT / 100);
    limit_lower(limit, dA_of((int64_t)sun_W + battery_W, point->voltage_V),
                input->limits->discharge_mA.cause);
}

static bool in_bypass(const struct policy_inverter_view *unit)
{
    return unit->mode == MODE_LINE || unit->mode == MODE_BYPASS;
}

/* It hangs on the house: by its transfer contacts, or through the bypass of its own unit. */
static bool on_house(const struct policy_input *input, size_t p)
{
    const struct policy_point_view *point = &input->point[p];
    return point->transfers ? point->on_house : in_bypass(&input->inverter[point->inverter]);
}

/* While the wallbox hangs on the house's unit, both share that unit's rating. */
static void bypass_limit(const struct policy_input *input, size_t p, struct limit *limit)
{
    const struct policy_point_view *point = &input->point[p];
    const struct policy_inverter_view *home = home_unit(input, p);
    bool grid_alone = point->transfers && point->feeding >= input->inverters;
    if (home && !grid_alone && on_house(input, p))
        limit_lower(limit,
                    dA_of(home->rated_W - input->phase_load_W[point->phase], point->voltage_V),
                    LIMIT_INVERTER);
}

/* One phase may carry so much more than the least loaded one: the bound of both, as the neutral's
 * current is never above the difference of the outer phases. */
static void unbalance_limit(const struct policy_input *input, size_t p, struct limit *limit)
{
    const struct policy_point_view *point = &input->point[p];
    if (!point->transfers || point->unbalance_dA == 0)
        return;
    const int32_t *load_W = input->phase_load_W;
    int32_t least_W = load_W[1] < load_W[2] ? load_W[1] : load_W[2];
    least_W = least_W < load_W[3] ? least_W : load_W[3];
    int32_t ahead_dA = dA_of(load_W[point->phase] - least_W, point->voltage_V);
    int32_t unbalance_dA = point->unbalance_dA - ahead_dA,
            neutral_dA = point->neutral_dA - ahead_dA;
    limit_lower(limit, unbalance_dA > 0 ? unbalance_dA : 0, LIMIT_UNBALANCE);
    limit_lower(limit, neutral_dA > 0 ? neutral_dA : 0, LIMIT_NEUTRAL);
}

static enum source point_source(const struct policy_input *input, size_t p)
{
    const struct policy_point_view *point = &input->point[p];
    const struct policy_inverter_view *unit = &input->inverter[point->inverter];
    if (point->current_dA <= 0)
        return SOURCE_NONE;
    if (!point->session)
        return SOURCE_SOLAR;
    if (2 * unit->strings_W >= point_W(point))
        return SOURCE_SOLAR;
    return on_house(input, p) ? SOURCE_GRID : SOURCE_BATTERY;
}

/* A session feeds the car from the inverter's own sun and battery; without one, or with a low battery,
 * it hangs on the AC input. */
static void supply_decide(struct policy *policy, const struct policy_input *input, size_t p)
{
    const struct policy_point_view *point = &input->point[p];
    const struct policy_inverter_view *unit = &input->inverter[point->inverter];
    bool grid_carries = input->limits->low && input->grid_present;
    enum supply_source wanted = point->session && !grid_carries ? SUPPLY_OWN : SUPPLY_BYPASS;
    if (point->transfers) {
        bool there = wanted == SUPPLY_OWN ? point->on_own : point->on_house;
        supply_follow(&policy->supply[p], wanted, point->ac_state, there, input->now_ms);
        return;
    }
    struct supply_input seen = {
        .wanted = wanted,
        .unit_fresh = unit->fresh && unit->mode != MODE_UNKNOWN,
        .seen = in_bypass(unit) ? SUPPLY_BYPASS : SUPPLY_OWN,
        .box_fresh = point->fresh,
        .contactor = point->contactor,
        .current_dA = point->current_dA,
    };
    supply_step(&policy->supply[p], &seen, input->now_ms);
}

static void point_decide(struct policy *policy, const struct policy_input *input, size_t p,
                         struct policy_output *out)
{
    const struct policy_point_view *point = &input->point[p];
    struct limit limit = point_ceiling(input, p);
    if (input->stopped)
        limit_lower(&limit, 0, LIMIT_STOP);
    if (!supply_ready(&policy->supply[p]))
        limit_lower(&limit, 0, LIMIT_SOURCE);
    if (point->session) {
        session_limit(input, p, &limit);
        policy->surplus_on[p] = false;
    } else {
        limit_lower(&limit, surplus_step(policy, input, p), LIMIT_SUN);
    }
    bypass_limit(input, p, &limit);
    unbalance_limit(input, p, &limit);
    if (limit.value < point->min_dA)
        limit.value = 0;
    out->bundle[p] = point->session;
    out->charge_point[p] = (struct policy_point_order){
        .limit = limit,
        .power_W = point_W(point),
        .source = point_source(input, p),
        .strings = input->inverter[point->inverter].strings,
    };
}

/* --- inverters --- */

static const struct means_orders *
means_decide(struct policy *policy, const struct policy_input *input, size_t i, int32_t wanted_mA)
{
    const struct policy_inverter_view *unit = &input->inverter[i];
    struct means_input in = unit->means;
    in.fresh = unit->fresh;
    in.wanted_mA = wanted_mA;
    in.most_A = unit->charge_limit_A;
    in.list_A = unit->charge_list_A;
    in.list_count = unit->charge_list_count;
    in.current.there = unit->fresh;
    in.current.set = unit->charge_max_A;
    in.charger.there = unit->charger_off_supported;
    return means_step(&policy->means[i], &in, input->now_ms);
}

static int32_t priority_decide(const struct policy *policy, const struct policy_input *input,
                               size_t i, const char **cause)
{
    const struct policy_inverter_view *unit = &input->inverter[i];
    if (unit->feeds_charge_point && input->point[unit->charge_point].transfers) {
        *cause = "it stands alone: transfer contacts choose the wallbox's source";
        return OUTPUT_SBU;
    }
    if (unit->feeds_charge_point) {
        const struct supply *supply = &policy->supply[unit->charge_point];
        bool own = supply->source == SUPPLY_OWN;
        *cause = own ? "a session: the wallbox hangs on its own inverter's sun and battery"
                     : "the wallbox hangs on the house's phase";
        return supply->state == SUPPLY_UNKNOWN ? -1 : own ? OUTPUT_SBU : OUTPUT_UTILITY;
    }
    *cause =
        input->limits->low ? "the battery is low: sun first, then grid" : "sun first, then battery";
    return input->limits->low ? OUTPUT_SOLAR : OUTPUT_SBU;
}

static struct policy_inverter_order inverter_decide(struct policy *policy,
                                                    const struct policy_input *input, size_t i,
                                                    int32_t part_mA, int32_t rest_mA)
{
    const struct means_orders *means = means_decide(policy, input, i, part_mA);
    int32_t own_mA = input->inverter[i].charge_limit_A * 1000;
    struct policy_inverter_order order = {
        .charge_max_A = means->charge_max_A,
        .charger_off = means->charger_off,
        .output_priority = -1,
        .cause = "",
        .means = *means,
        .bms_mA = part_mA >= 0       ? part_mA
                  : rest_mA < own_mA ? rest_mA
                                     : own_mA,
    };
    if (input->inverter[i].fresh)
        order.output_priority = priority_decide(policy, input, i, &order.cause);
    return order;
}

static void inverters_decide(struct policy *policy, const struct policy_input *input,
                             struct policy_output *out)
{
    int32_t part_mA[MAX_INVERTERS], rest_mA;
    policy_parts(policy, input, part_mA, &rest_mA);
    for (size_t i = 0; i < input->inverters; i++) {
        out->inverter[i] = inverter_decide(policy, input, i, part_mA[i], rest_mA);
        rest_mA -= part_mA[i] < 0 ? out->inverter[i].bms_mA : 0;
    }
}

/* Charging must be 0 and is not: what remains is to take the strings off. */
static bool isolate_decide(struct policy *policy, const struct policy_input *input)
{
    int32_t seen_mA = input->bank_config->capacity_mAh / 100;
    seen_mA = seen_mA > OVERCHARGE_MIN_mA ? seen_mA : OVERCHARGE_MIN_mA;
    if (input->limits->charge_mA.value > 0) {
        policy->overcharge_ms = 0;
        policy->isolated = false;
    } else if (!input->bank->known || input->bank->current_mA <= seen_mA) {
        policy->overcharge_ms = 0;
    } else if (policy->overcharge_ms == 0) {
        policy->overcharge_ms = input->now_ms;
    } else if (input->now_ms - policy->overcharge_ms >= OVERCHARGE_MS) {
        policy->isolated = true;
    }
    return policy->isolated;
}

void policy_step(struct policy *policy, const struct policy_input *input, struct policy_output *out)
{
    memset(out, 0, sizeof *out);
    for (size_t p = 0; p < input->points; p++) {
        supply_decide(policy, input, p);
        point_decide(policy, input, p, out);
    }
    inverters_decide(policy, input, out);
    out->isolate = isolate_decide(policy, input);
}
