#include <getopt.h>
#include <stdio.h>

#include "app/cli.h"
#include "app/loop.h"

static const char help[] =
    "Usage: busbar run [--config FILE]\n"
    "Runs the controller in the foreground, by hand or under systemd (notify, watchdog).\n"
    "  -c, --config FILE   default /etc/busbar/busbar.yaml\n"
    "SIGTERM ends it; the contacts stay as they are.\n";

int cmd_run(int argc, char **argv)
{
    static const struct option known[] = {{"config", required_argument, NULL, 'c'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    static struct config config;
    const char *path = "/etc/busbar/busbar.yaml";
    for (int c; (c = getopt_long(argc, argv, "c:h", known, NULL)) != -1;) {
        if (c == 'c') {
            path = optarg;
        } else {
            fputs(help, c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
    }
    if (config_load(&config, path, cli_data_dir(), stderr) != 0)
        return 2;
    int status = loop_run(&config);
    config_free(&config);
    return status;
}
