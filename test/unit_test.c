/* The conversation with one inverter against a scripted line in virtual time. A scenario is a
 * table: at this time, expect that, then do this. */
#include "far_end.h"

/* clang-format off */
enum look {
    NOTHING, IDENTIFIED, STATUS_AGE_MAX, CHARGE_STATE, OFF_STATE, OUTPUT_STATE, FAR_CHARGE, FAR_OFF,
    FAR_PRIORITY, CHARGE_WRITES, OFF_WRITES, OUTPUT_WRITES, CHARGE_UNSUPPORTED, OFF_UNSUPPORTED,
    OFF_READ, CHARGE_READ, TIMEOUTS_MIN, NAKS_MIN, CHECKS_MIN, SHAPES_MIN, RANGES_MIN, FAR_SETTERS,
    HEARD_AGE_MIN, CHARGING_MA
};
enum act {
    STAY, CHARGE, OFF, PRIORITY, FAULT_SILENT, FAULT_DEAF, FAULT_NAK, FAULT_CRC, FAULT_SHIFT,
    FAULT_LOST, FAULT_LATE, FAULT_NOISE, FAULT_SWAPPED, FAULT_ENDLESS, FAULT_RANGE, FAULT_LIES,
    SETTER_SILENT, SETTER_NAK,
    UNPLUG, PLUG, PORT_LOST, OLD_CHARGE, NO_BATCD, NO_LIST, NO_ID, BY_HAND, GARBAGE
};

struct step {
    int64_t at_ms;
    enum look look;
    int64_t expected;
    enum act act;
    int amount;
    const char *sentence;
};

static const struct step plain_day[] = {
    {    1, NOTHING,        0,                 STAY,       0, "starts" },
    { 1500, STATUS_AGE_MAX, 1000,              STAY,       0, "status before everything is known" },
    { 3000, IDENTIFIED,     1,                 STAY,       0, "knows the unit" },
    { 9000, STATUS_AGE_MAX, 1300,              STAY,       0, "status about each second" },
    { 9000, CHARGING_MA,      12000,             STAY,       0, "12 A into the battery" },
    { 9000, CHARGE_READ,    40,                STAY,       0, "the unit's own limit" },
    {70000, FAR_SETTERS,    0,                 CHARGE,    40, "nothing wanted writes nothing" },
    {73000, FAR_SETTERS,    0,                 CHARGE,    47, "it is so already" },
    {76000, FAR_SETTERS,    0,                 CHARGE,    35, "rounded down it is so already" },
    {79000, FAR_CHARGE,     30,                STAY,       0, "lowered, in a step of the list" },
    {79000, CHARGE_STATE,   SETTING_CONFIRMED, CHARGE,   120, "and read back" },
    {90000, FAR_CHARGE,     30,                STAY,       0, "raising waits for the dwell" },
    {90000, CHARGE_STATE,   SETTING_WANTED,    CHARGE,    25, "and says so" },
    {93000, FAR_CHARGE,     20,                CHARGE,     5, "a second lowering does not wait" },
    {96000, FAR_CHARGE,     10,                CHARGE,   500, "10 A is the least there is" },
    {150000, FAR_CHARGE,   10,                STAY,       0, "dwell runs from the last write" },
    {160000, FAR_CHARGE,    120,               PRIORITY,   2, "the most of the list" },
    {163000, FAR_PRIORITY,  2,                 STAY,       0, "SBU: the fake had it" },
    {163000, OUTPUT_WRITES, 0,                 PRIORITY,   0, "so it cost no write" },
    {166000, FAR_PRIORITY,  0,                 OFF,        1, "utility" },
    {169000, FAR_OFF,       1,                 STAY,       0, "charger off" },
    {169000, OFF_READ,      1,                 OFF,        0, "as read back" },
    {180000, FAR_OFF,       1,                 STAY,       0, "back on waits for the dwell" },
    {235000, FAR_OFF,       0,                 CHARGE,    -1, "then is on" },
    {240000, CHARGE_STATE,  SETTING_IDLE,      STAY,       0, "nothing wanted is idle" },
};

static const struct step faults[] = {
    { 4000, IDENTIFIED,     1,   FAULT_SILENT,  2, "knows the unit" },
    { 9000, TIMEOUTS_MIN,   2,   STAY,          0, "two replies missing" },
    { 9000, IDENTIFIED,     1,   FAULT_CRC,     2, "three tries are enough" },
    {12000, CHECKS_MIN,     2,   STAY,          0, "bad CRCs" },
    {12000, STATUS_AGE_MAX, 2800, FAULT_SHIFT,  2, "cost a gap, not the time limit" },
    {15000, CHECKS_MIN,     4,   FAULT_LOST,    2, "a frame shifted by a bit" },
    {18000, CHECKS_MIN,     6,   FAULT_NOISE,   6, "a byte lost" },
    {22000, STATUS_AGE_MAX, 1300, FAULT_SWAPPED, 6, "noise before the reply does no harm" },
    {26000, SHAPES_MIN,     3,   STAY,          0, "replies to another command are not believed" },
    {26000, STATUS_AGE_MAX, 1300, FAULT_LATE,   2, "and the right one is still taken" },
    {34000, STATUS_AGE_MAX, 1300, FAULT_RANGE,  2, "late replies" },
    {38000, RANGES_MIN,     1,   FAULT_ENDLESS, 2, "out of range" },
    {48000, STATUS_AGE_MAX, 1300, FAULT_NAK,    1, "bytes without end" },
    {50000, NAKS_MIN,       1,   STAY,          0, "a NAK" },
    {50000, IDENTIFIED,     1,   STAY,          0, "is asked again" },
    {50000, STATUS_AGE_MAX, 1300, FAULT_NAK,   20, "and does no harm" },
    {90000, STATUS_AGE_MAX, 1300, GARBAGE,      0, "a burst of NAKs passes" },
    {96000, STATUS_AGE_MAX, 1300, STAY,         0, "garbage of any length" },
    {96000, FAR_SETTERS,    0,   STAY,          0, "nothing was ever written" },
};

static const struct step loss[] = {
    { 4000, IDENTIFIED,     1,    UNPLUG,    0, "knows the unit" },
    {12000, IDENTIFIED,     0,    STAY,      0, "silence: may be another unit" },
    {12000, HEARD_AGE_MIN,  7000, PLUG,      0, "nothing is heard" },
    {17000, IDENTIFIED,     1,    STAY,      0, "adopted within 5 s" },
    {17000, STATUS_AGE_MAX, 1300, PORT_LOST, 0, "and read again" },
    {17001, IDENTIFIED,     0,    STAY,      0, "a lost port asks anew" },
    {22000, IDENTIFIED,     1,    FAULT_DEAF, 1, "and finds the unit" },
    {22000, NOTHING,        0,    CHARGE,   20, "a setter" },
    {23000, CHARGE_STATE,   SETTING_SENT, PORT_LOST, 0, "amid which the port is lost" },
    {27000, FAR_CHARGE,     20,   STAY,      0, "it had arrived" },
    {27000, CHARGE_STATE,   SETTING_CONFIRMED, STAY, 0, "reading tells so" },
    {27000, FAR_SETTERS,    1,    STAY,      0, "without a second write" },
};

static const struct step setters[] = {
    {  4000, IDENTIFIED,    1,                 FAULT_LIES,  1, "knows the unit" },
    {  4000, NOTHING,       0,                 CHARGE,     30, "ACK without effect" },
    {  9000, FAR_CHARGE,    30,                STAY,        0, "is written once more" },
    {  9000, CHARGE_WRITES, 2,                 STAY,        0, "which counts" },
    {  9000, CHARGE_STATE,  SETTING_CONFIRMED, FAULT_LIES, 99, "and is confirmed" },
    {  9000, NOTHING,       0,                 CHARGE,     20, "a unit that never obeys" },
    { 20000, CHARGE_STATE,  SETTING_REFUSED,   STAY,        0, "is said to refuse" },
    { 20000, CHARGE_WRITES, 4,                 STAY,        0, "after two writes" },
    { 60000, CHARGE_WRITES, 4,                 STAY,        0, "and is left alone for the dwell" },
    { 80000, CHARGE_WRITES, 6,                 FAULT_LIES,  0, "then tried again" },
    {140000, CHARGE_STATE,  SETTING_CONFIRMED, FAULT_DEAF,  1, "until it obeys" },
    {140000, NOTHING,       0,                 CHARGE,     10, "the ACK is lost" },
    {146000, CHARGE_STATE,  SETTING_CONFIRMED, STAY,        0, "reading back tells it was heard" },
    {146000, CHARGE_WRITES, 8,                 STAY,        0, "which counts as a write" },
    {146000, FAR_SETTERS,   8,                 SETTER_SILENT, 1, "no blind repeat" },
    {146000, NOTHING,       0,                 OFF,         1, "the setter itself is lost" },
    {153000, FAR_OFF,       1,                 SETTER_NAK,  1, "written again after reading back" },
    {153000, NOTHING,       0,                 PRIORITY,    1, "one NAK" },
    {156000, OUTPUT_STATE,  SETTING_CONFIRMED, SETTER_NAK,  2, "is retried" },
    {220000, NOTHING,       0,                 PRIORITY,    2, "two NAKs" },
    {223000, OUTPUT_STATE,  SETTING_REFUSED,   STAY,        0, "refuse" },
    {223000, FAR_PRIORITY,  1,                 STAY,        0, "what a unit has obeyed before" },
    {275000, FAR_PRIORITY,  1,                 STAY,        0, "for the dwell" },
    {284000, FAR_PRIORITY,  2,                 BY_HAND,    50, "somebody turns the charge limit" },
    {350000, FAR_CHARGE,    10,                STAY,        0, "the minute's reading finds it" },
};

static const struct step others[] = {
    {    1, NOTHING,            0,  OLD_CHARGE, 1, "an old unit" },
    {    1, NOTHING,            0,  NO_BATCD,   0, "without charger switch" },
    {    1, NOTHING,            0,  NO_ID,      0, "whose number is long" },
    { 5000, IDENTIFIED,         1,  CHARGE,    30, "is identified" },
    { 9000, FAR_CHARGE,         30, STAY,       0, "the third form fits" },
    { 9000, CHARGE_STATE,       SETTING_CONFIRMED, OFF, 1, "and is confirmed" },
    {12000, OFF_UNSUPPORTED,    1,  STAY,       0, "what cannot be proved is not written" },
    {12000, OFF_STATE,          SETTING_REFUSED, CHARGE, 20, "and refused" },
    {15000, CHARGE_WRITES,      2,  STAY,       0, "the form is remembered" },
    {15000, FAR_CHARGE,         20, STAY,       0, "lowered" },
    {15000, CHARGE_UNSUPPORTED, 0,  OLD_CHARGE, 0, "supported" },
    {15000, NOTHING,            0,  PORT_LOST,  0, "another unit takes its place" },
    {20000, IDENTIFIED,         1,  CHARGE,    10, "and is identified" },
    {23000, FAR_CHARGE,         10, STAY,       0, "its own form is found" },
};

static const struct step no_list[] = {
    {    1, NOTHING,        0,  NO_LIST,   0, "a unit without QMCHGCR" },
    { 5000, IDENTIFIED,     1,  CHARGE,   36, "is identified" },
    { 9000, FAR_CHARGE,     30, CHARGE,    0, "steps of 10 A" },
    {12000, FAR_CHARGE,     10, STAY,      0, "10 A at least" },
};
/* clang-format on */

static int64_t age(int64_t heard_ms)
{
    return heard_ms ? clock_ms - heard_ms : 1 << 30;
}

static int64_t see(enum look look)
{
    const struct unit_readings *r = &unit.readings;
    switch (look) {
    case NOTHING:
        return 0;
    case IDENTIFIED:
        return unit.identified;
    case STATUS_AGE_MAX:
        return age(r->battery_cV.heard_ms);
    case HEARD_AGE_MIN:
        return age(unit.heard_ms);
    case CHARGE_STATE:
        return unit.settings[SET_CHARGE_MAX].state;
    case OFF_STATE:
        return unit.settings[SET_CHARGER_OFF].state;
    case OUTPUT_STATE:
        return unit.settings[SET_OUTPUT_PRIORITY].state;
    case FAR_CHARGE:
        return far_end.charge_A;
    case FAR_OFF:
        return far_end.charger_off;
    case FAR_PRIORITY:
        return far_end.priority;
    case FAR_SETTERS:
        return far_end.setter_count;
    case CHARGE_WRITES:
        return unit.settings[SET_CHARGE_MAX].writes;
    case OFF_WRITES:
        return unit.settings[SET_CHARGER_OFF].writes;
    case OUTPUT_WRITES:
        return unit.settings[SET_OUTPUT_PRIORITY].writes;
    case CHARGE_UNSUPPORTED:
        return unit.settings[SET_CHARGE_MAX].unsupported;
    case OFF_UNSUPPORTED:
        return unit.settings[SET_CHARGER_OFF].unsupported;
    case OFF_READ:
        return r->charger_off.value;
    case CHARGE_READ:
        return r->charge_max_A.value;
    case CHARGING_MA:
        return r->charge_mA.value;
    case TIMEOUTS_MIN:
        return unit.statistics.timeouts;
    case NAKS_MIN:
        return unit.statistics.naks;
    case CHECKS_MIN:
        return unit.verdicts.n[VERDICT_CHECK];
    case SHAPES_MIN:
        return unit.verdicts.n[VERDICT_SHAPE];
    case RANGES_MIN:
        return unit.verdicts.n[VERDICT_RANGE];
    }
    return -1;
}

static bool as_expected(const struct step *step)
{
    int64_t seen = see(step->look);
    switch (step->look) {
    case STATUS_AGE_MAX:
        return seen <= step->expected;
    case HEARD_AGE_MIN:
    case TIMEOUTS_MIN:
    case NAKS_MIN:
    case CHECKS_MIN:
    case SHAPES_MIN:
    case RANGES_MIN:
        return seen >= step->expected;
    case NOTHING:
    case IDENTIFIED:
    case CHARGE_STATE:
    case OFF_STATE:
    case OUTPUT_STATE:
    case FAR_CHARGE:
    case FAR_OFF:
    case FAR_PRIORITY:
    case FAR_SETTERS:
    case CHARGE_WRITES:
    case OFF_WRITES:
    case OUTPUT_WRITES:
    case CHARGE_UNSUPPORTED:
    case OFF_UNSUPPORTED:
    case OFF_READ:
    case CHARGE_READ:
    case CHARGING_MA:
        return seen == step->expected;
    }
    return false;
}

static void give_garbage(void)
{
    uint32_t seed = 1;
    for (int i = 0; i < 5000; i++) {
        uint8_t bytes[300];
        size_t count = 0;
        for (; count < sizeof bytes && count < (size_t)i % 300; count++) {
            seed = seed * 1664525u + 1013904223u;
            static const uint8_t likely[] = "(\r\n 01.ACKN";
            bytes[count] = seed & 0x10000000 ? likely[seed >> 8 & 7] : (uint8_t)(seed >> 16);
        }
        unit_bytes(&unit, bytes, count, clock_ms);
    }
    CHECK(unit.rx_len <= UNIT_BUFFER, "rx_len %zu", unit.rx_len);
}

/* A fault, and the first letters of the commands it befalls; NULL = any. */
static const struct {
    enum fault fault;
    const char *to;
} faulty[] = {
    [FAULT_SILENT] = {SILENT, NULL},
    [FAULT_DEAF] = {DEAF_REPLY, "MP"},
    [FAULT_NAK] = {NAK, NULL},
    [FAULT_CRC] = {BAD_CRC, NULL},
    [FAULT_SHIFT] = {BIT_SHIFT, NULL},
    [FAULT_LOST] = {LOST_BYTE, NULL},
    [FAULT_LATE] = {LATE, NULL},
    [FAULT_NOISE] = {NOISE, NULL},
    [FAULT_SWAPPED] = {SWAPPED, NULL},
    [FAULT_ENDLESS] = {ENDLESS, NULL},
    [FAULT_RANGE] = {OUT_OF_RANGE, NULL},
    [FAULT_LIES] = {LIES, "MP"},
    [SETTER_SILENT] = {SILENT, "MP"},
    [SETTER_NAK] = {NAK, "MP"},
};

static void order(enum act act, int amount)
{
    struct unit_orders orders = unit.orders;
    if (act == CHARGE)
        orders.want[SET_CHARGE_MAX] = amount;
    else if (act == OFF)
        orders.want[SET_CHARGER_OFF] = amount;
    else
        orders.want[SET_OUTPUT_PRIORITY] = amount;
    unit_order(&unit, &orders);
}

static void act_on(const struct step *step)
{
    switch (step->act) {
    case STAY:
        break;
    case CHARGE:
    case OFF:
    case PRIORITY:
        order(step->act, step->amount);
        break;
    case FAULT_SILENT:
    case FAULT_DEAF:
    case FAULT_NAK:
    case FAULT_CRC:
    case FAULT_SHIFT:
    case FAULT_LOST:
    case FAULT_LATE:
    case FAULT_NOISE:
    case FAULT_SWAPPED:
    case FAULT_ENDLESS:
    case FAULT_RANGE:
    case FAULT_LIES:
    case SETTER_SILENT:
    case SETTER_NAK:
        befalls(faulty[step->act].fault, step->amount, faulty[step->act].to);
        break;
    case UNPLUG:
        far_end.plugged = false;
        break;
    case PLUG:
        far_end.plugged = true;
        break;
    case PORT_LOST:
        unit_port_changed(&unit, clock_ms);
        break;
    case OLD_CHARGE:
        far_end.has_old_charge = step->amount;
        break;
    case NO_BATCD:
        far_end.has_batcd = false;
        break;
    case NO_LIST:
        far_end.has_list = false;
        break;
    case NO_ID:
        far_end.has_id = false;
        break;
    case BY_HAND:
        far_end.charge_A = step->amount;
        break;
    case GARBAGE:
        give_garbage();
        break;
    }
}

static void play(const char *name, const struct step *rows, size_t count)
{
    start(&(struct unit_config){.name = "inv1"});
    for (size_t i = 0; i < count; i++) {
        run_to(rows[i].at_ms);
        CHECK(as_expected(&rows[i]), "%s at %" PRId64 ": %s: %" PRId64 ", not %" PRId64, name,
              clock_ms, rows[i].sentence, see(rows[i].look), rows[i].expected);
        act_on(&rows[i]);
    }
}

int main(void)
{
#define PLAY(rows) play(#rows, rows, sizeof rows / sizeof *rows)
    PLAY(plain_day);
    PLAY(faults);
    PLAY(loss);
    PLAY(setters);
    PLAY(others);
    PLAY(no_list);
    printf("%" PRIu64 " steps\n", steps);
    return check_done("unit");
}
