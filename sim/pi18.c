/* Answers of the InfiniSolar framings: PI18 (LV5048 V2, InfiniSolar V) and PI17 (InfiniSolar 10 kW).
 * Numbers stand in tenths without a point, separated by commas; "^D" and the length are put in front. */
#include "sim/variants.h"

/* clang-format off */
/* LV5048 hybrid V2 (logic-level capture, syssi #54; SV fixtures of jblance/mpp-solar).
 * GS    2301,499,0000,000,0000,0000,000,522,000,000,000,009,040,032,000,000,0557,0000,2436,0000,0,2,0,0,1,2,2,0
 *       AC in    AC out   VA   W    %   batt         out in  SoC heat MPPT    PV W      PV V     changed, trackers, load, ways
 * PIRI  2300,243,2300,500,243,5600,5600,480,470,530,440,555,544,2,030,090,1,1,2,9,0,0,1,0,1,00
 * PGS0  1,5,00,2387,499,2387,499,0716,0165,01232,00505,012,004,518,000,015,031,036,1137,0000,2088,0000,2,0,1,1,2,1,037
 * PRI0  1,14,96132206100410000000,2,060,050,1 */
const struct sim_row sim_rows_pi18[] = {
    {"PPI",      "18", 0},
    {"PT",       "{time}", 0},
    {"PID",      "14{serial}000000", 0},
    {"PVFW",     "{firmware},00000,00000", 0},
    {"PGS",      "{grid_V*10 4},{grid_Hz*10 3},{out_V*10 4},{out_Hz*10 3},{VA 4},{W 4},{load 3},{battery_V*10 3},000,000,"
                 "{discharge_A 3},{charge_A 3},{soc 3},{heat_C 3},{mppt_C 3},{mppt_C 3},{pv1_W 4},{pv2_W 4},{pv1_V*10 4},"
                 "{pv2_V*10 4},{changed 1},{mppt1 1},{mppt2 1},{load_on 1},{battery_way 1},{converter_way 1},{line_way 1},{number 1}",
                 0},
    {"PPIRI",    "{rated_V*10 4},{rated_A*10 3},{rated_V*10 4},{rated_Hz*10 3},{rated_A*10 3},{rated_VA 4},{rated_W 4},"
                 "{rated_battery_V*10 3},{recharge_V*10 3},{redischarge_V*10 3},{cutoff_V*10 3},{bulk_V*10 3},{float_V*10 3},"
                 "{battery_type 1},{ac_max_A 3},{charge_max_A 3},{input_range 1},{out_priority18 1},{charger_priority18 1},"
                 "{parallel_max 1},0,0,{output_mode 1},{balance 1},1,00", 0},
    {"PMOD",     "{mode_number 2}", 0},
    {"PFWS",     "{fault 2},{fws}", 0},
    {"PFLAG",    "1,0,1,0,0,1,1,0,0", 0},
    {"PDI",      "2300,500,0,408,540,564,460,540,060,30,0,0,1,0,0,0,1,0,0,1,1,0,1,1", 0},
    {"PMCHGCR",  "{charge_list}", 0},
    {"PMUCHGCR", "{ac_charge_list}", 0},
    {"PET",      "{pv_Wh 8}", 0},
    {"PEYyyyy",  "{asked_Wh 8}", 0},
    {"PEMyyyymm",   "{asked_Wh 8}", 0},
    {"PEDyyyymmdd", "{asked_Wh 8}", 0},
    {"PACCT",    "0000,0000", 0},
    {"PACLT",    "0000,0000", 0},
    {"PPGSn",    "{exists 1},{mode_number 1},{fault 2},{grid_V*10 4},{grid_Hz*10 3},{out_V*10 4},{out_Hz*10 3},{VA 4},{W 4},"
                 "{total_VA 5},{total_W 5},{load 3},{total_load 3},{battery_V*10 3},{discharge_A 3},{charge_A 3},"
                 "{total_charge_A 3},{soc 3},{pv1_W 4},{pv2_W 4},{pv1_V*10 4},{pv2_V*10 4},{mppt1 1},{mppt2 1},{load_on 1},"
                 "{battery_way 1},{converter_way 1},{line_way 1},{heat_C 3}", ROW_MEMBER},
    {"PPGSn",    "0,0,00,0000,000,0000,000,0000,0000,{total_VA 5},{total_W 5},000,{total_load 3},000,000,000,"
                 "{total_charge_A 3},000,0000,0000,0000,0000,0,0,0,0,0,0,000", ROW_NO_MEMBER},
    {"PPRIn",    "{exists 1},14,{serial}000000,{charger_priority18 1},{charge_max_A 3},{ac_max_A 3},{output_mode 1}", ROW_MEMBER},
    {"PPRIn",    "0,00,00000000000000000000,0,000,000,0", ROW_NO_MEMBER},
    {0}
};

/* InfiniSolar 10 kW, three phases (jblance/mpp-solar pi17, documents of 2016 and 2022).
 * GS    0000,0000,0000,0000,0394,000,+00000,2389,2427,2459,5002,0000,0000,0000,2378,2434,2455,5001,,,,029,029,000,0
 *       PV V      PV A      batt SoC  batt A AC in V        Hz   AC in A        AC out V       Hz          C
 * PS    00263,00381,,-00855,-03141,-03156,-07152,0000,0000,0000,00000,0193,0147,0195,00535,003,1,1,1,2,2,1
 *       PV W         AC in W                     out W                VA                   %
 * BATS  1750,0560,0540,0000,060,0530,0420,0480,0480,0540,0,,,0,0480,000,0100,0175,000,000,000,000,0
 * PIRI  2400,500,0416,2400,0416,0187,0480,2,10,0,1 */
const struct sim_row sim_rows_pi17[] = {
    {"PPI",     "17", 0},
    {"PT",      "{time}", 0},
    {"PID",     "14{serial}000000", 0},
    {"PVFW",    "VERFW:{firmware}", 0},
    {"PVFW2",   "VERFW2:00001.01", 0},
    {"PDM",     "050", 0},
    {"PMD",     "000,{rated_VA 6},99,3,3,{rated_V*10 4},{rated_V*10 4},04,120", 0},
    {"PPIRI",   "{rated_V*10 4},{rated_Hz*10 3},{rated_A*10 4},{rated_V*10 4},{rated_A*10 4},0187,{rated_battery_V*10 4},2,10,0,1", 0},
    {"PGS",     "{pv1_V*10 4},{pv2_V*10 4},{pv1_A*100 4},{pv2_A*100 4},{battery_V*10 4},{soc 3},{battery_A*10+ 6},{grid_V*10 4},"
                "{grid_V*10 4},{grid_V*10 4},{grid_Hz*100 4},{grid_A*10 4},{grid_A*10 4},{grid_A*10 4},{out_V*10 4},{out_V*10 4},"
                "{out_V*10 4},{out_Hz*100 4},,,,{heat_C 3},{heat_C 3},000,{changed 1}", 0},
    {"PPS",     "{pv1_W 5},{pv2_W 5},,{grid_third_W+ 6},{grid_third_W+ 6},{grid_third_W+ 6},{grid_W+ 6},{third_W 4},{third_W 4},"
                "{third_W 4},{W 5},{third_VA 4},{third_VA 4},{third_VA 4},{VA 5},{load 3},{load_on 1},{sun1 1},{sun2 1},"
                "{battery_way 1},{converter_way 1},{line_way 1}", 0},
    {"PMOD",    "{mode_number 2}", 0},
    {"PWS",     "{ws},", 0},
    {"PFLAG",   "0,0,1,0,1", 0},
    {"PBATS",   "{charge_max_A*10 4},{bulk_V*10 4},{float_V*10 4},0000,060,0530,{cutoff_V*10 4},0480,{recharge_V*10 4},"
                "{redischarge_V*10 4},0,,,0,0480,000,{ac_max_A*10 4},{discharge_max_A 4},000,000,000,000,0", 0},
    {"PHECS",   "00,1,1,0,1,1,0,0,0", 0},
    {"PGPMP",   "15000", 0},
    {"PEMINFO", "1,10000,00005,{pv_W 5},00000,1", 0},
    {"PINGS",   "{grid_A*10 4},{grid_A*10 4},{grid_A*10 4},{out_A*10 4},{out_A*10 4},{out_A*10 4},{bus_V*10 4},{bus_V*10 4},"
                "{bus_V*10 4},{bus_V*10 4},000", 0},
    {"PDI",     "2640,1840,5150,4750,0850,0350,0900,0300,0880,30,{charge_max_A*10 4},0560,0540,060,0000,0000,0000,0000,0420,0480,"
                "0480,0540,0000,060,0530", 0},
    {"PET",     "{pv_kWh 8}", 0},
    {"PEYyyyynnn",       "{asked_Wh 8}", 0},
    {"PEMyyyymmnnn",     "{asked_Wh 7}", 0},
    {"PEDyyyymmddnnn",   "{asked_Wh 6}", 0},
    {"PEHyyyymmddhhnnn", "{asked_Wh 5}", 0},
    {0}
};
/* clang-format on */
