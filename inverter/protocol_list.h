/* Inside protocol_*.c: every protocol there is, and the rows several of them share. */
#ifndef BUSBAR_INVERTER_PROTOCOL_LIST_H
#define BUSBAR_INVERTER_PROTOCOL_LIST_H

#include "inverter/protocol.h"

extern const struct protocol protocol_pi30, protocol_pi30max, protocol_pi30mst, protocol_pi30revo,
    protocol_pi41, protocol_pi34, protocol_pi16, protocol_pi18, protocol_pi17;

/* protocol_words.c */
extern const struct field_word words_mode_letter[], words_output_priority[], words_charger_priority[],
    words_battery_type[], words_input_range[], words_machine_type[],
    words_topology[], words_output_mode[], words_pv_ok[],
    words_pv_balance[], words_logic[], words_full[],
    words_off_at_0[], words_automatic_at_0[], words_yes[],
    words_on[], words_status[], words_status2[],
    words_switches[], words_parallel_status[], words_parallel_role[],
    words_stage[], words_country[], words_flags[];

#define ROWS(table) (table), sizeof(table) / sizeof *(table)

#endif
