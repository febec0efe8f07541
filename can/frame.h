/* One CAN frame, classic or FD, as every backend delivers it. */
#ifndef BUSBAR_CAN_FRAME_H
#define BUSBAR_CAN_FRAME_H

#include <stdint.h>

enum frame_flag {
    FRAME_EXT = 1 << 0,  /* 29-bit identifier */
    FRAME_RTR = 1 << 1,  /* remote request: no data, len is the length asked for */
    FRAME_ERR = 1 << 2,  /* error frame of the interface: id holds the CAN_ERR_ class bits */
    FRAME_FD = 1 << 3,   /* CAN FD */
    FRAME_BRS = 1 << 4,  /* FD: bit rate switched */
    FRAME_ESI = 1 << 5,  /* FD: sender is error passive */
    FRAME_OWN = 1 << 6,  /* sent by this process and seen back on the bus */
};

struct frame {
    int64_t at_us;      /* when it was on the wire; epoch in logs and live (kernel stamp), else 0 */
    uint32_t id;        /* 11 or 29 bits, no flags */
    uint8_t len;        /* data bytes, 0..8, FD 0..64 */
    uint8_t dlc;        /* raw DLC 9..15 of a classic 8-byte frame (candump _N), else 0 */
    uint8_t flags;      /* enum frame_flag */
    uint8_t data[64];
};

#endif
