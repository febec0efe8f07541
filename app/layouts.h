/* Every layout of a plant, one after the other, and what each would deliver. */
#ifndef BUSBAR_APP_LAYOUTS_H
#define BUSBAR_APP_LAYOUTS_H

#include "phase-router/router.h"

struct layouts {
    const struct topology *topology;
    uint8_t choices[MAX_STRINGS][MAX_INPUTS], counts[MAX_STRINGS], digit[MAX_STRINGS];
    uint8_t layout[MAX_STRINGS];       /* of now */
};

/* The first layout: each string on the input of its first contact. */
void layouts_first(struct layouts *layouts, const struct topology *topology);
bool layouts_next(struct layouts *layouts);
/* How many there are; UINT64_MAX = that many or more. */
uint64_t layouts_count(const struct layouts *layouts);

struct layout_power {
    int32_t phase_W[4];                /* [1..3] */
    int32_t point_W, sum_W;            /* at charge points; of all strings */
};
struct layout_power layout_power(const struct topology *topology, const int32_t string_W[],
                                 const uint8_t layout[]);
void layout_power_text(char *out, size_t room, const struct layout_power *power);

#endif
