/* The emergency stop: each contact opens once its string is without current; what is left after the
 * bounded wait opens under current, counted, and nothing else ever does. */
#include "test/router_rows.h"

/* clang-format off */
static void press(struct shed *s) { stop_press(&s->plant, true); }
static void release(struct shed *s) { stop_press(&s->plant, false); }
static void press_shorted_2(struct shed *s) { short_2(s); press(s); }
static void button_off(struct shed *s) { s->plant.button_silent = true; }
static void weld_and_press(struct shed *s) { weld_2(s); press(s); }
static void foreign_and_press(struct shed *s) { foreign(s); press(s); }
static void press_in_the_dark(struct shed *s) { counter_off(s); press(s); }
/* clang-format on */

static bool open_everywhere(const struct shed *shed)
{
    for (int s = 0; s < PLANT_STRINGS; s++)
        if (string_input(&shed->plant, s) >= 0)
            return false;
    return true;
}

/* From home, everything delivering: press, then what stands open when. */
static void ends(const char *name, event_fn *event, int ms, bool open, uint32_t hot)
{
    static struct shed shed;
    begin(&shed);
    event(&shed);
    shed_run(&shed, ms);
    CHECK(open_everywhere(&shed) == open, "%s after %d ms: open %d", name, ms, !open);
    CHECK(shed.plant.hot_openings == hot, "%s: %u under current, not %u", name,
          shed.plant.hot_openings, hot);
    CHECK(shed.router.hot_openings >= hot && shed.gate.hot_openings >= hot,
          "%s: the router counts %u, the gate %u", name, shed.router.hot_openings,
          shed.gate.hot_openings);
    CHECK(shed.plant.violated == 0, "%s: %s", name, shed.plant.first);
}

static void stops(void)
{
    ends("zero current in its time", press, 4000, true, 0);
    ends("a shorted switch: not before 5 s", press_shorted_2, 4900, false, 0);
    ends("a shorted switch: after 5 s", press_shorted_2, 6000, true, 1);
    ends("somebody else commands too", foreign_and_press, 6500, true, 0);
    ends("no string current is heard: after 5 s", press_in_the_dark, 6000, true, 0);
    ends("a welded contact: the others", weld_and_press, 7000, false, 0);
}

static void in_a_transfer(void)
{
    static struct shed base, shed;
    begin(&base);
    want_both(&base);
    for (int at_ms = 0; at_ms < 3400; at_ms += 30) {
        shed = base;
        shed.router.topology = &shed.plant.topology;
        press(&shed);
        shed_run(&shed, 7000);
        CHECK(open_everywhere(&shed) && shed.plant.hot_openings == 0 && shed.plant.violated == 0,
              "pressed at %d ms of two transfers: open %d, %u under current, %s", at_ms,
              open_everywhere(&shed), shed.plant.hot_openings, shed.plant.first);
        shed_run(&base, 30);
    }
}

static void way_back(void)
{
    static struct shed shed;
    begin(&shed);
    want_both(&shed);
    const struct row rows[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, press, "pressed"},
        {250, ROUTER_STOP, WHY_STOPPED, NULL, "everything is taken off"},
        {4000, ROUTER_STOP, WHY_STOPPED, reset, "a reset while it is pressed"},
        {14500, ROUTER_STOP, WHY_STOPPED, NULL, "reads back, and stops again"},
        {14600, ROUTER_STOP, WHY_STOPPED, release, "released"},
        {14900, ROUTER_HOLD, WHY_STOPPED, NULL, "which alone moves nothing"},
        {60000, ROUTER_HOLD, WHY_STOPPED, reset, "but a person does"},
        {90000, ROUTER_IDLE, WHY_DONE, NULL, "and the wish is fulfilled"},
    };
    PLAY("way back", &shed, rows);
    CHECK(string_input(&shed.plant, 1) == 3 && string_input(&shed.plant, 2) == 4,
          "both strings stand where they are wanted");
}

/* The gate alone: a router that would open everything at once when the button is pressed. */
static void eager(struct shed *shed, uint8_t pattern[])
{
    if (shed->plant.stop_pressed)
        pattern[0] = pattern[1] = 0;
}

static void gate_waits(void)
{
    static struct shed shed;
    begin(&shed);
    short_2(&shed);
    shed.meddle = eager;
    press(&shed);
    shed_run(&shed, 4900);
    CHECK(!open_everywhere(&shed) && shed.plant.violated == 0, "vetoed before 5 s: %s",
          shed.plant.first);
    shed_run(&shed, 500);
    CHECK(open_everywhere(&shed) && shed.plant.hot_openings == 1, "passed after 5 s");
}

/* .. or that lets go of the shorted one's contact alone. */
static void stubborn(struct shed *shed, uint8_t pattern[])
{
    pattern[0] = shed->pattern[0] & 0xFD;
    pattern[1] = 0;
}

/* Pressed when last heard: nothing closes; but nobody opens under current on a silent button. */
static void gate_silent_button(void)
{
    static struct shed shed;
    begin(&shed);
    short_2(&shed);
    press(&shed);
    shed_run(&shed, 3000);
    button_off(&shed);
    shed_run(&shed, 1100);
    shed.meddle = stubborn;
    shed_run(&shed, 2900);
    CHECK(shed.plant.hot_openings == 0 && string_input(&shed.plant, 1) == 1,
          "a silent button does not wait");
    CHECK(shed.gate.vetoes[GATE_CURRENT] > 0, "the gate refused for current");
    shed.meddle = NULL;
    shed.plant.button_silent = false;
    shed_run(&shed, 4500);
    CHECK(shed.plant.hot_openings == 0, "the wait starts anew when it is heard again");
    shed_run(&shed, 1500);
    CHECK(shed.plant.hot_openings == 1 && open_everywhere(&shed), "and is over 5 s later");
}

int main(void)
{
    stops();
    in_a_transfer();
    way_back();
    gate_waits();
    gate_silent_button();
    return check_done("router_stop");
}
