/* The planner on random plants, against a brute-force oracle. */
#include "test/check.h"
#include "test/string_plant.h"

static uint32_t seed = 1;

static uint32_t pick(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % below;
}

static void random_plant(struct topology *t, struct router_wish *wish, uint8_t present[])
{
    memset(t, 0, sizeof *t);
    memset(wish, 0, sizeof *wish);
    t->strings = (uint8_t)(1 + pick(6));
    t->inputs = (uint8_t)(t->strings + pick(4));
    for (uint8_t i = 0; i < t->inputs; i++)
        t->input[i] = (struct topology_input){
            .phase = (uint8_t)(1 + pick(3)),
            .charge_point = i >= t->strings || pick(8) == 0 ? (uint8_t)pick(2) : NO_CHARGE_POINT,
            .voc_max_mV = 500000,
            .isc_max_mA = 12000 * (int32_t)(1 + pick(3)),
            .power_max_W = 2000 + (int32_t)pick(8000),
            .strings_max = (uint8_t)(1 + pick(3))};
    bool same = pick(2), fused = pick(2);
    for (uint8_t s = 0; s < t->strings; s++) {
        t->string[s] =
            (struct topology_string){.voc_mV = same ? 400000 : 390000 + 4000 * (int32_t)pick(5),
                                     .isc_mA = same ? 11000 : 6000 + (int32_t)pick(6000),
                                     .mpp_W = same ? 3300 : 2000 + (int32_t)pick(2000),
                                     .home = s,
                                     .fused = fused};
        wish->string_W[s] = same && pick(2) ? 3000 : (int32_t)pick(4000);
        present[s] = s;
        for (uint8_t i = 0; i < t->inputs; i++)
            if (i == s || (i >= t->strings && pick(4) != 0) || pick(10) == 0) {
                t->contact[t->contacts++] = (struct topology_contact){s, i};
                present[s] = pick(3) == 0 ? i : present[s];
            }
    }
    for (int p = 1; p <= 3; p++)
        wish->phase_load_W[p] = (int32_t)pick(4) * 500;
    wish->strings_wanted = (uint8_t)pick(t->strings + 1u);
}

static int64_t there_W(const struct topology *t, const struct router_wish *wish,
                       const uint8_t layout[], unsigned *there)
{
    int64_t sum = 0;
    *there = 0;
    for (size_t i = 0; i < t->inputs; i++) {
        int64_t W = 0;
        if (t->input[i].charge_point != wish->charge_point)
            continue;
        for (size_t s = 0; s < t->strings; s++)
            if (layout[s] == i) {
                W += wish->string_W[s];
                ++*there;
            }
        sum += W < t->input[i].power_max_W ? W : t->input[i].power_max_W;
    }
    return sum;
}

/* Every way to put each string at home or on any input of the charge point it has a contact to. */
static int64_t brute(const struct topology *t, const struct router_wish *wish, uint8_t layout[],
                     size_t s, unsigned wanted)
{
    unsigned there;
    if (s == t->strings) {
        int64_t W = there_W(t, wish, layout, &there);
        for (size_t k = 0; k < t->strings; k++) /* who is at home there anyway does not count */
            there -= layout[k] == t->string[k].home &&
                     t->input[layout[k]].charge_point == wish->charge_point;
        return layout_forbidden(t, layout) == NULL && there <= wanted ? W : -1;
    }
    layout[s] = t->string[s].home;
    int64_t best = brute(t, wish, layout, s + 1, wanted);
    for (size_t c = 0; c < t->contacts; c++) {
        uint8_t i = t->contact[c].input;
        if (t->contact[c].string != s || t->input[i].charge_point != wish->charge_point)
            continue;
        layout[s] = i;
        int64_t W = brute(t, wish, layout, s + 1, wanted);
        best = W > best ? W : best;
    }
    return best;
}

/* Whose home is an input of the charge point takes part in the count in the planner's order; those
 * plants are compared only for being allowed. */
static bool home_there(const struct topology *t, const struct router_wish *wish)
{
    for (size_t s = 0; s < t->strings; s++)
        if (t->input[t->string[s].home].charge_point == wish->charge_point)
            return true;
    return false;
}

static void against_brute_force(int plants)
{
    int compared = 0, moved = 0;
    for (int n = 0; n < plants; n++) {
        struct topology t;
        struct router_wish wish;
        uint8_t present[MAX_STRINGS] = {0}, layout[MAX_STRINGS];
        random_plant(&t, &wish, present);
        if (!topology_check(&t, NULL, NULL))
            continue;
        struct router_layout out;
        unsigned there,
            wanted = wish.strings_wanted ? wish.strings_wanted : (2u * t.strings + 2) / 3;
        router_plan(&out, &t, &wish, present);
        CHECK(layout_forbidden(&t, out.input) == NULL, "plant %d: forbidden", n);
        CHECK(there_W(&t, &wish, out.input, &there) == out.charge_point_W, "plant %d: power", n);
        CHECK(there == out.strings_there, "plant %d: strings", n);
        if (home_there(&t, &wish))
            continue;
        CHECK(there <= wanted, "plant %d: %u there, %u wanted", n, there, wanted);
        int64_t best = brute(&t, &wish, layout, 0, wanted);
        CHECK(out.charge_point_W == best, "plant %d: %d W, the best is %lld W", n,
              out.charge_point_W, (long long)best);
        compared++;
        moved += out.transfers > 0;
    }
    printf("planner: %d plants compared with brute force, %d with transfers\n", compared, moved);
    CHECK(compared > 1000 && moved > 500, "the random plants are worth comparing");
}

int main(void)
{
    against_brute_force(6000);
    return check_done("planner_brute");
}
