#include "app/layouts.h"

#include <stdio.h>
#include <string.h>

void layouts_first(struct layouts *layouts, const struct topology *topology)
{
    memset(layouts, 0, sizeof *layouts);
    layouts->topology = topology;
    for (size_t k = 0; k < topology->contacts; k++) {
        size_t s = topology->contact[k].string;
        layouts->choices[s][layouts->counts[s]++] = topology->contact[k].input;
    }
    for (size_t s = 0; s < topology->strings; s++)
        layouts->layout[s] = layouts->choices[s][0];
}

/* Counted through like digits. */
bool layouts_next(struct layouts *layouts)
{
    for (size_t s = 0; s < layouts->topology->strings; s++) {
        if (++layouts->digit[s] < layouts->counts[s]) {
            layouts->layout[s] = layouts->choices[s][layouts->digit[s]];
            return true;
        }
        layouts->digit[s] = 0;
        layouts->layout[s] = layouts->choices[s][0];
    }
    return false;
}

uint64_t layouts_count(const struct layouts *layouts)
{
    uint64_t count = 1;
    for (size_t s = 0; s < layouts->topology->strings; s++) {
        if (count > UINT64_MAX / layouts->counts[s])
            return UINT64_MAX;
        count *= layouts->counts[s];
    }
    return count;
}

struct layout_power layout_power(const struct topology *t, const int32_t string_W[],
                                 const uint8_t layout[])
{
    struct layout_power power = {0};
    for (size_t i = 0; i < t->inputs; i++) {
        int32_t here_W = 0;
        for (size_t s = 0; s < t->strings; s++)
            here_W += layout[s] == i ? string_W[s] : 0;
        power.sum_W += here_W;
        here_W = here_W < t->input[i].power_max_W ? here_W : t->input[i].power_max_W;
        power.phase_W[t->input[i].phase & 3] += here_W;
        if (t->input[i].charge_point != NO_CHARGE_POINT)
            power.point_W += here_W;
    }
    return power;
}

void layout_power_text(char *out, size_t room, const struct layout_power *power)
{
    snprintf(out, room, "L1 %d W, L2 %d W, L3 %d W; at the charge point %d W, %d %% of the sun",
             power->phase_W[1], power->phase_W[2], power->phase_W[3], power->point_W,
             power->sum_W ? (int)(100LL * power->point_W / power->sum_W) : 0);
}
