/* The bank's charge limit, shared out to the inverters by the strings that stand on them. */
#include "app/policy.h"

enum { SUN_W = 50 }; /* an input that delivers this has a string */

/* The greatest allowed value that is not above amperes; the list's least where none is. */
static int32_t list_floor(const struct policy_inverter_view *unit, int32_t amperes)
{
    int32_t best = -1, least = INT32_MAX;
    for (size_t i = 0; i < unit->charge_list_count; i++) {
        int32_t value = unit->charge_list_A[i];
        least = value < least ? value : least;
        if (value <= amperes && value > best)
            best = value;
    }
    return unit->charge_list_count == 0 ? -1 : best >= 0 ? best : least;
}

/* Where it is not known which string stands on a unit, its sun tells that one does. */
static int32_t strings_on(const struct policy_inverter_view *unit)
{
    return unit->strings == 0 && unit->pv_W > SUN_W ? 1 : unit->strings;
}

/* Each unit's part of the bank's charge limit, by the strings that stand on it; -1 = no string. */
static int32_t charge_share_mA(const struct policy_input *input, size_t i)
{
    int32_t strings = 0, own_strings = strings_on(&input->inverter[i]);
    for (size_t k = 0; k < input->inverters; k++)
        strings += strings_on(&input->inverter[k]);
    if (own_strings == 0)
        return -1;
    int32_t share = (int32_t)((int64_t)input->limits->charge_mA.value * own_strings / strings);
    int32_t own = input->inverter[i].charge_limit_A * 1000;
    return share < own ? share : own;
}

/* A unit that hears busbar as its battery is told its part as it is. Any other cannot be set below its
 * list's least: what that takes above its share, later units lack. */
static int32_t charge_part_mA(const struct policy *policy, const struct policy_input *input,
                              size_t i, int32_t left_mA)
{
    int32_t share_mA = charge_share_mA(input, i);
    int32_t part_mA = share_mA < left_mA ? share_mA : left_mA;
    bool exact = means_exact(&policy->means[i]) || input->inverter[i].charge_list_count == 0;
    if (share_mA < 0 || exact)
        return part_mA;
    int32_t set_mA = list_floor(&input->inverter[i], part_mA / 1000) * 1000;
    return set_mA > left_mA ? 0 : set_mA;
}

void policy_parts(const struct policy *policy, const struct policy_input *input,
                  int32_t part_mA[MAX_INVERTERS], int32_t *rest_mA)
{
    bool none = input->limits->charge_mA.value <= 0;
    *rest_mA = none ? 0 : input->limits->charge_mA.value;
    for (size_t i = 0; i < input->inverters; i++) {
        part_mA[i] = none ? 0 : charge_part_mA(policy, input, i, *rest_mA);
        *rest_mA -= part_mA[i] > 0 ? part_mA[i] : 0;
    }
}
