#include <assert.h>

#include "phase-router/ac.h"

const char *ac_state_name(enum ac_state state)
{
    static const char *const names[AC_STATES] = {
        [AC_START] = "start",
        [AC_STEADY] = "steady",
        [AC_WIND_DOWN] = "wind down",
        [AC_OPEN_LINE] = "open line",
        [AC_OPEN_NEUTRAL] = "open neutral",
        [AC_DEAD] = "dead",
        [AC_CLOSE_NEUTRAL] = "close neutral",
        [AC_CLOSE_LINE] = "close line",
        [AC_VERIFY] = "verify",
        [AC_LOCKOUT] = "lockout",
        [AC_HOLD] = "hold",
    };
    assert((unsigned)state < AC_STATES);
    return names[state];
}

const char *ac_why_text(enum ac_why why)
{
    static const char *const text[AC_WHYS] = {
        [AC_WHY_NOTHING] = "nothing is wanted",
        [AC_WHY_READ_BACK] = "everything is read back",
        [AC_WHY_ADOPTED] = "what was seen is adopted",
        [AC_WHY_RESET] = "a person at the plant reset it",
        [AC_WHY_WANTED] = "another source is wanted",
        [AC_WHY_CANCELLED] = "the wish was withdrawn",
        [AC_WHY_CAR_OFF] = "the car is off",
        [AC_WHY_LINE_OPEN] = "the line was seen open",
        [AC_WHY_NEUTRAL_OPEN] = "the neutral was seen open",
        [AC_WHY_DEAD] = "the bus was dead for long enough",
        [AC_WHY_NEUTRAL_CLOSED] = "the neutral was seen closed",
        [AC_WHY_LINE_CLOSED] = "the line was seen closed",
        [AC_WHY_VOLTAGE_SEEN] = "the source's voltage is on the bus",
        [AC_WHY_DONE] = "the lockout is over",
        [AC_WHY_BOARD_SILENT] = "a relay board is silent",
        [AC_WHY_WALLBOX_SILENT] = "the wallbox is silent",
        [AC_WHY_CONTACT_UNKNOWN] = "a contact is seen neither open nor closed",
        [AC_WHY_CAR_STAYS] = "the car did not let go in time",
        [AC_WHY_CAR_BACK] = "the EVSE contactor closed or current flowed during the change",
        [AC_WHY_NOT_OPEN] = "a contact was not seen open in time",
        [AC_WHY_NOT_CLOSED] = "a contact was not seen closed in time",
        [AC_WHY_VOLTAGE_STAYS] = "the bus has voltage though it must be dead",
        [AC_WHY_NO_VOLTAGE] = "the source gives no voltage",
        [AC_WHY_TWO_SOURCES] = "two sources are seen on the bus",
        [AC_WHY_LINE_ALONE] = "a line is seen closed without its neutral",
        [AC_WHY_CONTACT_FAULT] = "a relay board reports a contact fault",
        [AC_WHY_VETO] = "the gate refused the order",
        [AC_WHY_LOCKED] = "switching is locked",
        [AC_WHY_BOARD_STATE] = "a relay board's outputs are not as ordered",
        [AC_WHY_SOURCE_NOT_READY] = "the wanted source is not ready",
    };
    assert((unsigned)why < AC_WHYS);
    return text[why];
}
