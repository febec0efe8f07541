/* busbar inverters: each unit, each phase, the energy, and what disagrees. */
#include <stdio.h>

#include "app/cli.h"
#include "app/client.h"

static const char help[] =
    "Usage: busbar inverters [--json] [--socket PATH]\n"
    "Each inverter with its faults in words and how long it bears its overload; each phase with "
    "what\n"
    "it can still give, and the neutral; energy; and where units and config disagree.\n";

static void show(const Busbar__Response *response, bool json)
{
    if (json)
        json_show(inverters_json(response->inverters));
    else
        inverters_print(response->inverters);
}

int cmd_inverters(int argc, char **argv)
{
    return client_command(argc, argv, help, BUSBAR__VERB__INVERTERS, show);
}
