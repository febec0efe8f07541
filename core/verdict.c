#include "core/verdict.h"

#include <assert.h>

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[VERDICTS] = {
        [VERDICT_TAKEN] = "taken", [VERDICT_FOREIGN] = "foreign", [VERDICT_LENGTH] = "length",
        [VERDICT_RANGE] = "range", [VERDICT_FROZEN] = "frozen",   [VERDICT_CHECK] = "check",
        [VERDICT_SHAPE] = "shape",
    };
    assert((unsigned)verdict < VERDICTS);
    return names[verdict];
}
