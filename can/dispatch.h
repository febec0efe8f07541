/* From an identifier to whoever decodes it: O(1), fixed size, filled at start. Pure. */
#ifndef BUSBAR_CAN_DISPATCH_H
#define BUSBAR_CAN_DISPATCH_H

#include <stdbool.h>
#include <stdint.h>

enum { DISPATCH_STANDARD = 2048, DISPATCH_EXTENDED = 256 };

struct dispatch {
    uint16_t standard[DISPATCH_STANDARD];     /* handler + 1, 0 = none */
    struct {
        uint32_t id;
        uint16_t handler;                     /* + 1, 0 = free */
    } extended[DISPATCH_EXTENDED];            /* open addressing */
    uint16_t extended_count;
};

void dispatch_init(struct dispatch *dispatch);

/* 0, -EEXIST when the identifier has a handler, -ENOSPC, -EINVAL. handler < 65535. */
int dispatch_add(struct dispatch *dispatch, uint32_t id, bool ext, uint16_t handler);

/* The handler, or -1. */
int dispatch_find(const struct dispatch *dispatch, uint32_t id, bool ext);

#endif
