/* The checker of router_model_test.c is tried itself: seeded mistakes must be found without the gate,
 * and the gate alone must stop them, and any pattern a hostile controller sends. */
#include "test/router_faults.h"

/* --- seeded mistakes --- */

/* The wait for zero current is dropped: any current is zero, and the switch is believed off. */
static void no_zero_wait(struct shed *shed)
{
    shed->router.config.zero_hold_ms = 0;
    for (int s = 0; s < PLANT_STRINGS; s++) {
        reading_set(&shed->view.current_mA[s], 0, shed->plant.now_ms);
        shed->view.switch_output[s] = shed->router.orders.string_on[s];
    }
}

/* The verification of the opening is dropped: what is ordered open is taken for open. */
static void no_open_check(struct shed *shed)
{
    for (int c = 0; c < PLANT_CONTACTS && shed->router.orders.valid; c++)
        if (!shed->router.orders.contact_closed[c]) {
            shed->view.contact[c] = CONTACT_OPEN;
            shed->view.contact_output[c] = false;
            shed->view.contact_ms[c] = shed->plant.now_ms;
        }
}

/* The switches are never turned off, and the router is told they are. */
static void no_inhibit_doctor(struct shed *shed)
{
    no_zero_wait(shed);
}

static void no_inhibit(struct shed *shed, uint8_t pattern[])
{
    (void)shed;
    pattern[1] = 0x07;
}

static const struct {
    const char *name;
    void (*doctor)(struct shed *);
    void (*meddle)(struct shed *, uint8_t pattern[]);
    int invariant;
} mistakes[] = {
    {"zero wait dropped", no_zero_wait, NULL, 3},
    {"opening not verified", no_open_check, NULL, 1},
    {"destination not inhibited", no_inhibit_doctor, no_inhibit, 4},
};

static uint32_t mistake_found(size_t m, bool gate_off)
{
    static struct shed base, shed;
    uint32_t found = 0;
    begin(&base);
    base.doctor = mistakes[m].doctor;
    base.meddle = mistakes[m].meddle;
    base.gate_off = gate_off;
    for (uint32_t seed = 1; seed <= 60; seed++) {
        copy_shed(&shed, &base);
        random_walk(&shed, seed, 15, NULL);
        found += gate_off ? shed.plant.violations[mistakes[m].invariant] : shed.plant.violated;
    }
    return found;
}

static void seeded_mistakes(void)
{
    for (size_t m = 0; m < sizeof mistakes / sizeof mistakes[0]; m++) {
        uint32_t without = mistake_found(m, true), with = mistake_found(m, false);
        printf("%s: invariant %d broken %u times without the gate, %u of all with it\n",
               mistakes[m].name, mistakes[m].invariant, without, with);
        CHECK(without > 0, "%s: not found", mistakes[m].name);
        CHECK(with == 0, "%s: the gate lets it through", mistakes[m].name);
    }
}

/* --- a hostile controller behind the gate: any pattern at any time --- */

static uint32_t hostile_random;

static void hostile(struct shed *shed, uint8_t pattern[])
{
    for (int b = 0; b < PLANT_BOARDS; b++) {
        uint32_t r = random_next(&hostile_random);
        if (r % 4 == 0)
            pattern[b] = (uint8_t)(shed->plant.board[b].outputs ^ 1u << (r >> 8) % 7);
        else if (r % 4 == 1)
            pattern[b] = (uint8_t)(r >> 16 & 0x7F);
        else
            pattern[b] = shed->plant.board[b].outputs;
    }
}

static void hostile_controller(void)
{
    static struct shed base, shed;
    uint32_t passed = 0, refused = 0, moves = 0;
    begin(&base);
    base.meddle = hostile;
    for (uint32_t seed = 1; seed <= 60; seed++) {
        copy_shed(&shed, &base);
        hostile_random = seed;
        random_walk(&shed, seed, 40, NULL);
        uint32_t crowded = shed.plant.violations[9]; /* how many fit is the router's matter */
        CHECK(shed.plant.violated == crowded, "hostile %u: %s", seed, shed.plant.first);
        passed += shed.gate.vetoes[GATE_PASS];
        refused += shed.vetoes;
        moves += shed.plant.moves;
    }
    printf("hostile: %u commands passed, %u refused, %u contacts closed\n", passed, refused, moves);
    CHECK(moves > 10, "some of it does move contacts");
}

int main(void)
{
    seeded_mistakes();
    hostile_controller();
    return check_done("router_mistake");
}
