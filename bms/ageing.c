#include "bms/ageing.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { COLDEST_dC = -100, COLUMN_dC = 50, YEARS = 10 };
static const double SCALE_MOST = 100;

/* --- rainflow --- */

static void half_cycles_add(struct ageing_memory *m, int32_t depth_permille, uint32_t count)
{
    int32_t row = (depth_permille - 1) * AGEING_DEPTHS / 1000;
    row = row < 0 ? 0 : row >= AGEING_DEPTHS ? AGEING_DEPTHS - 1 : row;
    m->half_cycles[row] += count;
    m->depth_permille[row] += (uint32_t)depth_permille * count;
}

static int32_t range_at(const struct ageing_memory *m, size_t i)
{
    return abs(m->turn_permille[i] - m->turn_permille[i - 1]);
}

static void oldest_drop(struct ageing_memory *m)
{
    half_cycles_add(m, range_at(m, 1), 1);
    m->turns--;
    memmove(m->turn_permille, m->turn_permille + 1, m->turns * sizeof m->turn_permille[0]);
}

/* Ranges that the newest encloses are counted and forgotten. */
static void cycles_close(struct ageing_memory *m)
{
    while (m->turns >= 3 && range_at(m, m->turns - 1u) >= range_at(m, m->turns - 2u)) {
        if (m->turns == 3) {
            oldest_drop(m);
            continue;
        }
        half_cycles_add(m, range_at(m, m->turns - 2u), 2);
        m->turn_permille[m->turns - 3] = m->turn_permille[m->turns - 1];
        m->turns -= 2;
    }
}

static void turn_note(struct ageing_memory *m, int32_t soc_permille)
{
    int32_t last = m->turns ? m->turn_permille[m->turns - 1] : soc_permille;
    int32_t before = m->turns > 1 ? m->turn_permille[m->turns - 2] : last;
    int32_t on = (last > before) - (last < before), move = soc_permille - last;
    if (m->turns == 0) {
        m->turn_permille[m->turns++] = (uint16_t)soc_permille;
    } else if (on * move > 0) {
        m->turn_permille[m->turns - 1] = (uint16_t)soc_permille;
        cycles_close(m);
    } else if (abs(move) >= AGEING_DEAD_PERMILLE) {
        if (m->turns == AGEING_TURNS)
            oldest_drop(m);
        m->turn_permille[m->turns++] = (uint16_t)soc_permille;
        cycles_close(m);
    }
}

/* --- time --- */

void ageing_note(struct ageing *a, bool soc_known, int32_t soc_permille, bool temp_known,
                 int32_t temp_dC, int64_t now_ms)
{
    int64_t passed_ms = now_ms - a->noted_ms;
    if (a->noted_ms && passed_ms < AGEING_NOTE_MS)
        return;
    bool gap = a->noted_ms == 0 || passed_ms > AGEING_GAP_MS;
    a->noted_ms = now_ms;
    if (!soc_known || !temp_known || soc_permille < 0 || soc_permille > 1000)
        return;
    int32_t row = soc_permille * AGEING_CHARGES / 1000;
    int32_t column = (temp_dC - COLDEST_dC) / COLUMN_dC;
    row = row >= AGEING_CHARGES ? AGEING_CHARGES - 1 : row;
    column = temp_dC < COLDEST_dC ? 0 : column >= AGEING_TEMPS ? AGEING_TEMPS - 1 : column;
    turn_note(&a->memory, soc_permille);
    if (gap)
        return;
    a->memory.seconds[row][column] += (uint32_t)(passed_ms / 1000);
    a->noted_ms = now_ms - passed_ms % 1000;
}

/* --- use --- */

static void times_of(struct ageing_use *use, const struct ageing_memory *m)
{
    double sum = 0;
    for (size_t z = 0; z < AGEING_CHARGES; z++)
        for (size_t t = 0; t < AGEING_TEMPS; t++)
            sum += m->seconds[z][t];
    for (size_t z = 0; z < AGEING_CHARGES; z++) {
        use->soc[z] = (double)(2 * z + 1) / (2 * AGEING_CHARGES);
        for (size_t t = 0; t < AGEING_TEMPS; t++)
            use->share[z][t] = sum > 0 ? m->seconds[z][t] / sum : 0;
    }
    for (size_t t = 0; t < AGEING_TEMPS; t++)
        use->temp_K[t] = 273.15 + (COLDEST_dC + COLUMN_dC * (double)t + COLUMN_dC / 2.0) / 10;
    use->days = sum / 86400;
}

struct ageing_use ageing_use_of(const struct ageing_memory *memory)
{
    struct ageing_use use = {0};
    struct ageing_memory m = *memory;
    double throughput = 0;
    while (m.turns > 1)
        oldest_drop(&m);
    times_of(&use, &m);
    for (size_t d = 0; d < AGEING_DEPTHS; d++)
        throughput += m.depth_permille[d];
    for (size_t d = 0; d < AGEING_DEPTHS; d++) {
        use.depth[d] = m.half_cycles[d] ? (double)m.depth_permille[d] / m.half_cycles[d] / 1000 : 0;
        use.depth_share[d] = throughput > 0 ? m.depth_permille[d] / throughput : 0;
    }
    use.cycles_a_day = use.days > 0 ? throughput / 2000 / use.days : 0;
    return use;
}

struct ageing_use ageing_moved(const struct ageing_use *use, double from, double low, double gain)
{
    struct ageing_use moved = *use;
    for (size_t z = 0; z < AGEING_CHARGES; z++) {
        double soc = low + (use->soc[z] - from) * gain;
        moved.soc[z] = soc < 0 ? 0 : soc > 1 ? 1 : soc;
    }
    for (size_t d = 0; d < AGEING_DEPTHS; d++)
        moved.depth[d] = use->depth[d] * gain < 1 ? use->depth[d] * gain : 1;
    moved.cycles_a_day = use->cycles_a_day * gain;
    return moved;
}

/* --- a cell's own tests --- */

/* One charge and temperature, and cycles of one depth, if any. */
static struct ageing_use test_of(double charge, double temp_C, double depth, double cycles_a_day)
{
    struct ageing_use use = {.days = 1, .cycles_a_day = cycles_a_day};
    use.share[0][0] = 1;
    use.soc[0] = charge;
    use.temp_K[0] = temp_C + 273.15;
    use.depth[0] = depth;
    use.depth_share[0] = cycles_a_day > 0;
    return use;
}

/* The factor with which the model loses this; part is the one of scale's that is sought. Loss rises with it. */
static double factor_of(const struct ageing_model *model, const struct ageing_use *use,
                        double years, struct ageing_scale *scale, double *part, double loss)
{
    enum { HALVINGS = 40 };
    double low = 0, high = SCALE_MOST;
    for (int i = 0; i < HALVINGS; i++) {
        *part = (low + high) / 2;
        *(model->loss(use, years, scale) < loss ? &low : &high) = *part;
    }
    return (low + high) / 2;
}

struct ageing_scale ageing_scale_of(const struct ageing_model *model,
                                    const struct cell_ageing *cell)
{
    struct ageing_scale scale = {1, 1};
    if (cell->calendar.loss > 0) {
        struct ageing_use held = test_of(cell->calendar.charge, cell->calendar.temp_C, 0, 0);
        scale.calendar = factor_of(model, &held, cell->calendar.years, &scale, &scale.calendar,
                                   cell->calendar.loss);
    }
    if (cell->cycle.loss > 0) {
        double a_day = 24 * cell->cycle.current_C / 2; /* full ones, without rests */
        double days = cell->cycle.cycles * cell->cycle.depth / a_day;
        struct ageing_use cycled =
            test_of(1 - cell->cycle.depth / 2, cell->cycle.temp_C, cell->cycle.depth, a_day);
        scale.cycle =
            factor_of(model, &cycled, days / 365.25, &scale, &scale.cycle, cell->cycle.loss);
    }
    return scale;
}

/* --- the report --- */

static void band_add(struct ageing_band *band, bool first, double value)
{
    if (first || value < band->low)
        band->low = value;
    if (first || value > band->high)
        band->high = value;
}

/* Percentage points a year. A model stretched beyond its tests may lose more than there is. */
static double points(const struct ageing_model *model, const struct ageing_use *use,
                     const struct ageing_scale *scale)
{
    double loss = model->loss(use, YEARS, scale);
    return (loss < 1 ? loss : 1) * 100 / YEARS;
}

static void means_of(struct ageing_report *r, const struct ageing_use *use)
{
    for (size_t z = 0; z < AGEING_CHARGES; z++)
        for (size_t t = 0; t < AGEING_TEMPS; t++) {
            r->soc_mean += use->share[z][t] * use->soc[z];
            r->temp_mean_C += use->share[z][t] * (use->temp_K[t] - 273.15);
        }
    r->days = use->days;
    r->cycles_a_year = use->cycles_a_day * 365.25;
}

/* The charge under which the bank spends a hundredth of its time: where its use ends below. */
static double bottom_of(const struct ageing_use *use)
{
    double below = 0;
    size_t z = 0;
    for (; z < AGEING_CHARGES - 1; z++) {
        for (size_t t = 0; t < AGEING_TEMPS; t++)
            below += use->share[z][t];
        if (below > 0.01)
            break;
    }
    return (double)z / AGEING_CHARGES;
}

struct ageing_report ageing_report(const struct ageing_memory *memory, enum chemistry chemistry,
                                   const struct cell_ageing *cell, int32_t cap_permille)
{
    struct ageing_report r = {0};
    struct ageing_use use = ageing_use_of(memory);
    double cap = cap_permille / 1000.0, bottom = bottom_of(&use);
    means_of(&r, &use);
    r.throughput_gain = bottom < cap ? (1 - bottom) / (cap - bottom) : 1;
    struct ageing_use full = ageing_moved(&use, 0, 1 - cap, 1);
    struct ageing_use whole = ageing_moved(&use, bottom, bottom, r.throughput_gain);
    r.known = r.days >= AGEING_DAYS_MIN;
    for (size_t i = 0; r.known && i < ageing_model_count; i++) {
        const struct ageing_model *model = &ageing_models[i];
        if (!(model->chemistries >> chemistry & 1))
            continue;
        struct ageing_scale scale = ageing_scale_of(model, cell);
        double with = points(model, &use, &scale), top = points(model, &full, &scale);
        double all = points(model, &whole, &scale);
        bool first = r.models == 0;
        assert(r.models < AGEING_MODELS_MAX);
        r.model[r.models] = model->name;
        r.model_with[r.models++] = with;
        band_add(&r.with, first, with);
        band_add(&r.full, first, top);
        band_add(&r.whole, first, all);
        band_add(&r.by_charge, first, top - with);
        band_add(&r.by_throughput, first, all - top);
    }
    return r;
}
