/* The numbered invariants of docs/safety.md, checked on the truth: real contacts, real
 * currents. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "sim/state.h"

enum {
    ZERO_HOLD_MS = 500,
    DEAD_MS = 500,
    PICKUP_MS = 200,
    TRANSFER_MS = 60000, /* a string that has not landed by then is no transfer, but stranded */
    DWELL_MS = 900000,
    MOVES_A_DAY = 12,
    TOLERATED_MS = 60000, /* settings are written slowly, on purpose */
    LOCKOUT_MS = 60000,
    EV_QUIET_MS = 3000,
    STOP_WAIT_MS = 5000,
    STOP_HEARD_MS = 300, /* told each 100 ms */
    UNHEARD_MS = 150,    /* a sample and a tick: nobody can know of a current that came since */
    SEEN_MS = 30000, /* mode asked and answered, the car wound down, its contactor open for 3 s */
};

static const double ZERO_A = 0.5;

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

/* One transfer at a time: from the order that takes a string off its input to the one that lands
 * it. */
static void transfer_begin(struct sim *sim, int s)
{
    for (int other = 0; other < sim->config.strings; other++)
        if (other != s && sim->moving_ms[other] &&
            sim->now_ms - sim->moving_ms[other] < TRANSFER_MS)
            sim_violation(sim, 11, "strings %d and %d on their way at once", s, other);
    sim->moving_ms[s] = sim->now_ms;
}

/* A coil is ordered off. */
void invariant_open(struct sim *sim, int c)
{
    int s = sim->config.contact[c].string;
    int64_t zero_ms = sim->zero_ms[s] ? sim->now_ms - sim->zero_ms[s] : 0;
    bool stopped = sim->stop_pressed && sim->now_ms - sim->stop_ms >= STOP_WAIT_MS;
    bool unheard = sim->shorted_ms[s] && sim->now_ms - sim->shorted_ms[s] < UNHEARD_MS;
    sim->truth.stop_hot += stopped && zero_ms < ZERO_HOLD_MS;
    if (!stopped && !unheard && zero_ms < ZERO_HOLD_MS)
        sim_violation(sim, 3, "contact %d ordered open at %.2f A, zero for %lld ms", c,
                      sim->truth.string_A[s], (long long)zero_ms);
    if (sim->stop_pressed)
        sim->transfer_ms[s] = 0; /* taken off, not transferred: the way back home need not wait */
    else
        transfer_begin(sim, s);
}

/* The other contacts of the string: all seen open, long enough. */
static void others_check(struct sim *sim, int c)
{
    for (int k = 0; k < sim->config.contacts; k++) {
        const struct sim_contact *other = &sim->contact[k];
        if (k == c || sim->config.contact[k].string != sim->config.contact[c].string)
            continue;
        if (other->closed || other->coil)
            sim_violation(sim, 6, "contact %d ordered closed while contact %d is", c, k);
        else if (other->opened_ms && sim->now_ms - other->opened_ms < DEAD_MS)
            sim_violation(sim, 5, "contact %d ordered closed %lld ms after contact %d opened", c,
                          (long long)(sim->now_ms - other->opened_ms), k);
    }
}

/* A coil is ordered on. */
void invariant_close(struct sim *sim, int c)
{
    int s = sim->config.contact[c].string, input = sim->config.contact[c].input;
    double amperes = 0;
    for (int other = 0; other < sim->config.strings; other++)
        amperes += sim->truth.string_input[other] == input ? fabs(sim->truth.string_A[other]) : 0;
    const struct sim_unit *unit = &sim->unit[sim->config.input[input].inverter];
    bool off = sim->config.switch_channel[s] < 0 ? unit->pv_off : !sim->truth.switch_on[s];
    if (sim->stop_pressed && sim->now_ms - sim->stop_ms > STOP_HEARD_MS)
        sim_violation(sim, 4, "contact %d ordered closed while stopped", c);
    if (amperes > ZERO_A || (!off && !sim->switch_shorted[s]))
        sim_violation(sim, 4, "contact %d ordered closed onto a live input", c);
    others_check(sim, c);
    if (sim->pv[s].voc_V > sim->config.input[input].voc_max_V)
        sim_violation(sim, 8, "string %d with %.0f V onto input %d", s, sim->pv[s].voc_V, input);
    if (sim->pickup_ms && sim->now_ms - sim->pickup_ms < PICKUP_MS)
        sim_violation(sim, 11, "two pick-ups within %lld ms",
                      (long long)(sim->now_ms - sim->pickup_ms));
    sim->pickup_ms = sim->now_ms;
}

/* A string on two inputs joins them; on two inverters' it joins these. */
static void exclusive_check(struct sim *sim, int c)
{
    const struct sim_contact_config *mine = &sim->config.contact[c];
    for (int k = 0; k < sim->config.contacts; k++) {
        const struct sim_contact_config *other = &sim->config.contact[k];
        if (k == c || other->string != mine->string || !sim->contact[k].closed)
            continue;
        sim_violation(sim, 1, "string %d stands on inputs %d and %d", mine->string, other->input,
                      mine->input);
        if (sim->config.input[other->input].inverter != sim->config.input[mine->input].inverter)
            sim_violation(sim, 2, "string %d joins inverters %d and %d", mine->string,
                          sim->config.input[other->input].inverter,
                          sim->config.input[mine->input].inverter);
    }
}

/* The short-circuit currents of the strings on an input, by the type plate. */
static void rating_check(struct sim *sim, int i)
{
    double isc_A = 0;
    for (int s = 0; s < sim->config.strings; s++)
        isc_A += sim->truth.string_input[s] == i ? sim->config.string[s].isc_A : 0;
    bool over = isc_A > sim->config.input[i].isc_max_A;
    if (over && !sim->input_over[i])
        sim_violation(sim, 9, "input %d takes %.1f A, strings on it give %.1f A", i,
                      sim->config.input[i].isc_max_A, isc_A);
    sim->input_over[i] = over;
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
    int day = (int)(sim->truth.day_s / 86400);
    sim->moved_today[s] = sim->moved_day[s] == day ? sim->moved_today[s] + 1 : 1;
    sim->moved_day[s] = day;
    if (sim->moved_today[s] > MOVES_A_DAY)
        sim_violation(sim, 12, "string %d moved %u times", s, sim->moved_today[s]);
    sim->transfer_ms[s] = sim->now_ms;
}

/* True once each time the condition has held for a minute. */
static bool lasts(int64_t *since_ms, bool holds, int64_t now_ms)
{
    *since_ms = !holds ? 0 : *since_ms ? *since_ms : now_ms;
    if (!*since_ms || now_ms - *since_ms <= TOLERATED_MS)
        return false;
    *since_ms = now_ms;
    return true;
}

static void battery_check(struct sim *sim)
{
    double amperes = sim->battery_A, C = sim->config.battery_C;
    double in_A = battery_ccl_A(sim), out_A = battery_dcl_A(sim);
    bool charging = amperes > 0.01 * sim->config.battery_Ah;
    int64_t now_ms = sim->now_ms;
    if (lasts(&sim->charge_ms, amperes > in_A * 1.05 + 2, now_ms))
        sim_violation(sim, 22, "%.1f A into the battery, the BMS allows %.1f A", amperes, in_A);
    if (lasts(&sim->discharge_ms, -amperes > out_A * 1.05 + 10, now_ms))
        sim_violation(sim, 22, "%.1f A out of the battery, the BMS allows %.1f A", -amperes, out_A);
    if (lasts(&sim->overcap_ms, charging && sim->soc > sim->config.cap + 0.01, now_ms))
        sim_violation(sim, 23, "charging with %.1f A at %.1f %%", amperes, sim->soc * 100);
    if (lasts(&sim->temperature_ms, charging && (C < 0 || C >= 55), now_ms))
        sim_violation(sim, 24, "charging with %.1f A at %.0f C", amperes, C);
}

/* The wallbox's inverter changes its source only with the car off, and the car waits after. Without
 * output it has none, and may come back with the same. Without AC input it goes on from its battery, and
 * back when there is input again: then it was known for SEEN_MS that it would. */
static void source_check(struct sim *sim)
{
    const struct sim_unit *unit = &sim->unit[sim->config.wallbox_inverter];
    char mode = unit->mode;
    if (mode == 'F' || mode == 'S')
        return;
    bool alone = mode == 'B' && !unit->ac_present;
    if (alone && sim->wallbox_mode != mode) {
        sim->wallbox_mode = mode;
        sim->alone_ms = sim->now_ms;
    } else if (mode != sim->wallbox_mode && sim->alone_ms &&
               sim->now_ms - sim->alone_ms < SEEN_MS) {
        sim->wallbox_mode = mode;
    } else if (mode != sim->wallbox_mode) {
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

void invariant_moved(struct sim *sim, int c)
{
    int s = sim->config.contact[c].string;
    if (!sim->contact[c].closed)
        return;
    exclusive_check(sim, c);
    sim->moving_ms[s] = 0;
}

void invariants_step(struct sim *sim)
{
    for (int s = 0; s < sim->config.strings; s++)
        transfer_check(sim, s);
    for (int i = 0; i < sim->config.inputs; i++)
        rating_check(sim, i);
    battery_check(sim);
    if (sim->config.ac.sources == 0)
        source_check(sim);
}
