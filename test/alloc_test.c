/* Nothing is allocated after start: the whole daemon (loop, ports, control socket, state file, journal) runs
 * against the simulated plant in another process, and its calls of malloc are counted there. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "app/demo.h"
#include "test/check.h"

#ifdef __SANITIZE_ADDRESS__
/* Of the sanitizers' common interface (sanitizer/allocator_interface.h of compiler-rt). */
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
                                              void (*on_free)(const volatile void *));

static struct shared {
    unsigned long count;
    size_t newest; /* size of the newest, to find it by */
} * shared;
static pid_t plant;

static void on_malloc(const volatile void *at, size_t size)
{
    (void)at;
    if (shared && getpid() != plant) {
        shared->count++;
        shared->newest = size;
    }
}

static void on_free(const volatile void *at)
{
    (void)at;
}

static void run(struct demo *demo, int seconds)
{
    for (int64_t until_ms = demo->now_ms + seconds * 1000; demo->now_ms < until_ms;)
        if (demo_step(demo) < 0) {
            CHECK(false, "the controller has gone");
            return;
        }
}

static void ask(struct demo *demo, Busbar__Verb verb)
{
    Busbar__Response *response = demo_ask(demo, verb);
    CHECK(response != NULL, "it answers");
    if (response)
        busbar__response__free_unpacked(response, NULL);
}

int main(void)
{
    static struct demo demo;
    plant = getpid();
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
    CHECK(demo_start(&demo, "dbc") == 0, "starts");
    run(&demo, 30);
    ask(&demo, BUSBAR__VERB__STATUS);
    unsigned long started = shared->count;
    CHECK(started > 0, "the hook counts: %lu calls at start", started);
    sim_car(demo.sim, true);
    sim_press_button(demo.sim);
    run(&demo, 300);
    ask(&demo, BUSBAR__VERB__STATUS);
    ask(&demo, BUSBAR__VERB__WHY);
    run(&demo, 300);
    CHECK(demo_strings_at_wallbox(&demo) == 2, "strings have moved meanwhile");
    CHECK(shared->count == started, "%lu calls of malloc after start, the newest of %zu bytes",
          shared->count - started, shared->newest);
    demo_stop(&demo);
    return check_done("alloc");
}
#else
int main(void)
{
    check_skip("allocations are counted in the ASan build");
    return check_done("alloc");
}
#endif
