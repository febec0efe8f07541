/* busbar dump: candump's words on any kind of bus, with names from DBC files. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli.h"
#include "app/clock.h"
#include "can/bus.h"
#include "can/codec.h"
#include "can/dbc.h"
#include "can/text.h"

enum { DUMP_BUSES = 8, DUMP_DBCS = 8, BATCH = 64 };

struct dump {
    struct bus buses[DUMP_BUSES];
    char names[DUMP_BUSES][BUS_NAME_SIZE];
    int bus_count;
    struct dbc *dbcs[DUMP_DBCS];
    int dbc_count;
    bool log, ascii;
    long count;     /* frames to show, 0 = all */
    int timeout_ms; /* without a frame, -1 = wait */
};

static const char help[] =
    "Usage: busbar dump [-L] [-a] [-n COUNT] [-T MS] [--dbc FILE]... BUS[,ID:MASK]...\n"
    "Prints frames as candump does. BUS: an interface (can0), local:PATH, or log:FILE.\n"
    "  -L, --log      candump -L lines, which busbar replay reads\n"
    "  -a, --ascii    the bytes as text too\n"
    "  -n COUNT       end after COUNT frames\n"
    "  -T MS          end after MS without a frame\n"
    "  --dbc FILE     under each frame its signals by name\n";

/* "123:7FF" in hex; three digits are a standard identifier, eight an extended one. */
static int filter_read(const char *word, struct bus_filter *filter)
{
    char *end;
    filter->id = (uint32_t)strtoul(word, &end, 16);
    filter->ext = end - word == 8;
    if ((end - word != 3 && end - word != 8) || *end != ':')
        return -1;
    const char *mask = end + 1;
    filter->mask = (uint32_t)strtoul(mask, &end, 16);
    return end == mask || *end ? -1 : 0;
}

static int bus_add(struct dump *dump, char *word)
{
    struct bus_filter filters[BUS_FILTERS];
    size_t count = 0;
    char *url = strtok(word, ",");
    for (char *text; (text = strtok(NULL, ",")) && count < BUS_FILTERS; count++)
        if (filter_read(text, &filters[count]) < 0) {
            fprintf(stderr, "busbar dump: filter %s: expected ID:MASK, 3 or 8 hex digits\n", text);
            return 2;
        }
    if (!url || dump->bus_count == DUMP_BUSES) {
        fprintf(stderr, "busbar dump: 1 to %d buses\n", DUMP_BUSES);
        return 2;
    }
    struct bus *bus = &dump->buses[dump->bus_count];
    if (bus_open(bus, url, filters, count) < 0) {
        fprintf(stderr, "busbar dump: %s\n", bus->problem);
        return 1;
    }
    const char *name = strrchr(url, '/') ? strrchr(url, '/') + 1 : url;
    name = strchr(name, ':') ? strchr(name, ':') + 1 : name;
    snprintf(dump->names[dump->bus_count++], BUS_NAME_SIZE, "%s", name);
    return 0;
}

static int dbc_add(struct dump *dump, const char *path)
{
    if (dump->dbc_count == DUMP_DBCS) {
        fprintf(stderr, "busbar dump: at most %d DBC files\n", DUMP_DBCS);
        return 2;
    }
    return dbc_load(&dump->dbcs[dump->dbc_count++], path, stderr) == 0 ? 0 : 2;
}

static void signals_print(const struct dbc_message *message, const struct frame *frame)
{
    static int64_t raw[DBC_SIGNALS_MAX];
    codec_decode(message, frame->data, raw);
    for (size_t i = 0; i < message->signal_count; i++) {
        const struct dbc_signal *signal = &message->signals[i];
        if (signal->last_byte >= frame->len || !codec_present(message, raw, (int)i))
            continue;
        const char *text = dbc_value_text(signal, raw[i]);
        printf("      %s.%s = %.10g%s%s%s%s\n", message->name, signal->name,
               codec_physical(signal, raw[i]), *signal->unit ? " " : "", signal->unit,
               text ? " " : "", text ? text : "");
    }
}

static void frame_print(const struct dump *dump, int bus, const struct frame *frame)
{
    char text[FRAME_TEXT_SIZE];
    if (dump->log) {
        frame_format_log(text, frame, dump->names[bus]);
        puts(text);
        return;
    }
    printf(frame->flags & FRAME_EXT ? "  %s  %08X  [%02u] " : "  %s  %03X  [%u] ", dump->names[bus],
           frame->id, frame->len);
    if (frame->flags & FRAME_RTR)
        fputs(" remote request", stdout);
    for (size_t i = 0; i < frame->len && !(frame->flags & FRAME_RTR); i++)
        printf(" %02X", frame->data[i]);
    if (dump->ascii) {
        fputs("   '", stdout);
        for (size_t i = 0; i < frame->len; i++)
            putchar(frame->data[i] >= ' ' && frame->data[i] < 127 ? frame->data[i] : '.');
        putchar('\'');
    }
    putchar('\n');
    for (int i = 0; i < dump->dbc_count && !(frame->flags & (FRAME_RTR | FRAME_ERR)); i++) {
        const struct dbc_message *message =
            dbc_message_by_id(dump->dbcs[i], frame->id, frame->flags & FRAME_EXT);
        if (message)
            signals_print(message, frame);
    }
}

/* Everything that is there; false when enough was shown. */
static bool bus_show(struct dump *dump, int b, int *status)
{
    struct frame frames[BATCH];
    for (int n = BATCH; n == BATCH;) {
        n = bus_recv(&dump->buses[b], frames, BATCH);
        for (int i = 0; i < n; i++) {
            frame_print(dump, b, &frames[i]);
            if (dump->count && --dump->count == 0)
                return false;
        }
        if (n == -ENODATA)
            return false;
        if (n < 0) {
            fprintf(stderr, "busbar dump: %s\n", dump->buses[b].problem);
            *status = 1;
            return false;
        }
    }
    return true;
}

static int dump_play(struct dump *dump)
{
    struct pollfd wait[DUMP_BUSES];
    int status = 0;
    for (;;) {
        for (int b = 0; b < dump->bus_count; b++)
            wait[b] = (struct pollfd){.fd = dump->buses[b].fd, .events = POLLIN};
        if (poll(wait, (nfds_t)dump->bus_count, dump->timeout_ms) <= 0)
            return status;
        for (int b = 0; b < dump->bus_count; b++)
            if (wait[b].revents && !bus_show(dump, b, &status))
                return status;
        fflush(stdout);
    }
}

int cmd_dump(int argc, char **argv)
{
    static const struct option known[] = {{"log", no_argument, NULL, 'L'},
                                          {"ascii", no_argument, NULL, 'a'},
                                          {"dbc", required_argument, NULL, 'd'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    static struct dump dump;
    dump.timeout_ms = -1;
    int status = 0;
    for (int c; (c = getopt_long(argc, argv, "Lan:T:h", known, NULL)) != -1 && status == 0;) {
        switch (c) {
        case 'L':
            dump.log = true;
            break;
        case 'a':
            dump.ascii = true;
            break;
        case 'n':
            dump.count = strtol(optarg, NULL, 10);
            break;
        case 'T':
            dump.timeout_ms = (int)strtol(optarg, NULL, 10);
            break;
        case 'd':
            status = dbc_add(&dump, optarg);
            break;
        case 'h':
            fputs(help, stdout);
            return 0;
        default:
            fputs(help, stderr);
            return 2;
        }
    }
    if (optind == argc && status == 0) {
        fputs(help, stderr);
        status = 2;
    }
    for (int i = optind; i < argc && status == 0; i++)
        status = bus_add(&dump, argv[i]);
    if (status == 0)
        status = dump_play(&dump);
    for (int b = 0; b < dump.bus_count; b++)
        bus_close(&dump.buses[b]);
    for (int i = 0; i < dump.dbc_count; i++)
        dbc_free(dump.dbcs[i]);
    return status;
}
