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
    {3000, FRESH | BOX | OWN | CLOSED, 150, SUPPLY_WIND_DOWN, SUPPLY_BYPASS, "the car charges: wind down"},
    {6000, FRESH | BOX | OWN | CLOSED, 3, SUPPLY_WIND_DOWN, SUPPLY_BYPASS, "contactor still closed"},
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
    {78000, FRESH | BOX | OWN | SEEN_OWN | CLOSED, 340, SUPPLY_STEADY, SUPPLY_OWN, "and is wanted again"},
    {79000, FRESH | BOX | SEEN_OWN, 0, SUPPLY_WIND_DOWN, SUPPLY_OWN, "ends"},
    {80000, FRESH | BOX | SEEN_OWN, 0, SUPPLY_WIND_DOWN, SUPPLY_OWN, "quiet"},
    {83000, FRESH | BOX | SEEN_OWN, 0, SUPPLY_CHANGING, SUPPLY_BYPASS, "back to bypass"},
    {262999, BOX, 0, SUPPLY_CHANGING, SUPPLY_BYPASS, "the inverter is silent"},
    {263000, BOX, 0, SUPPLY_LOCKOUT, SUPPLY_BYPASS, "three minutes: it goes on with the lockout"},
};

int main(void)
{
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
