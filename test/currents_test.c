/* All currents: the fused error against what is claimed of it, the failing sensor by its name, no false
 * alarm in a month, offsets found at night, one current left. The figures are printed. */
#include <stdlib.h>

#include "test/check.h"
#include "test/currents_world.h"

static struct world world;
static struct currents currents;

static void run(int64_t ms, int64_t step_ms, int64_t tick_ms)
{
    int64_t end_ms = world.now_ms + ms;
    while (world.now_ms < end_ms) {
        world_step(&world, &currents, step_ms);
        if (world.now_ms % tick_ms == 0)
            currents_step(&currents, world.now_ms);
    }
}

static size_t dropped(const struct currents *c)
{
    size_t count = 0;
    for (size_t k = 0; k < c->config->sensors; k++)
        count += c->sensor[k].fault != CURRENTS_WELL;
    return count;
}

/* --- fused error and its sigma --- */

struct score {
    int count, inside;
    double ratio2;
};

static void score_add(struct score *score, double error, double sigma)
{
    score->count++;
    score->inside += fabs(error) <= 2 * sigma;
    score->ratio2 += error * error / (sigma * sigma);
}

static void score_print(const char *what, const struct score *score)
{
    double share = (double)score->inside / score->count;
    printf("%s: %d currents, %.1f %% within 2 sigma, rms %.2f sigma\n", what, score->count,
           100 * share, sqrt(score->ratio2 / score->count));
    CHECK(share >= 0.93 && share <= 0.99, "%s: %.3f", what, share);
}

static void coverage(void)
{
    struct score now = {0}, mean = {0}, learned_now = {0}, learned_mean = {0};
    for (uint64_t seed = 1; seed <= 60; seed++) {
        world_init(&world, seed, 1 + seed % 4, 2 + seed % 3);
        world_sense(&world, 0.15, 1);
        currents_init(&currents, &world.config);
        for (int hour = 0; hour < 2; hour++) {
            run(hour ? 1200000 : 20000, 100, 500);
            memset(world.charge, 0, sizeof world.charge);
            uint32_t windows = currents.windows;
            while (currents.windows == windows) {
                if (currents.window_from_ms == world.now_ms)
                    memset(world.charge, 0, sizeof world.charge);
                run(500, 100, 500);
            }
            windows = currents.windows;
            memset(world.charge, 0, sizeof world.charge);
            while (currents.windows == windows)
                run(500, 100, 500);
            for (size_t i = 0; i < world.config.wires; i++) {
                const struct currents_flow *flow = &currents.flow[i];
                if (flow->known)
                    score_add(hour ? &learned_now : &now, flow->mA - world.true_mA[i],
                              flow->sigma_mA);
                if (flow->mean_known)
                    score_add(hour ? &learned_mean : &mean,
                              flow->mean_mA - world.charge[i] / CURRENTS_WINDOW_MS,
                              flow->mean_sigma_mA);
            }
        }
        CHECK(dropped(&currents) == 0, "seed %d: nobody fails", (int)seed);
    }
    score_print("at once, unlearned", &now);
    score_print("window, unlearned", &mean);
    score_print("at once, after 20 min", &learned_now);
    score_print("window, after 20 min", &learned_mean);
}

/* --- the failing sensor by its name --- */

/* An oracle of its own: least squares over all wires by the normal equations, each sensor with its
 * specification, each node with a weight that makes it exact. Returns what is left of the squares when sensor
 * k is off by `error` and sensor `without` does not count. */
static double squares_left(size_t k, double error, size_t without)
{
    const struct currents_config *config = &world.config;
    size_t n = config->wires;
    double a[CURRENTS_WIRES][CURRENTS_WIRES + 1] = {{0}}, squares = 0;
    for (size_t i = 0; i < n; i++)
        a[i][i] = 1e-14;
    for (size_t s = 0; s < config->sensors; s++) {
        const struct currents_sensor *spec = &config->sensor[s];
        double sigma = hypot(spec->offset_mA + spec->resolution_mA,
                             world.true_mA[spec->wire] * spec->gain_permille / 1000);
        double weight = s == without ? 0 : 1 / (sigma * sigma), y = s == k ? error : 0;
        a[spec->wire][spec->wire] += weight;
        a[spec->wire][n] += weight * y;
        squares += weight * y * y;
    }
    for (size_t node = 0; node < config->nodes; node++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                a[i][j] += ((config->wire[i].to == node) - (config->wire[i].from == node)) *
                           ((config->wire[j].to == node) - (config->wire[j].from == node)) * 1.0;
    double right[CURRENTS_WIRES];
    for (size_t i = 0; i < n; i++)
        right[i] = a[i][n];
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            double f = a[j][i] / a[i][i];
            for (size_t m = i; m <= n; m++)
                a[j][m] -= f * a[i][m];
        }
    for (size_t i = n; i-- > 0;) {
        for (size_t m = i + 1; m < n; m++)
            a[i][n] -= a[i][m] * a[m][n];
        a[i][n] /= a[i][i];
        squares -= right[i] * a[i][n];
    }
    return squares;
}

/* An error that no other sensor could be blamed for: by specification alone, whatever was learned. */
static bool is_clear(size_t k, double error)
{
    if (squares_left(k, error, CURRENTS_SENSORS) < 45)
        return false;
    for (size_t l = 0; l < world.config.sensors; l++)
        if (l != k && squares_left(k, error, l) < 45)
            return false;
    return true;
}

struct named {
    int faults, right, wrong, other, kind;
    double windows;
};

static bool fault_start(size_t k, enum world_fault fault)
{
    const struct currents_sensor *spec = &world.config.sensor[k];
    double p = world.true_mA[spec->wire];
    double sigma = hypot(spec->offset_mA, p * spec->gain_permille / 1000);
    double error = fault == FAULT_GAIN ? p : fault == FAULT_SIGN ? -2 * p : 10 * sigma;
    world.sensor[k].fault_offset_mA = 10 * sigma;
    if (fault == FAULT_STUCK) {
        for (int i = 0; i < 50 && fabs(world.true_mA[spec->wire] - p) < 10 * sigma; i++) {
            for (size_t w = 1; w < world.config.wires; w++)
                if (world.level_mA[w] != 0)
                    world.level_mA[w] = (world_uniform(&world) - 0.4) * 60000;
            world_levels(&world);
        }
        error = p - world.true_mA[spec->wire];
    }
    world.sensor[k].fault = fault;
    return fabs(error) >= 10 * sigma && is_clear(k, error);
}

static const enum currents_fault kinds[WORLD_FAULTS] = {
    [FAULT_OFFSET] = CURRENTS_OFFSET,
    [FAULT_GAIN] = CURRENTS_GAIN,
    [FAULT_SIGN] = CURRENTS_REVERSED,
    [FAULT_STUCK] = CURRENTS_FROZEN,
};

static void fault_judge(struct named *named, size_t k, enum world_fault fault)
{
    named->faults++;
    uint32_t before = currents.windows;
    for (int i = 0; i < 45 && dropped(&currents) == 0; i++)
        run(CURRENTS_WINDOW_MS, 100, 500);
    named->windows += currents.windows - before;
    run(120000, 100, 500);
    named->right += currents.sensor[k].fault != CURRENTS_WELL;
    named->wrong += dropped(&currents) > (currents.sensor[k].fault != CURRENTS_WELL);
    for (size_t n = 0; n < world.config.nodes; n++)
        named->other += currents.node[n].open;
    run(180000, 100, 500);
    named->kind += currents.sensor[k].fault == kinds[fault];
}

static void naming(void)
{
    static const char *const names[WORLD_FAULTS] = {"none", "offset +10 sigma", "gain x2",
                                                    "sign swapped", "stuck"};
    int faults = 0, right = 0;
    for (enum world_fault fault = FAULT_OFFSET; fault < WORLD_FAULTS; fault++) {
        struct named named = {0};
        for (uint64_t seed = 1; seed <= 2000 && named.faults < 100; seed++) {
            world_init(&world, seed * 7 + fault, 1 + seed % 3, 2 + seed % 3);
            world_sense(&world, 0.1, 2);
            currents_init(&currents, &world.config);
            size_t k = world_pick(&world, world.config.sensors);
            run(120000, 100, 500);
            if (fault_start(k, fault))
                fault_judge(&named, k, fault);
        }
        printf(
            "%s: %d clear faults, %d named right, %d wrongly dropped, %d nodes opened, kind right "
            "in %d, after %.1f windows\n",
            names[fault], named.faults, named.right, named.wrong, named.other, named.kind,
            named.windows / named.faults);
        CHECK(named.faults == 100, "%s: enough clear ones", names[fault]);
        CHECK(named.right - named.wrong >= 99, "%s", names[fault]);
        CHECK(named.kind >= 95, "%s: %d", names[fault], named.kind);
        faults += named.faults;
        right += named.right - named.wrong;
    }
    printf("named right: %.2f %% of %d\n", 100.0 * right / faults, faults);
}

/* --- a month in which nothing is wrong --- */

/* Two battery shunts' worth of a home: battery, three inverters, an MPPT, a load. */
static void home(uint64_t seed)
{
    world_init(&world, seed, 2, 4);
    for (uint8_t i = 0; i < world.config.wires; i++)
        for (int more = 0; more < 1 + (i < 2); more++)
            world_sensor(&world, i);
    currents_init(&currents, &world.config);
}

static void day(int64_t tick_ms)
{
    world.night = false;
    run(14 * 3600000, 1000, tick_ms);
    world.night = true;
    world_levels(&world);
    run(10 * 3600000, 1000, tick_ms);
}

static void month(void)
{
    int false_drops = 0, opened = 0;
    struct score score = {0};
    home(1);
    for (int d = 0; d < 30; d++) {
        day(10000);
        for (size_t i = 0; i < world.config.wires; i++)
            if (currents.flow[i].sigma_mA)
                score_add(&score, currents.flow[i].mA - world.true_mA[i],
                          currents.flow[i].sigma_mA);
    }
    for (size_t k = 0; k < world.config.sensors; k++)
        false_drops += (int)currents.sensor[k].drops;
    for (size_t n = 0; n < world.config.nodes; n++)
        opened += currents.node[n].doubted;
    printf("a month at specification: %u windows, %d false drops, %d nodes opened; ends of days: "
           "%.1f %% within 2 sigma of %d\n",
           currents.windows, false_drops, opened, 100.0 * score.inside / score.count, score.count);
    CHECK(false_drops == 0 && opened == 0 && currents.windows > 30 * 8600, "no false alarm");
}

/* --- offsets found at night --- */

static void nights(void)
{
    double worst = 0;
    int found = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        world_init(&world, seed, 1, 5);
        for (uint8_t i = 0; i < world.config.wires; i++)
            world_sensor(&world, i);
        for (size_t k = 0; k < world.config.sensors; k++)
            world.config.sensor[k].offset_mA = 50;
        currents_init(&currents, &world.config);
        for (size_t k = 0; k < world.config.sensors; k++)
            if (world.config.sensor[k].resolution_mA == 10) {
                world.sensor[k].offset_mA = world_normal(&world) * 50;
                world.sun[world.config.sensor[k].wire] |= world.config.sensor[k].wire != 0;
            }
        world.night = true;
        world_levels(&world);
        run(60 * 60000, 100, 1000);
        for (size_t k = 0; k < world.config.sensors; k++) {
            if (world.config.sensor[k].resolution_mA != 10 ||
                !world.sun[world.config.sensor[k].wire])
                continue;
            double error = fabs(currents.term[k * CURRENTS_TERMS] - world.sensor[k].offset_mA);
            worst = error > worst ? error : worst;
            found++;
        }
    }
    printf("offsets after an hour of night: %d shunts of 50 mA sigma, worst %.1f mA off\n", found,
           worst);
    CHECK(found >= 20 && worst <= 5, "offsets within 5 mA: %d, %.1f", found, worst);
}

/* --- down to one --- */

static void one_left(void)
{
    home(5);
    run(120000, 100, 500);
    for (size_t k = 1; k < world.config.sensors; k++)
        world.sensor[k].silent = true;
    run(6100, 100, 100);
    uint8_t wire = world.config.sensor[0].wire;
    size_t known = 0;
    for (size_t i = 0; i < world.config.wires; i++)
        known += currents.flow[i].known;
    CHECK(known == 1 && currents.flow[wire].known, "only what the last one sees: %zu", known);
    CHECK(currents.flow[wire].sensors == 1, "and it alone is named");
    CHECK(fabs(currents.flow[wire].mA - world.true_mA[wire]) <= 3 * currents.flow[wire].sigma_mA,
          "%d mA of %.0f", currents.flow[wire].mA, world.true_mA[wire]);
    world.sensor[0].silent = true;
    run(world.config.sensor[0].age_ms, 100, 100);
    run(world.sensor[0].period_ms, 100, 100);
    CHECK(!currents.flow[wire].known && currents.flow[wire].mA == 0, "nothing beyond its age");
}

/* --- the order of the sensors means nothing --- */

static struct currents_config turned;
static struct currents second;

static void order(void)
{
    int apart = 0, compared = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        world_init(&world, seed, 1 + seed % 3, 3);
        world_sense(&world, 0.15, 2);
        turned = world.config;
        size_t count = turned.sensors;
        for (size_t k = 0; k < count; k++)
            turned.sensor[k] = world.config.sensor[count - 1 - k];
        currents_init(&currents, &world.config);
        currents_init(&second, &turned);
        for (int step = 0; step < 3000; step++) {
            if (step == 1500)
                world.sensor[0].fault = FAULT_SIGN;
            world_step(&world, &currents, 200);
            for (size_t k = 0; k < count; k++) {
                const struct currents_sensor_state *s = &currents.sensor[k];
                if (s->heard_ms == world.now_ms)
                    currents_hear(&second, count - 1 - k,
                                  (int32_t)(turned.sensor[count - 1 - k].reversed ? -s->mA : s->mA),
                                  world.now_ms);
            }
            currents_step(&currents, world.now_ms);
            currents_step(&second, world.now_ms);
        }
        for (size_t i = 0; i < world.config.wires; i++) {
            compared++;
            apart += currents.flow[i].known != second.flow[i].known ||
                     abs(currents.flow[i].mA - second.flow[i].mA) > 1 ||
                     abs(currents.flow[i].mean_mA - second.flow[i].mean_mA) > 1 ||
                     abs(currents.flow[i].sigma_mA - second.flow[i].sigma_mA) > 1;
        }
        for (size_t k = 0; k < count; k++)
            apart += currents.sensor[k].fault != second.sensor[count - 1 - k].fault;
    }
    printf("sensors in reverse order: %d of %d currents differ\n", apart, compared);
    CHECK(apart == 0 && compared > 200, "the order matters in %d", apart);
}

int main(void)
{
    coverage();
    naming();
    month();
    nights();
    one_left();
    order();
    return check_done("currents");
}
