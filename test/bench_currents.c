/* What the network of currents costs: a step at once, and one that closes a window and learns, with all 48
 * sensors around 8 nodes and in a home with 6. */
#include <stdio.h>

#include "test/bench.h"
#include "test/currents_world.h"

enum { WINDOWS = 300, STEPS = 100 };

static struct world world;
static struct currents currents;
static double step_us[WINDOWS * STEPS], window_us[WINDOWS + 1];

static void bench(const char *plant)
{
    size_t steps = 0, windows = 0;
    currents_init(&currents, &world.config);
    while (windows < WINDOWS) {
        world_step(&world, &currents, 100);
        uint32_t before = currents.windows;
        double began = bench_now_s();
        currents_step(&currents, world.now_ms);
        double took_us = (bench_now_s() - began) * 1e6;
        if (currents.windows != before)
            window_us[windows++] = took_us;
        else if (steps < WINDOWS * STEPS)
            step_us[steps++] = took_us;
    }
    qsort(step_us, steps, sizeof step_us[0], bench_compare);
    qsort(window_us, windows, sizeof window_us[0], bench_compare);
    printf("{\"bench\": \"currents\", \"plant\": \"%s\", \"sensors\": %d, \"wires\": %d, "
           "\"nodes\": %d, "
           "\"step_p50_us\": %.1f, \"step_p99_us\": %.1f, \"window_p50_us\": %.1f, "
           "\"window_p99_us\": %.1f, \"bytes\": %zu}\n",
           plant, world.config.sensors, world.config.wires, world.config.nodes,
           bench_quantile(step_us, steps, 0.5), bench_quantile(step_us, steps, 0.99),
           bench_quantile(window_us, windows, 0.5), bench_quantile(window_us, windows, 0.99),
           sizeof currents);
}

int main(void)
{
    world_init(&world, 1, 8, 3);
    for (uint8_t i = 0; world.config.sensors < CURRENTS_SENSORS; i++)
        world_sensor(&world, (uint8_t)(i % world.config.wires));
    bench("largest");
    world_init(&world, 2, 2, 3);
    for (uint8_t i = 0; i < 6; i++)
        world_sensor(&world, i);
    bench("home");
    return 0;
}
