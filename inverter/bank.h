/* The inverters of a plant as one bank: how they are wired to each other, how near each is to its
 * overload, what each phase and the neutral carry, and whether the units agree with the config and
 * with each other. It decides nothing; it tells people. (bms/bank.h is the battery's bank.)
 *
 * A group is units whose outputs are joined: in parallel on one phase, as three phases, or as a
 * split phase. A unit without a group stands alone. The wiring follows from the phases the config
 * gives: one phase = parallel, L1 L2 L3 = three phases with any number on each (2+1+1), L1 L2 =
 * split phase. All units are on one battery.
 *
 * What is compared: see enum inverter_check. A disagreement counts only after it has stood for its
 * hold-off (a change of mode reaches the units one after the other, and each is asked in its turn),
 * and ends when the units have agreed for a while or told nothing for a minute.
 *
 * Facts: parallel guides of the MKS 4/5 kVA and EPS 5 kVA manuals (one battery, one firmware, one
 * grid; fault codes 71 to 86), PI30 documents (QPIRI fields 19 to 22, QPGSn); docs/inverters.md. */
#ifndef BUSBAR_INVERTER_BANK_H
#define BUSBAR_INVERTER_BANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/limits.h"
#include "inverter/protocol.h"

enum { INVERTER_UNKNOWN = -1, INVERTER_NONE = 0xFF, INVERTER_TEXT = 24, INVERTER_SENTENCE = 192 };
enum { PHASES = 3, OVERLOAD_POINTS = 4, OVERLOAD_NEVER = INT32_MAX };

/* --- overload --- */

/* From percent of its rating on a unit lasts ms before it switches off: rising percent, falling ms.
 * No point: it is taken from the model. */
struct overload_curve {
    uint8_t points;
    struct { int32_t percent, ms; } point[OVERLOAD_POINTS];
};

/* The curve of the model's manual; of an unknown model the strictest of them. */
const struct overload_curve *overload_of_model(const char *model);

/* How long it lasts at this load from cold, ms; OVERLOAD_NEVER where the curve sets no end. */
int32_t overload_limit_ms(const struct overload_curve *curve, int32_t permille);

/* Part of the time that is used up, millionths. No manual tells how fast it recovers: a minute below
 * the curve's first point is assumed for all of it. */
int32_t overload_used_ppm(const struct overload_curve *curve, int32_t used_ppm, int32_t permille,
                          int64_t passed_ms);
int32_t overload_left_ms(const struct overload_curve *curve, int32_t used_ppm, int32_t permille);

/* --- currents --- */

enum inverter_wiring { WIRING_SINGLE, WIRING_PARALLEL, WIRING_THREE_PHASE, WIRING_SPLIT };

/* Of one phase: its active current and the rest, of which neither angle nor harmonics are told:
 * sqrt(VA^2 - W^2) / V. */
struct phase_current {
    int32_t active_mA, rest_mA;
};

/* What the neutral of the group carries, mA: at least low, at most high. The active currents stand
 * 120 degrees (split phase: 180) apart; each rest may stand anywhere, so it widens the bound. */
struct neutral_current {
    int32_t low_mA, high_mA;
};
struct phase_current phase_current(int64_t W, int64_t VA, int32_t dV);
struct neutral_current neutral_current(enum inverter_wiring wiring,
                                       const struct phase_current phase[PHASES]);

/* --- config --- */

struct inverter_bank_member {
    char name[NAME_SIZE];
    char serial[INVERTER_TEXT];       /* expected, "" = any */
    uint8_t group;                    /* index; every unit has one */
    uint8_t phase;                    /* 1..3 */
    int32_t rated_W;
    struct overload_curve overload;
};
struct inverter_bank_group {
    char name[NAME_SIZE];             /* of the unit itself where it stands alone */
    enum inverter_wiring wiring;
    uint8_t units;
};
struct inverter_bank_config {
    uint8_t units, groups;
    struct inverter_bank_member unit[MAX_INVERTERS];
    struct inverter_bank_group group[MAX_INVERTERS];
};

/* --- view: what the units say; INVERTER_UNKNOWN = not told, or too long ago --- */

struct inverter_bank_unit {
    bool heard;                       /* its load, mode and battery are fresh */
    bool stranger;                    /* another unit than the config expects: only PORT is checked */
    int64_t load_ms;                  /* when its load was heard */
    char serial[INVERTER_TEXT], firmware[INVERTER_TEXT], model[INVERTER_TEXT];
    int32_t mode;                     /* enum unit_mode */
    int32_t output_W, output_VA, output_dV, grid_dV, grid_dHz;
    int32_t battery_cV, battery_mA;   /* + charges; battery_mA 0 where not told */
    int32_t pv_W, pv_dV;
    int32_t output_mode, parallel_max, machine_type, rated_W, rated_VA, bulk_dV, float_dV;
    int32_t fault_code;
    bool warnings_known;
    uint32_t warnings[2];             /* QPIWS bits 0-31, 32-63 */
    enum charge_stage stage;
    bool charge_wanted;               /* the battery should be charged, and this unit may */
};

/* What one unit tells of another over the cable between them (QPGSn). */
struct inverter_bank_peer {
    uint8_t told_by;                  /* unit */
    char serial[INVERTER_TEXT];
    int32_t mode, output_W, battery_cV, fault_code;
};
enum { INVERTER_PEERS = 64 };

struct inverter_bank_view {
    struct inverter_bank_unit unit[MAX_INVERTERS];
    uint8_t peers;
    struct inverter_bank_peer peer[INVERTER_PEERS];
};

/* --- state and results --- */

enum inverter_check {
    INVERTER_PORT,            /* another unit answers there, or one unit on two ports */
    INVERTER_OUTPUT_MODE,     /* config: its place in the group; QPIRI 22 */
    INVERTER_PARALLEL_MAX,    /* more units in the group than QPIRI 19 allows */
    INVERTER_MACHINE_TYPE,    /* QPIRI 20 differs in the group */
    INVERTER_FIRMWARE,        /* QVFW differs in the group (fault 71) */
    INVERTER_RATED,           /* config rated_W and the unit's */
    INVERTER_CHARGE_VOLTAGE,  /* bulk or float differ: the highest of them charges the battery */
    INVERTER_BATTERY,         /* battery voltage differs (fault 83) */
    INVERTER_MODE,            /* mode differs in the group (86) */
    INVERTER_GRID,            /* grid voltage or frequency differ in the group (84) */
    INVERTER_CROSS,           /* its own port and what another unit tells of it */
    INVERTER_PEER,            /* a unit tells of one in parallel that no port here has */
    INVERTER_CHECKS
};

struct inverter_doubt {
    bool stands;
    int64_t since_ms, well_ms;        /* the disagreement, and agreement, began; 0 = not now */
    int32_t here, there;              /* both values, unit by check */
    uint8_t other;                    /* unit it is compared with; INVERTER_NONE */
};

/* Why a charge ended early (docs/inverters.md, Premature float). */
enum inverter_float { FLOAT_WELL, FLOAT_WITHOUT_ABSORB, FLOAT_NEAR_TARGET };

struct inverter_float_state {
    enum inverter_float trap;         /* stands since trap_ms */
    int64_t trap_ms;
    int64_t float_ms;                 /* in float, with sun and charge wanted, since; 0 = not */
    int64_t dark_ms;                  /* no sun since; 0 = sun */
    int32_t best_cV;                  /* highest battery voltage since the last night */
};

struct inverter_bank_unit_state {
    struct overload_curve curve;
    int32_t load_permille;            /* the larger of W and VA by its rating; -1 unknown */
    int32_t used_ppm;                 /* of the overload time */
    int32_t left_ms;                  /* until overload at this load; OVERLOAD_NEVER */
    int64_t load_ms;                  /* of the load last counted */
    int32_t fault_code;               /* stands; 0 = none */
    uint32_t warnings[2];             /* stand: each since it was seen until it was away a minute */
    int64_t warned_ms[64];            /* newest time each was seen */
    struct inverter_float_state charge;
};

struct inverter_phase {
    uint8_t units, heard, running;    /* running: gives out, in line or battery mode */
    int32_t W, VA, rated_W;           /* of the heard ones; rated_W of the running ones */
    int32_t headroom_W;               /* what the phase can still give: the least loaded counts only as
                                       * far as the sharing between equal units allows */
    int32_t current_mA;               /* VA / V; -1 unknown */
    int32_t left_ms;                  /* of the unit that overloads first */
};
struct inverter_group_state {
    struct inverter_phase phase[PHASES];
    bool neutral_known;               /* every unit of the group is heard */
    struct neutral_current neutral;
};

struct inverter_bank {
    struct inverter_bank_unit_state unit[MAX_INVERTERS];
    struct inverter_group_state group[MAX_INVERTERS];
    struct inverter_doubt doubt[INVERTER_CHECKS][MAX_INVERTERS];
    int64_t step_ms;
};

void inverter_bank_init(struct inverter_bank *bank, const struct inverter_bank_config *config);

void inverter_bank_step(struct inverter_bank *bank, const struct inverter_bank_config *config,
                        const struct inverter_bank_view *view, int64_t now_ms);

/* --- for people; each writes one sentence, and 0 is returned when there is nothing to say --- */
int inverter_doubt_sentence(char *out, size_t room, const struct inverter_bank *bank,
                            const struct inverter_bank_config *config,
                            const struct inverter_bank_view *view, enum inverter_check check,
                            size_t unit);
int inverter_float_sentence(char *out, size_t room, const struct inverter_bank *bank,
                            const struct inverter_bank_config *config,
                            const struct inverter_bank_view *view, size_t unit);
const char *inverter_check_name(enum inverter_check check);      /* "firmware" */
const char *inverter_wiring_name(enum inverter_wiring wiring);   /* "three-phase" */
const char *inverter_output_mode_name(int32_t output_mode);      /* QPIRI 22: "phase 1 of 3" */
const char *inverter_float_name(enum inverter_float trap);

/* --- its parts --- */
void inverter_bank_check(struct inverter_bank *bank, const struct inverter_bank_config *config,
                         const struct inverter_bank_view *view, int64_t now_ms);
void inverter_bank_float(struct inverter_float_state *state, const struct inverter_bank_unit *unit,
                         int64_t now_ms);
/* QPIRI 22 as the config wants it; a split phase's L2 may be 6 or 7. */
bool inverter_output_mode_fits(enum inverter_wiring wiring, uint8_t phase, int32_t output_mode);

#endif
