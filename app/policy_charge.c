#include "app/policy.h"

enum { WORTH_A = 10, NEAR_A = 2, BASE_W = 100 };

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t most(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

/* Shares in proportion to the PV, each with a base part so that a charger need not be switched
 * on and off with every cloud; what one cannot take goes to the next. */
static void share_charge(struct policy *p, const struct policy_input *in, int32_t allowed_A)
{
    int64_t total_W = 0, weights = 0;
    for (uint8_t i = 0; i < p->config.inverter_count; i++)
        total_W += in->inverters[i].heard ? in->inverters[i].pv_W : 0;
    for (uint8_t i = 0; i < p->config.inverter_count; i++)
        weights += in->inverters[i].heard ? in->inverters[i].pv_W + total_W / 10 + BASE_W : 0;
    for (uint8_t i = 0; i < p->config.inverter_count; i++) {
        int64_t weight = in->inverters[i].pv_W + total_W / 10 + BASE_W;
        p->charge_A[i] = 0;
        if (!in->inverters[i].heard || weights <= 0)
            continue;
        int32_t part_A = (int32_t)(allowed_A * weight / weights);
        p->charge_A[i] = least(part_A, p->config.inverters[i].charge_max_A);
        allowed_A -= p->charge_A[i];
        weights -= weight;
    }
}

/* A silent inverter goes on with what it was told last. */
static int32_t silent_A(const struct policy *p, const struct policy_input *in)
{
    int32_t sum_A = 0;
    for (uint8_t i = 0; i < p->config.inverter_count; i++) {
        const struct policy_inverter_input *inv = &in->inverters[i];
        if (!inv->heard && !inv->charger_off)
            sum_A += inv->charge_set_A >= 0 ? inv->charge_set_A
                                            : p->config.inverters[i].charge_max_A;
    }
    return sum_A;
}

static int32_t heard_A(const struct policy *p, const struct policy_input *in, bool with_set)
{
    int32_t sum_A = 0;
    for (uint8_t i = 0; i < p->config.inverter_count; i++) {
        const struct policy_inverter_input *inv = &in->inverters[i];
        int32_t set_A = with_set && !inv->charger_off ? inv->charge_set_A : 0;
        sum_A += inv->heard ? most(p->charge_A[i], set_A) : 0;
    }
    return sum_A;
}

/* One charger is at the end of its share while another leaves much of its own unused. */
static bool misplaced(const struct policy *p, const struct policy_input *in)
{
    bool clipped = false, unused = false;
    if (in->bank->voltage_mV <= 0)
        return false;
    for (uint8_t i = 0; i < p->config.inverter_count; i++) {
        const struct policy_inverter_input *inv = &in->inverters[i];
        if (!inv->heard)
            continue;
        int32_t pv_A = (int32_t)((int64_t)inv->pv_W * 1000 / in->bank->voltage_mV);
        clipped |= pv_A + NEAR_A >= p->charge_A[i] &&
                   p->charge_A[i] < p->config.inverters[i].charge_max_A;
        unused |= p->charge_A[i] >= pv_A + WORTH_A;
    }
    return clipped && unused;
}

/* Every write wears the units' memory: shares stay while they are within the limit, except for a
 * better use now and then. */
void policy_share_charge(struct policy *p, const struct policy_input *in,
                         struct policy_output *out, int64_t now_ms)
{
    int32_t allowed_A = most(0, in->limits->charge_mA.value / 1000 - silent_A(p, in));
    int32_t shared_A = heard_A(p, in, false);
    bool risen = allowed_A >= shared_A + WORTH_A && now_ms - p->shared_ms >= POLICY_SHARE_UP_MS;
    bool better = now_ms - p->shared_ms >= POLICY_SHARE_MS && misplaced(p, in);
    if (shared_A > allowed_A || (shared_A == 0 && allowed_A > 0) || risen || better) {
        share_charge(p, in, allowed_A);
        p->shared_ms = now_ms;
    }
    bool lower_first = heard_A(p, in, true) > allowed_A;
    for (uint8_t i = 0; i < p->config.inverter_count; i++) {
        const struct policy_inverter_input *inv = &in->inverters[i];
        struct policy_inverter_output *o = &out->inverters[i];
        int32_t share_A = p->charge_A[i];
        if (lower_first && inv->charge_set_A >= 0 && !inv->charger_off)
            share_A = least(share_A, inv->charge_set_A);
        o->charger_off = share_A <= 0 || share_A < inv->charge_least_A ||
                         (lower_first && inv->charger_off);
        o->charge_max_A = o->charger_off ? inv->charge_least_A : share_A;
        o->charge_mA = in->limits->charge_mA;
    }
}
