/* Every setter of the table with its proof, and every reason why one is not written. */
#include "far_axpert.h"

static struct far_line line;
static struct far_axpert axpert;

static void begin(void)
{
    memset(&line, 0, sizeof line);
    axpert = far_axpert_new;
    line.tell = axpert_tell;
    line.world = &axpert;
    line_start(&line, &(struct unit_config){.name = "inv1", .dwell_ms = 10000}, 5);
    line_run(&line, 8000, NULL);
}

static void run(int64_t ms)
{
    line_run(&line, line.now_ms + ms, NULL);
}

static void want(enum setting setting, int32_t value)
{
    struct unit_orders orders = line.unit.orders;
    orders.want[setting] = value;
    unit_order(&line.unit, &orders);
}

static void ask_person(enum setting setting)
{
    struct unit_orders orders = line.unit.orders;
    orders.person |= 1u << setting;
    unit_order(&line.unit, &orders);
}

static void is(enum setting setting, enum setting_state state, enum setting_reason reason,
               const char *sentence)
{
    const struct unit_setting *now = &line.unit.settings[setting];
    CHECK(now->state == state && now->reason == reason, "%s: %s is %s (%s), %u sent", sentence,
          setting_name(setting), setting_state_name(now->state), setting_reason_text(now->reason),
          axpert.written[setting]);
}

/* clang-format off */
static const struct {
    enum setting setting;
    int32_t value;
    const char *word;
    int *far;
    bool person;
} every[] = {
    {SET_CHARGER_OFF,      1,                         "PBATCD110",      NULL,                  false},
    {SET_CHARGE_MAX,       30,                        "MNCHGC0030",     &axpert.charge_A,      false},
    {SET_AC_CHARGE_MAX,    2,                         "MUCHGC0002",     &axpert.ac_charge_A,   false},
    {SET_FLOAT,            535,                       "PBFT53.5",       &axpert.float_dV,      false},
    {SET_BULK,             561,                       "PCVV56.1",       &axpert.bulk_dV,       false},
    {SET_OUTPUT_PRIORITY,  OUTPUT_UTILITY,            "POP00",          &axpert.priority,      false},
    {SET_CHARGER_PRIORITY, CHARGER_SOLAR_FIRST,       "PCP01",          &axpert.charger,       false},
    {SET_RECHARGE,         480,                       "PBCV48.0",       &axpert.recharge_dV,   false},
    {SET_REDISCHARGE,      0,                         "PBDV00.0",       &axpert.redischarge_dV, false},
    {SET_CUTOFF,           455,                       "PSDV45.5",       &axpert.cutoff_dV,     false},
    {SET_DISCHARGE_MAX,    60,                        "PBATMAXDISC060", &axpert.discharge_A,   false},
    {SET_PV_BALANCE,       0,                         "PSPB0",          &axpert.balance,       false},
    {SET_INPUT_RANGE,      1,                         "PGR01",          &axpert.range,         true},
    {SET_BATTERY_TYPE,     8,                         "PBT08",          &axpert.battery_type,  true},
};

/* Orders a unit does not get, and why. */
static const struct {
    enum setting setting;
    int32_t value;
    enum setting_reason reason;
    const char *sentence;
} refused[] = {
    {SET_FLOAT,            470, REASON_NOT_ALLOWED,  "float below the setter's range"},
    {SET_BULK,             585, REASON_NOT_ALLOWED,  "bulk above it"},
    {SET_RECHARGE,         485, REASON_NOT_ALLOWED,  "between the steps of a volt"},
    {SET_OUTPUT_PRIORITY,    3, REASON_NOT_ALLOWED,  "a priority no document has"},
    {SET_CHARGER_PRIORITY,   7, REASON_NOT_ALLOWED,  "no charger priority at all"},
    {SET_PV_BALANCE,         2, REASON_NOT_ALLOWED,  "neither on nor off"},
    {SET_FLOAT,            560, REASON_CONTRADICTED, "float above bulk"},
    {SET_BULK,             530, REASON_CONTRADICTED, "bulk below float"},
    {SET_BATTERY_TYPE,       0, REASON_PERSON,       "nobody asked for another battery type"},
    {SET_INPUT_RANGE,        1, REASON_PERSON,       "nobody asked for another input range"},
    {SET_OUTPUT_MODE,        1, REASON_PERSON,       "nobody asked for another output mode"},
};
/* clang-format on */

static void every_setter(void)
{
    begin();
    for (size_t i = 0; i < sizeof every / sizeof *every; i++) {
        if (every[i].person)
            ask_person(every[i].setting);
        want(every[i].setting, every[i].value);
        run(6000);
        is(every[i].setting, SETTING_CONFIRMED, REASON_NONE, every[i].word);
        CHECK(!every[i].far || *every[i].far == every[i].value, "%s: the far end has %d",
              every[i].word, *every[i].far);
        CHECK(axpert.written[every[i].setting] == 1, "%s: written %u times", every[i].word,
              axpert.written[every[i].setting]);
    }
    CHECK(axpert.charger_off, "the charger is off");
    CHECK(sizeof every / sizeof *every == SETTINGS - 2, "all but PV off and output mode");
}

static void refusals(void)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        begin();
        want(refused[i].setting, refused[i].value);
        run(5000);
        is(refused[i].setting, SETTING_REFUSED, refused[i].reason, refused[i].sentence);
        CHECK(axpert.writes == 0, "%s: never sent", refused[i].sentence);
    }
}

static void preconditions(void)
{
    begin();
    axpert.battery_type = 0;
    unit_port_changed(&line.unit, line.now_ms);
    run(6000);
    want(SET_FLOAT, 535);
    ask_person(SET_OUTPUT_MODE);
    want(SET_OUTPUT_MODE, 1);
    run(5000);
    is(SET_FLOAT, SETTING_REFUSED, REASON_USER_BATTERY, "an AGM battery");
    is(SET_OUTPUT_MODE, SETTING_REFUSED, REASON_STANDBY, "the output is on");
    CHECK(axpert.writes == 0, "never sent");
    axpert.mode = 'S';
    axpert.battery_type = 2;
    run(70000);
    is(SET_FLOAT, SETTING_CONFIRMED, REASON_NONE, "once the battery is user-defined");
    is(SET_OUTPUT_MODE, SETTING_CONFIRMED, REASON_NONE, "once the output is off");
}

/* What the far end had, at each write, of both. */
static int seen_above;

static void watch_pair(struct far_line *l)
{
    (void)l;
    seen_above += axpert.float_dV > axpert.bulk_dV;
}

static void pair(void)
{
    static const struct {
        int32_t bulk, float_;
        const char *sentence;
    } pairs[] = {
        {480, 480, "both down: float first"},
        {584, 580, "both up: bulk first"},
        {550, 545, "both down again"},
        {560, 550, "both up again"},
    };
    begin();
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        want(SET_BULK, pairs[i].bulk);
        want(SET_FLOAT, pairs[i].float_);
        line_run(&line, line.now_ms + 40000, watch_pair);
        is(SET_BULK, SETTING_CONFIRMED, REASON_NONE, pairs[i].sentence);
        is(SET_FLOAT, SETTING_CONFIRMED, REASON_NONE, pairs[i].sentence);
    }
    CHECK(seen_above == 0, "float was above bulk %d times", seen_above);
    CHECK(axpert.writes == 8, "a write each: %u", axpert.writes);
    want(SET_BULK, 550);
    want(SET_FLOAT, 560);
    run(20000);
    is(SET_FLOAT, SETTING_REFUSED, REASON_CONTRADICTED, "float ordered above bulk");
    is(SET_BULK, SETTING_REFUSED, REASON_CONTRADICTED, "so neither is written");
}

static void ends(void)
{
    begin();
    axpert.deaf = 2;
    want(SET_OUTPUT_PRIORITY, OUTPUT_SOLAR);
    run(8000);
    is(SET_OUTPUT_PRIORITY, SETTING_REFUSED, REASON_NOT_APPLIED, "ACKed twice without effect");
    CHECK(axpert.written[SET_OUTPUT_PRIORITY] == 2, "one retry");
    run(12000);
    is(SET_OUTPUT_PRIORITY, SETTING_CONFIRMED, REASON_NONE, "after the dwell it takes it");
    line.nak = 1000;
    want(SET_CHARGER_PRIORITY, CHARGER_SOLAR_FIRST);
    run(500);
    line.nak = 0;
    run(5000);
    CHECK(axpert.charger == CHARGER_SOLAR_FIRST ||
              line.unit.settings[SET_CHARGER_PRIORITY].reason == REASON_NAKED,
          "a NAK or two: %s", setting_reason_text(line.unit.settings[SET_CHARGER_PRIORITY].reason));
    want(SET_OUTPUT_PRIORITY, OUTPUT_SBU);
    run(2000);
    want(SET_OUTPUT_PRIORITY, OUTPUT_UTILITY);
    run(1500);
    is(SET_OUTPUT_PRIORITY, SETTING_WANTED, REASON_DWELL, "a third priority within the dwell");
    run(20000);
    is(SET_OUTPUT_PRIORITY, SETTING_CONFIRMED, REASON_NONE, "after it");
}

static void budget(void)
{
    begin();
    line.unit.config.writes_per_day = 3;
    for (int i = 0; i < 4; i++) {
        want(SET_OUTPUT_PRIORITY, i % 2 ? OUTPUT_SBU : OUTPUT_SOLAR);
        run(20000);
    }
    is(SET_OUTPUT_PRIORITY, SETTING_WANTED, REASON_BUDGET, "the fourth write of a day");
    CHECK(axpert.written[SET_OUTPUT_PRIORITY] == 3, "%u writes",
          axpert.written[SET_OUTPUT_PRIORITY]);
}

/* A unit whose mains charging current goes by single amperes. */
static bool fine_tell(struct far_line *l, const char *word, char *text, size_t room)
{
    bool list = strcmp(word, "QMUCHGCR") == 0;
    if (list)
        snprintf(text, room, "002 009 010 011 012 020");
    return list || axpert_tell(l, word, text, room);
}

/* The controller follows a limit that wavers; a person's one ampere is meant. */
static void by_one(void)
{
    memset(&line, 0, sizeof line);
    axpert = far_axpert_new;
    line.tell = fine_tell;
    line.world = &axpert;
    line_start(&line, &(struct unit_config){.name = "inv1", .dwell_ms = 10000}, 5);
    line_run(&line, 8000, NULL);
    want(SET_AC_CHARGE_MAX, 11);
    run(20000);
    is(SET_AC_CHARGE_MAX, SETTING_WANTED, REASON_SMALL, "one more is not worth a write");
    ask_person(SET_CHARGE_MAX);
    run(20000);
    is(SET_AC_CHARGE_MAX, SETTING_WANTED, REASON_SMALL, "a person who asked for another setting");
    CHECK(axpert.writes == 0 && axpert.ac_charge_A == 10, "never sent");
    ask_person(SET_AC_CHARGE_MAX);
    run(20000);
    is(SET_AC_CHARGE_MAX, SETTING_CONFIRMED, REASON_NONE, "a person asked for it");
    CHECK(axpert.ac_charge_A == 11 && axpert.writes == 1, "%d A", axpert.ac_charge_A);
}

/* QPGSn says which number the unit itself has now, and how the others are. */
static bool parallel_tell(struct far_line *l, const char *word, char *text, size_t room)
{
    static const char *const units[] = {
        "1 92932105105315 B 00 000.0 00.00 230.0 50.00 0989 0907 012 53.2 009 090 349.8 024 01989 "
        "01807 011 10100110 1 1 100 120 030 02 000 275.3 02",
        "1 92931905106463 F 05 230.1 50.00 230.0 50.00 1000 0900 013 53.1 015 090 349.8 024 01989 "
        "01807 011 10100110 1 1 100 120 030 02 000 275.3 02",
    };
    if (strncmp(word, "QPGS", 4) != 0)
        return axpert_tell(l, strncmp(word, "MNCHGC1", 7) ? word : "MNCHGC0020", text, room) &&
               strncmp(word, "MNCHGC0", 7) != 0;
    if (word[4] > '1')
        return false;
    snprintf(text, room, "%s", units[word[4] - '0']);
    return true;
}

static void in_parallel(void)
{
    memset(&line, 0, sizeof line);
    axpert = far_axpert_new;
    axpert.output_mode = 1;
    line.tell = parallel_tell;
    line.world = &axpert;
    line_start(&line, &(struct unit_config){.name = "inv1", .parallel = 4}, 5);
    want(SET_CHARGE_MAX, 20);
    while (line.now_ms < 20000 && line.unit.settings[SET_CHARGE_MAX].state != SETTING_CONFIRMED)
        run(100);
    is(SET_CHARGE_MAX, SETTING_CONFIRMED, REASON_NONE, "told by its own number, 1, once known");
    CHECK(line.now_ms < 12000, "which is soon: %" PRId64 " ms", line.now_ms);
    line_run(&line, 60000, NULL);
    const struct unit_parallel *other = NULL;
    int count = 0;
    for (int i = 0; i < UNIT_PARALLELS; i++) {
        count += line.unit.parallel[i].serial[0] != '\0';
        if (!strcmp(line.unit.parallel[i].serial, "92932105105315"))
            other = &line.unit.parallel[i];
    }
    CHECK(count == 2 && other, "%d units by their numbers", count);
    CHECK(other && other->exists && other->mode == MODE_BATTERY && other->battery_cV == 5320 &&
              other->charge_mA == 9000 && other->output_W == 907 && other->total_W == 1807 &&
              other->total_charge_A == 24 && other->output_mode == 1 &&
              other->charger_priority == 1,
          "the other one's state");
    CHECK(other && line.now_ms - other->heard_ms < 15000, "heard of again and again");
    CHECK(line.unit.readings.fault_code.value == 5, "its own fault: %d",
          line.unit.readings.fault_code.value);
}

int main(void)
{
    every_setter();
    refusals();
    preconditions();
    pair();
    ends();
    budget();
    by_one();
    in_parallel();
    return check_done("unit_setters");
}
