/* Four simulated inverters behind lines of 2400 baud, in real time, and `busbar run` as a process.
 *
 * The far end is a process of its own. It paces each line as the wire does: a request takes its bytes
 * at 240 a second, the unit thinks 60 ms, the answer comes at 240 bytes a second in pieces of 8, as a
 * 16550's buffer and the USB chip give them. What a line could carry is what those times and the
 * pause that a unit needs leave room for. The processor time is the controller's alone, ticks,
 * journal and start included. BENCH_SECONDS=40 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/cli.h"
#include "app/loop.h"
#include "bench.h"
#include "inverter/answer.h"
#include "sim/sim.h"

enum { UNITS = 4, THINK_MS = 60, PIECE = 8, BYTES_A_SECOND = 240, PAUSE_MS = 30, START_MS = 6000 };

/* Shared with the far end. */
struct tally {
    uint32_t polls[UNITS], status[UNITS];
    double line_ms[UNITS]; /* wire and thinking of these */
    int64_t span_ms;
};

struct line {
    int master;
    uint8_t request[64], answer[256];
    size_t request_len, answer_len, sent;
    int64_t begins_ms; /* the answer's first byte is on the wire */
};

static char dir[64];

static int64_t bench_now_ms(void)
{
    return (int64_t)(bench_now_s() * 1000);
}

static int line_open(size_t u)
{
    char slave[64], link[128];
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    snprintf(link, sizeof link, "%s/inv%zu", dir, u + 1);
    if (master < 0 || grantpt(master) || unlockpt(master) ||
        ptsname_r(master, slave, sizeof slave) || symlink(slave, link)) {
        perror(link);
        exit(1);
    }
    return master;
}

/* Never sooner than the wire. */
static int64_t wire_ms(size_t bytes)
{
    return ((int64_t)bytes * 1000 + BYTES_A_SECOND - 1) / BYTES_A_SECOND;
}

/* The simulator thinks and paces by its own time, which is run ahead to get the answer at once;
 * the real time of the wire is kept here. */
static void line_ask(struct sim *sim, size_t u, struct line *line, int64_t *sim_ms)
{
    sim_bytes(sim, (int)u, line->request, line->request_len);
    line->answer_len = 0;
    for (int i = 0; i < 400 && line->answer_len == 0; i++) {
        *sim_ms += 10;
        sim_step(sim, *sim_ms);
        line->answer_len = sim_answer(sim, (int)u, line->answer, sizeof line->answer);
    }
}

static void line_hear(struct sim *sim, size_t u, struct line *line, int64_t *sim_ms)
{
    ssize_t got = read(line->master, line->request + line->request_len,
                       sizeof line->request - line->request_len);
    if (got <= 0)
        return;
    line->request_len += (size_t)got;
    if (line->request[line->request_len - 1] != '\r')
        return;
    line_ask(sim, u, line, sim_ms);
    line->begins_ms = bench_now_ms() + 1 + wire_ms(line->request_len) + THINK_MS;
    line->sent = 0;
}

static int64_t piece_due_ms(const struct line *line)
{
    size_t end = line->sent + PIECE < line->answer_len ? line->sent + PIECE : line->answer_len;
    return line->begins_ms + wire_ms(end);
}

static void line_say(size_t u, struct line *line, struct tally *tally, int64_t now_ms)
{
    while (line->sent < line->answer_len && now_ms >= piece_due_ms(line)) {
        size_t left = line->answer_len - line->sent, count = left < PIECE ? left : PIECE;
        if (write(line->master, line->answer + line->sent, count) < 0)
            return;
        line->sent += count;
    }
    if (line->answer_len == 0 || line->sent < line->answer_len)
        return;
    tally->polls[u]++;
    tally->status[u] += memcmp(line->request, "QPIGS", 5) == 0 && line->request_len == 8;
    tally->line_ms[u] +=
        THINK_MS + (double)(line->request_len + line->answer_len) * 1000 / BYTES_A_SECOND;
    line->answer_len = line->request_len = 0;
}

static void far_end(struct tally *tally, int64_t span_ms)
{
    struct sim_config config;
    struct sim *sim = malloc(sim_size());
    struct line lines[UNITS] = {0};
    struct pollfd watched[UNITS];
    int64_t sim_ms = 1, begin_ms = bench_now_ms() + START_MS, end_ms = begin_ms + span_ms;
    sim_uc001(&config);
    for (size_t u = 0; u < UNITS; u++)
        config.inverter[u].model = "MKS2-8000"; /* as captured units write it */
    sim_init(sim, &config, sim_ms);
    for (size_t u = 0; u < UNITS; u++)
        lines[u].master = line_open(u);
    bool counting = false;
    for (int64_t now_ms; (now_ms = bench_now_ms()) < end_ms;) {
        int64_t wake_ms = end_ms;
        if (!counting && now_ms >= begin_ms) {
            memset(tally, 0, sizeof *tally);
            counting = true;
        }
        for (size_t u = 0; u < UNITS; u++) {
            line_say(u, &lines[u], tally, now_ms);
            bool busy = lines[u].answer_len > 0;
            if (busy && piece_due_ms(&lines[u]) < wake_ms)
                wake_ms = piece_due_ms(&lines[u]);
            watched[u] = (struct pollfd){.fd = busy ? -1 : lines[u].master, .events = POLLIN};
        }
        if (wake_ms > now_ms)
            poll(watched, UNITS, (int)(wake_ms - now_ms));
        for (size_t u = 0; u < UNITS; u++)
            if (watched[u].revents & POLLIN)
                line_hear(sim, u, &lines[u], &sim_ms);
    }
    tally->span_ms = span_ms;
    _exit(0);
}

/* UC001 with its inverters by number, on any of the lines; its buses are away. */
static void config_write(const char *path)
{
    FILE *in = fopen("sim/uc001.yaml", "r"), *out = fopen(path, "w");
    char line[512];
    if (!in || !out) {
        perror(in ? path : "sim/uc001.yaml");
        exit(1);
    }
    while (fgets(line, sizeof line, in)) {
        char *port = strstr(line, "port: \"tty:/tmp/busbar/inv");
        if (port) {
            int number = port[26] - '0';
            fprintf(out, "%.*sport: \"tty:%s/inv*\", serial: \"9633240910010%d\"%s",
                    (int)(port - line), line, dir, number, port + 28);
        } else if (strncmp(line, "state_dir:", 10) == 0) {
            fprintf(out, "state_dir: %s/state\n", dir);
        } else if (strncmp(line, "control:", 8) == 0) {
            fprintf(out, "control: %s/control\n", dir);
        } else {
            fputs(line, out);
        }
    }
    fclose(in);
    fclose(out);
}

static void controller(const char *path)
{
    static struct config config;
    if (config_load(&config, path, cli_data_dir(), stderr) != 0 ||
        !freopen("/dev/null", "w", stderr))
        _exit(1);
    _exit(loop_run(&config));
}

static void print(const struct tally *tally, const struct rusage *usage, double lived_s)
{
    double polls = 0, status = 0, could = 0, busy = 0, span_s = (double)tally->span_ms / 1000;
    for (size_t u = 0; u < UNITS; u++) {
        double least_ms = tally->line_ms[u] + (double)tally->polls[u] * PAUSE_MS;
        polls += tally->polls[u];
        status += tally->status[u];
        could += tally->polls[u] * (double)tally->span_ms / least_ms;
        busy += tally->line_ms[u] / 1000;
    }
    double cpu_s = (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
                   (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
    printf("{\"bench\": \"ports\", \"units\": %d, \"span_s\": %.0f, \"polls_per_s\": %.2f, "
           "\"of_physical_rate\": %.3f, \"line_busy\": %.3f, \"status_per_unit_per_s\": %.2f, "
           "\"cpu_percent_of_a_core\": %.3f}\n",
           UNITS, span_s, polls / span_s, polls / could, busy / span_s / UNITS,
           status / span_s / UNITS, 100 * cpu_s / lived_s);
}

int main(void)
{
    const char *wanted = getenv("BENCH_SECONDS");
    int64_t span_ms = (wanted ? atoi(wanted) : 40) * INT64_C(1000);
    struct tally *tally =
        mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char path[96], command[96];
    struct rusage usage;
    snprintf(dir, sizeof dir, "/tmp/busbar-bench-ports-XXXXXX");
    if (tally == MAP_FAILED || !mkdtemp(dir))
        return 1;
    snprintf(path, sizeof path, "%s/busbar.yaml", dir);
    config_write(path);
    pid_t far = fork();
    if (far == 0)
        far_end(tally, span_ms);
    usleep(200000);
    double began_s = bench_now_s();
    pid_t near = fork();
    if (near == 0)
        controller(path);
    waitpid(far, NULL, 0);
    double lived_s = bench_now_s() - began_s;
    kill(near, SIGTERM);
    wait4(near, NULL, 0, &usage);
    print(tally, &usage, lived_s);
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command) != 0 || tally->polls[0] == 0;
}
