/* busbar battery: the cap, what is announced, and ageing. */
#include <stdio.h>

#include "app/cli.h"
#include "app/client.h"

static const char help[] =
    "Usage: busbar battery [--json] [--socket PATH]\n"
    "The charge cap in force, why and until when; what is announced; how fast the battery ages by\n"
    "published models, with the cap and without.\n";

static void show(const Busbar__Response *response, bool json)
{
    const Busbar__Battery *battery = response->status->battery;
    if (json) {
        json_t *object = json_object();
        battery_more_json(object, battery);
        battery_charge_json(object, battery);
        json_show(object);
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
    return client_command(argc, argv, help, BUSBAR__VERB__STATUS, show);
}
