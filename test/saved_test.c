/* What a controller knows survives its restart: through the real state file, into a new controller. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/saved.h"
#include "test/check.h"
#include "test/together.h"

static struct together t;
static struct saved saved, again;
static char dir[64];

enum { WALL_S = 1800000000 };

int main(void)
{
    int64_t wall_ms = (int64_t)WALL_S * 1000;
    FILE *quiet = fopen("/dev/null", "w");
    snprintf(dir, sizeof dir, "/tmp/busbar-saved-%d", (int)getpid());
    mkdir(dir, 0700);
    if (together_start(&t) < 0 || together_begin(&t) < 0)
        return 1;
    saved_open(&saved, dir, t.controller, t.now_ms, wall_ms, quiet);
    together_run(&t, 60000);
    controller_charge(t.controller, 0, true, (char[64]){0}, 64);
    together_run(&t, 30000);
    CHECK(t.controller->router.transfers == 2, "two transfers were made");
    CHECK(saved_urgent(&saved, t.controller), "that should not wait");
    t.controller->router.locked[2] = true;
    t.controller->guard.cap_request_permille = 850;
    CHECK(saved_write(&saved, t.controller, t.now_ms, wall_ms), "handed over");
    CHECK(!saved_urgent(&saved, t.controller), "known to the file");
    saved_close(&saved);
    CHECK(saved.status == 0, "written");

    struct controller *before = calloc(1, sizeof *before);
    *before = *t.controller;
    int64_t later_ms = 5000; /* a new process, 100 s later by the wall clock */
    controller_init(t.controller, &t.config, later_ms, quiet);
    saved_open(&again, dir, t.controller, later_ms, wall_ms + 100000, quiet);
    const struct router *router = &t.controller->router;
    CHECK(router->transfers == 2 && router->locked[2] && !router->locked[0], "transfers and locks");
    CHECK(t.controller->guard.cap_request_permille == 850, "the one-off cap");
    for (int s = 0; s < 2; s++) {
        CHECK(router->moved_today[s] == 1, "string %d: the day's budget", s);
        CHECK(router->moved_ms[s] > 0, "string %d: it has moved", s);
        int64_t ago_ms = later_ms - router->moved_ms[s];
        CHECK(ago_ms <= 100000 + 90000, "string %d: not longer ago than it was: %lld", s,
              (long long)ago_ms);
    }
    CHECK(router->moved_today[2] == 0 && router->moved_ms[2] == 0, "the third has not");
    for (int c = 0; c < t.config.topology.contacts; c++)
        CHECK(router->operations[c] == before->router.operations[c], "contact %d: its wear", c);
    uint32_t writes = 0;
    for (int u = 0; u < t.config.inverter_count; u++)
        for (int k = 0; k < SETTINGS; k++) {
            CHECK(t.controller->plant.units[u].settings[k].writes ==
                      before->plant.units[u].settings[k].writes,
                  "unit %d: its writes", u);
            writes += before->plant.units[u].settings[k].writes;
        }
    CHECK(writes > 0, "there were writes");
    struct soc_estimate soc = soc_counter_estimate(&t.controller->counter);
    CHECK(soc.known && soc.error_permille >= before->soc.error_permille &&
              abs(soc.soc_permille - before->soc.soc_permille) <=
                  soc.error_permille - before->soc.error_permille,
          "charge %d +- %d, was %d +- %d", soc.soc_permille, soc.error_permille,
          before->soc.soc_permille, before->soc.error_permille);
    CHECK(t.controller->journal.next == before->journal.next, "the journal goes on");
    saved_close(&again);

    /* tomorrow the budgets are new, the wear is not */
    controller_init(t.controller, &t.config, later_ms, quiet);
    saved_open(&again, dir, t.controller, later_ms, wall_ms + 90000000, quiet);
    CHECK(router->moved_today[0] == 0 && router->operations[3] + router->operations[4] > 0,
          "a new day");
    CHECK(!soc_counter_estimate(&t.controller->counter).known,
          "a charge of yesterday is not believed");
    saved_close(&again);
    char command[96];
    snprintf(command, sizeof command, "rm -r %s", dir);
    CHECK(system(command) == 0, "clean");
    free(before);
    fclose(quiet);
    together_end(&t);
    return check_done("saved");
}
