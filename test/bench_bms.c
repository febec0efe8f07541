/* The BMS port in real time, the controller a process of its own: how soon the charge is 0 A after the
 * cap, how many writes the inverters saw, how long an answer takes from the wire's other end. */
#include <stddef.h>
#include <stdio.h>

#include "test/bench.h"
#include "test/bms_process.h"

enum { ROUNDS = 5, STOPS = 20, BEGIN_MS = 60000, LIMIT_MS = 20000, APART_MS = 6000 };

static bool charged(void)
{
    return sim_truth(process.sim)->battery_A > 20;
}

static bool nothing_charged(void)
{
    return sim_truth(process.sim)->battery_A < 1;
}

static int64_t worst_answer_ms(void)
{
    int64_t worst_ms = 0;
    for (int u = 0; u < 4; u++)
        if (sim_bms_seen(process.sim, u)->slowest_ms > worst_ms)
            worst_ms = sim_bms_seen(process.sim, u)->slowest_ms;
    return worst_ms;
}

/* The process is held for 50 to 450 ms, which is beyond the inverter's patience half of the time. What
 * it finds then may be old. */
static void held(void)
{
    for (int i = 0; i < STOPS; i++) {
        kill(process.child, SIGSTOP);
        process_run(50 + i * 20);
        kill(process.child, SIGCONT);
        process_run(500 + i * 7);
    }
}

#define SUM(member) sum(offsetof(struct sim_bms_seen, member))
static uint32_t sum(size_t member)
{
    uint32_t all = 0;
    for (int u = 0; u < 4; u++)
        all +=
            *(const uint32_t *)(const void *)((const char *)sim_bms_seen(process.sim, u) + member);
    return all;
}

int main(void)
{
    int64_t worst_ms = 0;
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
    int64_t slowest_ms = worst_answer_ms();
    printf("{\"bench\": \"bms_port\", \"caps\": %d, \"max_to_0A_ms\": %lld, \"writes\": %u, "
           "\"asked\": %u, \"answered\": %u, \"slowest_answer_ms\": %lld}\n",
           ROUNDS, (long long)worst_ms, writes, SUM(asked), SUM(answered), (long long)slowest_ms);
    uint32_t unanswered = SUM(timeouts);
    held();
    printf("{\"bench\": \"bms_port_held\", \"stops\": %d, \"unanswered\": %u, \"mistaken\": %u, "
           "\"refused\": %u, \"slowest_answer_ms\": %lld}\n",
           STOPS, SUM(timeouts) - unanswered, SUM(mistaken), SUM(refused),
           (long long)worst_answer_ms());
    process_end();
    return waited_ms >= BEGIN_MS;
}
