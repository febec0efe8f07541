/* docs/config.md, from the tables that check and load. */
#ifndef BUSBAR_APP_CONFIG_PAGE_H
#define BUSBAR_APP_CONFIG_PAGE_H

#include <stdio.h>

void config_page_print(FILE *out);

#endif
