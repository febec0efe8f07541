/* `busbar request`, as a person types it: its own process, the real control socket, the controller in
 * another process, the simulated plant behind real ports in this one. Judged by what was printed, the exit
 * status and the plant's truth. */
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/cli.h"
#include "app/clock.h"
#include "app/demo.h"
#include "app/journal.pb-c.h"
#include "app/loop.h"
#include "test/check.h"

static struct demo demo;
static char said[16384];
static int status; /* exit status of the newest */

/* 25 times as fast as the world: the asker looks each 5 s of the plant's. */
enum { WORDS = 10, PATIENCE_MS = 120000, STEP_US = 2000 };

static int asker_run(const char *const words[], int out)
{
    char *argv[WORDS + 2] = {(char[]){"request"}};
    int argc = 1;
    for (; words[argc - 1]; argc++)
        argv[argc] = (char *)(uintptr_t)words[argc - 1];
    sim_ports_forget(&demo.ports);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    setenv("BUSBAR_SOCKET", demo.config.control, 1);
    int exit_status = cmd_request(argc, argv);
    fflush(NULL);
    return exit_status;
}

static void hear(int from, size_t *used)
{
    for (ssize_t n; (n = read(from, said + *used, sizeof said - 1 - *used)) > 0;)
        *used += (size_t)n;
    said[*used] = '\0';
}

static void plant_step(void)
{
    if (demo_step(&demo) < 0)
        exit(1);
}

/* The plant goes on while the request is watched, and meanwhile() hears what was printed so far. */
static void request(const char *const words[], void (*meanwhile)(void))
{
    int ends[2];
    size_t used = 0;
    int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;
    if (pipe(ends) != 0)
        exit(1);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(asker_run(words, ends[1]));
    close(ends[1]);
    while (waitpid(child, &status, WNOHANG) == 0) {
        plant_step();
        usleep(STEP_US);
        hear(ends[0], &used);
        if (meanwhile)
            meanwhile();
        if (clock_monotonic_ms() < until_ms)
            continue;
        CHECK(false, "\"%s %s\" came to no end", words[0], words[1]);
        kill(child, SIGKILL);
    }
    hear(ends[0], &used);
    close(ends[0]);
    status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define REQUEST(meanwhile, ...) request((const char *const[]){__VA_ARGS__, NULL}, meanwhile)

/* The newest request ended so, and printed these in this order. */
static void printed(int exit_status, const char *const parts[], const char *sentence)
{
    const char *at = said;
    CHECK(status == exit_status, "%s: exit status %d: %s", sentence, status, said);
    for (size_t i = 0; parts[i]; i++) {
        const char *found = strstr(at, parts[i]);
        CHECK(found != NULL, "%s: \"%s\" in %s", sentence, parts[i], said);
        at = found ? found + strlen(parts[i]) : at;
    }
}

#define PRINTED(exit_status, sentence, ...)                                                        \
    printed(exit_status, (const char *const[]){__VA_ARGS__, NULL}, sentence)

static void plant_run(int seconds)
{
    for (int64_t until_ms = demo.now_ms + seconds * 1000; demo.now_ms < until_ms;)
        plant_step();
}

/* --- the command line --- */

static const struct {
    const char *words[WORDS];
    const char *says, *sentence;
} wrong[] = {
    {{"set"}, "Usage", "no inverter"},
    {{"set", "inv4", "charge-current"}, "Usage", "no value"},
    {{"set", "inv4", "charge-current", "10", "--release"}, "Usage", "a value to release"},
    {{"set", "inv4", "--release"}, "Usage", "nothing to release"},
    {{"cap", "80", "--yes"}, "Usage", "nothing to be sure of"},
    {{"cap", "--wait", "0"}, "--wait \"0\" is not allowed: 1 to 3600 seconds", "no time"},
    {{"cap", "80", "--wait=soon"}, "--wait \"soon\" is not allowed", "no number"},
    {{"cap", "--wait", "80"}, "Usage", "a number after --wait is its seconds"},
    {{"status", "0x"}, "is no request's id", "no id"},
    {{"status", "-1"}, "Usage", "an option"},
    {{"dance"}, "Usage", "no verb"},
    {{NULL}, "Usage", "nothing"},
};

static void wrong_command_lines(void)
{
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        request(wrong[i].words, NULL);
        PRINTED(2, wrong[i].sentence, wrong[i].says);
    }
}

/* --- what a person sees --- */

static void settings_are_listed(void)
{
    REQUEST(NULL, "set", "inv4");
    PRINTED(0, "the settings of an inverter", "inv4 96332409100104", "charger-off",
            "set by the controller", "charge-current", "60 A", "10, 20, 30",
            "written 0 of 50 times today, 0 ever", "output-priority", "utility, solar, sbu");
    REQUEST(NULL, "set", "inv9");
    PRINTED(1, "of none", "no inverter \"inv9\": inv1, inv2, inv3, inv4");
}

/* Above the charge of now, so that the inverters may charge. */
static void cap_is_watched(void)
{
    REQUEST(NULL, "cap", "95", "--wait");
    PRINTED(0, "cap", "0.0 s  accepted: the cap is 95.0 % now\n",
            "confirmed: in force: 95.0 %: asked for by a person\n");
    plant_run(20);
}

static void setting_is_watched(void)
{
    uint32_t writes = sim_truth(demo.sim)->setter_writes[3];
    REQUEST(NULL, "set", "inv4", "charge-current", "30", "--wait", "90");
    PRINTED(0, "a setting", "0.0 s  accepted: charge-current of inv4 to 30 A\n", " s  sent: 30 A",
            " s  acknowledged: the unit said ACK\n", " s  confirmed: it reads 30 A\n");
    CHECK(sim_truth(demo.sim)->setter_writes[3] == writes + 1, "one write in truth");
    REQUEST(NULL, "set", "inv4", "charge-current", "35", "--wait");
    PRINTED(1, "off the list", "refused: charge-current \"35\" is not allowed: 10, 20, 30, 40");
    REQUEST(NULL, "set", "inv4", "output-priority", "sbu");
    PRINTED(1, "the controller's", "refused: the controller sets this now: see `busbar why`");
    REQUEST(NULL, "--json", "--wait", "set", "inv4", "charge-current", "30");
    PRINTED(0, "as JSON", "\"about\":\"set inv4 charge-current 30 A\",\"step\":\"accepted\"",
            "\"step\":\"confirmed\"", "\"says\":\"it reads 30 A already, nothing was written\"}");
}

/* The records of one request in the controller's journal file, a letter for each step reached. */
static void journal_steps(const char *about, char steps[16])
{
    uint8_t head[4], bytes[512];
    char path[CONFIG_PATH_SIZE + 16];
    size_t count = 0;
    snprintf(path, sizeof path, "%s/journal", demo.config.state_dir);
    FILE *in = fopen(path, "r");
    while (in && count < 15 && fread(head, 1, 4, in) == 4) {
        size_t length = head[0] | (size_t)head[1] << 8;
        if (length > sizeof bytes || fread(bytes, 1, length, in) != length)
            break;
        Busbar__JournalRecord *record = busbar__journal_record__unpack(NULL, length, bytes);
        if (record && record->request_id && strcmp(record->about, about) == 0 &&
            strcmp(record->inverter, "inv4") == 0 && record->value == 30)
            steps[count++] = "?askcrt"[record->after];
        if (record)
            busbar__journal_record__free_unpacked(record, NULL);
    }
    if (in)
        fclose(in);
    steps[count] = '\0';
}

/* Asked twice: written and proven once, found there once. */
static void journal_has_the_steps(void)
{
    char steps[16];
    journal_steps("set inv4 charge-current 30 A", steps);
    CHECK(strcmp(steps, "askcac") == 0, "in the file: %s", steps);
}

static void a_step_is_asked_for_later(void)
{
    char id[24] = "";
    REQUEST(NULL, "cap", "94", "--json");
    PRINTED(0, "without --wait", "{\"accepted\": true, \"id\": \"");
    const char *at = strstr(said, "\"id\": \"");
    if (at)
        snprintf(id, sizeof id, "%.16s", at + 7);
    plant_run(2);
    REQUEST(NULL, "status", id);
    PRINTED(0, "its ladder", id, "cap 94.0 %\n", "accepted: ", "confirmed: in force: 94.0 %");
    REQUEST(NULL, "status", id, "--wait");
    PRINTED(0, "watched later", "accepted: ", "confirmed: in force: 94.0 %");
    REQUEST(NULL, "status", "123456789abcdef");
    PRINTED(1, "an unknown id", "no request 0123456789abcdef is known");
}

/* --- a port that is lost, and comes back --- */

static void line_back_once_waiting(void)
{
    if (strstr(said, "waits: the inverter has not answered for"))
        sim_fault(demo.sim, SIM_INVERTER_SILENT, 3, false);
}

static void lost_line(void)
{
    plant_run(60);
    sim_fault(demo.sim, SIM_INVERTER_SILENT, 3, true);
    plant_run(2);
    REQUEST(NULL, "set", "inv4", "charge-current", "20", "--wait", "20");
    PRINTED(1, "a silent line", "accepted", "waits: the inverter has not answered for",
            "20.0 s  timed out: the inverter has not answered for");
    uint32_t writes = sim_truth(demo.sim)->setter_writes[3];
    REQUEST(NULL, "set", "inv4", "charge-current", "20", "--wait");
    PRINTED(1, "one that has been silent", "refused: inv4 has not answered for ");
    sim_fault(demo.sim, SIM_INVERTER_SILENT, 3, false);
    plant_run(80);
    sim_fault(demo.sim, SIM_INVERTER_SILENT, 3, true);
    plant_run(2);
    REQUEST(line_back_once_waiting, "set", "inv4", "charge-current", "50", "--wait");
    PRINTED(0, "a line that comes back", "accepted", "waits: the inverter has not answered for",
            "sent", "acknowledged", "confirmed: it reads 50 A");
    CHECK(sim_truth(demo.sim)->setter_writes[3] == writes + 1, "only what was still asked for");
}

/* --- charging, in the car's sight --- */

static void charge_is_watched(void)
{
    sim_car(demo.sim, true);
    plant_run(20);
    REQUEST(NULL, "charge", "--wait");
    PRINTED(0, "charge", "accepted: strings will move", "sent: the session runs",
            "acknowledged: contacts seen closed: 2 strings", "waits: the car waits; no current",
            "confirmed: the car draws ");
    CHECK(demo_strings_at_wallbox(&demo) == 2 && sim_truth(demo.sim)->wallbox_W > 600,
          "in truth %d strings, %.0f W", demo_strings_at_wallbox(&demo),
          sim_truth(demo.sim)->wallbox_W);
    REQUEST(NULL, "charge", "--wait");
    PRINTED(1, "twice", "refused: it is charging already");
}

/* --- a controller that restarts while somebody waits --- */

/* Killed, and started anew: the plant goes on by itself in between. */
static bool controller_restart(void)
{
    kill(demo.controller, SIGKILL);
    waitpid(demo.controller, NULL, 0);
    sim_ports_step(&demo.ports, demo.now_ms += 50);
    fflush(NULL);
    demo.controller = fork();
    if (demo.controller == 0) {
        sim_ports_forget(&demo.ports);
        _exit(loop_run(&demo.config));
    }
    for (int tries = 0; tries < 500 && !sim_ports_locked(&demo.ports); tries++) {
        usleep(20000);
        sim_ports_step(&demo.ports, demo.now_ms += 50);
    }
    return sim_ports_locked(&demo.ports);
}

static bool restarted;

static void restart_once_waiting(void)
{
    if (restarted || !strstr(said, "waits: the inverter has not answered for"))
        return;
    restarted = controller_restart();
    CHECK(restarted, "it starts again");
    sim_fault(demo.sim, SIM_INVERTER_SILENT, 3, false);
}

static void restart_while_waiting(void)
{
    plant_run(60);
    sim_fault(demo.sim, SIM_INVERTER_SILENT, 3, true);
    plant_run(2);
    REQUEST(restart_once_waiting, "set", "inv4", "charge-current", "80", "--wait");
    PRINTED(1, "a restart", "accepted", "waits", "trying again", "before the controller started");
    plant_run(90);
    REQUEST(NULL, "set", "inv4");
    PRINTED(0, "nothing was carried out", "charge-current", "50 A");
}

int main(void)
{
    if (demo_start(&demo, "dbc") < 0)
        return 1;
    plant_run(60);
    wrong_command_lines();
    settings_are_listed();
    cap_is_watched();
    setting_is_watched();
    journal_has_the_steps();
    a_step_is_asked_for_later();
    lost_line();
    restart_while_waiting();
    charge_is_watched();
    demo_stop(&demo);
    return check_done("request_wait");
}
