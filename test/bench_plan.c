/* How long one plan takes at the largest size, 64 strings on 32 inputs of 16 inverters with 128
 * contacts, and how many of the plans are proven the best. */
#include "test/bench.h"
#include "test/random_wiring.h"

enum { PLANTS = 400 };

static double took_ms[PLANTS];

static void bench_kind(const char *name, struct random_size size)
{
    static struct random_plant p;
    uint32_t seed = 99;
    int plans = 0, proven = 0;
    while (plans < PLANTS) {
        random_plant(&p, &size, &seed);
        if (!topology_check(&p.topology, NULL, NULL))
            continue;
        struct router_layout out;
        double began = bench_now_s();
        router_plan(&out, &p.topology, &p.wish, p.present);
        took_ms[plans++] = (bench_now_s() - began) * 1e3;
        proven += out.proven;
    }
    qsort(took_ms, PLANTS, sizeof took_ms[0], bench_compare);
    printf("{\"bench\": \"plan\", \"kind\": \"%s\", \"plans\": %d, \"proven\": %d, "
           "\"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f}\n",
           name, plans, proven, bench_quantile(took_ms, PLANTS, 0.5),
           bench_quantile(took_ms, PLANTS, 0.99), took_ms[PLANTS - 1]);
}

int main(void)
{
    bench_kind("many places", (struct random_size){64, 20, 12, 128, false, false});
    bench_kind("few places", (struct random_size){64, 20, 12, 128, false, true});
    bench_kind("equal strings", (struct random_size){64, 20, 12, 128, true, false});
    bench_kind("equal strings, few places", (struct random_size){64, 20, 12, 128, true, true});
    bench_kind("32 strings, 3 ways each", (struct random_size){32, 16, 16, 128, false, false});
    bench_kind("32 strings, few places", (struct random_size){32, 16, 16, 128, false, true});
    return 0;
}
