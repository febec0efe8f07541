/* A session as a table of time, what is seen, and the state expected after. */
#include "app/session.h"
#include "devices/nodes.h"
#include "test/check.h"

enum { PUSH = 1, START = 2, STOP = 4, SILENT = 8, HELD = 16 };

struct step {
    int64_t at_ms;
    int flags;
    int car;
    int current_dA;
    enum session_state state;
    enum session_why why;
    const char *sentence;
};

static const struct step pushed_and_full[] = {
    {1000, 0, CAR_A, 0, SESSION_NONE, SESSION_WHY_START, "nobody has asked"},
    {2000, 0, CAR_C, 100, SESSION_NONE, SESSION_WHY_START, "surplus charging is no session"},
    {3000, PUSH, CAR_B, 0, SESSION_BUNDLED, SESSION_BUTTON, "the button starts it"},
    {63500, 0, CAR_B, 0, SESSION_BUNDLED, SESSION_BUTTON, "a car that has not begun gets its time"},
    {64000, 0, CAR_C, 340, SESSION_BUNDLED, SESSION_BUTTON, "it charges"},
    {70000, 0, CAR_B, 0, SESSION_BUNDLED, SESSION_BUTTON, "it pauses"},
    {129999, 0, CAR_B, 0, SESSION_BUNDLED, SESSION_BUTTON, "not one ms early"},
    {130000, 0, CAR_B, 0, SESSION_NONE, SESSION_CAR_FULL, "no current for a minute: full"},
};
static const struct step pause_is_not_full[] = {
    {1000, START, CAR_B, 0, SESSION_BUNDLED, SESSION_REQUEST, "a request starts it"},
    {2000, 0, CAR_C, 340, SESSION_BUNDLED, SESSION_REQUEST, "it charges"},
    {3000, 0, CAR_B, 0, SESSION_BUNDLED, SESSION_REQUEST, "pauses"},
    {50000, 0, CAR_C, 60, SESSION_BUNDLED, SESSION_REQUEST, "goes on"},
    {100000, 0, CAR_B, 0, SESSION_BUNDLED, SESSION_REQUEST, "the minute starts anew"},
    {159999, 0, CAR_B, 0, SESSION_BUNDLED, SESSION_REQUEST, "still"},
    {160000, 0, CAR_B, 0, SESSION_NONE, SESSION_CAR_FULL, "full"},
};
static const struct step held_is_not_full[] = {
    {1000, PUSH, CAR_C, 100, SESSION_BUNDLED, SESSION_BUTTON, "starts while it charges"},
    {2000, HELD, CAR_B, 0, SESSION_BUNDLED, SESSION_BUTTON, "held down: the source changes"},
    {100000, HELD, CAR_B, 0, SESSION_BUNDLED, SESSION_BUTTON,
     "a car that is offered nothing is not full"},
    {101000, 0, CAR_B, 0, SESSION_BUNDLED, SESSION_BUTTON, "offered again"},
    {161000, 0, CAR_B, 0, SESSION_NONE, SESSION_CAR_FULL, "and takes nothing for a minute"},
};
static const struct step gone[] = {
    {1000, PUSH, CAR_C, 340, SESSION_BUNDLED, SESSION_BUTTON, "starts"},
    {2000, 0, CAR_A, 0, SESSION_NONE, SESSION_CAR_GONE, "unplugged: ends at once"},
};
static const struct step pushed_too_early[] = {
    {1000, PUSH, CAR_A, 0, SESSION_BUNDLED, SESSION_BUTTON, "pushed before the car is there"},
    {300000, 0, CAR_A, 0, SESSION_BUNDLED, SESSION_BUTTON, "five minutes of patience"},
    {301000, 0, CAR_A, 0, SESSION_NONE, SESSION_CAR_GONE, "then it ends"},
};
static const struct step again[] = {
    {1000, PUSH, CAR_C, 340, SESSION_BUNDLED, SESSION_BUTTON, "starts"},
    {2000, PUSH, CAR_C, 340, SESSION_NONE, SESSION_BUTTON_AGAIN, "the second push ends it"},
    {3000, PUSH, CAR_C, 340, SESSION_BUNDLED, SESSION_BUTTON, "the third starts it"},
    {4000, STOP, CAR_C, 340, SESSION_NONE, SESSION_STOP, "a request ends it"},
    {5000, STOP, CAR_C, 340, SESSION_NONE, SESSION_STOP,
     "stopping what does not run changes nothing"},
};
static const struct step silent_node[] = {
    {1000, PUSH, CAR_C, 340, SESSION_BUNDLED, SESSION_BUTTON, "starts"},
    {2000, SILENT, -1, 0, SESSION_BUNDLED, SESSION_BUTTON, "a silent node moves no string"},
    {900000, SILENT, -1, 0, SESSION_BUNDLED, SESSION_BUTTON, "however long"},
    {900100, SILENT | PUSH, -1, 0, SESSION_NONE, SESSION_BUTTON_AGAIN, "but the button ends it"},
};

static void play(const char *name, const struct step *steps, size_t count)
{
    struct session session;
    session_init(&session, 0);
    for (size_t i = 0; i < count; i++) {
        const struct step *s = &steps[i];
        struct session_input input = {.push = s->flags & PUSH,
                                      .start = s->flags & START,
                                      .stop = s->flags & STOP,
                                      .box_fresh = !(s->flags & SILENT),
                                      .offered = !(s->flags & HELD),
                                      .car_state = s->car,
                                      .current_dA = s->current_dA};
        int64_t wake_ms = session_step(&session, &input, s->at_ms);
        CHECK(wake_ms > s->at_ms, "%s at %lld: wakes later", name, (long long)s->at_ms);
        CHECK(session.state == s->state && session.why == s->why, "%s at %lld: %s (is %s: %s)",
              name, (long long)s->at_ms, s->sentence, session_state_name(session.state),
              session_why_text(session.why));
    }
}

#define PLAY(table) play(#table, table, sizeof table / sizeof table[0])

int main(void)
{
    PLAY(pushed_and_full);
    PLAY(pause_is_not_full);
    PLAY(held_is_not_full);
    PLAY(gone);
    PLAY(pushed_too_early);
    PLAY(again);
    PLAY(silent_node);
    struct session session;
    session_adopt(&session, 5000);
    CHECK(session_active(&session) && session.why == SESSION_ADOPTED, "found at a restart");
    return check_done("session");
}
