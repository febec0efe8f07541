#include <assert.h>

#include "phase-router/router.h"

const char *router_state_name(enum router_state state)
{
    static const char *const names[ROUTER_STATES] = {
        [ROUTER_START] = "start",
        [ROUTER_IDLE] = "idle",
        [ROUTER_SWITCH_OFF] = "switch off",
        [ROUTER_OPENING] = "opening",
        [ROUTER_DEAD_TIME] = "dead time",
        [ROUTER_CLOSING] = "closing",
        [ROUTER_SWITCH_ON] = "switch on",
        [ROUTER_HOLD] = "hold",
        [ROUTER_STOP] = "stop",
    };
    assert((unsigned)state < ROUTER_STATES);
    return names[state];
}

const char *router_why_text(enum router_why why)
{
    static const char *const text[ROUTER_WHYS] = {
        [WHY_NOTHING] = "nothing is wanted",
        [WHY_READ_BACK] = "everything is read back",
        [WHY_ADOPTED] = "what was seen is adopted",
        [WHY_WANTED] = "the string is wanted elsewhere",
        [WHY_ZERO_SEEN] = "zero current was seen",
        [WHY_OPEN_SEEN] = "the contact was seen open",
        [WHY_DEAD_TIME_OVER] = "the dead time is over",
        [WHY_CLOSED_SEEN] = "the contact was seen closed",
        [WHY_DONE] = "the transfer is done",
        [WHY_NO_ZERO] = "the current did not fall to zero in time",
        [WHY_NOT_OPEN] = "a contact was not seen open in time",
        [WHY_NOT_CLOSED] = "a contact was not seen closed in time",
        [WHY_CURRENT_ON_OPEN] = "current flows though all contacts are open",
        [WHY_BOARD_SILENT] = "a relay board is silent",
        [WHY_SENSOR_SILENT] = "a string's sensor is silent",
        [WHY_VETO] = "the gate refused the order",
        [WHY_LOCKED] = "switching is locked",
        [WHY_DWELL] = "the string moved a short while ago",
        [WHY_BUDGET] = "the string's transfers of the day are used up",
        [WHY_DESTINATION_NOT_READY] = "the destination is not ready",
        [WHY_VOLTAGE] = "the string's voltage is too high for the destination",
        [WHY_RESET] = "a person at the plant reset it",
        [WHY_INSULATION] = "an insulation fault is reported",
        [WHY_BACK_HOME] = "the string goes home",
        [WHY_CANCELLED] = "the wish was withdrawn",
        [WHY_ISOLATED] = "the string is to be isolated",
        [WHY_RELEASED] = "the string need not be isolated any more",
        [WHY_CONTACT_FAULT] = "a relay board reports a contact fault",
        [WHY_NOT_SWITCHED] = "a string's switch did not follow in time",
        [WHY_BOARD_STATE] = "a relay board's outputs are not as ordered",
        [WHY_TWO_INPUTS] = "the string is seen on two inputs or its contacts are unknown",
        [WHY_STOPPED] = "the emergency stop was pressed",
        [WHY_DAYLIGHT] = "the string moves only in the dark",
        [WHY_NO_INHIBIT] = "nothing can take the string's current away",
        [WHY_STOP_SILENT] = "the emergency stop is not heard",
        [WHY_NOT_STARTED] = "the new input does not draw from the string",
    };
    assert((unsigned)why < ROUTER_WHYS);
    return text[why];
}
