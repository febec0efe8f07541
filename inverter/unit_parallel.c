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

/* Totals are rows of their own names: their quantities are the bank's, not the unit's. */
static int32_t *total_of(struct unit_parallel *slot, const char *name)
{
    static const struct {
        const char *name;
        size_t offset;
    } totals[] = {
        {"total_charge_current", offsetof(struct unit_parallel, total_charge_A)},
        {"total_VA", offsetof(struct unit_parallel, total_VA)},
        {"total_power", offsetof(struct unit_parallel, total_W)},
        {"total_load_percent", offsetof(struct unit_parallel, total_percent)},
    };
    for (size_t i = 0; i < sizeof totals / sizeof *totals; i++)
        if (!strcmp(name, totals[i].name))
            return (int32_t *)(void *)((char *)slot + totals[i].offset);
    return NULL;
}

static int32_t *place_of(struct unit_parallel *slot, const struct field_row *row)
{
    static const struct {
        enum quantity is;
        size_t offset;
    } places[] = {
        {MODE, offsetof(struct unit_parallel, mode)},
        {FAULT_CODE, offsetof(struct unit_parallel, fault_code)},
        {GRID_DV, offsetof(struct unit_parallel, grid_dV)},
        {OUTPUT_DV, offsetof(struct unit_parallel, output_dV)},
        {OUTPUT_VA, offsetof(struct unit_parallel, output_VA)},
        {OUTPUT_W, offsetof(struct unit_parallel, output_W)},
        {LOAD_PERCENT, offsetof(struct unit_parallel, load_percent)},
        {BATTERY_CV, offsetof(struct unit_parallel, battery_cV)},
        {CHARGE_MA, offsetof(struct unit_parallel, charge_mA)},
        {DISCHARGE_MA, offsetof(struct unit_parallel, discharge_mA)},
        {OUTPUT_MODE, offsetof(struct unit_parallel, output_mode)},
        {CHARGER_PRIORITY, offsetof(struct unit_parallel, charger_priority)},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (row->is == places[i].is)
            return (int32_t *)(void *)((char *)slot + places[i].offset);
    return total_of(slot, row->name);
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
        const struct field_row *row = &answer->question->rows[field];
        int32_t *place = place_of(&now, row);
        if (!strcmp(row->name, "exists"))
            now.exists = answer->value[field] == 1;
        else if (place && answer->value[field] != FIELD_NONE)
            *place = unit_value(answer, field);
    }
    *slot_of(unit, now.serial) = now;
}

int parallel_number(const struct unit *unit)
{
    for (size_t i = 0; i < UNIT_PARALLELS; i++)
        if (unit->readings.serial[0] && !strcmp(unit->parallel[i].serial, unit->readings.serial))
            return unit->parallel[i].number;
    return 0;
}
