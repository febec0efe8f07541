/* The real router and the real gate over a plant in which anything may fail at any time.
 *
 * First every single fault at every 30 ms of a chain of two transfers; then random chains of faults
 * and wishes, with the gate and without. After each: no invariant broken on the truth (safety.md
 * section 2.4, numbers 1, 3, 4, 5, 6, 9, 11, 14), and once the faults are gone and a person has
 * reset, every string gets home. */
#include "test/router_faults.h"

/* --- what was visited, so that a test that tests one state is noticed --- */

enum { SEEN_BITS = 20 };
static uint8_t seen[1 << SEEN_BITS];
static uint32_t distinct, steps, runs;
static uint32_t state_visits[ROUTER_STATES], why_visits[ROUTER_WHYS];

static void note(const struct shed *shed)
{
    const struct string_plant *p = &shed->plant;
    uint64_t h = shed->router.state * 31u + shed->router.string;
    for (int c = 0; c < PLANT_CONTACTS; c++)
        h = h * 64 + (uint64_t)(p->contact[c].coil | p->contact[c].closed << 1 |
                                p->contact[c].welded << 2 | p->contact[c].stuck_open << 3 |
                                p->contact[c].feedback_lost << 4 |
                                shed->router.orders.contact_closed[c] << 5);
    for (int s = 0; s < PLANT_STRINGS; s++)
        h = h * 1000003 + (uint64_t)(p->switch_on[s] | shed->router.orders.string_on[s] << 1 |
                                     shed->router.locked[s] << 2 | (p->current_mA[s] != 0) << 3 |
                                     shed->router.target[s] << 4);
    h = (h ^ h >> 31) * 0x9E3779B97F4A7C15u;
    uint32_t at = (uint32_t)(h >> (64 - SEEN_BITS));
    distinct += !seen[at];
    seen[at] = 1;
    steps++;
}

static void tally(const struct shed *shed)
{
    for (int i = 0; i < ROUTER_STATES; i++)
        state_visits[i] += shed->visits[i];
    for (int i = 0; i < ROUTER_WHYS; i++)
        why_visits[i] += shed->whys[i];
    for (int s = 0; s < PLANT_STRINGS; s++)
        why_visits[shed->router.locked_why[s]]++;
    runs++;
}

/* --- every single fault at every time --- */

static void single_faults(void)
{
    static struct shed base, shed;
    begin(&base);
    shed_want(&base, 0, 3, 4);
    for (int at_ms = 0; at_ms < 3000; at_ms += 30) {
        for (enum fault f = FAULT_NONE; f < FAULT_KINDS; f++)
            for (int target = 0; target < faults[f].targets; target++) {
                copy_shed(&shed, &base);
                fault_set(&shed, f, target, true);
                shed_run_noted(&shed, note, 4000);
                bool ended = gets_home(&shed);
                tally(&shed);
                CHECK(shed.plant.violated == 0, "%s %d at %d ms: %s", faults[f].name, target, at_ms,
                      shed.plant.first);
                CHECK(ended, "%s %d at %d ms: does not get home: %s, %s", faults[f].name, target,
                      at_ms, router_state_name(shed.router.state),
                      router_why_text(shed.router.why));
            }
        shed_run(&base, 30);
    }
    CHECK(shed_stands(&base, 0, 3, 4), "without a fault the wish is fulfilled");
}

static void random_faults(uint32_t seeds, bool gate_off)
{
    static struct shed base, shed;
    begin(&base);
    base.gate_off = gate_off;
    for (uint32_t seed = 1; seed <= seeds; seed++) {
        copy_shed(&shed, &base);
        random_walk(&shed, seed, 20, note);
        bool ended = gets_home(&shed);
        tally(&shed);
        CHECK(shed.plant.violated == 0, "seed %u%s: %s", seed, gate_off ? " without the gate" : "",
              shed.plant.first);
        CHECK(ended, "seed %u does not get home: %s, %s", seed,
              router_state_name(shed.router.state), router_why_text(shed.router.why));
    }
}

int main(void)
{
    single_faults();
    random_faults(8000, false);
    random_faults(2000, true);
    printf("%u runs, %u plant steps, about %u distinct states\n", runs, steps, distinct);
    for (int i = 0; i < ROUTER_STATES; i++)
        CHECK(state_visits[i] > 0, "state %s was never visited",
              router_state_name((enum router_state)i));
    static const enum router_why met[] = {
        WHY_NO_ZERO,      WHY_NOT_OPEN,      WHY_NOT_CLOSED, WHY_CURRENT_ON_OPEN,
        WHY_BOARD_SILENT, WHY_SENSOR_SILENT, WHY_LOCKED,     WHY_DESTINATION_NOT_READY,
        WHY_INSULATION,   WHY_BACK_HOME,     WHY_CANCELLED,  WHY_ISOLATED,
        WHY_RELEASED,     WHY_BOARD_STATE,   WHY_TWO_INPUTS,
    };
    for (size_t i = 0; i < sizeof met / sizeof met[0]; i++)
        CHECK(why_visits[met[i]] > 0, "never met: %s", router_why_text(met[i]));
    return check_done("router_model");
}
