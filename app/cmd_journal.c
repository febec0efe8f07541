/* busbar journal: what was done and why, from the running controller or from a journal file. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/cli.h"
#include "app/client.h"
#include "app/config.h"
#include "app/journal_read.h"
#include "app/local_time.h"

static const char help[] =
    "Usage: busbar journal [--json] [--socket PATH]\n"
    "       busbar journal FILE [--since TIME] [--kind WORD]... [--request ID] [--follow]\n"
    "                           [--json] [--config FILE]\n"
    "What was done and why. Without FILE the newest lines of the running controller, in seconds\n"
    "since power on. With a journal file (/var/lib/busbar/journal) its records, in local time, "
    "and\n"
    "whether its chain is whole.\n"
    "  --since TIME    from the first record at this local time on: 2026-11-28 or\n"
    "                  \"2026-11-28 08:30\"\n"
    "  --kind WORD     records of this kind: contact, charge-point, request, fault ..; several "
    "with\n"
    "                  several --kind\n"
    "  --request ID    what became of a request\n"
    "  --follow        goes on with what is written, until interrupted\n"
    "  --json          one object a line\n"
    "  --config FILE   for the names, as they are today; default "
    "/etc/busbar/busbar.yaml\n"
    "Each record vouches for the one before it: a changed byte is told by its place, also in "
    "records\n"
    "that are not shown; nobody vouches for the newest. A last record that was cut short is usual\n"
    "after a power cut.\n"
    "Exit status: 0 the chain is whole, 1 it is broken or nobody answers, 2 an option or the file "
    "is\n"
    "wrong.\n";

static const char default_config[] = "/etc/busbar/busbar.yaml";

enum { LOOK_MS = 500 };

struct options {
    const char *path, *config, *socket;
    bool json, follow, since, request, kinds;
    bool kind[JOURNAL_KINDS];
    int64_t since_ms;
    uint64_t request_id;
};

/* --- options --- */

static bool since_read(struct options *o, const char *text)
{
    char whole[32], why[96];
    int64_t wall_s;
    bool day = strlen(text) == 10;
    snprintf(whole, sizeof whole, day ? "%s 00:00" : "%s", text);
    int status = strlen(text) < 10 || text[4] != '-'
                     ? -EDOM
                     : local_parse(whole, time(NULL), &wall_s, why, sizeof why);
    o->since = status == 0;
    o->since_ms = o->since ? wall_s * 1000 : 0;
    if (!o->since)
        fprintf(stderr,
                "busbar journal: --since \"%s\" is no time of the past: 2026-11-28 or \"2026-11-28 "
                "08:30\"\n",
                text);
    return o->since;
}

static bool kind_read(struct options *o, const char *word)
{
    enum journal_kind kind = journal_kind_find(word);
    if (kind == JOURNAL_KINDS) {
        fprintf(stderr, "busbar journal: --kind \"%s\" is none of:", word);
        for (int k = 0; k < JOURNAL_KINDS; k++)
            fprintf(stderr, "%s \"%s\"", k ? "," : "", journal_kind_name((enum journal_kind)k));
        fputc('\n', stderr);
        return false;
    }
    return o->kinds = o->kind[kind] = true;
}

static bool request_id_read(struct options *o, const char *text)
{
    char *end;
    errno = 0;
    o->request_id = strtoull(text, &end, 16);
    o->request = end != text && *end == '\0' && errno == 0 && *text != '-' && o->request_id;
    if (!o->request)
        fprintf(stderr, "busbar journal: --request \"%s\" is no request's id: 1 to 16 digits 0-f\n",
                text);
    return o->request;
}

static bool options_fit(const struct options *o)
{
    if (!o->path && (o->since || o->kinds || o->request || o->follow || o->config)) {
        fputs("busbar journal: --since, --kind, --request, --follow and --config go with a FILE: "
              "/var/lib/busbar/journal\n",
              stderr);
        return false;
    }
    if (o->path && o->socket) {
        fputs("busbar journal: --socket does not go with a FILE\n", stderr);
        return false;
    }
    return true;
}

/* -1 to go on, else the exit status. */
static int options_read(int argc, char **argv, struct options *o)
{
    /* clang-format off */
    static const struct option known[] = {
        {"since",   required_argument, NULL, 't'},
        {"kind",    required_argument, NULL, 'k'},
        {"request", required_argument, NULL, 'r'},
        {"config",  required_argument, NULL, 'c'},
        {"socket",  required_argument, NULL, 's'},
        {"follow",  no_argument,       NULL, 'f'},
        {"json",    no_argument,       NULL, 'j'},
        {"help",    no_argument,       NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    /* clang-format on */
    for (int c; (c = getopt_long(argc, argv, "c:s:fjh", known, NULL)) != -1;) {
        if ((c == 't' && !since_read(o, optarg)) || (c == 'k' && !kind_read(o, optarg)) ||
            (c == 'r' && !request_id_read(o, optarg)))
            return 2;
        if (c == 'h' || c == '?') {
            fputs(help, c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
        o->config = c == 'c' ? optarg : o->config;
        o->socket = c == 's' ? optarg : o->socket;
        o->follow |= c == 'f';
        o->json |= c == 'j';
    }
    if (argc - optind > 1) {
        fprintf(stderr, "busbar journal: one FILE at a time, not \"%s\" as well\n",
                argv[optind + 1]);
        return 2;
    }
    o->path = argc > optind ? argv[optind] : NULL;
    return options_fit(o) ? -1 : 2;
}

/* --- the running controller --- */

static int journal_ask(const struct options *o)
{
    return client_show(o->socket, BUSBAR__VERB__JOURNAL, o->json, lines_print);
}

/* --- a file --- */

/* A journal is read without its config too: on another machine, or when the config is the trouble. */
static bool names_load(const struct options *o, struct config *config, bool *known)
{
    const char *path = o->config ? o->config : default_config;
    *known = false;
    if (!o->config && access(path, F_OK) != 0) {
        fprintf(stderr,
                "busbar journal: %s: %s; numbers stand for names (--config names another)\n", path,
                strerror(errno));
        return true;
    }
    *known = config_load(config, path, cli_data_dir(), stderr) == 0;
    if (!*known && !o->config)
        fputs("busbar journal: numbers stand for names\n", stderr);
    return *known || !o->config;
}

static ssize_t file_read_at(void *from, uint8_t *out, size_t room, int64_t offset)
{
    ssize_t got;
    do
        got = pread(*(int *)from, out, room, (off_t)offset);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

static int file_open(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) < 0) {
        fprintf(stderr, "busbar journal: %s: %s\n", path, strerror(errno));
    } else if (!S_ISREG(st.st_mode)) {
        fprintf(stderr,
                "busbar journal: %s: not a file; the journal is named \"journal\" in the "
                "config's state_dir\n",
                path);
    } else {
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

struct view {
    struct options *options;
    const struct config *config; /* NULL = no names */
    struct journal_reader reader;
    struct journal_entry entry;
    char first[JOURNAL_STAMP], last[JOURNAL_STAMP];
};

static bool wanted(struct view *view)
{
    struct options *o = view->options;
    const struct journal_record *record = &view->entry.record;
    if (o->since && view->entry.wall_ms < o->since_ms)
        return false;
    o->since = false;
    if (o->kinds && (record->kind == JOURNAL_KINDS || !o->kind[record->kind]))
        return false;
    return !o->request || record->request.id == o->request_id;
}

static void problem_print(const struct view *view)
{
    fflush(stdout);
    fprintf(stderr, "%s: %s\n", view->options->path, view->entry.problem);
}

static void damage_json(const struct journal_entry *entry)
{
    json_t *object = json_pack("{s:I,s:I,s:s}", "record", (json_int_t)entry->number, "offset",
                               (json_int_t)entry->offset, "problem", entry->problem);
    json_dumpf(object, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(object);
}

static void record_print(struct view *view)
{
    const struct journal_entry *entry = &view->entry;
    char line[JOURNAL_LINE];
    journal_stamp(entry, view->reader.records == 1 ? view->first : view->last);
    bool json = view->options->json, shown = wanted(view);
    if (json && (shown || *entry->problem)) {
        if (shown)
            journal_line_json(stdout, entry, view->config);
        else
            damage_json(entry);
        return;
    }
    if (*entry->problem)
        problem_print(view);
    if (!shown || json)
        return;
    journal_line(entry, view->config, line);
    puts(line);
}

static bool was_cut(const struct view *view, int fd)
{
    struct stat st;
    if (fstat(fd, &st) == 0 && st.st_size >= view->reader.at)
        return false;
    fflush(stdout);
    fprintf(stderr, "%s: it was cut to %lld bytes while it was read\n", view->options->path,
            (long long)st.st_size);
    return true;
}

/* Everything up to the end, or with --follow until it fails. */
static enum journal_found file_show(struct view *view, int fd)
{
    for (;;) {
        enum journal_found found = journal_read_next(&view->reader, &view->entry);
        if (found == JOURNAL_FOUND_RECORD)
            record_print(view);
        else if (found == JOURNAL_FOUND_DAMAGE && view->options->json)
            damage_json(&view->entry);
        else if (found == JOURNAL_FOUND_DAMAGE)
            problem_print(view);
        else if (found == JOURNAL_FOUND_ERROR || !view->options->follow)
            return found;
        if (found != JOURNAL_FOUND_END)
            continue;
        fflush(stdout);
        nanosleep(&(struct timespec){.tv_nsec = LOOK_MS * 1000000L}, NULL);
        if (was_cut(view, fd)) {
            view->reader.broken++;
            return found;
        }
    }
}

static void sum_print(const struct view *view)
{
    const struct journal_reader *reader = &view->reader;
    const char *path = view->options->path;
    if (*view->entry.problem)
        fprintf(stderr, "%s: %s: usual when power is lost while it is written\n", path,
                view->entry.problem);
    fprintf(stderr, "%s: %llu record%s", path, (unsigned long long)reader->records,
            reader->records == 1 ? "" : "s");
    if (reader->records)
        fprintf(stderr, ", %s%s%s", view->first, reader->records > 1 ? " to " : "", view->last);
    if (reader->broken)
        fprintf(stderr, "; the chain is broken at %u place%s\n", reader->broken,
                reader->broken == 1 ? "" : "s");
    else
        fputs("; the chain is whole\n", stderr);
}

static int file_journal(struct options *o, const struct config *config)
{
    static struct view view;
    int fd = file_open(o->path);
    if (fd < 0)
        return 2;
    view = (struct view){.options = o, .config = config};
    journal_reader_init(&view.reader, file_read_at, &fd);
    enum journal_found found = file_show(&view, fd);
    close(fd);
    bool written = fflush(stdout) == 0 && !ferror(stdout);
    if (found == JOURNAL_FOUND_ERROR)
        fprintf(stderr, "busbar journal: %s: %s\n", o->path, strerror(-view.reader.error));
    else if (view.reader.broken && !view.reader.records)
        fprintf(stderr, "busbar journal: %s: not a journal of busbar: it has no record\n", o->path);
    else if (!written)
        fprintf(stderr, "busbar journal: standard output: %s\n", strerror(errno));
    else
        sum_print(&view);
    if (found == JOURNAL_FOUND_ERROR || (view.reader.broken && !view.reader.records))
        return 2;
    return written && !view.reader.broken ? 0 : 1;
}

int cmd_journal(int argc, char **argv)
{
    static struct config config;
    struct options options = {0};
    bool known;
    int status = options_read(argc, argv, &options);
    if (status >= 0)
        return status;
    if (!options.path)
        return journal_ask(&options);
    if (!names_load(&options, &config, &known))
        return 2;
    status = file_journal(&options, known ? &config : NULL);
    config_free(&config);
    return status;
}
