#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "app/cli.h"
#include "can/bus.h"

static const char help[] =
    "Usage: busbar hub PATH\n"
    "Hosts a local bus: every process that opens local:PATH hears the others.\n";

int cmd_hub(int argc, char **argv)
{
    static const struct option known[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    struct bus_hub *hub;
    for (int c; (c = getopt_long(argc, argv, "h", known, NULL)) != -1;) {
        fputs(help, c == 'h' ? stdout : stderr);
        return c == 'h' ? 0 : 2;
    }
    if (argc - optind != 1) {
        fputs(help, stderr);
        return 2;
    }
    int status = bus_hub_open(&hub, argv[optind]);
    if (status < 0) {
        fprintf(stderr, "busbar hub: %s: %s\n", argv[optind], strerror(-status));
        return 1;
    }
    struct pollfd wait = {.fd = bus_hub_fd(hub), .events = POLLIN};
    while (poll(&wait, 1, -1) >= 0)
        bus_hub_pump(hub);
    bus_hub_close(hub);
    return 0;
}
