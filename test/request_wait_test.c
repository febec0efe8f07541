/* `busbar request`, as a person types it: its own process, the real control socket, the controller in
 * another process, the simulated plant behind real ports in this one. Judged by what was printed, the exit
 * status and the plant's truth. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/cli.h"
#include "app/clock.h"
#include "app/demo.h"
#include "test/check.h"

static struct demo demo;
static char said[16384];
static int status;

enum { WORDS = 12 };

static int asker_run(const char *const words[], int out)
{
    char *argv[WORDS + 4] = {(char[]){"request"}};
    int argc = 1;
    for (; words[argc - 1]; argc++)
        argv[argc] = (char *)(uintptr_t)words[argc - 1];
    sim_ports_forget(&demo.ports);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    setenv("BUSBAR_SOCKET", demo.config.control, 1);
    optind = 1;
    int exit_status = cmd_request(argc, argv);
    fflush(NULL);
    return exit_status;
}

static void hear(int pipe_end, size_t *used)
{
    for (ssize_t n; (n = read(pipe_end, said + *used, sizeof said - 1 - *used)) > 0;)
        *used += (size_t)n;
    said[*used] = '\0';
}

/* The plant goes on while the request is watched; meanwhile is called each step with the time since. */
static void request(const char *const words[], void (*meanwhile)(int64_t since_ms))
{
    int ends[2];
    size_t used = 0;
    int64_t from_ms = demo.now_ms, until_ms = clock_monotonic_ms() + 60000;
    if (pipe(ends) != 0)
        return;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(asker_run(words, ends[1]));
    close(ends[1]);
    while (waitpid(child, &status, WNOHANG) == 0) {
        if (meanwhile)
            meanwhile(demo.now_ms - from_ms);
        if (demo_step(&demo) < 0 || clock_monotonic_ms() > until_ms) {
            kill(child, SIGKILL);
            CHECK(false, "\"%s %s\" came to no end", words[0], words[1] ? words[1] : "");
        }
        hear(ends[0], &used);
    }
    hear(ends[0], &used);
    close(ends[0]);
    status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    printf("--- %s %s: %d\n%s", words[0], words[1] ? words[1] : "", status, said);
}

#define REQUEST(meanwhile, ...) request((const char *const[]){__VA_ARGS__, NULL}, meanwhile)

static void plant_run(int seconds)
{
    for (int64_t until_ms = demo.now_ms + seconds * 1000; demo.now_ms < until_ms;)
        if (demo_step(&demo) < 0)
            return;
}

int main(void)
{
    if (demo_start(&demo, "dbc") < 0)
        return 1;
    plant_run(60);
    REQUEST(NULL, "set", "inv1");
    REQUEST(NULL, "set", "inv2");
    REQUEST(NULL, "set", "inv3");
    REQUEST(NULL, "set", "inv4");
    REQUEST(NULL, "set", "inv4", "charge-current", "20", "--wait");
    REQUEST(NULL, "set", "inv4", "charge-current", "33", "--wait");
    REQUEST(NULL, "set", "inv4", "battery-type", "33", "--wait");
    REQUEST(NULL, "set", "inv1", "output-priority", "sbu", "--wait");
    REQUEST(NULL, "cap", "80", "--wait");
    REQUEST(NULL, "charge", "--wait");
    REQUEST(NULL, "set", "inv1");
    REQUEST(NULL, "stop", "--wait", "200");
    REQUEST(NULL, "reset", "--wait");
    REQUEST(NULL, "pack-out", "rack", "--wait", "3");
    REQUEST(NULL, "pack-in", "rack", "--wait", "3");
    demo_stop(&demo);
    return check_done("request_wait");
}
