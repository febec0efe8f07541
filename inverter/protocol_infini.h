/* Inside protocol_pi1*.c: rows and words that PI17 and PI18 share. */
#ifndef BUSBAR_INVERTER_PROTOCOL_INFINI_H
#define BUSBAR_INVERTER_PROTOCOL_INFINI_H

#include "inverter/protocol_list.h"

extern const struct field_word words_infini_mode[], words_battery_direction[],
    words_dc_ac_direction[], words_line_direction[];

extern const struct field_row infini_protocol[1], infini_serial[1], infini_mode[1], infini_time[1],
    infini_amperes[1], infini_energy[1], infini_energy_then[1], infini_energy_day[1];

#endif
