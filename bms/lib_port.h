/* Towards Voltronic inverters: busbar answers on their BMS port as a battery of type LIB or LIC.
 *
 * The inverter is the master: about once a second it asks for the battery's state and limits, and
 * charges with no more than it is told, down to 0 A. Nothing is written into the inverter for that.
 * Without a battery's word for about ten minutes it shows warning 61 and ceases to charge and to
 * discharge (docs/means.md).
 *
 * Source: Voltronic, "Inverter and BMS 485 communication protocol" (2020-03-25 and 2020-12-02),
 * after its older "BMS Modbus protocol for RS485" V1.1 (2018-11-15). Register scales and bits as in
 * the maps of yNosGR/PythonProtocolGateway (voltronic_bms_2020_03_25), what an inverter takes as in
 * sdragos/mppsolar-lib-protocol-to-jk-bms-rs485 (PIP 4024MT).
 *
 *     9600 baud 8N1, two wires, one speaks at a time
 *     01 03 00 10 00 01 85 CF     address, 3 = read, first register, registers, CRC-16 of Modbus
 *     01 03 00 01 00 08 15 CC     address, 3, registers (two bytes: not as in Modbus), values, CRC
 *     01 83 02 C0 F1              address, 3 + 128, error, CRC: no such register
 *
 * An answer does not say which question it answers: one that comes late is read as the answer to
 * the next question, amperes as volts. So there is an answer at once or none:
 * - bytes count as having come just after the port was last looked at. When that is more than
 *   LIB_ANSWER_MS ago, the request among them may be old: no answer;
 * - when anything has come behind a request, it is not answered;
 * - a damaged request, one to another address and any other function are met with silence.
 *
 * Its own words that come back (an adapter that hears itself) are passed over: an answer of one
 * register is, by its form, a request for register 1. Another battery's answer is of that form too,
 * and told as a rival: bms/emulate.h then falls silent.
 *
 * The owner restates what is told each tick. When it does not: after LIB_STALE_MS no charge is
 * allowed any more, after LIB_SILENT_MS nothing is said. */
#ifndef BUSBAR_BMS_LIB_PORT_H
#define BUSBAR_BMS_LIB_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bms/emulate.h"
#include "core/verdict.h"

enum {
    LIB_ADDRESS = 1,            /* what every such battery answers to */
    LIB_ADDRESS_MAX = 15,       /* the DIP switches of V1.1 */
    LIB_REQUEST = 8,
    LIB_REGISTERS_MAX = 40,     /* in one answer */
    LIB_ANSWER_MAX = 6 + 2 * LIB_REGISTERS_MAX,
    LIB_ANSWER_MS = 60,         /* 100 ms are taken by a PIP 4024MT */
    LIB_GAP_MS = 50,            /* a request in two parts: the second comes within */
    LIB_RIVAL_MS = 300,         /* after a request, another battery's answer */
    LIB_STALE_MS = BANK_FRESH_MS, LIB_SILENT_MS = BANK_CHARGE_MS,
    LIB_CELLS_MAX = 20
};

struct lib_port {
    uint8_t address;
    int32_t cells;
    struct emulate_orders told;
    int64_t told_ms;            /* 0 = nothing is to be said */
    uint8_t rx[3 * LIB_ANSWER_MAX];
    size_t rx_len;
    int64_t rx_ms, looked_ms;   /* 0 = never: what comes first may be old */
    uint8_t said[LIB_ANSWER_MAX];
    size_t said_len;            /* not yet heard back */
    int64_t said_ms;
    uint16_t asked_count;       /* registers of the newest request */
    int64_t asked_ms;           /* a good request to this address, 0 = never */
    int64_t limit_ms;           /* it was told its charge current, 0 = never */
    int32_t limit_mA;           /* that */
    int64_t rival_ms;           /* another battery's answer, 0 = never */
    struct verdict_counts verdicts;
    uint32_t answers, refusals, late, echoes;
};

/* address 1..15; cells in series 1..20. */
void lib_port_init(struct lib_port *port, uint8_t address, int32_t cells);

/* What is to be said from now on; orders NULL: nothing. */
void lib_port_tell(struct lib_port *port, const struct emulate_orders *orders, int64_t now_ms);

/* The port was looked at and gave these bytes, or none. Call it with none too: it bounds how old
 * the next ones can be. What is to be sent at once goes to out; its length, 0 = nothing. */
size_t lib_port_hear(struct lib_port *port, const uint8_t *bytes, size_t count, int64_t now_ms,
                     uint8_t out[LIB_ANSWER_MAX]);

/* The port was lost or has come back: nothing under way is answered. */
void lib_port_changed(struct lib_port *port);

/* CRC-16 of Modbus; sent low byte first. */
uint16_t lib_port_crc(const uint8_t *bytes, size_t count);

#endif
