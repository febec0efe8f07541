#include "inverter/unit_read.h"

#include <string.h>

/* One field becomes one reading. */
struct taken {
    size_t offset; /* of the struct reading in struct unit_readings */
    uint8_t field;
    int32_t factor;
};

#define OF(member) offsetof(struct unit_readings, member)

/* clang-format off */
static const struct taken qpigs[] = {
    {OF(grid_dV),         QPIGS_GRID_DV,          1},
    {OF(grid_dHz),        QPIGS_GRID_DHZ,         1},
    {OF(output_dV),       QPIGS_OUTPUT_DV,        1},
    {OF(output_dHz),      QPIGS_OUTPUT_DHZ,       1},
    {OF(output_VA),       QPIGS_OUTPUT_VA,        1},
    {OF(output_W),        QPIGS_OUTPUT_W,         1},
    {OF(load_percent),    QPIGS_LOAD_PERCENT,     1},
    {OF(battery_cV),      QPIGS_BATTERY_CV,       1},
    {OF(charge_mA),       QPIGS_CHARGE_A,         1000},
    {OF(discharge_mA),    QPIGS_DISCHARGE_A,      1000},
    {OF(pv_dV[0]),        QPIGS_PV_DV,            1},
    {OF(pv_W[0]),         QPIGS_PV_W,             1},
};

static const struct taken qpigs2[] = {
    {OF(pv_mA[1]),        QPIGS2_PV_MA,           1},
    {OF(pv_dV[1]),        QPIGS2_PV_DV,           1},
    {OF(pv_W[1]),         QPIGS2_PV_W,            1},
};

static const struct taken qpiri[] = {
    {OF(output_priority), QPIRI_OUTPUT_PRIORITY,  1},
    {OF(charger_priority), QPIRI_CHARGER_PRIORITY, 1},
    {OF(charge_max_A),    QPIRI_CHARGE_A,         1},
    {OF(ac_charge_max_A), QPIRI_AC_CHARGE_A,      1},
    {OF(rated_VA),        QPIRI_OUTPUT_VA,        1},
    {OF(rated_W),         QPIRI_OUTPUT_W,         1},
    {OF(rated_dA),        QPIRI_OUTPUT_DA,        1},
    {OF(bulk_dV),         QPIRI_BULK_DV,          1},
    {OF(float_dV),        QPIRI_FLOAT_DV,         1},
};

static const struct {
    char letter;
    enum unit_mode mode;
} modes[] = {
    {'P', MODE_POWER_ON}, {'S', MODE_STANDBY},  {'L', MODE_LINE},   {'B', MODE_BATTERY},
    {'F', MODE_FAULT},    {'D', MODE_SHUTDOWN}, {'H', MODE_SAVING}, {'C', MODE_CHARGING},
    {'Y', MODE_BYPASS},   {'E', MODE_ECO},
};
/* clang-format on */

bool unit_speaks(const struct pi30_fields *qpi)
{
    return qpi->value[0] == 30 || qpi->value[0] == 41;
}

static void take(struct unit *unit, const struct taken *rows, size_t count,
                 const struct pi30_fields *fields, int64_t now_ms)
{
    for (size_t i = 0; i < count; i++) {
        char *at = (char *)&unit->readings + rows[i].offset;
        reading_set((struct reading *)(void *)at, fields->value[rows[i].field] * rows[i].factor,
                    now_ms);
    }
}

/* The PV current has a decimal point; without one the field is the charge current to the battery
 * (docs/axpert.md, Answers), and power over voltage is the better answer. */
static void read_pv_current(struct unit_readings *readings, const struct pi30_fields *fields,
                            int64_t now_ms)
{
    int32_t dV = fields->value[QPIGS_PV_DV], W = fields->value[QPIGS_PV_W];
    if (fields->pointed >> QPIGS_PV_MA & 1)
        reading_set(&readings->pv_mA[0], fields->value[QPIGS_PV_MA], now_ms);
    else if (dV > 0)
        reading_set(&readings->pv_mA[0], (int32_t)((int64_t)W * 10000 / dV), now_ms);
    else if (W == 0)
        reading_set(&readings->pv_mA[0], 0, now_ms);
}

static void read_qpigs(struct unit *unit, const struct pi30_fields *fields, int64_t now_ms)
{
    enum { HOTTEST_C = 150 }; /* more is the raw A/D value of 1 to 3 kVA models */
    take(unit, qpigs, sizeof qpigs / sizeof *qpigs, fields, now_ms);
    if (fields->value[QPIGS_HEATSINK_C] <= HOTTEST_C)
        reading_set(&unit->readings.heatsink_C, fields->value[QPIGS_HEATSINK_C], now_ms);
    read_pv_current(&unit->readings, fields, now_ms);
}

/* 10.2 kW models print 0200 for 10200: add what the field could not hold when V times A says so. */
static void mend_rating(struct unit_readings *readings, int32_t output_dV)
{
    enum { OVERFLOW = 10000 };
    int32_t volt_amperes = (int32_t)((int64_t)output_dV * readings->rated_dA.value / 100);
    int32_t mended = readings->rated_VA.value + OVERFLOW;
    int32_t apart = mended > volt_amperes ? mended - volt_amperes : volt_amperes - mended;
    if (readings->rated_VA.value >= OVERFLOW || apart > mended / 20)
        return;
    readings->rated_VA.value = mended;
    if (readings->rated_W.value + OVERFLOW <= mended)
        readings->rated_W.value += OVERFLOW;
}

static void read_qmod(struct unit *unit, const struct pi30_fields *fields, int64_t now_ms)
{
    int32_t mode = MODE_UNKNOWN;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (modes[i].letter == fields->value[0])
            mode = (int32_t)modes[i].mode;
    reading_set(&unit->readings.mode, mode, now_ms);
}

/* Off where the charge switch is 0 and a discharge switch is 1; 000 leaves it to the unit. */
static void read_qbatcd(struct unit *unit, const struct pi30_fields *fields, int64_t now_ms)
{
    const int32_t *abc = fields->value;
    reading_set(&unit->readings.charger_off, !abc[2] && (abc[0] || abc[1]), now_ms);
}

static void read_list(struct unit *unit, const struct pi30_fields *fields)
{
    for (int i = 0; i < fields->count && i < UNIT_LIST; i++)
        unit->charge_list_A[i] = fields->value[i];
    unit->charge_list_count = fields->count < UNIT_LIST ? fields->count : UNIT_LIST;
}

static void read_text(char *out, size_t room, const struct pi30_fields *fields)
{
    size_t length = strlen(fields->text);
    if (length > room - 1)
        length = room - 1;
    memcpy(out, fields->text, length);
    out[length] = '\0';
}

void unit_read(struct unit *unit, enum pi30_command command, const struct pi30_fields *fields,
               int64_t now_ms)
{
    struct unit_readings *readings = &unit->readings;
    switch (command) {
    case PI30_QPI:
        read_text(readings->protocol, sizeof readings->protocol, fields);
        break;
    case PI30_QID:
    case PI30_QSID:
        read_text(readings->serial, sizeof readings->serial, fields);
        break;
    case PI30_QVFW:
        read_text(readings->firmware, sizeof readings->firmware, fields);
        break;
    case PI30_QMCHGCR:
        read_list(unit, fields);
        break;
    case PI30_QPIRI:
        take(unit, qpiri, sizeof qpiri / sizeof *qpiri, fields, now_ms);
        mend_rating(readings, fields->value[QPIRI_OUTPUT_DV]);
        break;
    case PI30_QPIGS:
        read_qpigs(unit, fields, now_ms);
        break;
    case PI30_QPIGS2:
        take(unit, qpigs2, sizeof qpigs2 / sizeof *qpigs2, fields, now_ms);
        break;
    case PI30_QMOD:
        read_qmod(unit, fields, now_ms);
        break;
    case PI30_QPIWS:
        reading_set(&readings->warnings_low, (int32_t)fields->bits[0], now_ms);
        reading_set(&readings->warnings_high, (int32_t)fields->bits[1], now_ms);
        break;
    case PI30_QBATCD:
        read_qbatcd(unit, fields, now_ms);
        break;
    case PI30_QMUCHGCR:
    case PI30_SETTER:
    case PI30_COMMANDS:
        break;
    }
}
