/* Two stop buttons for the bench of gate_bench.h. */
#ifndef BUSBAR_TEST_GATE_EDGES_H
#define BUSBAR_TEST_GATE_EDGES_H

#include "test/gate_bench.h"

enum { STOP_ONE = 0x13, STOP_TWO = 0x14 };

/* A button's frame: presses, bit 1 of the second byte = stop, counter. */
static inline void hear_button(struct bench *b, uint8_t node, uint8_t bits)
{
    struct frame f = {.id = 0x180u + node, .len = 4, .data = {0, bits, b->moving++}};
    gate_seen(&b->gate, 0, &f, b->now_ms);
}

/* Time goes on, and the buttons speak each 100 ms as boards and counter do. */
static inline void pass_pressed(struct bench *b, uint8_t one, uint8_t two, int ms)
{
    for (int i = 0; i < ms; i += 50) {
        pass(b, 50);
        if (b->beat % 2 == 0) {
            hear_button(b, STOP_ONE, one);
            hear_button(b, STOP_TWO, two);
        }
    }
}

static inline void with_buttons(struct bench *b)
{
    b->gate.config.stop_count = 2;
    b->gate.config.stops[0] = (struct gate_stop){.node = STOP_ONE};
    b->gate.config.stops[1] = (struct gate_stop){.node = STOP_TWO};
}

/* .. and both have been heard, not pressed: nothing goes on before. */
static inline void with_buttons_heard(struct bench *b)
{
    with_buttons(b);
    hear_button(b, STOP_ONE, 0);
    hear_button(b, STOP_TWO, 0);
}

#endif
