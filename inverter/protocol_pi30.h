/* Inside protocol_pi*.c: rows of PI30 that its variants share. */
#ifndef BUSBAR_INVERTER_PROTOCOL_PI30_H
#define BUSBAR_INVERTER_PROTOCOL_PI30_H

#include "inverter/protocol_list.h"

enum { PI30_QPIRI_ROWS = 28, PI30_QPIGS_ROWS = 24, PI30_QPIGS2_ROWS = 3 };

extern const struct field_row pi30_qpiri[PI30_QPIRI_ROWS], pi30_qpigs[PI30_QPIGS_ROWS],
    pi30_qpigs2[PI30_QPIGS2_ROWS];
extern const struct field_row pi30_amperes[1], pi30_protocol[1], pi30_serial[1],
    pi30_serial_long[1], pi30_firmware[1], pi30_model[1], pi30_mode[1], pi30_warnings[1],
    pi30_switches[1];

#endif
