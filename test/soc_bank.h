/* The bank the charge counter is tried on, and what is seen of it at one moment. */
#ifndef BUSBAR_TEST_SOC_BANK_H
#define BUSBAR_TEST_SOC_BANK_H

#include "bms/bank.h"

static const struct bank_config lfp = {
    .chemistry = CHEMISTRY_LFP,
    .capacity_mAh = 600000,
    .cells = 16,
    .charge_max_mA = 200000,
    .discharge_max_mA = 300000,
    .self_draw_mA = 60,
    .sensor_offset_mA = 200,
    .sensor_gain_permille = 5,
};

static inline struct bank_view look(int32_t voltage_mV, int32_t current_mA, int32_t bms_permille)
{
    return (struct bank_view){
        .known = true,
        .current_known = true,
        .voltage_mV = voltage_mV,
        .current_mA = current_mA,
        .temp_known = true,
        .temp_min_dC = 250,
        .temp_max_dC = 250,
        .bms_soc_permille = bms_permille,
    };
}

#endif
