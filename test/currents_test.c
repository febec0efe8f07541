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
    for (uint64_t seed = 1; seed <= 250; seed++) {
        world_init(&world, seed, 1 + seed % 4, 2 + seed % 3);
        world_sense(&world, 0.15, 1);
        currents_init(&currents, &world.config);
        for (int hour = 0; hour < 2; hour++) {
            run(hour ? 2400000 : 20000, 100, 500);
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
    score_print("at once, after 40 min", &learned_now);
    score_print("window, after 40 min", &learned_mean);
}

int main(void)
{
    coverage();
    return check_done("currents");
}
