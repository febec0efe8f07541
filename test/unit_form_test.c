/* A unit's answers keep their form: what has another one costs a second question, and what has it
 * once only is never believed. A mode, which has no form, is believed when it is told twice. */
#include "far_axpert.h"

static struct far_line line;
static struct far_axpert axpert;

/* What is said in the place of the answer to a word, so many times. */
static const char *odd_word, *odd_text;
static int odd_times;
static uint32_t modes_asked;

static bool tell(struct far_line *l, const char *word, char *text, size_t room)
{
    modes_asked += !strcmp(word, "QMOD");
    if (odd_times == 0 || strcmp(word, odd_word) != 0)
        return axpert_tell(l, word, text, room);
    odd_times--;
    snprintf(text, room, "%s", odd_text);
    return true;
}

static void say(const char *word, const char *text, int times)
{
    odd_word = word;
    odd_text = text;
    odd_times = times;
}

static void begin(uint64_t seed)
{
    memset(&line, 0, sizeof line);
    axpert = far_axpert_new;
    odd_times = 0;
    line.tell = tell;
    line.world = &axpert;
    line_start(&line, &(struct unit_config){.name = "inv1"}, seed);
    line_run(&line, 20000, NULL);
    CHECK(line.unit.identified && line.unit.statistics.shapes == 0, "identified without a doubt");
}

static int64_t oldest_ms;
static int32_t most_W, least_W;
static uint32_t other_modes;

static void look(struct far_line *l)
{
    const struct unit_readings *r = &l->unit.readings;
    int64_t age_ms = l->now_ms - r->output_W.heard_ms;
    oldest_ms = age_ms > oldest_ms ? age_ms : oldest_ms;
    most_W = r->output_W.value > most_W ? r->output_W.value : most_W;
    least_W = r->output_VA.value < least_W ? r->output_VA.value : least_W;
    other_modes += r->mode.value != MODE_BATTERY;
}

static void watch(int64_t for_ms)
{
    oldest_ms = most_W = 0;
    least_W = INT32_MAX;
    other_modes = 0;
    line_run(&line, line.now_ms + for_ms, look);
}

/* Power of four digits or five, a current of two or three, "-" where nothing is measured. */
static const char *const statuses[] = {
    "222.0 50.0 230.0 50.0 10529 10400 006 398 54.30 012 061 0039 01.0 215.0 00.00 00003 00010110 "
    "00 "
    "00 00226 010",
    "222.0 50.0 230.0 50.0 0529 0400 006 398 54.30 012 061 0039 101.0 215.0 00.00 00003 00010110 "
    "00 "
    "00 00226 010",
    "222.0 50.0 230.0 50.0 0529 0400 006 398 54.30 112 061 0039 0101 215.0 00.00 00003 00010110 00 "
    "00 00226 010",
};

static void a_new_form_costs_one_question(void)
{
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        begin(i + 1);
        say("QPIGS", statuses[i], 40);
        watch(20000);
        CHECK(line.unit.statistics.shapes == 1, "status %zu: %u asked again", i,
              line.unit.statistics.shapes);
        CHECK(oldest_ms < 1600, "status %zu: %d ms old", i, (int)oldest_ms);
        watch(40000);
        CHECK(line.unit.statistics.shapes == 1, "status %zu: and back for none: %u", i,
              line.unit.statistics.shapes);
        CHECK(odd_times == 0 && oldest_ms < 1600, "status %zu: %d ms old", i, (int)oldest_ms);
    }
    begin(9);
    axpert.five_digits = true;
    watch(70000);
    CHECK(line.unit.statistics.shapes == 2, "status and ratings: %u", line.unit.statistics.shapes);
    CHECK(line.unit.readings.rated_W.value == 11000, "%d W", line.unit.readings.rated_W.value);
    for (int i = 0; i < 20; i++) {
        axpert.five_digits = i & 1;
        watch(70000);
    }
    CHECK(line.unit.statistics.shapes == 2, "to and fro: %u", line.unit.statistics.shapes);
    unit_port_changed(&line.unit, line.now_ms);
    axpert.five_digits = false;
    line_run(&line, line.now_ms + 20000, NULL);
    axpert.feed_fields = true;
    watch(10000);
    CHECK(line.unit.statistics.shapes == 3, "another unit, another form: %u",
          line.unit.statistics.shapes);
}

/* Of a good CRC and a shape that the question takes, and once only. */
static void once_is_no_form(void)
{
    static const struct {
        const char *word, *text;
    } rows[] = {
        {"QPIGS", "222.0 50.0 230.0 50.0 10529 99999 006 398 54.30 012 061 0039 01.0 215.0 00.00 "
                  "00003 00010110 00 00 00226 010"},
        {"QPIGS", "222.0 50.0 230.0 50.0 00029 9999 006 398 54.30 012 061 0039 01.0 215.0 00.00 "
                  "00003 00010110 00 00 00226 010"},
        {"QPIRI", "230.0 34.7 230.0 50.0 34.7 99999 99999 48.0 51.0 48.0 55.2 54.0 2 010 040 0 2 3 "
                  "9 01 0 0 52.0 1 1 480 0 140"},
        {"QPIWS", "11111111111111111111111111111111"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin(i + 1);
        line.unit.due_ms[ASK_RATING] = 0;
        say(rows[i].word, rows[i].text, 1);
        watch(8000);
        CHECK(odd_times == 0, "row %zu: it was asked", i);
        CHECK(line.unit.statistics.shapes == 1, "row %zu: %u", i, line.unit.statistics.shapes);
        CHECK(most_W < 500 && least_W == 529, "row %zu: %d W", i, most_W);
        CHECK(line.unit.readings.rated_W.value == 8000, "row %zu", i);
        CHECK(line.unit.readings.warnings_low.value == 1, "row %zu", i);
        CHECK(oldest_ms < 2400, "row %zu: %d ms old", i, (int)oldest_ms);
    }
}

static void a_mode_is_told_twice(void)
{
    begin(1);
    say("QMOD", "L", 1);
    watch(10000);
    CHECK(odd_times == 0 && other_modes == 0, "once is no mode");
    CHECK(line.unit.statistics.shapes == 0, "and no fault of the line");
    axpert.mode = 'L';
    watch(1600);
    CHECK(line.unit.readings.mode.value == MODE_LINE, "twice is");
    uint32_t before = modes_asked;
    axpert.mode = 'F';
    while (modes_asked == before)
        line_run(&line, line.now_ms + 1, NULL);
    line_run(&line, line.now_ms + 150, NULL);
    CHECK(line.unit.readings.mode.value == MODE_FAULT && modes_asked == before + 1,
          "a fault at once");
}

int main(void)
{
    a_new_form_costs_one_question();
    once_is_no_form();
    a_mode_is_told_twice();
    return check_done("unit_form");
}
