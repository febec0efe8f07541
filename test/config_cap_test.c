/* The cap policy in the config: its defaults, a whole schedule, and each rule broken. */
#include <stdlib.h>
#include <string.h>

#include "app/config.h"
#include "test/check.h"

static const char head[] = "buses: [{name: b, port: can0}]\n"
                           "packs: [{name: p, bus: b, dialect: pylontech-lv, capacity_Ah: 280}]\n"
                           "battery:\n"
                           "  chemistry: lfp\n"
                           "  cells: 16\n"
                           "  charge_max_A: 100\n"
                           "  discharge_max_A: 100\n";

static char told[4096];

static int load(struct config *config, const char *more)
{
    char text[4096];
    memset(told, 0, sizeof told);
    FILE *errors = fmemopen(told, sizeof told - 1, "w");
    snprintf(text, sizeof text, "%s%s", head, more);
    int mistakes = config_load_text(config, "test.yaml", text, strlen(text), "dbc", errors);
    fclose(errors);
    return mistakes;
}

static void defaults(void)
{
    struct config c;
    CHECK(load(&c, "") == 0, "%s", told);
    CHECK(!c.cap.never && c.cap.full_days == 90 && c.cap.full_min == 60 && c.cap.delta_mV == 50,
          "when a full charge is needed");
    CHECK(c.cap.band_permille == 100 && c.cap.knee_permille == 0 &&
              c.cap.past_knee_permille == 50 && c.cap.cold_dC == 50 && c.cap.periods == 0,
          "excursions and the cold");
    config_free(&c);
}

/* Of the cell file, where that knows the place; what the config says stands. */
static void knees(void)
{
    static const struct {
        const char *more;
        int32_t knee_permille;
    } rows[] = {
        {"  cell: lfp\n", 0},
        {"  cell: a123-26650\n", 735},
        {"  cell: large-prismatic-lfp\n", 600},
        {"  cell: a123-26650\n  knee_percent: 76\n", 760},
        {"  cell: a123-26650\n  knee_percent: 0\n", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct config c;
        CHECK(load(&c, rows[i].more) == 0, "%s", told);
        CHECK(c.cap.knee_permille == rows[i].knee_permille, "%s%d", rows[i].more,
              c.cap.knee_permille);
        config_free(&c);
    }
}

static void whole(void)
{
    struct config c;
    CHECK(load(&c, "  cap_raise: allowed\n  full_days: 30\n  knee_percent: 76\n  raise_min_C: 8\n"
                   "cap_schedule:\n"
                   "  - {days: fri, from: 20:00, to: 6:00, cap_percent: 95}\n"
                   "  - {days: mon-wed sat, from: 0:00, to: 24:00, cap_percent: 50}\n"
                   "  - {days: sat-mon, from: 06:30, to: 18:05, cap_percent: 80}\n"
                   "  - {days: daily, from: 23:59, to: 0:00, cap_percent: 60}\n") == 0,
          "%s", told);
    CHECK(c.cap.full_days == 30 && c.cap.knee_permille == 760 && c.cap.cold_dC == 80, "battery");
    CHECK(c.cap.periods == 4, "periods");
    static const struct cap_period wanted[] = {
        {0x10, 1200, 360, 950}, {0x27, 0, 1440, 500}, {0x61, 390, 1085, 800}, {0x7F, 1439, 0, 600}};
    for (int i = 0; i < 4; i++) {
        const struct cap_period *p = &c.cap.period[i];
        CHECK(p->weekdays == wanted[i].weekdays && p->from_min == wanted[i].from_min &&
                  p->to_min == wanted[i].to_min && p->cap_permille == wanted[i].cap_permille,
              "period %d: %x %d %d %d", i, p->weekdays, p->from_min, p->to_min, p->cap_permille);
    }
    config_free(&c);
}

/* clang-format off */
#define DAYS "daily, or mon, tue .. sun and spans such as mon-fri, with spaces between"
static const struct {
    const char *more, *told;
} rows[] = {
    {"cap_schedule: [{days: fry, from: 20:00, to: 6:00, cap_percent: 95}]",
     "cap_schedule[0].days: fry is not allowed: " DAYS},
    {"cap_schedule: [{days: mon-, from: 20:00, to: 6:00, cap_percent: 95}]",
     "cap_schedule[0].days: mon- is not allowed: " DAYS},
    {"cap_schedule: [{days: monday, from: 20:00, to: 6:00, cap_percent: 95}]",
     "cap_schedule[0].days: monday is not allowed: " DAYS},
    {"cap_schedule: [{days: fri, from: 24:00, to: 6:00, cap_percent: 95}]",
     "cap_schedule[0].from: 24:00 is not allowed: 0:00 to 23:59"},
    {"cap_schedule: [{days: fri, from: 20.00, to: 6:00, cap_percent: 95}]",
     "cap_schedule[0].from: 20.00 is not allowed: 0:00 to 23:59"},
    {"cap_schedule: [{days: fri, from: 20:60, to: 6:00, cap_percent: 95}]",
     "cap_schedule[0].from: 20:60 is not allowed: 0:00 to 23:59"},
    {"cap_schedule: [{days: fri, from: 20:00, to: 24:01, cap_percent: 95}]",
     "cap_schedule[0].to: 24:01 is not allowed: 0:00 to 24:00"},
    {"cap_schedule: [{days: fri, from: 20:00, to: 6:00, cap_percent: 101}]",
     "cap_schedule[0].cap_percent: 101 is not allowed: 30 to 100"},
    {"  floor_percent: 40\ncap_schedule: [{days: fri, from: 20:00, to: 6:00, cap_percent: 41}]",
     "cap_schedule[0].cap_percent: 41 is not allowed: more than floor and hysteresis together, 42"},
    {"  cap_raise: never\ncap_schedule: [{days: fri, from: 20:00, to: 6:00, cap_percent: 71}]",
     "cap_schedule[0].cap_percent: 71 is not allowed: at most battery.cap_percent, 70, with "
     "cap_raise: never"},
    {"  cap_raise: never\ncap_schedule: [{days: fri, from: 20:00, to: 6:00, cap_percent: 70}]", NULL},
    {"  cap_raise: sometimes\n", "battery.cap_raise: sometimes is not allowed: one of allowed, never"},
    {"  knee_percent: 96\n", "battery.knee_percent: 96 is not allowed: 0 to 95"},
};
/* clang-format on */

static void rules(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct config c;
        int mistakes = load(&c, rows[i].more);
        CHECK((mistakes == 0) == !rows[i].told && (!rows[i].told || strstr(told, rows[i].told)),
              "%s\n  told: %s", rows[i].more, told);
        config_free(&c);
    }
}

int main(void)
{
    defaults();
    knees();
    whole();
    rules();
    return check_done("config_cap");
}
