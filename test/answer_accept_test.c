/* Damaged, late and foreign answers, the short form of `make accept` (test/accept.h). */
#include "accept.h"

int main(void)
{
    accept_judge(1, 1000000);
    return check_done("answer_accept");
}
