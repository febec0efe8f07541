#include "app/energy_saved.h"

#include <stdio.h>
#include <string.h>

/* --- controller and state --- */

void energy_save(struct saved_state *state, const struct controller *c, int64_t now_ms,
                 int64_t wall_ms)
{
    state->energy_count = c->config->inverter_count;
    state->energy_day = c->inverters.day;
    for (size_t i = 0; i < c->config->inverter_count; i++) {
        memcpy(state->energy[i].name, c->config->inverters[i].name, sizeof state->energy[i].name);
        state->energy[i].unit = c->inverters.energy[i];
        for (int k = 0; k < ENERGY_KINDS; k++)
            state->energy[i].unit.count[k].own_ms += wall_ms - now_ms;
    }
}

void energy_restore(const struct saved_state *state, struct controller *c, int64_t now_ms,
                    int64_t wall_ms)
{
    int64_t gap_ms = wall_ms - state->saved_wall_ms;
    c->inverters.day = state->energy_day;
    for (size_t i = 0; i < c->config->inverter_count; i++) {
        const struct saved_energy *saved = saved_energy_find(state, c->config->inverters[i].name);
        if (!saved)
            continue;
        c->inverters.energy[i] = saved->unit;
        energy_restart(&c->inverters.energy[i], now_ms - wall_ms, gap_ms > 0 ? gap_ms : 0);
    }
}

/* --- state and message --- */

/* Sets an optional member and says that it is there. */
#define SET(message, member, value) ((message)->has_##member = 1, (message)->member = (value))

static void count_pack(SavedEnergy *to, const struct energy_count *from)
{
    saved_energy__init(to);
    SET(to, total_mj, from->total_mJ);
    SET(to, day_mj, from->day_mJ);
    SET(to, gap_ms, from->gap_ms);
    SET(to, resets, from->resets);
    SET(to, refused, from->refused);
    if (!from->own)
        return;
    SET(to, owed_mj, from->owed_mJ);
    SET(to, step_wh, from->step_Wh);
    SET(to, anchor_mj, from->anchor_mJ);
    SET(to, anchor_wh, from->anchor_Wh);
    SET(to, own_wh, from->own_Wh);
    SET(to, own_wall_ms, from->own_ms);
}

void energy_pack(struct energy_parts *parts, SavedState *message, const struct saved_state *state)
{
    for (size_t i = 0; i < state->energy_count; i++) {
        SavedEnergyUnit *unit = parts->unit_at[i] = &parts->units[i];
        saved_energy_unit__init(unit);
        unit->name = (char *)state->energy[i].name;
        unit->serial = (char *)state->energy[i].unit.serial;
        for (int k = 0; k < ENERGY_KINDS; k++) {
            parts->count_at[i][k] = &parts->counts[i][k];
            count_pack(&parts->counts[i][k], &state->energy[i].unit.count[k]);
        }
        unit->n_counts = ENERGY_KINDS;
        unit->counts = parts->count_at[i];
    }
    message->n_energy = state->energy_count;
    message->energy = parts->unit_at;
    if (state->energy_day)
        SET(message, energy_day, state->energy_day);
}

/* Far beyond any plant, and far from overflow. */
static bool amount(int64_t value)
{
    return value >= 0 && value < INT64_MAX / 1024;
}

static bool own_whole(const SavedEnergy *from)
{
    enum { STEP_MAX_WH = 100000 };
    const int64_t most_Wh = INT64_MAX / 1024 / ENERGY_WH;
    return from->step_wh > 0 && from->step_wh <= STEP_MAX_WH && amount(from->anchor_mj) &&
           amount(from->owed_mj) && from->anchor_wh >= 0 && from->anchor_wh <= from->own_wh &&
           from->own_wh < most_Wh && amount(from->own_wall_ms);
}

static void count_unpack(struct energy_count *to, const SavedEnergy *from)
{
    if (!amount(from->total_mj) || from->day_mj < 0 || from->day_mj > from->total_mj ||
        !amount(from->gap_ms))
        return;
    to->total_mJ = from->total_mj;
    to->day_mJ = from->day_mj;
    to->gap_ms = from->gap_ms;
    to->resets = from->resets;
    to->refused = from->refused;
    if (!own_whole(from))
        return;
    to->own = true;
    to->owed_mJ = from->owed_mj;
    to->step_Wh = from->step_wh;
    to->anchor_mJ = from->anchor_mj;
    to->anchor_Wh = from->anchor_wh;
    to->own_Wh = from->own_wh;
    to->own_ms = from->own_wall_ms;
}

void energy_unpack(struct saved_state *state, const SavedState *from)
{
    for (size_t i = 0; i < from->n_energy && i < MAX_INVERTERS; i++) {
        struct saved_energy *to = &state->energy[state->energy_count++];
        snprintf(to->name, sizeof to->name, "%s", from->energy[i]->name);
        if (from->energy[i]->serial)
            snprintf(to->unit.serial, sizeof to->unit.serial, "%s", from->energy[i]->serial);
        for (size_t k = 0; k < from->energy[i]->n_counts && k < ENERGY_KINDS; k++)
            count_unpack(&to->unit.count[k], from->energy[i]->counts[k]);
    }
    state->energy_day = from->energy_day > 0 ? from->energy_day : 0;
}
