#include "app/state_codec.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/energy_saved.h"
#include "app/state.pb-c.h"
#include "app/state_parts.h"

/* protobuf-c packs messages that hold pointers to their parts. */
struct parts {
    struct cap_parts cap;
    struct ageing_parts ageing;
    struct currents_parts currents;
    struct energy_parts energy;
    SavedContact contacts[MAX_CONTACTS], *contact_at[MAX_CONTACTS];
    SavedTime operate[MAX_CONTACTS], release[MAX_CONTACTS];
    SavedString strings[MAX_STRINGS], *string_at[MAX_STRINGS];
    SavedInverter inverters[MAX_INVERTERS], *inverter_at[MAX_INVERTERS];
    SavedPack packs[MAX_PACKS], *pack_at[MAX_PACKS];
    SavedSetting settings[MAX_INVERTERS][SETTINGS], *setting_at[MAX_INVERTERS][SETTINGS];
};

/* Sets an optional member and says that it is there. */
#define SET(message, member, value) ((message)->has_##member = 1, (message)->member = (value))

static SavedTime *pack_time(SavedTime *to, const struct wear_time *from)
{
    saved_time__init(to);
    SET(to, measured, from->measured);
    SET(to, first_ms, from->first_ms);
    SET(to, mean_us, from->mean_us);
    SET(to, newest_ms, from->newest_ms);
    return to;
}

static void pack_contacts(struct parts *parts, const struct saved_state *state)
{
    for (size_t i = 0; i < state->contact_count; i++) {
        SavedContact *to = parts->contact_at[i] = &parts->contacts[i];
        saved_contact__init(to);
        to->name = (char *)state->contacts[i].name;
        SET(to, operations, state->contacts[i].operations);
        const struct wear_record *wear = &state->contacts[i].wear;
        SET(to, cold, wear->cold);
        SET(to, hot, wear->hot);
        SET(to, bounces, wear->bounces);
        SET(to, welds, wear->welds);
        SET(to, newest_wall_ms, wear->newest_ms);
        SET(to, told, wear->told);
        to->operate = pack_time(&parts->operate[i], &wear->operate);
        to->release = pack_time(&parts->release[i], &wear->release);
    }
}

static void pack_strings(struct parts *parts, const struct saved_state *state)
{
    for (size_t i = 0; i < state->string_count; i++) {
        SavedString *to = parts->string_at[i] = &parts->strings[i];
        saved_string__init(to);
        to->name = (char *)state->strings[i].name;
        SET(to, moved_today, state->strings[i].moved_today);
        SET(to, locked, state->strings[i].locked);
        if (state->strings[i].moved_wall_ms)
            SET(to, moved_wall_ms, state->strings[i].moved_wall_ms);
    }
}

static void pack_inverters(struct parts *parts, const struct saved_state *state)
{
    for (size_t i = 0; i < state->inverter_count; i++) {
        const struct saved_inverter *from = &state->inverters[i];
        SavedInverter *to = parts->inverter_at[i] = &parts->inverters[i];
        saved_inverter__init(to);
        to->name = (char *)from->name;
        if (from->budget_wall_ms)
            SET(to, budget_wall_ms, from->budget_wall_ms);
        to->settings = parts->setting_at[i];
        for (size_t s = 0; s < SETTINGS; s++) {
            if (from->settings[s].writes == 0)
                continue;
            SavedSetting *setting = parts->setting_at[i][to->n_settings++] = &parts->settings[i][s];
            saved_setting__init(setting);
            setting->name = (char *)setting_name((enum setting)s);
            SET(setting, writes, from->settings[s].writes);
            SET(setting, writes_today, from->settings[s].writes_today);
        }
    }
}

static void pack_packs(struct parts *parts, const struct saved_state *state)
{
    for (size_t i = 0; i < state->pack_count; i++) {
        SavedPack *to = parts->pack_at[i] = &parts->packs[i];
        saved_pack__init(to);
        to->name = (char *)state->packs[i].name;
        SET(to, latched, state->packs[i].latched);
        SET(to, out, state->packs[i].out);
        if (state->packs[i].charge_known)
            charge_pack(to, &state->packs[i].charge);
        if (state->packs[i].told_wall_ms)
            SET(to, told_wall_ms, state->packs[i].told_wall_ms);
    }
}

size_t state_pack(const struct saved_state *state, uint8_t *out, size_t room)
{
    struct parts parts;
    SavedState message = SAVED_STATE__INIT;
    SET(&message, saved_wall_ms, state->saved_wall_ms);
    if (state->soc_known) {
        SET(&message, soc, state->soc);
        SET(&message, soc_error, state->soc_error);
    }
    SET(&message, cap_held, state->cap_held);
    SET(&message, low_held, state->low_held);
    SET(&message, cell_high_latched, state->cell_high_latched);
    SET(&message, cell_low_latched, state->cell_low_latched);
    SET(&message, stopped, state->stopped);
    SET(&message, cap_request_permille, state->cap.manual_permille);
    SET(&message, day, state->day);
    SET(&message, transfers, state->transfers);
    SET(&message, journal_sequence, state->journal_sequence);
    message.has_journal_hash = 1;
    message.journal_hash.data = (uint8_t *)state->journal_hash;
    message.journal_hash.len = STATE_HASH_SIZE;
    pack_contacts(&parts, state);
    pack_strings(&parts, state);
    pack_inverters(&parts, state);
    pack_packs(&parts, state);
    message.n_packs = state->pack_count, message.packs = parts.pack_at;
    message.cap = cap_pack(&parts.cap, &state->cap);
    message.ageing = ageing_pack(&parts.ageing, &state->ageing);
    if (state->currents.version)
        message.currents = currents_pack(&parts.currents, &state->currents);
    energy_pack(&parts.energy, &message, state);
    message.n_contacts = state->contact_count, message.contacts = parts.contact_at;
    message.n_strings = state->string_count, message.strings = parts.string_at;
    message.n_inverters = state->inverter_count, message.inverters = parts.inverter_at;
    assert(saved_state__get_packed_size(&message) <= room);
    return saved_state__pack(&message, out);
}

/* --- the way back --- */

static uint16_t clamp16(uint32_t value)
{
    return value > UINT16_MAX ? UINT16_MAX : (uint16_t)value;
}

static void unpack_latches(struct saved_state *out, const SavedState *from)
{
    out->saved_wall_ms = from->saved_wall_ms;
    out->soc_known = from->has_soc && from->has_soc_error && from->soc >= 0 && from->soc <= 1 &&
                     from->soc_error >= 0 && from->soc_error <= 1;
    if (out->soc_known) {
        out->soc = from->soc;
        out->soc_error = from->soc_error;
    }
    out->cap_held = from->cap_held;
    out->low_held = from->low_held;
    out->cell_high_latched = from->cell_high_latched;
    out->cell_low_latched = from->cell_low_latched;
    out->stopped = from->stopped;
    cap_unpack(&out->cap, from->cap);
    ageing_unpack(&out->ageing, from->ageing);
    currents_unpack(&out->currents, from->currents);
    if (from->cap_request_permille > 0 && from->cap_request_permille <= 1000)
        out->cap.manual_permille = from->cap_request_permille;
    out->day = from->day;
    out->transfers = from->transfers;
    out->journal_sequence = from->journal_sequence;
    if (from->has_journal_hash && from->journal_hash.len == STATE_HASH_SIZE)
        memcpy(out->journal_hash, from->journal_hash.data, STATE_HASH_SIZE);
}

static void unpack_time(struct wear_time *to, const SavedTime *from)
{
    if (!from || from->mean_us < 0 || from->newest_ms < 0)
        return;
    to->measured = from->measured;
    to->first_ms = from->first_ms;
    to->mean_us = from->mean_us;
    to->newest_ms = from->newest_ms;
}

static void unpack_contacts(struct saved_state *out, const SavedState *from)
{
    for (size_t i = 0; i < from->n_contacts && i < MAX_CONTACTS; i++) {
        struct saved_contact *to = &out->contacts[out->contact_count++];
        snprintf(to->name, sizeof to->name, "%s", from->contacts[i]->name);
        to->operations = from->contacts[i]->operations;
        to->wear.cold = from->contacts[i]->cold;
        to->wear.hot = from->contacts[i]->hot;
        to->wear.bounces = from->contacts[i]->bounces;
        to->wear.welds = from->contacts[i]->welds;
        to->wear.newest_ms = from->contacts[i]->newest_wall_ms;
        to->wear.told = (uint8_t)from->contacts[i]->told;
        unpack_time(&to->wear.operate, from->contacts[i]->operate);
        unpack_time(&to->wear.release, from->contacts[i]->release);
    }
}

static void unpack_strings(struct saved_state *out, const SavedState *from)
{
    for (size_t i = 0; i < from->n_strings && i < MAX_STRINGS; i++) {
        struct saved_string *to = &out->strings[out->string_count++];
        snprintf(to->name, sizeof to->name, "%s", from->strings[i]->name);
        to->moved_today = clamp16(from->strings[i]->moved_today);
        to->locked = from->strings[i]->locked;
        to->moved_wall_ms = from->strings[i]->moved_wall_ms;
    }
}

/* SETTINGS: not one of ours. */
static size_t setting_saved(const SavedSetting *saved, size_t place)
{
    static const enum setting places[] = {SET_CHARGE_MAX, SET_CHARGER_OFF, SET_OUTPUT_PRIORITY,
                                          SET_PV_OFF};
    if (!saved->name)
        return place < sizeof places / sizeof *places ? places[place] : SETTINGS;
    size_t found = 0;
    while (found < SETTINGS && strcmp(setting_name((enum setting)found), saved->name) != 0)
        found++;
    return found;
}

static void unpack_inverters(struct saved_state *out, const SavedState *from)
{
    for (size_t i = 0; i < from->n_inverters && i < MAX_INVERTERS; i++) {
        const SavedInverter *inverter = from->inverters[i];
        struct saved_inverter *to = &out->inverters[out->inverter_count++];
        snprintf(to->name, sizeof to->name, "%s", inverter->name);
        to->budget_wall_ms = inverter->budget_wall_ms;
        for (size_t s = 0; s < inverter->n_settings; s++) {
            size_t setting = setting_saved(inverter->settings[s], s);
            if (setting == SETTINGS)
                continue;
            to->settings[setting].writes = inverter->settings[s]->writes;
            to->settings[setting].writes_today = clamp16(inverter->settings[s]->writes_today);
        }
    }
}

static void unpack_packs(struct saved_state *out, const SavedState *from)
{
    for (size_t i = 0; i < from->n_packs && i < MAX_PACKS; i++) {
        struct saved_pack *to = &out->packs[out->pack_count++];
        snprintf(to->name, sizeof to->name, "%s", from->packs[i]->name);
        to->latched = from->packs[i]->latched;
        to->out = from->packs[i]->out;
        to->charge_known = charge_unpack(&to->charge, from->packs[i]);
        to->told_wall_ms = from->packs[i]->told_wall_ms;
    }
}

bool state_unpack(struct saved_state *out, const uint8_t *bytes, size_t count)
{
    *out = (struct saved_state){0};
    SavedState *message = saved_state__unpack(NULL, count, bytes);
    if (!message)
        return false;
    unpack_latches(out, message);
    unpack_contacts(out, message);
    unpack_strings(out, message);
    unpack_inverters(out, message);
    unpack_packs(out, message);
    energy_unpack(out, message);
    saved_state__free_unpacked(message, NULL);
    return true;
}

/* --- looking up --- */

#define FIND(list, count, wanted)                                                                  \
    for (size_t i = 0; i < (count); i++)                                                           \
        if (strcmp((list)[i].name, (wanted)) == 0)                                                 \
            return &(list)[i];                                                                     \
    return NULL

const struct saved_contact *saved_contact_find(const struct saved_state *state, const char *name)
{
    FIND(state->contacts, state->contact_count, name);
}

const struct saved_string *saved_string_find(const struct saved_state *state, const char *name)
{
    FIND(state->strings, state->string_count, name);
}

const struct saved_inverter *saved_inverter_find(const struct saved_state *state, const char *name)
{
    FIND(state->inverters, state->inverter_count, name);
}

const struct saved_energy *saved_energy_find(const struct saved_state *state, const char *name)
{
    FIND(state->energy, state->energy_count, name);
}

const struct saved_pack *saved_pack_find(const struct saved_state *state, const char *name)
{
    FIND(state->packs, state->pack_count, name);
}
