/* One sentence per output: what it does, and what holds it where it is, with the amount. */
#ifndef BUSBAR_APP_WHY_H
#define BUSBAR_APP_WHY_H

#include "app/controller.h"

enum { WHY_LINES = 48, WHY_SIZE = 192 };

struct why {
    size_t count;
    char lines[WHY_LINES][WHY_SIZE];
};

void why_fill(struct why *why, const struct controller *controller, int64_t now_ms);

/* Every layout for each wallbox and what it would deliver with the present sun; for each layout
 * that is forbidden the rule that forbids it. Touches nothing. */
void why_plan(struct why *why, const struct controller *controller);

/* The next line to fill, WHY_SIZE long. */
char *why_line(struct why *why);

/* The battery's part. */
void why_battery(struct why *why, const struct controller *controller);

/* What of this pack a person should know, in words; returns its length, 0 = nothing. */
int pack_says(const struct controller *controller, size_t pack, char *out, size_t room);

const char *car_state_name(int32_t state);
const char *unit_mode_name(int32_t mode);
const char *output_priority_name(int32_t priority);

#endif
