/* What must be seen at once, and a unit that is taken for another's place. */
#include "far_axpert.h"

static struct far_line line;
static struct far_axpert axpert;
static int64_t warnings_ms, rating_ms;

static bool tell(struct far_line *l, const char *word, char *text, size_t room)
{
    if (!strcmp(word, "QPIWS"))
        warnings_ms = l->now_ms;
    if (!strcmp(word, "QPIRI"))
        rating_ms = l->now_ms;
    return axpert_tell(l, word, text, room);
}

static void begin(uint64_t seed)
{
    memset(&line, 0, sizeof line);
    axpert = far_axpert_new;
    line.tell = tell;
    line.world = &axpert;
    line_start(&line, &(struct unit_config){.name = "inv1"}, seed);
    line_run(&line, 20000 + (int64_t)seed * 777, NULL);
}

static void a_fault_is_looked_at(void)
{
    int64_t slowest_ms = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        begin(seed);
        int64_t from_ms = line.now_ms;
        axpert.mode = 'F';
        line_run(&line, from_ms + 3500, NULL);
        CHECK(line.unit.readings.mode.value == MODE_FAULT, "the fault is seen");
        CHECK(warnings_ms > from_ms && rating_ms > from_ms, "warnings and settings are asked for");
        int64_t seen_ms = warnings_ms > rating_ms ? rating_ms : warnings_ms;
        slowest_ms = seen_ms - from_ms > slowest_ms ? seen_ms - from_ms : slowest_ms;
        int64_t before_ms = warnings_ms;
        line_run(&line, line.now_ms + 2500, NULL);
        CHECK(warnings_ms > before_ms, "and again while it lasts");
    }
    printf("a fault: looked at within %" PRId64 " ms\n", slowest_ms);
    CHECK(slowest_ms < 2000, "%" PRId64 " ms", slowest_ms);
}

static void a_warning_is_looked_at(void)
{
    begin(3);
    axpert.warnings = "100000000001000000000000000000000000";
    int64_t from_ms = line.now_ms;
    line_run(&line, from_ms + 6500, NULL);
    CHECK(line.unit.readings.warnings_low.value == 0x801, "battery high, PV loss: %x",
          (unsigned)line.unit.readings.warnings_low.value);
    CHECK(rating_ms > from_ms && rating_ms > warnings_ms && rating_ms - warnings_ms < 1500,
          "what it may have changed is read: %" PRId64 " ms after", rating_ms - warnings_ms);
    line_run(&line, line.now_ms + 6000, NULL);
    int64_t before_ms = rating_ms;
    line_run(&line, line.now_ms + 12000, NULL);
    CHECK(rating_ms == before_ms, "a warning that stays is no news");
}

static bool pi18_tell(struct far_line *l, const char *word, char *text, size_t room)
{
    (void)l;
    if (!strcmp(word, "PI"))
        snprintf(text, room, "18");
    else if (!strcmp(word, "ID"))
        snprintf(text, room, "1496132206100410000000");
    else if (!strcmp(word, "MOD"))
        snprintf(text, room, "03");
    else if (!strcmp(word, "GS"))
        snprintf(text, room,
                 "2422,499,2305,499,1475,1458,026,526,000,000,000,007,084,046,000,000,1924,0000,"
                 "2654,0000,0,2,0,1,1,2,0,1");
    else if (!strcmp(word, "PIRI"))
        snprintf(text, room,
                 "2300,243,2300,500,243,5600,5600,480,500,520,480,554,540,2,010,060,0,0,2,9,1,0,0,"
                 "0,1,00");
    else
        return false;
    return true;
}

static void another_takes_its_place(void)
{
    begin(1);
    struct unit_orders orders = unit_orders_none();
    orders.want[SET_CHARGE_MAX] = 40;
    unit_order(&line.unit, &orders);
    CHECK(line.unit.identified && !strcmp(line.unit.protocol->name, "PI30"), "a PI30 unit");
    line.silent = 1000;
    line_run(&line, line.now_ms + 5000, NULL);
    line.silent = 0;
    line.framing = FRAMING_PI18;
    line.tell = pi18_tell;
    int64_t from_ms = line.now_ms;
    while (line.now_ms < from_ms + 60000 &&
           !(line.unit.identified && !strcmp(line.unit.protocol->name, "PI18")))
        line_run(&line, line.now_ms + 10, NULL);
    printf("another family on the port: known after %" PRId64 " ms\n", line.now_ms - from_ms);
    CHECK(line.now_ms - from_ms < 30000, "known");
    CHECK(!strcmp(line.unit.readings.serial, "96132206100410"), "by its own number: %s",
          line.unit.readings.serial);
    CHECK(axpert.writes == 0, "nothing was written to the first");
}

/* Some units are silent where others say no. */
static bool mute_tell(struct far_line *l, const char *word, char *text, size_t room)
{
    l->mute = !strcmp(word, "QMN") || !strcmp(word, "QBATCD") || !strcmp(word, "QMUCHGCR");
    return tell(l, word, text, room);
}

static int64_t longest_ms;

static void look(struct far_line *l)
{
    int64_t age_ms = l->now_ms - l->unit.readings.battery_cV.heard_ms;
    longest_ms = age_ms > longest_ms ? age_ms : longest_ms;
}

static void a_mute_question_holds_up_nothing(void)
{
    begin(4);
    line.tell = mute_tell;
    unit_port_changed(&line.unit, line.now_ms);
    int64_t from_ms = line.now_ms;
    while (!line.unit.identified && line.now_ms < from_ms + 60000)
        line_run(&line, line.now_ms + 100, NULL);
    printf("identified without them after %" PRId64 " ms\n", line.now_ms - from_ms);
    CHECK(line.now_ms - from_ms < 15000, "%" PRId64 " ms", line.now_ms - from_ms);
    line_run(&line, line.now_ms + 1800000, look);
    printf("three questions without an answer: status never older than %" PRId64 " ms\n",
           longest_ms);
    CHECK(longest_ms < 3500, "%" PRId64 " ms", longest_ms);
}

static void statistics(void)
{
    begin(2);
    line.bad = 30;
    line.silent = 20;
    line_run(&line, 600000, NULL);
    const struct unit_statistics *s = &line.unit.statistics;
    printf(
        "%u requests, %u answers, %u CRC, %u NAK, %u late, %u shape, %u timeouts, %d ms a round\n",
        s->requests, s->answers, s->checks, s->naks, s->late, s->shapes, s->timeouts, s->round_ms);
    CHECK(s->requests >= s->answers && s->answers > 1000, "answers");
    CHECK(s->checks > 10 && s->timeouts > 10, "faults are counted");
    CHECK(s->round_ms > 500 && s->round_ms < 5000, "%d ms", s->round_ms);
    uint32_t accounted = s->answers + s->checks + s->timeouts + s->naks + s->shapes;
    CHECK(s->requests <= accounted + 1, "each request has its end: %u of %u", accounted,
          s->requests);
}

int main(void)
{
    a_fault_is_looked_at();
    a_warning_is_looked_at();
    another_takes_its_place();
    a_mute_question_holds_up_nothing();
    statistics();
    return check_done("unit_faults");
}
