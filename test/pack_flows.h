/* The currents of packs as they tell them, where a test has no need of a fusion: the bank's is their sum, unknown
 * while one is older than BANK_FRESH_MS. */
#ifndef BUSBAR_TEST_PACK_FLOWS_H
#define BUSBAR_TEST_PACK_FLOWS_H

#include "bms/bank.h"

static inline const struct currents_flow *pack_flows(const struct pack_readings packs[], size_t count, int64_t now_ms)
{
    static struct currents_flow flow[BANK_PACK_WIRE + MAX_PACKS];
    flow[BANK_WIRE] = (struct currents_flow){.known = count > 0};
    for (size_t i = 0; i < count; i++) {
        bool fresh = reading_fresh(&packs[i].current_mA, now_ms, BANK_FRESH_MS);
        flow[BANK_PACK_WIRE + i] = (struct currents_flow){.known = fresh, .mA = packs[i].current_mA.value};
        flow[BANK_WIRE].known &= fresh;
        flow[BANK_WIRE].mA += packs[i].current_mA.value;
    }
    return flow;
}

#endif
