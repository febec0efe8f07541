/* A measured series of a battery: CSV with a header, as laboratories and `busbar soc` use it.
 *
 *     time_s,current_A,voltage_V,temperature_C,soc_ref
 *
 * + charges; columns in any order, further ones are passed over. temperature_C may lack (25), soc_ref too (then the
 * series has no reference). Lines that begin with # and empty ones are passed over. */
#ifndef BUSBAR_APP_SOC_SERIES_H
#define BUSBAR_APP_SOC_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct soc_row {
    double time_s, current_A, voltage_V, temp_C, reference;
    int line;
};

struct soc_series {
    struct soc_row *rows;
    size_t count;
    size_t backwards;      /* rows left out because their time was not after the one before */
    bool has_reference;
};

/* False after at least one line FILE:LINE: .. in errors: nothing is loaded then. */
bool soc_series_load(struct soc_series *series, const char *path, FILE *errors);
void soc_series_free(struct soc_series *series);

#endif
