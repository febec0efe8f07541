/* busbar inverters: each unit, each phase, the energy, and what disagrees. */
#include <getopt.h>
#include <stdio.h>

#include "app/cli.h"
#include "app/client.h"

static const char help[] =
    "Usage: busbar inverters [--json] [--socket PATH]\n"
    "Each inverter with its faults in words and how long it bears its overload; each phase with "
    "what\n"
    "it can still give, and the neutral; energy; and where units and config disagree.\n";

static void show(const Busbar__InverterBank *bank, bool json)
{
    if (!json) {
        inverters_print(bank);
        return;
    }
    json_t *object = inverters_json(bank);
    json_dumpf(object, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
    putchar('\n');
    json_decref(object);
}

int cmd_inverters(int argc, char **argv)
{
    static const struct option known[] = {{"json", no_argument, NULL, 'j'},
                                          {"socket", required_argument, NULL, 's'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    const char *socket = NULL;
    bool json = false;
    for (int c; (c = getopt_long(argc, argv, "js:h", known, NULL)) != -1;) {
        if (c != 'j' && c != 's') {
            fputs(help, c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
        json |= c == 'j';
        socket = c == 's' ? optarg : socket;
    }
    int status;
    Busbar__Request request = BUSBAR__REQUEST__INIT;
    request.verb = BUSBAR__VERB__INVERTERS;
    Busbar__Response *response = client_once(socket, &request, &status);
    if (response && status == 0)
        show(response->inverters, json);
    if (response)
        busbar__response__free_unpacked(response, NULL);
    return status;
}
