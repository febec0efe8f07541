/* The fault code of a lone unit: two digits among its warnings, at the place of its model. */
#include "far_axpert.h"
#include "inverter/faults.h"

static struct far_line line;
static struct far_axpert axpert;
static const char *model, *rating;

static const char rating_48[] =
    "230.0 34.7 230.0 50.0 34.7 8000 8000 48.0 51.0 48.0 55.2 54.0 2 010 "
    "040 0 2 3 9 01 0 0 52.0 1 1 480 0 140";
static const char rating_24[] =
    "230.0 13.0 230.0 50.0 13.0 3000 3000 24.0 25.5 24.0 27.6 27.0 2 010 "
    "040 0 2 3 9 01 0 0 26.0 1 1 480 0 140";

static bool tell(struct far_line *l, const char *word, char *text, size_t room)
{
    const char *own = !strcmp(word, "QMN") ? model : !strcmp(word, "QPIRI") ? rating : NULL;
    if (!own)
        return axpert_tell(l, word, text, room);
    snprintf(text, room, "%s", own);
    return true;
}

#define WARNINGS_WITH(digits) "0100000000000000000000000000000" digits "00"

static const struct {
    const char *model, *rating;
    char mode;
    const char *warnings;
    int32_t code;
    const char *sentence;
} rows[] = {
    {"MAX-8000", rating_48, 'F', WARNINGS_WITH("007"), 7, "MAX of 48 V: 32 and 33"},
    {"MAX-8000", rating_48, 'F', WARNINGS_WITH("151"), 51, "31 is battery weak there"},
    {"MAX-3000", rating_24, 'F', WARNINGS_WITH("081"), 8, "MAX of 24 V: 31 and 32"},
    {"MAX-3000", rating_24, 'F', WARNINGS_WITH("580"), 58, "MAX of 24 V"},
    {"GK-5000", rating_48, 'F', WARNINGS_WITH("511"), 51, "GK: 31 and 32, 33 is low PV energy"},
    {"MK-5000", rating_48, 'F', WARNINGS_WITH("020"), 2, "MK"},
    {"VMIII-6000", rating_48, 'F', WARNINGS_WITH("007"), 7, "unknown: 00 is no code, 07 is"},
    {"VMIII-6000", rating_48, 'F', WARNINGS_WITH("860"), 0, "unknown: 86 or 60"},
    {"VMIII-6000", rating_48, 'F', WARNINGS_WITH("840"), 84, "unknown: 40 is none"},
    {"VMIII-6000", rating_48, 'F', WARNINGS_WITH("051"), 0, "unknown: 05 or 51"},
    {"VMIII-6000", rating_48, 'F', WARNINGS_WITH("000"), 0, "unknown: no code at all"},
    {"MAX-8000", rating_48, 'B', WARNINGS_WITH("007"), 0, "not in fault mode"},
    {"MAX-8000", rating_48, 'F', "01000000000000000000000000000000", 0, "32 characters have none"},
};

static void begin(size_t row)
{
    memset(&line, 0, sizeof line);
    axpert = far_axpert_new;
    model = rows[row].model;
    rating = rows[row].rating;
    axpert.mode = rows[row].mode;
    axpert.warnings = rows[row].warnings;
    line.tell = tell;
    line.world = &axpert;
    line_start(&line, &(struct unit_config){.name = "inv1"}, row + 1);
    line_run(&line, 20000, NULL);
}

static void each_model_has_its_place(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin(i);
        const struct reading *code = &line.unit.readings.fault_code;
        CHECK(code->value == rows[i].code, "%s %s: %d", rows[i].model, rows[i].sentence,
              code->value);
        CHECK(!rows[i].code || line.now_ms - code->heard_ms < 3000, "%s: told again",
              rows[i].model);
        CHECK(!rows[i].code || fault_text(code->value), "%s: in words", rows[i].model);
    }
}

/* Cured: the code goes with the mode. */
static void it_goes_with_the_fault(void)
{
    begin(0);
    axpert.mode = 'B';
    axpert.warnings = WARNINGS_WITH("000");
    line_run(&line, 40000, NULL);
    CHECK(line.unit.readings.fault_code.value == 0, "cured");
    axpert.mode = 'F';
    axpert.warnings = WARNINGS_WITH("056");
    line_run(&line, 44000, NULL);
    CHECK(line.unit.readings.fault_code.value == 56, "within seconds of the next one");
}

int main(void)
{
    each_model_has_its_place();
    it_goes_with_the_fault();
    return check_done("unit_code");
}
