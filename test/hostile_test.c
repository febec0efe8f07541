/* A hostile controller, the short form of `make hostile` (test/hostile.h). */
#include "test/hostile_attack.h"

int main(void)
{
    static struct hostile_tally tally;
    hostile_run(&tally, 1, 400000);
    hostile_print(&tally);
    hostile_judge(&tally);
    return check_done("hostile_test");
}
