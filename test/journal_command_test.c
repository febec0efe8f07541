/* `busbar journal` as a person types it: its own process, a real file or the real control socket, judged by
 * what it prints and its exit status. */
#include <getopt.h>
#include <jansson.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "app/cli.h"
#include "app/control.h"
#include "app/journal_read.h"
#include "test/journal_sample.h"

static char said[16384];

enum { WORDS = 12 };

static char socket_path[96] = "/nonexistent/control.sock";
static void (*meanwhile)(void);

static int journal(const char *const words[])
{
    char *argv[WORDS + 2] = {(char[]){"journal"}};
    char name[96];
    int argc = 1, exit_status;
    for (; words[argc - 1]; argc++)
        argv[argc] = (char *)(uintptr_t)words[argc - 1];
    snprintf(name, sizeof name, "%s/said", dir);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        int out = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
        dup2(out, STDOUT_FILENO);
        dup2(out, STDERR_FILENO);
        setenv("BUSBAR_SOCKET", socket_path, 1);
        optind = 1;
        exit_status = cmd_journal(argc, argv);
        fflush(NULL);
        _exit(exit_status);
    }
    if (meanwhile)
        meanwhile();
    waitpid(child, &exit_status, 0);
    int in = open(name, O_RDONLY);
    ssize_t got = read(in, said, sizeof said - 1);
    said[got > 0 ? got : 0] = '\0';
    close(in);
    unlink(name);
    return WIFEXITED(exit_status) ? WEXITSTATUS(exit_status) : -1;
}

#define JOURNAL(...) journal((const char *const[]){path, __VA_ARGS__, NULL})

static int lines(void)
{
    int count = 0;
    for (const char *c = said; *c; c++)
        count += *c == '\n';
    return count;
}

static void a_person_reads(void)
{
    static const char config[] = "sim/uc001.yaml";
    file_write(good, good_count);
    CHECK(JOURNAL("--config", config) == 0 && lines() == RECORDS + 1, "%s", said);
    CHECK(strstr(said, "2026-11-26 14:30:00.000+05:30 contact "), "%s", said);
    CHECK(strstr(said, ": open -> closed: dead time is over\n"), "%s", said);
    CHECK(strstr(said, "#") == NULL, "the config has all the names: %s", said);
    CHECK(strstr(said, "8 records, 2026-11-26 13:30:00.000+05:30 to 2026-11-26 20:30:00.000+05:30; "
                       "the chain is whole\n"),
          "%s", said);
    CHECK(JOURNAL("--since", "2026-11-26 17:30", "--config", config) == 0 && lines() == 5, "%s",
          said);
    CHECK(JOURNAL("--since", "2026-11-27", "--config", config) == 0 && lines() == 1, "%s", said);
    CHECK(JOURNAL("--kind", "fault", "--kind", "cap", "--config", config) == 0 && lines() == 3,
          "%s", said);
    CHECK(JOURNAL("--request", "fedcba9876543210", "--config", config) == 0 && lines() == 3 &&
              strstr(said, "request fedcba9876543210 set inv2 charge-current 30 A: sent -> "
                           "confirmed: reads 30 A\n"),
          "%s", said);
}

/* What is written while it is read, a record in two halves. */
static void it_is_followed(void)
{
    char name[96];
    ssize_t got = 0;
    size_t half = (size_t)offset[6] + 20;
    file_write(good, (size_t)offset[4]);
    snprintf(name, sizeof name, "%s/said", dir);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        char *argv[] = {(char[]){"journal"}, path, (char[]){"--follow"}, NULL};
        int out = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
        dup2(out, STDOUT_FILENO);
        dup2(out, STDERR_FILENO);
        optind = 1;
        _exit(cmd_journal(3, argv));
    }
    for (int i = 0; i < 100 && got >= 0 && lines() < RECORDS; i++) {
        usleep(100000);
        int in = open(name, O_RDONLY), file = open(path, O_WRONLY | O_APPEND);
        got = in < 0 ? 0 : read(in, said, sizeof said - 1);
        said[got] = '\0';
        size_t has = (size_t)lseek(file, 0, SEEK_END), next = has < half ? half : good_count;
        if (i % 10 == 9 && has < good_count)
            CHECK(write(file, good + has, next - has) == (ssize_t)(next - has), "appended");
        close(in);
        close(file);
    }
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
    unlink(name);
    CHECK(lines() >= RECORDS && !strstr(said, "cut short") && !strstr(said, "is changed") &&
              strstr(said, "cap plant: not reached -> reached: 70 %\n"),
          "%s", said);
}

static void a_program_reads(void)
{
    int count = 0;
    file_write(good, good_count);
    CHECK(JOURNAL("--json", "--kind", "request", "--config", "sim/uc001.yaml") == 0, "%s", said);
    for (char *line = strtok(said, "\n"); line && *line == '{';
         line = strtok(NULL, "\n"), count++) {
        json_t *object = json_loads(line, 0, NULL);
        CHECK(
            object && json_integer_value(json_object_get(object, "record")) == 4 + 2 * count &&
                json_integer_value(json_object_get(object, "value")) == 30 &&
                !strcmp(json_string_value(json_object_get(object, "request")), "fedcba9876543210"),
            "%s", line);
        json_decref(object);
    }
    CHECK(count == 2, "%d objects", count);
}

static void damage_is_told(void)
{
    char where[96];
    memcpy(bytes, good, good_count);
    bytes[offset[2] + 20] ^= 4;
    file_write(bytes, good_count);
    snprintf(where, sizeof where, "record 3 at byte %lld is changed: byte %lld is ",
             (long long)offset[2], (long long)offset[2] + 20);
    CHECK(JOURNAL("--kind", "cap") == 1 && strstr(said, where) &&
              strstr(said, "the chain is broken at 1 place\n"),
          "%s", said);
    CHECK(JOURNAL("--kind", "cap", "--json") == 1 && strstr(said, "\"problem\":\"record 3 at"),
          "%s", said);
    file_write(good, good_count - 9);
    CHECK(JOURNAL("--kind", "cap") == 0 && strstr(said, "usual when power is lost") &&
              strstr(said, "7 records"),
          "%s", said);
}

static void what_is_wrong(void)
{
    file_write((const uint8_t *)"site: {}\nbattery: 3\n", 20);
    CHECK(JOURNAL("--kind", "cap") == 2 && strstr(said, "not a journal of busbar"), "%s", said);
    CHECK(journal((const char *const[]){dir, NULL}) == 2 && strstr(said, "not a file"), "%s", said);
    file_write(good, good_count);
    CHECK(JOURNAL("--kind", "contacts") == 2 && strstr(said, "\"contact\""), "%s", said);
    CHECK(JOURNAL("--since", "8:00") == 2 && strstr(said, "2026-11-28"), "%s", said);
    CHECK(JOURNAL("--since", "2026-02-30") == 2, "%s", said);
    CHECK(JOURNAL("--request", "xyz") == 2, "%s", said);
    CHECK(JOURNAL("--config", "/nonexistent.yaml") == 2, "%s", said);
    CHECK(JOURNAL("another") == 2, "%s", said);
    CHECK(JOURNAL("--socket", "x") == 2, "%s", said);
    CHECK(journal((const char *const[]){"/nonexistent/journal", NULL}) == 2, "%s", said);
    CHECK(journal((const char *const[]){"--follow", NULL}) == 2 && strstr(said, "FILE"), "%s",
          said);
    CHECK(journal((const char *const[]){NULL}) == 1 && strstr(said, "busbar run"), "%s", said);
    CHECK(journal((const char *const[]){"--help", NULL}) == 0 && strstr(said, "--since"), "%s",
          said);
}

static struct control control;
static struct controller controller;

static void controller_answers(void)
{
    int slot = -1;
    for (int i = 0; i < 500 && slot < 0; i++) {
        usleep(10000);
        slot = control_accept(&control);
    }
    CHECK(slot >= 0, "it was asked");
    for (int i = 0; i < 500 && slot >= 0 && control_serve(&control, slot, &controller, NULL, 70000);
         i++)
        usleep(10000);
}

static void the_controller_is_asked(void)
{
    static struct config config;
    config.bank.cap_permille = 700;
    config.inverter_count = 2;
    snprintf(config.inverters[1].name, NAME_SIZE, "inv2");
    CHECK(controller_init(&controller, &config, 1000, stderr) == 0, "a controller");
    journal_add(&controller.journal, JOURNAL_UNIT_FAULT, 1, 0, 7, 61400, "overload");
    snprintf(socket_path, sizeof socket_path, "%s/control.sock", dir);
    CHECK(control_open(&control, socket_path) == 0, "%s", control.problem);
    meanwhile = controller_answers;
    CHECK(journal((const char *const[]){NULL}) == 0 &&
              strstr(said, "61.400 fault of inv2: no fault -> fault 07: overload\n"),
          "%s", said);
    CHECK(journal((const char *const[]){"--json", NULL}) == 0 &&
              strstr(said, "\"61.400 fault of inv2: no fault -> fault 07: overload\"]\n"),
          "%s", said);
    meanwhile = NULL;
    control_close(&control);
    unlink(socket_path);
}

int main(void)
{
    setenv("TZ", "<+0530>-5:30", 1);
    tzset();
    journal_begin();
    a_person_reads();
    it_is_followed();
    a_program_reads();
    damage_is_told();
    what_is_wrong();
    the_controller_is_asked();
    journal_end();
    return check_done("journal_command");
}
