/* PI30MAX: Axpert MAX, MAX II, VM III and IV, King by its second document (2021-02-17). The answers
 * are PI30's longer ones; the setters have four digits of current, a parallel number first. */
#include "inverter/protocol_pi30.h"

/* clang-format off */
static const struct question questions[] = {PI30_IDENTITY, PI30_STATUS, PI30_QPIGS2_MAX, PI30_QPGSN,
                                            PI30_MORE};

static const struct setter setters[] = {
    PI30_SETTERS,
    {SET_CHARGE_MAX,       {"MNCHGC0###"}, CHARGE_MAX_A,    10, 500, 10, ASK_CHARGE_LIST, WHEN_ALWAYS},
    {SET_AC_CHARGE_MAX,    {"MUCHGC0###"}, AC_CHARGE_MAX_A, 10, 500, 10, ASK_AC_CHARGE_LIST, WHEN_ALWAYS},
    {SET_CHARGER_PRIORITY, {"PCP##"},      CHARGER_PRIORITY, 1,   3,  1, ASK_OTHER, WHEN_ALWAYS},
};
/* clang-format on */

const struct protocol protocol_pi30max = {"PI30MAX", FRAMING_PI30, ROWS(questions), ROWS(setters)};
