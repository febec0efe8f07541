#include "app/config_page.h"

#include "app/config_file.h"
#include "app/dialect_file.h"

static const char config_intro[] =
    "# The config file\n"
    "\n"
    "`busbar check --schema` prints this page; the same tables check and load the file. Units\n"
    "stand at the end of a key. Whole numbers may be written as 0x10, but not with leading\n"
    "zeros; booleans are true, false, yes and no; aliases (`*name`) are not taken. A key without\n"
    "a default may be left out unless it is required, and so may every section.\n"
    "`sim/uc001.yaml` is a complete example.\n"
    "\n"
    "`busbar check FILE` tells every mistake in one run, each as\n"
    "`FILE:LINE: path.key: VALUE is not allowed: WHAT IS`, and ends with status 2; nothing\n"
    "starts with any of them.\n"
    "\n"
    "## busbar.yaml\n";

static const char dialect_intro[] =
    "\n## Dialect files\n"
    "\n"
    "`NAME.yaml` beside the config or in the data folder. A row of `take` joins a signal of the\n"
    "DBC file to a reading of the device's kind, a row of `send` an order to a signal.\n";

void config_page_print(FILE *out)
{
    fputs(config_intro, out);
    yaml_schema_print(&config_schema, out);
    fputs(dialect_intro, out);
    yaml_schema_print(&dialect_schema, out);
}
