#include "app/policy.h"

#include <assert.h>

enum { TICK_MS = 100, NEAR_mA = 2000, PROBE_dA = 20, DAYLIGHT_W = 30 };

/* What is left to give, as the points take from it in turn. */
struct budget {
    int32_t battery_W;
    enum limit_cause battery_cause;
    int32_t sessions;                /* that have not had their part yet */
    int32_t home_W[MAX_INVERTERS];   /* load the points of this tick put on home inverters */
};

void policy_init(struct policy *policy, const struct policy_config *config)
{
    assert(policy && config);
    assert(config->inverter_count <= MAX_INVERTERS && config->point_count <= MAX_CHARGE_POINTS);
    *policy = (struct policy){.config = *config};
}

uint8_t policy_home(const struct policy_config *config, uint8_t point)
{
    const struct policy_point_config *p = &config->points[point];
    for (uint8_t i = 0; i < config->inverter_count; i++)
        if (i != p->inverter && config->inverters[i].phase == p->phase)
            return i;
    return p->inverter;
}

static int32_t to_ac(int64_t dc_W)
{
    return (int32_t)(dc_W * POLICY_EFFICIENCY_PERMILLE / 1000);
}

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t most(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

/* True while `so` has held without a break for limit_ms. */
static bool lasted(bool so, int64_t *since_ms, int64_t now_ms, int64_t limit_ms)
{
    if (!so)
        *since_ms = 0;
    else if (*since_ms == 0)
        *since_ms = now_ms;
    return so && now_ms - *since_ms >= limit_ms;
}

static int32_t voltage_dV(const struct policy_point_config *c, const struct policy_point_input *in)
{
    bool plausible = in->heard && in->voltage_dV >= 1800 && in->voltage_dV <= 2600;
    return plausible ? in->voltage_dV : c->voltage_V * 10;
}

/* Rounded up, so that the way back to amperes gives the same amperes. */
static int32_t watts(int32_t current_dA, int32_t volts_dV)
{
    return (int32_t)(((int64_t)current_dA * volts_dV + 99) / 100);
}

static int32_t drawn_W(const struct policy_point_config *c, const struct policy_point_input *in)
{
    return in->heard ? watts(in->current_dA, voltage_dV(c, in)) : 0;
}

static bool passes_on(enum unit_mode mode)
{
    return mode == MODE_LINE || mode == MODE_BYPASS || mode == MODE_ECO || mode == MODE_CHARGING;
}

/* The charge point's inverter is to stand on sun and battery while a session runs, and until its
 * strings have gone home. */
static bool wants_alone(const struct policy *p, const struct policy_input *in, uint8_t point)
{
    const struct policy_point_input *at = &in->points[point];
    bool grid = p->on_grid && in->inverters[policy_home(&p->config, point)].grid_ok;
    return (at->session || at->transfer || at->strings_here > 0) && !grid;
}

/* House load on a home inverter: its output without what the charge points draw through it. */
static int32_t house_W(const struct policy *p, const struct policy_input *in, uint8_t home)
{
    int32_t load_W = in->inverters[home].output_W;
    for (uint8_t i = 0; i < p->config.point_count; i++) {
        uint8_t own = p->config.points[i].inverter;
        bool through = own == home || passes_on(in->inverters[own].mode);
        if (policy_home(&p->config, i) == home && through)
            load_W -= drawn_W(&p->config.points[i], &in->points[i]);
    }
    return most(load_W, 0);
}

static bool feeds_session(const struct policy *p, const struct policy_input *in, uint8_t inverter)
{
    for (uint8_t i = 0; i < p->config.point_count; i++)
        if (p->config.points[i].inverter == inverter && in->points[i].session)
            return true;
    return false;
}

/* What the bank may give to charge points beside what the house takes. A silent inverter
 * is taken to draw all it can. */
static struct budget battery_budget(const struct policy *p, const struct policy_input *in)
{
    const struct limit *d = &in->limits->discharge_mA;
    int64_t bank_W = (int64_t)least(d->value, INT32_MAX / 2) * in->bank->voltage_mV / 1000000;
    struct budget b = {.battery_cause = d->cause};
    int64_t rest_W = in->bank->known ? to_ac(bank_W) : 0;
    if (!in->bank->known)
        b.battery_cause = LIMIT_BMS_AGE;
    for (uint8_t i = 0; i < p->config.inverter_count; i++) {
        const struct policy_inverter_input *inv = &in->inverters[i];
        if (feeds_session(p, in, i) || (inv->heard && passes_on(inv->mode)))
            continue;
        rest_W -= inv->heard ? most(0, inv->output_W - to_ac(inv->pv_W))
                             : p->config.inverters[i].rated_W;
    }
    for (uint8_t i = 0; i < p->config.point_count; i++)
        b.sessions += in->points[i].session;
    b.battery_W = p->on_grid || rest_W < 0 ? 0 : (int32_t)rest_W;
    return b;
}

static void look_battery(struct policy *p, const struct policy_input *in, int64_t now_ms)
{
    bool well = !in->limits->low && in->limits->discharge_mA.value >= POLICY_BATTERY_mA;
    if (lasted(!well, &p->battery_bad_ms, now_ms, POLICY_GRID_MS))
        p->on_grid = true;
    if (lasted(well, &p->battery_well_ms, now_ms, POLICY_BATTERY_MS))
        p->on_grid = false;
}

/* --- charge points --- */

/* Limits that hold whatever the source. */
static struct limit point_limit(const struct policy *p, const struct policy_input *in, uint8_t i)
{
    const struct policy_point_config *c = &p->config.points[i];
    const struct policy_point_input *at = &in->points[i];
    int32_t volts_dV = voltage_dV(c, at);
    struct limit limit = limit_none();
    if (!at->heard || at->fault)
        limit_lower(&limit, 0, LIMIT_NODE);
    if (at->stopped)
        limit_lower(&limit, 0, LIMIT_REQUEST);
    if (at->heard && (at->car == CAR_A || at->car == CAR_E || at->car == CAR_F))
        limit_lower(&limit, 0, LIMIT_CAR);
    if (!in->inverters[c->inverter].heard)
        limit_lower(&limit, 0, LIMIT_NODE);
    limit_lower(&limit, p->config.inverters[c->inverter].rated_W, LIMIT_INVERTER);
    limit_lower(&limit, watts(c->max_dA, volts_dV), LIMIT_BREAKER);
    if (at->cable_dA > 0)
        limit_lower(&limit, watts(at->cable_dA, volts_dV), LIMIT_CAR);
    if (at->user_max_dA > 0)
        limit_lower(&limit, watts(at->user_max_dA, volts_dV), LIMIT_USER);
    return limit;
}

/* Through the home inverter: its rating less the house and the points before this one. */
static void lower_home(struct limit *limit, const struct policy *p, const struct policy_input *in,
                       const struct budget *b, uint8_t home)
{
    if (!in->inverters[home].heard)
        limit_lower(limit, 0, LIMIT_NODE);
    int32_t left_W = p->config.inverters[home].rated_W - house_W(p, in, home) - b->home_W[home];
    limit_lower(limit, most(left_W, 0), LIMIT_INVERTER);
}

static enum source session_limit(struct limit *limit, const struct policy *p,
                                 const struct policy_input *in, struct budget *b, uint8_t i)
{
    uint8_t own = p->config.points[i].inverter, home = policy_home(&p->config, i);
    int32_t part_W = b->sessions > 0 ? b->battery_W / b->sessions : 0;
    b->sessions--;
    if (!p->points[i].alone) {
        lower_home(limit, p, in, b, home);
        b->home_W[home] += limit->value;
        return SOURCE_GRID;
    }
    if (own != home && passes_on(in->inverters[own].mode))   /* has not followed the order */
        lower_home(limit, p, in, b, home);
    int32_t house = own == home ? house_W(p, in, home) : 0;
    limit_lower(limit, most(0, p->config.inverters[own].rated_W - house), LIMIT_INVERTER);
    int32_t sun_W = most(0, to_ac(in->inverters[own].pv_W) - house);
    bool held = in->points[i].transfer && part_W == 0;
    enum limit_cause cause = b->battery_cause != LIMIT_NONE ? b->battery_cause : LIMIT_SUN;
    limit_lower(limit, sun_W + part_W, held ? LIMIT_TRANSFER : cause);
    b->battery_W -= most(0, limit->value - sun_W);
    return sun_W * 2 >= limit->value ? SOURCE_SOLAR : SOURCE_BATTERY;
}

/* With the charger held back the inverters show no more sun than is used: what is left shows
 * only in the battery not being discharged. Then the car feels its way up, step by step. */
static int32_t hidden_W(const struct policy *p, const struct policy_input *in, uint8_t i)
{
    int32_t charge_mA = in->limits->charge_mA.value;
    bool curtailed = in->bank->current_known && in->bank->current_mA >= charge_mA - NEAR_mA &&
                     in->bank->current_mA >= -NEAR_mA;
    if (!curtailed || in->inverters[policy_home(&p->config, i)].pv_W < DAYLIGHT_W)
        return 0;
    const struct policy_point_config *c = &p->config.points[i];
    int32_t volts_dV = voltage_dV(c, &in->points[i]);
    int32_t drawn = drawn_W(c, &in->points[i]);
    int32_t next_dA = p->points[i].limit_dA == 0 ? c->min_dA : PROBE_dA;
    return drawn + watts(next_dA, volts_dV);
}

static int32_t surplus_W(const struct policy *p, const struct policy_input *in,
                         const struct budget *b, uint8_t i)
{
    uint8_t own = p->config.points[i].inverter, home = policy_home(&p->config, i);
    if (own != home && p->points[i].alone)
        return to_ac(in->inverters[own].pv_W);
    return to_ac(in->inverters[home].pv_W) - house_W(p, in, home) - b->home_W[home];
}

/* Starts after POLICY_ENABLE_MS of enough, stops after POLICY_DISABLE_MS of too little. */
static void surplus_switch(struct policy_point_state *s, bool enough, bool hidden, int64_t now_ms)
{
    if (s->surplus_on) {
        s->surplus_on = !lasted(!enough, &s->little_ms, now_ms, POLICY_DISABLE_MS);
        s->enough_ms = 0;
        return;
    }
    bool wait = hidden && s->probed_ms && now_ms - s->probed_ms < POLICY_PROBE_MS;
    s->surplus_on = lasted(enough && !wait, &s->enough_ms, now_ms, POLICY_ENABLE_MS);
    s->little_ms = 0;
    if (s->surplus_on && hidden)
        s->probed_ms = now_ms;
}

static enum source surplus_limit(struct limit *limit, struct policy *p,
                                 const struct policy_input *in, struct budget *b, uint8_t i,
                                 int64_t now_ms)
{
    const struct policy_point_config *c = &p->config.points[i];
    struct policy_point_state *s = &p->points[i];
    uint8_t home = policy_home(&p->config, i);
    int32_t min_W = watts(c->min_dA, voltage_dV(c, &in->points[i]));
    if (p->on_grid)
        limit_lower(limit, 0, b->battery_cause);
    if (!p->points[i].alone)
        lower_home(limit, p, in, b, home);
    int32_t seen_W = surplus_W(p, in, b, i), unseen_W = hidden_W(p, in, i);
    int32_t sun_W = most(most(seen_W, unseen_W), 0);
    bool possible = limit->value >= min_W;
    if (!possible)
        s->surplus_on = false;
    surplus_switch(s, possible && sun_W >= min_W, seen_W < min_W, now_ms);
    if (s->surplus_on)
        limit_lower(limit, most(sun_W, min_W), LIMIT_SUN);
    else if (possible)
        *limit = (struct limit){.value = least(sun_W, limit->value), .cause = LIMIT_SUN};
    if (s->surplus_on && !s->alone)
        b->home_W[home] += limit->value;
    return SOURCE_SOLAR;
}

/* Down at once when something forbids; up, and with the sun, at most every POLICY_STEP_MS. */
static void point_ramp(struct policy_point_state *s, int32_t wanted_dA, enum limit_cause cause,
                       int64_t now_ms)
{
    bool urgent = wanted_dA == 0 || (wanted_dA < s->limit_dA && cause != LIMIT_SUN);
    bool due = s->changed_ms == 0 || now_ms - s->changed_ms >= POLICY_STEP_MS;
    if (wanted_dA == s->limit_dA || !(urgent || due))
        return;
    s->limit_dA = wanted_dA;
    s->changed_ms = now_ms;
}

/* Invariant 18: the source behind a car changes only while it draws nothing, with its contactor
 * open, and not again for a while. Until then, and until the inverter is seen to have followed,
 * the car is held at zero. */
static void change_source(struct limit *limit, struct policy *p, const struct policy_input *in,
                          uint8_t i, int64_t now_ms)
{
    struct policy_point_state *s = &p->points[i];
    const struct policy_point_input *at = &in->points[i];
    uint8_t own = p->config.points[i].inverter;
    enum unit_mode mode = in->inverters[own].mode;
    if (own == policy_home(&p->config, i)) {
        s->alone = wants_alone(p, in, i);
        return;
    }
    if (!s->adopted && in->inverters[own].heard) {
        s->alone = mode == MODE_BATTERY;
        s->adopted = true;
    }
    bool still = at->heard && at->current_dA < POLICY_STILL_dA && !at->contactor;
    bool lockout = s->source_ms && now_ms - s->source_ms < POLICY_LOCKOUT_MS;
    bool quiet = lasted(still, &s->still_ms, now_ms, POLICY_STILL_MS);
    if (s->adopted && s->alone != wants_alone(p, in, i)) {
        limit_lower(limit, 0, LIMIT_TRANSFER);
        if (quiet && !lockout) {
            s->alone = !s->alone;
            s->source_ms = now_ms;
        }
    }
    bool followed = s->alone ? mode == MODE_BATTERY : passes_on(mode);
    if (s->source_ms && !followed && now_ms - s->source_ms < POLICY_LOCKOUT_MS)
        limit_lower(limit, 0, LIMIT_TRANSFER);
}

static void decide_point(struct policy *p, const struct policy_input *in, struct budget *b,
                         struct policy_point_output *out, uint8_t i, int64_t now_ms)
{
    const struct policy_point_config *c = &p->config.points[i];
    struct policy_point_state *s = &p->points[i];
    struct limit limit = point_limit(p, in, i);
    change_source(&limit, p, in, i, now_ms);
    enum source source;
    bool on = true;
    if (in->points[i].session) {
        source = session_limit(&limit, p, in, b, i);
        s->surplus_on = false;
        s->enough_ms = s->little_ms = 0;
    } else {
        source = surplus_limit(&limit, p, in, b, i, now_ms);
        on = s->surplus_on;
    }
    int32_t wanted_dA = (int32_t)((int64_t)limit.value * 100 / voltage_dV(c, &in->points[i]));
    if (!on || wanted_dA < c->min_dA)
        wanted_dA = 0;
    point_ramp(s, wanted_dA, limit.cause, now_ms);
    *out = (struct policy_point_output){
        .limit_dA = s->limit_dA, .limit_W = limit, .source = s->limit_dA ? source : SOURCE_NONE,
    };
}

/* --- inverters --- */

static void decide_source(const struct policy *p, const struct policy_input *in,
                          struct policy_output *out)
{
    for (uint8_t i = 0; i < p->config.inverter_count; i++) {
        bool grid = p->on_grid && in->inverters[i].grid_ok;
        struct policy_inverter_output *o = &out->inverters[i];
        o->output_priority = grid ? OUTPUT_UTILITY : OUTPUT_SBU;
        int32_t load_W = in->inverters[i].output_W;
        o->source = grid                                              ? SOURCE_GRID
                    : to_ac(in->inverters[i].pv_W) * 2 >= load_W ? SOURCE_SOLAR
                                                                 : SOURCE_BATTERY;
    }
    for (uint8_t i = 0; i < p->config.point_count; i++) {
        uint8_t own = p->config.points[i].inverter, home = policy_home(&p->config, i);
        if (own == home)
            continue;
        struct policy_inverter_output *o = &out->inverters[own];
        bool alone = p->points[i].alone;
        o->output_priority = alone ? OUTPUT_SBU : OUTPUT_UTILITY;
        if (!alone)
            o->source = out->inverters[home].source;
    }
}

/* Fallback where a unit refuses to stop charging: no sun, no charge. Stays until charging is
 * allowed again, or for a while once the battery gives. */
static void decide_isolation(struct policy *p, const struct policy_input *in,
                             struct policy_output *out, int64_t now_ms)
{
    const struct bank_view *bank = in->bank;
    bool forbidden = in->limits->charge_mA.value == 0;
    int32_t much_mA = most(POLICY_ISOLATE_mA, p->config.capacity_mAh / 100);
    bool charging = bank->current_known && bank->current_mA > much_mA;
    if (lasted(forbidden && charging, &p->over_ms, now_ms, POLICY_ISOLATE_MS))
        p->isolated_ms = now_ms;
    bool giving = bank->current_known && bank->current_mA < -POLICY_ISOLATE_mA;
    if (!forbidden || (giving && now_ms - p->isolated_ms >= POLICY_ISOLATED_MS))
        p->isolated_ms = 0;
    out->isolate_strings = p->isolated_ms != 0;
}

int64_t policy_step(struct policy *policy, const struct policy_input *input,
                    struct policy_output *output, int64_t now_ms)
{
    assert(policy && input && output && input->bank && input->limits);
    *output = (struct policy_output){0};
    look_battery(policy, input, now_ms);
    struct budget budget = battery_budget(policy, input);
    for (uint8_t i = 0; i < policy->config.point_count; i++)
        decide_point(policy, input, &budget, &output->points[i], i, now_ms);
    policy_share_charge(policy, input, output, now_ms);
    decide_source(policy, input, output);
    decide_isolation(policy, input, output, now_ms);
    output->on_grid = policy->on_grid;
    output->discharge_mA = input->limits->discharge_mA;
    return now_ms + TICK_MS;
}
