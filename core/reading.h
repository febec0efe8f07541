/* A reading: a value and when it was heard.
 *
 * Nothing is believed for longer than its age limit: whoever uses a reading names
 * the age it still accepts and the floor that holds when the reading is older.
 * Times are monotonic milliseconds and start above zero; heard_ms 0 means never. */
#ifndef BUSBAR_CORE_READING_H
#define BUSBAR_CORE_READING_H

#include <stdbool.h>
#include <stdint.h>

struct reading {
    int64_t heard_ms;  /* newest good value, 0 = never */
    int32_t value;     /* unit is in the member's name */
};

static inline bool reading_fresh(const struct reading *r, int64_t now_ms, int64_t max_age_ms)
{
    return r->heard_ms > 0 && now_ms - r->heard_ms <= max_age_ms;
}

static inline int32_t reading_or(const struct reading *r, int64_t now_ms, int64_t max_age_ms,
                                 int32_t floor)
{
    return reading_fresh(r, now_ms, max_age_ms) ? r->value : floor;
}

static inline void reading_set(struct reading *r, int32_t value, int64_t now_ms)
{
    r->value = value;
    r->heard_ms = now_ms;
}

#endif
