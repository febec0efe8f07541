#include "core/limit.h"

#include <assert.h>
#include <stddef.h>

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

void limit_say(struct limit_table *table, struct limit_row row)
{
    assert(table && table->count < LIMIT_ROWS && (unsigned)row.cause < LIMIT_CAUSES);
    table->row[table->count++] = row;
}

struct limit limit_least(const struct limit_table *table)
{
    struct limit least = limit_none();
    for (size_t i = 0; i < table->count; i++)
        limit_lower(&least, table->row[i].value, table->row[i].cause);
    return least;
}

void limit_order(const struct limit_table *table, uint8_t order[LIMIT_ROWS])
{
    for (uint8_t i = 0; i < table->count; i++) {
        uint8_t at = i;
        for (; at > 0 && table->row[order[at - 1]].value > table->row[i].value; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
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
        [LIMIT_PACKS] = "no connected pack",
        [LIMIT_CVL] = "the BMS's charge voltage limit",
        [LIMIT_SPREAD] = "temperatures too far apart in the battery",
        [LIMIT_DOUBT] = "shunt and packs, which contradict each other about the current",
    };
    assert((unsigned)cause < LIMIT_CAUSES);
    return text[cause];
}
