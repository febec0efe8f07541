/* What one inverter could say about itself now, by name, and the templates that say it.
 *
 * A template is the captured answer with names for what changes:
 *
 *     (222.0 50.0 230.0 50.0 0529 ..      captured
 *     "({grid_V 5.1} {grid_Hz 4.1} {out_V 5.1} {out_Hz 4.1} {VA 4} .."
 *
 * {name width.decimals}  zeros in front up to width, whole numbers cut off at width nines
 * {name*10 4}            ten times the value, rounded: PI18's tenths without a point
 * {name~ 4}              the last digits only, as a field that overflows prints them
 * {name> 2}              at least width digits
 * {name+ 6}              with its sign; after the factor where there is one
 * {name}                 a text: serial, mode, bits */
#ifndef BUSBAR_SIM_PI30_LOOK_H
#define BUSBAR_SIM_PI30_LOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/sim.h"

/* clang-format off */
#define SIM_LOOK_NUMBERS(X) \
    X(grid_V) X(grid_Hz) X(grid_A) X(out_V) X(out_Hz) X(out_A) X(VA) X(W) X(load) X(bus_V) X(half_VA) X(half_W) \
    X(battery_V) X(charge_A) X(discharge_A) X(battery_A) X(soc) X(heat_C) X(mppt_C) \
    X(pv1_A) X(pv1_V) X(pv1_W) X(pv2_A) X(pv2_V) X(pv2_W) X(pv_W) X(pv_A) X(pv1_battery_A) X(pv2_battery_A) X(grid_W) \
    X(rated_V) X(rated_Hz) X(rated_A) X(rated_W) X(rated_VA) X(rated_battery_V) X(recharge_V) X(redischarge_V) X(cutoff_V) X(bulk_V) X(float_V) \
    X(battery_type) X(ac_max_A) X(charge_max_A) X(range_A) X(discharge_max_A) X(input_range) X(out_priority) X(charger_priority) \
    X(parallel_max) X(output_mode) X(pv_ok) X(balance) X(cv_min) X(logic) \
    X(mode_number) X(out_priority18) X(charger_priority18) X(mppt1) X(mppt2) X(battery_way) X(converter_way) X(line_way) X(load_on) \
    X(third_W) X(third_VA) X(grid_third_W) X(fault) X(exists) X(number) X(total_charge_A) X(total_VA) X(total_W) X(total_load) \
    X(pv_kWh) X(pv_Wh) X(pv_day_Wh) X(load_Wh) X(asked_Wh) \
    X(absorb_left_s) X(float_left_s) X(stage) X(fan) X(sun) X(changed) X(sun1) X(sun2) X(eeprom) X(revo_type) X(revo_warning) X(revo_fault)
#define SIM_LOOK_TEXTS(X) \
    X(serial, 24) X(model, 24) X(firmware, 12) X(mode, 2) X(status, 9) X(status2, 4) X(status41, 9) X(warnings, 41) X(gs_bits, 9) \
    X(switches, 4) X(time, 40) X(flags, 32) X(charge_list, 96) X(ac_charge_list, 96) X(fws, 48) X(ws, 48) X(date, 40)
/* clang-format on */

struct look {
#define X(name) double name;
    SIM_LOOK_NUMBERS(X)
#undef X
#define X(name, size) char name[size];
    SIM_LOOK_TEXTS(X)
#undef X
};

/* word: what is asked; it may name a year, month or day. */
void sim_look(const struct sim *sim, int inverter, const char *word, struct look *look);

/* False when the template is wrong or the answer does not fit. */
bool sim_look_fill(const struct look *look, const char *template, char *out, size_t room);

#endif
