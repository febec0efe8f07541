/* Which packs are connected.
 *
 * A BMS tells its contactor and its current, never that it is on the bus bar. So:
 *
 *   current flows                                      connected, whatever else is told
 *   contactor alarm, or both enables 0; no current     open: not counted, its word stops nobody
 *   taken out by the owner; no current                 out: not counted, its silence is nobody's
 *   no current, voltage apart from the others          apart: not counted until within join_mV
 *   none of these                                      connected
 *
 * A pack that tells it is open while the newest current is older than that word is leaving: not
 * counted, and for PLACE_LEAVING_MS its word stops nobody. Current after that proves the contactor
 * stuck: then the alarm stops both directions, within a second of its coming (invariant 25). Such
 * a pack is open only after PLACE_STUCK_MS without current (a BMS announces, waits for the
 * current to end, then opens), and when current proves that wrong too, not before it takes its word back:
 * else the bank would be stopped and started for ever. A bank of which every pack refuses both directions
 * is one that is connected and stopped.
 *
 * The others of a quiet pack are those under current, while none is: all that are connected. It is apart
 * when it differs from most of them: at once when first seen, else after PLACE_APART_MS (voltages of
 * one load step come up to a second apart). It joins, raising limits, after PLACE_JOIN_MS within
 * them. Two that differ with no current in either are both kept: the first current tells which is
 * connected. Without a fresh word a pack stays where it is.
 *
 * Fatal alarms (short circuit, internal error) of a connected pack stay until a person has looked;
 * a pack that then opens does not hold the others. */
#ifndef BUSBAR_BMS_PLACE_H
#define BUSBAR_BMS_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "bms/pack.h"
#include "core/limits.h"

struct bank_config;

enum pack_place {
    PLACE_UNSEEN,   /* no fresh word yet */
    PLACE_IN,
    PLACE_LEAVING,
    PLACE_OPEN,
    PLACE_OUT,
    PLACE_APART,
    PLACES
};

/* JOIN_CELL_mV: half a volt for 16 cells, what sensors of 0.5 % and the fall along a cable may
 * differ. PACK_QUIET_mA: below it a BMS's sensor may tell its own offset. */
enum {
    JOIN_CELL_mV = 30, PACK_QUIET_mA = 1000,
    PLACE_LEAVING_MS = 900, PLACE_STUCK_MS = 30000, PLACE_APART_MS = 3000, PLACE_JOIN_MS = 3000
};

/* A BMS's charge moves with its current, and by SOC_DRIFT each minute. More is a recalibration: then
 * the old and the new figure both count, the worse in each direction, for SOC_DOUBT_MS
 * (docs/safety.md, Battery). Steps of 1 % are usual. */
enum { SOC_DRIFT_PERMILLE = 8, SOC_STEP_PERMILLE = 10, SOC_DOUBT_MS = 600000 };

struct pack_memory {
    enum pack_place place;
    bool asked_out;           /* taken out by request */
    bool told;                /* it says that it is open */
    int64_t told_ms;          /* since */
    uint8_t proofs;           /* times current came after that word */
    int64_t quiet_ms;         /* no current since, while it tells so; 0 = current */
    int64_t apart_ms;         /* differs since, 0 = does not */
    int64_t within_ms;        /* could join since, 0 = could not */
    int32_t apart_mV;         /* voltage less the mean of the others it is compared with */
    uint32_t latched;         /* fatal alarms */

    int64_t soc_ms;           /* start of the minute it is watched in */
    int32_t soc_permille;     /* then */
    int32_t most_mA;          /* largest current since */
    int64_t jump_ms;          /* of the newest jump, 0 = none */
    int32_t jump_from_permille;

    int32_t share_ppm[2];     /* of the bank's current; bms/share.h */
};

/* Measured sharing of one direction. */
struct share_memory {
    uint32_t packs;           /* set of packs it was measured with */
    int32_t samples;          /* up to SHARE_RAISES */
    int64_t newest_ms;
};

/* Counted in current, limits and capacity. */
static inline bool place_counted(enum pack_place place)
{
    return place == PLACE_IN;
}

/* Where each pack stands now. */
void places_step(struct pack_memory memory[], const struct bank_config *config,
                 const struct pack_readings packs[], int64_t now_ms);

/* Its charge may be a recalibration's. */
void soc_watch(struct pack_memory *memory, const struct pack_readings *pack, int32_t capacity_mAh,
               int64_t now_ms);

/* "connected", "its contactor is open", ... */
const char *pack_place_text(enum pack_place place);

#endif
