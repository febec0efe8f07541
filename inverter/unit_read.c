/* From the fields of an answer to the unit's readings: each row names its quantity, each quantity
 * has its place. */
#include "inverter/unit_inner.h"

#include <stdio.h>
#include <string.h>

/* Where a quantity is kept, and in what decimals of its plain unit. */
struct place {
    size_t offset; /* of the struct reading in struct unit_readings */
    uint8_t decimals;
    bool kept;
};

#define AT(member, decimals)                                                                       \
    {                                                                                              \
        offsetof(struct unit_readings, member), decimals, true                                     \
    }

/* clang-format off */
static const struct place places[QUANTITIES] = {
    [GRID_DV]          = AT(grid_dV, 1),
    [GRID_DHZ]         = AT(grid_dHz, 1),
    [OUTPUT_DV]        = AT(output_dV, 1),
    [OUTPUT_DHZ]       = AT(output_dHz, 1),
    [OUTPUT_VA]        = AT(output_VA, 0),
    [OUTPUT_W]         = AT(output_W, 0),
    [LOAD_PERCENT]     = AT(load_percent, 0),
    [BUS_V]            = AT(bus_V, 0),
    [BATTERY_CV]       = AT(battery_cV, 2),
    [CHARGE_MA]        = AT(charge_mA, 3),
    [DISCHARGE_MA]     = AT(discharge_mA, 3),
    [CAPACITY_PERCENT] = AT(capacity_percent, 0),
    [HEATSINK_C]       = AT(heatsink_C, 0),
    [PV_MA]            = AT(pv_mA[0], 3),
    [PV_DV]            = AT(pv_dV[0], 1),
    [PV_W]             = AT(pv_W[0], 0),
    [PV2_MA]           = AT(pv_mA[1], 3),
    [PV2_DV]           = AT(pv_dV[1], 1),
    [PV2_W]            = AT(pv_W[1], 0),
    [FEED_W]           = AT(feed_W, 0),
    [MODE]             = AT(mode, 0),
    [CHARGE_STAGE]     = AT(charge_stage, 0),
    [FAULT_CODE]       = AT(fault_code, 0),
    [RATED_DV]         = AT(rated_dV, 1),
    [RATED_DA]         = AT(rated_dA, 1),
    [RATED_VA]         = AT(rated_VA, 0),
    [RATED_W]          = AT(rated_W, 0),
    [RATED_BATTERY_DV] = AT(rated_battery_dV, 1),
    [CHARGE_MAX_A]     = AT(charge_max_A, 0),
    [AC_CHARGE_MAX_A]  = AT(ac_charge_max_A, 0),
    [DISCHARGE_MAX_A]  = AT(discharge_max_A, 0),
    [CHARGER_OFF]      = AT(charger_off, 0),
    [OUTPUT_PRIORITY]  = AT(output_priority, 0),
    [CHARGER_PRIORITY] = AT(charger_priority, 0),
    [BATTERY_TYPE]     = AT(battery_type, 0),
    [INPUT_RANGE]      = AT(input_range, 0),
    [OUTPUT_MODE]      = AT(output_mode, 0),
    [PARALLEL_MAX]     = AT(parallel_max, 0),
    [MACHINE_TYPE]     = AT(machine_type, 0),
    [TOPOLOGY]         = AT(topology, 0),
    [PV_BALANCE]       = AT(pv_balance, 0),
    [BULK_DV]          = AT(bulk_dV, 1),
    [FLOAT_DV]         = AT(float_dV, 1),
    [CUTOFF_DV]        = AT(cutoff_dV, 1),
    [RECHARGE_DV]      = AT(recharge_dV, 1),
    [REDISCHARGE_DV]   = AT(redischarge_dV, 1),
    [ENERGY_PV_WH]     = AT(energy_pv_Wh, 0),
    [ENERGY_LOAD_WH]   = AT(energy_load_Wh, 0),
};
/* clang-format on */

const struct reading *unit_reading(const struct unit *unit, enum quantity is)
{
    const char *at = (const char *)&unit->readings + places[is].offset;
    return places[is].kept ? (const struct reading *)(const void *)at : NULL;
}

static void keep(struct unit *unit, enum quantity is, int32_t value, int64_t now_ms)
{
    char *at = (char *)&unit->readings + places[is].offset;
    reading_set((struct reading *)(void *)at, value, now_ms);
}

static int32_t scaled(int32_t value, int from_decimals, int to_decimals)
{
    int64_t scaled = value;
    for (; from_decimals < to_decimals; from_decimals++)
        scaled *= 10;
    for (; from_decimals > to_decimals; from_decimals--)
        scaled /= 10;
    return scaled > INT32_MAX ? INT32_MAX : (int32_t)scaled;
}

int32_t unit_value(const struct field_row *row, int32_t value, uint8_t decimals)
{
    const struct field_word *word = row->words ? answer_word(row, value) : NULL;
    if (word)
        return word->means;
    return row->is == MODE ? MODE_UNKNOWN : scaled(value, row->decimals, decimals);
}

/* Bits of a row of 0 and 1, or what one number means, by the row's words. */
static uint64_t bits_of(const struct field_row *row, int32_t value)
{
    uint64_t bits = 0;
    if (row->form != FORM_BITS) {
        const struct field_word *word = answer_word(row, value);
        return word && word->means >= 0 ? (uint64_t)1 << word->means : 0;
    }
    for (int i = 0; i < 31; i++) {
        const struct field_word *word = value >> i & 1 ? answer_word(row, i) : NULL;
        if (word && word->means >= 0)
            bits |= (uint64_t)1 << word->means;
    }
    return bits;
}

/* Bits that are seen for the first time want a closer look. */
static void warnings_set(struct unit *unit, uint64_t bits, int64_t now_ms)
{
    struct unit_readings *r = &unit->readings;
    uint64_t before = (uint32_t)r->warnings_low.value | (uint64_t)(uint32_t)r->warnings_high.value
                                                            << 32;
    if (bits & ~before)
        unit->due_ms[ASK_RATING] = unit->due_ms[ASK_SETTINGS] = unit->due_ms[ASK_MODE] = 0;
    reading_set(&r->warnings_low, (int32_t)(uint32_t)bits, now_ms);
    reading_set(&r->warnings_high, (int32_t)(uint32_t)(bits >> 32), now_ms);
}

/* Several rows of one answer add up. */
struct flags {
    uint64_t warnings, status;
    bool has_warnings, has_status;
};

static void read_field(struct unit *unit, const struct answer *answer, uint8_t field,
                       struct flags *flags, int64_t now_ms)
{
    enum { HOTTEST_C = 150 }; /* more is the raw A/D value of 1 to 3 kVA models */
    const struct field_row *row = &answer->question->rows[field];
    int32_t value = answer->value[field];
    if (row->is == QUANTITY_NONE || value == FIELD_NONE)
        return;
    if (row->is == WARNINGS) {
        flags->warnings |= bits_of(row, value);
        flags->has_warnings = true;
    } else if (row->is == STATUS_FLAGS) {
        flags->status |= bits_of(row, value);
        flags->has_status = true;
    } else if (row->is == BATTERY_MA) {
        int32_t mA = scaled(value, row->decimals, 3);
        keep(unit, CHARGE_MA, mA > 0 ? mA : 0, now_ms);
        keep(unit, DISCHARGE_MA, mA < 0 ? -mA : 0, now_ms);
    } else if (row->is == HEATSINK_C && value > HOTTEST_C) {
        return;
    } else if (places[row->is].kept) {
        keep(unit, row->is, unit_value(row, value, places[row->is].decimals), now_ms);
    }
}

static bool told(const struct answer *answer, enum quantity is, uint8_t *field)
{
    for (*field = 0; *field < answer->count; ++*field)
        if (answer->question->rows[*field].is == is)
            return true;
    return false;
}

/* A PV current that may be written either way has a decimal point; without one it is the charge
 * current to the battery (docs/axpert.md, Answers), and power over voltage is the better answer. Where
 * the answer has no current at all, it is the only one. */
static void read_pv(struct unit *unit, const struct answer *answer, int input, int64_t now_ms)
{
    enum quantity amperes = input ? PV2_MA : PV_MA, volts = input ? PV2_DV : PV_DV;
    enum quantity watts = input ? PV2_W : PV_W;
    const struct unit_readings *r = &unit->readings;
    uint8_t field;
    if (told(answer, amperes, &field) &&
        (answer->question->rows[field].form != FORM_EITHER || answer->pointed >> field & 1))
        return;
    if (!told(answer, volts, &field) || !told(answer, watts, &field))
        return;
    int32_t dV = r->pv_dV[input].value, W = r->pv_W[input].value;
    if (dV > 0)
        keep(unit, amperes, (int32_t)((int64_t)W * 10000 / dV), now_ms);
    else if (W == 0)
        keep(unit, amperes, 0, now_ms);
}

/* 10.2 kW models print 0200 for 10200: add what the field could not hold when V times A says so. */
static void mend_rating(struct unit_readings *r)
{
    enum { OVERFLOW = 10000 };
    int32_t volt_amperes = (int32_t)((int64_t)r->rated_dV.value * r->rated_dA.value / 100);
    int32_t mended = r->rated_VA.value + OVERFLOW;
    int32_t apart = mended > volt_amperes ? mended - volt_amperes : volt_amperes - mended;
    if (r->rated_VA.value >= OVERFLOW || apart > mended / 20)
        return;
    r->rated_VA.value = mended;
    if (r->rated_W.value + OVERFLOW <= mended)
        r->rated_W.value += OVERFLOW;
}

static void keep_text(char *out, size_t room, const uint8_t *frame, struct field_span span)
{
    size_t length = span.length < room ? span.length : room - 1;
    memcpy(out, frame + span.at, length);
    out[length] = '\0';
}

static void read_rows(struct unit *unit, const struct answer *answer, const uint8_t *frame,
                      int64_t now_ms)
{
    struct flags flags = {0};
    enum unit_mode before = (enum unit_mode)unit->readings.mode.value;
    for (uint8_t field = 0; field < answer->count; field++)
        read_field(unit, answer, field, &flags, now_ms);
    read_pv(unit, answer, 0, now_ms);
    read_pv(unit, answer, 1, now_ms);
    if (answer->question->ask == ASK_FIRMWARE)
        keep_text(unit->readings.firmware, sizeof unit->readings.firmware, frame, answer->span[0]);
    if (answer->question->ask == ASK_RATING)
        mend_rating(&unit->readings);
    if (flags.has_warnings)
        warnings_set(unit, flags.warnings, now_ms);
    if (flags.has_status)
        reading_set(&unit->readings.status_flags, (int32_t)flags.status, now_ms);
    if (unit->readings.mode.value == MODE_FAULT && before != MODE_FAULT)
        unit->due_ms[ASK_WARNINGS] = unit->due_ms[ASK_RATING] = 0;
}

static void read_bits(struct unit *unit, const struct answer *answer, int64_t now_ms)
{
    warnings_set(unit, (uint64_t)answer->bits[0] | (uint64_t)answer->bits[1] << 32, now_ms);
    fault_read(unit, answer, now_ms);
}

static uint8_t read_list(const struct answer *answer, int32_t list[UNIT_LIST])
{
    uint8_t count = answer->count < UNIT_LIST ? answer->count : UNIT_LIST;
    for (int i = 0; i < count; i++)
        list[i] = answer->value[i];
    return count;
}

static void read_text(struct unit *unit, enum ask ask, const char *text)
{
    struct unit_readings *r = &unit->readings;
    if (ask == ASK_SERIAL || ask == ASK_SERIAL_LONG)
        snprintf(r->serial, sizeof r->serial, "%.*s", (int)sizeof r->serial - 1, text);
    else if (ask == ASK_FIRMWARE)
        snprintf(r->firmware, sizeof r->firmware, "%.*s", (int)sizeof r->firmware - 1, text);
    else if (ask == ASK_MODEL)
        snprintf(r->model, sizeof r->model, "%.*s", (int)sizeof r->model - 1, text);
}

void unit_read(struct unit *unit, enum ask ask, const struct answer *answer, const uint8_t *frame,
               int64_t now_ms)
{
    switch (answer->question->kind) {
    case ANSWER_ROWS:
        if (ask == ASK_PARALLEL)
            parallel_read(unit, answer, frame, now_ms);
        else
            read_rows(unit, answer, frame, now_ms);
        break;
    case ANSWER_LIST:
        if (ask == ASK_CHARGE_LIST)
            unit->charge_list_count = read_list(answer, unit->charge_list_A);
        else if (ask == ASK_AC_CHARGE_LIST)
            unit->ac_charge_list_count = read_list(answer, unit->ac_charge_list_A);
        break;
    case ANSWER_BITS:
        read_bits(unit, answer, now_ms);
        break;
    case ANSWER_TEXT:
    case ANSWER_COUNTED:
        read_text(unit, ask, answer->text);
        break;
    case ANSWER_FLAGS:
    case ANSWER_ACK:
    case ANSWER_TIME:
        break;
    }
}
