/* PI30 answers of the older and smaller models. */
#include "sim/variants.h"

/* clang-format off */
const struct sim_row sim_rows_none[] = {{0}};

/* What all of them say. QSID: two digits, how many of the twenty that follow are valid. */
const struct sim_row sim_rows_pi30[] = {
    {"QPI",      "(PI30", 0},
    {"QID",      "({serial}", 0},
    {"QSID",     "(14{serial}000000", 0},
    {"QVFW",     "(VERFW:{firmware}", 0},
    {"QMN",      "({model}", 0},
    {"QMOD",     "({mode}", 0},
    {"QPIWS",    "({warnings}", 0},
    {"QFLAG",    "({flags}", 0},
    {"QMCHGCR",  "({charge_list}", 0},
    {"QMUCHGCR", "({ac_charge_list}", 0},
    {0}
};

/* Axpert MKS 5 kVA, two in parallel (b48736/axpert-monitor); QPIRI and Q1 of units like it.
 * QPIGS  (233.8 49.8 230.2 49.8 0277 0250 005 363 52.00 000 028 0045 0000 289.6 00.00 00001 00010010 00 00 00241 010
 * QPIRI  (230.0 21.7 230.0 50.0 21.7 5000 4000 48.0 46.0 42.0 56.4 54.0 0 10 010 1 0 0 6 01 0 0 54.0 0 1
 * QPGS0  (1 92931905106458 B 00 232.0 50.00 229.3 50.02 0412 0323 008 52.2 000 030 299.6 000 00895 00713 007 10100010
 *         1 1 060 080 60 00 000
 * QPGS2  (0 00000000000000 P 00 000.0 00.00 000.0 00.00 0000 0000 000 00.0 000 000 000.0 000 00690 00530 005 00000000
 *         0 0 010 080 02 00 000
 * Q1     (07792 00001 00 00 01 000 050 036 000 01 00 000 0000 0000 0000 00.00 13 */
#define QPIGS_MKS \
    "({grid_V 5.1} {grid_Hz 4.1} {out_V 5.1} {out_Hz 4.1} {VA 4} {W 4} {load 3} {bus_V 3} {battery_V 5.2} " \
    "{charge_A 3} {soc 3} {heat_C 4} {pv1_battery_A 4} {pv1_V 5.1} 00.00 {discharge_A 5} {status} 00 00 {pv1_W 5} {status2}"
#define QPIGS_21 \
    "({grid_V 5.1} {grid_Hz 4.1} {out_V 5.1} {out_Hz 4.1} {VA 4} {W 4} {load 3} {bus_V 3} {battery_V 5.2} " \
    "{charge_A 3} {soc 3} {heat_C 4} {pv1_A 4.1} {pv1_V 5.1} 00.00 {discharge_A 5} {status} 00 00 {pv1_W 5} {status2}"
#define QPIRI_TO_TYPE \
    "({rated_V 5.1} {rated_A 4.1} {rated_V 5.1} {rated_Hz 4.1} {rated_A 4.1} {rated_VA 4} {rated_W 4} {rated_battery_V 4.1} " \
    "{recharge_V 4.1} {cutoff_V 4.1} {bulk_V 4.1} {float_V 4.1} {battery_type 1} "
#define QPIRI_TO_BALANCE \
    " {input_range 1} {out_priority 1} {charger_priority 1} {parallel_max 1} 01 0 {output_mode 1} {redischarge_V 4.1} " \
    "{pv_ok 1} {balance 1}"
#define Q1_17 \
    "({absorb_left_s 5} {float_left_s 5} {sun 2} {sun 2} {pv1_battery_A 2} {mppt_C 3} {heat_C 3} {heat_C 3} 000 {number 2} 00 000 " \
    "{fan 4} {pv1_W 4} 0000 {out_Hz 5.2} {stage 2}"

const struct sim_row sim_rows_mks[] = {
    {"QPIGS", QPIGS_MKS, 0},
    {"QPIRI", QPIRI_TO_TYPE "{ac_max_A> 2} {charge_max_A 3}" QPIRI_TO_BALANCE, 0},
    {"QPGSn", "({exists 1} {serial} {mode} {fault 2} {grid_V 5.1} {grid_Hz 5.2} {out_V 5.1} {out_Hz 5.2} {VA 4} {W 4} {load 3} "
              "{battery_V 4.1} {charge_A 3} {soc 3} {pv1_V 5.1} {total_charge_A 3} {total_VA 5} {total_W 5} {total_load 3} {gs_bits} "
              "{output_mode 1} {charger_priority 1} {charge_max_A 3} {range_A 3} {ac_max_A> 2} {pv1_battery_A 2} {discharge_A 3}",
              ROW_MEMBER},
    {"QPGSn", "(0 00000000000000 P 00 000.0 00.00 000.0 00.00 0000 0000 000 00.0 000 000 000.0 {total_charge_A 3} {total_VA 5} "
              "{total_W 5} {total_load 3} 00000000 0 0 010 {range_A 3} 02 00 000", ROW_NO_MEMBER},
    {"QOPM",  "({output_mode 2}", 0},
    {"QDI",   "(230.0 50.0 0030 42.0 54.0 56.4 46.0 60 0 0 2 0 0 0 0 0 1 1 0 0 1 0 54.0 0 1 000", 0},
    {"Q1",    Q1_17, 0},
    {0}
};

/* King (GK/MK) 5 kW: 27 fields.
 * QPIRI  (120.0 25.0 120.0 60.0 25.0 3000 3000 48.0 46.0 44.0 58.4 54.4 2 30 060 1 2 0 9 01 0 6 54.0 0 1 000 0
 * QPIGS  of a PIP-5048MG: .. 54.40 042 072 0066 0042 284.6 00.00 00000 00010010 00 00 02901 010 */
const struct sim_row sim_rows_king[] = {
    {"QPIRI", QPIRI_TO_TYPE "{ac_max_A> 2} {charge_max_A 3}" QPIRI_TO_BALANCE " {cv_min 3} {logic 1}", 0},
    {"QBOOT", "(1", 0},
    {"QVFW2", "(VERFW2:00000.30", 0},
    {0}
};

/* VM III 6 kW (Qoltec; QPIRI and QPIGS of a 5.5 kW unit like it).
 * QPIRI  (230.0 23.9 230.0 50.0 23.9 5500 5500 48.0 51.0 48.0 55.3 55.3 2 02 100 0 2 3 1 01 0 0 53.0 0 1
 * QPIGS  (239.3 50.0 230.2 50.0 0299 0196 005 423 53.20 000 050 0056 01.9 209.8 00.00 00000 00010110 00 00 00408 010
 * QDI    (230.0 50.0 0030 42.0 54.0 56.4 46.0 60 0 0 2 0 0 0 0 0 1 1 1 0 1 0 54.0 0 1 */
const struct sim_row sim_rows_vm3[] = {
    {"QPIGS", QPIGS_21, 0},
    {"QPIRI", QPIRI_TO_TYPE "{ac_max_A> 2} {charge_max_A 3}" QPIRI_TO_BALANCE, 0},
    {"QDI",   "(230.0 50.0 0030 42.0 54.0 56.4 46.0 60 0 0 2 0 0 0 0 0 1 1 1 0 1 0 54.0 0 1", 0},
    {"Q1",    Q1_17, 0},
    {0}
};

/* 10.2 kW clone: four digits for the rated power, so it prints what is left of 10200.
 * QPIRI  (230.0 44.3 230.0 50.0 44.3 0200 0200 48.0 46.0 41.0 58.4 58.0 3 050 060 1 1 0 1 01 0 0 54.0 0 1 46.0 10 44.0 */
const struct sim_row sim_rows_clone10[] = {
    {"QPIGS", "({grid_V 5.1} {grid_Hz 4.1} {out_V 5.1} {out_Hz 4.1} {VA 5} {W 5} {load 3} {bus_V 3} {battery_V 5.2} "
              "{charge_A 3} {soc 3} {heat_C 4} {pv1_A 4.1} {pv1_V 5.1} 00.00 {discharge_A 5} {status} 00 00 {pv1_W 5} {status2}", 0},
    {"QPIRI", "({rated_V 5.1} {rated_A 4.1} {rated_V 5.1} {rated_Hz 4.1} {rated_A 4.1} {rated_VA~ 4} {rated_W~ 4} "
              "{rated_battery_V 4.1} {recharge_V 4.1} {cutoff_V 4.1} {bulk_V 4.1} {float_V 4.1} {battery_type 1} "
              "{ac_max_A 3} {charge_max_A 3}" QPIRI_TO_BALANCE " {recharge_V 4.1} 10 {cutoff_V 4.1}", 0},
    {0}
};

/* 4.2 kW, 24 V (syssi #234), three fields more than the documents have.
 * QPIRI  (230.0 18.2 230.0 50.0 18.2 4200 4200 24.0 23.5 23.1 29.0 27.7 3 002 080 1 1 2 1 01 0 0 27.0 0 1 23.5 12 22.0 */
const struct sim_row sim_rows_pip24[] = {
    {"QPIGS", QPIGS_21, 0},
    {"QPIRI", QPIRI_TO_TYPE "{ac_max_A 3} {charge_max_A 3}" QPIRI_TO_BALANCE " {recharge_V 4.1} 12 {cutoff_V 4.1}", 0},
    {0}
};

/* PowMr 4200 W, 12 V (syssi #231): current as the battery gets it.
 * QPIRI  (230.0 10.0 230.0 50.0 10.0 2300 2300 12.0 12.8 11.0 14.2 13.6 2 20 100 0 2 2 1 01 0 0 13.3 0 1
 * QPIGS  (224.4 50.0 229.2 50.0 0366 0283 016 379 13.10 000 080 0025 0000 000.0 00.00 00024 00010000 00 00 00001 010 */
const struct sim_row sim_rows_powmr12[] = {
    {"QPIGS", QPIGS_MKS, 0},
    {"QPIRI", QPIRI_TO_TYPE "{ac_max_A> 2} {charge_max_A 3}" QPIRI_TO_BALANCE, 0},
    {0}
};
/* clang-format on */
