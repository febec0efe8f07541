/* End to end in lock step: the controller's process, ptys to the BMS ports, the cap, and kill -9. */
#include "test/bms_process.h"

#include "test/check.h"

static bool charged(void)
{
    return sim_truth(process.sim)->battery_A > 20;
}

static bool nothing_charged(void)
{
    return sim_truth(process.sim)->battery_A < 1;
}

static bool port_heard(void)
{
    return sim_bms_seen(process.sim, 0)->heard_ms > 0;
}

int main(void)
{
    if (process_begin(true) < 0) {
        printf("cannot begin: %s\n", process.ports.problem);
        return 1;
    }
    process_until(port_heard, 60000);
    process_run(30000);
    CHECK(port_heard() && charged(), "charged: %.1f A", sim_truth(process.sim)->battery_A);
    uint32_t before = process_writes();
    CHECK(process_cap(300) == 0, "capped");
    int64_t took_ms = process_until(nothing_charged, 20000);
    CHECK(took_ms <= 5000, "0 A after %lld ms", (long long)took_ms);
    process_run(20000);
    CHECK(nothing_charged() && process_writes() == before, "%u writes", process_writes() - before);
    CHECK(process_cap(0) == 0, "the policy's again");
    process_run(40000);
    CHECK(charged() && process_writes() == before, "charged again, %u writes",
          process_writes() - before);
    for (int u = 0; u < 4; u++) {
        const struct sim_bms_seen *seen = sim_bms_seen(process.sim, u);
        CHECK(seen->refused == 0 && seen->mistaken == 0 && seen->answered > 500,
              "port %d: %u of %u answered, %u refused", u, seen->answered, seen->asked,
              seen->refused);
    }
    process_kill();
    process_run(300000);
    CHECK(charged() && !sim_bms_seen(process.sim, 0)->error, "five minutes on its last word");
    process_run(310000);
    CHECK(sim_bms_seen(process.sim, 0)->error == 61 && nothing_charged(), "then error 61: %.1f A",
          sim_truth(process.sim)->battery_A);
    process_end();
    return check_done("bms_process");
}
