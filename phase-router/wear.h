/* Wear of a contact: how often it moved, under current or not, how fast, how cleanly.
 *
 * Counted from what the boards and sensors report, not from what was ordered: wear_observe is
 * called for each contact on each tick. Nothing here moves anything.
 *
 * What is seen, and how exactly:
 *   - An operation is one change of the coil as its board reports it, closing or opening. A data
 *     sheet that counts cycles (IEC 60947-1: closing and opening again) thus reads used up twice as
 *     fast: the safe side. What happened while busbar did not run, and two changes between two
 *     reports, are not seen.
 *   - It was made without current when its string's current was zero_mA at most, and never older than
 *     WEAR_SAMPLE_MS, from the report before the change until the contact was seen where it was
 *     asked to go. Anything else, a silent sensor too, counts as under current. One sample a tick
 *     is looked at: the rush of a few milliseconds into an inverter's capacitors is not seen.
 *   - Times run from the report of the coil's change to the report of the contact's. A board reports
 *     on each change and each 100 ms, the tick follows within 10 ms: that is the resolution. A
 *     lost report makes one time up to 100 ms longer, or none is taken: both changes came in one
 *     report, or reports were more than WEAR_GAP_MS apart. Nor is one that took too long.
 *   - "Operate" is closing and "release" opening, also of a normally closed contact, whose coil works
 *     the other way. So the view has it already. */
#ifndef BUSBAR_PHASE_ROUTER_WEAR_H
#define BUSBAR_PHASE_ROUTER_WEAR_H

#include "phase-router/router.h"

enum {
    WEAR_FIRST = 100,          /* times that make the reference a contact is compared with */
    WEAR_WEIGHT = 16,          /* the mean moves by a sixteenth of the difference each time */
    WEAR_GAP_MS = 250,         /* reports further apart: not timed */
    WEAR_SAMPLE_MS = 200,      /* an older current is not known */
    WEAR_BOUNCE_MS = 250,      /* left again so soon after the asked position was reached: a bounce */
    WEAR_RESOLUTION_MS = 10,
    WEAR_SOON_PERMILLE = 800,
    WEAR_OVER_PERMILLE = 1000,
    WEAR_DRIFT_PERMILLE = 500,
};

/* The times of one direction, operate or release. */
struct wear_time {
    uint32_t measured;         /* how many */
    uint32_t first_ms;         /* sum of the first WEAR_FIRST */
    int32_t mean_us;           /* exponentially weighted; 0 = none was measured */
    int32_t newest_ms;
};

/* What is kept over a restart. */
struct wear_record {
    uint32_t cold, hot;        /* operations without and under current */
    uint32_t bounces;
    uint32_t welds;            /* suspected, see wear_observe */
    struct wear_time operate, release;
    int64_t newest_ms;         /* last operation; means nothing while there was none */
    uint8_t told;              /* wear_marks, by whoever tells of them */
};

struct contact_wear {
    struct wear_record record;
    /* of the present moment */
    bool asked;                /* what its coil asks for; true = closed */
    bool moving;               /* the coil has changed, the contact not yet */
    bool timed;                /* .. and no report was missing */
    bool moving_cold;          /* .. and it was counted as without current */
    bool stuck, astray;        /* the suspicion that lasts is counted */
    enum contact_seen position;        /* newest that was known */
    int64_t heard_ms;          /* newest report; 0 = none since the start */
    int64_t asked_ms;          /* coil changed */
    int64_t reached_ms;        /* the asked position was reached; 0 = not */
    int64_t stuck_ms;          /* asked open and closed since; 0 = not */
    int64_t astray_ms;         /* current though all is open since; 0 = not */
    int64_t calm_ms;           /* no current since; 0 = it flows, or is not heard */
};

/* What is seen of one contact at one tick. */
struct wear_sight {
    enum contact_seen seen;
    bool asked;                /* router_view.contact_output */
    int64_t heard_ms;          /* the board's newest report; 0 = never */
    struct reading current_mA; /* of its string */
    int32_t zero_mA;           /* at most this is no current */
    bool string_open;          /* each contact of the string is seen open */
    int32_t operate_late_ms, release_late_ms;  /* longer is no operation, but a fault */
};

struct wear_sight wear_sight(const struct topology *topology, const struct router_config *config,
                             const struct router_view *view, size_t contact);

/* A suspected weld is counted once for as long as it lasts: the coil asks for open and the contact
 * is reported closed for longer than release_late_ms; or the string's current flows that long though
 * all its contacts are reported open, which is counted for each of them: any may be the one. */
void wear_observe(struct contact_wear *wear, const struct wear_sight *sight, int64_t now_ms);

/* Used life, as the sum of what each kind of operation takes of its own (Palmgren, Miner): 1000 is
 * all. What the data sheet does not tell takes nothing; wear_life_told says whether that matters. */
uint32_t wear_used_permille(const struct wear_record *wear, const struct topology_contact *contact);
bool wear_life_told(const struct wear_record *wear, const struct topology_contact *contact);

/* Operations without current that are left; 0 when used up or not told. */
uint32_t wear_remaining(const struct wear_record *wear, const struct topology_contact *contact);

/* How much slower (+) or faster the mean is than the first WEAR_FIRST times. False: there are no more
 * than these yet, and both are 0. */
bool wear_drift(const struct wear_time *time, int32_t *drift_us, int32_t *drift_permille);

/* What a person should know; the later, the worse. wear_marks: a bit 1 << mark for each. */
enum wear_mark {
    WEAR_WELL,
    WEAR_SOON,                 /* more than 80 % of its life is used */
    WEAR_DRIFTS,               /* more than 50 % slower or faster, and than the resolution */
    WEAR_OVER,                 /* more than all of its life */
    WEAR_REPLACED,             /* by request; never in wear_marks */
    WEAR_MARKS
};
uint8_t wear_marks(const struct wear_record *wear, const struct topology_contact *contact);
enum wear_mark wear_worst(uint8_t marks);
const char *wear_mark_name(enum wear_mark mark);

#endif
