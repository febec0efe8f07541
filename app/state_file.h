/* What must survive a power cut: the charge estimates, what was learned of the current sensors, latches, the cap and its plans, ageing, wear, budgets, the journal's head.
 *
 * Two generations, DIR/state.0 and DIR/state.1. A save replaces the older one: written beside
 * it, synced, renamed, folder synced. So whatever instant the power fails, one generation is whole.
 *     0         8       12       16          24      28
 *     | BUSBARST | version | length | sequence | CRC-32 | SavedState (state.proto), length bytes
 * Little end first; the CRC (IEEE 802.3) is over the bytes before it and the message.
 *
 * state_encode and state_write are apart, so that the disk can be waited for in another thread. */
#ifndef BUSBAR_APP_STATE_FILE_H
#define BUSBAR_APP_STATE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bms/ageing.h"
#include "bms/cap.h"
#include "bms/currents.h"
#include "bms/estimator.h"
#include "core/limits.h"
#include "inverter/energy.h"
#include "inverter/unit.h"
#include "phase-router/wear.h"

enum {
    STATE_FILE_MAX = 65536,
    STATE_GENERATIONS = 2,
    STATE_NAME_SIZE = 2 * NAME_SIZE,
    STATE_HASH_SIZE = 32,
    STATE_PATH_SIZE = 160,
};

/* One of each part; name says which. */
struct saved_contact {
    char name[STATE_NAME_SIZE]; /* BOARD.CHANNEL: wear belongs to the relay */
    uint32_t operations;
    struct wear_record wear;    /* newest_ms: since 1970 */
};
struct saved_string {
    char name[NAME_SIZE];
    uint16_t moved_today;
    bool locked;           /* invariant 7, until a local reset */
    int64_t moved_wall_ms; /* last transfer ended, since 1970; 0 = never */
};
struct saved_setting {
    uint32_t writes;
    uint16_t writes_today;
};
struct saved_inverter {
    char name[NAME_SIZE];
    struct saved_setting settings[SETTINGS];
    int64_t budget_wall_ms;     /* the day of writes_today began, since 1970; 0 = not told */
};

struct saved_energy {
    char name[NAME_SIZE];
    struct energy_unit unit;    /* own_ms: since 1970 */
};
struct saved_pack {
    char name[NAME_SIZE];
    uint32_t latched;      /* fatal alarms, bits of enum pack_alarm */
    bool out;              /* taken out by request */
    bool charge_known;
    struct estimator_saved charge;
    int64_t told_wall_ms;  /* voltage last told its charge, since 1970; 0 = never */
};

struct saved_state {
    int64_t saved_wall_ms;
    bool soc_known;
    double soc, soc_error; /* 0..1 */
    bool cap_held, low_held, cell_high_latched, cell_low_latched;
    bool stopped;                 /* the emergency stop was pressed; no reset since */
    struct cap_memory cap;
    struct ageing_memory ageing;
    struct currents_learned currents;   /* version 0: none saved */
    int64_t day;                  /* days since 1970-01-01 that moved_today and writes_today
                                          * belong to */
    uint32_t transfers;
    uint8_t contact_count, string_count, inverter_count, pack_count;
    struct saved_contact contacts[MAX_CONTACTS];
    struct saved_string strings[MAX_STRINGS];
    struct saved_inverter inverters[MAX_INVERTERS];
    struct saved_pack packs[MAX_PACKS];
    uint8_t energy_count;
    struct saved_energy energy[MAX_INVERTERS];
    int64_t energy_day;           /* local days since 1970; 0 = not known */
    uint64_t journal_sequence;
    uint8_t journal_hash[STATE_HASH_SIZE];
};

/* The entry of that name, or NULL: a part that is new in the config. */
const struct saved_contact *saved_contact_find(const struct saved_state *state, const char *name);
const struct saved_string *saved_string_find(const struct saved_state *state, const char *name);
const struct saved_inverter *saved_inverter_find(const struct saved_state *state, const char *name);
const struct saved_energy *saved_energy_find(const struct saved_state *state, const char *name);
const struct saved_pack *saved_pack_find(const struct saved_state *state, const char *name);

struct state_file {
    char dir[STATE_PATH_SIZE];
    uint64_t sequence;                    /* of the newest good generation; 0 = none */
    uint8_t next;                         /* generation the next save replaces */
    char problem[STATE_GENERATIONS][128]; /* what is wrong with each, "" when whole */
};

/* Reads the newest whole generation. False: there is none and *out is all zero, a fresh start.
 * state_text says in one sentence which was taken and what was wrong with the other. Allocates;
 * start-up only. */
bool state_load(struct state_file *file, const char *dir, struct saved_state *out);
void state_text(const struct state_file *file, char *out, size_t room);

/* The next generation's bytes; returns how many. No heap, no file. */
size_t state_encode(const struct state_file *file, const struct saved_state *state,
                    uint8_t out[STATE_FILE_MAX]);

/* Puts them on the disk and waits for it. 0, or -errno and the generations are as they were. */
int state_write(struct state_file *file, const uint8_t *bytes, size_t count);

#endif
