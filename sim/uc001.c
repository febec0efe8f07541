#include "sim/sim.h"

/* The plant of sim/uc001.yaml, with what only the plant itself knows. */

/* Nine 375 W modules, 1.82 m2 each, on a roof that looks west-south-west. */
static struct sim_string_config string_of(int s)
{
    return (struct sim_string_config){
        .tilt_deg = 35,
        .azimuth_deg = 250 + 5.0 * s,
        .modules = 9,
        .voc_V = 41.1,
        .isc_A = 11.6,
        .vmp_V = 34.5,
        .imp_A = 10.9,
        .voc_per_K = -0.0027,
        .isc_per_K = 0.0005,
        .home_contact = s,
    };
}

/* MAX 8 kW: ratings, detection and ramp of docs/axpert.md. */
static struct sim_input_config input_of(int inverter)
{
    return (struct sim_input_config){
        .inverter = inverter,
        .voc_max_V = 500,
        .mppt_min_V = 90,
        .mppt_max_V = 450,
        .isc_max_A = 18,
        .power_max_W = 4000,
        .start_V = 90,
        .detect_s = 12,
        .ramp_s = 20,
    };
}

/* The first three carry a phase of the house each; the fourth hangs on the first one's output. */
static struct sim_inverter_config inverter_of(int u)
{
    static const char *const serials[4] = {"96332409100101", "96332409100102", "96332409100103",
                                           "96332409100104"};
    return (struct sim_inverter_config){
        .serial = serials[u],
        .model = "MAX8000",
        .phase = u < 3 ? u + 1 : 1,
        .ac_from = u < 3 ? -1 : 0,
        .rated_W = 8000,
        .rated_A = 34.7,
        .idle_W = 70,
        .efficiency = 0.93,
    };
}

static void parts_set(struct sim_config *config)
{
    static const int contacts[7][2] = {/* string, input; the channel is its place */
                                       {0, 0}, {1, 1}, {2, 2}, {0, 3}, {1, 3}, {1, 4}, {2, 4}};
    for (int s = 0; s < 3; s++) {
        config->string[s] = string_of(s);
        config->switch_channel[s] = s;
    }
    for (int i = 0; i < 5; i++)
        config->input[i] = input_of(i < 4 ? i : 3);
    for (int u = 0; u < 4; u++)
        config->inverter[u] = inverter_of(u);
    for (int c = 0; c < 7; c++)
        config->contact[c] = (struct sim_contact_config){.string = contacts[c][0],
                                                         .input = contacts[c][1],
                                                         .board = 0,
                                                         .channel = c,
                                                         .operate_ms = 25,
                                                         .release_ms = 40};
}

void sim_uc001(struct sim_config *config)
{
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
    parts_set(config);
}

void sim_uc001_ac(struct sim_config *config)
{
    sim_uc001(config);
    config->inverter[3].ac_from = -2;
    config->ac = (struct sim_ac_config){.sources = 2, .inverter = {0, 3}};
}
