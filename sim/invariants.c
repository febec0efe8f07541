/* The numbered invariants of docs/safety.md, checked on the truth: real contacts, real currents. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "sim/state.h"

enum { ZERO_HOLD_MS = 500, DEAD_MS = 500, PICKUP_MS = 200, DWELL_MS = 900000, MOVES_A_DAY = 12,
       TOLERATED_MS = 60000, LOCKOUT_MS = 60000, EV_QUIET_MS = 3000 };

void sim_violation(struct sim *sim, int number, const char *format, ...)
{
    sim->truth.violations[number]++;
    if (sim->truth.violations_total++ > 0)
        return;
    char text[128];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    snprintf(sim->truth.violation, sizeof sim->truth.violation, "%d at %.3f s: %s", number,
             (double)(sim->now_ms - sim->start_ms) / 1000, text);
}

/* A coil is ordered off. */
void invariant_open(struct sim *sim, int c)
{
    int s = sim->config.contact[c].string;
    if (!sim->zero_ms[s] || sim->now_ms - sim->zero_ms[s] < ZERO_HOLD_MS)
        sim_violation(sim, 3, "contact %d ordered open at %.2f A, zero for %lld ms", c,
                      sim->truth.string_A[s],
                      sim->zero_ms[s] ? (long long)(sim->now_ms - sim->zero_ms[s]) : 0LL);
}

/* A coil is ordered on. */
void invariant_close(struct sim *sim, int c)
{
    int s = sim->config.contact[c].string, input = sim->config.contact[c].input;
    double amperes = 0;
    for (int other = 0; other < sim->config.strings; other++)
        amperes += sim->truth.string_input[other] == input ? fabs(sim->truth.string_A[other]) : 0;
    if (amperes > 0.5 || (sim->truth.switch_on[s] && !sim->switch_shorted[s]))
        sim_violation(sim, 4, "contact %d ordered closed onto a live input", c);
    for (int k = 0; k < sim->config.contacts; k++) {
        if (k == c || sim->config.contact[k].string != s)
            continue;
        if (sim->contact[k].closed || sim->contact[k].coil)
            sim_violation(sim, 6, "contact %d ordered closed while contact %d is", c, k);
        else if (sim->contact[k].opened_ms && sim->now_ms - sim->contact[k].opened_ms < DEAD_MS)
            sim_violation(sim, 5, "contact %d ordered closed %lld ms after contact %d opened", c,
                          (long long)(sim->now_ms - sim->contact[k].opened_ms), k);
    }
    if (sim->pv[s].voc_V > sim->config.input[input].voc_max_V)
        sim_violation(sim, 8, "string %d with %.0f V onto input %d", s, sim->pv[s].voc_V, input);
    if (sim->pickup_ms && sim->now_ms - sim->pickup_ms < PICKUP_MS)
        sim_violation(sim, 11, "two pick-ups within %lld ms", (long long)(sim->now_ms - sim->pickup_ms));
    sim->pickup_ms = sim->now_ms;
}

static void exclusive_check(struct sim *sim, int s)
{
    int closed = 0;
    for (int c = 0; c < sim->config.contacts; c++)
        closed += sim->config.contact[c].string == s && sim->contact[c].closed;
    if (closed > 1) {
        sim_violation(sim, 1, "string %d stands on %d inputs", s, closed);
        sim_violation(sim, 2, "string %d joins two inputs", s);
    }
}

/* A string has arrived at another input than the one it last stood on. */
static void transfer_check(struct sim *sim, int s)
{
    int input = sim->truth.string_input[s];
    if (input < 0 || input == sim->last_input[s])
        return;
    sim->last_input[s] = input;
    sim->truth.transfers++;
    if (sim->transfer_ms[s] && sim->now_ms - sim->transfer_ms[s] < DWELL_MS)
        sim_violation(sim, 12, "string %d moved again after %lld s", s,
                      (long long)(sim->now_ms - sim->transfer_ms[s]) / 1000);
    if (++sim->moved_today[s] > MOVES_A_DAY)
        sim_violation(sim, 12, "string %d moved %u times", s, sim->moved_today[s]);
    sim->transfer_ms[s] = sim->now_ms;
}

static bool lasts(int64_t *since_ms, bool holds, int64_t now_ms)
{
    *since_ms = !holds ? 0 : *since_ms ? *since_ms : now_ms;
    return *since_ms && now_ms - *since_ms > TOLERATED_MS;
}

static void battery_check(struct sim *sim)
{
    bool charging = sim->battery_A > 0.02 * sim->config.battery_Ah / 2;
    if (lasts(&sim->overcurrent_ms, sim->battery_A > battery_ccl_A(sim) * 1.05 + 2, sim->now_ms)) {
        sim_violation(sim, 22, "%.1f A into the battery, the BMS allows %.1f A", sim->battery_A,
                      battery_ccl_A(sim));
        sim->overcurrent_ms = 0;
    }
    if (lasts(&sim->overcap_ms, charging && sim->soc > sim->config.cap + 0.01, sim->now_ms)) {
        sim_violation(sim, 23, "charging with %.1f A at %.1f %%", sim->battery_A, sim->soc * 100);
        sim->overcap_ms = 0;
    }
    if (charging && sim->config.battery_C < 0)
        sim_violation(sim, 24, "charging at %.0f C", sim->config.battery_C);
}

/* The wallbox's inverter changes its source only with the car off, and the car waits after. */
static void source_check(struct sim *sim)
{
    char mode = sim->unit[sim->config.wallbox_inverter].mode;
    if (mode != sim->wallbox_mode) {
        if (sim->contactor || sim->now_ms - sim->contactor_open_ms < EV_QUIET_MS)
            sim_violation(sim, 18, "the wallbox's source changed from %c to %c under the car",
                          sim->wallbox_mode, mode);
        sim->wallbox_mode = mode;
        sim->source_ms = sim->now_ms;
    }
    if (sim->contactor && sim->source_ms && sim->now_ms - sim->source_ms < LOCKOUT_MS) {
        sim_violation(sim, 18, "the car charges %lld s after the source changed",
                      (long long)(sim->now_ms - sim->source_ms) / 1000);
        sim->source_ms = 0;
    }
}

void invariants_step(struct sim *sim)
{
    for (int s = 0; s < sim->config.strings; s++) {
        exclusive_check(sim, s);
        transfer_check(sim, s);
    }
    battery_check(sim);
    source_check(sim);
}
