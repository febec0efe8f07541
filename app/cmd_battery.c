/* busbar battery: the cap, what is announced, and ageing. */
#include <getopt.h>
#include <stdio.h>

#include "app/cli.h"
#include "app/client.h"

static const char help[] =
    "Usage: busbar battery [--json] [--socket PATH]\n"
    "The charge cap in force, why and until when; what is announced; how fast the battery ages by\n"
    "published models, with the cap and without.\n";

static void show(const Busbar__Battery *battery, bool json)
{
    if (json) {
        json_t *object = json_object();
        battery_more_json(object, battery);
        battery_charge_json(object, battery);
        json_dumpf(object, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
        putchar('\n');
        json_decref(object);
        return;
    }
    if (battery->soc_permille < 0)
        puts("battery     charge unknown");
    else
        printf("battery     charge %.1f +- %.1f %%\n", battery->soc_permille / 10.0,
               battery->soc_error_permille / 10.0);
    battery_charge_print(battery);
    battery_cap_print(battery);
    battery_ageing_print(battery);
}

int cmd_battery(int argc, char **argv)
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
    request.verb = BUSBAR__VERB__STATUS;
    Busbar__Response *response = client_once(socket, &request, &status);
    if (response && status == 0)
        show(response->status->battery, json);
    if (response)
        busbar__response__free_unpacked(response, NULL);
    return status;
}
