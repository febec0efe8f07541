/* The sequencer when all goes well: transfers, rings, neighbours, isolating, dwell and budget. */
#include "test/router_rows.h"

static void a_transfer(void)
{
    static const struct row rows[] = {
        {0, ROUTER_IDLE, WHY_ADOPTED, want_s2, "adopted"},
        {20, ROUTER_SWITCH_OFF, WHY_WANTED, NULL, "its switch goes off"},
        {590, ROUTER_SWITCH_OFF, WHY_WANTED, NULL, "zero is seen, not for 500 ms yet"},
        {620, ROUTER_OPENING, WHY_ZERO_SEEN, NULL, "opens"},
        {660, ROUTER_DEAD_TIME, WHY_OPEN_SEEN, NULL, "seen open 30 ms later"},
        {1130, ROUTER_DEAD_TIME, WHY_OPEN_SEEN, NULL, "the dead time runs from then"},
        {1150, ROUTER_CLOSING, WHY_DEAD_TIME_OVER, NULL, "closes"},
        {1240, ROUTER_SWITCH_ON, WHY_CLOSED_SEEN, NULL, "seen closed; it may bounce"},
        {1540, ROUTER_IDLE, WHY_DONE, NULL, "its switch is on"},
        {3000, ROUTER_IDLE, WHY_DONE, NULL, "nothing more"},
    };
    struct shed shed;
    begin(&shed);
    PLAY("a transfer", &shed, rows);
    CHECK(shed_stands(&shed, 0, 3, 2), "it stands there");
    CHECK(shed.router.transfers == 1 && shed.router.moved_today[1] == 1, "counted");
    CHECK(shed.router.operations[1] == 1 && shed.router.operations[4] == 1, "each contact once");
    CHECK(shed.vetoes == 0, "the gate had nothing against it");
}

static void slow_contacts(void)
{
    struct shed shed;
    begin(&shed);
    for (int c = 0; c < PLANT_CONTACTS; c++)
        shed.plant.contact[c].travel_ms = 170;
    int64_t from_ms = shed.plant.now_ms;
    want_both(&shed);
    while (!shed_stands(&shed, 0, 3, 4) && shed.plant.now_ms - from_ms < 60000)
        shed_step(&shed);
    int64_t took_ms = shed.plant.now_ms - from_ms;
    printf("router: two transfers in %lld ms with contacts of 170 ms\n", (long long)took_ms);
    CHECK(took_ms > 2000 && took_ms < 12000, "%lld ms for two", (long long)took_ms);
    want_home(&shed);
    shed_run(&shed, 8000);
    CHECK(shed_stands(&shed, 0, 1, 2), "and home");
    CHECK(shed.plant.violated == 0, "%s", shed.plant.first);
}

/* Without a push it waits; two strings want each other's place. */
static void a_ring(void)
{
    struct shed shed;
    begin(&shed);
    shed.plant.topology.contact[3] = (struct topology_contact){0, 1};
    shed.plant.topology.contact[4] = (struct topology_contact){1, 0};
    shed.gate.config.boards[0].input_of[3] = 2;
    shed.gate.config.boards[0].input_of[4] = 1;
    shed_want(&shed, 1, 0, 2);
    shed_run(&shed, 6000);
    CHECK(shed_stands(&shed, 1, 0, 2), "they have changed places: %d %d",
          string_input(&shed.plant, 0), string_input(&shed.plant, 1));
    CHECK(shed.plant.violated == 0, "%s", shed.plant.first);
    CHECK(shed.router.transfers == 2, "%u transfers", shed.router.transfers);
    shed_want(&shed, 0, 1, 2);
    shed.router.locked[1] = true;
    shed.router.locked_why[1] = WHY_NOT_OPEN;
    shed_run(&shed, 6000);
    CHECK(shed_stands(&shed, 1, 0, 2), "when one cannot move, the other is not taken off for it");
    CHECK(shed.router.state == ROUTER_IDLE && shed.router.string == 1, "and it says which");
    shed.router.locked[1] = false;
    shed_run(&shed, 300);
    CHECK(shed.router.to == NO_INPUT && shed.router.state == ROUTER_SWITCH_OFF, "one is taken off");
    shed_want(&shed, 1, 0, 2);
    shed_run(&shed, 1500);
    CHECK(shed_stands(&shed, 1, 0, 2), "unless that is not wanted any more");
    shed_want(&shed, 4, 0, 2);
    shed_run(&shed, 1000);
    CHECK(shed.router.state == ROUTER_IDLE && shed.router.why == WHY_DESTINATION_NOT_READY,
          "a wish for an input without a contact is never started");
}

static void isolated_first(void)
{
    struct shed shed;
    begin(&shed);
    reboot_contacts(&shed);
    want_home(&shed);
    while (shed.router.why != WHY_DONE && shed.plant.now_ms < 1060000)
        shed_step(&shed);
    CHECK(string_input(&shed.plant, 0) == 0 && string_input(&shed.plant, 1) == -1, "one is home");
    shed_want(&shed, 3, 1, 2);
    shed_run(&shed, 200);
    CHECK(shed.router.state == ROUTER_SWITCH_OFF && shed.router.string == 1,
          "who delivers nothing goes before who would only change");
    shed_run(&shed, 9000);
    CHECK(shed_stands(&shed, 3, 1, 2), "then the other");
    CHECK(shed.plant.violated == 0, "%s", shed.plant.first);
}

static void blocked_place(void)
{
    struct shed shed;
    begin(&shed);
    shed_want(&shed, 3, 4, 2);
    shed_run(&shed, 5000);
    CHECK(shed_stands(&shed, 3, 4, 2), "bundled");
    shed_want(&shed, NO_INPUT, 3, 2);
    shed_run(&shed, 3000);
    CHECK(shed_stands(&shed, 3, 4, 2), "the place is taken by one that is wanted nowhere else");
    CHECK(shed.router.why == WHY_DESTINATION_NOT_READY && shed.router.string == 1, "told");
    CHECK(shed.plant.violated == 0, "%s", shed.plant.first);
}

/* Two on one input: the one that stands there is switched off while the other joins. */
static void joining(void)
{
    struct shed shed;
    begin(&shed);
    shed.plant.topology.input[3].strings_max = 2;
    shed.plant.topology.input[3].isc_max_mA = 25000;
    shed_want(&shed, 0, 3, 2);
    shed_run(&shed, 3000);
    shed_want(&shed, 3, 3, 2);
    shed_run(&shed, 200);
    CHECK(!shed.plant.switch_on[0] && !shed.plant.switch_on[1] && shed.plant.switch_on[2],
          "both are switched off");
    shed_run(&shed, 3000);
    CHECK(shed_stands(&shed, 3, 3, 2), "joined, both on");
    CHECK(shed.plant.violated == shed.plant.violations[9], "only the plant's own count of strings");
    shed.router.target[0] = 0;
    shed_want(&shed, 0, 3, 2);
    shed_run(&shed, 300);
    CHECK(shed.plant.switch_on[1], "the one that stays goes on when the other leaves");
    shed_run(&shed, 3000);
    CHECK(shed_stands(&shed, 0, 3, 2), "parted");
}

/* A neighbour that came in between: nobody closes onto it. */
static void a_neighbour_comes(void)
{
    struct shed shed;
    begin(&shed);
    want_s2(&shed);
    shed_run(&shed, 700);
    CHECK(shed.router.state == ROUTER_DEAD_TIME, "open");
    shed.plant.contact[3].coil = shed.plant.contact[3].closed = true; /* by hand, at the board */
    shed.plant.contact[3].opened_ms = 0;
    shed.plant.contact[0].coil = shed.plant.contact[0].closed = false;
    shed.plant.board[0].outputs = (uint8_t)((shed.plant.board[0].outputs | 0x08) & ~0x01);
    shed_run(&shed, 600);
    CHECK(shed.router.state == ROUTER_DEAD_TIME, "not closed onto a live input");
    shed_run(&shed, 2000);
    CHECK(!shed.plant.contact[4].closed, "nor later");
}

static void isolating(void)
{
    struct shed shed;
    begin(&shed);
    isolate_all(&shed);
    shed_run(&shed, 200);
    CHECK(!shed.plant.switch_on[0] && !shed.plant.switch_on[1] && !shed.plant.switch_on[2] &&
              shed.router.why == WHY_ISOLATED,
          "all off at once");
    want_s2(&shed);
    shed_run(&shed, 3000);
    CHECK(string_input(&shed.plant, 1) == 3 && !shed.plant.switch_on[1], "it moves, and stays off");
    isolate_none(&shed);
    shed_run(&shed, 300);
    CHECK(shed_stands(&shed, 0, 3, 2) && shed.router.why == WHY_RELEASED, "on again");
    want_home(&shed);
    shed_run(&shed, 800);
    CHECK(shed.router.state == ROUTER_DEAD_TIME, "under way");
    isolate_1(&shed);
    shed_run(&shed, 150);
    CHECK(!shed.plant.switch_on[0], "another string is isolated while one moves");
    CHECK(shed.plant.violated == 0, "%s", shed.plant.first);
    router_want(&shed.router, shed.target, NULL);
    CHECK(!shed.router.isolate[0], "no list: none");
}

static void dwell(void)
{
    struct shed shed;
    begin(&shed);
    want_s2(&shed);
    shed_run(&shed, 3000);
    CHECK(shed_stands(&shed, 0, 3, 2), "there");
    shed.router.config.dwell_ms = router_defaults.dwell_ms;
    want_home(&shed);
    shed_run(&shed, 890000);
    CHECK(shed.router.state == ROUTER_IDLE && shed.router.why == WHY_DWELL, "it dwells");
    shed_run(&shed, 13000);
    CHECK(shed_stands(&shed, 0, 1, 2), "900 s later it moves");
    want_s2(&shed);
    shed_run(&shed, 3000);
    CHECK(shed.router.why == WHY_DWELL, "it dwells again");
    shed_run(&shed, 897000);
    CHECK(shed_stands(&shed, 0, 3, 2), "and moves");
    want_home(&shed);
    shed_run(&shed, 500);
    CHECK(shed.router.why == WHY_DWELL, "it dwells");
    shed_want(&shed, 0, 3, 2);
    shed_run(&shed, 500);
    CHECK(shed.router.why == WHY_NOTHING, "a withdrawn wish delays nothing any more");
    reboot_contacts(&shed);
    shed_run(&shed, 15000);
    CHECK(shed_stands(&shed, -1, 3, -1) || string_input(&shed.plant, 1) == 3,
          "an isolated string is joined without waiting");
}

static void budget(void)
{
    struct shed shed;
    begin(&shed);
    for (int i = 0; i < 8; i++) {
        want_s2(&shed);
        shed_run(&shed, 2500);
        want_home(&shed);
        shed_run(&shed, 2500);
    }
    CHECK(shed.router.moved_today[1] == 12, "twelve a day: %d", shed.router.moved_today[1]);
    CHECK(shed_stands(&shed, 0, 1, 2), "the last one was the way home");
    want_s2(&shed);
    shed_run(&shed, 3000);
    CHECK(shed.router.why == WHY_BUDGET, "%s", router_why_text(shed.router.why));
    shed.router.day_ms = shed.plant.now_ms + 1000 - 86400000;
    shed_run(&shed, 900);
    CHECK(shed.router.state == ROUTER_IDLE && shed.router.why == WHY_BUDGET, "not early");
    shed_run(&shed, 3000);
    CHECK(shed_stands(&shed, 0, 3, 2), "the next day");
    CHECK(shed.router.operations[4] == 14 - 1, "wear is counted on: %u", shed.router.operations[4]);
}

/* Eleven: a string leaves home only with its way back in the budget. */
static void odd_budget(void)
{
    struct shed shed;
    begin(&shed);
    shed.router.config.transfers_per_day = 11;
    for (int i = 0; i < 7; i++) {
        want_s2(&shed);
        shed_run(&shed, 2500);
        want_home(&shed);
        shed_run(&shed, 2500);
    }
    CHECK(shed.router.moved_today[1] == 10 && shed_stands(&shed, 0, 1, 2), "home after ten: %d",
          shed.router.moved_today[1]);
    reboot_contacts(&shed);
    shed_run(&shed, 15000);
    CHECK(shed.router.moved_today[1] == 11 && shed_stands(&shed, 0, 1, 2), "the last one joins it");
}

static void the_words(void)
{
    for (int i = 0; i < ROUTER_STATES; i++)
        CHECK(router_state_name((enum router_state)i)[0] != '\0', "state %d", i);
    for (int i = 0; i < ROUTER_WHYS; i++)
        CHECK(router_why_text((enum router_why)i)[0] != '\0', "why %d", i);
}

int main(void)
{
    a_transfer();
    slow_contacts();
    a_ring();
    isolated_first();
    blocked_place();
    joining();
    a_neighbour_comes();
    isolating();
    dwell();
    budget();
    odd_budget();
    the_words();
    return check_done("router");
}
