#include "app/soc_number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const char *soc_number_read(const char *text, char end, const struct soc_number *is, double *value)
{
    char *at;
    double read = strtod(text, &at);
    if (at == text || *at != end || !(read >= is->low && read <= is->high) ||
        (is->whole && fabs(read - floor(read)) > 0))
        return NULL;
    *value = read;
    return at + (end != '\0');
}

const char *soc_number_allowed(const struct soc_number *is, char to[SOC_NUMBER_ALLOWED])
{
    snprintf(to, SOC_NUMBER_ALLOWED, "a %snumber, %g to %g", is->whole ? "whole " : "", is->low,
             is->high);
    return to;
}
