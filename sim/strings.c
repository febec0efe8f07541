/* Strings, their semiconductor switches, and the MPPT of each PV input. Strings on one input share
 * its voltage; the input's capacitor stands between them and the tracker. */
#include <math.h>

#include "sim/state.h"

static const double INPUT_F = 0.001; /* capacitor of a high-voltage PV input */
static const double BLEED_S = 2;     /* PV loss is seen within this (docs/axpert.md) */
static const double LEAK_A = 0.004;  /* of a switch that is off */

static bool switch_conducts(const struct sim *sim, int s)
{
    return sim->switch_shorted[s] || sim->config.switch_channel[s] < 0 ||
           sim->board[sim->config.switch_board].outputs >> sim->config.switch_channel[s] & 1;
}

/* The input a string really stands on: its first closed contact, -1 for none. */
static int input_of(const struct sim *sim, int s)
{
    for (int c = 0; c < sim->config.contacts; c++)
        if (sim->config.contact[c].string == s && sim->contact[c].closed)
            return sim->config.contact[c].input;
    return -1;
}

static double input_A(const struct sim *sim, const struct sim_mppt *mppt, double volts)
{
    double amperes = 0;
    for (int s = 0; s < sim->config.strings; s++)
        if (mppt->strings >> s & 1)
            amperes += pv_current(&sim->pv[s], volts);
    return amperes;
}

static double highest_V(const struct sim *sim, const struct sim_mppt *mppt)
{
    double volts = 0;
    for (int s = 0; s < sim->config.strings; s++)
        if (mppt->strings >> s & 1)
            volts = fmax(volts, sim->pv[s].voc_V);
    return volts;
}

/* Right of the maximum, where a tracker stands that takes less than it could: as far as until
 * neither watts nor amperes are exceeded. */
static double throttled_V(const struct sim *sim, const struct sim_mppt *mppt, double watts,
                          double amperes)
{
    double low = mppt->best_V, high = highest_V(sim, mppt);
    for (int i = 0; i < 14; i++) {
        double middle = (low + high) / 2, here_A = input_A(sim, mppt, middle);
        if (middle * here_A > watts || here_A > amperes)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* The maximum by golden section, then clipped to what the input can take. */
static void best_seek(struct sim *sim, int i)
{
    static const double GOLDEN = 0.6180339887;
    const struct sim_input_config *input = &sim->config.input[i];
    struct sim_mppt *mppt = &sim->mppt[i];
    double high = highest_V(sim, mppt), low = high / 2;
    for (int round = 0; round < 16; round++) {
        double a = high - GOLDEN * (high - low), b = low + GOLDEN * (high - low);
        if (a * input_A(sim, mppt, a) < b * input_A(sim, mppt, b))
            low = a;
        else
            high = b;
    }
    mppt->best_V = fmin(fmax((low + high) / 2, input->mppt_min_V), input->mppt_max_V);
    double amperes = input_A(sim, mppt, mppt->best_V);
    if (amperes > input->isc_max_A || mppt->best_V * amperes > input->power_max_W)
        mppt->best_V = throttled_V(sim, mppt, input->power_max_W, input->isc_max_A);
    mppt->best_W = fmax(0, mppt->best_V * input_A(sim, mppt, mppt->best_V));
    mppt->stale = false;
}

/* The capacitor takes all the current until it stands at the strings' voltage. A tracker that runs
 * empties it at once when the strings go. */
static void capacitor_step(struct sim *sim, int i, double dt_s)
{
    struct sim_mppt *mppt = &sim->mppt[i];
    if (!mppt->strings) {
        if (mppt->share > 0)
            mppt->cap_V = fmin(mppt->cap_V, sim->config.input[i].start_V * 0.8);
        mppt->cap_V *= exp(-dt_s / BLEED_S);
        return;
    }
    double gap_V = highest_V(sim, mppt) - mppt->cap_V;
    double step_V = input_A(sim, mppt, mppt->cap_V) * dt_s / INPUT_F;
    if (mppt->share <= 0 && gap_V > 0 && step_V > 0)
        mppt->cap_V += fmin(gap_V, step_V);
}

static void mppt_step(struct sim *sim, int i, double dt_s)
{
    struct sim_mppt *mppt = &sim->mppt[i];
    const struct sim_input_config *input = &sim->config.input[i];
    capacitor_step(sim, i, dt_s);
    if (mppt->cap_V < input->start_V * 0.9 || sim->unit[input->inverter].mode == 'F') {
        mppt->voltage_ms = 0;
        mppt->share = 0;
    } else if (mppt->cap_V > input->start_V && !mppt->voltage_ms) {
        mppt->voltage_ms = sim->now_ms;
    }
    if (mppt->strings && mppt->voltage_ms &&
        (double)(sim->now_ms - mppt->voltage_ms) >= input->detect_s * 1000)
        mppt->share = fmin(1, mppt->share + dt_s / input->ramp_s);
    if (mppt->strings && mppt->stale)
        best_seek(sim, i);
}

/* The most this input gives now. */
static double input_offer(const struct sim *sim, int i)
{
    const struct sim_mppt *mppt = &sim->mppt[i];
    bool off = sim->unit[sim->config.input[i].inverter].pv_off;
    return mppt->strings && !off ? mppt->best_W * mppt->share : 0;
}

/* Sets the strings of an input to the voltage at which it gives these watts. */
static void input_draw(struct sim *sim, int i, double watts)
{
    struct sim_mppt *mppt = &sim->mppt[i];
    if (!mppt->strings)
        return;
    bool tracks = mppt->share > 0;
    double volts = !tracks                         ? mppt->cap_V
                   : watts > mppt->best_W * 0.9999 ? mppt->best_V
                                                   : throttled_V(sim, mppt, watts, HUGE_VAL);
    bool full = !tracks && volts >= highest_V(sim, mppt) - 1;
    if (full)
        volts = throttled_V(sim, mppt, 0, HUGE_VAL);
    mppt->cap_V = volts;
    for (int s = 0; s < sim->config.strings; s++) {
        if (!(mppt->strings >> s & 1))
            continue;
        sim->truth.string_V[s] = volts;
        sim->truth.string_A[s] = pv_current(&sim->pv[s], volts);
        sim->truth.string_W[s] = volts * sim->truth.string_A[s];
    }
}

static void strings_find(struct sim *sim)
{
    unsigned before[SIM_INPUTS];
    for (int i = 0; i < sim->config.inputs; i++) {
        before[i] = sim->mppt[i].strings;
        sim->mppt[i].strings = 0;
    }
    for (int s = 0; s < sim->config.strings; s++) {
        int input = sim->truth.string_input[s] = input_of(sim, s);
        bool on = sim->truth.switch_on[s] = switch_conducts(sim, s);
        sim->truth.string_V[s] = sim->pv[s].voc_V;
        sim->truth.string_A[s] = input >= 0 && !on && sim->pv[s].voc_V > 1 ? LEAK_A : 0;
        sim->truth.string_W[s] = 0;
        if (input >= 0 && on && sim->pv[s].voc_V > 0)
            sim->mppt[input].strings |= 1u << s;
    }
    for (int i = 0; i < sim->config.inputs; i++)
        sim->mppt[i].stale |= sim->mppt[i].strings != before[i];
}

static void unit_draw(struct sim *sim, int u)
{
    double offer = 0, got = 0;
    for (int i = 0; i < sim->config.inputs; i++)
        offer += sim->config.input[i].inverter == u ? input_offer(sim, i) : 0;
    double part = offer > 0 ? fmin(1, fmax(0, sim->unit[u].pv_limit_W) / offer) : 0;
    for (int i = 0; i < sim->config.inputs; i++) {
        if (sim->config.input[i].inverter != u)
            continue;
        input_draw(sim, i, input_offer(sim, i) * part);
        got += input_offer(sim, i) * part;
    }
    sim->unit[u].pv_W = sim->truth.pv_W[u] = got;
}

void strings_step(struct sim *sim, double dt_s)
{
    strings_find(sim);
    for (int i = 0; i < sim->config.inputs; i++)
        mppt_step(sim, i, dt_s);
    for (int u = 0; u < sim->config.inverters; u++)
        unit_draw(sim, u);
    for (int s = 0; s < sim->config.strings; s++) {
        bool zero = fabs(sim->truth.string_A[s]) < 0.505; /* 0.50 A as the counter tells it */
        sim->zero_ms[s] = !zero ? 0 : sim->zero_ms[s] ? sim->zero_ms[s] : sim->now_ms;
    }
}
