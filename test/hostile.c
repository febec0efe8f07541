/* A hostile controller at length, `make hostile`: hostile.h says what it does.
 *
 *     HOSTILE_SEED=1          first seed; each episode of 20,000 frames takes the next
 *     HOSTILE_FRAMES=100000000
 *
 * A broken invariant prints the episode's seed and its last frames; that seed alone shows it again. */
#include "test/hostile_attack.h"

static uint64_t number(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

int main(void)
{
    static struct hostile_tally tally;
    uint32_t seed = (uint32_t)number("HOSTILE_SEED", 1);
    uint64_t frames = number("HOSTILE_FRAMES", 100000000);
    printf("seed %u\n", seed);
    hostile_run(&tally, seed, frames);
    hostile_print(&tally);
    hostile_judge(&tally);
    CHECK(tally.hot > 0, "the emergency stop never opened under current");
    CHECK(tally.shared > 0, "no second string ever came to an input");
    return check_done("hostile");
}
