/* One conversation, every family: whose unit it is, what it says and what it is told. */
#include "far_axpert.h"

static struct far_line line;
static struct far_axpert axpert;

/* --- PI18: the words of an LV5048 hybrid (captured), numbered its own way --- */

static struct far_infini {
    int charge_A, ac_charge_A, priority, charger, bulk_dV, float_dV, recharge_dV, redischarge_dV;
    bool has_status;
    uint32_t writes;
    char last[32];
} infini;

static bool infini_obey(const char *word)
{
    struct far_infini *f = &infini;
    int a, b;
    if (sscanf(word, "MCHGC0,%3d", &a) == 1 && a % 10 == 0 && a >= 10 && a <= 80)
        f->charge_A = a;
    else if (sscanf(word, "MUCHGC0,%3d", &a) == 1)
        f->ac_charge_A = a;
    else if (sscanf(word, "MCHGV%3d,%3d", &a, &b) == 2 && b <= a && b >= 480 && a <= 584)
        f->bulk_dV = a, f->float_dV = b;
    else if (sscanf(word, "BUCD%3d,%3d", &a, &b) == 2)
        f->recharge_dV = a, f->redischarge_dV = b;
    else if (sscanf(word, "POP%1d", &a) == 1 && a <= 1)
        f->priority = a;
    else if (sscanf(word, "PCP0,%1d", &a) == 1 && a <= 2)
        f->charger = a;
    else
        return false;
    f->writes++;
    return true;
}

static bool pi18_tell(struct far_line *l, const char *word, char *text, size_t room)
{
    static const struct {
        const char *word, *text;
    } constant[] = {
        {"PI", "18"},
        {"ID", "1496132206100410000000"},
        {"VFW", "05402,08025,00000"},
        {"MOD", "05"},
        {"MCHGCR", "010,020,030,040,050,060,070,080"},
        {"MUCHGCR", "002,010,020,030,040,050,060"},
        {"FWS", "00,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0"},
        {"GS", "2422,499,2305,499,1475,1458,026,526,000,000,000,007,084,046,000,000,1924,0000,2654,"
               "0000,0,2,0,1,1,2,0,1"},
        {"ET", "00006591"},
    };
    (void)l;
    snprintf(infini.last, sizeof infini.last, "%.31s", word);
    for (size_t i = 0; i < sizeof constant / sizeof *constant; i++)
        if (!strcmp(word, constant[i].word)) {
            snprintf(text, room, "%s", constant[i].text);
            return true;
        }
    if (strcmp(word, "PIRI") != 0)
        return infini_obey(word);
    snprintf(
        text, room,
        "2300,243,2300,500,243,5600,5600,480,%03d,%03d,480,%03d,%03d,2,%03d,%03d,0,%d,%d,9,1,0,"
        "0,0,1,00",
        infini.recharge_dV, infini.redischarge_dV, infini.bulk_dV, infini.float_dV,
        infini.ac_charge_A, infini.charge_A, infini.priority, infini.charger);
    return true;
}

static void order(enum setting setting, int32_t want)
{
    struct unit_orders orders = line.unit.orders;
    orders.want[setting] = want;
    unit_order(&line.unit, &orders);
}

static void begin(enum framing framing, far_tell *tell, void *world)
{
    memset(&line, 0, sizeof line);
    line.framing = framing;
    line.tell = tell;
    line.world = world;
    line_start(&line, &(struct unit_config){.name = "inv1"}, 7);
}

#define SPEAKS(unit_name)                                                                          \
    CHECK(line.unit.protocol && !strcmp(line.unit.protocol->name, unit_name), "%s: speaks %s",     \
          unit_name, line.unit.protocol ? line.unit.protocol->name : "nothing")

static void confirms(enum setting setting, int32_t want)
{
    const struct unit_setting *now = &line.unit.settings[setting];
    order(setting, want);
    line_run(&line, line.now_ms + 70000, NULL);
    CHECK(now->state == SETTING_CONFIRMED && now->want == want, "%s %d: %s, %s",
          setting_name(setting), want, setting_state_name(now->state),
          setting_reason_text(now->reason));
}

static void refuses(enum setting setting, int32_t want, enum setting_reason reason)
{
    const struct unit_setting *now = &line.unit.settings[setting];
    uint32_t writes = now->writes;
    order(setting, want);
    line_run(&line, line.now_ms + 3000, NULL);
    CHECK(now->state == SETTING_REFUSED && now->reason == reason && now->writes == writes,
          "%s %d: %s, %s", setting_name(setting), want, setting_state_name(now->state),
          setting_reason_text(now->reason));
    order(setting, -1);
}

static void pi18_reads(void)
{
    const struct unit_readings *r = &line.unit.readings;
    CHECK(!strcmp(r->protocol, "PI18") && !strcmp(r->serial, "96132206100410") &&
              !strcmp(r->firmware, "05402"),
          "%s %s %s", r->protocol, r->serial, r->firmware);
    CHECK(r->grid_dV.value == 2422 && r->output_W.value == 1458 && r->load_percent.value == 26,
          "load");
    CHECK(r->battery_cV.value == 5260, "52.6 V in hundredths: %d", r->battery_cV.value);
    CHECK(r->charge_mA.value == 7000 && r->pv_W[0].value == 1924 && r->pv_dV[0].value == 2654,
          "sun");
    CHECK(r->pv_mA[0].value == 7249, "its current from power and voltage: %d", r->pv_mA[0].value);
    CHECK(r->mode.value == MODE_LINE, "hybrid mode, on the line: %d", r->mode.value);
    CHECK(r->warnings_low.value == 1 << WARNING_EEPROM, "warnings: %x",
          (unsigned)r->warnings_low.value);
    CHECK(r->status_flags.value >> FLAG_LOAD_ON & 1, "the load is on");
    CHECK(r->output_priority.value == OUTPUT_SOLAR &&
              r->charger_priority.value == CHARGER_SOLAR_FIRST,
          "its 0 is PI30's 1: %d, %d", r->output_priority.value, r->charger_priority.value);
    CHECK(r->rated_W.value == 5600 && r->rated_dA.value == 243 && r->machine_type.value == 0,
          "rating");
    CHECK(r->energy_pv_Wh.heard_ms > 0, "energy");
    CHECK(line.unit.charge_list_count == 8 && line.unit.ac_charge_list_A[0] == 2, "lists");
}

static void pi18(void)
{
    infini = (struct far_infini){.charge_A = 60,
                                 .ac_charge_A = 10,
                                 .bulk_dV = 554,
                                 .float_dV = 540,
                                 .recharge_dV = 500,
                                 .redischarge_dV = 520};
    begin(FRAMING_PI18, pi18_tell, &infini);
    line_run(&line, 12000, NULL);
    SPEAKS("PI18");
    CHECK(line.unit.identified && line.unit.statistics.timeouts == 0,
          "its refusal of a PI30 question tells its framing: %u timeouts",
          line.unit.statistics.timeouts);
    pi18_reads();
    confirms(SET_CHARGE_MAX, 30);
    confirms(SET_OUTPUT_PRIORITY, OUTPUT_SBU);
    CHECK(infini.priority == 1, "SBU is its 1: %d", infini.priority);
    confirms(SET_CHARGER_PRIORITY, CHARGER_SOLAR_ONLY);
    CHECK(infini.charger == 2, "solar only is its 2: %d", infini.charger);
    confirms(SET_FLOAT, 536);
    CHECK(infini.bulk_dV == 554, "bulk, written with it, stays");
    confirms(SET_BULK, 560);
    confirms(SET_REDISCHARGE, 530);
    CHECK(infini.recharge_dV == 500, "recharge, written with it, stays");
    refuses(SET_OUTPUT_PRIORITY, OUTPUT_UTILITY, REASON_NOT_ALLOWED);
    refuses(SET_CHARGER_OFF, 1, REASON_UNSUPPORTED);
    CHECK(infini.writes == 6, "six writes: %u", infini.writes);
}

/* --- PI17: the answers of an InfiniSolar in a public decoder's tests --- */

static bool pi17_tell(struct far_line *l, const char *word, char *text, size_t room)
{
    static const struct {
        const char *word, *text;
    } constant[] = {
        {"PI", "17"},
        {"ID", "1496161704100242000000"},
        {"VFW", "VERFW:00001.01"},
        {"MOD", "05"},
        {"PIRI", "2400,500,0416,2400,0416,0187,0480,2,10,0,1"},
        {"PS", "00263,00381,,-00855,-03141,-03156,-07152,0000,0000,0000,00000,0193,0147,0195,00535,"
               "003,1,1,1,2,2,1"},
        {"WS", "1,1,0,0,1,1,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,"},
        {"ET", "00006591"},
        {"GS", "3305,0000,0082,0000,0568,100,-00035,2413,,,5000,00012,,,2413,,,5000,00035,,,032,023,"
               "025,0"},
    };
    (void)l;
    int amperes;
    for (size_t i = 0; i < sizeof constant / sizeof *constant; i++)
        if (!strcmp(word, constant[i].word)) {
            snprintf(text, room, "%s", constant[i].text);
            return true;
        }
    if (!strcmp(word, "BATS"))
        snprintf(
            text, room,
            "%04d,0560,0540,0000,060,0530,0420,0480,0480,0540,0,,,0,0480,000,0100,0175,010,020,"
            "020,080,0",
            infini.charge_A * 10);
    else if (sscanf(word, "MCHGC%4d", &amperes) == 1 && amperes <= 2000)
        infini.charge_A = amperes / 10, infini.writes++;
    else
        return false;
    return true;
}

static void pi17(void)
{
    infini = (struct far_infini){.charge_A = 175};
    begin(FRAMING_PI17, pi17_tell, &infini);
    line_run(&line, 12000, NULL);
    SPEAKS("PI17");
    const struct unit_readings *r = &line.unit.readings;
    CHECK(line.unit.identified, "identified: settled %x lacking %x", line.unit.settled,
          line.unit.lacking);
    CHECK(!strcmp(r->serial, "96161704100242") && !strcmp(r->firmware, "00001.01"), "%s %s",
          r->serial, r->firmware);
    CHECK(r->charge_max_A.value == 175 && r->bulk_dV.value == 560 && r->float_dV.value == 540,
          "settings apart from the ratings: %d A", r->charge_max_A.value);
    CHECK(r->rated_battery_dV.value == 480, "rating: %d", r->rated_battery_dV.value);
    CHECK(r->battery_cV.value == 5680, "56.8 V: %d", r->battery_cV.value);
    CHECK(r->charge_mA.value == 0 && r->discharge_mA.value == 3500, "one signed current: %d, %d",
          r->charge_mA.value, r->discharge_mA.value);
    CHECK(r->pv_mA[0].value == 8200 && r->grid_dHz.value == 500, "8.2 A, 50 Hz of 50.00");
    confirms(SET_CHARGE_MAX, 60);
    CHECK(infini.writes == 1 && infini.charge_A == 60, "one write");
}

/* --- PI30 and its variants --- */

static void variant(const char *sentence, const char *speaks, int32_t rated_W, bool tells_discharge)
{
    begin(FRAMING_PI30, axpert_tell, &axpert);
    line_run(&line, 12000, NULL);
    const struct unit_readings *r = &line.unit.readings;
    CHECK(line.unit.identified && line.unit.statistics.shapes == 0, "%s: identified, %u misfits",
          sentence, line.unit.statistics.shapes);
    SPEAKS(speaks);
    CHECK(r->rated_W.value == rated_W, "%s: %d W", sentence, r->rated_W.value);
    CHECK((r->discharge_max_A.heard_ms > 0) == tells_discharge, "%s: discharge current", sentence);
    confirms(SET_CHARGE_MAX, 20);
}

static void variants(void)
{
    axpert = far_axpert_new;
    variant("28 fields", "PI30", 8000, true);
    CHECK(!strcmp(line.unit.readings.model, "VMIII-6000") && !line.unit.fitted, "%s",
          line.unit.readings.model);
    axpert = far_axpert_new;
    axpert.rating_fields = 25;
    axpert.no_second_input = true;
    axpert.warnings = "00000100000000001000000000000000";
    variant("25 fields, one input, 32 warnings", "PI30", 8000, false);
    CHECK(line.unit.readings.warnings_low.value == 0x10020, "warnings %x",
          (unsigned)line.unit.readings.warnings_low.value);
    refuses(SET_DISCHARGE_MAX, 30, REASON_UNSUPPORTED);
    axpert = far_axpert_new;
    axpert.five_digits = axpert.feed_fields = true;
    variant("11 kW with powers of five digits, 24 fields", "PI30", 11000, true);
    CHECK(line.unit.readings.output_VA.value == 10529 && line.unit.readings.feed_W.heard_ms > 0,
          "five digits, feed-in");
    axpert = far_axpert_new;
    axpert.name = "PI99";
    variant("a name nobody knows", "PI30", 8000, true);
    CHECK(line.unit.fitted && !strcmp(line.unit.readings.protocol, "PI99"), "by its layouts");
}

static void configured(void)
{
    axpert = far_axpert_new;
    memset(&line, 0, sizeof line);
    line.tell = axpert_tell;
    line.world = &axpert;
    line_start(&line, &(struct unit_config){.name = "inv1", .protocol = "PI30MAX"}, 7);
    line_run(&line, 12000, NULL);
    SPEAKS("PI30MAX");
    CHECK(line.unit.identified, "identified");
    axpert.name = "PI34";
    begin(FRAMING_PI30, axpert_tell, &axpert);
    line_run(&line, 12000, NULL);
    SPEAKS("PI34");
    refuses(SET_CHARGE_MAX, 20, REASON_UNSUPPORTED);
    CHECK(axpert.writes == 0, "a charge controller is read, not set");
}

int main(void)
{
    pi18();
    pi17();
    variants();
    configured();
    return check_done("unit_protocol");
}
