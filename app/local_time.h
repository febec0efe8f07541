/* Local time: what the machine's zone says, for the cap's schedule and for what a person types. */
#ifndef BUSBAR_APP_LOCAL_TIME_H
#define BUSBAR_APP_LOCAL_TIME_H

#include "bms/cap.h"

/* The clock at this wall time: the zone's offset now, and its next change within 60 days. Cheap to
 * call often: the change is looked for once an hour. */
void local_clock(struct cap_clock *clock, int64_t wall_s);

/* A time as a person writes it, to seconds since 1970:
 *     8:00   sat 8:00   today 18:30   tomorrow 6:00   2026-11-28T08:00   2026-11-28 08:00
 *     2026-11-28T08:00Z   2026-11-28T08:00+01:00
 * The next one after now_s where no date is given. 0, or -EINVAL with the reason in why: it has
 * none of these forms, or does not exist (the hour that daylight saving skips). */
int local_parse(const char *text, int64_t now_s, int64_t *wall_s, char *why, size_t room);

/* "3d", "36h", "2d12h" to seconds. 0 or -EINVAL. */
int span_parse(const char *text, int64_t *seconds);

#endif
