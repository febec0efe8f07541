#include "sim/sim.h"

/* The plant of sim/uc001.yaml, with what only the plant itself knows. Nine 375 W modules a string, 1.82 m2
 * each; inverters as the MAX 8 kW of axpert.md section 4.5, detection and ramp of section 4.6. */
void sim_uc001(struct sim_config *config)
{
    static const int contacts[7][3] = {/* string, input, channel on board 0 */
                                       {0, 0, 0}, {1, 1, 1}, {2, 2, 2}, {0, 3, 3},
                                       {1, 3, 4}, {1, 4, 5}, {2, 4, 6}};
    static const char *const serials[4] = {"96332409100101", "96332409100102", "96332409100103",
                                           "96332409100104"};
    *config = (struct sim_config){
        .seed = 1,
        .latitude_deg = 48.2,
        .day_of_year = 172,
        .start_h = 13,
        .ambient_min_C = 14,
        .ambient_max_C = 26,
        .strings = 3,
        .inputs = 5,
        .inverters = 4,
        .contacts = 7,
        .switch_board = 1,
        .battery_Ah = 600,
        .battery_soc = 0.6,
        .battery_soh = 0.99,
        .battery_C = 23,
        .battery_cells = 16,
        .shunt_offset_mA = 40,
        .shunt_gain = 1.002,
        .cap = 0.70,
        .house_W = {0, 450, 300, 250},
        .wallbox_inverter = 3,
        .car_arrive_h = 16,
        .car_leave_h = -1,
        .car_Ah_kWh = 58,
        .car_soc = 0.62,
        .car_target_soc = 0.80,
        .car_max_A = 40,
    };
    for (int s = 0; s < 3; s++) {
        config->string[s] = (struct sim_string_config){
            .area_m2 = 16.4,
            .efficiency = 0.206,
            .tilt_deg = 35,
            .azimuth_deg = 242 + 5.0 * s,
            .modules = 9,
            .voc_V = 41.1,
            .isc_A = 11.6,
            .vmp_V = 34.5,
            .imp_A = 10.9,
            .voc_per_K = -0.0027,
            .isc_per_K = 0.0005,
            .home_contact = s,
        };
        config->switch_channel[s] = s;
    }
    for (int i = 0; i < 5; i++)
        config->input[i] = (struct sim_input_config){.inverter = i < 4 ? i : 3,
                                                     .voc_max_V = 500,
                                                     .mppt_min_V = 90,
                                                     .mppt_max_V = 450,
                                                     .isc_max_A = 18,
                                                     .power_max_W = 4000,
                                                     .start_V = 90,
                                                     .detect_s = 12,
                                                     .ramp_s = 20};
    for (int i = 0; i < 4; i++)
        config->inverter[i] = (struct sim_inverter_config){.serial = serials[i],
                                                           .model = "MAX8000",
                                                           .phase = i < 3 ? i + 1 : 1,
                                                           .ac_from = i < 3 ? -1 : 0,
                                                           .rated_W = 8000,
                                                           .rated_A = 34.7,
                                                           .idle_W = 70,
                                                           .efficiency = 0.93};
    for (int c = 0; c < 7; c++)
        config->contact[c] = (struct sim_contact_config){.string = contacts[c][0],
                                                         .input = contacts[c][1],
                                                         .board = 0,
                                                         .channel = contacts[c][2],
                                                         .operate_ms = 25,
                                                         .release_ms = 40};
}
