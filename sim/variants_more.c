/* Answers of the split-phase LV5048 (PI41) and of REVO. */
#include "sim/variants.h"

/* clang-format off */
/* LV5048/LV6048: each leg has its own half (jblance/mpp-solar pi41, PI41 document 2019).
 * QPIRI  (230.0 21.7 230.0 50.0 21.7 5000 4000 48.0 46.0 42.0 56.4 54.0 0 10 010 1 0 0 6 01 0 0 54.0 0 1 60
 * QPGS0  (1 92911906100045 L 00 122.9 59.98 122.9 59.98 0331 0272 013 56.1 004 100 000.0 004 01577 01400 009 01000010
 *         6 0 060 220 40 00 000
 * QP2GS0 (11 92911906100045 L 00 124.2 59.98 124.2 59.98 0149 0130 005 56.1 000 100 000.0 00 01000010 */
const struct sim_row sim_rows_pi41[] = {
    {"QPI",    "(PI41", 0},
    {"QPIGS",  "({grid_V 5.1} {grid_Hz 4.1} {out_V 5.1} {out_Hz 4.1} {half_VA 4} {half_W 4} {load 3} {bus_V 3} {battery_V 5.2} "
               "{charge_A 3} {soc 3} {heat_C 4} {pv1_battery_A 4} {pv1_V 5.1} {battery_V 5.2} {discharge_A 5} {status41} 00 00 "
               "{pv1_W 5} {status2}", 0},
    {"QPIGS2", "({grid_V 5.1} {grid_Hz 4.1} {out_V 5.1} {out_Hz 4.1} {half_VA 4} {half_W 4} {load 3} {pv2_battery_A 4} "
               "{pv2_V 5.1} {battery_V 5.2} {status41}", 0},
    {"QPIRI",  "({rated_V 5.1} {rated_A 4.1} {rated_V 5.1} {rated_Hz 4.1} {rated_A 4.1} {rated_VA 4} {rated_W 4} "
               "{rated_battery_V 4.1} {recharge_V 4.1} {cutoff_V 4.1} {bulk_V 4.1} {float_V 4.1} {battery_type 1} "
               "{ac_max_A> 2} {charge_max_A 3} {input_range 1} {out_priority 1} {charger_priority 1} {parallel_max 1} 01 0 "
               "{output_mode 1} {redischarge_V 4.1} {pv_ok 1} {balance 1} {cv_min> 2}", 0},
    {"QPGSn",  "({exists 1} {serial} {mode} {fault 2} {grid_V 5.1} {grid_Hz 5.2} {out_V 5.1} {out_Hz 5.2} {half_VA 4} {half_W 4} "
               "{load 3} {battery_V 4.1} {charge_A 3} {soc 3} {pv1_V 5.1} {total_charge_A 3} {total_VA 5} {total_W 5} "
               "{total_load 3} {gs_bits} {output_mode 1} {charger_priority 1} {charge_max_A 3} {range_A 3} {ac_max_A> 2} "
               "{pv1_battery_A 2} {discharge_A 3}", ROW_MEMBER},
    {"QPGSn",  "(0 00000000000000 P 00 000.0 00.00 000.0 00.00 0000 0000 000 00.0 000 000 000.0 {total_charge_A 3} {total_VA 5} "
               "{total_W 5} {total_load 3} 00000000 0 0 010 {range_A 3} 02 00 000", ROW_NO_MEMBER},
    {"QP2GSn", "(1{exists 1} {serial} {mode} {fault 2} {grid_V 5.1} {grid_Hz 5.2} {out_V 5.1} {out_Hz 5.2} {half_VA 4} {half_W 4} "
               "{load 3} {battery_V 4.1} {charge_A 3} {soc 3} {pv2_V 5.1} {pv2_battery_A 2} {gs_bits}", ROW_MEMBER},
    {"QP2GSn", "(00 00000000000000 P 00 000.0 00.00 000.0 00.00 0000 0000 000 00.0 000 000 000.0 00 00000000", ROW_NO_MEMBER},
    {"QDI",    "(120.0 60.0 0030 42.0 54.0 56.4 46.0 60 0 0 2 0 0 0 0 0 1 1 0 0 1 0 54.0 0 1 000", 0},
    {0}
};

/* SOROTEC Revo (V03, 2020): three words end in a sum, two fields of QPIGS mean something else.
 * QPIGS  (221.0 49.9 221.0 49.9 0000 0707 012 401 00.10 012 000 0026 0000 000.0 00.10 00000 00010000 00 00 00000 010
 *                                                                    PV W             Wh of the day
 * QPIRI  (230.0 21.7 230.0 50.0 21.7 5000 4000 48.0 46.0 42.0 56.4 54.0 0 10 010 1 0 0 6 01 0 0 54.0 0 1
 * QALL   (000 00.0 000 00.0 0000 000 00.0 000 000 000 000 00.0 0000 000000 000000 S 00 00
 *         AC in    out      W    %   batt SoC in  out PV  PV A W    Wh day kWh    mode
 * PQSE   (000100 56.0 54.0 44.0 42.0 030 010 2018 06 01 20 00 00 00
 *         language, work mode, range, voltage, Hz, battery type
 * QLITH0 (052.5 000.0 000.0 032 036 000 070.0 007.0 057.0 004.6 0 5 */
const struct sim_row sim_rows_revo[] = {
    {"QPIGS",  "({grid_V 5.1} {grid_Hz 4.1} {out_V 5.1} {out_Hz 4.1} {VA 4} {W 4} {load 3} {bus_V 3} {battery_V 5.2} "
               "{charge_A 3} {soc 3} {heat_C 4} {pv_W 4} {pv1_V 5.1} {battery_V 5.2} {pv_day_Wh 5} {status} 00 00 {pv_W 5} "
               "{status2}", 0},
    {"QPIRI",  "({rated_V 5.1} {rated_A 4.1} {rated_V 5.1} {rated_Hz 4.1} {rated_A 4.1} {rated_VA 4} {rated_W 4} "
               "{rated_battery_V 4.1} {recharge_V 4.1} {cutoff_V 4.1} {bulk_V 4.1} {float_V 4.1} {battery_type 1} "
               "{ac_max_A> 2} {charge_max_A 3} {input_range 1} {out_priority 1} {charger_priority 1} {parallel_max 1} 01 0 "
               "{output_mode 1} {redischarge_V 4.1} {pv_ok 1} {balance 1}", 0},
    {"QALL",   "({grid_V 3} {grid_Hz 4.1} {out_V 3} {out_Hz 4.1} {W 4} {load 3} {battery_V 4.1} {soc 3} {charge_A 3} "
               "{discharge_A 3} {pv1_V 3} {pv_A 4.1} {pv_W 4} {pv_day_Wh 6} {pv_kWh 6} {mode} {revo_warning 2} {revo_fault 2}",
               ROW_SUM},
    {"PQSE",   "(0{out_priority 1}{input_range 1}10{revo_type 1} {bulk_V 4.1} {float_V 4.1} {recharge_V 4.1} {cutoff_V 4.1} "
               "{charge_max_A 3} {ac_max_A 3} {date} 00 00", ROW_SUM},
    {"QLITH0", "({battery_V 5.1} {charge_A 5.1} {discharge_A 5.1} 230 {soc 3} 000 200.0 300.0 056.0 048.0 0 0", 0},
    {0}
};
/* clang-format on */
