/* Damaged, late and foreign answers at length, `make accept`: accept.h says what it does.
 *
 *     ACCEPT_SEED=1
 *     ACCEPT_ANSWERS=100000000 */
#include "accept.h"

static uint64_t number(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

int main(void)
{
    accept_judge(number("ACCEPT_SEED", 1), number("ACCEPT_ANSWERS", 100000000));
    return check_done("accept");
}
