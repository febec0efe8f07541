/* Months of a capped home battery in closed loop, many times: `make weeks`.
 *
 * WEEKS_DAYS=120 SEEDS=100 SEED=1 JOBS=2. WEEKS_BY=counter lets the counter estimate, WEEKS_SCENARIO=0.. chooses a
 * row of test/weeks_plan.h. WEEKS_RIGHT=sensor, cell or sensor,cell asks what is left when that is not wrong. SEEDS=1 tells an hour in a line. What is asked: over all seeds RMSE at most 1 %, the
 * largest error at most 3 % in 95 of 100 seeds, 93 to 99 % of all steps inside 2 sigma, and the true charge never more
 * than 3 % above the cap. */
#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test/bench.h"
#include "test/weeks.h"

enum { JOBS_MOST = 16, SEEDS_MOST = 100000 };

static long setting(const char *name, long otherwise, long least, long most)
{
    const char *text = getenv(name);
    char *end = NULL;
    long value = text && *text ? strtol(text, &end, 10) : otherwise;
    if ((end && *end) || value < least || value > most) {
        fprintf(stderr, "weeks: %s=%s: %ld to %ld\n", name, text, least, most);
        exit(2);
    }
    return value;
}

static const struct weeks_guesser *chosen(void)
{
    const char *name = getenv("WEEKS_BY");
    if (!name || !*name)
        name = "estimator";
    for (int g = 0; g < WEEKS_GUESSERS; g++)
        if (strcmp(weeks_guessers[g].name, name) == 0)
            return &weeks_guessers[g];
    fprintf(stderr, "weeks: WEEKS_BY=%s: counter or estimator\n", name);
    exit(2);
}

struct task {
    const struct weeks_guesser *guesser;
    const char *right;     /* what the estimator has right for sure: "sensor", "cell", both, "" */
    long seed, seeds, days, scenario, jobs;
};

static int worker(int fd, const struct task *task, long first)
{
    static struct weeks weeks;
    static struct cell make;
    static struct weeks_plan plan;
    struct weeks_result result;
    weeks_measure(&make);
    for (long k = first; k < task->seeds; k += task->jobs) {
        weeks_plan(&plan, (uint64_t)(task->seed + k), (int)task->scenario, (int)task->days);
        weeks_know(&plan, strstr(task->right, "sensor"), strstr(task->right, "cell"));
        weeks_run(&weeks, &plan, &make, task->guesser, &result, task->seeds == 1 ? stdout : NULL);
        fflush(stdout);
        if (write(fd, &result, sizeof result) != (ssize_t)sizeof result)
            return 1;
    }
    return 0;
}

static void tell(const struct weeks_result *r)
{
    double known = r->known ? (double)r->known : 1;
    printf("seed %4llu%s: RMSE %5.2f %%, most %5.2f %% (day %5.1f at %2.0f %%), inside %5.1f %%, ",
           (unsigned long long)r->seed, r->unknown ? "?" : " ", 100 * weeks_rmse(r), 100 * r->most,
           r->most_day, 100 * r->most_charge, 100 * (double)r->inside / known);
    printf("NEES %5.2f, sigma %4.2f %%, above the cap %4.2f %%, stops at %4.1f %%; ",
           r->nees / known, 100 * r->sigma_sum / known, 100 * r->above_cap,
           r->stops ? 100 * r->stopped_sum / r->stops : 0);
    printf("counting %4.1f %%, most %4.1f %%\n", 100 * weeks_counted_rmse(r),
           100 * r->counted_most);
    fflush(stdout);
}

/* Results by seed; false when a worker died. */
static bool collect(const struct task *task, struct weeks_result results[])
{
    int pipes[2];
    struct weeks_result result;
    long count = 0;
    if (pipe(pipes) < 0)
        return false;
    for (long j = 0; j < task->jobs; j++)
        if (fork() == 0) {
            close(pipes[0]);
            _exit(worker(pipes[1], task, j));
        }
    close(pipes[1]);
    for (ssize_t n; (n = read(pipes[0], &result, sizeof result)) != 0;)
        if (n == (ssize_t)sizeof result) {
            results[result.seed - (uint64_t)task->seed] = result;
            tell(&result);
            count++;
        }
    close(pipes[0]);
    bool well = true;
    for (int status; wait(&status) > 0 || errno == EINTR;)
        well &= status == 0;
    return well && count == task->seeds;
}

static bool judged(const char *what, double is, double least, double most, const char *unit)
{
    bool well = is >= least && is <= most;
    printf("%-44s %7.2f %s %s\n", what, is, unit, well ? "" : "  not as asked");
    return well;
}

/* The sums; how many of what is asked is not so. */
static unsigned sums(const struct weeks_result results[], long seeds)
{
    struct weeks_result all = {0};
    double *most = malloc(sizeof *most * (size_t)seeds);
    double *counted = malloc(sizeof *counted * (size_t)seeds);
    double dark = 0, trouble = 0;
    for (long k = 0; k < seeds; k++) {
        const struct weeks_result *r = &results[k];
        all.steps += r->steps;
        all.known += r->known;
        all.inside += r->inside;
        all.square += r->square;
        all.nees += r->nees;
        all.counted_square += r->counted_square;
        all.charged_Ah += r->charged_Ah;
        all.stopped_sum += r->stopped_sum;
        all.stops += r->stops;
        all.above_cap = fmax(all.above_cap, r->above_cap);
        all.sigma_sum += r->sigma_sum;
        for (int b = 0; b < WEEKS_BANDS; b++) {
            all.band_square[b] += r->band_square[b];
            all.band_steps[b] += r->band_steps[b];
        }
        most[k] = r->most;
        counted[k] = r->counted_most;
        dark += r->dark_days;
        trouble += r->silences + r->restarts + r->jumps;
    }
    qsort(most, (size_t)seeds, sizeof *most, bench_compare);
    qsort(counted, (size_t)seeds, sizeof *counted, bench_compare);
    double known = all.known ? (double)all.known : 1;
    printf("%ld seeds, %.0f days without sun, %.0f silences, restarts and jumps; %.0f Ah charged; "
           "the cap stopped %d times, at %.1f %%\n",
           seeds, dark, trouble, all.charged_Ah, all.stops,
           all.stops ? 100 * all.stopped_sum / all.stops : 0);
    unsigned wrong = 0;
    wrong += !judged("RMSE", 100 * weeks_rmse(&all), 0, 1, "%");
    wrong += !judged("largest error, 95 of 100 seeds",
                     100 * bench_quantile(most, (size_t)seeds, 0.95), 0, 3, "%");
    wrong += !judged("inside 2 sigma", 100 * (double)all.inside / known, 93, 99, "%");
    wrong += !judged("above the cap at worst", 100 * all.above_cap, 0, 3, "%");
    wrong += !judged("time with an estimate", 100 * known / (double)all.steps, 99, 100, "%");
    judged("NEES", all.nees / known, 0, 1e9, "");
    for (int b = 0; b < WEEKS_BANDS; b++) {
        char what[48];
        snprintf(what, sizeof what, "RMSE at %.0f %% and below", 100 * WEEKS_BAND_TO[b]);
        judged(what, 100 * sqrt(all.band_square[b] / (double)(all.band_steps[b] + 1)), 0, 1e9, "%");
    }
    judged("sigma told", 100 * all.sigma_sum / known, 0, 1e9, "%");
    judged("plain counting: RMSE", 100 * weeks_counted_rmse(&all), 0, 1e9, "%");
    judged("plain counting: largest, 95 of 100", 100 * bench_quantile(counted, (size_t)seeds, 0.95),
           0, 1e9, "%");
    free(most);
    free(counted);
    return wrong;
}

int main(void)
{
    struct task task = {
        .guesser = chosen(),
        .right = getenv("WEEKS_RIGHT") ? getenv("WEEKS_RIGHT") : "",
        .seed = setting("SEED", 1, 0, 1000000000),
        .seeds = setting("SEEDS", 100, 1, SEEDS_MOST),
        .days = setting("WEEKS_DAYS", 120, 8, WEEKS_DAYS_MOST),
        .scenario = setting("WEEKS_SCENARIO", 0, 0, WEEKS_SCENARIOS - 1),
        .jobs = setting("JOBS", 2, 1, JOBS_MOST),
    };
    task.jobs = task.jobs < task.seeds ? task.jobs : task.seeds;
    struct weeks_result *results = calloc((size_t)task.seeds, sizeof *results);
    double began_s = bench_now_s();
    if (!results)
        return 1;
    printf("%s, %s: seeds %ld to %ld, %ld days each\n", task.guesser->name,
           weeks_scenarios[task.scenario].name, task.seed, task.seed + task.seeds - 1, task.days);
    fflush(stdout);
    bool whole = collect(&task, results);
    unsigned wrong = whole ? sums(results, task.seeds) : 1;
    double took_s = bench_now_s() - began_s;
    printf("%.0f s, %.2f us a step of both\n", took_s,
           took_s * (double)task.jobs * 1e6 /
               ((double)task.seeds * (double)task.days * WEEKS_DAY_STEPS));
    free(results);
    printf("weeks: %s\n", !whole ? "a worker died" : wrong ? "not as asked" : "as asked");
    return wrong != 0;
}
