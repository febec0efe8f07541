/* The fault code of a unit that no other one asks after: two digits among the warnings (QPIWS), of
 * which the documents put characters 31 and 32 on GK/MK and on MAX of 24 V, 32 and 33 on MAX of 48 V. */
#include <string.h>

#include "inverter/faults.h"
#include "inverter/unit_inner.h"

enum code_place { PLACE_UNKNOWN, PLACE_31, PLACE_32 };

/* Where a word stands in a name; NULL = nowhere. */
static const char *found_in(const char *name, const char *word)
{
    for (; *name; name++)
        if (!strncmp(name, word, strlen(word)))
            return name;
    return NULL;
}

/* MKS is another series, of 32 characters. */
static enum code_place place_of(const struct unit_readings *r)
{
    enum { BATTERY_24_dV = 300, BATTERY_48_dV = 420 };
    const char *mk = found_in(r->model, "MK");
    int32_t battery_dV = r->rated_battery_dV.heard_ms ? r->rated_battery_dV.value : 0;
    if (found_in(r->model, "GK") || (mk && mk[2] != 'S'))
        return PLACE_31;
    if (!found_in(r->model, "MAX") || battery_dV <= 0)
        return PLACE_UNKNOWN;
    if (battery_dV <= BATTERY_24_dV)
        return PLACE_31;
    return battery_dV >= BATTERY_48_dV ? PLACE_32 : PLACE_UNKNOWN;
}

static int32_t two_digits(const char *digits)
{
    return (digits[0] - '0') * 10 + digits[1] - '0';
}

/* 0 = none, or not to be told which. */
static int32_t code_of(const struct unit_readings *r, const char digits[4])
{
    int32_t at_31 = two_digits(digits), at_32 = two_digits(digits + 1);
    bool is_31 = fault_words(at_31) != NULL, is_32 = fault_words(at_32) != NULL;
    switch (place_of(r)) {
    case PLACE_31:
        return at_31;
    case PLACE_32:
        return at_32;
    case PLACE_UNKNOWN:
        break;
    }
    if (is_31 && is_32)
        return at_31 == at_32 ? at_31 : 0;
    return is_31 ? at_31 : is_32 ? at_32 : 0;
}

void fault_read(struct unit *unit, const struct answer *answer, int64_t now_ms)
{
    struct unit_readings *r = &unit->readings;
    bool parallel = r->output_mode.value > 0 && parallel_number(unit) >= 0;
    if (!answer->digits[0] || parallel)
        return;
    int32_t code = r->mode.value == MODE_FAULT ? code_of(r, answer->digits) : 0;
    if (code > 0 || r->fault_code.value > 0)
        reading_set(&r->fault_code, code, now_ms);
}
