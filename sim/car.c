/* The wallbox node, the car behind it, and the house's loads. */
#include <math.h>

#include "sim/state.h"

enum {
    DEADMAN_MS = 30000,
    VOLTAGE_V = 230,
    CABLE_A = 63,
    LEAST_A = 6,
    RAMP_A_S = 8
}; /* five seconds to 40 A; four times as fast down */

/* Byte 0-1: limit in 0.1 A and counter; bytes 2-3: the limit's twelve bits inverted. */
void wallbox_command(struct sim *sim, const struct frame *frame)
{
    const uint8_t *d = frame->data;
    unsigned limit = (unsigned)d[0] | (d[1] & 15u) << 8, inverse = (unsigned)d[2] | (d[3] & 15u)
                                                                                        << 8;
    if (frame->len != 4 || (limit ^ inverse) != 0xFFF || d[3] & 0xF0) {
        sim_violation(sim, 31, "the wallbox heard a malformed command");
        return;
    }
    if (sim->limit_ms && d[1] >> 4 == sim->wallbox_counter)
        return;
    sim->wallbox_counter = d[1] >> 4;
    sim->limit_A = limit / 10.0;
    sim->limit_ms = sim->now_ms;
}

double wallbox_limit_A(const struct sim *sim)
{
    return sim->limit_ms && sim->now_ms - sim->limit_ms < DEADMAN_MS ? sim->limit_A : 0;
}

/* IEC 61851: A no car, B it waits, C it charges. The contactor follows, but opens only when the car
 * has let go of the current. */
static void car_state(struct sim *sim)
{
    bool wants = sim->truth.car_soc < sim->config.car_target_soc;
    bool offered = wallbox_limit_A(sim) >= LEAST_A && sim_wallbox_live(sim);
    sim->truth.car_state = !sim->plugged ? 'A' : offered && wants ? 'C' : 'B';
    bool closed = sim->truth.car_state == 'C' || (sim->plugged && sim->car_A > 0.5);
    bool before = sim->contactor;
    sim->contactor = closed && sim_wallbox_live(sim);
    if (before && !sim->contactor)
        sim->contactor_open_ms = sim->now_ms;
}

void car_step(struct sim *sim, double dt_s)
{
    double hour = sim->truth.day_s / 3600;
    double before_h = hour - dt_s / 3600;
    const struct sim_config *config = &sim->config;
    if (before_h < config->car_arrive_h && hour >= config->car_arrive_h)
        sim->plugged = true;
    if (config->car_leave_h >= 0 && before_h < config->car_leave_h && hour >= config->car_leave_h)
        sim->plugged = false;
    car_state(sim);
    double allowed_A = fmin(wallbox_limit_A(sim), CABLE_A);
    double wants_A = sim->truth.car_state == 'C' ? fmin(allowed_A, sim->config.car_max_A) : 0;
    double step_A = dt_s * RAMP_A_S;
    sim->car_A += fmax(-4 * step_A, fmin(step_A, wants_A - sim->car_A));
    if (!sim->plugged || !sim->contactor)
        sim->car_A = 0;
    sim->truth.wallbox_W = sim->car_A * VOLTAGE_V;
    sim->truth.car_soc += sim->truth.wallbox_W * dt_s * 0.92 / (sim->config.car_Ah_kWh * 3.6e6);
}

/* A day of cooking, washing and standing by, with a little noise. */
void house_second(struct sim *sim)
{
    double hour = fmod(sim->truth.day_s / 3600, 24);
    double shape = 0.6 + 0.5 * exp(-pow((hour - 8) / 1.5, 2)) + 0.9 * exp(-pow((hour - 19) / 2, 2));
    for (int phase = 1; phase <= 3; phase++) {
        sim->house_noise[phase] += (sim_random(sim) - 0.5) * 0.1 - sim->house_noise[phase] * 0.02;
        double watts = sim->config.house_W[phase] * (shape + sim->house_noise[phase]);
        sim->truth.house_W[phase] = watts > 20 ? watts : 20;
    }
}
