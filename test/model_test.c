/* What the exhaustive search (make model) rests on: a packed shed does what one that was never packed
 * does. And the search itself, in short. */
#include "test/model_ac.h"
#include "test/model_strings.h"

enum { WALKS = 200, WALK_STEPS = 300, EVENT_EACH = 8, STATES_MAX = 20000 };

/* What can be seen of the two from outside. */
static const char *differs(const struct shed *a, const struct shed *b)
{
    for (int c = 0; c < PLANT_CONTACTS; c++)
        if (a->plant.contact[c].coil != b->plant.contact[c].coil ||
            a->plant.contact[c].closed != b->plant.contact[c].closed)
            return "a contact";
    for (int s = 0; s < PLANT_STRINGS; s++)
        if (a->plant.switch_on[s] != b->plant.switch_on[s] ||
            a->plant.current_mA[s] != b->plant.current_mA[s])
            return "a string's switch or current";
    for (int s = 0; s < PLANT_STRINGS; s++)
        if (a->router.locked[s] != b->router.locked[s] ||
            a->gate.strings[s].locked != b->gate.strings[s].locked)
            return "a lock";
    if (a->router.state != b->router.state)
        return "the router's state";
    if (a->plant.violated != b->plant.violated)
        return "what is judged";
    return a->vetoed != b->vetoed || a->gate.foreign != b->gate.foreign ? "the gate" : NULL;
}

static void packed_walks(void)
{
    static struct shed plain, packed;
    static uint8_t state[SEARCH_BYTES];
    uint32_t seed = 3, transfers = 0;
    for (int walk = 0; walk < WALKS; walk++) {
        begin(&plain);
        plain.config.start_ms = 1500;
        plain.config.boot_hold_ms = 200;
        controller_start(&plain);
        shed_run(&plain, 6000);
        shed_want(&plain, 0, 1, 2);
        copy_shed(&packed, &plain);
        const char *what = NULL;
        for (int i = 0; i < WALK_STEPS && !what; i++) {
            bool happens = random_next(&seed) % EVENT_EACH == 0;
            enum fault f = !happens ? FAULT_NONE
                           : random_next(&seed) % 4 == 0
                               ? (enum fault)(random_next(&seed) % FAULT_KINDS)
                               : FAULT_WISH;
            int at = (int)(random_next(&seed) % (uint32_t)faults[f].targets);
            bool on = random_next(&seed) % 2;
            size_t bytes = shed_pack(&packed, state);
            CHECK(bytes <= SEARCH_BYTES - 2, "%zu bytes", bytes);
            shed_unpack(&packed, state);
            fault_set(&plain, f, at, on);
            fault_set(&packed, f, at, on);
            shed_step(&plain);
            shed_step(&packed);
            what = differs(&plain, &packed);
            CHECK(!what, "walk %d, step %d, after %s %d: %s differs", walk, i, faults[f].name, at,
                  what);
        }
        transfers += plain.router.transfers;
    }
    CHECK(transfers > WALKS, "%u transfers in %d walks", transfers, WALKS);
}

static void short_search(void)
{
    static struct model model = {
        .menu = {{{FAULT_WELDED, 1}, {FAULT_STUCK_OPEN, 4}, {FAULT_RESTART, 0}}, 3, 2}};
    struct search search = {
        .kind = &model_kind, .world = &model, .states_max = STATES_MAX, .ends_each = 64};
    search_run(&search);
    CHECK(!search.wrong, "%s", search.wrong);
    CHECK(search.states >= STATES_MAX && search.ends > STATES_MAX / 128, "%zu states, %llu ends",
          search.states, (unsigned long long)search.ends);
    CHECK(model.visits[ROUTER_CLOSING] > 0 && model.visits[ROUTER_HOLD] > 0,
          "transfers and HOLD are among them");
    search_free(&search);
}

/* The AC side: without a fault there is no state left in the end. */
static void short_ac_search(void)
{
    static struct ac_world world;
    struct search search = {
        .kind = &ac_kind, .world = &world, .states_max = 10 * STATES_MAX, .ends_each = 512};
    search_run(&search);
    CHECK(!search.wrong && search.complete, "%s", search.wrong ? search.wrong : "not complete");
    CHECK(search.states > 1000 && search.ends > 1, "%zu states", search.states);
    for (enum ac_state state = AC_START; state < AC_HOLD; state++)
        CHECK(world.visits[state] > 0, "%s is among them", ac_state_name(state));
    search_free(&search);
}

int main(void)
{
    packed_walks();
    short_search();
    short_ac_search();
    return check_done("model");
}
