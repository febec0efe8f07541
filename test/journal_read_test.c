/* The journal as a person reads it: written by the controller's own writer, then cut, changed and reordered
 * byte by byte; and `busbar journal` as its own process, judged by what it prints and its exit status. */
#include <fcntl.h>
#include <getopt.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/cli.h"
#include "app/config.h"
#include "app/journal_read.h"
#include "app/request.h"
#include "inverter/means.h"
#include "test/check.h"

enum { RECORDS = 8, ROOM = 8192 };

static char dir[64], path[80], said[16384];
static const int64_t begin_ms = 1795680000000; /* 2026-11-26 08:00 UTC */
static uint8_t good[ROOM], bytes[ROOM];
static size_t good_count;
static int64_t offset[RECORDS + 1]; /* of each record, and the end */

/* --- a journal --- */

static const struct journal_request request = {.id = 0xFEDCBA9876543210,
                                               .about = "set inv2 charge-current 30 A",
                                               .inverter = "inv2",
                                               .setting = "charge_max_A",
                                               .value = 30};

static size_t file_read(uint8_t *to)
{
    int fd = open(path, O_RDONLY);
    ssize_t got = read(fd, to, ROOM);
    close(fd);
    return got < 0 ? 0 : (size_t)got;
}

static void file_write(const uint8_t *from, size_t count)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(write(fd, from, count) == (ssize_t)count, "written");
    close(fd);
}

static void journal_make(void)
{
    static struct journal journal;
    struct journal_file file;
    int64_t at_ms = begin_ms;
    journal_add(&journal, JOURNAL_START, 0, 0, 1, 1000, "the controller starts");
    journal_add(&journal, JOURNAL_CONTACT, 1, 0, 1, 2000, "dead time is over");
    journal_add(&journal, JOURNAL_CHARGE_POINT, 0, 0, 160, 3000, "surplus");
    journal_add_request(&journal, &request, REQUEST_NONE, REQUEST_ACCEPTED, 4000, "to 30 A");
    journal_add(&journal, JOURNAL_UNIT_FAULT, 2, 0, 7, 5000, "overload; first: take loads away");
    journal_add_request(&journal, &request, REQUEST_SENT, REQUEST_CONFIRMED, 6000, "reads 30 A");
    journal_add(&journal, JOURNAL_MEANS, 0, MEANS_NONE, MEANS_CURRENT, 7000, "no BMS port");
    journal_add(&journal, JOURNAL_CAP, 0, 0, 1, 8000, "70 %%");
    CHECK(journal_file_open(&file, dir, stderr) == 0, "%s", file.problem);
    for (int i = 0; i < RECORDS; i++, at_ms += 3600000) {
        CHECK(journal_file_write(&file, journal_take(&journal), at_ms) == 0, "%s", file.problem);
        offset[i + 1] = lseek(file.fd, 0, SEEK_END);
    }
    journal_file_close(&file);
    good_count = file_read(good);
    CHECK((int64_t)good_count == offset[RECORDS], "%zu bytes", good_count);
}

/* --- the reader --- */

struct memory {
    const uint8_t *bytes;
    size_t count;
};

static ssize_t memory_read_at(void *from, uint8_t *out, size_t room, int64_t at)
{
    const struct memory *memory = from;
    if (at >= (int64_t)memory->count)
        return 0;
    size_t left = memory->count - (size_t)at, takes = room < left ? room : left;
    memcpy(out, memory->bytes + at, takes);
    return (ssize_t)takes;
}

static struct journal_reader reader;
static char problems[2048]; /* of all of it */
static char ended[JOURNAL_PROBLEM];

static void read_all(const uint8_t *from, size_t count)
{
    struct memory memory = {from, count};
    struct journal_entry entry;
    enum journal_found found;
    problems[0] = '\0';
    journal_reader_init(&reader, memory_read_at, &memory);
    while ((found = journal_read_next(&reader, &entry)) != JOURNAL_FOUND_END &&
           found != JOURNAL_FOUND_ERROR)
        if (*entry.problem)
            snprintf(problems + strlen(problems), sizeof problems - strlen(problems), "%s\n",
                     entry.problem);
    CHECK(found == JOURNAL_FOUND_END, "memory can be read");
    snprintf(ended, sizeof ended, "%s", entry.problem);
}

static void whole(void)
{
    struct memory memory = {good, good_count};
    struct journal_entry entry;
    read_all(good, good_count);
    CHECK(reader.records == RECORDS && reader.broken == 0 && !*problems && !*ended, "whole: %s%s",
          problems, ended);
    journal_reader_init(&reader, memory_read_at, &memory);
    for (int i = 0; i < 4; i++) {
        CHECK(journal_read_next(&reader, &entry) == JOURNAL_FOUND_RECORD, "record %d", i + 1);
        CHECK(entry.number == (uint64_t)i + 1 && entry.offset == offset[i], "record %d is at %lld",
              i + 1, (long long)entry.offset);
    }
    CHECK(entry.record.kind == JOURNAL_REQUEST && entry.record.request.id == request.id &&
              entry.record.request.value == 30 && !strcmp(entry.record.cause, "to 30 A") &&
              entry.wall_ms == begin_ms + 3 * 3600000 && entry.record.at_ms == 4000,
          "a request's step: %s", entry.record.cause);
}

/* Every length the file can have after a power cut. */
static void cut_short(void)
{
    for (size_t count = 0; count <= good_count; count++) {
        int complete = 0;
        while (complete < RECORDS && offset[complete + 1] <= (int64_t)count)
            complete++;
        bool at_end = offset[complete] == (int64_t)count;
        char says[64];
        read_all(good, count);
        snprintf(says, sizeof says, "record %d at byte %lld is cut short", complete + 1,
                 (long long)offset[complete]);
        CHECK(reader.broken == 0 && reader.records == (uint64_t)complete && !*problems,
              "%zu bytes: %llu records, %s", count, (unsigned long long)reader.records, problems);
        CHECK(at_end ? !*ended : strstr(ended, says) != NULL, "%zu bytes: %s", count, ended);
    }
    memcpy(bytes, good, good_count);
    memset(bytes + good_count, 0, 3000);
    read_all(bytes, good_count + 3000);
    CHECK(reader.broken == 0 && strstr(ended, "after 3000 bytes, all of them zero"), "%s", ended);
}

/* Each byte changed, but of the newest record, whose content nobody vouches for: its place is told. */
static void each_byte(void)
{
    unsigned named = 0, all = 0;
    for (int64_t i = 0; i < offset[RECORDS - 1]; i += 2 + i % 3) {
        char where[64], length[64];
        int record = 0;
        while (offset[record + 1] <= i)
            record++;
        memcpy(bytes, good, good_count);
        bytes[i] ^= (uint8_t)(1u << (i % 8));
        read_all(bytes, good_count);
        snprintf(where, sizeof where, "byte %lld is %02X and was written as %02X", (long long)i,
                 bytes[i], good[i]);
        snprintf(length, sizeof length, "record %d at byte %lld is changed: its length", record + 1,
                 (long long)offset[record]);
        bool in_length = i < offset[record] + 4;
        CHECK(reader.broken > 0, "byte %lld: nothing is told", (long long)i);
        CHECK(strstr(problems, in_length ? length : where), "byte %lld: %s", (long long)i,
              problems);
        CHECK(reader.records >= RECORDS - 1, "byte %lld: only %llu records are read", (long long)i,
              (unsigned long long)reader.records);
        snprintf(where, sizeof where, "record %d at byte %lld ", record + 1,
                 (long long)offset[record]);
        named += strstr(problems, where) != NULL;
        all++;
    }
    CHECK(named == all, "%u of %u name the record", named, all);
}

static void other_damage(void)
{
    size_t one = (size_t)(offset[4] - offset[3]), rest = good_count - (size_t)offset[4];
    memcpy(bytes, good, (size_t)offset[3]);
    memcpy(bytes + offset[3], good + offset[4], rest);
    read_all(bytes, good_count - one);
    CHECK(reader.broken == 1 && reader.records == RECORDS - 1 &&
              strstr(problems, "1 are missing between"),
          "a record taken out: %s", problems);
    memcpy(bytes, good, good_count);
    memset(bytes + offset[2] + 10, 'x', 8);
    read_all(bytes, good_count);
    CHECK(reader.broken && strstr(problems, "record 3 at byte"), "eight bytes: %s", problems);
    memcpy(bytes, good, good_count);
    memset(bytes + offset[2], 0xFF, (size_t)(offset[5] - offset[2]) - 7);
    read_all(bytes, good_count);
    CHECK(reader.broken == 1 && reader.records == RECORDS - 3 && strstr(problems, "are no record"),
          "three records overwritten: %s", problems);
    read_all(good + offset[2], good_count - (size_t)offset[2]);
    CHECK(reader.broken == 1 && strstr(problems, "what came before is not in this file"), "%s",
          problems);
    memset(bytes, 'x', 700);
    read_all(bytes, 700);
    CHECK(reader.broken == 1 && reader.records == 0, "no journal at all: %s", problems);
    read_all(good, 0);
    CHECK(reader.broken == 0 && reader.records == 0 && !*ended, "an empty one is whole");
}

static void kinds(void)
{
    for (int kind = 0; kind < JOURNAL_KINDS; kind++) {
        const char *name = journal_kind_name((enum journal_kind)kind);
        CHECK(name && *name && journal_kind_find(name) == (enum journal_kind)kind, "kind %d", kind);
    }
    CHECK(journal_kind_find("charge-point") == JOURNAL_CHARGE_POINT, "with a hyphen");
    CHECK(journal_kind_find("ac contact") == JOURNAL_AC_CONTACT, "in any case");
    CHECK(journal_kind_find("fault") == JOURNAL_UNIT_FAULT, "without its preposition");
    CHECK(journal_kind_find("charge-limit-told") == JOURNAL_EMULATED_CHARGE, "neither");
    CHECK(journal_kind_find("charge") == JOURNAL_CHARGE, "the whole word first");
    CHECK(journal_kind_find("") == JOURNAL_KINDS && journal_kind_find("cont") == JOURNAL_KINDS &&
              journal_kind_find("contacts") == JOURNAL_KINDS,
          "no others");
}

/* Any index and value of any kind has words, with any config. */
static void any_record(void)
{
    static struct config config;
    static const int32_t values[] = {INT32_MIN, -1, 0, 1, 2, 3, 5, 6, 7, 9, 11, 12, 255, INT32_MAX};
    config.inverter_count = 2;
    snprintf(config.inverters[1].name, NAME_SIZE, "inv2");
    for (int kind = 0; kind <= JOURNAL_KINDS; kind++)
        for (int index = 0; index <= UINT8_MAX; index += index < 40 ? 1 : 43)
            for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
                char line[JOURNAL_LINE];
                struct journal_entry entry = {
                    .kind = "x", .index = (uint32_t)index, .wall_ms = INT64_MAX};
                entry.record.kind = (enum journal_kind)kind;
                entry.record.index = (uint8_t)index;
                entry.record.before = entry.record.after = values[v];
                journal_line(&entry, index % 2 ? &config : NULL, line);
                bool known = kind == JOURNAL_MEANS && index == 1;
                if (kind == JOURNAL_MEANS)
                    CHECK((strstr(line, "inv2:") != NULL) == known, "%s", line);
                if (kind == JOURNAL_MEANS && values[v] == MEANS_CURRENT)
                    CHECK(strstr(line, "-> its charge current:") != NULL, "%s", line);
            }
}

/* --- the command --- */

enum { WORDS = 12 };

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
        setenv("BUSBAR_SOCKET", "/nonexistent/control.sock", 1);
        optind = 1;
        exit_status = cmd_journal(argc, argv);
        fflush(NULL);
        _exit(exit_status);
    }
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

int main(void)
{
    setenv("TZ", "<+0530>-5:30", 1);
    tzset();
    snprintf(dir, sizeof dir, "/tmp/busbar-journal-read-XXXXXX");
    if (!mkdtemp(dir))
        return 1;
    snprintf(path, sizeof path, "%s/journal", dir);
    journal_make();
    whole();
    cut_short();
    each_byte();
    other_damage();
    kinds();
    any_record();
    a_person_reads();
    a_program_reads();
    damage_is_told();
    what_is_wrong();
    unlink(path);
    CHECK(rmdir(dir) == 0, "nothing else was left");
    return check_done("journal_read");
}
