/* A candump -L file as a bus that can only be heard. Damaged lines are counted and passed over. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "can/bus_backends.h"
#include "can/text.h"

struct log {
    FILE *in;
    unsigned line;
};

static int log_open(struct bus *bus, const char *where)
{
    struct log *log = calloc(1, sizeof *log);
    if (!log)
        return -ENOMEM;
    log->in = fopen(where, "re");
    if (!log->in) {
        int error = errno;
        free(log);
        return -error;
    }
    bus->impl = log;
    bus->fd = fileno(log->in);
    return 0;
}

static int log_recv(struct bus *bus, struct frame *frames, size_t room)
{
    struct log *log = bus->impl;
    char line[512], name[BUS_NAME_SIZE];
    size_t n = 0;
    while (n < room && fgets(line, sizeof line, log->in)) {
        const char *error;
        size_t column;
        log->line++;
        if (line[strspn(line, " \t\r\n")] == '\0')
            continue;
        if (frame_parse_log(&frames[n], name, line, &error, &column) == 0) {
            n += bus_filter_passes(bus, &frames[n]);
            continue;
        }
        bus->stats.errors++;
        if (bus->problem[0] == '\0')
            snprintf(bus->problem, sizeof bus->problem, "%.50s:%u:%zu: %.50s", bus->url + 4,
                     log->line, column, error);
    }
    return n == 0 && feof(log->in) ? -ENODATA : (int)n;
}

static int log_send(struct bus *bus, const struct frame *frame)
{
    (void)bus;
    (void)frame;
    return -EROFS;
}

static void log_close(struct bus *bus)
{
    struct log *log = bus->impl;
    fclose(log->in);
    free(log);
    bus->impl = NULL;
}

const struct bus_ops bus_log = {
    .scheme = "log", .open = log_open, .recv = log_recv, .send = log_send, .close = log_close};
