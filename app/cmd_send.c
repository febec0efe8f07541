#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/cli.h"
#include "can/bus.h"
#include "can/text.h"

static const char help[] =
    "Usage: busbar send BUS FRAME...\n"
    "Sends frames in cansend's words: 123#1122, 12345678#.., 123#R3, 123##1AABB.\n"
    "BUS: an interface (can0), or local:PATH.\n";

static int frame_send(struct bus *bus, const char *word)
{
    struct frame frame;
    const char *error;
    size_t column;
    if (frame_parse(&frame, word, &error, &column) < 0) {
        fprintf(stderr, "busbar send: %s: column %zu: %s\n", word, column, error);
        return 2;
    }
    int status = bus_send(bus, &frame);
    if (status < 0)
        fprintf(stderr, "busbar send: %s was not sent: %s\n", word, strerror(-status));
    return status < 0;
}

int cmd_send(int argc, char **argv)
{
    static const struct option known[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    static struct bus bus;
    for (int c; (c = getopt_long(argc, argv, "h", known, NULL)) != -1;) {
        fputs(help, c == 'h' ? stdout : stderr);
        return c == 'h' ? 0 : 2;
    }
    if (argc - optind < 2) {
        fputs(help, stderr);
        return 2;
    }
    if (bus_open(&bus, argv[optind], NULL, 0) < 0) {
        fprintf(stderr, "busbar send: %s\n", bus.problem);
        return 1;
    }
    int status = 0;
    for (int i = optind + 1; i < argc && status == 0; i++)
        status = frame_send(&bus, argv[i]);
    bus_close(&bus);
    return status;
}
