/* The planner on random small plants, against an oracle that tries every layout and counts by
 * itself; and what must not depend on how the parts are numbered. */
#include "test/check.h"
#include "test/random_wiring.h"

enum { WORTHS = 4, STEPS = 8192 };

/* power in steps, - transfers, - wear, home load: compared from the left. */
struct worth {
    int64_t rank[WORTHS];
    bool kept; /* reserves, number of strings, rules */
};

static bool here(const struct random_plant *p, uint8_t input)
{
    return p->topology.input[input].charge_point == p->wish.charge_point;
}

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The power that counts of each string, and the step it is counted in. */
static int64_t powers(const struct random_plant *p, int64_t W[])
{
    int64_t now_W = 0, rated_W = 0, step_W = p->wish.resolution_W ? p->wish.resolution_W : 1;
    for (size_t s = 0; s < p->topology.strings; s++) {
        now_W += p->wish.string_W[s];
        rated_W += p->topology.string[s].mpp_W;
    }
    bool rating = now_W * 10 < rated_W;
    for (size_t s = 0; s < p->topology.strings; s++)
        W[s] = rating ? p->topology.string[s].mpp_W : p->wish.string_W[s];
    int64_t least_W = ((rating ? rated_W : now_W) + STEPS - 1) / STEPS;
    return step_W > least_W ? step_W : least_W;
}

static int64_t worn(const struct random_plant *p, size_t s, uint8_t input)
{
    for (size_t c = 0; c < p->topology.contacts; c++)
        if (p->topology.contact[c].string == s && p->topology.contact[c].input == input)
            return p->wish.wear_permille[c];
    return 0;
}

static int64_t delivered(const struct random_plant *p, const uint8_t layout[], const int64_t W[],
                         int64_t step_W)
{
    const struct topology *t = &p->topology;
    int64_t sum = 0;
    for (uint8_t i = 0; i < t->inputs; i++) {
        int64_t steps = 0;
        for (size_t s = 0; s < t->strings; s++)
            steps += layout[s] == i && here(p, i) ? W[s] / step_W : 0;
        sum += lesser(steps, t->input[i].power_max_W / step_W);
    }
    int64_t most = (p->wish.wish_W + step_W - 1) / step_W;
    return p->wish.wish_W ? lesser(sum, most) : sum;
}

/* What each phase has less than with all at home, and how much it may. */
static bool reserves_kept(const struct random_plant *p, const uint8_t layout[],
                          const uint8_t home[], const int64_t W[], int64_t step_W)
{
    const struct topology *t = &p->topology;
    for (int phase = 1; phase <= 3; phase++) {
        int64_t had = 0, has = 0;
        for (size_t s = 0; s < t->strings; s++) {
            had += t->input[home[s]].phase == phase && !here(p, home[s]) ? W[s] / step_W : 0;
            has += t->input[layout[s]].phase == phase && !here(p, layout[s]) ? W[s] / step_W : 0;
        }
        if (has < lesser(had, p->wish.phase_reserve_W[phase] / step_W))
            return false;
    }
    return true;
}

static bool count_kept(const struct random_plant *p, const uint8_t layout[], const uint8_t home[])
{
    const struct topology *t = &p->topology;
    unsigned came = 0, settled = 0;
    unsigned wanted = p->wish.strings_wanted ? p->wish.strings_wanted : (2u * t->strings + 2) / 3;
    for (size_t s = 0; s < t->strings; s++) {
        settled += here(p, home[s]);
        came += here(p, layout[s]) && !here(p, home[s]);
    }
    return came + settled <= wanted || came == 0;
}

static struct worth worth_of(const struct random_plant *p, const uint8_t layout[],
                             const uint8_t home[])
{
    const struct topology *t = &p->topology;
    int64_t W[MAX_STRINGS], step_W = powers(p, W);
    struct worth worth = {
        .kept = layout_forbidden(t, layout) == NULL && count_kept(p, layout, home) &&
                reserves_kept(p, layout, home, W, step_W),
        .rank = {delivered(p, layout, W, step_W)},
    };
    for (size_t s = 0; s < t->strings; s++) {
        if (layout[s] != p->present[s]) {
            worth.rank[1]--;
            worth.rank[2] -= worn(p, s, layout[s]) + worn(p, s, p->present[s]);
        }
        if (!here(p, layout[s]))
            worth.rank[3] += p->wish.phase_load_W[t->input[t->string[s].home].phase];
    }
    return worth;
}

static int compare(const struct worth *a, const struct worth *b)
{
    for (int i = 0; i < WORTHS; i++)
        if (a->rank[i] != b->rank[i])
            return a->rank[i] > b->rank[i] ? 1 : -1;
    return 0;
}

struct oracle {
    const struct random_plant *plant;
    uint8_t layout[MAX_STRINGS], home[MAX_STRINGS];
    struct worth best;
    uint32_t allowed;
};

static void try_all(struct oracle *oracle, size_t s)
{
    const struct random_plant *p = oracle->plant;
    const struct topology *t = &p->topology;
    if (s == t->strings) {
        struct worth worth = worth_of(p, oracle->layout, oracle->home);
        if (worth.kept && (oracle->allowed++ == 0 || compare(&worth, &oracle->best) > 0))
            oracle->best = worth;
        return;
    }
    for (size_t c = 0; c < t->contacts; c++) {
        uint8_t input = t->contact[c].input;
        bool may = p->wish.stays[s] ? input == p->present[s]
                                    : input == t->string[s].home || here(p, input);
        if (t->contact[c].string != s || !may)
            continue;
        oracle->layout[s] = input;
        try_all(oracle, s + 1);
    }
}

static void oracle_run(struct oracle *oracle, const struct random_plant *p)
{
    *oracle = (struct oracle){.plant = p};
    for (size_t s = 0; s < p->topology.strings; s++)
        oracle->home[s] = p->wish.stays[s] ? p->present[s] : p->topology.string[s].home;
    try_all(oracle, 0);
}

/* Some strings stay, some homes are at the charge point, some contacts are interlocked. */
static void small_plant(struct random_plant *p, uint32_t *seed)
{
    uint8_t strings = (uint8_t)(1 + random_next(seed, 6));
    struct random_size size = {
        .strings = strings,
        .house_inputs = (uint8_t)(1 + random_next(seed, strings)),
        .point_inputs = (uint8_t)(1 + random_next(seed, 4)),
        .contacts = (uint8_t)(strings + random_next(seed, 2u * strings + 1)),
        .equal = random_next(seed, 4) == 0,
        .scarce = random_next(seed, 2),
    };
    random_plant(p, &size, seed);
    struct topology *t = &p->topology;
    if (random_next(seed, 6) == 0)
        t->input[0].charge_point = 0;
    for (size_t s = 0; s < t->strings; s++)
        p->wish.stays[s] = random_next(seed, 12) == 0;
    if (t->contacts > 2 && random_next(seed, 4) == 0)
        t->interlock[t->interlocks++] = (struct topology_interlock){
            {(uint8_t)(t->contacts - 1), (uint8_t)random_next(seed, t->contacts - 1u)}};
}

static void against_the_oracle(int plants)
{
    static struct random_plant p;
    static struct oracle oracle;
    uint32_t seed = 1;
    int compared = 0, moved = 0, none = 0;
    while (compared < plants) {
        uint32_t from = seed;
        small_plant(&p, &seed);
        if (!topology_check(&p.topology, NULL, NULL))
            continue;
        struct router_layout out;
        router_plan(&out, &p.topology, &p.wish, p.present);
        oracle_run(&oracle, &p);
        compared++;
        if (oracle.allowed == 0) {
            none++;
            CHECK(!out.proven && memcmp(out.input, p.present, p.topology.strings) == 0,
                  "seed %u: nothing is allowed, so all stay", from);
            continue;
        }
        struct worth got = worth_of(&p, out.input, oracle.home);
        CHECK(got.kept, "seed %u: a layout that breaks a rule", from);
        CHECK(out.proven, "seed %u: not proven", from);
        CHECK(compare(&got, &oracle.best) == 0,
              "seed %u: %lld %lld %lld %lld, the best is %lld %lld %lld %lld", from,
              (long long)got.rank[0], (long long)got.rank[1], (long long)got.rank[2],
              (long long)got.rank[3], (long long)oracle.best.rank[0],
              (long long)oracle.best.rank[1], (long long)oracle.best.rank[2],
              (long long)oracle.best.rank[3]);
        moved += out.transfers > 0;
    }
    printf("planner: %d plants agree with the oracle, %d with transfers, %d without any allowed "
           "layout\n",
           compared, moved, none);
    CHECK(moved > plants / 4 && none < plants / 10, "the random plants are worth comparing");
}

/* --- numbering --- */

static void shuffle(uint8_t map[], uint8_t count, uint32_t *seed)
{
    for (uint8_t i = 0; i < count; i++)
        map[i] = i;
    for (uint8_t i = count; i-- > 1;) {
        uint8_t k = (uint8_t)random_next(seed, i + 1u), swap = map[i];
        map[i] = map[k];
        map[k] = swap;
    }
}

/* The same plant with its strings, inputs and contacts counted in another order. */
static void relabel(struct random_plant *out, const struct random_plant *in,
                    const uint8_t string_to[], const uint8_t input_to[], const uint8_t contact_to[])
{
    *out = *in;
    const struct topology *t = &in->topology;
    for (size_t s = 0; s < t->strings; s++) {
        out->topology.string[string_to[s]] = t->string[s];
        out->topology.string[string_to[s]].home = input_to[t->string[s].home];
        out->wish.string_W[string_to[s]] = in->wish.string_W[s];
        out->wish.stays[string_to[s]] = in->wish.stays[s];
        out->present[string_to[s]] = input_to[in->present[s]];
    }
    for (size_t i = 0; i < t->inputs; i++)
        out->topology.input[input_to[i]] = t->input[i];
    for (size_t c = 0; c < t->contacts; c++) {
        out->topology.contact[contact_to[c]] = t->contact[c];
        out->topology.contact[contact_to[c]].string = string_to[t->contact[c].string];
        out->topology.contact[contact_to[c]].input = input_to[t->contact[c].input];
        out->wish.wear_permille[contact_to[c]] = in->wish.wear_permille[c];
    }
    for (size_t i = 0; i < t->interlocks; i++)
        for (size_t side = 0; side < 2; side++)
            out->topology.interlock[i].contact[side] = contact_to[t->interlock[i].contact[side]];
}

static void relabelled(int plants)
{
    static struct random_plant p, other;
    static struct oracle oracle;
    uint32_t seed = 7;
    int identical = 0, compared = 0;
    while (compared < plants) {
        uint8_t string_to[MAX_STRINGS], input_to[MAX_INPUTS], contact_to[MAX_CONTACTS];
        small_plant(&p, &seed);
        if (!topology_check(&p.topology, NULL, NULL))
            continue;
        shuffle(string_to, p.topology.strings, &seed);
        shuffle(input_to, p.topology.inputs, &seed);
        shuffle(contact_to, p.topology.contacts, &seed);
        relabel(&other, &p, string_to, input_to, contact_to);
        struct router_layout a, b;
        router_plan(&a, &p.topology, &p.wish, p.present);
        router_plan(&b, &other.topology, &other.wish, other.present);
        oracle = (struct oracle){.plant = &p};
        for (size_t s = 0; s < p.topology.strings; s++)
            oracle.home[s] = p.wish.stays[s] ? p.present[s] : p.topology.string[s].home;
        uint8_t back[MAX_STRINGS];
        bool same = true;
        for (size_t s = 0; s < p.topology.strings; s++) {
            for (uint8_t i = 0; i < p.topology.inputs; i++)
                if (input_to[i] == b.input[string_to[s]])
                    back[s] = i;
            same &= back[s] == a.input[s];
        }
        struct worth x = worth_of(&p, a.input, oracle.home), y = worth_of(&p, back, oracle.home);
        CHECK(compare(&x, &y) == 0 && a.transfers == b.transfers,
              "plant %d: relabelled, it is worth something else", compared);
        identical += same;
        compared++;
    }
    printf("planner: %d relabelled plants worth the same, %d with the very same decisions\n",
           compared, identical);
    CHECK(identical > plants / 2, "equal layouts are the exception: %d", identical);
}

int main(void)
{
    against_the_oracle(10000);
    relabelled(3000);
    return check_done("planner_brute");
}
