/* Two relay boards with eight channels each: board 0 the string contacts, board 1 the semiconductor
 * switches. A board takes a command whose inverse fits and whose counter has moved, and HOLDs. */
#include <math.h>

#include "sim/state.h"

enum { SILENCE_MS = 1000, BOUNCE_MS = 7, SETTLE_MS = 1000 };

static int contact_at(const struct sim *sim, int board, int channel)
{
    for (int c = 0; c < sim->config.contacts; c++)
        if (sim->config.contact[c].board == board && sim->config.contact[c].channel == channel)
            return c;
    return -1;
}

static void coil_set(struct sim *sim, int c, bool on)
{
    struct sim_contact *contact = &sim->contact[c];
    const struct sim_contact_config *config = &sim->config.contact[c];
    if (contact->coil == on)
        return;
    if (on)
        invariant_close(sim, c);
    else
        invariant_open(sim, c);
    contact->coil = on;
    contact->coil_ms = sim->now_ms;
    contact->needs_ms =
        (on ? config->operate_ms + BOUNCE_MS * sim_random(sim) : config->release_ms) *
        contact->slow;
}

/* Where the main contacts stand once the armature has come to rest. */
static bool rest_of(const struct sim_contact *contact)
{
    return contact->coil && !(contact->stuck_open && !contact->closed);
}

static void contact_step(struct sim *sim, int c)
{
    struct sim_contact *contact = &sim->contact[c];
    bool rested = (double)(sim->now_ms - contact->coil_ms) >= contact->needs_ms;
    bool closed = contact->welded || (rested ? rest_of(contact) : contact->closed);
    contact->moving = !rested && closed != contact->coil && !contact->welded;
    if (closed == contact->closed)
        return;
    contact->closed = sim->truth.contact_closed[c] = closed;
    contact->welded = closed && contact->welds;
    if (!closed)
        contact->opened_ms = sim->now_ms;
    sim->truth.contact_operations[c]++;
    if (fabs(sim->truth.string_A[sim->config.contact[c].string]) > 0.5)
        sim->truth.contact_hot[c]++;
    invariant_moved(sim, c);
}

static void outputs_set(struct sim *sim, int b, uint8_t outputs)
{
    struct sim_board *board = &sim->board[b];
    if (outputs == board->outputs)
        return;
    for (int ch = 0; ch < SIM_CHANNELS; ch++) {
        int c = contact_at(sim, b, ch);
        if (c >= 0)
            coil_set(sim, c, outputs >> ch & 1);
    }
    board->outputs = outputs;
    board->changed_ms = sim->now_ms;
    board->state_ms = 0; /* tells at once */
}

/* A board that hears nothing HOLDs; one whose fail-state was left as delivered lets go. */
static void board_step(struct sim *sim, int b)
{
    struct sim_board *board = &sim->board[b];
    board->alone = board->commanded && sim->now_ms - board->command_ms > SILENCE_MS;
    if (board->alone && sim->config.boards_drop && board->outputs) {
        sim_violation(sim, 15, "board %d let go of %02X when commands ceased", b, board->outputs);
        outputs_set(sim, b, 0);
    }
}

void contacts_step(struct sim *sim)
{
    for (int b = 0; b < SIM_BOARDS; b++)
        board_step(sim, b);
    for (int c = 0; c < sim->config.contacts; c++)
        contact_step(sim, c);
}

bool contacts_moving(const struct sim *sim)
{
    for (int b = 0; b < SIM_BOARDS; b++)
        if (sim->now_ms - sim->board[b].changed_ms < SETTLE_MS)
            return true;
    return false;
}

/* Latching outputs: a board that starts again finds its contacts as they were, and its word takes a
 * while. */
void board_start(struct sim *sim, int b)
{
    enum { BOOT_MS = 1500 };
    struct sim_board *board = &sim->board[b];
    board->up_ms = sim->now_ms + BOOT_MS;
    board->commanded = board->alone = board->booted = false;
    board->counter = 0;
}

void board_command(struct sim *sim, int b, const struct frame *frame)
{
    struct sim_board *board = &sim->board[b];
    const uint8_t *d = frame->data;
    if (board->silent || sim->now_ms < board->up_ms)
        return;
    if (frame->len != 4 || (d[0] ^ d[1]) != 0xFF || d[2] > 15 || d[3]) {
        sim_violation(sim, 31, "board %d heard a malformed command", b);
        return;
    }
    if (board->commanded && d[2] == board->command_counter)
        return;
    board->command_counter = d[2];
    board->command_ms = sim->now_ms;
    board->commanded = true;
    outputs_set(sim, b, d[0]);
}
