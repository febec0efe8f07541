#include <assert.h>
#include <stddef.h>

#include "bms/bank.h"

/* What a rested cell's voltage says. low..high: every charge at which a cell of this chemistry was
 * seen at this voltage, coming from above or from below, over the cells named.
 * LFP: A123 2 Ah, C/30 both ways at 15, 25 and 35 C (G. Plett's ESC toolbox data); a large
 *      prismatic cell after one hour of rest at 20-30 C (CccLeo, large-format LFP data set); an
 *      18650 at C/20 (About:Energy BPX validation).
 * NMC: LG 18650HG2, C/20 both ways at 10, 25 and 40 C (Kollmeyer et al., Mendeley cp3473x7xv),
 *      high side raised to where an NMC111 pouch cell stands at C/20.
 * NCA: Panasonic 18650PF, C/20 both ways at 25 C (Kollmeyer, Mendeley wykht8y7tg), widened by
 *      3 % to each side because it is one make only. */
struct rest_row { int16_t mV, low_permille, high_permille; };

/* clang-format off */
static const struct rest_row lfp_rest[] = {
    {2000,   0,   10}, {2500,   0,   20}, {2700,   5,   25}, {2800,   8,   30}, {2900,  15,   40},
    {3000,  25,   60}, {3050,  32,   70}, {3100,  40,   85}, {3150,  55,  105}, {3180,  80,  125},
    {3200,  90,  170}, {3220, 100,  205}, {3240, 140,  270}, {3250, 160,  305}, {3260, 175,  345},
    {3270, 195,  460}, {3280, 210,  600}, {3290, 235,  625}, {3300, 260,  660}, {3310, 290,  770},
    {3320, 330,  990}, {3325, 470, 1000}, {3330, 535, 1000}, {3340, 605, 1000}, {3350, 675, 1000},
    {3360, 740, 1000}, {3370, 895, 1000}, {3380, 925, 1000}, {3400, 950, 1000}, {3450, 965, 1000},
    {3500, 975, 1000}, {3600, 985, 1000},
};
static const struct rest_row nmc_rest[] = {
    {2500,   0,    5}, {2800,   0,   10}, {3000,   0,   30}, {3100,   5,   50}, {3200,  10,   80},
    {3300,  25,  115}, {3400,  50,  160}, {3450,  75,  190}, {3500, 130,  255}, {3550, 180,  295},
    {3600, 230,  345}, {3650, 300,  455}, {3700, 390,  560}, {3750, 450,  630}, {3800, 505,  680},
    {3850, 555,  720}, {3900, 600,  765}, {3950, 670,  810}, {4000, 730,  855}, {4050, 780,  900},
    {4100, 855,  960}, {4150, 960,  995}, {4200, 990, 1000},
};
static const struct rest_row nca_rest[] = {
    {2500,   0,   15}, {2800,   0,   35}, {3000,   0,   45}, {3200,   0,   65}, {3300,   5,  105},
    {3400,  70,  180}, {3450, 118,  220}, {3500, 160,  270}, {3550, 210,  340}, {3600, 290,  430},
    {3650, 385,  510}, {3700, 460,  570}, {3750, 515,  615}, {3800, 560,  665}, {3850, 615,  720},
    {3900, 680,  780}, {3950, 740,  835}, {4000, 790,  880}, {4050, 835,  930}, {4100, 885,  990},
    {4150, 940, 1000}, {4200, 970, 1000},
};
#define ROWS(table) table, sizeof table / sizeof table[0]
static const struct chemistry_facts {
    const struct rest_row *rows;
    size_t count;
    int32_t full_mV, empty_mV;   /* of a cell, reached under less than C/20 */
} facts[CHEMISTRIES] = {
    [CHEMISTRY_LFP] = {ROWS(lfp_rest), 3550, 2700},
    [CHEMISTRY_NMC] = {ROWS(nmc_rest), 4180, 2900},
    [CHEMISTRY_NCA] = {ROWS(nca_rest), 4180, 2900},
};
/* clang-format on */

enum {
    GAP_MS = 10000,            /* a current older than this is not integrated */
    SETTLED_MS = 1800000,      /* 30 min: rest voltage counts fully, and again as often */
    COARSE_MS = 60000,         /* a first look at the voltage of a battery nobody knows */
    END_MS = 60000,            /* full or empty voltage must hold this long */
    END_TEMP_dC = 100,         /* colder, the voltage under load says nothing about the end */
};

static const double MS_PER_HOUR = 3600000.0;
static const double SETTLED_mV = 8;       /* 0.1 V over 16 cells, and what has not relaxed yet */
static const double COARSE_mV = 25;
static const double BMS_ERROR = 0.15;     /* what BMS SoCs are off by in the field */
static const double CAPACITY_DOUBT = 0.02;
static const double CHARGE_LOSS = 0.005;  /* coulombic efficiency lies within 1 - this .. 1 */
static const double END_RANGE = 0.05;

static double at_voltage(const struct chemistry_facts *f, double mV, bool high)
{
    const struct rest_row *r = f->rows;
    size_t i = 1;
    while (i < f->count - 1 && mV > r[i].mV)
        i++;
    double left = high ? r[i - 1].high_permille : r[i - 1].low_permille;
    double right = high ? r[i].high_permille : r[i].low_permille;
    double part = (mV - r[i - 1].mV) / (r[i].mV - r[i - 1].mV);
    part = part < 0 ? 0 : part > 1 ? 1 : part;
    return (left + (right - left) * part) / 1000;
}

struct soc_range soc_at_rest(enum chemistry chemistry, double cell_mV, double doubt_mV)
{
    assert((unsigned)chemistry < CHEMISTRIES && doubt_mV >= 0);
    const struct chemistry_facts *f = &facts[chemistry];
    return (struct soc_range){at_voltage(f, cell_mV - doubt_mV, false),
                              at_voltage(f, cell_mV + doubt_mV, true)};
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

static double size(double x)
{
    return x < 0 ? -x : x;
}

static void put_range(struct soc_counter *c, double low, double high)
{
    low = low < 0 ? 0 : low > 1 ? 1 : low;
    high = high < low ? low : high > 1 ? 1 : high;
    c->soc = (low + high) / 2;
    c->error = (high - low) / 2;
    c->swing = 0;
    c->started = true;
}

/* Meets the estimate with an independent range. Two ranges that overlap leave their common part,
 * but never less than the better of the two is worth: a thin overlap is luck, not knowledge.
 * Two that exclude each other prove one wrong: then both stay possible. */
static bool meet(struct soc_counter *c, struct soc_range r)
{
    if (!c->started) {
        put_range(c, r.low, r.high);
        return true;
    }
    double low = larger(c->soc - c->error, r.low), high = smaller(c->soc + c->error, r.high);
    if (low > high) {
        put_range(c, smaller(c->soc - c->error, r.low), larger(c->soc + c->error, r.high));
        return true;
    }
    double worth = smaller(c->error, (r.high - r.low) / 2);
    if ((high - low) / 2 >= c->error)
        return false;
    double middle = (low + high) / 2, half = larger((high - low) / 2, worth);
    put_range(c, middle - half, middle + half);
    return true;
}

/* For hours nobody saw: up and down by what the owner's limits let flow. */
static void widen_unseen(struct soc_counter *c, const struct bank_config *config, double hours)
{
    if (!c->started || hours <= 0)
        return;
    double up = hours * config->charge_max_mA / config->capacity_mAh;
    double down = hours * (config->discharge_max_mA + config->self_draw_mA) / config->capacity_mAh;
    put_range(c, c->soc - c->error - down, c->soc + c->error + up);
}

/* Gain and capacity errors act on the distance from the anchor only, and cancel on the way back;
 * everything else adds up with time. */
static void count(struct soc_counter *c, const struct bank_config *config,
                  const struct bank_view *view, double hours)
{
    double capacity = config->capacity_mAh;
    double seen = view->current_mA * hours / capacity;
    double drawn = config->self_draw_mA * hours / capacity;   /* somewhere between 0 and this */
    double lost = seen > 0 ? seen * CHARGE_LOSS : 0;
    double step = seen - drawn / 2 - lost / 2;
    double ratio = CAPACITY_DOUBT + config->sensor_gain_permille / 1000.0;
    c->error += (config->sensor_offset_mA + view->doubt_mA) * hours / capacity + drawn / 2 +
                lost / 2 + ratio * (size(c->swing + step) - size(c->swing));
    c->swing += step;
    c->soc += step;
    c->soc = c->soc < 0 ? 0 : c->soc > 1 ? 1 : c->soc;
    c->error = smaller(larger(c->error, 0), 1);
}

static void anchor(struct soc_counter *c, const struct bank_config *config,
                   const struct bank_view *view, bool settled, int64_t now_ms)
{
    double cell_mV = (double)view->voltage_mV / config->cells;
    double doubt_mV = settled ? SETTLED_mV : COARSE_mV;
    if (meet(c, soc_at_rest(config->chemistry, cell_mV, doubt_mV))) {
        c->anchored_ms = now_ms;
        c->hours_since_anchor = 0;
    }
    c->tried_ms = now_ms;
}

/* At rest the voltage tells; a short rest only where next to nothing is known. */
static void look_rest(struct soc_counter *c, const struct bank_config *config,
                      const struct bank_view *view, int64_t now_ms)
{
    if (size(view->current_mA) >= config->capacity_mAh / 100.0) {
        c->rest_since_ms = 0;
        c->tried_ms = 0;
        return;
    }
    if (c->rest_since_ms == 0)
        c->rest_since_ms = now_ms;
    int64_t rested_ms = now_ms - c->rest_since_ms;
    bool again = c->tried_ms == 0 || now_ms - c->tried_ms >= SETTLED_MS;
    bool unknown = !c->started || c->error >= BMS_ERROR;
    if (rested_ms >= SETTLED_MS && (again || c->tried_ms < c->rest_since_ms + SETTLED_MS))
        anchor(c, config, view, true, now_ms);
    else if (rested_ms >= COARSE_MS && unknown && again)
        anchor(c, config, view, false, now_ms);
}

/* The ends: the highest cell full, or the lowest empty, under little current for a minute. */
static void look_ends(struct soc_counter *c, const struct bank_config *config,
                      const struct bank_view *view, int64_t now_ms)
{
    int32_t mean_mV = view->voltage_mV / config->cells;
    const struct chemistry_facts *f = &facts[config->chemistry];
    bool full = (view->cells_known ? view->cell_max_mV : mean_mV) >= f->full_mV;
    bool empty = (view->cells_known ? view->cell_min_mV : mean_mV) <= f->empty_mV;
    bool small = size(view->current_mA) < config->capacity_mAh / 20.0;
    bool warm = view->temp_known && view->temp_min_dC >= END_TEMP_dC;
    if (!small || !warm || full == empty) {
        c->end_since_ms = 0;
        return;
    }
    if (c->end_since_ms == 0)
        c->end_since_ms = now_ms;
    if (now_ms - c->end_since_ms < END_MS)
        return;
    c->end_since_ms = now_ms;
    struct soc_range at_full = {1 - END_RANGE, 1}, at_empty = {0, END_RANGE};
    if (meet(c, full ? at_full : at_empty)) {
        c->anchored_ms = now_ms;
        c->hours_since_anchor = 0;
    }
}

/* The BMS's own figure: for a start under load, and where nothing better is left. One that
 * contradicts what is known is not taken. */
static void look_bms(struct soc_counter *c, const struct bank_view *view)
{
    if (view->bms_soc_permille < 0 || (c->started && c->error <= BMS_ERROR))
        return;
    double bms = view->bms_soc_permille / 1000.0;
    struct soc_range r = {bms - BMS_ERROR, bms + BMS_ERROR};
    bool apart = c->started && (r.low > c->soc + c->error || r.high < c->soc - c->error);
    if (!apart)
        meet(c, r);
}

void soc_counter_init(struct soc_counter *counter)
{
    assert(counter);
    *counter = (struct soc_counter){0};
}

void soc_counter_restore(struct soc_counter *counter, const struct bank_config *config, double soc,
                         double error, int64_t gap_ms, int64_t now_ms)
{
    assert(counter && config && config->capacity_mAh > 0);
    soc_counter_init(counter);
    if (!(soc >= 0 && soc <= 1 && error >= 0 && error <= 1) || gap_ms < 0)
        return;
    put_range(counter, soc - error, soc + error);
    widen_unseen(counter, config, (double)gap_ms / MS_PER_HOUR);
    counter->last_ms = now_ms;
}

void soc_counter_step(struct soc_counter *counter, const struct bank_config *config,
                      const struct bank_view *view, int64_t now_ms)
{
    assert(counter && config && view && config->capacity_mAh > 0 && config->cells > 0);
    assert((unsigned)config->chemistry < CHEMISTRIES);
    struct soc_counter *c = counter;
    if (view->current_known) {
        int64_t gone_ms = c->last_ms ? now_ms - c->last_ms : 0;
        double hours = (double)gone_ms / MS_PER_HOUR;
        if (gone_ms > GAP_MS) {
            widen_unseen(c, config, hours);
            c->rest_since_ms = 0;
            c->tried_ms = 0;
        } else if (c->started) {
            count(c, config, view, hours);
        }
        c->hours_since_anchor += hours;
        c->last_ms = now_ms;
    }
    if (view->known) {
        look_rest(c, config, view, now_ms);
        look_ends(c, config, view, now_ms);
    }
    look_bms(c, view);
}

struct soc_estimate soc_counter_estimate(const struct soc_counter *counter)
{
    assert(counter);
    int32_t error = (int32_t)(counter->error * 1000) + 1;
    return (struct soc_estimate){
        .known = counter->started,
        .soc_permille = (int32_t)(counter->soc * 1000 + 0.5),
        .error_permille = error > 1000 ? 1000 : error,
        .anchored_ms = counter->anchored_ms,
    };
}
