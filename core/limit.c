#include "core/limit.h"

#include <assert.h>

struct limit limit_none(void)
{
    return (struct limit){.value = INT32_MAX, .cause = LIMIT_NONE};
}

void limit_lower(struct limit *limit, int32_t value, enum limit_cause cause)
{
    assert(limit && (unsigned)cause < LIMIT_CAUSES);
    if (value < limit->value)
        *limit = (struct limit){.value = value, .cause = cause};
}

const char *limit_cause_text(enum limit_cause cause)
{
    static const char *const text[LIMIT_CAUSES] = {
        [LIMIT_NONE] = "nothing",
        [LIMIT_BMS] = "the BMS's current limit",
        [LIMIT_BMS_ENABLE] = "the BMS, which forbids this direction",
        [LIMIT_BMS_ALARM] = "a BMS alarm",
        [LIMIT_BMS_AGE] = "a silent BMS",
        [LIMIT_CELL] = "a cell's voltage",
        [LIMIT_TEMP] = "the battery's temperature",
        [LIMIT_CAP] = "the charge cap",
        [LIMIT_FLOOR] = "the battery's lower end",
        [LIMIT_INVERTER] = "the inverter",
        [LIMIT_USER] = "the owner's limit",
        [LIMIT_SUN] = "the sun's surplus",
        [LIMIT_CAR] = "the car",
        [LIMIT_BREAKER] = "the breaker",
        [LIMIT_SOURCE] = "the change of its source, which the car must not see",
        [LIMIT_REQUEST] = "a request",
        [LIMIT_NODE] = "a silent node",
        [LIMIT_SOURCE_RATING] = "the rating of its AC source",
        [LIMIT_UNBALANCE] = "the grid's limit of unbalance between phases",
        [LIMIT_NEUTRAL] = "the neutral's rating",
        [LIMIT_STOP] = "the emergency stop",
    };
    assert((unsigned)cause < LIMIT_CAUSES);
    return text[cause];
}
