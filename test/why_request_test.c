/* `busbar why` while a person's wish for an inverter's setting is open: one sentence with what is asked, how
 * long ago and what it waits for; none before and none after. */
#include "test/request_bench.h"

#include "app/why.h"

static struct why why;

static const char *sentence(void)
{
    static char none[] = "";
    const char *found = none;
    int count = 0;
    why_fill(&why, t.controller, t.now_ms);
    for (size_t i = 0; i < why.count; i++)
        if (strstr(why.lines[i], "a person asked for")) {
            found = why.lines[i];
            count++;
        }
    CHECK(count < 2, "%d sentences", count);
    return found;
}

int main(void)
{
    char id[32];
    bench_begin();
    CHECK(!*sentence(), "nobody asked: %s", sentence());
    uint64_t first = ask_set((struct asked){"inv4", "charge-current", "30"});
    until_over(first);
    CHECK(is_over(first) && !*sentence(), "it is over: %s", sentence());
    uint64_t second = ask_set((struct asked){"inv4", "charge-current", "70"});
    together_run(&t, 20000);
    const char *says = sentence();
    snprintf(id, sizeof id, "(request %016llx)", (unsigned long long)second);
    CHECK(strstr(says, "inv4: a person asked for charge-current 70 A 20 s ago ") == says &&
              strstr(says, id) &&
              strstr(says, ": accepted, waits: writes of a setting are 60 s apart, the next in "),
          "%s", says);
    CHECK(strlen(says) + 1 < WHY_SIZE, "%zu characters: %s", strlen(says), says);
    until_over(second);
    CHECK(is_over(second) && !*sentence(), "over too: %s", sentence());
    CHECK(!ask_set((struct asked){"inv4", "charge-current", "33"}) && !*sentence(),
          "a refused one is none: %s", sentence());
    together_end(&t);
    return check_done("why_request");
}
