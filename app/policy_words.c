#include <assert.h>
#include <stdio.h>

#include "app/policy.h"

const char *source_name(enum source source)
{
    static const char *const names[] = {
        [SOURCE_NONE] = "nothing", [SOURCE_SOLAR] = "the sun", [SOURCE_BATTERY] = "the battery",
        [SOURCE_GRID] = "the grid",
    };
    assert((unsigned)source < sizeof names / sizeof names[0]);
    return names[source];
}

int policy_point_sentence(char *out, size_t room, const char *name,
                          const struct policy_point_output *point)
{
    const char *cause = limit_cause_text(point->limit_W.cause);
    if (point->limit_dA == 0)
        return snprintf(out, room, "%s: the car does not charge, held at %d W by %s.", name,
                        point->limit_W.value, cause);
    return snprintf(out, room, "%s: the car may take %d.%d A from %s, held at %d W by %s.", name,
                    point->limit_dA / 10, point->limit_dA % 10, source_name(point->source),
                    point->limit_W.value, cause);
}

int policy_inverter_sentence(char *out, size_t room, const char *name,
                             const struct policy_inverter_output *inverter)
{
    static const char *const priority[] = {
        [OUTPUT_UTILITY] = "its AC input first", [OUTPUT_SOLAR] = "the sun first",
        [OUTPUT_SBU] = "sun and battery first",
    };
    const char *cause = limit_cause_text(inverter->charge_mA.cause);
    assert((unsigned)inverter->output_priority < sizeof priority / sizeof priority[0]);
    const char *first = priority[inverter->output_priority];
    if (inverter->charger_off)
        return snprintf(out, room, "%s: charger off, %s; the bank is held at %d A by %s.", name,
                        first, inverter->charge_mA.value / 1000, cause);
    return snprintf(out, room, "%s: charges with up to %d A, %s; the bank is held at %d A by %s.",
                    name, inverter->charge_max_A, first, inverter->charge_mA.value / 1000, cause);
}

int policy_bank_sentence(char *out, size_t room, const struct bank_limits *limits)
{
    return snprintf(out, room,
                    "battery: charge up to %d A, held by %s; discharge up to %d A, held by %s; "
                    "voltage up to %d.%02d V, held by %s.",
                    limits->charge_mA.value / 1000, limit_cause_text(limits->charge_mA.cause),
                    limits->discharge_mA.value / 1000,
                    limit_cause_text(limits->discharge_mA.cause), limits->charge_mV.value / 1000,
                    limits->charge_mV.value % 1000 / 10, limit_cause_text(limits->charge_mV.cause));
}
