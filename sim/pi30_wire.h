/* How answers and requests stand on a simulated inverter's wire. Written from the vendor's documents,
 * beside and without the product's own framing, so that neither proves the other's mistakes.
 *
 * CRC16/XMODEM, high byte first; a CRC byte of 0x28, 0x0D or 0x0A is sent one higher, 0x00 is not
 * (captured frame ending in 00 E7; docs/axpert.md). */
#ifndef BUSBAR_SIM_PI30_WIRE_H
#define BUSBAR_SIM_PI30_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sim_framing {
    SIM_PI30,       /* QPIGS crc CR -> (.. crc CR */
    SIM_REVO,       /* as PI30; some words with one byte, (sum + 1) & 0xFF, for a CRC */
    SIM_PI18,       /* ^P005GS crc CR -> ^Dnnn.. crc CR; nnn counts what follows it */
    SIM_PI17        /* ^P003GS CR, without a CRC -> as PI18 */
};

enum sim_request {
    SIM_REQUEST_WORD,      /* *word is what it asks */
    SIM_REQUEST_FOREIGN,   /* of another framing than this unit's */
    SIM_REQUEST_DAMAGED    /* wrong CRC or length */
};

uint16_t sim_crc(const char *bytes, size_t length);

/* Reads length bytes that end in CR. A PI17 or PI18 word keeps its kind, "P" or "S", in front: "PGS"; a
 * REVO's word may end in either check. */
enum sim_request sim_request_read(enum sim_framing framing, const uint8_t *bytes, size_t length,
                                  char *word, size_t room);

/* The request ended in REVO's one byte: so does what is said to it. */
bool sim_request_summed(const uint8_t *bytes, size_t length);

/* Text from its "(" or "^" on, with CRC and CR; the length. out holds strlen(text) + 3 bytes. */
size_t sim_frame_crc(uint8_t *out, const char *text);
/* The same with REVO's one byte, (sum + 1) & 0xFF. */
size_t sim_frame_sum(uint8_t *out, const char *text);

#endif
