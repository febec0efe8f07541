/* A limit and the one cause that binds it: the least wins and is named.
 *
 *     struct limit charge = limit_none();
 *     limit_lower(&charge, bms_ccl_mA, LIMIT_BMS);
 *     limit_lower(&charge, cap_mA, LIMIT_CAP);
 *
 * `busbar why` prints the cause and the amount. */
#ifndef BUSBAR_CORE_LIMIT_H
#define BUSBAR_CORE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

enum limit_cause {
    LIMIT_NONE,          /* nothing binds */
    LIMIT_BMS,           /* the BMS's own current limit (CCL, DCL) */
    LIMIT_BMS_ENABLE,    /* the BMS forbids this direction (0x35C) */
    LIMIT_BMS_ALARM,     /* an alarm bit of this direction */
    LIMIT_BMS_AGE,       /* the BMS has been silent too long */
    LIMIT_CELL,          /* a cell at its voltage ceiling or floor */
    LIMIT_TEMP,          /* the temperature curve, or temperature unknown */
    LIMIT_CAP,           /* the charge cap */
    LIMIT_FLOOR,         /* the battery's lower end: kept for the house */
    LIMIT_INVERTER,      /* what the inverters can take or give */
    LIMIT_USER,          /* the owner's own limit */
    LIMIT_SUN,           /* no more surplus than this */
    LIMIT_CAR,           /* the car or the cable takes no more */
    LIMIT_BREAKER,       /* the installation's breaker */
    LIMIT_SOURCE,        /* held down while the charge point's source changes */
    LIMIT_REQUEST,       /* stopped by button or request */
    LIMIT_NODE,          /* the node that would carry it out is silent */
    LIMIT_SOURCE_RATING, /* what the wiring of the charge point's AC source carries */
    LIMIT_UNBALANCE,     /* the grid's limit of unbalance between phases */
    LIMIT_NEUTRAL,       /* the rating of the house's neutral */
    LIMIT_STOP,          /* the emergency stop, until a reset */
    LIMIT_PACKS,         /* no pack is connected */
    LIMIT_CVL,           /* the bank stands above the BMS's charge voltage limit */
    LIMIT_SPREAD,        /* the battery's coldest and hottest place are too far apart */
    LIMIT_DOUBT,         /* shunt and packs contradict each other about the current */
    LIMIT_CAUSES
};

struct limit {
    int32_t value;            /* unit is the owner's: mA, W, .. */
    enum limit_cause cause;
};

struct limit limit_none(void);

/* Lowers the limit to value when that is less than it stands at; at equal value
 * the earlier cause stays. */
void limit_lower(struct limit *limit, int32_t value, enum limit_cause cause);

/* Every limit of one output, each with its own value and age. The least binds; of equal ones the
 * first. One that does not limit now stands at INT32_MAX. */
enum { LIMIT_ROWS = 20, LIMIT_AGELESS = -1 };

struct limit_row {
    int32_t value;            /* unit is the owner's */
    enum limit_cause cause;
    uint8_t from;             /* number of the part that tells it, from 1; 0 = none in particular */
    int64_t age_ms;           /* of the reading it rests on; LIMIT_AGELESS: of no reading */
};

struct limit_table {
    uint8_t count;
    struct limit_row row[LIMIT_ROWS];
};

void limit_say(struct limit_table *table, struct limit_row row);
struct limit limit_least(const struct limit_table *table);

/* Indices of the rows, the least first, of equal ones the first said. */
void limit_order(const struct limit_table *table, uint8_t order[LIMIT_ROWS]);

/* A few words that finish the sentence "held by ...". */
const char *limit_cause_text(enum limit_cause cause);

#endif
