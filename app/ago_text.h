/* How long ago, in words. */
#ifndef BUSBAR_APP_AGO_TEXT_H
#define BUSBAR_APP_AGO_TEXT_H

#include <stdint.h>
#include <stdio.h>

enum { AGO_SIZE = 32 };

/* "14 h ago"; ago_ms < 0: "never". Returns out. */
static inline const char *ago_text(int64_t ago_ms, char out[AGO_SIZE])
{
    static const struct { int64_t from_ms, unit_ms; const char *unit; } units[] = {
        {172800000, 86400000, "days"}, {7200000, 3600000, "h"}, {120000, 60000, "min"}, {0, 1000, "s"},
    };
    size_t i = 0;
    if (ago_ms < 0) {
        snprintf(out, AGO_SIZE, "never");
        return out;
    }
    while (ago_ms < units[i].from_ms)
        i++;
    snprintf(out, AGO_SIZE, "%lld %s ago", (long long)(ago_ms / units[i].unit_ms), units[i].unit);
    return out;
}

#endif
