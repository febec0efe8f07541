/* The real router and the real gate over a plant in which anything may fail at any time.
 *
 * First every single fault at every 30 ms of a chain of two transfers; then random chains of faults
 * and wishes, with the gate and without. After each: no invariant broken on the truth (safety.md
 * section 2.4, numbers 1, 3, 4, 5, 6, 9, 11, 14), and once the faults are gone and a person has
 * reset, every string gets home. Then the checker itself is tried: seeded mistakes must be found, and the
 * gate alone must stop them; and so must any pattern a hostile controller sends. */
#include "test/check.h"
#include "test/string_plant.h"

enum fault {
    FAULT_NONE,
    FAULT_WELDED,
    FAULT_STUCK_OPEN,
    FAULT_SLOW,
    FAULT_FEEDBACK,
    FAULT_REBOOT,
    FAULT_BOARD_SILENT,
    FAULT_FRAMES_LOST,
    FAULT_COUNTER_SILENT,
    FAULT_COUNTER_FROZEN,
    FAULT_SWITCH_SHORTED,
    FAULT_LEAK,
    FAULT_RESTART,
    FAULT_CONTROLLER_DEAD,
    FAULT_INPUT,
    FAULT_INSULATION,
    FAULT_FOREIGN,
    FAULT_NIGHT,
    FAULT_ISOLATE,
    FAULT_WISH,
    FAULT_RESET,
    FAULT_KINDS
};

static const struct {
    const char *name;
    int targets;
} faults[FAULT_KINDS] = {
    [FAULT_NONE] = {"none", 1},
    [FAULT_WELDED] = {"contact welded", PLANT_CONTACTS},
    [FAULT_STUCK_OPEN] = {"contact stuck open", PLANT_CONTACTS},
    [FAULT_SLOW] = {"contact slow", PLANT_CONTACTS},
    [FAULT_FEEDBACK] = {"feedback lost", PLANT_CONTACTS},
    [FAULT_REBOOT] = {"board reboots", PLANT_BOARDS},
    [FAULT_BOARD_SILENT] = {"board silent", PLANT_BOARDS},
    [FAULT_FRAMES_LOST] = {"commands lost", PLANT_BOARDS},
    [FAULT_COUNTER_SILENT] = {"counter silent", 1},
    [FAULT_COUNTER_FROZEN] = {"counter frozen", 1},
    [FAULT_SWITCH_SHORTED] = {"switch shorted", PLANT_STRINGS},
    [FAULT_LEAK] = {"current by another way", PLANT_STRINGS},
    [FAULT_RESTART] = {"controller restarts", 1},
    [FAULT_CONTROLLER_DEAD] = {"controller dead", 1},
    [FAULT_INPUT] = {"inverter not ready", PLANT_INPUTS},
    [FAULT_INSULATION] = {"insulation fault", 1},
    [FAULT_FOREIGN] = {"foreign command", 1},
    [FAULT_NIGHT] = {"cloud", 1},
    [FAULT_ISOLATE] = {"isolate", PLANT_STRINGS},
    [FAULT_WISH] = {"other wish", 4},
    [FAULT_RESET] = {"reset", 1},
};

static const uint8_t wishes[4][PLANT_STRINGS] = {{0, 1, 2}, {0, 3, 4}, {3, 4, 2}, {3, 1, 4}};

static void copy_shed(struct shed *to, const struct shed *from)
{
    *to = *from;
    to->router.topology = &to->plant.topology;
}

static void fault_set(struct shed *shed, enum fault fault, int at, bool on)
{
    struct string_plant *p = &shed->plant;
    switch (fault) {
    case FAULT_WELDED:
        if (p->contact[at].welded && !on && !p->contact[at].coil) { /* replaced with the sun away */
            p->contact[at].closed = false;
            p->contact[at].opened_ms = p->now_ms;
        }
        p->contact[at].welded = on;
        break;
    case FAULT_STUCK_OPEN:
        p->contact[at].stuck_open = on;
        break;
    case FAULT_SLOW:
        p->contact[at].travel_ms = on ? 1300 : 30;
        break;
    case FAULT_FEEDBACK:
        p->contact[at].feedback_lost = on;
        break;
    case FAULT_REBOOT:
        if (on)
            board_reboot(p, at);
        break;
    case FAULT_BOARD_SILENT:
        p->board[at].silent = on;
        break;
    case FAULT_FRAMES_LOST:
        shed->drop_frames[at] = on;
        break;
    case FAULT_COUNTER_SILENT:
        p->counter_silent = on;
        break;
    case FAULT_COUNTER_FROZEN:
        p->counter_frozen = on;
        break;
    case FAULT_SWITCH_SHORTED:
        p->switch_shorted[at] = on;
        p->fault_ms[at] = on ? p->now_ms : p->fault_ms[at];
        break;
    case FAULT_LEAK:
        p->leaks[at] = on;
        p->fault_ms[at] = on ? p->now_ms : p->fault_ms[at];
        break;
    case FAULT_RESTART:
        if (on)
            controller_start(shed);
        break;
    case FAULT_CONTROLLER_DEAD:
        if (!on && shed->controller_dead)
            controller_start(shed);
        shed->controller_dead = on;
        break;
    case FAULT_INPUT:
        shed->view.input_ready[at] = !on;
        break;
    case FAULT_INSULATION:
        shed->view.insulation_fault = on;
        break;
    case FAULT_FOREIGN:
        if (on) {
            struct frame f = {.id = 0x200 + NODE_CONTACTS, .len = 4, .data = {0, 0xFF, 3}};
            gate_seen(&shed->gate, 0, &f, p->now_ms);
        }
        break;
    case FAULT_NIGHT:
        p->sun_mA = on ? 0 : 9000;
        break;
    case FAULT_ISOLATE:
        shed->isolate[at] = on;
        break;
    case FAULT_WISH:
        shed_want(shed, wishes[at][0], wishes[at][1], wishes[at][2]);
        break;
    case FAULT_RESET:
        if (on) {
            router_reset(&shed->router, p->now_ms);
            gate_reset(&shed->gate);
        }
        break;
    case FAULT_NONE:
    case FAULT_KINDS:
        break;
    }
}

static void faults_clear(struct shed *shed)
{
    for (enum fault f = FAULT_NONE; f < FAULT_KINDS; f++)
        for (int at = 0; at < faults[f].targets; at++)
            fault_set(shed, f, at, false);
}

/* Always ends: with the faults gone and a person's reset, everyone gets home. */
static bool gets_home(struct shed *shed)
{
    faults_clear(shed);
    shed_want(shed, 0, 1, 2);
    fault_set(shed, FAULT_RESET, 0, true);
    for (int i = 0; i < 4000; i++) {
        shed_step(shed);
        if (shed_stands(shed, 0, 1, 2) && shed->router.state == ROUTER_IDLE)
            break;
    }
    return shed_stands(shed, 0, 1, 2) && shed->router.state == ROUTER_IDLE;
}

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

static void run_noted(struct shed *shed, int64_t ms)
{
    for (int64_t until = shed->plant.now_ms + ms; shed->plant.now_ms < until;) {
        shed_step(shed);
        note(shed);
    }
}

static void begin(struct shed *shed)
{
    shed_init(shed, 1000000);
    shed->config.boot_hold_ms = 2000; /* its real length is router_test's matter */
    shed->config.zero_wait_ms = 2000;
    shed->config.transfers_per_day = 1000;
    shed->config.retries_per_day = 1000;
    shed->config.retry_ms = 500;
    controller_start(shed);
    shed_run(shed, 3000);
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
                run_noted(&shed, 4000);
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

/* --- random chains --- */

static uint32_t random_next(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static void random_walk(struct shed *shed, uint32_t seed, int events)
{
    uint32_t rnd = seed * 2654435761u + 1;
    shed_want(shed, 0, 3, 4);
    for (int i = 0; i < events; i++) {
        enum fault f = (enum fault)(random_next(&rnd) % FAULT_KINDS);
        int target = (int)(random_next(&rnd) % (uint32_t)faults[f].targets);
        bool on = random_next(&rnd) % 3 != 0;
        /* Restating to a board that has just lost its outputs is the gate's to stop: it sees each
         * frame, the router only ticks. */
        if (!shed->gate_off || f != FAULT_REBOOT)
            fault_set(shed, f, target, on);
        run_noted(shed, 10 * (random_next(&rnd) % 150));
    }
}

static void random_faults(uint32_t seeds, bool gate_off)
{
    static struct shed base, shed;
    begin(&base);
    base.gate_off = gate_off;
    for (uint32_t seed = 1; seed <= seeds; seed++) {
        copy_shed(&shed, &base);
        random_walk(&shed, seed, 20);
        bool ended = gets_home(&shed);
        tally(&shed);
        CHECK(shed.plant.violated == 0, "seed %u%s: %s", seed, gate_off ? " without the gate" : "",
              shed.plant.first);
        CHECK(ended, "seed %u does not get home: %s, %s", seed,
              router_state_name(shed.router.state), router_why_text(shed.router.why));
    }
}

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
        random_walk(&shed, seed, 15);
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
        random_walk(&shed, seed, 40);
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
    seeded_mistakes();
    hostile_controller();
    return check_done("router_model");
}
