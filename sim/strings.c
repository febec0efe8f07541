/* Strings, their semiconductor switches, and the MPPT of each PV input. */
#include <math.h>

#include "sim/state.h"

static bool switch_conducts(const struct sim *sim, int s)
{
    return sim->switch_shorted[s] ||
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

static void mppt_step(struct sim *sim, int i, double dt_s)
{
    struct sim_mppt *mppt = &sim->mppt[i];
    const struct sim_input_config *input = &sim->config.input[i];
    bool volts = false;
    for (int s = 0; s < sim->config.strings; s++)
        volts |= sim->truth.string_input[s] == i && sim->truth.switch_on[s] &&
                 sim->pv[s].voc_V > input->start_V;
    char mode = sim->unit[input->inverter].mode;
    if (!volts || mode == 'F') {
        mppt->voltage_since_s = -1;
        mppt->share = 0;
        return;
    }
    double now_s = (double)sim->now_ms / 1000;
    if (mppt->voltage_since_s < 0)
        mppt->voltage_since_s = now_s;
    if (now_s - mppt->voltage_since_s >= input->detect_s)
        mppt->share = fmin(1, mppt->share + dt_s / input->ramp_s);
}

/* What the strings of an input give when watts are asked of it: all stand at one voltage. */
static double input_draw(struct sim *sim, int i, double watts)
{
    double sum_W = 0, pmp_W = 0;
    for (int s = 0; s < sim->config.strings; s++)
        if (sim->truth.string_input[s] == i && sim->truth.switch_on[s])
            pmp_W += sim->pv[s].pmp_W;
    for (int s = 0; s < sim->config.strings; s++) {
        if (sim->truth.string_input[s] != i || !sim->truth.switch_on[s])
            continue;
        double part = pmp_W > 0 ? watts * sim->pv[s].pmp_W / pmp_W : 0;
        double volts = part > 1 ? pv_voltage_for(&sim->pv[s], part) : sim->pv[s].voc_V;
        sim->truth.string_V[s] = volts;
        sim->truth.string_A[s] = part > 1 ? pv_current(&sim->pv[s], volts) : 0;
        sim->truth.string_W[s] = volts * sim->truth.string_A[s];
        sum_W += sim->truth.string_W[s];
    }
    return sum_W;
}

/* The most this input could give now. */
static double input_offer(const struct sim *sim, int i)
{
    double watts = 0;
    for (int s = 0; s < sim->config.strings; s++)
        if (sim->truth.string_input[s] == i && sim->truth.switch_on[s])
            watts += sim->pv[s].pmp_W;
    return fmin(watts * sim->mppt[i].share, sim->config.input[i].power_max_W);
}

void strings_step(struct sim *sim, double dt_s)
{
    for (int s = 0; s < sim->config.strings; s++) {
        sim->truth.switch_on[s] = switch_conducts(sim, s);
        sim->truth.string_input[s] = input_of(sim, s);
        sim->truth.string_V[s] = sim->pv[s].voc_V;
        sim->truth.string_A[s] = sim->truth.string_W[s] = 0;
    }
    for (int i = 0; i < sim->config.inputs; i++)
        mppt_step(sim, i, dt_s);
    for (int u = 0; u < sim->config.inverters; u++) {
        double offer = 0;
        for (int i = 0; i < sim->config.inputs; i++)
            offer += sim->config.input[i].inverter == u ? input_offer(sim, i) : 0;
        double want = fmin(offer, sim->unit[u].pv_limit_W), got = 0;
        for (int i = 0; i < sim->config.inputs; i++)
            if (sim->config.input[i].inverter == u && offer > 0)
                got += input_draw(sim, i, want * input_offer(sim, i) / offer);
        sim->unit[u].pv_W = got;
        sim->truth.pv_W[u] = got;
    }
    for (int s = 0; s < sim->config.strings; s++) {
        bool zero = fabs(sim->truth.string_A[s]) <= 0.5;
        sim->zero_ms[s] = !zero ? 0 : sim->zero_ms[s] ? sim->zero_ms[s] : sim->now_ms;
    }
}
