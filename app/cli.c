#include "app/cli.h"

#include <stdlib.h>
#include <unistd.h>

const char *cli_data_dir(void)
{
    const char *named = getenv("BUSBAR_DATA");
    if (named)
        return named;
    return access("dbc/backbone.dbc", R_OK) == 0 ? "dbc" : BUSBAR_PREFIX "/share/busbar";
}
