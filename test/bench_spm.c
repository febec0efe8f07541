/* How long the physical twin takes for a second of a cell's life. */
#include "sim/spm.h"
#include "test/bench.h"
#include "test/spm_cells.h"

enum { RUNS = 20, STEPS = 200000 };

int main(void)
{
    static struct spm spm;
    static struct spm_at at;
    struct spm_state state;
    double took_ns[RUNS], sum = 0;
    lfp_cell(&spm); /* the tables may be absent; that costs the same */
    spm_at(&at, &spm, 25, 1);
    for (int run = 0; run < RUNS; run++) {
        spm_rest(&state, &lfp_window, 0.5);
        double began_s = bench_now_s();
        for (int k = 0; k < STEPS; k++) {
            double current_A = (k & 63) * 0.05 - 1.6;
            spm_step(&at, &state, current_A);
            sum += spm_voltage(&at, &state, current_A);
        }
        took_ns[run] = (bench_now_s() - began_s) * 1e9 / STEPS;
    }
    qsort(took_ns, RUNS, sizeof took_ns[0], bench_compare);
    printf("{\"bench\": \"spm\", \"shells\": %d, \"p50_ns_per_step\": %.0f, \"least_ns_per_step\": "
           "%.0f, "
           "\"mean_V\": %.3f}\n",
           SPM_SHELLS, bench_quantile(took_ns, RUNS, 0.5), took_ns[0], sum / RUNS / STEPS);
    return 0;
}
