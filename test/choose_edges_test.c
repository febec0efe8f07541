/* Which string goes next, and what stands in its way: each limit by one. */
#include "test/desk_edges.h"

/* clang-format off */
static void untouched(struct desk *d) { (void)d; }
static void insulation_fault(struct desk *d) { d->view.insulation_fault = true; }
static void unready(struct desk *d) { d->view.input_ready[3] = false; }
static void others_unready(struct desk *d)
{
    memset(d->view.input_ready, 0, sizeof d->view.input_ready);
    d->view.input_ready[3] = true;
}
static void neighbour_unknown(struct desk *d) { d->view.contact[0] = CONTACT_UNKNOWN; }
static void stranger_unknown(struct desk *d) { d->view.contact[2] = CONTACT_UNKNOWN; }
static void itself_unknown(struct desk *d) { d->view.contact[5] = CONTACT_UNKNOWN; }
static void voltage_1000(struct desk *d) { d->view.voltage_mV[1].heard_ms = d->now_ms - 1000; }
static void voltage_1001(struct desk *d) { d->view.voltage_mV[1].heard_ms = d->now_ms - 1001; }
static void voltage_within(struct desk *d) { d->view.voltage_mV[1].value = 490000; }
static void voltage_beyond(struct desk *d) { d->view.voltage_mV[1].value = 490001; }
static void cold_day_within(struct desk *d) { d->topology.string[1].voc_mV = 500000; }
static void cold_day_beyond(struct desk *d) { d->topology.string[1].voc_mV = 500001; }
static void bare_between(struct desk *d, enum inhibit from, enum inhibit to)
{
    d->topology.string[1].switchless = true;
    d->topology.input[1].inhibit = from;
    d->topology.input[3].inhibit = to;
}
static void dark(struct desk *d, size_t s, int ms) { d->router.calm_ms[s] = d->now_ms - ms; }
static void bare_no_way(struct desk *d) { bare_between(d, INHIBIT_NONE, INHIBIT_ORDER); }
static void bare_no_way_there(struct desk *d) { bare_between(d, INHIBIT_ORDER, INHIBIT_NONE); }
static void bare_by_order(struct desk *d) { bare_between(d, INHIBIT_ORDER, INHIBIT_ORDER); }
static void bare_by_day(struct desk *d) { bare_between(d, INHIBIT_DUSK, INHIBIT_ORDER); }
static void bare_by_day_there(struct desk *d) { bare_between(d, INHIBIT_ORDER, INHIBIT_DUSK); }
static void bare_at_dusk(struct desk *d) { bare_by_day(d); dark(d, 1, 59999); }
static void bare_at_night(struct desk *d)
{
    bare_between(d, INHIBIT_DUSK, INHIBIT_DUSK);
    dark(d, 1, 60000);
}
static void bare_unheard_of(struct desk *d) { bare_between(d, (enum inhibit)7, INHIBIT_ORDER); }
static void bare_nowhere(struct desk *d)
{
    bare_between(d, INHIBIT_NONE, INHIBIT_ORDER);
    stand(d, 1, false);
}
static void neighbour_bare(struct desk *d)
{
    d->topology.string[0].switchless = true;
    stand(d, 0, false);
    stand(d, 3, true);
}
static void neighbour_bare_by_day(struct desk *d)
{
    neighbour_bare(d);
    d->topology.input[3].inhibit = INHIBIT_DUSK;
}
static void neighbour_bare_at_night(struct desk *d)
{
    neighbour_bare_by_day(d);
    dark(d, 0, 60000);
}
static void neighbour_bare_at_home(struct desk *d) { d->topology.string[0].switchless = true; }
static void last_neighbour_bare(struct desk *d)
{
    d->topology.contact[7] = (struct topology_contact){2, 3};
    d->topology.contacts = 8;
    d->topology.string[2].switchless = true;
    stand(d, 2, false);
    stand(d, 7, true);
}
/* clang-format on */

static void what_stands_in_the_way(void)
{
    static const struct {
        void (*change)(struct desk *d);
        uint8_t to;
        enum router_why why;
    } rows[] = {
        {untouched, 3, WHY_NOTHING},
        {insulation_fault, 3, WHY_INSULATION},
        {insulation_fault, NO_INPUT, WHY_INSULATION},
        {unready, 3, WHY_DESTINATION_NOT_READY},
        {unready, 4, WHY_NOTHING},
        {unready, NO_INPUT, WHY_NOTHING},
        {others_unready, 3, WHY_NOTHING},
        {neighbour_unknown, 3, WHY_DESTINATION_NOT_READY},
        {neighbour_unknown, 4, WHY_NOTHING},
        {neighbour_unknown, 0, WHY_DESTINATION_NOT_READY},
        {stranger_unknown, 3, WHY_NOTHING},
        {stranger_unknown, 4, WHY_DESTINATION_NOT_READY},
        {itself_unknown, 3, WHY_NOTHING},
        {voltage_1000, 3, WHY_NOTHING},
        {voltage_1001, 3, WHY_SENSOR_SILENT},
        {voltage_1001, NO_INPUT, WHY_NOTHING},
        {voltage_within, 3, WHY_NOTHING},
        {voltage_beyond, 3, WHY_VOLTAGE},
        {cold_day_within, 3, WHY_NOTHING},
        {cold_day_beyond, 3, WHY_VOLTAGE},
        {bare_no_way, 3, WHY_NO_INHIBIT},
        {bare_no_way, NO_INPUT, WHY_NO_INHIBIT},
        {bare_no_way_there, 3, WHY_NO_INHIBIT},
        {bare_no_way_there, NO_INPUT, WHY_NOTHING},
        {bare_by_order, 3, WHY_NOTHING},
        {bare_by_day, 3, WHY_DAYLIGHT},
        {bare_by_day_there, 3, WHY_DAYLIGHT},
        {bare_at_dusk, 3, WHY_DAYLIGHT},
        {bare_at_night, 3, WHY_NOTHING},
        {bare_unheard_of, 3, WHY_NO_INHIBIT},
        {bare_nowhere, 3, WHY_NOTHING},
        {neighbour_bare, 3, WHY_NO_INHIBIT},
        {neighbour_bare, 4, WHY_NOTHING},
        {neighbour_bare_by_day, 3, WHY_DAYLIGHT},
        {neighbour_bare_at_night, 3, WHY_NOTHING},
        {neighbour_bare_at_home, 3, WHY_NOTHING},
        {last_neighbour_bare, 3, WHY_NO_INHIBIT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        begin(&d);
        struct turn turn = turn_of(&d);
        hear(&d);
        rows[i].change(&d);
        turn_look(&turn);
        enum router_why why = router_obstacle(&turn, 1, rows[i].to);
        CHECK(why == rows[i].why, "row %zu: %s", i, router_why_text(why));
    }
}

/* clang-format off */
static void target(struct desk *d, uint8_t a, uint8_t b, uint8_t c)
{
    d->router.target[0] = a, d->router.target[1] = b, d->router.target[2] = c;
}
static void off(struct desk *d, size_t s)
{
    for (size_t c = 0; c < d->topology.contacts; c++)
        if (d->topology.contact[c].string == s)
            stand(d, c, false);
}
static void on(struct desk *d, size_t s, uint8_t input)
{
    off(d, s);
    stand(d, contact_between(&d->topology, (uint8_t)s, input), true);
}
static void home(struct desk *d) { target(d, 0, 1, 2); }
static void nothing_wanted(struct desk *d) { target(d, NO_INPUT, NO_INPUT, NO_INPUT); }
static void one_away(struct desk *d) { target(d, 0, 3, 2); }
static void last_away(struct desk *d) { target(d, 0, 1, 4); }
static void two_away(struct desk *d) { target(d, 3, 4, 2); }
static void unknown_away(struct desk *d) { one_away(d); d->view.contact[5] = CONTACT_UNKNOWN; }
static void second_isolated(struct desk *d) { two_away(d); off(d, 1); }
static void first_isolated(struct desk *d) { two_away(d); off(d, 0); }
static void both_isolated(struct desk *d) { two_away(d); off(d, 0); off(d, 1); }
static void away_comes_home(struct desk *d) { home(d); on(d, 1, 3); }
static void isolated_comes_home(struct desk *d) { home(d); off(d, 2); }
static void away_budget(struct desk *d) { one_away(d); d->router.moved_today[1] = 10; }
static void away_no_budget(struct desk *d) { one_away(d); d->router.moved_today[1] = 11; }
static void back_budget(struct desk *d) { away_comes_home(d); d->router.moved_today[1] = 11; }
static void back_no_budget(struct desk *d) { away_comes_home(d); d->router.moved_today[1] = 12; }
static void joined_budget(struct desk *d) { away_budget(d); off(d, 1); d->router.moved_today[1] = 11; }
static void joined_no_budget(struct desk *d) { joined_budget(d); d->router.moved_today[1] = 12; }
static void moved_ago(struct desk *d, int ago_ms)
{
    one_away(d);
    d->router.config.dwell_ms = router_defaults.dwell_ms;
    d->router.moved_ms[1] = ago_ms ? d->now_ms - ago_ms : 0;
}
static void dwells(struct desk *d) { moved_ago(d, 899999); }
static void has_dwelt(struct desk *d) { moved_ago(d, 900000); }
static void never_moved(struct desk *d) { moved_ago(d, 0); }
static void dwells_but_isolated(struct desk *d) { moved_ago(d, 1000); off(d, 1); }
static void another_dwells(struct desk *d)
{
    moved_ago(d, 0);
    d->router.moved_ms[0] = d->router.moved_ms[2] = d->now_ms;
}
static void coil_strays(struct desk *d) { one_away(d); d->router.strays_ms[5] = d->now_ms; }
static void another_coil_strays(struct desk *d) { one_away(d); d->router.strays_ms[6] = d->now_ms; }
static void no_coil_strays(struct desk *d)
{
    one_away(d);
    d->topology.contact[7] = (struct topology_contact){1, 2};
    d->router.strays_ms[7] = d->now_ms;
}
static void failed_before(struct desk *d, uint16_t times, int ago_ms)
{
    one_away(d);
    d->router.failed_why[1] = WHY_NO_ZERO;
    d->router.failed_today[1] = times;
    d->router.failed_ms[1] = ago_ms ? d->now_ms - ago_ms : 0;
}
static void failed_twice(struct desk *d) { failed_before(d, 2, 60000); }
static void failed_just_now(struct desk *d) { failed_before(d, 2, 59999); }
static void failed_thrice(struct desk *d) { failed_before(d, 3, 70000); }
static void never_failed(struct desk *d) { failed_before(d, 0, 0); }
static void locked_away(struct desk *d)
{
    two_away(d);
    d->router.locked[0] = true;
    d->router.locked_why[0] = WHY_NOT_OPEN;
}
static void both_locked(struct desk *d)
{
    locked_away(d);
    d->router.locked[1] = true;
    d->router.locked_why[1] = WHY_NOT_CLOSED;
}
static void silent_away(struct desk *d)
{
    one_away(d);
    d->view.current_mA[1].heard_ms = d->now_ms - 1501;
}
static void obstructed(struct desk *d) { one_away(d); unready(d); }
static void place_taken(struct desk *d) { target(d, 3, 1, 2); on(d, 1, 3); d->router.target[1] = 3; }
static void place_cleared(struct desk *d) { target(d, 3, 1, 2); on(d, 1, 3); }
static void isolated_place_taken(struct desk *d) { place_taken(d); off(d, 0); }
/* Strings 2 and 3 on each other's inputs. */
static void ring(struct desk *d)
{
    d->topology.contact[7] = (struct topology_contact){2, 3};
    d->topology.contacts = 8;
    target(d, 0, 4, 3);
    stand(d, 7, false);
    on(d, 1, 3);
    on(d, 2, 4);
}
static void broken_ring(struct desk *d)
{
    ring(d);
    d->router.locked[2] = true;
    d->router.locked_why[2] = WHY_NOT_OPEN;
}
static void dead_input(struct desk *d)
{
    one_away(d);
    d->router.dead_input[1] = 3;
}
static void dead_input_on_it(struct desk *d) { dead_input(d); on(d, 1, 3); }
/* clang-format on */

static void who_goes_next(void)
{
    static const struct {
        void (*change)(struct desk *d);
        bool goes;
        uint8_t string, to;
        enum router_why why;
        const char *sentence;
    } rows[] = {
        {home, false, NO_STRING, NO_INPUT, WHY_NOTHING, "everyone stands as wanted"},
        {nothing_wanted, false, NO_STRING, NO_INPUT, WHY_NOTHING, "nothing is wanted"},
        {one_away, true, 1, 3, WHY_WANTED, "one goes"},
        {last_away, true, 2, 4, WHY_WANTED, "the last string by the last contact"},
        {two_away, true, 0, 3, WHY_WANTED, "the first of two"},
        {unknown_away, false, NO_STRING, NO_INPUT, WHY_NOTHING, "nobody knows where it stands"},
        {second_isolated, true, 1, 4, WHY_WANTED, "who delivers nothing goes first"},
        {first_isolated, true, 0, 3, WHY_WANTED, "as the first"},
        {both_isolated, true, 0, 3, WHY_WANTED, "the first of two that deliver nothing"},
        {away_comes_home, true, 1, 1, WHY_BACK_HOME, "home"},
        {isolated_comes_home, true, 2, 2, WHY_BACK_HOME, "home from nowhere"},
        {away_budget, true, 1, 3, WHY_WANTED, "two transfers are left: there and back"},
        {away_no_budget, false, 1, NO_INPUT, WHY_BUDGET, "one is left: it could not come back"},
        {back_budget, true, 1, 1, WHY_BACK_HOME, "one is left for the way back"},
        {back_no_budget, false, 1, NO_INPUT, WHY_BUDGET, "none is left"},
        {joined_budget, true, 1, 3, WHY_WANTED, "one is left for who stands nowhere"},
        {joined_no_budget, false, 1, NO_INPUT, WHY_BUDGET, "none is left for who stands nowhere"},
        {dwells, false, 1, NO_INPUT, WHY_DWELL, "moved 899.999 s ago"},
        {has_dwelt, true, 1, 3, WHY_WANTED, "moved 900 s ago"},
        {never_moved, true, 1, 3, WHY_WANTED, "never moved"},
        {dwells_but_isolated, true, 1, 3, WHY_WANTED, "it stands nowhere"},
        {another_dwells, true, 1, 3, WHY_WANTED, "others moved just now"},
        {coil_strays, false, 1, NO_INPUT, WHY_BOARD_STATE, "a coil of it is not as ordered"},
        {another_coil_strays, true, 1, 3, WHY_WANTED, "a coil of another"},
        {no_coil_strays, true, 1, 3, WHY_WANTED, "a coil that is not there"},
        {failed_twice, true, 1, 3, WHY_WANTED, "failed twice, a minute ago"},
        {failed_just_now, false, 1, NO_INPUT, WHY_NO_ZERO, "59.999 s ago"},
        {failed_thrice, false, 1, NO_INPUT, WHY_NO_ZERO, "three times"},
        {never_failed, true, 1, 3, WHY_WANTED, "never"},
        {locked_away, true, 1, 4, WHY_WANTED, "the first is locked: the other one"},
        {both_locked, false, 0, NO_INPUT, WHY_NOT_OPEN, "both are: the first one's reason"},
        {silent_away, false, 1, NO_INPUT, WHY_SENSOR_SILENT, "not heard"},
        {obstructed, false, 1, NO_INPUT, WHY_DESTINATION_NOT_READY, "the inverter is not ready"},
        {place_taken, false, 0, NO_INPUT, WHY_DESTINATION_NOT_READY, "its place is taken"},
        {place_cleared, true, 1, 1, WHY_BACK_HOME, "who stands there goes first"},
        {isolated_place_taken, false, NO_STRING, NO_INPUT, WHY_NOTHING,
         "who stands nowhere is not taken off"},
        {ring, true, 1, NO_INPUT, WHY_WANTED, "each in the other's place: the first is taken off"},
        {broken_ring, false, 2, NO_INPUT, WHY_NOT_OPEN, "the other could not follow: nobody is"},
        {dead_input, false, NO_STRING, NO_INPUT, WHY_NOTHING, "an input that did not draw"},
        {dead_input_on_it, true, 1, 1, WHY_BACK_HOME, "is left"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk d;
        struct router_move move;
        begin(&d);
        struct turn turn = turn_of(&d);
        hear(&d);
        rows[i].change(&d);
        turn_look(&turn);
        bool goes = router_choose(&turn, &move);
        CHECK(goes == rows[i].goes && move.string == rows[i].string && move.to == rows[i].to &&
                  move.why == rows[i].why,
              "%s: %d, string %d to %d, %s", rows[i].sentence, goes, move.string, move.to,
              router_why_text(move.why));
    }
}

int main(void)
{
    what_stands_in_the_way();
    who_goes_next();
    return check_done("choose_edges");
}
