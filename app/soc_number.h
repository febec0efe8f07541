/* A number on the command lines of busbar soc. */
#ifndef BUSBAR_APP_SOC_NUMBER_H
#define BUSBAR_APP_SOC_NUMBER_H

#include <stdbool.h>

struct soc_number { double low, high; bool whole; };

/* Reads text up to the character end, '\0' or a comma; what follows it, NULL where that is no such number: then value
 * is as it was. */
const char *soc_number_read(const char *text, char end, const struct soc_number *is, double *value);

/* "a whole number, 1 to 400"; in to, which is returned. */
enum { SOC_NUMBER_ALLOWED = 64 };
const char *soc_number_allowed(const struct soc_number *is, char to[SOC_NUMBER_ALLOWED]);

#endif
