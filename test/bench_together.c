/* How fast the plant and the controller run together in virtual time, and how long a tick takes.
 * One JSON line each. The plant is UC001; 16 of everything is made by multiplying its parts. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "test/bench.h"
#include "test/together.h"

static struct together t;

static void bench_simulation(void)
{
    enum { PLANT_S = 4 * 3600 };
    together_begin(&t);
    double began = bench_now_s();
    together_run(&t, (int64_t)PLANT_S * 1000);
    double took = bench_now_s() - began;
    printf(
        "{\"bench\": \"simulation\", \"plant_s\": %d, \"took_s\": %.3f, \"times_real_time\": %.0f, "
        "\"ticks\": %llu}\n",
        PLANT_S, took, PLANT_S / took, (unsigned long long)t.controller->ticks);
}

int main(void)
{
    if (together_start(&t) < 0)
        return 1;
    bench_simulation();
    together_end(&t);
    return 0;
}
