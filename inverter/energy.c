#include "inverter/energy.h"

#include <string.h>

const char *energy_kind_name(enum energy_kind kind)
{
    static const char *const names[ENERGY_KINDS] = {
        [ENERGY_PV] = "PV",         [ENERGY_LOAD] = "load",
        [ENERGY_CHARGE] = "charge", [ENERGY_DISCHARGE] = "discharge",
        [ENERGY_GRID] = "grid",     [ENERGY_FEED] = "feed-in",
    };
    return names[kind];
}

/* What was counted ahead of the own count is paid back first. */
static void add(struct energy_count *count, int64_t mJ)
{
    int64_t paid = mJ < count->owed_mJ ? mJ : count->owed_mJ;
    count->owed_mJ -= paid;
    count->total_mJ += mJ - paid;
}

void energy_power(struct energy_count *count, int32_t W, int64_t heard_ms)
{
    int64_t passed_ms = heard_ms - count->heard_ms;
    if (heard_ms <= 0 || W < 0 || (count->heard_ms && passed_ms <= 0))
        return;
    if (count->heard_ms && passed_ms <= ENERGY_GAP_MS)
        add(count, ((int64_t)count->W + W) * passed_ms / 2);
    else if (count->heard_ms && !count->own)
        count->gap_ms += passed_ms;
    count->W = W;
    count->heard_ms = heard_ms;
}

static void follow(struct energy_count *count, int64_t Wh)
{
    count->own = true;
    count->anchor_mJ = count->total_mJ;
    count->anchor_Wh = Wh;
    count->owed_mJ = 0;
}

/* The count was cleared somewhere since it was last told: what it shows now came after that. */
static void reset(struct energy_count *count, int64_t Wh)
{
    int64_t before_mJ = count->anchor_mJ + (count->own_Wh - count->anchor_Wh) * ENERGY_WH;
    int64_t least_mJ = before_mJ + Wh * ENERGY_WH;
    if (count->total_mJ < least_mJ)
        count->total_mJ = least_mJ;
    count->resets++;
    follow(count, Wh);
}

/* The truth lies within one step of the difference on either side. */
static void bring_to(struct energy_count *count, int64_t Wh)
{
    int64_t told_Wh = Wh - count->anchor_Wh;
    int64_t low_mJ = count->anchor_mJ + (told_Wh - count->step_Wh) * ENERGY_WH;
    int64_t high_mJ = count->anchor_mJ + (told_Wh + count->step_Wh) * ENERGY_WH;
    if (count->total_mJ < low_mJ)
        count->total_mJ = low_mJ;
    count->owed_mJ = count->total_mJ > high_mJ ? count->total_mJ - high_mJ : 0;
}

/* An hour at double power is always believed: a count may be told late. */
static bool plausible(const struct energy_count *count, int64_t Wh, int32_t max_W, int64_t heard_ms)
{
    enum { HOUR_MS = 3600000, DAYS_30_MS = 720 * 3600 };
    int64_t passed_ms = heard_ms - count->own_ms;
    if (passed_ms < 0 || passed_ms > (int64_t)DAYS_30_MS * 1000)
        passed_ms = (int64_t)DAYS_30_MS * 1000;
    int64_t most_Wh = 2 * (int64_t)max_W * (passed_ms + HOUR_MS) / HOUR_MS;
    return Wh - count->own_Wh <= most_Wh + count->step_Wh;
}

void energy_own(struct energy_count *count, int64_t Wh, int32_t step_Wh, int32_t max_W,
                int64_t heard_ms)
{
    if (Wh < 0 || step_Wh <= 0 || heard_ms <= 0 || (count->own && heard_ms == count->own_ms))
        return;
    count->step_Wh = step_Wh;
    if (!count->own) {
        follow(count, Wh);
    } else if (Wh < count->own_Wh) {
        reset(count, Wh);
    } else if (!plausible(count, Wh, max_W, heard_ms)) {
        count->refused++;
        follow(count, Wh);
    } else {
        bring_to(count, Wh);
    }
    count->own_Wh = Wh;
    count->own_ms = heard_ms;
}

void energy_serial(struct energy_unit *unit, const char *serial)
{
    if (*serial == '\0' || strncmp(unit->serial, serial, ENERGY_SERIAL - 1) == 0)
        return;
    size_t length = strlen(serial);
    if (length > ENERGY_SERIAL - 1)
        length = ENERGY_SERIAL - 1;
    bool known = *unit->serial != '\0';
    memset(unit->serial, 0, sizeof unit->serial);
    memcpy(unit->serial, serial, length);
    for (int k = 0; known && k < ENERGY_KINDS; k++) {
        unit->count[k].own = false;
        unit->count[k].owed_mJ = 0;
    }
}

void energy_restart(struct energy_unit *unit, int64_t shift_ms, int64_t gap_ms)
{
    for (int k = 0; k < ENERGY_KINDS; k++) {
        struct energy_count *count = &unit->count[k];
        count->own_ms += shift_ms;
        count->heard_ms = 0;
        count->W = 0;
        if (!count->own)
            count->gap_ms += gap_ms;
    }
}

void energy_day(struct energy_unit *unit)
{
    for (int k = 0; k < ENERGY_KINDS; k++)
        unit->count[k].day_mJ = unit->count[k].total_mJ;
}

int32_t energy_grid_W(bool line_mode, int32_t load_W, int32_t battery_W, int32_t pv_W)
{
    int32_t W = load_W + battery_W - pv_W;
    return line_mode && W > 0 ? W : 0;
}
