/* One sentence per output of the policy, with the limit that binds and its amount. */
#include <stdio.h>
#include <string.h>

#include "app/policy.h"
#include "inverter/unit.h"

void policy_point_sentence(char *out, size_t room, const char *name,
                           const struct policy_input *input, const struct policy_output *decided,
                           size_t point)
{
    const struct policy_point_order *order = &decided->charge_point[point];
    if (order->limit.value <= 0) {
        snprintf(out, room, "%s: no charging, held by %s", name,
                 limit_cause_text(order->limit.cause));
        return;
    }
    snprintf(out, room, "%s: up to %.1f A (%d W), held by %s; draws %d W from %s%s", name,
             order->limit.value / 10.0, order->limit.value * input->point[point].voltage_V / 10,
             limit_cause_text(order->limit.cause), order->power_W, source_name(order->source),
             input->point[point].session
                 ? input->point[point].bundled ? ", strings bundled" : ", strings on their way"
                 : ", surplus only");
}

/* "the BMS port: the inverter is silent there"; "" where there is nothing to say of it. */
void policy_means_passed(char *out, size_t room, const struct means_orders *means, enum means which)
{
    bool told = which < means->by && means->why[which] != MEANS_LACKING &&
                means->why[which] != MEANS_SERVES && means->why[which] != MEANS_SPARE;
    out[0] = '\0';
    if (told)
        snprintf(out, room, "%s: %s", means_name(which), means_why_text(means->why[which]));
}

bool policy_means_sentence(char *out, size_t room, const char *name,
                           const struct means_orders *means)
{
    char text[128];
    bool any = false;
    snprintf(out, room, "%s: its charge is kept by %s", name, means_name(means->by));
    for (enum means i = MEANS_BMS_PORT; i < MEANS_COUNT; i++) {
        size_t length = strlen(out);
        policy_means_passed(text, sizeof text, means, i);
        if (*text)
            snprintf(out + length, room - length, "; %s", text);
        any |= *text != '\0';
    }
    return any;
}

static bool by_link(const struct means_orders *means)
{
    return means->by == MEANS_BMS_PORT || means->by == MEANS_BMS_CAN;
}

void policy_inverter_sentence(char *out, size_t room, const char *name,
                              const struct policy_input *input, const struct policy_output *decided,
                              size_t inverter)
{
    const struct policy_inverter_order *order = &decided->inverter[inverter];
    const struct limit *charge = &input->limits->charge_mA;
    bool told = by_link(&order->means);
    if (!input->inverter[inverter].fresh && !told) {
        snprintf(out, room, "%s: left alone, because it is silent", name);
        return;
    }
    if (told)
        snprintf(out, room,
                 "%s: told by %s that it may charge %.1f A, its part of the %.1f A held by %s; %s",
                 name, means_name(order->means.by), order->bms_mA / 1000.0, charge->value / 1000.0,
                 limit_cause_text(charge->cause), order->cause);
    else if (order->means.by == MEANS_VOLTAGE)
        snprintf(out, room, "%s: float and bulk voltage lowered, held by %s; %s", name,
                 limit_cause_text(charge->cause), order->cause);
    else if (order->charger_off == 1)
        snprintf(out, room, "%s: charger off, held by %s; %s", name,
                 limit_cause_text(charge->cause), order->cause);
    else if (order->charge_max_A >= 0)
        snprintf(out, room, "%s: charges up to %d A, its part of the %.1f A held by %s; %s", name,
                 order->charge_max_A, charge->value / 1000.0, limit_cause_text(charge->cause),
                 order->cause);
    else
        snprintf(out, room, "%s: charge maximum left alone, no string stands on it; %s", name,
                 order->cause);
}
