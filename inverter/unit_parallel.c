/* What a unit says of the others in parallel (QPGSn), by serial number. */
#include "inverter/unit_inner.h"

#include <string.h>

/* The slot of a serial number: its own, a free one, else the one heard of longest ago. */
static struct unit_parallel *slot_of(struct unit *unit, const char *serial)
{
    struct unit_parallel *found = &unit->parallel[0];
    for (size_t i = 0; i < UNIT_PARALLELS; i++) {
        struct unit_parallel *slot = &unit->parallel[i];
        if (!strcmp(slot->serial, serial))
            return slot;
        if (slot->heard_ms < found->heard_ms)
            found = slot;
    }
    return found;
}

/* By name: their quantities are not this unit's own. */
#define AT(member, decimals) offsetof(struct unit_parallel, member), decimals

/* clang-format off */
static const struct place {
    const char *row;
    size_t offset;
    uint8_t decimals;
} places[] = {
    {"mode",                 AT(mode, 0)},
    {"fault_code",           AT(fault_code, 0)},
    {"grid_voltage",         AT(grid_dV, 1)},
    {"output_voltage",       AT(output_dV, 1)},
    {"output_VA",            AT(output_VA, 0)},
    {"output_power",         AT(output_W, 0)},
    {"load_percent",         AT(load_percent, 0)},
    {"battery_voltage",      AT(battery_cV, 2)},
    {"charge_current",       AT(charge_mA, 3)},
    {"discharge_current",    AT(discharge_mA, 3)},
    {"output_mode",          AT(output_mode, 0)},
    {"charger_priority",     AT(charger_priority, 0)},
    {"total_charge_current", AT(total_charge_A, 0)},
    {"total_VA",             AT(total_VA, 0)},
    {"total_power",          AT(total_W, 0)},
    {"total_percent",        AT(total_percent, 0)},
};
/* clang-format on */

static void keep(struct unit_parallel *slot, const struct answer *answer, uint8_t field)
{
    const struct field_row *row = &answer->question->rows[field];
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (strcmp(row->name, places[i].row) != 0)
            continue;
        int32_t *at = (int32_t *)(void *)((char *)slot + places[i].offset);
        *at = unit_value(row, answer->value[field], places[i].decimals);
    }
}

/* The serial number as text: the field called so. "" where there is none, or only zeros. */
static void serial_of(const struct answer *answer, const uint8_t *frame, char *out, size_t room)
{
    size_t length = 0;
    bool zeros = true;
    for (uint8_t field = 0; field < answer->count; field++) {
        struct field_span span = answer->span[field];
        if (strcmp(answer->question->rows[field].name, "serial") != 0 || span.length >= room)
            continue;
        memcpy(out, frame + span.at, span.length);
        length = span.length;
    }
    for (size_t i = 0; i < length; i++)
        zeros = zeros && out[i] == '0';
    out[zeros ? 0 : length] = '\0';
}

void parallel_read(struct unit *unit, const struct answer *answer, const uint8_t *frame,
                   int64_t now_ms)
{
    struct unit_parallel now = {.heard_ms = now_ms, .number = unit->parallel_n};
    serial_of(answer, frame, now.serial, sizeof now.serial);
    if (!now.serial[0])
        return;
    for (uint8_t field = 0; field < answer->count; field++) {
        if (!strcmp(answer->question->rows[field].name, "exists"))
            now.exists = answer->value[field] == 1;
        else if (answer->value[field] != FIELD_NONE)
            keep(&now, answer, field);
    }
    *slot_of(unit, now.serial) = now;
    if (!strcmp(now.serial, unit->readings.serial))
        reading_set(&unit->readings.fault_code, now.fault_code, now_ms);
}

int parallel_number(const struct unit *unit)
{
    for (size_t i = 0; i < UNIT_PARALLELS; i++)
        if (unit->readings.serial[0] && !strcmp(unit->parallel[i].serial, unit->readings.serial))
            return unit->parallel[i].number;
    return -1;
}
