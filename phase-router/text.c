#include <assert.h>

#include "phase-router/router.h"

const char *router_state_name(enum router_state state)
{
    static const char *const names[ROUTER_STATES] = {
        [ROUTER_START] = "reading back", [ROUTER_IDLE] = "idle",
        [ROUTER_SWITCH_OFF] = "taking the current off", [ROUTER_OPENING] = "opening",
        [ROUTER_DEAD_TIME] = "dead time", [ROUTER_CLOSING] = "closing",
        [ROUTER_SWITCH_ON] = "switching on", [ROUTER_HOLD] = "HOLD"};
    assert(state < ROUTER_STATES);
    return names[state];
}

const char *router_why_text(enum router_why why)
{
    static const char *const text[ROUTER_WHYS] = {
        [WHY_NOTHING] = "nothing to do",
        [WHY_READ_BACK] = "everything is read back first",
        [WHY_ADOPTED] = "adopted as found",
        [WHY_WANTED] = "another layout is wanted",
        [WHY_ZERO_SEEN] = "no current for long enough",
        [WHY_OPEN_SEEN] = "the contact is seen open",
        [WHY_DEAD_TIME_OVER] = "the dead time is over",
        [WHY_CLOSED_SEEN] = "the contact is seen closed",
        [WHY_DONE] = "the string has arrived",
        [WHY_NO_ZERO] = "the current did not go to zero; given up, nothing was moved",
        [WHY_NOT_OPEN] = "the contact was not seen open in time",
        [WHY_NOT_CLOSED] = "the contact was not seen closed in time",
        [WHY_CURRENT_ON_OPEN] = "current flows though every contact is seen open",
        [WHY_BOARD_SILENT] = "a relay board is silent",
        [WHY_SENSOR_SILENT] = "the string's current is not heard",
        [WHY_VETO] = "the gate refused the order",
        [WHY_LOCKED] = "switching is locked",
        [WHY_DWELL] = "the string moved a short while ago",
        [WHY_BUDGET] = "the string's transfers for today are used up",
        [WHY_DESTINATION_NOT_READY] = "the destination was not ready; the string goes back",
        [WHY_VOLTAGE] = "the string's voltage is above the input's limit",
        [WHY_RESET] = "reset by a person",
        [WHY_INSULATION] = "an insulation fault",
        [WHY_BACK_HOME] = "back where it came from",
        [WHY_CANCELLED] = "no longer wanted; nothing was moved",
        [WHY_ISOLATED] = "charging must be zero: isolated",
    };
    assert(why < ROUTER_WHYS);
    return text[why];
}
