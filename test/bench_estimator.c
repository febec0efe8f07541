/* What the charge estimator costs: a step of one pack each second and each tenth of one, and of sixteen packs, as
 * they stand in the controller. Instructions where the kernel counts them. */
#include <linux/perf_event.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "app/cell_file.h"
#include "bms/estimator.h"
#include "test/bench.h"

enum { RUNS = 15, SAMPLES = 12000, PACKS = 16 };

static struct cell cell;
static struct estimator packs[PACKS];
static struct estimator_input samples[SAMPLES];

/* Down and up again, with pulses and slowly warmer, so that it may follow itself. */
static void make_samples(double dt_s)
{
    struct cell_decay decay = cell_decay(&cell, dt_s);
    struct cell_state state = {.z = 0.7};
    for (int i = 0; i < SAMPLES; i++) {
        double temp_C = 20 + i * 8 / SAMPLES, pulse = i / 100 % 2 ? 0.1 : 0.3;
        double A = cell.capacity_Ah * (i < SAMPLES / 2 ? -pulse : pulse);
        struct cell_at at = cell_at(&cell, temp_C);
        cell_step(&at, &decay, &state, A, 1);
        samples[i] = (struct estimator_input){A, cell_voltage(&at, &state, A, 1), temp_C};
    }
}

static void begin(int count)
{
    struct estimator_config config = {.cell = &cell,
                                      .scale = 1,
                                      .offset_A = cell.capacity_Ah / 500,
                                      .drift_A = cell.capacity_Ah / 5000,
                                      .gain = 0.003,
                                      .voltage_V = 0.002,
                                      .capacity = 0.005};
    for (int p = 0; p < count; p++) {
        estimator_init(&packs[p], &config);
        estimator_start(&packs[p], 0.7, 0.05);
    }
}

static double play(int count, double dt_s)
{
    double sum = 0;
    for (int i = 0; i < SAMPLES; i++)
        for (int p = 0; p < count; p++) {
            estimator_step(&packs[p], &samples[i], dt_s);
            sum += estimator_estimate(&packs[p]).charge;
        }
    return sum / SAMPLES / count;
}

/* Of this process; -1 where they are not counted. */
static int counter_open(void)
{
    struct perf_event_attr attr = {.type = PERF_TYPE_HARDWARE,
                                   .size = sizeof attr,
                                   .config = PERF_COUNT_HW_INSTRUCTIONS,
                                   .exclude_kernel = 1,
                                   .exclude_hv = 1};
    return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static double counted(int counter)
{
    int64_t value = 0;
    return counter >= 0 && read(counter, &value, sizeof value) == sizeof value ? (double)value : -1;
}

static void bench(int count, int hz)
{
    double us[RUNS], steps = (double)SAMPLES * count, mean = 0, instructions = 0;
    int counter = counter_open();
    make_samples(1.0 / hz);
    begin(count);
    for (int run = 0; run < RUNS; run++) {
        double before = counted(counter), began_s = bench_now_s();
        mean = play(count, 1.0 / hz);
        us[run] = (bench_now_s() - began_s) * 1e6 / steps;
        instructions = (counted(counter) - before) / steps;
    }
    qsort(us, RUNS, sizeof us[0], bench_compare);
    double p50_us = bench_quantile(us, RUNS, 0.5);
    printf("{\"bench\": \"estimator\", \"packs\": %d, \"hz\": %d, \"p50_us_per_step\": %.2f, "
           "\"least_us_per_step\": %.2f, \"core_percent\": %.4f, ",
           count, hz, p50_us, us[0], p50_us * count * hz / 1e4);
    if (counter >= 0)
        printf("\"instructions_per_step\": %.0f, ", instructions);
    printf("\"mean_charge\": %.3f, \"bytes\": %zu}\n", mean, sizeof packs[0]);
    if (counter >= 0)
        close(counter);
}

int main(void)
{
    if (!cell_file_load("bms/cells/large-prismatic-lfp.yaml", &cell, stderr))
        return 1;
    bench(1, 1);
    bench(1, 10);
    bench(PACKS, 10);
    return 0;
}
