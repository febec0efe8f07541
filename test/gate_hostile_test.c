/* The gate on what a hostile controller has found (test/hostile.h), frame by frame. */
#include "test/gate_bench.h"

static void short_pulses(void)
{
    struct bench b;
    begin_cold(&b);
    EXPECT(switches(&b, 0x07), GATE_PASS, "on");
    b.now_ms += 10;
    EXPECT(switches(&b, 0x06), GATE_PASS, "and off, between two samples and two reports");
    pass(&b, 450);
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "it was ordered on until 450 ms ago");
    pass(&b, 50);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "500 ms");
    begin_cold(&b);
    EXPECT(switches(&b, 0x07), GATE_PASS, "on");
    b.now_ms += 10;
    EXPECT(switches(&b, 0x06), GATE_PASS, "and off");
    b.now_ms += 40;
    b.switches = 0x07;
    hear_switches(&b);
    b.switches = 0x06;
    pass(&b, 500);
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "the board told of it later: off since 400 ms");
    pass(&b, 100);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "off since 500 ms by its own word");
}

static void silent_after_the_order(void)
{
    struct bench b;
    begin_cold(&b);
    EXPECT(switches(&b, 0x07), GATE_PASS, "on, and the board is silent from now on");
    b.mute_switches = true;
    b.now_ms += 10;
    EXPECT(switches(&b, 0x06), GATE_PASS, "off, and nobody knows whether it was taken");
    pass(&b, 800);
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "its word of before the orders is no word");
    b.mute_switches = false;
    pass(&b, 100);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "it has spoken: off all the time");
}

static void orders_taken_back(void)
{
    struct bench b;
    begin_cold(&b);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "opens cold");
    b.amperes = 7;
    pass(&b, 100);
    EXPECT(contacts(&b, 0x07), GATE_CURRENT, "closed again, as the board still tells: a change");
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "nor is it opened again");
    pass(&b, 400);
    EXPECT(contacts(&b, 0x07), GATE_PASS, "it never took the order: no change");
    begin_open(&b);
    EXPECT(contacts(&b, 0x0E), GATE_PASS, "closes");
    b.amperes = 7;
    pass(&b, 250);
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "it may have, and carries current");
    pass(&b, 250);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "it never took the order");
}

static void coils_told_again(void)
{
    struct bench b;
    begin_cold(&b);
    EXPECT(switches(&b, 0x04), GATE_PASS, "string 2 off too");
    b.switches = b.amperes = 0x04;
    pass(&b, 600);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "string 1 opens");
    b.outputs = b.closed = 0x06;
    b.opened = 0x79;
    pass(&b, 300);
    EXPECT(contacts(&b, 0x04), GATE_PASS, "string 2 opens");
    b.outputs = b.closed = 0x04;
    b.opened = 0x7B;
    pass(&b, 700);
    EXPECT(contacts(&b, 0x05), GATE_PASS, "string 1 closes, and the order is lost");
    pass(&b, 300);
    EXPECT(contacts(&b, 0x05), GATE_PASS, "told again: now it picks up");
    b.outputs = b.closed = 0x05;
    b.opened = 0x7A;
    hear_contacts(&b);
    b.now_ms += 190;
    hear_counter(&b);
    EXPECT(contacts(&b, 0x07), GATE_PICKUP, "string 2 closes 190 ms later");
    b.now_ms += 10;
    EXPECT(contacts(&b, 0x07), GATE_PASS, "200 ms");
    b.outputs = 0x07;
    hear_contacts(&b);
    b.outputs = 0x05;
    b.now_ms += 100;
    hear_contacts(&b);
    hear_counter(&b);
    EXPECT(contacts(&b, 0x07), GATE_PICKUP, "its board has lost it 100 ms later: a pick-up anew");
    b.now_ms += 100;
    EXPECT(contacts(&b, 0x07), GATE_PASS, "200 ms after the first");
}

/* Zero while open is no zero current: a switch that is shorted, or none. */
static void current_comes_with_the_close(void)
{
    struct bench b;
    begin_open(&b);
    EXPECT(contacts(&b, 0x07), GATE_PASS, "closes");
    b.outputs = 0x07;
    pass(&b, 150);
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "its current may not have been heard yet");
    pass(&b, 150);
    b.closed = 0x07;
    b.opened = 0x78;
    hear_contacts(&b);
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "seen closed this moment");
    pass(&b, 500);
    EXPECT(contacts(&b, 0x06), GATE_CURRENT, "without current since 450 ms");
    pass(&b, 50);
    EXPECT(contacts(&b, 0x06), GATE_PASS, "since 500 ms");
}

static void button_speaks(struct bench *b, bool pressed)
{
    struct frame f = {.id = 0x194, .len = 4, .data = {0, (uint8_t)(pressed << 1), b->moving++}};
    gate_seen(&b->gate, 0, &f, b->now_ms);
}

static void read_back_in_full(void)
{
    struct bench b;
    begin(&b);
    b.gate.config.stop_count = 1;
    b.gate.config.stops[0] = (struct gate_stop){.node = 0x14};
    b.mute_contacts = true;
    pass(&b, 1000);
    EXPECT(switches(&b, 0x07), GATE_PASS, "restating passes");
    b.now_ms += 10;
    EXPECT(switches(&b, 0x06), GATE_UNSEEN, "the other board has not been heard since the start");
    button_speaks(&b, true);
    EXPECT(switches(&b, 0x06), GATE_PASS, "but for the emergency stop");
    begin(&b);
    b.gate.config.stop_count = 1;
    b.gate.config.stops[0] = (struct gate_stop){.node = 0x14};
    pass(&b, 1000);
    EXPECT(contacts(&b, 0x07), GATE_PASS, "restating passes");
    EXPECT(switches(&b, 0x07), GATE_PASS, "restating passes");
    b.now_ms += 10;
    EXPECT(switches(&b, 0x06), GATE_PASS, "off, though the stop button has not been heard");
    b.switches = 0x06;
    pass(&b, 300);
    EXPECT(switches(&b, 0x07), GATE_UNSEEN, "but nothing goes on");
    button_speaks(&b, false);
    EXPECT(switches(&b, 0x07), GATE_PASS, "it is not pressed");
}

int main(void)
{
    short_pulses();
    silent_after_the_order();
    orders_taken_back();
    coils_told_again();
    current_comes_with_the_close();
    read_back_in_full();
    return check_done("gate_hostile");
}
