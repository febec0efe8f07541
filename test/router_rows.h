/* What the tests of the sequencer share: rows of time, state and event, played on the plant of
 * string_plant.h, which answers in frames each 100 ms and on change. Times count from a moment
 * after the router has adopted what it saw. */
#ifndef BUSBAR_TEST_ROUTER_ROWS_H
#define BUSBAR_TEST_ROUTER_ROWS_H

#include "test/check.h"
#include "test/string_shed.h"

typedef void event_fn(struct shed *shed);

/* At that time this is the state and its reason; then the event happens. */
struct row {
    int at_ms;
    enum router_state state;
    enum router_why why;
    event_fn *event;
    const char *sentence;
};

static inline void play(const char *name, struct shed *shed, const struct row rows[], size_t count)
{
    int64_t from_ms = shed->plant.now_ms;
    for (size_t i = 0; i < count; i++) {
        shed_run(shed, from_ms + rows[i].at_ms - shed->plant.now_ms);
        CHECK(shed->router.state == rows[i].state && shed->router.why == rows[i].why,
              "%s, %d ms, %s: %s, %s", name, rows[i].at_ms, rows[i].sentence,
              router_state_name(shed->router.state), router_why_text(shed->router.why));
        if (rows[i].event)
            rows[i].event(shed);
    }
    CHECK(shed->plant.violated == 0, "%s: %s", name, shed->plant.first);
}

#define PLAY(name, shed, rows) play(name, shed, rows, sizeof(rows) / sizeof(rows)[0])

/* Adopted 500 ms ago, everyone home, nothing wanted. */
static inline void begin(struct shed *shed)
{
    shed_init(shed, 1000000);
    shed_run(shed, 10600);
    CHECK(shed->router.state == ROUTER_IDLE, "adopted after the boot hold");
}

/* --- events --- */

/* clang-format off */
static inline void want_s2(struct shed *s) { shed_want(s, 0, 3, 2); }
static inline void want_both(struct shed *s) { shed_want(s, 0, 3, 4); }
static inline void want_home(struct shed *s) { shed_want(s, 0, 1, 2); }
static inline void weld_2(struct shed *s) { s->plant.contact[1].welded = true; }
static inline void slow_2(struct shed *s) { s->plant.contact[1].travel_ms = 600; }
static inline void stuck_5(struct shed *s) { s->plant.contact[4].stuck_open = true; }
static inline void short_2(struct shed *s) { s->plant.switch_shorted[1] = true; }
static inline void leak_2(struct shed *s) { s->plant.leaks[1] = true; }
static inline void counter_off(struct shed *s) { s->plant.counter_silent = true; }
static inline void counter_on(struct shed *s) { s->plant.counter_silent = false; }
static inline void contacts_off(struct shed *s) { s->plant.board[0].silent = true; }
static inline void contacts_on(struct shed *s) { s->plant.board[0].silent = false; }
static inline void switches_off(struct shed *s) { s->plant.board[1].silent = true; }
static inline void switches_on(struct shed *s) { s->plant.board[1].silent = false; }
static inline void reboot_contacts(struct shed *s) { board_reboot(&s->plant, 0); }
static inline void reboot_switches(struct shed *s) { board_reboot(&s->plant, 1); }
static inline void lose_contacts(struct shed *s) { s->drop_frames[0] = true; }
static inline void lose_switches(struct shed *s) { s->drop_frames[1] = true; }
static inline void lose_none(struct shed *s) { memset(s->drop_frames, 0, sizeof s->drop_frames); }
static inline void not_ready(struct shed *s) { s->view.input_ready[3] = false; }
static inline void none_ready(struct shed *s)
{
    s->view.input_ready[3] = s->view.input_ready[1] = false;
}
static inline void ready(struct shed *s) { s->view.input_ready[3] = s->view.input_ready[1] = true; }
static inline void insulation(struct shed *s) { s->view.insulation_fault = true; }
static inline void insulated(struct shed *s) { s->view.insulation_fault = false; }
static inline void isolate_1(struct shed *s) { s->isolate[0] = true; }
static inline void isolate_all(struct shed *s)
{
    s->isolate[0] = s->isolate[1] = s->isolate[2] = true;
}
static inline void isolate_none(struct shed *s) { memset(s->isolate, 0, sizeof s->isolate); }
static inline void mirror_2(struct shed *s) { s->plant.contact[1].feedback_lost = true; }
static inline void mirror_5(struct shed *s) { s->plant.contact[4].feedback_lost = true; }
static inline void mirrors_back(struct shed *s)
{
    for (int c = 0; c < PLANT_CONTACTS; c++)
        s->plant.contact[c].feedback_lost = false;
}
static inline void fault_5(struct shed *s) { s->view.contact_fault[4] = true; }
static inline void foreign(struct shed *s)
{
    struct frame f = {.id = 0x210, .len = 4, .data = {0x07, 0xF8, 1}};
    gate_seen(&s->gate, 0, &f, s->plant.now_ms);
}
static inline void reset(struct shed *s)
{
    router_reset(&s->router, s->plant.now_ms);
    gate_reset(&s->gate);
}
static inline void kill_gate_current(struct shed *s)
{
    s->gate.strings[1].locked = true;
}
static inline void unlock_gate(struct shed *s)
{
    s->gate.strings[1].locked = false;
}
/* clang-format on */

#endif
