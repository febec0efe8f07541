/* Random banks, seeded: every limit recomputed here from the packs alone, in floating point, by the
 * rules of docs/safety.md. Each bank is looked at fresh, then with words grown old, then older, then
 * with one pack gone. Every pack is plainly one of: under current, open, taken out; what a voltage
 * alone tells has scenarios in test/packs_test.c. */
#include <math.h>
#include <string.h>

#include "bms/share.h"
#include "test/check.h"
#include "test/pack_flows.h"

enum { BANKS = 100000, SHARED_BANKS = 2000 };
enum kind { UNDER_CURRENT, OPEN, OUT };

static uint32_t seed;

/* Numerical Recipes' generator; its upper bits. */
static int32_t pick(int32_t low, int32_t high)
{
    seed = seed * 1664525u + 1013904223u;
    return low + (int32_t)((seed >> 8) % (uint32_t)(high - low + 1));
}

static bool chance(int32_t permille)
{
    return pick(0, 999) < permille;
}

/* What one pack is, and what it tells. */
struct pack {
    enum kind kind;
    bool tells_temperature, tells_cells;
    int32_t mV, mA, cvl, ccl, dcl, cell_max, cell_min, dC_min, dC_max, alarms, ok_charge,
        ok_discharge;
    int64_t age_ms;
};

struct bank {
    struct bank_config config;
    struct pack pack[MAX_PACKS];
    struct pack_readings readings[MAX_PACKS];
    struct soc_estimate soc;
    int32_t inverters_mA;
    struct bank_view view;
    struct bank_guard guard;
    struct bank_limits limits;
    int64_t now_ms;
};

/* What the rules allow, and the state they keep. */
struct rules {
    double charge, discharge, mV;
    bool high_held, low_held, cvl_held, frozen;
};

static void set(struct reading *r, int32_t value, int64_t at_ms)
{
    reading_set(r, value, at_ms);
}

/* Voltage and current are as fresh as can be, everything else has the pack's age. */
static void speak(struct bank *b, size_t i)
{
    const struct pack *p = &b->pack[i];
    struct pack_readings *r = &b->readings[i];
    int64_t at = b->now_ms - p->age_ms;
    memset(r, 0, sizeof *r);
    set(&r->voltage_mV, p->mV, b->now_ms);
    set(&r->current_mA, p->mA, b->now_ms);
    set(&r->cvl_mV, p->cvl, at);
    set(&r->ccl_mA, p->ccl, at);
    set(&r->dcl_mA, p->dcl, at);
    set(&r->alarms, p->alarms, at);
    set(&r->charge_ok, p->ok_charge, at);
    set(&r->discharge_ok, p->ok_discharge, at);
    if (p->tells_cells) {
        set(&r->cell_max_mV, p->cell_max, at);
        set(&r->cell_min_mV, p->cell_min, at);
    }
    if (p->tells_temperature) {
        set(&r->cell_min_dC, p->dC_min, at);
        set(&r->cell_max_dC, p->dC_max, at);
    }
}

static void step(struct bank *b)
{
    b->now_ms += 100;
    for (size_t i = 0; i < b->config.packs; i++)
        speak(b, i);
    bank_look(&b->view, &b->config, b->readings,
              pack_flows(b->readings, b->config.packs, b->now_ms), "", b->now_ms);
    b->limits = bank_limits_step(&b->guard, &b->config, &b->view, &b->soc, b->inverters_mA,
                                 b->inverters_mA, b->now_ms);
}

static void make_pack(struct bank *b, size_t i)
{
    struct pack *p = &b->pack[i];
    bool lfp = b->config.chemistry == CHEMISTRY_LFP;
    int32_t ceiling = lfp ? 3500 : 4100, floor = lfp ? 2800 : 3000;
    bool edge = chance(30);
    int32_t cold = chance(60) ? pick(-250, 150) : pick(180, 260);
    *p = (struct pack){
        .kind = chance(800)   ? UNDER_CURRENT
                : chance(500) ? OPEN
                              : OUT,
        .tells_temperature = chance(997),
        .tells_cells = chance(800),
        .mV = 52000,
        .mA = pick(1001, 60000) * (chance(500) ? 1 : -1),
        .cvl = chance(30)   ? 0
               : chance(20) ? pick(51000, 52500)
                            : pick(53000, 57000),
        .ccl = pick(0, 100000),
        .dcl = pick(0, 100000),
        .cell_max = edge ? pick(ceiling - 80, ceiling + 110) : pick(3250, ceiling - 60),
        .cell_min = edge ? pick(floor - 110, floor + 30) : pick(floor + 1, 3250),
        .dC_min = cold,
        .dC_max = cold + (chance(30) ? pick(0, 400) : pick(0, 40)),
        .alarms = chance(12) ? 1 << pick(0, PACK_ALARMS - 1) : 0,
        .ok_charge = !chance(8),
        .ok_discharge = !chance(8),
        .age_ms = pick(0, 2900),
    };
    if (p->kind != UNDER_CURRENT)
        p->mA = pick(-1000, 1000);
    if (p->kind == OPEN && chance(500))
        p->alarms |= 1 << ALARM_CONTACTOR;
    else if (p->kind == OPEN)
        p->ok_charge = p->ok_discharge = 0;
    b->config.pack_out[i] = p->kind == OUT;
    b->config.pack_capacity_mAh[i] = pick(50000, 300000);
    b->config.capacity_mAh += b->config.pack_capacity_mAh[i];
}

static void make_bank(struct bank *b)
{
    memset(b, 0, sizeof *b);
    b->now_ms = 1000000;
    b->config = (struct bank_config){
        .chemistry = (enum chemistry)pick(0, CHEMISTRIES - 1),
        .cells = 16,
        .cap_permille = pick(500, 1000),
        .cap_hysteresis_permille = 20,
        .floor_permille = pick(0, 300),
        .charge_max_mA = pick(0, 400000),
        .discharge_max_mA = pick(0, 400000),
        .packs = (uint8_t)pick(1, MAX_PACKS),
    };
    b->inverters_mA = pick(0, 500000);
    b->soc = (struct soc_estimate){.known = chance(980),
                                   .soc_permille = chance(900) ? pick(320, 480) : pick(0, 1000),
                                   .error_permille = pick(1, 20)};
    for (size_t i = 0; i < b->config.packs; i++)
        make_pack(b, i);
}

/* --- the rules, once more --- */

struct point {
    double x, y;
};

static double line(const struct point *p, size_t count, double x)
{
    if (x <= p[0].x || x >= p[count - 1].x)
        return x <= p[0].x ? p[0].y : p[count - 1].y;
    size_t i = 1;
    while (x > p[i].x)
        i++;
    return p[i - 1].y + (p[i].y - p[i - 1].y) * (x - p[i - 1].x) / (p[i].x - p[i - 1].x);
}

static double charge_part(enum chemistry chemistry, double C)
{
    static const struct point lfp[] = {{0, 0},  {2, 0.25}, {5, 0.5},   {10, 1},
                                       {40, 1}, {45, 0.5}, {50, 0.25}, {55, 0}};
    static const struct point nickel[] = {{0, 0}, {5, 0.25}, {10, 0.5}, {15, 1}, {40, 1}, {45, 0}};
    return chemistry == CHEMISTRY_LFP ? line(lfp, 8, C) : line(nickel, 6, C);
}

static double discharge_part(double C)
{
    static const struct point all[] = {{-20, 0}, {-10, 0.25}, {0, 0.5}, {10, 1}, {45, 1}, {60, 0}};
    return line(all, 6, C);
}

static bool forbids(const struct pack *p, bool charge)
{
    static const int charge_only[] = {ALARM_CELL_HIGH, ALARM_CHARGE_TEMP_HIGH,
                                      ALARM_CHARGE_TEMP_LOW, ALARM_CHARGE_CURRENT, ALARM_IMBALANCE};
    static const int discharge_only[] = {ALARM_CELL_LOW, ALARM_DISCHARGE_CURRENT};
    int32_t others = 0;
    for (size_t i = 0; i < sizeof charge_only / sizeof charge_only[0] && !charge; i++)
        others |= 1 << charge_only[i];
    for (size_t i = 0; i < sizeof discharge_only / sizeof discharge_only[0] && charge; i++)
        others |= 1 << discharge_only[i];
    return (p->alarms & ~others) || !(charge ? p->ok_charge : p->ok_discharge);
}

/* Over the connected packs. */
struct sums {
    int in, there, fresh;
    double ccl, dcl, cvl, cell_max, cell_min, C_min, C_max, mV;
    bool warmth, cells, no_charge, no_discharge;
    int64_t oldest_ms;
};

static void add_pack(struct sums *s, const struct pack *p)
{
    s->in++;
    s->mV += p->mV;
    s->no_charge |= forbids(p, true);
    s->no_discharge |= forbids(p, false);
    if (p->age_ms > 60000)
        return;
    s->there++;
    s->fresh += p->age_ms <= 3000;
    s->ccl = fmin(s->ccl, p->ccl);
    s->dcl = fmin(s->dcl, p->dcl);
    s->cvl = p->cvl ? fmin(s->cvl, p->cvl) : s->cvl;
    s->warmth = s->warmth && p->tells_temperature;
    if (p->tells_temperature) {
        s->C_min = fmin(s->C_min, p->dC_min / 10.0);
        s->C_max = fmax(s->C_max, p->dC_max / 10.0);
    }
    if (p->tells_cells) {
        s->cells = true;
        s->cell_max = fmax(s->cell_max, p->cell_max);
        s->cell_min = fmin(s->cell_min, p->cell_min);
    }
}

static struct sums add_up(const struct bank *b)
{
    struct sums s = {.ccl = 1e9,
                     .dcl = 1e9,
                     .cvl = 1e9,
                     .cell_min = 1e9,
                     .C_min = 1e9,
                     .C_max = -1e9,
                     .warmth = true};
    bool loaded = false;
    for (size_t i = 0; i < b->config.packs; i++)
        loaded |= b->pack[i].kind == UNDER_CURRENT;
    for (size_t i = 0; i < b->config.packs; i++) {
        const struct pack *p = &b->pack[i];
        bool refuses = p->kind == OPEN && !(p->alarms & 1 << ALARM_CONTACTOR);
        if (p->kind == UNDER_CURRENT || (refuses && !loaded))
            add_pack(&s, p);
        if (b->pack[i].kind != OUT && b->pack[i].age_ms > s.oldest_ms)
            s.oldest_ms = b->pack[i].age_ms;
    }
    s.warmth = s.warmth && s.there;
    return s;
}

/* The floors of charge: least of everything that lowers it. */
static double charge_rule(const struct bank *b, const struct sums *s, const struct rules *r)
{
    const struct bank_config *c = &b->config;
    double owner = c->charge_max_mA, least = fmin(owner, b->inverters_mA);
    int carry = s->fresh ? s->fresh : s->there;
    bool full = !b->soc.known || (c->cap_permille < 1000 &&
                                  b->soc.soc_permille + b->soc.error_permille >= c->cap_permille);
    double ceiling = c->chemistry == CHEMISTRY_LFP ? 3500 : 4100;
    if (s->in == 0 || s->oldest_ms > 10000 || s->no_charge || full || !s->warmth || r->high_held ||
        r->cvl_held)
        return 0;
    double cell = s->cells ? s->cell_max : floor(s->mV / s->in / 16);
    least = fmin(least, carry * s->ccl);
    least = fmin(least, owner * fmin(charge_part(c->chemistry, s->C_min),
                                     charge_part(c->chemistry, s->C_max)));
    least = fmin(least, owner * fmin(1, fmax(0, 1 - (s->C_max - s->C_min - 15) / 10)));
    return fmin(least, owner * fmin(1, fmax(0, (ceiling - cell) / 50)));
}

static double discharge_rule(const struct bank *b, const struct sums *s, const struct rules *r)
{
    const struct bank_config *c = &b->config;
    double owner = c->discharge_max_mA, least = fmin(owner, b->inverters_mA);
    int carry = s->fresh ? s->fresh : s->there;
    bool empty = !b->soc.known || b->soc.soc_permille <= c->floor_permille;
    if (s->in == 0 || s->oldest_ms > 60000 || s->no_discharge || empty || r->low_held)
        return 0;
    least = fmin(least, carry * s->dcl);
    if (!s->warmth)
        return least;
    least = fmin(least, owner * fmin(discharge_part(s->C_min), discharge_part(s->C_max)));
    return fmin(least, owner * fmin(1, fmax(0, 1 - (s->C_max - s->C_min - 15) / 10)));
}

/* before: what the rules kept from the look before; NULL = nothing. */
static struct rules rules_of(const struct bank *b, const struct rules *before)
{
    struct sums s = add_up(b);
    struct rules r = {0};
    double ceiling = b->config.chemistry == CHEMISTRY_LFP ? 3500 : 4100;
    double floor_mV = b->config.chemistry == CHEMISTRY_LFP ? 2800 : 3000;
    double mean = s.in ? floor(s.mV / s.in) : 0;
    double high = s.cells ? s.cell_max : floor(mean / 16);
    double low = s.cells ? s.cell_min : floor(mean / 16);
    bool was_high = before && before->high_held, was_low = before && before->low_held;
    bool was_over = before && before->cvl_held;
    r.high_held = s.in ? high >= ceiling || (was_high && high > ceiling - 20) : was_high;
    r.low_held = s.in ? low <= floor_mV || (was_low && low < floor_mV + 20) : was_low;
    r.cvl_held =
        s.in && s.cvl < 1e9 ? mean > s.cvl + (was_over ? 0 : floor(s.cvl / 100)) : was_over;
    r.frozen = s.oldest_ms > 3000 || s.in == 0;
    r.mV = fmin(s.cvl, ceiling * 16);
    r.charge = charge_rule(b, &s, &r);
    r.discharge = discharge_rule(b, &s, &r);
    return r;
}

static bool near(double a, double b, double owner)
{
    return fabs(a - b) <= owner / 500 + 2;
}

static void expect(const struct bank *b, const struct rules *r, uint32_t bank, const char *what)
{
    const struct bank_limits *l = &b->limits;
    CHECK(near(l->charge_mA.value, r->charge, b->config.charge_max_mA),
          "bank %u %s: charge %d mA by %s, the rules allow %.0f", bank, what, l->charge_mA.value,
          limit_cause_text(l->charge_mA.cause), r->charge);
    CHECK(near(l->discharge_mA.value, r->discharge, b->config.discharge_max_mA),
          "bank %u %s: discharge %d mA by %s, the rules allow %.0f", bank, what,
          l->discharge_mA.value, limit_cause_text(l->discharge_mA.cause), r->discharge);
    CHECK(l->charge_mV.value == (int32_t)r->mV, "bank %u %s: %d mV, the rules allow %.0f", bank,
          what, l->charge_mV.value, r->mV);
}

/* The value that stands is the least of the table, and no row is under it. */
static void expect_table(const struct bank *b, uint32_t bank)
{
    const struct bank_limits *l = &b->limits;
    struct limit charge = limit_least(&l->charge), discharge = limit_least(&l->discharge);
    CHECK(charge.value == l->charge_mA.value && charge.cause == l->charge_mA.cause &&
              discharge.value == l->discharge_mA.value && discharge.cause == l->discharge_mA.cause,
          "bank %u: the table's least", bank);
}

/* Latches a leaving pack must not leave behind: none that were not there before. */
static bool latches(const struct bank *b)
{
    return b->guard.cell_high_latched || b->guard.cell_low_latched;
}

static void hold(struct rules *r, const struct bank_limits *before)
{
    if (!r->frozen)
        return;
    r->charge = fmin(r->charge, before->charge_mA.value);
    r->discharge = fmin(r->discharge, before->discharge_mA.value);
}

/* Words grow old, then older: exact at first, never more afterwards. */
static void grow_old(struct bank b, const struct rules *fresh, uint32_t bank)
{
    struct bank_limits before = b.limits;
    for (size_t i = 0; i < b.config.packs; i++) {
        b.pack[i].ccl = pick(0, 100000);
        b.pack[i].dcl = pick(0, 100000);
        if (chance(200) && b.pack[i].kind == UNDER_CURRENT)
            b.pack[i].age_ms = chance(500) ? pick(2900, 12000) : pick(12000, 70000);
    }
    step(&b);
    struct rules r = rules_of(&b, fresh);
    hold(&r, &before);
    expect(&b, &r, bank, "older");
    expect_table(&b, bank);
    before = b.limits;
    for (size_t i = 0; i < b.config.packs; i++)
        b.pack[i].age_ms += pick(3100, 20000);
    step(&b);
    CHECK(b.limits.charge_mA.value <= before.charge_mA.value &&
              b.limits.discharge_mA.value <= before.discharge_mA.value,
          "bank %u: %d and %d mA rose with age", bank, b.limits.charge_mA.value,
          b.limits.discharge_mA.value);
}

/* One tick after a pack opened: what the others allow, and no new latch. */
static void drop_out(struct bank b, const struct rules *fresh, uint32_t bank)
{
    size_t i = (size_t)pick(0, b.config.packs - 1);
    struct pack *p = &b.pack[i];
    bool latched = latches(&b);
    uint32_t alarms = (uint32_t)p->alarms & (1 << ALARM_SHORT | 1 << ALARM_INTERNAL);
    bool told = p->alarms & 1 << ALARM_CONTACTOR || (!p->ok_charge && !p->ok_discharge);
    if (p->kind != UNDER_CURRENT || told)
        return;
    p->kind = OPEN;
    p->alarms |= 1 << ALARM_CONTACTOR | 1 << ALARM_SHORT;
    p->mA = 0;
    p->cell_max = 5000;
    p->cell_min = 500;
    step(&b);
    struct rules r = rules_of(&b, fresh);
    if (latched) {
        r.charge = b.guard.cell_high_latched ? 0 : r.charge;
        r.discharge = b.guard.cell_low_latched ? 0 : r.discharge;
    }
    expect(&b, &r, bank, "one pack gone");
    CHECK(latches(&b) == latched && b.view.pack[i].latched == alarms, "bank %u: latched", bank);
}

static void random_banks(void)
{
    static struct bank b;
    uint32_t charging = 0, discharging = 0;
    for (uint32_t n = 0; n < BANKS; n++) {
        seed = n * 2654435761u + 1;
        make_bank(&b);
        step(&b);
        b.now_ms += PLACE_LEAVING_MS;
        step(&b);
        struct rules fresh = rules_of(&b, NULL);
        expect(&b, &fresh, n, "fresh");
        expect_table(&b, n);
        charging += b.limits.charge_mA.value > 0;
        discharging += b.limits.discharge_mA.value > 0;
        grow_old(b, &fresh, n);
        drop_out(b, &fresh, n);
    }
    printf("%d banks: %u may charge, %u may discharge\n", BANKS, charging, discharging);
    CHECK(charging > BANKS / 5 && discharging > BANKS / 5, "the banks are not all stopped");
}

/* --- sharing: packs with resistances of their own --- */

/* After a minute of measuring, at the current the bank is allowed no pack exceeds its own limit by
 * more than the sensors' error. */
static void random_shares(void)
{
    static struct bank b;
    uint32_t raised = 0, lowered = 0;
    for (uint32_t n = 0; n < SHARED_BANKS; n++) {
        double share[MAX_PACKS], sum = 0;
        seed = n * 2654435761u + 7;
        make_bank(&b);
        for (size_t i = 0; i < b.config.packs; i++)
            sum += share[i] = pick(50, 200);
        int32_t weakest = INT32_MAX, bank_mA = b.config.capacity_mAh / 4;
        for (size_t i = 0; i < b.config.packs; i++) {
            struct pack *p = &b.pack[i];
            *p = (struct pack){.kind = UNDER_CURRENT,
                               .mV = 52000,
                               .cvl = 56000,
                               .ok_charge = 1,
                               .ok_discharge = 1,
                               .ccl = pick(20000, 100000),
                               .dcl = 50000};
            share[i] /= sum;
            p->mA = (int32_t)(bank_mA * share[i]);
            weakest = p->ccl < weakest ? p->ccl : weakest;
            b.config.pack_out[i] = false;
        }
        for (int s = 0; s < 70; s++) {
            b.now_ms += 900;
            step(&b);
        }
        double rule = (double)weakest * b.config.packs, allowed = b.view.ccl_mA, all = 0;
        for (size_t i = 0; i < b.config.packs; i++) {
            double mA = allowed * share[i];
            all += b.pack[i].ccl;
            CHECK(mA <= b.pack[i].ccl * 1.0205 + 1 || allowed <= weakest,
                  "bank %u: pack %zu of %d would carry %.0f of its %d mA", n, i, b.config.packs, mA,
                  b.pack[i].ccl);
        }
        CHECK(allowed >= weakest && allowed <= all, "bank %u: %.0f mA", n, allowed);
        raised += allowed > rule;
        lowered += allowed < rule;
    }
    printf("%d shared banks: %u carry more than packs x weakest, %u less\n", SHARED_BANKS, raised,
           lowered);
    CHECK(raised > 100 && lowered > 100, "both happen");
}

int main(void)
{
    random_banks();
    random_shares();
    return check_done("bank_random");
}
