/* PI34: charge controllers without an inverter. They are told by their QPI; nothing is set here. */
#include "inverter/protocol_pi30.h"

/* clang-format off */
static const struct question questions[] = {
    {"QPI",      "", ASK_PROTOCOL,       ANSWER_TEXT,    "PI",      ' ', false, ROWS(pi30_protocol)},
    {"QID",      "", ASK_SERIAL,         ANSWER_TEXT,    NULL,      ' ', false, ROWS(pi30_serial)},
    {"QVFW",     "", ASK_FIRMWARE,       ANSWER_TEXT,    "VERFW:",  ' ', false, ROWS(pi30_firmware)},
};
/* clang-format on */

const struct protocol protocol_pi34 = {"PI34", FRAMING_PI30, ROWS(questions), NULL, 0};
