/* Transfer contacts of the wallbox: a relay board of its own (node 0x15), a line and a neutral contact
 * for each source, the bus with its capacitance, and invariants 16 to 19 on all of it. */
#include <math.h>

#include "sim/state.h"

enum {
    OPERATE_MS = 25,
    RELEASE_MS = 60,
    BUS_TAU_MS = 400, /* the wallbox's own supply empties it */
    DEAD_V = 50,
    DEAD_MS = 1000,
    EV_QUIET_MS = 3000,
    LOCKOUT_MS = 60000,
    SUPPLY_V = 230,
    LEAST_V = 180,
};

static bool alive(const struct sim *sim, int source)
{
    char mode = sim->unit[sim->config.ac.inverter[source]].mode;
    return mode == 'B' || mode == 'L';
}

static bool closed(const struct sim *sim, int source, int pole)
{
    return sim->ac.contact[2 * source + pole].closed;
}

int sim_ac_source(const struct sim *sim)
{
    for (int s = 0; s < sim->config.ac.sources; s++)
        if (closed(sim, s, SIM_AC_LINE) && closed(sim, s, SIM_AC_NEUTRAL))
            return s;
    return -1;
}

bool sim_wallbox_live(const struct sim *sim)
{
    char mode = sim->unit[sim->config.wallbox_inverter].mode;
    return sim->config.ac.sources ? sim->ac.bus_V > LEAST_V : mode == 'B' || mode == 'L';
}

double sim_wallbox_V(const struct sim *sim)
{
    return sim->config.ac.sources ? sim->ac.bus_V : SUPPLY_V;
}

bool sim_wallbox_loads(const struct sim *sim, int inverter)
{
    if (sim->config.ac.sources == 0)
        return inverter == sim->config.wallbox_inverter;
    int source = sim_ac_source(sim);
    return source >= 0 && sim->config.ac.inverter[source] == inverter;
}

/* --- invariants, on the order that moves a contact --- */

static void car_check(struct sim *sim, int k, bool on)
{
    bool quiet =
        !sim->contactor && sim->now_ms - sim->contactor_open_ms >= EV_QUIET_MS && sim->car_A < 0.5;
    if (!quiet)
        sim_violation(sim, 18, "AC contact %d ordered %s under the car", k, on ? "closed" : "open");
    if (!quiet && on)
        sim_violation(sim, 19, "AC contact %d ordered closed onto an energised EVSE", k);
}

static void coil_set(struct sim *sim, int k, bool on)
{
    struct sim_ac *ac = &sim->ac;
    int source = k / 2, pole = k % 2;
    if (ac->contact[k].coil == on)
        return;
    car_check(sim, k, on);
    if (pole == SIM_AC_NEUTRAL && closed(sim, source, SIM_AC_LINE))
        sim_violation(sim, 17, "neutral of source %d ordered with its line closed", source);
    if (pole == SIM_AC_LINE && on && !closed(sim, source, SIM_AC_NEUTRAL))
        sim_violation(sim, 17, "line of source %d ordered closed without its neutral", source);
    if (pole == SIM_AC_LINE && on && (!ac->dead_ms || sim->now_ms - ac->dead_ms < DEAD_MS))
        sim_violation(sim, 17, "line of source %d ordered closed at %.0f V", source, ac->bus_V);
    ac->contact[k].coil = on;
    ac->contact[k].coil_ms = sim->now_ms;
    ac->contact[k].needs_ms = on ? OPERATE_MS : RELEASE_MS;
}

/* --- the board --- */

void transfers_command(struct sim *sim, const struct frame *frame)
{
    struct sim_board *board = &sim->ac.board;
    const uint8_t *d = frame->data;
    if (board->silent || sim->config.ac.sources == 0)
        return;
    if (frame->len != 4 || (d[0] ^ d[1]) != 0xFF || d[2] > 15 || d[3]) {
        sim_violation(sim, 31, "the AC board heard a malformed command");
        return;
    }
    if (board->commanded && d[2] == board->command_counter)
        return;
    board->command_counter = d[2];
    board->commanded = true;
    if (d[0] == board->outputs)
        return;
    for (int k = 0; k < 2 * sim->config.ac.sources; k++)
        coil_set(sim, k, d[0] >> k & 1);
    board->outputs = d[0];
    board->changed_ms = sim->now_ms;
    board->state_ms = 0;
}

static void board_say(struct sim *sim)
{
    struct sim_board *board = &sim->ac.board;
    struct frame frame = {.id = 0x195, .len = 8};
    for (int k = 0; k < 2 * sim->config.ac.sources; k++) {
        const struct sim_contact *contact = &sim->ac.contact[k];
        if (!contact->moving && !contact->feedback_lost)
            frame.data[contact->closed ? 1 : 2] |= (uint8_t)(1 << k);
    }
    bool changed = frame.data[1] != board->sent_closed || frame.data[2] != board->sent_opened;
    if (board->silent || (sim->now_ms < board->state_ms && !changed))
        return;
    int64_t up_s = (sim->now_ms - board->up_ms) / 1000;
    frame.data[0] = board->outputs;
    frame.data[4] = (uint8_t)up_s;
    frame.data[5] = (uint8_t)(up_s >> 8);
    frame.data[6] = board->counter++;
    frame.data[7] = (uint8_t)~board->outputs;
    sim_queue_add(sim, SIM_BACKBONE, &frame);
    board->sent_closed = frame.data[1];
    board->sent_opened = frame.data[2];
    board->state_ms = sim->now_ms + 100;
}

/* --- a step --- */

static void contact_step(struct sim *sim, struct sim_contact *contact)
{
    bool rested = (double)(sim->now_ms - contact->coil_ms) >= contact->needs_ms;
    contact->moving = !rested && contact->closed != contact->coil && !contact->welded;
    bool to = contact->welded || (rested ? contact->coil : contact->closed);
    sim->truth.ac_operations += to != contact->closed;
    contact->closed = to;
}

static void exclusive_check(struct sim *sim)
{
    int standing = 0, lines = 0;
    for (int s = 0; s < sim->config.ac.sources; s++) {
        standing += closed(sim, s, SIM_AC_LINE) || closed(sim, s, SIM_AC_NEUTRAL);
        lines += closed(sim, s, SIM_AC_LINE);
    }
    bool two = standing > 1 && lines > 0;
    if (two && !sim->ac.two)
        sim_violation(sim, 16, "%d sources on the wallbox's bus", standing);
    sim->ac.two = two;
}

/* The car waits after its source has come back to another one. */
static void lockout_check(struct sim *sim)
{
    struct sim_ac *ac = &sim->ac;
    int source = sim_ac_source(sim);
    if (source >= 0 && source != ac->last_source) {
        ac->last_source = source;
        ac->changed_ms = sim->now_ms;
        sim->truth.ac_changes++;
    }
    if (sim->contactor && ac->changed_ms && sim->now_ms - ac->changed_ms < LOCKOUT_MS) {
        sim_violation(sim, 18, "the car charges %lld s after its source has changed",
                      (long long)(sim->now_ms - ac->changed_ms) / 1000);
        ac->changed_ms = 0;
    }
}

void transfers_begin(struct sim *sim)
{
    struct sim_ac *ac = &sim->ac;
    if (sim->config.ac.sources == 0)
        return;
    ac->board.outputs = 3; /* found on the first source */
    ac->board.up_ms = sim->now_ms;
    for (int k = 0; k < 2; k++)
        ac->contact[k] = (struct sim_contact){.coil = true, .closed = true};
    ac->bus_V = SUPPLY_V;
}

void transfers_step(struct sim *sim, double dt_s)
{
    struct sim_ac *ac = &sim->ac;
    if (sim->config.ac.sources == 0)
        return;
    for (int k = 0; k < 2 * sim->config.ac.sources; k++)
        contact_step(sim, &ac->contact[k]);
    int source = sim_ac_source(sim);
    bool fed = source >= 0 && alive(sim, source);
    ac->bus_V = fed ? SUPPLY_V : ac->bus_V * exp(-dt_s * 1000 / BUS_TAU_MS);
    ac->dead_ms = ac->bus_V >= DEAD_V ? 0 : ac->dead_ms ? ac->dead_ms : sim->now_ms;
    sim->truth.ac_source = source;
    sim->truth.ac_bus_V = ac->bus_V;
    exclusive_check(sim);
    lockout_check(sim);
    board_say(sim);
}

bool transfers_moving(const struct sim *sim)
{
    return sim->config.ac.sources && sim->now_ms - sim->ac.board.changed_ms < 1000;
}
