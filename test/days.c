/* A thousand simulated plant-days under random faults: `make days`.
 *
 * DAYS=1000 SEED=1 JOBS=2. Day k has the seed SEED + k and lasts from seven to twenty, when there is
 * sun; every third plant has transfer contacts. A day that breaks an invariant, moves a contact under
 * current, closes one between emergency stop and reset or does not bring the strings home is one line
 * with its seed; SEED=that DAYS=1 plays it again and tells its story. */
#include <errno.h>
#include <sys/wait.h>

#include "test/bench.h"
#include "test/days.h"

static const double START_H = 7, END_H = 20;

enum { JOBS_MOST = 16, COVER_DAYS = 200 };

static long setting(const char *name, long otherwise, long least, long most)
{
    const char *text = getenv(name);
    char *end = NULL;
    long value = text && *text ? strtol(text, &end, 10) : otherwise;
    if ((end && *end) || value < least || value > most) {
        fprintf(stderr, "days: %s=%s: %ld to %ld\n", name, text, least, most);
        exit(2);
    }
    return value;
}

static bool one_day(struct day *day, uint64_t seed, struct day_result *result)
{
    struct day_plan plan;
    day_plan(&plan, seed, seed % 3 == 2, START_H, END_H);
    return day_run(day, &plan, result);
}

/* Every jobs-th day into the pipe. */
static int worker(int fd, uint64_t seed, long first, long days, long jobs)
{
    static struct day day;
    struct day_result result;
    if (day_start(&day) < 0)
        return 1;
    day.story = days == 1 ? stdout : NULL;
    for (long k = first; k < days; k += jobs)
        if (!one_day(&day, seed + (uint64_t)k, &result) ||
            write(fd, &result, sizeof result) != (ssize_t)sizeof result)
            return 1;
    day_end(&day);
    fflush(stdout);
    return 0;
}

struct totals {
    uint32_t injected[DAY_FAULTS];
    uint32_t pushes, sessions, transfers, ac_changes, stop_hot, hot, violations;
    uint32_t failed, days, days_moved, ac_days;
    int home_most_s;
    double kWh, plant_s;
};

static void add(struct totals *totals, const struct day_result *day)
{
    for (int f = 0; f < DAY_FAULTS; f++)
        totals->injected[f] += day->injected[f];
    totals->pushes += day->pushes;
    totals->sessions += day->sessions;
    totals->transfers += day->transfers;
    totals->ac_changes += day->ac_changes;
    totals->stop_hot += day->stop_hot;
    totals->hot += day->hot;
    totals->violations += day->violations;
    totals->days++;
    totals->days_moved += day->transfers > 0;
    totals->ac_days += day->ac;
    totals->home_most_s = day->home_s > totals->home_most_s ? day->home_s : totals->home_most_s;
    totals->kWh += day->kWh;
    totals->plant_s += day->plant_s;
    totals->failed += day->failure[0] != '\0';
    if (day->failure[0])
        printf("day %llu%s: %s\n", (unsigned long long)day->seed,
               day->ac ? " (transfer contacts)" : "", day->failure);
}

/* Runs the workers and collects what they have seen; false when one died. */
static bool collect(struct totals *totals, uint64_t seed, long days, long jobs)
{
    int pipes[2];
    struct day_result result;
    if (pipe(pipes) < 0)
        return false;
    for (long j = 0; j < jobs; j++)
        if (fork() == 0) {
            close(pipes[0]);
            _exit(worker(pipes[1], seed, j, days, jobs));
        }
    close(pipes[1]);
    for (ssize_t n; (n = read(pipes[0], &result, sizeof result)) != 0;)
        if (n == (ssize_t)sizeof result) {
            add(totals, &result);
            if (totals->days % 100 == 0)
                printf("%u of %ld days, %u failed\n", totals->days, days, totals->failed);
            fflush(stdout);
        }
    close(pipes[0]);
    bool well = true;
    for (int status; wait(&status) > 0 || errno == EINTR;)
        well &= status == 0;
    return well && totals->days == days;
}

static void report(const struct totals *totals, double took_s)
{
    uint32_t faults = 0;
    for (int f = 0; f < DAY_FAULTS; f++)
        if (day_faults[f].name) {
            printf("%6u  %s\n", totals->injected[f], day_faults[f].name);
            faults += totals->injected[f];
        }
    printf("%u days (%u with transfer contacts), %u faults, %u pushes, %u sessions, %.0f kWh "
           "charged\n",
           totals->days, totals->ac_days, faults, totals->pushes, totals->sessions, totals->kWh);
    printf("%u transfers on %u days, %u changes of the wallbox's source; home after %d s at most\n",
           totals->transfers, totals->days_moved, totals->ac_changes, totals->home_most_s);
    printf("%u violations; moved under current: %u by the emergency stop, %u else\n",
           totals->violations, totals->stop_hot, totals->hot);
    printf("%.0f plant hours in %.0f s, %.0f times real time\n", totals->plant_s / 3600, took_s,
           totals->plant_s / took_s);
}

/* A run in which nothing happens proves nothing. */
static unsigned cover(const struct totals *totals)
{
    unsigned missing = 0;
    for (int f = 0; f < DAY_FAULTS; f++)
        if (day_faults[f].name && totals->injected[f] == 0) {
            printf("never injected: %s\n", day_faults[f].name);
            missing++;
        }
    if (totals->days_moved * 2 < totals->days || totals->sessions < totals->days ||
        totals->kWh < totals->days || totals->ac_changes < totals->ac_days) {
        printf("too little has happened\n");
        missing++;
    }
    return missing;
}

int main(void)
{
    struct totals totals = {0};
    long days = setting("DAYS", 1000, 1, 10000000), seed = setting("SEED", 1, 0, 1000000000000);
    long jobs = setting("JOBS", 2, 1, JOBS_MOST);
    double began_s = bench_now_s();
    printf("seeds %ld to %ld\n", seed, seed + days - 1);
    fflush(stdout);
    bool whole = collect(&totals, (uint64_t)seed, days, jobs < days ? jobs : days);
    report(&totals, bench_now_s() - began_s);
    if (!whole)
        printf("a worker died\n");
    unsigned missing = days >= COVER_DAYS ? cover(&totals) : 0;
    bool well = whole && totals.failed == 0 && missing == 0;
    printf("days: %u passed, %u failed\n", totals.days - totals.failed,
           totals.failed + missing + !whole);
    return well ? 0 : 1;
}
