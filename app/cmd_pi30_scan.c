/* busbar pi30 scan: who is on which port, and the config lines for them. Only asks. */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli.h"
#include "app/client.h"
#include "app/clock.h"
#include "app/port_find.h"
#include "inverter/probe.h"
#include "inverter/stream.h"

static const char help[] =
    "Usage: busbar pi30 scan [--baud RATE] [--timeout MS] [--json] [PORT...]\n"
    "Asks every port who is there, and prints config lines for the inverters found.\n"
    "  PORT           as in the config: serial:, tty:, hidraw:, tcp://HOST:PORT, /dev/.., a "
    "pattern,\n"
    "                 auto; default: auto, /dev/serial/by-path, /dev/ttyUSB*, /dev/ttyACM*\n"
    "  --baud RATE    of serial lines; default 2400\n"
    "  --timeout MS   longest wait for one answer; default 700\n"
    "It sends questions only, but to whatever is there: name the ports where other devices are, "
    "too.\n";

static const char EVERYWHERE[] = "auto /dev/serial/by-path/* /dev/ttyUSB* /dev/ttyACM*";

enum { SCAN_PORTS = 32 };

struct scan_port {
    char url[PORT_URL_SIZE];
    uint64_t device;
    struct stream stream;
    struct probe probe;
    char problem[160];
};

struct scan {
    struct scan_port port[SCAN_PORTS];
    size_t count;
    long baud, answer_ms;
    bool json;
};

static bool known(const struct scan_port *port)
{
    return !*port->problem && port->probe.state == PROBE_KNOWN;
}

/* --- which ports --- */

static void port_add(struct scan *scan, const char *url)
{
    uint64_t device = port_device(url);
    for (size_t i = 0; i < scan->count; i++)
        if (strcmp(scan->port[i].url, url) == 0 || (device && scan->port[i].device == device))
            return;
    if (scan->count == SCAN_PORTS)
        return;
    struct scan_port *port = &scan->port[scan->count++];
    bool serial = strncmp(url, "serial:", 7) == 0 || strncmp(url, "/dev/tty", 8) == 0 ||
                  strncmp(url, "/dev/serial/", 12) == 0;
    if (scan->baud && serial && !strchr(url, ','))
        snprintf(port->url, sizeof port->url, "%s%.90s,baud=%ld", *url == '/' ? "serial:" : "", url,
                 scan->baud);
    else
        snprintf(port->url, sizeof port->url, "%.127s", url);
    port->device = device;
}

static int ports_add(struct scan *scan, const char *words)
{
    struct port_found found[SCAN_PORTS];
    if (!port_words_fit(words)) {
        fprintf(stderr,
                "busbar pi30 scan: \"%s\" is no port: auto, serial:DEVICE, tty:DEVICE, "
                "hidraw:DEVICE, tcp://HOST:PORT, /dev/.. or a pattern of these\n",
                words);
        return 2;
    }
    size_t count = port_find(words, "", found, SCAN_PORTS);
    for (size_t i = 0; i < count; i++)
        port_add(scan, found[i].url);
    return 0;
}

/* --- asking them, all at once --- */

static void port_open(struct scan *scan, struct scan_port *port)
{
    if (stream_open(&port->stream, port->url) < 0)
        snprintf(port->problem, sizeof port->problem, "%s", port->stream.problem);
    probe_start(&port->probe, true, (int32_t)scan->answer_ms, clock_monotonic_ms());
}

static bool lost(struct scan_port *port, int status)
{
    if (status < 0 && status != -EAGAIN)
        snprintf(port->problem, sizeof port->problem, "%s", port->stream.problem);
    return *port->problem;
}

/* When it wants to be called next; INT64_MAX when it is done. */
static int64_t port_turn(struct scan_port *port, int64_t now_ms)
{
    uint8_t bytes[256], request[PROBE_REQUEST];
    size_t count;
    int got = 1;
    while (port->stream.fd >= 0 && got > 0) {
        got = stream_read(&port->stream, bytes, sizeof bytes);
        if (got > 0)
            probe_bytes(&port->probe, bytes, (size_t)got, now_ms);
    }
    if (*port->problem || lost(port, got))
        return INT64_MAX;
    int64_t wake_ms = probe_step(&port->probe, request, sizeof request, &count, now_ms);
    if (count == 0)
        return wake_ms;
    stream_drain(&port->stream);
    int status = stream_write(&port->stream, request, count);
    if (status < 0 && !lost(port, status))
        probe_unsent(&port->probe, now_ms);
    return wake_ms;
}

static void scan_run(struct scan *scan)
{
    struct pollfd watched[SCAN_PORTS];
    for (;;) {
        int64_t now_ms = clock_monotonic_ms(), wake_ms = INT64_MAX;
        for (size_t i = 0; i < scan->count; i++) {
            int64_t wants_ms = port_turn(&scan->port[i], now_ms);
            wake_ms = wants_ms < wake_ms ? wants_ms : wake_ms;
            bool ends = *scan->port[i].problem || scan->port[i].probe.state != PROBE_ASKS;
            watched[i] =
                (struct pollfd){.fd = ends ? -1 : scan->port[i].stream.fd, .events = POLLIN};
        }
        if (wake_ms == INT64_MAX)
            return;
        poll(watched, scan->count, wake_ms > now_ms ? (int)(wake_ms - now_ms) : 0);
    }
}

/* --- what was found --- */

static void problems_fill(struct scan *scan)
{
    for (size_t i = 0; i < scan->count; i++) {
        struct scan_port *port = &scan->port[i];
        if (!*port->problem && port->probe.state == PROBE_SILENT)
            snprintf(port->problem, sizeof port->problem, "no answer that checks");
    }
}

static const char *or_dash(const char *text)
{
    return *text ? text : "-";
}

static void table_print(const struct scan *scan)
{
    printf("%-8s %-20s %-16s %-20s %6s %6s  %s\n", "protocol", "serial", "model", "firmware",
           "rating", "status", "port");
    for (size_t i = 0; i < scan->count; i++) {
        const struct scan_port *port = &scan->port[i];
        const struct probe_found *f = &port->probe.found;
        if (known(port))
            printf("%-8s %-20s %-16s %-20s %6u %6u  %s\n", or_dash(f->protocol), or_dash(f->serial),
                   or_dash(f->model), or_dash(f->firmware), f->rating_fields, f->status_fields,
                   port->url);
    }
    for (size_t i = 0; i < scan->count; i++)
        if (!known(&scan->port[i]))
            printf("nobody   %s: %s\n", scan->port[i].url, scan->port[i].problem);
}

/* A unit with a number is found wherever it is; the number in /dev/hidrawN moves. */
static const char *port_words(const struct scan_port *port)
{
    bool usb = strncmp(port->url, "hidraw:", 7) == 0;
    return usb && *port->probe.found.serial ? "auto" : port->url;
}

static void inverter_print(const struct scan_port *port, int number)
{
    const struct probe_found *f = &port->probe.found;
    int phase = f->output_mode >= 2 && f->output_mode <= 4 ? f->output_mode - 1 : 1;
    printf("  - {name: inv%d, port: \"%s\", ", number, port_words(port));
    if (*f->serial)
        printf("serial: \"%s\", ", f->serial);
    printf("phase: L%d, rated_W: %d, rated_A: %g, charge_max_A: %d}", phase, f->rated_W,
           f->rated_dA / 10.0, f->charge_max_A);
    if (f->output_mode < 2)
        printf("   # the phase is yours to tell");
    if (!f->rated_W || !f->rated_dA)
        printf("   # its ratings are not told: see its plate");
    putchar('\n');
}

static void yaml_print(const struct scan *scan)
{
    int number = 0;
    for (size_t i = 0; i < scan->count; i++)
        if (known(&scan->port[i])) {
            if (number == 0)
                printf("\ninverters:\n");
            inverter_print(&scan->port[i], ++number);
        }
}

static void json_print(const struct scan *scan)
{
    json_t *list = json_array();
    for (size_t i = 0; i < scan->count; i++) {
        const struct scan_port *port = &scan->port[i];
        const struct probe_found *f = &port->probe.found;
        json_array_append_new(
            list,
            json_pack("{s:s, s:b, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:f, s:i, s:i}", "port",
                      port->url, "known", known(port), "problem", port->problem, "protocol",
                      f->protocol, "serial", f->serial, "model", f->model, "firmware", f->firmware,
                      "rating_fields", f->rating_fields, "status_fields", f->status_fields,
                      "rated_W", f->rated_W, "rated_A", f->rated_dA / 10.0, "charge_max_A",
                      f->charge_max_A, "output_mode", f->output_mode));
    }
    json_show(list);
}

static bool number_read(const char *text, long least, long most, long *out, const char *what)
{
    char *end;
    *out = strtol(text, &end, 10);
    if (*text && !*end && *out >= least && *out <= most)
        return true;
    fprintf(stderr, "busbar pi30 scan: --%s %s is not allowed: %ld to %ld\n", what, text, least,
            most);
    return false;
}

/* -1 to go on, else the exit status. */
static int options_read(struct scan *scan, int argc, char **argv)
{
    static const struct option options[] = {{"baud", required_argument, NULL, 'b'},
                                            {"timeout", required_argument, NULL, 't'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    for (int c; (c = getopt_long(argc, argv, "b:t:jh", options, NULL)) != -1;) {
        if (c == 'j')
            scan->json = true;
        else if (c == 'b' && !number_read(optarg, 300, 230400, &scan->baud, "baud"))
            return 2;
        else if (c == 't' && !number_read(optarg, 50, 10000, &scan->answer_ms, "timeout"))
            return 2;
        else if (c == 'h' || c == '?') {
            fputs(help, c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
    }
    return -1;
}

int cmd_pi30_scan(int argc, char **argv)
{
    static struct scan scan;
    int status = options_read(&scan, argc, argv), found = 0;
    if (status >= 0)
        return status;
    status = optind == argc ? ports_add(&scan, EVERYWHERE) : 0;
    for (int i = optind; i < argc && status == 0; i++)
        status = ports_add(&scan, argv[i]);
    if (status != 0)
        return status;
    for (size_t i = 0; i < scan.count; i++)
        port_open(&scan, &scan.port[i]);
    scan_run(&scan);
    problems_fill(&scan);
    for (size_t i = 0; i < scan.count; i++) {
        found += known(&scan.port[i]);
        stream_close(&scan.port[i].stream);
    }
    if (scan.json) {
        json_print(&scan);
    } else {
        table_print(&scan);
        yaml_print(&scan);
    }
    if (scan.count == 0)
        fprintf(stderr, "busbar pi30 scan: no such port is there\n");
    return found ? 0 : 1;
}
