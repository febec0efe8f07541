/* UC001 with a roof that looks east, south and west, and a car that charges all day: in the morning
 * the east is bundled, in the afternoon the west, by itself, and nothing in between. */
#include <string.h>

#include "app/why.h"
#include "test/check.h"
#include "test/together.h"

static struct together t;

static const struct sim_truth *truth(void)
{
    return sim_truth(t.sim);
}

static void begin(void)
{
    static const int azimuths[] = {90, 180, 270};
    CHECK(together_start(&t) == 0, "the config is right");
    for (int s = 0; s < 3; s++) {
        t.plant.string[s].azimuth_deg = azimuths[s];
        t.plant.string[s].tilt_deg = 60;
        t.config.topology.string[s].azimuth_deg = (int16_t)azimuths[s];
        t.config.topology.string[s].tilt_deg = 60;
    }
    t.plant.start_h = 9;
    t.plant.car_arrive_h = 9.01;
    t.plant.car_leave_h = -1;
    t.plant.car_Ah_kWh = 200;
    CHECK(together_begin(&t) == 0, "starts");
    together_run(&t, 90000);
}

static bool stand_at(uint8_t a, uint8_t b, uint8_t c)
{
    const uint8_t *present = t.controller->present;
    return present[0] == a && present[1] == b && present[2] == c;
}

/* Hours of the day until the strings stand so, or -1. */
static double until(uint8_t a, uint8_t b, uint8_t c, double limit_h)
{
    while (!stand_at(a, b, c) || t.controller->router.state != ROUTER_IDLE) {
        together_run(&t, 10000);
        if (t.plant.start_h + (double)t.now_ms / 3600000 > limit_h)
            return -1;
    }
    return t.plant.start_h + (double)t.now_ms / 3600000;
}

static unsigned replans(void)
{
    unsigned count = 0;
    for (const struct journal_record *record; (record = journal_take(&t.controller->journal));)
        count += record->kind == JOURNAL_ROUTER && strstr(record->cause, "another layout: gains");
    return count;
}

int main(void)
{
    static struct why why;
    begin();
    CHECK(truth()->string_W[0] > 1.5 * truth()->string_W[2],
          "the sun is in the east: %.0f W, %.0f W", truth()->string_W[0], truth()->string_W[2]);
    sim_press_button(t.sim);
    CHECK(until(3, 4, 2, 9.2) > 0, "east and south are bundled");
    double turned_h = until(0, 3, 4, 16.5);
    printf("steer: south and west are bundled at %.2f h\n", turned_h);
    CHECK(turned_h > 12 && turned_h < 15.5, "the afternoon's sun is followed: %.2f h", turned_h);
    CHECK(replans() >= 1, "the journal tells of it");
    together_run(&t, 3600000);
    CHECK(stand_at(0, 3, 4), "and they stay");
    CHECK(replans() == 0 && truth()->transfers <= 2 + 4, "%u transfers", truth()->transfers);
    why_fill(&why, t.controller, t.now_ms);
    bool told = false;
    for (size_t i = 0; i < why.count; i++)
        told |= strstr(why.lines[i], "strings: another layout would gain ") != NULL;
    CHECK(told, "why tells what another layout would gain");
    CHECK(truth()->violations_total == 0, "%u invariants broken: %s", truth()->violations_total,
          truth()->violation);
    return check_done("steer");
}
