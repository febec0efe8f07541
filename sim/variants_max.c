/* Answers of the MAX family: two trackers, 28 fields of ratings. */
#include "sim/variants.h"

/* clang-format off */
/* Axpert MAX II 8 kW (logic-level capture, syssi #202), QPGS of a MAX pair, QDI and lists of MAX fixtures.
 * QPIGS  (222.0 50.0 230.0 50.0 0529 0472 006 398 54.30 000 061 0039 01.0 215.0 00.00 00000 00010110 00 00 00226 010
 *         AC in V Hz AC out V Hz VA   W   %   bus  V   in A SoC heat PV A  PV V SCC V  out A b7..b0        PV W  b10..b8
 * QPIGS2 (01.0 201.7 00205 , with the space at its end
 * QPIRI  (230.0 34.7 230.0 50.0 34.7 8000 8000 48.0 51.0 48.0 55.2 55.0 2 010 040 0 2 3 9 01 0 0 52.0 1 1 480 0 140
 *         AC in      AC out                         PBCV PSDV PCVV PBFT   AC  all   POP PCP     PBDV          discharge A
 * QPGS0  (1 92912102100033 B 00 000.0 00.00 120.1 59.99 0048 0000 000 53.1 000 059 000.0 000 00154 00016 000 00000110
 *         7 1 060 120 030 00 000 000.0 00
 * QBATCD no document or capture shows it: PBATCD's three digits as last set */
const struct sim_row sim_rows_max[] = {
    {"QPIGS2", "({pv2_A 4.1} {pv2_V 5.1} {pv2_W 5} ", 0},
    {"QPIRI", "({rated_V 5.1} {rated_A 4.1} {rated_V 5.1} {rated_Hz 4.1} {rated_A 4.1} {rated_VA> 4} {rated_W> 4} "
              "{rated_battery_V 4.1} {recharge_V 4.1} {cutoff_V 4.1} {bulk_V 4.1} {float_V 4.1} {battery_type 1} "
              "{ac_max_A 3} {charge_max_A 3} {input_range 1} {out_priority 1} {charger_priority 1} {parallel_max 1} 01 0 "
              "{output_mode 1} {redischarge_V 4.1} {pv_ok 1} {balance 1} {cv_min 3} {logic 1} {discharge_max_A 3}", 0},
    {"QPGSn", "({exists 1} {serial} {mode} {fault 2} {grid_V 5.1} {grid_Hz 5.2} {out_V 5.1} {out_Hz 5.2} {VA 4} {W 4} {load 3} "
              "{battery_V 4.1} {charge_A 3} {soc 3} {pv1_V 5.1} {total_charge_A 3} {total_VA 5} {total_W 5} {total_load 3} {gs_bits} "
              "{output_mode 1} {charger_priority 1} {charge_max_A 3} {range_A 3} {ac_max_A 3} {pv1_A 2} {discharge_A 3} "
              "{pv2_V 5.1} {pv2_A 2}", ROW_MEMBER},
    {"QPGSn", "(0 00000000000000 P 00 000.0 00.00 000.0 00.00 0000 0000 000 00.0 000 000 000.0 {total_charge_A 3} {total_VA 5} "
              "{total_W 5} {total_load 3} 00000000 0 0 010 {range_A 3} 002 00 000 000.0 00", ROW_NO_MEMBER},
    {"QVFW3", "(VERFW:00002.61", 0},
    {"QGMN",  "(044", 0},
    {"QDI",   "(230.0 50.0 0030 44.0 54.0 56.4 46.0 60 0 0 2 0 0 0 0 0 1 1 1 0 1 0 54.0 0 1 224", 0},
    {"QT",    "({time}", 0},
    {"QET",   "({pv_Wh 8}", 0},
    {"QEYyyyy",     "({asked_Wh 8}", 0},
    {"QEMyyyymm",   "({asked_Wh 8}", 0},
    {"QEDyyyymmdd", "({asked_Wh 8}", 0},
    {"QLT",   "({load_Wh 8}", 0},
    {"QLYyyyy",     "({asked_Wh 8}", 0},
    {"QLMyyyymm",   "({asked_Wh 8}", 0},
    {"QLDyyyymmdd", "({asked_Wh 8}", 0},
    {"QBEQI", "(0 060 030 060 030 58.40 000 120 0 0000", 0},
    {"QOPPT", "(2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 0 2 1", 0},
    {"QCHPT", "(3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 0 0 0", 0},
    {"QLED",  "(1 1 2 5 3 148000211255255255000255255", 0},
    {"Q1",    "({absorb_left_s 5} {float_left_s 5} {sun 2} {sun 2} {pv1_battery_A 2} {mppt_C 3} {heat_C 3} {heat_C 3} 000 {number 2} 00 "
              "000 {fan 4} {pv1_W 4} 0000 {out_Hz 5.2} {stage 2}", 0},
    {0}
};

const struct sim_row sim_rows_max8[] = {
    {"QPIGS", "({grid_V 5.1} {grid_Hz 4.1} {out_V 5.1} {out_Hz 4.1} {VA 4} {W 4} {load 3} {bus_V 3} {battery_V 5.2} "
              "{charge_A 3} {soc 3} {heat_C 4} {pv1_A 4.1} {pv1_V 5.1} 00.00 {discharge_A 5} {status} 00 00 {pv1_W 5} {status2}", 0},
    {"QBATCD", "({switches}", 0},
    {0}
};

/* MAX 7.2 kW: two digits for the charging current from AC.
 * QPIRI  (230.0 31.3 230.0 50.0 31.3 7200 7200 48.0 46.0 46.0 53.2 53.2 3 30 040 0 1 3 9 01 0 0 54.0 0 1 480 [cut] */
const struct sim_row sim_rows_max72[] = {
    {"QPIRI", "({rated_V 5.1} {rated_A 4.1} {rated_V 5.1} {rated_Hz 4.1} {rated_A 4.1} {rated_VA 4} {rated_W 4} "
              "{rated_battery_V 4.1} {recharge_V 4.1} {cutoff_V 4.1} {bulk_V 4.1} {float_V 4.1} {battery_type 1} "
              "{ac_max_A> 2} {charge_max_A 3} {input_range 1} {out_priority 1} {charger_priority 1} {parallel_max 1} 01 0 "
              "{output_mode 1} {redischarge_V 4.1} {pv_ok 1} {balance 1} {cv_min 3} {logic 1} {discharge_max_A 3}", 0},
    {"QPIGS", "({grid_V 5.1} {grid_Hz 4.1} {out_V 5.1} {out_Hz 4.1} {VA 4} {W 4} {load 3} {bus_V 3} {battery_V 5.2} "
              "{charge_A 3} {soc 3} {heat_C 4} {pv1_A 4.1} {pv1_V 5.1} 00.00 {discharge_A 5} {status} 00 00 {pv1_W 5} {status2}", 0},
    {0}
};

/* MAX Twin 11 kW (logic-level capture, syssi #202): five digits, 24 fields; QBATCD is refused.
 * QPIGS  (247.1 49.9 229.6 49.9 01012 00969 009 420 53.40 011 052 0052 03.2 268.1 00.00 00000 00010110 00 00 00879 010
 *         0 00 0000
 * QPIGS2 (02.7 271.2 00736 , */
const struct sim_row sim_rows_twin[] = {
    {"QPIGS", "({grid_V 5.1} {grid_Hz 4.1} {out_V 5.1} {out_Hz 4.1} {VA 5} {W 5} {load 3} {bus_V 3} {battery_V 5.2} "
              "{charge_A 3} {soc 3} {heat_C 4} {pv1_A 4.1} {pv1_V 5.1} 00.00 {discharge_A 5} {status} 00 00 {pv1_W 5} {status2} "
              "0 00 0000", 0},
    {0}
};
/* clang-format on */
