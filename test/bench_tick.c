/* How long one tick takes with 1, 4 and 16 of everything, each node and unit heard before each tick. */
#include <stdio.h>

#include "test/bench.h"
#include "test/many.h"

enum { TICKS = 20000 };

static struct config config;
static struct controller controller;
static double took_us[TICKS];

static int bench_count(int count)
{
    char path[64];
    snprintf(path, sizeof path, "/tmp/busbar-many-%d.yaml", count);
    if (many_write(path, count) < 0 || config_load(&config, path, "dbc", stderr) != 0)
        return -1;
    int64_t now_ms = 1000;
    if (controller_init(&controller, &config, now_ms, stderr) < 0)
        return -1;
    for (int i = 0; i < TICKS; i++) {
        now_ms += 100;
        many_hear(&controller, count, (uint8_t)i, now_ms);
        for (int u = 0; u < count; u++) {
            struct unit_readings *r = &controller.plant.units[u].readings;
            reading_set(&r->output_W, 400 + i % 50, now_ms);
            reading_set(&r->mode, MODE_BATTERY, now_ms);
            reading_set(&r->grid_dV, 2300, now_ms);
            reading_set(&r->discharge_mA, 8000, now_ms);
        }
        double began = bench_now_s();
        tick(&controller, now_ms);
        took_us[i] = (bench_now_s() - began) * 1e6;
        controller.outbox.count = 0;
        while (journal_take(&controller.journal))
            ;
    }
    qsort(took_us, TICKS, sizeof took_us[0], bench_compare);
    printf("{\"bench\": \"tick\", \"of_everything\": %d, \"ticks\": %d, \"p50_us\": %.1f, "
           "\"p99.9_us\": %.1f, \"max_us\": %.1f}\n",
           count, TICKS, bench_quantile(took_us, TICKS, 0.5), bench_quantile(took_us, TICKS, 0.999),
           took_us[TICKS - 1]);
    config_free(&config);
    remove(path);
    return 0;
}

int main(void)
{
    return bench_count(1) < 0 || bench_count(4) < 0 || bench_count(16) < 0;
}
