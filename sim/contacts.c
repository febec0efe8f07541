/* Two relay boards with eight channels each: board 0 the string contacts, board 1 the semiconductor
 * switches. A board takes a command whose inverse fits and whose counter has moved, and HOLDs. */
#include "sim/state.h"

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
    if (contact->coil == on)
        return;
    if (on)
        invariant_close(sim, c);
    else
        invariant_open(sim, c);
    contact->coil = on;
    contact->coil_ms = sim->now_ms;
}

static void contact_step(struct sim *sim, int c)
{
    struct sim_contact *contact = &sim->contact[c];
    const struct sim_contact_config *config = &sim->config.contact[c];
    double needs = (contact->coil ? config->operate_ms : config->release_ms) * contact->slow;
    bool before = contact->closed;
    if ((double)(sim->now_ms - contact->coil_ms) >= needs)
        contact->closed = contact->coil;
    if (contact->stuck_open)
        contact->closed = false;
    if (contact->welded)
        contact->closed = true;
    if (contact->closed == before)
        return;
    if (!contact->closed)
        contact->opened_ms = sim->now_ms;
    sim->truth.contact_operations[c]++;
    double amperes = sim->truth.string_A[config->string];
    if (amperes > 0.5 || amperes < -0.5)
        sim->truth.contact_hot[c]++;
    sim->truth.contact_closed[c] = contact->closed;
}

void contacts_step(struct sim *sim)
{
    for (int c = 0; c < sim->config.contacts; c++)
        contact_step(sim, c);
}

bool contacts_moving(const struct sim *sim)
{
    for (int c = 0; c < sim->config.contacts; c++)
        if (sim->now_ms - sim->contact[c].coil_ms < 1000)
            return true;
    return false;
}

void board_command(struct sim *sim, int b, const struct frame *frame)
{
    struct sim_board *board = &sim->board[b];
    const uint8_t *d = frame->data;
    if (board->silent)
        return;
    if (frame->len != 4 || (d[0] ^ d[1]) != 0xFF || d[2] > 15 || d[3]) {
        sim_violation(sim, 31, "board %d heard a malformed command", b);
        return;
    }
    if (board->commanded && d[2] == board->command_counter)
        return;
    board->command_counter = d[2];
    board->commanded = true;
    if (d[0] == board->outputs)
        return;
    for (int ch = 0; ch < SIM_CHANNELS; ch++) {
        int c = contact_at(sim, b, ch);
        if (c >= 0)
            coil_set(sim, c, d[0] >> ch & 1);
    }
    board->outputs = d[0];
    board->state_ms = 0;      /* tells at once */
}
