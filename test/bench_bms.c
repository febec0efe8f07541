/* The BMS port in real time, the controller a process of its own: how soon the charge is 0 A after the
 * cap, how many writes the inverters saw, how long an answer takes from the wire's other end. */
#include <stdio.h>

#include "test/bench.h"
#include "test/bms_process.h"

enum { ROUNDS = 5, BEGIN_MS = 60000, LIMIT_MS = 20000, APART_MS = 12000 };

static bool charged(void)
{
    return sim_truth(process.sim)->battery_A > 20;
}

static bool nothing_charged(void)
{
    return sim_truth(process.sim)->battery_A < 1;
}

static int64_t worst_answer_ms(uint32_t *asked, uint32_t *answered, uint32_t *refused)
{
    int64_t worst_ms = 0;
    *asked = *answered = *refused = 0;
    for (int u = 0; u < 4; u++) {
        const struct sim_bms_seen *seen = sim_bms_seen(process.sim, u);
        worst_ms = seen->slowest_ms > worst_ms ? seen->slowest_ms : worst_ms;
        *asked += seen->asked;
        *answered += seen->answered;
        *refused += seen->refused;
    }
    return worst_ms;
}

int main(void)
{
    int64_t worst_ms = 0;
    uint32_t asked, answered, refused;
    if (process_begin(false) < 0)
        return 1;
    int64_t waited_ms = process_until(charged, BEGIN_MS);
    uint32_t before = process_writes();
    for (int i = 0; i < ROUNDS && waited_ms < BEGIN_MS; i++) {
        process_run(APART_MS);
        if (process_cap(300) != 0)
            break;
        int64_t took_ms = process_until(nothing_charged, LIMIT_MS);
        worst_ms = took_ms > worst_ms ? took_ms : worst_ms;
        process_run(2000);
        if (process_cap(0) != 0)
            break;
        waited_ms = process_until(charged, BEGIN_MS);
    }
    uint32_t writes = process_writes() - before;
    int64_t slowest_ms = worst_answer_ms(&asked, &answered, &refused);
    process_end();
    printf("{\"bench\": \"bms_port\", \"caps\": %d, \"max_to_0A_ms\": %lld, \"writes\": %u, "
           "\"asked\": %u, \"answered\": %u, \"late_or_wrong\": %u, \"slowest_answer_ms\": %lld}\n",
           ROUNDS, (long long)worst_ms, writes, asked, answered, refused, (long long)slowest_ms);
    return waited_ms >= BEGIN_MS;
}
