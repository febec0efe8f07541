/* The change of source as a table: what is wanted and seen, and the state expected after. */
#include "app/supply.h"
#include "test/check.h"

enum { OWN = 1, SEEN_OWN = 2, FRESH = 4, BOX = 8, CLOSED = 16 };

static const struct {
    int64_t at_ms;
    int flags;
    int current_dA;
    enum supply_state state;
    enum supply_source source;
    const char *sentence;
} steps[] = {
    {1000, 0, 0, SUPPLY_UNKNOWN, SUPPLY_BYPASS, "nothing is known"},
    {2000, FRESH | BOX, 0, SUPPLY_STEADY, SUPPLY_BYPASS, "found in bypass"},
    {3000, FRESH | BOX | OWN | CLOSED, 150, SUPPLY_WIND_DOWN, SUPPLY_BYPASS,
     "the car charges: wind down"},
    {6000, FRESH | BOX | OWN | CLOSED, 3, SUPPLY_WIND_DOWN, SUPPLY_BYPASS,
     "contactor still closed"},
    {7000, FRESH | BOX | OWN, 5, SUPPLY_WIND_DOWN, SUPPLY_BYPASS, "0.5 A is too much"},
    {8000, FRESH | BOX | OWN, 4, SUPPLY_WIND_DOWN, SUPPLY_BYPASS, "quiet from now"},
    {9000, FRESH | OWN, 0, SUPPLY_WIND_DOWN, SUPPLY_BYPASS, "a silent wallbox is not quiet"},
    {10000, FRESH | BOX | OWN, 0, SUPPLY_WIND_DOWN, SUPPLY_BYPASS, "quiet anew"},
    {12999, FRESH | BOX | OWN, 0, SUPPLY_WIND_DOWN, SUPPLY_BYPASS, "not one ms early"},
    {13000, FRESH | BOX | OWN, 0, SUPPLY_CHANGING, SUPPLY_OWN, "the priority is set"},
    {15000, FRESH | BOX | OWN, 0, SUPPLY_CHANGING, SUPPLY_OWN, "waits for the mode"},
    {16000, FRESH | BOX | OWN | SEEN_OWN, 0, SUPPLY_LOCKOUT, SUPPLY_OWN, "seen"},
    {17000, FRESH | BOX | SEEN_OWN, 0, SUPPLY_LOCKOUT, SUPPLY_OWN, "another wish waits"},
    {75999, FRESH | BOX | OWN | SEEN_OWN, 0, SUPPLY_LOCKOUT, SUPPLY_OWN, "not one ms early"},
    {76000, FRESH | BOX | OWN | SEEN_OWN, 0, SUPPLY_STEADY, SUPPLY_OWN, "the car may charge"},
    {77000, FRESH | BOX | SEEN_OWN | CLOSED, 340, SUPPLY_WIND_DOWN, SUPPLY_OWN, "the session ends"},
    {78000, FRESH | BOX | OWN | SEEN_OWN | CLOSED, 340, SUPPLY_STEADY, SUPPLY_OWN,
     "and is wanted again"},
    {79000, FRESH | BOX | SEEN_OWN, 0, SUPPLY_WIND_DOWN, SUPPLY_OWN, "ends"},
    {80000, FRESH | BOX | SEEN_OWN, 0, SUPPLY_WIND_DOWN, SUPPLY_OWN, "quiet"},
    {83000, FRESH | BOX | SEEN_OWN, 0, SUPPLY_CHANGING, SUPPLY_BYPASS, "back to bypass"},
    {262999, BOX, 0, SUPPLY_CHANGING, SUPPLY_BYPASS, "the inverter is silent"},
    {400000, BOX, 0, SUPPLY_CHANGING, SUPPLY_BYPASS, "it may still change: the car waits"},
    {500000, FRESH | BOX | SEEN_OWN, 0, SUPPLY_CHANGING, SUPPLY_BYPASS, "heard, not changed yet"},
    {579999, FRESH | BOX | SEEN_OWN, 0, SUPPLY_CHANGING, SUPPLY_BYPASS, "not one ms early"},
    {900000, FRESH | BOX | SEEN_OWN, 0, SUPPLY_CHANGING, SUPPLY_BYPASS, "it has no AC input"},
    {901000, FRESH | BOX, 0, SUPPLY_LOCKOUT, SUPPLY_BYPASS, "now it has"},
    {961000, FRESH | BOX, 0, SUPPLY_STEADY, SUPPLY_BYPASS, "the car may charge"},
    {970000, FRESH | BOX | CLOSED, 150, SUPPLY_STEADY, SUPPLY_BYPASS, "it does"},
    {971000, FRESH | BOX | SEEN_OWN | CLOSED, 150, SUPPLY_CHANGING, SUPPLY_BYPASS,
     "the AC input is lost: the inverter changes by itself, the car is taken off"},
    {999000, FRESH | BOX, 0, SUPPLY_LOCKOUT, SUPPLY_BYPASS, "back"},
    {1000000, FRESH | BOX | SEEN_OWN, 0, SUPPLY_LOCKOUT, SUPPLY_BYPASS, "lost again"},
    {1059000, FRESH | BOX | SEEN_OWN, 0, SUPPLY_CHANGING, SUPPLY_BYPASS, "and not back yet"},
    {1060000, FRESH | BOX | OWN | SEEN_OWN, 0, SUPPLY_CHANGING, SUPPLY_BYPASS, "a push waits"},
    {1238999, FRESH | BOX | OWN | SEEN_OWN, 0, SUPPLY_CHANGING, SUPPLY_BYPASS, "three minutes"},
    {1239000, FRESH | BOX | OWN | SEEN_OWN, 0, SUPPLY_CHANGING, SUPPLY_OWN, "then it counts"},
    {1240000, FRESH | BOX | OWN | SEEN_OWN, 0, SUPPLY_LOCKOUT, SUPPLY_OWN, "it stands there"},
    {1300000, FRESH | BOX | OWN | SEEN_OWN, 0, SUPPLY_STEADY, SUPPLY_OWN, "8 kW"},
    {1301000, FRESH | BOX | OWN, 0, SUPPLY_STEADY, SUPPLY_OWN, "the battery is spared: the grid"},
    {1302000, FRESH | BOX, 0, SUPPLY_WIND_DOWN, SUPPLY_OWN, "ends"},
    {1303000, FRESH | BOX, 0, SUPPLY_WIND_DOWN, SUPPLY_OWN, "quiet"},
    {1306000, FRESH | BOX | SEEN_OWN, 0, SUPPLY_CHANGING, SUPPLY_BYPASS, "back to bypass"},
    {1307000, FRESH | BOX | OWN | SEEN_OWN, 0, SUPPLY_CHANGING, SUPPLY_BYPASS,
     "wanted again: but the inverter has been told"},
    {1308000, FRESH | BOX | OWN, 0, SUPPLY_LOCKOUT, SUPPLY_BYPASS, "and has changed"},
    {1368000, FRESH | BOX | OWN, 0, SUPPLY_STEADY, SUPPLY_BYPASS, "now it counts"},
    {1369000, FRESH | BOX | OWN, 0, SUPPLY_WIND_DOWN, SUPPLY_BYPASS, "the car is off"},
    {1370000, FRESH | BOX | OWN, 0, SUPPLY_WIND_DOWN, SUPPLY_BYPASS, "quiet"},
    {1373000, FRESH | BOX | OWN, 0, SUPPLY_CHANGING, SUPPLY_OWN, "the priority is set"},
    {1552999, FRESH | BOX | OWN, 0, SUPPLY_CHANGING, SUPPLY_OWN, "not one ms early"},
    {1553000, FRESH | BOX | OWN, 0, SUPPLY_LOCKOUT, SUPPLY_OWN,
     "three minutes heard: the inverter decides otherwise, it goes on with the lockout"},
};

/* With transfer contacts: the state of the AC bus, on the wanted source or not, and what follows. */
static const struct {
    enum ac_state ac;
    bool there;
    enum supply_state state;
} follow[] = {
    {AC_START, false, SUPPLY_UNKNOWN},       {AC_STEADY, true, SUPPLY_STEADY},
    {AC_STEADY, false, SUPPLY_WIND_DOWN},    {AC_WIND_DOWN, false, SUPPLY_WIND_DOWN},
    {AC_OPEN_LINE, false, SUPPLY_CHANGING},  {AC_OPEN_NEUTRAL, false, SUPPLY_CHANGING},
    {AC_DEAD, false, SUPPLY_CHANGING},       {AC_CLOSE_NEUTRAL, false, SUPPLY_CHANGING},
    {AC_CLOSE_LINE, false, SUPPLY_CHANGING}, {AC_VERIFY, true, SUPPLY_CHANGING},
    {AC_LOCKOUT, true, SUPPLY_LOCKOUT},      {AC_HOLD, true, SUPPLY_UNKNOWN},
};

static void follows(void)
{
    struct supply supply = {0};
    for (size_t i = 0; i < sizeof follow / sizeof follow[0]; i++) {
        int64_t now_ms = 1000 + (int64_t)i;
        supply_follow(&supply, SUPPLY_OWN, follow[i].ac, follow[i].there, now_ms);
        CHECK(supply.state == follow[i].state && supply.source == SUPPLY_OWN, "%s: %d",
              ac_state_name(follow[i].ac), supply.state);
        CHECK(supply_ready(&supply) == (follow[i].ac == AC_STEADY && follow[i].there),
              "%s: the car", ac_state_name(follow[i].ac));
    }
    supply_follow(&supply, SUPPLY_BYPASS, AC_HOLD, false, 5000);
    CHECK(supply.source == SUPPLY_BYPASS && supply.since_ms == 1000 + 11,
          "the wish is passed on, the state's time stays");
}

int main(void)
{
    follows();
    struct supply supply = {0};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct supply_input input = {.wanted = steps[i].flags & OWN ? SUPPLY_OWN : SUPPLY_BYPASS,
                                     .seen = steps[i].flags & SEEN_OWN ? SUPPLY_OWN : SUPPLY_BYPASS,
                                     .unit_fresh = steps[i].flags & FRESH,
                                     .box_fresh = steps[i].flags & BOX,
                                     .contactor = steps[i].flags & CLOSED,
                                     .current_dA = steps[i].current_dA};
        int64_t wake_ms = supply_step(&supply, &input, steps[i].at_ms);
        CHECK(wake_ms > steps[i].at_ms, "wakes later");
        CHECK(supply.state == steps[i].state && supply.source == steps[i].source,
              "at %lld: %s (state %d, source %d)", (long long)steps[i].at_ms, steps[i].sentence,
              supply.state, supply.source);
    }
    return check_done("supply");
}
